// Manners for an ipycanvas: a picture to look at and to click on, that traps neither keys nor the wheel.

const KEPT_FROM_IT = ["keydown", "wheel", "mousemove", "mouseout", "touchstart", "touchmove", "touchend", "touchcancel"];

/**
 * ipycanvas runs what all canvases of a page draw as one chain of promises. A drawing that fails, such as one for a
 * screen that was closed on its way here, would break the chain, and no canvas of the page would ever draw again.
 *
 * @param {{model: any}} context
 */
async function initialize({ model }) {
    const manager = await model.widget_manager.get_model(model.get("manager"));
    if (manager.goesOn) return;
    const [draw, turnTo] = [manager.onCommand.bind(manager), manager.switchCanvas.bind(manager)];
    // ipywidgets would wait 2 s for a model that is gone, at each drawing, and all others behind it
    manager.switchCanvas = async (canvas) => {
        const id = canvas.slice("IPY_MODEL_".length);
        if (manager.widget_manager.has_model?.(id) === false) throw new Error("its canvas is closed");
        await turnTo(canvas);
    };
    manager.onCommand = (...command) => draw(...command).catch((error) => console.debug("not drawn:", error));
    manager.currentProcessing = manager.currentProcessing.catch(() => {});
    manager.goesOn = true;
}

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

export default { initialize, render };
