"""What people see and click: screens and their parts. They call the workflow and decide nothing."""

from __future__ import annotations

from annowidgets.widgets.audit_tool import AuditTool
from annowidgets.widgets.label_desk import LabelDesk

__all__ = ["AuditTool", "LabelDesk"]
