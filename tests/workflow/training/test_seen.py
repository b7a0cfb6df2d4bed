"""A12: who has seen the gold of an item can't pass by it, whenever and wherever it was seen."""

from __future__ import annotations

from collections.abc import Callable

from annowidgets.errors import RuleViolation
from annowidgets.workflow.training import TrainingProject
from tests.workflow.building import Team, cell, without_notices
from tests.workflow.training.building import GOLD, new_training, seen_by, work_off


def last(training: TrainingProject) -> tuple[float, bool, int]:
    """Score, passed and seen of the round made last."""
    row = training.scores().iloc[-1]
    return float(row["score"]), bool(row["passed"]), int(row["seen"])


def test_a12_gold_that_one_open_round_reveals_keeps_the_other_from_passing(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"], reveal="after_each", pass_mark=90)
    training.new_round(["uma"])
    uma = seen_by(training, "uma")
    second = {task.item.name: task for task in uma.tasks(round=2)}
    for task in uma.tasks(round=1):
        task.claim().submit([cell(30, 20, 5, 5)])
        second[task.item.name].claim().submit(uma.compare(task).gold)
    assert last(training) == (100.0, False, 4)


def test_a12_a_small_round_that_reveals_an_open_one_keeps_it_from_passing(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"], reveal="after_last", pass_mark=90)
    training.new_round(["uma"], items=["cell02"])
    uma = seen_by(training, "uma")
    uma.tasks(round=2)[0].claim().submit([])
    for task in uma.tasks(round=1):
        task.claim().submit(GOLD[task.item.name])
    first = training.scores().iloc[0]
    assert (first["score"], bool(first["passed"]), first["seen"]) == (100.0, False, 1)


def test_a12_gold_that_another_project_reveals_meanwhile_keeps_from_passing(golden: Team) -> None:
    one = new_training(golden, name="one", trainees=["uma"], reveal="after_each", pass_mark=90)
    other = new_training(golden, name="other", trainees=["uma"], pass_mark=90, reveal="never")
    work_off(one, "uma", off=3)
    work_off(other, "uma")
    assert last(other) == (100.0, False, 4)


def test_a12_the_tasks_of_a_round_that_are_revealed_one_by_one_do_not_count_against_it(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"], pass_mark=90, reveal="after_each")
    work_off(training, "uma")
    assert last(training) == (100.0, True, 0)


def test_a12_an_item_is_counted_once_however_often_it_was_seen(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"], pass_mark=90, reveal="after_each")
    work_off(training, "uma")
    with without_notices():
        training.new_round(["uma"], allow_seen=True)
    assert training.scores().iloc[-1]["seen"] == 4
    work_off(training, "uma")
    assert last(training) == (100.0, False, 4)


def test_a12_who_once_led_a_training_has_seen_its_gold(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"])
    for user, role in (("max", "admin"), ("tom", "team_manager")):
        training.add_member(user, role=role)
        training.remove_member(user)
        golden.refuses(RuleViolation, lambda user=user: training.add_trainees([user]), rule="A12")
        golden.refuses(RuleViolation, lambda user=user: training.clone("next", trainees=[user]), rule="A12")


def test_a12_who_leads_a_training_has_seen_the_gold_of_its_clone(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"])
    training.add_member("tom", role="team_manager")
    golden.refuses(RuleViolation, lambda: training.clone("next", trainees=["tom"]), rule="A12")


def test_a12_who_returned_a_task_of_a_source_has_seen_it(team: Team) -> None:
    project = team("lea")
    team.sample(1.0)
    project.add_member("rob", role="reviewer")
    batch = team.ground_truth(items=1)
    team("ann").next_task().submit([cell()])
    team("rob").next_review().return_to_annotator("more")
    team("ann").next_task().submit([cell()])
    team("rea").next_review().approve()
    project.remove_member("rob")
    team.refuses(RuleViolation, lambda: new_training(team, sources=[batch], trainees=["rob"]), rule="A12")


def test_a12_an_auditor_who_has_only_opened_an_item_has_seen_its_attempts(team: Team) -> None:
    lea = team("lea")
    lea.set_role("tim", "admin")
    batch = team.calibration(items=2, max_per_tasker=2)
    for task in batch.tasks():
        team.task("bo", task).claim().submit([cell()], confidence=1)
    audit = team.batch("tim", batch).audit()
    opened = audit.next().item
    audit.release(opened)
    team.audited(batch)
    for task in batch.tasks():
        task.promote("training")
    lea.set_role("tim", "annotator")
    training = new_training(team, sources=[batch], trainees=["tim"])
    (left,) = training.tasks(user="tim")
    assert len(training.items()) == 2
    assert left.item.name != opened.name


def test_a12_what_was_seen_can_not_be_unseen_by_a_script(golden: Team, script: Callable[..., None]) -> None:
    training = new_training(golden, trainees=["uma"], reveal="after_each")
    work_off(training, "uma")
    with without_notices():
        training.new_round(["uma"], allow_seen=True)
    script("A12", "UPDATE training_rounds SET seen = 0 WHERE round = 2")
    script("A12", "DELETE FROM training_seen")
    script("A12", "UPDATE training_seen SET item = item + 1")
