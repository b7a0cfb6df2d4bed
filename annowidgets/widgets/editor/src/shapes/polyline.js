/** @import { Pair, Polyline } from "../types.js" */
/** @import { Kind } from "./kind.js" */

import { allowedMove, boundsOf, distanceToLine, placed, rounded } from "../geometry/points.js";
import { traceLine } from "./kind.js";
import { vertexHandles, withVertex } from "./vertices.js";

/** @param {Pair[]} points @returns {Polyline | null} null where there are no two different ones */
export const polylineOf = (points) =>
    points.some(([x, y]) => x !== points[0][0] || y !== points[0][1]) ? { type: "polyline", points } : null;

/** @type {Kind<Polyline>} */
export const polyline = {
    icon: "M2 12 6 5l4 5 4-7",
    bounds: ({ points }) => boundsOf(points),
    area: () => 0,
    contains: () => false,
    distance: ({ points }, point) => distanceToLine(point, points, false),
    handles: ({ points }, pixel) => vertexHandles(points, { pixel, closed: false }),
    moved(shape, by, size) {
        const { x, y } = allowedMove(polyline.bounds(shape), by, size);
        return { ...shape, points: shape.points.map(([px, py]) => [rounded(px + x), rounded(py + y)]) };
    },
    dragged: (shape, handle, to, { size }) => polylineOf(withVertex(shape.points, handle, placed(to, size))),
    without: (shape, { role, index = 0 }) => (role === "vertex" ? polylineOf(shape.points.toSpliced(index, 1)) : null),
    trace: ({ points }, path) => traceLine(path, points, false),
};
