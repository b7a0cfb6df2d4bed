"""T8: the next task along the index is the one that the rule's plain order gives, in any queue."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.store import Connection, Database, tasks
from tests.store.building import new_workspace

NOW = 1000.0
USERS = ("ann", "bo", "cy")

# What was asked before there was an index for it: every task that may be drawn, sorted.
PLAIN = """SELECT r.id FROM tasks r JOIN batches b ON b.id = r.batch
WHERE r.batch IN ({batches})
    AND (r.state = 'queued' OR (r.state = 'annotating' AND r.lease_until < :now AND r.user <> :user
        AND r.state_before = 'queued')
        OR (r.state = 'returned' AND r.assignee = :user))
    AND (r.assignee IS NULL OR r.assignee = :user)
    AND NOT EXISTS (SELECT 1 FROM skips s WHERE s.task = r.id AND s.user = :user)
    AND (b.kind <> 'calibration' OR NOT EXISTS (
        SELECT 1 FROM tasks o WHERE o.batch = r.batch AND o.item = r.item AND o.id <> r.id AND (o.user = :user
            OR EXISTS (SELECT 1 FROM skips s WHERE s.task = o.id AND s.user = :user))))
    AND (r.batch NOT IN ({used_up}) OR EXISTS (SELECT 1 FROM skips s WHERE s.task = r.id))
ORDER BY r.assignee IS NULL, r.priority DESC, r.batch, r.state = 'annotating', r.draw LIMIT 1"""

# (state, user, assignee, priority, draw, lease, state before, who skipped it)
a_task = st.tuples(
    st.sampled_from(["queued", "queued", "queued", "annotating", "annotating", "returned", "completed", "skipped"]),
    st.sampled_from(USERS),
    st.none() | st.none() | st.sampled_from(USERS),
    st.integers(-1, 2),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from([NOW - 1, NOW, NOW + 1]),
    st.sampled_from(["queued", "queued", "returned"]),
    st.sets(st.sampled_from(USERS), max_size=2) | st.just(set()),
)
# (kind, items with one or two attempts each)
a_batch = st.tuples(
    st.sampled_from(["calibration", "ground_truth", "production"]),
    st.lists(st.lists(a_task, min_size=1, max_size=2), max_size=5),
)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Return a file without guards, so that any queue can be written."""
    database = new_workspace(tmp_path_factory.mktemp("bare") / "cells.db", items=1).workspace.database
    connection = database.connection()
    for (trigger,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {trigger}")
    for setting in ("foreign_keys", "ignore_check_constraints"):
        connection.execute(f"PRAGMA {setting} = {'ON' if setting.startswith('ignore') else 'OFF'}")
    connection.execute("PRAGMA synchronous = OFF")
    yield database
    database.close()


def write(connection: Connection, batches: list[tuple]) -> None:  # type: ignore[type-arg]
    connection.execute("DELETE FROM items")
    task = 0
    for batch, (kind, items) in enumerate(batches, 1):
        connection.execute(
            "INSERT INTO batches (id, project, name, kind, state, certificate, created, created_by) "
            "VALUES (?, 1, ?, ?, 'in_progress', 1, 1, 'me')",
            (batch, str(batch), kind),
        )
        for item, attempts in enumerate(items, 1):
            for attempt, (state, user, assignee, priority, draw, lease, before, skipped) in enumerate(attempts, 1):
                task += 1
                has_user = state not in ("queued", "skipped")
                connection.execute(
                    "INSERT INTO tasks (id, project, batch, item, attempt, state, state_before, user, assignee, "
                    "priority, draw, lease_until, ontology_version) VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
                    (
                        task, batch, item, attempt, state, before if state == "annotating" else None,
                        user if has_user else None, assignee, priority, draw, lease,
                    ),
                )  # fmt: skip
                connection.executemany(
                    "INSERT INTO skips (task, user, reason, at) VALUES (?, ?, '', 1)", [(task, who) for who in skipped]
                )


class _Undo(Exception):
    """Leaves the file as it was."""


@given(
    batches=st.lists(a_batch, max_size=3),
    user=st.sampled_from(USERS),
    drawable=st.sets(st.integers(1, 4)),
    used_up=st.sets(st.integers(1, 4)),
)
def test_t8_the_next_task_is_the_first_in_the_plain_order(
    bare: Database,
    batches: list[tuple],  # type: ignore[type-arg]
    user: str,
    drawable: set[int],
    used_up: set[int],
) -> None:
    lists = {"batches": ", ".join(map(str, drawable)), "used_up": ", ".join(map(str, used_up & drawable))}
    try:
        with bare.transaction() as connection:
            write(connection, batches)
            wanted = connection.execute(PLAIN.format(**lists), {"user": user, "now": NOW}).fetchone()
            found = tasks.next_in_queue(
                connection, user=user, now=NOW, batches=drawable, share_used_up=used_up & drawable
            )
            assert (None if found is None else found.id) == (None if wanted is None else wanted[0])
            raise _Undo
    except _Undo:
        pass


def test_t8_a_long_queue_is_not_sorted_to_find_its_first_task(bare: Database) -> None:
    """Cost that does not grow with the queue, told by SQLite's own plan and its count of steps."""

    def steps(length: int) -> int:
        counted = 0

        def count() -> int:
            nonlocal counted
            counted += 1
            return 0

        try:
            with bare.transaction() as connection:
                attempt = ("queued", "ann", None, 0, 0.5, NOW, "queued", set())
                write(connection, [("production", [[attempt]] * length)])
                connection.set_progress_handler(count, 1)
                assert tasks.next_in_queue(connection, user="bo", now=NOW, batches=[1], share_used_up=[]) is not None
                assert tasks.open_in_batch(connection, 1)
                connection.set_progress_handler(None, 0)
                raise _Undo
        except _Undo:
            return counted

    assert steps(3000) <= 1.1 * steps(30)


def test_t8_who_skips_a_task_again_after_it_was_reopened_is_remembered_once(bare: Database) -> None:
    try:
        with bare.transaction() as connection:
            write(connection, [("production", [[("queued", "ann", None, 0, 0.5, NOW, "queued", set())]])])
            tasks.add_skip(connection, 1, "ann", "blurred", 1.0)
            tasks.add_skip(connection, 1, "ann", "still blurred", 2.0)
            assert connection.execute("SELECT * FROM skips").fetchall() == [(1, "ann", "still blurred", 2.0)]
            raise _Undo
    except _Undo:
        pass
