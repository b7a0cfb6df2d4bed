"""Shapes and labels inside a frame, and naive ways to compute what the package computes fast."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from annowidgets.errors import InvalidShape
from annowidgets.labels import (
    Bitmask,
    BoundingBox,
    Keypoint,
    Label,
    ObjectClass,
    ObjectPrimitive,
    Ontology,
    Polygon,
    Polyline,
    Radio,
    RotatableBoundingBox,
    Shape,
    Skeleton,
)

SIDE = 64
FRAME = (SIDE, SIDE)
HALF = Fraction(1, 2)
JOINTS = ("head", "hand", "foot")
CLASSES = ("cat", "dog", "eel")

ontology = Ontology(
    objects=[ObjectClass(name, shape="polygon", attributes=[Radio("age", ["young", "old"])]) for name in CLASSES]
)

# Whole and half pixels are frequent, because there pixels' centres and edges coincide.
coordinates = st.one_of(st.integers(0, 2 * SIDE).map(lambda k: k / 2), st.floats(0, SIDE))
lengths = st.one_of(st.integers(1, SIDE).map(float), st.floats(0.5, SIDE))
points = st.tuples(coordinates, coordinates)
angles = st.one_of(st.sampled_from([0.0, 45.0, 90.0, 180.0, 270.0, -90.0]), st.floats(-360, 360))


@st.composite
def boxes(draw: st.DrawFn) -> BoundingBox:
    width, height = draw(lengths), draw(lengths)
    return BoundingBox(draw(st.floats(0, SIDE - width)), draw(st.floats(0, SIDE - height)), width, height)


@st.composite
def whole_boxes(draw: st.DrawFn) -> BoundingBox:
    x, y = draw(st.integers(0, SIDE - 1)), draw(st.integers(0, SIDE - 1))
    return BoundingBox(x, y, draw(st.integers(1, SIDE - x)), draw(st.integers(1, SIDE - y)))


@st.composite
def rotated_boxes(draw: st.DrawFn) -> RotatableBoundingBox:
    width, height = draw(lengths), draw(lengths)
    reach = math.hypot(width, height) / 2
    assume(reach < SIDE / 2)
    place = st.floats(reach, SIDE - reach)
    return RotatableBoundingBox(draw(place), draw(place), width, height, draw(angles))


@st.composite
def polygons(draw: st.DrawFn) -> Polygon:
    rings = draw(st.lists(st.lists(points, min_size=3, max_size=7), min_size=1, max_size=3))
    try:
        polygon = Polygon(rings)
    except InvalidShape:
        assume(False)
    x0, y0, x1, y1 = polygon.bounds()
    # What is thinner than a thousandth of a pixel is all rounding.
    assume(x1 - x0 > 1e-3 and y1 - y0 > 1e-3)
    return polygon


@st.composite
def masks(draw: st.DrawFn) -> Bitmask:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    array = rng.random(FRAME) < draw(st.sampled_from([0.02, 0.5, 0.98]))
    if draw(st.booleans()):
        array &= whole_box_array(draw(whole_boxes()))
    array[rng.integers(SIDE), rng.integers(SIDE)] = True
    return Bitmask.from_array(array)


@st.composite
def polylines(draw: st.DrawFn) -> Polyline:
    path = draw(st.lists(points, min_size=2, max_size=6))
    x, y = np.array(path).T
    assume(max(np.ptp(x), np.ptp(y)) > 1e-3)
    return Polyline(path)


keypoints = st.builds(Keypoint, coordinates, coordinates)


@st.composite
def primitives(draw: st.DrawFn) -> ObjectPrimitive:
    kinds = st.sampled_from(["visible", "occluded", "absent"])
    placed = {name: (*draw(points), draw(kinds)) for name in JOINTS}
    assume(any(kind != "absent" for *_, kind in placed.values()))
    return ObjectPrimitive(placed)


vectors = st.one_of(boxes(), rotated_boxes(), polygons())
regions = st.one_of(vectors, masks())
shapes = st.one_of(regions, polylines(), keypoints, primitives())


def labels(of: st.SearchStrategy[Any] = shapes, *, most: int = 5) -> st.SearchStrategy[list[Label]]:
    attributes = st.one_of(st.just({}), st.fixed_dictionaries({"age": st.sampled_from(["young", "old"])}))
    label = st.builds(Label, st.sampled_from(CLASSES), of, attributes=attributes)
    return st.lists(label, max_size=most)


def skeleton_ontology(**sigmas: Any) -> Ontology:
    return Ontology(
        objects=[ObjectClass("cat", shape="object_primitive", skeleton=Skeleton(JOINTS, **sigmas))],
    )


def whole_box_array(box: BoundingBox) -> np.ndarray:
    array = np.zeros(FRAME, bool)
    array[int(box.y) : int(box.y + box.height), int(box.x) : int(box.x + box.width)] = True
    return array


def rings_of(shape: Shape) -> tuple[Any, ...]:
    if isinstance(shape, Polygon):
        return shape.rings
    if isinstance(shape, RotatableBoundingBox):
        return (shape.corners(),)
    x0, y0, x1, y1 = shape.bounds()
    return (((x0, y0), (x1, y0), (x1, y1), (x0, y1)),)


def covered(shape: Shape, slack: float = 0.0) -> np.ndarray:
    """Pixels of a vector shape on the frame, edge by edge and in exact fractions, as the rule is written.

    With ``slack`` a crossing, or the end of an edge, counts also where it lies so little beyond a centre.
    """
    late = Fraction(slack)
    crossings = np.zeros(FRAME, int)
    for ring in rings_of(shape):
        exact = [(Fraction(x), Fraction(y)) for x, y in ring]
        for (x1, y1), (x2, y2) in zip(exact, (*exact[1:], exact[0]), strict=True):
            first, last = (math.ceil(y - HALF - late) for y in sorted([y1, y2]))
            for row in range(max(first, 0), min(last, SIDE)):
                x = x1 + (row + HALF - y1) / (y2 - y1) * (x2 - x1)
                crossings[row, min(max(math.ceil(x - HALF - late), 0), SIDE) :] += 1
    return crossings % 2 == 1


def is_clear(shape: Shape) -> bool:
    """Whether no edge passes so close to a pixel's centre that rounding decides."""
    return bool((covered(shape) == covered(shape, 2e-9)).all() and (covered(shape) == covered(shape, 5e-10)).all())
