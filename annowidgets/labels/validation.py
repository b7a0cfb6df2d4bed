"""Whether labels fit an item and an ontology, and which ones don't.

Pure computation: it finds the problems; when they refuse an action is decided elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from annowidgets.errors import InvalidLabels
from annowidgets.labels.even_odd import even_odd
from annowidgets.labels.key_frames import shapes_by_frame
from annowidgets.labels.label import Answer, AnswerValue, Label, Labels
from annowidgets.labels.ontology import Checklist, Number, ObjectClass, Ontology, Question, Radio, walk
from annowidgets.labels.shapes import (
    Bitmask,
    BoundingBox,
    Keypoint,
    ObjectPrimitive,
    Polyline,
    RotatableBoundingBox,
    Shape,
    shape_type,
)

# What counts as an area inside the frame: more than rounding leaves of an edge that touches it.
_TOUCHES = 1e-9


class Problem(NamedTuple):
    """What is wrong with one label.

    Attributes
    ----------
    position : int or None
        Index in the list of labels; None where an answer is missing altogether.
    label_id : str or None
        Id of the label, where it has one.
    text : str
        One sentence that names the label.
    """

    position: int | None
    label_id: str | None
    text: str


def find_problems(
    labels: Labels,
    ontology: Ontology,
    sizes: Sequence[tuple[int, int]],
    *,
    interpolate: bool = False,
    complete: bool = True,
) -> list[Problem]:
    """Everything that keeps labels from fitting an item.

    Parameters
    ----------
    labels : sequence of Label and Answer
        The labels of one item.
    ontology : Ontology
        What may be labelled.
    sizes : sequence of (height, width)
        Of the item's frames, in pixels.
    interpolate : bool
        Whether frames follow each other in time, so that objects live between key frames.
    complete : bool
        Whether required questions must be answered: for a submission, not for a draft.
    """
    check = _Check(ontology, sizes, interpolate, complete)
    found: list[Problem] = []
    ids: set[str] = set()
    for position, label in enumerate(labels):
        if isinstance(label, Label):
            where = f"{label.category} (labels[{position}])"
            texts = list(check.label(label))
            if label.id in ids:
                texts.append(f"its id {label.id} is another label's too")
            ids.add(label.id)
            found += [Problem(position, label.id, f"{where}: {text}.") for text in texts]
        else:
            texts = list(check.answer(label))
            found += [Problem(position, None, f"{label.question} (labels[{position}]): {text}.") for text in texts]
    found += [Problem(None, None, f"{text}.") for text in check.classifications(labels)]
    return found


def require_valid(
    labels: Labels,
    ontology: Ontology,
    sizes: Sequence[tuple[int, int]],
    *,
    interpolate: bool = False,
    complete: bool = True,
    rule: str | None = None,
) -> None:
    """Raise InvalidLabels that names every offending label; parameters as in `find_problems`."""
    found = find_problems(labels, ontology, sizes, interpolate=interpolate, complete=complete)
    if found:
        raise InvalidLabels(found, rule=rule)


class _Check:
    def __init__(self, ontology: Ontology, sizes: Sequence[tuple[int, int]], interpolate: bool, complete: bool) -> None:
        self.ontology = ontology
        self.classes = {item.name: item for item in ontology.objects}
        self.questions = {question.name: question for question in walk(ontology.classifications)}
        self.sizes = sizes
        self.interpolate = interpolate
        self.complete = complete

    def label(self, label: Label) -> Iterator[str]:
        object_class = self.classes.get(label.category)
        if object_class is None:
            yield f"there is no such class; classes: {', '.join(self.classes) or 'none'}"
            return
        if label.shape is not None and len(self.sizes) > 1:
            yield "the item has several frames: say which, as in {0: shape}"
            return
        if label.until is not None and not self.interpolate:
            yield "frames of this item don't follow each other, so until has no meaning; use label.fill(until=...)"
        placed = {0: label.shape} if label.shape is not None else label.key_frames
        for frame, shape in placed.items():
            if frame >= len(self.sizes):
                yield f"frame {frame} doesn't exist, the item has {len(self.sizes)}"
            elif shape is not None:
                yield from self.shape(object_class, shape, frame)
        for number in (label.until, *label.attributes_by_frame):
            if number is not None and number >= len(self.sizes):
                yield f"frame {number} doesn't exist, the item has {len(self.sizes)}"
        yield from _answers(object_class.attributes, label.attributes, self.complete)
        for frame in label.attributes_by_frame:
            yield from _answers(object_class.attributes, label.attributes_at(frame), self.complete)

    def shape(self, object_class: ObjectClass, shape: Shape, frame: int) -> Iterator[str]:
        kind = shape_type(shape)
        on = f" on frame {frame}" if len(self.sizes) > 1 else ""
        if kind != object_class.shape:
            yield f"the class is labelled with {object_class.shape}, not {kind}{on}"
        elif isinstance(shape, ObjectPrimitive) and object_class.skeleton is not None:
            names = set(object_class.skeleton.points)
            if set(shape.points) != names:
                odd = ", ".join(sorted(set(shape.points) ^ names))
                yield f"its points differ from the skeleton's{on} ({odd}); mark points that aren't there as absent"
        height, width = self.sizes[frame]
        if isinstance(shape, Bitmask) and shape.size != (height, width):
            yield f"the mask{on} is {shape.size[0]} x {shape.size[1]}, the frame {height} x {width} (height x width)"
        elif not reaches_into(shape, (height, width)):
            yield f"it lies outside the frame{on} of {height} x {width} (height x width)"

    def answer(self, answer: Answer) -> Iterator[str]:
        question = self.questions.get(answer.question)
        if question is None:
            yield f"there is no such classification; there are: {', '.join(self.questions) or 'none'}"
            return
        if question.scope == "item" and answer.frame is not None:
            yield "it is asked once per item, so it takes no frame"
        if question.scope == "frame":
            if answer.frame is None:
                yield "it is asked of every frame: say which, as in Answer(..., frame=0)"
            elif max(answer.frame, answer.until or 0) >= len(self.sizes):
                yield f"frame {max(answer.frame, answer.until or 0)} doesn't exist, the item has {len(self.sizes)}"
        problem = _value_problem(question, answer.value)
        if problem:
            yield problem

    def classifications(self, labels: Labels) -> Iterator[str]:
        """Answers that are missing, given twice, or stand under an option that was not chosen."""
        by_scope: dict[int | None, dict[str, AnswerValue]] = defaultdict(dict)
        for label in labels:
            if not isinstance(label, Answer) or label.question not in self.questions:
                continue
            last = label.frame if label.until is None else label.until
            frames = (
                [None] if label.frame is None or last is None else range(label.frame, min(last + 1, len(self.sizes)))
            )
            twice = [frame for frame in frames if label.question in by_scope[frame]]
            if twice:
                yield f"{label.question}: answered twice" + (f" on frame {twice[0]}" if twice[0] is not None else "")
            for frame in frames:
                by_scope[frame][label.question] = label.value
        asked_of_frames = [question for question in self.ontology.classifications if question.scope == "frame"]
        if asked_of_frames:
            carrying = {
                frame
                for label in labels
                if isinstance(label, Label)
                for frame, _ in shapes_by_frame(label, interpolate=self.interpolate)
                if frame < len(self.sizes)
            }
            for frame in sorted(carrying | {frame for frame in by_scope if frame is not None}):
                complete = self.complete and frame in carrying
                texts = _answers(asked_of_frames, by_scope.get(frame, {}), complete, values=False)
                yield from (f"{text} on frame {frame}" if len(self.sizes) > 1 else text for text in texts)
        asked_once = [question for question in self.ontology.classifications if question.scope == "item"]
        yield from _answers(asked_once, by_scope.get(None, {}), self.complete, values=False)


def _answers(
    questions: Sequence[Question], given: Mapping[str, AnswerValue], complete: bool, *, values: bool = True
) -> Iterator[str]:
    """Problems of a set of answers to a tree of questions."""
    asked = list(_asked(questions, given))
    known = {question.name: question for question in walk(questions)}
    for question in asked:
        if complete and question.required and is_unanswered(given.get(question.name)):
            yield f"{question.name} must be answered"
    open_names = {question.name for question in asked}
    for name, value in given.items():
        if name not in known:
            if values:
                yield f"there is no attribute {name!r}; there are: {', '.join(known) or 'none'}"
        elif name not in open_names:
            yield f"{name} is only asked under another option"
        elif values and (problem := _value_problem(known[name], value)):
            yield problem


def _asked(questions: Sequence[Question], given: Mapping[str, AnswerValue]) -> Iterator[Question]:
    for question in questions:
        yield question
        if isinstance(question, Radio):
            for option in question.options:
                if given.get(question.name) == option.value:
                    yield from _asked(option.questions, given)


def is_unanswered(value: AnswerValue | None) -> bool:
    """Whether a value is no answer: None, a text of white space, an empty checklist."""
    return value is None or (isinstance(value, str) and not value.strip()) or value == ()


def _value_problem(question: Question, value: AnswerValue) -> str | None:
    if isinstance(question, Radio):
        options = [option.value for option in question.options]
        if value not in options:
            return f"{question.name} can't be {value!r:.60}, options: {', '.join(options)}"
    elif isinstance(question, Checklist):
        if not isinstance(value, tuple):
            return f"{question.name} takes a list of options, got {value!r:.60}"
        unknown = [option for option in value if option not in question.options]
        if unknown:
            return f"{question.name} can't hold {unknown[0]!r:.60}, options: {', '.join(question.options)}"
    elif isinstance(question, Number):
        if not isinstance(value, (int, float)):
            return f"{question.name} takes a number, got {value!r:.60}"
    elif not isinstance(value, str):
        return f"{question.name} takes text, got {value!r:.60}"
    return None


def reaches_into(shape: Shape, size: tuple[int, int]) -> bool:
    """Whether a shape reaches into a frame.

    A region has area inside, a line meets the frame, a keypoint lies on it, a primitive has a present point on it.

    Parameters
    ----------
    shape : shape
        In pixels.
    size : (height, width)
        Of the frame.
    """
    height, width = size

    def on_frame(x: float, y: float) -> bool:
        return -_TOUCHES <= x <= width + _TOUCHES and -_TOUCHES <= y <= height + _TOUCHES

    if isinstance(shape, Keypoint):
        return on_frame(shape.x, shape.y)
    if isinstance(shape, ObjectPrimitive):
        return any(on_frame(x, y) for x, y in shape.present().values())
    if isinstance(shape, Bitmask):
        return shape.size == (height, width)
    x0, y0, x1, y1 = shape.bounds()
    if isinstance(shape, BoundingBox):
        inside_width, inside_height = min(x1, width) - max(x0, 0), min(y1, height) - max(y0, 0)
        return inside_width > 0 and inside_height > 0 and inside_width * inside_height > _TOUCHES
    if x0 >= 0 and y0 >= 0 and x1 <= width and y1 <= height:
        return True
    if shape.family == "region":
        if min(x1, width) - max(x0, 0) <= 0 or min(y1, height) - max(y0, 0) <= 0:
            return False
    elif x1 < -_TOUCHES or y1 < -_TOUCHES or x0 > width + _TOUCHES or y0 > height + _TOUCHES:
        return False

    import shapely

    frame = shapely.box(0, 0, width, height)
    if not isinstance(shape, Polyline):
        area = shapely.Polygon(shape.corners()) if isinstance(shape, RotatableBoundingBox) else even_odd(shape.rings)
        return bool(area.intersection(frame).area > _TOUCHES)
    return bool(shapely.dwithin(shapely.LineString(shape.points), frame, _TOUCHES))
