"""Batches and the items they hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from annowidgets.store.rows import first, frame, insert, insert_many, select, update, value

if TYPE_CHECKING:
    import pandas as pd


class BatchRow(NamedTuple):
    id: int
    project: int
    name: str
    kind: str
    state: str
    attempts_per_item: int
    max_per_tasker: int | None
    requirements: str
    ontology_version: int | None
    instructions_version: int | None
    certificate: int | None
    created: float
    launched: float | None


def by_id(connection: sqlite3.Connection, batch: int) -> BatchRow:
    found = first(connection, BatchRow, "FROM batches r WHERE r.id = ?", (batch,))
    assert found is not None, "batches are never deleted"
    return found


def by_name(connection: sqlite3.Connection, project: int, name: str) -> BatchRow | None:
    return first(connection, BatchRow, "FROM batches r WHERE r.project = ? AND r.name = ?", (project, name))


def all_of(connection: sqlite3.Connection, project: int) -> list[BatchRow]:
    return select(connection, BatchRow, "FROM batches r WHERE r.project = ? ORDER BY r.id", (project,))


def create(connection: sqlite3.Connection, items: Sequence[int], **columns: Any) -> int:
    """Insert a batch in draft with its items in order; returns its id."""
    batch = insert(connection, "batches", **columns)
    rows = [(batch, item, position) for position, item in enumerate(items)]
    insert_many(connection, "batch_items", ("batch", "item", "position"), rows)
    return batch


def change(connection: sqlite3.Connection, batch: int, **columns: Any) -> None:
    update(connection, "batches", {"id": batch}, **columns)


def exclude_item(connection: sqlite3.Connection, batch: int, item: int, reason: str) -> None:
    update(connection, "batch_items", {"batch": batch, "item": item}, excluded=reason)


def included_items(connection: sqlite3.Connection, batch: int) -> list[int]:
    """Ids of the items that were not excluded, in order."""
    query = "SELECT item FROM batch_items WHERE batch = ? AND excluded IS NULL ORDER BY position"
    return [item for (item,) in connection.execute(query, (batch,))]


def item_count(connection: sqlite3.Connection, batch: int) -> int:
    return int(value(connection, "SELECT count(*) FROM batch_items WHERE batch = ?", (batch,)))


# What is counted of a batch: evaluation tasks are no part of its progress. Who may not know which they are counts own
# tasks of production only, evaluation tasks among them: any other figure would move, or not, with one of these.
_COUNTED = """CASE WHEN :user IS NOT NULL AND b.kind = 'production' THEN t.user = :user
    ELSE NOT EXISTS (SELECT 1 FROM evaluations e WHERE e.task = t.id) END"""


def states(connection: sqlite3.Connection, batch: int, *, user: str | None = None) -> dict[str, int]:
    """State -> number of tasks in it; of a user's own in production, where one is named."""
    query = (
        "SELECT t.state, count(*) FROM tasks t JOIN batches b ON b.id = t.batch "
        f"WHERE t.batch = :batch AND {_COUNTED} GROUP BY t.state ORDER BY t.state"
    )
    return dict(connection.execute(query, {"batch": batch, "user": user}).fetchall())


def to_frame(connection: sqlite3.Connection, project: int, *, user: str | None = None) -> pd.DataFrame:
    """Batches of a project: batch, kind, state, items, tasks, done, score, low, high, passed, open_feedback.

    Tasks of production, and feedback, are a user's own, where one is named.
    """
    return frame(
        connection,
        f"""SELECT b.name AS batch, b.kind, b.state,
            (SELECT count(*) FROM batch_items WHERE batch = b.id AND excluded IS NULL) AS items,
            (SELECT count(*) FROM tasks t WHERE t.batch = b.id AND {_COUNTED}) AS tasks,
            (SELECT count(*) FROM tasks t WHERE t.batch = b.id AND {_COUNTED}
                AND t.state IN ('completed', 'skipped', 'cancelled', 'submitted', 'graded', 'excluded')) AS done,
            c.score, c.low, c.high, c.passed,
            (SELECT count(*) FROM feedback WHERE batch = b.id AND state = 'open'
                AND (:user IS NULL OR author = :user)) AS open_feedback
        FROM batches b LEFT JOIN certificates c ON c.batch = b.id
        WHERE b.project = :project ORDER BY b.id""",
        {"project": project, "user": user},
    )
