"""Frames on their way to the browser: a file's own bytes where a browser can show them, else its values."""

from __future__ import annotations

from typing import Any

import numpy as np

from annowidgets.media import Medium
from annowidgets.media.base import Values

# What the browser takes as values; of another kind it is given a picture.
_SENT = ("uint8", "uint16", "int16")


def frame_message(pictures: Medium, number: int, index: int) -> tuple[dict[str, Any], list[bytes]]:
    """A frame as message and buffers.

    Grey of more than 8 bits goes as its stored values, little-endian, with the window to begin with in their unit;
    anything else as an encoded picture.

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
    values = pictures.values(index)
    if values is None or values.stored.dtype.name not in _SENT:
        encoded = pictures.encoded(index)
        return {**message, "mime": encoded.mime}, [encoded.data]
    stored = values.stored
    low, high, invert = _window(values)
    message |= {"dtype": stored.dtype.name, "shape": list(stored.shape), "window": [low, high], "invert": invert}
    return message, [np.ascontiguousarray(stored, dtype=stored.dtype.newbyteorder("<")).tobytes()]


def _window(values: Values) -> tuple[float, float, bool]:
    """The first window in stored values: from which on all is black, from which on all is white, whether inverted."""
    slope = values.slope or 1.0
    low, high = ((limit - values.intercept) / slope for limit in values.windows[0].limits)
    return (low, high, values.inverted) if low <= high else (high, low, not values.inverted)
