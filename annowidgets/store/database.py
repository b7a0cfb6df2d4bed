"""The workspace file: opening it, one connection per thread, one transaction per action."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from annowidgets.errors import AnnowidgetsError, RuleViolation, StoreError

# "anno" in ASCII: tells a workspace from any other SQLite file.
APPLICATION_ID = 0x616E6E6F

# How long an action waits for its turn to write. Actions hold the file for milliseconds, so this is an emergency stop.
WRITE_TIMEOUT = 30.0

# WAL keeps its index in shared memory, which these file systems don't share between machines.
_NETWORK_FILE_SYSTEMS = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "9p", "lustre", "gpfs", "glusterfs", "ceph", "fuse.sshfs", "beegfs")
)


class Database:
    """One workspace file.

    Parameters
    ----------
    path : Path
        The SQLite file.
    create : bool
        Whether to make it where there is none.

    Raises
    ------
    StoreError
        Where the file is missing (and ``create`` is off), is no workspace, was written by a newer version, or can't
        be read.
    """

    def __init__(self, path: Path, *, create: bool) -> None:
        self.path = path
        self._local = threading.local()
        self._journal_mode = "wal" if is_local(path.parent) else "delete"
        existed = path.exists()
        if path.is_dir() or not path.parent.is_dir():
            raise StoreError(
                f"{path} can't be a workspace: it is a folder, or its folder doesn't exist.",
                hint="Name a file in an existing folder, as in open_workspace('cells.db').",
            )
        if not existed and not create:
            raise StoreError(f"There is no workspace {path}.", hint="Leave create=False out to make it.")
        self.read_only = existed and not os.access(path, os.W_OK)
        if self._journal_mode != "wal":
            warnings.warn(
                f"{path} lies on a network file system: a rollback journal is used, which is slower with several "
                "people. Keep the workspace on a local disk where you can.",
                stacklevel=4,
            )
        with _translated(path):
            self._prepare()

    def _prepare(self) -> None:
        from annowidgets.store.schema import migrate, unknown_migrations

        connection = self.connection()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if tables and application != APPLICATION_ID:
            raise StoreError(
                f"{self.path} is an SQLite file, but no annowidgets workspace.",
                hint="Nothing was changed. Name another.",
            )
        if newer := unknown_migrations(connection):
            raise StoreError(
                f"{self.path} was written by a newer annowidgets (it knows {', '.join(newer)}).",
                hint="Upgrade with `pip install -U annowidgets`; nothing was changed.",
            )
        if self.read_only:
            return
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != self._journal_mode:
            # Two programs that create one file at once: the second waits for the first to switch.
            self._retry(lambda: connection.execute(f"PRAGMA journal_mode = {self._journal_mode}"))
        migrate(self)

    def connection(self) -> sqlite3.Connection:
        """Connection of the calling thread; a forked process gets a new one, since it must not use its parent's."""
        mine: tuple[int, sqlite3.Connection] | None = getattr(self._local, "connection", None)
        if mine is not None and mine[0] == os.getpid():
            return mine[1]
        if getattr(self, "read_only", False):
            connection = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        else:
            connection = sqlite3.connect(self.path, isolation_level=None)
        # Waiting is done in `transaction`, by turns that are fair; SQLite's own wait starves writers.
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        # Triggers ask for this: without it a recursive REPLACE would pass the append-only tables by.
        connection.execute("PRAGMA recursive_triggers = ON")
        self._local.connection = (os.getpid(), connection)
        return connection

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the file: all reads inside see the same moment.

        Inside a `transaction` of the same thread it is that transaction's view.
        """
        connection = self.connection()
        with _translated(self.path):
            if connection.in_transaction:
                yield connection
                return
            self._retry(lambda: connection.execute("BEGIN"))
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write everything inside, or nothing.

        Raises
        ------
        StoreError
            Where the file can't be written, or another program keeps it locked for 30 s.
        RuleViolation
            Where a rule that the file itself holds refuses; the message begins with the rule's id.
        """
        if self.read_only:
            raise StoreError(f"{self.path} is read-only.", hint="Ask its owner for the right to write.")
        connection = self.connection()
        with _translated(self.path):
            self._retry(lambda: connection.execute("BEGIN IMMEDIATE"))
            try:
                yield connection
                self._retry(lambda: connection.execute("COMMIT"))
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _retry(self, step: object) -> None:
        """Try until the file is free: short waits of random length, so that no writer is starved by the others."""
        deadline = time.monotonic() + WRITE_TIMEOUT
        wait = 0.0005
        while True:
            try:
                step()  # type: ignore[operator]
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise
                if time.monotonic() > deadline:
                    raise
            time.sleep(wait * random.uniform(0.5, 1.5))
            wait = min(wait * 1.3, 0.004)

    def close(self) -> None:
        """Close this thread's connection."""
        mine = getattr(self._local, "connection", None)
        if mine is not None and mine[0] == os.getpid():
            mine[1].close()
        self._local.connection = None


def is_local(folder: Path) -> bool:
    """Whether a folder lies on a local disk, as far as the system tells."""
    mounts = Path("/proc/self/mountinfo")
    if not mounts.exists():
        return True
    here = str(folder.absolute())
    best, kind = "", ""
    for line in mounts.read_text(errors="replace").splitlines():
        fields = line.split(" ")
        place = fields[4].replace("\\040", " ")
        inside = here == place or here.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= len(best):
            best, kind = place, fields[fields.index("-") + 1]
    return kind not in _NETWORK_FILE_SYSTEMS


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into one clear error of the family."""
    try:
        yield
    except AnnowidgetsError:
        raise
    except sqlite3.IntegrityError as error:
        rule, separator, rest = str(error).partition(": ")
        if separator and rule[:1].isupper() and rule[1:].isdigit():
            raise RuleViolation(rest, rule=rule) from error
        raise StoreError(f"{path}: the file's own checks refused the change ({error}).") from error
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            hint = "Another program holds it; close it, or wait."
            raise StoreError(f"{path} stayed locked for {WRITE_TIMEOUT:g} s.", hint=hint) from error
        if code == sqlite3.SQLITE_NOTADB:
            raise StoreError(f"{path} is no SQLite file, so no workspace.", hint="Nothing was changed.") from error
        if code == sqlite3.SQLITE_READONLY:
            raise StoreError(f"{path} is read-only.", hint="Ask its owner for the right to write.") from error
        if code == sqlite3.SQLITE_FULL:
            raise StoreError(f"{path}: the disk is full; nothing of this action was kept.") from error
        raise StoreError(f"{path}: {error}.") from error
