"""What of a task a user sees, and whose labels (R3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from annowidgets.errors import NotFound, PermissionDenied
from annowidgets.labels import Labels
from annowidgets.store import audits as stored_audits
from annowidgets.store import events as stored_events
from annowidgets.store import labels as stored_labels
from annowidgets.store import tasks as stored_tasks
from annowidgets.store.tasks import TaskRow
from annowidgets.workflow.base import carried_labels
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.states import TaskState

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.workflow.workspace import Action

# States in which labels are a draft, each writer's own.
_DRAFTED = (TaskState.QUEUED, TaskState.ANNOTATING, TaskState.RETURNED, TaskState.SKIPPED, TaskState.CANCELLED)
# States in which somebody may still hand in, correct or audit labels.
_AT_WORK = (
    TaskState.QUEUED,
    TaskState.ANNOTATING,
    TaskState.RETURNED,
    TaskState.IN_REVIEW,
    TaskState.SUBMITTED,
    TaskState.GRADED,
)


def visible_task(action: Action, task: int) -> TaskRow:
    """The task, as far as the user may see it: own ones, and all for who reads or reviews (R3).

    Who held it before somebody else took over finds the own draft and copies there, and nothing of the other's work.
    """
    row = stored_tasks.by_id(action.connection, task)
    if row is not None and row.project != action.project.id:
        row = None
    if row is None and action.may(Permission.READ_ALL):
        raise NotFound(f"Project {action.project.name!r} has no task {task}.")
    if row is not None and sees_all_of(action, row):
        return row
    if row is not None and stored_events.has_done(action.connection, action.user, "task.claim", "task", task):
        return row._replace(
            seconds=0.0, confidence=None, instructions_version=None, lease_until=None, labels=None, reason=None
        )
    # Also where there is none: which numbers are taken when would tell evaluation tasks, which are made when they are
    # given (Q2).
    raise PermissionDenied(  # R3
        f"Task {task} is not {action.user!r}'s.", rule="R3", hint="One sees one's own tasks; leads see all."
    )


def sees_all_of(action: Action, row: TaskRow) -> bool:
    """Whether nothing of the task is kept from the user (R3)."""
    return action.user in (row.user, row.assignee) or _reads_labels(action, row)


def _reads_labels(action: Action, row: TaskRow) -> bool:
    """Whether the user may read labels of the task that somebody else submitted."""
    reviews = row.state == TaskState.IN_REVIEW or row.reviewer == action.user
    return action.may(Permission.READ_ALL) or (reviews and action.may(Permission.REVIEW))


def tasks_frame(action: Action, tasks: Iterable[int]) -> pd.DataFrame:
    """Tasks as a table, one row each; what auditors found only for who sees scores."""
    ids = [task if action.may(Permission.READ_ALL) else visible_task(action, task).id for task in tasks]
    frame = stored_tasks.to_frame(action.connection, ids)
    return frame if action.may(Permission.SEE_SCORES) else frame.drop(columns=["grade", "accuracy"])


def shown_version(action: Action, row: TaskRow) -> int | None:
    """Ontology version in whose names the labels of a task are shown; None: the newest.

    While they can still be changed it is the one that the batch pins, since that is what a change must fit.
    """
    if row.state == TaskState.GRADED and stored_audits.certificate_of(action.connection, row.batch) is not None:
        return None
    return row.ontology_version if row.state in _AT_WORK else None


def current_labels(action: Action, row: TaskRow) -> Labels:
    """Labels as they stand for the acting user."""
    connection, to = action.connection, shown_version(action, row)
    own = row.user == action.user
    if row.state in _DRAFTED or not (own or _reads_labels(action, row)):
        # Of several people who held it, each sees the own draft; a lead sees the holder's.
        writer = row.user if action.may(Permission.READ_ALL) and row.state in _DRAFTED else action.user
        text = None if writer is None else stored_labels.draft(connection, row.id, writer)
        return [] if text is None else carried_labels(connection, row.project, text, row.ontology_version, to=to)
    grade = stored_audits.grade_of(connection, row.id) if action.may(Permission.AUDIT) else None
    label_set = row.labels if grade is None or grade.labels is None else grade.labels
    if label_set is None:
        return []
    stored = stored_labels.by_id(connection, label_set)
    return carried_labels(connection, row.project, stored.labels, stored.ontology_version, to=to)
