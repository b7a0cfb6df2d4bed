"""Checks of what people pass in: numbers, rates, scores, texts."""

from __future__ import annotations

import math
from typing import Any

from annowidgets.errors import InvalidInput

# Common European Framework levels, lowest first, and "native".
LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2", "native")


def require_number(name: str, value: Any) -> float:
    """Refuse what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InvalidInput(f"{name} must be a number, got {value!r:.60}.")
    return float(value)


def require_rate(name: str, value: Any) -> float:
    """Refuse what does not lie in 0 to 1."""
    if not 0 <= require_number(name, value) <= 1:
        hint = f"Did you mean {value / 100:g}?" if 1 < value <= 100 else None
        raise InvalidInput(f"{name} must lie in 0 to 1, got {value:g}.", hint=hint)
    return float(value)


def require_score(name: str, value: Any) -> float:
    """Refuse what does not lie in 0 to 100, and what looks like a rate."""
    if not 0 <= require_number(name, value) <= 100:
        raise InvalidInput(f"{name} must lie in 0 to 100, got {value:g}.")
    if 0 < value < 1:
        raise InvalidInput(f"{name} is a score, 0 to 100, got {value:g}.", hint=f"Did you mean {value * 100:g}?")
    return float(value)


def require_count(name: str, value: Any, *, least: int = 0) -> int:
    """Refuse what is no whole number from ``least``."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InvalidInput(f"{name} must be a whole number from {least}, got {value!r:.60}.")
    return value


def require_flag(name: str, value: Any) -> bool:
    """Refuse what is not True or False."""
    if not isinstance(value, bool):
        raise InvalidInput(f"{name} must be True or False, got {value!r:.60}.")
    return value


def require_languages(languages: Any) -> dict[str, str]:
    """Refuse what does not map languages to levels."""
    if not isinstance(languages, dict) or not all(isinstance(language, str) for language in languages):
        raise InvalidInput("languages must map a language to a level.", hint='For example {"en": "C1"}.')
    for language, level in languages.items():
        if level not in LEVELS:
            raise InvalidInput(f"{language}: there is no level {level!r:.60}.", hint=f"Levels: {', '.join(LEVELS)}.")
    return languages


def checked_tags(tags: Any) -> tuple[str, ...]:
    """Return tags as a tuple; refuse a bare text and what is no text."""
    if isinstance(tags, str) or not all(isinstance(tag, str) and tag.strip() for tag in tags):
        raise InvalidInput("tags must be a list of texts.", hint='For example ["haematology"].')
    return tuple(tags)


def require_text(action: str, name: str, value: Any) -> str:
    """Refuse what is no text, or only white space."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f"{action} needs a {name}.")
    return value
