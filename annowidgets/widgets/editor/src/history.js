/** @import { Op } from "./types.js" */

/** What undo and redo would do next: follows from the ops alone, in their order. */
export class History {
    /** @type {Op[]} */
    #done = [];
    /** @type {Op[]} */
    #undone = [];

    /** @param {Iterable<Op>} ops oldest first */
    constructor(ops = []) {
        for (const op of ops) this.add(op);
    }

    /** @param {Op} op */
    add(op) {
        if (op.kind === "edit") {
            this.#done.push(op);
            this.#undone = [];
            return;
        }
        const [from, to] = op.kind === "undo" ? [this.#done, this.#undone] : [this.#undone, this.#done];
        // An edit that was refused is not there: then there is nothing to take back, and no other edit's turn.
        const place = op.of ? from.findLastIndex(({ id }) => id === op.of) : from.length - 1;
        if (place >= 0) to.push(...from.splice(place, 1));
    }

    /** The edit that an undo would take back. */
    get undoable() {
        return this.#done.at(-1);
    }

    /** The edit that a redo would make again. */
    get redoable() {
        return this.#undone.at(-1);
    }
}
