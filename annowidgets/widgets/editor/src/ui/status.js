/** @import { Session } from "../session.js" */
/** @import { StageView } from "./stage_view.js" */

import { measured } from "../measures.js";
import { make } from "./dom.js";
import { looksPanel } from "./looks_panel.js";
import { windowPanel } from "./window_panel.js";

const NEARER = 1.25;
const PACE = 100; // ms; nobody reads faster, and laying the text out takes longer than drawing a shape

/** What is said of the state of saving. @param {Session} session */
const saving = ({ channel, readOnly }) => {
    if (readOnly) return { text: "view only", kind: "mute", title: "Labels can be looked at, not changed" };
    const { name, count, kept, reason } = channel.state;
    if (name === "saved") return { text: "saved", kind: "ok", title: "Everything is in the file" };
    if (name === "copy") return { text: "a copy, not saved yet", kind: "mute", title: "It is saved as a whole" };
    if (name === "saving") return { text: `saving (${count})`, kind: "mute", title: "Edits on their way to the file" };
    const where = kept ? `${count} kept here` : `${count} not kept: don't close this page`;
    if (name === "offline") {
        const then = kept
            ? "The browser keeps your edits, and sends them when it is there again"
            : "This browser can't keep your edits: wait until they are saved";
        const title = `The kernel is busy or gone. ${then}`;
        return { text: `offline (${where})`, kind: kept ? "warn" : "bad", title };
    }
    return { text: `not saved (${where})`, kind: "bad", title: reason ?? "" };
};

/**
 * Below the picture: where the pointer is, what happened, how it is seen, what is saved.
 *
 * @param {Session} session
 * @param {StageView} stage
 * @returns {{element: HTMLElement, close: () => void}}
 */
export const statusLine = (session, stage) => {
    // both change at every stroke: in a box of fixed size, so that nothing around is laid out anew
    const [place, noted] = [make("span", { className: "aw-ed-line" }), make("span", { className: "aw-ed-line" })];
    const note = make("span", { className: "aw-ed-note", role: "status" }, noted);
    const size = make("input", {
        type: "range",
        min: "0",
        max: "100",
        step: "1",
        oninput: () => session.setBrush(brushOf(Number(size.value))),
        "aria-label": "Brush size",
    });
    const sizeShown = make("output", { className: "aw-num" });
    const brush = make("label", { className: "aw-ed-brush", title: "Brush size ([ and ])" }, "Brush ", size, sizeShown);
    /** @param {string} text @param {string} title @param {() => void} press */
    const button = (text, title, press) =>
        make("button", { type: "button", className: "aw-plain", title, "aria-label": title, onclick: press }, text);
    const percent = make("span", { className: "aw-ed-percent aw-num", title: "Zoom" });
    const zoom = make(
        "span",
        { className: "aw-ed-zoom", role: "group", "aria-label": "Zoom" },
        button("−", "Zoom out (-)", () => stage.zoom(1 / NEARER)),
        percent,
        button("+", "Zoom in (+)", () => stage.zoom(NEARER)),
        button("Fit", "Fit the picture (F)", () => stage.fit()),
        button("1:1", "1:1, one pixel on one of the screen", () => stage.zoomToPixels()),
    );
    const looks = looksPanel(session);
    const windows = windowPanel(session);
    const saved = make("span", { className: "aw-ed-saving", role: "status" });
    const element = make(
        "div",
        { className: "aw-ed-status" },
        make("span", { className: "aw-ed-place aw-num" }, place),
        note,
        brush,
        zoom,
        windows.element,
        looks.element,
        saved,
    );

    const drawHand = () => {
        const { at } = stage.hand;
        const { shape } = stage;
        const [height, width] = session.size;
        const inside = at && at.x >= 0 && at.y >= 0 && at.x <= width && at.y <= height;
        const where = inside ? `${Math.floor(at.x)}, ${Math.floor(at.y)}` : "";
        const value = inside ? session.windowing.reading(at) : "";
        const big = shape && measured(shape, session.given.spacing);
        element.classList.toggle("aw-ed-reads", session.windowing.isPossible || Boolean(session.given.spacing));
        set(place, [value, where, big].filter(Boolean).join("  ·  ") || `${width} × ${height} px`);
        set(percent, `${Math.round(stage.view.scale * (window.devicePixelRatio || 1) * 100)} %`);
    };
    const drawSaving = () => {
        const { text, kind, title } = saving(session);
        set(saved, text);
        saved.title = title;
        saved.className = `aw-ed-saving aw-${kind}`;
    };
    const drawTool = () => {
        element.classList.toggle("aw-ed-paints", session.tools.includes("brush"));
        brush.hidden = session.tool !== "brush" && session.tool !== "eraser";
        size.value = String(placeOf(session.brush));
        set(sizeShown, `${session.brush} px`);
    };
    /** @type {any} */
    let timer = null;
    stage.onHand = () => {
        timer ??= setTimeout(() => {
            timer = null;
            drawHand();
        }, PACE);
    };
    const stops = [
        session.on("sync", drawSaving),
        session.on("tool", drawTool),
        session.on("selection", () => stage.onHand?.()),
        session.on("labels", () => stage.onHand?.()),
        session.on("open", () => stage.onHand?.()),
        session.on("picture", () => stage.onHand?.()),
        session.on("note", (told) => {
            set(noted, told?.text ?? "");
            note.title = noted.textContent;
            note.className = `aw-ed-note ${told?.bad ? "aw-bad" : "aw-mute"}`;
            element.classList.toggle("aw-ed-told", Boolean(told?.bad));
        }),
        () => clearTimeout(timer),
        looks.close,
        windows.close,
    ];
    drawHand();
    drawSaving();
    drawTool();
    return { element, close: () => stops.forEach((stop) => stop()) };
};

/** Only where it is news: a live region repeats itself otherwise. @param {HTMLElement} element @param {string} text */
const set = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
};

// 1 to 1000 pixels, each step of the slider the same share
const brushOf = (/** @type {number} */ place) => Math.round(1000 ** (place / 100));
const placeOf = (/** @type {number} */ brush) => Math.round((100 * Math.log(brush)) / Math.log(1000));
