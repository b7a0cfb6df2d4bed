"""The batches of a project, and the readiness for production (C2)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from annowidgets.widgets.audit_tool import AuditTool
from annowidgets.widgets.batch_form import BatchForm, Kind
from annowidgets.widgets.batch_view import BatchView
from annowidgets.widgets.batches_table import COLUMNS, Refusals, audit_state, batch_row, figures
from annowidgets.widgets.cells import close_earlier
from annowidgets.widgets.changes import keep_current
from annowidgets.widgets.conditions import conditions_list
from annowidgets.widgets.feedback_list import answer_feedback, feedback_list, feedback_rows
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.instruction_editor import InstructionEditor
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.nesting import OpensOthers
from annowidgets.widgets.notices import heard_notices
from annowidgets.widgets.opening import opened
from annowidgets.widgets.parts import button, coloured, section
from annowidgets.widgets.permitted import reason_of, why_locked, why_not
from annowidgets.widgets.review_desk import ReviewDesk
from annowidgets.widgets.rows import rows_of
from annowidgets.widgets.screen import Screen
from annowidgets.widgets.table import Table, table_html
from annowidgets.widgets.wording import counted
from annowidgets.workflow import Batch, Project
from annowidgets.workflow.permissions import Permission


class BatchesPage(OpensOthers):
    """All batches with their state, progress and score; new ones; and what production waits for.

    Parameters
    ----------
    project : Project, or path
        Whose batches, or the workspace file that holds it.
    name : str, optional
        Name of the project, where a path is given.
    user : str, optional
        Who leads; the workspace's user where left out.

    Raises
    ------
    InvalidInput
        Something else was given, or a path without a name.
    NotFound, StoreError
        There is no such project, or no such file.
    """

    def __init__(
        self, project: Project | str | os.PathLike[str], name: str | None = None, *, user: str | None = None
    ) -> None:
        self.project = opened(project, name, user, kind=Project, screen="BatchesPage")
        super().__init__()
        self._form: BatchForm | None = None
        self._findings: list[dict[str, Any]] | None = None
        self._table = Table(COLUMNS, caption="Batches", empty="No batch yet.", on_action=self.act, pad=True)
        self._panel = LiveHtml(on_action=self.act)
        self.main.children = (self._table,)
        self.side.children = (self._panel,)
        self.add_class("aw-tabular")
        self.handle(
            open=lambda key, _: self._open(key, BatchView),
            audit=lambda key, _: self._open(key, AuditTool),
            launch=lambda key, _: self._launch(key),
            new_calibration=lambda *_: self._show_form("calibration"),
            new_production=lambda *_: self._show_form("production"),
            cancel_form=lambda *_: self._put_form_away(),
            create=lambda _, value: self._create(value),
            check=lambda *_: self._check(),
            address=lambda key, value: self._answer("address", key, value),
            decline=lambda key, value: self._answer("decline", key, value),
            instructions=lambda *_: self.show_instead(lambda back: InstructionEditor(self.project, on_back=back)),
            review=lambda *_: self.show_instead(lambda back: ReviewDesk(self.project, on_back=back)),
            refresh=lambda *_: self.refresh(),
        )
        self.bind_keys({"g": ("Refresh", "refresh"), "c": ("New calibration batch", "new_calibration")})
        self._changes = keep_current(self, self.project.workspace, self.refresh)
        close_earlier(self)
        self.run(self.refresh)

    # --- what is done

    def _batch(self, key: str) -> Batch:
        return next(batch for batch in self.project.batches() if batch.id == int(key))

    def _open(self, key: str, screen: Callable[..., Screen]) -> None:
        batch = self._batch(key)
        self.show_instead(lambda back: screen(batch, on_back=back))

    def _launch(self, key: str) -> None:
        batch = self._batch(key)
        batch.launch()
        self.refresh()
        self.say(f"{batch.name} is launched.")

    def _show_form(self, kind: Kind) -> None:
        with self.project.workspace.look(self.project.id, Permission.RUN_BATCHES):
            pass  # refused before anything is filled in, not after
        locked = why_locked(self.project) if kind == "production" else None
        if locked is not None:
            raise locked
        self._put_form_away()
        self._form = BatchForm(self.project, kind, on_action=self.act)
        self.main.children = (self._form,)
        self.refresh()
        self._focus.lead_to(".aw-batch-form [name=name]")

    def _put_form_away(self) -> None:
        form, self._form = self._form, None
        self.main.children = (self._table,)
        if form is not None:
            form.close()
        self.refresh()

    def _create(self, fields: dict[str, Any]) -> None:
        if self._form is None:
            return
        with heard_notices() as notices:
            batch = self._form.create(fields)
            self._put_form_away()
            batch.launch()
        self.refresh()
        tasks = counted(len(batch.tasks()), "task")
        said = f"{batch.name} is launched: {counted(len(batch.items), 'item')}, {tasks} in the queue."
        self.say("\n".join([said, *notices]), "warn" if notices else "ok")

    def _check(self) -> None:
        self.say(f"Opening {counted(len(self.project.items()), 'item')} …", "mute")
        findings = self.project.check(progress=False)
        self._findings = rows_of(findings)
        self.refresh()
        if self._findings:
            self.say(f"The check found {counted(len(findings), 'thing')}; see the list beside.", "warn")
        else:
            self.say("Every item opens, and ontology, instructions and members are well.")

    def _answer(self, act: str, key: str, value: Any) -> None:
        said = answer_feedback(self.project, act, key, value)
        self.refresh()
        self.say(said)

    # --- what is shown

    def refresh(self) -> None:
        """Read the project again."""
        refusals = Refusals(why_not(self.project, Permission.RUN_BATCHES), why_not(self.project, Permission.AUDIT))
        locked = why_locked(self.project)
        self.set_title(f"{self.project.name} · Batches")
        in_review = None if why_not(self.project, Permission.REVIEW) else len(self.project.reviews())
        self.tools.show(_tools(refusals.run, None if locked is None else reason_of(locked), in_review))
        batches = self.project.batches()
        rows = rows_of(batches.to_frame())
        auditing = [audit_state(batch, row) for batch, row in zip(batches, rows, strict=True)]
        first = next((place for place, state in enumerate(auditing) if state is not None), None)
        self._table.set_rows(
            [
                batch_row(batch, row, auditing[place], refusals, primary=place == first)
                for place, (batch, row) in enumerate(zip(batches, rows, strict=True))
            ]
        )
        self._panel.show(self._beside(refusals.run, is_open=locked is None))
        self.footer.show(None if self._form is None else self._form.footer())

    def _beside(self, refusal: str | None, *, is_open: bool) -> Content:
        check = button(
            "Check",
            "check",
            disabled=refusal is not None,
            hint=refusal or "Opens every item, and looks over ontology, instructions and members",
        )
        parts: list[Content] = [
            section(
                coloured("Production is open", "ok") if is_open else "Production is locked",
                conditions_list(self.project.readiness()),
                tag("div", check, class_="aw-row aw-after"),
            )
        ]
        if self._findings:
            parts.append(
                section("What the check found", tag("ul", map(_finding, self._findings), class_="aw-feedback"))
            )
        loose = [row for row in feedback_rows(self.project, state="open") if row["task"] is None]
        if loose:
            may_not = why_not(self.project, Permission.DIRECT_TASKS)
            parts.append(section("Feedback without a task", feedback_list(loose, refusal=may_not)))
        return parts

    # --- without a kernel

    def summary(self) -> Html:
        """The batches with their figures, and the readiness."""
        rows = [[*figures(row), row["open_feedback"]] for row in rows_of(self.project.batches().to_frame())]
        table = table_html(COLUMNS[:-1], rows, caption="Batches", empty="No batch yet.")
        readiness = conditions_list(self.project.readiness())
        return Html(tag("p", self.project.name) + table + readiness)


def _tools(refusal: str | None, locked: str | None, in_review: int | None) -> Html:
    new = "New calibration batch", "new_calibration"
    return tag(
        "div",
        button("↻", "refresh", name="Refresh", hint="Refresh (G)"),
        button("Instructions", "instructions", hint="Write them, and answer what was said of them"),
        button(f"Review {in_review}", "review", name=f"Review: {in_review} waiting") if in_review else None,
        button(*new, shortcut="C", disabled=refusal is not None, hint=refusal),
        button(
            "New production batch",
            "new_production",
            disabled=(refusal or locked) is not None,
            hint=refusal or locked,
        ),
        class_="aw-row",
    )


def _finding(one: dict[str, Any]) -> Html:
    told = coloured(one["finding"], "bad" if one["severity"] == "error" else "warn")
    return tag("li", tag("b", one["subject"]), " ", told)
