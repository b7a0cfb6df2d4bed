"""The whole way as people go it, each in a notebook of their own: calibrate, audit, write better, promote, train."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

import annowidgets as aw
from tests.browser.canvas import Canvas
from tests.browser.lab import JupyterServer
from tests.browser.notebook import Notebook
from tests.widgets.loops import Loop

MakeNotebook = Callable[..., Notebook]
SAVED = "() => document.querySelector('.aw-ed-saving').textContent === 'saved'"
TRAINING = (
    "import warnings\nwarnings.simplefilter('ignore', aw.errors.Notice)\n"
    "training = project.workspace.create_training_project('Onboarding', sources=[project], trainees=['tim'],\n"
    "    instructions='# Boxes', pass_mark=70, reveal='after_last')"
)


class Labeller:
    """Somebody at a screen in a notebook of their own."""

    def __init__(self, book: Notebook) -> None:
        book.run(0)
        book.hide_code()
        self.book, self.page, self.hand = book, book.page, Canvas(book)

    @property
    def said(self) -> Locator:
        return self.page.locator(".aw-screen > .aw-live > .aw-message")

    def draw(self) -> None:
        """Draw one box of the first class on an empty picture."""
        self.hand.wait()
        self.hand.wait_for(0)
        self.hand.focus()
        self.hand.keys("1")
        self.hand.drag((10, 10), (50, 50))
        self.hand.wait_for(1)
        self.page.wait_for_function(SAVED)

    def submit(self, *, sure: bool) -> None:
        if sure:
            self.page.get_by_role("slider", name="How sure are you?").press("ArrowRight")
        self.page.get_by_role("button", name="Submit").click()
        expect(self.said).to_contain_text("1 RBC")


def test_from_two_annotators_at_the_same_time_to_a_trainee_who_passes(
    notebook: MakeNotebook, jupyter: JupyterServer
) -> None:
    folder = Path(tempfile.mkdtemp(dir=jupyter.files))
    loop = Loop(folder, items=2)

    def opened(screen: str, name: str, user: str) -> Notebook:
        return notebook(f"import annowidgets as aw\naw.{screen}('{folder.name}/loop.db', '{name}', user='{user}')")

    # the lead keeps the batches in sight
    lead = notebook(
        "import annowidgets as aw\n"
        f"project = aw.open_workspace('{folder.name}/loop.db', user='lead').project('Blood')\n"
        "page = aw.BatchesPage(project)\npage",
        TRAINING,
    )
    lead.run(0)
    lead.hide_code()
    page = lead.page
    table = page.locator(".aw-table").first
    expect(table).to_contain_text("0 / 2")

    # two annotators label at the same time, in kernels of their own; one has a question
    ann, bo = (Labeller(opened("LabelDesk", "Blood", user)) for user in ("ann", "bo"))
    ann.draw()
    bo.draw()
    ann.page.locator("summary", has_text="Feedback on instructions").click()
    ann.page.get_by_label("What is unclear, missing or wrong?").fill("Also cells that are cut?")
    ann.page.get_by_role("button", name="Send feedback").click()
    expect(ann.said).to_contain_text("Your feedback is with the lead")
    ann.submit(sure=True)
    expect(table).to_contain_text("1 / 2")  # without a reload
    bo.submit(sure=True)
    expect(table).to_contain_text("2 / 2")

    # the lead audits, completes, promotes what was found right
    page.bring_to_front()
    page.get_by_role("button", name="Open audit tool of round 1").click()
    title, shown = page.locator(".aw-audit .aw-title"), page.locator(".aw-side .aw-pairs dd").first
    for graded in (1, 2):
        page.get_by_role("button", name="Approve").click()
        expect(title).to_contain_text(f"{graded} of 2 graded")
        expect(shown).to_have_text("cell_1")  # what the buttons beside it are for from now on
    page.get_by_role("button", name="Complete audit").click()
    expect(page.locator(".aw-result")).to_contain_text("Production is open.")
    page.get_by_label("Which").select_option("all")
    page.get_by_role("button", name="Promote").click()
    expect(page.locator(".aw-message").first).to_contain_text("2 attempts became training tasks")
    page.get_by_role("button", name="Back", exact=True).click()

    # answers the question in a new version of the instructions
    page.get_by_role("button", name="Instructions", exact=True).click()
    expect(page.locator(".aw-beside")).to_contain_text("Also cells that are cut?")
    page.get_by_label("Markdown").fill("# Boxes\n\nAlso cells that are cut.")
    page.get_by_placeholder("a note for those who label").fill("cut cells")
    page.get_by_role("button", name="Save as version 2").click()
    expect(page.locator(".aw-instruct .aw-message").first).to_contain_text("Saved as version 2")
    page.get_by_role("button", name="Mark as addressed").click()
    expect(page.locator(".aw-beside aside li")).to_have_count(0)
    page.get_by_role("button", name="Back", exact=True).click()
    expect(table).to_contain_text("completed")
    lead.run(1)

    # a trainee works through what became of it, and reads what was right
    tim = Labeller(opened("TraineeDesk", "Onboarding", "tim"))
    tim.page.get_by_role("button", name="Start labelling").click()
    for _ in range(2):
        tim.draw()
        tim.submit(sure=False)
    expect(tim.page.locator(".aw-idle")).to_contain_text("Every task is submitted")
    tim.page.get_by_role("button", name="Back", exact=True).click()
    expect(tim.page.locator(".aw-title").first).to_contain_text("passed")
    tim.page.get_by_role("button", name="Compare").first.click()
    expect(tim.page.locator(".aw-compare .aw-title")).to_contain_text("score 100.0")

    # and all of it is in the file
    project = loop.project
    assert project.instructions.text == "# Boxes\n\nAlso cells that are cut."
    (said,) = project.feedback()
    assert (said.author, said.state, said.version) == ("ann", "addressed", 2)
    assert sorted(loop.rows("SELECT t.user, g.grade FROM grades g JOIN tasks t ON t.id = g.task")) == [
        ("ann", "approve"),
        ("bo", "approve"),
    ]
    assert loop.rows("SELECT kind FROM promotions") == [("training",), ("training",)]
    scores = aw.open_workspace(loop.ws.database.path, user="lead").training_project("Onboarding").scores()
    assert scores[["trainee", "submitted", "score", "passed"]].to_numpy().tolist() == [["tim", 2, 100.0, True]]
