/** @import { StageView } from "./stage_view.js" */
/** @import { ToolName } from "../tools/index.js" */

import { TOOLS } from "../tools/index.js";
import { iconButton, make } from "./dom.js";

const UNDO = "M6 3 3 6l3 3M3.5 6H9a4 4 0 0 1 0 8H6";
const REDO = "M10 3l3 3-3 3M12.5 6H7a4 4 0 0 0 0 8h3";

/**
 * The tools that the ontology has use for, undo and redo, down the left side.
 *
 * @param {StageView} stage
 * @returns {{element: HTMLElement, close: () => void}}
 */
export const toolbar = (stage) => {
    const { session } = stage;
    const tools = make("div", { className: "aw-ed-tools" });
    const undo = iconButton("Undo", UNDO, () => stage.undo(), "ctrl+z");
    const redo = iconButton("Redo", REDO, () => session.redo(), "ctrl+shift+z");
    const history = make("div", { className: "aw-ed-tools" }, undo, redo);
    const element = make(
        "div",
        { className: "aw-ed-rail", role: "toolbar", "aria-label": "Tools", "aria-orientation": "vertical" },
        tools,
        history,
    );
    /** @type {Map<ToolName, HTMLButtonElement>} */
    const buttons = new Map();

    // One stop for Tab; from there arrows lead to the other buttons.
    const stops = () => [...element.querySelectorAll("button")].filter((button) => !button.disabled);
    /** @param {HTMLButtonElement | undefined} stop */
    const stopAt = (stop) => {
        for (const button of element.querySelectorAll("button")) button.tabIndex = button === stop ? 0 : -1;
    };
    element.addEventListener("keydown", (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        event.stopPropagation();
        const all = stops();
        const now = all.findIndex((button) => button === document.activeElement);
        const next = all[(now + step + all.length) % all.length];
        stopAt(next);
        next?.focus();
    });

    const draw = () => {
        const names = session.tools;
        if (names.join() !== [...buttons.keys()].join()) {
            buttons.clear();
            for (const name of names) {
                const { title, icon, key, hint } = TOOLS[name];
                const button = iconButton(title, icon, () => session.use(name), key);
                button.title += `\n${hint}`;
                button.dataset.tool = name;
                buttons.set(name, button);
            }
            tools.replaceChildren(...buttons.values());
        }
        for (const [name, button] of buttons) button.setAttribute("aria-pressed", String(name === session.tool));
        stopAt(buttons.get(session.tool));
        history.hidden = session.readOnly;
        element.hidden = session.readOnly && names.length === 1;
    };
    const enable = () => {
        undo.disabled = !session.document.canUndo && !stage.hasBegun;
        redo.disabled = !session.document.canRedo;
    };
    const listening = [
        session.on("tool", draw),
        session.on("picture", draw),
        session.on("labels", enable),
        session.on("open", enable),
    ];
    stage.onBegun = enable;
    draw();
    enable();
    return { element, close: () => listening.forEach((stop) => stop()) };
};
