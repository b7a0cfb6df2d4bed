/** @import { Point } from "../types.js" */
/** @import { StageView } from "./stage_view.js" */

import { TOOLS, toolsOf } from "../tools/index.js";
import { frameAction } from "./frame_keys.js";

/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const TEXT = "textarea, select, [contenteditable], input:not([type=range], [type=checkbox])";
const TAKE_BACK = /^(Escape|Delete|Backspace|z)$/i;
const SLIDES = /^(Arrow.*|Home|End|Page.*)$/;
const FAR = 10;
const NEARER = 1.25;

/**
 * Keys of the editor, wherever in it the focus is.
 *
 * @param {HTMLElement} root
 * @param {() => StageView | null} view the one that the keys are for
 * @param {{isSpaceHeld: boolean, hasPanned: boolean}} held
 * @returns {() => void} stops listening
 */
export const followKeys = (root, view, held) => {
    /** @param {StageView} stage */
    const press = (stage) => {
        const { session } = stage;
        if (!stage.hand.isKeyboard) {
            stage.showCursor();
            session.note("Keyboard cursor: arrows move it, Space presses and lets go");
            return;
        }
        const at = /** @type {Point} */ (stage.hand.at);
        if (stage.isKeyPressed) {
            stage.isKeyPressed = false;
            stage.release(at);
        } else if (TOOLS[session.tool].clicks) {
            stage.press(at);
            stage.release(at);
        } else {
            stage.isKeyPressed = true;
            stage.press(at);
        }
    };

    /** @param {StageView} stage @param {KeyboardEvent} event */
    const arrow = (stage, event) => {
        const { session } = stage;
        const [dx, dy] = STEPS[event.key];
        const far = event.shiftKey ? FAR : 1;
        const by = { x: dx * far, y: dy * far };
        if (stage.hand.isKeyboard) return stage.moveCursor(by, {}, stage.isKeyPressed);
        if (session.selected && !session.readOnly && !stage.isDrawing) return stage.nudge(by);
        if (session.tool !== "select") return stage.moveCursor(by);
        const pan = 24 * far;
        stage.pan({ x: -dx * pan, y: -dy * pan });
    };

    /** @param {StageView} stage */
    const escape = (stage) => {
        const { session } = stage;
        if (stage.hasBegun) {
            stage.isKeyPressed = false;
            stage.abandon();
        } else if (stage.hand.isKeyboard) stage.hideCursor();
        else if (session.selectedId !== null) session.select(null);
        else session.use("select");
    };

    /** @param {StageView} stage */
    const enter = (stage) => {
        const { session } = stage;
        if (stage.toolKey("Enter")) return;
        if (session.tool === "select" && !stage.hand.isKeyboard) return;
        // a mask is finished: the next stroke begins another one
        if (TOOLS[session.tool].shape === "bitmask" && !stage.hand.isKeyboard && session.selectedId !== null)
            session.select(null);
        else press(stage);
    };

    /**
     * The last vertex of what is drawn, else the one under the keyboard's cursor, else the label.
     *
     * @param {StageView} stage
     */
    const backspace = (stage) => {
        const { at, isKeyboard } = stage.hand;
        if (stage.takeBack() || (isKeyboard && at && stage.doubleClick(at))) return;
        stage.session.remove();
    };

    /** @param {StageView} stage @param {KeyboardEvent} event @returns {(() => void) | undefined} */
    const actionOf = (stage, event) => {
        const { session } = stage;
        const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
        const framed = frameAction(stage, event);
        if (framed) return framed;
        if (event.ctrlKey || event.metaKey) {
            if (key in STEPS) return () => arrow(stage, event);
            /** @type {Record<string, () => void>} */
            const withControl = {
                z: () => (event.shiftKey ? session.redo() : stage.undo()),
                y: () => session.redo(),
                d: () => session.duplicate(duplicateOffset(stage)),
                Enter: () => session.submit(),
            };
            return withControl[key];
        }
        if (event.altKey) return undefined;
        if (key in STEPS) return () => arrow(stage, event);
        if (/^[1-9]$/.test(key)) return () => session.choose(session.classes[Number(key) - 1]);
        /** @type {Record<string, () => void>} */
        const plain = {
            v: () => session.use("select"),
            e: () => session.use("eraser"),
            r: () => session.use("ruler"),
            q: () => session.use("ruler"),
            w: () => session.use("window"),
            n: () => session.active && session.use(toolsOf(session.active.shape)[0]),
            Enter: () => enter(stage),
            Escape: () => escape(stage),
            Delete: () => stage.takeBack() || session.remove(),
            Backspace: () => backspace(stage),
            "[": () => session.setBrush(Math.min(session.brush - 1, session.brush / 1.2)),
            "]": () => session.setBrush(Math.max(session.brush + 1, session.brush * 1.2)),
            f: () => stage.fit(),
            0: () => stage.fit(),
            h: () => session.look({ hidden: !session.looks.hidden }),
            d: () => session.duplicate(duplicateOffset(stage)),
            c: () => session.reclass(),
            o: () => void stage.toolKey("o"),
            ",": () => session.walk(-1),
            ".": () => session.walk(1),
            "+": () => stage.zoom(NEARER),
            "=": () => stage.zoom(NEARER),
            "-": () => stage.zoom(1 / NEARER),
        };
        return plain[key];
    };

    /** @param {KeyboardEvent} event */
    const down = (event) => {
        const stage = view();
        const target = /** @type {Element} */ (event.target);
        if (!stage || event.isComposing || target.closest(TEXT)) return;
        const isControl = target.closest("button, input, summary") !== null;
        // a button that has the focus takes what presses it, a slider what moves it
        if (isControl && (event.key === " " || event.key === "Enter") && !event.ctrlKey && !event.metaKey) return;
        if (target.closest("input[type=range]") && SLIDES.test(event.key)) return;
        if (event.key === " ") {
            event.preventDefault();
            if (!held.isSpaceHeld) held.hasPanned = false;
            held.isSpaceHeld = true;
            stage.place.dataset.mayPan = "";
            return;
        }
        const action = actionOf(stage, event);
        if (!action) return;
        event.preventDefault();
        event.stopPropagation();
        // an arrow that is still held has moved the label; what takes back takes that back
        if (!(event.key in STEPS) && !TAKE_BACK.test(event.key)) stage.endNudge();
        action();
    };

    /** @param {KeyboardEvent} event */
    const up = (event) => {
        const stage = view();
        if (event.key in STEPS) stage?.endNudge();
        if (event.key !== " " || !held.isSpaceHeld) return;
        held.isSpaceHeld = false;
        delete stage?.place.dataset.mayPan;
        if (stage && !held.hasPanned) press(stage);
    };

    const left = () => {
        held.isSpaceHeld = false;
        delete view()?.place.dataset.mayPan;
        view()?.endNudge();
    };
    root.addEventListener("keydown", down);
    root.addEventListener("keyup", up);
    root.addEventListener("focusout", left);
    return () => {
        root.removeEventListener("keydown", down);
        root.removeEventListener("keyup", up);
        root.removeEventListener("focusout", left);
    };
};

/** Ten pixels on the screen. @param {StageView} stage */
const duplicateOffset = (stage) => Math.max(1, Math.round(10 / stage.view.scale));
