import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { decode } from "../../annowidgets/widgets/editor/src/mask/run_lengths.js";
import { traceMask } from "../../annowidgets/widgets/editor/src/render/masks.js";

const VECTORS = JSON.parse(readFileSync(new URL("run_length_vectors.json", import.meta.url), "utf8"));

/** Unit edges between set pixels and others, looked up pixel by pixel. */
const edgesOf = ([height, width], runs) => {
    const cells = runs.flatMap((run, i) => Array(run).fill(i % 2));
    const isSet = (x, y) => x >= 0 && y >= 0 && x < width && y < height && cells[x * height + y] === 1;
    const edges = [];
    for (let x = 0; x <= width; x++) {
        for (let y = 0; y <= height; y++) {
            if (isSet(x, y) !== isSet(x - 1, y)) edges.push(`${x},${y} down`);
            if (isSet(x, y) !== isSet(x, y - 1)) edges.push(`${x},${y} right`);
        }
    }
    return edges.sort();
};

for (const { name, size, counts } of VECTORS) {
    test(`the outline of ${name} goes along every edge once, and nowhere else`, () => {
        const drawn = [];
        let at = [0, 0];
        traceMask(
            { type: "bitmask", size, counts },
            {
                moveTo: (x, y) => (at = [x, y]),
                lineTo(x, y) {
                    for (let i = at[0]; i < x; i++) drawn.push(`${i},${y} right`);
                    for (let i = at[1]; i < y; i++) drawn.push(`${x},${i} down`);
                },
            },
        );
        assert.deepEqual(drawn.sort(), edgesOf(size, decode(counts)));
    });
}
