"""What stands around a task in review: who labelled it, what waits, the comments, what to press."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from annowidgets.labels import Label, Labels
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.parts import button, chip, inline_form, pairs, section
from annowidgets.widgets.wording import counted, minutes, percent

_LISTED = 40


def tools(*, leads_back: bool) -> Html:
    """The buttons at the right of the title."""
    back = button("Back", "back") if leads_back else None
    return tag("div", back, button("Refresh", "refresh"), class_="aw-row")


def facts(task: Mapping[str, Any]) -> Html:
    """Who labelled the task, and how."""
    version = task["instructions_version"]
    return section(
        "In review",
        pairs(
            {
                "Item": task["item"],
                "Batch": task["batch"],
                "By": task["user"],
                "Time": minutes(task["seconds"]) if task["seconds"] else None,
                "Confidence": None if task["confidence"] is None else percent(task["confidence"]),
                "Instructions": None if version is None else f"version {version}",
            }
        ),
    )


def waiting(tasks: Sequence[Mapping[str, Any]], current: int | None) -> Html | None:
    """The tasks that wait, a button each (act "open")."""
    if len(tasks) < 2:
        return None
    shown = [
        button(f"{task['item']} · {task['user']}", "open", task["id"], plain=True, pressed=task["id"] == current)
        for task in tasks[:_LISTED]
    ]
    more = len(tasks) - len(shown)
    return section(
        f"Waiting ({len(tasks)})",
        tag("div", shown, class_="aw-waiting"),
        tag("p", f"and {more} more", class_="aw-mute") if more else None,
    )


def comments(written: Mapping[str, str], titles: Mapping[str, str]) -> Html | None:
    """What is to be said of single labels when the task is returned."""
    if not written:
        return None
    listed = [
        tag(
            "li",
            button(
                titles.get(label, "a label that you removed"), "select", label, plain=True, hint="Select this label"
            ),
            text,
            " ",
            button("✕", "uncomment", label, plain=True, name=f"Remove the comment on {titles.get(label, 'it')}"),
        )
        for label, text in written.items()
    ]
    said = tag("p", "Sent with Return, not with Approve.", class_="aw-mute")
    return section(f"Your comments ({len(written)})", tag("ul", listed, class_="aw-comments"), said)


def footer(task: int, titles: Mapping[str, str], *, selected: str | None, fixes: int, commented: int) -> Html:
    """The buttons below the work; each holds the task's id, so that a late press reaches no other task.

    Parameters
    ----------
    titles : mapping of label id -> text
        Labels that can be commented on: those that were handed in.
    selected : str or None
        Id of the one that is proposed for a comment.
    fixes : int
        How many labels the reviewer has changed.
    commented : int
        How many comments go with a return.
    """
    options = [tag("option", title, value=id, selected=id == selected) for id, title in titles.items()]
    about = tag("label", "Label ", tag("select", options, name="label"))
    comment = inline_form(
        "Comment…",
        "comment",
        key=f"{task} {commented}",
        prompt="What is to be done with it?",
        submit="Note it down",
        fields=about,
        shortcut="G",
        chord="g",
    )
    told = f" with {counted(commented, 'comment')}" if commented else ""
    return tag(
        "div",
        comment if titles else None,
        inline_form(
            ["Return…"],
            "return",
            key=task,
            prompt="What is to be done?",
            submit=f"Return it{told}",
            shortcut="B",
            chord="b",
        ),
        tag("span", class_="aw-spread"),
        button("Undo my fixes", "reset", task) if fixes else None,
        button("Later", "later", task, shortcut="K", chord="k", hint="Look at the next one first"),
        button(
            f"Approve with {counted(fixes, 'fix', 'fixes')}" if fixes else "Approve",
            "approve",
            task,
            primary=True,
            shortcut="A",
            chord="a",
        ),
        class_="aw-row",
    )


def changes(before: Labels, after: Labels) -> int:
    """How many labels and answers differ, came, or went."""
    known, now = (
        {one.id if isinstance(one, Label) else (one.question, one.frame): one for one in side}
        for side in (before, after)
    )
    return sum(known.get(key) != now.get(key) for key in {*known, *now})


def idle() -> Html:
    """That nothing waits."""
    look: Content = button("Look again", "refresh", primary=True)
    said = tag("p", "Tasks appear here when they are submitted and drawn for review.", class_="aw-mute")
    return tag("div", tag("h3", "Nothing to review now"), said, look, class_="aw-idle")


def unsuited(item: str, reason: Content) -> Html:
    """Why a task can't be shown."""
    ways = tag("p", "It can be approved or returned nevertheless.", class_="aw-mute")
    return tag("div", tag("h3", f"{item} can't be shown"), tag("p", reason), ways, class_="aw-idle")


def title(name: str, number: int) -> list[Content]:
    """Where one is, and how much waits."""
    return [f"{name} · Review", chip(f"{number} in review", "warn" if number else "ok")]
