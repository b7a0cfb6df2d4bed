/** @import { Bitmask, Bounds, Size } from "../types.js" */
/** @import { Raster } from "../mask/raster.js" */

import { union } from "../geometry/points.js";
import { eachSpan } from "../mask/run_lengths.js";
import { originOf, read } from "../shapes/bitmask.js";
import { boundsOfShape } from "../shapes/index.js";
import { contextOf } from "./halved.js";
import { pixelOf } from "./style.js";

/**
 * @typedef {{canvas: OffscreenCanvas, x: number, y: number}} Tile a mask's pixels, and where they stand on the picture
 */

/** @type {WeakMap<Bitmask, {color: string, tile: Tile}>} */
const tiles = new WeakMap();

/** A mask in one colour, as large as its bounds. @param {Bitmask} shape @param {string} color @returns {Tile} */
export const tileOf = (shape, color) => {
    const known = tiles.get(shape);
    if (known?.color === color) return known.tile;
    const origin = originOf(shape);
    const made = origin ? movedTile(tileOf(origin.shape, color), origin) : tileFor(shape, color);
    tiles.set(shape, { color, tile: made });
    return made;
};

/** @param {Tile} tile @param {{dx: number, dy: number}} by @returns {Tile} */
const movedTile = ({ canvas, x, y }, { dx, dy }) => ({ canvas, x: x + dx, y: y + dy });

/** @param {Bitmask} shape @param {string} color @returns {Tile} */
const tileFor = (shape, color) => {
    const { runs, bounds } = read(shape);
    const [width, height] = [bounds.x1 - bounds.x0, bounds.y1 - bounds.y0];
    const image = new ImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const pixel = pixelOf(color);
    eachSpan(runs, shape.size[0], (column, top, bottom) => {
        for (let row = top; row < bottom; row++) pixels[(row - bounds.y0) * width + column - bounds.x0] = pixel;
    });
    const canvas = new OffscreenCanvas(width, height);
    contextOf(canvas).putImageData(image, 0, 0);
    return { canvas, x: bounds.x0, y: bounds.y0 };
};

/**
 * The edges between pixels in a mask and pixels beside it.
 *
 * @param {Bitmask} shape
 * @param {Pick<CanvasPath, "moveTo" | "lineTo">} path
 */
export const traceMask = (shape, path) => {
    /** @param {number} ax @param {number} ay @param {number} bx @param {number} by */
    const line = (ax, ay, bx, by) => {
        path.moveTo(ax, ay);
        path.lineTo(bx, by);
    };
    // An upright edge is where one of two neighbouring columns is set and the other is not.
    /** @param {number} x @param {number[]} ends of spans of either column */
    const upright = (x, ends) => {
        ends.sort((a, b) => a - b);
        for (let i = 0; i + 1 < ends.length; i += 2) if (ends[i] < ends[i + 1]) line(x, ends[i], x, ends[i + 1]);
    };
    /** @type {number[]} */
    let before = [];
    /** @type {number[]} */
    let spans = [];
    let at = -1;
    const { runs } = read(shape);
    eachSpan(runs, shape.size[0], (column, top, bottom) => {
        if (column !== at) {
            upright(at, [...before, ...spans]);
            before = spans;
            if (column > at + 1) {
                upright(at + 1, before);
                before = [];
            }
            [spans, at] = [[], column];
        }
        line(column, top, column + 1, top);
        line(column, bottom, column + 1, bottom);
        spans.push(top, bottom);
    });
    upright(at, [...before, ...spans]);
    upright(at + 1, spans);
};

/** A mask under the brush; only what is new is drawn again. */
export class LiveMask {
    /** @type {OffscreenCanvas | null} as large as the frame, so kept from stroke to stroke */
    canvas = null;
    #pixel = 0;
    /** @type {Bounds | null} what the canvas holds something of */
    #drawn = null;

    /** @param {Size} size @param {string} color @param {Bitmask | null} base what is painted on */
    begin([height, width], color, base) {
        this.#pixel = pixelOf(color);
        if (this.canvas?.width !== width || this.canvas.height !== height) {
            this.canvas = new OffscreenCanvas(width, height);
            this.#drawn = null;
        }
        const context = contextOf(this.canvas);
        if (this.#drawn) {
            const { x0, y0, x1, y1 } = this.#drawn;
            context.clearRect(x0, y0, x1 - x0, y1 - y0);
        }
        this.#drawn = base && boundsOfShape(base);
        if (!base) return;
        const { canvas, x, y } = tileOf(base, color);
        context.drawImage(canvas, x, y);
    }

    /** @param {Raster} raster @param {Bounds} part */
    draw({ pixels, size: [height] }, part) {
        if (!this.canvas) return;
        const { x0, y0, x1, y1 } = part;
        const image = new ImageData(x1 - x0, y1 - y0);
        const target = new Uint32Array(image.data.buffer);
        for (let column = x0; column < x1; column++) {
            for (let row = y0; row < y1; row++) {
                if (pixels[column * height + row]) target[(row - y0) * image.width + column - x0] = this.#pixel;
            }
        }
        contextOf(this.canvas).putImageData(image, x0, y0);
        this.#drawn = union(this.#drawn, part);
    }
}
