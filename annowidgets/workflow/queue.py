"""The queue: what a person labels or reviews next, and why there may be nothing (T8)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from annowidgets.errors import ProductionLocked
from annowidgets.labels import Answer, Label, labels_from_json, shape_type
from annowidgets.store import batches as stored_batches
from annowidgets.store import evaluation as stored_evaluation
from annowidgets.store import events as stored_events
from annowidgets.store import labels as stored_labels
from annowidgets.store import tasks as stored_tasks
from annowidgets.store.batches import BatchRow
from annowidgets.workflow.base import ProjectBase, names_carried, rename_labels
from annowidgets.workflow.calibration import require_calibrated
from annowidgets.workflow.checks import as_id, require_one_of
from annowidgets.workflow.claims import claim, renew_expired
from annowidgets.workflow.collection import Collection
from annowidgets.workflow.evaluation import drawn, left_aside, pools, rolling_mean
from annowidgets.workflow.items import ItemLike, find_batch, find_item
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.qualification import share_of_attempts, unmet_requirements
from annowidgets.workflow.states import ANNOTATION_KINDS, BatchKind, BatchState, TaskState
from annowidgets.workflow.submissions import complete_batch_if_done
from annowidgets.workflow.task import Task
from annowidgets.workflow.visibility import tasks_frame, visible_task

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.workflow.workspace import Action


class Status(NamedTuple):
    """Where a person stands in a project.

    Attributes
    ----------
    open_task : int or None
        The task that is claimed now.
    returned : int
        Tasks that wait to be mended.
    available : bool
        Whether `next_task` would give one.
    submitted : int
        Tasks handed in.
    reasons : list of str
        Why there is nothing (more), batch by batch.
    """

    open_task: int | None
    returned: int
    available: bool
    submitted: int
    reasons: list[str]

    def __str__(self) -> str:
        if self.open_task is not None:
            return f"Task {self.open_task} is open."
        if self.available:
            return "There are tasks to label."
        return "Nothing to label now: " + "; ".join(self.reasons) + "."

    def _repr_html_(self) -> str:
        return escape(str(self))


class TaskLabel(NamedTuple):
    """A label of a finished task.

    Attributes
    ----------
    task : int
        Id of the task.
    item, batch, kind, user, state : str
        Of the task.
    label : Label or Answer
        As submitted, or as the reviewer or auditor corrected it.
    """

    task: int
    item: str
    batch: str
    kind: str
    user: str
    state: str
    label: Label | Answer


class ProjectQueue(ProjectBase):
    """The queue's room of a project."""

    def next_task(self) -> Task | None:
        """The user's open task, or one claimed now; None when there is none, and `my_status` says why (T8)."""
        with self.workspace.act(self.id, Permission.ANNOTATE, archived=True) as action:
            if action.project.state == "archived":  # P6
                return None
            held = stored_tasks.held_by(action.connection, self.id, action.user)
            if held is not None:
                return Task(self.workspace, renew_expired(action, held))
            row, draw = stored_tasks.returned_to(action.connection, self.id, action.user), None
            if row is None:
                drawable, used_up, _ = drawable_batches(action)
                row = stored_tasks.next_in_queue(
                    action.connection, user=action.user, now=action.now, batches=drawable, share_used_up=used_up
                )
                if row is None:
                    _complete_what_waits_for_nobody(action)
                    return None
                row, draw = drawn(action, row)  # Q2
            return Task(self.workspace, claim(action, row, draw=draw))

    def my_status(self) -> Status:
        """Where the user stands, and why there is nothing to label."""
        with self.workspace.look(self.id, Permission.ANNOTATE) as action:
            connection, user = action.connection, action.user
            mine = stored_tasks.matching(connection, self.id, user=user)
            submitted = sum(row.submitted is not None for row in mine)
            if action.project.state == "archived":
                return Status(None, 0, False, submitted, ["the project is archived"])  # P6
            held = stored_tasks.held_by(connection, self.id, user)
            returned = sum(row.state == TaskState.RETURNED and row.assignee in (None, user) for row in mine)
            drawable, used_up, reasons = drawable_batches(action)
            waiting = stored_tasks.next_in_queue(
                connection, user=user, now=action.now, batches=drawable, share_used_up=used_up
            )
            available = held is not None or returned > 0 or waiting is not None
            if waiting is None:
                for batch in drawable:
                    if batch not in used_up:
                        reasons.append(f"{stored_batches.by_id(connection, batch).name!r}: nothing left for you")
        if not available and not reasons:
            reasons.append("no batch is in progress")
        return Status(held.id if held else None, returned, available, submitted, reasons)

    def next_review(self) -> Task | None:
        """The task in review that has waited longest, never one's own (T5); None when there is none."""
        with self.workspace.look(self.id, Permission.REVIEW) as action:
            own_too = action.user if action.policy.allow_self_review else None
            row = stored_tasks.next_for_review(action.connection, self.id, own_too, action.user)
        return None if row is None else Task(self.workspace, row)

    def reviews(self) -> Collection[Task]:
        """All tasks that wait for the user's review, in the order of `next_review`."""
        with self.workspace.look(self.id, Permission.REVIEW) as action:
            own_too = action.user if action.policy.allow_self_review else None
            rows = stored_tasks.for_review(action.connection, self.id, own_too, action.user)
        return Collection([Task(self.workspace, row) for row in rows], self._tasks_frame)

    def task(self, id: int) -> Task:
        """A task by its id: one's own, or any for who reads all (R3)."""
        with self.workspace.look(self.id) as action:
            return Task(self.workspace, visible_task(action, as_id(id)))

    def tasks(
        self,
        *,
        state: str | None = None,
        user: str | None = None,
        batch: str | None = None,
        kind: str | None = None,
        item: ItemLike | None = None,
    ) -> Collection[Task]:
        """Tasks in the order they were made: one's own, and everybody's for who reads all (R3)."""
        state, kind = require_one_of("state", state, TaskState), require_one_of("kind of batch", kind, ANNOTATION_KINDS)
        with self.workspace.look(self.id) as action:
            if not action.may(Permission.READ_ALL):
                user = action.user  # R3
            rows = stored_tasks.matching(
                action.connection,
                self.id,
                state=state,
                user=user,
                kind=kind,
                batch=None if batch is None else find_batch(action, batch).id,
                item=None if item is None else find_item(action, item).id,
            )
        return Collection([Task(self.workspace, row) for row in rows], self._tasks_frame)

    def _tasks_frame(self, tasks: Sequence[Task]) -> pd.DataFrame:
        with self.workspace.look(self.id) as action:
            return tasks_frame(action, [task.id for task in tasks])

    def labels(self, *, kind: str | None = None, user: str | None = None) -> Collection[TaskLabel]:
        """Labels of finished tasks, as submitted or as the reviewer or auditor corrected them."""
        kind = require_one_of("kind of batch", kind, ANNOTATION_KINDS)
        with self.workspace.look(self.id, Permission.READ_ALL) as action:
            rows = stored_labels.final(action.connection, self.id, kind=kind)
            names = {
                version: names_carried(action.connection, self.id, version)
                for version in {row.ontology_version for row in rows}
            }
        found = [
            TaskLabel(row.task, row.item_name, row.batch, row.kind, row.user, row.state, label)
            for row in rows
            if user in (None, row.user)
            for label in rename_labels(labels_from_json(row.labels), names[row.ontology_version])
        ]
        return Collection(found, _labels_frame)

    def events(self) -> pd.DataFrame:
        """The log: ``id``, ``at``, ``user``, ``behind``, ``action``, ``subject``, ``subject_id``, ``figures`` (L1)."""
        with self.workspace.look(self.id, Permission.READ_ALL) as action:
            return stored_events.to_frame(action.connection, self.id)

    def activity(self) -> pd.DataFrame:
        """Per member: tasks submitted, open, in review and returned, seconds per task, last submission, evaluations.

        ``evaluations`` are those that the rolling mean ``evaluation_mean`` (0 to 100) spans; ``evaluations_empty`` had
        nothing to judge, which scores 100; ``evaluations_unscored`` are left out, since no label of them counts.
        ``evaluations_left`` the person has not seen; missing for leads, who are given none (Q2, Q3).
        """
        import pandas as pd

        with self.workspace.look(self.id, Permission.READ_ALL) as action:
            table = stored_tasks.activity(action.connection, self.id)
            means = [rolling_mean(action, user) for user in table["user"]]
            aside = [left_aside(action, user) for user in table["user"]]
            left = pools(action)
        table["evaluations"] = [one.evaluations for one in means]
        table["evaluation_mean"] = [one.mean for one in means]
        table["evaluations_empty"] = [empty for empty, _ in aside]
        table["evaluations_unscored"] = [unscored for _, unscored in aside]
        table["evaluations_left"] = pd.array([left.get(user) for user in table["user"]], dtype="Int64")
        return table

    def evaluations(self) -> pd.DataFrame:
        """Evaluation tasks in production, for leads: who was given which, and how they did (Q2).

        Returns
        -------
        DataFrame
            In the order they were given: ``task``, ``user``, ``item``, ``batch``, ``state``, ``served``, ``scored``,
            ``score`` (0 to 100), ``function_version``, ``gold_task`` (the promoted one), ``concepts``, ``difficulty``.
            Of a task that was handed in more than once the last score counts that came before any review; missing where
            it was not handed in, and where none of its labels counts.
        """
        with self.workspace.look(self.id, Permission.SEE_SCORES) as action:
            table = stored_evaluation.to_frame(action.connection, self.id)
        table["concepts"] = [", ".join(json.loads(concepts)) for concepts in table["concepts"]]
        return table.astype({"score": float, "function_version": "Int64"})


def _complete_what_waits_for_nobody(action: Action) -> None:
    """Complete batches whose last open tasks are evaluation tasks that were left: no other action would."""
    for batch in stored_batches.all_of(action.connection, action.project.id):
        if batch.kind == BatchKind.PRODUCTION and batch.state == BatchState.IN_PROGRESS:
            complete_batch_if_done(action, batch)


def drawable_batches(action: Action) -> tuple[list[int], list[int], list[str]]:
    """Batches that the user may draw from, those of them with the share used up, and why not from the others."""
    drawable: list[int] = []
    used_up: list[int] = []
    reasons: list[str] = []
    assert action.member is not None
    for batch in stored_batches.all_of(action.connection, action.project.id):
        if batch.state != BatchState.IN_PROGRESS:
            continue
        reason = _why_not(action, batch)
        if reason is not None:
            reasons.append(f"{batch.name!r}: {reason}")
            continue
        drawable.append(batch.id)
        if batch.kind == BatchKind.CALIBRATION:
            share = share_of_attempts(action.connection, batch)  # C1
            taken = stored_tasks.attempts_of(action.connection, batch.id, action.user)
            if share is not None and taken >= share:
                used_up.append(batch.id)
                reasons.append(f"{batch.name!r}: your share of {share} attempts is used up")
    return drawable, used_up, reasons


def _why_not(action: Action, batch: BatchRow) -> str | None:
    assert action.member is not None
    if batch.kind == BatchKind.PRODUCTION:
        try:
            require_calibrated(action)  # C2
        except ProductionLocked as locked:
            # The figures are the leads' to see.
            may_see = action.may(Permission.SEE_SCORES)
            return locked.message if may_see else "production is locked until the project is calibrated"
        if action.member.paused is not None:
            return f"you are paused from production ({action.member.paused})"  # Q3
    lacking = unmet_requirements(action.connection, batch, action.member)  # C7
    return f"you are not qualified ({'; '.join(lacking)})" if lacking else None


def _labels_frame(found: Sequence[TaskLabel]) -> pd.DataFrame:
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for one in found:
        label = one.label
        row = {"task": one.task, "item": one.item, "batch": one.batch, "kind": one.kind, "user": one.user}
        if isinstance(label, Label):
            frames = [0] if label.shape is not None else list(label.key_frames)
            first = label.shape or next(shape for shape in label.key_frames.values() if shape is not None)
            row |= {"category": label.category, "shape": shape_type(first), "question": None, "answer": None}
            row |= {
                "frame": frames[0],
                "key_frames": len(frames),
                "attributes": dict(label.attributes),
                "label": label.id,
            }
        else:
            row |= {"category": None, "shape": None, "question": label.question, "answer": label.value}
            row |= {"frame": label.frame, "key_frames": None, "attributes": None, "label": None}
        rows.append(row)
    columns = ["task", "item", "batch", "kind", "user", "label", "category", "shape", "frame", "key_frames"]
    return pd.DataFrame(rows, columns=[*columns, "attributes", "question", "answer"])
