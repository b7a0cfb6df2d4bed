"""The state tables of tasks, written from the rules and not taken from the code."""

from __future__ import annotations

# "before": the state before the claim.
MANUAL = {
    ("queued", "claim"): "annotating",
    ("returned", "claim"): "annotating",
    ("annotating", "save_draft"): "annotating",
    ("annotating", "release"): "before",
    ("annotating", "submit_drawn"): "in_review",
    ("annotating", "submit_not_drawn"): "completed",
    ("annotating", "skip"): "skipped",
    ("in_review", "approve"): "completed",
    ("in_review", "approve_with_fixes"): "completed",
    ("in_review", "return"): "returned",
    ("in_review", "recall"): "annotating",
    ("completed", "recall"): "annotating",
    ("queued", "exclude_item"): "cancelled",
    ("annotating", "exclude_item"): "cancelled",
    ("returned", "exclude_item"): "cancelled",
    ("queued", "close_early"): "cancelled",
    ("annotating", "close_early"): "cancelled",
    ("returned", "close_early"): "cancelled",
    ("skipped", "reopen"): "queued",
    ("completed", "reopen"): "queued",
}
CALIBRATION = {
    ("queued", "claim"): "annotating",
    ("annotating", "save_draft"): "annotating",
    ("annotating", "release"): "before",
    ("annotating", "submit_drawn"): "submitted",
    ("annotating", "submit_not_drawn"): "submitted",
    ("annotating", "skip"): "queued",
    ("submitted", "grade"): "graded",
    ("graded", "grade"): "graded",
    ("queued", "exclude_item"): "excluded",
    ("annotating", "exclude_item"): "excluded",
    ("submitted", "exclude_item"): "excluded",
    ("graded", "exclude_item"): "excluded",
    ("queued", "close_early"): "excluded",
    ("annotating", "close_early"): "excluded",
}
TABLES = {"ground_truth": MANUAL, "production": MANUAL, "calibration": CALIBRATION}
