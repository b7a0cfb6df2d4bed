"""Items: the pictures, groups, sequences, videos and series of a project."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from annowidgets.store.rows import first, insert, json_list, select, update, value


class ItemRow(NamedTuple):
    """An item; sizes, spacing and files are JSON."""

    id: int
    project: int
    name: str
    modality: str
    sizes: str
    spacing: str | None
    hash: str
    files: str
    added: float


def by_id(connection: sqlite3.Connection, item: int) -> ItemRow | None:
    return first(connection, ItemRow, "FROM items r WHERE r.id = ?", (item,))


def by_name(connection: sqlite3.Connection, project: int, name: str) -> ItemRow | None:
    return first(connection, ItemRow, "FROM items r WHERE r.project = ? AND r.name = ?", (project, name))


def by_hash(connection: sqlite3.Connection, project: int, content: str) -> ItemRow | None:
    return first(connection, ItemRow, "FROM items r WHERE r.project = ? AND r.hash = ?", (project, content))


def all_of(connection: sqlite3.Connection, project: int) -> list[ItemRow]:
    return select(connection, ItemRow, "FROM items r WHERE r.project = ? ORDER BY r.id", (project,))


def of_batch(connection: sqlite3.Connection, batch: int) -> list[ItemRow]:
    """Items of a batch in their order, excluded ones too."""
    return select(
        connection,
        ItemRow,
        "FROM items r JOIN batch_items b ON b.item = r.id WHERE b.batch = ? ORDER BY b.position",
        (batch,),
    )


def of_tasks(connection: sqlite3.Connection, batch: int, user: str) -> list[ItemRow]:
    """Items of a user's tasks of a batch, in the order of the tasks' numbers."""
    query = "FROM tasks t JOIN items r ON r.id = t.item WHERE t.batch = ? AND t.user = ? ORDER BY t.id"
    return select(connection, ItemRow, query, (batch, user))


def add(connection: sqlite3.Connection, **columns: Any) -> int:
    return insert(connection, "items", **columns)


def set_files(connection: sqlite3.Connection, item: int, files: str) -> None:
    update(connection, "items", {"id": item}, files=files)


def thumbnail(connection: sqlite3.Connection, item: int) -> bytes:
    return bytes(value(connection, "SELECT thumbnail FROM items WHERE id = ?", (item,)))


def in_open_batches(connection: sqlite3.Connection, items: Sequence[int]) -> dict[int, str]:
    """Item -> name of the batch in draft or in progress that holds it, for those in one."""
    return dict(
        connection.execute(
            "SELECT bi.item, b.name FROM batch_items bi JOIN batches b ON b.id = bi.batch "
            "WHERE b.state IN ('draft', 'in_progress') AND bi.excluded IS NULL "
            "AND bi.item IN (SELECT value FROM json_each(?))",
            (json_list(items),),
        ).fetchall()
    )


def in_production(connection: sqlite3.Connection, project: int) -> dict[int, str]:
    """Item -> name of the batch of production that has or had it; those whose task was cancelled are free again."""
    return dict(
        connection.execute(
            "SELECT bi.item, b.name FROM batch_items bi JOIN batches b ON b.id = bi.batch "
            "LEFT JOIN tasks t ON t.batch = bi.batch AND t.item = bi.item "
            "WHERE b.project = ? AND b.kind = 'production' AND bi.excluded IS NULL "
            "AND coalesce(t.state <> 'cancelled', b.state = 'draft')",
            (project,),
        ).fetchall()
    )


def in_batches_of_kind(connection: sqlite3.Connection, project: int, kind: str) -> set[int]:
    """Items that any batch of a kind holds or held."""
    return {
        item
        for (item,) in connection.execute(
            "SELECT DISTINCT bi.item FROM batch_items bi JOIN batches b ON b.id = bi.batch "
            "WHERE b.project = ? AND b.kind = ?",
            (project, kind),
        )
    }


def promoted(connection: sqlite3.Connection, project: int, kind: str) -> set[int]:
    """Items whose gold is a training or an evaluation task."""
    query = "SELECT item FROM promotions WHERE project = ? AND kind = ?"
    return {item for (item,) in connection.execute(query, (project, kind))}


def save_check(connection: sqlite3.Connection, project: int, at: float, findings: str) -> None:
    connection.execute(
        "INSERT INTO checks (project, at, findings) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (project) DO UPDATE SET at = ?2, findings = ?3",
        (project, at, findings),
    )


def last_check(connection: sqlite3.Connection, project: int) -> tuple[float, str] | None:
    """When the project was last checked, and the findings as JSON."""
    found = connection.execute("SELECT at, findings FROM checks WHERE project = ?", (project,)).fetchone()
    return None if found is None else (float(found[0]), str(found[1]))
