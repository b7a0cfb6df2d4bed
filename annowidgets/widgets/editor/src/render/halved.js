/** Half as large, each pixel the mean of four. @param {ImageBitmap | OffscreenCanvas} source */
export const halved = (source) => {
    const canvas = new OffscreenCanvas(Math.max(1, source.width >> 1), Math.max(1, source.height >> 1));
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
