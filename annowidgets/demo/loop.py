"""Simulated people at work in a project: they do what people do, through the same calls and under the same rules."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from annowidgets.demo.auditor import SimulatedAuditor
from annowidgets.demo.labelers import SimulatedLabeler
from annowidgets.demo.truth import HiddenTruth

if TYPE_CHECKING:
    from annowidgets.workflow import Batch, CalibrationResult, Project, Task


def simulate_labelers(
    project: Project,
    labelers: Sequence[SimulatedLabeler],
    truth: HiddenTruth,
    *,
    seed: int = 0,
    progress: bool = True,
) -> int:
    """Let labelers take turns at the queue until it has nothing left for any of them.

    A task that one of them has open already is finished. Their mistakes depend on the seed, their name and the
    picture, not on the order in which tasks are served.

    Parameters
    ----------
    project : Project
        They must be members.
    labelers : sequence of SimulatedLabeler
        Who labels.
    truth : HiddenTruth
        What they see.
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

    # Only the number of open tasks is known beforehand, and shares may leave some of them to others.
    waiting = len(project.tasks(state="queued")) + len(project.tasks(state="annotating"))
    desks = [(labeler, project.workspace.as_user(labeler.name).project(project.name)) for labeler in labelers]
    submitted, idle = 0, 0
    with tqdm(total=waiting, desc="Labelling", unit="picture", disable=not progress or waiting == 0) as bar:
        for labeler, desk in cycle(desks):
            task = desk.next_task()
            if task is None:
                idle += 1
                if idle == len(desks):
                    return submitted
                continue
            idle = 0
            _label(task, labeler, desk, truth, seed)
            submitted += 1
            bar.update()
    return submitted


def _label(task: Task, labeler: SimulatedLabeler, desk: Project, truth: HiddenTruth, seed: int) -> None:
    asked = {feedback.text for feedback in desk.feedback(author=labeler.name)} if labeler.asks else set()
    for question in labeler.asks:
        if question.text not in asked:
            task.give_feedback(question.text, section=question.section, kind=question.kind)
    item = task.item
    rng = np.random.default_rng([seed, crc32(labeler.name.encode()), crc32(item.name.encode())])
    attempt = labeler.label(truth[item], item.sizes[0], rng=rng)
    task.submit(attempt.labels, confidence=attempt.confidence, seconds=attempt.seconds)


def simulate_audit(
    batch: Batch, auditor: SimulatedAuditor, truth: HiddenTruth, *, progress: bool = True
) -> CalibrationResult:
    """Grade what is not graded yet, and complete the audit; acts as the user of the batch's workspace.

    Parameters
    ----------
    batch : Batch
        A calibration batch, labelled to the end.
    auditor : SimulatedAuditor
        How grades are given.
    truth : HiddenTruth
        What the auditor knows.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    CalibrationResult
        That of the first time where the audit is complete already.
    """
    from tqdm.auto import tqdm

    if batch.state == "completed":
        return batch.result
    audit = batch.audit()
    waiting = len(audit.tasks(graded=False))
    with tqdm(total=waiting, desc="Auditing", unit="attempt", disable=not progress or waiting == 0) as bar:
        while (task := audit.next()) is not None:
            item = task.item
            verdict = auditor.judge(truth[item], task.labels(), ontology=truth.ontology, frame_size=item.sizes[0])
            audit.grade(task, verdict.grade, labels=verdict.labels, reason=verdict.reason)
            bar.update()
    return audit.complete()
