"""Fixtures for tests in a real browser: `notebook` is the one to ask for."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, expect

from tests.browser.lab import App, JupyterServer, running_chromium, running_server
from tests.browser.notebook import Notebook, write_notebook

HERE = Path(__file__).parent
PATIENCE = 60_000  # ms; a cold server on a busy machine
WINDOW = pytest.StashKey[BrowserContext]()
# Thrown by others, and nothing that a person sees follows:
THEIRS = (
    "Failed to execute 'removeChild'",  # JupyterLab's splash screen, where a second theme is loaded within 0.2 s
    "null (reading 'widgets')",  # a box of ipywidgets that is taken away while what it holds is being made
)
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # JupyterLab's widget manager can miss the models of a page that is loaded anew on a busy machine, and shows
            # "model not found"; what is wrong fails twice.
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[App], JupyterServer]]:
    """Start each of the two applications when first asked for, once in a run."""
    running: dict[App, JupyterServer] = {}
    with ExitStack() as stack:

        def server(app: App) -> JupyterServer:
            if app not in running:
                running[app] = stack.enter_context(running_server(app, tmp_path_factory.mktemp(app)))
            return running[app]

        yield server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def jupyter(servers: Callable[[App], JupyterServer], request: pytest.FixtureRequest) -> JupyterServer:
    """JupyterLab, or under `@in_both_apps` that and Notebook 7 in turn; with its settings as new."""
    server = servers(getattr(request, "param", "lab"))
    server.reset_settings()
    return server


@pytest.fixture
def window(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A window of its own for each test: nothing in IndexedDB, no cookies, 1400 x 1000 pixels."""
    with chromium.new_context(viewport={"width": 1400, "height": 1000}, device_scale_factor=1) as context:
        context.set_default_timeout(PATIENCE)
        request.node.stash[WINDOW] = context
        yield context


@pytest.fixture
def notebook(
    jupyter: JupyterServer, window: BrowserContext, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Notebook]]:
    """Open notebooks, each in a tab: `notebook("import annowidgets", ...)` or `notebook(path=existing)`.

    At the end of the test their kernels are ended, and an error that a page threw fails the test.
    """
    opened: list[Notebook] = []
    name = re.sub(r"\W+", "_", request.node.name)

    def make(*cells: str, path: Path | None = None) -> Notebook:
        file = jupyter.files / f"{name}_{len(opened)}.ipynb"
        if path is None:
            write_notebook(file, cells)
        else:
            shutil.copyfile(path, file)
        opened.append(Notebook(window.new_page(), jupyter, file, tmp_path))
        return opened[-1]

    yield make
    for each in opened:
        each.shut_down()
    thrown = [error for each in opened for error in each.errors if not any(theirs in error for theirs in THEIRS)]
    assert not thrown, "a page threw:\n" + "\n".join(thrown)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Leave a picture of each page when a test fails, and say where it is."""
    report = yield
    window = item.stash.get(WINDOW, None)
    if call.when == "call" and report.failed and window is not None:
        for number, page in enumerate(window.pages):
            picture = Path(str(item.funcargs["tmp_path"])) / f"failed-{number}.png"
            try:
                page.screenshot(path=picture)
                report.sections.append(("Screenshot", str(picture)))
            except Error as error:
                report.sections.append(("No screenshot", str(error)))
    return report
