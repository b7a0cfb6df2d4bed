"""Volumes in DICOM series, as reports beside scores, which count slice by slice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from annowidgets.labels import Labels
from annowidgets.media import DicomSeries
from annowidgets.workflow.items import Item

if TYPE_CHECKING:
    import pandas as pd

_IN_MM = {name: f"{name}_mm3" for name in ("benchmark", "trainee", "shared")}


class Judged(NamedTuple):
    """What was submitted on a series, beside what it is judged by.

    Attributes
    ----------
    whose : tuple
        What its rows begin with.
    item : Item
        The series.
    benchmark, submitted : sequence of Label and Answer
        Both sides.
    """

    whose: tuple[Any, ...]
    item: Item
    benchmark: Labels
    submitted: Labels


def volume_table(judged: Iterable[Judged], whose: Sequence[str]) -> pd.DataFrame:
    """Volume agreement, object by object: the columns ``whose``, then those of `annowidgets.benchmark.volumes`.

    Volumes are in mm3, as ``benchmark_mm3``, ``trainee_mm3`` and ``shared_mm3``; NaN where the files don't tell spacing
    or the distance from slice to slice.
    """
    import pandas as pd

    from annowidgets.benchmark import volumes
    from annowidgets.benchmark.volumes import COLUMNS

    distances: dict[int, float | None] = {}
    found: list[pd.DataFrame] = []
    for one in judged:
        item = one.item
        if item.id not in distances:
            distances[item.id] = _distance(item)
        distance = distances[item.id]
        agreed = volumes(
            one.benchmark,
            one.submitted,
            frame_size=item.sizes[0] if item.frames == 1 else list(item.sizes),
            spacing=item.spacing,
            thickness=distance or 1.0,
        )
        frame = agreed.rename(columns=_IN_MM)
        if item.spacing is None or distance is None:
            frame[list(_IN_MM.values())] = float("nan")
        for place, (name, value) in enumerate(zip(whose, one.whose, strict=True)):
            frame.insert(place, name, value)
        found.append(frame)
    columns = [*whose, *(_IN_MM.get(name, name) for name in COLUMNS)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def _distance(item: Item) -> float | None:
    """Millimetres from slice to slice."""
    with closing(item.open()) as medium:
        return medium.distance if isinstance(medium, DicomSeries) else None
