"""annowidgets: good labels from a notebook. Calibrate instructions, train annotators, then open production.

Names are loaded when they are first used, so that ``import annowidgets`` costs next to nothing.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from annowidgets import benchmark, errors, plots
    from annowidgets.benchmark import BenchmarkFunction, Weights
    from annowidgets.labels import (
        Answer,
        Bitmask,
        BoundingBox,
        Checklist,
        Keypoint,
        Label,
        Number,
        ObjectClass,
        ObjectPrimitive,
        Ontology,
        Option,
        Polygon,
        Polyline,
        Radio,
        RotatableBoundingBox,
        Skeleton,
        Text,
        shape_from_dict,
    )
    from annowidgets.widgets import (
        AuditTool,
        BatchesPage,
        BatchView,
        Comparison,
        InstructionEditor,
        LabelDesk,
        ReviewDesk,
        TraineeDesk,
        TrainingDashboard,
        TrainingSetup,
    )
    from annowidgets.workflow import CalibrationPolicy, EvaluationPolicy, Requirements, Workspace, open_workspace

__version__ = "0.1.0"

_HOMES = {
    "annowidgets": ("benchmark", "errors", "plots"),
    "annowidgets.benchmark": ("BenchmarkFunction", "Weights"),
    "annowidgets.labels": (
        "Answer",
        "Bitmask",
        "BoundingBox",
        "Checklist",
        "Keypoint",
        "Label",
        "Number",
        "ObjectClass",
        "ObjectPrimitive",
        "Ontology",
        "Option",
        "Polygon",
        "Polyline",
        "Radio",
        "RotatableBoundingBox",
        "Skeleton",
        "Text",
        "shape_from_dict",
    ),
    "annowidgets.widgets": (
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
    ),
    "annowidgets.workflow": ("CalibrationPolicy", "EvaluationPolicy", "Requirements", "Workspace", "open_workspace"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Answer",
    "AuditTool",
    "BatchView",
    "BatchesPage",
    "BenchmarkFunction",
    "Bitmask",
    "BoundingBox",
    "CalibrationPolicy",
    "Checklist",
    "Comparison",
    "EvaluationPolicy",
    "InstructionEditor",
    "Keypoint",
    "Label",
    "LabelDesk",
    "Number",
    "ObjectClass",
    "ObjectPrimitive",
    "Ontology",
    "Option",
    "Polygon",
    "Polyline",
    "Radio",
    "Requirements",
    "ReviewDesk",
    "RotatableBoundingBox",
    "Skeleton",
    "Text",
    "TraineeDesk",
    "TrainingDashboard",
    "TrainingSetup",
    "Weights",
    "Workspace",
    "benchmark",
    "errors",
    "open_workspace",
    "plots",
    "shape_from_dict",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'annowidgets' has no attribute {name!r}")
    if home == __name__:
        return importlib.import_module(f"{home}.{name}")
    found = getattr(importlib.import_module(home), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _show_comparisons() -> None:
    """Let a notebook show what `TrainingProject.compare` returns as a screen; nothing is loaded until it does."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        formatter = shell.display_formatter.mimebundle_formatter
        formatter.for_type_by_name("annowidgets.workflow.training.reports", "Comparison", _as_screen)


def _as_screen(compared: Any, **_: Any) -> Any:
    from annowidgets.widgets.comparison import Comparison

    return Comparison(compared.training, compared.task)._repr_mimebundle_()


_show_comparisons()
