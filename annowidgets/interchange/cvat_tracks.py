"""The tracks of CVAT's XML for videos as labels with key frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from annowidgets.errors import InvalidImport
from annowidgets.labels import AnswerValue, Bitmask, Label, Shape, between

# Coordinates in the file are rounded to hundredths of a pixel.
_ROUNDING = 0.02


class Sighting(NamedTuple):
    """A track on one frame.

    Attributes
    ----------
    frame : int
        As the file counts.
    is_key : bool
        Whether somebody placed it; otherwise CVAT interpolated it.
    shapes : sequence of shape, or None
        None where it is outside.
    attributes : mapping of name -> answer
        As they hold from there on.
    """

    frame: int
    is_key: bool
    shapes: Sequence[Shape] | None
    attributes: Mapping[str, AnswerValue]


def labels_of(category: str, sightings: Sequence[Sighting], place: Callable[[int], int]) -> list[Label]:
    """The labels of a track, one for each of its shapes.

    What lies between key frames is left to interpolation where that gives the same within the file's rounding;
    elsewhere every frame that the file tells becomes a key frame.

    Parameters
    ----------
    category : str
        Class of the track.
    sightings : sequence of Sighting
        In any order.
    place : callable
        Gives the item's frame for a frame of the file.

    Raises
    ------
    InvalidImport
        It is never inside, is told twice on a frame, or changes its number of points.
    """
    seen = sorted(sightings, key=lambda one: one.frame)
    for one, following in pairwise(seen):
        if one.frame == following.frame:
            raise InvalidImport(f"It is told twice on frame {one.frame}.")
    while seen and seen[0].shapes is None:
        seen.pop(0)
    if not seen:
        raise InvalidImport("It is outside on all its frames.")
    counts = {len(one.shapes) for one in seen if one.shapes is not None}
    if len(counts) > 1:
        raise InvalidImport(f"It has {' and '.join(map(str, sorted(counts)))} points in turn.")
    attributes, by_frame = _attributes(seen, place)
    labels = []
    for position in range(counts.pop()):
        path = [(place(one.frame), one.is_key, None if one.shapes is None else one.shapes[position]) for one in seen]
        last, _, end = path[-1]
        key_frames = _key_frames(path)
        until = last if end is not None and last > max(key_frames) else None
        labels.append(Label(category, key_frames, attributes, until=until, attributes_by_frame=by_frame))  # type: ignore[arg-type]
    return labels


_Path = list[tuple[int, bool, Shape | None]]


def _key_frames(path: _Path) -> dict[int, Shape | None]:
    kept: dict[int, Shape | None] = {}
    ends = [place for place, (_, is_key, shape) in enumerate(path) if is_key or shape is None or place == 0]
    for start, stop in zip(ends, [*ends[1:], len(path)], strict=True):
        frame, _, shape = path[start]
        # Outside again is outside still.
        if shape is not None or kept[max(kept)] is not None:
            kept[frame] = shape
        inner = path[start + 1 : stop]
        following = path[stop] if stop < len(path) else None
        if not all(_is_expected(path[start], following, one) for one in inner):
            kept.update((frame, shape) for frame, _, shape in inner)
    return kept


def _is_expected(
    start: tuple[int, bool, Shape | None],
    following: tuple[int, bool, Shape | None] | None,
    told: tuple[int, bool, Shape | None],
) -> bool:
    """Whether a frame is where interpolation between its neighbours has it."""
    before, after = start[2], None if following is None else following[2]
    if before is None or told[2] is None:
        return before is told[2]
    moved = None
    if after is not None and following is not None:
        moved = between(before, after, (told[0] - start[0]) / (following[0] - start[0]))
    return _are_near(moved or before, told[2])


def _are_near(one: Shape, other: Shape) -> bool:
    if isinstance(one, Bitmask) or type(one) is not type(other):
        return one == other
    mine, others = _flat(one.to_dict()), _flat(other.to_dict())
    return len(mine) == len(others) and all(
        abs(a - b) <= _ROUNDING if isinstance(a, float) and isinstance(b, float) else a == b
        for a, b in zip(mine, others, strict=True)
    )


def _flat(value: object) -> list[object]:
    if isinstance(value, dict):
        return [inner for key in value for inner in (key, *_flat(value[key]))]
    if isinstance(value, list):
        return [inner for one in value for inner in _flat(one)]
    return [float(value) if isinstance(value, int) else value]


def _attributes(
    seen: Sequence[Sighting], place: Callable[[int], int]
) -> tuple[dict[str, AnswerValue], dict[int, dict[str, AnswerValue]]]:
    """The answers that hold from the first frame on, and what changes later."""
    first = dict(seen[0].attributes)
    current = dict(first)
    changes: dict[int, dict[str, AnswerValue]] = {}
    for one in seen[1:]:
        # What CVAT says of an object that isn't there says nothing.
        if one.shapes is None:
            continue
        changed = {name: value for name, value in one.attributes.items() if current.get(name) != value}
        if changed:
            changes[place(one.frame)] = changed
            current |= changed
    return first, changes
