"""The reviewer's screen: tasks in review, one after the other, to approve, to correct, or to send back (T4, T5)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from annowidgets.errors import AnnowidgetsError, Conflict, InvalidLabels, RuleViolation
from annowidgets.labels import Label, Labels
from annowidgets.widgets import review_panels as panels
from annowidgets.widgets.cells import close_earlier
from annowidgets.widgets.changes import keep_current
from annowidgets.widgets.desk_panels import label_titles, problems
from annowidgets.widgets.editor import KEYS as EDITOR_KEYS
from annowidgets.widgets.focus import Focus
from annowidgets.widgets.html import Html
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.open_task import Draft
from annowidgets.widgets.opening import opened
from annowidgets.widgets.parts import pairs
from annowidgets.widgets.rows import rows_of
from annowidgets.widgets.screen import Screen, close_parts
from annowidgets.widgets.workbench import Workbench
from annowidgets.workflow import Project, Task
from annowidgets.workflow.permissions import Permission

# None that the label editor takes as well.
_KEYS = {
    "a": ("Approve, with your fixes where there are any", "approve"),
    "b": ("Send back, with a reason", "return"),
    "g": ("Comment on a label", "comment"),
    "k": ("Look at the next one first", "later"),
}
_OF_A_TASK = ("approve", "return", "later", "reset", "comment")


class ReviewDesk(Screen):
    """Look at what was submitted: approve it, correct a copy and approve that, or return it with comments.

    Nobody's own work is there to review (T5).

    Parameters
    ----------
    project : Project, or path
        Whose tasks, or the workspace file that holds it.
    name : str, optional
        Name of the project, where a path is given.
    user : str, optional
        Who reviews; the workspace's user where left out.
    on_back : callable, optional
        Called by a button that leads back to where the desk was opened.

    Raises
    ------
    InvalidInput
        Something else was given, or a path without a name.
    NotFound, StoreError
        There is no such project, or no such file.
    PermissionDenied
        The user may not review.
    """

    def __init__(
        self,
        project: Project | str | os.PathLike[str],
        name: str | None = None,
        *,
        user: str | None = None,
        on_back: Callable[[], object] | None = None,
    ) -> None:
        self.project = opened(project, name, user, kind=Project, screen="ReviewDesk")
        with self.project.workspace.look(self.project.id, Permission.REVIEW):
            pass  # a screen that could do nothing is refused at once
        super().__init__()
        self._on_back = on_back
        self._task: Task | None = None
        self._tasks: list[dict[str, Any]] = []
        self._submitted: Labels = []
        self._revision = 0
        self._comments: dict[str, str] = {}
        self._usable = False
        self._work = Workbench(
            on_edit=self._refresh_footer,
            on_act=lambda act: None,
            on_action=self.act,
            guard=self.guarded,
            lock=self._lock,
        )
        self._instead = LiveHtml(on_action=self.act, pad=True)
        self._panel, self._queue = LiveHtml(on_action=self.act), LiveHtml(on_action=self.act)
        self._focus = Focus()
        self.children = (*self.children, self._focus)
        self.add_class("aw-desk")
        self.handle(
            approve=lambda *_: self._approve(),
            comment=lambda _, value: self._comment(value or {}),
            uncomment=lambda key, _: self._uncomment(key),
            later=lambda *_: self._later(),
            open=lambda key, _: self._open(self.project.task(int(key))),
            select=lambda key, _: self._work.select(key),
            reset=lambda *_: self._reset(),
            refresh=lambda *_: self._look(),
            back=lambda *_: on_back and on_back(),
            **{"return": lambda _, value: self._return(value or {})},
        )
        self.bind_keys(_KEYS, more=EDITOR_KEYS)
        keep_current(self, self.project.workspace, self._follow)
        if on_back is None:
            close_earlier(self)
        self.run(self._look)

    @property
    def task(self) -> Task | None:
        """What is looked at."""
        return self._task

    # --- from task to task

    def _look(self) -> None:
        """Stay with the task as long as it waits; else take the one that has waited longest."""
        self._read()
        waits = self._task is not None and any(one["id"] == self._task.id for one in self._tasks)
        if not waits:
            self._open(self.project.next_review())
        else:
            self._render()

    def _follow(self) -> None:
        """Show what others have submitted and reviewed meanwhile; work that is under way stays."""
        before = self._task
        self._read()
        if before is None:
            self._open(self.project.next_review())
            return
        if not any(one["id"] == before.id for one in self._tasks):
            self.say(f"Somebody else has reviewed task {before.id}, or its author has recalled it.", "warn")
            self._open(self.project.next_review())
        elif not self._show_anew():
            self._render()

    def _show_anew(self) -> bool:
        """Show what the author has handed in anew meanwhile (recall): nobody decides on what was not seen."""
        task = self._task
        if task is None or task.revision == self._revision:
            return False
        self._open(task)
        self.say(f"{task.user} has recalled {task.item.name} and handed it in again: these labels.", "warn")
        return True

    def _read(self) -> None:
        self._tasks = rows_of(self.project.reviews().to_frame())

    def _open(self, task: Task | None) -> None:
        self._task, self._comments, self._usable, self._submitted = task, {}, False, []
        try:
            if task is not None:
                # in this order: labels that come in between are newer than the number, and seen to be
                self._revision, self._submitted = task.revision, task.labels()
                self._show_picture(task)
        finally:
            self._read()
            self._lay_out()
            self._render()

    def _show_picture(self, task: Task) -> None:
        item = task.item
        try:
            self._work.show(item, task.ontology, Draft(self._submitted), task.comments)
            self._usable = True
        except AnnowidgetsError as error:
            self._instead.show(panels.unsuited(item.name, [error.message, " ", error.hint]))

    def _later(self) -> None:
        """Open the task behind this one; after the last the first."""
        ids = [one["id"] for one in self._tasks]
        if self._task is None or not ids:
            self._look()
            return
        place = ids.index(self._task.id) + 1 if self._task.id in ids else 0
        self._open(self.project.task(ids[place % len(ids)]))

    # --- what is done

    def act(self, act: str, key: str = "", value: Any = None) -> None:
        """Do what a person does who presses the button of this act; meant for a task that is gone, it does nothing."""
        with self._lock:
            task = key.partition(" ")[0]
            if act in _OF_A_TASK and task and (self._task is None or task != str(self._task.id)):
                return
            super().act(act, key, value)

    def _under_review(self) -> Task:
        if self._task is None:
            raise RuleViolation("No task is open.", hint="Look again for one.")
        return self._task

    @property
    def _fixes(self) -> int:
        return panels.changes(self._submitted, self._work.labels) if self._usable else 0

    def _approve(self) -> None:
        task = self._under_review()
        name, fixes = task.item.name, self._fixes
        try:
            task.approve(self._work.labels if fixes else None, revision=self._revision)
        except Conflict:
            self._show_anew()
            return
        except InvalidLabels as error:
            self.say(problems(error, self._work.titles), "bad")
            self._work.select(next((problem.label_id for problem in error.problems), None))
            return
        self._open(self.project.next_review())
        self.say(f"Approved {name}{' with your fixes' if fixes else ''}.")

    def _return(self, value: dict[str, Any]) -> None:
        task = self._under_review()
        name, user = task.item.name, task.user
        try:
            task.return_to_annotator(value.get("text", ""), comments=self._comments, revision=self._revision)
        except Conflict:
            self._show_anew()
            return
        self._open(self.project.next_review())
        self.say(f"Returned {name} to {user}.")

    def _comment(self, value: dict[str, Any]) -> None:
        label, text = str(value.get("label", "")), str(value.get("text", "")).strip()
        if label in self._commentable() and text:
            self._comments[label] = text
        self._render()

    def _uncomment(self, label: str) -> None:
        self._comments.pop(label, None)
        self._render()

    def _reset(self) -> None:
        self._work.renew(Draft(self._submitted))
        self._refresh_footer()

    # --- what is shown

    def _commentable(self) -> dict[str, str]:
        """Labels that the author knows, with what the list of labels calls them."""
        return label_titles(one for one in self._submitted if isinstance(one, Label))

    def _lay_out(self) -> None:
        stage = self._work.editor.stage if self._usable and self._work.editor is not None else self._instead
        if self._task is None:
            self._instead.show(panels.idle())
        self.put_messages_over_picture(self._usable)
        self.main.children = (stage,)
        beside = self._work.beside if self._usable else ()
        self.side.children = (self._panel, *beside, self._queue)
        self._focus.lead_to(".aw-ed-stage" if self._usable else ".aw-idle button")

    def _render(self) -> None:
        current = None if self._task is None else self._task.id
        row = next((one for one in self._tasks if one["id"] == current), None)
        self.set_title(*panels.title(self.project.name, len(self._tasks)))
        self.tools.show(panels.tools(leads_back=self._on_back is not None))
        self._panel.show(
            [
                panels.facts(row) if row else None,
                panels.comments(self._comments, self._commentable()),
            ]
        )
        self._queue.show(panels.waiting(self._tasks, current))
        self._refresh_footer()

    def _refresh_footer(self) -> None:
        if self._task is None:
            self.footer.show(None)
            return
        editor = self._work.editor
        selected = editor.selected if self._usable and editor is not None else None
        self.footer.show(
            panels.footer(
                self._task.id,
                self._commentable(),
                selected=None if selected is None else selected.id,
                fixes=self._fixes,
                commented=len(self._comments),
            )
        )

    def close(self) -> None:
        """Close the screen with the parts that are not shown at the moment."""
        if hasattr(self, "_work"):
            with self._lock:
                self._work.close()
                close_parts(self._instead, self._panel, self._queue)
        super().close()

    # --- without a kernel

    def summary(self) -> Html:
        """How much waits, and for how long the first has waited."""
        first = self._tasks[0] if self._tasks else None
        return pairs(
            {
                "Project": self.project.name,
                "In review": len(self._tasks),
                "First": None if first is None else f"{first['item']}, by {first['user']}",
            }
        )
