"""The ontology that a set of labels suggests."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

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
from annowidgets.labels.questions import Scope

# More different texts than this are no choice between options.
_MOST_OPTIONS = 12


def suggest_ontology(labels: Sequence[Label | Answer]) -> Ontology | None:
    """The smallest ontology that labels fit, sorted by name; None where there are none.

    A class with labels of several shapes gets the most frequent one. Texts become the options of a Radio where they
    are few, numbers a Number, lists a Checklist; values of mixed kinds a Text.
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
    if not shapes and not answers:
        return None
    objects = [
        _object_class(name, placed, [_question(*named) for named in sorted(attributes[name].items())])
        for name, placed in sorted(shapes.items())
    ]
    classifications = [
        _question(name, [one.value for one in given], by_frame=any(one.frame is not None for one in given))
        for name, given in sorted(answers.items())
    ]
    return Ontology(objects=tuple(objects), classifications=tuple(classifications))


def _object_class(name: str, shapes: Sequence[Shape], attributes: list[Question]) -> ObjectClass:
    (kind, _), *_ = Counter(map(shape_type, shapes)).most_common(1)
    points = [point for shape in shapes if isinstance(shape, ObjectPrimitive) for point in shape.points]
    skeleton = Skeleton(tuple(dict.fromkeys(points))) if kind == "object_primitive" else None
    return ObjectClass(name, kind, attributes=tuple(attributes), skeleton=skeleton)  # type: ignore[arg-type]


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
