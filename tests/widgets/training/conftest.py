"""A small cohort: one passes, one fails, one is half way, one has not begun, and there is a model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annowidgets.widgets.training.dashboard import TrainingDashboard
from annowidgets.workflow.training import TrainingProject
from tests.workflow.building import Team, new_team
from tests.workflow.training.building import GOLD, new_training, seen_by, shifted, with_gold

PASS_MARK = 70.0


@pytest.fixture
def golden(tmp_path: Path) -> Team:
    """A project with ground truth of four pictures."""
    team = new_team(tmp_path / "team.db", tmp_path)
    with_gold(team)
    return team


@pytest.fixture
def cohort(golden: Team) -> TrainingProject:
    training = new_training(golden, trainees=["uma", "vic", "wim", "xia"], pass_mark=PASS_MARK)
    for user, off, limit in (("uma", 0.5, 4), ("vic", 8.0, 4), ("wim", 1.0, 2)):
        mine = seen_by(training, user)
        for number in range(limit):
            task = mine.next_task()
            assert task is not None
            golden.clock.forward(minutes=1)
            task.submit(shifted(GOLD[task.item.name], off), seconds=30.0 * (number + 1))
    training.submit_predictions("yolo", {name: GOLD[name][:1] for name in GOLD}, progress=False)
    return training


@pytest.fixture
def dashboard(cohort: TrainingProject) -> Iterator[TrainingDashboard]:
    screen = TrainingDashboard(cohort)
    yield screen
    screen.close()


def message(screen: Any) -> str:
    """What the screen says."""
    html: str = screen._message.html
    return html


def events(training: TrainingProject) -> list[str]:
    """Names of the events so far."""
    return [str(action) for action in training.events()["action"]]
