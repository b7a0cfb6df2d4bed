"""Parts of a screen whose messages must not overtake what is drawn in the label editor beside them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4
from weakref import WeakValueDictionary

import traitlets

from annowidgets.widgets.part import Part

_PARTS: WeakValueDictionary[str, InTurn] = WeakValueDictionary()


class InTurn(Part):
    """A part that speaks by the channel of the label editor, where its screen shows one.

    The kernel keeps the order of messages of one widget, not of two: it hears each where that spoke last, one behind
    a cell that runs, the other on a subshell. A click on Submit would overtake the boxes that were drawn before it.

    Attributes
    ----------
    carried_as : str
        What the editor calls the part; "" for one that speaks for itself.
    """

    carried_as = traitlets.Unicode().tag(sync=True)

    def __init__(self, *, in_turn: bool = True, **traits: Any) -> None:
        super().__init__(carried_as=uuid4().hex if in_turn else "", **traits)
        if in_turn:
            _PARTS[self.carried_as] = self


def deliver(to: object, content: object) -> None:
    """Give a part what the editor carried for it; one that is closed hears nothing any more."""
    part = _PARTS.get(str(to))
    if part is not None:
        part._handle_custom_msg(content, [])
