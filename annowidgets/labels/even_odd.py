"""The one meaning of a polygon's rings: the even-odd rule, as a shapely geometry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Ring = tuple[tuple[float, float], ...]


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
    """
    import shapely

    total: BaseGeometry | None = None
    # GEOS may divide by the length of an edge of next to no length, and does without the result.
    with np.errstate(all="ignore"):
        for ring in rings:
            part: BaseGeometry = shapely.Polygon(ring)
            if not shapely.is_valid(part):
                part = areas_only(shapely.make_valid(part))
            total = part if total is None else areas_only(shapely.symmetric_difference(total, part))
    return shapely.Polygon() if total is None else total


def areas_only(geometry: BaseGeometry) -> BaseGeometry:
    """The polygons of a geometry; loose lines and points, which have no area, are left behind."""
    import shapely

    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
