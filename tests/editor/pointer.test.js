import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Emitter } from "../../annowidgets/widgets/editor/src/emitter.js";
import { LOOKS } from "../../annowidgets/widgets/editor/src/session.js";
import { followPointer } from "../../annowidgets/widgets/editor/src/ui/pointer.js";
import { StageView } from "../../annowidgets/widgets/editor/src/ui/stage_view.js";

const SIZE = [100, 200];
const GLOBALS = {
    window: Object.assign(new EventTarget(), { devicePixelRatio: 1 }),
    ResizeObserver: class {
        observe() {}
        disconnect() {}
    },
    PointerEvent: class extends Event {},
    requestAnimationFrame: () => 1,
    cancelAnimationFrame: () => {},
};
const stops = [];

beforeEach(() => Object.assign(globalThis, GLOBALS));
afterEach(() => {
    for (const stop of stops.splice(0)) stop();
    for (const name of Object.keys(GLOBALS)) delete globalThis[name];
});

/** A place on a page on which nothing is seen, one CSS pixel for each of the picture, with a hand on it. */
const handOn = (tool) => {
    const context = new Proxy({}, { get: () => () => context, set: () => true });
    const element = () => ({ setAttribute() {}, remove() {}, style: {}, getContext: () => context });
    const place = Object.assign(new EventTarget(), {
        dataset: {},
        ownerDocument: { createElement: element },
        append() {},
        focus() {},
        setPointerCapture() {},
        getBoundingClientRect: () => ({ left: 0, top: 0, width: 200, height: 100 }),
    });
    const drawn = [];
    const session = Object.assign(new Emitter(), {
        tool,
        size: SIZE,
        looks: LOOKS,
        labels: [],
        seen: [],
        hiddenIds: new Set(),
        active: { name: "RBC", shape: "bounding_box" },
        windowing: { isPossible: false },
        player: { stop() {}, settle() {} },
        hover() {},
        select() {},
        note() {},
        draw: (shape) => drawn.push(shape),
    });
    const stage = new StageView(session, place);
    stage.view = { scale: 1, x: 0, y: 0 };
    stops.push(() => stage.close(), followPointer(place, stage, { isSpaceHeld: false, hasPanned: false }));
    const finger = (type, pointerId, x, y) => {
        const event = new globalThis.PointerEvent(`pointer${type}`);
        const told = { pointerId, pointerType: "touch", button: 0, clientX: x, clientY: y, shiftKey: false, altKey: false };
        for (const [name, value] of Object.entries(told)) Object.defineProperty(event, name, { value });
        place.dispatchEvent(event);
    };
    return { stage, drawn, finger };
};

test("a finger draws as a mouse does", () => {
    const { drawn, finger } = handOn("box");
    finger("down", 1, 10, 20);
    finger("move", 1, 30, 40);
    finger("up", 1, 50, 60);
    assert.deepEqual(drawn, [{ type: "bounding_box", x: 10, y: 20, width: 40, height: 40 }]);
});

test("two fingers zoom and pan: what the first one began is no shape", () => {
    const { stage, drawn, finger } = handOn("box");
    finger("down", 1, 80, 50);
    finger("move", 1, 90, 50);
    finger("down", 2, 130, 50);
    finger("move", 2, 170, 50);
    finger("up", 2, 170, 50);
    finger("up", 1, 90, 50);
    assert.deepEqual(drawn, []);
    assert.equal(stage.view.scale, 2);
});

test("after two fingers nothing counts as pressed, and vertices that were set before stay", () => {
    const { stage, drawn, finger } = handOn("polygon");
    finger("down", 1, 80, 50);
    assert.equal(stage.isPressed, true);
    finger("down", 2, 130, 50);
    assert.deepEqual([stage.isPressed, stage.isBusy], [false, false]);
    finger("up", 2, 130, 50);
    finger("up", 1, 80, 50);
    const tap = (x, y) => {
        finger("down", 1, x, y);
        finger("up", 1, x, y);
    };
    tap(10, 10);
    tap(90, 10);
    finger("down", 1, 90, 60);
    finger("down", 2, 130, 60);
    finger("up", 2, 130, 60);
    finger("up", 1, 90, 60);
    tap(50, 90);
    tap(10, 10);
    assert.deepEqual(drawn, [{ type: "polygon", rings: [[[10, 10], [90, 10], [50, 90]]] }]);
});
