/** @import { Bounds, Pair, Point, Size } from "../types.js" */

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** Hundredths of a pixel: finer than any hand, and short in the file. @param {number} value */
export const rounded = (value) => Math.round(value * 100) / 100 || 0; // no -0, which JSON can't tell from 0

/** @param {Point} point @returns {Point} */
export const roundedPoint = ({ x, y }) => ({ x: rounded(x), y: rounded(y) });

/** The nearest place on the frame. @param {Point} point @param {Size} size @returns {Point} */
export const clampedPoint = ({ x, y }, [height, width]) => ({ x: clamp(x, 0, width), y: clamp(y, 0, height) });

/** Where a hand put a point of a shape: on the frame, rounded. @param {Point} point @param {Size} size */
export const placed = (point, size) => roundedPoint(clampedPoint(point, size));

/** @param {Point} a @param {Point} b */
export const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

/** @param {Point} point @param {Pair} a @param {Pair} b */
export const distanceToSegment = ({ x, y }, [ax, ay], [bx, by]) => {
    const [dx, dy] = [bx - ax, by - ay];
    const length = dx * dx + dy * dy;
    const share = length === 0 ? 0 : clamp(((x - ax) * dx + (y - ay) * dy) / length, 0, 1);
    return Math.hypot(x - ax - share * dx, y - ay - share * dy);
};

/** @param {Point} point @param {Pair[]} points @param {boolean} closed */
export const distanceToLine = (point, points, closed) => {
    let least = Infinity;
    for (let i = closed ? 0 : 1; i < points.length; i++) {
        least = Math.min(least, distanceToSegment(point, points.at(i - 1) ?? points[0], points[i]));
    }
    return least;
};

/** @param {Iterable<Pair | [number, number, unknown]>} points @returns {Bounds} */
export const boundsOf = (points) => {
    const bounds = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
    for (const [x, y] of points) {
        if (x < bounds.x0) bounds.x0 = x;
        if (y < bounds.y0) bounds.y0 = y;
        if (x > bounds.x1) bounds.x1 = x;
        if (y > bounds.y1) bounds.y1 = y;
    }
    return bounds;
};

/** @param {Bounds} bounds @param {Point} point @param {number} [reach] how far outside still counts */
export const isWithin = ({ x0, y0, x1, y1 }, { x, y }, reach = 0) =>
    x >= x0 - reach && x <= x1 + reach && y >= y0 - reach && y <= y1 + reach;

/**
 * The smallest bounds around both; null stands for none.
 *
 * @param {Bounds | null} a
 * @param {Bounds | null} b
 * @returns {Bounds | null}
 */
export const union = (a, b) =>
    a && b
        ? { x0: Math.min(a.x0, b.x0), y0: Math.min(a.y0, b.y0), x1: Math.max(a.x1, b.x1), y1: Math.max(a.y1, b.y1) }
        : (a ?? b);

/** @param {Bounds} bounds @param {number} by on each side @returns {Bounds} */
export const grown = ({ x0, y0, x1, y1 }, by) => ({ x0: x0 - by, y0: y0 - by, x1: x1 + by, y1: y1 + by });

/** @param {Bounds} a @param {Bounds} b */
export const meet = (a, b) => a.x0 <= b.x1 && b.x0 <= a.x1 && a.y0 <= b.y1 && b.y0 <= a.y1;

/** Inside by the even-odd rule. @param {Point} point @param {Pair[][]} rings */
export const isInside = ({ x, y }, rings) => {
    let inside = false;
    for (const ring of rings) {
        for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
            const [[ax, ay], [bx, by]] = [ring[i], ring[j]];
            if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
        }
    }
    return inside;
};

/** Area with its sign: positive where the ring runs clockwise on the screen. @param {Pair[]} ring */
export const windingArea = (ring) => {
    const [x0, y0] = ring[0] ?? [0, 0];
    let twice = 0;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        twice += (ring[j][0] - x0) * (ring[i][1] - y0) - (ring[i][0] - x0) * (ring[j][1] - y0);
    }
    return twice / 2;
};

/**
 * How far something may really be moved: its bounds stay on the frame; what reaches out already is not pulled in, but
 * gets no further out.
 *
 * @param {Bounds} bounds
 * @param {Point} by
 * @param {Size} size
 * @returns {Point}
 */
export const allowedMove = ({ x0, y0, x1, y1 }, by, [height, width]) => ({
    x: clamp(by.x, Math.min(0, -x0), Math.max(0, width - x1)),
    y: clamp(by.y, Math.min(0, -y0), Math.max(0, height - y1)),
});
