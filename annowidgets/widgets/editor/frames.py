"""Frames on their way to the browser: a file's own bytes where a browser can show them, else its values."""

from __future__ import annotations

from typing import Any

import numpy as np

from annowidgets.media import Medium, StillImage
from annowidgets.media.decode import read_header


def frame_message(pictures: Medium, number: int, index: int) -> tuple[dict[str, Any], list[bytes]]:
    """A frame as message and buffers.

    A picture of 16-bit grey goes as its values, little-endian, with their range as the window to begin with; anything
    else as an encoded picture.

    Parameters
    ----------
    pictures : Medium
        Where it comes from.
    number : int
        Of the document that asks.
    index : int
        0 to ``count`` - 1.

    Raises
    ------
    InvalidMedia
        There is no such frame, or it can't be read.
    """
    message: dict[str, Any] = {"type": "frame", "number": number, "index": index}
    if _may_be_deep(pictures):
        pixels = pictures.frame(index)
        if pixels.dtype == np.uint16 and pixels.ndim == 2:
            message |= {"dtype": "uint16", "shape": list(pixels.shape), "invert": False}
            message["window"] = [int(pixels.min()), int(pixels.max())]
            return message, [np.ascontiguousarray(pixels, dtype="<u2").tobytes()]
    encoded = pictures.encoded(index)
    return {**message, "mime": encoded.mime}, [encoded.data]


def _may_be_deep(pictures: Medium) -> bool:
    """Whether frames may hold more than 8 bits; decoding a photograph to find out would cost more than sending it."""
    return not isinstance(pictures, StillImage) or read_header(pictures.path).bits == 16
