"""Similarity of keypoints and of object primitives."""

from __future__ import annotations

import numpy as np

from annowidgets.benchmark.arrays import Floats, Ints
from annowidgets.benchmark.checks import ALLOWANCE
from annowidgets.benchmark.tables import ShapeTable, Skeletons
from annowidgets.benchmark.tolerances import ClassTolerances, Reach

# Pairs of primitives that are compared at a time.
_AT_ONCE = 4_096
_SMALLEST_EXPONENT = -700.0


def keypoint_similarity(table: ShapeTable, a: Ints, b: Ints, reach: Reach) -> Floats:
    """``exp(-d**2 / (2 t**2))`` of keypoints, pair by pair; 0 to 1.

    Parameters
    ----------
    table : ShapeTable
    a, b : array of shape (n,)
        Rows of the benchmark's and the trainee's keypoints.
    reach : Reach
        t, per pair.
    """
    dx = (table.x0[a] - table.x0[b]) * reach.scale_x
    dy = (table.y0[a] - table.y0[b]) * reach.scale_y
    return np.exp(-(dx**2 + dy**2) / (2 * reach.distance**2))


def primitive_scale(table: ShapeTable, rows: Ints) -> Floats:
    """Size S of primitives: ``max(w h, max(w, h)**2 / 100)`` of the box around their present points; 0 without size."""
    width, height = table.x1[rows] - table.x0[rows], table.y1[rows] - table.y0[rows]
    side = np.maximum(width, height)
    return np.where(side > ALLOWANCE, np.maximum(width * height, side**2 / 100), 0.0)


def primitive_similarity(
    table: ShapeTable, a: Ints, b: Ints, category: Ints, classes: ClassTolerances, reach: Reach
) -> Floats:
    """Object keypoint similarity of primitives, pair by pair; 0 to 1.

    Parameters
    ----------
    table : ShapeTable
    a, b : array of shape (n,)
        Rows of the benchmark's and the trainee's primitives.
    category : array of shape (n,)
        Class of the benchmark's.
    classes : ClassTolerances
        Sigmas per class.
    reach : Reach
        t, per pair, for primitives whose box has no size.

    Notes
    -----
    The mean of ``exp(-d**2 / (2 S (2 sigma)**2))`` over the points present in either, where a point present in one only
    counts 0. COCO's OKS (https://cocodataset.org/#keypoints-eval) where all points are present and the area is w h.
    """
    result = np.zeros(a.size)
    scale = primitive_scale(table, a)
    kind = (table.skeleton[a] * len(table.skeletons) + table.skeleton[b]) * 2 + (scale == 0)
    for code in np.unique(kind):
        of_kind = np.flatnonzero(kind == code)
        pair_of_skeletons, is_flat = divmod(int(code), 2)
        first, second = (table.skeletons[k] for k in divmod(pair_of_skeletons, len(table.skeletons)))
        # The exponent is d**2 / (2 S (2 sigma)**2) or, where the box has no size, d**2 / (2 t**2).
        inverse = np.ones((len(first.names), 1)) if is_flat else 1 / (2 * classes.sigma_table(first.names).T) ** 2
        for start in range(0, of_kind.size, _AT_ONCE):
            own = of_kind[start : start + _AT_ONCE]
            at = reach.at(own)
            dx_scale, dy_scale = (at.scale_x, at.scale_y) if is_flat else (1.0, 1.0)
            rate = -0.5 / (at.distance**2 if is_flat else scale[own])
            result[own] = _mean_term(
                first,
                second,
                (table.slot[a[own]], table.slot[b[own]]),
                (dx_scale, dy_scale),
                rate,
                inverse,
                np.zeros(own.size, np.int64) if is_flat else category[own],
            )
    return result


def _mean_term(
    first: Skeletons,
    second: Skeletons,
    slots: tuple[Ints, Ints],
    scales: tuple[float | Floats, float | Floats],
    rate: Floats,
    inverse: Floats,
    category: Ints,
) -> Floats:
    """Mean over the points present in either of exp(rate * d**2 * inverse of the point)."""
    a, b = slots
    place = {name: k for k, name in enumerate(second.names)}
    common = [(k, place[name]) for k, name in enumerate(first.names) if name in place]
    complete = first.present.all() and second.present.all()
    total = np.zeros(a.size)
    either = first.present.sum(axis=0)[a] + second.present.sum(axis=0)[b]
    # A point at a time, and in place, keeps the arrays in the processor's cache.
    for p, q in common:
        term = (first.x[p][a] - second.x[q][b]) * scales[0]
        dy = (first.y[p][a] - second.y[q][b]) * scales[1]
        term *= term
        dy *= dy
        term += dy
        term *= rate
        term *= inverse[p][category]
        # Below that numbers lose digits, and exp takes ten times as long.
        np.maximum(term, _SMALLEST_EXPONENT, out=term)
        np.exp(term, out=term)
        if not complete:
            both = first.present[p][a] & second.present[q][b]
            term *= both
            either -= both
        total += term
    if complete:
        either -= len(common)
    mean: Floats = total / either
    return mean
