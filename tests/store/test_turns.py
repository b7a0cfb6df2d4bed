"""The queue of writers: who asked first writes first, and nobody waits for who is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from annowidgets.store import Database, turns
from annowidgets.store.turns import Turns
from tests.repository import REPOSITORY


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "cells.db"
    found.touch()
    return found


@pytest.fixture
def queueing(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Give another process that stands first in the queue and stays there."""
    work = (
        "import sys, time; from pathlib import Path; from annowidgets.store.turns import Turns\n"
        "with Turns(Path(sys.argv[1])).turn(): print('ready', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", work, str(file)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_writers_of_all_threads_get_in_in_the_order_in_which_they_asked(file: Path) -> None:
    assert turns.HAS_TURNS
    order: list[int] = []
    first, waiting = Turns(file), [Turns(file) for _ in range(6)]

    def wait(number: int) -> None:
        with waiting[number].turn():
            order.append(number)

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(6)]
    with first.turn():
        for thread in threads:
            thread.start()
            time.sleep(0.02)  # so that they ask one after the other
        assert order == []
    for thread in threads:
        thread.join()
    assert order == list(range(6))
    for one in (first, *waiting):
        one.close(remove=True)
    assert list(file.parent.iterdir()) == [file]


def test_a_writer_waits_for_one_of_another_process(
    file: Path, queueing: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 30.0)
    mine, entered = Turns(file), threading.Event()

    def wait() -> None:
        with mine.turn():
            entered.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not entered.wait(0.1)
    queueing.kill()  # its ticket goes with it
    thread.join()
    assert entered.is_set()
    mine.close(remove=False)


def test_nobody_waits_longer_than_patience_for_who_is_stopped_in_the_queue(
    file: Path, queueing: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.1)
    os.kill(queueing.pid, signal.SIGSTOP)
    mine = Turns(file)
    start = time.monotonic()
    with mine.turn():
        assert time.monotonic() - start >= 0.1
    mine.close(remove=False)


def test_two_who_ask_in_the_same_nanosecond_get_different_tickets(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = Turns(file), Turns(file)
    times = iter([5, 5, 5, 6])
    monkeypatch.setattr(turns.time, "monotonic_ns", lambda: next(times))
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    with one.turn(), other.turn():
        assert next(times, None) is None


def test_an_error_in_the_turn_gives_it_up(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 30.0)
    one, other = Turns(file), Turns(file)
    with pytest.raises(KeyboardInterrupt), one.turn():
        raise KeyboardInterrupt
    with other.turn():
        pass


@pytest.mark.parametrize("lacking", ["the system", "the file system", "the right to write"])
def test_where_there_can_be_no_queue_writers_do_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(22, "Invalid argument")

    if lacking == "the system":
        monkeypatch.setattr(turns, "HAS_TURNS", False)
    elif lacking == "the file system":
        monkeypatch.setattr(turns.fcntl, "fcntl", refuse)
    else:
        monkeypatch.setattr(turns.os, "open", refuse)
    opened = Database(tmp_path / "cells.db", create=True)
    for number in range(3):
        with opened.transaction() as connection:
            connection.execute(
                "INSERT INTO events (at, user, action, subject, figures) VALUES (?, '', '', '', '')", (number,)
            )
    with opened.read() as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (3,)
    opened.close()
