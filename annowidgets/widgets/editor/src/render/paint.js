/** @import { Label, ObjectClass, Pair, Shape } from "../types.js" */
/** @import { View } from "../geometry/view.js" */

import { originOf } from "../shapes/bitmask.js";
import { boundsOfShape, kindOf } from "../shapes/index.js";
import { isIntricate, traceMask } from "./masks.js";
import { DOT, FONT, HALO, HALO_EXTRA } from "./style.js";

/** @typedef {CanvasRenderingContext2D} Context */

/** @type {WeakMap<Shape, Path2D>} */
const paths = new WeakMap();

/** Outline of a shape in pixels of the picture, made once; of an intricate mask its bounds. @param {Shape} shape */
export const pathOf = (shape) => {
    let path = paths.get(shape);
    if (!path) {
        path = new Path2D();
        const origin = shape.type === "bitmask" ? originOf(shape) : undefined;
        if (origin) path.addPath(pathOf(origin.shape), { e: origin.dx, f: origin.dy });
        else if (shape.type === "bitmask" && !isIntricate(shape)) traceMask(shape, path);
        else kindOf(shape).trace(shape, path);
        paths.set(shape, path);
    }
    return path;
};

/** From now on in pixels of the picture. @param {Context} context @param {View} view @param {number} density */
export const onPicture = (context, { scale, x, y }, density) =>
    context.setTransform(density * scale, 0, 0, density * scale, density * x, density * y);

/** From now on in CSS pixels of the view. @param {Context} context @param {number} density */
export const onView = (context, density) => context.setTransform(density, 0, 0, density, 0, 0);

/**
 * A line with the dark around it that keeps it visible on any picture.
 *
 * @param {Context} context
 * @param {Path2D} path
 * @param {string} color
 * @param {number} width in the context's units
 * @param {number} [extra]
 */
export const strokeLine = (context, path, color, width, extra = width) => {
    context.strokeStyle = HALO;
    context.lineWidth = width + extra;
    context.stroke(path);
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke(path);
};

/**
 * Points and bones of shapes that have no outline; their size on the screen is the same at every zoom.
 *
 * @param {Context} context in pixels of the picture
 * @param {Shape} shape
 * @param {string} color
 * @param {number} pixel size of a CSS pixel
 * @param {ObjectClass | undefined} item
 * @param {{width: number, all?: boolean}} how all: absent points too
 */
export const paintPoints = (context, shape, color, pixel, item, { width, all = false }) => {
    const radius = (DOT + (width > 2 ? 1 : 0)) * pixel;
    if (shape.type === "keypoint") return paintDot(context, shape.x, shape.y, radius, color, pixel, "visible");
    if (shape.type !== "object_primitive") return;
    const bones = new Path2D();
    for (const [a, b] of item?.skeleton?.edges ?? []) {
        const [from, to] = [shape.points[a], shape.points[b]];
        if (!from || !to || from[2] === "absent" || to[2] === "absent") continue;
        bones.moveTo(from[0], from[1]);
        bones.lineTo(to[0], to[1]);
    }
    strokeLine(context, bones, color, width * pixel, HALO_EXTRA * pixel);
    for (const [x, y, visibility] of Object.values(shape.points)) {
        if (visibility !== "absent" || all) paintDot(context, x, y, radius, color, pixel, visibility);
    }
};

/**
 * Filled where visible, hollow where occluded, a cross where absent.
 *
 * @param {Context} context @param {number} x @param {number} y @param {number} radius @param {string} color
 * @param {number} pixel @param {string} visibility
 */
const paintDot = (context, x, y, radius, color, pixel, visibility) => {
    const path = new Path2D();
    if (visibility === "absent") {
        path.moveTo(x - radius, y - radius);
        path.lineTo(x + radius, y + radius);
        path.moveTo(x - radius, y + radius);
        path.lineTo(x + radius, y - radius);
        return strokeLine(context, path, color, 1.5 * pixel, HALO_EXTRA * pixel);
    }
    path.arc(x, y, radius, 0, 2 * Math.PI);
    strokeLine(context, path, color, 1.5 * pixel, HALO_EXTRA * pixel);
    context.fillStyle = visibility === "visible" ? color : "rgba(255, 255, 255, 0.75)";
    context.fill(path);
};

/**
 * Text with dark around it.
 *
 * @param {Context} context in CSS pixels of the view
 * @param {string} text
 * @param {Pair} at left end of its base line
 * @param {string} color
 */
export const paintText = (context, text, [x, y], color) => {
    context.font = FONT;
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = "rgba(0, 0, 0, 0.75)";
    context.strokeText(text, x, y);
    context.fillStyle = color;
    context.fillText(text, x, y);
};

/**
 * Where a label's name begins, in CSS pixels.
 *
 * @param {Label & {shape: Shape}} label
 * @param {View} view
 * @returns {Pair}
 */
export const nameAt = ({ shape }, { scale, x, y }) => {
    const { x0, y0 } = boundsOfShape(shape);
    const away = shape.type === "keypoint" || shape.type === "object_primitive" ? DOT + 4 : 5;
    return [x0 * scale + x, Math.max(y0 * scale + y - away, 12)];
};
