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

/**
 * Value -> pixel (opaque grey, as 32 bits) by lookup.
 *
 * @param {Uint8Array | Uint16Array | Int16Array} values of the type that is looked up; int16 is looked up 32768 higher
 * @param {[number, number]} window
 * @param {boolean} invert whether low values are white
 * @returns {Uint32Array}
 */
export const greyTable = (values, [low, high], invert) => {
    const size = values.BYTES_PER_ELEMENT === 1 ? 256 : 65536;
    const first = values instanceof Int16Array ? -32768 : 0;
    const table = new Uint32Array(size);
    const slope = 255 / Math.max(high - low, 1e-9);
    for (let i = 0; i < size; i++) {
        const share = Math.round(clamp((i + first - low) * slope, 0, 255));
        const grey = invert ? 255 - share : share;
        table[i] = (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0;
    }
    return table;
};

/** The page's filter for pictures of 8 bits. @param {{brightness: number, contrast: number}} looks */
export const filterOf = ({ brightness, contrast }) =>
    brightness === 0 && contrast === 0 ? "none" : `brightness(${2 ** brightness}) contrast(${4 ** contrast})`;
