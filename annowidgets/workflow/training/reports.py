"""What a training found: scores, evaluation labels, explanations, confusion (A8, A9, A10)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from annowidgets.errors import InvalidInput, NotFound, PermissionDenied
from annowidgets.labels import Answer, Label, Ontology, labels_from_json
from annowidgets.store import labels as stored_labels
from annowidgets.store import tasks as stored_tasks
from annowidgets.store import training as stored_training
from annowidgets.store import training_figures as stored_figures
from annowidgets.store.training import BenchmarkRow, RoundRow
from annowidgets.store.training_figures import FigureRow, SubmissionRow
from annowidgets.workflow.base import ProjectBase, stored_ontology
from annowidgets.workflow.checks import as_id, composed, require_count, require_generator, require_one_of
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.training.judging import function_of, joined
from annowidgets.workflow.training.standing import bounds, by_round, left_aside, mean, result
from annowidgets.workflow.training.tables import STEP, evaluation_frame
from annowidgets.workflow.training.tasks import TrainingTask, may_see_score
from annowidgets.workflow.visibility import visible_task

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.benchmark import BenchmarkFunction, Explanation, Scores
    from annowidgets.workflow.workspace import Action


# Of `scores`, beside what every table has.
SCORE_COLUMNS = ("tasks", "submitted", "score", "low", "high", "empty", "unscored", "passed", "seen")


class Sheet(NamedTuple):
    """Submissions with what is needed to score and name them.

    Attributes
    ----------
    submissions : list of SubmissionRow
        In the order of the tasks.
    rounds : dict of int to RoundRow
        By the batch.
    benchmark : dict of int to BenchmarkRow
        By the item.
    function : BenchmarkFunction
        The applied one.
    version, revision : int
        Of the function, and of the gold.
    ontology : Ontology
        The training project's.
    """

    submissions: list[SubmissionRow]
    rounds: dict[int, RoundRow]
    benchmark: dict[int, BenchmarkRow]
    function: BenchmarkFunction
    version: int
    revision: int
    ontology: Ontology

    def scores(self, blobs: Sequence[bytes]) -> Scores:
        """The submissions scored; a trainee is called by the round's batch."""
        from annowidgets.benchmark import score

        measured = joined(
            blobs,
            tasks=[row.task for row in self.submissions],
            trainees=[row.batch for row in self.submissions],
            ontology=self.ontology,
        )
        return score(measured, self.function)


class Comparison(NamedTuple):
    """A submission beside the gold; a notebook shows it as the screen of that name.

    Attributes
    ----------
    training : TrainingProject
        Where it was submitted, as its reader opened it.
    task : int
        The submission.
    item : str
        Name of what was labelled.
    trainee : str
        Whose it is.
    gold, submission : list of Label and Answer
        The benchmark's labels and the trainee's.
    evaluation_labels : DataFrame
        As in `TrainingReports.evaluation_labels`.
    score : float or None
        0 to 100.
    function_version, gold_revision : int
        What it was scored under.
    """

    training: TrainingReports
    task: int
    item: str
    trainee: str
    gold: list[Label | Answer]
    submission: list[Label | Answer]
    evaluation_labels: pd.DataFrame
    score: float | None
    function_version: int
    gold_revision: int


class TrainingReports(ProjectBase):
    """The reports' room of a training project."""

    def scores(self, by: str | None = None) -> pd.DataFrame:
        """Scores under the applied function and the newest gold: everybody's for leads, one's own where revealed (A10).

        Parameters
        ----------
        by : {"class", "concept", "difficulty", "task"}, optional
            What to part them by.

        Returns
        -------
        DataFrame
            A row per trainee and round, or part of it. ``trainee``, ``kind`` ("person" or "model"), ``round``,
            ``tasks``, ``submitted``, ``score`` (0 to 100), ``low``, ``high`` (95 % interval), ``empty`` (submissions
            where nothing was to judge: they score 100), ``unscored`` (those left out, since none of their evaluation
            labels counts), ``passed`` (NA until all tasks are submitted), ``seen`` (items whose gold the trainee saw
            before submitting them, A12), ``function_version``, ``gold_revision``. By class ``empty`` and ``unscored``
            are those of the round.
        """
        by = require_one_of("way to part scores", by, ("class", "concept", "difficulty", "task"))
        if by == "class":
            return self._by_class()
        with self.workspace.look(self.id) as action:
            sheet = self._sheet(action)
            figures = stored_figures.figures(action.connection, self.id)
            training = stored_training.of(action.connection, self.id)
            counts = {batch: stored_training.counts(action.connection, batch) for batch in sheet.rounds}
        shown = {row.task: row.item for row in sheet.submissions}
        grouped = by_round(row for row in figures if row.task in shown)
        if by is not None:
            return _parted(sheet, grouped, shown, by)
        rows: list[dict[str, Any]] = []
        for batch, round in sheet.rounds.items():
            own = grouped.get(batch, [])
            found = result(training, round, counts[batch], own, sheet.function)
            low, high = bounds(own, sheet.function)
            rows.append(
                named(round)
                | {"tasks": counts[batch][1], "submitted": counts[batch][0], "score": found.score}
                | {"low": low, "high": high, "empty": found.empty, "unscored": found.unscored}
                | {"passed": round.passed, "seen": round.seen}
            )
        return finished(rows, SCORE_COLUMNS, sheet)

    def _by_class(self) -> pd.DataFrame:
        sheet, scores = self._scored()
        return class_frame(sheet, scores)

    def evaluation_labels(self, *, sample: int | None = None, rng: int | np.random.Generator = 0) -> pd.DataFrame:
        """One row per evaluation label of every submission, under the applied function and the newest gold (A9).

        Parameters
        ----------
        sample : int, optional
            At most so many of them, drawn at random; a screen shows 500. All where left out.
        rng : int or Generator
            Seed of the draw.

        Returns
        -------
        DataFrame
            ``evaluation_label`` (unique), ``measurement_id``, ``task``, ``item``, ``trainee``, ``round``, ``frame``,
            ``kind``, ``benchmark_label``, ``trainee_label``, ``benchmark_category``, ``trainee_category``,
            ``question``, ``similarity``, ``attribute_agreement``, ``points``, ``importance``, ``concepts``,
            ``difficulty``, ``function_version``, ``gold_revision``.
        """
        if sample is None:
            return evaluation_frame(*self._scored())
        sample = require_count("sample", sample, least=1)
        with self.workspace.look(self.id) as action:
            sheet = self._sheet(action)
            labels = {row.task: row.labels for row in stored_figures.figures(action.connection, self.id)}
            ends = np.cumsum([labels[row.task] for row in sheet.submissions], dtype=np.int64)
            number = int(ends[-1]) if ends.size else 0
            chosen = np.sort(require_generator(rng).choice(number, min(sample, number), replace=False))
            # Only the submissions that the sample falls on are read, however many there are.
            of_sample = np.searchsorted(ends, chosen, side="right")
            drawn = np.unique(of_sample)
            sheet = sheet._replace(submissions=[sheet.submissions[place] for place in drawn])
            blobs = stored_figures.measurements(action.connection, sheet.submissions)
        frame = evaluation_frame(sheet, sheet.scores(blobs))
        starts = np.concatenate([[0], ends])
        own_starts = np.concatenate([[0], np.cumsum(np.diff(starts)[drawn])])
        places = own_starts[np.searchsorted(drawn, of_sample)] + chosen - starts[of_sample]
        drawn_rows: pd.DataFrame = frame.iloc[places].reset_index(drop=True)
        return drawn_rows

    def confusion(self, trainee: str | None = None) -> pd.DataFrame:
        """How often the benchmark's classes (rows) were called what (columns), by all or by one trainee.

        A trainee sees the own ones, where they are revealed (R3, A10).
        """
        rounds: set[int] | None = None
        if trainee is not None:
            with self.workspace.look(self.id) as action:
                if composed(trainee) != action.user and not action.may(Permission.SEE_SCORES):
                    raise PermissionDenied(
                        f"{action.user!r} may not see how others label.", rule="R3", hint="Own labels: confusion()"
                    )
                rows = stored_training.rounds(action.connection, self.id)
            rounds = {row.batch for row in rows if row.trainee == composed(trainee)}
            if not rounds:
                raise NotFound.named("trainee", trainee, {row.trainee for row in rows})
        _, scores = self._scored(lambda row: rounds is None or row.batch in rounds)
        return scores.confusion()

    def explain(self, evaluation_label: int) -> Explanation:
        """Why an evaluation label has its points, term by term, and in a sentence.

        Parameters
        ----------
        evaluation_label : int
            As in `evaluation_labels`.
        """
        task, place = divmod(as_id(evaluation_label), STEP)
        self._require_submission(task)
        _, scores = self._scored(lambda row: row.task == task, counting=False)
        if place >= len(scores):
            raise NotFound(f"There is no evaluation label {evaluation_label}.", hint="training.evaluation_labels()")
        return msgspec.structs.replace(scores.explain(place), evaluation_label=int(evaluation_label))

    def compare(self, task: TrainingTask | int) -> Comparison:
        """A submission beside the gold, with its evaluation labels: for leads, and its trainee once revealed (A10)."""
        id = task.id if isinstance(task, TrainingTask) else as_id(task)
        self._require_submission(id)
        with self.workspace.look(self.id) as action:
            row = visible_task(action, id)
            assert row.labels is not None, "a submission has labels"
            assert row.user is not None, "and a trainee"
            benchmark = stored_training.benchmark_of(action.connection, row.item)
            submitted = stored_labels.by_id(action.connection, row.labels).labels
        sheet, scores = self._scored(lambda one: one.task == id, counting=False)
        score = float(scores.task_mean[0])
        return Comparison(
            self,
            id,
            benchmark.name,
            row.user,
            list(labels_from_json(benchmark.labels)),
            list(labels_from_json(submitted)),
            evaluation_frame(sheet, scores),
            None if np.isnan(score) else score,
            sheet.version,
            benchmark.revision,
        )

    # --- inner

    def _sheet(self, action: Action, *, counting: bool = True) -> Sheet:
        """What the user may see of the submissions."""
        connection = action.connection
        training = stored_training.of(connection, self.id)
        rounds = {row.batch: row for row in stored_training.rounds(connection, self.id)}
        submissions = stored_figures.submissions(connection, self.id, counting=counting)
        if not action.may(Permission.SEE_SCORES):  # A10
            rounds = {batch: row for batch, row in rounds.items() if row.trainee == action.user}
            submissions = [
                row for row in submissions if row.batch in rounds and stored_training.is_shown(connection, row.task)
            ]
        return Sheet(
            submissions,
            rounds,
            {row.item: row for row in stored_training.benchmark(connection, self.id)},
            function_of(connection, self.id, training.function_version),
            training.function_version,
            stored_training.revision(connection, self.id),
            stored_ontology(connection, self.id),
        )

    def _scored(
        self, chosen: Callable[[SubmissionRow], bool] = lambda row: True, *, counting: bool = True
    ) -> tuple[Sheet, Scores]:
        with self.workspace.look(self.id) as action:
            sheet = self._sheet(action, counting=counting)
            sheet = sheet._replace(submissions=[row for row in sheet.submissions if chosen(row)])
            blobs = stored_figures.measurements(action.connection, sheet.submissions)
        return sheet, sheet.scores(blobs)

    def _require_submission(self, task: int) -> None:
        with self.workspace.look(self.id) as action:
            row = stored_tasks.by_id(action.connection, task)
            if row is None or row.project != self.id:
                raise NotFound(f"Training project {action.project.name!r} has no task {task}.")
            visible_task(action, task)
            if row.state != "submitted":
                raise InvalidInput(f"Task {task} is not submitted yet.", rule="A10")
            if not may_see_score(action, task):
                reveal = stored_training.of(action.connection, self.id).reveal
                when = {"never": "never", "after_each": "after each task", "after_last": "after the last task"}[reveal]
                raise PermissionDenied(f"This training shows scores and benchmark to trainees {when}.", rule="A10")


def named(round: RoundRow) -> dict[str, Any]:
    """How a round is called in tables."""
    return {"trainee": round.trainee, "kind": round.kind, "round": round.round}


def class_frame(sheet: Sheet, scores: Scores) -> pd.DataFrame:
    """`TrainingReports.scores` by class, of submissions that are scored already."""
    frame = scores.per_class()
    beside = scores.trainee_means().set_index("trainee")[["empty", "unscored"]].loc[frame["trainee"]]
    rounds = [sheet.rounds[batch] for batch in frame.pop("trainee")]
    for place, field in enumerate(("trainee", "kind", "round")):
        frame.insert(place, field, [getattr(round, field) for round in rounds])
    for name in ("empty", "unscored"):
        frame[name] = beside[name].to_numpy()
    return frame.assign(function_version=sheet.version, gold_revision=sheet.revision)


def _parted(sheet: Sheet, grouped: dict[int, list[FigureRow]], items: dict[int, int], by: str) -> pd.DataFrame:
    """Scores by task, concept or difficulty of the benchmark."""
    rows: list[dict[str, Any]] = []
    for batch, own in grouped.items():
        parts: dict[Any, list[FigureRow]] = {}
        for row in own:
            benchmark = sheet.benchmark[items[row.task]]
            keys: Sequence[Any]
            if by == "task":
                keys = [(row.task, benchmark.name)]
            elif by == "concept":
                keys = json.loads(benchmark.concepts)
            else:
                keys = [benchmark.difficulty] if benchmark.difficulty is not None else []
            for key in keys:
                parts.setdefault(key, []).append(row)
        for key, part in parts.items():
            part_of = {"task": key[0], "item": key[1]} if by == "task" else {by: key, "submitted": len(part)}
            rows.append(named(sheet.rounds[batch]) | part_of | {"score": mean(part, sheet.function)} | left_aside(part))
    named_by = ("task", "item") if by == "task" else (by, "submitted")
    columns = (*named_by, "score", "empty", "unscored")
    return finished(rows, columns, sheet)


def finished(rows: list[dict[str, Any]], columns: Sequence[str], sheet: Sheet) -> pd.DataFrame:
    """Rows that begin with `named` as a table, with the versions that they hold under."""
    import pandas as pd

    frame = pd.DataFrame(rows, columns=["trainee", "kind", "round", *columns])
    for name in ("score", "low", "high"):
        if name in frame:
            frame[name] = frame[name].astype(float)
    if "passed" in frame:
        frame["passed"] = frame["passed"].astype("boolean")
    return frame.assign(function_version=sheet.version, gold_revision=sheet.revision)
