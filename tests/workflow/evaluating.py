"""A project with evaluation tasks and running production, and what its people can find out about them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import annowidgets as aw
from annowidgets.workflow import Batch, Item, Task
from tests.workflow.building import Team, cell, draw_pictures

# What the gold of every evaluation task is.
GOLD = [cell()]


def promoted(
    team: Team, *, pool: int = 6, name: str = "to promote", first: int = 0, items: Sequence[Item] | None = None
) -> list[Task]:
    """Evaluation tasks of the project's items, or of these, from ``first``, which bo attempted and lea audited."""
    among = list(team("lea").items() if items is None else items)
    batch = team.calibration(name, items=among[first : first + pool], max_per_tasker=pool)
    for task in batch.tasks():
        team.task("bo", task).claim().submit(GOLD, confidence=1)
    assert team.audited(batch).passed
    for task in batch.tasks():
        task.promote("evaluation", concepts=["cells"], difficulty="easy")
    return list(batch.tasks())


def with_evaluations(
    team: Team, *, pool: int = 6, production: int = 20, rate: float = 1.0, **policy: Any
) -> tuple[Batch, set[str]]:
    """Running production beside evaluation tasks: the batch, and the names of the evaluation tasks' items."""
    gold = promoted(team, pool=pool)
    items = new_items(team, production)
    batch = team.production(items=items)
    team("lea").update_settings(evaluation=aw.EvaluationPolicy(rate=rate, **policy))
    return batch, {task.item.name for task in gold}


def new_items(team: Team, count: int) -> list[Any]:
    """Further items of the project."""
    pictures = Path(team.workspace.media_root)
    first = 100 + len(team("lea").items())
    return list(team("lea").add_images(draw_pictures(pictures, count, first=first), progress=False))


def served(team: Team, user: str, names: set[str], *, evaluation: bool = True) -> Task:
    """The next task of a user that is an evaluation task, or is none; others on the way are handed in."""
    while (task := team(user).next_task()) is not None:
        if (task.item.name in names) is evaluation:
            return task
        task.submit(GOLD)
    raise AssertionError(f"{user} was given no such task")


def evaluations(team: Team) -> list[int]:
    """Ids of the evaluation tasks that were served, as the file has them."""
    with team.workspace.database.read() as connection:
        return [task for (task,) in connection.execute("SELECT task FROM evaluations ORDER BY rowid")]
