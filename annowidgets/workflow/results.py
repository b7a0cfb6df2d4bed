"""What a complete audit leaves: the calibration score with all that it was made from (C5)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from annowidgets.errors import AuditIncomplete
from annowidgets.store import audits as stored_audits
from annowidgets.store import batches as stored_batches
from annowidgets.store import tasks as stored_tasks
from annowidgets.store.audits import AttemptRow
from annowidgets.store.batches import BatchRow
from annowidgets.workflow.calibration import Condition

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.workflow.workspace import Action


class CalibrationResult(NamedTuple):
    """What a complete audit found.

    Attributes
    ----------
    score : float or None
        Calibration score, 0 to 100; None where every attempt was excluded.
    accuracy : float or None
        Mean accuracy of the items, 0 to 1.
    low, high : float or None
        95 % interval of the score; None below three items.
    reliability : DataFrame
        ``low``, ``high`` (ends of the bin), ``attempts``, ``confidence``, ``accuracy``.
    passed : bool
        Whether it reached the policy when the audit was completed.
    conditions : DataFrame
        ``condition``, ``required``, ``actual``, ``met``, as they stood then.
    items, excluded, taskers : int
        Items with and without a graded attempt; different people.
    self_audited : bool
        Whether somebody graded own labels, which the policy then allowed (T5).
    instructions_version, ontology_version, function_version : int
        What it was made under.
    """

    score: float | None
    accuracy: float | None
    low: float | None
    high: float | None
    reliability: pd.DataFrame
    passed: bool
    conditions: pd.DataFrame
    items: int
    excluded: int
    taskers: int
    self_audited: bool
    instructions_version: int
    ontology_version: int
    function_version: int

    def _repr_html_(self) -> str:
        score = "no score" if self.score is None else f"{self.score:.1f}"
        interval = "" if self.low is None or self.high is None else f" ({self.low:.1f} to {self.high:.1f})"
        told = "passed" if self.passed else "not passed"
        self_audited = ", self-audited" if self.self_audited else ""
        table: Any = self.conditions.to_html(index=False, escape=True, border=0)
        return f"<b>Calibration score {score}</b>{interval}: {told}{self_audited}{table}"


def attempts_by_item(attempts: Sequence[AttemptRow]) -> list[list[AttemptRow]]:
    """Attempts grouped by item, in order."""
    groups: dict[int, list[AttemptRow]] = {}
    for row in attempts:
        groups.setdefault(row.item, []).append(row)
    return list(groups.values())


def calibration_result(action: Action, batch: BatchRow) -> CalibrationResult:
    """The result that a complete audit left; AuditIncomplete before (C5)."""
    import pandas as pd

    from annowidgets.benchmark import ReliabilityBin, calibration_score

    certificate = stored_audits.certificate_of(action.connection, batch.id)
    if certificate is None:
        require_all_graded(action, batch)
        raise AuditIncomplete(
            f"Every attempt of {batch.name!r} is graded, but the audit is not complete.",
            rule="C5",
            hint="Complete it: batch.audit().complete().",
        )
    by_item = attempts_by_item(stored_audits.attempts(action.connection, batch.id))
    reliability = pd.DataFrame(columns=list(ReliabilityBin._fields))
    if by_item:
        accuracies = [[row.accuracy for row in rows] for rows in by_item]
        reliability = calibration_score(accuracies, [[row.confidence for row in rows] for rows in by_item]).reliability
    return CalibrationResult(
        score=certificate.score,
        accuracy=certificate.accuracy,
        low=certificate.low,
        high=certificate.high,
        reliability=reliability,
        passed=bool(certificate.passed),
        conditions=pd.DataFrame(json.loads(certificate.conditions), columns=list(Condition._fields)),
        items=certificate.items,
        excluded=certificate.excluded,
        taskers=certificate.taskers,
        self_audited=bool(certificate.self_audited),
        instructions_version=certificate.instructions_version,
        ontology_version=certificate.ontology_version,
        function_version=certificate.function_version,
    )


def require_all_graded(action: Action, batch: BatchRow) -> None:
    """Raise AuditIncomplete while attempts are neither graded nor excluded (C5)."""
    rows = stored_tasks.matching(action.connection, batch.project, batch=batch.id)
    left = [row for row in rows if row.state not in ("graded", "excluded")]
    if left or not rows:
        items = len({row.item for row in left}) or stored_batches.item_count(action.connection, batch.id)
        waiting = sum(row.state == "submitted" for row in left)
        left_over = "1 item is" if items == 1 else f"{items} items are"
        to_grade = "1 attempt" if waiting == 1 else f"{waiting} attempts"
        locks = stored_audits.locks(action.connection, batch.id, action.now)
        others = sorted({locks[row.item] for row in left if locks.get(row.item, action.user) != action.user})
        held = f" {', '.join(others)} audits some of them." if others else ""
        raise AuditIncomplete(
            f"The audit of {batch.name!r} is not complete: {left_over} left "
            f"({to_grade} to grade, {len(left) - waiting} not submitted yet).",
            rule="C5",
            hint=f"Grade them: audit.next(); or exclude them: batch.close_early(reason=...).{held}",
        )
