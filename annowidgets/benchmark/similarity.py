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
from annowidgets.benchmark.tolerances import SPACING_HINT, ClassTolerances, checked_spacing
from annowidgets.errors import InvalidInput, InvalidOntology, NotFound
from annowidgets.labels.shapes import SHAPES, ObjectPrimitive, Shape, shape_type
from annowidgets.labels.tolerance import parse_tolerance
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
        No shape, a shape outside the frame, a mask of another size, more vertices than bounded time allows, a tolerance
        in mm without spacing, sigmas of other points.
    """
    frames = read_frame_sizes(frame_size)
    if len(frames.sizes) > 1:
        raise InvalidInput(f"frame_size must be one (height, width), got {shown(frame_size)}.")
    height, width = map(float, frames.sizes[0])
    for whose, shape in (("benchmark", benchmark_shape), ("trainee", trainee_shape)):
        if type(shape) not in SHAPES.values():
            raise InvalidInput(f"The {whose}'s shape can't be {shown(shape)}.", hint=f"Shapes: {', '.join(SHAPES)}.")
        require_placed(f"The {whose}'s {shape_type(shape)}", shape, (height, width))
    if benchmark_shape.family != trainee_shape.family:
        return 0.0
    table = ShapeTable([benchmark_shape, trainee_shape], np.full(2, height), np.full(2, width), np.zeros(2, np.int64))
    if tolerance is not None:
        # Read here, because an ontology's error would speak of a class.
        tolerance = _checked_tolerance(tolerance)
    classes = ClassTolerances([tolerance], [_sigmas_by_name(benchmark_shape, trainee_shape, sigmas)])
    distances = np.tile(checked_spacing(spacing), (2, 1))
    if classes.needs_spacing(np.zeros(1, np.int64), distances[:1]).size:
        raise InvalidInput("The tolerance is in mm, and the pixel spacing is not known.", hint=SPACING_HINT)
    comparison = Comparison(table, np.zeros(2, np.int64), distances, classes, np.array([True, False]), 0.0)
    one, other = np.array([0]), np.array([1])
    if (work := int(comparison.work(one, other)[0])) > MOST_WORK:
        raise InvalidInput(
            f"The two shapes have too many vertices to be compared: {work:,} steps, and {MOST_WORK:,} are taken.",
            hint="Simplify the shapes.",
        )
    return float(comparison.similarity(one, other)[0])


def _checked_tolerance(tolerance: Any) -> Any:
    try:
        parse_tolerance(tolerance)
    except InvalidOntology as error:
        raise InvalidInput(error.message, hint=error.hint) from None
    return tolerance


def _sigmas_by_name(shape: Shape, other: Shape, sigmas: Any) -> dict[str, float]:
    if sigmas is None or not isinstance(shape, ObjectPrimitive) or not isinstance(other, ObjectPrimitive):
        return {}
    names = list(shape.points)
    if isinstance(sigmas, Mapping):
        known = shape.points.keys() | other.points.keys()
        for name in sigmas:
            if name not in known:
                raise NotFound.named("point of the two primitives", name, known)
        given = {name: weight(f"sigma of {name!r}", value) for name, value in sigmas.items()}
    elif isinstance(sigmas, (list, tuple, np.ndarray)):
        if len(sigmas) != len(names):
            raise InvalidInput(f"There are {len(sigmas)} sigmas for {len(names)} points.")
        given = {name: weight(f"sigma of {name!r}", value) for name, value in zip(names, sigmas, strict=True)}
    else:
        given = dict.fromkeys(names, weight("sigmas", sigmas))
    if any(value <= 0 for value in given.values()):
        raise InvalidInput("Sigmas must be above 0.")
    return given
