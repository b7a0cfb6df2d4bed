"""Where shapes lie on their frames: refused when outside, said when the frame's sides look swapped."""

from __future__ import annotations

import numpy as np

from annowidgets.benchmark.arrays import Bools, Ints
from annowidgets.benchmark.collector import Collector
from annowidgets.benchmark.tables import BOX, MASK, POINT, ShapeTable
from annowidgets.errors import InvalidInput, notice
from annowidgets.labels.reach import TOUCHES, reaches_into
from annowidgets.labels.shapes import Bitmask, Shape

# A shape that hangs out by more than this share of the frame's side is no slip of the hand.
_FAR_OUT = 0.05


def require_placed(name: str, shape: Shape, size: tuple[float, float]) -> None:
    """Refuse a shape that is wholly outside its frame, or a mask of another size."""
    height, width = size
    swapped = (width, height)
    if isinstance(shape, Bitmask):
        fits, turned = shape.size == size, shape.size == swapped
        problem = f"is a mask of {shape.size[0]} x {shape.size[1]}, the frame {height:g} x {width:g} (height x width)"
    else:
        fits, turned = reaches_into(shape, size), reaches_into(shape, swapped)
        problem = f"lies outside the frame of {height:g} x {width:g} (height x width)"
    if not fits:
        hint = f"frame_size is (height, width): did you mean ({width:g}, {height:g})?"
        raise InvalidInput(f"{name} {problem}.", hint=hint if turned and height != width else None)


def placed_rows(table: ShapeTable, collected: Collector) -> Ints:
    """Rows whose shape reaches into its frame.

    Raises
    ------
    InvalidInput
        Where one that somebody drew there does not. (An interpolated one may pass outside and come back.)

    Warns
    -----
    Notice
        Where shapes hang far out of frames that they would fit if height and width changed places.
    """
    doubtful = np.flatnonzero(~table.inside() | (table.kind == MASK))
    placed = np.ones(table.kind.size, bool)
    placed[doubtful] = _reach_in(table, doubtful)
    drawn = np.ones(table.kind.size, bool)
    drawn[collected.interpolated] = False
    for row in np.flatnonzero(~placed & (drawn | (table.kind == MASK)))[:1].tolist():
        require_placed(collected.where(row), table.shapes[row], (table.height[row], table.width[row]))
    _say_swapped(table, collected)
    return np.flatnonzero(placed)


def _reach_in(table: ShapeTable, rows: Ints) -> Bools:
    """Whether shapes reach into their frames: boxes, keypoints and masks at once, others one by one."""
    kind, height, width = table.kind[rows], table.height[rows], table.width[rows]
    inner_width = np.minimum(table.x1[rows], width) - np.maximum(table.x0[rows], 0)
    inner_height = np.minimum(table.y1[rows], height) - np.maximum(table.y0[rows], 0)
    box = (inner_width > 0) & (inner_height > 0) & (inner_width * inner_height > TOUCHES)
    point = (inner_width >= -TOUCHES) & (inner_height >= -TOUCHES)
    reach: Bools = np.where(kind == BOX, box, (kind == POINT) & point)
    for k in np.flatnonzero((kind != BOX) & (kind != POINT)).tolist():
        size = (height[k], width[k])
        shape = table.shapes[rows[k]]
        reach[k] = shape.size == size if isinstance(shape, Bitmask) else reaches_into(shape, size)
    return reach


def _say_swapped(table: ShapeTable, collected: Collector) -> None:
    """Say so if a task's shapes hang far out of its frames and would all fit with height and width exchanged."""
    task = collected.task_of_rows()
    vector = table.kind != MASK
    out = vector & ((table.x1 > table.width * (1 + _FAR_OUT)) | (table.y1 > table.height * (1 + _FAR_OUT)))
    if not out.any():
        return
    unfit = vector & ((table.x1 > table.height) | (table.y1 > table.width))
    suspect = np.flatnonzero(out & ~np.isin(task, task[unfit]))
    if suspect.size:
        row = int(suspect[0])
        notice(
            f"{collected.where(row)} hangs far out of the frame of {table.height[row]:g} x {table.width[row]:g} "
            "(height x width), and all labels of the task would fit if these changed places: is frame_size (height, "
            "width)?"
        )
