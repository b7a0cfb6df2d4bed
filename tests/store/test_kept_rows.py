"""What is written once stays, whatever statement a plain sqlite3 connection tries to change or remove it with."""

from __future__ import annotations

from pathlib import Path

import pytest

from annowidgets.store import Database
from tests.store.building import Script

# Table -> the rule that its guards name.
APPEND_ONLY = {
    "events": "L1",
    "label_sets": "L1",
    "certificates": "C2",
    "policies": "C2",
    "functions": "C2",
    "ontologies": "P2",
    "instructions": "I1",
    "promotions": "Q1",
}
KEPT = {"projects": "P6", "items": "P3", "batches": "C2", "tasks": "T1", "feedback": "I2"}
PROTECTED = {**APPEND_ONLY, **KEPT}

# What the workflow changes; all other columns of a kept table are what they were.
CHANGING = {
    "projects": {"state", "settings"},
    "items": {"files", "thumbnail"},
    "batches": {
        "state", "certificate", "ontology_version", "instructions_version", "launched", "max_per_tasker",
        "requirements",
    },
    "tasks": {
        "state", "state_before", "user", "assignee", "priority", "lease_until", "revision", "seconds", "confidence",
        "ontology_version", "instructions_version", "submitted", "reviewer", "labels", "reason",
    },
    "feedback": {"state", "version", "answer"},
}  # fmt: skip


@pytest.fixture(scope="module")
def columns(midst: Path) -> dict[str, list[str]]:
    database = Database(midst, create=False)
    with database.read() as connection:
        return {
            table: [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")] for table in PROTECTED
        }


def unique_keys(script: Script, table: str) -> list[list[str]]:
    """Every set of columns that REPLACE would clear the way for."""
    keys = [
        [name for _, _, name in script.connection.execute(f"PRAGMA index_info({index})")]
        for _, index, unique, *_ in script.connection.execute(f"PRAGMA index_list({table})")
        if unique
    ]
    own_id = [
        name for _, name, kind, _, _, key in script.connection.execute(f"PRAGMA table_info({table})")
        if key and kind == "INTEGER"
    ]  # fmt: skip
    return [*keys, own_id] if len(own_id) == 1 else keys


def first(table: str) -> str:
    return f"(SELECT min(rowid) FROM {table})"


def is_text(script: Script, table: str, column: str) -> bool:
    return bool(script.value(f"SELECT typeof({column}) = 'text' FROM {table}"))


@pytest.mark.parametrize(("table", "rule"), PROTECTED.items())
def test_l1_p6_no_row_of_a_kept_table_is_deleted(script: Script, table: str, rule: str) -> None:
    assert script.value(f"SELECT count(*) FROM {table}") > 0
    script.refused(rule, f"DELETE FROM {table}")
    script.refused(rule, f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})")
    script.refused(rule, f"WITH gone AS (SELECT max(rowid) AS id FROM {table}) DELETE FROM {table} WHERE rowid IN gone")


@pytest.mark.parametrize(("table", "rule"), APPEND_ONLY.items())
@pytest.mark.parametrize("conflict", ["", "OR REPLACE", "OR IGNORE", "OR FAIL", "OR ROLLBACK", "OR ABORT"])
def test_l1_c2_no_column_of_a_row_that_is_written_once_changes(
    script: Script, columns: dict[str, list[str]], table: str, rule: str, conflict: str
) -> None:
    for column in (*columns[table], "rowid"):
        script.refused(rule, f"UPDATE {conflict} {table} SET {column} = {column}")
        script.refused(rule, f"UPDATE {conflict} {table} SET {column} = 7777 WHERE rowid = {first(table)}")


@pytest.mark.parametrize(("table", "rule"), KEPT.items())
def test_p3_t1_the_columns_that_say_what_a_kept_row_is_never_change(
    script: Script, columns: dict[str, list[str]], table: str, rule: str
) -> None:
    fixed = [column for column in columns[table] if column not in CHANGING[table]]
    assert fixed
    for column in (*fixed, "rowid", "oid", "_rowid_"):  # the id by other names
        script.refused(rule, f"UPDATE {table} SET {column} = 7777 WHERE rowid = {first(table)}")
        script.refused(rule, f"UPDATE OR REPLACE {table} SET {column} = 7777 WHERE rowid = {first(table)}")


@pytest.mark.parametrize(("table", "rule"), PROTECTED.items())
@pytest.mark.parametrize("verb", ["INSERT", "INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL"])
def test_l1_no_row_is_replaced_by_an_insert_that_takes_any_of_its_keys(
    script: Script, columns: dict[str, list[str]], table: str, rule: str, verb: str
) -> None:
    # Alone: the other guards refuse most copies for what they say.
    for (trigger,) in script.connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        if trigger != f"{table}_not_replaced":
            script.run(f"DROP TRIGGER {trigger}")
    keys = unique_keys(script, table)
    assert keys
    for key in keys:
        free = {name for other in keys for name in other} - set(key)
        values = [
            name if name not in free else "NULL" if name == "id" else f"{name} || 1" if is_text(script, table, name)
            else f"{name} + 1000" for name in columns[table]
        ]  # fmt: skip
        copy = f"INTO {table} ({', '.join(columns[table])}) SELECT {', '.join(values)} FROM {table} LIMIT 1"
        script.refused(rule, f"{verb} {copy}")


@pytest.mark.parametrize(("table", "rule"), PROTECTED.items())
def test_l1_no_row_changes_by_an_upsert(script: Script, columns: dict[str, list[str]], table: str, rule: str) -> None:
    names = ", ".join(columns[table])
    for key in unique_keys(script, table):
        script.refused(
            f"{rule}|C2|C5|Q1|T1|P2",  # the copied row may be refused before
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} WHERE rowid = {first(table)} "
            f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {columns[table][-1]} = 7777",
        )


@pytest.mark.parametrize("table", ["events", "certificates"])
@pytest.mark.parametrize("id", [0, -1, 1000, 2**63 - 1])
def test_l1_no_number_of_a_history_is_left_out(script: Script, table: str, id: int) -> None:
    columns = [name for _, name, *_ in script.connection.execute(f"PRAGMA table_info({table})")]
    values = ", ".join({"id": str(id), "ontology_version": "1", "batch": "2"}.get(name, name) for name in columns)
    script.refused("L1|C2|C5", f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE id = 1")


def test_l1_a_script_may_append_an_event_at_the_end(script: Script) -> None:
    newest = script.value("SELECT max(id) FROM events")
    script.run("INSERT INTO events (at, user, action, subject, figures) VALUES (1, 'me', 'note', 'file', '{}')")
    script.run(
        "INSERT INTO events (id, at, user, action, subject, figures) VALUES (?, 1, 'me', 'note', 'file', '{}')",
        newest + 2,
    )
    assert script.value("SELECT max(id) FROM events") == newest + 2


@pytest.mark.parametrize(
    ("table", "columns", "rule"),
    [
        ("instructions", "text, note, good, bad", "I1"),
        ("policies", "policy", "C2"),
        ("functions", "function", "C2"),
        ("ontologies", "ontology, fingerprint, revision", "P2"),
    ],
)
def test_i1_p2_a_version_is_the_next_one(script: Script, table: str, columns: str, rule: str) -> None:
    for version in ("version - 1", "version", "version + 2", "-1", "1000000"):
        script.refused(
            rule,
            f"INSERT INTO {table} (project, version, {columns}, created, created_by) "
            f"SELECT project, {version}, {columns}, 1, 'me' FROM {table} WHERE project = 1",
        )
    script.run(
        f"INSERT INTO {table} (project, version, {columns}, created, created_by) "
        f"SELECT project, version + 1, {columns}, 1, 'me' FROM {table} WHERE project = 1"
    )


def test_p2_a_revision_of_the_ontology_means_the_same(script: Script) -> None:
    insert = (
        "INSERT INTO ontologies (project, version, revision, ontology, fingerprint, created, created_by) "
        "SELECT project, version, ?, ontology, ?, 1, 'me' FROM ontologies WHERE project = 1"
    )
    fingerprint = script.value("SELECT fingerprint FROM ontologies WHERE project = 1")
    script.refused("P2", insert, 1, "another meaning")
    script.refused("P2", insert, 2, fingerprint)
    script.run(insert, 1, fingerprint)
