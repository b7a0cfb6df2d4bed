"""What people see and click: screens and their parts. They call the workflow and decide nothing."""

from __future__ import annotations

from annowidgets.widgets.audit_tool import AuditTool

__all__ = ["AuditTool"]
