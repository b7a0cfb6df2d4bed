/** @import { Point } from "../types.js" */
/** @import { StageView } from "./stage_view.js" */

const WHEEL = 0.0015; // of a doubling per unit that the wheel turns
const LINE = 16; // CSS pixels of a "line" that some wheels count in
const NOTCH = 40; // CSS pixels that turn a frame

/**
 * Mouse, pen and touch on the stage. A drag is captured: it goes on outside and ends where the button is released.
 *
 * @param {HTMLElement} place
 * @param {StageView} stage
 * @param {{isSpaceHeld: boolean, hasPanned: boolean}} keyboard
 * @returns {() => void} stops listening
 */
export const followPointer = (place, stage, keyboard) => {
    /** @type {{id: number, does: "draw" | "pan" | "window", last: Point} | null} */
    let gesture = null;
    let scrolled = 0;
    /** @type {Map<number, Point>} fingers on the stage */
    const fingers = new Map();

    /** @param {MouseEvent} event @returns {Point} in CSS pixels of the stage */
    const onStage = ({ clientX, clientY }) => {
        const { left, top } = place.getBoundingClientRect();
        return { x: clientX - left, y: clientY - top };
    };
    /** @param {MouseEvent} event @returns {import("../tools/tool.js").Pointer} */
    const onPicture = (event) => ({
        ...stage.toPicture(onStage(event)),
        shift: event.shiftKey,
        alt: event.altKey,
        coarse: event instanceof PointerEvent && event.pointerType === "touch",
    });

    /** @param {PointerEvent} event */
    const down = (event) => {
        place.focus({ preventScroll: true });
        stage.hideCursor();
        if (event.pointerType === "touch") fingers.set(event.pointerId, onStage(event));
        if (fingers.size === 2) {
            // a second finger: what the first one began was no drawing
            stage.abandonPress();
            gesture = null;
            return;
        }
        if (gesture || fingers.size > 2) return;
        const { session } = stage;
        const pans = event.button === 1 || (event.button === 0 && keyboard.isSpaceHeld);
        const windows = session.windowing.isPossible && (event.button === 2 || (!pans && session.tool === "window"));
        if (event.button !== 0 && !pans && !windows) return;
        event.preventDefault(); // no text is selected, no picture dragged away
        try {
            place.setPointerCapture(event.pointerId);
        } catch {
            // lifted already, or made by a program: its events come here anyhow
        }
        gesture = { id: event.pointerId, does: pans ? "pan" : windows ? "window" : "draw", last: onStage(event) };
        if (pans) {
            keyboard.hasPanned = true;
            place.dataset.pans = "";
        } else if (!windows) stage.press(onPicture(event));
    };

    /** @param {PointerEvent} event */
    const move = (event) => {
        if (fingers.has(event.pointerId) && fingers.size === 2) return pinch(event);
        if (fingers.has(event.pointerId)) fingers.set(event.pointerId, onStage(event)); // a second one may come
        if (!gesture) {
            if (event.pointerType !== "touch") {
                stage.hideCursor();
                stage.hover(onPicture(event));
            }
            return;
        }
        if (event.pointerId !== gesture.id) return;
        const at = onStage(event);
        const by = { x: at.x - gesture.last.x, y: at.y - gesture.last.y };
        if (gesture.does === "pan") stage.pan(by);
        else if (gesture.does === "window") stage.session.windowing.drag(by);
        else {
            const between = event.getCoalescedEvents?.().slice(0, -1) ?? [];
            stage.move(onPicture(event), between.map(onPicture));
        }
        gesture.last = at;
    };

    /** @param {PointerEvent} event */
    const pinch = (event) => {
        const [a, b] = [...fingers.values()];
        const [before, middleBefore] = [Math.hypot(a.x - b.x, a.y - b.y), { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }];
        fingers.set(event.pointerId, onStage(event));
        const [c, d] = [...fingers.values()];
        const [after, middle] = [Math.hypot(c.x - d.x, c.y - d.y), { x: (c.x + d.x) / 2, y: (c.y + d.y) / 2 }];
        stage.pan({ x: middle.x - middleBefore.x, y: middle.y - middleBefore.y });
        if (before > 0 && after > 0) stage.zoom(after / before, middle);
    };

    /** @param {PointerEvent} event */
    const up = (event) => {
        fingers.delete(event.pointerId);
        if (!gesture || event.pointerId !== gesture.id) return;
        const { does } = gesture;
        gesture = null;
        delete place.dataset.pans;
        if (does === "draw") stage.release(onPicture(event));
    };

    /** @param {PointerEvent} event */
    const cancelled = (event) => {
        fingers.delete(event.pointerId);
        if (!gesture || event.pointerId !== gesture.id) return;
        gesture = null;
        delete place.dataset.pans;
        stage.abandonPress();
    };

    /** From frame to frame; a touchpad's small turns are added up. @param {number} turned */
    const scroll = (turned) => {
        scrolled = Math.sign(turned) === Math.sign(scrolled) ? scrolled + turned : turned;
        if (Math.abs(scrolled) < NOTCH) return;
        stage.session.player.step(Math.sign(scrolled));
        scrolled = 0;
    };

    /** @param {WheelEvent} event */
    const wheel = (event) => {
        event.preventDefault();
        // with Shift some browsers turn the wheel sideways
        const delta = event.deltaY || event.deltaX;
        const turned = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? delta * LINE : delta;
        if (event.shiftKey && stage.session.tracks.isMany) return scroll(turned);
        // a pinch on a touchpad comes as a wheel with Ctrl, in small steps
        stage.zoom(2 ** (-turned * WHEEL * (event.ctrlKey ? 8 : 2)), onStage(event));
    };

    /** Neither the browser's nor that of the notebook's cells, which deletes them. @param {MouseEvent} event */
    const noMenu = (event) => {
        event.preventDefault();
        event.stopPropagation();
    };

    const listeners = /** @type {const} */ ([
        ["pointerdown", down],
        ["pointermove", move],
        ["pointerup", up],
        ["pointercancel", cancelled],
        ["pointerleave", () => !gesture && stage.leave()],
        ["dblclick", (/** @type {MouseEvent} */ event) => stage.doubleClick(onPicture(event))],
        ["wheel", wheel],
        ["contextmenu", noMenu],
    ]);
    for (const [type, listener] of listeners)
        place.addEventListener(type, /** @type {any} */ (listener), { passive: false });
    return () => {
        for (const [type, listener] of listeners) place.removeEventListener(type, /** @type {any} */ (listener));
    };
};
