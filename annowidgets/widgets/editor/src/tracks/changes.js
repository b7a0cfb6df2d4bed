/** @import { Label, Shape, Size } from "../types.js" */
/** @import { Key } from "./track.js" */

// What can be done to an object in time. Labels are values: each gives a new one.

import { boundsOfShape } from "../shapes/index.js";
import { keysOf, reachOf, shapeAt } from "./track.js";

/**
 * @param {Label} label
 * @param {Key[]} keys in any order; a later one replaces an earlier one of the same frame
 * @param {number} [until]
 * @returns {Label | null} null where nothing is left of it
 */
const withKeys = (label, keys, until) => {
    const { shape: _shape, until: _until, key_frames: _keys, ...rest } = label;
    /** @type {Key[]} */
    const kept = [];
    for (const [frame, shape] of [...new Map(keys)].sort(([a], [b]) => a - b)) {
        // before its first shape an object is outside anyhow, and it is so up to the next shape
        if (shape !== null || (kept.at(-1)?.[1] ?? null) !== null) kept.push([frame, shape]);
    }
    const last = kept.at(-1);
    if (!last) return null;
    const holds = until !== undefined && last[1] !== null && until > last[0];
    return { ...rest, key_frames: Object.fromEntries(kept), ...(holds ? { until } : {}) };
};

/** @param {Label} label @param {Key[]} keys at least one of them with a shape @param {number} [until] */
const made = (label, keys, until) => /** @type {Label} */ (withKeys(label, keys, until));

/** @param {Shape | null} a @param {Shape | null} b */
const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * With a key frame. What was held up to an end before it is held up to there still.
 *
 * @param {Label} label
 * @param {number} frame
 * @param {Shape} shape
 */
export const withKey = (label, frame, shape) => {
    const keys = [...keysOf(label)];
    const { until } = label;
    if (until !== undefined && frame > until) keys.push([until, keys[keys.length - 1][1]]);
    return made(label, [...keys, [frame, shape]], until);
};

/** Without a key frame: those before and after it decide. @param {Label} label @param {number} frame */
export const withoutKey = (label, frame) =>
    withKeys(
        label,
        keysOf(label).filter(([key]) => key !== frame),
        label.until,
    );

/**
 * Outside from a frame on, up to the next key frame. Frames before it keep their shapes.
 *
 * @param {Label} label where frames follow each other
 * @param {number} frame behind the first one that carries the object
 */
export const outsideFrom = (label, frame) => {
    if (frame > reachOf(label, true).last) return label;
    const keys = keysOf(label).filter(([key]) => key < frame);
    const later = keysOf(label).filter(([key]) => key > frame);
    const before = shapeAt(label, frame - 1, true);
    const isHeld = before === null || isSame(before, keys[keys.length - 1][1]);
    if (!isHeld) keys.push([frame - 1, before]);
    if (later.length) return made(label, [...keys, [frame, null], ...later], label.until);
    return made(label, keys, before && isHeld ? frame - 1 : undefined);
};

/**
 * The object's last frame is this one: what comes later goes, or its last shape is held up to here.
 *
 * @param {Label} label where frames follow each other
 * @param {number} frame not before the first one that carries the object
 */
export const endingAt = (label, frame) => {
    const keys = keysOf(label).filter(([key]) => key <= frame);
    const { last } = reachOf(label, true);
    if (frame >= last)
        return made(
            label,
            keys.filter(([key]) => key <= last),
            frame,
        );
    const here = shapeAt(label, frame, true);
    if (here === null) return made(label, keys);
    return isSame(here, keys[keys.length - 1][1]) ? made(label, keys, frame) : made(label, [...keys, [frame, here]]);
};

/**
 * The shape of a frame on those that follow. Where frames follow each other it stands still there; otherwise frames
 * that carry the object already keep their shapes, and none is copied to where it does not fit.
 *
 * @param {Label} label
 * @param {number} frame one that carries the object
 * @param {number} last the last one that gets a copy
 * @param {{interpolate: boolean, sizeOf: (frame: number) => Size}} item
 * @returns {{label: Label, copies: number}}
 */
export const copied = (label, frame, last, { interpolate, sizeOf }) => {
    const shape = /** @type {Shape} */ (shapeAt(label, frame, interpolate));
    const keys = keysOf(label);
    if (interpolate) {
        const outer = keys.filter(([key]) => key < frame || key > last);
        const returns = keys.some(([key]) => key > last) && shapeAt(label, last + 1, true) === null;
        /** @type {Key[]} */
        const held = [[frame, shape], [last, shape], ...(returns ? [/** @type {Key} */ ([last + 1, null])] : [])];
        return { label: made(label, [...outer, ...held], label.until), copies: last - frame };
    }
    const there = new Set(keys.filter(([, own]) => own).map(([key]) => key));
    const free = Array.from({ length: last - frame }, (_, i) => frame + 1 + i);
    /** @type {Key[]} */
    const copies = free.filter((next) => !there.has(next) && fits(shape, sizeOf(next))).map((next) => [next, shape]);
    return { label: copies.length ? made(label, [...keys, ...copies]) : label, copies: copies.length };
};

/** Whether a shape of one frame can stand on another of this size. @param {Shape} shape @param {Size} size */
export const fits = (shape, [height, width]) => {
    if (shape.type === "bitmask") return shape.size[0] === height && shape.size[1] === width;
    const { x0, y0, x1, y1 } = boundsOfShape(shape);
    return x0 < width && y0 < height && x1 > 0 && y1 > 0;
};
