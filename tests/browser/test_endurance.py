"""An hour at the desk leaves nothing behind in the page."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.browser.canvas import Canvas
from tests.browser.every_shape import draw, queue_of, submit
from tests.browser.lab import JupyterServer
from tests.browser.notebook import Notebook

MakeNotebook = Callable[..., Notebook]
FIRST, SECOND = 6, 18  # tasks done
SHAPES = 7  # of a task: one of each kind
SLACK = 0.01  # JupyterLab's own nodes and listeners come and go


def test_a_task_that_is_handed_in_leaves_no_node_and_no_listener_in_the_page(
    notebook: MakeNotebook, jupyter: JupyterServer
) -> None:
    folder = Path(tempfile.mkdtemp(dir=jupyter.files))
    loop = queue_of(folder, SECOND + 1)
    book = notebook(
        f"import annowidgets as aw\ndesk = aw.LabelDesk('{folder.name}/loop.db', 'Blood', user='ann')\ndesk"
    )
    book.run(0)
    book.hide_code()
    hand = Canvas(book)
    hand.wait()
    counted: list[tuple[int, int]] = []
    for task in range(1, SECOND + 1):
        # the first tasks bring everything in; after that a task is like any other
        for number in range(SHAPES if task in (1, FIRST, SECOND) else 1):
            draw(hand, number)
        submit(hand, task=f"task {task + 1} of {SECOND + 1}")
        if task in (FIRST, SECOND):
            counted.append(nodes_and_listeners(book))
    (nodes, listeners), (nodes_after, listeners_after) = counted
    per_task = 1 / (SECOND - FIRST)
    assert (nodes_after - nodes) * per_task < SLACK * nodes * per_task, counted
    assert (listeners_after - listeners) * per_task < SLACK * listeners * per_task, counted
    assert loop.rows("SELECT count(*) FROM label_sets WHERE kind = 'submission'") == [(SECOND,)]


def nodes_and_listeners(book: Notebook) -> tuple[int, int]:
    """How many there are, also outside of the document, once what nobody holds is gone."""
    session = book.page.context.new_cdp_session(book.page)
    session.send("Performance.enable")
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return int(metrics["Nodes"]), int(metrics["JSEventListeners"])
