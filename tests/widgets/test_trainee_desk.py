"""The trainee's desk: own tasks and nothing of others, labelling, and what is shown when it is shown (A4-A6, A10)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from annowidgets.errors import InvalidInput, NotFound
from annowidgets.widgets.comparison import Comparison
from annowidgets.widgets.label_desk import LabelDesk
from annowidgets.widgets.trainee_desk import TraineeDesk
from tests.widgets.courses import Course, labels


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path, pass_mark=80)


def _shown(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def _desk_on(desk: TraineeDesk) -> LabelDesk:
    (shown,) = (one for one in desk.children if isinstance(one, LabelDesk))
    return shown


def test_a_new_trainee_sees_the_instructions_the_pass_mark_and_what_is_to_do(course: Course) -> None:
    desk = TraineeDesk(course.as_("uma"))
    told = _shown(desk._told.html)
    assert "Instructions, version 1 pass mark 80" in told
    assert "Box every cell." in told
    assert _shown(desk._table.html).count("to do Initiate") == 2
    assert "0 of 2 tasks done" in _shown(desk._title.html)
    assert "Start labelling" in desk.tools.html


def test_nothing_of_others_is_there(course: Course) -> None:
    course.submit("vic", labels())
    desk = TraineeDesk(course.as_("uma"))
    everything = desk._table.html + desk._title.html + desk._panel.html + desk._told.html + desk.summary()
    assert "vic" not in everything
    assert "done" not in _shown(desk._table.html)


def test_initiate_begins_that_very_task_and_back_shows_how_far_one_is(course: Course) -> None:
    desk = TraineeDesk(course.as_("uma"))
    second = course.as_("uma").tasks()[1]
    desk.act("begin", str(second.id))
    inner = _desk_on(desk)
    assert inner.task == second
    inner.act("back")
    assert "begun" in _shown(desk._table.html)
    assert "Go on labelling" in desk.tools.html
    desk.act("start")
    assert _desk_on(desk).task == second


def test_a_task_that_is_handed_in_is_done_and_cannot_be_opened_again(course: Course) -> None:
    desk = TraineeDesk(course.as_("uma"))
    desk.act("start")
    inner = _desk_on(desk)
    first = inner.task
    assert first is not None
    assert 'data-act="skip"' not in inner.footer.html
    inner.act("submit")
    inner.act("submit")  # without a label, said twice
    assert 'data-act="recall"' not in inner.footer.html
    assert inner.task != first
    inner.act("back")
    row = _shown(desk._table.html)
    assert "done" in row
    assert "not shown yet" in row
    desk.act("begin", str(first.id))
    assert "submitted" in _shown(desk._message.html)
    assert not any(isinstance(one, LabelDesk) for one in desk.children)


def test_scores_and_comparisons_come_when_the_training_reveals_them(tmp_path: Path) -> None:
    course = Course(tmp_path, pass_mark=80, reveal="after_last")
    (first,) = course.submit("uma", labels(4))
    desk = TraineeDesk(course.as_("uma"))
    assert "Compare" not in desk._table.html
    desk.act("compare", str(first.id))
    assert "A10" in desk._message.html
    course.submit("uma", labels())
    desk.refresh()
    score = course.training.compare(first.id).score
    assert f"{score:.1f}" in _shown(desk._table.html)
    assert "Your score" in desk._panel.html
    desk.act("compare", str(first.id))
    (comparison,) = (one for one in desk.children if isinstance(one, Comparison))
    assert "cell 1" in comparison._table.html
    comparison.act("back")
    assert "Compare" in desk._table.html


def test_a_lead_has_no_tasks_and_is_told_why(course: Course) -> None:
    desk = TraineeDesk(course.training)
    assert "aw-is-bad" in desk._message.html
    assert "may not annotate" in desk.summary()


def test_what_others_wrote_is_text(tmp_path: Path) -> None:
    course = Course(tmp_path, name="<script>alert(1)</script>", instructions="<img src=x onerror=alert(1)>")
    desk = TraineeDesk(course.as_("uma"))
    assert "<script" not in desk._title.html + desk.summary()
    assert "<img" not in desk._told.html


def test_a_file_and_a_name_open_it_and_anything_else_says_what_is_needed(course: Course) -> None:
    path = course.ws.database.path
    assert TraineeDesk(path, "Onboarding", user="uma").training.name == "Onboarding"
    assert TraineeDesk(course.training, user="uma").training.workspace.user == "uma"
    with pytest.raises(InvalidInput, match="Which training project"):
        TraineeDesk(path)
    with pytest.raises(InvalidInput, match="no name to look for"):
        TraineeDesk(course.training, "Onboarding")
    with pytest.raises(InvalidInput, match="TraineeDesk has no argument"):
        TraineeDesk(course.training, users="uma")
    with pytest.raises(InvalidInput, match="TraineeDesk takes a training project"):
        TraineeDesk(course.project)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="Onbording"):
        TraineeDesk(path, "Onbording", user="uma")


def test_a_further_round_stands_above_the_one_before(tmp_path: Path) -> None:
    course = Course(tmp_path, reveal="never")
    course.submit("uma", labels(), labels())
    course.training.new_round(["uma"])
    desk = TraineeDesk(course.as_("uma"))
    rows = _shown(desk._table.html)
    assert rows.index("round 2") < rows.index("round 1")
    assert "round 2" in desk._title.html


def test_the_summary_tells_how_far_one_is(course: Course) -> None:
    course.submit("uma", labels(), labels())
    said = _shown(TraineeDesk(course.as_("uma")).summary())
    assert said == "Training Onboarding Done 2 of 2 Score 100.0 Passed yes"
