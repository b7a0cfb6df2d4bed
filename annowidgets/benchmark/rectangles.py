"""Overlap of boxes and rotated boxes, by array arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from annowidgets.benchmark.arrays import Floats

# A divisor for what is 0 / 0 where the quotient does not matter; it keeps 0 apart from both signs.
_TINY = 1e-300


def overlap(
    x: Sequence[Floats], y: Sequence[Floats], cx: Floats, cy: Floats, width: Floats, height: Floats, turn: Floats
) -> Floats:
    """Area that convex or other simple outlines share with rotated boxes, pair by pair.

    Parameters
    ----------
    x, y : sequences of arrays of shape (n,)
        Corners of the outlines, going round.
    cx, cy, width, height, turn : arrays of shape (n,)
        The boxes; ``turn`` in radians.

    Returns
    -------
    array of shape (n,)
        In square pixels.

    Notes
    -----
    In the box's own axes, Green's theorem gives the area of outline and box as the integral of clamp(y) d(clamp(x))
    along the outline, where clamp cuts off at the box's sides. Every edge has a closed form, no side of a line is ever
    decided, and so rounding costs digits in proportion only, also where edges coincide.
    """
    cos, sin = np.cos(turn), np.sin(turn)
    half_width, half_height = width / 2, height / 2
    u, v = [], []
    for px, py in zip(x, y, strict=True):
        dx, dy = px - cx, py - cy
        u.append(cos * dx + sin * dy)
        v.append(cos * dy - sin * dx)
    area = np.zeros_like(cx)
    for k in range(len(u)):
        area += _under_edge(u[k - 1], v[k - 1], u[k], v[k], half_width, half_height)
    shared: Floats = np.abs(area)
    return shared


def _under_edge(ua: Floats, va: Floats, ub: Floats, vb: Floats, half_width: Floats, half_height: Floats) -> Floats:
    """Integral of clamp(v) d(clamp(u)) along one edge."""
    left, right = np.clip(ua, -half_width, half_width), np.clip(ub, -half_width, half_width)
    run = np.where(ub == ua, 1.0, ub - ua)
    with np.errstate(over="ignore"):
        v_left = va + np.clip((left - ua) / run, 0.0, 1.0) * (vb - va)
        v_right = va + np.clip((right - ua) / run, 0.0, 1.0) * (vb - va)
    low, high = np.minimum(v_left, v_right), np.maximum(v_left, v_right)
    rise = np.maximum(high - low, _TINY)
    with np.errstate(over="ignore"):
        below = np.clip((-half_height - low) / rise, 0.0, 1.0)
        not_above = np.clip((half_height - low) / rise, 0.0, 1.0)
    middle = (np.clip(low, -half_height, half_height) + np.clip(high, -half_height, half_height)) / 2
    mean = (not_above - below) * middle + (1 - not_above - below) * half_height
    under: Floats = (right - left) * mean
    return under
