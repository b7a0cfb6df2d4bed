"""Score measurements: array arithmetic alone, as often as wanted."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from annowidgets.benchmark.arrays import Floats, Ints
from annowidgets.benchmark.checks import ALLOWANCE
from annowidgets.benchmark.function import BenchmarkFunction
from annowidgets.benchmark.measurements import EMPTY, EXTRA, MATCHED, MISSING, Measurements
from annowidgets.benchmark.scores import Scores
from annowidgets.benchmark.tables import FAMILIES, KINDS, QUESTION_FAMILY
from annowidgets.errors import InvalidInput
from annowidgets.labels.values import shown

# Rows that are scored at once: few enough to stay in the processor's cache, many enough to forget the loop.
_BLOCK = 2**16


def score(measurements: Measurements, function: BenchmarkFunction) -> Scores:
    """Apply a benchmark function to measurements.

    Parameters
    ----------
    measurements : Measurements
        Of any number of tasks and trainees.
    function : BenchmarkFunction

    Returns
    -------
    Scores

    Raises
    ------
    NotFound
        The function speaks of a class or question that the measured ontology does not have.
    InvalidInput
        It weighs the terms of a question in ``per_class``; or no function, or no measurements.

    Notes
    -----
    A matched object gets ``100 * (iou * min(1, s / full_at) + category * [same] + attributes * agreement)`` over the
    sum of the weights; the attributes' term drops out of both where no attribute was answered. A matched question gets
    ``100 * agreement``, what is missing or extra 0.
    """
    if not isinstance(measurements, Measurements):
        raise InvalidInput(f"score needs Measurements, got {shown(measurements)}.", hint="`measure` makes them.")
    if not isinstance(function, BenchmarkFunction):
        raise InvalidInput(f"score needs a BenchmarkFunction, got {shown(function)}.")
    m = measurements
    function.require_known(m.names, m.questions)
    importance = np.array([*(function.importance.get(name, 1.0) for name in m.names), 1.0])
    blocks = [_judged(m, function, start) for start in range(0, max(len(m), 1), _BLOCK)]
    is_empty = np.ones(len(m.tasks), bool)
    for block in blocks:
        is_empty[block.task] = False
    blocks.append(_Judged.nothing(np.flatnonzero(is_empty)))
    judged = _Judged(*map(np.concatenate, zip(*blocks, strict=True)))
    return Scores(m, function, **judged._asdict(), importance=importance[judged.category])


class _Judged(NamedTuple):
    """What counts: the measurement it comes from, its task, as what, for which class or question, and its points."""

    measurement: Ints
    task: Ints
    kind: npt.NDArray[np.uint8]
    category: npt.NDArray[np.int16]
    points: Floats

    @classmethod
    def nothing(cls, tasks: Ints) -> _Judged:
        """A row for each of the tasks where nothing was left to judge."""
        none, kind = np.full(tasks.size, -1), np.full(tasks.size, EMPTY, np.uint8)
        return cls(none, tasks, kind, none.astype(np.int16), np.full(tasks.size, 100.0))


def _judged(m: Measurements, function: BenchmarkFunction, start: int) -> _Judged:
    """Of one block of measurements those that count."""
    rows = slice(start, start + _BLOCK)
    source, kind = _outcomes(m, function, rows)
    source += start
    category = np.where(kind == EXTRA, m.trainee_category[source], m.benchmark_category[source])
    points = np.zeros(source.size)
    matched = np.flatnonzero(kind == MATCHED)
    points[matched] = _points(m, function, source[matched], category[matched])
    return _Judged(source, m.task[source].astype(np.int64), kind, category, points)


def _outcomes(m: Measurements, function: BenchmarkFunction, rows: slice) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """The measurements that count, by place in the block, and as what; a match under the threshold stands twice."""
    outcome, family = m.kind[rows], m.family[rows]
    kept = np.ones(outcome.size, np.int64)
    if function.mode == "classification":
        kept &= family == QUESTION_FAMILY
    if function.ignored_shapes:
        ignored = np.append(np.isin(KINDS, function.ignored_shapes), False)
        kept &= ~ignored[np.where(outcome == EXTRA, m.trainee_shape[rows], m.benchmark_shape[rows])]
    thresholds = np.array([*(function.threshold(family) for family in FAMILIES[:QUESTION_FAMILY]), 0.0])
    with np.errstate(invalid="ignore"):
        split = (outcome == MATCHED) & (m.similarity[rows] < thresholds[family] - ALLOWANCE)
    source = np.repeat(np.arange(outcome.size), kept * (1 + split))
    kind = outcome[source].astype(np.uint8)
    halved = split[source]
    first = np.diff(source, prepend=-1) != 0
    kind[halved & first], kind[halved & ~first] = MISSING, EXTRA
    if function.extra == "ignore":
        counted = kind != EXTRA
        source, kind = source[counted], kind[counted]
    return source, kind


def _points(m: Measurements, function: BenchmarkFunction, source: Ints, category: npt.NDArray[np.int16]) -> Floats:
    """Points of matched rows."""
    iou, right, attributes = np.array([function.weights(name) for name in m.names]).reshape(-1, 3).T
    similarity = m.similarity[source]
    term = np.where(similarity >= function.full_at - ALLOWANCE, 1.0, similarity / function.full_at)
    same = m.benchmark_category[source] == m.trainee_category[source]
    earned, total = iou[category] * term + right[category] * same, (iou + right)[category]
    if attributes.any():
        agreement = m.attribute_agreement[source]
        answered = ~np.isnan(agreement)
        weight = attributes[category] * answered
        earned += np.multiply(weight, agreement, out=np.zeros_like(weight), where=answered)
        total += weight
    points: Floats = 100 * np.divide(earned, total, out=term, where=total > 0)
    answers = np.flatnonzero(m.family[source] == QUESTION_FAMILY)
    points[answers] = 100 * similarity[answers]
    return points
