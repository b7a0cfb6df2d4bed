"""`import annowidgets` is light: what is heavy is loaded by whoever uses it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.repository import REPOSITORY

HEAVY = ("pandas", "scipy", "shapely", "matplotlib", "pydicom", "sqlite_utils")


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """Return the names of the modules in a fresh interpreter that has done `import annowidgets`."""
    run = subprocess.run(
        [sys.executable, "-c", "import annowidgets, sys; print(*sys.modules)"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.split())


@pytest.mark.parametrize("library", HEAVY)
def test_importing_annowidgets_does_not_import(library: str, loaded: set[str]) -> None:
    assert "annowidgets" in loaded
    assert library not in loaded
