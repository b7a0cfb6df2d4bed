import assert from "node:assert/strict";
import { test } from "node:test";

import { framesAnswered } from "../../annowidgets/widgets/editor/src/answers.js";
import { LabelDocument } from "../../annowidgets/widgets/editor/src/document.js";

const FRAMES = 12;
const answer = (question, value, frame, until) => ({
    type: "answer",
    question,
    value,
    ...(frame !== undefined && { frame }),
    ...(until !== undefined && { until }),
});
const change = (answers) => ({ put: [], remove: [], answers });
const answered = (id, after, before) => ({
    id,
    kind: "edit",
    what: "answer quality",
    forward: change({ quality: after.map((value) => answer("quality", value)) }),
    backward: change({ quality: before.map((value) => answer("quality", value)) }),
});

/** Runs of a value per frame, undefined where there is none. */
const runsOf = (values) =>
    values.flatMap((value, frame) => {
        if (value === undefined || values[frame - 1] === value) return [];
        const end = values.findIndex((other, place) => place > frame && other !== value);
        const until = (end < 0 ? values.length : end) - 1;
        return [answer("sharp", value, frame, until > frame ? until : undefined)];
    });

test("the frames on which answers change are found, and no other", () => {
    let seed = 7;
    const pick = (n) => (seed = (seed * 48271) % 2147483647) % n;
    for (let round = 0; round < 300; round++) {
        const [before, after] = [0, 1].map(() => Array.from({ length: FRAMES }, () => ["yes", "no", undefined][pick(3)]));
        const op = { forward: change({ sharp: runsOf(after) }), backward: change({ sharp: runsOf(before) }) };
        const found = framesAnswered(op).flatMap(([first, last]) =>
            Array.from({ length: last - first + 1 }, (_, i) => first + i),
        );
        const expected = before.flatMap((value, frame) => (value === after[frame] ? [] : [frame]));
        assert.deepEqual(found.sort((a, b) => a - b), expected, JSON.stringify([before, after]));
    }
    assert.deepEqual(framesAnswered(answered("a", ["good"], ["bad"])), []);
    assert.deepEqual(framesAnswered({ forward: { put: [], remove: [] }, backward: { put: [], remove: [] } }), []);
});

test("an answer that Python has made is undone in its turn, and its undo changes no label", () => {
    const document = new LabelDocument();
    document.open({ number: 1, labels: [], revision: 0, log: [] });
    const label = { type: "label", id: "a", category: "RBC", shape: { type: "keypoint", x: 1, y: 2 } };
    const drawn = document.commit({ put: [label], what: "draw RBC" });
    document.applied({ op: drawn, revision: 1 });
    const op = answered("q1", ["good"], []);
    document.applied({ op, revision: 2 });
    const undone = document.undo();
    assert.deepEqual([undone.of, undone.what, undone.forward], ["q1", "undo answer quality", op.backward]);
    assert.deepEqual(document.labels, [label]);
    assert.equal(document.undo().of, drawn.id);
    assert.deepEqual(document.labels, []);
    document.redo();
    const again = document.redo();
    assert.deepEqual([again.of, again.forward, document.labels], ["q1", op.forward, [label]]);
    assert.equal(document.canRedo, false);
});

test("an answer that comes while a shape is on its way stands before it in the history, as in Python", () => {
    const document = new LabelDocument();
    document.open({ number: 1, labels: [], revision: 0, log: [] });
    const label = { type: "label", id: "a", category: "RBC", shape: { type: "keypoint", x: 1, y: 2 } };
    const drawn = document.commit({ put: [label], what: "draw RBC" });
    document.applied({ op: answered("q1", ["good"], []), revision: 1 });
    document.applied({ op: drawn, revision: 2 });
    assert.deepEqual([document.undo().of, document.undo().of], [drawn.id, "q1"]);
});
