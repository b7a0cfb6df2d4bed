"""The audit tool, through the acts that its buttons and keys set off, against the rows in the file."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances
from PIL import Image

import annowidgets as aw
from annowidgets.errors import InvalidInput, PermissionDenied, RuleViolation
from annowidgets.labels import Label
from annowidgets.widgets.audit_tool import AuditTool
from annowidgets.widgets.calibration_result import reliability_pictures
from annowidgets.widgets.comparison import Comparison
from annowidgets.widgets.editor import Editor
from tests.widgets.loops import LABELS, Loop

HOSTILE = "<img src=x onerror=alert(1)> & \"quotes\" 'too'"


@pytest.fixture
def loop(tmp_path: Path) -> Loop:
    made = Loop(tmp_path)
    made.submit()
    return made


def message(tool: AuditTool) -> str:
    return tool._message.html


def panel(tool: AuditTool) -> str:
    return tool._panel.html


def title(tool: AuditTool) -> str:
    return tool._title.html


def shown(tool: AuditTool) -> str:
    """Name of the item that is on the screen."""
    found = re.search(r"<dt>Item</dt><dd>(.*?)</dd>", panel(tool))
    return found[1] if found else ""


GRADES = (
    "SELECT i.name, g.grade, g.accuracy, g.reason, g.auditor FROM grades g JOIN tasks t ON t.id = g.task "
    "JOIN items i ON i.id = t.item ORDER BY t.id"
)


# --- looking


def test_it_opens_at_the_first_ungraded_attempt_and_holds_its_item(loop: Loop) -> None:
    loop.graded("approve")
    tool = AuditTool(loop.batch)
    assert shown(tool) == "cell_1"
    assert "<h2>Audit · round 1</h2>" in title(tool)
    assert "1 of 4 graded" in title(tool)
    held = "SELECT i.name, l.auditor FROM audit_locks l JOIN items i ON i.id = l.item ORDER BY i.id"
    assert loop.rows(held) == [("cell_0", "lead"), ("cell_1", "lead")]


def test_beside_the_attempt_stand_its_facts_and_its_labels_by_class(loop: Loop) -> None:
    tool = AuditTool(loop.batch)
    tasker = loop.project.task(1).user
    assert f"<dt>Tasker</dt><dd>{tasker}</dd><dt>Time</dt><dd>02:10</dd><dt>Confidence</dt><dd>90 %</dd>" in panel(tool)
    assert "<dt>Instructions</dt><dd>version 1</dd>" in panel(tool)
    assert "<h3>Labels (2)</h3>" in panel(tool)
    assert 'RBC<span class="aw-mute aw-num">1</span>' in panel(tool)
    assert 'title="kind: odd" aria-label="Show WBC 1 odd" aria-pressed="false">1 odd</button>' in panel(tool)
    assert "<dt>quality</dt><dd>good</dd>" in panel(tool)
    assert "Not graded yet." in panel(tool)


def test_a_label_can_be_shown_and_all_can_be_hidden(loop: Loop) -> None:
    tool = AuditTool(loop.batch)
    wbc = LABELS[1]
    assert isinstance(wbc, Label)
    tool.act("highlight", wbc.id)
    assert f'data-key="{wbc.id}" title="kind: odd" aria-label="Show WBC 1 odd" aria-pressed="true"' in panel(tool)
    editor = tool._attempts_view._editor
    assert editor is not None
    assert editor.stage.read_only
    assert editor.selected == wbc
    assert editor.labels == LABELS[:2]
    tool.act("highlight", wbc.id)
    assert editor.selected is None
    tool.act("hide")
    assert editor.labels == []
    tool.act("next")
    assert len(editor.labels) == 2


def test_one_moves_between_attempts_by_buttons_and_by_the_sheet(loop: Loop) -> None:
    tool = AuditTool(loop.batch)
    assert 'disabled aria-label="Previous attempt"' in tool.tools.html
    for act, expected in (("next", "cell_1"), ("next", "cell_2"), ("previous", "cell_1")):
        tool.act(act)
        assert shown(tool) == expected
    sheet = tool._attempts_view._sheet
    sheet._choose(sheet._tiles[3].key)
    assert shown(tool) == "cell_3"
    tool.act("next")  # from the last on to the first
    assert shown(tool) == "cell_0"
    assert loop.rows(GRADES) == []


def test_many_attempts_come_in_pages_and_the_page_follows_the_attempt(tmp_path: Path) -> None:
    loop = Loop(tmp_path, items=30)
    loop.submit()
    tool = AuditTool(loop.batch)
    view = tool._attempts_view
    assert [tile.name for tile in view._sheet._tiles] == [f"cell_{n}" for n in range(24)]
    assert "page 1 of 2" in view._pages.html
    view._pages.act("page", "1")
    assert [tile.name for tile in view._sheet._tiles] == [f"cell_{n}" for n in range(24, 30)]
    assert view._sheet.selected is None
    view._sheet._choose(view._sheet._tiles[0].key)
    assert (shown(tool), view._sheet.selected) == ("cell_24", view._sheet._tiles[0].key)
    tool.act("previous")
    assert (shown(tool), view._sheet._tiles[0].name) == ("cell_23", "cell_0")


def test_a_batch_without_attempts_says_what_it_waits_for(tmp_path: Path) -> None:
    tool = AuditTool(Loop(tmp_path).batch)
    assert "0 of 4 graded" in title(tool)
    assert "Attempts appear here when they are submitted." in tool._attempts_view._head.html
    assert "when the last 4 attempts are graded, 4 of them not submitted yet." in panel(tool)
    assert 'disabled title="4 attempts without a grade, 4 of them not submitted yet">Complete audit' in tool.tools.html
    tool.act("next")
    assert "There is no other attempt to grade now: 4 attempts not submitted yet." in message(tool)
    tool.act("approve")
    assert "There is no attempt to grade yet." in message(tool)


def test_refresh_finds_what_others_handed_in(tmp_path: Path) -> None:
    loop = Loop(tmp_path)
    tool = AuditTool(loop.batch)
    loop.submit()
    tool.act("refresh")
    assert [tile.name for tile in tool._attempts_view._sheet._tiles] == [f"cell_{n}" for n in range(4)]
    tool.act("next")
    assert shown(tool) == "cell_0"


# --- grading


def test_approving_writes_the_grade_and_opens_the_next(loop: Loop) -> None:
    tool = AuditTool(loop.batch)
    tool.act("approve", str(tool._current))
    assert loop.rows(GRADES) == [("cell_0", "approve", 1.0, None, "lead")]
    assert shown(tool) == "cell_1"
    assert "cell_0 approved." in message(tool)
    assert "1 of 4 graded" in title(tool)
    assert tool._attempts_view._sheet._marks == {"1": "approve"}


def test_rejecting_needs_a_reason(loop: Loop) -> None:
    tool = AuditTool(loop.batch)
    for value in (None, {"text": "  "}):
        tool.act("reject", str(tool._current), value)
        assert "needs a reason" in message(tool)
        assert loop.rows(GRADES) == []
    tool.act("reject", str(tool._current), {"text": "All shifted."})
    assert loop.rows(GRADES) == [("cell_0", "reject", 0.0, "All shifted.", "lead")]
    tool.act("previous")
    assert '<span class="aw-chip aw-bad">rejected</span> accuracy <b class="aw-num">0.00</b>' in panel(tool)
    assert "<q>All shifted.</q>" in panel(tool)


def test_fixing_a_copy_grades_by_how_much_was_right(loop: Loop) -> None:
    tool = AuditTool(loop.batch)
    task = tool._current
    tool.act("fix", str(task))
    assert tool._fixing is not None
    assert tool._fixing.labels == LABELS
    assert "Correcting a copy of cell_0" in tool.footer.html
    assert tool.tools.html == ""
    assert tool._shortcuts.chords == ["ctrl+enter"]  # a key for a grade would throw the fix away
    more = [Label("RBC", aw.BoundingBox(100, 80, 30, 30)), Label("RBC", aw.BoundingBox(5, 80, 30, 30))]
    editor = tool._fixing.editor
    assert editor is not None
    editor.set_labels([*editor.labels, *more])
    tool.act("save_fix")
    ((item, grade, accuracy, _, _),) = loop.rows(GRADES)
    # of five things (four boxes, one answer) two boxes and the answer were right
    assert (item, grade, accuracy) == ("cell_0", "fix", pytest.approx(3 / 5))
    assert 'cell_0 fixed: its accuracy is <b class="aw-num">0.60</b>.' in message(tool)
    assert shown(tool) == "cell_1"
    assert "a" in tool._shortcuts.chords
    tool.act("previous")
    assert "<h3>Labels (4)</h3>" in panel(tool)
    tool.act("version", "submitted")
    assert "<h3>Labels (2)</h3>" in panel(tool)
    assert loop.project.task(int(task or 0)).state == "graded"


def test_a_fix_begins_with_the_last_one_and_can_be_cancelled(loop: Loop) -> None:
    loop.graded("fix")
    tool = AuditTool(loop.batch)
    tool.act("previous")
    tool.act("fix")
    assert tool._fixing is not None
    assert len(tool._fixing.labels) == 4
    tool.act("cancel_fix")
    assert tool._fixing is None
    assert shown(tool) == "cell_0"
    assert len(loop.rows("SELECT * FROM label_sets WHERE kind = 'audit'")) == 1
    tool.act("save_fix")  # a late key does nothing
    assert len(loop.rows("SELECT * FROM label_sets WHERE kind = 'audit'")) == 1


def test_a_closed_audit_leaves_no_widget_in_the_kernel(loop: Loop) -> None:
    AuditTool(loop.batch).close()  # what ipycanvas makes for all pictures is there from now on
    before = set(_instances)
    tool = AuditTool(loop.batch)
    tool.act("fix")
    tool.close()
    assert set(_instances) == before


@pytest.mark.parametrize("act", ["fix", "next", "approve", "pick", "refresh", "back"])
def test_a_press_before_the_editor_came_leaves_the_fix_with_its_attempt(loop: Loop, act: str) -> None:
    tool = AuditTool(loop.batch)
    tool.act("fix")
    task, bench = tool._current, tool._fixing
    tool.act(act, str(task + 1 if act == "pick" else task))  # type: ignore[operator]
    assert (tool._current, tool._fixing) == (task, bench)
    tool.act("save_fix")
    grades = loop.batch.tasks().to_frame().set_index("id")["grade"].dropna()
    assert grades.to_dict() == {task: "fix"}


def test_answers_and_attributes_are_fixed_too(loop: Loop) -> None:
    tool = AuditTool(loop.batch)
    tool.act("fix")
    bench = tool._fixing
    assert bench is not None
    assert isinstance(bench.editor, Editor)
    bench.editor._heard({"type": "select", "label": bench.editor.labels[1].id})
    bench._attributes.act("answer", "kind", "round")
    bench._classifications.act("answer", "quality", "blurred")
    bench._classifications.act("answer", "count", "2")
    tool.act("save_fix")
    ((stored,),) = loop.rows("SELECT labels FROM label_sets WHERE kind = 'audit'")
    labels = aw.labels.labels_from_json(stored)
    assert labels[1].attributes == {"kind": "round"}
    assert labels[2:] == [aw.Answer("quality", "blurred"), aw.Answer("count", 2, frame=0)]


def test_a_fix_that_is_refused_keeps_the_editor_and_the_work(loop: Loop) -> None:
    tool = AuditTool(loop.batch)
    tool.act("fix")
    bench = tool._fixing
    assert bench is not None
    assert bench.editor is not None
    loop.project.set_role("cy", "admin")
    loop.as_("cy").set_role("lead", "reviewer")
    tool.act("save_fix")
    assert "is reviewer of" in message(tool)
    assert tool._fixing is bench
    assert tool.main.children == (bench.editor.stage,)


def test_labels_of_every_shape_are_fixed(tmp_path: Path) -> None:
    ontology = aw.Ontology(
        objects=[aw.ObjectClass("cell", shape="polygon"), aw.ObjectClass("box", shape="bounding_box")]
    )
    loop = Loop(tmp_path, ontology=ontology)
    outline = Label("cell", aw.Polygon([(10, 10), (60, 10), (30, 60)]))
    loop.submit(labels=[outline])
    tool = AuditTool(loop.batch)
    tool.act("fix")
    assert tool._fixing is not None
    assert tool._fixing.labels == [outline]


def test_a_grade_can_be_changed_until_the_audit_is_complete_and_one_stays_there(loop: Loop) -> None:
    loop.graded("approve", "approve")
    tool = AuditTool(loop.batch)
    tool.act("previous")
    tool.act("reject", str(tool._current), {"text": "No."})
    assert loop.rows(GRADES)[1] == ("cell_1", "reject", 0.0, "No.", "lead")
    assert shown(tool) == "cell_1"
    assert "2 of 4 graded" in title(tool)


def test_a_key_that_was_meant_for_the_picture_before_grades_nothing(loop: Loop) -> None:
    tool = AuditTool(loop.batch)
    first = str(tool._current)
    tool.act("reject", first, {"text": "No."})
    tool.act("approve", first)
    assert loop.rows(GRADES) == [("cell_0", "reject", 0.0, "No.", "lead")]
    assert "Nothing was changed: cell_0 was left already." in message(tool)


def test_own_attempts_are_refused_with_the_text_of_the_rule(tmp_path: Path) -> None:
    loop = Loop(tmp_path)
    loop.project.task(1).assign("lead")
    loop.submit("lead", at_most=1)
    loop.submit()
    tool = AuditTool(loop.batch)
    assert shown(tool) == "cell_1"  # not one's own
    tool.act("previous")
    assert "may not audit their own labels. Ask somebody else" in panel(tool)
    assert re.search(r'data-act="approve" data-key="1" data-chord="a" disabled', panel(tool))
    for act, value in (("approve", None), ("reject", {"text": "No."}), ("fix", None)):
        tool.act(act, "1", value)
        assert "may not audit their own labels." in message(tool)
        assert "Rule T5" in message(tool)
    assert loop.rows(GRADES) == []
    loop.graded("approve", "approve", "approve")
    tool.act("next")
    assert "There is no other attempt to grade now." in message(tool)


def test_an_item_that_another_auditor_holds_names_them(loop: Loop) -> None:
    other = loop.batch_as("cy").audit().next()
    assert other is not None
    tool = AuditTool(loop.batch)
    assert shown(tool) == "cell_1"
    tool.act("previous")
    assert "cy audits this item at the moment" in panel(tool)
    for act in ("approve", "fix"):
        tool.act(act, str(other.id))
        assert "cy audits &#x27;cell_0&#x27;." in message(tool)
        assert "Rule C4" in message(tool)
    assert loop.rows(GRADES) == []
    loop.at += 3601  # the lease has run out
    tool.act("refresh")
    tool.act("approve", str(other.id))
    assert loop.rows(GRADES) == [("cell_0", "approve", 1.0, None, "lead")]


def test_several_attempts_at_an_item_are_told_apart_by_their_taskers(tmp_path: Path) -> None:
    loop = Loop(tmp_path, items=2, attempts_per_item=2)
    loop.submit()
    tool = AuditTool(loop.batch)
    names = [tile.name for tile in tool._attempts_view._sheet._tiles]
    assert sorted(names) == [f"cell_{item} · {user}" for item in (0, 1) for user in ("ann", "bo")]
    assert [name[:6] for name in names] == ["cell_0", "cell_0", "cell_1", "cell_1"]


def test_excluded_attempts_are_seen_and_not_counted(loop: Loop) -> None:
    loop.batch.exclude_item("cell_0", reason=HOSTILE)
    tool = AuditTool(loop.batch)
    assert "0 of 3 graded" in title(tool)
    tool.act("previous")
    assert shown(tool) == "cell_0"
    assert "excluded" in panel(tool)
    assert "&lt;img src=x onerror=alert(1)&gt;" in panel(tool)
    assert 'data-act="approve"' not in panel(tool)


def test_a_picture_that_is_gone_is_told_and_everything_else_is_there(loop: Loop) -> None:
    loop.project.item("cell_1").path.unlink()
    tool = AuditTool(loop.batch)
    tool.act("approve", str(tool._current))
    assert "is missing" in message(tool)
    assert "Rule P3" in message(tool)
    assert loop.rows(GRADES) == [("cell_0", "approve", 1.0, None, "lead")]
    assert shown(tool) == "cell_1"
    assert tool._attempts_view._stage.children == ()
    tool.act("reject", str(tool._current), {"text": "The picture is gone."})
    assert shown(tool) == "cell_2"
    assert len(tool._attempts_view._stage.children) == 1


# --- feedback


def test_feedback_on_the_attempt_is_answered_in_place(loop: Loop) -> None:
    task = loop.project.task(1)
    tasker = loop.tasker(1)
    tasker.give_feedback("Do I box cut cells?", section="Boxes", kind="missing")
    tasker.give_feedback("And platelets?", kind="question")
    tool = AuditTool(loop.batch)
    assert f"<b>{task.user}</b> · missing · Boxes · instructions v1" in panel(tool)
    assert "<q>Do I box cut cells?</q>" in panel(tool)
    tool.act("address", "1")
    assert "addressed in v1" in panel(tool)
    tool.act("decline", "2", {"text": "As it says."})
    assert "Declined: And platelets?" in message(tool)
    rows = loop.rows("SELECT state, version, answer FROM feedback ORDER BY id")
    assert rows == [("addressed", 1, None), ("declined", None, "As it says.")]
    tool.act("next")
    assert "Do I box" not in panel(tool)
    assert task.state == "submitted"


# --- the end


def test_it_can_be_completed_only_when_all_is_graded(loop: Loop) -> None:
    loop.graded("approve", "approve", "approve")
    tool = AuditTool(loop.batch)
    assert 'disabled title="1 attempt without a grade">Complete audit' in tool.tools.html
    assert "appear here when the last attempt is graded." in panel(tool)
    tool.act("complete")
    assert "is not complete" in message(tool)
    assert "Rule C5" in message(tool)
    assert loop.rows("SELECT * FROM certificates") == []
    tool.act("approve", str(tool._current))
    assert "Complete the audit; grades are final from then on." in panel(tool)
    assert 'class="aw-primary" data-act="complete" title="Adds' in tool.tools.html


def test_completing_shows_score_conditions_curve_and_the_open_lock(loop: Loop) -> None:
    loop.graded("approve", "approve", "approve", "fix")
    tool = AuditTool(loop.batch)
    assert tool._result.layout.display == "none"
    tool.act("complete")
    result = loop.batch.result
    ((score, low, high, passed),) = loop.rows("SELECT score, low, high, passed FROM certificates")
    assert passed == 1
    shown = tool._result.html
    assert f'<div class="aw-figure aw-ok">{score:.1f}</div>' in shown
    assert f"95 % interval {low:.1f} to {high:.1f}" in shown
    assert f'calibration score: <b class="aw-num">{score:.1f}</b><span class="aw-mute"> (needs ≥ 80.0)</span>' in shown
    assert "Production is open." in shown
    assert "4 at a confidence of 90 % were accurate to 94 %" in shown
    assert set(tool._result.images) == {"light", "dark"}
    assert "complete" in title(tool)
    assert f"Calibration score {result.score:.1f}" in message(tool)


def test_pressing_complete_twice_shows_the_same_result(loop: Loop) -> None:
    loop.graded("approve", "approve", "approve", "approve")
    tool = AuditTool(loop.batch)
    tool.act("complete")
    said = message(tool)
    tool.act("complete")
    assert message(tool) == said
    assert len(loop.rows("SELECT * FROM certificates")) == 1


def test_the_curve_is_drawn_for_light_and_for_dark_pages_on_no_ground(loop: Loop) -> None:
    loop.graded("approve", "approve", "approve", "fix")
    loop.batch.audit().complete()
    for theme, ink in (("light", (31, 35, 40)), ("dark", (230, 232, 235))):
        pixels = np.asarray(Image.open(io.BytesIO(reliability_pictures(loop.batch)[theme])))
        assert pixels[0, 0, 3] == 0
        opaque = pixels[pixels[..., 3] == 255][:, :3]
        assert (opaque == ink).all(axis=1).any()


def test_a_failed_calibration_says_what_keeps_production_locked(loop: Loop) -> None:
    loop.graded("approve", "reject", "reject", "reject")
    tool = AuditTool(loop.batch)
    tool.act("complete")
    shown = tool._result.html
    assert '<span class="aw-chip aw-bad">not passed</span>' in shown
    assert "Production is locked." in shown
    assert "mean accuracy: 0.25 (needs" in shown
    assert "aw-is-warn" in message(tool)


def test_afterwards_attempts_are_read_only(loop: Loop) -> None:
    loop.graded("approve", "approve", "approve", "reject")
    loop.batch.audit().complete()
    tool = AuditTool(loop.batch)
    assert shown(tool) == "cell_0"
    for act in ("approve", "reject", "fix"):
        assert f'data-act="{act}"' not in panel(tool)
    assert "Complete audit" not in tool.tools.html
    before = loop.rows(GRADES)
    tool.act("reject", str(tool._current), {"text": "No."})
    assert "its grades stay" in message(tool)
    tool.act("fix", str(tool._current))
    assert "its grades stay" in message(tool)
    tool.act("next")
    assert loop.rows(GRADES) == before
    assert shown(tool) == "cell_1"


def test_an_audited_attempt_is_promoted_with_concepts_and_difficulty(loop: Loop) -> None:
    loop.graded("approve", "approve", "approve", "reject")
    loop.batch.audit().complete()
    tool = AuditTool(loop.batch)
    fields = {"kind": "evaluation", "scope": "one", "concepts": " border cells, overlap ,", "difficulty": "easy"}
    tool.act("promote", str(tool._current), fields)
    assert "cell_0 is an evaluation task now (border cells, overlap, easy)." in message(tool)
    rows = loop.rows("SELECT task, kind, concepts, difficulty FROM promotions")
    assert rows == [(1, "evaluation", '["border cells", "overlap"]', "easy")]
    assert '<span class="aw-chip aw-ok">evaluation task</span>' in panel(tool)
    assert "border cells · overlap · easy" in panel(tool)
    tool.act("promote", str(tool._current), fields)
    assert "has its gold already" in message(tool)
    assert "Rule Q1" in message(tool)


def test_all_that_can_be_are_promoted_at_once_and_the_rejected_are_not(loop: Loop) -> None:
    loop.graded("approve", "fix", "reject", "approve")
    loop.batch.audit().complete()
    tool = AuditTool(loop.batch)
    assert "all 3 that can be" in panel(tool)
    tool.act("promote", str(tool._current), {"kind": "training", "scope": "all", "concepts": "", "difficulty": ""})
    assert "3 attempts became training tasks." in message(tool)
    assert loop.rows("SELECT task, kind FROM promotions ORDER BY task") == [(n, "training") for n in (1, 2, 4)]
    for _ in range(2):
        tool.act("next")
    assert shown(tool) == "cell_2"
    assert "Only attempts that the audit approved or fixed can be promoted." in panel(tool)


def test_of_several_attempts_at_an_item_one_becomes_its_gold(tmp_path: Path) -> None:
    loop = Loop(tmp_path, items=2, attempts_per_item=2)
    loop.submit()
    loop.graded("fix", "approve", "approve", "approve")
    loop.batch.audit().complete()
    tool = AuditTool(loop.batch)
    tool.act("promote", str(tool._current), {"kind": "training", "scope": "all"})
    assert loop.rows("SELECT task FROM promotions ORDER BY task") == [(2,), (3,)]  # the approved one of the first item
    assert "(by task 2; there is one gold per item)" in panel(tool)


# --- who, and what is written


def test_only_who_may_audit_opens_it_and_only_for_a_calibration(loop: Loop) -> None:
    with pytest.raises(PermissionDenied, match="audit a calibration batch"):
        AuditTool(loop.batch_as("ann"))
    gold = loop.project.create_ground_truth_batch
    with pytest.raises(InvalidInput, match="AuditTool takes a batch, got str"):
        AuditTool("round 1")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="no argument 'on_bak'"):
        AuditTool(loop.batch, on_bak=print)  # type: ignore[call-arg]
    loop.graded("approve", "approve", "approve", "approve")
    loop.batch.audit().complete()
    with pytest.raises(RuleViolation, match="calibration batches are audited"):
        AuditTool(gold("gold"))


def test_it_leads_back_where_it_was_opened_from(loop: Loop) -> None:
    assert 'data-act="back"' not in AuditTool(loop.batch).tools.html
    back: list[str] = []
    tool = AuditTool(loop.batch, on_back=lambda: back.append("back"))
    assert 'data-act="back"' in tool.tools.html
    held = "SELECT count(*) FROM audit_locks"
    assert loop.rows(held) == [(1,)]
    tool.act("back")
    assert back == ["back"]
    assert loop.rows(held) == [(0,)]  # others may go on with what was not graded


def test_an_archived_project_can_be_looked_at(loop: Loop) -> None:
    loop.graded("approve")
    loop.project.archive()
    tool = AuditTool(loop.batch)
    assert "is archived" in message(tool)
    assert shown(tool) == "cell_0"
    tool.act("next")
    assert shown(tool) == "cell_1"
    tool.act("approve", str(tool._current))
    assert "Rule P6" in message(tool)
    assert len(loop.rows(GRADES)) == 1


def test_every_text_of_a_person_is_escaped(tmp_path: Path) -> None:
    loop = Loop(tmp_path, name="<b>round</b>")
    loop.submit()
    loop.tasker(1).give_feedback(HOSTILE, section="<i>Boxes</i>")
    tool = AuditTool(loop.batch)
    tool.act("reject", str(tool._current), {"text": HOSTILE})
    tool.act("previous")
    everything = "".join((title(tool), panel(tool), tool._attempts_view._head.html, str(tool.summary()), message(tool)))
    assert everything.count("&lt;img src=x onerror=alert(1)&gt; &amp; &quot;quotes&quot; &#x27;too&#x27;") >= 2
    assert "&lt;b&gt;round&lt;/b&gt;" in title(tool)
    assert "&lt;i&gt;Boxes&lt;/i&gt;" in panel(tool)
    for raw in ("<img src=x", "<b>round", "<i>Boxes"):
        assert raw not in everything


def test_without_a_kernel_there_are_the_figures(loop: Loop) -> None:
    loop.graded("approve", "fix", "reject")
    tool = AuditTool(loop.batch)
    text = tool._repr_mimebundle_()["text/html"]
    assert "<dt>Batch</dt><dd>round 1</dd><dt>Graded</dt><dd>3 of 4</dd>" in text
    assert "<dt>Approved</dt><dd>1</dd><dt>Fixed</dt><dd>1</dd><dt>Rejected</dt><dd>1</dd>" in text
    assert "Calibration score" not in text
    tool.act("approve", str(tool._current))
    tool.act("complete")
    text = tool._repr_mimebundle_()["text/html"]
    assert f"<dt>Calibration score</dt><dd>{loop.batch.calibration_score:.1f} (95 % interval" in text
    assert "mean accuracy" in text


def test_closing_it_closes_all_its_parts(loop: Loop) -> None:
    tool = AuditTool(loop.batch)
    parts = [tool._panel, tool._result, tool._attempts_view, tool._attempts_view._sheet]
    tool.close()
    assert all(part.comm is None for part in parts)


def test_an_attempt_is_compared_with_its_fix_and_the_audit_goes_on(loop: Loop) -> None:
    loop.graded("approve", "fix")
    tool = AuditTool(loop.batch)
    tool.act("previous")
    assert 'data-act="compare"' in tool._panel.html
    fixed = tool._current
    tool.act("compare", str(fixed))
    comparison = tool.children[1]
    assert isinstance(comparison, Comparison)
    comparison.act("back")
    assert tool._current == fixed
    tool.act("previous")
    assert 'data-act="compare"' not in tool._panel.html


def test_what_is_submitted_meanwhile_appears_and_is_held_for_nobody(tmp_path: Path) -> None:
    loop = Loop(tmp_path)
    tool = AuditTool(loop.batch)
    assert tool._current is None
    loop.submit("ann", at_most=1)
    events = len(loop.project.events())
    tool._changes.look()
    assert tool._current is not None
    assert len(loop.project.events()) == events
