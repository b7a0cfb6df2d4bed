"""The instruction editor in a page: the preview follows the fingers, feedback is answered, a version is saved."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.lab import JupyterServer, in_both_apps
from tests.browser.notebook import Notebook
from tests.widgets.loops import Loop

MakeNotebook = Callable[..., Notebook]


@in_both_apps
def test_a_lead_writes_sees_it_at_once_answers_feedback_and_saves(
    notebook: MakeNotebook, jupyter: JupyterServer
) -> None:
    folder = Path(tempfile.mkdtemp(dir=jupyter.files))
    loop = Loop(folder)
    (task,) = loop.submit("ann", at_most=1)
    task.give_feedback("What of <b>borders</b>?", section="Boxes")
    book = notebook(f"import annowidgets as aw\naw.InstructionEditor('{folder.name}/loop.db', 'Blood', user='lead')")
    book.run(0)
    book.hide_code()
    page = book.page
    preview, title = page.locator(".aw-beside"), page.locator(".aw-title")
    text = page.get_by_label("Markdown")
    expect(preview.locator("aside")).to_contain_text(["What of <b>borders</b>?"])
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\n\nBox what is *seen* of them. <img src=x onerror=alert(1)>", delay=5)
    expect(preview.locator("em")).to_have_text("seen")
    expect(preview.locator("img")).to_have_count(0)
    expect(title).to_contain_text("not saved")

    # what is written but not saved outlives a page that is loaded anew
    book.reload()
    book.hide_code()
    expect(text).to_have_value("# Boxes\n\nBox what is *seen* of them. <img src=x onerror=alert(1)>")
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Really.")
    # no pause: what was typed last is saved with the rest
    page.get_by_placeholder("a note for those who label").fill("borders")
    page.get_by_role("button", name="Save as version 2").click()
    expect(page.locator(".aw-message")).to_contain_text("Saved as version 2")
    saved = loop.project.instructions
    assert saved.text.endswith("of them. <img src=x onerror=alert(1)> Really.")
    assert saved.note == "borders"
    expect(title).not_to_contain_text("not saved")

    page.get_by_role("button", name="Mark as addressed").click()
    expect(preview.locator("aside li")).to_have_count(0)
    (said,) = loop.project.feedback()
    assert (said.state, said.version) == ("addressed", 2)
    page.get_by_label("What stands at the right").select_option("1")
    expect(page.locator(".aw-changes .aw-come")).to_contain_text(["Box what is *seen*"])
