"""All or nothing: whatever interrupts an action, and whoever else writes at the same moment."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import annowidgets as aw
from annowidgets.errors import NotFound, RuleViolation, StoreError
from annowidgets.store import Connection, Database, database, events, turns
from tests.store.building import LEAD, NAME, ONTOLOGY, copied
from tests.store.processes import at_once, killed_while


@pytest.fixture
def opened(midst: Path, tmp_path: Path) -> Iterator[Database]:
    found = Database(copied(midst, tmp_path), create=False)
    yield found
    found.close()


def note(connection: Connection, text: str) -> None:
    events.append(
        connection,
        at=1.0,
        user="me",
        behind=None,
        project=1,
        action="note",
        subject="file",
        subject_id=None,
        figures=f'"{text}"',
    )


def notes(opened: Database) -> list[str]:
    with opened.read() as connection:
        found = connection.execute("SELECT figures FROM events WHERE action = 'note' ORDER BY id").fetchall()
    return [text.strip('"') for (text,) in found]


def is_free(opened: Database) -> bool:
    """Whether another program could write now, so that no transaction was left open."""
    other = sqlite3.connect(opened.path, timeout=0, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    finally:
        other.close()
    return not opened.connection().in_transaction


def test_what_an_action_wrote_is_there_for_all_when_it_ends_and_for_nobody_before(opened: Database) -> None:
    other = Database(opened.path, create=False)
    with opened.transaction() as connection:
        note(connection, "one")
        note(connection, "two")
        assert notes(other) == []
    assert notes(other) == notes(opened) == ["one", "two"]
    other.close()


@pytest.mark.parametrize(
    "error", [ValueError, NotFound("x"), KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError]
)
def test_an_error_leaves_nothing_behind_and_no_lock(opened: Database, error: type[BaseException]) -> None:
    def interrupted() -> None:
        with opened.transaction() as connection:
            note(connection, "half")
            raise error

    with pytest.raises(type(error) if isinstance(error, BaseException) else error):
        interrupted()
    assert is_free(opened)
    assert notes(opened) == []


def test_a_statement_that_fails_leaves_nothing_of_the_action_behind(opened: Database) -> None:
    def failing() -> None:
        with opened.transaction() as connection:
            note(connection, "half")
            connection.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(StoreError, match="no such table"):
        failing()
    assert is_free(opened)
    assert notes(opened) == []


def test_a_generator_that_is_not_finished_leaves_no_transaction_open(opened: Database) -> None:
    def reading() -> Iterator[int]:
        with opened.read() as connection:
            for (id,) in connection.execute("SELECT id FROM events"):
                yield id

    def writing() -> Iterator[None]:
        with opened.transaction() as connection:
            note(connection, "half")
            yield

    for begin in (reading, writing):
        unfinished = begin()
        next(unfinished)
        assert opened.connection().in_transaction
        del unfinished
        assert is_free(opened)
    assert notes(opened) == []


def test_an_interrupt_at_any_moment_of_an_action_leaves_no_transaction_open(opened: Database) -> None:
    """An interrupted cell, simulated at each line that the store runs for an action."""
    moments = 0
    for moment in range(1, 10_000):
        lines = 0

        def interrupt(frame: FrameType, event: str, _: Any, moment: int = moment) -> Any:
            nonlocal lines
            if event == "line" and frame.f_code.co_filename in (database.__file__, turns.__file__):
                lines += 1
                if lines == moment:
                    raise KeyboardInterrupt
            return interrupt

        sys.settrace(interrupt)
        try:
            with opened.transaction() as connection:
                note(connection, f"{moment}")
                note(connection, f"{moment}")
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(None)
        assert is_free(opened), f"line {moment} of an action"
        # After the commit the action has happened, and the interrupt belongs to what comes next.
        assert notes(opened).count(f"{moment}") in (0, 2)
        if lines < moment:
            break
        moments += 1
    assert moments > 20


def test_a_read_inside_a_transaction_sees_what_it_wrote_and_does_not_end_it(opened: Database) -> None:
    with opened.transaction() as connection:
        note(connection, "one")
        with opened.read() as inner, opened.read() as innermost:
            assert connection is inner is innermost
            assert notes(opened) == ["one"]
        note(connection, "two")
    assert notes(opened) == ["one", "two"]


def test_all_reads_inside_one_look_see_the_same_moment(opened: Database) -> None:
    other = Database(opened.path, create=False)
    with opened.read() as connection:
        # Also before the first query of the look.
        with other.transaction() as writing:
            note(writing, "one")
        assert connection.execute("SELECT count(*) FROM events WHERE action = 'note'").fetchone() == (0,)
        with other.transaction() as writing:
            note(writing, "two")
        assert notes(opened) == []
    assert notes(opened) == ["one", "two"]
    other.close()


def test_an_action_inside_another_or_inside_a_look_is_refused_and_breaks_nothing(opened: Database) -> None:
    with opened.transaction() as connection:
        note(connection, "one")
        with pytest.raises(StoreError, match="inside another action"), opened.transaction():
            pass
        note(connection, "two")
    with opened.read():
        with pytest.raises(StoreError, match="a look at the file"), opened.transaction():
            pass
        assert notes(opened) == ["one", "two"]
    assert is_free(opened)


def test_a_rule_that_the_file_holds_comes_with_its_id_and_a_sentence(opened: Database) -> None:
    with pytest.raises(RuleViolation) as caught, opened.transaction() as connection:
        connection.execute("DELETE FROM events")
    assert (caught.value.rule, caught.value.message) == ("L1", "Events are never changed or deleted.")
    with pytest.raises(RuleViolation) as caught, opened.transaction() as connection:
        connection.execute("UPDATE batches SET certificate = NULL WHERE kind = 'production'")
    assert (caught.value.rule, caught.value.message) == (
        "C2",
        "Production is locked until the project is calibrated.",
    )


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO members (project, user, role, added) VALUES (1, 'cy', 'emperor', 1)",
        "INSERT INTO members (project, user, role, added) VALUES (99, 'cy', 'annotator', 1)",
        "INSERT INTO members (project, user, role, added) VALUES (1, 'ann', 'annotator', 1)",
        "INSERT INTO members (project, user, role, added) VALUES (1, 'cy', NULL, 1)",
        "INSERT INTO members (project, user, role, added) VALUES (1, 'cy', 'annotator', 'soon')",
    ],
)
def test_what_the_schema_refuses_is_one_error_that_names_the_file(opened: Database, statement: str) -> None:
    with pytest.raises(StoreError, match="the file's own checks") as caught, opened.transaction() as connection:
        connection.execute(statement)
    assert str(opened.path) in caught.value.message
    assert not isinstance(caught.value, RuleViolation)
    assert isinstance(caught.value.__cause__, sqlite3.IntegrityError)


def test_a_full_disk_is_told_and_keeps_nothing_and_later_work_goes_on(opened: Database) -> None:
    with opened.read() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    opened.connection().execute(f"PRAGMA max_page_count = {pages + 5}")

    def write_too_much() -> None:
        with opened.transaction() as connection:
            for number in range(1000):
                note(connection, f"{number} " + "x" * 1000)

    with pytest.raises(StoreError, match="the disk is full") as caught:
        write_too_much()
    assert "make room" in str(caught.value.hint)
    assert is_free(opened)
    assert notes(opened) == []
    opened.connection().execute(f"PRAGMA max_page_count = {pages * 10}")
    with opened.transaction() as connection:
        note(connection, "there is room")
    assert notes(opened) == ["there is room"]


def test_who_finds_the_file_locked_waits_until_it_is_free(opened: Database) -> None:
    blocker = sqlite3.connect(opened.path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    begun = threading.Event()

    def write() -> None:
        begun.set()
        with opened.transaction() as connection:
            note(connection, "after the wait")

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait()
    writer.join(0.1)
    assert writer.is_alive()
    assert notes(opened) == []
    blocker.execute("COMMIT")
    blocker.close()
    writer.join()
    assert notes(opened) == ["after the wait"]


def test_who_finds_the_file_locked_for_too_long_gets_one_clear_error(
    opened: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WRITE_TIMEOUT", 0.2)
    blocker = sqlite3.connect(opened.path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    start = time.monotonic()
    with pytest.raises(StoreError, match=r"stayed locked for 0\.2 s") as caught, opened.transaction():
        raise AssertionError("nobody gets in")
    assert time.monotonic() - start >= 0.2
    assert str(opened.path) in caught.value.message
    assert "Another program holds it" in str(caught.value.hint)
    assert notes(opened) == []  # reading goes on
    blocker.execute("ROLLBACK")
    blocker.close()
    with opened.transaction() as connection:
        note(connection, "free again")
    assert notes(opened) == ["free again"]


WRITE_AND_STOP = """
import sys, time
from pathlib import Path
from annowidgets.store import Database, events
opened = Database(Path(sys.argv[1]), create=False)
def note(connection, text):
    events.append(connection, at=1.0, user="me", behind=None, project=1, action="note", subject="file",
        subject_id=None, figures='"' + text + '"')
for number in range(3):
    with opened.transaction() as connection:
        note(connection, f"whole {number}")
        note(connection, f"whole {number} too")
    print(f"whole {number}")
with opened.transaction() as connection:
    for number in range(5000):
        note(connection, "half " + "x" * 1000)
    print("ready")
    time.sleep(60)
"""


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_process_killed_in_the_middle_leaves_what_was_acknowledged_and_nothing_half_written(
    midst: Path, tmp_path: Path, mode: str
) -> None:
    file = copied(midst, tmp_path)
    work = WRITE_AND_STOP
    if mode == "delete":
        work = "from annowidgets.store import files\nfiles.is_local = lambda folder: False\n" + work
        work = "import warnings; warnings.simplefilter('ignore')\n" + work
    told = killed_while(work, file)
    assert told == "whole 0\nwhole 1\nwhole 2\n"
    opened = Database(file, create=False)
    assert notes(opened) == [f"whole {number}{too}" for number in range(3) for too in ("", " too")]
    with opened.transaction() as connection:
        note(connection, "life goes on")
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert notes(opened)[-1] == "life goes on"
    opened.close()


CREATE_AND_STOP = """
import sys, time
from pathlib import Path
from annowidgets.store import Database, schema
def stop(connection):
    first(connection)
    print("ready")
    time.sleep(60)
first = schema.MIGRATIONS["m001_first_loop"]
schema.MIGRATIONS["m001_first_loop"] = stop
Database(Path(sys.argv[1]), create=True)
"""


def test_a_process_killed_while_it_makes_a_file_leaves_one_that_can_be_made(tmp_path: Path) -> None:
    file = tmp_path / "cells.db"
    killed_while(CREATE_AND_STOP, file)
    aw.open_workspace(file, user=LEAD).create_project(NAME, ontology=ONTOLOGY)
    assert [project.name for project in aw.open_workspace(file, user=LEAD).projects()] == [NAME]


# --- threads and forks


def test_each_thread_has_a_connection_of_its_own_that_is_closed_with_it(opened: Database) -> None:
    found: list[Connection] = []

    def look() -> None:
        with opened.read() as connection:
            found.append(connection)
            assert opened.connection() is connection

    for _ in range(2):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert len({id(one) for one in (*found, opened.connection())}) == 3
    for one in found:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            one.execute("SELECT 1")


def test_threads_write_in_turn_and_nothing_is_lost(opened: Database) -> None:
    def write(name: int) -> None:
        for number in range(25):
            with opened.transaction() as connection:
                note(connection, f"{name} {number}")

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(notes(opened)) == sorted(f"{name} {number}" for name in range(8) for number in range(25))


def test_close_closes_the_connections_of_all_threads_and_the_next_use_opens_anew(opened: Database) -> None:
    held: list[Connection] = []
    ready, done = threading.Event(), threading.Event()

    def hold() -> None:
        held.append(opened.connection())
        ready.set()
        done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    ready.wait()
    mine = opened.connection()
    opened.close()
    for one in (mine, *held):
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            one.execute("SELECT 1")
    assert [path.name for path in opened.path.parent.iterdir()] == ["cells.db"]
    done.set()
    thread.join()
    with opened.transaction() as connection:
        note(connection, "anew")
    assert notes(opened) == ["anew"]


def forked(work: object) -> int:
    """Exit code of a forked process: 0 where the work raised nothing."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()  # type: ignore[operator]
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_forked_process_uses_and_closes_a_connection_of_its_own(opened: Database) -> None:
    mine = opened.connection()

    def child() -> None:
        assert opened.connection() is not mine
        with opened.transaction() as connection:
            note(connection, "child")
        opened.close()

    with opened.transaction() as connection:
        note(connection, "before")
    assert forked(child) == 0
    # The log that both use is there still: the child has not taken the parent's locks away.
    assert opened.path.with_name("cells.db-wal").exists()
    assert opened.connection() is mine
    with opened.transaction() as connection:
        note(connection, "after")
    assert notes(opened) == ["before", "child", "after"]


def test_a_process_forked_in_the_midst_of_an_action_neither_ends_nor_breaks_it(opened: Database) -> None:
    def child() -> None:
        assert notes(opened) == []
        opened.close()

    with opened.transaction() as connection:
        note(connection, "one")
        assert forked(child) == 0
        note(connection, "two")
    assert notes(opened) == ["one", "two"]
    assert opened.connection().execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_opening_a_file_twice_does_not_take_the_locks_of_the_first_away(opened: Database) -> None:
    """To open and close a file takes away all locks that a process has on it, unless SQLite does it."""
    with opened.transaction() as connection:
        note(connection, "in the log")
    Database(opened.path, create=False).close()
    assert at_once(read_and_leave, [(opened.path,)]) == [["in the log"]]
    # The other process was not the last, so it has left the log to us.
    assert opened.path.with_name("cells.db-wal").exists()
    with opened.transaction() as connection:
        note(connection, "more")
    assert at_once(read_and_leave, [(opened.path,)]) == [["in the log", "more"]]


def read_and_leave(file: Path) -> list[str]:
    opened = Database(file, create=False)
    try:
        return notes(opened)
    finally:
        opened.close()


def test_an_interrupt_signal_ends_the_wait_for_a_locked_file(opened: Database) -> None:
    blocker = sqlite3.connect(opened.path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.2, signal.raise_signal, (signal.SIGINT,))
    timer.start()
    with pytest.raises(KeyboardInterrupt), opened.transaction():
        raise AssertionError("nobody gets in")
    timer.join()
    blocker.execute("ROLLBACK")
    blocker.close()
    assert is_free(opened)
