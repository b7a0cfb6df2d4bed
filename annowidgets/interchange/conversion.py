"""One shape as another, where the class of an ontology asks for it and nothing has to be guessed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from annowidgets.errors import InvalidShape
from annowidgets.labels import Bitmask, BoundingBox, Polygon, RotatableBoundingBox, Shape, shape_type
from annowidgets.labels.even_odd import areas_only, even_odd
from annowidgets.labels.run_lengths import decode

Size = tuple[int, int]


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
    height, width = size
    # The last column takes the edges to the right of the picture.
    crossed = np.zeros((height, width + 1), bool)
    for ring in polygon.rings:
        for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
            (xa, low), (xb, high) = sorted(((x1, y1), (x2, y2)), key=lambda point: point[1])
            rows = np.arange(*np.clip(np.ceil(np.array([low, high]) - 0.5 - 1e-9), 0, height).astype(int))
            if rows.size:
                at = xa + np.clip((rows + 0.5 - low) / (high - low), 0, 1) * (xb - xa)
                columns = np.clip(np.ceil(at - 0.5 - 1e-9), 0, width).astype(int)
                crossed[rows, columns] ^= True
    inside = np.logical_xor.accumulate(crossed, axis=1)[:, :width]
    try:
        return Bitmask.from_array(inside)
    except InvalidShape:
        return None


def _counting(lengths: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """0, 1, ... for each length, one after the other."""
    counted: np.ndarray[tuple[int], np.dtype[np.int64]] = np.arange(lengths.sum()) - np.repeat(
        np.cumsum(lengths) - lengths, lengths
    )
    return counted
