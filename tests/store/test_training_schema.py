"""The migration for training widens two checks and leaves all else as it was; its tables are those of the workflow."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import annowidgets as aw
from annowidgets.errors import Conflict
from annowidgets.store import Database, schema_training
from annowidgets.workflow import states
from tests.store.building import LEAD, Script, cell, small_on_purpose
from tests.store.test_migrations import first_version


def pairs(table: states.TaskTable | states.BatchTable) -> set[str]:
    """What leads to another state, as the guards write it."""
    before = {source for source, event in table if event == states.TaskEvent.CLAIM}
    found = set()
    for (source, _), target in table.items():
        targets = before if isinstance(target, states.BeforeClaim) else {target}
        found |= {f"{source}>{one}" for one in targets if one != source}
    return found


def test_t1_the_file_has_the_tables_of_the_workflow() -> None:
    assert set(schema_training.TRAINING_STEPS) == pairs(states.TRAINING_TASK)
    assert set(schema_training.TRAINING_BATCH_STEPS) == pairs(states.TRAINING_BATCH)


def test_the_checks_that_were_widened_hold_for_all_else(script: Script) -> None:
    insert = (
        "INSERT INTO batches (project, name, kind, requirements, created, created_by) VALUES (1, 'x', ?, '{}', 0, 'x')"
    )
    for kind in ("nonsense", "", "TRAINING"):
        with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed"):
            script.run(insert, kind)
    attempt = script.value(
        "SELECT t.id FROM tasks t JOIN batches b ON b.id = t.batch "
        "WHERE b.kind = 'calibration' AND t.state = 'submitted'"
    )
    script.refused("C3", "UPDATE tasks SET confidence = NULL WHERE id = ?", attempt)
    with pytest.raises(sqlite3.IntegrityError):
        script.run("UPDATE tasks SET state = 'graded', confidence = NULL WHERE id = ?", attempt)
    assert script.value("PRAGMA integrity_check") == "ok"
    assert script.value("PRAGMA writable_schema") == 0


def test_c3_an_attempt_is_not_submitted_without_a_confidence(script: Script) -> None:
    project = aw.open_workspace(script.file, user=LEAD).project("Other")
    with small_on_purpose():
        batch = project.create_calibration_batch("again", items=project.items()[:1])
    batch.launch()
    task = batch.tasks()[0].claim()
    stale = project.task(task.id)
    task.save_draft([cell()])
    with pytest.raises(Conflict):
        stale.save_draft([cell(2)])  # kept as a set of labels, which a script could hand in
    submitted = "state = 'submitted', labels = (SELECT max(id) FROM label_sets WHERE task = tasks.id)"
    script.refused("C3", f"UPDATE tasks SET {submitted} WHERE id = ?", task.id)
    script.run(f"UPDATE tasks SET {submitted}, confidence = 0.5 WHERE id = ?", task.id)


def test_a_file_of_the_first_version_is_trained_in(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    first_version(file)
    with closing(sqlite3.connect(file)) as connection:
        before = connection.execute("SELECT sql FROM sqlite_schema WHERE name IN ('tasks', 'batches')").fetchall()
    Database(file, create=False).close()
    with closing(sqlite3.connect(file)) as connection:
        after = connection.execute("SELECT sql FROM sqlite_schema WHERE name IN ('tasks', 'batches')").fetchall()
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert sum(len(sql) for (sql,) in after) != sum(len(sql) for (sql,) in before)
    workspace = aw.open_workspace(file, user="lea", create=False)
    assert workspace.training_projects() == []
