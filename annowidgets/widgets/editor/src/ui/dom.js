/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, any>} [properties] of the element, else attributes; null for none
 * @param {(string | Node)[]} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export const make = (name, properties = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
        if (value === null || value === undefined) continue;
        if (key in element && key !== "style") Object.assign(element, { [key]: value });
        else element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
};

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} data path data in a square of 16 */
export const icon = (data) => {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", "aw-ed-icon");
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", data);
    svg.append(path);
    return svg;
};

/** A key as people read it. @param {string} keys "ctrl+z" */
export const keysShown = (keys) =>
    keys
        .split("+")
        .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
        .join("+");

/**
 * A button of the toolbar: an icon, with its name and key in the tooltip.
 *
 * @param {string} name
 * @param {string} data of the icon
 * @param {() => void} press
 * @param {string} [keys]
 */
export const iconButton = (name, data, press, keys) =>
    make(
        "button",
        {
            type: "button",
            className: "aw-ed-button",
            title: keys ? `${name} (${keysShown(keys)})` : name,
            "aria-label": name,
            "aria-keyshortcuts": keys ? keysShown(keys).replace("Ctrl", "Control") : null,
            onclick: press,
        },
        icon(data),
    );

/**
 * Scroll a list, and nothing around it: the page must not jump.
 *
 * @param {Element} list
 * @param {Element | null | undefined} row
 */
export const bringIntoSight = (list, row) => {
    if (!row) return;
    const [frame, { top, bottom }] = [list.getBoundingClientRect(), row.getBoundingClientRect()];
    list.scrollTop += Math.max(0, bottom - frame.bottom) - Math.max(0, frame.top - top);
};

/** A class's colour. @param {string} color */
export const swatch = (color) =>
    make("i", { className: "aw-swatch", style: `background:${color}`, "aria-hidden": "true" });

/** Text that is cut off where there is no room. @param {string} text */
export const named = (text) => make("span", { className: "aw-ed-name", title: text || null }, text);

/** Which of the elements with a name of their own has the focus. @param {Element} place */
export const focusedName = (place) => {
    const { activeElement } = place.ownerDocument;
    return activeElement instanceof HTMLElement && place.contains(activeElement)
        ? activeElement.dataset.name
        : undefined;
};

/** Give it back where elements were made anew. @param {Element} place @param {string | undefined} name */
export const focusNamed = (place, name) => {
    if (name === undefined) return;
    /** @type {HTMLElement | null} */
    const element = place.querySelector(`[data-name="${CSS.escape(name)}"]`);
    element?.focus({ preventScroll: true });
};
