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

    Notes
    -----
    A matched object gets ``100 * (iou * min(1, s / full_at) + category * [same] + attributes * agreement)`` over the
    sum of the weights; the attributes' term drops out of both where no attribute was answered. A matched question gets
    ``100 * agreement``, what is missing or extra 0.
    """
    if not isinstance(function, BenchmarkFunction):
        raise InvalidInput(f"score needs a BenchmarkFunction, got a {type(function).__name__}.")
    m = measurements
    function.require_known(m.names)
    source, kind = _outcomes(m, function)
    category = np.where(kind == EXTRA, m.trainee_category[source], m.benchmark_category[source]).astype(np.int64)
    points = np.zeros(source.size)
    matched = kind == MATCHED
    points[matched] = _points(m, function, source[matched], category[matched])
    importance = np.array([function.importance.get(name, 1.0) for name in m.names])
    task = m.task[source].astype(np.int64)
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


def _outcomes(m: Measurements, function: BenchmarkFunction) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """The measurements that count, and as what; a match under the threshold stands twice."""
    is_object = ~m.is_question
    kept = np.ones(len(m), np.int64)
    if function.mode == "classification":
        kept &= ~is_object
    if function.ignored_shapes:
        ignored = np.append(np.isin(KINDS, function.ignored_shapes), False)
        kept &= ~ignored[np.where(m.kind == EXTRA, m.trainee_shape, m.benchmark_shape)]
    thresholds = np.array([*(function.threshold(family) for family in FAMILIES[:QUESTION_FAMILY]), 0.0])
    with np.errstate(invalid="ignore"):
        split = (m.kind == MATCHED) & (m.similarity < thresholds[m.family] - ALLOWANCE)
    source = np.repeat(np.arange(len(m)), kept * (1 + split))
    kind = m.kind[source].astype(np.uint8)
    halved = split[source]
    first = np.diff(source, prepend=-1) != 0
    kind[halved & first], kind[halved & ~first] = MISSING, EXTRA
    if function.extra == "ignore":
        counted = kind != EXTRA
        source, kind = source[counted], kind[counted]
    return source, kind


def _points(m: Measurements, function: BenchmarkFunction, source: Ints, category: Ints) -> Floats:
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
