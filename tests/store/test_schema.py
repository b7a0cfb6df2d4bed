"""The schema tells what it is: to who opens the file with another tool, and to who reads an old one."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from annowidgets.errors import StoreError
from annowidgets.store import Connection, Database, schema
from tests.store.building import Script


@pytest.fixture(scope="module")
def objects(midst: Path) -> list[tuple[str, str, str]]:
    """Return (type, name, sql) of what annowidgets made."""
    with closing(sqlite3.connect(midst)) as connection:
        return connection.execute(
            "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB '_sqlite_*' "
            "AND name NOT GLOB 'idx__sqlite_*'"
        ).fetchall()


def test_every_table_and_view_says_in_the_file_what_it_holds(objects: list[tuple[str, str, str]]) -> None:
    told = [(name, sql) for kind, name, sql in objects if kind in ("table", "view")]
    assert len(told) > 15
    for name, sql in told:
        assert re.search(r"^\s*-- \S.{20,}", sql, re.MULTILINE), f"{name} has no description"


def test_every_table_is_strict(objects: list[tuple[str, str, str]]) -> None:
    for kind, name, sql in objects:
        assert kind != "table" or sql.endswith("STRICT"), name


def test_every_guard_names_its_rule_and_says_a_sentence(objects: list[tuple[str, str, str]]) -> None:
    guards = [(name, sql) for kind, name, sql in objects if kind == "trigger" and " BEFORE " in sql]
    assert len(guards) > 50
    for name, sql in guards:
        assert re.search(r"RAISE\(ABORT, '[A-Z]\d+: [a-z][^']{15,}'\)", sql), name


def test_every_reference_is_to_what_there_is(script: Script) -> None:
    assert script.connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert script.value("PRAGMA integrity_check") == "ok"


def test_every_column_of_json_holds_json(script: Script, objects: list[tuple[str, str, str]]) -> None:
    named = 0
    for kind, table, sql in objects:
        if kind == "table":
            for columns in re.findall(r"(\w+(?:, \w+)*): JSON", sql):
                for column in columns.split(", "):
                    named += 1
                    wrong = f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL AND NOT json_valid({column})"
                    assert script.value(wrong) == 0, f"{table}.{column}"
    assert named > 15


# --- migrations to come


def with_a_second(monkeypatch: pytest.MonkeyPatch, step: Callable[[Connection], None]) -> None:
    monkeypatch.setitem(schema.MIGRATIONS, "m999_to_come", step)


def test_a_later_migration_is_applied_once_to_an_older_file_and_what_it_held_is_there(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = script.value("SELECT count(*) FROM events")
    with_a_second(monkeypatch, lambda connection: connection.execute("CREATE TABLE extra (id)"))  # type: ignore[arg-type, return-value]
    for _ in range(2):
        Database(script.file, create=False).close()
    assert script.value("SELECT count(*) FROM extra") == 0
    assert script.value("SELECT count(*) FROM events") == held
    applied = script.connection.execute("SELECT name FROM _sqlite_migrations ORDER BY id").fetchall()
    assert applied == [(name,) for name in schema.MIGRATIONS]
    assert applied[-1] == ("m999_to_come",)


def test_a_migration_that_fails_leaves_the_file_as_it_was(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(connection: Connection) -> None:
        connection.execute("CREATE TABLE extra (id)")
        connection.execute("DROP TABLE drafts")
        connection.execute("SELECT no_such_column FROM tasks")

    before = list(script.connection.iterdump())
    with monkeypatch.context() as patch:
        with_a_second(patch, failing)
        with pytest.raises(StoreError, match="no_such_column"):
            Database(script.file, create=False)
    assert list(script.connection.iterdump()) == before
    Database(script.file, create=False).close()


def test_who_opened_the_file_before_it_was_migrated_goes_on(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    early = Database(script.file, create=False)
    with early.read() as connection:
        held = connection.execute("SELECT count(*) FROM events").fetchone()
    with monkeypatch.context() as patch:
        with_a_second(patch, lambda connection: connection.execute("ALTER TABLE drafts ADD COLUMN extra TEXT"))  # type: ignore[arg-type, return-value]
        Database(script.file, create=False).close()
    with early.read() as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == held
    early.close()
