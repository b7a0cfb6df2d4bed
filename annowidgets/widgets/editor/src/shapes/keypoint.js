/** @import { Keypoint } from "../types.js" */
/** @import { Kind } from "./kind.js" */

import { allowedMove, distance, placed, rounded } from "../geometry/points.js";
import { indivisible } from "./kind.js";

/** @type {Kind<Keypoint>} */
export const keypoint = {
    icon: "M8 5.5a2.5 2.5 0 1 0 .01 0zM8 1v3M8 12v3M1 8h3M12 8h3",
    bounds: ({ x, y }) => ({ x0: x, y0: y, x1: x, y1: y }),
    area: () => 0,
    contains: () => false,
    distance: (shape, point) => distance(shape, point),
    handles: ({ x, y }) => [{ role: "point", x, y }],
    moved(shape, by, size) {
        const { x, y } = allowedMove(keypoint.bounds(shape), by, size);
        return { ...shape, x: rounded(shape.x + x), y: rounded(shape.y + y) };
    },
    dragged: (shape, _, to, { size }) => ({ ...shape, ...placed(to, size) }),
    without: indivisible,
    trace: () => {}, // its dot has a size on the screen, not on the picture
};
