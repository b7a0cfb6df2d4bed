"""Measure and score labels against a benchmark: arrays and values in, arrays and values out."""

from __future__ import annotations

from annowidgets.benchmark.agreement import Agreement, ItemLabels, agreement
from annowidgets.benchmark.alpha import krippendorff_alpha
from annowidgets.benchmark.calibration import CalibrationScore, ReliabilityBin, calibration_score
from annowidgets.benchmark.explain import Explanation, Term
from annowidgets.benchmark.function import BenchmarkFunction, Weights
from annowidgets.benchmark.measure import measure, measure_many
from annowidgets.benchmark.measurements import Measurements
from annowidgets.benchmark.score import score
from annowidgets.benchmark.scores import Scores
from annowidgets.benchmark.similarity import similarity
from annowidgets.benchmark.tasks import TaskLabels
from annowidgets.benchmark.volume import VolumeAgreement, volume
from annowidgets.benchmark.volumes import volumes

__all__ = [
    "Agreement",
    "BenchmarkFunction",
    "CalibrationScore",
    "Explanation",
    "ItemLabels",
    "Measurements",
    "ReliabilityBin",
    "Scores",
    "TaskLabels",
    "Term",
    "VolumeAgreement",
    "Weights",
    "agreement",
    "calibration_score",
    "krippendorff_alpha",
    "measure",
    "measure_many",
    "score",
    "similarity",
    "volume",
    "volumes",
]
