// Counts the time during which a person works in the screen that this clock is part of.

const STEP = 0.25; // seconds between two looks

/** @param {number} seconds */
const shown = (seconds) => {
    const [h, m, s] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => String(Math.floor(part)));
    return (h === "0" ? [m, s] : [h, m, s]).map((part) => part.padStart(2, "0")).join(":");
};

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
    el.classList.add("aw-num", "aw-mute");
    el.setAttribute("role", "timer");
    el.title = "Time spent; stops while you are elsewhere";
    let [run, seconds] = model.get("start");
    let reported = seconds;
    let last = performance.now();
    let touched = performance.now();
    let running = false;

    const report = () => {
        if (seconds === reported) return;
        try {
            model.send({ run, seconds });
            reported = seconds;
        } catch {
            // the kernel was shut down: what the file knows counts, once the cell runs again
        }
    };
    const restart = () => {
        const [now, from] = model.get("start");
        if (now === run) return; // our own report, come back
        [run, seconds, reported] = [now, from, from];
        el.textContent = shown(seconds);
    };
    const touch = (event) => {
        touched = performance.now();
        // A button or Enter may end the task: the kernel hears the time first, to the moment. Of anything else it
        // hears a second's worth at once, so that a stroke is not one more message each time.
        const ends =
            (event.type === "pointerdown" && event.target instanceof Element && event.target.closest("button")) ||
            (event.type === "keydown" && event.key === "Enter");
        if (ends) look();
        if (ends || (["pointerdown", "keydown"].includes(event.type) && seconds - reported >= 1)) report();
    };
    const look = () => {
        const now = performance.now();
        const screen = el.closest(".aw-screen");
        const present =
            document.visibilityState === "visible" &&
            document.hasFocus() &&
            Boolean(screen?.contains(document.activeElement)) &&
            now - touched < model.get("idle") * 1000;
        // a laptop that slept has one long gap, which was not spent working
        if (present && running) seconds += Math.min((now - last) / 1000, 4 * STEP);
        if ((running && !present) || seconds - reported >= model.get("every")) report();
        running = present;
        last = now;
        el.classList.toggle("aw-paused", !running);
        el.textContent = shown(seconds);
    };

    const timer = setInterval(look, STEP * 1000);
    const events = ["pointerdown", "pointermove", "keydown", "wheel"];
    for (const name of events) document.addEventListener(name, touch, { capture: true, passive: true });
    model.on("change:start", restart);
    look();
    return () => {
        clearInterval(timer);
        report();
        for (const name of events) document.removeEventListener(name, touch, { capture: true });
    };
}

export default { render };
