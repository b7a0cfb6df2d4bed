/** @import { Pair, Point } from "../types.js" */
/** @import { Handle } from "./kind.js" */

const ROOM = 26; // CSS pixels that an edge must be long on the screen for a handle in its middle

/**
 * Handles of a line's vertices, and of the middles of its longer edges.
 *
 * @param {Pair[]} points
 * @param {{pixel: number, closed: boolean, ring?: number}} how
 * @returns {Handle[]} vertices first
 */
export const vertexHandles = (points, { pixel, closed, ring = 0 }) => {
    /** @type {Handle[]} */
    const vertices = points.map(([x, y], index) => ({ role: "vertex", x, y, ring, index }));
    for (let index = 1; index < points.length + (closed ? 1 : 0); index++) {
        const [[ax, ay], [bx, by]] = [points[index - 1], points[index % points.length]];
        if (Math.hypot(bx - ax, by - ay) < ROOM * pixel) continue;
        vertices.push({ role: "between", x: (ax + bx) / 2, y: (ay + by) / 2, ring, index });
    }
    return vertices;
};

/** @param {Pair[]} points @param {Handle} handle @param {Point} to @returns {Pair[]} */
export const withVertex = (points, { role, index = 0 }, { x, y }) =>
    points.toSpliced(index, role === "between" ? 0 : 1, [x, y]);
