"""A11, C7, L1: what a round has come to follows from its scores, is told once, and says what its mean leaves aside."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pandas as pd
import pytest

import annowidgets as aw
from annowidgets.errors import RuleViolation
from annowidgets.workflow.training import TrainingProject
from tests.workflow.building import Team, cell
from tests.workflow.training.building import GOLD, answer, new_training, seen_by, work_off

Script = Callable[..., None]
BESIDE = ["empty", "unscored"]


def events(training: TrainingProject, action: str) -> list[dict[str, object]]:
    """Figures of the events of a kind."""
    found = training.events()
    return [msgspec.json.decode(figures) for figures in found.loc[found["action"] == action, "figures"]]


@pytest.fixture
def with_empty(golden: Team) -> TrainingProject:
    """Where uma's score has a task in which nothing was to judge, and one, cell03, of which no label counts."""
    batch = golden("lea").create_ground_truth_batch("nothing to see", items=["cell04"])
    batch.submit_labels({"cell04": []}, progress=False)
    training = new_training(
        golden, trainees=["uma"], benchmark=aw.BenchmarkFunction(importance={"WBC": 0}), pass_mark=50
    )
    while task := seen_by(training, "uma").next_task():
        task.submit([] if task.item.name == "cell04" else GOLD[task.item.name])
    return training


def test_every_mean_says_how_many_tasks_had_nothing_to_judge_and_how_many_no_score(with_empty: TrainingProject) -> None:
    (row,) = with_empty.scores()[["tasks", "submitted", "score", *BESIDE]].itertuples(index=False)
    assert tuple(row) == (5, 5, 100.0, 1, 1)
    status = seen_by(with_empty, "uma").my_status()
    assert (status.score, status.empty, status.unscored) == (100.0, 1, 1)
    by_task = with_empty.scores("task").set_index("item")[BESIDE]
    assert by_task["empty"].to_dict() == {"cell00": 0, "cell01": 0, "cell02": 0, "cell03": 0, "cell04": 1}
    assert by_task["unscored"].to_dict() == {"cell00": 0, "cell01": 0, "cell02": 0, "cell03": 1, "cell04": 0}
    by_class = with_empty.scores("class")
    assert by_class[BESIDE].drop_duplicates().to_numpy().tolist() == [[1, 1]]
    health = with_empty.gold_health().set_index("item")
    assert health[BESIDE].sum().tolist() == [1, 1]
    assert health.loc["cell04", [*BESIDE, "submitted"]].tolist() == [1, 0, 1]
    assert health.loc["cell03", [*BESIDE, "submitted"]].tolist() == [0, 1, 1]


def test_a10_what_a_mean_leaves_aside_is_told_with_the_mean_and_not_before(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"], benchmark=aw.BenchmarkFunction(importance={"WBC": 0}))
    uma = seen_by(training, "uma")
    (task,) = [task for task in uma.tasks() if task.item.name == "cell03"]
    task.claim().submit(GOLD["cell03"])
    status = uma.my_status()
    assert (status.submitted, status.score, status.empty, status.unscored) == (1, None, None, None)


def test_a8_a_recalculation_says_what_its_means_leave_aside(with_empty: TrainingProject) -> None:
    tried = with_empty.what_if(importance={})
    assert tried[BESIDE].to_numpy().tolist() == [[1, 0]]
    assert tried[["function_version_before", "function_version"]].to_numpy().tolist() == [[1, 2]]
    with_empty.amend_benchmark(importance={})
    applied = with_empty.recalculate()
    pd.testing.assert_frame_equal(applied, tried)
    (logged,) = events(with_empty, "training.recalculate")
    assert [(move["empty"], move["unscored"]) for move in logged["moves"]] == [(1, 0)]


def test_a8_what_if_of_what_is_applied_is_no_further_version(training: TrainingProject) -> None:
    work_off(training, "uma")
    assert training.what_if(iou=0.5, category=0.5)["function_version"].unique().tolist() == [1]


def test_a8_a_withdrawal_in_the_midst_of_a_recalculation_is_part_of_what_it_returns(
    golden: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = new_training(golden, trainees=["uma"])
    uma = seen_by(training, "uma")
    for task in uma.tasks():
        if task.item.name != "cell03":
            answer(task.claim(), off=1)
    training.amend_benchmark(iou=3, category=1)
    rescored = TrainingProject._rescored

    def slow(self: TrainingProject, function: aw.BenchmarkFunction, *, version: int) -> object:
        found = rescored(self, function, version=version)
        self.withdraw_gold("cell03", reason="blurred")
        return found

    monkeypatch.setattr(TrainingProject, "_rescored", slow)
    table = training.recalculate()
    (logged,) = events(training, "training.recalculate")
    assert logged["moves"][0]["passed_after"] is True
    assert table["passed_after"].tolist() == [True]
    assert table.loc[0, "gold_revision"] == training.scores().loc[0, "gold_revision"] == 2


@pytest.mark.parametrize("pass_mark", [80, None])
def test_l1_a_round_that_a_withdrawal_completes_is_told_complete_once(golden: Team, pass_mark: float | None) -> None:
    training = new_training(golden, trainees=["uma", "vic"], pass_mark=pass_mark)
    uma = seen_by(training, "uma")
    *others, last = uma.tasks()
    for task in others:
        answer(task.claim())
    answer(seen_by(training, "vic").next_task())
    last.claim()
    training.withdraw_gold(last.item, reason="blurred")
    (told,) = events(training, "round.complete")
    assert (told["trainee"], told["round"], told["score"]) == ("uma", 1, 100)
    assert told["passed"] is (None if pass_mark is None else True)
    training.withdraw_gold(others[0].item, reason="blurred too")
    training.correct_gold(others[1].item, labels=[cell(5)], reason="off")
    assert len(events(training, "round.complete")) == 1


def test_a11_a_round_is_never_complete_without_a_task(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"])
    for item in GOLD:
        training.withdraw_gold(item, reason="blurred")
    assert events(training, "round.complete") == []
    assert training.scores()["passed"].isna().tolist() == [True]
    assert seen_by(training, "uma").my_status().reasons == ["the gold of every task was withdrawn"]
    assert seen_by(training, "uma").next_task() is None
    for act in (
        training.new_round,
        lambda: training.new_round(["uma"], allow_seen=True),
        lambda: training.add_trainees(["wim"], allow_seen=True),
        lambda: training.submit_predictions("yolo", {}, missing="empty"),
    ):
        golden.refuses(RuleViolation, act, rule="A3")


def test_a11_no_script_makes_somebody_pass(golden: Team, script: Script) -> None:
    training = new_training(golden, trainees=["uma", "vic"], pass_mark=99)
    work_off(training, "uma", off=2)
    work_off(training, "vic", limit=2)
    assert training.scores()["passed"].fillna(value=False).tolist() == [False, False]
    score = float(training.scores().loc[0, "score"])
    script("A11", "UPDATE training_rounds SET passed = 1 WHERE trainee = 'uma'")
    script("A11", "UPDATE training_rounds SET passed = 1, score = 100 WHERE trainee = 'uma'")
    script("A11", "UPDATE training_rounds SET score = ? WHERE trainee = 'uma'", score + 0.01)
    script("A11", "UPDATE training_rounds SET passed = NULL, score = NULL WHERE trainee = 'uma'")
    script("A11", "UPDATE training_rounds SET passed = 1, score = 100 WHERE trainee = 'vic'")
    columns = "(batch, project, trainee, kind, round, seen, score, passed)"
    script(
        "A11",
        f"INSERT INTO training_rounds {columns} SELECT max(batch) + 1, project, 'wim', 'person', 1, 0, 100, 1 "
        "FROM training_rounds",
    )


def test_a11_the_file_knows_a_mean_of_labels_and_what_was_seen(golden: Team) -> None:
    function = aw.BenchmarkFunction(iou=1, category=0, aggregate="labels", importance={"WBC": 3})
    training = new_training(golden, trainees=["uma"], benchmark=function, pass_mark=10, reveal="after_each")
    for number, task in enumerate(list(seen_by(training, "uma").tasks())):
        answer(task.claim(), off=number)
    (passed,) = training.scores()["passed"]
    assert passed
    training.submit_predictions("yolo", GOLD, progress=False)
    training.amend_benchmark(aggregate="tasks")
    training.recalculate()
    assert training.scores()["passed"].tolist() == [True, True]


def test_a8_no_script_scores_under_a_function_that_is_not_there_or_applies_one_that_has_not_scored(
    golden: Team, script: Script
) -> None:
    training = new_training(golden, trainees=["uma"])
    work_off(training, "uma", limit=1)
    script(
        "A8",
        "INSERT INTO training_scores SELECT task, gold, 2, score, importance, labels, is_empty FROM training_scores",
    )
    training.amend_benchmark(iou=3, category=1)
    script("A8", "UPDATE trainings SET function_version = 2")
    training.recalculate()
    assert training.scores()["function_version"].tolist() == [2]


def test_c1_no_script_moves_items_of_one_project_into_a_batch_of_another(golden: Team, script: Script) -> None:
    training = new_training(golden, trainees=["uma"])
    draft = golden("lea").create_ground_truth_batch("next", items=["cell05"])
    foreign = training.items()[0].id
    script("C1", "UPDATE batch_items SET item = ? WHERE batch = ?", foreign, draft.id)


def test_a_live_screen_in_another_kernel_sees_that_something_changed_here_or_in_a_training(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"])
    other = aw.open_workspace(golden.file, user="lea", media_root=golden.workspace.media_root)
    seen = [other.changes()]
    task = seen_by(training, "uma").next_task()
    seen.append(other.changes())
    task.save_draft([cell()])
    seen.append(other.changes())
    task.submit([cell()])
    seen.append(other.changes())
    golden("ann").give_feedback("why?")
    seen.append(other.changes())
    assert seen == sorted(set(seen))
    training.scores()
    golden("lea").batches().to_frame()
    assert other.changes() == seen[-1], "reading changes nothing"
    other.database.close()
