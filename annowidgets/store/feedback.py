"""What annotators say of the instructions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from annowidgets.store.rows import first, frame, insert, json_list, select, update, value

if TYPE_CHECKING:
    import pandas as pd


class FeedbackRow(NamedTuple):
    id: int
    project: int
    batch: int | None
    task: int | None
    author: str
    instructions_version: int
    section: str | None
    kind: str
    text: str
    state: str
    version: int | None
    answer: str | None
    created: float


def by_id(connection: sqlite3.Connection, feedback: int) -> FeedbackRow:
    found = first(connection, FeedbackRow, "FROM feedback r WHERE r.id = ?", (feedback,))
    assert found is not None, "feedback is never deleted"
    return found


def matching(
    connection: sqlite3.Connection,
    project: int,
    *,
    state: str | None = None,
    author: str | None = None,
    batch: int | None = None,
    task: int | None = None,
    kind: str | None = None,
) -> list[FeedbackRow]:
    """Feedback of a project, oldest first; each argument that is given narrows it."""
    return select(
        connection,
        FeedbackRow,
        "FROM feedback r WHERE r.project = :project AND (:state IS NULL OR r.state = :state) "
        "AND (:author IS NULL OR r.author = :author) AND (:batch IS NULL OR r.batch = :batch) "
        "AND (:task IS NULL OR r.task = :task) AND (:kind IS NULL OR r.kind = :kind) ORDER BY r.id",
        {"project": project, "state": state, "author": author, "batch": batch, "task": task, "kind": kind},
    )


def add(connection: sqlite3.Connection, **columns: Any) -> int:
    return insert(connection, "feedback", **columns)


def change(connection: sqlite3.Connection, feedback: int, **columns: Any) -> None:
    update(connection, "feedback", {"id": feedback}, **columns)


def count_open(connection: sqlite3.Connection, project: int) -> int:
    return int(value(connection, "SELECT count(*) FROM feedback WHERE project = ? AND state = 'open'", (project,)))


def to_frame(connection: sqlite3.Connection, ids: Iterable[int]) -> pd.DataFrame:
    return frame(
        connection,
        """SELECT f.id, f.task, b.name AS batch, f.author, f.instructions_version, f.section, f.kind, f.text, f.state,
            f.version, f.answer, f.created
        FROM json_each(?) j JOIN feedback f ON f.id = j.value LEFT JOIN batches b ON b.id = f.batch ORDER BY j.id""",
        (json_list(ids),),
        times=["created"],
    )
