"""A cohort of boxes, from Label values to scores."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from annowidgets.benchmark import BenchmarkFunction, TaskLabels, measure_many, score
from annowidgets.labels import BoundingBox
from tests.bench.coco import evaluators
from tests.bench.cohorts import cohort, ontology
from tests.bench.harness import interleaved, show


def box(x: float, y: float, width: float, height: float, rng: np.random.Generator) -> BoundingBox:
    return BoundingBox(x - width / 2, y - height / 2, width, height)


def frame_by_frame(tasks: list[TaskLabels]) -> list[float]:
    """The plain way: for each frame a matrix of IoU, scipy's assignment, and the points."""
    scores = []
    for task in tasks:
        gold, drawn = task.benchmark_labels, task.trainee_labels
        one, other = _corners(gold), _corners(drawn)
        sides = np.minimum(one[:, None, 2:], other[None, :, 2:]) - np.maximum(one[:, None, :2], other[None, :, :2])
        shared = np.prod(np.clip(sides, 0, None), axis=2)
        area, other_area = np.prod(one[:, 2:] - one[:, :2], axis=1), np.prod(other[:, 2:] - other[:, :2], axis=1)
        iou = shared / (area[:, None] + other_area - shared)
        same = np.array([label.category for label in gold])[:, None] == np.array([label.category for label in drawn])
        weight = np.where(iou >= 0.05, iou * np.where(same, 2.02, 1.0), 0.0)
        rows, columns = linear_sum_assignment(weight, maximize=True)
        kept = (weight[rows, columns] > 0) & (iou[rows, columns] >= 0.3)
        points = 100 * (0.5 * iou[rows, columns] + 0.5 * same[rows, columns])[kept]
        judged = len(gold) + len(drawn) - kept.sum()
        scores.append(float(points.sum() / judged) if judged else 100.0)
    return scores


def _corners(labels: list) -> np.ndarray:
    found = [(s.x, s.y, s.x + s.width, s.y + s.height) for s in (label.shape for label in labels)]
    return np.array(found).reshape(-1, 4)


def main() -> None:
    tasks, names = cohort(box), ontology()
    function = BenchmarkFunction()

    def ours() -> np.ndarray:
        return score(measure_many(tasks, ontology=names), function).task_mean

    assert np.allclose(ours(), frame_by_frame(tasks))
    loop = "a plain loop over frames with scipy's assignment"
    contenders = {
        "annowidgets, labels to scores": ours,
        loop: lambda: frame_by_frame(tasks),
        **evaluators(tasks, "bbox"),
    }
    faster, coco = list(contenders)[2:]
    show(
        "boxes: 5,000 images, 36,000 labels against 36,000",
        interleaved(contenders),
        {loop: 0.8, faster: 0.08, coco: 0.02},
    )
