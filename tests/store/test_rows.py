"""Queries as tables, beside what pandas itself reads from the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from annowidgets.store import Connection
from annowidgets.store.rows import first, frame, insert, insert_many, json_list, select, update, value
from annowidgets.store.tasks import CommentRow

ROWS = [
    (1, 0.1 + 0.2, "ann", None, 1_800_000_000.25),
    (2**53 + 1, 1e-300, "Ω'; DROP", "x", None),
    (-3, 7.0, "", None, 0.0),
]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    found = sqlite3.connect(tmp_path / "t.db")
    found.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, figure REAL, who TEXT, why TEXT, at REAL)")
    insert_many(found, "t", ("id", "figure", "who", "why", "at"), ROWS)
    yield found
    found.close()


def test_a_frame_holds_what_pandas_reads_with_times_as_timestamps(connection: Connection) -> None:
    query = "SELECT id, figure, who, why, at FROM t WHERE id <> ? ORDER BY figure"
    found = frame(connection, query, (-3,), times=["at"])
    wanted = pd.read_sql_query(query, connection, params=(-3,))
    pd.testing.assert_frame_equal(found.drop(columns="at"), wanted.drop(columns="at"))
    assert found["id"].tolist() == [2**53 + 1, 1]
    assert found["figure"].tolist() == [1e-300, 0.1 + 0.2]
    assert found["at"].isna().tolist() == [True, False]
    assert found["at"][1] == pd.Timestamp("2027-01-15 08:00:00.25", tz="UTC")


@pytest.mark.parametrize("rows", ["WHERE 0", "WHERE at IS NULL"])
def test_a_frame_without_rows_or_without_times_has_its_columns_and_timestamps(
    connection: Connection, rows: str
) -> None:
    found = frame(connection, f"SELECT id, who, at FROM t {rows}", times=["at"])
    assert list(found.columns) == ["id", "who", "at"]
    assert isinstance(found["at"].dtype, pd.DatetimeTZDtype)
    assert found["at"].isna().all()


@pytest.mark.parametrize("number", [0, 1, 199, 200, 201, 400, 450])
def test_many_rows_are_all_kept_in_order_however_many_there_are(connection: Connection, number: int) -> None:
    rows = [(place, place / 3, f"who {place}") for place in range(10, 10 + number)]
    insert_many(connection, "t", ("id", "figure", "who"), iter(rows))
    assert (
        connection.execute("SELECT id, figure, who FROM t WHERE id BETWEEN 10 AND 9999 ORDER BY rowid").fetchall()
        == rows
    )


def test_rows_are_selected_into_the_fields_of_their_type(connection: Connection) -> None:
    connection.execute("CREATE TABLE comments (text, label, id, author, created, more)")
    assert insert(connection, "comments", id=7, author="tim", label=None, text="look", created=1.0) == 1
    wanted = CommentRow(7, "tim", None, "look", 1.0)
    assert select(connection, CommentRow, "FROM comments r") == [wanted]
    assert first(connection, CommentRow, "FROM comments r WHERE r.id = ?", (7,)) == wanted
    assert first(connection, CommentRow, "FROM comments r WHERE r.id = :id", {"id": 8}) is None


def test_an_update_changes_the_rows_that_match_also_by_null(connection: Connection) -> None:
    update(connection, "t", {"why": None, "who": "ann"}, who="bo", figure=None)
    assert value(connection, "SELECT who FROM t WHERE id = 1") == "bo"
    assert value(connection, "SELECT figure FROM t WHERE id = 1") is None
    assert value(connection, "SELECT count(*) FROM t WHERE who = 'bo'") == 1
    assert value(connection, "SELECT who FROM t WHERE id = 99") is None


def test_values_are_listed_for_a_query(connection: Connection) -> None:
    query = "SELECT id FROM t WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
    assert connection.execute(query, (json_list({1, -3, 99}),)).fetchall() == [(-3,), (1,)]
    assert connection.execute(query, (json_list([]),)).fetchall() == []
