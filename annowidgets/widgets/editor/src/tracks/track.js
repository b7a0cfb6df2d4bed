/** @import { Label, Shape } from "../types.js" */

// Where an object is on each frame. Where frames follow each other in time (`interpolate`), shapes move from one key
// frame to the next; otherwise each stands on its own frame only.

import { between } from "./between.js";

/** @typedef {[number, Shape | null]} Key a frame, and the shape that is set there; null: outside from there on */

/** @type {WeakMap<Label, Key[]>} */
const known = new WeakMap();

/**
 * The key frames in order; asked for every label on every frame that is passed, so remembered. (Names of properties
 * that are whole numbers come in their order.)
 *
 * @param {Label} label
 * @returns {readonly Key[]}
 */
export const keysOf = (label) => {
    let keys = known.get(label);
    if (!keys) {
        const { shape, key_frames = {} } = label;
        keys = Object.entries(key_frames).map(([frame, own]) => [Number(frame), own]);
        if (shape && !keys.length) keys.push([0, shape]);
        known.set(label, keys);
    }
    return keys;
};

/** How many key frames lie on a frame or before it. @param {readonly Key[]} keys @param {number} frame */
const countUpTo = (keys, frame) => {
    let [low, high] = [0, keys.length];
    while (low < high) {
        const middle = (low + high) >> 1;
        if (keys[middle][0] <= frame) low = middle + 1;
        else high = middle;
    }
    return low;
};

/** @param {Label} label @param {number} frame */
export const isKey = (label, frame) => {
    const keys = keysOf(label);
    const [key, shape] = keys[countUpTo(keys, frame) - 1] ?? [-1, null];
    return key === frame && shape !== null;
};

/** The object's first shape. @param {Label} label @returns {Shape} */
export const firstShape = (label) => /** @type {Shape} */ (keysOf(label)[0][1]);

/**
 * The object's shape on a frame, null where the frame doesn't carry it.
 *
 * @param {Label} label
 * @param {number} frame
 * @param {boolean} interpolate
 * @returns {Shape | null}
 */
export const shapeAt = (label, frame, interpolate) => {
    const { until } = label;
    const keys = keysOf(label);
    const after = countUpTo(keys, frame);
    if (after === 0) return null;
    const [start, shape] = keys[after - 1];
    if (start === frame || shape === null) return shape;
    if (!interpolate) return null;
    if (after === keys.length) return until !== undefined && frame <= until ? shape : null;
    const [stop, following] = keys[after];
    return following === null ? shape : between(shape, following, (frame - start) / (stop - start));
};

/**
 * The runs of frames that carry the object, one per key frame with a shape.
 *
 * @param {Label} label
 * @param {boolean} interpolate
 * @returns {{start: number, stop: number}[]}
 */
export const spansOf = (label, interpolate) => {
    const keys = keysOf(label);
    return keys.flatMap(([start, shape], i) => {
        if (shape === null) return [];
        if (!interpolate) return [{ start, stop: start + 1 }];
        const stop = i + 1 < keys.length ? keys[i + 1][0] : Math.max(start, label.until ?? start) + 1;
        return [{ start, stop }];
    });
};

/** First and last frame that carry the object. @param {Label} label @param {boolean} interpolate */
export const reachOf = (label, interpolate) => {
    const spans = spansOf(label, interpolate);
    return { first: spans[0].start, last: spans[spans.length - 1].stop - 1 };
};

/**
 * The frame nearest to one that carries the object.
 *
 * @param {Label} label
 * @param {number} frame
 * @param {boolean} interpolate
 */
export const nearestFrame = (label, frame, interpolate) => {
    let [best, away] = [frame, Infinity];
    for (const { start, stop } of spansOf(label, interpolate)) {
        const near = Math.min(Math.max(frame, start), stop - 1);
        if (Math.abs(near - frame) < away) [best, away] = [near, Math.abs(near - frame)];
    }
    return best;
};

/**
 * The shape that the object has nearest to a frame.
 *
 * @param {Label} label
 * @param {number} frame
 * @param {boolean} interpolate
 */
export const nearestShape = (label, frame, interpolate) =>
    /** @type {Shape} */ (shapeAt(label, nearestFrame(label, frame, interpolate), interpolate));

/** On how many frames the object is. @param {Label} label @param {boolean} interpolate */
export const frameCount = (label, interpolate) =>
    spansOf(label, interpolate).reduce((sum, { start, stop }) => sum + stop - start, 0);

/** The answers that hold on a frame. @param {Label} label @param {number} frame @returns {Record<string, any>} */
export const attributesAt = ({ attributes = {}, attributes_by_frame = {} }, frame) => {
    const starts = Object.keys(attributes_by_frame).map(Number);
    const holding = starts.filter((start) => start <= frame).sort((a, b) => a - b);
    return Object.assign({}, attributes, ...holding.map((start) => attributes_by_frame[start]));
};
