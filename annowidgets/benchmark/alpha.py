"""Krippendorff's alpha: agreement of any number of annotators beyond chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from functools import partial
from itertools import chain
from typing import Any, Literal, get_args

import numpy as np

from annowidgets.benchmark.checks import number, one_of
from annowidgets.errors import InvalidInput
from annowidgets.labels.values import shown

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

    Raises
    ------
    InvalidInput
        A value that can't be compared at that level, or that stands for none given (None, NaN).

    Notes
    -----
    ``1 - Do / De``, observed over expected disagreement among the values of units with at least two (Krippendorff 2011,
    "Computing Krippendorff's Alpha-Reliability", section 5).
    """
    one_of("level", level, get_args(Level))
    read = _READ[level]
    comparable = [list(map(read, values)) for values in map(_listed, units) if len(values) > 1]
    every = list(chain.from_iterable(comparable))
    if not every:
        return float("nan")
    disagreement = _DISAGREEMENT[level]
    observed = sum(disagreement(values) / (len(values) - 1) for values in comparable) / len(every)
    expected = disagreement(every) / (len(every) * (len(every) - 1))
    return 1 - observed / expected if expected > 0 else float("nan")


def _listed(values: Any) -> Collection[Any]:
    if isinstance(values, str) or not isinstance(values, Collection):
        raise InvalidInput(f"A unit must be a list of the values that it got, got {shown(values)}.")
    return values


def _name(value: Any) -> Hashable:
    try:
        hash(value)
    except TypeError:
        raise InvalidInput(f"A value must be hashable, got {shown(value)}.", hint='Of sets: level="sets".') from None
    # NaN differs from itself.
    if value is None or value != value:
        raise InvalidInput(f"A value can't be {shown(value)}.", hint="Leave out who gave none.")
    name: Hashable = value
    return name


def _set(value: Any) -> frozenset[Hashable]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidInput(f"A value must be a set, got {shown(value)}.")
    return frozenset(map(_name, value))


def _nominal(values: Sequence[Hashable]) -> float:
    """Sum of distances over all ordered pairs of values."""
    return float(len(values) ** 2 - sum(count**2 for count in Counter(values).values()))


def _interval(values: Sequence[float]) -> float:
    # Taken from the mean, so that large numbers close to each other keep their digits.
    centred = np.array(values) - np.mean(values)
    return float(2 * len(values) * (centred**2).sum() - 2 * centred.sum() ** 2)


def _sets(values: Sequence[frozenset[Hashable]]) -> float:
    counts = list(Counter(values).items())
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
_READ: dict[Level, Callable[[Any], Any]] = {"nominal": _name, "interval": partial(number, "A value"), "sets": _set}
