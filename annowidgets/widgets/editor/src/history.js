/** @import { Op } from "./types.js" */

/** What undo and redo would do next: follows from the ops alone, in their order. */
export class History {
    /** @type {Op[]} */
    #done = [];
    /** @type {Op[]} */
    #undone = [];

    /**
     * @param {Iterable<Op>} ops oldest first
     * @param {ReadonlyMap<string, string>} [targets] op -> the edit that it is of, where the op does not say it itself
     */
    constructor(ops = [], targets = new Map()) {
        for (const op of ops) this.add(op, op.of ?? targets.get(op.id));
    }

    /** @param {Op} op @param {string} [of] id of the edit that an undo or redo is of; else it is the last one */
    add(op, of = op.of) {
        if (op.kind === "edit") {
            this.#done.push(op);
            this.#undone = [];
            return;
        }
        const [from, to] = op.kind === "undo" ? [this.#done, this.#undone] : [this.#undone, this.#done];
        // An edit that was refused is not there: then there is nothing to take back, and no other edit's turn.
        const place = of === undefined ? from.length - 1 : from.findLastIndex(({ id }) => id === of);
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
