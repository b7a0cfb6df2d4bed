"""How time and memory grow with the number of evaluation labels."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from annowidgets.benchmark import BenchmarkFunction, TaskLabels, measure_many, score
from tests.bench.boxes import box
from tests.bench.cohorts import cohort, ontology

SIZES = (1_000, 10_000, 100_000, 1_000_000)
PART = 1_000


def stream(labels: int) -> Iterator[TaskLabels]:
    """Tasks made as they are asked for, the same thousand labels over and over, so that only results pile up."""
    part = cohort(box, images=PART // 7, labels=PART)
    for _ in range(labels // PART):
        yield from part


def one_size(labels: int) -> None:
    """Print seconds of measuring and of scoring, and megabytes added, of one size; runs in a process of its own."""
    names, function = ontology(), BenchmarkFunction()
    score(measure_many(stream(PART), ontology=names), function).trainee_means()
    before = most_memory()
    start = time.perf_counter()
    measured = measure_many(stream(labels), ontology=names)
    between = time.perf_counter()
    score(measured, function).trainee_means()
    end = time.perf_counter()
    print(len(measured), between - start, end - between, most_memory() - before)


def most_memory() -> float:
    """Megabytes that this process held at most; Linux counts the parent's in ru_maxrss, and tells its own here."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def main() -> None:
    print("\ngrowth: boxes, seven in an image; linear if microseconds and bytes per row stay the same")
    print(
        f"  {'rows':>10} {'measure':>12} {'per row':>10} {'score':>12} {'per row':>10} {'memory':>10} {'per row':>10}"
    )
    for size in SIZES:
        code = f"from tests.bench.growth import one_size; one_size({size})"
        printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        rows, measuring, scoring, memory = map(float, printed.split())
        print(
            f"  {rows:10,.0f} {measuring:10.3f} s {1e6 * measuring / rows:7.2f} us {scoring:10.3f} s "
            f"{1e6 * scoring / rows:7.2f} us {memory:7.0f} MB {1e6 * memory / rows:8.0f} B"
        )


if __name__ == "__main__":
    one_size(int(sys.argv[1]))
