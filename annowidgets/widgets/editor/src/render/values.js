/** @import { Looks } from "../session.js" */
/** @import { Bounds } from "../types.js" */
/** @import { Picture } from "./picture.js" */

import { contextOf, halfOf } from "./halved.js";
import { levelsOf } from "./picture.js";
import { greyTable, windowed } from "./window.js";

/** @typedef {Uint8Array | Uint16Array | Int16Array} Values */
/**
 * @typedef {object} Level
 * @property {number} width
 * @property {number} height
 * @property {Values} values
 * @property {OffscreenCanvas} canvas
 * @property {Map<string, string>} drawn tile -> the looks that it was drawn with
 */

const TILE = 512; // pixels: only what is seen is windowed anew while brightness and contrast change

const TYPES = { uint8: Uint8Array, uint16: Uint16Array, int16: Int16Array };

/**
 * A picture of deep values, which become grey only here: brightness and contrast lose nothing.
 *
 * @implements {Picture}
 */
export class ValuesPicture {
    hasValues = true;
    /** @type {Level[]} */
    #levels = [];
    #sent;

    /** @param {any} sent @param {DataView | ArrayBuffer} buffer little-endian, row by row */
    constructor(sent, buffer) {
        this.#sent = sent;
        this.height = /** @type {number} */ (sent.shape[0]);
        this.width = /** @type {number} */ (sent.shape[1]);
        this.levels = levelsOf(this.width, this.height);
        const Type = TYPES[/** @type {keyof typeof TYPES} */ (sent.dtype)];
        // copied, since a message's buffer may begin at any byte
        const bytes =
            buffer instanceof ArrayBuffer
                ? buffer.slice(0)
                : buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
        this.#levels = [levelOf(this.width, this.height, new Type(/** @type {ArrayBuffer} */ (bytes)))];
    }

    /** @param {number} level @param {Looks} looks @param {Bounds} part */
    level(level, { brightness, contrast }, part) {
        while (this.#levels.length <= level) this.#levels.push(halvedValues(this.#levels[this.#levels.length - 1]));
        const chosen = this.#levels[level];
        const looks = `${brightness} ${contrast}`;
        /** @type {Uint32Array | null} */
        let table = null;
        for (let y = TILE * Math.floor(part.y0 / TILE); y < part.y1; y += TILE) {
            for (let x = TILE * Math.floor(part.x0 / TILE); x < part.x1; x += TILE) {
                const tile = `${x} ${y}`;
                if (chosen.drawn.get(tile) === looks) continue;
                table ??= greyTable(
                    chosen.values,
                    windowed(this.#sent.window, brightness, contrast),
                    this.#sent.invert ?? false,
                );
                drawTile(chosen, table, x, y);
                chosen.drawn.set(tile, looks);
            }
        }
        return chosen.canvas;
    }

    close() {
        this.#levels = [];
    }
}

/** @param {number} width @param {number} height @param {Values} values @returns {Level} */
const levelOf = (width, height, values) => ({
    width,
    height,
    values,
    canvas: new OffscreenCanvas(width, height),
    drawn: new Map(),
});

/** @param {Level} level @param {Uint32Array} table @param {number} x @param {number} y */
const drawTile = ({ width, height, values, canvas }, table, x, y) => {
    const image = new ImageData(Math.min(TILE, width - x), Math.min(TILE, height - y));
    const pixels = new Uint32Array(image.data.buffer);
    const shift = values instanceof Int16Array ? 32768 : 0;
    for (let row = 0, to = 0; row < image.height; row++) {
        const from = (y + row) * width + x;
        for (let column = 0; column < image.width; column++) pixels[to++] = table[values[from + column] + shift];
    }
    contextOf(canvas).putImageData(image, x, y);
};

/** Each value the mean of four. @param {Level} level */
const halvedValues = ({ width, height, values }) => {
    const [w, h] = [halfOf(width), halfOf(height)];
    const Type = /** @type {new (length: number) => Values} */ (values.constructor);
    const half = new Type(w * h);
    const [right, below] = [width > 1 ? 1 : 0, height > 1 ? width : 0];
    for (let row = 0, to = 0; row < h; row++) {
        for (let column = 0, from = 2 * row * width; column < w; column++, from += 2) {
            half[to++] =
                (values[from] + values[from + right] + values[from + below] + values[from + right + below]) / 4;
        }
    }
    return levelOf(w, h, half);
};
