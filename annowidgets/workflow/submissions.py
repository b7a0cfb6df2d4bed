"""Drafts, submissions and the end of a batch, inside an action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from annowidgets.errors import (
    Conflict,
    InvalidInput,
    TransitionRefused,
)
from annowidgets.labels import Labels, labels_to_json
from annowidgets.store import batches as stored_batches
from annowidgets.store import events as stored_events
from annowidgets.store import items as stored_items
from annowidgets.store import labels as stored_labels
from annowidgets.store import tasks as stored_tasks
from annowidgets.store.batches import BatchRow
from annowidgets.store.tasks import TaskRow
from annowidgets.workflow.draws import luck
from annowidgets.workflow.evaluation import Measured, is_alive, keep_score
from annowidgets.workflow.states import BatchEvent, BatchKind, BatchState, TaskEvent, TaskState, next_batch_state
from annowidgets.workflow.steps import held_task, step

if TYPE_CHECKING:
    from annowidgets.workflow.workspace import Action


def submit(
    action: Action,
    row: TaskRow,
    labels: Labels,
    *,
    confidence: float | None,
    seconds: float,
    measured: Measured | None = None,
) -> None:
    """Hand in labels that were found to fit; ``measured`` is what `Comparison.measured` gave of an evaluation's."""
    batch = stored_batches.by_id(action.connection, row.batch)
    drawn = False
    if batch.kind == BatchKind.CALIBRATION and confidence is None:  # C3
        raise InvalidInput(
            "A calibration attempt needs a confidence.",
            rule="C3",
            hint="For example task.submit(labels, confidence=0.9).",
        )
    if batch.kind in (BatchKind.CALIBRATION, BatchKind.TRAINING):
        event = TaskEvent.SUBMIT_ATTEMPT
    else:
        drawn = is_drawn_for_review(action, row.id)
        event = TaskEvent.SUBMIT_DRAWN if drawn else TaskEvent.SUBMIT_NOT_DRAWN
    state = step(action, row, event)
    label_set = add_label_set(action, row, "submission", labels)
    keep_score(action, row, label_set, labels, measured)  # Q2
    stored_labels.save_draft(action.connection, row.id, action.user, labels_to_json(labels).decode(), action.now)
    stored_tasks.change(
        action.connection,
        row.id,
        state=state,
        labels=label_set,
        confidence=confidence,
        seconds=row.seconds + seconds,
        revision=row.revision + 1,
        submitted=action.now,
        lease_until=None,
        state_before=None,
        assignee=None,
        reviewer=None,
    )
    action.log(
        "task.submit",
        "task",
        row.id,
        state=state,
        labels=len(labels),
        confidence=confidence,
        seconds=row.seconds + seconds,
        drawn=drawn,
    )
    complete_batch_if_done(action, batch)


def is_drawn_for_review(action: Action, task: int) -> bool:
    """Whether a submit is drawn for review: seeded per task, so that the draw can be replayed (T4)."""
    return luck(action, f"review of task {task}").random() < action.settings.sampling_rate


def complete_batch_if_done(action: Action, batch: BatchRow) -> None:
    """Complete a batch of ground truth or production when its last task has ended.

    An evaluation task that nobody works on is cancelled then: nobody else could be given it.
    """
    if batch.kind == BatchKind.CALIBRATION or batch.state != BatchState.IN_PROGRESS:
        return
    if stored_tasks.open_in_batch(action.connection, batch.id):
        return
    evaluations = stored_tasks.open_evaluations(action.connection, batch.id)
    if not any(is_alive(action, row) for row in evaluations):
        for row in evaluations:
            state = step(action, row, TaskEvent.CANCEL)
            stored_tasks.change(action.connection, row.id, state=state, lease_until=None, reason="the batch is done")
            action.log("evaluation.cancel", "task", row.id)
        after = next_batch_state(batch.kind, batch.state, BatchEvent.ALL_TASKS_ENDED, batch=batch.name)
        stored_batches.change(action.connection, batch.id, state=after)
        action.log("batch.complete", "batch", batch.id)


def reopen_batch(action: Action, row: TaskRow) -> None:
    """Put a completed batch back in progress, since a task of it is open again."""
    batch = stored_batches.by_id(action.connection, row.batch)
    if batch.state != BatchState.IN_PROGRESS:
        state = next_batch_state(batch.kind, batch.state, BatchEvent.TASK_REOPENED, batch=batch.name)
        items = stored_batches.included_items(action.connection, batch.id)
        busy = stored_items.in_open_batches(action.connection, items)
        if busy:
            raise TransitionRefused(
                f"Batch {batch.name!r} can't be opened again: {len(busy)} of its items are in {min(busy.values())!r}.",
                rule="T1",
                hint="An item is in at most one open batch: complete or close that one first.",
            )
        stored_batches.change(action.connection, batch.id, state=state)


def add_label_set(action: Action, row: TaskRow, kind: str, labels: Labels) -> int:
    """Store labels that will never change; returns their id."""
    return stored_labels.add(
        action.connection,
        task=row.id,
        kind=kind,
        user=action.user,
        ontology_version=row.ontology_version,
        labels=labels_to_json(labels).decode(),
        at=action.now,
    )


# Where a task stands after its annotator has handed it in or given it up.
_ENDED_BY_ANNOTATOR = (
    TaskState.IN_REVIEW,
    TaskState.COMPLETED,
    TaskState.SKIPPED,
    TaskState.SUBMITTED,
    TaskState.GRADED,
)


def conflict_of(action: Action, row: TaskRow, expected: int, event: TaskEvent) -> Conflict | None:
    """Why a save or a submit must not go on top of what is stored; None where it may.

    Parameters
    ----------
    row : TaskRow
        As stored now.
    expected : int
        Number of the draft that the edit was made on.
    event : TaskEvent
        What the writer wants, for the refusal.

    Raises
    ------
    PermissionDenied, TaskLocked, TransitionRefused
        Where the writer never held the task, or has ended the work on it knowingly: then nothing is to be kept.
    """
    if row.state == TaskState.ANNOTATING and row.user == action.user:
        if expected == row.revision:
            return None
        return Conflict(
            f"Task {row.id} was saved in another window (draft {row.revision}, this one is {expected}).",
            rule="T6",
            hint="Your version is kept: task.copies()[0]. Open the task again to go on.",
        )
    last, by = stored_events.last_of(action.connection, "task", row.id) or (None, None)
    ended_knowingly = expected == row.revision and (
        (row.user == action.user and (row.state in _ENDED_BY_ANNOTATOR or last == "task.return"))
        or (by == action.user and last in ("task.release", "task.skip"))
    )
    if ended_knowingly or not stored_events.has_done(action.connection, action.user, "task.claim", "task", row.id):
        held_task(action, row, event)
    holder = f"{row.user} holds it" if row.state == TaskState.ANNOTATING else f"it is {row.state.replace('_', ' ')}"
    return Conflict(
        f"Task {row.id} is no longer open for you: {holder}.",
        rule="T3",
        hint="Your version is kept: task.copies()[0]. project.next_task() gives you another task.",
    )


def keep_copy(action: Action, row: TaskRow, text: str, reason: str, *, user: str | None = None) -> None:
    """Keep labels that lost a conflict, or fit no more, as their writer's own copy (T3, T6)."""
    stored_labels.add(
        action.connection,
        task=row.id,
        kind="copy",
        user=action.user if user is None else user,
        ontology_version=row.ontology_version,
        labels=text,
        at=action.now,
    )
    action.log("task.copy", "task", row.id, reason=reason)
