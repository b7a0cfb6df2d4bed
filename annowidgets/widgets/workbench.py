"""What is labelled and with what: the picture in an editor, the questions about both, the reviewer's comments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import chain
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
from annowidgets.workflow.drafts import SavedEdit
from annowidgets.workflow.edits import Edit, by_question
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
        Called after a change that a person makes beside the plain editor of boxes or in it; `labels` are what they are
        then.
    on_edit : callable, optional
        Called after an edit of the label editor, an answer among them, once it is taken.
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
        # Beside the editor of boxes: the answers, and what it can't show, such as polygons, which stay as they are.
        self._kept: list[Label | Answer] = []
        self._given_comments: Sequence[Comment] = ()
        self._comments = LiveHtml(on_action=on_action)
        self._attributes = Questions(on_change=guard(self._attributes_answered))
        self._classifications = Questions(on_change=guard(self._item_answered))
        # Of an item with several frames, what is asked of each stands in a form of its own: that of the frame shown.
        self._frames = 1
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
        if isinstance(self.editor, BoxEditor):
            with closing(item.open()) as medium:
                self.editor.show(medium.encoded(0), self._boxes_of(draft.labels))
        else:
            self.editor.show(
                item.open(), draft.labels, key=draft.key, revision=draft.revision, log=draft.history, title=item.name
            )
        self._ask_of_picture()
        self._refresh()

    def renew(self, draft: Draft, *, hold_waiting: bool = False) -> None:
        """Show what is saved of the same item now; ``hold_waiting`` says that it holds the edits that waited."""
        if isinstance(self.editor, Editor):
            self.editor.renew(draft.labels, revision=draft.revision, log=draft.history, hold_waiting=hold_waiting)
        elif self.editor is not None:
            self.editor.set_labels(self._boxes_of(draft.labels))
        self._ask_of_picture()
        self._refresh()

    @property
    def labels(self) -> list[Label | Answer]:
        """All labels of the task as they are now."""
        assert self.editor is not None
        return [*self.editor.labels, *(self.editor.answers if isinstance(self.editor, Editor) else self._kept)]

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

    def _boxes_of(self, labels: Labels) -> list[Label]:
        """What the editor of boxes shows; the rest is kept."""
        boxes: list[Label] = []
        self._kept = []
        for label in labels:
            if isinstance(label, Label) and isinstance(label.shape, BoundingBox):
                boxes.append(label)
            else:
                self._kept.append(label)
        return boxes

    def _refresh(self) -> None:
        self._ask_of_selected()
        questions = walk(() if self._ontology is None else self._ontology.classifications)
        asked = {(question.name, question.scope == "item") for question in questions}
        unasked = sum((answer.question, answer.frame is None) not in asked for answer in self._answers)
        kept = unasked + sum(isinstance(one, Label) for one in self._kept)
        self._comments.show(comments_html(self._given_comments, self.titles, kept=kept))

    def _edited(self) -> None:
        self._show_answers()
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
    def _frame(self) -> int:
        return self.editor.frame if isinstance(self.editor, Editor) else 0

    # --- answers to classifications

    @property
    def _answers(self) -> list[Answer]:
        if isinstance(self.editor, Editor):
            return self.editor.answers
        return [one for one in self._kept if isinstance(one, Answer)]

    def _asked(self, *, of_frame: bool) -> list[Question]:
        """The outer questions of one of the two forms; a still picture has the form of the item alone."""
        outer = [] if self._ontology is None else self._ontology.classifications
        return [one for one in outer if of_frame == (self._frames > 1 and one.scope == "frame")]

    def _given(self, *, of_frame: bool) -> dict[str, AnswerValue]:
        """What the answers say to a form."""
        answers = self._answers
        names = {question.name: question.scope for question in walk(self._asked(of_frame=of_frame))}
        if of_frame:
            return {name: value for name, value in FrameAnswers(answers).at(self._frame).items() if name in names}
        return {
            answer.question: answer.value
            for answer in answers
            if names.get(answer.question) == ("item" if answer.frame is None else "frame")
        }

    def _show_answers(self) -> None:
        """Show the answers that there are now; a form that shows them keeps what it remembers under other options."""
        if self._classifications.answers != self._given(of_frame=False):
            self._ask_of_item()
        if self._of_frame.answers != self._given(of_frame=True):
            self._ask_of_frame()

    def _ask_of_picture(self) -> None:
        self._ask_of_item()
        self._ask_of_frame()

    def _ask_of_item(self) -> None:
        heading = "Picture" if self._frames == 1 else "All frames together"
        self._classifications.ask(self._asked(of_frame=False), self._given(of_frame=False), heading=heading)

    def _ask_of_frame(self) -> None:
        questions, frame = self._asked(of_frame=True), self._frame
        self._of_frame.ask(questions, self._given(of_frame=True), heading=f"Frame {frame}")
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

    @contextmanager
    def _asked_anew_on_refusal(self) -> Iterator[None]:
        # A form that kept what was refused would hand it in again with every other answer.
        try:
            yield
        except InvalidInput:
            self._ask_of_picture()
            raise

    def _item_answered(self, given: dict[str, AnswerValue]) -> None:
        before = self._given(of_frame=False)
        changed: dict[str, list[Answer]] = {}
        with self._asked_anew_on_refusal():
            for question in walk(self._asked(of_frame=False)):
                name, frame = question.name, 0 if question.scope == "frame" else None
                if given.get(name) != before.get(name):
                    changed[name] = [Answer(name, given[name], frame)] if name in given else []
            self._answer(changed, given)

    def _frame_answered(self, given: dict[str, AnswerValue]) -> None:
        self._answer_on_frames(given, self._frame)

    def _pressed(self, *_: object) -> None:
        self._guard(self._answer_onwards)()

    def _answer_onwards(self) -> None:
        self._answer_on_frames(self._of_frame.answers, self._frames - 1)

    def _answer_on_frames(self, given: dict[str, AnswerValue], last: int) -> None:
        names = [question.name for question in walk(self._asked(of_frame=True))]
        answers = FrameAnswers(self._answers)
        before = by_question(answers.answers)
        answers.set(names, given, self._frame, last)
        with self._asked_anew_on_refusal():
            after = by_question(answers.answers)
            changed = {name: after.get(name, ()) for name in names if before.get(name) != after.get(name)}
            self._answer(changed, given, on=f" on frame{'' if last == self._frame else f's {self._frame} to'} {last}")

    def _answer(
        self, changed: Mapping[str, Sequence[Answer]], given: Mapping[str, AnswerValue], *, on: str = ""
    ) -> None:
        """Make answers those to these questions: in the label editor one edit, in the order of its gestures."""
        if not changed:
            return
        named = [name for name in changed if name in given] or list(changed)[:1]
        if isinstance(self.editor, Editor):
            self.editor.set_answers(changed, f"answer {', '.join(named)}{on}")
        else:
            others = [one for one in self._kept if isinstance(one, Label) or one.question not in changed]
            self._kept = [*others, *chain.from_iterable(changed.values())]
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
