"""Bootstrap intervals of a mean over tasks or items."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RESAMPLES = 2000
LEAST = 3
# Drawn in blocks of rows, which gives the same numbers as one call and bounds the memory.
_BLOCK = 4_000_000


def interval(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> tuple[float, float]:
    """95 % percentile bootstrap interval of a weighted mean.

    Parameters
    ----------
    values : array of shape (n,)
        One figure per task or item, in order.
    weights : array of shape (n,), optional
        Greater than 0; a plain mean where left out.

    Returns
    -------
    low, high : float
        NaN below three values.

    Notes
    -----
    ``np.random.default_rng(0).integers(0, n, (2000, n))`` draws the resamples, ``np.percentile`` of 2.5 and 97.5 reads
    the interval off their means (Efron and Tibshirani 1993, chapter 13). The seed is fixed, so the same figures always
    have the same interval.
    """
    figures = np.asarray(values, np.float64)
    n = figures.size
    if n < LEAST:
        return float("nan"), float("nan")
    mass = None if weights is None else np.asarray(weights, np.float64)
    means = []
    for drawn in _one_draw(n) if n <= _BLOCK // RESAMPLES else _draws(n):
        if mass is None:
            means.append(figures[drawn].sum(axis=1) / n)
        else:
            drawn_mass = mass[drawn]
            means.append((figures[drawn] * drawn_mass).sum(axis=1) / drawn_mass.sum(axis=1))
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5])
    return float(low), float(high)


def _draws(n: int) -> Iterator[npt.NDArray[np.int64]]:
    """The places that each resample draws, in blocks of rows."""
    rng = np.random.default_rng(0)
    rows = max(1, _BLOCK // n)
    for start in range(0, RESAMPLES, rows):
        yield rng.integers(0, n, (min(rows, RESAMPLES - start), n))


@lru_cache(maxsize=1)
def _one_draw(n: int) -> tuple[npt.NDArray[np.int64], ...]:
    """`_draws` of a small n: the trainees of a cohort mostly have as many tasks as each other."""
    return tuple(_draws(n))
