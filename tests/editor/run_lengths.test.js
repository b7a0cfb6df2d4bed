// Vectors by pycocotools 2.0 (encode, area, toBbox); the plain runs by numpy.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Raster } from "../../annowidgets/widgets/editor/src/mask/raster.js";
import {
    areaOfRuns,
    boundsOfRuns,
    decode,
    encode,
    shifted,
} from "../../annowidgets/widgets/editor/src/mask/run_lengths.js";
import { bitmask } from "../../annowidgets/widgets/editor/src/shapes/bitmask.js";

const VECTORS = JSON.parse(readFileSync(new URL("run_length_vectors.json", import.meta.url), "utf8"));

for (const { name, size, counts, runs, area, bbox } of VECTORS) {
    test(`${name} is encoded and decoded as COCO does`, () => {
        assert.deepEqual(decode(counts), runs);
        assert.equal(encode(runs), counts);
        assert.equal(areaOfRuns(runs), area);
        const { x0, y0, x1, y1 } = boundsOfRuns(runs, size[0]);
        assert.deepEqual([x0, y0, x1 - x0, y1 - y0], bbox);
    });

    test(`${name} goes through the raster unchanged`, () => {
        const raster = new Raster(size);
        raster.load(runs);
        assert.deepEqual(raster.runs(), runs);
    });
}

test("a run longer than a number of 25 bits is kept", () => {
    const runs = [2 ** 30, 7, 2 ** 29, 3];
    assert.deepEqual(decode(encode(runs)), runs);
});

for (const counts of ["!", "Z\u00e9"]) {
    test(`${JSON.stringify(counts)} is refused`, () => assert.throws(() => decode(counts), RangeError));
}

test("counts that end in the middle of a number are refused", () => assert.throws(() => decode("P"), RangeError));

test("a pixel is in a mask exactly where the array has it", () => {
    const { size, counts, runs } = VECTORS.find(({ name }) => name === "noise");
    const shape = { type: "bitmask", size, counts };
    const flat = runs.flatMap((run, i) => Array(run).fill(i % 2 === 1));
    for (let column = 0; column < size[1]; column++) {
        for (let row = 0; row < size[0]; row++) {
            assert.equal(bitmask.contains(shape, { x: column + 0.5, y: row + 0.5 }), flat[column * size[0] + row]);
        }
    }
    assert.equal(bitmask.contains(shape, { x: -0.5, y: 2 }), false);
    assert.equal(bitmask.contains(shape, { x: size[1] + 0.5, y: 2 }), false);
});

test("a shifted mask is the array rolled, without what leaves the frame", () => {
    const { size, runs } = VECTORS.find(({ name }) => name === "noise");
    const [height, width] = size;
    const flat = runs.flatMap((run, i) => Array(run).fill(i % 2));
    for (const [dx, dy] of [
        [0, 0],
        [3, -2],
        [-5, 4],
        [16, 12],
        [0, 1],
    ]) {
        const expected = Array.from(flat, (_, at) => {
            const [column, row] = [Math.floor(at / height) - dx, (at % height) - dy];
            return column >= 0 && row >= 0 && column < width && row < height ? flat[column * height + row] : 0;
        });
        const moved = shifted(runs, size, dx, dy);
        const found = moved ? moved.flatMap((run, i) => Array(run).fill(i % 2)) : Array(flat.length).fill(0);
        assert.deepEqual(found, expected, `by ${dx}, ${dy}`);
    }
    assert.equal(shifted(runs, size, width, 0), null);
});

test("moving a mask pushes no pixel off its frame", () => {
    const { size, counts, area } = VECTORS[0];
    const moved = bitmask.moved({ type: "bitmask", size, counts }, { x: 100, y: -100 }, size);
    assert.deepEqual(bitmask.bounds(moved), { x0: 2, y0: 0, x1: 5, y1: 3 });
    assert.equal(bitmask.area(moved), area);
});

test("a mask that is dragged on and on is the one that began, moved once, and back again the very same", () => {
    const { size, counts } = VECTORS[7];
    const start = { type: "bitmask", size, counts };
    const [right, back] = [
        { x: 1, y: 0 },
        { x: -1, y: 0 },
    ];
    const once = bitmask.moved(start, right, size);
    const there = bitmask.moved(bitmask.moved(once, right, size), back, size);
    assert.deepEqual(JSON.parse(JSON.stringify(there)), { type: "bitmask", size, counts: once.counts });
    assert.deepEqual(structuredClone(there), { type: "bitmask", size, counts: once.counts });
    assert.deepEqual(bitmask.bounds({ ...there }), bitmask.bounds(there));
    assert.equal(bitmask.moved(there, back, size), start);
});
