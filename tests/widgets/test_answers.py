"""Answers to classifications on the screens: one history with the shapes, wherever they may be given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import annowidgets as aw
from annowidgets.errors import StoreError
from annowidgets.labels import Answer, Label
from annowidgets.widgets import AuditTool, LabelDesk, ReviewDesk
from annowidgets.widgets.attempts import read_labels
from annowidgets.widgets.editor import Editor
from annowidgets.widgets.workbench import Workbench
from annowidgets.workflow import Project
from tests.widgets.loops import Loop
from tests.widgets.page import Page, as_json, op
from tests.widgets.test_review_desk import Reviews
from tests.workflow.test_modalities import ADD

ONTOLOGY = aw.Ontology(
    objects=[aw.ObjectClass("RBC", shape="bounding_box")],
    classifications=[
        aw.Radio("quality", ["good", aw.Option("bad", [aw.Text("why"), aw.Number("share")])]),
        aw.Checklist("defects", ["dust", "bubble"], scope="frame"),
    ],
)
BOX = Label("RBC", aw.BoundingBox(10, 20, 30, 40), id="box")


@pytest.fixture
def loop(tmp_path: Path) -> Loop:
    return Loop(tmp_path, ontology=ONTOLOGY)


class Person:
    """Somebody at a bench, with a page that shows it."""

    def __init__(self, bench: Workbench) -> None:
        assert isinstance(bench.editor, Editor)
        self.bench, self.editor, self.page, self.number = bench, bench.editor, Page(), 0
        self.page.open(self.editor)

    def draw(self, label: Label = BOX) -> None:
        self._do(op(self._next(), [(label, 0)]))

    def answer(self, question: str, value: Any) -> None:
        self.bench._classifications.act("answer", question, value)

    def undo(self, back: int = 1, *, kind: str = "undo") -> None:
        """Take back the last edit but so many, as the browser does, or make it again."""
        done = self.editor._draft.history[-back]
        delta = done.backward if kind == "undo" else done.forward
        self._do(op(self._next(), kind=kind) | {"of": done.id, "forward": as_json(delta)})

    @property
    def form(self) -> dict[str, Any]:
        return self.bench._classifications.answers

    def _do(self, edit: dict[str, Any]) -> None:
        self.page.draw(edit, edits=len(self.editor._draft.history))
        self.page.deliver()

    def _next(self) -> str:
        self.number += 1
        return f"{id(self)}-{self.number}"


def at_desk(project: Project) -> tuple[LabelDesk, Person]:
    desk = LabelDesk(project)
    return desk, Person(desk._work)


def whats(desk: LabelDesk) -> list[str]:
    assert desk.task is not None
    return [edit.what for edit in desk.task.history()]


def stored(desk: LabelDesk) -> list[Answer]:
    assert desk.task is not None
    return [one for one in desk.task.labels() if isinstance(one, Answer)]


def test_each_answer_is_one_edit_among_the_shapes_and_its_undo_is_seen_in_the_form(loop: Loop) -> None:
    desk, ann = at_desk(loop.as_("ann"))
    ann.answer("quality", "bad")
    ann.draw()
    ann.answer("why", "  torn ")
    desk._work._classifications.act("tick defects", "dust", True)
    ann.answer("quality", "good")
    ann.answer("quality", "good")  # as it is already
    assert whats(desk) == ["answer quality", "draw", "answer why", "answer defects", "answer quality"]
    assert stored(desk) == [Answer("quality", "good"), Answer("defects", ("dust",), frame=0)]
    ann.undo()
    assert ann.form == {"quality": "bad", "why": "torn", "defects": ("dust",)}
    assert 'value="torn"' in desk._work._classifications.html
    ann.undo(back=3)  # of the defects
    assert ann.form == {"quality": "bad", "why": "torn"}
    assert stored(desk) == [Answer("quality", "bad"), Answer("why", "torn")]
    assert desk._saving.state == "saved"
    assert ann.editor.labels == [BOX]
    ann.undo(back=4, kind="redo")
    assert ann.form == {"quality": "bad", "why": "torn", "defects": ("dust",)}


def test_what_was_answered_is_taken_back_in_another_kernel_too(loop: Loop) -> None:
    _, ann = at_desk(loop.as_("ann"))
    ann.draw()
    ann.answer("quality", "good")
    desk, again = at_desk(loop.as_("ann"))
    assert again.form == {"quality": "good"}
    again.undo()
    assert (again.form, stored(desk), again.editor.labels) == ({}, [], [BOX])
    again.undo(back=3)
    assert again.editor.labels == []


def test_an_answer_under_another_option_is_remembered_by_the_form_while_one_chooses(loop: Loop) -> None:
    desk, ann = at_desk(loop.as_("ann"))
    ann.answer("quality", "bad")
    ann.answer("why", "torn")
    ann.answer("quality", "good")
    ann.draw()
    assert stored(desk) == [Answer("quality", "good")]
    ann.answer("quality", "bad")
    assert stored(desk) == [Answer("quality", "bad"), Answer("why", "torn")]
    assert whats(desk)[-1] == "answer quality, why"
    desk._work._classifications.act("clear", "quality")
    assert (stored(desk), whats(desk)[-1]) == ([], "answer quality")


def test_an_answer_that_does_not_fit_is_told_and_the_form_shows_what_is_saved(loop: Loop) -> None:
    desk, ann = at_desk(loop.as_("ann"))
    ann.answer("quality", "good")
    ann.answer("quality", "great")
    assert "This change was refused" in desk._message.html
    assert "quality can&#x27;t be &#x27;great&#x27;, options: good, bad" in desk._message.html
    assert (ann.form, whats(desk), desk._saving.state) == ({"quality": "good"}, ["answer quality"], "saved")


def test_an_impossible_answer_leaves_the_form_so_that_others_are_taken(loop: Loop) -> None:
    desk, ann = at_desk(loop.as_("ann"))
    ann.answer("quality", "bad")
    ann.answer("share", "1e30")
    assert stored(desk) == [Answer("quality", "bad"), Answer("share", 1e30)]
    ann.answer("share", "nan")
    assert "can&#x27;t be nan" in desk._message.html
    assert ann.form == {"quality": "bad", "share": 1e30}
    ann.answer("why", "torn")
    assert stored(desk)[1:] == [Answer("share", 1e30), Answer("why", "torn")]


def test_an_answer_that_the_disk_refuses_waits_is_shown_and_saved_in_its_turn(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, ann = at_desk(loop.as_("ann"))

    def full(*_: Any, **__: Any) -> None:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("annowidgets.workflow.task.Task.save_edit", full)
        ann.answer("quality", "good")
        ann.draw()
    assert (ann.form, stored(desk), desk._saving.state) == ({"quality": "good"}, [], "unsaved")
    clock = desk.clock
    clock._heard(None, {"run": clock.start[0], "seconds": 3}, None)
    assert (stored(desk), whats(desk)) == ([Answer("quality", "good")], ["answer quality", "draw"])


def test_of_two_windows_that_answer_one_question_none_loses_its_answer(loop: Loop) -> None:
    (desk, ann), (other, behind) = at_desk(loop.as_("ann")), at_desk(loop.as_("ann"))
    ann.answer("quality", "good")
    behind.answer("quality", "bad")
    assert "another window" in other._notices.html
    assert other.task is not None
    assert other.task.copies()[0] == [Answer("quality", "bad")]
    assert stored(desk) == [Answer("quality", "good")]
    other.act("mine")
    assert stored(other) == [Answer("quality", "bad")]
    ann.undo()  # made where nobody knew of it: the writer is told, and keeps a version of their own
    assert "another window" in desk._notices.html
    assert stored(other) == [Answer("quality", "bad")]
    person = Person(other._work)
    person.undo()
    assert stored(other) == [Answer("quality", "good")]


def test_an_auditor_takes_back_an_answer_in_the_copy_that_is_corrected(loop: Loop) -> None:
    desk, ann = at_desk(loop.as_("ann"))
    ann.draw()
    ann.answer("quality", "good")
    desk.confidence.value = 0.9
    desk.act("submit")
    tool = AuditTool(loop.batch)
    tool.act("fix")
    assert tool._fixing is not None
    lead = Person(tool._fixing)
    lead.answer("quality", "bad")
    lead.answer("why", "torn")
    lead.undo()
    assert lead.form == {"quality": "bad"}
    tool.act("save_fix")
    corrected = read_labels(loop.batch, tool._attempts.attempts[0]).corrected
    assert corrected == [BOX, Answer("quality", "bad")]


def test_a_reviewer_who_takes_an_answer_back_has_fixed_nothing(tmp_path: Path) -> None:
    reviews = Reviews(tmp_path)
    reviews.submit("ann", at_most=1)
    desk = ReviewDesk(reviews.as_("ro"))
    person = Person(desk._work)
    before = person.form
    person.answer("quality", "blurred")
    assert "Approve with 1 fix" in desk.footer.html.replace("<b>", "").replace("</b>", "")
    person.undo()
    assert person.form == before
    assert "1 fix" not in desk.footer.html


def test_answers_of_frames_are_named_with_their_frames_and_come_back_run_by_run(tmp_path: Path) -> None:
    workspace = aw.open_workspace(tmp_path / "work.db", user="lea")
    sharp = aw.Radio("sharp", ["yes", aw.Option("no", [aw.Text("why", scope="frame")])], scope="frame")
    ontology = aw.Ontology(objects=ONTOLOGY.objects, classifications=[sharp, aw.Radio("stain", ["good", "bad"])])
    project = workspace.create_project("Cells", ontology=ontology)
    project.add_member("ann")
    ADD["image_sequence"](project, tmp_path / "0", 0)
    project.create_ground_truth_batch("gold").launch()
    desk, ann = at_desk(project.workspace.as_user("ann").project("Cells"))
    form = desk._work._of_frame
    form.act("answer", "sharp", "yes")
    desk._work._onwards.act("onwards")
    before = stored(desk)
    ann.page.sent.append({"type": "turn", "number": ann.page.number, "index": 4})
    ann.page.deliver()
    form.act("answer", "sharp", "no")
    form.act("answer", "why", "shaken")
    ann.answer("stain", "good")
    assert whats(desk) == [
        "answer sharp on frame 0",
        "answer sharp on frames 0 to 10",
        "answer sharp on frame 4",
        "answer why on frame 4",
        "answer stain",
    ]
    ann.undo()
    assert (ann.form, form.answers) == ({}, {"sharp": "no", "why": "shaken"})
    ann.undo(back=3)
    ann.undo(back=5)
    assert form.answers == {"sharp": "yes"}
    assert stored(desk) == before == [Answer("sharp", "yes", frame=0, until=10)]
