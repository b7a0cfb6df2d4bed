"""Calibration before production: conditions, readiness, and the lock (C2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from annowidgets.errors import ProductionLocked
from annowidgets.store import audits as stored_audits
from annowidgets.store import feedback as stored_feedback
from annowidgets.store import items as stored_items
from annowidgets.store import projects as stored_projects
from annowidgets.store.audits import CertificateRow
from annowidgets.workflow.base import ProjectBase
from annowidgets.workflow.permissions import Permission

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.workflow.workspace import Action

# Thresholds allow for the last digit of a computed figure.
_SLACK = 1e-9


class Condition(NamedTuple):
    """One condition of production.

    Attributes
    ----------
    condition : str
        What is looked at.
    required, actual : str
        The figures; ``required`` is "advice" where it locks nothing.
    met : bool
        Whether it is reached.
    """

    condition: str
    required: str
    actual: str
    met: bool

    @property
    def locks(self) -> bool:
        """Whether production is locked until it is met."""
        return self.required != "advice"


class Figures(NamedTuple):
    """What the conditions are evaluated on: the figures of a certificate."""

    score: float | None
    accuracy: float | None
    low: float | None
    items: int
    excluded: int
    taskers: int
    instructions_version: int


def figures_of(certificate: CertificateRow) -> Figures:
    """The figures of a stored certificate that conditions look at."""
    return Figures(*(getattr(certificate, field) for field in Figures._fields))


def conditions(action: Action, figures: Figures | None) -> list[Condition]:
    """The conditions of production with their figures, under the current policy (C2).

    Parameters
    ----------
    figures : Figures or None
        Of the newest certificate on the current ontology version; None where there is none.
    """
    policy, connection, project = action.policy, action.connection, action.project.id
    version = stored_projects.ontology(connection, project).version
    if figures is None:
        return [Condition(f"audited calibration batch on ontology version {version}", "one", "none yet", False)]
    found = []

    def at_least(name: str, required: float | None, actual: float | None, digits: int = 0) -> None:
        if required is not None:
            needs, told = _told_apart(required, actual, digits)
            found.append(Condition(name, f">= {needs}", told, actual is not None and actual >= required - _SLACK))

    at_least("calibration score", policy.min_score, figures.score, 1)
    at_least("mean accuracy", policy.min_accuracy, figures.accuracy, 2)
    at_least("items with a graded attempt", policy.min_items, figures.items)
    total = figures.items + figures.excluded
    share = figures.excluded / total if total else 0.0
    most, told = _told_apart(100 * policy.max_excluded_share, 100 * share, 0)
    is_met = share <= policy.max_excluded_share + _SLACK
    found.append(Condition("items without a graded attempt", f"<= {most} %", f"{told} %", is_met))
    at_least("lower end of the score's interval", policy.min_low, figures.low, 1)
    at_least("taskers", policy.min_taskers, figures.taskers)
    for kind, required in (("training", policy.min_training_tasks), ("evaluation", policy.min_evaluation_tasks)):
        at_least(f"{kind} tasks", required, stored_audits.count_promotions(connection, project, kind))
    unanswered = stored_feedback.count_open(connection, project)
    if policy.feedback_answered or unanswered:
        required_text = "0" if policy.feedback_answered else "advice"
        found.append(Condition("feedback without answer", required_text, str(unanswered), unanswered == 0))
    instructions = stored_projects.instructions(connection, project)
    assert instructions is not None
    if policy.relock_on_instructions or instructions.version != figures.instructions_version:
        found.append(
            Condition(
                "calibrated instructions",
                f"version {instructions.version}" if policy.relock_on_instructions else "advice",
                f"version {figures.instructions_version}",
                instructions.version == figures.instructions_version,
            )
        )
    return found


def _told_apart(required: float, actual: float | None, digits: int) -> tuple[str, str]:
    """Both figures as text, with as many digits as it takes to see which one is higher."""
    if actual is None:
        return f"{required:.{digits}f}", "none"
    while digits < 9 and abs(required - actual) > _SLACK and f"{required:.{digits}f}" == f"{actual:.{digits}f}":
        digits += 1
    return f"{required:.{digits}f}", f"{actual:.{digits}f}"


def current_conditions(action: Action) -> list[Condition]:
    """`conditions` on the certificate in force."""
    state = stored_audits.calibration(action.connection, action.project.id)
    if state.certificate is None:
        return conditions(action, None)
    return conditions(action, figures_of(stored_audits.certificate(action.connection, state.certificate)))


def require_calibrated(action: Action) -> int:
    """Refuse production unless every condition is met; returns the certificate in force (C2)."""
    unmet = [condition for condition in current_conditions(action) if condition.locks and not condition.met]
    if unmet:
        told = "; ".join(f"{c.condition}: {c.actual} (needs {c.required})" for c in unmet)
        raise ProductionLocked(
            f"Production of {action.project.name!r} is locked: {told}.",
            rule="C2",
            hint="Run a calibration batch and complete its audit: project.create_calibration_batch(name).",
        )
    certificate = stored_audits.calibration(action.connection, action.project.id).certificate
    assert certificate is not None
    return certificate


class ProjectCalibration(ProjectBase):
    """The calibration room of a project."""

    def readiness(self) -> pd.DataFrame:
        """Whether production may open, condition by condition, and what `check` found.

        Returns
        -------
        DataFrame
            ``condition``, ``required`` ("advice" where it locks nothing), ``actual`` (for leads only), ``met``.
        """
        import pandas as pd

        with self.workspace.look(self.id) as action:
            found = current_conditions(action)
            if action.may(Permission.SEE_SCORES):
                found += _pools(action)
            else:
                found = [condition._replace(actual="for leads to see") for condition in found]
            found += _checks(action)
        return pd.DataFrame(found, columns=list(Condition._fields))

    @property
    def is_calibrated(self) -> bool:
        """Whether production is open."""
        with self.workspace.look(self.id) as action:
            return all(condition.met for condition in current_conditions(action) if condition.locks)

    def calibration_history(self) -> pd.DataFrame:
        """Completed calibrations, oldest first, with the versions that each was made under (C6).

        Returns
        -------
        DataFrame
            ``batch``, ``completed``, ``score`` (0 to 100), ``low``, ``high``, ``accuracy`` (0 to 1), ``items``,
            ``excluded``, ``taskers``, ``passed``, ``self_audited``, ``instructions_version``, ``ontology_version``,
            ``function_version``.
        """
        with self.workspace.look(self.id, Permission.SEE_SCORES) as action:
            history = stored_audits.history(action.connection, self.id)
        return history.astype({"passed": bool, "self_audited": bool})


def _pools(action: Action) -> list[Condition]:
    """Who has few evaluation tasks left (Q2)."""
    from annowidgets.workflow.evaluation import ADVISED_POOL, small_pools

    told = ", ".join(f"{user} {left}" for user, left in small_pools(action).items())
    return [Condition(f"evaluation tasks left, {ADVISED_POOL} per annotator", "advice", told, False)] if told else []


def _checks(action: Action) -> list[Condition]:
    """When `check` last ran and what it found (P5)."""
    import datetime as dt

    last = stored_items.last_check(action.connection, action.project.id)
    if last is None:
        return [Condition("items, instructions and members checked", "advice", "never: project.check()", False)]
    at, text = last
    findings: list[dict[str, Any]] = json.loads(text)
    errors = sum(finding["severity"] == "error" for finding in findings)
    when = dt.datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")
    told = f"{when}: {'all well' if not findings else f'{len(findings)} findings'}"
    return [Condition("items, instructions and members checked", "advice", told, errors == 0)]
