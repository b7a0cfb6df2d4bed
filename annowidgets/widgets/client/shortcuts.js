// Keyboard shortcuts of one screen: heard only while the focus is inside it, and listed behind the "?" button.

/** "ctrl+enter" for an event; Cmd counts as Ctrl. Shift is told only where it does not make another character. */
const chord = (event) => {
    const key = event.key === " " ? "space" : event.key.toLowerCase();
    const letter = event.key.length === 1 && event.key.toLowerCase() !== event.key.toUpperCase();
    const shift = event.shiftKey && (letter || event.key.length > 1);
    return [(event.ctrlKey || event.metaKey) && "ctrl", event.altKey && "alt", shift && "shift", key]
        .filter(Boolean)
        .join("+");
};

const TEXT = "textarea, select, [contenteditable], input:not([type=range], [type=checkbox], [type=radio], [type=button])";

/** @param {EventTarget} target */
const isText = (target) => target instanceof Element && target.closest(TEXT) !== null;

/** @param {string} keys */
const shown = (keys) =>
    keys.split(" ").map((one) => {
        const element = document.createElement("kbd");
        const parts = one === "+" ? [one] : one.split("+");
        element.textContent = parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join("+");
        return element;
    });

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
    el.classList.add("aw-help");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "?";
    button.title = "Keyboard shortcuts (?)";
    button.setAttribute("aria-label", "Keyboard shortcuts");
    button.setAttribute("aria-expanded", "false");
    const panel = document.createElement("div");
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", "Keyboard shortcuts");
    panel.tabIndex = -1;
    panel.hidden = true;
    el.append(button, panel);

    const list = () => {
        const heading = document.createElement("h3");
        heading.textContent = "Keyboard shortcuts";
        const items = document.createElement("dl");
        for (const [keys, says] of [...model.get("shown"), ["?", "Show or hide this list"]]) {
            const [term, meaning] = [document.createElement("dt"), document.createElement("dd")];
            term.append(...shown(keys).flatMap((key, i) => (i ? [" ", key] : [key])));
            meaning.textContent = says;
            items.append(term, meaning);
        }
        panel.replaceChildren(heading, items);
    };

    /** @param {boolean} open */
    const toggle = (open) => {
        panel.hidden = !open;
        button.setAttribute("aria-expanded", String(open));
        if (open) panel.focus({ preventScroll: true });
        else if (panel.contains(document.activeElement) || document.activeElement === document.body) button.focus();
    };

    /** Whether keys end what is typed: Ctrl+Enter in an answer to a question hands in. */
    const isOver = (field, keys) => keys === "ctrl+enter" && field.closest(".aw-questions") !== null;

    /** @param {KeyboardEvent} event */
    const pressed = (event) => {
        const keys = chord(event);
        const text = isText(event.target);
        if (event.isComposing || (text && !isOver(event.target, keys))) return;
        const take = () => {
            event.preventDefault();
            event.stopImmediatePropagation();
        };
        if (keys === "?") {
            take();
            if (panel.hidden) toggle(true);
            else toggle(false);
        } else if (keys === "escape" && !panel.hidden) {
            take();
            toggle(false);
            button.focus();
        } else if (keys === "ctrl+s") {
            take(); // every edit is saved already; the browser would offer to save the page
        } else if (model.get("chords").includes(keys)) {
            take();
            if (text) screen.focus({ preventScroll: true }); // what was typed counts first
            // a key held down is one wish, not thirty
            if (!event.repeat && !press(keys)) model.send({ key: keys });
        } else if (isForStage(event) && !passOn(event)) take();
    };

    /**
     * Whether the label editor may want a key that is pressed elsewhere on the desk, such as after an answer to a
     * question: never what presses and moves the focused element itself.
     *
     * @param {KeyboardEvent} event
     */
    const isForStage = ({ key, target }) =>
        !isTextOrOwn(target) && !/^(Arrow|Page|Home$|End$|Tab$|Enter$|Escape$| $|Shift$|Control$|Alt$|Meta$)/.test(key);

    const isTextOrOwn = (target) =>
        isText(target) || target.closest(".aw-editor-stage, .aw-ed-panel, [role=dialog]") !== null;

    /** Press the key in the editor; false where it was taken. @param {KeyboardEvent} event */
    const passOn = (event) => {
        const stage = screen.querySelector(".aw-editor-stage .aw-ed-stage");
        if (!stage || event.target.closest(".aw-screen") !== screen) return true;
        return stage.dispatchEvent(new KeyboardEvent(event.type, event));
    };

    /**
     * Press the button, open the form or enter the field that these keys stand for; false where there is none.
     * @param {string} keys
     */
    const press = (keys) => {
        const element = screen.querySelector(`[data-chord="${CSS.escape(keys)}"]`);
        if (!element || element.disabled || !element.checkVisibility()) return false;
        const details = element.closest("details");
        if (element.matches("input")) element.focus({ preventScroll: true });
        else if (element.tagName !== "SUMMARY" || !details) element.click();
        else {
            details.open = true;
            // now, not when the browser says that it is open: the next key is text already
            (details.querySelector("textarea") ?? details.querySelector("input, select"))?.focus();
        }
        return true;
    };

    // JupyterLab looks for this attribute from the focused element upwards, and compares with its selectors on the way:
    // one of them (":focus") matches the focused element itself, so that must wear it, not only the screen.
    const quiet = ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true");

    /** @type {HTMLElement | null} */
    let screen = null;
    let alive = true;
    const outside = (event) => {
        if (!panel.hidden && !el.contains(event.target)) toggle(false);
    };
    const attach = () => {
        if (!alive) return;
        if (!el.isConnected) return void requestAnimationFrame(attach);
        screen = el.closest(".aw-screen") ?? el;
        quiet({ target: screen });
        screen.addEventListener("focusin", quiet);
        // clicking anywhere inside gives the screen the focus, and with it the keys
        if (!screen.hasAttribute("tabindex")) screen.tabIndex = -1;
        screen.addEventListener("keydown", pressed, true);
        document.addEventListener("pointerdown", outside, true);
    };

    button.addEventListener("click", () => toggle(panel.hidden));
    model.on("change:shown", list);
    list();
    attach();
    return () => {
        alive = false;
        screen?.removeEventListener("keydown", pressed, true);
        screen?.removeEventListener("focusin", quiet);
        document.removeEventListener("pointerdown", outside, true);
    };
}

export default { render };
