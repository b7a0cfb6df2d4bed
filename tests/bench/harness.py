"""Run contenders in turn on the same input, so that a busy moment of the machine hits all of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any, NamedTuple


class Line(NamedTuple):
    """Seconds of one contender: the median of its runs."""

    name: str
    seconds: float


def interleaved(
    contenders: Mapping[str, Callable[[], Any]], *, runs: int = 5, clock: Callable[[], float] = time.perf_counter
) -> list[Line]:
    """Median time of each contender; all run once in each of the rounds.

    What never waits and runs in one thread is best measured by ``time.process_time``: others on the machine hardly
    change it.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(runs):
        for name, contender in contenders.items():
            gc.collect()
            start = clock()
            contender()
            times[name].append(clock() - start)
    return [Line(name, median(own)) for name, own in times.items()]


def show(title: str, lines: list[Line], targets: Mapping[str, float] | None = None) -> None:
    """Print a table; the first line is ours, and a target is ours as a share of the other."""
    print(f"\n{title}")
    ours = lines[0].seconds
    for name, seconds in lines:
        ratio = "" if name == lines[0].name else f"   ours / this {ours / seconds:7.3f}"
        target = (targets or {}).get(name)
        told = "" if target is None else f"   target {target:g}: {'reached' if ours / seconds <= target else 'MISSED'}"
        print(f"  {name:<52} {seconds * 1000:10.1f} ms{ratio}{told}")
