"""A trainee at work in JupyterLab: begins a task, labels it, hands it in, and reads what was right."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.canvas import Canvas
from tests.browser.lab import JupyterServer
from tests.browser.notebook import Notebook
from tests.widgets.courses import Course

MakeNotebook = Callable[..., Notebook]


def test_a_trainee_works_through_a_training_and_reads_what_was_right(
    notebook: MakeNotebook, jupyter: JupyterServer
) -> None:
    folder = Path(tempfile.mkdtemp(dir=jupyter.files))
    course = Course(folder, pass_mark=5, reveal="after_last")
    book = notebook(f"import annowidgets as aw\naw.TraineeDesk('{folder.name}/course.db', 'Onboarding', user='uma')")
    book.run(0)
    book.hide_code()
    page, hand = book.page, Canvas(book)
    table = page.locator(".aw-trainee .aw-table")
    expect(table.get_by_text("to do")).to_have_count(2)

    page.get_by_role("button", name="Start labelling").click()
    for number in (1, 2):
        hand.wait()
        hand.focus()
        hand.keys("1")
        hand.drag((5, 5), (35, 29))
        hand.wait_for(1)
        page.wait_for_function("() => document.querySelector('.aw-ed-saving').textContent === 'saved'")
        page.get_by_role("button", name="Submit").click()
        expect(page.locator(".aw-screen > .aw-live > .aw-message")).to_contain_text("1 cell")
        if number == 1:
            hand.wait_for(0)
            page.get_by_role("button", name="Back").click()
            expect(table.get_by_text("not shown yet")).to_have_count(1)
            expect(table.get_by_role("button", name="Compare")).to_have_count(0)
            page.get_by_role("button", name="Go on labelling").click()
    expect(page.locator(".aw-idle")).to_contain_text("Every task is submitted")
    page.get_by_role("button", name="Back").click()
    expect(page.locator(".aw-title").first).to_contain_text("passed")
    expect(table.get_by_text("done", exact=True)).to_have_count(2)
    expect(table.get_by_role("button", name="Initiate")).to_have_count(0)

    page.get_by_role("button", name="Compare").first.click()
    page.get_by_role("button", name="dot 1").click()
    expect(page.locator(".aw-compare-sum")).to_contain_text("The dot was not found")
    page.get_by_role("button", name="Back").click()
    expect(table).to_be_visible()
    score = course.training.scores()["score"].iloc[0]
    expect(page.locator(".aw-side").first).to_contain_text(f"{score:.1f}")
