"""The undo history of drafts, and the identity of the file that holds them."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from annowidgets.store.rows import select, value


class EditRow(NamedTuple):
    id: str
    kind: str
    what: str
    of: str | None
    forward: str
    backward: str


def identity(connection: sqlite3.Connection) -> str:
    """What tells this workspace file from every other; a copy of it has the same."""
    return str(value(connection, "SELECT id FROM identity"))


def add_edit(
    connection: sqlite3.Connection, *, task: int, user: str, edit: EditRow, ontology_version: int, at: float
) -> None:
    connection.execute(
        "INSERT INTO edits (task, user, position, id, kind, what, of, forward, backward, ontology_version, at) VALUES "
        "(?1, ?2, (SELECT coalesce(max(position), 0) + 1 FROM edits WHERE task = ?1 AND user = ?2), ?3, ?4, ?5, ?6, "
        "?7, ?8, ?9, ?10)",
        (task, user, *edit, ontology_version, at),
    )


def has_edit(connection: sqlite3.Connection, task: int, user: str, edit: str) -> bool:
    """Whether a user's draft of a task ever took this edit, also before a submission."""
    query = "SELECT 1 FROM edits WHERE task = ? AND user = ? AND id = ?"
    return value(connection, query, (task, user, edit)) is not None


def history(connection: sqlite3.Connection, task: int, user: str, ontology_version: int) -> list[EditRow]:
    """Edits of a draft since it was last handed in, oldest first; those under another ontology are past."""
    return select(
        connection,
        EditRow,
        "FROM edits r WHERE r.task = ? AND r.user = ? AND r.forward IS NOT NULL AND r.ontology_version = ? "
        "ORDER BY r.position",
        (task, user, ontology_version),
    )


def has_history(connection: sqlite3.Connection, task: int, user: str, ontology_version: int) -> bool:
    """Whether `history` holds anything."""
    query = (
        "SELECT 1 FROM edits WHERE task = ? AND user = ? AND forward IS NOT NULL AND ontology_version = ? "
        "ORDER BY position DESC LIMIT 1"
    )
    return value(connection, query, (task, user, ontology_version)) is not None


def end_history(connection: sqlite3.Connection, task: int, user: str) -> None:
    """Forget what the edits of a draft were; their ids stay, so that none is taken again."""
    connection.execute(
        "UPDATE edits SET forward = NULL, backward = NULL WHERE task = ? AND user = ? AND forward IS NOT NULL",
        (task, user),
    )
