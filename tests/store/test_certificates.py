"""C2, C4, C5 in the file: a certificate says what the audit found, and the audit stays as it was."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from tests.store.building import Script
from tests.store.test_production_lock import GOLD, LATER, PRODUCTION, ROUND_1, ROUND_2

WEIGHT = 0.2
# One item of round 2 was rejected in `in_the_midst`; these are what a script gives the two others.
ACCURACIES = (1.0, 0.5)


def finish(script: Script) -> None:
    """Grade the attempts that are left, as a script that plays the auditor to the end could."""
    left = script.connection.execute(
        "SELECT id, ontology_version FROM tasks WHERE batch = ? AND state = 'submitted' ORDER BY id", (ROUND_2,)
    ).fetchall()
    assert len(left) == len(ACCURACIES)
    for (task, version), accuracy in zip(left, ACCURACIES, strict=True):
        labels = None
        if accuracy < 1:
            script.run(
                "INSERT INTO label_sets (task, kind, user, ontology_version, labels, created) "
                "VALUES (?, 'audit', 'tim', ?, '[]', 1)",
                task,
                version,
            )
            labels = script.value("SELECT max(id) FROM label_sets")
        script.run(
            "INSERT INTO grades (task, auditor, grade, accuracy, labels, self_audited, graded) "
            "VALUES (?, 'tim', ?, ?, ?, 0, 1)",
            task,
            "approve" if accuracy == 1 else "fix",
            accuracy,
            labels,
        )
        script.run("UPDATE tasks SET state = 'graded', reviewer = 'tim' WHERE id = ?", task)


def honest(script: Script, batch: int = ROUND_2) -> dict[str, Any]:
    """The certificate of a batch, computed without SQL."""
    by_item = defaultdict(list)
    people = set()
    for item, user, accuracy, confidence in script.connection.execute(
        "SELECT t.item, t.user, g.accuracy, t.confidence FROM tasks t JOIN grades g ON g.task = t.id "
        "WHERE t.batch = ? AND t.state = 'graded'",
        (batch,),
    ):
        by_item[item].append((accuracy, confidence))
        people.add(user)
    means = np.array([np.mean([(a, (c - a) ** 2) for a, c in attempts], axis=0) for attempts in by_item.values()])
    accuracy, brier = means.mean(axis=0)
    score = 100 * ((1 - WEIGHT) * accuracy + WEIGHT * (1 - brier))
    return {
        "project": 1,
        "batch": batch,
        "ontology_version": 1,
        "instructions_version": 1,
        "function_version": 1,
        "policy_version": 1,
        "weight": WEIGHT,
        "score": float(score),
        "accuracy": float(accuracy),
        "low": float(score) / 2,
        "high": 100.0,
        "items": len(by_item),
        "excluded": 0,
        "taskers": len(people),
        "self_audited": 0,
        "passed": 1,
        "conditions": "[]",
        "created": 1.0,
        "created_by": "me",
    }


def insert(columns: dict[str, Any]) -> tuple[str, ...]:
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO certificates ({', '.join(columns)}) VALUES ({marks})", *columns.values()


def test_c2_the_certificate_of_a_complete_audit_is_accepted_once(script: Script) -> None:
    finish(script)
    script.run(*insert(honest(script)))
    assert script.value("SELECT certificate FROM calibration WHERE project = 1") == 3
    script.refused("C2", *insert(honest(script)))
    script.refused("C2|C5", *insert(honest(script) | {"ontology_version": 2}))
    script.run("UPDATE batches SET state = 'completed' WHERE id = ?", ROUND_2)
    for state in ("draft", "in_progress", "closed_early"):
        script.refused("T1", "UPDATE batches SET state = ? WHERE id = ?", state, ROUND_2)
    script.refused("C2|C5", *insert(honest(script) | {"ontology_version": 2}))


def test_c5_no_certificate_while_attempts_are_neither_graded_nor_excluded(script: Script) -> None:
    assert script.value("SELECT count(*) FROM tasks WHERE batch = ? AND state = 'submitted'", ROUND_2) == 2
    so_far = honest(script) | {"low": None, "high": None, "excluded": 2}
    script.refused("C5", *insert(so_far))
    script.run("UPDATE tasks SET state = 'excluded' WHERE batch = ? AND state = 'submitted'", ROUND_2)
    script.run(*insert(so_far))


def test_c5_no_certificate_of_a_batch_that_is_no_running_calibration(script: Script) -> None:
    finish(script)
    for batch in (GOLD, PRODUCTION, LATER, ROUND_1, 99):
        script.refused("C5|C2", *insert(honest(script) | {"batch": batch}))


@pytest.mark.parametrize(
    ("column", "values"),
    {
        "project": [2, 99],
        "ontology_version": [0, 2],
        "instructions_version": [0, 2],
        "function_version": [0, 2],
        "policy_version": [0, 2],
        "weight": [0.0, 0.2001, 1 / 3, 1.0, -1.0],
        "score": [None, 0.0, 100.0, "+0.001", "-0.001"],
        "accuracy": [None, 0.0, 1.0, "+0.001", "-0.001"],
        "low": [None, -1.0, 100.0, "score+0.001"],
        "high": [None, 101.0, 0.0, "score-0.001"],
        "items": [0, 2, 4],
        "excluded": [1, 2, -1],
        "taskers": [0, 1, 3],
        "self_audited": [1],
    }.items(),
)
def test_c2_no_figure_of_a_certificate_is_other_than_the_audit_s(
    script: Script, column: str, values: list[Any]
) -> None:
    finish(script)
    true = honest(script)
    for value in values:
        if isinstance(value, str):
            base, sign, by = value.partition("+" if "+" in value else "-")
            value = true[base or column] + float(sign + by)
        assert value != true[column]
        script.refused("C2|C5", *insert(true | {column: value}))
    script.run(*insert(true))


def test_c2_figures_that_agree_with_each_other_but_not_with_the_grades_are_refused(script: Script) -> None:
    finish(script)
    true = honest(script)
    rosy = {"accuracy": 1.0, "score": 99.8, "low": 99.8, "high": 99.8}
    script.refused("C2", *insert(true | rosy))
    dropped = {"items": 2, "excluded": 1, "accuracy": 0.75, "score": 100 * (0.8 * 0.75 + 0.2 * (1 - 0.085))}
    script.refused("C2", *insert(true | dropped | {"low": None, "high": None}))
    unweighted = {"weight": 0.0, "score": 100 * true["accuracy"]}
    script.refused("C2", *insert(true | unweighted))


def test_c2_attempts_without_a_confidence_do_not_pass_unseen(script: Script) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=r"C3|CHECK"):
        script.run("UPDATE tasks SET confidence = NULL WHERE batch = ? AND state = 'submitted'", ROUND_2)
    finish(script)
    with pytest.raises(sqlite3.IntegrityError, match=r"C3|CHECK"):
        script.run("UPDATE tasks SET confidence = NULL WHERE batch = ?", ROUND_2)


def test_c2_the_items_of_a_launched_batch_are_fixed_so_that_none_is_lost_from_the_count(script: Script) -> None:
    for batch in (ROUND_1, ROUND_2, PRODUCTION, GOLD):
        script.refused("C2", "DELETE FROM batch_items WHERE batch = ?", batch)
        script.refused("C1|C2", "UPDATE batch_items SET batch = 99 WHERE batch = ?", batch)
        script.refused("C2", "UPDATE OR REPLACE batch_items SET item = item + 1 WHERE batch = ?", batch)
        script.refused("C2", "INSERT INTO batch_items (batch, item, position) VALUES (?, 14, 9)", batch)
        script.refused("C2", "UPDATE batch_items SET batch = ? WHERE batch = ?", batch, LATER)
        script.refused("C2", "REPLACE INTO batch_items SELECT * FROM batch_items WHERE batch = ?", batch)
    script.refused(
        "C1", "INSERT INTO batch_items (batch, item, position) VALUES (?, 17, 9)", LATER
    )  # another project's
    script.refused("C1", "INSERT INTO batch_items (batch, item, position) VALUES (?, 999, 9)", LATER)
    script.run("INSERT INTO batch_items (batch, item, position) VALUES (?, 16, 9)", LATER)
    script.run("DELETE FROM batch_items WHERE batch = ? AND item = 16", LATER)


def test_p2_no_calibration_is_pinned_to_another_ontology_than_it_was_made_under(script: Script) -> None:
    for batch in (ROUND_1, ROUND_2, PRODUCTION, GOLD):
        script.refused("P2", "UPDATE batches SET ontology_version = 2 WHERE id = ?", batch)
        script.refused("P2", "UPDATE batches SET ontology_version = NULL WHERE id = ?", batch)
        script.refused("P2", "UPDATE batches SET instructions_version = 2 WHERE id = ?", batch)


def test_p2_no_calibration_is_launched_for_an_ontology_to_come(script: Script) -> None:
    script.run(
        "INSERT INTO batches (project, name, kind, created, created_by) VALUES (1, 'soon', 'calibration', 1, 'me')"
    )
    launch = (
        "UPDATE batches SET state = 'in_progress', ontology_version = ?, instructions_version = ? WHERE name = 'soon'"
    )
    for versions in ((2, 1), (1, 2), (None, 1), (1, None), (0, 1)):
        script.refused("P2", launch, *versions)
    script.refused("P2", "UPDATE batches SET ontology_version = 2 WHERE name = 'soon'")
    script.run(launch, 1, 1)


def test_t1_a_batch_starts_as_a_draft_and_follows_its_table(script: Script) -> None:
    insert_batch = (
        "INSERT INTO batches (project, name, kind, state, created, created_by) VALUES (1, 'x', ?, ?, 1, 'me')"
    )
    for kind in ("calibration", "ground_truth"):
        for state in ("in_progress", "completed", "closed_early"):
            script.refused("T1", insert_batch, kind, state)
    for state in ("in_progress", "draft", "closed_early"):
        script.refused("T1", "UPDATE batches SET state = ? WHERE id = ?", state, ROUND_1)
    script.refused("C5", "UPDATE batches SET state = 'completed' WHERE id = ?", ROUND_2)
    script.refused("T1", "UPDATE batches SET state = 'draft' WHERE id = ?", PRODUCTION)


def test_c4_grades_stay_when_the_audit_is_complete(script: Script) -> None:
    done = f"(SELECT min(id) FROM tasks WHERE batch = {ROUND_1})"
    script.refused("C4", f"UPDATE grades SET accuracy = 1 WHERE task = {done}")
    script.refused("C4", f"UPDATE grades SET reason = 'x' WHERE task = {done}")
    script.refused("C4", f"DELETE FROM grades WHERE task = {done}")
    script.refused("C4", f"REPLACE INTO grades SELECT * FROM grades WHERE task = {done}")
    open_attempt = f"(SELECT min(id) FROM tasks WHERE batch = {ROUND_2} AND state = 'submitted')"
    script.refused("C4", f"UPDATE grades SET task = {open_attempt} WHERE task = {done}")
    script.refused(
        "C4", f"UPDATE OR REPLACE grades SET task = {done} WHERE task IN (SELECT id FROM tasks WHERE batch = 2)"
    )


def test_c4_only_submitted_attempts_are_graded_and_fixed_by_labels_of_their_own_audit(script: Script) -> None:
    grade = (
        "INSERT INTO grades (task, auditor, grade, accuracy, labels, self_audited, graded) "
        "VALUES (({task}), 'tim', '{grade}', {accuracy}, {labels}, 0, 1)"
    )
    approve = {"grade": "approve", "accuracy": 1, "labels": "NULL"}
    for state in ("queued", "annotating", "in_review", "completed", "returned", "skipped"):
        task = f"SELECT min(id) FROM tasks WHERE state = '{state}'"
        assert script.value(task) is not None
        script.refused("C4", grade.format(task=task, **approve))
    script.refused("C4", grade.format(task="999", **approve))
    task = f"SELECT min(id) FROM tasks WHERE batch = {ROUND_2} AND state = 'submitted'"
    for labels in (
        f"(SELECT labels FROM tasks WHERE id = ({task}))",
        "(SELECT id FROM label_sets WHERE kind = 'audit')",
    ):
        script.refused("C4", grade.format(task=task, grade="fix", accuracy=1, labels=labels))
    for wrong in ({"grade": "fix"}, {"accuracy": 0.5}, {"grade": "reject", "accuracy": 0}):
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            script.run(grade.format(task=task, **approve | wrong))
    script.run(grade.format(task=task, **approve))


def test_c5_c3_what_was_audited_stays_as_it_was_submitted(script: Script) -> None:
    for batch, rule in ((ROUND_1, "C3|C5"), (ROUND_2, "C3")):
        for change in (
            "user = 'cy'",
            "confidence = 0.123",
            "labels = 1 + (labels = 1)",
            "submitted = 7",
            "seconds = 7",
            "ontology_version = 2",
            "instructions_version = 2",
        ):
            script.refused(
                rule, f"UPDATE tasks SET {change} WHERE batch = {batch} AND state IN ('graded', 'submitted')"
            )
    for change in ("state = 'excluded'", "state = 'submitted'", "state = 'queued', user = NULL", "reviewer = 'cy'"):
        script.refused("C5|T1", f"UPDATE tasks SET {change} WHERE batch = {ROUND_1}")
    script.run(f"UPDATE tasks SET priority = 5 WHERE batch = {ROUND_1}")


def test_q1_only_audited_attempts_are_promoted_with_their_audited_labels(script: Script) -> None:
    promote = (
        "INSERT INTO promotions (task, project, item, kind, labels, concepts, created, created_by) "
        "SELECT t.id, {project}, {item}, '{kind}', {labels}, '[]', 1, 'me' "
        "FROM tasks t LEFT JOIN grades g ON g.task = t.id WHERE {which} ORDER BY t.id LIMIT 1"
    )
    true = {"project": "t.project", "item": "t.item", "kind": "training", "labels": "coalesce(g.labels, t.labels)"}
    free = "t.item NOT IN (SELECT item FROM promotions WHERE project = 1)"
    rejected = f"t.batch = {ROUND_1} AND g.grade = 'reject'"
    audited = f"t.batch = {ROUND_1} AND g.grade <> 'reject' AND {free}"
    script.refused("Q1", promote.format(which=rejected, **true))
    for state in ("submitted", "in_review", "completed"):
        script.refused("Q1", promote.format(which=f"t.state = '{state}'", **true))
    for wrong in ({"project": "2"}, {"item": "t.item + 1"}, {"labels": "1 + (t.labels = 1)"}):
        script.refused("Q1", promote.format(which=audited, **true | wrong))
    second = f"t.batch = {ROUND_1} AND t.item = 1 AND t.id NOT IN (SELECT task FROM promotions)"
    for verb in ("INSERT", "REPLACE", "INSERT OR IGNORE"):
        script.refused("Q1", promote.replace("INSERT", verb, 1).format(which=second, **true))
    fixed = f"t.batch = {ROUND_1} AND g.grade = 'fix'"
    script.refused("Q1", promote.format(which=fixed, **true | {"labels": "t.labels"}))
    script.run(promote.format(which=audited, **true))
