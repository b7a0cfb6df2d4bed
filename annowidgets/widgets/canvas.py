"""What ipycanvas (0.14) needs, so that one picture can't harm another.

- An exception inside `ipycanvas.hold_canvas` leaves every canvas of the kernel unsent: `held_canvas` doesn't.
- Bytes that a browser can't decode block every canvas of the page: `Composition` draws only what `shown_size` passed.
- So does a drawing that comes when its canvas is closed already: `client/canvas.js` lets the others go on.
- A page that is loaded anew shows an empty canvas and its manager knows no current one: everything is drawn again,
  from the choice of the canvas on.
- Each move of the pointer is a message, the wheel no longer scrolls the page, and every key is swallowed, Tab among
  them: `client/canvas.js` lets clicks through and nothing else.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import ipycanvas
import ipywidgets
import traitlets
from ipycanvas.canvas import _CANVAS_MANAGER as MANAGER

from annowidgets.widgets.client import FOLDER
from annowidgets.widgets.keywords import KnownKeywords
from annowidgets.widgets.part import Part

log = logging.getLogger(__name__)

# One manager serves the kernel, and a drawing is a sequence of its messages: two threads must not mix theirs.
_drawing = threading.RLock()


@contextmanager
def held_canvas() -> Iterator[None]:
    """Collect what is drawn inside and send it at once; where drawing fails, send nothing and raise.

    What somebody else holds back in the meantime stays held.
    """
    with _drawing:
        before = (MANAGER._caching, MANAGER._commands_cache, MANAGER._buffers_cache, MANAGER._current_canvas)
        MANAGER._caching, MANAGER._commands_cache, MANAGER._buffers_cache = True, [], []
        MANAGER._current_canvas = None
        try:
            yield
            MANAGER.flush()
        finally:
            MANAGER._caching, MANAGER._commands_cache, MANAGER._buffers_cache, current = before
            # outside of a hold the next command must say whose it is, as ours were sent in between
            MANAGER._current_canvas = current if MANAGER._caching else None


class CanvasManners(Part):
    """Lets clicks reach the canvas beside it, and everything else the page; says what is to be seen."""

    _esm = FOLDER / "canvas.js"
    manager = traitlets.Unicode().tag(sync=True)
    says = traitlets.Unicode().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(manager=MANAGER.model_id)


class Composition(KnownKeywords, ipywidgets.VBox):
    """A canvas that the kernel draws: `paint` is called for every page that opens, and by `redraw`.

    Parameters
    ----------
    paint : callable(Canvas)
        Draws everything, on a canvas of unknown content.
    name : str
        CSS class of the whole.
    """

    def __init__(self, paint: Callable[[ipycanvas.Canvas], None], name: str) -> None:
        self._paint = paint
        self.canvas = ipycanvas.Canvas(width=1, height=1)
        self._manners = CanvasManners()
        super().__init__([self.canvas, self._manners])
        self.add_class("aw")
        self.add_class(name)
        self.canvas.on_client_ready(self._page_opened)

    def resize(self, width: int, height: int, *, shown_width: int) -> None:
        """Set the canvas's own size, and how wide it is on the screen at most, in CSS pixels."""
        self.canvas.width, self.canvas.height = width, height
        self.canvas.layout.width = f"{shown_width}px"

    def redraw(self, says: str) -> None:
        """Draw again.

        Parameters
        ----------
        says : str
            What is to be seen, for those who can't see it.
        """
        self._manners.says = says
        with held_canvas():
            self._paint(self.canvas)

    def _page_opened(self) -> None:
        try:
            self.redraw(self._manners.says)
        except Exception:  # there is no screen to show it on: this is called by ipycanvas
            log.exception("a picture could not be drawn")
