/** @import { Outcome, Pointer, Surroundings, Tool } from "./tool.js" */

import { placed } from "../geometry/points.js";
import { ABANDON, isBeside } from "./tool.js";

/** Sets one point, where the button is released. @implements {Tool} */
export class KeypointTool {
    #around;
    isBusy = false;

    /** @param {Surroundings} around */
    constructor(around) {
        this.#around = around;
    }

    /** @param {Pointer} at */
    down(at) {
        if (isBeside(this.#around, at)) return null;
        this.isBusy = true;
        return this.move(at);
    }

    /** @param {Pointer} at @returns {Outcome | null} */
    move(at) {
        return this.isBusy ? { do: "draft", draft: { id: null, shape: this.#shape(at) } } : null;
    }

    /** @param {Pointer} at @returns {Outcome | null} */
    up(at) {
        if (!this.isBusy) return null;
        this.isBusy = false;
        return { do: "draw", shape: this.#shape(at) };
    }

    cancel() {
        if (!this.isBusy) return null;
        this.isBusy = false;
        return ABANDON;
    }

    doubleClick() {
        return null;
    }

    key() {
        return undefined;
    }

    /** @param {Pointer} at @returns {import("../types.js").Keypoint} */
    #shape(at) {
        return { type: "keypoint", ...placed(at, this.#around.size) };
    }
}
