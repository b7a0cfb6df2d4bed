"""How sure a person is: a slider that says nothing until it is touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets

from annowidgets.errors import InvalidInput
from annowidgets.widgets.client import FOLDER
from annowidgets.widgets.part import Part


class Confidence(Part):
    """A slider from "guess" to "certain" that is not set until a person touches it (C3).

    Parameters
    ----------
    question : str
        Its label.
    required : bool
        Whether it is marked as needed.
    chord : str
        The keys, as `Shortcuts` names them, that lead to it. Bind them as well.
    on_change : callable(float or None), optional
        Called when a person sets it.

    Attributes
    ----------
    value : float or None
        0 to 1 in steps of 0.05; None until it is touched. Assign None to ask afresh.
    """

    _esm = FOLDER / "confidence.js"
    value = traitlets.Float(None, allow_none=True).tag(sync=True)
    required = traitlets.Bool(False).tag(sync=True)
    question = traitlets.Unicode().tag(sync=True)
    chord = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        question: str = "How sure are you?",
        *,
        required: bool = False,
        chord: str = "",
        on_change: Callable[[float | None], object] | None = None,
    ) -> None:
        super().__init__(question=question, required=required, chord=chord)
        self._on_change = on_change
        self._last: tuple[object, int] = (None, 0)  # page and number of the message that counts
        self.on_msg(self._heard)

    @traitlets.validate("value")
    def _in_range(self, proposal: dict[str, Any]) -> float | None:
        value: float | None = proposal["value"]
        if value is not None and not 0 <= value <= 1:
            raise InvalidInput(f"A confidence is a number from 0 to 1, got {value:g}.")
        return value

    def _heard(self, _: object, message: dict[str, Any], __: object) -> None:
        if not isinstance(message, dict) or self._is_overtaken(message):
            return
        percent = message.get("percent")
        if isinstance(percent, (int, float)) and 0 <= percent <= 100:
            self.value = percent / 100
            if self._on_change is not None:
                self._on_change(self.value)

    def _is_overtaken(self, message: dict[str, Any]) -> bool:
        page, number = message.get("page"), message.get("number")
        if not isinstance(number, int):
            return False
        if page == self._last[0] and number < self._last[1]:
            return True
        self._last = (page, number)
        return False
