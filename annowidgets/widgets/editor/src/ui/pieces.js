import { make } from "./dom.js";

const ROWS = 40; // of a piece
const ROW = 30; // CSS pixels

// A list of a thousand rows, in pieces of which the browser lays out only those in sight. If each row were such a piece,
// the browser would look a thousand times in every frame whether it is in sight.

/** @param {Element} list */
export const firstRow = (list) => list.firstElementChild?.firstElementChild ?? null;

/** @param {Element} list */
export const lastRow = (list) => list.lastElementChild?.lastElementChild ?? null;

/** @param {Element} row */
export const rowAfter = (row) =>
    row.nextElementSibling ?? row.parentElement?.nextElementSibling?.firstElementChild ?? null;

/** @param {Element} row */
export const rowBefore = (row) =>
    row.previousElementSibling ?? row.parentElement?.previousElementSibling?.lastElementChild ?? null;

/** @param {Element} list @param {Element} row @param {Element | null} next the row that it comes before; null: it is last */
export const putRow = (list, row, next) => {
    const before = row.parentElement;
    if (next) next.before(row);
    else {
        const last = list.lastElementChild;
        if (last && last.childElementCount < ROWS) last.append(row);
        else list.append(make("div", { className: "aw-ed-piece", role: "none" }, row));
    }
    settle(before);
    settle(row.parentElement);
};

/** @param {Element} row */
export const takeRow = (row) => {
    const piece = row.parentElement;
    row.remove();
    settle(piece);
};

/** @param {HTMLElement | null} piece */
const settle = (piece) => {
    if (!piece) return;
    // what the browser takes for its height until it was in sight
    if (piece.childElementCount) piece.style.containIntrinsicHeight = `auto ${ROW * piece.childElementCount}px`;
    else piece.remove();
};
