"""Numbers that a person tries out: what follows from them is shown while a slider moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import traitlets

from annowidgets.widgets.client import FOLDER
from annowidgets.widgets.part import Part


class Slider(NamedTuple):
    """One number.

    Attributes
    ----------
    name : str
        What it is called in the values.
    label : str
        What a person reads.
    value, low, high, step : float
        The number, its range, and what it goes up and down by.
    hint : str
        A word on what it means; may be empty.
    """

    name: str
    label: str
    value: float
    low: float = 0.0
    high: float = 1.0
    step: float = 0.05
    hint: str = ""


class Sliders(Part):
    """Sliders with their numbers.

    While one moves only its newest values are sent, and those when the ones before were answered: a slow answer makes
    the steps longer, never the line of what waits.

    Parameters
    ----------
    on_change : callable(name, value)
        Called while a person moves one.
    """

    _esm = FOLDER / "sliders.js"
    sliders: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    # counts what Python sets, which may be what the browser had before somebody moved it
    generation = traitlets.Int(0).tag(sync=True)
    enabled = traitlets.Bool(True).tag(sync=True)

    def __init__(self, *, on_change: Callable[[str, float], object]) -> None:
        super().__init__()
        self._on_change = on_change
        self.on_msg(self._heard)

    def show(self, sliders: Sequence[Slider], *, enabled: bool = True) -> None:
        """Show these, at their values."""
        with self.hold_sync():
            self.sliders = [slider._asdict() for slider in sliders]
            self.enabled = enabled
            self.generation += 1

    def move(self, name: str, value: float) -> None:
        """Do what a person does who moves one."""
        found = next((slider for slider in self.sliders if slider["name"] == name), None)
        if found is not None and found["low"] <= value <= found["high"]:
            self._on_change(name, value)

    def _heard(self, _: object, message: dict[str, Any], __: object) -> None:
        if not isinstance(message, dict) or message.get("generation") != self.generation:
            return
        try:
            value = message.get("value")
            if isinstance(value, (int, float)):
                self.move(str(message.get("name")), float(value))
        finally:
            self.send({"heard": message.get("number")})
