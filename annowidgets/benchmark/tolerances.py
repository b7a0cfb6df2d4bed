"""How far apart two places may lie, per pair: the class's tolerance in the units of its frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from annowidgets.benchmark.arrays import Floats, Ints
from annowidgets.benchmark.checks import weight
from annowidgets.errors import InvalidInput
from annowidgets.labels.ontology import ObjectClass
from annowidgets.labels.tolerance import Tolerance, parse_tolerance
from annowidgets.labels.values import shown

# 1 % of the frame's diagonal: about what careful labellers differ by on a screen.
DEFAULT = Tolerance(0.01, "diagonal")
SPACING_HINT = "Give spacing=(row, column) in mm, or a tolerance in pixels or per cent."
# COCO's sigmas of people's joints lie from 0.025 to 0.107.
DEFAULT_SIGMA = 0.07


class Reach(NamedTuple):
    """A tolerance in the units in which distances are measured.

    Attributes
    ----------
    distance : array of shape (n,)
        In pixels or, where the class says mm, in mm.
    scale_x, scale_y : array of shape (n,)
        What coordinates are multiplied by before distances are taken; 1 unless in mm.
    """

    distance: Floats
    scale_x: Floats
    scale_y: Floats

    def at(self, rows: Ints) -> Reach:
        """The reaches of some rows."""
        return Reach(self.distance[rows], self.scale_x[rows], self.scale_y[rows])


class ClassTolerances:
    """Tolerances and sigmas of an ontology's classes, by the code of the class.

    Parameters
    ----------
    tolerances : sequence of float, str or None
        Per class, as an ObjectClass takes them.
    sigmas : sequence of mapping
        Per class, sigma of a point's name; 0.07 for those not listed.
    """

    def __init__(self, tolerances: Sequence[float | str | None], sigmas: Sequence[Mapping[str, float]]) -> None:
        parsed = [DEFAULT if given is None else parse_tolerance(given) for given in tolerances]
        self.value = np.array([tolerance.value for tolerance in parsed])
        self.in_mm = np.array([tolerance.unit == "mm" for tolerance in parsed], bool)
        self.of_diagonal = np.array([tolerance.unit == "diagonal" for tolerance in parsed], bool)
        self.sigmas = sigmas

    @classmethod
    def of(cls, classes: Sequence[ObjectClass]) -> ClassTolerances:
        """Those that the ontology's classes set."""
        sigmas = [
            dict(zip(item.skeleton.points, item.skeleton.sigmas, strict=True))
            if item.skeleton is not None and item.skeleton.sigmas is not None
            else {}
            for item in classes
        ]
        return cls([item.tolerance for item in classes], sigmas)

    def needs_spacing(self, category: Ints, spacing: Floats) -> Ints:
        """Places of labels whose tolerance is in mm while the spacing of their frame is unknown."""
        if not self.in_mm.any():
            return np.empty(0, np.int64)
        return np.flatnonzero(self.in_mm[category] & np.isnan(spacing).any(axis=1))

    def reach(self, category: Ints, height: Floats, width: Floats, spacing: Floats) -> Reach:
        """Tolerances of labels on their frames.

        Parameters
        ----------
        category : array of shape (n,)
            Codes of the labels' classes.
        height, width : array of shape (n,)
            Of their frames.
        spacing : array of shape (n, 2)
            Row and column spacing in mm; known wherever a tolerance is in mm.
        """
        in_mm = self.in_mm[category]
        diagonal = np.where(self.of_diagonal[category], np.hypot(height, width), 1.0)
        return Reach(
            self.value[category] * diagonal,
            np.where(in_mm, spacing[:, 1], 1.0),
            np.where(in_mm, spacing[:, 0], 1.0),
        )

    def sigma_table(self, points: Sequence[str]) -> Floats:
        """Sigma of points by the code of the class; array of shape (n_classes, len(points))."""
        sigmas = [[own.get(point, DEFAULT_SIGMA) for point in points] for own in self.sigmas]
        # An ontology may hold any number above 0; the square of a very small one would be 0.
        return np.clip(np.array(sigmas, np.float64).reshape(len(self.sigmas), len(points)), 1e-9, 1e9)


def checked_spacing(spacing: Sequence[float] | None) -> tuple[float, float]:
    """(row, column) spacing in mm, NaN where it is not known.

    Raises
    ------
    InvalidInput
        Anything but two numbers above 0.
    """
    if spacing is None:
        return np.nan, np.nan
    try:
        row, column = spacing
    except (TypeError, ValueError):
        raise InvalidInput(f"spacing must be (row, column) in mm, got {shown(spacing)}.") from None
    checked = weight("spacing of rows", row), weight("spacing of columns", column)
    if min(checked) <= 0:
        raise InvalidInput(f"spacing must be above 0, got {checked}.")
    return checked
