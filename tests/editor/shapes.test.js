import assert from "node:assert/strict";
import { test } from "node:test";

import { allowedMove, isInside } from "../../annowidgets/widgets/editor/src/geometry/points.js";
import { simplified } from "../../annowidgets/widgets/editor/src/geometry/simplify.js";
import {
    fitted,
    inSight,
    panned,
    toPicture,
    toView,
    zoomed,
} from "../../annowidgets/widgets/editor/src/geometry/view.js";
import { boundsOfShape, kindOf, labelAt } from "../../annowidgets/widgets/editor/src/shapes/index.js";
import { layoutOf } from "../../annowidgets/widgets/editor/src/shapes/layout.js";
import { polygonOf } from "../../annowidgets/widgets/editor/src/shapes/polygon.js";
import { nextVisibility, stretched, withVisibility } from "../../annowidgets/widgets/editor/src/shapes/primitive.js";
import { corners } from "../../annowidgets/widgets/editor/src/shapes/rotated_box.js";

const SIZE = [100, 200]; // height, width
const box = (x, y, width, height) => ({ type: "bounding_box", x, y, width, height });
const turned = (cx, cy, width, height, angle) => ({ type: "rotatable_bounding_box", cx, cy, width, height, angle });
const drag = (shape, handle, to, more = {}) => kindOf(shape).dragged(shape, handle, to, { size: SIZE, ...more });
const near = (a, b, by = 1e-9) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);

// --- view

test("a point of the view goes to the picture and back", () => {
    const view = { scale: 3.7, x: -12, y: 40 };
    const { x, y } = toView(view, toPicture(view, { x: 101, y: 57 }));
    near(x, 101);
    near(y, 57);
});

test("zooming keeps what is under the pointer there", () => {
    const room = { width: 800, height: 600 };
    let view = fitted(SIZE, room);
    const at = { x: 300, y: 250 };
    const before = toPicture(view, at);
    for (const factor of [1.5, 2, 0.7, 3]) view = zoomed(view, factor, at, SIZE, room);
    const after = toPicture(view, at);
    near(after.x, before.x, 1e-6);
    near(after.y, before.y, 1e-6);
});

test("a fitted picture is seen whole and in the middle", () => {
    const room = { width: 300, height: 500 };
    const view = fitted([4000, 4000], room);
    const [a, b] = [toView(view, { x: 0, y: 0 }), toView(view, { x: 4000, y: 4000 })];
    assert.ok(a.x >= 0 && a.y >= 0 && b.x <= 300 && b.y <= 500);
    near(a.x, 300 - b.x);
    near(a.y, 500 - b.y);
});

test("a picture can't be panned out of sight", () => {
    const room = { width: 300, height: 200 };
    const view = panned(fitted(SIZE, room), { x: 1e6, y: -1e6 }, SIZE, room);
    const sight = inSight(view, room);
    assert.ok(sight.x0 < 200 && sight.x1 > 0 && sight.y0 < 100 && sight.y1 > 0);
});

test("zoom has an end in both directions", () => {
    const room = { width: 300, height: 200 };
    let view = fitted(SIZE, room);
    for (let i = 0; i < 100; i++) view = zoomed(view, 2, { x: 9, y: 9 }, SIZE, room);
    assert.equal(view.scale, 64);
    for (let i = 0; i < 100; i++) view = zoomed(view, 0.5, { x: 9, y: 9 }, SIZE, room);
    near(view.scale, fitted(SIZE, room).scale / 2);
});

// --- moves

test("a move ends at the frame's edges", () => {
    assert.deepEqual(
        kindOf(box(10, 10, 20, 20)).moved(box(10, 10, 20, 20), { x: 1000, y: -1000 }, SIZE),
        box(180, 0, 20, 20),
    );
});

test("what reaches out of the frame is not pulled in by a move, and gets no further out", () => {
    const bounds = { x0: -5, y0: 90, x1: 15, y1: 110 };
    assert.deepEqual(allowedMove(bounds, { x: 0, y: 0 }, SIZE), { x: 0, y: 0 });
    assert.deepEqual(allowedMove(bounds, { x: -3, y: 3 }, SIZE), { x: 0, y: 0 });
    assert.deepEqual(allowedMove(bounds, { x: 3, y: -3 }, SIZE), { x: 3, y: -3 });
});

test("every shape moves by what was asked, where there is room", () => {
    const shapes = [
        box(10, 10, 20, 20),
        turned(50, 50, 20, 10, 30),
        {
            type: "polygon",
            rings: [
                [
                    [10, 10],
                    [40, 10],
                    [25, 40],
                ],
            ],
        },
        {
            type: "polyline",
            points: [
                [10, 10],
                [40, 20],
            ],
        },
        { type: "keypoint", x: 10, y: 10 },
        { type: "object_primitive", points: { a: [10, 10, "visible"], b: [20, 20, "absent"] } },
    ];
    for (const shape of shapes) {
        const [before, after] = [boundsOfShape(shape), boundsOfShape(kindOf(shape).moved(shape, { x: 7, y: 5 }, SIZE))];
        for (const [edge, by] of [
            ["x0", 7],
            ["x1", 7],
            ["y0", 5],
            ["y1", 5],
        ])
            near(after[edge], before[edge] + by, 0.02);
    }
});

// --- boxes

test("a corner that is dragged over the opposite one turns the box over", () => {
    assert.deepEqual(drag(box(50, 50, 20, 20), { fx: 0, fy: 0 }, { x: 80, y: 90 }), box(70, 70, 10, 20));
});

test("a side moves in its own direction only", () => {
    assert.deepEqual(drag(box(50, 50, 20, 20), { fx: 1, fy: 0.5 }, { x: 90, y: 5 }), box(50, 50, 40, 20));
});

test("a box dragged shut is none", () => {
    assert.equal(drag(box(50, 50, 20, 20), { fx: 1, fy: 1 }, { x: 50, y: 90 }), null);
});

test("a handle stops at the frame's edge", () => {
    assert.deepEqual(drag(box(50, 50, 20, 20), { fx: 1, fy: 1 }, { x: 999, y: 999 }), box(50, 50, 150, 50));
});

test("with Shift a corner keeps the proportions", () => {
    const { width, height } = drag(box(50, 40, 20, 10), { fx: 1, fy: 1 }, { x: 110, y: 60 }, { constrain: true });
    near(width / height, 2);
    near(height, 20);
});

test("corners of a rotatable box are those of Python's", () => {
    // RotatableBoundingBox(50, 40, 20, 10, 30).corners()
    const expected = [
        [43.8397459622, 30.669872981],
        [61.160254038, 40.669872981],
        [56.160254038, 49.330127019],
        [38.839745962, 39.330127019],
    ];
    corners(turned(50, 40, 20, 10, 30)).forEach(([x, y], i) => {
        near(x, expected[i][0], 1e-6);
        near(y, expected[i][1], 1e-6);
    });
});

test("resizing a turned box leaves the opposite corner where it is", () => {
    const shape = turned(80, 50, 40, 20, 30);
    const fixed = corners(shape)[0];
    const resized = drag(shape, { role: "resize", fx: 1, fy: 1 }, { x: 110, y: 80 });
    const [[x, y], , [tx, ty]] = corners(resized);
    near(x, fixed[0], 0.02);
    near(y, fixed[1], 0.02);
    near(tx, 110, 0.03);
    near(ty, 80, 0.03);
    assert.equal(resized.angle, 30);
});

test("the turning handle points where it is dragged, clockwise from up", () => {
    const shape = turned(50, 50, 40, 20, 0);
    assert.equal(drag(shape, { role: "turn" }, { x: 90, y: 50 }).angle, 90);
    assert.equal(drag(shape, { role: "turn" }, { x: 50, y: 90 }).angle, -180);
    assert.equal(drag(shape, { role: "turn" }, { x: 0, y: 50 }).angle, -90);
    assert.equal(drag(shape, { role: "turn" }, { x: 60, y: 12 }, { constrain: true }).angle, 15);
});

// --- lines

const square = {
    type: "polygon",
    rings: [
        [
            [10, 10],
            [60, 10],
            [60, 60],
            [10, 60],
        ],
    ],
};

test("dragging the middle of an edge inserts a vertex there", () => {
    const handle = kindOf(square)
        .handles(square, 1)
        .find(({ role, index }) => role === "between" && index === 4);
    assert.deepEqual([handle.x, handle.y], [10, 35]); // of the edge that closes the ring
    assert.deepEqual(drag(square, handle, { x: 5, y: 30 }).rings[0], [...square.rings[0], [5, 30]]);
});

test("a short edge has no handle in its middle", () => {
    assert.equal(
        kindOf(square)
            .handles(square, 10)
            .some(({ role }) => role === "between"),
        false,
    );
});

test("a polygon never loses its last three vertices, a hole goes as a whole", () => {
    const triangle = {
        type: "polygon",
        rings: [
            [
                [0, 0],
                [50, 0],
                [0, 50],
            ],
        ],
    };
    assert.equal(kindOf(triangle).without(triangle, { role: "vertex", ring: 0, index: 1 }), null);
    const holed = {
        type: "polygon",
        rings: [
            square.rings[0],
            [
                [20, 20],
                [30, 20],
                [20, 30],
            ],
        ],
    };
    assert.deepEqual(kindOf(holed).without(holed, { role: "vertex", ring: 1, index: 0 }).rings, square.rings);
    assert.deepEqual(kindOf(holed).without(holed, { role: "vertex", ring: 0, index: 1 }).rings[0], [
        [10, 10],
        [60, 60],
        [10, 60],
    ]);
    const around = {
        type: "polygon",
        rings: [
            [
                [0, 0],
                [90, 0],
                [0, 90],
            ],
            [
                [20, 20],
                [30, 20],
                [20, 30],
            ],
        ],
    };
    assert.equal(kindOf(around).without(around, { role: "vertex", ring: 0, index: 1 }), null);
});

test("rings on one line have no area, a bow tie has", () => {
    assert.equal(
        polygonOf([
            [
                [0, 0],
                [10, 10],
                [20, 20],
            ],
        ]),
        null,
    );
    assert.equal(
        polygonOf([
            [
                [0, 0],
                [10, 0],
                [10, 0],
            ],
        ]),
        null,
    );
    assert.equal(
        polygonOf([
            [
                [5, 5],
                [5, 5],
                [9, 5],
                [9, 5],
                [20, 5],
            ],
        ]),
        null,
    );
    assert.notEqual(
        polygonOf([
            [
                [0, 0],
                [10, 10],
                [10, 0],
                [0, 10],
            ],
        ]),
        null,
    );
});

test("inside is decided by the even-odd rule", () => {
    const rings = [
        [
            [0, 0],
            [30, 0],
            [30, 30],
            [0, 30],
        ],
        [
            [10, 10],
            [20, 10],
            [20, 20],
            [10, 20],
        ],
    ];
    assert.equal(isInside({ x: 5, y: 5 }, rings), true);
    assert.equal(isInside({ x: 15, y: 15 }, rings), false);
    assert.equal(isInside({ x: 35, y: 15 }, rings), false);
});

test("a simplified line lies nowhere further off than it may", () => {
    const points = Array.from({ length: 200 }, (_, i) => [i, 20 * Math.sin(i / 15)]);
    const fewer = simplified(points, 0.5);
    assert.ok(fewer.length < 40);
    const line = { type: "polyline", points: fewer };
    for (const [x, y] of points) assert.ok(kindOf(line).distance(line, { x, y }) <= 0.5);
    assert.deepEqual([fewer[0], fewer.at(-1)], [points[0], points.at(-1)]);
});

// --- skeletons

test("the last present point can't be made absent", () => {
    const shape = { type: "object_primitive", points: { a: [1, 1, "visible"], b: [2, 2, "absent"] } };
    assert.equal(withVisibility(shape, "a", "absent"), null);
    assert.equal(withVisibility(shape, "b", "visible").points.b[2], "visible");
    assert.deepEqual(["visible", "occluded", "absent"].map(nextVisibility), ["occluded", "absent", "visible"]);
});

test("a template fills the dragged rectangle, and joined points stand nearer than others", () => {
    const skeleton = {
        points: ["head", "neck", "left", "right", "tail"],
        edges: [
            ["head", "neck"],
            ["neck", "left"],
            ["neck", "right"],
            ["neck", "tail"],
        ],
    };
    const layout = layoutOf(skeleton);
    for (const axis of [0, 1]) {
        near(Math.min(...layout.map((point) => point[axis])), 0);
        near(Math.max(...layout.map((point) => point[axis])), 1);
    }
    const apart = ([a, b], [c, d]) => Math.hypot(a - c, b - d);
    assert.ok(apart(layout[0], layout[1]) < apart(layout[0], layout[4]));
    assert.equal(new Set(layout.map(String)).size, 5);
    const { points } = stretched(skeleton, layout, { x: 10, y: 20 }, { x: 50, y: 80 });
    for (const [x, y] of Object.values(points)) assert.ok(x >= 10 && x <= 50 && y >= 20 && y <= 80);
    assert.deepEqual(Object.keys(points), skeleton.points);
});

test("points that nothing joins stand apart from each other", () => {
    const layout = layoutOf({ points: ["a", "b", "c", "d"], edges: [["a", "b"]] });
    layout.forEach(([x, y], i) => {
        assert.ok(x >= 0 && x <= 1 && y >= 0 && y <= 1);
        for (const [ox, oy] of layout.slice(i + 1)) assert.ok(Math.hypot(x - ox, y - oy) > 0.3);
    });
});

test("a skeleton of two points is drawn from one end to the other, also straight down", () => {
    const skeleton = { points: ["a", "b"], edges: [["a", "b"]] };
    const { points } = stretched(skeleton, layoutOf(skeleton), { x: 10, y: 20 }, { x: 10, y: 60 });
    assert.deepEqual(points, { a: [10, 20, "visible"], b: [10, 60, "visible"] });
});

// --- what lies under the pointer

const labelled = (id, shape) => ({ id, category: "x", shape });

test("a near outline goes before an area, a smaller area before a larger, the upper before the lower", () => {
    const labels = [
        labelled("large", box(0, 0, 100, 100)),
        labelled("small", box(20, 20, 30, 30)),
        labelled("line", {
            type: "polyline",
            points: [
                [22, 40],
                [48, 40],
            ],
        }),
    ];
    assert.equal(labelAt(labels, { x: 35, y: 30 }, 3).id, "small");
    assert.equal(labelAt(labels, { x: 35, y: 41 }, 3).id, "line");
    assert.equal(labelAt(labels, { x: 80, y: 80 }, 3).id, "large");
    assert.equal(labelAt(labels, { x: 150, y: 80 }, 3), null);
    assert.equal(
        labelAt([labelled("lower", box(0, 0, 9, 9)), labelled("upper", box(0, 0, 9, 9))], { x: 4.5, y: 4.5 }, 1).id,
        "upper",
    );
});

test("a hole of a polygon does not take the pointer", () => {
    const holed = labelled("p", {
        type: "polygon",
        rings: [
            [
                [0, 0],
                [90, 0],
                [90, 90],
                [0, 90],
            ],
            [
                [20, 20],
                [70, 20],
                [70, 70],
                [20, 70],
            ],
        ],
    });
    assert.equal(labelAt([holed], { x: 45, y: 45 }, 3), null);
    assert.equal(labelAt([holed], { x: 10, y: 45 }, 3).id, "p");
});
