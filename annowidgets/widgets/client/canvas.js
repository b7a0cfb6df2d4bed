// Manners for an ipycanvas: a picture to look at and to click on, that traps neither keys nor the wheel.

const KEPT_FROM_IT = ["keydown", "wheel", "mousemove", "mouseout", "touchstart", "touchmove", "touchend", "touchcancel"];

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
    let alive = true;
    let detach = () => {};
    el.hidden = true;

    const attach = () => {
        if (!alive) return;
        const box = el.parentElement;
        const canvas = box?.querySelector(":scope > canvas");
        if (!canvas) return void requestAnimationFrame(attach);
        const describe = () => {
            canvas.setAttribute("role", "img");
            canvas.setAttribute("aria-label", model.get("says"));
        };
        // other controls do by keyboard what a click does here
        canvas.tabIndex = -1;
        describe();
        model.on("change:says", describe);
        const keep = (event) => event.target === canvas && event.stopPropagation();
        for (const type of KEPT_FROM_IT) box.addEventListener(type, keep, { capture: true, passive: true });
        detach = () => {
            for (const type of KEPT_FROM_IT) box.removeEventListener(type, keep, { capture: true });
        };
    };
    attach();
    return () => {
        alive = false;
        detach();
    };
}

export default { render };
