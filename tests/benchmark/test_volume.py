"""Volumes of labels over a series of slices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annowidgets.benchmark import similarity, volume
from annowidgets.errors import InvalidInput
from annowidgets.labels import Bitmask, BoundingBox, Keypoint, Label, Polygon
from tests.benchmark.strategies import FRAME, SIDE, masks, regions


def series(*boxes: Any) -> Label:
    return Label("nodule", {frame: BoundingBox(*box) for frame, box in enumerate(boxes) if box})


def test_volumes_are_areas_times_thickness_times_spacing() -> None:
    one, other = series((0, 0, 10, 10), (0, 0, 10, 10)), series(None, (5, 0, 10, 10), (0, 0, 10, 5))
    agreed = volume(one, other, frame_size=FRAME)
    assert (agreed.benchmark, agreed.trainee, agreed.shared) == pytest.approx((200, 150, 50))
    assert (agreed.iou, agreed.dice) == (pytest.approx(50 / 300), pytest.approx(100 / 350))
    in_mm = volume(one, other, frame_size=FRAME, spacing=(0.5, 2), thickness=3)
    assert (in_mm.benchmark, in_mm.trainee, in_mm.shared) == pytest.approx((600, 450, 150))
    uneven = volume(one, other, frame_size=[FRAME] * 3, thickness=[1, 2, 4])
    assert (uneven.benchmark, uneven.trainee, uneven.shared) == pytest.approx((300, 400, 100))
    assert agreed.frames.columns.tolist() == ["frame", "benchmark", "trainee", "shared", "iou"]
    assert agreed.frames.iou.tolist() == [0, pytest.approx(1 / 3), 0]


slices = st.dictionaries(st.integers(0, 3), regions, min_size=1)


@given(slices, slices)
@settings(max_examples=50)
def test_a_slice_agrees_as_its_two_shapes_do(one: dict[int, Any], other: dict[int, Any]) -> None:
    agreed = volume(Label("a", one), Label("a", other), frame_size=FRAME)
    for row in agreed.frames.itertuples():
        both = row.frame in one and row.frame in other
        expected = similarity(one[row.frame], other[row.frame], frame_size=FRAME) if both else 0.0
        assert row.iou == pytest.approx(expected, abs=1e-12)


@given(st.lists(masks(), min_size=1, max_size=3), st.lists(masks(), min_size=1, max_size=3))
@settings(max_examples=40)
def test_volumes_of_masks_are_counts_of_voxels(one: list[Bitmask], other: list[Bitmask]) -> None:
    arrays = [np.zeros((3, SIDE, SIDE), bool) for _ in range(2)]
    for array, own in zip(arrays, (one, other), strict=True):
        for frame, mask in enumerate(own):
            array[frame] = mask.to_array()
    agreed = volume(Label("a", dict(enumerate(one))), Label("a", dict(enumerate(other))), frame_size=FRAME)
    assert agreed.iou == pytest.approx((arrays[0] & arrays[1]).sum() / (arrays[0] | arrays[1]).sum())
    assert (agreed.benchmark, agreed.trainee) == (arrays[0].sum(), arrays[1].sum())


def test_key_frames_are_interpolated_on_request() -> None:
    moving = Label("a", {0: BoundingBox(0, 0, 10, 10), 2: BoundingBox(0, 0, 10, 30)})
    assert volume(moving, moving, frame_size=FRAME).benchmark == 400
    assert volume(moving, moving, frame_size=FRAME, interpolate=True).benchmark == 600


@pytest.mark.parametrize(
    ("settings_given", "message"),
    [
        ({"frame_size": [FRAME] * 2}, "The benchmark's label: frame 2 does not exist, there are 2"),
        ({"thickness": [1, 1]}, "There are 2 thicknesses, and a label on frame 2"),
        ({"thickness": 0}, "thickness must be above 0"),
        ({"thickness": "thick"}, "thickness"),
        ({"spacing": (0, 1)}, "spacing must be above 0"),
        ({"frame_size": (5, 5)}, "The benchmark's shape on frame 2 lies outside the frame"),
    ],
)
def test_what_has_no_volume_is_refused(settings_given: Any, message: str) -> None:
    label = series((0, 0, 5, 5), None, (20, 20, 5, 5))
    with pytest.raises(InvalidInput, match=message):
        volume(label, label, **{"frame_size": FRAME, **settings_given})
    with pytest.raises(InvalidInput, match="The trainee's label is a point, which has no volume"):
        volume(label, Label("a", {0: Keypoint(1, 1)}), frame_size=FRAME)


def test_a_label_stands_on_the_same_frames_as_where_it_is_measured() -> None:
    box = BoundingBox(0, 0, 10, 10)
    held = Label("a", {0: box}, until=3)
    with pytest.raises(InvalidInput, match=r"The trainee's label: .*until has no meaning.*fill\(until="):
        volume(Label("a", {0: box}), held, frame_size=FRAME)
    assert volume(held, held, frame_size=FRAME, interpolate=True).benchmark == 400
    with pytest.raises(InvalidInput, match=r"The benchmark's label: the item has several frames.*\{0: shape\}"):
        volume(Label("a", box), held, frame_size=[FRAME] * 3)
    assert volume(Label("a", box), Label("a", box), frame_size=[FRAME]).iou == 1
    with pytest.raises(InvalidInput, match="more than the 1,000,000"):
        volume(Label("a", {0: box}, until=10**6), held, frame_size=FRAME, interpolate=True)


def test_a_shape_that_is_interpolated_out_of_the_frame_has_no_area_there() -> None:
    swinging = Label("a", {0: Polygon([(5, 5), (-50, 8), (-50, 9)]), 4: Polygon([(-50, 5), (5, 8), (-50, 9)])})
    assert volume(swinging, swinging, frame_size=FRAME, interpolate=True).frames.frame.tolist() == [0, 4]


def test_what_is_no_label_has_no_volume() -> None:
    label = series((0, 0, 5, 5))
    for odd in ([label], None, BoundingBox(0, 0, 5, 5)):
        with pytest.raises(InvalidInput, match="The trainee's label must be one Label"):
            volume(label, odd, frame_size=FRAME)
