"""Checks of an ontology's parts: names, numbers and lists, refused with InvalidOntology."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from annowidgets.errors import InvalidInput, InvalidOntology
from annowidgets.labels.values import finite, name, shown


def checked_name(owner: str, value: Any) -> str:
    """A usable name, as `values.name` gives it."""
    try:
        return name(owner, value)
    except InvalidInput as error:
        raise InvalidOntology(error.message, hint=error.hint) from None


def checked_number(owner: str, field: str, value: Any) -> float:
    """A finite number, as `values.finite` gives it."""
    try:
        return finite(owner, field, value)
    except InvalidInput as error:
        raise InvalidOntology(error.message) from None


def sequence(owner: str, value: Any) -> tuple[Any, ...]:
    """A list as a tuple; text and mappings are none."""
    try:
        if isinstance(value, (str, bytes, Mapping)):
            raise TypeError
        return tuple(value)
    except TypeError:
        raise InvalidOntology(f"{owner} must be a list, got {shown(value)}.") from None


def checked_names(owner: str, value: Any) -> tuple[str, ...]:
    """At least one name, all different."""
    names = tuple(checked_name(owner, item) for item in sequence(owner, value))
    require_different(owner, names)
    return names


def require_different(owner: str, names: Sequence[str]) -> None:
    """Refuse an empty list of names, and repeated ones."""
    if not names:
        raise InvalidOntology(f"{owner}: at least one is needed.")
    refuse_repeated(owner, names)


def refuse_repeated(owner: str, names: Sequence[str]) -> None:
    """Refuse names that occur more than once."""
    repeated = sorted(name for name, count in Counter(names).items() if count > 1)
    if repeated:
        raise InvalidOntology(
            f"{owner}: {', '.join(map(repr, repeated))} occurs more than once.",
            hint="Names must be different.",
        )
