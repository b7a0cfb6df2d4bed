"""The table of trainees: each with progress, score and interval, time, and whether they passed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from annowidgets.widgets.batch_panels import Rows
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.parts import button, chip, coloured, progress
from annowidgets.widgets.rows import rows_of
from annowidgets.widgets.table import Column
from annowidgets.widgets.training.reading import Reading
from annowidgets.widgets.wording import counted, minutes


def columns(classes: Sequence[str]) -> list[Column]:
    """Columns of the table of trainees."""
    return [
        Column("Trainee"),
        Column("Tasks"),
        Column("Score", right=True),
        Column("95\N{NO-BREAK SPACE}%\N{NO-BREAK SPACE}interval"),
        *(Column(name, right=True) for name in classes),
        Column("Time per task", right=True),
        Column("Passed"),
        Column(""),
    ]


def trainee_rows(reading: Reading, classes: Sequence[str]) -> Rows[dict[str, Any]]:
    """Each trainee and round as a row of `columns`, the best first."""
    keys = ["trainee", "round"]
    points = reading.by_class.astype({"category": object}).set_index([*keys, "category"])["score"].to_dict()
    ordered = reading.scores.sort_values("score", ascending=False, kind="stable")

    def cells(row: dict[str, Any]) -> list[Content]:
        who = row["trainee"], row["round"]
        time = reading.cohort.seconds.get(who)
        own = [points.get((*who, name)) for name in classes]
        return [
            trainee_name(row),
            done(row),
            None if row["score"] is None else f"{row['score']:.1f}",
            interval_bar(row["score"], row["low"], row["high"], reading.pass_mark),
            *(None if value is None or np.isnan(value) else f"{value:.0f}" for value in own),
            None if not time else minutes(time),
            standing(row),
            button("Labels", "submissions_of", row["trainee"], name=f"Evaluation labels of {row['trainee']}"),
        ]

    return Rows(rows_of(ordered), cells)


def trainee_name(row: dict[str, Any]) -> Content:
    """Who it is, in which round, and whether it is a model."""
    nth = coloured(f" · round {row['round']}", "mute") if row["round"] > 1 else None
    return [row["trainee"], nth, [" ", chip("model")] if row["kind"] == "model" else None]


def done(row: dict[str, Any]) -> Html:
    """How far a round is."""
    said = f"{row['submitted']} of {counted(row['tasks'], 'task')}"
    return tag(
        "div",
        progress(row["submitted"], row["tasks"], said),
        tag("span", f"{row['submitted']} / {row['tasks']}"),
        class_="aw-done",
    )


def standing(row: dict[str, Any]) -> Content:
    """Whether a round is passed, or why nobody can say yet."""
    if row["passed"] is not None:
        said: Content = coloured("yes", "ok") if row["passed"] else coloured("no", "bad")
        return [said, [" ", chip("has seen gold", "warn")] if row["seen"] else None]
    return coloured("open" if row["submitted"] < row["tasks"] else "no pass mark", "mute")


def interval_bar(score: float | None, low: float | None, high: float | None, mark: float | None) -> Html | None:
    """A score on a line from 0 to 100 with its interval, and the pass mark as a dotted line across."""
    if score is None:
        return None
    told = f"{score:.1f}" if low is None else f"{score:.1f}, from {low:.1f} to {high:.1f}"
    lines = [tag("line", x1=0, x2=100, y1=7, y2=7, class_="aw-axis")]
    if low is not None and high is not None:
        lines.append(tag("line", x1=f"{low:.2f}", x2=f"{high:.2f}", y1=7, y2=7, class_="aw-span"))
    if mark is not None:
        told += f"; pass mark {mark:g}"
        lines.append(tag("line", x1=f"{mark:.2f}", x2=f"{mark:.2f}", y1=1, y2=13, class_="aw-mark"))
    dot = tag("circle", cx=f"{score:.2f}", cy=7, r=3.2)
    # room for a mark at either end
    box = {"viewBox": "-4 0 108 14", "width": 108}
    return tag("svg", tag("title", told), lines, dot, class_="aw-range", role="img", aria_label=told, **box)
