/** @import { Bounds, Pair, Point, Shape, Size } from "../types.js" */

/**
 * A place of a selected shape that can be dragged.
 *
 * @typedef {object} Handle
 * @property {"resize" | "turn" | "vertex" | "between" | "point"} role "between" inserts a vertex
 * @property {number} x in pixels
 * @property {number} y in pixels
 * @property {number} [fx] for resize: 0 left, 1 right, 0.5 neither
 * @property {number} [fy] for resize: 0 top, 1 bottom, 0.5 neither
 * @property {number} [ring]
 * @property {number} [index] of the vertex, or of the one that an inserted vertex comes before
 * @property {string} [name] of a primitive's point
 *
 * @typedef {object} Dragging
 * @property {Size} size of the frame
 * @property {boolean} [constrain] keeps proportions, or turns in steps of 15 degrees (Shift)
 *
 * @typedef {Pick<CanvasPath, "moveTo" | "lineTo" | "closePath" | "rect" | "arc">} Path
 */

/**
 * What one of the seven shapes can do. Shapes are values: everything gives a new one.
 *
 * @template {Shape} S
 * @typedef {object} Kind
 * @property {string} icon path data in a square of 16
 * @property {(shape: S) => Bounds} bounds
 * @property {(shape: S) => number} area in square pixels, 0 for lines and points
 * @property {(shape: S, point: Point) => boolean} contains
 * @property {(shape: S, point: Point) => number} distance to the outline, in pixels
 * @property {(shape: S, pixel: number) => Handle[]} handles pixel: size of a CSS pixel in pixels of the picture
 * @property {(shape: S, by: Point, size: Size) => S} moved as far as the frame allows
 * @property {(shape: S, handle: Handle, to: Point, dragging: Dragging) => S | null} dragged null where nothing is left
 * @property {(shape: S, handle: Handle) => S | null} without the handle's vertex; null where it can't be spared
 * @property {(shape: S, path: Path) => void} trace draws the outline
 */

/** @param {Path} path @param {Pair[]} points @param {boolean} closed */
export const traceLine = (path, points, closed) => {
    points.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
    if (closed) path.closePath();
};

/** @param {Pair[]} points @param {Point} by @returns {Pair[]} */
export const movedPoints = (points, by) => points.map(([x, y]) => [x + by.x, y + by.y]);

/** A shape with nothing to spare. @returns {null} */
export const indivisible = () => null;
