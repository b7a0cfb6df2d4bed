"""Scored evaluation labels, and what follows from them for tasks, trainees and classes."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from annowidgets.benchmark.arrays import Bools, Floats, Ints, ratio, summed
from annowidgets.benchmark.explain import Explanation, explain
from annowidgets.benchmark.function import BenchmarkFunction
from annowidgets.benchmark.intervals import interval
from annowidgets.benchmark.measurements import (
    EMPTY,
    EXTRA,
    MATCHED,
    MISSING,
    Codes,
    Measurements,
    frame_column,
    labelled,
    named,
    outcome_column,
)
from annowidgets.benchmark.reports import class_report, confusion_table
from annowidgets.benchmark.tables import QUESTION_FAMILY
from annowidgets.errors import InvalidInput

if TYPE_CHECKING:
    import pandas as pd


class Scores:
    """Evaluation labels with their points, and what follows from them.

    Attributes
    ----------
    measurements : Measurements
    function : BenchmarkFunction
    measurement : array of shape (n,)
        Which measurement each evaluation label comes from; -1 for ``empty``.
    task : array
        Place in ``measurements.tasks``.
    kind : array
        0 matched, 1 missing, 2 extra, 3 empty.
    category : array
        Class or question that the row counts for, place in ``measurements.names``; -1 for ``empty``.
    points : array of float
        0 to 100.
    importance : array of float
        Weight in the task's score.
    task_mean : array of shape (n_tasks,)
        Score of each task, 0 to 100; NaN where all its rows have importance 0.
    task_importance : array of shape (n_tasks,)
        Sum of the importance of each task's rows.
    task_is_empty : array of bool of shape (n_tasks,)
        Tasks where nothing was left to judge; they score 100.
    """

    def __init__(
        self,
        measurements: Measurements,
        function: BenchmarkFunction,
        *,
        measurement: Ints,
        task: Ints,
        kind: Codes,
        category: Ints,
        points: Floats,
        importance: Floats,
    ) -> None:
        self.measurements, self.function = measurements, function
        self.measurement, self.task, self.kind, self.category = measurement, task, kind, category
        self.points, self.importance = points, importance
        n = len(measurements.tasks)
        self.task_is_empty: Bools = np.bincount(task[kind == EMPTY], minlength=n) > 0
        self.task_importance = summed(task, importance, n)
        self.task_mean = ratio(summed(task, importance * points, n), self.task_importance)

    def __len__(self) -> int:
        return int(self.points.size)

    def __repr__(self) -> str:
        return f"Scores({len(self.measurements.tasks)} tasks, {len(self)} evaluation labels, mean {self._mean():.2f})"

    def _repr_html_(self) -> str:
        html: str = self.trainee_scores._repr_html_()  # type: ignore[operator]
        return html

    @property
    def task_score(self) -> float:
        """Score of the one task, 0 to 100; NaN where all its rows have importance 0."""
        if self.task_mean.size != 1:
            raise InvalidInput(f"There are {self.task_mean.size} tasks, not one.", hint="Use task_scores.")
        return float(self.task_mean[0])

    @property
    def task_scores(self) -> pd.DataFrame:
        """A row per task: task, trainee, score, rows, empty."""
        import pandas as pd

        every = np.arange(self.task_mean.size)
        return pd.DataFrame(
            {
                "task": named(self.measurements.tasks, every),
                "trainee": named(self.measurements.trainees, every),
                "score": self.task_mean,
                "rows": np.bincount(self.task, minlength=every.size),
                "empty": self.task_is_empty,
            }
        )

    @cached_property
    def trainee_scores(self) -> pd.DataFrame:
        """A row per trainee: trainee, tasks, score, low, high, empty, unscored.

        ``low`` and ``high`` are the 95 % interval, NaN below three tasks; ``empty`` counts tasks where nothing was left
        to judge (they score 100), ``unscored`` those left out because all their rows have importance 0.
        """
        frame = self.trainee_means()
        bounds = [self._interval(code) for code in range(len(frame))]
        frame.insert(3, "low", [low for low, _ in bounds])
        frame.insert(4, "high", [high for _, high in bounds])
        return frame

    def trainee_means(self) -> pd.DataFrame:
        """`trainee_scores` without the intervals, which take longer than all the rest."""
        import pandas as pd

        names, code = self.trainees
        n = len(names)
        scored = ~np.isnan(self.task_mean)
        value, mass = self._aggregated()
        own = code[scored]
        return pd.DataFrame(
            {
                "trainee": named(names, np.arange(n)),
                "tasks": np.bincount(code, minlength=n),
                "score": ratio(summed(own, (value * mass)[scored], n), summed(own, mass[scored], n)),
                "empty": np.bincount(code[self.task_is_empty], minlength=n),
                "unscored": np.bincount(code[~scored], minlength=n),
            }
        )

    def to_frame(self) -> pd.DataFrame:
        """A DataFrame with one row per evaluation label; ``evaluation_label`` counts from 0.

        Families and shapes stand in the measurements' frame, under the same ``measurement_id``.
        """
        import pandas as pd

        m = self.measurements
        from_one = self.measurement >= 0
        source = np.maximum(self.measurement, 0)

        def of(column: Codes, drop: int) -> Codes:
            # A match that was split leaves each of its two rows with one side.
            return np.where(from_one & (self.kind != drop), column.astype(np.int64)[source] if len(m) else -1, -1)

        benchmark_category, trainee_category = of(m.benchmark_category, EXTRA), of(m.trainee_category, MISSING)
        benchmark_label, trainee_label = m.label_columns(
            self.task, of(m.benchmark_label, EXTRA), of(m.trainee_label, MISSING)
        )
        is_question = of(m.family, -1) == QUESTION_FAMILY
        matched = self.kind == MATCHED
        nothing = np.full(len(self), np.nan)
        return pd.DataFrame(
            {
                "evaluation_label": np.arange(len(self)),
                "measurement_id": pd.arrays.IntegerArray(self.measurement.astype(np.int64), ~from_one),
                "task": named(m.tasks, self.task),
                "trainee": named(m.trainees, self.task),
                "frame": frame_column(of(m.frame, -1)),
                "kind": outcome_column(self.kind),
                "benchmark_label": benchmark_label,
                "trainee_label": trainee_label,
                "benchmark_category": labelled(benchmark_category, m.names),
                "trainee_category": labelled(trainee_category, m.names),
                "question": labelled(np.where(is_question, self.category, -1), m.names),
                "similarity": np.where(matched, m.similarity[source], np.nan) if len(m) else nothing,
                "attribute_agreement": np.where(matched, m.attribute_agreement[source], np.nan) if len(m) else nothing,
                "points": self.points,
                "importance": self.importance,
            }
        )

    def per_class(self) -> pd.DataFrame:
        """How each trainee did on each class or question.

        Returns
        -------
        DataFrame
            A row per trainee and name that occurs: trainee, category, benchmark and trainee_labels (how many on either
            side), right (matched with the same name; of questions what both answered), precision, recall and f1 (0 to
            1, NaN where undefined and for questions), mean_similarity (of the matched; of questions the mean
            agreement), score (mean points, 0 to 100).
        """
        return class_report(self)

    def confusion(self, *, trainee: Hashable = None) -> pd.DataFrame:
        """How often the benchmark's classes (rows) were called what (columns).

        Parameters
        ----------
        trainee : hashable, optional
            Only this one's labels.

        Returns
        -------
        DataFrame
            Counts of objects, of the classes that occur. The last column, "(missing)", holds what was not found; the
            last row, "(extra)", what the benchmark does not have.

        Raises
        ------
        NotFound
            A trainee who was not measured.
        """
        return confusion_table(self, trainee)

    def explain(self, evaluation_label: int) -> Explanation:
        """Why an evaluation label has its points: the pair, each term with weight and points, and a sentence.

        Parameters
        ----------
        evaluation_label : int
            As in `to_frame`.

        Raises
        ------
        NotFound
            A number that no row has.
        InvalidInput
            Anything but a number.
        """
        return explain(self, evaluation_label)

    @cached_property
    def trainees(self) -> tuple[list[Hashable], Ints]:
        """The trainees in order of appearance, and for each task the place of its own."""
        places: dict[Hashable, int] = {}
        code = [places.setdefault(name, len(places)) for name in self.measurements.trainees]
        return list(places), np.array(code, np.int64)

    def _aggregated(self) -> tuple[Floats, Floats]:
        """Each task's figure and its weight in the trainee's score."""
        by_label = self.function.aggregate == "labels"
        return self.task_mean, self.task_importance if by_label else np.ones(self.task_mean.size)

    def _interval(self, trainee: int) -> tuple[float, float]:
        own = (self.trainees[1] == trainee) & ~np.isnan(self.task_mean)
        value, mass = self._aggregated()
        return interval(value[own], mass[own])

    def _mean(self) -> float:
        scored = self.task_mean[~np.isnan(self.task_mean)]
        return float(scored.mean()) if scored.size else float("nan")
