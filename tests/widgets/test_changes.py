"""Screens follow the file: what somebody else does there is seen at the next look."""

from __future__ import annotations

from pathlib import Path

import pytest

from annowidgets.widgets.changes import Changes, keep_current
from annowidgets.widgets.screen import Screen
from tests.widgets.loops import Loop


@pytest.fixture
def loop(tmp_path: Path) -> Loop:
    return Loop(tmp_path)


def test_a_change_by_another_connection_is_told_once(loop: Loop) -> None:
    told: list[str] = []
    changes = Changes(loop.ws, on_change=lambda: told.append("changed"))
    changes.look()
    assert told == []
    loop.as_("ann").next_task()
    changes.look()
    changes.look()
    assert told == ["changed"]


def test_a_browser_is_answered_also_when_the_refresh_fails(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    screen, sent = Screen("x"), []
    changes = keep_current(screen, loop.ws, lambda: 1 / 0)
    monkeypatch.setattr(changes, "send", sent.append)
    loop.as_("ann").next_task()
    changes._heard(None, {"ask": True}, [])
    assert sent == [{"answered": True}]
    assert "ZeroDivisionError" in screen._message.html
    changes._heard(None, {"ask": False}, [])
    changes._heard(None, "nonsense", [])
    assert len(sent) == 1
