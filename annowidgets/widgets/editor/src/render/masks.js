/** @import { Bitmask, Bounds, Size } from "../types.js" */
/** @import { Raster } from "../mask/raster.js" */

import { clamp, union } from "../geometry/points.js";
import { eachSpan } from "../mask/run_lengths.js";
import { originOf, read, runCount } from "../shapes/bitmask.js";
import { boundsOfShape } from "../shapes/index.js";
import { contextOf, halved } from "./halved.js";
import { levelsOf } from "./picture.js";
import { pixelOf } from "./style.js";

const MOST_RUNS = 3000; // of a mask whose outline is drawn: a stroke along more takes longer than a frame

/** Whether a mask is shown by its pixels alone. @param {Bitmask} shape */
export const isIntricate = (shape) => runCount(shape) > MOST_RUNS;

/**
 * @typedef {object} Tile a mask's pixels, and where they stand on the picture
 * @property {OffscreenCanvas[]} levels full size, half, ...; each made when it is needed first
 * @property {number} x
 * @property {number} y
 */

/** @type {WeakMap<Bitmask, {color: string, tile: Tile}>} */
const tiles = new WeakMap();

/** A mask in one colour, as large as its bounds. @param {Bitmask} shape @param {string} color @returns {Tile} */
const tileOf = (shape, color) => {
    const known = tiles.get(shape);
    if (known?.color === color) return known.tile;
    const origin = originOf(shape);
    const made = origin ? movedTile(tileOf(origin.shape, color), origin) : tileFor(shape, color);
    tiles.set(shape, { color, tile: made });
    return made;
};

/** @param {Tile} tile @param {{dx: number, dy: number}} by @returns {Tile} */
const movedTile = ({ levels, x, y }, { dx, dy }) => ({ levels, x: x + dx, y: y + dy });

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
    return { levels: [canvas], x: bounds.x0, y: bounds.y0 };
};

/**
 * Paint a mask's pixels; what is drawn small is drawn from a small one.
 *
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context in pixels of the picture
 * @param {Bitmask} shape
 * @param {string} color
 * @param {number} [scale] canvas pixels per pixel of the picture
 */
export const fillMask = (context, shape, color, scale = 1) => {
    const { levels, x, y } = tileOf(shape, color);
    const [{ width, height }] = levels;
    const level = clamp(Math.floor(-Math.log2(scale)), 0, levelsOf(width, height) - 1);
    while (levels.length <= level) levels.push(halved(levels[levels.length - 1]));
    context.imageSmoothingEnabled = scale < 1;
    context.drawImage(levels[level], x, y, width, height);
};

/**
 * The edges between pixels in a mask and pixels beside it, in as few lines as there can be.
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
    /** @type {Map<number, number>} row of an edge that lies level -> the column that it began with */
    let level = new Map();
    /** @type {number[]} where spans of the column before begin and end */
    let before = [];
    /** @param {number} column @param {number[]} ends where its spans begin and end */
    const next = (column, ends) => {
        // an upright edge is where one of two neighbouring columns is set and the other is not
        const both = [...before, ...ends].sort((a, b) => a - b);
        for (let i = 0; i + 1 < both.length; i += 2) {
            if (both[i] < both[i + 1]) line(column, both[i], column, both[i + 1]);
        }
        const now = new Map(ends.map((row) => [row, level.get(row) ?? column]));
        for (const [row, from] of level) if (!now.has(row)) line(from, row, column, row);
        [level, before] = [now, ends];
    };
    /** @type {number[]} */
    let spans = [];
    let at = -1;
    eachSpan(read(shape).runs, shape.size[0], (column, top, bottom) => {
        if (column !== at) {
            next(at, spans);
            if (column > at + 1) next(at + 1, []);
            [spans, at] = [[], column];
        }
        spans.push(top, bottom);
    });
    next(at, spans);
    next(at + 1, []);
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
        fillMask(context, base, color);
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
