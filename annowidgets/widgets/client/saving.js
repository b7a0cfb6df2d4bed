// Says whether what a person did has reached the file, truthfully also while the kernel is busy or gone.
//
// After each thing done in the screen the kernel is asked for an answer. Messages keep their order, so that its answer
// means: all that was done before has been dealt with, and `state` is what came of it. The label editor has an answer
// for each of its edits, and knows better what becomes of them: how many are on their way, and where they are kept. What
// it says is said here, so that the screen speaks of saving in one place.

const SHORT = 250; // ms without an answer that nobody needs to be told of
const LONG = 8000; // ms after which a kernel counts as silent
const DEEDS = ["pointerup", "click", "keyup", "change"];
const EDITOR = ".aw-ed, .aw-ed-panel";
const SAID = {
    saved: ["● saved", "aw-ok", "Everything is in the file"],
    unsaved: ["▲ not saved", "aw-bad", "The message below the title says why"],
    waiting: ["● saving…", "aw-mute", "What you did is on its way to the kernel"],
    silent: ["▲ no answer", "aw-bad", "The kernel is busy or gone. What was saved is safe: run the cell again"],
};
const NAMES = ["aw-ok", "aw-mute", "aw-warn", "aw-bad"];

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
    el.setAttribute("role", "status");
    let number = 0;
    let askedAt = 0; // 0: nothing is waiting for an answer
    let again = false;
    let shown = "";
    let editorWaits = false;
    /** @type {HTMLElement | null} */
    let screen = null;
    let alive = true;

    const editorSays = () => {
        const said = screen?.querySelector(".aw-ed-saving:not(.aw-ok)");
        const waited = editorWaits;
        editorWaits = said?.matches(".aw-mute") ?? false;
        if (!said || (editorWaits && !waited)) return null; // nobody needs to be told of a moment
        const name = NAMES.find((each) => said.classList.contains(each)) ?? "";
        return [`${name === "aw-mute" ? "●" : "▲"} ${said.textContent}`, name, said.title];
    };
    const ownSays = () => {
        const waited = askedAt && performance.now() - askedAt;
        const state = waited > LONG ? "silent" : waited > SHORT ? "waiting" : model.get("state");
        return SAID[state] ?? ["", "", ""];
    };
    const paint = () => {
        const [text, name, title] = editorSays() ?? ownSays();
        el.title = title;
        if (text === shown) return;
        shown = text;
        el.replaceChildren(text);
        for (const other of NAMES) el.classList.toggle(other, other === name);
    };
    /** @param {{target?: EventTarget | null, key?: string}} deed */
    const ask = ({ target, key }) => {
        // Ctrl+Enter in the editor is for the screen
        if (key !== "Enter" && target instanceof Element && target.closest(EDITOR)) return;
        if (askedAt && performance.now() - askedAt < LONG) {
            again = true;
            return;
        }
        askedAt ||= performance.now();
        // after the messages of those whose event this is
        setTimeout(() => alive && model.send({ ask: (number += 1) }));
    };
    const answered = (message) => {
        if (message?.answer !== number) return;
        askedAt = 0;
        if (again) ask({});
        again = false;
        paint();
    };
    const attach = () => {
        if (!alive) return;
        if (!el.isConnected) return void requestAnimationFrame(attach);
        screen = el.closest(".aw-screen");
        for (const deed of DEEDS) screen?.addEventListener(deed, ask, true);
    };

    const timer = setInterval(paint, SHORT);
    model.on("msg:custom", answered);
    model.on("change:state", paint);
    attach();
    paint();
    return () => {
        alive = false;
        clearInterval(timer);
        for (const deed of DEEDS) screen?.removeEventListener(deed, ask, true);
    };
}

export default { render };
