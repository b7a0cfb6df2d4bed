/** @import { Bitmask, Size } from "../types.js" */
/** @import { Kind } from "./kind.js" */

import { isWithin } from "../geometry/points.js";
import { areaOfRuns, boundsOfRuns, decode, encode, shifted } from "../mask/run_lengths.js";
import { indivisible } from "./kind.js";

/**
 * @typedef {object} Read what of a mask is asked over and over
 * @property {number[]} runs
 * @property {Float64Array} ends of each run, as a number of pixels
 * @property {import("../types.js").Bounds} bounds
 * @property {number} area
 */

/** @type {WeakMap<Bitmask, Read>} */
const memory = new WeakMap();

/** @type {WeakMap<Bitmask, {shape: Bitmask, dx: number, dy: number}>} */
const origins = new WeakMap();

/** The mask that one was moved from, whole: what was painted of that can be taken again. @param {Bitmask} shape */
export const originOf = (shape) => origins.get(shape);

/** @param {Bitmask} shape @returns {Read} */
export const read = (shape) => {
    let known = memory.get(shape);
    if (!known) {
        const runs = decode(shape.counts);
        let at = 0;
        const ends = Float64Array.from(runs, (run) => (at += run));
        known = { runs, ends, bounds: boundsOfRuns(runs, shape.size[0]), area: areaOfRuns(runs) };
        memory.set(shape, known);
    }
    return known;
};

/** @param {Size} size @param {number[]} runs @returns {Bitmask} */
export const bitmaskOf = (size, runs) => ({ type: "bitmask", size, counts: encode(runs) });

/** @type {Kind<Bitmask>} */
export const bitmask = {
    icon: "M13.5 2.5 7 9M6.5 8.5c-2 0-2.2 1.4-2.6 2.6-.3.9-.9 1.5-1.9 1.9 2.8 1 5.9.2 6-2.4z",
    bounds: (shape) => read(shape).bounds,
    area: (shape) => read(shape).area,
    contains(shape, { x, y }) {
        const [height, width] = shape.size;
        const [column, row] = [Math.floor(x), Math.floor(y)];
        if (column < 0 || row < 0 || column >= width || row >= height) return false;
        const { ends } = read(shape);
        const at = column * height + row;
        let [low, high] = [0, ends.length];
        while (low < high) {
            const middle = (low + high) >> 1;
            if (ends[middle] > at) high = middle;
            else low = middle + 1;
        }
        return low % 2 === 1;
    },
    // a mask is taken by its pixels; where none is near the point, it is not there
    distance(shape, point) {
        if (!isWithin(read(shape).bounds, point, 1)) return Infinity;
        return bitmask.contains(shape, point) ? 0 : Infinity;
    },
    handles: () => [],
    moved(shape, by) {
        const { runs, bounds } = read(shape);
        const [height, width] = shape.size;
        // whole pixels, and none is pushed off the frame
        const dx = Math.min(Math.max(Math.round(by.x), -bounds.x0), width - bounds.x1);
        const dy = Math.min(Math.max(Math.round(by.y), -bounds.y0), height - bounds.y1);
        const shiftedRuns = dx || dy ? shifted(runs, shape.size, dx, dy) : null;
        if (!shiftedRuns) return shape;
        const moved = bitmaskOf(shape.size, shiftedRuns);
        origins.set(moved, { shape, dx, dy });
        return moved;
    },
    dragged: indivisible,
    without: indivisible,
    trace(shape, path) {
        const { x0, y0, x1, y1 } = read(shape).bounds;
        path.rect(x0, y0, x1 - x0, y1 - y0);
    },
};
