"""Keys of screens and of the editors in them: each means one thing, and what "?" lists is what they do."""

from __future__ import annotations

import json
import shutil
import string
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import annowidgets as aw
from annowidgets.widgets.boxes import KEYS as BOX_KEYS
from annowidgets.widgets.editor import KEYS as EDITOR_KEYS
from annowidgets.widgets.editor import VIEW_KEYS
from annowidgets.widgets.screen import Screen
from tests.every_screen import screens
from tests.widgets.loops import Loop
from tests.widgets.test_review_desk import Reviews

SCRIPT = Path(__file__).parents[1] / "editor" / "keys_in_node.js"
NAMED = ("Enter", "Escape", "Backspace", "Delete", "Home", "End", "PageUp", "PageDown", "Tab", " ")
ARROWS = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown")
PLAIN = (*string.ascii_lowercase, *string.digits, *string.punctuation, *NAMED, *ARROWS)
# What the editor takes under a second name, and what it hands on to the screen.
ALSO = {"=", "ctrl+y", "ctrl+d", "ctrl+enter"}
WRITTEN = {
    "1…9": list("123456789"),
    "arrows": [arrow.lower() for arrow in ARROWS],
    "←": ["arrowleft"],
    "→": ["arrowright"],
    "space": [" "],
}


def listed(written: str) -> list[str]:
    """The keys that a line of the list behind "?" names."""
    return [key for token in written.lower().split() for key in WRITTEN.get(token, [token])]


@pytest.fixture(scope="module")
def taken() -> dict[str, set[str]]:
    """The keys that the label editor really takes, on a still picture and on a film."""
    held = [f"{modifier}+{key}" for modifier in ("ctrl", "alt") for key in PLAIN if key != " "]
    asked = [*PLAIN, *held, "ctrl+shift+z"]
    node = shutil.which("node")
    assert node, "There is no node here: install Node 20 or newer."
    run = subprocess.run(
        [node, str(SCRIPT)], input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=120
    )
    return {kind: {key.lower() for key in keys} for kind, keys in json.loads(run.stdout).items()}


def test_the_list_of_the_editors_keys_names_all_that_it_takes_and_nothing_else(taken: dict[str, set[str]]) -> None:
    named = {key for written in EDITOR_KEYS for key in listed(written)}
    moves = {f"ctrl+{arrow.lower()}" for arrow in ARROWS}  # said in words, with the frames before and after
    assert taken["still"] | taken["film"] == named | ALSO | moves


def every_screen(folder: Path) -> Iterator[tuple[str, Screen]]:
    """Each screen, and those states that have keys of their own."""
    for name in ("screens", "loop", "reviews"):
        (folder / name).mkdir()
    made = screens(folder / "screens")
    yield from made.items()
    desk = made["LabelDesk"]
    assert isinstance(desk, aw.LabelDesk)
    yield "LabelDesk of boxes", aw.LabelDesk(desk.project, editor="boxes")
    dashboard = made["TrainingDashboard"]
    assert isinstance(dashboard, aw.TrainingDashboard)
    dashboard.act("correct", dashboard.training.gold_health()["item"].iloc[0])
    yield "TrainingDashboard, correcting", dashboard
    loop = Loop(folder / "loop")
    (task, *_) = loop.submit("ann")
    tool = aw.AuditTool(loop.batch)
    tool.act("fix", str(task.id))
    yield "AuditTool, fixing", tool
    reviews = Reviews(folder / "reviews")
    reviews.submit("ann", at_most=1)
    yield "ReviewDesk with a task", aw.ReviewDesk(reviews.as_("ro"))


def test_no_key_of_a_screen_is_one_of_the_editor_in_it(taken: dict[str, set[str]], tmp_path: Path) -> None:
    with_editor = set()
    for name, screen in every_screen(tmp_path):
        chords, shown = set(screen._shortcuts.chords), [written for written, _ in screen._shortcuts.shown]
        assert "?" not in chords
        if isinstance(screen, aw.AuditTool) and "a" in chords:
            with_editor.add(name)
            assert not chords & {key for written in VIEW_KEYS for key in listed(written)}
        elif set(EDITOR_KEYS) <= set(shown):
            with_editor.add(name)
            assert chords & (taken["still"] | taken["film"]) <= {"ctrl+enter"}, name
        elif set(BOX_KEYS) <= set(shown):
            with_editor.add(name)
            assert not chords & {key for written in BOX_KEYS for key in listed(written)}, name
        assert len(set(shown)) == len(shown), name
        assert chords <= {key for written in shown for key in listed(written)}, name
    states = {"TrainingDashboard, correcting", "AuditTool, fixing", "ReviewDesk with a task", "LabelDesk of boxes"}
    assert with_editor == {"AuditTool", "LabelDesk", "ReviewDesk", *states}
