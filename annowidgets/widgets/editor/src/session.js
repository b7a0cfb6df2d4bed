/** @import { Given, Label, Model, ObjectClass, Ontology, Shape, Size } from "./types.js" */
/** @import { Channel } from "./sync/channel.js" */
/** @import { StageView } from "./ui/stage_view.js" */
/** @import { ToolName } from "./tools/index.js" */

import { framesAnswered } from "./answers.js";
import { LabelDocument } from "./document.js";
import { Emitter } from "./emitter.js";
import { Frames } from "./frames.js";
import { clamp } from "./geometry/points.js";
import { newLabelId } from "./ids.js";
import { counted, reclassed, titled } from "./labels.js";
import { Player } from "./player.js";
import { kindOf } from "./shapes/index.js";
import { TOOLS, toolsFor, toolsOf } from "./tools/index.js";
import { Tracks } from "./tracks/tracks.js";
import { Windowing } from "./windowing.js";

/**
 * How labels and picture are seen.
 *
 * @typedef {object} Looks
 * @property {number} opacity of fills, 0 to 1
 * @property {boolean} outline only
 * @property {boolean} hidden
 * @property {boolean} names
 * @property {boolean} crosshair
 * @property {number} brightness -1 to 1
 * @property {number} contrast -1 to 1
 * @property {import("./render/windowing.js").ValueWindow | null} window of values; null: the file's own
 * @property {boolean} inverted
 */

/** @type {Readonly<Looks>} */
export const LOOKS = {
    opacity: 0.15,
    outline: false,
    hidden: false,
    names: true,
    crosshair: false,
    brightness: 0,
    contrast: 0,
    window: null,
    inverted: false,
};

const LARGEST_BRUSH = 1000;
const PATIENCE = 700; // ms
const REST = 40; // ms

/**
 * What all views of one editor share: its document, what is selected, the tool, and how things are seen.
 *
 * @extends {Emitter<{
 *     labels: {ids: Set<string>}, selection: null, hover: null, tool: null, looks: null,
 *     picture: null, frame: null, sync: null, open: null, note: {text: string, bad: boolean} | null
 * }>}
 */
export class Session extends Emitter {
    document = new LabelDocument();
    /** @type {ToolName} */
    tool = "select";
    /** @type {string | null} */
    selectedId = null;
    /** @type {string | null} where the pointer rests, on the picture or in the list */
    hoveredId = null;
    /** @type {ObjectClass | undefined} */
    active;
    brush = 20; // pixels of the picture
    /** @type {Set<string>} labels that are not to be seen */
    hiddenIds = new Set();
    /** @type {Set<string>} labels whose edits have been on their way for a while */
    unsaved = new Set();
    /** @type {Looks} */
    looks = { ...LOOKS };
    /** @type {ObjectClass[]} */
    classes = [];
    /** @type {StageView[]} the one that had the focus last at the end */
    #views = [];
    /** @type {Given} */
    given;
    /** @type {Map<string, string>} */
    #titles = new Map();
    #activeNumber = -1;
    /** How many frames a shape is copied to. */
    copies = () => 1;
    /** @type {any} */
    #timer = null;
    /** @type {string | null} under the pointer */
    #under = null;
    /** @type {any} */
    #resting = null;
    /** @type {(() => void)[]} */
    #stops = [];

    /**
     * @param {Model} model of the stage
     * @param {(document: LabelDocument) => Channel} connect
     */
    constructor(model, connect) {
        super();
        this.model = model;
        this.given = model.get("document");
        this.readOnly = Boolean(model.get("read_only"));
        this.channel = connect(this.document);
        this.frames = new Frames((message) => this.channel.send(message));
        this.frames.mayTurn = () => !this.#views.some((view) => view.isPressed || view.isBusy);
        this.tracks = new Tracks(this);
        this.windowing = new Windowing(this);
        this.player = new Player(this);
        this.#stops = [
            this.document.on("change", ({ ids }) => this.#labelsChanged(ids)),
            this.channel.on("state", () => this.#synced()),
            this.channel.on("refused", ({ what, reason, hint }) =>
                this.note([what && `Not done: ${what}.`, reason, hint].filter(Boolean).join(" "), true),
            ),
            this.channel.on("told", (message) => this.#told(message)),
            this.frames.on("change", () => this.player.look()),
            () => this.player.close(),
        ];
        const changes = /** @type {const} */ ([
            ["change:document", () => model.get("document").number !== this.given.number && this.#open()],
            ["change:active", () => this.#obeyActive()],
            ["change:ontology", () => this.#readOntology()],
            ["change:read_only", () => this.#readReadOnly()],
        ]);
        for (const [name, call] of changes) {
            model.on(name, call);
            this.#stops.push(() => model.off(name, call));
        }
        this.#readOntology();
        this.#obeyActive();
        this.#open();
    }

    close() {
        clearTimeout(this.#timer);
        clearTimeout(this.#resting);
        for (const stop of this.#stops) stop();
        this.channel.close();
        this.frames.close();
    }

    /** The view that keys are for, wherever they are pressed. */
    get front() {
        return this.#views.at(-1) ?? null;
    }

    /** @param {StageView} view that is new, or has the focus */
    bringToFront(view) {
        const isAlone = !this.#views.length;
        this.#views = [...this.#views.filter((other) => other !== view), view];
        if (isAlone && !this.frames.picture && this.given.frames > 0) this.frames.show(this.frames.index);
    }

    /** @param {StageView} view that is closed */
    leave(view) {
        this.#views = this.#views.filter((other) => other !== view);
        // the cell may have been run again: then this one stays in the page, and nobody sees it
        if (!this.#views.length) this.frames.rest();
    }

    /** @returns {Size} of the frame that is shown */
    get size() {
        return this.given.sizes[this.frames.index] ?? this.given.sizes[0] ?? [1, 1];
    }

    get labels() {
        return this.document.labels;
    }

    /** The selected label as it is on the frame that is shown, or where it would be. */
    get selected() {
        const label = this.document.byId(this.selectedId);
        return label && this.tracks.withGhost(label);
    }

    /** Labels that are on the frame. */
    get seen() {
        return this.tracks.seen;
    }

    /** A label as it is on the frame; without a shape where it is not. @param {string | null} id */
    seenOf(id) {
        const label = this.document.byId(id);
        return label && this.tracks.at(label);
    }

    /** @returns {ToolName[]} */
    get tools() {
        /** @type {ToolName[]} */
        const drawing = this.readOnly ? ["select"] : toolsFor(this.classes.map(({ shape }) => shape));
        const { spacing, modality } = this.given;
        return [
            ...drawing,
            ...(spacing ? [/** @type {const} */ ("ruler")] : []),
            ...(modality === "dicom_series" || this.windowing.isPossible ? [/** @type {const} */ ("window")] : []),
        ];
    }

    get counts() {
        return counted(this.labels);
    }

    /** @param {string} id */
    titleOf(id) {
        return this.#titles.get(id) ?? "";
    }

    get titles() {
        return this.#titles;
    }

    /** @param {Label} label */
    classOf({ category }) {
        return this.classes.find(({ name }) => name === category);
    }

    // --- what a person does

    /** @param {string | null} id @param {{turns?: boolean}} [how] turns: to a frame that carries the label */
    select(id, { turns = true } = {}) {
        const known = id !== null && this.document.byId(id) ? id : null;
        if (turns) this.player.turnTo(this.document.byId(known));
        if (known === this.selectedId) return;
        this.selectedId = known;
        this.channel.send({ type: "select", label: known });
        this.emit("selection", null);
    }

    /** @param {string | null} id */
    hover(id) {
        if (id === this.#under) return;
        this.#under = id;
        clearTimeout(this.#resting);
        // not whatever a pointer passes over: nobody sees it, and to paint it takes longer than all else of a move
        this.#resting = setTimeout(() => {
            if (this.hoveredId === id) return;
            this.hoveredId = id;
            this.emit("hover", null);
        }, REST);
    }

    /** The class decides the tool. @param {ObjectClass | undefined} item */
    choose(item) {
        if (!item || this.readOnly) return;
        this.#activate(item);
        this.#use(toolsOf(item.shape)[0]);
    }

    /** The tool decides the class, where the active one is drawn otherwise. @param {ToolName} name */
    use(name) {
        const { shape } = TOOLS[name];
        if (!this.tools.includes(name)) return;
        if (shape && this.active?.shape !== shape) {
            const item = this.classes.find((candidate) => candidate.shape === shape);
            if (item) this.#activate(item);
        }
        this.#use(name);
    }

    /** @param {Partial<Looks>} looks */
    look(looks) {
        this.looks = { ...this.looks, ...looks };
        this.emit("looks", null);
    }

    /** Show or hide one label. @param {string} id */
    toggle(id) {
        if (!this.hiddenIds.delete(id)) this.hiddenIds.add(id);
        this.emit("labels", { ids: new Set([id]) });
    }

    /** @param {number} size in pixels of the picture */
    setBrush(size) {
        this.brush = clamp(Math.round(size), 1, LARGEST_BRUSH);
        this.emit("tool", null);
    }

    /** @param {Shape} shape */
    draw(shape) {
        if (!this.active || this.readOnly) return;
        if (this.looks.hidden) this.look({ hidden: false }); // what is drawn is seen
        const continued = this.tracks.continued(shape);
        if (continued) return this.change(continued.id, shape, "draw");
        /** @type {Label} */
        const label = {
            type: "label",
            category: this.active.name,
            ...this.tracks.placed(shape),
            id: newLabelId(),
        };
        this.document.commit({ put: [label], what: `draw ${this.active.name}` });
        this.select(label.id);
        this.note(`${this.titleOf(label.id)} drawn`);
    }

    /** @param {string} id @param {Shape} shape @param {string} what */
    change(id, shape, what) {
        const label = this.document.byId(id);
        if (!label || this.readOnly) return;
        const put = [this.tracks.put(label, shape)];
        const op = this.document.commit({ put, what: `${what} ${this.titleOf(id)}` });
        if (op) this.note(op.what);
    }

    /** @param {string | null} [id] */
    remove(id = this.selectedId) {
        if (id === null || this.readOnly || !this.document.byId(id)) return;
        const title = this.titleOf(id);
        const label = this.document.byId(id);
        const extent = label && this.tracks.isMany ? ` ${this.tracks.extent(label)}` : "";
        this.document.commit({ remove: [id], what: `delete ${title}` });
        this.note(`${title} deleted${extent}`);
    }

    /** Nothing is left of a label's shape: off the frame with it. @param {string} id */
    erase(id) {
        if (this.tracks.isMany) this.tracks.outside(id);
        else this.remove(id);
    }

    /** @param {string | null} [id] @param {ObjectClass | undefined} [item] */
    reclass(id = this.selectedId, item = this.active) {
        const label = this.document.byId(id);
        if (!label || !item || this.readOnly || label.category === item.name) return;
        if (this.tracks.shapeType(label) !== item.shape) {
            return this.note(
                `${this.titleOf(label.id)} can't be ${item.name}: that class is drawn as ${shapeName(item)}`,
                true,
            );
        }
        const title = this.titleOf(label.id);
        this.document.commit({ put: [reclassed(label, item)], what: `make ${title} ${item.name}` });
        this.note(`${title} is ${this.titleOf(label.id)} now`);
    }

    /** @param {number} offset in pixels of the picture */
    duplicate(offset) {
        const label = this.selected;
        if (!label?.shape || this.readOnly) return;
        const kind = kindOf(label.shape);
        const there = kind.moved(label.shape, { x: offset, y: offset }, this.size);
        // in the lower right corner there is no room but on the other side
        const isSame = JSON.stringify(there) === JSON.stringify(label.shape);
        const shape = isSame ? kind.moved(label.shape, { x: -offset, y: -offset }, this.size) : there;
        const { key_frames: _keys, until: _until, drawn: _drawn, ...rest } = label;
        const copy = { ...rest, shape: undefined, ...this.tracks.placed(shape), id: newLabelId() };
        if (copy.shape === undefined) delete copy.shape;
        this.document.commit({ put: [copy], what: `duplicate ${this.titleOf(label.id)}` });
        this.select(copy.id);
        this.note(`${this.titleOf(copy.id)} is a copy`);
    }

    /** @param {1 | -1} step to the next label in the list, or the one before */
    walk(step) {
        const { labels } = this;
        if (!labels.length) return;
        const now = labels.findIndex(({ id }) => id === this.selectedId);
        const next = now < 0 ? (step > 0 ? 0 : labels.length - 1) : (now + step + labels.length) % labels.length;
        this.select(labels[next].id);
        this.note(this.titleOf(labels[next].id));
    }

    undo() {
        this.#tell(this.readOnly ? null : this.document.undo());
    }

    redo() {
        this.#tell(this.readOnly ? null : this.document.redo());
    }

    submit() {
        if (!this.readOnly) this.channel.send({ type: "act", act: "submit" });
    }

    /** Say in the status line what has happened. @param {string} text @param {boolean} [bad] */
    note(text, bad = false) {
        this.emit("note", { text, bad });
    }

    // --- what Python and the document say

    /** @param {import("./types.js").Op | null} op */
    #tell(op) {
        if (!op) return;
        const [first] = op.forward.put;
        if (first) this.select(first[0].id);
        this.player.turnToOneOf(framesAnswered(op));
        this.note(op.what);
    }

    /** @param {ObjectClass} item */
    #activate(item) {
        if (item === this.active) return;
        this.active = item;
        this.channel.send({ type: "active", class: item.name });
        this.emit("tool", null);
    }

    /** @param {ToolName} name */
    #use(name) {
        if (name === this.tool) return;
        this.tool = name;
        this.emit("tool", null);
    }

    #readOntology() {
        /** @type {Ontology} */
        const { objects = [] } = this.model.get("ontology") ?? {};
        this.classes = objects;
        this.active = objects.find(({ name }) => name === this.active?.name) ?? objects[0];
        if (!this.tools.includes(this.tool)) this.tool = "select";
        this.emit("tool", null);
    }

    #readReadOnly() {
        this.readOnly = Boolean(this.model.get("read_only"));
        if (!this.tools.includes(this.tool)) this.tool = "select";
        this.emit("tool", null);
    }

    // Under the number that is known Python only repeats what came from here.
    #obeyActive() {
        const [number, name] = this.model.get("active") ?? [0, ""];
        if (number === this.#activeNumber) return;
        this.#activeNumber = number;
        const item = this.classes.find((candidate) => candidate.name === name);
        if (!item || this.readOnly) return;
        this.active = item;
        this.tool = toolsOf(item.shape)[0];
        this.emit("tool", null);
    }

    #open() {
        this.given = this.model.get("document");
        this.player.stop();
        this.selectedId = this.hoveredId = this.#under = null;
        clearTimeout(this.#resting);
        this.hiddenIds.clear();
        this.looks = { ...this.looks, window: null, inverted: false }; // it was for the picture before
        void this.channel.open(this.given);
        this.frames.open(this.given);
        this.emit("selection", null);
        this.emit("note", null);
        this.emit("open", null);
    }

    /** @param {Set<string>} ids */
    #labelsChanged(ids) {
        this.#titles = titled(this.labels);
        this.emit("labels", { ids });
        if (this.selectedId !== null && !this.selected) this.select(null);
    }

    // Most edits are saved before an eye sees it; only those that are not shall look different.
    #synced() {
        this.emit("sync", null);
        clearTimeout(this.#timer);
        if (this.document.pending.length) this.#timer = setTimeout(() => this.#markUnsaved(), PATIENCE);
        else if (this.unsaved.size) this.#markUnsaved();
    }

    #markUnsaved() {
        const ids = this.document.pending.flatMap(({ forward }) => forward.put.map(([{ id }]) => id));
        const changed = new Set([...ids, ...this.unsaved]);
        this.unsaved = new Set(ids);
        this.emit("labels", { ids: changed });
    }

    /** @param {any} message */
    #told(message) {
        if (message.type === "select") {
            this.selectedId = this.document.byId(message.label) ? message.label : null;
            this.player.turnTo(this.document.byId(this.selectedId));
            this.emit("selection", null);
        } else if (message.type === "frame") void this.frames.take(message);
        else if (message.type === "frame-failed") this.frames.failed(message);
    }
}

/** "a rotatable bounding box" @param {ObjectClass} item */
const shapeName = ({ shape }) => `${/^[aeiou]/.test(shape) ? "an" : "a"} ${shape.replaceAll("_", " ")}`;
