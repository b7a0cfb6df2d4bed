"""Where an object is on each frame, held against numpy.interp and the published rules."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.labels import (
    Bitmask,
    BoundingBox,
    Keypoint,
    Label,
    ObjectPrimitive,
    Polygon,
    Polyline,
    RotatableBoundingBox,
    Shape,
    shape_at,
    shapes_by_frame,
)
from annowidgets.labels.key_frames import frames_of
from tests.labels import strategies

BOX = BoundingBox(10, 20, 30, 40)
FAR = 130
numbers = st.floats(0, 500)


def of_family(make: Any, count: int) -> st.SearchStrategy[list[Shape]]:
    return st.lists(st.tuples(*[numbers] * count).map(make), min_size=1, max_size=5)


def frames_for(draw: st.DrawFn, count: int) -> list[int]:
    return sorted(draw(st.sets(st.integers(0, 40), min_size=count, max_size=count)))


ring = [(0, 0), (9, 0), (9, 7), (2, 5)]
FAMILIES: dict[str, tuple[Any, int, Any]] = {
    "bounding_box": (
        lambda v: BoundingBox(v[0], v[1], v[2] + 1, v[3] + 1),
        4,
        lambda s: (s.x, s.y, s.width, s.height),
    ),
    "keypoint": (lambda v: Keypoint(*v), 2, lambda s: (s.x, s.y)),
    "polyline": (
        lambda v: Polyline([(v[0], v[1]), (v[2], v[3] + 501), (v[4], v[5])]),
        6,
        lambda s: tuple(np.ravel(s.points)),
    ),
    "polygon": (
        lambda v: Polygon([(x + v[0], y + v[1]) for x, y in ring]),
        2,
        lambda s: tuple(np.ravel(s.rings)),
    ),
    "object_primitive": (
        lambda v: ObjectPrimitive({"a": (v[0], v[1], "visible"), "b": (v[2], v[3], "occluded")}),
        4,
        lambda s: tuple(xy for point in s.points.values() for xy in point[:2]),
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
@given(data=st.data())
def test_vector_shapes_move_linearly_from_key_frame_to_key_frame(family: str, data: st.DataObject) -> None:
    make, count, numbers_of = FAMILIES[family]
    shapes = data.draw(of_family(make, count))
    frames = frames_for(data.draw, len(shapes))
    label = Label("a", dict(zip(frames, shapes, strict=True)))
    placed = dict(shapes_by_frame(label, interpolate=True))
    assert list(placed) == list(range(frames[0], frames[-1] + 1))
    expected = [np.interp(list(placed), frames, column) for column in zip(*map(numbers_of, shapes), strict=True)]
    found = list(zip(*map(numbers_of, placed.values()), strict=True))
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=2e-9)
    for frame, shape in zip(frames, shapes, strict=True):
        assert placed[frame] == shape, "a key frame itself is exact"


@given(
    st.lists(st.floats(-1_000, 1_000), min_size=2, max_size=5),
    st.data(),
)
def test_angles_turn_the_shorter_way(angles: list[float], data: st.DataObject) -> None:
    frames = frames_for(data.draw, len(angles))
    label = Label("a", {f: RotatableBoundingBox(50, 50, 20, 10, a) for f, a in zip(frames, angles, strict=True)})
    placed: dict[int, Any] = dict(shapes_by_frame(label, interpolate=True))
    for start, end in pairwise(frames):
        way = np.rad2deg(np.angle(np.exp(1j * np.deg2rad(placed[end].angle - placed[start].angle))))
        for frame in range(start, end):
            share = (frame - start) / (end - start)
            turned = (placed[frame].angle - placed[start].angle) % 360
            by_either = [(way * share) % 360]
            if math.isclose(abs(way), 180, abs_tol=1e-6):
                by_either.append((-way * share) % 360)
            assert any(abs((turned - e + 180) % 360 - 180) < 1e-6 for e in by_either)
            assert abs(placed[frame].angle - placed[start].angle) <= 180 + 1e-9


def test_a_turn_over_north_does_not_go_all_the_way_round() -> None:
    label = Label("a", {0: RotatableBoundingBox(5, 5, 4, 2, 350), 10: RotatableBoundingBox(5, 5, 4, 2, 10)})
    placed: Any = shape_at(label, 5, interpolate=True)
    assert placed.angle == 360
    huge = Label("a", {0: RotatableBoundingBox(5, 5, 4, 2, 1e308), 10: RotatableBoundingBox(5, 5, 4, 2, -1e308)})
    assert shape_at(huge, 5, interpolate=True) is not None


square = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Bitmask((4, 4), [3, 2, 11]), Bitmask((4, 4), [5, 2, 9])),
        (square, Polygon([(0, 0), (10, 0), (10, 10)])),
        (square, Polygon([square.rings[0], [(2, 2), (4, 2), (4, 4)]])),
        (Polyline([(0, 0), (1, 1)]), Polyline([(0, 0), (1, 1), (2, 2)])),
        (BOX, square),
    ],
)
def test_what_can_t_be_interpolated_holds_until_the_next_key_frame(first: Shape, second: Shape) -> None:
    label = Label("a", {2: first, 6: second})
    assert list(shapes_by_frame(label, interpolate=True)) == [
        (2, first),
        (3, first),
        (4, first),
        (5, first),
        (6, second),
    ]


def test_a_shape_that_would_be_impossible_on_the_way_holds_there() -> None:
    there = [(0, 0), (10, 0), (10, 10), (0, 10)]
    turned = [(10, 10), (0, 10), (0, 0), (10, 0)]
    label = Label("a", {0: Polygon(there), 10: Polygon(turned)})
    placed: dict[int, Any] = dict(shapes_by_frame(label, interpolate=True))
    assert placed[5] == Polygon(there), "all corners meet in one point there"
    assert placed[4] != Polygon(there)


def test_a_changed_visibility_holds_and_what_appears_has_nowhere_to_come_from() -> None:
    start = ObjectPrimitive({"a": (0, 0, "visible"), "b": (0, 0, "absent"), "c": (0, 0, "visible")})
    end = ObjectPrimitive({"a": (10, 20, "occluded"), "b": (10, 20, "visible"), "c": (10, 20, "absent")})
    label = Label("a", {0: start, 10: end})
    half: Any = shape_at(label, 5, interpolate=True)
    assert half.points == {"a": (5, 10, "visible"), "b": (0, 0, "absent"), "c": (0, 0, "visible")}
    assert shape_at(label, 10, interpolate=True) == end


def test_none_marks_outside_from_there_on_and_until_says_how_far_the_last_one_holds() -> None:
    label = Label("a", {2: BOX, 5: None, 8: BOX, 9: BOX}, until=12)
    frames = [frame for frame, _ in shapes_by_frame(label, interpolate=True)]
    assert frames == [2, 3, 4, 8, 9, 10, 11, 12]
    assert all(shape == BOX for _, shape in shapes_by_frame(label, interpolate=True))
    assert [frame for frame, _ in shapes_by_frame(Label("a", {2: BOX, 5: None}), interpolate=True)] == [2, 3, 4]
    assert [frame for frame, _ in shapes_by_frame(Label("a", {2: BOX}), interpolate=True)] == [2]
    assert [frame for frame, _ in shapes_by_frame(Label("a", {2: BOX}, until=4), interpolate=True)] == [2, 3, 4]


def test_a_shape_before_outside_holds_still() -> None:
    label = Label("a", {0: BoundingBox(0, 0, 5, 5), 4: BoundingBox(4, 0, 5, 5), 8: None, 12: BoundingBox(99, 0, 5, 5)})
    assert [s.bounds()[0] for _, s in shapes_by_frame(label, interpolate=True)] == [0, 1, 2, 3, 4, 4, 4, 4, 99]


def test_without_interpolation_a_shape_stands_on_its_own_frame_only() -> None:
    label = Label("a", {2: BOX, 5: None, 8: BOX})
    assert list(shapes_by_frame(label, interpolate=False)) == [(2, BOX), (8, BOX)]
    assert shape_at(label, 3, interpolate=False) is None


def test_a_bare_shape_stands_on_frame_0() -> None:
    for interpolate in (False, True):
        assert list(shapes_by_frame(Label("a", BOX), interpolate=interpolate)) == [(0, BOX)]
        assert shape_at(Label("a", BOX), 1, interpolate=interpolate) is None


@given(strategies.labels(), st.booleans())
def test_one_frame_and_all_frames_and_their_ranges_agree(label: Label, interpolate: bool) -> None:
    placed = dict(shapes_by_frame(label, interpolate=interpolate))
    assert list(placed) == sorted(placed)
    for frame in range(FAR):
        assert shape_at(label, frame, interpolate=interpolate) == placed.get(frame)
    assert [frame for frames in frames_of(label, interpolate=interpolate) for frame in frames] == list(placed)


@given(strategies.labels().filter(lambda label: bool(label.key_frames)), st.integers(0, 120))
def test_a_filled_label_stands_by_copies_where_the_original_would_hold(label: Label, until: int) -> None:
    filled = label.fill(until=until)
    assert filled.id == label.id
    assert filled.until is None
    placed = dict(shapes_by_frame(filled, interpolate=False))
    current = None
    for frame in range(max(until, *label.key_frames) + 1):
        current = label.key_frames.get(frame, current) if frame <= until else label.key_frames.get(frame)
        assert placed.get(frame) == current


def test_overriding_attributes_hold_from_their_frame_on() -> None:
    label = Label("a", {0: BOX, 9: BOX}, {"q": "x", "r": "y"}, attributes_by_frame={5: {"q": "z"}, 3: {"s": 1}})
    assert label.attributes_at(0) == label.attributes_at(2) == {"q": "x", "r": "y"}
    assert label.attributes_at(3) == label.attributes_at(4) == {"q": "x", "r": "y", "s": 1}
    assert label.attributes_at(5) == label.attributes_at(99) == {"q": "z", "r": "y", "s": 1}
    assert list(label.attributes_by_frame) == [3, 5]
