"""Screens of a cell that runs again."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from types import SimpleNamespace

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances

import annowidgets as aw
from annowidgets.widgets import cells
from annowidgets.widgets.cells import Run, close_earlier, current_run
from annowidgets.widgets.label_desk import LabelDesk
from annowidgets.widgets.open_task import Draft
from annowidgets.widgets.workbench import Workbench
from tests.widgets.loops import ONTOLOGY, Loop


class Screen:
    """Counts how often it is closed."""

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Which cell runs, as the front end tells."""
    told = SimpleNamespace(now=None)
    monkeypatch.setattr(cells, "current_run", lambda: told.now)
    monkeypatch.setattr(cells, "_made", {})
    return told


def test_a_cell_that_runs_again_closes_what_it_made_before_and_nothing_else(run: SimpleNamespace) -> None:
    made = {}
    for name, now in {
        "outside": None,
        "first": Run("a", "1"),
        "beside": Run("a", "1"),
        "other cell": Run("b", "2"),
        "again": Run("a", "3"),
    }.items():
        run.now, made[name] = now, Screen()
        close_earlier(made[name])
    assert {name for name, screen in made.items() if screen.closed} == {"first", "beside"}


def test_the_kernel_tells_the_cell_by_the_request_that_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    request = {"header": {"msg_id": "m1"}, "metadata": {"cellId": "c1"}}
    shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda channel: request))
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    assert current_run() == Run("c1", "m1")
    request["metadata"] = {}
    assert current_run() is None
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    assert current_run() is None


@pytest.mark.parametrize("editor", ["canvas", "boxes"])
def test_a_desk_whose_cell_ran_again_is_let_go_with_its_pictures(
    tmp_path: Path, run: SimpleNamespace, editor: str
) -> None:
    loop = Loop(tmp_path)
    before = parts()
    run.now = Run("a", "1")
    desk = LabelDesk(loop.as_("ann"), editor=editor)  # type: ignore[arg-type]
    made = parts() - before
    assert desk.editor in made
    run.now = Run("a", "2")
    again = LabelDesk(loop.as_("ann"), editor=editor)  # type: ignore[arg-type]
    assert not made & parts()
    assert desk.task is None
    assert again.task is not None
    again.close()
    assert parts() == before


@pytest.mark.parametrize("screen", [aw.BatchesPage, aw.InstructionEditor, aw.ReviewDesk, aw.BatchView, aw.AuditTool])
def test_each_screen_of_a_lead_is_closed_when_its_cell_runs_again(
    tmp_path: Path, run: SimpleNamespace, screen: type
) -> None:
    loop = Loop(tmp_path)
    shown = loop.batch if screen in (aw.BatchView, aw.AuditTool) else loop.project
    before = parts()
    run.now = Run("a", "1")
    screen(shown)
    made = parts() - before
    run.now = Run("a", "2")
    again = screen(shown)
    assert not made & parts()
    again.close()
    assert parts() == before


def test_an_editor_that_other_classes_replace_is_closed_with_its_picture(tmp_path: Path) -> None:
    item = Loop(tmp_path).project.items()[0]
    bench = Workbench(on_action=lambda *_: None, guard=lambda callback: callback)
    bench.show(item, ONTOLOGY, Draft([]))
    before, first = bench.editor, parts()
    assert before is not None
    bench.show(item, aw.Ontology(objects=[aw.ObjectClass("nose", shape="keypoint")]), Draft([]))
    assert bench.editor is not before
    assert before.comm is None
    assert len(parts()) == len(first)


def parts() -> set[ipywidgets.Widget]:
    """All widgets that the kernel keeps, with their layouts, which ipywidgets by itself never closes."""
    return set(_instances.values())


def test_nothing_keeps_a_closed_desk_alive(tmp_path: Path) -> None:
    desk = LabelDesk(Loop(tmp_path).as_("ann"))
    editor, known = desk.editor, weakref.ref(desk)
    known_editor = weakref.ref(editor)
    desk.close()
    del desk, editor
    gc.collect()
    assert known() is None
    assert known_editor() is None
