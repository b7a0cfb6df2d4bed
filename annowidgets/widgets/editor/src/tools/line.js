/** @import { Pair, Shape } from "../types.js" */
/** @import { Outcome, Pointer, Surroundings, Tool } from "./tool.js" */

import { distance, placed } from "../geometry/points.js";
import { simplified } from "../geometry/simplify.js";
import { polygonOf } from "../shapes/polygon.js";
import { polylineOf } from "../shapes/polyline.js";
import { ABANDON, CLICK, isBeside, reachOf } from "./tool.js";

const STEP = 2; // CSS pixels between points of a freehand line, before it is simplified
const FINE = 0.75; // CSS pixels that simplifying may be off

/**
 * Polygons and polylines: a click sets a vertex, a drag draws freehand. A shape drawn in one drag is finished when the
 * button is released; else it takes Enter, a double click, or for polygons a click on the first vertex.
 *
 * @implements {Tool}
 */
export class LineTool {
    #around;
    #closed;
    /** @type {Pair[]} */
    #points = [];
    /** @type {Pointer | null} where the pointer is */
    #at = null;
    /** @type {{at: Pointer, first: number, freehand: boolean, before: Pair[]} | null} first: index of the point set by
     *     this press; before: the points without it */
    #press = null;

    /** @param {Surroundings} around @param {{closed: boolean}} how */
    constructor(around, { closed }) {
        this.#around = around;
        this.#closed = closed;
    }

    get isBusy() {
        return this.#points.length > 0;
    }

    /** @param {Pointer} at */
    down(at) {
        // of a shape that has begun a vertex may be set there: it lies on the picture's edge
        if (!this.isBusy && isBeside(this.#around, at)) return null;
        if (this.#isClosing(at)) return this.#finish();
        const before = this.#points;
        // the second press of a double click sets no second vertex
        if (!this.#isNear(at, this.#points.at(-1), CLICK * this.#around.pixel())) this.#add(at);
        this.#press = { at, first: this.#points.length - 1, freehand: false, before };
        this.#at = at;
        return this.#draft();
    }

    /** @param {Pointer} at @param {Pointer[]} [between] */
    move(at, between = []) {
        if (!this.isBusy) return null;
        this.#at = at;
        if (this.#press) {
            this.#press.freehand ||= distance(this.#press.at, at) >= CLICK * this.#around.pixel();
            if (this.#press.freehand) {
                for (const point of [...between, at]) {
                    if (!this.#isNear(point, this.#points.at(-1), STEP * this.#around.pixel())) this.#add(point);
                }
            }
        }
        return this.#draft();
    }

    /** @param {Pointer} at */
    up(at) {
        if (!this.#press) return null;
        this.move(at);
        const { first, freehand } = this.#press;
        this.#press = null;
        if (!freehand) return this.#draft();
        const drawn = simplified(this.#points.slice(first), FINE * this.#around.pixel());
        this.#points = [...this.#points.slice(0, first), ...drawn];
        return first === 0 || this.#isClosing(at) ? this.#finish() : this.#draft();
    }

    cancel() {
        if (!this.isBusy) return null;
        this.#reset();
        return ABANDON;
    }

    cancelPress() {
        if (!this.#press) return null;
        this.#points = this.#press.before;
        this.#press = this.#at = null;
        return this.isBusy ? this.#draft() : this.#abandon();
    }

    doubleClick() {
        return this.isBusy ? this.#finish() : null;
    }

    /** @param {string} key */
    key(key) {
        if (!this.isBusy) return undefined;
        if (key === "Enter") return this.#finish();
        if (key !== "Backspace") return undefined;
        this.#points = this.#points.slice(0, -1);
        return this.isBusy ? this.#draft() : this.#abandon();
    }

    /** @returns {Outcome} */
    #finish() {
        const points =
            this.#closed && String(this.#points.at(-1)) === String(this.#points[0])
                ? this.#points.slice(0, -1)
                : this.#points;
        const shape = this.#closed ? polygonOf([points]) : polylineOf(points);
        this.#reset();
        if (shape) return { do: "draw", shape };
        const why = this.#closed ? "A polygon needs three points that aren't in a line" : "A line needs two points";
        return { do: "abandon", why };
    }

    #abandon() {
        this.#reset();
        return ABANDON;
    }

    #reset() {
        this.#points = [];
        this.#press = this.#at = null;
    }

    /** @param {Pointer} at */
    #add(at) {
        const { x, y } = placed(at, this.#around.size);
        this.#points = [...this.#points, [x, y]];
    }

    /** @param {Pointer} at @param {Pair | undefined} point @param {number} reach */
    #isNear(at, point, reach) {
        return point !== undefined && distance(placed(at, this.#around.size), { x: point[0], y: point[1] }) < reach;
    }

    /** @param {Pointer} at */
    #isClosing(at) {
        return this.#closed && this.#points.length >= 3 && this.#isNear(at, this.#points[0], reachOf(this.#around, at));
    }

    /** @returns {Outcome} */
    #draft() {
        const tip = this.#at && placed(this.#at, this.#around.size);
        /** @type {Pair[]} */
        const points = tip ? [...this.#points, [tip.x, tip.y]] : this.#points;
        /** @type {Shape} */
        const shape = { type: "polyline", points };
        const closing = this.#at !== null && !this.#press && this.#isClosing(this.#at);
        return { do: "draft", draft: { id: null, shape, dots: this.#points, closing } };
    }
}
