"""Checks of what people pass in: numbers, rates, scores, texts."""

from __future__ import annotations

import difflib
import math
import unicodedata
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from annowidgets.errors import InvalidInput

# Common European Framework levels, lowest first, and "native".
LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2", "native")


def require_number(name: str, value: Any) -> float:
    """Return a finite number as a float, numpy's too; refuse anything else."""
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise InvalidInput(f"{name} must be a number, got {value!r:.60}.")
    return float(value)


def require_rate(name: str, value: Any) -> float:
    """Return a number in 0 to 1; refuse anything else."""
    number = require_number(name, value)
    if not 0 <= number <= 1:
        # Just above 1 it is no percentage.
        hint = f"Did you mean {number / 100:g}?" if 2 <= number <= 100 else None
        raise InvalidInput(f"{name} must lie in 0 to 1, got {number:g}.", hint=hint)
    return number


def require_score(name: str, value: Any) -> float:
    """Return a number in 0 to 100; refuse anything else, and what looks like a rate."""
    number = require_number(name, value)
    if not 0 <= number <= 100:
        raise InvalidInput(f"{name} must lie in 0 to 100, got {number:g}.")
    if 0 < number < 1:
        raise InvalidInput(f"{name} is a score, 0 to 100, got {number:g}.", hint=f"Did you mean {number * 100:g}?")
    return number


def require_count(name: str, value: Any, *, least: int = 0) -> int:
    """Return a whole number from ``least``, numpy's too; refuse anything else."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise InvalidInput(f"{name} must be a whole number from {least}, got {value!r:.60}.")
    if int(value) >= 2**63:
        raise InvalidInput(f"{name} must be a whole number of at most 64 bits, got {value!r:.60}.")
    return int(value)


def require_seconds(name: str, value: Any) -> float:
    """Return a time of at most a day; refuse anything else."""
    number = require_number(name, value)
    if not 0 <= number <= 86400:
        raise InvalidInput(f"{name} must lie in 0 to 86400, got {number:g}.")
    return number


def require_one_of(name: str, value: Any, known: Iterable[str]) -> str | None:
    """Return None, or one of the words there are; refuse others, naming the closest."""
    words = [str(word) for word in known]
    if value is None or (isinstance(value, str) and value in words):
        return None if value is None else str(value)
    close = difflib.get_close_matches(str(value), words, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(words)}."
    raise InvalidInput(f"There is no {name} {value!r:.60}.", hint=hint)


def as_id(value: Integral | int) -> int:
    """An id as Python's int, also where a table gives it as numpy's."""
    if isinstance(value, bool) or not isinstance(value, Integral) or not -(2**63) <= int(value) < 2**63:
        raise InvalidInput(f"An id is a whole number of at most 64 bits, got {value!r:.60}.")
    return int(value)


def composed(name: str) -> str:
    """A name in the form in which names are stored (NFC), so that equal names are equal; anything else as it is."""
    return unicodedata.normalize("NFC", name) if isinstance(name, str) else name


def require_flag(name: str, value: Any) -> bool:
    """Refuse what is not True or False."""
    if not isinstance(value, bool):
        raise InvalidInput(f"{name} must be True or False, got {value!r:.60}.")
    return value


def require_iterable(name: str, value: Any, *, hint: str) -> list[Any]:
    """Return what can be gone through as a list; refuse anything else."""
    if not isinstance(value, Iterable):
        raise InvalidInput(f"{name} must be a list, got {value!r:.60}.", hint=hint)
    return list(value)


def require_generator(rng: Any) -> np.random.Generator:
    """Return a seed's generator, or the one that is given; refuse what is neither."""
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError):
        raise InvalidInput(
            f"rng must be a seed or a Generator, got {rng!r:.60}.", hint="A seed is a whole number from 0."
        ) from None


def require_languages(languages: Any) -> dict[str, str]:
    """Return a mapping of languages to levels; refuse anything else."""
    if not isinstance(languages, Mapping) or not all(isinstance(language, str) for language in languages):
        raise InvalidInput("languages must map a language to a level.", hint='For example {"en": "C1"}.')
    for language, level in languages.items():
        if level not in LEVELS:
            raise InvalidInput(f"{language}: there is no level {level!r:.60}.", hint=f"Levels: {', '.join(LEVELS)}.")
    return {str(language): str(level) for language, level in languages.items()}


def checked_tags(tags: Any, *, name: str = "tags") -> tuple[str, ...]:
    """Return tags as a tuple; refuse a bare text and what is no text."""
    listed = isinstance(tags, Iterable) and not isinstance(tags, (str, Mapping))
    given = tuple(tags) if listed else ()
    if not listed or not all(isinstance(tag, str) and tag.strip() for tag in given):
        raise InvalidInput(f"{name} must be a list of texts.", hint='For example ["haematology"].')
    return tuple(map(str, given))


def require_text(action: str, name: str, value: Any) -> str:
    """Return a text; refuse anything else, and only white space."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f"{action} needs a {name}.")
    return str(value)
