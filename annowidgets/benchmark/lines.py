"""Similarity of polylines: how much of each lies within a tolerance of the other."""

from __future__ import annotations

import numpy as np

from annowidgets.benchmark.arrays import Floats, Ints, blocks, offsets, spread, summed
from annowidgets.benchmark.checks import ALLOWANCE
from annowidgets.benchmark.tables import ShapeTable
from annowidgets.benchmark.tolerances import Reach

# Pairs of segments that are compared at a time.
_AT_ONCE = 100_000
# As a share of its line's longest segment, a segment so short adds nothing.
_NOTHING = 1e-15


class Segments:
    """The segments of all polylines of a table, in flat columns; those without a length to speak of are left out."""

    def __init__(self, table: ShapeTable) -> None:
        lines = table.lines
        start = spread(lines.points[:-1], np.diff(lines.points) - 1)
        owner = np.repeat(np.arange(lines.points.size - 1), np.diff(lines.points) - 1)
        along = lines.xy[start + 1] - lines.xy[start]
        length = np.abs(along).max(axis=1)
        real = np.ones(length.size, bool)
        if length.size:
            # Squares of what is so short would underflow; its neighbours cover it.
            longest = np.maximum.reduceat(length, lines.points[:-1] - np.arange(lines.points.size - 1))
            real = length > _NOTHING * longest[owner]
        owner = owner[real]
        (self.x, self.y), (self.dx, self.dy) = lines.xy[start[real]].T.copy(), along[real].T.copy()
        self.mid_x, self.mid_y = self.x + self.dx / 2, self.y + self.dy / 2
        self.half_width, self.half_height = np.abs(self.dx) / 2, np.abs(self.dy) / 2
        self.starts = offsets(np.bincount(owner, minlength=lines.points.size - 1))


def line_similarity(segments: Segments, a: Ints, b: Ints, reach: Reach) -> Floats:
    """Overlap of polylines at a tolerance, pair by pair; 0 to 1.

    Parameters
    ----------
    segments : Segments
    a, b : array of shape (n,)
        Slots of the benchmark's and the trainee's lines.
    reach : Reach
        The tolerance, per pair.

    Notes
    -----
    (length of A within t of B + length of B within t of A) / (length of A + length of B): the normalised surface
    distance (Nikolov et al. 2021, https://doi.org/10.2196/26151) for curves. Computed exactly: within t of a segment is
    a capsule, which is convex, so it cuts an interval out of every segment; the length covered is their union's.
    """
    near_a, length_a = _length_within(segments, a, b, reach)
    near_b, length_b = _length_within(segments, b, a, reach)
    ratio: Floats = (near_a + near_b) / (length_a + length_b)
    return ratio


def _length_within(segments: Segments, own: Ints, other: Ints, reach: Reach) -> tuple[Floats, Floats]:
    """Length of each own line within reach of the other line, and its whole length."""
    count = np.diff(segments.starts)
    # One row per segment of each own line; its length in the units of the tolerance.
    pair = np.repeat(np.arange(own.size), count[own])
    segment = spread(segments.starts[own], count[own])
    length = np.hypot(segments.dx[segment] * reach.scale_x[pair], segments.dy[segment] * reach.scale_y[pair])
    covered = np.zeros(segment.size)
    for first, last in blocks(count[other[pair]], _AT_ONCE):
        covered[first:last] = _covered(
            segments, segment[first:last], other[pair[first:last]], reach.at(pair[first:last])
        )
    return summed(pair, covered * length, own.size), summed(pair, length, own.size)


def _covered(segments: Segments, segment: Ints, other: Ints, reach: Reach) -> Floats:
    """Share of each segment that lies within reach of a line, 0 to 1."""
    count = np.diff(segments.starts)[other]
    row = np.repeat(np.arange(segment.size), count)
    facing = spread(segments.starts[other], count)
    row, facing = _close(segments, row, segment, facing, reach)
    own = segment[row]
    sx, sy, radius = reach.scale_x[row], reach.scale_y[row], reach.distance[row] + ALLOWANCE
    low, high = _interval(
        (segments.x[own] - segments.x[facing]) * sx,
        (segments.y[own] - segments.y[facing]) * sy,
        segments.dx[own] * sx,
        segments.dy[own] * sy,
        segments.dx[facing] * sx,
        segments.dy[facing] * sy,
        radius,
    )
    low, high = np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
    some = np.flatnonzero(high > low)
    row, low, high = row[some], low[some], high[some]
    order = np.lexsort((low, row))
    row, low, high = row[order], low[order], high[order]
    # Each row has its own stretch of the axis, so that one running maximum serves all; what it had reached before
    # is not counted again.
    reached = np.maximum.accumulate(2.0 * row + high) - 2.0 * row
    before = np.where(np.diff(row, prepend=-1) == 0, np.concatenate([[0.0], reached[:-1]]), 0.0) if row.size else low
    return summed(row, np.maximum(high - np.maximum(low, before), 0.0), segment.size)


def _close(segments: Segments, row: Ints, segment: Ints, facing: Ints, reach: Reach) -> tuple[Ints, Ints]:
    """The pairs of segments whose bounds come within reach of each other: few, where lines are long."""
    own = segment[row]
    wide = (2 * (reach.distance + ALLOWANCE) / reach.scale_x)[row] + segments.half_width[own]
    close = np.abs(segments.mid_x[own] - segments.mid_x[facing]) <= wide + segments.half_width[facing]
    row, facing, own = row[close], facing[close], own[close]
    high = (2 * (reach.distance + ALLOWANCE) / reach.scale_y)[row] + segments.half_height[own]
    close = np.abs(segments.mid_y[own] - segments.mid_y[facing]) <= high + segments.half_height[facing]
    return row[close], facing[close]


def _interval(
    px: Floats, py: Floats, dx: Floats, dy: Floats, ex: Floats, ey: Floats, radius: Floats
) -> tuple[Floats, Floats]:
    """The t between which p + t d lies within ``radius`` of the segment from 0 to e; low > high where nowhere."""
    disc_start = _in_disc(px, py, dx, dy, radius)
    disc_end = _in_disc(px - ex, py - ey, dx, dy, radius)
    # Between the ends: the foot of the perpendicular on the segment, the distance from its line within the radius.
    square = ex**2 + ey**2
    along = _in_band((px * ex + py * ey) / square, (dx * ex + dy * ey) / square, 0.0, 1.0)
    size = np.sqrt(square)
    across = _in_band((px * ey - py * ex) / size, (dx * ey - dy * ex) / size, -radius, radius)
    band = np.maximum(along[0], across[0]), np.minimum(along[1], across[1])
    low, high = np.full_like(px, np.inf), np.full_like(px, -np.inf)
    for start, stop in (disc_start, disc_end, band):
        some = start <= stop
        low = np.where(some, np.minimum(low, start), low)
        high = np.where(some, np.maximum(high, stop), high)
    return low, high


def _in_disc(px: Floats, py: Floats, dx: Floats, dy: Floats, radius: Floats) -> tuple[Floats, Floats]:
    """Where p + t d lies within ``radius`` of 0."""
    square = dx**2 + dy**2
    nearest = -(px * dx + py * dy) / square
    distance = (px * dy - py * dx) / np.sqrt(square)
    half = np.sqrt(np.maximum(radius**2 - distance**2, 0.0)) / np.sqrt(square)
    miss = np.abs(distance) > radius
    return np.where(miss, np.inf, nearest - half), np.where(miss, -np.inf, nearest + half)


def _in_band(base: Floats, slope: Floats, low: float | Floats, high: float | Floats) -> tuple[Floats, Floats]:
    """Where base + t slope lies between ``low`` and ``high``."""
    level = slope == 0
    safe = np.where(level, 1.0, slope)
    with np.errstate(over="ignore"):
        one, two = (low - base) / safe, (high - base) / safe
    start, stop = np.minimum(one, two), np.maximum(one, two)
    always = (low <= base) & (base <= high)
    start = np.where(level, np.where(always, -np.inf, np.inf), start)
    return start, np.where(level, np.where(always, np.inf, -np.inf), stop)
