"""Taking a task and giving it back, inside an action: leases (T3), locks (C2), requirements (C1, C7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from annowidgets.errors import (
    NotQualified,
    RuleViolation,
    TaskLocked,
    TransitionRefused,
)
from annowidgets.store import audits as stored_audits
from annowidgets.store import batches as stored_batches
from annowidgets.store import evaluation as stored_evaluation
from annowidgets.store import labels as stored_labels
from annowidgets.store import members as stored_members
from annowidgets.store import projects as stored_projects
from annowidgets.store import tasks as stored_tasks
from annowidgets.store.batches import BatchRow
from annowidgets.store.tasks import TaskRow
from annowidgets.workflow.states import BatchKind, BatchState, TaskEvent, TaskState
from annowidgets.workflow.steps import step

if TYPE_CHECKING:
    from annowidgets.workflow.workspace import Action


def lease_end(action: Action) -> float:
    """When a lease that begins now ends (T3)."""
    return action.now + 60 * action.settings.lease_minutes


def renew_expired(action: Action, row: TaskRow) -> TaskRow:
    """Begin the lease of a held task anew, where it ran out and nobody else has claimed the task (T3)."""
    if row.lease_until is None or row.lease_until >= action.now:
        return row
    stored_tasks.change(action.connection, row.id, lease_until=lease_end(action))
    action.log("task.keep_alive", "task", row.id, seconds=row.seconds)
    return row._replace(lease_until=lease_end(action))


def claim(action: Action, row: TaskRow, *, draw: int | None = None) -> TaskRow:
    """Give a task to the acting user, if the rules allow it; returns it as claimed.

    ``draw`` is the number of the person's draw that gave it (Q2).
    """
    connection = action.connection
    batch = stored_batches.by_id(connection, row.batch)
    assert action.member is not None
    if batch.state != BatchState.IN_PROGRESS:
        raise TransitionRefused(f"Batch {batch.name!r} is {batch.state.replace('_', ' ')}.", rule="T1")
    if row.state == TaskState.ANNOTATING:
        if row.lease_until is None or row.lease_until >= action.now:
            raise TaskLocked(
                f"{row.user} holds task {row.id}.", rule="T2", hint="A lead can release it: task.release()."
            )
        row = expire(action, row)
    state = step(action, row, TaskEvent.CLAIM)
    if row.assignee not in (None, action.user):
        raise TaskLocked(f"Task {row.id} is assigned to {row.assignee}.", rule="T8")
    if row.state == TaskState.RETURNED and action.user not in (row.user, row.assignee):
        raise TaskLocked(f"Task {row.id} waits for its author, {row.user}.", rule="T8", hint="A lead can assign it.")
    is_own_returned = row.state == TaskState.RETURNED and row.user == action.user
    if not is_own_returned:
        require_open_for(action, batch)
        require_qualified(action, batch, row, action.member)
    if batch.kind == BatchKind.CALIBRATION:
        version = batch.instructions_version
    else:
        instructions = stored_projects.instructions(connection, action.project.id)
        assert instructions is not None
        version = instructions.version
    stored_tasks.change(
        connection,
        row.id,
        state=state,
        state_before=row.state,
        user=action.user,
        lease_until=lease_end(action),
        instructions_version=version,
        # Time counts for the person who spent it.
        seconds=row.seconds if row.user == action.user else 0.0,
    )
    action.log("task.claim", "task", row.id, instructions_version=version, draw=draw)
    claimed = stored_tasks.by_id(connection, row.id)
    assert claimed is not None
    return claimed


def require_open_for(action: Action, batch: BatchRow) -> None:
    """Refuse new production tasks while the project is locked (C2) or the user is paused (Q3)."""
    from annowidgets.workflow.calibration import require_calibrated

    if batch.kind != BatchKind.PRODUCTION:
        return
    require_calibrated(action)  # C2
    if action.member is not None and action.member.paused is not None:
        raise RuleViolation(
            f"{action.user!r} is paused from production: {action.member.paused}.",
            rule="Q3",
            hint="A lead can reinstate: project.reinstate(user, reason=...).",
        )


def require_qualified(action: Action, batch: BatchRow, row: TaskRow, member: stored_members.MemberRow) -> None:
    """Refuse who does not meet the batch's requirements (C7) or has touched the item of a calibration (C1)."""
    from annowidgets.workflow.qualification import share_of_attempts, unmet_requirements

    lacking = unmet_requirements(action.connection, batch, member)
    if lacking:
        raise NotQualified(
            f"{member.user!r} does not meet the requirements of {batch.name!r}: {'; '.join(lacking)}.", rule="C7"
        )
    evaluation = stored_evaluation.of_task(action.connection, row.id)
    if evaluation is not None and evaluation.user != member.user:  # Q2
        # Told as of any task that is somebody's, and not by what rule.
        raise TaskLocked(f"Task {row.id} is assigned to {evaluation.user}.", rule="T8")
    if batch.kind != BatchKind.CALIBRATION:
        return
    if member.user in stored_tasks.touched_item(action.connection, batch.id, row.item):
        raise RuleViolation(f"{member.user!r} has attempted or skipped this item of {batch.name!r}.", rule="C1")
    share = share_of_attempts(action.connection, batch)
    taken = stored_tasks.attempts_of(action.connection, batch.id, member.user)
    if share is not None and taken >= share and not stored_tasks.was_skipped(action.connection, row.id):
        raise RuleViolation(
            f"{member.user!r} has the share of {batch.name!r}: {share} attempts.",
            rule="C1",
            hint="More people can be added, or max_per_tasker set when the batch is made.",
        )


def give_back(action: Action, row: TaskRow) -> None:
    """Put a held task back to where it was before the claim."""
    _put_back(action, row, step(action, row, TaskEvent.RELEASE))
    action.log("task.release", "task", row.id, user=row.user)


def _put_back(action: Action, row: TaskRow, state: TaskState) -> None:
    if state == TaskState.QUEUED:
        requeue(action, row)
        return
    # Somebody else may have begun it anew; it waits for the author of what was returned again.
    assert row.labels is not None, "only submitted labels are returned"
    author = stored_labels.by_id(action.connection, row.labels).user
    seconds = row.seconds if row.user == author else 0.0
    stored_tasks.change(
        action.connection, row.id, state=state, state_before=None, lease_until=None, user=author, seconds=seconds
    )


def requeue(action: Action, row: TaskRow) -> None:
    """Put a task back into the queue, nobody's."""
    stored_tasks.change(
        action.connection,
        row.id,
        state=TaskState.QUEUED,
        state_before=None,
        user=None,
        lease_until=None,
        instructions_version=None,
    )


def expire(action: Action, row: TaskRow) -> TaskRow:
    """End a lease that ran out, keeping the holder's draft as a copy (T3)."""
    state = step(action, row, TaskEvent.LEASE_EXPIRED)
    draft = stored_labels.draft(action.connection, row.id, row.user) if row.user else None
    if draft is not None and row.user is not None:
        stored_labels.add(
            action.connection,
            task=row.id,
            kind="copy",
            user=row.user,
            ontology_version=row.ontology_version,
            labels=draft,
            at=action.now,
        )
    action.log("task.lease_expired", "task", row.id, user=row.user)
    _put_back(action, row, state)
    expired = stored_tasks.by_id(action.connection, row.id)
    assert expired is not None
    return expired


def release_audit_locks(action: Action, auditor: str) -> None:
    """Leave the items that somebody audits to other auditors (R2, C4)."""
    for batch in stored_batches.all_of(action.connection, action.project.id):
        if batch.kind == BatchKind.CALIBRATION and batch.state != BatchState.COMPLETED:
            for item in stored_batches.included_items(action.connection, batch.id):
                lock = stored_audits.lock(action.connection, batch.id, item)
                if lock is not None and lock[0] == auditor:
                    stored_audits.remove_lock(action.connection, batch.id, item)


def takers_left(action: Action, batch: BatchRow, row: TaskRow) -> bool:
    """Whether somebody who has not touched the item could still attempt it."""
    from annowidgets.workflow.qualification import qualified_annotators, qualified_members

    # Where no annotator qualifies, leads and reviewers label.
    takers = qualified_annotators(action.connection, batch) or qualified_members(action.connection, batch)
    return bool(set(takers) - stored_tasks.touched_item(action.connection, batch.id, row.item))
