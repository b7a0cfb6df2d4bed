"""Skeletons of 17 points: object keypoint similarity of all pairs of a frame."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from annowidgets.benchmark import BenchmarkFunction, TaskLabels, measure_many, score
from annowidgets.labels import Label, ObjectClass, ObjectPrimitive, Ontology, Skeleton
from tests.bench.cohorts import cohort
from tests.bench.harness import interleaved, show

# COCO's sigmas of the 17 joints.
SIGMAS = (.026, .025, .025, .035, .035, .079, .079, .072, .072, .062, .062, .107, .107, .087, .087, .089, .089)  # fmt: skip
POINTS = tuple(f"joint {number}" for number in range(len(SIGMAS)))


def person(x: float, y: float, width: float, height: float, rng: np.random.Generator) -> ObjectPrimitive:
    places = np.stack([x + width * rng.uniform(-0.5, 0.5, 17), y + height * rng.uniform(-0.5, 0.5, 17)], axis=1)
    return ObjectPrimitive({name: (px, py, "visible") for name, (px, py) in zip(POINTS, places.tolist(), strict=True)})


def one_class(tasks: list[TaskLabels]) -> list[TaskLabels]:
    """The same people, found with small errors: all of one class, so that COCO compares all of them."""
    rng = np.random.default_rng(1)
    same = []
    for task in tasks:
        gold = [Label("person", label.shape) for label in task.benchmark_labels]
        drawn = []
        for label in gold:
            moved = {n: (x + rng.normal(0, 3), y + rng.normal(0, 3), v) for n, (x, y, v) in label.shape.points.items()}
            drawn.append(Label("person", ObjectPrimitive(moved)))
        same.append(TaskLabels(gold, drawn, frame_size=task.frame_size))
    return same


def coco(tasks: list[TaskLabels]) -> COCOeval:
    def annotations(side: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for number, task in enumerate(tasks, start=1):
            for label in getattr(task, side):
                x0, y0, x1, y1 = label.shape.bounds()
                flat = [v for x, y, _ in label.shape.points.values() for v in (x, y, 2)]
                found.append(
                    {"id": len(found) + 1, "image_id": number, "category_id": 1, "keypoints": flat, "num_keypoints": 17,
                     "bbox": [x0, y0, x1 - x0, y1 - y0], "area": (x1 - x0) * (y1 - y0), "iscrowd": 0, "score": 1.0}
                )  # fmt: skip
        return found

    with contextlib.redirect_stdout(io.StringIO()):
        gold = COCO()
        images = [{"id": number} for number in range(1, len(tasks) + 1)]
        gold.dataset = {"images": images, "categories": [{"id": 1}], "annotations": annotations("benchmark_labels")}
        gold.createIndex()
        drawn = COCO()
        drawn.dataset = {**gold.dataset, "annotations": annotations("trainee_labels")}
        drawn.createIndex()
        evaluation = COCOeval(gold, drawn, "keypoints")
        evaluation._prepare()
    return evaluation


def main() -> None:
    tasks = one_class(cohort(person, images=500, labels=5_000))
    skeleton = Skeleton(POINTS, sigmas=SIGMAS)
    names = Ontology(objects=[ObjectClass("person", shape="object_primitive", skeleton=skeleton)])
    evaluation = coco(tasks)
    loop = "pycocotools' loop over the pairs of each image, OKS only"
    show(
        "skeletons of 17 points: 500 images, 5,000 against 5,000",
        interleaved(
            {
                "annowidgets, labels to scores": lambda: score(
                    measure_many(tasks, ontology=names), BenchmarkFunction()
                ).task_mean,
                loop: lambda: [evaluation.computeOks(number, 1) for number in range(1, len(tasks) + 1)],
            },
            runs=3,
        ),
        {loop: 0.04},
    )
