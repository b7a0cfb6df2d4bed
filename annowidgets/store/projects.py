"""Projects and what they keep in versions: ontology, instructions, policy, benchmark function."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from annowidgets.store.rows import first, insert, select, update, value


class ProjectRow(NamedTuple):
    id: int
    name: str
    kind: str
    state: str
    settings: str
    created: float
    created_by: str


class OntologyRow(NamedTuple):
    version: int
    ontology: str
    fingerprint: str
    renamed: str


class InstructionsRow(NamedTuple):
    version: int
    text: str
    note: str
    good: str
    bad: str
    created: float
    created_by: str


def all_of_kind(connection: sqlite3.Connection, kind: str) -> list[ProjectRow]:
    return select(connection, ProjectRow, "FROM projects r WHERE r.kind = ? ORDER BY r.id", (kind,))


def by_name(connection: sqlite3.Connection, name: str) -> ProjectRow | None:
    return first(connection, ProjectRow, "FROM projects r WHERE r.name = ?", (name,))


def by_id(connection: sqlite3.Connection, project: int) -> ProjectRow:
    found = first(connection, ProjectRow, "FROM projects r WHERE r.id = ?", (project,))
    assert found is not None, "projects are never deleted"
    return found


def create(connection: sqlite3.Connection, *, name: str, kind: str, settings: str, at: float, user: str) -> int:
    return insert(connection, "projects", name=name, kind=kind, settings=settings, created=at, created_by=user)


def set_settings(connection: sqlite3.Connection, project: int, settings: str) -> None:
    update(connection, "projects", {"id": project}, settings=settings)


def archive(connection: sqlite3.Connection, project: int) -> None:
    update(connection, "projects", {"id": project}, state="archived")


def ontology(connection: sqlite3.Connection, project: int, version: int | None = None) -> OntologyRow:
    """The ontology of a version, the newest by default, in its newest colours."""
    found = first(
        connection,
        OntologyRow,
        "FROM ontologies r WHERE r.project = ?1 AND (?2 IS NULL OR r.version = ?2) "
        "ORDER BY r.version DESC, r.revision DESC",
        (project, version),
    )
    assert found is not None, "every project has an ontology"
    return found


def ontology_versions(connection: sqlite3.Connection, project: int) -> list[OntologyRow]:
    """Every version in order, each in its newest colours."""
    return select(
        connection,
        OntologyRow,
        "FROM ontologies r WHERE r.project = ?1 AND r.revision = (SELECT max(revision) FROM ontologies "
        "WHERE project = ?1 AND version = r.version) ORDER BY r.version",
        (project,),
    )


def add_ontology(
    connection: sqlite3.Connection, project: int, row: OntologyRow, *, revision: bool, at: float, user: str
) -> None:
    """Add a version, or a revision of it where only colours or order changed."""
    query = "SELECT max(revision) + 1 FROM ontologies WHERE project = ? AND version = ?"
    insert(
        connection,
        "ontologies",
        project=project,
        revision=value(connection, query, (project, row.version)) if revision else 0,
        created=at,
        created_by=user,
        **row._asdict(),
    )


def instructions(connection: sqlite3.Connection, project: int, version: int | None = None) -> InstructionsRow | None:
    """The instructions of a version, the newest by default."""
    return first(
        connection,
        InstructionsRow,
        "FROM instructions r WHERE r.project = ?1 AND (?2 IS NULL OR r.version = ?2) ORDER BY r.version DESC",
        (project, version),
    )


def instructions_versions(connection: sqlite3.Connection, project: int) -> list[InstructionsRow]:
    return select(connection, InstructionsRow, "FROM instructions r WHERE r.project = ? ORDER BY r.version", (project,))


def add_instructions(connection: sqlite3.Connection, project: int, row: InstructionsRow) -> None:
    insert(connection, "instructions", project=project, **row._asdict())


def policy(connection: sqlite3.Connection, project: int) -> tuple[int, str]:
    """Version and JSON of the current policy."""
    return _newest(connection, "policies", "policy", project)


def add_policy(connection: sqlite3.Connection, project: int, policy: str, *, at: float, user: str) -> int:
    return _add_version(connection, "policies", "policy", project, policy, at, user)


def function(connection: sqlite3.Connection, project: int) -> tuple[int, str]:
    """Version and JSON of the current benchmark function."""
    return _newest(connection, "functions", "function", project)


def add_function(connection: sqlite3.Connection, project: int, function: str, *, at: float, user: str) -> int:
    return _add_version(connection, "functions", "function", project, function, at, user)


def _newest(connection: sqlite3.Connection, table: str, column: str, project: int) -> tuple[int, str]:
    query = f"SELECT version, {column} FROM {table} WHERE project = ? ORDER BY version DESC LIMIT 1"
    version, text = connection.execute(query, (project,)).fetchone()
    return int(version), str(text)


def _add_version(
    connection: sqlite3.Connection, table: str, column: str, project: int, text: str, at: float, user: str
) -> int:
    query = f"SELECT coalesce(max(version), 0) + 1 FROM {table} WHERE project = ?"
    version = int(value(connection, query, (project,)))
    insert(connection, table, project=project, version=version, created=at, created_by=user, **{column: text})
    return version
