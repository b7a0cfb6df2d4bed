"""The workspace file: opening it, one connection per thread, one transaction per action."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from annowidgets.errors import StoreError, notice
from annowidgets.store import files
from annowidgets.store.failures import is_busy, translated
from annowidgets.store.turns import Turns

# How long an action waits for its turn to write. Actions hold the file for milliseconds, so this is an emergency stop.
WRITE_TIMEOUT = 30.0

# What every connection is set to.
_SETTINGS = (
    # Waiting is done in `transaction`, by turns that are fair; SQLite's own wait starves writers.
    "busy_timeout = 0",
    "foreign_keys = ON",
    "synchronous = FULL",
    # Triggers ask for this: without it a recursive REPLACE would pass the append-only tables by.
    "recursive_triggers = ON",
    # With a rollback journal, a large action would otherwise need the readers gone in its midst.
    "cache_spill = OFF",
)

# Connections that a forked process got from its parent: closing them would take the parent's locks away.
_inherited: list[object] = []


class Database:
    """One workspace file.

    Parameters
    ----------
    path : Path
        The SQLite file.
    create : bool
        Whether to make it where there is none.

    Attributes
    ----------
    path : Path
        Absolute, so that it holds wherever the program goes.
    read_only : bool
        Whether the file, or its folder, can't be written.

    Raises
    ------
    StoreError
        Where the file is missing (and ``create`` is off), is no workspace, was written by a newer version, or can't
        be read.
    """

    def __init__(self, path: Path, *, create: bool) -> None:
        self.path = path.absolute()
        self._local = threading.local()
        self._open: weakref.WeakSet[_Held] = weakref.WeakSet()
        with translated(self.path):
            is_new = files.is_new(self.path, create=create)
        self.read_only = not is_new and not files.may_write(self.path)
        self._is_local = files.is_local(self.path.resolve().parent)
        if not self._is_local:
            notice(
                f"{path} lies on a network file system: a rollback journal is used, which is slower with several "
                "people. Keep the workspace on a local disk where you can."
            )
        with translated(self.path):
            self._prepare(is_new)

    def _prepare(self, is_new: bool) -> None:
        from annowidgets.store import schema

        with self.read() as connection:
            pending, unknown = schema.compare(connection)
        if unknown:
            raise StoreError(
                f"{self.path} was written by a newer annowidgets (it knows {', '.join(unknown)}).",
                hint="Upgrade with `pip install -U annowidgets`; nothing was changed.",
            )
        if self.read_only:
            if pending:
                raise StoreError(
                    f"{self.path} was written by an older annowidgets and is read-only, so it can't be brought up to "
                    "date.",
                    hint="Open a copy of it.",
                )
            return
        if pending:
            migrate = schema.migration()
            with self.transaction() as connection:
                # Unless somebody else did it in the meantime.
                if schema.compare(connection)[0]:
                    if is_new:
                        # Left by a file that was deleted under somebody's hands, who may be using it still.
                        Path(f"{self.path.resolve()}-shm").unlink(missing_ok=True)
                    migrate(connection)
        # Only now: until it has an application id in its header, nothing tells the file from a foreign one.
        mode = "wal" if self._is_local else "delete"
        connection = self.connection()

        def set_mode() -> None:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != mode:
                connection.execute(f"PRAGMA journal_mode = {mode}")

        self._retry(set_mode)

    def connection(self) -> sqlite3.Connection:
        """Connection of the calling thread; a forked process gets its own."""
        return self._held().connection

    def _held(self) -> _Held:
        held: _Held | None = getattr(self._local, "held", None)
        if held is None or held.process != os.getpid() or (held.is_stale() and not held.connection.in_transaction):
            held = self._local.held = self._connect()
            self._open.add(held)
        return held

    def _connect(self) -> _Held:
        seen = None
        place, is_uri = str(self.path), False
        if self.read_only:
            place, is_uri = f"{self.path.as_uri()}?mode=ro", True
            if not files.has_log(self.path):
                # SQLite would make its log even to read, and can't. Where there is none, the file is all there is.
                place, seen = f"{self.path.as_uri()}?{files.ALONE}", files.state(self.path)
        # A connection is closed by whoever drops it last, which may be another thread than its own.
        connection = sqlite3.connect(place, uri=is_uri, isolation_level=None, check_same_thread=False)
        for setting in _SETTINGS:
            self._retry(partial(connection.execute, f"PRAGMA {setting}"))
        turns = Turns(self.path.resolve()) if self._is_local and not self.read_only else None
        return _Held(connection, turns, self.path, seen)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the file: all reads inside see the same moment.

        Inside a `transaction` of the same thread it is that transaction's view.
        """
        with translated(self.path):
            held = self._held()
            connection = held.connection
            if connection.in_transaction:
                yield connection
                return
            try:
                connection.execute("BEGIN")
                # The view is taken at the first look, and only that has to wait where others commit.
                self._retry(lambda: connection.execute("SELECT 1 FROM sqlite_schema").fetchone())
                yield connection
            except sqlite3.DatabaseError:
                held.require_unchanged()
                raise
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            held.require_unchanged()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write everything inside, or nothing.

        Raises
        ------
        StoreError
            Where the file can't be written, or another program keeps it locked for 30 s.
        RuleViolation
            Where a rule that the file itself holds refuses.
        """
        if self.read_only:
            raise StoreError(f"{self.path} is read-only.", hint="Ask its owner for the right to write.")
        with translated(self.path):
            held = self._held()
            connection = held.connection
            if connection.in_transaction:
                raise StoreError(f"{self.path}: an action can't begin inside another action or a look at the file.")
            try:
                with held.turn():
                    self._retry(lambda: connection.execute("BEGIN IMMEDIATE"))
                yield connection
                self._retry(lambda: connection.execute("COMMIT"))
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _retry(self, step: Callable[[], Any]) -> None:
        """Try until the file is free, at random moments, so that no two keep colliding."""
        deadline = time.monotonic() + WRITE_TIMEOUT
        wait = 0.0003
        while True:
            try:
                step()
                return
            except sqlite3.OperationalError as error:
                if not is_busy(error):
                    raise
                if time.monotonic() > deadline:
                    raise StoreError(
                        f"{self.path} stayed locked for {WRITE_TIMEOUT:g} s.",
                        hint="Another program holds it; close it, or wait.",
                    ) from error
            time.sleep(wait * random.uniform(0.5, 1.5))
            wait = min(wait * 1.2, 0.004)

    def close(self) -> None:
        """Close the connections of all threads; the next use opens a new one."""
        self._local = threading.local()
        for held in list(self._open):
            held.close()


class _Held:
    """A thread's connection and its place in the queue, closed with the thread.

    Parameters
    ----------
    seen : FileState or None
        For a connection that takes no locks: the file as it was when the connection was made.
    """

    def __init__(
        self, connection: sqlite3.Connection, turns: Turns | None, path: Path, seen: files.FileState | None
    ) -> None:
        self.connection = connection
        self.process = os.getpid()
        self.turn = nullcontext if turns is None else turns.turn
        self.close = weakref.finalize(self, _close, connection, turns, path, self.process)
        self._path = path
        self._seen = seen

    def is_stale(self) -> bool:
        """Whether only a new connection would see what others wrote."""
        return self._seen is not None and self._seen != files.state(self._path)

    def require_unchanged(self) -> None:
        """Raise StoreError where what was read may be half of one state of the file and half of another."""
        if self.is_stale():
            raise StoreError(f"{self._path} was written by somebody while it was read.", hint="Read it again.")


def _close(connection: sqlite3.Connection, turns: Turns | None, path: Path, process: int) -> None:
    if process != os.getpid():
        _inherited.append((connection, turns))
        return
    connection.close()
    if turns is not None:
        # SQLite removes its log with the last connection of all processes; then nobody is left to queue either.
        turns.close(remove=not Path(f"{path.resolve()}-wal").exists())
