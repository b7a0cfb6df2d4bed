"""C2 in the file: production stays locked until calibrated, whatever a plain sqlite3 connection tries."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

import annowidgets as aw
from tests.store.building import ANNOTATORS, LEAD, NAME, Script, cell, copied, new_workspace

# As they are made in `in_the_midst`.
ROUND_1, ROUND_2, PRODUCTION, LATER, GOLD, OTHER_ROUND = range(1, 7)
PASSED, OTHERS = 1, 2  # certificates
BLOOD, OTHER = 1, 2  # projects

INSERT_BATCH = "INSERT INTO batches (project, name, kind, state, certificate, created, created_by) VALUES "
INSERT_TASK = "INSERT INTO tasks (project, batch, item, attempt, draw, ontology_version) VALUES "
CLAIM = "state = 'annotating', state_before = 'queued', user = 'ann', lease_until = 9e9"


@pytest.fixture(params=["a later calibration failed", "the ontology changed", "a stricter policy"])
def locked(request: pytest.FixtureRequest, midst: Path, failed: Path, stale: Path, tmp_path: Path) -> Iterator[Script]:
    """Return a script on a workspace whose production runs, and is locked again for one of three reasons."""
    template = {"a later calibration failed": failed, "the ontology changed": stale}.get(request.param, midst)
    file = copied(template, tmp_path)
    if template is midst:
        project = aw.open_workspace(file, user=LEAD).project(NAME)
        project.update_policy(min_score=99)
        project.workspace.database.close()
    script = Script(file)
    assert script.value("SELECT unlocked FROM calibration WHERE project = ?", BLOOD) == 0
    assert script.value("SELECT unlocked FROM calibration WHERE project = ?", OTHER) == 1
    yield script
    script.close()


@pytest.mark.parametrize("verb", ["INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE"])
@pytest.mark.parametrize("state", ["draft", "in_progress", "completed"])
@pytest.mark.parametrize("certificate", ["NULL", PASSED, OTHERS, "(SELECT max(id) FROM certificates)", 999])
def test_c2_no_production_batch_is_created_while_locked(
    locked: Script, verb: str, state: str, certificate: object
) -> None:
    insert = INSERT_BATCH.replace("INSERT", verb, 1)
    locked.refused("C2|T1", f"{insert} (1, 'mine', 'production', '{state}', {certificate}, 1, 'me')")


def test_c2_no_production_batch_is_created_before_any_calibration(tmp_path: Path) -> None:
    new_workspace(tmp_path / "cells.db", items=1).workspace.database.close()
    script = Script(tmp_path / "cells.db")
    for certificate in ("NULL", "0", "1"):
        script.refused("C2", f"{INSERT_BATCH} (1, 'mine', 'production', 'draft', {certificate}, 1, 'me')")
    script.close()


def test_c2_no_certificate_but_the_project_s_own_in_force_opens_production(script: Script) -> None:
    for certificate in ("NULL", str(OTHERS), "999", "-1"):
        script.refused("C2", f"{INSERT_BATCH} (1, 'mine', 'production', 'draft', {certificate}, 1, 'me')")
        script.refused("C2", f"UPDATE batches SET certificate = {certificate} WHERE id = {PRODUCTION}")
        script.refused("C2", f"UPDATE batches SET certificate = {certificate} WHERE id = {LATER}")
    script.refused("C2", f"{INSERT_BATCH} (77, 'mine', 'production', 'draft', {PASSED}, 1, 'me')")
    script.run(f"{INSERT_BATCH} (1, 'mine', 'production', 'draft', {PASSED}, 1, 'me')")


def test_c2_no_other_batch_becomes_a_production_batch(locked: Script) -> None:
    for batch in (ROUND_1, ROUND_2, GOLD, OTHER_ROUND):
        locked.refused("C2", f"UPDATE batches SET kind = 'production' WHERE id = {batch}")
        locked.refused("C2", f"UPDATE OR REPLACE batches SET kind = 'production', certificate = 1 WHERE id = {batch}")
    locked.run(f"{INSERT_BATCH} (2, 'mine', 'production', 'draft', {OTHERS}, 1, 'me')")
    locked.refused("C2", "UPDATE batches SET project = 1 WHERE name = 'mine'")
    locked.refused("C2", "UPDATE batches SET project = 1, certificate = 1 WHERE name = 'mine'")


def test_c2_no_production_batch_is_hidden_by_another_id(locked: Script) -> None:
    locked.refused("C2", f"UPDATE batches SET id = 99 WHERE id = {PRODUCTION}")
    locked.refused("C2", f"UPDATE batches SET id = {GOLD} WHERE id = {PRODUCTION}")
    locked.refused("C2", f"UPDATE OR REPLACE batches SET id = {PRODUCTION} WHERE id = {GOLD}")
    locked.refused("C2", f"UPDATE OR REPLACE batches SET name = 'production' WHERE id = {GOLD}")
    locked.refused("C2", f"DELETE FROM batches WHERE id = {PRODUCTION}")


@pytest.mark.parametrize("state", ["in_progress", "completed"])
def test_c2_no_draft_is_launched_while_locked(locked: Script, state: str) -> None:
    version = "(SELECT max(version) FROM ontologies WHERE project = 1)"
    launch = f"UPDATE batches SET state = '{state}', launched = 1, ontology_version = {version}"
    locked.refused("C2|T1|P2", f"{launch} WHERE id = {LATER}")
    for certificate in ("NULL", PASSED, OTHERS, "(SELECT max(id) FROM certificates)", 999):
        locked.refused("C2|T1|P2", f"{launch}, certificate = {certificate} WHERE id = {LATER}")
        if certificate != PASSED:
            locked.refused("C2", f"UPDATE batches SET certificate = {certificate} WHERE id = {LATER}")


def test_c2_a_draft_that_was_closed_while_locked_is_not_opened_again(locked: Script) -> None:
    locked.run(f"UPDATE batches SET state = 'closed_early' WHERE id = {LATER}")
    for state in ("draft", "in_progress", "completed"):
        locked.refused("C2|T1", f"UPDATE batches SET state = '{state}' WHERE id = {LATER}")
        # Which of the rules that it breaks speaks first is SQLite's choice.
        locked.refused("C2|T1|P2", f"UPDATE batches SET state = '{state}', ontology_version = 1 WHERE id = {LATER}")


def test_c2_a_draft_is_launched_on_the_newest_ontology_alone(script: Script) -> None:
    launch = f"UPDATE batches SET state = 'in_progress', launched = 1, ontology_version = ? WHERE id = {LATER}"
    for version in (None, 0, 2):
        script.refused("P2", launch, version)
    script.run(launch, 1)


def test_c2_no_task_enters_a_production_batch_while_locked(locked: Script) -> None:
    for batch, item in ((PRODUCTION, 7), (PRODUCTION, 1), (LATER, 13)):
        for attempt in (1, 2):
            locked.refused("C2|T1", f"{INSERT_TASK} (1, {batch}, {item}, {attempt}, 0.5, 1)")
    for batch in (ROUND_1, ROUND_2, GOLD):
        locked.refused("T1", f"UPDATE tasks SET batch = {PRODUCTION} WHERE batch = {batch}")
        locked.refused("T1", f"UPDATE OR REPLACE tasks SET batch = {PRODUCTION} WHERE batch = {batch}")


def test_t1_c2_a_task_enters_a_running_batch_for_one_of_its_items_alone(script: Script) -> None:
    states = dict(script.connection.execute("SELECT id, state FROM batches"))
    assert (states[LATER], states[ROUND_1], states[PRODUCTION]) == ("draft", "completed", "in_progress")
    for project, batch, item, attempt, version in (
        (1, LATER, 13, 1, 1),  # a draft
        (1, ROUND_1, 1, 3, 1),  # audited
        (1, PRODUCTION, 1, 1, 1),  # not its item
        (1, PRODUCTION, 7, 2, 1),  # it asks for one attempt
        (1, PRODUCTION, 7, 0, 1),
        (2, PRODUCTION, 7, 1, 1),
        (1, PRODUCTION, 7, 1, 2),
        (1, 99, 7, 1, 1),
    ):
        script.refused("T1", f"{INSERT_TASK} ({project}, {batch}, {item}, {attempt}, 0.5, {version})")


def test_c2_no_production_task_is_claimed_while_locked(locked: Script) -> None:
    queued = f"batch = {PRODUCTION} AND state = 'queued'"
    assert locked.value(f"SELECT count(*) FROM tasks WHERE {queued}") == 1
    locked.refused("C2", f"UPDATE tasks SET {CLAIM} WHERE {queued}")
    locked.refused("C2", f"UPDATE tasks SET user = 'ann', {CLAIM} WHERE {queued}")
    locked.refused("C2", f"UPDATE OR IGNORE tasks SET {CLAIM}, assignee = 'ann' WHERE {queued}")


@pytest.mark.parametrize("target", ["in_review", "returned", "completed", "skipped", "submitted", "graded", "excluded"])
def test_c2_no_production_task_jumps_over_its_claim(locked: Script, target: str) -> None:
    labels = "labels = (SELECT min(id) FROM label_sets)"
    locked.refused(
        "T1|T2",
        f"UPDATE tasks SET state = '{target}', user = 'ann', confidence = 1, {labels} "
        f"WHERE batch = {PRODUCTION} AND state = 'queued'",
    )


@pytest.mark.parametrize("way", ["cancelled", "skipped", "completed"])
def test_c2_no_production_task_is_claimed_by_a_way_round_the_queue(locked: Script, way: str) -> None:
    if way == "cancelled":
        locked.run(f"UPDATE tasks SET state = 'cancelled' WHERE batch = {PRODUCTION} AND state = 'queued'")
    task = locked.value(f"SELECT id FROM tasks WHERE batch = {PRODUCTION} AND state = '{way}'")
    assert task is not None
    locked.refused("T1|T2|C2", f"UPDATE tasks SET {CLAIM}, user = 'cy' WHERE id = {task}")
    if way != "cancelled":
        locked.run(f"UPDATE tasks SET state = 'queued', user = NULL WHERE id = {task}")
        locked.refused("C2", f"UPDATE tasks SET {CLAIM} WHERE id = {task}")


def test_c2_a_returned_task_goes_to_its_author_alone_while_locked(locked: Script) -> None:
    returned = f"batch = {PRODUCTION} AND state = 'returned'"
    claim = "state = 'annotating', state_before = 'returned', lease_until = 9e9"
    assert locked.value(f"SELECT user FROM tasks WHERE {returned}") == "ann"
    locked.refused("C2", f"UPDATE tasks SET {claim}, user = 'bo' WHERE {returned}")
    locked.refused("T2", f"UPDATE tasks SET user = 'bo' WHERE {returned}")
    locked.run(f"UPDATE tasks SET {claim}, user = 'ann' WHERE {returned}")


def test_c2_held_and_own_returned_tasks_may_be_submitted_while_locked(locked: Script) -> None:
    workspace = aw.open_workspace(locked.file, user=LEAD)
    for user, state in zip(ANNOTATORS, ("returned", "annotating"), strict=True):
        project = workspace.as_user(user).project(NAME)
        waiting = locked.value("SELECT id FROM tasks WHERE batch = ? AND state = ?", PRODUCTION, state)
        task = project.next_task()
        assert task is not None
        assert task.id == waiting
        task.submit([cell()])
        following = project.next_task()
        assert following is None or following.batch.name == "gold"
    workspace.database.close()


def test_c2_feedback_is_not_removed_to_open_production(script: Script) -> None:
    script.run(
        "INSERT INTO policies (project, version, policy, created, created_by) SELECT project, version + 1, "
        "json_set(policy, '$.feedback_answered', json('true')), 1, 'me' FROM policies WHERE project = 1"
    )
    assert script.value("SELECT unlocked FROM calibration WHERE project = 1") == 0
    script.refused("I2", "DELETE FROM feedback")
    script.refused("I2", "UPDATE feedback SET project = 2")
    script.refused("I2", "REPLACE INTO feedback SELECT * FROM feedback WHERE id = 1")
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        script.run("UPDATE feedback SET state = 'declined'")
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        script.run("UPDATE feedback SET state = 'addressed'")
    script.run("UPDATE feedback SET state = 'declined', answer = 'no'")
    assert script.value("SELECT unlocked FROM calibration WHERE project = 1") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_score", '"80"'),
        ("min_score", "null"),
        ("min_score", "-1"),
        ("min_accuracy", '"x"'),
        ("min_accuracy", "80"),
        ("min_items", "1.5"),
        ("max_excluded_share", "2"),
        ("confidence_weight", "0.5"),
        ("min_low", '"x"'),
        ("min_taskers", "true"),
        ("min_training_tasks", "[]"),
        ("feedback_answered", "0"),
        ("relock_on_instructions", "null"),
    ],
)
def test_c2_what_is_no_policy_is_refused_where_it_would_compare_as_anything(
    script: Script, name: str, value: str
) -> None:
    insert = (
        "INSERT INTO policies (project, version, policy, created, created_by) "
        "SELECT project, version + 1, {}, 1, 'me' FROM policies WHERE project = 1"
    )
    script.refused("C2", insert.format(f"json_set(policy, '$.{name}', json('{value}'))"))
    script.refused("C2", insert.format("'{}'"))
    with pytest.raises(sqlite3.OperationalError, match="malformed JSON"):
        script.run(insert.format("'{'"))
