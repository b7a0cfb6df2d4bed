/** @import { Bitmask, Bounds, Label, ObjectClass, Pair, Point, Shape, Size } from "../types.js" */
/** @import { Raster } from "../mask/raster.js" */

import { clampedPoint, distance } from "../geometry/points.js";

/**
 * Where a tool works. All coordinates are pixels of the picture, also beside it.
 *
 * @typedef {object} Surroundings
 * @property {Size} size of the frame
 * @property {() => number} pixel size of a CSS pixel in pixels of the picture
 * @property {() => ObjectClass | undefined} active the class of what is drawn
 * @property {() => readonly Label[]} labels those that are seen, bottom first
 * @property {() => Label | undefined} selected
 * @property {() => number} brush its diameter, in pixels of the picture
 * @property {boolean} readOnly
 *
 * @typedef {Point & {shift?: boolean, alt?: boolean, coarse?: boolean}} Pointer coarse: a finger
 *
 * @typedef {object} Draft what is seen of a gesture that goes on
 * @property {string | null} id of the label that it changes
 * @property {Shape | null} shape
 * @property {Pair[]} [dots] vertices set so far
 * @property {boolean} [closing] whether letting go here closes the ring
 * @property {Raster} [mask] instead of a shape, under the brush
 * @property {Bounds | null} [dirty] what of the mask is new since the last draft
 * @property {Bitmask | null} [base] with the first draft of a stroke: the mask that it goes on with
 *
 * @typedef {{do: "draft", draft: Draft}
 *     | {do: "draw", shape: Shape}
 *     | {do: "change", id: string, shape: Shape, what: string}
 *     | {do: "remove", id: string, what: string}
 *     | {do: "select", id: string | null}
 *     | {do: "click", at: Pointer}
 *     | {do: "measure", line: [Point, Point] | null}
 *     | {do: "abandon", why?: string}} Outcome of what a hand did; click: it drew nothing; abandon: the draft is gone
 *
 * A state machine: pointers and keys go in, outcomes come out, null for nothing.
 *
 * @typedef {object} Tool
 * @property {boolean} isBusy whether there is a draft
 * @property {(at: Pointer) => Outcome | null} down
 * @property {(at: Pointer, between?: Pointer[]) => Outcome | null} move between: where it was since the last move
 * @property {(at: Pointer) => Outcome | null} up
 * @property {() => Outcome | null} cancel
 * @property {() => Outcome | null} [cancelPress] where that gives up less than cancel: only what this press began
 * @property {(at: Pointer) => Outcome | null} doubleClick
 * @property {(key: string) => Outcome | null | undefined} key "Enter", "Backspace", ...; undefined: not mine
 */

export const CLICK = 4; // CSS pixels: a shorter drag is a click
export const REACH = 8; // CSS pixels from which a handle or an outline is taken
const FINGER = 18;

/** @param {Surroundings} around @param {Pointer} pointer in pixels of the picture */
export const reachOf = (around, { coarse }) => (coarse ? FINGER : REACH) * around.pixel();

/**
 * Whether a press is so far beside the picture that it is none: no point is meant by it.
 *
 * @param {Surroundings} around
 * @param {Pointer} at
 */
export const isBeside = (around, at) => distance(at, clampedPoint(at, around.size)) > reachOf(around, at);

/** @type {{do: "abandon"}} */
export const ABANDON = { do: "abandon" };
