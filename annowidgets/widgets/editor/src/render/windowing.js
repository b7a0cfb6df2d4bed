/** @import { Looks } from "../session.js" */

import { windowed } from "./window.js";

/**
 * A range of values to look at, in their own unit: at `low` all is black, at `high` all is white.
 *
 * @typedef {{
 *     name: string, centre: number, width: number, low: number, high: number, curve?: import("./window.js").Curve
 * }} ValueWindow
 *
 * @typedef {object} Scale how stored numbers become values
 * @property {[number, number]} window the first one of the file, in stored numbers; a negative slope turns it round
 * @property {boolean} [invert]
 * @property {number} [slope]
 * @property {number} [intercept]
 * @property {string} [unit]
 * @property {ValueWindow[]} [windows] those of the file
 */

/** @type {[string, number, number][]} name, centre, width: those that radiology departments commonly use */
const CT = [
    ["Brain", 40, 80],
    ["Stroke", 40, 40],
    ["Lung", -600, 1500],
    ["Mediastinum", 50, 350],
    ["Abdomen", 50, 400],
    ["Liver", 30, 150],
    ["Bone", 400, 1800],
];

/** @param {string} name @param {number} centre @param {number} width @returns {ValueWindow} */
export const windowAt = (name, centre, width) => ({
    name,
    centre,
    width,
    low: centre - width / 2,
    high: centre + width / 2,
});

/** What there is to choose from: the file's own windows, and for values in HU the usual ones. @param {Scale} scale */
export const presetsOf = ({ windows = [], unit }) =>
    unit === "HU" ? [...windows, ...CT.map(([name, centre, width]) => windowAt(name, centre, width))] : windows;

/**
 * What is black and what is white, in stored numbers, what lies between, and whose window that is.
 *
 * @param {Scale} scale
 * @param {Looks} looks
 * @returns {{range: [number, number], invert: boolean, curve: import("./window.js").Curve, name: string}}
 */
export const rangeOf = ({ window, invert = false, slope = 1, intercept = 0, windows = [] }, looks) => {
    const { brightness, contrast, inverted } = looks;
    /** @param {number} value */
    const stored = (value) => (value - intercept) / (slope || 1);
    const { curve, name = "" } = looks.window ?? windows[0] ?? {};
    /** @type {[number, number]} */
    const ends = looks.window ? [stored(looks.window.low), stored(looks.window.high)] : window;
    return { range: windowed(ends, brightness, contrast), invert: invert !== inverted, curve, name };
};

/**
 * A window after a drag: sideways its width, up and down its centre, in steps that suit it; its curve with it.
 *
 * @param {ValueWindow} from
 * @param {{x: number, y: number}} by in CSS pixels
 * @param {number} finest width
 */
export const dragged = (from, by, finest) =>
    moved(from, from.centre + (by.y * from.width) / 300, Math.max(from.width * 2 ** (by.x / 150), finest));

/**
 * Another window of the same curve.
 *
 * @param {ValueWindow} from
 * @param {number} centre
 * @param {number} width
 * @returns {ValueWindow}
 */
export const moved = ({ curve, name }, centre, width) =>
    curve ? { ...windowAt(name, centre, width), curve } : windowAt("", centre, width);
