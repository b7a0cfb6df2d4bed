"""All submissions of a training project in memory, so that a screen can try one function after the other."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from annowidgets.benchmark.intervals import interval
from annowidgets.store import training as stored_training
from annowidgets.store import training_figures as stored_figures
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.training.judging import joined
from annowidgets.workflow.training.reports import SCORE_COLUMNS, class_frame, finished, named
from annowidgets.workflow.training.standing import Result, is_passed, moves, moves_frame
from annowidgets.workflow.versions import require_function

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.benchmark import BenchmarkFunction, Scores
    from annowidgets.workflow.training.project import TrainingProject


class Cohort:
    """All rounds with all their submissions; the file is read once, then there are arrays only.

    Submissions and corrections that come later are not in it: make another one.

    Parameters
    ----------
    training : TrainingProject

    Attributes
    ----------
    function : BenchmarkFunction
        The applied one.
    version, revision : int
        Of the applied function, and of the gold.
    seconds : dict of (trainee, round) to float
        How long a submitted task took, on average.

    Raises
    ------
    PermissionDenied
        The user may not see everybody's scores.
    """

    def __init__(self, training: TrainingProject) -> None:
        with training.workspace.look(training.id, Permission.SEE_SCORES) as action:
            connection = action.connection
            sheet = training._sheet(action)
            self._training = stored_training.of(connection, training.id)
            self._counts = [stored_training.counts(connection, row.batch) for row in sheet.rounds.values()]
            blobs = stored_figures.measurements(connection, sheet.submissions)
            seconds = stored_figures.mean_seconds(connection, training.id)
        self._sheet = sheet
        self.function, self.version, self.revision = sheet.function, sheet.version, sheet.revision
        self.seconds = {
            (row.trainee, row.round): seconds[batch] for batch, row in sheet.rounds.items() if batch in seconds
        }
        self._measured = joined(
            blobs,
            tasks=[row.task for row in sheet.submissions],
            trainees=[row.batch for row in sheet.submissions],
            ontology=sheet.ontology,
        )
        self._before = self._results(self.scores)

    @cached_property
    def scores(self) -> Scores:
        """The submissions under the applied function; a trainee is called by the round's batch."""
        return self._scores(self.function)

    @property
    def labels(self) -> int:
        """How many evaluation labels there are under the applied function."""
        return len(self.scores)

    def try_out(self, function: BenchmarkFunction) -> pd.DataFrame:
        """The table of `TrainingAmendments.what_if` for a whole function.

        Raises
        ------
        NotFound, InvalidInput
            The function speaks of classes or questions that the ontology does not have.
        """
        require_function(function, self._sheet.ontology)
        after = self._results(self._scores(function))
        versions = {"function_version_before": self.version, "gold_revision": self.revision}
        return moves_frame(moves(self._sheet.rounds.values(), self._before, after), **versions)

    def by_trainee(self) -> pd.DataFrame:
        """`TrainingReports.scores`."""
        scores = self.scores
        batches, code = scores.trainees
        scored = np.flatnonzero(~np.isnan(scores.task_mean))
        mass = scores.task_importance if self.function.aggregate == "labels" else None
        places = {batch: scored[code[scored] == number] for number, batch in enumerate(batches)}
        rows = []
        for round, (submitted, tasks), found in zip(
            self._sheet.rounds.values(), self._counts, self._before, strict=True
        ):
            own = places.get(round.batch, scored[:0])
            low, high = interval(scores.task_mean[own], None if mass is None else mass[own])
            rows.append(
                named(round)
                | {"tasks": tasks, "submitted": submitted, "score": found.score, "low": low, "high": high}
                | {"empty": found.empty, "unscored": found.unscored, "passed": round.passed, "seen": round.seen}
            )
        return finished(rows, SCORE_COLUMNS, self._sheet)

    def by_class(self) -> pd.DataFrame:
        """`TrainingReports.scores` by class, under the applied function."""
        return class_frame(self._sheet, self.scores)

    def _scores(self, function: BenchmarkFunction) -> Scores:
        from annowidgets.benchmark import score

        return score(self._measured, function)

    def _results(self, scores: Scores) -> list[Result]:
        frame = scores.trainee_means()
        columns = ("score", "empty", "unscored")
        found = dict(zip(frame["trainee"], zip(*(frame[name].tolist() for name in columns), strict=True), strict=True))
        results = []
        for round, counts in zip(self._sheet.rounds.values(), self._counts, strict=True):
            mean, empty, unscored = found.get(round.batch, (np.nan, 0, 0))
            score = None if np.isnan(mean) else mean
            passed = is_passed(self._training, round, counts, score)
            results.append(Result(score, passed, empty, unscored))
        return results
