/** @import { Room, View } from "../geometry/view.js" */
/** @import { Session } from "../session.js" */
/** @import { Hand } from "./gesture_layer.js" */
/** @import { Picture } from "./picture.js" */

import { clamp } from "../geometry/points.js";
import { inSight } from "../geometry/view.js";
import { GestureLayer } from "./gesture_layer.js";
import { contextOf } from "./halved.js";
import { LabelLayer } from "./label_layer.js";
import { onPicture, onView } from "./paint.js";
import { filterOf } from "./window.js";

/** @typedef {"picture" | "labels" | "gesture"} LayerName */

/** @type {LayerName[]} */
const LAYERS = ["picture", "labels", "gesture"];

const MANY = 200; // labels
const SETTLED = 90; // ms after the last step of a pan

/** Three canvases on top of each other; what moves with the pointer is painted alone. */
export class Layers {
    /** @type {Room} */
    room = { width: 1, height: 1 };
    #session;
    #density = 1;
    #canvases;
    #contexts;
    #labels;
    #gesture;
    /** @type {Set<LayerName>} */
    #stale = new Set(LAYERS);
    #requested = 0;
    /** @type {View} where the labels were painted last */
    #painted = { scale: 0, x: 0, y: 0 };
    /** @type {any} */
    #settling = null;
    #state;

    /**
     * @param {HTMLElement} place
     * @param {Session} session
     * @param {() => {view: View, hand: Hand}} state read when it is painted
     */
    constructor(place, session, state) {
        this.#session = session;
        this.#state = state;
        this.#canvases = LAYERS.map((name) => {
            const canvas = place.ownerDocument.createElement("canvas");
            canvas.className = `aw-ed-layer aw-ed-layer-${name}`;
            canvas.setAttribute("aria-hidden", "true");
            place.append(canvas);
            return canvas;
        });
        this.#contexts = this.#canvases.map(contextOf);
        this.#labels = new LabelLayer(session);
        this.#gesture = new GestureLayer(session);
    }

    /** @param {Room} room @param {number} density device pixels per CSS pixel */
    resize(room, density) {
        [this.room, this.#density] = [room, density];
        for (const canvas of this.#canvases) {
            canvas.width = Math.max(1, Math.round(room.width * density));
            canvas.height = Math.max(1, Math.round(room.height * density));
            // exactly its pixels: stretched by a fraction of one, everything would be blurred
            canvas.style.width = `${canvas.width / density}px`;
            canvas.style.height = `${canvas.height / density}px`;
        }
        this.repaint(...LAYERS);
        this.#paint(); // else it stays white until the next frame
    }

    /** @param {Set<string>} ids of labels that have changed */
    labelsChanged(ids) {
        this.#labels.changed(ids);
        this.#request("labels", "gesture");
    }

    /** @param {...LayerName} names of what is painted anew as a whole at the next frame */
    repaint(...names) {
        if (names.includes("labels")) this.#labels.changed(null);
        this.#request(...names);
    }

    /** @param {...LayerName} names */
    #request(...names) {
        for (const name of names) this.#stale.add(name);
        this.#requested ||= requestAnimationFrame(() => this.#paint());
    }

    /** The view has changed. */
    viewChanged() {
        this.repaint("picture", "gesture");
        const { view } = this.#state();
        clearTimeout(this.#settling);
        // Many labels take longer than a frame to paint: while they are panned, what is painted is shifted as it is.
        if (view.scale !== this.#painted.scale || this.#labels.seen <= MANY) return this.repaint("labels");
        this.#canvases[1].style.transform = `translate(${view.x - this.#painted.x}px, ${view.y - this.#painted.y}px)`;
        this.#settling = setTimeout(() => this.repaint("labels"), SETTLED);
    }

    /** @param {Hand["draft"]} draft */
    draftChanged(draft) {
        if (draft) this.#gesture.maskChanged(draft);
        if (this.#labels.leaveOut(draft?.id ?? null)) this.#request("labels");
        this.repaint("gesture");
    }

    close() {
        cancelAnimationFrame(this.#requested);
        clearTimeout(this.#settling);
        for (const canvas of this.#canvases) canvas.remove();
    }

    #paint() {
        cancelAnimationFrame(this.#requested);
        this.#requested = 0;
        const { view, hand } = this.#state();
        const [picture, labels, gesture] = this.#contexts;
        const stale = this.#stale;
        this.#stale = new Set();
        if (stale.has("picture")) this.#paintPicture(picture, view);
        if (stale.has("labels")) {
            if (view !== this.#painted) this.#labels.changed(null);
            this.#labels.paint(labels, view, this.room, this.#density);
            this.#painted = view;
            this.#canvases[1].style.transform = "";
        }
        if (stale.has("gesture")) this.#gesture.paint(gesture, view, this.room, this.#density, hand);
    }

    /** @param {CanvasRenderingContext2D} context @param {View} view */
    #paintPicture(context, view) {
        onView(context, this.#density);
        context.clearRect(0, 0, this.room.width, this.room.height);
        const { frames, looks } = this.#session;
        const { picture } = frames;
        if (!picture) return;
        this.#canvases[0].style.filter = picture.hasValues ? "none" : filterOf(looks);
        const scale = view.scale * this.#density;
        const level = levelFor(picture, scale);
        const [width, height] = [Math.max(1, picture.width >> level), Math.max(1, picture.height >> level)];
        // an odd side has no exact half
        const [sizeY, sizeX] = this.#session.size;
        const [fx, fy] = [sizeX / width, sizeY / height];
        const sight = inSight(view, this.room);
        // whole pixels of the level, so that its edges lie where they lie in the whole picture
        const x0 = clamp(Math.floor(sight.x0 / fx) - 1, 0, width);
        const y0 = clamp(Math.floor(sight.y0 / fy) - 1, 0, height);
        const x1 = clamp(Math.ceil(sight.x1 / fx) + 1, 0, width);
        const y1 = clamp(Math.ceil(sight.y1 / fy) + 1, 0, height);
        if (x1 <= x0 || y1 <= y0) return;
        onPicture(context, view, this.#density);
        context.imageSmoothingEnabled = scale < 2; // enlarged, pixels are seen as what they are
        const source = picture.level(level, looks, { x0, y0, x1, y1 });
        context.drawImage(source, x0, y0, x1 - x0, y1 - y0, x0 * fx, y0 * fy, (x1 - x0) * fx, (y1 - y0) * fy);
    }
}

/** The smallest level that still has a pixel for each of the canvas. @param {Picture} picture @param {number} scale */
const levelFor = ({ levels }, scale) => clamp(Math.floor(-Math.log2(scale)), 0, levels - 1);
