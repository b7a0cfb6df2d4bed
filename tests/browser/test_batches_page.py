"""The lead's way from a new calibration to a running production, in JupyterLab and Notebook 7, by clicks and keys."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import JupyterServer, in_both_apps
from tests.browser.notebook import Notebook
from tests.browser.test_theme import FAINT, PIECES
from tests.widgets.loops import Loop

MakeNotebook = Callable[..., Notebook]
ITEMS = "SELECT i.name FROM batch_items bi JOIN items i ON i.id = bi.item WHERE bi.batch = {} ORDER BY bi.position"


class Page:
    """The batches page in a page, and the file behind it."""

    def __init__(self, book: Notebook, loop: Loop) -> None:
        self.book, self.page, self.loop = book, book.page, loop

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    @property
    def said(self) -> Locator:
        return self.page.locator(".aw-screen > .aw-live > .aw-message")

    def row(self, name: str) -> Locator:
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=name, exact=True))

    @property
    def side(self) -> Locator:
        return self.page.locator(".aw-side")


@pytest.fixture
def opened(notebook: MakeNotebook, jupyter: JupyterServer) -> Callable[..., Page]:
    """Make a small project and open its batches page as the lead; ``before`` may change it first."""

    def make(before: Callable[[Loop], object] | None = None, **options: Any) -> Page:
        folder = Path(tempfile.mkdtemp(dir=jupyter.files))
        loop = Loop(folder, **options)
        if before is not None:
            before(loop)
        book = notebook(
            "import annowidgets as aw\n"
            f"project = aw.open_workspace('{folder.name}/loop.db', user='lead').project('Blood')\n"
            "page = aw.BatchesPage(project)\npage"
        )
        book.run(0)
        book.hide_code()
        book.page.locator(".aw-screen table").wait_for()
        return Page(book, loop)

    return make


def over(loop: Loop) -> None:
    loop.batch.close_early(reason="Not needed here.")


@in_both_apps
def test_from_a_new_calibration_to_a_running_production(opened: Callable[..., Page]) -> None:
    one = opened(over)
    production = one.page.get_by_role("button", name="New production batch")
    expect(production).to_be_disabled()
    expect(one.side).to_contain_text("Production is locked")
    expect(one.side).to_contain_text("not met: audited calibration batch on ontology version 1: none yet (needs one)")

    one.press("Check")
    expect(one.said).to_contain_text("Every item opens")
    expect(one.side).to_contain_text("all well")

    one.press("New calibration batch C")
    name = one.page.get_by_label("Name")
    expect(name).to_be_focused()
    expect(name).to_have_value("calibration 1")
    name.fill("trial")
    one.page.get_by_label("How many").fill("3")
    one.page.get_by_label("Seed").fill("5")
    one.press("Create and launch")
    expect(one.said).to_contain_text("trial is launched: 3 items, 3 tasks in the queue.")
    expect(one.said).to_contain_text("A calibration batch of 3 items is unusual")
    expect(one.row("trial")).to_contain_text("in progress")

    one.loop.submit()
    one.press("Refresh")
    expect(one.row("trial")).to_contain_text("auditing 0 / 3")
    one.press("Open audit tool of trial")
    expect(one.side).to_contain_text("Not graded yet.")
    one.page.wait_for_function("() => document.activeElement.matches('.aw-audit')")
    names = [name for (name,) in one.loop.rows(ITEMS.format(2))]
    for graded in range(1, 4):
        one.page.keyboard.press("a")
        expect(one.page.locator(".aw-title")).to_contain_text(f"{graded} of 3 graded")
        expect(one.side.locator("dd").first).to_have_text(names[min(graded, 2)])
    one.press("Complete audit")
    expect(one.page.locator(".aw-figure")).to_be_visible()
    one.press("Back")

    ((score, passed),) = one.loop.rows("SELECT score, passed FROM certificates")
    assert passed == 1
    expect(one.row("trial")).to_contain_text(f"{score:.1f}")
    expect(one.side).to_contain_text("Production is open")
    production.click()
    one.press("Create and launch")
    expect(one.said).to_contain_text("production 1 is launched: 4 items, 4 tasks in the queue.")
    assert one.loop.rows("SELECT name, kind, state FROM batches WHERE kind = 'production'") == [
        ("production 1", "production", "in_progress")
    ]
    assert one.loop.rows("SELECT count(*) FROM tasks t JOIN batches b ON b.id = t.batch WHERE b.name = 'production 1'")[
        0
    ] == (4,)


def test_items_are_chosen_from_thumbnails_and_requirements_filled_in_by_keyboard(opened: Callable[..., Page]) -> None:
    one = opened(over)
    one.page.locator(".aw-title").click()
    one.page.keyboard.press("c")
    expect(one.page.get_by_label("Name")).to_be_focused()
    one.page.keyboard.type("by hand")  # in place of the name that is proposed
    one.page.get_by_label("Languages").fill("en C1")
    one.page.get_by_label("Tags").fill("blood")
    one.page.get_by_label("by hand, from thumbnails").check()
    expect(one.page.get_by_text("0 of 4 chosen")).to_be_visible()
    # what was typed before is still there
    expect(one.page.get_by_label("Name")).to_have_value("by hand")
    for item in ("cell_1", "cell_3"):
        one.page.locator(".aw-thumbs label").filter(has_text=item).click()
    expect(one.page.get_by_text("2 of 4 chosen")).to_be_visible()
    one.page.get_by_label("Name").press("Enter")  # sends the form, as the button does
    expect(one.said).to_contain_text("by hand is launched: 2 items, 2 tasks in the queue.")
    assert one.loop.rows(ITEMS.format(2)) == [("cell_1",), ("cell_3",)]
    assert one.loop.rows("SELECT requirements FROM batches WHERE id = 2") == [
        ('{"languages":{"en":"C1"},"tags":["blood"],"min_instruction_seconds":0.0,"training":null}',)
    ]


def test_a_refused_batch_keeps_what_was_filled_in(opened: Callable[..., Page]) -> None:
    one = opened()
    one.press("New calibration batch C")
    one.page.get_by_label("Name").fill("round 1")
    one.page.get_by_label("Tags").fill("blood")
    one.press("Create and launch")
    expect(one.said).to_contain_text("There is a batch 'round 1'.")
    expect(one.page.get_by_label("Tags")).to_have_value("blood")
    one.page.get_by_label("Name").fill("round 2")
    one.press("Create and launch")
    expect(one.said).to_contain_text("Batch 'round 2': there are no items to put into it")
    one.press("Cancel")
    expect(one.row("round 1")).to_be_visible()


def test_a_batch_is_looked_into_answered_released_and_left_again(opened: Callable[..., Page]) -> None:
    def labelled(loop: Loop) -> None:
        (task,) = loop.submit(at_most=1)
        task.give_feedback("Do I box cells that are cut?", section="Boxes", kind="missing")
        loop.as_("bo").next_task()  # years ago by the page's clock: the lease has run out

    one = opened(labelled)
    one.press("Open round 1")
    expect(one.side).to_contain_text("Stalled claims (1)")
    expect(one.side).to_contain_text("Do I box cells that are cut?")
    one.side.get_by_role("button", name="Release").click()
    expect(one.said).to_contain_text("Released")
    assert one.loop.rows("SELECT count(*) FROM tasks WHERE state = 'annotating'") == [(0,)]
    one.side.get_by_text("Decline…").click()
    expect(one.side.get_by_label("Your answer, shown with it")).to_be_focused()
    one.page.keyboard.type("Yes, what is seen of them.")
    one.page.keyboard.press("Control+Enter")
    expect(one.said).to_contain_text("Declined")
    assert one.loop.rows("SELECT state, answer FROM feedback") == [("declined", "Yes, what is seen of them.")]
    one.page.keyboard.press("g")  # the keys are still the view's
    one.press("Open audit tool")
    expect(one.side).to_contain_text("Not graded yet.")
    one.page.wait_for_function("() => document.activeElement.matches('.aw-audit')")
    one.page.keyboard.press("a")
    expect(one.page.locator(".aw-title")).to_contain_text("1 of 4 graded")
    one.press("Back")
    expect(one.page.locator("table")).to_contain_text("approved")
    one.press("Back")
    expect(one.row("round 1")).to_contain_text("auditing 1 / 4")
    one.page.keyboard.press("c")
    expect(one.page.get_by_label("Name")).to_be_focused()


def test_every_text_can_be_read_and_nothing_sticks_out(opened: Callable[..., Page]) -> None:
    def full(loop: Loop) -> None:
        loop.submit()
        loop.tasker(1).give_feedback("Do I box cells that are cut?", section="Boxes", kind="missing")
        loop.as_("ann").give_feedback("Where are the examples?", kind="question")
        loop.graded("approve", "reject", "reject", "reject")
        loop.batch.audit().complete()
        loop.launched("round 2")
        loop.submit(at_most=2)
        loop.as_("bo").next_task()

    one = opened(full)

    def look() -> None:
        for theme in ("light", "dark"):
            one.book.theme(theme)
            found = one.page.evaluate(FAINT)
            assert found["count"] > 20
            assert found["faint"] == []
        for width in (1320, 900):
            one.book.resize(width, 900)
            assert one.page.evaluate(PIECES) == []
            assert one.page.evaluate(
                "() => { const s = document.querySelector('.aw-screen'); return s.scrollWidth <= s.clientWidth }"
            )
            fields = one.page.locator(".aw-batch-fields input:not([type=radio], [type=checkbox])")
            assert all(width >= 80 for width in fields.evaluate_all("all => all.map(one => one.clientWidth)"))
        one.book.resize(1400, 1000)

    look()
    one.press("New calibration batch C")
    expect(one.page.get_by_label("Name")).to_be_focused()
    look()
    one.press("Cancel")
    one.press("Open round 2")
    one.page.get_by_role("button", name="Open task").first.click()
    expect(one.side).to_contain_text("Exclude the item…")
    look()
