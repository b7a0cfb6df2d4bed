/** @import { Label, Point, Shape, ShapeType } from "../types.js" */
/** @import { Kind } from "./kind.js" */

import { isWithin } from "../geometry/points.js";
import { bitmask } from "./bitmask.js";
import { box } from "./box.js";
import { keypoint } from "./keypoint.js";
import { polygon } from "./polygon.js";
import { polyline } from "./polyline.js";
import { primitive } from "./primitive.js";
import { rotatedBox } from "./rotated_box.js";

/** @type {Record<ShapeType, Kind<any>>} */
export const KINDS = {
    bounding_box: box,
    rotatable_bounding_box: rotatedBox,
    polygon,
    polyline,
    keypoint,
    bitmask,
    object_primitive: primitive,
};

/** @param {Shape} shape @returns {Kind<any>} */
export const kindOf = (shape) => KINDS[shape.type];

/** @type {WeakMap<Shape, import("../types.js").Bounds>} */
const known = new WeakMap();

/** Bounds of a shape; asked for every label when the pointer moves, so remembered. @param {Shape} shape */
export const boundsOfShape = (shape) => {
    let bounds = known.get(shape);
    if (!bounds) known.set(shape, (bounds = kindOf(shape).bounds(shape)));
    return bounds;
};

/**
 * The label under a point. One whose outline is near goes before those that merely hold the point, among these the
 * smaller one, and of equals the one on top.
 *
 * @param {Iterable<Label>} labels bottom first
 * @param {Point} point
 * @param {number} reach in pixels
 * @returns {Label | null}
 */
export const labelAt = (labels, point, reach) => {
    let [best, rank] = [/** @type {Label | null} */ (null), Infinity];
    for (const label of labels) {
        const { shape } = label;
        if (!shape || !isWithin(boundsOfShape(shape), point, reach)) continue;
        const kind = kindOf(shape);
        const away = kind.distance(shape, point);
        // areas are positive: a share of the reach below zero puts every near outline before every area
        const ranked = away <= reach ? away / reach - 2 : kind.contains(shape, point) ? kind.area(shape) : Infinity;
        if (ranked <= rank && ranked < Infinity) [best, rank] = [label, ranked];
    }
    return best;
};
