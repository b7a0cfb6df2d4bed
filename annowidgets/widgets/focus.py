"""Where the focus of a screen is."""

from __future__ import annotations

from annowidgets.widgets.client import FOLDER
from annowidgets.widgets.part import Part


class Focus(Part):
    """Keeps the focus inside its screen when what had it goes away, and leads it to where work goes on."""

    _esm = FOLDER / "focus.js"

    def __init__(self) -> None:
        super().__init__()

    def lead_to(self, selector: str) -> None:
        """Give an element of the screen the focus; only where the screen has it, so that no page is taken over.

        Parameters
        ----------
        selector : str
            CSS selector of what can have it.
        """
        self.send({"focus": selector})
