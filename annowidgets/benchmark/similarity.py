"""Similarity of two shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from annowidgets.benchmark.checks import weight
from annowidgets.benchmark.comparison import MOST_WORK, Comparison
from annowidgets.benchmark.placement import require_placed
from annowidgets.benchmark.tables import ShapeTable
from annowidgets.benchmark.tasks import read_frame_sizes
from annowidgets.benchmark.tolerances import ClassTolerances, checked_spacing
from annowidgets.errors import InvalidInput
from annowidgets.labels.shapes import ObjectPrimitive, Shape, shape_type
from annowidgets.labels.values import shown


def similarity(
    benchmark_shape: Shape,
    trainee_shape: Shape,
    *,
    frame_size: tuple[float, float],
    tolerance: float | str | None = None,
    sigmas: Mapping[str, float] | Sequence[float] | float | None = None,
    spacing: tuple[float, float] | None = None,
) -> float:
    """Similarity of two shapes.

    Parameters
    ----------
    benchmark_shape, trainee_shape : shape
        Any two; shapes of different families are not similar at all.
    frame_size : (height, width)
        In pixels; regions are compared inside the frame.
    tolerance : float or str, optional
        For lines, keypoints and primitives without size: pixels, "1%" of the frame's diagonal, or "2mm". 1 % where
        left out.
    sigmas : mapping of point -> float, sequence, or float, optional
        For primitives: per name, in the order of the benchmark's points, or one for all. 0.07 where left out.
    spacing : (row, column), optional
        In mm per pixel, for a tolerance in mm.

    Returns
    -------
    float
        0 to 1; 1 for identity. Regions: intersection over union. Lines: the share of both that lies within the
        tolerance of the other. Keypoints: ``exp(-d**2 / (2 t**2))``. Primitives: object keypoint similarity.

    Raises
    ------
    InvalidInput
        A shape outside the frame, a mask of another size, a tolerance in mm without spacing.
    """
    frames = read_frame_sizes(frame_size)
    if len(frames.sizes) > 1:
        raise InvalidInput(f"frame_size must be one (height, width), got {shown(frame_size)}.")
    height, width = map(float, frames.sizes[0])
    for whose, shape in (("benchmark", benchmark_shape), ("trainee", trainee_shape)):
        require_placed(f"The {whose}'s {shape_type(shape)}", shape, (height, width))
    if benchmark_shape.family != trainee_shape.family:
        return 0.0
    table = ShapeTable([benchmark_shape, trainee_shape], np.full(2, height), np.full(2, width), np.zeros(2, np.int64))
    classes = ClassTolerances([tolerance], [_sigmas_by_name(benchmark_shape, sigmas)], ["the benchmark's class"])
    distances = np.tile(checked_spacing(spacing), (2, 1))
    comparison = Comparison(table, np.zeros(2, np.int64), distances, classes, np.array([True, False]), 0.0)
    one, other = np.array([0]), np.array([1])
    if (work := int(comparison.work(one, other)[0])) > MOST_WORK:
        raise InvalidInput(
            f"The two shapes have too many vertices to be compared: {work:,} steps, and {MOST_WORK:,} are taken.",
            hint="Simplify the shapes.",
        )
    return float(comparison.similarity(one, other)[0])


def _sigmas_by_name(shape: Shape, sigmas: Any) -> dict[str, float]:
    if sigmas is None or not isinstance(shape, ObjectPrimitive):
        return {}
    names = list(shape.points)
    if isinstance(sigmas, Mapping):
        given = {str(name): weight(f"sigma of {name!r}", value) for name, value in sigmas.items()}
    elif np.ndim(sigmas) == 0:
        given = dict.fromkeys(names, weight("sigmas", sigmas))
    elif len(sigmas) == len(names):
        given = {name: weight(f"sigma of {name!r}", value) for name, value in zip(names, sigmas, strict=True)}
    else:
        raise InvalidInput(f"There are {len(sigmas)} sigmas for {len(names)} points.")
    if any(value <= 0 for value in given.values()):
        raise InvalidInput("Sigmas must be above 0.")
    return given
