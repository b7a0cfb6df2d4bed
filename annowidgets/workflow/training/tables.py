"""Evaluation labels of many submissions as one table, without an object per cell."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from annowidgets.benchmark.measurements import labelled

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.benchmark import Scores
    from annowidgets.workflow.training.reports import Sheet

# An evaluation label is called by its task and its place there: task * STEP + place. So the name stays when others
# submit, and tells whose it is.
STEP = 10_000_000


def evaluation_frame(sheet: Sheet, scores: Scores) -> pd.DataFrame:
    """The rows of `Scores.to_frame`, task by task, with what the workflow knows of them."""
    import pandas as pd

    m = scores.measurements
    number = len(sheet.submissions)
    order = np.argsort(scores.task, kind="stable")
    found = scores.to_frame().iloc[order].reset_index(drop=True)
    place = scores.task[order]
    tasks = np.array([row.task for row in sheet.submissions], np.int64)
    first = _starts(place, number)
    source = scores.measurement[order]
    name = tasks[place] * STEP
    of_row = [sheet.rounds[row.batch] for row in sheet.submissions]
    of_item = [sheet.benchmark[row.item] for row in sheet.submissions]
    measured = np.where(source >= 0, name + source - _starts(m.task, number)[place], -1)
    columns: dict[str, Any] = {
        "evaluation_label": name + np.arange(place.size) - first[place],
        "measurement_id": pd.arrays.IntegerArray(measured, source < 0),
        "task": tasks[place],
        "item": _repeated([row.name for row in of_item], place),
        "trainee": _repeated([row.trainee for row in of_row], place),
        "round": np.array([row.round for row in of_row], np.int64)[place],
    }
    kept = ("frame", "kind", "benchmark_label", "trainee_label", "benchmark_category", "trainee_category", "question")
    columns |= {column: found[column] for column in (*kept, "similarity", "attribute_agreement")}
    columns |= {
        "points": found["points"],
        "importance": found["importance"],
        "concepts": _repeated([", ".join(json.loads(row.concepts)) for row in of_item], place),
        "difficulty": _repeated([row.difficulty for row in of_item], place),
        "function_version": np.full(place.size, sheet.version),
        "gold_revision": np.array([row.gold_revision for row in sheet.submissions], np.int64)[place],
    }
    return pd.DataFrame(columns)


def _starts(place: np.ndarray[Any, Any], number: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Where the rows of each task begin."""
    counts = np.bincount(place, minlength=number)
    return np.concatenate([[0], np.cumsum(counts)])[:-1].astype(np.int64)


def _repeated(names: Sequence[str | None], place: np.ndarray[Any, Any]) -> Any:
    """A column of one name per task; missing where it is None."""
    known = {name: code for code, name in enumerate(dict.fromkeys(name for name in names if name is not None))}
    codes = np.array([-1 if name is None else known[name] for name in names], np.int64)
    return labelled(codes[place], list(known))
