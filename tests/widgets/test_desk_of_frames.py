"""The annotator's desk and the audit on items of several frames: tracks, answers of each frame, every modality."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import annowidgets as aw
from annowidgets.errors import InvalidInput
from annowidgets.labels import Answer, Label
from annowidgets.widgets import AuditTool, LabelDesk
from annowidgets.widgets.editor import Editor
from annowidgets.widgets.frame_answers import FrameAnswers
from annowidgets.widgets.frame_attributes import answered
from annowidgets.workflow import Project
from tests.widgets.page import Page, op
from tests.workflow.building import without_notices
from tests.workflow.test_modalities import ADD, FRAMES

ONTOLOGY = aw.Ontology(
    objects=[aw.ObjectClass("cell", shape="bounding_box")],
    classifications=[
        aw.Radio("sharp", ["yes", aw.Option("no", [aw.Text("why", scope="frame")])], required=True, scope="frame"),
        aw.Radio("stain", ["good", "bad"]),
    ],
)


@pytest.fixture(params=ADD)
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    workspace = aw.open_workspace(tmp_path / "work.db", user="lea")
    project = workspace.create_project("Cells", ontology=ONTOLOGY, policy=aw.CalibrationPolicy(min_items=1))
    project.add_member("ann")
    ADD[request.param](project, tmp_path / "0", 0)
    with without_notices():
        project.create_calibration_batch("round 1", items=list(project.items())).launch()
    return project


class Person:
    """Ann at her desk, with the page that shows it."""

    def __init__(self, project: Project) -> None:
        self.desk = LabelDesk(project.workspace.as_user("ann").project("Cells"))
        assert isinstance(self.desk.editor, Editor)
        self.editor, self.page = self.desk.editor, Page()
        self.page.open(self.editor)

    def put(self, op_id: str, *labels: Label) -> None:
        self.page.draw(op(op_id, [(label, place) for place, label in enumerate(labels)]))
        self.page.deliver()

    def turn(self, frame: Any) -> None:
        self.page.sent.append({"type": "turn", "number": self.page.number, "index": frame})
        self.page.deliver()

    def answer(self, question: str, value: str) -> None:
        self.desk._work._of_frame.act("answer", question, value)

    @property
    def form(self) -> str:
        return str(self.desk._work._of_frame.html)


def box(x: float) -> aw.BoundingBox:
    return aw.BoundingBox(x, 2, 10, 8)


def cell(*frames: int, until: int | None = None) -> Label:
    return Label("cell", {frame: box(2 + 4 * frame) for frame in frames}, until=until, id="cell")


def test_every_modality_is_labelled_audited_and_fixed_on_the_screens(project: Project) -> None:
    person = Person(project)
    (item,) = project.items()
    given = person.editor.stage.get_state("document")["document"]
    assert (given["frames"], given["modality"], given["interpolate"]) == (FRAMES, item.modality, item.interpolates)
    for index in (0, FRAMES - 1):
        person.page.sent.append({"type": "frame", "number": given["number"], "index": index})
        person.page.deliver()
        assert person.page.heard[-1]["type"] == "frame"
    person.put("e1", cell(0, 10))
    assert "Frame 0" in person.form
    person.answer("sharp", "yes")
    person.desk._work._onwards.act("onwards")
    person.turn(4)
    assert "Frame 4" in person.form
    person.answer("sharp", "no")
    person.answer("why", "shaken")
    person.desk.confidence._heard(None, {"percent": 80}, None)
    person.desk.act("submit")
    batch = project.batch("round 1")
    (task,) = batch.tasks()
    assert task.state == "submitted", person.desk._message.html
    label, *answers = task.labels()
    assert label == cell(0, 10)
    assert answers == [
        Answer("sharp", "yes", frame=0, until=3),
        Answer("sharp", "no", frame=4),
        Answer("sharp", "yes", frame=5, until=10),
        Answer("why", "shaken", frame=4),
    ]
    tool = AuditTool(batch)
    (stage,) = tool._attempts_view._stage.children
    shown = stage.get_state("document")["document"]
    assert (stage.read_only, shown["frames"], list(shown["labels"][0]["key_frames"])) == (True, FRAMES, ["0", "10"])
    tool.act("fix")
    assert tool._fixing is not None
    assert isinstance(tool._fixing.editor, Editor)
    page = Page()
    page.open(tool._fixing.editor)
    page.draw(op("f1", [(cell(0, 10), 0), (Label("cell", {5: box(40)}, id="second"), 1)]))
    page.deliver()
    tool.act("save_fix")
    assert "its accuracy is" in tool._message.html
    (corrected,) = [attempt.grade for attempt in tool._attempts.attempts]
    assert corrected is not None
    assert corrected.grade == "fix"


@pytest.mark.parametrize("project", ["dicom_series", "video"], indirect=True)
def test_an_edit_that_does_not_fit_the_frames_is_taken_back(project: Project) -> None:
    person = Person(project)
    person.put("e1", cell(0, 99))
    (refused,) = person.page.of("refused")
    assert "frame 99 doesn't exist, the item has 11" in refused["reason"]
    person.put("e2", Label("cell", box(1), id="bare"))
    assert "say which" in person.page.of("refused")[1]["reason"]
    person.put("e3", cell(0, until=4))
    if project.items()[0].interpolates:
        assert len(person.page.of("refused")) == 2
    else:
        assert "use label.fill" in person.page.of("refused")[2]["reason"]


@pytest.mark.parametrize("project", ["image_sequence"], indirect=True)
def test_a_desk_that_is_opened_again_begins_at_the_first_frame_and_a_page_where_it_was(project: Project) -> None:
    person = Person(project)
    person.put("e1", cell(3))
    person.turn(7)
    person.turn(99)
    person.turn("2")
    assert person.editor.frame == 7
    assert person.editor.stage.get_state("document")["document"]["frame"] == 7
    again = Person(project)
    assert again.editor.frame == 0
    assert again.editor.labels == [cell(3)]


TURNS = aw.Ontology(
    objects=[
        aw.ObjectClass(
            "car",
            shape="bounding_box",
            attributes=[
                aw.Radio("signal", ["off", aw.Option("on", [aw.Radio("side", ["left", "right"])])]),
                aw.Text("maker"),
            ],
        )
    ]
)


def test_an_attribute_is_changed_from_a_frame_on_or_on_all_and_that_can_be_undone(tmp_path: Path) -> None:
    workspace = aw.open_workspace(tmp_path / "work.db", user="lea")
    project = workspace.create_project("Cells", ontology=TURNS, policy=aw.CalibrationPolicy(min_items=1))
    project.add_member("ann")
    ADD["image_sequence"](project, tmp_path / "0", 0)
    with without_notices():
        project.create_calibration_batch("round 1", items=list(project.items())).launch()
    person = Person(project)
    work = person.desk._work
    car = Label("car", {0: box(2), 10: box(42)}, attributes={"signal": "off"}, id="car")
    person.put("e1", car)
    person.editor.select("car")

    def told() -> tuple[dict[str, Any], dict[int, Any]]:
        (label,) = person.editor.labels
        return dict(label.attributes), {frame: dict(answers) for frame, answers in label.attributes_by_frame.items()}

    person.turn(4)
    assert "frame 4" in work._attributes.html
    work._from_here.act("from_here", "", True)
    work._attributes.act("answer", "signal", "on")
    work._attributes.act("answer", "side", "left")
    assert told() == ({"signal": "off"}, {4: {"signal": "on", "side": "left"}})
    person.turn(7)
    work._attributes.act("answer", "signal", "off")
    assert told()[1] == {4: {"signal": "on", "side": "left"}, 7: {"signal": "off"}}
    work._from_here.act("from_here", "", False)
    work._attributes.act("answer", "maker", "Benz")
    assert told() == ({"signal": "off", "maker": "Benz"}, {4: {"signal": "on", "side": "left"}, 7: {"signal": "off"}})
    person.turn(5)
    assert work._attributes.answers == {"signal": "on", "side": "left", "maker": "Benz"}
    work._from_here.act("from_here", "", True)
    work._attributes.act("clear", "maker")
    assert "be taken back from there on" in person.desk._message.html
    assert told()[0]["maker"] == "Benz"
    person.turn(4)
    work._attributes.act("answer", "signal", "off")  # as before, so that nothing changes here any more
    assert told()[1] == {}
    work._from_here.act("from_here", "", False)
    work._attributes.act("answer", "signal", "on")
    assert told() == ({"signal": "on", "maker": "Benz"}, {})
    person.page.draw(op("u1", [(car, 0)], kind="undo"))
    person.page.deliver()
    assert told() == ({"signal": "off"}, {})
    assert Person(project).editor.labels == [car]


answers_given = st.fixed_dictionaries(
    {}, optional={"signal": st.sampled_from(["off", "on"]), "maker": st.text("ab", min_size=1)}
)


@given(steps=st.lists(st.tuples(st.integers(0, 9), st.booleans(), answers_given), max_size=8))
def test_what_a_form_says_holds_on_its_frame_and_what_is_before_stays(steps: list[tuple[int, bool, Any]]) -> None:
    label = Label("car", {2: box(2), 8: box(42)})
    questions = TURNS.objects[0].attributes
    for frame, from_here, given_answers in steps:
        try:
            after = answered(label, questions, given_answers, frame, from_here=from_here)
        except InvalidInput:
            assert from_here
            continue
        assert dict(after.attributes_at(frame)) == given_answers
        if from_here and frame > 2:
            assert [after.attributes_at(f) for f in range(frame)] == [label.attributes_at(f) for f in range(frame)]
        label = after


@pytest.mark.parametrize("project", ["image_group"], indirect=True)
def test_the_plain_editor_of_boxes_names_the_one_that_knows_frames(project: Project) -> None:
    desk = LabelDesk(project.workspace.as_user("ann").project("Cells"), editor="boxes")
    assert "The box editor shows still pictures, and this has 11 frames" in desk._instead.html
    assert "canvas" in desk._instead.html


def test_frames_of_one_size_are_described_in_few_words_however_many_there_are(tmp_path: Path) -> None:
    from annowidgets.widgets.editor.frames import described

    class Long:
        modality, count, sizes, spacing, fps = "video", 10_000, ((4, 6),) * 10_000, None, 25.0

    assert described(Long())["sizes"] == [[4, 6]]  # type: ignore[arg-type]
    Long.sizes = (*Long.sizes[1:], (5, 5))
    assert len(described(Long())["sizes"]) == 10_000  # type: ignore[arg-type]


# --- answers of frames

runs = st.tuples(st.integers(0, 11), st.integers(0, 5), st.sampled_from(["a", "b", None]), st.sampled_from(["q", "r"]))


@given(st.lists(runs, max_size=8))
def test_answers_of_frames_are_those_given_last_in_as_few_labels_as_can_be(given: list[tuple[Any, ...]]) -> None:
    answers, expected = FrameAnswers(), {}
    for first, length, value, question in given:
        answers.set([question], {} if value is None else {question: value}, first, first + length)
        expected |= {(frame, question): value for frame in range(first, first + length + 1)}
    for frame in range(20):
        there = {q: expected[frame, q] for q in "qr" if expected.get((frame, q)) is not None}
        assert answers.at(frame) == there
    labels = answers.answers
    assert {frame: FrameAnswers(labels).at(frame) for frame in range(20)} == {f: answers.at(f) for f in range(20)}
    changes = sum(
        expected.get((frame, q)) is not None and expected.get((frame, q)) != expected.get((frame - 1, q))
        for frame in range(20)
        for q in "qr"
    )
    assert len(labels) == changes
