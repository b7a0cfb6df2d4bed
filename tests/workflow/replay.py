"""The state of a project as its event log alone explains it (L1), by tables that are written from the rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.workflow.tables import TABLES

OPEN = ("queued", "annotating", "returned")


@dataclass
class Task:
    batch: int
    item: int
    kind: str
    state: str = "queued"
    before: str | None = None
    user: str | None = None
    author: str | None = None
    confidence: float | None = None
    accuracy: float | None = None


@dataclass
class Batch:
    kind: str
    state: str = "draft"
    ontology: int = 0
    instructions: int | None = None


@dataclass
class Replay:
    """A project built up from events, which checks each against the rules on the way.

    ``tasks_of`` gives the (id, item) of a batch's tasks, which the log counts and does not list.
    """

    tasks_of: Callable[[int], Iterable[tuple[int, int]]]
    tasks: dict[int, Task] = field(default_factory=dict)
    batches: dict[int, Batch] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)
    ontology: int = 1
    instructions: int = 1
    open_feedback: set[int] = field(default_factory=set)
    promoted: dict[str, int] = field(default_factory=lambda: {"training": 0, "evaluation": 0})
    certificates: list[dict[str, Any]] = field(default_factory=list)

    def apply(self, user: str, action: str, subject_id: int | None, figures: str) -> None:
        handle = getattr(self, action.replace(".", "_"), None)
        if handle is not None:
            handle(user, subject_id, json.loads(figures))

    # --- the lock

    @property
    def is_open(self) -> bool:
        """C2: whether the newest certificate on the current ontology reaches the current policy."""
        found = [one for one in self.certificates if one["ontology_version"] == self.ontology]
        if not found:
            return False
        newest, policy = found[-1], self.policy
        share = newest["excluded"] / (newest["items"] + newest["excluded"])
        return (
            newest["score"] is not None
            and newest["score"] >= policy["min_score"] - 1e-9
            and newest["accuracy"] >= policy["min_accuracy"] - 1e-9
            and newest["items"] >= policy["min_items"]
            and share <= policy["max_excluded_share"] + 1e-9
            and (policy["min_low"] is None or (newest["low"] or -1) >= policy["min_low"] - 1e-9)
            and newest["taskers"] >= (policy["min_taskers"] or 0)
            and all(count >= (policy[f"min_{kind}_tasks"] or 0) for kind, count in self.promoted.items())
            and not (policy["feedback_answered"] and self.open_feedback)
            and not (policy["relock_on_instructions"] and newest["instructions_version"] != self.instructions)
        )

    def policy_update(self, user: str, _: int, figures: dict[str, Any]) -> None:
        self.policy |= figures

    def ontology_update(self, user: str, version: int, figures: dict[str, Any]) -> None:
        self.ontology = version

    def instructions_update(self, user: str, version: int, figures: dict[str, Any]) -> None:
        self.instructions = version

    def feedback_give(self, user: str, id: int, figures: dict[str, Any]) -> None:
        self.open_feedback.add(id)

    def feedback_address(self, user: str, id: int, figures: dict[str, Any]) -> None:
        self.open_feedback.remove(id)

    feedback_decline = feedback_address

    def task_promote(self, user: str, id: int, figures: dict[str, Any]) -> None:
        assert self.tasks[id].state == "graded"
        self.promoted[figures["kind"]] += 1

    # --- batches

    def batch_create(self, user: str, id: int, figures: dict[str, Any]) -> None:
        assert figures["kind"] != "production" or self.is_open, "C2: a production batch was created while locked"
        self.batches[id] = Batch(figures["kind"])

    def batch_launch(self, user: str, id: int, figures: dict[str, Any]) -> None:
        batch = self.batches[id]
        assert batch.state == "draft"
        assert batch.kind != "production" or self.is_open, "C2: a production batch was launched while locked"
        batch.state, batch.ontology = "in_progress", figures["ontology_version"]
        batch.instructions = figures["instructions_version"]
        tasks = list(self.tasks_of(id))
        assert len(tasks) == figures["tasks"]
        self.tasks |= {task: Task(id, item, batch.kind) for task, item in tasks}

    def batch_close_early(self, user: str, id: int, figures: dict[str, Any]) -> None:
        self._step_batch(id, ("in_progress",), "closed_early")
        self._end([task for task in self._of(id) if task.state in OPEN], "close_early")

    def batch_exclude_item(self, user: str, id: int, figures: dict[str, Any]) -> None:
        left = [task for task in self._of(id) if task.item == figures["item"] and task.state != "excluded"]
        self._end(left, "exclude_item")

    def batch_complete(self, user: str, id: int, figures: dict[str, Any]) -> None:
        self._step_batch(id, ("in_progress",), "completed")
        assert not [task for task in self._of(id) if task.state in (*OPEN, "in_review")]

    def audit_complete(self, user: str, id: int, figures: dict[str, Any]) -> None:
        self._step_batch(id, ("in_progress", "closed_early"), "completed")
        tasks = self._of(id)
        assert {task.state for task in tasks} <= {"graded", "excluded"}, "C5"
        graded = [task for task in tasks if task.state == "graded"]
        items = sorted({task.item for task in graded})
        assert (figures["items"], figures["taskers"]) == (len(items), len({task.user for task in graded}))
        assert (figures["ontology_version"], figures["instructions_version"]) == (
            self.batches[id].ontology,
            self.batches[id].instructions,
        )
        if items:
            by_item = [[(one.accuracy, one.confidence) for one in graded if one.item == item] for item in items]
            accuracy = mean(mean(a for a, _ in attempts) for attempts in by_item)
            brier = mean(mean((c - a) ** 2 for a, c in attempts) for attempts in by_item)
            score = 100 * (0.8 * accuracy + 0.2 * (1 - brier))
            assert abs(figures["score"] - score) < 1e-6
            assert abs(figures["accuracy"] - accuracy) < 1e-9
        self.certificates.append(figures)

    # --- tasks

    def task_claim(self, user: str, id: int, figures: dict[str, Any]) -> None:
        task = self.tasks[id]
        is_own_returned = task.state == "returned" and task.user == user
        assert task.kind != "production" or is_own_returned or self.is_open, "C2: claimed while locked"
        before = task.state
        self._step(task, "claim")
        task.before, task.user = before, user

    def task_save_draft(self, user: str, id: int, figures: dict[str, Any]) -> None:
        assert self.tasks[id].user == user, "T2"
        self._step(self.tasks[id], "save_draft")

    task_keep_alive = task_save_draft

    def task_release(self, user: str, id: int, figures: dict[str, Any]) -> None:
        task = self.tasks[id]
        self._step(task, "release")
        task.user = None if task.state == "queued" else task.author

    task_lease_expired = task_release

    def task_submit(self, user: str, id: int, figures: dict[str, Any]) -> None:
        task = self.tasks[id]
        assert task.user == user, "T2"
        self._step(task, "submit_drawn" if figures["drawn"] else "submit_not_drawn")
        assert task.state == figures["state"]
        task.author, task.confidence = user, figures["confidence"]
        assert task.confidence is not None or task.kind != "calibration", "C3"

    def task_skip(self, user: str, id: int, figures: dict[str, Any]) -> None:
        task = self.tasks[id]
        assert task.user == user, "T2"
        self._step(task, "skip")
        if task.kind == "calibration":
            task.user = None
            task.state = "excluded" if figures["excluded"] else "queued"

    def task_approve(self, user: str, id: int, figures: dict[str, Any]) -> None:
        self._judge(user, self.tasks[id], "approve")

    def task_return(self, user: str, id: int, figures: dict[str, Any]) -> None:
        self._judge(user, self.tasks[id], "return")

    def task_recall(self, user: str, id: int, figures: dict[str, Any]) -> None:
        assert self.tasks[id].user == user
        self._step(self.tasks[id], "recall")
        self.tasks[id].before = "returned"
        self._reopen(self.tasks[id])

    def task_reopen(self, user: str, id: int, figures: dict[str, Any]) -> None:
        self._step(self.tasks[id], "reopen")
        self.tasks[id].user = None
        self._reopen(self.tasks[id])

    def audit_grade(self, user: str, id: int, figures: dict[str, Any]) -> None:
        self._judge(user, self.tasks[id], "grade")
        assert self.batches[self.tasks[id].batch].state != "completed", "C4"
        self.tasks[id].accuracy = figures["accuracy"]

    # --- inner

    def _of(self, batch: int) -> list[Task]:
        return [task for task in self.tasks.values() if task.batch == batch]

    def _step(self, task: Task, event: str) -> None:
        assert self.batches[task.batch].state == "in_progress" or event not in ("claim", "save_draft"), task
        target = TABLES[task.kind].get((task.state, event))
        assert target is not None, f"T1: {event} happened to {task}"
        task.state = (task.before or "queued") if target == "before" else target

    def _end(self, tasks: list[Task], event: str) -> None:
        for task in tasks:
            self._step(task, event)

    def _judge(self, user: str, task: Task, event: str) -> None:
        assert user != task.user or self.policy["allow_self_review"], "T5"
        self._step(task, event)

    def _step_batch(self, id: int, before: tuple[str, ...], after: str) -> None:
        assert self.batches[id].state in before
        self.batches[id].state = after

    def _reopen(self, task: Task) -> None:
        batch = self.batches[task.batch]
        assert batch.state in ("in_progress", "completed")
        batch.state = "in_progress"


def mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)
