/** @import { Looks } from "../session.js" */
/** @import { Bounds } from "../types.js" */
/** @import { Picture } from "./picture.js" */

import { contextOf, halfOf } from "./halved.js";
import { levelsOf } from "./picture.js";
import { greyAt, greyTable } from "./window.js";
import { rangeOf } from "./windowing.js";

/** @typedef {Uint8Array | Uint16Array | Int16Array | Int32Array | Uint32Array | Float32Array} Values */
/**
 * @typedef {object} Level
 * @property {number} width
 * @property {number} height
 * @property {Values} values
 * @property {OffscreenCanvas} canvas
 * @property {Map<string, string>} drawn tile -> the looks that it was drawn with
 */

const TILE = 512; // pixels: only what is seen is windowed anew while brightness and contrast change

const TYPES = {
    uint8: Uint8Array,
    uint16: Uint16Array,
    int16: Int16Array,
    int32: Int32Array,
    uint32: Uint32Array,
    float32: Float32Array,
};

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
    level(level, looks, part) {
        while (this.#levels.length <= level) this.#levels.push(halvedValues(this.#levels[this.#levels.length - 1]));
        const chosen = this.#levels[level];
        const { range, invert, curve, name } = rangeOf(this.#sent, looks);
        const drawn = `${range} ${invert} ${name}`;
        /** @type {Grey | null} */
        let grey = null;
        for (let y = TILE * Math.floor(part.y0 / TILE); y < part.y1; y += TILE) {
            for (let x = TILE * Math.floor(part.x0 / TILE); x < part.x1; x += TILE) {
                const tile = `${x} ${y}`;
                if (chosen.drawn.get(tile) === drawn) continue;
                grey ??= greyOf(chosen.values, range, invert, curve);
                drawTile(chosen, grey, x, y);
                chosen.drawn.set(tile, drawn);
            }
        }
        return chosen.canvas;
    }

    /** How stored numbers become values. @returns {import("./windowing.js").Scale} */
    get scale() {
        return this.#sent;
    }

    /** What a pixel measures, in the file's unit; null beside the picture. @param {number} x @param {number} y */
    valueAt(x, y) {
        const [whole] = this.#levels;
        if (!whole || x < 0 || y < 0 || x >= this.width || y >= this.height) return null;
        return whole.values[y * this.width + x] * (this.#sent.slope ?? 1) + (this.#sent.intercept ?? 0);
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

/** @typedef {(value: number) => number} Grey a value as a pixel */

/**
 * By a table where there are few values, else by arithmetic.
 *
 * @param {Values} values
 * @param {[number, number]} range
 * @param {boolean} invert
 * @param {import("./window.js").Curve} curve
 * @returns {Grey}
 */
const greyOf = (values, range, invert, curve) => {
    if (values instanceof Uint8Array || values instanceof Uint16Array || values instanceof Int16Array) {
        const table = greyTable(values, range, invert, curve);
        const shift = values instanceof Int16Array ? 32768 : 0;
        return (value) => table[value + shift];
    }
    const [low, high] = range;
    const shades = greyTable(new Uint8Array(), [0, 255], invert);
    const width = high - low || 1e-9;
    return (value) => shades[greyAt((value - low) / width, curve)];
};

/** @param {Level} level @param {Grey} grey @param {number} x @param {number} y */
const drawTile = ({ width, height, values, canvas }, grey, x, y) => {
    const image = new ImageData(Math.min(TILE, width - x), Math.min(TILE, height - y));
    const pixels = new Uint32Array(image.data.buffer);
    for (let row = 0, to = 0; row < image.height; row++) {
        const from = (y + row) * width + x;
        for (let column = 0; column < image.width; column++) pixels[to++] = grey(values[from + column]);
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
