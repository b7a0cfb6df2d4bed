"""Similarity of keypoints and of object primitives."""

from __future__ import annotations

import numpy as np

from annowidgets.benchmark.checks import ALLOWANCE
from annowidgets.benchmark.ragged import Ints
from annowidgets.benchmark.tables import Floats, ShapeTable
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
    combination = table.skeleton[a] * len(table.skeletons) + table.skeleton[b]
    for code in np.unique(combination):
        own = np.flatnonzero(combination == code)
        first, second = (table.skeletons[k] for k in divmod(int(code), len(table.skeletons)))
        slot_a, slot_b = table.slot[a[own]], table.slot[b[own]]
        either = first.present[slot_a].sum(axis=1) + second.present[slot_b].sum(axis=1)
        place = {name: k for k, name in enumerate(second.names)}
        common = [(k, place[name]) for k, name in enumerate(first.names) if name in place]
        sigma = classes.sigma(category[own], [first.names[k] for k, _ in common])
        total = np.zeros(own.size)
        flat = scale[own] == 0
        at = reach.at(own)
        # A point at a time keeps the arrays in the cache.
        for k, (p, q) in enumerate(common):
            both = first.present[slot_a, p] & second.present[slot_b, q]
            dx, dy = first.x[slot_a, p] - second.x[slot_b, q], first.y[slot_a, p] - second.y[slot_b, q]
            spread = np.where(flat, 1.0, scale[own] * (2 * sigma[:, k]) ** 2)
            exponent = (dx**2 + dy**2) / spread
            if flat.any():
                in_units = (dx * at.scale_x) ** 2 + (dy * at.scale_y) ** 2
                exponent = np.where(flat, in_units / at.distance**2, exponent)
            total += np.where(both, np.exp(-exponent / 2), 0.0)
            either -= both
        result[own] = total / either
    return result
