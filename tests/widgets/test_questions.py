"""Questions as a form, confidence, and the clock: what the kernel makes of a person's answers."""

from __future__ import annotations

from typing import Any

import pytest

from annowidgets.errors import InvalidInput
from annowidgets.labels import Checklist, Number, Option, Radio, Text
from annowidgets.widgets.clock import Clock
from annowidgets.widgets.confidence import Confidence
from annowidgets.widgets.questions import Questions

QUESTIONS = [
    Radio("quality", ["good", Option("bad", [Text("why", required=True)])], required=True),
    Checklist("defects", ["dust", "<stain>", "scratch"]),
    Number("count"),
]


def test_a_form_shows_each_kind_of_question_escaped_and_marks_what_is_required() -> None:
    form = Questions(QUESTIONS, {"quality": "good", "defects": ("<stain>",), "count": 3}, heading="Picture").html
    assert form == (
        '<h3>Picture</h3><form class="aw-questions">'
        '<fieldset><legend>quality<span class="aw-bad" title="required"> *</span></legend><div class="aw-options">'
        '<label><input type="radio" name="quality" value="good" checked data-act="answer" data-key="quality">'
        "good</label>"
        '<label><input type="radio" name="quality" value="bad" data-act="answer" data-key="quality">bad</label>'
        "</div></fieldset>"
        '<fieldset><legend>defects</legend><div class="aw-options">'
        '<label><input type="checkbox" name="defects" value="dust" data-act="tick defects" data-key="dust">dust</label>'
        '<label><input type="checkbox" name="defects" value="&lt;stain&gt;" checked data-act="tick defects" '
        'data-key="&lt;stain&gt;">&lt;stain&gt;</label>'
        '<label><input type="checkbox" name="defects" value="scratch" data-act="tick defects" data-key="scratch">'
        "scratch</label></div></fieldset>"
        '<label><div>count</div><input type="number" step="any" name="count" value="3" data-act="answer" '
        'data-key="count"></label></form>'
    )
    assert Questions().html == ""


def test_answers_are_taken_as_the_question_has_them() -> None:
    told: list[dict[str, Any]] = []
    form = Questions(QUESTIONS, on_change=told.append)
    form.act("answer", "quality", "bad")
    form.act("answer", "why", "  too dark ")
    form.act("tick defects", "scratch", True)
    form.act("tick defects", "dust", True)
    form.act("answer", "count", "3")
    assert form.answers == {"quality": "bad", "why": "too dark", "defects": ("dust", "scratch"), "count": 3}
    assert len(told) == 5
    form.act("answer", "count", "2.5")
    form.act("tick defects", "scratch", False)
    assert form.answers["count"] == 2.5
    assert form.answers["defects"] == ("dust",)


def test_an_emptied_answer_is_no_answer() -> None:
    form = Questions(QUESTIONS, {"quality": "bad", "why": "dark", "defects": ("dust",), "count": 3})
    form.act("answer", "why", " ")
    form.act("tick defects", "dust", False)
    form.act("answer", "count", "many")
    form.act("clear", "quality")
    assert form.answers == {}


def test_a_nested_question_is_asked_under_its_option_only_and_remembered() -> None:
    form = Questions(QUESTIONS, {"quality": "bad", "why": "dark"})
    assert 'data-key="why"' in form.html
    form.act("answer", "quality", "good")
    assert 'data-key="why"' not in form.html
    assert form.answers == {"quality": "good"}
    form.act("answer", "why", "x")  # not asked now
    form.act("answer", "quality", "bad")
    assert form.answers == {"quality": "bad", "why": "dark"}


def test_a_confidence_is_none_until_a_person_sets_it_and_only_ever_a_share() -> None:
    told: list[float | None] = []
    sure = Confidence(required=True, on_change=told.append)
    assert sure.value is None
    for message in ({"percent": 80}, {"percent": 0}, {"percent": 101}, {"percent": "x"}, {}, None):
        sure._heard(None, message, None)  # type: ignore[arg-type]
    assert told == [0.8, 0.0]
    assert sure.value == 0
    with pytest.raises(InvalidInput, match="from 0 to 1, got 80"):
        sure.value = 80


def test_of_two_confidences_that_overtake_each_other_the_one_set_last_counts() -> None:
    sure = Confidence()
    for page, number, percent in (("a", 1, 20), ("a", 3, 60), ("a", 2, 40), ("b", 1, 80), ("b", 2, 90)):
        sure._heard(None, {"percent": percent, "page": page, "number": number}, None)
        if percent in (40, 60):
            assert sure.value == 0.6
    assert sure.value == 0.9  # another page counts anew


def test_a_clock_takes_its_own_runs_reports_and_never_goes_back() -> None:
    ticks: list[float] = []
    clock = Clock(10, on_tick=ticks.append)
    first = clock.start[0]
    clock._heard(None, {"run": first, "seconds": 25.5}, None)
    clock._heard(None, {"run": first, "seconds": 20}, None)
    assert (clock.seconds, ticks) == (25.5, [25.5])
    clock.restart()
    clock._heard(None, {"run": first, "seconds": 40}, None)  # was under way when the next task began
    clock._heard(None, {"run": first + 1, "seconds": 3}, None)
    assert (clock.seconds, ticks) == (3.0, [25.5, 3.0])
