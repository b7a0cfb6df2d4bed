/** @import { Label, Shape } from "../types.js" */
/** @import { Session } from "../session.js" */

import { copied, endingAt, fits, outsideFrom, withKey, withoutKey } from "./changes.js";
import {
    attributesAt,
    firstShape,
    frameCount,
    isKey,
    keysOf,
    nearestFrame,
    nearestShape,
    reachOf,
    shapeAt,
} from "./track.js";

/**
 * A label as it is seen on the frame that is shown. "key": its shape was set there; "between": it follows from key
 * frames around; "ghost": it is not there, and this is where it was or will be.
 *
 * `told`: its answers there.
 *
 * @typedef {Label & {drawn?: "key" | "between" | "ghost", told?: Record<string, any>}} Seen
 */

/** The labels in time: what of them is on the frame that is shown, and what a person does to them there. */
export class Tracks {
    #session;
    /** @type {WeakMap<Label, {frame: number, seen: Seen, ghost?: Seen}>} */
    #known = new WeakMap();
    /** @type {{labels: readonly Label[], frame: number, seen: Seen[]}} */
    #list = { labels: [], frame: -1, seen: [] };

    /** @param {Session} session */
    constructor(session) {
        this.#session = session;
    }

    /** Whether the item has several frames. */
    get isMany() {
        return this.#session.given.frames > 1;
    }

    /** Whether shapes move from one key frame to the next. */
    get interpolates() {
        return Boolean(this.#session.given.interpolate);
    }

    get #frame() {
        return this.#session.frames.index;
    }

    /** @returns {Seen[]} labels that are on the frame */
    get seen() {
        const { labels } = this.#session;
        if (!this.isMany && labels.every(({ shape }) => shape)) return /** @type {Seen[]} */ (labels);
        if (this.#list.labels !== labels || this.#list.frame !== this.#frame) {
            const seen = labels.map((label) => this.at(label)).filter(({ shape }) => shape);
            this.#list = { labels, frame: this.#frame, seen };
        }
        return this.#list.seen;
    }

    /** @param {Label} label @returns {Seen} without a shape where it is not on the frame */
    at(label) {
        if (!this.isMany && label.shape) return label;
        const known = this.#known.get(label);
        if (known?.frame === this.#frame) return known.seen;
        const shape = shapeAt(label, this.#frame, this.interpolates) ?? undefined;
        const drawn = isKey(label, this.#frame) ? "key" : "between";
        /** @type {Seen} */
        const seen = { ...label, shape, ...(shape && { drawn }), told: attributesAt(label, this.#frame) };
        this.#known.set(label, { frame: this.#frame, seen });
        return seen;
    }

    /**
     * The label with a shape on any frame: where it is not on this one, the nearest.
     *
     * @param {Label} label
     * @returns {Seen}
     */
    withGhost(label) {
        const seen = this.at(label);
        const known = this.#known.get(label);
        if (seen.shape || !this.#hasGhosts || !known) return seen;
        if (!known.ghost) {
            const shape = nearestShape(label, this.#frame, this.interpolates);
            known.ghost = fits(shape, this.#session.size) ? { ...seen, shape, drawn: "ghost" } : seen;
        }
        return known.ghost;
    }

    /** The pictures of a group show different things: where an object is on another one says nothing. */
    get #hasGhosts() {
        return this.interpolates || this.#session.given.modality === "dicom_series";
    }

    /** What kind of shape a label has. @param {Label} label */
    shapeType(label) {
        return firstShape(label).type;
    }

    /** @param {Label} label @param {Shape} shape @returns {Label} with this shape on the frame */
    put(label, shape) {
        if (this.isMany) return withKey(label, this.#frame, shape);
        const { key_frames: _keys, until: _until, ...rest } = label;
        return { ...rest, shape };
    }

    /** Where a new label stands. @param {Shape} shape @returns {Pick<Label, "shape" | "key_frames">} */
    placed(shape) {
        return this.isMany ? { key_frames: { [this.#frame]: shape } } : { shape };
    }

    /**
     * The label that a new shape goes on with: slice after slice, an outline belongs to the selected object.
     *
     * @param {Shape} shape
     * @returns {Label | undefined}
     */
    continued(shape) {
        const { document, selectedId, active, given } = this.#session;
        const label = document.byId(selectedId);
        const goesOn = given.modality === "dicom_series" && this.isMany && label?.category === active?.name;
        return goesOn && label && firstShape(label).type === shape.type && !this.at(label).shape ? label : undefined;
    }

    /** @param {Label} label on how many frames it is, as "on 12 frames" */
    extent(label) {
        const count = frameCount(label, this.interpolates);
        return count === 1 ? `on frame ${reachOf(label, this.interpolates).first}` : `on ${count} frames`;
    }

    /** The frame to go to in order to see a label. @param {Label} label */
    frameOf(label) {
        return nearestFrame(label, this.#frame, this.interpolates);
    }

    // --- what a person does to the selected label

    /** Set a key frame here, or take the one away that is here. */
    key() {
        const label = this.#selected();
        if (!label) return;
        if (isKey(label, this.#frame)) {
            const without = withoutKey(label, this.#frame);
            if (without) return this.#commit(without, this.interpolates ? "key frame taken away" : "off this frame");
            return this.#note("It is the only frame of the object; Delete removes the object");
        }
        const shape =
            shapeAt(label, this.#frame, this.interpolates) ?? nearestShape(label, this.#frame, this.interpolates);
        if (!fits(shape, this.#session.size)) return this.#note("Its shape does not fit this frame: draw it here");
        this.#commit(withKey(label, this.#frame, shape), this.interpolates ? "key frame" : "put on this frame");
    }

    /**
     * Outside from here on, up to the next key frame; where frames stand by themselves, off this one.
     *
     * @param {string | null} [id]
     */
    outside(id = this.#session.selectedId) {
        const label = this.#selected(id);
        if (!label) return;
        if (!this.at(label).shape) return this.#note("The object is not on this frame");
        const { first } = reachOf(label, this.interpolates);
        if (this.interpolates && this.#frame > first) {
            return this.#commit(outsideFrom(label, this.#frame), "outside from here");
        }
        const without = withoutKey(label, this.#frame);
        if (without) this.#commit(without, "off this frame");
        else this.#session.remove(label.id);
    }

    /** The object's last frame is this one. */
    until() {
        const label = this.#selected();
        if (!label) return;
        if (!this.interpolates) return this.#note("Here every shape stands on its own frame; copy it to further ones");
        const { first, last } = reachOf(label, true);
        if (this.#frame < first) return this.#note(`The object begins on frame ${first}`);
        if (this.#frame === last) return this.#note("The object ends here already");
        this.#commit(endingAt(label, this.#frame), this.#frame < last ? "ends here" : "holds up to here");
    }

    /** @param {number} count copy the shape to so many of the next frames */
    copy(count) {
        const label = this.#selected();
        if (!label) return;
        if (!this.at(label).shape) return this.#note("The object is not on this frame");
        const { frames, sizes } = this.#session.given;
        const last = Math.min(this.#frame + count, frames - 1);
        if (last === this.#frame) return this.#note("There is no further frame");
        const sizeOf = (/** @type {number} */ frame) => sizes[frame] ?? sizes[0];
        const { label: made, copies } = copied(label, this.#frame, last, { interpolate: this.interpolates, sizeOf });
        if (!copies) return this.#note("Those frames have it already, or it does not fit them");
        this.#commit(made, `copied to ${copies === 1 ? "1 frame" : `${copies} frames`}`);
    }

    /** The next key frame of the selected label, else of any, or the one before. @param {1 | -1} step */
    jump(step) {
        const { labels, player, frames, document, selectedId } = this.#session;
        const selected = document.byId(selectedId);
        const keys = (selected ? [selected] : labels).flatMap((label) => keysOf(label).map(([frame]) => frame));
        const beyond = keys.filter((frame) => (frame - frames.wanted) * step > 0);
        if (!beyond.length) return this.#note(`No key frame ${step > 0 ? "behind" : "before"} this one`);
        player.go(step > 0 ? Math.min(...beyond) : Math.max(...beyond));
    }

    /** @param {string | null} [id] */
    #selected(id = this.#session.selectedId) {
        const { readOnly, document } = this.#session;
        if (readOnly || !this.isMany) return undefined;
        const label = document.byId(id);
        if (!label) this.#note("Select a label first");
        return label;
    }

    /** @param {Label} label @param {string} what */
    #commit(label, what) {
        const { document } = this.#session;
        const op = document.commit({ put: [label], what: `${this.#session.titleOf(label.id)}: ${what}` });
        if (op) this.#session.note(op.what);
    }

    /** @param {string} text */
    #note(text) {
        this.#session.note(text, true);
    }
}
