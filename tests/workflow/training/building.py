"""Training projects for tests: ground truth of four pictures, and trainees who label well or badly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import annowidgets as aw
from annowidgets.workflow import Batch
from annowidgets.workflow.training import TrainingProject, TrainingTask
from tests.workflow.building import Team, cell, without_notices

NAME = "Onboarding"
TRAINEES = ("uma", "vic")
# Gold of the four pictures: one to three boxes.
GOLD = {
    "cell00": [cell()],
    "cell01": [cell(), cell(20)],
    "cell02": [cell(), cell(20), cell(2, 15, category="WBC")],
    "cell03": [cell(5, 5, 12, 12, category="WBC")],
}


def with_gold(team: Team, *, items: Sequence[str] = tuple(GOLD), name: str = "gold") -> Batch:
    """A completed batch of ground truth."""
    batch = team("lea").create_ground_truth_batch(name, items=list(items))
    batch.submit_labels({item: GOLD[item] for item in items}, progress=False)
    return batch


def new_training(
    team: Team, *, name: str = NAME, trainees: Sequence[str] = TRAINEES, **settings: Any
) -> TrainingProject:
    """A training project of all the gold there is."""
    with without_notices():
        return team.workspace.create_training_project(
            name, sources=settings.pop("sources", [team("lea")]), trainees=list(trainees), **settings
        )


def seen_by(training: TrainingProject, user: str) -> TrainingProject:
    """The training project as somebody else opens it."""
    workspace = training.workspace
    return (workspace if user == workspace.user else workspace.as_user(user)).training_project(training.name)


def shifted(labels: Sequence[Any], by: float) -> list[aw.Label]:
    """The same boxes, ``by`` pixels to the right."""
    moved = []
    for label in labels:
        box = label.shape
        moved.append(aw.Label(label.category, aw.BoundingBox(box.x + by, box.y, box.width, box.height)))
    return moved


def answer(task: TrainingTask, *, off: float = 0.0, labels: Sequence[Any] | None = None) -> TrainingTask:
    """Submit the gold, ``off`` pixels beside it."""
    task.submit(shifted(GOLD[task.item.name], off) if labels is None else labels)
    return task


def work_off(training: TrainingProject, user: str, *, off: float = 0.0, limit: int = 1000) -> list[TrainingTask]:
    """Submit what a trainee has to do."""
    mine = seen_by(training, user)
    done: list[TrainingTask] = []
    while len(done) < limit and (task := mine.next_task()):
        done.append(answer(task, off=off))
    return done
