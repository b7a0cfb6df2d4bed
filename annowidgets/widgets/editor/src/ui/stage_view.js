/** @import { Point } from "../types.js" */
/** @import { View } from "../geometry/view.js" */
/** @import { Hand } from "../render/gesture_layer.js" */
/** @import { Session } from "../session.js" */
/** @import { Outcome, Pointer, Surroundings, Tool } from "../tools/tool.js" */

import { clampedPoint, meet } from "../geometry/points.js";
import { fitted, inSight, panned, toPicture, toView, zoomed } from "../geometry/view.js";
import { Layers } from "../render/layers.js";
import { kindOf, labelAt } from "../shapes/index.js";
import { TOOLS } from "../tools/index.js";
import { handleAt, SelectTool } from "../tools/select.js";
import { reachOf } from "../tools/tool.js";

const NEIGHBOURHOOD = 1.5; // of a label that is brought into sight: how much of the picture around it is seen with it

/** One place on the page where the picture is seen and worked on: its zoom, its tool, what is under the hand. */
export class StageView {
    /** @type {View} */
    view = { scale: 1, x: 0, y: 0 };
    /** @type {Hand} */
    hand = { draft: null, at: null, isKeyboard: false, ruler: null };
    /** @type {(() => void) | null} told when what is under the hand has changed */
    onHand = null;
    /** @type {(() => void) | null} told when something has begun, or ended */
    onBegun = null;
    /** Whether the keyboard's cursor is pressed. */
    isKeyPressed = false;
    #isFitted = true;
    /** @type {Surroundings} */
    #around;
    /** @type {Tool} */
    #tool;
    /** @type {Tool} takes handles while another tool is chosen */
    #grabber;
    /** @type {Tool} the one that the gesture goes to */
    #current;
    /** @type {{id: string, shape: import("../types.js").Shape} | null} */
    #nudged = null;
    /** @type {[number, number]} height and width of the frame that is shown */
    #sized = [0, 0];
    /** @type {(() => void)[]} */
    #stops;

    /** @param {Session} session @param {HTMLElement} place */
    constructor(session, place) {
        this.session = session;
        this.place = place;
        this.layers = new Layers(place, session, () => ({ view: this.view, hand: this.hand }));
        this.#around = this.#surroundings();
        this.#grabber = new SelectTool(this.#around);
        this.#tool = this.#current = this.#made();
        this.#stops = [
            session.on("labels", ({ ids }) => this.layers.labelsChanged(ids)),
            session.on("selection", () => this.#selected()),
            session.on("hover", () => this.layers.repaint("gesture")),
            session.on("looks", () => this.layers.repaint("picture", "labels", "gesture")),
            session.on("picture", () => this.layers.repaint("picture")),
            session.on("frame", () => this.#turned()),
            session.on("tool", () => this.#toolChanged()),
            session.on("open", () => this.#opened()),
        ];
        const observer = new ResizeObserver(() => this.#resized());
        observer.observe(place);
        // also where only the density changes, on another screen
        const resized = () => this.#resized();
        window.addEventListener("resize", resized);
        this.#stops.push(
            () => observer.disconnect(),
            () => window.removeEventListener("resize", resized),
        );
    }

    close() {
        for (const stop of this.#stops) stop();
        this.layers.close();
    }

    /** Whether a button is held down on the picture. */
    isPressed = false;

    /** @returns {boolean} whether a gesture or an unfinished shape is under the hand */
    get isBusy() {
        return this.#current.isBusy || this.hand.draft !== null;
    }

    /** @returns {boolean} whether there is something to take back before any edit */
    get hasBegun() {
        return this.isKeyPressed || this.isBusy;
    }

    /** @returns {boolean} whether a shape waits for its next vertex */
    get isDrawing() {
        return this.hand.draft?.dots !== undefined;
    }

    /** What is drawn or selected, as it is at this moment. */
    get shape() {
        const { draft } = this.hand;
        const shape = draft?.shape ?? this.session.selected?.shape;
        return !shape || (draft?.dots && draft.dots.length < 2) ? null : shape;
    }

    // --- the view

    fit() {
        this.#isFitted = true;
        this.#show(fitted(this.session.size, this.layers.room));
    }

    /** @param {number} factor @param {Point} [at] in CSS pixels */
    zoom(factor, at = this.#middle) {
        this.#isFitted = false;
        this.#show(zoomed(this.view, factor, at, this.session.size, this.layers.room));
    }

    /** One pixel of the picture on one of the screen. */
    zoomToPixels() {
        this.zoom(1 / (this.view.scale * (window.devicePixelRatio || 1)));
    }

    /** @param {Point} by in CSS pixels */
    pan(by) {
        this.#isFitted = false;
        this.#show(panned(this.view, by, this.session.size, this.layers.room));
    }

    /** @param {Point} point in CSS pixels of the stage */
    toPicture(point) {
        return toPicture(this.view, point);
    }

    // --- the hand

    /** @param {Pointer} at */
    press(at) {
        this.#settleNudge();
        this.session.player.stop();
        this.isPressed = true;
        this.session.hover(null);
        const { selected, tool, readOnly } = this.session;
        const grabs = !readOnly && TOOLS[tool].grabs && selected?.shape && handleAt(selected.shape, at, this.#around);
        this.#current = grabs ? this.#grabber : this.#tool;
        this.hand.at = at;
        this.#perform(this.#current.down(at));
    }

    /** @param {Pointer} at @param {Pointer[]} [between] */
    move(at, between = []) {
        this.hand.at = at;
        this.#perform(this.#current.move(at, between));
        this.#handMoved();
    }

    /** Nothing is pressed. @param {Pointer} at */
    hover(at) {
        this.hand.at = at;
        if (this.#current.isBusy) this.#perform(this.#current.move(at));
        else {
            const seen = this.session.tool === "select" || TOOLS[this.session.tool].grabs ? this.#around.labels() : [];
            const under = labelAt(seen, at, reachOf(this.#around, at));
            this.session.hover(under?.id ?? null);
            const over = this.#handleUnder(at) ?? (under ? "label" : "");
            if (over !== this.place.dataset.over) this.place.dataset.over = over;
        }
        this.#handMoved();
    }

    /** @param {Pointer} at */
    release(at) {
        this.isPressed = false;
        this.#perform(this.#current.up(at));
        if (!this.#current.isBusy) this.#current = this.#tool;
        this.session.player.settle();
    }

    /** @param {Pointer} at @returns {boolean} whether that did something */
    doubleClick(at) {
        const { selected, tool } = this.session;
        const grabs = TOOLS[tool].grabs && selected?.shape;
        const outcome = (grabs ? this.#grabber : this.#tool).doubleClick(at);
        this.#perform(outcome);
        return outcome !== null;
    }

    /** The pointer is no longer here. */
    leave() {
        if (this.hand.isKeyboard) return;
        this.hand.at = null;
        this.session.hover(null);
        this.#handMoved();
    }

    /** @returns {boolean} whether there was something to give up */
    abandon() {
        const nudged = this.#nudged !== null;
        this.#nudged = null;
        this.isPressed = false;
        const outcome = this.#current.cancel();
        this.#current = this.#tool;
        this.#draft(null);
        this.session.player.settle();
        return outcome !== null || nudged;
    }

    /** Take back what has begun: its last vertex, else all of it. @returns {boolean} whether there was anything */
    takeBack() {
        if (!this.hasBegun) return false;
        if (this.toolKey("Backspace")) return true;
        this.isKeyPressed = false;
        this.abandon();
        return true;
    }

    /** Take back what has begun, else the last edit. */
    undo() {
        if (!this.takeBack()) this.session.undo();
    }

    /** Give up what the press began, and only that: vertices set before it stay. */
    abandonPress() {
        this.isPressed = false; // else no other frame could be turned to
        if (this.#current.cancelPress) this.#perform(this.#current.cancelPress());
        else this.abandon();
    }

    /** @param {string} key @returns {boolean} whether the tool took it */
    toolKey(key) {
        const outcome = this.#current.key(key) ?? this.#grabber.key(key);
        if (outcome === undefined) return false;
        this.#perform(outcome);
        return true;
    }

    /**
     * Move the selected label while an arrow key is held; the release of the key is the end of the gesture.
     *
     * @param {Point} by
     */
    nudge(by) {
        const { selected, readOnly } = this.session;
        if (!selected?.shape || readOnly) return;
        const from = this.#nudged?.id === selected.id ? this.#nudged.shape : selected.shape;
        this.#nudged = { id: selected.id, shape: kindOf(from).moved(from, by, this.session.size) };
        this.#draft({ ...this.#nudged });
    }

    /** @returns {boolean} */
    endNudge() {
        return this.#settleNudge();
    }

    /** The keyboard's cursor, at the pointer or in the middle of the view. */
    showCursor() {
        if (this.hand.isKeyboard) return;
        const at = this.hand.at ?? this.toPicture(this.#middle);
        const { x, y } = clampedPoint(at, this.session.size);
        this.hand = { ...this.hand, at: { x: Math.round(x), y: Math.round(y) }, isKeyboard: true };
        this.hover(/** @type {Point} */ (this.hand.at));
    }

    hideCursor() {
        if (!this.hand.isKeyboard) return;
        this.hand.isKeyboard = false;
        this.layers.repaint("gesture");
    }

    /** @param {Point} by in pixels of the picture @param {{shift?: boolean}} [how] @param {boolean} [pressed] */
    moveCursor(by, how = {}, pressed = false) {
        this.showCursor();
        const from = this.hand.at ?? { x: 0, y: 0 };
        const at = { ...clampedPoint({ x: from.x + by.x, y: from.y + by.y }, this.session.size), ...how };
        if (pressed) this.move(at);
        else this.hover(at);
        this.#bringIntoView(at);
    }

    // ---

    get #middle() {
        return { x: this.layers.room.width / 2, y: this.layers.room.height / 2 };
    }

    /** @returns {Surroundings} */
    #surroundings() {
        const view = this;
        const { session } = this;
        return {
            get size() {
                return session.size;
            },
            get readOnly() {
                return session.readOnly;
            },
            pixel: () => 1 / view.view.scale,
            active: () => session.active,
            labels: () => {
                if (session.looks.hidden) return [];
                const seen = session.seen.filter(({ id }) => !session.hiddenIds.has(id));
                const { selected } = session;
                return selected?.drawn === "ghost" ? [...seen, selected] : seen;
            },
            selected: () => (session.looks.hidden ? undefined : session.selected),
            brush: () => session.brush,
        };
    }

    /** What a press would drag: "vertex", or "resize-1" along a falling diagonal. @param {Pointer} at */
    #handleUnder(at) {
        const { selected, readOnly, tool } = this.session;
        const takes = tool === "select" || TOOLS[tool].grabs;
        if (readOnly || !takes || !selected?.shape) return null;
        const handle = handleAt(selected.shape, at, this.#around);
        if (handle?.role !== "resize") return handle?.role ?? null;
        const turned = selected.shape.type === "rotatable_bounding_box" ? selected.shape.angle : 0;
        const away = Math.atan2((handle.fy ?? 0.5) - 0.5, (handle.fx ?? 0.5) - 0.5) + (turned * Math.PI) / 180;
        return `resize-${(Math.round((4 * away) / Math.PI) % 4 + 4) % 4}`;
    }

    /** What was chosen in the list may lie outside of what is seen. */
    #selected() {
        this.layers.repaint("gesture");
        const { shape } = this.session.selected ?? {};
        const { room } = this.layers;
        if (!shape || this.isPressed || !room.width) return;
        const { x0, y0, x1, y1 } = kindOf(shape).bounds(shape);
        if (meet({ x0, y0, x1, y1 }, inSight(this.view, room))) return;
        const whole = Math.min(room.width / (x1 - x0 || 1), room.height / (y1 - y0 || 1)) / NEIGHBOURHOOD;
        if (whole < this.view.scale) this.zoom(whole / this.view.scale);
        const { x, y } = toView(this.view, { x: (x0 + x1) / 2, y: (y0 + y1) / 2 });
        this.pan({ x: this.#middle.x - x, y: this.#middle.y - y });
    }

    /** @param {Outcome | null | undefined} outcome */
    #perform(outcome) {
        if (!outcome) return;
        if (outcome.do === "draft") return this.#draft(outcome.draft);
        const { session } = this;
        if (outcome.do !== "select" && outcome.do !== "measure") this.#draft(null);
        if (outcome.do === "draw") session.draw(outcome.shape);
        else if (outcome.do === "change") session.change(outcome.id, outcome.shape, outcome.what);
        else if (outcome.do === "remove") session.erase(outcome.id);
        else if (outcome.do === "select") session.select(outcome.id);
        else if (outcome.do === "measure") this.#measure(outcome.line);
        else if (outcome.do === "abandon" && outcome.why) session.note(outcome.why, true);
        else if (outcome.do === "click") {
            session.select(labelAt(this.#around.labels(), outcome.at, reachOf(this.#around, outcome.at))?.id ?? null);
        }
    }

    /** @param {Hand["draft"]} draft */
    #draft(draft) {
        const isNews = (draft === null) !== (this.hand.draft === null);
        this.hand.draft = draft;
        this.layers.draftChanged(draft);
        this.onHand?.();
        if (isNews) this.onBegun?.();
    }

    /** @param {Hand["ruler"]} line */
    #measure(line) {
        this.hand.ruler = line;
        this.#handMoved();
    }

    #handMoved() {
        const { tool, looks } = this.session;
        // otherwise nothing is painted where the hand is
        if (looks.crosshair || this.hand.isKeyboard || TOOLS[tool].shape === "bitmask") this.layers.repaint("gesture");
        this.onHand?.();
    }

    #settleNudge() {
        const nudged = this.#nudged;
        if (!nudged) return false;
        this.#nudged = null;
        this.#draft(null);
        this.session.change(nudged.id, nudged.shape, "move");
        return true;
    }

    #made() {
        const { tool } = this.session;
        return tool === "select" ? this.#grabber : TOOLS[tool].make(this.#around);
    }

    #toolChanged() {
        this.#settleNudge();
        this.abandon();
        this.hand.ruler = null;
        this.#tool = this.#current = this.#made();
        this.layers.repaint("gesture");
    }

    /** Another frame is shown. */
    #turned() {
        this.#nudged = this.hand.ruler = null;
        const [height, width] = this.session.size;
        if (`${this.#sized}` !== `${[height, width]}`) {
            this.#sized = [height, width];
            this.#toolChanged(); // what a tool keeps may be as large as the frame
            this.fit();
        }
        this.layers.repaint("labels", "gesture");
        this.onHand?.();
    }

    #opened() {
        this.#nudged = null; // it was of another document
        this.#toolChanged();
        this.hand.isKeyboard = false;
        this.layers.repaint("labels", "gesture");
        this.fit();
    }

    #resized() {
        const { width, height } = this.place.getBoundingClientRect();
        if (width < 1 || height < 1) return; // not seen now
        this.layers.resize({ width, height }, window.devicePixelRatio || 1);
        if (this.#isFitted) this.fit();
    }

    /** @param {View} view */
    #show(view) {
        this.view = view;
        this.layers.viewChanged();
        this.onHand?.();
    }

    /** @param {Point} at in pixels of the picture */
    #bringIntoView(at) {
        const [{ x, y }, { width, height }] = [toView(this.view, at), this.layers.room];
        const by = {
            x: Math.max(0, 20 - x) - Math.max(0, x - width + 20),
            y: Math.max(0, 20 - y) - Math.max(0, y - height + 20),
        };
        if (by.x || by.y) this.pan(by);
    }
}
