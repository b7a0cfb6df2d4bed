"""The frame of a screen and its parts, in a real page."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.lab import in_both_apps
from tests.browser.notebook import Notebook

MakeNotebook = Callable[..., Notebook]

SCREEN = """
from annowidgets.errors import RuleViolation
from annowidgets.widgets.clock import Clock
from annowidgets.widgets.confidence import Confidence
from annowidgets.widgets.html import tag
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.parts import button, inline_form
from annowidgets.widgets.screen import Screen

class Small(Screen):
    def __init__(self):
        super().__init__("A <b>screen</b>")
        self.done = []
        self.clock = Clock(every=0.5)
        self.sure = Confidence(required=True, on_change=self.guarded(self.done.append))
        self.field = LiveHtml(tag("label", "Name ", tag("input", type="text", data_act="name")), on_action=self.act)
        self.main.children = [self.field]
        self.side.children = [self.sure, self.clock]
        self.show_footer("1")
        self.handle(
            approve=lambda *_: self.done.append("approve"), refuse=self.refuse, fail=self.fail,
            skip=self.skip, name=lambda key, value: self.done.append(value),
        )
        self.bind_keys({"a": ("Approve", "approve"), "ctrl+enter": ("Refuse", "refuse")}, more={"1…9": "A class"})

    def show_footer(self, key, more=None):
        skip = inline_form("Skip…", "skip", key=key, prompt="Why?", submit="Skip it")
        self.footer.show(tag("div", skip, button("Refuse", "refuse", primary=True), button("Fail", "fail"), more))

    def refuse(self, key, value):
        raise RuleViolation("Not <i>yet</i>.", rule="C3", hint="Set the confidence first.")

    def fail(self, key, value):
        raise KeyError("<script>alert(1)</script>")

    def skip(self, key, value):
        self.done.append(value["text"])
        self.show_footer(key + "1")
        self.say("Skipped.")

screen = Small()
screen
"""


def opened(notebook: MakeNotebook, *cells: str) -> Notebook:
    book = notebook(SCREEN, *cells)
    book.run(0)
    book.hide_code()
    book.page.get_by_role("button", name="Refuse").wait_for()
    return book


@in_both_apps
def test_a_refusal_and_a_bug_are_shown_in_place_and_go_with_the_next_act(notebook: MakeNotebook) -> None:
    book = opened(notebook)
    alert = book.page.locator(".aw-screen [role=alert]")
    book.page.get_by_role("button", name="Refuse").click()
    expect(alert).to_contain_text("Not <i>yet</i>. Rule C3")
    expect(alert).to_contain_text("Set the confidence first.")
    book.page.get_by_role("button", name="Fail").click()
    expect(alert).to_contain_text("KeyError: '<script>alert(1)</script>'")
    expect(alert.locator("pre")).to_be_hidden()
    alert.get_by_text("Details").click()
    expect(alert.locator("pre")).to_contain_text("in fail")
    alert.get_by_role("button", name="Dismiss").click()
    expect(alert).to_have_count(0)
    expect(book.page.locator(".aw-screen h2")).to_have_text("A <b>screen</b>")


@in_both_apps
def test_shortcuts_act_only_while_the_focus_is_inside_and_not_in_text_fields(notebook: MakeNotebook) -> None:
    book = opened(notebook, "1", "2")
    keyboard = book.page.keyboard
    book.page.locator(".aw-title h2").click()  # anywhere inside will do
    keyboard.press("a")
    book.wait_for_value("screen.done", ["approve"])
    # JupyterLab's own single letters stay silent: b would insert a cell, x would cut one
    for place in ("h2", ".aw-help button"):
        book.page.locator(f".aw-screen {place}").click()
        for key in ("b", "x", "m"):
            keyboard.press(key)
    book.page.get_by_label("Name").click()
    keyboard.type("a bad name")
    keyboard.press("Control+Enter")
    keyboard.press("Tab")
    book.wait_for_value("screen.done", ["approve", "a bad name"])
    book.page.evaluate("() => document.activeElement.blur()")
    book.page.locator(".jp-Cell").last.click()
    keyboard.press("Escape")
    keyboard.press("a")  # for JupyterLab: a cell above
    book.page.wait_for_function("() => jupyterapp.shell.currentWidget.content.model.cells.length === 4")
    assert book.value("screen.done") == ["approve", "a bad name"]
    expect(book.page.locator(".aw-screen [role=alert]")).to_have_count(0)


def test_a_question_mark_lists_the_keys_and_escape_gives_the_focus_back(notebook: MakeNotebook) -> None:
    book = opened(notebook)
    panel = book.page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(panel).to_be_hidden()
    book.page.locator(".aw-title h2").click()
    book.page.keyboard.press("?")
    expect(panel).to_be_visible()
    expect(panel.locator("dt")).to_have_text(["A", "Ctrl+Enter", "1…9", "?"])
    expect(panel.locator("dd").first).to_have_text("Approve")
    book.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(book.page.get_by_role("button", name="Keyboard shortcuts")).to_be_focused()


def test_confidence_is_not_set_until_it_is_touched_and_the_middle_counts(notebook: MakeNotebook) -> None:
    book = opened(notebook)
    slider = book.page.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", "not set")
    assert book.value("screen.sure.value") is None
    slider.click()  # exactly where the thumb would be
    book.wait_for_value("screen.sure.value", 0.5)
    book.page.keyboard.press("ArrowRight")
    book.wait_for_value("screen.sure.value", 0.55)
    expect(slider).to_have_attribute("aria-valuetext", "55 %")
    assert book.value("screen.done") == [0.5, 0.55]
    assert book.value("setattr(screen.sure, 'value', None)") is None
    expect(slider).to_have_attribute("aria-valuetext", "not set")


def test_what_is_typed_survives_a_new_rendering_and_goes_when_it_was_sent(notebook: MakeNotebook) -> None:
    book = opened(notebook)
    footer = book.page.locator(".aw-footer")
    footer.get_by_text("Skip…").click()
    why = footer.get_by_label("Why?")
    expect(why).to_be_focused()
    book.page.keyboard.type("of focus")
    for _ in range(len("of focus")):
        book.page.keyboard.press("ArrowLeft")
    book.page.keyboard.type("out ")
    assert book.value("screen.show_footer('1', more='drawn anew')") is None
    expect(footer).to_contain_text("drawn anew")
    expect(why).to_be_focused()
    expect(why).to_have_value("out of focus")
    book.page.keyboard.type("here, ")  # where the caret was
    footer.get_by_role("button", name="Skip it").click()
    book.wait_for_value("screen.done", ["out here, of focus"])
    expect(why).to_be_hidden()
    expect(book.page.locator(".aw-screen [role=status]")).to_contain_text("Skipped.")
    footer.get_by_text("Skip…").click()
    expect(footer.get_by_label("Why?")).to_have_value("")
    book.page.keyboard.press("Escape")
    expect(footer.get_by_label("Why?")).to_be_hidden()


def test_what_is_shown_anew_between_the_press_and_the_release_of_a_button_takes_no_click_away(
    notebook: MakeNotebook,
) -> None:
    book = opened(notebook)
    page, alert = book.page, book.page.locator(".aw-screen [role=alert]")
    refuse, more = page.get_by_role("button", name="Refuse"), page.locator(".aw-footer")

    def shown_anew(key: str) -> None:
        assert book.value(f"(screen.show_footer('{key}', 'more {key}'), screen.set_title('{key}'))") == [None, None]
        expect(page.locator(".aw-title")).to_have_text(key)  # sent after the footer, which is there, too

    refuse.hover()
    page.mouse.down()
    shown_anew("2")
    page.mouse.up()
    expect(alert).to_contain_text("Not <i>yet</i>.")
    expect(more).to_contain_text("more 2")

    alert.get_by_role("button", name="Dismiss").click()
    refuse.focus()
    page.keyboard.down("Space")
    shown_anew("3")
    page.keyboard.up("Space")
    expect(alert).to_contain_text("Not <i>yet</i>.")
    expect(more).to_contain_text("more 3")


def test_what_is_done_in_two_parts_keeps_its_order_while_a_cell_runs(notebook: MakeNotebook) -> None:
    book = opened(notebook)
    page = book.page

    def skip(why: str) -> None:
        page.locator(".aw-footer").get_by_text("Skip…").click()
        page.get_by_label("Why?").fill(why)
        page.keyboard.press("Control+Enter")

    skip("first")  # the footer is drawn anew by the subshell that hears the page
    book.wait_for_value("screen.done", ["first"])
    book.start(
        "import time\nscreen.field.show(tag('label', 'Your name ', tag('input', type='text', data_act='name')))"
        "\ntime.sleep(4)"
    )  # and the field by a cell, which runs on
    page.get_by_label("Your name").fill("ada")
    page.get_by_label("Your name").press("Tab")
    skip("last")
    book.wait_for_value("len(screen.done)", 3)
    assert book.value("screen.done") == ["first", "ada", "last"]


def test_the_clock_runs_while_the_focus_is_inside_and_stops_elsewhere(notebook: MakeNotebook) -> None:
    book = opened(notebook, "1")
    assert book.value("screen.clock.seconds") == 0
    book.page.locator(".aw-title h2").click()
    book.page.wait_for_function("() => document.querySelector('[role=timer]').textContent >= '00:02'")
    book.page.locator(".jp-Cell").last.click()
    book.page.locator("[role=timer].aw-paused").wait_for()
    stopped = book.page.locator("[role=timer]").text_content()
    book.page.wait_for_timeout(1500)
    assert book.page.locator("[role=timer]").text_content() == stopped
    assert 2 <= book.value("screen.clock.seconds") < 5
    assert book.value("screen.clock.restart(3725)") is None
    expect(book.page.locator("[role=timer]")).to_have_text("01:02:05")

    # it has nobody to tell any more, and throws nothing into the page
    book.shut_down()
    book.page.locator(".aw-title h2").click()
    book.page.wait_for_function("() => document.querySelector('[role=timer]').textContent >= '01:02:07'")


def test_thumbnails_are_chosen_by_mouse_and_by_keyboard_page_by_page(notebook: MakeNotebook) -> None:
    book = notebook(
        """
import io
from PIL import Image
from annowidgets.widgets.thumbnails import Thumbnail, Thumbnails
def small(shade):
    file = io.BytesIO()
    Image.new("L", (40, 30), shade).save(file, "PNG")
    return file.getvalue()
sent = []
thumbs = Thumbnails([Thumbnail(f"k{i}", f"picture {i}", lambda i=i: small(i * 20)) for i in range(8)],
                    page_size=6, on_change=sent.append)
thumbs"""
    )
    book.run(0)
    book.hide_code()
    book.page.get_by_role("checkbox", name="picture 2").check()
    book.wait_for_value("thumbs.chosen", ["k2"])
    expect(book.page.get_by_role("checkbox", name="picture 2")).to_be_focused()
    book.page.keyboard.press("Tab")
    book.page.keyboard.press("Space")
    book.wait_for_value("thumbs.chosen", ["k2", "k3"])
    book.page.get_by_role("button", name="Next page").click()
    book.page.get_by_role("checkbox", name="picture 7").check()
    book.wait_for_value("sent", [["k2"], ["k2", "k3"], ["k2", "k3", "k7"]])
    expect(book.page.locator("legend")).to_have_text("3 of 8 chosen")
    widths = book.page.evaluate("() => [...document.querySelectorAll('.aw-thumbs img')].map(i => i.naturalWidth)")
    assert widths == [40, 40]


def test_one_stylesheet_is_put_into_the_page_however_many_parts_there_are(notebook: MakeNotebook) -> None:
    book = opened(notebook, "Small()")
    book.run(1)
    book.page.locator(".aw-screen").nth(1).wait_for()
    assert book.page.evaluate("() => document.querySelectorAll('style#annowidgets').length") == 1


def test_without_a_kernel_a_saved_notebook_holds_a_summary(notebook: MakeNotebook) -> None:
    book = opened(notebook)
    outputs = book.page.evaluate("() => jupyterapp.shell.currentWidget.content.model.cells.get(0).outputs.toJSON()")
    assert "Run the cell to work with this." in str(outputs[-1]["data"]["text/html"])
    assert "application/vnd.jupyter.widget-view+json" in outputs[-1]["data"]
