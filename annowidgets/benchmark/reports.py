"""Reports over scored rows: per trainee and class, and the confusion of classes."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

import numpy as np

from annowidgets.benchmark.measurements import EMPTY, EXTRA, MATCHED, MISSING, labelled, named
from annowidgets.benchmark.tables import Floats
from annowidgets.errors import NotFound

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.benchmark.score import Scores


def class_report(scores: Scores) -> pd.DataFrame:
    """How each trainee did on each class or question.

    Returns
    -------
    DataFrame
        A row per trainee and name that occurs, columns trainee, category, benchmark and trainee_labels (labels of that
        name on either side), right (matched with the same name), precision, recall, f1 (0 to 1, NaN where undefined),
        mean_similarity (of the matched benchmark labels of that name, whatever they were called), score (mean points of
        the rows that count for it, 0 to 100).
    """
    import pandas as pd

    m = scores.measurements
    names, code_of_task = scores._trainees
    width = len(m.names)
    rows = np.flatnonzero(scores.kind != EMPTY)
    source, kind = scores.measurement[rows], scores.kind[rows]
    trainee = code_of_task[scores.task[rows]] * width
    benchmark, given = m.benchmark_category[source], m.trainee_category[source]
    matched = kind == MATCHED
    right = matched & (benchmark == given)

    def per_cell(category: Floats, chosen: Floats, weights: Floats | None = None) -> Floats:
        cells = (trainee + category)[chosen]
        own = None if weights is None else weights[chosen]
        counted: Floats = np.bincount(cells, weights=own, minlength=width * len(names))
        return counted

    in_benchmark = per_cell(benchmark, kind != EXTRA)
    by_trainee = per_cell(given, kind != MISSING)
    agreed = per_cell(benchmark, right)
    found = per_cell(benchmark, matched)
    category = scores.category[rows]
    every = np.ones(rows.size, bool)
    seen = np.flatnonzero(in_benchmark + by_trainee)

    def ratio(part: Floats, whole: Floats) -> Floats:
        return np.divide(part, whole, out=np.full(part.size, np.nan), where=whole > 0)[seen]

    return pd.DataFrame(
        {
            "trainee": named(names, seen // max(width, 1)),
            "category": labelled(seen % max(width, 1), m.names),
            "benchmark": in_benchmark[seen],
            "trainee_labels": by_trainee[seen],
            "right": agreed[seen],
            "precision": ratio(agreed, by_trainee),
            "recall": ratio(agreed, in_benchmark),
            "f1": ratio(2 * agreed, by_trainee + in_benchmark),
            "mean_similarity": ratio(per_cell(benchmark, matched, m.similarity[source]), found),
            "score": ratio(per_cell(category, every, scores.points[rows]), per_cell(category, every)),
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
        names, code_of_task = scores._trainees
        if trainee not in names:
            raise NotFound.named("trainee", trainee, map(str, names))
        rows &= code_of_task[scores.task] == names.index(trainee)
    source, kind = scores.measurement[rows], scores.kind[rows]
    objects = ~m.is_question[source]
    source, kind = source[objects], kind[objects]
    width = len(m.names)
    line = np.where(kind == EXTRA, width, m.benchmark_category[source])
    column = np.where(kind == MISSING, width, m.trainee_category[source])
    table = np.bincount(line * (width + 1) + column, minlength=(width + 1) ** 2).reshape(width + 1, width + 1)
    occurring = (table.sum(axis=0) + table.sum(axis=1))[:width] > 0
    classes = np.append(np.flatnonzero(occurring), width)
    names_of_classes = [m.names[k] for k in classes[:-1]]
    return pd.DataFrame(
        table[np.ix_(classes, classes)],
        index=pd.Index([*names_of_classes, "(extra)"], name="benchmark"),
        columns=pd.Index([*names_of_classes, "(missing)"], name="trainee"),
    )
