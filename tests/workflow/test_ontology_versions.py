"""P1, P2: versions of the ontology, what they carry along, and what they may not break."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

import annowidgets as aw
from annowidgets.errors import (
    AlreadyExists,
    InvalidInput,
    InvalidLabels,
    InvalidOntology,
    NotFound,
    Notice,
    OntologyMismatch,
)
from annowidgets.workflow import versions
from annowidgets.workflow.fitting import Fitting
from tests.workflow.building import NAME, ONTOLOGY, Team, cell, work

RBC, WBC = ONTOLOGY.objects
QUALITY = ONTOLOGY.classifications


def ontology(*objects: aw.ObjectClass, questions: Any = QUALITY) -> aw.Ontology:
    return aw.Ontology(objects=list(objects), classifications=questions)


RED = msgspec.structs.replace(RBC, name="red")
RENAMED = ontology(RED, WBC)
WITHOUT_WBC = ontology(RBC)
PLATELET = aw.ObjectClass("platelet", shape="bounding_box")


def retyped() -> aw.Ontology:
    return ontology(RBC, aw.ObjectClass("WBC", shape="polygon"))


# --- P1


def test_p1_a_project_is_opened_again_with_an_ontology_that_it_had_whatever_its_colours_and_order(team: Team) -> None:
    workspace = team.workspace
    team("lea").update_ontology(ontology(RBC, WBC, PLATELET))
    repainted = ontology(*(msgspec.structs.replace(one, color="#000000") for one in (WBC, RBC)))
    for one in (ONTOLOGY, repainted, ontology(PLATELET, WBC, RBC)):
        with pytest.warns(Notice, match="other arguments were ignored"):
            again = workspace.create_project(NAME, ontology=one, exist_ok=True, instructions="ignored")
        assert again == team("lea")
    assert again.instructions.text != "ignored"
    with pytest.warns(Notice):
        assert team("ann").workspace.create_project(NAME, ontology=ONTOLOGY, exist_ok=True) == again


def test_p1_another_ontology_is_refused_with_the_differences(team: Team) -> None:
    refused = team.refuses(
        OntologyMismatch,
        lambda: team.workspace.create_project(NAME, ontology=WITHOUT_WBC, exist_ok=True),
        rule="P1",
    )
    assert "WBC" in refused.message
    refused = team.refuses(AlreadyExists, lambda: team.workspace.create_project(NAME, ontology=ONTOLOGY))
    assert refused.hint == "Open it: ws.project('Blood')."


# --- P2: versions


def test_p2_an_ontology_changes_as_a_new_version_and_the_same_makes_none(team: Team) -> None:
    lea = team("lea")
    before = team.dump()
    with pytest.warns(Notice, match="Version 1 is the same"):
        assert lea.update_ontology(ONTOLOGY) == 1
    assert team.dump() == before
    with team.new_events() as events:
        assert lea.update_ontology(ontology(RBC, WBC, PLATELET)) == 2
    assert events == [("lea", "ontology.update")]
    assert lea.ontology == ontology(RBC, WBC, PLATELET)
    team.refuses(InvalidInput, lambda: lea.update_ontology({"objects": []}))  # type: ignore[arg-type]


# --- P2: renaming


def test_p2_renaming_carries_every_label_along(team: Team) -> None:
    lea = team("lea")
    team.calibrate(items=["cell03", "cell04"], labels=[cell(), cell(20, category="WBC")])
    lea.tasks(state="graded")[0].promote("training")
    team.ground_truth(items=2)
    work(team("ann"), labels=[cell(2), cell(20, category="WBC"), aw.Answer("quality", "good")])
    question = msgspec.structs.replace(QUALITY[0], name="sharpness")
    lea.update_ontology(ontology(RED, WBC, questions=[question]), rename={"RBC": "red", "quality": "sharpness"})
    lea.update_ontology(
        ontology(msgspec.structs.replace(RED, name="erythrocyte"), WBC, questions=[question]),
        rename={"red": "erythrocyte"},
    )
    found = lea.labels().to_frame()
    assert set(found["category"].dropna()) == {"erythrocyte", "WBC"}
    assert set(found["question"].dropna()) == {"sharpness"}
    for task in lea.tasks(state="completed"):
        assert [one.category for one in task.labels() if isinstance(one, aw.Label)] == ["erythrocyte", "WBC"]
    assert [one.category for one in lea.tasks(state="graded")[0].labels()] == ["erythrocyte", "WBC"]
    # What is stored stays what was submitted; gold is bound by its name of today.
    with pytest.raises(InvalidOntology, match="erythrocyte"):
        lea.update_ontology(ontology(WBC, questions=[question]))


def test_p2_an_open_task_goes_on_in_the_names_that_its_batch_pins_and_is_read_in_the_new_ones(team: Team) -> None:
    lea = team("lea")
    team.sample(1.0)
    team.ground_truth(items=2)
    task = team("ann").next_task()
    task.save_draft([cell(2)])
    lea.update_ontology(RENAMED, rename={"RBC": "red"})
    assert task.labels() == [cell(2)]
    assert task.ontology == ONTOLOGY
    task.save_draft([cell(2), cell(4)])
    task.submit()
    assert [one.label.category for one in lea.labels()] == ["red", "red"]
    review = team("rea").next_review()
    assert [label.category for label in review.labels()] == ["RBC", "RBC"]
    review.approve([*review.labels(), cell(6)])
    assert [label.category for label in task.labels()] == ["red"] * 3
    team.task("lea", task).reopen(reason="once more")
    again = team.task("ann", task).claim()
    assert again.labels() == [cell(2), cell(4)]
    again.submit()


def test_p2_a_copy_comes_back_in_the_names_in_which_it_can_be_saved(team: Team) -> None:
    team.ground_truth(items=1)
    task = team("ann").next_task()
    other = team("ann").task(task.id)
    task.save_draft([cell(2)])
    with pytest.raises(aw.errors.Conflict):
        other.save_draft([cell(4)])
    team("lea").update_ontology(RENAMED, rename={"RBC": "red"})
    task.save_draft(task.copies()[0])
    task.submit()
    assert [label.category for label in task.copies()[0]] == ["red"]


def test_p2_a_rename_leads_from_a_name_there_is_to_a_name_there_will_be(team: Team) -> None:
    lea = team("lea")
    for new, rename in (
        (RENAMED, {"RCB": "red"}),
        (RENAMED, {"RBC": "rde"}),
        (ontology(RBC, RED, WBC), {"RBC": "red"}),
    ):
        team.refuses(InvalidOntology, lambda new=new, rename=rename: lea.update_ontology(new, rename=rename), rule="P2")


def test_p2_the_benchmark_function_speaks_of_the_new_names(team: Team) -> None:
    lea = team("lea")
    function = aw.BenchmarkFunction(
        iou=0.5, category=0.5, per_class={"RBC": aw.Weights(iou=1.0)}, importance={"WBC": 2.0, "quality": 3.0}
    )
    lea.update_settings(benchmark=function)
    lea.update_ontology(ontology(RED), rename={"RBC": "red"})
    assert dict(lea.benchmark.per_class) == {"red": aw.Weights(iou=1.0)}
    assert dict(lea.benchmark.importance) == {"quality": 3.0}
    team.refuses(NotFound, lambda: lea.update_settings(benchmark=function))
    team.refuses(NotFound, lambda: team.workspace.create_project("x", ontology=RENAMED, benchmark=function))
    weighs_a_question = aw.BenchmarkFunction(iou=0.5, category=0.5, per_class={"quality": aw.Weights(iou=1.0)})
    team.refuses(InvalidInput, lambda: lea.update_settings(benchmark=weighs_a_question))


# --- P2: removing and re-typing


@pytest.mark.parametrize("new", [WITHOUT_WBC, retyped()], ids=["removed", "re-typed"])
@pytest.mark.parametrize("use", ["ground truth", "in review", "production", "gold", "draft", "returned"])
def test_p2_removing_or_retyping_what_is_used_is_refused_and_names_the_task(
    use: str, new: aw.Ontology, open_project: Team
) -> None:
    team, lea, white = open_project, open_project("lea"), [cell(category="WBC")]
    if use == "gold":
        team.calibrate("second", items=["cell09", "cell10"], labels=white)
        task = lea.tasks(state="graded", batch="second")[0]
        task.promote("training")
    else:
        team.sample(1.0 if use in ("in review", "returned") else 0.0)
        (team.production if use == "production" else team.ground_truth)("the batch", items=1)
        task = team("ann").next_task()
        task.save_draft(white)
        if use != "draft":
            task.submit()
        if use == "returned":
            team.task("rea", task).return_to_annotator("once more")
    refused = team.refuses(InvalidOntology, lambda: lea.update_ontology(new), rule="P2")
    assert f"task {task.id} ({task.item.name})" in refused.message
    assert "rename=" in refused.hint


def test_p2_what_nobody_uses_is_removed_also_where_audited_attempts_used_it(open_project: Team) -> None:
    team, lea = open_project, open_project("lea")
    team.calibrate("second", items=["cell09", "cell10"], labels=[cell(category="WBC")])
    team.ground_truth(items=1)
    work(team("ann"))
    lea.update_ontology(WITHOUT_WBC)
    attempt = lea.tasks(batch="second")[0]
    assert attempt.ontology == ONTOLOGY, "audited attempts keep their version"
    assert [label.category for label in attempt.labels()] == ["WBC"]


def test_p2_what_was_removed_cannot_be_used_afterwards_by_a_task_that_pins_the_older_version(team: Team) -> None:
    lea = team("lea")
    batch = team.ground_truth(items=3)
    task = team("ann").next_task()
    lea.update_ontology(WITHOUT_WBC)
    team.refuses(InvalidLabels, lambda: task.save_draft([cell(category="WBC")]), rule="P2")
    team.refuses(InvalidLabels, lambda: task.submit([cell(), cell(category="WBC")]), rule="P2")
    left = next(one for one in batch.tasks() if one.state == "queued")
    labels = {team.task("lea", left).item: [cell(category="WBC")]}
    team.refuses(InvalidLabels, lambda: batch.submit_labels(labels, progress=False), rule="P2")
    task.submit([cell()])
    lea.update_ontology(ontology(RBC, PLATELET))


def test_p2_an_open_calibration_keeps_its_version_to_the_end_and_does_not_block_later_changes(team: Team) -> None:
    lea = team("lea")
    batch = team.calibration(items=1)
    task = team("ann").next_task()
    lea.update_ontology(WITHOUT_WBC)
    task.save_draft([cell(category="WBC")])
    lea.update_ontology(ontology(RBC, PLATELET))
    task.submit(confidence=0.5)
    audit = batch.audit()
    audit.grade(task.id, "fix", labels=[cell(3, category="WBC")])
    assert audit.complete().ontology_version == 1


def test_p2_adding_is_always_possible(open_project: Team) -> None:
    team, lea = open_project, open_project("lea")
    team.production(items=2)
    team("ann").next_task().save_draft([cell(category="WBC")])
    lea.update_ontology(
        ontology(RBC, msgspec.structs.replace(WBC, attributes=(*WBC.attributes, aw.Text("why"))), PLATELET)
    )


def test_p2_an_option_that_labels_use_is_not_removed(team: Team) -> None:
    team.ground_truth(items=1)
    used = aw.Label("WBC", aw.BoundingBox(1, 1, 5, 5), attributes={"kind": "long"})
    work(team("ann"), labels=[used])
    for attributes in ([aw.Radio("kind", ["round"])], [], [aw.Text("why")]):
        new = ontology(RBC, msgspec.structs.replace(WBC, attributes=tuple(attributes)))
        team.refuses(InvalidOntology, lambda new=new: team("lea").update_ontology(new), rule="P2")
    unused = ontology(RBC, msgspec.structs.replace(WBC, attributes=(aw.Radio("kind", ["long"]),)), questions=[])
    assert team("lea").update_ontology(unused) == 2


def test_p2_labels_that_come_in_while_a_change_is_looked_over_are_not_overlooked(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.ground_truth(items=2)
    work(team("bo"), limit=1)
    task = team("ann").next_task()
    looked = versions.require_names
    in_between = iter([lambda: task.submit([cell(category="WBC")])])

    def look_while_ann_submits(*arguments: Any) -> None:
        looked(*arguments)
        for act in in_between:
            act()

    monkeypatch.setattr(versions, "require_names", look_while_ann_submits)
    with pytest.raises(InvalidOntology, match=f"task {task.id} "):
        team("lea").update_ontology(WITHOUT_WBC)


@pytest.mark.parametrize("how", ["save_draft", "submit", "approve", "submit_labels"])
def test_p2_a_change_while_labels_are_looked_over_is_not_overlooked(
    how: str, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    white = [cell(category="WBC")]
    team.sample(1.0)
    gold = team.ground_truth(items=2)
    task = team("ann").next_task()
    other = next(one for one in gold.tasks() if one != task).item
    if how == "approve":
        task.submit([cell()])
    fits = Fitting.require
    in_between = iter([lambda: team("lea").update_ontology(WITHOUT_WBC)])

    def look_while_lea_changes(self: Fitting, *arguments: Any, **options: Any) -> None:
        fits(self, *arguments, **options)
        for act in in_between:
            act()

    monkeypatch.setattr(Fitting, "require", look_while_lea_changes)
    save = {
        "save_draft": lambda: task.save_draft(white),
        "submit": lambda: task.submit(white),
        "approve": lambda: team.task("rea", task).approve(white),
        "submit_labels": lambda: gold.submit_labels({other: white}, progress=False),
    }
    with pytest.raises(InvalidLabels) as caught:
        save[how]()
    assert caught.value.rule == "P2"
    assert not [one for one in team("lea").labels() if one.label.category == "WBC"]
