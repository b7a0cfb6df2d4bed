"""Which labels of a frame come near enough to each other to be compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from annowidgets.benchmark.arrays import Floats, Ints, blocks, spread

# Pairs that are looked at together: their coordinates stay in the processor's cache.
_AT_ONCE = 60_000
# A frame with more pairs than this is searched with a tree instead of pair by pair.
_TREE_FROM = 1_000_000
# Benchmark labels that the tree is asked for at a time.
_ASKED_AT_ONCE = 100


class Bounds(NamedTuple):
    """Boxes: arrays of shape (n,) in pixels."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats


def near_pairs(a: Ints, b: Ints, group: Ints, bounds: Bounds) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of one row of ``a`` and one of ``b`` in the same group whose boxes meet, in blocks.

    Parameters
    ----------
    a, b : array of int
        Rows, sorted by group.
    group : array of int of shape (n,)
        Group (frame and family) of every row.
    bounds : Bounds
        Box of every row.

    Yields
    ------
    rows of a, rows of b : arrays of the same shape
    """
    groups, first_a, count_a = np.unique(group[a], return_index=True, return_counts=True)
    first_b = np.searchsorted(group[b], groups, side="left")
    count_b = np.searchsorted(group[b], groups, side="right") - first_b
    pairs = count_a * count_b
    for start, stop in blocks(pairs, _AT_ONCE):
        if pairs[start] > _TREE_FROM:
            own_a = a[first_a[start] : first_a[start] + count_a[start]]
            own_b = b[first_b[start] : first_b[start] + count_b[start]]
            yield from _tree_pairs(own_a, own_b, bounds)
            continue
        own = slice(start, stop)
        lines = spread(first_a[own], count_a[own])
        per_line = np.repeat(count_b[own], count_a[own])
        one = np.repeat(a[lines], per_line)
        other = b[spread(np.repeat(first_b[own], count_a[own]), per_line)]
        meet = bounds.x0[one] <= bounds.x1[other]
        meet &= bounds.x0[other] <= bounds.x1[one]
        meet &= bounds.y0[one] <= bounds.y1[other]
        meet &= bounds.y0[other] <= bounds.y1[one]
        yield one[meet], other[meet]


def _tree_pairs(a: Ints, b: Ints, bounds: Bounds) -> Iterator[tuple[Ints, Ints]]:
    import shapely

    tree = shapely.STRtree(shapely.box(*(side[b] for side in bounds)))
    for start in range(0, a.size, _ASKED_AT_ONCE):
        own = a[start : start + _ASKED_AT_ONCE]
        one, other = tree.query(shapely.box(*(side[own] for side in bounds)))
        yield own[one], b[other]
