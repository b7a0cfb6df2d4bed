"""The ontology that a set of labels suggests."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from annowidgets.errors import InvalidOntology
from annowidgets.labels import (
    Answer,
    AnswerValue,
    Checklist,
    Label,
    Number,
    ObjectClass,
    ObjectPrimitive,
    Ontology,
    Question,
    Radio,
    Shape,
    Skeleton,
    Text,
    shape_type,
)
from annowidgets.labels.answers import value_problem
from annowidgets.labels.questions import Scope

# More different texts than this are no choice between options.
_MOST_OPTIONS = 12


def suggest_ontology(labels: Sequence[Label | Answer], declared: Sequence[ObjectClass] = ()) -> Ontology | None:
    """The smallest ontology that labels fit, sorted by name; None where there are none.

    A class with labels of several shapes gets the most frequent one; upright boxes count as rotatable ones where there
    are such. Texts become the options of a Radio where they are few, numbers a Number, lists a Checklist; values of
    mixed kinds a Text.

    Parameters
    ----------
    labels : sequence of Label and Answer
        What was read.
    declared : sequence of ObjectClass
        Classes that the files name, also those without a label; they come first, and what they ask is asked, unless
        the labels' answers are no answers to it.
    """
    shapes: dict[str, list[Shape]] = defaultdict(list)
    attributes: dict[str, dict[str, list[AnswerValue]]] = defaultdict(lambda: defaultdict(list))
    answers: dict[str, list[Answer]] = defaultdict(list)
    for label in labels:
        if isinstance(label, Answer):
            answers[label.question].append(label)
            continue
        placed = label.key_frames.values() if label.shape is None else [label.shape]
        shapes[label.category] += [shape for shape in placed if shape is not None]
        for given in (label.attributes, *label.attributes_by_frame.values()):
            for name, value in given.items():
                attributes[label.category][name].append(value)
    seen = {
        name: _object_class(name, placed, suggest_questions(attributes[name]))
        for name, placed in sorted(shapes.items())
    }
    objects = [_agreed(one, seen.pop(one.name, None), attributes[one.name]) for one in declared] + list(seen.values())
    classifications = [
        _question(name, [one.value for one in given], by_frame=any(one.frame is not None for one in given))
        for name, given in sorted(answers.items())
        if any(one.value != () for one in given)
    ]
    if not objects and not classifications:
        return None
    return Ontology(objects=tuple(objects), classifications=tuple(classifications))


def suggest_questions(answers: Mapping[str, Sequence[AnswerValue]]) -> tuple[Question, ...]:
    """The questions that answers fit, sorted by name; none for lists that are all empty, which choose nothing."""
    return tuple(_question(name, values) for name, values in sorted(answers.items()) if set(values) != {()})


def _object_class(name: str, shapes: Sequence[Shape], attributes: tuple[Question, ...]) -> ObjectClass:
    kinds = Counter(map(shape_type, shapes))
    if "rotatable_bounding_box" in kinds:
        # An upright box is one that is turned by nothing.
        kinds["rotatable_bounding_box"] += kinds.pop("bounding_box", 0)
    (kind, _), *_ = kinds.most_common(1)
    points = [point for shape in shapes if isinstance(shape, ObjectPrimitive) for point in shape.points]
    skeleton = Skeleton(tuple(dict.fromkeys(points))) if kind == "object_primitive" else None
    return ObjectClass(name, kind, attributes=attributes, skeleton=skeleton)  # type: ignore[arg-type]


def _agreed(declared: ObjectClass, seen: ObjectClass | None, values: dict[str, list[AnswerValue]]) -> ObjectClass:
    """A declared class with the shape, and also the questions, that its labels have."""
    if seen is None:
        return declared
    asked = {question.name: question for question in seen.attributes}
    for question in declared.attributes:
        if not any(value_problem(question, value) for value in values[question.name]):
            asked[question.name] = question
    skeleton = seen.skeleton
    if skeleton and declared.skeleton and set(declared.skeleton.points) == set(skeleton.points):
        skeleton = declared.skeleton
    return msgspec.structs.replace(seen, attributes=tuple(asked.values()), skeleton=skeleton)


def _question(name: str, values: Iterable[AnswerValue], *, by_frame: bool = False) -> Question:
    scope: Scope = "frame" if by_frame else "item"
    different = set(values)
    texts = {value for value in different if isinstance(value, str)}
    lists = [value for value in different if isinstance(value, tuple)]
    if len(lists) == len(different):
        options = sorted({option for value in lists for option in value})
        return Checklist(name, tuple(options), scope=scope)
    if not texts and not lists:
        return Number(name, scope=scope)
    if len(texts) == len(different) <= _MOST_OPTIONS:
        # Of a pair of words one may be missing by chance.
        options = ["no", "yes"] if texts <= {"no", "yes"} else sorted(texts)
        try:
            return Radio(name, tuple(options), scope=scope)  # type: ignore[arg-type]
        except InvalidOntology:
            pass  # Texts that can't be names, such as several lines.
    return Text(name, scope=scope)
