"""The table of a project's batches: kind, state, progress, score with interval, open feedback."""

from __future__ import annotations

from typing import Any, NamedTuple

from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.parts import button, chip, coloured, progress
from annowidgets.widgets.table import Column
from annowidgets.widgets.wording import counted, words
from annowidgets.workflow import Batch

COLUMNS = (
    Column("Batch"),
    Column("Kind"),
    Column("State"),
    Column("Progress"),
    Column("Score, 95\N{NO-BREAK SPACE}%\N{NO-BREAK SPACE}interval", right=True),
    Column("Feedback", right=True),
    Column(""),
)


class Refusals(NamedTuple):
    """Why the user may not launch batches, and may not audit; None where they may."""

    run: str | None
    audit: str | None


def batch_row(
    batch: Batch, row: dict[str, Any], auditing: str | None, refusals: Refusals, *, primary: bool
) -> list[Content]:
    """A batch as a row of `COLUMNS`.

    Sends "open", "launch" and "audit" with the batch's id.

    Parameters
    ----------
    row : mapping
        Of ``project.batches().to_frame()``.
    auditing : str or None
        Of `audit_state`.
    primary : bool
        Whether its audit is the next step.
    """
    return [*figures(row, auditing), _feedback(batch, row), _acts(batch, row, refusals, primary)]


def figures(row: dict[str, Any], auditing: str | None = None) -> list[Content]:
    """All columns of a batch up to its score."""
    return [row["batch"], words(row["kind"]), auditing or words(row["state"]), _done(row), _score(row)]


def audit_state(batch: Batch, row: dict[str, Any]) -> str | None:
    """How far the audit of a calibration batch is: "auditing 12 / 20".

    None before anything can be graded, and when it is complete.
    """
    if row["kind"] != "calibration" or row["state"] not in ("in_progress", "closed_early"):
        return None
    counts = {str(one["state"]): int(one["tasks"]) for one in batch.progress().to_dict("records")}
    graded = counts.get("graded", 0)
    if graded + counts.get("submitted", 0) == 0:
        return None
    before = "closed early, " if row["state"] == "closed_early" else ""
    return f"{before}auditing {graded} / {sum(counts.values()) - counts.get('excluded', 0)}"


def _done(row: dict[str, Any]) -> Html:
    if row["state"] == "draft":
        return tag("span", counted(row["items"], "item"), class_="aw-mute aw-num")
    said = f"{row['done']} of {counted(row['tasks'], 'task')}"
    bar = progress(row["done"], row["tasks"], said)
    return tag("div", bar, tag("span", f"{row['done']} / {row['tasks']}"), class_="aw-done")


def _score(row: dict[str, Any]) -> Content:
    if row.get("passed") is None:
        waits = row["kind"] == "calibration" and "score" in row and row["state"] != "draft"
        return coloured("after the audit", "mute") if waits else None
    if row["score"] is None:
        return coloured("none", "bad")
    low, high = row["low"], row["high"]
    interval = None if low is None else tag("div", f"{low:.1f} – {high:.1f}", class_="aw-mute aw-interval")
    return [coloured(f"{row['score']:.1f}", "ok" if row["passed"] else "bad"), interval]


def _feedback(batch: Batch, row: dict[str, Any]) -> Content:
    number = row["open_feedback"]
    if not number:
        return coloured("0", "mute")
    name = f"Open {row['batch']}: {number} feedback without an answer"
    return button(chip(f"{number} open", "warn"), "open", batch.id, plain=True, name=name)


def _acts(batch: Batch, row: dict[str, Any], refusals: Refusals, primary: bool) -> Html:
    acts: list[Content] = [button("Open", "open", batch.id, name=f"Open {row['batch']}")]
    if row["state"] == "draft":
        name, refused = f"Launch {row['batch']}", refusals.run is not None
        acts.append(button("Launch", "launch", batch.id, disabled=refused, hint=refusals.run, name=name))
    elif row["kind"] == "calibration":
        acts.append(
            button(
                "Open audit tool",
                "audit",
                batch.id,
                primary=primary,
                disabled=refusals.audit is not None,
                hint=refusals.audit,
                name=f"Open audit tool of {row['batch']}",
            )
        )
    return tag("div", acts, class_="aw-row aw-acts-row")
