/** @import { Label, Shape } from "../types.js" */
/** @import { Handle } from "../shapes/kind.js" */
/** @import { Outcome, Pointer, Surroundings, Tool } from "./tool.js" */

import { distance } from "../geometry/points.js";
import { kindOf, labelAt } from "../shapes/index.js";
import { nextVisibility, withVisibility } from "../shapes/primitive.js";
import { ABANDON, CLICK, reachOf } from "./tool.js";

/**
 * The handle under a point; a vertex goes before the middle of an edge.
 *
 * @param {Shape} shape
 * @param {Pointer} at
 * @param {Surroundings} around
 * @returns {Handle | null}
 */
export const handleAt = (shape, at, around) => {
    const reach = reachOf(around, at);
    let [best, least] = [/** @type {Handle | null} */ (null), Infinity];
    for (const handle of kindOf(shape).handles(shape, around.pixel())) {
        const away = distance(handle, at) + (handle.role === "between" ? reach / 2 : 0);
        if (away <= reach && away < least) [best, least] = [handle, away];
    }
    return best;
};

/** @typedef {Label & {shape: Shape}} Shaped */

/** Selects, moves, and drags handles; Alt+click or a double click takes a vertex away. @implements {Tool} */
export class SelectTool {
    #around;
    /** @type {{from: Pointer, label: Shaped, handle: Handle | null, isDrag: boolean, shape: Shape} | null} */
    #press = null;
    /** @type {string | null} the primitive's point that was touched last */
    #point = null;

    /** @param {Surroundings} around */
    constructor(around) {
        this.#around = around;
    }

    get isBusy() {
        return this.#press !== null && this.#press.isDrag;
    }

    /** @param {Pointer} at @returns {Outcome | null} */
    down(at) {
        const { readOnly } = this.#around;
        const selected = this.#selected();
        const handle = selected && !readOnly ? handleAt(selected.shape, at, this.#around) : null;
        if (selected && handle) {
            this.#point = handle.name ?? null;
            if (at.alt) return this.#without(selected, handle);
            this.#press = { from: at, label: selected, handle, isDrag: false, shape: selected.shape };
            return null;
        }
        const label = labelAt(this.#around.labels(), at, reachOf(this.#around, at));
        if (!label?.shape) return { do: "select", id: null };
        const shaped = { ...label, shape: label.shape };
        if (!readOnly) this.#press = { from: at, label: shaped, handle: null, isDrag: false, shape: label.shape };
        return { do: "select", id: label.id };
    }

    /** @param {Pointer} at @returns {Outcome | null} */
    move(at) {
        if (!this.#press) return null;
        const { from, label, handle } = this.#press;
        this.#press.isDrag ||= distance(from, at) >= CLICK * this.#around.pixel();
        if (!this.#press.isDrag) return null;
        const { size } = this.#around;
        const kind = kindOf(label.shape);
        const by = { x: at.x - from.x, y: at.y - from.y };
        // where the handle was pressed, not its middle, stays under the pointer
        const shape = handle
            ? kind.dragged(
                  label.shape,
                  handle,
                  { x: handle.x + by.x, y: handle.y + by.y },
                  { size, constrain: at.shift },
              )
            : kind.moved(label.shape, by, size);
        this.#press.shape = shape ?? this.#press.shape; // dragged shut: it stays as it was last
        return { do: "draft", draft: { id: label.id, shape: this.#press.shape } };
    }

    /** @param {Pointer} at @returns {Outcome | null} */
    up(at) {
        if (!this.#press) return null;
        this.move(at);
        const { label, handle, isDrag, shape } = this.#press;
        this.#press = null;
        if (!isDrag) return null;
        if (JSON.stringify(shape) === JSON.stringify(label.shape)) return ABANDON;
        const what =
            handle === null
                ? "move"
                : {
                      resize: "resize",
                      turn: "rotate",
                      vertex: "move vertex",
                      between: "add vertex",
                      point: "move point",
                  }[handle.role];
        return { do: "change", id: label.id, shape, what };
    }

    cancel() {
        const wasDrag = this.isBusy;
        this.#press = null;
        return wasDrag ? ABANDON : null;
    }

    /** @param {Pointer} at */
    doubleClick(at) {
        const selected = this.#selected();
        const handle = selected && !this.#around.readOnly ? handleAt(selected.shape, at, this.#around) : null;
        return selected && handle ? this.#without(selected, handle) : null;
    }

    /** @param {string} key @returns {Outcome | null | undefined} */
    key(key) {
        const selected = this.#selected();
        if (key !== "o" || selected?.shape.type !== "object_primitive" || this.#around.readOnly) return undefined;
        const name = this.#point;
        if (name === null || !(name in selected.shape.points)) return null;
        const shape = withVisibility(selected.shape, name, nextVisibility(selected.shape.points[name][2]));
        return shape && { do: "change", id: selected.id, shape, what: `${name} ${shape.points[name][2]} in` };
    }

    /** @returns {Shaped | undefined} */
    #selected() {
        const label = this.#around.selected();
        return label?.shape && { ...label, shape: label.shape };
    }

    /** @param {Shaped} label @param {Handle} handle @returns {Outcome | null} */
    #without(label, handle) {
        const shape = kindOf(label.shape).without(label.shape, handle);
        return shape && { do: "change", id: label.id, shape, what: "delete vertex" };
    }
}
