"""Measure and score labels against a benchmark: arrays and values in, arrays and values out."""

from __future__ import annotations

from annowidgets.benchmark.calibration import CalibrationScore, ReliabilityBin, calibration_score
from annowidgets.benchmark.explain import Explanation, Term
from annowidgets.benchmark.function import BenchmarkFunction, Weights
from annowidgets.benchmark.measure import measure, measure_many
from annowidgets.benchmark.measurements import Measurements
from annowidgets.benchmark.score import Scores, score
from annowidgets.benchmark.similarity import similarity
from annowidgets.benchmark.tasks import TaskLabels

__all__ = [
    "BenchmarkFunction",
    "CalibrationScore",
    "Explanation",
    "Measurements",
    "ReliabilityBin",
    "Scores",
    "TaskLabels",
    "Term",
    "Weights",
    "calibration_score",
    "measure",
    "measure_many",
    "score",
    "similarity",
]
