"""What must hold before an auditor corrects a copy of an attempt's labels."""

from __future__ import annotations

from annowidgets.errors import Immutable, InvalidInput, TaskLocked
from annowidgets.widgets.attempts import Attempt, Attempts


def require_fixable(attempts: Attempts, attempt: Attempt) -> None:
    """Refuse before the work what would be refused after it."""
    if attempt.own is not None:
        raise attempt.own
    if attempt.held_by is not None:
        raise TaskLocked(f"{attempt.held_by} audits {attempt.item.name!r}.", rule="C4")
    if attempts.complete:
        raise Immutable(f"The audit of {attempts.batch!r} is complete; its grades stay.", rule="C4")
    refusal = why_not_fixable(attempt)
    if refusal is not None:
        raise InvalidInput(refusal)


def why_not_fixable(attempt: Attempt) -> str | None:
    """Why the editor can't correct an attempt; None where it can."""
    if attempt.item.frames == 1:
        return None
    return (
        f"The editor shows still pictures; this item has {attempt.item.frames} frames. "
        "Correct it by program: audit.grade(task, 'fix', labels=[...])."
    )
