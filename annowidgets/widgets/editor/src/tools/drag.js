/** @import { Point, Shape } from "../types.js" */
/** @import { Pointer, Surroundings, Tool } from "./tool.js" */

import { clampedPoint, distance, placed } from "../geometry/points.js";
import { ABANDON, CLICK } from "./tool.js";

/** @typedef {(from: Point, to: Point) => Shape | null} Make null where the shape would have no area */

/** Drags a shape out from one corner to the other: boxes and skeletons. @implements {Tool} */
export class DragTool {
    #around;
    #make;
    /** @type {Pointer | null} where the button went down */
    #from = null;
    #isDrag = false;

    /** @param {Surroundings} around @param {Make} make */
    constructor(around, make) {
        this.#around = around;
        this.#make = make;
    }

    get isBusy() {
        return this.#from !== null;
    }

    /** @param {Pointer} at */
    down(at) {
        [this.#from, this.#isDrag] = [at, false];
        return null;
    }

    /** @param {Pointer} at @returns {import("./tool.js").Outcome | null} */
    move(at) {
        if (!this.#from) return null;
        // once a drag, always a drag, also where it comes back
        this.#isDrag ||= distance(this.#from, at) >= CLICK * this.#around.pixel();
        return this.#isDrag ? { do: "draft", draft: { id: null, shape: this.#shape(at) } } : null;
    }

    /** @param {Pointer} at @returns {import("./tool.js").Outcome | null} */
    up(at) {
        if (!this.#from) return null;
        this.move(at);
        const shape = this.#isDrag ? this.#shape(at) : null;
        const [from, isDrag] = [this.#from, this.#isDrag];
        this.cancel();
        if (shape) return { do: "draw", shape };
        return isDrag ? ABANDON : { do: "click", at: from };
    }

    cancel() {
        if (!this.#from) return null;
        this.#from = null;
        return ABANDON;
    }

    doubleClick() {
        return null;
    }

    key() {
        return undefined;
    }

    /** @param {Pointer} at */
    #shape(at) {
        const { size } = this.#around;
        const from = placed(this.#from ?? at, size);
        let to = clampedPoint(at, size);
        if (at.shift) {
            // a square; the shorter side decides, so that it stays on the frame
            const side = Math.min(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
            to = { x: from.x + Math.sign(to.x - from.x) * side, y: from.y + Math.sign(to.y - from.y) * side };
        }
        return this.#make(from, placed(to, size));
    }
}
