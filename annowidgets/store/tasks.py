"""Tasks, their leases, and the queue."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from annowidgets.store.rows import first, frame, insert, insert_many, json_list, select, update, value

if TYPE_CHECKING:
    import pandas as pd


class TaskRow(NamedTuple):
    id: int
    project: int
    batch: int
    item: int
    attempt: int
    state: str
    state_before: str | None
    user: str | None
    assignee: str | None
    priority: int
    lease_until: float | None
    revision: int
    seconds: float
    confidence: float | None
    ontology_version: int
    instructions_version: int | None
    submitted: float | None
    reviewer: str | None
    labels: int | None
    reason: str | None


class CommentRow(NamedTuple):
    id: int
    author: str
    label: str | None
    text: str
    created: float


def by_id(connection: sqlite3.Connection, task: int) -> TaskRow | None:
    return first(connection, TaskRow, "FROM tasks r WHERE r.id = ?", (task,))


def matching(
    connection: sqlite3.Connection,
    project: int,
    *,
    batch: int | None = None,
    state: str | None = None,
    user: str | None = None,
    item: int | None = None,
    kind: str | None = None,
) -> list[TaskRow]:
    """Tasks of a project in the order they were made; each argument that is given narrows them."""
    wanted = {"project": project, "batch": batch, "state": state, "user": user, "item": item}
    given = {column: one for column, one in wanted.items() if one is not None}
    # Only what is given, so that an index of it serves.
    conditions = [f"r.{column} = :{column}" for column in given]
    if kind is not None:
        conditions.append("r.batch IN (SELECT id FROM batches WHERE kind = :kind)")
    return select(
        connection, TaskRow, f"FROM tasks r WHERE {' AND '.join(conditions)} ORDER BY r.id", {**given, "kind": kind}
    )


def add(connection: sqlite3.Connection, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    insert_many(connection, "tasks", columns, rows)


def change(connection: sqlite3.Connection, task: int, **columns: Any) -> None:
    update(connection, "tasks", {"id": task}, **columns)


def held_by(connection: sqlite3.Connection, project: int, user: str) -> TaskRow | None:
    """The task that a user has open, its lease expired or not; the one touched last where there are several."""
    return first(
        connection,
        TaskRow,
        "FROM tasks r WHERE r.project = ? AND r.state = 'annotating' AND r.user = ? ORDER BY r.lease_until DESC, r.id",
        (project, user),
    )


def returned_to(connection: sqlite3.Connection, project: int, user: str) -> TaskRow | None:
    """The oldest returned task that waits for its author, in a running batch."""
    return first(
        connection,
        TaskRow,
        "FROM tasks r JOIN batches b ON b.id = r.batch WHERE r.project = ? AND r.state = 'returned' "
        "AND b.state = 'in_progress' AND r.user = ?2 AND coalesce(r.assignee, ?2) = ?2 ORDER BY r.submitted, r.id",
        (project, user),
    )


def next_in_queue(
    connection: sqlite3.Connection,
    *,
    user: str,
    now: float,
    batches: Collection[int],
    share_used_up: Collection[int],
) -> TaskRow | None:
    """The task that a user would claim next: queued, or with a lease that ran out.

    Parameters
    ----------
    user : str
        Who asks.
    now : float
        Leases that end before it have run out.
    batches : collection of int
        Batches that the user may draw from.
    share_used_up : collection of int
        Those of them in which only attempts that somebody skipped are left for the user.
    """
    # Of each batch the first, along an index, so that a long queue costs no more than a short one.
    found = value(
        connection,
        f"""WITH drawable AS (
            SELECT id, kind, id IN (SELECT value FROM json_each(:used_up)) AS used_up
            FROM batches WHERE id IN (SELECT value FROM json_each(:batches))
        ),
        candidates AS (
            SELECT (SELECT t.id FROM tasks t WHERE t.batch = d.id AND t.state = 'queued' AND {_MAY_DRAW}
                ORDER BY t.priority DESC, t.draw LIMIT 1) AS id FROM drawable d
            UNION ALL
            SELECT (SELECT t.id FROM tasks t WHERE t.batch = d.id AND {_HAS_RUN_OUT} AND {_MAY_DRAW}
                ORDER BY t.priority DESC, t.draw LIMIT 1) FROM drawable d
            UNION ALL
            SELECT t.id FROM tasks t JOIN drawable d ON d.id = t.batch
            WHERE t.assignee = :user AND (t.state IN ('queued', 'returned') OR {_HAS_RUN_OUT}) AND {_MAY_DRAW}
        )
        SELECT t.id FROM candidates c JOIN tasks t ON t.id = c.id
        ORDER BY t.assignee IS NULL, t.priority DESC, t.batch, t.state = 'annotating', t.draw LIMIT 1""",
        {"user": user, "now": now, "batches": json_list(batches), "used_up": json_list(share_used_up)},
    )
    return None if found is None else by_id(connection, found)


_HAS_RUN_OUT = "(t.state = 'annotating' AND t.lease_until < :now AND t.user <> :user AND t.state_before = 'queued')"

_MAY_DRAW = """(t.assignee IS NULL OR t.assignee = :user)
    AND NOT EXISTS (SELECT 1 FROM skips s WHERE s.task = t.id AND s.user = :user)
    AND NOT EXISTS (SELECT 1 FROM evaluations e WHERE e.task = t.id AND e.user <> :user)
    AND (d.kind <> 'calibration' OR NOT EXISTS (
        SELECT 1 FROM tasks o WHERE o.batch = t.batch AND o.item = t.item AND o.id <> t.id AND (o.user = :user
            OR EXISTS (SELECT 1 FROM skips s WHERE s.task = o.id AND s.user = :user))))
    AND (NOT d.used_up OR EXISTS (SELECT 1 FROM skips s WHERE s.task = t.id))"""


def attempts_of(connection: sqlite3.Connection, batch: int, user: str) -> int:
    """How many attempts of a calibration batch a user holds or has made."""
    query = "SELECT count(*) FROM tasks WHERE batch = ? AND user = ? AND state <> 'excluded'"
    return int(value(connection, query, (batch, user)))


def touched_item(connection: sqlite3.Connection, batch: int, item: int) -> set[str]:
    """Who attempted or skipped an item of a batch."""
    return {
        user
        for (user,) in connection.execute(
            "SELECT user FROM tasks WHERE batch = ?1 AND item = ?2 AND user IS NOT NULL UNION "
            "SELECT s.user FROM skips s JOIN tasks t ON t.id = s.task WHERE t.batch = ?1 AND t.item = ?2",
            (batch, item),
        )
    }


def add_skip(connection: sqlite3.Connection, task: int, user: str, reason: str, at: float) -> None:
    """Remember who skipped a task; of who skips it again, after it was re-opened, the last reason."""
    connection.execute(
        "INSERT INTO skips (task, user, reason, at) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (task, user) DO UPDATE SET reason = ?3, at = ?4",
        (task, user, reason, at),
    )


def was_skipped(connection: sqlite3.Connection, task: int) -> bool:
    """Whether anybody skipped the task."""
    return value(connection, "SELECT 1 FROM skips WHERE task = ?", (task,)) is not None


_FOR_REVIEW = (
    "FROM tasks r WHERE r.project = ? AND r.state = 'in_review' AND (r.user <> ?2 OR ?2 IS ?3) "
    "ORDER BY r.priority DESC, r.submitted, r.id"
)


def next_for_review(connection: sqlite3.Connection, project: int, author_too: str | None, user: str) -> TaskRow | None:
    """The first of `for_review`, or None."""
    return first(connection, TaskRow, _FOR_REVIEW, (project, user, author_too))


def for_review(connection: sqlite3.Connection, project: int, author_too: str | None, user: str) -> list[TaskRow]:
    """Tasks in review, those that have waited longest first; the user's own only if ``author_too`` is the user."""
    return select(connection, TaskRow, _FOR_REVIEW, (project, user, author_too))


def open_in_batch(connection: sqlite3.Connection, batch: int) -> bool:
    """Whether a batch holds tasks that are not at an end, evaluation tasks apart."""
    query = (
        "SELECT 1 FROM tasks t WHERE t.batch = ? "
        "AND t.state IN ('queued', 'annotating', 'in_review', 'returned', 'submitted') "
        "AND NOT EXISTS (SELECT 1 FROM evaluations e WHERE e.task = t.id) LIMIT 1"
    )
    return value(connection, query, (batch,)) is not None


def open_evaluations(connection: sqlite3.Connection, batch: int) -> list[TaskRow]:
    """Evaluation tasks of a batch that are not at an end."""
    return select(
        connection,
        TaskRow,
        "FROM tasks r WHERE r.batch = ? AND r.state IN ('queued', 'annotating', 'in_review', 'returned') "
        "AND EXISTS (SELECT 1 FROM evaluations e WHERE e.task = r.id) ORDER BY r.id",
        (batch,),
    )


def is_gold(connection: sqlite3.Connection, task: int) -> bool:
    """Whether the task was promoted, is gold of a training project, or was measured against gold."""
    query = (
        "SELECT 1 FROM promotions WHERE task = ?1 UNION ALL SELECT 1 FROM training_items WHERE source_task = ?1 "
        "UNION ALL SELECT 1 FROM evaluations WHERE task = ?1"
    )
    return value(connection, query, (task,)) is not None


def add_comment(connection: sqlite3.Connection, **columns: Any) -> None:
    insert(connection, "comments", **columns)


def comments(connection: sqlite3.Connection, task: int) -> list[CommentRow]:
    return select(connection, CommentRow, "FROM comments r WHERE r.task = ? ORDER BY r.id", (task,))


def position(connection: sqlite3.Connection, task: TaskRow, user: str) -> tuple[int, int]:
    """The user's tasks of the batch that are done, and how many of the batch are the user's or still to be had.

    An evaluation task that is given to anybody takes one from what is still to be had, as every task does: otherwise
    the sum would tell when one is given. So it falls short of what is left by the evaluation tasks that were given.
    """
    own, done = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE state NOT IN ('queued', 'annotating', 'returned')) FROM tasks "
        "WHERE batch = ? AND user = ?",
        (task.batch, user),
    ).fetchone()
    left = value(
        connection,
        "SELECT (SELECT count(*) FROM tasks WHERE batch = ?1 AND state = 'queued') "
        "- (SELECT count(*) FROM evaluations e JOIN tasks t ON t.id = e.task WHERE t.batch = ?1)",
        (task.batch,),
    )
    return int(done), int(own) + max(int(left), 0)


def to_frame(connection: sqlite3.Connection, ids: Iterable[int]) -> pd.DataFrame:
    """Tasks with the names of their items and batches."""
    return frame(
        connection,
        """SELECT t.id, i.name AS item, b.name AS batch, b.kind,
            CASE b.kind WHEN 'production' THEN 1 ELSE t.attempt END AS attempt, t.state, t.user, t.assignee, t.priority,
            t.confidence, t.seconds, t.instructions_version, t.ontology_version, t.submitted, t.reviewer, t.lease_until,
            g.grade, g.accuracy, t.reason
        FROM json_each(?) j JOIN tasks t ON t.id = j.value JOIN items i ON i.id = t.item
            JOIN batches b ON b.id = t.batch
        LEFT JOIN grades g ON g.task = t.id ORDER BY j.id""",
        (json_list(ids),),
        times=["submitted", "lease_until"],
    )


def activity(connection: sqlite3.Connection, project: int) -> pd.DataFrame:
    """Per user: tasks submitted, in review, returned, seconds, last submission."""
    return frame(
        connection,
        """SELECT m.user, m.role, m.paused IS NOT NULL AS paused,
            count(t.submitted) AS submitted,
            coalesce(sum(t.state = 'annotating'), 0) AS open,
            coalesce(sum(t.state = 'in_review'), 0) AS in_review,
            coalesce(sum(t.state = 'returned'), 0) AS returned,
            avg(CASE WHEN t.submitted IS NOT NULL THEN t.seconds END) AS seconds_per_task,
            max(t.submitted) AS last_submitted
        FROM members m LEFT JOIN tasks t ON t.project = m.project AND t.user = m.user
        WHERE m.project = ? GROUP BY m.user ORDER BY m.added, m.user""",
        (project,),
        times=["last_submitted"],
    )
