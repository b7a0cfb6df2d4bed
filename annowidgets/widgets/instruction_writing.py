"""Where instructions are written: the text, and good and bad examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import traitlets

from annowidgets.widgets.client import FOLDER
from annowidgets.widgets.part import Part
from annowidgets.workflow.instructions import Instructions

EXAMPLES = {"good": "Good example", "bad": "Bad example"}


class Draft(NamedTuple):
    """Instructions as they are being written.

    Attributes
    ----------
    text : str
        Markdown.
    good, bad : tuple of str
        Examples, as Markdown.
    """

    text: str
    good: tuple[str, ...]
    bad: tuple[str, ...]

    @classmethod
    def of(cls, instructions: Instructions) -> Draft:
        """A version as it was saved."""
        return cls(instructions.text, tuple(instructions.good), tuple(instructions.bad))

    def examples(self, kind: str) -> tuple[str, ...]:
        """Its "good" or "bad" ones."""
        return self.good if kind == "good" else self.bad

    def with_examples(self, kind: str, examples: Iterable[str]) -> Draft:
        """The same with other "good" or "bad" examples."""
        return self._replace(good=tuple(examples)) if kind == "good" else self._replace(bad=tuple(examples))

    def whole(self) -> str:
        """All of it as one Markdown text, to be compared."""
        parts = [self.text.rstrip()]
        for kind, examples in (("good", self.good), ("bad", self.bad)):
            parts += [f"{EXAMPLES[kind]}:\n{example.rstrip()}" for example in examples]
        return "\n\n".join(parts)


class Writing(Part):
    """Text fields for a draft; what is typed in them comes as it is written, and before any button is pressed.

    Parameters
    ----------
    on_change : callable(Draft)
        Called with what is written now.
    """

    _esm = FOLDER / "writing.js"
    document: traitlets.Dict[str, Any] = traitlets.Dict({"number": 0, "fields": [], "frozen": False}).tag(sync=True)

    def __init__(self, *, on_change: Callable[[Draft], object]) -> None:
        super().__init__()
        self._on_change = on_change
        self.draft, self._frozen = Draft("", (), ()), False
        self.add_class("aw-writing")
        self.on_msg(self._heard)

    def show(self, draft: Draft, *, frozen: bool = False) -> None:
        """Begin with other texts; ``frozen`` ones can only be read."""
        self.draft = draft
        self._frozen = frozen
        self._render(anew=True)

    def add(self, kind: str) -> None:
        """Make room for a further "good" or "bad" example."""
        self.draft = self.draft.with_examples(kind, (*self.draft.examples(kind), ""))
        self._render(anew=True)
        self._on_change(self.draft)

    def _render(self, *, anew: bool) -> None:
        """Tell the page; what it wrote itself it is told for when it is loaded again, under the same number."""
        fields = [{"name": "text", "label": "Markdown", "value": self.draft.text, "rows": 22}]
        for kind, label in EXAMPLES.items():
            for place, value in enumerate(self.draft.examples(kind)):
                title = f"{label} {place + 1}"
                field = {"name": f"{kind} {place}", "label": title, "value": value, "rows": 3}
                fields.append({**field, "removable": not self._frozen})
        number = self.document["number"] + anew
        self.document = {"number": number, "fields": fields, "frozen": self._frozen}

    def _heard(self, _: object, message: object, __: object) -> None:
        if not isinstance(message, dict):
            return
        name, value = message.get("name", message.get("remove")), message.get("value")
        kind, _, place = str(name).partition(" ")
        if name == "text" and isinstance(value, str):
            self.draft = self.draft._replace(text=value)
        elif kind in EXAMPLES and place.isdecimal() and int(place) < len(self.draft.examples(kind)):
            examples = list(self.draft.examples(kind))
            if isinstance(value, str):
                examples[int(place)] = value
            else:
                del examples[int(place)]
            self.draft = self.draft.with_examples(kind, examples)
        else:
            return
        self._render(anew=not isinstance(value, str))
        self._on_change(self.draft)
