"""The labelling desk in JupyterLab and Notebook 7, by mouse and by keyboard, against the rows of the file."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import annowidgets as aw
from tests.browser.canvas import STAGE, Canvas, poll, rounded
from tests.browser.lab import JupyterServer, in_both_apps
from tests.browser.notebook import Notebook
from tests.widgets.loops import Loop

MakeNotebook = Callable[..., Notebook]
EVERYTHING_IN_SIGHT = """() => ['.aw-title', '.aw-ed-stage', '.aw-sure', '.aw-footer button.aw-primary'].map(name => {
    const {top, left, bottom, right} = document.querySelector(name).getBoundingClientRect();
    return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
}).every(Boolean)"""


class Desk:
    """A desk in a page, and the file behind it."""

    def __init__(self, book: Notebook, loop: Loop) -> None:
        self.book, self.page, self.loop = book, book.page, loop
        self.canvas = Canvas(book)

    def draw(self, x: int, y: int, width: int, height: int) -> None:
        """Draw a box by mouse, in pixels of the picture."""
        self.canvas.drag((x, y), (x + width, y + height))

    def sure(self, percent: int) -> None:
        """Click on the slider, which moves down where the questions of a label that was drawn just now come late."""
        slider = self.page.get_by_role("slider", name="How sure are you?")
        width, height = slider.evaluate("slider => [slider.offsetWidth, slider.offsetHeight]")
        thumb = 18  # its middle never comes to the very ends
        slider.click(position={"x": thumb / 2 + (width - thumb) * percent / 100, "y": height / 2})
        expect(self.page.locator(".aw-sure output")).to_have_text(f"{percent} %")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def fold_instructions(self) -> None:
        """Fold them by their button; the picture grows when they are gone."""
        self.press("Instructions v1")
        expect(self.page.locator(".aw-reading")).to_have_count(0)

    @property
    def said(self) -> Any:
        return self.page.locator(".aw-screen > .aw-live > .aw-message")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.loop.rows(query)

    def boxes(self, user: str = "ann") -> list[list[Any]]:
        """The draft of the user's open task, as it is in the file."""
        rows = self.rows(
            "SELECT d.labels FROM drafts d JOIN tasks t ON t.id = d.task AND t.user = d.user "
            f"WHERE t.state = 'annotating' AND t.user = '{user}'"
        )
        return boxes_of(rows[0][0]) if rows else []

    def wait_for_boxes(self, *expected: list[Any]) -> None:
        poll(self.book, self.boxes, list(expected))


def boxes_of(stored: str) -> list[list[Any]]:
    labels = [label for label in json.loads(stored) if label["type"] == "label"]
    return [[d["category"], *(rounded(d["shape"][side]) for side in ("x", "y", "width", "height"))] for d in labels]


@pytest.fixture
def sit_down(notebook: MakeNotebook, jupyter: JupyterServer) -> Callable[..., Desk]:
    """Make a small calibration and open ann's desk on it; ``before`` may change the project first."""

    def make(before: Callable[[Loop], object] | None = None, **options: Any) -> Desk:
        folder = Path(tempfile.mkdtemp(dir=jupyter.files))
        loop = Loop(folder, **options)
        if before is not None:
            before(loop)
        book = notebook(
            f"import annowidgets as aw\ndesk = aw.LabelDesk('{folder.name}/loop.db', 'Blood', user='ann')\ndesk",
            "import time",
        )
        book.run(0)
        book.run(1)
        book.hide_code()
        desk = Desk(book, loop)
        desk.canvas.wait()
        return desk

    return make


def in_gold(loop: Loop) -> None:
    loop.batch.close_early(reason="Not needed here.")
    loop.project.update_settings(sampling_rate=1.0)
    loop.project.create_ground_truth_batch("gold").launch()


@in_both_apps
def test_two_boxes_drawn_with_a_confidence_are_submitted_to_the_pixel_and_the_next_task_is_ready(
    sit_down: Callable[..., Desk],
) -> None:
    desk = sit_down()
    desk.fold_instructions()
    desk.draw(10, 20, 30, 40)
    desk.page.keyboard.press("2")
    desk.draw(100, 60, 25, 35)
    desk.wait_for_boxes(["RBC", 10, 20, 30, 40], ["WBC", 100, 60, 25, 35])
    desk.sure(80)
    first = desk.book.value("desk.task.id")
    desk.press("Submit")
    expect(desk.said).to_contain_text("1 RBC, 1 WBC, 80 % sure.")
    ((state, user, confidence, seconds, stored),) = desk.rows(
        "SELECT t.state, t.user, t.confidence, t.seconds, s.labels "
        f"FROM tasks t JOIN label_sets s ON s.id = t.labels WHERE t.id = {first}"
    )
    assert (state, user, confidence) == ("submitted", "ann", 0.8)
    assert seconds > 0
    assert boxes_of(stored) == [["RBC", 10, 20, 30, 40], ["WBC", 100, 60, 25, 35]]

    # the next picture is there, empty, with the focus on it: keys go on at once
    expect(desk.page.locator(".aw-title")).to_contain_text("task 2 of 2")
    desk.canvas.wait_for(0)
    expect(desk.page.locator(".aw-sure output")).to_have_text("not set")
    expect(desk.page.locator(STAGE)).to_be_focused()
    desk.canvas.wait()
    # from the middle of the picture on
    desk.canvas.keys("1", "Space", "Space", ("Shift+ArrowRight", 2), ("Shift+ArrowDown", 1), "Space")
    desk.wait_for_boxes(["RBC", 80, 60, 20, 10])


@in_both_apps
def test_the_main_path_needs_no_scrolling(sit_down: Callable[..., Desk]) -> None:
    desk = sit_down()
    for width, height in ((1400, 900), (900, 900)):
        desk.book.resize(width, height)
        desk.book.box(STAGE)
        assert desk.page.evaluate(EVERYTHING_IN_SIGHT), (width, height)
        assert desk.page.evaluate(
            "() => { const s = document.querySelector('.aw-screen'); return s.scrollWidth <= s.clientWidth }"
        )


def test_every_change_is_saved_and_comes_back_after_a_restart_of_the_kernel(sit_down: Callable[..., Desk]) -> None:
    desk = sit_down()
    desk.draw(10, 20, 30, 40)
    desk.wait_for_boxes(["RBC", 10, 20, 30, 40])
    desk.page.keyboard.press("ArrowRight")
    desk.page.keyboard.press("Shift+ArrowDown")
    desk.wait_for_boxes(["RBC", 11, 30, 30, 40])
    desk.page.get_by_label("good").click()
    desk.page.get_by_label("count").fill("3")
    desk.page.get_by_label("count").press("Tab")
    desk.book.wait_for_value("len(desk.task.labels())", 3)
    task = desk.book.value("desk.task.id")
    before = desk.rows(f"SELECT labels FROM drafts WHERE task = {task}")

    desk.book.restart_kernel()
    desk.book.run(0)
    desk.canvas.wait()
    desk.canvas.wait_for(1)
    assert desk.book.value("desk.task.id") == task
    expect(desk.page.get_by_label("good")).to_be_checked()
    expect(desk.page.get_by_label("count")).to_have_value("3")
    assert desk.rows(f"SELECT labels FROM drafts WHERE task = {task}") == before
    desk.draw(100, 60, 20, 20)
    desk.wait_for_boxes(["RBC", 11, 30, 30, 40], ["RBC", 100, 60, 20, 20])


@in_both_apps
def test_a_page_that_is_loaded_anew_goes_on_with_the_same_desk(sit_down: Callable[..., Desk]) -> None:
    desk = sit_down()
    desk.draw(10, 20, 30, 40)
    desk.wait_for_boxes(["RBC", 10, 20, 30, 40])
    desk.book.reload()
    desk.book.hide_code()
    desk.canvas.wait()
    desk.canvas.wait_for(1)
    desk.draw(100, 60, 20, 20)
    desk.wait_for_boxes(["RBC", 10, 20, 30, 40], ["RBC", 100, 60, 20, 20])


def test_labelling_works_by_keyboard_alone(sit_down: Callable[..., Desk]) -> None:
    desk = sit_down()
    first = desk.book.value("desk.task.id")
    keys = desk.page.keyboard
    desk.page.get_by_role("button", name="Fold the instructions").focus()
    keys.press("Enter")  # the button goes away under the focus, which must stay inside
    expect(desk.page.locator(".aw-reading")).to_have_count(0)
    desk.canvas.focus()
    desk.canvas.keys("2", "Space", "Space", ("Shift+ArrowRight", 2), ("Shift+ArrowDown", 1), "Space")
    desk.wait_for_boxes(["WBC", 80, 60, 20, 10])
    keys.press("s")
    for _ in range(4):
        keys.press("ArrowRight")
    expect(desk.page.locator(".aw-sure output")).to_have_text("70 %")
    keys.press("Control+Enter")
    expect(desk.said).to_contain_text("1 WBC, 70 % sure.")
    assert desk.rows(f"SELECT state, confidence FROM tasks WHERE id = {first}") == [("submitted", 0.7)]


def test_two_quick_strokes_submit_one_task(sit_down: Callable[..., Desk]) -> None:
    desk = sit_down(before=in_gold)
    desk.draw(10, 20, 30, 40)
    desk.wait_for_boxes(["RBC", 10, 20, 30, 40])
    desk.page.keyboard.press("Control+Enter")
    desk.page.keyboard.press("Control+Enter")
    desk.page.keyboard.press("Control+Enter")
    expect(desk.said).to_contain_text("Submitted")
    desk.book.wait_until_idle()
    assert desk.rows("SELECT count(*) FROM tasks WHERE state = 'in_review'") == [(1,)]


def test_keys_act_only_while_the_desk_has_the_focus(sit_down: Callable[..., Desk]) -> None:
    desk = sit_down()
    desk.draw(10, 20, 30, 40)
    desk.sure(80)
    desk.wait_for_boxes(["RBC", 10, 20, 30, 40])
    desk.page.evaluate("() => document.activeElement.blur()")
    desk.page.wait_for_timeout(600)  # the clock is drawn anew meanwhile, which must not fetch the focus back
    for key in ("Control+Enter", "Delete", "2", "i"):
        desk.page.keyboard.press(key)
    # inside a text field they are text
    desk.page.locator("summary", has_text="Feedback").click()
    desk.page.keyboard.type("bicks 12")
    expect(desk.page.locator("textarea[name=text]").first).to_have_value("bicks 12")
    desk.book.wait_until_idle()
    assert desk.boxes() == [["RBC", 10, 20, 30, 40]]
    assert desk.rows("SELECT count(*) FROM tasks WHERE state = 'submitted'") == [(0,)]
    expect(desk.page.locator(".aw-reading")).to_have_count(1)  # as it was
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("Control+Enter")
    expect(desk.said).to_contain_text("Submitted")


def test_answers_and_shapes_are_undone_in_turn_wherever_the_focus_is_and_after_a_restart_and_a_reload(
    sit_down: Callable[..., Desk],
) -> None:
    desk = sit_down()
    keys, good, count = desk.page.keyboard, desk.page.get_by_label("good"), desk.page.get_by_label("count")
    said = desk.page.locator(".aw-ed-note")
    box = ["RBC", 10, 20, 30, 40]
    good.click()
    desk.draw(*box[1:])
    desk.wait_for_boxes(box)
    keys.press("d")  # a copy
    desk.canvas.wait_for(2)
    count.click()
    keys.type("2.0")
    keys.press("Control+z")  # in a text field it stays the field's own
    expect(count).not_to_have_value("2.0")
    desk.canvas.wait_for(2)
    count.fill("3.0")
    keys.press("Tab")
    desk.book.wait_for_value("[label.value for label in desk.task.labels()[2:]]", ["good", 3])
    keys.press("Control+z")
    expect(said).to_have_text("undo answer count")
    expect(count).to_have_value("")
    desk.canvas.wait_for(2)
    keys.press("Control+z")
    desk.wait_for_boxes(box)
    keys.press("Control+z")
    desk.wait_for_boxes()
    keys.press("Control+z")
    expect(good).not_to_be_checked()
    for _ in range(4):
        keys.press("Control+Shift+z")
    expect(good).to_be_checked()
    expect(count).to_have_value("3")
    keys.press("Control+z")
    expect(count).to_have_value("")
    desk.book.restart_kernel()
    desk.book.save()
    desk.book.reload()
    desk.book.run(0)
    desk.book.hide_code()
    desk.canvas.wait()
    desk.canvas.wait_for(2)
    expect(good).to_be_checked()
    desk.press("Redo")
    expect(count).to_have_value("3")
    good.click()
    keys.press("ArrowRight")  # moves on to the other answer, and no label
    desk.book.wait_for_value("desk.task.history()[-1].what", "answer quality")  # which the page has heard of then
    expect(desk.page.get_by_label("blurred")).to_be_checked()
    for _ in range(4):
        keys.press("Control+z")
    desk.wait_for_boxes()
    expect(good).to_be_checked()
    desk.book.wait_for_value("desk.task.history()[-1].of == desk.task.history()[1].id", True)


def test_feedback_skip_release_and_recall_are_a_key_or_a_button_away(sit_down: Callable[..., Desk]) -> None:
    desk = sit_down(before=in_gold)
    keys = desk.page.keyboard
    desk.canvas.click((5, 5))
    keys.press("g")
    keys.type("Do I box cells at the border?")
    desk.page.get_by_role("combobox", name="Section").select_option("Boxes")
    desk.page.get_by_role("combobox", name="Kind").select_option("missing")
    desk.press("Send feedback")
    expect(desk.said).to_contain_text("Your feedback is with the lead.")
    assert desk.rows("SELECT author, section, kind, text, state FROM feedback") == [
        ("ann", "Boxes", "missing", "Do I box cells at the border?", "open")
    ]

    skipped = desk.book.value("desk.task.id")
    keys.press("k")
    keys.type("Out of focus.")
    keys.press("Control+Enter")
    expect(desk.said).to_contain_text("Skipped")
    assert desk.rows(f"SELECT state, reason FROM tasks WHERE id = {skipped}") == [("skipped", "Out of focus.")]

    submitted = desk.book.value("desk.task.id")
    desk.draw(10, 20, 30, 40)
    keys.press("Control+Enter")
    expect(desk.said).to_contain_text("Submitted")
    desk.press("Recall")
    expect(desk.said).to_contain_text("is yours again")
    desk.canvas.wait()
    desk.canvas.wait_for(1)
    assert desk.book.value("desk.task.id") == submitted

    desk.press("Release")
    expect(desk.page.locator(".aw-idle")).to_contain_text("is put back")
    assert desk.rows(f"SELECT state FROM tasks WHERE id = {submitted}") == [("returned",)]
    expect(desk.page.get_by_role("button", name="Take the next task")).to_be_focused()  # the only way on
    keys.press("Enter")
    desk.canvas.wait()


def test_time_on_the_instructions_is_counted_only_while_they_are_unfolded(sit_down: Callable[..., Desk]) -> None:
    desk = sit_down()

    def spent() -> float:
        ((seconds,),) = desk.rows("SELECT instruction_seconds FROM members WHERE user = 'ann'")
        return float(json.loads(seconds).get("1", 0.0))

    desk.page.locator(".aw-reading").click()
    desk.page.wait_for_function("() => document.querySelector('.aw-reading [role=timer]').textContent >= '00:02'")
    desk.page.keyboard.press("i")
    expect(desk.page.locator(".aw-reading")).to_have_count(0)
    desk.page.wait_for_timeout(1500)  # so much would be counted too much
    once = spent()
    assert 2 <= once < 30
    desk.draw(10, 20, 30, 40)  # the press tells what is counted
    desk.wait_for_boxes(["RBC", 10, 20, 30, 40])
    assert spent() == once
    assert desk.rows("SELECT seconds FROM tasks WHERE state = 'annotating'")[0][0] > once + 0.5


def test_what_is_required_leads_to_where_it_is_said(sit_down: Callable[..., Desk]) -> None:
    ontology = aw.Ontology(
        objects=[
            aw.ObjectClass("RBC", shape="bounding_box"),
            aw.ObjectClass("WBC", shape="bounding_box", attributes=[aw.Radio("kind", ["round", "odd"], required=True)]),
        ],
        classifications=[aw.Text("remark", required=True)],
    )
    desk = sit_down(ontology=ontology)
    desk.fold_instructions()
    desk.draw(10, 20, 30, 40)
    desk.page.keyboard.press("2")
    desk.draw(100, 60, 25, 35)
    desk.draw(60, 60, 25, 35)
    desk.page.get_by_label("odd").click()
    desk.press("Submit")
    expect(desk.said).to_contain_text("Say how sure you are first.")
    for key in ("ArrowRight", "Control+Enter"):
        desk.page.keyboard.press(key)
    expect(desk.said).to_contain_text("WBC 1: kind must be answered.")
    # it is selected, with its question
    expect(desk.page.locator(".aw-side h3", has_text="WBC 1")).to_be_visible()
    desk.page.get_by_label("round").click()
    desk.page.get_by_label("remark").click()
    desk.page.keyboard.type("12 faint ones")
    desk.page.keyboard.press("Control+Enter")
    expect(desk.said).to_contain_text("1 RBC, 2 WBC, 55 % sure.")
    ((stored,),) = desk.rows("SELECT s.labels FROM tasks t JOIN label_sets s ON s.id = t.labels")
    assert [label["value"] for label in json.loads(stored) if label["type"] == "answer"] == ["12 faint ones"]


@in_both_apps
def test_names_and_instructions_of_hostile_people_run_no_script(sit_down: Callable[..., Desk]) -> None:
    evil = "<img src=x onerror='window.hacked=1'><script>window.hacked=2</script>"

    def before(loop: Loop) -> None:
        in_gold(loop)
        loop.project.update_instructions(
            f"# {evil}\n\n[a](javascript:window.hacked=3) {evil}", note=evil, good=[evil], bad=[evil]
        )
        loop.as_("ann").give_feedback(evil, section=evil)

    ontology = aw.Ontology(
        objects=[aw.ObjectClass(evil, shape="bounding_box", attributes=[aw.Radio(f"q {evil}", [evil, "b"])])],
        classifications=[aw.Radio(f"p {evil}", [evil, "b"])],
    )
    desk = sit_down(before=before, ontology=ontology, name=evil)
    desk.draw(10, 20, 30, 40)
    desk.wait_for_boxes([evil, 10, 20, 30, 40])
    expect(desk.page.locator(".aw-side h3", has_text="img src").first).to_be_visible()
    desk.page.keyboard.press("g")
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("Control+Enter")
    expect(desk.said).to_contain_text("1 <img src=x")
    assert desk.page.evaluate("() => window.hacked") is None
    assert desk.page.locator(".aw-screen img[src=x], .aw-screen script").count() == 0
