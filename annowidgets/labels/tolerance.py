"""Tolerances of a class: pixels, a share of the frame's diagonal, or millimetres."""

from __future__ import annotations

import math
import re
from typing import Any, Literal, NamedTuple

from annowidgets.errors import InvalidOntology


class Tolerance(NamedTuple):
    """A distance with its unit.

    Attributes
    ----------
    value : float
        Greater than 0.
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
    number: float = math.nan
    unit: Any = "px"
    if isinstance(value, str):
        match = re.fullmatch(r"\s*([0-9.]+(?:[eE][+-]?[0-9]+)?)\s*(px|%|mm)?\s*", value)
        if match:
            try:
                number = float(match[1])
            except ValueError:
                number = math.nan
            unit = {"%": "diagonal", "mm": "mm"}.get(match[2], "px")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        number = float(value)
    if unit == "diagonal":
        number /= 100
    if not 0 < number < math.inf:
        raise InvalidOntology(f"A tolerance can't be {value!r:.60}.", hint='Write 5 (pixels), "1%" or "2mm", above 0.')
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
