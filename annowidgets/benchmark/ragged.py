"""Rows of different length in flat arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def offsets(counts: npt.ArrayLike) -> Ints:
    """Where each row starts in the flat array, and after them where the last one ends; shape (n + 1,)."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def spread(starts: Ints, counts: Ints) -> Ints:
    """The numbers ``starts[i], starts[i] + 1, ...``, ``counts[i]`` of them for each i, one row after the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if ends.size else 0
    return np.arange(total, dtype=np.int64) + np.repeat(starts - (ends - counts), counts)


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
