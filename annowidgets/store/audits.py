"""Audits: locks, grades, certificates, promotions."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

from annowidgets.store.rows import first, frame, insert, select, update, value

if TYPE_CHECKING:
    import pandas as pd


class GradeRow(NamedTuple):
    task: int
    auditor: str
    grade: str
    accuracy: float
    labels: int | None
    reason: str | None
    self_audited: int
    graded: float


class AttemptRow(NamedTuple):
    """A graded attempt: what the calibration score is computed from."""

    task: int
    item: int
    user: str
    confidence: float
    grade: str
    accuracy: float
    submitted_labels: int
    audited_labels: int | None
    self_audited: int


class CertificateRow(NamedTuple):
    id: int
    batch: int
    ontology_version: int
    instructions_version: int
    function_version: int
    policy_version: int
    weight: float
    score: float | None
    accuracy: float | None
    low: float | None
    high: float | None
    items: int
    excluded: int
    taskers: int
    self_audited: int
    passed: int
    conditions: str
    created: float


class CalibrationRow(NamedTuple):
    """The view that production depends on: the certificate in force and whether it unlocks."""

    project: int
    certificate: int | None
    ontology_version: int
    unlocked: int


class PromotionRow(NamedTuple):
    task: int
    item: int
    kind: str
    labels: int
    concepts: str
    difficulty: str | None


def lock(connection: sqlite3.Connection, batch: int, item: int) -> tuple[str, float] | None:
    """Who audits an item, and until when the lease lasts."""
    query = "SELECT auditor, lease_until FROM audit_locks WHERE batch = ? AND item = ?"
    found: tuple[str, float] | None = connection.execute(query, (batch, item)).fetchone()
    return found


def locks(connection: sqlite3.Connection, batch: int, now: float) -> dict[int, str]:
    """Item -> who audits it now."""
    query = "SELECT item, auditor FROM audit_locks WHERE batch = ? AND lease_until >= ? ORDER BY item"
    return dict(connection.execute(query, (batch, now)).fetchall())


def set_lock(connection: sqlite3.Connection, batch: int, item: int, auditor: str, until: float) -> None:
    connection.execute(
        "INSERT INTO audit_locks (batch, item, auditor, lease_until) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (batch, item) DO UPDATE SET auditor = ?3, lease_until = ?4",
        (batch, item, auditor, until),
    )


def remove_lock(connection: sqlite3.Connection, batch: int, item: int) -> None:
    connection.execute("DELETE FROM audit_locks WHERE batch = ? AND item = ?", (batch, item))


def next_ungraded(
    connection: sqlite3.Connection, batch: int, auditor: str, now: float, *, own_too: bool
) -> tuple[int, int] | None:
    """(task, item) to audit next: of the item that the auditor holds first, never of one that somebody else holds."""
    found: tuple[int, int] | None = connection.execute(
        """SELECT t.id, t.item FROM tasks t LEFT JOIN audit_locks l ON l.batch = t.batch AND l.item = t.item
            JOIN batch_items bi ON bi.batch = t.batch AND bi.item = t.item
        WHERE t.batch = :batch AND t.state = 'submitted' AND (:own_too OR t.user <> :auditor)
            AND (l.auditor IS NULL OR l.auditor = :auditor OR l.lease_until < :now)
        ORDER BY coalesce(l.auditor, '') = :auditor DESC, bi.position, t.attempt LIMIT 1""",
        {"batch": batch, "auditor": auditor, "now": now, "own_too": own_too},
    ).fetchone()
    return found


def grade_of(connection: sqlite3.Connection, task: int) -> GradeRow | None:
    return first(connection, GradeRow, "FROM grades r WHERE r.task = ?", (task,))


def save_grade(connection: sqlite3.Connection, **columns: Any) -> None:
    """Grade an attempt, or change its grade."""
    connection.execute("DELETE FROM grades WHERE task = ?", (columns["task"],))
    insert(connection, "grades", **columns)


def set_accuracy(connection: sqlite3.Connection, task: int, accuracy: float) -> None:
    update(connection, "grades", {"task": task}, accuracy=accuracy)


def remove_grade(connection: sqlite3.Connection, task: int) -> None:
    connection.execute("DELETE FROM grades WHERE task = ?", (task,))


def attempts(connection: sqlite3.Connection, batch: int) -> list[AttemptRow]:
    """Graded attempts of a batch, by item."""
    return select(
        connection,
        AttemptRow,
        """FROM (SELECT t.id AS task, t.item, t.user, t.confidence, g.grade, g.accuracy, t.labels AS submitted_labels,
            g.labels AS audited_labels, g.self_audited, bi.position, t.attempt
            FROM tasks t JOIN grades g ON g.task = t.id JOIN batch_items bi ON bi.batch = t.batch AND bi.item = t.item
            WHERE t.batch = ? AND t.state = 'graded') r ORDER BY r.position, r.attempt""",
        (batch,),
    )


def add_certificate(connection: sqlite3.Connection, **columns: Any) -> int:
    return insert(connection, "certificates", **columns)


def certificate(connection: sqlite3.Connection, certificate_id: int) -> CertificateRow:
    found = first(connection, CertificateRow, "FROM certificates r WHERE r.id = ?", (certificate_id,))
    assert found is not None, "certificates are never deleted"
    return found


def certificate_of(connection: sqlite3.Connection, batch: int) -> CertificateRow | None:
    return first(connection, CertificateRow, "FROM certificates r WHERE r.batch = ? ORDER BY r.id DESC", (batch,))


def calibration(connection: sqlite3.Connection, project: int) -> CalibrationRow:
    found = first(connection, CalibrationRow, "FROM calibration r WHERE r.project = ?", (project,))
    assert found is not None, "the view has a row for every project"
    return found


def history(connection: sqlite3.Connection, project: int) -> pd.DataFrame:
    """Completed calibrations, oldest first."""
    return frame(
        connection,
        """SELECT b.name AS batch, c.created AS completed, c.score, c.low, c.high, c.accuracy, c.items, c.excluded,
            c.taskers, c.passed, c.self_audited, c.instructions_version, c.ontology_version, c.function_version
        FROM certificates c JOIN batches b ON b.id = c.batch WHERE c.project = ? ORDER BY c.id""",
        (project,),
        times=["completed"],
    )


def promotion(connection: sqlite3.Connection, task: int) -> PromotionRow | None:
    return first(connection, PromotionRow, "FROM promotions r WHERE r.task = ?", (task,))


def promotion_of_item(connection: sqlite3.Connection, project: int, item: int) -> PromotionRow | None:
    return first(connection, PromotionRow, "FROM promotions r WHERE r.project = ? AND r.item = ?", (project, item))


def add_promotion(connection: sqlite3.Connection, **columns: Any) -> None:
    insert(connection, "promotions", **columns)


def count_promotions(connection: sqlite3.Connection, project: int, kind: str) -> int:
    query = "SELECT count(*) FROM promotions WHERE project = ? AND kind = ?"
    return int(value(connection, query, (project, kind)))
