"""Tolerances of a class: pixels, a share of the frame's diagonal, or millimetres."""

from __future__ import annotations

import math
import re
from numbers import Real
from typing import Any, Literal, NamedTuple

from annowidgets.errors import InvalidOntology
from annowidgets.labels.values import shown

# In any of the units; outside of these nothing could be measured, and squares would under- or overflow.
_LEAST, _MOST = 1e-9, 1e9


class Tolerance(NamedTuple):
    """A distance with its unit.

    Attributes
    ----------
    value : float
        From 1e-9 to 1e9.
    unit : {"px", "diagonal", "mm"}
        "diagonal": a fraction of the diagonal of the label's own frame.
    """

    value: float
    unit: Literal["px", "diagonal", "mm"]


def parse_tolerance(value: float | str) -> Tolerance:
    """Read 5 (pixels), "5px", "1%" (of the diagonal) or "2mm".

    Raises
    ------
    InvalidOntology
        For anything else, and for what is not above 0.
    """
    number = math.nan
    unit: Any = "px"
    if isinstance(value, str):
        match = re.fullmatch(r"\s*([0-9.]+(?:[eE][+-]?[0-9]+)?)\s*(px|%|mm)?\s*", value)
        if match:
            try:
                number = float(match[1])
            except ValueError:
                number = math.nan
            unit = {"%": "diagonal", "mm": "mm"}.get(match[2], "px")
    elif isinstance(value, Real) and not isinstance(value, bool):
        # Compared first, because float() fails on an integer of many digits.
        number = float(value) if 0 < value <= _MOST else math.nan
    if unit == "diagonal":
        number /= 100
    if not _LEAST <= number <= _MOST:
        raise InvalidOntology(f"A tolerance can't be {shown(value)}.", hint='Write 5 (pixels), "1%" or "2mm", above 0.')
    return Tolerance(number, unit)


def checked_tolerance(owner: str, value: float | str) -> float | str:
    """The tolerance in its shortest spelling: a number of pixels, "1%" or "2mm"."""
    try:
        number, unit = parse_tolerance(value)
    except InvalidOntology as error:
        raise InvalidOntology(f"{owner}: {error.message}", hint=error.hint) from None
    if unit == "px":
        return number
    return f"{number * 100:.12g}%" if unit == "diagonal" else f"{number:.12g}mm"
