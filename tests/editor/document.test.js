import assert from "node:assert/strict";
import { test } from "node:test";

import { applied, between } from "../../annowidgets/widgets/editor/src/delta.js";
import { LabelDocument } from "../../annowidgets/widgets/editor/src/document.js";
import { newLabelId, newOpId } from "../../annowidgets/widgets/editor/src/ids.js";

const label = (id, x = 0) => ({ type: "label", id, category: "RBC", shape: { type: "keypoint", x, y: 0 } });
const ids = (document) => document.labels.map(({ id }) => id);
const opened = (labels = [], log = []) => {
    const document = new LabelDocument();
    document.open({ number: 1, labels, revision: log.length, log });
    return document;
};
/** Numbers from 0 up to, not with, 1, the same in every run (mulberry32). */
const random = (seed) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

test("an edit and its way back give exactly the list before, whatever is put and removed", () => {
    const next = random(1);
    const pick = (n) => Math.floor(next() * n);
    for (let round = 0; round < 500; round++) {
        const labels = Array.from({ length: pick(7) }, (_, i) => label(`l${i}`, i));
        const remove = labels.filter(() => next() < 0.3).map(({ id }) => id);
        const put = [...new Set(Array.from({ length: pick(4) }, () => `l${pick(9)}`))].map((id) =>
            label(id, 100 + pick(9)),
        );
        const { forward, backward } = between(labels, { put, remove });
        assert.deepEqual(applied(applied(labels, forward), backward), labels, JSON.stringify({ labels, put, remove }));
    }
});

test("labels are inserted in ascending index after the removals", () => {
    const labels = ["a", "b", "c"].map((id) => label(id));
    const after = applied(labels, {
        remove: ["b"],
        put: [
            [label("y"), 99],
            [label("x"), 0],
            [label("c", 5), 0],
        ],
    });
    assert.deepEqual(
        after.map(({ id }) => id),
        ["x", "a", "c", "y"],
    );
    assert.equal(after[2].shape.x, 5); // one that is there is replaced where it stands
});

test("labels that are put out of order stand where their indices say", () => {
    const after = applied(
        ["a", "b"].map((id) => label(id)),
        {
            remove: [],
            put: [
                [label("p"), 1],
                [label("q"), 0],
            ],
        },
    );
    assert.deepEqual(
        after.map(({ id }) => id),
        ["q", "p", "a", "b"],
    );
});

test("undoing everything leads back to the beginning, redoing to the end", () => {
    const document = opened([label("a"), label("b")]);
    const start = document.labels;
    document.commit({ put: [label("c")], what: "draw" });
    document.commit({ remove: ["a"], what: "delete" });
    document.commit({ put: [label("b", 7)], what: "move" });
    const end = document.labels;
    while (document.canUndo) document.undo();
    assert.deepEqual(document.labels, start);
    while (document.canRedo) document.redo();
    assert.deepEqual(document.labels, end);
});

test("a new edit ends what could be redone", () => {
    const document = opened();
    document.commit({ put: [label("a")], what: "draw" });
    document.undo();
    assert.equal(document.canRedo, true);
    document.commit({ put: [label("b")], what: "draw" });
    assert.equal(document.canRedo, false);
    assert.equal(document.redo(), null);
});

test("the history follows from the log, also after the kernel was restarted", () => {
    const first = opened();
    const log = [
        first.commit({ put: [label("a")], what: "draw" }),
        first.commit({ put: [label("b")], what: "draw" }),
        first.undo(),
    ];
    const second = opened(first.labels, log);
    assert.deepEqual([second.canUndo, second.canRedo], [true, true]);
    second.redo();
    assert.deepEqual(ids(second), ["a", "b"]);
    second.undo();
    second.undo();
    assert.deepEqual(ids(second), []);
});

test("an edit that changes nothing is none", () => {
    const document = opened([label("a")]);
    assert.equal(document.commit({ remove: ["gone"], what: "delete" }), null);
    assert.equal(document.pending.length, 0);
});

test("an acknowledged op is no longer pending and changes nothing that is seen", () => {
    const document = opened();
    const op = document.commit({ put: [label("a")], what: "draw" });
    const seen = document.labels;
    document.applied({ op: structuredClone(op), revision: 1 });
    assert.equal(document.pending.length, 0);
    assert.equal(document.revision, 1);
    assert.deepEqual(document.labels, seen);
    document.applied({ op, revision: 1 }); // said twice
    assert.deepEqual(ids(document), ["a"]);
    document.commit({ put: [label("b")], what: "draw" });
    document.refused({ id: document.pending[0].id }); // makes the history anew
    document.undo();
    assert.equal(document.canUndo, false);
});

test("an op that Python has made tidier is shown as Python has it", () => {
    const document = opened();
    const op = document.commit({ put: [label("a", 1)], what: "draw" });
    document.applied({ op: { ...op, forward: { put: [[label("a", 2), 0]], remove: [] } }, revision: 1 });
    assert.equal(document.byId("a").shape.x, 2);
});

test("somebody else's op goes below the pending ones", () => {
    const document = opened();
    document.commit({ put: [label("mine")], what: "draw" });
    const other = {
        id: "o",
        kind: "edit",
        what: "draw",
        forward: { put: [[label("theirs"), 0]], remove: [] },
        backward: { put: [], remove: ["theirs"] },
    };
    document.applied({ op: other, revision: 1 });
    assert.deepEqual(ids(document).sort(), ["mine", "theirs"]);
    assert.equal(document.pending.length, 1);
    document.undo(); // the newest of the history: mine
    assert.deepEqual(ids(document), ["theirs"]);
});

test("a refused op is taken back and later ones stay", () => {
    const document = opened();
    const bad = document.commit({ put: [label("bad")], what: "draw" });
    document.commit({ put: [label("good")], what: "draw" });
    document.refused({ id: bad.id });
    assert.deepEqual(ids(document), ["good"]);
    document.undo();
    assert.deepEqual(ids(document), []);
    assert.equal(document.canUndo, false);
});

test("the state of Python replaces what was acknowledged, and pending ops are made on top of it", () => {
    const document = opened([label("old")]);
    const first = document.commit({ put: [label("a")], what: "draw" });
    document.commit({ put: [label("b")], what: "draw" });
    document.state({ labels: [label("new"), label("a")], revision: 8, log: [first] });
    assert.deepEqual(ids(document), ["new", "a", "b"]);
    assert.equal(document.pending.length, 1);
});

test("ops that were kept are taken up once, and not those that Python knows", () => {
    const source = opened();
    const [a, b] = ["a", "b"].map((id) => source.commit({ put: [label(id)], what: "draw" }));
    const document = opened([label("a")], [a]);
    assert.deepEqual(document.takeUp([a, b]), [b]);
    assert.deepEqual(document.takeUp([a, b]), []);
    assert.deepEqual(ids(document), ["a", "b"]);
});

test("listeners hear which labels have changed", () => {
    const document = opened([label("a"), label("b")]);
    const heard = [];
    document.on("change", (told) => heard.push([...told.ids].sort()));
    document.commit({ put: [label("b", 3), label("c")], what: "edit" });
    document.commit({ remove: ["a"], what: "delete" });
    assert.deepEqual(heard, [["b", "c"], ["a"]]);
});

test("ids have the form that they have in Python, and don't repeat", () => {
    assert.match(newLabelId(), /^[0-9a-f]{12}$/);
    assert.match(newOpId(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(new Set(Array.from({ length: 1000 }, newOpId)).size, 1000);
});

test("an undo of a refused edit takes no other edit's turn", () => {
    const document = opened();
    const a = document.commit({ put: [label("a")], what: "draw a" });
    document.applied({ op: a, revision: 1 });
    const b = document.commit({ put: [label("b")], what: "draw b" });
    const undo = document.undo();
    assert.equal(undo.of, b.id);
    document.refused({ id: b.id });
    document.applied({ op: undo, revision: 2 });
    assert.deepEqual(ids(document), ["a"]);
    const later = opened([label("a")], [a, undo]); // also when all of it comes out of the file
    assert.deepEqual([later.canUndo, later.canRedo], [true, false]);
    assert.equal(document.canRedo, false);
    assert.equal(document.undo().of, a.id);
    assert.deepEqual(ids(document), []);
});
