"""Whether labels fit an item and an ontology, and which ones don't.

Pure computation: it finds the problems; when they refuse an action is decided elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from annowidgets.errors import InvalidLabels
from annowidgets.labels.answers import misplaced, missing, value_problem
from annowidgets.labels.key_frames import frames_of
from annowidgets.labels.label import Answer, AnswerValue, Label, Labels, as_labels
from annowidgets.labels.ontology import ObjectClass, Ontology
from annowidgets.labels.questions import Question, walk
from annowidgets.labels.reach import reaches_into
from annowidgets.labels.shapes import Bitmask, ObjectPrimitive, Shape, shape_type


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
    labels = as_labels(labels)
    check = _Check(ontology, sizes, interpolate, complete)
    found: list[Problem] = []
    ids: set[str] = set()
    for position, label in enumerate(labels):
        if isinstance(label, Label):
            texts = list(check.label(label))
            if label.id in ids:
                texts.append(f"its id {label.id} is another label's too")
            ids.add(label.id)
            where = f"{label.category} (labels[{position}])"
            found += [Problem(position, label.id, f"{where}: {text}.") for text in texts]
    for place, text in check.answers(labels):
        if place is None:
            found.append(Problem(None, None, f"{text}."))
        else:
            position, answer = place
            found.append(Problem(position, None, f"{answer.question} (labels[{position}]): {text}."))
    return sorted(found, key=lambda problem: len(labels) if problem.position is None else problem.position)


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


_Place = tuple[int, Answer]


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
                yield self.no_frame(frame)
            elif shape is not None:
                yield from self.shape(object_class, shape, frame)
        for number in (label.until, *label.attributes_by_frame):
            if number is not None and number >= len(self.sizes):
                yield self.no_frame(number)
        yield from self.attributes(object_class.attributes, label)

    def no_frame(self, frame: int) -> str:
        return f"frame {frame} doesn't exist, the item has {len(self.sizes)}"

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

    def attributes(self, questions: Sequence[Question], label: Label) -> Iterator[str]:
        yield from _attribute_problems(questions, label.attributes, label.attributes)
        first = min(label.key_frames, default=0)
        open_before = self.missing(questions, label.attributes_at(first))
        yield from (f"{name} must be answered" for name in open_before)
        for frame, answers in label.attributes_by_frame.items():
            current = label.attributes_at(frame)
            on = f" from frame {frame} on"
            # An inherited answer that has lost its parent option is let be: there is no way to take an answer back.
            yield from (text + on for text in _attribute_problems(questions, answers, current))
            if frame > first:
                still_open = self.missing(questions, current)
                yield from (f"{name} must be answered{on}" for name in still_open if name not in open_before)
                open_before = still_open

    def missing(self, questions: Sequence[Question], given: Mapping[str, AnswerValue]) -> list[str]:
        return missing(questions, given) if self.complete else []

    def answers(self, labels: Labels) -> Iterator[tuple[_Place | None, str]]:
        """What is wrong with the answers, and where; no place where an answer is missing."""
        given: dict[int | None, dict[str, _Place]] = defaultdict(dict)
        for position, answer in enumerate(labels):
            if isinstance(answer, Answer):
                place = (position, answer)
                yield from ((place, text) for text in self.answer(answer))
                taken: dict[int, list[int | None]] = defaultdict(list)
                for frame in self.frames_answered(answer):
                    other, _ = given[frame].setdefault(answer.question, place)
                    if other != position:
                        taken[other].append(frame)
                yield from (
                    (place, f"labels[{other}] answers it already{self.on(frames)}") for other, frames in taken.items()
                )
        # Of a draft no frame needs an answer, and an edit must not cost more the longer the film is.
        carrying = self.frames_with_objects(labels) if self.complete else set()
        frames_asked = sorted(carrying | {frame for frame in given if frame is not None})
        by_scope: dict[str, Sequence[int | None]] = {"item": [None], "frame": frames_asked}
        # One sentence for all the frames that it is true of.
        frames_of_problem: dict[tuple[_Place | None, str], list[int | None]] = defaultdict(list)
        for scope, frames in by_scope.items():
            questions = [question for question in self.ontology.classifications if question.scope == scope]
            for frame in frames if questions else []:
                places = given.get(frame, {})
                values = {name: answer.value for name, (_, answer) in places.items()}
                for name in misplaced(questions, values, values):
                    frames_of_problem[places[name], "it is only asked under another option"].append(frame)
                if frame is None or frame in carrying:
                    for name in self.missing(questions, values):
                        frames_of_problem[None, f"{name}: it must be answered"].append(frame)
        yield from ((place, text + self.on(frames)) for (place, text), frames in frames_of_problem.items())

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
                yield self.no_frame(max(answer.frame, answer.until or 0))
        problem = value_problem(question, answer.value)
        if problem:
            yield problem

    def frames_answered(self, answer: Answer) -> Sequence[int | None]:
        """The item's frames that an answer speaks for; [None] for the item as a whole."""
        question = self.questions.get(answer.question)
        if question is None:
            return []
        if question.scope == "item":
            return [None]
        if answer.frame is None:
            return []
        last = answer.frame if answer.until is None else answer.until
        return range(answer.frame, min(last + 1, len(self.sizes)))

    def frames_with_objects(self, labels: Labels) -> set[int]:
        ranges = chain.from_iterable(
            frames_of(label, interpolate=self.interpolate) for label in labels if isinstance(label, Label)
        )
        return set().union(*(range(frames.start, min(frames.stop, len(self.sizes))) for frames in ranges))

    def on(self, frames: Sequence[int | None]) -> str:
        """As in "on frames 0 to 3, 7"; nothing where there is one frame, or where the item as a whole is meant."""
        numbers = [frame for frame in frames if frame is not None]
        if len(self.sizes) == 1 or not numbers:
            return ""
        starts = [n for i, n in enumerate(numbers) if i == 0 or numbers[i - 1] != n - 1]
        ends = [n for i, n in enumerate(numbers) if i + 1 == len(numbers) or numbers[i + 1] != n + 1]
        runs = [str(a) if a == b else f"{a} to {b}" for a, b in zip(starts, ends, strict=True)]
        more = f" and {len(runs) - 10} more runs" if len(runs) > 10 else ""
        return f" on frame{'s' if len(numbers) > 1 else ''} {', '.join(runs[:10])}{more}"


def _attribute_problems(
    questions: Sequence[Question], answers: Mapping[str, AnswerValue], current: Mapping[str, AnswerValue]
) -> Iterator[str]:
    """What is wrong with answers that an object is given, where ``current`` are all that hold then."""
    known = {question.name: question for question in walk(questions)}
    for name, value in answers.items():
        if name not in known:
            yield f"there is no attribute {name!r}; there are: {', '.join(known) or 'none'}"
        elif problem := value_problem(known[name], value):
            yield problem
    yield from (f"{name} is only asked under another option" for name in misplaced(questions, current, answers))
