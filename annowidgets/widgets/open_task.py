"""The task on a desk, and what the file knows of the work on it."""

from __future__ import annotations

from dataclasses import dataclass

from annowidgets.labels import Labels
from annowidgets.workflow.states import BatchKind
from annowidgets.workflow.task import Task


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
    pinned : int or None
        Version of the instructions that its batch is made under; None: the current one.
    seen : int
        Version of the instructions at the time of the claim.
    told : float
        Focused seconds that the file knows of.
    usable : bool
        Whether the desk can show it.
    lost : bool
        Whether somebody else, or another window, has it now.
    troubled : bool
        Whether the last edit could not be saved.
    asked_empty : bool
        Whether a submission without labels is to be confirmed.
    """

    task: Task
    item: str
    batch: str
    is_calibration: bool
    pinned: int | None
    seen: int
    told: float
    usable: bool = False
    lost: bool = False
    troubled: bool = False
    asked_empty: bool = False

    @classmethod
    def of(cls, task: Task) -> OpenTask:
        """The task as it lies in the file now."""
        batch = task.batch
        is_calibration = batch.kind == BatchKind.CALIBRATION
        return cls(
            task=task,
            item=task.item.name,
            batch=batch.name,
            is_calibration=is_calibration,
            pinned=batch.instructions_version if is_calibration else None,
            seen=task.instructions_version or 0,
            told=task.seconds,
        )

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
        """Save the draft with the time spent on it (T6)."""
        self.task.save_draft(labels, seconds=max(0.0, seconds - self.told))
        self.told = max(self.told, seconds)

    def submit(self, labels: Labels, confidence: float | None, seconds: float) -> None:
        """Hand the labels in with the time spent on them."""
        self.task.submit(labels, confidence=confidence, seconds=max(0.0, seconds - self.told))
