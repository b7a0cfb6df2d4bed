/** @import { Session } from "./session.js" */
/** @import { ValuesPicture } from "./render/values.js" */

import { dragged, moved, presetsOf, windowAt } from "./render/windowing.js";

/** Which values are told apart on the picture, where it holds values: the window that a person sets. */
export class Windowing {
    #session;

    /** @param {Session} session */
    constructor(session) {
        this.#session = session;
    }

    /**
     * @returns {import("./render/windowing.js").Scale | null} of the picture that is shown; null: it holds none
     */
    get scale() {
        const picture = /** @type {Partial<ValuesPicture> | undefined} */ (this.#session.frames.picture);
        return picture?.scale ?? null;
    }

    get isPossible() {
        return this.scale !== null;
    }

    /** Whether it is a window of the file that is seen, frame by frame its own. */
    get isOwn() {
        return this.#session.looks.window === null;
    }

    get presets() {
        return this.scale ? presetsOf(this.scale) : [];
    }

    /** @returns {import("./render/windowing.js").ValueWindow} what is seen now */
    get current() {
        return this.#session.looks.window ?? this.presets[0] ?? windowAt("", 0, 1);
    }

    /** @param {import("./render/windowing.js").ValueWindow} window */
    choose(window) {
        this.#session.look({ window });
    }

    /** @param {number} centre @param {number} width */
    set(centre, width) {
        if (!Number.isFinite(centre) || !(width > 0)) return;
        this.choose(moved(this.current, centre, Math.max(width, this.#finest)));
    }

    /** @param {{x: number, y: number}} by in CSS pixels */
    drag(by) {
        if (this.isPossible) this.choose(dragged(this.current, by, this.#finest));
    }

    /** As the file says. */
    reset() {
        this.#session.look({ window: null, inverted: false });
    }

    /** The value at a point, as "-37 HU"; empty beside the picture. @param {{x: number, y: number}} at in pixels */
    reading({ x, y }) {
        const picture = /** @type {Partial<ValuesPicture> | undefined} */ (this.#session.frames.picture);
        const value = picture?.valueAt?.(Math.floor(x), Math.floor(y));
        return value === undefined || value === null ? "" : `${shortly(value)} ${this.scale?.unit ?? ""}`.trim();
    }

    get #finest() {
        return Math.abs(this.scale?.slope ?? 1) || 1;
    }
}

/** Four digits behind the point at most, and no more than the number has. @param {number} value */
const shortly = (value) =>
    String(Number(value.toPrecision(7)) === Math.round(value) ? Math.round(value) : Number(value.toPrecision(5)));
