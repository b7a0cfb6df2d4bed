"""Measure trainee labels against benchmark labels: geometry once, points later."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator
from typing import Any

import numpy as np

from annowidgets.benchmark.answers import compare
from annowidgets.benchmark.arrays import Floats, Ints
from annowidgets.benchmark.candidates import near_pairs
from annowidgets.benchmark.checks import ALLOWANCE, share
from annowidgets.benchmark.collector import Collector, Placed
from annowidgets.benchmark.matching import Edges, match, weigh
from annowidgets.benchmark.measurements import EXTRA, MATCHED, MISSING, ROW, LabelIds, Measurements, Rows
from annowidgets.benchmark.placement import placed_rows
from annowidgets.benchmark.similarity import Comparison
from annowidgets.benchmark.tables import FAMILY_OF_KIND, QUESTION_FAMILY, ShapeTable
from annowidgets.benchmark.tasks import TaskLabels, Vocabulary
from annowidgets.benchmark.tolerances import ClassTolerances
from annowidgets.errors import InvalidInput
from annowidgets.labels.label import Label, Labels
from annowidgets.labels.ontology import Ontology

_ANSWER_COLUMNS = (
    "task",
    "frame",
    "kind",
    "benchmark_category",
    "trainee_category",
    "benchmark_label",
    "trainee_label",
    "similarity",
)

# Annotations that are measured together: their arrays stay small, whatever the size of the cohort.
_AT_ONCE = 20_000
# Pairs of overlapping labels in one frame: 2,000 in one heap on either side. Matching more would take minutes.
_MOST_PAIRS = 4_000_000


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
    InvalidInput
        Labels that can't be measured: an unknown class, a shape wholly outside its frame, a mask of another size.
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
    """
    at_least = share("min_similarity", min_similarity)
    vocabulary = Vocabulary(ontology)
    classes = ClassTolerances.of(ontology.objects)
    names: list[Hashable] = []
    trainees: list[Hashable] = []
    ids: list[LabelIds] = []
    parts = [np.empty(0, ROW)]
    for collected in _blocks(tasks, vocabulary):
        rows = _Block(collected, classes, at_least).measure()
        rows["task"] += len(names)
        parts.append(rows)
        names += [len(names) + k if task.task is None else task.task for k, task in enumerate(collected.tasks)]
        trainees += [task.trainee for task in collected.tasks]
        ids += [(_ids(benchmark), _ids(trainee)) for benchmark, trainee in collected.labels]
    return Measurements(np.concatenate(parts), names=vocabulary.names, tasks=names, trainees=trainees, label_ids=ids)


def _blocks(tasks: Iterable[TaskLabels], vocabulary: Vocabulary) -> Iterator[Collector]:
    collector = Collector(vocabulary)
    for task in tasks:
        collector.add(task)
        if len(collector.shapes) >= _AT_ONCE:
            yield collector
            collector = Collector(vocabulary, first=collector.first + len(collector.tasks))
    if collector.tasks:
        yield collector


def _ids(labels: Labels) -> list[str | None]:
    return [label.id if isinstance(label, Label) else None for label in labels]


class _Block:
    """The tasks that are measured together."""

    def __init__(self, collected: Collector, classes: ClassTolerances, at_least: float) -> None:
        self.collected = collected
        self.at_least = at_least
        side = np.repeat(np.arange(2 * len(collected.tasks)), collected.rows)
        self.task, self.is_trainee = side // 2, side % 2 == 1
        self.frame = np.array(collected.frame, np.int64)
        self.position = np.array(collected.position, np.int64)
        self.category = np.array(collected.category, np.int64)
        self.attributes = np.array(collected.attributes, np.int64)
        height, width = collected.frame_sizes(self.task, self.frame)
        longest = int(self.frame.max(initial=0)) + 1
        self.table = ShapeTable(collected.shapes, height, width, self.task * longest + self.frame)
        self.family = FAMILY_OF_KIND[self.table.kind].astype(np.int64)
        spacing = np.array(collected.spacing)[self.task]
        self.comparison = Comparison(self.table, self.category, spacing, classes, ~self.is_trainee, at_least)

    def measure(self) -> Rows:
        rows = placed_rows(self.table, self.collected)
        edges, similarity, agreement = self._edges(rows)
        chosen = match(edges, self._rank)
        a, b = edges.a[chosen], edges.b[chosen]
        alone = np.setdiff1d(rows, np.concatenate([a, b]), assume_unique=True)
        missing, extra = alone[~self.is_trainee[alone]], alone[self.is_trainee[alone]]
        objects = np.concatenate(
            [
                self._rows(MATCHED, a, b, similarity[chosen], agreement[chosen]),
                self._rows(MISSING, missing, None),
                self._rows(EXTRA, None, extra),
            ]
        )
        found = np.concatenate([objects, self._answer_rows()])
        first = np.where(found["benchmark_label"] >= 0, found["benchmark_label"], 2**31 - 1)
        order = np.lexsort(
            (
                found["trainee_label"],
                first,
                found["family"],
                found["frame"],
                found["family"] == QUESTION_FAMILY,
                found["task"],
            )
        )
        return found[order]

    def _edges(self, rows: Ints) -> tuple[Edges, Floats, Floats]:
        group = self.table.frame * len(FAMILY_OF_KIND) + self.family
        rows = rows[np.argsort(group[rows], kind="stable")]
        one, other, found = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
        bounds = self.comparison.bounds
        crowd = _Crowd(self.collected)
        for a, b in near_pairs(rows[~self.is_trainee[rows]], rows[self.is_trainee[rows]], group, bounds):
            crowd.count(a, group)
            similarity = self.comparison.similarity(a, b)
            enough = similarity >= self.at_least - ALLOWANCE
            one.append(a[enough])
            other.append(b[enough])
            found.append(similarity[enough])
        a, b, similarity = np.concatenate(one), np.concatenate(other), np.concatenate(found)
        same = self.category[a] == self.category[b]
        agreement = self._agreement(a, b, same)
        return Edges(a, b, weigh(similarity, same, agreement)), similarity, agreement

    def _agreement(self, a: Ints, b: Ints, same: Any) -> Floats:
        """Share of attributes that agree; NaN where neither side answered any."""
        set_a, set_b = self.attributes[a], self.attributes[b]
        result = np.where((set_a < 0) & (set_b < 0), np.nan, 0.0)
        to_compare = np.flatnonzero(same & ((set_a >= 0) | (set_b >= 0)))
        keys = np.stack([self.category[a[to_compare]], set_a[to_compare], set_b[to_compare]])
        different, place = np.unique(keys, axis=1, return_inverse=True)
        sets = [*self.collected.attribute_sets, {}]
        classes = self.collected.vocabulary.ontology.objects
        values = []
        for category, one, other in different.T.tolist():
            compared = compare(classes[category].attributes, sets[one], sets[other])
            values.append(sum(value or 0.0 for value in compared.values()) / len(compared) if compared else np.nan)
        result[to_compare] = np.array(values)[place] if values else 0.0
        return result

    def _rank(self, rows: Ints) -> Ints:
        """Order of labels by what they are: class, then JSON of the shape, then of the attributes."""
        names = self.collected.vocabulary.names
        keys = [(names[self.category[row]], *self._spelled(row)) for row in rows.tolist()]
        rank = np.empty(rows.size, np.int64)
        rank[sorted(range(rows.size), key=keys.__getitem__)] = np.arange(rows.size)
        return rank

    def _spelled(self, row: int) -> tuple[str, str]:
        shape = self.collected.shapes[row].to_dict()
        code = self.attributes[row]
        attributes = dict(self.collected.attribute_sets[code]) if code >= 0 else {}
        return canonical_json(shape), canonical_json(attributes)

    def _rows(
        self, kind: int, a: Ints | None, b: Ints | None, similarity: Any = np.nan, agreement: Any = np.nan
    ) -> Rows:
        either = a if a is not None else b
        assert either is not None
        rows = np.empty(either.size, ROW)
        rows["task"], rows["frame"] = self.task[either], self.frame[either]
        rows["kind"], rows["family"] = kind, self.family[either]
        for side, own in (("benchmark", a), ("trainee", b)):
            rows[f"{side}_shape"] = -1 if own is None else self.table.kind[own]
            rows[f"{side}_category"] = -1 if own is None else self.category[own]
            rows[f"{side}_label"] = -1 if own is None else self.position[own]
        rows["similarity"], rows["attribute_agreement"] = similarity, agreement
        return rows

    def _answer_rows(self) -> Rows:
        found: list[tuple[float, ...]] = []
        for task, (benchmark, trainee) in enumerate(self.collected.answers):
            for frame in benchmark.keys() | trainee.keys():
                one, other = benchmark.get(frame, {}), trainee.get(frame, {})
                found += self._compared(task, -1 if frame is None else frame, one, other)
        rows = np.empty(len(found), ROW)
        rows["family"] = QUESTION_FAMILY
        rows["benchmark_shape"] = rows["trainee_shape"] = -1
        rows["attribute_agreement"] = np.nan
        columns = np.array(found, np.float64).reshape(-1, len(_ANSWER_COLUMNS)).T
        for name, column in zip(_ANSWER_COLUMNS, columns, strict=True):
            rows[name] = column
        return rows

    def _compared(self, task: int, frame: int, one: Placed, other: Placed) -> Iterator[tuple[float, ...]]:
        """Rows of the answers of one item or frame, in the order of _ANSWER_COLUMNS."""
        questions = self.collected.vocabulary.ontology.classifications
        values = [{name: value for name, (value, _) in side.items()} for side in (one, other)]
        for name, agreed in compare(questions, *values).items():
            code = self.collected.vocabulary.codes[name]
            if agreed is not None:
                yield task, frame, MATCHED, code, code, one[name][1], other[name][1], agreed
            elif name in one:
                yield task, frame, MISSING, code, -1, one[name][1], -1, np.nan
            else:
                yield task, frame, EXTRA, -1, code, -1, other[name][1], np.nan


class _Crowd:
    """Counts the pairs of one frame, and refuses a frame whose labels nobody could match in bounded time."""

    def __init__(self, collected: Collector) -> None:
        self._collected = collected
        self._group, self._pairs = -1, 0

    def count(self, a: Ints, group: Ints) -> None:
        """Take note of pairs, which come frame by frame."""
        if not a.size:
            return
        last = int(group[a[-1]])
        # Only a frame that fills several blocks can reach the limit.
        same = a.size if group[a[0]] == last else 0
        self._pairs = same + (self._pairs if last == self._group else 0)
        self._group = last
        if self._pairs > _MOST_PAIRS:
            raise InvalidInput(
                f"{self._collected.where(int(a[-1]))} is in a crowd: more than {_MOST_PAIRS:,} pairs of labels overlap "
                "in that frame.",
                hint="Check for copied labels.",
            )


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and all numbers as floats."""
    return json.dumps(_with_floats(value), sort_keys=True)


def _with_floats(value: Any) -> Any:
    if isinstance(value, int):
        return float(value)
    if isinstance(value, dict):
        return {key: _with_floats(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_floats(item) for item in value]
    return value
