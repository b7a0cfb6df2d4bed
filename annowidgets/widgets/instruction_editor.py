"""Write instructions: source and preview side by side, feedback beside the text that it is about (I1, I2)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import ipywidgets

from annowidgets.errors import PermissionDenied
from annowidgets.widgets import instruction_panels as panels
from annowidgets.widgets.cells import close_earlier
from annowidgets.widgets.changes import keep_current
from annowidgets.widgets.feedback_list import answer_feedback, feedback_rows
from annowidgets.widgets.html import Content, Html
from annowidgets.widgets.instruction_writing import Draft, Writing
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.notices import heard_notices
from annowidgets.widgets.opening import opened
from annowidgets.widgets.parts import chip, pairs
from annowidgets.widgets.permitted import why_not
from annowidgets.widgets.rows import rows_of
from annowidgets.widgets.screen import Screen
from annowidgets.workflow import Project
from annowidgets.workflow.permissions import Permission


class InstructionEditor(Screen):
    """The instructions of a project: their Markdown, what annotators see of it, what they said, what it scored.

    Who may not edit reads, and answers feedback where the role allows that.

    Parameters
    ----------
    project : Project, or path
        Whose instructions, or the workspace file that holds it.
    name : str, optional
        Name of the project, where a path is given.
    user : str, optional
        Who writes; the workspace's user where left out.
    on_back : callable, optional
        Called by a button that leads back to where the editor was opened; what is not saved is lost then.

    Raises
    ------
    InvalidInput
        Something else was given, or a path without a name.
    NotFound, StoreError
        There is no such project, or no such file.
    """

    def __init__(
        self,
        project: Project | str | os.PathLike[str],
        name: str | None = None,
        *,
        user: str | None = None,
        on_back: Callable[[], object] | None = None,
    ) -> None:
        self.project = opened(project, name, user, kind=Project, screen="InstructionEditor")
        super().__init__()
        self._on_back = on_back
        self._against: int | None = None
        self._closed = self._warned = False
        self._writing = Writing(on_change=self.guarded(self._written))
        self._shown = LiveHtml(on_action=self.act)
        self._notice = LiveHtml(on_action=self.act)
        self._panel = LiveHtml(on_action=self.act)
        halves = ipywidgets.HBox([self._writing, self._shown])
        halves.add_class("aw-halves")
        self.main.children = (self._notice, halves)
        self.side.children = (self._panel,)
        self.add_class("aw-instruct")
        self.handle(
            save=lambda key, value: self._save(int(key), (value or {}).get("note", "")),
            against=lambda key, value: self._compare(key or value or ""),
            closed=lambda *_: self._toggle_closed(),
            add=lambda key, _: self._writing.add(key),
            take=lambda key, _: self._take_up(int(key)),
            mine=lambda key, _: self._go_on(int(key)),
            address=lambda key, value: self._answer("address", key, value),
            decline=lambda key, value: self._answer("decline", key, value),
            refresh=lambda *_: self.refresh(),
            back=lambda *_: self._leave(),
        )
        self.bind_keys({}, more={"Ctrl+Z": "Take back what was typed, in its field"})
        current = self.project.instructions
        self._base = current
        self._refusal: str | None = None
        self.run(self._begin)
        keep_current(self, self.project.workspace, self.refresh)
        if on_back is None:
            close_earlier(self)

    def _begin(self) -> None:
        self._refusal = why_not(self.project, Permission.EDIT_PROJECT)
        self._writing.show(Draft.of(self._base), frozen=self._refusal is not None)
        self.refresh()

    # --- what is done

    @property
    def changed(self) -> bool:
        """Whether something is written that no version holds."""
        return self._writing.draft != Draft.of(self._base)

    def _written(self, _: Draft) -> None:
        self._warned = False
        self._render()

    def _save(self, base: int, note: str) -> None:
        newest = self.project.instructions
        if newest.version != base or newest.version != self._base.version:
            self.refresh()
            return
        draft = self._writing.draft
        with heard_notices() as notices:
            saved = self.project.update_instructions(
                draft.text,
                note=note.strip(),
                good=[one for one in draft.good if one.strip()],
                bad=[one for one in draft.bad if one.strip()],
            )
        self._base = saved
        self._writing.show(Draft.of(saved))
        self.refresh()
        self.say("\n".join(notices) or f"Saved as version {saved.version}.", "warn" if notices else "ok")

    def _take_up(self, version: int) -> None:
        """Begin with the text of a version, on top of the newest."""
        found = next(one for one in self.project.instructions_history() if one.version == version)
        self._base = self.project.instructions
        self._writing.show(Draft.of(found), frozen=self._refusal is not None)
        self.refresh()

    def _go_on(self, version: int) -> None:
        """Write on top of what somebody else has saved, having been told."""
        newest = self.project.instructions
        if newest.version == version:
            self._base = newest
        self.refresh()

    def _leave(self) -> None:
        if self.changed and not self._warned:
            self._warned = True
            self.say("What you wrote is not saved. Save it, or press Back once more to give it up.", "warn")
        elif self._on_back is not None:
            self._on_back()

    def _compare(self, version: str) -> None:
        self._against = int(version) if version else None
        self._render()

    def _toggle_closed(self) -> None:
        self._closed = not self._closed
        self._render()

    def _answer(self, act: str, key: str, value: Any) -> None:
        said = answer_feedback(self.project, act, key, value)
        self.refresh()
        self.say(said)

    # --- what is shown

    def refresh(self) -> None:
        """Read versions, feedback and scores again; what is being written stays."""
        project = self.project
        self._history = project.instructions_history()
        self._feedback = feedback_rows(project)
        self._may_not_answer = why_not(project, Permission.DIRECT_TASKS)
        try:
            self._scores = rows_of(project.calibration_history())
        except PermissionDenied:  # who labels sees no scores here
            self._scores = []
        newest = self._history[-1]
        if newest.version != self._base.version and not self.changed:
            self._base = newest
            self._writing.show(Draft.of(newest), frozen=self._refusal is not None)
        self._render()

    def _render(self) -> None:
        newest, changed = self._history[-1], self.changed
        overtaken = newest.version != self._base.version
        self.set_title(
            f"{self.project.name} · Instructions",
            chip(f"version {self._base.version}"),
            panels.state(changed=changed) if self._refusal is None else None,
        )
        leads_back = self._on_back is not None
        self.tools.show(panels.tools(self._history, self._against, closed=self._closed, leads_back=leads_back))
        self._notice.show(panels.overtaken(newest) if overtaken else None)
        against = next((one for one in self._history if one.version == self._against), None)
        if against is not None:
            self._shown.show(panels.difference(against, self._writing.draft))
        else:
            said = [row for row in self._feedback if self._closed or row["state"] == "open"]
            self._shown.show(panels.preview(self._writing.draft, said, self._may_not_answer))
        self._panel.show([panels.scores(self._scores), panels.versions(self._history)])
        self.footer.show(panels.footer(self._base.version, changed=changed and not overtaken, refusal=self._refusal))

    # --- without a kernel

    def summary(self) -> Html:
        """The version, its sections' feedback, and the text."""
        current = self.project.instructions
        rows = feedback_rows(self.project, state="open")
        facts: dict[str, Content] = {
            "Project": self.project.name,
            "Version": current.version,
            "Open feedback": len(rows),
        }
        return Html(pairs(facts) + panels.preview(Draft.of(current), rows, "Run the cell to answer."))
