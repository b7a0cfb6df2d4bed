"""Agreement of two labels over a series of slices: areas summed to volumes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from annowidgets.benchmark.arrays import Floats, Ints
from annowidgets.benchmark.checks import number
from annowidgets.benchmark.frames import FrameCount
from annowidgets.benchmark.placement import require_placed
from annowidgets.benchmark.regions import Regions
from annowidgets.benchmark.tables import MASK, ShapeTable
from annowidgets.benchmark.tasks import FrameSizes, read_frame_sizes
from annowidgets.benchmark.tolerances import checked_spacing
from annowidgets.errors import InvalidInput
from annowidgets.labels.key_frames import shapes_by_frame
from annowidgets.labels.label import Label
from annowidgets.labels.reach import reaches_into
from annowidgets.labels.shapes import Bitmask, Shape
from annowidgets.labels.values import shown

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
        With a shape per frame; boxes, rotated boxes, polygons and masks in any mix. A bare shape stands on the one
        frame of a single picture.
    frame_size : (height, width), or sequence of them
        In pixels.
    spacing : (row, column), optional
        In mm per pixel.
    thickness : float or sequence of float
        Of a slice, or of each frame's slice, in mm.
    interpolate : bool
        Whether objects live between key frames, and until; slices of a series stand by themselves. A shape that is
        interpolated out of its frame has no area there.

    Returns
    -------
    VolumeAgreement

    Raises
    ------
    InvalidInput
        Shapes that are no regions, lie outside their frame, or on a frame that does not exist; as in `measure`, a bare
        shape where there are several frames, and ``until`` where frames don't follow each other.

    Notes
    -----
    Each slice's areas, as in `similarity`, times its thickness: IoU is the shared volume over the volume of either
    (Jaccard 1901), Dice twice the shared over the sum of both (Dice 1945).
    """
    sizes = read_frame_sizes(frame_size)
    row, column = (1.0, 1.0) if spacing is None else checked_spacing(spacing)
    counted = FrameCount(sizes.number, interpolate)
    labels = {"benchmark": benchmark_label, "trainee": trainee_label}
    sides = [_placed(name, label, sizes, counted, interpolate) for name, label in labels.items()]
    frames = np.array(sorted(sides[0].keys() | sides[1].keys()))
    size = sizes.sizes[np.zeros_like(frames) if sizes.number is None else frames]
    depth = _depths(thickness, frames)
    areas, shared = _areas(sides, frames, size)
    voxel = depth * row * column
    one, other, both = (float((area * voxel).sum()) for area in (*areas, shared))
    per_frame = _frame(frames, areas, shared)
    return VolumeAgreement(both / (one + other - both), 2 * both / (one + other), one, other, both, per_frame)


def _placed(name: str, label: Label, sizes: FrameSizes, counted: FrameCount, interpolate: bool) -> dict[int, Shape]:
    """A label's shapes by frame, without those that are interpolated out of the frame."""
    where = f"The {name}'s label"
    if not isinstance(label, Label):
        raise InvalidInput(f"{where} must be one Label, got {shown(label)}.")
    for shape in (label.shape, *label.key_frames.values()):
        if shape is not None and shape.family != "region":
            raise InvalidInput(f"{where} is a {shape.family}, which has no volume.")
    counted.add_label(where, label)
    placed = {}
    for frame, shape in shapes_by_frame(label, interpolate=interpolate):
        height, width = map(float, sizes.sizes[0 if sizes.number is None else frame])
        drawn = label.shape is not None or frame in label.key_frames
        if drawn or isinstance(shape, Bitmask):
            require_placed(f"The {name}'s shape on frame {frame}", shape, (height, width))
        elif not reaches_into(shape, (height, width)):
            continue
        placed[frame] = shape
    return placed


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
    for side in sides:
        own = np.full(frames.size, -1)
        for place, frame in enumerate(frames.tolist()):
            shape = side.get(frame)
            if shape is None:
                continue
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
