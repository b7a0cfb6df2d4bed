"""Regions as shapely geometries inside their frames."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from annowidgets.benchmark.arrays import Bools, Floats, Ints, spread
from annowidgets.benchmark.tables import BOX, POLYGON, ROTATED, ShapeTable
from annowidgets.labels.even_odd import areas_only, even_odd
from annowidgets.labels.shapes import Polygon

Geometries = npt.NDArray[np.object_]

_PAIRS_PER_THREAD = 500
# Shapely's numbers of the types that are areas: polygon and multipolygon.
_AREAS = (3, 6)


class Outlines:
    """Geometries of the vector regions of a table, clipped by their frames, made when first needed.

    Parameters
    ----------
    table : ShapeTable
        Shapes of any family; only rows of vector regions are asked for.
    """

    def __init__(self, table: ShapeTable) -> None:
        self._table = table
        self._inside = table.inside()
        self._geometries: Geometries = np.full(table.kind.size, None, object)

    def area(self, rows: Ints) -> Floats:
        """Areas of rows, in square pixels."""
        import shapely

        self._make(rows)
        areas: Floats = shapely.area(self._geometries[rows])
        return areas

    def shared_area(self, a: Ints, b: Ints) -> Floats:
        """Area that rows ``a`` share with rows ``b``, pair by pair."""
        self._make(np.unique(np.concatenate([a, b])))
        return _shared_areas(self._geometries[a], self._geometries[b])

    def _make(self, rows: Ints) -> None:
        import shapely

        rows = rows[_unset(self._geometries[rows])]
        kind = self._table.kind[rows]
        table = self._table
        boxes = rows[kind == BOX]
        self._geometries[boxes] = shapely.box(table.x0[boxes], table.y0[boxes], table.x1[boxes], table.y1[boxes])
        turned = rows[kind == ROTATED]
        if turned.size:
            x, y = table.corners(turned)
            self._geometries[turned] = shapely.polygons(np.stack([np.array(x).T, np.array(y).T], axis=-1))
        outlines = rows[kind == POLYGON]
        if outlines.size:
            self._geometries[outlines] = self._outlines(outlines)
        cut = rows[~self._inside[rows]]
        if cut.size:
            frames = shapely.box(0, 0, table.width[cut], table.height[cut])
            clipped = shapely.intersection(self._geometries[cut], frames)
            for k in np.flatnonzero(~np.isin(shapely.get_type_id(clipped), _AREAS)).tolist():
                clipped[k] = areas_only(clipped[k])
            self._geometries[cut] = clipped

    def _outlines(self, rows: Ints) -> Geometries:
        """Polygons of single, simple rings in one call; what is not is repaired one by one."""
        import shapely

        paths = self._table.polygons
        slots = self._table.slot[rows]
        first, count = paths.paths[slots], np.diff(paths.paths)[slots]
        geometries: Geometries = np.full(rows.size, None, object)
        single = np.flatnonzero(count == 1)
        starts = paths.points[first[single]]
        lengths = paths.points[first[single] + 1] - starts
        places = spread(starts, lengths)
        rings = shapely.linearrings(paths.xy[places], indices=np.repeat(np.arange(single.size), lengths))
        geometries[single] = shapely.polygons(rings)
        geometries[single[~shapely.is_valid(geometries[single])]] = None
        for k in np.flatnonzero(_unset(geometries)).tolist():
            shape = self._table.shapes[rows[k]]
            assert isinstance(shape, Polygon)
            geometries[k] = even_odd(shape.rings)
        return geometries


def _shared_areas(one: Geometries, other: Geometries) -> Floats:
    """Area of the intersection of geometries, pair by pair."""
    import shapely

    def areas(start: int) -> Floats:
        own = slice(start, start + _PAIRS_PER_THREAD)
        found: Floats = shapely.area(shapely.intersection(one[own], other[own]))
        return found

    starts = range(0, one.size, _PAIRS_PER_THREAD)
    if len(starts) == 1:
        return areas(0)
    # GEOS lets go of the interpreter while it works, so threads do share the work.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.concatenate(list(pool.map(areas, starts)))


def _unset(geometries: Geometries) -> Bools:
    return np.array([geometry is None for geometry in geometries], bool)
