"""A benchmark function that somebody is changing: each of its settings as a slider or a choice."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from annowidgets.benchmark import BenchmarkFunction, Weights
from annowidgets.benchmark.function import ZERO_BELOW
from annowidgets.labels import Ontology, walk
from annowidgets.widgets.sliders import Slider

_TERMS = {"iou": "Overlap (IoU)", "category": "Class", "attributes": "Attributes"}


class FunctionDraft:
    """A function that is not saved yet.

    Parameters
    ----------
    function : BenchmarkFunction
        Where it starts.
    ontology : Ontology
        Whose classes and questions can have weights of their own.

    Attributes
    ----------
    function : BenchmarkFunction
        As it is now; always a possible one.
    subject : str or None
        The class or question that the sliders are about; None for all.
    """

    def __init__(self, function: BenchmarkFunction, ontology: Ontology) -> None:
        self.function = function
        self.subject: str | None = None
        self.classes = [one.name for one in ontology.objects]
        self.questions = [question.name for question in walk(ontology.classifications)]
        self.shapes = sorted({one.shape for one in ontology.objects})

    def choose_subject(self, name: str) -> None:
        """Let the sliders be about a class or question; "" for all."""
        self.subject = name if name in (*self.classes, *self.questions) else None

    @property
    def has_own(self) -> bool:
        """Whether the subject is weighed otherwise than the others."""
        return self.subject in self.function.per_class or self.subject in self.function.importance

    def sliders(self) -> list[Slider]:
        """The numbers of the subject."""
        function, subject = self.function, self.subject
        weights = [
            Slider(name, label, value, high=_top(value))
            for (name, label), value in zip(_TERMS.items(), function.weights(subject), strict=True)
        ]
        if subject is not None:
            own = function.importance.get(subject, 1.0)
            importance = Slider("importance", "Importance", own, high=max(3.0, _top(own)), step=0.1, hint="in the mean")
            return [importance] if subject in self.questions else [*weights, importance]
        return [
            *weights,
            Slider("full_at", "Full points from an overlap of", function.full_at, low=0.05),
            Slider("zero_below", "No match below", self._threshold(), hint=self._threshold_hint()),
        ]

    def move(self, name: str, value: float) -> None:
        """Set one of the numbers of `sliders`.

        Raises
        ------
        InvalidInput
            It can't be; the function stays as it was.
        """
        function, subject = self.function, self.subject
        if subject is not None and name == "importance":
            importance = {**function.importance, subject: value}
            self.function = function.amended(importance=importance)
        elif subject is not None:
            own = msgspec.structs.replace(function.per_class.get(subject, Weights()), **{name: value})
            self.function = function.amended(per_class={**function.per_class, subject: own})
        elif name in ("iou", "category"):
            # both or neither: what counts is their ratio
            self.function = function.amended(**{"iou": function.iou, "category": function.category, name: value})
        else:
            self.function = function.amended(**{name: value})

    def choose(self, setting: str, value: Any) -> None:
        """Set mode, extra or aggregate."""
        self.function = self.function.amended(**{setting: value})

    def ignore(self, shape: str, ignored: bool) -> None:
        """Drop the labels of a shape, or judge them again."""
        others = [name for name in self.function.ignored_shapes if name != shape]
        self.function = self.function.amended(ignored_shapes=[*others, shape] if ignored else others)

    def reset(self) -> None:
        """Weigh the subject as all others; without a subject, let the usual thresholds of matches hold again."""
        function, subject = self.function, self.subject
        if subject is None:
            self.function = function.amended(zero_below=None)
            return
        self.function = function.amended(
            per_class={name: own for name, own in function.per_class.items() if name != subject},
            importance={name: own for name, own in function.importance.items() if name != subject},
        )

    def _threshold(self) -> float:
        set_value = self.function.zero_below
        return set_value if isinstance(set_value, float) else self.function.threshold("region")

    def _threshold_hint(self) -> str:
        set_value = self.function.zero_below
        if isinstance(set_value, float):
            return "of every shape"
        told = set_value or {family: self.function.threshold(family) for family in ZERO_BELOW}
        return ", ".join(f"{family} {value:g}" for family, value in told.items())


def _top(value: float) -> float:
    """The end of a slider that holds a weight: only ratios count, so any weight can be there."""
    return max(1.0, float(math.ceil(value)))
