"""Volumes of all labels of a series: which belong together, and how far they agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from annowidgets.benchmark.volume import VolumeAgreement, volume
from annowidgets.labels.label import Label, Labels
from annowidgets.labels.shapes import Shape

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("category", "benchmark_label", "trainee_label", "iou", "dice", "benchmark", "trainee", "shared", "slices")


def volumes(
    benchmark_labels: Labels,
    trainee_labels: Labels,
    *,
    frame_size: Any,
    spacing: tuple[float, float] | None = None,
    thickness: float | Sequence[float] = 1.0,
) -> pd.DataFrame:
    """Volume agreement of the objects of a series, class by class.

    Objects of a class are matched one-to-one with the largest sum of volume IoU; lines, points, primitives and answers
    have no volume and are left out. This is a report beside the score, which counts slice by slice.

    Parameters
    ----------
    benchmark_labels, trainee_labels : sequence of Label and Answer
    frame_size, spacing, thickness
        As in `volume`.

    Returns
    -------
    DataFrame
        A row per pair, and per label without a partner: ``category``, ``benchmark_label``, ``trainee_label`` (ids,
        missing for no partner), ``iou``, ``dice`` (0 without a partner), ``benchmark``, ``trainee``, ``shared``
        (volumes, as in `VolumeAgreement`), ``slices`` (on which either stands).

    Raises
    ------
    InvalidInput
        As in `volume`.
    """
    import pandas as pd

    options = {"frame_size": frame_size, "spacing": spacing, "thickness": thickness}
    gold, own = _by_class(benchmark_labels), _by_class(trainee_labels)
    rows: list[dict[str, Any]] = []
    for category in sorted(gold.keys() | own.keys()):
        rows += _of_class(category, gold[category], own[category], options)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_class(category: str, gold: list[Label], own: list[Label], options: dict[str, Any]) -> Iterable[dict[str, Any]]:
    from scipy.optimize import linear_sum_assignment

    agreed = {
        (i, j): volume(one, other, **options)
        for i, one in enumerate(gold)
        for j, other in enumerate(own)
        if _frames(one) & _frames(other)
    }
    iou = np.zeros((len(gold), len(own)))
    for place, found in agreed.items():
        iou[place] = found.iou
    pairs = {int(i): int(j) for i, j in zip(*linear_sum_assignment(iou, maximize=True), strict=True) if iou[i, j] > 0}
    for i, one in enumerate(gold):
        partner = pairs.get(i)
        if partner is None:
            alone = volume(one, one, **options)
            yield _row(category, one, None, alone._replace(iou=0.0, dice=0.0, trainee=0.0, shared=0.0))
        else:
            yield _row(category, one, own[partner], agreed[i, partner])
    for j, other in enumerate(own):
        if j not in pairs.values():
            alone = volume(other, other, **options)
            yield _row(category, None, other, alone._replace(iou=0.0, dice=0.0, benchmark=0.0, shared=0.0))


def _row(category: str, one: Label | None, other: Label | None, found: VolumeAgreement) -> dict[str, Any]:
    labels = (one and one.id, other and other.id)
    figures = (found.iou, found.dice, found.benchmark, found.trainee, found.shared, len(found.frames))
    return dict(zip(COLUMNS, (category, *labels, *figures), strict=True))


def _by_class(labels: Labels) -> dict[str, list[Label]]:
    """Class -> its labels of regions."""
    found: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        if isinstance(label, Label) and all(shape.family == "region" for shape in _shapes(label)):
            found[label.category].append(label)
    return found


def _shapes(label: Label) -> list[Shape]:
    return [shape for shape in (label.shape, *label.key_frames.values()) if shape is not None]


def _frames(label: Label) -> set[int]:
    return {0} if label.shape is not None else {frame for frame, shape in label.key_frames.items() if shape is not None}
