"""The labelling desk with the plain editor of boxes: what that one can't do."""

from __future__ import annotations

from pathlib import Path

import pytest

import annowidgets as aw
from annowidgets.labels import Label
from annowidgets.widgets.boxes import BoxEditor
from tests.widgets.loops import SIZE, Loop
from tests.widgets.test_label_desk import REQUIRED, Person, box


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Person, "kind", "boxes")


def test_labels_that_the_desk_cannot_show_stay_in_the_task_and_are_told_of(tmp_path: Path) -> None:
    loop = Loop(tmp_path, ontology=REQUIRED)
    outline = Label("outline", aw.Polygon([(1, 1), (30, 1), (30, 30)]))
    task = loop.as_("ann").next_task()
    assert task is not None
    task.save_draft([outline, Label("RBC", aw.BoundingBox(1, 2, 3, 4), id="n1")])
    ann = Person(loop.as_("ann"))
    assert "1 label of this task can&#x27;t be shown" in ann.desk._work._comments.html
    ann.draw(box(5, 6, 7, 8))
    assert task.labels() == [Label("RBC", aw.BoundingBox(5, 6, 7, 8)), outline]


def test_an_ontology_without_boxes_is_told_in_the_desk_and_the_task_can_be_released(tmp_path: Path) -> None:
    loop = Loop(tmp_path, ontology=aw.Ontology(objects=[aw.ObjectClass("nose", shape="keypoint")]))
    ann = Person(loop.as_("ann"))
    assert "its classes are labelled with keypoint" in ann.told
    assert "Submit" not in ann.desk.footer.html
    ann.desk.act("submit")
    ann.desk.act("release")
    assert ann.desk.task is None
    assert loop.rows("SELECT count(*) FROM tasks WHERE state = 'queued'") == [(4,)]


def test_boxes_are_drawn_in_the_size_of_the_picture(tmp_path: Path) -> None:
    editor = Person(Loop(tmp_path).as_("ann")).desk.editor
    assert isinstance(editor, BoxEditor)
    given = editor.panel.given
    assert (given["width"], given["height"]) == SIZE
