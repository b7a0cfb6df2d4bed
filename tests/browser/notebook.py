"""A driver for one notebook in a page of JupyterLab or Notebook 7."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import nbformat
from playwright.sync_api import FloatRect, Locator, Page

from tests.browser.lab import JupyterServer

Point = tuple[float, float]
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
COLOURS_OF_A_TERMINAL = re.compile(r"\x1b\[[0-9;]*m")

READY = """() => {
    const panel = window.jupyterapp?.shell?.currentWidget;
    return panel?.context?.isReady && panel.sessionContext?.isReady
        && panel.sessionContext.session?.kernel?.status === 'idle';
}"""
RUN_CELL = """async ([cell, wait]) => {
    const content = jupyterapp.shell.currentWidget.content;
    content.activeCellIndex = cell;
    content.deselectAll();
    const done = jupyterapp.commands.execute('notebook:run-cell');
    if (wait) await done;
}"""
OUTPUTS = "cell => jupyterapp.shell.currentWidget.content.model.cells.get(cell).outputs.toJSON()"
CELLS = "() => jupyterapp.shell.currentWidget.content.model.cells.length"
EVALUATE = """async expression => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const request = {code: '', store_history: false, user_expressions: {value: expression}};
    return (await kernel.requestExecute(request).done).content.user_expressions.value;
}"""
START = """code => {
    jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code, store_history: false});
}"""
# Lumino lays out over several frames; a box counts once it has been the same for three of them.
SETTLED_BOX = """element => new Promise(resolve => {
    let before = '', same = 0;
    const look = () => {
        const {x, y, width, height} = element.getBoundingClientRect();
        const now = [x, y, width, height].join();
        same = now === before ? same + 1 : 0;
        before = now;
        if (same >= 3) resolve({x, y, width, height}); else requestAnimationFrame(look);
    };
    look();
})"""
PIXEL = """([selector, x, y]) => [
    ...document.querySelector(selector).getContext('2d').getImageData(x, y, 1, 1).data]"""


class Notebook:
    """One notebook, open in a page; cells are numbered from 0.

    Attributes
    ----------
    page : playwright.sync_api.Page
        For whatever this class has no method for.
    file : Path
        The notebook's file, beside which its kernel runs.
    errors : list of str
        What the page threw and nobody caught since the notebook was opened.
    """

    def __init__(self, page: Page, server: JupyterServer, file: Path, pictures: Path) -> None:
        self.page = page
        self.file = file
        self.errors: list[str] = []
        self._server = server
        self._pictures = pictures
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.open()

    def open(self) -> None:
        """Load the page and wait until the notebook, its session and its kernel are ready."""
        name = self.file.name
        path = f"doc/tree/{name}?reset" if self._server.app == "lab" else f"notebooks/{name}"
        self.page.goto(f"{self._server.url}/{path}", wait_until="domcontentloaded")
        self.page.wait_for_function("() => window.jupyterapp?.restored")
        self.page.evaluate("() => jupyterapp.restored.then(() => true)")
        self.wait_until_idle()
        # JupyterLab takes its splash screen away late, on a loaded machine twice, which throws; nothing of ours does.
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")
        self.errors.clear()  # Notebook 7 throws one of its own while it starts

    def reload(self) -> None:
        """Save, then load the page anew, as a person does who presses F5; the kernel lives on."""
        self.save()
        self.open()

    def save(self) -> None:
        """Write the notebook with its outputs to its file."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.context.save()")

    def run(self, cell: int, *, wait: bool = True) -> None:
        """Run a cell; unless `wait` is off, an exception in it is raised here with its traceback."""
        self.page.evaluate(RUN_CELL, [cell, wait])
        if wait and (failure := self.failure(cell)):
            raise AssertionError(f"cell {cell} failed:\n{failure}")

    def run_all(self) -> None:
        """Run every cell in order, up to the first that fails."""
        for cell in range(self.page.evaluate(CELLS)):
            self.run(cell)

    def wait_until_idle(self) -> None:
        """Wait until the kernel has nothing left to do."""
        self.page.wait_for_function(READY)

    def restart_kernel(self) -> None:
        """Restart the kernel, which forgets everything; the page stays."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
        self.wait_until_idle()

    def text(self, cell: int) -> str:
        """Return what a cell printed and the plain text of what it showed."""
        outputs = self.page.evaluate(OUTPUTS, cell)
        return "".join(
            "".join(output.get("text") or output.get("data", {}).get("text/plain") or "") for output in outputs
        )

    def failure(self, cell: int) -> str:
        """Return the traceback of a cell's exception, "" where there is none."""
        outputs = self.page.evaluate(OUTPUTS, cell)
        lines = [line for o in outputs if o["output_type"] == "error" for line in [*o["traceback"], o["evalue"]]]
        return COLOURS_OF_A_TERMINAL.sub("", "\n".join(lines))

    def value(self, expression: str) -> Any:
        """Evaluate an expression in the kernel, without a trace in the notebook.

        It comes back through JSON: tuples as lists, keys as strings.
        """
        answer = self.page.evaluate(EVALUATE, f"__import__('json').dumps({expression})")
        if answer["status"] != "ok":
            raise AssertionError(f"{expression}: {answer['ename']}: {answer['evalue']}")
        return json.loads(ast.literal_eval(answer["data"]["text/plain"]))

    def start(self, code: str) -> None:
        """Let the kernel run code, without a trace in the notebook and without waiting for its end."""
        self.page.evaluate(START, code)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop the kernel for a while: a cell that runs would not do, messages of widgets pass it by on a subshell."""
        process = int(self.value("__import__('os').getpid()"))
        os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)

    def wait_for_value(self, expression: str, expected: object, *, seconds: float = 30) -> None:
        """Ask the kernel until `expression` equals `expected`: a click reaches it when it does."""
        deadline = time.monotonic() + seconds
        while (found := self.value(expression)) != expected:
            if time.monotonic() > deadline:
                raise AssertionError(f"{expression} is {found!r}, not {expected!r}, after {seconds} s")
            self.page.wait_for_timeout(50)

    def hide_code(self) -> None:
        """Fold all code away, so that outputs stand near the top of the page."""
        self.page.evaluate("() => jupyterapp.commands.execute('notebook:hide-all-cell-code')")

    def box(self, selector: str) -> FloatRect:
        """Scroll an element into view; return where it then stands, in CSS pixels of the window."""
        element = self._visible(selector)
        element.scroll_into_view_if_needed()
        box: FloatRect = element.evaluate(SETTLED_BOX)
        return box

    def drag(self, box: FloatRect, start: Point, end: Point, *, steps: int = 12) -> None:
        """Drag from one point of a box to another, with `steps` moves on the way."""
        mouse = self.page.mouse
        mouse.move(box["x"] + start[0], box["y"] + start[1])
        mouse.down()
        mouse.move(box["x"] + end[0], box["y"] + end[1], steps=steps)
        mouse.up()

    def pixel(self, canvas: str, x: int, y: int) -> list[int]:
        """Return red, green, blue and alpha, 0 to 255, of a canvas at its own pixel (x, y)."""
        rgba: list[int] = self.page.evaluate(PIXEL, [canvas, x, y])
        return rgba

    def wait_for_pixel(self, canvas: str, x: int, y: int, rgb: Sequence[int]) -> None:
        """Wait until a canvas that the kernel draws has this colour at its own pixel (x, y)."""
        self.page.wait_for_function(
            f"([place, rgb]) => ({PIXEL})(place).slice(0, 3).join() === rgb.join()",
            arg=[[canvas, x, y], list(rgb)],
        )

    def theme(self, name: Literal["light", "dark"]) -> None:
        """Switch the theme and wait until the page wears it."""
        self.page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", THEMES[name])
        self.page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light", arg=str(name == "light").lower()
        )

    def resize(self, width: int, height: int) -> None:
        """Give the window another size, in CSS pixels, and wait until the screen in it has settled."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.locator(".jp-Notebook, .aw-screen").last.evaluate(SETTLED_BOX)

    def screenshot(self, name: str, selector: str | None = None) -> Path:
        """Write a picture of the window, or of one element, into the test's folder; return its path."""
        path = self._pictures / f"{name}.png"
        if selector is None:
            self.page.screenshot(path=path)
        else:
            self._visible(selector).screenshot(path=path)
        return path

    def shut_down(self) -> None:
        """End the kernel."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget?.sessionContext?.shutdown()")

    def _visible(self, selector: str) -> Locator:
        element = self.page.locator(selector).first
        element.wait_for(state="visible")
        return element


def write_notebook(file: Path, cells: Sequence[str]) -> None:
    """Write a notebook of these code cells."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, file)
