"""The state of a project as its event log alone explains it (L1), by tables that are written from the rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import annowidgets as aw
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
    evaluation_of: str | None = None


@dataclass
class Batch:
    kind: str
    state: str = "draft"
    ontology: int = 0
    instructions: int | None = None


# What the stories ask for.
EVALUATION = aw.EvaluationPolicy(rate=0.8, min_mean=70, window=3, after=2)


@dataclass
class Evaluated:
    """How somebody did in evaluation tasks: task -> score, in the order of the first submission (Q3)."""

    scores: dict[int, float | None] = field(default_factory=dict)
    begins: int = 0
    must_pause: bool = False

    @property
    def is_below(self) -> bool:
        since = [score for score in list(self.scores.values())[self.begins :] if score is not None]
        return len(since) >= EVALUATION.after and mean(since[-EVALUATION.window :]) < EVALUATION.min_mean - 1e-9


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
    # Item -> who had to do with a task of it, or opened it in an audit; item -> its gold's kind; who is paused.
    touched: dict[int, set[str]] = field(default_factory=dict)
    gold: dict[int, str] = field(default_factory=dict)
    paused: set[str] = field(default_factory=set)
    evaluated: dict[str, Evaluated] = field(default_factory=dict)

    def apply(self, user: str, action: str, subject_id: int | None, figures: str) -> None:
        handle = getattr(self, action.replace(".", "_"), None)
        if handle is not None:
            handle(user, subject_id, json.loads(figures))
        if subject_id in self.tasks and action.partition(".")[0] in ("task", "audit"):
            self.touched.setdefault(self.tasks[subject_id].item, set()).add(user)
        if action == "audit.lock":
            self.touched.setdefault(json.loads(figures)["item"], set()).add(user)

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
        task = self.tasks[id]
        assert task.state == "graded"
        assert task.item not in self.gold, "Q1: one gold per item"
        self.gold[task.item] = figures["kind"]
        self.promoted[figures["kind"]] += 1
        if figures["kind"] == "evaluation":
            assert not [
                one
                for one in self.tasks.values()
                if one.item == task.item and one.kind == "production" and one.state != "cancelled"
            ], "Q2: an item of production became an evaluation task"

    # --- evaluation tasks

    def evaluation_serve(self, user: str, id: int, figures: dict[str, Any]) -> None:
        item, batch = figures["item"], self.tasks[figures["before"]].batch
        assert self.batches[batch].kind == "production"
        assert self.gold[item] == "evaluation", "Q2"
        assert user not in self.touched[item], "Q2: served to who has seen the item"
        assert user not in self.paused, "Q3: served while paused"
        assert id not in self.tasks
        self.tasks[id] = Task(batch, item, "production", evaluation_of=user)

    def evaluation_cancel(self, user: str, id: int, figures: dict[str, Any]) -> None:
        assert self.tasks[id].evaluation_of is not None
        self._step(self.tasks[id], "close_early")

    def evaluation_score(self, user: str, id: int, figures: dict[str, Any]) -> None:
        assert self.tasks[id].evaluation_of == user
        mine = self.evaluated.setdefault(user, Evaluated())
        if not figures["is_assisted"]:
            mine.scores[id] = figures["score"]  # a dict keeps the place of what was there
        mine.must_pause = user not in self.paused and mine.is_below

    def member_pause(self, user: str, _: int, figures: dict[str, Any]) -> None:
        if "mean" in figures:
            mine = self.evaluated[user]
            assert figures["user"] == user
            assert mine.must_pause, "Q3: paused without a reason"
            mine.must_pause, mine.begins = False, len(mine.scores)
        self.paused.add(figures["user"])

    def member_reinstate(self, user: str, _: int, figures: dict[str, Any]) -> None:
        self.paused.remove(figures["user"])

    def member_remove(self, user: str, _: int, figures: dict[str, Any]) -> None:
        self.paused.discard(figures["user"])

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
        self._step_batch(id, ("draft", "in_progress"), "closed_early")
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
        assert task.kind != "production" or is_own_returned or user not in self.paused, "Q3: claimed while paused"
        assert task.evaluation_of in (None, user), "Q2"
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
        assert user not in self.evaluated or not self.evaluated[user].must_pause, "Q3: not paused"
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
        assert self.tasks[id].evaluation_of is None, "Q2: served twice"
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
