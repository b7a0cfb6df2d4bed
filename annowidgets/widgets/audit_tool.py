"""The audit of a calibration batch: grade every attempt, then read the calibration score (C4, C5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from annowidgets.errors import AuditIncomplete, Immutable, InvalidInput, TaskLocked
from annowidgets.widgets import audit_panel, promoting
from annowidgets.widgets.attempts import Attempt, AttemptLabels, read_attempts, read_labels
from annowidgets.widgets.attempts_view import AttemptsView
from annowidgets.widgets.boxes import KEYS as BOX_KEYS
from annowidgets.widgets.calibration_result import reliability_pictures, result_html, score_text
from annowidgets.widgets.conditions import conditions_list
from annowidgets.widgets.feedback_list import answer_feedback, feedback_rows
from annowidgets.widgets.fix_editor import FixEditor, why_not_fixable
from annowidgets.widgets.focus import Focus
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.parts import button, chip, pairs, progress
from annowidgets.widgets.permitted import why_not
from annowidgets.widgets.screen import Screen
from annowidgets.widgets.wording import counted
from annowidgets.workflow import Batch, Project
from annowidgets.workflow.permissions import Permission

_KEYS = {
    "a": ("Approve the attempt", "approve"),
    "f": ("Fix: correct a copy of its labels", "fix"),
    "r": ("Reject, with a reason", "reject"),
    "n": ("Next ungraded attempt", "next"),
    "p": ("Previous attempt", "previous"),
    "h": ("Hide or show the labels", "hide"),
}
_FIX_KEYS = {"ctrl+enter": ("Save the fix", "save_fix")}


class AuditTool(Screen):
    """Grade the attempts of a calibration batch, complete the audit, read the score, promote tasks.

    Parameters
    ----------
    batch : Batch
        A calibration batch.
    on_back : callable, optional
        Called by a button that leads back to where the tool was opened.

    Raises
    ------
    PermissionDenied
        The user may not audit.
    RuleViolation
        The batch is of another kind.
    """

    def __init__(self, batch: Batch, *, on_back: Callable[[], object] | None = None) -> None:
        if not isinstance(batch, Batch):
            raise InvalidInput(f"AuditTool takes a batch, got {type(batch).__name__}.", hint="project.batch('round 1')")
        self._audit = batch.audit()
        super().__init__()
        self._batch, self._on_back = batch, on_back
        self._project = Project(batch.workspace, batch._project)
        self._current: int | None = None
        self._labels: AttemptLabels | None = None
        self._highlighted: str | None = None
        self._fixing: FixEditor | None = None
        self._result = LiveHtml(pad=True)
        self._attempts_view = AttemptsView(on_action=self.act)
        self._panel = LiveHtml(on_action=self.act)
        self.main.children = (self._attempts_view,)
        self.side.children = (self._panel,)
        self._focus = Focus()
        bar, message, *rest = self.children
        self.children = (bar, message, self._result, *rest, self._focus)
        self.add_class("aw-audit")
        self.handle(
            approve=lambda key, _: self._grade(key, "approve"),
            reject=lambda key, value: self._grade(key, "reject", reason=(value or {}).get("text")),
            fix=lambda key, _: self._start_fix(key),
            save_fix=lambda *_: self._save_fix(),
            cancel_fix=lambda *_: self._cancel_fix(),
            next=lambda *_: self._next(),
            previous=lambda *_: self._step(-1),
            pick=lambda key, _: self._pick(int(key)),
            hide=lambda *_: self._attempts_view.toggle_labels(),
            version=lambda key, _: self._show_version(key),
            highlight=lambda key, _: self._highlight(key),
            complete=lambda *_: self._complete(),
            promote=self._promote,
            address=lambda key, value: self._answer("address", key, value),
            decline=lambda key, value: self._answer("decline", key, value),
            refresh=lambda *_: self._refresh(),
            back=lambda *_: on_back and on_back(),
        )
        self.bind_keys(_KEYS)
        self._attempts = read_attempts(batch)
        self.run(self._begin)

    # --- moving from attempt to attempt

    def _begin(self) -> None:
        attempts = self._attempts.attempts
        first = None if self._attempts.complete else self._audit.next()
        self._open(first.id if first is not None else attempts[0].task if attempts else None)
        self._show_result()

    def _open(self, task: int | None) -> None:
        """Show an attempt; what is shown of the batch is read anew."""
        self._attempts = read_attempts(self._batch)
        place = self._attempts.place(task)
        attempt = None if place is None else self._attempts.attempts[place]
        if task != self._current:
            self._highlighted = None
        self._current = None if attempt is None else attempt.task
        self._labels = None if attempt is None else read_labels(self._batch, attempt)
        try:
            # before the buttons: whoever presses one has seen the picture that it is for
            self._attempts_view.show(self._attempts, attempt, self._labels)
        finally:
            self._render()

    def _refresh(self) -> None:
        self._open(self._current)

    def _pick(self, task: int) -> None:
        self._open(task)

    def _step(self, by: int) -> None:
        place = self._attempts.place(self._current)
        if place is not None:
            last = len(self._attempts.attempts) - 1
            self._open(self._attempts.attempts[min(max(place + by, 0), last)].task)

    def _next(self) -> None:
        """Open the next ungraded attempt that this auditor can grade, after the current one, then from the start.

        When the audit is complete, simply the next.
        """
        if self._attempts.complete:
            self._step(1)
            return
        self._attempts = read_attempts(self._batch)
        here = self._attempts.place(self._current)
        here = -1 if here is None else here
        after = [*self._attempts.attempts[here + 1 :], *self._attempts.attempts[:here]]
        free = [a for a in after if a.state == "submitted" and a.held_by is None and a.own is None]
        if free:
            self._open(free[0].task)
        else:
            self._refresh()
            self.say(self._why_none_is_next(), "mute")

    def _why_none_is_next(self) -> str:
        ungraded = [a for a in self._attempts.attempts if a.state == "submitted" and a.task != self._current]
        reasons = []
        if own := sum(a.own is not None for a in ungraded):
            reasons.append(f"{counted(own, 'attempt')} of your own")
        if held := sum(a.held_by is not None for a in ungraded):
            reasons.append(f"{counted(held, 'attempt')} held by another auditor")
        if self._attempts.waiting:
            reasons.append(f"{counted(self._attempts.waiting, 'attempt')} not submitted yet")
        return f"There is no other attempt to grade now{': ' if reasons else ''}{', '.join(reasons)}."

    def _attempt(self, key: str = "") -> Attempt:
        """The attempt that a key names, or the current one."""
        place = self._attempts.place(int(key) if key else self._current)
        if place is None:
            raise InvalidInput("There is no attempt to grade yet.")
        return self._attempts.attempts[place]

    # --- grading

    def _grade(self, key: str, grade: Any, *, reason: str | None = None) -> None:
        attempt = self._attempt(key)
        if attempt.task != self._current:
            # pressed while the next picture was on its way: meant for one of the two, and nobody knows for which
            self.say(f"Nothing was changed: {attempt.name} was left already.", "mute")
            return
        self._audit.grade(attempt.task, grade, reason=reason)
        self._go_on(attempt)
        word, meaning = audit_panel.GRADED[grade]
        self.say(f"{attempt.name} {word}.", "warn" if meaning == "bad" else meaning)

    def _go_on(self, graded: Attempt) -> None:
        """After a first grade to the next attempt; after another one, which corrects a slip, stay."""
        following = None
        if graded.state != "graded":
            following = self._audit.next()
        self._open(self._current if following is None else following.id)

    def _start_fix(self, key: str) -> None:
        attempt = self._attempt(key)
        labels = read_labels(self._batch, attempt)
        self._require_fixable(attempt, labels)
        editor = FixEditor(labels.ontology, guarded=self.guarded)
        try:
            with closing(attempt.item.open()) as medium:
                editor.show(medium.encoded(0), labels.submitted if labels.corrected is None else labels.corrected)
        except Exception:
            editor.close()
            raise
        self._current, self._fixing = attempt.task, editor
        self.main.children = (editor.stage,)
        self.side.children = (editor.panel,)
        self._render()
        self._focus.lead_to(".aw-box-stage .wrapper")

    def _require_fixable(self, attempt: Attempt, labels: AttemptLabels) -> None:
        """Refuse before the work what would be refused after it."""
        if attempt.own is not None:
            raise attempt.own
        if attempt.held_by is not None:
            raise TaskLocked(f"{attempt.held_by} audits {attempt.item.name!r}.", rule="C4")
        if self._attempts.complete:
            raise Immutable(f"The audit of {self._attempts.batch!r} is complete; its grades stay.", rule="C4")
        refusal = why_not_fixable(labels.ontology, labels.submitted, attempt.item.frames)
        if refusal is not None:
            raise InvalidInput(refusal)

    def _save_fix(self) -> None:
        if self._fixing is None:
            return
        attempt = self._attempt()
        accuracy = self._audit.grade(attempt.task, "fix", labels=self._fixing.labels)
        with self._put_away():
            self._go_on(attempt)
        self.say([f"{attempt.name} fixed: its accuracy is ", tag("b", f"{accuracy:.2f}", class_="aw-num"), "."])

    def _cancel_fix(self) -> None:
        with self._put_away():
            self._refresh()

    @contextmanager
    def _put_away(self) -> Iterator[None]:
        """Close the editor, and show what is drawn inside where it was: at once, so that no old button is seen."""
        editor, self._fixing = self._fixing, None
        try:
            yield
        finally:
            self.main.children = (self._attempts_view,)
            self.side.children = (self._panel,)
            if editor is not None:
                editor.close()

    # --- the picture

    def _show_version(self, key: str) -> None:
        self._attempts_view.show_version(key)
        self._render()

    def _highlight(self, key: str) -> None:
        self._highlighted = None if self._highlighted == key else key
        self._attempts_view.highlight(self._highlighted)
        self._render()

    # --- the end of the audit

    def _complete(self) -> None:
        result = self._audit.complete()
        self._refresh()
        self.say(f"The audit is complete. Calibration score {score_text(result)}.", "ok" if result.passed else "warn")
        self._show_result()

    def _promote(self, key: str, value: Any) -> None:
        said, meaning = promoting.promote(self._batch, self._attempts, int(key), value or {})
        self._show_result()  # the number of promoted tasks may be a condition
        self._refresh()
        self.say(said, meaning)

    def _answer(self, act: str, key: str, value: Any) -> None:
        said = answer_feedback(self._project, act, key, value)
        self._refresh()
        self.say(said)

    def _show_result(self) -> None:
        try:
            result = self._batch.result
        except AuditIncomplete:
            self._result.layout.display = "none"
            return
        self._result.layout.display = None
        self._result.show(result_html(result, self._project))
        if not self._result.images:  # drawing takes longer than anything else: it comes last
            self._result.images = reliability_pictures(self._batch)

    # --- what is shown

    def _render(self) -> None:
        attempts, labels = self._attempts, self._labels
        place = attempts.place(self._current)
        attempt = None if place is None else attempts.attempts[place]
        graded = f"{attempts.graded} of {attempts.to_grade} graded"
        self.set_title(
            f"Audit · {attempts.batch}",
            chip("complete", "ok") if attempts.complete else None,
            tag("span", graded, class_="aw-mute aw-num"),
            progress(attempts.graded, attempts.to_grade, f"{graded}"),
        )
        fixing = self._fixing is not None
        self.bind_keys(_FIX_KEYS if fixing else _KEYS, more=BOX_KEYS if fixing else None)
        self.tools.show(None if fixing else self._tools(place))
        self.footer.show(self._fix_footer(attempt) if fixing else None)
        if fixing or attempt is None or labels is None:
            self._panel.show(None if fixing else audit_panel.outlook(attempts))
            return
        shown = self._attempts_view.shown_labels
        no_fix = why_not_fixable(labels.ontology, labels.submitted, attempt.item.frames)
        said = [row for row in feedback_rows(self._project, batch=attempts.batch) if row["task"] == attempt.task]
        refusal = why_not(self._project, Permission.DIRECT_TASKS)
        can_be = len(promoting.promotable(attempts))
        self._panel.show(
            [
                audit_panel.facts(attempt),
                audit_panel.grading(attempt, labels, final=attempts.complete, no_fix=no_fix),
                audit_panel.labels_by_class(labels.ontology, shown, highlighted=self._highlighted),
                audit_panel.feedback(said, refusal),
                promoting.promotion(attempt, can_be) if attempts.complete else audit_panel.outlook(attempts),
            ]
        )

    def _tools(self, place: int | None) -> Html:
        attempts = self._attempts
        last = place is None or place == len(attempts.attempts) - 1
        buttons: list[Content] = [
            button("Back", "back") if self._on_back else None,
            button("Refresh", "refresh", hint="Read the file again: others may have submitted or graded"),
            button("Previous", "previous", disabled=not place, shortcut="P", name="Previous attempt"),
        ]
        if attempts.complete:
            buttons.append(button("Next", "next", disabled=last, shortcut="N", name="Next attempt"))
        else:
            buttons += [
                button("Next ungraded", "next", disabled=attempts.left == 0, shortcut="N"),
                button(
                    "Complete audit",
                    "complete",
                    primary=True,
                    disabled=attempts.left > 0,
                    hint=self._why_incomplete() or "Adds the grades up to the calibration score; they are final then",
                ),
            ]
        return tag("div", buttons, class_="aw-row")

    def _why_incomplete(self) -> str | None:
        if self._attempts.left == 0:
            return None
        waiting = f", {self._attempts.waiting} of them not submitted yet" if self._attempts.waiting else ""
        return f"{counted(self._attempts.left, 'attempt')} without a grade{waiting}"

    def _fix_footer(self, attempt: Attempt | None) -> Html:
        assert attempt is not None
        return tag(
            "div",
            tag("span", f"Correcting a copy of {attempt.name}; what was handed in stays.", class_="aw-mute"),
            tag("span", class_="aw-spread"),
            button("Cancel", "cancel_fix"),
            button("Save the fix", "save_fix", primary=True, shortcut="Ctrl+Enter"),
            class_="aw-row",
        )

    # --- without a kernel

    def summary(self) -> Html:
        """Progress and grades, and when the audit is complete the score."""
        attempts = read_attempts(self._batch)
        grades = [attempt.grade.grade for attempt in attempts.attempts if attempt.grade is not None]
        told: dict[str, Content] = {
            "Batch": attempts.batch,
            "Graded": f"{attempts.graded} of {attempts.to_grade}",
            **{word.capitalize(): grades.count(grade) for grade, (word, _) in audit_panel.GRADED.items()},
        }
        if not attempts.complete:
            return pairs(told)
        result = self._batch.result
        told["Calibration score"] = score_text(result)
        return Html(pairs(told) + conditions_list(result.conditions))
