"""Widgets that refuse keyword arguments they don't have."""

from __future__ import annotations

import difflib
import inspect
from typing import Any

from annowidgets.errors import InvalidInput


class KnownKeywords:
    """Refuses what `__init__` does not name; ipywidgets would set it as an attribute that nobody reads."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Check the names before any part of the widget exists."""
        known = [
            name
            for name, parameter in inspect.signature(cls.__init__).parameters.items()
            if name != "self" and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        ]
        for name in kwargs:
            if name not in known:
                close = difflib.get_close_matches(name, known, n=1)
                raise InvalidInput(
                    f"{cls.__name__} has no argument {name!r}.",
                    hint=f"Did you mean {close[0]!r}?" if close else f"It takes {', '.join(known) or 'none'}.",
                )
        return super().__new__(cls, *args, **kwargs)
