/** @import { Pair } from "../types.js" */

import { distanceToSegment } from "./points.js";

/**
 * Fewer points for the same line: none of those left out lies further from it than ``tolerance`` (Douglas and Peucker,
 * 1973).
 *
 * @param {Pair[]} points
 * @param {number} tolerance in pixels
 * @returns {Pair[]}
 */
export const simplified = (points, tolerance) => {
    if (points.length < 3) return points;
    const kept = new Uint8Array(points.length);
    kept[0] = kept[points.length - 1] = 1;
    const open = [[0, points.length - 1]];
    for (let span = open.pop(); span; span = open.pop()) {
        const [first, last] = span;
        let [farthest, at] = [tolerance, -1];
        for (let i = first + 1; i < last; i++) {
            const away = distanceToSegment({ x: points[i][0], y: points[i][1] }, points[first], points[last]);
            if (away > farthest) [farthest, at] = [away, i];
        }
        if (at >= 0) {
            kept[at] = 1;
            open.push([first, at], [at, last]);
        }
    }
    return points.filter((_, i) => kept[i]);
};
