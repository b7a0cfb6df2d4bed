// What jupyter-bbox-widget lacks: classes and labels as real buttons, one message per finished gesture, undo, a
// keyboard that is not trapped, and no boxes from stray clicks. The box widget is the surface: it draws boxes and lets
// them be dragged; this module decides what becomes of a gesture when it ends.

/** @typedef {{x: number, y: number, width: number, height: number, label: string, id?: string}} Box */

const CLICK = 4; // CSS pixels: a new box from a shorter drag is a stray click
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FIELDS = "input, textarea, select, [contenteditable]";
const ZOOMS = [1, 1.5, 2, 3, 4, 6, 8];

const newId = () =>
    [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
/** @param {Box[]} boxes @returns {Box[]} */
const copies = (boxes) => boxes.map(({ x, y, width, height, label, id }) => ({ x, y, width, height, label, id }));
/** @param {Box} a @param {Box} b */
const same = (a, b) => ["x", "y", "width", "height", "label", "id"].every((key) => a[key] === b[key]);
/** @param {Box[]} a @param {Box[]} b */
const allSame = (a, b) => a.length === b.length && a.every((box, i) => same(box, b[i]));
/** @param {number} value @param {number} low @param {number} high */
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** Cut a box off at the picture's edges. @param {Box} box @param {number} width @param {number} height @returns {Box} */
const clip = (box, width, height) => {
    const [x, y] = [clamp(box.x, 0, width), clamp(box.y, 0, height)];
    const [right, bottom] = [clamp(box.x + box.width, 0, width), clamp(box.y + box.height, 0, height)];
    return { ...box, x, y, width: right - x, height: bottom - y };
};

/**
 * What the boxes are after a gesture.
 *
 * @param {Box[]} drawn what the surface holds
 * @param {Box[]} before what held before the gesture
 * @param {{width: number, height: number, click: boolean}} gesture size of the picture; whether it was only a click
 * @returns {Box[]}
 */
export const settle = (drawn, before, { width, height, click }) => {
    const known = new Map(before.map((box) => [box.id, box]));
    const settled = [];
    for (const box of copies(drawn)) {
        const former = known.get(box.id);
        if (former && same(former, box)) {
            settled.push(former); // nobody touched it, wherever it reaches
            continue;
        }
        const cut = clip(box, width, height);
        const exists = cut.width > 0 && cut.height > 0;
        if (former) {
            known.delete(box.id);
            // dragged shut or out of the picture: a slip, there are better ways to delete
            settled.push(exists ? cut : { ...former, label: box.label });
        } else if (exists && !click) settled.push({ ...cut, id: newId() });
    }
    return settled;
};

/** The boxes of one editor, and all that can be done to them. */
class Session {
    constructor(model, surface) {
        this.model = model;
        this.surface = surface;
        this.watchers = new Set();
        this.reset();
        model.on("change:given", () => model.get("given").number !== this.given.number && this.reset());
        model.on("change:classes change:read_only", () => this.reset());
        // Values of the kernel's own have a new number; under the old one it only repeats what came from here.
        model.on("change:active", () => model.get("active")[0] !== this.activeNumber && this.obey());
        model.on("msg:custom", (message) => message?.select !== undefined && this.select(message.select));
        surface.on("change:selected_index", () => this.selectionChanged());
        // the surface falls back to the first class whenever it is drawn anew
        surface.on("change:label", () => this.holdLabel());
    }

    reset() {
        this.given = this.model.get("given");
        this.classes = this.model.get("classes");
        this.readOnly = this.model.get("read_only");
        this.boxes = copies(this.given.boxes);
        this.past = [];
        this.future = [];
        this.nudged = null;
        this.told = null;
        this.surface.set("selected_index", -1);
        this.obey();
        this.show();
    }

    obey() {
        [this.activeNumber, this.active] = this.model.get("active");
        this.holdLabel();
        this.redraw();
    }

    redraw() {
        for (const watcher of this.watchers) watcher();
    }

    holdLabel() {
        if (this.surface.get("label") === this.active) return;
        this.surface.set("label", this.active);
        this.surface.save_changes();
    }

    show() {
        this.surface.set("bboxes", copies(this.boxes));
        this.surface.save_changes();
        this.redraw();
    }

    /** @param {string} name */
    pick(name) {
        if (name === this.active) return;
        this.active = name;
        this.model.send({ active: name });
        this.holdLabel();
        this.redraw();
    }

    get selected() {
        return this.boxes[this.surface.get("selected_index")] ?? null;
    }

    /** @param {string | null} id */
    select(id) {
        this.surface.set("selected_index", id === null ? -1 : this.boxes.findIndex((box) => box.id === id));
        this.surface.save_changes();
        this.selectionChanged();
    }

    selectionChanged() {
        const id = this.selected?.id ?? null;
        if (id !== this.told) {
            this.told = id;
            this.model.send({ selected: id });
        }
        this.redraw();
    }

    /**
     * @param {Box[]} boxes
     * @param {{id?: string, nudged?: string}} [what] the box to select; the one that an arrow key moved (many steps of
     *     one box are one undo)
     */
    commit(boxes, { id = this.selected?.id, nudged } = {}) {
        if (!allSame(boxes, this.boxes)) {
            if (nudged === undefined || nudged !== this.nudged) this.past.push(this.boxes);
            this.future = [];
            this.replace(boxes, { id, nudged });
        } else if (!allSame(copies(this.surface.get("bboxes")), boxes)) {
            this.show(); // a stray click leaves the surface too
        }
    }

    /** @param {Box[]} boxes @param {{id?: string, nudged?: string}} [what] as for commit */
    replace(boxes, { id = this.selected?.id, nudged } = {}) {
        this.nudged = nudged;
        this.boxes = boxes;
        // First the message, then the traits: traits may be held back while the kernel is busy, messages are not.
        this.model.send({ number: this.given.number, boxes: copies(boxes) });
        this.surface.set("selected_index", boxes.findIndex((box) => box.id === id));
        this.show();
        this.selectionChanged();
    }

    /**
     * Draw the box that was begun last from where the pointer went down to where it is.
     *
     * @param {{svg: SVGElement, x: number, y: number}} from @param {MouseEvent} to
     */
    draw({ svg, x, y }, to) {
        const boxes = this.surface.get("bboxes");
        const box = boxes.at(-1);
        if (!box || box.id !== undefined) return;
        const { left, top, width, height } = svg.getBoundingClientRect();
        const across = [x, to.clientX].map((at) => Math.round(((at - left) * this.given.width) / width)).sort((a, b) => a - b);
        const down = [y, to.clientY].map((at) => Math.round(((at - top) * this.given.height) / height)).sort((a, b) => a - b);
        const drawn = { ...box, x: across[0], y: down[0], width: across[1] - across[0], height: down[1] - down[0] };
        this.surface.set("bboxes", [...boxes.slice(0, -1), drawn]);
    }

    /** @param {boolean} click whether the pointer hardly moved */
    gestureEnded(click) {
        const { width, height } = this.given;
        const drawn = this.surface.get("bboxes");
        const settled = settle(drawn, this.boxes, { width, height, click });
        const held = drawn[this.surface.get("selected_index")];
        this.commit(settled, { id: held && (held.id ?? settled.at(-1)?.id) });
    }

    undo() {
        if (!this.past.length) return;
        this.future.push(this.boxes);
        this.replace(this.past.pop());
    }

    redo() {
        if (!this.future.length) return;
        this.past.push(this.boxes);
        this.replace(this.future.pop());
    }

    /** @param {string | null | undefined} id @param {(box: Box) => Box | null} change null removes the box */
    alter(id, change, what = {}) {
        if (this.readOnly || !id) return;
        this.commit(this.boxes.map((box) => (box.id === id ? change(box) : box)).filter((box) => box !== null), what);
    }

    remove(id) {
        this.alter(id, () => null);
    }

    reclass(id) {
        this.alter(id, (box) => ({ ...box, label: this.active }));
    }

    add() {
        if (this.readOnly) return;
        const { width, height } = this.given;
        const side = Math.max(1, Math.round(Math.min(width, height) / 5));
        const box = { x: Math.round((width - side) / 2), y: Math.round((height - side) / 2), width: side, height: side };
        const id = newId();
        this.commit([...this.boxes, { ...box, label: this.active, id }], { id });
    }

    /** @param {number[]} step @param {boolean} size whether the lower right corner moves instead of the box */
    nudge([dx, dy], size) {
        const { width, height } = this.given;
        this.alter(this.selected?.id, (box) => size
            ? { ...box, width: clamp(box.width + dx, 1, Math.max(1, width - box.x)),
                height: clamp(box.height + dy, 1, Math.max(1, height - box.y)) }
            : { ...box, x: clamp(box.x + dx, Math.min(0, box.x), Math.max(box.x, width - box.width)),
                y: clamp(box.y + dy, Math.min(0, box.y), Math.max(box.y, height - box.height)) },
        { nudged: this.selected?.id });
    }

    /** @param {number} step */
    walk(step) {
        if (!this.boxes.length) return;
        const now = this.boxes.indexOf(this.selected);
        const next = now < 0 ? (step > 0 ? 0 : this.boxes.length - 1) : (now + step + this.boxes.length) % this.boxes.length;
        this.select(this.boxes[next].id);
    }
}

/** Hears keys for the whole screen. @param {Session} session @param {View} view @param {KeyboardEvent} event */
const keyPressed = (session, view, event) => {
    if (event.target.closest(FIELDS)) return;
    // The surface would swallow every key, Tab and the browser's own among them, so it is given none.
    if (event.target.closest(".aw-box-stage")) event.stopPropagation();
    const ctrl = event.ctrlKey || event.metaKey;
    const selected = session.selected?.id ?? null;
    const far = event.shiftKey ? 10 : 1;
    /** @type {(() => void) | undefined} */
    let action;
    if (ctrl) {
        const key = event.key.toLowerCase();
        if (key === "z") action = event.shiftKey ? () => session.redo() : () => session.undo();
        else if (key === "y") action = () => session.redo();
    } else if (event.key in STEPS && selected) {
        action = () => session.nudge(STEPS[event.key].map((part) => part * far), event.altKey);
    } else if (!event.altKey && /^[1-9]$/.test(event.key)) {
        const chosen = session.classes[Number(event.key) - 1];
        if (chosen) action = () => session.pick(chosen.name);
    } else if (!event.altKey) {
        action = {
            Delete: () => session.remove(selected),
            Backspace: () => session.remove(selected),
            c: () => session.reclass(selected),
            b: () => session.add(),
            ",": () => session.walk(-1),
            ".": () => session.walk(1),
            "+": () => view.zoom(1),
            "-": () => view.zoom(-1),
            0: () => view.zoom(0),
            Escape: selected ? () => session.select(null) : undefined,
        }[event.key];
    }
    if (action) {
        event.preventDefault();
        event.stopPropagation();
        action();
    }
};

/** Follows gestures on the surface. @param {Session} session @param {HTMLElement} stage @returns {() => void} */
const followPointer = (session, stage) => {
    /** @type {{svg: SVGElement, id: number, x: number, y: number, far: number, finger: boolean} | null} */
    let gesture = null;

    /** @param {string} type @param {Element} target @param {PointerEvent} event */
    const asMouse = (type, target, { clientX, clientY }) =>
        target.dispatchEvent(new MouseEvent(type, { clientX, clientY, button: 0, bubbles: true, cancelable: true }));
    const down = (event) => {
        const svg = event.target.closest(".image > svg");
        if (!svg || !event.isPrimary || event.button !== 0) return;
        const finger = event.pointerType !== "mouse";
        gesture = { svg, id: event.pointerId, x: event.clientX, y: event.clientY, far: 0, finger };
        if (finger) {
            // the surface knows the mouse only
            event.preventDefault();
            svg.setPointerCapture(event.pointerId);
            svg.closest("[tabindex]").focus({ preventScroll: true });
            asMouse("mousedown", event.target, event);
        }
    };
    // Captured only now that the surface has been told which box or handle is pressed; from here on a drag goes on
    // outside of the picture and ends where the button is released.
    const pressed = (event) => {
        if (gesture && !gesture.finger && event.isTrusted) gesture.svg.setPointerCapture(gesture.id);
    };
    const move = (event) => {
        if (!gesture || event.pointerId !== gesture.id) return;
        const { x, y, far } = gesture;
        gesture.far = Math.max(far, Math.abs(event.clientX - x), Math.abs(event.clientY - y));
        if (gesture.finger) asMouse("mousemove", gesture.svg, event);
    };
    // Without a button held there is no drag, whatever the surface still believes.
    const hovered = (event) => {
        if (!gesture) event.stopPropagation();
    };
    // The surface keeps the moves that it uses. It fades a box out for 100 ms after it is gone, and a box that is begun
    // meanwhile does not follow the pointer: then its moves come through to here.
    const unheeded = (event) => {
        if (gesture) session.draw(gesture, event);
    };
    const up = (event) => {
        if (!gesture || event.pointerId !== gesture.id) return;
        if (gesture.finger || event.type === "pointercancel") asMouse("mouseup", gesture.svg, event);
    };
    // after the surface's own listener, which is nearer to the target
    const released = () => {
        if (!gesture) return;
        const click = gesture.far < CLICK;
        gesture = null;
        session.gestureEnded(click);
    };
    const listeners = [
        ["pointerdown", down, true], ["mousedown", pressed, true], ["pointermove", move, true], ["pointerup", up, true],
        ["pointercancel", up, true], ["mouseup", released, false], ["mousemove", hovered, true],
        ["mousemove", unheeded, false],
    ];
    for (const [type, listener, capture] of listeners) stage.addEventListener(type, listener, capture);
    return () => {
        for (const [type, listener, capture] of listeners) stage.removeEventListener(type, listener, capture);
    };
};

/** @param {string} name @param {Record<string, any>} properties @param {(string | Node)[]} children */
const make = (name, properties = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
        if (value === null || value === undefined) continue;
        if (key in element && key !== "style") element[key] = value;
        else element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
};

/** Scroll a list, and nothing around it: the page must not jump. @param {Element} list @param {Element | null} row */
const bringIntoSight = (list, row) => {
    if (!row) return;
    const [frame, { top, bottom }] = [list.getBoundingClientRect(), row.getBoundingClientRect()];
    list.scrollTop += Math.max(0, bottom - frame.bottom) - Math.max(0, frame.top - top);
};

/** @param {Session} session @param {HTMLElement} el */
const draw = (session, el) => {
    const { boxes, classes, active, selected, readOnly } = session;
    const focused = el.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    const scrolled = el.querySelector(".aw-long")?.scrollTop ?? 0;
    const colors = new Map(classes.map(({ name, color }) => [name, color]));
    const swatch = (name) => make("i", { className: "aw-swatch", style: `background:${colors.get(name)}`, "aria-hidden": "true" });
    const named = (text) => make("span", { className: "aw-name", title: text }, text);

    const counts = new Map(classes.map(({ name }) => [name, 0]));
    const labels = boxes.map((box) => {
        counts.set(box.label, counts.get(box.label) + 1);
        const title = `${box.label} ${counts.get(box.label)}`;
        const row = make("li", {}, make("button", {
            type: "button", className: "aw-plain", "data-name": `label ${box.id}`, "aria-pressed": String(box === selected),
            onclick: () => session.select(box === selected ? null : box.id),
        }, swatch(box.label), named(title)));
        if (!readOnly) {
            if (box.label !== active && box === selected) row.append(make("button", {
                type: "button", className: "aw-plain", "data-name": `reclass ${box.id}`, title: `Make it ${active} (C)`,
                "aria-label": `Make ${title} ${active}`, onclick: () => session.reclass(box.id),
            }, "→ ", swatch(active)));
            row.append(make("button", {
                type: "button", className: "aw-plain", "data-name": `remove ${box.id}`, title: "Delete (Delete)",
                "aria-label": `Delete ${title}`, onclick: () => session.remove(box.id),
            }, "✕"));
        }
        return row;
    });
    const picks = classes.map(({ name }, i) => make("li", {}, make("button", {
        type: "button", className: "aw-plain", "data-name": `class ${name}`, "aria-pressed": String(name === active),
        "aria-label": `Class ${name}, ${counts.get(name)} ${counts.get(name) === 1 ? "label" : "labels"}`,
        disabled: readOnly, onclick: () => session.pick(name),
    }, swatch(name), named(name), make("span", { className: "aw-count" }, String(counts.get(name))),
    ...(i < 9 && !readOnly ? [make("kbd", { "aria-hidden": "true" }, String(i + 1))] : []))));
    const command = (name, title, enabled, onclick) => make("button", {
        type: "button", className: "aw-plain", title, disabled: !enabled, "data-name": name, onclick,
    }, name);

    el.replaceChildren(
        make("h3", {}, "Classes"), make("ul", { className: "aw-box-list", style: `--rows:${picks.length}` }, ...picks),
        make("h3", {}, `Labels (${boxes.length})`),
        boxes.length
            ? make("ul", { className: "aw-box-list aw-long", style: `--rows:${labels.length}` }, ...labels)
            : make("p", { className: "aw-mute" }, readOnly ? "None." : "Drag over the picture to draw a box."),
        ...(readOnly ? [] : [make("div", { className: "aw-row" },
            command("Undo", "Ctrl+Z", session.past.length, () => session.undo()),
            command("Redo", "Ctrl+Shift+Z", session.future.length, () => session.redo()),
            command("New box", "In the middle of the picture; move it with the arrow keys (B)", true, () => session.add()))]),
    );
    const list = el.querySelector(".aw-long");
    if (list) {
        list.scrollTop = scrolled;
        bringIntoSight(list, list.querySelector("[aria-pressed=true]"));
    }
    if (focused) [...el.querySelectorAll("button")].find((button) => button.dataset.name === focused)?.focus();
};

/** One place on the page where the editor is seen: its picture's size, its listeners. */
class View {
    /** @param {Session} session @param {HTMLElement} scope @param {HTMLElement} stage */
    constructor(session, scope, stage) {
        [this.session, this.stage, this.level] = [session, stage, 0];
        const pressed = (event) => keyPressed(session, this, event);
        scope.addEventListener("keydown", pressed, true);
        // see shortcuts.js; an editor may also be shown without a screen around it
        const quiet = ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true");
        scope.addEventListener("focusin", quiet);
        const stop = followPointer(session, stage);
        const observer = new ResizeObserver(() => this.fit());
        observer.observe(stage);
        this.fit();
        this.close = () => {
            scope.removeEventListener("keydown", pressed, true);
            scope.removeEventListener("focusin", quiet);
            stop();
            observer.disconnect();
        };
    }

    /** @param {number} step 1 nearer, -1 farther, 0 the whole picture */
    zoom(step) {
        this.level = step === 0 ? 0 : clamp(this.level + step, 0, ZOOMS.length - 1);
        this.fit();
    }

    // Whole CSS pixels: the surface measures in these, and a picture half a pixel wider would shift every label.
    fit() {
        const { width, height } = this.session.given;
        const style = getComputedStyle(this.stage);
        const room = this.stage.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        const tall = Math.max(360, Math.round(window.innerHeight * 0.62));
        if (!width || room <= 0) return;
        const whole = Math.min(room / width, tall / height);
        // a picture that fits is shown pixel by pixel, a very small one in whole multiples
        const scale = whole < 1 ? whole : Math.min(Math.floor(whole), Math.max(1, Math.floor(640 / Math.max(width, height))));
        const shown = scale * ZOOMS[this.level];
        this.stage.style.setProperty("--aw-box-width", `${Math.max(1, Math.floor(width * shown))}px`);
        this.stage.style.setProperty("--aw-box-height", `${Math.max(1, Math.floor(height * shown))}px`);
        this.stage.style.maxHeight = `${tall + 40}px`;
        this.stage.classList.toggle("aw-box-enlarged", shown > 2);
    }
}

export default () => {
    /** @type {Session} one for all views of the model */
    let session;
    let surfaceId;
    return {
        async initialize({ model }) {
            surfaceId = model.get("surface").slice("IPY_MODEL_".length);
            session = new Session(model, await model.widget_manager.get_model(surfaceId));
        },
        render({ el }) {
            el.classList.add("aw-box-tools");
            let alive = true;
            let pending = false;
            /** @type {View | null} */
            let view = null;
            // many changes in one gesture, one drawing
            const redraw = () => {
                if (pending) return;
                pending = true;
                queueMicrotask(() => {
                    pending = false;
                    if (!alive) return;
                    draw(session, el);
                    view?.fit();
                });
            };
            // the stage is another widget, and may come into the page later than this one
            const attach = () => {
                if (!alive) return;
                const scope = el.closest(".aw-screen") ?? el.closest(".aw-boxes");
                const stage = scope?.querySelector(`.aw-box-stage.aw-of-${surfaceId}`);
                if (stage) view = new View(session, scope, stage);
                else requestAnimationFrame(attach);
            };
            session.watchers.add(redraw);
            draw(session, el);
            attach();
            return () => {
                alive = false;
                session.watchers.delete(redraw);
                view?.close();
            };
        },
    };
};
