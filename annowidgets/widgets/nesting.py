"""Screens that open other screens in their place, with a way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from annowidgets.widgets.focus import Focus
from annowidgets.widgets.screen import Screen


class OpensOthers(Screen):
    """A screen that can show another one instead of itself.

    Parameters
    ----------
    title : str
        Where one is.
    """

    _own: tuple[Any, ...] = ()

    def __init__(self, title: str = "") -> None:
        super().__init__(title)
        # Leads the keys over to the other screen and back. It comes first, since a front end makes everything anew that
        # comes after the first change.
        self._focus = Focus()
        self.children = (self._focus, *self.children)

    def show_instead(self, make: Callable[[Callable[[], object]], Screen]) -> None:
        """Show what ``make`` makes; it is given what its button "Back" is to call."""
        other = make(self.guarded(self.come_back))
        self._own = self.children
        self.children = (self._focus, other)
        self.add_class("aw-opens-other")

    def come_back(self) -> None:
        """Show this screen again, as things are now."""
        if not self._own:
            return
        other, self.children, self._own = self.children[1], self._own, ()
        self.remove_class("aw-opens-other")
        try:
            self.refresh()
        finally:
            other.close()

    def refresh(self) -> None:
        """Read the file again."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the screen, the one that it shows instead, and all their parts."""
        if self._own:
            other, self.children, self._own = self.children[1], self._own, ()
            other.close()
        super().close()
