"""The guard itself: it refuses what would stay in the repository and nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repository import REPOSITORY

STRAY = REPOSITORY / "stray"


@pytest.mark.parametrize(
    "write",
    [
        lambda: STRAY.write_text("x"),
        STRAY.touch,
        STRAY.mkdir,
        lambda: sqlite3.connect(STRAY),
        lambda: sqlite3.connect(f"file:{STRAY}?mode=rwc", uri=True),
        lambda: (REPOSITORY / "README.md").rename(STRAY),
        lambda: (REPOSITORY / "README.md").open("a"),
    ],
    ids=["write", "touch", "mkdir", "sqlite", "sqlite-uri", "rename", "append"],
)
def test_writing_into_the_repository_is_refused_and_leaves_nothing(write: Callable[[], object]) -> None:
    with pytest.raises(AssertionError, match="use tmp_path"):
        write()
    assert not STRAY.exists()


def test_reading_the_repository_and_writing_elsewhere_are_free(tmp_path: Path) -> None:
    copy = tmp_path / "copy.md"
    copy.write_text((REPOSITORY / "pyproject.toml").read_text())
    assert "annowidgets" in copy.read_text()
