"""Masks of 16 million pixels under a real hand, against numpy."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

import annowidgets as aw
from annowidgets.labels import Label
from annowidgets.workflow import Task
from tests.browser.canvas import STAGE, Canvas, poll
from tests.browser.lab import JupyterServer
from tests.browser.notebook import Notebook

SIDE = 4000
BRUSH = 200  # pixels across
Point = tuple[float, float]


def mask_of(task: Task) -> npt.NDArray[np.bool_]:
    """The pixels of the one mask in the file."""
    (label,) = (one for one in task.labels() if isinstance(one, Label))
    assert isinstance(label.shape, aw.Bitmask)
    return label.shape.to_array().astype(bool)


def stroke(*path: Point) -> npt.NDArray[np.float64]:
    """How far the middle of each pixel is from a line; infinitely where the brush can't reach."""
    away = np.full((SIDE, SIDE), np.inf)
    (x0, y0), (x1, y1) = (np.min(path, axis=0) - BRUSH).astype(int), (np.max(path, axis=0) + BRUSH).astype(int)
    y, x = np.mgrid[y0:y1, x0:x1] + 0.5
    for (ax, ay), (bx, by) in pairwise(path):
        dx, dy = bx - ax, by - ay
        share = np.clip(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0, 1)
        part = away[y0:y1, x0:x1]
        np.minimum(part, np.hypot(x - ax - share * dx, y - ay - share * dy), out=part)
    return away


def test_a_mask_of_16_megapixels_is_painted_and_moved_to_the_pixel(
    notebook: Callable[..., Notebook], jupyter: JupyterServer
) -> None:
    folder = Path(tempfile.mkdtemp(dir=jupyter.files))
    Image.linear_gradient("L").resize((SIDE, SIDE)).save(folder / "large.png", compress_level=1)
    ws = aw.open_workspace(folder / "large.db", user="lead")
    project = ws.create_project("Large", ontology=aw.Ontology(objects=[aw.ObjectClass("tissue", shape="bitmask")]))
    project.add_images([folder / "large.png"], progress=False)
    project.add_member("ann")
    project.create_ground_truth_batch("gold").launch()
    book = notebook(f"import annowidgets as aw\naw.LabelDesk('{folder.name}/large.db', 'Large', user='ann')")
    book.run(0)
    book.hide_code()
    hand, mouse = Canvas(book), book.page.mouse
    hand.wait()
    hand.focus()
    hand.keys("1")
    hand.book.page.get_by_label("Brush size").fill(str(round(100 * np.log(BRUSH) / np.log(1000))))
    across = int(book.page.locator(".aw-ed-brush output").inner_text().removesuffix(" px"))

    # at whole pixels of the screen, so that where the hand was is known to the last digit
    book.box(STAGE)
    (left, top), (right, _) = hand.place((0, 0)), hand.place((SIDE, 0))
    scale = (right - left) / SIDE
    screen = [tuple(round(one) for one in hand.place(point)) for point in ((700, 900), (1900, 1500), (3100, 800))]
    mouse.move(*screen[0])
    mouse.down()
    for x, y in screen[1:]:
        mouse.move(x, y)
    mouse.up()
    hand.wait_for(1)
    poll(book, lambda: hand.pending, 0)
    task = ws.as_user("ann").project("Large").next_task()
    assert task is not None
    painted = mask_of(task)
    away = stroke(*(((x - left) / scale, (y - top) / scale) for x, y in screen))
    wrong = painted != (away <= across / 2)
    assert np.abs(away[wrong] - across / 2).max(initial=0) < 0.01
    assert painted.sum() > 300_000

    hand.keys("v")
    (x, y), (to_x, to_y) = screen[1], (screen[1][0] + 61, screen[1][1] + 83)
    mouse.move(x, y)
    mouse.down()
    mouse.move(to_x, to_y, steps=20)
    mouse.up()
    poll(book, lambda: task.revision, 2)
    moved = mask_of(task)
    down, right_by = round(83 / scale), round(61 / scale)
    assert (np.roll(painted, (down, right_by), axis=(0, 1)) == moved).all()
