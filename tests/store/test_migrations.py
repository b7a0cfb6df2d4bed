"""A file of the first version becomes, by its migrations, what a new file is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import annowidgets as aw
from annowidgets.store import Database

# Frozen when the first version was released: never written again, whatever the schema becomes.
FIRST_VERSION = Path(__file__).with_name("schema_first_version.sql")


def schema_of(file: Path) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name"
        return connection.execute(query).fetchall()


def first_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(FIRST_VERSION.read_text(encoding="utf-8"))


def test_a_file_of_the_first_schema_version_migrates_to_the_schema_of_a_new_one(tmp_path: Path) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    first_version(old)
    Database(old, create=False).close()
    Database(new, create=True).close()
    assert schema_of(old) == schema_of(new)


def test_opening_a_file_again_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "cells.db"
    Database(file, create=True).close()
    before = file.read_bytes()
    Database(file, create=False).close()
    assert file.read_bytes() == before


def test_a_migrated_file_of_the_first_version_is_worked_with(tmp_path: Path) -> None:
    file = tmp_path / "cells.db"
    first_version(file)
    workspace = aw.open_workspace(file, user="lea", create=False)
    ontology = aw.Ontology(objects=[aw.ObjectClass("RBC", shape="bounding_box")])
    assert workspace.create_project("Blood", ontology=ontology).name == "Blood"
