"""SQLite's errors as one clear error of the family."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from annowidgets.errors import AnnowidgetsError, RuleViolation, StoreError

# What SQLite's codes mean to who reads the message, and what to do.
_TOLD: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_BUSY: ("is locked", "Another program holds it; close it, or wait."),
    sqlite3.SQLITE_CANTOPEN: (
        "can't be opened",
        "Its folder must be writable; to be read only, it needs the files with -wal and -shm that lie beside it.",
    ),
    sqlite3.SQLITE_CORRUPT: ("is damaged", "Go back to a copy; `sqlite3 FILE .recover` saves what can be read."),
    sqlite3.SQLITE_FULL: ("can't grow: the disk is full", "Nothing of this action was kept; make room, and try again."),
    sqlite3.SQLITE_IOERR: ("can't be read or written: the disk reports an error", "Nothing of this action was kept."),
    sqlite3.SQLITE_NOTADB: ("is no SQLite file, so no workspace", "Nothing was changed."),
    sqlite3.SQLITE_READONLY: ("is read-only", "Ask its owner for the right to write."),
}

# How the file's own guards speak: "C2: production is locked ...".
_RULE = re.compile(r"(?P<rule>[A-Z]\d+): (?P<first>.)(?P<rest>.*)", re.DOTALL)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors inside into `RuleViolation`, where a guard of the file refused, or `StoreError`."""
    try:
        yield
    except AnnowidgetsError:
        raise
    except sqlite3.IntegrityError as error:
        told = _RULE.fullmatch(str(error))
        if told:
            raise RuleViolation(f"{told['first'].upper()}{told['rest']}.", rule=told["rule"]) from error
        raise StoreError(f"{path}: the file's own checks refused the change ({error}).") from error
    except sqlite3.DatabaseError as error:
        if _code(error) in _TOLD:
            message, hint = _TOLD[_code(error)]
            raise StoreError(f"{path} {message}.", hint=hint) from error
        raise StoreError(f"{path}: {error}.") from error


def is_busy(error: sqlite3.DatabaseError) -> bool:
    """Whether somebody else's lock is in the way, so that waiting helps."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _code(error: sqlite3.DatabaseError) -> int:
    # The low byte is the primary code; what Python itself raises has none.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
