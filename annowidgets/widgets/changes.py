"""What others do in the file, seen within seconds: people in other kernels, and cells of this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

from annowidgets.widgets.client import FOLDER
from annowidgets.widgets.part import Part
from annowidgets.widgets.screen import Screen
from annowidgets.workflow.workspace import Workspace


class Changes(Part):
    """Tells when the log has grown (L1); asked by the browser, as long as somebody can see it.

    Parameters
    ----------
    workspace : Workspace
    on_change : callable
        Called without arguments, at most once per look.
    every : float
        Seconds between two looks.
    """

    _esm = FOLDER / "changes.js"
    every = traitlets.Float().tag(sync=True)

    def __init__(self, workspace: Workspace, *, on_change: Callable[[], object], every: float = 2.0) -> None:
        super().__init__(every=every)
        self._workspace, self._on_change = workspace, on_change
        self._seen = workspace.changes()
        self.on_msg(self._heard)

    def look(self) -> None:
        """Look whether something was done since the last look."""
        newest = self._workspace.changes()
        if newest != self._seen:
            self._seen = newest
            self._on_change()

    def _heard(self, _: object, message: object, __: object) -> None:
        if isinstance(message, dict) and message.get("ask"):
            try:
                self.look()
            finally:
                self.send({"answered": True})


def keep_current(screen: Screen, workspace: Workspace, refresh: Callable[[], Any]) -> Changes:
    """Let a screen read the file again when others have changed it; its ``refresh`` must leave alone what is typed."""
    changes = Changes(workspace, on_change=screen.guarded(refresh))
    screen.children = (*screen.children, changes)
    return changes
