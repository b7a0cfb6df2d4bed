/** @import { Bitmask, Bounds, Size } from "../types.js" */
/** @import { Kind } from "./kind.js" */

import { isWithin } from "../geometry/points.js";
import { areaOfRuns, boundsOfRuns, decode, encode, shifted } from "../mask/run_lengths.js";
import { indivisible } from "./kind.js";

/** What of a mask is asked over and over, each found when it is asked first. */
class Reading {
    /** @type {Bitmask} */
    #shape;
    /** @type {number[] | undefined} */
    #runs;
    /** @type {Float64Array | undefined} */
    #ends;
    /** @type {Bounds | undefined} */
    #bounds;
    /** @type {number | undefined} */
    #area;

    /** @param {Bitmask} shape @param {{bounds?: Bounds, area?: number}} [known] */
    constructor(shape, { bounds, area } = {}) {
        [this.#shape, this.#bounds, this.#area] = [shape, bounds, area];
    }

    get runs() {
        return (this.#runs ??= decode(this.#shape.counts));
    }

    /** Of each run, as a number of pixels. */
    get ends() {
        let at = 0;
        return (this.#ends ??= Float64Array.from(this.runs, (run) => (at += run)));
    }

    get bounds() {
        return (this.#bounds ??= boundsOfRuns(this.runs, this.#shape.size[0]));
    }

    get area() {
        return (this.#area ??= areaOfRuns(this.runs));
    }
}

/** @type {WeakMap<Bitmask, Reading>} */
const memory = new WeakMap();

/** @type {WeakMap<Bitmask, {shape: Bitmask, dx: number, dy: number}>} */
const origins = new WeakMap();

/** The mask that one was moved from, whole: what was painted of that can be taken again. @param {Bitmask} shape */
export const originOf = (shape) => origins.get(shape);

/** @param {Bitmask} shape */
export const read = (shape) => {
    let known = memory.get(shape);
    if (!known) memory.set(shape, (known = new Reading(shape)));
    return known;
};

/** How many runs a mask has, or the one that it was moved from. @param {Bitmask} shape */
export const runCount = (shape) => read(originOf(shape)?.shape ?? shape).runs.length;

/**
 * A mask that stands elsewhere. Its counts are written when they are asked first: while it is dragged nobody does, and
 * those of a large mask take longer than a frame.
 *
 * @param {Bitmask} shape @param {number} dx @param {number} dy @returns {Bitmask}
 */
const movedMask = (shape, dx, dy) => {
    const { size } = shape;
    /** @type {string | undefined} */
    let counts;
    const moved = /** @type {Bitmask} */ ({
        type: "bitmask",
        size,
        get counts() {
            return (counts ??= encode(shifted(read(shape).runs, size, dx, dy) ?? []));
        },
    });
    const { area, bounds } = read(shape);
    const there = { x0: bounds.x0 + dx, y0: bounds.y0 + dy, x1: bounds.x1 + dx, y1: bounds.y1 + dy };
    memory.set(moved, new Reading(moved, { area, bounds: there }));
    origins.set(moved, { shape, dx, dy });
    return moved;
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
        const { bounds } = read(shape);
        const [height, width] = shape.size;
        // whole pixels, and none is pushed off the frame
        const dx = Math.min(Math.max(Math.round(by.x), -bounds.x0), width - bounds.x1);
        const dy = Math.min(Math.max(Math.round(by.y), -bounds.y0), height - bounds.y1);
        if (!dx && !dy) return shape;
        const origin = originOf(shape) ?? { shape, dx: 0, dy: 0 };
        const [farX, farY] = [origin.dx + dx, origin.dy + dy];
        return farX || farY ? movedMask(origin.shape, farX, farY) : origin.shape;
    },
    dragged: indivisible,
    without: indivisible,
    trace(shape, path) {
        const { x0, y0, x1, y1 } = read(shape).bounds;
        path.rect(x0, y0, x1 - x0, y1 - y0);
    },
};
