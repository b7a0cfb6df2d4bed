"""COCO's compressed run lengths: checked, decoded and encoded.

The format: a mask is read column by column; the lengths of its runs (background first) are written as 5 bits a
character, least significant first, offset by 48, with bit 6 as "more follows"; from the fourth run on, the difference
to the run two before stands for the run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from annowidgets.errors import InvalidShape
from annowidgets.labels.values import integer, shown

Runs = npt.NDArray[np.int64]

# Run lengths are 32 bits wide in every reader of this format.
MAX_PIXELS = 2**31 - 1


def decode(counts: str) -> Runs:
    """Run lengths of a compressed string, background first.

    Written here, not left to the C++ reader, because that one trusts its input.

    Raises
    ------
    InvalidShape
        Where the text is no such string.
    """
    text = counts.encode() if counts.isascii() else b""
    codes = np.frombuffer(text, np.uint8).astype(np.int64) - 48
    if codes.size == 0 or codes.min() < 0 or codes.max() > 63:
        raise InvalidShape("Bitmask: counts are no COCO run lengths.")
    is_last = codes & 0x20 == 0
    if not is_last[-1]:
        raise InvalidShape("Bitmask: counts end in the middle of a number.")
    ends = np.flatnonzero(is_last)
    starts = np.concatenate([[0], ends[:-1] + 1])
    places = np.arange(codes.size) - np.repeat(starts, ends - starts + 1)
    if places.max() > 6:
        raise InvalidShape("Bitmask: counts hold a number of more than 32 bits.")
    values = np.add.reduceat((codes & 0x1F) << (5 * places), starts)
    negative = codes[ends] & 0x10 != 0
    values[negative] -= 1 << (5 * (places[ends[negative]] + 1))
    runs = values.copy()
    runs[1::2] = np.cumsum(values[1::2])
    runs[2::2] = np.cumsum(values[2::2])
    return runs


def encode(runs: Runs) -> str:
    """Compressed string of run lengths, background first.

    Written here, because COCO's own writer overruns its buffer by a byte where every number takes six characters.
    """
    values = runs.copy()
    values[3:] -= runs[1:-2]
    # A number takes one character per 5 bits, its sign included.
    lengths = np.ones(values.size, np.int64)
    for places in range(6):
        limit = 16 << 5 * places
        lengths += (values >= limit) | (values < -limit)
    ends = np.cumsum(lengths)
    place = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
    codes = (np.repeat(values, lengths) >> 5 * place) & 0x1F | 0x20
    codes[ends - 1] &= 0x1F
    text: str = (codes + 48).astype(np.uint8).tobytes().decode("ascii")
    return text


def without_empty_runs(runs: Runs) -> Runs:
    """The same mask with as few runs as there can be; only the first may be empty."""
    inner_empty = np.flatnonzero(runs[1:] == 0)
    if inner_empty.size == 0:
        return runs
    value = np.arange(runs.size) % 2
    kept = runs > 0
    runs, value = runs[kept], value[kept]
    first_of_value = np.flatnonzero(np.concatenate([[True], value[1:] != value[:-1]]))
    merged = np.add.reduceat(runs, first_of_value)
    return np.concatenate([[0], merged]) if value[0] == 1 else merged


def checked(size: Any, counts: Any) -> tuple[tuple[int, int], str]:
    """Size and canonical counts of a mask; refuse what is no mask or has no pixel.

    Parameters
    ----------
    size : (height, width)
        In pixels.
    counts : str, bytes or sequence of int
        Compressed or plain run lengths.
    """
    try:
        height, width = map(integer, size)
    except (TypeError, ValueError):
        height = width = None
    if height is None or width is None:
        raise InvalidShape(f"Bitmask: size must be (height, width) in whole pixels, got {shown(size)}.")
    if height <= 0 or width <= 0 or height * width > MAX_PIXELS:
        raise InvalidShape(f"Bitmask: a size of {height} x {width} is no picture's.")
    if isinstance(counts, bytes):
        counts = counts.decode("latin-1")
    runs = decode(counts) if isinstance(counts, str) else _plain(counts)
    if runs.size == 0 or runs.min() < 0 or runs.max() > MAX_PIXELS or runs.sum() != height * width:
        raise InvalidShape(
            f"Bitmask: run lengths fill {runs.sum()} pixels, a mask of {height} x {width} has {height * width}."
            if runs.size and runs.min() >= 0
            else "Bitmask: a run length is negative or there is none."
        )
    if runs[1::2].sum() == 0:
        raise InvalidShape("Bitmask: no pixel is set.", hint="Leave the label out instead.")
    # Encoded anew even where it came encoded: another spelling of the same runs would make equal masks unequal.
    return (height, width), encode(without_empty_runs(runs))


def _plain(counts: Any) -> Runs:
    if isinstance(counts, np.ndarray) and counts.ndim == 1 and counts.dtype.kind in "iu":
        return counts.astype(np.int64)
    try:
        runs = [integer(run) for run in counts]
    except TypeError:
        runs = [None]
    if None in runs:
        raise InvalidShape("Bitmask: counts must be COCO run lengths (text, or a list of integers).")
    return np.array(runs, np.int64)
