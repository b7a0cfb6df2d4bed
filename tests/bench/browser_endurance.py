"""An hour's worth of labelling: five hundred shapes over twenty-five tasks, and what is left of them in memory."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.bench.browser_pages import OURS, Lab
from tests.browser.canvas import Canvas
from tests.browser.every_shape import draw, queue_of, submit
from tests.browser.notebook import Notebook

SHAPES = 500
PER_TASK = 20
EVERY = 5  # tasks between two looks
RSS = "int(open('/proc/self/statm').read().split()[1]) * __import__('os').sysconf('SC_PAGE_SIZE')"
TRACED = "__import__('tracemalloc').get_traced_memory()[0]"
COLLECTED = "__import__('gc').collect()"
OPEN = (
    "import annowidgets as aw, tracemalloc\n"
    "shown = aw.LabelDesk('{folder}/loop.db', 'Blood', user='ann')\ntracemalloc.start()\nshown"
)


class Memory(NamedTuple):
    """What is held, in bytes and in pieces, when all that nobody holds is gone."""

    heap: int
    nodes: int
    listeners: int
    kernel: int
    traced: int


def endurance(lab: Lab) -> None:
    """Print what the page and the kernel hold as tasks go by."""
    folder = Path(tempfile.mkdtemp(dir=lab.server.files))
    tasks = SHAPES // PER_TASK
    loop = queue_of(folder, tasks + 1)
    sheet = lab.sheet(OURS, [OPEN.format(folder=folder.name)])
    sheet.show(0)
    hand = Canvas(sheet.book)
    print(f"\nendurance: {SHAPES} shapes of all kinds drawn by pointer and submitted, {PER_TASK} to a task")
    print(
        f"  {'tasks':>5} {'page heap':>12} {'nodes':>8} {'listeners':>10} {'kernel (rss)':>14} {'kernel (traced)':>16}"
    )
    for task in range(1, tasks + 1):
        for number in range(PER_TASK):
            draw(hand, number)
        submit(hand, task=f"task {task + 1} of {tasks + 1}")
        if task % EVERY == 0:
            held = _memory(sheet.book)
            print(
                f"  {task:>5} {held.heap / 1e6:>9.1f} MB {held.nodes:>8} {held.listeners:>10} "
                f"{held.kernel / 1e6:>11.1f} MB {held.traced / 1e6:>13.2f} MB"
            )
    assert loop.rows("SELECT count(*) FROM label_sets WHERE kind = 'submission'") == [(tasks,)]


def _memory(book: Notebook) -> Memory:
    page = book.page
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    metrics = {each["name"]: int(each["value"]) for each in session.send("Performance.getMetrics")["metrics"]}
    heap = int(session.send("Runtime.getHeapUsage")["usedSize"])
    session.detach()
    book.value(COLLECTED)
    return Memory(heap, metrics["Nodes"], metrics["JSEventListeners"], book.value(RSS), book.value(TRACED))
