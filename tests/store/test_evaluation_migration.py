"""A file of an older version, whose production is under way, goes on with evaluation tasks."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from annowidgets.store import Database
from tests.store.test_migrations import FIRST_VERSION

GUARDS = ("batch_starts_as_draft", "production_batch_needs_certificate", "production_task_needs_calibration")


def test_a_running_batch_of_an_older_file_gets_numbers_around_those_that_its_tasks_have(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(FIRST_VERSION.read_text(encoding="utf-8"))
        guards = [
            sql
            for name in (*GUARDS, "task_starts_queued")
            for (sql,) in connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).fetchall()
        ]
        for name in (*GUARDS, "task_starts_queued"):
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("INSERT INTO projects VALUES (1, 'Blood', 'annotation', 'active', '{}', 0, 'lea')")
        batch = "INSERT INTO batches (id, project, name, kind, state, certificate, created, created_by) VALUES "
        connection.execute(batch + "(1, 1, 'gold', 'ground_truth', 'in_progress', NULL, 0, 'lea')")
        connection.execute(batch + "(2, 1, 'production', 'production', 'in_progress', 1, 0, 'lea')")
        connection.executemany(
            "INSERT INTO tasks (id, project, batch, item, draw, ontology_version) VALUES (?, 1, ?, ?, 0.5, 1)",
            [(1, 1, 1), (2, 1, 2), (3, 2, 3), (4, 2, 4), (5, 2, 5)],
        )
        for sql in guards:
            connection.execute(sql)
        connection.commit()
    Database(file, create=False).close()
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT * FROM task_numbers").fetchall() == [(2, 3, 5 + 3 * 3 + 96)]
