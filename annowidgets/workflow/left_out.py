"""What an import or an export left out, as a notebook shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 20


def left_out_html(frame: pd.DataFrame) -> str:
    """The first rows as a table, and how many more there are; nothing where there are none."""
    if frame.empty:
        return ""
    table: Any = frame.head(_SHOWN).to_html(index=False, escape=True, border=0)
    more = f"<p>and {len(frame) - _SHOWN} more</p>" if len(frame) > _SHOWN else ""
    return f"{table}{more}"
