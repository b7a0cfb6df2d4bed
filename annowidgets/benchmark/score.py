"""Score measurements: array arithmetic alone, as often as wanted."""

from __future__ import annotations

from typing import Any

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
    blocks = [_judged(m, function, start) for start in range(0, max(len(m), 1), _BLOCK)]
    source, kind, category, points = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
    importance = np.array([function.importance.get(name, 1.0) for name in m.names])
    task = m.task.astype(np.int64)[source]
    empty = np.flatnonzero(np.bincount(task, minlength=len(m.tasks)) == 0)

    def ended(column: npt.NDArray[Any], value: float) -> npt.NDArray[Any]:
        return np.concatenate([column, np.full(empty.size, value, column.dtype)])

    return Scores(
        m,
        function,
        measurement=ended(source, -1),
        task=np.concatenate([task, empty]),
        kind=ended(kind, EMPTY),
        category=ended(category, -1),
        points=ended(points, 100.0),
        importance=ended(importance[category], 1.0),
    )


def _judged(
    m: Measurements, function: BenchmarkFunction, start: int
) -> tuple[Ints, npt.NDArray[np.uint8], npt.NDArray[np.int16], Floats]:
    """Of one block of measurements: those that count, as what, for which class or question, and their points."""
    rows = slice(start, start + _BLOCK)
    source, kind = _outcomes(m, function, rows)
    source += start
    category = np.where(kind == EXTRA, m.trainee_category[source], m.benchmark_category[source])
    points = np.zeros(source.size)
    matched = np.flatnonzero(kind == MATCHED)
    points[matched] = _points(m, function, source[matched], category[matched])
    return source, kind, category, points


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
        weight = np.where(np.isnan(agreement), 0.0, attributes[category])
        earned, total = earned + weight * np.nan_to_num(agreement), total + weight
    points: Floats = 100 * np.divide(earned, total, out=term, where=total > 0)
    answers = np.flatnonzero(m.family[source] == QUESTION_FAMILY)
    points[answers] = 100 * similarity[answers]
    return points
