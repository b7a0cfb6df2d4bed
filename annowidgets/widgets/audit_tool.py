"""The audit of a calibration batch: grade every attempt, then read the calibration score (C4, C5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import ipywidgets

from annowidgets.errors import InvalidInput
from annowidgets.widgets import audit_bar, audit_panel, promoting
from annowidgets.widgets.attempts import Attempt, AttemptLabels, read_attempts, read_labels
from annowidgets.widgets.attempts_view import AttemptsView
from annowidgets.widgets.calibration_result import ResultBand, score_text
from annowidgets.widgets.cells import close_earlier
from annowidgets.widgets.changes import keep_current
from annowidgets.widgets.comparison import Comparison
from annowidgets.widgets.editor import KEYS as EDITOR_KEYS
from annowidgets.widgets.editor import VIEW_KEYS
from annowidgets.widgets.feedback_list import answer_feedback, feedback_rows
from annowidgets.widgets.fixable import require_fixable
from annowidgets.widgets.html import Html, tag
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.nesting import OpensOthers
from annowidgets.widgets.open_task import Draft
from annowidgets.widgets.permitted import why_not
from annowidgets.widgets.screen import close_parts
from annowidgets.widgets.workbench import Workbench
from annowidgets.workflow import Batch, Project
from annowidgets.workflow.permissions import Permission

_KEYS = {
    "a": ("Approve the attempt", "approve"),
    "f": ("Fix: correct a copy of its labels", "fix"),
    "r": ("Reject, with a reason", "reject"),
    "n": ("Next ungraded attempt", "next"),
    "b": ("Previous attempt", "previous"),
    "h": ("Hide or show the labels", "hide"),
}
_FIX_KEYS = {"ctrl+enter": ("Save the fix", "save_fix")}
# Acts of the screen that an open fix has replaced.
_BEHIND_A_FIX = frozenset(
    {"approve", "reject", "fix", "next", "previous", "pick", "hide", "version", "highlight", "complete", "promote"}
    | {"address", "decline", "compare", "refresh", "back"}
)


class AuditTool(OpensOthers):
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
        self._fixing: Workbench | None = None
        self._result = ResultBand(batch, self._project)
        self._attempts_view = AttemptsView(on_action=self.act)
        self._panel = LiveHtml(on_action=self.act)
        self.main.children = (self._attempts_view,)
        self.side.children = (self._panel,)
        focus, bar, message, *rest = self.children
        self.children = (focus, bar, message, self._result, *rest)
        self.add_class("aw-audit")
        self.handle(
            approve=lambda key, _: self._grade(key, "approve"),
            reject=lambda key, value: self._grade(key, "reject", reason=(value or {}).get("text")),
            fix=lambda key, _: self._start_fix(key),
            save_fix=lambda *_: self._save_fix(),
            cancel_fix=lambda *_: self._cancel_fix(),
            next=lambda *_: self._next(),
            previous=lambda *_: self._step(-1),
            pick=lambda key, _: self._open(int(key)),
            hide=lambda *_: self._attempts_view.toggle_labels(),
            version=lambda key, _: self._show_version(key),
            highlight=lambda key, _: self._highlight(key),
            complete=lambda *_: self._complete(),
            promote=self._promote,
            address=lambda key, value: self._answer("address", key, value),
            decline=lambda key, value: self._answer("decline", key, value),
            compare=lambda key, _: self.show_instead(lambda back: Comparison(batch, int(key), on_back=back)),
            refresh=lambda *_: self.refresh(),
            back=lambda *_: self._leave(),
        )
        self.bind_keys(_KEYS, more=VIEW_KEYS)
        self._attempts = read_attempts(batch)
        self._changes = keep_current(self, batch.workspace, self._follow)
        if on_back is None:
            close_earlier(self)
        self.run(self._begin)

    def act(self, act: str, key: str = "", value: Any = None) -> None:
        """Do what a person does who presses the button of this act.

        While a copy is corrected, what was pressed before the editor came does nothing: it would save the fix for
        another attempt.
        """
        with self._lock:
            if self._fixing is None or act not in _BEHIND_A_FIX:
                super().act(act, key, value)

    def refresh(self) -> None:
        """Read the batch again."""
        self._open(self._current)

    def _follow(self) -> None:
        """Show what others did; a fix that is under way stays, and nothing is held for the auditor."""
        now = read_attempts(self._batch)
        if self._fixing is not None:
            return
        if now.told == self._attempts.told:  # what one did oneself is drawn already; somebody may have said something
            self._render()
            return
        self._open(now.attempts[0].task if self._current is None and now.attempts else self._current)

    # --- moving from attempt to attempt

    def _begin(self) -> None:
        attempts = self._attempts.attempts
        first = attempts[0].task if attempts else None
        try:
            following = None if self._attempts.complete else self._audit.next()
            first = first if following is None else following.id
        finally:  # what can't be audited any more can still be looked at
            self._open(first)

    def _open(self, task: int | None) -> None:
        """Show an attempt; what is shown of the batch is read anew."""
        self._attempts = read_attempts(self._batch)
        attempt = self._attempts.find(task)
        if task != self._current:
            self._highlighted = None
        self._current = None if attempt is None else attempt.task
        self._labels = None if attempt is None else read_labels(self._batch, attempt)
        try:
            # before the buttons: whoever presses one has seen the picture that it is for
            self._attempts_view.show(self._attempts, attempt, self._labels)
        finally:
            self._render()
            self._result.refresh(complete=self._attempts.complete)

    def _step(self, by: int) -> None:
        place = self._attempts.place(self._current)
        if place is not None:
            last = len(self._attempts.attempts) - 1
            self._open(self._attempts.attempts[min(max(place + by, 0), last)].task)

    def _next(self) -> None:
        """Open the next ungraded attempt; when the audit is complete, simply the next."""
        if self._attempts.complete:
            self._step(1)
            return
        following = read_attempts(self._batch).next_ungraded(self._current)
        self._open(self._current if following is None else following.task)
        if following is None:
            self.say(audit_bar.why_none_is_next(self._attempts, self._current), "mute")

    def _leave(self) -> None:
        """Go back, and leave the item that is not graded yet to other auditors."""
        attempt = self._attempts.find(self._current)
        if attempt is not None and attempt.state == "submitted" and attempt.held_by is None:
            self._audit.release(attempt.item)
        if self._on_back is not None:
            self._on_back()

    # --- grading

    def _attempt(self, key: str = "") -> Attempt:
        """The attempt that a key names, or the current one."""
        attempt = self._attempts.find(int(key) if key else self._current)
        if attempt is None:
            raise InvalidInput("There is no attempt to grade yet.")
        return attempt

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
        following = None if graded.state == "graded" else self._audit.next()
        self._open(self._current if following is None else following.id)

    def _start_fix(self, key: str) -> None:
        attempt = self._attempt(key)
        labels = read_labels(self._batch, attempt)
        require_fixable(self._attempts, attempt)
        bench = Workbench(
            on_act=lambda act: self.act("save_fix") if act == "submit" else None,
            on_action=self.act,
            guard=self.guarded,
            lock=self._lock,
        )
        copy = Draft(labels.submitted if labels.corrected is None else labels.corrected)
        try:
            bench.show(attempt.item, labels.ontology, copy)
        except Exception:
            bench.close()
            raise
        assert bench.editor is not None
        self._current, self._fixing = attempt.task, bench
        panel = ipywidgets.VBox(bench.beside)
        panel.add_class("aw-stack")
        self.main.children = (bench.editor.stage,)
        self.side.children = (panel,)
        self._render()
        self._focus.lead_to(".aw-ed-stage")

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
            self._open(self._current)

    @contextmanager
    def _put_away(self) -> Iterator[None]:
        """Close the editor, and show what is drawn inside where it was: at once, so that no old button is seen."""
        bench, self._fixing = self._fixing, None
        panel = self.side.children[0]
        try:
            yield
        finally:
            self.main.children = (self._attempts_view,)
            self.side.children = (self._panel,)
            if bench is not None:
                bench.close()
                close_parts(panel)

    def close(self) -> None:
        """Close the tool, with the editor of a fix that was begun."""
        if getattr(self, "_fixing", None) is not None:
            with self._put_away():
                pass
        super().close()

    # --- the end of the audit, and what is said

    def _complete(self) -> None:
        # a second press on its way must not hide what the first one brought
        result = self._batch.result if self._attempts.complete else self._audit.complete()
        self.say(f"The audit is complete. Calibration score {score_text(result)}.", "ok" if result.passed else "warn")
        self._open(self._current)

    def _promote(self, key: str, value: Any) -> None:
        said, meaning = promoting.promote(self._batch, self._attempts, int(key), value or {})
        self.say(said, meaning)
        self._open(self._current)

    def _answer(self, act: str, key: str, value: Any) -> None:
        self.say(answer_feedback(self._project, act, key, value))
        self._open(self._current)

    # --- what is shown

    def _show_version(self, key: str) -> None:
        self._attempts_view.show_version(key)
        self._render()

    def _highlight(self, key: str) -> None:
        self._highlighted = None if self._highlighted == key else key
        self._attempts_view.highlight(self._highlighted)
        self._render()

    def _render(self) -> None:
        attempts, labels, attempt = self._attempts, self._labels, self._attempts.find(self._current)
        self.set_title(*audit_bar.title(attempts))
        self.put_messages_over_picture(attempt is not None)
        if self._fixing is not None and attempt is not None:
            self.bind_keys(_FIX_KEYS, more=EDITOR_KEYS)
            self.tools.show(None)
            self.footer.show(audit_bar.fix_footer(attempt))
            self._panel.show(None)
            return
        self.bind_keys(_KEYS, more=VIEW_KEYS)
        self.tools.show(audit_bar.tools(attempts, attempt, leads_back=self._on_back is not None))
        self.footer.show(None)
        if attempt is None or labels is None:
            self._panel.show(audit_panel.outlook(attempts))
            return
        shown = self._attempts_view.shown_labels
        said = [row for row in feedback_rows(self._project, batch=attempts.batch) if row["task"] == attempt.task]
        end = (
            promoting.promotion(attempt, len(promoting.promotable(attempts)))
            if attempts.complete
            else audit_panel.outlook(attempts)
        )
        self._panel.show(
            [
                audit_panel.facts(attempt),
                audit_panel.grading(attempt, final=attempts.complete),
                audit_panel.labels_by_class(labels.ontology, shown, highlighted=self._highlighted),
                audit_panel.feedback(said, why_not(self._project, Permission.DIRECT_TASKS)),
                end,
            ]
        )

    # --- without a kernel

    def summary(self) -> Html:
        """Progress and grades, and when the audit is complete the score."""
        return audit_bar.audit_figures(read_attempts(self._batch), self._batch)
