"""The one meaning of a polygon's rings: the even-odd rule, as a shapely geometry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from annowidgets.errors import InvalidShape

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Ring = tuple[tuple[float, float], ...]

# Of one ring with itself: a scribble of 250 random points. Areas take about a second then.
_MOST_CROSSINGS = 10_000
# Where an outline also runs along itself: `make_valid` takes half a second for so many, minutes for some more.
_MOST_FACES = 1_000
# Share of an outline's length that may lie on itself without being called so.
_NOTHING = 1e-9
_ASKED_AT_ONCE = 100


def even_odd(rings: Iterable[Ring]) -> BaseGeometry:
    """Area that rings fill by the even-odd rule.

    Each ring goes through GEOS ``make_valid`` (linework method), the results are combined by symmetric difference.
    Where an outline retraces its own edge the area stands, although a pixel-wise even-odd count would drop it.

    Parameters
    ----------
    rings : iterable of rings
        Each a sequence of at least three (x, y) in pixels, not closed.

    Returns
    -------
    shapely.Polygon or shapely.MultiPolygon
        Possibly empty.

    Raises
    ------
    InvalidShape
        A ring that crosses itself more often than bounded time allows.
    """
    import shapely

    total: BaseGeometry | None = None
    # GEOS may divide by the length of an edge of next to no length, and does without the result.
    with np.errstate(all="ignore"):
        for ring in rings:
            part: BaseGeometry = shapely.Polygon(ring)
            if not shapely.is_valid(part):
                part = _mended(ring)
            total = part if total is None else areas_only(shapely.symmetric_difference(total, part))
    return shapely.Polygon() if total is None else total


def _mended(ring: Ring) -> BaseGeometry:
    """What `make_valid` makes of a ring: where no edge is retraced, its odd faces, which are found much sooner."""
    import shapely

    outline = shapely.LinearRing(ring)
    _require_few_crossings(ring)
    edges = shapely.unary_union(outline)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(edges)))
    if edges.length < outline.length * (1 - _NOTHING):
        if faces.size > _MOST_FACES:
            raise _too_often(ring, _MOST_FACES)
        return areas_only(shapely.make_valid(shapely.Polygon(ring)))
    # Any two faces with an edge between them differ, so the odd ones touch in points only.
    parts: BaseGeometry = shapely.multipolygons(
        faces[_is_odd(ring, shapely.get_coordinates(shapely.point_on_surface(faces)))]
    )
    return parts


def _is_odd(ring: Ring, points: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether a ray to the left of each point crosses the ring an odd number of times."""
    x, y = points.T
    odd = np.zeros(x.size, bool)
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if y1 != y2:
            odd ^= ((y1 <= y) != (y2 <= y)) & (x1 + (y - y1) / (y2 - y1) * (x2 - x1) <= x)
    return odd


def _require_few_crossings(ring: Ring) -> None:
    import shapely

    corners = np.array(ring)
    edges = shapely.linestrings(np.stack([corners, np.roll(corners, -1, axis=0)], axis=1))
    tree = shapely.STRtree(edges)
    # Every edge meets itself and its two neighbours; two that cross are found from either.
    room = 3 * len(ring) + 2 * _MOST_CROSSINGS
    for start in range(0, len(ring), _ASKED_AT_ONCE):
        room -= tree.query(edges[start : start + _ASKED_AT_ONCE], predicate="intersects").shape[1]
        if room < 0:
            raise _too_often(ring, _MOST_CROSSINGS)


def _too_often(ring: Ring, most: int) -> InvalidShape:
    (x0, y0), (x1, y1) = np.min(ring, axis=0), np.max(ring, axis=0)
    return InvalidShape(
        f"Polygon: the outline of {len(ring)} points between ({x0:g}, {y0:g}) and ({x1:g}, {y1:g}) crosses itself more "
        f"than {most:,} times.",
        hint="Draw it anew, or simplify it.",
    )


def areas_only(geometry: BaseGeometry) -> BaseGeometry:
    """The polygons of a geometry; loose lines and points, which have no area, are left behind."""
    import shapely

    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
