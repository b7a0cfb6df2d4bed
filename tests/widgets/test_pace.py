"""Pace and stalled claims, from tables made by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from annowidgets.widgets.pace import how_long, pace, stalled

NOW = 1_700_000_000.0


def tasks(submitted: list[float | None], states: list[str] | None = None, **columns: Any) -> pd.DataFrame:
    """Tasks that were submitted so many hours ago."""
    stamps = pd.to_datetime([None if ago is None else NOW - 3600 * ago for ago in submitted], unit="s", utc=True)
    states = states or ["queued" if ago is None else "completed" for ago in submitted]
    return pd.DataFrame({"state": states, "submitted": stamps, **columns})


def test_all_of_the_last_four_hours_count_and_nothing_before() -> None:
    found = pace(tasks([9.0, 5.0, 3.9, 2.0, 1.0, 0.5, None, None]), NOW)
    assert found.per_hour == pytest.approx(1.0)  # four in four hours
    assert found.left == 2
    assert found.end == pytest.approx(NOW + 7200)


def test_a_batch_that_began_lately_is_measured_from_its_first_submission() -> None:
    found = pace(tasks([2.0, 1.5, 1.0, 0.5, None]), NOW)
    assert found.per_hour == pytest.approx(1.5)  # three after the first, in two hours
    assert found.end == pytest.approx(NOW + 3600 / 1.5)


@pytest.mark.parametrize(
    ("submitted", "recent"), [([None], 0), ([1.0, None], 1), ([7.0, 6.0, None], 0), ([0.001, 0.0005, None], 2)]
)
def test_too_little_to_say_is_no_pace_and_told_from_nothing(submitted: list[float | None], recent: int) -> None:
    assert pace(tasks(submitted), NOW) == (None, recent, 1, None)


def test_where_nothing_is_left_there_is_no_end_to_wait_for() -> None:
    found = pace(tasks([3.0, 1.0]), NOW)
    assert (found.left, found.end) == (0, None)


def test_returned_and_claimed_tasks_are_still_to_be_labelled_and_those_in_review_are_not() -> None:
    states = ["queued", "annotating", "returned", "in_review", "cancelled", "skipped", "excluded"]
    assert pace(tasks([None] * 7, states), NOW).left == 3


def test_only_claims_that_ran_out_have_stalled_the_oldest_first() -> None:
    leases = pd.to_datetime([NOW - 60, NOW + 60, NOW - 7200, NOW - 9000], unit="s", utc=True)
    states = ["annotating", "annotating", "annotating", "submitted"]
    frame = tasks([None] * 4, states, id=[1, 2, 3, 4], item=list("abcd"), user=list("wxyz"), lease_until=leases)
    assert stalled(frame, NOW) == [(3, "c", "y", 7200.0), (1, "a", "w", 60.0)]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h 0 min"),
        (86399, "23 h 59 min"),
        (190000, "2 d 4 h"),
    ],
)
def test_times_are_told_in_their_two_largest_units(seconds: float, said: str) -> None:
    assert how_long(seconds) == said
