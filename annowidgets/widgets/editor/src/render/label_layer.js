/** @import { Bounds, Shape } from "../types.js" */
/** @import { Room, View } from "../geometry/view.js" */
/** @import { Session } from "../session.js" */
/** @import { Context } from "./paint.js" */

import { grown, meet, union } from "../geometry/points.js";
import { inSight, toView } from "../geometry/view.js";
import { boundsOfShape } from "../shapes/index.js";
import { fillMask, isIntricate } from "./masks.js";
import { nameAt, onPicture, onView, paintPoints, paintText, pathOf, strokeLine } from "./paint.js";
import { colorOf, DOTS, HALO_EXTRA, LINE, nameOf } from "./style.js";

const NAMED = 120; // more names than this in the view are no help, and take time
const NARROWEST = 28; // CSS pixels of a label that is named without being pointed at
const FAINT = 0.2; // opacity of a mask that has no outline, where nothing is to be filled
const DASH = 5; // CSS pixels
const MARGIN = 12; // CSS pixels around a shape that its lines and points may take

/** @typedef {import("../tracks/tracks.js").Seen & {shape: Shape}} Shaped */

/**
 * Lines of one colour, in one path: a thousand labels are a dozen strokes.
 *
 * @typedef {{color: string, lines: Path2D, between: Path2D, unsaved: Path2D}} Group
 */

/** All labels but the one under the hand; of many, only those are painted anew that lie where something has changed. */
export class LabelLayer {
    #session;
    /** @type {Map<string, Bounds>} what is painted, and where, in pixels of the picture */
    #painted = new Map();
    /** @type {Set<string> | null} labels that have changed since; null: all of them, or the view */
    #stale = null;
    /** Whether names are painted, which reach further than shapes. */
    #isNamed = false;
    /** @type {string | null} */
    #except = null;

    /** @param {Session} session */
    constructor(session) {
        this.#session = session;
    }

    /** How many labels were in the view when it was painted last. */
    get seen() {
        return this.#painted.size;
    }

    /** @param {Iterable<string> | null} ids of labels that are to be painted anew; null: all, and all of the view */
    changed(ids) {
        if (ids === null) this.#stale = null;
        else for (const id of ids) this.#stale?.add(id);
    }

    /** @param {string | null} id of the label that is drawn elsewhere now @returns {boolean} whether that is news */
    leaveOut(id) {
        if (id === this.#except) return false;
        this.changed([id, this.#except].filter((one) => one !== null));
        this.#except = id;
        return true;
    }

    /** @param {Context} context @param {View} view @param {Room} room @param {number} density */
    paint(context, view, room, density) {
        const { looks, seen, hiddenIds } = this.#session;
        const sight = inSight(view, room);
        const labels = /** @type {Shaped[]} */ (
            (looks.hidden ? [] : seen).filter(
                ({ id, shape }) =>
                    shape && id !== this.#except && !hiddenIds.has(id) && meet(boundsOfShape(shape), sight),
            )
        );
        const isNamed = looks.names && labels.length <= NAMED;
        const before = this.#painted;
        this.#painted = new Map(labels.map(({ id, shape }) => [id, boundsOfShape(shape)]));
        /** @type {Bounds | null} */
        let part = sight;
        if (this.#stale && !isNamed && !this.#isNamed) {
            part = null;
            for (const id of this.#stale) {
                part = union(part, union(before.get(id) ?? null, this.#painted.get(id) ?? null));
            }
        }
        [this.#stale, this.#isNamed] = [new Set(), isNamed];
        if (!part) return;
        const reach = MARGIN / view.scale;
        context.save();
        clearOnly(context, grown(part, reach), view, density);
        // what lies beside that part may have lines and points in it
        const around = grown(part, 2 * reach);
        this.#paint(context, labels.filter(({ shape }) => meet(boundsOfShape(shape), around)), view, density);
        if (isNamed) this.#name(context, labels, view, density);
        context.restore();
    }

    /** @param {Context} context @param {Shaped[]} labels @param {View} view @param {number} density */
    #paint(context, labels, view, density) {
        const pixel = 1 / view.scale;
        onPicture(context, view, density);
        context.lineJoin = context.lineCap = "round";
        this.#fill(context, labels, density * view.scale);
        for (const { lines, between, unsaved, color } of this.#grouped(labels)) {
            strokeLine(context, lines, color, LINE * pixel, HALO_EXTRA * pixel);
            context.setLineDash(DOTS.map((length) => length * pixel));
            strokeLine(context, between, color, LINE * pixel, HALO_EXTRA * pixel);
            context.setLineDash([DASH * pixel, DASH * pixel]);
            strokeLine(context, unsaved, color, LINE * pixel, HALO_EXTRA * pixel);
            context.setLineDash([]);
        }
        for (const label of labels) {
            const item = this.#session.classOf(label);
            paintPoints(context, label.shape, colorOf(item), pixel, item, { width: LINE });
        }
    }

    /** @param {Context} context @param {Shaped[]} seen @param {number} scale canvas pixels per pixel of the picture */
    #fill(context, seen, scale) {
        const { outline, opacity } = this.#session.looks;
        const isBare = outline || opacity === 0;
        for (const label of seen) {
            const { shape } = label;
            if (shape.type === "keypoint" || shape.type === "polyline" || shape.type === "object_primitive") continue;
            const color = colorOf(this.#session.classOf(label));
            if (shape.type === "bitmask" && (!isBare || isIntricate(shape))) {
                context.globalAlpha = isBare ? FAINT : Math.min(1, 3 * opacity);
                fillMask(context, shape, color, scale);
            } else if (!isBare) {
                context.globalAlpha = opacity;
                context.fillStyle = color;
                context.fill(pathOf(shape), "evenodd");
            }
        }
        context.globalAlpha = 1;
    }

    /** @param {Context} context @param {Shaped[]} labels @param {View} view @param {number} density */
    #name(context, labels, view, density) {
        onView(context, density);
        for (const label of labels) {
            const { x0, x1, y0, y1 } = boundsOfShape(label.shape);
            const isPoint = label.shape.type === "keypoint";
            if (!isPoint && Math.max(x1 - x0, y1 - y0) * view.scale < NARROWEST) continue;
            paintText(context, nameOf(label), nameAt(label, view), "#ffffff");
        }
    }

    /**
     * Colours in the order of the classes, whichever labels there are: so a part lies over another as it did before.
     *
     * @param {Shaped[]} labels
     * @returns {Group[]}
     */
    #grouped(labels) {
        const { classes, unsaved } = this.#session;
        /** @type {Map<string, Group | null>} */
        const groups = new Map(classes.map((item) => [colorOf(item), null]));
        for (const label of labels) {
            if (label.shape.type === "bitmask" && isIntricate(label.shape)) continue;
            const color = colorOf(this.#session.classOf(label));
            const group = groups.get(color) ?? {
                color,
                lines: new Path2D(),
                between: new Path2D(),
                unsaved: new Path2D(),
            };
            groups.set(color, group);
            const own = unsaved.has(label.id) ? "unsaved" : label.drawn === "between" ? "between" : "lines";
            group[own].addPath(pathOf(label.shape));
        }
        return [...groups.values()].filter((group) => group !== null);
    }
}

/**
 * Clear a part of the canvas, and paint nowhere else from now on: whole pixels, so that no edge of it shows.
 *
 * @param {Context} context
 * @param {Bounds} part in pixels of the picture
 * @param {View} view
 * @param {number} density
 */
const clearOnly = (context, part, view, density) => {
    const [from, to] = [toView(view, { x: part.x0, y: part.y0 }), toView(view, { x: part.x1, y: part.y1 })];
    const [left, top] = [Math.floor(from.x * density), Math.floor(from.y * density)];
    const [width, height] = [Math.ceil(to.x * density) - left, Math.ceil(to.y * density) - top];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    context.clearRect(left, top, width, height);
};
