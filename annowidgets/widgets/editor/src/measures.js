/** @import { Pair, Point, Shape } from "./types.js" */

import { distance, isInside, windingArea } from "./geometry/points.js";
import { boundsOfShape, kindOf } from "./shapes/index.js";

/**
 * What a shape measures, as people read it: sides, length or area.
 *
 * @typedef {[number, number]} Spacing row and column distance of pixel centres, in mm
 */

/**
 * Length of a line in mm.
 *
 * @param {Pair[]} points in pixels
 * @param {Spacing} spacing
 */
export const lengthInMm = (points, [row, column]) =>
    points
        .slice(1)
        .reduce((sum, [x, y], i) => sum + Math.hypot((x - points[i][0]) * column, (y - points[i][1]) * row), 0);

/** @param {Pair[]} points */
const lengthInPixels = (points) =>
    points.slice(1).reduce((sum, [x, y], i) => sum + distance({ x, y }, { x: points[i][0], y: points[i][1] }), 0);

/**
 * Sides of a turned box in mm: where pixels are not square they hang on the angle.
 *
 * @param {{width: number, height: number, angle: number}} box
 * @param {Spacing} spacing
 */
const turnedSides = ({ width, height, angle }, [row, column]) => {
    const turn = (angle / 180) * Math.PI;
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    return [width * Math.hypot(cos * column, sin * row), height * Math.hypot(sin * column, cos * row)];
};

/** Area by the even-odd rule, of rings that don't cross: one within another is a hole. @param {Pair[][]} rings */
const areaOf = (rings) =>
    rings.reduce((sum, ring, i) => {
        const [[x, y]] = ring;
        const depth = rings.filter((other, j) => j !== i && isInside({ x, y }, [other])).length;
        return sum + (depth % 2 ? -1 : 1) * Math.abs(windingArea(ring));
    }, 0);

/**
 * "12 × 8 mm", or "30 × 20 px" where no spacing is known; null for a point.
 *
 * @param {Shape} shape
 * @param {Spacing | null | undefined} spacing
 * @returns {string | null}
 */
export const measured = (shape, spacing) => {
    if (shape.type === "keypoint") return null;
    if (shape.type === "polyline") {
        const { points } = shape;
        return spacing ? `${short(lengthInMm(points, spacing))} mm` : `${short(lengthInPixels(points))} px`;
    }
    const { x0, y0, x1, y1 } = boundsOfShape(shape);
    const isTurned = shape.type === "rotatable_bounding_box";
    const [width, height] = isTurned ? [shape.width, shape.height] : [x1 - x0, y1 - y0];
    if (!spacing) return `${short(width)} × ${short(height)} px`;
    const [row, column] = spacing;
    const [wide, high] = isTurned ? turnedSides(shape, spacing) : [width * column, height * row];
    const sides = `${short(wide)} × ${short(high)} mm`;
    const area =
        shape.type === "polygon" ? areaOf(shape.rings) : shape.type === "bitmask" ? kindOf(shape).area(shape) : 0;
    return area ? `${sides}  ·  ${short(area * row * column)} mm²` : sides;
};

/** A line between two points. @param {[Point, Point]} ends @returns {import("./types.js").Polyline} */
export const lineOf = ([a, b]) => ({
    type: "polyline",
    points: [
        [a.x, a.y],
        [b.x, b.y],
    ],
});

/** @param {number} length */
const short = (length) => String(Math.round(length * 10) / 10);
