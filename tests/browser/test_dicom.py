"""A CT series in the label editor: windowed, read off, measured and outlined slice by slice."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

import annowidgets as aw
from annowidgets.labels import labels_from_json
from annowidgets.workflow import Project
from tests.browser.canvas import FRONT, Canvas, poll
from tests.browser.lab import JupyterServer
from tests.browser.notebook import Notebook
from tests.media import dicoms

SLICES = 4
SIZE = 128
SPACING = (0.5, 2.0)  # of rows and columns, in mm
ONTOLOGY = aw.Ontology(objects=[aw.ObjectClass("nodule", shape="bounding_box", color="#ffd54f")])
PLACE = ".aw-ed-place"


def scan(folder: Path) -> Path:
    """Column x of slice k holds 10 x - 1000 + k HU."""
    folder.mkdir()
    for place in range(SLICES):
        stored = np.tile(10 * np.arange(SIZE, dtype=np.int16) + 24 + place, (SIZE, 1))
        dicoms.write(
            folder / f"{SLICES - place}.dcm", stored, position=(0.0, 0.0, 3.0 * place), number=place, Modality="CT",
            PixelSpacing=list(SPACING), RescaleSlope=1, RescaleIntercept=-1024, WindowCenter=0, WindowWidth=401,
        )  # fmt: skip
    return folder


@pytest.fixture
def canvas(notebook: Callable[..., Notebook], jupyter: JupyterServer) -> Callable[[], tuple[Canvas, Project]]:
    def make() -> tuple[Canvas, Project]:
        folder = Path(tempfile.mkdtemp(dir=jupyter.files))
        project = aw.open_workspace(folder / "work.db", user="lea").create_project("Chest", ontology=ONTOLOGY)
        project.add_dicom_series(scan(folder / "scan"), progress=False)
        project.add_member("ann")
        project.create_ground_truth_batch("gold").launch()
        book = notebook(
            f"import annowidgets as aw\ndesk = aw.LabelDesk('{folder.name}/work.db', 'Chest', user='ann')\ndesk"
        )
        book.run(0)
        book.hide_code()
        hand = Canvas(book)
        hand.wait()
        return hand, project

    return make


def test_a_ct_is_windowed_read_in_hu_and_measured_in_mm(canvas: Callable[[], tuple[Canvas, Project]]) -> None:
    hand, _ = canvas()
    page = hand.page

    def grey(column: int) -> int:
        return hand.pixel((column + 0.5, 64.5), layer=0)[0]

    def wait_for(column: int, low: float, high: float) -> None:
        expected = round(min(max((10 * column - 1000 - low) / (high - low), 0), 1) * 255)
        poll(hand.book, lambda: abs(grey(column) - expected) <= 1, True)

    for column in (70, 95, 110, 125):
        wait_for(column, -200.5, 199.5)  # as the file says: width 401, centre 0
    page.mouse.move(*hand.place((103.5, 20.5)))
    expect(page.locator(PLACE)).to_contain_text("30 HU")
    hand.focus()
    page.locator("summary", has_text="W 401 L 0").click()
    page.get_by_label("Preset").select_option(label="Lung (1500, -600)")
    for column in (10, 40, 110):
        wait_for(column, -1350, 150)
    page.get_by_label("Window", exact=False).and_(page.locator("input")).first.fill("100")
    page.get_by_label("Level", exact=True).press("Tab")
    wait_for(40, -650, -550)
    page.get_by_label("Inverted").check()
    poll(hand.book, lambda: grey(20), 255)
    page.get_by_role("button", name="As at first").last.click()
    wait_for(110, -200.5, 199.5)
    hand.focus()
    hand.keys("w")
    hand.drag((40, 60), (60, 60))  # sideways: a wider window
    width = page.evaluate(f"() => ({FRONT})().session.windowing.current.width")
    assert width > 500
    wait_for(110, -width / 2, width / 2)
    hand.keys("r")
    hand.drag((10, 20), (40, 100))
    ruled = page.evaluate(f"() => ({FRONT})().hand.ruler")
    assert np.hypot((ruled[1]["x"] - ruled[0]["x"]) * 2, (ruled[1]["y"] - ruled[0]["y"]) / 2) == pytest.approx(
        72, abs=1
    )
    hand.keys("1")
    hand.drag((10, 20), (40, 100))  # 30 columns of 2 mm, 80 rows of half a mm
    expect(page.locator(PLACE)).to_contain_text("60 × 40 mm")


def test_slices_are_scrolled_and_one_object_is_outlined_on_several(
    canvas: Callable[[], tuple[Canvas, Project]],
) -> None:
    hand, project = canvas()
    page = hand.page
    hand.drag((10, 20), (40, 100))
    hand.book.box(".aw-ed-stage")
    page.mouse.move(*hand.place((103.5, 60.5)))
    page.keyboard.down("Shift")
    page.mouse.wheel(0, 120)
    page.keyboard.up("Shift")
    expect(page.locator(PLACE)).to_contain_text("31 HU")  # the next slice by position, whatever the files are called
    hand.drag((50, 20), (80, 100))
    hand.keys("t")

    def frames() -> list[list[int]]:
        with project.workspace.database.read() as connection:
            row = connection.execute("SELECT labels FROM drafts").fetchone()
        return [list(label.key_frames) for label in labels_from_json(row[0])]  # type: ignore[union-attr]

    poll(hand.book, frames, [[0, 1, 2, 3]])
    hand.keys("End", "x")
    poll(hand.book, frames, [[0, 1, 2]])
    hand.keys("Control+z", "Control+z")
    poll(hand.book, frames, [[0, 1]])
