/** @import { Given, Label, Op } from "./types.js" */

import { applied, between, isEmpty } from "./delta.js";
import { Emitter } from "./emitter.js";
import { History } from "./history.js";
import { newOpId } from "./ids.js";

/**
 * The labels of one document: what Python has acknowledged, and on top of it the ops that are still on their way.
 *
 * @extends {Emitter<{change: {ids: Set<string>}, op: {op: Op}, open: {number: number}}>}
 */
export class LabelDocument extends Emitter {
    /** @type {readonly Label[]} displayed: acknowledged and pending */
    labels = [];
    /** @type {readonly Op[]} not acknowledged yet, oldest first */
    pending = [];
    revision = 0;
    number = -1;
    /** @type {readonly Label[]} */
    #acknowledged = [];
    /** @type {Op[]} acknowledged, oldest first */
    #log = [];
    /** @type {Set<string>} */
    #known = new Set();
    /** @type {Map<string, Label>} */
    #byId = new Map();
    #history = new History();

    /** @param {Pick<Given, "number" | "labels" | "revision" | "log">} given */
    open({ number, labels, revision, log }) {
        this.number = number;
        this.pending = [];
        this.#accept(labels, revision, log);
        this.emit("open", { number });
    }

    /** @param {string | null | undefined} id */
    byId(id) {
        return id === null || id === undefined ? undefined : this.#byId.get(id);
    }

    /** How many edits are acknowledged. */
    get edits() {
        return this.#log.length;
    }

    get canUndo() {
        return this.#history.undoable !== undefined;
    }

    get canRedo() {
        return this.#history.redoable !== undefined;
    }

    /** Whether an op with this id was acknowledged. @param {string} id */
    knows(id) {
        return this.#known.has(id);
    }

    /**
     * Make an edit; it is pending from now on.
     *
     * @param {{put?: Label[], remove?: string[], what: string}} edit
     * @returns {Op | null} null where it would change nothing
     */
    commit({ what, ...edit }) {
        const { forward, backward } = between(this.labels, edit);
        if (isEmpty(forward)) return null;
        return this.#add({ id: newOpId(), kind: "edit", forward, backward, what });
    }

    /** @returns {Op | null} */
    undo() {
        const last = this.#history.undoable;
        if (!last) return null;
        return this.#add({
            id: newOpId(),
            kind: "undo",
            of: last.id,
            forward: last.backward,
            backward: last.forward,
            what: `undo ${last.what}`,
        });
    }

    /** @returns {Op | null} */
    redo() {
        const next = this.#history.redoable;
        if (!next) return null;
        return this.#add({
            id: newOpId(),
            kind: "redo",
            of: next.id,
            forward: next.forward,
            backward: next.backward,
            what: `redo ${next.what}`,
        });
    }

    /**
     * Take up ops that were made before the page was loaded anew, below those that were made since.
     *
     * @param {Op[]} ops oldest first
     * @returns {Op[]} those that Python has not acknowledged yet
     */
    takeUp(ops) {
        const here = new Set(this.pending.map(({ id }) => id));
        const fresh = ops.filter(({ id }) => !this.#known.has(id) && !here.has(id));
        if (fresh.length) {
            this.pending = [...fresh, ...this.pending];
            this.#rebuild();
        }
        return fresh;
    }

    /** Python has an op in the file. @param {{op: Op, revision: number}} message */
    applied({ op, revision }) {
        this.revision = Math.max(this.revision, revision);
        if (this.#known.has(op.id)) return this.#drop(op.id);
        this.#known.add(op.id);
        this.#log.push(op);
        this.#acknowledged = applied(this.#acknowledged, op.forward);
        const [first, ...later] = this.pending;
        if (first?.id === op.id && JSON.stringify(first.forward) === JSON.stringify(op.forward)) {
            this.pending = later; // what is displayed holds it already
        } else {
            this.pending = this.pending.filter(({ id }) => id !== op.id);
            this.#rebuild();
        }
    }

    /** Python takes an op not: it is taken back, later ones stay. @param {{id: string}} message */
    refused({ id }) {
        this.#drop(id);
    }

    /** The truth as it is in Python now. @param {{labels: Label[], revision: number, log: Op[]}} message */
    state({ labels, revision, log }) {
        this.#accept(labels, revision, log);
    }

    /** @param {string} id */
    #drop(id) {
        if (!this.pending.some((op) => op.id === id)) return;
        this.pending = this.pending.filter((op) => op.id !== id);
        this.#rebuild();
    }

    /** @param {readonly Label[]} labels @param {number} revision @param {Op[]} log */
    #accept(labels, revision, log) {
        this.#acknowledged = labels;
        this.revision = revision;
        this.#log = [...log];
        this.#known = new Set(log.map(({ id }) => id));
        this.pending = this.pending.filter(({ id }) => !this.#known.has(id));
        this.#rebuild();
    }

    /** @param {Op} op */
    #add(op) {
        this.pending = [...this.pending, op];
        this.#history.add(op);
        this.#show(applied(this.labels, op.forward));
        this.emit("op", { op });
        return op;
    }

    #rebuild() {
        this.#history = new History([...this.#log, ...this.pending]);
        this.#show(this.pending.reduce((labels, op) => applied(labels, op.forward), this.#acknowledged));
    }

    /** @param {readonly Label[]} labels */
    #show(labels) {
        const [before, after] = [this.#byId, new Map(labels.map((label) => [label.id, label]))];
        const ids = new Set([...before.keys()].filter((id) => !after.has(id)));
        for (const [id, label] of after) if (before.get(id) !== label) ids.add(id);
        this.labels = labels;
        this.#byId = after;
        this.emit("change", { ids });
    }
}
