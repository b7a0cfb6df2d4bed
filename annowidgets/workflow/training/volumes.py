"""Volumes in DICOM series, as a report beside the score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from annowidgets.labels import labels_from_json
from annowidgets.store import items as stored_items
from annowidgets.store import labels as stored_labels
from annowidgets.store import tasks as stored_tasks
from annowidgets.store import training as stored_training
from annowidgets.workflow.items import Item
from annowidgets.workflow.training.reports import TrainingReports
from annowidgets.workflow.volumes import Judged, volume_table

if TYPE_CHECKING:
    import pandas as pd


class TrainingVolumes(TrainingReports):
    """The volumes' room of a training project."""

    def volumes(self) -> pd.DataFrame:
        """Volume agreement with the newest gold, object by object, of submissions on DICOM series.

        It plays no part in the score, which counts slice by slice. A trainee sees the own ones, where they are
        revealed (A10).

        Returns
        -------
        DataFrame
            ``task``, ``item``, ``trainee``, ``round``; ``category``, ``benchmark_label``, ``trainee_label``, ``iou``,
            ``dice`` and ``slices`` as of `annowidgets.benchmark.volumes`; ``benchmark_mm3``, ``trainee_mm3`` and
            ``shared_mm3``, NaN where the files don't tell spacing or the distance from slice to slice.

        Raises
        ------
        InvalidMedia
            The files of a series are missing or have changed (P3).
        """
        return volume_table(self._series(), ("task", "item", "trainee", "round"))

    def _series(self) -> list[Judged]:
        """What the user may see of the submissions on DICOM series."""
        with self.workspace.look(self.id) as action:
            connection = action.connection
            sheet = self._sheet(action)
            found = []
            for row in sheet.submissions:
                stored, task = stored_items.by_id(connection, row.item), stored_tasks.by_id(connection, row.task)
                assert stored is not None, "a submission has an item"
                if stored.modality != "dicom_series":
                    continue
                assert task is not None, "a submission is one of a task"
                assert task.labels is not None, "and has labels"
                round = sheet.rounds[row.batch]
                found.append(
                    Judged(
                        (row.task, stored.name, round.trainee, round.round),
                        Item(self.workspace, stored),
                        labels_from_json(stored_training.benchmark_of(connection, row.item).labels),
                        labels_from_json(stored_labels.by_id(connection, task.labels).labels),
                    )
                )
        return found
