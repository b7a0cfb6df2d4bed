"""Fixtures: a team at the start of a project, and one whose production is open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workflow.actions import Scene, prepare
from tests.workflow.building import Team, new_team, open_team


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the pictures that all these workspaces share."""
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="session")
def fresh_template(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Path:
    """File of a project with members and items, and nothing done yet."""
    folder = tmp_path_factory.mktemp("templates")
    new_team(folder / "fresh.db", pictures).save_to(folder / "fresh-template.db")
    return folder / "fresh-template.db"


@pytest.fixture(scope="session")
def open_template(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Path:
    """File of the same project, calibrated: production is open."""
    folder = tmp_path_factory.mktemp("templates")
    team = new_team(folder / "open.db", pictures)
    assert team.calibrate().passed
    team.save_to(folder / "open-template.db")
    return folder / "open-template.db"


@pytest.fixture
def team(tmp_path: Path, pictures: Path, fresh_template: Path) -> Team:
    """A project with members and items, and nothing done yet."""
    return open_team(tmp_path / "cells.db", pictures, copy_of=fresh_template)


@pytest.fixture
def open_project(tmp_path: Path, pictures: Path, open_template: Path) -> Team:
    """A project whose production is open: the first three items were calibrated."""
    return open_team(tmp_path / "cells.db", pictures, copy_of=open_template)


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory, pictures: Path, open_template: Path) -> Callable[[str], Scene]:
    """The same prepared project for each user and action, each in a copy of its own."""
    folder = tmp_path_factory.mktemp("permissions")
    prepare(folder / "template.db", pictures, open_template)
    numbers = iter(range(100_000))

    def give(user: str) -> Scene:
        place = folder / str(next(numbers))
        place.mkdir()
        return Scene(open_team(place / "cells.db", pictures, copy_of=folder / "template.db"), user)

    return give
