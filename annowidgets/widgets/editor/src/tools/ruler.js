/** @import { Outcome, Pointer, Surroundings, Tool } from "./tool.js" */

import { distance } from "../geometry/points.js";
import { CLICK } from "./tool.js";

/** Measures from where the button goes down to where it is let go; makes no label. @implements {Tool} */
export class RulerTool {
    #around;
    /** @type {Pointer | null} */
    #from = null;

    /** @param {Surroundings} around */
    constructor(around) {
        this.#around = around;
    }

    get isBusy() {
        return this.#from !== null;
    }

    /** @param {Pointer} at @returns {Outcome} */
    down(at) {
        this.#from = at;
        return { do: "measure", line: null };
    }

    /** @param {Pointer} at @returns {Outcome | null} */
    move(at) {
        if (!this.#from || distance(this.#from, at) < CLICK * this.#around.pixel()) return null;
        return { do: "measure", line: [this.#from, at] };
    }

    /** @param {Pointer} at */
    up(at) {
        const outcome = this.move(at);
        this.#from = null;
        return outcome;
    }

    /** @returns {Outcome} */
    cancel() {
        this.#from = null;
        return { do: "measure", line: null };
    }

    doubleClick() {
        return null;
    }

    key() {
        return undefined;
    }
}

/** Drags that go to the picture itself, as those of its window. @implements {Tool} */
export class IdleTool {
    isBusy = false;

    down() {
        return null;
    }

    move() {
        return null;
    }

    up() {
        return null;
    }

    cancel() {
        return null;
    }

    doubleClick() {
        return null;
    }

    key() {
        return undefined;
    }
}
