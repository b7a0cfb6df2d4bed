"""What people see and click: screens and their parts. They call the workflow and decide nothing."""

from __future__ import annotations

from annowidgets.widgets.audit_tool import AuditTool
from annowidgets.widgets.batch_view import BatchView
from annowidgets.widgets.batches_page import BatchesPage
from annowidgets.widgets.label_desk import LabelDesk

__all__ = ["AuditTool", "BatchView", "BatchesPage", "LabelDesk"]
