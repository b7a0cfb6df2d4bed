"""Skeletons of 17 points: object keypoint similarity of all pairs of a frame."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from annowidgets.benchmark import BenchmarkFunction, TaskLabels, measure_many, score
from annowidgets.benchmark.comparison import Comparison
from annowidgets.benchmark.tables import ShapeTable
from annowidgets.benchmark.tolerances import ClassTolerances
from annowidgets.labels import Label, ObjectClass, ObjectPrimitive, Ontology, Skeleton
from tests.bench.cohorts import cohort
from tests.bench.harness import interleaved, show

# COCO's sigmas of the 17 joints.
SIGMAS = (
    0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072,
    0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089, 0.089,
)  # fmt: skip
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
    tasks = one_class(cohort(person, images=250, labels=5_000))
    skeleton = Skeleton(POINTS, sigmas=SIGMAS)
    names = Ontology(objects=[ObjectClass("person", shape="object_primitive", skeleton=skeleton)])
    evaluation = coco(tasks)
    ready = Ready(tasks, names)
    loop = "pycocotools' loop over the pairs of each image, OKS only"
    lines = interleaved(
        {
            "annowidgets, OKS only, arrays ready": ready.similarity,
            loop: lambda: [evaluation.computeOks(number, 1) for number in range(1, len(tasks) + 1)],
            "annowidgets, labels to scores": lambda: (
                score(measure_many(tasks, ontology=names), BenchmarkFunction()).task_mean
            ),
        },
        runs=3,
    )
    show(f"skeletons of 17 points: 250 images, 5,000 against 5,000, {ready.a.size:,} pairs", lines, {loop: 0.04})


class Ready:
    """All pairs of all images, with their coordinates in arrays."""

    def __init__(self, tasks: list[TaskLabels], names: Ontology) -> None:
        sides = [[label.shape for label in (*task.benchmark_labels, *task.trainee_labels)] for task in tasks]
        shapes = [shape for side in sides for shape in side]
        image = np.repeat(np.arange(len(tasks)), [len(side) for side in sides])
        is_gold = np.concatenate([np.arange(len(side)) < len(side) // 2 for side in sides])
        size = np.full(len(shapes), float(tasks[0].frame_size[0]))
        self.comparison = Comparison(
            ShapeTable(shapes, size, size, image),
            np.zeros(len(shapes), int),
            np.full((len(shapes), 2), np.nan),
            ClassTolerances.of(names.objects),
            is_gold,
            0.0,
        )
        pairs = [
            np.stack(np.meshgrid(np.flatnonzero(own & is_gold), np.flatnonzero(own & ~is_gold)), axis=-1).reshape(-1, 2)
            for own in (image == number for number in range(len(tasks)))
        ]
        self.a, self.b = np.concatenate(pairs).T.copy()

    def similarity(self) -> np.ndarray:
        """In blocks that stay in the processor's cache, as measuring does it."""
        return np.concatenate(
            [
                self.comparison.similarity(self.a[k : k + 20_000], self.b[k : k + 20_000])
                for k in range(0, self.a.size, 20_000)
            ]
        )
