"""The labelling desk without a browser: what a person presses and draws, against the rows of the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

import annowidgets as aw
from annowidgets.errors import InvalidInput, NotFound, StoreError
from annowidgets.labels import Answer, Label
from annowidgets.widgets.boxes import BoxEditor
from annowidgets.widgets.editor import Editor
from annowidgets.widgets.label_desk import LabelDesk
from annowidgets.widgets.saving import Saving
from annowidgets.workflow import Project
from annowidgets.workflow.edits import Delta, between, delta_of, new_edit
from tests.widgets.loops import Loop

REQUIRED = aw.Ontology(
    objects=[
        aw.ObjectClass("RBC", shape="bounding_box"),
        aw.ObjectClass(
            "WBC",
            shape="bounding_box",
            attributes=[aw.Radio("kind", ["round", aw.Option("odd", [aw.Text("why", required=True)])], required=True)],
        ),
        aw.ObjectClass("outline", shape="polygon"),
    ],
    classifications=[
        aw.Radio("quality", ["good", "blurred"], required=True),
        aw.Checklist("defects", ["dust", "bubble"], scope="frame"),
    ],
)


def box(x: float, y: float, width: float, height: float, label: str = "RBC", id: str = "n1") -> dict[str, Any]:
    return {"x": x, "y": y, "width": width, "height": height, "label": label, "id": id}


def drawn(one: dict[str, Any], before: Label | None) -> Label:
    """A box as the label that the browser makes of it."""
    attributes = {} if before is None else before.attributes
    shape = aw.BoundingBox(*(one[side] for side in ("x", "y", "width", "height")))
    return Label(one["label"], shape, attributes=attributes, id=one["id"])


def as_op(forward: Delta) -> dict[str, Any]:
    """An edit as the browser sends it."""
    return dict(json.loads(msgspec.json.encode(new_edit(forward, "draw"))))


class Person:
    """Somebody at a desk of their own."""

    kind = "canvas"

    def __init__(self, project: Project) -> None:
        self.desk = LabelDesk(project, editor=self.kind)  # type: ignore[arg-type]

    def draw(self, *boxes: dict[str, Any]) -> None:
        """Leave the picture with exactly these boxes."""
        editor = self.desk.editor
        if isinstance(editor, BoxEditor):
            editor._heard(None, {"number": editor.panel.given["number"], "boxes": list(boxes)}, None)
            return
        assert editor is not None
        before = {label.id: label for label in editor.labels}
        after = {one["id"]: drawn(one, before.get(one["id"])) for one in boxes}
        op = as_op(delta_of(between(before, after)))
        editor._heard({"type": "op", "number": editor._number, "op": op})

    def select(self, label: str | None) -> None:
        editor = self.desk.editor
        if isinstance(editor, BoxEditor):
            editor._heard(None, {"selected": label}, None)
        else:
            assert editor is not None
            editor._heard({"type": "select", "label": label})

    def answer(self, question: str, value: str) -> None:
        """Answer a question about the selected label."""
        self.desk._work._attributes.act("answer", question, value)

    def answer_of_picture(self, act: str, key: str, value: Any) -> None:
        self.desk._work._classifications.act(act, key, value)

    def sure(self, percent: int) -> None:
        self.desk.confidence._heard(None, {"percent": percent}, None)

    def spend(self, seconds: float) -> None:
        """Let the clock report that so much time in all was spent on the task."""
        clock = self.desk.clock
        clock._heard(None, {"run": clock.start[0], "seconds": seconds}, None)

    @property
    def task(self) -> int:
        assert self.desk.task is not None
        return self.desk.task.id

    @property
    def said(self) -> str:
        return str(self.desk._message.html)

    @property
    def told(self) -> str:
        """What stands above the picture, or in its place."""
        return f"{self.desk._notices.html} {self.desk._instead.html}"

    @property
    def state(self) -> str:
        return str(self.desk._saving.state)


@pytest.fixture(params=["canvas", "boxes"], autouse=True)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Hold all that follows for either editor."""
    monkeypatch.setattr(Person, "kind", request.param)
    return str(request.param)


@pytest.fixture
def loop(tmp_path: Path) -> Loop:
    return Loop(tmp_path)


@pytest.fixture
def gold(tmp_path: Path) -> Loop:
    """The same with a running ground truth batch in place of the calibration; every submit is reviewed."""
    loop = Loop(tmp_path)
    loop.batch.close_early(reason="Not needed here.")
    loop.project.update_settings(sampling_rate=1.0)
    loop.batch = loop.project.create_ground_truth_batch("gold")
    loop.batch.launch()
    return loop


def draft(loop: Loop, task: int, user: str = "ann") -> list[dict[str, Any]]:
    rows = loop.rows(f"SELECT labels FROM drafts WHERE task = {task} AND user = '{user}'")
    return list(json.loads(rows[0][0])) if rows else []


def state_of(loop: Loop, task: int) -> tuple[Any, ...]:
    return loop.rows(f"SELECT state, user FROM tasks WHERE id = {task}")[0]


# --- opening


def test_making_a_desk_claims_a_task_and_making_it_again_opens_the_same_with_its_draft(loop: Loop) -> None:
    assert loop.rows("SELECT count(*) FROM tasks WHERE state <> 'queued'") == [(0,)]
    ann = Person(loop.as_("ann"))
    assert state_of(loop, ann.task) == ("annotating", "ann")
    ann.draw(box(10, 20, 30, 40))
    again = Person(loop.as_("ann"))
    assert again.task == ann.task
    assert again.desk.editor is not None
    assert [label.id for label in again.desk.editor.labels] == ["n1"]
    assert loop.actions.count("task.claim") == 1


def test_a_path_and_a_name_open_a_workspace_of_their_own_as_the_user_that_is_named(loop: Loop, tmp_path: Path) -> None:
    desk = LabelDesk(tmp_path / "loop.db", "Blood", user="bo")
    assert desk.project.workspace.user == "bo"
    assert desk.task is not None
    assert state_of(loop, desk.task.id) == ("annotating", "bo")
    assert LabelDesk(loop.project, user="ann").project.workspace.user == "ann"


def test_what_no_desk_can_be_made_of_is_refused_with_the_way_out(loop: Loop, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no editor 'paper'. There are canvas, boxes"):
        LabelDesk(loop.project, editor="paper")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=r'Which project of .*loop.db\? LabelDesk\("cells.db", "Blood cells"\)'):
        LabelDesk(tmp_path / "loop.db")
    with pytest.raises(InvalidInput, match="no name to look for"):
        LabelDesk(loop.project, "Blood")
    with pytest.raises(InvalidInput, match="got int"):
        LabelDesk(3)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="Closest: 'Blood'"):
        LabelDesk(tmp_path / "loop.db", "Blod", user="ann")
    with pytest.raises(StoreError, match="There is no workspace"):
        LabelDesk(tmp_path / "other.db", "Blood", user="ann")
    with pytest.raises(InvalidInput, match="Did you mean 'editor'"):
        LabelDesk(loop.project, editr="boxes")  # type: ignore[call-arg]
    assert loop.rows("SELECT count(*) FROM tasks WHERE state <> 'queued'") == [(0,)]


def test_two_people_work_side_by_side(loop: Loop) -> None:
    ann, bo = Person(loop.as_("ann")), Person(loop.as_("bo"))
    assert ann.task != bo.task
    ann.draw(box(1, 2, 30, 40))
    bo.draw(box(5, 6, 30, 40, "WBC", "n2"))
    assert [d["category"] for d in draft(loop, ann.task)] == ["RBC"]
    assert [d["category"] for d in draft(loop, bo.task, "bo")] == ["WBC"]


def test_the_title_tells_batch_place_and_item(loop: Loop) -> None:
    ann = Person(loop.as_("ann"))
    title = ann.desk._title.html
    assert "Blood" in title
    assert "round 1" in title
    assert "task 1 of 2" in title  # the share of four attempts between two annotators
    ann.draw(box(1, 2, 30, 40))
    ann.sure(80)
    ann.desk.act("submit")
    assert "task 2 of 2" in ann.desk._title.html


def test_who_has_handed_in_nothing_yet_finds_the_instructions_unfolded(loop: Loop) -> None:
    ann = Person(loop.as_("ann"))
    assert ann.desk._instructions.reading in ann.desk._bench.children
    ann.draw(box(1, 2, 30, 40))
    ann.sure(80)
    ann.desk.act("submit")
    assert ann.desk._instructions.reading not in Person(loop.as_("ann")).desk._bench.children


# --- edits


def test_every_edit_is_a_draft_in_the_file_at_once(loop: Loop) -> None:
    ann = Person(loop.as_("ann"))
    ann.draw(box(10, 20, 30, 40))
    shape = {"type": "bounding_box", "x": 10.0, "y": 20.0, "width": 30.0, "height": 40.0}
    assert draft(loop, ann.task) == [{"type": "label", "category": "RBC", "shape": shape, "id": "n1"}]
    ann.draw(box(10, 20, 30, 40), box(50, 60, 9, 8, "WBC", "n2"))
    assert [(d["category"], d["shape"]["x"]) for d in draft(loop, ann.task)] == [("RBC", 10.0), ("WBC", 50.0)]
    ann.draw()
    assert draft(loop, ann.task) == []
    assert loop.rows(f"SELECT revision FROM tasks WHERE id = {ann.task}") == [(3,)]
    assert ann.state == "saved"


def test_attributes_and_classifications_are_saved_with_the_labels_nested_ones_and_those_of_the_frame(
    tmp_path: Path,
) -> None:
    loop = Loop(tmp_path, ontology=REQUIRED)
    ann = Person(loop.as_("ann"))
    ann.draw(box(10, 20, 30, 40, "WBC"))
    assert ann.desk._work._attributes.html == ""
    ann.select("n1")
    assert "WBC 1" in ann.desk._work._attributes.html
    ann.answer("kind", "odd")
    ann.answer("why", "A lobe.")
    ann.answer_of_picture("answer", "quality", "good")
    ann.answer_of_picture("tick defects", "bubble", True)
    label, quality, defects = draft(loop, ann.task)
    assert label["attributes"] == {"kind": "odd", "why": "A lobe."}
    assert quality == {"type": "answer", "question": "quality", "value": "good"}
    assert defects == {"type": "answer", "question": "defects", "value": ["bubble"], "frame": 0}

    again = Person(loop.as_("ann"))
    assert again.desk._work._classifications.answers == {"quality": "good", "defects": ("bubble",)}
    again.select("n1")
    assert "A lobe." in again.desk._work._attributes.html
    again.answer_of_picture("tick defects", "bubble", False)
    assert len(draft(loop, ann.task)) == 2


def test_a_refused_edit_comes_back_with_its_reason_and_the_desk_shows_what_is_stored(loop: Loop) -> None:
    ann = Person(loop.as_("ann"))
    ann.draw(box(10, 20, 30, 40, "WBC"))
    ann.select("n1")
    before = draft(loop, ann.task)
    ann.answer("kind", "square")
    assert "This change was refused" in ann.said
    assert "WBC 1: kind can&#x27;t be &#x27;square&#x27;" in ann.said
    assert draft(loop, ann.task) == before
    assert ann.desk.editor is not None
    assert [label.attributes for label in ann.desk.editor.labels] == [{}]
    assert ann.state == "saved"
    ann.draw(box(10, 20, 30, 41, "WBC"))
    assert ann.said == ""


def test_an_edit_that_the_disk_refuses_is_saved_by_the_next_report_of_the_clock(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = Person(loop.as_("ann"))

    def full(*_: Any, **__: Any) -> int:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("annowidgets.workflow.task.Task.save_draft", full)
        patch.setattr("annowidgets.workflow.task.Task.save_edit", full)
        ann.draw(box(10, 20, 30, 40))
    assert ann.state == "unsaved"
    assert "The disk is full." in ann.said
    assert draft(loop, ann.task) == []
    ann.spend(3)
    assert ann.state == "saved"
    assert ann.said == ""
    assert [d["id"] for d in draft(loop, ann.task)] == ["n1"]


def test_what_a_program_drafts_in_the_same_kernel_is_shown_at_once_and_one_goes_on_from_there(loop: Loop) -> None:
    ann = Person(loop.as_("ann"))
    ann.draw(box(10, 20, 30, 40, id="a"))
    task = loop.as_("ann").task(ann.task)
    task.save_draft([*task.labels(), Label("WBC", aw.BoundingBox(60, 60, 10, 10), id="b"), Answer("quality", "good")])
    assert ann.desk.editor is not None
    assert [label.id for label in ann.desk.editor.labels] == ["a", "b"]
    assert ann.desk._work._classifications.answers == {"quality": "good"}
    ann.draw(box(10, 20, 30, 40, id="a"), box(60, 60, 10, 10, "WBC", id="b"), box(90, 60, 10, 10, id="c"))
    assert [d["id"] for d in draft(loop, ann.task) if d["type"] == "label"] == ["a", "b", "c"]
    # by itself the desk's own task too, whoever holds the object
    assert ann.desk.task is not None
    ann.desk.task.save_draft([])
    assert ann.desk.editor.labels == []
    ann.draw(box(10, 20, 30, 40, id="d"))
    assert ann.state == "saved"


def test_what_another_process_drafts_is_shown_at_the_next_report_of_the_clock(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = Person(loop.as_("ann"))
    monkeypatch.setattr("annowidgets.workflow.task.tell", lambda *_: None)
    loop.as_("ann").task(ann.task).save_draft([Label("RBC", aw.BoundingBox(10, 10, 10, 10), id="a")])
    assert ann.desk.editor is not None
    assert ann.desk.editor.labels == []
    ann.spend(3)
    assert [label.id for label in ann.desk.editor.labels] == ["a"]


def test_an_edit_that_comes_after_the_submission_is_told_and_is_there_after_a_recall(
    gold: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Person, "kind", "canvas")  # the plain editor sends all boxes with each gesture, and keeps none
    ann = Person(gold.as_("ann"))
    ann.draw(box(10, 20, 30, 40))
    editor, first = ann.desk.editor, ann.task
    assert isinstance(editor, Editor)
    late = {
        "type": "op",
        "number": editor._number,
        "op": as_op(Delta(((drawn(box(1, 2, 3, 4, id="n2"), None), 1),), ())),
    }
    ann.desk.act("submit")
    editor._heard(late)
    assert "An edit came after its picture was closed. Recall cell_" in ann.said
    assert ann.desk.editor is not None
    assert ann.desk.editor.labels == []
    ann.desk.act("recall")
    editor._heard({**late, "number": editor._number})  # as the browser sends it again when the picture is back
    assert [d["id"] for d in draft(gold, first)] == ["n1", "n2"]


# --- conflicts


def test_a_window_that_comes_second_is_told_where_its_version_is_and_may_open_what_is_saved(loop: Loop) -> None:
    first, second = Person(loop.as_("ann")), Person(loop.as_("ann"))
    first.draw(box(10, 20, 30, 40, id="f"))
    second.draw(box(50, 60, 20, 20, id="s"))
    assert second.state == "unsaved"
    assert "was saved in another window" in second.told
    assert f"project.task({second.task}).copies()[0]" in second.told
    assert [label.id for label in loop.as_("ann").task(second.task).copies()[0] if isinstance(label, Label)] == ["s"]
    second.desk.act("look")
    assert second.desk.editor is not None
    assert [label.id for label in second.desk.editor.labels] == ["f"]
    assert (second.state, second.desk._notices.html) == ("saved", "")


def test_a_window_that_comes_second_may_go_on_with_its_own_version(loop: Loop) -> None:
    first, second = Person(loop.as_("ann")), Person(loop.as_("ann"))
    first.draw(box(10, 20, 30, 40, id="f"))
    second.draw(box(50, 60, 20, 20, id="s"))
    second.desk.act("mine")
    assert [d["id"] for d in draft(loop, first.task)] == ["s"]
    assert (second.state, second.desk._notices.html) == ("saved", "")
    first.sure(70)
    first.desk.act("submit")  # stale now itself
    assert "was saved in another window" in first.told
    assert state_of(loop, first.task) == ("annotating", "ann")


def test_a_task_that_somebody_else_took_over_is_told_with_the_way_to_the_next(loop: Loop) -> None:
    ann = Person(loop.as_("ann"))
    lost = ann.task
    ann.draw(box(10, 20, 30, 40))
    loop.project.task(lost).release()
    loop.project.task(lost).assign("bo")
    loop.as_("bo").task(lost).claim()
    ann.draw(box(10, 20, 30, 45))
    assert "bo holds it" in ann.told
    assert "Go on with my version" not in ann.told
    (copy,) = loop.as_("ann").task(lost).copies()[0]
    assert isinstance(copy, Label)
    assert copy.shape == aw.BoundingBox(10, 20, 30, 45)
    ann.desk.act("look")
    assert ann.task != lost
    assert ann.state == "saved"


def test_a_batch_that_is_closed_meanwhile_is_told_by_the_clock(loop: Loop) -> None:
    ann = Person(loop.as_("ann"))
    loop.batch.close_early(reason="Enough.")
    ann.spend(15)
    assert "Open the next task" in ann.told
    ann.desk.act("look")
    assert "Nothing to label now" in ann.told


# --- handing in


def test_submitting_stores_labels_confidence_and_time_and_opens_the_next(loop: Loop) -> None:
    ann = Person(loop.as_("ann"))
    first = ann.task
    ann.draw(box(10, 20, 30, 40), box(50, 60, 9, 8, "WBC", "n2"))
    ann.spend(20)
    ann.sure(85)
    ann.spend(31.5)
    ann.desk.act("submit", str(first))
    row = loop.rows(f"SELECT state, user, confidence, seconds FROM tasks WHERE id = {first}")
    assert row == [("submitted", "ann", 0.85, 31.5)]
    ((stored,),) = loop.rows(f"SELECT s.labels FROM tasks t JOIN label_sets s ON s.id = t.labels WHERE t.id = {first}")
    assert [(d["category"], d["shape"]["width"]) for d in json.loads(stored)] == [("RBC", 30.0), ("WBC", 9.0)]
    assert ann.task != first
    assert "Submitted cell_" in ann.said
    assert "1 RBC, 1 WBC, 85 % sure." in ann.said
    assert ann.desk.confidence.value is None
    assert ann.desk.editor is not None
    assert ann.desk.editor.labels == []


def test_a_calibration_asks_for_a_confidence_and_other_batches_only_offer_it(loop: Loop) -> None:
    ann = Person(loop.as_("ann"))
    assert (ann.desk.confidence.required, ann.desk.confidence.question) == (True, "How sure are you?")
    ann.draw(box(10, 20, 30, 40))
    ann.desk.act("submit")
    assert "Say how sure you are first." in ann.said
    assert state_of(loop, ann.task) == ("annotating", "ann")
    loop.batch.close_early(reason="Not needed here.")
    loop.project.create_ground_truth_batch("gold").launch()
    ann.desk.act("look")
    gold = ann.task
    assert (ann.desk.confidence.required, ann.desk.confidence.question) == (False, "How sure are you? (optional)")
    ann.draw(box(10, 20, 30, 40))
    ann.desk.act("submit")
    assert loop.rows(f"SELECT confidence FROM tasks WHERE id = {gold}") == [(None,)]


def test_a_press_that_was_meant_for_the_task_before_does_nothing(gold: Loop) -> None:
    ann = Person(gold.as_("ann"))
    first = str(ann.task)
    ann.draw(box(10, 20, 30, 40))
    ann.desk.act("submit", first)
    second = ann.task
    ann.draw(box(10, 20, 30, 40))
    for act in ("submit", "release"):
        ann.desk.act(act, first)
    ann.desk.act("submit", f"{first} empty")
    ann.desk.act("skip", first, {"text": "late"})
    assert ann.task == second
    assert state_of(gold, second) == ("annotating", "ann")


def test_a_picture_without_labels_is_handed_in_only_when_that_is_said_twice(gold: Loop) -> None:
    ann = Person(gold.as_("ann"))
    first = ann.task
    ann.desk.act("submit", str(first))
    assert "Nothing is labelled in this picture." in ann.said
    assert "Submit without labels" in ann.desk.footer.html
    ann.desk.act("submit", str(first))  # the second of two quick strokes
    assert state_of(gold, first) == ("annotating", "ann")
    ann.draw(box(10, 20, 30, 40))
    assert "Submit without labels" not in ann.desk.footer.html
    ann.draw()
    ann.desk.act("submit", str(first))
    ann.desk.act("submit", f"{first} empty")
    assert state_of(gold, first) == ("in_review", "ann")
    assert "no labels" in ann.said


def test_labels_that_are_not_complete_are_named_as_the_list_names_them_and_stay_a_draft(tmp_path: Path) -> None:
    loop = Loop(tmp_path, ontology=REQUIRED)
    ann = Person(loop.as_("ann"))
    ann.draw(box(10, 20, 30, 40, "WBC", "a"), box(50, 20, 30, 40, "WBC", "b"))
    ann.select("a")
    ann.answer("kind", "round")
    ann.sure(90)
    ann.desk.act("submit")
    assert "WBC 2: kind must be answered." in ann.said
    assert "quality: it must be answered." in ann.said
    assert "WBC 1" not in ann.said
    assert state_of(loop, ann.task) == ("annotating", "ann")
    assert len(draft(loop, ann.task)) == 2


def test_skipping_needs_a_reason_which_is_stored(gold: Loop) -> None:
    ann = Person(gold.as_("ann"))
    first = ann.task
    ann.desk.act("skip", str(first), {"text": "  "})
    assert "needs a reason" in ann.said
    assert ann.task == first
    ann.spend(12)
    ann.desk.act("skip", str(first), {"text": "Out of focus."})
    assert gold.rows(f"SELECT state, reason, seconds FROM tasks WHERE id = {first}") == [
        ("skipped", "Out of focus.", 12.0)
    ]
    assert ann.task != first
    assert "Skipped cell_" in ann.said


def test_releasing_puts_the_task_back_and_takes_no_other_until_that_is_asked_for(loop: Loop) -> None:
    ann = Person(loop.as_("ann"))
    first = ann.task
    ann.draw(box(10, 20, 30, 40))
    ann.desk.act("release", str(first))
    assert state_of(loop, first) == ("queued", None)
    assert ann.desk.task is None
    assert "Your draft of it is kept." in ann.told
    assert ann.desk.side.children == ()
    assert "Submit" not in ann.desk.footer.html
    ann.desk.act("submit")
    assert "No task is open." in ann.said
    loop.project.task(first).assign("ann")
    ann.desk.act("look")
    assert ann.task == first
    assert ann.desk.editor is not None
    assert [label.id for label in ann.desk.editor.labels] == ["n1"]


def test_the_last_submission_can_be_recalled_within_ten_minutes_and_the_open_task_waits(gold: Loop) -> None:
    ann = Person(gold.as_("ann"))
    first = ann.task
    ann.draw(box(10, 20, 30, 40))
    ann.sure(60)
    ann.desk.act("submit")
    second = ann.task
    assert "Recall" in ann.desk.footer.html
    ann.desk.act("recall")
    assert ann.task == first
    assert ann.desk.confidence.value == 0.6
    assert ann.desk.editor is not None
    assert [label.id for label in ann.desk.editor.labels] == ["n1"]
    assert state_of(gold, second) == ("annotating", "ann")
    ann.desk.act("submit")
    assert ann.task == second
    gold.at += 601
    ann.spend(5)
    assert "Recall" not in ann.desk.footer.html
    ann.desk.act("recall")
    assert "more than 10 minutes have passed" in ann.said
    assert ann.task == second


def test_what_was_reviewed_meanwhile_and_what_is_a_calibration_attempt_is_not_recalled(gold: Loop) -> None:
    ann = Person(gold.as_("ann"))
    first = ann.task
    ann.draw(box(10, 20, 30, 40))
    ann.desk.act("submit")
    gold.project.task(first).approve()
    ann.desk.act("recall")
    assert "has reviewed it" in ann.said
    assert "Recall" not in ann.desk.footer.html
    gold.batch.close_early(reason="Enough.")
    gold.launched("round 2")
    ann.desk.act("look")
    ann.draw(box(10, 20, 30, 40))
    ann.sure(50)
    ann.desk.act("submit")
    assert "Recall" not in ann.desk.footer.html


def test_a_returned_task_comes_with_the_comments_of_the_whole_and_of_each_label(gold: Loop) -> None:
    ann = Person(gold.as_("ann"))
    first = ann.task
    ann.draw(box(10, 20, 30, 40, id="a"), box(60, 20, 30, 40, id="b"))
    ann.desk.act("submit")
    gold.as_("ro").task(first).return_to_annotator("Look <again>.", comments={"b": "Too small."})
    ann.desk.act("release")
    ann.desk.act("look")
    assert ann.task == first
    comments = ann.desk._work._comments.html
    assert comments.index("Look &lt;again&gt;.") < comments.index("RBC 2") < comments.index("Too small.")
    ann.draw(box(10, 20, 30, 40, id="a"))
    assert "a label that is gone" in ann.desk._work._comments.html


# --- time, instructions, feedback


def test_reports_of_the_clock_keep_the_lease_and_count_each_second_once(loop: Loop) -> None:
    ann = Person(loop.as_("ann"))
    ends = loop.rows(f"SELECT lease_until FROM tasks WHERE id = {ann.task}")[0][0]
    loop.at += 600
    ann.spend(15)
    ann.spend(40)
    ann.draw(box(10, 20, 30, 40))
    assert loop.rows(f"SELECT seconds, lease_until - {ends} FROM tasks WHERE id = {ann.task}") == [(40.0, 600.0)]
    again = Person(loop.as_("ann"))
    assert again.desk.clock.seconds == 40.0
    again.spend(41)
    assert loop.rows(f"SELECT seconds FROM tasks WHERE id = {ann.task}") == [(41.0,)]


def test_a_calibration_shows_the_instructions_that_it_pins(loop: Loop) -> None:
    loop.project.update_instructions("# Newer", note="More")
    ann = Person(loop.as_("ann"))
    assert "Boxes" in ann.desk._instructions.reading._text.html
    assert "Instructions v1" in ann.desk.tools.html
    assert ann.desk._notices.html == ""
    ann.desk._instructions.reading._clock._heard(None, {"run": 1, "seconds": 30.0}, None)
    (spent,) = loop.rows("SELECT instruction_seconds FROM members WHERE user = 'ann'")
    assert json.loads(spent[0]) == {"1": 30.0}


def test_instructions_that_change_while_a_task_is_open_are_told_once(gold: Loop) -> None:
    ann = Person(gold.as_("ann"))
    gold.project.update_instructions("# Newer", note="Count <all>", good=["Good *one*"], bad=["Bad one"])
    ann.spend(5)
    assert "version 2" in ann.desk._notices.html
    assert "Count &lt;all&gt;" in ann.desk._notices.html
    ann.desk.act("instructions")
    ann.desk.act("read")
    reading = ann.desk._instructions.reading
    assert reading in ann.desk._bench.children
    assert "Newer" in reading._text.html
    assert "Good <em>one</em>" in reading._text.html
    assert "Bad one" in reading._text.html
    ann.spend(10)
    assert ann.desk._notices.html == ""


def test_time_on_the_instructions_lets_in_who_must_read_first(tmp_path: Path) -> None:
    loop = Loop(tmp_path)
    loop.batch.close_early(reason="Not needed here.")
    loop.batch = loop.launched("round 2", requirements=aw.Requirements(min_instruction_seconds=20))
    loop.project.update_instructions("# Newer")
    ann = Person(loop.as_("ann"))
    assert ann.desk.task is None
    assert "20 s on instructions version 1" in ann.told
    assert "Instructions v1" in ann.desk.tools.html
    assert ann.desk._instructions.reading in ann.desk._bench.children
    clock = ann.desk._instructions.reading._clock
    clock._heard(None, {"run": clock.start[0], "seconds": 12.0}, None)
    clock._heard(None, {"run": clock.start[0], "seconds": 21.0}, None)
    ann.desk.act("look")
    assert state_of(loop, ann.task) == ("annotating", "ann")


def test_feedback_reaches_the_lead_with_its_section_and_its_answer_comes_back(gold: Loop) -> None:
    ann = Person(gold.as_("ann"))
    assert "<option>Boxes</option>" in ann.desk.footer.html
    ann.desk.act("feedback", "", {"text": "What of <cut> cells?", "section": "Boxes", "kind": "question"})
    (feedback,) = gold.project.feedback()
    assert (feedback.author, feedback.task, feedback.section, feedback.kind, feedback.text) == (
        *("ann", ann.task, "Boxes", "question"),
        "What of <cut> cells?",
    )
    assert "Feedback on instructions (1)" in ann.desk.footer.html
    feedback.decline(answer="Box <b>them</b>.")
    again = Person(gold.as_("ann")).desk.footer.html
    assert "What of &lt;cut&gt; cells?" in again
    assert "Box &lt;b&gt;them&lt;/b&gt;." in again
    assert "declined" in again
    ann.desk.act("feedback", "", {"text": " ", "section": ""})
    assert "Feedback needs a text." in ann.said
    assert "What of" not in Person(gold.as_("bo")).desk.footer.html


# --- when there is nothing, or nothing that a desk can show


def test_without_a_task_the_desk_says_why_and_looks_again_when_asked(loop: Loop) -> None:
    loop.batch.close_early(reason="Not needed here.")
    ann = Person(loop.as_("ann"))
    assert ann.desk.task is None
    assert "No batch is in progress." in ann.told
    assert "Look again" in ann.told
    assert (ann.desk.clock.layout.display, ann.state) == ("none", "")
    ann.desk.act("feedback", "", {"text": "Any work?"})
    assert loop.project.feedback()[0].task is None
    loop.project.create_ground_truth_batch("gold").launch()
    ann.desk.act("look")
    assert state_of(loop, ann.task) == ("annotating", "ann")
    assert ann.desk.clock.layout.display is None


def test_a_stranger_is_told_who_can_add_them_and_comes_in_once_they_have(loop: Loop) -> None:
    zoe = Person(loop.as_("zoe"))
    assert zoe.desk.task is None
    assert "zoe" in zoe.said
    assert "lead" in zoe.said
    assert "Look again" in zoe.told
    assert zoe.desk.footer.html == ""
    zoe.desk.act("instructions")
    loop.project.add_member("zoe")
    zoe.desk.act("look")
    assert state_of(loop, zoe.task) == ("annotating", "zoe")


def test_a_picture_that_is_gone_is_told_and_can_be_skipped(loop: Loop, tmp_path: Path) -> None:
    for file in tmp_path.glob("cell_*.png"):
        file.unlink()
    ann = Person(loop.as_("ann"))
    first = ann.task
    assert "is missing" in ann.told
    assert "relink" in ann.told
    ann.desk.act("skip", str(first), {"text": "No picture."})
    assert ann.task != first


def test_a_failure_while_a_task_is_opened_leaves_no_picture_that_would_take_edits(
    gold: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = Person(gold.as_("ann"))
    ann.draw(box(10, 20, 30, 40))

    def broken(_: object) -> tuple[int, int]:
        raise StoreError("The disk is gone.")

    with monkeypatch.context() as patch:
        patch.setattr("annowidgets.workflow.task.Task.position", broken)
        ann.desk.act("submit")
    assert "The disk is gone." in ann.said
    assert ann.desk.task is None
    assert ann.desk.side.children == ()
    ann.desk.act("look")
    assert ann.desk.side.children != ()


# --- what is shown


def test_no_text_of_a_user_is_taken_for_markup(tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)>"
    ontology = aw.Ontology(
        objects=[aw.ObjectClass(evil, shape="bounding_box", attributes=[aw.Radio(f"q{evil}", [evil, "b"])])],
        classifications=[aw.Text(f"t{evil}")],
    )
    loop = Loop(tmp_path, ontology=ontology, name=evil)
    loop.batch.close_early(reason="Not needed here.")
    loop.batch = loop.project.create_ground_truth_batch(f"gold {evil}")
    loop.batch.launch()
    loop.project.update_settings(sampling_rate=1.0)
    loop.project.update_instructions(f"# {evil}\n\n{evil}", note=evil, good=[evil], bad=[evil])
    ann = Person(loop.as_("ann"))
    ann.draw(box(10, 20, 30, 40, evil))
    ann.select("n1")
    ann.desk.act("feedback", "", {"text": evil, "section": evil})
    ann.desk.act("submit")
    loop.project.next_review().return_to_annotator(evil, comments={"n1": evil})  # type: ignore[union-attr]
    ann.desk.act("release")
    ann.desk.act("look")
    ann.select("n1")
    loop.project.update_instructions("# 3", note=evil)
    ann.spend(3)
    desk = ann.desk
    parts = [desk._title, desk._message, desk._notices, desk._instead, desk.tools, desk.footer]
    parts += [desk._work._comments, desk._work._attributes, desk._work._classifications]
    markup = [*(part.html for part in parts), desk._instructions.reading._text.html, str(desk.summary())]
    assert all("<img" not in each for each in markup)
    assert sum("&lt;img" in each for each in markup) >= 7


def test_the_summary_for_viewers_without_a_kernel_tells_what_is_open(loop: Loop) -> None:
    ann = Person(loop.as_("ann"))
    ann.draw(box(10, 20, 30, 40))
    bundle = ann.desk._repr_mimebundle_()
    for text in ("LabelDesk", "Blood", "round 1", "cell_", "<dd>1</dd>"):
        assert text in bundle["text/html"]


def test_the_state_of_saving_answers_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    saving = Saving()
    sent: list[Any] = []
    monkeypatch.setattr(saving, "send", sent.append)
    saving._heard(None, {"ask": 7}, None)
    saving._heard(None, {"ask": "7"}, None)
    saving._heard(None, "nonsense", None)  # type: ignore[arg-type]
    assert sent == [{"answer": 7}]


def test_answers_of_a_draft_are_shown_and_kept_through_edits(loop: Loop) -> None:
    task = loop.as_("ann").next_task()
    assert task is not None
    task.save_draft([Answer("quality", "good"), Answer("count", 3, frame=0)])
    ann = Person(loop.as_("ann"))
    assert ann.desk._work._classifications.answers == {"quality": "good", "count": 3}
    ann.draw(box(10, 20, 30, 40))
    assert draft(loop, ann.task)[1:] == [
        {"type": "answer", "question": "quality", "value": "good"},
        {"type": "answer", "question": "count", "value": 3, "frame": 0},
    ]


def test_an_edit_that_another_window_has_saved_for_this_one_is_shown_with_all_that_it_saved(
    gold: Loop, kind: str
) -> None:
    if kind == "boxes":
        return  # the plain editor saves whole drafts
    ann, other = Person(gold.as_("ann")), Person(gold.as_("ann"))
    op = as_op(Delta(((drawn(box(1, 1, 20, 20), None), 0),), ()))
    for editor in (other.desk.editor, ann.desk.editor):
        assert isinstance(editor, Editor)
        editor._heard({"type": "op", "number": editor._number, "op": op})
        if editor is other.desk.editor:
            other.draw(box(1, 1, 20, 20), box(40, 1, 20, 20, id="n2"))
    assert [one["id"] for one in draft(gold, ann.task)] == ["n1", "n2"]
    assert [label.id for label in ann.desk._work.labels if isinstance(label, Label)] == ["n1", "n2"]
    assert ("already" in ann.said, "another window" in ann.told, ann.state) == (False, False, "saved")


def test_messages_lie_over_a_picture_and_never_over_what_stands_in_its_place(loop: Loop, kind: str) -> None:
    ann = Person(loop.as_("ann"))
    assert ("aw-holds-editor" in ann.desk._dom_classes) == (kind == "canvas")
    ann.desk.act("release")
    assert "aw-holds-editor" not in ann.desk._dom_classes
    ann.desk.act("look")
    assert ("aw-holds-editor" in ann.desk._dom_classes) == (kind == "canvas")
