/** @import { Label } from "./types.js" */
/** @import { Session } from "./session.js" */

import { Emitter } from "./emitter.js";
import { clamp } from "./geometry/points.js";

const SLICES = 10; // frames per second of what has no rate of its own
const SETTLED = 150; // ms on a frame

/**
 * Goes from frame to frame: by steps, to a place, or as a film, which shows every frame and waits for those that are
 * not there yet.
 *
 * @extends {Emitter<{change: null}>}
 */
export class Player extends Emitter {
    isPlaying = false;
    #session;
    #request = 0;
    #due = 0;
    /** The frame that is seen, as far as it was told. */
    #seen = -1;
    /** @type {any} */
    #telling = null;

    /** @param {Session} session */
    constructor(session) {
        super();
        this.#session = session;
    }

    get last() {
        return Math.max(this.#session.given.frames - 1, 0);
    }

    /** Frames per second. */
    get rate() {
        return this.#session.given.fps || SLICES;
    }

    /** @param {number} index @returns {boolean} whether the frame may be left */
    go(index) {
        const { frames } = this.#session;
        this.stop();
        if (!frames.mayTurn()) {
            this.#session.note("Finish the shape first (Enter), or cancel it (Esc)", true);
            this.emit("change", null); // a slider that was moved goes back
            return false;
        }
        const to = clamp(Math.round(index), 0, this.last);
        if (to !== frames.wanted) frames.show(to);
        return true;
    }

    /** @param {number} by frames */
    step(by) {
        this.go(this.#session.frames.wanted + by);
    }

    /** To the nearest frame that carries a label, where this one does not. @param {Label | undefined} label */
    turnTo(label) {
        const { tracks } = this.#session;
        if (label && tracks.isMany && !tracks.at(label).shape) this.go(tracks.frameOf(label));
    }

    /** To the nearest of these frames, where this one is none of them. @param {[number, number][]} ranges first, last */
    turnToOneOf(ranges) {
        const now = this.#session.frames.wanted;
        const there = ranges.map(([first, last]) => clamp(now, first, last));
        there.sort((a, b) => Math.abs(a - now) - Math.abs(b - now));
        if (there.length && there[0] !== now) this.go(there[0]);
    }

    /** A gesture is over: turn to the frame that came while it went on. */
    settle() {
        const { frames } = this.#session;
        if (frames.wanted !== frames.index) frames.turn();
    }

    /** See what has come of the frames, and tell. */
    look() {
        const { frames } = this.#session;
        if (frames.index !== this.#seen) {
            this.#seen = frames.index;
            this.#session.hover(null);
            this.#session.emit("frame", null);
            this.#tellLater();
        }
        this.#session.emit("picture", null);
    }

    close() {
        this.stop();
        clearTimeout(this.#telling);
    }

    toggle() {
        if (this.isPlaying) return this.stop();
        const { frames } = this.#session;
        if (this.last === 0 || (frames.wanted === this.last && !this.go(0))) return;
        this.isPlaying = true;
        this.#due = performance.now() + 1000 / this.rate;
        this.#request = requestAnimationFrame((now) => this.#play(now));
        this.emit("change", null);
    }

    stop() {
        if (!this.isPlaying) return;
        cancelAnimationFrame(this.#request);
        this.isPlaying = false;
        this.emit("change", null);
    }

    /** Python asks the questions of the frame; not of each that is passed by. */
    #tellLater() {
        const { channel, frames, given, tracks } = this.#session;
        clearTimeout(this.#telling);
        if (!tracks.isMany) return;
        this.#telling = setTimeout(() => {
            if (this.isPlaying) this.#tellLater();
            else channel.send({ type: "turn", number: given.number, index: frames.index });
        }, SETTLED);
    }

    /** @param {number} now in ms */
    #play(now) {
        const { frames } = this.#session;
        const isThere = frames.index === frames.wanted;
        if (isThere && frames.index === this.last) return this.stop();
        if (isThere && now >= this.#due) {
            // after a wait it goes on at its rate, and catches nothing up
            this.#due = Math.max(this.#due, now - 1000 / this.rate) + 1000 / this.rate;
            frames.show(frames.index + 1);
        }
        this.#request = requestAnimationFrame((later) => this.#play(later));
    }
}
