/** @import { Label } from "../types.js" */
/** @import { Session } from "../session.js" */

import { colorOf } from "../render/style.js";
import { keysOf, spansOf } from "../tracks/track.js";
import { make } from "./dom.js";

const ROW = 18; // CSS pixels
const ROWS = 4; // that are seen at once; always so many, or the picture above would move with each new label
const NAMES = 108; // CSS pixels for the names at the left
const EDGE = 8; // CSS pixels at either end, for the marks of the outermost frames
const MARK = 3.5; // CSS pixels, half a diamond

/**
 * A line per object: on which frames it is, where its key frames are. A click goes there.
 *
 * @param {Session} session
 * @returns {{element: HTMLElement, close: () => void}}
 */
export const timeline = (session) => {
    const { player, tracks, frames } = session;
    const canvas = make("canvas", { className: "aw-ed-lines", role: "img" });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const room = make("div", {});
    const element = make(
        "div",
        { className: "aw-ed-timeline", tabIndex: 0, role: "group", "aria-label": "Time line" },
        canvas,
        room,
    );
    let requested = 0;
    /** @type {string | null} brought into sight last */
    let shown = null;

    /** Middle of a frame, in CSS pixels. @param {number} frame @param {number} width */
    const xOf = (frame, width) => NAMES + EDGE + ((width - NAMES - 2 * EDGE) * frame) / Math.max(player.last, 1);
    /** @param {MouseEvent} event */
    const placeOf = ({ clientX, clientY }) => {
        const { left, top, width } = canvas.getBoundingClientRect();
        const share = (clientX - left - NAMES - EDGE) / Math.max(width - NAMES - 2 * EDGE, 1);
        const row = Math.floor((clientY - top + element.scrollTop) / ROW);
        return {
            frame: Math.round(Math.min(Math.max(share, 0), 1) * player.last),
            label: session.labels[row],
            isName: clientX - left < NAMES,
        };
    };
    /** @param {PointerEvent} event */
    const press = (event) => {
        const { frame, label, isName } = placeOf(event);
        event.preventDefault();
        if (isName) return label && session.select(label.id);
        canvas.setPointerCapture(event.pointerId);
        player.go(frame);
        if (label) session.select(label.id, { turns: false });
    };
    /** @param {PointerEvent} event */
    const move = (event) => {
        if (canvas.hasPointerCapture(event.pointerId)) player.go(placeOf(event).frame);
        else canvas.title = placeOf(event).label ? session.titleOf(placeOf(event).label.id) : "";
    };
    canvas.addEventListener("pointerdown", press);
    canvas.addEventListener("pointermove", move);
    element.addEventListener("keydown", (event) => {
        const step = /** @type {Record<string, 1 | -1>} */ ({ ArrowDown: 1, ArrowUp: -1 })[event.key];
        if (!step) return;
        event.preventDefault();
        event.stopPropagation();
        session.walk(step);
    });

    const draw = () => {
        requested = 0;
        const { labels } = session;
        element.hidden = !tracks.isMany;
        if (element.hidden) return;
        const height = ROWS * ROW;
        element.style.height = `${height}px`;
        room.style.height = `${Math.max(labels.length - ROWS, 0) * ROW}px`;
        bringIntoSight();
        const width = element.clientWidth;
        const density = window.devicePixelRatio || 1;
        const [w, h] = [Math.max(1, Math.round(width * density)), Math.max(1, Math.round(height * density))];
        if (canvas.width !== w || canvas.height !== h) {
            [canvas.width, canvas.height] = [w, h];
            canvas.style.height = `${height}px`;
        }
        const style = getComputedStyle(element);
        const ink = { text: style.color, mute: style.borderBottomColor, chosen: style.outlineColor };
        context.setTransform(density, 0, 0, density, 0, 0);
        context.clearRect(0, 0, width, height);
        const from = Math.floor(element.scrollTop / ROW);
        for (let i = from; i < Math.min(labels.length, from + ROWS + 1); i++)
            row(labels[i], i * ROW - element.scrollTop, width, ink);
        context.fillStyle = ink.text;
        context.fillRect(Math.round(xOf(frames.wanted, width)) - 0.5, 0, 1, height);
        canvas.setAttribute(
            "aria-label",
            `Time line of ${labels.length} objects, frame ${frames.index} of ${player.last}`,
        );
    };
    /**
     * @param {Label} label
     * @param {number} y
     * @param {number} width
     * @param {{text: string, mute: string, chosen: string}} ink
     */
    const row = (label, y, width, ink) => {
        const middle = y + ROW / 2;
        const isSelected = label.id === session.selectedId;
        const color = colorOf(session.classOf(label));
        if (isSelected) {
            context.fillStyle = ink.chosen;
            context.globalAlpha = 0.14;
            context.fillRect(0, y, width, ROW);
            context.globalAlpha = 1;
        }
        context.font = `${isSelected ? "600 " : ""}12px system-ui, sans-serif`;
        context.textBaseline = "middle";
        context.fillStyle = ink.text;
        context.fillText(cut(session.titleOf(label.id)), 4, middle);
        context.fillStyle = ink.mute;
        context.fillRect(NAMES + EDGE, middle - 0.5, width - NAMES - 2 * EDGE, 1);
        const step = (width - NAMES - 2 * EDGE) / Math.max(player.last, 1);
        context.fillStyle = color;
        const spans = spansOf(label, tracks.interpolates);
        for (const [i, { start, stop }] of spans.entries()) {
            const end = spans[i + 1]?.start === stop ? stop : stop - 1;
            context.fillRect(xOf(start, width) - 1, middle - 2, Math.max(2, (end - start) * step + 2), 4);
        }
        let drawn = -Infinity;
        for (const [frame, shape] of keysOf(label)) {
            const x = xOf(frame, width);
            if (x - drawn < 2) continue; // of a thousand side by side the eye sees a bar
            diamond(x, middle, color, shape !== null, ink.text);
            drawn = x;
        }
    };
    /**
     * Filled for a key frame, hollow where it goes outside.
     *
     * @param {number} x
     * @param {number} y
     * @param {string} color
     * @param {boolean} isShape
     * @param {string} ink
     */
    const diamond = (x, y, color, isShape, ink) => {
        context.beginPath();
        context.moveTo(x - MARK, y);
        context.lineTo(x, y - MARK - 1);
        context.lineTo(x + MARK, y);
        context.lineTo(x, y + MARK + 1);
        context.closePath();
        context.fillStyle = isShape ? color : "rgba(127, 127, 127, 0.25)";
        context.strokeStyle = ink;
        context.lineWidth = 1;
        context.fill();
        context.stroke();
    };
    /** @param {string} text */
    const cut = (text) => {
        if (context.measureText(text).width <= NAMES - 8) return text;
        let end = text.length;
        while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > NAMES - 8) end -= 1;
        return `${text.slice(0, end)}…`;
    };
    const bringIntoSight = () => {
        if (session.selectedId === shown) return;
        shown = session.selectedId;
        const place = session.labels.findIndex(({ id }) => id === shown);
        if (place < 0) return;
        const [top, height] = [place * ROW, element.clientHeight];
        if (top < element.scrollTop) element.scrollTop = top;
        else if (top + ROW > element.scrollTop + height) element.scrollTop = top + ROW - height;
    };
    const redraw = () => {
        requested ||= requestAnimationFrame(draw);
    };
    element.addEventListener("scroll", redraw);
    const observer = new ResizeObserver(redraw);
    observer.observe(element);
    const stops = [
        session.on("picture", redraw),
        session.on("labels", redraw),
        session.on("selection", redraw),
        session.on("open", redraw),
        session.frames.on("change", redraw),
        () => observer.disconnect(),
        () => cancelAnimationFrame(requested),
    ];
    draw();
    return { element, close: () => stops.forEach((stop) => stop()) };
};
