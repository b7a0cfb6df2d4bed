"""Whether a shape reaches into its frame."""

from __future__ import annotations

import numpy as np

from annowidgets.labels.even_odd import even_odd
from annowidgets.labels.shapes import (
    Bitmask,
    BoundingBox,
    Keypoint,
    ObjectPrimitive,
    Polyline,
    RotatableBoundingBox,
    Shape,
)

# What counts as an area inside the frame: more than rounding leaves of an edge that touches it.
TOUCHES = 1e-9


def reaches_into(shape: Shape, size: tuple[float, float]) -> bool:
    """Whether a shape reaches into a frame.

    A region has area inside, a line meets the frame, a keypoint lies on it, a primitive has a present point on it.

    Parameters
    ----------
    shape : shape
        In pixels.
    size : (height, width)
        Of the frame.
    """
    height, width = size

    def on_frame(x: float, y: float) -> bool:
        return -TOUCHES <= x <= width + TOUCHES and -TOUCHES <= y <= height + TOUCHES

    if isinstance(shape, Keypoint):
        return on_frame(shape.x, shape.y)
    if isinstance(shape, ObjectPrimitive):
        return any(on_frame(x, y) for x, y in shape.present().values())
    if isinstance(shape, Bitmask):
        return shape.size == (height, width)
    x0, y0, x1, y1 = shape.bounds()
    if x0 >= 0 and y0 >= 0 and x1 <= width and y1 <= height:
        return True
    inside_width, inside_height = min(x1, width) - max(x0, 0), min(y1, height) - max(y0, 0)
    if isinstance(shape, BoundingBox):
        return min(inside_width, inside_height) > 0 and inside_width * inside_height > TOUCHES
    if shape.family == "region":
        if min(inside_width, inside_height) <= 0:
            return False
    elif x1 < -TOUCHES or y1 < -TOUCHES or x0 > width + TOUCHES or y0 > height + TOUCHES:
        return False

    import shapely

    if not isinstance(shape, Polyline):
        area = shapely.Polygon(shape.corners()) if isinstance(shape, RotatableBoundingBox) else even_odd(shape.rings)
        frame = shapely.box(0, 0, width, height)
        with np.errstate(all="ignore"):
            return bool(shapely.intersection(area, frame).area > TOUCHES)
    # Not by distance, which GEOS can't tell for edges of next to no length.
    around = shapely.box(-TOUCHES, -TOUCHES, width + TOUCHES, height + TOUCHES)
    return bool(shapely.intersects(shapely.LineString(shape.points), around))
