"""Measure trainee labels against benchmark labels: geometry once, points later."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any

import numpy as np

from annowidgets.benchmark.answers import answer_rows
from annowidgets.benchmark.block import Block
from annowidgets.benchmark.checks import share
from annowidgets.benchmark.collector import Collector
from annowidgets.benchmark.measurements import ROW, LabelIds, Measurements, Rows, columns_of
from annowidgets.benchmark.tables import QUESTION_FAMILY
from annowidgets.benchmark.tasks import TaskLabels, Vocabulary
from annowidgets.benchmark.tolerances import ClassTolerances
from annowidgets.errors import InvalidInput
from annowidgets.labels.label import Label, Labels
from annowidgets.labels.ontology import Ontology
from annowidgets.labels.values import shown

# Annotations that are measured together: their arrays stay small, whatever the size of the cohort.
_AT_ONCE = 20_000


def measure(
    benchmark_labels: Labels,
    trainee_labels: Labels,
    *,
    ontology: Ontology,
    frame_size: Any,
    min_similarity: float = 0.05,
    spacing: tuple[float, float] | None = None,
    interpolate: bool = True,
) -> Measurements:
    """Measure one trainee's labels of one item.

    Parameters
    ----------
    benchmark_labels, trainee_labels : sequence of Label and Answer
        In any order.
    ontology : Ontology
        Its classes' tolerances and its questions; a label's shape need not be its class's.
    frame_size : (height, width), or sequence of them
        In pixels; one for all frames, or one per frame.
    min_similarity : float
        Pairs below are never matched, 0 to 1.
    spacing : (row, column), optional
        In mm per pixel; needed where a tolerance is in mm.
    interpolate : bool
        Whether frames follow each other in time, so that objects live between their key frames.

    Returns
    -------
    Measurements

    Raises
    ------
    NotFound
        A class, attribute or question that the ontology does not have.
    InvalidInput
        Labels that can't be measured: a shape wholly outside its frame, a mask of another size, a frame that does not
        exist, an answer of the wrong kind or given twice, a class whose tolerance is in mm without spacing, or more
        labels than bounded time and memory allow. The message names the task and the label.
    """
    task = TaskLabels(benchmark_labels, trainee_labels, frame_size=frame_size, spacing=spacing, interpolate=interpolate)
    return measure_many([task], ontology=ontology, min_similarity=min_similarity)


def measure_many(tasks: Iterable[TaskLabels], *, ontology: Ontology, min_similarity: float = 0.05) -> Measurements:
    """Measure many tasks at once, which is faster than one by one and gives the same.

    Parameters
    ----------
    tasks : iterable of TaskLabels
        Read as they are needed, so that a generator keeps the memory small.
    ontology : Ontology
        As in `measure`.
    min_similarity : float
        Pairs below are never matched, 0 to 1.

    Returns
    -------
    Measurements
        Rows of all tasks, in their order.

    Raises
    ------
    NotFound, InvalidInput
        As in `measure`, for the first task that can't be measured; nothing is returned then.
    """
    at_least = share("min_similarity", min_similarity)
    vocabulary = Vocabulary(ontology)
    classes = ClassTolerances.of(ontology.objects)
    names: list[Hashable] = []
    trainees: list[Hashable] = []
    ids: list[LabelIds] = []
    parts = [np.empty(0, ROW)]
    for collected in _blocks(tasks, vocabulary):
        rows = _in_order(np.concatenate([Block(collected, classes, at_least).measure(), answer_rows(collected)]))
        rows["task"] += len(names)
        parts.append(rows)
        names += [len(names) + k if task.task is None else task.task for k, task in enumerate(collected.tasks)]
        trainees += [task.trainee for task in collected.tasks]
        ids += [(_ids(benchmark), _ids(trainee)) for benchmark, trainee in collected.labels]
    return Measurements(
        columns_of(np.concatenate(parts)),
        names=vocabulary.names,
        questions=vocabulary.questions,
        tasks=names,
        trainees=trainees,
        label_ids=ids,
    )


def _blocks(tasks: Iterable[TaskLabels], vocabulary: Vocabulary) -> Iterator[Collector]:
    collector = Collector(vocabulary)
    for task in _listed(tasks):
        collector.add(task)
        if len(collector.shapes) >= _AT_ONCE:
            yield collector
            collector = Collector(vocabulary, first=collector.first + len(collector.tasks))
    if collector.tasks:
        yield collector


def _listed(tasks: Any) -> Iterator[TaskLabels]:
    if isinstance(tasks, TaskLabels) or not isinstance(tasks, Iterable):
        raise InvalidInput(f"measure_many takes a list of TaskLabels, got {shown(tasks)}.", hint="Write [task].")
    for place, task in enumerate(tasks):
        if not isinstance(task, TaskLabels):
            raise InvalidInput(
                f"tasks[{place}] must be TaskLabels, got {shown(task)}.",
                hint="Write TaskLabels(benchmark_labels, trainee_labels, frame_size=...).",
            )
        yield task


def _ids(labels: Labels) -> list[str | None]:
    return [label.id if isinstance(label, Label) else None for label in labels]


def _in_order(rows: Rows) -> Rows:
    """Rows by task; objects before answers; by frame and family; the benchmark's labels as listed, then extras."""
    is_answer = rows["family"] == QUESTION_FAMILY
    benchmark = np.where(rows["benchmark_label"] >= 0, rows["benchmark_label"], np.iinfo(np.int32).max)
    order = np.lexsort((rows["trainee_label"], benchmark, rows["family"], rows["frame"], is_answer, rows["task"]))
    return rows[order]
