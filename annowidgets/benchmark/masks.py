"""Regions as pixels: masks as they are, and what vector shapes cover."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from annowidgets.benchmark.arrays import Floats, Ints
from annowidgets.benchmark.pixels import covered_runs
from annowidgets.benchmark.tables import MASK, POLYGON, ShapeTable
from annowidgets.labels import run_lengths
from annowidgets.labels.shapes import Bitmask

# Masks of the benchmark that are compared at a time with their candidates, which bounds the matrix of results.
_AT_ONCE = 64
# In a frame with no more labels than this, and only masks, the run lengths themselves tell fastest which masks meet.
_FEW = 64


class Masks:
    """Regions of a table as compressed run lengths, made when first needed.

    Parameters
    ----------
    table : ShapeTable
        Shapes of any family; only rows of regions are asked for.
    """

    def __init__(self, table: ShapeTable) -> None:
        self._table = table
        self._covered: dict[int, dict[str, Any]] = {}

    def iou(self, a: Ints, b: Ints) -> Floats:
        """Intersection over union in pixels of rows ``a`` with rows ``b``, pair by pair."""
        from faster_coco_eval.core import mask

        result = np.zeros(a.size)
        order = np.lexsort((a, self._table.frame[a]))
        owners, starts = np.unique(a[order], return_index=True)
        owners, starts = owners[np.argsort(starts)], np.sort(starts)
        stops = np.append(starts[1:], a.size)
        frame = self._table.frame[owners]
        for first, last in _runs_of_equal(frame, _AT_ONCE):
            pairs = order[starts[first] : stops[last - 1]]
            partners, column = np.unique(b[pairs], return_inverse=True)
            line = np.repeat(np.arange(last - first), stops[first:last] - starts[first:last])
            matrix = mask.iou(
                [self._run_lengths(row) for row in owners[first:last].tolist()],
                [self._run_lengths(row) for row in partners.tolist()],
                [0] * partners.size,
            )
            result[pairs] = np.asarray(matrix)[line, column]
        return result

    def area(self, rows: Ints) -> Floats:
        """Number of pixels of rows."""
        from faster_coco_eval.core import mask

        return np.asarray(mask.area([self._run_lengths(row) for row in rows.tolist()]), np.float64)

    def _run_lengths(self, row: int) -> dict[str, Any]:
        """A region's pixels as compressed run lengths."""
        shape = self._table.shapes[row]
        if isinstance(shape, Bitmask):
            return as_coco(shape)
        if row not in self._covered:
            size = round(self._table.height[row]), round(self._table.width[row])
            # Without empty runs: the reader of run lengths stops where both masks have one.
            runs = run_lengths.without_empty_runs(covered_runs(*self._rings(row), *size))
            self._covered[row] = {"size": list(size), "counts": run_lengths.encode(runs)}
        return self._covered[row]

    def _rings(self, row: int) -> tuple[Floats, Floats, Ints]:
        if self._table.kind[row] != POLYGON:
            x, y = self._table.corners(np.array([row]))
            return np.concatenate(x), np.concatenate(y), np.array([0, len(x)])
        paths = self._table.polygons
        slot = self._table.slot[row]
        points = paths.points[paths.paths[slot] : paths.paths[slot + 1] + 1]
        own = slice(points[0], points[-1])
        return paths.xy[own, 0], paths.xy[own, 1], points - points[0]


def bound_masks(table: ShapeTable) -> None:
    """Set the bounds of masks, where they save comparing more than they cost."""
    masks = table.kind == MASK
    if not masks.any():
        return
    frame = np.unique(table.frame, return_inverse=True)[1]
    few = np.bincount(frame) <= _FEW
    only_masks = np.bincount(frame, weights=~masks) == 0
    rows = np.flatnonzero(masks & ~(few & only_masks)[frame])
    if rows.size:
        from faster_coco_eval.core import mask

        shapes = [table.shapes[row] for row in rows.tolist()]
        boxes = mask.toBbox([as_coco(shape) for shape in shapes if isinstance(shape, Bitmask)])
        x, y, width, height = np.asarray(boxes, np.float64).reshape(-1, 4).T
        table.x0[rows], table.y0[rows], table.x1[rows], table.y1[rows] = x, y, x + width, y + height


def as_coco(shape: Bitmask) -> dict[str, Any]:
    """A mask as COCO's tools take it."""
    return {"size": list(shape.size), "counts": shape.counts}


def _runs_of_equal(values: Ints, longest: int) -> list[tuple[int, int]]:
    """Stretches (start, stop) of equal values, cut where they are longer than ``longest``."""
    changes = np.flatnonzero(np.diff(values)) + 1
    edges = [0, *changes.tolist(), int(values.size)]
    return [
        (first, min(first + longest, stop)) for start, stop in pairwise(edges) for first in range(start, stop, longest)
    ]
