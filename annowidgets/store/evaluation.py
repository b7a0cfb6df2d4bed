"""Evaluation tasks in production: their numbers, for whom they are, and their scores."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from annowidgets.store.audits import PromotionRow
from annowidgets.store.rows import first, frame, insert, select, value

if TYPE_CHECKING:
    import pandas as pd

# How many numbers a production batch gets for n tasks: enough that most are never used, so that none tells anything.
_SPAN = (4, 96)

# Draws of a number that is free before a batch counts as full.
_TRIES = 100


class EvaluationRow(NamedTuple):
    task: int
    project: int
    user: str
    promotion: int
    draw: int
    served: float


def draw_seed(connection: sqlite3.Connection) -> bytes:
    """Bytes that seed what nobody must foresee; never to be shown."""
    return bytes(value(connection, "SELECT seed FROM draw_seed"))


# --- numbers


def reserve_numbers(connection: sqlite3.Connection, batch: int, tasks: int) -> range:
    """Set aside the numbers of a production batch, after all that are used or set aside."""
    used = value(
        connection,
        "SELECT max(coalesce((SELECT max(id) FROM tasks), 0), coalesce((SELECT max(last) FROM task_numbers), 0))",
    )
    times, more = _SPAN
    numbers = range(int(used) + 1, int(used) + 1 + times * tasks + more)
    insert(connection, "task_numbers", batch=batch, first=numbers[0], last=numbers[-1])
    return numbers


def free_number(connection: sqlite3.Connection, batch: int, luck: Random) -> int | None:
    """A number of a production batch that no task has; None where it is full.

    Parameters
    ----------
    luck : random.Random
        What draws it.
    """
    found = connection.execute("SELECT first, last FROM task_numbers WHERE batch = ?", (batch,)).fetchone()
    assert found is not None, "every production batch has its numbers from its launch on"
    for _ in range(_TRIES):
        number = int(luck.randint(*found))
        if value(connection, "SELECT 1 FROM tasks WHERE id = ?", (number,)) is None:
            return number
    return None


# --- for whom

# Whoever had to do with a task of an item, or with one of the same content in any project of the file, has seen it. So
# has, perhaps, who reviews, whatever was in review: looking leaves no event.
_HAS_SEEN = """EXISTS (
    SELECT 1 FROM items i JOIN items same ON same.hash = i.hash JOIN tasks t ON t.item = same.id
    WHERE i.id = p.item AND (t.user = :user OR EXISTS (
        SELECT 1 FROM events v WHERE v.subject = 'task' AND v.subject_id = t.id AND :user IN (v.user, v.behind))
        OR EXISTS (SELECT 1 FROM events v WHERE v.subject = 'batch' AND v.subject_id = t.batch
            AND v.action = 'audit.lock' AND :user IN (v.user, v.behind) AND json_extract(v.figures, '$.item') = same.id)
        OR (:reviews AND (t.state = 'in_review' OR t.reviewer IS NOT NULL)
            AND (SELECT kind FROM batches WHERE id = t.batch) <> 'calibration')
    ))"""


def pool(connection: sqlite3.Connection, project: int, user: str, *, reviews: bool) -> list[PromotionRow]:
    """Promoted evaluation tasks whose item a user, who may be one that reviews, has not seen; in a fixed order."""
    return select(
        connection,
        PromotionRow,
        f"FROM promotions r WHERE r.task IN (SELECT p.task FROM promotions p WHERE p.project = :project "
        f"AND p.kind = 'evaluation' AND NOT {_HAS_SEEN}) ORDER BY r.task",
        {"project": project, "user": user, "reviews": reviews},
    )


def has_pool(connection: sqlite3.Connection, project: int) -> bool:
    """Whether the project has evaluation tasks."""
    query = "SELECT 1 FROM promotions WHERE project = ? AND kind = 'evaluation' LIMIT 1"
    return value(connection, query, (project,)) is not None


def next_draw(connection: sqlite3.Connection, project: int, user: str) -> int:
    """Count a task that the queue gives to a user; returns the number of the draw, from 1."""
    query = "UPDATE evaluation_draws SET draws = draws + 1 WHERE project = ? AND user = ? RETURNING draws"
    further = connection.execute(query, (project, user)).fetchall()
    if not further:
        insert(connection, "evaluation_draws", project=project, user=user, draws=1)
        return 1
    return int(further[0][0])


def add(
    connection: sqlite3.Connection, evaluation: EvaluationRow, *, batch: int, item: int, like: tuple[Any, ...]
) -> None:
    """Put an evaluation task into the queue of a production batch, for its user.

    Parameters
    ----------
    like : (priority, draw, assignee, ontology_version)
        Where it stands in the queue, and under which ontology.
    """
    insert(connection, "evaluations", **evaluation._asdict())
    times = value(connection, "SELECT coalesce(max(attempt), 0) FROM tasks WHERE batch = ? AND item = ?", (batch, item))
    priority, draw, assignee, version = like
    insert(
        connection,
        "tasks",
        id=evaluation.task,
        project=evaluation.project,
        batch=batch,
        item=item,
        # One per person, for the key's sake: what is shown is that of every task of production.
        attempt=int(times) + 1,
        priority=priority,
        draw=draw,
        assignee=assignee,
        ontology_version=version,
    )


def place_in_queue(connection: sqlite3.Connection, task: int) -> float:
    """Place of a task in the seeded order of its batch."""
    return float(value(connection, "SELECT draw FROM tasks WHERE id = ?", (task,)))


def of_task(connection: sqlite3.Connection, task: int) -> EvaluationRow | None:
    return first(connection, EvaluationRow, "FROM evaluations r WHERE r.task = ?", (task,))


# --- scores


def add_score(connection: sqlite3.Connection, **columns: Any) -> int:
    return insert(connection, "evaluation_scores", **columns)


def was_returned(connection: sqlite3.Connection, task: int) -> bool:
    """Whether a reviewer ever returned a task."""
    query = "SELECT 1 FROM events WHERE subject = 'task' AND subject_id = ? AND action = 'task.return' LIMIT 1"
    return value(connection, query, (task,)) is not None


# Of an evaluation that was handed in more than once, as after a recall, the last one counts that no reviewer has helped
# with; it stands where the first one stood, so that handing in again does not make it newer.
_COUNTING = """SELECT e.task, min(s.id) AS first, max(s.id) AS last
    FROM evaluations e JOIN evaluation_scores s ON s.task = e.task AND NOT s.is_assisted
    WHERE e.project = :project AND (:user IS NULL OR e.user = :user) GROUP BY e.task"""


# Of a user, newest first, since the rolling mean began.
_LAST = f"""FROM ({_COUNTING}) c JOIN evaluation_scores s ON s.id = c.last
    WHERE c.first > coalesce(
        (SELECT counted_after FROM evaluation_draws WHERE project = :project AND user = :user), 0)"""


def last_scores(connection: sqlite3.Connection, project: int, user: str, limit: int) -> list[float]:
    """Scores that count of a user's last evaluations, newest first, since the rolling mean began."""
    query = f"SELECT s.score {_LAST} AND s.score IS NOT NULL ORDER BY c.first DESC LIMIT :limit"
    found = connection.execute(query, {"project": project, "user": user, "limit": limit})
    return [float(score) for (score,) in found]


def last_measured(connection: sqlite3.Connection, project: int, user: str) -> Iterator[tuple[float | None, int, bytes]]:
    """(score, version of the function, measurements) of the same, with those that have no score."""
    query = f"SELECT s.score, s.function_version, s.measurements {_LAST} ORDER BY c.first DESC"
    yield from connection.execute(query, {"project": project, "user": user})


def begin_anew(connection: sqlite3.Connection, project: int, user: str) -> None:
    """Let the rolling mean of a user begin after the scores that there are."""
    connection.execute(
        "UPDATE evaluation_draws SET counted_after = (SELECT coalesce(max(id), 0) FROM evaluation_scores) "
        "WHERE project = ? AND user = ?",
        (project, user),
    )


def to_frame(connection: sqlite3.Connection, project: int) -> pd.DataFrame:
    """Evaluations of a project in the order they were served, with the scores that count."""
    return frame(
        connection,
        f"""SELECT e.task, e.user, i.name AS item, b.name AS batch, t.state, e.served, s.created AS scored, s.score,
            s.function_version, e.promotion AS gold_task, p.concepts, p.difficulty
        FROM evaluations e JOIN tasks t ON t.id = e.task JOIN items i ON i.id = t.item JOIN batches b ON b.id = t.batch
            JOIN promotions p ON p.task = e.promotion
            LEFT JOIN ({_COUNTING}) c ON c.task = e.task LEFT JOIN evaluation_scores s ON s.id = c.last
        WHERE e.project = :project ORDER BY e.served, e.user, e.draw""",
        {"project": project, "user": None},
        times=["served", "scored"],
    )
