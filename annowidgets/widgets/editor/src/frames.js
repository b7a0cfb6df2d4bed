/** @import { Given } from "./types.js" */
/** @import { Picture } from "./render/picture.js" */

import { Emitter } from "./emitter.js";
import { clamp } from "./geometry/points.js";
import { pictureOf } from "./render/picture.js";

const ROOM = 256 * 2 ** 20; // bytes of decoded pictures to stay below
const BYTES = 6; // of a pixel, with its smaller levels and what is drawn of its values
const AHEAD = 12; // frames to have ready in the direction of travel
const BEHIND = 2;
const ON_THE_WAY = 3; // frames asked for at a time: who goes on to another one must not wait for all of them
const LOST = 5000; // ms after which a frame that was asked for is asked for again

/**
 * Pictures of the document's frames. One frame is shown until the next one is there: what is drawn belongs to what is
 * seen. Neighbours are fetched ahead, those in the direction of travel first, and memory is bounded.
 *
 * @extends {Emitter<{change: null}>}
 */
export class Frames extends Emitter {
    /** The frame that is shown. */
    index = 0;
    /** The one that is to be shown, once its picture is there. */
    wanted = 0;
    /** Whether the shown frame may be left now; asked when the wanted one is there. */
    mayTurn = () => true;
    #ask;
    #room;
    #now;
    #number = -1;
    #count = 0;
    #direction = 1;
    #isResting = false;
    /** @type {Map<number, Picture>} the one used last at the end */
    #pictures = new Map();
    #bytes = 0;
    /** @type {Map<number, number>} frame -> when it was asked for */
    #asked = new Map();
    /** @type {Map<number, string>} why frames can't be read; they are asked for again only to be shown */
    #broken = new Map();

    /** @param {(message: object) => void} ask @param {{room?: number, now?: () => number}} [how] */
    constructor(ask, { room = ROOM, now = () => Date.now() } = {}) {
        super();
        this.#ask = ask;
        this.#room = room;
        this.#now = now;
    }

    /** @param {Given} given */
    open({ number, frames, frame = 0 }) {
        this.close();
        [this.#number, this.#count, this.#direction] = [number, frames, 1];
        this.index = this.wanted = clamp(frame, 0, Math.max(frames - 1, 0));
        if (frames > 0) this.show(this.index);
        else this.emit("change", null); // nothing is open
    }

    /** @returns {Picture | undefined} undefined while it is on its way */
    get picture() {
        return this.#pictures.get(this.index);
    }

    /** Of the pictures that are here. */
    get bytes() {
        return this.#bytes;
    }

    /** @returns {string | null} why the frame can't be shown */
    get problem() {
        return this.#broken.get(this.index) ?? null;
    }

    /** @param {number} index shown as soon as its picture is here */
    show(index) {
        if (index !== this.wanted) this.#direction = Math.sign(index - this.wanted);
        [this.wanted, this.#isResting] = [index, false];
        this.#broken.delete(index);
        for (const [frame, at] of this.#asked) if (this.#now() - at > LOST) this.#asked.delete(frame);
        this.#askOn();
        this.turn();
    }

    /** Show the wanted frame, if it is here and the shown one may be left. */
    turn() {
        const isHere = this.#pictures.has(this.wanted) || this.#broken.has(this.wanted);
        if (isHere && this.index !== this.wanted && this.mayTurn()) this.index = this.wanted;
        const picture = this.picture;
        if (picture) {
            this.#pictures.delete(this.index);
            this.#pictures.set(this.index, picture);
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
        this.#broken.set(index, reason);
        this.#askOn();
        if (index === this.wanted) this.turn();
    }

    /** Nobody looks: let go of the pictures, which are large. They are asked for again when one is shown. */
    rest() {
        for (const picture of this.#pictures.values()) picture.close();
        this.#pictures.clear();
        this.#asked.clear();
        this.#bytes = 0;
        this.#isResting = true;
    }

    close() {
        this.rest();
        this.#broken.clear();
        this.#number = -1;
    }

    /** Ask for what is to be shown, and then for what comes next. */
    #askOn() {
        for (const index of this.#coming()) {
            if (this.#asked.size >= ON_THE_WAY) return;
            if (this.#pictures.has(index) || this.#asked.has(index) || this.#broken.has(index)) continue;
            this.#asked.set(index, this.#now());
            this.#ask({ type: "frame", number: this.#number, index });
        }
    }

    /** @returns {number[]} frames to have here, the most urgent first */
    #coming() {
        const { wanted } = this;
        // before the first picture is here nobody knows how large they are
        if (!this.#pictures.size) return [wanted];
        const fit = Math.floor(this.#room / (this.#bytes / this.#pictures.size)) - 1;
        const ahead = clamp(fit, 0, AHEAD);
        const behind = clamp(fit - ahead, 0, BEHIND);
        const steps = [
            ...Array.from({ length: ahead }, (_, i) => i + 1),
            ...Array.from({ length: behind }, (_, i) => -i - 1),
        ];
        const coming = [wanted, ...steps.map((step) => wanted + step * this.#direction)];
        return coming.filter((index) => index >= 0 && index < this.#count);
    }

    /** @param {number} index @param {Picture} picture */
    #keep(index, picture) {
        this.#asked.delete(index);
        this.#broken.delete(index);
        this.#drop(index);
        this.#pictures.set(index, picture);
        this.#bytes += sizeOf(picture);
        const coming = new Set(this.#coming());
        for (const other of [...this.#pictures.keys()].sort((a, b) => Number(coming.has(a)) - Number(coming.has(b)))) {
            if (this.#bytes <= this.#room) break;
            if (other !== this.index && other !== this.wanted) this.#drop(other);
        }
        this.#askOn();
        if (index === this.wanted) this.turn();
    }

    /** @param {number} index */
    #drop(index) {
        const picture = this.#pictures.get(index);
        if (!picture) return;
        this.#pictures.delete(index);
        this.#bytes -= sizeOf(picture);
        picture.close();
    }
}

/** @param {Picture} picture */
const sizeOf = ({ width, height }) => width * height * BYTES;
