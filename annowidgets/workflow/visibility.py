"""What of a task a user sees, and whose labels (R3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from annowidgets.errors import (
    NotFound,
    PermissionDenied,
)
from annowidgets.labels import Labels
from annowidgets.store import audits as stored_audits
from annowidgets.store import labels as stored_labels
from annowidgets.store import tasks as stored_tasks
from annowidgets.store.tasks import TaskRow
from annowidgets.workflow.base import carried_labels
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.states import TaskState

if TYPE_CHECKING:
    from annowidgets.workflow.workspace import Action


def visible_task(action: Action, task: int) -> TaskRow:
    """The task, if the user may see it: own ones, and all for who reads or reviews (R3)."""
    row = stored_tasks.by_id(action.connection, task)
    if row is None or row.project != action.project.id:
        raise NotFound(f"Project {action.project.name!r} has no task {task}.")
    own = (
        action.user in (row.user, row.assignee) or stored_labels.draft(action.connection, task, action.user) is not None
    )
    if own or action.may(Permission.READ_ALL) or (row.state == TaskState.IN_REVIEW and action.may(Permission.REVIEW)):
        return row
    raise PermissionDenied(  # R3
        f"Task {task} is not {action.user!r}'s.", rule="R3", hint="One sees one's own tasks; leads see all."
    )


def current_labels(action: Action, row: TaskRow) -> Labels:
    """Labels as they stand for the acting user, under the newest names."""
    project, connection = action.project.id, action.connection
    if row.state in (TaskState.QUEUED, TaskState.ANNOTATING, TaskState.RETURNED, TaskState.CANCELLED):
        # Of several people who held it, each sees the own draft; a lead sees the holder's.
        own = stored_labels.draft(connection, row.id, action.user)
        held = stored_labels.draft(connection, row.id, row.user) if row.user else None
        text = held if row.user == action.user or action.may(Permission.READ_ALL) else own
        return [] if text is None else carried_labels(connection, project, text, row.ontology_version)
    grade = stored_audits.grade_of(connection, row.id)
    label_set = (
        grade.labels if grade is not None and grade.labels is not None and action.may(Permission.AUDIT) else None
    )
    label_set = row.labels if label_set is None else label_set
    if label_set is None:
        return []
    stored = stored_labels.by_id(connection, label_set)
    return carried_labels(connection, project, stored.labels, stored.ontology_version)
