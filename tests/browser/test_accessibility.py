"""Nobody is kept out: axe-core finds nothing serious in any screen, and the desk is worked by keyboard alone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.canvas import Canvas
from tests.browser.every_shape import KINDS, draw, queue_of
from tests.browser.lab import JupyterServer
from tests.browser.notebook import Notebook
from tests.editor.test_javascript import project, run
from tests.widgets.loops import Loop

__all__ = ["project", "run"]  # fixtures: the build tools of the editor, of which axe-core is one

MakeNotebook = Callable[..., Notebook]

SCREENS = {
    "desk": "aw.LabelDesk(as_('ann'))",
    "batches": "aw.BatchesPage(as_('lead'))",
    "batch": "aw.BatchView(as_('lead').batch('round 1'))",
    "audit": "aw.AuditTool(as_('lead').batch('round 1'))",
}
WRONG = """async () => {
    const {passes, violations} = await axe.run(document.querySelector('.aw-screen'));
    if (passes.length < 10) return ['hardly anything was looked at'];
    return violations.filter(({impact}) => impact === 'serious' || impact === 'critical').flatMap(({id, nodes}) =>
        nodes.map(({target, failureSummary}) => `${id}: ${target}: ${failureSummary}`));
}"""
# What Tab can reach: controls that are seen, are not switched off, and do not hand the focus on among themselves.
CONTROLS = """() => [...document.querySelector('.aw-screen').querySelectorAll(
    'button, input, select, textarea, summary, a[href], [tabindex="0"]')]
    .filter(one => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({visibilityProperty: true}))
    .filter(one => one.type !== 'radio')
    .map((one, number) => (one.dataset.testNumber = String(number), number))"""
FOCUSED = """() => {
    const one = document.activeElement;
    if (!one?.closest('.aw-screen')) return null;
    // where the ring is round a parent, or a thumb of a slider, it is seen there
    const seen = element => {
        const {outlineStyle, outlineWidth, boxShadow} = getComputedStyle(element);
        return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1) || boxShadow !== 'none';
    };
    const name = one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent;
    return {number: one.dataset.testNumber ?? null, ring: seen(one) || seen(one.parentElement), name: name.trim(),
        html: one.outerHTML.slice(0, 120)};
}"""


@pytest.fixture
def screens(notebook: MakeNotebook, jupyter: JupyterServer, project: Path) -> Notebook:
    """A notebook with a cell for each screen, on a calibration that one of two has labelled, with axe-core."""
    folder = Path(tempfile.mkdtemp(dir=jupyter.files))
    Loop(folder, attempts_per_item=2).submit("bo")
    opened = f"aw.open_workspace('{folder.name}/loop.db', user=user).project('Blood')"
    book = notebook(
        f"import annowidgets as aw\nas_ = lambda user: {opened}",
        *(f"screen = {code}\nscreen" for code in SCREENS.values()),
    )
    book.run(0)
    book.hide_code()
    book.page.add_script_tag(path=project / "node_modules" / "axe-core" / "axe.min.js")
    return book


@pytest.fixture
def desk(notebook: MakeNotebook, jupyter: JupyterServer) -> Canvas:
    """Ann's desk in a project with a class of each shape."""
    folder = Path(tempfile.mkdtemp(dir=jupyter.files))
    queue_of(folder, 2)
    book = notebook(
        f"import annowidgets as aw\ndesk = aw.LabelDesk('{folder.name}/loop.db', 'Blood', user='ann')\ndesk"
    )
    book.run(0)
    book.hide_code()
    canvas = Canvas(book)
    canvas.wait()
    return canvas


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_screen(screens: Notebook, theme: Any) -> None:
    screens.theme(theme)
    wrong: dict[str, list[str]] = {}
    for cell, name in enumerate(SCREENS, start=1):
        screens.page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        screens.run(cell)
        screens.page.locator(".aw-screen .aw-title").wait_for()
        if name in ("desk", "audit"):
            Canvas(screens).wait()
        screens.wait_until_idle()
        wrong[name] = screens.page.evaluate(WRONG)
    assert {name: found for name, found in wrong.items() if found} == {}
    assert list(wrong) == list(SCREENS)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_an_editor_in_which_much_is_open(desk: Canvas, project: Path, theme: Any) -> None:
    desk.book.theme(theme)
    desk.page.add_script_tag(path=project / "node_modules" / "axe-core" / "axe.min.js")
    for number in range(KINDS):
        draw(desk, number)  # the last one is a skeleton: it is selected, with the visibility of its points
    desk.page.locator(".aw-ed summary", has_text="View").click()
    assert desk.page.evaluate(WRONG) == []


def test_every_control_of_the_desk_is_reached_by_tab_and_shows_that_it_has_the_focus(desk: Canvas) -> None:
    for number in range(KINDS):
        draw(desk, number)
    page = desk.page
    page.wait_for_function("() => document.querySelector('.aw-ed-saving').textContent === 'saved'")
    wanted = page.evaluate(CONTROLS)
    reached: set[str] = set()
    page.locator(".aw-screen .aw-title").click()
    for _ in range(2 * len(wanted)):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        assert focused["ring"], f"nobody sees that this has the focus: {focused['html']}"
        assert focused["name"], f"it has no name: {focused['html']}"
        reached.add(focused["number"])
    missing = [
        page.locator(f"[data-test-number='{number}']").evaluate("one => one.outerHTML")
        for number in wanted
        if str(number) not in reached
    ]
    assert not missing
