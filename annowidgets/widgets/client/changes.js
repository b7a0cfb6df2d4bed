// Asks every now and then whether the file has changed, while somebody can see the screen that it is part of.

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
    el.hidden = true;
    let asked = false;

    const ask = () => {
        const screen = el.closest(".aw-screen");
        // a kernel that is busy is asked once, not once more with each second
        if (asked || document.visibilityState !== "visible" || !screen?.checkVisibility()) return;
        try {
            model.send({ ask: true });
            asked = true;
        } catch {
            // the kernel was shut down: the page stays as it is until its cell runs again
        }
    };
    const answered = () => (asked = false);

    const timer = setInterval(ask, model.get("every") * 1000);
    model.on("msg:custom", answered);
    document.addEventListener("visibilitychange", ask);
    return () => {
        clearInterval(timer);
        model.off("msg:custom", answered);
        document.removeEventListener("visibilitychange", ask);
    };
}

export default { render };
