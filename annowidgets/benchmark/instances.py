"""From labels to rows: one annotation in one frame each."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from annowidgets.benchmark.ragged import Ints, offsets
from annowidgets.benchmark.tables import Floats
from annowidgets.benchmark.tolerances import checked_spacing
from annowidgets.errors import InvalidInput, NotFound
from annowidgets.labels.answers import is_unanswered
from annowidgets.labels.key_frames import shapes_by_frame
from annowidgets.labels.label import Answer, AnswerValue, Label, Labels
from annowidgets.labels.ontology import Ontology
from annowidgets.labels.questions import Question, walk
from annowidgets.labels.shapes import Shape

# Frames that one label may span; more is a slip in a frame number, and would fill the memory.
_LONGEST = 10_000_000


@dataclass(frozen=True, slots=True)
class TaskLabels:
    """What is measured for one task: the benchmark's labels, a trainee's, and the frames that they lie on.

    Parameters
    ----------
    benchmark_labels, trainee_labels : sequence of Label and Answer
    frame_size : (height, width), or sequence of them
        In pixels; one for all frames, or one per frame.
    task : hashable, optional
        What the task is called in results; its place in the list where left out.
    trainee : hashable, optional
        Whose labels they are.
    spacing : (row, column), optional
        In mm per pixel; needed where a class's tolerance is in mm.
    interpolate : bool
        Whether frames follow each other in time, so that objects live between key frames.
    """

    benchmark_labels: Labels
    trainee_labels: Labels
    frame_size: Any = field(kw_only=True)
    task: Hashable = field(default=None, kw_only=True)
    trainee: Hashable = field(default=None, kw_only=True)
    spacing: tuple[float, float] | None = field(default=None, kw_only=True)
    interpolate: bool = field(default=True, kw_only=True)


class Frames(NamedTuple):
    """Frames of an item.

    Attributes
    ----------
    sizes : array of shape (n, 2)
        (height, width) in pixels.
    count : int or None
        How many frames there are; None where one size stands for any number.
    """

    sizes: np.ndarray[Any, np.dtype[np.float64]]
    count: int | None


class Vocabulary:
    """Names of an ontology as codes: the classes first, then the classifications, nested ones too."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.classes = {item.name: code for code, item in enumerate(ontology.objects)}
        self.questions: dict[str, Question] = {item.name: item for item in walk(ontology.classifications)}
        self.names: tuple[str, ...] = (*self.classes, *self.questions)
        self.codes = {name: code for code, name in enumerate(self.names)}
        self.attributes = [{question.name for question in walk(item.attributes)} for item in ontology.objects]


class Collector:
    """Gathers the labels of tasks as rows.

    Attributes
    ----------
    shapes : list of shapes
        One per row.
    task, frame, position, category, attributes : list of int
        Per row: place of the task among those added, frame, place in its list of labels, code of the class, place in
        ``attribute_sets`` (-1 where nothing is answered).
    is_trainee, is_key : list of bool
        Per row: whose it is, and whether somebody drew it there (not interpolated).
    attribute_sets : list of mapping
        Different sets of answers.
    answers : list of (question -> (value, position) by frame) of the benchmark and of the trainee, per task
        Frame None for questions of the item.
    """

    def __init__(self, vocabulary: Vocabulary, first: int = 0) -> None:
        self.vocabulary = vocabulary
        self.first = first
        self.tasks: list[TaskLabels] = []
        self.frames: list[Frames] = []
        self._known_frames: dict[Hashable, Frames] = {}
        self.spacing: list[tuple[float, float]] = []
        self.shapes: list[Shape] = []
        self.task: list[int] = []
        self.frame: list[int] = []
        self.position: list[int] = []
        self.category: list[int] = []
        self.attributes: list[int] = []
        self.is_trainee: list[bool] = []
        self.is_key: list[bool] = []
        self.attribute_sets: list[Mapping[str, AnswerValue]] = []
        self._set_codes: dict[tuple[int, Any], int] = {}
        self.answers: list[tuple[dict[Any, Any], dict[Any, Any]]] = []

    def add(self, task: TaskLabels) -> None:
        """Gather a task's labels; refuse what can't be measured."""
        self.tasks.append(task)
        self.frames.append(self._frames(task.frame_size))
        self.spacing.append(checked_spacing(task.spacing))
        answers = self._add_side(task, task.benchmark_labels, False), self._add_side(task, task.trainee_labels, True)
        self.answers.append(answers)

    def _frames(self, frame_size: Any) -> Frames:
        if not isinstance(frame_size, Hashable):
            return _read_frames(frame_size)
        try:
            if frame_size not in self._known_frames:
                self._known_frames[frame_size] = _read_frames(frame_size)
        except TypeError:  # a tuple of lists says that it can be hashed
            return _read_frames(frame_size)
        return self._known_frames[frame_size]

    def _require_frame(self, frame: int, where: Callable[[], str]) -> None:
        count = self.frames[-1].count
        if count is not None and frame >= count:
            raise InvalidInput(
                f"{where()}: frame {frame} does not exist, there are {count}.", hint="Frames are numbered from 0."
            )
        if frame >= 2**31:
            raise InvalidInput(f"{where()}: frame {frame} is no frame's number.")

    def where(self, row: int) -> str:
        """A row as a message names it."""
        name = self._name(self.task[row], self.position[row], self.is_trainee[row])
        return f"{name}, frame {self.frame[row]}:"

    def frame_sizes(self, task: Ints, frame: Ints) -> tuple[Floats, Floats]:
        """Height and width of the frames of rows."""
        sizes = np.concatenate([frames.sizes for frames in self.frames])
        starts = offsets([len(frames.sizes) for frames in self.frames])[task]
        own = np.array([frames.count is not None for frames in self.frames])[task]
        found = sizes[starts + np.where(own, frame, 0)]
        return np.ascontiguousarray(found[:, 0]), np.ascontiguousarray(found[:, 1])

    def _name(self, place: int, position: int, is_trainee: bool) -> str:
        task = self.tasks[place]
        label = (task.trainee_labels if is_trainee else task.benchmark_labels)[position]
        what = label.category if isinstance(label, Label) else label.question
        side = "trainee" if is_trainee else "benchmark"
        number = self.first + place if task.task is None else task.task
        return f"Task {number!r}, {side} label {position} ({what})"

    def _add_side(self, task: TaskLabels, labels: Labels, is_trainee: bool) -> dict[Any, Any]:
        place = len(self.tasks) - 1
        classes = self.vocabulary.classes
        several = (self.frames[-1].count or 1) > 1
        answers: dict[Any, Any] = {}
        rows = len(self.shapes)
        for position, label in enumerate(labels):
            if isinstance(label, Answer):
                self._add_answer(answers, label, position, is_trainee)
                continue
            if not isinstance(label, Label):
                raise InvalidInput(f"A list of labels holds a {type(label).__name__}, not a Label or an Answer.")
            category = classes.get(label.category)
            if category is None:
                raise NotFound.named("object class", label.category, classes)
            shape = label.shape
            if shape is not None:
                if several:
                    raise InvalidInput(
                        f"{self._name(len(self.tasks) - 1, position, is_trainee)}: the item has several frames.",
                        hint="Say which: {0: shape}.",
                    )
                self.shapes.append(shape)
                self.frame.append(0)
                self.position.append(position)
                self.category.append(category)
                self.attributes.append(self._attribute_set(category, label.attributes) if label.attributes else -1)
                self.is_key.append(True)
            else:
                self._add_frames(task, label, position, category, is_trainee)
        added = len(self.shapes) - rows
        self.task += [place] * added
        self.is_trainee += [is_trainee] * added
        return answers

    def _add_frames(self, task: TaskLabels, label: Label, position: int, category: int, is_trainee: bool) -> None:
        last = max(label.until or 0, *label.key_frames)
        self._require_frame(last, lambda: self._name(len(self.tasks) - 1, position, is_trainee))
        if label.until is not None and not task.interpolate:
            raise InvalidInput(
                f"{self._name(len(self.tasks) - 1, position, is_trainee)}: frames don't follow each other here, so until has no "
                "meaning.",
                hint="Copy it on purpose with label.fill(until=...).",
            )
        if task.interpolate and last - min(label.key_frames) > _LONGEST:
            raise InvalidInput(
                f"{self._name(len(self.tasks) - 1, position, is_trainee)} spans more than {_LONGEST:,} frames."
            )
        changing = bool(label.attributes_by_frame)
        same = self._attribute_set(category, label.attributes) if label.attributes else -1
        for frame, shape in shapes_by_frame(label, interpolate=task.interpolate):
            self.shapes.append(shape)
            self.frame.append(frame)
            self.position.append(position)
            self.category.append(category)
            self.attributes.append(self._attribute_set(category, label.attributes_at(frame)) if changing else same)
            self.is_key.append(frame in label.key_frames)

    def _attribute_set(self, category: int, attributes: Mapping[str, AnswerValue]) -> int:
        """Code of a set of answers, -1 where all are left unanswered."""
        key = category, frozenset(attributes.items())
        code = self._set_codes.get(key)
        if code is None:
            known = self.vocabulary.attributes[category]
            for name in attributes:
                if name not in known:
                    raise NotFound.named(f"attribute of {self.vocabulary.names[category]!r}", name, known)
            code = -1
            if not all(map(is_unanswered, attributes.values())):
                code = len(self.attribute_sets)
                self.attribute_sets.append(attributes)
            self._set_codes[key] = code
        return code

    def _add_answer(self, answers: dict[Any, Any], answer: Answer, position: int, is_trainee: bool) -> None:
        question = self.vocabulary.questions.get(answer.question)
        if question is None:
            raise NotFound.named("classification", answer.question, self.vocabulary.questions)
        if is_unanswered(answer.value):
            return
        where = self._name(len(self.tasks) - 1, position, is_trainee)
        if (question.scope == "frame") != (answer.frame is not None):
            raise InvalidInput(
                f"{where}: the question is asked "
                + (
                    "of every frame: say which, as in Answer(..., frame=0)."
                    if answer.frame is None
                    else "once per item."
                )
            )
        frames: Sequence[int | None] = [None]
        if answer.frame is not None:
            last = answer.frame if answer.until is None else answer.until
            self._require_frame(last, lambda: where)
            if last - answer.frame > _LONGEST:
                raise InvalidInput(f"{where} spans more than {_LONGEST:,} frames.")
            frames = range(answer.frame, last + 1)
        for frame in frames:
            given = answers.setdefault(frame, {})
            if answer.question in given:
                raise InvalidInput(f"{where}: answered twice" + ("." if frame is None else f" on frame {frame}."))
            given[answer.question] = answer.value, position


def _read_frames(frame_size: Any) -> Frames:
    try:
        sizes = np.asarray(frame_size, np.float64)
    except (TypeError, ValueError):
        sizes = np.empty(0)
    if sizes.ndim not in (1, 2) or sizes.shape[-1] != 2 or sizes.size == 0:
        raise InvalidInput(f"frame_size must be (height, width), or a list of them, got {frame_size!r:.60}.")
    if not (np.isfinite(sizes).all() and (sizes > 0).all()):
        raise InvalidInput(f"frame_size must be above 0, got {frame_size!r:.60}.")
    return Frames(sizes, len(sizes)) if sizes.ndim == 2 else Frames(sizes[np.newaxis], None)
