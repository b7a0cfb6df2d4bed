"""Simulated labelers make the mistakes that they are documented to make, as often as they say."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.demo import SimulatedLabeler
from annowidgets.demo.labelers import Attempt
from annowidgets.labels import BoundingBox, Label, ObjectClass, Ontology, find_problems

SIZE = (480, 640)  # height, width
PICTURES = 200


def inner(category: str, number: int) -> list[Label]:
    """Boxes of 40 x 30 in a row, far from the border."""
    return [Label(category, BoundingBox(50 + 60 * place, 200, 40, 30)) for place in range(number)]


TRUTH = [*inner("RBC", 8), Label("WBC", BoundingBox(300, 300, 90, 80)), Label("RBC", BoundingBox(0, 400, 50, 50))]


def attempts(labeler: SimulatedLabeler, truth: list[Label] = TRUTH) -> list[Attempt]:
    return [labeler.label(truth, SIZE, rng=seed) for seed in range(PICTURES)]


def boxes(labels: list[Label]) -> list[tuple[str, tuple[float, float, float, float]]]:
    found = []
    for label in labels:
        assert isinstance(label.shape, BoundingBox)
        found.append((label.category, label.shape.bounds()))
    return found


def test_a_labeler_without_faults_hands_in_the_truth() -> None:
    for attempt in attempts(SimulatedLabeler(name="ann")):
        assert boxes(attempt.labels) == boxes(TRUTH)


def test_a_shift_moves_every_box_and_stops_at_the_border() -> None:
    moved = boxes(SimulatedLabeler(name="ann", shift=(-7, 5)).label(TRUTH, SIZE, rng=0).labels)
    for (_, before), (_, after) in zip(boxes(TRUTH), moved, strict=True):
        expected = np.clip(np.add(before, (-7, 5, -7, 5)), 0, (640, 480, 640, 480))
        assert after == tuple(expected)


def test_a_box_that_is_moved_out_of_the_picture_is_not_handed_in() -> None:
    attempt = SimulatedLabeler(name="ann", shift=(-60, 0)).label(TRUTH, SIZE, rng=0)
    assert len(attempt.labels) == len(TRUTH) - 1


def test_jitter_is_the_standard_deviation_of_each_side() -> None:
    labeler = SimulatedLabeler(name="ann", jitter=3)
    truth = inner("RBC", 8)
    off = np.array(
        [
            np.subtract(b, a)
            for one in attempts(labeler, truth)
            for (_, a), (_, b) in zip(boxes(truth), boxes(one.labels), strict=True)
        ]
    )
    assert off.mean(axis=0) == pytest.approx([0] * 4, abs=0.3)
    assert off.std(axis=0) == pytest.approx([3] * 4, rel=0.06)
    assert abs(np.corrcoef(off.T) - np.eye(4)).max() < 0.1, "sides vary on their own"


@pytest.mark.parametrize("rate", [0.0, 0.25, 1.0])
def test_objects_of_a_class_are_missed_at_the_rate_given_and_no_others(rate: float) -> None:
    found = Counter(
        label.category for one in attempts(SimulatedLabeler(name="ann", missed={"RBC": rate})) for label in one.labels
    )
    assert found["WBC"] == PICTURES
    assert found["RBC"] / (9 * PICTURES) == pytest.approx(1 - rate, abs=0.04)


def test_only_what_the_border_cuts_is_left_out_at_the_border() -> None:
    one = SimulatedLabeler(name="bo", missed_at_border=1.0)
    cut = [
        BoundingBox(0, 9, 20, 20),
        BoundingBox(9, 1, 20, 20),
        BoundingBox(619, 9, 20, 20),
        BoundingBox(9, 460, 9, 20),
    ]
    truth = [*(Label("RBC", box) for box in cut), *inner("RBC", 3)]
    for attempt in attempts(one, truth):
        assert boxes(attempt.labels) == boxes(inner("RBC", 3))


def test_a_class_is_taken_for_another_at_the_rate_given() -> None:
    labeler = SimulatedLabeler(name="bo", confused={"RBC": ("WBC", 0.3)})
    found = Counter(label.category for one in attempts(labeler) for label in one.labels)
    assert (found["WBC"] - PICTURES) / (9 * PICTURES) == pytest.approx(0.3, abs=0.04)
    assert found["RBC"] + found["WBC"] == 10 * PICTURES


def test_extras_lie_anywhere_in_the_picture_and_are_as_many_as_said() -> None:
    extras = [label for one in attempts(SimulatedLabeler(name="bo", extras=2)) for label in one.labels[len(TRUTH) :]]
    assert len(extras) / PICTURES == pytest.approx(2, abs=0.3)
    edges = np.array([edge for _, edge in boxes(extras)])
    assert edges.min() >= 0
    assert (edges.max(axis=0) <= (640, 480, 640, 480)).all()
    assert np.ptp(edges[:, 0]) > 500
    assert {tuple(box[2:] - box[:2]) for box in edges} == {(40, 30), (90, 80), (50, 50)}
    assert not attempts(SimulatedLabeler(name="bo", extras=2), [])[0].labels


def test_one_fault_leaves_the_mistakes_of_the_others_as_they_are() -> None:
    plain = SimulatedLabeler(name="ann", jitter=4, missed={"WBC": 0.5}, confused={"RBC": ("WBC", 0.2)})
    shifted = SimulatedLabeler(
        name="ann", jitter=4, missed={"WBC": 0.5}, confused={"RBC": ("WBC", 0.2)}, missed_at_border=1
    )
    for before, after in zip(attempts(plain), attempts(shifted), strict=True):
        kept = [(name, box) for name, box in boxes(before.labels) if box[1] < 380]
        assert boxes(after.labels) == kept


def test_confidence_is_a_habit_without_insight_and_the_share_found_with_it() -> None:
    half = {"missed": {"RBC": 1.0}, "confidence": 0.9}
    truth = [*inner("RBC", 3), *(Label("WBC", BoundingBox(100, 300, 20, 20)) for _ in range(3))]
    for insight, expected in ((0.0, 0.9), (0.5, 0.7), (1.0, 0.5)):
        told = [one.confidence for one in attempts(SimulatedLabeler(name="ann", insight=insight, **half), truth)]  # type: ignore[arg-type]
        assert np.mean(told) == pytest.approx(expected, abs=0.01)
        assert np.std(told) == pytest.approx(0.03, abs=0.006)


def test_how_badly_boxes_fit_does_not_touch_the_confidence() -> None:
    neat = attempts(SimulatedLabeler(name="ann", insight=1.0))
    sloppy = attempts(SimulatedLabeler(name="ann", insight=1.0, shift=(25, 20)))
    assert [one.confidence for one in neat] == [one.confidence for one in sloppy]


def test_the_same_seed_gives_the_same_attempt_and_another_seed_another() -> None:
    labeler = SimulatedLabeler(name="ann", jitter=5, extras=1)
    first, again, other = (labeler.label(TRUTH, SIZE, rng=seed) for seed in (1, np.random.default_rng(1), 2))
    assert first == again
    assert first != other


shares = st.floats(0, 1)


@given(
    shift=st.tuples(st.floats(-900, 900), st.floats(-900, 900)),
    jitter=st.floats(0, 300),
    extras=st.floats(0, 5),
    rates=st.tuples(shares, shares, shares, shares, shares),
    seed=st.integers(0, 2**32),
)
def test_whatever_the_faults_every_attempt_can_be_submitted(
    shift: tuple[float, float], jitter: float, extras: float, rates: tuple[float, ...], seed: int
) -> None:
    labeler = SimulatedLabeler(
        name="ann",
        shift=shift,
        jitter=jitter,
        extras=extras,
        missed={"RBC": rates[0]},
        missed_at_border=rates[1],
        confused={"WBC": ("RBC", rates[2])},
        confidence=rates[3],
        insight=rates[4],
    )
    attempt = labeler.label(TRUTH, SIZE, rng=seed)
    ontology = Ontology(objects=(ObjectClass("RBC", "bounding_box"), ObjectClass("WBC", "bounding_box")))
    assert not find_problems(attempt.labels, ontology, [SIZE])
    assert 0 <= attempt.confidence <= 1
    assert attempt.seconds == 5 + 4 * len(attempt.labels)
