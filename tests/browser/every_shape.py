"""Draws shapes of every kind, one after the other, as somebody does who labels for an hour."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.canvas import Canvas
from tests.browser.test_editor import ONTOLOGY
from tests.widgets.loops import SIZE, Loop

KINDS = len(ONTOLOGY.objects)
COLUMNS, ROWS = 5, 4
MESSAGE = ".aw-screen > .aw-live > .aw-message"


def queue_of(folder: Path, items: int) -> Loop:
    """Make a project with a class of each shape and a ground truth batch in which ann finds a task per item."""
    loop = Loop(folder, ontology=ONTOLOGY, items=items)
    loop.batch.close_early(reason="Not needed here.")
    loop.project.create_ground_truth_batch("gold").launch()
    loop.project.update_instructions("", note="So that they leave the room to the picture.")
    return loop


def draw(hand: Canvas, number: int, *, steps: int = 4) -> None:
    """Draw shape number 0, 1, ... of a picture: of each kind in turn, each at a place of its own."""
    width, height = SIZE[0] / COLUMNS, SIZE[1] / ROWS
    x, y = (number % COLUMNS) * width + 4, (number // COLUMNS % ROWS) * height + 4
    right, low = x + width - 10, y + height - 10
    kind = number % KINDS
    # nothing is selected: no handle in the way, no mask to go on with
    hand.keys("Escape", str(kind + 1))
    if kind == 2:
        hand.click((x, y), (right, y + 2), (x + 8, low))
        hand.keys("Enter")
    elif kind == 3:
        hand.click((x, y), (right, low))
        hand.keys("Enter")
    elif kind == 4:
        hand.click((x, y))
    else:
        hand.drag((x, y), (right, low), steps=steps)
    hand.wait_for(number + 1)


def submit(hand: Canvas, *, task: str) -> None:
    """Submit by key, once all is saved, and wait for the next task's picture; `task` is how the title says which."""
    hand.page.wait_for_function("() => document.querySelector('.aw-ed-saving').textContent === 'saved'")
    hand.focus()
    hand.keys("Control+Enter")
    expect(hand.page.locator(".aw-title")).to_contain_text(task)
    hand.wait()
    hand.wait_for(0)
