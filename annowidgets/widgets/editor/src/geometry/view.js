/** @import { Bounds, Point, Size } from "../types.js" */

import { clamp } from "./points.js";

/**
 * Where the picture stands in the view: a point of the view (CSS pixels) is ``scale`` times a point of the picture plus
 * (x, y).
 *
 * @typedef {{scale: number, x: number, y: number}} View
 * @typedef {{width: number, height: number}} Room of the view, in CSS pixels
 */

const MARGIN = 12; // CSS pixels around a picture that is fitted
const NEAREST = 64; // CSS pixels per pixel
const IN_SIGHT = 48; // CSS pixels of the picture that can't be panned out of the view

/** @param {View} view @param {Point} point @returns {Point} */
export const toPicture = ({ scale, x, y }, point) => ({ x: (point.x - x) / scale, y: (point.y - y) / scale });

/** @param {View} view @param {Point} point @returns {Point} */
export const toView = ({ scale, x, y }, point) => ({ x: point.x * scale + x, y: point.y * scale + y });

/**
 * The whole picture, in the middle; small ones at most eight times as large.
 *
 * @param {Size} size
 * @param {Room} room
 * @returns {View}
 */
export const fitted = ([height, width], room) => {
    const whole = Math.min((room.width - 2 * MARGIN) / width, (room.height - 2 * MARGIN) / height);
    const scale = clamp(whole, 1e-3, 8);
    return { scale, x: (room.width - width * scale) / 2, y: (room.height - height * scale) / 2 };
};

/** @param {View} view @param {Size} size @param {Room} room @returns {View} */
const kept = ({ scale, x, y }, [height, width], room) => {
    const sight = Math.min(IN_SIGHT, width * scale, height * scale, room.width / 2, room.height / 2);
    return {
        scale,
        x: clamp(x, sight - width * scale, room.width - sight),
        y: clamp(y, sight - height * scale, room.height - sight),
    };
};

/** @param {View} view @param {Point} by in CSS pixels @param {Size} size @param {Room} room */
export const panned = (view, by, size, room) => kept({ ...view, x: view.x + by.x, y: view.y + by.y }, size, room);

/**
 * Nearer or farther by a factor; what is seen at a place stays there.
 *
 * @param {View} view
 * @param {number} factor
 * @param {Point} at in CSS pixels
 * @param {Size} size
 * @param {Room} room
 */
export const zoomed = (view, factor, at, size, room) => {
    const farthest = Math.min(fitted(size, room).scale / 2, 1);
    const scale = clamp(view.scale * factor, Math.min(farthest, view.scale), NEAREST);
    const on = toPicture(view, at);
    return kept({ scale, x: at.x - on.x * scale, y: at.y - on.y * scale }, size, room);
};

/** What of the picture is in the view. @param {View} view @param {Room} room @returns {Bounds} */
export const inSight = (view, room) => {
    const [from, to] = [toPicture(view, { x: 0, y: 0 }), toPicture(view, { x: room.width, y: room.height })];
    return { x0: from.x, y0: from.y, x1: to.x, y1: to.y };
};
