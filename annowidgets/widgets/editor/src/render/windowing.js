/** @import { Looks } from "../session.js" */

import { windowed } from "./window.js";

/**
 * A range of values to look at, in their own unit: at `low` all is black, at `high` all is white.
 *
 * @typedef {{name: string, centre: number, width: number, low: number, high: number}} ValueWindow
 *
 * @typedef {object} Scale how stored numbers become values
 * @property {[number, number]} window the first one of the file, in stored numbers
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
 * What is black and what is white, in stored numbers.
 *
 * @param {Scale} scale
 * @param {Looks} looks
 * @returns {{range: [number, number], invert: boolean}}
 */
export const rangeOf = ({ window, invert = false, slope = 1, intercept = 0 }, looks) => {
    const { brightness, contrast, inverted } = looks;
    if (!looks.window) return { range: windowed(window, brightness, contrast), invert: invert !== inverted };
    // a negative slope turns the ends round; `invert` is turned with it already
    const [a, b] = [looks.window.low, looks.window.high].map((value) => (value - intercept) / (slope || 1));
    return { range: windowed([Math.min(a, b), Math.max(a, b)], brightness, contrast), invert: invert !== inverted };
};

/**
 * A window after a drag: sideways its width, up and down its centre, in steps that suit it.
 *
 * @param {ValueWindow} from
 * @param {{x: number, y: number}} by in CSS pixels
 * @param {number} finest width
 */
export const dragged = ({ centre, width }, by, finest) =>
    windowAt("", centre + (by.y * width) / 300, Math.max(width * 2 ** (by.x / 150), finest));
