/** @import { Point } from "../types.js" */
/** @import { View } from "../geometry/view.js" */
/** @import { Context } from "./paint.js" */

import { toView } from "../geometry/view.js";
import { paintText, strokeLine } from "./paint.js";

const COLOR = "#ffd54f";
const TICK = 5; // CSS pixels

/**
 * The line of the ruler, with its length at the end.
 *
 * @param {Context} context in CSS pixels of the view
 * @param {View} view
 * @param {[Point, Point]} line in pixels of the picture
 * @param {string} text
 * @returns {import("../types.js").Bounds} what is painted on
 */
export const paintRuler = (context, view, [a, b], text) => {
    const [from, to] = [toView(view, a), toView(view, b)];
    const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
    const [nx, ny] = [((to.y - from.y) / length) * TICK, (-(to.x - from.x) / length) * TICK];
    const path = new Path2D();
    path.moveTo(from.x, from.y);
    path.lineTo(to.x, to.y);
    for (const { x, y } of [from, to]) {
        path.moveTo(x - nx, y - ny);
        path.lineTo(x + nx, y + ny);
    }
    strokeLine(context, path, COLOR, 1.5, 2);
    paintText(context, text, [to.x + 8, to.y - 8], "#ffffff");
    const { width } = context.measureText(text);
    return {
        x0: Math.min(from.x, to.x) - TICK,
        y0: Math.min(from.y, to.y - 24) - TICK,
        x1: Math.max(from.x, to.x + 8 + width) + TICK,
        y1: Math.max(from.y, to.y) + TICK,
    };
};
