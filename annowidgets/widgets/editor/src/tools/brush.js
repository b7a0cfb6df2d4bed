/** @import { Bitmask, Bounds, Label } from "../types.js" */
/** @import { Seen } from "../tracks/tracks.js" */
/** @import { Outcome, Pointer, Surroundings, Tool } from "./tool.js" */

import { union } from "../geometry/points.js";
import { Raster } from "../mask/raster.js";
import { bitmaskOf, read } from "../shapes/bitmask.js";
import { labelAt } from "../shapes/index.js";
import { ABANDON, reachOf } from "./tool.js";

/**
 * Whether there is a mask to go on with; of one that is only a shadow from another frame nothing is here.
 *
 * @param {Seen | undefined | null} label
 * @returns {label is Seen & {shape: Bitmask}}
 */
const isMask = (label) => label?.shape?.type === "bitmask" && label.drawn !== "ghost";

/**
 * Brush and eraser. A stroke of the brush goes on with the selected mask if it is of the active class, else begins
 * another one; the eraser works on the selected mask, else on the one under it.
 *
 * @implements {Tool}
 */
export class BrushTool {
    #around;
    #erases;
    /** @type {Raster | null} kept from stroke to stroke, for it is as large as the frame */
    #raster = null;
    /** @type {{label: (Label & {shape: Bitmask}) | null, last: Pointer} | null} */
    #stroke = null;

    /** @param {Surroundings} around @param {{erases: boolean}} how */
    constructor(around, { erases }) {
        this.#around = around;
        this.#erases = erases;
    }

    get isBusy() {
        return this.#stroke !== null;
    }

    /** @param {Pointer} at @returns {Outcome | null} */
    down(at) {
        const label = this.#target(at);
        if (this.#erases && !label) return null;
        const { size } = this.#around;
        this.#raster ??= new Raster(size);
        this.#raster.load(label ? read(label.shape).runs : []);
        this.#stroke = { label, last: at };
        return this.#draft(this.#paint([at]), label?.shape ?? null);
    }

    /** @param {Pointer} at @param {Pointer[]} [between] */
    move(at, between = []) {
        if (!this.#stroke) return null;
        return this.#draft(this.#paint([...between, at]));
    }

    /** @param {Pointer} at @returns {Outcome | null} */
    up(at) {
        if (!this.#stroke || !this.#raster) return null;
        const { label, last } = this.#stroke;
        if (at.x !== last.x || at.y !== last.y) this.#paint([at]);
        const runs = this.#raster.runs();
        this.#stroke = null;
        if (!runs) return label ? { do: "remove", id: label.id, what: "erase" } : ABANDON;
        const shape = bitmaskOf(this.#around.size, runs);
        if (!label) return { do: "draw", shape };
        if (shape.counts === label.shape.counts) return ABANDON;
        return { do: "change", id: label.id, shape, what: this.#erases ? "erase" : "paint" };
    }

    cancel() {
        if (!this.#stroke) return null;
        this.#stroke = null;
        return ABANDON;
    }

    doubleClick() {
        return null;
    }

    key() {
        return undefined;
    }

    /** @param {Pointer} at */
    #target(at) {
        const selected = this.#around.selected();
        if (isMask(selected) && (this.#erases || selected.category === this.#around.active()?.name)) return selected;
        if (!this.#erases) return null;
        const under = labelAt(this.#around.labels().filter(isMask), at, reachOf(this.#around, at));
        return isMask(under) ? under : null;
    }

    /** @param {Pointer[]} points */
    #paint(points) {
        /** @type {Bounds | null} */
        let dirty = null;
        for (const point of points) {
            if (!this.#stroke || !this.#raster) break;
            dirty = union(
                dirty,
                this.#raster.stroke(this.#stroke.last, point, this.#around.brush() / 2, !this.#erases),
            );
            this.#stroke.last = point;
        }
        return dirty;
    }

    /** @param {Bounds | null} dirty @param {Bitmask | null} [base] @returns {Outcome} */
    #draft(dirty, base) {
        const id = this.#stroke?.label?.id ?? null;
        return { do: "draft", draft: { id, shape: null, mask: this.#raster ?? undefined, dirty, base } };
    }
}
