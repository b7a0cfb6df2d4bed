"""The annotator's screen: one task after another, with all that belongs to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import ipywidgets

from annowidgets.errors import AnnowidgetsError, Conflict, InvalidInput, InvalidLabels, RuleViolation
from annowidgets.labels import Label
from annowidgets.widgets import desk_panels as panels
from annowidgets.widgets.boxes import KEYS as BOX_KEYS
from annowidgets.widgets.boxes import BoxEditor
from annowidgets.widgets.cells import close_earlier
from annowidgets.widgets.clock import Clock
from annowidgets.widgets.confidence import Confidence
from annowidgets.widgets.desk_instructions import DeskInstructions
from annowidgets.widgets.editor import KEYS as CANVAS_KEYS
from annowidgets.widgets.editor import Editor
from annowidgets.widgets.focus import Focus
from annowidgets.widgets.html import Html
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.open_task import OpenTask
from annowidgets.widgets.opening import opened
from annowidgets.widgets.parts import pairs
from annowidgets.widgets.saving import Saving
from annowidgets.widgets.screen import Screen, close_parts
from annowidgets.widgets.workbench import EditorKind, Workbench
from annowidgets.workflow.drafts import SavedEdit, watch
from annowidgets.workflow.edits import Edit
from annowidgets.workflow.project import Project
from annowidgets.workflow.task import RECALL_SECONDS, Task
from annowidgets.workflow.training import TrainingProject

EDITORS: tuple[EditorKind, ...] = get_args(EditorKind)
_STAGE = ".aw-ed-stage, .aw-box-stage [tabindex]"
_KEYS = {
    "ctrl+enter": ("Submit", "submit"),
    "s": ("Say how sure you are", "sure"),
    "i": ("Show or hide the instructions", "instructions"),
    "g": ("Give feedback on the instructions", "feedback"),
    "k": ("Skip with a reason", "skip"),
}
_OF_A_TASK = ("submit", "skip", "release")


class LabelDesk(Screen):
    """Where an annotator labels: opens the person's task, saves every edit, hands in, and goes on to the next.

    Making a desk is sitting down to work: where no task is open already it claims the next, as `Project.next_task`
    does. Running its cell again opens the same task with the same draft.

    Parameters
    ----------
    project : Project or TrainingProject, or path
        What is labelled, or the workspace file that holds the project.
    name : str, optional
        Name of the project, where a path is given.
    user : str, optional
        Who labels; the workspace's user where left out.
    editor : {"canvas", "boxes"}
        What labels are made with: the label editor, which knows every shape, or the plain one of bounding boxes.
    begin : Task, optional
        A claimed task to sit down at; the person's open or next one where left out.
    on_back : callable, optional
        Called by a button that leads back to where the desk was opened.

    Attributes
    ----------
    project : Project
        What is labelled.
    confidence : Confidence
        How sure the person is (C3).
    clock : Clock
        Focused time on the task; its reports are the sign of life that keeps the lease (T3).

    Raises
    ------
    InvalidInput
        There is no such editor, or a path came without a name.
    NotFound, StoreError
        There is no such project, or no such file.
    """

    def __init__(
        self,
        project: Project | TrainingProject | str | os.PathLike[str],
        name: str | None = None,
        *,
        user: str | None = None,
        editor: EditorKind = "canvas",
        begin: Task | None = None,
        on_back: Callable[[], object] | None = None,
    ) -> None:
        if editor not in EDITORS:
            raise InvalidInput(f"There is no editor {editor!r:.60}.", hint=f"There are {', '.join(EDITORS)}.")
        self.project: Project | TrainingProject
        if isinstance(project, TrainingProject):
            self.project = opened(project, name, user, kind=TrainingProject, screen="LabelDesk")
        else:
            self.project = opened(project, name, user, kind=Project, screen="LabelDesk")
        super().__init__(self.project.name)
        self.confidence = Confidence(chord="s")
        self.clock = Clock(on_tick=self.guarded(self._ticked))
        self._on_back = on_back
        self._open: OpenTask | None = None
        self._recallable: tuple[Task, str, float] | None = None
        self._feedback_form: Html | None = None

        self._saving, self._focus = Saving(), Focus()
        self._work = Workbench(
            editor=editor,
            on_change=self._save,
            save=self._save_edit,
            on_act=self._pressed,
            on_late=self._tell_late,
            on_behind=self._show_what_is_saved,
            on_action=self.act,
            guard=self.guarded,
            lock=self._lock,
        )
        self._instructions = DeskInstructions(self.project, on_action=self.act, guard=self.guarded)
        self._notices, self._instead = LiveHtml(on_action=self.act), LiveHtml(on_action=self.act, pad=True)
        self._bench = ipywidgets.HBox()
        self._bench.add_class("aw-bench")
        title, tools, shortcuts = self.children[0].children
        self.children[0].children = (title, self._saving, self.clock, tools, shortcuts, self._focus)
        self.main.children = (self._notices, self._bench)
        self.add_class("aw-desk")
        self.handle(
            submit=lambda key, _: self._submit(key),
            skip=lambda _, value: self._skip(value),
            release=lambda *_: self._release(),
            recall=lambda *_: self._recall(),
            feedback=lambda _, value: self._give_feedback(value),
            look=lambda *_: self._take_next(),
            mine=lambda *_: self._go_on_with_mine(),
            select=lambda key, _: self._work.select(key),
            instructions=lambda *_: self._unfold(not self._instructions.unfolded),
            read=lambda *_: self._read_news(),
            sure=lambda *_: self._focus.lead_to(".aw-sure input"),
            back=lambda *_: self._leave(),
        )
        keys = _KEYS if isinstance(self.project, Project) else {chord: _KEYS[chord] for chord in _KEYS if chord != "k"}
        self.bind_keys(keys, more=CANVAS_KEYS if editor == "canvas" else BOX_KEYS)
        watch(self)
        if on_back is None:
            close_earlier(self)
        self.run(self._sit_down, begin)

    @property
    def task(self) -> Task | None:
        """The open task."""
        return None if self._open is None else self._open.task

    @property
    def editor(self) -> Editor | BoxEditor | None:
        """The picture with its labels, once a task was shown."""
        return self._work.editor

    # --- from task to task

    def _sit_down(self, begin: Task | None) -> None:
        self._take_next(begin)
        shown = self._instructions.shown
        if shown is not None and shown.text.strip() and self.project.my_status().submitted == 0:
            self._unfold(True)  # who has handed in nothing yet reads first

    def _take_next(self, task: Task | None = None) -> None:
        with self._cleared_on_failure():
            task = self.project.next_task() if task is None else task
            if task is None:
                self._clear_away()
            else:
                self._show(task)

    @contextmanager
    def _cleared_on_failure(self) -> Iterator[None]:
        # A picture that stayed on the desk without its task would take edits that nobody saves.
        try:
            yield
        except Exception:
            self._clear_away()
            raise

    def _show(self, task: Task, *, confidence: float | None = None) -> None:
        opened = self._open = OpenTask.of(task)
        self.set_title(self.project.name, *panels.where(opened.batch, opened.item, *task.position()))
        self.clock.restart(opened.told)
        self.clock.layout.display = None
        self.confidence.required = opened.is_calibration
        self.confidence.question = "How sure are you?" if opened.is_calibration else "How sure are you? (optional)"
        self.confidence.value = confidence
        self._notices.show("")
        try:
            self._work.show(task.item, task.ontology, opened.read(), task.comments)
        except AnnowidgetsError as error:
            self._saving.state = ""
            self._instead.show(panels.unsuited(opened.item, [error.message, " ", error.hint]))
        else:
            self._saving.state = "saved"
            opened.usable = True
        self._lay_out()
        self._refresh()
        self._refresh_feedback()
        self._focus.lead_to(_STAGE if opened.usable else ".aw-footer button")

    def _clear_away(self, *, released: str | None = None) -> None:
        """Nothing is open: there is nothing, or the person has put the task back."""
        self._open = None
        self.set_title(self.project.name)
        self.clock.layout.display = "none"
        self._saving.state = ""
        self._notices.show("")
        try:
            status = None if released is not None else self.project.my_status()
            self._refresh()
            self._refresh_feedback()
        except AnnowidgetsError:  # who is no member sees nothing, and is told so
            status = None
            self.tools.show(panels.tools(None, leads_back=self._on_back is not None))
            self.footer.show("")
        self._instead.show(panels.idle(status, released=released))
        self._lay_out()
        self._focus.lead_to(".aw-idle button")

    def _lay_out(self) -> None:
        usable = self._open is not None and self._open.usable
        # The work comes first: what stands before a part that comes or goes stays in the page as it is.
        work = self.editor.stage if usable and self.editor is not None else self._instead
        unfolded = self._instructions.unfolded and self._instructions.shown is not None
        parts = {
            self._bench: (work, self._instructions.reading) if unfolded else (work,),
            self.side: (*self._work.beside, self.confidence) if usable else (),
        }
        self.put_messages_over_picture(usable and isinstance(self.editor, Editor))
        for box, children in parts.items():
            if box.children != children:
                box.children = children

    # --- edits

    def _save_edit(self, edit: Edit) -> SavedEdit | None:
        """Save an edit of the label editor (T6), which takes back what is refused, with the reason."""
        opened = self._open
        if opened is None or not opened.usable:
            return None
        opened.asked_empty = False
        try:
            saved = opened.save_edit(edit, self._work.labels, self.clock.seconds)
        except InvalidInput:
            raise
        except AnnowidgetsError as error:
            self._saving.state = "unsaved"
            if isinstance(error, RuleViolation):
                self._lose(error)
            else:
                opened.troubled = True
                self.show_error(error)
            raise
        self._is_saved(opened)
        return saved

    def _save(self) -> None:
        """Save the whole draft (T6), after the edits that wait; what lost a conflict is kept as a copy."""
        opened = self._open
        if opened is None or not opened.usable:
            return
        had_trouble, opened.troubled, opened.behind = opened.troubled, True, True
        self._saving.state = "unsaved"
        opened.asked_empty = False
        if not opened.lost:
            self._work.save_waiting()
            if self._work.waiting:
                return
        try:
            opened.save(self._work.labels, self.clock.seconds)
        except Conflict as conflict:
            self._lose(conflict)
            return
        except InvalidLabels as error:
            self._work.renew(opened.read())
            opened.troubled, opened.behind = False, False
            self._is_saved(opened)
            self.show_error(error)
        else:
            if self._work.waiting:  # as a whole, in a version that won a conflict
                self._work.renew(opened.read(), hold_waiting=True)
            opened.troubled, opened.behind = had_trouble, False
            self._is_saved(opened)

    def _is_saved(self, opened: OpenTask) -> None:
        if opened.troubled:
            opened.troubled = False
            self.clear_message()
        self._saving.state = "unsaved" if opened.behind else "saved"
        if opened.lost:
            opened.lost = False
            self._notices.show("")
        self._refresh_footer()

    def show_error(self, error: BaseException) -> None:
        """Show an error; what is wrong with labels in the names of the list of labels."""
        if isinstance(error, InvalidLabels) and self._open is not None:
            self._open.troubled = True
            said = panels.problems(error, self._work.titles)
            self.say(["This change was refused; the desk shows what is saved. ", said], "bad")
        else:
            super().show_error(error)

    def _lose(self, error: RuleViolation) -> None:
        """Say that somebody else, or another window, has the task now."""
        assert self._open is not None
        self._open.lost = True
        self._saving.state = "unsaved"
        self._notices.show(panels.lost(error, self._open.task.id))

    def _go_on_with_mine(self) -> None:
        opened = self._on_desk()
        if opened.lost:
            opened.revision = opened.task.revision  # having been told, one may write on top of what is saved now (T6)
            self._save()

    def _ticked(self, seconds: float) -> None:
        if self._open is None or self._open.lost:
            return
        try:
            self._open.tell_time(seconds)
        except RuleViolation as error:
            self._lose(error)
            return
        if self._saving.state == "unsaved":
            self._save()
        else:
            self._show_what_is_saved()
        self._refresh()

    def draft_saved(self, path: Path, task: int, user: str) -> None:
        """Show at once what a program in this kernel has drafted; what waits for the desk is seen by the clock."""
        workspace = self.project.workspace
        if self._open is None or (path, task, user) != (workspace.database.path, self._open.task.id, workspace.user):
            return
        # a desk that is at work on another thread may itself be waiting for this one
        if self._lock.acquire(blocking=False):
            try:
                self.guarded(self._show_what_is_saved)()
            finally:
                self._lock.release()

    def _show_what_is_saved(self) -> None:
        """Show the draft anew where somebody else saved it, and nothing of the desk's own waits to be saved."""
        opened = self._open
        if opened is None or not opened.usable or opened.lost or opened.behind or self._work.waiting:
            return
        if opened.task.revision != opened.revision:
            self._work.renew(opened.read())

    # --- what stands around the work

    def _refresh(self) -> None:
        """Show what may have changed in the file meanwhile: the instructions, and what can still be recalled."""
        news = self._instructions.refresh(self._open)
        self._refresh_tools()
        if self._open is not None and not self._open.lost:
            self._notices.show(panels.changed_instructions(news) if news else "")
        self._refresh_footer()

    def _refresh_feedback(self) -> None:
        self._feedback_form = self._instructions.feedback_form(self._open)
        self._refresh_footer()

    def _refresh_footer(self) -> None:
        recallable = None
        if self._recallable is not None:
            _, name, submitted = self._recallable
            in_time = self.project.workspace.clock() - submitted < RECALL_SECONDS
            recallable = name if in_time else None
        opened = self._open
        self.footer.show(
            panels.footer(
                None if opened is None else opened.task.id,
                self._feedback_form,
                recallable=recallable,
                can_submit=opened is not None and opened.usable,
                can_skip=opened is None or not opened.is_training,
                asked_empty=opened is not None and opened.asked_empty,
            )
        )

    def _refresh_tools(self) -> None:
        self.tools.show(panels.tools(self._instructions.button, leads_back=self._on_back is not None))

    def _unfold(self, unfolded: bool) -> None:
        self._instructions.unfolded = unfolded
        self._refresh_tools()
        self._lay_out()

    def _read_news(self) -> None:
        self._instructions.read_news()
        self._refresh()
        self._lay_out()

    # --- what is pressed

    def act(self, act: str, key: str = "", value: Any = None) -> None:
        """Do what a person does who presses the button of this act.

        A press that was meant for a task which has gone since, as by a second stroke of Ctrl+Enter, does nothing.
        """
        with self._lock:
            task = key.partition(" ")[0]
            if act in _OF_A_TASK and task and (self._open is None or task != str(self._open.task.id)):
                return
            super().act(act, key, value)

    def _pressed(self, act: str) -> None:
        """Do what a key in the editor asks for; the editor tells for which task."""
        if act == "submit" and self._open is not None:
            self.act("submit")

    def _tell_late(self) -> None:
        """Say that an edit came when its picture was handed in already; the browser keeps it for a recall."""
        name = None if self._recallable is None else self._recallable[1]
        said = f"Recall {name}, and the edit is there." if name else "It is not in what was handed in."
        self.say(f"An edit came after its picture was closed. {said}", "warn")

    def _on_desk(self) -> OpenTask:
        if self._open is None:
            raise RuleViolation("No task is open.", hint="Look again for one.")
        return self._open

    def _submit(self, key: str) -> None:
        opened = self._on_desk()
        if not opened.usable:
            return
        if opened.is_calibration and self.confidence.value is None:  # C3
            self._focus.lead_to(".aw-sure input")
            raise InvalidInput(
                "Say how sure you are first.", rule="C3", hint="With the slider; the keys S and → set it too."
            )
        labels, confidence = self._work.labels, self.confidence.value
        if not labels and not (opened.asked_empty and (key == "" or key.endswith(" empty"))):
            opened.asked_empty = True
            self._refresh_footer()
            self.say("Nothing is labelled in this picture. If there is nothing to label, submit once more.", "warn")
            return
        try:
            opened.submit(labels, confidence, self.clock.seconds)
        except Conflict as conflict:
            self._lose(conflict)
            return
        except InvalidLabels as error:
            self.say(panels.problems(error, self._work.titles), "bad")
            self._work.select(next((problem.label_id for problem in error.problems), None))
            return
        # a calibration attempt and a training task are handed in for good
        at = self.project.workspace.clock()
        is_final = opened.is_calibration or opened.is_training
        self._recallable = None if is_final else (opened.task, opened.item, at)
        self._take_next()
        boxes = [label for label in labels if isinstance(label, Label)]
        self.say(panels.submitted(opened.item, boxes, confidence))

    def _skip(self, value: Any) -> None:
        opened = self._on_desk()
        opened.tell_time(self.clock.seconds)
        opened.task.skip(reason=str(value["text"]) if isinstance(value, dict) else "")
        self._take_next()
        self.say(f"Skipped {opened.item}.")

    def _leave(self) -> None:
        if self._open is not None:
            self._open.tell_time(self.clock.seconds)
        if self._on_back is not None:
            self._on_back()

    def _release(self) -> None:
        opened = self._on_desk()
        opened.tell_time(self.clock.seconds)
        opened.task.release()
        self._clear_away(released=opened.item)

    def _recall(self) -> None:
        if self._recallable is None:
            raise RuleViolation("There is no submission to recall.", rule="T1")
        task, name, _ = self._recallable
        self._recallable = None
        try:
            task.recall()
        except AnnowidgetsError:
            self._refresh_footer()
            raise
        waiting = self._open is not None
        with self._cleared_on_failure():
            self._show(task, confidence=task.confidence)
        self.say(f"{name} is yours again." + (" The task that was open comes after it." if waiting else ""))

    def _give_feedback(self, value: Any) -> None:
        self._instructions.give_feedback(self._open, value if isinstance(value, dict) else {})
        self._refresh_feedback()
        self.say("Your feedback is with the lead. The answer will stand here, under “Feedback on instructions”.")

    def close(self) -> None:
        """Close the desk with all its parts, those too that are not shown at the moment; nothing on it is lost."""
        if hasattr(self, "_bench"):  # ipywidgets closes those too that were refused while they were made
            with self._lock:
                self._open = None
                self._work.close()
                close_parts(self._instead, self._instructions.reading, self.confidence)
        super().close()

    # --- without a kernel

    def summary(self) -> Html:
        """Project, batch and item, and how many labels there are."""
        facts: dict[str, str | int | None] = {"Project": self.project.name}
        if self._open is not None:
            facts |= {"Batch": self._open.batch, "Item": self._open.item}
            facts["Labels"] = len(self._work.labels) if self._open.usable else None
        return pairs(facts)
