"""The attempts of a calibration batch as their auditor sees them: all from one look at the file."""

from __future__ import annotations

import json
from typing import NamedTuple

from annowidgets.errors import RuleViolation
from annowidgets.labels import Labels, Ontology, labels_from_json
from annowidgets.store import audits as stored_audits
from annowidgets.store import batches as stored_batches
from annowidgets.store import items as stored_items
from annowidgets.store import labels as stored_labels
from annowidgets.store import tasks as stored_tasks
from annowidgets.workflow import Batch
from annowidgets.workflow.base import stored_ontology
from annowidgets.workflow.items import Item
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.steps import require_not_own

_TO_SEE = ("submitted", "graded", "excluded")


class Gold(NamedTuple):
    """What an attempt's item was promoted to (Q1)."""

    task: int
    kind: str
    concepts: list[str]
    difficulty: str | None


class Attempt(NamedTuple):
    """One attempt, with its grade where it has one.

    Attributes
    ----------
    task : int
        Id of the task.
    item : Item
        What was labelled.
    name : str
        The item's name, with the tasker where an item is attempted by several.
    user, state, seconds, confidence, instructions_version
        As of the task.
    ontology_version : int
        Version that the labels are made under.
    labels : int or None
        Label set that was submitted; None where an attempt was excluded before.
    grade : stored grade or None
        With auditor, accuracy, corrected labels and reason.
    excluded : str or None
        Why it does not count.
    held_by : str or None
        Another auditor, who holds the item (C4).
    own : RuleViolation or None
        The refusal where the user may not grade it, since it is their own (T5).
    gold : Gold or None
        Of the item.
    """

    task: int
    item: Item
    name: str
    user: str | None
    state: str
    seconds: float
    confidence: float | None
    instructions_version: int | None
    ontology_version: int
    labels: int | None
    grade: stored_audits.GradeRow | None
    excluded: str | None
    held_by: str | None
    own: RuleViolation | None
    gold: Gold | None


class Attempts(NamedTuple):
    """All attempts of a batch that there is something to see of, in the order of its items.

    Attributes
    ----------
    batch : str
        Name of the batch.
    attempts : list of Attempt
        Submitted, graded and excluded ones.
    waiting : int
        How many were not submitted yet.
    complete : bool
        Whether the audit is complete.
    """

    batch: str
    attempts: list[Attempt]
    waiting: int
    complete: bool

    @property
    def graded(self) -> int:
        """How many attempts are graded."""
        return sum(attempt.state == "graded" for attempt in self.attempts)

    @property
    def to_grade(self) -> int:
        """How many attempts need a grade until the audit can be completed, graded ones among them."""
        return self.waiting + sum(attempt.state != "excluded" for attempt in self.attempts)

    @property
    def left(self) -> int:
        """How many attempts are without a grade."""
        return self.to_grade - self.graded

    @property
    def told(self) -> tuple[object, ...]:
        """What a screen tells of them, to be compared."""
        seen = [(one.task, one.state, one.grade, one.excluded, one.held_by, one.gold) for one in self.attempts]
        return seen, self.waiting, self.complete

    def place(self, task: int | None) -> int | None:
        """Index of an attempt."""
        return next((place for place, attempt in enumerate(self.attempts) if attempt.task == task), None)

    def find(self, task: int | None) -> Attempt | None:
        """The attempt of a task."""
        return next((attempt for attempt in self.attempts if attempt.task == task), None)

    def next_ungraded(self, after: int | None) -> Attempt | None:
        """The next attempt that this auditor can grade, behind a task and then from the start, never that task."""
        place = self.place(after)
        behind = self.attempts if place is None else [*self.attempts[place + 1 :], *self.attempts[:place]]
        return next((one for one in behind if one.state == "submitted" and not one.held_by and not one.own), None)


def read_attempts(batch: Batch) -> Attempts:
    """Read the attempts of a calibration batch."""
    with batch.workspace.look(batch._project, Permission.AUDIT) as action:
        connection = action.connection
        items = {row.id: Item(batch.workspace, row) for row in stored_items.of_batch(connection, batch.id)}
        rows = stored_tasks.matching(connection, batch._project, batch=batch.id)
        several = stored_batches.by_id(connection, batch.id).attempts_per_item > 1
        own: RuleViolation | None = None
        try:
            require_not_own(action, action.user, "audit")
        except RuleViolation as error:
            own = error
        locks = {item: stored_audits.lock(connection, batch.id, item) for item in items}
        golds = {item: stored_audits.promotion_of_item(connection, batch._project, item) for item in items}
        found = []
        for row in rows:
            if row.state not in _TO_SEE:
                continue
            lock, promotion, item = locks[row.item], golds[row.item], items[row.item]
            held = lock is not None and lock[0] != action.user and lock[1] >= action.now
            found.append(
                Attempt(
                    task=row.id,
                    item=item,
                    name=f"{item.name} · {row.user or 'nobody'}" if several else item.name,
                    user=row.user,
                    state=row.state,
                    seconds=row.seconds,
                    confidence=row.confidence,
                    instructions_version=row.instructions_version,
                    ontology_version=row.ontology_version,
                    labels=row.labels,
                    grade=stored_audits.grade_of(connection, row.id),
                    excluded=row.reason if row.state == "excluded" else None,
                    held_by=lock[0] if lock is not None and held else None,
                    own=own if row.user == action.user else None,
                    gold=promotion
                    and Gold(promotion.task, promotion.kind, json.loads(promotion.concepts), promotion.difficulty),
                )
            )
        complete = stored_audits.certificate_of(connection, batch.id) is not None
        name = stored_batches.by_id(connection, batch.id).name
    return Attempts(name, found, len(rows) - len(found), complete)


class AttemptLabels(NamedTuple):
    """Labels of an attempt, under the ontology that they were made with.

    Attributes
    ----------
    ontology : Ontology
        The batch's version.
    submitted : list of Label and Answer
        As the tasker handed them in.
    corrected : list of Label and Answer, or None
        As the auditor fixed them.
    """

    ontology: Ontology
    submitted: Labels
    corrected: Labels | None


def read_labels(batch: Batch, attempt: Attempt) -> AttemptLabels:
    """Read the labels of an attempt."""
    with batch.workspace.look(batch._project, Permission.AUDIT) as action:
        ontology = stored_ontology(action.connection, batch._project, attempt.ontology_version)

        def labels(label_set: int | None) -> Labels | None:
            if label_set is None:
                return None
            return labels_from_json(stored_labels.by_id(action.connection, label_set).labels)

        corrected = labels(attempt.grade.labels) if attempt.grade is not None else None
        return AttemptLabels(ontology, labels(attempt.labels) or [], corrected)
