"""Volumes in DICOM series, as a report beside the score."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from annowidgets.labels import labels_from_json
from annowidgets.media import DicomSeries
from annowidgets.store import items as stored_items
from annowidgets.store import labels as stored_labels
from annowidgets.store import tasks as stored_tasks
from annowidgets.store import training as stored_training
from annowidgets.store.training import RoundRow
from annowidgets.workflow.items import Item
from annowidgets.workflow.training.reports import TrainingReports

if TYPE_CHECKING:
    import pandas as pd

_WHOSE = ("task", "item", "trainee", "round")
_IN_MM = {name: f"{name}_mm3" for name in ("benchmark", "trainee", "shared")}


class _Submitted(NamedTuple):
    """A submission beside its gold, both as JSON."""

    task: int
    item: Item
    round: RoundRow
    gold: str
    submitted: str


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
        import pandas as pd

        from annowidgets.benchmark import volumes
        from annowidgets.benchmark.volumes import COLUMNS

        distances: dict[int, float | None] = {}
        found: list[pd.DataFrame] = []
        for one in self._series():
            item = one.item
            if item.id not in distances:
                distances[item.id] = _distance(item)
            distance = distances[item.id]
            agreed = volumes(
                labels_from_json(one.gold),
                labels_from_json(one.submitted),
                frame_size=item.sizes[0] if item.frames == 1 else list(item.sizes),
                spacing=item.spacing,
                thickness=distance or 1.0,
            )
            frame = agreed.rename(columns=_IN_MM)
            if item.spacing is None or distance is None:
                frame[list(_IN_MM.values())] = float("nan")
            whose: tuple[Any, ...] = (one.task, item.name, one.round.trainee, one.round.round)
            for place, (name, value) in enumerate(zip(_WHOSE, whose, strict=True)):
                frame.insert(place, name, value)
            found.append(frame)
        columns = [*_WHOSE, *(_IN_MM.get(name, name) for name in COLUMNS)]
        return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)

    def _series(self) -> list[_Submitted]:
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
                submitted = stored_labels.by_id(connection, task.labels).labels
                gold = stored_training.benchmark_of(connection, row.item).labels
                item = Item(self.workspace, stored)
                found.append(_Submitted(row.task, item, sheet.rounds[row.batch], gold, submitted))
        return found


def _distance(item: Item) -> float | None:
    """Millimetres from slice to slice."""
    with closing(item.open()) as medium:
        return medium.distance if isinstance(medium, DicomSeries) else None
