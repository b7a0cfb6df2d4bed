"""What is measured: the labels of one task on both sides, and the frames that they lie on."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from annowidgets.benchmark.arrays import Floats
from annowidgets.errors import InvalidInput
from annowidgets.labels.label import Labels
from annowidgets.labels.ontology import Ontology
from annowidgets.labels.questions import Question, walk
from annowidgets.labels.values import shown

# A side of a frame: far beyond any picture, and squares of it still keep their digits.
MOST_PIXELS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class TaskLabels:
    """The benchmark's labels of one item and a trainee's.

    Parameters
    ----------
    benchmark_labels, trainee_labels : sequence of Label and Answer
        In any order.
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


class FrameSizes(NamedTuple):
    """Sizes of an item's frames.

    Attributes
    ----------
    sizes : array of shape (n, 2)
        (height, width) in pixels.
    number : int or None
        How many frames there are; None where one size stands for any number.
    """

    sizes: Floats
    number: int | None


def read_frame_sizes(frame_size: Any) -> FrameSizes:
    """One (height, width) for all frames, or one per frame.

    Raises
    ------
    InvalidInput
        Anything else, or sizes that no picture has.
    """
    try:
        sizes = np.asarray(frame_size, np.float64)
    except (TypeError, ValueError):
        sizes = np.empty(0)
    if sizes.ndim not in (1, 2) or sizes.shape[-1] != 2 or sizes.size == 0:
        raise InvalidInput(f"frame_size must be (height, width), or a list of them, got {shown(frame_size)}.")
    # Said this way round, NaN is refused too.
    if not ((sizes >= 1) & (sizes <= MOST_PIXELS)).all():
        raise InvalidInput(f"frame_size must be from 1 to {MOST_PIXELS:,} pixels, got {shown(frame_size)}.")
    return FrameSizes(sizes, len(sizes)) if sizes.ndim == 2 else FrameSizes(sizes[np.newaxis], None)


class Vocabulary:
    """Names of an ontology as codes.

    Attributes
    ----------
    names : tuple of str
        The classes, then the classifications, nested ones too; a name's place is its code.
    codes : dict
        Code of each name.
    classes : dict
        Code of each class.
    questions : dict
        Each classification by its name.
    attributes : list of dict
        The attributes of each class by their names, nested ones too.
    """

    def __init__(self, ontology: Ontology) -> None:
        if not isinstance(ontology, Ontology):
            raise InvalidInput(f"ontology must be an Ontology, got {shown(ontology)}.")
        self.ontology = ontology
        self.classes = {item.name: code for code, item in enumerate(ontology.objects)}
        self.questions: dict[str, Question] = {item.name: item for item in walk(ontology.classifications)}
        self.names: tuple[str, ...] = (*self.classes, *self.questions)
        self.codes = {name: code for code, name in enumerate(self.names)}
        self.attributes: list[dict[str, Question]] = [
            {question.name: question for question in walk(item.attributes)} for item in ontology.objects
        ]
