"""Labels of a task, divided among the parts of a desk and put together again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from annowidgets.errors import InvalidInput
from annowidgets.labels import Answer, AnswerValue, BoundingBox, Label, Labels, Ontology, walk
from annowidgets.workflow.items import Item


class DeskLabels(NamedTuple):
    """What each part of a desk holds.

    Attributes
    ----------
    boxes : list of Label
        For the box editor.
    answers : dict of str to answer
        For the form of classifications.
    kept : list of Label and Answer
        What no part can show, such as polygons that a program drafted: it stays in the task as it is.
    """

    boxes: list[Label]
    answers: dict[str, AnswerValue]
    kept: list[Label | Answer]


def divided(labels: Labels, ontology: Ontology) -> DeskLabels:
    """Labels of a still picture, by the part that shows them."""
    classes = {item.name for item in ontology.objects if item.shape == "bounding_box"}
    questions = {question.name: question for question in walk(ontology.classifications)}
    found = DeskLabels([], {}, [])
    for label in labels:
        if isinstance(label, Answer):
            question = questions.get(label.question)
            if question is not None and (label.frame is None) == (question.scope == "item"):
                found.answers[label.question] = label.value
            else:
                found.kept.append(label)
        elif isinstance(label.shape, BoundingBox) and label.category in classes:
            found.boxes.append(label)
        else:
            found.kept.append(label)
    return found


def together(
    boxes: Iterable[Label], answers: Mapping[str, AnswerValue], kept: Iterable[Label | Answer], ontology: Ontology
) -> list[Label | Answer]:
    """Labels of a task from what the parts of a desk hold."""
    questions = {question.name: question for question in walk(ontology.classifications)}
    answered = [
        Answer(name, value, frame=0 if questions[name].scope == "frame" else None) for name, value in answers.items()
    ]
    return [*boxes, *kept, *answered]


def require_boxes_on_a_still_picture(item: Item, ontology: Ontology) -> None:
    """Raise InvalidInput where the box editor is not the tool for an item or its ontology."""
    if item.frames > 1:
        raise InvalidInput(
            f"The box editor shows still pictures, and {item.name} has {item.frames} frames.",
            hint="A program can label it: task.submit(labels).",
        )
    if not any(item.shape == "bounding_box" for item in ontology.objects):
        shapes = sorted({item.shape.replace("_", " ") for item in ontology.objects})
        raise InvalidInput(
            "The box editor draws bounding boxes, and the ontology has no class for them "
            f"(its shapes: {', '.join(shapes) or 'none'}).",
            hint="A program can label it: task.submit(labels).",
        )
