"""Label sets (never changed), drafts (changed at each edit) and copies of what lost a conflict."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from annowidgets.store.rows import first, insert, select


class LabelSetRow(NamedTuple):
    id: int
    task: int
    kind: str
    user: str
    ontology_version: int
    labels: str
    created: float


class FinalRow(NamedTuple):
    """The labels that a finished task stands for."""

    task: int
    item: int
    item_name: str
    batch: str
    kind: str
    user: str
    state: str
    ontology_version: int
    labels: str


def add(
    connection: sqlite3.Connection, *, task: int, kind: str, user: str, ontology_version: int, labels: str, at: float
) -> int:
    return insert(
        connection,
        "label_sets",
        task=task,
        kind=kind,
        user=user,
        ontology_version=ontology_version,
        labels=labels,
        created=at,
    )


def by_id(connection: sqlite3.Connection, label_set: int) -> LabelSetRow:
    found = first(connection, LabelSetRow, "FROM label_sets r WHERE r.id = ?", (label_set,))
    assert found is not None, "label sets are never deleted"
    return found


def copies(connection: sqlite3.Connection, task: int, user: str) -> list[LabelSetRow]:
    """Versions of a user that lost a conflict or a lease, newest first."""
    return select(
        connection,
        LabelSetRow,
        "FROM label_sets r WHERE r.task = ? AND r.user = ? AND r.kind = 'copy' ORDER BY r.id DESC",
        (task, user),
    )


def draft(connection: sqlite3.Connection, task: int, user: str) -> str | None:
    """JSON of a user's draft of a task."""
    found = connection.execute("SELECT labels FROM drafts WHERE task = ? AND user = ?", (task, user)).fetchone()
    return None if found is None else str(found[0])


def save_draft(connection: sqlite3.Connection, task: int, user: str, labels: str, at: float) -> None:
    connection.execute(
        "INSERT INTO drafts (task, user, labels, saved) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (task, user) DO UPDATE SET labels = ?3, saved = ?4",
        (task, user, labels, at),
    )


def final(
    connection: sqlite3.Connection, project: int, *, kind: str | None = None, batch: int | None = None
) -> list[FinalRow]:
    """Labels of every finished task: as submitted, or as the reviewer or auditor corrected them.

    Those of evaluation tasks are nobody's product and left out (Q2).
    """
    return select(
        connection,
        FinalRow,
        """FROM (SELECT t.id AS task, t.item, i.name AS item_name, b.name AS batch, b.kind, t.user, t.state,
            s.ontology_version, s.labels
            FROM tasks t JOIN batches b ON b.id = t.batch JOIN items i ON i.id = t.item
            LEFT JOIN grades g ON g.task = t.id
            JOIN label_sets s ON s.id = coalesce(g.labels, t.labels)
            WHERE t.project = :project AND t.state IN ('completed', 'in_review', 'graded', 'submitted')
                AND NOT EXISTS (SELECT 1 FROM evaluations e WHERE e.task = t.id)
                AND (:kind IS NULL OR b.kind = :kind) AND (:batch IS NULL OR b.id = :batch)) r ORDER BY r.task""",
        {"project": project, "kind": kind, "batch": batch},
    )


def bound_to_ontology(connection: sqlite3.Connection, project: int) -> list[tuple[int, int, str]]:
    """(task, ontology version, labels) that a change of the ontology must not break.

    Final labels of ground-truth and production tasks, promoted gold, and drafts of open tasks.
    """
    return connection.execute(
        """SELECT t.id, s.ontology_version, s.labels FROM tasks t JOIN batches b ON b.id = t.batch
            JOIN label_sets s ON s.id = t.labels
            WHERE t.project = ?1 AND b.kind IN ('ground_truth', 'production')
        UNION ALL
        SELECT p.task, s.ontology_version, s.labels FROM promotions p JOIN label_sets s ON s.id = p.labels
            WHERE p.project = ?1
        UNION ALL
        SELECT t.id, t.ontology_version, d.labels FROM tasks t JOIN drafts d ON d.task = t.id AND d.user = t.user
            WHERE t.project = ?1 AND t.state IN ('annotating', 'returned')""",
        (project,),
    ).fetchall()
