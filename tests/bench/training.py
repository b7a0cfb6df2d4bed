"""A cohort of 100 trainees x 200 tasks x 10 labels: the time of each step, and whether it grows with the cohort."""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import annowidgets as aw
from annowidgets.errors import Notice
from annowidgets.workflow.training import TrainingProject

TRAINEES, ITEMS, LABELS = 100, 200, 10
ONTOLOGY = aw.Ontology(objects=[aw.ObjectClass(name, shape="bounding_box") for name in ("RBC", "WBC", "platelet")])
NAMES = [item.name for item in ONTOLOGY.objects]


def labels(rng: np.random.Generator, centres: np.ndarray[Any, Any], spread: float) -> list[aw.Label]:
    """Boxes at the given places, displaced at random, and one in twenty of another class."""
    moved = centres + rng.normal(0, spread, centres.shape)
    wrong = rng.random(len(centres)) < spread / 20
    return [
        aw.Label(NAMES[(place + bool(slip)) % 3], aw.BoundingBox(float(x), float(y), 40, 40))
        for place, ((x, y), slip) in enumerate(zip(moved, wrong, strict=True))
    ]


def benchmark(folder: Path, rng: np.random.Generator) -> tuple[Any, dict[str, np.ndarray[Any, Any]]]:
    """A project with a completed batch of ground truth; and where the objects of each item are."""
    files = [folder / f"item {number:03}.png" for number in range(ITEMS)]
    for number, file in enumerate(files):
        pixels = np.zeros((600, 600), np.uint8)
        pixels[0, 0], pixels[0, 1] = divmod(number, 256)
        Image.fromarray(pixels).save(file)
    project = aw.open_workspace(folder / "cohort.db", user="lea").create_project("Cells", ontology=ONTOLOGY)
    project.update_settings(sampling_rate=0)
    project.add_images(files, progress=False)
    centres = {file.stem: rng.uniform(20, 500, (LABELS, 2)) for file in files}
    gold = {name: labels(rng, places, 0.0) for name, places in centres.items()}
    project.create_ground_truth_batch("gold").submit_labels(gold, progress=False)
    return project, centres


def submit_all(training: TrainingProject, centres: dict[str, np.ndarray[Any, Any]], rng: np.random.Generator) -> None:
    """Every trainee does every task, one after the other, each commit durable."""
    for number in range(TRAINEES):
        mine = training.workspace.as_user(f"trainee {number}").training_project(training.name)
        while task := mine.next_task():
            task.submit(labels(rng, centres[task.item.name], 1 + number / 20))


def timed(what: str, act: Callable[[], Any], *, per: int = 1, unit: str = "") -> Any:
    """Do it and print how long it took."""
    start = time.perf_counter()
    found = act()
    seconds = time.perf_counter() - start
    each = f"   {1000 * seconds / per:8.2f} ms each of {per:,} {unit}" if per > 1 else ""
    print(f"  {what:<52} {seconds * 1000:10.1f} ms{each}")
    return found


def main() -> None:
    rng = np.random.default_rng(0)
    rows = TRAINEES * ITEMS * LABELS
    print(f"\n{TRAINEES} trainees x {ITEMS} tasks x {LABELS} labels: {rows:,} evaluation labels and a few")
    with tempfile.TemporaryDirectory() as place, warnings.catch_warnings():
        warnings.simplefilter("ignore", Notice)
        folder = Path(place)
        project, centres = benchmark(folder, rng)
        ws = project.workspace
        training = timed("create from a project", lambda: ws.create_training_project("Cohort", sources=[project]))
        timed("add the 1st trainee", lambda: training.add_trainees("trainee 0"))
        others = [f"trainee {number}" for number in range(1, TRAINEES)]
        timed("add the next 99", lambda: training.add_trainees(others), per=len(others), unit="trainees")
        timed("add the 101st", lambda: training.add_trainees("late"))
        done = TRAINEES * ITEMS
        timed(
            "label and submit, measured and scored", lambda: submit_all(training, centres, rng), per=done, unit="tasks"
        )
        timed("scores(), with intervals", training.scores)
        timed("scores('class')", lambda: training.scores("class"))
        timed("evaluation_labels()", training.evaluation_labels)
        timed("a sample of 500", lambda: training.evaluation_labels(sample=500))
        timed("what_if()", lambda: training.what_if(iou=1, category=1, attributes=0))
        training.amend_benchmark(iou=2, category=1)
        timed("recalculate()", training.recalculate)
        item = training.items()[0]
        corrected = labels(rng, centres[item.name], 1.0)
        timed(
            "correct_gold(), 100 submissions measured again",
            lambda: training.correct_gold(item, labels=corrected, reason="-"),
        )
        timed("to_csv()", lambda: training.to_csv(folder / "all.csv", progress=False))
        frame = training.evaluation_labels()
        timed("(the same frame by pandas' to_csv)", lambda: frame.to_csv(folder / "pandas.csv", index=False))
        print(f"  the file: {(folder / 'cohort.db').stat().st_size / 2**20:.0f} MiB")
