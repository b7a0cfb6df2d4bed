"""The instruction editor: what is written, shown as annotators see it, beside what they said; versions (I1, I2)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import annowidgets as aw
from annowidgets.widgets.instruction_difference import difference_html
from annowidgets.widgets.instruction_editor import InstructionEditor
from annowidgets.widgets.instructions import markdown_html, markdown_sections
from tests.widgets.loops import Loop

TEXT = "Look at [the atlas][a].\n\n# Boxes\n\nBox every cell.\n\n## Borders\n\nAlso cut ones.\n\n[a]: https://x.org/a"


@pytest.fixture
def loop(tmp_path: Path) -> Loop:
    made = Loop(tmp_path)
    made.project.update_instructions(TEXT, note="borders", good=["A whole **cell**."], bad=["Half a cell."])
    return made


def _shown(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def _write(editor: InstructionEditor, text: str, name: str = "text") -> None:
    editor._writing._heard(None, {"name": name, "value": text}, [])


def test_the_preview_is_what_annotators_are_shown(loop: Loop) -> None:
    editor = InstructionEditor(loop.project)
    for section in markdown_sections(TEXT):
        assert section.html in editor._shown.html
    _write(editor, "# Boxes\n\nBox <script>alert(1)</script> *all*.")
    assert "<em>all</em>" in editor._shown.html
    assert "<script" not in editor._shown.html
    assert "not saved" in editor._title.html


def test_sections_together_are_the_whole_text_links_that_are_explained_elsewhere_included() -> None:
    html = markdown_html(TEXT)
    assert "".join(section.html for section in markdown_sections(TEXT)) in html
    assert 'href="https://x.org/a"' in html
    assert [section.title for section in markdown_sections(TEXT)] == [None, "Boxes", "Borders"]
    assert [section.title for section in markdown_sections("> # quoted\n\n# own")] == [None, "own"]


def test_feedback_stands_beside_the_section_that_it_is_about(loop: Loop) -> None:
    (task,) = loop.submit("ann", at_most=1)
    tasker = loop.tasker(task.id)
    tasker.give_feedback("Which ones are cut?", section="Borders")
    tasker.give_feedback("Too long.")
    editor = InstructionEditor(loop.project)
    said = _shown(editor._shown.html)
    assert said.index("Too long.") < said.index("Box every cell.")
    assert said.index("Also cut ones.") < said.index("Which ones are cut?") < said.index("Good examples")
    (whole, borders) = sorted(loop.project.feedback(), key=lambda one: one.section or "")
    editor.act("decline", str(whole.id), {"text": "It is short."})
    editor.act("address", str(borders.id))
    assert (whole.state, whole.answer) == ("declined", "It is short.")
    assert (borders.state, borders.version) == ("addressed", 2)
    assert "Too long." not in editor._shown.html
    editor.act("closed")
    assert "It is short." in editor._shown.html


def test_saving_makes_a_version_with_its_note_and_examples(loop: Loop) -> None:
    editor = InstructionEditor(loop.project)
    assert "disabled" in editor.footer.html
    _write(editor, "# Boxes\n\nAll of them.")
    editor.act("add", "good")
    _write(editor, "Two cells.", "good 1")
    editor._writing._heard(None, {"remove": "bad 0"}, [])
    editor.act("save", "2", {"note": " shorter "})
    saved = loop.project.instructions
    assert (saved.version, saved.text, saved.note) == (3, "# Boxes\n\nAll of them.", "shorter")
    assert (saved.good, saved.bad) == (["A whole **cell**.", "Two cells."], [])
    assert "Saved as version 3" in editor._message.html
    assert not editor.changed


def test_a_second_press_of_save_makes_no_second_version(loop: Loop) -> None:
    editor = InstructionEditor(loop.project)
    _write(editor, "Other.")
    editor.act("save", "2", {"note": ""})
    _write(editor, "Still other.")
    editor.act("save", "2", {"note": ""})
    assert loop.project.instructions.version == 3
    assert editor.changed


def test_what_somebody_else_saved_meanwhile_is_told_and_not_written_over(loop: Loop) -> None:
    editor = InstructionEditor(loop.project)
    _write(editor, "Mine.")
    loop.project.update_instructions("Theirs.", note="quicker")
    editor.act("save", "2", {"note": ""})
    assert loop.project.instructions.text == "Theirs."
    assert "Version 3 was saved meanwhile" in _shown(editor._notice.html)
    editor.act("mine", "3")
    editor.act("save", "3", {"note": ""})
    assert loop.project.instructions.text == "Mine."
    assert loop.project.instructions.version == 4


def test_a_new_version_is_taken_over_where_nothing_is_being_written(loop: Loop) -> None:
    editor = InstructionEditor(loop.project)
    loop.project.update_instructions("Theirs.")
    editor.refresh()
    assert editor._writing.draft.text == "Theirs."
    assert "version 3" in editor._title.html


def test_any_earlier_version_can_be_compared_with_and_taken_up(loop: Loop) -> None:
    editor = InstructionEditor(loop.project)
    _write(editor, TEXT.replace("every cell", "each cell"))
    editor.act("against", value="2")
    assert "<del>every</del>" in editor._shown.html
    assert "<ins>each</ins>" in editor._shown.html
    editor.act("against", value="1")
    assert "Changes since version 1" in editor._shown.html
    editor.act("take", "1")
    assert editor._writing.draft.text == "# Boxes"
    assert editor.changed
    editor.act("against", value="")
    assert 'class="aw-prose"' in editor._shown.html


def test_each_version_has_the_score_of_its_calibration(loop: Loop) -> None:
    loop.submit()
    loop.graded("approve", "approve", "fix", "reject")
    result = loop.batch.audit().complete()
    editor = InstructionEditor(loop.project)
    said = _shown(editor._panel.html)
    assert f"1 round 1 {result.score:.1f}" in said
    assert "v2 borders" in said


def test_who_may_not_edit_reads_and_answers_what_the_role_allows(loop: Loop) -> None:
    manager = InstructionEditor(loop.as_("cy"))
    assert manager._writing.document["frozen"]
    assert "disabled" in manager.footer.html
    annotator = InstructionEditor(loop.as_("ann"))
    assert "Calibration score" not in annotator._panel.html
    _write(manager, "Mine.")
    manager.act("save", "2", {"note": ""})
    assert loop.project.instructions.version == 2
    assert "aw-is-bad" in manager._message.html


def test_a_page_that_is_loaded_anew_holds_what_was_written(loop: Loop) -> None:
    editor = InstructionEditor(loop.project)
    number = editor._writing.document["number"]
    _write(editor, "Mine.")
    assert editor._writing.document["fields"][0]["value"] == "Mine."
    assert editor._writing.document["number"] == number  # the page that wrote it leaves its fields alone
    for nonsense in ({"name": "good 7", "value": "x"}, {"name": "text"}, {"value": "x"}, "x", {"name": 3}):
        editor._writing._heard(None, nonsense, [])
    assert editor._writing.draft.text == "Mine."


def test_the_summary_without_a_kernel_is_the_text(loop: Loop) -> None:
    said = _shown(InstructionEditor(loop.project).summary())
    assert "Box every cell." in said
    assert "Version 2" in said


def test_a_file_and_a_name_open_it(loop: Loop) -> None:
    editor = InstructionEditor(loop.ws.database.path, "Blood", user="lead")
    assert editor.project.name == "Blood"
    assert aw.InstructionEditor is InstructionEditor


@given(st.text("ab <>&\n#", max_size=60), st.text("ab <>&\n#", max_size=60))
def test_a_difference_holds_every_changed_line_of_both_and_no_markup_of_them(old: str, new: str) -> None:
    html = difference_html(old, new)
    left = re.sub(r"</?(div|span|p|ins|del)( [^>]*)?>", "", html)
    assert "<" not in left
    if old.splitlines() == new.splitlines():
        assert "No difference" in html
        return
    gone = _lines(html, "gone")
    come = _lines(html, "come")
    for line in set(old.splitlines()) - set(new.splitlines()):
        assert line in gone
    for line in set(new.splitlines()) - set(old.splitlines()):
        assert line in come


def _lines(html: str, change: str) -> list[str]:
    found = re.findall(rf'<div class="aw-{change}"><span[^>]*>.</span><span>(.*?)</span></div>', html)
    plain = [re.sub(r"<[^>]+>", "", line) for line in found]
    return [line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for line in plain]
