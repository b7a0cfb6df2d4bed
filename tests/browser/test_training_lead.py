"""The lead's way from a new training to its figures, by clicks; every part of it readable and open to everybody."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from annowidgets.workflow.training import TrainingProject
from tests.browser.lab import JupyterServer
from tests.browser.notebook import Notebook
from tests.browser.test_accessibility import WRONG
from tests.browser.test_theme import FAINT, PIECES
from tests.editor.test_javascript import project, run
from tests.workflow.building import Team, new_team
from tests.workflow.training.building import new_training, with_gold, work_off

__all__ = ["project", "run"]  # fixtures: the build tools of the editor, of which axe-core is one

TABS = ("Overview", "Submissions", "Settings", "Team", "Gold health")


class Page:
    """A screen of training in a page, and the file behind it."""

    def __init__(self, book: Notebook, team: Team) -> None:
        self.book, self.page, self.team = book, book.page, team

    def press(self, name: str, *, exact: bool = True) -> None:
        self.page.get_by_role("button", name=name, exact=exact).click()

    def tab(self, name: str) -> None:
        tab = self.page.locator(".aw-tabs button").filter(has_text=name)
        tab.click()
        expect(tab).to_have_attribute("aria-current", "page")

    def row(self, name: str) -> Locator:
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=name, exact=True))

    @property
    def said(self) -> Locator:
        return self.page.locator(".aw-screen > .aw-live > .aw-message")

    @property
    def training(self) -> TrainingProject:
        return self.team.workspace.training_project("Onboarding")


@pytest.fixture
def opened(notebook: Callable[..., Notebook], jupyter: JupyterServer) -> Callable[..., Page]:
    """Make ground truth of four pictures and open a screen; ``before`` may do something with the file first."""

    def make(screen: str, before: Callable[[Team], object] | None = None) -> Page:
        folder = Path(tempfile.mkdtemp(dir=jupyter.files))
        team = new_team(folder / "team.db", folder)
        with_gold(team)
        if before is not None:
            before(team)
        book = notebook(
            "import annowidgets as aw\n"
            "from annowidgets.widgets.training import dashboard\n"
            "dashboard._QUICK = 3600\n"  # on a busy machine too it reads what is new by itself
            f"ws = aw.open_workspace('{folder.name}/team.db', user='lea', media_root='{folder.name}')\n"
            f"screen = {screen}\nscreen"
        )
        book.run(0)
        book.hide_code()
        book.page.locator(".aw-screen .aw-title").wait_for()
        return Page(book, team)

    return make


def cohort(team: Team) -> None:
    """Uma passes, vic fails, wim is half way."""
    training = new_training(team, trainees=["uma", "vic", "wim"], pass_mark=80)
    for user, off, limit in (("uma", 0.3, 4), ("vic", 3.0, 4), ("wim", 1.0, 2)):
        work_off(training, user, off=off, limit=limit)


def test_from_a_new_training_to_its_figures(opened: Callable[..., Page]) -> None:
    one = opened("aw.TrainingSetup(ws)")
    one.page.get_by_label("Name").fill("Onboarding")
    one.page.get_by_label("Name").press("Enter")
    expect(one.page.get_by_role("radio")).to_be_checked()  # the only ontology there is
    one.press("Next")
    one.page.get_by_role("checkbox", name="Blood").check()
    expect(one.page.get_by_text("4 eligible tasks chosen.")).to_be_visible()
    overlap = one.page.get_by_role("slider", name="Overlap (IoU)")
    overlap.press("End")
    one.book.wait_for_value("screen._function.function.iou", 1.0)
    one.press("Next")
    one.press("All 2")
    one.page.get_by_label("Others, one a line or with commas").fill("uma, vic")
    one.page.get_by_label("Others, one a line or with commas").press("Tab")
    expect(one.page.get_by_text("4 tasks × 4 trainees = 16", exact=True)).to_be_visible()
    one.press("Create the training")
    expect(one.said).to_contain_text("Onboarding is made: 4 tasks × 4 trainees = 16.")
    assert one.training.benchmark.iou == 1.0

    work_off(one.training, "uma", off=1.0)
    one.press("Open the dashboard")
    expect(one.row("uma")).to_contain_text("4 / 4")
    score = one.training.scores().set_index("trainee").loc["uma", "score"]
    expect(one.row("uma")).to_contain_text(f"{score:.1f}")
    # drawn once it is looked at, and only in the theme that the page wears
    one.page.wait_for_function("() => document.querySelector('.aw-figures .aw-only-light').naturalWidth > 0")
    assert one.book.value("sorted({name.split()[1] for name in screen.children[1]._overview._figures.images})") == [
        "light"
    ]

    one.tab("Settings")
    for _ in range(6):
        overlap.press("ArrowLeft")
    told = one.training.what_if(iou=0.7, category=0.5).set_index("trainee")
    expect(one.row("uma")).to_contain_text(f"{told.loc['uma', 'after']:.1f}")
    one.press("Save as version 2")
    expect(one.said).to_contain_text("It counts for nobody until")
    one.press("Re-calculate")
    expect(one.said).to_contain_text("The scores of 4 rounds are re-calculated")
    one.page.wait_for_timeout(3000)  # the screen looks what others do meanwhile: the result stays
    expect(one.page.get_by_text("Re-calculated: version 1 → 2")).to_be_visible()
    assert one.training.benchmark.iou == pytest.approx(0.7)

    one.page.get_by_text("Export CSV…").click()
    one.page.get_by_label("File, beside the notebook").fill("labels.csv")
    one.press("Export")
    number = len(one.training.evaluation_labels())
    expect(one.page.get_by_text(f"{number} evaluation labels written to labels.csv")).to_be_visible()
    assert len((one.book.file.parent / "labels.csv").read_text().splitlines()) == number + 1

    one.tab("Team")
    one.page.get_by_label("Names, one a line or with commas").fill("xia")
    one.press("Add")
    expect(one.said).to_contain_text("Added xia: 4 tasks each.")
    expect(one.row("xia")).to_contain_text("0 / 4")

    one.tab("Submissions")
    one.page.get_by_role("button", name="View cell").first.click()
    expect(one.page.locator(".aw-screen canvas").first).to_be_visible()
    one.press("Back")
    expect(one.page.locator(".aw-tabs")).to_be_visible()
    work_off(one.training, "xia", limit=1)
    one.tab("Team")
    expect(one.row("xia")).to_contain_text("1 / 4")  # without a reload


def test_every_part_of_the_dashboard_can_be_read_and_axe_finds_nothing_serious(
    opened: Callable[..., Page], project: Path
) -> None:
    one = opened("aw.TrainingDashboard(ws.training_project('Onboarding'))", cohort)
    one.page.add_script_tag(path=project / "node_modules" / "axe-core" / "axe.min.js")
    for theme in ("light", "dark"):
        one.book.theme(theme)
        for name in TABS:
            one.tab(name)
            one.book.wait_until_idle()
            assert (name, one.page.evaluate(WRONG)) == (name, [])
            assert one.page.evaluate(FAINT)["faint"] == []
    for width in (1320, 900):
        one.book.resize(width, 900)
        for name in TABS:
            one.tab(name)
            one.book.wait_until_idle()
            assert (name, one.page.evaluate(PIECES)) == (name, [])
            assert one.page.evaluate(
                "() => { const s = document.querySelector('.aw-screen'); return s.scrollWidth <= s.clientWidth }"
            )


def test_every_step_of_a_new_training_can_be_read_and_axe_finds_nothing_serious(
    opened: Callable[..., Page], project: Path
) -> None:
    one = opened("aw.TrainingSetup(ws)")
    one.page.add_script_tag(path=project / "node_modules" / "axe-core" / "axe.min.js")
    for step in range(1, 5):
        expect(one.page.get_by_text(f"step {step} of 4")).to_be_visible()
        one.book.wait_until_idle()
        for theme in ("light", "dark"):
            one.book.theme(theme)
            assert (step, theme, one.page.evaluate(WRONG)) == (step, theme, [])
            assert one.page.evaluate(FAINT)["faint"] == []
        one.book.resize(900, 900)
        assert (step, one.page.evaluate(PIECES)) == (step, [])
        one.book.resize(1400, 1000)
        if step == 1:
            one.page.get_by_label("Name").fill("Onboarding")
        if step == 3:
            one.page.get_by_role("checkbox", name="Blood").check()
            expect(one.page.get_by_text("4 eligible tasks chosen.")).to_be_visible()
        if step < 4:
            one.press("Next")
