"""The batches page, through the acts that its buttons and forms set off, against the rows in the file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import annowidgets as aw
from annowidgets.errors import InvalidInput, ProductionLocked
from annowidgets.widgets.audit_tool import AuditTool
from annowidgets.widgets.batch_form import languages_of
from annowidgets.widgets.batch_view import BatchView
from annowidgets.widgets.batches_page import BatchesPage
from annowidgets.widgets.instruction_editor import InstructionEditor
from annowidgets.widgets.review_desk import ReviewDesk
from tests.widgets.loops import LABELS, Loop, without_notices

BATCHES = "SELECT name, kind, state FROM batches ORDER BY id"


@pytest.fixture
def loop(tmp_path: Path) -> Loop:
    return Loop(tmp_path)


@pytest.fixture
def passed(tmp_path: Path) -> Loop:
    loop = Loop(tmp_path)
    loop.submit()
    loop.graded("approve", "approve", "approve", "fix")
    loop.batch.audit().complete()
    return loop


def message(page: BatchesPage) -> str:
    return page._message.html


def panel(page: BatchesPage) -> str:
    return page._panel.html


def row(page: BatchesPage, name: str) -> str:
    """The cells of a batch, as markup."""
    found = re.search(rf'<tr><th scope="row">{name}</th>(.*?)</tr>', page._table.html)
    assert found is not None, page._table.html
    return found[1]


def fields(**given: Any) -> dict[str, Any]:
    """What the form sends, as text."""
    names = ("name", "how", "size", "seed", "attempts", "most", "languages", "tags", "seconds")
    return dict.fromkeys(names, "") | {"attempts": "1"} | {name: str(value) for name, value in given.items()}


# --- the table


def test_a_project_without_batches_says_so(loop: Loop) -> None:
    project = loop.ws.create_project("Empty", ontology=loop.project.ontology)
    page = BatchesPage(project)
    assert '<td colspan="7" class="aw-mute">No batch yet.</td>' in page._table.html
    assert "<h2>Empty · Batches</h2>" in page._title.html


def test_a_batch_shows_how_far_labelling_and_audit_are(loop: Loop) -> None:
    page = BatchesPage(loop.project)
    assert "<td>calibration</td><td>in progress</td>" in row(page, "round 1")
    assert 'aria-label="0 of 4 tasks"' in row(page, "round 1")
    assert '<span class="aw-mute">after the audit</span>' in row(page, "round 1")
    loop.submit(at_most=3)
    page.act("refresh")
    assert "<td>auditing 0 / 4</td>" in row(page, "round 1")
    assert "<span>3 / 4</span>" in row(page, "round 1")
    loop.graded("approve", "approve")
    loop.batch.exclude_item("cell_3", reason="Blurred.")
    page.act("refresh")
    assert re.search(r"<td>auditing \d / [34]</td>", row(page, "round 1"))
    loop.batch.close_early(reason="Enough.")
    page.act("refresh")
    assert "<td>closed early, auditing" in row(page, "round 1")


def test_a_complete_calibration_shows_score_and_interval_coloured_by_the_policy(passed: Loop) -> None:
    ((score, low, high),) = passed.rows("SELECT score, low, high FROM certificates")
    page = BatchesPage(passed.project)
    assert f'<span class="aw-ok">{score:.1f}</span>' in row(page, "round 1")
    assert f"{low:.1f} – {high:.1f}" in row(page, "round 1")
    assert "<td>completed</td>" in row(page, "round 1")
    again = passed.launched("round 2")
    passed.submit(at_most=4)
    audit = again.audit()
    for _ in range(4):
        task = audit.next()
        assert task is not None
        audit.grade(task, "reject", reason="No.")
    audit.complete()
    page.act("refresh")
    assert re.search(r'<span class="aw-bad">\d+\.\d</span>', row(page, "round 2"))


def test_the_audit_that_runs_is_the_next_step_and_opens_in_place(loop: Loop) -> None:
    loop.submit()
    page = BatchesPage(loop.project)
    assert (
        'class="aw-primary" data-act="audit" data-key="1" aria-label="Open audit tool of round 1"' in page._table.html
    )
    page.act("audit", "1")
    tool = page.children[1]
    assert isinstance(tool, AuditTool)
    tool.act("approve", str(tool._current))
    tool.act("back")
    assert page._table in page.main.children
    assert "auditing 1 / 4" in row(page, "round 1")
    assert tool.comm is None


def test_a_batch_opens_in_place_and_leads_back(loop: Loop) -> None:
    page = BatchesPage(loop.project)
    page.act("open", "1")
    view = page.children[1]
    assert isinstance(view, BatchView)
    view.act("close_early", "", {"text": "Enough."})
    view.act("back")
    assert len(page.children) > 2
    assert "<td>closed early</td>" in row(page, "round 1")
    page.come_back()  # a late click does nothing
    assert len(page.children) > 2


def test_open_feedback_is_counted_and_what_has_no_task_is_answered_here(loop: Loop) -> None:
    (task,) = loop.submit(at_most=1)
    task.give_feedback("Do I box cut cells?")
    loop.as_("ann").give_feedback("Where are the examples?", kind="question")
    page = BatchesPage(loop.project)
    assert 'aria-label="Open round 1: 1 feedback without an answer">' in row(page, "round 1")
    assert "1 open" in row(page, "round 1")
    assert "Where are the examples?" in panel(page)
    assert "Do I box cut cells?" not in panel(page)
    page.act("decline", "2", {"text": "At the end."})
    assert loop.rows("SELECT state, answer FROM feedback WHERE id = 2") == [("declined", "At the end.")]
    assert "Where are the examples?" not in panel(page)
    assert "Declined: Where are the examples?" in message(page)


# --- the lock


def test_production_is_locked_with_the_figures_until_the_project_is_calibrated(loop: Loop) -> None:
    page = BatchesPage(loop.project)
    assert "<h3>Production is locked</h3>" in panel(page)
    assert "audited calibration batch on ontology version 1: " in panel(page)
    assert "(needs one)" in panel(page)
    with pytest.raises(ProductionLocked) as locked:
        loop.project.create_production_batch("production 1")
    assert "(needs one)" in locked.value.message
    assert re.search(
        r'data-act="new_production" disabled title="Production of &#x27;Blood&#x27; is locked', page.tools.html
    )
    page.act("new_production")
    assert "is locked: audited calibration batch on ontology version 1: none yet" in message(page)
    assert "Rule C2" in message(page)
    assert page._form is None


def test_what_is_only_advice_shows_as_advice_and_locks_nothing(passed: Loop) -> None:
    passed.as_("ann").give_feedback("Where are the examples?")
    page = BatchesPage(passed.project)
    assert '<h3><span class="aw-ok">Production is open</span></h3>' in panel(page)
    advice = r'<li class="aw-warn"><span aria-hidden="true">○</span><span><span class="aw-hear">advice: </span>'
    assert re.search(advice + "feedback without answer", panel(page))
    assert "needs advice" not in panel(page)
    assert 'data-act="new_production">New production batch' in page.tools.html


def test_the_check_opens_every_item_and_lists_what_it_found(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    page = BatchesPage(loop.project)
    said: list[str] = []
    check = loop.project.check
    monkeypatch.setattr(page.project, "check", lambda **options: (said.append(message(page)), check(**options))[1])
    page.act("check")
    assert "Opening 4 items …" in said[0]  # it can take long: what is seen meanwhile
    assert "Every item opens" in message(page)
    assert "all well" in panel(page)
    loop.project.item("cell_2").path.unlink()
    page.act("check")
    assert "The check found 1 thing; see the list beside." in message(page)
    assert "<b>cell_2</b>" in panel(page)
    assert "is missing" in panel(page)
    assert loop.actions.count("project.check") == 2


# --- new batches


def test_a_calibration_batch_is_drawn_and_launched(loop: Loop) -> None:
    loop.batch.close_early(reason="Over.")
    page = BatchesPage(loop.project)
    page.act("new_calibration")
    assert page.main.children == (page._form,)
    assert page._form is not None
    form = page._form._fields.html
    assert 'name="name" value="calibration 1" required' in form
    assert "about 20 is advised" in form
    assert 'form="' in page.footer.html
    page.act("create", "", fields(name="round 2", size=3, seed=7, attempts=2, most=3))
    assert loop.rows(BATCHES)[1] == ("round 2", "calibration", "in_progress")
    assert loop.rows("SELECT attempts_per_item, max_per_tasker FROM batches WHERE id = 2") == [(2, 3)]
    assert loop.rows("SELECT count(*) FROM tasks WHERE batch = 2") == [(6,)]
    assert "round 2 is launched: 3 items, 6 tasks in the queue." in message(page)
    assert "A calibration batch of 3 items is unusual" in message(page)
    assert "aw-is-warn" in message(page)
    assert page.footer.html == ""
    with without_notices():
        same = loop.project.create_calibration_batch
    loop.project.batch("round 2").close_early(reason="Over.")
    with without_notices():
        again = same("round 3", size=3, rng=7)
    assert {item.name for item in again.items} <= {f"cell_{n}" for n in range(4)}


def test_the_same_seed_draws_the_items_that_a_line_of_python_draws(tmp_path: Path) -> None:
    names = []
    for folder, by_program in ((tmp_path / "a", False), (tmp_path / "b", True)):
        folder.mkdir()
        loop = Loop(folder, items=8)
        loop.batch.close_early(reason="Over.")
        if by_program:
            with without_notices():
                loop.project.create_calibration_batch("round 2", size=3, rng=7)
        else:
            page = BatchesPage(loop.project)
            page.act("new_calibration")
            page.act("create", "", fields(name="round 2", size=3, seed=7))
        names.append([item.name for item in loop.project.batch("round 2").items])
    assert names[0] == names[1]


def test_items_are_chosen_by_hand_from_those_that_no_open_batch_holds(loop: Loop) -> None:
    loop.batch.close_early(reason="Over.")
    with without_notices():
        loop.project.create_calibration_batch("held", items=["cell_3"])
    page = BatchesPage(loop.project)
    page.act("new_calibration")
    assert page._form is not None
    page._form._fields.act("how", "", "hand")
    thumbnails = page._form._thumbnails
    assert thumbnails is not None
    assert thumbnails in page._form.children
    assert "0 of 3 chosen" in thumbnails.html
    assert "How many" not in page._form._fields.html
    page.act("create", "", fields(name="chosen"))
    assert "No item is chosen." in message(page)
    assert page._form is not None  # nothing that was filled in is lost
    thumbnails.choose(["1", "3"])
    page.act("create", "", fields(name="chosen"))
    assert [item.name for item in loop.project.batch("chosen").items] == ["cell_0", "cell_2"]


def test_requirements_are_read_and_hold(loop: Loop) -> None:
    loop.batch.close_early(reason="Over.")
    page = BatchesPage(loop.project)
    page.act("new_calibration")
    form = fields(name="round 2", size=2, languages="en c1, de: B2; pt-BR native", tags="blood, bone", seconds="90")
    page.act("create", "", form)
    ((stored,),) = loop.rows("SELECT requirements FROM batches WHERE id = 2")
    requirements = aw.Requirements(
        languages={"en": "C1", "de": "B2", "pt-BR": "native"}, tags=("blood", "bone"), min_instruction_seconds=90.0
    )
    assert stored == __import__("msgspec").json.encode(requirements).decode()
    assert "language en at C1" in str(loop.as_("ann").my_status())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "batch name"),
        ({"name": "round 1"}, "There is a batch &#x27;round 1&#x27;."),
        ({"name": "x", "size": "2.5"}, "The number of items must be a whole number, got 2.5."),
        ({"name": "x", "size": "0"}, "size must be a whole number from 1"),
        ({"name": "x", "seed": "<b>"}, "The seed must be a number, got &#x27;&lt;b&gt;&#x27;."),
        ({"name": "x", "languages": "English"}, "&#x27;English&#x27; is no language with a level."),
        ({"name": "x", "languages": "en D7"}, "there is no level"),
        ({"name": "x", "seconds": "-1"}, "min_instruction_seconds"),
    ],
)
def test_what_cannot_be_read_is_told_in_place_and_the_form_stays(loop: Loop, given: dict[str, str], said: str) -> None:
    loop.batch.close_early(reason="Over.")
    page = BatchesPage(loop.project)
    page.act("new_calibration")
    page.act("create", "", fields(**({"size": "3"} | given)))
    assert said in message(page)
    assert page._form is not None
    assert len(loop.rows(BATCHES)) == 1


def test_languages_may_have_names_of_several_words() -> None:
    assert languages_of("Swiss German C1,\n en = b2 ;") == {"Swiss German": "C1", "en": "B2"}
    assert languages_of("") == {}


def test_a_production_batch_takes_what_is_left_and_is_launched(passed: Loop) -> None:
    page = BatchesPage(passed.project)
    page.act("new_production")
    assert page._form is not None
    html = page._form._fields.html
    assert "all that no production batch and no open batch holds" in html
    assert "Attempts per item" not in html
    page.act("create", "", fields(name="production 1"))
    assert passed.rows(BATCHES)[1] == ("production 1", "production", "in_progress")
    assert passed.rows("SELECT count(*) FROM tasks WHERE batch = 2") == [(4,)]
    assert "production 1 is launched: 4 items, 4 tasks in the queue." in message(page)
    assert 'aria-label="0 of 4 tasks"' in row(page, "production 1")
    page.act("new_production")
    page.act("create", "", fields(name="production 2"))
    assert "there are no items to put into it" in message(page)


def test_a_lock_that_fell_meanwhile_is_refused_by_the_workflow_too(passed: Loop) -> None:
    page = BatchesPage(passed.project)
    page.act("new_production")
    passed.project.update_policy(min_score=100)
    page.act("create", "", fields(name="production 1"))
    assert "Rule C2" in message(page)
    assert len(passed.rows(BATCHES)) == 1


def test_a_draft_that_a_program_made_is_launched_from_its_row(loop: Loop) -> None:
    loop.batch.close_early(reason="Over.")
    with without_notices():
        loop.project.create_calibration_batch("draft", size=3)
    page = BatchesPage(loop.project)
    assert '<span class="aw-mute aw-num">3 items</span>' in row(page, "draft")
    assert 'data-act="launch" data-key="2"' in row(page, "draft")
    page.act("launch", "2")
    assert loop.rows(BATCHES)[1] == ("draft", "calibration", "in_progress")
    assert "draft is launched." in message(page)


def test_cancel_puts_the_form_away_and_a_late_send_makes_nothing(loop: Loop) -> None:
    page = BatchesPage(loop.project)
    page.act("new_calibration")
    page.act("cancel_form")
    assert page.main.children == (page._table,)
    page.act("create", "", fields(name="x", size=2))
    assert len(loop.rows(BATCHES)) == 1


# --- who, and what is written


def test_what_the_role_may_not_do_is_disabled_with_the_reason_and_refused(loop: Loop) -> None:
    page = BatchesPage(loop.as_("ann"))
    reason = "&#x27;ann&#x27; is annotator of &#x27;Blood&#x27; and may not"
    for act in ("new_calibration", "new_production"):
        assert f'data-act="{act}" disabled title="{reason} create and launch batches' in page.tools.html.replace(
            ' data-chord="c"', ""
        )
        page.act(act)
        assert reason in message(page)
        assert "Rule R1" in message(page)
        assert page._form is None
    assert f'data-act="audit" data-key="1" disabled title="{reason} audit' in row(page, "round 1")
    page.act("audit", "1")
    assert reason in message(page)
    assert f'data-act="check" disabled title="{reason}' in panel(page)
    page.act("check")
    assert reason in message(page)
    assert loop.actions.count("project.check") == 0
    page.act("open", "1")
    assert isinstance(page.children[1], BatchView)


def test_scores_are_not_shown_to_who_may_not_see_them(passed: Loop) -> None:
    ((score,),) = passed.rows("SELECT score FROM certificates")
    page = BatchesPage(passed.as_("ann"))
    assert f"{score:.1f}" not in page._table.html
    assert "after the audit" not in page._table.html


def test_an_archived_project_can_be_looked_at(passed: Loop) -> None:
    passed.project.archive()
    page = BatchesPage(passed.project)
    assert "is archived: it can be read, not changed." in page.tools.html
    page.act("check")
    assert "is archived" in message(page)


def test_every_text_of_a_person_is_escaped(tmp_path: Path) -> None:
    loop = Loop(tmp_path, name="<b>round</b>")
    loop.as_("ann").give_feedback("<script>alert(1)</script>", section="<i>x</i>")
    page = BatchesPage(loop.project)
    page.act("new_calibration")
    everything = page._table.html + panel(page) + str(page.summary()) + page._title.html
    assert "&lt;b&gt;round&lt;/b&gt;" in everything
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in everything
    for raw in ("<b>round", "<script", "<i>x"):
        assert raw not in everything


def test_without_a_kernel_there_are_the_figures(passed: Loop) -> None:
    ((score,),) = passed.rows("SELECT score FROM certificates")
    text = BatchesPage(passed.project)._repr_mimebundle_()["text/html"]
    assert "<p>Blood</p>" in text
    assert f"{score:.1f}" in text
    assert '<th scope="row">round 1</th><td>calibration</td><td>completed</td>' in text
    assert "mean accuracy" in text


def test_it_takes_a_project_or_a_file_with_a_name_and_nothing_else(loop: Loop) -> None:
    assert BatchesPage(loop.ws.database.path, "Blood", user="cy").project.workspace.user == "cy"
    with pytest.raises(InvalidInput, match="BatchesPage takes a project or the path of a workspace, got int"):
        BatchesPage(7)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="Which project of"):
        BatchesPage(loop.ws.database.path)
    with pytest.raises(InvalidInput, match="has no argument 'projekt'"):
        BatchesPage(projekt=loop.project)  # type: ignore[call-arg]


def test_it_leads_to_the_instructions_and_to_what_waits_for_review_and_back(loop: Loop) -> None:
    page = BatchesPage(loop.project)
    assert "Review" not in page.tools.html
    loop.batch.close_early(reason="Enough.")
    loop.project.update_settings(sampling_rate=1)
    loop.project.create_ground_truth_batch("gold").launch()
    loop.submit("ann", at_most=1)
    page._changes.look()
    assert "Review 1" in page.tools.html
    for act, screen in (("instructions", InstructionEditor), ("review", ReviewDesk)):
        page.act(act)
        assert isinstance(page.children[1], screen)
        page.children[1].act("back")
        assert page.children[0] is page._focus
        assert "Batches" in page._title.html


def test_a_batch_can_ask_for_a_passed_training(loop: Loop) -> None:
    page = BatchesPage(loop.project)
    page.act("new_calibration")
    assert "Passed training" not in page._form._fields.html  # type: ignore[union-attr]
    loop.batch.close_early(reason="Enough.")
    gold = loop.project.create_ground_truth_batch("gold")
    gold.submit_labels(dict.fromkeys(loop.project.items(), LABELS), progress=False)
    for name, mark in (("Onboarding", 80), ("Without a mark", None)):
        with without_notices():
            loop.ws.create_training_project(name, sources=[gold], trainees=["uma"], pass_mark=mark)
    other = loop.ws.as_user("zoe").create_project("Other", ontology=loop.project.ontology)
    other.add_images([loop.project.items()[0].path], progress=False)
    theirs = other.create_ground_truth_batch("gold")
    theirs.submit_labels({other.items()[0]: LABELS}, progress=False)
    with without_notices():
        other.workspace.create_training_project("Theirs", sources=[theirs], trainees=["uma"], pass_mark=80)
    page.act("new_calibration")
    form = page._form._fields.html  # type: ignore[union-attr]
    assert "Onboarding" in form
    assert "Without a mark" not in form
    assert "Theirs" not in form
    page.act("create", value={"name": "round 2", "size": "4", "attempts": "1", "training": "Onboarding"})
    ann = loop.as_("ann")
    assert ann.next_task() is None
    assert "Onboarding" in " ".join(ann.my_status().reasons)


def test_what_others_do_is_seen_at_the_next_look(loop: Loop) -> None:
    page = BatchesPage(loop.project)
    assert "0 / 4" in page._table.html
    loop.submit("ann", at_most=1)
    page._changes.look()
    assert "1 / 4" in page._table.html


def test_closing_it_closes_what_it_shows_and_what_it_keeps(loop: Loop) -> None:
    page = BatchesPage(loop.project)
    page.act("open", "1")
    view, table = page.children[1], page._table
    page.close()
    assert view.comm is None
    assert table.comm is None
