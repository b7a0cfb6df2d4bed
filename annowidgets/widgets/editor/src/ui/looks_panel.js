/** @import { Session } from "../session.js" */

import { LOOKS } from "../session.js";
import { make } from "./dom.js";

/** @type {{name: "opacity" | "brightness" | "contrast", title: string, min: number}[]} */
const SLIDERS = [
    { name: "opacity", title: "Label opacity", min: 0 },
    { name: "brightness", title: "Brightness", min: -1 },
    { name: "contrast", title: "Contrast", min: -1 },
];

/** @type {{name: "outline" | "hidden" | "names" | "crosshair", title: string, key?: string}[]} */
const SWITCHES = [
    { name: "outline", title: "Outline only" },
    { name: "hidden", title: "Hide labels", key: "H" },
    { name: "names", title: "Names" },
    { name: "crosshair", title: "Crosshair" },
];

/**
 * How labels and picture are seen, behind a button.
 *
 * @param {Session} session
 * @returns {{element: HTMLElement, close: () => void}}
 */
export const looksPanel = (session) => {
    /** @type {(() => void)[]} */
    const draws = [];
    const sliders = SLIDERS.map(({ name, title, min }) => {
        const input = make("input", {
            type: "range",
            min: String(min),
            max: "1",
            step: "0.05",
            oninput: () => session.look({ [name]: Number(input.value) }),
        });
        draws.push(() => (input.value = String(session.looks[name])));
        return make("label", {}, make("span", {}, title), input);
    });
    const switches = SWITCHES.map(({ name, title, key }) => {
        const input = make("input", { type: "checkbox", onchange: () => session.look({ [name]: input.checked }) });
        draws.push(() => (input.checked = session.looks[name]));
        return make("label", {}, input, ` ${title} `, ...(key ? [make("kbd", { "aria-hidden": "true" }, key)] : []));
    });
    const reset = make(
        "button",
        { type: "button", className: "aw-plain", onclick: () => session.look(LOOKS) },
        "As at first",
    );
    const form = make(
        "div",
        { className: "aw-ed-looks", role: "group", "aria-label": "View" },
        ...sliders,
        ...switches,
        reset,
    );
    const element = make(
        "details",
        { className: "aw-ed-view" },
        make("summary", { className: "aw-plain aw-ed-summary" }, "View"),
        form,
    );

    const draw = () => draws.forEach((call) => call());
    /** @param {Event} event */
    const outside = (event) => {
        if (element.open && !event.composedPath().includes(element)) element.open = false;
    };
    /** @param {KeyboardEvent} event */
    const escape = (event) => {
        if (event.key !== "Escape" || !element.open) return;
        event.stopPropagation();
        element.open = false;
        element.querySelector("summary")?.focus();
    };
    element.addEventListener("keydown", escape);
    document.addEventListener("pointerdown", outside, true);
    const stop = session.on("looks", draw);
    draw();
    return {
        element,
        close() {
            stop();
            document.removeEventListener("pointerdown", outside, true);
        },
    };
};
