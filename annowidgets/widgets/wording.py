"""Figures and states in the words of the screens."""

from __future__ import annotations


def words(value: str) -> str:
    """A data value as people read it: "in_review" is "in review"."""
    return value.replace("_", " ")


def minutes(seconds: float) -> str:
    """A time as "02:10", from an hour on as "1:02:10"."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    clock = f"{rest // 60:02}:{rest % 60:02}"
    return f"{hours}:{clock}" if hours else clock


def percent(share: float | None) -> str:
    """A share of 1 as "60 %", "" for none."""
    return "" if share is None else f"{share:.0%}".replace("%", " %")


def counted(number: int, thing: str, things: str | None = None) -> str:
    """A number with its noun: "1 task", "2 tasks"."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"
