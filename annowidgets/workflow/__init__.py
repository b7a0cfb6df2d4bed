"""The rules: who may do what, and when. Widgets, command line and notebooks only call."""

from annowidgets.workflow.agreement import ProjectAgreement
from annowidgets.workflow.audit import Audit
from annowidgets.workflow.batch import Batch
from annowidgets.workflow.feedback import Feedback
from annowidgets.workflow.items import Item
from annowidgets.workflow.policies import CalibrationPolicy, EvaluationPolicy, Requirements
from annowidgets.workflow.project import Project
from annowidgets.workflow.results import CalibrationResult
from annowidgets.workflow.task import Task
from annowidgets.workflow.workspace import Workspace, open_workspace

__all__ = [
    "Audit",
    "Batch",
    "CalibrationPolicy",
    "CalibrationResult",
    "EvaluationPolicy",
    "Feedback",
    "Item",
    "Project",
    "ProjectAgreement",
    "Requirements",
    "Task",
    "Workspace",
    "open_workspace",
]
