/** @import { Label, ObjectClass } from "../types.js" */
/** @import { Session } from "../session.js" */

import { colorOf } from "../render/style.js";
import { VISIBILITIES, withVisibility } from "../shapes/primitive.js";
import { bringIntoSight, make } from "./dom.js";
import { followKeys } from "./keys.js";

/** @typedef {{element: HTMLLIElement, update: (label: Label, title: string) => void}} Row */

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
    const list = make("ul", { className: "aw-ed-list aw-ed-labels", "aria-label": "Labels" });
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
    const stopKeys = followKeys(root, () => session.front, { isSpaceHeld: false, hasPanned: false });

    /** @type {Map<string, Row>} */
    const rows = new Map();
    const drawClasses = () => {
        const focused = focusedName(classes);
        const { counts } = session;
        classes.replaceChildren(
            ...session.classes.map((item, i) => classRow(session, item, i, counts.get(item.name) ?? 0)),
        );
        focusNamed(classes, focused);
    };
    const drawLabels = () => {
        const { labels, titles } = session;
        heading.textContent = `Labels (${labels.length})`;
        none.hidden = labels.length > 0;
        none.textContent = session.readOnly ? "None." : "None yet.";
        for (const [id, { element }] of rows) {
            if (titles.has(id)) continue;
            // whoever deletes by keys goes on with the next one
            const hadFocus = element.contains(document.activeElement);
            const beside = element.nextElementSibling ?? element.previousElementSibling ?? classes;
            element.remove();
            rows.delete(id);
            if (hadFocus) beside.querySelector("button")?.focus({ preventScroll: true });
        }
        // a row that stands where it belongs is left there: laying out a thousand takes longer than an edit
        let next = list.firstElementChild;
        for (const label of labels) {
            let row = rows.get(label.id);
            if (!row) rows.set(label.id, (row = labelRow(session, label.id)));
            row.update(label, titles.get(label.id) ?? "");
            if (row.element === next) next = next.nextElementSibling;
            else list.insertBefore(row.element, next);
        }
        bringIntoSight(list, session.selectedId === null ? null : rows.get(session.selectedId)?.element);
    };
    let pending = false;
    // many changes in one gesture, one drawing
    const redraw = () => {
        if (pending) return;
        pending = true;
        queueMicrotask(() => {
            pending = false;
            if (!root.isConnected && el.children.length === 0) return;
            drawClasses();
            drawLabels();
        });
    };
    const drawHover = (/** @type {{before: string | null}} */ { before }) => {
        rows.get(before ?? "")?.element.classList.remove("aw-ed-hovered");
        rows.get(session.hoveredId ?? "")?.element.classList.add("aw-ed-hovered");
    };
    const stops = [
        session.on("hover", drawHover),
        session.on("labels", redraw),
        session.on("selection", redraw),
        session.on("tool", redraw),
        session.on("open", redraw),
    ];
    drawClasses();
    drawLabels();
    return () => {
        for (const stop of stops) stop();
        stopKeys();
        root.remove();
    };
};

/** @param {Session} session @param {ObjectClass} item @param {number} index @param {number} count */
const classRow = (session, item, index, count) =>
    make(
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
            make("span", { className: "aw-mute aw-num" }, String(count)),
            make("span", { className: "aw-hear" }, count === 1 ? " label" : " labels"),
            ...(index < 9 && !session.readOnly ? [make("kbd", { "aria-hidden": "true" }, String(index + 1))] : []),
        ),
    );

/** @param {Session} session @param {string} id @returns {Row} */
const labelRow = (session, id) => {
    const mark = swatch("");
    const name = named("");
    const unsaved = make("span", { className: "aw-mute", title: "On its way to the file" }, "•");
    const pick = make(
        "button",
        {
            type: "button",
            className: "aw-plain aw-ed-row",
            "data-name": `label ${id}`,
            onclick: () => session.select(id === session.selectedId ? null : id),
            onpointerenter: () => session.hover(id),
            onpointerleave: () => session.hover(null),
        },
        mark,
        name,
        unsaved,
    );
    const reclass = make("button", {
        type: "button",
        className: "aw-plain",
        "data-name": `reclass ${id}`,
        onclick: () => session.reclass(id),
    });
    const hide = make("button", {
        type: "button",
        className: "aw-plain aw-ed-hide",
        "data-name": `hide ${id}`,
        onclick: () => session.toggle(id),
    });
    const remove = make(
        "button",
        {
            type: "button",
            className: "aw-plain",
            "data-name": `remove ${id}`,
            title: "Delete (Delete)",
            onclick: () => session.remove(id),
        },
        "✕",
    );
    const points = make("div", { className: "aw-ed-points" });
    const element = make("li", {}, pick, reclass, hide, remove, points);
    /** @type {unknown[]} what the row shows */
    let shown = [];
    return {
        element,
        update(label, title) {
            const { active, readOnly, selectedId } = session;
            const isSelected = id === selectedId;
            const now = [
                label,
                title,
                isSelected,
                isSelected && active,
                readOnly,
                session.unsaved.has(id),
                session.hiddenIds.has(id),
            ];
            if (now.every((value, i) => value === shown[i])) return; // most of a thousand rows are as they were
            shown = now;
            const item = session.classOf(label);
            mark.style.background = colorOf(item);
            if (name.textContent !== title) name.textContent = title;
            pick.setAttribute("aria-pressed", String(isSelected));
            unsaved.hidden = !session.unsaved.has(id);
            reclass.hidden =
                readOnly ||
                !isSelected ||
                !active ||
                active.name === label.category ||
                active.shape !== label.shape?.type;
            if (!reclass.hidden && active) {
                reclass.replaceChildren("→ ", swatch(colorOf(active)));
                reclass.title = `Make it ${active.name} (C)`;
                reclass.setAttribute("aria-label", `Make ${title} ${active.name}`);
            }
            const isHidden = session.hiddenIds.has(id);
            hide.textContent = isHidden ? "show" : "hide";
            hide.setAttribute("aria-label", `${isHidden ? "Show" : "Hide"} ${title}`);
            remove.hidden = readOnly;
            remove.setAttribute("aria-label", `Delete ${title}`);
            points.hidden = readOnly || !isSelected || label.shape?.type !== "object_primitive";
            if (!points.hidden) drawPoints(session, points, label, title);
            else points.replaceChildren();
        },
    };
};

/**
 * Visibility of each point of a selected skeleton.
 *
 * @param {Session} session
 * @param {HTMLElement} place
 * @param {Label} label
 * @param {string} title
 */
const drawPoints = (session, place, label, title) => {
    const { shape } = label;
    if (shape?.type !== "object_primitive") return;
    const focused = focusedName(place);
    place.replaceChildren(
        ...Object.entries(shape.points).map(([name, [, , visibility]]) => {
            const choice = make(
                "select",
                { "data-name": name, "aria-label": `${name} of ${title}` },
                ...VISIBILITIES.map((value) => make("option", { value, selected: value === visibility }, value)),
            );
            choice.addEventListener("change", () => {
                const changed = withVisibility(shape, name, /** @type {any} */ (choice.value));
                if (changed) return session.change(label.id, changed, `${name} ${choice.value} in`);
                choice.value = visibility;
                session.note("One point at least is present; delete the label instead", true);
            });
            return make("label", {}, make("span", {}, name), choice);
        }),
    );
    focusNamed(place, focused);
};

/** @param {string} color */
const swatch = (color) => make("i", { className: "aw-swatch", style: `background:${color}`, "aria-hidden": "true" });

/** @param {string} text */
const named = (text) => make("span", { className: "aw-ed-name", title: text || null }, text);

/** @param {Element} place */
const focusedName = (place) => {
    const { activeElement } = place.ownerDocument;
    return activeElement instanceof HTMLElement && place.contains(activeElement)
        ? activeElement.dataset.name
        : undefined;
};

/** @param {Element} place @param {string | undefined} name */
const focusNamed = (place, name) => {
    if (name === undefined) return;
    /** @type {HTMLElement | null} */
    const element = place.querySelector(`[data-name="${CSS.escape(name)}"]`);
    element?.focus({ preventScroll: true });
};
