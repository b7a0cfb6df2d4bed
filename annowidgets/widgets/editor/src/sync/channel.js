/** @import { Given, Key, Model, Op } from "../types.js" */
/** @import { LabelDocument } from "../document.js" */
/** @import { Kept } from "./kept.js" */

import { Emitter } from "../emitter.js";

/**
 * @typedef {object} Clock
 * @property {(call: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} now
 * @property {(call: () => void) => void} soon when what the page is doing now is done, before anything else
 *
 * @typedef {object} SyncState
 * @property {"saved" | "copy" | "saving" | "offline" | "conflict"} name copy: Python has it, and no file
 * @property {number} count ops that are not acknowledged
 * @property {boolean} kept whether all of them outlive the page
 * @property {string} [reason] of a conflict
 */

const PATIENCE = 5000; // ms without an answer after which the kernel counts as away, and is asked again
const LONGEST_PATIENCE = 60_000; // ms; each time it is asked after twice as long

/**
 * Carries ops between the document and Python. Each lies in the browser's own store until Python has it in the file.
 *
 * @extends {Emitter<{state: SyncState, refused: {what: string, reason: string, hint: string}, told: any}>}
 */
export class Channel extends Emitter {
    #model;
    #document;
    #kept;
    #clock;
    /** @type {Key | null} */
    #key = null;
    /** @type {Map<string, {key: Key, sequence: number}>} where an op lies, by its id */
    #places = new Map();
    /** @type {Set<string>} ops that the browser's store has not taken */
    #unkept = new Set();
    // Pages that keep edits of the same draft in the same millisecond must not use the same place.
    #page = Math.floor(Math.random() * 1000);
    #sequence = 0;
    #isAway = false;
    #isSaved = true;
    #patience = PATIENCE;
    /** @type {Set<string>} ops that went over this connection */
    #sent = new Set();
    /** @type {string | null} id of the op that went last over this connection */
    #last = null;
    /** @type {any[]} what goes as one message when this turn of the page is over */
    #outbox = [];
    /** @type {string | null} */
    #conflict = null;
    /** @type {any} */
    #timer = null;
    /** @type {(() => void)[]} */
    #stops = [];

    /** @param {{model: Model, document: LabelDocument, kept: Kept, clock?: Clock}} parts */
    constructor({ model, document, kept, clock = browserClock }) {
        super();
        this.#model = model;
        this.#document = document;
        this.#kept = kept;
        this.#clock = clock;
        /** @param {any} content @param {DataView[]} [buffers] */
        const heard = (content, buffers) => this.#heard(content, buffers ?? []);
        const gone = () => this.#gone();
        // It went, or it came back: whoever answers is there.
        const changed = () => {
            this.#gone();
            this.#greet();
        };
        model.on("msg:custom", heard);
        model.on("comm:close", gone);
        model.on("comm_live_update", changed);
        this.#stops = [
            document.on("op", ({ op }) => this.#take(op)),
            () => model.off("msg:custom", heard),
            () => model.off("comm:close", gone),
            () => model.off("comm_live_update", changed),
            () => this.#clock.clearTimeout(this.#timer),
        ];
    }

    /** @returns {SyncState} */
    get state() {
        const count = this.#document.pending.length;
        const kept = count === 0 || (this.#key !== null && !this.#document.pending.some(({ id }) => this.#unkept.has(id)));
        if (this.#conflict !== null) return { name: "conflict", count, kept, reason: this.#conflict };
        if (this.#isAway) return { name: "offline", count, kept };
        return { name: count ? "saving" : this.#isSaved ? "saved" : "copy", count, kept };
    }

    /**
     * Open a document, and take up what of it was kept.
     *
     * @param {Given} given
     * @returns {Promise<void>} when everything kept has been sent
     */
    async open(given) {
        this.#key = given.key.task === null ? null : given.key;
        this.#isSaved = given.saves ?? true;
        this.#conflict = null;
        this.#sent.clear();
        this.#last = null;
        this.#document.open(given);
        this.#greet();
        this.#tell();
        const key = this.#key;
        if (!key) return;
        const kept = await this.#kept.list(key);
        if (this.#document.number !== given.number) return; // another one was opened meanwhile
        for (const { op, sequence } of kept) {
            this.#sequence = Math.max(this.#sequence, sequence);
            if (this.#document.knows(op.id)) this.#kept.remove(key, sequence);
            else this.#places.set(op.id, { key, sequence });
        }
        for (const op of this.#document.takeUp(kept.map(({ op }) => op))) this.#send(op);
        this.#wait();
        this.#tell();
    }

    /**
     * What is sent here is heard after all ops before. What one event of the page brings goes
     * as one message, since each makes the kernel busy and idle again, which the whole of JupyterLab watches; it goes
     * before the next event, so that no other widget's message overtakes it.
     *
     * @param {object} content
     */
    send(content) {
        if (this.#outbox.push(content) === 1) this.#clock.soon(() => this.#flush());
    }

    close() {
        for (const stop of this.#stops) stop();
    }

    #flush() {
        const messages = this.#outbox;
        this.#outbox = [];
        // A front end that changes its road in between may bring this one first; Python holds it until that op is there.
        const isOpen = this.#document.pending.some(({ id }) => id === this.#last);
        const after = isOpen ? { after: this.#last } : {};
        this.#last = messages.findLast(({ type }) => type === "op")?.op.id ?? this.#last;
        // Without a connection it throws, or what it returns rejects later; ops lie in the store.
        try {
            const content = messages.length === 1 ? messages[0] : { type: "several", messages };
            const sent = this.#model.send({ ...content, ...after });
            Promise.resolve(sent).catch(() => this.#gone());
        } catch {
            this.#gone();
        }
    }

    /** Ask whether there is anything that this page does not know. */
    #greet() {
        const { number, revision, edits } = this.#document;
        this.send({ type: "hello", number, revision, edits });
    }

    /** @param {Op} op */
    #take(op) {
        this.#sequence = Math.max(this.#clock.now() * 1000 + this.#page, this.#sequence + 1);
        if (this.#key) {
            this.#places.set(op.id, { key: this.#key, sequence: this.#sequence });
            void this.#kept.add(this.#key, this.#sequence, op).then((isKept) => {
                if (isKept) return;
                this.#unkept.add(op.id);
                this.#tell();
            });
        }
        // Not when the store has written it: Submit, which is another widget's message, must not overtake it.
        this.#send(op);
        this.#wait();
        this.#tell();
    }

    /** @param {Op} op */
    #send(op) {
        if (this.#conflict !== null || this.#sent.has(op.id)) return;
        this.#sent.add(op.id);
        const sequence = this.#places.get(op.id)?.sequence ?? this.#sequence;
        // Python edits too: an undo is meant for the last edit that the page has heard of
        this.send({ type: "op", number: this.#document.number, sequence, op, edits: this.#document.edits });
    }

    /** @param {any} content @param {DataView[]} buffers */
    #heard(content, buffers) {
        if (content === null || typeof content !== "object") return;
        [this.#isAway, this.#patience] = [false, PATIENCE];
        if (content.type === "applied") this.#forget(content.op.id);
        if (content.type === "refused") this.#forget(content.id);
        if (content.number === this.#document.number) this.#obey(content);
        this.#wait();
        this.#tell();
        this.emit("told", { ...content, buffers });
    }

    /** @param {any} content */
    #obey(content) {
        if (content.type === "applied") this.#document.applied(content);
        else if (content.type === "refused") {
            const what = this.#document.pending.find(({ id }) => id === content.id)?.what ?? "";
            this.#document.refused(content);
            this.emit("refused", { what, reason: content.reason ?? "", hint: content.hint ?? "" });
        } else if (content.type === "conflict") this.#conflict = content.reason ?? "";
        else if (content.type === "state") {
            const before = this.#document.pending;
            this.#document.state(content);
            for (const { id } of before) if (this.#document.knows(id)) this.#forget(id);
        }
        // what was sent before may have gone to a kernel that is no more; Python applies each op once
        if (content.type === "state" || content.type === "here") for (const op of this.#document.pending) this.#send(op);
    }

    /** @param {string} id */
    #forget(id) {
        this.#unkept.delete(id);
        const place = this.#places.get(id);
        if (!place) return;
        this.#places.delete(id);
        this.#kept.remove(place.key, place.sequence);
    }

    #gone() {
        this.#isAway = true;
        this.#sent.clear();
        this.#last = null;
        this.#tell();
    }

    #wait() {
        this.#clock.clearTimeout(this.#timer);
        if (!this.#document.pending.length || this.#conflict !== null) return;
        this.#timer = this.#clock.setTimeout(() => {
            this.#gone();
            this.#greet();
            this.#patience = Math.min(2 * this.#patience, LONGEST_PATIENCE);
            this.#wait();
        }, this.#patience);
    }

    #tell() {
        this.emit("state", this.state);
    }
}

/** @type {Clock} */
const browserClock = {
    setTimeout: (call, ms) => setTimeout(call, ms),
    clearTimeout: (timer) => clearTimeout(timer),
    now: () => Date.now(),
    soon: (call) => queueMicrotask(call),
};
