"""What people see and click: screens and their parts. They call the workflow and decide nothing."""

from __future__ import annotations
