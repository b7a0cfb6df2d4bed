// Zoom and pan of several canvases that show the same part of a picture: while a gesture goes on the browser moves what
// is drawn, and when it rests the kernel draws that part anew.

const WHEEL = 0.003; // of a doubling per unit that the wheel turns
const LINE = 16; // CSS pixels of a "line" that some wheels count in
const REST = 120; // ms without a further move
const SLOP = 4; // CSS pixels that a click may slip

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
    el.hidden = true;
    let alive = true;
    let detach = () => {};
    /** Part of the picture that is looked at, and that the canvases hold. */
    let view = model.get("view");
    let drawn = view;
    let timer = 0;

    const canvases = () => [...el.parentElement.querySelectorAll("canvas")];

    const show = () => {
        const [scale, across] = [drawn[2] / view[2], (side) => (drawn[side] - view[side]) / view[2]];
        const same = view.every((one, i) => one === drawn[i]);
        for (const canvas of canvases()) {
            const width = canvas.offsetWidth;
            canvas.style.transform = same
                ? ""
                : `translate(${across(0) * width}px, ${across(1) * width}px) scale(${scale})`;
        }
    };

    const change = (next) => {
        view = next;
        show();
        clearTimeout(timer);
        timer = setTimeout(() => {
            timer = 0;
            model.send({ view });
        }, REST);
    };

    /** Where an event is on the picture, and how many of its pixels one of the screen is. */
    const place = (event) => {
        const canvas = event.target.closest?.("canvas");
        if (!canvas) return null;
        const box = canvas.parentElement.getBoundingClientRect();
        const unit = view[2] / box.width;
        return { x: view[0] + (event.clientX - box.left) * unit, y: view[1] + (event.clientY - box.top) * unit, unit };
    };

    const wheel = (event) => {
        const at = place(event);
        if (!at) return;
        event.preventDefault();
        const turned = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE : event.deltaY;
        const [least, most] = model.get("limits");
        const width = Math.min(Math.max(view[2] * 2 ** (turned * WHEEL), least), most);
        const by = width / view[2];
        change([at.x - (at.x - view[0]) * by, at.y - (at.y - view[1]) * by, width]);
    };

    let press = null;
    const down = (event) => {
        const at = place(event);
        if (!at || event.button > 1 || press) return;
        press = { id: event.pointerId, x: event.clientX, y: event.clientY, view, at, moved: false };
        event.target.setPointerCapture(event.pointerId);
    };
    const move = (event) => {
        if (press?.id !== event.pointerId) return;
        const [x, y] = [event.clientX - press.x, event.clientY - press.y];
        press.moved ||= Math.hypot(x, y) > SLOP;
        if (!press.moved) return;
        change([press.view[0] - x * press.at.unit, press.view[1] - y * press.at.unit, press.view[2]]);
    };
    const up = (event) => {
        if (press?.id !== event.pointerId) return;
        const { moved, at } = press;
        press = null;
        if (event.type === "pointerup" && !moved) model.send({ pick: [at.x, at.y, at.unit] });
    };

    const redrawn = () => {
        drawn = model.get("view");
        // a gesture that has begun meanwhile goes on
        if (!timer && !press?.moved) view = drawn;
        show();
    };

    const attach = () => {
        if (!alive) return;
        const box = el.parentElement;
        if (!box) return void requestAnimationFrame(attach);
        const listeners = [["wheel", wheel], ["pointerdown", down], ["pointermove", move], ["pointerup", up], ["pointercancel", up]];
        // before the canvases' own, which keep the wheel from the page
        for (const [type, listener] of listeners) box.addEventListener(type, listener, { capture: true, passive: false });
        model.on("change:view", redrawn);
        detach = () => {
            for (const [type, listener] of listeners) box.removeEventListener(type, listener, { capture: true });
        };
    };
    attach();
    return () => {
        alive = false;
        clearTimeout(timer);
        detach();
    };
}

export default { render };
