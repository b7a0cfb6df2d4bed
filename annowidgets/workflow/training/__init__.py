"""Annotator training: a benchmark, trainees, scores (A1-A12)."""

from annowidgets.workflow.training.gold import Gold
from annowidgets.workflow.training.project import TrainingProject
from annowidgets.workflow.training.reports import Comparison
from annowidgets.workflow.training.tasks import TrainingStatus, TrainingTask

__all__ = ["Comparison", "Gold", "TrainingProject", "TrainingStatus", "TrainingTask"]
