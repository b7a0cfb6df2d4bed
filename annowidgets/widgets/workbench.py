"""What is labelled and with what: the picture with its boxes, the questions about both, the reviewer's comments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing

import ipywidgets

from annowidgets.errors import InvalidInput
from annowidgets.labels import Answer, AnswerValue, BoundingBox, Label, Labels, Ontology, walk
from annowidgets.media import Encoded
from annowidgets.widgets.boxes import BoxEditor
from annowidgets.widgets.desk_panels import comments_html, label_titles
from annowidgets.widgets.live import LiveHtml, OnAction
from annowidgets.widgets.questions import Questions
from annowidgets.workflow.items import Item
from annowidgets.workflow.task_view import Comment

Guard = Callable[[Callable[..., object]], Callable[..., object]]


class Workbench:
    """The parts of a desk that hold a task's labels between them.

    Parameters
    ----------
    on_change : callable
        Called after each finished change that a person makes; `labels` are what they are then.
    on_action : callable(act, key, value)
        Of the comments' buttons: "select" with a label's id.
    guard : callable
        Wraps what the parts call, as `Screen.guarded` does.

    Attributes
    ----------
    editor : BoxEditor or None
        The picture with its boxes; None before the first.
    """

    def __init__(self, on_change: Callable[[], object], *, on_action: OnAction, guard: Guard) -> None:
        self.editor: BoxEditor | None = None
        self._on_change, self._guard = on_change, guard
        self._ontology: Ontology | None = None
        # What no part can show, such as polygons that a program drafted: it stays in the task as it is.
        self._kept: list[Label | Answer] = []
        self._given_comments: Sequence[Comment] = ()
        self._comments = LiveHtml(on_action=on_action)
        self._attributes = Questions(on_change=guard(self._attributes_answered))
        self._classifications = Questions(on_change=guard(lambda _: self._on_change()))

    @property
    def beside(self) -> tuple[ipywidgets.Widget, ...]:
        """What stands beside the picture."""
        tools = () if self.editor is None else (self.editor.tools,)
        return (self._comments, *tools, self._attributes, self._classifications)

    def show(self, item: Item, ontology: Ontology, labels: Labels, comments: Sequence[Comment]) -> None:
        """Show a task's item with its labels and what a reviewer said of them.

        Raises
        ------
        InvalidInput
            The box editor is not the tool for this item or ontology.
        InvalidMedia
            The file is not what was added, or a browser can't show it.
        """
        _require_boxes_on_a_still_picture(item, ontology)
        picture = _picture(item)
        if self.editor is None or self._ontology != ontology:
            # the editor of the task before stays, with its chosen class, as long as it knows the same classes
            self._ontology = ontology
            self.editor = BoxEditor(
                ontology,
                on_change=self._guard(self._edited),
                on_select=self._guard(lambda _: self._ask_of_selected()),
            )
        self._given_comments = comments
        self.editor.show(picture, self._divide(labels))
        self._refresh()

    def set_labels(self, labels: Labels) -> None:
        """Show other labels of the same item."""
        assert self.editor is not None
        self.editor.set_labels(self._divide(labels))
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
        return [*self.editor.labels, *self._kept, *answers]

    @property
    def titles(self) -> dict[str, str]:
        """Label id -> what the list of labels calls it."""
        return {} if self.editor is None else label_titles(self.editor.labels)

    def select(self, label_id: str | None) -> None:
        """Select a label, where there is one of that id."""
        if self.editor is not None and label_id in self.titles:
            self.editor.select(label_id)

    def _divide(self, labels: Labels) -> list[Label]:
        """Give answers to their form, keep what can't be shown, and return the boxes."""
        assert self._ontology is not None
        classes = {item.name for item in self._ontology.objects if item.shape == "bounding_box"}
        questions = {question.name: question for question in walk(self._ontology.classifications)}
        boxes: list[Label] = []
        answers: dict[str, AnswerValue] = {}
        self._kept = []
        for label in labels:
            if isinstance(label, Answer):
                question = questions.get(label.question)
                if question is not None and (label.frame is None) == (question.scope == "item"):
                    answers[label.question] = label.value
                else:
                    self._kept.append(label)
            elif isinstance(label.shape, BoundingBox) and label.category in classes:
                boxes.append(label)
            else:
                self._kept.append(label)
        self._classifications.ask(self._ontology.classifications, answers, heading="Picture")
        return boxes

    def _refresh(self) -> None:
        self._ask_of_selected()
        self._comments.show(comments_html(self._given_comments, self.titles, kept=len(self._kept)))

    def _edited(self, _: list[Label]) -> None:
        self._refresh()
        self._on_change()

    def _ask_of_selected(self) -> None:
        label = self.editor.selected if self.editor is not None else None
        if label is None or self._ontology is None:
            self._attributes.ask(())
        else:
            asked = self._ontology.object_class(label.category).attributes
            self._attributes.ask(asked, label.attributes, heading=self.titles[label.id])

    def _attributes_answered(self, answers: dict[str, AnswerValue]) -> None:
        if self.editor is not None and self.editor.selected is not None:
            self.editor.set_attributes(self.editor.selected.id, answers)


def _require_boxes_on_a_still_picture(item: Item, ontology: Ontology) -> None:
    hint = "A program can label it: task.submit(labels)."
    if item.frames > 1:
        raise InvalidInput(f"The box editor shows still pictures, and this has {item.frames} frames.", hint=hint)
    shapes = sorted({object_class.shape for object_class in ontology.objects})
    if "bounding_box" not in shapes:
        there = f"its classes are labelled with {', '.join(shapes)}" if shapes else "it has no classes of objects"
        raise InvalidInput(f"The box editor draws bounding boxes, and the ontology has none: {there}.", hint=hint)


def _picture(item: Item) -> Encoded:
    with closing(item.open()) as medium:
        return medium.encoded(0)
