"""Attributes of read labels, fitted to what an ontology asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from annowidgets.interchange.parsing import number_of
from annowidgets.labels import Answer, AnswerValue, Label, Number, Ontology, walk


def fit_attributes(
    images: Sequence[Sequence[Label | Answer]], ontology: Ontology
) -> tuple[list[list[Label | Answer]], Counter[tuple[str, str]]]:
    """Labels with the attributes that their classes ask, and how many lost which: (category, name) -> labels.

    Labels of classes that the ontology lacks stand as they are.
    """
    asked = {item.name: {question.name: question for question in walk(item.attributes)} for item in ontology.objects}
    left_out: Counter[tuple[str, str]] = Counter()

    def fitted(label: Label | Answer) -> Label | Answer:
        if not isinstance(label, Label) or label.category not in asked:
            return label
        questions = asked[label.category]
        left_out.update((label.category, name) for name in label.attributes if name not in questions)
        attributes: dict[str, AnswerValue] = {}
        for name, value in label.attributes.items():
            if name in questions:
                number = number_of(value) if isinstance(value, str) and isinstance(questions[name], Number) else None
                attributes[name] = value if number is None else number
        return msgspec.structs.replace(label, attributes=attributes)

    return [[fitted(label) for label in labels] for labels in images], left_out
