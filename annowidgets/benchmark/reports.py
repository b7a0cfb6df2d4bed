"""Reports over scored rows: per trainee and class, and the confusion of classes."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

import numpy as np

from annowidgets.benchmark.arrays import Bools, Floats, ratio, summed
from annowidgets.benchmark.measurements import EMPTY, EXTRA, MATCHED, MISSING, Codes, labelled, named
from annowidgets.errors import NotFound

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.benchmark.scores import Scores


def class_report(scores: Scores) -> pd.DataFrame:
    """How each trainee did on each class or question.

    Returns
    -------
    DataFrame
        A row per trainee and name that occurs, columns trainee, category, benchmark and trainee_labels (labels or
        answers of that name on either side), right (matched with the same name; of questions what both answered),
        precision, recall, f1 (0 to 1, NaN where undefined, and for questions, whose answers agree to a degree),
        mean_similarity (of the matched benchmark labels of that name, whatever they were called; of questions the mean
        agreement), score (mean points of the rows that count for it, 0 to 100).
    """
    import pandas as pd

    m = scores.measurements
    rows = np.flatnonzero(scores.kind != EMPTY)
    source, kind = scores.measurement[rows], scores.kind[rows]
    benchmark, given = m.benchmark_category[source], m.trainee_category[source]
    matched = kind == MATCHED
    trainees, trainee_of_task = scores.trainees
    width = max(len(m.names), 1)
    first_cell = trainee_of_task[scores.task[rows]] * width

    def per_cell(name: Codes, chosen: Bools, values: Floats | None = None) -> Floats:
        """Number of the chosen rows, or sum of their values, per trainee and name."""
        cell = (first_cell + name)[chosen]
        return summed(cell, np.ones(cell.size) if values is None else values[chosen], width * len(trainees))

    in_benchmark = per_cell(benchmark, kind != EXTRA)
    labelled_so = per_cell(given, kind != MISSING)
    right = per_cell(benchmark, matched & (benchmark == given))
    every = np.ones(rows.size, bool)
    answered = per_cell(np.maximum(benchmark, given), m.is_question[source]) > 0
    objects = np.where(answered, 0.0, right)
    counted_for = scores.category[rows]
    columns = {
        "benchmark": in_benchmark.astype(np.int64),
        "trainee_labels": labelled_so.astype(np.int64),
        "right": right.astype(np.int64),
        "precision": ratio(objects, np.where(answered, 0.0, labelled_so)),
        "recall": ratio(objects, np.where(answered, 0.0, in_benchmark)),
        "f1": ratio(2 * objects, np.where(answered, 0.0, labelled_so + in_benchmark)),
        "mean_similarity": ratio(per_cell(benchmark, matched, m.similarity[source]), per_cell(benchmark, matched)),
        "score": ratio(per_cell(counted_for, every, scores.points[rows]), per_cell(counted_for, every)),
    }
    seen = np.flatnonzero(in_benchmark + labelled_so)
    return pd.DataFrame(
        {
            "trainee": named(trainees, seen // width),
            "category": labelled(seen % width, m.names),
            **{name: column[seen] for name, column in columns.items()},
        }
    )


def confusion_table(scores: Scores, trainee: Hashable = None) -> pd.DataFrame:
    """How often the benchmark's classes (rows) were called what (columns).

    Parameters
    ----------
    scores : Scores
    trainee : hashable, optional
        Only this one's labels.

    Returns
    -------
    DataFrame
        Counts of objects, of the classes that occur. The last column, "(missing)", holds what was not found; the last
        row, "(extra)", what the benchmark does not have.
    """
    import pandas as pd

    m = scores.measurements
    rows = scores.measurement >= 0
    if trainee is not None:
        trainees, trainee_of_task = scores.trainees
        if trainee not in trainees:
            raise NotFound.named("trainee", trainee, map(str, trainees))
        rows &= trainee_of_task[scores.task] == trainees.index(trainee)
    source, kind = scores.measurement[rows], scores.kind[rows]
    objects = ~m.is_question[source]
    source, kind = source[objects], kind[objects]
    nothing = len(m.names)
    line = np.where(kind == EXTRA, nothing, m.benchmark_category[source].astype(np.int64))
    column = np.where(kind == MISSING, nothing, m.trainee_category[source].astype(np.int64))
    classes = np.union1d(np.union1d(line, column), [nothing])
    width = classes.size
    cell = np.searchsorted(classes, line) * width + np.searchsorted(classes, column)
    names_of_classes = [m.names[k] for k in classes[:-1].tolist()]
    return pd.DataFrame(
        np.bincount(cell, minlength=width**2).reshape(width, width),
        index=pd.Index([*names_of_classes, "(extra)"], name="benchmark"),
        columns=pd.Index([*names_of_classes, "(missing)"], name="trainee"),
    )
