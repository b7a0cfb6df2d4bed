/** @import { Looks } from "../session.js" */
/** @import { Bounds } from "../types.js" */

import { halved } from "./halved.js";
import { ValuesPicture } from "./values.js";

/**
 * A frame, ready to be drawn, in its own size and in halves of it: what is drawn small is drawn from a small one.
 *
 * @typedef {object} Picture
 * @property {number} width
 * @property {number} height
 * @property {boolean} hasValues whether brightness and contrast are in what is drawn; else the page's filter sees to it
 * @property {(level: number, looks: Looks, part: Bounds) => ImageBitmap | OffscreenCanvas} level 0: full size, 1: half,
 *     ...; the part of it that is going to be drawn, in its own pixels
 * @property {number} levels
 * @property {() => void} close
 */

const SMALLEST = 256; // pixels; below that no smaller level is worth having

/** How often a picture can be halved before it is small anyhow. @param {number} width @param {number} height */
export const levelsOf = (width, height) => 1 + Math.max(0, Math.floor(Math.log2(Math.max(width, height) / SMALLEST)));

/** A picture that the browser decodes. @implements {Picture} */
class BitmapPicture {
    hasValues = false;
    /** @type {(ImageBitmap | OffscreenCanvas)[]} */
    #levels;

    /** @param {ImageBitmap} bitmap */
    constructor(bitmap) {
        this.width = bitmap.width;
        this.height = bitmap.height;
        this.levels = levelsOf(this.width, this.height);
        this.#levels = [bitmap];
    }

    /** @param {number} level */
    level(level) {
        while (this.#levels.length <= level) this.#levels.push(halved(this.#levels[this.#levels.length - 1]));
        return this.#levels[level];
    }

    close() {
        if (this.#levels[0] instanceof ImageBitmap) this.#levels[0].close();
        this.#levels = [];
    }
}

/**
 * @param {{
 *     mime?: string, dtype?: string, shape?: [number, number], window?: [number, number], invert?: boolean
 * }} sent
 * @param {DataView | ArrayBuffer} buffer
 * @returns {Promise<Picture>}
 */
export const pictureOf = async (sent, buffer) => {
    if (sent.dtype) return new ValuesPicture(sent, buffer);
    const bytes =
        buffer instanceof ArrayBuffer
            ? new Uint8Array(buffer)
            : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    const blob = new Blob([/** @type {BlobPart} */ (bytes)], { type: sent.mime });
    return new BitmapPicture(await createImageBitmap(blob));
};
