"""The title, the buttons and the foot of the audit tool, and its figures for who has no kernel."""

from __future__ import annotations

from annowidgets.widgets.attempts import Attempt, Attempts
from annowidgets.widgets.audit_panel import GRADED
from annowidgets.widgets.calibration_result import score_text
from annowidgets.widgets.conditions import conditions_list
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.parts import button, chip, pairs, progress
from annowidgets.widgets.wording import counted
from annowidgets.workflow import Batch


def title(attempts: Attempts) -> list[Content]:
    """Where one is, and how far the audit is; for `Screen.set_title`."""
    graded = f"{attempts.graded} of {attempts.to_grade} graded"
    return [
        f"Audit · {attempts.batch}",
        chip("complete", "ok") if attempts.complete else None,
        tag("span", graded, class_="aw-mute aw-num"),
        progress(attempts.graded, attempts.to_grade, graded),
    ]


def tools(attempts: Attempts, current: Attempt | None, *, leads_back: bool) -> Html:
    """The buttons at the right of the title."""
    place = None if current is None else attempts.place(current.task)
    buttons: list[Content] = [
        button("Back", "back") if leads_back else None,
        button("Refresh", "refresh", hint="Read the file again: others may have submitted or graded"),
        button("Previous", "previous", disabled=not place, shortcut="B", name="Previous attempt"),
    ]
    if attempts.complete:
        last = place is None or place == len(attempts.attempts) - 1
        buttons.append(button("Next", "next", disabled=last, shortcut="N", name="Next attempt"))
    else:
        missing = _why_incomplete(attempts)
        buttons += [
            button("Next ungraded", "next", disabled=missing is None, shortcut="N"),
            button(
                "Complete audit",
                "complete",
                primary=True,
                disabled=missing is not None,
                hint=missing or "Adds the grades up to the calibration score; they are final then",
            ),
        ]
    return tag("div", buttons, class_="aw-row")


def _why_incomplete(attempts: Attempts) -> str | None:
    if attempts.left == 0:
        return None
    waiting = f", {attempts.waiting} of them not submitted yet" if attempts.waiting else ""
    return f"{counted(attempts.left, 'attempt')} without a grade{waiting}"


def why_none_is_next(attempts: Attempts, current: int | None) -> str:
    """Why there is no other attempt that the auditor could grade."""
    ungraded = [attempt for attempt in attempts.attempts if attempt.state == "submitted" and attempt.task != current]
    reasons = []
    if own := sum(attempt.own is not None for attempt in ungraded):
        reasons.append(f"{counted(own, 'attempt')} of your own")
    if held := sum(attempt.held_by is not None for attempt in ungraded):
        reasons.append(f"{counted(held, 'attempt')} held by another auditor")
    if attempts.waiting:
        reasons.append(f"{counted(attempts.waiting, 'attempt')} not submitted yet")
    return f"There is no other attempt to grade now{': ' if reasons else ''}{', '.join(reasons)}."


def fix_footer(attempt: Attempt) -> Html:
    """What is pressed while a copy is corrected."""
    return tag(
        "div",
        tag("span", f"Correcting a copy of {attempt.name}; what was handed in stays.", class_="aw-mute"),
        tag("span", class_="aw-spread"),
        button("Cancel", "cancel_fix"),
        button("Save the fix", "save_fix", primary=True, shortcut="Ctrl+Enter"),
        class_="aw-row",
    )


def audit_figures(attempts: Attempts, batch: Batch) -> Html:
    """Progress and grades, and when the audit is complete the score."""
    grades = [attempt.grade.grade for attempt in attempts.attempts if attempt.grade is not None]
    told: dict[str, Content] = {"Batch": attempts.batch, "Graded": f"{attempts.graded} of {attempts.to_grade}"}
    told |= {word.capitalize(): grades.count(grade) for grade, (word, _) in GRADED.items()}
    if not attempts.complete:
        return pairs(told)
    result = batch.result
    told["Calibration score"] = score_text(result)
    return Html(pairs(told) + conditions_list(result.conditions))
