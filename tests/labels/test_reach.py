"""Whether a shape reaches into its frame, held against shapely."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
import shapely.affinity
from hypothesis import assume, given
from hypothesis import strategies as st

from annowidgets.labels import (
    Bitmask,
    BoundingBox,
    Keypoint,
    ObjectPrimitive,
    Polygon,
    Polyline,
    RotatableBoundingBox,
    Shape,
    reaches_into,
)
from annowidgets.labels.even_odd import even_odd
from tests.labels import strategies

SIZE = (20, 30)
FRAME = shapely.box(0, 0, 30, 20)
near = st.one_of(st.floats(-40, 60), st.integers(-40, 60))
sides = st.one_of(st.floats(0.5, 60), st.integers(1, 60))
dots = st.tuples(near, near)


def geometry(shape: Any) -> Any:
    match shape:
        case BoundingBox():
            return shapely.box(*shape.bounds())
        case RotatableBoundingBox():
            upright = shapely.box(
                shape.cx - shape.width / 2,
                shape.cy - shape.height / 2,
                shape.cx + shape.width / 2,
                shape.cy + shape.height / 2,
            )
            return shapely.affinity.rotate(upright, shape.angle, "centroid")
        case Polygon():
            return even_odd(shape.rings)
        case Polyline():
            return shapely.LineString(shape.points)
        case Keypoint():
            return shapely.Point(shape.x, shape.y)
        case ObjectPrimitive():
            return shapely.MultiPoint(list(shape.present().values()))


def is_near_the_limit(inside: Any, part: Any, family: str) -> bool:
    """Whether rounding decides, so that either answer will do."""
    if family == "region":
        return bool(0 < part.area < 1e-6)
    return bool(inside.dwithin(FRAME, 1e-6) and not inside.intersects(FRAME))


@given(
    st.one_of(
        st.builds(BoundingBox, near, near, sides, sides),
        st.builds(RotatableBoundingBox, near, near, sides, sides, st.floats(-400, 400)),
        strategies.possible(Polygon, st.lists(st.lists(dots, min_size=3, max_size=5), min_size=1, max_size=2)),
        strategies.possible(Polyline, st.lists(dots, min_size=2, max_size=4)),
        st.builds(Keypoint, near, near),
        st.builds(
            lambda a, b, v: ObjectPrimitive({"a": (*a, "occluded"), "b": (*b, v)}),
            dots,
            dots,
            st.sampled_from(["visible", "absent"]),
        ),
    )
)
def test_a_shape_reaches_into_the_frame_where_shapely_finds_area_or_contact(shape: Shape) -> None:
    there = geometry(shape)
    part = there.intersection(FRAME)
    assume(not is_near_the_limit(there, part, shape.family))
    expected = part.area > 1e-9 if shape.family == "region" else there.intersects(FRAME)
    assert reaches_into(shape, SIZE) == expected


@given(strategies.shapes())
def test_the_bounds_hold_the_shape_and_touch_it(shape: Shape) -> None:
    if isinstance(shape, Bitmask):
        return
    scale = 1 + max(map(abs, shape.bounds()))
    outline = (
        geometry(shape) if not isinstance(shape, Polygon) else shapely.MultiPoint([p for r in shape.rings for p in r])
    )
    assert shape.bounds() == pytest.approx(outline.bounds, abs=1e-9 * scale)


@pytest.mark.parametrize(
    ("shape", "reaches"),
    [
        (BoundingBox(1, 1, 1e-6, 1e-6), True),
        (BoundingBox(30, 0, 5, 5), False),
        (BoundingBox(-5, 0, 5, 5), False),
        (BoundingBox(-5, 0, 5.001, 5), True),
        (BoundingBox(-100, -100, 1000, 1000), True),
        (BoundingBox(-5, -5, 5 + 1e-6, 5 + 1e-6), False),
        (RotatableBoundingBox(-4.25, 10, 10, 2, 45), False),
        (RotatableBoundingBox(-4.2, 10, 10, 2, 45), True),
        (Polygon([(-10, -10), (40, -10), (-10, 30)]), True),
        (Polygon([[(-10, -10), (40, -10), (40, 30), (-10, 30)], [(-5, -5), (35, -5), (35, 25), (-5, 25)]]), False),
        (Polyline([(-5, 10), (0, 10)]), True),
        (Polyline([(-5, 10), (-1e-10, 10)]), True),
        (Polyline([(-5, 10), (-0.1, 10)]), False),
        (Polyline([(-10, 10), (10, -10)]), True),
        (Polyline([(-10, 9), (9, -10)]), False),
        (Polyline([(-10, 10), (100, 10)]), True),
        (Polyline([(31, 0), (31, 1e-222), (0, 0)]), True),
        (Polyline([(31, 0), (31, 1e-222), (32, 0)]), False),
        (Polygon([(31, 0), (31, 1e-222), (-5, 0), (40, 10)]), True),
        (Keypoint(0, 0), True),
        (Keypoint(30, 20), True),
        (Keypoint(30.001, 20), False),
        (ObjectPrimitive({"a": (5, 5, "absent"), "b": (-5, 5, "visible")}), False),
        (ObjectPrimitive({"a": (5, 5, "occluded"), "b": (-5, 5, "visible")}), True),
        (Bitmask(SIZE, [0, 600]), True),
        (Bitmask((30, 20), [0, 600]), False),
    ],
)
def test_edges_touch_and_holes_don_t_count(shape: Shape, reaches: bool) -> None:
    assert reaches_into(shape, SIZE) is reaches
