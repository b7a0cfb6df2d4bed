// Reads {labels, frames, interpolate, changes} from standard input, and says what the editor makes of them.
import { readFileSync } from "node:fs";

import * as changes from "../../annowidgets/widgets/editor/src/tracks/changes.js";
import { shapeAt, spansOf } from "../../annowidgets/widgets/editor/src/tracks/track.js";

const { labels, frames, interpolate, asked, size } = JSON.parse(readFileSync(0, "utf-8"));
const done = (label, { name, given }) => {
    if (name === "copied") return changes.copied(label, ...given, { interpolate, sizeOf: () => size }).label;
    return changes[name](label, ...given);
};
const told = {
    shapes: labels.map((label) => Array.from({ length: frames }, (_, frame) => shapeAt(label, frame, interpolate))),
    spans: labels.map((label) => spansOf(label, interpolate).map(({ start, stop }) => [start, stop])),
    changed: asked.map((one) => done(labels[one.label], one)),
};
process.stdout.write(JSON.stringify(told));
