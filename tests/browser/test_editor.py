"""The label editor in JupyterLab and Notebook 7, by mouse, pen and keyboard, against the labels in the file."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import annowidgets as aw
from tests.browser.canvas import STAGE, Canvas, poll, rounded
from tests.browser.lab import JupyterServer, in_both_apps
from tests.browser.notebook import Notebook
from tests.widgets.loops import SIZE, Loop

MakeNotebook = Callable[..., Notebook]

ONTOLOGY = aw.Ontology(
    objects=[
        aw.ObjectClass("cell", shape="bounding_box", color="#d62728"),
        aw.ObjectClass("rod", shape="rotatable_bounding_box", color="#1f77b4"),
        aw.ObjectClass("outline", shape="polygon", color="#2ca02c"),
        aw.ObjectClass("line", shape="polyline", color="#9467bd"),
        aw.ObjectClass("dot", shape="keypoint", color="#ff7f0e"),
        aw.ObjectClass("mask", shape="bitmask", color="#17becf"),
        aw.ObjectClass("axis", shape="object_primitive", color="#e377c2", skeleton=aw.Skeleton(["a", "b"])),
    ],
    classifications=[aw.Radio("quality", ["good", "blurred"])],
)
IS_BUSY = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'busy'"


class Desk:
    """Ann's desk with the label editor in a page, and the file behind it."""

    def __init__(self, book: Notebook, loop: Loop) -> None:
        self.book, self.page, self.loop = book, book.page, loop
        self.canvas = Canvas(book)

    def labels(self) -> list[dict[str, Any]]:
        """The draft of the open task, as it is in the file."""
        rows = self.loop.rows(
            "SELECT d.labels FROM drafts d JOIN tasks t ON t.id = d.task AND t.user = d.user WHERE t.state = "
            "'annotating' AND t.user = 'ann'"
        )
        return [one for one in json.loads(rows[0][0]) if one["type"] == "label"] if rows else []

    def shapes(self) -> list[Any]:
        """(class, shape without its type) of each label of the draft, in whole pixels."""
        return [plain(label) for label in self.labels()]

    def wait_for(self, *expected: Any) -> None:
        poll(self.book, self.shapes, list(expected))

    def submit(self) -> list[Any]:
        """Submit; returns what was handed in."""
        self.page.get_by_role("button", name="Submit").click()
        expect(self.page.locator(".aw-screen > .aw-live > .aw-message")).to_contain_text("Submitted")
        ((stored,),) = self.loop.rows(
            "SELECT labels FROM label_sets WHERE kind = 'submission' ORDER BY id DESC LIMIT 1"
        )
        return [plain(label) for label in json.loads(stored) if label["type"] == "label"]


def plain(label: dict[str, Any]) -> list[Any]:
    shape = label["shape"]
    if shape["type"] == "bitmask":
        mask = aw.Bitmask(tuple(shape["size"]), shape["counts"]).to_array()
        ys, xs = mask.nonzero()
        return [label["category"], int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1]
    return [label["category"], *(rounded(value) for key, value in shape.items() if key != "type")]


@pytest.fixture
def sit_down(notebook: MakeNotebook, jupyter: JupyterServer) -> Callable[..., Desk]:
    """Make a project with a class of each shape and open ann's desk on its ground truth."""

    def make() -> Desk:
        folder = Path(tempfile.mkdtemp(dir=jupyter.files))
        loop = Loop(folder, ontology=ONTOLOGY)
        loop.batch.close_early(reason="Not needed here.")
        loop.project.create_ground_truth_batch("gold").launch()
        loop.project.update_instructions("", note="So that they leave the room to the picture.")
        book = notebook(
            f"import annowidgets as aw\ndesk = aw.LabelDesk('{folder.name}/loop.db', 'Blood', user='ann')\ndesk"
        )
        book.run(0)
        book.hide_code()
        desk = Desk(book, loop)
        desk.canvas.wait()
        return desk

    return make


# --- by mouse, pen and keyboard


@in_both_apps
def test_labels_of_every_shape_are_drawn_edited_undone_and_submitted_by_mouse(sit_down: Callable[..., Desk]) -> None:
    desk = sit_down()
    hand = desk.canvas
    hand.drag((10, 20), (40, 60))
    hand.keys("2")
    hand.drag((60, 20), (90, 40))
    hand.keys("3")
    hand.click((100, 20), (130, 25), (120, 50), (100, 20))  # the first vertex closes it
    hand.keys("4")
    hand.click((100, 70), (130, 75), (120, 90))
    hand.keys("Enter", "5")
    hand.click((20, 80))
    hand.keys("6")
    hand.drag((40, 90), (60, 90))
    hand.keys("7")
    hand.drag((80, 80), (95, 110))
    drawn = [
        ["cell", 10, 20, 30, 40],
        ["rod", 75, 30, 30, 20, 0],
        ["outline", [[[100, 20], [130, 25], [120, 50]]]],
        ["line", [[100, 70], [130, 75], [120, 90]]],
        ["dot", 20, 80],
        ["mask", 30, 80, 70, 100],  # a brush of 20 pixels
        ["axis", {"a": [80, 80, "visible"], "b": [95, 110, "visible"]}],
    ]
    desk.wait_for(*drawn)

    # edit each: resize, turn, move a vertex, move, erase, move a point
    hand.keys("v")
    hand.click((25, 40))
    hand.drag((40, 60), (45, 70))
    hand.drag((20, 30), (22, 33))
    hand.click((75, 30))
    hand.drag((70, 30), (70, 32))
    hand.click((115, 30))
    hand.drag((130, 25), (140, 30))
    hand.click((115, 72))
    hand.drag((120, 90), (125, 95))
    hand.click((20, 80))
    hand.drag((20, 80), (25, 85))
    hand.click((50, 90))
    hand.keys("e")
    hand.drag((70, 90), (70, 90.5))
    hand.keys("v")
    hand.click((95, 110))
    hand.drag((95, 110), (100, 112))
    edited = [
        ["cell", 12, 23, 35, 50],
        ["rod", 75, 32, 30, 20, 0],
        ["outline", [[[100, 20], [140, 30], [120, 50]]]],
        ["line", [[100, 70], [130, 75], [125, 95]]],
        ["dot", 25, 85],
        desk.shapes()[5],
        ["axis", {"a": [80, 80, "visible"], "b": [100, 112, "visible"]}],
    ]
    desk.wait_for(*edited)
    assert desk.shapes()[5] == ["mask", 30, 80, desk.shapes()[5][3], 100]
    assert desk.shapes()[5][3] < 70

    for _ in range(8):
        hand.keys("Control+z")
    desk.wait_for(*drawn)
    for _ in range(8):
        hand.keys("Control+Shift+z")
    desk.wait_for(*edited)
    assert desk.submit() == edited
    assert desk.book.value("[edit.kind for edit in desk.task.history()]") == []


@in_both_apps
def test_labels_of_every_shape_are_drawn_edited_undone_and_submitted_by_keyboard(sit_down: Callable[..., Desk]) -> None:
    desk = sit_down()
    hand = desk.canvas
    x, y = SIZE[0] // 2, SIZE[1] // 2  # where the keyboard's cursor begins
    hand.focus()
    hand.keys("1", "Space", "Space", ("Shift+ArrowRight", 3), ("ArrowDown", 5), "Space")
    desk.wait_for(["cell", x, y, 30, 5])
    hand.keys("Escape", "Escape", "Escape")
    hand.keys("2", "Space", "Space", ("Shift+ArrowLeft", 2), ("Shift+ArrowUp", 2), "Space")
    poll(desk.book, lambda: [one[0] for one in desk.shapes()], ["cell", "rod"])
    assert desk.shapes()[1][3:] == [20, 20, 0]
    hand.keys("3", "Space", ("Shift+ArrowRight", 2), "Space", ("Shift+ArrowDown", 2), "Space", "Enter")
    hand.keys("4", "Space", ("Shift+ArrowLeft", 3), "Space", "Enter")
    hand.keys("5", "Space")
    hand.keys("6", "Space", ("ArrowLeft", 4), "Space")
    hand.keys("7", "Space", ("Shift+ArrowUp", 2), ("ArrowLeft", 7), "Space")
    poll(desk.book, lambda: [one[0] for one in desk.shapes()], [item.name for item in ONTOLOGY.objects])
    desk.canvas.wait_for(7)
    polygon, line = desk.shapes()[2][1][0], desk.shapes()[3][1]
    assert [polygon[1][0] - polygon[0][0], polygon[2][1] - polygon[1][1]] == [20, 20]
    assert line[1][0] - line[0][0] == -30
    axis = desk.shapes()[6][1]
    assert sorted(abs(axis["a"][i] - axis["b"][i]) for i in (0, 1)) == [7, 20]

    # back to the first label: move it, re-class and duplicate are for labels of its shape, delete, undo
    hand.keys("Escape", "Escape", "Escape", "v")
    desk.page.get_by_role("button", name="cell 1", exact=True).focus()
    hand.keys("Enter")
    hand.focus()  # in the list, arrows go from label to label
    hand.keys("ArrowRight", "Shift+ArrowDown")
    poll(desk.book, lambda: desk.shapes()[0], ["cell", x + 1, y + 10, 30, 5])
    hand.keys("d")
    desk.canvas.wait_for(8)
    hand.keys("Delete")
    desk.canvas.wait_for(7)
    hand.keys("Control+z", "Control+z", "Control+z", "Control+z")
    poll(desk.book, lambda: desk.shapes()[0], ["cell", x, y, 30, 5])
    poll(desk.book, lambda: len(desk.shapes()), 7)
    hand.keys("Control+Enter")
    expect(desk.page.locator(".aw-screen > .aw-live > .aw-message")).to_contain_text("Submitted")


def test_pens_zoom_dense_displays_and_drags_that_leave_the_picture_make_no_difference(
    sit_down: Callable[..., Desk],
) -> None:
    desk = sit_down()
    hand = desk.canvas
    browser = desk.page.context.new_cdp_session(desk.page)

    # a pen
    desk.book.box(STAGE)
    strokes = [("mousePressed", (10, 20), 1), ("mouseMoved", (20, 30), 1), ("mouseMoved", (30, 40), 1)]
    for kind, point, buttons in [*strokes, ("mouseReleased", (30, 40), 0)]:
        x, y = hand.place(point)
        pressed = {"button": "left", "buttons": buttons, "clickCount": 1, "pointerType": "pen"}
        browser.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **pressed})
    expected = [["cell", 10, 20, 20, 20]]
    desk.wait_for(*expected)

    # out of the picture, out of the editor, and let go there
    stage = desk.book.box(STAGE)
    desk.page.mouse.move(*hand.place((130, 100)))
    desk.page.mouse.down()
    desk.page.mouse.move(*hand.place((150, 115)), steps=3)
    desk.page.mouse.move(stage["x"] + stage["width"] + 60, stage["y"] + stage["height"] + 50, steps=5)
    desk.page.mouse.up()
    expected.append(["cell", 130, 100, SIZE[0] - 130, SIZE[1] - 100])
    desk.wait_for(*expected)
    desk.page.mouse.move(*hand.place((20, 100)))  # nothing follows a pointer without a button held
    hand.click((60, 20))  # nor does a stray click make a label

    # near, where the wheel was turned
    desk.page.mouse.move(*hand.place((60, 60)))
    at = hand.place((60, 60))
    for _ in range(3):
        desk.page.mouse.wheel(0, -240)
    now = hand.place((60, 60))
    # but for the fraction of a pixel that a wheel does not tell
    assert max(abs(a - b) for a, b in zip(at, now, strict=True)) < 8
    hand.drag((58, 57), (63, 64))
    expected.append(["cell", 58, 57, 5, 7])
    desk.wait_for(*expected)

    # two pixels of the screen for each of the page
    metrics = {"width": 1300, "height": 940, "deviceScaleFactor": 2, "mobile": False}
    browser.send("Emulation.setDeviceMetricsOverride", metrics)
    hand.keys("f")
    poll(desk.book, lambda: desk.page.evaluate("() => devicePixelRatio"), 2)
    hand.drag((80, 20), (110, 45))
    expected.append(["cell", 80, 20, 30, 25])
    desk.wait_for(*expected)
    wide, shown = desk.page.evaluate(
        f"() => [document.querySelector('{STAGE} canvas').width, document.querySelector('{STAGE} canvas').clientWidth]"
    )
    assert abs(wide - 2 * shown) <= 2


# --- under the hand


def test_nothing_is_sent_while_the_pointer_moves_and_one_message_when_it_is_done(sit_down: Callable[..., Desk]) -> None:
    desk = sit_down()
    hand, mouse = desk.canvas, desk.page.mouse
    stage = desk.book.box(STAGE)
    sent: list[Any] = []
    desk.page.evaluate(
        """() => {
            window.testSent = [];
            const send = WebSocket.prototype.send;
            WebSocket.prototype.send = function (data) {
                const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
                // the clock and the focus speak for themselves
                if (text.includes('comm_msg') && !text.includes('seconds')) window.testSent.push(text);
                return send.call(this, data);
            };
        }"""
    )
    for begin, end in (((10, 20), (40, 60)), ((60, 20), (90, 60))):
        mouse.move(*hand.place(begin))
        mouse.down()
        mouse.move(*hand.place(end), steps=20)
        sent.append(len(desk.page.evaluate("() => testSent")))
        mouse.up()
        hand.keys("Escape")
    desk.wait_for(["cell", 10, 20, 30, 40], ["cell", 60, 20, 30, 40])
    told = desk.page.evaluate("() => testSent")
    assert sent == [0, 2], told  # an edit with its selection, then that nothing is selected
    assert len(told) == 4

    # vertices are taken back by the button as by the keys, and only then whole edits
    hand.keys("3")
    hand.click((100, 70), (120, 75))
    undo = desk.page.get_by_role("button", name="Undo")
    undo.click()
    undo.click()
    assert len(hand.ids) == 2
    undo.click()
    desk.wait_for(["cell", 10, 20, 30, 40])

    # what is said lies over the picture, which stays where it is and is drawn on through good news
    hand.keys("Escape", "Control+Enter")
    said = desk.page.locator(".aw-screen > .aw-live > .aw-message")
    expect(said).to_contain_text("Submitted")
    under = said.evaluate("""said => {
        const {left, top} = said.getBoundingClientRect();
        return document.elementFromPoint(left + 8, top + 8).className;
    }""")
    assert "aw-ed-stage" in under
    hand.wait()
    assert desk.book.box(STAGE) == stage


def test_a_list_of_many_labels_is_walked_by_arrows_and_a_label_in_it_is_nudged(sit_down: Callable[..., Desk]) -> None:
    desk = sit_down()
    many = [aw.Label("cell", aw.BoundingBox(10 + n, 20, 10, 10)) for n in range(95)]
    desk.loop.as_("ann").task(desk.book.value("desk.task.id")).save_draft(many)
    desk.book.run(0)
    hand = desk.canvas
    hand.wait()
    hand.wait_for(95)

    def row(number: int) -> Any:
        return desk.page.get_by_role("button", name=f"cell {number}", exact=True)

    row(1).focus()
    hand.keys("End")
    expect(row(95)).to_be_focused()
    hand.keys(("ArrowUp", 20))
    expect(row(75)).to_be_focused()
    expect(row(75)).to_be_in_viewport()
    hand.keys("Home", ("ArrowDown", 45), "Enter")
    expect(row(46)).to_be_focused()
    hand.keys("Shift+ArrowDown")
    poll(desk.book, lambda: desk.shapes()[45], ["cell", 55, 30, 10, 10])
    hand.keys("Delete")  # whoever deletes goes on with the next one, which has that number now
    expect(row(46)).to_be_focused()
    poll(desk.book, lambda: len(desk.shapes()), 94)

    # what is chosen in the list comes into sight, and whole, where the picture is zoomed in elsewhere
    desk.page.mouse.move(*hand.place((150, 110)))
    for _ in range(5):
        desk.page.mouse.wheel(0, -300)
    stage = desk.book.box(STAGE)
    poll(desk.book, lambda: hand.place((20, 30))[0] < stage["x"], True)
    row(1).click()
    for corner in ((10, 20), (20, 30)):
        x, y = hand.place(corner)
        assert stage["x"] < x < stage["x"] + stage["width"]
        assert stage["y"] < y < stage["y"] + stage["height"]
    # who chooses a class by mouse draws next: Space moves the picture, and does not press the class once more
    desk.page.locator(".aw-ed-panel .aw-ed-list button").nth(3).click()
    expect(desk.page.locator(STAGE)).to_be_focused()


# --- what dies in between


def test_what_is_drawn_while_the_kernel_is_busy_arrives_whole_and_in_order(sit_down: Callable[..., Desk]) -> None:
    desk = sit_down()
    desk.book.box(STAGE)
    since = time.monotonic()
    saving = desk.page.locator(".aw-ed-saving")
    with desk.book.frozen():
        for n in range(5):
            desk.canvas.drag((10 + 20 * n, 20), (25 + 20 * n, 40))
        assert len(desk.canvas.ids) == desk.canvas.pending == 5
        expect(saving).to_have_text("offline (5 kept here)")
        expect(desk.page.locator(".aw-bar")).to_contain_text("▲ offline (5 kept here)")
        assert desk.labels() == []
        desk.page.wait_for_timeout(max(0, 10_000 - 1000 * (time.monotonic() - since)))
    expect(saving).to_have_text("saved")
    desk.wait_for(*(["cell", 10 + 20 * n, 20, 15, 20] for n in range(5)))
    assert [label["id"] for label in desk.labels()] == desk.canvas.ids


def test_submit_by_mouse_waits_for_edits_that_lie_behind_a_cell(sit_down: Callable[..., Desk]) -> None:
    desk = sit_down()
    # The kernel answers a widget where it spoke last: the button on a subshell, after this ...
    desk.page.get_by_role("button", name="Submit").click()
    expect(desk.page.locator(".aw-message")).to_contain_text("Nothing is labelled in this picture")
    # ... and the picture behind the cell that runs.
    desk.book.start("import time; desk.editor.active_class = 'cell'; time.sleep(6)")
    desk.page.wait_for_function(IS_BUSY)
    desk.canvas.drag((10, 20), (25, 40))
    desk.canvas.drag((40, 20), (55, 40))
    assert desk.submit() == [["cell", 10, 20, 15, 20], ["cell", 40, 20, 15, 20]]


@in_both_apps
def test_a_kernel_that_is_killed_and_a_page_that_is_loaded_anew_lose_and_double_nothing(
    sit_down: Callable[..., Desk],
) -> None:
    desk = sit_down()
    hand = desk.canvas
    hand.drag((10, 20), (30, 40))
    desk.wait_for(["cell", 10, 20, 20, 20])

    # the page goes away before the acknowledgement; its edits are on their way to the kernel, and kept in the browser
    desk.book.save()
    with desk.book.frozen():
        hand.drag((40, 20), (60, 40))
        hand.keys("Delete", "Control+z")
        assert hand.pending == 3
        desk.page.goto("about:blank")
        assert len(desk.shapes()) == 1
    desk.book.open()
    desk.book.hide_code()
    hand.wait()
    poll(desk.book, lambda: hand.pending, 0)
    first_two = [["cell", 10, 20, 20, 20], ["cell", 40, 20, 20, 20]]
    desk.wait_for(*first_two)
    assert [label["id"] for label in desk.labels()] == hand.ids
    assert desk.loop.rows("SELECT count(*), count(DISTINCT id) FROM edits") == [(4, 4)]

    # the kernel dies with edits that it never came to
    desk.book.box(STAGE)
    with desk.book.frozen():
        hand.drag((70, 20), (90, 40))
        hand.drag((100, 20), (120, 40))
        hand.keys("Delete", "Control+z")
        assert hand.pending == 4
        desk.book.restart_kernel()
    assert desk.shapes() == first_two
    desk.book.run(0)
    hand.wait()
    poll(desk.book, lambda: hand.pending, 0)
    desk.wait_for(*first_two, ["cell", 70, 20, 20, 20], ["cell", 100, 20, 20, 20])
    assert [label["id"] for label in desk.labels()] == hand.ids
    assert desk.loop.rows("SELECT count(*), count(DISTINCT id) FROM edits") == [(8, 8)]

    # undo goes back over the death of the kernel, to the start
    hand.focus()
    hand.keys(("Control+z", 4))
    desk.canvas.wait_for(0)
    desk.wait_for()


def test_after_a_conflict_one_goes_on_with_the_own_version_or_with_what_is_saved(sit_down: Callable[..., Desk]) -> None:
    desk = sit_down()
    hand = desk.canvas
    hand.drag((10, 20), (30, 40))
    desk.wait_for(["cell", 10, 20, 20, 20])
    # the clock of the desk must not come first and show what is saved elsewhere
    desk.book.value("setattr(desk, '_show_what_is_saved', lambda: None)")
    elsewhere = desk.loop.as_("ann").task(desk.book.value("desk.task.id"))
    elsewhere.save_draft([aw.Label("dot", aw.Keypoint(5, 5))])
    hand.drag((40, 20), (60, 40))
    notice = desk.page.locator(".aw-message", has_text="was saved in another window")
    expect(notice).to_be_visible()
    expect(desk.page.locator(".aw-ed-saving")).to_contain_text("not saved (1 kept here)")
    hand.drag((70, 20), (90, 40))  # one may go on drawing; it is kept
    assert hand.pending == 2
    desk.page.get_by_role("button", name="Go on with my version").click()
    mine = [["cell", 10, 20, 20, 20], ["cell", 40, 20, 20, 20], ["cell", 70, 20, 20, 20]]
    desk.wait_for(*mine)
    expect(notice).to_have_count(0)
    poll(desk.book, lambda: hand.pending, 0)

    elsewhere.labels()
    elsewhere.save_draft([aw.Label("dot", aw.Keypoint(5, 5))])
    hand.drag((100, 20), (120, 40))
    desk.page.get_by_role("button", name="Open what is saved").click()
    hand.wait_for(1)
    poll(desk.book, lambda: hand.pending, 0)
    desk.wait_for(["dot", 5, 5])
    kept = elsewhere.copies()[0]
    assert len(kept) == 4


# --- the editor alone


def test_an_editor_shows_deep_pictures_what_python_does_and_why_an_edit_was_refused(notebook: MakeNotebook) -> None:
    book = notebook(
        "import numpy as np\n"
        "from PIL import Image\n"
        "import annowidgets as aw\n"
        "from annowidgets.errors import InvalidInput\n"
        "from annowidgets.media import StillImage\n"
        "from annowidgets.widgets.editor import Editor\n"
        "values = np.full((48, 64), 1000, np.uint16)\n"
        "values[:, 32:] = 3000\n"
        "Image.fromarray(values).save('deep.png')\n"
        "ontology = aw.Ontology(objects=[aw.ObjectClass('cell', shape='bounding_box', color='#d62728')])\n"
        "editor = Editor(ontology)\n"
        "editor.show(StillImage('deep.png'))\n"
        "editor",
        "editor.set_labels([aw.Label('cell', aw.BoundingBox(2, 3, 10, 10), id='a')])",
        "def refuse(edit):\n    raise InvalidInput('Too early.')\neditor._save = refuse",
        "editor",
    )
    book.run(0)
    hand = Canvas(book)
    hand.wait()
    book.run(1)
    hand.wait_for(1)
    hand.drag((30, 10), (50, 30))
    book.wait_for_value("[round(one.shape.x) for one in editor.labels]", [2, 30])
    book.run(2)
    hand.drag((10, 30), (25, 44))
    expect(book.page.locator(".aw-ed-note").first).to_contain_text("Too early.")
    hand.wait_for(2)
    assert book.value("len(editor.labels)") == 2
    # a second view of the same editor shows the same
    book.run(3)
    expect(book.page.get_by_role("button", name="cell 2", exact=True)).to_have_count(2)
    # low values dark, high values bright
    pixels = book.page.evaluate(
        """() => {
            const canvas = document.querySelector('.aw-ed-stage canvas');
            const {data} = canvas.getContext('2d').getImageData(0, canvas.height / 2, canvas.width, 1);
            return [0.4, 0.6].map(share => data[4 * Math.round(canvas.width * share)]);
        }"""
    )
    assert pixels[0] < 60 < 200 < pixels[1]
