"""Numbers and names as settings take them, refused with what was probably meant."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Mapping
from typing import Any

from annowidgets.errors import InvalidInput
from annowidgets.labels.values import shown

# Every comparison with a threshold or a tolerance allows this much: what is reached by construction is reached.
ALLOWANCE = 1e-9
_LEAST, _MOST = 1e-9, 1e9


def number(name: str, value: Any) -> float:
    """Return ``value`` as a float; refuse text, bools, NaN and infinities."""
    try:
        if isinstance(value, (bool, str, bytes)):
            raise TypeError
        converted = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput(f"{name} must be a number, got {shown(value)}.") from None
    if not math.isfinite(converted):
        raise InvalidInput(f"{name} must be finite, got {converted}.")
    return converted


def weight(name: str, value: Any) -> float:
    """Return 0 or a number that sums and ratios can be taken of; refuse others."""
    converted = number(name, value)
    if converted < 0:
        raise InvalidInput(f"{name} must be 0 or above, got {converted:g}.")
    if converted and not _LEAST <= converted <= _MOST:
        raise InvalidInput(f"{name} must be 0 or from {_LEAST:g} to {_MOST:g}, got {converted:g}.")
    return converted


def share(name: str, value: Any, *, highest: float = 1.0) -> float:
    """Return a number in [0, ``highest``], where ``highest`` is at most 1; refuse others."""
    converted = number(name, value)
    if -ALLOWANCE <= converted <= highest + ALLOWANCE:
        return min(max(converted, 0.0), highest)
    # Just above 1 it is no percentage.
    hint = f"Did you mean {converted / 100:g}?" if 2 <= converted <= 100 * highest else None
    raise InvalidInput(f"{name} must be from 0 to {highest:.4g}, got {converted:g}.", hint=hint)


def one_of(name: str, value: Any, allowed: Collection[str]) -> None:
    """Refuse a value that is not one of those allowed."""
    if not isinstance(value, str) or value not in allowed:
        close = difflib.get_close_matches(str(value), allowed, n=1)
        raise InvalidInput(
            f"{name} can't be {shown(value)}, it is one of: {', '.join(allowed)}.",
            hint=f"Did you mean {close[0]!r}?" if close else None,
        )


def named_values(name: str, value: Any) -> Mapping[str, Any]:
    """Return a mapping with names as keys; refuse anything else."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise InvalidInput(f"{name} must be a mapping with names as keys, got {shown(value)}.")
    return value
