"""Setting up a training in four steps, against what the file holds at the end; and nothing before."""

from __future__ import annotations

import re
from typing import Any

import pytest

import annowidgets as aw
from annowidgets.errors import InvalidInput
from annowidgets.widgets.training.dashboard import TrainingDashboard
from annowidgets.widgets.training.setup import TrainingSetup
from tests.widgets.training.conftest import message
from tests.workflow.building import Team
from tests.workflow.training.building import GOLD


@pytest.fixture
def setup(golden: Team) -> TrainingSetup:
    """Beside the project with gold there is one with another ontology."""
    golden.workspace.create_project("Other", ontology=aw.Ontology([aw.ObjectClass("X", shape="polygon")]))
    golden("lea").add_member("cy", role="annotator", tags=["haematology"])
    return TrainingSetup(golden.workspace)


def page(screen: TrainingSetup) -> str:
    html: str = screen._form.html
    return html


def walk(screen: TrainingSetup, golden: Team, *, until: int = 4, **fields: Any) -> None:
    """Go through the steps as somebody does who fills in little."""
    steps: list[dict[str, Any]] = [
        {"name": "Onboarding"},
        {"ontology": golden("lea").ontology.fingerprint},
        {"pass_mark": "75", "reveal": "never", "size": ""},
        {"trainees": "uma, vic"},
    ]
    for number, step in enumerate(steps[:until]):
        if number == 2:
            screen.act("source", fields.get("source", "project 1"), True)
        screen.act("next", str(number), {name: fields.get(name, value) for name, value in step.items()})


def test_a4_the_last_step_says_how_many_tasks_that_makes(setup: TrainingSetup, golden: Team) -> None:
    walk(setup, golden, until=3)
    assert "4 tasks × 0 trainees = 0" in page(setup)
    setup.act("group", "")
    assert "4 tasks × 3 trainees = 12" in page(setup)
    setup.act("keep", "trainees", "uma")
    assert "4 tasks × 4 trainees = 16" in page(setup)
    setup.act("member", "bo", False)
    assert "4 tasks × 3 trainees = 12" in page(setup)


def test_a_training_is_made_as_it_was_filled_in(setup: TrainingSetup, golden: Team) -> None:
    walk(setup, golden, until=1)
    setup.act("previous")
    setup.act("next", "0", {"name": " Onboarding ", "description": "For the new.", "instructions": "# Boxes"})
    walk_on = golden("lea").ontology.fingerprint
    setup.act("next", "1", {"ontology": walk_on})
    setup.act("source", "project 1", True)
    setup._function.move("iou", 0.7)
    setup._function.move("category", 0.3)
    setup.act("next", "2", {"pass_mark": "75.5", "reveal": "after_each", "size": "3"})
    setup.act("group", "haematology")
    setup.act("next", "3", {"trainees": "uma;vic", "allow_seen": False})
    assert "Onboarding is made: 3 tasks × 3 trainees = 9." in message(setup)
    training = golden.workspace.training_project("Onboarding")
    assert training == setup.training
    assert (training.description, training.instructions.text) == ("For the new.", "# Boxes")
    assert (training.pass_mark, training.reveal) == (75.5, "after_each")
    assert training.benchmark == aw.BenchmarkFunction(iou=0.7, category=0.3)
    assert training.scores()["trainee"].tolist() == ["cy", "uma", "vic"]
    assert training.scores()["tasks"].tolist() == [3, 3, 3]
    assert training.sources()["project"].tolist() == ["Blood"]
    assert "aw.TraineeDesk" in page(setup)
    setup.act("open")
    assert isinstance(setup.children[1], TrainingDashboard)
    setup.children[1].act("back")
    assert "aw.TraineeDesk" in page(setup)
    setup.act("again")
    assert 'name="name" value=""' in page(setup)


def test_nothing_is_made_before_the_last_step_and_a_refusal_there_leaves_nothing(
    setup: TrainingSetup, golden: Team
) -> None:
    before = golden.dump()
    walk(setup, golden, until=3)
    assert golden.dump() == before
    setup.act("next", "3", {"trainees": "uma, lea"})
    assert "Rule A5" in message(setup)
    assert golden.dump() == before
    assert setup.training is None
    assert ">uma, lea</textarea>" in page(setup)  # what was filled in is still there


def test_each_step_refuses_in_place_what_can_not_be(setup: TrainingSetup, golden: Team) -> None:
    setup.act("next", "0", {"name": "  "})
    assert "The training has no name." in message(setup)
    setup.act("next", "0", {"name": "Blood"})
    assert "There is a project &#x27;Blood&#x27;." in message(setup)
    setup.act("next", "0", {"name": "Onboarding"})
    setup.act("next", "1", {})
    assert "No ontology is chosen." in message(setup)
    setup.act("next", "1", {"ontology": golden("lea").ontology.fingerprint})
    setup.act("next", "2", {})
    assert "No source is chosen." in message(setup)
    setup.act("source", "project 1", True)
    setup.act("next", "2", {"size": "-1"})
    assert "must be a whole number from 1, got &#x27;-1&#x27;." in message(setup)
    setup.act("next", "2", {"size": "", "pass_mark": "most"})
    assert "The pass mark must be a number from 0 to 100, got &#x27;most&#x27;." in message(setup)
    for mark in ("101", "-1", "nan", "inf"):
        setup.act("next", "2", {"size": "", "pass_mark": mark})
        assert f"The pass mark must be a number from 0 to 100, got &#x27;{mark}&#x27;." in message(setup)
    assert setup._step == 2


def test_a_form_that_is_sent_twice_goes_one_step_and_makes_one_training(setup: TrainingSetup, golden: Team) -> None:
    setup.act("next", "0", {"name": "Onboarding"})
    setup.act("keep", "ontology", golden("lea").ontology.fingerprint)
    setup.act("next", "0", {"name": "Onboarding"})
    assert setup._step == 1
    walk(setup, golden)
    made = page(setup)
    assert "is made" in made
    setup.act("next", "3", {"trainees": "uma, vic"})
    setup.act("keep", "trainees", "uma")
    assert "is-bad" not in message(setup) + setup._message.html
    assert page(setup) == made


def test_a1_a2_sources_show_their_progress_what_they_would_give_and_why_not(setup: TrainingSetup, golden: Team) -> None:
    golden.ground_truth("more", items=["cell04", "cell05"])
    walk(setup, golden, until=2)
    html = page(setup)
    assert "4 of 6 tasks submitted" in html
    assert '<span class="aw-chip aw-ok">4 eligible</span>' in html
    assert "2 tasks are not submitted and no part of the benchmark" in html
    other = re.search(r'data-key="project 2" disabled>.*?</label>', html)
    assert other is not None
    assert "has another ontology" in other[0]
    assert "X: only there" in other[0]
    assert "No source" not in message(setup)
    setup.act("source", "batch 1", True)
    assert f'<b class="aw-num">{len(GOLD)} eligible tasks</b> chosen.' in page(setup)
    setup.act("source", "project 1", True)  # brings its batches with it
    assert setup._values["sources"] == ["project 1"]
    setup.act("source", "project 1", False)
    assert "0 eligible tasks</b> chosen yet." in page(setup)


def test_the_ontologies_stand_with_their_classes_and_the_only_one_is_chosen(golden: Team) -> None:
    screen = TrainingSetup(golden.workspace)
    screen.act("next", "0", {"name": "Onboarding"})
    assert page(screen).count('type="radio"') == 1
    assert " checked" in page(screen)
    assert "RBC" in page(screen)
    assert "asks quality" in page(screen)
    assert "4 tasks that can be used" in page(screen)


def test_who_is_admin_of_nothing_is_told_so(golden: Team) -> None:
    screen = TrainingSetup(golden.workspace.as_user("ann"))
    screen.act("next", "0", {"name": "Onboarding"})
    assert "There is no annotation project of which you are admin" in page(screen)


def test_going_back_keeps_what_was_filled_in_and_a_function_for_other_classes_is_not_carried_over(
    setup: TrainingSetup, golden: Team
) -> None:
    walk(setup, golden, until=2)
    setup._function.act("subject", "", "WBC")
    setup._function.move("importance", 2.0)
    setup.act("previous")
    setup.act("previous")
    assert 'value="Onboarding"' in page(setup)
    setup.act("next", "0", {})
    setup.act("next", "1", {})
    assert setup._function.function.importance == {"WBC": 2.0}
    setup.act("previous")
    other = golden.workspace.project("Other").ontology.fingerprint
    setup.act("next", "1", {"ontology": other})
    assert setup._function.function == aw.BenchmarkFunction()


def test_a_workspace_is_asked_for(golden: Team) -> None:
    with pytest.raises(InvalidInput, match="takes a workspace, got Project"):
        TrainingSetup(golden("lea"))  # type: ignore[arg-type]


def test_a_viewer_without_a_kernel_sees_where_it_stands(setup: TrainingSetup, golden: Team) -> None:
    assert "step 1 of 4, Name" in setup._repr_mimebundle_()["text/html"]
    walk(setup, golden)
    assert "Onboarding is made." in setup._repr_mimebundle_()["text/html"]
