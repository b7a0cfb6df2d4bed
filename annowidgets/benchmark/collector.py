"""From labels to rows: one annotation in one frame each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import repeat
from types import NoneType
from typing import Any

import numpy as np

from annowidgets.benchmark.arrays import Floats, Ints, offsets
from annowidgets.benchmark.branches import kind_problem, own_answers
from annowidgets.benchmark.frames import FrameCount, answered_frames
from annowidgets.benchmark.tasks import FrameSizes, TaskLabels, Vocabulary, read_frame_sizes
from annowidgets.benchmark.tolerances import checked_spacing
from annowidgets.errors import InvalidInput, NotFound
from annowidgets.labels.answers import is_unanswered
from annowidgets.labels.key_frames import shapes_by_frame
from annowidgets.labels.label import Answer, AnswerValue, Label, Labels, as_labels
from annowidgets.labels.shapes import Shape

# Question -> its answer and the answer's place in the list of labels; per frame, None for the item.
Placed = dict[str, tuple[AnswerValue, int]]
Answers = dict[int | None, Placed]


class Collector:
    """Gathers the labels of tasks as rows.

    Parameters
    ----------
    vocabulary : Vocabulary
    first : int
        Number of the first task, for messages.

    Attributes
    ----------
    tasks : list of TaskLabels
    labels : list of (benchmark's labels, trainee's labels)
    answers : list of (benchmark's answers, trainee's answers)
        Per task.
    attribute_sets : list of mapping
        Different sets of answers to attributes, without those under a branch that the set itself does not take.
    shapes : list of shapes
        One per row.
    frame, position, category, attributes : list of int
        Per row: frame, place in the list of labels, code of the class, place in ``attribute_sets`` (-1 where nothing is
        answered).
    rows : list of int
        Number of rows of each task's benchmark, then of its trainee, and so on: their order.
    interpolated : list of int
        Rows that nobody drew: they lie between key frames.
    """

    def __init__(self, vocabulary: Vocabulary, first: int = 0) -> None:
        self.vocabulary = vocabulary
        self.first = first
        self.tasks: list[TaskLabels] = []
        self.labels: list[tuple[Labels, Labels]] = []
        self.answers: list[tuple[Answers, Answers]] = []
        self.spacing: list[tuple[float, float]] = []
        self.attribute_sets: list[Mapping[str, AnswerValue]] = []
        self.shapes: list[Shape] = []
        self.frame: list[int] = []
        self.position: list[int] = []
        self.category: list[int] = []
        self.attributes: list[int] = []
        self.rows: list[int] = []
        self.interpolated: list[int] = []
        self._frames: list[FrameSizes] = []
        self._known_sizes: dict[Any, FrameSizes] = {}
        self._set_codes: dict[tuple[int, Any], int] = {}

    def add(self, task: TaskLabels) -> None:
        """Gather a task's labels; refuse what can't be measured."""
        sides = _listed(task.benchmark_labels), _listed(task.trainee_labels)
        self.tasks.append(task)
        self.labels.append(sides)
        self._frames.append(self._frame_sizes(task.frame_size))
        self._count = FrameCount(self._frames[-1].number, task.interpolate)
        self.spacing.append(checked_spacing(task.spacing))
        self.answers.append((self._add_side(task, sides[0], False), self._add_side(task, sides[1], True)))

    def where(self, row: int) -> str:
        """A row as a message names it."""
        task, is_trainee = divmod(int(np.searchsorted(np.cumsum(self.rows), row, side="right")), 2)
        return f"{self._name(task, self.position[row], bool(is_trainee))}, frame {self.frame[row]},"

    def task_of_rows(self) -> Ints:
        """Place of the task of each row."""
        return np.repeat(np.arange(2 * len(self.tasks)), self.rows) // 2

    def frame_sizes(self, task: Ints, frame: Ints) -> tuple[Floats, Floats]:
        """Height and width of the frames of rows."""
        sizes = np.concatenate([frames.sizes for frames in self._frames])
        starts = offsets([len(frames.sizes) for frames in self._frames])[task]
        each = np.array([frames.number is not None for frames in self._frames])[task]
        found = sizes[starts + np.where(each, frame, 0)]
        return np.ascontiguousarray(found[:, 0]), np.ascontiguousarray(found[:, 1])

    def _frame_sizes(self, frame_size: Any) -> FrameSizes:
        try:
            known = self._known_sizes.get(frame_size)
        except TypeError:  # lists and arrays can't be looked up
            return read_frame_sizes(frame_size)
        if known is None:
            known = self._known_sizes[frame_size] = read_frame_sizes(frame_size)
        return known

    def _name(self, task: int, position: int, is_trainee: bool) -> str:
        label = self.labels[task][is_trainee][position]
        what = label.category if isinstance(label, Label) else label.question
        known_as: Hashable = self.first + task if self.tasks[task].task is None else self.tasks[task].task
        return f"Task {known_as!r}, {'trainee' if is_trainee else 'benchmark'} label {position} ({what})"

    def _add_side(self, task: TaskLabels, labels: Labels, is_trainee: bool) -> Answers:
        answers: Answers = {}
        positions: Sequence[int] = range(len(labels))
        objects: Sequence[Any] = labels
        if set(map(type, labels)) - {Label}:
            positions = [position for position in positions if isinstance(labels[position], Label)]
            objects = [labels[position] for position in positions]
            for position, label in enumerate(labels):
                if isinstance(label, Answer):
                    self._add_answer(answers, label, position, is_trainee)
        rows = len(self.shapes)
        classes = self.vocabulary.classes
        try:
            categories = [classes[label.category] for label in objects]
        except KeyError:
            raise self._unknown_class(positions, objects, is_trainee) from None
        shapes = [label.shape for label in objects]
        if NoneType in set(map(type, shapes)) or not self._count.one_frame:
            for position, label, category in zip(positions, objects, categories, strict=True):
                self._add_frames(task, label, position, category, is_trainee)
        else:
            # A column at a time: most labels are of this kind, and there may be a million.
            self.shapes += shapes
            self.category += categories
            self.position += positions
            self.frame += [0] * len(shapes)
            attributes = [
                label.attributes_at(0) if label.attributes_by_frame else label.attributes for label in objects
            ]
            self.attributes += (
                map(self._attribute_set, categories, attributes, positions, repeat(is_trainee))
                if any(attributes)
                else [-1] * len(shapes)
            )
        self.rows.append(len(self.shapes) - rows)
        return answers

    def _unknown_class(self, positions: Sequence[int], objects: Sequence[Label], is_trainee: bool) -> NotFound:
        classes = self.vocabulary.classes
        place = next(k for k, label in enumerate(objects) if label.category not in classes)
        where = self._name(len(self.tasks) - 1, positions[place], is_trainee)
        return _at(where, NotFound.named("object class", objects[place].category, classes))

    def _add_frames(self, task: TaskLabels, label: Label, position: int, category: int, is_trainee: bool) -> None:
        where = self._name(len(self.tasks) - 1, position, is_trainee)
        self._count.add_label(where, label)
        changing = bool(label.attributes_by_frame)
        same = self._attribute_set(category, label.attributes, position, is_trainee)
        for frame, shape in shapes_by_frame(label, interpolate=task.interpolate):
            self.shapes.append(shape)
            self.frame.append(frame)
            self.position.append(position)
            self.category.append(category)
            self.attributes.append(
                self._attribute_set(category, label.attributes_at(frame), position, is_trainee) if changing else same
            )
            if label.shape is None and frame not in label.key_frames:
                self.interpolated.append(len(self.shapes) - 1)

    def _attribute_set(
        self, category: int, attributes: Mapping[str, AnswerValue], position: int, is_trainee: bool
    ) -> int:
        """Code of a set of answers, -1 where nothing that the label asks is answered."""
        if not attributes:
            return -1
        key = category, frozenset(attributes.items())
        code = self._set_codes.get(key)
        if code is None:
            where = self._name(len(self.tasks) - 1, position, is_trainee)
            known = self.vocabulary.attributes[category]
            for name, value in attributes.items():
                if name not in known:
                    raise _at(where, NotFound.named(f"attribute of {self.vocabulary.names[category]!r}", name, known))
                if problem := kind_problem(known[name], value):
                    raise InvalidInput(f"{where}: {problem}.")
            code = -1
            counting = own_answers(self.vocabulary.ontology.objects[category].attributes, attributes)
            if counting:
                code = len(self.attribute_sets)
                self.attribute_sets.append(counting)
            self._set_codes[key] = code
        return code

    def _add_answer(self, answers: Answers, answer: Answer, position: int, is_trainee: bool) -> None:
        where = self._name(len(self.tasks) - 1, position, is_trainee)
        question = self.vocabulary.questions.get(answer.question)
        if question is None:
            raise _at(where, NotFound.named("classification", answer.question, self.vocabulary.questions))
        if problem := kind_problem(question, answer.value):
            raise InvalidInput(f"{where}: {problem}.")
        if question.scope == "frame" and answer.frame is None:
            raise InvalidInput(f"{where} is asked of every frame.", hint="Say which: Answer(..., frame=0).")
        if question.scope == "item" and answer.frame is not None:
            raise InvalidInput(f"{where} is asked once per item.", hint="Leave out the frame.")
        if is_unanswered(answer.value):
            return
        frames = answered_frames(answer)
        self._count.add(where, frames[-1] or 0, len(frames))
        for frame in frames:
            given = answers.setdefault(frame, {})
            if answer.question in given:
                on_frame = "" if frame is None else f" on frame {frame}"
                raise InvalidInput(f"{where} is answered twice{on_frame}.")
            given[answer.question] = answer.value, position


def _at(where: str, error: NotFound) -> NotFound:
    return NotFound(f"{where}: {error.message}", hint=error.hint)


def _listed(labels: Any) -> Labels:
    # Asking for the types first spares the many good labels a check each.
    return labels if type(labels) is list and set(map(type, labels)) <= {Label, Answer} else as_labels(labels)
