"""States and transitions, as tables. What is not in a table is refused (T1)."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from annowidgets.errors import TransitionRefused


class BatchKind(StrEnum):
    """What a batch is for."""

    CALIBRATION = "calibration"
    GROUND_TRUTH = "ground_truth"
    PRODUCTION = "production"
    TRAINING = "training"


# What a batch of an annotation project can be for.
ANNOTATION_KINDS = (BatchKind.CALIBRATION, BatchKind.GROUND_TRUTH, BatchKind.PRODUCTION)


class BatchState(StrEnum):
    """Where a batch stands."""

    DRAFT = "draft"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CLOSED_EARLY = "closed_early"


class BatchEvent(StrEnum):
    """What can happen to a batch."""

    LAUNCH = "launch"
    CLOSE_EARLY = "close_early"
    ALL_TASKS_ENDED = "all_tasks_ended"
    TASK_REOPENED = "task_reopened"
    AUDIT_COMPLETED = "audit_completed"
    REMOVE_TRAINEE = "remove_trainee"


class TaskState(StrEnum):
    """Where a task stands."""

    QUEUED = "queued"
    ANNOTATING = "annotating"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    COMPLETED = "completed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    SUBMITTED = "submitted"
    GRADED = "graded"
    EXCLUDED = "excluded"


class TaskEvent(StrEnum):
    """What can happen to a task."""

    CLAIM = "claim"
    SAVE_DRAFT = "save_draft"
    RELEASE = "release"
    LEASE_EXPIRED = "lease_expired"
    SUBMIT_DRAWN = "submit_drawn"
    SUBMIT_NOT_DRAWN = "submit_not_drawn"
    SUBMIT_ATTEMPT = "submit_attempt"
    SKIP = "skip"
    APPROVE = "approve"
    RETURN = "return"
    RECALL = "recall"
    CANCEL = "cancel"
    REOPEN = "reopen"
    GRADE = "grade"
    EXCLUDE = "exclude"


class BeforeClaim:
    """Target of a transition that goes back to the state before the claim."""


BEFORE_CLAIM = BeforeClaim()

B, BE, S, E = BatchState, BatchEvent, TaskState, TaskEvent

BatchTable: TypeAlias = dict[tuple[BatchState, BatchEvent], BatchState]
TaskTable: TypeAlias = dict[tuple[TaskState, TaskEvent], TaskState | BeforeClaim]

# Batches of ground truth and production, where submits are reviewed by people.
MANUAL_BATCH: BatchTable = {
    (B.DRAFT, BE.LAUNCH): B.IN_PROGRESS,
    (B.DRAFT, BE.CLOSE_EARLY): B.CLOSED_EARLY,
    (B.IN_PROGRESS, BE.CLOSE_EARLY): B.CLOSED_EARLY,
    (B.IN_PROGRESS, BE.ALL_TASKS_ENDED): B.COMPLETED,
    (B.COMPLETED, BE.TASK_REOPENED): B.IN_PROGRESS,
}

CALIBRATION_BATCH: BatchTable = {
    (B.DRAFT, BE.LAUNCH): B.IN_PROGRESS,
    (B.DRAFT, BE.CLOSE_EARLY): B.CLOSED_EARLY,
    (B.IN_PROGRESS, BE.CLOSE_EARLY): B.CLOSED_EARLY,
    (B.IN_PROGRESS, BE.AUDIT_COMPLETED): B.COMPLETED,
    (B.CLOSED_EARLY, BE.AUDIT_COMPLETED): B.COMPLETED,
}

MANUAL_TASK: TaskTable = {
    (S.QUEUED, E.CLAIM): S.ANNOTATING,
    (S.RETURNED, E.CLAIM): S.ANNOTATING,
    (S.ANNOTATING, E.SAVE_DRAFT): S.ANNOTATING,
    (S.ANNOTATING, E.RELEASE): BEFORE_CLAIM,
    (S.ANNOTATING, E.LEASE_EXPIRED): BEFORE_CLAIM,
    (S.ANNOTATING, E.SUBMIT_DRAWN): S.IN_REVIEW,
    (S.ANNOTATING, E.SUBMIT_NOT_DRAWN): S.COMPLETED,
    (S.ANNOTATING, E.SKIP): S.SKIPPED,
    (S.IN_REVIEW, E.APPROVE): S.COMPLETED,
    (S.IN_REVIEW, E.RETURN): S.RETURNED,
    (S.IN_REVIEW, E.RECALL): S.ANNOTATING,
    (S.COMPLETED, E.RECALL): S.ANNOTATING,
    (S.QUEUED, E.CANCEL): S.CANCELLED,
    (S.ANNOTATING, E.CANCEL): S.CANCELLED,
    (S.RETURNED, E.CANCEL): S.CANCELLED,
    (S.SKIPPED, E.REOPEN): S.QUEUED,
    (S.COMPLETED, E.REOPEN): S.QUEUED,
}

CALIBRATION_TASK: TaskTable = {
    (S.QUEUED, E.CLAIM): S.ANNOTATING,
    (S.ANNOTATING, E.SAVE_DRAFT): S.ANNOTATING,
    (S.ANNOTATING, E.RELEASE): S.QUEUED,
    (S.ANNOTATING, E.LEASE_EXPIRED): S.QUEUED,
    (S.ANNOTATING, E.SUBMIT_ATTEMPT): S.SUBMITTED,
    (S.ANNOTATING, E.SKIP): S.QUEUED,
    (S.SUBMITTED, E.GRADE): S.GRADED,
    (S.GRADED, E.GRADE): S.GRADED,
    (S.QUEUED, E.EXCLUDE): S.EXCLUDED,
    (S.ANNOTATING, E.EXCLUDE): S.EXCLUDED,
    (S.SUBMITTED, E.EXCLUDE): S.EXCLUDED,
    (S.GRADED, E.EXCLUDE): S.EXCLUDED,
}

# A trainee's set of tasks in a round of a training project.
TRAINING_BATCH: BatchTable = {
    (B.DRAFT, BE.LAUNCH): B.IN_PROGRESS,
    (B.IN_PROGRESS, BE.REMOVE_TRAINEE): B.CLOSED_EARLY,
}

TRAINING_TASK: TaskTable = {
    (S.QUEUED, E.CLAIM): S.ANNOTATING,
    (S.ANNOTATING, E.SAVE_DRAFT): S.ANNOTATING,
    (S.ANNOTATING, E.RELEASE): S.QUEUED,
    (S.ANNOTATING, E.LEASE_EXPIRED): S.QUEUED,
    (S.ANNOTATING, E.SUBMIT_ATTEMPT): S.SUBMITTED,
}

BATCH_TABLES = {
    BatchKind.CALIBRATION: CALIBRATION_BATCH,
    BatchKind.GROUND_TRUTH: MANUAL_BATCH,
    BatchKind.PRODUCTION: MANUAL_BATCH,
    BatchKind.TRAINING: TRAINING_BATCH,
}
TASK_TABLES = {
    BatchKind.CALIBRATION: CALIBRATION_TASK,
    BatchKind.GROUND_TRUTH: MANUAL_TASK,
    BatchKind.PRODUCTION: MANUAL_TASK,
    BatchKind.TRAINING: TRAINING_TASK,
}


def next_batch_state(kind: str, state: str, event: BatchEvent, *, batch: str) -> BatchState:
    """State of a batch after an event.

    Raises
    ------
    TransitionRefused
        Where the table has no such event in this state.
    """
    table = BATCH_TABLES[BatchKind(kind)]
    try:
        return table[BatchState(state), event]
    except KeyError:
        possible = [str(e).replace("_", " ") for (s, e) in table if s == state]
        raise TransitionRefused(
            f"Batch {batch!r} is {_words(state)}, so {_words(event)} is not possible.",
            rule="T1",
            hint=f"Possible now: {', '.join(possible)}." if possible else "It is at its end.",
        ) from None


def next_task_state(kind: str, state: str, event: TaskEvent, *, task: int, state_before: str | None) -> TaskState:
    """State of a task after an event.

    Parameters
    ----------
    kind : str
        Kind of its batch.
    state, event : str
        Where it stands and what happens.
    task : int
        Its id, for the message.
    state_before : str or None
        Its state before the claim.

    Raises
    ------
    TransitionRefused
        Where the table has no such event in this state.
    """
    table = TASK_TABLES[BatchKind(kind)]
    try:
        target = table[TaskState(state), event]
    except KeyError:
        possible = list(dict.fromkeys(_told(e) for (s, e) in table if s == state))
        raise TransitionRefused(
            f"Task {task} is {_words(state)}, so {_told(event)} is not possible.",
            rule="T1",
            hint=f"Possible now: {', '.join(possible)}." if possible else "It is at its end.",
        ) from None
    return TaskState(state_before or "queued") if isinstance(target, BeforeClaim) else target


def _told(event: TaskEvent) -> str:
    """What a person calls an event: whether a submit is drawn for review is not theirs to say."""
    return "submit" if event.startswith("submit") else _words(event)


def _words(value: str) -> str:
    return str(value).replace("_", " ")
