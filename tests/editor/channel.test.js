import assert from "node:assert/strict";
import { test } from "node:test";

import { LabelDocument } from "../../annowidgets/widgets/editor/src/document.js";
import { Channel } from "../../annowidgets/widgets/editor/src/sync/channel.js";

const KEY = { workspace: "w", task: 3, user: "ann" };
const label = (id) => ({ type: "label", id, category: "RBC", shape: { type: "keypoint", x: 0, y: 0 } });
const given = (more = {}) => ({
    number: 1,
    key: KEY,
    labels: [],
    revision: 0,
    log: [],
    frames: 1,
    sizes: [[9, 9]],
    ...more,
});

/** The front end's model: what is sent is listed, what Python says is given to `hear`. */
class Model {
    sent = [];
    listeners = new Map();
    isDead = false;
    on(name, listener) {
        this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
    }
    off(name, listener) {
        this.listeners.set(
            name,
            (this.listeners.get(name) ?? []).filter((one) => one !== listener),
        );
    }
    send(content) {
        if (this.isDead) throw new Error("no comm");
        this.sent.push(structuredClone(content));
    }
    fire(name, ...told) {
        for (const listener of this.listeners.get(name) ?? []) listener(...told);
    }
    hear(message) {
        this.fire("msg:custom", message, []);
    }
    get ops() {
        return this.sent.filter(({ type }) => type === "op").map(({ op }) => op);
    }
}

/** The browser's store, which outlives pages. */
class Kept {
    entries = new Map();
    name = (key, sequence) => JSON.stringify([key.workspace, key.task, key.user, sequence]);
    add(key, sequence, op) {
        this.entries.set(this.name(key, sequence), { key, sequence, op: structuredClone(op) });
        return Promise.resolve(!this.isFull);
    }
    remove(key, sequence) {
        this.entries.delete(this.name(key, sequence));
    }
    async list(key) {
        return [...this.entries.values()]
            .filter((entry) => JSON.stringify(entry.key) === JSON.stringify(key))
            .sort((a, b) => a.sequence - b.sequence);
    }
}

class Clock {
    time = 1000;
    timers = new Map();
    now = () => this.time;
    soon = (call) => call();
    setTimeout(call, ms) {
        const id = Symbol();
        this.timers.set(id, { call, at: this.time + ms });
        return id;
    }
    clearTimeout(id) {
        this.timers.delete(id);
    }
    pass(ms) {
        this.time += ms;
        for (const [id, { call, at }] of [...this.timers]) {
            if (at > this.time) continue;
            this.timers.delete(id);
            call();
        }
    }
}

/** A page: a document and its channel. */
const page = async ({ kept = new Kept(), clock = new Clock(), ...more } = {}) => {
    const [model, document] = [new Model(), new LabelDocument()];
    const channel = new Channel({ model, document, kept, clock });
    const refusals = [];
    channel.on("refused", (told) => refusals.push(told));
    await channel.open(given(more));
    const draw = (id) => document.commit({ put: [label(id)], what: `draw ${id}` });
    return { model, document, kept, clock, channel, draw, refusals };
};

/** Python: applies each op once, and answers. */
class Python {
    log = [];
    answer(model, message) {
        if (message.type === "op") {
            if (!this.log.some(({ id }) => id === message.op.id)) this.log.push(message.op);
            model.hear({ type: "applied", number: message.number, revision: this.log.length, op: message.op });
        }
    }
}

test("an op lies in the store before it is sent, and no longer once it is acknowledged", async () => {
    const { model, kept, draw, channel } = await page();
    let keptWhenSent = null;
    model.send = (content) => {
        keptWhenSent = kept.entries.size;
        model.sent.push(content);
    };
    const op = draw("a");
    assert.equal(keptWhenSent, 1);
    assert.deepEqual(channel.state, { name: "saving", count: 1, kept: true });
    model.hear({ type: "applied", number: 1, revision: 1, op });
    assert.equal(kept.entries.size, 0);
    assert.deepEqual(channel.state, { name: "saved", count: 0, kept: true });
});

test("what one event brings goes in order as one message, before any other event", async () => {
    const clock = new Clock();
    const turns = [];
    clock.soon = (call) => turns.push(call);
    const { model, draw, channel } = await page({ clock });
    turns.splice(0).forEach((call) => call());
    model.sent = [];
    const op = draw("a");
    channel.send({ type: "select", label: "a" });
    assert.deepEqual(model.sent, []);
    turns.splice(0).forEach((call) => call());
    const [{ type, messages }, ...more] = model.sent;
    assert.deepEqual([type, messages.map((each) => each.type), messages[0].op, more], ["several", ["op", "select"], op, []]);
});

test("a message names the op before it as long as that is not acknowledged, and not after the connection was lost", async () => {
    const { model, draw, channel, clock } = await page();
    const told = () => model.sent.splice(0).map(({ type, after }) => [type, after]);
    const first = draw("a");
    channel.send({ type: "select", label: "a" });
    const second = draw("b");
    assert.deepEqual(told(), [
        ["hello", undefined],
        ["op", undefined],
        ["select", first.id],
        ["op", first.id],
    ]);
    model.hear({ type: "applied", number: 1, revision: 1, op: first });
    model.hear({ type: "applied", number: 1, revision: 2, op: second });
    draw("c");
    assert.deepEqual(told(), [["op", undefined]]);
    clock.pass(6000);
    model.hear({ type: "here", number: 1 });
    assert.deepEqual(told(), [
        ["hello", undefined],
        ["op", undefined],
    ]);
});

test("sequence numbers grow, also where the clock stands still or goes back", async () => {
    const { model, draw, clock } = await page();
    draw("a");
    draw("b");
    clock.time -= 500;
    draw("c");
    const numbers = model.sent.filter(({ type }) => type === "op").map(({ sequence }) => sequence);
    assert.ok(numbers[0] < numbers[1] && numbers[1] < numbers[2], numbers.join());
});

test("what was not acknowledged before the page was reloaded is made again, once, in order", async () => {
    const first = await page();
    const ops = ["a", "b", "c"].map(first.draw);
    first.model.hear({ type: "applied", number: 1, revision: 1, op: ops[0] });
    const second = await page({ kept: first.kept, labels: [label("a")], revision: 1, log: [ops[0]] });
    assert.deepEqual(
        second.model.ops.map(({ id }) => id),
        [ops[1].id, ops[2].id],
    );
    assert.deepEqual(
        second.document.labels.map(({ id }) => id),
        ["a", "b", "c"],
    );
    const python = new Python();
    for (const message of second.model.sent) python.answer(second.model, message);
    assert.deepEqual(second.channel.state, { name: "saved", count: 0, kept: true });
    assert.equal(second.kept.entries.size, 0);
    const third = await page({ kept: second.kept, labels: second.document.labels, revision: 3, log: ops });
    assert.deepEqual(third.model.ops, []);
});

test("what Python has in its log is not sent again and leaves the store", async () => {
    const first = await page();
    const op = first.draw("a"); // applied, but the page went away before it heard so
    const second = await page({ kept: first.kept, labels: [label("a")], revision: 1, log: [op] });
    assert.deepEqual(second.model.ops, []);
    assert.equal(second.kept.entries.size, 0);
    assert.deepEqual(
        second.document.labels.map(({ id }) => id),
        ["a"],
    );
});

test("edits of another task or another person stay where they are", async () => {
    const first = await page();
    first.draw("a");
    const other = await page({ kept: first.kept, key: { ...KEY, user: "bo" } });
    assert.deepEqual(other.model.ops, []);
    assert.equal(first.kept.entries.size, 1);
});

test("nothing is kept where there is no task", async () => {
    const { kept, draw, model } = await page({ key: { ...KEY, task: null } });
    draw("a");
    assert.equal(kept.entries.size, 0);
    assert.equal(model.ops.length, 1);
});

test("a kernel that does not answer for five seconds is offline until it does", async () => {
    const { clock, draw, channel, model } = await page();
    const op = draw("a");
    clock.pass(4999);
    assert.equal(channel.state.name, "saving");
    clock.pass(1);
    assert.deepEqual(channel.state, { name: "offline", count: 1, kept: true });
    draw("b");
    assert.deepEqual(channel.state, { name: "offline", count: 2, kept: true });
    model.hear({ type: "applied", number: 1, revision: 1, op });
    assert.deepEqual(channel.state, { name: "saving", count: 1, kept: true });
});

test("a kernel that does not answer is asked again, less and less often, and is sent what it has not heard", async () => {
    const { clock, draw, model } = await page();
    const op = draw("a");
    const hellos = () => model.sent.filter(({ type }) => type === "hello").length;
    assert.equal(hellos(), 1);
    for (const [ms, count] of [
        [5000, 2],
        [9999, 2],
        [1, 3],
        [20_000, 4],
        [40_000, 5],
        [59_999, 5],
        [1, 6],
        [60_000, 7],
    ]) {
        clock.pass(ms);
        assert.equal(hellos(), count, `${clock.time} ms`);
    }
    model.sent = [];
    model.hear({ type: "here", number: 1 });
    assert.deepEqual(model.ops, [op]);
    clock.pass(5000);
    assert.equal(hellos(), 1); // it was there, so patience is short again
});

test("edits that no file takes are of a copy, and not said to be saved", async () => {
    const { model, draw, channel } = await page({ key: { ...KEY, task: null }, saves: false });
    const op = draw("a");
    assert.equal(channel.state.name, "saving");
    model.hear({ type: "applied", number: 1, revision: 1, op });
    assert.equal(channel.state.name, "copy");
});

test("without anything to save, silence is no sign of anything", async () => {
    const { clock, channel } = await page();
    clock.pass(60000);
    assert.equal(channel.state.name, "saved");
});

test("a lost connection loses nothing", async () => {
    const { model, draw, channel, kept } = await page();
    model.isDead = true;
    draw("a");
    assert.deepEqual(channel.state, { name: "offline", count: 1, kept: true });
    assert.equal(kept.entries.size, 1);
});

test("a closed comm is told at once", async () => {
    const { model, channel } = await page();
    model.fire("comm:close");
    assert.equal(channel.state.name, "offline");
});

test("a connection that came back is noticed by asking", async () => {
    const { model, channel } = await page();
    model.sent = [];
    model.fire("comm_live_update");
    assert.equal(channel.state.name, "offline");
    assert.deepEqual(model.sent, [{ type: "hello", number: 1, revision: 0, edits: 0 }]);
    model.hear({ type: "state", number: 1, labels: [], revision: 0, log: [] });
    assert.equal(channel.state.name, "saved");
});

test("a refused op leaves the store, with its reason told and later ones in place", async () => {
    const { model, document, kept, draw, refusals } = await page();
    const bad = draw("bad");
    draw("good");
    model.hear({ type: "refused", number: 1, id: bad.id, reason: "outside", hint: "inside" });
    assert.deepEqual(
        document.labels.map(({ id }) => id),
        ["good"],
    );
    assert.deepEqual(refusals, [{ what: "draw bad", reason: "outside", hint: "inside" }]);
    assert.equal(kept.entries.size, 1);
});

test("after a conflict nothing more is sent, and nothing is thrown away", async () => {
    const { model, draw, channel, kept } = await page();
    draw("a");
    model.hear({ type: "conflict", number: 1, reason: "submitted elsewhere" });
    draw("b");
    assert.equal(model.ops.length, 1);
    assert.equal(kept.entries.size, 2);
    assert.deepEqual(channel.state, { name: "conflict", count: 2, kept: true, reason: "submitted elsewhere" });
});

test("over another connection pending ops are sent again, for the kernel may be another one", async () => {
    const { model, draw, document } = await page();
    const [a, b] = [draw("a"), draw("b")];
    model.sent = [];
    model.hear({ type: "here", number: 1 });
    assert.deepEqual(model.ops, []); // they are on their way
    model.fire("comm_live_update");
    model.hear({ type: "state", number: 1, labels: [label("a")], revision: 1, log: [a] });
    assert.deepEqual(
        model.ops.map(({ id }) => id),
        [b.id],
    );
    assert.deepEqual(
        document.labels.map(({ id }) => id),
        ["a", "b"],
    );
});

test("a late answer for the document before frees the store and changes no label of this one", async () => {
    const { model, draw, kept, channel, document } = await page();
    const op = draw("a");
    await channel.open(given({ number: 2, key: { ...KEY, task: 4 } }));
    model.hear({ type: "applied", number: 1, revision: 1, op });
    assert.equal(kept.entries.size, 0);
    assert.deepEqual(document.labels, []);
});

test("what is found for a document that was left meanwhile stays in the store", async () => {
    const first = await page();
    first.draw("a");
    const { model, document, channel } = await page({ kept: first.kept, number: 9, key: { ...KEY, task: 8 } });
    await Promise.all([channel.open(given()), channel.open(given({ number: 2, key: { ...KEY, task: 4 } }))]);
    assert.deepEqual(model.ops, []);
    assert.deepEqual(document.labels, []);
    assert.equal(first.kept.entries.size, 1);
});

test("undo and redo are ops that are kept and sent as any other", async () => {
    const { model, draw, document, kept } = await page();
    const drawn = draw("a");
    document.undo();
    document.redo();
    assert.deepEqual(
        model.ops.map(({ kind }) => kind),
        ["edit", "undo", "redo"],
    );
    assert.deepEqual(model.ops[1].forward, drawn.backward);
    assert.equal(kept.entries.size, 3);
});

test("with an op goes how many edits the page has heard of, for an undo of what Python has done meanwhile", async () => {
    const { model, draw, document } = await page();
    const drawn = draw("a");
    model.hear({ type: "applied", number: 1, revision: 1, op: drawn });
    document.undo();
    assert.deepEqual(
        model.sent.filter(({ type }) => type === "op").map(({ edits }) => edits),
        [0, 1],
    );
});

test("a closed channel hears and sends nothing", async () => {
    const { model, channel, draw, document } = await page();
    channel.close();
    draw("a");
    assert.deepEqual(model.ops, []);
    model.hear({ type: "state", number: 1, labels: [label("x")], revision: 1, log: [] });
    assert.deepEqual(
        document.labels.map(({ id }) => id),
        ["a"],
    );
});

test("what the browser's store did not take is said not to be kept, until it is saved", async () => {
    const kept = new Kept();
    kept.isFull = true;
    const { model, draw, channel } = await page({ kept });
    const states = [];
    channel.on("state", (state) => states.push(state));
    const op = draw("a");
    await Promise.resolve();
    assert.equal(states.at(-1).kept, false);
    model.hear({ type: "applied", number: 1, revision: 1, op });
    assert.deepEqual(channel.state, { name: "saved", count: 0, kept: true });
});

test("where there is no place for edits, none is said to be kept", async () => {
    const { draw, channel } = await page({ key: { ...KEY, task: null } });
    assert.equal(channel.state.kept, true);
    draw("a");
    assert.equal(channel.state.kept, false);
});

test("a connection that refuses a message later is a lost one, and nobody's unheard failure", async () => {
    const { model, draw, channel } = await page();
    model.send = () => Promise.reject(new Error("Cannot send"));
    draw("a");
    await new Promise(setImmediate);
    assert.deepEqual(channel.state, { name: "offline", count: 1, kept: true });
});
