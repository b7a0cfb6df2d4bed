"""Markup as values: what is put into a tag is escaped unless it is markup already."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias


class Html(str):
    """Markup that is safe to show. Only this module and sanitisers make it from text."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)


Content: TypeAlias = str | int | float | Iterable[Any] | None

_VOID = frozenset({"br", "hr", "img", "input"})


def text(content: Content) -> Html:
    """Content as markup: `Html` as it is, None as nothing, sequences joined, anything else escaped."""
    if isinstance(content, Html):
        return content
    if content is None:
        return Html()
    if isinstance(content, Iterable) and not isinstance(content, str):
        return Html("".join(text(part) for part in content))
    return Html(html.escape(str(content)))


def tag(name: str, /, *content: Content, **attributes: Any) -> Html:
    """One element.

    Parameters
    ----------
    name : str
        Its name ("button").
    *content : str, number, Html, None or sequences of these
        Text is escaped.
    **attributes
        ``class_`` is ``class``, other underscores are hyphens. None and False leave an attribute out, True writes it
        without a value; values are escaped.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    opened = f"<{name}{written}>"
    return Html(opened if name in _VOID else f"{opened}{text(content)}</{name}>")


def _attribute(key: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    key = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {key}"
    if isinstance(value, Mapping):
        raise TypeError(f"attribute {key} needs text, got a mapping")
    return f' {key}="{html.escape(str(value))}"'


def classes(**names: object) -> str | None:
    """The class names, ``aw-`` before each, whose value is true; None where there is none.

    Parameters
    ----------
    **names
        Underscores stand for hyphens.
    """
    return " ".join(f"aw-{name.replace('_', '-')}" for name, on in names.items() if on) or None
