"""Small previews of frames."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from annowidgets.errors import InvalidInput
from annowidgets.media.base import Medium, Pixels, as_8_bit

_BACKGROUND = 128.0  # a grey that neither a light nor a dark theme swallows


def thumbnail(medium: Medium, frame: int = 0, *, size: int = 160) -> bytes:
    """Make a preview of a frame as JPEG.

    Parameters
    ----------
    medium : Medium
        What to show.
    frame : int
        Which frame, 0 to ``count`` - 1.
    size : int
        Longest side in pixels; smaller frames are not enlarged.

    Returns
    -------
    bytes
        JPEG, grey or RGB. 16-bit values are windowed from their 1st to their 99th percentile; what is
        transparent shows a neutral grey.

    Raises
    ------
    InvalidMedia
        The frame can't be read.
    InvalidInput
        ``size`` is not positive.
    """
    from PIL import Image

    if size < 1:
        raise InvalidInput(
            f"A thumbnail of size {size} can't be.", hint="size is the longest side in pixels, 160 unless given."
        )
    image = Image.fromarray(_opaque_8_bit(medium.frame(frame)))
    image.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=3)
    file = io.BytesIO()
    image.save(file, format="JPEG", quality=85)
    return file.getvalue()


def blank_thumbnail(frame_size: tuple[int, int], *, size: int = 160) -> bytes:
    """A thumbnail that shows nothing of a frame of (height, width) but its proportions."""
    from PIL import Image

    height, width = frame_size
    scale = min(1.0, size / max(frame_size))
    file = io.BytesIO()
    shown = (max(1, round(width * scale)), max(1, round(height * scale)))
    Image.new("L", shown, int(_BACKGROUND)).save(file, format="JPEG", quality=85)
    return file.getvalue()


def _opaque_8_bit(pixels: Pixels) -> NDArray[np.uint8]:
    colors: Pixels = pixels[..., :3] if pixels.ndim == 3 else pixels
    shown: NDArray[np.uint8]
    if colors.dtype == np.uint8:
        shown = colors.astype(np.uint8, copy=False)
    else:
        low, high = np.percentile(colors, (1, 99))
        shown = as_8_bit(colors, low, high)
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        alpha = pixels[..., 3:].astype(np.float32) / np.iinfo(pixels.dtype).max
        # Before the reduction, so that the colours of invisible pixels don't bleed into visible ones.
        shown = np.rint(shown * alpha + _BACKGROUND * (1 - alpha)).astype(np.uint8)
    return shown
