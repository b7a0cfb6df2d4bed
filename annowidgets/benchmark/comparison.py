"""Similarity of the shapes of a table, pair by pair, whatever their family."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from annowidgets.benchmark.arrays import Bools, Floats, Ints
from annowidgets.benchmark.candidates import Bounds
from annowidgets.benchmark.checks import ALLOWANCE
from annowidgets.benchmark.lines import Segments, line_similarity
from annowidgets.benchmark.points import keypoint_similarity, primitive_scale, primitive_similarity
from annowidgets.benchmark.regions import Regions
from annowidgets.benchmark.tables import (
    FAMILY_OF_KIND,
    LINE_FAMILY,
    POINT_FAMILY,
    PRIMITIVE_FAMILY,
    REGION_FAMILY,
    ShapeTable,
)
from annowidgets.benchmark.tolerances import ClassTolerances, Reach

# What sums of areas and lengths are off by, at most, as a share of themselves.
_ROUNDING = 1e-12
# Vertices that are compared in one frame: a minute's work, whatever the shapes.
MOST_WORK = 100_000_000
# A pair of smaller weight than a unit of the matching is none.
_LEAST = 1e-10


class Comparison:
    """Shapes with all that comparing them takes.

    Parameters
    ----------
    table : ShapeTable
        Of n shapes.
    category : array of shape (n,)
        Codes of their classes.
    spacing : array of shape (n, 2)
        Row and column spacing of their frames in mm, NaN where unknown.
    classes : ClassTolerances
    is_benchmark : array of bool of shape (n,)
        Rows whose class sets the tolerance.
    at_least : float
        Similarity below which a pair is of no interest.

    Attributes
    ----------
    bounds : Bounds
        Boxes such that pairs whose boxes don't meet are of no interest.
    """

    def __init__(
        self,
        table: ShapeTable,
        category: Ints,
        spacing: Floats,
        classes: ClassTolerances,
        is_benchmark: Bools,
        at_least: float,
    ) -> None:
        self.table, self.category, self.classes, self.at_least = table, category, classes, at_least
        self.family = FAMILY_OF_KIND[table.kind]
        self.regions = Regions(table)
        n = table.kind.size
        self.reach = Reach(np.full(n, np.nan), np.ones(n), np.ones(n))
        self.bounds = Bounds(table.x0.copy(), table.y0.copy(), table.x1.copy(), table.y1.copy())
        self._widen(np.flatnonzero(is_benchmark & (self.family != REGION_FAMILY)), spacing)

    def _widen(self, rows: Ints, spacing: Floats) -> None:
        """Tolerances of the benchmark's rows, and boxes as wide as their similarity reaches."""
        scale = primitive_scale(self.table, rows)
        sized = (self.family[rows] == PRIMITIVE_FAMILY) & (scale > 0)
        measured = rows[~sized]
        reach = self.classes.reach(
            self.category[measured], self.table.height[measured], self.table.width[measured], spacing[measured]
        )
        for column, values in zip(self.reach, reach, strict=True):
            column[measured] = values
        # exp(-d**2 / (2 t**2)) falls below the least similarity beyond this many t.
        far = np.sqrt(-2 * np.log(max(self.at_least - ALLOWANCE, _LEAST)))
        times = np.where(self.family[rows] == LINE_FAMILY, 1.0, far)
        distance = np.where(sized, np.sqrt(scale) * self._widest_sigma(rows), self.reach.distance[rows])
        distance = times * distance * (1 + ALLOWANCE) + ALLOWANCE
        x, y = distance / self.reach.scale_x[rows], distance / self.reach.scale_y[rows]
        self.bounds.x0[rows] -= x
        self.bounds.x1[rows] += x
        self.bounds.y0[rows] -= y
        self.bounds.y1[rows] += y

    def _widest_sigma(self, rows: Ints) -> Floats:
        """The largest k = 2 sigma of each primitive."""
        widest = np.zeros(rows.size)
        skeleton = self.table.skeleton[rows]
        for code, own in enumerate(self.table.skeletons):
            some = skeleton == code
            widest[some] = 2 * self.classes.sigma_table(own.names).max(axis=1)[self.category[rows[some]]]
        return widest

    def similarity(self, a: Ints, b: Ints) -> Floats:
        """Similarity of benchmark rows ``a`` with trainee rows ``b``, pair by pair; those of a pair share a family.

        Exact where it reaches ``at_least``; what can't may be given as 0.
        """
        family = self.family[a]
        result = np.zeros(a.size)
        for code in np.unique(family):
            own = np.flatnonzero(family == code)
            result[own] = self._of_family(int(code), a[own], b[own])
        # The last digits of areas and lengths must not keep a shape from being fully similar to itself.
        result[result > 1 - _ROUNDING] = 1.0
        return result

    def work(self, a: Ints, b: Ints) -> Ints:
        """How much each pair takes to compare: of lines every segment meets every other, of others ends are added."""
        one, other = self._extent[a], self._extent[b]
        return np.where(self.family[a] == LINE_FAMILY, one * other, one + other)

    @cached_property
    def _extent(self) -> Ints:
        return self.table.extent()

    @cached_property
    def _segments(self) -> Segments:
        return Segments(self.table)

    def _of_family(self, family: int, a: Ints, b: Ints) -> Floats:
        if family == REGION_FAMILY:
            return self.regions.iou(a, b, self.at_least)
        reach = self.reach.at(a)
        if family == LINE_FAMILY:
            return line_similarity(self._segments, self.table.slot[a], self.table.slot[b], reach)
        if family == POINT_FAMILY:
            return keypoint_similarity(self.table, a, b, reach)
        return primitive_similarity(self.table, a, b, self.category[a], self.classes, reach)
