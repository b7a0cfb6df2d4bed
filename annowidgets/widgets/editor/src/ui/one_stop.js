import { bringIntoSight } from "./dom.js";
import { firstRow, lastRow, rowAfter, rowBefore } from "./pieces.js";

/** @param {Element} row @returns {HTMLButtonElement[]} those that can be pressed */
const buttonsOf = (row) =>
    /** @type {HTMLButtonElement[]} */ ([...row.children].filter(
        (child) => child instanceof HTMLButtonElement && !child.hidden,
    ));

/**
 * One stop for Tab in a list of rows of buttons, which are made with tabIndex -1: arrows lead up and down to other
 * rows, and left and right along one.
 *
 * @param {HTMLElement} list
 * @returns {(row: Element | null | undefined) => void} called when the rows have changed, with the one to stop at
 */
export const oneStop = (list) => {
    /** @type {HTMLButtonElement | null} */
    let stop = null;
    /** @param {HTMLButtonElement | null} button */
    const stopAt = (button) => {
        if (button === stop) return;
        if (stop) stop.tabIndex = -1;
        if (button) button.tabIndex = 0;
        stop = button;
    };
    /** @param {Event} event */
    const buttonOf = ({ target }) =>
        /** @type {HTMLButtonElement | null} */ (target instanceof Element ? target.closest(".aw-ed-label > button") : null);
    list.addEventListener("focusin", (event) => stopAt(buttonOf(event) ?? stop));
    list.addEventListener("keydown", (event) => {
        const button = buttonOf(event);
        const row = button?.parentElement;
        // with Shift, arrows are for what is selected
        if (!button || !row || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
        const column = buttonsOf(row).indexOf(button);
        /** @param {Element | null} other */
        const at = (other) => other && (buttonsOf(other)[column] ?? buttonsOf(other)[0]);
        /** @type {Record<string, () => HTMLButtonElement | null | undefined>} */
        const steps = {
            ArrowUp: () => at(rowBefore(row)),
            ArrowDown: () => at(rowAfter(row)),
            ArrowLeft: () => buttonsOf(row)[column - 1],
            ArrowRight: () => buttonsOf(row)[column + 1],
            Home: () => at(firstRow(list)),
            End: () => at(lastRow(list)),
        };
        const step = steps[event.key];
        if (!step) return;
        event.preventDefault();
        event.stopPropagation();
        const next = step();
        next?.focus({ preventScroll: true });
        bringIntoSight(list, next?.parentElement);
    });
    return (row) => {
        if (stop?.isConnected && !stop.hidden) return;
        stopAt((row ?? firstRow(list))?.querySelector("button") ?? null);
    };
};
