"""Q2 in the file: evaluation tasks stay what they are, are scored with their submission, and keep out of production."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

import annowidgets as aw
from tests.store.building import LEAD, NAME, Script, cell, copied

ROWS = ("draw_seed", "task_numbers", "evaluations", "evaluation_scores")


@pytest.fixture(scope="module")
def evaluated(midst: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace in the midst of its work, where zoe has handed in an evaluation task and holds a second."""
    file = copied(midst, tmp_path_factory.mktemp("evaluated"))
    project = aw.open_workspace(file, user=LEAD).project(NAME)
    fresh = next(
        task
        for task in project.batch("round 1").tasks()
        if task.item.id not in {row for (row,) in _promoted(project)} and task.labels()
    )
    fresh.promote("evaluation")
    project.add_member("zoe")
    project.update_settings(evaluation=aw.EvaluationPolicy(rate=1.0), sampling_rate=0.0)
    zoe = project.workspace.as_user("zoe").project(NAME)
    first = zoe.next_task()
    assert first is not None
    first.submit([cell()])
    assert zoe.next_task() is not None
    assert len(project.evaluations()) == 2
    project.workspace.database.close()
    return file


def _promoted(project: aw.workflow.Project) -> list[tuple[int]]:
    with project.workspace.database.read() as connection:
        return connection.execute("SELECT item FROM promotions").fetchall()


@pytest.fixture
def on_evaluated(evaluated: Path, tmp_path: Path) -> Iterator[Script]:
    found = Script(copied(evaluated, tmp_path))
    yield found
    found.close()


@pytest.mark.parametrize("table", ROWS)
def test_q2_what_is_known_of_evaluations_is_written_once(on_evaluated: Script, table: str) -> None:
    script = on_evaluated
    assert script.value(f"SELECT count(*) FROM {table}") > 0
    for _, column, *_ in script.connection.execute(f"PRAGMA table_info({table})").fetchall():
        script.refused("Q2", f"UPDATE {table} SET {column} = {column}")
    script.refused("Q2", f"UPDATE {table} SET rowid = rowid + 1000")
    script.refused("Q2", f"DELETE FROM {table}")
    for verb in ("INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE"):
        script.refused("Q2", f"{verb} INTO {table} SELECT * FROM {table} LIMIT 1")


def test_q2_where_a_person_stands_only_moves_on(on_evaluated: Script) -> None:
    script = on_evaluated
    for change in (
        "draws = 0",
        "draws = draws - 1",
        "draws = draws + 2",
        "counted_after = 10000",
        "counted_after = -1",
        "user = user || '2'",
        "project = 9",
    ):
        script.refused("Q2", f"UPDATE evaluation_draws SET {change}")
    script.refused("Q2", "DELETE FROM evaluation_draws")
    for values in ("1, 'zoe', 0, 0", "1, 'yan', 5, 0", "1, 'yan', 0, 1", "77, 'yan', 0, 0"):
        for verb in ("INSERT", "REPLACE"):
            script.refused(
                "Q2", f"{verb} INTO evaluation_draws (project, user, draws, counted_after) VALUES ({values})"
            )
    script.refused(
        "Q2",
        "INSERT INTO evaluation_draws (project, user) VALUES (1, 'zoe') "
        "ON CONFLICT (project, user) DO UPDATE SET draws = 0",
    )
    newest = script.value("SELECT max(id) FROM evaluation_scores")
    script.run("UPDATE evaluation_draws SET draws = draws + 1, counted_after = ? WHERE user = 'zoe'", newest)
    script.refused("Q2", "UPDATE evaluation_draws SET counted_after = 0 WHERE user = 'zoe'")


def test_q2_a_file_has_one_seed(on_evaluated: Script) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="id = 1"):
        on_evaluated.run("INSERT INTO draw_seed (id, seed) VALUES (2, zeroblob(32))")


def test_q2_only_production_has_numbers_of_its_own_and_after_all_others(on_evaluated: Script) -> None:
    put = "INSERT INTO task_numbers (batch, first, last) VALUES (?, ?, ?)"
    other = on_evaluated.value("SELECT id FROM batches WHERE kind = 'ground_truth'")
    later = on_evaluated.value("SELECT id FROM batches WHERE kind = 'production' AND state = 'draft'")
    for batch in (other, 77):
        on_evaluated.refused("Q2", put, batch, 100_000, 100_100)
    last = on_evaluated.value("SELECT max(last) FROM task_numbers")
    on_evaluated.refused("Q2", put, later, last, last + 100)
    on_evaluated.refused("Q2", put, later, 1, 2)
    on_evaluated.run(put, later, 100_000, 100_100)


def test_q2_nobody_is_served_the_same_twice(on_evaluated: Script) -> None:
    copy = (
        "INSERT INTO evaluations SELECT 100000, project, user, promotion, 77, served FROM evaluations "
        "ORDER BY task LIMIT 1"
    )
    on_evaluated.refused("Q2", copy)


def test_q2_an_evaluation_task_is_of_gold_that_was_promoted_to_it(on_evaluated: Script) -> None:
    training = on_evaluated.value("SELECT task FROM promotions WHERE kind = 'training'")
    queued = on_evaluated.value("SELECT max(id) FROM tasks WHERE state = 'queued'")
    evaluation = on_evaluated.value("SELECT task FROM promotions WHERE kind = 'evaluation'")
    put = "INSERT INTO evaluations (task, project, user, promotion, draw, served) VALUES (?, 1, 'bo', ?, 1, 0)"
    on_evaluated.refused("Q2", put, 100_000, training)
    on_evaluated.refused("Q2", put, queued, evaluation)


def test_q2_items_of_evaluation_tasks_do_not_go_into_production(on_evaluated: Script) -> None:
    item = on_evaluated.value("SELECT item FROM promotions WHERE kind = 'evaluation'")
    later = on_evaluated.value("SELECT id FROM batches WHERE kind = 'production' AND state = 'draft'")
    on_evaluated.refused("Q2", "INSERT INTO batch_items (batch, item, position) VALUES (?, ?, 99)", later, item)
    for verb in ("UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE"):
        on_evaluated.refused("Q2", f"{verb} batch_items SET item = ? WHERE batch = ?", item, later)


def test_q2_items_of_production_do_not_become_evaluation_tasks(on_evaluated: Script) -> None:
    held = "SELECT bi.item FROM batch_items bi JOIN batches b ON b.id = bi.batch WHERE b.kind = 'production' LIMIT 1"
    item = on_evaluated.value(held)
    message = on_evaluated.refused(
        "Q2|Q1",
        "INSERT INTO promotions (task, project, item, kind, labels, concepts, created, created_by) "
        "SELECT id, project, ?, 'evaluation', labels, '[]', 0, 'lea' FROM tasks WHERE state = 'graded' "
        "AND id NOT IN (SELECT task FROM promotions) LIMIT 1",
        item,
    )
    assert "kept out of production" in message or "audit" in message


def test_q2_an_open_one_stays_with_whom_it_is_for(on_evaluated: Script) -> None:
    held = on_evaluated.value("SELECT task FROM evaluations e JOIN tasks t ON t.id = e.task AND t.state = 'annotating'")
    on_evaluated.run("UPDATE tasks SET state = 'queued', user = NULL, state_before = NULL WHERE id = ?", held)
    on_evaluated.refused("Q2", "UPDATE tasks SET assignee = 'bo' WHERE id = ?", held)
    on_evaluated.refused(
        "Q2",
        "UPDATE tasks SET state = 'annotating', state_before = 'queued', user = 'bo', lease_until = 1 WHERE id = ?",
        held,
    )


def test_q2_none_is_handed_in_without_its_score(on_evaluated: Script) -> None:
    held = on_evaluated.value("SELECT task FROM evaluations e JOIN tasks t ON t.id = e.task AND t.state = 'annotating'")
    on_evaluated.run(
        "INSERT INTO label_sets (task, kind, user, ontology_version, labels, created) "
        "VALUES (?, 'submission', 'zoe', 1, '[]', 0)",
        held,
    )
    for state in ("completed", "in_review"):
        on_evaluated.refused(
            "Q2", f"UPDATE tasks SET state = '{state}', labels = (SELECT max(id) FROM label_sets) WHERE id = ?", held
        )


def test_q2_none_is_scored_against_other_gold(on_evaluated: Script) -> None:
    held = on_evaluated.value("SELECT task FROM evaluations e JOIN tasks t ON t.id = e.task AND t.state = 'annotating'")
    on_evaluated.run(
        "INSERT INTO label_sets (task, kind, user, ontology_version, labels, created) "
        "VALUES (?, 'submission', 'zoe', 1, '[]', 0)",
        held,
    )
    submission = on_evaluated.value("SELECT max(id) FROM label_sets")
    put = (
        "INSERT INTO evaluation_scores (task, submission, gold, function_version, measurements, score, is_assisted, "
        "created) VALUES (?, ?, ?, 1, x'00', 100, 0, 0)"
    )
    gold = on_evaluated.value(
        "SELECT p.labels FROM promotions p JOIN evaluations e ON e.promotion = p.task WHERE e.task = ?", held
    )
    on_evaluated.refused("Q2", put, held, submission, submission)
    on_evaluated.refused("Q2", put.replace("?, 1, x'00'", "?, 7, x'00'"), held, submission, gold)
    on_evaluated.run(put, held, submission, gold)


def test_q2_none_is_opened_again(on_evaluated: Script) -> None:
    done = on_evaluated.value("SELECT task FROM evaluations e JOIN tasks t ON t.id = e.task AND t.state = 'completed'")
    on_evaluated.refused("Q2", "UPDATE tasks SET state = 'queued', user = NULL, labels = NULL WHERE id = ?", done)


def test_t1_a_task_of_an_item_that_its_batch_does_not_hold_is_an_evaluation_or_nothing(on_evaluated: Script) -> None:
    item = on_evaluated.value("SELECT item FROM promotions WHERE kind = 'evaluation'")
    batch = on_evaluated.value("SELECT id FROM batches WHERE kind = 'production' AND state = 'in_progress'")
    put = (
        "INSERT INTO tasks (id, project, batch, item, attempt, draw, ontology_version) VALUES (99999, 1, ?, ?, 9, 0, 1)"
    )
    on_evaluated.refused("T1", put, batch, item)
    on_evaluated.run(
        "INSERT INTO evaluations (task, project, user, promotion, draw, served) "
        "SELECT 99999, 1, 'yan', task, 1, 0 FROM promotions WHERE item = ?",
        item,
    )
    on_evaluated.run(put, batch, item)
