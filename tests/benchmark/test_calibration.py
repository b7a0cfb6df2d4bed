"""The calibration score."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.benchmark import calibration_score
from annowidgets.errors import InvalidInput

shares = st.floats(0, 1)
attempts = st.lists(st.tuples(shares, shares), min_size=1, max_size=3)
batches = st.lists(attempts, min_size=1, max_size=8)


def sides(batch: list[list[tuple[float, float]]]) -> list[list[list[float]]]:
    return [[[pair[side] for pair in item] for item in batch] for side in (0, 1)]


@given(batches, st.floats(0, 1 / 3))
def test_the_score_is_the_formula_with_attempts_averaged_per_item(batch: Any, weight: float) -> None:
    accuracy = np.mean([np.mean([a for a, _ in item]) for item in batch])
    brier = np.mean([np.mean([(c - a) ** 2 for a, c in item]) for item in batch])
    score = calibration_score(*sides(batch), weight=weight)
    assert score == pytest.approx(100 * ((1 - weight) * accuracy + weight * (1 - brier)))
    assert (score.accuracy, score.brier) == (pytest.approx(accuracy), pytest.approx(brier))
    assert (score.items, score.attempts, score.weight) == (len(batch), sum(map(len, batch)), weight)
    assert -1e-9 <= score <= 100 + 1e-9


@given(batches, st.floats(0, 1 / 3), st.data())
def test_a_more_accurate_attempt_never_lowers_the_score(batch: Any, weight: float, data: st.DataObject) -> None:
    accuracies, confidences = sides(batch)
    before = calibration_score(accuracies, confidences, weight=weight)
    item = data.draw(st.integers(0, len(batch) - 1))
    attempt = data.draw(st.integers(0, len(batch[item]) - 1))
    accuracies[item][attempt] = data.draw(st.floats(accuracies[item][attempt], 1))
    assert calibration_score(accuracies, confidences, weight=weight) >= before - 1e-9


@given(st.lists(st.tuples(shares, shares), min_size=3, max_size=30))
def test_the_interval_is_the_pages_bootstrap_over_items(pairs: Any) -> None:
    a, c = np.array(pairs).T
    scores = 80 * a + 20 * (1 - (c - a) ** 2)
    n = len(scores)
    means = scores[np.random.default_rng(0).integers(0, n, (2000, n))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    score = calibration_score(a, c)
    assert (score.low, score.high) == (pytest.approx(low), pytest.approx(high))


def test_a_large_batch_has_the_same_interval_as_if_drawn_at_once() -> None:
    # More than fits one block of resamples.
    a = np.random.default_rng(1).random(5_000)
    means = (80 * a + 20 * (1 - (0.5 - a) ** 2))[np.random.default_rng(0).integers(0, 5_000, (2000, 5_000))].mean(
        axis=1
    )
    score = calibration_score(a, np.full(5_000, 0.5))
    assert (score.low, score.high) == tuple(pytest.approx(v) for v in np.percentile(means, [2.5, 97.5]))


@pytest.mark.parametrize("number", [1, 2])
def test_below_three_items_there_is_no_interval(number: int) -> None:
    score = calibration_score([[1, 0]] * number, [[1, 1]] * number)
    assert np.isnan(score.low)
    assert np.isnan(score.high)


def test_reliability_compares_confidence_with_accuracy_in_five_bins() -> None:
    confidences = [0, 0.1, 0.2, 0.1 + 0.5, 0.79, 0.8, 1]
    accuracies = [0, 0.5, 1, 1, 0, 1, 0]
    curve = calibration_score(accuracies, confidences).reliability
    assert curve.columns.tolist() == ["low", "high", "attempts", "confidence", "accuracy"]
    assert curve.low.tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])
    assert curve.attempts.tolist() == [2, 1, 0, 2, 2]
    assert curve.confidence.tolist() == pytest.approx([0.05, 0.2, np.nan, 0.695, 0.9], nan_ok=True)
    assert curve.accuracy.tolist() == pytest.approx([0.25, 1, np.nan, 0.5, 0.5], nan_ok=True)


@given(st.lists(shares, min_size=1))
def test_every_attempt_is_in_one_bin(confidences: list[float]) -> None:
    score = calibration_score([1] * len(confidences), confidences)
    assert sum(own.attempts for own in score.bins) == len(confidences)
    for own in score.bins:
        inside = [c for c in confidences if own.low - 1e-9 <= c and (c < own.high - 1e-9 or own.high == 1)]
        assert len(inside) == own.attempts


def test_a_score_is_a_number_with_parts() -> None:
    score = calibration_score([1, 1, 0.5, 0], [0.9, 0.6, 0.5, 0.9])
    assert score == pytest.approx(65.1)
    assert f"{score:.1f}" == "65.1"
    assert type(score.score) is float
    assert json.loads(json.dumps({"score": score})) == {"score": score.score}
    for twin in (pickle.loads(pickle.dumps(score)), copy.deepcopy(score)):
        assert (twin, twin.bins, twin.low) == (score, score.bins, score.low)
    assert repr(score).startswith("CalibrationScore(65.10, accuracy=0.625, brier=0.245")
    with pytest.raises(AttributeError):
        score.accuracy = 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], []), "no graded item"),
        (([1], []), "1 items with accuracies and 0 with confidences"),
        (([[1, 1]], [[1]]), "Item 0 has 2 accuracies and 1 confidences"),
        (([[1, 1]], [1]), "Item 0 has 2 accuracies and 1 confidences"),
        (([[]], [[]]), "Item 0 has 0 accuracies"),
        (([85], [1]), r"accuracies\[0\] must be from 0 to 1, got 85. Did you mean 0.85\?"),
        (([1, 1], [1, -0.2]), r"confidences\[1\] must be from 0 to 1, got -0.2"),
        (([None], [1]), r"accuracies\[0\] must be a number, got None"),
        (([1], [float("nan")]), "must be finite"),
        (("10", [1]), "accuracies must be a list"),
        ((1, 1), "accuracies must be a list"),
    ],
)
def test_figures_that_cannot_be_are_refused(arguments: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        calibration_score(*arguments)


def test_the_weight_lies_from_0_to_a_third() -> None:
    calibration_score([1], [1], weight=1 / 3)
    for weight, message in ((0.34, "from 0 to 0.3333, got 0.34"), (20, r"Did you mean 0.2\?"), (-1, "got -1")):
        with pytest.raises(InvalidInput, match=f"weight must be.*{message}"):
            calibration_score([1], [1], weight=weight)


@pytest.mark.parametrize(
    ("accuracies", "message"),
    [
        ([[[1], [1, 0]]], r"accuracies\[0\]\[0\] must be a number"),
        ({"item 1": 1}, "accuracies must be a list"),
        ({0.5}, "accuracies must be a list"),
        ([{"attempt": 1}], r"accuracies\[0\] must be a number"),
    ],
)
def test_what_are_no_lists_of_numbers_is_refused(accuracies: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        calibration_score(accuracies, [0.5])
