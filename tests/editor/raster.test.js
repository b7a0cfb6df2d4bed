import assert from "node:assert/strict";
import { test } from "node:test";

import { areaOfRuns } from "../../annowidgets/widgets/editor/src/mask/run_lengths.js";
import { Raster } from "../../annowidgets/widgets/editor/src/mask/raster.js";

/** @param {Raster} raster */
const rows = ({ size: [height, width], pixels }) =>
    Array.from({ length: height }, (_, row) =>
        Array.from({ length: width }, (_, column) => (pixels[column * height + row] ? "#" : ".")).join(""),
    );

test("a brush of one pixel paints the pixel under it", () => {
    const raster = new Raster([3, 4]);
    raster.stroke({ x: 2.9, y: 1.05 }, { x: 2.9, y: 1.05 }, 0.5, true);
    assert.deepEqual(rows(raster), ["....", "..#.", "...."]);
});

test("a stroke sets the pixels whose centres lie within its radius", () => {
    const raster = new Raster([5, 8]);
    raster.stroke({ x: 2, y: 2.5 }, { x: 6, y: 2.5 }, 1, true);
    assert.deepEqual(
        rows(raster),
        ["........", ".######.", ".######.", ".######.", "........"].map((row, i) =>
            i === 1 || i === 3 ? "..####.." : row,
        ),
    );
});

test("a disc has the area of a disc", () => {
    const raster = new Raster([400, 400]);
    raster.stroke({ x: 200, y: 200 }, { x: 200, y: 200 }, 100, true);
    const area = areaOfRuns(raster.runs());
    assert.ok(Math.abs(area / (Math.PI * 100 ** 2) - 1) < 0.005, `${area}`);
});

test("erasing everything leaves no mask", () => {
    const raster = new Raster([10, 10]);
    raster.stroke({ x: 5, y: 5 }, { x: 6, y: 6 }, 2, true);
    assert.notEqual(raster.runs(), null);
    raster.stroke({ x: 5, y: 5 }, { x: 6, y: 6 }, 9, false);
    assert.equal(raster.runs(), null);
});

test("a stroke beside the frame changes nothing and says so", () => {
    const raster = new Raster([10, 10]);
    assert.equal(raster.stroke({ x: -20, y: 5 }, { x: -15, y: 5 }, 3, true), null);
    assert.equal(raster.runs(), null);
});

test("a stroke over the edge is cut off there", () => {
    const raster = new Raster([4, 4]);
    const dirty = raster.stroke({ x: -1, y: -1 }, { x: 1, y: 1 }, 1, true);
    assert.deepEqual(rows(raster), ["##..", "##..", "....", "...."]);
    assert.deepEqual([dirty.x0, dirty.y0], [0, 0]);
});

test("what has changed lies in the rectangle that is told", () => {
    const raster = new Raster([40, 50]);
    const before = raster.pixels.slice();
    const { x0, y0, x1, y1 } = raster.stroke({ x: 10.2, y: 30.7 }, { x: 22.9, y: 12.1 }, 3.3, true);
    raster.pixels.forEach((value, at) => {
        const [column, row] = [Math.floor(at / 40), at % 40];
        if (value !== before[at]) assert.ok(column >= x0 && column < x1 && row >= y0 && row < y1);
    });
});

test("a raster that is loaded anew has nothing of the mask before", () => {
    const raster = new Raster([6, 6]);
    raster.stroke({ x: 1, y: 1 }, { x: 4, y: 4 }, 1, true);
    raster.load([0, 1, 35]);
    assert.deepEqual(raster.runs(), [0, 1, 35]);
});

test("a stroke in any direction sets what lies within its radius, pixel by pixel", () => {
    const [height, width] = [60, 70];
    for (let i = 0; i < 60; i++) {
        const turn = (2 * Math.PI * i) / 60;
        const length = i % 7 === 0 ? 0 : 25;
        const from = { x: 35.3, y: 29.6 };
        const to = { x: from.x + length * Math.cos(turn), y: from.y + length * Math.sin(turn) };
        const radius = 1 + (i % 5) * 2.3;
        const raster = new Raster([height, width]);
        raster.stroke(from, to, radius, true);
        for (let column = 0; column < width; column++) {
            for (let row = 0; row < height; row++) {
                const [x, y] = [column + 0.5 - from.x, row + 0.5 - from.y];
                const share = length ? Math.min(1, Math.max(0, (x * (to.x - from.x) + y * (to.y - from.y)) / length ** 2)) : 0;
                const away = Math.hypot(x - share * (to.x - from.x), y - share * (to.y - from.y));
                if (Math.abs(away - radius) < 1e-9 || away < 0.8) continue; // the ends' own pixels are always set
                assert.equal(raster.pixels[column * height + row], away < radius ? 1 : 0, `${i}: ${row}, ${column}`);
            }
        }
    }
});
