/** @import { ObjectClass } from "../types.js" */
/** @import { Session } from "../session.js" */
/** @import { Row } from "./label_row.js" */

import { colorOf } from "../render/style.js";
import { bringIntoSight, focusedName, focusNamed, make, named, swatch } from "./dom.js";
import { followKeys } from "./keys.js";
import { labelRow } from "./label_row.js";
import { oneStop } from "./one_stop.js";
import { firstRow, putRow, rowAfter, rowBefore, takeRow } from "./pieces.js";

const MANY = 12; // rows, which are higher than the list for certain
const LEAST = 240; // CSS pixels that a long list keeps where questions below it need the room
const [REST_OF_IT, CLASS_ROW, LABEL_ROW] = [72, 30, 24]; // CSS pixels; asking for them would lay the list out

/**
 * The classes with their keys and counts, and the list of labels.
 *
 * @param {Session} session
 * @param {HTMLElement} el
 * @returns {() => void} takes it away
 */
export const showPanel = (session, el) => {
    const classes = make("ul", { className: "aw-ed-list", "aria-label": "Classes" });
    const heading = make("h3", {}, "Labels");
    const list = make("div", { className: "aw-ed-list aw-ed-labels", role: "list", "aria-label": "Labels" });
    const none = make("p", { className: "aw-mute" });
    const root = make(
        "div",
        { className: "aw-ed-panel", "data-lm-suppress-shortcuts": "true" },
        make("h3", {}, "Classes"),
        classes,
        heading,
        none,
        list,
    );
    el.classList.add("aw");
    el.append(root);
    root.addEventListener("focusin", ({ target }) => {
        if (target instanceof Element) target.setAttribute("data-lm-suppress-shortcuts", "true");
    });
    // the class is chosen for what is drawn next: keys go there, unless it was chosen by them
    classes.addEventListener("click", ({ detail }) => detail > 0 && session.front?.place.focus({ preventScroll: true }));
    const stopKeys = followKeys(root, () => session.front, { isSpaceHeld: false, hasPanned: false });

    /** @type {Map<string, Row>} */
    const rows = new Map();
    const settleStop = oneStop(list);
    /** @type {unknown[]} what the classes show, but for the counts */
    let shown = [];
    /** @type {Map<string, (count: number) => void>} by class */
    let counters = new Map();
    /** @type {string | null} */
    let broughtIntoSight = null;
    const drawClasses = () => {
        const now = [session.readOnly, session.active, ...session.classes];
        if (now.length !== shown.length || now.some((value, i) => value !== shown[i])) {
            shown = now;
            const focused = focusedName(classes);
            const made = session.classes.map((item, i) => classRow(session, item, i));
            counters = new Map(made.map(({ count }, i) => [session.classes[i].name, count]));
            classes.replaceChildren(...made.map(({ element }) => element));
            focusNamed(classes, focused);
        }
        const { counts } = session;
        for (const [name, count] of counters) count(counts.get(name) ?? 0);
    };
    const drawLabels = () => {
        const { labels, titles } = session;
        heading.textContent = `Labels (${labels.length})`;
        list.classList.toggle("aw-ed-long", labels.length >= MANY);
        const rowsHeight = CLASS_ROW * session.classes.length + LABEL_ROW * Math.max(1, labels.length);
        el.style.minHeight = `${Math.min(LEAST, REST_OF_IT + rowsHeight)}px`;
        none.hidden = labels.length > 0;
        none.textContent = session.readOnly ? "None." : "None yet.";
        for (const [id, { element }] of rows) {
            if (titles.has(id)) continue;
            // whoever deletes by keys goes on with the next one
            const hadFocus = element.contains(document.activeElement);
            const beside = rowAfter(element) ?? rowBefore(element) ?? classes;
            takeRow(element);
            rows.delete(id);
            if (hadFocus) beside.querySelector("button")?.focus({ preventScroll: true });
        }
        // a row that stands where it belongs is left there: laying out a thousand takes longer than an edit
        let next = firstRow(list);
        for (const label of labels) {
            let row = rows.get(label.id);
            if (!row) rows.set(label.id, (row = labelRow(session, label.id)));
            row.update(label, titles.get(label.id) ?? "");
            if (row.element === next) next = rowAfter(next);
            else putRow(list, row.element, next);
        }
        const selected = rows.get(session.selectedId ?? "")?.element;
        settleStop(selected);
        // where the rows lie is only asked when it matters: the answer takes a layout of all of them
        if (session.selectedId !== broughtIntoSight) {
            bringIntoSight(list, selected);
            bringIntoSight(el, selected); // which scrolls too, where there is little room
        }
        broughtIntoSight = session.selectedId;
    };
    let requested = 0;
    // many changes in one frame, one drawing
    const redraw = () => {
        requested ||= requestAnimationFrame(() => {
            requested = 0;
            drawClasses();
            drawLabels();
        });
    };
    /** @type {Element | undefined} */
    let hovered;
    const drawHover = () => {
        hovered?.classList.remove("aw-ed-hovered");
        hovered = rows.get(session.hoveredId ?? "")?.element;
        hovered?.classList.add("aw-ed-hovered");
    };
    const stops = [
        session.on("hover", drawHover),
        session.on("labels", redraw),
        session.on("frame", () => session.player.isPlaying || redraw()),
        session.player.on("change", redraw),
        session.on("selection", redraw),
        session.on("tool", redraw),
        session.on("open", redraw),
        () => cancelAnimationFrame(requested),
    ];
    drawClasses();
    drawLabels();
    return () => {
        for (const stop of stops) stop();
        stopKeys();
        root.remove();
    };
};

/**
 * @param {Session} session
 * @param {ObjectClass} item
 * @param {number} index
 * @returns {{element: HTMLElement, count: (labels: number) => void}}
 */
const classRow = (session, item, index) => {
    const number = make("span", { className: "aw-mute aw-num" });
    const unit = make("span", { className: "aw-hear" });
    const element = make(
        "li",
        {},
        make(
            "button",
            {
                type: "button",
                className: "aw-plain aw-ed-row",
                "data-name": `class ${item.name}`,
                "aria-pressed": String(!session.readOnly && item === session.active),
                disabled: session.readOnly,
                onclick: () => session.choose(item),
            },
            swatch(colorOf(item)),
            make("span", { className: "aw-hear" }, "Class "),
            named(item.name),
            " ",
            number,
            unit,
            ...(index < 9 && !session.readOnly ? [make("kbd", { "aria-hidden": "true" }, String(index + 1))] : []),
        ),
    );
    return {
        element,
        count(labels) {
            if (number.textContent === String(labels)) return;
            number.textContent = String(labels);
            unit.textContent = labels === 1 ? " label" : " labels";
        },
    };
};
