import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { nameOf } from "../../annowidgets/widgets/editor/src/render/style.js";
import { Session } from "../../annowidgets/widgets/editor/src/session.js";
import { bitmaskOf } from "../../annowidgets/widgets/editor/src/shapes/bitmask.js";
import { Channel } from "../../annowidgets/widgets/editor/src/sync/channel.js";
import { TOOLS } from "../../annowidgets/widgets/editor/src/tools/index.js";

// What a person does to objects on an item of several frames, without a page.

globalThis.OffscreenCanvas ??= class {};
const CLASSES = [
    { name: "person", shape: "bounding_box", color: "#d62728" },
    { name: "organ", shape: "bitmask", color: "#2ca02c" },
];
const SIZE = [100, 200];
const box = (x, y = 10) => ({ type: "bounding_box", x, y, width: 20, height: 10 });
const open = [];
afterEach(() => open.splice(0).forEach((session) => session.close()));

class Model {
    sent = [];
    constructor(traits) {
        this.traits = traits;
    }
    get(name) {
        return this.traits[name];
    }
    on() {}
    off() {}
    send(content) {
        this.sent.push(...(content.messages ?? [content]));
    }
}

/** A session on an item of 40 frames, whose pictures are all there. */
const start = (labels = [], { modality = "video", sizes = [SIZE], readOnly = false } = {}) => {
    const model = new Model({
        read_only: readOnly,
        active: [0, "person"],
        ontology: { objects: CLASSES },
        document: {
            number: 1,
            key: { workspace: "w", task: null, user: "ann" },
            labels,
            revision: 0,
            log: [],
            frames: 40,
            sizes,
            modality,
            interpolate: modality === "video" || modality === "image_sequence",
        },
    });
    const kept = { add: async () => true, remove() {}, list: async () => [] };
    const session = new Session(model, (document) => new Channel({ model, document, kept }));
    open.push(session);
    const notes = [];
    session.on("note", (note) => note && notes.push(note));
    const turn = async (frame) => {
        session.player.go(frame);
        const buffers = [new Uint8Array(4).buffer];
        await session.frames.take({ number: 1, index: frame, dtype: "uint8", shape: [2, 2], window: [0, 1], buffers });
        assert.equal(session.frames.index, frame);
    };
    return { model, session, notes, turn };
};
const keysOf = ({ labels: [label] }) =>
    Object.fromEntries(Object.entries(label.key_frames).map(([frame, shape]) => [frame, shape && shape.x]));

test("a track of two key frames: drawn on one, put down and moved on another, seen in between", async () => {
    const { session, turn } = start();
    await turn(5);
    session.draw(box(10));
    assert.deepEqual(keysOf(session), { 5: 10 });
    await turn(35);
    assert.deepEqual([session.seen.length, session.selected.drawn, session.selected.shape.x], [0, "ghost", 10]);
    session.change(session.selectedId, box(70), "move");
    assert.deepEqual(keysOf(session), { 5: 10, 35: 70 });
    await turn(20);
    assert.deepEqual([session.seen[0].drawn, session.seen[0].shape.x], ["between", 40]);
    session.change(session.selectedId, box(50), "move");
    assert.deepEqual(keysOf(session), { 5: 10, 20: 50, 35: 70 });
    assert.equal(session.seen[0].drawn, "key");
    session.undo();
    assert.deepEqual(keysOf(session), { 5: 10, 35: 70 });
    session.redo();
    session.tracks.key();
    assert.deepEqual(keysOf(session), { 5: 10, 35: 70 });
    session.tracks.outside();
    assert.deepEqual(keysOf(session), { 5: 10, 19: 38, 20: null, 35: 70 });
    assert.equal(session.seen.length, 0);
});

test("each gesture is one op, and undo takes it back whole", async () => {
    const { model, session, turn } = start();
    await turn(3);
    session.draw(box(10));
    session.tracks.copy(4);
    session.tracks.outside();
    await turn(9);
    session.tracks.until();
    await new Promise((resolve) => setTimeout(resolve)); // what one event brings is sent at its end
    const ops = model.sent.filter(({ type }) => type === "op").map(({ op }) => op);
    assert.deepEqual(
        ops.map(({ what }) => what),
        ["draw person", "person 1: copied to 4 frames", "person 1: off this frame", "person 1: holds up to here"],
    );
    for (const op of ops) assert.equal(op.forward.put.length + op.forward.remove.length, 1);
    const lists = [{ 7: 10 }, { 3: 10, 7: 10 }, { 3: 10 }];
    for (const expected of lists) {
        session.undo();
        assert.deepEqual(keysOf(session), expected);
    }
});

test("an object holds up to a frame behind its last key frame, and ends on one before it", async () => {
    const { session, turn } = start();
    session.draw(box(10));
    await turn(30);
    session.tracks.until();
    assert.equal(session.labels[0].until, 30);
    assert.equal(session.seen[0].drawn, "between");
    await turn(12);
    session.tracks.until();
    assert.deepEqual([session.labels[0].until, keysOf(session)], [12, { 0: 10 }]);
    await turn(13);
    assert.equal(session.seen.length, 0);
});

test("slices stand by themselves: an outline goes on with the selected object, and is never interpolated", async () => {
    const { session, turn } = start([], { modality: "dicom_series" });
    session.draw(box(10));
    const id = session.selectedId;
    await turn(2);
    assert.equal(session.selected.drawn, "ghost");
    session.draw(box(14));
    assert.deepEqual([session.labels.length, session.selectedId, keysOf(session)], [1, id, { 0: 10, 2: 14 }]);
    await turn(1);
    assert.equal(session.seen.length, 0);
    session.tracks.key(); // the nearest shape, put here
    assert.deepEqual(Object.keys(keysOf(session)), ["0", "1", "2"]);
    session.erase(id); // as the eraser does that leaves nothing
    assert.deepEqual(keysOf(session), { 0: 10, 2: 14 });
    session.select(null);
    session.draw(box(90));
    assert.equal(session.labels.length, 2);
});

test("pictures of a group have objects of their own, and no shadow of others", async () => {
    const { session, turn } = start([], { modality: "image_group" });
    session.draw(box(10));
    await turn(1);
    assert.equal(session.selected.shape, undefined);
    session.draw(box(50));
    assert.deepEqual(
        session.labels.map(({ key_frames }) => Object.keys(key_frames)),
        [["0"], ["1"]],
    );
});

test("a copy fills the slices that are free and fit", async () => {
    const sizes = Array.from({ length: 40 }, (_, frame) => (frame === 3 ? [100, 5] : SIZE));
    const taken = { type: "label", id: "a", category: "person", key_frames: { 0: box(10), 2: box(60) } };
    const { session, notes } = start([taken], { modality: "image_group", sizes });
    session.select("a");
    session.tracks.copy(4);
    assert.deepEqual(keysOf(session), { 0: 10, 1: 10, 2: 60, 4: 10 });
    assert.match(notes.at(-1).text, /copied to 2 frames/);
});

test("who selects in the list is led to the object, and a deletion says how much goes", async () => {
    const { session, notes, turn } = start([
        { type: "label", id: "a", category: "person", key_frames: { 10: box(10), 20: box(60) } },
    ]);
    await turn(30);
    session.select("a");
    assert.equal(session.frames.wanted, 20);
    session.remove();
    assert.match(notes.at(-1).text, /person 1 deleted on 11 frames/);
});

test("keys lead from key frame to key frame: of the selected object, else of any", async () => {
    const { session, turn } = start([
        { type: "label", id: "a", category: "person", key_frames: { 4: box(10), 20: box(60) } },
        { type: "label", id: "b", category: "person", key_frames: { 12: box(10) } },
    ]);
    await turn(5);
    session.tracks.jump(1);
    assert.equal(session.frames.wanted, 12);
    session.select("a", { turns: false });
    session.tracks.jump(1);
    assert.equal(session.frames.wanted, 20);
    session.tracks.jump(-1);
    assert.equal(session.frames.wanted, 4);
});

test("who takes an answer back is led to the nearest frame on which it changes, and told what it was", async () => {
    const { session, notes, turn } = start();
    const sharp = (value, frame, until) => [{ type: "answer", question: "sharp", value, frame, until }];
    const op = {
        id: "q1",
        kind: "edit",
        what: "answer sharp on frames 4 to 8",
        forward: { put: [], remove: [], answers: { sharp: sharp("yes", 0, 8) } },
        backward: { put: [], remove: [], answers: { sharp: sharp("yes", 0, 3) } },
    };
    session.document.applied({ op, revision: 1 });
    await turn(30);
    session.undo();
    assert.equal(session.frames.wanted, 8);
    assert.equal(notes.at(-1).text, "undo answer sharp on frames 4 to 8");
    await turn(6);
    session.redo();
    assert.equal(session.frames.wanted, 6);
});

test("Python hears which frame is looked at, once one stays there", async () => {
    const { model, turn } = start();
    for (const frame of [3, 4, 5]) await turn(frame);
    await new Promise((resolve) => setTimeout(resolve, 220));
    assert.deepEqual(
        model.sent.filter(({ type }) => type === "turn").map(({ index }) => index),
        [5],
    );
});

test("a label is called by the answers of the frame, and a change leaves those of all frames as they are", async () => {
    const later = { 5: { signal: "on" }, 20: { signal: "left" } };
    const told = { attributes: { signal: "off" }, attributes_by_frame: later };
    const { session, turn } = start([
        { type: "label", id: "a", category: "person", key_frames: { 0: box(10), 30: box(60) }, ...told },
    ]);
    const names = [];
    for (const frame of [0, 4, 5, 19, 20]) {
        await turn(frame);
        names.push(nameOf(session.seen[0]));
    }
    assert.deepEqual(
        names,
        ["off", "off", "on", "on", "left"].map((answer) => `person · ${answer}`),
    );
    session.select("a");
    session.change("a", box(70), "move");
    const { attributes, attributes_by_frame, ...label } = session.labels[0];
    assert.deepEqual({ attributes, attributes_by_frame }, told);
    assert.deepEqual(Object.keys(label).sort(), ["category", "id", "key_frames", "type"]);
});

test("read-only, one goes through the frames and changes nothing", async () => {
    const { model, session, turn } = start(
        [{ type: "label", id: "a", category: "person", key_frames: { 0: box(10), 20: box(60) } }],
        { readOnly: true },
    );
    await turn(10);
    session.select("a");
    for (const act of ["key", "outside", "until"]) session.tracks[act]();
    session.tracks.copy(3);
    assert.equal(session.seen[0].shape.x, 35);
    assert.deepEqual(
        model.sent.filter(({ type }) => type === "op"),
        [],
    );
});

test("the brush begins each slice anew, and what it paints belongs to the selected object", async () => {
    const { session, turn } = start([], { modality: "dicom_series" });
    session.choose(CLASSES[1]);
    session.draw(bitmaskOf(SIZE, [0, 50, 100 * 200 - 50]));
    const id = session.selectedId;
    await turn(1);
    assert.equal(session.selected.drawn, "ghost");
    const brush = TOOLS.brush.make({
        size: SIZE,
        pixel: () => 1,
        active: () => session.active,
        labels: () => [session.selected],
        selected: () => session.selected,
        brush: () => 3,
        readOnly: false,
    });
    brush.down({ x: 150.5, y: 50.5 });
    const outcome = brush.up({ x: 150.5, y: 50.5 });
    assert.equal(outcome.do, "draw");
    session.draw(outcome.shape);
    assert.deepEqual([session.labels.length, session.selectedId, session.seen.length], [1, id, 1]);
    assert.deepEqual(Object.keys(session.labels[0].key_frames), ["0", "1"]);
    assert.notEqual(session.labels[0].key_frames[0].counts, session.labels[0].key_frames[1].counts);
});
