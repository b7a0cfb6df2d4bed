import assert from "node:assert/strict";
import { test } from "node:test";

import { lengthInMm, lineOf, measured } from "../../annowidgets/widgets/editor/src/measures.js";
import { dragged, presetsOf, rangeOf, windowAt } from "../../annowidgets/widgets/editor/src/render/windowing.js";

const LOOKS = { brightness: 0, contrast: 0, window: null, inverted: false };
const CT = {
    window: [1000, 1100],
    slope: 1,
    intercept: -1024,
    unit: "HU",
    windows: [{ ...windowAt("BRAIN", 40, 80) }],
};

test("a window in HU is looked up in stored numbers", () => {
    assert.deepEqual(rangeOf(CT, LOOKS), { range: [1000, 1100], invert: false, curve: undefined, name: "BRAIN" });
    assert.deepEqual(rangeOf(CT, { ...LOOKS, window: windowAt("Lung", -600, 1500) }), {
        range: [-1350 + 1024, 150 + 1024],
        invert: false,
        curve: undefined,
        name: "Lung",
    });
    const halved = { ...CT, slope: 0.5, intercept: 10 };
    assert.deepEqual(rangeOf(halved, { ...LOOKS, window: windowAt("", 20, 10) }).range, [10, 30]);
});

test("a negative slope turns the ends round once, whoever chose the window", () => {
    const turned = { window: [50, -50], slope: -1, intercept: 0 };
    assert.deepEqual(rangeOf(turned, { ...LOOKS, window: windowAt("", 0, 100) }), rangeOf(turned, LOOKS));
});

test("inverted is inverted once more", () => {
    assert.equal(rangeOf(CT, { ...LOOKS, inverted: true }).invert, true);
    assert.equal(rangeOf({ ...CT, invert: true }, { ...LOOKS, inverted: true }).invert, false);
});

test("values in HU have the usual windows behind those of the file, others only their own", () => {
    assert.deepEqual(
        presetsOf(CT)
            .slice(0, 3)
            .map(({ name }) => name),
        ["BRAIN", "Brain", "Stroke"],
    );
    assert.deepEqual(presetsOf({ ...CT, unit: "" }), CT.windows);
    for (const { low, high, centre, width } of presetsOf(CT))
        assert.deepEqual([low + high, high - low], [2 * centre, width]);
});

test("a window of a curve keeps it where it is dragged, until another one is chosen", () => {
    const curved = { ...CT, windows: [{ ...windowAt("FILM", 40, 80), curve: [0, 9, 255] }] };
    assert.deepEqual(rangeOf(curved, LOOKS).curve, [0, 9, 255]);
    const window = dragged(presetsOf(curved)[0], { x: 150, y: 0 }, 1);
    assert.deepEqual(rangeOf(curved, { ...LOOKS, window }).curve, [0, 9, 255]);
    assert.equal(rangeOf(curved, { ...LOOKS, window: windowAt("Lung", -600, 1500) }).curve, undefined);
});

test("a drag sideways is the window, one down the level, and no window is finer than a value", () => {
    const from = windowAt("", 40, 80);
    assert.deepEqual(dragged(from, { x: 150, y: 0 }, 1), windowAt("", 40, 160));
    assert.deepEqual(dragged(from, { x: 0, y: 30 }, 1), windowAt("", 48, 80));
    assert.equal(dragged(from, { x: -9000, y: 0 }, 0.5).width, 0.5);
});

test("lengths are in mm where the spacing is known, rows and columns each with their own", () => {
    const line = lineOf([
        { x: 0, y: 0 },
        { x: 30, y: 40 },
    ]);
    assert.equal(lengthInMm(line.points, [0.5, 2]), Math.hypot(60, 20));
    assert.equal(measured(line, null), "50 px");
    assert.equal(measured(line, [1, 1]), "50 mm");
    const box = { type: "bounding_box", x: 1, y: 1, width: 10, height: 20 };
    assert.equal(measured(box, undefined), "10 × 20 px");
    assert.equal(measured(box, [0.5, 2]), "20 × 10 mm");
    assert.equal(measured({ type: "keypoint", x: 1, y: 1 }, [1, 1]), null);
});

test("a turned box is measured along its sides, also where pixels are no squares", () => {
    const box = { type: "rotatable_bounding_box", cx: 50, cy: 50, width: 10, height: 20 };
    assert.equal(measured({ ...box, angle: 0 }, [0.5, 2]), "20 × 10 mm");
    assert.equal(measured({ ...box, angle: 90 }, [0.5, 2]), "5 × 40 mm");
    assert.equal(measured({ ...box, angle: 33 }, [1, 1]), "10 × 20 mm");
});

test("an outline's area leaves its holes out and counts its islands", () => {
    const square = (x, side) => [
        [x, 0],
        [x + side, 0],
        [x + side, side],
        [x, side],
    ];
    const hole = [
        [2, 2],
        [4, 2],
        [4, 4],
        [2, 4],
    ];
    const outline = { type: "polygon", rings: [square(0, 10), hole, square(20, 5)] };
    assert.equal(measured(outline, [2, 0.5]), `12.5 × 20 mm  ·  ${100 - 4 + 25} mm²`);
});
