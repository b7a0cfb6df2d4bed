"""T1 for batches: every state with every event; what is fixed from launch on; how batches end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from annowidgets.errors import (
    AlreadyExists,
    AuditIncomplete,
    Immutable,
    InvalidInput,
    NotFound,
    Notice,
    RuleViolation,
    TransitionRefused,
)
from annowidgets.workflow import Batch
from tests.workflow.building import Team, cell, without_notices, work

# Written from the rules, not taken from the code.
TABLES = {
    "ground_truth": {
        ("draft", "launch"): "in_progress",
        ("draft", "close_early"): "closed_early",
        ("in_progress", "close_early"): "closed_early",
        ("in_progress", "last_task_ends"): "completed",
        ("completed", "reopen_task"): "in_progress",
        ("completed", "recall_task"): "in_progress",
    },
    "calibration": {
        ("draft", "launch"): "in_progress",
        ("draft", "close_early"): "closed_early",
        ("in_progress", "close_early"): "closed_early",
        ("in_progress", "complete_audit"): "completed",
        ("closed_early", "complete_audit"): "completed",
    },
}
TABLES["production"] = TABLES["ground_truth"]
STATES = ("draft", "in_progress", "completed", "closed_early")
EVENTS = ("launch", "close_early", "last_task_ends", "reopen_task", "recall_task", "complete_audit")


def make(team: Team, kind: str, state: str) -> Batch:
    """Lead a batch of two items to a state, with all submitted and graded that its state allows."""
    lea = team("lea")
    items = list(lea.items()[3:5])
    with without_notices():
        create: dict[str, Callable[..., Batch]] = {
            "ground_truth": lea.create_ground_truth_batch,
            "production": lea.create_production_batch,
            "calibration": lea.create_calibration_batch,
        }
        batch = create[kind]("the batch", items=items)
    if state == "draft":
        return batch
    batch.launch()
    ann = team("ann")
    ann.next_task().submit([cell()], confidence=0.5)
    if kind == "calibration":
        batch.audit().grade(batch.audit().next(), "approve")
    if state == "closed_early":
        batch.close_early(reason="enough")
    elif kind == "calibration":
        team("bo").next_task().submit([cell()], confidence=0.5)
        batch.audit().grade(batch.audit().next(), "approve")
        if state == "completed":
            batch.audit().complete()
    elif state == "completed":
        ann.next_task().submit([cell()])
    return batch


def happen(team: Team, event: str, batch: Batch) -> Callable[[], Any]:
    def first_done() -> int:
        return next(task.id for task in batch.tasks() if task.state == "completed")

    def end_last() -> None:
        tasks = [task for task in batch.tasks() if task.state == "queued"]
        team.task("ann", tasks[-1] if tasks else batch.tasks()[-1]).claim().submit([cell()], confidence=0.5)

    happenings: dict[str, Callable[[], Any]] = {
        "launch": batch.launch,
        "close_early": lambda: batch.close_early(reason="enough"),
        "last_task_ends": end_last,
        "reopen_task": lambda: team.task("lea", first_done()).reopen(reason="mistake"),
        "recall_task": lambda: team.task("ann", first_done()).recall(),
        "complete_audit": lambda: batch.audit().complete(),
    }
    return happenings[event]


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", TABLES)
def test_t1_a_batch_goes_where_its_table_says_and_nowhere_else(
    kind: str, state: str, event: str, open_project: Team
) -> None:
    team = open_project
    batch = make(team, kind, state)
    assert batch.state == state
    act, target = happen(team, event, batch), TABLES[kind].get((state, event))
    if target is not None:
        act()
        assert batch.state == target
    elif event.endswith("_task") and not any(task.state == "completed" for task in batch.tasks()):
        with pytest.raises(StopIteration):
            act()  # there is no such task, so no such event
    elif event == "last_task_ends" and not batch.tasks():
        with pytest.raises(IndexError):
            act()
    elif (kind, state, event) == ("calibration", "in_progress", "last_task_ends"):
        team.refuses(RuleViolation, act, rule="T1")  # all its attempts are graded: the audit decides
    elif state == "in_progress" and event in ("reopen_task", "recall_task"):
        act()
        assert batch.state == "in_progress"
    else:
        refused = team.refuses(RuleViolation, act)
        assert isinstance(refused, (TransitionRefused, AuditIncomplete, Immutable)) or refused.rule == "C4", refused
        assert batch.state == state


def test_t1_a_batch_needs_items_a_new_name_and_items_that_no_open_batch_holds(team: Team) -> None:
    lea = team("lea")
    lea.create_ground_truth_batch("first", items=["cell00"])
    taken = team.refuses(AlreadyExists, lambda: lea.create_ground_truth_batch("first"))
    assert "project.batch('first')" in taken.hint
    busy = team.refuses(RuleViolation, lambda: lea.create_ground_truth_batch("second", items=["cell01", "cell00"]))
    assert "'cell00' in 'first'" in busy.message
    team.refuses(InvalidInput, lambda: lea.create_ground_truth_batch("second", items=[]))
    team.refuses(InvalidInput, lambda: lea.create_ground_truth_batch("second", items="cell01"))
    team.refuses(InvalidInput, lambda: lea.create_ground_truth_batch(" "))
    team.refuses(NotFound, lambda: lea.create_ground_truth_batch("second", items=["cell1"]))
    assert [item.name for item in lea.create_ground_truth_batch("second", items=["cell05", 3, "cell05"]).items] == [
        "cell05",
        "cell02",
    ]
    assert len(lea.create_ground_truth_batch("third").items) == 12 - 3


def test_t1_a_name_that_exists_is_told_before_anything_else_is_said(team: Team) -> None:
    lea = team("lea")
    with without_notices():
        lea.create_calibration_batch("round 1", size=12, rng=0)
    # All items are in the open batch now, so a second run of the cell would have none to draw.
    team.refuses(AlreadyExists, lambda: lea.create_calibration_batch("round 1", size=12, rng=0))


def test_a_batch_of_that_name_is_opened_with_exist_ok_where_it_is_of_the_same_kind(open_project: Team) -> None:
    lea = open_project("lea")
    made = {
        "calibration": open_project.calibration("c", items=["cell05"]),
        "ground_truth": lea.create_ground_truth_batch("g", items=["cell06"]),
        "production": lea.create_production_batch("p", items=["cell07"]),
    }
    before = open_project.dump()
    for kind, batch in made.items():
        create = getattr(lea, f"create_{kind}_batch")
        with pytest.warns(Notice, match="exists and was opened; the other arguments were ignored"):
            assert create(batch.name, items=["cell11"], exist_ok=True) == batch
        other = next(one for one in made.values() if one != batch)
        open_project.refuses(AlreadyExists, lambda create=create, other=other: create(other.name, exist_ok=True))
    assert open_project.dump() == before


def test_production_takes_up_again_what_was_cancelled_and_leaves_what_is_done(open_project: Team) -> None:
    lea = open_project("lea")
    first = open_project.production("first", items=["cell00", "cell01", "cell02", "cell03"])
    done = open_project("ann").next_task()
    done.submit([cell()])
    first.exclude_item(first.tasks(state="queued")[0].item, reason="broken")
    assert len(lea.create_production_batch("second").items) == 12 - 3
    lea.batch("second").close_early(reason="too large")
    first.close_early(reason="enough")
    assert {item.name for item in lea.create_production_batch("third").items} == {
        item.name for item in lea.items() if item != done.item
    }


def test_t1_an_item_is_free_again_when_its_batch_has_ended_or_it_was_excluded(team: Team) -> None:
    lea = team("lea")
    first = team.ground_truth("first", items=3)
    first.exclude_item("cell00", reason="broken")
    lea.create_ground_truth_batch("second", items=["cell00"])
    first.close_early(reason="enough")
    lea.create_ground_truth_batch("third", items=["cell01", "cell02"])


@pytest.mark.parametrize("how", ["reopen", "recall"])
def test_t1_a_completed_batch_does_not_open_again_while_another_open_batch_holds_an_item_of_it(
    how: str, team: Team
) -> None:
    first = team.ground_truth("first", items=2)
    work(team("ann"))
    assert first.state == "completed"
    second = team.ground_truth("second", items=["cell01"])
    task = first.tasks()[0]
    again = {"reopen": lambda: task.reopen(reason="mistake"), "recall": team.task("ann", task).recall}[how]
    refused = team.refuses(TransitionRefused, again, rule="T1")
    assert "'second'" in refused.message
    second.close_early(reason="enough")
    again()
    assert first.state == "in_progress"


def test_t1_items_and_the_ontology_are_fixed_by_launching_and_in_calibration_the_instructions(team: Team) -> None:
    lea = team("lea")
    with without_notices():
        calibration = lea.create_calibration_batch("round", items=["cell00", "cell01"])
    gold = lea.create_ground_truth_batch("gold", items=["cell02"])
    assert (calibration.ontology_version, calibration.instructions_version) == (None, None)
    lea.update_instructions("Better.")
    for batch in (calibration, gold):
        batch.launch()
    assert (calibration.ontology_version, calibration.instructions_version) == (1, 2)
    assert (gold.ontology_version, gold.instructions_version) == (1, None)
    lea.update_instructions("Best.")
    task = team("ann").next_task()
    assert (task.batch.name, task.instructions_version) == ("round", 2)
    calibration.close_early(reason="enough")
    task = team("ann").next_task()
    assert (task.batch.name, task.instructions_version) == ("gold", 3)


def test_t1_closing_early_cancels_what_is_open_keeps_drafts_and_leaves_the_rest(team: Team) -> None:
    team.sample(1.0)
    batch = team.ground_truth(items=5)
    ann = team("ann")
    states: dict[str, int] = {}
    for wanted in ("in_review", "returned", "skipped", "annotating"):
        task = team.task("ann", next(task for task in batch.tasks() if task.state == "queued")).claim()
        task.save_draft([cell(3), cell(5)])
        if wanted == "skipped":
            task.skip(reason="unclear")
        elif wanted != "annotating":
            task.submit()
        if wanted == "returned":
            team.task("rea", task).return_to_annotator("once more")
        states[wanted] = task.id
    with team.new_events() as events:
        batch.close_early(reason="enough")
    assert events == [("lea", "batch.close_early")]
    assert {name: ann.task(id).state for name, id in states.items()} == {
        "in_review": "in_review",
        "returned": "cancelled",
        "skipped": "skipped",
        "annotating": "cancelled",
    }
    assert [task.state for task in batch.tasks()].count("cancelled") == 3
    assert ann.task(states["annotating"]).labels() == [cell(3), cell(5)]
    assert ann.next_task() is None
    team.task("rea", states["in_review"]).approve()
    assert batch.state == "closed_early"


def test_t1_in_a_closed_batch_nothing_is_returned_since_nobody_could_take_it_up(team: Team) -> None:
    team.sample(1.0)
    batch = team.ground_truth(items=2)
    task = team("ann").next_task()
    task.submit([cell()])
    batch.close_early(reason="enough")
    review = team("rea").next_review()
    refused = team.refuses(TransitionRefused, lambda: review.return_to_annotator("once more"), rule="T1")
    assert "approve" in refused.hint
    review.approve([cell(4)])
    assert task.state == "completed"


def test_t1_an_edit_in_flight_when_the_batch_is_closed_is_kept_as_a_copy(team: Team) -> None:
    batch = team.ground_truth(items=2)
    task = team("ann").next_task()
    task.save_draft([cell(3)])
    batch.close_early(reason="enough")
    with pytest.raises(RuleViolation, match="cancelled"):
        task.save_draft([cell(3), cell(5)])
    assert task.copies() == [[cell(3), cell(5)]]
    assert task.labels() == [cell(3)]


def test_t1_excluding_an_item_needs_a_reason_and_an_item_of_the_batch(team: Team) -> None:
    batch = team.ground_truth(items=2)
    team.refuses(InvalidInput, lambda: batch.exclude_item("cell00", reason=" "))
    team.refuses(NotFound, lambda: batch.exclude_item("cell05", reason="broken"), rule=None)
    batch.exclude_item("cell00", reason="broken")
    team.refuses(TransitionRefused, lambda: batch.exclude_item("cell00", reason="broken"), rule="T1")
    batch.exclude_item("cell01", reason="broken")
    assert batch.state == "completed"  # its last task has ended


def test_t1_an_item_that_was_excluded_before_launch_gets_no_task(team: Team) -> None:
    batch = team("lea").create_ground_truth_batch("gold", items=["cell00", "cell01"])
    batch.exclude_item("cell00", reason="broken")
    batch.launch()
    assert [task.item.name for task in batch.tasks()] == ["cell01"]
    empty = team("lea").create_ground_truth_batch("empty", items=["cell03"])
    empty.exclude_item("cell03", reason="broken")
    team.refuses(InvalidInput, empty.launch)


def test_progress_counts_the_tasks_in_each_state(team: Team) -> None:
    batch = team.ground_truth(items=4)
    team("ann").next_task().submit([cell()])
    team("ann").next_task()
    progress = batch.progress()
    assert list(progress["state"]) == ["queued", "annotating", "completed"]
    assert list(progress["tasks"]) == [2, 1, 1]
    assert list(progress["share"]) == [0.5, 0.25, 0.25]
