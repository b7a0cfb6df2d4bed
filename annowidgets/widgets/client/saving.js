// Says whether what a person did has reached the file, truthfully also while the kernel is busy or gone.
//
// After each thing done in the screen the kernel is asked for an answer. Messages keep their order, so that its answer
// means: all that was done before has been dealt with, and `state` is what came of it.

const SHORT = 250; // ms without an answer that nobody needs to be told of
const LONG = 8000; // ms after which a kernel counts as silent
const DEEDS = ["pointerup", "click", "keyup", "change"];
const SAID = {
    saved: ["● saved", "aw-ok", "Everything is in the file"],
    unsaved: ["▲ not saved", "aw-bad", "The message below the title says why"],
    waiting: ["● saving…", "aw-mute", "What you did is on its way to the kernel"],
    silent: ["▲ no answer", "aw-bad", "The kernel is busy or gone. What was saved is safe: run the cell again"],
};

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
    el.setAttribute("role", "status");
    let number = 0;
    let askedAt = 0; // 0: nothing is waiting for an answer
    let again = false;
    let shown = "";
    /** @type {HTMLElement | null} */
    let screen = null;
    let alive = true;

    const paint = () => {
        const waited = askedAt && performance.now() - askedAt;
        const own = waited > LONG ? "silent" : waited > SHORT ? "waiting" : model.get("state");
        // where an editor has edits on their way it says so itself, and better: how many, and where they are kept
        const editor = screen?.querySelector(".aw-ed-saving");
        const state = editor && !editor.matches(".aw-ok") ? "" : own;
        if (state === shown) return;
        shown = state;
        const [text, name, title] = SAID[state] ?? ["", "", ""];
        el.replaceChildren(text);
        el.title = title;
        for (const [, other] of Object.values(SAID)) el.classList.toggle(other, other === name);
    };
    const ask = () => {
        if (askedAt) {
            again = true;
            return;
        }
        askedAt = performance.now();
        // after the messages of those whose event this is
        setTimeout(() => alive && model.send({ ask: (number += 1) }));
    };
    const answered = (message) => {
        if (message?.answer !== number) return;
        askedAt = 0;
        if (again) ask();
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
