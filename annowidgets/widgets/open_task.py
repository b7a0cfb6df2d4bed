"""The task on a desk, and what the file knows of the work on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from annowidgets.labels import Labels
from annowidgets.workflow.drafts import DraftKey, SavedEdit, draft_key, untold
from annowidgets.workflow.edits import Edit
from annowidgets.workflow.states import BatchKind
from annowidgets.workflow.task import Task


class Draft(NamedTuple):
    """What an editor starts from.

    Attributes
    ----------
    labels : list of Label and Answer
    key : DraftKey or None
        Whose draft it is; None where nothing is to be kept in the browser.
    revision : int
        Number of the draft.
    history : sequence of Edit
        For undo.
    """

    labels: Labels
    key: DraftKey | None = None
    revision: int = 0
    history: Sequence[Edit] = ()


@dataclass
class OpenTask:
    """A claimed task; what of it never changes is read once.

    Attributes
    ----------
    task : Task
    item, batch : str
        Names.
    is_calibration : bool
        Whether a confidence is required (C3).
    is_training : bool
        Whether it can't be skipped, nor recalled (A6).
    pinned : int or None
        Version of the instructions that its batch is made under; None: the current one.
    seen : int
        Version of the instructions at the time of the claim.
    told : float
        Focused seconds that the file knows of.
    revision : int
        Number of the draft that the desk shows.
    usable : bool
        Whether the desk can show it.
    lost : bool
        Whether somebody else, or another window, has it now.
    troubled : bool
        Whether the desk tells of an edit that could not be saved.
    behind : bool
        Whether the whole draft is to be saved once more.
    asked_empty : bool
        Whether a submission without labels is to be confirmed.
    """

    task: Task
    item: str
    batch: str
    is_calibration: bool
    is_training: bool
    pinned: int | None
    seen: int
    told: float
    revision: int
    usable: bool = False
    lost: bool = False
    troubled: bool = False
    behind: bool = False
    asked_empty: bool = False

    @classmethod
    def of(cls, task: Task) -> OpenTask:
        """The task as it lies in the file now."""
        batch = task.batch
        kind = batch.kind
        is_calibration = kind == BatchKind.CALIBRATION
        return cls(
            task=task,
            item=task.item.name,
            batch=batch.name,
            is_calibration=is_calibration,
            is_training=kind == BatchKind.TRAINING,
            pinned=batch.instructions_version if is_calibration else None,
            seen=task.instructions_version or 0,
            told=task.seconds,
            revision=task.revision,
        )

    def read(self) -> Draft:
        """Read the draft as it is in the file now; what is saved from here on is saved on top of it (T6)."""
        with self.task.workspace.database.read():  # all of the same moment
            labels, history, self.revision = self.task.labels(), self.task.history(), self.task.revision
        return Draft(labels, draft_key(self.task.workspace, self.task.id), self.revision, history)

    def tell_time(self, seconds: float) -> None:
        """Renew the lease, and add the time since the last report (T3).

        Parameters
        ----------
        seconds : float
            Of the clock, which began at what the file knew.
        """
        if (spent := seconds - self.told) > 0:
            self.task.keep_alive(seconds=spent)
            self.told = seconds

    def save(self, labels: Labels, seconds: float) -> None:
        """Save the whole draft with the time spent on it (T6)."""
        with untold():
            self.revision = self.task.save_draft(labels, seconds=self._spent(seconds), revision=self.revision)
        self.told = max(self.told, seconds)

    def save_edit(self, edit: Edit, labels: Labels, seconds: float) -> SavedEdit:
        """Save one edit with the time spent on it; ``labels`` are all of them, the edit included (T6)."""
        with untold():
            spent = self._spent(seconds)
            saved = self.task.save_edit(edit, seconds=spent, revision=self.revision, labels=labels)
        if saved.is_new:
            self.revision = saved.revision
            self.told = max(self.told, seconds)
        return saved

    def submit(self, labels: Labels, confidence: float | None, seconds: float) -> None:
        """Hand the labels in with the time spent on them."""
        self.task.submit(labels, confidence=confidence, seconds=self._spent(seconds), revision=self.revision)

    def _spent(self, seconds: float) -> float:
        return max(0.0, seconds - self.told)
