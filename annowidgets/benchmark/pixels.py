"""Which pixels a vector shape covers: those whose centre is inside by the even-odd crossing rule."""

from __future__ import annotations

import numpy as np

from annowidgets.benchmark.arrays import Floats, Ints, spread
from annowidgets.benchmark.checks import ALLOWANCE

# Pixels that are held at a time; larger shapes are covered in strips of columns.
_STRIP = 4_000_000


def covered_runs(x: Floats, y: Floats, starts: Ints, height: int, width: int) -> Ints:
    """Run lengths of the pixels inside closed rings, column by column, background first.

    Parameters
    ----------
    x, y : array of shape (n,)
        Points of the rings, one ring after the other, not closed.
    starts : array of shape (n_rings + 1,)
        Where each ring starts.
    height, width : int
        Of the frame, in pixels.

    Returns
    -------
    array of int
        COCO run lengths; they sum to ``height * width``.

    Notes
    -----
    An edge from (x1, y1) to (x2, y2) is crossed by the row of centres at yc if (y1 <= yc) != (y2 <= yc); a centre is
    inside if an odd number of crossings have x <= xc. So a centre on a left or upper edge is in, on a right or lower
    one out. Comparisons allow 1e-9, so that the corner of a box turned by 90 degrees falls where it should.
    """
    following = np.arange(1, x.size + 1)
    following[starts[1:] - 1] = starts[:-1]
    row, column = _crossings(x, y, x[following], y[following], height, width)
    if row.size == 0:
        return np.array([height * width])
    top, rows = int(row.min()), int(np.ptp(row)) + 1
    left, right = int(column.min()), int(column.max())
    # A row of background below each column ends runs there, so that columns don't run into each other.
    tall = rows + 1
    place, times = np.unique((column - left) * tall + row - top, return_counts=True)
    place = place[times % 2 == 1]
    strip = max(1, _STRIP // tall)
    before = np.zeros(tall, bool)
    edges = []
    for first in range(0, right - left, strip):
        columns = min(strip, right - left - first)
        inside = np.zeros((columns, tall), bool)
        own = place[slice(*np.searchsorted(place, [first * tall, (first + columns) * tall]))]
        inside.ravel()[own - first * tall] = True
        inside[0] ^= before
        np.bitwise_xor.accumulate(inside, axis=0, out=inside)
        before = inside[-1]
        flat = inside.ravel()
        changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
        changes = np.concatenate([[0], changes]) if flat[0] else changes
        edges.append((changes // tall + first + left) * height + changes % tall + top)
    # Where one run ends at a frame's lower edge and the next starts at its upper, a run of 0 lies between: it is legal.
    return np.diff(np.concatenate([[0], *edges, [height * width]]))


def _crossings(x1: Floats, y1: Floats, x2: Floats, y2: Floats, height: int, width: int) -> tuple[Ints, Ints]:
    """Row, and first column to the right, of each crossing of an edge with a row of centres in the frame."""
    low, high = np.minimum(y1, y2), np.maximum(y1, y2)
    first = np.clip(np.ceil(low - 0.5 - ALLOWANCE), 0, height).astype(np.int64)
    last = np.clip(np.ceil(high - 0.5 - ALLOWANCE), 0, height).astype(np.int64)
    count = last - first
    edge = np.repeat(np.arange(x1.size), count)
    row = spread(first, count)
    share = np.clip((row + 0.5 - y1[edge]) / (y2 - y1)[edge], 0.0, 1.0)
    at = x1[edge] + share * (x2 - x1)[edge]
    column = np.clip(np.ceil(at - 0.5 - ALLOWANCE), 0, width).astype(np.int64)
    return row, column
