"""Measurements and scores of training submissions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from annowidgets.store.rows import frame, insert, insert_many, json_list, select

if TYPE_CHECKING:
    import pandas as pd


class SubmissionRow(NamedTuple):
    """A submission, with the newest gold of its item."""

    task: int
    batch: int
    item: int
    gold: int
    gold_revision: int


class ScoreRow(NamedTuple):
    """A score that is to be kept."""

    task: int
    gold: int
    function_version: int
    score: float | None
    importance: float
    labels: int
    is_empty: bool


class FigureRow(NamedTuple):
    """What a submission counts for in the figures of its round."""

    task: int
    batch: int
    score: float | None
    importance: float
    labels: int
    is_empty: int


def add_measurement(connection: sqlite3.Connection, task: int, gold: int, measurements: bytes, at: float) -> None:
    insert(connection, "measurements", task=task, gold=gold, measurements=measurements, created=at)


def add_scores(connection: sqlite3.Connection, rows: Iterable[ScoreRow]) -> None:
    insert_many(connection, "training_scores", ScoreRow._fields, rows)


def submissions(connection: sqlite3.Connection, project: int, *, counting: bool = True) -> list[SubmissionRow]:
    """Submissions in the order of the tasks; ``counting``: without those whose gold was withdrawn."""
    return select(
        connection,
        SubmissionRow,
        """FROM (SELECT t.id AS task, t.batch, t.item, g.id AS gold, g.revision AS gold_revision
            FROM tasks t JOIN training_items n ON n.item = t.item JOIN gold g ON g.item = t.item
                AND g.revision = (SELECT max(revision) FROM gold WHERE item = t.item)
            WHERE t.project = ? AND t.state = 'submitted' AND (n.withdrawn IS NULL OR NOT ?)) r ORDER BY r.task""",
        (project, counting),
    )


def measurements(connection: sqlite3.Connection, submissions: Sequence[SubmissionRow]) -> list[bytes]:
    """Measurements of submissions, in their order."""
    pairs = json.dumps([(row.task, row.gold) for row in submissions])
    query = (
        "SELECT m.measurements FROM json_each(?) j JOIN measurements m ON m.task = json_extract(j.value, '$[0]') "
        "AND m.gold = json_extract(j.value, '$[1]') ORDER BY j.key"
    )
    return [blob for (blob,) in connection.execute(query, (pairs,))]


def submitted_labels(connection: sqlite3.Connection, item: int) -> list[tuple[int, str, str]]:
    """(task, trainee, JSON of the labels) of each submission of an item."""
    query = (
        "SELECT t.id, t.user, s.labels FROM tasks t JOIN label_sets s ON s.id = t.labels "
        "WHERE t.item = ? AND t.state = 'submitted' ORDER BY t.id"
    )
    return connection.execute(query, (item,)).fetchall()


def figures(connection: sqlite3.Connection, project: int, *, batch: int | None = None) -> list[FigureRow]:
    """Current scores of the submissions that count, in the order of the tasks."""
    return select(
        connection,
        FigureRow,
        "FROM current_scores r JOIN training_items i ON i.item = r.item WHERE r.project = ?1 "
        "AND i.withdrawn IS NULL AND (?2 IS NULL OR r.batch = ?2) ORDER BY r.task",
        (project, batch),
    )


def item_scores(connection: sqlite3.Connection, project: int) -> list[tuple[int, float | None, int]]:
    """(item, current score, whether there was nothing to judge) of every submission."""
    query = "SELECT item, score, is_empty FROM current_scores WHERE project = ? ORDER BY task"
    return connection.execute(query, (project,)).fetchall()


def mean_seconds(connection: sqlite3.Connection, project: int) -> dict[int, float]:
    """Batch -> how long a submitted task of it took, on average."""
    query = "SELECT batch, avg(seconds) FROM tasks WHERE project = ? AND state = 'submitted' GROUP BY batch"
    return dict(connection.execute(query, (project,)).fetchall())


def tasks_frame(connection: sqlite3.Connection, ids: Iterable[int]) -> pd.DataFrame:
    """Training tasks with trainee, round and current score."""
    return frame(
        connection,
        """SELECT t.id, r.trainee, r.kind, r.round, i.name AS item, t.state, c.score, c.labels AS evaluation_labels,
            n.concepts, n.difficulty, n.withdrawn IS NOT NULL AS withdrawn, t.seconds, t.confidence, t.submitted,
            c.function_version, c.gold_revision
        FROM json_each(?) j JOIN tasks t ON t.id = j.value JOIN items i ON i.id = t.item
            JOIN training_items n ON n.item = t.item JOIN training_rounds r ON r.batch = t.batch
        LEFT JOIN current_scores c ON c.task = t.id ORDER BY j.id""",
        (json_list(ids),),
        times=["submitted"],
    )
