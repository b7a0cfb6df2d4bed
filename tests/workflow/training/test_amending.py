"""A8, A11: the function is amended as a version, applied to every submission at once, and passing follows from it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pandas as pd
import pytest

import annowidgets as aw
from annowidgets.benchmark import TaskLabels, measure_many, score
from annowidgets.errors import Conflict, InvalidInput, NotFound, Notice, PermissionDenied
from annowidgets.workflow.training import TrainingProject
from tests.workflow.building import ONTOLOGY, Team, cell
from tests.workflow.training.building import GOLD, answer, new_training, seen_by, shifted, work_off

MOVED = ["trainee", "round", "before", "after", "passed_before", "passed_after"]


def expected(off: float, function: aw.BenchmarkFunction, items: tuple[str, ...] = tuple(GOLD)) -> float:
    """Score of who answers the gold, so many pixels beside it."""
    tasks = [TaskLabels(GOLD[item], shifted(GOLD[item], off), frame_size=(30, 40), trainee="one") for item in items]
    return float(score(measure_many(tasks, ontology=ONTOLOGY), function).trainee_scores.loc[0, "score"])


@pytest.fixture
def half(training: TrainingProject) -> TrainingProject:
    """Where uma is done and vic has begun."""
    work_off(training, "uma", off=2)
    work_off(training, "vic", off=1, limit=2)
    return training


def test_a8_an_amendment_waits_until_it_is_applied(half: TrainingProject) -> None:
    before = half.scores()
    function = half.amend_benchmark(iou=3, category=1)
    assert half.pending == function != half.benchmark
    assert half.scores().equals(before)
    answer(seen_by(half, "vic").next_task(), off=1)
    assert half.tasks(user="vic").to_frame()["function_version"].dropna().tolist() == [1, 1, 1]
    table = half.recalculate()
    assert half.pending is None
    assert half.benchmark == function
    assert table["trainee"].tolist() == ["uma", "vic"]
    assert table.loc[0, "before"] == pytest.approx(expected(2, aw.BenchmarkFunction()), abs=1e-9)
    assert table.loc[0, "after"] == pytest.approx(expected(2, function), abs=1e-9)
    assert (table["function_version_before"] == 1).all()
    assert (table["function_version"] == 2).all()
    assert half.scores()["score"].tolist() == table["after"].tolist()
    assert half.evaluation_labels()["function_version"].unique().tolist() == [2]


def test_a8_recalculating_twice_changes_nothing(golden: Team, half: TrainingProject) -> None:
    half.amend_benchmark(iou=3, category=1)
    first = half.recalculate()
    before = golden.dump()
    second = half.recalculate()
    assert golden.dump() == before
    assert second["after"].tolist() == second["before"].tolist() == first["after"].tolist()


def test_a8_old_scores_are_kept_and_the_way_back_gives_the_same(golden: Team, half: TrainingProject) -> None:
    before = half.scores()
    half.amend_benchmark(iou=3, category=1)
    half.recalculate()
    half.amend_benchmark(iou=0.5, category=0.5)
    half.recalculate()
    after = half.scores()
    assert after["score"].tolist() == before["score"].tolist()
    assert after["function_version"].unique().tolist() == [3]
    with golden.workspace.database.read() as connection:
        kept = connection.execute(
            "SELECT function_version, count(*), sum(score) FROM training_scores GROUP BY function_version"
        ).fetchall()
    assert [(version, number) for version, number, _ in kept] == [(1, 6), (2, 6), (3, 6)]
    assert kept[0][2] == kept[2][2] != kept[1][2]
    assert half.functions()["applied"].tolist() == [0, 0, 1]


def test_a8_what_if_is_what_recalculating_returns_and_saves_nothing(golden: Team, half: TrainingProject) -> None:
    before = golden.dump()
    tried = half.what_if(iou=3, category=1, full_at=0.9)
    assert golden.dump() == before
    half.amend_benchmark(iou=3, category=1, full_at=0.9)
    assert half.what_if()[MOVED].equals(tried[MOVED])
    assert half.recalculate()[MOVED].equals(tried[MOVED])


def test_a8_each_version_is_refused_what_can_not_be(golden: Team, half: TrainingProject) -> None:
    golden.refuses(NotFound, lambda: half.amend_benchmark(importance={"thrombocyte": 2}))
    golden.refuses(NotFound, lambda: half.amend_benchmark(weight=2))
    golden.refuses(InvalidInput, lambda: half.amend_benchmark(iou=1))
    with pytest.warns(Notice, match="Version 1 says the same"):
        half.amend_benchmark(iou=0.5, category=0.5)
    for user in ("uma", "vic"):
        for act in (lambda t: t.amend_benchmark(iou=1, category=1), lambda t: t.recalculate(), lambda t: t.what_if()):
            golden.refuses(PermissionDenied, lambda act=act, user=user: act(seen_by(half, user)), rule="R1")


def test_a8_no_script_applies_a_version_that_is_not_there_or_an_older_one(
    half: TrainingProject, script: Callable[..., None]
) -> None:
    script("A8", "UPDATE trainings SET function_version = 2")
    half.amend_benchmark(iou=3, category=1)
    half.recalculate()
    script("A8", "UPDATE trainings SET function_version = 1")
    script("C2", "UPDATE functions SET function = '{}' WHERE project = ?", half.id)


def test_a8_a_submission_in_the_midst_of_a_recalculation_is_part_of_it(
    half: TrainingProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    half.amend_benchmark(iou=3, category=1)
    rescored = TrainingProject._rescored
    times = iter(range(100))

    def slow(self: TrainingProject, function: aw.BenchmarkFunction, *, version: int) -> object:
        found = rescored(self, function, version=version)
        if next(times) == 0:
            answer(seen_by(half, "vic").next_task(), off=1)
        return found

    monkeypatch.setattr(TrainingProject, "_rescored", slow)
    half.recalculate()
    frame = half.tasks(state="submitted").to_frame()
    assert frame["function_version"].tolist() == [2] * 7

    def always(self: TrainingProject, function: aw.BenchmarkFunction, *, version: int) -> object:
        found = rescored(self, function, version=version)
        half.correct_gold("cell00", labels=[cell(3 + next(times))], reason="off")
        return found

    half.amend_benchmark(iou=1, category=1)
    monkeypatch.setattr(TrainingProject, "_rescored", always)
    with pytest.raises(Conflict) as caught:
        half.recalculate()
    assert caught.value.rule == "A8"


def test_a11_passing_waits_for_the_last_task_and_follows_the_applied_function(golden: Team) -> None:
    loose = expected(2, aw.BenchmarkFunction(iou=1, category=1))
    strict = expected(2, aw.BenchmarkFunction(iou=1, category=0))
    mark = (loose + strict) / 2
    assert loose > mark > strict
    training = new_training(golden, trainees=["uma"], pass_mark=mark, benchmark=aw.BenchmarkFunction(iou=1, category=1))
    work_off(training, "uma", off=2, limit=3)
    assert training.scores()["passed"].isna().all()
    work_off(training, "uma", off=2)
    assert training.scores()["passed"].tolist() == [True]
    last = training.events().iloc[-1]
    assert last["action"] == "round.complete"
    assert msgspec.json.decode(last["figures"])["passed"] is True
    training.amend_benchmark(iou=1, category=0)
    table = training.recalculate()
    assert (table.loc[0, "passed_before"], table.loc[0, "passed_after"]) == (True, False)
    assert training.scores()["passed"].tolist() == [False]
    moved = msgspec.json.decode(training.events().iloc[-1]["figures"])["moves"]
    assert (moved[0]["passed_before"], moved[0]["passed_after"]) == (True, False)


def test_a11_a_score_that_reaches_the_mark_by_construction_passes_and_no_mark_gives_na(golden: Team) -> None:
    exact = new_training(golden, name="exact", trainees=["uma"], pass_mark=expected(1, aw.BenchmarkFunction()))
    work_off(exact, "uma", off=1)
    assert exact.scores()["passed"].tolist() == [True]
    none = new_training(golden, name="none", trainees=["uma"], pass_mark=None, allow_seen=True)
    work_off(none, "uma")
    assert none.scores()["passed"].isna().all()


def test_a_score_always_tells_its_function_and_its_gold(half: TrainingProject) -> None:
    half.amend_benchmark(iou=3, category=1)
    half.recalculate()
    half.correct_gold("cell01", labels=[cell(5)], reason="off")
    tables: list[pd.DataFrame] = [half.scores(by) for by in (None, "class", "task")]
    for table in (*tables, half.tasks(state="submitted").to_frame(), half.evaluation_labels(), half.gold_health()):
        assert (table["function_version"] == 2).all()
        assert set(table["gold_revision"]) <= {1, 2}
    assert (half.scores()["gold_revision"] == 2).all()


def test_labels_as_aggregate_weigh_every_evaluation_label(golden: Team) -> None:
    function = aw.BenchmarkFunction(iou=1, category=0, aggregate="labels", importance={"WBC": 3})
    training = new_training(golden, trainees=["uma"], benchmark=function)
    for number, name in enumerate(GOLD):
        task = next(task for task in seen_by(training, "uma").tasks() if task.item.name == name)
        answer(task.claim(), off=number)
    rows = training.evaluation_labels()
    mean = (rows["points"] * rows["importance"]).sum() / rows["importance"].sum()
    assert training.scores().loc[0, "score"] == pytest.approx(mean, abs=1e-9)


def test_a_training_that_nobody_has_begun_has_empty_figures_and_can_be_amended(training: TrainingProject) -> None:
    assert training.scores()["score"].isna().all()
    for by in ("class", "concept", "difficulty", "task"):
        assert len(training.scores(by)) == 0
    assert len(training.evaluation_labels()) == len(training.evaluation_labels(sample=500)) == 0
    assert training.confusion().to_numpy().sum() == 0
    assert training.gold_health()["submitted"].tolist() == [0] * 4
    assert training.what_if(iou=3, category=1)["after"].isna().all()
    training.amend_benchmark(iou=3, category=1, importance={"RBC": 2})
    assert training.recalculate()["after"].isna().all()
    assert training.pending is None
    training.correct_gold("cell00", labels=[cell(4)], reason="off")
    work_off(training, "uma")
    assert training.tasks(user="uma").to_frame()["function_version"].tolist() == [2] * 4


def test_a_task_of_which_no_label_counts_has_no_score_and_does_not_spoil_the_mean(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"], benchmark=aw.BenchmarkFunction(importance={"WBC": 0}))
    work_off(training, "uma")
    by_task = training.scores("task").set_index("item")["score"]
    assert by_task.isna().to_dict() == {"cell00": False, "cell01": False, "cell02": False, "cell03": True}
    scores = training.scores()
    assert scores.loc[0, ["score", "passed"]].tolist() == [100, True]
    comparison = training.compare(next(task for task in training.tasks() if task.item.name == "cell03"))
    assert comparison.score is None
