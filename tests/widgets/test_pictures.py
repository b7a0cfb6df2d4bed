"""Pictures that the kernel composes: what is asked of the canvas, and what a failure leaves behind."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from ipycanvas.canvas import _CANVAS_MANAGER as MANAGER
from ipycanvas.canvas import COMMANDS
from PIL import Image

from annowidgets.errors import InvalidInput, InvalidMedia, NotFound
from annowidgets.labels import BoundingBox, Label, ObjectClass, Ontology, Polygon, RotatableBoundingBox
from annowidgets.media import Encoded
from annowidgets.widgets.canvas import held_canvas
from annowidgets.widgets.contact_sheet import ContactSheet, Tile, compose, corner
from annowidgets.widgets.pictures import LabelledPicture, outlines, rgb, shown_scale
from tests.widgets.pictures import encoded

ONTOLOGY = Ontology(objects=[ObjectClass("RBC", shape="bounding_box", color="#d62728")])


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """Every batch of commands that would be sent to the page."""
    sent: list[list[Any]] = []
    monkeypatch.setattr(MANAGER, "_send_custom", lambda commands, buffers=(): sent.append(commands), raising=True)
    return sent


def _names(batch: list[Any]) -> list[str]:
    named = {number: name for name, number in COMMANDS.items()}
    return [named[command[0]] for command in batch]


def test_a_drawing_goes_as_one_batch_that_says_whose_it_is(batches: list[list[Any]]) -> None:
    picture = LabelledPicture(ONTOLOGY)
    picture.show(encoded(), [Label("RBC", BoundingBox(1, 2, 30, 20))])
    picture._composition._page_opened()
    assert len(batches) == 2
    for batch in batches:
        names = _names(batch)
        assert names[0] == "switchCanvas"
        assert names.count("drawImage") == 1
        assert "fillText" in names


def test_a_drawing_that_fails_sends_nothing_and_holds_nothing_back(batches: list[list[Any]]) -> None:
    canvas = LabelledPicture(ONTOLOGY)._composition.canvas

    def draw() -> None:
        with held_canvas():
            canvas.fill_rect(0, 0, 1, 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        draw()
    assert batches == []
    assert not MANAGER._caching
    canvas.fill_rect(0, 0, 1, 1)
    assert [command[0] for command in batches] == [COMMANDS["switchCanvas"], COMMANDS["fillRect"]]


def test_what_somebody_else_holds_stays_held_and_whole(batches: list[list[Any]]) -> None:
    import ipycanvas

    mine, theirs = LabelledPicture(ONTOLOGY)._composition.canvas, ipycanvas.Canvas()
    with ipycanvas.hold_canvas():
        theirs.fill_rect(0, 0, 1, 1)
        with held_canvas():
            mine.clear()
        theirs.fill_rect(0, 0, 2, 2)
    assert [_names(batch) for batch in batches] == [["switchCanvas", "clear"], ["switchCanvas", "fillRect", "fillRect"]]


def test_a_picture_that_cannot_be_shown_leaves_the_last_one(batches: list[list[Any]]) -> None:
    picture = LabelledPicture(ONTOLOGY)
    picture.show(encoded(64, 48), [Label("RBC", BoundingBox(1, 2, 30, 20))])
    before = picture._image.value
    with pytest.raises(InvalidMedia):
        picture.show(Encoded(b"no picture", "image/png"))
    with pytest.raises(NotFound, match="'WBC'"):
        picture.show(encoded(8, 8), [Label("WBC", BoundingBox(1, 2, 3, 4))])
    assert picture._image.value == before
    assert len(batches) == 1


def test_a_failure_while_a_page_opens_is_logged(caplog: pytest.LogCaptureFixture, batches: list[list[Any]]) -> None:
    picture = LabelledPicture(ONTOLOGY)
    picture.show(encoded(64, 48))
    picture._composition._paint = lambda canvas: 1 / 0  # type: ignore[assignment,return-value]
    picture._composition._page_opened()
    assert "ZeroDivisionError" in caplog.text
    assert len(batches) == 1


@pytest.mark.parametrize(
    ("size", "scale"), [((640, 480), 1.0), ((760, 560), 1.0), ((1520, 560), 0.5), ((380, 1120), 0.5), ((40, 30), 16.0)]
)
def test_a_picture_is_made_smaller_to_fit_and_larger_in_whole_multiples(size: tuple[int, int], scale: float) -> None:
    assert shown_scale(*size, 760, 560) == scale


def test_outlines_are_the_shapes_corners() -> None:
    assert list(outlines(BoundingBox(1, 2, 3, 4))) == [((1, 2), (4, 2), (4, 6), (1, 6))]
    turned = RotatableBoundingBox(5, 5, 4, 2, 90)
    np.testing.assert_allclose(next(iter(outlines(turned))), turned.corners())
    rings = [((0, 0), (4, 0), (4, 4)), ((1, 1), (2, 1), (2, 2))]
    assert list(outlines(Polygon(rings))) == rings
    assert rgb("#d62728") == (0xD6, 0x27, 0x28)


def _tiles(number: int) -> list[Tile]:
    return [Tile(f"k{n}", f"<{n}>", encoded(16, 12).data) for n in range(number)]


def test_a_contact_sheet_selects_by_click_and_by_its_list(batches: list[list[Any]]) -> None:
    picked: list[str] = []
    sheet = ContactSheet(_tiles(5), columns=3, on_select=picked.append)
    x, y = corner(4, 3)
    sheet._clicked(2 * x + 10, 2 * y + 10)
    sheet._clicked(2 * (3 * 118) - 1, 2 * y + 10)  # where a sixth would be
    sheet._acted("step", "-1", None)
    sheet._acted("pick", "", "k0")
    sheet._acted("step", "-1", None)
    sheet._acted("pick", "", "gone")
    assert picked == ["k4", "k3", "k0", "k0"]
    assert sheet.selected == "k0"
    sheet.select("k2")
    assert picked[-1] == "k0"
    with pytest.raises(NotFound, match="'gone'"):
        sheet.select("gone")


def test_marks_are_told_in_words_as_well(batches: list[list[Any]]) -> None:
    sheet = ContactSheet(_tiles(2))
    sheet.set_marks({"k0": "approve", "k1": "reject"})
    assert '<option value="k0">&lt;0&gt; · approved</option>' in sheet._list.html
    sheet.set_marks({"k1": None})
    assert '<option value="k1">&lt;1&gt;</option>' in sheet._list.html
    with pytest.raises(InvalidInput, match=r"'good'.*approve, fix, reject, excluded"):
        sheet.set_marks({"k0": "good"})  # type: ignore[dict-item]
    sheet.set_tiles([])
    assert sheet.selected is None


def test_the_sheet_holds_every_thumbnail_at_its_place() -> None:
    tiles = [Tile(str(n), "", _plain(shade)) for n, shade in enumerate((50, 100, 150, 200))]
    sheet = np.asarray(Image.open(io.BytesIO(compose(tiles, 3))))
    for place, shade in enumerate((50, 100, 150, 200)):
        x, y = corner(place, 3)
        assert tuple(sheet[2 * (y + 30), 2 * (x + 56)]) == (shade, shade, shade, 255)
    assert sheet[2 * 30, 2 * 115, 3] == 0  # between two tiles


def test_a_thumbnail_that_cannot_be_decoded_is_named() -> None:
    with pytest.raises(InvalidMedia, match="thumbnail of 'cell 7'"):
        ContactSheet([Tile("a", "cell 7", b"no picture")])


def _plain(shade: int) -> bytes:
    file = io.BytesIO()
    Image.new("L", (40, 30), shade).save(file, "PNG")
    return file.getvalue()
