"""Intersection over union of regions: boxes, rotated boxes, polygons and masks, in any mix."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from annowidgets.benchmark import rectangles
from annowidgets.benchmark.arrays import Bools, Floats, Ints, spread
from annowidgets.benchmark.checks import ALLOWANCE
from annowidgets.benchmark.pixels import covered_runs
from annowidgets.benchmark.tables import BOX, MASK, POLYGON, ROTATED, ShapeTable
from annowidgets.labels import run_lengths
from annowidgets.labels.even_odd import areas_only, even_odd
from annowidgets.labels.shapes import Bitmask, Polygon

Geometries = npt.NDArray[np.object_]

# Masks of the benchmark that are compared at a time with their candidates, which bounds the matrix of results.
_MASKS_AT_ONCE = 64
# In a frame with no more labels than this, and only masks, the run lengths themselves tell fastest which masks meet.
_FEW = 64
_PAIRS_PER_THREAD = 500


class Regions:
    """The regions of a table, with areas and geometries made when first needed.

    Parameters
    ----------
    table : ShapeTable
        Shapes of any family; only rows of regions are asked for.
    """

    def __init__(self, table: ShapeTable) -> None:
        self.table = table
        _bound_masks(table)
        self.inside = table.inside()
        self.x0, self.x1 = np.clip(table.x0, 0, table.width), np.clip(table.x1, 0, table.width)
        self.y0, self.y1 = np.clip(table.y0, 0, table.height), np.clip(table.y1, 0, table.height)
        self.area = np.where(table.kind == BOX, (self.x1 - self.x0) * (self.y1 - self.y0), np.nan)
        self._geometries: Geometries = np.full(table.kind.size, None, object)
        self._run_lengths: dict[int, dict[str, Any]] = {}

    def iou(self, a: Ints, b: Ints, at_least: float = 0.0) -> Floats:
        """Intersection over union inside the frame, of rows ``a`` with rows ``b``, pair by pair.

        Parameters
        ----------
        a, b : array of shape (n,)
            Rows of the table; those of a pair share a frame.
        at_least : float
            Pairs that can't reach this much may be given as 0.

        Returns
        -------
        array of shape (n,)
            0 to 1.
        """
        kind_a, kind_b = self.table.kind[a], self.table.kind[b]
        width = np.minimum(self.x1[a], self.x1[b]) - np.maximum(self.x0[a], self.x0[b])
        height = np.minimum(self.y1[a], self.y1[b]) - np.maximum(self.y0[a], self.y0[b])
        shared = np.where((width > 0) & (height > 0), width * height, 0.0)
        result = np.zeros(a.size)
        boxes = (kind_a == BOX) & (kind_b == BOX)
        result[boxes] = self._ratio(a[boxes], b[boxes], shared[boxes])
        masks = ((kind_a == MASK) | (kind_b == MASK)) & (shared > 0)
        if masks.any():
            result[masks] = self._iou_of_pixels(a[masks], b[masks])
        others = np.flatnonzero(~boxes & ~masks & (shared > 0))
        if others.size:
            result[others] = self._iou_of_vectors(a[others], b[others], shared[others], at_least)
        return result

    def areas(self, rows: Ints, in_pixels: Bools) -> Floats:
        """Areas inside the frame: where ``in_pixels`` the number of pixels, otherwise exact (no masks then)."""
        result = np.empty(rows.size)
        vectors = rows[~in_pixels]
        self._measure_areas(np.unique(vectors))
        result[~in_pixels] = self.area[vectors]
        if in_pixels.any():
            from faster_coco_eval.core import mask

            result[in_pixels] = mask.area([self._runs_of(row) for row in rows[in_pixels].tolist()])
        return result

    def _ratio(self, a: Ints, b: Ints, shared: Floats) -> Floats:
        union = self.area[a] + self.area[b] - shared
        ratio: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=(shared > 0) & (union > 0))
        return ratio

    def _iou_of_vectors(self, a: Ints, b: Ints, bound: Floats, at_least: float) -> Floats:
        self._measure_areas(np.unique(np.concatenate([a, b])))
        smaller = np.minimum(self.area[a], self.area[b])
        # No pair shares more than its bounds do, so most pairs of neighbours are settled without their outlines.
        possible = self._ratio(a, b, np.minimum(bound, smaller)) >= at_least - ALLOWANCE
        shared = np.zeros(a.size)
        polygons = (self.table.kind[a] == POLYGON) | (self.table.kind[b] == POLYGON)
        cut = (~self.inside[a] & (self.table.kind[a] == ROTATED)) | (~self.inside[b] & (self.table.kind[b] == ROTATED))
        exact = possible & (polygons | cut)
        if exact.any():
            self._make_geometries(np.unique(np.concatenate([a[exact], b[exact]])))
            shared[exact] = _shared_areas(self._geometries[a[exact]], self._geometries[b[exact]])
        arithmetic = possible & ~exact
        shared[arithmetic] = rectangles.overlap(self._rectangles(a[arithmetic]), self._rectangles(b[arithmetic]))
        return self._ratio(a, b, np.minimum(shared, smaller))

    def _rectangles(self, rows: Ints) -> rectangles.Rectangles:
        """Boxes, clipped by the frame, and rotated boxes as they are."""
        x0, y0, x1, y1 = self.x0[rows], self.y0[rows], self.x1[rows], self.y1[rows]
        columns = np.array([(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0, np.zeros(rows.size)])
        turned = self.table.kind[rows] == ROTATED
        columns[:, turned] = self.table.rotated[:, self.table.slot[rows[turned]]]
        return rectangles.Rectangles(*columns)

    def _measure_areas(self, rows: Ints) -> None:
        rows = rows[np.isnan(self.area[rows])]
        turned = rows[self.table.kind[rows] == ROTATED]
        whole = turned[self.inside[turned]]
        _, _, width, height, _ = self.table.rotated[:, self.table.slot[whole]]
        self.area[whole] = width * height
        rest = rows[np.isnan(self.area[rows])]
        if rest.size:
            import shapely

            self._make_geometries(rest)
            self.area[rest] = shapely.area(self._geometries[rest])

    def _make_geometries(self, rows: Ints) -> None:
        import shapely

        rows = rows[_unset(self._geometries[rows])]
        kind = self.table.kind[rows]
        boxes = rows[kind == BOX]
        self._geometries[boxes] = shapely.box(self.x0[boxes], self.y0[boxes], self.x1[boxes], self.y1[boxes])
        turned = rows[kind == ROTATED]
        if turned.size:
            x, y = self.table.corners(turned)
            self._geometries[turned] = shapely.polygons(np.stack([np.array(x).T, np.array(y).T], axis=-1))
        outlines = rows[kind == POLYGON]
        if outlines.size:
            self._geometries[outlines] = self._outlines(outlines)
        cut = rows[(kind != BOX) & ~self.inside[rows]]
        for row in cut.tolist():
            frame = shapely.box(0, 0, self.table.width[row], self.table.height[row])
            self._geometries[row] = areas_only(shapely.intersection(self._geometries[row], frame))

    def _outlines(self, rows: Ints) -> Geometries:
        """Polygons of single, simple rings in one call; what is not is repaired one by one."""
        import shapely

        paths = self.table.polygons
        slots = self.table.slot[rows]
        first, count = paths.paths[slots], np.diff(paths.paths)[slots]
        geometries: Geometries = np.full(rows.size, None, object)
        single = np.flatnonzero(count == 1)
        starts = paths.points[first[single]]
        lengths = paths.points[first[single] + 1] - starts
        places = spread(starts, lengths)
        rings = shapely.linearrings(paths.xy[places], indices=np.repeat(np.arange(single.size), lengths))
        geometries[single] = shapely.polygons(rings)
        geometries[single[~shapely.is_valid(geometries[single])]] = None
        for k in np.flatnonzero(_unset(geometries)).tolist():
            shape = self.table.shapes[rows[k]]
            assert isinstance(shape, Polygon)
            geometries[k] = even_odd(shape.rings)
        return geometries

    def _iou_of_pixels(self, a: Ints, b: Ints) -> Floats:
        from faster_coco_eval.core import mask

        result = np.zeros(a.size)
        order = np.lexsort((a, self.table.frame[a]))
        owners, starts = np.unique(a[order], return_index=True)
        owners, starts = owners[np.argsort(starts)], np.sort(starts)
        stops = np.append(starts[1:], a.size)
        frame = self.table.frame[owners]
        for first, last in _runs_of_equal(frame, _MASKS_AT_ONCE):
            pairs = order[starts[first] : stops[last - 1]]
            partners, column = np.unique(b[pairs], return_inverse=True)
            line = np.repeat(np.arange(last - first), stops[first:last] - starts[first:last])
            matrix = mask.iou(
                [self._runs_of(row) for row in owners[first:last].tolist()],
                [self._runs_of(row) for row in partners.tolist()],
                [0] * partners.size,
            )
            result[pairs] = np.asarray(matrix)[line, column]
        return result

    def _runs_of(self, row: int) -> dict[str, Any]:
        """A region's pixels as compressed run lengths."""
        shape = self.table.shapes[row]
        if isinstance(shape, Bitmask):
            return _run_lengths(shape)
        if row not in self._run_lengths:
            size = round(self.table.height[row]), round(self.table.width[row])
            # Without empty runs: the reader of run lengths stops where both masks have one.
            runs = run_lengths.without_empty_runs(covered_runs(*self._rings(row), *size))
            self._run_lengths[row] = {"size": list(size), "counts": run_lengths.encode(runs)}
        return self._run_lengths[row]

    def _rings(self, row: int) -> tuple[Floats, Floats, Ints]:
        if self.table.kind[row] != POLYGON:
            x, y = self.table.corners(np.array([row]))
            return np.concatenate(x), np.concatenate(y), np.array([0, len(x)])
        paths = self.table.polygons
        slot = self.table.slot[row]
        points = paths.points[paths.paths[slot] : paths.paths[slot + 1] + 1]
        own = slice(points[0], points[-1])
        return paths.xy[own, 0], paths.xy[own, 1], points - points[0]


def _shared_areas(one: Geometries, other: Geometries) -> Floats:
    """Area of the intersection of geometries, pair by pair."""
    import shapely

    def areas(start: int) -> Floats:
        own = slice(start, start + _PAIRS_PER_THREAD)
        found: Floats = shapely.area(shapely.intersection(one[own], other[own]))
        return found

    starts = range(0, one.size, _PAIRS_PER_THREAD)
    if len(starts) == 1:
        return areas(0)
    # GEOS lets go of the interpreter while it works, so threads do share the work.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.concatenate(list(pool.map(areas, starts)))


def _bound_masks(table: ShapeTable) -> None:
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
        boxes = mask.toBbox([_run_lengths(shape) for shape in shapes if isinstance(shape, Bitmask)])
        x, y, width, height = np.asarray(boxes, np.float64).reshape(-1, 4).T
        table.x0[rows], table.y0[rows], table.x1[rows], table.y1[rows] = x, y, x + width, y + height


def _run_lengths(shape: Bitmask) -> dict[str, Any]:
    return {"size": list(shape.size), "counts": shape.counts}


def _unset(geometries: Geometries) -> Bools:
    return np.array([geometry is None for geometry in geometries], bool)


def _runs_of_equal(values: Ints, longest: int) -> list[tuple[int, int]]:
    """Stretches (start, stop) of equal values, cut where they are longer than ``longest``."""
    changes = np.flatnonzero(np.diff(values)) + 1
    edges = [0, *changes.tolist(), int(values.size)]
    return [
        (first, min(first + longest, stop)) for start, stop in pairwise(edges) for first in range(start, stop, longest)
    ]
