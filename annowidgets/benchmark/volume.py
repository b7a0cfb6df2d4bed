"""Agreement of two labels over a series of slices: areas summed to volumes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from annowidgets.benchmark.arrays import Floats, Ints
from annowidgets.benchmark.checks import number
from annowidgets.benchmark.placement import require_placed
from annowidgets.benchmark.regions import Regions
from annowidgets.benchmark.tables import MASK, ShapeTable
from annowidgets.benchmark.tasks import read_frame_sizes
from annowidgets.benchmark.tolerances import checked_spacing
from annowidgets.errors import InvalidInput
from annowidgets.labels.key_frames import shapes_by_frame
from annowidgets.labels.label import Label
from annowidgets.labels.shapes import Shape

if TYPE_CHECKING:
    import pandas as pd


class VolumeAgreement(NamedTuple):
    """How far two labels agree over all frames.

    Attributes
    ----------
    iou, dice : float
        Of the volumes, 0 to 1.
    benchmark, trainee, shared : float
        The volumes, in mm cubed where spacing and thickness are given in mm, otherwise in pixels.
    frames : DataFrame
        A row per frame that either label stands on: frame, benchmark, trainee, shared (areas in square pixels), iou.
    """

    iou: float
    dice: float
    benchmark: float
    trainee: float
    shared: float
    frames: pd.DataFrame


def volume(
    benchmark_label: Label,
    trainee_label: Label,
    *,
    frame_size: Any,
    spacing: tuple[float, float] | None = None,
    thickness: float | Sequence[float] = 1.0,
    interpolate: bool = False,
) -> VolumeAgreement:
    """Volume overlap of two labels of regions.

    Parameters
    ----------
    benchmark_label, trainee_label : Label
        With a shape per frame; boxes, rotated boxes, polygons and masks in any mix.
    frame_size : (height, width), or sequence of them
        In pixels.
    spacing : (row, column), optional
        In mm per pixel.
    thickness : float or sequence of float
        Of a slice, or of each frame's slice, in mm.
    interpolate : bool
        Whether objects live between key frames; slices of a series stand by themselves.

    Raises
    ------
    InvalidInput
        Shapes that are no regions, lie outside their frame, or on a frame that does not exist.

    Notes
    -----
    Each slice's areas, as in `similarity`, times its thickness: IoU is the shared volume over the volume of either
    (Jaccard 1901), Dice twice the shared over the sum of both (Dice 1945).
    """
    sizes = read_frame_sizes(frame_size)
    row, column = (1.0, 1.0) if spacing is None else checked_spacing(spacing)
    sides = [dict(shapes_by_frame(label, interpolate=interpolate)) for label in (benchmark_label, trainee_label)]
    frames = np.array(sorted(sides[0].keys() | sides[1].keys()))
    if sizes.number is not None and frames[-1] >= sizes.number:
        raise InvalidInput(f"Frame {frames[-1]} does not exist, there are {sizes.number}.")
    size = sizes.sizes[np.zeros_like(frames) if sizes.number is None else frames]
    depth = _depths(thickness, frames)
    areas, shared = _areas(sides, frames, size)
    voxel = depth * row * column
    one, other, both = (float((area * voxel).sum()) for area in (*areas, shared))
    per_frame = _frame(frames, areas, shared)
    return VolumeAgreement(both / (one + other - both), 2 * both / (one + other), one, other, both, per_frame)


def _frame(frames: Any, areas: list[Floats], shared: Floats) -> pd.DataFrame:
    import pandas as pd

    benchmark, trainee = areas
    iou = shared / (benchmark + trainee - shared)
    return pd.DataFrame({"frame": frames, "benchmark": benchmark, "trainee": trainee, "shared": shared, "iou": iou})


def _areas(sides: list[dict[int, Shape]], frames: Any, size: Floats) -> tuple[list[Floats], Floats]:
    """Area of each side on each frame, and the area that they share."""
    shapes: list[Shape] = []
    places: list[int] = []
    rows: list[Ints] = []
    for side, name in zip(sides, ("benchmark", "trainee"), strict=True):
        own = np.full(frames.size, -1)
        for place, frame in enumerate(frames.tolist()):
            shape = side.get(frame)
            if shape is None:
                continue
            if shape.family != "region":
                raise InvalidInput(f"The {name}'s label is a {shape.family}, which has no volume.")
            require_placed(f"The {name}'s shape on frame {frame}", shape, tuple(size[place]))
            own[place] = len(shapes)
            shapes.append(shape)
            places.append(place)
        rows.append(own)
    table = ShapeTable(shapes, size[places, 0], size[places, 1], frames[places])
    regions = Regions(table)
    both = (rows[0] >= 0) & (rows[1] >= 0)
    is_mask = [(own >= 0) & (table.kind[own] == MASK) for own in rows]
    # Where one side is a mask and the other is not, both are counted in pixels.
    in_pixels = [is_mask[0] | (is_mask[1] & both), is_mask[1] | (is_mask[0] & both)]
    areas = []
    for own, counted in zip(rows, in_pixels, strict=True):
        area = np.zeros(frames.size)
        area[own >= 0] = regions.areas(own[own >= 0], counted[own >= 0])
        areas.append(area)
    shared = np.zeros(frames.size)
    iou = regions.iou(rows[0][both], rows[1][both])
    shared[both] = iou * (areas[0] + areas[1])[both] / (1 + iou)
    return areas, shared


def _depths(thickness: float | Sequence[float], frames: Any) -> Floats:
    if np.ndim(thickness) == 0:
        each = np.full(frames.size, number("thickness", thickness))
    else:
        listed = np.array([number("thickness", value) for value in thickness])  # type: ignore[union-attr]
        if frames[-1] >= listed.size:
            raise InvalidInput(f"There are {listed.size} thicknesses, and a label on frame {frames[-1]}.")
        each = listed[frames]
    if (each <= 0).any():
        raise InvalidInput("thickness must be above 0.")
    return each
