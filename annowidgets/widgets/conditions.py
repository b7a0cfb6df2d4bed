"""The conditions of production with their figures, as they stand now or stood at a calibration (C2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from annowidgets.widgets.html import Html
from annowidgets.widgets.parts import readiness_list

if TYPE_CHECKING:
    import pandas as pd


def conditions_list(conditions: pd.DataFrame) -> Html:
    """`Project.readiness` or the conditions of a result as a list; what is advice shows as advice and locks nothing."""
    return readiness_list([_shown(row) for row in conditions.to_dict("records")])


def _shown(row: dict[Any, Any]) -> dict[str, Any]:
    required = str(row["required"])
    if required == "advice":
        return {**row, "required": None, "met": True if row["met"] else None}
    return {**row, "required": required.replace(">=", "≥").replace("<=", "≤"), "met": bool(row["met"])}
