"""The instructions of a desk: which version, whether there is news, and feedback on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from annowidgets.widgets import desk_panels as panels
from annowidgets.widgets.html import Html
from annowidgets.widgets.live import OnAction
from annowidgets.widgets.open_task import OpenTask
from annowidgets.widgets.reading import Reading
from annowidgets.workflow.instructions import Instructions
from annowidgets.workflow.project import Project
from annowidgets.workflow.training import TrainingProject


class DeskInstructions:
    """What the open task's instructions are, for whoever labels.

    Parameters
    ----------
    project : Project or TrainingProject
    on_action : callable(act, key, value)
        Of their button: "instructions" folds and unfolds them.
    guard : callable
        Wraps what parts call, as `Screen.guarded` does.

    Attributes
    ----------
    reading : Reading
        The text, to be put beside the work while `unfolded`.
    unfolded : bool
    """

    def __init__(
        self,
        project: Project | TrainingProject,
        *,
        on_action: OnAction,
        guard: Callable[[Callable[..., Any]], Callable[..., Any]],
    ) -> None:
        self.reading = Reading(on_read=guard(self._count), on_action=on_action)
        self.unfolded = False
        self._project = project
        self._news_read = 0
        self._given = 0

    def refresh(self, opened: OpenTask | None) -> Instructions | None:
        """Show the version that holds for a task; return it where it is news since the task was claimed."""
        current = self._project.instructions
        wanted = self._asked_for() if opened is None else opened.pinned
        shown = current
        if wanted not in (None, current.version):
            shown = next(one for one in self._project.instructions_history() if one.version == wanted)
        if shown != self.reading.shown:
            self.reading.show(shown)
        is_news = opened is not None and opened.pinned is None and max(opened.seen, self._news_read) < current.version
        return current if is_news else None

    def _asked_for(self) -> int | None:
        # who must read before a calibration (C7) must read the version that it pins
        if isinstance(self._project, TrainingProject):
            return None
        running = self._project.batches(kind="calibration", state="in_progress")
        return running[-1].instructions_version if running else None

    @property
    def shown(self) -> Instructions | None:
        """The version that is shown; None before the first."""
        return self.reading.shown

    @property
    def button(self) -> Html | None:
        """Shows and hides them."""
        return self.shown and panels.instructions_button(self.shown.version, unfolded=self.unfolded)

    def read_news(self) -> None:
        """Unfold them, and tell no more of this version."""
        self.unfolded = True
        self._news_read = self.shown.version if self.shown else 0

    def _count(self, instructions: Instructions, seconds: float) -> None:
        self._project.read_instructions(version=instructions.version, seconds=seconds)

    def feedback_form(self, opened: OpenTask | None) -> Html | None:
        """A form for feedback, with one's own and its answers; empty again for each task and after each sending."""
        if self.shown is None:
            return None
        own = self._project.feedback(author=self._project.workspace.user)
        return panels.feedback_form(f"{opened.task.id if opened else 0}.{self._given}", self.shown, own)

    def give_feedback(self, opened: OpenTask | None, value: dict[str, str]) -> None:
        """Send what the form holds: "text", "section" and "kind"."""
        target = self._project if opened is None else opened.task
        section, kind = value.get("section") or None, value.get("kind") or "unclear"
        target.give_feedback(value.get("text", ""), section=section, kind=kind)
        self._given += 1
