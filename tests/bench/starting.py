"""What a cell's imports take of the processor, each in an interpreter of its own."""

from __future__ import annotations

import subprocess
import sys
from statistics import median

from tests.bench.harness import Line, show
from tests.repository import REPOSITORY

TIMED = "import time; start = time.process_time(); {}; print(time.process_time() - start)"


def seconds_of(code: str) -> float:
    """Seconds of the processor that some code takes in a fresh interpreter, its own start left out."""
    command = [sys.executable, "-W", "ignore", "-c", TIMED.format(code)]
    return float(subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout)


def lines(codes: dict[str, str], *, runs: int = 7) -> list[Line]:
    """Median of each, all once in each of the rounds; a first round only warms the disk's cache."""
    times: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(runs + 1):
        for name, code in codes.items():
            times[name].append(seconds_of(code))
    return [Line(name, median(own[1:])) for name, own in times.items()]


def main() -> None:
    other = "import ipywidgets"
    show("an import, processor time", lines({"import annowidgets": "import annowidgets", other: other}), {other: 0.5})
    codes = {
        "annowidgets' smallest part": "from annowidgets.widgets.clock import Clock; Clock()",
        "ipywidgets' button": "import ipywidgets; ipywidgets.Button()",
        "anywidget's own": "import anywidget; anywidget.AnyWidget(_esm='export default {}')",
        "ipywidgets and numpy": "import ipywidgets, numpy; ipywidgets.Button()",
    }
    show("a first widget, processor time", lines(codes), {"ipywidgets' button": 1.3})
    desk = {"annowidgets' label desk": "import annowidgets; annowidgets.LabelDesk", **dict(list(codes.items())[1:])}
    show("the class of the largest screen, processor time", lines(desk))
