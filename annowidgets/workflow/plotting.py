"""Figures as methods of what they show; `annowidgets.plots` draws them.

Figures build on the workflow, so the workflow knows them by name only, and nothing of it loads matplotlib.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from annowidgets.workflow.base import ProjectBase

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw(figure: str, *given: Any, **options: Any) -> Axes:
    """Draw one of the figures of `annowidgets.plots`."""
    axes: Axes = getattr(importlib.import_module("annowidgets.plots"), figure)(*given, **options)
    return axes


class ProjectPlots(ProjectBase):
    """The figures' room of an annotation project."""

    def plot_instruction_scores(self, ax: Axes | None = None) -> Axes:
        """Draw the calibration scores by version of the instructions: `plots.instruction_scores`."""
        return draw("instruction_scores", self, ax)


class TrainingPlots(ProjectBase):
    """The figures' room of a training project."""

    def plot_scores(self, ax: Axes | None = None) -> Axes:
        """Draw each trainee's score with its interval: `plots.trainee_scores`."""
        return draw("trainee_scores", self, ax)

    def plot_learning_curve(self, ax: Axes | None = None, *, trainee: str | None = None) -> Axes:
        """Draw how scores go with the number of submitted tasks: `plots.learning_curve`."""
        return draw("learning_curve", self, ax, trainee=trainee)

    def plot_class_scores(self, ax: Axes | None = None) -> Axes:
        """Draw the heat map of trainees and classes: `plots.class_scores`."""
        return draw("class_scores", self, ax)

    def plot_confusion(self, ax: Axes | None = None, *, trainee: str | None = None) -> Axes:
        """Draw which classes are taken for which: `plots.confusion`."""
        return draw("confusion", self, ax, trainee=trainee)

    def plot_before_and_after(self, ax: Axes | None = None) -> Axes:
        """Draw what the pending function would change: `plots.before_and_after`."""
        return draw("before_and_after", self, ax)
