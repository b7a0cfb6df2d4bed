import assert from "node:assert/strict";
import { test } from "node:test";

import { decode } from "../../annowidgets/widgets/editor/src/mask/run_lengths.js";
import { TOOLS, toolsFor, toolsOf } from "../../annowidgets/widgets/editor/src/tools/index.js";

const SIZE = [100, 200]; // height, width
const box = (x, y, width, height) => ({ type: "bounding_box", x, y, width, height });
const at = (x, y, more = {}) => ({ x, y, ...more });

/** A tool and where it works. */
const hold = (name, { pixel = 1, labels = [], selected, active, brush = 4, readOnly = false } = {}) => {
    const around = {
        size: SIZE,
        pixel: () => pixel,
        labels: () => labels,
        selected: () => selected,
        active: () => active,
        brush: () => brush,
        readOnly,
    };
    return TOOLS[name].make(around);
};
const drag = (tool, from, to) => {
    tool.down(from);
    tool.move(to);
    return tool.up(to);
};
const click = (tool, where) => {
    tool.move(where);
    return [tool.down(where), tool.up(where)];
};

for (const name of Object.keys(TOOLS)) {
    test(`a click beside the picture makes nothing with the ${name} tool`, () => {
        const tool = hold(name, { active: { name: "dog", skeleton: { points: ["a", "b"] } } });
        const done = [...click(tool, at(230, 50)), ...click(tool, at(100, -40)), tool.doubleClick(at(100, -40))];
        assert.deepEqual(done.filter((outcome) => outcome && /draw|change|remove/.test(outcome.do)), []);
        assert.equal(tool.isBusy, false);
    });
}

test("what is clicked a little beside the picture lies on its edge", () => {
    assert.deepEqual(click(hold("keypoint"), at(205, 50))[1].shape, { type: "keypoint", x: 200, y: 50 });
    assert.equal(click(hold("keypoint"), at(209, 50))[1], null);
    assert.equal(click(hold("keypoint"), at(215, 50, { coarse: true }))[1].do, "draw");
});

test("a vertex of a shape that has begun is set on the edge, however far beside the picture", () => {
    const tool = hold("polygon");
    for (const [x, y] of [[150, 20], [400, 20], [400, 60]]) click(tool, at(x, y));
    const rings = [[[150, 20], [200, 20], [200, 60]]];
    assert.deepEqual(tool.key("Enter"), { do: "draw", shape: { type: "polygon", rings } });
});

// --- shapes that are dragged out

test("a box is what lies between press and release", () => {
    assert.deepEqual(drag(hold("box"), at(80, 60), at(30, 20)), { do: "draw", shape: box(30, 20, 50, 40) });
});

test("a drag that ends outside of the picture is cut off at its edge", () => {
    assert.deepEqual(drag(hold("box"), at(150, 50), at(900, 900)), { do: "draw", shape: box(150, 50, 50, 50) });
    assert.deepEqual(drag(hold("box"), at(-40, -40), at(30, 20)), { do: "draw", shape: box(0, 0, 30, 20) });
});

test("a drag beside the picture draws nothing", () => {
    assert.deepEqual(drag(hold("box"), at(-40, 20), at(-10, 60)), { do: "abandon" });
});

for (const name of ["box", "rotated_box", "primitive"]) {
    test(`a click with the ${name} tool draws nothing`, () => {
        const tool = hold(name, { active: { skeleton: { points: ["a", "b"] } } });
        assert.deepEqual(drag(tool, at(50, 50), at(52, 51)), { do: "click", at: at(50, 50) });
        assert.equal(tool.isBusy, false);
    });
}

test("what counts as a click is measured on the screen, not on the picture", () => {
    assert.equal(drag(hold("box", { pixel: 0.1 }), at(50, 50), at(52, 51)).do, "draw");
    assert.equal(drag(hold("box", { pixel: 10 }), at(50, 50), at(80, 60)).do, "click");
});

test("a drag that comes back is no click", () => {
    const tool = hold("box");
    tool.down(at(50, 50));
    tool.move(at(90, 90));
    assert.deepEqual(drag(tool, at(50, 50), at(51, 51)), { do: "click", at: at(50, 50) });
    tool.down(at(50, 50));
    tool.move(at(90, 90));
    tool.move(at(51, 51));
    assert.deepEqual(tool.up(at(51, 51)), { do: "draw", shape: box(50, 50, 1, 1) });
});

test("a flat drag is no box", () => {
    assert.deepEqual(drag(hold("box"), at(50, 50), at(90, 50)), { do: "abandon" });
});

test("with Shift a box is square and stays on the frame", () => {
    assert.deepEqual(drag(hold("box"), at(150, 50), at(190, 999, { shift: true })).shape, box(150, 50, 40, 40));
    assert.deepEqual(drag(hold("box"), at(150, 90), at(999, 0, { shift: true })).shape, box(150, 40, 50, 50));
});

test("a cancelled drag leaves nothing behind", () => {
    const tool = hold("box");
    tool.down(at(10, 10));
    tool.move(at(50, 50));
    assert.deepEqual(tool.cancel(), { do: "abandon" });
    assert.equal(tool.up(at(60, 60)), null);
    assert.equal(tool.cancel(), null);
});

test("a rotatable box is drawn upright about its middle", () => {
    assert.deepEqual(drag(hold("rotated_box"), at(10, 20), at(50, 40)).shape, {
        type: "rotatable_bounding_box",
        cx: 30,
        cy: 30,
        width: 40,
        height: 20,
        angle: 0,
    });
});

test("a skeleton is stretched over the drag", () => {
    const active = { skeleton: { points: ["a", "b"], edges: [["a", "b"]] } };
    const { shape } = drag(hold("primitive", { active }), at(60, 50), at(20, 10));
    assert.deepEqual(shape.points, { a: [60, 50, "visible"], b: [20, 10, "visible"] });
});

test("a keypoint lies where the button is released, on the frame", () => {
    assert.deepEqual(drag(hold("keypoint"), at(50, 50), at(250, -3)), {
        do: "draw",
        shape: { type: "keypoint", x: 200, y: 0 },
    });
});

// --- lines

const square = [at(20, 20), at(60, 20), at(60, 60), at(20, 60)];
const pairs = square.map(({ x, y }) => [x, y]);

test("a polygon is clicked and finished by Enter", () => {
    const tool = hold("polygon");
    square.forEach((point) => click(tool, point));
    assert.deepEqual(tool.key("Enter"), { do: "draw", shape: { type: "polygon", rings: [pairs] } });
    assert.equal(tool.isBusy, false);
});

test("a click on the first vertex closes a polygon", () => {
    const tool = hold("polygon");
    square.forEach((point) => click(tool, point));
    assert.equal(tool.move(at(22, 21)).draft.closing, true);
    assert.deepEqual(tool.down(at(22, 21)).shape.rings, [pairs]);
});

test("a double click ends a polygon without a vertex too many", () => {
    const tool = hold("polygon");
    square.slice(0, 3).forEach((point) => click(tool, point));
    click(tool, square[3]);
    click(tool, at(21, 60)); // the second press of a hand that is not quite still
    assert.deepEqual(tool.doubleClick(at(21, 60)).shape.rings, [pairs]);
});

test("two clicks are no polygon", () => {
    const tool = hold("polygon");
    square.slice(0, 2).forEach((point) => click(tool, point));
    const { do: outcome, why } = tool.key("Enter");
    assert.equal(outcome, "abandon");
    assert.match(why, /three points/);
});

test("a polygon without an area says why nothing came of it", () => {
    const tool = hold("polygon");
    for (const x of [20, 40, 60]) click(tool, at(x, 20));
    assert.match(tool.key("Enter").why, /in a line/);
});

test("a press that turns out to be none, as of a pinch's first finger, takes only its own vertex along", () => {
    const tool = hold("polygon");
    square.slice(0, 2).forEach((point) => click(tool, point));
    tool.down(square[2]);
    assert.deepEqual(tool.cancelPress().draft.dots, pairs.slice(0, 2));
    assert.equal(tool.isBusy, true);
    square.slice(2).forEach((point) => click(tool, point));
    assert.deepEqual(tool.key("Enter").shape.rings, [pairs]);
});

test("a first press that turns out to be none leaves nothing behind", () => {
    const tool = hold("polygon");
    tool.down(square[0]);
    assert.deepEqual(tool.cancelPress(), { do: "abandon" });
    assert.equal(tool.isBusy, false);
});

test("a polygon drawn freehand in one drag is finished on release, with few vertices near the line", () => {
    const tool = hold("polygon");
    tool.down(at(140, 50));
    for (let i = 1; i <= 100; i++) {
        const turn = (2 * Math.PI * i) / 100;
        tool.move(at(100 + 40 * Math.cos(turn), 50 + 40 * Math.sin(turn)));
    }
    const { shape } = tool.up(at(140, 50));
    const [ring] = shape.rings;
    assert.ok(ring.length > 8 && ring.length < 50, `${ring.length}`);
    for (const [x, y] of ring) assert.ok(Math.abs(Math.hypot(x - 100, y - 50) - 40) < 1);
});

test("places between two moves belong to a freehand line", () => {
    const tool = hold("polyline");
    tool.down(at(10, 10));
    tool.move(at(90, 10), [at(50, 60)]);
    assert.deepEqual(tool.up(at(90, 10)).shape.points, [
        [10, 10],
        [50, 60],
        [90, 10],
    ]);
});

test("a freehand part of a clicked polygon does not end it", () => {
    const tool = hold("polygon");
    click(tool, at(20, 20));
    assert.equal(drag(tool, at(60, 20), at(60, 60)).do, "draft");
    click(tool, at(20, 60));
    assert.deepEqual(tool.key("Enter").shape.rings, [pairs]);
});

test("Backspace takes back the last vertex, and at last the line", () => {
    const tool = hold("polyline");
    click(tool, at(10, 10));
    click(tool, at(50, 10));
    assert.equal(tool.key("Backspace").draft.dots.length, 1);
    assert.deepEqual(tool.key("Backspace"), { do: "abandon" });
    assert.equal(tool.key("Backspace"), undefined);
});

test("a polyline's vertices are set on the frame", () => {
    const tool = hold("polyline");
    click(tool, at(-5, 50));
    click(tool, at(150, 500));
    assert.deepEqual(tool.key("Enter").shape, {
        type: "polyline",
        points: [
            [0, 50],
            [150, 100],
        ],
    });
});

// --- brush and eraser

const mask = (tool, ...strokes) => strokes.map((stroke) => drag(tool, ...stroke)).at(-1);
const pixels = ({ counts }) => decode(counts).reduce((sum, run, i) => (i % 2 ? sum + run : sum), 0);

test("a stroke paints a mask as large as the frame", () => {
    const { do: what, shape } = mask(hold("brush"), [at(50, 50), at(90, 50)]);
    assert.equal(what, "draw");
    assert.deepEqual(shape.size, SIZE);
    assert.ok(Math.abs(pixels(shape) - (40 * 4 + Math.PI * 4)) < 10, `${pixels(shape)}`);
});

test("a stroke goes on with the selected mask of the active class, and begins another one else", () => {
    const { shape } = mask(hold("brush"), [at(50, 50), at(90, 50)]);
    const selected = { id: "m", category: "cell", shape };
    const more = mask(hold("brush", { selected, active: { name: "cell" } }), [at(50, 20), at(90, 20)]);
    assert.deepEqual([more.do, more.id, pixels(more.shape)], ["change", "m", 2 * pixels(shape)]);
    assert.equal(mask(hold("brush", { selected, active: { name: "other" } }), [at(50, 20), at(90, 20)]).do, "draw");
});

test("the eraser takes pixels from the mask under it, and the whole label at last", () => {
    const { shape } = mask(hold("brush"), [at(50, 50), at(90, 50)]);
    const label = { id: "m", category: "cell", shape };
    const less = mask(hold("eraser", { labels: [label] }), [at(50, 50), at(60, 50)]);
    assert.equal(less.do, "change");
    assert.ok(pixels(less.shape) < pixels(shape));
    assert.deepEqual(mask(hold("eraser", { labels: [label], brush: 50 }), [at(50, 50), at(90, 50)]), {
        do: "remove",
        id: "m",
        what: "erase",
    });
    assert.equal(hold("eraser", { labels: [label] }).down(at(150, 90)), null);
});

test("a stroke over what is painted already is no edit", () => {
    const { shape } = mask(hold("brush", { brush: 9 }), [at(50, 50), at(90, 50)]);
    const selected = { id: "m", category: "cell", shape };
    assert.deepEqual(mask(hold("brush", { selected, active: { name: "cell" }, brush: 3 }), [at(60, 50), at(70, 50)]), {
        do: "abandon",
    });
});

test("a stroke beside the picture makes no mask", () => {
    assert.deepEqual(mask(hold("brush"), [at(-50, 50), at(-20, 50)]), { do: "abandon" });
});

// --- select and edit

const label = (id, shape) => ({ id, category: "x", shape });

test("a press selects, a short move leaves the label where it is", () => {
    const tool = hold("select", { labels: [label("a", box(20, 20, 60, 40))] });
    assert.deepEqual(tool.down(at(50, 40)), { do: "select", id: "a" });
    assert.equal(tool.move(at(52, 41)), null);
    assert.equal(tool.up(at(52, 41)), null);
});

test("a press beside every label selects nothing", () => {
    assert.deepEqual(hold("select", { labels: [label("a", box(20, 20, 10, 10))] }).down(at(150, 90)), {
        do: "select",
        id: null,
    });
});

test("a drag moves the label, no further than the frame", () => {
    const tool = hold("select", { labels: [label("a", box(20, 20, 60, 40))] });
    assert.deepEqual(drag(tool, at(50, 40), at(55, 400)), {
        do: "change",
        id: "a",
        shape: box(25, 60, 60, 40),
        what: "move",
    });
});

test("a handle of the selected label goes before other labels", () => {
    const selected = label("a", box(20, 20, 60, 40));
    const tool = hold("select", { selected, labels: [selected, label("b", box(75, 55, 10, 10))] });
    assert.deepEqual(drag(tool, at(81, 61), at(91, 71)), {
        do: "change",
        id: "a",
        shape: box(20, 20, 70, 50),
        what: "resize",
    });
});

test("the place where a handle was taken stays under the pointer", () => {
    const selected = label("a", { type: "keypoint", x: 50, y: 50 });
    assert.deepEqual(drag(hold("select", { selected }), at(53, 52), at(63, 52)).shape, {
        type: "keypoint",
        x: 60,
        y: 50,
    });
});

test("a box dragged shut keeps its last size", () => {
    const selected = label("a", box(20, 20, 60, 40));
    const tool = hold("select", { selected });
    tool.down(at(80, 60));
    tool.move(at(40, 40));
    tool.move(at(20, 20));
    assert.deepEqual(tool.up(at(20, 20)).shape, box(20, 20, 20, 20));
});

test("what is dragged back to where it was is no edit", () => {
    const tool = hold("select", { labels: [label("a", box(20, 20, 60, 40))] });
    tool.down(at(50, 40));
    tool.move(at(90, 40));
    assert.deepEqual(tool.up(at(50, 40)), { do: "abandon" });
});

const polygon = label("p", { type: "polygon", rings: [pairs] });

test("a vertex is moved, inserted, and taken away by Alt+click or a double click", () => {
    const tool = () => hold("select", { selected: polygon });
    assert.deepEqual(drag(tool(), at(60, 60), at(80, 70)).shape.rings[0][2], [80, 70]);
    assert.deepEqual(drag(tool(), at(60, 40), at(90, 40)).shape.rings[0], [
        [20, 20],
        [60, 20],
        [90, 40],
        [60, 60],
        [20, 60],
    ]);
    assert.deepEqual(tool().down(at(60, 60, { alt: true })).shape.rings[0], [
        [20, 20],
        [60, 20],
        [20, 60],
    ]);
    assert.deepEqual(tool().doubleClick(at(60, 60)).shape.rings[0], [
        [20, 20],
        [60, 20],
        [20, 60],
    ]);
    assert.equal(tool().doubleClick(at(40, 40)), null);
});

test("a finger takes handles from further away than a mouse", () => {
    const tool = hold("select", { selected: polygon, labels: [] });
    assert.equal(tool.down(at(72, 60)).do, "select");
    assert.equal(drag(tool, at(72, 60, { coarse: true }), at(92, 60)).do, "change");
});

test("O makes the point that was touched last occluded, absent, visible", () => {
    const points = { a: [10, 10, "visible"], b: [50, 50, "visible"] };
    const tool = hold("select", { selected: label("s", { type: "object_primitive", points }) });
    assert.equal(tool.key("o"), null);
    tool.down(at(50, 50));
    tool.up(at(50, 50));
    assert.deepEqual(tool.key("o").shape.points, { ...points, b: [50, 50, "occluded"] });
});

test("read-only, labels are selected and nothing else", () => {
    const selected = label("a", box(20, 20, 60, 40));
    const tool = hold("select", { selected, labels: [selected], readOnly: true });
    assert.deepEqual(tool.down(at(80, 60)), { do: "select", id: "a" });
    assert.equal(tool.move(at(120, 90)), null);
    assert.equal(tool.up(at(120, 90)), null);
    assert.equal(tool.doubleClick(at(80, 60)), null);
});

// --- the rail

test("only tools that the ontology has use for are offered", () => {
    assert.deepEqual(toolsFor(["bounding_box"]), ["select", "box"]);
    assert.deepEqual(toolsFor(["bitmask", "polygon"]), ["select", "polygon", "brush", "eraser"]);
    assert.equal(toolsOf("bitmask")[0], "brush");
});
