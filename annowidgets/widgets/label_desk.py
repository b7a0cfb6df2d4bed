"""The annotator's screen: one task after another, with all that belongs to it."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import ipywidgets

from annowidgets.errors import AnnowidgetsError, Conflict, InvalidInput, InvalidLabels, RuleViolation
from annowidgets.labels import Answer, AnswerValue, Label, Labels
from annowidgets.media import Encoded
from annowidgets.widgets import desk_panels as panels
from annowidgets.widgets.boxes import KEYS, BoxEditor
from annowidgets.widgets.clock import Clock
from annowidgets.widgets.confidence import Confidence
from annowidgets.widgets.desk_labels import DeskLabels, divided, require_boxes_on_a_still_picture, together
from annowidgets.widgets.focus import Focus
from annowidgets.widgets.html import Html, tag
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.parts import pairs
from annowidgets.widgets.questions import Questions
from annowidgets.widgets.reading import Reading
from annowidgets.widgets.saving import Saving
from annowidgets.widgets.screen import Screen
from annowidgets.workflow.items import Item
from annowidgets.workflow.project import Project
from annowidgets.workflow.states import BatchKind
from annowidgets.workflow.task import RECALL_SECONDS, Task
from annowidgets.workflow.versions import Instructions
from annowidgets.workflow.workspace import open_workspace

EDITORS = ("boxes",)
_STAGE = ".aw-box-stage [tabindex]"


@dataclass
class _Open:
    """The task on the desk; what of it never changes is read once."""

    task: Task
    item: Item
    batch: str
    is_calibration: bool
    counted: float  # seconds of the clock that the file knows of
    labels: DeskLabels


class LabelDesk(Screen):
    """Where an annotator labels: opens the person's task, saves every edit, hands in, and goes on to the next.

    Making a desk is sitting down to work: it claims the next task, as `Project.next_task` does, where none is open
    already. Running its cell again opens the same task with the same draft.

    Parameters
    ----------
    project : Project, or path
        What is labelled, or the workspace file that holds it.
    name : str, optional
        Name of the project, where a path is given.
    user : str, optional
        Who labels: the workspace's user where left out, for a path as of `open_workspace`.
    editor : {"boxes"}
        What labels are made with: bounding boxes on still pictures.

    Attributes
    ----------
    project : Project
        What is labelled.
    task : Task or None
        What is open.
    editor : BoxEditor or None
        The picture with its labels, once a task was opened.
    confidence : Confidence
        How sure the person is (C3).
    clock : Clock
        Focused time on the task; its reports are the sign of life that keeps the lease (T3).

    Raises
    ------
    InvalidInput
        There is no such editor, or a path without a name.
    NotFound, StoreError
        There is no such project, or no such file.
    """

    def __init__(
        self,
        project: Project | str | os.PathLike[str],
        name: str | None = None,
        *,
        user: str | None = None,
        editor: str = "boxes",
    ) -> None:
        if editor not in EDITORS:
            raise InvalidInput(f"There is no editor {editor!r:.60} yet.", hint=f"There is {', '.join(EDITORS)}.")
        self.project = _opened(project, name, user)
        super().__init__(self.project.name)
        self.editor: BoxEditor | None = None
        self.confidence = Confidence()
        self.clock = Clock(on_tick=self.guarded(self._ticked))
        self._open: _Open | None = None
        self._lost = self._ask_empty = False
        self._recallable: tuple[Task, str, float] | None = None
        self._instructions: Instructions | None = None
        self._unfolded = False
        self._read_version = 0
        self._feedback_sent = 0

        self._saving, self._focus = Saving(), Focus()
        self._reading = Reading(on_read=self.guarded(self._spent_reading), on_action=self.act)
        self._notices, self._idle, self._comments = (LiveHtml(on_action=self.act) for _ in range(3))
        self._attributes = Questions(on_change=self.guarded(self._attributes_given))
        self._classifications = Questions(on_change=self.guarded(lambda _: self._save()))
        self._bench = ipywidgets.HBox()
        self._bench.add_class("aw-bench")
        bar = self.children[0]
        title, tools, shortcuts = bar.children
        bar.children = (title, self._saving, self.clock, tools, shortcuts, self._focus)
        self.main.children = (self._notices, self._bench)
        self.add_class("aw-desk")

        self.handle(
            submit=self._submit, skip=self._skip, release=self._release, recall=self._recall, feedback=self._feedback,
            look=lambda *_: self._take_next(), mine=self._go_on_with_mine, select=lambda key, _: self._select(key),
            instructions=lambda *_: self._unfold(not self._unfolded), read=self._read_changes,
            sure=lambda *_: self._focus.lead_to(".aw-sure input"),
        )  # fmt: skip
        self.bind_keys(
            {
                "ctrl+enter": ("Submit", "submit"),
                "s": ("Say how sure you are", "sure"),
                "i": ("Show or hide the instructions", "instructions"),
                "f": ("Give feedback on the instructions", "feedback"),
                "k": ("Skip with a reason", "skip"),
            },
            more=KEYS,
        )
        self.run(self._sit_down)

    @property
    def task(self) -> Task | None:
        """The open task."""
        return None if self._open is None else self._open.task

    # --- from task to task

    def _sit_down(self) -> None:
        self._take_next()
        # who has not handed in anything reads first
        instructions = self._instructions
        if instructions is not None and instructions.text.strip() and self.project.my_status().submitted == 0:
            self._unfold(True)

    def _take_next(self) -> None:
        try:
            task = self.project.next_task()
        except AnnowidgetsError:
            self._show_idle()
            raise
        if task is None:
            self._show_idle()
        else:
            self._show_task(task)

    def _show_task(self, task: Task, *, confidence: float | None = None) -> None:
        item, batch, ontology = task.item, task.batch, task.ontology
        labels = divided(task.labels(), ontology)
        opened = _Open(task, item, batch.name, batch.kind == BatchKind.CALIBRATION, task.seconds, labels)
        self._open, self._lost, self._ask_empty = opened, False, False
        self.set_title(self.project.name, *panels.where(opened.batch, item.name, *task.position()))
        self.clock.restart(opened.counted)
        self.clock.layout.display = None
        self.confidence.required = opened.is_calibration
        self.confidence.question = "How sure are you?" if opened.is_calibration else "How sure are you? (optional)"
        self.confidence.value = confidence
        self._saving.state = "saved"
        try:
            require_boxes_on_a_still_picture(item, ontology)
            if self.editor is None or self._ontology != ontology:
                self._ontology = ontology
                self.editor = BoxEditor(
                    ontology, on_change=self.guarded(self._edited), on_select=self.guarded(self._show_selected)
                )
            self.editor.show(_picture(item), labels.boxes)
        except AnnowidgetsError as error:
            self._idle.show(panels.unsuited(item.name, [error.message, " ", error.hint]))
            self._lay_out(self._idle)
        else:
            self._show_answers(labels.answers)
            self._show_selected(None)
            titles = panels.label_titles(labels.boxes)
            self._comments.show(panels.comments(task.comments, titles))
            self._lay_out(self.editor.stage)
            self._focus.lead_to(_STAGE)
        self._show_instructions()
        self._show_footer()

    def _show_idle(self, *, released: str | None = None) -> None:
        """Nothing is open: because there is nothing, or because the person has put the task back."""
        self._open = None
        self.set_title(self.project.name)
        self.clock.layout.display = "none"
        self._saving.state = ""
        status = None
        try:
            if released is None:
                status = self.project.my_status()
            self._show_instructions()
            self._show_footer()
        except AnnowidgetsError:
            # A stranger may read nothing; the message says so.
            self.tools.show("")
            self.footer.show("")
        self._idle.show(panels.idle(status, released=released))
        self._lay_out(self._idle)
        self._focus.lead_to(".aw-idle button")

    def _lay_out(self, work: ipywidgets.Widget) -> None:
        # The work comes first, so that it stays as it is in the page when the instructions are folded.
        bench = (work, self._reading) if self._unfolded and self._instructions else (work,)
        if bench != self._bench.children:
            self._bench.children = bench
        beside: tuple[ipywidgets.Widget, ...] = ()
        if self.editor is not None and work is self.editor.stage:
            beside = (self._comments, self.editor.tools, self._attributes, self._classifications, self.confidence)
        if beside != self.side.children:
            self.side.children = beside

    # --- edits

    def _edited(self, _: list[Label]) -> None:
        self._show_selected(None)
        self._save()

    def _attributes_given(self, answers: dict[str, AnswerValue]) -> None:
        if self.editor is not None and self.editor.selected is not None:
            self.editor.set_attributes(self.editor.selected.id, answers)

    def _labels(self) -> list[Label | Answer]:
        assert self._open is not None
        assert self.editor is not None
        return together(
            self.editor.labels, self._classifications.answers, self._open.labels.kept, self._open.task.ontology
        )

    def _save(self) -> None:
        """Save the draft (T6); what is refused goes back to what is stored, what is lost to somebody is kept (T3)."""
        opened = self._open
        if opened is None:
            return
        spent = self._spent()
        had_trouble = self._saving.state == "unsaved"
        self._saving.state = "unsaved"
        try:
            opened.task.save_draft(self._labels(), seconds=spent)
        except Conflict as conflict:
            self._lose(conflict)
            return
        except InvalidLabels as error:
            said = panels.problems(error, self._titles())
            self._show_stored()
            self.say(["This change was refused, and the desk shows what is saved. ", said], "bad")
        else:
            opened.counted += spent
            if had_trouble:
                self.clear_message()
        self._saving.state = "saved"
        self._ask_again_before_empty()

    def _show_stored(self) -> None:
        assert self._open is not None
        assert self.editor is not None
        opened = self._open
        opened.labels = divided(opened.task.labels(), opened.task.ontology)
        self.editor.set_labels(opened.labels.boxes)
        self._show_answers(opened.labels.answers)
        self._show_selected(None)

    def _spent(self) -> float:
        """Focused seconds that the file does not know of yet."""
        assert self._open is not None
        return max(0.0, self.clock.seconds - self._open.counted)
