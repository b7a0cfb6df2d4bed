"""One batch on a screen, through the acts that its buttons and forms set off, against the rows in the file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import annowidgets as aw
from annowidgets.errors import InvalidInput
from annowidgets.widgets.audit_tool import AuditTool
from annowidgets.widgets.batch_view import BatchView
from tests.widgets.loops import Loop

TASK = "SELECT state, user, assignee, priority FROM tasks WHERE id = {}"


@pytest.fixture
def loop(tmp_path: Path) -> Loop:
    return Loop(tmp_path)


@pytest.fixture
def production(tmp_path: Path) -> Loop:
    """A running production batch of four tasks, "production 1", with ids from 5 on."""
    loop = Loop(tmp_path)
    loop.submit()
    loop.graded("approve", "approve", "approve", "approve")
    loop.batch.audit().complete()
    loop.project.update_settings(sampling_rate=0.0)
    loop.project.create_production_batch("production 1").launch()
    return loop


def message(view: BatchView) -> str:
    return view._message.html


def panel(view: BatchView) -> str:
    return view._panel.html


def cells(view: BatchView, item: str) -> list[str]:
    """The cells of an item's row, as markup."""
    found = re.search(rf'<tr><th scope="row">{item}(?:<span.*?</span>)?</th>(.*?)</tr>', view._table.html)
    assert found is not None, view._table.html
    return re.findall(r"<td[^>]*>(.*?)</td>", found[1])


# --- the tasks


def test_each_task_shows_state_tasker_time_confidence_grade_and_feedback(loop: Loop) -> None:
    loop.submit(at_most=2)
    loop.tasker(int(loop.rows("SELECT min(id) FROM tasks WHERE state = 'submitted'")[0][0])).give_feedback("Why & how?")
    loop.graded("approve")
    view = BatchView(loop.batch)
    ((item, user),) = loop.rows(
        "SELECT i.name, t.user FROM tasks t JOIN items i ON i.id = t.item WHERE t.state = 'graded'"
    )
    state, tasker, time, confidence, feedback, _ = cells(view, item)
    assert state == 'graded <span class="aw-chip aw-ok">approved</span>'
    assert (tasker, time, confidence) == (user, "02:10", "90 %")
    assert '<span class="aw-chip aw-warn">1 open</span>' in feedback
    assert "Why &amp; how?" in feedback
    ((item,),) = loop.rows("SELECT i.name FROM tasks t JOIN items i ON i.id = t.item WHERE t.state = 'queued' LIMIT 1")
    assert cells(view, item)[:5] == ["queued", "", "", "", ""]


def test_its_title_tells_kind_state_and_progress(loop: Loop) -> None:
    loop.submit(at_most=3)
    html = BatchView(loop.batch)._title.html
    assert "<h2>round 1</h2>" in html
    assert '<span class="aw-chip">calibration</span><span class="aw-chip">in progress</span>' in html
    assert "3 of 4 tasks" in html


def test_states_are_counted_and_one_can_be_looked_at_alone(loop: Loop) -> None:
    loop.submit(at_most=1)
    view = BatchView(loop.batch)
    assert re.findall(r">(all 4|queued 3|submitted 1)<", view._states.html) == ["all 4", "queued 3", "submitted 1"]
    view.act("filter", "submitted")
    assert view._table.html.count("<tr>") == 2
    assert 'data-key="submitted" aria-pressed="true"' in view._states.html
    view.act("filter", "")
    assert view._table.html.count("<tr>") == 5


def test_many_tasks_come_in_pages_of_which_only_the_rows_seen_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = Loop(tmp_path, items=30)
    made: list[int] = []
    from annowidgets.widgets import batch_panels

    make = batch_panels.task_row
    monkeypatch.setattr(
        batch_panels, "task_row", lambda task, *rest, **more: (made.append(task["id"]), make(task, *rest, **more))[1]
    )
    view = BatchView(loop.batch)
    assert "1-25 of 30" in view._table.html
    assert made == list(range(1, 26))
    view._table.act("page", "1")
    assert "26-30 of 30" in view._table.html
    assert "cell_29" in view._table.html
    view.act("refresh")
    assert "26-30 of 30" in view._table.html


def test_a_draft_says_what_it_holds_and_is_launched_here(production: Loop) -> None:
    production.project.batch("production 1").close_early(reason="Over.")
    gold = production.project.create_ground_truth_batch("gold")
    view = BatchView(gold)
    assert "Not launched yet: 4 items." in view._states.html
    assert "Not launched yet.</p>" in BatchView(production.batch_as("ann", gold))._states.html
    assert 'class="aw-primary" data-act="launch"' in view.tools.html
    view.act("launch")
    assert gold.state == "in_progress"
    assert "Launched: its tasks are in the queue." in message(view)
    assert 'data-act="audit"' not in view.tools.html


# --- feedback


def test_feedback_is_answered_beside_its_task_and_from_the_list_of_what_is_open(loop: Loop) -> None:
    first, second = loop.submit(at_most=2)
    first.give_feedback("Cut cells?", section="Boxes", kind="missing")
    second.give_feedback("Platelets?")
    view = BatchView(loop.batch)
    assert "<h3>Open feedback (2)</h3>" in panel(view)
    assert f'data-act="open" data-key="{first.id}" aria-label="Open {first.item.name}"' in panel(view)
    view.act("open", str(first.id))
    assert f"<h3>Task {first.id}</h3>" in panel(view)
    assert panel(view).count("Cut cells?</q>") == 2
    view.act("address", "1")
    assert "addressed in v1" in panel(view)
    assert "<h3>Open feedback (1)</h3>" in panel(view)
    view.act("decline", "2", {"text": "Not these."})
    rows = loop.rows("SELECT state, answer FROM feedback ORDER BY id")
    assert rows == [("addressed", None), ("declined", "Not these.")]
    view.act("decline", "2", {"text": "Again."})
    assert "is declined already" in message(view)
    assert '<span class="aw-chip">answered</span>' in cells(view, second.item.name)[4]
    view.act("unselect")
    assert "<h3>Task" not in panel(view)


# --- pace and claims


def test_pace_and_expected_end_are_those_of_the_last_hours(tmp_path: Path) -> None:
    loop = Loop(tmp_path, items=8)
    assert "Nothing was handed in during the last 4 hours; 8 tasks to go." in panel(BatchView(loop.batch))
    loop.submit(at_most=1)
    assert "Too little was handed in to tell the pace; 7 tasks to go." in panel(BatchView(loop.batch))
    loop.submit(at_most=4)  # a minute apart
    loop.at += 60
    view = BatchView(loop.batch)
    # four after the first, in five minutes: 48 an hour, so the three that are left take 3:45
    assert '<b class="aw-num">48.0</b> an hour lately, 3 tasks to go: about <b class="aw-num">3 min</b>' in panel(view)
    loop.at += 5 * 3600
    view.act("refresh")
    assert "Nothing was handed in during the last 4 hours; 3 tasks to go." in panel(view)
    loop.submit()
    view.act("refresh")
    assert "Everything is handed in." in panel(view)


def test_stalled_claims_are_listed_oldest_first_and_released(loop: Loop) -> None:
    held = []
    for user in ("ann", "bo"):
        task = loop.as_(user).next_task()
        assert task is not None
        held.append(task)
        loop.at += 600
    view = BatchView(loop.batch)
    assert "Stalled" not in panel(view)
    loop.at += 3600
    view.act("refresh")
    assert "<h3>Stalled claims (2)</h3>" in panel(view)
    assert re.findall(r"ran out (.*?) ago", panel(view)) == ["20 min", "10 min"]
    names = [task.item.name for task in held]
    assert re.findall(r"<div>(cell_\d) · <b>(ann|bo)</b>", panel(view)) == list(zip(names, ("ann", "bo"), strict=True))
    view.act("release", str(held[0].id))
    assert loop.rows(TASK.format(held[0].id)) == [("queued", None, None, 0)]
    assert "<h3>Stalled claims (1)</h3>" in panel(view)
    assert "Released" in message(view)


def test_a_claim_that_runs_can_be_released_too_and_an_ended_one_not(loop: Loop) -> None:
    task = loop.as_("ann").next_task()
    assert task is not None
    view = BatchView(loop.batch)
    view.act("open", str(task.id))
    assert "<dt>Lease</dt><dd>until " in panel(view)
    view.act("release", str(task.id))
    view.act("release", str(task.id))
    assert "Rule T1" in message(view)
    assert loop.rows(TASK.format(task.id)) == [("queued", None, None, 0)]


# --- directing


def test_a_queued_task_is_assigned_and_prioritised(loop: Loop) -> None:
    view = BatchView(loop.batch)
    view.act("open", "1")
    assert '<option value="ann">ann</option>' in panel(view)
    view.act("assign", "1", {"user": "ann"})
    assert "Task 1 waits for ann." in message(view)
    view.act("prioritise", "1", {"priority": "5"})
    assert loop.rows(TASK.format(1)) == [("queued", None, "ann", 5)]
    assert '<option value="ann" selected>ann</option>' in panel(view)
    assert '<span class="aw-mute">for ann</span>' in cells(view, "cell_0")[1]
    for value in ("", "1.5", "<b>"):
        view.act("prioritise", "1", {"priority": value})
        assert "A priority is a whole number, got " in message(view)
    assert loop.rows(TASK.format(1)) == [("queued", None, "ann", 5)]
    loop.submit()
    view.act("assign", "1", {"user": "bo"})
    assert "only queued and returned tasks are assigned" in message(view)


def test_an_item_is_excluded_with_a_reason(loop: Loop) -> None:
    loop.submit()
    view = BatchView(loop.batch)
    view.act("exclude", "2", {"text": " "})
    assert "needs a reason" in message(view)
    view.act("exclude", "2", {"text": "<Blurred>"})
    assert loop.rows("SELECT state, reason FROM tasks WHERE id = 2") == [("excluded", "<Blurred>")]
    assert "cell_1 is out of the batch." in message(view)
    view.act("open", "2")
    assert "&lt;Blurred&gt;" in panel(view)


def test_a_batch_is_closed_early_with_a_reason(production: Loop) -> None:
    batch = production.project.batch("production 1")
    production.submit("ann", at_most=1)
    view = BatchView(batch)
    view.act("close_early", "", {"text": ""})
    assert "needs a reason" in message(view)
    view.act("close_early", "", {"text": "Enough."})
    assert batch.state == "closed_early"
    assert sorted(production.rows("SELECT state FROM tasks WHERE batch = 2")) == [("cancelled",)] * 3 + [("completed",)]
    assert "Close early…" not in panel(view)
    view.act("close_early", "", {"text": "Again."})
    assert "Rule T1" in message(view)


def test_a_calibration_opens_its_audit_in_place_and_leads_back(loop: Loop) -> None:
    loop.submit()
    view = BatchView(loop.batch)
    assert 'class="aw-primary" data-act="audit">Open audit tool' in view.tools.html
    view.act("audit")
    tool = view.children[1]
    assert isinstance(tool, AuditTool)
    tool.act("approve", str(tool._current))
    tool.act("back")
    assert 'graded <span class="aw-chip aw-ok">approved</span>' in view._table.html
    assert tool.comm is None


# --- who, and what is written


def test_an_annotator_sees_the_own_tasks_and_can_direct_nothing(loop: Loop) -> None:
    loop.submit(at_most=2)
    view = BatchView(loop.batch_as("ann"))
    assert view._table.html.count("<tr>") == 2
    assert "approved" not in view._table.html
    mine = loop.rows("SELECT id FROM tasks WHERE user = 'ann'")[0][0]
    view.act("open", str(mine))
    assert "may not assign, prioritise" in panel(view)
    assert "Pace" not in panel(view)
    assert re.search(r'data-act="close_early" disabled title="&#x27;ann&#x27; is annotator', panel(view))
    for act, value in (("assign", {"user": "ann"}), ("exclude", {"text": "No."}), ("close_early", {"text": "No."})):
        view.act(act, str(mine), value)
        assert "Rule R1" in message(view)
    assert re.search(r'data-act="audit" disabled title="&#x27;ann&#x27; is annotator', view.tools.html)
    view.act("audit")
    assert "Rule R1" in message(view)
    other = loop.rows("SELECT id FROM tasks WHERE user = 'bo'")[0][0]
    view.act("release", str(other))
    assert "Rule R3" in message(view)
    assert loop.batch.state == "in_progress"


def test_somebody_without_a_task_is_told_so(loop: Loop) -> None:
    view = BatchView(loop.batch_as("bo"))
    assert "None of its tasks is yours." in view._states.html
    assert "Nothing here yet." in view._table.html


def test_every_text_of_a_person_is_escaped(tmp_path: Path) -> None:
    loop = Loop(tmp_path, name="<b>round</b>")
    loop.project.add_member("<i>eve</i>")
    (task,) = loop.submit("<i>eve</i>", at_most=1)
    task.give_feedback("<script>alert(1)</script>", section="<u>Boxes</u>")
    view = BatchView(loop.batch)
    view.act("open", str(task.id))
    everything = view._title.html + view._table.html + panel(view) + str(view.summary())
    assert "&lt;i&gt;eve&lt;/i&gt;" in everything
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in everything
    for raw in ("<b>round", "<i>eve", "<script", "<u>Boxes"):
        assert raw not in everything


def test_without_a_kernel_there_are_the_figures(loop: Loop) -> None:
    loop.submit(at_most=3)
    text = BatchView(loop.batch)._repr_mimebundle_()["text/html"]
    assert "<dt>Batch</dt><dd>round 1</dd><dt>Kind</dt><dd>calibration</dd><dt>State</dt><dd>in progress</dd>" in text
    assert "<dt>Tasks queued</dt><dd>1</dd><dt>Tasks submitted</dt><dd>3</dd>" in text


def test_it_takes_a_batch_and_nothing_else(loop: Loop) -> None:
    with pytest.raises(InvalidInput, match="BatchView takes a batch, got Project"):
        BatchView(loop.project)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="has no argument 'bach'"):
        BatchView(bach=loop.batch)  # type: ignore[call-arg]
    assert aw.BatchView is BatchView
