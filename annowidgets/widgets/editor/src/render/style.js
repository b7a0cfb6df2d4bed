/** @import { Label, ObjectClass } from "../types.js" */

export const HALO = "rgba(0, 0, 0, 0.6)";
export const HALO_EXTRA = 2; // CSS pixels that the dark below is wider than the colour
export const LINE = 2; // CSS pixels
export const THICK = 3;
export const DOTS = [3, 5]; // CSS pixels, of a shape that follows from key frames around
export const DASHES = [6, 5]; // of one that is not on this frame
export const DOT = 4; // CSS pixels, radius of points
export const FONT = '12px system-ui, -apple-system, "Segoe UI", sans-serif';
const UNKNOWN = "#ff7f0e"; // of a class that the ontology does not know

/** @param {ObjectClass | undefined} item */
export const colorOf = (item) => item?.color ?? UNKNOWN;

/**
 * What stands beside a label: its class, and what was answered in few words.
 *
 * @param {Label & {told?: Record<string, any>}} label
 */
export const nameOf = ({ category, attributes = {}, told = attributes }) => {
    const answers = Object.values(told).filter((answer) => typeof answer === "string" && answer.length <= 24);
    return [category, ...answers.slice(0, 2)].join(" · ");
};

/** A colour as a pixel of an ImageData's 32 bits. @param {string} color "#rrggbb" */
export const pixelOf = (color) => {
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
    return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
};
