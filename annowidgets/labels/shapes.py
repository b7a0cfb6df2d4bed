"""The seven shapes, as immutable values that can't be impossible.

Coordinates are continuous pixels of the picture as shown: origin top-left, x right, y down. Pixel (row i, column j)
covers [j, j+1) x [i, i+1). Every shape is checked when it is made, whichever way it is made; coordinates lie within
10,000,000 pixels of the origin, and what is nearer to 0 than a billionth of a pixel is 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeAlias, get_args

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec.structs import force_setattr

from annowidgets.errors import InvalidInput, InvalidShape
from annowidgets.labels import run_lengths
from annowidgets.labels.even_odd import Ring, even_odd
from annowidgets.labels.values import FrozenDict, finite, name, shown

Visibility = Literal["visible", "occluded", "absent"]
Point = tuple[float, float]
Family = Literal["region", "line", "point", "primitive"]

# A polygon thinner than this share of its extent has no area that floats can tell from rounding.
_NO_AREA = 1e-12
# In pixels. What is finer becomes 0, what is larger is refused: between numbers further apart than these GEOS loses its
# way, and a billionth of a pixel is what comparisons allow anyhow.
_FINEST = 1e-9
_LARGEST = 1e7
_SMALLEST_AREA = _FINEST**2


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    family: ClassVar[Family]

    def to_dict(self) -> dict[str, Any]:
        """The shape as plain JSON values, with its ``type``; `shape_from_dict` reads it back."""
        plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return plain


class BoundingBox(_Shape, frozen=True, tag="bounding_box"):
    """An axis-parallel box.

    Parameters
    ----------
    x, y : float
        Upper left corner, in pixels.
    width, height : float
        Sides in pixels, greater than 0.
    """

    family: ClassVar[Family] = "region"
    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        _set_numbers(self)
        _refuse_flat_box(self, self.x, self.y, self.width, self.height)
        _refuse_too_large(self)

    def bounds(self) -> tuple[float, float, float, float]:
        """Smallest (x_min, y_min, x_max, y_max) that holds the shape, in pixels."""
        return self.x, self.y, self.x + self.width, self.y + self.height


class RotatableBoundingBox(_Shape, frozen=True, tag="rotatable_bounding_box"):
    """A box turned about its centre.

    Parameters
    ----------
    cx, cy : float
        Centre, in pixels.
    width, height : float
        Sides before turning, in pixels, greater than 0.
    angle : float
        Degrees, clockwise on the screen.
    """

    family: ClassVar[Family] = "region"
    cx: float
    cy: float
    width: float
    height: float
    angle: float

    def __post_init__(self) -> None:
        _set_numbers(self)
        _refuse_flat_box(self, self.cx, self.cy, self.width, self.height)
        _refuse_too_large(self)

    def corners(self) -> tuple[Point, Point, Point, Point]:
        """The four corners in pixels, clockwise from what was upper left before turning."""
        turn = math.radians(math.fmod(self.angle, 360.0))
        cos, sin = math.cos(turn), math.sin(turn)
        ax, ay = cos * self.width / 2, sin * self.width / 2
        bx, by = -sin * self.height / 2, cos * self.height / 2
        return (
            (self.cx - ax - bx, self.cy - ay - by),
            (self.cx + ax - bx, self.cy + ay - by),
            (self.cx + ax + bx, self.cy + ay + by),
            (self.cx - ax + bx, self.cy - ay + by),
        )

    def bounds(self) -> tuple[float, float, float, float]:
        """Smallest (x_min, y_min, x_max, y_max) that holds the shape, in pixels."""
        return _extent(self.corners())


class Polygon(_Shape, frozen=True, tag="polygon"):
    """Rings filled by the even-odd rule: holes, several parts and crossing outlines all have one meaning.

    Parameters
    ----------
    rings : sequence of (x, y), or sequence of rings
        In pixels. Closing points equal to the first are dropped. Arrays of shape (n, 2) do too.
    """

    family: ClassVar[Family] = "region"
    rings: tuple[Ring, ...]

    def __post_init__(self) -> None:
        given = self.rings
        rings = given if _is_nested(given, 3) else (given,)
        force_setattr(self, "rings", tuple(_ring(ring) for ring in rings))
        _refuse_too_large(self)
        if not self._has_area():
            raise InvalidShape("Polygon: the rings enclose no area.")

    def _has_area(self) -> bool:
        x0, y0, x1, y1 = self.bounds()
        least = max(_NO_AREA * max(x1 - x0, y1 - y0) ** 2, _SMALLEST_AREA)
        # A ring that winds around something has area; only those that cancel out need the real geometry.
        if len(self.rings) == 1 and abs(_winding_area(self.rings[0])) > least:
            return True
        return bool(even_odd(self.rings).area > least)

    def bounds(self) -> tuple[float, float, float, float]:
        """Smallest (x_min, y_min, x_max, y_max) that holds the shape, in pixels."""
        return _extent([point for ring in self.rings for point in ring])


class Polyline(_Shape, frozen=True, tag="polyline"):
    """An open line through points.

    Parameters
    ----------
    points : sequence of (x, y)
        At least two different points, in pixels.
    """

    family: ClassVar[Family] = "line"
    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        points = _points("Polyline", self.points)
        force_setattr(self, "points", points)
        x0, y0, x1, y1 = self.bounds() if points else (0, 0, 0, 0)
        if max(x1 - x0, y1 - y0) < _FINEST:
            raise InvalidShape("Polyline: a line needs at least two different points.")
        _refuse_too_large(self)

    def bounds(self) -> tuple[float, float, float, float]:
        """Smallest (x_min, y_min, x_max, y_max) that holds the shape, in pixels."""
        return _extent(self.points)


class Keypoint(_Shape, frozen=True, tag="keypoint"):
    """One point.

    Parameters
    ----------
    x, y : float
        In pixels.
    """

    family: ClassVar[Family] = "point"
    x: float
    y: float

    def __post_init__(self) -> None:
        _set_numbers(self)
        _refuse_too_large(self)

    def bounds(self) -> tuple[float, float, float, float]:
        """Smallest (x_min, y_min, x_max, y_max) that holds the shape, in pixels."""
        return self.x, self.y, self.x, self.y


class Bitmask(_Shape, frozen=True, tag="bitmask"):
    """Pixels of one frame, as COCO run lengths.

    Parameters
    ----------
    size : (height, width)
        Of the frame, in pixels.
    counts : str
        COCO's compressed run lengths; bytes and plain lists of run lengths do too and are compressed.
    """

    family: ClassVar[Family] = "region"
    size: tuple[int, int]
    counts: str

    def __post_init__(self) -> None:
        size, counts = run_lengths.checked(self.size, self.counts)
        force_setattr(self, "size", size)
        force_setattr(self, "counts", counts)

    @classmethod
    def from_array(cls, mask: npt.ArrayLike) -> Bitmask:
        """Mask of the pixels that are not 0.

        Parameters
        ----------
        mask : array of shape (height, width)
            Of bools or integers.
        """
        try:
            array = np.asarray(mask)
        except ValueError:
            raise InvalidShape("Bitmask: the rows of the mask differ in length.") from None
        if array.ndim != 2 or array.size == 0 or array.dtype.kind not in "biu":
            raise InvalidShape(
                f"Bitmask: an array of bools or integers of shape (height, width) is needed, "
                f"got {array.dtype} of shape {array.shape}.",
                hint="Compare with a threshold first, as in `mask > 0.5`." if array.dtype.kind == "f" else None,
            )
        flat = (array != 0).ravel(order="F")
        changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
        edges = np.concatenate([[0], changes, [flat.size]])
        runs = np.diff(edges)
        return cls((array.shape[0], array.shape[1]), np.concatenate([[0], runs]) if flat[0] else runs)  # type: ignore[arg-type]

    def to_array(self) -> npt.NDArray[np.bool_]:
        """The mask as bools of shape (height, width)."""
        runs = run_lengths.decode(self.counts)
        flat = np.repeat(np.arange(runs.size) % 2 == 1, runs)
        return flat.reshape(self.size, order="F")

    def bounds(self) -> tuple[float, float, float, float]:
        """Smallest (x_min, y_min, x_max, y_max) that holds the shape, in pixels."""
        height = self.size[0]
        ends = np.cumsum(run_lengths.decode(self.counts))
        first, last = ends[0::2][: ends[1::2].size], ends[1::2] - 1
        columns = first // height, last // height
        one_column = columns[0] == columns[1]
        # A run that goes on into the next column touches the frame's upper and lower edge.
        top = 0 if not one_column.all() else int((first % height).min())
        bottom = height if not one_column.all() else int((last % height).max()) + 1
        return float(columns[0].min()), float(top), float(columns[1].max() + 1), float(bottom)


class ObjectPrimitive(_Shape, frozen=True, tag="object_primitive"):
    """A skeleton of named points.

    Parameters
    ----------
    points : mapping of name -> (x, y, visibility)
        In pixels; visibility is "visible", "occluded" or "absent". At least one point is present (not absent).
    """

    family: ClassVar[Family] = "primitive"
    points: dict[str, tuple[float, float, Visibility]]

    def __post_init__(self) -> None:
        if not isinstance(self.points, Mapping):
            raise InvalidShape(f"ObjectPrimitive: points must be a mapping, got {shown(self.points)}.")
        points = dict(map(_named_point, self.points.items()))
        force_setattr(self, "points", FrozenDict(points))
        if not self.present():
            raise InvalidShape("ObjectPrimitive: no point is present.", hint="Leave the label out instead.")
        _refuse_too_large(self)

    def present(self) -> dict[str, Point]:
        """Name -> (x, y) of the points that are visible or occluded."""
        return {name: (x, y) for name, (x, y, visibility) in self.points.items() if visibility != "absent"}

    def bounds(self) -> tuple[float, float, float, float]:
        """Smallest (x_min, y_min, x_max, y_max) that holds the present points, in pixels."""
        return _extent(list(self.present().values()))


Shape: TypeAlias = BoundingBox | RotatableBoundingBox | Polygon | Polyline | Keypoint | Bitmask | ObjectPrimitive
SHAPES: dict[str, type[_Shape]] = {str(shape.__struct_config__.tag): shape for shape in get_args(Shape)}


def shape_type(shape: Shape) -> str:
    """Name of the shape's kind as it stands in JSON and in ontologies ("bounding_box")."""
    return str(shape.__struct_config__.tag)


def shape_from_dict(plain: Mapping[str, Any]) -> Shape:
    """Read a shape from plain JSON values.

    Parameters
    ----------
    plain : mapping
        As `to_dict` gives it: ``type`` and the shape's fields.

    Raises
    ------
    InvalidShape
        Unknown type, missing or unknown fields, impossible geometry.
    """
    if not isinstance(plain, Mapping):
        raise InvalidShape(f"Not a shape: {shown(plain)}.", hint=f"Types: {', '.join(SHAPES)}.")
    try:
        shape: Shape = msgspec.convert(plain, Shape)
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, InvalidShape):
            raise error.__cause__ from None
        raise InvalidShape(f"Not a shape: {error}.", hint=f"Types: {', '.join(SHAPES)}.") from None
    except UnicodeEncodeError:
        raise InvalidShape("Not a shape: it holds text that is no valid Unicode.") from None
    return shape


def _coordinate(owner: str, field: str, value: Any) -> float:
    number = finite(owner, field, value)
    return number if abs(number) >= _FINEST else 0.0


def _set_numbers(shape: _Shape) -> None:
    for field in shape.__struct_fields__:
        value = getattr(shape, field)
        if type(value) is not float or not _FINEST <= abs(value) < math.inf:
            force_setattr(shape, field, _coordinate(type(shape).__name__, field, value))


def _refuse_flat_box(shape: _Shape, x: float, y: float, width: float, height: float) -> None:
    # A side may also be too short to be seen beside a large coordinate.
    if not (x + width > x and y + height > y and width * height > _SMALLEST_AREA):
        raise InvalidShape(f"{type(shape).__name__}: a box of {width:g} x {height:g} has no area.")


def _refuse_too_large(shape: Shape) -> None:
    # Said this way round, NaN is refused too.
    if not all(abs(edge) <= _LARGEST for edge in shape.bounds()):
        raise InvalidShape(f"{type(shape).__name__}: coordinates beyond {_LARGEST:.0f} are no pixels.")


def _is_nested(value: Any, depth: int) -> bool:
    """Whether a list of lists is ``depth`` lists deep, as far as its first elements tell."""
    try:
        for _ in range(depth - 1):
            value = next(iter(value))
        return not isinstance(value, str) and iter(value) is not None
    except (TypeError, StopIteration):
        return False


def _points(owner: str, value: Any) -> tuple[Point, ...]:
    try:
        pairs = [(x, y) for x, y in value]
    except (TypeError, ValueError):
        raise InvalidShape(f"{owner}: points must be pairs (x, y), got {shown(value)}.") from None
    return tuple((_coordinate(owner, "x", x), _coordinate(owner, "y", y)) for x, y in pairs)


def _named_point(entry: tuple[Any, Any]) -> tuple[str, tuple[float, float, Visibility]]:
    given_name, point = entry
    try:
        point_name = name("ObjectPrimitive: point", given_name)
        x, y, visibility = point
    except InvalidInput as error:
        raise InvalidShape(error.message) from None
    except (TypeError, ValueError):
        raise InvalidShape(f"ObjectPrimitive: point {shown(given_name)} must be (x, y, visibility).") from None
    owner = f"ObjectPrimitive: point {point_name!r}"
    if not isinstance(visibility, str) or visibility not in get_args(Visibility):
        kinds = ", ".join(get_args(Visibility))
        raise InvalidShape(f"{owner} is {shown(visibility)}, visibility is one of {kinds}.")
    kind: Any = str.__str__(visibility)
    return point_name, (_coordinate(owner, "x", x), _coordinate(owner, "y", y), kind)


def _ring(value: Any) -> Ring:
    points = _points("Polygon", value)
    # Twice closed is closed too; else the next reading would drop another one, and the shape would not be itself.
    while len(points) > 1 and points[0] == points[-1]:
        points = points[:-1]
    if len(points) < 3:
        raise InvalidShape(f"Polygon: a ring needs at least three points, got {len(points)}.")
    return points


def _extent(points: Sequence[Point]) -> tuple[float, float, float, float]:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _winding_area(ring: Ring) -> float:
    # Relative to the first point, so that a small ring far from the origin keeps its digits.
    x0, y0 = ring[0]
    twice = math.fsum(
        (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
        for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True)
    )
    return twice / 2
