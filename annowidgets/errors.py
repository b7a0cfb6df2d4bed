"""One family of errors.

Every error that annowidgets raises on purpose says what was refused, why, and (``hint``) what to do about it. Rules
of the workflow carry their id in ``rule``.
"""

from __future__ import annotations

import difflib
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any


class Notice(UserWarning):
    """Something was left as it is, or goes on although it is unusual; nothing was refused."""


class AnnowidgetsError(Exception):
    """Base of all errors that annowidgets raises on purpose.

    Parameters
    ----------
    message : str
        What was refused and why, in one sentence.
    rule : str, optional
        Id of the rule that refused ("C2").
    hint : str, optional
        What would unlock or repair it.
    """

    def __init__(self, message: str, *, rule: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.rule = rule
        self.hint = hint

    def __str__(self) -> str:
        text = f"[{self.rule}] {self.message}" if self.rule else self.message
        return f"{text} {self.hint}" if self.hint else text


class PermissionDenied(AnnowidgetsError):
    """The user's role does not allow the action."""


class RuleViolation(AnnowidgetsError):
    """A rule of the workflow refused the action; nothing was changed."""


class ProductionLocked(RuleViolation):
    """The project is not calibrated, so production is closed."""


class TaskLocked(RuleViolation):
    """Somebody else holds the task or the audit of the item."""


class TransitionRefused(RuleViolation):
    """The state table has no such event in this state."""


class AuditIncomplete(RuleViolation):
    """Not every attempt is graded or excluded, so there is no score."""


class OntologyMismatch(RuleViolation):
    """Two ontologies that must be exactly the same are not."""


class SourceNotEligible(RuleViolation):
    """A training project can't draw from this source."""


class Immutable(RuleViolation):
    """The thing is fixed and can't be changed."""


class NotQualified(RuleViolation):
    """The user does not meet the batch's requirements."""


class Conflict(RuleViolation):
    """Somebody else changed the thing in the meantime."""


class AlreadyExists(RuleViolation):
    """There is one of this name already."""


class InvalidInput(AnnowidgetsError, ValueError):
    """An argument or a file can't be used as given."""


class InvalidShape(InvalidInput):
    """The geometry is impossible: NaN, no area, no length, no points."""


class InvalidLabels(InvalidInput):
    """Labels don't fit their item or ontology; ``problems`` names each offending label.

    Parameters
    ----------
    problems : sequence of Problem
        As `annowidgets.labels.find_problems` finds them.
    """

    def __init__(self, problems: Sequence[Any], *, rule: str | None = None) -> None:
        lines = "".join(f"\n- {problem.text}" for problem in problems)
        super().__init__(f"{len(problems)} problem(s) with the labels:{lines}", rule=rule)
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[Any, ...]:
        # The default would hand the message to a constructor that takes problems.
        return type(self), (self.problems,), {"rule": self.rule}


class InvalidOntology(InvalidInput):
    """The ontology contradicts itself, or the change of it breaks labels."""


class InvalidMedia(InvalidInput):
    """The picture, video or series can't be read, or has changed."""


class InvalidImport(InvalidInput):
    """The file of another tool can't be read."""


class NotFound(InvalidInput, LookupError):
    """There is nothing of this name."""

    @classmethod
    def named(cls, kind: str, name: object, known: Iterable[str]) -> NotFound:
        """Error for an unknown name that lists the closest known ones.

        Parameters
        ----------
        kind : str
            What was looked for ("project").
        name : object
            What was asked for.
        known : iterable of str
            The names there are.
        """
        names = list(known)
        close = difflib.get_close_matches(str(name), names, n=3) or sorted(names)[:5]
        hint = f"Closest: {', '.join(map(repr, close))}." if close else f"There is no {kind} yet."
        return cls(f"No {kind} {name!r}.", hint=hint)


class StoreError(AnnowidgetsError):
    """The workspace file can't be opened or written."""


def notice(text: str) -> None:
    """Say something that needs no action, as a `Notice` at the line outside the package that asked for it."""
    package = str(Path(__file__).parent)
    depth, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        depth, frame = depth + 1, frame.f_back
    warnings.warn(text, Notice, stacklevel=depth - 1)
