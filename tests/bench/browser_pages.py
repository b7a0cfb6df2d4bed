"""JupyterLab pages for the browser benchmarks: our desk, jupyter-bbox-widget, each near or far from its kernel."""

from __future__ import annotations

import dataclasses
import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.bench.browser_hand import Hand, hand_on
from tests.bench.browser_kernel import SIZE
from tests.bench.latency import delayed
from tests.browser.canvas import Canvas
from tests.browser.lab import CHROMIUM_ARGUMENTS, JupyterServer, find_chromium, running_server
from tests.browser.notebook import Notebook, write_notebook

WINDOW: ViewportSize = {"width": 1400, "height": 1000}
PATIENCE = 120_000  # ms


class Contender(NamedTuple):
    """A widget and how to use it.

    Attributes
    ----------
    cell : str
        Shows it with `count` labels.
    canvas : str
        Selector of what shows the picture.
    watched : str
        Selector of the nodes that change when a move is handled.
    focus : str
        Selector of what keys are pressed in.
    """

    name: str
    cell: str
    canvas: str
    watched: str
    focus: str


OURS = Contender("annowidgets", "shown = desk({count})", ".aw-ed-stage", ".aw-ed", ".aw-ed-stage")
THEIRS = Contender(
    "jupyter-bbox-widget", "shown = box_widget({count})", ".image > svg", ".image > svg", ".wrapper[tabindex]"
)
SHOW = "from tests.bench.browser_kernel import *\n'shown' in globals() and shown.close()\n{cell}\nshown"


class Sheet:
    """One contender in a page of its own."""

    def __init__(self, contender: Contender, book: Notebook, hand: Hand) -> None:
        self.contender, self.book, self.page, self.hand = contender, book, book.page, hand
        self._left = self._top = self._scale = 0.0

    def show(self, cell: int) -> None:
        """Run one of the cells, which takes the place of what was shown before."""
        self.page.bring_to_front()
        self.page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        self.book.run(cell)
        self.book.hide_code()
        self.page.locator(self.contender.canvas).first.wait_for(timeout=PATIENCE)
        self.book.wait_until_idle()
        self.page.wait_for_timeout(500)
        place = self.book.box(self.contender.canvas)
        if self.contender is OURS:
            canvas = Canvas(self.book)
            canvas.wait()
            (left, top), (right, _) = canvas.place((0, 0)), canvas.place((SIZE[0], 0))
            self._left, self._top, self._scale = left, top, (right - left) / SIZE[0]
        else:
            self._left, self._top, self._scale = place["x"], place["y"], place["width"] / SIZE[0]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where on the page a pixel of the picture lies."""
        return self._left + x * self._scale, self._top + y * self._scale

    @contextmanager
    def frozen_kernel(self) -> Iterator[None]:
        """Stop the kernel for a while."""
        process = int(self.book.value("__import__('os').getpid()"))
        os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process, signal.SIGCONT)

    def key(self, key: str) -> None:
        """Press a key as a person does whose focus is on the picture."""
        self.page.locator(self.contender.focus).first.focus()
        self.page.keyboard.press(key)


class Lab:
    """A server, and a Chromium with a port for DevTools."""

    def __init__(self, server: JupyterServer, browser: Browser, port: int, folder: Path, stack: ExitStack) -> None:
        self.server, self._browser, self._port, self._folder, self._stack = server, browser, port, folder, stack
        self._count = 0

    def sheet(self, contender: Contender, cells: list[str], *, round_trip: float = 0.0) -> Sheet:
        """Open a page; `round_trip` seconds lie between it and its kernel."""
        server = self.server
        if round_trip:
            port = self._stack.enter_context(delayed(urlsplit(server.url).port or 0, round_trip))
            server = dataclasses.replace(server, url=f"http://127.0.0.1:{port}")
        context = self._stack.enter_context(self._browser.new_context(viewport=WINDOW))
        context.set_default_timeout(PATIENCE)
        self._count += 1
        file = server.files / f"{self._count}.ipynb"
        write_notebook(file, cells)
        book = Notebook(context.new_page(), server, file, self._folder)
        self._stack.callback(book.shut_down)
        return Sheet(contender, book, self._stack.enter_context(hand_on(book.page, self._port)))

    def blank(self) -> tuple[Page, Hand]:
        """Open a page with next to nothing in it."""
        page = self._stack.enter_context(self._browser.new_context(viewport=WINDOW)).new_page()
        # a line of text; Chromium gives no input to a page that has painted nothing yet
        page.goto(f"{self.server.url}/api")
        page.wait_for_timeout(1000)
        return page, self._stack.enter_context(hand_on(page, self._port))


@contextmanager
def lab() -> Iterator[Lab]:
    """Start all; end all."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        server = stack.enter_context(running_server("lab", folder))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=[*CHROMIUM_ARGUMENTS, f"--remote-debugging-port={port}"]
        )
        stack.callback(browser.close)
        with ExitStack() as pages:
            yield Lab(server, browser, port, folder, pages)
