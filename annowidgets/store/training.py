"""Training projects: sources, benchmark items, gold in revisions, rounds of trainees."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from annowidgets.store.rows import first, frame, insert, insert_many, json_list, select, update, value
from annowidgets.store.tasks import TaskRow

if TYPE_CHECKING:
    import pandas as pd


class TrainingRow(NamedTuple):
    project: int
    description: str
    pass_mark: float | None
    reveal: str
    size: int | None
    function_version: int


class SourceRow(NamedTuple):
    source: int
    batch: int | None
    tasks: str | None


class EligibleRow(NamedTuple):
    """A task that can become a benchmark task; concepts is JSON."""

    task: int
    project: int
    batch: int
    item: int
    item_name: str
    hash: str
    labels: int
    ontology_version: int
    concepts: str
    difficulty: str | None


class BenchmarkRow(NamedTuple):
    """A benchmark task and its newest gold; concepts and labels are JSON, ``withdrawn`` a revision or None."""

    item: int
    name: str
    source_task: int
    source_labels: int
    concepts: str
    difficulty: str | None
    withdrawn: int | None
    reason: str | None
    gold: int
    revision: int
    labels: str


class GoldRow(NamedTuple):
    id: int
    item: int
    revision: int
    labels: str
    reason: str | None
    created: float
    created_by: str


class RoundRow(NamedTuple):
    batch: int
    project: int
    trainee: str
    kind: str
    round: int
    seen: int
    score: float | None
    passed: int | None


def create(
    connection: sqlite3.Connection,
    training: TrainingRow,
    *,
    sources: Sequence[SourceRow],
    benchmark: Sequence[tuple[int, EligibleRow, str]],
    at: float,
    user: str,
) -> None:
    """Write what a new training project has beside a project.

    Parameters
    ----------
    benchmark : sequence of (item, where it came from, JSON of the gold labels)
        In order; the items are the training project's own.
    """
    project = training.project
    insert_many(
        connection,
        "training_sources",
        ("project", "position", *SourceRow._fields),
        [(project, position, *source) for position, source in enumerate(sources)],
    )
    insert_many(
        connection,
        "training_items",
        ("item", "project", "source_task", "source_labels", "concepts", "difficulty"),
        [(item, project, row.task, row.labels, row.concepts, row.difficulty) for item, row, _ in benchmark],
    )
    insert_many(
        connection,
        "gold",
        ("project", "item", "revision", "labels", "created", "created_by"),
        [(project, item, 1, labels, at, user) for item, _, labels in benchmark],
    )
    # Last: from here on sources and items are fixed (A3).
    insert(connection, "trainings", **training._asdict())


def copy_item(connection: sqlite3.Connection, item: int, project: int, name: str, *, at: float, user: str) -> int:
    """Add an item of another project under a name; returns the copy's id."""
    done = connection.execute(
        "INSERT INTO items (project, name, modality, sizes, spacing, hash, files, thumbnail, added, added_by) "
        "SELECT ?, ?, modality, sizes, spacing, hash, files, thumbnail, ?, ? FROM items WHERE id = ?",
        (project, name, at, user, item),
    )
    return int(done.lastrowid or 0)


def of(connection: sqlite3.Connection, project: int) -> TrainingRow:
    found = first(connection, TrainingRow, "FROM trainings r WHERE r.project = ?", (project,))
    assert found is not None, "every training project has its row"
    return found


def change(connection: sqlite3.Connection, project: int, **columns: Any) -> None:
    update(connection, "trainings", {"project": project}, **columns)


def sources(connection: sqlite3.Connection, project: int) -> list[SourceRow]:
    return select(connection, SourceRow, "FROM training_sources r WHERE r.project = ? ORDER BY r.position", (project,))


def using(connection: sqlite3.Connection, source: int) -> list[str]:
    """Names of the open training projects that have a project among their sources."""
    query = (
        "SELECT DISTINCT p.name FROM training_sources s JOIN projects p ON p.id = s.project "
        "WHERE s.source = ? AND p.state = 'active' ORDER BY p.name"
    )
    return [name for (name,) in connection.execute(query, (source,))]


def teaching(connection: sqlite3.Connection, item: int) -> str | None:
    """Name of a training project whose benchmark was taken from an item of a source, and counts; None where none."""
    query = (
        "SELECT p.name FROM tasks t JOIN training_items n ON n.source_task = t.id AND n.withdrawn IS NULL "
        "JOIN projects p ON p.id = n.project WHERE t.item = ? ORDER BY p.id LIMIT 1"
    )
    found = value(connection, query, (item,))
    return None if found is None else str(found)


def function(connection: sqlite3.Connection, project: int, version: int) -> str:
    """JSON of a version of the benchmark function."""
    query = "SELECT function FROM functions WHERE project = ? AND version = ?"
    return str(value(connection, query, (project, version)))


def functions_frame(connection: sqlite3.Connection, project: int) -> pd.DataFrame:
    """Every version of the benchmark function, and whether it is the applied one."""
    return frame(
        connection,
        "SELECT f.version, f.version = t.function_version AS applied, f.created, f.created_by, f.function "
        "FROM functions f JOIN trainings t ON t.project = f.project WHERE f.project = ? ORDER BY f.version",
        (project,),
        times=["created"],
    )


# --- eligible tasks

# In review or completed of ground truth and production, and what an audit promoted to training (A1). What is gold of an
# evaluation is kept out by its item (Q2).
_ELIGIBLE = """FROM (
    SELECT t.id AS task, t.project, t.batch, t.item, i.name AS item_name, i.hash,
        coalesce(p.labels, t.labels) AS labels, s.ontology_version,
        coalesce(p.concepts, '[]') AS concepts, p.difficulty
    FROM tasks t JOIN batches b ON b.id = t.batch JOIN items i ON i.id = t.item
    LEFT JOIN promotions p ON p.task = t.id AND p.kind = 'training'
    JOIN label_sets s ON s.id = coalesce(p.labels, t.labels)
    WHERE (p.task IS NOT NULL OR (b.kind IN ('ground_truth', 'production') AND t.state IN ('in_review', 'completed')))
        AND NOT EXISTS (SELECT 1 FROM promotions e WHERE e.item = t.item AND e.kind = 'evaluation')) r"""


def eligible(
    connection: sqlite3.Connection, project: int, *, batch: int | None = None, tasks: Sequence[int] | None = None
) -> list[EligibleRow]:
    """Tasks of a project, of a batch of it, or of a list, that can become benchmark tasks, by their ids."""
    return select(
        connection,
        EligibleRow,
        f"{_ELIGIBLE} WHERE r.project = :project AND (:batch IS NULL OR r.batch = :batch) "
        "AND (:tasks IS NULL OR r.task IN (SELECT value FROM json_each(:tasks))) ORDER BY r.task",
        {"project": project, "batch": batch, "tasks": None if tasks is None else json_list(tasks)},
    )


def unfinished(connection: sqlite3.Connection, project: int, *, batch: int | None = None) -> tuple[int, int]:
    """(tasks of ground truth and production that have not ended, all of them) of a project or a batch."""
    found = connection.execute(
        "SELECT coalesce(sum(t.state IN ('queued', 'annotating', 'returned')), 0), count(*) FROM tasks t "
        "JOIN batches b ON b.id = t.batch WHERE t.project = ?1 AND (?2 IS NULL OR b.id = ?2) "
        "AND b.kind IN ('ground_truth', 'production')",
        (project, batch),
    ).fetchone()
    return int(found[0]), int(found[1])


# --- benchmark

_BENCHMARK = """FROM (
    SELECT n.item, n.project, i.name, n.source_task, n.source_labels, n.concepts, n.difficulty, n.withdrawn, n.reason,
        g.id AS gold, g.revision, g.labels
    FROM training_items n JOIN items i ON i.id = n.item
    JOIN gold g ON g.item = n.item AND g.revision = (SELECT max(revision) FROM gold WHERE item = n.item)) r"""


def benchmark(connection: sqlite3.Connection, project: int) -> list[BenchmarkRow]:
    """Benchmark tasks in order, withdrawn ones too."""
    return select(connection, BenchmarkRow, f"{_BENCHMARK} WHERE r.project = ? ORDER BY r.item", (project,))


def benchmark_of(connection: sqlite3.Connection, item: int) -> BenchmarkRow:
    found = first(connection, BenchmarkRow, f"{_BENCHMARK} WHERE r.item = ?", (item,))
    assert found is not None, "every item of a training project has its gold"
    return found


def gold_of(connection: sqlite3.Connection, item: int) -> list[GoldRow]:
    """Every revision of an item's gold, oldest first."""
    return select(connection, GoldRow, "FROM gold r WHERE r.item = ? ORDER BY r.revision", (item,))


def gold(connection: sqlite3.Connection, gold: int) -> GoldRow:
    found = first(connection, GoldRow, "FROM gold r WHERE r.id = ?", (gold,))
    assert found is not None, "gold is never deleted"
    return found


def revision(connection: sqlite3.Connection, project: int) -> int:
    """Number of the newest revision of a project's gold: of a correction or a withdrawal, 1 before any."""
    query = (
        "SELECT max((SELECT coalesce(max(revision), 1) FROM gold WHERE project = ?1), "
        "(SELECT coalesce(max(withdrawn), 1) FROM training_items WHERE project = ?1))"
    )
    return int(value(connection, query, (project,)))


def next_gold(connection: sqlite3.Connection) -> int:
    """The id that the next revision will have: what was submitted is measured against it before it comes in."""
    return int(value(connection, "SELECT max(id) + 1 FROM gold"))


def add_gold(connection: sqlite3.Connection, **columns: Any) -> None:
    insert(connection, "gold", **columns)


def withdraw(connection: sqlite3.Connection, item: int, revision: int, reason: str) -> None:
    update(connection, "training_items", {"item": item}, withdrawn=revision, reason=reason)


# --- rounds

_ROUND = "FROM training_rounds r WHERE r.project = ?"


def rounds(connection: sqlite3.Connection, project: int) -> list[RoundRow]:
    """All sets of tasks, in the order they were made."""
    return select(connection, RoundRow, f"{_ROUND} ORDER BY r.batch", (project,))


def rounds_of(connection: sqlite3.Connection, project: int, trainee: str) -> list[RoundRow]:
    return select(connection, RoundRow, f"{_ROUND} AND r.trainee = ? ORDER BY r.round", (project, trainee))


def round_of(connection: sqlite3.Connection, batch: int) -> RoundRow:
    found = first(connection, RoundRow, "FROM training_rounds r WHERE r.batch = ?", (batch,))
    assert found is not None, "every set of training tasks is a round"
    return found


def add_round(connection: sqlite3.Connection, **columns: Any) -> None:
    insert(connection, "training_rounds", **columns)


def set_result(connection: sqlite3.Connection, batch: int, score: float | None, passed: bool | None) -> None:
    update(connection, "training_rounds", {"batch": batch}, score=score, passed=passed)


def next_for(connection: sqlite3.Connection, project: int, trainee: str) -> TaskRow | None:
    """The task that a trainee would begin next: of the earliest open round, by priority, in its seeded order."""
    return first(
        connection,
        TaskRow,
        "FROM tasks r JOIN batches b ON b.id = r.batch JOIN training_items i ON i.item = r.item "
        "WHERE r.assignee = ? AND r.project = ? AND r.state = 'queued' AND b.state = 'in_progress' "
        "AND i.withdrawn IS NULL ORDER BY r.batch, r.priority DESC, r.draw",
        (trainee, project),
    )


def counts(connection: sqlite3.Connection, batch: int) -> tuple[int, int]:
    """(submitted, all) tasks of a round, without those whose gold was withdrawn."""
    found = connection.execute(
        "SELECT coalesce(sum(t.state = 'submitted'), 0), count(*) FROM tasks t "
        "JOIN training_items i ON i.item = t.item WHERE t.batch = ? AND i.withdrawn IS NULL",
        (batch,),
    ).fetchone()
    return int(found[0]), int(found[1])


def holds(connection: sqlite3.Connection, batch: int, item: int) -> bool:
    """Whether a round has a task of an item."""
    return value(connection, "SELECT 1 FROM batch_items WHERE batch = ? AND item = ?", (batch, item)) is not None


def is_lead_anywhere(connection: sqlite3.Connection, project: int, user: str) -> str | None:
    """Name of the training project, or of a source of it, in which a user leads or reviews; None where nowhere (A5)."""
    query = (
        "SELECT p.name FROM members m JOIN projects p ON p.id = m.project WHERE m.user = ?2 AND m.role <> 'annotator' "
        "AND (m.project = ?1 OR m.project IN (SELECT source FROM training_sources WHERE project = ?1)) LIMIT 1"
    )
    found = value(connection, query, (project, user))
    return None if found is None else str(found)


def trained_from(connection: sqlite3.Connection, source: int, user: str) -> list[str]:
    """Names of the training projects with a source in which a user has tasks left to do."""
    query = (
        "SELECT DISTINCT p.name FROM training_sources s JOIN projects p ON p.id = s.project AND p.state = 'active' "
        "JOIN training_rounds r ON r.project = p.id AND r.trainee = ?2 AND r.kind = 'person' "
        "JOIN batches b ON b.id = r.batch AND b.state = 'in_progress' "
        "JOIN tasks t ON t.batch = b.id AND t.state <> 'submitted' WHERE s.source = ?1 ORDER BY p.name"
    )
    return [name for (name,) in connection.execute(query, (source, user))]


# --- who has seen what

# A training task shows its gold to its trainee from then on (A10).
_SHOWN = """t.state = 'submitted' AND (n.reveal = 'after_each' OR (n.reveal = 'after_last' AND NOT EXISTS (
    SELECT 1 FROM tasks o JOIN training_items w ON w.item = o.item
    WHERE o.batch = t.batch AND o.state <> 'submitted' AND w.withdrawn IS NULL)))"""


def is_shown(connection: sqlite3.Connection, task: int) -> bool:
    """Whether the gold and the score of a training task are shown to its trainee."""
    query = f"SELECT 1 FROM tasks t JOIN trainings n ON n.project = t.project WHERE t.id = ? AND {_SHOWN}"
    return value(connection, query, (task,)) is not None


def seen_by(connection: sqlite3.Connection, project: int, user: str) -> set[int]:
    """Items of a project whose content a user has seen with its gold, or has labelled, reviewed or audited (A12).

    Items of all projects with the same content count.
    """
    return _seen(connection, "i.project = :of", project, user)


def has_seen(connection: sqlite3.Connection, item: int, user: str) -> bool:
    """Whether a user has seen the gold of an item by now, as of `seen_by`."""
    return bool(_seen(connection, "i.id = :of", item, user))


def _seen(connection: sqlite3.Connection, which: str, of: int, user: str) -> set[int]:
    # Training copies are left out early: there are as many tasks of each as there are trainees.
    labelled = (
        "SELECT i.id FROM items i JOIN items o ON o.hash = i.hash "
        "JOIN projects p ON p.id = o.project AND p.kind = 'annotation' JOIN tasks t ON t.item = o.id"
    )
    trained = "SELECT i.id FROM items i JOIN items o ON o.hash = i.hash JOIN trainings n ON n.project = o.project"
    # Roles, reviews and grades are asked of the log, since who had them may have lost them. Opening an item in an audit
    # is an event of the batch; these are gone through once (CROSS JOIN keeps the order), not once per item.
    found = connection.execute(
        f"""{labelled} JOIN label_sets s ON s.task = t.id AND s.kind <> 'copy' AND s.user = :user WHERE {which}
        UNION {labelled} WHERE {which} AND t.reviewer = :user
        UNION {labelled} JOIN grades g ON g.task = t.id AND g.auditor = :user WHERE {which}
        UNION {labelled} JOIN events e ON e.subject = 'task' AND e.subject_id = t.id AND e.user = :user
            AND e.action IN ('task.approve', 'task.return', 'audit.grade') WHERE {which}
        UNION SELECT i.id FROM events e CROSS JOIN items o ON o.id = e.figures ->> 'item'
            JOIN items i ON i.hash = o.hash
            WHERE e.subject = 'batch' AND e.action = 'audit.lock' AND e.user = :user AND {which}
        UNION {trained} JOIN tasks t ON t.item = o.id AND t.user = :user WHERE {which} AND {_SHOWN}
        UNION {trained} WHERE {which} AND n.project IN (
            SELECT project FROM members WHERE user = :user AND role IN ('admin', 'team_manager')
            UNION SELECT project FROM events WHERE subject = 'project' AND action = 'training.create' AND user = :user
            UNION SELECT project FROM events WHERE subject = 'member' AND action IN ('member.add', 'member.role')
                AND figures ->> 'user' = :user AND figures ->> 'role' IN ('admin', 'team_manager'))""",
        {"of": of, "user": user},
    )
    return {item for (item,) in found}


def note_seen(connection: sqlite3.Connection, batch: int, items: Iterable[int]) -> None:
    """Note that the trainee of a round has seen the gold of items of it, each once; it can't be passed then (A12)."""
    connection.executemany(
        "INSERT INTO training_seen (batch, item) SELECT ?1, ?2 "
        "WHERE NOT EXISTS (SELECT 1 FROM training_seen WHERE batch = ?1 AND item = ?2)",
        [(batch, item) for item in items],
    )
    connection.execute(
        "UPDATE training_rounds SET seen = (SELECT count(*) FROM training_seen WHERE batch = ?1) "
        "WHERE batch = ?1 AND seen <> (SELECT count(*) FROM training_seen WHERE batch = ?1)",
        (batch,),
    )


def add_tasks(connection: sqlite3.Connection, rows: Iterable[Sequence[Any]]) -> None:
    """Add training tasks: project, batch, item, draw, ontology_version, assignee."""
    columns = ("project", "batch", "item", "draw", "ontology_version", "assignee")
    insert_many(connection, "tasks", columns, rows)
