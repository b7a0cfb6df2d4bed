"""Made-up cohorts: benchmark labels, and trainees who shift, scale, miss, invent and confuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from annowidgets.benchmark import TaskLabels
from annowidgets.labels import Label, ObjectClass, Ontology, Shape, Skeleton

SIZE = 1024
# As many as COCO has, the common ones far more frequent than the rare ones; the cohort has the size of its val2017.
CLASSES = tuple(f"class {number}" for number in range(80))
FREQUENCY = 1 / np.arange(1, len(CLASSES) + 1)
FREQUENCY /= FREQUENCY.sum()

# Makes a shape from its centre, its size and a generator that says how it differs from the perfect one.
Maker = Callable[[float, float, float, float, np.random.Generator], Shape]


def ontology(shape: Any = "bounding_box", skeleton: Skeleton | None = None) -> Ontology:
    return Ontology(objects=[ObjectClass(name, shape=shape, skeleton=skeleton) for name in CLASSES])


def cohort(
    make: Maker, *, images: int = 5_000, labels: int = 36_000, trainees: int = 50, size: int = SIZE, seed: int = 0
) -> list[TaskLabels]:
    """Tasks with as many trainee labels as benchmark labels: nine in ten found, one in ten invented."""
    rng = np.random.default_rng(seed)
    tasks = []
    for number, count in enumerate(rng.multinomial(labels, np.full(images, 1 / images))):
        places = rng.uniform(0.15 * size, 0.85 * size, (count, 2))
        sides = rng.uniform(0.03 * size, 0.2 * size, (count, 2))
        classes = rng.choice(len(CLASSES), count, p=FREQUENCY)
        drawn_at = places + rng.normal(0, 0.004 * size, (count, 2))
        drawn_sides = sides * rng.uniform(0.85, 1.15, (count, 2))
        invented = rng.random(count) < 0.1
        drawn_at[invented] = rng.uniform(0.15 * size, 0.85 * size, (int(invented.sum()), 2))
        called = np.where(rng.random(count) < 0.1, rng.choice(len(CLASSES), count, p=FREQUENCY), classes)
        tasks.append(
            TaskLabels(
                _labels(make, places, sides, classes, rng),
                _labels(make, drawn_at, drawn_sides, called, rng),
                frame_size=(size, size),
                trainee=f"trainee {number % trainees}",
            )
        )
    return tasks


def _labels(make: Maker, places: Any, sides: Any, classes: Any, rng: np.random.Generator) -> list[Label]:
    return [
        Label(CLASSES[code], make(x, y, width, height, rng))
        for (x, y), (width, height), code in zip(places.tolist(), sides.tolist(), classes.tolist(), strict=True)
    ]
