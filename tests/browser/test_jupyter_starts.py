"""The ground that the widgets' tests stand on: widgets, themes and kernels work in both applications."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.lab import JupyterServer, in_both_apps
from tests.browser.notebook import Notebook

MakeNotebook = Callable[..., Notebook]

BUTTON = """
import ipywidgets
clicks = []
button = ipywidgets.Button(description="Count")
button.on_click(lambda _: clicks.append(len(clicks)))
button
"""
CANVAS = """
from ipycanvas import Canvas
canvas = Canvas(width=300, height=200)
canvas.layout.width, canvas.layout.height = "300px", "200px"
canvas.on_client_ready(lambda: None)
moves = []
def paint(x, y):
    moves.append((x, y))
    canvas.fill_style = "#d62728"
    canvas.fill_rect(x - 5, y - 5, 10, 10)
canvas.on_mouse_up(paint)
canvas
"""
BRIGHTNESS = """() => {
    const colour = getComputedStyle(document.body).getPropertyValue('--jp-layout-color1');
    const paint = document.createElement('canvas').getContext('2d');
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    return paint.getImageData(0, 0, 1, 1).data[0];
}"""


@in_both_apps
def test_a_click_on_a_widget_reaches_the_kernel_and_themes_can_be_switched(notebook: MakeNotebook) -> None:
    book = notebook(BUTTON, "print(f'{len(clicks)} clicks')")
    book.run(0)
    book.hide_code()
    for _ in range(2):
        book.page.get_by_role("button", name="Count").click()
    book.wait_for_value("clicks", [0, 1])
    book.run(1)
    assert book.text(1) == "2 clicks\n"

    assert book.page.evaluate(BRIGHTNESS) > 200
    book.theme("dark")
    assert book.page.evaluate(BRIGHTNESS) < 60
    assert book.screenshot("dark").stat().st_size > 0


@in_both_apps
def test_a_theme_that_one_test_chose_is_forgotten_in_the_next(notebook: MakeNotebook) -> None:
    assert notebook("1").page.evaluate(BRIGHTNESS) > 200


def test_a_drag_lands_where_it_was_aimed_and_the_kernels_drawing_is_seen(notebook: MakeNotebook) -> None:
    book = notebook(CANVAS)
    book.resize(900, 700)
    book.run(0)
    book.hide_code()
    box = book.box(".jp-OutputArea-output canvas")
    assert (box["width"], box["height"]) == (300, 200)
    book.drag(box, (40, 40), (120, 100))
    book.wait_for_pixel(".jp-OutputArea-output canvas", 120, 100, (0xD6, 0x27, 0x28))
    assert book.value("moves") == [[120, 100]]


def test_a_restart_forgets_the_kernel_and_a_reload_does_not(notebook: MakeNotebook) -> None:
    book = notebook("held = 1")
    book.run(0)
    book.reload()
    assert book.value("held") == 1
    book.restart_kernel()
    assert book.value("'held' in globals()") is False


def test_a_cell_that_fails_is_told_with_its_traceback(notebook: MakeNotebook) -> None:
    book = notebook("def f():\n    raise ValueError('out of range')\nf()")
    with pytest.raises(AssertionError, match=r"(?s)cell 0 failed:.*line 2.*out of range"):
        book.run(0)


def test_kernels_run_this_checkout_and_know_nothing_of_the_developers_hub(
    notebook: MakeNotebook, jupyter: JupyterServer
) -> None:
    book = notebook("import os, annowidgets")
    book.run(0)
    assert book.value("os.environ.get('JUPYTERHUB_USER')") is None
    assert book.value("os.environ['HOME']") == str(jupyter.home)
    assert book.file.parent == jupyter.files
