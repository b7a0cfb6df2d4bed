"""One shape as another, where the class of an ontology asks for it and nothing has to be guessed."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from annowidgets.labels import Bitmask, BoundingBox, Polygon, RotatableBoundingBox, Shape, shape_type
from annowidgets.labels.even_odd import areas_only, even_odd
from annowidgets.labels.run_lengths import decode

Size = tuple[int, int]

# What comparisons allow, so that the corner of a box turned by 90 degrees falls where it should.
_ALLOWANCE = 1e-9


def as_shape(shape: Shape, wanted: str, size: Size | None) -> Shape:
    """The shape as the wanted kind where it can be that; else as it is.

    Boxes become rotatable boxes and back where they are upright, masks the outline of their pixels: nothing is lost.
    Polygons become masks of the pixels whose centre they hold, where the frame's size is known.

    Parameters
    ----------
    shape : shape
        What was read.
    wanted : str
        The kind that the class asks for ("polygon").
    size : (height, width) or None
        Of the frame, in pixels.
    """
    match shape:
        case BoundingBox(x, y, width, height) if wanted == "rotatable_bounding_box":
            return RotatableBoundingBox(x + width / 2, y + height / 2, width, height, 0.0)
        case RotatableBoundingBox(cx, cy, width, height, angle) if wanted == "bounding_box" and angle % 180 == 0:
            return BoundingBox(cx - width / 2, cy - height / 2, width, height)
        case Bitmask() if wanted == "polygon":
            return outline(shape)
        case Polygon() if wanted == "bitmask" and size is not None:
            return covered(shape, size) or shape
    return shape


def is_exact(before: Shape, after: Shape) -> bool:
    """Whether a conversion of `as_shape` kept the very same area."""
    return not (shape_type(before) == "polygon" and shape_type(after) == "bitmask")


def outline(mask: Bitmask) -> Polygon:
    """The edges of a mask's pixels, as rings: exactly the area of its pixels."""
    import shapely

    height = mask.size[0]
    ends = np.cumsum(decode(mask.counts))
    firsts, lasts = ends[0::2][: ends[1::2].size], ends[1::2] - 1
    columns = lasts // height - firsts // height + 1
    column = np.repeat(firsts // height, columns) + _counting(columns)
    top = np.maximum(np.repeat(firsts, columns) - column * height, 0)
    bottom = np.minimum(np.repeat(lasts, columns) - column * height + 1, height)
    area = areas_only(shapely.union_all(shapely.box(column, top, column + 1, bottom)))
    # Rings start at a corner, so that all points on straight edges can go.
    area = shapely.simplify(shapely.normalize(area), 0)
    return Polygon(rings_of(area))  # type: ignore[arg-type]


def rings_of(area: object) -> list[list[tuple[float, float]]]:
    """The rings of a shapely area, outer and inner, without closing points."""
    import shapely

    return [
        [(float(x), float(y)) for x, y in shapely.get_coordinates(ring)[:-1]]
        for part in shapely.get_parts(area)
        for ring in (part.exterior, *part.interiors)
    ]


def union_of_parts(rings: list[list[tuple[float, float]]]) -> Polygon:
    """Polygon of parts that are added up, as COCO means them, and not filled by the even-odd rule."""
    import shapely

    together = Polygon(rings)  # type: ignore[arg-type]
    if len(together.rings) == 1 or are_apart(together):
        return together
    parts = shapely.union_all([even_odd([ring]) for ring in together.rings])
    return Polygon(rings_of(areas_only(parts)))  # type: ignore[arg-type]


def are_apart(polygon: Polygon) -> bool:
    """Whether no two rings overlap, so that adding up and the even-odd rule mean the same."""
    apart = sum(even_odd([ring]).area for ring in polygon.rings)
    return bool(apart - even_odd(polygon.rings).area <= 1e-9 * apart)


def covered(polygon: Polygon, size: Size) -> Bitmask | None:
    """Mask of the pixels whose centre lies inside a polygon; None where it holds none.

    A centre on a left or upper edge is in, on a right or lower one out.
    """
    x0, y0, x1, y1 = polygon.bounds()
    left, right = (int(min(max(edge, 0), size[1])) for edge in (x0, math.ceil(x1)))
    top, bottom = (int(min(max(edge, 0), size[0])) for edge in (y0, math.ceil(y1)))
    height, width = bottom - top, right - left
    # The last column takes the edges to the right of the picture.
    crossed = np.zeros((height, width + 1), bool)
    for ring in polygon.rings:
        for (xa, ya), (xb, yb) in pairwise([*ring, ring[0]]):
            (low_x, low), (high_x, high) = ((xa, ya), (xb, yb)) if ya < yb else ((xb, yb), (xa, ya))
            rows = np.arange(*np.clip(np.ceil(np.array([low, high]) - 0.5 - _ALLOWANCE), top, bottom).astype(int))
            if rows.size:
                at = low_x + np.clip((rows + 0.5 - low) / (high - low), 0, 1) * (high_x - low_x)
                columns = np.clip(np.ceil(at - 0.5 - _ALLOWANCE) - left, 0, width).astype(int)
                crossed[rows - top, columns] ^= True
    inside = np.logical_xor.accumulate(crossed, axis=1)[:, :width]
    return placed(inside, left=left, top=top, size=size) if inside.any() else None


def placed(inside: npt.NDArray[np.bool_], *, left: int, top: int, size: Size) -> Bitmask:
    """Mask of a frame of (height, width) from the pixels of a part of it.

    Without an array of the whole frame: what a file says of its size may be anything.
    """
    column, row = np.nonzero(inside.T)
    at = (column + left) * size[0] + row + top
    firsts, lasts = at[np.diff(at, prepend=-2) != 1], at[np.diff(at, append=-2) != 1]
    edges = np.stack([firsts, lasts + 1], 1).ravel()
    return Bitmask(size, np.diff(edges, prepend=0, append=size[0] * size[1]))  # type: ignore[arg-type]


def _counting(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """0, 1, ... for each length, one after the other."""
    counted: npt.NDArray[np.int64] = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return counted
