"""The dashboard of a cohort of 100 trainees and 200,000 evaluation labels: until it is seen, and at each move."""

from __future__ import annotations

import tempfile
import time
import warnings
from pathlib import Path
from statistics import median

import numpy as np

from annowidgets.errors import Notice
from annowidgets.widgets.training.dashboard import TrainingDashboard
from tests.bench.training import ITEMS, LABELS, TRAINEES, benchmark, submit_all, timed

_MOVES = 30


def main() -> None:
    rng = np.random.default_rng(0)
    print(f"\nDashboard of {TRAINEES} trainees x {ITEMS} tasks x {LABELS} labels; target: first paint under 2 s")
    with tempfile.TemporaryDirectory() as place, warnings.catch_warnings():
        warnings.simplefilter("ignore", Notice)
        project, centres = benchmark(Path(place), rng)
        training = project.workspace.create_training_project("Cohort", sources=[project], pass_mark=80)
        training.add_trainees([f"trainee {number}" for number in range(TRAINEES)])
        submit_all(training, centres, rng)
        timed("the first time, with what it imports", lambda: TrainingDashboard(training).close())
        screen: TrainingDashboard = timed("again", lambda: TrainingDashboard(training))
        for tab in ("submissions", "settings", "team", "gold", "overview"):
            timed(f"tab {tab}", lambda tab=tab: screen.act("tab", tab))
        for name in ("scores", "learning", "classes", "confusion"):
            timed(f"figure {name}", lambda name=name: screen._overview._draw(f"{name} light"))
        screen.act("tab", "settings")
        times = []
        for number in range(_MOVES):
            start = time.perf_counter()
            screen._settings.form.move("iou", number / _MOVES)
            times.append(time.perf_counter() - start)
        print(f"  {'a slider moves, everybody scored again (median)':<52} {1000 * median(times):10.1f} ms")
        screen.close()


if __name__ == "__main__":
    main()
