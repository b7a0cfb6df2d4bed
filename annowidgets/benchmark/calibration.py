"""The calibration score: how accurate attempts are, and how well their makers know it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np

from annowidgets.benchmark.checks import ALLOWANCE, share
from annowidgets.benchmark.intervals import interval
from annowidgets.errors import InvalidInput
from annowidgets.labels.values import shown

if TYPE_CHECKING:
    import pandas as pd

# Up to this weight a more accurate attempt can never lower the score.
HIGHEST_WEIGHT = 1 / 3
_BINS = 5


class ReliabilityBin(NamedTuple):
    """Attempts whose reported confidence lies in one fifth of [0, 1].

    Attributes
    ----------
    low, high : float
        The fifth: from ``low``, below ``high`` (up to 1 in the last).
    attempts : int
        How many attempts.
    confidence, accuracy : float or None
        Their means, 0 to 1; None without attempts.
    """

    low: float
    high: float
    attempts: int
    confidence: float | None
    accuracy: float | None


class CalibrationScore(float):
    """A calibration score, 0 to 100: the number itself, with what it is made of.

    Attributes
    ----------
    score : float
        The same number as a plain float.
    accuracy : float
        Mean accuracy of the items, 0 to 1.
    brier : float
        Mean squared difference of confidence and accuracy, 0 (best) to 1.
    low, high : float
        95 % interval of the score, over items; NaN below three items.
    items, attempts : int
        How many were graded.
    weight : float
        Share of the confidence term.
    bins : tuple of ReliabilityBin
        The reliability curve: confidence against accuracy of attempts.
    """

    __slots__ = ("accuracy", "attempts", "bins", "brier", "high", "items", "low", "weight")

    accuracy: float
    brier: float
    low: float
    high: float
    items: int
    attempts: int
    weight: float
    bins: tuple[ReliabilityBin, ...]

    def __new__(cls, score: float, **parts: Any) -> CalibrationScore:
        """Make a score with its parts, one per slot."""
        made = super().__new__(cls, score)
        for name in cls.__slots__:
            object.__setattr__(made, name, parts[name])
        return made

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError("a calibration score can't be changed")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (float(self), {name: getattr(self, name) for name in self.__slots__})

    def __repr__(self) -> str:
        return (
            f"CalibrationScore({float(self):.2f}, accuracy={self.accuracy:.3f}, brier={self.brier:.3f}, "
            f"low={self.low:.2f}, high={self.high:.2f}, items={self.items}, attempts={self.attempts})"
        )

    @property
    def score(self) -> float:
        """The score as a plain float, 0 to 100."""
        return float(self)

    @property
    def reliability(self) -> pd.DataFrame:
        """The reliability curve, a row per bin: low, high, attempts, confidence, accuracy."""
        import pandas as pd

        frame = pd.DataFrame(self.bins, columns=list(ReliabilityBin._fields))
        return frame.astype({"confidence": "float64", "accuracy": "float64"})


def calibration_score(
    accuracies: Iterable[Any], confidences: Iterable[Any], *, weight: float = 0.2
) -> CalibrationScore:
    """Score a graded calibration batch.

    Parameters
    ----------
    accuracies : sequence of float, or of sequences of float
        One accuracy in [0, 1] per item: 1 approved, 0 rejected, the task score / 100 where the auditor fixed the
        labels. Where items have several attempts, one sequence per item.
    confidences : sequence of float, or of sequences of float
        What the taskers reported, in [0, 1], in the same places.
    weight : float
        Share of the confidence term, in [0, 1/3].

    Returns
    -------
    CalibrationScore
        0 to 100, best 100; a float with the parts as attributes.

    Raises
    ------
    InvalidInput
        Nothing graded, lists that don't match, a value that is not from 0 to 1.

    Notes
    -----
    ``100 * ((1 - w) * mean(a) + w * (1 - mean((c - a)**2)))``: the second mean is the Brier score (Brier 1950). ``a``
    and ``(c - a)**2`` are averaged over the attempts of an item first, so that each item counts once.
    """
    w = share("weight", weight, highest=HIGHEST_WEIGHT)
    graded = _items("accuracies", accuracies)
    reported = _items("confidences", confidences)
    if len(graded) != len(reported):
        raise InvalidInput(f"There are {len(graded)} items with accuracies and {len(reported)} with confidences.")
    if not graded:
        raise InvalidInput("There is no graded item, so there is no score.")
    for position, (a, c) in enumerate(zip(graded, reported, strict=True)):
        if len(a) != len(c) or not a:
            raise InvalidInput(f"Item {position} has {len(a)} accuracies and {len(c)} confidences.")
    accuracy = np.array([np.mean(a) for a in graded])
    brier = np.array([np.mean((np.array(c) - a) ** 2) for a, c in zip(graded, reported, strict=True)])
    # The score is linear in the items' means, so the items' own scores can be resampled.
    scores = 100 * ((1 - w) * accuracy + w * (1 - brier))
    low, high = interval(scores)
    return CalibrationScore(
        float(scores.mean()),
        accuracy=float(accuracy.mean()),
        brier=float(brier.mean()),
        low=low,
        high=high,
        items=len(graded),
        attempts=sum(map(len, graded)),
        weight=w,
        bins=_reliability(np.concatenate(graded), np.concatenate(reported)),
    )


def _rebuild(score: float, parts: dict[str, Any]) -> CalibrationScore:
    return CalibrationScore(score, **parts)


def _items(name: str, values: Iterable[Any]) -> list[list[float]]:
    if isinstance(values, (str, bytes, Mapping, Set)) or not isinstance(values, Iterable):
        raise InvalidInput(f"{name} must be a list of numbers, or a list of lists, got {shown(values)}.")
    items = []
    for position, value in enumerate(values):
        if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim == 1):
            items.append([share(f"{name}[{position}][{place}]", attempt) for place, attempt in enumerate(value)])
        else:
            items.append([share(f"{name}[{position}]", value)])
    return items


def _reliability(accuracy: np.ndarray[Any, Any], confidence: np.ndarray[Any, Any]) -> tuple[ReliabilityBin, ...]:
    place = np.minimum(np.floor(confidence * _BINS + ALLOWANCE * _BINS), _BINS - 1).astype(int)
    count = np.bincount(place, minlength=_BINS)
    sums = [np.bincount(place, weights=values, minlength=_BINS) for values in (confidence, accuracy)]
    return tuple(
        ReliabilityBin(k / _BINS, (k + 1) / _BINS, int(n), *(float(s[k] / n) if n else None for s in sums))
        for k, n in enumerate(count)
    )
