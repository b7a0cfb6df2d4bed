/** @import { Given } from "./types.js" */
/** @import { Picture } from "./render/picture.js" */

import { Emitter } from "./emitter.js";
import { pictureOf } from "./render/picture.js";

const KEPT = 8; // decoded frames

/**
 * Pictures of the document's frames, asked for when they are to be seen.
 *
 * @extends {Emitter<{change: null}>}
 */
export class Frames extends Emitter {
    index = 0;
    /** @type {string | null} why the frame can't be shown */
    problem = null;
    #ask;
    #number = -1;
    #isResting = false;
    /** @type {Map<number, Picture>} the one used last at the end */
    #pictures = new Map();
    /** @type {Set<number>} */
    #asked = new Set();

    /** @param {(message: object) => void} ask */
    constructor(ask) {
        super();
        this.#ask = ask;
    }

    /** @param {Given} given */
    open({ number, frames, frame = 0 }) {
        this.close();
        this.#number = number;
        this.index = frame;
        if (frames > 0) this.show(frame);
        else this.emit("change", null); // nothing is open
    }

    /** @returns {Picture | undefined} undefined while it is on its way */
    get picture() {
        return this.#pictures.get(this.index);
    }

    /** @param {number} index */
    show(index) {
        [this.index, this.problem, this.#isResting] = [index, null, false];
        const picture = this.#pictures.get(index);
        if (picture) {
            this.#pictures.delete(index);
            this.#pictures.set(index, picture);
        } else if (!this.#asked.has(index)) {
            this.#asked.add(index);
            this.#ask({ type: "frame", number: this.#number, index });
        }
        this.emit("change", null);
    }

    /** @param {any} message with the frame in its buffer */
    async take(message) {
        if (message.number !== this.#number || this.#isResting) return;
        try {
            const picture = await pictureOf(message, message.buffers[0]);
            if (message.number !== this.#number || this.#isResting) return picture.close();
            this.#keep(message.index, picture);
        } catch {
            this.failed({ ...message, reason: "The browser can't read this picture." });
        }
    }

    /** @param {any} message */
    failed({ number, index, reason }) {
        if (number !== undefined && number !== this.#number) return;
        this.#asked.delete(index);
        if (index === this.index) this.problem = reason;
        this.emit("change", null);
    }

    /** Nobody looks: let go of the pictures, which are large. They are asked for again when one is shown. */
    rest() {
        for (const picture of this.#pictures.values()) picture.close();
        this.#pictures.clear();
        this.#asked.clear();
        this.#isResting = true;
    }

    close() {
        this.rest();
        [this.#number, this.problem] = [-1, null];
    }

    /** @param {number} index @param {Picture} picture */
    #keep(index, picture) {
        this.#asked.delete(index);
        this.#pictures.get(index)?.close();
        this.#pictures.set(index, picture);
        for (const [other, old] of this.#pictures) {
            if (this.#pictures.size <= KEPT) break;
            if (other === this.index) continue;
            this.#pictures.delete(other);
            old.close();
        }
        this.emit("change", null);
    }
}
