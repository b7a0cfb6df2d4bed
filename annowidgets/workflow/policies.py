"""Settings that a project's admin decides: calibration policy, requirements of a batch, evaluation policy."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec
from msgspec.structs import force_setattr

from annowidgets.errors import InvalidInput
from annowidgets.labels.summaries import html_table
from annowidgets.labels.values import name as checked_name
from annowidgets.workflow.checks import (
    checked_tags,
    require_count,
    require_flag,
    require_languages,
    require_number,
    require_rate,
    require_score,
)

S = TypeVar("S", bound=msgspec.Struct)


def _keep(settings: msgspec.Struct, check: Callable[[str, Any], Any], *fields: str, or_none: bool = False) -> None:
    """Check fields and keep what the check makes of them: plain values, which can be stored, of numpy's numbers too."""
    for field in fields:
        value = getattr(settings, field)
        if value is not None or not or_none:
            force_setattr(settings, field, check(field, value))


class _Shown(msgspec.Struct, frozen=True):
    """Settings that a notebook shows as a table."""

    def _repr_html_(self) -> str:
        return html_table(("setting", "value"), msgspec.structs.asdict(self).items())


class CalibrationPolicy(_Shown, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a calibration has to reach before production opens (C2).

    Parameters
    ----------
    min_score : float
        Calibration score, 0 to 100.
    min_accuracy : float
        Mean accuracy, 0 to 1.
    min_items : int
        Items with a graded attempt.
    max_excluded_share : float
        Items of the batch without a graded attempt, as a share of all, 0 to 1.
    min_low : float, optional
        Lower end of the score's 95 % interval, 0 to 100.
    min_taskers, min_training_tasks, min_evaluation_tasks : int, optional
        Different people in the batch; promoted tasks of the project.
    feedback_answered : bool
        Whether all feedback must be answered.
    relock_on_instructions : bool
        Whether new instructions make the calibration stale.
    confidence_weight : float
        Weight of the confidence term in the score, 0 to 1/3.
    allow_self_review : bool
        Whether people may review and audit their own labels (T5).
    """

    min_score: float = 80.0
    min_accuracy: float = 0.8
    min_items: int = 10
    max_excluded_share: float = 0.2
    min_low: float | None = None
    min_taskers: int | None = None
    min_training_tasks: int | None = None
    min_evaluation_tasks: int | None = None
    feedback_answered: bool = False
    relock_on_instructions: bool = False
    confidence_weight: float = 0.2
    allow_self_review: bool = False

    def __post_init__(self) -> None:
        _keep(self, require_score, "min_score")
        _keep(self, require_rate, "min_accuracy", "max_excluded_share")
        _keep(self, require_count, "min_items")
        _keep(self, require_score, "min_low", or_none=True)
        _keep(self, require_count, "min_taskers", "min_training_tasks", "min_evaluation_tasks", or_none=True)
        _keep(self, require_flag, "feedback_answered", "relock_on_instructions", "allow_self_review")
        _keep(self, require_number, "confidence_weight")
        if not 0 <= self.confidence_weight <= 1 / 3 + 1e-9:
            raise InvalidInput(
                f"confidence_weight must lie in 0 to 1/3, got {self.confidence_weight}.",
                hint="Up to 1/3 a more accurate attempt can never lower the score.",
            )


class Requirements(_Shown, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a person must meet to claim tasks of a batch (C7).

    Parameters
    ----------
    languages : mapping of language -> level
        Levels A1, A2, B1, B2, C1, C2, native; the person's level must be at least that.
    tags : sequence of str
        All of them must be the person's.
    min_instruction_seconds : float
        Focused time on the current instructions.
    training : str, optional
        Name of a training project with a ``pass_mark``, of which the person must have passed a round of all its tasks
        (a re-calculation may change that).
    """

    languages: dict[str, str] = {}
    tags: tuple[str, ...] = ()
    min_instruction_seconds: float = 0.0
    training: str | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "languages", require_languages(self.languages))
        force_setattr(self, "tags", checked_tags(self.tags))
        _keep(self, require_number, "min_instruction_seconds")
        if self.min_instruction_seconds < 0:
            raise InvalidInput("min_instruction_seconds must not be negative.")
        _keep(self, checked_name, "training", or_none=True)


class EvaluationPolicy(_Shown, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How evaluation tasks are mixed into production, and when an annotator is paused (Q2, Q3).

    Parameters
    ----------
    rate : float
        Share of the tasks that the queue gives a person in production that are evaluation tasks, 0 to 1.
    min_mean : float
        Rolling mean of evaluation scores below which the annotator is paused, 0 to 100.
    window, after : int
        How many evaluations the mean spans, and how many there must be before it counts; since the last such pause.
    """

    rate: float = 0.1
    min_mean: float = 70.0
    window: int = 10
    after: int = 5

    def __post_init__(self) -> None:
        _keep(self, require_rate, "rate")
        _keep(self, require_score, "min_mean")
        _keep(self, partial(require_count, least=1), "window", "after")


class Settings(_Shown, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of a project that need no versions.

    Parameters
    ----------
    sampling_rate : float
        Share of submits drawn for review, 0 to 1 (T4).
    lease_minutes : float
        How long a claim lasts without a sign of life (T3).
    evaluation : EvaluationPolicy
        Evaluation tasks in production.
    """

    sampling_rate: float = 0.1
    lease_minutes: float = 60.0
    evaluation: EvaluationPolicy = EvaluationPolicy()

    def __post_init__(self) -> None:
        _keep(self, require_rate, "sampling_rate")
        _keep(self, require_number, "lease_minutes")
        if self.lease_minutes <= 0:
            raise InvalidInput(f"lease_minutes must be above 0, got {self.lease_minutes}.")
        if not isinstance(self.evaluation, EvaluationPolicy):
            raise InvalidInput("evaluation must be an EvaluationPolicy.")


def changed(settings: S, **changes: Any) -> S:
    """A copy with changed fields; unknown names are refused, naming those there are."""
    unknown = sorted(changes.keys() - set(settings.__struct_fields__))
    if unknown:
        raise InvalidInput(
            f"{type(settings).__name__} has no setting {unknown[0]!r}.",
            hint=f"Settings: {', '.join(settings.__struct_fields__)}.",
        )
    return msgspec.structs.replace(settings, **changes)


def to_json(settings: msgspec.Struct) -> str:
    """Settings as JSON text."""
    return msgspec.json.encode(settings).decode()
