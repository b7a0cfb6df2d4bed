"""What stands beside an attempt: who made it and how, its grade, its labels, what was said, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from annowidgets.labels import Answer, AnswerValue, Label, Labels, Ontology
from annowidgets.widgets.attempts import Attempt, Attempts
from annowidgets.widgets.feedback_list import feedback_list
from annowidgets.widgets.html import Html, tag
from annowidgets.widgets.parts import Meaning, button, chip, coloured, figure, inline_form, pairs, section, swatch
from annowidgets.widgets.permitted import reason_of
from annowidgets.widgets.wording import minutes, percent

GRADED: dict[str, tuple[str, Meaning]] = {
    "approve": ("approved", "ok"),
    "fix": ("fixed", "warn"),
    "reject": ("rejected", "bad"),
}
# More numbers than this and a class is told as a count alone.
_MOST_LISTED = 60


def facts(attempt: Attempt) -> Html:
    """Who made the attempt, how long it took, and how sure they were."""
    version = attempt.instructions_version
    return section(
        "Attempt",
        pairs(
            {
                "Item": attempt.item.name,
                "Tasker": attempt.user or "nobody",
                "Time": minutes(attempt.seconds) if attempt.labels is not None else None,
                "Confidence": None if attempt.confidence is None else percent(attempt.confidence),
                "Instructions": None if version is None else f"version {version}",
            }
        ),
    )


def grading(attempt: Attempt, *, final: bool) -> Html:
    """The grade of an attempt, and the buttons that give one.

    Parameters
    ----------
    final : bool
        Whether the audit is complete, so that there is nothing left to press.
    """
    said = [_grade(attempt)]
    if final or attempt.excluded is not None:
        return section("Grade", said)
    held = attempt.held_by and f"{attempt.held_by} audits this item at the moment; the hold ends with their lease."
    refusal = held if attempt.own is None else reason_of(attempt.own)
    if refusal:
        said.append(tag("p", coloured(refusal, "warn")))
    now = attempt.grade.grade if attempt.grade is not None else None
    open_ = refusal is None
    if open_:
        reject: Html = inline_form(
            "Reject…",
            "reject",
            key=attempt.task,
            prompt="What is wrong with it?",
            submit="Reject this attempt",
            shortcut="R",
            chord="r",
        )
    else:
        reject = button("Reject…", "reject", attempt.task, shortcut="R", disabled=True, hint=refusal)
    return section(
        "Grade",
        said,
        tag(
            "div",
            button(
                "Approve",
                "approve",
                attempt.task,
                primary=now is None and open_,
                shortcut="A",
                chord="a",
                disabled=not open_,
                hint=refusal or "Right as it is",
                pressed=now == "approve",
            ),
            button(
                "Fix",
                "fix",
                attempt.task,
                shortcut="F",
                chord="f",
                disabled=not open_,
                hint=refusal or "Correct a copy; what differs lowers the accuracy",
                pressed=now == "fix",
            ),
            reject,
            class_="aw-row",
        ),
    )


def _grade(attempt: Attempt) -> Html:
    if attempt.excluded is not None:
        return tag("p", chip("excluded"), " ", attempt.excluded)
    if attempt.grade is None:
        return tag("p", coloured("Not graded yet.", "mute"))
    grade = attempt.grade
    word, meaning = GRADED[grade.grade]
    line = tag(
        "p",
        chip(word, meaning),
        " accuracy ",
        tag("b", f"{grade.accuracy:.2f}", class_="aw-num"),
        coloured(f" by {grade.auditor}", "mute"),
        coloured(" (self-audited)", "warn") if grade.self_audited else None,
        [" ", button("Compare", "compare", attempt.task, plain=True, hint="The attempt beside its fix")]
        if grade.grade == "fix"
        else None,
    )
    return line if grade.reason is None else Html(line + tag("p", tag("q", grade.reason)))


def labels_by_class(ontology: Ontology, labels: Labels, *, highlighted: str | None) -> Html:
    """How many labels there are of each class, a button each that shows where it is, and the answers.

    Sends "highlight" with a label's id.
    """
    of_class: dict[str, list[Label]] = {item.name: [] for item in ontology.objects}
    for label in labels:
        if isinstance(label, Label):
            of_class.setdefault(label.category, []).append(label)
    colors = {item.name: str(item.color) for item in ontology.objects}
    rows = [
        tag(
            "li",
            tag("div", swatch(colors.get(name, "#888888")), name, _count(found), class_="aw-row"),
            tag("div", [_label(n, label, highlighted) for n, label in enumerate(found, 1)], class_="aw-row aw-tight")
            if 0 < len(found) <= _MOST_LISTED
            else None,
        )
        for name, found in of_class.items()
    ]
    answers = [(answer.question, _said(answer.value)) for answer in labels if isinstance(answer, Answer)]
    total = sum(map(len, of_class.values()))
    return section(f"Labels ({total})", tag("ul", rows, class_="aw-by-class"), answers and pairs(answers))


def _count(found: list[Label]) -> Html:
    return tag("span", len(found), class_="aw-mute aw-num")


def _label(number: int, label: Label, highlighted: str | None) -> Html:
    said = ", ".join(_said(answer) for answer in label.attributes.values())
    return button(
        f"{number} {said}".rstrip(),
        "highlight",
        label.id,
        plain=True,
        pressed=label.id == highlighted,
        name=f"Show {label.category} {number} {said}".rstrip(),
        hint=_asked(label.attributes),
    )


def _asked(attributes: Mapping[str, AnswerValue]) -> str | None:
    return "; ".join(f"{question}: {_said(answer)}" for question, answer in attributes.items()) or None


def _said(answer: AnswerValue) -> str:
    return ", ".join(answer) if isinstance(answer, tuple) else figure(answer)


def feedback(rows: Iterable[dict[str, Any]], refusal: str | None) -> Html | None:
    """What was said about the instructions at this attempt."""
    listed = list(rows)
    return section("Feedback", feedback_list(listed, refusal=refusal)) if listed else None


def outlook(attempts: Attempts) -> Html:
    """What is left until the score exists."""
    if attempts.left == 0:
        said = "Every attempt is graded. Complete the audit; grades are final from then on."
    else:
        last = "the last attempt is" if attempts.left == 1 else f"the last {attempts.left} attempts are"
        waiting = f", {attempts.waiting} of them not submitted yet" if attempts.waiting else ""
        said = f"Score, interval and what it means for the lock appear here when {last} graded{waiting}."
    return section("After the audit", tag("p", said, class_="aw-mute"))
