"""Simulated people in a training: they see the gold, and make known mistakes on the way to the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from annowidgets.demo.labelers import SimulatedLabeler
from annowidgets.labels import Label

if TYPE_CHECKING:
    from annowidgets.workflow.training import TrainingProject


def simulate_trainees(
    training: TrainingProject, labelers: Sequence[SimulatedLabeler], *, seed: int = 0, progress: bool = True
) -> int:
    """Let trainees work through what their rounds have left; only boxes on still images are simulated.

    Parameters
    ----------
    training : TrainingProject
        As one of its admins sees it; the labelers are its trainees.
    labelers : sequence of SimulatedLabeler
        Who labels. Mistakes depend on the seed, their name and the picture.
    seed : int
        Decides their mistakes.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    int
        Tasks submitted.
    """
    from tqdm.auto import tqdm

    gold = {item: [one for one in training.gold(item).labels if isinstance(one, Label)] for item in training.items()}
    mine = [task for labeler in labelers for task in training.tasks(user=labeler.name)]
    waiting = sum(task.state != "submitted" for task in mine)
    with tqdm(total=waiting, desc="Training", unit="task", disable=not progress or waiting == 0) as bar:
        for labeler in labelers:
            desk = training.workspace.as_user(labeler.name).training_project(training.name)
            while (task := desk.next_task()) is not None:
                item = task.item
                rng = np.random.default_rng([seed, crc32(labeler.name.encode()), crc32(item.name.encode())])
                attempt = labeler.label(gold[item], item.sizes[0], rng=rng)
                task.submit(attempt.labels, seconds=attempt.seconds)
                bar.update()
        return int(bar.n) if not bar.disable else waiting
