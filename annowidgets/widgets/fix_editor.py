"""The box editor on a copy of an attempt's labels, with the questions that the ontology asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets

from annowidgets.errors import Immutable, InvalidInput, TaskLocked
from annowidgets.labels import Answer, AnswerValue, BoundingBox, Label, Labels, Ontology
from annowidgets.media import Encoded
from annowidgets.widgets.attempts import Attempt, AttemptLabels, Attempts
from annowidgets.widgets.boxes import BoxEditor
from annowidgets.widgets.questions import Questions


class FixEditor:
    """Corrects boxes and answers of a still image; what was handed in stays as it is.

    Parameters
    ----------
    ontology : Ontology
        Version that the labels are made under.
    guarded : callable
        Wraps callbacks, so that their errors are shown (`Screen.guarded`).

    Attributes
    ----------
    stage : widget
        The picture.
    panel : widget
        Classes and labels, and below them the questions of the selected label and of the picture.
    """

    def __init__(self, ontology: Ontology, *, guarded: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        self._ontology = ontology
        self._boxes = BoxEditor(ontology, on_change=guarded(self._follow), on_select=guarded(self._ask_of))
        self._asked: Label | None = None
        self._attributes = Questions(on_change=guarded(self._answered))
        self._classifications = Questions()
        self.stage = self._boxes.stage
        self.panel = ipywidgets.VBox([self._boxes.tools, self._attributes, self._classifications])
        self.panel.add_class("aw-stack")

    def show(self, picture: Encoded, labels: Labels) -> None:
        """Start from these labels.

        Raises
        ------
        InvalidInput
            A label is no bounding box.
        """
        self._boxes.show(picture, [label for label in labels if isinstance(label, Label)])
        answers = {answer.question: answer.value for answer in labels if isinstance(answer, Answer)}
        self._classifications.ask(self._ontology.classifications, answers, heading="Picture")
        self._ask_of(None)

    @property
    def labels(self) -> list[Label | Answer]:
        """The labels and answers as they are now."""
        answers = [
            Answer(name, value, frame=0 if self._ontology.question(name).scope == "frame" else None)
            for name, value in self._classifications.answers.items()
        ]
        return [*self._boxes.labels, *answers]

    def close(self) -> None:
        """Close all its parts."""
        for part in (self._boxes, self.stage, self.panel, *self.stage.children, *self.panel.children):
            part.close()

    def _follow(self, _: list[Label]) -> None:
        selected = self._boxes.selected
        if self._asked is not None and selected is not None and selected.category != self._asked.category:
            self._ask_of(selected)

    def _ask_of(self, label: Label | None) -> None:
        self._asked = label
        if label is None:
            self._attributes.ask(())
            return
        questions = self._ontology.object_class(label.category).attributes
        self._attributes.ask(questions, label.attributes, heading=f"Selected {label.category}")

    def _answered(self, answers: dict[str, AnswerValue]) -> None:
        if self._asked is not None:
            self._boxes.set_attributes(self._asked.id, answers)


def require_fixable(attempts: Attempts, attempt: Attempt, labels: AttemptLabels) -> None:
    """Refuse before the work what would be refused after it."""
    if attempt.own is not None:
        raise attempt.own
    if attempt.held_by is not None:
        raise TaskLocked(f"{attempt.held_by} audits {attempt.item.name!r}.", rule="C4")
    if attempts.complete:
        raise Immutable(f"The audit of {attempts.batch!r} is complete; its grades stay.", rule="C4")
    refusal = why_not_fixable(labels.ontology, labels.submitted, attempt.item.frames)
    if refusal is not None:
        raise InvalidInput(refusal)


def why_not_fixable(ontology: Ontology, labels: Iterable[Label | Answer], frames: int) -> str | None:
    """Why the box editor can't correct these labels; None where it can."""
    by_program = "Correct it by program: audit.grade(task, 'fix', labels=[...])."
    if frames > 1:
        return f"The box editor shows one picture; this item has {frames} frames. {by_program}"
    if not any(item.shape == "bounding_box" for item in ontology.objects):
        return f"The box editor draws bounding boxes, and this ontology has none. {by_program}"
    if any(isinstance(label, Label) and not isinstance(label.shape, BoundingBox) for label in labels):
        return f"The box editor draws bounding boxes; this attempt holds other shapes. {by_program}"
    return None
