"""Labels as they were read, fitted to the shapes and questions of an ontology."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from annowidgets.interchange.conversion import Size, as_shape, is_exact
from annowidgets.interchange.parsing import number_of
from annowidgets.labels import Answer, AnswerValue, Label, Number, Ontology, Question, Shape, walk


class Fitting:
    """Fits labels to an ontology, and counts what is left out on the way.

    Parameters
    ----------
    ontology : Ontology
        What may be labelled. Labels of classes that it lacks stand as they are.

    Attributes
    ----------
    left_out : Counter of (category, attribute)
        Labels that lost an attribute that their class doesn't ask.
    filled : Counter of category
        Polygons that became masks of the pixels that they cover.
    """

    def __init__(self, ontology: Ontology) -> None:
        self._shapes = {item.name: item.shape for item in ontology.objects}
        self._asked: dict[str, dict[str, Question]] = {
            item.name: {question.name: question for question in walk(item.attributes)} for item in ontology.objects
        }
        self.left_out: Counter[tuple[str, str]] = Counter()
        self.filled: Counter[str] = Counter()

    def labels(self, labels: Sequence[Label | Answer], size: Size | None) -> list[Label | Answer]:
        """The labels of a frame of (height, width), fitted."""
        return [self._label(label, size) if isinstance(label, Label) else label for label in labels]

    def _label(self, label: Label, size: Size | None) -> Label:
        if label.category not in self._asked:
            return label
        changes = {
            "shape": self._shape(label.category, label.shape, size),
            "key_frames": {
                frame: self._shape(label.category, shape, size) for frame, shape in label.key_frames.items()
            },
            "attributes": self._attributes(label.category, label.attributes),
            "attributes_by_frame": {
                frame: kept
                for frame, given in label.attributes_by_frame.items()
                if (kept := self._attributes(label.category, given))
            },
        }
        changed = {field: value for field, value in changes.items() if value != getattr(label, field)}
        return msgspec.structs.replace(label, **changed) if changed else label

    def _shape(self, category: str, shape: Shape | None, size: Size | None) -> Shape | None:
        if shape is None:
            return None
        fitting = as_shape(shape, self._shapes[category], size)
        self.filled[category] += not is_exact(shape, fitting)
        return fitting

    def _attributes(self, category: str, given: Mapping[str, AnswerValue]) -> dict[str, AnswerValue]:
        questions = self._asked[category]
        self.left_out.update((category, name) for name in given if name not in questions)
        return {name: _as_asked(questions[name], value) for name, value in given.items() if name in questions}


def _as_asked(question: Question, value: AnswerValue) -> AnswerValue:
    """A number written as text as a number, where the question asks for one."""
    number = number_of(value) if isinstance(value, str) and isinstance(question, Number) else None
    return value if number is None else number
