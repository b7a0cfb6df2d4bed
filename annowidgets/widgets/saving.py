"""Whether what a person did is in the file."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import traitlets

from annowidgets.widgets.client import FOLDER
from annowidgets.widgets.part import Part

SavingState: TypeAlias = Literal["", "saved", "unsaved"]


class Saving(Part):
    """Shows "saved", "not saved", and, from what the browser sees, "saving" and that the kernel does not answer.

    Attributes
    ----------
    state : {"", "saved", "unsaved"}
        What came of the last change; "" where there is nothing to save.
    """

    _esm = FOLDER / "saving.js"
    state = traitlets.Enum(["", "saved", "unsaved"], "").tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.on_msg(self._heard)

    def _heard(self, _: object, message: dict[str, Any], __: object) -> None:
        if isinstance(message, dict) and isinstance(message.get("ask"), int):
            self.send({"answer": message["ask"]})
