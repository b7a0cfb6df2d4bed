/** Length of a side at the next level. @param {number} side in pixels */
export const halfOf = (side) => Math.max(1, side >> 1);

/** Half as large, each pixel the mean of four. @param {ImageBitmap | OffscreenCanvas} source */
export const halved = (source) => {
    const canvas = new OffscreenCanvas(halfOf(source.width), halfOf(source.height));
    const context = contextOf(canvas);
    context.imageSmoothingEnabled = true;
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    return canvas;
};

/**
 * @template {HTMLCanvasElement | OffscreenCanvas} C
 * @param {C} canvas
 * @returns {C extends HTMLCanvasElement ? CanvasRenderingContext2D : OffscreenCanvasRenderingContext2D}
 */
export const contextOf = (canvas) => {
    const context = canvas.getContext("2d");
    if (!context) throw new Error("This browser gives no more canvases: close other pages.");
    return /** @type {any} */ (context);
};
