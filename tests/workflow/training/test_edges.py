"""What the rules of training say at their edges: names, archived sources, unmeasurable gold, removed leads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import annowidgets as aw
from annowidgets.errors import AlreadyExists, InvalidInput, PermissionDenied, SourceNotEligible
from tests.workflow.building import Team, new_team, without_notices
from tests.workflow.training.building import GOLD, NAME, new_training, seen_by, with_gold

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


def test_l1_a_clone_says_what_it_was_cloned_from(golden: Team) -> None:
    training = new_training(golden)
    made = training.clone("next").events()
    figures = made[made["action"] == "training.create"]["figures"].iloc[0]
    assert f'"cloned_from":{training.id}' in figures.replace(" ", "")


def test_a6_a_round_of_one_item_takes_its_name(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"])
    training.new_round(["uma"], items="cell00")
    assert [task.item.name for task in training.tasks(round=2)] == ["cell00"]
