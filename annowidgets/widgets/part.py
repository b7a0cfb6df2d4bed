"""The base of every part that runs code in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget

from annowidgets.widgets.client import STYLESHEET
from annowidgets.widgets.keywords import KnownKeywords


class Part(KnownKeywords, anywidget.AnyWidget):
    """A piece of a screen with its own JavaScript; brings the stylesheet of all screens with it.

    What a person enters comes from the browser as messages, never as synchronised traits: the front end holds trait
    updates back while the kernel is busy, so that a click on Submit could overtake the last edit. Messages keep
    their order.
    """

    _esm: str | Path
    _css = STYLESHEET.read_text(encoding="utf-8")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # anywidget watches what is given as a path, and keeps every widget that ever showed it on its list of listeners
        if isinstance(path := cls.__dict__.get("_esm"), Path):
            cls._esm = path.read_text(encoding="utf-8")
        super().__init_subclass__(**kwargs)

    def __init__(self, **traits: Any) -> None:
        # anywidget keeps one stylesheet per id, so all parts together put it into the page once.
        super().__init__(**traits, _anywidget_id="annowidgets")
        self.add_class("aw")

    def open(self) -> None:
        """Tell the page of the part."""
        super().open()
        # ipykernel 7.4 hears a widget where it spoke last, one behind a cell that runs, another on a subshell: what was
        # typed in one part would come after the button that was pressed in the next. Without this they all go by the
        # road that the page chose.
        self.comm._reply_subshell_for = None

    def close(self) -> None:
        """Close the part with its layout, which ipywidgets would keep as long as the kernel lives."""
        if self.comm is not None:
            super().close()
            self.layout.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
