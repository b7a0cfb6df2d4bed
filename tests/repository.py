"""Where the repository is, and a guard against tests that leave files in it: they belong in `tmp_path`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent

# what Python and the tools keep for themselves, all of it ignored by git
CACHES = frozenset({"__pycache__", ".git", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".venv"})
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# event -> which of its arguments are paths that it changes
CHANGES = {
    "os.mkdir": (0,),
    "os.rename": (0, 1),
    "os.symlink": (1,),
    "os.truncate": (0,),
    "sqlite3.connect": (0,),
}


@contextmanager
def refuse_writes_under(folder: Path) -> Iterator[None]:
    """Raise in whoever writes under `folder` from this process, at the line that does it.

    An audit hook sees every way that Python has to a file, and nothing of what other programs do in
    the same tree, such as an editor that saves while the tests run.
    """
    root = folder.resolve()
    on_guard = True

    def guard(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            changed = arguments[:1] if (arguments[2] or 0) & WRITING else ()
        elif event in CHANGES:
            changed = tuple(arguments[i] for i in CHANGES[event])
        else:
            return
        for path in changed:
            if on_guard and lies_under(path):
                raise AssertionError(f"a test writes into the repository: {event} {path!r}; use tmp_path")

    def lies_under(path: object) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False  # an open file descriptor
        place = Path(os.fsdecode(path).removeprefix("file:")).resolve()
        return root in place.parents and CACHES.isdisjoint(place.parts)

    sys.addaudithook(guard)  # there is no way to remove one
    try:
        yield
    finally:
        on_guard = False
