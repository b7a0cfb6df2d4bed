"""Fixtures: a team with ground truth of four pictures, and a training project made of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from annowidgets.workflow.training import TrainingProject
from tests.workflow.building import Team
from tests.workflow.training.building import new_training, with_gold


@pytest.fixture
def golden(team: Team) -> Team:
    """A project with a completed batch of ground truth."""
    with_gold(team)
    return team


@pytest.fixture
def training(golden: Team) -> TrainingProject:
    """A training project of uma and vic."""
    return new_training(golden)


@pytest.fixture
def script(golden: Team) -> Iterator[Callable[..., None]]:
    """Check that the file refuses a statement of another program, by a rule, and is as it was."""
    with closing(sqlite3.connect(golden.file, isolation_level=None)) as connection:

        def refuses(rule: str, statement: str, *parameters: object) -> None:
            before = golden.dump()
            with pytest.raises(sqlite3.IntegrityError, match=rf"^{rule}: "):
                connection.execute(statement, parameters)
            assert golden.dump() == before

        yield refuses
