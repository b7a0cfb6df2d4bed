"""The markup of each state, held to files that were looked at: empty, at work, full, refused; hostile names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from annowidgets.labels import Label
from annowidgets.widgets.comparison import Comparison
from annowidgets.widgets.instruction_editor import InstructionEditor
from annowidgets.widgets.review_desk import ReviewDesk
from annowidgets.widgets.screen import Screen
from annowidgets.widgets.trainee_desk import TraineeDesk
from tests.widgets.courses import Course, labels
from tests.widgets.snapshots import check
from tests.widgets.test_review_desk import Reviews
from tests.widgets.training.test_snapshots import EVIL, markup

_LABEL_ID = re.compile(r"\b[0-9a-f]{12}\b")


def check_screen(name: str, screen: Screen, folder: Path) -> None:
    # where files lie and what labels are called differs from run to run
    html = _LABEL_ID.sub("(label)", markup(screen)).replace(str(folder), "folder")
    check(name, html, folder)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path, pass_mark=80, reveal="after_each")


def test_a_comparison_with_a_label_chosen_and_a_hint(course: Course, tmp_path: Path) -> None:
    (task,) = course.submit("uma", labels(4, without=["dot"], quality="blurred"))
    frame = course.training.compare(task).evaluation_labels
    missed = frame[frame["benchmark_category"] == "dot"].iloc[0]
    course.training.task(task.id).give_hint("Look closer.", label=missed["benchmark_label"])
    check_screen("comparison_missed", Comparison(course.training, task, int(missed["evaluation_label"])), tmp_path)
    found = frame[frame["benchmark_category"] == "cell"].iloc[0]
    check_screen("comparison_found", Comparison(course.as_("uma"), task.id, int(found["evaluation_label"])), tmp_path)


def test_a_comparison_without_its_picture(course: Course, tmp_path: Path) -> None:
    (task,) = course.submit("uma", [])
    task.item.path.unlink()
    check_screen("comparison_error", Comparison(course.training, task), tmp_path)


def test_a_trainees_desk_from_the_first_look_to_the_last(course: Course, tmp_path: Path) -> None:
    desk = TraineeDesk(course.as_("uma"))
    check_screen("trainee_new", desk, tmp_path)
    course.submit("uma", labels(3))
    course.as_("uma").next_task()
    desk.refresh()
    check_screen("trainee_begun", desk, tmp_path)
    course.submit("uma", labels())
    desk.refresh()
    check_screen("trainee_passed", desk, tmp_path)
    check_screen("trainee_refused", TraineeDesk(course.training), tmp_path)


def test_instructions_empty_full_being_written_and_refused(tmp_path: Path) -> None:
    loop = Reviews(tmp_path)
    loop.project.update_instructions("", note="Away with them.")
    editor = InstructionEditor(loop.project)
    check_screen("instructions_empty", editor, tmp_path)
    loop.project.update_instructions("# Boxes\n\nEvery cell.", good=["All of it."], bad=["Half of it."])
    loop.project.give_feedback("Also cut ones?", section="Boxes", kind="missing")
    editor.refresh()
    check_screen("instructions_full", editor, tmp_path)
    editor._writing._heard(None, {"name": "text", "value": "# Boxes\n\nEach cell."}, [])
    loop.project.update_instructions("Theirs.", note="quicker")
    editor.act("refresh")
    check_screen("instructions_overtaken", editor, tmp_path)
    editor.act("against", "4")
    check_screen("instructions_changes", editor, tmp_path)
    check_screen("instructions_read", InstructionEditor(loop.as_("ann")), tmp_path)


def test_reviews_none_one_with_a_comment_and_a_refusal(tmp_path: Path) -> None:
    loop = Reviews(tmp_path)
    desk = ReviewDesk(loop.as_("ro"))
    check_screen("review_empty", desk, tmp_path)
    task, _ = loop.submit("ann", at_most=2)
    desk.act("refresh")
    label = next(one for one in task.labels() if isinstance(one, Label))
    desk.act("comment", f"{desk._task.id if desk._task else 0} 0", {"label": label.id, "text": "Tighter."})
    check_screen("review_commented", desk, tmp_path)
    desk.act("return", str(task.id), {"text": ""})
    check_screen("review_refused", desk, tmp_path)


def test_names_that_want_to_be_markup_stay_text_in_every_screen(tmp_path: Path) -> None:
    course = Course(tmp_path, name=EVIL, instructions=EVIL, trainees=[EVIL], reveal="after_each")
    course.project.give_feedback(EVIL, section=EVIL)
    course.project.update_instructions(EVIL, note=EVIL, good=[EVIL], bad=[EVIL])
    (task,) = course.submit(EVIL, labels(3))
    course.training.task(task.id).give_hint(EVIL)
    (tmp_path / "reviews").mkdir()
    reviews = Reviews(tmp_path / "reviews")
    reviews.project.add_member(EVIL, role="annotator")
    reviews.submit(EVIL, at_most=2)
    screens = [
        Comparison(course.training, task),
        TraineeDesk(course.as_(EVIL)),
        InstructionEditor(course.project),
        ReviewDesk(reviews.as_("ro")),
    ]
    for screen in screens:
        html = markup(screen) + screen.summary()
        assert "&lt;img src=x" in html, type(screen)
        assert "<img src=x" not in html, type(screen)
        assert "</script>" not in html, type(screen)
