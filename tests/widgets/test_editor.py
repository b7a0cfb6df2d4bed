"""The label editor without a browser: messages in, labels out, nothing lost and nothing doubled."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.data import get_testdata_file

import annowidgets as aw
from annowidgets.errors import Conflict, InvalidInput, InvalidLabels, NotFound, StoreError
from annowidgets.labels import Answer, Label, Ontology
from annowidgets.media import StillImage, open_medium
from annowidgets.media.base import Values, Window, range_window
from annowidgets.widgets.editor import Editor
from annowidgets.widgets.editor.frames import frame_message
from annowidgets.workflow.drafts import SavedEdit, draft_key
from annowidgets.workflow.edits import Edit, by_question
from annowidgets.workflow.task import Task
from tests.widgets.page import Page, after, as_json, op
from tests.workflow.building import new_team

ONTOLOGY = Ontology(
    objects=[
        aw.ObjectClass("RBC", shape="bounding_box", attributes=[aw.Radio("kind", ["round", "odd"])]),
        aw.ObjectClass("WBC", shape="bounding_box"),
        aw.ObjectClass("outline", shape="polygon"),
        aw.ObjectClass("axis", shape="object_primitive", skeleton=aw.Skeleton(["a", "b"])),
    ],
    classifications=[aw.Radio("quality", ["good", aw.Option("bad", [aw.Text("why")])])],
)
SIZE = (64, 48)  # width, height


def cell(label_id: str, x: float = 1, category: str = "RBC", **attributes: Any) -> Label:
    return Label(category, aw.BoundingBox(x, 2, 10, 8), attributes=attributes, id=label_id)


@pytest.fixture
def picture(tmp_path: Path) -> StillImage:
    Image.new("RGB", SIZE, (128, 128, 128)).save(tmp_path / "picture.png")
    return StillImage(tmp_path / "picture.png")


class Opened:
    """An editor with a picture, what it reported, and a page that shows it."""

    def __init__(self, picture: StillImage, *labels: Label, **options: Any) -> None:
        self.changes: list[list[Label]] = []
        self.selections: list[Label | None] = []
        self.editor = Editor(ONTOLOGY, on_change=self.changes.append, on_select=self.selections.append, **options)
        self.editor.show(picture, labels)
        self.page = Page()
        self.page.open(self.editor)

    def draw(self, *args: Any, **options: Any) -> None:
        self.page.draw(op(*args, **options))
        self.page.deliver()

    @property
    def ids(self) -> list[str]:
        return [label.id for label in self.editor.labels]


# --- edits


def test_a_gesture_becomes_a_label_and_is_acknowledged_to_every_view(picture: StillImage) -> None:
    opened = Opened(picture, cell("a"))
    opened.draw("e1", [(cell("b", 20), 0)])
    assert opened.editor.labels == [cell("b", 20), cell("a")]
    assert opened.changes == [opened.editor.labels]
    (applied,) = opened.page.of("applied")
    assert (applied["number"], applied["revision"], applied["op"]["id"]) == (1, 1, "e1")
    assert applied["op"]["backward"] == {"put": [], "remove": ["b"]}
    assert opened.page.kept == {}
    assert opened.editor.counts == {"RBC": 2, "WBC": 0, "outline": 0, "axis": 0}


def test_an_edit_that_comes_back_as_it_was_sent_is_sent_letter_by_letter(picture: StillImage) -> None:
    opened = Opened(picture)
    # whole numbers, and keys in an order of its own: what compares them in the browser compares texts
    label = {"id": "a", "category": "RBC", "shape": {"height": 8, "width": 10, "y": 2, "x": 1, "type": "bounding_box"}}
    sent = {**op("e1"), "forward": {"remove": [], "put": [[{"type": "label", **label}, 0]]}}
    opened.page.draw(sent)
    opened.page.deliver()
    assert str(opened.page.of("applied")[0]["op"]["forward"]) == str(sent["forward"])


def test_all_that_a_page_needs_is_in_the_state_of_this_moment(picture: StillImage) -> None:
    opened = Opened(picture, cell("a"))
    opened.draw("e1", [(cell("b", 20, kind="odd"), 9)])
    anew = Page()
    anew.open(opened.editor)
    assert [label["id"] for label in anew.labels] == ["a", "b"]
    assert anew.known == {"e1"}
    given = opened.editor.stage.get_state()
    assert given["part"] == "stage"
    assert given["ontology"]["objects"][3]["skeleton"]["points"] == ["a", "b"]
    assert given["document"]["sizes"] == [[48, 64]]
    assert (given["document"]["frames"], given["document"]["key"]["task"]) == (1, None)
    assert opened.editor.panel.get_state()["stage"] == f"IPY_MODEL_{opened.editor.stage.model_id}"
    anew.sent.append({"type": "hello", "number": 1, "revision": 0, "edits": 0})
    anew.deliver()
    assert [label["id"] for label in anew.of("state")[0]["labels"]] == ["a", "b"]
    # what a page knows is not sent again
    anew.sent.append({"type": "hello", "number": 1, "revision": 1, "edits": 1})
    anew.deliver()
    assert [message["type"] for message in anew.heard] == ["state", "here"]


def test_what_came_of_one_event_of_the_page_comes_as_one_message(picture: StillImage) -> None:
    opened = Opened(picture)
    drawn = {"type": "op", "number": 1, "sequence": 1, "op": op("e1", [(cell("a"), 0)])}
    content = [drawn, {"type": "select", "label": "a"}, {"type": "frame", "number": 1, "index": 0}]
    opened.editor._take_in({"type": "several", "messages": content})
    assert [message["type"] for message in opened.page.heard] == ["applied", "frame"]
    assert opened.selections == [cell("a")]
    for nonsense in (None, {"messages": 3}, {"type": "several", "messages": [None, 3]}):
        opened.editor._take_in(nonsense)
    assert opened.editor.labels == [cell("a")]


def test_messages_that_overtake_an_edit_wait_for_it(picture: StillImage) -> None:
    acts: list[str] = []
    opened = Opened(picture, on_act=acts.append)
    opened.editor._take_in({"type": "hello", "number": 1})

    def drawn(name: str, x: int) -> dict[str, Any]:
        return {"type": "op", "number": 1, "sequence": 1, "op": op(name, [(cell("a", x), 0)])}

    first, second, third = drawn("e1", 1), drawn("e2", 5), drawn("e3", 9)
    opened.editor._take_in({"type": "act", "act": "submit", "after": "e3"})
    opened.editor._take_in({"type": "several", "messages": [third, {"type": "select", "label": "a"}], "after": "e2"})
    opened.editor._take_in({**second, "after": "e1"})
    assert (opened.editor.labels, opened.selections, acts) == ([], [], [])
    opened.editor._take_in(first)
    assert opened.editor.labels == [cell("a", 9)]
    assert [message["op"]["id"] for message in opened.page.of("applied")] == ["e1", "e2", "e3"]
    assert (opened.selections, acts) == ([cell("a", 9)], ["submit"])
    # the page was too impatient, and sends what it has no answer to once more
    opened.editor._take_in({"type": "several", "messages": [first, second, third]})
    assert opened.editor.labels == [cell("a", 9)]


def test_what_waits_for_an_edit_goes_on_where_that_is_refused_and_never_reaches_another_picture(
    picture: StillImage,
) -> None:
    late: list[bool] = []
    opened = Opened(picture, on_late=lambda: late.append(True))
    outside = {"type": "op", "number": 1, "op": op("e1", [(cell("b", 400), 0)])}
    after = {"type": "op", "number": 1, "op": op("e2", [(cell("a"), 0)]), "after": "e1"}
    opened.editor._take_in(after)
    opened.editor._take_in(outside)
    assert opened.ids == ["a"]
    opened.editor._take_in({**after, "op": op("e3", remove=["a"]), "after": "e0"})
    opened.editor.show(picture, [cell("a")])
    opened.editor._take_in({"type": "op", "number": 2, "op": op("e0", [(cell("b"), 1)])})
    assert opened.ids == ["a", "b"]
    # what a page sends that has not heard of the new picture yet does not wait for what came before it
    opened.editor._take_in({"type": "active", "class": "WBC", "after": "e1"})
    assert opened.editor.active_class == "WBC"
    # an edit of the picture before is told at once, whatever it would wait for
    assert late == []
    opened.editor._take_in({**after, "after": "e9"})
    assert (opened.ids, late) == (["a", "b"], [True])


def test_a_page_is_told_whether_edits_go_into_a_file(picture: StillImage) -> None:
    for save in (None, lambda _: None):
        editor = Opened(picture, save=save).editor
        assert editor.stage.get_state("document")["document"]["saves"] is (save is not None)


def test_nothing_but_the_edit_goes_over_the_wire(picture: StillImage) -> None:
    opened = Opened(picture, *(cell(f"l{n}") for n in range(50)))
    opened.draw("e1", [(cell("b"), 50)])
    assert [message["type"] for message in opened.page.heard] == ["applied"]
    assert len(str(opened.page.heard)) < 1000


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        (cell("b", 400), "it lies outside the frame of 48 x 64 (height x width)."),
        (Label("nothing", aw.BoundingBox(1, 2, 3, 4), id="b"), "there is no such class; classes: RBC, WBC"),
        (Label("RBC", aw.Keypoint(1, 2), id="b"), "the class is labelled with bounding_box, not keypoint."),
        (cell("b", kind="blue"), "kind can't be 'blue'"),
    ],
)
def test_what_does_not_fit_is_taken_back_with_its_reason(picture: StillImage, label: Label, reason: str) -> None:
    opened = Opened(picture, cell("a"))
    opened.page.draw(op("e1", [(label, 1)]))
    opened.page.draw(op("e2", [(cell("c"), 1)]))
    opened.page.deliver()
    (refused,) = opened.page.of("refused")
    assert (refused["id"], refused["number"]) == ("e1", 1)
    assert reason in refused["reason"]
    assert "labels[" not in refused["reason"]
    assert opened.ids == ["a", "c"]


@pytest.mark.parametrize("broken", [{"forward": None}, {"forward": {"put": [[{"id": 3}, 0]]}}, {"kind": "x"}])
def test_what_is_no_edit_is_refused_and_breaks_nothing(picture: StillImage, broken: dict[str, Any]) -> None:
    opened = Opened(picture, cell("a"))
    opened.page.draw(op("e1") | broken)
    opened.page.deliver()
    assert opened.page.of("refused")[0]["id"] == "e1"
    assert opened.ids == ["a"]
    for nonsense in (None, [], "text", {"type": "op", "number": 1}, {"type": "op", "op": 3}, {"type": 5}):
        opened.editor._heard(nonsense)


def test_attributes_that_the_new_class_does_not_ask_go_with_the_old_class(picture: StillImage) -> None:
    opened = Opened(picture, cell("a", kind="odd"))
    opened.draw("e1", [(cell("a", 1, "WBC", kind="odd"), 0)])
    assert opened.editor.labels == [cell("a", 1, "WBC")]
    assert "attributes" not in opened.page.labels[0]


def test_an_edit_of_the_picture_before_is_told_not_taken_and_kept_by_the_browser(picture: StillImage) -> None:
    late: list[bool] = []
    opened = Opened(picture, cell("a"), on_late=lambda: late.append(True))
    opened.page.draw(op("e1", [(cell("b"), 1)]))
    opened.editor.show(picture, [])
    opened.page.deliver()
    assert (opened.ids, late) == ([], [True])
    assert list(opened.page.kept) == ["e1"]


def test_a_read_only_editor_takes_no_edits(picture: StillImage) -> None:
    opened = Opened(picture, cell("a"), read_only=True)
    opened.draw("e1", [(cell("b"), 1)])
    assert opened.page.of("refused")[0]["reason"] == "Labels are only shown here."
    assert opened.ids == ["a"]


# --- from Python


def test_what_python_changes_is_an_edit_that_every_view_hears_of(picture: StillImage) -> None:
    opened = Opened(picture, cell("a"), cell("b"))
    opened.editor.set_labels([cell("b"), cell("c", 30)])
    assert [label["id"] for label in opened.page.labels] == ["b", "c"]
    (applied,) = opened.page.of("applied")
    assert applied["op"]["kind"] == "edit"
    opened.draw("u1", [(cell("a"), 0)], ["c"], kind="undo")
    assert opened.ids == ["a", "b"]
    opened.editor.set_labels(opened.editor.labels)
    assert len(opened.page.of("applied")) == 2  # nothing changed, nothing said
    with pytest.raises(InvalidLabels):
        opened.editor.set_labels([cell("z", 400)])
    assert opened.ids == ["a", "b"]


def test_attributes_are_answered_beside_the_picture(picture: StillImage) -> None:
    opened = Opened(picture, cell("z"), cell("a"))
    opened.editor.set_attributes("a", {"kind": "odd"})
    assert opened.page.labels[1]["attributes"] == {"kind": "odd"}
    assert opened.editor.labels[1].attributes == {"kind": "odd"}
    with pytest.raises(NotFound, match="No label 'x'"):
        opened.editor.set_attributes("x", {})


def test_answers_are_edits_in_the_order_of_the_gestures(picture: StillImage) -> None:
    opened = Opened(picture, cell("a"))
    opened.editor.set_answers({"quality": [BAD], "why": [WHY]}, "answer quality")
    opened.draw("e1", [(cell("b", 20), 1)])
    opened.editor.set_answers({"quality": [GOOD], "why": []}, "answer quality")
    opened.editor.set_answers({"quality": [GOOD]}, "answer quality")  # it is so already
    made = [message["op"] for message in opened.page.of("applied")]
    assert [one["what"] for one in made] == ["answer quality", "draw", "answer quality"]
    assert made[2]["backward"]["answers"] == {"quality": [as_json(BAD)], "why": [as_json(WHY)]}
    assert (opened.editor.answers, opened.ids) == ([GOOD], ["a", "b"])
    opened.page.draw({**op("u1", kind="undo"), "forward": made[2]["backward"], "of": made[2]["id"]})
    opened.page.deliver()
    assert (opened.editor.answers, opened.ids) == ([BAD, WHY], ["a", "b"])
    assert len(opened.changes) == 4
    opened.editor.set_labels([cell("b", 20)])
    assert opened.editor.answers == [BAD, WHY]  # other objects answer no question


def test_answers_that_do_not_fit_are_refused_with_the_reason_whoever_gives_them(picture: StillImage) -> None:
    opened = Opened(picture)
    for answers in ({"quality": [Answer("quality", "great")]}, {"colour": [Answer("colour", "red")]}, {"why": [WHY]}):
        with pytest.raises(InvalidLabels):
            opened.editor.set_answers(answers, "answer")
    opened.page.draw(
        {**op("u1", kind="undo"), "forward": {"put": [], "remove": [], "answers": {"why": [as_json(WHY)]}}}
    )
    opened.page.deliver()
    assert opened.page.of("refused")[0]["reason"] == "it is only asked under another option."
    assert (opened.editor.answers, opened.page.of("applied")) == ([], [])


def test_an_undo_that_was_pressed_before_an_answer_was_heard_of_takes_nothing_else_back(picture: StillImage) -> None:
    opened = Opened(picture)
    opened.draw("e1", [(cell("a"), 0)])
    opened.editor.set_answers({"quality": [GOOD]}, "answer quality")
    back = {**op("u1", remove=["a"], kind="undo"), "of": "e1"}
    opened.page.draw(back, edits=1)  # the kernel was busy: the page has heard of the shape alone
    opened.page.deliver()
    (refused,) = opened.page.of("refused")
    assert refused["reason"] == "The last thing done is another by now: answer quality."
    assert (opened.ids, opened.editor.answers, opened.page.kept) == (["a"], [GOOD], {})
    # who knows of the answer takes back what they like, as does a page that tells again what it kept
    opened.page.draw({**back, "id": "u2"}, edits=2)
    opened.page.deliver()
    assert (opened.ids, opened.editor.answers) == ([], [GOOD])


def test_classes_and_selection_go_both_ways(picture: StillImage) -> None:
    opened = Opened(picture, cell("a"))
    opened.page.sent += [{"type": "select", "label": "a"}, {"type": "active", "class": "outline"}]
    opened.page.deliver()
    assert opened.editor.selected == cell("a")
    assert opened.selections == [cell("a")]
    assert (opened.editor.active_class, opened.editor.stage.active[0]) == ("outline", 0)
    opened.editor.active_class = "WBC"
    assert opened.editor.stage.active == (1, "WBC")
    opened.editor.select(None)
    assert opened.page.heard[-1] == {"type": "select", "label": None}
    assert opened.selections[-1] is None
    with pytest.raises(NotFound, match="Closest: 'WBC'"):
        opened.editor.active_class = "WBCs"


def test_a_key_for_the_screen_is_passed_on_for_the_picture_that_it_was_pressed_at(picture: StillImage) -> None:
    acts: list[str] = []
    opened = Opened(picture, on_act=acts.append)
    act = {"type": "act", "act": "submit"}
    opened.editor._heard({"type": "hello", "number": 1})
    opened.editor._heard(act)
    assert acts == ["submit"]
    opened.editor.show(picture, [])
    opened.editor._heard(act)  # the second of two quick strokes
    assert acts == ["submit"]
    opened.editor._heard({"type": "hello", "number": 2})
    opened.editor._heard(act)
    assert acts == ["submit", "submit"]


def test_labels_that_do_not_fit_are_not_shown(picture: StillImage) -> None:
    with pytest.raises(InvalidLabels, match="outside the frame"):
        Opened(picture, cell("a", 400))
    with pytest.raises(InvalidInput, match="Did you mean 'on_change'"):
        Editor(ONTOLOGY, on_chang=print)  # type: ignore[call-arg]


# --- frames


def frame(opened: Opened, index: object = 0, number: int = 1) -> None:
    opened.page.sent.append({"type": "frame", "number": number, "index": index})
    opened.page.deliver()


def test_a_picture_of_8_bits_goes_to_the_browser_as_its_files_own_bytes(picture: StillImage) -> None:
    opened = Opened(picture)
    frame(opened)
    assert opened.page.heard == [{"type": "frame", "number": 1, "index": 0, "mime": "image/png"}]
    assert opened.page.buffers == [picture.path.read_bytes()]
    frame(opened, number=7)  # asked for by a page that shows what was there before
    frame(opened, index="0")
    assert len(opened.page.heard) == 1


def test_a_deep_picture_goes_as_its_values_with_their_range(tmp_path: Path) -> None:
    values = np.arange(48 * 64, dtype=np.uint16).reshape(48, 64) * 13 + 100
    Image.fromarray(values).save(tmp_path / "deep.png")
    opened = Opened(StillImage(tmp_path / "deep.png"))
    frame(opened)
    (message,) = opened.page.heard
    assert (message["dtype"], message["shape"], message["window"]) == ("uint16", [48, 64], [100, 100 + 13 * 3071])
    assert np.array_equal(np.frombuffer(opened.page.buffers[0], "<u2").reshape(48, 64), values)


def test_a_slice_goes_as_its_stored_values_with_its_window_in_their_unit() -> None:
    file = get_testdata_file("CT_small.dcm", download=False)
    assert file is not None
    dataset = pydicom.dcmread(file)
    message, (buffer,) = frame_message(open_medium("dicom_series", str(file)), 1, 0)
    assert (message["dtype"], message["shape"], message["invert"]) == ("int16", [128, 128], False)
    assert np.array_equal(np.frombuffer(buffer, "<i2").reshape(128, 128), dataset.pixel_array)
    values = open_medium("dicom_series", str(file)).values(0)
    assert values is not None
    low, high = (limit * dataset.RescaleSlope + dataset.RescaleIntercept for limit in message["window"])
    assert (low, high) == pytest.approx(values.windows[0].limits)


def test_a_negative_slope_turns_the_window_round(picture: StillImage, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = np.array([[0, 10], [20, 30]], np.uint16)
    values = Values(stored, -2.0, 100.0, "", False, (range_window("range", 40, 80),))
    monkeypatch.setattr(StillImage, "values", lambda *_: values)
    message, _ = frame_message(picture, 1, 0)
    assert (message["window"], message["invert"]) == ([30.0, 10.0], False)


def test_a_sigmoid_and_a_table_go_with_what_makes_grey_of_them(
    picture: StillImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Window("film", 1.5, 3, "table", bytes([0, 9, 200, 255]))
    windows = (table, Window("soft", 10, 20, "sigmoid"), range_window("range", 0, 30))
    values = Values(np.zeros((2, 2), np.int16), 1.0, 0.0, "", False, windows)
    monkeypatch.setattr(StillImage, "values", lambda *_: values)
    message, _ = frame_message(picture, 1, 0)
    assert message["window"] == [0, 3]
    assert [one.get("curve") for one in message["windows"]] == [[0, 9, 200, 255], "sigmoid", None]


@pytest.mark.parametrize("error", [OSError("The disk is gone."), MemoryError(), ValueError("odd bytes")])
def test_whatever_keeps_a_frame_from_being_read_is_told_to_the_page(
    picture: StillImage, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    opened = Opened(picture)
    monkeypatch.setattr(StillImage, "values", fail)
    frame(opened)
    (said,) = opened.page.heard
    assert said["type"] == "frame-failed"
    assert type(error).__name__ in said["reason"]


def test_pictures_stay_open_while_a_frame_of_them_is_read(picture: StillImage, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Opened(picture)
    began, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def read(*_: object) -> None:
        began.set()
        assert go_on.wait(10)
        done.append("read")
        raise InvalidInput("enough")

    monkeypatch.setattr(StillImage, "values", read)
    monkeypatch.setattr(StillImage, "close", lambda _: done.append("closed"))
    reading = threading.Thread(target=frame, args=(opened,))
    reading.start()
    assert began.wait(10)
    showing = threading.Thread(target=opened.editor.show, args=(StillImage(picture.path),))
    showing.start()
    showing.join(0.2)
    assert done == []
    go_on.set()
    reading.join(10)
    showing.join(10)
    assert done == ["read", "closed"]


def test_a_picture_that_is_gone_is_told_in_its_place(picture: StillImage) -> None:
    opened = Opened(picture)
    frame(opened, index=5)
    assert "no frame 5" in opened.page.heard[0]["reason"]
    picture.path.unlink()
    frame(opened)
    assert opened.page.heard[1]["type"] == "frame-failed"
    assert "picture.png" in opened.page.heard[1]["reason"]


# --- saving


class File:
    """Stands for the file: takes each edit once, and may be told to fail."""

    def __init__(self) -> None:
        self.edits: list[Edit] = []
        self.error: Exception | None = None

    def save(self, edit: Edit) -> SavedEdit:
        if self.error is not None:
            raise self.error
        self.edits.append(edit)
        return SavedEdit(len(self.edits), is_new=True)

    @property
    def ids(self) -> list[str]:
        return [edit.id for edit in self.edits]


def test_nothing_is_acknowledged_before_it_is_saved_and_what_waits_is_saved_in_order(picture: StillImage) -> None:
    file = File()
    opened = Opened(picture, save=file.save)
    file.error = StoreError("The disk is full.")
    opened.draw("e1", [(cell("a"), 0)])
    opened.draw("e2", [(cell("b"), 1)])
    assert opened.page.heard == []
    assert (opened.ids, opened.editor.waiting) == (["a", "b"], 2)
    anew = Page()
    anew.open(opened.editor)
    assert anew.labels == []  # what is saved
    file.error = None
    opened.editor.save_waiting()
    assert (file.ids, opened.editor.waiting, opened.ids) == (["e1", "e2"], 0, ["a", "b"])
    assert [message["op"]["id"] for message in anew.of("applied")] == ["e1", "e2"]


def test_what_the_file_refuses_is_taken_back_and_later_edits_stay(picture: StillImage) -> None:
    file = File()
    opened = Opened(picture, cell("a"), save=file.save)
    file.error = StoreError("locked")
    opened.draw("e1", [(cell("b"), 1)])
    opened.draw("e2", [(cell("c"), 2)])
    file.error = InvalidInput("Not today.", hint="Tomorrow.")
    opened.editor.save_waiting()
    assert [(one["id"], one["reason"], one["hint"]) for one in opened.page.of("refused")] == [
        ("e1", "Not today.", "Tomorrow."),
        ("e2", "Not today.", "Tomorrow."),
    ]
    assert opened.ids == ["a"]


def test_after_a_conflict_nothing_is_acknowledged_until_there_is_a_new_document(picture: StillImage) -> None:
    file = File()
    opened = Opened(picture, cell("a"), save=file.save)
    file.error = Conflict("Saved in another window.", rule="T6")
    opened.draw("e1", [(cell("b"), 1)])
    assert "another window" in opened.page.of("conflict")[0]["reason"]
    assert opened.page.of("applied") == []
    assert (opened.ids, list(opened.page.kept)) == (["a", "b"], ["e1"])
    opened.editor.renew([cell("z")], revision=7)
    assert opened.page.kept == {}
    assert opened.editor.stage.document == 2
    opened.page.open(opened.editor)
    assert [label["id"] for label in opened.page.labels] == ["z"]


def test_an_edit_that_the_file_took_before_is_done_and_the_screen_is_told_that_more_may_be_there(
    picture: StillImage,
) -> None:
    behind: list[list[str]] = []
    opened = Opened(
        picture,
        cell("a"),
        save=lambda _: SavedEdit(9, is_new=False),
        on_behind=lambda: behind.append(opened.ids),
    )
    opened.draw("e1", [(cell("b"), 1)])
    assert (opened.ids, behind, opened.editor.revision) == (["a", "b"], [["a", "b"]], 0)
    assert (opened.page.kept, opened.page.of("refused")) == ({}, [])


def test_messages_on_many_threads_come_one_after_the_other(picture: StillImage) -> None:
    file = File()
    opened = Opened(picture, save=file.save)
    messages = [
        {"type": "op", "number": 1, "op": op(f"e{n}", [(cell(f"l{n}", n % 50), n)])} for n in range(40) for _ in (1, 2)
    ]
    threads = [
        threading.Thread(target=lambda start=start: [opened.editor._heard(one) for one in messages[start::4]])
        for start in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(file.ids) == sorted({f"e{n}" for n in range(40)})
    assert sorted(opened.ids) == sorted(f"l{n}" for n in range(40))
    assert {label["id"] for label in opened.page.labels} == set(opened.ids)


# --- kernels that die, pages that are loaded anew

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("draw"), st.integers(0, 5), st.integers(0, 4)),
        st.tuples(st.just("remove"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("undo"), st.just(0), st.just(0)),
        st.tuples(st.just("deliver"), st.integers(1, 3), st.just(0)),
        st.tuples(st.just("python"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("answer"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("reload"), st.just(0), st.just(0)),
        # the kernel dies after it has saved that many edits whose acknowledgement is lost
        st.tuples(st.just("kill"), st.integers(0, 3), st.just(0)),
    ),
    max_size=25,
)


GOOD, BAD, WHY = Answer("quality", "good"), Answer("quality", "bad"), Answer("why", "torn")
ANSWERS: list[dict[str, list[Answer]]] = [
    {"quality": [], "why": []},
    {"quality": [GOOD], "why": []},
    {"quality": [BAD], "why": [WHY]},
]


@given(steps=STEPS)
@settings(max_examples=60)
def test_whatever_dies_in_between_nothing_is_lost_and_nothing_doubled(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    task = open_task(tmp_path_factory)
    page = Page()
    page.open(sit_down(task))
    made: list[str] = []
    for number, (step, value, index) in enumerate(steps):
        label = cell(f"l{value}", number)
        op_id = f"e{number}"
        if step in ("draw", "remove", "undo"):
            if step == "draw":
                page.draw(op(op_id, [(label, index)]))
            elif step == "remove":
                page.draw(op(op_id, remove=[label.id]))
            else:
                history = task.history()
                backward = as_json(history[-1].backward) if history else {"put": [], "remove": []}
                page.draw({**op(op_id, kind="undo"), "forward": backward})
            made.append(op_id)
        elif step == "deliver":
            page.deliver(value)
        elif step == "python":
            page.editor.set_labels([label, *page.editor.labels[:1]][: 1 if page.editor.labels[:1] == [label] else 2])
        elif step == "answer":
            page.editor.set_answers(ANSWERS[value], "answer quality")
        elif step == "reload":
            page.open(page.editor)
        elif step == "kill":
            page.deaf = True
            page.deliver(value)
            page.open(sit_down(task))
    acknowledged = {one["op"]["id"] for one in page.of("applied")}
    page.deliver()
    page.open(sit_down(task))
    page.deliver()
    assert page.kept == {}
    assert page.of("refused") == []
    taken = [edit.id for edit in task.history()]
    assert [one for one in taken if one in made] == made  # all, once each, in order
    assert acknowledged <= set(taken)
    stored = as_json([label for label in task.labels() if isinstance(label, Label)])
    assert page.labels == stored
    assert page.editor.answers == [answer for answer in task.labels() if isinstance(answer, Answer)]
    replayed: list[Any] = []
    answers: dict[str, Any] = {}
    for edit in task.history():
        replayed = after(replayed, as_json(edit.forward))
        answers |= edit.forward.answers
    assert replayed == stored
    assert by_question(page.editor.answers) == {question: given for question, given in answers.items() if given}


def sit_down(task: Task) -> Editor:
    """An editor in a new kernel, on the task as the file has it."""
    task = Task(task.workspace, task._row())
    editor = Editor(ONTOLOGY, save=task.save_edit)
    key = draft_key(task.workspace, task.id)
    editor.show(task.item.open(), task.labels(), key=key, revision=task.revision, log=task.history())
    return editor


def open_task(factory: pytest.TempPathFactory) -> Task:
    folder = factory.mktemp("editor")
    team = new_team(folder / "cells.db", folder, items=1, ontology=ONTOLOGY)
    team.ground_truth(items=1)
    task = team("ann").next_task()
    assert task is not None
    return task
