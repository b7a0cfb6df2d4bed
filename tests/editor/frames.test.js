import assert from "node:assert/strict";
import { test } from "node:test";

import { Frames } from "../../annowidgets/widgets/editor/src/frames.js";

const SIDE = 10;
const ROOM = (pictures) => pictures * SIDE * SIDE * 6;

/** Frames of an item, with what they ask for and an answer to it: pictures of values, which need no browser. */
class Reel {
    asked = [];
    turned = [];
    at = 0;
    constructor(count, { room, frame } = {}) {
        this.frames = new Frames((message) => this.asked.push(message.index), { room, now: () => this.at });
        this.frames.on("change", () => this.turned.at(-1) !== this.frames.index && this.turned.push(this.frames.index));
        this.frames.open({ number: 1, frames: count, frame });
    }
    async send(index, number = 1) {
        const buffers = [new Uint8Array(SIDE * SIDE).buffer];
        await this.frames.take({ number, index, dtype: "uint8", shape: [SIDE, SIDE], window: [0, 255], buffers });
    }
    /** Answer all that is asked for, until nothing more is. */
    async play() {
        for (let next = 0; next < this.asked.length; next++) await this.send(this.asked[next]);
        return this.asked;
    }
}

globalThis.OffscreenCanvas ??= class {};

test("the first frame is asked for alone, then its neighbours, as many as there is room for", async () => {
    const reel = new Reel(100, { room: ROOM(6) });
    assert.deepEqual(reel.asked, [0]);
    await reel.play();
    assert.deepEqual(reel.asked, [0, 1, 2, 3, 4, 5]);
    assert.equal(reel.frames.index, 0);
    assert.ok(reel.frames.picture);
});

test("a frame is shown until the next one is there", async () => {
    const reel = new Reel(100, { room: ROOM(4) });
    await reel.play();
    reel.frames.show(50);
    assert.deepEqual([reel.frames.index, reel.frames.wanted], [0, 50]);
    await reel.send(50);
    assert.deepEqual([reel.frames.index, reel.frames.wanted], [50, 50]);
});

test("who goes back finds the frames before ready", async () => {
    const reel = new Reel(100, { frame: 50, room: ROOM(6) });
    await reel.play();
    const before = reel.asked.length;
    reel.frames.show(49);
    await reel.play();
    assert.deepEqual(reel.asked.slice(before, before + 4), [49, 48, 47, 46]);
    reel.turned.length = 0;
    reel.frames.show(48);
    assert.deepEqual(reel.turned, [48]); // at once
});

test("memory is bounded, and what is shown and wanted stays", async () => {
    const reel = new Reel(1000, { room: ROOM(5) });
    await reel.play();
    for (let index = 0; index < 200; index += 7) {
        reel.frames.show(index);
        await reel.play();
        assert.equal(reel.frames.index, index);
        assert.ok(reel.frames.bytes <= ROOM(5));
    }
});

test("a picture larger than all the room is shown, and none is fetched ahead", async () => {
    const reel = new Reel(10, { room: 1 });
    await reel.play();
    reel.frames.show(4);
    await reel.play();
    assert.deepEqual(reel.asked, [0, 4]);
    assert.equal(reel.frames.index, 4);
});

test("whoever drags the slider waits for few frames that are no longer wanted", async () => {
    const reel = new Reel(1000, { room: ROOM(100) });
    await reel.play();
    const before = reel.asked.length;
    for (let index = 100; index < 600; index++) reel.frames.show(index);
    assert.ok(reel.asked.length - before <= 3);
    await reel.send(reel.asked[before]);
    assert.equal(reel.asked.at(-1), 599); // as soon as there is room on the way
    await reel.send(599);
    assert.equal(reel.frames.index, 599);
});

test("a frame that was lost on the way is asked for again when it is wanted again", async () => {
    const reel = new Reel(10);
    reel.frames.show(0);
    assert.deepEqual(reel.asked, [0]);
    reel.at += 6000;
    reel.frames.show(0);
    assert.deepEqual(reel.asked, [0, 0]);
});

test("a frame that can't be read says why when it is wanted, and not when it is only fetched ahead", async () => {
    const reel = new Reel(10);
    await reel.send(0);
    reel.frames.failed({ number: 1, index: 1, reason: "damaged" });
    assert.equal(reel.frames.problem, null);
    reel.frames.show(1);
    await reel.send(2);
    assert.equal(reel.asked.filter((index) => index === 1).length, 2);
    reel.frames.failed({ number: 1, index: 1, reason: "damaged" });
    assert.deepEqual([reel.frames.index, reel.frames.problem, reel.frames.picture], [1, "damaged", undefined]);
    reel.frames.show(0);
    assert.deepEqual([reel.frames.index, reel.frames.problem], [0, null]);
});

test("while a gesture goes on the frame stays", async () => {
    const reel = new Reel(10);
    await reel.play();
    let isBusy = true;
    reel.frames.mayTurn = () => !isBusy;
    reel.frames.show(3);
    assert.equal(reel.frames.index, 0);
    isBusy = false;
    reel.frames.turn();
    assert.equal(reel.frames.index, 3);
});

test("pictures of another document are not taken, and who rests keeps none", async () => {
    const reel = new Reel(10);
    await reel.send(0, 7);
    assert.equal(reel.frames.picture, undefined);
    await reel.send(0);
    assert.ok(reel.frames.picture);
    reel.frames.rest();
    assert.equal(reel.frames.picture, undefined);
});
