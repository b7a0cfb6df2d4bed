"""Picture files written byte by byte from the formats' own specifications, as an oracle for the readers."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

PNG_COLOR_TYPE = {1: 0, 2: 4, 3: 2, 4: 6}  # by number of channels

# First row, first column, row step, column step of each of the seven passes.
ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def chunk(kind: bytes, payload: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def png(
    values: NDArray[Any],
    *,
    filters: Sequence[int] = (0,),
    interlaced: bool = False,
    extra: bytes = b"",
    after: bytes = b"",
) -> bytes:
    """PNG of an array (h, w, channels) of uint8 or uint16, row i filtered by ``filters[i % len(filters)]``."""
    height, width, channels = values.shape
    passes = [values[y::dy, x::dx] for y, x, dy, dx in ADAM7] if interlaced else [values]
    rows = b"".join(_filtered(part, filters) for part in passes if part.size)
    kind = (8 * values.itemsize, PNG_COLOR_TYPE[channels], 0, 0, int(interlaced))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, *kind))
    return b"\x89PNG\r\n\x1a\n" + header + extra + chunk(b"IDAT", zlib.compress(rows)) + after + chunk(b"IEND", b"")


def _filtered(values: NDArray[Any], filters: Sequence[int]) -> bytes:
    step = values.shape[2] * values.itemsize
    above = [0] * (values.shape[1] * step)
    out = bytearray()
    for number, row in enumerate(values.astype(values.dtype.newbyteorder(">"))):
        kind = filters[number % len(filters)]
        current = list(row.tobytes())
        out.append(kind)
        for position, value in enumerate(current):
            left = current[position - step] if position >= step else 0
            corner = above[position - step] if position >= step else 0
            out.append((value - _predicted(kind, left, above[position], corner)) % 256)
        above = current
    return bytes(out)


def _predicted(kind: int, left: int, above: int, corner: int) -> int:
    if kind == 4:
        estimate = left + above - corner
        return min((left, above, corner), key=lambda value: abs(estimate - value))
    return (0, left, above, (left + above) // 2)[kind]


def exif(orientation: int, order: str = "<") -> bytes:
    """EXIF block with nothing but an orientation."""
    mark = b"II" if order == "<" else b"MM"
    return (
        mark
        + struct.pack(order + "HIH", 42, 8, 1)
        + struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
        + struct.pack(order + "I", 0)
    )


def tiff(
    values: NDArray[Any],
    *,
    order: str = "<",
    deflate: bool = False,
    rows_per_strip: int | None = None,
    extra_samples: int | None = None,
    planar: bool = False,
    sample_format: int = 1,
    orientation: int | None = None,
) -> bytes:
    """TIFF of an array (h, w, channels) in strips."""
    height, width, channels = values.shape
    per_strip = rows_per_strip or height
    ordered = values.astype(values.dtype.newbyteorder(order))
    planes = [ordered[..., [c]] for c in range(channels)] if planar else [ordered]
    strips = [plane[y : y + per_strip].tobytes() for plane in planes for y in range(0, height, per_strip)]
    if deflate:
        strips = [zlib.compress(strip) for strip in strips]
    offsets = list(8 + np.cumsum([0, *map(len, strips)])[:-1])
    data = b"".join(strips)
    short, long = "H", "I"
    tags: list[tuple[int, str, list[int]]] = [
        (256, long, [width]),
        (257, long, [height]),
        (258, short, [8 * values.itemsize] * channels),
        (259, short, [8 if deflate else 1]),
        (262, short, [2 if channels >= 3 else 1]),
        (273, long, [int(offset) for offset in offsets]),
        *([(274, short, [orientation])] if orientation else []),
        (277, short, [channels]),
        (278, long, [per_strip]),
        (279, long, [len(strip) for strip in strips]),
        (284, short, [2 if planar else 1]),
        *([(338, short, [extra_samples])] if extra_samples is not None else []),
        (339, short, [sample_format] * channels),
    ]
    start = 8 + len(data)
    start += start % 2
    beyond = start + 2 + 12 * len(tags) + 4
    directory, outside = struct.pack(order + "H", len(tags)), b""
    for tag, kind, numbers in tags:
        packed = struct.pack(f"{order}{len(numbers)}{kind}", *numbers)
        if len(packed) > 4:
            pointer = struct.pack(order + "I", beyond + len(outside))
            outside += packed + b"\0" * (len(packed) % 2)
        else:
            pointer = packed.ljust(4, b"\0")
        directory += struct.pack(order + "HHI", tag, 3 if kind == short else 4, len(numbers)) + pointer
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, start)
    return (head + data).ljust(start, b"\0") + directory + struct.pack(order + "I", 0) + outside
