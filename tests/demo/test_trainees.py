"""Simulated trainees take the exam as people do, and get the scores that their faults deserve."""

from __future__ import annotations

from pathlib import Path

import pytest

from annowidgets.demo import SimulatedLabeler, simulate_trainees, write_cells
from annowidgets.demo.truth import box_ontology
from annowidgets.errors import Notice
from annowidgets.interchange import read_dataset
from annowidgets.workflow import open_workspace
from annowidgets.workflow.training import TrainingProject

PEOPLE = [SimulatedLabeler(name="ann"), SimulatedLabeler(name="bo", missed={"RBC": 1.0})]


@pytest.fixture
def training(tmp_path: Path) -> TrainingProject:
    folders = write_cells(tmp_path / "cells", 6, rng=4, size=(96, 128), progress=False)
    dataset = read_dataset(folders.voc, images=folders.images, progress=False)
    workspace = open_workspace(tmp_path / "cells.db", user="lead")
    project = workspace.create_project("cells", ontology=box_ontology(dataset), sampling_rate=0)
    project.import_labels(folders.voc, images=folders.images, progress=False)
    return workspace.create_training_project("exam", sources=[project], trainees=["ann", "bo"], pass_mark=80)


@pytest.mark.parametrize("progress", [True, False])
def test_everything_is_submitted_and_who_overlooks_less_scores_higher(
    training: TrainingProject, progress: bool
) -> None:
    assert simulate_trainees(training, PEOPLE, progress=progress) == 12
    scores = training.scores().set_index("trainee")
    assert scores.submitted.tolist() == [6, 6]
    assert scores.score["ann"] > 90 > scores.score["bo"]
    assert simulate_trainees(training, PEOPLE, progress=progress) == 0


def test_the_seed_decides_the_mistakes(training: TrainingProject) -> None:
    wobbling = [SimulatedLabeler(name="ann", jitter=2), SimulatedLabeler(name="bo", jitter=2)]
    simulate_trainees(training, wobbling, seed=3, progress=False)
    with pytest.warns(Notice, match="has seen the gold"):
        other = training.clone("again", trainees=["ann", "bo"], allow_seen=True)
    simulate_trainees(other, wobbling, seed=3, progress=False)
    assert training.scores().score.tolist() == other.scores().score.tolist()
