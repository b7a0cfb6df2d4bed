"""Figures of what the workflow found: Axes in, Axes out, colours from the style in use, readable in grey."""

from __future__ import annotations

from annowidgets.plots.calibration import instruction_scores, reliability
from annowidgets.plots.classes import class_scores, confusion
from annowidgets.plots.trainees import before_and_after, learning_curve, trainee_scores

__all__ = [
    "before_and_after",
    "class_scores",
    "confusion",
    "instruction_scores",
    "learning_curve",
    "reliability",
    "trainee_scores",
]
