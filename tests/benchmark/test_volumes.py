"""Volumes of all objects of a series: which belong together."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annowidgets.benchmark import volume, volumes
from annowidgets.errors import InvalidInput
from annowidgets.labels import Answer, BoundingBox, Keypoint, Label
from tests.benchmark.strategies import FRAME, regions

objects = st.lists(
    st.builds(Label, st.sampled_from(["lung", "heart"]), st.dictionaries(st.integers(0, 2), regions, min_size=1)),
    max_size=3,
)


@given(objects, objects)
@settings(max_examples=40)
def test_objects_of_a_class_are_matched_with_the_largest_sum_of_iou(one: list[Label], other: list[Label]) -> None:
    found = volumes(one, other, frame_size=FRAME, spacing=(0.5, 2), thickness=3)
    best = 0.0
    for category in ("lung", "heart"):
        gold, own = ([label for label in side if label.category == category] for side in (one, other))
        small, large = sorted((gold, own), key=len)
        best += max(
            sum(volume(a, b, frame_size=FRAME).iou for a, b in zip(small, chosen, strict=True))
            for chosen in itertools.permutations(large, len(small))
        )
    assert found["iou"].sum() == pytest.approx(best)
    assert sorted(found["benchmark_label"].dropna()) == sorted(label.id for label in one)
    assert sorted(found["trainee_label"].dropna()) == sorted(label.id for label in other)
    by_id = {label.id: label for label in [*one, *other]}
    for row in found.itertuples():
        if not (isinstance(row.benchmark_label, str) and isinstance(row.trainee_label, str)):
            assert (row.iou, row.dice, row.shared) == (0, 0, 0)
            assert max(row.benchmark, row.trainee) > 0 == min(row.benchmark, row.trainee)
            continue
        pair = by_id[row.benchmark_label], by_id[row.trainee_label]
        assert pair[0].category == pair[1].category == row.category
        agreed = volume(*pair, frame_size=FRAME, spacing=(0.5, 2), thickness=3)
        assert (row.iou, row.dice, row.shared) == pytest.approx((agreed.iou, agreed.dice, agreed.shared))
        assert row.slices == len(agreed.frames)


def test_what_has_no_volume_is_left_out_and_nothing_gives_an_empty_table() -> None:
    labels = [Label("tip", {0: Keypoint(1, 1)}), Answer("quality", "good")]
    empty = volumes(labels, labels, frame_size=[FRAME] * 2)
    assert empty.empty
    assert {"iou", "dice", "benchmark", "trainee", "shared", "slices"} < set(empty.columns)
    lone = volumes([Label("lung", {1: BoundingBox(0, 0, 4, 5)})], [], frame_size=[FRAME] * 2, thickness=[1, 2])
    assert lone[["benchmark", "trainee", "iou", "slices"]].to_numpy().tolist() == [[40, 0, 0, 1]]
    assert np.isfinite(lone[["iou", "dice"]].to_numpy(dtype=float)).all()


def test_a_label_off_its_series_is_refused() -> None:
    with pytest.raises(InvalidInput, match="frame 5 does not exist"):
        volumes([Label("lung", {5: BoundingBox(0, 0, 4, 5)})], [], frame_size=[FRAME] * 2)
