"""Labels of still pictures as a COCO data set, and what such a file can't hold.

References
----------
https://cocodataset.org/#format-data
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from annowidgets.interchange.conversion import are_apart, covered
from annowidgets.labels import (
    Answer,
    Bitmask,
    BoundingBox,
    Keypoint,
    Label,
    ObjectClass,
    ObjectPrimitive,
    Ontology,
    Polygon,
    Shape,
    shape_type,
)
from annowidgets.labels.even_odd import even_odd
from annowidgets.labels.run_lengths import decode

_NOT_HELD = {
    "rotatable_bounding_box": "COCO has no turned boxes",
    "polyline": "COCO has no lines",
}
_SEEN = {"absent": 0, "occluded": 1, "visible": 2}


class LabelledPicture(NamedTuple):
    """A still picture with its labels.

    Attributes
    ----------
    file_name : str
        As the file is to call it.
    size : (height, width)
        In pixels.
    labels : sequence of Label and Answer
        All of them; what COCO can't hold is told.
    """

    file_name: str
    size: tuple[int, int]
    labels: Sequence[Label | Answer]


class NotHeld(NamedTuple):
    """A label that COCO can't hold, or not exactly.

    Attributes
    ----------
    picture, label : int
        Places in the lists.
    reason : str
        Why, in a few words.
    """

    picture: int
    label: int
    reason: str


def coco_dataset(
    pictures: Sequence[LabelledPicture], ontology: Ontology, *, description: str = ""
) -> tuple[bytes, list[NotHeld]]:
    """Labels as a COCO file: the same labels give the same bytes.

    Boxes stand as they are; polygons as outlines, with their exact area; masks as run lengths; object primitives and
    key points as COCO's key points. A polygon with a hole, or whose rings overlap, means something else in COCO, which
    adds rings up: it is written as the run lengths of the pixels that it covers, and told. Attributes stand in
    ``attributes``, as other tools write them; ``iscrowd`` answered "yes" is COCO's own flag, with run lengths.

    Parameters
    ----------
    pictures : sequence of LabelledPicture
        In the order in which they are numbered, from 1.
    ontology : Ontology
        Its classes become the categories, numbered from 1; those whose shape COCO has no place for are left out.
    description : str
        Of the data set.

    Returns
    -------
    bytes, list of NotHeld
        The file, and what it doesn't hold.
    """
    held = [item for item in ontology.objects if item.shape not in _NOT_HELD]
    numbers = {item.name: number for number, item in enumerate(held, 1)}
    annotations: list[dict[str, Any]] = []
    not_held: list[NotHeld] = []
    for number, picture in enumerate(pictures):
        for position, label in enumerate(picture.labels):
            reason = _no_place(label, numbers)
            if reason is None:
                assert isinstance(label, Label)
                drawn = _drawn(label, picture.size)
                reason = drawn.pop("reason", None)
                if len(drawn) > 1:
                    annotations.append(
                        {"id": len(annotations) + 1, "image_id": number + 1, "category_id": numbers[label.category]}
                        | drawn
                    )
            if reason is not None:
                not_held.append(NotHeld(number, position, reason))
    plain = {
        "info": {"description": description},
        "licenses": [],
        "images": [
            {"id": number, "file_name": one.file_name, "height": one.size[0], "width": one.size[1]}
            for number, one in enumerate(pictures, 1)
        ],
        "categories": [_category(item, numbers[item.name]) for item in held],
        "annotations": annotations,
    }
    return msgspec.json.encode(plain), not_held


def _no_place(label: Label | Answer, numbers: dict[str, int]) -> str | None:
    """Why COCO has no place for a label at all; None where it has."""
    if isinstance(label, Answer):
        return "COCO has no answers about a picture"
    if label.shape is None:
        return "COCO has no key frames"
    if label.category not in numbers:
        return _NOT_HELD.get(shape_type(label.shape), "its class is none of COCO's")
    return None


def _category(item: ObjectClass, number: int) -> dict[str, Any]:
    plain: dict[str, Any] = {"id": number, "name": item.name, "supercategory": ""}
    if item.shape == "keypoint":
        return plain | {"keypoints": [item.name], "skeleton": []}
    if item.skeleton is None:
        return plain
    places = {name: place for place, name in enumerate(item.skeleton.points, 1)}
    edges = [[places[one], places[other]] for one, other in item.skeleton.edges]
    return plain | {"keypoints": list(places), "skeleton": edges}


def _drawn(label: Label, size: tuple[int, int]) -> dict[str, Any]:
    """The geometry and the attributes of an annotation, with the ``reason`` where something of it is lost."""
    shape, attributes = label.shape, dict(label.attributes)
    assert shape is not None
    drawn = _geometry(shape, size, is_crowd=attributes.get("iscrowd") == "yes")
    if drawn.get("iscrowd") == 1:
        del attributes["iscrowd"]
    if label.attributes_by_frame:
        drawn.setdefault("reason", "COCO has no answers by frame")
    return drawn | ({"attributes": attributes} if attributes else {})


def _geometry(shape: Shape, size: tuple[int, int], *, is_crowd: bool) -> dict[str, Any]:
    x0, y0, x1, y1 = shape.bounds()
    plain: dict[str, Any] = {"bbox": [x0, y0, x1 - x0, y1 - y0], "area": (x1 - x0) * (y1 - y0), "iscrowd": 0}
    if isinstance(shape, BoundingBox):
        return plain | {"bbox": [shape.x, shape.y, shape.width, shape.height], "area": shape.width * shape.height}
    if isinstance(shape, Keypoint):
        return plain | _key_points([(shape.x, shape.y, "visible")])
    if isinstance(shape, ObjectPrimitive):
        return plain | _key_points(shape.points.values())
    if isinstance(shape, Bitmask):
        return plain | _run_lengths(shape) | {"iscrowd": int(is_crowd)}
    assert isinstance(shape, Polygon)
    if not is_crowd and (len(shape.rings) == 1 or are_apart(shape)):
        outline = [[number for point in ring for number in point] for ring in shape.rings]
        return plain | {"segmentation": outline, "area": even_odd(shape.rings).area}
    reason = "a crowd is pixels in COCO" if is_crowd else "holes are not outlines in COCO, which adds rings up"
    mask = covered(shape, size)
    if mask is None:
        return {"reason": f"{reason}, and it covers no centre of one"}
    left, top, right, bottom = mask.bounds()
    box = [left, top, right - left, bottom - top]
    told = f"{reason}: written as the pixels that it covers"
    return plain | _run_lengths(mask) | {"bbox": box, "iscrowd": int(is_crowd), "reason": told}


def _key_points(points: Iterable[tuple[float, float, str]]) -> dict[str, Any]:
    told = [(0, 0, 0) if seen == "absent" else (x, y, _SEEN[seen]) for x, y, seen in points]
    return {
        "keypoints": [number for point in told for number in point],
        "num_keypoints": sum(seen > 0 for *_, seen in told),
    }


def _run_lengths(mask: Bitmask) -> dict[str, Any]:
    return {
        "segmentation": {"size": list(mask.size), "counts": mask.counts},
        "area": int(decode(mask.counts)[1::2].sum()),
    }
