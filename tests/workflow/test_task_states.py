"""T1: every state of a task with every event, against the tables of the rules as they are written there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from annowidgets.errors import RuleViolation, TransitionRefused
from annowidgets.workflow import Task
from tests.workflow.building import Team, cell, open_team
from tests.workflow.tables import TABLES

MANUAL_STATES = (
    "queued",
    "annotating",
    "annotating_returned",
    "in_review",
    "returned",
    "completed",
    "skipped",
    "cancelled",
)
CALIBRATION_STATES = ("queued", "annotating", "submitted", "graded", "excluded")
EVENTS = (
    "claim",
    "save_draft",
    "release",
    "submit_drawn",
    "submit_not_drawn",
    "skip",
    "approve",
    "approve_with_fixes",
    "return",
    "recall",
    "exclude_item",
    "close_early",
    "reopen",
    "grade",
)
# Closing a batch early is an event of the batch, which leaves tasks alone that can't be cancelled.
LEFT_ALONE = {"close_early"}
CELLS = [
    (kind, state, event)
    for kind in TABLES
    for state in (CALIBRATION_STATES if kind == "calibration" else MANUAL_STATES)
    for event in EVENTS
]


def bring_to(team: Team, kind: str, state: str) -> Task:
    """Lead a task of a running batch to a state; ann labels, rea reviews, lea decides."""
    items = team("lea").items()[3:6]
    make = {"ground_truth": team.ground_truth, "production": team.production, "calibration": team.calibration}[kind]
    batch = make("the batch", items=list(items))
    ann = team.task("ann", batch.tasks()[0])
    if state == "queued":
        return ann
    if state in ("cancelled", "excluded"):
        batch.exclude_item(items[0], reason="broken")
        return team.task("ann", next(task for task in batch.tasks() if task.state == state))
    team.sample(1.0 if state in ("in_review", "returned", "annotating_returned") else 0.0)
    ann.claim()
    if state == "skipped":
        ann.skip(reason="unclear")
    elif state != "annotating":
        ann.submit([cell()], confidence=0.5)
    if state in ("returned", "annotating_returned"):
        team.task("rea", ann).return_to_annotator("once more")
    if state == "annotating_returned":
        ann.claim()
    if state == "graded":
        batch.audit().grade(ann.id, "approve")
    return ann


def happen(team: Team, event: str, task: Task) -> Callable[[], object]:
    """The event, done by who may do it."""
    batch = team.task("lea", task).batch
    ann, rea, lea = (team.task(user, task) for user in ("ann", "rea", "lea"))
    if event.startswith("submit"):
        team.sample(1.0 if event == "submit_drawn" else 0.0)
    done: dict[str, Callable[[], object]] = {
        "claim": ann.claim,
        "save_draft": lambda: ann.save_draft([cell(4)]),
        "release": (ann if lea.user == "ann" else lea).release,
        "submit_drawn": lambda: ann.submit([cell(4)], confidence=0.5),
        "submit_not_drawn": lambda: ann.submit([cell(4)], confidence=0.5),
        "skip": lambda: ann.skip(reason="unclear"),
        "approve": rea.approve,
        "approve_with_fixes": lambda: rea.approve([cell(6)]),
        "return": lambda: rea.return_to_annotator("once more"),
        "recall": ann.recall,
        "exclude_item": lambda: batch.exclude_item(lea.item, reason="broken"),
        "close_early": lambda: batch.close_early(reason="enough"),
        "reopen": lambda: lea.reopen(reason="mistake"),
        "grade": lambda: (batch.audit() if batch.kind == "calibration" else NoAudit(lea)).grade(task.id, "approve"),
    }
    return done[event]


class NoAudit:
    """Stands for the audit of a batch that has none."""

    def __init__(self, task: Task) -> None:
        self.batch = task.batch

    def grade(self, task: int, grade: str) -> None:
        self.batch.audit()


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory, pictures: Path, open_template: Path) -> Callable[..., Team]:
    """A file for each kind and state, made once and copied for each event."""
    folder = tmp_path_factory.mktemp("states")
    tasks: dict[tuple[str, str], int] = {}

    def give(kind: str, state: str, event: str) -> tuple[Team, Task]:
        template = folder / f"{kind}-{state}.db"
        if not template.exists():
            made = open_team(folder / f"{kind}-{state}-made.db", pictures, copy_of=open_template)
            tasks[kind, state] = bring_to(made, kind, state).id
            made.save_to(template)
        team = open_team(folder / f"{kind}-{state}-{event}.db", pictures, copy_of=template)
        return team, team.task("ann", tasks[kind, state])

    return give


@pytest.mark.parametrize(("kind", "state", "event"), CELLS)
def test_t1_what_the_table_allows_leads_where_it_says_and_everything_else_leaves_no_trace(
    kind: str, state: str, event: str, states: Callable[..., tuple[Team, Task]]
) -> None:
    team, task = states(kind, state, event)
    stands = state.removesuffix("_returned")
    lead = team.task("lea", task)
    assert lead.state == stands
    target = TABLES[kind].get((stands, event))
    act = happen(team, event, task)
    if state.startswith("annotating") and event == "claim":  # one's own: nothing to do
        before = team.dump()
        act()
        assert team.dump() == before
    elif target is None and event in LEFT_ALONE:
        act()
        assert lead.state == stands
    elif target is None:
        refused = team.refuses(RuleViolation, act)
        assert isinstance(refused, TransitionRefused) or refused.rule in ("C4", "C1"), refused
        assert lead.state == stands
    else:
        before = "returned" if state == "annotating_returned" else "queued"
        act()
        assert lead.state == (before if target == "before" else target)


@pytest.mark.parametrize("kind", TABLES)
def test_t1_a_refusal_names_the_task_its_state_and_what_is_possible(
    kind: str, states: Callable[..., tuple[Team, Task]]
) -> None:
    team, task = states(kind, "queued", "refusal")
    refused = team.refuses(TransitionRefused, task.recall, rule="T1")
    assert f"Task {task.id} is queued" in refused.message
    assert "claim" in refused.hint
