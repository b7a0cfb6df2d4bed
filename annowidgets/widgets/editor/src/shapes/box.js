/** @import { Box, Point } from "../types.js" */
/** @import { Kind } from "./kind.js" */

import { allowedMove, clamp, placed, rounded } from "../geometry/points.js";
import { indivisible } from "./kind.js";

/** Corners and sides, as shares of width and height. @type {[number, number][]} */
export const GRIPS = [
    [0, 0],
    [0.5, 0],
    [1, 0],
    [1, 0.5],
    [1, 1],
    [0.5, 1],
    [0, 1],
    [0, 0.5],
];

/**
 * The box between two opposite corners; null where it has no area.
 *
 * @param {Point} a
 * @param {Point} b
 * @returns {Box | null}
 */
export const boxBetween = (a, b) => {
    const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
    const [width, height] = [rounded(Math.abs(a.x - b.x)), rounded(Math.abs(a.y - b.y))];
    return width > 0 && height > 0 ? { type: "bounding_box", x, y, width, height } : null;
};

/** @type {Kind<Box>} */
export const box = {
    icon: "M2.5 4h11v8h-11z",
    bounds: ({ x, y, width, height }) => ({ x0: x, y0: y, x1: x + width, y1: y + height }),
    area: ({ width, height }) => width * height,
    contains: ({ x, y, width, height }, at) => at.x >= x && at.x <= x + width && at.y >= y && at.y <= y + height,
    distance(shape, at) {
        const { x0, y0, x1, y1 } = box.bounds(shape);
        const outside = Math.hypot(at.x - clamp(at.x, x0, x1), at.y - clamp(at.y, y0, y1));
        return outside > 0 ? outside : Math.min(at.x - x0, x1 - at.x, at.y - y0, y1 - at.y);
    },
    handles: ({ x, y, width, height }) =>
        GRIPS.map(([fx, fy]) => ({ role: "resize", x: x + fx * width, y: y + fy * height, fx, fy })),
    moved(shape, by, size) {
        const { x, y } = allowedMove(box.bounds(shape), by, size);
        return { ...shape, x: rounded(shape.x + x), y: rounded(shape.y + y) };
    },
    dragged(shape, { fx = 0.5, fy = 0.5 }, to, { size, constrain }) {
        const { x0, y0, x1, y1 } = box.bounds(shape);
        const at = placed(to, size);
        const fixed = { x: fx === 0 ? x1 : x0, y: fy === 0 ? y1 : y0 };
        const free = { x: fx === 0.5 ? x1 : at.x, y: fy === 0.5 ? y1 : at.y };
        if (constrain && fx !== 0.5 && fy !== 0.5) {
            // the smaller side follows, so that the box stays on the frame
            const scale = Math.min(Math.abs(free.x - fixed.x) / shape.width, Math.abs(free.y - fixed.y) / shape.height);
            free.x = rounded(fixed.x + Math.sign(free.x - fixed.x) * scale * shape.width);
            free.y = rounded(fixed.y + Math.sign(free.y - fixed.y) * scale * shape.height);
        }
        return boxBetween(fixed, free);
    },
    without: indivisible,
    trace: ({ x, y, width, height }, path) => path.rect(x, y, width, height),
};
