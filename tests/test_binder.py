"""What is hosted: installed from the files in binder/ and from nothing else, the start notebook runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

from tests.repository import REPOSITORY
from tests.test_packaging import tracked

BINDER = REPOSITORY / "binder"


def test_the_python_is_pinned_where_the_host_looks_for_it_to_one_that_the_package_supports() -> None:
    pinned = re.fullmatch(r"python-(3\.\d+)\n", (BINDER / "runtime.txt").read_text())
    assert pinned is not None
    classifiers = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["classifiers"]
    assert f"Programming Language :: Python :: {pinned[1]}" in classifiers
    # Beside the folder binder/ such files in the root would be ignored.
    assert not [
        path for path in tracked() if path in ("requirements.txt", "runtime.txt", "postBuild", "environment.yml")
    ]


def test_post_build_stops_at_the_first_failure() -> None:
    first, second = (BINDER / "postBuild").read_text().split("\n")[:2]
    assert (first, second) == ("#!/bin/bash", "set -e")
    assert os.access(BINDER / "postBuild", os.X_OK)


@pytest.mark.network
def test_from_a_fresh_environment_the_start_notebook_runs(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for path in tracked():
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / path, checkout / path)
    venv.create(tmp_path / "env", with_pip=True)
    programs = tmp_path / "env" / ("Scripts" if sys.platform == "win32" else "bin")
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "MPLBACKEND")}
    environment |= {"PATH": os.pathsep.join([str(programs), os.environ["PATH"]]), "VIRTUAL_ENV": str(tmp_path / "env")}

    def run(*command: str | Path, cwd: Path = checkout) -> None:
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    run(programs / "python", "-m", "pip", "install", "-q", "--no-compile", "-r", "binder/requirements.txt")
    run(checkout / "binder" / "postBuild")
    assert (checkout / "demo" / "cells.db").is_file()
    run(programs / "jupyter", "execute", "--inplace", "00_start.ipynb", cwd=checkout / "notebooks")
    assert (checkout / "notebooks" / "cells" / "start.db").is_file()
