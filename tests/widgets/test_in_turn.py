"""What is pressed beside the label editor is heard after the edits that were made before it, whatever road they take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import annowidgets as aw
from annowidgets.labels import Answer, Label
from annowidgets.widgets.editor import Editor
from annowidgets.widgets.in_turn import InTurn, deliver
from annowidgets.widgets.label_desk import LabelDesk
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.questions import Questions
from annowidgets.widgets.saving import Saving
from tests.widgets.loops import Loop
from tests.widgets.page import op

BOX = Label("RBC", aw.BoundingBox(10, 10, 20, 20), id="a")


@pytest.fixture
def loop(tmp_path: Path) -> Loop:
    classes = [aw.ObjectClass("RBC", shape="bounding_box")]
    return Loop(tmp_path, ontology=aw.Ontology(objects=classes, classifications=[aw.Radio("quality", ["good"])]))


def carried(part: InTurn, **content: Any) -> dict[str, Any]:
    return {"type": "carried", "to": part.carried_as, "content": content}


def test_a_press_on_submit_waits_for_the_edits_before_it_with_the_answer_and_the_confidence(loop: Loop) -> None:
    desk = LabelDesk(loop.as_("ann"))
    editor, task = desk.editor, desk.task
    assert isinstance(editor, Editor)
    assert task is not None
    (questions,) = (one for one in desk.side.children if isinstance(one, Questions) and "quality" in one.html)
    drawn = {"type": "op", "number": 1, "sequence": 1, "op": op("e1", [(BOX, 0)])}
    pressed = [
        carried(questions, act="answer", key="quality", value="good"),
        carried(desk.confidence, percent=80),
        carried(desk.footer, act="submit", key=str(task.id)),
    ]
    editor._take_in({"type": "several", "messages": pressed, "after": "e1"})
    assert (desk.task, desk.confidence.value) == (task, None)
    editor._take_in(drawn)
    assert task.state == "submitted"
    assert task.confidence == 0.8
    label, answer = task.labels()
    assert isinstance(label, Label)
    assert (label.shape, answer) == (BOX.shape, Answer("quality", "good"))


def test_a_part_that_is_closed_or_unknown_hears_nothing() -> None:
    heard: list[str] = []
    part = LiveHtml(on_action=lambda act, *_: heard.append(act), in_turn=True)
    name = part.carried_as
    deliver(name, {"act": "submit"})
    assert heard == ["submit"]
    for nonsense in ("", None, 3, ["x"], "somebody"):
        deliver(nonsense, {"act": "submit"})
    part.close()
    deliver(name, None)
    assert heard == ["submit"]


def test_only_what_is_about_the_labels_waits_its_turn() -> None:
    assert LiveHtml().carried_as == ""
    assert len({Questions().carried_as, Questions().carried_as, Saving().carried_as, ""}) == 4


def test_the_page_knows_the_name_of_each_part(loop: Loop) -> None:
    state = json.loads(json.dumps(LabelDesk(loop.as_("ann")).footer.get_state("carried_as")))
    assert state["carried_as"]
