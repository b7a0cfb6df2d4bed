// Keeps the focus, and with it the keys, inside a screen while its parts are drawn anew.

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
    el.hidden = true;
    let alive = true;
    let inside = false;
    /** @type {HTMLElement | null} */
    let screen = null;

    const follow = (event) => {
        inside = Boolean(screen?.contains(event.target));
    };
    // An element that goes away takes the focus with it, to nowhere; one that is still there has been left.
    const left = ({ target }) => queueMicrotask(() => {
        if (target.isConnected && document.activeElement === document.body) inside = false;
    });
    const keep = () => {
        if (!inside || !document.hasFocus()) return;
        // a screen that is shown instead of this one takes the keys over as soon as it is there
        const innermost = [...screen.querySelectorAll(".aw-screen")].pop() ?? screen;
        const [focused, own] = [document.activeElement, innermost === screen];
        if (focused === document.body || (focused === screen && !own)) innermost.focus({ preventScroll: true });
    };
    const lead = ({ focus }) => {
        if (typeof focus !== "string") return;
        // what is to have it may have been sent just now
        requestAnimationFrame(() => {
            if (!alive || !inside) return;
            const element = screen.querySelector(focus);
            element?.focus({ preventScroll: true });
            element?.select?.(); // what stands in a field is a proposal: typing replaces it
        });
    };
    const observer = new MutationObserver(keep);
    const attach = () => {
        if (!alive) return;
        if (!el.isConnected) return void requestAnimationFrame(attach);
        screen = el.closest(".aw-screen");
        if (!screen) return;
        // a screen can have the focus once it has its tabindex
        observer.observe(screen, { childList: true, subtree: true, attributeFilter: ["tabindex"] });
    };
    document.addEventListener("focusin", follow, true);
    document.addEventListener("focusout", left, true);
    document.addEventListener("pointerdown", follow, true);
    model.on("msg:custom", lead);
    attach();
    return () => {
        alive = false;
        observer.disconnect();
        document.removeEventListener("focusin", follow, true);
        document.removeEventListener("focusout", left, true);
        document.removeEventListener("pointerdown", follow, true);
    };
}

export default { render };
