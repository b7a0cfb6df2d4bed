"""What is labelled and with what: the picture in an editor, the questions about both, the reviewer's comments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from typing import Any, Literal, TypeAlias

import ipywidgets

from annowidgets.errors import InvalidInput
from annowidgets.labels import Answer, AnswerValue, BoundingBox, Label, Labels, Ontology, Question, walk
from annowidgets.widgets.boxes import BoxEditor
from annowidgets.widgets.desk_panels import comments_html, label_titles
from annowidgets.widgets.editor import Editor
from annowidgets.widgets.frame_answers import FrameAnswers
from annowidgets.widgets.frame_attributes import answered
from annowidgets.widgets.html import Html, tag
from annowidgets.widgets.live import LiveHtml, OnAction
from annowidgets.widgets.open_task import Draft
from annowidgets.widgets.parts import button
from annowidgets.widgets.questions import Questions
from annowidgets.widgets.screen import close_parts
from annowidgets.workflow.drafts import Edit, SavedEdit
from annowidgets.workflow.items import Item
from annowidgets.workflow.task_view import Comment

Guard = Callable[[Callable[..., object]], Callable[..., object]]
EditorKind: TypeAlias = Literal["canvas", "boxes"]


class Workbench:
    """The parts of a screen that hold a task's labels between them.

    Parameters
    ----------
    editor : {"canvas", "boxes"}
        The label editor, or the plain one of boxes.
    on_change : callable, optional
        Called after a change that a person makes and that is no edit of the label editor: of an answer, or of a box in
        the plain editor. `labels` are what they are then.
    on_edit : callable, optional
        Called after an edit of the label editor, once it is taken.
    save : callable(Edit) -> SavedEdit or None, optional
        Saves an edit of the label editor, as `Editor` says.
    on_act : callable(act), optional
        Called for keys of the label editor that are for the screen.
    on_late : callable(), optional
        Called when an edit of the item before came too late.
    on_behind : callable(), optional
        Called when the file may hold more than the label editor shows.
    on_action : callable(act, key, value)
        Of the comments' buttons: "select" with a label's id.
    guard : callable
        Wraps what the parts call, as `Screen.guarded` does.
    lock : context manager, optional
        Of the screen.

    Attributes
    ----------
    editor : Editor, BoxEditor or None
        The picture with its labels; None before the first.
    """

    def __init__(
        self,
        *,
        editor: EditorKind = "canvas",
        on_change: Callable[[], object] | None = None,
        on_edit: Callable[[], object] | None = None,
        save: Callable[[Edit], SavedEdit | None] | None = None,
        on_act: Callable[[str], object] | None = None,
        on_late: Callable[[], object] | None = None,
        on_behind: Callable[[], object] | None = None,
        on_action: OnAction,
        guard: Guard,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        self.editor: Editor | BoxEditor | None = None
        self._kind = editor
        self._on_change, self._save, self._on_act, self._on_late = on_change, save, on_act, on_late
        self._on_behind, self._on_edit = on_behind, on_edit
        self._guard, self._lock = guard, lock
        self._ontology: Ontology | None = None
        # What no part can show, such as polygons in the editor of boxes: it stays in the task as it is.
        self._kept: list[Label | Answer] = []
        self._given_comments: Sequence[Comment] = ()
        self._comments = LiveHtml(on_action=on_action)
        self._attributes = Questions(on_change=guard(self._attributes_answered))
        self._classifications = Questions(on_change=guard(lambda _: self._changed()))
        # Of an item with several frames, what is asked of each stands in a form of its own: that of the frame shown.
        self._frames = 1
        self._frame_answers = FrameAnswers()
        self._of_frame = Questions(on_change=guard(self._frame_answered))
        self._onwards = LiveHtml(on_action=self._pressed)
        # Whether an attribute that is changed holds from the frame that is shown on; else on all of the object's.
        self._is_from_here = False
        self._from_here = LiveHtml(on_action=self._ticked)

    @property
    def beside(self) -> tuple[ipywidgets.Widget, ...]:
        """What stands beside the picture."""
        panel = () if self.editor is None else (self.editor.panel,)
        asked = (self._attributes, self._from_here, self._of_frame, self._onwards, self._classifications)
        return (self._comments, *panel, *asked)

    def show(self, item: Item, ontology: Ontology, draft: Draft, comments: Sequence[Comment] = ()) -> None:
        """Show an item with labels and what a reviewer said of them.

        Raises
        ------
        InvalidInput
            The editor is not the tool for this item or ontology.
        InvalidMedia
            The file is not what was added, or a browser can't show it.
        """
        if self._kind == "boxes":
            _require_boxes(item, ontology)
        if self.editor is None or self._ontology != ontology:
            # the editor of the task before stays, with its chosen class, as long as it knows the same classes
            self._ontology = ontology
            before, self.editor = self.editor, self._new_editor(ontology)
            close_parts(*filter(None, (before,)))
        self._given_comments = comments
        self._frames, self._is_from_here = item.frames, False
        labels = self._divide(draft.labels)
        if isinstance(self.editor, BoxEditor):
            with closing(item.open()) as medium:
                self.editor.show(medium.encoded(0), labels)
        else:
            self.editor.show(
                item.open(), labels, key=draft.key, revision=draft.revision, log=draft.history, title=item.name
            )
        self._ask_of_frame()
        self._refresh()

    def renew(self, draft: Draft, *, hold_waiting: bool = False) -> None:
        """Show what is saved of the same item now; ``hold_waiting`` says that it holds the edits that waited."""
        labels = self._divide(draft.labels)
        if isinstance(self.editor, Editor):
            self.editor.renew(labels, revision=draft.revision, log=draft.history, hold_waiting=hold_waiting)
        elif self.editor is not None:
            self.editor.set_labels(labels)
        self._ask_of_frame()
        self._refresh()

    @property
    def labels(self) -> list[Label | Answer]:
        """All labels of the task as they are now."""
        assert self.editor is not None
        assert self._ontology is not None
        questions = {question.name: question for question in walk(self._ontology.classifications)}
        answers = [
            Answer(name, value, frame=0 if questions[name].scope == "frame" else None)
            for name, value in self._classifications.answers.items()
        ]
        return [*self.editor.labels, *self._kept, *answers, *self._frame_answers.answers]

    @property
    def waiting(self) -> int:
        """How many edits wait to be saved."""
        return self.editor.waiting if isinstance(self.editor, Editor) else 0

    def save_waiting(self) -> None:
        """Try again to save edits that could not be saved."""
        if isinstance(self.editor, Editor):
            self.editor.save_waiting()

    @property
    def titles(self) -> dict[str, str]:
        """Label id -> what the list of labels calls it."""
        return {} if self.editor is None else label_titles(self.editor.labels)

    def select(self, label_id: str | None) -> None:
        """Select a label, where there is one of that id."""
        if self.editor is not None and label_id in self.titles:
            self.editor.select(label_id)

    def close(self) -> None:
        """Close all its parts."""
        close_parts(*filter(None, (self.editor, *self.beside)))

    def _new_editor(self, ontology: Ontology) -> Editor | BoxEditor:
        if self._kind == "boxes":
            return BoxEditor(
                ontology,
                on_change=self._guard(lambda _: self._boxes_changed()),
                on_select=self._guard(lambda _: self._ask_of_selected()),
            )
        return Editor(
            ontology,
            on_change=lambda _: self._edited(),
            on_select=lambda _: self._ask_of_selected(),
            on_act=self._on_act,
            on_late=self._on_late,
            on_behind=self._on_behind,
            on_turn=lambda _: self._turned(),
            save=self._save,
            guard=self._guard,
            lock=self._lock,
        )

    def _divide(self, labels: Labels) -> list[Label]:
        """Give answers to their form, keep what can't be shown, and return what the editor shows."""
        assert self._ontology is not None
        questions = {question.name: question for question in walk(self._ontology.classifications)}
        objects: list[Label] = []
        answers: dict[str, AnswerValue] = {}
        of_frames: list[Answer] = []
        self._kept = []
        for label in labels:
            if isinstance(label, Label):
                shown = self._kind == "canvas" or isinstance(label.shape, BoundingBox)
                (objects if shown else self._kept).append(label)
                continue
            question = questions.get(label.question)
            if question is None or (label.frame is None) != (question.scope == "item"):
                self._kept.append(label)
            elif self._frames > 1 and label.frame is not None:
                of_frames.append(label)
            else:
                answers[label.question] = label.value
        self._frame_answers = FrameAnswers(of_frames)
        asked = [one for one in self._ontology.classifications if self._frames == 1 or one.scope == "item"]
        self._classifications.ask(asked, answers, heading="Picture" if self._frames == 1 else "All frames together")
        return objects

    def _refresh(self) -> None:
        self._ask_of_selected()
        self._comments.show(comments_html(self._given_comments, self.titles, kept=len(self._kept)))

    def _edited(self) -> None:
        self._refresh()
        if self._on_edit is not None:
            self._on_edit()

    def _boxes_changed(self) -> None:
        self._refresh()
        self._changed()

    def _changed(self) -> None:
        if self._on_change is not None:
            self._on_change()

    def _ask_of_selected(self) -> None:
        label = self.editor.selected if self.editor is not None else None
        self._from_here.show(None)
        if label is None or self._ontology is None:
            self._attributes.ask(())
            return
        asked = self._ontology.object_class(label.category).attributes
        heading = self.titles[label.id]
        if self._frames > 1 and asked:
            heading += f", frame {self._frame}"
            self._from_here.show(_from_here(self._frame, on=self._is_from_here))
        self._attributes.ask(asked, label.attributes_at(self._frame), heading=heading)

    def _turned(self) -> None:
        self._ask_of_frame()
        self._ask_of_selected()

    def _ticked(self, _: str, __: str, value: object) -> None:
        self._guard(self._choose_from_here)(bool(value))

    def _choose_from_here(self, is_from_here: bool) -> None:
        self._is_from_here = is_from_here
        self._ask_of_selected()

    @property
    def _frame_questions(self) -> list[Question]:
        if self._ontology is None or self._frames == 1:
            return []
        return [question for question in self._ontology.classifications if question.scope == "frame"]

    @property
    def _frame(self) -> int:
        return self.editor.frame if isinstance(self.editor, Editor) else 0

    def _ask_of_frame(self) -> None:
        questions, frame = self._frame_questions, self._frame
        self._of_frame.ask(questions, self._frame_answers.at(frame), heading=f"Frame {frame}")
        if not questions:
            self._onwards.show(None)
            return
        last = self._frames - 1
        self._onwards.show(
            button(
                f"Answer alike up to frame {last}",
                "onwards",
                plain=True,
                disabled=frame == last,
                hint="Also where there are other answers from here on",
            )
        )

    def _frame_answered(self, answers: dict[str, AnswerValue]) -> None:
        self._set_on_frames(answers, self._frame)

    def _pressed(self, *_: object) -> None:
        self._guard(self._answer_onwards)()

    def _answer_onwards(self) -> None:
        self._set_on_frames(self._of_frame.answers, self._frames - 1)

    def _set_on_frames(self, answers: dict[str, AnswerValue], last: int) -> None:
        asked = [question.name for question in walk(self._frame_questions)]
        self._frame_answers.set(asked, answers, self._frame, last)
        self._changed()

    def _attributes_answered(self, answers: dict[str, AnswerValue]) -> None:
        label = None if self.editor is None else self.editor.selected
        if self.editor is None or label is None or self._ontology is None:
            return
        try:
            if isinstance(self.editor, Editor) and self._frames > 1:
                questions = self._ontology.object_class(label.category).attributes
                label = answered(label, questions, answers, self._frame, from_here=self._is_from_here)
                self.editor.set_attributes(label.id, label.attributes, by_frame=label.attributes_by_frame)
            else:
                self.editor.set_attributes(label.id, answers)
        except InvalidInput:
            self._ask_of_selected()
            raise


def _from_here(frame: int, *, on: bool) -> Html:
    return tag(
        "label",
        tag("input", type="checkbox", data_act="from_here", checked=on),
        f" Changes hold from frame {frame} on, else on all frames",
    )


def _require_boxes(item: Item, ontology: Ontology) -> None:
    if item.frames > 1:
        raise InvalidInput(
            f"The box editor shows still pictures, and this has {item.frames} frames.",
            hint='The editor that knows all media: LabelDesk(project, editor="canvas").',
        )
    shapes = sorted({object_class.shape for object_class in ontology.objects})
    if "bounding_box" not in shapes:
        there = f"its classes are labelled with {', '.join(shapes)}" if shapes else "it has no classes of objects"
        raise InvalidInput(
            f"The box editor draws bounding boxes, and the ontology has none: {there}.",
            hint='The editor that knows all shapes: LabelDesk(project, editor="canvas").',
        )
