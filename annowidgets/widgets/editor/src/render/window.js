import { clamp } from "../geometry/points.js";

/**
 * The window of values after brightness and contrast.
 *
 * @param {[number, number]} window lowest and highest value that are told apart
 * @param {number} brightness -1 to 1: shifts by up to a window
 * @param {number} contrast -1 to 1: from an eighth of the slope to eight times of it
 * @returns {[number, number]}
 */
export const windowed = ([low, high], brightness, contrast) => {
    const width = (high - low) / 8 ** contrast;
    const middle = (low + high) / 2 - brightness * (high - low);
    return [middle - width / 2, middle + width / 2];
};

/** @typedef {"sigmoid" | number[] | undefined} Curve how grey grows in a window: in a line, in an S, by a table */

/**
 * Grey, 0 to 255 (DICOM PS3.3, C.11.2.1).
 *
 * @param {number} share where a value lies in the window: 0 at its lower end, 1 at its upper one
 * @param {Curve} [curve]
 */
export const greyAt = (share, curve) => {
    if (curve === "sigmoid") return Math.round(255 / (1 + Math.exp(2 - 4 * share))) || 0;
    const within = clamp(share, 0, 1) || 0; // what is no number is black
    return curve ? curve[Math.round(within * (curve.length - 1))] : Math.round(255 * within);
};

/**
 * Value -> pixel (opaque grey, as 32 bits) by lookup.
 *
 * @param {Uint8Array | Uint16Array | Int16Array} values of the type that is looked up; int16 is looked up 32768 higher
 * @param {[number, number]} window its lower end, which is the larger number where numbers fall as values grow
 * @param {boolean} invert whether low values are white
 * @param {Curve} [curve]
 * @returns {Uint32Array}
 */
export const greyTable = (values, [low, high], invert, curve) => {
    const size = values.BYTES_PER_ELEMENT === 1 ? 256 : 65536;
    const first = values instanceof Int16Array ? -32768 : 0;
    const table = new Uint32Array(size);
    const width = high - low || 1e-9;
    for (let i = 0; i < size; i++) {
        const shade = greyAt((i + first - low) / width, curve);
        const grey = invert ? 255 - shade : shade;
        table[i] = (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0;
    }
    return table;
};

/** The page's filter for pictures of 8 bits. @param {{brightness: number, contrast: number}} looks */
export const filterOf = ({ brightness, contrast }) =>
    brightness === 0 && contrast === 0 ? "none" : `brightness(${2 ** brightness}) contrast(${4 ** contrast})`;
