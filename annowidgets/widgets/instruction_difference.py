"""What changed between two texts: line by line, and within changed lines word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from annowidgets.widgets.html import Content, Html, tag

_KEPT = 2  # lines shown around a change
_PIECES = re.compile(r"\w+|\s+|[^\w\s]")


def difference_html(old: str, new: str) -> Html:
    """Changed lines with those around them; what went is struck out, what came is underlined.

    Parameters
    ----------
    old, new : str
    """
    before, after = old.splitlines(), new.splitlines()
    groups = list(difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(_KEPT))
    if not groups:
        return tag("p", "No difference.", class_="aw-mute")
    shown: list[Content] = []
    for place, group in enumerate(groups):
        if place:
            shown.append(tag("div", "⋯", class_="aw-mute"))
        for change, a, b, c, d in group:
            shown += _lines(change, before[a:b], after[c:d])
    return tag("div", shown, class_="aw-changes")


def _lines(change: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Html]:
    if change == "equal":
        yield from (_line(line, None) for line in before)
        return
    paired = min(len(before), len(after))
    for old, new in zip(before[:paired], after[:paired], strict=True):
        gone, come = _words(old, new)
        yield _line(gone, "gone")
        yield _line(come, "come")
    yield from (_line(tag("del", line), "gone") for line in before[paired:])
    yield from (_line(tag("ins", line), "come") for line in after[paired:])


def _words(old: str, new: str) -> tuple[list[Content], list[Content]]:
    """A changed line as it was and as it is, with what differs marked."""
    before, after = _PIECES.findall(old), _PIECES.findall(new)
    gone: list[Content] = []
    come: list[Content] = []
    for change, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        was, now = "".join(before[a:b]), "".join(after[c:d])
        gone.append(was if change == "equal" else was and tag("del", was))
        come.append(now if change == "equal" else now and tag("ins", now))
    return gone, come


def _line(content: Content, change: str | None) -> Html:
    sign = {"gone": "−", "come": "+"}.get(change or "", " ")
    name = f"aw-{change}" if change else None
    return tag("div", tag("span", sign, class_="aw-sign", aria_hidden="true"), tag("span", content), class_=name)
