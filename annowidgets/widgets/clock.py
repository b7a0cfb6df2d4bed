"""The time that a person spends on something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

from annowidgets.widgets.client import FOLDER
from annowidgets.widgets.part import Part


class Clock(Part):
    """Counts the seconds during which the focus is inside its screen; runs in the browser.

    It stops when the focus leaves the screen, the window is covered or left, or nothing was touched for ``idle``
    seconds, and goes on at the next touch.

    Parameters
    ----------
    seconds : float
        To start from, as for a task that is taken up again.
    idle : float
        Seconds without a key or the pointer after which a person counts as away.
    every : float
        Seconds of counted time between two reports to the kernel (and one whenever it stops).
    on_tick : callable(float), optional
        Called with the seconds at each report: the sign of life from a focused desk (T3).

    Attributes
    ----------
    seconds : float
        As last reported.
    """

    _esm = FOLDER / "clock.js"
    start = traitlets.Tuple(traitlets.Int(), traitlets.Float(), default_value=(0, 0.0)).tag(sync=True)
    idle = traitlets.Float().tag(sync=True)
    every = traitlets.Float().tag(sync=True)

    def __init__(
        self,
        seconds: float = 0.0,
        *,
        idle: float = 120.0,
        every: float = 15.0,
        on_tick: Callable[[float], object] | None = None,
    ) -> None:
        super().__init__(idle=idle, every=every)
        self._on_tick = on_tick
        self.restart(seconds)
        self.on_msg(self._heard)

    def restart(self, seconds: float = 0.0) -> None:
        """Count from ``seconds`` on, for the next task."""
        self.seconds = float(seconds)
        # numbered, so that a report that was under way for the last task is not taken for this one's
        self.start = (self.start[0] + 1, self.seconds)

    def _heard(self, _: object, message: dict[str, Any], __: object) -> None:
        if not isinstance(message, dict) or message.get("run") != self.start[0]:
            return
        seconds = message.get("seconds")
        if isinstance(seconds, (int, float)) and seconds >= self.seconds:
            self.seconds = float(seconds)
            self.start = (self.start[0], self.seconds)
            if self._on_tick is not None:
                self._on_tick(self.seconds)
