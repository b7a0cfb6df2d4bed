"""The instructions, beside the work."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets

from annowidgets.widgets.clock import Clock
from annowidgets.widgets.html import Content, Html, tag, text
from annowidgets.widgets.instructions import markdown_html
from annowidgets.widgets.keywords import KnownKeywords
from annowidgets.widgets.live import LiveHtml, OnAction
from annowidgets.widgets.parts import button
from annowidgets.workflow.instructions import Instructions


class Reading(KnownKeywords, ipywidgets.VBox):
    """A version of the instructions with its examples; counts the focused time while it is in the page (C7).

    Parameters
    ----------
    on_read : callable(Instructions, float)
        Called with what is shown and the seconds spent on it since the last call.
    on_action : callable(act, key, value)
        Of its button: "instructions" folds it.

    Attributes
    ----------
    shown : Instructions or None
        The version.
    """

    def __init__(self, *, on_read: Callable[[Instructions, float], object], on_action: OnAction) -> None:
        self.shown: Instructions | None = None
        self._on_read = on_read
        self._counted = 0.0
        self._text = LiveHtml(on_action=on_action)
        self._clock = Clock(on_tick=self._ticked)
        self._clock.layout.display = "none"  # it counts unseen, as long as the text beside it is in the page
        super().__init__([self._text, self._clock])
        self.add_class("aw-reading")

    def show(self, instructions: Instructions) -> None:
        """Show a version."""
        self.shown = instructions
        self._text.show(instructions_html(instructions))

    def _ticked(self, seconds: float) -> None:
        spent, self._counted = seconds - self._counted, seconds
        if self.shown is not None and spent > 0:
            self._on_read(self.shown, spent)


def instructions_html(instructions: Instructions) -> Html:
    """A version of the instructions: its number and what changed, the text, good and bad examples."""
    heading = tag(
        "div",
        tag("h3", f"Instructions, version {instructions.version}"),
        tag("span", class_="aw-spread"),
        button("✕", "instructions", plain=True, name="Fold the instructions"),
        class_="aw-row",
    )
    return tag("article", heading, instructions_body(instructions))


def instructions_body(instructions: Instructions) -> Html:
    """What changed, the text, good and bad examples."""
    if instructions.text.strip():
        body: Content = markdown_html(instructions.text)
    else:
        body = tag("p", "Nothing is written yet.", class_="aw-mute")
    note = tag("p", "What changed: ", instructions.note, class_="aw-mute") if instructions.note.strip() else None
    return text(
        [
            note,
            body,
            _examples("Good examples", "ok", instructions.good),
            _examples("Bad examples", "bad", instructions.bad),
        ]
    )


def _examples(heading: str, meaning: str, examples: Sequence[str]) -> Html | None:
    if not examples:
        return None
    shown = [tag("div", markdown_html(example), class_=f"aw-example aw-is-{meaning}") for example in examples]
    return tag("section", tag("h3", heading), shown)
