"""Open every screen, and say so as JSON: run by a test with an installed wheel, so it imports nothing of the tests."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import annowidgets as aw
from annowidgets import widgets
from annowidgets.demo import write_cells
from annowidgets.widgets.editor.parts import EditorStage


def screens(folder: Path) -> dict[str, Any]:
    """A screen of each kind, over a file with a calibration batch, ground truth and a training."""
    pictures = write_cells(folder, 12, size=(96, 128), progress=False).pictures
    ws = aw.open_workspace(folder / "cells.db", user="lea")
    classes = [aw.ObjectClass(name, shape="bounding_box") for name in ("RBC", "WBC", "Platelets")]
    project = ws.create_project("cells", ontology=aw.Ontology(objects=classes), sampling_rate=0)
    items = project.add_images(pictures, progress=False)
    gold = project.create_ground_truth_batch("gold", items=items[10:])
    gold.submit_labels({item: [aw.Label("RBC", aw.BoundingBox(5, 5, 20, 20))] for item in items[10:]}, progress=False)
    training = ws.create_training_project("Onboarding", sources=[gold], trainees=["ann"])
    batch = project.create_calibration_batch("round 1", items=items[:10])
    project.add_member("ann")
    batch.launch()
    anns = ws.as_user("ann")
    task = anns.project("cells").next_task()
    task.submit([], confidence=0.5, seconds=1)
    trainees_task = anns.training_project("Onboarding").next_task()
    trainees_task.submit([], seconds=1)
    made = {
        "AuditTool": lambda: aw.AuditTool(batch),
        "BatchView": lambda: aw.BatchView(batch),
        "BatchesPage": lambda: aw.BatchesPage(project),
        "Comparison": lambda: aw.Comparison(training, trainees_task.id),
        "InstructionEditor": lambda: aw.InstructionEditor(project),
        "LabelDesk": lambda: aw.LabelDesk(anns.project("cells")),
        "ReviewDesk": lambda: aw.ReviewDesk(project),
        "TraineeDesk": lambda: aw.TraineeDesk(anns.training_project("Onboarding")),
        "TrainingDashboard": lambda: aw.TrainingDashboard(training),
        "TrainingSetup": lambda: aw.TrainingSetup(ws),
    }
    return {name: made[name]() for name in widgets.__all__}


if __name__ == "__main__":
    told = {name: sorted(screen._repr_mimebundle_()) for name, screen in screens(Path("screens")).items()}
    json.dump({"package": aw.__file__, "bundle": str(EditorStage._esm), "screens": told}, sys.stdout)
