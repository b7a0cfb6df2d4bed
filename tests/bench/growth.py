"""How time and memory grow with the number of evaluation labels: over images, in one frame, over a label's frames."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from annowidgets.benchmark import BenchmarkFunction, TaskLabels, measure_many, score
from annowidgets.labels import BoundingBox, Label
from tests.bench.boxes import box
from tests.bench.cohorts import CLASSES, cohort, ontology

PART = 1_000
SIZES = {
    "images": (1_000, 10_000, 100_000, 1_000_000),
    "frame": (1_000, 3_000, 10_000, 30_000),
    "frames": (1_000, 10_000, 100_000),
}
TITLES = {
    "images": "boxes, seven in an image",
    "frame": "boxes in one frame, each overlapping several",
    "frames": "one moving box, a key frame in ten",
}


def images(labels: int) -> Iterator[TaskLabels]:
    """Tasks whose labels all differ."""
    for start in range(0, labels, PART):
        yield from cohort(box, images=PART // 7, labels=PART, seed=start)


def frame(labels: int) -> Iterator[TaskLabels]:
    """One picture that grows with its labels, so that each overlaps as many."""
    side = 30 * math.sqrt(labels)
    rng = np.random.default_rng(0)
    places = rng.uniform(0, side - 40, (labels, 2))
    shifted = places + rng.uniform(0, 3, places.shape)
    sides = [[Label(CLASSES[0], BoundingBox(x, y, 30, 30)) for x, y in own.tolist()] for own in (places, shifted)]
    yield TaskLabels(*sides, frame_size=(side, side))


def frames(labels: int) -> Iterator[TaskLabels]:
    """One video of one object."""
    x = np.random.default_rng(0).uniform(0, 900, labels // 10 + 1)
    sides = [
        [Label(CLASSES[0], {10 * k: BoundingBox(at + off, 0, 30, 30) for k, at in enumerate(x.tolist())})]
        for off in (0, 3)
    ]
    yield TaskLabels(*sides, frame_size=(1_000, 1_000))


MADE = {"images": images, "frame": frame, "frames": frames}


def one_size(what: str, labels: int) -> None:
    """Print seconds of measuring and of scoring, and megabytes added, of one size; runs in a process of its own."""
    names, function = ontology(), BenchmarkFunction()
    score(measure_many(images(PART), ontology=names), function).trainee_means()
    before = most_memory()
    given = list(MADE[what](labels))
    start = time.perf_counter()
    measured = measure_many(given, ontology=names)
    between = time.perf_counter()
    score(measured, function).trainee_means()
    end = time.perf_counter()
    print(len(measured), between - start, end - between, most_memory() - before)


def most_memory() -> float:
    """Megabytes that this process held at most; Linux counts the parent's in ru_maxrss, and tells its own here."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def main() -> None:
    print("\ngrowth: linear if microseconds and bytes per row stay the same; the labels themselves count in the memory")
    for what, sizes in SIZES.items():
        print(f"\n  {TITLES[what]}")
        heads = ("rows", "measure", "per row", "score", "per row", "memory", "per row")
        print(" ", *(f"{head:>{width}}" for head, width in zip(heads, (10, 12, 10, 12, 10, 10, 10), strict=True)))
        for size in sizes:
            code = f"from tests.bench.growth import one_size; one_size({what!r}, {size})"
            printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
            rows, measuring, scoring, memory = map(float, printed.split())
            print(
                f"  {rows:10,.0f} {measuring:10.3f} s {1e6 * measuring / rows:7.2f} us {scoring:10.3f} s "
                f"{1e6 * scoring / rows:7.2f} us {memory:7.0f} MB {1e6 * memory / rows:8.0f} B"
            )
