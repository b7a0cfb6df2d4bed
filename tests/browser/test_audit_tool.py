"""The audit tool in JupyterLab and Notebook 7, by keys and by mouse, against the rows of the file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

import annowidgets as aw
from tests.browser.canvas import Canvas, poll
from tests.browser.lab import JupyterServer, in_both_apps
from tests.browser.notebook import Notebook
from tests.browser.test_theme import FAINT, PIECES
from tests.widgets.loops import Loop

MakeNotebook = Callable[..., Notebook]
GRADES = (
    "SELECT i.name, g.grade, round(g.accuracy, 6), g.reason FROM grades g JOIN tasks t ON t.id = g.task "
    "JOIN items i ON i.id = t.item ORDER BY t.id"
)


class Audit:
    """The tool in a page, and the file behind it."""

    def __init__(self, book: Notebook, loop: Loop) -> None:
        self.book, self.page, self.loop = book, book.page, loop
        self.keys = book.page.keyboard
        self.editor = Canvas(book)

    @property
    def shown(self) -> Locator:
        """The name of the attempt, beside the buttons: what they say is what they are for."""
        return self.page.locator(".aw-side .aw-pairs dd").first

    @property
    def title(self) -> Locator:
        return self.page.locator(".aw-title")

    @property
    def said(self) -> Locator:
        return self.page.locator(".aw-screen > .aw-live > .aw-message")

    @property
    def panel(self) -> Locator:
        return self.page.locator(".aw-side")

    def focus(self) -> None:
        """Give the tool the keys, as a click on its title does."""
        self.title.click()

    def wait_for_fix(self) -> None:
        """Wait until the copy can be changed."""
        expect(self.page.get_by_role("button", name="Save the fix")).to_be_visible()
        expect(self.page.get_by_role("button", name="Box", exact=True)).to_be_visible()
        self.editor.wait()

    def grades(self) -> list[tuple[Any, ...]]:
        return self.loop.rows(GRADES)


@pytest.fixture
def audit(notebook: MakeNotebook, jupyter: JupyterServer) -> Callable[..., Audit]:
    """Make a small calibration that is labelled, and open its audit; ``before`` may change it first."""

    def make(before: Callable[[Loop], object] | None = None, **options: Any) -> Audit:
        folder = Path(tempfile.mkdtemp(dir=jupyter.files))
        loop = Loop(folder, **options)
        loop.submit()
        if before is not None:
            before(loop)
        book = notebook(
            "import annowidgets as aw\n"
            f"project = aw.open_workspace('{folder.name}/loop.db', user='lead').project('Blood')\n"
            "tool = aw.AuditTool(project.batch('round 1'))\ntool",
            "x = 1",
        )
        book.run(0)
        book.hide_code()
        one = Audit(book, loop)
        one.editor.wait()
        return one

    return make


@in_both_apps
def test_a_lead_audits_by_keys_completes_reads_the_score_and_promotes(audit: Callable[..., Audit]) -> None:
    one = audit()
    one.focus()
    expect(one.shown).to_have_text("cell_0")
    one.keys.press("a")
    expect(one.shown).to_have_text("cell_1")
    expect(one.said).to_contain_text("cell_0 approved.")
    expect(one.title).to_contain_text("1 of 4 graded")

    # fix: a box that was missed is drawn by mouse on the copy
    one.keys.press("f")
    one.wait_for_fix()
    one.editor.drag((100, 80), (130, 110))
    one.editor.wait_for(3)
    one.keys.press("Control+Enter")
    expect(one.shown).to_have_text("cell_2")
    # three boxes and one answer, of which three were there
    expect(one.said).to_contain_text("cell_1 fixed: its accuracy is 0.75.")

    # reject: what is typed right after the key goes into the form, and grades nothing
    one.keys.press("r")
    one.keys.type("a far too large box")
    one.keys.press("Control+Enter")
    expect(one.shown).to_have_text("cell_3")
    assert one.grades() == [
        ("cell_0", "approve", 1.0, None),
        ("cell_1", "fix", 0.75, None),
        ("cell_2", "reject", 0.0, "a far too large box"),
    ]

    # a second look, without leaving the keyboard
    one.keys.press("b")
    expect(one.panel).to_contain_text("rejected accuracy 0.00 by lead")
    one.keys.press("a")
    expect(one.panel).to_contain_text("approved accuracy 1.00 by lead")
    one.keys.press("n")
    expect(one.shown).to_have_text("cell_3")
    complete = one.page.get_by_role("button", name="Complete audit")
    expect(complete).to_be_disabled()
    one.keys.press("a")
    expect(complete).to_be_enabled()
    complete.click()

    expect(one.said).to_contain_text("The audit is complete.")
    ((score, low, high, passed),) = one.loop.rows("SELECT score, low, high, passed FROM certificates")
    assert passed == 1
    expect(one.page.locator(".aw-figure")).to_have_text(f"{score:.1f}")
    expect(one.page.locator(".aw-result")).to_contain_text(f"95 % interval {low:.1f} to {high:.1f}")
    expect(one.page.locator(".aw-result")).to_contain_text("Production is open.")
    curve = one.page.locator(".aw-result img:visible")
    expect(curve).to_have_count(1)
    one.page.wait_for_function("() => document.querySelector('.aw-result img').naturalWidth > 500")

    # promote what is on the screen
    one.panel.get_by_label("Concepts").fill("border cells, overlap")
    one.panel.get_by_label("Difficulty").fill("easy")
    one.page.get_by_role("button", name="Promote").click()
    expect(one.said).to_contain_text("cell_3 is a training task now (border cells, overlap, easy).")
    rows = one.loop.rows("SELECT task, kind, concepts, difficulty FROM promotions")
    assert rows == [(4, "training", '["border cells", "overlap"]', "easy")]


def test_keys_that_overtake_the_picture_grade_only_what_was_seen(audit: Callable[..., Audit]) -> None:
    one = audit()
    one.focus()
    with one.book.frozen():
        for _ in range(3):
            one.keys.press("a")
    expect(one.shown).to_have_text("cell_1")
    one.book.wait_until_idle()
    assert one.grades() == [("cell_0", "approve", 1.0, None)]


def test_keys_are_heard_only_while_the_focus_is_in_the_tool(audit: Callable[..., Audit]) -> None:
    one = audit()
    one.page.evaluate("() => jupyterapp.commands.execute('notebook:show-all-cell-code')")
    one.page.locator(".jp-Notebook .cm-content").nth(1).click()
    one.keys.type("afrnp")
    one.page.wait_for_timeout(300)
    assert one.grades() == []
    expect(one.shown).to_have_text("cell_0")
    one.focus()
    one.keys.press("?")
    dialog = one.page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Approve the attempt")
    expect(dialog).to_contain_text("Reject, with a reason")
    one.keys.press("Escape")
    cells = one.page.evaluate("() => jupyterapp.shell.currentWidget.content.model.cells.length")
    for key in ("n", "h", "x", "d", "d", "b"):  # some of them cut and add cells in JupyterLab
        one.keys.press(key)
    expect(one.shown).to_have_text("cell_1")
    assert one.page.evaluate("() => jupyterapp.shell.currentWidget.content.model.cells.length") == cells


def test_a_refusal_is_seen_by_who_works_at_the_foot_of_the_screen(audit: Callable[..., Audit]) -> None:
    one = audit()
    one.loop.project.archive()
    one.book.resize(1400, 400)
    foot = one.page.get_by_text("After the audit")
    foot.scroll_into_view_if_needed()
    foot.click()
    expect(one.title).not_to_be_in_viewport()
    one.keys.press("a")
    expect(one.said).to_contain_text("is archived")
    expect(one.said).to_be_in_viewport()


def test_a_click_on_the_contact_sheet_opens_the_attempt_and_its_mark_is_drawn(audit: Callable[..., Audit]) -> None:
    one = audit(lambda loop: loop.graded("approve"))
    expect(one.shown).to_have_text("cell_1")
    sheet = one.book.box(".aw-sheet canvas")
    one.page.mouse.click(sheet["x"] + sheet["width"] * 0.15, sheet["y"] + sheet["height"] * 0.75)
    expect(one.shown).to_have_text("cell_3")
    one.book.wait_for_pixel(".aw-sheet canvas", 4, 4, (46, 125, 50))  # the green of "approved"
    one.page.get_by_label("Picture", exact=True).select_option(label="cell_0 · approved")
    expect(one.shown).to_have_text("cell_0")


def test_labels_are_drawn_hidden_and_pointed_out(audit: Callable[..., Audit]) -> None:
    one = audit()
    one.focus()

    def has_red_edge() -> bool:
        """Whether the left side of the RBC is drawn; its line may lie between two pixels of the screen."""
        colours = [one.editor.pixel((x, 22)) for x in (9.8, 10, 10.2)]
        return any(alpha > 100 and red > 2 * green + 40 for red, green, _, alpha in colours)

    poll(one.book, has_red_edge, True)
    one.keys.press("h")
    poll(one.book, has_red_edge, False)
    one.page.get_by_role("button", name="Show RBC 1").click()
    poll(one.book, has_red_edge, True)


@in_both_apps
def test_a_page_that_is_loaded_anew_shows_the_tool_and_goes_on(audit: Callable[..., Audit]) -> None:
    one = audit()
    one.focus()
    one.keys.press("a")
    expect(one.shown).to_have_text("cell_1")
    one.book.reload()
    one.book.hide_code()
    expect(one.shown).to_have_text("cell_1")
    one.book.wait_for_pixel(".aw-sheet canvas", 4, 4, (46, 125, 50))
    one.focus()
    one.keys.press("a")
    expect(one.shown).to_have_text("cell_2")
    assert len(one.grades()) == 2


def test_a_fix_can_be_given_up_by_mouse_and_the_keys_stay_with_the_tool(audit: Callable[..., Audit]) -> None:
    one = audit()
    one.page.get_by_role("button", name="Fix").click()
    one.wait_for_fix()
    one.editor.drag((100, 80), (140, 110))
    one.page.get_by_role("button", name="Cancel").click()
    expect(one.shown).to_have_text("cell_0")
    one.keys.press("n")
    expect(one.shown).to_have_text("cell_1")
    assert one.grades() == []
    assert one.loop.rows("SELECT count(*) FROM label_sets WHERE kind = 'audit'") == [(0,)]


def test_every_text_can_be_read_and_nothing_sticks_out_before_and_after_the_audit(audit: Callable[..., Audit]) -> None:
    def said(loop: Loop) -> None:
        for task in (1, 2):
            loop.tasker(task).give_feedback("Do I box cells that are cut?", section="Boxes", kind="missing")
        loop.project.feedback()[0].decline(answer="Yes, what is seen of them.")
        loop.graded("approve", "fix", "reject")

    one = audit(said)
    one.focus()
    one.keys.press("b")
    expect(one.panel).to_contain_text("rejected")
    for theme in ("light", "dark"):
        one.book.theme(theme)
        assert one.page.evaluate(FAINT)["faint"] == []
    one.book.resize(900, 900)
    assert one.page.evaluate(PIECES) == []
    one.book.resize(1400, 1000)
    one.keys.press("n")
    expect(one.shown).to_have_text("cell_3")
    one.keys.press("a")
    one.page.get_by_role("button", name="Complete audit").click()
    expect(one.page.locator(".aw-result")).to_be_visible()
    for theme in ("light", "dark"):
        one.book.theme(theme)
        assert one.page.evaluate(FAINT)["faint"] == []
        expect(one.page.locator(f".aw-result img.aw-only-{theme}")).to_be_visible()
        expect(one.page.locator(".aw-result img:visible")).to_have_count(1)
    one.book.resize(900, 900)
    assert one.page.evaluate(PIECES) == []


def test_what_is_shown_without_a_kernel_are_the_figures(audit: Callable[..., Audit]) -> None:
    def finished(loop: Loop) -> None:
        loop.graded("approve", "approve", "approve", "fix")
        loop.batch.audit().complete()

    one = audit(finished)
    score = aw.open_workspace(one.loop.ws.database.path, user="lead").project("Blood").batch("round 1").result.score
    html = one.page.evaluate(
        "() => jupyterapp.shell.currentWidget.content.model.cells.get(0).outputs.toJSON()[0].data['text/html']"
    )
    assert f"{score:.1f}" in "".join(html)
