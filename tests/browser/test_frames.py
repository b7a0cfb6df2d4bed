"""Tracks in the label editor: an item of many frames, labelled by mouse and keyboard, and the labels in the file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

import annowidgets as aw
from annowidgets.labels import Answer, Label, labels_from_json
from annowidgets.workflow import Project
from tests.browser.canvas import FRONT, Canvas, poll
from tests.browser.lab import JupyterServer
from tests.browser.notebook import Notebook
from tests.media import videos

FRAMES = 31
SIZE = (160, 120)  # width, height
ONTOLOGY = aw.Ontology(
    objects=[aw.ObjectClass("person", shape="bounding_box", color="#d62728")],
    classifications=[aw.Radio("view", ["clear", "hidden"], required=True, scope="frame")],
)
SHOWN = f"() => {{ const {{frames}} = ({FRONT})().session; return [frames.index, frames.wanted] }}"
SEEN = f"""() => ({FRONT})().session.seen.map(({{drawn, shape}}) => [drawn, 5 * Math.round(shape.x / 5)])"""

Add = Callable[[Project, Path], object]


class Desk:
    """Ann's desk on one item of many frames, and the file behind it."""

    def __init__(self, book: Notebook, project: Project) -> None:
        self.book, self.page, self.project = book, book.page, project
        self.canvas = Canvas(book)

    def wait_for_frame(self, index: int) -> None:
        poll(self.book, lambda: self.page.evaluate(SHOWN), [index, index])

    def draft(self) -> list[Any]:
        with self.project.workspace.database.read() as connection:
            row = connection.execute("SELECT labels FROM drafts").fetchone()
        return [] if row is None else labels_from_json(row[0])

    def tracks(self) -> list[dict[int, int | None]]:
        """Frame -> left edge of each object in the draft, to the nearest 5 pixels: no hand is more exact."""
        return [
            {frame: None if shape is None else 5 * round(shape.x / 5) for frame, shape in label.key_frames.items()}
            for label in self.draft()
            if isinstance(label, Label)
        ]

    def wait_for(self, *expected: dict[int, int | None]) -> None:
        poll(self.book, self.tracks, list(expected))


@pytest.fixture
def sit_down(notebook: Callable[..., Notebook], jupyter: JupyterServer) -> Callable[[Add], Desk]:
    """Make a project of the item that `add` adds, and open ann's desk on its ground truth."""

    def make(add: Add) -> Desk:
        folder = Path(tempfile.mkdtemp(dir=jupyter.files))
        project = aw.open_workspace(folder / "work.db", user="lea").create_project("Walk", ontology=ONTOLOGY)
        project.update_settings(sampling_rate=0)
        add(project, folder)
        project.add_member("ann")
        project.create_ground_truth_batch("gold").launch()
        book = notebook(
            f"import annowidgets as aw\ndesk = aw.LabelDesk('{folder.name}/work.db', 'Walk', user='ann')\ndesk"
        )
        book.run(0)
        book.hide_code()
        desk = Desk(book, project)
        desk.canvas.wait()
        return desk

    return make


def film(project: Project, folder: Path) -> None:
    project.add_video(videos.write(folder / "walk.mp4", frames=FRAMES), progress=False)


def walk(project: Project, folder: Path) -> None:
    """Frame k is all of grey 5 k."""
    files = [folder / f"{frame:02}.png" for frame in range(FRAMES)]
    for frame, file in enumerate(files):
        Image.fromarray(np.full(SIZE[::-1], 5 * frame, np.uint8)).save(file)
    project.add_image_sequence("walk", files, fps=25, progress=False)


def test_a_track_over_30_frames_is_labelled_with_two_key_frames_and_submitted(sit_down: Callable[[Add], Desk]) -> None:
    desk = sit_down(film)
    hand, page = desk.canvas, desk.page
    hand.drag((10, 20), (40, 60))
    desk.wait_for({0: 10})
    hand.keys("End")
    desk.wait_for_frame(30)
    hand.keys("v")
    hand.drag((25, 40), (75, 40))  # where it was is shown, and taken from there
    desk.wait_for({0: 10, 30: 60})
    page.get_by_label("Number of the frame").fill("15")
    page.keyboard.press("Enter")
    desk.wait_for_frame(15)
    assert page.evaluate(SEEN) == [["between", 35]]
    hand.focus()
    hand.keys("j")
    desk.wait_for_frame(0)
    hand.keys("ArrowRight", "Control+z")
    desk.wait_for({0: 10})
    hand.keys("Control+Shift+z")
    desk.wait_for({0: 10, 30: 60})
    hand.keys("Home")
    desk.wait_for_frame(0)
    expect(page.get_by_text("Frame 0", exact=True)).to_be_visible()
    page.get_by_role("radio", name="clear").check()
    page.get_by_role("button", name="Answer alike up to frame 30").click()
    poll(desk.book, lambda: [one.until for one in desk.draft() if isinstance(one, Answer)], [30])
    page.get_by_role("button", name="Submit").click()
    expect(page.locator(".aw-screen > .aw-live > .aw-message")).to_contain_text("Submitted")
    (task,) = desk.project.tasks()
    label, answer = task.labels()
    assert (label.category, sorted(label.key_frames), label.until) == ("person", [0, 30], None)
    assert answer == Answer("view", "clear", frame=0, until=30)


def test_an_object_goes_outside_comes_back_ends_and_is_copied_by_keys(sit_down: Callable[[Add], Desk]) -> None:
    desk = sit_down(walk)
    hand = desk.canvas
    hand.drag((10, 20), (40, 60))
    hand.keys(("Shift+ArrowRight", 2))
    desk.wait_for_frame(20)
    hand.keys("m", "Control+Shift+ArrowRight")  # a key frame like the one before, then moved
    desk.wait_for({0: 10, 20: 20})
    hand.keys(("Shift+ArrowLeft", 1))
    desk.wait_for_frame(10)
    hand.keys("x")
    desk.wait_for({0: 10, 9: 15, 10: None, 20: 20})
    assert desk.page.evaluate(SEEN) == []
    hand.keys("l")
    desk.wait_for_frame(20)
    hand.keys("t")
    desk.wait_for({0: 10, 9: 15, 10: None, 20: 20, 25: 20})
    hand.keys(("ArrowRight", 3))
    desk.wait_for_frame(23)
    hand.keys("u")
    poll(desk.book, lambda: [label.until for label in desk.draft()], [23])
    assert hand.pixel((100, 100), layer=0)[0] == 5 * 23
    hand.keys(("Control+z", 5))
    desk.wait_for({0: 10})
    desk.wait_for_frame(0)  # where what is left can be seen
    assert hand.pixel((100, 100), layer=0)[0] == 0


def test_a_film_plays_to_its_end_and_every_frame_is_seen(sit_down: Callable[[Add], Desk]) -> None:
    desk = sit_down(walk)
    desk.canvas.focus()
    desk.page.evaluate(
        f"""() => {{
            const {{session}} = ({FRONT})();
            globalThis.passed = [];
            session.on('frame', () => globalThis.passed.push(session.frames.index));
        }}"""
    )
    desk.canvas.keys("p")
    desk.wait_for_frame(FRAMES - 1)
    assert desk.page.evaluate("() => globalThis.passed") == list(range(1, FRAMES))
    expect(desk.page.get_by_role("button", name="Play")).to_be_visible()
    desk.book.wait_for_value("desk.editor.frame", FRAMES - 1)
