"""The one meaning of a polygon's rings, held against a count of crossings and against shapely."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.errors import InvalidShape
from annowidgets.labels import Polygon
from annowidgets.labels.even_odd import Ring, even_odd

SIZE = 24

# Corners on a grid make edges that touch, cross and repeat likely.
corners = st.tuples(st.integers(0, SIZE), st.integers(0, SIZE)).map(lambda p: (float(p[0]), float(p[1])))
rings = st.lists(corners, min_size=3, max_size=7, unique=True).map(tuple)


def crossings(given_rings: list[Ring], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether a ray to the left of each point crosses the outlines an odd number of times."""
    odd = np.zeros(x.shape, bool)
    for ring in given_rings:
        for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
            if y1 != y2:
                at = x1 + (y - y1) * (x2 - x1) / (y2 - y1)
                odd ^= ((y1 <= y) != (y2 <= y)) & (at <= x)
    return odd


def sample_points() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    # Irrational steps: no point lies on an edge between corners of whole numbers by chance.
    random = np.random.default_rng(7)
    x, y = random.uniform(0, SIZE, (2, 4_000))
    return x, y


def retraces(ring: Ring) -> bool:
    """Whether an outline runs along one of its own edges twice, where the two rules are meant to differ."""
    edges = [shapely.LineString(edge) for edge in zip(ring, (*ring[1:], ring[0]), strict=True)]
    return any(a.intersection(b).length > 0 for position, a in enumerate(edges) for b in edges[position + 1 :])


@given(st.lists(rings.filter(lambda ring: not retraces(ring)), min_size=1, max_size=3))
def test_the_area_holds_the_points_that_an_odd_number_of_crossings_holds(given_rings: list[Ring]) -> None:
    area = even_odd(given_rings)
    assert area.is_valid
    assert area.geom_type in ("Polygon", "MultiPolygon")
    x, y = sample_points()
    off_the_edge = (
        shapely.distance(shapely.MultiLineString([(*r, r[0]) for r in given_rings]), shapely.points(x, y)) > 1e-6
    )
    inside = shapely.contains_xy(area, x, y)
    assert np.array_equal(inside[off_the_edge], crossings(given_rings, x, y)[off_the_edge])


@given(rings)
def test_an_outline_that_retraces_itself_is_what_make_valid_makes_of_it(ring: Ring) -> None:
    mended = shapely.make_valid(shapely.Polygon(ring), method="linework")
    assert even_odd([ring]).area == pytest.approx(mended.area, rel=1e-12, abs=1e-12)


@given(st.lists(rings, min_size=1, max_size=3))
def test_a_polygon_is_refused_exactly_where_no_area_is_left(given_rings: list[Ring]) -> None:
    area = even_odd(given_rings).area
    try:
        polygon = Polygon(given_rings)
    except InvalidShape:
        assert area < 1e-9
    else:
        assert area > 1e-9
        assert polygon.bounds() == shapely.MultiPoint([p for ring in given_rings for p in ring]).bounds


def test_holes_parts_and_crossings_have_the_area_that_they_enclose() -> None:
    square, hole = ((0, 0), (10, 0), (10, 10), (0, 10)), ((2, 2), (4, 2), (4, 4), (2, 4))
    beside, across = ((20, 0), (21, 0), (21, 1), (20, 1)), ((5, 0), (15, 0), (15, 10), (5, 10))
    bow_tie = ((0, 0), (2, 2), (2, 0), (0, 2))
    assert even_odd([square, hole]).area == 96
    assert even_odd([square, beside]).area == 101
    assert even_odd([square, across]).area == 100
    assert even_odd([bow_tie]).area == 2
    assert even_odd([square, square]).is_empty
    assert even_odd([]).is_empty


def scribble(points: int, *, grid: int | None = None) -> Ring:
    """Points all over the place, on a grid where edges are to repeat."""
    random = np.random.default_rng(points)
    found = random.uniform(0, SIZE, (points, 2)) if grid is None else random.integers(0, grid, (points, 2)) * 1.0
    return tuple(map(tuple, found.tolist()))


def test_an_outline_of_a_thousand_crossings_is_what_make_valid_makes_of_it() -> None:
    ring = scribble(70)
    mended = shapely.make_valid(shapely.Polygon(ring), method="linework")
    assert even_odd([ring]).area == pytest.approx(mended.area, rel=1e-12)
    assert even_odd([ring]).symmetric_difference(mended).area == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("ring", "message"),
    [
        (scribble(400), "outline of 400 points between .* crosses itself more than 10,000 times"),
        (scribble(5_000), "outline of 5000 points between .* crosses itself more than 10,000 times"),
        (scribble(150, grid=40), "crosses itself more than 1,000 times"),
    ],
)
def test_an_outline_that_crosses_itself_without_end_is_refused(ring: Ring, message: str) -> None:
    with pytest.raises(InvalidShape, match=message):
        even_odd([ring])
