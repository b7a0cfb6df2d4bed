/** @import { Label } from "../types.js" */
/** @import { Session } from "../session.js" */

import { colorOf } from "../render/style.js";
import { VISIBILITIES, withVisibility } from "../shapes/primitive.js";
import { focusedName, focusNamed, make, named, swatch } from "./dom.js";

/** @typedef {{element: HTMLElement, update: (label: Label, title: string) => void}} Row of one label in the list */

/** @param {Session} session @param {string} id @returns {Row} */
export const labelRow = (session, id) => {
    const mark = swatch("");
    const name = named("");
    const unsaved = make("span", { className: "aw-mute", title: "On its way to the file" }, "•");
    const pick = make(
        "button",
        {
            type: "button",
            tabIndex: -1,
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
        tabIndex: -1,
        className: "aw-plain",
        "data-name": `reclass ${id}`,
        onclick: () => session.reclass(id),
    });
    const hide = make("button", {
        type: "button",
        tabIndex: -1,
        className: "aw-plain aw-ed-hide",
        "data-name": `hide ${id}`,
        onclick: () => session.toggle(id),
    });
    const remove = make(
        "button",
        {
            type: "button",
            tabIndex: -1,
            className: "aw-plain",
            "data-name": `remove ${id}`,
            title: "Delete (Delete)",
            onclick: () => session.remove(id),
        },
        "✕",
    );
    const points = make("div", { className: "aw-ed-points" });
    const element = make("div", { className: "aw-ed-label", role: "listitem" }, pick, reclass, hide, remove, points);
    /** @type {unknown[]} what the row shows */
    let shown = [];
    return {
        element,
        update(label, title) {
            const { active, readOnly, selectedId, tracks } = session;
            const isSelected = id === selectedId;
            const here = tracks.at(label);
            const isAway = !here.shape;
            const now = [
                label,
                title,
                isSelected,
                isSelected && active,
                readOnly,
                session.unsaved.has(id),
                session.hiddenIds.has(id),
                tracks.isMany && isSelected ? here : isAway,
            ];
            if (now.every((value, i) => value === shown[i])) return; // most of a thousand rows are as they were
            shown = now;
            const item = session.classOf(label);
            mark.style.background = colorOf(item);
            name.textContent = name.title = title;
            name.classList.toggle("aw-mute", isAway);
            if (isAway) name.title = `${title}, ${tracks.extent(label)}, not on this one`;
            pick.setAttribute("aria-pressed", String(isSelected));
            unsaved.hidden = !session.unsaved.has(id);
            reclass.hidden =
                readOnly ||
                !isSelected ||
                !active ||
                active.name === label.category ||
                active.shape !== tracks.shapeType(label);
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
            points.hidden = readOnly || !isSelected || here.shape?.type !== "object_primitive";
            if (!points.hidden) drawPoints(session, points, here, title);
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
