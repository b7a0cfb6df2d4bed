"""What a page sends, in the order in which it was sent."""

from __future__ import annotations

from typing import Any


class Turns:
    """Holds a message that comes too early until the edit that went before it is there.

    Messages keep their order on one road, and a front end may change the road: JupyterLab sends by a subshell of the
    kernel as soon as there is one, while what it sent before may still lie behind a cell that runs. So a message names
    the last edit before it that its page has no answer to. If that edit is lost, the page sends it again in time.
    """

    def __init__(self) -> None:
        self._there: set[str] = set()
        self._there_before: set[str] = set()  # of the document before: a page may not have heard of this one yet
        self._early: list[Any] = []

    def clear(self) -> None:
        """Begin anew, with another document."""
        self._there, self._there_before = set(), self._there
        self._early.clear()

    def due(self, message: Any, number: int) -> list[Any]:
        """Take a message in.

        Parameters
        ----------
        message : object
            As it came; what a page did in one event is one message of several parts.
        number : int
            Of the document that is shown; what is about another one waits for nothing.

        Returns
        -------
        list
            Parts of this message and of those that it was waited for, whose turn it is, in order.
        """
        self._early.append(message)
        due: list[Any] = []
        while turn := [one for one in self._early if self._is_due(one, number)][:1]:
            self._early.remove(turn[0])
            parts = parts_of(turn[0])
            self._there.update(str(part["op"].get("id")) for part in parts if _is_edit(part))
            due += parts
        return due

    def _is_due(self, message: Any, number: int) -> bool:
        after = message.get("after") if isinstance(message, dict) else None
        if not isinstance(after, str) or after in self._there or after in self._there_before:
            return True
        return any(_is_edit(part) and part.get("number", number) != number for part in parts_of(message))


def parts_of(message: Any) -> list[Any]:
    """What came of one event of the page."""
    is_several = isinstance(message, dict) and isinstance(message.get("messages"), list)
    return message["messages"] if is_several else [message]


def _is_edit(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "op" and isinstance(part.get("op"), dict)
