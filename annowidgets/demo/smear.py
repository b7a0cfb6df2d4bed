"""How a blood smear is drawn.

Light passes through stained cells, so a picture is drawn as optical density, and brightness falls off
exponentially with what lies in the light's way (Beer-Lambert). Sizes, numbers and colours are those of
photos of stained smears at 100-fold magnification, 640 x 480 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Category: TypeAlias = Literal["RBC", "WBC", "Platelets"]
Floats: TypeAlias = NDArray[np.float32]
Points: TypeAlias = NDArray[np.float64]

_ANGLES = np.linspace(0, 2 * np.pi, 96, endpoint=False)

# Optical density per channel (red, green, blue) of each stain at full thickness.
_RED_CELL = np.array([0.14, 0.34, 0.34])
_CYTOPLASM = np.array([0.12, 0.27, 0.07])
_NUCLEUS = np.array([0.55, 0.66, 0.05])
_PLATELET = np.array([0.34, 0.45, 0.05])
_BACKGROUND = np.array([206.0, 209.0, 204.0])


def draw_smear(rng: np.random.Generator, size: tuple[int, int]) -> tuple[NDArray[np.uint8], list[Blob]]:
    """Draw a smear.

    Parameters
    ----------
    rng : numpy.random.Generator
        Decides everything.
    size : (int, int)
        (height, width) in pixels.

    Returns
    -------
    image : ndarray of uint8, shape (height, width, 3)
        RGB.
    blobs : list of Blob
        The cells in it, from the lowest to the uppermost.
    """
    from scipy.ndimage import gaussian_filter

    scale = float(np.sqrt(size[0] * size[1] / (480 * 640)))
    # Where red cells lie on each other the density does not double in photos; squares are added instead.
    squared = np.zeros(size, np.float32)
    texture = 0.5 * _clouds(rng, size, 1.6 * scale) + 0.5 * _clouds(rng, size, 6 * scale)
    stain = rng.normal(1, 0.12, 3).clip(0.75, 1.3)  # strength of the red, violet and blue stain in this smear
    scene = _scene(rng, size, scale)
    for blob in scene:
        if blob.category == "RBC":
            add_red_cell(blob, squared, texture, rng)
    density = np.sqrt(squared)[..., None] * (_RED_CELL * stain[0]).astype(np.float32)
    for blob in scene:
        if blob.category != "RBC":
            add_stained(blob, density, texture, stain, rng)
    picture = _background(rng, size) * np.exp(-density)
    blur = rng.uniform(0.9, 1.7) * scale
    picture = gaussian_filter(picture, (blur, blur, 0))
    grain = gaussian_filter(rng.standard_normal((*size, 3), np.float32), (0.6, 0.6, 0)) * rng.uniform(2.0, 4.0)
    return np.rint(picture + grain).clip(0, 255).astype(np.uint8), scene


@dataclass(frozen=True, eq=False)
class Blob:
    """A closed outline around a centre: its radius at each of the angles."""

    category: Category
    x: float
    y: float
    radii: Points

    @property
    def radius(self) -> float:
        """Mean radius in pixels."""
        return float(self.radii.mean())

    def vertices(self) -> Points:
        """(x, y) of the outline, also where it leaves the picture."""
        return np.stack([self.x + self.radii * np.cos(_ANGLES), self.y + self.radii * np.sin(_ANGLES)], axis=-1)

    def outline_in(self, size: tuple[int, int]) -> Points:
        """(x, y) of the outline of the part inside a picture of (height, width)."""
        return _clipped(self.vertices(), size)

    def share_inside(self, size: tuple[int, int]) -> float:
        """Share of the outline that lies inside."""
        points = self.vertices()
        return float(((points > 0) & (points < (size[1], size[0]))).all(axis=1).mean())


def _scene(rng: np.random.Generator, size: tuple[int, int], scale: float) -> list[Blob]:
    """Place cells from the lowest to the uppermost: red ones, alone and in clumps, platelets, white ones."""
    height, width = size
    white = [
        _blob(rng, "WBC", rng.uniform(0.08, 0.92) * width, rng.uniform(0.08, 0.92) * height, scale)
        for _ in range(rng.choice([0, 1, 2], p=[0.06, 0.84, 0.10]))
    ]
    placed = white[:1]
    placed += [blob for blob in white[1:] if _gap(blob, placed[0]) > 1.05]
    white_count = len(placed)
    wanted = rng.integers(9, 19)
    for _ in range(40 * wanted):
        if len(placed) - white_count == wanted:
            break
        beside = placed[int(rng.integers(white_count, len(placed)))] if len(placed) > white_count else None
        if beside is not None and rng.random() < 0.45:
            angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0.65, 1.02) * 2 * beside.radius
            x, y = beside.x + reach * np.cos(angle), beside.y + reach * np.sin(angle)
            closest = 0.6
        else:
            x, y = rng.uniform(-0.03, 1.03) * width, rng.uniform(-0.03, 1.03) * height
            closest = 1.02
        blob = _blob(rng, "RBC", x, y, scale)
        fits = all(_gap(blob, other) > (0.98 if other.category == "WBC" else closest) for other in placed)
        if fits and blob.share_inside(size) > 0.35:
            placed.append(blob)
    red = placed[white_count:]
    platelets: list[Blob] = []
    for _ in range(int(rng.choice([0, 1, 2, 3, 5], p=[0.25, 0.3, 0.25, 0.12, 0.08]))):
        for _ in range(30):
            blob = _blob(rng, "Platelets", rng.uniform(0, 1) * width, rng.uniform(0, 1) * height, scale)
            free = all(_gap(blob, other) > 1.02 for other in placed + platelets)
            if (free or rng.random() < 0.02) and blob.share_inside(size) > 0.6:
                platelets.append(blob)
                break
    return [*red, *platelets, *placed[:white_count]]


def _gap(one: Blob, other: Blob) -> float:
    """Distance of the centres in units of the sum of the radii: 1 where round outlines touch."""
    return float(np.hypot(one.x - other.x, one.y - other.y)) / (one.radius + other.radius)


def _blob(rng: np.random.Generator, category: Category, x: float, y: float, scale: float) -> Blob:
    mean, spread, flattest, rough = {
        "RBC": (50.0, 0.09, 0.74, 0.024),
        "WBC": (92.0, 0.14, 0.85, 0.022),
        "Platelets": (18.0, 0.18, 0.70, 0.06),
    }[category]
    radius = mean * scale * float(np.clip(rng.normal(1, spread), 0.7, 1.35))
    if category == "RBC" and rng.random() < 0.08:
        flattest = 0.45  # lying askew, or drawn out by the smear
    aspect = np.sqrt(rng.uniform(flattest, 1))
    turned = _ANGLES + rng.uniform(0, 2 * np.pi)
    radii = radius / np.hypot(np.cos(turned) * aspect, np.sin(turned) / aspect)
    for wave in range(2, 7):
        amplitude = rng.normal(0, rough) * 2 / wave
        radii *= 1 + amplitude * np.cos(wave * _ANGLES + rng.uniform(0, 2 * np.pi))
    return Blob(category, x, y, radii)


def _clipped(points: Points, size: tuple[int, int]) -> Points:
    """Cut a polygon at the frame (Sutherland and Hodgman 1974, one side of the frame after the other)."""
    for axis, limit, sign in ((0, 0.0, 1), (1, 0.0, 1), (0, float(size[1]), -1), (1, float(size[0]), -1)):
        depth = sign * (points[:, axis] - limit)
        kept = []
        for point, next_point, here, there in zip(
            points, np.roll(points, -1, axis=0), depth, np.roll(depth, -1), strict=True
        ):
            if here >= 0:
                kept.append(point)
            if (here > 0 > there) or (here < 0 < there):
                kept.append(point + (next_point - point) * (here / (here - there)))
        points = np.array(kept)
        points[:, axis] = points[:, axis].clip(min=limit) if sign > 0 else points[:, axis].clip(max=limit)
    return points


@dataclass(frozen=True, eq=False)
class _Patch:
    """The pixels around a cell: where they are, and how deep inside the outline."""

    at: tuple[slice, slice]
    dx: Floats
    dy: Floats
    rim: Floats
    depth: Floats


def _patch(blob: Blob, size: tuple[int, int]) -> _Patch:
    points = blob.vertices()
    x0, y0 = np.maximum(np.floor(points.min(axis=0)).astype(int), 0)
    x1, y1 = np.minimum(np.ceil(points.max(axis=0)).astype(int), (size[1], size[0]))
    dy, dx = np.mgrid[y0:y1, x0:x1].astype(np.float32) + np.float32(0.5)
    dx -= np.float32(blob.x)
    dy -= np.float32(blob.y)
    rim = np.interp(np.arctan2(dy, dx), _ANGLES, blob.radii, period=2 * np.pi).astype(np.float32)
    return _Patch(np.s_[y0:y1, x0:x1], dx, dy, rim, (rim - np.hypot(dx, dy)).clip(0))


def add_red_cell(blob: Blob, squared: Floats, texture: Floats, rng: np.random.Generator) -> None:
    """Add the squared thickness of a disc that is thin in the middle, seen from above."""
    patch = _patch(blob, (squared.shape[0], squared.shape[1]))
    shift = rng.normal(0, 0.09 * blob.radius, 2)
    ratio = np.hypot(patch.dx - shift[0], patch.dy - shift[1]) / patch.rim
    pallor = rng.uniform(0, 0.2) if rng.random() < 0.45 else rng.uniform(0.3, 0.8)
    soft = rng.uniform(0.3, 0.5)
    hollow = 1 - pallor * _step((rng.uniform(0.40, 0.62) + soft / 2 - ratio) / soft)
    edge = 0.22 * np.exp(-(((patch.depth - 2.5) / 2) ** 2))
    thickness = rng.uniform(0.75, 1.15) * (hollow + edge + 0.03 * texture[patch.at])
    squared[patch.at] += (thickness * _step(patch.depth / 3.5)) ** 2


def add_stained(blob: Blob, density: Floats, texture: Floats, stain: Points, rng: np.random.Generator) -> None:
    """Add the density of a platelet or a white cell."""
    patch = _patch(blob, (density.shape[0], density.shape[1]))
    cloud = texture[patch.at]
    if blob.category == "Platelets":
        body = 0.25 + _step(patch.depth / (0.5 * blob.radius)) * rng.uniform(0.6, 1.1) * (1 + 0.25 * cloud)
        layer = body[..., None] * _PLATELET * stain[2]
    else:
        density[patch.at][patch.depth > 0] *= 0.15  # a white cell pushes red ones aside
        rise = 0.55 + 0.45 * _step(patch.depth / (0.25 * blob.radius))
        nucleus = _nucleus(rng, patch.dx / blob.radius, patch.dy / blob.radius)
        cytoplasm = rise * (1 - 0.5 * nucleus) * rng.uniform(0.7, 1.25) * (1 + 0.34 * cloud)
        layer = cytoplasm[..., None] * _CYTOPLASM * stain[1]
        layer = layer + (nucleus * rng.uniform(0.85, 1.3) * (1 + 0.13 * cloud))[..., None] * _NUCLEUS * stain[2]
    density[patch.at] += np.where(patch.depth[..., None] > 0, layer, 0).astype(np.float32)


def _nucleus(rng: np.random.Generator, dx: Floats, dy: Floats) -> Floats:
    """Lobes on a bow, joined by bridges; (dx, dy) in units of the cell's radius."""
    lobes = int(rng.choice([1, 2, 3, 4, 5], p=[0.2, 0.15, 0.3, 0.25, 0.1]))
    turn = rng.uniform(0, 2 * np.pi)
    if lobes == 1:
        centres, widths = rng.normal(0, 0.08, (1, 2)), np.array([rng.uniform(0.72, 0.9)])
    else:
        bow = turn + np.linspace(0, rng.uniform(2.6, 4.6), lobes)
        reach = rng.uniform(0.34, 0.46, lobes)
        centres = np.stack([reach * np.cos(bow), reach * np.sin(bow)], axis=-1)
        widths = rng.uniform(0.66, 1.0, lobes) * (0.54 if lobes < 4 else 0.44)
    field = np.zeros(dx.shape, np.float32)
    for (x, y), width in zip(centres, widths, strict=True):
        squash, lean = rng.uniform(0.8, 1.25), rng.uniform(0, np.pi)
        u = (dx - x) * np.cos(lean) + (dy - y) * np.sin(lean)
        v = (dy - y) * np.cos(lean) - (dx - x) * np.sin(lean)
        field += np.exp(-0.9 * ((u * squash / width) ** 2 + (v / squash / width) ** 2) * 2)
    return _step((field - 0.27) / 0.16)


def _step(value: Floats) -> Floats:
    """Smooth rise from 0 at 0 to 1 at 1."""
    value = value.clip(0, 1)
    return np.asarray(value * value * (3 - 2 * value), dtype=np.float32)


def _clouds(rng: np.random.Generator, size: tuple[int, int], grain: float) -> Floats:
    """Smooth noise of mean 0 and deviation 1."""
    from scipy.ndimage import gaussian_filter

    noise = gaussian_filter(rng.standard_normal(size, np.float32), grain)
    return np.asarray(noise / noise.std(), dtype=np.float32)


def _background(rng: np.random.Generator, size: tuple[int, int]) -> Floats:
    """Light of an uneven lamp that falls off to the corners."""
    y, x = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]), indexing="ij")
    centre = rng.uniform(-0.3, 0.3, 2)
    lean = rng.normal(0, 0.025, 2)
    light = 1 + lean[0] * x + lean[1] * y - rng.uniform(0.03, 0.08) * ((x - centre[0]) ** 2 + (y - centre[1]) ** 2)
    color = _BACKGROUND * rng.normal(1, 0.02) * rng.normal(1, 0.012, 3)
    tint = rng.normal(0, 0.015, 3)
    return np.asarray(light[..., None] * color * (1 + tint * x[..., None]), dtype=np.float32)
