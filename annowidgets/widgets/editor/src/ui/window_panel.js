/** @import { Session } from "../session.js" */

import { make } from "./dom.js";

const OWN = "own";
const HAND = "hand";

/**
 * The window of values: presets, its centre and width as numbers, and the picture inverted; behind a button that tells
 * them. Nothing where the picture holds no values.
 *
 * @param {Session} session
 * @returns {{element: HTMLElement, close: () => void}}
 */
export const windowPanel = (session) => {
    const { windowing } = session;
    const preset = make("select", { onchange: () => choose(preset.value) });
    /** @param {string} name */
    const field = (name) =>
        make("input", { type: "number", step: "any", className: "aw-num", "aria-label": name, onchange: () => read() });
    const [centre, width] = [field("Level"), field("Window")];
    const inverted = make("input", { type: "checkbox", onchange: () => session.look({ inverted: inverted.checked }) });
    const reset = make(
        "button",
        { type: "button", className: "aw-plain", onclick: () => windowing.reset() },
        "As at first",
    );
    const said = make("summary", {
        className: "aw-plain aw-ed-summary aw-num",
        title: "Window and level (W, then drag)",
    });
    const unit = make("span", { className: "aw-mute" });
    const form = make(
        "div",
        { className: "aw-ed-looks aw-ed-windows", role: "group", "aria-label": "Window and level" },
        make("label", {}, make("span", {}, "Preset"), preset),
        make("label", {}, make("span", {}, "Window ", unit), width),
        make("label", {}, make("span", {}, "Level"), centre),
        make("label", {}, inverted, " Inverted"),
        reset,
    );
    const element = make("details", { className: "aw-ed-view" }, said, form);

    const read = () => windowing.set(Number(centre.value), Number(width.value));
    /** @param {string} chosen */
    const choose = (chosen) => {
        if (chosen === OWN) session.look({ window: null });
        else if (chosen !== HAND) windowing.choose(windowing.presets[Number(chosen)]);
    };
    /** @type {unknown} */
    let listed = null;
    const draw = () => {
        element.hidden = !windowing.isPossible;
        if (element.hidden) return;
        const { current, presets, isOwn, scale } = windowing;
        const names = presets.map(
            ({ name, centre: middle, width: wide }) => `${name} (${shown(wide)}, ${shown(middle)})`,
        );
        const now = names.join("\n");
        if (now !== listed) {
            listed = now;
            preset.replaceChildren(
                make("option", { value: OWN }, "As the file says"),
                ...names.map((name, i) => make("option", { value: String(i) }, name)),
                make("option", { value: HAND, hidden: true }, "By hand"),
            );
        }
        const place = presets.findIndex((one) => one.centre === current.centre && one.width === current.width);
        preset.value = isOwn ? OWN : place < 0 ? HAND : String(place);
        if (document.activeElement !== centre) centre.value = shown(current.centre);
        if (document.activeElement !== width) width.value = shown(current.width);
        unit.textContent = scale?.unit ? `(${scale.unit})` : "";
        inverted.checked = session.looks.inverted;
        const text = `W ${shown(current.width)} L ${shown(current.centre)}`;
        if (said.textContent !== text) said.textContent = text;
    };
    /** @param {Event} event */
    const outside = (event) => {
        if (element.open && !event.composedPath().includes(element)) element.open = false;
    };
    /** @param {KeyboardEvent} event */
    const escape = (event) => {
        if (event.key !== "Escape" || !element.open) return;
        event.stopPropagation();
        element.open = false;
        said.focus();
    };
    element.addEventListener("keydown", escape);
    document.addEventListener("pointerdown", outside, true);
    const stops = [session.on("looks", draw), session.on("picture", draw)];
    draw();
    return {
        element,
        close() {
            for (const stop of stops) stop();
            document.removeEventListener("pointerdown", outside, true);
        },
    };
};

/** @param {number} value */
const shown = (value) => String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
