/** @import { Pair, Polygon } from "../types.js" */
/** @import { Kind } from "./kind.js" */

import { allowedMove, boundsOf, distanceToLine, isInside, placed, rounded, windingArea } from "../geometry/points.js";
import { traceLine } from "./kind.js";
import { vertexHandles, withVertex } from "./vertices.js";

/** Whether a ring encloses more than rounding does. @param {Pair[]} ring */
const hasArea = (ring) => {
    const distinct = new Set(ring.map(String));
    if (distinct.size < 3) return false;
    const { x0, y0, x1, y1 } = boundsOf(ring);
    // One that crosses itself may wind to nothing and have area all the same; only what lies on a line has none at all.
    const [[ax, ay], [bx, by]] = [ring[0], ring.find((point) => String(point) !== String(ring[0])) ?? ring[0]];
    const onLine = ring.every(([x, y]) => Math.abs((bx - ax) * (y - ay) - (by - ay) * (x - ax)) <= 1e-9);
    return x1 > x0 && y1 > y0 && !onLine;
};

/** @param {Pair[][]} rings @returns {Polygon | null} null where a ring has no area */
export const polygonOf = (rings) => (rings.length && rings.every(hasArea) ? { type: "polygon", rings } : null);

/** @type {Kind<Polygon>} */
export const polygon = {
    icon: "M8 2.2 14 6.6 11.7 13.6H4.3L2 6.6z",
    bounds: ({ rings }) => boundsOf(rings.flat()),
    area: ({ rings }) => rings.reduce((sum, ring) => sum + Math.abs(windingArea(ring)), 0),
    contains: ({ rings }, point) => isInside(point, rings),
    distance: ({ rings }, point) => Math.min(...rings.map((ring) => distanceToLine(point, ring, true))),
    handles: ({ rings }, pixel) =>
        rings.flatMap((points, ring) => vertexHandles(points, { pixel, closed: true, ring })),
    moved(shape, by, size) {
        const { x, y } = allowedMove(polygon.bounds(shape), by, size);
        const rings = shape.rings.map((ring) =>
            ring.map(/** @returns {Pair} */ ([px, py]) => [rounded(px + x), rounded(py + y)]),
        );
        return { ...shape, rings };
    },
    dragged(shape, handle, to, { size }) {
        const ring = withVertex(shape.rings[handle.ring ?? 0], handle, placed(to, size));
        return polygonOf(shape.rings.with(handle.ring ?? 0, ring));
    },
    without(shape, { role, ring = 0, index = 0 }) {
        if (role !== "vertex") return null;
        const left = shape.rings[ring].toSpliced(index, 1);
        if (left.length >= 3) return polygonOf(shape.rings.with(ring, left));
        // The last three points take their ring with them; not the one around a hole, which would become filled.
        const others = shape.rings.toSpliced(ring, 1);
        return others.some(([[x, y]]) => isInside({ x, y }, [shape.rings[ring]])) ? null : polygonOf(others);
    },
    trace: ({ rings }, path) => rings.forEach((ring) => traceLine(path, ring, true)),
};
