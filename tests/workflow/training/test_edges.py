"""What the rules of training say at their edges: names, archived sources, unmeasurable gold, removed leads."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

import annowidgets as aw
from annowidgets.errors import (
    AlreadyExists,
    InvalidInput,
    NotFound,
    PermissionDenied,
    RuleViolation,
    SourceNotEligible,
)
from annowidgets.workflow.training.judging import Judge
from tests.workflow.building import Team, cell, new_team, without_notices
from tests.workflow.training.building import GOLD, NAME, new_training, seen_by, with_gold, work_off

Script = Callable[..., None]


def test_r2_ending_a_model_of_the_same_name_leaves_an_admin(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"])
    training.add_member("tom", role="team_manager")
    theirs = seen_by(training, "tom")
    theirs.submit_predictions("cy", GOLD, progress=False)
    training.add_member("cy", role="admin")
    theirs.remove_trainee("cy")
    assert {one.user: one.role for one in training.members()}["cy"] == "admin"
    golden.refuses(PermissionDenied, lambda: theirs.remove_member("cy"))


def test_r2_a_former_trainee_who_leads_can_be_given_another_role_and_removed(golden: Team) -> None:
    training = new_training(golden)
    training.remove_trainee("uma")
    training.add_member("uma", role="admin")
    training.set_role("uma", "reviewer")
    training.remove_member("uma")
    assert "uma" not in {one.user for one in training.members()}


def test_a1_the_name_decides_before_sources_are_looked_at(golden: Team) -> None:
    training = new_training(golden)
    with_gold(golden, items=["cell00"], name="again")
    golden.refuses(AlreadyExists, lambda: new_training(golden))
    with without_notices():
        assert golden.workspace.create_training_project(NAME, sources=[golden("lea")], exist_ok=True).id == training.id


def test_p6_an_archived_project_is_no_source(golden: Team) -> None:
    training = new_training(golden)
    training.close()
    golden("lea").archive()
    golden.refuses(SourceNotEligible, lambda: new_training(golden, name="late"), rule="P6")
    golden.refuses(SourceNotEligible, lambda: training.clone("next"), rule="P6")


def test_a1_a_clone_needs_a_benchmark_task(golden: Team) -> None:
    training = new_training(golden, trainees=[])
    for item in GOLD:
        training.withdraw_gold(item, reason="wrong")
    golden.refuses(SourceNotEligible, lambda: training.clone("next"), rule="A1")


def test_a10_gold_that_can_not_be_measured_is_refused_when_the_project_is_made(tmp_path: Path, pictures: Path) -> None:
    team = new_team(
        tmp_path / "mm.db",
        pictures,
        ontology=aw.Ontology(objects=[aw.ObjectClass("K", shape="keypoint", tolerance="2mm")]),
    )
    batch = team("lea").create_ground_truth_batch("gold", items=["cell00"])
    batch.submit_labels({"cell00": [aw.Label("K", aw.Keypoint(5, 5))]}, progress=False)
    team.refuses(InvalidInput, lambda: new_training(team))


def test_a3_the_task_in_hand_goes_when_its_gold_is_withdrawn(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"])
    held = seen_by(training, "uma").next_task()
    training.withdraw_gold(held.item, reason="wrong")
    following = seen_by(training, "uma").next_task()
    assert following is not None
    assert following.id != held.id


def test_a10_a_script_can_not_change_when_gold_is_revealed_or_what_passes(golden: Team, script: Script) -> None:
    new_training(golden, pass_mark=90)
    script("A3", "UPDATE trainings SET pass_mark = 0")
    script("A3", "UPDATE trainings SET reveal = 'after_each'")


def test_a10_what_can_not_be_measured_is_said_without_a_word_of_the_gold(
    golden: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = seen_by(new_training(golden), "uma").next_task()

    def fail(*_: object, **__: object) -> None:
        raise InvalidInput("Task 1, benchmark label 0 (WBC), frame 0, is of a class whose tolerance is in mm.")

    task.save_draft([cell()])
    monkeypatch.setattr("annowidgets.benchmark.measure_many", fail)
    refused = golden.refuses(InvalidInput, task.submit, rule="A7")
    assert str(task.id) in refused.message
    told = "".join(traceback.format_exception(refused))
    assert "WBC" not in told
    assert task.labels() == [cell()]


def test_r3_the_confusion_of_another_is_refused(golden: Team) -> None:
    training = new_training(golden, reveal="after_each")
    work_off(training, "uma")
    work_off(training, "vic")
    uma = seen_by(training, "uma")
    assert uma.confusion("uma").equals(uma.confusion())
    for other in ("vic", "nobody"):
        golden.refuses(PermissionDenied, lambda other=other: uma.confusion(other), rule="R3")
    golden.refuses(NotFound, lambda: training.confusion("nobody"))


def test_t3_a_lead_releases_what_a_trainee_holds_and_the_draft_waits(golden: Team) -> None:
    training = new_training(golden)
    training.add_member("rik", role="reviewer")
    task = seen_by(training, "uma").next_task()
    task.save_draft([cell(7)])
    for user, rule in (("vic", "R3"), ("rik", "R3")):
        golden.refuses(PermissionDenied, lambda user=user: seen_by(training, user).task(task.id).release(), rule=rule)
    training.task(task.id).release()
    assert (task.state, training.task(task.id).user) == ("queued", None)
    golden.refuses(PermissionDenied, training.task(task.id).claim, rule="R1")
    again = seen_by(training, "uma").next_task()
    assert (again, again.labels()) == (task, [cell(7)])


def test_a4_items_of_the_source_stand_for_their_copies(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"])
    theirs = {item.name: item for item in golden("lea").items()}
    training.submit_predictions("yolo", {theirs[name]: labels for name, labels in GOLD.items()}, progress=False)
    assert training.scores().set_index("trainee").loc["yolo", "score"] == 100
    assert training.gold(theirs["cell01"]).labels == GOLD["cell01"]
    refused = golden.refuses(NotFound, lambda: training.gold(theirs["cell05"]))
    assert "'cell05' is one of another project" in refused.message
    mine = training.items()[0]
    assert "another project" in golden.refuses(NotFound, lambda: golden("lea").tasks(item=mine)).message


def test_a4_a_name_that_is_a_persons_is_refused_before_anything_is_measured(
    golden: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = new_training(golden)
    monkeypatch.setattr(Judge, "measure", None)
    golden.refuses(RuleViolation, lambda: training.submit_predictions("uma", GOLD, progress=False), rule="A4")


def test_p4_a_key_frame_on_a_still_picture_is_the_bare_shape_in_gold_and_predictions(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"])
    keyed = {name: [aw.Label(one.category, {0: one.shape}) for one in labels] for name, labels in GOLD.items()}
    training.submit_predictions("yolo", keyed, progress=False)
    assert training.tasks(user="yolo", item="cell00")[0].labels() == GOLD["cell00"]
    training.correct_gold("cell00", labels=[aw.Label("RBC", {0: aw.BoundingBox(4, 4, 9, 9)})], reason="off")
    assert training.gold("cell00").labels == [cell(4, 4, 9, 9)]


def test_r2_members_are_looked_at_where_they_are_changed(golden: Team) -> None:
    training = new_training(golden)
    training.add_member("tom", role="team_manager")
    golden.refuses(NotFound, lambda: training.set_role("nobody", "reviewer"))
    with golden.new_events() as events:
        training.set_role("uma", "annotator")
        training.set_role("tom", "reviewer")
        training.remove_member("uma")
        training.remove_member("tom")
    assert [action for _, action in events] == ["member.role", "training.remove_trainee", "member.remove"]
    assert [one.user for one in training.members()] == ["lea", "vic"]


def test_l1_a_clone_says_what_it_was_cloned_from(golden: Team) -> None:
    training = new_training(golden)
    made = training.clone("next").events()
    figures = made[made["action"] == "training.create"]["figures"].iloc[0]
    assert f'"cloned_from":{training.id}' in figures.replace(" ", "")


def test_a6_a_round_of_one_item_takes_its_name(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"])
    training.new_round(["uma"], items="cell00")
    assert [task.item.name for task in training.tasks(round=2)] == ["cell00"]
