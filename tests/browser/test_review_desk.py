"""A reviewer at work in JupyterLab: sends one back with a comment, corrects another and approves it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from annowidgets.labels import BoundingBox, Label
from tests.browser.canvas import Canvas
from tests.browser.lab import JupyterServer
from tests.browser.notebook import Notebook
from tests.widgets.test_review_desk import Reviews

MakeNotebook = Callable[..., Notebook]


def test_a_reviewer_returns_with_comments_corrects_and_approves(notebook: MakeNotebook, jupyter: JupyterServer) -> None:
    folder = Path(tempfile.mkdtemp(dir=jupyter.files))
    loop = Reviews(folder)
    first, second = loop.submit("ann", at_most=2)
    book = notebook(f"import annowidgets as aw\naw.ReviewDesk('{folder.name}/loop.db', 'Blood', user='ro')")
    book.run(0)
    book.hide_code()
    page, hand = book.page, Canvas(book)
    said = page.locator(".aw-screen > .aw-live > .aw-message")
    hand.wait()
    hand.wait_for(2)

    page.locator(".aw-title").click()
    page.keyboard.press("g")
    page.locator("select[name=label]").select_option(label="WBC 1")
    page.get_by_label("What is to be done with it?").fill("Tighter, please.")
    page.get_by_role("button", name="Note it down").click()
    expect(page.locator(".aw-side")).to_contain_text("Your comments (1)")
    page.locator(".aw-title").click()
    page.keyboard.press("b")
    page.keyboard.type("Once more.")  # goes into the form, and approves nothing
    page.keyboard.press("Control+Enter")
    expect(said).to_contain_text(f"Returned {first.item.name} to ann.")
    assert [one.text for one in loop.tasker(first.id).comments] == ["Once more.", "Tighter, please."]

    hand.wait()
    hand.wait_for(2)
    hand.focus()
    hand.keys("1")
    hand.drag((120, 80), (150, 110))
    hand.wait_for(3)
    page.get_by_role("button", name="Approve with 1 fix").click()
    expect(said).to_contain_text("with your fixes")
    shapes = [one.shape for one in loop.project.task(second.id).labels() if isinstance(one, Label)]
    assert len(shapes) == 3
    added = shapes[-1]
    assert isinstance(added, BoundingBox)
    assert round(added.x) == 120
    expect(page.locator(".aw-idle")).to_contain_text("Nothing to review now")
