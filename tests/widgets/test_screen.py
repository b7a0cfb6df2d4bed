"""The frame of all screens: nothing is lost in a callback, nothing runs at the same time."""

from __future__ import annotations

import logging
import threading
from typing import Any

import ipywidgets
import pytest

from annowidgets.errors import InvalidInput, NotFound, RuleViolation
from annowidgets.widgets.confidence import Confidence
from annowidgets.widgets.html import Html
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.screen import Screen, error_message
from annowidgets.widgets.shortcuts import Shortcuts


class Small(Screen):
    def __init__(self, project: str = "", *, title: str = "Small") -> None:
        super().__init__(title)
        self.done: list[tuple[str, Any]] = []
        self.handle(note=self.note, refuse=self.refuse, fail=self.fail)

    def note(self, key: str, value: Any) -> None:
        self.done.append((key, value))

    def refuse(self, key: str, value: Any) -> None:
        raise RuleViolation("<b>No</b>.", rule="C3", hint="Ask <bo>.")

    def fail(self, key: str, value: Any) -> None:
        raise ZeroDivisionError("<b>")


def test_an_unknown_argument_is_refused_with_the_closest_name() -> None:
    with pytest.raises(InvalidInput, match=r"Small has no argument 'projct'. Did you mean 'project'\?"):
        Small(projct="x")  # type: ignore[call-arg]
    with pytest.raises(InvalidInput, match="It takes project, title"):
        Small(zzz=1)  # type: ignore[call-arg]
    with pytest.raises(InvalidInput, match=r"Confidence has no argument 'require'. Did you mean 'required'\?"):
        Confidence(require=True)  # type: ignore[call-arg]


def test_an_act_goes_to_its_handler_with_key_and_value() -> None:
    screen = Small("x")
    screen.act("note", "7", {"text": "why"})
    assert screen.done == [("7", {"text": "why"})]
    with pytest.raises(NotFound, match="Closest: 'note'"):
        screen.act("not")


def test_a_refusal_is_shown_with_rule_and_hint_escaped_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    screen = Small("x")
    with caplog.at_level(logging.INFO):
        screen.act("refuse")
    shown = screen._message.html
    assert "<strong>&lt;b&gt;No&lt;/b&gt;.</strong>" in shown
    assert "Rule C3" in shown
    assert "Ask &lt;bo&gt;." in shown
    assert "<pre>" not in shown
    assert "[C3] <b>No</b>." in caplog.text
    screen.act("note")
    assert screen._message.html == ""


def test_any_other_exception_is_shown_and_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    screen = Small("x")
    assert screen.run(screen.fail, "", None) is None
    assert "ZeroDivisionError: &lt;b&gt;" in screen._message.html
    assert "in fail" in screen._message.html
    assert "Traceback" in caplog.text
    assert screen.run(lambda: 42) == 42


def test_a_guarded_callback_shows_its_failure_and_leaves_a_message_that_is_there() -> None:
    screen = Small("x")
    part = LiveHtml(on_action=screen.guarded(lambda *_: screen.done.append(("part", None))))
    screen.act("refuse")
    part.act("anything")
    assert screen.done == [("part", None)]
    assert "Rule C3" in screen._message.html
    screen.guarded(screen.fail)("", None)
    assert "ZeroDivisionError" in screen._message.html


def test_exits_are_not_swallowed() -> None:
    with pytest.raises(KeyboardInterrupt):
        Small("x").run(_interrupt)


def _interrupt() -> None:
    raise KeyboardInterrupt


def test_two_threads_never_act_at_the_same_time() -> None:
    screen = Small("x")
    inside, most = [0], [0]
    gate = threading.Barrier(4)

    def busy(*_: Any) -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        threading.Event().wait(0.02)
        inside[0] -= 1

    screen.handle(busy=busy)

    def press() -> None:
        gate.wait()
        screen.act("busy")

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_an_empty_side_and_footer_take_no_room() -> None:
    screen = Small("x")
    assert (screen.side.layout.display, screen.footer.layout.display) == ("none", "none")
    screen.side.children = [ipywidgets.HTML()]
    screen.footer.show("x")
    assert (screen.side.layout.display, screen.footer.layout.display) == (None, None)


def test_a_viewer_without_a_kernel_gets_html_beside_the_widget() -> None:
    bundle = Small("x")._repr_mimebundle_()
    assert bundle["text/html"] == (
        '<div style="border:1px solid #8888;padding:8px 12px"><strong>Small</strong>'
        "<p>Run the cell to work with this.</p></div>"
    )
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == "<Small>"


def test_a_screen_whose_figures_may_not_be_read_is_shown_all_the_same() -> None:
    class Refused(Screen):
        def summary(self) -> Html:
            raise RuleViolation("<b>bo</b> is no member.")

    bundle = Refused("x")._repr_mimebundle_()
    assert "<p>&lt;b&gt;bo&lt;/b&gt; is no member.</p>" in bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_a_title_and_a_message_are_escaped() -> None:
    screen = Small("x", title="<i>")
    assert screen._title.html == '<div class="aw-title"><h2>&lt;i&gt;</h2></div>'
    screen.say("<i>", "ok")
    assert "&lt;i&gt;" in screen._message.html
    assert "<i>" not in error_message(ValueError("<i>"))


def test_keys_press_acts_and_an_impossible_chord_is_refused() -> None:
    screen = Small("x")
    screen.bind_keys({"ctrl+enter": ("Note it", "note")}, more={"1…9": "A class"})
    screen._shortcuts.press("ctrl+enter")
    screen._shortcuts.press("x")
    assert screen.done == [("", None)]
    assert screen._shortcuts.shown == [["ctrl+enter", "Note it"], ["1…9", "A class"]]
    for chord in ("Ctrl+Enter", "shift+ctrl+a", "?", ""):
        with pytest.raises(InvalidInput, match="No shortcut"):
            Shortcuts({chord: ("x", lambda: None)})


def test_closing_a_screen_closes_its_parts() -> None:
    screen = Small("x")
    part = LiveHtml("x")
    screen.main.children = [ipywidgets.VBox([part])]
    comm = part.comm
    screen.close()
    assert part.comm is None
    assert comm is None or comm._closed
    # nor does ipywidgets keep their layouts, until the kernel ends
    assert [one.layout.comm for one in (screen, screen.main, part)] == [None] * 3


def test_messages_of_the_browser_that_make_no_sense_are_left_alone() -> None:
    heard: list[Any] = []
    part = LiveHtml(on_action=lambda *what: heard.append(what))
    for content in ({}, {"act": 3}, [], None, {"act": "go"}):
        part._heard(part, content, [])  # type: ignore[arg-type]
    assert heard == [("go", "", None)]
