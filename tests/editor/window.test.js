import assert from "node:assert/strict";
import { test } from "node:test";

import { levelsOf } from "../../annowidgets/widgets/editor/src/render/picture.js";
import { filterOf, greyAt, greyTable, windowed } from "../../annowidgets/widgets/editor/src/render/window.js";

const grey = (pixel) => pixel & 0xff;

test("a window's ends are black and white, its middle grey, what lies outside is cut off", () => {
    const table = greyTable(new Uint16Array(1), [1000, 3000], false);
    assert.deepEqual(
        [0, 1000, 2000, 3000, 65535].map((value) => grey(table[value])),
        [0, 0, 128, 255, 255],
    );
    assert.ok(
        table.every((pixel) => pixel >>> 24 === 255),
        "opaque",
    );
    assert.ok(
        table.every((pixel) => (pixel & 0xff) === ((pixel >> 8) & 0xff) && (pixel & 0xff) === ((pixel >> 16) & 0xff)),
        "grey",
    );
});

test("inverted, low values are white", () => {
    const [plain, inverted] = [false, true].map((invert) => greyTable(new Uint8Array(1), [0, 255], invert));
    for (let value = 0; value < 256; value++) {
        assert.equal(grey(plain[value]), value);
        assert.equal(grey(inverted[value]), 255 - value);
    }
});

test("negative values are looked up 32768 higher", () => {
    const table = greyTable(new Int16Array(1), [-1000, 1000], false);
    assert.deepEqual(
        [-32768, -1000, 0, 1000, 32767].map((value) => grey(table[value + 32768])),
        [0, 0, 128, 255, 255],
    );
});

test("a window of no width still tells below from above", () => {
    const table = greyTable(new Uint16Array(1), [500, 500], false);
    assert.deepEqual(
        [499, 501].map((value) => grey(table[value])),
        [0, 255],
    );
});

test("numbers that fall as values grow are looked up from the other end", () => {
    const [up, down] = [
        [1000, 3000],
        [3000, 1000],
    ].map((window) => greyTable(new Uint16Array(1), window, false));
    for (const off of [-1500, -1000, -300, 0, 300, 1000, 1500])
        assert.equal(grey(down[2000 - off]), grey(up[2000 + off]));
});

test("a sigmoid is the standard's, of its centre and width", () => {
    const [centre, width] = [20, 10];
    const table = greyTable(new Int16Array(1), [centre - width / 2, centre + width / 2], false, "sigmoid");
    for (let value = -10; value < 50; value++) {
        const exact = 255 / (1 + Math.exp((-4 * (value - centre)) / width));
        assert.ok(Math.abs(grey(table[value + 32768]) - exact) <= 0.5, `${value}`);
    }
});

test("a table gives each value its own grey, and beyond its ends those of the ends", () => {
    const entries = Array.from({ length: 300 }, (_, i) => (7 * i + 11) % 256);
    const table = greyTable(new Int16Array(1), [-100, 199], false, entries);
    for (let value = -100; value < 200; value++) assert.equal(grey(table[value + 32768]), entries[value + 100]);
    assert.deepEqual([grey(table[0]), grey(table[65535])], [entries[0], entries[299]]);
    assert.deepEqual([greyAt(NaN, entries), greyAt(NaN, "sigmoid"), greyAt(NaN)], [entries[0], 0, 0]);
});

test("brightness shifts the window, contrast narrows it about its middle", () => {
    assert.deepEqual(windowed([1000, 3000], 0, 0), [1000, 3000]);
    assert.deepEqual(windowed([1000, 3000], 0.5, 0), [0, 2000]);
    assert.deepEqual(windowed([1000, 3000], 0, 1), [1875, 2125]);
    assert.deepEqual(windowed([1000, 3000], 0, -1), [-6000, 10000]);
});

test("a picture of 8 bits without changes is drawn without a filter", () => {
    assert.equal(filterOf({ brightness: 0, contrast: 0 }), "none");
    assert.equal(filterOf({ brightness: 1, contrast: 0 }), "brightness(2) contrast(1)");
});

test("large pictures have halves down to some 256 pixels, small ones none", () => {
    assert.deepEqual(
        [100, 256, 512, 4000].map((side) => levelsOf(side, 10)),
        [1, 1, 2, 4],
    );
});
