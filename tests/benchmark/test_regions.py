"""Overlap of areas, held against shapely, against pixels counted one by one, and against geometry done by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from annowidgets.benchmark import similarity
from annowidgets.labels import Bitmask, BoundingBox, Polygon, RotatableBoundingBox, Shape
from tests.benchmark.strategies import (
    FRAME,
    SIDE,
    boxes,
    covered,
    is_clear,
    masks,
    polygons,
    regions,
    rings_of,
    rotated_boxes,
    vectors,
    whole_boxes,
)


def iou(one: Shape, other: Shape, frame: Any = FRAME) -> float:
    return similarity(one, other, frame_size=frame)


def by_shapely(one: Shape, other: Shape, frame: Any = FRAME) -> float:
    window = shapely.box(0, 0, frame[1], frame[0])
    areas = [shapely.intersection(even_odd_of(shape), window) for shape in (one, other)]
    shared = shapely.intersection(*areas).area
    return shared / (areas[0].area + areas[1].area - shared)


def even_odd_of(shape: Shape) -> Any:
    """Faces of the arrangement of all edges that an odd number of rings surrounds: another way to the same areas."""
    rings = [shapely.LinearRing(ring) for ring in rings_of(shape)]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([shapely.node(ring) for ring in rings])]))
    odd = []
    for face in faces:
        point = face.representative_point()
        crossings = 0
        for ring in rings_of(shape):
            for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
                if (y1 <= point.y) != (y2 <= point.y):
                    crossings += x1 + (point.y - y1) / (y2 - y1) * (x2 - x1) <= point.x
        if crossings % 2:
            odd.append(face)
    return shapely.union_all(odd)


@given(boxes(), boxes())
def test_boxes_overlap_as_shapely_says(one: BoundingBox, other: BoundingBox) -> None:
    assert iou(one, other) == pytest.approx(by_shapely(one, other), abs=1e-9)


@given(st.one_of(boxes(), rotated_boxes()), rotated_boxes())
def test_rotated_boxes_overlap_as_shapely_says(one: Shape, other: RotatableBoundingBox) -> None:
    assert iou(one, other) == pytest.approx(by_shapely(one, other), abs=1e-9)
    assert iou(other, one) == pytest.approx(iou(one, other), abs=1e-12)


@given(polygons(), vectors)
def test_polygons_with_holes_parts_and_crossings_overlap_as_their_odd_faces_do(one: Polygon, other: Shape) -> None:
    # Where an outline retraces its own edge the two ways may differ, and there the area stands.
    retraced = [
        ring for shape in (one, other) for ring in rings_of(shape) if not shapely.LineString((*ring, ring[0])).is_simple
    ]
    if not retraced:
        assert iou(one, other) == pytest.approx(by_shapely(one, other), abs=1e-7)


@given(vectors)
def test_a_shape_covers_the_pixels_whose_centre_is_inside(shape: Shape) -> None:
    assume(is_clear(shape))
    pixels = covered(shape)
    if pixels.any():
        assert iou(shape, Bitmask.from_array(pixels)) == 1.0
    beside = ~pixels
    if beside.any():
        assert iou(shape, Bitmask.from_array(beside)) == 0.0


@pytest.mark.parametrize("angle", [0, 90, 180, 270, 360, -90, 450])
def test_right_angles_cover_whole_pixels(angle: float) -> None:
    # Corners computed with sines and cosines miss the pixels' edges by rounding.
    sides = (20, 10) if angle % 180 == 0 else (10, 20)
    box = RotatableBoundingBox(30.5, 25.5, *sides, angle)
    pixels = np.zeros(FRAME, bool)
    pixels[20:30, 20:40] = True
    assert iou(box, Bitmask.from_array(pixels)) == 1.0


def test_a_centre_on_a_left_or_upper_edge_is_in_on_a_right_or_lower_edge_out() -> None:
    box = BoundingBox(10.5, 10.5, 5, 5)
    pixels = np.zeros(FRAME, bool)
    pixels[10:15, 10:15] = True
    assert iou(box, Bitmask.from_array(pixels)) == 1.0


@given(masks(), masks())
def test_masks_overlap_as_their_arrays_and_as_pycocotools_say(one: Bitmask, other: Bitmask) -> None:
    a, b = one.to_array(), other.to_array()
    assert iou(one, other) == pytest.approx((a & b).sum() / (a | b).sum(), abs=1e-12)
    coded = [{"size": list(mask.size), "counts": mask.counts} for mask in (one, other)]
    assert iou(one, other) == pytest.approx(coco_mask.iou(coded[:1], coded[1:], [0])[0, 0], abs=1e-12)


@given(whole_boxes(), whole_boxes())
def test_boxes_of_whole_pixels_overlap_alike_as_areas_and_as_pixels(one: BoundingBox, other: BoundingBox) -> None:
    mask = Bitmask.from_array(covered(other))
    assert iou(one, mask) == pytest.approx(iou(one, other), abs=1e-12)


@given(regions)
def test_a_region_is_fully_similar_to_itself(shape: Shape) -> None:
    assert iou(shape, shape) == 1.0


@given(regions, regions)
def test_region_similarity_is_symmetric_and_between_0_and_1(one: Shape, other: Shape) -> None:
    assert 0 <= iou(one, other) <= 1
    assert iou(one, other) == pytest.approx(iou(other, one), abs=1e-12)


def turned(shape: Shape) -> Shape:
    """The shape after the square frame is turned by 90 degrees clockwise."""
    if isinstance(shape, Bitmask):
        return Bitmask.from_array(np.rot90(shape.to_array(), -1))
    if isinstance(shape, RotatableBoundingBox):
        return RotatableBoundingBox(SIDE - shape.cy, shape.cx, shape.width, shape.height, shape.angle + 90)
    if isinstance(shape, BoundingBox):
        return BoundingBox(SIDE - shape.y - shape.height, shape.x, shape.height, shape.width)
    return Polygon([[(SIDE - y, x) for x, y in ring] for ring in shape.rings])


@given(vectors, vectors)
def test_turning_the_frame_by_a_right_angle_changes_no_overlap(one: Shape, other: Shape) -> None:
    assert iou(turned(one), turned(other)) == pytest.approx(iou(one, other), abs=1e-9)


@given(masks(), masks())
def test_turning_masks_with_their_frame_changes_no_overlap(one: Bitmask, other: Bitmask) -> None:
    assert iou(turned(one), turned(other)) == iou(one, other)


@given(vectors, vectors, st.integers(-20, 20), st.integers(-20, 20))
def test_moving_both_inside_the_frame_changes_no_overlap(one: Shape, other: Shape, dx: int, dy: int) -> None:
    frame = (SIDE + 40, SIDE + 40)
    pairs = [[moved(shape, 20 + x, 20 + y) for shape in (one, other)] for x, y in ((0, 0), (dx, dy))]
    assert iou(*pairs[0], frame) == pytest.approx(iou(*pairs[1], frame), abs=1e-9)


def moved(shape: Shape, dx: float, dy: float) -> Shape:
    if isinstance(shape, BoundingBox):
        return BoundingBox(shape.x + dx, shape.y + dy, shape.width, shape.height)
    if isinstance(shape, RotatableBoundingBox):
        return RotatableBoundingBox(shape.cx + dx, shape.cy + dy, shape.width, shape.height, shape.angle)
    return Polygon([[(x + dx, y + dy) for x, y in ring] for ring in shape.rings])


@given(vectors, vectors, st.integers(8, SIDE), st.integers(8, SIDE))
@settings(max_examples=60)
def test_only_what_lies_inside_the_frame_counts(one: Shape, other: Shape, height: int, width: int) -> None:
    window = shapely.box(0, 0, width, height)
    inside = [shapely.intersection(even_odd_of(shape), window).area for shape in (one, other)]
    retraced = any(not shapely.LineString((*r, r[0])).is_simple for s in (one, other) for r in rings_of(s))
    if min(inside) > 1e-6 and not retraced:
        expected = by_shapely(one, other, (height, width))
        assert iou(one, other, (height, width)) == pytest.approx(expected, abs=1e-7)


def test_a_retraced_edge_of_an_outline_leaves_its_area_standing() -> None:
    square = [(10, 10), (30, 10), (30, 30), (10, 30)]
    twice = Polygon([*square, *square])
    assert iou(twice, Polygon(square)) == 1.0


def test_boxes_at_one_angle_are_not_compared_as_if_they_were_upright() -> None:
    one, other = (RotatableBoundingBox(100, y, 100, 10, 90) for y in (100, 120))
    assert iou(one, other, (200, 200)) == pytest.approx(80 / 120)


def test_a_small_box_far_from_the_origin_keeps_its_digits() -> None:
    speck = RotatableBoundingBox(500_000.5, 500_000.5, 1e-3, 1e-3, 30)
    assert iou(speck, speck, (10**6, 10**6)) == 1.0
    assert iou(BoundingBox(0, 0, 1e6, 1e6), speck, (10**6, 10**6)) == pytest.approx(1e-18, rel=1e-3)
