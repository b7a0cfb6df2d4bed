"""What a change makes of everybody's score: before, after, and who passes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.parts import coloured
from annowidgets.widgets.table import Column
from annowidgets.widgets.wording import counted

if TYPE_CHECKING:
    import pandas as pd

# So many are named who come to pass or do no more.
_NAMED = 5
COLUMNS = (
    Column("Trainee"),
    Column("Before", right=True),
    Column("After", right=True),
    Column("Change", right=True),
    Column("Passed before"),
    Column("Passed after"),
)


def move_row(row: dict[str, Any]) -> Sequence[Content]:
    """A trainee and round of `TrainingProject.what_if` or `recalculate` as a row of `COLUMNS`."""
    before, after = row["before"], row["after"]
    nth = coloured(f" · round {row['round']}", "mute") if row["round"] > 1 else None
    changed = row["passed_before"] != row["passed_after"]
    return (
        [row["trainee"], nth],
        None if before is None else f"{before:.1f}",
        None if after is None else f"{after:.1f}",
        None if before is None or after is None else _change(after - before),
        _passed(row["passed_before"]),
        tag("b", _passed(row["passed_after"])) if changed else _passed(row["passed_after"]),
    )


def in_short(moves: pd.DataFrame) -> Html:
    """How many pass before and after, and the means."""
    scored = moves.dropna(subset=["before", "after"])
    before, after = (int(moves[name].fillna(value=False).sum()) for name in ("passed_before", "passed_after"))
    rounds = counted(len(moves), "round")
    if scored.empty:
        return tag("span", f"No score yet in {rounds}.", class_="aw-mute")
    means = f"mean score {scored['before'].mean():.1f} → {scored['after'].mean():.1f}"
    told = tag("b", f"{before} → {after}", class_="aw-num"), f" of {rounds} passed; {means}"
    return tag("span", told, _changing(moves), class_="aw-num")


def _changing(moves: pd.DataFrame) -> Content:
    """Who comes to pass, and who does no more."""
    was, now = (moves[name].fillna(value=False) for name in ("passed_before", "passed_after"))
    said = []
    for word, chosen in (("passes now", now & ~was), ("no longer passes", was & ~now)):
        names = moves["trainee"][chosen].tolist()
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        if names:
            said.append(f"; {word}: {', '.join(names[:_NAMED])}{more}")
    return said


def _change(by: float) -> Content:
    if abs(by) < 0.05:
        return coloured("0.0", "mute")
    return f"{by:+.1f}".replace("-", "−")


def _passed(passed: bool | None) -> Content:
    if passed is None:
        return coloured("open", "mute")
    return coloured("yes", "ok") if passed else coloured("no", "bad")
