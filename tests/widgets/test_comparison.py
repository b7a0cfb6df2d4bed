"""The comparison: what is judged beside what, the arithmetic as the workflow gives it, and who may see it."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import IPython
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter
from PIL import Image

import annowidgets as aw
from annowidgets.errors import InvalidInput, NotFound, PermissionDenied
from annowidgets.labels import Label
from annowidgets.widgets.comparison import Comparison
from annowidgets.widgets.comparison_painting import AGREED, MISSED, TOO_MUCH, Look, Scene, difference
from annowidgets.widgets.comparison_source import read_compared
from annowidgets.widgets.comparison_view import Picture, View, covered
from annowidgets.widgets.pictures import rgb
from tests.widgets.courses import Course, every_shape, labels
from tests.widgets.loops import SIZE, Loop
from tests.workflow.test_modalities import ADD


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


def _shown(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def test_every_evaluation_label_stands_in_the_table_with_the_points_of_the_workflow(course: Course) -> None:
    (task,) = course.submit("uma", labels(3, without=["dot"]))
    screen = Comparison(course.training, task)
    frame = course.training.compare(task).evaluation_labels
    compared = read_compared(course.training, task)
    assert sorted(one.id for one in compared.judged) == sorted(frame["evaluation_label"])
    points = dict(zip(frame["evaluation_label"], frame["points"], strict=True))
    for one in compared.judged:
        assert one.points == points[one.id]
        screen.act("choose", str(one.id))
        said = _shown(screen._arithmetic.html)
        explanation = course.training.explain(one.id)
        assert explanation.text in _shown(said.replace("&#x27;", "'"))
        for term in explanation.terms:
            assert f"{term.value:.3f}" in said
            assert f"= {term.points:.1f}" in said
    table = _shown(screen._table.html)
    assert "dot 1 missed" in table
    assert "quality right" in table


def test_what_each_label_adds_sums_to_the_score(course: Course) -> None:
    (task,) = course.submit("uma", labels(4, quality="blurred"))
    screen = Comparison(course.training, task)
    added = 0.0
    for one in screen._compared.judged:
        screen.act("choose", str(one.id))
        (share,) = re.findall(r"= ([\d.]+), of", screen._arithmetic.html)
        added += float(share)
    assert added == pytest.approx(course.training.compare(task).score, abs=0.005 * len(screen._compared.judged))
    assert f"score {course.training.compare(task).score:.1f}" in _shown(screen._title.html)


def test_the_answers_of_both_sides_stand_beside_each_other(course: Course) -> None:
    (task,) = course.submit("uma", labels(3, quality="blurred"))
    screen = Comparison(course.training, task)
    by_name = {one.name: one for one in screen._compared.judged}
    screen.act("choose", str(by_name["quality"].id))
    assert "quality good blurred" in _shown(screen._arithmetic.html)
    screen.act("choose", str(by_name["cell 1"].id))
    assert "kind round odd" in _shown(screen._arithmetic.html)


def test_a_lead_begins_with_the_evaluation_label_that_was_asked_for(course: Course) -> None:
    (task,) = course.submit("uma", labels(5))
    wanted = course.training.compare(task).evaluation_labels["evaluation_label"].iloc[2]
    screen = Comparison(course.training, task, int(wanted))
    assert screen._chosen is not None
    assert screen._chosen.id == wanted
    with pytest.raises(NotFound, match="evaluation label"):
        Comparison(course.training, task, 7)


def test_a_trainee_sees_the_comparison_only_of_own_tasks_and_only_when_it_is_revealed(tmp_path: Path) -> None:
    course = Course(tmp_path, reveal="after_last")
    (first,) = course.submit("uma", labels(3))
    with pytest.raises(PermissionDenied) as caught:
        Comparison(course.as_("uma"), first.id)
    assert caught.value.rule == "A10"
    course.submit("uma", labels())
    assert "cell 1" in Comparison(course.as_("uma"), first.id)._table.html
    with pytest.raises(PermissionDenied):
        Comparison(course.as_("vic"), first.id)


def test_a_notebook_shows_what_a_line_of_python_returns_as_the_screen(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    (task,) = course.submit("uma", labels(3))
    shell = SimpleNamespace(display_formatter=DisplayFormatter())
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    aw._show_comparisons()
    data, _ = shell.display_formatter.format(course.training.compare(task))
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "cell 1" in data["text/html"]


def test_what_is_not_submitted_or_not_a_training_is_refused(course: Course) -> None:
    task = course.as_("uma").next_task()
    assert task is not None
    with pytest.raises(InvalidInput, match="not submitted"):
        Comparison(course.training, task.id)
    with pytest.raises(InvalidInput, match="training project or a calibration batch"):
        Comparison(course.project, task.id)  # type: ignore[arg-type]


def test_an_attempt_is_compared_with_its_fix_under_the_function_of_the_audit(tmp_path: Path) -> None:
    loop = Loop(tmp_path)
    loop.submit()
    loop.graded("approve", "fix", "reject", "approve")
    fixed = loop.rows("SELECT task FROM grades WHERE grade = 'fix'")[0][0]
    accuracy = loop.rows("SELECT accuracy FROM grades WHERE grade = 'fix'")[0][0]
    loop.batch.audit().complete()
    loop.project.update_settings(benchmark=aw.BenchmarkFunction(extra="ignore", iou=1, category=0))
    screen = Comparison(loop.batch, fixed)
    assert screen._compared.score == pytest.approx(100 * accuracy)
    assert "RBC 2 missed" in _shown(screen._table.html)
    approved = loop.rows("SELECT task FROM grades WHERE grade = 'approve'")[0][0]
    with pytest.raises(InvalidInput, match="was not fixed"):
        Comparison(loop.batch, approved)
    with pytest.raises(PermissionDenied):
        Comparison(loop.batch_as("ann"), fixed)


def test_names_that_people_gave_are_text(tmp_path: Path) -> None:
    course = Course(tmp_path, trainees=["<b>uma</b>"])
    (task,) = course.submit("<b>uma</b>", labels(3))
    screen = Comparison(course.training, task)
    markup = screen._title.html + "".join(one.html for one in screen._panes._captions) + screen.summary()
    assert "<b>uma" not in markup
    assert "&lt;b&gt;uma" in markup


def test_a_lead_gives_hints_and_the_trainee_reads_them_beside_the_label(tmp_path: Path) -> None:
    course = Course(tmp_path, reveal="after_each")
    (task,) = course.submit("uma", labels(3, without=["dot"]))
    screen = Comparison(course.training, task)
    dot = next(one for one in screen._compared.judged if one.name == "dot 1")
    screen.act("choose", str(dot.id))
    (key,) = re.findall(r'data-act="hint" data-key="([^"]*)"', screen._arithmetic.html)
    assert key == f"{dot.benchmark} 0"
    screen.act("hint", key, {"text": "Look <b>closer</b>."})
    assert "Look &lt;b&gt;closer&lt;/b&gt;." in screen._arithmetic.html
    own = Comparison(course.as_("uma"), task.id)
    assert "1 hint on other labels" in _shown(own._arithmetic.html)
    assert 'data-act="hint"' not in own._arithmetic.html
    own.act("choose", str(dot.id))
    assert "closer" in own._arithmetic.html
    screen.act("hint", " 1", {"text": " "})
    assert "aw-is-bad" in screen._message.html
    assert len(task.comments) == 1


def test_a_picture_that_is_gone_leaves_the_figures(course: Course) -> None:
    (task,) = course.submit("uma", labels(3))
    task.item.path.unlink()
    screen = Comparison(course.training, task)
    assert "is missing" in screen._message.html
    assert screen._panes.layout.display == "none"
    assert "cell 1" in screen._table.html


def test_the_summary_without_a_kernel_tells_score_and_labels(course: Course) -> None:
    (task,) = course.submit("uma", labels(3, without=["dot"]))
    said = _shown(Comparison(course.training, task).summary())
    assert f"Score {course.training.compare(task).score:.1f}" in said
    assert "dot 1 missed" in said


def test_each_frame_of_a_sequence_shows_its_own_shapes(tmp_path: Path) -> None:
    course = Course(tmp_path)
    files = []
    for number in range(4):
        files.append(tmp_path / f"walk_{number}.png")
        Image.new("L", SIZE, 40 * number).save(files[-1])
    item = course.project.add_image_sequence("walk", files, fps=5)
    moving = Label("cell", {0: aw.BoundingBox(5, 5, 20, 20), 3: aw.BoundingBox(65, 5, 20, 20)})
    still = Label("cell", {0: aw.BoundingBox(5, 5, 20, 20)}, until=3)
    gold = course.project.create_ground_truth_batch("frames", items=[item])
    gold.submit_labels({item: [moving]}, progress=False)
    training = course.ws.create_training_project("Frames", sources=[gold], trainees=["uma"])
    task = course.ws.as_user("uma").training_project("Frames").next_task()
    assert task is not None
    task.submit([still])
    screen = Comparison(training, task)
    assert screen._frame == 1  # the first with lost points
    screen.act("frame", value="2")
    assert screen._frame == 2
    scene = screen._panes._scene
    assert scene is not None
    ((_, shape),) = scene.benchmark.values()
    assert shape == aw.BoundingBox(45, 5, 20, 20)
    screen.act("filter", "frame")
    assert _shown(screen._table.html).count("missed") == 1
    last = max(screen._compared.judged, key=lambda one: one.frame or 0)
    screen.act("choose", str(last.id))
    assert "frame 3 / 3" in _shown(screen._controls.html)


@pytest.mark.parametrize("modality", ["image_group", "video", "dicom_series"])
def test_frames_of_every_modality_are_shown_with_what_stands_on_them(tmp_path: Path, modality: str) -> None:
    course = Course(tmp_path)
    item = ADD[modality](course.project, tmp_path / "media", 1)
    gold = course.project.create_ground_truth_batch("frames", items=[item])
    right, beside = (Label("cell", {2: aw.BoundingBox(x, 5, 20, 20)}) for x in (5, 15))
    gold.submit_labels({item: [right]}, progress=False)
    training = course.ws.create_training_project("Frames", sources=[gold], trainees=["uma"])
    task = course.ws.as_user("uma").training_project("Frames").next_task()
    assert task is not None
    task.submit([beside])
    screen = Comparison(training, task)
    assert screen._message.html == ""
    assert screen._frame == 2
    scene = screen._panes._scene
    assert scene is not None
    assert list(scene.benchmark) == [right.id]
    assert list(scene.submitted) == [beside.id]
    screen.act("forward")
    with closing(item.open()) as medium:
        assert bytes(screen._panes._image.value) == medium.encoded(3).data
    scene = screen._panes._scene
    assert scene is not None
    assert not scene.benchmark


# --- what is drawn


@given(st.floats(-50, 250), st.floats(-50, 200), st.floats(0.5, 900), st.integers(20, 3000), st.integers(20, 3000))
def test_a_view_never_leaves_its_picture(x: float, y: float, width: float, wide: int, high: int) -> None:
    picture = Picture.of((high, wide))
    view = picture.at((x, y), width)
    whole = picture.whole()
    assert view.width <= whole.width + 1e-9
    assert view.height == pytest.approx(view.width * picture.ratio)
    cx, cy = view.centre
    assert 0 <= cx <= wide
    assert 0 <= cy <= high
    assert picture.at(view.centre, view.width) == pytest.approx(view)
    assert whole.holds((0, 0, wide, high)) or whole.width == pytest.approx(max(wide, high / picture.ratio))


@pytest.mark.parametrize("name", ["cell", "rod", "outline", "mask"])
def test_at_one_dot_per_pixel_a_pane_covers_the_pixels_that_are_scored(name: str) -> None:
    shape, size = every_shape(2.3)[name], SIZE[::-1]
    region = covered(shape, View(0, 0, *SIZE), size)
    assert region is not None
    dots = np.zeros(size, bool)
    dots[region[0], region[1]] = region[2]
    mask = aw.Bitmask.from_array(dots)
    # a region of the same pixels is the same region to the benchmark, which counts those whose centre is inside
    assert aw.benchmark.similarity(shape, mask, frame_size=size) == 1


def test_a_part_of_a_picture_is_that_part_of_the_whole() -> None:
    shape = every_shape()["outline"]
    view = View(100, 5, 40, 30)
    part = covered(shape, view, (300, 400))
    assert part is not None
    rows, columns, inside = part
    full = covered(shape, View(0, 0, *SIZE), (SIZE[1] * 10, SIZE[0] * 10))
    assert full is not None
    all_dots = np.zeros((SIZE[1] * 10, SIZE[0] * 10), bool)
    all_dots[full[0], full[1]] = full[2]
    own = np.zeros((300, 400), bool)
    own[rows, columns] = inside
    np.testing.assert_array_equal(own, all_dots[50:350, 1000:1400])
    assert covered(shape, View(0, 60, 40, 30), (300, 400)) is None


def test_the_difference_is_what_only_one_side_covers(course: Course) -> None:
    (task,) = course.submit("uma", labels(10))
    compared = read_compared(course.training, task)
    scene = Scene.of(compared, 0)
    cell = next(one for one in scene.judged if one.name == "cell 1")
    overlay = difference(scene, [cell], Look(View(0, 0, *SIZE)), SIZE[::-1])
    assert overlay is not None

    def colour(x: int, y: int) -> Any:
        return tuple(int(part) for part in overlay[y, x, :3])

    assert colour(8, 10) == rgb(MISSED)
    assert colour(25, 10) == rgb(AGREED)
    assert colour(40, 10) == rgb(TOO_MUCH)
    assert overlay[60, 60, 3] == 0


def test_a_click_finds_the_smallest_label_there(course: Course) -> None:
    (task,) = course.submit("uma", labels(2))
    screen = Comparison(course.training, task)
    screen._panes._picked(90.0, 60.0, 0.5)
    assert screen._chosen is not None
    assert screen._chosen.name == "dot 1"
    before = screen._chosen
    screen._panes._picked(155.0, 115.0, 0.5)
    assert screen._chosen == before
