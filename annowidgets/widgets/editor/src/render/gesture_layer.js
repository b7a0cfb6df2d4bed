/** @import { Bounds, Pair, Point, Shape } from "../types.js" */
/** @import { Room, View } from "../geometry/view.js" */
/** @import { Session } from "../session.js" */
/** @import { Draft } from "../tools/tool.js" */
/** @import { Seen } from "../tracks/tracks.js" */
/** @import { Context } from "./paint.js" */

import { boundsOf } from "../geometry/points.js";
import { toView } from "../geometry/view.js";
import { boundsOfShape, kindOf } from "../shapes/index.js";
import { lineOf, measured } from "../measures.js";
import { fillMask, isIntricate, LiveMask } from "./masks.js";
import { nameAt, onPicture, onView, paintPoints, paintText, pathOf, strokeLine } from "./paint.js";
import { paintRuler } from "./ruler.js";
import { colorOf, DASHES, DOTS, HALO, HALO_EXTRA, nameOf, THICK } from "./style.js";

const GRIP = 8; // CSS pixels
const MARGIN = 36; // CSS pixels around a shape that its handles may take
const HOVERED = "rgba(255, 255, 255, 0.9)";
const MOST_GRIPS = 400; // of a freehand outline; the nearest ones still answer to the pointer

/**
 * @typedef {object} Hand what is under the hand in one view
 * @property {Draft | null} draft
 * @property {Point | null} at where pointer or keyboard cursor is, in pixels of the picture
 * @property {boolean} isKeyboard
 * @property {[Point, Point] | null} ruler what is measured, in pixels of the picture
 */

/** What moves with the pointer: the draft, the selected label with its handles, crosshair and brush. */
export class GestureLayer {
    #session;
    #live = new LiveMask();
    /** @type {Bounds | null} what is painted on, in CSS pixels: clearing only that, the page composes only that anew */
    #painted = null;

    /** @param {Session} session */
    constructor(session) {
        this.#session = session;
    }

    /** @param {Draft} draft its mask has changed */
    maskChanged({ id, mask, dirty, base }) {
        if (!mask) return;
        if (base !== undefined) this.#live.begin(mask.size, this.#colorOf(id), base);
        if (dirty) this.#live.draw(mask, dirty);
    }

    /** @param {Context} context @param {View} view @param {Room} room @param {number} density @param {Hand} hand */
    paint(context, view, room, density, hand) {
        onView(context, density);
        if (this.#painted) {
            const { x0, y0, x1, y1 } = this.#painted;
            context.clearRect(x0, y0, x1 - x0, y1 - y0);
            this.#painted = null;
        }
        context.lineJoin = context.lineCap = "round";
        const { draft } = hand;
        const { selected, hoveredId, looks } = this.#session;
        const hovered = this.#session.seenOf(hoveredId);
        if (hovered?.shape && hovered.id !== selected?.id && !draft && !looks.hidden)
            this.#outline(context, view, density, hovered, hovered.shape, false);
        if (
            selected?.shape &&
            draft?.id !== selected.id &&
            !looks.hidden &&
            !this.#session.hiddenIds.has(selected.id)
        ) {
            this.#outline(context, view, density, selected, selected.shape, true);
            if (!draft && !this.#session.readOnly)
                this.#handles(context, view, selected.shape, colorOf(this.#session.classOf(selected)));
        }
        if (draft) this.#draft(context, view, density, draft);
        onView(context, density);
        if (hand.ruler) {
            const text = measured(lineOf(hand.ruler), this.#session.given.spacing) ?? "";
            this.#cover(paintRuler(context, view, hand.ruler, text), 3);
        }
        this.#cursor(context, view, room, hand);
    }

    /** Something is painted there. @param {Bounds} bounds @param {number} margin both in CSS pixels */
    #cover({ x0, y0, x1, y1 }, margin) {
        const before = this.#painted ?? { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
        this.#painted = {
            x0: Math.min(before.x0, Math.floor(x0) - margin),
            y0: Math.min(before.y0, Math.floor(y0) - margin),
            x1: Math.max(before.x1, Math.ceil(x1) + margin),
            y1: Math.max(before.y1, Math.ceil(y1) + margin),
        };
    }

    /** @param {Shape} shape @param {View} view */
    #coverShape(shape, view) {
        const { x0, y0, x1, y1 } =
            shape.type === "object_primitive" ? boundsOf(Object.values(shape.points)) : boundsOfShape(shape);
        const [from, to] = [toView(view, { x: x0, y: y0 }), toView(view, { x: x1, y: y1 })];
        this.#cover({ x0: from.x, y0: from.y, x1: to.x, y1: to.y }, MARGIN);
    }

    /** @param {Context} context @param {string} text @param {Pair} at */
    #text(context, text, at) {
        paintText(context, text, at, "#ffffff");
        const { width } = context.measureText(text);
        this.#cover({ x0: at[0], y0: at[1] - 14, x1: at[0] + width, y1: at[1] + 4 }, 4);
    }

    /** @param {string | null} id */
    #colorOf(id) {
        const label = this.#session.document.byId(id);
        return colorOf(label ? this.#session.classOf(label) : this.#session.active);
    }

    /**
     * @param {Context} context
     * @param {View} view
     * @param {number} density
     * @param {Seen} label
     * @param {Shape} shape
     * @param {boolean} isSelected
     */
    #outline(context, view, density, label, shape, isSelected) {
        const pixel = 1 / view.scale;
        const item = this.#session.classOf(label);
        this.#coverShape(shape, view);
        onPicture(context, view, density);
        const color = isSelected ? colorOf(item) : HOVERED;
        const { drawn } = label;
        const dashes = drawn === "between" ? DOTS : drawn === "ghost" ? DASHES : [];
        context.setLineDash(dashes.map((length) => length * pixel));
        context.globalAlpha = drawn === "ghost" ? 0.7 : 1;
        strokeLine(context, pathOf(shape), color, (isSelected ? THICK : 1) * pixel, HALO_EXTRA * pixel);
        context.setLineDash([]);
        if (isSelected || shape.type === "keypoint" || shape.type === "object_primitive") {
            paintPoints(context, shape, color, pixel, item, { width: THICK, all: isSelected });
        }
        context.globalAlpha = 1;
        onView(context, density);
        const name = drawn === "ghost" ? `${nameOf(label)} · not on this frame` : nameOf(label);
        this.#text(context, name, nameAt({ ...label, shape }, view));
    }

    /** @param {Context} context @param {View} view @param {Shape} shape @param {string} color */
    #handles(context, view, shape, color) {
        if (shape.type === "keypoint" || shape.type === "object_primitive")
            return this.#pointNames(context, view, shape);
        const handles = kindOf(shape).handles(shape, 1 / view.scale);
        context.lineWidth = 1.5;
        for (const { role, ...at } of handles.length > MOST_GRIPS
            ? handles.filter((_, i) => i % Math.ceil(handles.length / MOST_GRIPS) === 0)
            : handles) {
            const { x, y } = toView(view, at);
            context.strokeStyle = color;
            context.fillStyle = role === "between" ? "rgba(255, 255, 255, 0.45)" : "#ffffff";
            context.beginPath();
            if (role === "turn") context.arc(x, y, GRIP / 2 + 0.5, 0, 2 * Math.PI);
            else if (role === "between") context.arc(x, y, GRIP / 2 - 1, 0, 2 * Math.PI);
            else context.rect(x - GRIP / 2, y - GRIP / 2, GRIP, GRIP);
            context.fill();
            context.stroke();
        }
    }

    /** @param {Context} context @param {View} view @param {Shape} shape */
    #pointNames(context, view, shape) {
        if (shape.type !== "object_primitive") return;
        for (const [name, [x, y, visibility]] of Object.entries(shape.points)) {
            const at = toView(view, { x, y });
            this.#text(context, visibility === "visible" ? name : `${name} (${visibility})`, [at.x + 9, at.y + 4]);
        }
    }

    /** @param {Context} context @param {View} view @param {number} density @param {Draft} draft */
    #draft(context, view, density, { id, shape, mask, dots, closing }) {
        const pixel = 1 / view.scale;
        const color = this.#colorOf(id);
        const label = this.#session.document.byId(id);
        onPicture(context, view, density);
        if (mask && this.#live.canvas) {
            context.globalAlpha = Math.max(0.35, Math.min(1, 3 * this.#session.looks.opacity));
            context.imageSmoothingEnabled = view.scale * density < 1;
            const { x0, y0, x1, y1 } = mask.bounds;
            if (x1 > x0 && y1 > y0) {
                context.drawImage(this.#live.canvas, x0, y0, x1 - x0, y1 - y0, x0, y0, x1 - x0, y1 - y0);
                const [from, to] = [toView(view, { x: x0, y: y0 }), toView(view, { x: x1, y: y1 })];
                this.#cover({ x0: from.x, y0: from.y, x1: to.x, y1: to.y }, 2);
            }
            context.globalAlpha = 1;
        }
        if (!shape) return;
        this.#coverShape(shape, view);
        if (shape.type === "bitmask" && isIntricate(shape)) {
            context.globalAlpha = OF_DRAFT;
            fillMask(context, shape, color, view.scale * density);
            context.globalAlpha = 1;
        }
        strokeLine(context, pathOf(shape), color, LINE_OF_DRAFT * pixel, HALO_EXTRA * pixel);
        const item = label ? this.#session.classOf(label) : this.#session.active;
        paintPoints(context, shape, color, pixel, item, { width: THICK, all: true });
        onView(context, density);
        if (dots) this.#dots(context, view, dots, color, closing ?? false);
        else if (shape.type !== "keypoint" && shape.type !== "object_primitive" && id)
            this.#handles(context, view, shape, color);
    }

    /**
     * @param {Context} context
     * @param {View} view
     * @param {Pair[]} dots
     * @param {string} color
     * @param {boolean} closing
     */
    #dots(context, view, dots, color, closing) {
        dots.forEach(([px, py], i) => {
            const { x, y } = toView(view, { x: px, y: py });
            const first = i === 0 && closing;
            context.beginPath();
            context.arc(x, y, first ? 7 : 3.5, 0, 2 * Math.PI);
            context.fillStyle = first ? color : "#ffffff";
            context.strokeStyle = first ? "#ffffff" : color;
            context.lineWidth = 1.5;
            context.fill();
            context.stroke();
        });
    }

    /** @param {Context} context @param {View} view @param {Room} room @param {Hand} hand */
    #cursor(context, view, room, { at, isKeyboard }) {
        if (!at) return;
        const { tool, looks, brush } = this.#session;
        const { x, y } = toView(view, at);
        if (looks.crosshair || isKeyboard) {
            const path = new Path2D();
            const [across, down] = looks.crosshair ? [room.width, room.height] : [14, 14];
            path.moveTo(looks.crosshair ? 0 : x - across, y);
            path.lineTo(looks.crosshair ? across : x + across, y);
            path.moveTo(x, looks.crosshair ? 0 : y - down);
            path.lineTo(x, looks.crosshair ? down : y + down);
            this.#cover({ x0: x - across, y0: y - down, x1: x + across, y1: y + down }, 3);
            strokeLine(context, path, isKeyboard ? "#ffd54f" : "rgba(255, 255, 255, 0.85)", 1, 2);
        }
        if (tool === "brush" || tool === "eraser") {
            const radius = Math.max(1, (brush / 2) * view.scale);
            this.#cover({ x0: x - radius, y0: y - radius, x1: x + radius, y1: y + radius }, 3);
            context.beginPath();
            context.arc(x, y, radius, 0, 2 * Math.PI);
            context.lineWidth = 3;
            context.strokeStyle = HALO;
            context.stroke();
            context.lineWidth = 1.2;
            context.strokeStyle = "#ffffff";
            context.stroke();
        }
    }
}

const LINE_OF_DRAFT = 2.5; // CSS pixels
const OF_DRAFT = 0.5; // opacity of a mask that has no outline
