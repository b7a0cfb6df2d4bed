/** @import { Bounds, Size } from "../types.js" */

// COCO's compressed run lengths: a mask is read column by column; the lengths of its runs (background first) are
// written as 5 bits a character, least significant first, offset by 48, with bit 6 as "more follows"; from the fourth
// run on, the difference to the run two before stands for the run.

/**
 * @param {string} counts
 * @returns {number[]} run lengths, background first
 */
export const decode = (counts) => {
    /** @type {number[]} */
    const runs = [];
    let at = 0;
    while (at < counts.length) {
        let [value, shift, code] = [0, 0, 0];
        do {
            code = counts.charCodeAt(at++) - 48;
            if (!(code >= 0 && code < 64) || shift > 30) throw new RangeError("these are no COCO run lengths");
            value += (code & 0x1f) * 2 ** shift;
            shift += 5;
        } while (code & 0x20);
        if (code & 0x10) value -= 2 ** shift;
        runs.push(runs.length > 2 ? value + runs[runs.length - 2] : value);
    }
    return runs;
};

/** @param {number[]} runs background first */
export const encode = (runs) => {
    const codes = [];
    for (let i = 0; i < runs.length; i++) {
        let value = i > 2 ? runs[i] - runs[i - 2] : runs[i];
        for (let more = true; more;) {
            const low = value & 0x1f;
            value >>= 5;
            more = low & 0x10 ? value !== -1 : value !== 0;
            codes.push(low + (more ? 0x20 : 0) + 48);
        }
    }
    let text = "";
    for (let i = 0; i < codes.length; i += 8192) text += String.fromCharCode(...codes.slice(i, i + 8192));
    return text;
};

/**
 * The set pixels as spans down a column, left to right, top to bottom.
 *
 * @param {number[]} runs
 * @param {number} height
 * @param {(column: number, top: number, bottom: number) => void} take rows from top up to, not with, bottom
 */
export const eachSpan = (runs, height, take) => {
    let at = 0;
    for (let i = 0; i < runs.length; at += runs[i++]) {
        if (i % 2 === 0) continue;
        for (let from = at; from < at + runs[i];) {
            const column = Math.floor(from / height);
            const to = Math.min(at + runs[i], (column + 1) * height);
            take(column, from - column * height, to - column * height);
            from = to;
        }
    }
};

/** Gathers spans, which come in column order, into run lengths. */
export class RunWriter {
    /** @type {number[]} */
    #runs = [];
    #end = 0;
    #pixels = 0;
    #height;

    /** @param {Size} size */
    constructor([height, width]) {
        this.#height = height;
        this.#pixels = height * width;
    }

    /** @param {number} column @param {number} top @param {number} bottom */
    add(column, top, bottom) {
        const [from, length] = [column * this.#height + top, bottom - top];
        if (length <= 0) return;
        if (from === this.#end && this.#runs.length) this.#runs[this.#runs.length - 1] += length;
        else this.#runs.push(from - this.#end, length);
        this.#end = from + length;
    }

    get isEmpty() {
        return this.#runs.length === 0;
    }

    /** @returns {number[]} with as few runs as there can be */
    finish() {
        if (this.#end < this.#pixels) this.#runs.push(this.#pixels - this.#end);
        return this.#runs;
    }
}

/** @param {number[]} runs @param {number} height @returns {Bounds} of the set pixels; empty where there are none */
export const boundsOfRuns = (runs, height) => {
    const bounds = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
    let at = 0;
    for (let i = 0; i < runs.length; at += runs[i++]) {
        if (i % 2 === 0 || runs[i] === 0) continue;
        const [first, last] = [at, at + runs[i] - 1];
        const [left, right] = [Math.floor(first / height), Math.floor(last / height)];
        bounds.x0 = Math.min(bounds.x0, left);
        bounds.x1 = Math.max(bounds.x1, right + 1);
        // a run that goes on into the next column touches the upper and the lower edge
        bounds.y0 = Math.min(bounds.y0, left === right ? first - left * height : 0);
        bounds.y1 = Math.max(bounds.y1, left === right ? last - left * height + 1 : height);
    }
    return bounds;
};

/** @param {number[]} runs */
export const areaOfRuns = (runs) => runs.reduce((sum, run, i) => (i % 2 ? sum + run : sum), 0);

/**
 * @param {number[]} runs
 * @param {Size} size
 * @param {number} dx whole pixels
 * @param {number} dy whole pixels
 * @returns {number[] | null} null where nothing is left on the frame
 */
export const shifted = (runs, size, dx, dy) => {
    const [height, width] = size;
    const writer = new RunWriter(size);
    eachSpan(runs, height, (column, top, bottom) => {
        if (column + dx < 0 || column + dx >= width) return;
        writer.add(column + dx, Math.max(0, top + dy), Math.min(height, bottom + dy));
    });
    return writer.isEmpty ? null : writer.finish();
};
