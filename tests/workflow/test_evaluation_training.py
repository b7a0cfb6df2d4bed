"""C7, Q2: production and annotator training of the same people meet."""

from __future__ import annotations

import pytest

import annowidgets as aw
from annowidgets.errors import InvalidInput, NotFound, NotQualified, RuleViolation
from tests.workflow.building import Team, without_notices, work
from tests.workflow.evaluating import GOLD as CELL
from tests.workflow.evaluating import evaluations, new_items, promoted, with_evaluations
from tests.workflow.training.building import GOLD, NAME, answer, new_training, seen_by, with_gold, work_off


@pytest.fixture
def gated(team: Team) -> Team:
    """Production that asks for a passed training project, which uma and vic are in."""
    return _gated(team, reveal="after_last")


@pytest.fixture
def untold(team: Team) -> Team:
    """The same, of a training project that reveals nothing, so that all of it may be given again."""
    return _gated(team, reveal="never")


def _gated(team: Team, *, reveal: str) -> Team:
    with_gold(team)
    for user in ("uma", "vic"):
        team("lea").add_member(user)
    new_training(team, trainees=["uma", "vic"], pass_mark=90, reveal=reveal)
    team.calibrate(items=["cell06", "cell07"])
    team.production(items=new_items(team, 3), requirements=aw.Requirements(training=NAME))
    return team


def test_c7_production_asks_for_a_training_project_that_was_passed(gated: Team) -> None:
    training = gated.workspace.training_project(NAME)
    task = gated("lea").batch("production").tasks()[0]
    assert gated("uma").next_task() is None
    [reason] = gated("uma").my_status().reasons
    assert (
        reason == f"'production': you are not qualified (training project {NAME!r} passed in a round of all its tasks)"
    )
    refused = gated.refuses(NotQualified, gated.task("uma", task).claim, rule="C7")
    assert f"training project {NAME!r} passed" in refused.message
    gated.refuses(NotQualified, lambda: gated.task("lea", task).assign("uma"), rule="C7")
    work_off(training, "uma", limit=len(GOLD) - 1)
    assert gated("uma").next_task() is None, "one task of the round is left"
    work_off(training, "uma")
    assert gated("uma").next_task() is not None


def test_c7_a_training_project_that_was_not_passed_opens_nothing(gated: Team) -> None:
    training = gated.workspace.training_project(NAME)
    work_off(training, "vic", off=6)
    assert gated("vic").next_task() is None
    assert gated("ann").next_task() is None, "was never in training"


def test_c7_a_round_that_was_passed_counts_whatever_comes_after(gated: Team) -> None:
    training = gated.workspace.training_project(NAME)
    work_off(training, "uma")
    with without_notices():  # a round on gold that was seen is for practice, and is never passed
        training.new_round(["uma"], allow_seen=True)
    work_off(training, "uma", off=9)
    assert gated("uma").next_task() is not None


def test_c7_a_round_of_chosen_items_opens_nothing_and_one_of_all_does(untold: Team) -> None:
    training = untold.workspace.training_project(NAME)
    work_off(training, "vic", off=6)
    first = training.items()[0].name
    training.new_round(["vic"], items=[first])
    work_off(training, "vic")
    passed = training.scores().set_index(["trainee", "round"])["passed"]
    assert not passed["vic", 1]
    assert passed["vic", 2], "what a round is called does not change (A11)"
    assert untold("vic").next_task() is None
    [reason] = untold("vic").my_status().reasons
    assert "passed in a round of all its tasks" in reason
    training.new_round(["vic"])
    work_off(training, "vic")
    assert untold("vic").next_task() is not None


def test_c7_what_was_withdrawn_is_no_longer_asked_for(untold: Team) -> None:
    training = untold.workspace.training_project(NAME)
    work_off(training, "vic", off=6)
    names = [item.name for item in training.items()]
    training.new_round(["vic"], items=names[1:])
    work_off(training, "vic")
    assert untold("vic").next_task() is None
    training.withdraw_gold(names[0], reason="blurred")
    assert untold("vic").next_task() is not None


def test_c7_a_later_round_of_a_few_items_takes_nothing_away(untold: Team) -> None:
    training = untold.workspace.training_project(NAME)
    work_off(training, "uma")
    training.new_round(["uma"], items=[training.items()[0].name])
    work_off(training, "uma", off=9)
    assert untold("uma").next_task() is not None


def test_c7_what_a_failed_round_left_unseen_is_not_the_whole_benchmark(team: Team) -> None:
    _gated(team, reveal="after_each")
    training = team.workspace.training_project(NAME)
    work_off(training, "vic", off=6, limit=len(GOLD) - 1)
    with pytest.warns(aw.errors.Notice, match="3 items are left out"):
        training.new_round(["vic"])
    for task in seen_by(training, "vic").tasks(round=2):
        answer(task.claim())
    assert training.scores().set_index(["trainee", "round"])["passed"]["vic", 2]
    assert team("vic").next_task() is None


def test_c7_who_had_seen_a_picture_before_the_training_can_pass_it(team: Team) -> None:
    with_gold(team)
    team("lea").add_member("uma")
    again = team("lea").create_ground_truth_batch("again", items=["cell00"])
    again.launch()
    work(team("uma"))
    with pytest.warns(aw.errors.Notice, match="1 items are left out"):
        team.workspace.create_training_project(
            NAME, sources=[team("lea").batch("gold")], trainees=["uma"], pass_mark=90
        )
    team.calibrate(items=["cell06", "cell07"])
    team.production(items=new_items(team, 3), requirements=aw.Requirements(training=NAME))
    assert team("uma").next_task() is None
    work_off(team.workspace.training_project(NAME), "uma")
    assert team("uma").next_task() is not None


def test_c7_a_training_project_that_nobody_can_pass_is_refused_when_the_batch_is_made(gated: Team) -> None:
    new_training(gated, name="practice", sources=[gated("lea").batch("gold")], pass_mark=None)
    items = new_items(gated, 1)
    before = [batch.name for batch in gated("lea").batches()]
    refused = gated.refuses(
        InvalidInput,
        lambda: gated("lea").create_production_batch(
            "more", items=items, requirements=aw.Requirements(training="practice")
        ),
        rule="C7",
    )
    assert "'practice' has no pass mark" in refused.message
    assert [batch.name for batch in gated("lea").batches()] == before


def test_c7_a_re_calculation_gives_and_takes(gated: Team) -> None:
    training = gated.workspace.training_project(NAME)
    work_off(training, "vic", off=3)
    assert gated("vic").next_task() is None
    training.amend_benchmark(iou=0.0, category=1.0)
    assert gated("vic").next_task() is None, "until it is applied"
    training.recalculate()
    task = gated("vic").next_task()
    assert task is not None
    task.release()
    training.amend_benchmark(iou=1.0, category=0.0)
    training.recalculate()
    assert gated("vic").next_task() is None


def test_c7_a_model_of_the_same_name_passes_for_nobody(gated: Team) -> None:
    training = gated.workspace.training_project(NAME)
    training.submit_predictions("ann", GOLD)
    assert training.scores()["passed"].dropna().all()
    assert gated("ann").next_task() is None


def test_c7_a_training_project_that_does_not_exist_is_refused_when_the_batch_is_made(gated: Team) -> None:
    items = new_items(gated, 1)
    refused = gated.refuses(
        NotFound,
        lambda: gated("lea").create_production_batch(
            "more", items=items, requirements=aw.Requirements(training="Onbording")
        ),
    )
    assert repr(NAME) in refused.hint


@pytest.mark.parametrize("name", ["", "  ", 7, ["Onboarding"]])
def test_c7_what_is_no_name_is_no_requirement(name: object) -> None:
    with pytest.raises(aw.errors.InvalidInput):
        aw.Requirements(training=name)  # type: ignore[arg-type]


# --- evaluation tasks beside training


def test_q2_items_of_evaluation_tasks_are_no_source_of_training(team: Team) -> None:
    gold = promoted(team, pool=2, first=4)
    with_gold(team, items=["cell00", "cell01"])
    batch = team("lea").create_ground_truth_batch("again", items=[gold[0].item])
    batch.submit_labels({gold[0].item: CELL}, progress=False)
    training = new_training(team)
    assert {item.name for item in training.items()} == {"cell00", "cell01"}


def test_q2_what_a_training_teaches_is_not_promoted_to_evaluation(team: Team) -> None:
    batch = team.calibration(items=2, max_per_tasker=2)
    for task in batch.tasks():
        team.task("bo", task).claim().submit(CELL, confidence=1)
    team.audited(batch)
    with_gold(team, items=["cell00"])
    training = new_training(team)
    taught, other = batch.tasks()
    refused = team.refuses(RuleViolation, lambda: taught.promote("evaluation"), rule="Q2")
    assert training.name in str(refused)
    other.promote("evaluation")
    with without_notices():
        training.withdraw_gold("cell00", reason="to be kept for evaluations")
    taught.promote("evaluation")


def test_q2_who_was_trained_on_a_picture_is_not_served_it(team: Team) -> None:
    other = team.workspace.create_project("other", ontology=team("lea").ontology)
    pictures = [team.workspace.media_root / f"cell0{number}.png" for number in range(2)]
    gold = other.create_ground_truth_batch("gold", items=other.add_images(pictures, progress=False))
    gold.submit_labels(dict.fromkeys(other.items(), CELL), progress=False)
    training = new_training(team, trainees=["ann"], sources=[other])
    with_evaluations(team, pool=3, production=2)
    work = seen_by(training, "ann")
    while task := work.next_task():
        task.submit(CELL)
    served = []
    while task := team("ann").next_task():
        served.append(task.item.name)
        task.submit(CELL)
    assert len(served) == 3
    assert "cell02" in served
    assert not {"cell00", "cell01"} & set(served)
    assert len(evaluations(team)) == 1
