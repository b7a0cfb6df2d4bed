"""Typed rows: a query's columns are the fields of a NamedTuple, in order."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    import pandas as pd

Row = TypeVar("Row", bound=NamedTuple)
Parameters = Sequence[Any] | Mapping[str, Any]

# Rows of one INSERT: starting a statement takes as long as a row or two, and SQLite takes 32,766 values.
_AT_ONCE = 200


def select(connection: sqlite3.Connection, row: type[Row], rest: str, parameters: Parameters = ()) -> list[Row]:
    """All rows of ``SELECT <fields of row> <rest>``; qualify the fields' table in ``rest`` by the alias ``r``."""
    columns = ", ".join(f"r.{field}" for field in row._fields)
    return [row(*values) for values in connection.execute(f"SELECT {columns} {rest}", parameters)]


def first(connection: sqlite3.Connection, row: type[Row], rest: str, parameters: Parameters = ()) -> Row | None:
    """The first row of `select`, or None."""
    found = select(connection, row, f"{rest} LIMIT 1", parameters)
    return found[0] if found else None


def value(connection: sqlite3.Connection, query: str, parameters: Parameters = ()) -> Any:
    """The first column of the first row, or None."""
    found = connection.execute(query, parameters).fetchone()
    return None if found is None else found[0]


def insert(connection: sqlite3.Connection, table: str, **columns: Any) -> int:
    """Insert one row; returns its id."""
    names = ", ".join(columns)
    marks = ", ".join("?" * len(columns))
    done = connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values()))
    return int(done.lastrowid or 0)


def insert_many(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert many rows at once."""
    marks = f"({', '.join('?' * len(columns))})"
    start = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
    listed = list(rows)
    whole = len(listed) - len(listed) % _AT_ONCE
    blocks = (list(chain.from_iterable(listed[k : k + _AT_ONCE])) for k in range(0, whole, _AT_ONCE))
    connection.executemany(start + ", ".join([marks] * _AT_ONCE), blocks)
    connection.executemany(start + marks, listed[whole:])


def update(connection: sqlite3.Connection, table: str, where: Mapping[str, Any], **columns: Any) -> None:
    """Change columns of the rows whose ``where`` columns are equal."""
    changes = ", ".join(f"{column} = ?" for column in columns)
    match = " AND ".join(f"{column} IS ?" for column in where)
    connection.execute(f"UPDATE {table} SET {changes} WHERE {match}", (*columns.values(), *where.values()))


def frame(
    connection: sqlite3.Connection, query: str, parameters: Parameters = (), *, times: Sequence[str] = ()
) -> pd.DataFrame:
    """A query as a DataFrame; columns in ``times`` become timestamps (UTC)."""
    import pandas as pd

    cursor = connection.execute(query, parameters)
    names = [column[0] for column in cursor.description]
    # From rows, not from columns: pandas finds the kind of each column twice as fast that way.
    table = pd.DataFrame.from_records(cursor.fetchall(), columns=names)
    for column in times:
        table[column] = pd.to_datetime(pd.to_numeric(table[column]), unit="s", utc=True)
    return table


def json_list(values: Iterable[Any]) -> str:
    """Values for ``IN (SELECT value FROM json_each(?))``."""
    return json.dumps(list(values))
