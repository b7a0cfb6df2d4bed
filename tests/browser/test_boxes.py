"""The plain box editor, by mouse and by keyboard, against the labels that the kernel holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.lab import in_both_apps
from tests.browser.notebook import Notebook

MakeNotebook = Callable[..., Notebook]

SETUP = """
import io
from PIL import Image
from annowidgets.labels import BoundingBox, Label, ObjectClass, Ontology, Radio
from annowidgets.media import Encoded
from annowidgets.widgets.boxes import BoxEditor

def picture(width, height):
    file = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(file, "PNG")
    return Encoded(file.getvalue(), "image/png")

ontology = Ontology(objects=[
    ObjectClass("RBC", shape="bounding_box", color="#d62728", attributes=[Radio("kind", ["round", "odd"])]),
    ObjectClass("WBC", shape="bounding_box", color="#1f77b4"),
])
changes, selections = [], []
editor = BoxEditor(ontology, on_change=lambda labels: changes.append(plain(labels)), on_select=selections.append)
def plain(labels):
    return [(l.category, l.shape.x, l.shape.y, l.shape.width, l.shape.height) for l in labels]
def ids():
    return [l.id for l in editor.labels]
editor.show(picture(640, 480))
editor
"""
PICTURE = ".aw-box-stage .image > svg"
NOW = "plain(editor.labels)"


@pytest.fixture
def opened(notebook: MakeNotebook) -> Callable[..., Notebook]:
    """Open an editor; further cells change it. The fixture's notebook shows a picture of 640 x 480 pixels."""

    def make(*cells: str) -> Notebook:
        book = notebook(SETUP, *cells)
        book.run_all()
        book.hide_code()
        return book

    return make


def test_boxes_drawn_by_mouse_are_labels_to_the_pixel(opened: Callable[..., Notebook]) -> None:
    book = opened()
    box = book.box(PICTURE)
    assert (box["width"], box["height"]) == (640, 480)
    book.drag(box, (40, 50), (140, 130))
    book.wait_for_value(NOW, [["RBC", 40, 50, 100, 80]])
    book.page.keyboard.press("2")
    book.drag(box, (400, 300), (330, 200))
    book.wait_for_value(NOW, [["RBC", 40, 50, 100, 80], ["WBC", 330, 200, 70, 100]])
    assert book.value("len(changes)") == 2
    assert book.value("editor.counts") == {"RBC": 1, "WBC": 1}
    assert book.value("[l is not None and l.category for l in selections][-1:]") == ["WBC"]


def test_a_stray_click_or_a_twitch_makes_no_label_and_leaves_no_box(opened: Callable[..., Notebook]) -> None:
    book = opened()
    box = book.box(PICTURE)
    book.drag(box, (40, 50), (40, 50))
    book.drag(box, (200, 100), (202, 103))
    book.drag(box, (300, 200), (360, 260))
    book.wait_for_value(NOW, [["RBC", 300, 200, 60, 60]])
    assert book.value("len(changes)") == 1
    book.wait_for_value("len(editor._surface.bboxes)", 1)
    assert book.page.locator(f"{PICTURE} rect.movable").count() == 1


def test_a_drag_that_leaves_the_picture_ends_where_the_button_is_released_and_is_cut_at_the_edge(
    opened: Callable[..., Notebook],
) -> None:
    book = opened()
    box = book.box(PICTURE)
    book.drag(box, (600, 440), (box["width"] + 60, box["height"] + 40))
    book.wait_for_value(NOW, [["RBC", 600, 440, 40, 40]])
    # the pointer comes back with no button held: nothing follows it
    book.page.mouse.move(box["x"] + 100, box["y"] + 100)
    book.drag(box, (610, 450), (630, 465))  # the surface sees a drag inside the box: it moves, and is cut
    book.wait_for_value(NOW, [["RBC", 620, 455, 20, 25]])


def test_a_label_keeps_its_id_and_attributes_while_it_is_moved_resized_and_reclassed(
    opened: Callable[..., Notebook],
) -> None:
    book = opened(
        "given = [Label('RBC', BoundingBox(10.5, 20.25, 60, 40), attributes={'kind': 'odd'}), "
        "Label('WBC', BoundingBox(-5, 300, 50, 50)), Label('RBC', BoundingBox(300, 100, 50, 50))]\n"
        "editor.show(picture(640, 480), given)"
    )
    box = book.box(PICTURE)
    book.page.locator(f"{PICTURE} rect.movable").nth(2).wait_for()
    before = book.value("ids()")
    book.drag(box, (40, 40), (60, 50))  # move the first
    # what nobody touched stays as it was given: out of the picture, between the pixels
    moved = ["RBC", 31, 30, 60, 40]
    book.wait_for_value(NOW, [moved, ["WBC", -5, 300, 50, 50], ["RBC", 300, 100, 50, 50]])
    book.drag(box, (350, 150), (370, 180))  # the third's lower right corner
    book.wait_for_value(f"{NOW}[2]", ["RBC", 300, 100, 70, 80])
    assert book.value("ids()") == before
    book.page.keyboard.press("2")
    book.page.keyboard.press("c")
    book.wait_for_value(f"{NOW}[2]", ["WBC", 300, 100, 70, 80])
    book.page.get_by_role("button", name="RBC 1", exact=True).click()
    book.page.keyboard.press("c")
    book.wait_for_value(f"{NOW}[0]", ["WBC", *moved[1:]])
    assert book.value("ids()") == before
    assert book.value("dict(editor.labels[0].attributes)") == {}  # WBC has no such question
    book.page.keyboard.press("Control+z")
    book.wait_for_value(f"{NOW}[0]", moved)


def test_everything_can_be_done_by_keyboard_alone(opened: Callable[..., Notebook]) -> None:
    book = opened()
    press = book.page.keyboard.press
    book.box(PICTURE)
    book.page.locator(".aw-box-stage .wrapper").focus()
    press("b")
    book.wait_for_value(NOW, [["RBC", 272, 192, 96, 96]])
    press("ArrowRight")
    press("Shift+ArrowUp")
    press("Alt+ArrowDown")
    book.wait_for_value(NOW, [["RBC", 273, 182, 96, 97]])
    press("2")
    press("b")
    book.wait_for_value(f"[l[0] for l in {NOW}]", ["RBC", "WBC"])
    press(",")
    press("Delete")
    book.wait_for_value(f"[l[0] for l in {NOW}]", ["WBC"])
    press("Control+z")
    press("Control+z")
    press("Control+z")
    book.wait_for_value(NOW, [["RBC", 272, 192, 96, 96]])  # three nudges were one step back
    press("Control+Shift+z")
    book.wait_for_value(NOW, [["RBC", 273, 182, 96, 97]])
    press("Tab")  # the surface would keep it
    assert book.page.evaluate("() => document.activeElement.closest('.aw-box-tools') !== null")


def test_keys_with_ctrl_and_plain_letters_of_the_surface_do_nothing_to_a_label(opened: Callable[..., Notebook]) -> None:
    book = opened()
    box = book.box(PICTURE)
    book.drag(box, (40, 50), (140, 130))
    book.page.keyboard.press("2")
    for key in ("Control+c", "w", "a", "d", "q", "e", "r", "f", "Space", "Enter"):
        book.page.keyboard.press(key)
    book.drag(book.box(PICTURE), (300, 200), (360, 260))  # Space has scrolled the page, as it does everywhere
    book.wait_for_value(NOW, [["RBC", 40, 50, 100, 80], ["WBC", 300, 200, 60, 60]])


def test_the_chosen_class_outlives_the_next_picture_and_labels_do_not(opened: Callable[..., Notebook]) -> None:
    book = opened("")
    box = book.box(PICTURE)
    book.page.get_by_role("button", name="Class WBC").click()
    book.drag(box, (40, 50), (140, 130))
    book.wait_for_value(NOW, [["WBC", 40, 50, 100, 80]])
    assert book.value("editor.show(picture(320, 200))") is None
    # twice as large on the screen: small pictures are shown in whole multiples
    book.page.wait_for_function(
        f"() => document.querySelector('{PICTURE}').getBoundingClientRect().width === 640"
        f" && document.querySelectorAll('{PICTURE} rect.movable').length === 0"
    )
    box = book.box(PICTURE)
    book.drag(box, (40, 50), (140, 130))
    book.wait_for_value(NOW, [["WBC", 20, 25, 50, 40]])
    book.page.keyboard.press("Control+z")
    book.page.keyboard.press("Control+z")
    book.wait_for_value(NOW, [])


def test_edits_made_while_the_kernel_is_busy_arrive_before_what_is_pressed_after_them(
    opened: Callable[..., Notebook],
) -> None:
    book = opened(
        "from annowidgets.widgets.live import LiveHtml\n"
        "from annowidgets.widgets.parts import button\n"
        "submitted = []\n"
        "def submit(*_):\n"
        "    submitted.append(plain(editor.labels))\n"
        "    editor.show(picture(640, 480))\n"
        "LiveHtml(button('Submit', 'submit'), on_action=submit)",
        "import time",
    )
    box = book.box(PICTURE)
    book.start("time.sleep(2)")
    book.drag(box, (40, 50), (140, 130))
    book.drag(box, (300, 200), (360, 260))
    book.drag(box, (500, 200), (560, 260))
    book.page.get_by_role("button", name="Submit").click()
    book.wait_for_value("len(submitted)", 1)
    assert book.value("submitted") == [[["RBC", 40, 50, 100, 80], ["RBC", 300, 200, 60, 60], ["RBC", 500, 200, 60, 60]]]
    book.page.wait_for_function(f"() => document.querySelectorAll('{PICTURE} rect.movable').length === 0")
    assert book.value(NOW) == []


@in_both_apps
def test_a_page_that_is_loaded_anew_shows_the_labels_and_goes_on(notebook: MakeNotebook) -> None:
    book = notebook(SETUP)
    book.run_all()
    book.hide_code()
    book.drag(book.box(PICTURE), (40, 50), (140, 130))
    book.page.keyboard.press("2")
    book.wait_for_value(NOW, [["RBC", 40, 50, 100, 80]])
    book.reload()
    book.hide_code()
    book.page.locator(f"{PICTURE} rect.movable").wait_for()
    book.drag(book.box(PICTURE), (300, 200), (360, 260))
    book.wait_for_value(NOW, [["RBC", 40, 50, 100, 80], ["WBC", 300, 200, 60, 60]])


def test_a_read_only_editor_lets_boxes_be_selected_and_nothing_else(notebook: MakeNotebook) -> None:
    book = notebook(
        SETUP.replace("BoxEditor(ontology,", "BoxEditor(ontology, read_only=True,").replace(
            "picture(640, 480))", "picture(640, 480), [Label('WBC', BoundingBox(100, 100, 90, 70))])"
        )
    )
    book.run_all()
    book.hide_code()
    box = book.box(PICTURE)
    book.drag(box, (300, 200), (360, 260))
    book.drag(box, (150, 130), (180, 140))
    book.wait_for_value("[l is not None and l.category for l in selections]", ["WBC"])
    for key in ("Delete", "b", "ArrowLeft", "c"):
        book.page.keyboard.press(key)
    book.page.get_by_role("button", name="WBC 1").click()
    book.wait_for_value("selections[-1]", None)
    assert book.value(NOW) == [["WBC", 100, 100, 90, 70]]
    assert book.value("changes") == []


def test_a_finger_draws_as_a_mouse_does(opened: Callable[..., Notebook]) -> None:
    book = opened()
    box = book.box(PICTURE)
    client: Any = book.page.context.new_cdp_session(book.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": box["x"] + x, "y": box["y"] + y} for x, y in points]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", (40, 50))
    for step in range(1, 6):
        touch("touchMove", (40 + 20 * step, 50 + 16 * step))
    touch("touchEnd")
    book.wait_for_value(NOW, [["RBC", 40, 50, 100, 80]])
