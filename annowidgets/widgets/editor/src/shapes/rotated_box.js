/** @import { Pair, Point, RotatedBox } from "../types.js" */
/** @import { Kind } from "./kind.js" */

import { allowedMove, boundsOf, clampedPoint, distanceToLine, isInside, rounded } from "../geometry/points.js";
import { GRIPS } from "./box.js";
import { indivisible, traceLine } from "./kind.js";

const ARM = 22; // CSS pixels from the upper side to the handle that turns
const STEP = 15; // degrees

/** @param {number} degrees @returns {{cos: number, sin: number}} */
const turnOf = (degrees) => ({ cos: Math.cos((degrees * Math.PI) / 180), sin: Math.sin((degrees * Math.PI) / 180) });

/**
 * From the box's own axes, about its centre, to the picture.
 *
 * @param {RotatedBox} shape
 * @param {number} x
 * @param {number} y
 * @returns {Point}
 */
const outward = ({ cx, cy, angle }, x, y) => {
    const { cos, sin } = turnOf(angle);
    return { x: cx + x * cos - y * sin, y: cy + x * sin + y * cos };
};

/** @param {RotatedBox} shape @param {Point} point @returns {Point} */
const inward = ({ cx, cy, angle }, point) => {
    const { cos, sin } = turnOf(angle);
    const [dx, dy] = [point.x - cx, point.y - cy];
    return { x: dx * cos + dy * sin, y: -dx * sin + dy * cos };
};

/** Clockwise from what was upper left before turning. @param {RotatedBox} shape @returns {Pair[]} */
export const corners = (shape) =>
    [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
    ].map(([fx, fy]) => {
        const { x, y } = outward(shape, (fx * shape.width) / 2, (fy * shape.height) / 2);
        return [x, y];
    });

/** From -180 up to, not with, 180 degrees. @param {number} degrees */
const plain = (degrees) => rounded(((((degrees + 180) % 360) + 360) % 360) - 180);

/** @type {Kind<RotatedBox>} */
export const rotatedBox = {
    icon: "M7.2 2.3 14 8.2 8.8 13.7 2 7.8z",
    bounds: (shape) => boundsOf(corners(shape)),
    area: ({ width, height }) => width * height,
    contains: (shape, point) => isInside(point, [corners(shape)]),
    distance: (shape, point) => distanceToLine(point, corners(shape), true),
    handles(shape, pixel) {
        const { width, height } = shape;
        const arm = outward(shape, 0, -height / 2 - ARM * pixel);
        return [
            { role: "turn", ...arm },
            ...GRIPS.map(([fx, fy]) => ({
                role: /** @type {const} */ ("resize"),
                fx,
                fy,
                ...outward(shape, (fx - 0.5) * width, (fy - 0.5) * height),
            })),
        ];
    },
    moved(shape, by, size) {
        const { x, y } = allowedMove(rotatedBox.bounds(shape), by, size);
        return { ...shape, cx: rounded(shape.cx + x), cy: rounded(shape.cy + y) };
    },
    dragged(shape, { role, fx = 0.5, fy = 0.5 }, to, { size, constrain }) {
        if (role === "turn") {
            const degrees = (Math.atan2(to.x - shape.cx, shape.cy - to.y) * 180) / Math.PI;
            return { ...shape, angle: plain(constrain ? Math.round(degrees / STEP) * STEP : degrees) };
        }
        const at = inward(shape, clampedPoint(to, size));
        const [halfWidth, halfHeight] = [shape.width / 2, shape.height / 2];
        // the opposite side stays where it is
        const x = fx === 0.5 ? [-halfWidth, halfWidth] : [fx === 0 ? halfWidth : -halfWidth, at.x];
        const y = fy === 0.5 ? [-halfHeight, halfHeight] : [fy === 0 ? halfHeight : -halfHeight, at.y];
        const [width, height] = [rounded(Math.abs(x[1] - x[0])), rounded(Math.abs(y[1] - y[0]))];
        if (width <= 0 || height <= 0) return null;
        const centre = outward(shape, (x[0] + x[1]) / 2, (y[0] + y[1]) / 2);
        return { ...shape, cx: rounded(centre.x), cy: rounded(centre.y), width, height };
    },
    without: indivisible,
    trace: (shape, path) => traceLine(path, corners(shape), true),
};
