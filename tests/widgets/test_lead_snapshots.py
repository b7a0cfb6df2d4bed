"""The markup of the batches, the audit and the desk in each state, held to files that were looked at."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from annowidgets.widgets.audit_tool import AuditTool
from annowidgets.widgets.batch_view import BatchView
from annowidgets.widgets.batches_page import BatchesPage
from annowidgets.widgets.label_desk import LabelDesk
from tests.widgets.loops import LABELS, ONTOLOGY, Loop
from tests.widgets.test_snapshots import check_screen


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Days and times stand as they are where the reader is."""
    monkeypatch.setitem(os.environ, "TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def loop(tmp_path: Path) -> Loop:
    return Loop(tmp_path)


def test_batches_none_being_audited_answered_and_refused(loop: Loop, tmp_path: Path) -> None:
    check_screen("batches_empty", BatchesPage(loop.ws.create_project("New", ontology=ONTOLOGY)), tmp_path)
    page = BatchesPage(loop.project)
    loop.submit()
    loop.as_("ann").give_feedback("Also cut ones?", section="Boxes", kind="missing")
    loop.graded("approve")
    page.act("refresh")
    check_screen("batches_auditing", page, tmp_path)
    loop.graded("approve", "approve", "fix")
    loop.batch.audit().complete()
    page.act("refresh")
    check_screen("batches_open", page, tmp_path)
    page.act("new_calibration")
    page.act("create", "", {"name": "round 1"})
    check_screen("batches_refused", page, tmp_path)


def test_a_batch_before_anybody_at_work_and_seen_by_who_labels(loop: Loop, tmp_path: Path) -> None:
    view = BatchView(loop.batch)
    check_screen("batch_new", view, tmp_path)
    first, *_ = loop.submit(at_most=2)
    loop.as_("ann").next_task()
    first.give_feedback("Also cut ones?", section="Boxes", kind="missing")
    loop.at += 2 * 3600
    view.act("open", str(first.id))
    view.act("refresh")
    check_screen("batch_busy", view, tmp_path)
    view.act("exclude", str(first.id), {"text": ""})
    check_screen("batch_refused", view, tmp_path)
    check_screen("batch_annotator", BatchView(loop.batch_as("ann")), tmp_path)


def test_an_audit_from_nothing_to_grade_to_its_score(loop: Loop, tmp_path: Path) -> None:
    check_screen("audit_empty", AuditTool(loop.batch), tmp_path)
    loop.submit()
    loop.graded("approve", "fix")
    tool = AuditTool(loop.batch)
    check_screen("audit_busy", tool, tmp_path)
    tool.act("reject", str(tool._current), {"text": " "})
    check_screen("audit_refused", tool, tmp_path)
    loop.graded("reject", "approve")
    tool.act("refresh")
    tool.act("complete")
    check_screen("audit_complete", tool, tmp_path)


def test_a_desk_at_work_refused_and_without_a_task(loop: Loop, tmp_path: Path) -> None:
    desk = LabelDesk(loop.as_("ann"))
    check_screen("desk_open", desk, tmp_path)
    desk.act("submit")
    check_screen("desk_refused", desk, tmp_path)
    assert desk.task is not None
    desk.task.submit(LABELS, confidence=0.5)
    loop.batch.close_early(reason="Enough.")
    check_screen("desk_empty", LabelDesk(loop.as_("ann")), tmp_path)
