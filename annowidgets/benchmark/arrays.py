"""Arrays: their types, rows of different length in flat columns, sums by group."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_MANY = 10_000


def offsets(counts: npt.ArrayLike) -> Ints:
    """Where each row starts in the flat array, and after them where the last one ends; shape (n + 1,)."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def spread(starts: Ints, counts: Ints) -> Ints:
    """The numbers ``starts[i], starts[i] + 1, ...``, ``counts[i]`` of them for each i, one row after the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if ends.size else 0
    numbers: Ints = np.arange(total, dtype=np.int64) + np.repeat(starts - (ends - counts), counts)
    return numbers


def compacted(numbers: Ints) -> tuple[Ints, Ints]:
    """The different numbers, ascending, and the place of each among them, as `np.unique` gives them.

    Very many, of which most repeat, are not sorted for it: that takes a tenth of the time, and less memory.
    """
    if numbers.size < _MANY:
        return np.unique(numbers, return_inverse=True)
    first = int(numbers.min())
    occurs = np.zeros(int(numbers.max()) - first + 1, bool)
    occurs[numbers - first] = True
    place_of = np.cumsum(occurs) - 1
    return np.flatnonzero(occurs) + first, place_of[numbers - first]


def summed(group: Ints, values: Floats, number: int) -> Floats:
    """Sum of the values of each group 0 to ``number`` - 1."""
    sums: Floats = np.bincount(group, weights=values, minlength=number).astype(np.float64, copy=False)
    return sums


def ratio(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> Floats:
    """``part / whole``, NaN where ``whole`` is 0."""
    quotient: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return quotient


def blocks(costs: Ints, limit: int) -> list[tuple[int, int]]:
    """Cut rows into consecutive blocks (start, stop) whose costs sum to at most ``limit``, or hold a single row."""
    cut, start, room = [], 0, int(costs.size)
    total = offsets(costs)
    while start < room:
        stop = int(np.searchsorted(total, total[start] + limit, side="right")) - 1
        stop = min(max(stop, start + 1), room)
        cut.append((start, stop))
        start = stop
    return cut
