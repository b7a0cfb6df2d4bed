"""T1, T2 in the file: a task goes where its table leads, and has one annotator at a time."""

from __future__ import annotations

import sqlite3

import pytest

from annowidgets.store import guards
from annowidgets.workflow import states
from tests.store.building import Script
from tests.store.test_production_lock import GOLD, OTHER_ROUND, PRODUCTION, ROUND_2

STATES = [str(state) for state in states.TaskState]


def pairs(table: states.TaskTable) -> set[str]:
    """Where a table of the workflow leads, "from>to"."""
    found = set()
    for (state, _), target in table.items():
        targets = ("queued", "returned") if isinstance(target, states.BeforeClaim) else (target,)
        found |= {f"{state}>{one}" for one in targets if one != state}
    return found


def test_t1_the_file_knows_the_same_steps_of_tasks_and_batches_as_the_workflow() -> None:
    assert set(guards.MANUAL_STEPS) == pairs(states.MANUAL_TASK)
    assert set(guards.CALIBRATION_STEPS) == pairs(states.CALIBRATION_TASK)
    for steps, table in (
        (guards.MANUAL_BATCH_STEPS, states.MANUAL_BATCH),
        (guards.CALIBRATION_BATCH_STEPS, states.CALIBRATION_BATCH),
    ):
        assert set(steps) == {f"{state}>{target}" for (state, _), target in table.items()}


@pytest.mark.parametrize("batch", [GOLD, PRODUCTION, ROUND_2])
@pytest.mark.parametrize("source", STATES)
def test_t1_no_task_leaves_its_state_for_one_that_no_table_leads_to(script: Script, batch: int, source: str) -> None:
    allowed = guards.CALIBRATION_STEPS if batch == ROUND_2 else guards.MANUAL_STEPS
    # Alone: the other guards would refuse some of the steps that the table has.
    own = script.value("SELECT sql FROM sqlite_schema WHERE name = 'task_follows_its_table'")
    for (trigger,) in script.connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        script.run(f"DROP TRIGGER {trigger}")
    task = script.value("SELECT min(id) FROM tasks WHERE batch = ?", batch)
    everything = "labels = 1, confidence = 1, lease_until = 1, state_before = 'queued'"
    user = "user = CASE ? WHEN 'queued' THEN NULL ELSE 'ann' END"
    put = f"UPDATE tasks SET state = ?, {user}, {everything} WHERE id = {task}"
    script.run(put, source, source)
    script.run(own)
    for target in STATES:
        script.run("BEGIN")
        if target == source or f"{source}>{target}" in allowed:
            script.run(put, target, target)
        else:
            with pytest.raises(sqlite3.IntegrityError, match=r"^T1: the task can not go"):
                script.run(put, target, target)
        script.run("ROLLBACK")


@pytest.mark.parametrize(
    "state", ["annotating", "returned", "in_review", "completed", "submitted", "graded", "skipped"]
)
def test_t2_nobody_takes_a_task_over_from_who_has_it_or_made_it(script: Script, state: str) -> None:
    task = script.value("SELECT max(id) FROM tasks WHERE state = ?", state)
    owner = script.value("SELECT user FROM tasks WHERE id = ?", task)
    assert owner is not None
    for user in {"cy", "lea", "bo", None} - {owner}:
        for also in ("", ", lease_until = 9e9", ", assignee = 'cy'", ", state = 'annotating', state_before = 'queued'"):
            if state == "returned" and "annotating" in also and user is not None:
                continue  # a lead may assign it to another
            with pytest.raises(sqlite3.IntegrityError, match=r"^(T1|T2|C3|C5): |CHECK"):
                script.run(f"UPDATE tasks SET user = ?{also} WHERE id = ?", user, task)
    assert script.value("SELECT user FROM tasks WHERE id = ?", task) == owner


def test_t2_a_returned_task_that_another_began_goes_back_to_its_author_alone(script: Script) -> None:
    task = script.value("SELECT id FROM tasks WHERE state = 'returned'")
    script.run(
        "UPDATE tasks SET state = 'annotating', state_before = 'returned', user = 'bo', lease_until = 9e9 WHERE id = ?",
        task,
    )
    for user in ("cy", "lea"):
        script.refused("T2", "UPDATE tasks SET state = 'returned', user = ? WHERE id = ?", user, task)
    script.run("UPDATE tasks SET state = 'returned', user = 'ann' WHERE id = ?", task)


def test_t2_a_claim_needs_a_user_and_a_lease(script: Script) -> None:
    queued = f"batch = {GOLD} AND state = 'queued'"
    assert script.value(f"SELECT count(*) FROM tasks WHERE {queued}") == 1
    for claim in (
        "state = 'annotating'",
        "state = 'annotating', user = 'ann'",
        "state = 'annotating', user = 'ann', lease_until = 1",
        "state = 'annotating', lease_until = 1, state_before = 'queued'",
        "user = 'ann'",
    ):
        with pytest.raises(sqlite3.IntegrityError, match=r"CHECK|^T2: "):
            script.run(f"UPDATE tasks SET {claim} WHERE {queued}")
    script.run(
        f"UPDATE tasks SET state = 'annotating', user = 'ann', lease_until = 1, state_before = 'queued' WHERE {queued}"
    )


def test_t1_no_task_moves_to_another_batch_item_project_or_id(script: Script) -> None:
    for change in ("batch = 1", f"batch = {OTHER_ROUND}", "item = 99", "project = 2", "id = id + 100", "attempt = 9"):
        for conflict in ("", "OR REPLACE", "OR IGNORE"):
            script.refused("T1", f"UPDATE {conflict} tasks SET {change} WHERE batch = {PRODUCTION}")


def test_t1_no_second_task_is_made_for_what_has_one(script: Script) -> None:
    insert = "INSERT INTO tasks (project, batch, item, attempt, draw, ontology_version) VALUES (1, ?, ?, ?, 0.5, 1)"
    item = script.value("SELECT min(item) FROM tasks WHERE batch = ?", PRODUCTION)
    for attempt in (1, 2):
        script.refused("T1", insert, PRODUCTION, item, attempt)
        script.refused("T1", insert.replace("INSERT", "REPLACE", 1), PRODUCTION, item, attempt)


def test_t1_a_task_starts_queued(script: Script) -> None:
    script.run(
        "INSERT INTO batches (project, name, kind, created, created_by) VALUES (1, 'x', 'ground_truth', 1, 'me')"
    )
    batch = script.value("SELECT id FROM batches WHERE name = 'x'")
    script.run("INSERT INTO batch_items (batch, item, position) VALUES (?, 1, 0)", batch)
    script.run("UPDATE batches SET state = 'in_progress', ontology_version = 1 WHERE id = ?", batch)
    insert = (
        "INSERT INTO tasks (project, batch, item, draw, ontology_version, state, user, labels, lease_until, "
        "state_before, confidence) VALUES (1, ?, 1, 0.5, 1, ?, ?, 1, 1, 'queued', 1)"
    )
    for state in STATES:
        if state != "queued":
            script.refused("T1", insert, batch, state, "ann")
    script.run(insert, batch, "queued", None)
