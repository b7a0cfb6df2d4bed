/** @import { Pair, Skeleton } from "../types.js" */

import { boundsOf } from "../geometry/points.js";

const ROUNDS = 200;

/**
 * Steps between any two points along the edges; parts that hang not together are as far apart as the longest.
 *
 * @param {Skeleton} skeleton
 */
const graphDistances = ({ points, edges = [] }) => {
    const place = new Map(points.map((name, i) => [name, i]));
    const between = points.map((_, i) => points.map((_, j) => (i === j ? 0 : Infinity)));
    for (const [a, b] of edges) {
        const [i, j] = [place.get(a) ?? 0, place.get(b) ?? 0];
        if (i !== j) between[i][j] = between[j][i] = 1;
    }
    for (let k = 0; k < points.length; k++) {
        for (let i = 0; i < points.length; i++) {
            for (let j = 0; j < points.length; j++)
                between[i][j] = Math.min(between[i][j], between[i][k] + between[k][j]);
        }
    }
    const longest = Math.max(1, ...between.flat().filter(Number.isFinite));
    return between.map((row) => row.map((steps) => (Number.isFinite(steps) ? steps : longest)));
};

/** @type {WeakMap<Skeleton, Pair[]>} */
const known = new WeakMap();

/**
 * Where a skeleton's points stand in a template: such that distances on the picture follow the steps along the edges
 * (stress majorisation; Gansner, Koren and North, 2004), the first point at the upper left, the same every time.
 *
 * @param {Skeleton} skeleton
 * @returns {Pair[]} in a unit square
 */
export const layoutOf = (skeleton) => {
    const layout = known.get(skeleton) ?? arranged(skeleton);
    known.set(skeleton, layout);
    return layout;
};

/** @param {Skeleton} skeleton @returns {Pair[]} */
const arranged = (skeleton) => {
    const count = skeleton.points.length;
    if (count === 1) return [[0.5, 0.5]];
    if (count === 2)
        return [
            [0, 0],
            [1, 1],
        ]; // a line runs from where the drag began to where it ended
    const steps = graphDistances(skeleton);
    /** @type {Pair[]} */
    let at = skeleton.points.map((_, i) => {
        const turn = (2 * Math.PI * i) / count;
        return [Math.cos(turn), Math.sin(turn)];
    });
    for (let round = 0; round < ROUNDS; round++) {
        at = at.map(([x, y], i) => {
            let [sumX, sumY, sum] = [0, 0, 0];
            at.forEach(([ox, oy], j) => {
                if (i === j) return;
                const [weight, apart] = [steps[i][j] ** -2, Math.hypot(x - ox, y - oy) || 1e-9];
                sumX += weight * (ox + (steps[i][j] * (x - ox)) / apart);
                sumY += weight * (oy + (steps[i][j] * (y - oy)) / apart);
                sum += weight;
            });
            return [sumX / sum, sumY / sum];
        });
    }
    return inUnitSquare(firstUp(at));
};

/** Turned such that the first point is above the middle. @param {Pair[]} points @returns {Pair[]} */
const firstUp = (points) => {
    const [mx, my] = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
    const turn = -Math.PI / 2 - Math.atan2(points[0][1] - my, points[0][0] - mx);
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    return points.map(([x, y]) => [(x - mx) * cos - (y - my) * sin, (x - mx) * sin + (y - my) * cos]);
};

/** @param {Pair[]} points @returns {Pair[]} */
const inUnitSquare = (points) => {
    const { x0, y0, x1, y1 } = boundsOf(points);
    // a side that hardly counts is not blown up to a square
    const side = Math.max(x1 - x0, y1 - y0);
    /** @param {number} value @param {number} low @param {number} high */
    const share = (value, low, high) => (high - low < 0.05 * side ? 0.5 : (value - low) / (high - low));
    return points.map(([x, y]) => [share(x, x0, x1), share(y, y0, y1)]);
};
