"""Simulated labelers: people whose faults are known, so that one can see what a calibration makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from annowidgets.labels import BoundingBox, Label

# Boxes that come this near to the picture's edge, in pixels, count as cut by it.
_BORDER = 2.0
_SECONDS_PER_PICTURE, _SECONDS_PER_BOX = 5.0, 4.0


class Attempt(NamedTuple):
    """What a simulated labeler hands in.

    Attributes
    ----------
    labels : list of Label
        Boxes at whole pixels, inside the picture, as a mouse would draw them.
    confidence : float
        As reported, 0 to 1.
    seconds : float
        How long it took: 5 s to look, 4 s for each box.
    """

    labels: list[Label]
    confidence: float
    seconds: float


class Question(NamedTuple):
    """What a labeler asks about the instructions.

    Attributes
    ----------
    text, section, kind : str
        As in `Task.give_feedback`.
    """

    text: str
    section: str
    kind: str = "unclear"


@dataclass(frozen=True, kw_only=True)
class SimulatedLabeler:
    """A labeler who sees the truth, and makes known mistakes on the way to the screen.

    Attributes
    ----------
    name : str
        The user.
    shift : (float, float)
        Habit of drawing every box so many pixels too far right and down.
    jitter : float
        Standard deviation of each side of each box, in pixels.
    missed : mapping of class -> rate
        Share of a class that is overlooked, 0 to 1.
    missed_at_border : float
        Share of what the picture's edge cuts that is left out, 0 to 1.
    confused : mapping of class -> (class, rate)
        What a class is taken for, and how often, 0 to 1.
    extras : float
        Mean number of boxes per picture around nothing: as large as a true one, anywhere.
    confidence : float
        What is reported by habit, 0 to 1.
    insight : float
        How far the confidence follows the share of true objects that got a box of their class, instead of the habit,
        0 to 1. How well boxes fit is noticed by nobody.
    asks : sequence of Question
        Asked once, at the first task.
    """

    name: str
    shift: tuple[float, float] = (0.0, 0.0)
    jitter: float = 0.0
    missed: Mapping[str, float] = field(default_factory=dict)
    missed_at_border: float = 0.0
    confused: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    extras: float = 0.0
    confidence: float = 0.9
    insight: float = 0.0
    asks: Sequence[Question] = ()

    def label(self, truth: Sequence[Label], frame_size: tuple[int, int], *, rng: int | np.random.Generator) -> Attempt:
        """Label a picture.

        Parameters
        ----------
        truth : sequence of Label
            The true boxes.
        frame_size : (height, width)
            In pixels.
        rng : int or Generator
            The same seed gives the same mistakes, and a fault more or less leaves those of the others as they are.
        """
        generator = np.random.default_rng(rng)
        labels: list[Label] = []
        right = 0
        for label, box in _boxes(truth):
            # All numbers are drawn, whatever the faults, so that one fault does not shift the dice of the next.
            overlooked, left_out, taken_for = generator.random(3).tolist()
            wobble = generator.normal(size=4)
            drawn = self._drawn(box, wobble, frame_size)
            at_border = _is_cut(box, frame_size) and left_out < self.missed_at_border
            if overlooked < self.missed.get(label.category, 0.0) or at_border or drawn is None:
                continue
            other, rate = self.confused.get(label.category, (label.category, 0.0))
            category = other if taken_for < rate else label.category
            right += category == label.category
            labels.append(Label(category, drawn))
        labels += self._extras(truth, frame_size, generator)
        seen = right / len(truth) if truth else 1.0
        sure = (1 - self.insight) * self.confidence + self.insight * seen + generator.normal(scale=0.03)
        seconds = _SECONDS_PER_PICTURE + _SECONDS_PER_BOX * len(labels)
        return Attempt(labels, round(float(np.clip(sure, 0, 1)), 2), seconds)

    def _drawn(
        self, box: BoundingBox, wobble: np.typing.NDArray[np.float64], frame_size: tuple[int, int]
    ) -> BoundingBox | None:
        """The box as it ends up on the screen; None where nothing of it is left inside the picture."""
        height, width = frame_size
        dx, dy = self.shift
        sides = np.array(box.bounds()) + (dx, dy, dx, dy) + self.jitter * wobble
        x0, y0, x1, y1 = np.rint(sides.clip(0, (width, height, width, height))).tolist()
        return BoundingBox(x0, y0, x1 - x0, y1 - y0) if x1 > x0 and y1 > y0 else None

    def _extras(
        self, truth: Sequence[Label], frame_size: tuple[int, int], generator: np.random.Generator
    ) -> Iterator[Label]:
        boxes = list(_boxes(truth))
        for _ in range(generator.poisson(self.extras) if boxes else 0):
            label, box = boxes[generator.integers(len(boxes))]
            height, width = frame_size
            w, h = min(box.width, width), min(box.height, height)
            x, y = np.rint(generator.uniform((0, 0), (width - w, height - h))).tolist()
            yield Label(label.category, BoundingBox(x, y, w, h))


def _boxes(labels: Sequence[Label]) -> Iterator[tuple[Label, BoundingBox]]:
    for label in labels:
        if isinstance(label.shape, BoundingBox):
            yield label, label.shape


def _is_cut(box: BoundingBox, frame_size: tuple[int, int]) -> bool:
    height, width = frame_size
    x0, y0, x1, y1 = box.bounds()
    return x0 <= _BORDER or y0 <= _BORDER or x1 >= width - _BORDER or y1 >= height - _BORDER
