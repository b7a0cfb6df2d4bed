"""Measuring submissions against the gold (geometry, once), scoring measurements (arithmetic, as often as wanted)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from annowidgets.errors import InvalidInput
from annowidgets.labels import Answer, Label, Labels, Ontology, labels_from_json
from annowidgets.store import Connection
from annowidgets.store import items as stored_items
from annowidgets.store import training as stored_training
from annowidgets.store.training_figures import ScoreRow
from annowidgets.workflow.base import stored_ontology
from annowidgets.workflow.fitting import Fitting
from annowidgets.workflow.items import Item

if TYPE_CHECKING:
    from annowidgets.benchmark import BenchmarkFunction, Measurements, Scores
    from annowidgets.workflow.workspace import Action


class Judge(NamedTuple):
    """What submissions of an item are compared with.

    Attributes
    ----------
    gold : int
        Id of the gold's revision.
    labels : sequence of Label and Answer
        The benchmark's.
    item : Item
        What is labelled.
    ontology : Ontology
        Of the training project.
    """

    gold: int
    labels: Labels
    item: Item
    ontology: Ontology

    def fitted(self, labels: Labels, *, complete: bool) -> list[Label | Answer]:
        """Labels as they are kept, if they fit the item; ``complete`` as of `Fitting.require` (P4)."""
        fit = Fitting(self.item, self.ontology, None, {}, (1, 1))
        settled = fit.settled(labels)
        fit.require(settled, complete=complete)
        return settled

    def measure(self, submitted: Labels, *, task: int, trainee: str) -> Measurements:
        """Compare a submission with the gold."""
        from annowidgets.benchmark import TaskLabels, measure_many

        item = self.item
        one = TaskLabels(
            self.labels,
            submitted,
            frame_size=item.sizes[0] if item.frames == 1 else list(item.sizes),
            task=task,
            trainee=trainee,
            spacing=item.spacing,
            interpolate=item.interpolates,
        )
        return measure_many([one], ontology=self.ontology)

    def require_measurable(self) -> None:
        """Refuse gold that nothing can be compared with, before a trainee is measured against it."""
        try:
            self.measure(self.labels, task=0, trainee="")
        except InvalidInput as error:
            raise InvalidInput(
                f"The gold of {self.item.name!r} can't be measured: {error}",
                hint="Give the picture a spacing, or the class a tolerance in px.",
            ) from error


def judge_of(action: Action, item: int) -> Judge:
    """What submissions of an item are compared with now."""
    gold = stored_training.benchmark_of(action.connection, item)
    row = stored_items.by_id(action.connection, item)
    assert row is not None
    ontology = stored_ontology(action.connection, row.project)
    return Judge(gold.gold, labels_from_json(gold.labels), Item(action.workspace, row), ontology)


def function_of(connection: Connection, project: int, version: int) -> BenchmarkFunction:
    """A version of a training project's benchmark function."""
    from annowidgets.benchmark import BenchmarkFunction

    return msgspec.json.decode(stored_training.function(connection, project, version), type=BenchmarkFunction)


def joined(
    blobs: Sequence[bytes], *, tasks: Sequence[int], trainees: Sequence[Hashable], ontology: Ontology
) -> Measurements:
    """Stored measurements of many submissions as one."""
    from annowidgets.benchmark import Measurements, measure_many

    # Without a submission nobody has told the names of the classes.
    if not blobs:
        return measure_many([], ontology=ontology)
    return Measurements.from_blobs(blobs, tasks=tasks, trainees=trainees)


def score_rows(scores: Scores, version: int, submissions: Sequence[tuple[int, int]]) -> list[ScoreRow]:
    """The scores of (task, gold) as they are kept, one row each.

    Parameters
    ----------
    scores : Scores
        Of the same tasks, in the same order.
    version : int
        Of the benchmark function.
    """
    labels = np.bincount(scores.task, minlength=len(submissions)).tolist()
    columns = zip(
        submissions,
        scores.task_mean.tolist(),
        scores.task_importance.tolist(),
        labels,
        scores.task_is_empty.tolist(),
        strict=True,
    )
    return [
        # A score that no label counts for is NaN.
        ScoreRow(task, gold, version, score if score == score else None, importance, number, is_empty)
        for (task, gold), score, importance, number, is_empty in columns
    ]
