"""The middle of the audit: the contact sheet of all attempts, and the picture of one with its labels."""

from __future__ import annotations

import ipywidgets

from annowidgets.labels import Label, Labels
from annowidgets.widgets.attempts import Attempt, AttemptLabels, Attempts
from annowidgets.widgets.contact_sheet import ContactSheet, Mark, Tile
from annowidgets.widgets.editor import Editor
from annowidgets.widgets.html import Html, tag
from annowidgets.widgets.keywords import KnownKeywords
from annowidgets.widgets.live import LiveHtml, OnAction
from annowidgets.widgets.parts import button
from annowidgets.widgets.table import page_links
from annowidgets.workflow.edits import labels_of

_COLUMNS = 3
_PAGE = 24


class AttemptsView(KnownKeywords, ipywidgets.HBox):
    """All attempts of a batch with their grades at the left, one of them at the right; nothing can be changed.

    Parameters
    ----------
    on_action : callable(act, key, value)
        Hears "pick" with the id of a task, "hide", and "version" with "submitted" or "corrected".
    """

    def __init__(self, *, on_action: OnAction) -> None:
        self._on_action = on_action
        self._attempts = Attempts("", [], 0, False)
        self._attempt: Attempt | None = None
        self._labels: AttemptLabels | None = None
        self._tiles: list[tuple[str, str]] = []
        self._thumbnails: dict[int, bytes] = {}
        self._hidden = False
        self._version = "corrected"
        self._highlighted: str | None = None
        self._sheet = ContactSheet([], columns=_COLUMNS, on_select=lambda key: on_action("pick", key, None))
        self._pages = LiveHtml(on_action=self._turn)
        self._head = LiveHtml(on_action=on_action)
        self._stage = ipywidgets.VBox()
        self._editor: Editor | None = None
        self._shown: int | None = None  # the task whose picture the editor holds
        left = ipywidgets.VBox([LiveHtml(tag("h3", "Attempts")), self._sheet, self._pages])
        right = ipywidgets.VBox([self._head, self._stage])
        super().__init__([left, right])
        for part, name in ((self, "attempts"), (left, "attempts-sheet"), (right, "attempts-one")):
            part.add_class(f"aw-{name}")
        self._stage.add_class("aw-attempts-stage")
        self._stage.layout.padding = "0"  # the editor has its own room around the picture

    def show(self, attempts: Attempts, attempt: Attempt | None, labels: AttemptLabels | None) -> None:
        """Show all attempts, and one of them.

        Raises
        ------
        InvalidMedia
            Its file is missing, damaged, or has changed (P3); everything else is shown.
        """
        if attempt is None or self._attempt is None or attempt.task != self._attempt.task:
            self._hidden, self._highlighted, self._version = False, None, "corrected"
        self._attempts, self._attempt, self._labels = attempts, attempt, labels
        place = None if attempt is None else attempts.place(attempt.task)
        self._show_page(0 if place is None else place // _PAGE)
        self._head.show(self._heading())
        self._show_picture()

    @property
    def shown_labels(self) -> Labels:
        """The labels of the attempt that is shown: corrected ones where there are, unless the others were asked for."""
        if self._labels is None:
            return []
        if self._labels.corrected is None or self._version == "submitted":
            return self._labels.submitted
        return self._labels.corrected

    def toggle_labels(self) -> None:
        """Hide the labels, to see what is below them, or show them again."""
        self._hidden = not self._hidden
        self._head.show(self._heading())
        self._show_picture()

    def show_version(self, version: str) -> None:
        """Show the labels as "submitted" or "corrected"."""
        self._version, self._highlighted = version, None
        self._head.show(self._heading())
        self._show_picture()

    def highlight(self, label_id: str | None) -> None:
        """Draw one label thicker."""
        self._highlighted = label_id
        self._hidden = False
        self._head.show(self._heading())
        self._show_picture()

    def close(self) -> None:
        """Close it with the picture and its file, which no other part holds."""
        if self._editor is not None:
            self._editor.close()
        super().close()

    # --- the contact sheet

    def _turn(self, act: str, key: str, _: object) -> None:
        if act == "page":
            self._show_page(int(key))

    def _show_page(self, page: int) -> None:
        shown = self._attempts.attempts[page * _PAGE : (page + 1) * _PAGE]
        marks: dict[str, Mark | None] = {str(one.task): _mark(one) for one in shown}
        tiles = [(str(one.task), one.name) for one in shown]
        if tiles == self._tiles:
            self._sheet.set_marks(marks)
        else:
            self._tiles = tiles
            self._sheet.set_tiles([Tile(str(a.task), a.name, self._thumbnail(a)) for a in shown], marks)
        selected = None if self._attempt is None else str(self._attempt.task)
        self._sheet.select(selected if selected in marks else None)
        pages = -(-len(self._attempts.attempts) // _PAGE) or 1
        self._pages.show(page_links(page, pages, f"page {page + 1} of {pages}"))

    def _thumbnail(self, attempt: Attempt) -> bytes:
        if attempt.item.id not in self._thumbnails:
            self._thumbnails[attempt.item.id] = attempt.item.thumbnail()
        return self._thumbnails[attempt.item.id]

    # --- the picture

    def _heading(self) -> Html | None:
        attempt, labels = self._attempt, self._labels
        if attempt is None or labels is None:
            waiting = "Attempts appear here when they are submitted."
            return tag("p", waiting, class_="aw-mute")
        height, width = attempt.item.sizes[0]
        frames = f", {attempt.item.frames} frames" if attempt.item.frames > 1 else ""
        versions = [
            button(word, "version", key, plain=True, pressed=self._version == key)
            for key, word in (("submitted", "as submitted"), ("corrected", "as corrected"))
            if labels.corrected is not None
        ]
        hide = button(
            "Labels", "hide", plain=True, pressed=not self._hidden, shortcut="H", hint="Hide or show the labels"
        )
        return tag(
            "div",
            tag("b", attempt.name),
            tag("span", f"{width} × {height}{frames}", class_="aw-mute aw-num"),
            tag("span", class_="aw-spread"),
            versions,
            hide,
            class_="aw-row",
        )

    def _show_picture(self) -> None:
        editor: Editor | None = None
        try:
            if self._attempt is not None and self._labels is not None:
                editor = self._drawn(self._attempt, self._labels)
        finally:
            # what can't be shown must not leave the picture of another attempt
            self._stage.children = () if editor is None else (editor.stage,)

    def _drawn(self, attempt: Attempt, labels: AttemptLabels) -> Editor:
        if self._editor is None:
            self._editor = Editor(labels.ontology, read_only=True)
        drawn = [] if self._hidden else [label for label in self.shown_labels if isinstance(label, Label)]
        if attempt.task == self._shown:
            if labels_of(drawn) != labels_of(self._editor.labels):  # with their ids, which are no part of equality
                self._editor.renew(drawn)
        else:
            self._shown = None
            self._editor.show(attempt.item.open(), drawn, title=attempt.name)
            self._shown = attempt.task
        self._editor.select(self._highlighted)
        return self._editor


def _mark(attempt: Attempt) -> Mark | None:
    if attempt.state == "excluded":
        return "excluded"
    return None if attempt.grade is None else attempt.grade.grade  # type: ignore[return-value]
