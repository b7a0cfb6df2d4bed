"""Both themes can be read: WCAG AA contrast of every text, and room at 900 pixels."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.lab import in_both_apps
from tests.browser.notebook import Notebook

MakeNotebook = Callable[..., Notebook]

EVERYTHING = """
import ipywidgets
from annowidgets.errors import RuleViolation
from annowidgets.labels import BoundingBox, Checklist, Label, Number, ObjectClass, Ontology, Radio
from annowidgets.widgets.clock import Clock
from annowidgets.widgets.confidence import Confidence
from annowidgets.widgets.html import tag
from annowidgets.widgets.instructions import markdown_html
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.parts import *
from annowidgets.widgets.questions import Questions
from annowidgets.widgets.screen import Screen, error_message
from annowidgets.widgets.table import Column, Table

class Everything(Screen):
    def __init__(self):
        super().__init__("Blood cells")
        self.set_title("Blood cells", chip("calibration 2"), chip("locked", "bad"), coloured("7 of 10", "mute"),
                       progress(7, 10, "7 of 10 tasks"))
        self.tools.show(tag("div", coloured("saved", "ok"), button("Instructions", "i"), class_="aw-row"))
        self.footer.show(tag("div", inline_form("Skip…", "skip", prompt="Why?", submit="Skip it"),
            tag("span", class_="aw-spread"), button("Off", "off", disabled=True), button("Away", "away", danger=True),
            button("Submit", "submit", primary=True, shortcut="Ctrl+Enter"), class_="aw-row"))
        table = Table(["Batch", "State", "Progress", Column("Score", True), Column("Interval", True), Column("")],
            [["calibration 1", "completed", progress(1, 1, "all"), coloured("61.4", "bad"), "52–70",
              button("Open", "o")],
             ["calibration 2", coloured("2 open", "warn"), progress(1, 2, "half"), None, coloured("later", "mute"),
              button("Open audit tool", "a", primary=True)]] * 20, pad=True)
        prose = markdown_html("# Title\\n\\nBox **every** `cell`, [see](https://example.org).\\n\\n> quote\\n")
        self.main.children = [table, LiveHtml(prose, pad=True)]
        sure = Confidence(required=True)
        sure.value = 0.8
        questions = Questions([Radio("quality", ["good", "bad"], required=True), Checklist("defects", ["dust"]),
                               Number("count")], {"quality": "good"}, heading="Picture")
        ready = readiness_list([dict(condition="a", required=80, actual=61.4, met=False),
            dict(condition="b", required=1, actual=1, met=True),
            dict(condition="c", required=None, actual=2, met=None)])
        self.side.children = [LiveHtml(section("Locked", ready, pairs({"by": "bo"}))), questions, sure,
                              Confidence(), Clock()]
screen = Everything()
screen
"""
# every text that is seen, with the least contrast to what lies behind it; disabled controls are exempt (WCAG 1.4.3)
FAINT = """() => {
    const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const over = (colours) => {
        paint.clearRect(0, 0, 1, 1);
        for (const colour of colours) { paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1); }
        return [...paint.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    };
    const light = (rgb) => rgb.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
    const faint = [];
    let count = 0;
    const screen = document.querySelector('.aw-screen');
    const walker = document.createTreeWalker(screen, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || element.closest(':disabled, .aw-hear')) continue;
        if (!element.checkVisibility()) continue;
        const grounds = [];
        for (let e = element; e; e = e.parentElement) grounds.unshift(getComputedStyle(e).backgroundColor);
        const ground = over(grounds);
        const ink = over([...grounds, getComputedStyle(element).color]);
        const [low, high] = [light(ink), light(ground)].sort((a, b) => a - b);
        const contrast = (high + .05) / (low + .05);
        count += 1;
        if (contrast < 4.5) faint.push([walker.currentNode.data.trim(), Math.round(contrast * 100) / 100]);
    }
    return {count, faint};
}"""
PIECES = """() => [...document.querySelectorAll('.aw-screen')].flatMap(screen => {
    const frame = screen.getBoundingClientRect();
    return [...screen.querySelectorAll('button, input, h2, h3, li, td, .aw-chip')]
        .filter(e => e.checkVisibility() && !e.closest('.aw-hear'))
        .map(e => [e, e.getBoundingClientRect()])
        .filter(([, r]) => r.width > 0 && (r.right > frame.right + 1 || r.left < frame.left - 1))
        .map(([e]) => e.outerHTML.slice(0, 120));
})"""


@pytest.fixture
def opened(notebook: MakeNotebook) -> Notebook:
    book = notebook(EVERYTHING)
    book.run(0)
    book.hide_code()
    book.page.locator(".aw-screen .aw-sure output").first.wait_for()
    return book


@in_both_apps
def test_every_text_can_be_read_in_both_themes(opened: Notebook) -> None:
    shown = "screen.show_error(RuleViolation('Not yet.', rule='C3', hint='Set the confidence.'))"
    for theme in ("light", "dark"):
        opened.theme(theme)
        for message in (
            shown,
            "screen.show_error(ValueError('x'))",
            "screen.say('Done.')",
            "screen.say('Late.', 'warn')",
        ):
            assert opened.value(message) is None
            opened.page.locator(".aw-message").wait_for()
            found = opened.page.evaluate(FAINT)
            assert found["count"] > 80
            assert found["faint"] == []


@in_both_apps
def test_nothing_sticks_out_of_the_frame_at_900_pixels(opened: Notebook) -> None:
    opened.resize(900, 800)
    opened.page.wait_for_function("() => document.querySelector('.aw-screen').getBoundingClientRect().width < 880")
    assert opened.page.evaluate(PIECES) == []
    assert opened.page.evaluate("() => document.querySelector('.aw-side').getBoundingClientRect().width") > 200
