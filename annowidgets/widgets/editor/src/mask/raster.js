/** @import { Bounds, Point, Size } from "../types.js" */

import { clamp } from "../geometry/points.js";
import { eachSpan, RunWriter } from "./run_lengths.js";

/**
 * A mask in full resolution, under the brush.
 *
 * One byte a pixel, column by column as run lengths go, so that reading and writing these is a walk through memory.
 */
export class Raster {
    /** @type {Size} */
    size;
    /** @type {Uint8Array} pixel (row, column) at column * height + row */
    pixels;
    /** @type {Bounds} holds all set pixels */
    bounds = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };

    /** @param {Size} size */
    constructor(size) {
        this.size = size;
        this.pixels = new Uint8Array(size[0] * size[1]);
    }

    /** Become another mask of the same size. @param {number[]} runs */
    load(runs) {
        this.clear();
        eachSpan(runs, this.size[0], (column, top, bottom) => {
            this.pixels.fill(1, column * this.size[0] + top, column * this.size[0] + bottom);
            this.#widen({ x0: column, y0: top, x1: column + 1, y1: bottom });
        });
    }

    clear() {
        const { x0, x1 } = this.bounds;
        if (x0 < x1) this.pixels.fill(0, x0 * this.size[0], x1 * this.size[0]);
        this.bounds = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
    }

    /**
     * Draw a round brush along a line. A pixel is touched where its centre is, and always the ones under both ends, so
     * that the smallest brush draws too.
     *
     * @param {Point} from
     * @param {Point} to
     * @param {number} radius in pixels
     * @param {boolean} on false erases
     * @returns {Bounds | null} what may have changed
     */
    stroke(from, to, radius, on) {
        const [height, width] = this.size;
        const dirty = {
            x0: clamp(Math.floor(Math.min(from.x, to.x) - radius), 0, width),
            y0: clamp(Math.floor(Math.min(from.y, to.y) - radius), 0, height),
            x1: clamp(Math.ceil(Math.max(from.x, to.x) + radius) + 1, 0, width),
            y1: clamp(Math.ceil(Math.max(from.y, to.y) + radius) + 1, 0, height),
        };
        if (dirty.x0 >= dirty.x1 || dirty.y0 >= dirty.y1) return null;
        const value = on ? 1 : 0;
        // distance to a segment, written out: it is asked for every pixel around, at every move
        const [dx, dy] = [to.x - from.x, to.y - from.y];
        const [lengthSquared, radiusSquared] = [dx * dx + dy * dy, radius * radius];
        const slope = dx === 0 ? 0 : dy / dx;
        for (let column = dirty.x0; column < dirty.x1; column++) {
            const x = column + 0.5 - from.x;
            // Only the part of the line within a radius of the column can reach into it: its rows, and a radius around.
            const [low, high] =
                dx === 0
                    ? [Math.min(0, dy), Math.max(0, dy)]
                    : [clamp(x - radius, Math.min(0, dx), Math.max(0, dx)) * slope, clamp(x + radius, Math.min(0, dx), Math.max(0, dx)) * slope];
            const top = Math.max(dirty.y0, Math.floor(from.y + Math.min(low, high) - radius) - 1);
            const bottom = Math.min(dirty.y1, Math.ceil(from.y + Math.max(low, high) + radius) + 1);
            for (let row = top; row < bottom; row++) {
                const y = row + 0.5 - from.y;
                const share = lengthSquared === 0 ? 0 : clamp((x * dx + y * dy) / lengthSquared, 0, 1);
                const [awayX, awayY] = [x - share * dx, y - share * dy];
                if (awayX * awayX + awayY * awayY <= radiusSquared) this.pixels[column * height + row] = value;
            }
        }
        for (const { x, y } of [from, to]) {
            const [column, row] = [Math.floor(x), Math.floor(y)];
            if (column >= 0 && row >= 0 && column < width && row < height) this.pixels[column * height + row] = value;
        }
        if (on) this.#widen(dirty);
        return dirty;
    }

    /** @returns {number[] | null} run lengths; null where no pixel is set */
    runs() {
        const [height] = this.size;
        const writer = new RunWriter(this.size);
        for (let column = this.bounds.x0; column < this.bounds.x1; column++) {
            const cells = this.pixels.subarray(column * height, (column + 1) * height);
            for (let top = cells.indexOf(1); top >= 0;) {
                const zero = cells.indexOf(0, top);
                const bottom = zero < 0 ? height : zero;
                writer.add(column, top, bottom);
                top = cells.indexOf(1, bottom);
            }
        }
        return writer.isEmpty ? null : writer.finish();
    }

    /** @param {Bounds} more */
    #widen(more) {
        const { x0, y0, x1, y1 } = this.bounds;
        this.bounds = {
            x0: Math.min(x0, more.x0),
            y0: Math.min(y0, more.y0),
            x1: Math.max(x1, more.x1),
            y1: Math.max(y1, more.y1),
        };
    }
}
