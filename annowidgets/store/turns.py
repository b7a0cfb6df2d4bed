"""Turns to write: who asked first writes first, over all processes on this machine."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    HAS_TURNS = False
else:
    HAS_TURNS = hasattr(fcntl, "F_OFD_SETLK")  # not on every macOS

# Somebody may die slowly in the queue, stopped or swapped out. After this long one goes past.
PATIENCE = 1.0

# Less than an action takes, so that the next in line is there when its turn comes.
_LOOK_AGAIN = 0.001

# struct flock: type, whence, start, length, process; padded as C pads it.
_FLOCK = "hhqqi0q"

# Length 0 is up to the end, however far that is.
_ALL = 0


class Turns:
    """A queue before one file.

    SQLite has no queue: whoever tries at the right moment writes next, and of eight busy writers one may be unlucky
    for half a second. Here everybody takes a ticket, the time in nanoseconds, by locking the byte of that number in an
    empty file beside the workspace, and waits while somebody holds a lower one. Locks go with their process, so a
    killed writer leaves no ticket behind. The queue is a courtesy: it keeps nothing consistent, SQLite's own lock does.

    Parameters
    ----------
    path : Path
        The workspace file, on a local disk.
    """

    def __init__(self, path: Path) -> None:
        self._place = path.with_name(path.name + "-turns")
        self._file = _open(self._place, like=path) if HAS_TURNS else None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, but never longer than `PATIENCE`, and keep it while inside."""
        if self._file is None:
            yield
            return
        go_past = time.monotonic() + PATIENCE
        try:
            ticket = _take_ticket(self._file)
            while _is_behind(self._file, ticket) and time.monotonic() < go_past:
                time.sleep(_LOOK_AGAIN)
            yield
        finally:
            _lock(self._file, fcntl.F_UNLCK, 0, length=_ALL)

    def close(self, *, remove: bool) -> None:
        """Leave the queue; ``remove`` its file, where nobody else needs it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
            if remove:
                self._place.unlink(missing_ok=True)


def _open(place: Path, *, like: Path) -> int | None:
    """Open the file that tickets are locked in; None where the system has none of this, and nobody queues then."""
    try:
        try:
            file = os.open(place, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            file = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            # Who may write the workspace may queue for it, whatever the umask.
            os.fchmod(file, like.stat().st_mode & 0o666)
        try:
            _lock(file, fcntl.F_UNLCK, 0, length=_ALL)
        except OSError:
            os.close(file)
            raise
    except OSError:
        return None
    return file


def _take_ticket(file: int) -> int:
    while True:
        ticket = time.monotonic_ns()
        try:
            _lock(file, fcntl.F_WRLCK, ticket)
        except BlockingIOError:  # somebody asked in the same nanosecond
            continue
        return ticket


def _lock(file: int, kind: int, start: int, *, length: int = 1) -> None:
    # Locks of the open file, not of the process: threads queue too.
    fcntl.fcntl(file, fcntl.F_OFD_SETLK, struct.pack(_FLOCK, kind, os.SEEK_SET, start, length, 0))


def _is_behind(file: int, ticket: int) -> bool:
    lower = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, ticket, 0)
    found = fcntl.fcntl(file, fcntl.F_OFD_GETLK, lower)
    return bool(struct.unpack(_FLOCK, found)[0] != fcntl.F_UNLCK)
