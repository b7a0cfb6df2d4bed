"""Feedback on the instructions, with its answers, and the forms to answer it in place (I2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.parts import button, chip, inline_form, join
from annowidgets.widgets.rows import rows_of
from annowidgets.widgets.wording import words
from annowidgets.workflow import Feedback, Project


def feedback_rows(project: Project, *, batch: str | None = None, state: str | None = None) -> list[dict[str, Any]]:
    """Feedback of a project or one of its batches as rows of `Project.feedback().to_frame()`, oldest first."""
    return rows_of(project.feedback(batch=batch, state=state).to_frame())


def feedback_list(rows: Iterable[dict[str, Any]], *, refusal: str | None, where: bool = False) -> Html:
    """What was said, and its answer; where it is open, a button and a form to answer it.

    Sends "address" and "decline" with the feedback's id, the second with a form's text; `answer_feedback` does both.

    Parameters
    ----------
    rows : iterable of mappings
        From `feedback_rows`.
    refusal : str or None
        Why the user may not answer.
    where : bool
        Whether each names its ``item``, with a button that opens its task (act "open").
    """
    return tag("ul", [_entry(row, refusal, where) for row in rows], class_="aw-feedback")


def answer_feedback(project: Project, act: str, key: str, value: Any) -> str:
    """Do what an act of `feedback_list` asks for; returns what was done."""
    found: Feedback = next(one for one in project.feedback() if one.id == int(key))
    if act == "decline":
        found.decline(answer=value["text"])
        return f"Declined: {found.text:.80}"
    found.address()
    return f"Addressed in version {found.version} of the instructions: {found.text:.80}"


def _entry(row: dict[str, Any], refusal: str | None, where: bool) -> Html:
    about: list[Content] = [tag("b", row["author"]), words(row["kind"])]
    if row["section"]:
        about.append(row["section"])
    about.append(f"instructions v{row['instructions_version']}")
    if where and row["item"] is not None:
        about.append(button(row["item"], "open", row["task"], plain=True, name=f"Open {row['item']}"))
    return tag(
        "li",
        tag("div", join(about, " · "), class_="aw-mute"),
        tag("q", row["text"]),
        _answer(row) if row["state"] != "open" else _answering(row, refusal),
    )


def _answer(row: dict[str, Any]) -> Html:
    state = f"addressed in v{row['version']}" if row["state"] == "addressed" else words(row["state"])
    said = row["answer"] and [" ", row["answer"]]
    return tag("div", chip(state, "ok" if row["state"] == "addressed" else None), said)


def _answering(row: dict[str, Any], refusal: str | None) -> Html:
    about = f"{row['author']}: {row['text']:.60}"
    address = button(
        "Addressed",
        "address",
        row["id"],
        disabled=refusal is not None,
        hint=refusal or "The current version of the instructions answers it",
        name=f"Mark as addressed: {about}",
    )
    if refusal is not None:
        return tag("div", address, class_="aw-row")
    decline = inline_form(
        "Decline…", "decline", key=row["id"], prompt="Your answer, shown with it", submit="Decline with this answer"
    )
    return tag("div", address, decline, class_="aw-row")
