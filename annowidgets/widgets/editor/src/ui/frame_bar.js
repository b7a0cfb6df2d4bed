/** @import { Session } from "../session.js" */

import { reachOf } from "../tracks/track.js";
import { iconButton, make } from "./dom.js";
import { timeline } from "./timeline.js";

const FIRST_KEY = "M3 4v8M13 4 7.5 8 13 12z";
const BACK = "M10.5 3.5 6 8l4.5 4.5";
const PLAY = "M5 3.5v9L12.5 8z";
const PAUSE = "M5.5 3.5v9M10.5 3.5v9";
const ON = "M5.5 3.5 10 8l-4.5 4.5";
const LAST_KEY = "M13 4v8M3 4l5.5 4L3 12z";
const COPIES = 5;

/**
 * Below the picture of an item with several frames: where one is, and what the selected object does in time.
 *
 * @param {Session} session
 * @returns {{element: HTMLElement, close: () => void}}
 */
export const frameBar = (session) => {
    const { player, tracks, frames } = session;
    const play = iconButton("Play", PLAY, () => player.toggle(), "p");
    const moves = make(
        "span",
        { className: "aw-ed-moves", role: "group", "aria-label": "Frames" },
        iconButton("Key frame before", FIRST_KEY, () => tracks.jump(-1), "j"),
        iconButton("Frame before", BACK, () => player.step(-1), "ArrowLeft"),
        play,
        iconButton("Next frame", ON, () => player.step(1), "ArrowRight"),
        iconButton("Next key frame", LAST_KEY, () => tracks.jump(1), "l"),
    );
    const slider = make("input", {
        type: "range",
        min: "0",
        step: "1",
        "aria-label": "Frame",
        className: "aw-ed-slider",
        oninput: () => player.go(Number(slider.value)),
    });
    const number = make("input", {
        type: "number",
        min: "0",
        step: "1",
        className: "aw-num",
        "aria-label": "Number of the frame",
        onchange: () => player.go(Number(number.value)),
        onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && player.go(Number(number.value)),
    });
    const last = make("span", { className: "aw-mute aw-num" });
    const go = make(
        "div",
        { className: "aw-ed-go" },
        moves,
        slider,
        make("label", { className: "aw-ed-at" }, number, last),
    );

    /** @param {string} text @param {string} title @param {() => void} press */
    const button = (text, title, press) =>
        make("button", { type: "button", className: "aw-plain", title, onclick: press }, text);
    const key = button("", "", () => tracks.key());
    const outside = button("Outside", "", () => tracks.outside());
    const until = button("", "", () => tracks.until());
    const copies = make("input", {
        type: "number",
        min: "1",
        step: "1",
        value: String(COPIES),
        className: "aw-num",
        "aria-label": "How many frames",
    });
    const copy = button("Copy to next", "Copy the shape to the next frames (T)", () => tracks.copy(countOf(copies)));
    session.copies = () => countOf(copies);
    const who = make("b", { className: "aw-ed-name" });
    const work = make(
        "div",
        { className: "aw-ed-work", role: "group", "aria-label": "Selected object in time" },
        who,
        key,
        outside,
        until,
        make("span", { className: "aw-ed-copy" }, copy, copies),
    );
    const lines = timeline(session);
    const element = make("div", { className: "aw-ed-time" }, go, work, lines.element);

    const drawFrame = () => {
        const { index, wanted } = frames;
        slider.max = number.max = String(player.last);
        slider.value = String(wanted);
        if (document.activeElement !== number) number.value = String(wanted);
        last.textContent = ` / ${player.last}`;
        slider.setAttribute("aria-valuetext", `${index} of ${player.last}`);
        drawWork();
    };
    const drawWork = () => {
        const { selected, readOnly } = session;
        work.hidden = readOnly || !tracks.isMany;
        if (work.hidden) return;
        const { interpolates } = tracks;
        const isHere = Boolean(selected?.shape) && selected?.drawn !== "ghost";
        who.textContent = selected ? session.titleOf(selected.id) : "No label selected";
        who.classList.toggle("aw-mute", !selected);
        for (const part of [key, outside, until, copy]) part.disabled = !selected;
        outside.disabled ||= !isHere;
        copy.disabled ||= !isHere;
        const isKey = isHere && selected?.drawn === "key";
        key.textContent = interpolates ? (isKey ? "◆ Key frame" : "◇ Key frame") : isKey ? "Take off" : "Put here";
        key.title = interpolates
            ? isKey
                ? "Take this key frame away (M)"
                : "Make a key frame of the shape here (M)"
            : isKey
              ? "Take the shape off this frame (M)"
              : "Copy the nearest shape to this frame (M)";
        key.setAttribute("aria-pressed", String(isKey));
        outside.hidden = until.hidden = !interpolates;
        const isBehind = interpolates && selected && frames.index > reachOf(selected, true).last;
        until.textContent = isBehind ? "Holds to here" : "Ends here";
        until.title = isBehind
            ? "The object's last shape is held up to this frame (U)"
            : "The object's last frame is this one (U)";
        outside.title = "Outside from this frame on, up to the next key frame (X)";
    };
    const drawPlay = () => {
        play.title = player.isPlaying
            ? "Pause (P)"
            : `Play at ${Math.round(player.rate * 100) / 100} frames a second (P)`;
        play.setAttribute("aria-label", player.isPlaying ? "Pause" : "Play");
        play.querySelector("path")?.setAttribute("d", player.isPlaying ? PAUSE : PLAY);
        drawFrame();
    };
    const stops = [
        session.on("picture", drawFrame),
        session.on("open", drawPlay),
        session.on("selection", drawWork),
        session.on("labels", drawWork),
        session.on("tool", drawWork),
        player.on("change", drawPlay),
        lines.close,
    ];
    drawPlay();
    return { element, close: () => stops.forEach((stop) => stop()) };
};

/** @param {HTMLInputElement} field */
const countOf = (field) => Math.max(1, Math.round(Number(field.value)) || 1);
