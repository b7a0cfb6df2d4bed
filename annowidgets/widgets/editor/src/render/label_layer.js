/** @import { Shape } from "../types.js" */
/** @import { Room, View } from "../geometry/view.js" */
/** @import { Session } from "../session.js" */
/** @import { Context } from "./paint.js" */

import { meet } from "../geometry/points.js";
import { inSight } from "../geometry/view.js";
import { boundsOfShape } from "../shapes/index.js";
import { fillMask, isIntricate } from "./masks.js";
import { nameAt, onPicture, onView, paintPoints, paintText, pathOf, strokeLine } from "./paint.js";
import { colorOf, DOTS, HALO_EXTRA, LINE, nameOf } from "./style.js";

const NAMED = 120; // more names than this in the view are no help, and take time
const NARROWEST = 28; // CSS pixels of a label that is named without being pointed at
const FAINT = 0.2; // opacity of a mask that has no outline, where nothing is to be filled
const DASH = 5; // CSS pixels

/** @typedef {import("../tracks/tracks.js").Seen & {shape: Shape}} Shaped */

/**
 * Lines of one colour, in one path: a thousand labels are a dozen strokes.
 *
 * @typedef {{color: string, lines: Path2D, between: Path2D, unsaved: Path2D}} Group
 */

/** All labels but the one under the hand. */
export class LabelLayer {
    #session;
    /** @type {Map<string, Group> | null} null: to be gathered anew */
    #groups = null;
    /** How many labels were in the view when it was painted last. */
    seen = 0;
    /** @type {Shaped[]} */
    #shown = [];
    /** @type {string | null} */
    #except = null;

    /** @param {Session} session */
    constructor(session) {
        this.#session = session;
    }

    changed() {
        this.#groups = null;
    }

    /** @param {string | null} id of the label that is drawn elsewhere now @returns {boolean} whether that is news */
    leaveOut(id) {
        if (id === this.#except) return false;
        this.#except = id;
        this.changed();
        return true;
    }

    /** @param {Context} context @param {View} view @param {Room} room @param {number} density */
    paint(context, view, room, density) {
        onView(context, density);
        context.clearRect(0, 0, room.width, room.height);
        const { looks } = this.#session;
        if (looks.hidden) return;
        const groups = this.#gathered();
        const pixel = 1 / view.scale;
        onPicture(context, view, density);
        context.lineJoin = context.lineCap = "round";
        const sight = inSight(view, room);
        const seen = this.#shown.filter(({ shape }) => meet(boundsOfShape(shape), sight));
        this.seen = seen.length;
        this.#fill(context, seen, density * view.scale);
        for (const { lines, between, unsaved, color } of groups.values()) {
            strokeLine(context, lines, color, LINE * pixel, HALO_EXTRA * pixel);
            context.setLineDash(DOTS.map((length) => length * pixel));
            strokeLine(context, between, color, LINE * pixel, HALO_EXTRA * pixel);
            context.setLineDash([DASH * pixel, DASH * pixel]);
            strokeLine(context, unsaved, color, LINE * pixel, HALO_EXTRA * pixel);
            context.setLineDash([]);
        }
        for (const label of seen) {
            const item = this.#session.classOf(label);
            paintPoints(context, label.shape, colorOf(item), pixel, item, { width: LINE });
        }
        onView(context, density);
        if (looks.names && seen.length <= NAMED) this.#name(context, seen, view);
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

    /** @param {Context} context @param {Shaped[]} seen @param {View} view */
    #name(context, seen, view) {
        for (const label of seen) {
            const { x0, x1, y0, y1 } = boundsOfShape(label.shape);
            const isPoint = label.shape.type === "keypoint";
            if (!isPoint && Math.max(x1 - x0, y1 - y0) * view.scale < NARROWEST) continue;
            paintText(context, nameOf(label), nameAt(label, view), "#ffffff");
        }
    }

    #gathered() {
        if (this.#groups) return this.#groups;
        const { seen, unsaved } = this.#session;
        this.#shown = /** @type {Shaped[]} */ (
            seen.filter(({ id }) => id !== this.#except && !this.#session.hiddenIds.has(id))
        );
        this.#groups = new Map();
        for (const label of this.#shown) {
            if (label.shape.type === "bitmask" && isIntricate(label.shape)) continue;
            const color = colorOf(this.#session.classOf(label));
            let group = this.#groups.get(color);
            if (!group) {
                group = { color, lines: new Path2D(), between: new Path2D(), unsaved: new Path2D() };
                this.#groups.set(color, group);
            }
            const own = unsaved.has(label.id) ? "unsaved" : label.drawn === "between" ? "between" : "lines";
            group[own].addPath(pathOf(label.shape));
        }
        return this.#groups;
    }
}
