"""The comparison in a page: three canvases that move together, a click that chooses, and nobody kept out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.canvas import Canvas, poll
from tests.browser.lab import JupyterServer
from tests.browser.notebook import Notebook
from tests.browser.test_accessibility import WRONG
from tests.browser.test_theme import FAINT, PIECES
from tests.editor.test_javascript import project, run
from tests.widgets.courses import Course, labels
from tests.widgets.test_review_desk import Reviews

__all__ = ["project", "run"]  # fixtures: the build tools of the editor, of which axe-core is one

MakeNotebook = Callable[..., Notebook]
# Where a line of a colour is, in pixels of each canvas: what is seen of the same part is at the same place.
FIRST_COLUMN = """([number, red, green, blue]) => {
    const canvas = document.querySelectorAll('.aw-pane-canvas canvas')[number];
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    for (let x = 0; x < canvas.width; x++) for (let y = 0; y < canvas.height; y++) {
        const i = 4 * (y * canvas.width + x);
        if (Math.hypot(data[i] - red, data[i + 1] - green, data[i + 2] - blue) < 12) return x;
    }
    return -1;
}"""
CELL = [0xD6, 0x27, 0x28]
TRANSFORMS = "() => [...document.querySelectorAll('.aw-pane-canvas canvas')].map(one => one.style.transform)"


def test_the_panes_zoom_and_move_as_one_and_a_click_shows_the_arithmetic(
    notebook: MakeNotebook, jupyter: JupyterServer
) -> None:
    folder = Path(tempfile.mkdtemp(dir=jupyter.files))
    course = Course(folder)
    (task,) = course.submit("uma", labels())
    book = notebook(
        "import annowidgets as aw\n"
        f"training = aw.open_workspace('{folder.name}/course.db', user='lead').training_project('Onboarding')\n"
        f"training.compare({task.id})"
    )
    book.run(0)
    book.hide_code()
    page = book.page

    def columns() -> list[int]:
        return [page.evaluate(FIRST_COLUMN, [number, *CELL]) for number in (0, 1)]

    page.wait_for_selector(".aw-pane-canvas canvas")
    poll(book, lambda: columns()[0] > 0 and columns()[0] == columns()[1], True)
    (before, _) = columns()

    # the wheel zooms all three at once, in the page, before the kernel has drawn anything
    box = book.box(".aw-pane-canvas canvas")
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.9)
    page.mouse.wheel(0, -150)
    page.wait_for_function(f"() => new Set(({TRANSFORMS})()).size === 1")
    poll(book, lambda: page.evaluate(TRANSFORMS), ["", "", ""])
    poll(book, lambda: columns()[0] == columns()[1] and columns()[0] != before, True)

    # fit by key brings all back; a drag moves it and leaves the page where it is
    page.locator(".aw-title").click()
    page.keyboard.press("f")
    poll(book, columns, [before, before])
    page.keyboard.press("+")
    poll(book, lambda: columns()[0] != before, True)
    zoomed = columns()[0]
    box = book.box(".aw-pane-canvas canvas")
    book.drag(box, (150, 150), (330, 150))
    poll(book, lambda: columns()[0] == columns()[1] and columns()[0] > zoomed, True)

    # a click on a label chooses it
    page.keyboard.press("f")
    poll(book, columns, [before, before])
    page.mouse.click(box["x"] + box["width"] * 20 / 160, box["y"] + box["height"] * 17 / 120)
    sums = page.locator(".aw-compare-sum")
    expect(sums).to_contain_text("The cell was found")
    expect(sums.get_by_role("row", name="overlap (IoU)")).to_contain_text("= 50.0")
    page.keyboard.press("n")
    expect(sums).to_contain_text("The rod was found")


SCREENS = {
    "comparison": "aw.Comparison(training('lead'), {task}, {label})",
    "trainee": "aw.TraineeDesk(training('uma'))",
    "instructions": "aw.InstructionEditor(aw.open_workspace(FILE, user='lead').project('Blood'))",
    "review": "aw.ReviewDesk(aw.open_workspace(REVIEWS, user='ro').project('Blood'))",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_every_text_can_be_read_and_nothing_sticks_out(
    notebook: MakeNotebook, jupyter: JupyterServer, project: Path, theme: Any
) -> None:
    folder, other = (Path(tempfile.mkdtemp(dir=jupyter.files)) for _ in range(2))
    course = Course(folder, pass_mark=80, reveal="after_each")
    (task,) = course.submit("uma", labels(3, without=["dot"]))
    task = course.training.task(task.id)
    task.give_hint("Look at the edges.")
    course.project.give_feedback("What of the border?", section="Boxes")
    label = course.training.compare(task).evaluation_labels["evaluation_label"].iloc[1]
    Reviews(other).submit("ann", "bo", at_most=2)
    book = notebook(
        f"import annowidgets as aw\nFILE, REVIEWS = '{folder.name}/course.db', '{other.name}/loop.db'\n"
        "training = lambda user: aw.open_workspace(FILE, user=user).training_project('Onboarding')",
        *(f"screen = {code.format(task=task.id, label=label)}\nscreen" for code in SCREENS.values()),
    )
    book.run(0)
    book.hide_code()
    book.theme(theme)
    book.page.add_script_tag(path=project / "node_modules" / "axe-core" / "axe.min.js")
    found: dict[str, list[str]] = {}
    for cell, name in enumerate(SCREENS, start=1):
        book.page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        book.run(cell)
        book.page.locator(".aw-screen .aw-title h2").wait_for()
        if name == "review":
            Canvas(book).wait()
        book.wait_until_idle()
        found[name] = book.page.evaluate(WRONG) + book.page.evaluate(FAINT)["faint"]
        book.resize(900, 900)
        found[name] += book.page.evaluate(PIECES)
        book.resize(1400, 1000)
    assert found == {name: [] for name in SCREENS}
