"""Polygons of 20, 100 and 500 vertices, from Label values to scores.

At 500 vertices the targets are missed: GEOS takes about 0.1 ms to intersect a pair exactly, while COCO's pixels hardly
notice more vertices. What helped: a bound from the boxes that spares most pairs, threads, points packed by msgpack, all
outlines of a block made and checked in one call. A sum over pairs of edges that share a stretch of x would be faster
than GEOS up to about 100 vertices and no faster at 500.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

from annowidgets.benchmark import BenchmarkFunction, TaskLabels, measure_many, score
from annowidgets.labels import Polygon
from tests.bench.coco import evaluators
from tests.bench.cohorts import Maker, cohort, ontology
from tests.bench.harness import interleaved, show


def outline(vertices: int) -> Maker:
    """A maker of outlines as people draw them: smooth, differing in broad waves, each point a little off."""

    def make(x: float, y: float, width: float, height: float, rng: np.random.Generator) -> Polygon:
        turn = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
        waves = [rng.normal(0, 0.02) * np.sin(k * turn + rng.uniform(0, 6)) for k in range(2, 7)]
        radius = 1 + 0.1 * np.sin(5 * turn) + sum(waves)
        points = np.stack([x + width / 2 * radius * np.cos(turn), y + height / 2 * radius * np.sin(turn)], axis=1)
        off = 0.05 * np.pi * min(width, height) / vertices
        return Polygon((points + rng.normal(0, off, points.shape)).tolist())

    return make


def one_by_one(tasks: list[TaskLabels]) -> Callable[[], list[float]]:
    """Shapely for every pair of a frame, one after the other; only the IoU."""

    def run() -> list[float]:
        found = []
        for task in tasks:
            gold = [shapely.Polygon(label.shape.rings[0]) for label in task.benchmark_labels]
            drawn = [shapely.Polygon(label.shape.rings[0]) for label in task.trainee_labels]
            for one in gold:
                for other in drawn:
                    shared = one.intersection(other).area
                    found.append(shared / (one.area + other.area - shared))
        return found

    return run


def main() -> None:
    names, function = ontology("polygon"), BenchmarkFunction()
    for vertices in (20, 100, 500):
        tasks = cohort(outline(vertices), images=300, labels=2_100)

        def ours(tasks: list[TaskLabels] = tasks) -> np.ndarray:
            return score(measure_many(tasks, ontology=names), function).task_mean

        contenders = {
            "annowidgets, labels to scores": ours,
            "shapely one by one, IoU of all pairs": one_by_one(tasks),
            **evaluators(tasks, "segm"),
        }
        _, _, faster, coco = contenders
        show(
            f"polygons of {vertices} vertices: 300 images, 2,100 against 2,100",
            interleaved(contenders, runs=3),
            {faster: 0.6, coco: 0.2},
        )
