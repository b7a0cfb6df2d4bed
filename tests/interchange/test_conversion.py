"""Shapes as other shapes: exact where they say so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.benchmark import similarity
from annowidgets.interchange import as_shape
from annowidgets.labels import Bitmask, BoundingBox, Keypoint, Polygon, RotatableBoundingBox, reaches_into
from tests.labels import strategies


@given(mask=strategies.masks())
def test_the_outline_of_a_mask_covers_the_very_pixels_of_it(mask: np.ndarray) -> None:  # type: ignore[type-arg]
    before = Bitmask.from_array(mask)
    outline = as_shape(before, "polygon", None)
    assert isinstance(outline, Polygon)
    assert as_shape(outline, "bitmask", before.size) == before
    for ring in outline.rings:
        turns = zip(ring, (*ring[1:], ring[0]), (*ring[2:], *ring[:2]), strict=True)
        assert all((b[0] - a[0]) * (c[1] - b[1]) != (b[1] - a[1]) * (c[0] - b[0]) for a, b, c in turns), "corners only"


@given(data=st.data(), size=st.tuples(st.integers(4, 40), st.integers(4, 40)))
def test_a_polygon_covers_the_pixels_that_the_benchmark_counts(data: st.DataObject, size: tuple[int, int]) -> None:
    corner = st.tuples(st.floats(-5, size[1] + 5), st.floats(-5, size[0] + 5))
    polygon = data.draw(
        strategies.possible(Polygon, st.lists(st.lists(corner, min_size=3, max_size=6), min_size=1, max_size=3))
    )
    mask = as_shape(polygon, "bitmask", size)
    if isinstance(mask, Bitmask):
        assert similarity(polygon, mask, frame_size=size) == 1.0
    else:
        assert mask is polygon
        full = Bitmask.from_array(np.ones(size, bool))
        assert not reaches_into(polygon, size) or similarity(polygon, full, frame_size=size) == 0.0


@given(box=strategies.bounding_boxes(), turns=st.sampled_from([0.0, 180.0, -360.0, 720.0]))
def test_an_upright_box_is_a_turned_box_and_back(box: BoundingBox, turns: float) -> None:
    turned = as_shape(box, "rotatable_bounding_box", None)
    assert isinstance(turned, RotatableBoundingBox)
    upright = RotatableBoundingBox(turned.cx, turned.cy, turned.width, turned.height, turns)
    back = as_shape(upright, "bounding_box", None)
    assert isinstance(back, BoundingBox)
    assert back.bounds() == pytest.approx(box.bounds(), rel=1e-9, abs=1e-6)


def test_nothing_is_guessed() -> None:
    turned = RotatableBoundingBox(5, 5, 4, 2, 30)
    assert as_shape(turned, "bounding_box", (20, 20)) is turned
    box = BoundingBox(1, 1, 2, 2)
    for wanted in ("polygon", "bitmask", "keypoint", "bounding_box"):
        assert as_shape(box, wanted, (20, 20)) is box
    point = Keypoint(1, 1)
    assert as_shape(point, "object_primitive", (20, 20)) is point
    outline = Polygon([(1, 1), (4, 1), (4, 4)])  # type: ignore[arg-type]
    assert as_shape(outline, "bitmask", None) is outline
