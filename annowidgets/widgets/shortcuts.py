"""Keyboard shortcuts of a screen, and the "?" panel that lists them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import traitlets

from annowidgets.errors import InvalidInput
from annowidgets.widgets.client import FOLDER
from annowidgets.widgets.part import Part

_CHORD = re.compile(r"(ctrl\+)?(alt\+)?(shift\+)?(\S|[a-z]+\d*)")


class Shortcuts(Part):
    """Hears keys while the focus is inside its screen, outside text fields, and shows a "?" button with the list.

    Parameters
    ----------
    bindings : mapping of chord -> (meaning, action)
        A chord is "a", "?", "ctrl+enter", "shift+arrowleft": modifiers in the order ctrl, alt, shift, then the key as
        browsers name it, in lower case. Ctrl is Cmd as well. The action is called without arguments.
    more : mapping of text -> meaning
        Keys that another part of the screen hears, for the list only.
    """

    _esm = FOLDER / "shortcuts.js"
    chords = traitlets.List(traitlets.Unicode()).tag(sync=True)
    shown: traitlets.List[Any] = traitlets.List().tag(sync=True)

    def __init__(
        self,
        bindings: Mapping[str, tuple[str, Callable[[], None]]] | None = None,
        *,
        more: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._actions: dict[str, Callable[[], None]] = {}
        self.bind(bindings or {}, more=more)
        self.on_msg(self._heard)

    def bind(
        self,
        bindings: Mapping[str, tuple[str, Callable[[], None]]],
        *,
        more: Mapping[str, str] | None = None,
    ) -> None:
        """Replace all shortcuts; parameters as of the class."""
        for chord in bindings:
            if not _CHORD.fullmatch(chord) or chord == "?":
                raise InvalidInput(f"No shortcut {chord!r}.", hint="Like 'a', 'ctrl+enter'; '?' shows the list.")
        self._actions = {chord: action for chord, (_, action) in bindings.items()}
        self.chords = list(self._actions)
        self.shown = [[chord, meaning] for chord, (meaning, _) in bindings.items()] + [
            [keys, meaning] for keys, meaning in (more or {}).items()
        ]

    def press(self, chord: str) -> None:
        """Do what a person does who presses the keys."""
        if chord in self._actions:
            self._actions[chord]()

    def _heard(self, _: object, message: dict[str, Any], __: object) -> None:
        if isinstance(message, dict):
            self.press(str(message.get("key")))
