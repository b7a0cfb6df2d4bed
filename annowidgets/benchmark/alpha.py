"""Krippendorff's alpha: agreement of any number of annotators beyond chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from itertools import chain
from typing import Any, Literal, get_args

import numpy as np

from annowidgets.benchmark.checks import number, one_of

Level = Literal["nominal", "interval", "sets"]


def krippendorff_alpha(units: Iterable[Collection[Any]], *, level: Level = "nominal") -> float:
    """Krippendorff's alpha of values that several annotators gave to the same units.

    Parameters
    ----------
    units : iterable of collections
        For each unit (an item, or a frame of one) the values that were given, whoever gave them; those who gave none
        are left out. Units with fewer than two values don't count.
    level : {"nominal", "interval", "sets"}
        How far two values differ: equal or not; by the square of their difference; by one minus Jaccard's index.

    Returns
    -------
    float
        1 for full agreement, 0 for what chance gives, below for less. NaN where nothing can be compared, or where all
        values are the same, so that chance would agree too.

    Notes
    -----
    ``1 - Do / De``, observed over expected disagreement among the values of units with at least two (Krippendorff 2011,
    "Computing Krippendorff's Alpha-Reliability", section 5).
    """
    one_of("level", level, get_args(Level))
    comparable = [list(values) for values in units if len(values) > 1]
    if level == "interval":
        comparable = [[number("A value", value) for value in values] for values in comparable]
    every = list(chain.from_iterable(comparable))
    if not every:
        return float("nan")
    disagreement = _DISAGREEMENT[level]
    observed = sum(disagreement(values) / (len(values) - 1) for values in comparable) / len(every)
    expected = disagreement(every) / (len(every) * (len(every) - 1))
    return 1 - observed / expected if expected > 0 else float("nan")


def _nominal(values: Sequence[Hashable]) -> float:
    """Sum of distances over all ordered pairs of values."""
    return float(len(values) ** 2 - sum(count**2 for count in Counter(values).values()))


def _interval(values: Sequence[float]) -> float:
    # Taken from the mean, so that large numbers close to each other keep their digits.
    centred = np.array(values) - np.mean(values)
    return float(2 * len(values) * (centred**2).sum() - 2 * centred.sum() ** 2)


def _sets(values: Sequence[Iterable[Hashable]]) -> float:
    counts = list(Counter(frozenset(value) for value in values).items())
    return 2 * sum(
        count * other_count * (1 - len(one & other) / len(one | other))
        for place, (one, count) in enumerate(counts)
        for other, other_count in counts[:place]
    )


_DISAGREEMENT: dict[Level, Callable[[Sequence[Any]], float]] = {
    "nominal": _nominal,
    "interval": _interval,
    "sets": _sets,
}
