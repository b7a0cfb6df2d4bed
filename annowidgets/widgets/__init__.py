"""What people see and click: screens and their parts. They call the workflow and decide nothing.

Screens are loaded when they are first used: a cell that opens one does not wait for the others.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from annowidgets.widgets.audit_tool import AuditTool
    from annowidgets.widgets.batch_view import BatchView
    from annowidgets.widgets.batches_page import BatchesPage
    from annowidgets.widgets.comparison import Comparison
    from annowidgets.widgets.instruction_editor import InstructionEditor
    from annowidgets.widgets.label_desk import LabelDesk
    from annowidgets.widgets.review_desk import ReviewDesk
    from annowidgets.widgets.trainee_desk import TraineeDesk
    from annowidgets.widgets.training.dashboard import TrainingDashboard
    from annowidgets.widgets.training.setup import TrainingSetup

_HOME_OF = {
    "AuditTool": "audit_tool",
    "BatchView": "batch_view",
    "BatchesPage": "batches_page",
    "Comparison": "comparison",
    "InstructionEditor": "instruction_editor",
    "LabelDesk": "label_desk",
    "ReviewDesk": "review_desk",
    "TraineeDesk": "trainee_desk",
    "TrainingDashboard": "training.dashboard",
    "TrainingSetup": "training.setup",
}

__all__ = [
    "AuditTool",
    "BatchView",
    "BatchesPage",
    "Comparison",
    "InstructionEditor",
    "LabelDesk",
    "ReviewDesk",
    "TraineeDesk",
    "TrainingDashboard",
    "TrainingSetup",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    return found
