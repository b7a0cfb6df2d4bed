/** @import { Session } from "./session.js" */

import { Emitter } from "./emitter.js";
import { clamp } from "./geometry/points.js";

const SLICES = 10; // frames per second of what has no rate of its own

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
