"""Intersection over union of regions: boxes, rotated boxes, polygons and masks, in any mix."""

from __future__ import annotations

import numpy as np

from annowidgets.benchmark import rectangles
from annowidgets.benchmark.arrays import Bools, Floats, Ints
from annowidgets.benchmark.checks import ALLOWANCE
from annowidgets.benchmark.masks import Masks, bound_masks
from annowidgets.benchmark.outlines import Outlines
from annowidgets.benchmark.tables import BOX, MASK, POLYGON, ROTATED, ShapeTable


class Regions:
    """The regions of a table, with areas and geometries made when first needed.

    Parameters
    ----------
    table : ShapeTable
        Shapes of any family; only rows of regions are asked for.
    """

    def __init__(self, table: ShapeTable) -> None:
        self.table = table
        bound_masks(table)
        self.inside = table.inside()
        self.x0, self.x1 = np.clip(table.x0, 0, table.width), np.clip(table.x1, 0, table.width)
        self.y0, self.y1 = np.clip(table.y0, 0, table.height), np.clip(table.y1, 0, table.height)
        self.area = np.where(table.kind == BOX, (self.x1 - self.x0) * (self.y1 - self.y0), np.nan)
        self._outlines, self._masks = Outlines(table), Masks(table)

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
            result[masks] = self._masks.iou(a[masks], b[masks])
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
            result[in_pixels] = self._masks.area(rows[in_pixels])
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
            shared[exact] = self._outlines.shared_area(a[exact], b[exact])
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
            self.area[rest] = self._outlines.area(rest)
