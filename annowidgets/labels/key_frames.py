"""Where an object is on each frame: key frames and what lies between them.

In sequences and videos vector shapes move linearly from one key frame to the next. In image groups and DICOM series
every shape stands on its own frame only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from annowidgets.errors import InvalidShape
from annowidgets.labels.label import Label
from annowidgets.labels.shapes import (
    BoundingBox,
    Keypoint,
    ObjectPrimitive,
    Polygon,
    Polyline,
    RotatableBoundingBox,
    Shape,
)


def frames_of(label: Label, *, interpolate: bool) -> Iterator[range]:
    """The frames that carry the object, in order, one range per key frame; parameters as in `shapes_by_frame`."""
    return (frames for frames, _, _ in _spans(label, interpolate))


def shapes_by_frame(label: Label, *, interpolate: bool) -> Iterator[tuple[int, Shape]]:
    """The frames that carry the object, in order, each with its shape.

    Parameters
    ----------
    label : Label
        A bare shape stands on frame 0.
    interpolate : bool
        Whether the item's frames follow each other in time (sequences and videos). Otherwise only the key frames
        themselves carry the object.
    """
    for frames, shape, following in _spans(label, interpolate):
        yield frames.start, shape
        for frame in frames[1:]:
            moved = None if following is None else between(shape, following, (frame - frames.start) / len(frames))
            yield frame, moved or shape


def _spans(label: Label, interpolate: bool) -> Iterator[tuple[range, Shape, Shape | None]]:
    """Per key frame with a shape: the frames up to the next one, its shape, and the next one's."""
    if label.shape is not None:
        yield range(1), label.shape, None
        return
    starts = list(label.key_frames)
    shapes = list(label.key_frames.values())
    end = starts[-1] + 1 if label.until is None else label.until + 1
    ends = [*starts[1:], end] if interpolate else [start + 1 for start in starts]
    for start, stop, shape, following in zip(starts, ends, shapes, [*shapes[1:], None], strict=True):
        if shape is not None:
            yield range(start, stop), shape, following


def shape_at(label: Label, frame: int, *, interpolate: bool) -> Shape | None:
    """The object's shape on one frame, None where the frame doesn't carry it."""
    if label.shape is not None:
        return label.shape if frame == 0 else None
    if frame in label.key_frames or not interpolate:
        return label.key_frames.get(frame)
    before = max((start for start in label.key_frames if start < frame), default=None)
    after = min((start for start in label.key_frames if start > frame), default=None)
    if before is None or (after is None and (label.until is None or frame > label.until)):
        return None
    shape = label.key_frames[before]
    following = None if after is None else label.key_frames[after]
    if shape is None or following is None or after is None:
        return shape
    return between(shape, following, (frame - before) / (after - before)) or shape


def between(a: Shape, b: Shape, t: float) -> Shape | None:
    """The shape a share ``t`` of the way from ``a`` to ``b``; None where it holds instead.

    Bitmasks, polygons of different ring or vertex counts and lines of different vertex counts hold. So does a shape
    that would be impossible on the way (a polygon that turns inside out has no area at one moment).
    """
    try:
        return _between(a, b, t)
    except InvalidShape:
        return None


def _between(a: Shape, b: Shape, t: float) -> Shape | None:
    def mix(p: float, q: float) -> float:
        return p + (q - p) * t

    match a, b:
        case BoundingBox(), BoundingBox():
            return BoundingBox(mix(a.x, b.x), mix(a.y, b.y), mix(a.width, b.width), mix(a.height, b.height))
        case RotatableBoundingBox(), RotatableBoundingBox():
            # IEEE remainder lies in [-180, 180]: the shorter way round. Whole turns are taken off first, exactly.
            way = math.remainder(math.fmod(b.angle, 360.0) - math.fmod(a.angle, 360.0), 360.0)
            angle = a.angle + way * t
            return RotatableBoundingBox(
                mix(a.cx, b.cx), mix(a.cy, b.cy), mix(a.width, b.width), mix(a.height, b.height), angle
            )
        case Keypoint(), Keypoint():
            return Keypoint(mix(a.x, b.x), mix(a.y, b.y))
        case Polyline(), Polyline() if len(a.points) == len(b.points):
            return Polyline(tuple((mix(p, u), mix(q, v)) for (p, q), (u, v) in zip(a.points, b.points, strict=True)))
        case Polygon(), Polygon() if [len(r) for r in a.rings] == [len(r) for r in b.rings]:
            return Polygon(
                tuple(
                    tuple((mix(p, u), mix(q, v)) for (p, q), (u, v) in zip(ring, other, strict=True))
                    for ring, other in zip(a.rings, b.rings, strict=True)
                )
            )
        case ObjectPrimitive(), ObjectPrimitive():
            points = dict(a.points)
            for name, (x, y, visibility) in a.points.items():
                target = b.points.get(name)
                # A point that appears or disappears has nowhere to come from or go to: it holds.
                if target is not None and "absent" not in (visibility, target[2]):
                    points[name] = (mix(x, target[0]), mix(y, target[1]), visibility)
            return ObjectPrimitive(points)
    return None
