"""The step of a stored task along its table, and who may take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from annowidgets.errors import (
    Conflict,
    PermissionDenied,
    RuleViolation,
    TaskLocked,
)
from annowidgets.store import batches as stored_batches
from annowidgets.store.tasks import TaskRow
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.states import TaskEvent, TaskState, next_task_state

if TYPE_CHECKING:
    from annowidgets.workflow.workspace import Action


def kind_of(action: Action, row: TaskRow) -> str:
    """Kind of the task's batch."""
    return stored_batches.by_id(action.connection, row.batch).kind


def step(action: Action, row: TaskRow, event: TaskEvent) -> TaskState:
    """State of the task after an event; TransitionRefused where its table has none (T1)."""
    return next_task_state(kind_of(action, row), row.state, event, task=row.id, state_before=row.state_before)


def held_task(action: Action, row: TaskRow, event: TaskEvent) -> TaskRow:
    """The row, if the acting user holds the task; otherwise the error that fits ``event``."""
    if row.state == TaskState.ANNOTATING and row.user == action.user:
        return row
    if row.state == TaskState.ANNOTATING:
        raise TaskLocked(f"{row.user} holds task {row.id}.", rule="T2", hint="project.next_task() gives you another.")
    if row.user not in (None, action.user) and not action.may(Permission.READ_ALL):
        raise PermissionDenied(f"Task {row.id} is not {action.user!r}'s.", rule="R3")
    step(action, row, event)
    raise AssertionError("only a task that somebody annotates can be saved, submitted or skipped")


def require_not_own(action: Action, author: str | None, verb: str) -> bool:
    """Refuse to judge one's own labels (T5); returns whether they are one's own, where the policy allows it."""
    if author != action.user:
        return False
    if not action.policy.allow_self_review:
        raise RuleViolation(
            f"{action.user!r} may not {verb} their own labels.",
            rule="T5",
            hint="Ask somebody else, or let an admin allow it: project.update_policy(allow_self_review=True).",
        )
    return True


def require_seen(row: TaskRow, expected: int) -> None:
    """Refuse to judge labels that were handed in after a look at revision ``expected`` (T6)."""
    if row.revision != expected:
        raise Conflict(
            f"{row.user} has handed task {row.id} in again since you looked at it.",
            rule="T6",
            hint="Look at what is there now, task.labels(), and decide again.",
        )
