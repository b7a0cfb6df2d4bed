"""Feedback on the instructions (I2)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from annowidgets.errors import InvalidInput, NotFound, PermissionDenied, TransitionRefused
from annowidgets.store import feedback as stored_feedback
from annowidgets.store import projects as stored_projects
from annowidgets.store.feedback import FeedbackRow
from annowidgets.store.tasks import TaskRow
from annowidgets.workflow.base import ProjectBase
from annowidgets.workflow.checks import require_count, require_one_of, require_text
from annowidgets.workflow.collection import Collection
from annowidgets.workflow.items import find_batch
from annowidgets.workflow.permissions import Permission

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.workflow.workspace import Action, Workspace

STATES = ("open", "addressed", "declined")
KINDS = ("unclear", "missing", "wrong", "question")


class Feedback:
    """What somebody said of the instructions; state and answer are read from the file when they are asked for.

    Attributes
    ----------
    id : int
        The feedback's id.
    author, text, kind : str
        Who said what; "unclear", "missing", "wrong" or "question".
    section : str or None
        Heading that it is about.
    task : int or None
        Task that it arose at.
    instructions_version : int
        Version that the author saw.
    """

    def __init__(self, workspace: Workspace, row: FeedbackRow) -> None:
        self.workspace = workspace
        self._project = row.project
        self.id = row.id
        self.author = row.author
        self.text = row.text
        self.kind = row.kind
        self.section = row.section
        self.task = row.task
        self.instructions_version = row.instructions_version

    def _row(self) -> FeedbackRow:
        with self.workspace.look(self._project) as action:
            return _visible(action, self.id)

    @property
    def state(self) -> str:
        """The state "open", "addressed" or "declined"."""
        return self._row().state

    @property
    def version(self) -> int | None:
        """Version of the instructions that addresses it."""
        return self._row().version

    @property
    def answer(self) -> str | None:
        """What the lead answered."""
        return self._row().answer

    def address(self, *, version: int | None = None, answer: str | None = None) -> None:
        """Mark it as addressed in a version of the instructions, the current one where left out."""
        answer = None if answer is None else require_text("Addressing feedback", "answer in words, if any,", answer)
        version = None if version is None else require_count("version", version, least=1)
        with self.workspace.act(self._project, Permission.DIRECT_TASKS) as action:
            self._require_open(action)
            current = stored_projects.instructions(action.connection, self._project)
            assert current is not None
            version = current.version if version is None else version
            if stored_projects.instructions(action.connection, self._project, version) is None:
                raise NotFound(f"There is no version {version} of the instructions; the newest is {current.version}.")
            stored_feedback.change(action.connection, self.id, state="addressed", version=version, answer=answer)
            action.log("feedback.address", "feedback", self.id, version=version, answer=answer)

    def decline(self, *, answer: str) -> None:
        """Leave the instructions as they are, with an answer."""
        answer = require_text("Declining feedback", "answer", answer)
        with self.workspace.act(self._project, Permission.DIRECT_TASKS) as action:
            self._require_open(action)
            stored_feedback.change(action.connection, self.id, state="declined", answer=answer)
            action.log("feedback.decline", "feedback", self.id, answer=answer)

    def _require_open(self, action: Action) -> None:
        row = stored_feedback.by_id(action.connection, self.id)
        if row.state != "open":
            raise TransitionRefused(f"Feedback {self.id} is {row.state} already.", rule="I2")

    def __repr__(self) -> str:
        return f"Feedback({self.id}, {self.text!r:.60})"

    def _repr_html_(self) -> str:
        return f"<b>{escape(self.author)}</b> ({self.kind}, {self.state}): {escape(self.text)}"


class ProjectFeedback(ProjectBase):
    """The feedback room of a project."""

    def feedback(
        self, *, state: str | None = None, author: str | None = None, kind: str | None = None, batch: str | None = None
    ) -> Collection[Feedback]:
        """Feedback, oldest first: one's own, and everybody's for who reads all."""
        state, kind = require_one_of("state of feedback", state, STATES), require_one_of("kind", kind, KINDS)
        with self.workspace.look(self.id) as action:
            if not action.may(Permission.READ_ALL):
                author = action.user  # R3
            within = None if batch is None else find_batch(action, batch).id
            rows = stored_feedback.matching(
                action.connection, self.id, state=state, author=author, kind=kind, batch=within
            )
        return Collection([Feedback(self.workspace, row) for row in rows], self._feedback_frame)

    def give_feedback(self, text: str, *, section: str | None = None, kind: str = "unclear") -> Feedback:
        """Say what the instructions leave open, without a task at hand (I2)."""
        with self.workspace.act(self.id, Permission.GIVE_FEEDBACK) as action:
            return add_feedback(action, text, section=section, kind=kind)

    def _feedback_frame(self, found: Sequence[Feedback]) -> pd.DataFrame:
        with self.workspace.look(self.id) as action:
            return stored_feedback.to_frame(action.connection, [_visible(action, one.id).id for one in found])


def _visible(action: Action, feedback: int) -> FeedbackRow:
    row = stored_feedback.by_id(action.connection, feedback)
    if row.author != action.user and not action.may(Permission.READ_ALL):
        raise PermissionDenied(f"Feedback {feedback} is not {action.user!r}'s.", rule="R3")
    return row


def add_feedback(action: Action, text: Any, *, section: str | None, kind: str, task: TaskRow | None = None) -> Feedback:
    """Store feedback inside an action; parameters as in `Task.give_feedback`."""
    text = require_text("Feedback", "text", text)
    section = None if section is None else require_text("The section of feedback", "heading", section)
    if kind not in KINDS:
        raise InvalidInput(f"There is no kind of feedback {kind!r:.60}.", hint=f"Kinds: {', '.join(KINDS)}.")
    current = stored_projects.instructions(action.connection, action.project.id)
    assert current is not None
    version = current.version
    if task is not None and task.instructions_version is not None:
        version = task.instructions_version
    added = stored_feedback.add(
        action.connection,
        project=action.project.id,
        batch=None if task is None else task.batch,
        task=None if task is None else task.id,
        author=action.user,
        instructions_version=version,
        section=section,
        kind=kind,
        text=text,
        created=action.now,
    )
    action.log("feedback.give", "feedback", added, kind=kind, section=section, task=None if task is None else task.id)
    return Feedback(action.workspace, stored_feedback.by_id(action.connection, added))
