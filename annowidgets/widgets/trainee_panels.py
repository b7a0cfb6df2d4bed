"""What a trainee sees of a training: where they stand, the instructions, the own tasks."""

from __future__ import annotations

from typing import Any

from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.parts import Meaning, button, chip, coloured, figure, pairs, progress, section
from annowidgets.widgets.reading import instructions_body
from annowidgets.widgets.table import Column
from annowidgets.widgets.wording import counted, minutes
from annowidgets.workflow.instructions import Instructions
from annowidgets.workflow.training import TrainingStatus

COLUMNS = (
    Column("Task"),
    Column("State"),
    Column("Time", right=True),
    Column("Score", right=True),
    Column(""),
)
_STATES: dict[str, tuple[str, Meaning | None]] = {
    "queued": ("to do", None),
    "annotating": ("begun", "warn"),
    "submitted": ("done", "ok"),
}
_REVEALS = {
    "never": "Scores and the benchmark are not shown in this training.",
    "after_each": "The score and the benchmark of a task are shown when you have submitted it.",
    "after_last": "Scores and the benchmark are shown when you have submitted the last task.",
}


def where(status: TrainingStatus) -> list[Content]:
    """How far the round is, for the title bar."""
    said = f"{status.submitted} of {counted(status.tasks, 'task')} done"
    return [
        chip(f"round {status.round}") if status.round > 1 else None,
        tag("span", said, class_="aw-mute aw-num"),
        progress(status.submitted, status.tasks, said),
        _passed(status),
    ]


def _passed(status: TrainingStatus) -> Html | None:
    if status.passed is None or status.pass_mark is None:
        return None
    return chip("passed", "ok") if status.passed else chip("not passed", "bad")


def tools(status: TrainingStatus) -> Html:
    """The buttons at the right of the title."""
    reason = "; ".join(status.reasons)
    label = "Go on labelling" if status.open_task is not None else "Start labelling"
    start = button(label, "start", primary=status.available, disabled=not status.available, hint=reason or None)
    return tag("div", button("Refresh", "refresh", shortcut="G"), start, class_="aw-row")


def standing(status: TrainingStatus, reveal: str) -> Html:
    """Pass mark and own score, as far as it is shown."""
    score: Content = None
    if status.score is not None:
        reached = status.pass_mark is None or status.score >= status.pass_mark
        score = tag("b", f"{status.score:.1f}", class_=f"aw-num aw-{'ok' if reached else 'warn'}")
    left = status.tasks - status.submitted
    return section(
        "Where you stand",
        pairs(
            {
                "Pass mark": None if status.pass_mark is None else figure(float(status.pass_mark)),
                "Your score": score,
                "Of it with nothing to judge": counted(status.empty, "task") if status.empty else None,
                "Not in it, as no label counts": counted(status.unscored, "task") if status.unscored else None,
                "Done": f"{status.submitted} of {counted(status.tasks, 'task')}",
                "Left": left or None,
            }
        ),
        tag("p", _REVEALS[reveal], class_="aw-mute aw-after"),
    )


def instructions(shown: Instructions, pass_mark: float | None) -> Html:
    """The instructions, to fold away, with the mark to reach."""
    mark = None if pass_mark is None else chip(f"pass mark {figure(float(pass_mark))}")
    summary = tag("summary", tag("h3", f"Instructions, version {shown.version}"), mark)
    return tag("details", summary, instructions_body(shown), open=True, class_="aw-told", data_key="instructions")


def row(task: dict[str, Any], *, several_rounds: bool) -> list[Content]:
    """A task of one's own as a row of `COLUMNS`.

    Sends "begin" with the id of one to do, "compare" with that of one whose benchmark is shown.
    """
    word, meaning = _STATES[task["state"]]
    name, about = task["item"], f" · round {task['round']}" if several_rounds else ""
    is_shown = task["evaluation_labels"] is not None
    withdrawn = coloured(" withdrawn: it does not count", "mute") if task["withdrawn"] else None
    act: Content = None
    if task["state"] == "submitted":
        act = button("Compare", "compare", task["id"], name=f"Compare {name} with the benchmark") if is_shown else None
    elif not task["withdrawn"]:
        begun = task["state"] == "annotating"
        label = "Go on" if begun else "Initiate"
        act = button(label, "begin", task["id"], name=f"{label}: {name}")
    return [
        [name, about and coloured(about, "mute")],
        [chip(word, meaning), withdrawn],
        minutes(task["seconds"]) if task["seconds"] else None,
        _score(task, is_shown=is_shown),
        act,
    ]


def _score(task: dict[str, Any], *, is_shown: bool) -> Content:
    if task["state"] != "submitted":
        return None
    if not is_shown:
        return coloured("not shown yet", "mute")
    return "–" if task["score"] is None else f"{task['score']:.1f}"
