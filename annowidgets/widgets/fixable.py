"""What must hold before an auditor corrects a copy of an attempt's labels."""

from __future__ import annotations

from annowidgets.errors import Immutable, TaskLocked
from annowidgets.widgets.attempts import Attempt, Attempts


def require_fixable(attempts: Attempts, attempt: Attempt) -> None:
    """Refuse before the work what would be refused after it."""
    if attempt.own is not None:
        raise attempt.own
    if attempt.held_by is not None:
        raise TaskLocked(f"{attempt.held_by} audits {attempt.item.name!r}.", rule="C4")
    if attempts.complete:
        raise Immutable(f"The audit of {attempts.batch!r} is complete; its grades stay.", rule="C4")
