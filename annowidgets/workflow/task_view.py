"""What one sees of a task: its fields, labels and comments."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from annowidgets.labels import Answer, Label, Ontology
from annowidgets.store import batches as stored_batches
from annowidgets.store import items as stored_items
from annowidgets.store import labels as stored_labels
from annowidgets.store import tasks as stored_tasks
from annowidgets.store.tasks import TaskRow
from annowidgets.workflow.base import carried_labels, stored_ontology
from annowidgets.workflow.items import Item
from annowidgets.workflow.qualification import share_of_attempts
from annowidgets.workflow.states import BatchKind
from annowidgets.workflow.visibility import current_labels, sees_all_of, shown_version, visible_task

if TYPE_CHECKING:
    from annowidgets.workflow.batch import Batch
    from annowidgets.workflow.workspace import Workspace


class Comment(NamedTuple):
    """What a reviewer said of a task.

    Attributes
    ----------
    author, text : str
        Who, and what.
    label : str or None
        Id of the label it is about; None for the whole task.
    """

    author: str
    text: str
    label: str | None


class TaskView:
    """One item to be labelled by one person; every figure is read from the file when it is asked for.

    Attributes
    ----------
    id : int
        The task's id.
    """

    def __init__(self, workspace: Workspace, row: TaskRow) -> None:
        self.workspace = workspace
        self.id = row.id
        self._project = row.project
        # What this object last saw of the draft: a save on top of a newer one is a conflict (T6).
        self._revision = row.revision

    # --- fields

    def _row(self) -> TaskRow:
        with self.workspace.look(self._project) as action:
            return visible_task(action, self.id)

    @property
    def state(self) -> str:
        """Where it stands: "queued", "annotating", "in_review", ..."""
        return self._row().state

    @property
    def user(self) -> str | None:
        """Who labels or labelled it."""
        return self._row().user

    @property
    def item(self) -> Item:
        """What is labelled."""
        with self.workspace.look(self._project) as action:
            row = stored_items.by_id(action.connection, visible_task(action, self.id).item)
        assert row is not None
        return Item(self.workspace, row)

    @property
    def batch(self) -> Batch:
        """The batch it belongs to."""
        from annowidgets.workflow.batch import Batch

        return Batch(self.workspace, self._project, self._row().batch)

    @property
    def kind(self) -> str:
        """Kind of its batch."""
        return self.batch.kind

    @property
    def ontology(self) -> Ontology:
        """What its labels are made under: the version that its batch pinned."""
        with self.workspace.look(self._project) as action:
            version = visible_task(action, self.id).ontology_version
            return stored_ontology(action.connection, self._project, version)

    @property
    def confidence(self) -> float | None:
        """What the tasker reported, 0 to 1."""
        return self._row().confidence

    @property
    def seconds(self) -> float:
        """Focused time spent on it."""
        return self._row().seconds

    @property
    def lease_until(self) -> float | None:
        """When the claim ends without a further sign of life, in seconds since 1970."""
        return self._row().lease_until

    @property
    def instructions_version(self) -> int | None:
        """Version of the instructions that its annotator saw (I1)."""
        return self._row().instructions_version

    @property
    def revision(self) -> int:
        """Number of the draft, one more at each save."""
        return self._row().revision

    @property
    def comments(self) -> list[Comment]:
        """What reviewers said, oldest first."""
        with self.workspace.look(self._project) as action:
            shown = sees_all_of(action, visible_task(action, self.id))
            rows = stored_tasks.comments(action.connection, self.id) if shown else []
        return [Comment(row.author, row.text, row.label) for row in rows]

    def position(self) -> tuple[int, int]:
        """How far the user is in the task's batch.

        Returns
        -------
        done, total : int
            The user's tasks that are done, and all that are or may become the user's: not more than the share of a
            calibration batch (C1), and fewer when others take from the queue.
        """
        with self.workspace.look(self._project) as action:
            row = visible_task(action, self.id)
            done, total = stored_tasks.position(action.connection, row, action.user)
            batch = stored_batches.by_id(action.connection, row.batch)
            share = share_of_attempts(action.connection, batch) if batch.kind == BatchKind.CALIBRATION else None
        return done, total if share is None else max(done, min(total, share))

    def labels(self) -> list[Label | Answer]:
        """The labels as they stand: the draft of whoever works on it, else what was submitted or corrected.

        While they can still be changed they are in the names of the task's `ontology`, later in those of the project's.
        """
        with self.workspace.look(self._project) as action:
            row = visible_task(action, self.id)
            self._revision = row.revision
            return list(current_labels(action, row))

    def copies(self) -> list[list[Label | Answer]]:
        """Own versions that lost a conflict or a lease, or fit no more, newest first (T3, T6, C8)."""
        with self.workspace.look(self._project) as action:
            to = shown_version(action, visible_task(action, self.id))
            copies = stored_labels.copies(action.connection, self.id, action.user)
            return [
                list(carried_labels(action.connection, self._project, copy.labels, copy.ontology_version, to=to))
                for copy in copies
            ]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TaskView):
            return NotImplemented
        return self.id == other.id and self.workspace.database.path == other.workspace.database.path

    def __hash__(self) -> int:
        return hash((self.id, self.workspace.database.path))

    def __repr__(self) -> str:
        return f"Task({self.id})"

    def _repr_html_(self) -> str:
        row, item = self._row(), self.item
        facts = (item.name, self.batch.name, row.state.replace("_", " "), row.user or row.assignee or "nobody's")
        return f"<b>Task {self.id}</b>: {' &middot; '.join(map(escape, facts))}"
