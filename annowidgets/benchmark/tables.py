"""Shapes as arrays: what kind each is, its frame, its bounds, and its coordinates in flat columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from annowidgets.benchmark.arrays import Bools, Floats, Ints, offsets
from annowidgets.benchmark.packing import packed_points
from annowidgets.labels.shapes import (
    SHAPES,
    Bitmask,
    ObjectPrimitive,
    Polygon,
    Polyline,
    RotatableBoundingBox,
    Shape,
)

# Codes of the kinds of shape, in the order of SHAPES, and of the families they belong to.
BOX, ROTATED, POLYGON, LINE, POINT, MASK, PRIMITIVE = range(7)
KINDS: tuple[str, ...] = tuple(SHAPES)
CODE_OF_TYPE = {shape: code for code, shape in enumerate(SHAPES.values())}
REGION_FAMILY, LINE_FAMILY, POINT_FAMILY, PRIMITIVE_FAMILY, QUESTION_FAMILY = range(5)
FAMILIES = ("region", "line", "point", "primitive", "question")
FAMILY_OF_KIND = np.array([FAMILIES.index(shape.family) for shape in SHAPES.values()], np.int8)


class Paths(NamedTuple):
    """Points of rings or lines, one after the other.

    Attributes
    ----------
    xy : array of shape (n_points, 2)
        In pixels.
    points : array of shape (n_paths + 1,)
        Where each ring or line starts in ``xy``.
    paths : array of shape (n_shapes + 1,)
        Where each shape's rings start; each line is one path.
    """

    xy: Floats
    points: Ints
    paths: Ints


class Skeletons(NamedTuple):
    """Primitives whose points have the same names.

    Attributes
    ----------
    names : tuple of str
        The points.
    x, y : array of shape (len(names), n)
        In pixels; a point's column lies together, because points are compared one after the other.
    present : array of bool, of the same shape
        Visible or occluded.
    """

    names: tuple[str, ...]
    x: Floats
    y: Floats
    present: Bools


class ShapeTable:
    """Shapes with their frames, as columns.

    Parameters
    ----------
    shapes : sequence of shapes
        Of any kinds, length n.
    height, width : array of shape (n,)
        Of each shape's frame, in pixels.
    frame : array of shape (n,)
        A number for each frame; shapes of different frames are never compared.

    Attributes
    ----------
    kind : array of shape (n,)
        Code of the kind of shape.
    slot : array of shape (n,)
        Place of the shape among those of its kind (for primitives: among those of its skeleton).
    x0, y0, x1, y1 : array of shape (n,)
        Bounds as drawn, not clipped by the frame. Of a mask the whole frame: its pixels are looked at when needed.
    rotated : array of shape (5, n_rotated)
        cx, cy, width, height, angle in radians.
    polygons, lines : Paths
    skeletons : list of Skeletons
    skeleton : array of shape (n,)
        Which skeleton a primitive has; -1 for other shapes.
    """

    def __init__(self, shapes: Sequence[Shape], height: Floats, width: Floats, frame: Ints) -> None:
        n = len(shapes)
        self.shapes = shapes
        self.height, self.width, self.frame = height, width, frame
        self.kind = np.fromiter(map(CODE_OF_TYPE.__getitem__, map(type, shapes)), np.int8, n)
        self.slot = np.zeros(n, np.int64)
        self.skeleton = np.full(n, -1, np.int64)
        self.x0, self.y0, self.x1, self.y1 = (np.empty(n) for _ in range(4))
        of_kind = [np.flatnonzero(self.kind == code) for code in range(len(KINDS))]
        for rows in of_kind:
            self.slot[rows] = np.arange(rows.size)
        self._add_boxes(of_kind[BOX])
        self.rotated = self._add_rotated(of_kind[ROTATED])
        self.polygons = self._add_paths(of_kind[POLYGON], [_rings(shapes[row]) for row in of_kind[POLYGON].tolist()])
        self.lines = self._add_paths(of_kind[LINE], [_line(shapes[row]) for row in of_kind[LINE].tolist()])
        self._add_points(of_kind[POINT])
        masks = of_kind[MASK]
        self._set_bounds(masks, 0.0, 0.0, width[masks], height[masks])
        self.skeletons = self._add_primitives(of_kind[PRIMITIVE])

    def inside(self) -> Bools:
        """Whether each shape's bounds lie within its frame."""
        return (self.x0 >= 0) & (self.y0 >= 0) & (self.x1 <= self.width) & (self.y1 <= self.height)

    def extent(self) -> Ints:
        """How much each shape takes to compare: its vertices, points or, in hundreds, run lengths; at least 1."""
        extent = np.ones(self.kind.size, np.int64)
        for code, paths in ((POLYGON, self.polygons), (LINE, self.lines)):
            extent[self.kind == code] = np.diff(paths.points[paths.paths])
        for row in np.flatnonzero(self.kind == MASK).tolist():
            shape = self.shapes[row]
            assert isinstance(shape, Bitmask)
            extent[row] += len(shape.counts) // 100
        for code, skeleton in enumerate(self.skeletons):
            extent[self.skeleton == code] = len(skeleton.names)
        return extent

    def corners(self, rows: Ints) -> tuple[list[Floats], list[Floats]]:
        """Corners of boxes and rotated boxes, going round: four arrays of x, four of y."""
        x = [self.x0[rows], self.x1[rows], self.x1[rows], self.x0[rows]]
        y = [self.y0[rows], self.y0[rows], self.y1[rows], self.y1[rows]]
        turned = np.flatnonzero(self.kind[rows] == ROTATED)
        if turned.size:
            own = _rotated_corners(self.rotated[:, self.slot[rows[turned]]])
            for side, values in zip((*x, *y), own, strict=True):
                side[turned] = values
        return x, y

    def _set_bounds(self, rows: Ints, x0: Any, y0: Any, x1: Any, y1: Any) -> None:
        self.x0[rows], self.y0[rows], self.x1[rows], self.y1[rows] = x0, y0, x1, y1

    def _fields(self, rows: Ints, *fields: str) -> list[Floats]:
        own = [self.shapes[row] for row in rows]
        return [np.fromiter(map(attrgetter(field), own), np.float64, len(own)) for field in fields]

    def _add_boxes(self, rows: Ints) -> None:
        x, y, width, height = self._fields(rows, "x", "y", "width", "height")
        self._set_bounds(rows, x, y, x + width, y + height)

    def _add_rotated(self, rows: Ints) -> Floats:
        columns = np.array(self._fields(rows, *RotatableBoundingBox.__struct_fields__))
        columns[4] = np.radians(np.fmod(columns[4], 360.0))
        corners = _rotated_corners(columns)
        x, y = np.array(corners[:4]), np.array(corners[4:])
        self._set_bounds(rows, x.min(axis=0), y.min(axis=0), x.max(axis=0), y.max(axis=0))
        return columns

    def _add_points(self, rows: Ints) -> None:
        x, y = self._fields(rows, "x", "y")
        self._set_bounds(rows, x, y, x, y)

    def _add_paths(self, rows: Ints, shapes: list[Any]) -> Paths:
        every = list(chain.from_iterable(shapes))
        points, paths = offsets([len(path) for path in every]), offsets([len(shape) for shape in shapes])
        xy = packed_points(every)
        if rows.size:
            starts = points[paths[:-1]]
            low, high = np.minimum.reduceat(xy, starts), np.maximum.reduceat(xy, starts)
            self._set_bounds(rows, low[:, 0], low[:, 1], high[:, 0], high[:, 1])
        return Paths(xy, points, paths)

    def _add_primitives(self, rows: Ints) -> list[Skeletons]:
        by_names: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for row in rows.tolist():
            shape = self.shapes[row]
            assert isinstance(shape, ObjectPrimitive)
            by_names[tuple(shape.points)].append(row)
        skeletons = []
        for number, (names, own) in enumerate(by_names.items()):
            values = chain.from_iterable(self.shapes[row].points.values() for row in own)  # type: ignore[union-attr]
            flat = list(chain.from_iterable(values))
            size = (len(own), len(names))
            x, y = (np.array(flat[k::3], np.float64).reshape(size).T.copy() for k in (0, 1))
            present = np.ones(size[::-1], bool)
            if "absent" in flat[2::3]:
                present = np.array([visibility != "absent" for visibility in flat[2::3]]).reshape(size).T.copy()
            self.slot[own] = np.arange(len(own))
            self.skeleton[own] = number
            self._set_bounds(
                np.array(own),
                np.where(present, x, np.inf).min(axis=0),
                np.where(present, y, np.inf).min(axis=0),
                np.where(present, x, -np.inf).max(axis=0),
                np.where(present, y, -np.inf).max(axis=0),
            )
            skeletons.append(Skeletons(names, x, y, present))
        return skeletons


def _rings(shape: Shape) -> Any:
    assert isinstance(shape, Polygon)
    return shape.rings


def _line(shape: Shape) -> Any:
    assert isinstance(shape, Polyline)
    return (shape.points,)


def _rotated_corners(columns: Floats) -> list[Floats]:
    cx, cy, width, height, turn = columns
    cos, sin = np.cos(turn), np.sin(turn)
    ax, ay = cos * width / 2, sin * width / 2
    bx, by = -sin * height / 2, cos * height / 2
    return [
        cx - ax - bx, cx + ax - bx, cx + ax + bx, cx - ax + bx,
        cy - ay - by, cy + ay - by, cy + ay + by, cy - ay + by,
    ]  # fmt: skip
