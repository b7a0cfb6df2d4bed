"""Similarity of polylines: how much of each lies within a tolerance of the other."""

from __future__ import annotations

import numpy as np

from annowidgets.benchmark.arrays import Floats, Ints, blocks, offsets, spread, summed
from annowidgets.benchmark.checks import ALLOWANCE
from annowidgets.benchmark.tables import ShapeTable
from annowidgets.benchmark.tolerances import Reach

# Pairs of segments that are compared at a time: their coordinates stay in the processor's cache.
_AT_ONCE = 25_000
# Segments in a row whose bounds are looked at together first.
_CHUNK = 16
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
        self.chunks = Chunks(self)


class Chunks:
    """Stretches of up to 16 segments of a line, with their bounds: most of two long lines is settled by these.

    Attributes
    ----------
    starts : array of shape (n_lines + 1,)
        Where each line's chunks start.
    first : array of shape (n_chunks + 1,)
        Where each chunk's segments start.
    mid_x, mid_y, half_width, half_height : array of shape (n_chunks,)
        Of the bounds.
    """

    def __init__(self, segments: Segments) -> None:
        count = np.diff(segments.starts)
        number = -(-count // _CHUNK)
        self.starts = offsets(number)
        within = _CHUNK * spread(np.zeros_like(number), number)
        self.first = np.append(np.repeat(segments.starts[:-1], number) + within, segments.starts[-1])
        bounds = []
        for mid, half in ((segments.mid_x, segments.half_width), (segments.mid_y, segments.half_height)):
            low, high = (mid - half, mid + half)
            if low.size:
                low = np.minimum.reduceat(low, self.first[:-1])
                high = np.maximum.reduceat(high, self.first[:-1])
            bounds.append(((low + high) / 2, (high - low) / 2))
        (self.mid_x, self.half_width), (self.mid_y, self.half_height) = bounds


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
    chunks = segments.chunks
    # One row per segment of each own line; its length in the units of the tolerance.
    count = np.diff(segments.starts)[own]
    pair, segment = np.repeat(np.arange(own.size), count), spread(segments.starts[own], count)
    length = np.hypot(segments.dx[segment] * reach.scale_x[pair], segments.dy[segment] * reach.scale_y[pair])
    # And one per chunk.
    count = np.diff(chunks.starts)
    pair_of_chunk, chunk = np.repeat(np.arange(own.size), count[own]), spread(chunks.starts[own], count[own])
    start = offsets(np.diff(chunks.first)[chunk])
    covered = np.zeros(segment.size)
    for first, last in blocks(count[other[pair_of_chunk]], _AT_ONCE):
        few = slice(first, last)
        near = reach.at(pair_of_chunk[few])
        rows, facing = _facing_chunks(chunks, chunk[few], other[pair_of_chunk[few]], near)
        covered[start[first] : start[last]] = _covered_by_chunks(segments, chunk[few], rows, facing, near)
    # Summed in one go, so that blocks decide no digit.
    return summed(pair, covered * length, own.size), summed(pair, length, own.size)


def _facing_chunks(chunks: Chunks, chunk: Ints, other: Ints, reach: Reach) -> tuple[Ints, Ints]:
    """For each chunk those of the other line whose bounds come near: places in ``chunk``, and chunks."""
    count = np.diff(chunks.starts)[other]
    row = np.repeat(np.arange(chunk.size), count)
    return _close(chunks, row, chunk, spread(chunks.starts[other], count), reach)


def _covered_by_chunks(segments: Segments, chunk: Ints, rows: Ints, facing: Ints, reach: Reach) -> Floats:
    """Share of each segment of chunks that lies within reach of the chunks that they face.

    Parameters
    ----------
    segments : Segments
    chunk : array of shape (n,)
    rows, facing : array
        Places in ``chunk``, ascending, and chunks that stand close to it.
    reach : Reach
        The tolerance, per chunk.
    """
    first, size = segments.chunks.first, np.diff(segments.chunks.first)
    work = summed(rows, (size[chunk[rows]] * size[facing]).astype(np.float64), chunk.size).astype(np.int64)
    start, start_of_segments = offsets(np.bincount(rows, minlength=chunk.size)), offsets(size[chunk])
    covered = np.zeros(int(start_of_segments[-1]))
    for begin, end in blocks(work, _AT_ONCE):
        own, faced = chunk[begin:end], facing[start[begin] : start[end]]
        if not faced.size:
            continue
        place = rows[start[begin] : start[end]] - begin
        # Every segment of a chunk, one row each, with every segment of the chunks that its chunk faces.
        own_size, faced_size = size[own][place], size[faced]
        per_segment = np.repeat(faced_size, own_size)
        row = np.repeat(spread(offsets(size[own])[place], own_size), per_segment)
        across = spread(np.repeat(first[faced], own_size), per_segment)
        owner = np.repeat(np.arange(begin, end), size[own])
        few = slice(int(start_of_segments[begin]), int(start_of_segments[end]))
        covered[few] = _covered(segments, spread(first[own], size[own]), row, across, reach.at(owner))
    return covered


def _covered(segments: Segments, segment: Ints, row: Ints, facing: Ints, reach: Reach) -> Floats:
    """Share of each segment that lies within reach of those that it faces, 0 to 1."""
    row, facing = _close(segments, row, segment, facing, reach)
    own = segment[row]
    sx, sy, radius = reach.scale_x[row], reach.scale_y[row], reach.distance[row] + ALLOWANCE
    px, py = (segments.x[own] - segments.x[facing]) * sx, (segments.y[own] - segments.y[facing]) * sy
    dx, dy = segments.dx[own] * sx, segments.dy[own] * sy
    ex, ey = segments.dx[facing] * sx, segments.dy[facing] * sy
    low, high = _interval(px, py, dx, dy, ex, ey, radius)
    low, high = np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
    some = np.flatnonzero(high > low)
    row, low, high = row[some], low[some], high[some]
    order = np.lexsort((low, row))
    row, low, high = row[order], low[order], high[order]
    # One running maximum serves all rows, of ranks, which are whole: sums would lose digits to the row's number.
    by_height = np.argsort(high, kind="stable")
    rank = np.empty_like(by_height)
    rank[by_height] = np.arange(high.size)
    reached = high[by_height[np.maximum.accumulate(row * high.size + rank) % max(high.size, 1)]]
    # What a row had reached before is not counted again.
    before = np.where(np.diff(row, prepend=-1) == 0, np.concatenate([[0.0], reached[:-1]]), 0.0) if row.size else low
    return summed(row, np.maximum(high - np.maximum(low, before), 0.0), segment.size)


def _close(bounded: Segments | Chunks, row: Ints, own: Ints, facing: Ints, reach: Reach) -> tuple[Ints, Ints]:
    """The pairs whose bounds come within reach of each other: few, where lines are long."""
    mine = own[row]
    wide = (2 * (reach.distance + ALLOWANCE) / reach.scale_x)[row] + bounded.half_width[mine]
    close = np.abs(bounded.mid_x[mine] - bounded.mid_x[facing]) <= wide + bounded.half_width[facing]
    row, facing, mine = row[close], facing[close], mine[close]
    high = (2 * (reach.distance + ALLOWANCE) / reach.scale_y)[row] + bounded.half_height[mine]
    close = np.abs(bounded.mid_y[mine] - bounded.mid_y[facing]) <= high + bounded.half_height[facing]
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
