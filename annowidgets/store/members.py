"""Members of a project."""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

from annowidgets.store.rows import first, insert, select, update, value


class MemberRow(NamedTuple):
    """A member; languages and tags are JSON, ``paused`` the reason or None, ``instruction_seconds`` by version."""

    project: int
    user: str
    role: str
    languages: str
    tags: str
    paused: str | None
    instruction_seconds: str
    added: float


def of(connection: sqlite3.Connection, project: int, user: str) -> MemberRow | None:
    return first(connection, MemberRow, "FROM members r WHERE r.project = ? AND r.user = ?", (project, user))


def all_of(connection: sqlite3.Connection, project: int) -> list[MemberRow]:
    return select(connection, MemberRow, "FROM members r WHERE r.project = ? ORDER BY r.added, r.user", (project,))


def add(connection: sqlite3.Connection, **columns: Any) -> None:
    insert(connection, "members", **columns)


def change(connection: sqlite3.Connection, project: int, user: str, **columns: Any) -> None:
    update(connection, "members", {"project": project, "user": user}, **columns)


def remove(connection: sqlite3.Connection, project: int, user: str) -> None:
    connection.execute("DELETE FROM members WHERE project = ? AND user = ?", (project, user))


def has_passed(connection: sqlite3.Connection, training: str, user: str) -> bool:
    """Whether a user passed a training project, by its name: a round with all that counts of their rounds before it.

    The first round is the whole benchmark, but for what its trainee had seen elsewhere.
    """
    query = """SELECT 1 FROM training_rounds r JOIN projects p ON p.id = r.project
        WHERE p.name = ? AND r.trainee = ? AND r.kind = 'person' AND r.passed AND NOT EXISTS (
            SELECT 1 FROM training_rounds o JOIN tasks t ON t.batch = o.batch
            JOIN training_items n ON n.item = t.item AND n.withdrawn IS NULL
            WHERE o.project = r.project AND o.trainee = r.trainee AND o.round < r.round
            AND t.item NOT IN (SELECT item FROM tasks WHERE batch = r.batch)) LIMIT 1"""
    return value(connection, query, (training, user)) is not None


def admins(connection: sqlite3.Connection, project: int) -> int:
    return int(value(connection, "SELECT count(*) FROM members WHERE project = ? AND role = 'admin'", (project,)))
