"""The append-only log."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from annowidgets.store.rows import frame, insert, value

if TYPE_CHECKING:
    import pandas as pd


def append(
    connection: sqlite3.Connection,
    *,
    at: float,
    user: str,
    behind: str | None,
    project: int | None,
    action: str,
    subject: str,
    subject_id: int | None,
    figures: str,
) -> None:
    """Append one event; ``behind`` is who acted as ``user``, ``figures`` is JSON."""
    insert(
        connection,
        "events",
        at=at,
        user=user,
        behind=behind,
        project=project,
        action=action,
        subject=subject,
        subject_id=subject_id,
        figures=figures,
    )


def to_frame(connection: sqlite3.Connection, project: int) -> pd.DataFrame:
    """Events of a project, oldest first: id, at, user, behind, action, subject, subject_id, figures (JSON)."""
    return frame(
        connection,
        "SELECT id, at, user, behind, action, subject, subject_id, figures FROM events WHERE project = ? ORDER BY id",
        (project,),
        times=["at"],
    )


def newest(connection: sqlite3.Connection) -> int:
    """Id of the newest event, and their number: a counter of changes that costs one step in an index."""
    return int(value(connection, "SELECT coalesce(max(id), 0) FROM events"))


def last_of(connection: sqlite3.Connection, subject: str, subject_id: int) -> tuple[str, str] | None:
    """(action, user) of the newest event about a thing."""
    found: tuple[str, str] | None = connection.execute(
        "SELECT action, user FROM events WHERE subject = ? AND subject_id = ? ORDER BY id DESC LIMIT 1",
        (subject, subject_id),
    ).fetchone()
    return found


def has_done(connection: sqlite3.Connection, user: str, action: str, subject: str, subject_id: int) -> bool:
    """Whether a user ever did this to a thing."""
    query = "SELECT 1 FROM events WHERE subject = ? AND subject_id = ? AND action = ? AND user = ? LIMIT 1"
    return connection.execute(query, (subject, subject_id, action, user)).fetchone() is not None
