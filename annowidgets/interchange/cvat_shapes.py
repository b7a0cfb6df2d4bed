"""The shapes of CVAT's XML as values."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

import numpy as np

from annowidgets.errors import InvalidImport
from annowidgets.interchange.conversion import placed
from annowidgets.interchange.parsing import number_of
from annowidgets.labels import (
    Bitmask,
    BoundingBox,
    Keypoint,
    ObjectPrimitive,
    Polygon,
    Polyline,
    RotatableBoundingBox,
    Shape,
)
from annowidgets.labels.run_lengths import MAX_PIXELS

Size = tuple[int, int]
Point = tuple[float, float]

KINDS = frozenset(("box", "polygon", "polyline", "points", "mask", "skeleton"))
# In pixels. Its run lengths may be short, and what they stand for fill the memory.
_LARGEST_MASK = 2**28
# Which CVAT has, and no shape here is.
FOREIGN_KINDS = frozenset(("cuboid", "ellipse"))


def shapes_of(element: Element, size: Size | None, skeletons: Mapping[str, tuple[str, ...]]) -> list[Shape]:
    """The shapes of an element: one, or as many key points as a ``points`` element names.

    Parameters
    ----------
    element : Element
        Of one of the `KINDS`.
    size : (height, width) or None
        Of the frame, which masks need.
    skeletons : mapping of class -> names
        The points of each skeleton, as far as the file declares them.

    Raises
    ------
    InvalidImport, InvalidShape
        It can't be read.
    """
    if element.tag == "box":
        return [_box(element)]
    if element.tag == "mask":
        return [_mask(element, size)]
    if element.tag == "skeleton":
        return [_skeleton(element, skeletons.get(element.get("label", ""), ()))]
    points = points_of(element)
    if element.tag == "points":
        return [Keypoint(x, y) for x, y in points]
    return [Polygon(points) if element.tag == "polygon" else Polyline(tuple(points))]  # type: ignore[arg-type]


def number(element: Element, name: str, default: float | None = None) -> float:
    """A number that an element holds; InvalidImport where it holds none and there is no default."""
    text = element.get(name)
    found = default if text is None else number_of(text)
    if found is None:
        raise InvalidImport(f"Its {name} must be a number, got {text or 'nothing':.40}.")
    return found


def whole(element: Element, name: str) -> int:
    """A whole number from 0 that an element holds."""
    found = number(element, name)
    if found != int(found) or not 0 <= found <= MAX_PIXELS:
        raise InvalidImport(f"Its {name} must be a whole number from 0, got {found:g}.")
    return int(found)


def is_set(element: Element, name: str, default: str = "0") -> bool:
    """A flag that is 1 or 0."""
    text = element.get(name, default)
    if text not in ("0", "1"):
        raise InvalidImport(f"Its {name} must be 0 or 1, got {text!r:.20}.")
    return text == "1"


def points_of(element: Element) -> list[Point]:
    """The points of "x,y;x,y"."""
    text = element.get("points", "")
    points = []
    for pair in text.split(";"):
        numbers = [number_of(part) for part in pair.split(",")]
        match numbers:
            case [float(x), float(y)]:
                points.append((x, y))
            case _:
                raise InvalidImport(f"Its points must be pairs x,y with ; between them, got {pair!r:.40}.")
    return points


def _box(element: Element) -> Shape:
    x0, y0, x1, y1 = (number(element, name) for name in ("xtl", "ytl", "xbr", "ybr"))
    if x1 < x0 or y1 < y0:
        raise InvalidImport(f"Its corners are the wrong way round: ({x0:g}, {y0:g}) to ({x1:g}, {y1:g}).")
    upright = BoundingBox(x0, y0, x1 - x0, y1 - y0)
    turn = number(element, "rotation", 0.0)
    if turn % 360 == 0:
        return upright
    return RotatableBoundingBox((x0 + x1) / 2, (y0 + y1) / 2, upright.width, upright.height, turn)


def _mask(element: Element, size: Size | None) -> Bitmask:
    """Run lengths row by row inside a box, background first."""
    if size is None:
        raise InvalidImport("The file doesn't say the size of the picture that its mask is of.")
    left, top, width, height = (whole(element, name) for name in ("left", "top", "width", "height"))
    if width * height > _LARGEST_MASK:
        raise InvalidImport(f"A mask of {height} x {width} pixels is too large.")
    if min(width, height) == 0 or left + width > size[1] or top + height > size[0]:
        raise InvalidImport(f"Its mask of {height} x {width} at ({left}, {top}) goes over the edge of the picture.")
    runs = [number_of(run) for run in element.get("rle", "").split(",")]
    if (
        any(run is None or run < 0 or run != int(run) for run in runs)
        or sum(run or 0 for run in runs) != width * height
    ):
        raise InvalidImport(f"Its run lengths don't fill the {width * height} pixels of its box.")
    inside = np.repeat(np.arange(len(runs)) % 2 == 1, np.array(runs, dtype=float).astype(np.int64))
    return placed(inside.reshape(height, width), left=left, top=top, size=size)


def _skeleton(element: Element, names: tuple[str, ...]) -> ObjectPrimitive:
    points: dict[str, tuple[float, float, str]] = {}
    foreign = next((child.tag for child in element if child.tag not in ("points", "attribute")), None)
    if foreign is not None:
        raise InvalidImport(f"It holds a <{foreign:.40}>; a skeleton here has points.")
    for child in element.findall("points"):
        name = child.get("label", "")
        if name in points:
            raise InvalidImport(f"Its point {name:.60} is given twice.")
        [(x, y), *more] = points_of(child)
        if more:
            raise InvalidImport(f"Its point {name:.60} has {len(more) + 1} places.")
        hidden = "occluded" if is_set(child, "occluded") else "visible"
        points[name] = (x, y, "absent" if is_set(child, "outside") else hidden)
    in_order = {name: points.get(name, (0.0, 0.0, "absent")) for name in names}
    return ObjectPrimitive(in_order | points)  # type: ignore[arg-type]
