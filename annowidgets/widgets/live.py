"""Markup that the kernel renders and whose buttons, fields and forms it hears."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import traitlets

from annowidgets.widgets.client import FOLDER
from annowidgets.widgets.html import Content, text
from annowidgets.widgets.part import Part

OnAction: TypeAlias = Callable[[str, str, Any], None]


class LiveHtml(Part):
    """Shows markup; elements with ``data-act`` report what is done to them.

    A button or a submitted form sends (act, key, value) with the values of its ``data-act`` and ``data-key``: None for
    a button, the state for a checkbox, the text for other fields, name -> value for a form (all its fields in one
    message). Focus, scrolling and what somebody is typing survive a new rendering as long as act, key and name stay.

    Parameters
    ----------
    content : str, Html or sequence of these
        Text is escaped.
    on_action : callable(act, key, value), optional
        Called for each.
    images : mapping of name -> bytes, optional
        Encoded pictures; ``<img data-image="name">`` shows one. They are sent once, not with every rendering.
    on_picture : callable(name) -> bytes or None, optional
        Makes a picture that is not among them, when somebody is about to see its place: a page is there at once, and
        what nobody looks at is not drawn.
    pad : bool
        Whether there is space around it, as in the middle of a screen.
    """

    _esm = FOLDER / "live.js"
    html = traitlets.Unicode().tag(sync=True)
    images = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        content: Content = "",
        *,
        on_action: OnAction | None = None,
        images: Mapping[str, bytes] | None = None,
        on_picture: Callable[[str], bytes | None] | None = None,
        pad: bool = False,
    ) -> None:
        super().__init__(html=text(content), images=dict(images or {}))
        self._on_action, self._on_picture = on_action, on_picture
        self.add_class("aw-live")
        if pad:
            self.add_class("aw-pad")
        self.on_msg(self._heard)

    def show(self, content: Content) -> None:
        """Show other content."""
        self.html = text(content)

    def act(self, act: str, key: str = "", value: Any = None) -> None:
        """Do what a person does who presses it."""
        if self._on_action is not None:
            self._on_action(act, key, value)

    def _heard(self, _: object, message: dict[str, Any], __: object) -> None:
        if not isinstance(message, dict):
            return
        if isinstance(message.get("act"), str):
            self.act(message["act"], str(message.get("key", "")), message.get("value"))
        elif isinstance(message.get("picture"), str):
            self._draw(message["picture"])

    def _draw(self, name: str) -> None:
        if self._on_picture is not None and name not in self.images:
            picture = self._on_picture(name)
            if picture is not None:
                self.images = {**self.images, name: picture}
