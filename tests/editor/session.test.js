import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { Session } from "../../annowidgets/widgets/editor/src/session.js";
import { Channel } from "../../annowidgets/widgets/editor/src/sync/channel.js";

const CLASSES = [
    { name: "RBC", shape: "bounding_box", color: "#d62728" },
    {
        name: "WBC",
        shape: "bounding_box",
        color: "#1f77b4",
        attributes: [
            { type: "radio", name: "kind", options: [{ value: "odd", questions: [{ type: "text", name: "why" }] }] },
        ],
    },
    { name: "mask", shape: "bitmask", color: "#2ca02c" },
];
const SIZE = [100, 200];
const box = (x, y, width = 20, height = 10) => ({ type: "bounding_box", x, y, width, height });
const label = (id, category, shape, attributes) => ({
    type: "label",
    id,
    category,
    shape,
    ...(attributes && { attributes }),
});

/** The front end's model, with a Python that acknowledges nothing. */
class Model {
    sent = [];
    #listeners = new Map();
    constructor(traits) {
        this.traits = {
            part: "stage",
            read_only: false,
            active: [0, "RBC"],
            ontology: { objects: CLASSES },
            document: {
                number: 1,
                key: { workspace: "w", task: null, user: "ann" },
                labels: [],
                revision: 0,
                log: [],
                frames: 1,
                sizes: [SIZE],
            },
            ...traits,
        };
    }
    get(name) {
        return this.traits[name];
    }
    set(name, value) {
        this.traits[name] = value;
        this.fire(`change:${name}`);
    }
    on(name, listener) {
        this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
    }
    off(name, listener) {
        this.#listeners.set(
            name,
            (this.#listeners.get(name) ?? []).filter((one) => one !== listener),
        );
    }
    send(content) {
        this.sent.push(content);
    }
    fire(name, ...told) {
        for (const listener of this.#listeners.get(name) ?? []) listener(...told);
    }
    said(type) {
        return this.sent.filter((message) => message.type === type);
    }
}

const open = [];
afterEach(() => open.splice(0).forEach((session) => session.close()));

const start = (labels = [], traits = {}) => {
    const model = new Model(traits);
    model.traits.document = { ...model.traits.document, labels };
    const kept = { add: async () => true, remove() {}, list: async () => [] };
    const clock = { setTimeout, clearTimeout, now: () => 0, soon: (call) => call() };
    const session = new Session(model, (document) => new Channel({ model, document, kept, clock }));
    open.push(session);
    const notes = [];
    session.on("note", (note) => note && notes.push(note));
    return { model, session, notes };
};

test("the class that is chosen decides the tool, and is told to Python once", () => {
    const { model, session } = start();
    assert.deepEqual([session.active.name, session.tool], ["RBC", "box"]);
    session.choose(CLASSES[2]);
    session.choose(CLASSES[2]);
    assert.deepEqual([session.active.name, session.tool], ["mask", "brush"]);
    assert.deepEqual(model.said("active"), [{ type: "active", class: "mask" }]);
});

test("the tool that is chosen decides the class only where the active one is drawn otherwise", () => {
    const { session } = start();
    session.choose(CLASSES[1]);
    session.use("select");
    session.use("box");
    assert.equal(session.active.name, "WBC");
    session.use("eraser");
    assert.equal(session.active.name, "mask");
    session.use("polygon"); // no class has use for it
    assert.equal(session.tool, "eraser");
});

test("a class that Python chooses counts once per number", () => {
    const { model, session } = start();
    model.set("active", [1, "mask"]);
    assert.deepEqual([session.active.name, session.tool], ["mask", "brush"]);
    session.choose(CLASSES[0]);
    model.set("active", [1, "mask"]); // only repeats what came from here
    assert.equal(session.active.name, "RBC");
});

test("what is drawn is of the active class, selected, and one op", () => {
    const { model, session } = start();
    session.draw(box(1, 2));
    const [made] = session.labels;
    assert.deepEqual([made.category, made.shape], ["RBC", box(1, 2)]);
    assert.equal(session.selectedId, made.id);
    const [{ op }, ...more] = model.said("op");
    assert.deepEqual(more, []);
    assert.deepEqual(model.said("select"), [{ type: "select", label: made.id, after: op.id }]);
});

test("a label of another class keeps the answers that the class asks for", () => {
    const answers = { kind: "odd", why: "torn", size: 3 };
    const { session } = start([label("a", "RBC", box(0, 0), answers)]);
    session.reclass("a", CLASSES[1]);
    assert.deepEqual(session.labels, [label("a", "WBC", box(0, 0), { kind: "odd", why: "torn" })]);
    session.reclass("a", CLASSES[0]);
    assert.deepEqual(session.labels, [label("a", "RBC", box(0, 0))]);
});

test("a label of another class keeps of each frame's answers those that the class asks for", () => {
    const answers = { 3: { kind: "odd", size: 3 }, 5: { size: 4 } };
    const { session } = start([{ ...label("a", "RBC", box(0, 0)), attributes_by_frame: answers }]);
    session.reclass("a", CLASSES[1]);
    const kept = { 3: { kind: "odd" } };
    assert.deepEqual(session.labels, [{ ...label("a", "WBC", box(0, 0)), attributes_by_frame: kept }]);
});

test("a class that is drawn otherwise is no class for a label, and why is said", () => {
    const { session, notes, model } = start([label("a", "RBC", box(0, 0))]);
    session.reclass("a", CLASSES[2]);
    assert.equal(session.labels[0].category, "RBC");
    assert.equal(model.said("op").length, 0);
    assert.match(notes.at(-1).text, /RBC 1 can't be mask: that class is drawn as a bitmask/);
    assert.equal(notes.at(-1).bad, true);
});

test("a copy lies beside the original, also in the corner", () => {
    const { session } = start([label("a", "WBC", box(10, 10), { kind: "odd" }), label("b", "RBC", box(180, 90))]);
    for (const [id, expected] of [
        ["a", box(15, 15)],
        ["b", box(175, 85)],
    ]) {
        session.select(id);
        session.duplicate(5);
        const { id: copyId, ...copy } = session.labels.at(-1);
        assert.deepEqual(copy.shape, expected);
        assert.notEqual(copyId, id);
    }
    assert.deepEqual(session.labels[2].attributes, { kind: "odd" });
});

test("a label that is deleted is selected no longer, and Python hears of it", () => {
    const { model, session } = start([label("a", "RBC", box(0, 0))]);
    session.select("a");
    session.remove();
    assert.equal(session.selectedId, null);
    assert.deepEqual(model.said("select").at(-1), { type: "select", label: null });
});

test("undo selects what it brings back", () => {
    const { session } = start([label("a", "RBC", box(0, 0)), label("b", "RBC", box(50, 50))]);
    session.remove("b");
    session.undo();
    assert.equal(session.selectedId, "b");
});

test("walking through the labels goes round", () => {
    const { session } = start(["a", "b", "c"].map((id) => label(id, "RBC", box(0, 0))));
    const walked = [1, 1, 1, 1, -1, -1].map((step) => {
        session.walk(step);
        return session.selectedId;
    });
    assert.deepEqual(walked, ["a", "b", "c", "a", "c", "b"]);
});

test("read-only, labels are selected and nothing is changed", () => {
    const { model, session } = start([label("a", "RBC", box(0, 0))], { read_only: true });
    assert.deepEqual(session.tools, ["select"]);
    session.select("a");
    session.draw(box(5, 5));
    session.change("a", box(9, 9), "move");
    session.remove("a");
    session.reclass("a", CLASSES[1]);
    session.duplicate(5);
    session.undo();
    session.choose(CLASSES[1]);
    session.submit();
    assert.deepEqual(session.labels, [label("a", "RBC", box(0, 0))]);
    assert.deepEqual(
        model.sent.map(({ type }) => type),
        ["hello", "frame", "select"],
    );
});

test("a refusal is shown with what was done, why it was not, and the way out", () => {
    const { model, session, notes } = start();
    session.draw(box(1, 2));
    const [{ op }] = model.said("op");
    model.fire(
        "msg:custom",
        { type: "refused", number: 1, id: op.id, reason: "Too small.", hint: "Draw it larger." },
        [],
    );
    assert.deepEqual(session.labels, []);
    assert.deepEqual(notes.at(-1), { text: "Not done: draw RBC. Too small. Draw it larger.", bad: true });
});

test("another document begins with nothing selected, hidden or pending", () => {
    const { model, session } = start([label("a", "RBC", box(0, 0))]);
    session.select("a");
    session.toggle("a");
    session.draw(box(1, 1));
    model.set("document", { ...model.get("document"), number: 2, labels: [label("z", "RBC", box(2, 2))] });
    assert.deepEqual([session.selectedId, session.hiddenIds.size, session.document.pending.length], [null, 0, 0]);
    assert.deepEqual(
        session.labels.map(({ id }) => id),
        ["z"],
    );
    assert.deepEqual(
        model.said("frame").map(({ number }) => number),
        [1, 2],
    );
});

test("where no item is open no picture is asked for", () => {
    const { model } = start([], {
        document: {
            number: 0,
            key: { workspace: "", task: null, user: "" },
            labels: [],
            revision: 0,
            log: [],
            frames: 0,
            sizes: [],
        },
    });
    assert.deepEqual(model.said("frame"), []);
});

test("a picture that can't be shown says why, and only for the frame that is shown", () => {
    const { model, session } = start();
    model.fire("msg:custom", { type: "frame-failed", number: 7, index: 0, reason: "Another one." }, []);
    assert.equal(session.frames.problem, null);
    model.fire("msg:custom", { type: "frame-failed", number: 1, index: 0, reason: "The file has gone." }, []);
    assert.equal(session.frames.problem, "The file has gone.");
});

test("a label is marked where the pointer rests, not where it passes", ({ mock }) => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const { session } = start([label("a", "RBC", box(0, 0)), label("b", "RBC", box(50, 0)), label("c", "RBC", box(90, 0))]);
    const marked = [];
    session.on("hover", () => marked.push(session.hoveredId));
    session.hover("a");
    session.hover("b");
    mock.timers.tick(30);
    session.hover("b"); // still there: it need not wait anew
    assert.deepEqual(marked, []);
    mock.timers.tick(30);
    assert.deepEqual(marked, ["b"]);
    session.hover("c");
    session.hover("b"); // back before anything was marked
    mock.timers.tick(1000);
    assert.deepEqual(marked, ["b"]);
    session.hover(null);
    mock.timers.tick(1000);
    assert.deepEqual(marked, ["b", null]);
});
