"""The instructions, beside the work."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets

from annowidgets.widgets.clock import Clock
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.instructions import markdown_html
from annowidgets.widgets.keywords import KnownKeywords
from annowidgets.widgets.live import LiveHtml, OnAction
from annowidgets.widgets.parts import button
from annowidgets.workflow.versions import Instructions


class Reading(KnownKeywords, ipywidgets.VBox):
    """A version of the instructions with its examples; counts the focused time for which it is unfolded (C7).

    Parameters
    ----------
    on_read : callable(float), optional
        Called with the seconds that were spent on it since the last call.
    on_action : callable(act, key, value), optional
        Of its button: "instructions" folds it.
    """

    def __init__(
        self, *, on_read: Callable[[float], object] | None = None, on_action: OnAction | None = None
    ) -> None:
        self._on_read = on_read
        self._counted = 0.0
        self._text = LiveHtml(on_action=on_action)
        # Not to be seen: it counts as long as the text beside it is in the page.
        self._clock = Clock(on_tick=self._ticked)
        self._clock.layout.display = "none"
        super().__init__([self._text, self._clock])
        self.add_class("aw-reading")

    def show(self, instructions: Instructions) -> None:
        """Show a version."""
        self._text.show(instructions_html(instructions))

    def _ticked(self, seconds: float) -> None:
        spent, self._counted = seconds - self._counted, seconds
        if self._on_read is not None and spent > 0:
            self._on_read(spent)


def instructions_html(instructions: Instructions) -> Html:
    """A version of the instructions: its number and what changed, the text, good and bad examples."""
    if instructions.text.strip():
        body: Content = markdown_html(instructions.text)
    else:
        body = tag("p", "Nothing is written yet.", class_="aw-mute")
    heading = tag(
        "div",
        tag("h3", f"Instructions, version {instructions.version}"),
        tag("span", class_="aw-spread"),
        button("✕", "instructions", plain=True, name="Fold the instructions"),
        class_="aw-row",
    )
    note = instructions.note.strip() and tag("p", "What changed: ", instructions.note, class_="aw-mute")
    return tag(
        "article",
        heading,
        note,
        body,
        _examples("Good examples", "good", instructions.good),
        _examples("Bad examples", "bad", instructions.bad),
    )


def _examples(heading: str, kind: str, examples: Sequence[str]) -> Html | None:
    if not examples:
        return None
    shown = [tag("div", markdown_html(example), class_=f"aw-example aw-is-{kind}") for example in examples]
    return tag("section", tag("h3", heading), shown)
