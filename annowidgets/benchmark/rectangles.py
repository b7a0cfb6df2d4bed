"""Overlap of boxes at any angle, by array arithmetic."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from annowidgets.benchmark.arrays import Floats

# A divisor for what is 0 / 0 where the quotient does not matter; it keeps 0 apart from both signs.
_TINY = 1e-300


class Rectangles(NamedTuple):
    """Boxes turned about their centres; arrays of shape (n,), in pixels, ``turn`` in radians."""

    cx: Floats
    cy: Floats
    width: Floats
    height: Floats
    turn: Floats


def overlap(one: Rectangles, other: Rectangles) -> Floats:
    """Area that boxes share, pair by pair, in square pixels.

    Notes
    -----
    In the other box's own axes, Green's theorem gives the shared area as the integral of clamp(v) d(clamp(u)) along the
    one's outline, where clamp cuts off at the other's sides. Every edge has a closed form, no side of a line is ever
    decided, and so rounding costs digits in proportion only, also where edges coincide.
    """
    u, v = _corners_seen_from(one, other)
    half_width, half_height = other.width / 2, other.height / 2
    area = np.zeros_like(one.cx)
    for k in range(4):
        area += _under_edge(u[k - 1], v[k - 1], u[k], v[k], half_width, half_height)
    shared: Floats = np.abs(area)
    return shared


def _corners_seen_from(one: Rectangles, other: Rectangles) -> tuple[list[Floats], list[Floats]]:
    """Corners of the one, going round, in the axes of the other: from its centre, along its sides."""
    # Differences first: centres far from the origin must not cost small boxes their digits.
    dx, dy, turn = one.cx - other.cx, one.cy - other.cy, one.turn - other.turn
    cos, sin = np.cos(other.turn), np.sin(other.turn)
    u, v = cos * dx + sin * dy, cos * dy - sin * dx
    along_u, along_v = np.cos(turn) * one.width / 2, np.sin(turn) * one.width / 2
    across_u, across_v = -np.sin(turn) * one.height / 2, np.cos(turn) * one.height / 2
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return (
        [u + p * along_u + q * across_u for p, q in signs],
        [v + p * along_v + q * across_v for p, q in signs],
    )


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
