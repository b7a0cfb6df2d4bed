"""What is kept in memory to try functions out gives what the file gives, in all cases."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import annowidgets as aw
from annowidgets.errors import NotFound, PermissionDenied
from annowidgets.workflow.training import TrainingProject
from annowidgets.workflow.training.cohort import Cohort
from tests.workflow.building import Team, without_notices
from tests.workflow.training.building import GOLD, new_training, seen_by, work_off

FUNCTIONS = [
    aw.BenchmarkFunction(iou=1, category=0),
    aw.BenchmarkFunction(iou=0.2, category=0.8, attributes=1),
    aw.BenchmarkFunction(extra="ignore", full_at=0.6, aggregate="labels"),
    aw.BenchmarkFunction(zero_below=0.75, importance={"WBC": 0.0}),
    aw.BenchmarkFunction(mode="classification"),
    aw.BenchmarkFunction(per_class={"RBC": aw.Weights(iou=1, category=0)}, ignored_shapes=["bounding_box"]),
]


@pytest.fixture
def cohort(golden: Team) -> TrainingProject:
    """Uma labels well, vic beside the truth, wim is half way, xia has done nothing, and there is a model."""
    training = new_training(golden, trainees=["uma", "vic", "wim", "xia"], pass_mark=70)
    for user, off, limit in (("uma", 0.5, 9), ("vic", 4.0, 9), ("wim", 1.0, 2)):
        work_off(training, user, off=off, limit=limit)
    training.submit_predictions("yolo", {name: GOLD[name][:1] for name in GOLD}, progress=False)
    return training


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a8_a_function_tried_out_in_memory_gives_what_the_file_would_give(
    cohort: TrainingProject, function: aw.BenchmarkFunction
) -> None:
    told = Cohort(cohort).try_out(function)
    fields = {name: getattr(function, name) for name in function.__struct_fields__}
    pd.testing.assert_frame_equal(told, cohort.what_if(**fields)[list(told)], rtol=1e-12)
    cohort.amend_benchmark(**fields)
    pd.testing.assert_frame_equal(told, cohort.recalculate()[list(told)], rtol=1e-12)


def test_it_stays_as_it_was_read_and_what_is_withdrawn_is_not_in_it(cohort: TrainingProject) -> None:
    before = Cohort(cohort)
    told = before.try_out(FUNCTIONS[0])
    cohort.withdraw_gold("cell02", reason="Blurred.")
    pd.testing.assert_frame_equal(before.try_out(FUNCTIONS[0]), told)
    after = Cohort(cohort)
    assert (before.revision, after.revision) == (1, 2)
    fields = {"iou": 1, "category": 0}
    now = after.try_out(FUNCTIONS[0])
    pd.testing.assert_frame_equal(now, cohort.what_if(**fields)[list(now)], rtol=1e-12)


@pytest.mark.parametrize("function", [aw.BenchmarkFunction(), *FUNCTIONS])
def test_scores_with_their_intervals_are_those_of_the_reports(
    cohort: TrainingProject, function: aw.BenchmarkFunction
) -> None:
    with without_notices():  # the first says what holds already
        cohort.amend_benchmark(**{name: getattr(function, name) for name in function.__struct_fields__})
    cohort.recalculate()
    pd.testing.assert_frame_equal(Cohort(cohort).by_trainee(), cohort.scores(), rtol=1e-12)


def test_the_time_per_task_is_the_mean_over_the_submitted_ones_of_a_round(golden: Team) -> None:
    training = new_training(golden)
    mine = seen_by(training, "uma")
    for seconds in (30.0, 90.0):
        task = mine.next_task()
        assert task is not None
        task.submit(GOLD[task.item.name], seconds=seconds)
    assert Cohort(training).seconds == {("uma", 1): 60.0}


def test_figures_by_class_and_the_number_of_labels_are_those_of_the_reports(cohort: TrainingProject) -> None:
    in_memory = Cohort(cohort)
    pd.testing.assert_frame_equal(in_memory.by_class(), cohort.scores(by="class"))
    assert in_memory.labels == len(cohort.evaluation_labels())
    pd.testing.assert_frame_equal(in_memory.scores.confusion(), cohort.confusion())


def test_a_training_without_a_submission_or_a_trainee_can_be_tried_out(golden: Team) -> None:
    assert len(Cohort(new_training(golden)).try_out(FUNCTIONS[0])) == 2
    assert Cohort(new_training(golden, name="Nobody", trainees=[])).try_out(FUNCTIONS[0]).empty


def test_who_may_not_see_scores_gets_nothing_and_unknown_classes_are_refused(cohort: TrainingProject) -> None:
    with pytest.raises(PermissionDenied):
        Cohort(seen_by(cohort, "uma"))
    with without_notices(), pytest.raises(NotFound, match="'RBX'"):
        Cohort(cohort).try_out(aw.BenchmarkFunction(importance={"RBX": 1}))


def test_an_export_tells_how_far_it_is_and_ends_where_it_is_told_to(cohort: TrainingProject, tmp_path: Path) -> None:
    file = tmp_path / "all.csv"
    told: list[tuple[int, int]] = []
    number = cohort.to_csv(file, progress=lambda done, of: told.append((done, of)))
    assert told == [(14, 14)]
    assert number == len(cohort.evaluation_labels())
    before = file.read_bytes()

    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cohort.to_csv(file, progress=stop)
    assert file.read_bytes() == before
    assert list(file.parent.glob("*.part")) == []
