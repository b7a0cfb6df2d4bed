/** @import { ShapeType } from "../types.js" */
/** @import { Surroundings, Tool } from "./tool.js" */

import { boxBetween } from "../shapes/box.js";
import { KINDS } from "../shapes/index.js";
import { layoutOf } from "../shapes/layout.js";
import { stretched } from "../shapes/primitive.js";
import { BrushTool } from "./brush.js";
import { DragTool } from "./drag.js";
import { KeypointTool } from "./keypoint.js";
import { LineTool } from "./line.js";
import { IdleTool, RulerTool } from "./ruler.js";
import { SelectTool } from "./select.js";

/**
 * @typedef {"select" | "box" | "rotated_box" | "polygon" | "polyline" | "keypoint" | "brush" | "eraser"
 *     | "primitive" | "ruler" | "window"} ToolName
 *
 * @typedef {object} ToolKind
 * @property {string} title
 * @property {ShapeType | null} shape that it draws
 * @property {string} icon path data in a square of 16
 * @property {string} [key]
 * @property {string} hint
 * @property {boolean} [grabs] whether handles of the selected label are taken before anything is drawn
 * @property {boolean} [clicks] whether one press and its release are a whole step
 * @property {(around: Surroundings) => Tool} make
 */

/** @type {Record<ToolName, ToolKind>} */
export const TOOLS = {
    select: {
        title: "Select and edit",
        shape: null,
        icon: "M3.5 2v10.5l2.8-2.4 1.8 3.9 1.9-.9-1.8-3.8 3.7-.3z",
        key: "v",
        hint: "Drag a label or its handles. Alt+click or double click takes a vertex away.",
        make: (around) => new SelectTool(around),
    },
    box: {
        title: "Box",
        shape: "bounding_box",
        icon: KINDS.bounding_box.icon,
        hint: "Drag from corner to corner; Shift makes a square.",
        grabs: true,
        make: (around) => new DragTool(around, boxBetween),
    },
    rotated_box: {
        title: "Rotatable box",
        shape: "rotatable_bounding_box",
        icon: KINDS.rotatable_bounding_box.icon,
        hint: "Drag from corner to corner, then turn it by the round handle.",
        grabs: true,
        make: (around) =>
            new DragTool(around, (from, to) => {
                const box = boxBetween(from, to);
                if (!box) return null;
                const { x, y, width, height } = box;
                return {
                    type: "rotatable_bounding_box",
                    cx: x + width / 2,
                    cy: y + height / 2,
                    width,
                    height,
                    angle: 0,
                };
            }),
    },
    polygon: {
        title: "Polygon",
        shape: "polygon",
        icon: KINDS.polygon.icon,
        hint: "Click the vertices, or drag freehand. Enter, a double click or the first vertex closes it.",
        clicks: true,
        make: (around) => new LineTool(around, { closed: true }),
    },
    polyline: {
        title: "Line",
        shape: "polyline",
        icon: KINDS.polyline.icon,
        hint: "Click the vertices, or drag freehand. Enter or a double click ends it.",
        clicks: true,
        make: (around) => new LineTool(around, { closed: false }),
    },
    keypoint: {
        title: "Keypoint",
        shape: "keypoint",
        icon: KINDS.keypoint.icon,
        hint: "Click where the point is.",
        clicks: true,
        make: (around) => new KeypointTool(around),
    },
    brush: {
        title: "Brush",
        shape: "bitmask",
        icon: KINDS.bitmask.icon,
        hint: "Paint; further strokes add to the selected mask. Enter ends it, [ and ] set the size.",
        make: (around) => new BrushTool(around, { erases: false }),
    },
    eraser: {
        title: "Eraser",
        shape: "bitmask",
        icon: "M6.2 13.5 2 9.3l7.3-6.8 4.4 4.4-6.6 6.6zM5.4 6.2l4.3 4.4M6.2 13.5H14",
        key: "e",
        hint: "Take pixels from the selected mask. [ and ] set the size.",
        make: (around) => new BrushTool(around, { erases: true }),
    },
    primitive: {
        title: "Skeleton",
        shape: "object_primitive",
        icon: KINDS.object_primitive.icon,
        hint: "Drag out the skeleton, then move its points; O makes the last one occluded, absent, visible.",
        grabs: true,
        make: (around) =>
            new DragTool(around, (from, to) => {
                const skeleton = around.active()?.skeleton;
                return skeleton ? stretched(skeleton, layoutOf(skeleton), from, to) : null;
            }),
    },
    ruler: {
        title: "Ruler",
        shape: null,
        icon: "M2.5 10.5 10.5 2.5l3 3-8 8zM5 8l1.2 1.2M7 6l1.8 1.8M9 4l1.2 1.2",
        key: "r",
        hint: "Drag to measure a length.",
        make: (around) => new RulerTool(around),
    },
    window: {
        title: "Window and level",
        shape: null,
        icon: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11zM8 5h3.5M8 8h5M8 11h3.5",
        key: "w",
        hint: "Drag sideways for the window, up and down for the level; the right button does so with any tool.",
        make: () => new IdleTool(),
    },
};

const NAMES = /** @type {ToolName[]} */ (Object.keys(TOOLS));

/** The tools that draw a kind of shape; the first is taken where its class is chosen. @param {ShapeType} shape */
export const toolsOf = (shape) => NAMES.filter((name) => TOOLS[name].shape === shape);

/** @param {Iterable<ShapeType>} shapes @returns {ToolName[]} */
export const toolsFor = (shapes) => {
    const drawn = new Set(shapes);
    return NAMES.filter((name) => name === "select" || drawn.has(/** @type {ShapeType} */ (TOOLS[name].shape)));
};
