"""Frames on their way to the browser: a file's own bytes where a browser can show them, else its values."""

from __future__ import annotations

from typing import Any

import numpy as np

from annowidgets.media import Medium
from annowidgets.media.base import Window

# What the browser takes as values, and what it is given for others.
_SENT = {"uint8": "uint8", "uint16": "uint16", "int16": "int16", "int32": "int32", "uint32": "uint32", "int8": "int16"}
_OTHERS = "float32"


def described(pictures: Medium | None) -> dict[str, Any]:
    """What the browser knows of an item's frames before it asks for one.

    Of frames that are all of one size it is told that size once: ten thousand frames are no more to send than one.
    """
    if pictures is None:
        return {"frames": 0, "sizes": []}
    sizes = pictures.sizes if len(set(pictures.sizes)) > 1 else pictures.sizes[:1]
    return {
        "frames": pictures.count,
        "sizes": [list(size) for size in sizes],
        "spacing": None if pictures.spacing is None else list(pictures.spacing),
        "interpolate": pictures.modality in ("image_sequence", "video"),
        "modality": pictures.modality,
        "fps": pictures.fps,
    }


def frame_message(pictures: Medium, number: int, index: int) -> tuple[dict[str, Any], list[bytes]]:
    """A frame as message and buffers.

    Grey that measures something goes as its stored values, little-endian, with what makes values in their unit of them
    and the file's windows; anything else as an encoded picture.

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
    if values is None:
        encoded = pictures.encoded(index)
        return {**message, "mime": encoded.mime}, [encoded.data]
    kind = _SENT.get(values.stored.dtype.name, _OTHERS)
    slope = values.slope or 1.0
    message |= {
        "dtype": kind,
        "shape": list(values.stored.shape),
        "window": [(limit - values.intercept) / slope for limit in values.windows[0].limits],
        "invert": values.inverted,
        "slope": slope,
        "intercept": values.intercept,
        "unit": values.unit,
        "windows": [_described(window) for window in values.windows],
    }
    return message, [np.ascontiguousarray(values.stored, dtype=np.dtype(kind).newbyteorder("<")).tobytes()]


def _described(window: Window) -> dict[str, Any]:
    low, high = window.limits
    told = {"name": window.name, "centre": window.centre, "width": window.width, "low": low, "high": high}
    curves = {"sigmoid": "sigmoid", "table": list(window.table)}
    return told | ({"curve": curves[window.function]} if window.function in curves else {})
