"""What every label value is built from: finite numbers, names, mappings that can't change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

from annowidgets.errors import InvalidInput, InvalidShape

K = TypeVar("K")
V = TypeVar("V")


class FrozenDict(dict[K, V]):
    """A mapping that can be hashed and not changed, so that labels are values."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("this mapping belongs to an immutable value; build a new value instead")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        # The default rebuilds a dict item by item, which is refused here.
        return FrozenDict, (dict(self),)


def finite(owner: str, field: str, value: Any) -> float:
    """Return ``value`` as a float; refuse anything that is not a finite number.

    Parameters
    ----------
    owner, field : str
        What the message names ("BoundingBox", "width").
    value : object
        An int, a float or a numpy number.

    Raises
    ------
    InvalidShape
        For bools, text, NaN and infinities.
    """
    if type(value) is not float:
        try:
            if isinstance(value, (bool, str, bytes)):
                raise TypeError
            value = float(value)
        except (TypeError, ValueError, OverflowError):
            raise InvalidShape(f"{owner}: {field} must be a number, got {value!r:.60}.") from None
    if not math.isfinite(value):
        raise InvalidShape(f"{owner}: {field} must be finite, got {value}.")
    return float(value)


def name(owner: str, value: Any) -> str:
    """Return a usable name; refuse other types, empty ones and outer white space."""
    if not isinstance(value, str) or not value.strip() or value != value.strip():
        raise InvalidInput(f"{owner} must be a name without white space around it, got {value!r:.60}.")
    if not value.isprintable():
        raise InvalidInput(f"{owner} {value!r:.60} holds characters that can't be shown.")
    return value


def frame_number(owner: str, value: Any) -> int:
    """Return a frame index (an integer from 0); refuse anything else."""
    try:
        if isinstance(value, (bool, str, bytes)) or int(value) != value or value < 0:
            raise TypeError
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput(f"{owner} must be a frame number (0, 1, ...), got {value!r:.60}.") from None
    return int(value)


def mapping(owner: str, value: Any) -> Mapping[Any, Any]:
    """Return ``value`` if it is a mapping; refuse anything else."""
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{owner} must be a mapping, got {type(value).__name__}.")
    return value
