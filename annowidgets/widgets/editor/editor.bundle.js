// src/editor.css
var editor_default = '.aw-ed-host { display: flex; flex-direction: column; }\n.aw-ed {\n    background: var(--aw-bg);\n    container: aw-ed / inline-size;\n    display: grid;\n    flex: 1 1 auto;\n    grid-template: "rail middle" minmax(0, 1fr) "rail frames" auto "status status" auto / auto minmax(0, 1fr);\n    min-height: clamp(400px, 62vh, 760px);\n    min-width: 0;\n    outline: none;\n    position: relative;\n}\n.aw-ed-rail {\n    background: var(--aw-panel);\n    border-right: 1px solid var(--aw-line);\n    display: flex;\n    flex-direction: column;\n    gap: 8px;\n    grid-area: rail;\n    justify-content: space-between;\n    min-height: 0;\n    overflow-y: auto;\n    padding: 6px;\n    scrollbar-width: thin;\n}\n.aw-ed-tools { display: grid; gap: 2px; }\n.aw .aw-ed-button {\n    align-items: center;\n    background: none;\n    border-color: transparent;\n    display: flex;\n    flex: none;\n    height: 28px;\n    justify-content: center;\n    min-height: 0;\n    padding: 0;\n    width: 32px;\n}\n.aw .aw-ed-button[aria-pressed="true"] { background: color-mix(in srgb, var(--aw-brand) 14%, var(--aw-bg)); border-color: var(--aw-brand); color: var(--aw-link); }\n.aw .aw-ed-button:disabled { background: none; border-color: transparent; color: color-mix(in srgb, var(--aw-ink) 34%, var(--aw-bg)); }\n.aw-ed-icon { fill: none; height: 17px; stroke: currentColor; stroke-linecap: round; stroke-linejoin: round; stroke-width: 1.4; width: 17px; }\n.aw-ed-middle { background: var(--aw-stage); grid-area: middle; min-height: 0; min-width: 0; position: relative; }\n.aw-ed-stage { cursor: crosshair; inset: 0; outline: none; overflow: hidden; position: absolute; touch-action: none; user-select: none; -webkit-user-select: none; }\n.aw .aw-ed-stage:focus-visible { outline: 2px solid var(--aw-link); outline-offset: -2px; }\n.aw-ed-stage[data-tool="select"] { cursor: default; }\n.aw-ed-stage[data-tool="select"][data-over="label"] { cursor: move; }\n.aw-ed-stage:is([data-over="vertex"], [data-over="point"]) { cursor: move; }\n.aw-ed-stage[data-over="between"] { cursor: copy; }\n.aw-ed-stage[data-over="turn"] { cursor: grab; }\n.aw-ed-stage[data-over="resize-0"] { cursor: ew-resize; }\n.aw-ed-stage[data-over="resize-1"] { cursor: nwse-resize; }\n.aw-ed-stage[data-over="resize-2"] { cursor: ns-resize; }\n.aw-ed-stage[data-over="resize-3"] { cursor: nesw-resize; }\n.aw-ed-stage:is([data-tool="brush"], [data-tool="eraser"]) { cursor: none; }\n.aw-ed-stage[data-may-pan] { cursor: grab; }\n.aw-ed-stage[data-pans] { cursor: grabbing; }\n.aw-ed-layer { left: 0; pointer-events: none; position: absolute; top: 0; }\n.aw-ed-cover { align-items: center; color: var(--aw-mute); display: flex; inset: 0; justify-content: center; padding: 24px; pointer-events: none; position: absolute; text-align: center; }\n.aw .aw-ed-cover.aw-bad { color: var(--aw-bad); }\n.aw-ed-frames { border-top: 1px solid var(--aw-line); grid-area: frames; min-width: 0; }\n.aw-ed-frames[hidden], .aw-ed-timeline[hidden], .aw-ed-work[hidden] { display: none; }\n.aw-ed-time { display: grid; font-size: 12px; }\n.aw-ed-go, .aw-ed-work { align-items: center; display: flex; gap: 2px 8px; min-height: 32px; padding: 0 8px; }\n.aw-ed-moves { display: flex; flex: none; }\n.aw .aw-ed-moves .aw-ed-button { width: 28px; }\n.aw-ed-slider { flex: 1 1 0; margin: 0; min-width: 60px; }\n.aw-ed-at { flex: none; white-space: nowrap; }\n.aw .aw-ed-time input[type="number"] { font-size: 12px; height: 24px; min-height: 0; padding: 0 4px; text-align: right; width: 4.6em; }\n.aw .aw-ed-copy input[type="number"] { width: 3.6em; }\n.aw-ed-work { border-top: 1px solid var(--aw-line); flex-wrap: wrap; }\n.aw-ed-work > .aw-ed-name { flex: 0 1 auto; max-width: 12em; min-width: 4em; }\n.aw-ed-copy { align-items: center; display: flex; gap: 2px; margin-left: auto; }\n.aw .aw-ed-time button.aw-plain { min-height: 24px; padding: 0 6px; }\n.aw .aw-ed-time button.aw-plain:disabled { color: color-mix(in srgb, var(--aw-ink) 34%, var(--aw-bg)); }\n.aw-ed-timeline { border: 0 solid var(--aw-edge); border-top: 1px solid var(--aw-line); color: var(--aw-ink); outline: 0 solid var(--aw-link); overflow: hidden auto; position: relative; scrollbar-width: thin; }\n.aw-ed-lines { cursor: pointer; display: block; left: 0; position: sticky; top: 0; touch-action: none; width: 100%; }\n.aw-ed-status {\n    align-items: center;\n    border-top: 1px solid var(--aw-line);\n    display: flex;\n    font-size: 12px;\n    gap: 0 10px;\n    grid-area: status;\n    min-height: 32px;\n    padding: 2px 10px;\n    position: relative;\n}\n/* why an edit was refused is read whole */\n.aw-ed-told { flex-wrap: wrap; }\n.aw-ed-told > .aw-ed-note { flex: 1 0 100%; order: -1; }\n.aw-ed-line { contain: strict; display: block; height: 24px; line-height: 24px; overflow: hidden; text-overflow: ellipsis; white-space: pre; }\n.aw-ed-place { color: var(--aw-mute); flex: 0 1 16em; min-width: 0; }\n.aw-ed-reads > .aw-ed-place { flex-basis: 23em; }\n.aw-ed-note { flex: 1 1 0; min-width: 0; }\n.aw-ed-note.aw-bad > .aw-ed-line { contain: none; height: auto; line-height: inherit; white-space: normal; }\n.aw-ed-zoom { align-items: center; display: flex; flex: none; }\n.aw .aw-ed-status button.aw-plain { min-height: 24px; padding: 0 6px; }\n.aw-ed-percent { min-width: 3.6em; text-align: center; }\n.aw-ed-brush { align-items: center; display: flex; gap: 6px; }\n.aw-ed-brush input { width: 84px; }\n.aw-ed-brush output { min-width: 3.6em; }\n.aw-ed-saving { margin-left: auto; min-width: 5em; overflow: hidden; text-align: right; text-overflow: ellipsis; white-space: nowrap; }\n.aw-ed-saving::before { content: "● "; }\n.aw-ed-saving.aw-mute:empty::before { content: none; }\n.aw-ed-view { flex: none; }\n.aw-ed-summary { border-radius: 4px; cursor: pointer; line-height: 24px; list-style: none; padding: 0 6px; }\n.aw-ed-summary:hover, .aw-ed-view[open] > .aw-ed-summary { background: var(--aw-chip); }\n.aw-ed-summary::-webkit-details-marker { display: none; }\n.aw-ed-summary::after { content: " ▴"; }\n.aw-ed-looks {\n    background: var(--aw-bg);\n    border: 1px solid var(--aw-edge);\n    border-radius: 6px;\n    bottom: calc(100% + 6px);\n    box-shadow: 0 6px 20px rgb(0 0 0 / 25%);\n    display: grid;\n    font-size: 13px;\n    gap: 7px;\n    padding: 10px 12px;\n    box-sizing: border-box;\n    position: absolute;\n    right: 8px;\n    width: min(244px, calc(100% - 16px));\n    z-index: 10;\n}\n.aw-ed-looks label:has(input[type="range"]) { align-items: center; display: grid; gap: 8px; grid-template-columns: 92px 1fr; }\n.aw-ed-windows label:not(:has([type="checkbox"])) { align-items: center; display: grid; gap: 8px; grid-template-columns: 60px 1fr; }\n.aw .aw-ed-windows :is(select, [type="number"]) { box-sizing: border-box; font-size: 13px; height: 28px; min-height: 0; min-width: 0; padding: 0 6px; width: 100%; }\n.aw-ed-looks input[type="range"] { margin: 0; min-width: 0; width: 100%; }\n.aw-ed-looks input[type="checkbox"] { margin: 0 4px 0 0; vertical-align: -2px; }\n.aw-ed-looks .aw-plain { justify-self: start; }\n/* Where the brush would leave no room for it, what happened stands in a line above: always, so that the picture stays. */\n@container aw-ed (max-width: 720px) {\n    .aw-ed-paints { flex-wrap: wrap; }\n    .aw-ed-paints > .aw-ed-place { flex-basis: 60%; }\n    .aw-ed-paints > .aw-ed-note { flex-basis: calc(40% - 10px); }\n    .aw-ed-paints > .aw-ed-zoom { margin-left: auto; }\n}\n@container aw-ed (max-width: 620px) {\n    .aw-ed-status:not(.aw-ed-paints) > .aw-ed-place { flex-basis: 13.5em; }\n    .aw-ed-status:not(.aw-ed-paints) .aw-ed-percent { display: none; }\n    .aw-ed-status { gap: 0 6px; padding: 2px 8px; }\n}\n@container aw-ed (max-width: 470px) {\n    .aw-ed-brush output, .aw-ed-percent { display: none; }\n}\n\n.aw-ed-panel { min-width: 0; }\n/* What each edit changes has a height of its own, so that nothing around it is laid out anew: in a notebook that takes\n   longer than the edit itself. */\n.aw-ed-panel > h3 { contain: strict; height: 20px; line-height: 20px; }\n.aw-ed-list { list-style: none; margin: 0 0 12px; padding: 0; }\n.aw-ed-list > li { contain: strict; height: 30px; }\n.aw-ed-labels { contain: content; max-height: 280px; overflow-y: auto; overscroll-behavior: contain; }\n.aw-ed-labels.aw-ed-long { contain: strict; height: 280px; }\n.aw-ed-list > li, .aw-ed-label { align-items: center; border-radius: 4px; display: flex; flex-wrap: wrap; gap: 0 2px; }\n/* of a thousand rows only those in sight are laid out */\n.aw-ed-piece { content-visibility: auto; }\n.aw-ed-list > li:hover, .aw-ed-label:hover, .aw-ed-hovered { background: var(--aw-chip); }\n.aw .aw-ed-row { align-items: center; display: flex; flex: 1 1 0; gap: 8px; min-width: 0; text-align: left; }\n.aw-ed-name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }\n.aw-ed-row kbd { margin-left: auto; }\n.aw-ed-list .aw-swatch { margin: 0; }\n.aw .aw-ed-hide { color: var(--aw-mute); font-size: 12px; }\n.aw-ed-points { display: grid; flex-basis: 100%; gap: 3px; padding: 3px 6px 6px 27px; }\n.aw-ed-points label { align-items: center; display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr) 110px; }\n.aw-ed-points span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }\n.aw-ed-points select { font-size: 12px; padding: 1px 4px; }\n';

// src/registry.js
var NAME = /* @__PURE__ */ Symbol.for("annowidgets.editor.sessions");
var page = (
  /** @type {any} */
  globalThis
);
var registry = page[NAME] ??= { sessions: /* @__PURE__ */ new Set(), waiting: /* @__PURE__ */ new Set() };
var register = (session) => {
  registry.sessions.add(session);
  for (const look of [...registry.waiting]) look();
  return () => void registry.sessions.delete(session);
};
var sessionOf = (model) => new Promise((resolve) => {
  const look = () => {
    const layout = model.get("layout");
    const found = [...registry.sessions].find(
      (session) => session.model === model || session.model.get("layout") === layout
    );
    if (!found) return;
    registry.waiting.delete(look);
    resolve(found);
  };
  registry.waiting.add(look);
  look();
});

// src/screen.css
var screen_default = "/* In a screen of annowidgets: what the editor and the screen around it leave to each other. */\n\n/* the desk's title bar says what is saved */\n.aw-desk .aw-ed-saving { display: none; }\n\n/* A message lies over the upper edge of the picture, which must not move under the hand; good news go by themselves, and\n   what is drawn meanwhile goes through them. */\n.aw-holds-editor > .aw-said { height: 0; overflow: visible; position: relative; z-index: 20; }\n.aw-holds-editor > .aw-said > .aw-message {\n    box-shadow: 0 6px 20px rgb(0 0 0 / 25%);\n    left: 56px; /* beside the tools */\n    max-height: 40vh;\n    max-width: max(280px, 100% - 346px); /* the side stays free */\n    overflow-y: auto;\n    position: absolute;\n    top: 8px;\n    width: max-content;\n}\n.aw-holds-editor > .aw-said > .aw-message.aw-is-ok { animation: aw-gone 0.4s 6s forwards; pointer-events: none; }\n.aw-holds-editor > .aw-said > .aw-message.aw-is-ok :is(button, a) { pointer-events: auto; }\n.aw-holds-editor > .aw-said > .aw-message.aw-is-ok:is(:hover, :focus-within) { animation: none; }\n@keyframes aw-gone { to { opacity: 0; visibility: hidden; } }\n";

// src/answers.js
var valueOn = (answers, frame) => JSON.stringify(answers.find(({ frame: first = NaN, until = first }) => first <= frame && frame <= until)?.value);
var framesAnswered = ({ forward, backward }) => Object.entries(forward.answers ?? {}).flatMap(([question, after]) => {
  const before = backward.answers?.[question] ?? [];
  const ofFrames = [...before, ...after].filter(({ frame }) => frame !== void 0);
  const starts = new Set(ofFrames.flatMap(({ frame = 0, until = frame }) => [frame, until + 1]));
  const edges = [...starts].sort((a, b) => a - b);
  return edges.slice(0, -1).map((first, i) => (
    /** @type {[number, number]} */
    [first, edges[i + 1] - 1]
  )).filter(([first]) => valueOn(before, first) !== valueOn(after, first));
});

// src/delta.js
var applied = (labels, { put, remove }) => {
  const gone = new Set(remove);
  const after = gone.size ? labels.filter(({ id }) => !gone.has(id)) : [...labels];
  const places = put.length ? new Map(after.map(({ id }, index) => [id, index])) : /* @__PURE__ */ new Map();
  const added = [];
  for (const [label, index] of put) {
    const place = places.get(label.id);
    if (place === void 0) added.push({ label, index });
    else after[place] = label;
  }
  added.sort((a, b) => a.index - b.index);
  for (const { label, index } of added) after.splice(Math.min(Math.max(index, 0), after.length), 0, label);
  return after;
};
var between = (labels, { put = [], remove = [] }) => {
  const places = new Map(labels.map(({ id }, index) => [id, index]));
  const gone = new Set(remove.filter((id) => places.has(id)));
  const after = labels.filter(({ id }) => !gone.has(id));
  const left = new Map(after.map(({ id }, index) => [id, index]));
  const forward = { put: [], remove: [...gone] };
  const backward = { put: [], remove: [] };
  let end = after.length;
  for (const label of put) {
    const place = left.get(label.id);
    forward.put.push([label, place ?? end]);
    if (place === void 0) {
      end += 1;
      backward.remove.push(label.id);
    } else backward.put.push([after[place], places.get(label.id) ?? place]);
  }
  for (const id of gone) {
    const place = places.get(id) ?? 0;
    backward.put.push([labels[place], place]);
  }
  forward.put.sort((a, b) => a[1] - b[1]);
  backward.put.sort((a, b) => a[1] - b[1]);
  return { forward, backward };
};
var isEmpty = ({ put, remove }) => put.length === 0 && remove.length === 0;

// src/emitter.js
var Emitter = class {
  /** @type {Map<keyof Events, Set<(told: any) => void>>} */
  #listeners = /* @__PURE__ */ new Map();
  /**
   * @template {keyof Events} Name
   * @param {Name} name
   * @param {(told: Events[Name]) => void} listener
   * @returns {() => void} stops listening
   */
  on(name, listener) {
    const listeners = this.#listeners.get(name) ?? /* @__PURE__ */ new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }
  /**
   * @template {keyof Events} Name
   * @param {Name} name
   * @param {Events[Name]} told
   */
  emit(name, told) {
    for (const listener of [...this.#listeners.get(name) ?? []]) {
      try {
        listener(told);
      } catch (error) {
        console.error(error);
      }
    }
  }
};

// src/history.js
var History = class {
  /** @type {Op[]} */
  #done = [];
  /** @type {Op[]} */
  #undone = [];
  /** @param {Iterable<Op>} ops oldest first */
  constructor(ops = []) {
    for (const op of ops) this.add(op);
  }
  /** @param {Op} op */
  add(op) {
    if (op.kind === "edit") {
      this.#done.push(op);
      this.#undone = [];
      return;
    }
    const [from, to] = op.kind === "undo" ? [this.#done, this.#undone] : [this.#undone, this.#done];
    const place = op.of ? from.findLastIndex(({ id }) => id === op.of) : from.length - 1;
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
};

// src/ids.js
var hexadecimal = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
var newLabelId = () => hexadecimal(6);
var newOpId = () => {
  const digits = [...hexadecimal(16)];
  digits[12] = "4";
  digits[16] = "89ab"[parseInt(digits[16], 16) & 3];
  const text = digits.join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
};

// src/document.js
var LabelDocument = class extends Emitter {
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
  #known = /* @__PURE__ */ new Set();
  /** @type {Map<string, Label>} */
  #byId = /* @__PURE__ */ new Map();
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
    return id === null || id === void 0 ? void 0 : this.#byId.get(id);
  }
  /** How many edits are acknowledged. */
  get edits() {
    return this.#log.length;
  }
  get canUndo() {
    return this.#history.undoable !== void 0;
  }
  get canRedo() {
    return this.#history.redoable !== void 0;
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
      what: `undo ${last.what}`
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
      what: `redo ${next.what}`
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
      this.pending = later;
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
};

// src/geometry/points.js
var clamp = (value, low, high) => Math.min(Math.max(value, low), high);
var rounded = (value) => Math.round(value * 100) / 100 || 0;
var roundedPoint = ({ x, y }) => ({ x: rounded(x), y: rounded(y) });
var clampedPoint = ({ x, y }, [height, width]) => ({ x: clamp(x, 0, width), y: clamp(y, 0, height) });
var placed = (point, size) => roundedPoint(clampedPoint(point, size));
var distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
var distanceToSegment = ({ x, y }, [ax, ay], [bx, by]) => {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : clamp(((x - ax) * dx + (y - ay) * dy) / length, 0, 1);
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
};
var distanceToLine = (point, points, closed) => {
  let least = Infinity;
  for (let i = closed ? 0 : 1; i < points.length; i++) {
    least = Math.min(least, distanceToSegment(point, points.at(i - 1) ?? points[0], points[i]));
  }
  return least;
};
var boundsOf = (points) => {
  const bounds = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (const [x, y] of points) {
    if (x < bounds.x0) bounds.x0 = x;
    if (y < bounds.y0) bounds.y0 = y;
    if (x > bounds.x1) bounds.x1 = x;
    if (y > bounds.y1) bounds.y1 = y;
  }
  return bounds;
};
var isWithin = ({ x0, y0, x1, y1 }, { x, y }, reach = 0) => x >= x0 - reach && x <= x1 + reach && y >= y0 - reach && y <= y1 + reach;
var union = (a, b) => a && b ? { x0: Math.min(a.x0, b.x0), y0: Math.min(a.y0, b.y0), x1: Math.max(a.x1, b.x1), y1: Math.max(a.y1, b.y1) } : a ?? b;
var grown = ({ x0, y0, x1, y1 }, by) => ({ x0: x0 - by, y0: y0 - by, x1: x1 + by, y1: y1 + by });
var meet = (a, b) => a.x0 <= b.x1 && b.x0 <= a.x1 && a.y0 <= b.y1 && b.y0 <= a.y1;
var isInside = ({ x, y }, rings) => {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [[ax, ay], [bx, by]] = [ring[i], ring[j]];
      if (ay > y !== by > y && x < (bx - ax) * (y - ay) / (by - ay) + ax) inside = !inside;
    }
  }
  return inside;
};
var windingArea = (ring) => {
  const [x0, y0] = ring[0] ?? [0, 0];
  let twice = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    twice += (ring[j][0] - x0) * (ring[i][1] - y0) - (ring[i][0] - x0) * (ring[j][1] - y0);
  }
  return twice / 2;
};
var allowedMove = ({ x0, y0, x1, y1 }, by, [height, width]) => ({
  x: clamp(by.x, Math.min(0, -x0), Math.max(0, width - x1)),
  y: clamp(by.y, Math.min(0, -y0), Math.max(0, height - y1))
});

// src/render/halved.js
var halfOf = (side) => Math.max(1, side >> 1);
var halved = (source) => {
  const canvas = new OffscreenCanvas(halfOf(source.width), halfOf(source.height));
  const context = contextOf(canvas);
  context.imageSmoothingEnabled = true;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
};
var contextOf = (canvas) => {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser gives no more canvases: close other pages.");
  return (
    /** @type {any} */
    context
  );
};

// src/render/window.js
var windowed = ([low, high], brightness, contrast) => {
  const width = (high - low) / 8 ** contrast;
  const middle = (low + high) / 2 - brightness * (high - low);
  return [middle - width / 2, middle + width / 2];
};
var greyAt = (share, curve) => {
  if (curve === "sigmoid") return Math.round(255 / (1 + Math.exp(2 - 4 * share))) || 0;
  const within = clamp(share, 0, 1) || 0;
  return curve ? curve[Math.round(within * (curve.length - 1))] : Math.round(255 * within);
};
var greyTable = (values, [low, high], invert, curve) => {
  const size = values.BYTES_PER_ELEMENT === 1 ? 256 : 65536;
  const first = values instanceof Int16Array ? -32768 : 0;
  const table = new Uint32Array(size);
  const width = high - low || 1e-9;
  for (let i = 0; i < size; i++) {
    const shade = greyAt((i + first - low) / width, curve);
    const grey = invert ? 255 - shade : shade;
    table[i] = (4278190080 | grey << 16 | grey << 8 | grey) >>> 0;
  }
  return table;
};
var filterOf = ({ brightness, contrast }) => brightness === 0 && contrast === 0 ? "none" : `brightness(${2 ** brightness}) contrast(${4 ** contrast})`;

// src/render/windowing.js
var CT = [
  ["Brain", 40, 80],
  ["Stroke", 40, 40],
  ["Lung", -600, 1500],
  ["Mediastinum", 50, 350],
  ["Abdomen", 50, 400],
  ["Liver", 30, 150],
  ["Bone", 400, 1800]
];
var windowAt = (name, centre, width) => ({
  name,
  centre,
  width,
  low: centre - width / 2,
  high: centre + width / 2
});
var presetsOf = ({ windows = [], unit }) => unit === "HU" ? [...windows, ...CT.map(([name, centre, width]) => windowAt(name, centre, width))] : windows;
var rangeOf = ({ window: window2, invert = false, slope = 1, intercept = 0, windows = [] }, looks) => {
  const { brightness, contrast, inverted } = looks;
  const stored = (value) => (value - intercept) / (slope || 1);
  const { curve, name = "" } = looks.window ?? windows[0] ?? {};
  const ends = looks.window ? [stored(looks.window.low), stored(looks.window.high)] : window2;
  return { range: windowed(ends, brightness, contrast), invert: invert !== inverted, curve, name };
};
var dragged = (from, by, finest) => moved(from, from.centre + by.y * from.width / 300, Math.max(from.width * 2 ** (by.x / 150), finest));
var moved = ({ curve, name }, centre, width) => curve ? { ...windowAt(name, centre, width), curve } : windowAt("", centre, width);

// src/render/values.js
var TILE = 512;
var TYPES = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array
};
var ValuesPicture = class {
  hasValues = true;
  /** @type {Level[]} */
  #levels = [];
  #sent;
  /** @param {any} sent @param {DataView | ArrayBuffer} buffer little-endian, row by row */
  constructor(sent, buffer) {
    this.#sent = sent;
    this.height = /** @type {number} */
    sent.shape[0];
    this.width = /** @type {number} */
    sent.shape[1];
    this.levels = levelsOf(this.width, this.height);
    const Type = TYPES[
      /** @type {keyof typeof TYPES} */
      sent.dtype
    ];
    const bytes = buffer instanceof ArrayBuffer ? buffer.slice(0) : buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
    this.#levels = [levelOf(this.width, this.height, new Type(
      /** @type {ArrayBuffer} */
      bytes
    ))];
  }
  /** @param {number} level @param {Looks} looks @param {Bounds} part */
  level(level, looks, part) {
    while (this.#levels.length <= level) this.#levels.push(halvedValues(this.#levels[this.#levels.length - 1]));
    const chosen = this.#levels[level];
    const { range, invert, curve, name } = rangeOf(this.#sent, looks);
    const drawn = `${range} ${invert} ${name}`;
    let grey = null;
    for (let y = TILE * Math.floor(part.y0 / TILE); y < part.y1; y += TILE) {
      for (let x = TILE * Math.floor(part.x0 / TILE); x < part.x1; x += TILE) {
        const tile = `${x} ${y}`;
        if (chosen.drawn.get(tile) === drawn) continue;
        grey ??= greyOf(chosen.values, range, invert, curve);
        drawTile(chosen, grey, x, y);
        chosen.drawn.set(tile, drawn);
      }
    }
    return chosen.canvas;
  }
  /** How stored numbers become values. @returns {import("./windowing.js").Scale} */
  get scale() {
    return this.#sent;
  }
  /** What a pixel measures, in the file's unit; null beside the picture. @param {number} x @param {number} y */
  valueAt(x, y) {
    const [whole] = this.#levels;
    if (!whole || x < 0 || y < 0 || x >= this.width || y >= this.height) return null;
    return whole.values[y * this.width + x] * (this.#sent.slope ?? 1) + (this.#sent.intercept ?? 0);
  }
  close() {
    this.#levels = [];
  }
};
var levelOf = (width, height, values) => ({
  width,
  height,
  values,
  canvas: new OffscreenCanvas(width, height),
  drawn: /* @__PURE__ */ new Map()
});
var greyOf = (values, range, invert, curve) => {
  if (values instanceof Uint8Array || values instanceof Uint16Array || values instanceof Int16Array) {
    const table = greyTable(values, range, invert, curve);
    const shift = values instanceof Int16Array ? 32768 : 0;
    return (value) => table[value + shift];
  }
  const [low, high] = range;
  const shades = greyTable(new Uint8Array(), [0, 255], invert);
  const width = high - low || 1e-9;
  return (value) => shades[greyAt((value - low) / width, curve)];
};
var drawTile = ({ width, height, values, canvas }, grey, x, y) => {
  const image = new ImageData(Math.min(TILE, width - x), Math.min(TILE, height - y));
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0, to = 0; row < image.height; row++) {
    const from = (y + row) * width + x;
    for (let column = 0; column < image.width; column++) pixels[to++] = grey(values[from + column]);
  }
  contextOf(canvas).putImageData(image, x, y);
};
var halvedValues = ({ width, height, values }) => {
  const [w, h] = [halfOf(width), halfOf(height)];
  const Type = (
    /** @type {new (length: number) => Values} */
    values.constructor
  );
  const half = new Type(w * h);
  const [right, below] = [width > 1 ? 1 : 0, height > 1 ? width : 0];
  for (let row = 0, to = 0; row < h; row++) {
    for (let column = 0, from = 2 * row * width; column < w; column++, from += 2) {
      half[to++] = (values[from] + values[from + right] + values[from + below] + values[from + right + below]) / 4;
    }
  }
  return levelOf(w, h, half);
};

// src/render/picture.js
var SMALLEST = 256;
var levelsOf = (width, height) => 1 + Math.max(0, Math.floor(Math.log2(Math.max(width, height) / SMALLEST)));
var BitmapPicture = class {
  hasValues = false;
  /** @type {(ImageBitmap | OffscreenCanvas)[]} */
  #levels;
  /** @param {ImageBitmap} bitmap */
  constructor(bitmap) {
    this.width = bitmap.width;
    this.height = bitmap.height;
    this.levels = levelsOf(this.width, this.height);
    this.#levels = [bitmap];
  }
  /** @param {number} level */
  level(level) {
    while (this.#levels.length <= level) this.#levels.push(halved(this.#levels[this.#levels.length - 1]));
    return this.#levels[level];
  }
  close() {
    if (this.#levels[0] instanceof ImageBitmap) this.#levels[0].close();
    this.#levels = [];
  }
};
var pictureOf = async (sent, buffer) => {
  if (sent.dtype) return new ValuesPicture(sent, buffer);
  const bytes = buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const blob = new Blob([
    /** @type {BlobPart} */
    bytes
  ], { type: sent.mime });
  return new BitmapPicture(await createImageBitmap(blob));
};

// src/frames.js
var ROOM = 256 * 2 ** 20;
var BYTES = 6;
var AHEAD = 12;
var BEHIND = 2;
var ON_THE_WAY = 3;
var LOST = 5e3;
var Frames = class extends Emitter {
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
  #pictures = /* @__PURE__ */ new Map();
  #bytes = 0;
  /** @type {Map<number, number>} frame -> when it was asked for */
  #asked = /* @__PURE__ */ new Map();
  /** @type {Map<number, string>} why frames can't be read; they are asked for again only to be shown */
  #broken = /* @__PURE__ */ new Map();
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
    else this.emit("change", null);
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
    if (number !== void 0 && number !== this.#number) return;
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
    if (!this.#pictures.size) return [wanted];
    const fit = Math.floor(this.#room / (this.#bytes / this.#pictures.size)) - 1;
    const ahead = clamp(fit, 0, AHEAD);
    const behind = clamp(fit - ahead, 0, BEHIND);
    const steps = [
      ...Array.from({ length: ahead }, (_, i) => i + 1),
      ...Array.from({ length: behind }, (_, i) => -i - 1)
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
};
var sizeOf = ({ width, height }) => width * height * BYTES;

// src/labels.js
var asked = (questions) => questions.flatMap(({ name, options = [] }) => [
  name,
  ...options.flatMap((option) => typeof option === "string" ? [] : asked(option.questions ?? []))
]);
var reclassed = ({ attributes = {}, attributes_by_frame = {}, ...label }, item) => {
  const questions = new Set(asked(item.attributes ?? []));
  const kept2 = (answers) => Object.fromEntries(Object.entries(answers).filter(([name]) => questions.has(name)));
  const byFrame = Object.entries(attributes_by_frame).map(([frame, answers]) => [frame, kept2(answers)]);
  const left = {
    attributes: kept2(attributes),
    attributes_by_frame: Object.fromEntries(byFrame.filter(([, answers]) => Object.keys(answers).length))
  };
  return {
    ...label,
    category: item.name,
    ...Object.fromEntries(Object.entries(left).filter(([, answers]) => Object.keys(answers).length))
  };
};
var counted = (labels) => {
  const counts = /* @__PURE__ */ new Map();
  for (const { category } of labels) counts.set(category, (counts.get(category) ?? 0) + 1);
  return counts;
};
var titled = (labels) => {
  const counts = /* @__PURE__ */ new Map();
  const titles = /* @__PURE__ */ new Map();
  for (const { id, category } of labels) {
    counts.set(category, (counts.get(category) ?? 0) + 1);
    titles.set(id, `${category} ${counts.get(category)}`);
  }
  return titles;
};

// src/player.js
var SLICES = 10;
var SETTLED = 150;
var Player = class extends Emitter {
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
      this.emit("change", null);
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
    if (this.last === 0 || frames.wanted === this.last && !this.go(0)) return;
    this.isPlaying = true;
    this.#due = performance.now() + 1e3 / this.rate;
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
      this.#due = Math.max(this.#due, now - 1e3 / this.rate) + 1e3 / this.rate;
      frames.show(frames.index + 1);
    }
    this.#request = requestAnimationFrame((later) => this.#play(later));
  }
};

// src/mask/run_lengths.js
var decode = (counts) => {
  const runs = [];
  let at = 0;
  while (at < counts.length) {
    let [value, shift, code] = [0, 0, 0];
    do {
      code = counts.charCodeAt(at++) - 48;
      if (!(code >= 0 && code < 64) || shift > 30) throw new RangeError("these are no COCO run lengths");
      value += (code & 31) * 2 ** shift;
      shift += 5;
    } while (code & 32);
    if (code & 16) value -= 2 ** shift;
    runs.push(runs.length > 2 ? value + runs[runs.length - 2] : value);
  }
  return runs;
};
var encode = (runs) => {
  const codes = [];
  for (let i = 0; i < runs.length; i++) {
    let value = i > 2 ? runs[i] - runs[i - 2] : runs[i];
    for (let more = true; more; ) {
      const low = value & 31;
      value >>= 5;
      more = low & 16 ? value !== -1 : value !== 0;
      codes.push(low + (more ? 32 : 0) + 48);
    }
  }
  let text = "";
  for (let i = 0; i < codes.length; i += 8192) text += String.fromCharCode(...codes.slice(i, i + 8192));
  return text;
};
var eachSpan = (runs, height, take) => {
  let at = 0;
  for (let i = 0; i < runs.length; at += runs[i++]) {
    if (i % 2 === 0) continue;
    for (let from = at; from < at + runs[i]; ) {
      const column = Math.floor(from / height);
      const to = Math.min(at + runs[i], (column + 1) * height);
      take(column, from - column * height, to - column * height);
      from = to;
    }
  }
};
var RunWriter = class {
  /** @type {number[]} */
  #runs = [];
  #end = 0;
  #pixels = 0;
  #height;
  /** @param {Size} size */
  constructor([height, width]) {
    this.#height = height;
    this.#pixels = height * width;
  }
  /** @param {number} column @param {number} top @param {number} bottom */
  add(column, top, bottom) {
    const [from, length] = [column * this.#height + top, bottom - top];
    if (length <= 0) return;
    if (from === this.#end && this.#runs.length) this.#runs[this.#runs.length - 1] += length;
    else this.#runs.push(from - this.#end, length);
    this.#end = from + length;
  }
  get isEmpty() {
    return this.#runs.length === 0;
  }
  /** @returns {number[]} with as few runs as there can be */
  finish() {
    if (this.#end < this.#pixels) this.#runs.push(this.#pixels - this.#end);
    return this.#runs;
  }
};
var boundsOfRuns = (runs, height) => {
  const bounds = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  let at = 0;
  for (let i = 0; i < runs.length; at += runs[i++]) {
    if (i % 2 === 0 || runs[i] === 0) continue;
    const [first, last] = [at, at + runs[i] - 1];
    const [left, right] = [Math.floor(first / height), Math.floor(last / height)];
    bounds.x0 = Math.min(bounds.x0, left);
    bounds.x1 = Math.max(bounds.x1, right + 1);
    bounds.y0 = Math.min(bounds.y0, left === right ? first - left * height : 0);
    bounds.y1 = Math.max(bounds.y1, left === right ? last - left * height + 1 : height);
  }
  return bounds;
};
var areaOfRuns = (runs) => runs.reduce((sum, run, i) => i % 2 ? sum + run : sum, 0);
var shifted = (runs, size, dx, dy) => {
  const [height, width] = size;
  const writer = new RunWriter(size);
  eachSpan(runs, height, (column, top, bottom) => {
    if (column + dx < 0 || column + dx >= width) return;
    writer.add(column + dx, Math.max(0, top + dy), Math.min(height, bottom + dy));
  });
  return writer.isEmpty ? null : writer.finish();
};

// src/shapes/kind.js
var traceLine = (path, points, closed) => {
  points.forEach(([x, y], i) => i ? path.lineTo(x, y) : path.moveTo(x, y));
  if (closed) path.closePath();
};
var indivisible = () => null;

// src/shapes/bitmask.js
var Reading = class {
  /** @type {Bitmask} */
  #shape;
  /** @type {number[] | undefined} */
  #runs;
  /** @type {Float64Array | undefined} */
  #ends;
  /** @type {Bounds | undefined} */
  #bounds;
  /** @type {number | undefined} */
  #area;
  /** @param {Bitmask} shape @param {{bounds?: Bounds, area?: number}} [known] */
  constructor(shape, { bounds, area } = {}) {
    [this.#shape, this.#bounds, this.#area] = [shape, bounds, area];
  }
  get runs() {
    return this.#runs ??= decode(this.#shape.counts);
  }
  /** Of each run, as a number of pixels. */
  get ends() {
    let at = 0;
    return this.#ends ??= Float64Array.from(this.runs, (run) => at += run);
  }
  get bounds() {
    return this.#bounds ??= boundsOfRuns(this.runs, this.#shape.size[0]);
  }
  get area() {
    return this.#area ??= areaOfRuns(this.runs);
  }
};
var memory = /* @__PURE__ */ new WeakMap();
var origins = /* @__PURE__ */ new WeakMap();
var originOf = (shape) => origins.get(shape);
var read = (shape) => {
  let known4 = memory.get(shape);
  if (!known4) memory.set(shape, known4 = new Reading(shape));
  return known4;
};
var runCount = (shape) => read(originOf(shape)?.shape ?? shape).runs.length;
var movedMask = (shape, dx, dy) => {
  const { size } = shape;
  let counts;
  const moved2 = (
    /** @type {Bitmask} */
    {
      type: "bitmask",
      size,
      get counts() {
        return counts ??= encode(shifted(read(shape).runs, size, dx, dy) ?? []);
      }
    }
  );
  const { area, bounds } = read(shape);
  const there = { x0: bounds.x0 + dx, y0: bounds.y0 + dy, x1: bounds.x1 + dx, y1: bounds.y1 + dy };
  memory.set(moved2, new Reading(moved2, { area, bounds: there }));
  origins.set(moved2, { shape, dx, dy });
  return moved2;
};
var bitmaskOf = (size, runs) => ({ type: "bitmask", size, counts: encode(runs) });
var bitmask = {
  icon: "M13.5 2.5 7 9M6.5 8.5c-2 0-2.2 1.4-2.6 2.6-.3.9-.9 1.5-1.9 1.9 2.8 1 5.9.2 6-2.4z",
  bounds: (shape) => read(shape).bounds,
  area: (shape) => read(shape).area,
  contains(shape, { x, y }) {
    const [height, width] = shape.size;
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (column < 0 || row < 0 || column >= width || row >= height) return false;
    const { ends } = read(shape);
    const at = column * height + row;
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = low + high >> 1;
      if (ends[middle] > at) high = middle;
      else low = middle + 1;
    }
    return low % 2 === 1;
  },
  // a mask is taken by its pixels; where none is near the point, it is not there
  distance(shape, point) {
    if (!isWithin(read(shape).bounds, point, 1)) return Infinity;
    return bitmask.contains(shape, point) ? 0 : Infinity;
  },
  handles: () => [],
  moved(shape, by) {
    const { bounds } = read(shape);
    const [height, width] = shape.size;
    const dx = Math.min(Math.max(Math.round(by.x), -bounds.x0), width - bounds.x1);
    const dy = Math.min(Math.max(Math.round(by.y), -bounds.y0), height - bounds.y1);
    if (!dx && !dy) return shape;
    const origin = originOf(shape) ?? { shape, dx: 0, dy: 0 };
    const [farX, farY] = [origin.dx + dx, origin.dy + dy];
    return farX || farY ? movedMask(origin.shape, farX, farY) : origin.shape;
  },
  dragged: indivisible,
  without: indivisible,
  trace(shape, path) {
    const { x0, y0, x1, y1 } = read(shape).bounds;
    path.rect(x0, y0, x1 - x0, y1 - y0);
  }
};

// src/shapes/box.js
var GRIPS = [
  [0, 0],
  [0.5, 0],
  [1, 0],
  [1, 0.5],
  [1, 1],
  [0.5, 1],
  [0, 1],
  [0, 0.5]
];
var boxBetween = (a, b) => {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const [width, height] = [rounded(Math.abs(a.x - b.x)), rounded(Math.abs(a.y - b.y))];
  return width > 0 && height > 0 ? { type: "bounding_box", x, y, width, height } : null;
};
var box = {
  icon: "M2.5 4h11v8h-11z",
  bounds: ({ x, y, width, height }) => ({ x0: x, y0: y, x1: x + width, y1: y + height }),
  area: ({ width, height }) => width * height,
  contains: ({ x, y, width, height }, at) => at.x >= x && at.x <= x + width && at.y >= y && at.y <= y + height,
  distance(shape, at) {
    const { x0, y0, x1, y1 } = box.bounds(shape);
    const outside = Math.hypot(at.x - clamp(at.x, x0, x1), at.y - clamp(at.y, y0, y1));
    return outside > 0 ? outside : Math.min(at.x - x0, x1 - at.x, at.y - y0, y1 - at.y);
  },
  handles: ({ x, y, width, height }) => GRIPS.map(([fx, fy]) => ({ role: "resize", x: x + fx * width, y: y + fy * height, fx, fy })),
  moved(shape, by, size) {
    const { x, y } = allowedMove(box.bounds(shape), by, size);
    return { ...shape, x: rounded(shape.x + x), y: rounded(shape.y + y) };
  },
  dragged(shape, { fx = 0.5, fy = 0.5 }, to, { size, constrain }) {
    const { x0, y0, x1, y1 } = box.bounds(shape);
    const at = placed(to, size);
    const fixed = { x: fx === 0 ? x1 : x0, y: fy === 0 ? y1 : y0 };
    const free = { x: fx === 0.5 ? x1 : at.x, y: fy === 0.5 ? y1 : at.y };
    if (constrain && fx !== 0.5 && fy !== 0.5) {
      const scale = Math.min(Math.abs(free.x - fixed.x) / shape.width, Math.abs(free.y - fixed.y) / shape.height);
      free.x = rounded(fixed.x + Math.sign(free.x - fixed.x) * scale * shape.width);
      free.y = rounded(fixed.y + Math.sign(free.y - fixed.y) * scale * shape.height);
    }
    return boxBetween(fixed, free);
  },
  without: indivisible,
  trace: ({ x, y, width, height }, path) => path.rect(x, y, width, height)
};

// src/shapes/keypoint.js
var keypoint = {
  icon: "M8 5.5a2.5 2.5 0 1 0 .01 0zM8 1v3M8 12v3M1 8h3M12 8h3",
  bounds: ({ x, y }) => ({ x0: x, y0: y, x1: x, y1: y }),
  area: () => 0,
  contains: () => false,
  distance: (shape, point) => distance(shape, point),
  handles: ({ x, y }) => [{ role: "point", x, y }],
  moved(shape, by, size) {
    const { x, y } = allowedMove(keypoint.bounds(shape), by, size);
    return { ...shape, x: rounded(shape.x + x), y: rounded(shape.y + y) };
  },
  dragged: (shape, _, to, { size }) => ({ ...shape, ...placed(to, size) }),
  without: indivisible,
  trace: () => {
  }
  // its dot has a size on the screen, not on the picture
};

// src/shapes/vertices.js
var ROOM2 = 26;
var vertexHandles = (points, { pixel, closed, ring = 0 }) => {
  const vertices = points.map(([x, y], index) => ({ role: "vertex", x, y, ring, index }));
  for (let index = 1; index < points.length + (closed ? 1 : 0); index++) {
    const [[ax, ay], [bx, by]] = [points[index - 1], points[index % points.length]];
    if (Math.hypot(bx - ax, by - ay) < ROOM2 * pixel) continue;
    vertices.push({ role: "between", x: (ax + bx) / 2, y: (ay + by) / 2, ring, index });
  }
  return vertices;
};
var withVertex = (points, { role, index = 0 }, { x, y }) => points.toSpliced(index, role === "between" ? 0 : 1, [x, y]);

// src/shapes/polygon.js
var hasArea = (ring) => {
  const distinct = new Set(ring.map(String));
  if (distinct.size < 3) return false;
  const { x0, y0, x1, y1 } = boundsOf(ring);
  const [[ax, ay], [bx, by]] = [ring[0], ring.find((point) => String(point) !== String(ring[0])) ?? ring[0]];
  const onLine = ring.every(([x, y]) => Math.abs((bx - ax) * (y - ay) - (by - ay) * (x - ax)) <= 1e-9);
  return x1 > x0 && y1 > y0 && !onLine;
};
var polygonOf = (rings) => rings.length && rings.every(hasArea) ? { type: "polygon", rings } : null;
var polygon = {
  icon: "M8 2.2 14 6.6 11.7 13.6H4.3L2 6.6z",
  bounds: ({ rings }) => boundsOf(rings.flat()),
  area: ({ rings }) => rings.reduce((sum, ring) => sum + Math.abs(windingArea(ring)), 0),
  contains: ({ rings }, point) => isInside(point, rings),
  distance: ({ rings }, point) => Math.min(...rings.map((ring) => distanceToLine(point, ring, true))),
  handles: ({ rings }, pixel) => rings.flatMap((points, ring) => vertexHandles(points, { pixel, closed: true, ring })),
  moved(shape, by, size) {
    const { x, y } = allowedMove(polygon.bounds(shape), by, size);
    const rings = shape.rings.map(
      (ring) => ring.map(
        /** @returns {Pair} */
        ([px, py]) => [rounded(px + x), rounded(py + y)]
      )
    );
    return { ...shape, rings };
  },
  dragged(shape, handle, to, { size }) {
    const ring = withVertex(shape.rings[handle.ring ?? 0], handle, placed(to, size));
    return polygonOf(shape.rings.with(handle.ring ?? 0, ring));
  },
  without(shape, { role, ring = 0, index = 0 }) {
    if (role !== "vertex") return null;
    const left = shape.rings[ring].toSpliced(index, 1);
    if (left.length >= 3) return polygonOf(shape.rings.with(ring, left));
    const others = shape.rings.toSpliced(ring, 1);
    return others.some(([[x, y]]) => isInside({ x, y }, [shape.rings[ring]])) ? null : polygonOf(others);
  },
  trace: ({ rings }, path) => rings.forEach((ring) => traceLine(path, ring, true))
};

// src/shapes/polyline.js
var polylineOf = (points) => points.some(([x, y]) => x !== points[0][0] || y !== points[0][1]) ? { type: "polyline", points } : null;
var polyline = {
  icon: "M2 12 6 5l4 5 4-7",
  bounds: ({ points }) => boundsOf(points),
  area: () => 0,
  contains: () => false,
  distance: ({ points }, point) => distanceToLine(point, points, false),
  handles: ({ points }, pixel) => vertexHandles(points, { pixel, closed: false }),
  moved(shape, by, size) {
    const { x, y } = allowedMove(polyline.bounds(shape), by, size);
    return { ...shape, points: shape.points.map(([px, py]) => [rounded(px + x), rounded(py + y)]) };
  },
  dragged: (shape, handle, to, { size }) => polylineOf(withVertex(shape.points, handle, placed(to, size))),
  without: (shape, { role, index = 0 }) => role === "vertex" ? polylineOf(shape.points.toSpliced(index, 1)) : null,
  trace: ({ points }, path) => traceLine(path, points, false)
};

// src/shapes/primitive.js
var VISIBILITIES = ["visible", "occluded", "absent"];
var present = ({ points }) => Object.entries(points).filter(([, [, , visibility]]) => visibility !== "absent");
var withVisibility = (shape, name, visibility) => {
  const [x, y] = shape.points[name];
  const changed = { ...shape, points: { ...shape.points, [name]: [x, y, visibility] } };
  return present(changed).length ? changed : null;
};
var nextVisibility = (visibility) => VISIBILITIES[(VISIBILITIES.indexOf(visibility) + 1) % VISIBILITIES.length];
var primitive = {
  icon: "M8 2.6v5.2M8 7.8 3.4 13M8 7.8l4.6 5.2M8 1.4a1.2 1.2 0 1 0 .01 0zM8 6.6a1.2 1.2 0 1 0 .01 0z",
  bounds: (shape) => boundsOf(present(shape).map(([, point]) => point)),
  area: () => 0,
  contains: () => false,
  // edges belong to the class; its points are what can be taken
  distance: (shape, at) => Math.min(...present(shape).map(([, [x, y]]) => distance({ x, y }, at))),
  handles: ({ points }) => Object.entries(points).map(([name, [x, y]]) => ({ role: "point", x, y, name })),
  moved(shape, by, size) {
    const { x, y } = allowedMove(primitive.bounds(shape), by, size);
    const points = Object.entries(shape.points).map(
      /** @returns {[string, NamedPoint]} */
      ([name, [px, py, visibility]]) => [name, [rounded(px + x), rounded(py + y), visibility]]
    );
    return { ...shape, points: Object.fromEntries(points) };
  },
  dragged(shape, { name = "" }, to, { size }) {
    const { x, y } = placed(to, size);
    const [, , visibility] = shape.points[name];
    return { ...shape, points: { ...shape.points, [name]: [x, y, visibility] } };
  },
  without: indivisible,
  trace: () => {
  }
  // drawn with its class's edges
};
var stretched = (skeleton, layout, from, to) => {
  if (from.x === to.x && from.y === to.y) return null;
  const points = skeleton.points.map(
    /** @returns {[string, NamedPoint]} */
    (name, i) => {
      const [u, v] = layout[i];
      return [name, [rounded(from.x + u * (to.x - from.x)), rounded(from.y + v * (to.y - from.y)), "visible"]];
    }
  );
  return { type: "object_primitive", points: Object.fromEntries(points) };
};

// src/shapes/rotated_box.js
var ARM = 22;
var STEP = 15;
var turnOf = (degrees) => ({ cos: Math.cos(degrees * Math.PI / 180), sin: Math.sin(degrees * Math.PI / 180) });
var outward = ({ cx, cy, angle }, x, y) => {
  const { cos, sin } = turnOf(angle);
  return { x: cx + x * cos - y * sin, y: cy + x * sin + y * cos };
};
var inward = ({ cx, cy, angle }, point) => {
  const { cos, sin } = turnOf(angle);
  const [dx, dy] = [point.x - cx, point.y - cy];
  return { x: dx * cos + dy * sin, y: -dx * sin + dy * cos };
};
var corners = (shape) => [
  [-1, -1],
  [1, -1],
  [1, 1],
  [-1, 1]
].map(([fx, fy]) => {
  const { x, y } = outward(shape, fx * shape.width / 2, fy * shape.height / 2);
  return [x, y];
});
var plain = (degrees) => rounded(((degrees + 180) % 360 + 360) % 360 - 180);
var rotatedBox = {
  icon: "M7.2 2.3 14 8.2 8.8 13.7 2 7.8z",
  bounds: (shape) => boundsOf(corners(shape)),
  area: ({ width, height }) => width * height,
  contains: (shape, point) => isInside(point, [corners(shape)]),
  distance: (shape, point) => distanceToLine(point, corners(shape), true),
  handles(shape, pixel) {
    const { width, height } = shape;
    const arm = outward(shape, 0, -height / 2 - ARM * pixel);
    return [
      { role: "turn", ...arm },
      ...GRIPS.map(([fx, fy]) => ({
        role: (
          /** @type {const} */
          "resize"
        ),
        fx,
        fy,
        ...outward(shape, (fx - 0.5) * width, (fy - 0.5) * height)
      }))
    ];
  },
  moved(shape, by, size) {
    const { x, y } = allowedMove(rotatedBox.bounds(shape), by, size);
    return { ...shape, cx: rounded(shape.cx + x), cy: rounded(shape.cy + y) };
  },
  dragged(shape, { role, fx = 0.5, fy = 0.5 }, to, { size, constrain }) {
    if (role === "turn") {
      const degrees = Math.atan2(to.x - shape.cx, shape.cy - to.y) * 180 / Math.PI;
      return { ...shape, angle: plain(constrain ? Math.round(degrees / STEP) * STEP : degrees) };
    }
    const at = inward(shape, clampedPoint(to, size));
    const [halfWidth, halfHeight] = [shape.width / 2, shape.height / 2];
    const x = fx === 0.5 ? [-halfWidth, halfWidth] : [fx === 0 ? halfWidth : -halfWidth, at.x];
    const y = fy === 0.5 ? [-halfHeight, halfHeight] : [fy === 0 ? halfHeight : -halfHeight, at.y];
    const [width, height] = [rounded(Math.abs(x[1] - x[0])), rounded(Math.abs(y[1] - y[0]))];
    if (width <= 0 || height <= 0) return null;
    const centre = outward(shape, (x[0] + x[1]) / 2, (y[0] + y[1]) / 2);
    return { ...shape, cx: rounded(centre.x), cy: rounded(centre.y), width, height };
  },
  without: indivisible,
  trace: (shape, path) => traceLine(path, corners(shape), true)
};

// src/shapes/index.js
var KINDS = {
  bounding_box: box,
  rotatable_bounding_box: rotatedBox,
  polygon,
  polyline,
  keypoint,
  bitmask,
  object_primitive: primitive
};
var kindOf = (shape) => KINDS[shape.type];
var known = /* @__PURE__ */ new WeakMap();
var boundsOfShape = (shape) => {
  let bounds = known.get(shape);
  if (!bounds) known.set(shape, bounds = kindOf(shape).bounds(shape));
  return bounds;
};
var labelAt = (labels, point, reach) => {
  let [best, rank] = [
    /** @type {Label | null} */
    null,
    Infinity
  ];
  for (const label of labels) {
    const { shape } = label;
    if (!shape || !isWithin(boundsOfShape(shape), point, reach)) continue;
    const kind = kindOf(shape);
    const away = kind.distance(shape, point);
    const ranked = away <= reach ? away / reach - 2 : kind.contains(shape, point) ? kind.area(shape) : Infinity;
    if (ranked <= rank && ranked < Infinity) [best, rank] = [label, ranked];
  }
  return best;
};

// src/shapes/layout.js
var ROUNDS = 200;
var graphDistances = ({ points, edges = [] }) => {
  const place = new Map(points.map((name, i) => [name, i]));
  const between3 = points.map((_, i) => points.map((_2, j) => i === j ? 0 : Infinity));
  for (const [a, b] of edges) {
    const [i, j] = [place.get(a) ?? 0, place.get(b) ?? 0];
    if (i !== j) between3[i][j] = between3[j][i] = 1;
  }
  for (let k = 0; k < points.length; k++) {
    for (let i = 0; i < points.length; i++) {
      for (let j = 0; j < points.length; j++)
        between3[i][j] = Math.min(between3[i][j], between3[i][k] + between3[k][j]);
    }
  }
  const longest = Math.max(1, ...between3.flat().filter(Number.isFinite));
  return between3.map((row) => row.map((steps) => Number.isFinite(steps) ? steps : longest));
};
var known2 = /* @__PURE__ */ new WeakMap();
var layoutOf = (skeleton) => {
  const layout = known2.get(skeleton) ?? arranged(skeleton);
  known2.set(skeleton, layout);
  return layout;
};
var arranged = (skeleton) => {
  const count = skeleton.points.length;
  if (count === 1) return [[0.5, 0.5]];
  if (count === 2)
    return [
      [0, 0],
      [1, 1]
    ];
  const steps = graphDistances(skeleton);
  let at = skeleton.points.map((_, i) => {
    const turn = 2 * Math.PI * i / count;
    return [Math.cos(turn), Math.sin(turn)];
  });
  for (let round = 0; round < ROUNDS; round++) {
    at = at.map(([x, y], i) => {
      let [sumX, sumY, sum] = [0, 0, 0];
      at.forEach(([ox, oy], j) => {
        if (i === j) return;
        const [weight, apart] = [steps[i][j] ** -2, Math.hypot(x - ox, y - oy) || 1e-9];
        sumX += weight * (ox + steps[i][j] * (x - ox) / apart);
        sumY += weight * (oy + steps[i][j] * (y - oy) / apart);
        sum += weight;
      });
      return [sumX / sum, sumY / sum];
    });
  }
  return inUnitSquare(firstUp(at));
};
var firstUp = (points) => {
  const [mx, my] = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  const turn = -Math.PI / 2 - Math.atan2(points[0][1] - my, points[0][0] - mx);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return points.map(([x, y]) => [(x - mx) * cos - (y - my) * sin, (x - mx) * sin + (y - my) * cos]);
};
var inUnitSquare = (points) => {
  const { x0, y0, x1, y1 } = boundsOf(points);
  const side = Math.max(x1 - x0, y1 - y0);
  const share = (value, low, high) => high - low < 0.05 * side ? 0.5 : (value - low) / (high - low);
  return points.map(([x, y]) => [share(x, x0, x1), share(y, y0, y1)]);
};

// src/mask/raster.js
var Raster = class {
  /** @type {Size} */
  size;
  /** @type {Uint8Array} pixel (row, column) at column * height + row */
  pixels;
  /** @type {Bounds} holds all set pixels */
  bounds = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  /** @param {Size} size */
  constructor(size) {
    this.size = size;
    this.pixels = new Uint8Array(size[0] * size[1]);
  }
  /** Become another mask of the same size. @param {number[]} runs */
  load(runs) {
    this.clear();
    eachSpan(runs, this.size[0], (column, top, bottom) => {
      this.pixels.fill(1, column * this.size[0] + top, column * this.size[0] + bottom);
      this.#widen({ x0: column, y0: top, x1: column + 1, y1: bottom });
    });
  }
  clear() {
    const { x0, x1 } = this.bounds;
    if (x0 < x1) this.pixels.fill(0, x0 * this.size[0], x1 * this.size[0]);
    this.bounds = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  }
  /**
   * Draw a round brush along a line. A pixel is touched where its centre is, and always the ones under both ends, so
   * that the smallest brush draws too.
   *
   * @param {Point} from
   * @param {Point} to
   * @param {number} radius in pixels
   * @param {boolean} on false erases
   * @returns {Bounds | null} what may have changed
   */
  stroke(from, to, radius, on) {
    const [height, width] = this.size;
    const dirty = {
      x0: clamp(Math.floor(Math.min(from.x, to.x) - radius), 0, width),
      y0: clamp(Math.floor(Math.min(from.y, to.y) - radius), 0, height),
      x1: clamp(Math.ceil(Math.max(from.x, to.x) + radius) + 1, 0, width),
      y1: clamp(Math.ceil(Math.max(from.y, to.y) + radius) + 1, 0, height)
    };
    if (dirty.x0 >= dirty.x1 || dirty.y0 >= dirty.y1) return null;
    const value = on ? 1 : 0;
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const [lengthSquared, radiusSquared] = [dx * dx + dy * dy, radius * radius];
    const slope = dx === 0 ? 0 : dy / dx;
    for (let column = dirty.x0; column < dirty.x1; column++) {
      const x = column + 0.5 - from.x;
      const [low, high] = dx === 0 ? [Math.min(0, dy), Math.max(0, dy)] : [clamp(x - radius, Math.min(0, dx), Math.max(0, dx)) * slope, clamp(x + radius, Math.min(0, dx), Math.max(0, dx)) * slope];
      const top = Math.max(dirty.y0, Math.floor(from.y + Math.min(low, high) - radius) - 1);
      const bottom = Math.min(dirty.y1, Math.ceil(from.y + Math.max(low, high) + radius) + 1);
      for (let row = top; row < bottom; row++) {
        const y = row + 0.5 - from.y;
        const share = lengthSquared === 0 ? 0 : clamp((x * dx + y * dy) / lengthSquared, 0, 1);
        const [awayX, awayY] = [x - share * dx, y - share * dy];
        if (awayX * awayX + awayY * awayY <= radiusSquared) this.pixels[column * height + row] = value;
      }
    }
    for (const { x, y } of [from, to]) {
      const [column, row] = [Math.floor(x), Math.floor(y)];
      if (column >= 0 && row >= 0 && column < width && row < height) this.pixels[column * height + row] = value;
    }
    if (on) this.#widen(dirty);
    return dirty;
  }
  /** @returns {number[] | null} run lengths; null where no pixel is set */
  runs() {
    const [height] = this.size;
    const writer = new RunWriter(this.size);
    for (let column = this.bounds.x0; column < this.bounds.x1; column++) {
      const cells = this.pixels.subarray(column * height, (column + 1) * height);
      for (let top = cells.indexOf(1); top >= 0; ) {
        const zero = cells.indexOf(0, top);
        const bottom = zero < 0 ? height : zero;
        writer.add(column, top, bottom);
        top = cells.indexOf(1, bottom);
      }
    }
    return writer.isEmpty ? null : writer.finish();
  }
  /** @param {Bounds} more */
  #widen(more) {
    const { x0, y0, x1, y1 } = this.bounds;
    this.bounds = {
      x0: Math.min(x0, more.x0),
      y0: Math.min(y0, more.y0),
      x1: Math.max(x1, more.x1),
      y1: Math.max(y1, more.y1)
    };
  }
};

// src/tools/tool.js
var CLICK = 4;
var REACH = 8;
var FINGER = 18;
var reachOf = (around, { coarse }) => (coarse ? FINGER : REACH) * around.pixel();
var isBeside = (around, at) => distance(at, clampedPoint(at, around.size)) > reachOf(around, at);
var ABANDON = { do: "abandon" };

// src/tools/brush.js
var isMask = (label) => label?.shape?.type === "bitmask" && label.drawn !== "ghost";
var BrushTool = class {
  #around;
  #erases;
  /** @type {Raster | null} kept from stroke to stroke, for it is as large as the frame */
  #raster = null;
  /** @type {{label: (Label & {shape: Bitmask}) | null, last: Pointer} | null} */
  #stroke = null;
  /** @param {Surroundings} around @param {{erases: boolean}} how */
  constructor(around, { erases }) {
    this.#around = around;
    this.#erases = erases;
  }
  get isBusy() {
    return this.#stroke !== null;
  }
  /** @param {Pointer} at @returns {Outcome | null} */
  down(at) {
    const label = this.#target(at);
    if (this.#erases && !label) return null;
    const { size } = this.#around;
    this.#raster ??= new Raster(size);
    this.#raster.load(label ? read(label.shape).runs : []);
    this.#stroke = { label, last: at };
    return this.#draft(this.#paint([at]), label?.shape ?? null);
  }
  /** @param {Pointer} at @param {Pointer[]} [between] */
  move(at, between3 = []) {
    if (!this.#stroke) return null;
    return this.#draft(this.#paint([...between3, at]));
  }
  /** @param {Pointer} at @returns {Outcome | null} */
  up(at) {
    if (!this.#stroke || !this.#raster) return null;
    const { label, last } = this.#stroke;
    if (at.x !== last.x || at.y !== last.y) this.#paint([at]);
    const runs = this.#raster.runs();
    this.#stroke = null;
    if (!runs) return label ? { do: "remove", id: label.id, what: "erase" } : ABANDON;
    const shape = bitmaskOf(this.#around.size, runs);
    if (!label) return { do: "draw", shape };
    if (shape.counts === label.shape.counts) return ABANDON;
    return { do: "change", id: label.id, shape, what: this.#erases ? "erase" : "paint" };
  }
  cancel() {
    if (!this.#stroke) return null;
    this.#stroke = null;
    return ABANDON;
  }
  doubleClick() {
    return null;
  }
  key() {
    return void 0;
  }
  /** @param {Pointer} at */
  #target(at) {
    const selected = this.#around.selected();
    if (isMask(selected) && (this.#erases || selected.category === this.#around.active()?.name)) return selected;
    if (!this.#erases) return null;
    const under = labelAt(this.#around.labels().filter(isMask), at, reachOf(this.#around, at));
    return isMask(under) ? under : null;
  }
  /** @param {Pointer[]} points */
  #paint(points) {
    let dirty = null;
    for (const point of points) {
      if (!this.#stroke || !this.#raster) break;
      dirty = union(
        dirty,
        this.#raster.stroke(this.#stroke.last, point, this.#around.brush() / 2, !this.#erases)
      );
      this.#stroke.last = point;
    }
    return dirty;
  }
  /** @param {Bounds | null} dirty @param {Bitmask | null} [base] @returns {Outcome} */
  #draft(dirty, base) {
    const id = this.#stroke?.label?.id ?? null;
    return { do: "draft", draft: { id, shape: null, mask: this.#raster ?? void 0, dirty, base } };
  }
};

// src/tools/drag.js
var DragTool = class {
  #around;
  #make;
  /** @type {Pointer | null} where the button went down */
  #from = null;
  #isDrag = false;
  /** @param {Surroundings} around @param {Make} make */
  constructor(around, make2) {
    this.#around = around;
    this.#make = make2;
  }
  get isBusy() {
    return this.#from !== null;
  }
  /** @param {Pointer} at */
  down(at) {
    [this.#from, this.#isDrag] = [at, false];
    return null;
  }
  /** @param {Pointer} at @returns {import("./tool.js").Outcome | null} */
  move(at) {
    if (!this.#from) return null;
    this.#isDrag ||= distance(this.#from, at) >= CLICK * this.#around.pixel();
    return this.#isDrag ? { do: "draft", draft: { id: null, shape: this.#shape(at) } } : null;
  }
  /** @param {Pointer} at @returns {import("./tool.js").Outcome | null} */
  up(at) {
    if (!this.#from) return null;
    this.move(at);
    const shape = this.#isDrag ? this.#shape(at) : null;
    const [from, isDrag] = [this.#from, this.#isDrag];
    this.cancel();
    if (shape) return { do: "draw", shape };
    return isDrag ? ABANDON : { do: "click", at: from };
  }
  cancel() {
    if (!this.#from) return null;
    this.#from = null;
    return ABANDON;
  }
  doubleClick() {
    return null;
  }
  key() {
    return void 0;
  }
  /** @param {Pointer} at */
  #shape(at) {
    const { size } = this.#around;
    const from = placed(this.#from ?? at, size);
    let to = clampedPoint(at, size);
    if (at.shift) {
      const side = Math.min(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
      to = { x: from.x + Math.sign(to.x - from.x) * side, y: from.y + Math.sign(to.y - from.y) * side };
    }
    return this.#make(from, placed(to, size));
  }
};

// src/tools/keypoint.js
var KeypointTool = class {
  #around;
  isBusy = false;
  /** @param {Surroundings} around */
  constructor(around) {
    this.#around = around;
  }
  /** @param {Pointer} at */
  down(at) {
    if (isBeside(this.#around, at)) return null;
    this.isBusy = true;
    return this.move(at);
  }
  /** @param {Pointer} at @returns {Outcome | null} */
  move(at) {
    return this.isBusy ? { do: "draft", draft: { id: null, shape: this.#shape(at) } } : null;
  }
  /** @param {Pointer} at @returns {Outcome | null} */
  up(at) {
    if (!this.isBusy) return null;
    this.isBusy = false;
    return { do: "draw", shape: this.#shape(at) };
  }
  cancel() {
    if (!this.isBusy) return null;
    this.isBusy = false;
    return ABANDON;
  }
  doubleClick() {
    return null;
  }
  key() {
    return void 0;
  }
  /** @param {Pointer} at @returns {import("../types.js").Keypoint} */
  #shape(at) {
    return { type: "keypoint", ...placed(at, this.#around.size) };
  }
};

// src/geometry/simplify.js
var simplified = (points, tolerance) => {
  if (points.length < 3) return points;
  const kept2 = new Uint8Array(points.length);
  kept2[0] = kept2[points.length - 1] = 1;
  const open = [[0, points.length - 1]];
  for (let span = open.pop(); span; span = open.pop()) {
    const [first, last] = span;
    let [farthest, at] = [tolerance, -1];
    for (let i = first + 1; i < last; i++) {
      const away = distanceToSegment({ x: points[i][0], y: points[i][1] }, points[first], points[last]);
      if (away > farthest) [farthest, at] = [away, i];
    }
    if (at >= 0) {
      kept2[at] = 1;
      open.push([first, at], [at, last]);
    }
  }
  return points.filter((_, i) => kept2[i]);
};

// src/tools/line.js
var STEP2 = 2;
var FINE = 0.75;
var LineTool = class {
  #around;
  #closed;
  /** @type {Pair[]} */
  #points = [];
  /** @type {Pointer | null} where the pointer is */
  #at = null;
  /** @type {{at: Pointer, first: number, freehand: boolean, before: Pair[]} | null} first: index of the point set by
   *     this press; before: the points without it */
  #press = null;
  /** @param {Surroundings} around @param {{closed: boolean}} how */
  constructor(around, { closed }) {
    this.#around = around;
    this.#closed = closed;
  }
  get isBusy() {
    return this.#points.length > 0;
  }
  /** @param {Pointer} at */
  down(at) {
    if (!this.isBusy && isBeside(this.#around, at)) return null;
    if (this.#isClosing(at)) return this.#finish();
    const before = this.#points;
    if (!this.#isNear(at, this.#points.at(-1), CLICK * this.#around.pixel())) this.#add(at);
    this.#press = { at, first: this.#points.length - 1, freehand: false, before };
    this.#at = at;
    return this.#draft();
  }
  /** @param {Pointer} at @param {Pointer[]} [between] */
  move(at, between3 = []) {
    if (!this.isBusy) return null;
    this.#at = at;
    if (this.#press) {
      this.#press.freehand ||= distance(this.#press.at, at) >= CLICK * this.#around.pixel();
      if (this.#press.freehand) {
        for (const point of [...between3, at]) {
          if (!this.#isNear(point, this.#points.at(-1), STEP2 * this.#around.pixel())) this.#add(point);
        }
      }
    }
    return this.#draft();
  }
  /** @param {Pointer} at */
  up(at) {
    if (!this.#press) return null;
    this.move(at);
    const { first, freehand } = this.#press;
    this.#press = null;
    if (!freehand) return this.#draft();
    const drawn = simplified(this.#points.slice(first), FINE * this.#around.pixel());
    this.#points = [...this.#points.slice(0, first), ...drawn];
    return first === 0 || this.#isClosing(at) ? this.#finish() : this.#draft();
  }
  cancel() {
    if (!this.isBusy) return null;
    this.#reset();
    return ABANDON;
  }
  cancelPress() {
    if (!this.#press) return null;
    this.#points = this.#press.before;
    this.#press = this.#at = null;
    return this.isBusy ? this.#draft() : this.#abandon();
  }
  doubleClick() {
    return this.isBusy ? this.#finish() : null;
  }
  /** @param {string} key */
  key(key) {
    if (!this.isBusy) return void 0;
    if (key === "Enter") return this.#finish();
    if (key !== "Backspace") return void 0;
    this.#points = this.#points.slice(0, -1);
    return this.isBusy ? this.#draft() : this.#abandon();
  }
  /** @returns {Outcome} */
  #finish() {
    const points = this.#closed && String(this.#points.at(-1)) === String(this.#points[0]) ? this.#points.slice(0, -1) : this.#points;
    const shape = this.#closed ? polygonOf([points]) : polylineOf(points);
    this.#reset();
    if (shape) return { do: "draw", shape };
    const why = this.#closed ? "A polygon needs three points that aren't in a line" : "A line needs two points";
    return { do: "abandon", why };
  }
  #abandon() {
    this.#reset();
    return ABANDON;
  }
  #reset() {
    this.#points = [];
    this.#press = this.#at = null;
  }
  /** @param {Pointer} at */
  #add(at) {
    const { x, y } = placed(at, this.#around.size);
    this.#points = [...this.#points, [x, y]];
  }
  /** @param {Pointer} at @param {Pair | undefined} point @param {number} reach */
  #isNear(at, point, reach) {
    return point !== void 0 && distance(placed(at, this.#around.size), { x: point[0], y: point[1] }) < reach;
  }
  /** @param {Pointer} at */
  #isClosing(at) {
    return this.#closed && this.#points.length >= 3 && this.#isNear(at, this.#points[0], reachOf(this.#around, at));
  }
  /** @returns {Outcome} */
  #draft() {
    const tip = this.#at && placed(this.#at, this.#around.size);
    const points = tip ? [...this.#points, [tip.x, tip.y]] : this.#points;
    const shape = { type: "polyline", points };
    const closing = this.#at !== null && !this.#press && this.#isClosing(this.#at);
    return { do: "draft", draft: { id: null, shape, dots: this.#points, closing } };
  }
};

// src/tools/ruler.js
var RulerTool = class {
  #around;
  /** @type {Pointer | null} */
  #from = null;
  /** @param {Surroundings} around */
  constructor(around) {
    this.#around = around;
  }
  get isBusy() {
    return this.#from !== null;
  }
  /** @param {Pointer} at @returns {Outcome} */
  down(at) {
    this.#from = at;
    return { do: "measure", line: null };
  }
  /** @param {Pointer} at @returns {Outcome | null} */
  move(at) {
    if (!this.#from || distance(this.#from, at) < CLICK * this.#around.pixel()) return null;
    return { do: "measure", line: [this.#from, at] };
  }
  /** @param {Pointer} at */
  up(at) {
    const outcome = this.move(at);
    this.#from = null;
    return outcome;
  }
  /** @returns {Outcome} */
  cancel() {
    this.#from = null;
    return { do: "measure", line: null };
  }
  doubleClick() {
    return null;
  }
  key() {
    return void 0;
  }
};
var IdleTool = class {
  isBusy = false;
  down() {
    return null;
  }
  move() {
    return null;
  }
  up() {
    return null;
  }
  cancel() {
    return null;
  }
  doubleClick() {
    return null;
  }
  key() {
    return void 0;
  }
};

// src/tools/select.js
var handleAt = (shape, at, around) => {
  const reach = reachOf(around, at);
  let [best, least] = [
    /** @type {Handle | null} */
    null,
    Infinity
  ];
  for (const handle of kindOf(shape).handles(shape, around.pixel())) {
    const away = distance(handle, at) + (handle.role === "between" ? reach / 2 : 0);
    if (away <= reach && away < least) [best, least] = [handle, away];
  }
  return best;
};
var SelectTool = class {
  #around;
  /** @type {{from: Pointer, label: Shaped, handle: Handle | null, isDrag: boolean, shape: Shape} | null} */
  #press = null;
  /** @type {string | null} the primitive's point that was touched last */
  #point = null;
  /** @param {Surroundings} around */
  constructor(around) {
    this.#around = around;
  }
  get isBusy() {
    return this.#press !== null && this.#press.isDrag;
  }
  /** @param {Pointer} at @returns {Outcome | null} */
  down(at) {
    const { readOnly } = this.#around;
    const selected = this.#selected();
    const handle = selected && !readOnly ? handleAt(selected.shape, at, this.#around) : null;
    if (selected && handle) {
      this.#point = handle.name ?? null;
      if (at.alt) return this.#without(selected, handle);
      this.#press = { from: at, label: selected, handle, isDrag: false, shape: selected.shape };
      return null;
    }
    const label = labelAt(this.#around.labels(), at, reachOf(this.#around, at));
    if (!label?.shape) return { do: "select", id: null };
    const shaped = { ...label, shape: label.shape };
    if (!readOnly) this.#press = { from: at, label: shaped, handle: null, isDrag: false, shape: label.shape };
    return { do: "select", id: label.id };
  }
  /** @param {Pointer} at @returns {Outcome | null} */
  move(at) {
    if (!this.#press) return null;
    const { from, label, handle } = this.#press;
    this.#press.isDrag ||= distance(from, at) >= CLICK * this.#around.pixel();
    if (!this.#press.isDrag) return null;
    const { size } = this.#around;
    const kind = kindOf(label.shape);
    const by = { x: at.x - from.x, y: at.y - from.y };
    const shape = handle ? kind.dragged(
      label.shape,
      handle,
      { x: handle.x + by.x, y: handle.y + by.y },
      { size, constrain: at.shift }
    ) : kind.moved(label.shape, by, size);
    this.#press.shape = shape ?? this.#press.shape;
    return { do: "draft", draft: { id: label.id, shape: this.#press.shape } };
  }
  /** @param {Pointer} at @returns {Outcome | null} */
  up(at) {
    if (!this.#press) return null;
    this.move(at);
    const { label, handle, isDrag, shape } = this.#press;
    this.#press = null;
    if (!isDrag) return null;
    if (JSON.stringify(shape) === JSON.stringify(label.shape)) return ABANDON;
    const what = handle === null ? "move" : {
      resize: "resize",
      turn: "rotate",
      vertex: "move vertex",
      between: "add vertex",
      point: "move point"
    }[handle.role];
    return { do: "change", id: label.id, shape, what };
  }
  cancel() {
    const wasDrag = this.isBusy;
    this.#press = null;
    return wasDrag ? ABANDON : null;
  }
  /** @param {Pointer} at */
  doubleClick(at) {
    const selected = this.#selected();
    const handle = selected && !this.#around.readOnly ? handleAt(selected.shape, at, this.#around) : null;
    return selected && handle ? this.#without(selected, handle) : null;
  }
  /** @param {string} key @returns {Outcome | null | undefined} */
  key(key) {
    const selected = this.#selected();
    if (key !== "o" || selected?.shape.type !== "object_primitive" || this.#around.readOnly) return void 0;
    const name = this.#point;
    if (name === null || !(name in selected.shape.points)) return null;
    const shape = withVisibility(selected.shape, name, nextVisibility(selected.shape.points[name][2]));
    return shape && { do: "change", id: selected.id, shape, what: `${name} ${shape.points[name][2]} in` };
  }
  /** @returns {Shaped | undefined} */
  #selected() {
    const label = this.#around.selected();
    return label?.shape && { ...label, shape: label.shape };
  }
  /** @param {Shaped} label @param {Handle} handle @returns {Outcome | null} */
  #without(label, handle) {
    const shape = kindOf(label.shape).without(label.shape, handle);
    return shape && { do: "change", id: label.id, shape, what: "delete vertex" };
  }
};

// src/tools/index.js
var TOOLS = {
  select: {
    title: "Select and edit",
    shape: null,
    icon: "M3.5 2v10.5l2.8-2.4 1.8 3.9 1.9-.9-1.8-3.8 3.7-.3z",
    key: "v",
    hint: "Drag a label or its handles. Alt+click or double click takes a vertex away.",
    make: (around) => new SelectTool(around)
  },
  box: {
    title: "Box",
    shape: "bounding_box",
    icon: KINDS.bounding_box.icon,
    hint: "Drag from corner to corner; Shift makes a square.",
    grabs: true,
    make: (around) => new DragTool(around, boxBetween)
  },
  rotated_box: {
    title: "Rotatable box",
    shape: "rotatable_bounding_box",
    icon: KINDS.rotatable_bounding_box.icon,
    hint: "Drag from corner to corner, then turn it by the round handle.",
    grabs: true,
    make: (around) => new DragTool(around, (from, to) => {
      const box2 = boxBetween(from, to);
      if (!box2) return null;
      const { x, y, width, height } = box2;
      return {
        type: "rotatable_bounding_box",
        cx: x + width / 2,
        cy: y + height / 2,
        width,
        height,
        angle: 0
      };
    })
  },
  polygon: {
    title: "Polygon",
    shape: "polygon",
    icon: KINDS.polygon.icon,
    hint: "Click the vertices, or drag freehand. Enter, a double click or the first vertex closes it.",
    clicks: true,
    make: (around) => new LineTool(around, { closed: true })
  },
  polyline: {
    title: "Line",
    shape: "polyline",
    icon: KINDS.polyline.icon,
    hint: "Click the vertices, or drag freehand. Enter or a double click ends it.",
    clicks: true,
    make: (around) => new LineTool(around, { closed: false })
  },
  keypoint: {
    title: "Keypoint",
    shape: "keypoint",
    icon: KINDS.keypoint.icon,
    hint: "Click where the point is.",
    clicks: true,
    make: (around) => new KeypointTool(around)
  },
  brush: {
    title: "Brush",
    shape: "bitmask",
    icon: KINDS.bitmask.icon,
    hint: "Paint; further strokes add to the selected mask. Enter ends it, [ and ] set the size.",
    make: (around) => new BrushTool(around, { erases: false })
  },
  eraser: {
    title: "Eraser",
    shape: "bitmask",
    icon: "M6.2 13.5 2 9.3l7.3-6.8 4.4 4.4-6.6 6.6zM5.4 6.2l4.3 4.4M6.2 13.5H14",
    key: "e",
    hint: "Take pixels from the selected mask. [ and ] set the size.",
    make: (around) => new BrushTool(around, { erases: true })
  },
  primitive: {
    title: "Skeleton",
    shape: "object_primitive",
    icon: KINDS.object_primitive.icon,
    hint: "Drag out the skeleton, then move its points; O makes the last one occluded, absent, visible.",
    grabs: true,
    make: (around) => new DragTool(around, (from, to) => {
      const skeleton = around.active()?.skeleton;
      return skeleton ? stretched(skeleton, layoutOf(skeleton), from, to) : null;
    })
  },
  ruler: {
    title: "Ruler",
    shape: null,
    icon: "M2.5 10.5 10.5 2.5l3 3-8 8zM5 8l1.2 1.2M7 6l1.8 1.8M9 4l1.2 1.2",
    key: "r",
    hint: "Drag to measure a length.",
    make: (around) => new RulerTool(around)
  },
  window: {
    title: "Window and level",
    shape: null,
    icon: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11zM8 5h3.5M8 8h5M8 11h3.5",
    key: "w",
    hint: "Drag sideways for the window, up and down for the level; the right button does so with any tool.",
    make: () => new IdleTool()
  }
};
var NAMES = (
  /** @type {ToolName[]} */
  Object.keys(TOOLS)
);
var toolsOf = (shape) => NAMES.filter((name) => TOOLS[name].shape === shape);
var toolsFor = (shapes) => {
  const drawn = new Set(shapes);
  return NAMES.filter((name) => name === "select" || drawn.has(
    /** @type {ShapeType} */
    TOOLS[name].shape
  ));
};

// src/tracks/between.js
var NO_AREA = 1e-12;
var FINEST = 1e-9;
var between2 = (a, b, share) => {
  const mix = (from, to) => from + (to - from) * share;
  const mixed = (from, to) => from.map(([x, y], i) => [mix(x, to[i][0]), mix(y, to[i][1])]);
  if (a.type === "bounding_box" && b.type === "bounding_box") {
    return {
      type: a.type,
      x: mix(a.x, b.x),
      y: mix(a.y, b.y),
      width: mix(a.width, b.width),
      height: mix(a.height, b.height)
    };
  }
  if (a.type === "rotatable_bounding_box" && b.type === "rotatable_bounding_box") {
    return {
      type: a.type,
      cx: mix(a.cx, b.cx),
      cy: mix(a.cy, b.cy),
      width: mix(a.width, b.width),
      height: mix(a.height, b.height),
      angle: a.angle + shorterWay(a.angle, b.angle) * share
    };
  }
  if (a.type === "keypoint" && b.type === "keypoint") return { type: a.type, x: mix(a.x, b.x), y: mix(a.y, b.y) };
  if (a.type === "polyline" && b.type === "polyline" && a.points.length === b.points.length) {
    const points = mixed(a.points, b.points);
    const { x0, y0, x1, y1 } = boundsOf(points);
    return Math.max(x1 - x0, y1 - y0) < FINEST ? a : { type: a.type, points };
  }
  if (a.type === "polygon" && b.type === "polygon" && isAlike(a, b)) {
    const rings = a.rings.map((ring, i) => opened(mixed(ring, b.rings[i])));
    return rings.every((ring) => ring.length >= 3) && hasArea2(rings) ? { type: a.type, rings } : a;
  }
  if (a.type === "object_primitive" && b.type === "object_primitive") return betweenPoints(a, b, mix);
  return a;
};
var shorterWay = (a, b) => {
  const way = b % 360 - a % 360;
  const turns = way / 360;
  const whole = Math.floor(turns);
  const nearest = turns - whole === 0.5 ? whole + (whole % 2 === 0 ? 0 : 1) : Math.round(turns);
  return way - 360 * nearest;
};
var isAlike = (a, b) => a.rings.length === b.rings.length && a.rings.every((ring, i) => ring.length === b.rings[i].length);
var betweenPoints = (a, b, mix) => ({
  type: a.type,
  points: Object.fromEntries(
    Object.entries(a.points).map(([name, [x, y, visibility]]) => {
      const to = b.points[name];
      if (!to || visibility === "absent" || to[2] === "absent") return [name, [x, y, visibility]];
      return [name, [mix(x, to[0]), mix(y, to[1]), visibility]];
    })
  )
});
var opened = (ring) => {
  let length = ring.length;
  while (length > 1 && ring[length - 1][0] === ring[0][0] && ring[length - 1][1] === ring[0][1]) length -= 1;
  return ring.slice(0, length);
};
var hasArea2 = (rings) => {
  const { x0, y0, x1, y1 } = boundsOf(rings.flat());
  const least = Math.max(NO_AREA * Math.max(x1 - x0, y1 - y0) ** 2, FINEST ** 2);
  if (rings.length === 1 && Math.abs(windingArea(rings[0])) > least) return true;
  const heights = [...new Set(rings.flatMap((ring) => ring.map(([, y]) => y)))].sort((a, b) => a - b);
  return heights.slice(1).some((below, i) => {
    const above = heights[i];
    const crossings = crossingsOf(rings, (above + below) / 2);
    let width = 0;
    for (let k = 0; k + 1 < crossings.length; k += 2) width += crossings[k + 1] - crossings[k];
    return width * (below - above) > least;
  });
};
var crossingsOf = (rings, y) => {
  const found = [];
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [[ax, ay], [bx, by]] = [ring[j], ring[i]];
      if (ay > y !== by > y) found.push(ax + (bx - ax) * (y - ay) / (by - ay));
    }
  }
  return found.sort((a, b) => a - b);
};

// src/tracks/track.js
var known3 = /* @__PURE__ */ new WeakMap();
var keysOf = (label) => {
  let keys = known3.get(label);
  if (!keys) {
    const { shape, key_frames = {} } = label;
    keys = Object.entries(key_frames).map(([frame, own]) => [Number(frame), own]);
    if (shape && !keys.length) keys.push([0, shape]);
    known3.set(label, keys);
  }
  return keys;
};
var countUpTo = (keys, frame) => {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = low + high >> 1;
    if (keys[middle][0] <= frame) low = middle + 1;
    else high = middle;
  }
  return low;
};
var isKey = (label, frame) => {
  const keys = keysOf(label);
  const [key, shape] = keys[countUpTo(keys, frame) - 1] ?? [-1, null];
  return key === frame && shape !== null;
};
var firstShape = (label) => (
  /** @type {Shape} */
  keysOf(label)[0][1]
);
var shapeAt = (label, frame, interpolate) => {
  const { until } = label;
  const keys = keysOf(label);
  const after = countUpTo(keys, frame);
  if (after === 0) return null;
  const [start, shape] = keys[after - 1];
  if (start === frame || shape === null) return shape;
  if (!interpolate) return null;
  if (after === keys.length) return until !== void 0 && frame <= until ? shape : null;
  const [stop, following] = keys[after];
  return following === null ? shape : between2(shape, following, (frame - start) / (stop - start));
};
var spansOf = (label, interpolate) => {
  const keys = keysOf(label);
  return keys.flatMap(([start, shape], i) => {
    if (shape === null) return [];
    if (!interpolate) return [{ start, stop: start + 1 }];
    const stop = i + 1 < keys.length ? keys[i + 1][0] : Math.max(start, label.until ?? start) + 1;
    return [{ start, stop }];
  });
};
var reachOf2 = (label, interpolate) => {
  const spans = spansOf(label, interpolate);
  return { first: spans[0].start, last: spans[spans.length - 1].stop - 1 };
};
var nearestFrame = (label, frame, interpolate) => {
  let [best, away] = [frame, Infinity];
  for (const { start, stop } of spansOf(label, interpolate)) {
    const near = Math.min(Math.max(frame, start), stop - 1);
    if (Math.abs(near - frame) < away) [best, away] = [near, Math.abs(near - frame)];
  }
  return best;
};
var nearestShape = (label, frame, interpolate) => (
  /** @type {Shape} */
  shapeAt(label, nearestFrame(label, frame, interpolate), interpolate)
);
var frameCount = (label, interpolate) => spansOf(label, interpolate).reduce((sum, { start, stop }) => sum + stop - start, 0);
var attributesAt = ({ attributes = {}, attributes_by_frame = {} }, frame) => {
  const starts = Object.keys(attributes_by_frame).map(Number);
  const holding = starts.filter((start) => start <= frame).sort((a, b) => a - b);
  return Object.assign({}, attributes, ...holding.map((start) => attributes_by_frame[start]));
};

// src/tracks/changes.js
var withKeys = (label, keys, until) => {
  const { shape: _shape, until: _until, key_frames: _keys, ...rest } = label;
  const kept2 = [];
  for (const [frame, shape] of [...new Map(keys)].sort(([a], [b]) => a - b)) {
    if (shape !== null || (kept2.at(-1)?.[1] ?? null) !== null) kept2.push([frame, shape]);
  }
  const last = kept2.at(-1);
  if (!last) return null;
  const holds = until !== void 0 && last[1] !== null && until > last[0];
  return { ...rest, key_frames: Object.fromEntries(kept2), ...holds ? { until } : {} };
};
var made = (label, keys, until) => (
  /** @type {Label} */
  withKeys(label, keys, until)
);
var isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);
var withKey = (label, frame, shape) => {
  const keys = [...keysOf(label)];
  const { until } = label;
  if (until !== void 0 && frame > until) keys.push([until, keys[keys.length - 1][1]]);
  return made(label, [...keys, [frame, shape]], until);
};
var withoutKey = (label, frame) => withKeys(
  label,
  keysOf(label).filter(([key]) => key !== frame),
  label.until
);
var outsideFrom = (label, frame) => {
  if (frame > reachOf2(label, true).last) return label;
  const keys = keysOf(label).filter(([key]) => key < frame);
  const later = keysOf(label).filter(([key]) => key > frame);
  const before = shapeAt(label, frame - 1, true);
  const isHeld = before === null || isSame(before, keys[keys.length - 1][1]);
  if (!isHeld) keys.push([frame - 1, before]);
  if (later.length) return made(label, [...keys, [frame, null], ...later], label.until);
  return made(label, keys, before && isHeld ? frame - 1 : void 0);
};
var endingAt = (label, frame) => {
  const keys = keysOf(label).filter(([key]) => key <= frame);
  const { last } = reachOf2(label, true);
  if (frame >= last)
    return made(
      label,
      keys.filter(([key]) => key <= last),
      frame
    );
  const here = shapeAt(label, frame, true);
  if (here === null) return made(label, keys);
  return isSame(here, keys[keys.length - 1][1]) ? made(label, keys, frame) : made(label, [...keys, [frame, here]]);
};
var copied = (label, frame, last, { interpolate, sizeOf: sizeOf2 }) => {
  const shape = (
    /** @type {Shape} */
    shapeAt(label, frame, interpolate)
  );
  const keys = keysOf(label);
  if (interpolate) {
    const outer = keys.filter(([key]) => key < frame || key > last);
    const returns = keys.some(([key]) => key > last) && shapeAt(label, last + 1, true) === null;
    const held = [[frame, shape], [last, shape], ...returns ? [
      /** @type {Key} */
      [last + 1, null]
    ] : []];
    return { label: made(label, [...outer, ...held], label.until), copies: last - frame };
  }
  const there = new Set(keys.filter(([, own]) => own).map(([key]) => key));
  const free = Array.from({ length: last - frame }, (_, i) => frame + 1 + i);
  const copies = free.filter((next) => !there.has(next) && fits(shape, sizeOf2(next))).map((next) => [next, shape]);
  return { label: copies.length ? made(label, [...keys, ...copies]) : label, copies: copies.length };
};
var fits = (shape, [height, width]) => {
  if (shape.type === "bitmask") return shape.size[0] === height && shape.size[1] === width;
  const { x0, y0, x1, y1 } = boundsOfShape(shape);
  return x0 < width && y0 < height && x1 > 0 && y1 > 0;
};

// src/tracks/tracks.js
var Tracks = class {
  #session;
  /** @type {WeakMap<Label, {frame: number, seen: Seen, ghost?: Seen}>} */
  #known = /* @__PURE__ */ new WeakMap();
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
    if (!this.isMany && labels.every(({ shape }) => shape)) return (
      /** @type {Seen[]} */
      labels
    );
    if (this.#list.labels !== labels || this.#list.frame !== this.#frame) {
      const seen = labels.map((label) => this.at(label)).filter(({ shape }) => shape);
      this.#list = { labels, frame: this.#frame, seen };
    }
    return this.#list.seen;
  }
  /** @param {Label} label @returns {Seen} without a shape where it is not on the frame */
  at(label) {
    if (!this.isMany && label.shape) return label;
    const known4 = this.#known.get(label);
    if (known4?.frame === this.#frame) return known4.seen;
    const shape = shapeAt(label, this.#frame, this.interpolates) ?? void 0;
    const drawn = isKey(label, this.#frame) ? "key" : "between";
    const seen = { ...label, shape, ...shape && { drawn }, told: attributesAt(label, this.#frame) };
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
    const known4 = this.#known.get(label);
    if (seen.shape || !this.#hasGhosts || !known4) return seen;
    if (!known4.ghost) {
      const shape = nearestShape(label, this.#frame, this.interpolates);
      known4.ghost = fits(shape, this.#session.size) ? { ...seen, shape, drawn: "ghost" } : seen;
    }
    return known4.ghost;
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
    const { document: document2, selectedId, active, given } = this.#session;
    const label = document2.byId(selectedId);
    const goesOn = given.modality === "dicom_series" && this.isMany && label?.category === active?.name;
    return goesOn && label && firstShape(label).type === shape.type && !this.at(label).shape ? label : void 0;
  }
  /** @param {Label} label on how many frames it is, as "on 12 frames" */
  extent(label) {
    const count = frameCount(label, this.interpolates);
    return count === 1 ? `on frame ${reachOf2(label, this.interpolates).first}` : `on ${count} frames`;
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
    const shape = shapeAt(label, this.#frame, this.interpolates) ?? nearestShape(label, this.#frame, this.interpolates);
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
    const { first } = reachOf2(label, this.interpolates);
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
    const { first, last } = reachOf2(label, true);
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
    const sizeOf2 = (frame) => sizes[frame] ?? sizes[0];
    const { label: made2, copies } = copied(label, this.#frame, last, { interpolate: this.interpolates, sizeOf: sizeOf2 });
    if (!copies) return this.#note("Those frames have it already, or it does not fit them");
    this.#commit(made2, `copied to ${copies === 1 ? "1 frame" : `${copies} frames`}`);
  }
  /** The next key frame of the selected label, else of any, or the one before. @param {1 | -1} step */
  jump(step) {
    const { labels, player, frames, document: document2, selectedId } = this.#session;
    const selected = document2.byId(selectedId);
    const keys = (selected ? [selected] : labels).flatMap((label) => keysOf(label).map(([frame]) => frame));
    const beyond = keys.filter((frame) => (frame - frames.wanted) * step > 0);
    if (!beyond.length) return this.#note(`No key frame ${step > 0 ? "behind" : "before"} this one`);
    player.go(step > 0 ? Math.min(...beyond) : Math.max(...beyond));
  }
  /** @param {string | null} [id] */
  #selected(id = this.#session.selectedId) {
    const { readOnly, document: document2 } = this.#session;
    if (readOnly || !this.isMany) return void 0;
    const label = document2.byId(id);
    if (!label) this.#note("Select a label first");
    return label;
  }
  /** @param {Label} label @param {string} what */
  #commit(label, what) {
    const { document: document2 } = this.#session;
    const op = document2.commit({ put: [label], what: `${this.#session.titleOf(label.id)}: ${what}` });
    if (op) this.#session.note(op.what);
  }
  /** @param {string} text */
  #note(text) {
    this.#session.note(text, true);
  }
};

// src/windowing.js
var Windowing = class {
  #session;
  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
  }
  /**
   * @returns {import("./render/windowing.js").Scale | null} of the picture that is shown; null: it holds none
   */
  get scale() {
    const picture = (
      /** @type {Partial<ValuesPicture> | undefined} */
      this.#session.frames.picture
    );
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
  choose(window2) {
    this.#session.look({ window: window2 });
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
    const picture = (
      /** @type {Partial<ValuesPicture> | undefined} */
      this.#session.frames.picture
    );
    const value = picture?.valueAt?.(Math.floor(x), Math.floor(y));
    return value === void 0 || value === null ? "" : `${shortly(value)} ${this.scale?.unit ?? ""}`.trim();
  }
  get #finest() {
    return Math.abs(this.scale?.slope ?? 1) || 1;
  }
};
var shortly = (value) => String(Number(value.toPrecision(7)) === Math.round(value) ? Math.round(value) : Number(value.toPrecision(5)));

// src/session.js
var LOOKS = {
  opacity: 0.15,
  outline: false,
  hidden: false,
  names: true,
  crosshair: false,
  brightness: 0,
  contrast: 0,
  window: null,
  inverted: false
};
var LARGEST_BRUSH = 1e3;
var PATIENCE = 700;
var REST = 40;
var Session = class extends Emitter {
  document = new LabelDocument();
  /** @type {ToolName} */
  tool = "select";
  /** @type {string | null} */
  selectedId = null;
  /** @type {string | null} where the pointer rests, on the picture or in the list */
  hoveredId = null;
  /** @type {ObjectClass | undefined} */
  active;
  brush = 20;
  // pixels of the picture
  /** @type {Set<string>} labels that are not to be seen */
  hiddenIds = /* @__PURE__ */ new Set();
  /** @type {Set<string>} labels whose edits have been on their way for a while */
  unsaved = /* @__PURE__ */ new Set();
  /** @type {Looks} */
  looks = { ...LOOKS };
  /** @type {ObjectClass[]} */
  classes = [];
  /** @type {StageView[]} the one that had the focus last at the end */
  #views = [];
  /** @type {Given} */
  given;
  /** @type {Map<string, string>} */
  #titles = /* @__PURE__ */ new Map();
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
      this.channel.on(
        "refused",
        ({ what, reason, hint }) => this.note([what && `Not done: ${what}.`, reason, hint].filter(Boolean).join(" "), true)
      ),
      this.channel.on("told", (message) => this.#told(message)),
      this.frames.on("change", () => this.player.look()),
      () => this.player.close()
    ];
    const changes = (
      /** @type {const} */
      [
        ["change:document", () => model.get("document").number !== this.given.number && this.#open()],
        ["change:active", () => this.#obeyActive()],
        ["change:ontology", () => this.#readOntology()],
        ["change:read_only", () => this.#readReadOnly()]
      ]
    );
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
    const drawing = this.readOnly ? ["select"] : toolsFor(this.classes.map(({ shape }) => shape));
    const { spacing, modality } = this.given;
    return [
      ...drawing,
      ...spacing ? [
        /** @type {const} */
        "ruler"
      ] : [],
      ...modality === "dicom_series" || this.windowing.isPossible ? [
        /** @type {const} */
        "window"
      ] : []
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
    const known4 = id !== null && this.document.byId(id) ? id : null;
    if (turns) this.player.turnTo(this.document.byId(known4));
    if (known4 === this.selectedId) return;
    this.selectedId = known4;
    this.channel.send({ type: "select", label: known4 });
    this.emit("selection", null);
  }
  /** @param {string | null} id */
  hover(id) {
    if (id === this.#under) return;
    this.#under = id;
    clearTimeout(this.#resting);
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
    this.emit("labels", { ids: /* @__PURE__ */ new Set([id]) });
  }
  /** @param {number} size in pixels of the picture */
  setBrush(size) {
    this.brush = clamp(Math.round(size), 1, LARGEST_BRUSH);
    this.emit("tool", null);
  }
  /** @param {Shape} shape */
  draw(shape) {
    if (!this.active || this.readOnly) return;
    if (this.looks.hidden) this.look({ hidden: false });
    const continued = this.tracks.continued(shape);
    if (continued) return this.change(continued.id, shape, "draw");
    const label = {
      type: "label",
      category: this.active.name,
      ...this.tracks.placed(shape),
      id: newLabelId()
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
        true
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
    const isSame2 = JSON.stringify(there) === JSON.stringify(label.shape);
    const shape = isSame2 ? kind.moved(label.shape, { x: -offset, y: -offset }, this.size) : there;
    const { key_frames: _keys, until: _until, drawn: _drawn, ...rest } = label;
    const copy = { ...rest, shape: void 0, ...this.tracks.placed(shape), id: newLabelId() };
    if (copy.shape === void 0) delete copy.shape;
    this.document.commit({ put: [copy], what: `duplicate ${this.titleOf(label.id)}` });
    this.select(copy.id);
    this.note(`${this.titleOf(copy.id)} is a copy`);
  }
  /** @param {1 | -1} step to the next label in the list, or the one before */
  walk(step) {
    const { labels } = this;
    if (!labels.length) return;
    const now = labels.findIndex(({ id }) => id === this.selectedId);
    const next = now < 0 ? step > 0 ? 0 : labels.length - 1 : (now + step + labels.length) % labels.length;
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
    this.looks = { ...this.looks, window: null, inverted: false };
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
    const changed = /* @__PURE__ */ new Set([...ids, ...this.unsaved]);
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
};
var shapeName = ({ shape }) => `${/^[aeiou]/.test(shape) ? "an" : "a"} ${shape.replaceAll("_", " ")}`;

// src/sync/channel.js
var PATIENCE2 = 5e3;
var LONGEST_PATIENCE = 6e4;
var Channel = class extends Emitter {
  #model;
  #document;
  #kept;
  #clock;
  /** @type {Key | null} */
  #key = null;
  /** @type {Map<string, {key: Key, sequence: number}>} where an op lies, by its id */
  #places = /* @__PURE__ */ new Map();
  /** @type {Set<string>} ops that the browser's store has not taken */
  #unkept = /* @__PURE__ */ new Set();
  // Pages that keep edits of the same draft in the same millisecond must not use the same place.
  #page = Math.floor(Math.random() * 1e3);
  #sequence = 0;
  #isAway = false;
  #isSaved = true;
  #patience = PATIENCE2;
  /** @type {Set<string>} ops that went over this connection */
  #sent = /* @__PURE__ */ new Set();
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
  constructor({ model, document: document2, kept: kept2, clock = browserClock }) {
    super();
    this.#model = model;
    this.#document = document2;
    this.#kept = kept2;
    this.#clock = clock;
    const heard = (content, buffers) => this.#heard(content, buffers ?? []);
    const gone = () => this.#gone();
    const changed = () => {
      this.#gone();
      this.#greet();
    };
    model.on("msg:custom", heard);
    model.on("comm:close", gone);
    model.on("comm_live_update", changed);
    this.#stops = [
      document2.on("op", ({ op }) => this.#take(op)),
      () => model.off("msg:custom", heard),
      () => model.off("comm:close", gone),
      () => model.off("comm_live_update", changed),
      () => this.#clock.clearTimeout(this.#timer)
    ];
  }
  /** @returns {SyncState} */
  get state() {
    const count = this.#document.pending.length;
    const kept2 = count === 0 || this.#key !== null && !this.#document.pending.some(({ id }) => this.#unkept.has(id));
    if (this.#conflict !== null) return { name: "conflict", count, kept: kept2, reason: this.#conflict };
    if (this.#isAway) return { name: "offline", count, kept: kept2 };
    return { name: count ? "saving" : this.#isSaved ? "saved" : "copy", count, kept: kept2 };
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
    const kept2 = await this.#kept.list(key);
    if (this.#document.number !== given.number) return;
    for (const { op, sequence } of kept2) {
      this.#sequence = Math.max(this.#sequence, sequence);
      if (this.#document.knows(op.id)) this.#kept.remove(key, sequence);
      else this.#places.set(op.id, { key, sequence });
    }
    for (const op of this.#document.takeUp(kept2.map(({ op: op2 }) => op2))) this.#send(op);
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
    const isOpen = this.#document.pending.some(({ id }) => id === this.#last);
    const after = isOpen ? { after: this.#last } : {};
    this.#last = messages.findLast(({ type }) => type === "op")?.op.id ?? this.#last;
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
    this.#sequence = Math.max(this.#clock.now() * 1e3 + this.#page, this.#sequence + 1);
    if (this.#key) {
      this.#places.set(op.id, { key: this.#key, sequence: this.#sequence });
      void this.#kept.add(this.#key, this.#sequence, op).then((isKept) => {
        if (isKept) return;
        this.#unkept.add(op.id);
        this.#tell();
      });
    }
    this.#send(op);
    this.#wait();
    this.#tell();
  }
  /** @param {Op} op */
  #send(op) {
    if (this.#conflict !== null || this.#sent.has(op.id)) return;
    this.#sent.add(op.id);
    const sequence = this.#places.get(op.id)?.sequence ?? this.#sequence;
    this.send({ type: "op", number: this.#document.number, sequence, op, edits: this.#document.edits });
  }
  /** @param {any} content @param {DataView[]} buffers */
  #heard(content, buffers) {
    if (content === null || typeof content !== "object") return;
    [this.#isAway, this.#patience] = [false, PATIENCE2];
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
};
var browserClock = {
  setTimeout: (call, ms) => setTimeout(call, ms),
  clearTimeout: (timer) => clearTimeout(timer),
  now: () => Date.now(),
  soon: (call) => queueMicrotask(call)
};

// src/sync/kept.js
var STORE = "ops";
var keyOf = ({ workspace, task, user }, sequence) => [
  workspace,
  /** @type {string | number} */
  task,
  user,
  sequence
];
var IndexedDbKept = class {
  /** @type {Promise<IDBDatabase | null>} */
  #opening;
  /** @type {IDBDatabase | null} */
  #database = null;
  constructor() {
    this.#opening = opened2().then((database) => this.#database = database);
  }
  /** @param {Key} key @param {number} sequence @param {Op} op @returns {Promise<boolean>} */
  add(key, sequence, op) {
    return this.#write((store) => store.add({ op, sequence }, keyOf(key, sequence)));
  }
  /** @param {Key} key @param {number} sequence */
  remove(key, sequence) {
    void this.#write((store) => store.delete(keyOf(key, sequence)));
  }
  /** @param {Key} key @returns {Promise<{sequence: number, op: Op}[]>} */
  async list(key) {
    const database = await this.#opening;
    if (!database) return [];
    const range = IDBKeyRange.bound(keyOf(key, -Infinity), keyOf(key, []));
    return new Promise((resolve) => {
      try {
        const request = database.transaction(STORE).objectStore(STORE).getAll(range);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => resolve([]);
      } catch {
        resolve([]);
      }
    });
  }
  /** @param {(store: IDBObjectStore) => void} change @returns {Promise<boolean>} whether it was written */
  #write(change) {
    if (this.#database) return written(this.#database, change);
    return this.#opening.then((database) => database ? written(database, change) : false);
  }
};
var written = (database, change) => new Promise((resolve) => {
  try {
    const transaction = database.transaction(STORE, "readwrite");
    transaction.oncomplete = () => resolve(true);
    transaction.onerror = transaction.onabort = () => resolve(false);
    change(transaction.objectStore(STORE));
    transaction.commit();
  } catch {
    resolve(false);
  }
});
var opened2 = () => new Promise((resolve) => {
  try {
    const request = indexedDB.open("annowidgets", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = request.onblocked = () => resolve(null);
  } catch {
    resolve(null);
  }
});

// src/render/style.js
var HALO = "rgba(0, 0, 0, 0.6)";
var HALO_EXTRA = 2;
var LINE = 2;
var THICK = 3;
var DOTS = [3, 5];
var DASHES = [6, 5];
var DOT = 4;
var FONT = '12px system-ui, -apple-system, "Segoe UI", sans-serif';
var UNKNOWN = "#ff7f0e";
var colorOf = (item) => item?.color ?? UNKNOWN;
var nameOf = ({ category, attributes = {}, told = attributes }) => {
  const answers = Object.values(told).filter((answer) => typeof answer === "string" && answer.length <= 24);
  return [category, ...answers.slice(0, 2)].join(" · ");
};
var pixelOf = (color) => {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return (4278190080 | blue << 16 | green << 8 | red) >>> 0;
};

// src/ui/dom.js
var make = (name, properties = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === void 0) continue;
    if (key in element && key !== "style") Object.assign(element, { [key]: value });
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
};
var SVG = "http://www.w3.org/2000/svg";
var icon = (data) => {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "aw-ed-icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", data);
  svg.append(path);
  return svg;
};
var keysShown = (keys) => keys.split("+").map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join("+");
var iconButton = (name, data, press, keys) => make(
  "button",
  {
    type: "button",
    className: "aw-ed-button",
    title: keys ? `${name} (${keysShown(keys)})` : name,
    "aria-label": name,
    "aria-keyshortcuts": keys ? keysShown(keys).replace("Ctrl", "Control") : null,
    onclick: press
  },
  icon(data)
);
var bringIntoSight = (list, row) => {
  if (!row) return;
  const [frame, { top, bottom }] = [list.getBoundingClientRect(), row.getBoundingClientRect()];
  list.scrollTop += Math.max(0, bottom - frame.bottom) - Math.max(0, frame.top - top);
};
var swatch = (color) => make("i", { className: "aw-swatch", style: `background:${color}`, "aria-hidden": "true" });
var named = (text) => make("span", { className: "aw-ed-name", title: text || null }, text);
var focusedName = (place) => {
  const { activeElement } = place.ownerDocument;
  return activeElement instanceof HTMLElement && place.contains(activeElement) ? activeElement.dataset.name : void 0;
};
var focusNamed = (place, name) => {
  if (name === void 0) return;
  const element = place.querySelector(`[data-name="${CSS.escape(name)}"]`);
  element?.focus({ preventScroll: true });
};

// src/ui/frame_keys.js
var FAR = 10;
var frameAction = ({ session, hand }, { key, shiftKey, ctrlKey, metaKey, altKey }) => {
  const { player, tracks, readOnly } = session;
  if (!tracks.isMany || ctrlKey || metaKey || altKey) return void 0;
  const far = shiftKey ? FAR : 1;
  const moves = {
    PageUp: () => player.step(-FAR),
    PageDown: () => player.step(FAR),
    Home: () => player.go(0),
    End: () => player.go(player.last),
    p: () => player.toggle(),
    j: () => tracks.jump(-1),
    l: () => tracks.jump(1),
    // the keyboard's cursor needs them
    ...hand.isKeyboard ? {} : { ArrowLeft: () => player.step(-far), ArrowRight: () => player.step(far) }
  };
  const edits = {
    m: () => tracks.key(),
    x: () => tracks.outside(),
    u: () => tracks.until(),
    t: () => tracks.copy(session.copies())
  };
  const name = key.length === 1 ? key.toLowerCase() : key;
  return moves[name] ?? (readOnly ? void 0 : edits[name]);
};

// src/ui/keys.js
var STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
var TEXT = "textarea, select, [contenteditable], input:not([type=range], [type=checkbox])";
var TAKE_BACK = /^(Escape|Delete|Backspace|z)$/i;
var SLIDES = /^(Arrow.*|Home|End|Page.*)$/;
var FAR2 = 10;
var NEARER = 1.25;
var followKeys = (root, view, held) => {
  const press = (stage) => {
    const { session } = stage;
    if (!stage.hand.isKeyboard) {
      stage.showCursor();
      session.note("Keyboard cursor: arrows move it, Space presses and lets go");
      return;
    }
    const at = (
      /** @type {Point} */
      stage.hand.at
    );
    if (stage.isKeyPressed) {
      stage.isKeyPressed = false;
      stage.release(at);
    } else if (TOOLS[session.tool].clicks) {
      stage.press(at);
      stage.release(at);
    } else {
      stage.isKeyPressed = true;
      stage.press(at);
    }
  };
  const arrow = (stage, event) => {
    const { session } = stage;
    const [dx, dy] = STEPS[event.key];
    const far = event.shiftKey ? FAR2 : 1;
    const by = { x: dx * far, y: dy * far };
    if (stage.hand.isKeyboard) return stage.moveCursor(by, {}, stage.isKeyPressed);
    if (session.selected && !session.readOnly && !stage.isDrawing) return stage.nudge(by);
    if (session.tool !== "select") return stage.moveCursor(by);
    const pan = 24 * far;
    stage.pan({ x: -dx * pan, y: -dy * pan });
  };
  const escape = (stage) => {
    const { session } = stage;
    if (stage.hasBegun) {
      stage.isKeyPressed = false;
      stage.abandon();
    } else if (stage.hand.isKeyboard) stage.hideCursor();
    else if (session.selectedId !== null) session.select(null);
    else session.use("select");
  };
  const enter = (stage) => {
    const { session } = stage;
    if (stage.toolKey("Enter")) return;
    if (session.tool === "select" && !stage.hand.isKeyboard) return;
    if (TOOLS[session.tool].shape === "bitmask" && !stage.hand.isKeyboard && session.selectedId !== null)
      session.select(null);
    else press(stage);
  };
  const backspace = (stage) => {
    const { at, isKeyboard } = stage.hand;
    if (stage.takeBack() || isKeyboard && at && stage.doubleClick(at)) return;
    stage.session.remove();
  };
  const actionOf = (stage, event) => {
    const { session } = stage;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const framed = frameAction(stage, event);
    if (framed) return framed;
    if (event.ctrlKey || event.metaKey) {
      if (key in STEPS) return () => arrow(stage, event);
      const withControl = {
        z: () => event.shiftKey ? session.redo() : stage.undo(),
        y: () => session.redo(),
        d: () => session.duplicate(duplicateOffset(stage)),
        Enter: () => session.submit()
      };
      return withControl[key];
    }
    if (event.altKey) return void 0;
    if (key in STEPS) return () => arrow(stage, event);
    if (/^[1-9]$/.test(key)) return () => session.choose(session.classes[Number(key) - 1]);
    const plain2 = {
      v: () => session.use("select"),
      e: () => session.use("eraser"),
      r: () => session.use("ruler"),
      q: () => session.use("ruler"),
      w: () => session.use("window"),
      n: () => session.active && session.use(toolsOf(session.active.shape)[0]),
      Enter: () => enter(stage),
      Escape: () => escape(stage),
      Delete: () => stage.takeBack() || session.remove(),
      Backspace: () => backspace(stage),
      "[": () => session.setBrush(Math.min(session.brush - 1, session.brush / 1.2)),
      "]": () => session.setBrush(Math.max(session.brush + 1, session.brush * 1.2)),
      f: () => stage.fit(),
      0: () => stage.fit(),
      h: () => session.look({ hidden: !session.looks.hidden }),
      d: () => session.duplicate(duplicateOffset(stage)),
      c: () => session.reclass(),
      o: () => void stage.toolKey("o"),
      ",": () => session.walk(-1),
      ".": () => session.walk(1),
      "+": () => stage.zoom(NEARER),
      "=": () => stage.zoom(NEARER),
      "-": () => stage.zoom(1 / NEARER)
    };
    return plain2[key];
  };
  const down = (event) => {
    const stage = view();
    const target = (
      /** @type {Element} */
      event.target
    );
    if (!stage || event.isComposing || target.closest(TEXT)) return;
    const isControl = target.closest("button, input, summary") !== null;
    if (isControl && (event.key === " " || event.key === "Enter") && !event.ctrlKey && !event.metaKey) return;
    if (target.closest("input[type=range]") && SLIDES.test(event.key)) return;
    if (event.key === " ") {
      event.preventDefault();
      if (!held.isSpaceHeld) held.hasPanned = false;
      held.isSpaceHeld = true;
      stage.place.dataset.mayPan = "";
      return;
    }
    const action = actionOf(stage, event);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    if (!(event.key in STEPS) && !TAKE_BACK.test(event.key)) stage.endNudge();
    action();
  };
  const up = (event) => {
    const stage = view();
    if (event.key in STEPS) stage?.endNudge();
    if (event.key !== " " || !held.isSpaceHeld) return;
    held.isSpaceHeld = false;
    delete stage?.place.dataset.mayPan;
    if (stage && !held.hasPanned) press(stage);
  };
  const left = () => {
    held.isSpaceHeld = false;
    delete view()?.place.dataset.mayPan;
    view()?.endNudge();
  };
  root.addEventListener("keydown", down);
  root.addEventListener("keyup", up);
  root.addEventListener("focusout", left);
  return () => {
    root.removeEventListener("keydown", down);
    root.removeEventListener("keyup", up);
    root.removeEventListener("focusout", left);
  };
};
var duplicateOffset = (stage) => Math.max(1, Math.round(10 / stage.view.scale));

// src/ui/label_row.js
var labelRow = (session, id) => {
  const mark = swatch("");
  const name = named("");
  const unsaved = make("span", { className: "aw-mute", title: "On its way to the file" }, "•");
  const pick = make(
    "button",
    {
      type: "button",
      tabIndex: -1,
      className: "aw-plain aw-ed-row",
      "data-name": `label ${id}`,
      onclick: () => session.select(id === session.selectedId ? null : id),
      onpointerenter: () => session.hover(id),
      onpointerleave: () => session.hover(null)
    },
    mark,
    name,
    unsaved
  );
  const reclass = make("button", {
    type: "button",
    tabIndex: -1,
    className: "aw-plain",
    "data-name": `reclass ${id}`,
    onclick: () => session.reclass(id)
  });
  const hide = make("button", {
    type: "button",
    tabIndex: -1,
    className: "aw-plain aw-ed-hide",
    "data-name": `hide ${id}`,
    onclick: () => session.toggle(id)
  });
  const remove = make(
    "button",
    {
      type: "button",
      tabIndex: -1,
      className: "aw-plain",
      "data-name": `remove ${id}`,
      title: "Delete (Delete)",
      onclick: () => session.remove(id)
    },
    "✕"
  );
  const points = make("div", { className: "aw-ed-points" });
  const element = make("div", { className: "aw-ed-label", role: "listitem" }, pick, reclass, hide, remove, points);
  let shown2 = [];
  return {
    element,
    update(label, title) {
      const { active, readOnly, selectedId, tracks } = session;
      const isSelected = id === selectedId;
      const here = tracks.at(label);
      const isAway = !here.shape;
      const now = [
        label,
        title,
        isSelected,
        isSelected && active,
        readOnly,
        session.unsaved.has(id),
        session.hiddenIds.has(id),
        tracks.isMany && isSelected ? here : isAway
      ];
      if (now.every((value, i) => value === shown2[i])) return;
      shown2 = now;
      const item = session.classOf(label);
      mark.style.background = colorOf(item);
      name.textContent = name.title = title;
      name.classList.toggle("aw-mute", isAway);
      if (isAway) name.title = `${title}, ${tracks.extent(label)}, not on this one`;
      pick.setAttribute("aria-pressed", String(isSelected));
      unsaved.hidden = !session.unsaved.has(id);
      reclass.hidden = readOnly || !isSelected || !active || active.name === label.category || active.shape !== tracks.shapeType(label);
      if (!reclass.hidden && active) {
        reclass.replaceChildren("→ ", swatch(colorOf(active)));
        reclass.title = `Make it ${active.name} (C)`;
        reclass.setAttribute("aria-label", `Make ${title} ${active.name}`);
      }
      const isHidden = session.hiddenIds.has(id);
      hide.textContent = isHidden ? "show" : "hide";
      hide.setAttribute("aria-label", `${isHidden ? "Show" : "Hide"} ${title}`);
      remove.hidden = readOnly;
      remove.setAttribute("aria-label", `Delete ${title}`);
      points.hidden = readOnly || !isSelected || here.shape?.type !== "object_primitive";
      if (!points.hidden) drawPoints(session, points, here, title);
      else points.replaceChildren();
    }
  };
};
var drawPoints = (session, place, label, title) => {
  const { shape } = label;
  if (shape?.type !== "object_primitive") return;
  const focused = focusedName(place);
  place.replaceChildren(
    ...Object.entries(shape.points).map(([name, [, , visibility]]) => {
      const choice = make(
        "select",
        { "data-name": name, "aria-label": `${name} of ${title}` },
        ...VISIBILITIES.map((value) => make("option", { value, selected: value === visibility }, value))
      );
      choice.addEventListener("change", () => {
        const changed = withVisibility(
          shape,
          name,
          /** @type {any} */
          choice.value
        );
        if (changed) return session.change(label.id, changed, `${name} ${choice.value} in`);
        choice.value = visibility;
        session.note("One point at least is present; delete the label instead", true);
      });
      return make("label", {}, make("span", {}, name), choice);
    })
  );
  focusNamed(place, focused);
};

// src/ui/pieces.js
var ROWS = 40;
var ROW = 30;
var firstRow = (list) => list.firstElementChild?.firstElementChild ?? null;
var lastRow = (list) => list.lastElementChild?.lastElementChild ?? null;
var rowAfter = (row) => row.nextElementSibling ?? row.parentElement?.nextElementSibling?.firstElementChild ?? null;
var rowBefore = (row) => row.previousElementSibling ?? row.parentElement?.previousElementSibling?.lastElementChild ?? null;
var putRow = (list, row, next) => {
  const before = row.parentElement;
  if (next) next.before(row);
  else {
    const last = list.lastElementChild;
    if (last && last.childElementCount < ROWS) last.append(row);
    else list.append(make("div", { className: "aw-ed-piece", role: "none" }, row));
  }
  settle(before);
  settle(row.parentElement);
};
var takeRow = (row) => {
  const piece = row.parentElement;
  row.remove();
  settle(piece);
};
var settle = (piece) => {
  if (!piece) return;
  if (piece.childElementCount) piece.style.containIntrinsicHeight = `auto ${ROW * piece.childElementCount}px`;
  else piece.remove();
};

// src/ui/one_stop.js
var buttonsOf = (row) => (
  /** @type {HTMLButtonElement[]} */
  [...row.children].filter(
    (child) => child instanceof HTMLButtonElement && !child.hidden
  )
);
var oneStop = (list) => {
  let stop = null;
  const stopAt = (button) => {
    if (button === stop) return;
    if (stop) stop.tabIndex = -1;
    if (button) button.tabIndex = 0;
    stop = button;
  };
  const buttonOf = ({ target }) => (
    /** @type {HTMLButtonElement | null} */
    target instanceof Element ? target.closest(".aw-ed-label > button") : null
  );
  list.addEventListener("focusin", (event) => stopAt(buttonOf(event) ?? stop));
  list.addEventListener("keydown", (event) => {
    const button = buttonOf(event);
    const row = button?.parentElement;
    if (!button || !row || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const column = buttonsOf(row).indexOf(button);
    const at = (other) => other && (buttonsOf(other)[column] ?? buttonsOf(other)[0]);
    const steps = {
      ArrowUp: () => at(rowBefore(row)),
      ArrowDown: () => at(rowAfter(row)),
      ArrowLeft: () => buttonsOf(row)[column - 1],
      ArrowRight: () => buttonsOf(row)[column + 1],
      Home: () => at(firstRow(list)),
      End: () => at(lastRow(list))
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const next = step();
    next?.focus({ preventScroll: true });
    bringIntoSight(list, next?.parentElement);
  });
  return (row) => {
    if (stop?.isConnected && !stop.hidden) return;
    stopAt((row ?? firstRow(list))?.querySelector("button") ?? null);
  };
};

// src/ui/panel.js
var MANY = 12;
var LEAST = 240;
var [REST_OF_IT, CLASS_ROW, LABEL_ROW] = [72, 30, 24];
var showPanel = (session, el) => {
  const classes = make("ul", { className: "aw-ed-list", "aria-label": "Classes" });
  const heading = make("h3", {}, "Labels");
  const list = make("div", { className: "aw-ed-list aw-ed-labels", role: "list", "aria-label": "Labels" });
  const none = make("p", { className: "aw-mute" });
  const root = make(
    "div",
    { className: "aw-ed-panel", "data-lm-suppress-shortcuts": "true" },
    make("h3", {}, "Classes"),
    classes,
    heading,
    none,
    list
  );
  el.classList.add("aw");
  el.append(root);
  root.addEventListener("focusin", ({ target }) => {
    if (target instanceof Element) target.setAttribute("data-lm-suppress-shortcuts", "true");
  });
  classes.addEventListener("click", ({ detail }) => detail > 0 && session.front?.place.focus({ preventScroll: true }));
  const stopKeys = followKeys(root, () => session.front, { isSpaceHeld: false, hasPanned: false });
  const rows = /* @__PURE__ */ new Map();
  const settleStop = oneStop(list);
  let shown2 = [];
  let counters = /* @__PURE__ */ new Map();
  let broughtIntoSight = null;
  const drawClasses = () => {
    const now = [session.readOnly, session.active, ...session.classes];
    if (now.length !== shown2.length || now.some((value, i) => value !== shown2[i])) {
      shown2 = now;
      const focused = focusedName(classes);
      const made2 = session.classes.map((item, i) => classRow(session, item, i));
      counters = new Map(made2.map(({ count }, i) => [session.classes[i].name, count]));
      classes.replaceChildren(...made2.map(({ element }) => element));
      focusNamed(classes, focused);
    }
    const { counts } = session;
    for (const [name, count] of counters) count(counts.get(name) ?? 0);
  };
  const drawLabels = () => {
    const { labels, titles } = session;
    heading.textContent = `Labels (${labels.length})`;
    list.classList.toggle("aw-ed-long", labels.length >= MANY);
    const rowsHeight = CLASS_ROW * session.classes.length + LABEL_ROW * Math.max(1, labels.length);
    el.style.minHeight = `${Math.min(LEAST, REST_OF_IT + rowsHeight)}px`;
    none.hidden = labels.length > 0;
    none.textContent = session.readOnly ? "None." : "None yet.";
    for (const [id, { element }] of rows) {
      if (titles.has(id)) continue;
      const hadFocus = element.contains(document.activeElement);
      const beside = rowAfter(element) ?? rowBefore(element) ?? classes;
      takeRow(element);
      rows.delete(id);
      if (hadFocus) beside.querySelector("button")?.focus({ preventScroll: true });
    }
    let next = firstRow(list);
    for (const label of labels) {
      let row = rows.get(label.id);
      if (!row) rows.set(label.id, row = labelRow(session, label.id));
      row.update(label, titles.get(label.id) ?? "");
      if (row.element === next) next = rowAfter(next);
      else putRow(list, row.element, next);
    }
    const selected = rows.get(session.selectedId ?? "")?.element;
    settleStop(selected);
    if (session.selectedId !== broughtIntoSight) {
      bringIntoSight(list, selected);
      bringIntoSight(el, selected);
    }
    broughtIntoSight = session.selectedId;
  };
  let requested = 0;
  const redraw = () => {
    requested ||= requestAnimationFrame(() => {
      requested = 0;
      drawClasses();
      drawLabels();
    });
  };
  let hovered;
  const drawHover = () => {
    hovered?.classList.remove("aw-ed-hovered");
    hovered = rows.get(session.hoveredId ?? "")?.element;
    hovered?.classList.add("aw-ed-hovered");
  };
  const stops = [
    session.on("hover", drawHover),
    session.on("labels", redraw),
    session.on("frame", () => session.player.isPlaying || redraw()),
    session.player.on("change", redraw),
    session.on("selection", redraw),
    session.on("tool", redraw),
    session.on("open", redraw),
    () => cancelAnimationFrame(requested)
  ];
  drawClasses();
  drawLabels();
  return () => {
    for (const stop of stops) stop();
    stopKeys();
    root.remove();
  };
};
var classRow = (session, item, index) => {
  const number = make("span", { className: "aw-mute aw-num" });
  const unit = make("span", { className: "aw-hear" });
  const element = make(
    "li",
    {},
    make(
      "button",
      {
        type: "button",
        className: "aw-plain aw-ed-row",
        "data-name": `class ${item.name}`,
        "aria-pressed": String(!session.readOnly && item === session.active),
        disabled: session.readOnly,
        onclick: () => session.choose(item)
      },
      swatch(colorOf(item)),
      make("span", { className: "aw-hear" }, "Class "),
      named(item.name),
      " ",
      number,
      unit,
      ...index < 9 && !session.readOnly ? [make("kbd", { "aria-hidden": "true" }, String(index + 1))] : []
    )
  );
  return {
    element,
    count(labels) {
      if (number.textContent === String(labels)) return;
      number.textContent = String(labels);
      unit.textContent = labels === 1 ? " label" : " labels";
    }
  };
};

// src/ui/timeline.js
var ROW2 = 18;
var ROWS2 = 4;
var NAMES2 = 108;
var EDGE = 8;
var MARK = 3.5;
var timeline = (session) => {
  const { player, tracks, frames } = session;
  const canvas = make("canvas", { className: "aw-ed-lines", role: "img" });
  const context = (
    /** @type {CanvasRenderingContext2D} */
    canvas.getContext("2d")
  );
  const room = make("div", {});
  const element = make(
    "div",
    { className: "aw-ed-timeline", tabIndex: 0, role: "group", "aria-label": "Time line" },
    canvas,
    room
  );
  let requested = 0;
  let shown2 = null;
  const xOf = (frame, width) => NAMES2 + EDGE + (width - NAMES2 - 2 * EDGE) * frame / Math.max(player.last, 1);
  const placeOf2 = ({ clientX, clientY }) => {
    const { left, top, width } = canvas.getBoundingClientRect();
    const share = (clientX - left - NAMES2 - EDGE) / Math.max(width - NAMES2 - 2 * EDGE, 1);
    const row2 = Math.floor((clientY - top + element.scrollTop) / ROW2);
    return {
      frame: Math.round(Math.min(Math.max(share, 0), 1) * player.last),
      label: session.labels[row2],
      isName: clientX - left < NAMES2
    };
  };
  const press = (event) => {
    const { frame, label, isName } = placeOf2(event);
    event.preventDefault();
    if (isName) return label && session.select(label.id);
    canvas.setPointerCapture(event.pointerId);
    player.go(frame);
    if (label) session.select(label.id, { turns: false });
  };
  const move = (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) player.go(placeOf2(event).frame);
    else canvas.title = placeOf2(event).label ? session.titleOf(placeOf2(event).label.id) : "";
  };
  canvas.addEventListener("pointerdown", press);
  canvas.addEventListener("pointermove", move);
  element.addEventListener("keydown", (event) => {
    const step = (
      /** @type {Record<string, 1 | -1>} */
      { ArrowDown: 1, ArrowUp: -1 }[event.key]
    );
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    session.walk(step);
  });
  const draw = () => {
    requested = 0;
    const { labels } = session;
    element.hidden = !tracks.isMany;
    if (element.hidden) return;
    const height = ROWS2 * ROW2;
    element.style.height = `${height}px`;
    room.style.height = `${Math.max(labels.length - ROWS2, 0) * ROW2}px`;
    bringIntoSight2();
    const width = element.clientWidth;
    const density = window.devicePixelRatio || 1;
    const [w, h] = [Math.max(1, Math.round(width * density)), Math.max(1, Math.round(height * density))];
    if (canvas.width !== w || canvas.height !== h) {
      [canvas.width, canvas.height] = [w, h];
      canvas.style.height = `${height}px`;
    }
    const style = getComputedStyle(element);
    const ink = { text: style.color, mute: style.borderBottomColor, chosen: style.outlineColor };
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    const from = Math.floor(element.scrollTop / ROW2);
    for (let i = from; i < Math.min(labels.length, from + ROWS2 + 1); i++)
      row(labels[i], i * ROW2 - element.scrollTop, width, ink);
    context.fillStyle = ink.text;
    context.fillRect(Math.round(xOf(frames.wanted, width)) - 0.5, 0, 1, height);
    canvas.setAttribute(
      "aria-label",
      `Time line of ${labels.length} objects, frame ${frames.index} of ${player.last}`
    );
  };
  const row = (label, y, width, ink) => {
    const middle = y + ROW2 / 2;
    const isSelected = label.id === session.selectedId;
    const color = colorOf(session.classOf(label));
    if (isSelected) {
      context.fillStyle = ink.chosen;
      context.globalAlpha = 0.14;
      context.fillRect(0, y, width, ROW2);
      context.globalAlpha = 1;
    }
    context.font = `${isSelected ? "600 " : ""}12px system-ui, sans-serif`;
    context.textBaseline = "middle";
    context.fillStyle = ink.text;
    context.fillText(cut(session.titleOf(label.id)), 4, middle);
    context.fillStyle = ink.mute;
    context.fillRect(NAMES2 + EDGE, middle - 0.5, width - NAMES2 - 2 * EDGE, 1);
    const step = (width - NAMES2 - 2 * EDGE) / Math.max(player.last, 1);
    context.fillStyle = color;
    const spans = spansOf(label, tracks.interpolates);
    for (const [i, { start, stop }] of spans.entries()) {
      const end = spans[i + 1]?.start === stop ? stop : stop - 1;
      context.fillRect(xOf(start, width) - 1, middle - 2, Math.max(2, (end - start) * step + 2), 4);
    }
    let drawn = -Infinity;
    for (const [frame, shape] of keysOf(label)) {
      const x = xOf(frame, width);
      if (x - drawn < 2) continue;
      diamond(x, middle, color, shape !== null, ink.text);
      drawn = x;
    }
  };
  const diamond = (x, y, color, isShape, ink) => {
    context.beginPath();
    context.moveTo(x - MARK, y);
    context.lineTo(x, y - MARK - 1);
    context.lineTo(x + MARK, y);
    context.lineTo(x, y + MARK + 1);
    context.closePath();
    context.fillStyle = isShape ? color : "rgba(127, 127, 127, 0.25)";
    context.strokeStyle = ink;
    context.lineWidth = 1;
    context.fill();
    context.stroke();
  };
  const cut = (text) => {
    if (context.measureText(text).width <= NAMES2 - 8) return text;
    let end = text.length;
    while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > NAMES2 - 8) end -= 1;
    return `${text.slice(0, end)}…`;
  };
  const bringIntoSight2 = () => {
    if (session.selectedId === shown2) return;
    shown2 = session.selectedId;
    const place = session.labels.findIndex(({ id }) => id === shown2);
    if (place < 0) return;
    const [top, height] = [place * ROW2, element.clientHeight];
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW2 > element.scrollTop + height) element.scrollTop = top + ROW2 - height;
  };
  const redraw = () => {
    requested ||= requestAnimationFrame(draw);
  };
  element.addEventListener("scroll", redraw);
  const observer = new ResizeObserver(redraw);
  observer.observe(element);
  const stops = [
    session.on("picture", redraw),
    session.on("labels", redraw),
    session.on("selection", redraw),
    session.on("open", redraw),
    session.frames.on("change", redraw),
    () => observer.disconnect(),
    () => cancelAnimationFrame(requested)
  ];
  draw();
  return { element, close: () => stops.forEach((stop) => stop()) };
};

// src/ui/frame_bar.js
var FIRST_KEY = "M3 4v8M13 4 7.5 8 13 12z";
var BACK = "M10.5 3.5 6 8l4.5 4.5";
var PLAY = "M5 3.5v9L12.5 8z";
var PAUSE = "M5.5 3.5v9M10.5 3.5v9";
var ON = "M5.5 3.5 10 8l-4.5 4.5";
var LAST_KEY = "M13 4v8M3 4l5.5 4L3 12z";
var COPIES = 5;
var frameBar = (session) => {
  const { player, tracks, frames } = session;
  const play = iconButton("Play", PLAY, () => player.toggle(), "p");
  const moves = make(
    "span",
    { className: "aw-ed-moves", role: "group", "aria-label": "Frames" },
    iconButton("Key frame before", FIRST_KEY, () => tracks.jump(-1), "j"),
    iconButton("Frame before", BACK, () => player.step(-1), "ArrowLeft"),
    play,
    iconButton("Next frame", ON, () => player.step(1), "ArrowRight"),
    iconButton("Next key frame", LAST_KEY, () => tracks.jump(1), "l")
  );
  const slider = make("input", {
    type: "range",
    min: "0",
    step: "1",
    "aria-label": "Frame",
    className: "aw-ed-slider",
    oninput: () => player.go(Number(slider.value))
  });
  const number = make("input", {
    type: "number",
    min: "0",
    step: "1",
    className: "aw-num",
    "aria-label": "Number of the frame",
    onchange: () => player.go(Number(number.value)),
    onkeydown: (event) => event.key === "Enter" && player.go(Number(number.value))
  });
  const last = make("span", { className: "aw-mute aw-num" });
  const go = make(
    "div",
    { className: "aw-ed-go" },
    moves,
    slider,
    make("label", { className: "aw-ed-at" }, number, last)
  );
  const button = (text, title, press) => make("button", { type: "button", className: "aw-plain", title, onclick: press }, text);
  const key = button("", "", () => tracks.key());
  const outside = button("Outside", "", () => tracks.outside());
  const until = button("", "", () => tracks.until());
  const copies = make("input", {
    type: "number",
    min: "1",
    step: "1",
    value: String(COPIES),
    className: "aw-num",
    "aria-label": "How many frames"
  });
  const copy = button("Copy to next", "Copy the shape to the next frames (T)", () => tracks.copy(countOf(copies)));
  session.copies = () => countOf(copies);
  const who = make("b", { className: "aw-ed-name" });
  const work = make(
    "div",
    { className: "aw-ed-work", role: "group", "aria-label": "Selected object in time" },
    who,
    key,
    outside,
    until,
    make("span", { className: "aw-ed-copy" }, copy, copies)
  );
  const lines = timeline(session);
  const element = make("div", { className: "aw-ed-time" }, go, work, lines.element);
  const drawFrame = () => {
    const { index, wanted } = frames;
    slider.max = number.max = String(player.last);
    slider.value = String(wanted);
    if (document.activeElement !== number) number.value = String(wanted);
    last.textContent = ` / ${player.last}`;
    slider.setAttribute("aria-valuetext", `${index} of ${player.last}`);
    drawWork();
  };
  const drawWork = () => {
    const { selected, readOnly } = session;
    work.hidden = readOnly || !tracks.isMany;
    if (work.hidden) return;
    const { interpolates } = tracks;
    const isHere = Boolean(selected?.shape) && selected?.drawn !== "ghost";
    who.textContent = selected ? session.titleOf(selected.id) : "No label selected";
    who.classList.toggle("aw-mute", !selected);
    for (const part of [key, outside, until, copy]) part.disabled = !selected;
    outside.disabled ||= !isHere;
    copy.disabled ||= !isHere;
    const isKey2 = isHere && selected?.drawn === "key";
    key.textContent = interpolates ? isKey2 ? "◆ Key frame" : "◇ Key frame" : isKey2 ? "Take off" : "Put here";
    key.title = interpolates ? isKey2 ? "Take this key frame away (M)" : "Make a key frame of the shape here (M)" : isKey2 ? "Take the shape off this frame (M)" : "Copy the nearest shape to this frame (M)";
    key.setAttribute("aria-pressed", String(isKey2));
    outside.hidden = until.hidden = !interpolates;
    const isBehind = interpolates && selected && frames.index > reachOf2(selected, true).last;
    until.textContent = isBehind ? "Holds to here" : "Ends here";
    until.title = isBehind ? "The object's last shape is held up to this frame (U)" : "The object's last frame is this one (U)";
    outside.title = "Outside from this frame on, up to the next key frame (X)";
  };
  const drawPlay = () => {
    play.title = player.isPlaying ? "Pause (P)" : `Play at ${Math.round(player.rate * 100) / 100} frames a second (P)`;
    play.setAttribute("aria-label", player.isPlaying ? "Pause" : "Play");
    play.querySelector("path")?.setAttribute("d", player.isPlaying ? PAUSE : PLAY);
    drawFrame();
  };
  const stops = [
    session.on("picture", drawFrame),
    session.on("open", drawPlay),
    session.on("selection", drawWork),
    session.on("labels", drawWork),
    session.on("tool", drawWork),
    player.on("change", drawPlay),
    lines.close
  ];
  drawPlay();
  return { element, close: () => stops.forEach((stop) => stop()) };
};
var countOf = (field) => Math.max(1, Math.round(Number(field.value)) || 1);

// src/ui/pointer.js
var WHEEL = 15e-4;
var LINE2 = 16;
var NOTCH = 40;
var followPointer = (place, stage, keyboard) => {
  let gesture = null;
  let scrolled = 0;
  const fingers = /* @__PURE__ */ new Map();
  const onStage = ({ clientX, clientY }) => {
    const { left, top } = place.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const onPicture2 = (event) => ({
    ...stage.toPicture(onStage(event)),
    shift: event.shiftKey,
    alt: event.altKey,
    coarse: event instanceof PointerEvent && event.pointerType === "touch"
  });
  const down = (event) => {
    place.focus({ preventScroll: true });
    stage.hideCursor();
    if (event.pointerType === "touch") fingers.set(event.pointerId, onStage(event));
    if (fingers.size === 2) {
      stage.abandonPress();
      gesture = null;
      return;
    }
    if (gesture || fingers.size > 2) return;
    const { session } = stage;
    const pans = event.button === 1 || event.button === 0 && keyboard.isSpaceHeld;
    const windows = session.windowing.isPossible && (event.button === 2 || !pans && session.tool === "window");
    if (event.button !== 0 && !pans && !windows) return;
    event.preventDefault();
    try {
      place.setPointerCapture(event.pointerId);
    } catch {
    }
    gesture = { id: event.pointerId, does: pans ? "pan" : windows ? "window" : "draw", last: onStage(event) };
    if (pans) {
      keyboard.hasPanned = true;
      place.dataset.pans = "";
    } else if (!windows) stage.press(onPicture2(event));
  };
  const move = (event) => {
    if (fingers.has(event.pointerId) && fingers.size === 2) return pinch(event);
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, onStage(event));
    if (!gesture) {
      if (event.pointerType !== "touch") {
        stage.hideCursor();
        stage.hover(onPicture2(event));
      }
      return;
    }
    if (event.pointerId !== gesture.id) return;
    const at = onStage(event);
    const by = { x: at.x - gesture.last.x, y: at.y - gesture.last.y };
    if (gesture.does === "pan") stage.pan(by);
    else if (gesture.does === "window") stage.session.windowing.drag(by);
    else {
      const between3 = event.getCoalescedEvents?.().slice(0, -1) ?? [];
      stage.move(onPicture2(event), between3.map(onPicture2));
    }
    gesture.last = at;
  };
  const pinch = (event) => {
    const [a, b] = [...fingers.values()];
    const [before, middleBefore] = [Math.hypot(a.x - b.x, a.y - b.y), { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }];
    fingers.set(event.pointerId, onStage(event));
    const [c, d] = [...fingers.values()];
    const [after, middle] = [Math.hypot(c.x - d.x, c.y - d.y), { x: (c.x + d.x) / 2, y: (c.y + d.y) / 2 }];
    stage.pan({ x: middle.x - middleBefore.x, y: middle.y - middleBefore.y });
    if (before > 0 && after > 0) stage.zoom(after / before, middle);
  };
  const up = (event) => {
    fingers.delete(event.pointerId);
    if (!gesture || event.pointerId !== gesture.id) return;
    const { does } = gesture;
    gesture = null;
    delete place.dataset.pans;
    if (does === "draw") stage.release(onPicture2(event));
  };
  const cancelled = (event) => {
    fingers.delete(event.pointerId);
    if (!gesture || event.pointerId !== gesture.id) return;
    gesture = null;
    delete place.dataset.pans;
    stage.abandonPress();
  };
  const scroll = (turned) => {
    scrolled = Math.sign(turned) === Math.sign(scrolled) ? scrolled + turned : turned;
    if (Math.abs(scrolled) < NOTCH) return;
    stage.session.player.step(Math.sign(scrolled));
    scrolled = 0;
  };
  const wheel = (event) => {
    event.preventDefault();
    const delta = event.deltaY || event.deltaX;
    const turned = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? delta * LINE2 : delta;
    if (event.shiftKey && stage.session.tracks.isMany) return scroll(turned);
    stage.zoom(2 ** (-turned * WHEEL * (event.ctrlKey ? 8 : 2)), onStage(event));
  };
  const noMenu = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  const listeners = (
    /** @type {const} */
    [
      ["pointerdown", down],
      ["pointermove", move],
      ["pointerup", up],
      ["pointercancel", cancelled],
      ["pointerleave", () => !gesture && stage.leave()],
      ["dblclick", (event) => stage.doubleClick(onPicture2(event))],
      ["wheel", wheel],
      ["contextmenu", noMenu]
    ]
  );
  for (const [type, listener] of listeners)
    place.addEventListener(
      type,
      /** @type {any} */
      listener,
      { passive: false }
    );
  return () => {
    for (const [type, listener] of listeners) place.removeEventListener(
      type,
      /** @type {any} */
      listener
    );
  };
};

// src/geometry/view.js
var MARGIN = 12;
var NEAREST = 64;
var IN_SIGHT = 48;
var toPicture = ({ scale, x, y }, point) => ({ x: (point.x - x) / scale, y: (point.y - y) / scale });
var toView = ({ scale, x, y }, point) => ({ x: point.x * scale + x, y: point.y * scale + y });
var fitted = ([height, width], room) => {
  const whole = Math.min((room.width - 2 * MARGIN) / width, (room.height - 2 * MARGIN) / height);
  const scale = clamp(whole, 1e-3, 8);
  return { scale, x: (room.width - width * scale) / 2, y: (room.height - height * scale) / 2 };
};
var kept = ({ scale, x, y }, [height, width], room) => {
  const sight = Math.min(IN_SIGHT, width * scale, height * scale, room.width / 2, room.height / 2);
  return {
    scale,
    x: clamp(x, sight - width * scale, room.width - sight),
    y: clamp(y, sight - height * scale, room.height - sight)
  };
};
var panned = (view, by, size, room) => kept({ ...view, x: view.x + by.x, y: view.y + by.y }, size, room);
var zoomed = (view, factor, at, size, room) => {
  const farthest = Math.min(fitted(size, room).scale / 2, 1);
  const scale = clamp(view.scale * factor, Math.min(farthest, view.scale), NEAREST);
  const on = toPicture(view, at);
  return kept({ scale, x: at.x - on.x * scale, y: at.y - on.y * scale }, size, room);
};
var inSight = (view, room) => {
  const [from, to] = [toPicture(view, { x: 0, y: 0 }), toPicture(view, { x: room.width, y: room.height })];
  return { x0: from.x, y0: from.y, x1: to.x, y1: to.y };
};

// src/measures.js
var lengthInMm = (points, [row, column]) => points.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot((x - points[i][0]) * column, (y - points[i][1]) * row), 0);
var lengthInPixels = (points) => points.slice(1).reduce((sum, [x, y], i) => sum + distance({ x, y }, { x: points[i][0], y: points[i][1] }), 0);
var turnedSides = ({ width, height, angle }, [row, column]) => {
  const turn = angle / 180 * Math.PI;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return [width * Math.hypot(cos * column, sin * row), height * Math.hypot(sin * column, cos * row)];
};
var areaOf = (rings) => rings.reduce((sum, ring, i) => {
  const [[x, y]] = ring;
  const depth = rings.filter((other, j) => j !== i && isInside({ x, y }, [other])).length;
  return sum + (depth % 2 ? -1 : 1) * Math.abs(windingArea(ring));
}, 0);
var measured = (shape, spacing) => {
  if (shape.type === "keypoint") return null;
  if (shape.type === "polyline") {
    const { points } = shape;
    return spacing ? `${short(lengthInMm(points, spacing))} mm` : `${short(lengthInPixels(points))} px`;
  }
  const { x0, y0, x1, y1 } = boundsOfShape(shape);
  const isTurned = shape.type === "rotatable_bounding_box";
  const [width, height] = isTurned ? [shape.width, shape.height] : [x1 - x0, y1 - y0];
  if (!spacing) return `${short(width)} × ${short(height)} px`;
  const [row, column] = spacing;
  const [wide, high] = isTurned ? turnedSides(shape, spacing) : [width * column, height * row];
  const sides = `${short(wide)} × ${short(high)} mm`;
  const area = shape.type === "polygon" ? areaOf(shape.rings) : shape.type === "bitmask" ? kindOf(shape).area(shape) : 0;
  return area ? `${sides}  ·  ${short(area * row * column)} mm²` : sides;
};
var lineOf = ([a, b]) => ({
  type: "polyline",
  points: [
    [a.x, a.y],
    [b.x, b.y]
  ]
});
var short = (length) => String(Math.round(length * 10) / 10);

// src/render/masks.js
var MOST_RUNS = 3e3;
var isIntricate = (shape) => runCount(shape) > MOST_RUNS;
var tiles = /* @__PURE__ */ new WeakMap();
var tileOf = (shape, color) => {
  const known4 = tiles.get(shape);
  if (known4?.color === color) return known4.tile;
  const origin = originOf(shape);
  const made2 = origin ? movedTile(tileOf(origin.shape, color), origin) : tileFor(shape, color);
  tiles.set(shape, { color, tile: made2 });
  return made2;
};
var movedTile = ({ levels, x, y }, { dx, dy }) => ({ levels, x: x + dx, y: y + dy });
var tileFor = (shape, color) => {
  const { runs, bounds } = read(shape);
  const [width, height] = [bounds.x1 - bounds.x0, bounds.y1 - bounds.y0];
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const pixel = pixelOf(color);
  eachSpan(runs, shape.size[0], (column, top, bottom) => {
    for (let row = top; row < bottom; row++) pixels[(row - bounds.y0) * width + column - bounds.x0] = pixel;
  });
  const canvas = new OffscreenCanvas(width, height);
  contextOf(canvas).putImageData(image, 0, 0);
  return { levels: [canvas], x: bounds.x0, y: bounds.y0 };
};
var fillMask = (context, shape, color, scale = 1) => {
  const { levels, x, y } = tileOf(shape, color);
  const [{ width, height }] = levels;
  const level = clamp(Math.floor(-Math.log2(scale)), 0, levelsOf(width, height) - 1);
  while (levels.length <= level) levels.push(halved(levels[levels.length - 1]));
  context.imageSmoothingEnabled = scale < 1;
  context.drawImage(levels[level], x, y, width, height);
};
var traceMask = (shape, path) => {
  const line = (ax, ay, bx, by) => {
    path.moveTo(ax, ay);
    path.lineTo(bx, by);
  };
  let level = /* @__PURE__ */ new Map();
  let before = [];
  const next = (column, ends) => {
    const both = [...before, ...ends].sort((a, b) => a - b);
    for (let i = 0; i + 1 < both.length; i += 2) {
      if (both[i] < both[i + 1]) line(column, both[i], column, both[i + 1]);
    }
    const now = new Map(ends.map((row) => [row, level.get(row) ?? column]));
    for (const [row, from] of level) if (!now.has(row)) line(from, row, column, row);
    [level, before] = [now, ends];
  };
  let spans = [];
  let at = -1;
  eachSpan(read(shape).runs, shape.size[0], (column, top, bottom) => {
    if (column !== at) {
      next(at, spans);
      if (column > at + 1) next(at + 1, []);
      [spans, at] = [[], column];
    }
    spans.push(top, bottom);
  });
  next(at, spans);
  next(at + 1, []);
};
var LiveMask = class {
  /** @type {OffscreenCanvas | null} as large as the frame, so kept from stroke to stroke */
  canvas = null;
  #pixel = 0;
  /** @type {Bounds | null} what the canvas holds something of */
  #drawn = null;
  /** @param {Size} size @param {string} color @param {Bitmask | null} base what is painted on */
  begin([height, width], color, base) {
    this.#pixel = pixelOf(color);
    if (this.canvas?.width !== width || this.canvas.height !== height) {
      this.canvas = new OffscreenCanvas(width, height);
      this.#drawn = null;
    }
    const context = contextOf(this.canvas);
    if (this.#drawn) {
      const { x0, y0, x1, y1 } = this.#drawn;
      context.clearRect(x0, y0, x1 - x0, y1 - y0);
    }
    this.#drawn = base && boundsOfShape(base);
    if (!base) return;
    fillMask(context, base, color);
  }
  /** @param {Raster} raster @param {Bounds} part */
  draw({ pixels, size: [height] }, part) {
    if (!this.canvas) return;
    const { x0, y0, x1, y1 } = part;
    const image = new ImageData(x1 - x0, y1 - y0);
    const target = new Uint32Array(image.data.buffer);
    for (let column = x0; column < x1; column++) {
      for (let row = y0; row < y1; row++) {
        if (pixels[column * height + row]) target[(row - y0) * image.width + column - x0] = this.#pixel;
      }
    }
    contextOf(this.canvas).putImageData(image, x0, y0);
    this.#drawn = union(this.#drawn, part);
  }
};

// src/render/paint.js
var paths = /* @__PURE__ */ new WeakMap();
var pathOf = (shape) => {
  let path = paths.get(shape);
  if (!path) {
    path = new Path2D();
    const origin = shape.type === "bitmask" ? originOf(shape) : void 0;
    if (origin) path.addPath(pathOf(origin.shape), { e: origin.dx, f: origin.dy });
    else if (shape.type === "bitmask" && !isIntricate(shape)) traceMask(shape, path);
    else kindOf(shape).trace(shape, path);
    paths.set(shape, path);
  }
  return path;
};
var onPicture = (context, { scale, x, y }, density) => context.setTransform(density * scale, 0, 0, density * scale, density * x, density * y);
var onView = (context, density) => context.setTransform(density, 0, 0, density, 0, 0);
var strokeLine = (context, path, color, width, extra = width) => {
  context.strokeStyle = HALO;
  context.lineWidth = width + extra;
  context.stroke(path);
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke(path);
};
var paintPoints = (context, shape, color, pixel, item, { width, all = false }) => {
  const radius = (DOT + (width > 2 ? 1 : 0)) * pixel;
  if (shape.type === "keypoint") return paintDot(context, shape.x, shape.y, radius, color, pixel, "visible");
  if (shape.type !== "object_primitive") return;
  const bones = new Path2D();
  for (const [a, b] of item?.skeleton?.edges ?? []) {
    const [from, to] = [shape.points[a], shape.points[b]];
    if (!from || !to || from[2] === "absent" || to[2] === "absent") continue;
    bones.moveTo(from[0], from[1]);
    bones.lineTo(to[0], to[1]);
  }
  strokeLine(context, bones, color, width * pixel, HALO_EXTRA * pixel);
  for (const [x, y, visibility] of Object.values(shape.points)) {
    if (visibility !== "absent" || all) paintDot(context, x, y, radius, color, pixel, visibility);
  }
};
var paintDot = (context, x, y, radius, color, pixel, visibility) => {
  const path = new Path2D();
  if (visibility === "absent") {
    path.moveTo(x - radius, y - radius);
    path.lineTo(x + radius, y + radius);
    path.moveTo(x - radius, y + radius);
    path.lineTo(x + radius, y - radius);
    return strokeLine(context, path, color, 1.5 * pixel, HALO_EXTRA * pixel);
  }
  path.arc(x, y, radius, 0, 2 * Math.PI);
  strokeLine(context, path, color, 1.5 * pixel, HALO_EXTRA * pixel);
  context.fillStyle = visibility === "visible" ? color : "rgba(255, 255, 255, 0.75)";
  context.fill(path);
};
var paintText = (context, text, [x, y], color) => {
  context.font = FONT;
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = "rgba(0, 0, 0, 0.75)";
  context.strokeText(text, x, y);
  context.fillStyle = color;
  context.fillText(text, x, y);
};
var nameAt = ({ shape }, { scale, x, y }) => {
  const { x0, y0 } = boundsOfShape(shape);
  const away = shape.type === "keypoint" || shape.type === "object_primitive" ? DOT + 4 : 5;
  return [x0 * scale + x, Math.max(y0 * scale + y - away, 12)];
};

// src/render/ruler.js
var COLOR = "#ffd54f";
var TICK = 5;
var paintRuler = (context, view, [a, b], text) => {
  const [from, to] = [toView(view, a), toView(view, b)];
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [nx, ny] = [(to.y - from.y) / length * TICK, -(to.x - from.x) / length * TICK];
  const path = new Path2D();
  path.moveTo(from.x, from.y);
  path.lineTo(to.x, to.y);
  for (const { x, y } of [from, to]) {
    path.moveTo(x - nx, y - ny);
    path.lineTo(x + nx, y + ny);
  }
  strokeLine(context, path, COLOR, 1.5, 2);
  paintText(context, text, [to.x + 8, to.y - 8], "#ffffff");
  const { width } = context.measureText(text);
  return {
    x0: Math.min(from.x, to.x) - TICK,
    y0: Math.min(from.y, to.y - 24) - TICK,
    x1: Math.max(from.x, to.x + 8 + width) + TICK,
    y1: Math.max(from.y, to.y) + TICK
  };
};

// src/render/gesture_layer.js
var GRIP = 8;
var MARGIN2 = 36;
var HOVERED = "rgba(255, 255, 255, 0.9)";
var MOST_GRIPS = 400;
var GestureLayer = class {
  #session;
  #live = new LiveMask();
  /** @type {Bounds | null} what is painted on, in CSS pixels: clearing only that, the page composes only that anew */
  #painted = null;
  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
  }
  /** @param {Draft} draft its mask has changed */
  maskChanged({ id, mask, dirty, base }) {
    if (!mask) return;
    if (base !== void 0) this.#live.begin(mask.size, this.#colorOf(id), base);
    if (dirty) this.#live.draw(mask, dirty);
  }
  /** @param {Context} context @param {View} view @param {Room} room @param {number} density @param {Hand} hand */
  paint(context, view, room, density, hand) {
    onView(context, density);
    if (this.#painted) {
      const { x0, y0, x1, y1 } = this.#painted;
      context.clearRect(x0, y0, x1 - x0, y1 - y0);
      this.#painted = null;
    }
    context.lineJoin = context.lineCap = "round";
    const { draft } = hand;
    const { selected, hoveredId, looks } = this.#session;
    const hovered = this.#session.seenOf(hoveredId);
    if (hovered?.shape && hovered.id !== selected?.id && !draft && !looks.hidden)
      this.#outline(context, view, density, hovered, hovered.shape, false);
    if (selected?.shape && draft?.id !== selected.id && !looks.hidden && !this.#session.hiddenIds.has(selected.id)) {
      this.#outline(context, view, density, selected, selected.shape, true);
      if (!draft && !this.#session.readOnly)
        this.#handles(context, view, selected.shape, colorOf(this.#session.classOf(selected)));
    }
    if (draft) this.#draft(context, view, density, draft);
    onView(context, density);
    if (hand.ruler) {
      const text = measured(lineOf(hand.ruler), this.#session.given.spacing) ?? "";
      this.#cover(paintRuler(context, view, hand.ruler, text), 3);
    }
    this.#cursor(context, view, room, hand);
  }
  /** Something is painted there. @param {Bounds} bounds @param {number} margin both in CSS pixels */
  #cover({ x0, y0, x1, y1 }, margin) {
    const before = this.#painted ?? { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
    this.#painted = {
      x0: Math.min(before.x0, Math.floor(x0) - margin),
      y0: Math.min(before.y0, Math.floor(y0) - margin),
      x1: Math.max(before.x1, Math.ceil(x1) + margin),
      y1: Math.max(before.y1, Math.ceil(y1) + margin)
    };
  }
  /** @param {Shape} shape @param {View} view */
  #coverShape(shape, view) {
    const { x0, y0, x1, y1 } = shape.type === "object_primitive" ? boundsOf(Object.values(shape.points)) : boundsOfShape(shape);
    const [from, to] = [toView(view, { x: x0, y: y0 }), toView(view, { x: x1, y: y1 })];
    this.#cover({ x0: from.x, y0: from.y, x1: to.x, y1: to.y }, MARGIN2);
  }
  /** @param {Context} context @param {string} text @param {Pair} at */
  #text(context, text, at) {
    paintText(context, text, at, "#ffffff");
    const { width } = context.measureText(text);
    this.#cover({ x0: at[0], y0: at[1] - 14, x1: at[0] + width, y1: at[1] + 4 }, 4);
  }
  /** @param {string | null} id */
  #colorOf(id) {
    const label = this.#session.document.byId(id);
    return colorOf(label ? this.#session.classOf(label) : this.#session.active);
  }
  /**
   * @param {Context} context
   * @param {View} view
   * @param {number} density
   * @param {Seen} label
   * @param {Shape} shape
   * @param {boolean} isSelected
   */
  #outline(context, view, density, label, shape, isSelected) {
    const pixel = 1 / view.scale;
    const item = this.#session.classOf(label);
    this.#coverShape(shape, view);
    onPicture(context, view, density);
    const color = isSelected ? colorOf(item) : HOVERED;
    const { drawn } = label;
    const dashes = drawn === "between" ? DOTS : drawn === "ghost" ? DASHES : [];
    context.setLineDash(dashes.map((length) => length * pixel));
    context.globalAlpha = drawn === "ghost" ? 0.7 : 1;
    strokeLine(context, pathOf(shape), color, (isSelected ? THICK : 1) * pixel, HALO_EXTRA * pixel);
    context.setLineDash([]);
    if (isSelected || shape.type === "keypoint" || shape.type === "object_primitive") {
      paintPoints(context, shape, color, pixel, item, { width: THICK, all: isSelected });
    }
    context.globalAlpha = 1;
    onView(context, density);
    const name = drawn === "ghost" ? `${nameOf(label)} · not on this frame` : nameOf(label);
    this.#text(context, name, nameAt({ ...label, shape }, view));
  }
  /** @param {Context} context @param {View} view @param {Shape} shape @param {string} color */
  #handles(context, view, shape, color) {
    if (shape.type === "keypoint" || shape.type === "object_primitive")
      return this.#pointNames(context, view, shape);
    const handles = kindOf(shape).handles(shape, 1 / view.scale);
    context.lineWidth = 1.5;
    for (const { role, ...at } of handles.length > MOST_GRIPS ? handles.filter((_, i) => i % Math.ceil(handles.length / MOST_GRIPS) === 0) : handles) {
      const { x, y } = toView(view, at);
      context.strokeStyle = color;
      context.fillStyle = role === "between" ? "rgba(255, 255, 255, 0.45)" : "#ffffff";
      context.beginPath();
      if (role === "turn") context.arc(x, y, GRIP / 2 + 0.5, 0, 2 * Math.PI);
      else if (role === "between") context.arc(x, y, GRIP / 2 - 1, 0, 2 * Math.PI);
      else context.rect(x - GRIP / 2, y - GRIP / 2, GRIP, GRIP);
      context.fill();
      context.stroke();
    }
  }
  /** @param {Context} context @param {View} view @param {Shape} shape */
  #pointNames(context, view, shape) {
    if (shape.type !== "object_primitive") return;
    for (const [name, [x, y, visibility]] of Object.entries(shape.points)) {
      const at = toView(view, { x, y });
      this.#text(context, visibility === "visible" ? name : `${name} (${visibility})`, [at.x + 9, at.y + 4]);
    }
  }
  /** @param {Context} context @param {View} view @param {number} density @param {Draft} draft */
  #draft(context, view, density, { id, shape, mask, dots, closing }) {
    const pixel = 1 / view.scale;
    const color = this.#colorOf(id);
    const label = this.#session.document.byId(id);
    onPicture(context, view, density);
    if (mask && this.#live.canvas) {
      context.globalAlpha = Math.max(0.35, Math.min(1, 3 * this.#session.looks.opacity));
      context.imageSmoothingEnabled = view.scale * density < 1;
      const { x0, y0, x1, y1 } = mask.bounds;
      if (x1 > x0 && y1 > y0) {
        context.drawImage(this.#live.canvas, x0, y0, x1 - x0, y1 - y0, x0, y0, x1 - x0, y1 - y0);
        const [from, to] = [toView(view, { x: x0, y: y0 }), toView(view, { x: x1, y: y1 })];
        this.#cover({ x0: from.x, y0: from.y, x1: to.x, y1: to.y }, 2);
      }
      context.globalAlpha = 1;
    }
    if (!shape) return;
    this.#coverShape(shape, view);
    if (shape.type === "bitmask" && isIntricate(shape)) {
      context.globalAlpha = OF_DRAFT;
      fillMask(context, shape, color, view.scale * density);
      context.globalAlpha = 1;
    }
    strokeLine(context, pathOf(shape), color, LINE_OF_DRAFT * pixel, HALO_EXTRA * pixel);
    const item = label ? this.#session.classOf(label) : this.#session.active;
    paintPoints(context, shape, color, pixel, item, { width: THICK, all: true });
    onView(context, density);
    if (dots) this.#dots(context, view, dots, color, closing ?? false);
    else if (shape.type !== "keypoint" && shape.type !== "object_primitive" && id)
      this.#handles(context, view, shape, color);
  }
  /**
   * @param {Context} context
   * @param {View} view
   * @param {Pair[]} dots
   * @param {string} color
   * @param {boolean} closing
   */
  #dots(context, view, dots, color, closing) {
    dots.forEach(([px, py], i) => {
      const { x, y } = toView(view, { x: px, y: py });
      const first = i === 0 && closing;
      context.beginPath();
      context.arc(x, y, first ? 7 : 3.5, 0, 2 * Math.PI);
      context.fillStyle = first ? color : "#ffffff";
      context.strokeStyle = first ? "#ffffff" : color;
      context.lineWidth = 1.5;
      context.fill();
      context.stroke();
    });
  }
  /** @param {Context} context @param {View} view @param {Room} room @param {Hand} hand */
  #cursor(context, view, room, { at, isKeyboard }) {
    if (!at) return;
    const { tool, looks, brush } = this.#session;
    const { x, y } = toView(view, at);
    if (looks.crosshair || isKeyboard) {
      const path = new Path2D();
      const [across, down] = looks.crosshair ? [room.width, room.height] : [14, 14];
      path.moveTo(looks.crosshair ? 0 : x - across, y);
      path.lineTo(looks.crosshair ? across : x + across, y);
      path.moveTo(x, looks.crosshair ? 0 : y - down);
      path.lineTo(x, looks.crosshair ? down : y + down);
      this.#cover({ x0: x - across, y0: y - down, x1: x + across, y1: y + down }, 3);
      strokeLine(context, path, isKeyboard ? "#ffd54f" : "rgba(255, 255, 255, 0.85)", 1, 2);
    }
    if (tool === "brush" || tool === "eraser") {
      const radius = Math.max(1, brush / 2 * view.scale);
      this.#cover({ x0: x - radius, y0: y - radius, x1: x + radius, y1: y + radius }, 3);
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.lineWidth = 3;
      context.strokeStyle = HALO;
      context.stroke();
      context.lineWidth = 1.2;
      context.strokeStyle = "#ffffff";
      context.stroke();
    }
  }
};
var LINE_OF_DRAFT = 2.5;
var OF_DRAFT = 0.5;

// src/render/label_layer.js
var NAMED = 120;
var NARROWEST = 28;
var FAINT = 0.2;
var DASH = 5;
var MARGIN3 = 12;
var LabelLayer = class {
  #session;
  /** @type {Map<string, Bounds>} what is painted, and where, in pixels of the picture */
  #painted = /* @__PURE__ */ new Map();
  /** @type {Set<string> | null} labels that have changed since; null: all of them, or the view */
  #stale = null;
  /** Whether names are painted, which reach further than shapes. */
  #isNamed = false;
  /** @type {string | null} */
  #except = null;
  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
  }
  /** How many labels were in the view when it was painted last. */
  get seen() {
    return this.#painted.size;
  }
  /** @param {Iterable<string> | null} ids of labels that are to be painted anew; null: all, and all of the view */
  changed(ids) {
    if (ids === null) this.#stale = null;
    else for (const id of ids) this.#stale?.add(id);
  }
  /** @param {string | null} id of the label that is drawn elsewhere now @returns {boolean} whether that is news */
  leaveOut(id) {
    if (id === this.#except) return false;
    this.changed([id, this.#except].filter((one) => one !== null));
    this.#except = id;
    return true;
  }
  /** @param {Context} context @param {View} view @param {Room} room @param {number} density */
  paint(context, view, room, density) {
    const { looks, seen, hiddenIds } = this.#session;
    const sight = inSight(view, room);
    const labels = (
      /** @type {Shaped[]} */
      (looks.hidden ? [] : seen).filter(
        ({ id, shape }) => shape && id !== this.#except && !hiddenIds.has(id) && meet(boundsOfShape(shape), sight)
      )
    );
    const isNamed = looks.names && labels.length <= NAMED;
    const before = this.#painted;
    this.#painted = new Map(labels.map(({ id, shape }) => [id, boundsOfShape(shape)]));
    let part = sight;
    if (this.#stale && !isNamed && !this.#isNamed) {
      part = null;
      for (const id of this.#stale) {
        part = union(part, union(before.get(id) ?? null, this.#painted.get(id) ?? null));
      }
    }
    [this.#stale, this.#isNamed] = [/* @__PURE__ */ new Set(), isNamed];
    if (!part) return;
    const reach = MARGIN3 / view.scale;
    context.save();
    clearOnly(context, grown(part, reach), view, density);
    const around = grown(part, 2 * reach);
    this.#paint(context, labels.filter(({ shape }) => meet(boundsOfShape(shape), around)), view, density);
    if (isNamed) this.#name(context, labels, view, density);
    context.restore();
  }
  /** @param {Context} context @param {Shaped[]} labels @param {View} view @param {number} density */
  #paint(context, labels, view, density) {
    const pixel = 1 / view.scale;
    onPicture(context, view, density);
    context.lineJoin = context.lineCap = "round";
    this.#fill(context, labels, density * view.scale);
    for (const { lines, between: between3, unsaved, color } of this.#grouped(labels)) {
      strokeLine(context, lines, color, LINE * pixel, HALO_EXTRA * pixel);
      context.setLineDash(DOTS.map((length) => length * pixel));
      strokeLine(context, between3, color, LINE * pixel, HALO_EXTRA * pixel);
      context.setLineDash([DASH * pixel, DASH * pixel]);
      strokeLine(context, unsaved, color, LINE * pixel, HALO_EXTRA * pixel);
      context.setLineDash([]);
    }
    for (const label of labels) {
      const item = this.#session.classOf(label);
      paintPoints(context, label.shape, colorOf(item), pixel, item, { width: LINE });
    }
  }
  /** @param {Context} context @param {Shaped[]} seen @param {number} scale canvas pixels per pixel of the picture */
  #fill(context, seen, scale) {
    const { outline, opacity } = this.#session.looks;
    const isBare = outline || opacity === 0;
    for (const label of seen) {
      const { shape } = label;
      if (shape.type === "keypoint" || shape.type === "polyline" || shape.type === "object_primitive") continue;
      const color = colorOf(this.#session.classOf(label));
      if (shape.type === "bitmask" && (!isBare || isIntricate(shape))) {
        context.globalAlpha = isBare ? FAINT : Math.min(1, 3 * opacity);
        fillMask(context, shape, color, scale);
      } else if (!isBare) {
        context.globalAlpha = opacity;
        context.fillStyle = color;
        context.fill(pathOf(shape), "evenodd");
      }
    }
    context.globalAlpha = 1;
  }
  /** @param {Context} context @param {Shaped[]} labels @param {View} view @param {number} density */
  #name(context, labels, view, density) {
    onView(context, density);
    for (const label of labels) {
      const { x0, x1, y0, y1 } = boundsOfShape(label.shape);
      const isPoint = label.shape.type === "keypoint";
      if (!isPoint && Math.max(x1 - x0, y1 - y0) * view.scale < NARROWEST) continue;
      paintText(context, nameOf(label), nameAt(label, view), "#ffffff");
    }
  }
  /**
   * Colours in the order of the classes, whichever labels there are: so a part lies over another as it did before.
   *
   * @param {Shaped[]} labels
   * @returns {Group[]}
   */
  #grouped(labels) {
    const { classes, unsaved } = this.#session;
    const groups = new Map(classes.map((item) => [colorOf(item), null]));
    for (const label of labels) {
      if (label.shape.type === "bitmask" && isIntricate(label.shape)) continue;
      const color = colorOf(this.#session.classOf(label));
      const group = groups.get(color) ?? {
        color,
        lines: new Path2D(),
        between: new Path2D(),
        unsaved: new Path2D()
      };
      groups.set(color, group);
      const own = unsaved.has(label.id) ? "unsaved" : label.drawn === "between" ? "between" : "lines";
      group[own].addPath(pathOf(label.shape));
    }
    return [...groups.values()].filter((group) => group !== null);
  }
};
var clearOnly = (context, part, view, density) => {
  const [from, to] = [toView(view, { x: part.x0, y: part.y0 }), toView(view, { x: part.x1, y: part.y1 })];
  const [left, top] = [Math.floor(from.x * density), Math.floor(from.y * density)];
  const [width, height] = [Math.ceil(to.x * density) - left, Math.ceil(to.y * density) - top];
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.clearRect(left, top, width, height);
};

// src/render/layers.js
var LAYERS = ["picture", "labels", "gesture"];
var MANY2 = 200;
var SETTLED2 = 90;
var Layers = class {
  /** @type {Room} */
  room = { width: 1, height: 1 };
  #session;
  #density = 1;
  #canvases;
  #contexts;
  #labels;
  #gesture;
  /** @type {Set<LayerName>} */
  #stale = new Set(LAYERS);
  #requested = 0;
  /** @type {View} where the labels were painted last */
  #painted = { scale: 0, x: 0, y: 0 };
  /** @type {any} */
  #settling = null;
  #state;
  /**
   * @param {HTMLElement} place
   * @param {Session} session
   * @param {() => {view: View, hand: Hand}} state read when it is painted
   */
  constructor(place, session, state) {
    this.#session = session;
    this.#state = state;
    this.#canvases = LAYERS.map((name) => {
      const canvas = place.ownerDocument.createElement("canvas");
      canvas.className = `aw-ed-layer aw-ed-layer-${name}`;
      canvas.setAttribute("aria-hidden", "true");
      place.append(canvas);
      return canvas;
    });
    this.#contexts = this.#canvases.map(contextOf);
    this.#labels = new LabelLayer(session);
    this.#gesture = new GestureLayer(session);
  }
  /** @param {Room} room @param {number} density device pixels per CSS pixel */
  resize(room, density) {
    [this.room, this.#density] = [room, density];
    for (const canvas of this.#canvases) {
      canvas.width = Math.max(1, Math.round(room.width * density));
      canvas.height = Math.max(1, Math.round(room.height * density));
      canvas.style.width = `${canvas.width / density}px`;
      canvas.style.height = `${canvas.height / density}px`;
    }
    this.repaint(...LAYERS);
    this.#paint();
  }
  /** @param {Set<string>} ids of labels that have changed */
  labelsChanged(ids) {
    this.#labels.changed(ids);
    this.#request("labels", "gesture");
  }
  /** @param {...LayerName} names of what is painted anew as a whole at the next frame */
  repaint(...names) {
    if (names.includes("labels")) this.#labels.changed(null);
    this.#request(...names);
  }
  /** @param {...LayerName} names */
  #request(...names) {
    for (const name of names) this.#stale.add(name);
    this.#requested ||= requestAnimationFrame(() => this.#paint());
  }
  /** The view has changed. */
  viewChanged() {
    this.repaint("picture", "gesture");
    const { view } = this.#state();
    clearTimeout(this.#settling);
    if (view.scale !== this.#painted.scale || this.#labels.seen <= MANY2) return this.repaint("labels");
    this.#canvases[1].style.transform = `translate(${view.x - this.#painted.x}px, ${view.y - this.#painted.y}px)`;
    this.#settling = setTimeout(() => this.repaint("labels"), SETTLED2);
  }
  /** @param {Hand["draft"]} draft */
  draftChanged(draft) {
    if (draft) this.#gesture.maskChanged(draft);
    if (this.#labels.leaveOut(draft?.id ?? null)) this.#request("labels");
    this.repaint("gesture");
  }
  close() {
    cancelAnimationFrame(this.#requested);
    clearTimeout(this.#settling);
    for (const canvas of this.#canvases) canvas.remove();
  }
  #paint() {
    cancelAnimationFrame(this.#requested);
    this.#requested = 0;
    const { view, hand } = this.#state();
    const [picture, labels, gesture] = this.#contexts;
    const stale = this.#stale;
    this.#stale = /* @__PURE__ */ new Set();
    if (stale.has("picture")) this.#paintPicture(picture, view);
    if (stale.has("labels")) {
      if (view !== this.#painted) this.#labels.changed(null);
      this.#labels.paint(labels, view, this.room, this.#density);
      this.#painted = view;
      this.#canvases[1].style.transform = "";
    }
    if (stale.has("gesture")) this.#gesture.paint(gesture, view, this.room, this.#density, hand);
  }
  /** @param {CanvasRenderingContext2D} context @param {View} view */
  #paintPicture(context, view) {
    onView(context, this.#density);
    context.clearRect(0, 0, this.room.width, this.room.height);
    const { frames, looks } = this.#session;
    const { picture } = frames;
    if (!picture) return;
    this.#canvases[0].style.filter = picture.hasValues ? "none" : filterOf(looks);
    const scale = view.scale * this.#density;
    const level = levelFor(picture, scale);
    const [width, height] = [Math.max(1, picture.width >> level), Math.max(1, picture.height >> level)];
    const [sizeY, sizeX] = this.#session.size;
    const [fx, fy] = [sizeX / width, sizeY / height];
    const sight = inSight(view, this.room);
    const x0 = clamp(Math.floor(sight.x0 / fx) - 1, 0, width);
    const y0 = clamp(Math.floor(sight.y0 / fy) - 1, 0, height);
    const x1 = clamp(Math.ceil(sight.x1 / fx) + 1, 0, width);
    const y1 = clamp(Math.ceil(sight.y1 / fy) + 1, 0, height);
    if (x1 <= x0 || y1 <= y0) return;
    onPicture(context, view, this.#density);
    context.imageSmoothingEnabled = scale < 2;
    const source = picture.level(level, looks, { x0, y0, x1, y1 });
    context.drawImage(source, x0, y0, x1 - x0, y1 - y0, x0 * fx, y0 * fy, (x1 - x0) * fx, (y1 - y0) * fy);
  }
};
var levelFor = ({ levels }, scale) => clamp(Math.floor(-Math.log2(scale)), 0, levels - 1);

// src/ui/stage_view.js
var NEIGHBOURHOOD = 1.5;
var StageView = class {
  /** @type {View} */
  view = { scale: 1, x: 0, y: 0 };
  /** @type {Hand} */
  hand = { draft: null, at: null, isKeyboard: false, ruler: null };
  /** @type {(() => void) | null} told when what is under the hand has changed */
  onHand = null;
  /** @type {(() => void) | null} told when something has begun, or ended */
  onBegun = null;
  /** Whether the keyboard's cursor is pressed. */
  isKeyPressed = false;
  #isFitted = true;
  /** @type {Surroundings} */
  #around;
  /** @type {Tool} */
  #tool;
  /** @type {Tool} takes handles while another tool is chosen */
  #grabber;
  /** @type {Tool} the one that the gesture goes to */
  #current;
  /** @type {{id: string, shape: import("../types.js").Shape} | null} */
  #nudged = null;
  /** @type {[number, number]} height and width of the frame that is shown */
  #sized = [0, 0];
  /** @type {(() => void)[]} */
  #stops;
  /** @param {Session} session @param {HTMLElement} place */
  constructor(session, place) {
    this.session = session;
    this.place = place;
    this.layers = new Layers(place, session, () => ({ view: this.view, hand: this.hand }));
    this.#around = this.#surroundings();
    this.#grabber = new SelectTool(this.#around);
    this.#tool = this.#current = this.#made();
    this.#stops = [
      session.on("labels", ({ ids }) => this.layers.labelsChanged(ids)),
      session.on("selection", () => this.#selected()),
      session.on("hover", () => this.layers.repaint("gesture")),
      session.on("looks", () => this.layers.repaint("picture", "labels", "gesture")),
      session.on("picture", () => this.layers.repaint("picture")),
      session.on("frame", () => this.#turned()),
      session.on("tool", () => this.#toolChanged()),
      session.on("open", () => this.#opened())
    ];
    const observer = new ResizeObserver(() => this.#resized());
    observer.observe(place);
    const resized = () => this.#resized();
    window.addEventListener("resize", resized);
    this.#stops.push(
      () => observer.disconnect(),
      () => window.removeEventListener("resize", resized)
    );
  }
  close() {
    for (const stop of this.#stops) stop();
    this.layers.close();
  }
  /** Whether a button is held down on the picture. */
  isPressed = false;
  /** @returns {boolean} whether a gesture or an unfinished shape is under the hand */
  get isBusy() {
    return this.#current.isBusy || this.hand.draft !== null;
  }
  /** @returns {boolean} whether there is something to take back before any edit */
  get hasBegun() {
    return this.isKeyPressed || this.isBusy;
  }
  /** @returns {boolean} whether a shape waits for its next vertex */
  get isDrawing() {
    return this.hand.draft?.dots !== void 0;
  }
  /** What is drawn or selected, as it is at this moment. */
  get shape() {
    const { draft } = this.hand;
    const shape = draft?.shape ?? this.session.selected?.shape;
    return !shape || draft?.dots && draft.dots.length < 2 ? null : shape;
  }
  // --- the view
  fit() {
    this.#isFitted = true;
    this.#show(fitted(this.session.size, this.layers.room));
  }
  /** @param {number} factor @param {Point} [at] in CSS pixels */
  zoom(factor, at = this.#middle) {
    this.#isFitted = false;
    this.#show(zoomed(this.view, factor, at, this.session.size, this.layers.room));
  }
  /** One pixel of the picture on one of the screen. */
  zoomToPixels() {
    this.zoom(1 / (this.view.scale * (window.devicePixelRatio || 1)));
  }
  /** @param {Point} by in CSS pixels */
  pan(by) {
    this.#isFitted = false;
    this.#show(panned(this.view, by, this.session.size, this.layers.room));
  }
  /** @param {Point} point in CSS pixels of the stage */
  toPicture(point) {
    return toPicture(this.view, point);
  }
  // --- the hand
  /** @param {Pointer} at */
  press(at) {
    this.#settleNudge();
    this.session.player.stop();
    this.isPressed = true;
    this.session.hover(null);
    const { selected, tool, readOnly } = this.session;
    const grabs = !readOnly && TOOLS[tool].grabs && selected?.shape && handleAt(selected.shape, at, this.#around);
    this.#current = grabs ? this.#grabber : this.#tool;
    this.hand.at = at;
    this.#perform(this.#current.down(at));
  }
  /** @param {Pointer} at @param {Pointer[]} [between] */
  move(at, between3 = []) {
    this.hand.at = at;
    this.#perform(this.#current.move(at, between3));
    this.#handMoved();
  }
  /** Nothing is pressed. @param {Pointer} at */
  hover(at) {
    this.hand.at = at;
    if (this.#current.isBusy) this.#perform(this.#current.move(at));
    else {
      const seen = this.session.tool === "select" || TOOLS[this.session.tool].grabs ? this.#around.labels() : [];
      const under = labelAt(seen, at, reachOf(this.#around, at));
      this.session.hover(under?.id ?? null);
      const over = this.#handleUnder(at) ?? (under ? "label" : "");
      if (over !== this.place.dataset.over) this.place.dataset.over = over;
    }
    this.#handMoved();
  }
  /** @param {Pointer} at */
  release(at) {
    this.isPressed = false;
    this.#perform(this.#current.up(at));
    if (!this.#current.isBusy) this.#current = this.#tool;
    this.session.player.settle();
  }
  /** @param {Pointer} at @returns {boolean} whether that did something */
  doubleClick(at) {
    const { selected, tool } = this.session;
    const grabs = TOOLS[tool].grabs && selected?.shape;
    const outcome = (grabs ? this.#grabber : this.#tool).doubleClick(at);
    this.#perform(outcome);
    return outcome !== null;
  }
  /** The pointer is no longer here. */
  leave() {
    if (this.hand.isKeyboard) return;
    this.hand.at = null;
    this.session.hover(null);
    this.#handMoved();
  }
  /** @returns {boolean} whether there was something to give up */
  abandon() {
    const nudged = this.#nudged !== null;
    this.#nudged = null;
    this.isPressed = false;
    const outcome = this.#current.cancel();
    this.#current = this.#tool;
    this.#draft(null);
    this.session.player.settle();
    return outcome !== null || nudged;
  }
  /** Take back what has begun: its last vertex, else all of it. @returns {boolean} whether there was anything */
  takeBack() {
    if (!this.hasBegun) return false;
    if (this.toolKey("Backspace")) return true;
    this.isKeyPressed = false;
    this.abandon();
    return true;
  }
  /** Take back what has begun, else the last edit. */
  undo() {
    if (!this.takeBack()) this.session.undo();
  }
  /** Give up what the press began, and only that: vertices set before it stay. */
  abandonPress() {
    this.isPressed = false;
    if (this.#current.cancelPress) this.#perform(this.#current.cancelPress());
    else this.abandon();
  }
  /** @param {string} key @returns {boolean} whether the tool took it */
  toolKey(key) {
    const outcome = this.#current.key(key) ?? this.#grabber.key(key);
    if (outcome === void 0) return false;
    this.#perform(outcome);
    return true;
  }
  /**
   * Move the selected label while an arrow key is held; the release of the key is the end of the gesture.
   *
   * @param {Point} by
   */
  nudge(by) {
    const { selected, readOnly } = this.session;
    if (!selected?.shape || readOnly) return;
    const from = this.#nudged?.id === selected.id ? this.#nudged.shape : selected.shape;
    this.#nudged = { id: selected.id, shape: kindOf(from).moved(from, by, this.session.size) };
    this.#draft({ ...this.#nudged });
  }
  /** @returns {boolean} */
  endNudge() {
    return this.#settleNudge();
  }
  /** The keyboard's cursor, at the pointer or in the middle of the view. */
  showCursor() {
    if (this.hand.isKeyboard) return;
    const at = this.hand.at ?? this.toPicture(this.#middle);
    const { x, y } = clampedPoint(at, this.session.size);
    this.hand = { ...this.hand, at: { x: Math.round(x), y: Math.round(y) }, isKeyboard: true };
    this.hover(
      /** @type {Point} */
      this.hand.at
    );
  }
  hideCursor() {
    if (!this.hand.isKeyboard) return;
    this.hand.isKeyboard = false;
    this.layers.repaint("gesture");
  }
  /** @param {Point} by in pixels of the picture @param {{shift?: boolean}} [how] @param {boolean} [pressed] */
  moveCursor(by, how = {}, pressed = false) {
    this.showCursor();
    const from = this.hand.at ?? { x: 0, y: 0 };
    const at = { ...clampedPoint({ x: from.x + by.x, y: from.y + by.y }, this.session.size), ...how };
    if (pressed) this.move(at);
    else this.hover(at);
    this.#bringIntoView(at);
  }
  // ---
  get #middle() {
    return { x: this.layers.room.width / 2, y: this.layers.room.height / 2 };
  }
  /** @returns {Surroundings} */
  #surroundings() {
    const view = this;
    const { session } = this;
    return {
      get size() {
        return session.size;
      },
      get readOnly() {
        return session.readOnly;
      },
      pixel: () => 1 / view.view.scale,
      active: () => session.active,
      labels: () => {
        if (session.looks.hidden) return [];
        const seen = session.seen.filter(({ id }) => !session.hiddenIds.has(id));
        const { selected } = session;
        return selected?.drawn === "ghost" ? [...seen, selected] : seen;
      },
      selected: () => session.looks.hidden ? void 0 : session.selected,
      brush: () => session.brush
    };
  }
  /** What a press would drag: "vertex", or "resize-1" along a falling diagonal. @param {Pointer} at */
  #handleUnder(at) {
    const { selected, readOnly, tool } = this.session;
    const takes = tool === "select" || TOOLS[tool].grabs;
    if (readOnly || !takes || !selected?.shape) return null;
    const handle = handleAt(selected.shape, at, this.#around);
    if (handle?.role !== "resize") return handle?.role ?? null;
    const turned = selected.shape.type === "rotatable_bounding_box" ? selected.shape.angle : 0;
    const away = Math.atan2((handle.fy ?? 0.5) - 0.5, (handle.fx ?? 0.5) - 0.5) + turned * Math.PI / 180;
    return `resize-${(Math.round(4 * away / Math.PI) % 4 + 4) % 4}`;
  }
  /** What was chosen in the list may lie outside of what is seen. */
  #selected() {
    this.layers.repaint("gesture");
    const { shape } = this.session.selected ?? {};
    const { room } = this.layers;
    if (!shape || this.isPressed || !room.width) return;
    const { x0, y0, x1, y1 } = kindOf(shape).bounds(shape);
    if (meet({ x0, y0, x1, y1 }, inSight(this.view, room))) return;
    const whole = Math.min(room.width / (x1 - x0 || 1), room.height / (y1 - y0 || 1)) / NEIGHBOURHOOD;
    if (whole < this.view.scale) this.zoom(whole / this.view.scale);
    const { x, y } = toView(this.view, { x: (x0 + x1) / 2, y: (y0 + y1) / 2 });
    this.pan({ x: this.#middle.x - x, y: this.#middle.y - y });
  }
  /** @param {Outcome | null | undefined} outcome */
  #perform(outcome) {
    if (!outcome) return;
    if (outcome.do === "draft") return this.#draft(outcome.draft);
    const { session } = this;
    if (outcome.do !== "select" && outcome.do !== "measure") this.#draft(null);
    if (outcome.do === "draw") session.draw(outcome.shape);
    else if (outcome.do === "change") session.change(outcome.id, outcome.shape, outcome.what);
    else if (outcome.do === "remove") session.erase(outcome.id);
    else if (outcome.do === "select") session.select(outcome.id);
    else if (outcome.do === "measure") this.#measure(outcome.line);
    else if (outcome.do === "abandon" && outcome.why) session.note(outcome.why, true);
    else if (outcome.do === "click") {
      session.select(labelAt(this.#around.labels(), outcome.at, reachOf(this.#around, outcome.at))?.id ?? null);
    }
  }
  /** @param {Hand["draft"]} draft */
  #draft(draft) {
    const isNews = draft === null !== (this.hand.draft === null);
    this.hand.draft = draft;
    this.layers.draftChanged(draft);
    this.onHand?.();
    if (isNews) this.onBegun?.();
  }
  /** @param {Hand["ruler"]} line */
  #measure(line) {
    this.hand.ruler = line;
    this.#handMoved();
  }
  #handMoved() {
    const { tool, looks } = this.session;
    if (looks.crosshair || this.hand.isKeyboard || TOOLS[tool].shape === "bitmask") this.layers.repaint("gesture");
    this.onHand?.();
  }
  #settleNudge() {
    const nudged = this.#nudged;
    if (!nudged) return false;
    this.#nudged = null;
    this.#draft(null);
    this.session.change(nudged.id, nudged.shape, "move");
    return true;
  }
  #made() {
    const { tool } = this.session;
    return tool === "select" ? this.#grabber : TOOLS[tool].make(this.#around);
  }
  #toolChanged() {
    this.#settleNudge();
    this.abandon();
    this.hand.ruler = null;
    this.#tool = this.#current = this.#made();
    this.layers.repaint("gesture");
  }
  /** Another frame is shown. */
  #turned() {
    this.#nudged = this.hand.ruler = null;
    const [height, width] = this.session.size;
    if (`${this.#sized}` !== `${[height, width]}`) {
      this.#sized = [height, width];
      this.#toolChanged();
      this.fit();
    }
    this.layers.repaint("labels", "gesture");
    this.onHand?.();
  }
  #opened() {
    this.#nudged = null;
    this.#toolChanged();
    this.hand.isKeyboard = false;
    this.layers.repaint("labels", "gesture");
    this.fit();
  }
  #resized() {
    const { width, height } = this.place.getBoundingClientRect();
    if (width < 1 || height < 1) return;
    this.layers.resize({ width, height }, window.devicePixelRatio || 1);
    if (this.#isFitted) this.fit();
  }
  /** @param {View} view */
  #show(view) {
    this.view = view;
    this.layers.viewChanged();
    this.onHand?.();
  }
  /** @param {Point} at in pixels of the picture */
  #bringIntoView(at) {
    const [{ x, y }, { width, height }] = [toView(this.view, at), this.layers.room];
    const by = {
      x: Math.max(0, 20 - x) - Math.max(0, x - width + 20),
      y: Math.max(0, 20 - y) - Math.max(0, y - height + 20)
    };
    if (by.x || by.y) this.pan(by);
  }
};

// src/ui/looks_panel.js
var SLIDERS = [
  { name: "opacity", title: "Label opacity", min: 0 },
  { name: "brightness", title: "Brightness", min: -1 },
  { name: "contrast", title: "Contrast", min: -1 }
];
var SWITCHES = [
  { name: "outline", title: "Outline only" },
  { name: "hidden", title: "Hide labels", key: "H" },
  { name: "names", title: "Names" },
  { name: "crosshair", title: "Crosshair" }
];
var looksPanel = (session) => {
  const draws = [];
  const sliders = SLIDERS.map(({ name, title, min }) => {
    const input = make("input", {
      type: "range",
      min: String(min),
      max: "1",
      step: "0.05",
      oninput: () => session.look({ [name]: Number(input.value) })
    });
    draws.push(() => input.value = String(session.looks[name]));
    return make("label", {}, make("span", {}, title), input);
  });
  const switches = SWITCHES.map(({ name, title, key }) => {
    const input = make("input", { type: "checkbox", onchange: () => session.look({ [name]: input.checked }) });
    draws.push(() => input.checked = session.looks[name]);
    return make("label", {}, input, ` ${title} `, ...key ? [make("kbd", { "aria-hidden": "true" }, key)] : []);
  });
  const reset = make(
    "button",
    { type: "button", className: "aw-plain", onclick: () => session.look(LOOKS) },
    "As at first"
  );
  const form = make(
    "div",
    { className: "aw-ed-looks", role: "group", "aria-label": "View" },
    ...sliders,
    ...switches,
    reset
  );
  const element = make(
    "details",
    { className: "aw-ed-view" },
    make("summary", { className: "aw-plain aw-ed-summary" }, "View"),
    form
  );
  const draw = () => draws.forEach((call) => call());
  const outside = (event) => {
    if (element.open && !event.composedPath().includes(element)) element.open = false;
  };
  const escape = (event) => {
    if (event.key !== "Escape" || !element.open) return;
    event.stopPropagation();
    element.open = false;
    element.querySelector("summary")?.focus();
  };
  element.addEventListener("keydown", escape);
  document.addEventListener("pointerdown", outside, true);
  const stop = session.on("looks", draw);
  draw();
  return {
    element,
    close() {
      stop();
      document.removeEventListener("pointerdown", outside, true);
    }
  };
};

// src/ui/window_panel.js
var OWN = "own";
var HAND = "hand";
var windowPanel = (session) => {
  const { windowing } = session;
  const preset = make("select", { onchange: () => choose(preset.value) });
  const field = (name) => make("input", { type: "number", step: "any", className: "aw-num", "aria-label": name, onchange: () => read2() });
  const [centre, width] = [field("Level"), field("Window")];
  const inverted = make("input", { type: "checkbox", onchange: () => session.look({ inverted: inverted.checked }) });
  const reset = make(
    "button",
    { type: "button", className: "aw-plain", onclick: () => windowing.reset() },
    "As at first"
  );
  const said = make("summary", {
    className: "aw-plain aw-ed-summary aw-num",
    title: "Window and level (W, then drag)"
  });
  const unit = make("span", { className: "aw-mute" });
  const form = make(
    "div",
    { className: "aw-ed-looks aw-ed-windows", role: "group", "aria-label": "Window and level" },
    make("label", {}, make("span", {}, "Preset"), preset),
    make("label", {}, make("span", {}, "Window ", unit), width),
    make("label", {}, make("span", {}, "Level"), centre),
    make("label", {}, inverted, " Inverted"),
    reset
  );
  const element = make("details", { className: "aw-ed-view" }, said, form);
  const read2 = () => windowing.set(Number(centre.value), Number(width.value));
  const choose = (chosen) => {
    if (chosen === OWN) session.look({ window: null });
    else if (chosen !== HAND) windowing.choose(windowing.presets[Number(chosen)]);
  };
  let listed = null;
  const draw = () => {
    element.hidden = !windowing.isPossible;
    if (element.hidden) return;
    const { current, presets, isOwn, scale } = windowing;
    const names = presets.map(
      ({ name, centre: middle, width: wide }) => `${name} (${shown(wide)}, ${shown(middle)})`
    );
    const now = names.join("\n");
    if (now !== listed) {
      listed = now;
      preset.replaceChildren(
        make("option", { value: OWN }, "As the file says"),
        ...names.map((name, i) => make("option", { value: String(i) }, name)),
        make("option", { value: HAND, hidden: true }, "By hand")
      );
    }
    const place = presets.findIndex((one) => one.centre === current.centre && one.width === current.width);
    preset.value = isOwn ? OWN : place < 0 ? HAND : String(place);
    if (document.activeElement !== centre) centre.value = shown(current.centre);
    if (document.activeElement !== width) width.value = shown(current.width);
    unit.textContent = scale?.unit ? `(${scale.unit})` : "";
    inverted.checked = session.looks.inverted;
    const text = `W ${shown(current.width)} L ${shown(current.centre)}`;
    if (said.textContent !== text) said.textContent = text;
  };
  const outside = (event) => {
    if (element.open && !event.composedPath().includes(element)) element.open = false;
  };
  const escape = (event) => {
    if (event.key !== "Escape" || !element.open) return;
    event.stopPropagation();
    element.open = false;
    said.focus();
  };
  element.addEventListener("keydown", escape);
  document.addEventListener("pointerdown", outside, true);
  const stops = [session.on("looks", draw), session.on("picture", draw)];
  draw();
  return {
    element,
    close() {
      for (const stop of stops) stop();
      document.removeEventListener("pointerdown", outside, true);
    }
  };
};
var shown = (value) => String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));

// src/ui/status.js
var NEARER2 = 1.25;
var PACE = 100;
var saving = ({ channel, readOnly }) => {
  if (readOnly) return { text: "view only", kind: "mute", title: "Labels can be looked at, not changed" };
  const { name, count, kept: kept2, reason } = channel.state;
  if (name === "saved") return { text: "saved", kind: "ok", title: "Everything is in the file" };
  if (name === "copy") return { text: "a copy, not saved yet", kind: "mute", title: "It is saved as a whole" };
  if (name === "saving") return { text: `saving (${count})`, kind: "mute", title: "Edits on their way to the file" };
  const where = kept2 ? `${count} kept here` : `${count} not kept: don't close this page`;
  if (name === "offline") {
    const then = kept2 ? "The browser keeps your edits, and sends them when it is there again" : "This browser can't keep your edits: wait until they are saved";
    const title = `The kernel is busy or gone. ${then}`;
    return { text: `offline (${where})`, kind: kept2 ? "warn" : "bad", title };
  }
  return { text: `not saved (${where})`, kind: "bad", title: reason ?? "" };
};
var statusLine = (session, stage) => {
  const [place, noted] = [make("span", { className: "aw-ed-line" }), make("span", { className: "aw-ed-line" })];
  const note = make("span", { className: "aw-ed-note", role: "status" }, noted);
  const size = make("input", {
    type: "range",
    min: "0",
    max: "100",
    step: "1",
    oninput: () => session.setBrush(brushOf(Number(size.value))),
    "aria-label": "Brush size"
  });
  const sizeShown = make("output", { className: "aw-num" });
  const brush = make("label", { className: "aw-ed-brush", title: "Brush size ([ and ])" }, "Brush ", size, sizeShown);
  const button = (text, title, press) => make("button", { type: "button", className: "aw-plain", title, "aria-label": title, onclick: press }, text);
  const percent = make("span", { className: "aw-ed-percent aw-num", title: "Zoom" });
  const zoom = make(
    "span",
    { className: "aw-ed-zoom", role: "group", "aria-label": "Zoom" },
    button("−", "Zoom out (-)", () => stage.zoom(1 / NEARER2)),
    percent,
    button("+", "Zoom in (+)", () => stage.zoom(NEARER2)),
    button("Fit", "Fit the picture (F)", () => stage.fit()),
    button("1:1", "1:1, one pixel on one of the screen", () => stage.zoomToPixels())
  );
  const looks = looksPanel(session);
  const windows = windowPanel(session);
  const saved = make("span", { className: "aw-ed-saving", role: "status" });
  const element = make(
    "div",
    { className: "aw-ed-status" },
    make("span", { className: "aw-ed-place aw-num" }, place),
    note,
    brush,
    zoom,
    windows.element,
    looks.element,
    saved
  );
  const drawHand = () => {
    const { at } = stage.hand;
    const { shape } = stage;
    const [height, width] = session.size;
    const inside = at && at.x >= 0 && at.y >= 0 && at.x <= width && at.y <= height;
    const where = inside ? `${Math.floor(at.x)}, ${Math.floor(at.y)}` : "";
    const value = inside ? session.windowing.reading(at) : "";
    const big = shape && measured(shape, session.given.spacing);
    element.classList.toggle("aw-ed-reads", session.windowing.isPossible || Boolean(session.given.spacing));
    set(place, [value, where, big].filter(Boolean).join("  ·  ") || `${width} × ${height} px`);
    set(percent, `${Math.round(stage.view.scale * (window.devicePixelRatio || 1) * 100)} %`);
  };
  const drawSaving = () => {
    const { text, kind, title } = saving(session);
    set(saved, text);
    saved.title = title;
    saved.className = `aw-ed-saving aw-${kind}`;
  };
  const drawTool = () => {
    element.classList.toggle("aw-ed-paints", session.tools.includes("brush"));
    brush.hidden = session.tool !== "brush" && session.tool !== "eraser";
    size.value = String(placeOf(session.brush));
    set(sizeShown, `${session.brush} px`);
  };
  let timer = null;
  stage.onHand = () => {
    timer ??= setTimeout(() => {
      timer = null;
      drawHand();
    }, PACE);
  };
  const stops = [
    session.on("sync", drawSaving),
    session.on("tool", drawTool),
    session.on("selection", () => stage.onHand?.()),
    session.on("labels", () => stage.onHand?.()),
    session.on("open", () => stage.onHand?.()),
    session.on("picture", () => stage.onHand?.()),
    session.on("note", (told) => {
      set(noted, told?.text ?? "");
      note.title = noted.textContent;
      note.className = `aw-ed-note ${told?.bad ? "aw-bad" : "aw-mute"}`;
      element.classList.toggle("aw-ed-told", Boolean(told?.bad));
    }),
    () => clearTimeout(timer),
    looks.close,
    windows.close
  ];
  drawHand();
  drawSaving();
  drawTool();
  return { element, close: () => stops.forEach((stop) => stop()) };
};
var set = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};
var brushOf = (place) => Math.round(1e3 ** (place / 100));
var placeOf = (brush) => Math.round(100 * Math.log(brush) / Math.log(1e3));

// src/ui/toolbar.js
var UNDO = "M6 3 3 6l3 3M3.5 6H9a4 4 0 0 1 0 8H6";
var REDO = "M10 3l3 3-3 3M12.5 6H7a4 4 0 0 0 0 8h3";
var toolbar = (stage) => {
  const { session } = stage;
  const tools = make("div", { className: "aw-ed-tools" });
  const undo = iconButton("Undo", UNDO, () => stage.undo(), "ctrl+z");
  const redo = iconButton("Redo", REDO, () => session.redo(), "ctrl+shift+z");
  const history = make("div", { className: "aw-ed-tools" }, undo, redo);
  const element = make(
    "div",
    { className: "aw-ed-rail", role: "toolbar", "aria-label": "Tools", "aria-orientation": "vertical" },
    tools,
    history
  );
  const buttons = /* @__PURE__ */ new Map();
  const stops = () => [...element.querySelectorAll("button")].filter((button) => !button.disabled);
  const stopAt = (stop) => {
    for (const button of element.querySelectorAll("button")) button.tabIndex = button === stop ? 0 : -1;
  };
  element.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const all = stops();
    const now = all.findIndex((button) => button === document.activeElement);
    const next = all[(now + step + all.length) % all.length];
    stopAt(next);
    next?.focus();
  });
  const draw = () => {
    const names = session.tools;
    if (names.join() !== [...buttons.keys()].join()) {
      buttons.clear();
      for (const name of names) {
        const { title, icon: icon2, key, hint } = TOOLS[name];
        const button = iconButton(title, icon2, () => session.use(name), key);
        button.title += `
${hint}`;
        button.dataset.tool = name;
        buttons.set(name, button);
      }
      tools.replaceChildren(...buttons.values());
    }
    for (const [name, button] of buttons) button.setAttribute("aria-pressed", String(name === session.tool));
    stopAt(buttons.get(session.tool));
    history.hidden = session.readOnly;
    element.hidden = session.readOnly && names.length === 1;
  };
  const enable = () => {
    undo.disabled = !session.document.canUndo && !stage.hasBegun;
    redo.disabled = !session.document.canRedo;
  };
  const listening = [
    session.on("tool", draw),
    session.on("picture", draw),
    session.on("labels", enable),
    session.on("open", enable)
  ];
  stage.onBegun = enable;
  draw();
  enable();
  return { element, close: () => listening.forEach((stop) => stop()) };
};

// src/ui/stage.js
var PRESSED = ".aw-ed-rail button, .aw-ed-zoom button, .aw-ed-moves button, .aw-ed-brush input";
var showStage = (session, el) => {
  const place = make("div", {
    className: "aw-ed-stage",
    tabIndex: 0,
    role: "application",
    "aria-label": "Picture with labels",
    "aria-roledescription": "label editor"
  });
  const cover = make("div", { className: "aw-ed-cover", role: "status" });
  const middle = make("div", { className: "aw-ed-middle" }, place, cover);
  const stage = new StageView(session, place);
  const [tools, status, bar] = [toolbar(stage), statusLine(session, stage), frameBar(session)];
  const frames = make("div", { className: "aw-ed-frames" }, bar.element);
  const root = make(
    "div",
    { className: "aw-ed", tabIndex: -1, "data-lm-suppress-shortcuts": "true" },
    tools.element,
    middle,
    frames,
    status.element
  );
  el.classList.add("aw", "aw-ed-host");
  el.append(root);
  root.addEventListener("focusin", ({ target }) => {
    if (target instanceof Element) target.setAttribute("data-lm-suppress-shortcuts", "true");
    session.bringToFront(stage);
  });
  root.addEventListener("click", ({ detail, target }) => {
    if (detail > 0 && target instanceof Element && target.closest(PRESSED)) place.focus({ preventScroll: true });
  });
  session.bringToFront(stage);
  const held = { isSpaceHeld: false, hasPanned: false };
  const stops = [
    followPointer(place, stage, held),
    followKeys(root, () => stage, held),
    tools.close,
    status.close,
    bar.close,
    () => stage.close()
  ];
  const draw = () => {
    const { picture, problem } = session.frames;
    frames.hidden = !session.tracks.isMany;
    cover.hidden = picture !== void 0;
    cover.textContent = problem ?? (session.given.frames > 0 ? "Loading the picture …" : "");
    cover.classList.toggle("aw-bad", problem !== null);
    const { title } = session.given;
    place.setAttribute("aria-label", title ? `Picture ${title} with labels` : "Picture with labels");
    place.dataset.tool = session.tool;
  };
  stops.push(session.on("picture", draw), session.on("open", draw), session.on("tool", draw));
  draw();
  return () => {
    for (const stop of stops) stop();
    session.leave(stage);
    root.remove();
  };
};

// src/index.js
var wear = (el) => {
  const root = el.getRootNode();
  const place = root instanceof ShadowRoot ? root : document.head;
  if (place.querySelector("style[data-aw-editor]")) return;
  const style = document.createElement("style");
  style.dataset.awEditor = "";
  style.textContent = `${editor_default}
${screen_default}`;
  place.append(style);
};
var index_default = () => {
  let session = null;
  return {
    /** @param {{model: Model}} context */
    initialize({ model }) {
      if (model.get("part") !== "stage") return void 0;
      const kept2 = new IndexedDbKept();
      const made2 = new Session(model, (document2) => new Channel({ model, document: document2, kept: kept2 }));
      session = made2;
      const leave = register(made2);
      const ask = (event) => {
        if (!made2.channel.state.kept) event.preventDefault();
      };
      window.addEventListener("beforeunload", ask);
      return () => {
        window.removeEventListener("beforeunload", ask);
        leave();
        made2.close();
      };
    },
    /** @param {{model: Model, el: HTMLElement}} context */
    async render({ model, el }) {
      wear(el);
      if (session) return showStage(session, el);
      const stage = await model.widget_manager?.get_model(model.get("stage").slice("IPY_MODEL_".length));
      return showPanel(await sessionOf(stage), el);
    }
  };
};
export {
  index_default as default
};
