"""What the editor holds of the draft that it shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from annowidgets.errors import InvalidInput
from annowidgets.workflow.edits import Content, Edit, change_of, delta_of


class OpenDraft:
    """A draft as it is saved, and on top of it the edits that are not saved yet.

    Parameters
    ----------
    content : Content
        What is saved.
    revision : int
        Number of the draft.
    history : iterable of Edit
        What made it, oldest first.

    Attributes
    ----------
    saved, now : Content
        Without and with the edits that wait.
    waiting : list of Edit
        Taken from the browser or made by Python and not saved yet, oldest first.
    history : list of Edit
        Saved, oldest first.
    revision : int
    """

    def __init__(self, content: Content, revision: int = 0, history: Iterable[Edit] = ()) -> None:
        self.saved = self.now = content
        self.revision = revision
        self.history = list(history)
        self.waiting: list[Edit] = []
        self._known = {edit.id for edit in self.history}
        self._own: set[str] = set()  # edits that Python has made, as of an answer

    def has_saved(self, edit_id: str) -> bool:
        """Whether an edit is part of the history."""
        return edit_id in self._known

    def holds_back(self, edit_id: str) -> bool:
        """Whether an edit waits to be saved."""
        return any(edit.id == edit_id for edit in self.waiting)

    def add(self, edit: Edit, *, own: bool = False) -> None:
        """Let an edit wait; ``own`` says that Python made it and no page knows of it."""
        if own:
            self._own.add(edit.id)
        self.waiting.append(edit)
        self.now, _ = self.now.after(change_of(edit.forward))

    def accept(self, revision: int) -> Edit:
        """The oldest edit that waits is saved, in a draft of this number; returns it with what takes it back."""
        edit = self.waiting.pop(0)
        self.saved, backward = self.saved.after(change_of(edit.forward))
        if not self.waiting:
            self.now = self.saved
        edit = msgspec.structs.replace(edit, backward=delta_of(backward))
        self.history.append(edit)
        self._known.add(edit.id)
        self.revision = revision
        return edit

    def drop(self, edit: Edit) -> None:
        """Take back an edit that waits; those after it stay."""
        self.waiting.remove(edit)
        self.now = self.saved
        for waiting in self.waiting:
            self.now, _ = self.now.after(change_of(waiting.forward))

    def require_turn(self, edit: Edit, heard: Any) -> None:
        """Refuse to take back what was the last edit before one of Python's own that the page has not heard of yet.

        Who answers a question and presses Ctrl+Z while the kernel is busy means the answer, not the shape before it.

        Parameters
        ----------
        heard : object
            How many edits of the history the page knows; where it is no number, the page does not say.

        Raises
        ------
        InvalidInput
            With the edit that it would take back now.
        """
        if edit.kind != "edit" and isinstance(heard, int):
            unheard = [*self.history[heard:], *self.waiting]
            if any(one.id in self._own for one in unheard):
                hint = "Press Ctrl+Z again to take that back." if edit.kind == "undo" else None
                raise InvalidInput(f"The last thing done is another by now: {unheard[-1].what}.", hint=hint)
