"""Which part of a picture panes show, and which of its pixels shapes cover there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annowidgets.benchmark.pixels import covered_runs
from annowidgets.labels import Bitmask, Shape
from annowidgets.widgets.pictures import outlines

# The least that is shown, in pixels of the picture.
LEAST = 8.0
# Of what is shown around a label, how much the label itself takes.
_SHARE = 0.4

Bounds = tuple[float, float, float, float]


class View(NamedTuple):
    """A part of a picture, in its pixels.

    Attributes
    ----------
    x, y : float
        Upper left corner; outside of the picture where this is smaller than the part.
    width, height : float
    """

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle (x, y)."""
        return self.x + self.width / 2, self.y + self.height / 2

    def holds(self, bounds: Bounds) -> bool:
        """Whether a rectangle (left, top, right, bottom) is wholly in sight."""
        left, top, right, bottom = bounds
        return self.x <= left and self.y <= top and right <= self.x + self.width and bottom <= self.y + self.height


class Picture(NamedTuple):
    """The size of a picture, and the shape of the panes that show it.

    Attributes
    ----------
    width, height : int
        In pixels.
    ratio : float
        Height of a pane / its width.
    """

    width: int
    height: int
    ratio: float

    @classmethod
    def of(cls, size: tuple[int, int]) -> Picture:
        """Panes for a picture of (height, width): as high as it asks for, within what fits a screen."""
        height, width = size
        return cls(width, height, min(max(height / width, 0.5), 1.1))

    def whole(self) -> View:
        """All of the picture, in the middle."""
        width = max(self.width, self.height / self.ratio)
        return self.at((self.width / 2, self.height / 2), width)

    def at(self, centre: tuple[float, float], width: float) -> View:
        """A view around a point, at least `LEAST` wide and at most the whole; beside the picture only what must be."""
        most = max(self.width, self.height / self.ratio)
        width = min(max(width, min(LEAST, most)), most)
        height = width * self.ratio
        x, y = (
            _middle(where, shown, side)
            for where, shown, side in zip(centre, (width, height), (self.width, self.height), strict=True)
        )
        return View(x - width / 2, y - height / 2, width, height)

    def around(self, bounds: Bounds) -> View:
        """A view of a label with what is around it."""
        left, top, right, bottom = bounds
        wide = max(right - left, (bottom - top) / self.ratio, LEAST * _SHARE)
        return self.at(((left + right) / 2, (top + bottom) / 2), wide / _SHARE)


def _middle(where: float, shown: float, side: float) -> float:
    """Where the middle of a view is to be: no edge of the picture is passed while there is more to see inside."""
    return side / 2 if shown >= side else min(max(where, shown / 2), side - shown / 2)


class Region(NamedTuple):
    """Dots of a pane.

    Attributes
    ----------
    rows, columns : slice
        The part of the pane that holds them.
    inside : ndarray of bool
        Which of that part they are.
    """

    rows: slice
    columns: slice
    inside: NDArray[np.bool_]


def covered(shape: Shape, view: View, size: tuple[int, int]) -> Region | None:
    """Which dots of a pane a region covers, by their centres; None where it is out of sight.

    Parameters
    ----------
    shape : shape
        A region.
    view : View
        What the pane shows.
    size : (height, width)
        Of the pane, in dots.
    """
    height, width = size
    scale = width / view.width
    left, top, right, bottom = shape.bounds()
    first_column, last_column = (int(np.clip(np.floor((x - view.x) * scale), 0, width)) for x in (left, right))
    first_row, last_row = (int(np.clip(np.floor((y - view.y) * scale), 0, height)) for y in (top, bottom))
    rows, columns = slice(first_row, min(last_row + 1, height)), slice(first_column, min(last_column + 1, width))
    tall, wide = rows.stop - rows.start, columns.stop - columns.start
    if tall <= 0 or wide <= 0:
        return None
    if isinstance(shape, Bitmask):
        return Region(rows, columns, _sampled(shape.to_array(), view, scale, rows, columns))
    rings = [np.asarray(ring, float) for ring in outlines(shape)]
    x, y = (np.concatenate(rings) - (view.x, view.y)).T * scale
    starts = np.cumsum([0, *map(len, rings)])
    runs = covered_runs(x - columns.start, y - rows.start, starts, tall, wide)
    inside = np.repeat(np.arange(runs.size) % 2 == 1, runs).reshape(wide, tall).T
    return Region(rows, columns, inside)


def _sampled(mask: NDArray[np.bool_], view: View, scale: float, rows: slice, columns: slice) -> NDArray[np.bool_]:
    """A mask at the centres of dots."""
    row, column = (
        np.floor(start + (np.arange(dots.start, dots.stop) + 0.5) / scale).astype(int)
        for start, dots in ((view.y, rows), (view.x, columns))
    )
    on = np.ix_((row >= 0) & (row < mask.shape[0]), (column >= 0) & (column < mask.shape[1]))
    inside = np.zeros((row.size, column.size), bool)
    inside[on] = mask[np.ix_(row.clip(0, mask.shape[0] - 1), column.clip(0, mask.shape[1] - 1))][on]
    return inside
