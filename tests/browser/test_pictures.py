"""Pictures that the kernel composes, as pixels of the page."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.lab import in_both_apps
from tests.browser.notebook import Notebook

MakeNotebook = Callable[..., Notebook]

PICTURE = """
import io
import numpy as np
from PIL import Image
from annowidgets.labels import (BoundingBox, Bitmask, Keypoint, Label, ObjectClass, ObjectPrimitive, Ontology, Polygon,
    Polyline, RotatableBoundingBox, Skeleton)
from annowidgets.media import Encoded
from annowidgets.widgets.contact_sheet import ContactSheet, Tile
from annowidgets.widgets.pictures import LabelledPicture

def png(width, height, color):
    file = io.BytesIO()
    Image.new("RGB", (width, height), color).save(file, "PNG")
    return file.getvalue()

names = {"bounding_box": "#ff0000", "rotatable_bounding_box": "#00ff00", "polygon": "#0000ff", "polyline": "#ffff00",
         "keypoint": "#ff00ff", "bitmask": "#00ffff"}
ontology = Ontology(objects=[ObjectClass(n, shape=n, color=c) for n, c in names.items()] + [
    ObjectClass("bones", shape="object_primitive", color="#ff8000", skeleton=Skeleton(["a", "b"], [("a", "b")]))])
mask = np.zeros((300, 400), bool)
mask[200:280, 20:100] = True
labels = [
    Label("bounding_box", BoundingBox(20, 20, 80, 60)),
    Label("rotatable_bounding_box", RotatableBoundingBox(200, 60, 80, 40, 90)),
    Label("polygon", Polygon([
        [(260, 20), (380, 20), (380, 140), (260, 140)], [(300, 60), (340, 60), (340, 100), (300, 100)]])),
    Label("polyline", Polyline([(20, 120), (120, 120), (120, 180)])),
    Label("keypoint", Keypoint(200, 160)),
    Label("bitmask", Bitmask.from_array(mask)),
    Label("bones", ObjectPrimitive({"a": (200, 240, "visible"), "b": (300, 240, "occluded")})),
]
shown = LabelledPicture(ontology, names=False)
shown.show(Encoded(png(400, 300, "#808080"), "image/png"), labels)
shown
"""
CANVAS = ".aw-picture canvas"
GREY = (128, 128, 128)


def opened(notebook: MakeNotebook, *cells: str) -> Notebook:
    book = notebook(*cells)
    book.run_all()
    book.hide_code()
    return book


@in_both_apps
def test_every_shape_is_drawn_in_its_classs_colour_and_again_after_a_reload(notebook: MakeNotebook) -> None:
    book = opened(notebook, PICTURE)
    for attempt in ("first", "reloaded"):
        if attempt == "reloaded":
            book.reload()
            book.hide_code()
        assert book.box(CANVAS)["width"] == 400  # twice as many canvas pixels below
        colors = {
            (60, 20): (255, 0, 0),  # the box's upper edge
            (200, 100): (0, 255, 0),  # turned by 90 degrees it reaches 40 px down
            (260, 80): (0, 0, 255),
            (300, 80): (0, 0, 255),  # the hole's edge
            (70, 120): (255, 255, 0),
            (200, 160): (255, 0, 255),
            (250, 240): (255, 128, 0),
            (320, 80): GREY,  # inside of the hole
            (395, 295): GREY,
        }
        for (x, y), rgb in colors.items():
            book.wait_for_pixel(CANVAS, 2 * x, 2 * y, rgb)
        red, green, blue, _ = book.pixel(CANVAS, 120, 480)  # inside of the mask: two fifths of its colour
        assert abs(red - 77) <= 2
        assert abs(green - 179) <= 2
        assert abs(blue - 179) <= 2
    expect(book.page.locator(CANVAS)).to_have_attribute(
        "aria-label",
        "Picture of 400 by 300 pixels with "
        "1 bounding_box, 1 rotatable_bounding_box, 1 polygon, 1 polyline, 1 keypoint, 1 bitmask, 1 bones",
    )


def test_bytes_that_are_no_picture_and_a_drawing_that_fails_harm_no_other_canvas(notebook: MakeNotebook) -> None:
    book = opened(
        notebook,
        PICTURE,
        """
from annowidgets.errors import InvalidMedia
from annowidgets.widgets.canvas import held_canvas
try:
    shown.show(Encoded(png(400, 300, "#808080")[:-40], "image/png"))
except InvalidMedia as error:
    print(error)
try:
    with held_canvas():
        shown._composition.canvas.fill_rect(0, 0, 800, 600)
        raise ZeroDivisionError
except ZeroDivisionError:
    print("failed")
other = LabelledPicture(ontology)
other.show(Encoded(png(100, 80, "#123456"), "image/png"))
other""",
    )
    assert book.text(1).startswith("The picture is no whole PNG")
    assert "failed" in book.text(1)
    book.wait_for_pixel(CANVAS, 120, 40, (255, 0, 0))
    book.page.wait_for_function(
        "() => document.querySelectorAll('.aw-picture canvas')[1].getContext('2d')"
        ".getImageData(9, 9, 1, 1).data[0] === 18"
    )


SHEET = (
    PICTURE
    + """
picked = []
colors = ["#400000", "#004000", "#000040", "#404000", "#004040"]
sheet = ContactSheet([Tile(f"k{i}", f"<i>picture</i> {i}", png(120, 90, c)) for i, c in enumerate(colors)], columns=3,
                     on_select=picked.append)
sheet"""
)
TILES = ".aw-sheet canvas"


@in_both_apps
def test_a_click_on_the_contact_sheet_selects_and_marks_are_seen(notebook: MakeNotebook) -> None:
    book = opened(notebook, SHEET)
    box = book.box(TILES)
    assert (box["width"], box["height"]) == (3 * 112 + 2 * 6, 2 * 84 + 6)
    book.wait_for_pixel(TILES, 2 * 56, 2 * 40, (0x40, 0, 0))
    book.page.mouse.click(box["x"] + 118 + 50, box["y"] + 90 + 30)  # second row, second column
    book.wait_for_value("picked", ["k4"])
    book.wait_for_pixel(TILES, 2 * 118 + 2, 2 * 90 + 60, (0x19, 0x76, 0xD2))  # the ring
    book.page.mouse.click(box["x"] + 2 * 118 + 50, box["y"] + 90 + 30)  # there is no sixth
    assert book.value("sheet.set_marks({'k0': 'approve', 'k1': 'reject'})") is None
    book.wait_for_pixel(TILES, 6, 6, (0x2E, 0x7D, 0x32))
    book.wait_for_pixel(TILES, 2 * 118 + 6, 6, (0xC6, 0x28, 0x28))
    assert book.value("picked") == ["k4"]
    book.reload()
    book.hide_code()
    book.box(TILES)
    book.wait_for_pixel(TILES, 6, 6, (0x2E, 0x7D, 0x32))


def test_the_contact_sheet_is_reached_by_keyboard_and_traps_neither_keys_nor_the_wheel(notebook: MakeNotebook) -> None:
    book = opened(notebook, SHEET, "\n".join(["1"] * 80))
    choice = book.page.get_by_label("Picture", exact=True)
    choice.select_option("k2")
    book.wait_for_value("picked", ["k2"])
    expect(choice.locator("option:checked")).to_have_text("<i>picture</i> 2")
    book.page.get_by_role("button", name="Next picture").focus()
    book.page.keyboard.press("Enter")
    book.wait_for_value("picked", ["k2", "k3"])
    box = book.box(TILES)
    book.page.mouse.click(box["x"] + 20, box["y"] + 20)
    book.wait_for_value("picked", ["k2", "k3", "k0"])
    book.page.keyboard.press("Tab")
    assert book.page.evaluate("() => document.activeElement.tagName") != "CANVAS"
    assert book.value("len(sheet._composition.canvas._mouse_move_callbacks.callbacks)") == 0


def test_a_drawing_for_a_screen_that_was_closed_on_its_way_stops_no_other(notebook: MakeNotebook) -> None:
    book = opened(
        notebook,
        PICTURE,
        "from annowidgets.widgets.screen import close_parts\ngone = LabelledPicture(ontology)\ngone",
    )
    book.wait_for_pixel(CANVAS, 1, 1, GREY)
    book.value(
        "[shown._composition.canvas.sleep(500),"  # the page is behind with its drawings
        " gone.show(Encoded(png(400, 300, '#808080'), 'image/png'), labels), close_parts(gone),"
        " shown.show(Encoded(png(400, 300, '#ff0000'), 'image/png'), [])]"
    )
    book.wait_for_pixel(CANVAS, 1, 1, (255, 0, 0))
