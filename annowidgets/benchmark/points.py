"""Similarity of keypoints and of object primitives."""

from __future__ import annotations

import numpy as np

from annowidgets.benchmark.arrays import Floats, Ints
from annowidgets.benchmark.checks import ALLOWANCE
from annowidgets.benchmark.tables import ShapeTable
from annowidgets.benchmark.tolerances import ClassTolerances, Reach


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
        own = np.flatnonzero(kind == code)
        pair_of_skeletons, is_flat = divmod(int(code), 2)
        first, second = (table.skeletons[k] for k in divmod(pair_of_skeletons, len(table.skeletons)))
        slot_a, slot_b = table.slot[a[own]], table.slot[b[own]]
        place = {name: k for k, name in enumerate(second.names)}
        common = [(k, place[name]) for k, name in enumerate(first.names) if name in place]
        at = reach.at(own)
        # The exponent is d**2 / (2 S (2 sigma)**2) or, where the box has no size, d**2 / (2 t**2).
        width = 2 * (at.distance**2 if is_flat else scale[own])
        square = (
            np.ones((own.size, len(first.names))) if is_flat else (2 * classes.sigma(category[own], first.names)) ** 2
        )
        total = np.zeros(own.size)
        either = (first.present.sum(axis=0)[slot_a] + second.present.sum(axis=0)[slot_b]).astype(np.float64)
        # A point at a time keeps the arrays in the cache.
        for p, q in common:
            dx = (first.x[p][slot_a] - second.x[q][slot_b]) * at.scale_x
            dy = (first.y[p][slot_a] - second.y[q][slot_b]) * at.scale_y
            both = first.present[p][slot_a] & second.present[q][slot_b]
            total += both * np.exp(-(dx**2 + dy**2) / (width * square[:, p]))
            either -= both
        result[own] = total / either
    return result
