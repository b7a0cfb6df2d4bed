"""The benchmark function: amended as a pending version, applied to every submission at once (A8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from annowidgets.errors import Conflict, notice
from annowidgets.store import projects as stored_projects
from annowidgets.store import training as stored_training
from annowidgets.store import training_figures as stored_figures
from annowidgets.store.training_figures import FigureRow, ScoreRow, SubmissionRow
from annowidgets.workflow.base import ProjectBase, stored_ontology
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.policies import to_json
from annowidgets.workflow.training.judging import function_of, joined, score_rows
from annowidgets.workflow.training.standing import (
    Move,
    by_round,
    keep_results,
    moves,
    moves_frame,
    result,
    results,
)
from annowidgets.workflow.versions import require_function

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.benchmark import BenchmarkFunction
    from annowidgets.workflow.workspace import Action

# How often an action that is computed outside of its transaction begins anew when others were quicker.
TRIES = 10


class Rescored(NamedTuple):
    """Every submission under another function; ``moves`` lead there from the applied one."""

    submissions: list[SubmissionRow]
    rows: list[ScoreRow]
    moves: list[Move]
    applied: int
    version: int
    revision: int


class TrainingAmendments(ProjectBase):
    """The function's room of a training project."""

    @property
    def benchmark(self) -> BenchmarkFunction:
        """The applied benchmark function."""
        with self.workspace.look(self.id, Permission.SEE_SCORES) as action:
            return applied_function(action)[1]

    @property
    def pending(self) -> BenchmarkFunction | None:
        """The amended function that `recalculate` would apply; None where there is none."""
        with self.workspace.look(self.id, Permission.SEE_SCORES) as action:
            waiting = _pending(action)
        return None if waiting is None else waiting[1]

    def functions(self) -> pd.DataFrame:
        """Every version of the function: ``version``, ``applied``, ``created``, ``created_by``, ``function``."""
        with self.workspace.look(self.id, Permission.SEE_SCORES) as action:
            return stored_training.functions_frame(action.connection, self.id)

    def amend_benchmark(self, **changes: Any) -> BenchmarkFunction:
        """Change settings of the function: a new version, pending until `recalculate` (A8).

        Parameters
        ----------
        **changes
            As in `BenchmarkFunction`; iou and category together or not at all.
        """
        with self.workspace.act(self.id, Permission.EDIT_BENCHMARK) as action:
            version, text = stored_projects.function(action.connection, self.id)
            newest = function_of(action.connection, self.id, version)
            function = newest.amended(**changes)
            require_function(function, stored_ontology(action.connection, self.id))
            if to_json(function) == text:
                notice(f"Version {version} says the same; no new version was made.")
                return newest
            version = stored_projects.add_function(
                action.connection, self.id, to_json(function), at=action.now, user=action.user
            )
            told = msgspec.json.decode(to_json(function))
            action.log("training.amend", "function", version, function=told)
        return function

    def what_if(self, **changes: Any) -> pd.DataFrame:
        """What `recalculate` would return after such an amendment; nothing is saved.

        Parameters
        ----------
        **changes
            As in `amend_benchmark`; without any, the pending version is tried.
        """
        with self.workspace.look(self.id, Permission.SEE_SCORES) as action:
            version, text = stored_projects.function(action.connection, self.id)
            newest = function_of(action.connection, self.id, version)
            function = newest.amended(**changes) if changes else newest
            require_function(function, stored_ontology(action.connection, self.id))
        found = self._rescored(function, version=version if to_json(function) == text else version + 1)
        return _table(found.moves, found)

    def recalculate(self) -> pd.DataFrame:
        """Apply the pending version to every submission at once; old scores are kept, doing it twice changes nothing.

        Returns
        -------
        DataFrame
            A row per trainee and round: ``trainee``, ``round``, ``before``, ``after`` (0 to 100), ``passed_before``,
            ``passed_after``, ``empty``, ``unscored`` (as of `TrainingReports.scores`), ``function_version_before``,
            ``function_version``, ``gold_revision``.
        """
        for _ in range(TRIES):
            with self.workspace.look(self.id, Permission.EDIT_BENCHMARK) as action:
                waiting = _pending(action)
                version, function = waiting or applied_function(action)
            found = self._rescored(function, version=version)
            table = _table(found.moves, found) if waiting is None else self._applied(found)
            if table is not None:
                return table
        raise Conflict("Others submitted all the while.", rule="A8", hint="Try again.")

    def _rescored(self, function: BenchmarkFunction, *, version: int) -> Rescored:
        from annowidgets.benchmark import score

        with self.workspace.look(self.id, Permission.SEE_SCORES) as action:
            connection = action.connection
            training = stored_training.of(connection, self.id)
            before = function_of(connection, self.id, training.function_version)
            rounds = stored_training.rounds(connection, self.id)
            counts = [stored_training.counts(connection, row.batch) for row in rounds]
            submissions = stored_figures.submissions(connection, self.id, counting=False)
            blobs = stored_figures.measurements(connection, submissions)
            figures = stored_figures.figures(connection, self.id)
            revision = stored_training.revision(connection, self.id)
            ontology = stored_ontology(connection, self.id)
        tasks = [row.task for row in submissions]
        measured = joined(blobs, tasks=tasks, trainees=[row.batch for row in submissions], ontology=ontology)
        rows = score_rows(score(measured, function), version, [(row.task, row.gold) for row in submissions])
        counting = {row.task for row in figures}
        new = by_round(
            FigureRow(row.task, submission.batch, row.score, row.importance, row.labels, row.is_empty)
            for row, submission in zip(rows, submissions, strict=True)
            if row.task in counting
        )
        old = by_round(figures)
        was, now = (
            [
                result(training, row, count, figures.get(row.batch, []), under)
                for row, count in zip(rounds, counts, strict=True)
            ]
            for figures, under in ((old, before), (new, function))
        )
        return Rescored(submissions, rows, moves(rounds, was, now), training.function_version, version, revision)

    def _applied(self, found: Rescored) -> pd.DataFrame | None:
        """Write the scores; None where something was submitted, corrected or amended since they were computed."""
        with self.workspace.act(self.id, Permission.EDIT_BENCHMARK) as action:
            connection = action.connection
            waiting = _pending(action)
            if waiting is None or waiting[0] != found.version:
                return None
            if stored_figures.submissions(connection, self.id, counting=False) != found.submissions:
                return None
            rounds = stored_training.rounds(connection, self.id)
            before = results(action, rounds)
            stored_figures.add_scores(connection, found.rows)
            stored_training.change(connection, self.id, function_version=found.version)
            # Not those that were computed outside: gold without a submission may have been withdrawn since.
            moved = moves(rounds, before, keep_results(action, rounds))
            found = found._replace(revision=stored_training.revision(connection, self.id))
            action.log(
                "training.recalculate",
                "function",
                found.version,
                before=found.applied,
                submissions=len(found.rows),
                moves=[move._asdict() for move in moved],
            )
        return _table(moved, found)


def applied_function(action: Action) -> tuple[int, BenchmarkFunction]:
    """Version and value of the function that scores are made under."""
    version = stored_training.of(action.connection, action.project.id).function_version
    return version, function_of(action.connection, action.project.id, version)


def _pending(action: Action) -> tuple[int, BenchmarkFunction] | None:
    version, _ = stored_projects.function(action.connection, action.project.id)
    if version == stored_training.of(action.connection, action.project.id).function_version:
        return None
    return version, function_of(action.connection, action.project.id, version)


def _table(moved: list[Move], found: Rescored) -> pd.DataFrame:
    return moves_frame(
        moved, function_version_before=found.applied, function_version=found.version, gold_revision=found.revision
    )
