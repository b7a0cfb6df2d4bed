"""Rotated boxes: IoU of all pairs of a frame."""

from __future__ import annotations

import numpy as np
import shapely

from annowidgets.benchmark import BenchmarkFunction, TaskLabels, measure_many, score
from annowidgets.labels import RotatableBoundingBox
from tests.bench.cohorts import cohort, ontology
from tests.bench.harness import interleaved, show


def turned(x: float, y: float, width: float, height: float, rng: np.random.Generator) -> RotatableBoundingBox:
    return RotatableBoundingBox(x, y, width, height, rng.normal(30, 3))


def all_pairs(tasks: list[TaskLabels]) -> list[np.ndarray]:
    """Shapely's arrays, frame by frame: the intersection of all with all."""
    found = []
    for task in tasks:
        gold = shapely.polygons([label.shape.corners() for label in task.benchmark_labels])
        drawn = shapely.polygons([label.shape.corners() for label in task.trainee_labels])
        shared = shapely.area(shapely.intersection(gold[:, None], drawn[None, :]))
        found.append(shared / (shapely.area(gold)[:, None] + shapely.area(drawn) - shared))
    return found


def main() -> None:
    tasks = [task for task in cohort(turned, images=1_000, labels=20_000) if task.benchmark_labels]
    names, function = ontology("rotatable_bounding_box"), BenchmarkFunction()
    measured = measure_many(tasks, ontology=names)
    matched = measured.kind == 0
    places = zip(
        measured.task[matched], measured.benchmark_label[matched], measured.trainee_label[matched], strict=True
    )
    matrices = all_pairs(tasks)
    error = max(
        abs(matrices[task][one, other] - similarity)
        for (task, one, other), similarity in zip(places, measured.similarity[matched], strict=True)
    )
    show(
        f"rotated boxes: 1,000 images, 20,000 against 20,000 (largest difference {error:.0e})",
        interleaved(
            {
                "annowidgets, labels to scores": lambda: score(measure_many(tasks, ontology=names), function).task_mean,
                "shapely on all pairs of each frame, IoU only": lambda: all_pairs(tasks),
            }
        ),
        {"shapely on all pairs of each frame, IoU only": 0.2},
    )
