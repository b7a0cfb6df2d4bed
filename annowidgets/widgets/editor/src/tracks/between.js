/** @import { Pair, Polygon, Primitive, Shape } from "../types.js" */

import { boundsOf, windingArea } from "../geometry/points.js";

const NO_AREA = 1e-12; // as a share of the extent squared: what floats can't tell from rounding
const FINEST = 1e-9; // pixels

/**
 * The shape a share of the way from one to another. Masks, outlines of different numbers of vertices, and what would be
 * impossible on the way hold the first.
 *
 * @param {Shape} a
 * @param {Shape} b
 * @param {number} share 0 to 1
 * @returns {Shape}
 */
export const between = (a, b, share) => {
    /** @param {number} from @param {number} to */
    const mix = (from, to) => from + (to - from) * share;
    /** @param {Pair[]} from @param {Pair[]} to @returns {Pair[]} */
    const mixed = (from, to) => from.map(([x, y], i) => [mix(x, to[i][0]), mix(y, to[i][1])]);
    if (a.type === "bounding_box" && b.type === "bounding_box") {
        return {
            type: a.type,
            x: mix(a.x, b.x),
            y: mix(a.y, b.y),
            width: mix(a.width, b.width),
            height: mix(a.height, b.height),
        };
    }
    if (a.type === "rotatable_bounding_box" && b.type === "rotatable_bounding_box") {
        return {
            type: a.type,
            cx: mix(a.cx, b.cx),
            cy: mix(a.cy, b.cy),
            width: mix(a.width, b.width),
            height: mix(a.height, b.height),
            angle: a.angle + shorterWay(a.angle, b.angle) * share,
        };
    }
    if (a.type === "keypoint" && b.type === "keypoint") return { type: a.type, x: mix(a.x, b.x), y: mix(a.y, b.y) };
    if (a.type === "polyline" && b.type === "polyline" && a.points.length === b.points.length) {
        const points = mixed(a.points, b.points);
        const { x0, y0, x1, y1 } = boundsOf(points);
        return Math.max(x1 - x0, y1 - y0) < FINEST ? a : { type: a.type, points };
    }
    if (a.type === "polygon" && b.type === "polygon" && isAlike(a, b)) {
        const rings = a.rings.map((ring, i) => opened(mixed(ring, b.rings[i])));
        return rings.every((ring) => ring.length >= 3) && hasArea(rings) ? { type: a.type, rings } : a;
    }
    if (a.type === "object_primitive" && b.type === "object_primitive") return betweenPoints(a, b, mix);
    return a;
};

/**
 * Degrees from one angle to another, -180 to 180; half a turn goes the way it is written.
 *
 * @param {number} a
 * @param {number} b
 */
const shorterWay = (a, b) => {
    const way = (b % 360) - (a % 360);
    const turns = way / 360;
    const whole = Math.floor(turns);
    // the half goes to the even number of turns, as the remainder of IEEE 754 does
    const nearest = turns - whole === 0.5 ? whole + (whole % 2 === 0 ? 0 : 1) : Math.round(turns);
    return way - 360 * nearest;
};

/** @param {Polygon} a @param {Polygon} b whether both have as many vertices in each of as many rings */
const isAlike = (a, b) =>
    a.rings.length === b.rings.length && a.rings.every((ring, i) => ring.length === b.rings[i].length);

/** @param {Primitive} a @param {Primitive} b @param {(from: number, to: number) => number} mix @returns {Primitive} */
const betweenPoints = (a, b, mix) => ({
    type: a.type,
    points: Object.fromEntries(
        Object.entries(a.points).map(([name, [x, y, visibility]]) => {
            const to = b.points[name];
            // a point that appears or disappears has nowhere to come from or go to: it holds
            if (!to || visibility === "absent" || to[2] === "absent") return [name, [x, y, visibility]];
            return [name, [mix(x, to[0]), mix(y, to[1]), visibility]];
        }),
    ),
});

/** A ring without closing points that repeat the first. @param {Pair[]} ring */
const opened = (ring) => {
    let length = ring.length;
    while (length > 1 && ring[length - 1][0] === ring[0][0] && ring[length - 1][1] === ring[0][1]) length -= 1;
    return ring.slice(0, length);
};

/**
 * Whether rings enclose any area by the even-odd rule. Between two neighbouring heights of vertices a line through the
 * middle tells.
 *
 * @param {Pair[][]} rings
 */
export const hasArea = (rings) => {
    const { x0, y0, x1, y1 } = boundsOf(rings.flat());
    const least = Math.max(NO_AREA * Math.max(x1 - x0, y1 - y0) ** 2, FINEST ** 2);
    if (rings.length === 1 && Math.abs(windingArea(rings[0])) > least) return true;
    const heights = [...new Set(rings.flatMap((ring) => ring.map(([, y]) => y)))].sort((a, b) => a - b);
    return heights.slice(1).some((below, i) => {
        const above = heights[i];
        const crossings = crossingsOf(rings, (above + below) / 2);
        let width = 0;
        for (let k = 0; k + 1 < crossings.length; k += 2) width += crossings[k + 1] - crossings[k];
        return width * (below - above) > least;
    });
};

/** Where outlines cross a height, from left to right. @param {Pair[][]} rings @param {number} y */
const crossingsOf = (rings, y) => {
    /** @type {number[]} */
    const found = [];
    for (const ring of rings) {
        for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
            const [[ax, ay], [bx, by]] = [ring[j], ring[i]];
            if (ay > y !== by > y) found.push(ax + ((bx - ax) * (y - ay)) / (by - ay));
        }
    }
    return found.sort((a, b) => a - b);
};
