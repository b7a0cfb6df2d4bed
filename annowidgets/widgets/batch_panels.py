"""What a batch and its tasks look like: rows of tables, and what stands beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar, overload

from annowidgets.widgets.audit_panel import GRADED
from annowidgets.widgets.feedback_list import feedback_list
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.pace import HOURS, Pace, Stalled, day_and_time, how_long
from annowidgets.widgets.parts import button, chip, coloured, inline_form, pairs, section
from annowidgets.widgets.table import Column
from annowidgets.widgets.wording import counted, minutes, percent, words
from annowidgets.workflow.states import TaskState

T = TypeVar("T")

TASK_COLUMNS = (
    Column("Item"),
    Column("State"),
    Column("Tasker"),
    Column("Time", right=True),
    Column("Confidence", right=True),
    Column("Feedback"),
    Column(""),
)


class Rows(Sequence[Sequence[Content]], Generic[T]):
    """Rows of a `Table` that are made when their page is turned to."""

    def __init__(self, things: Sequence[T], make: Callable[[T], Sequence[Content]]) -> None:
        self._things, self._make = things, make

    def __len__(self) -> int:
        return len(self._things)

    @overload
    def __getitem__(self, index: int) -> Sequence[Content]: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sequence[Content]]: ...
    def __getitem__(self, index: int | slice) -> Sequence[Content] | list[Sequence[Content]]:
        if isinstance(index, slice):
            return [self._make(thing) for thing in self._things[index]]
        return self._make(self._things[index])


def task_row(task: dict[str, Any], feedback: Sequence[dict[str, Any]], *, opened: bool) -> Sequence[Content]:
    """One task of a batch as a row of `TASK_COLUMNS`."""
    done = task["submitted"] is not None
    grade = task.get("grade")
    state: Content = words(task["state"])
    if grade is not None:
        word, meaning = GRADED[grade]
        state = [state, " ", chip(word, meaning)]
    attempt = f" · attempt {task['attempt']}" if task["attempt"] > 1 else ""
    return (
        [task["item"], coloured(attempt, "mute")],
        state,
        task["user"] or (task["assignee"] and coloured(f"for {task['assignee']}", "mute")),
        minutes(task["seconds"]) if done or task["seconds"] else None,
        percent(task["confidence"]),
        _said(feedback),
        button("Open", "open", task["id"], name=f"Open task {task['id']}, {task['item']}", pressed=opened or None),
    )


def _said(feedback: Sequence[dict[str, Any]]) -> Content:
    if not feedback:
        return None
    open_ = sum(row["state"] == "open" for row in feedback)
    first = next((row for row in feedback if row["state"] == "open"), feedback[0])
    count = chip(f"{open_} open", "warn") if open_ else chip("answered")
    text = first["text"]
    return [count, " ", tag("span", text if len(text) <= 60 else f"{text[:60]}…", class_="aw-mute")]


def states(counts: dict[str, int], chosen: str) -> Html:
    """How many tasks there are in each state, as buttons that show only those (act "filter")."""
    total = sum(counts.values())
    ordered = [state for state in TaskState if state in counts]
    return tag(
        "div",
        button(f"all {total}", "filter", "", plain=True, pressed=chosen == ""),
        [
            button(f"{words(state)} {counts[state]}", "filter", state, plain=True, pressed=chosen == state)
            for state in ordered
        ],
        class_="aw-row aw-tight",
    )


def task_panel(
    task: dict[str, Any],
    feedback: Sequence[dict[str, Any]],
    *,
    members: Sequence[str],
    refusal: str | None,
    running: bool,
) -> Html:
    """One task with what a lead may do with it.

    Sends "release", "assign" and "prioritise" (a form's fields), "exclude" (a form's text), each with the task's id,
    the acts of `feedback_list`, and "unselect".

    Parameters
    ----------
    members : sequence of str
        Who it may be assigned to.
    refusal : str or None
        Why the user may not direct tasks.
    running : bool
        Whether items of the batch may still be excluded.
    """
    lease = task["lease_until"] and f"until {day_and_time(task['lease_until'].timestamp())}"
    facts: dict[str, Content] = {
        "Item": task["item"],
        "State": words(task["state"]),
        "Tasker": task["user"],
        "Lease": lease if task["state"] == "annotating" else None,
        "Assigned": task["assignee"],
        "Priority": task["priority"] or None,
        "Attempt": task["attempt"] if task["attempt"] > 1 else None,
        "Accuracy": None if task.get("accuracy") is None else f"{task['accuracy']:.2f}",
        "Reviewer": task["reviewer"],
        "Reason": task["reason"],
    }
    heading = tag(
        "div",
        tag("h3", f"Task {task['id']}"),
        tag("span", class_="aw-spread"),
        button("✕", "unselect", plain=True, name="Close the task"),
        class_="aw-row",
    )
    parts: list[Content] = [heading, pairs(facts)]
    if refusal is not None:
        parts.append(tag("p", refusal, class_="aw-mute"))
    else:
        parts.append(tag("div", _directions(task, members, running), class_="aw-directions"))
    if feedback:
        parts += [tag("h3", "Feedback"), feedback_list(feedback, refusal=refusal)]
    return tag("section", parts)


def _directions(task: dict[str, Any], members: Sequence[str], running: bool) -> Content:
    found: list[Content] = []
    if task["state"] == "annotating":
        found.append(button("Release the claim", "release", task["id"], hint="The draft is kept for its tasker"))
    if task["state"] in ("queued", "returned"):
        options = [tag("option", member, value=member, selected=member == task["assignee"]) for member in members]
        user = tag("select", options, name="user", aria_label="Member")
        found.append(_form("Assign to", "assign", task["id"], user, "Assign"))
        priority = tag("input", type="number", name="priority", value=task["priority"], step=1)
        found.append(_form("Priority", "prioritise", task["id"], priority, "Set"))
    if running:
        found.append(
            inline_form(
                "Exclude the item…",
                "exclude",
                key=task["id"],
                prompt="Why is it taken out of the batch?",
                submit="Exclude it",
            )
        )
    return found


def _form(label: str, act: str, key: int, field: Html, submit: str) -> Html:
    return tag(
        "form",
        tag("label", tag("span", label), field),
        tag("button", submit, type="submit"),
        class_="aw-row aw-directing",
        data_act=act,
        data_key=key,
    )


def pace_section(pace: Pace, now: float) -> Html:
    """How fast the batch goes, and when it may end."""
    if pace.left == 0:
        said: Content = "Everything is handed in."
    elif pace.recent == 0:
        said = f"Nothing was handed in during the last {HOURS:g} hours; {counted(pace.left, 'task')} to go."
    elif pace.per_hour is None or pace.end is None:
        said = f"Too little was handed in to tell the pace; {counted(pace.left, 'task')} to go."
    else:
        said = [
            tag("b", f"{pace.per_hour:.1f}", class_="aw-num"),
            f" an hour lately, {counted(pace.left, 'task')} to go: about ",
            tag("b", how_long(pace.end - now), class_="aw-num"),
            f", until {day_and_time(pace.end)}.",
        ]
    return section("Pace", tag("p", said))


def stalled_section(found: Sequence[Stalled], refusal: str | None) -> Html | None:
    """Claims whose lease ran out, oldest first, each with a button that gives the task back (act "release")."""
    if not found:
        return None
    rows = [
        tag(
            "li",
            tag("div", one.item, " · ", tag("b", one.user)),
            tag(
                "div",
                coloured(f"ran out {how_long(one.seconds)} ago", "warn"),
                tag("span", class_="aw-spread"),
                button(
                    "Release",
                    "release",
                    one.task,
                    disabled=refusal is not None,
                    hint=refusal or "Back to the queue; the draft is kept for its tasker",
                    name=f"Release {one.item}, claimed by {one.user}",
                ),
                class_="aw-row",
            ),
        )
        for one in found
    ]
    return section(f"Stalled claims ({len(found)})", tag("ul", rows, class_="aw-feedback"))


def closing_section(refusal: str | None) -> Html:
    """The form that closes a running batch early (act "close_early")."""
    if refusal is not None:
        return section("Close early", button("Close early…", "close_early", disabled=True, hint=refusal))
    form = inline_form(
        "Close early…",
        "close_early",
        prompt="Why? Tasks that are open are cancelled, or excluded from a calibration; drafts are kept.",
        submit="Close the batch",
    )
    return section("Close early", form)
