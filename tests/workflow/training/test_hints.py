"""A hint of the lead's on a submission: who gives it, and when its trainee sees it (A10)."""

from __future__ import annotations

import pytest

from annowidgets.errors import InvalidInput, NotFound, PermissionDenied, TransitionRefused
from annowidgets.labels import Label
from tests.workflow.building import Team
from tests.workflow.training.building import new_training, seen_by, work_off


def test_a10_a_hint_is_shown_with_the_benchmark_and_not_before(golden: Team) -> None:
    training = new_training(golden, reveal="after_last")
    (first,) = work_off(training, "uma", off=2, limit=1)
    benchmark = next(one for one in training.gold(first.item).labels if isinstance(one, Label))
    training.task(first.id).give_hint("Look at the edge.", label=benchmark.id)
    training.task(first.id).give_hint("Good start.")
    assert [one.text for one in training.task(first.id).comments] == ["Look at the edge.", "Good start."]
    mine = seen_by(training, "uma")
    assert mine.task(first.id).comments == []
    work_off(training, "uma")
    assert [(one.author, one.label, one.text) for one in mine.task(first.id).comments] == [
        ("lea", benchmark.id, "Look at the edge."),
        ("lea", None, "Good start."),
    ]
    assert list(training.events()["action"]).count("task.hint") == 2


def test_a_hint_needs_a_submission_a_text_and_a_label_of_one_of_the_two_sides(golden: Team) -> None:
    training = new_training(golden)
    waiting = training.tasks(user="uma")[0]
    with pytest.raises(TransitionRefused, match="not submitted"):
        waiting.give_hint("Hm.")
    (done,) = work_off(training, "uma", limit=1)
    lead = training.task(done.id)
    with pytest.raises(NotFound):
        lead.give_hint("Hm.", label="nobody's")
    with pytest.raises(InvalidInput, match="text"):
        lead.give_hint(" ")
    assert lead.comments == []


def test_r1_trainees_give_no_hints(golden: Team) -> None:
    training = new_training(golden, reveal="after_each")
    (done,) = work_off(training, "uma", limit=1)
    with pytest.raises(PermissionDenied):
        seen_by(training, "uma").task(done.id).give_hint("Mine.")
