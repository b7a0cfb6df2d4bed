"""Stored masks: IoU of all pairs of a frame."""

from __future__ import annotations

import numpy as np
from faster_coco_eval.core import mask as faster
from pycocotools import mask as coco

from annowidgets.benchmark import TaskLabels, measure_many
from annowidgets.labels import Bitmask, Label
from tests.bench.cohorts import CLASSES, ontology
from tests.bench.harness import interleaved, show

PER_FRAME = 8


def frames(size: int, number: int) -> list[TaskLabels]:
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:size, :size]

    def blob(cx: float, cy: float, radius: float) -> Bitmask:
        turn = np.arctan2(y - cy, x - cx)
        return Bitmask.from_array((y - cy) ** 2 + (x - cx) ** 2 < (radius * (1 + 0.1 * np.sin(7 * turn))) ** 2)

    tasks = []
    for _ in range(number):
        at = rng.uniform(0.15 * size, 0.85 * size, (PER_FRAME, 2))
        radius = rng.uniform(0.05 * size, 0.12 * size, PER_FRAME)
        sides = [
            [Label(CLASSES[0], blob(*(at[k] + shift), radius[k])) for k in range(PER_FRAME)]
            for shift in (0.0, 0.01 * size)
        ]
        tasks.append(TaskLabels(*sides, frame_size=(size, size)))
    return tasks


def dense(pairs: list[tuple[list[np.ndarray], list[np.ndarray]]]) -> list[float]:
    """And and count, for all pairs of a frame."""
    found = []
    for gold, drawn in pairs:
        area, other_area = [np.count_nonzero(m) for m in gold], [np.count_nonzero(m) for m in drawn]
        for k, one in enumerate(gold):
            for n, other in enumerate(drawn):
                shared = np.count_nonzero(one & other)
                found.append(shared / (area[k] + other_area[n] - shared))
    return found


def compare(size: int, number: int) -> None:
    names, tasks = ontology("bitmask"), frames(size, number)
    shapes = [
        tuple([label.shape for label in side] for side in (task.benchmark_labels, task.trainee_labels))
        for task in tasks
    ]
    arrays = [tuple([mask.to_array() for mask in side] for side in pair) for pair in shapes]
    coded = [tuple([{"size": list(m.size), "counts": m.counts} for m in side] for side in pair) for pair in shapes]
    first = "dense masks, ready as arrays: and, count"
    show(
        f"masks of {size} px: {number} frames, {PER_FRAME} against {PER_FRAME} in each",
        interleaved(
            {
                "annowidgets, labels to measurements": lambda: measure_many(tasks, ontology=names),
                first: lambda: dense(arrays),
                "faster-coco-eval, IoU of run lengths": lambda: [faster.iou(d, g, [0] * len(g)) for g, d in coded],
                "pycocotools, IoU of run lengths": lambda: [coco.iou(d, g, [0] * len(g)) for g, d in coded],
            }
        ),
        {first: 0.05},
    )


def main() -> None:
    compare(1_024, 20)
    compare(4_096, 2)
