/** @import { NamedPoint, Pair, Point, Primitive, Skeleton, Visibility } from "../types.js" */
/** @import { Kind } from "./kind.js" */

import { allowedMove, boundsOf, distance, placed, rounded } from "../geometry/points.js";
import { indivisible } from "./kind.js";

/** @type {Visibility[]} */
export const VISIBILITIES = ["visible", "occluded", "absent"];

/** @param {Primitive} shape @returns {[string, NamedPoint][]} */
export const present = ({ points }) => Object.entries(points).filter(([, [, , visibility]]) => visibility !== "absent");

/**
 * With another visibility of a point; null where no point would be present.
 *
 * @param {Primitive} shape
 * @param {string} name
 * @param {Visibility} visibility
 * @returns {Primitive | null}
 */
export const withVisibility = (shape, name, visibility) => {
    const [x, y] = shape.points[name];
    /** @type {Primitive} */
    const changed = { ...shape, points: { ...shape.points, [name]: [x, y, visibility] } };
    return present(changed).length ? changed : null;
};

/** @param {Visibility} visibility @returns {Visibility} the next one in turn */
export const nextVisibility = (visibility) =>
    VISIBILITIES[(VISIBILITIES.indexOf(visibility) + 1) % VISIBILITIES.length];

/** @type {Kind<Primitive>} */
export const primitive = {
    icon: "M8 2.6v5.2M8 7.8 3.4 13M8 7.8l4.6 5.2M8 1.4a1.2 1.2 0 1 0 .01 0zM8 6.6a1.2 1.2 0 1 0 .01 0z",
    bounds: (shape) => boundsOf(present(shape).map(([, point]) => point)),
    area: () => 0,
    contains: () => false,
    // edges belong to the class; its points are what can be taken
    distance: (shape, at) => Math.min(...present(shape).map(([, [x, y]]) => distance({ x, y }, at))),
    handles: ({ points }) => Object.entries(points).map(([name, [x, y]]) => ({ role: "point", x, y, name })),
    moved(shape, by, size) {
        const { x, y } = allowedMove(primitive.bounds(shape), by, size);
        const points = Object.entries(shape.points).map(
            /** @returns {[string, NamedPoint]} */
            ([name, [px, py, visibility]]) => [name, [rounded(px + x), rounded(py + y), visibility]],
        );
        return { ...shape, points: Object.fromEntries(points) };
    },
    dragged(shape, { name = "" }, to, { size }) {
        const { x, y } = placed(to, size);
        const [, , visibility] = shape.points[name];
        return { ...shape, points: { ...shape.points, [name]: [x, y, visibility] } };
    },
    without: indivisible,
    trace: () => {}, // drawn with its class's edges
};

/**
 * A template of a skeleton, stretched from one corner to another.
 *
 * @param {Skeleton} skeleton
 * @param {Pair[]} layout of its points in a unit square
 * @param {Point} from
 * @param {Point} to
 * @returns {Primitive | null} null where both corners are the same
 */
export const stretched = (skeleton, layout, from, to) => {
    if (from.x === to.x && from.y === to.y) return null;
    const points = skeleton.points.map(
        /** @returns {[string, NamedPoint]} */
        (name, i) => {
            const [u, v] = layout[i];
            return [name, [rounded(from.x + u * (to.x - from.x)), rounded(from.y + v * (to.y - from.y)), "visible"]];
        },
    );
    return { type: "object_primitive", points: Object.fromEntries(points) };
};
