"""The ontology that the categories of a COCO data set stand for."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from annowidgets.errors import InvalidOntology
from annowidgets.labels.checks import sequence
from annowidgets.labels.ontology import ObjectClass, Ontology, ShapeName, Skeleton
from annowidgets.labels.values import shown


def ontology_of_coco(path: Path, plain: Any) -> Ontology:
    """Ontology of a COCO data set that was read from JSON; see `Ontology.from_file` for which shape a class gets."""
    categories = plain.get("categories") if isinstance(plain, dict) else None
    if not isinstance(categories, list) or not categories or not all(isinstance(c, dict) for c in categories):
        raise InvalidOntology(f"{path} has no list of COCO categories.")
    annotations = plain.get("annotations")
    kinds: dict[int | str, set[ShapeName]] = defaultdict(set)
    for annotation in annotations if isinstance(annotations, list) else []:
        identity = annotation.get("category_id") if isinstance(annotation, dict) else None
        if isinstance(identity, (int, str)):
            kinds[identity].add(_segmented_as(annotation.get("segmentation")))
    usual = _shape_of(set().union(*kinds.values()))

    def object_class(category: dict[str, Any]) -> ObjectClass:
        called, identity = category.get("name"), category.get("id")
        if category.get("keypoints"):
            return ObjectClass(called, shape="object_primitive", skeleton=_coco_skeleton(category))  # type: ignore[arg-type]
        own = kinds.get(identity) if isinstance(identity, (int, str)) else None
        return ObjectClass(called, shape=_shape_of(own) if own else usual)  # type: ignore[arg-type]

    return Ontology(objects=tuple(map(object_class, categories)))


def _segmented_as(segmentation: Any) -> ShapeName:
    if not segmentation:
        return "bounding_box"
    return "bitmask" if isinstance(segmentation, dict) else "polygon"


def _shape_of(kinds: set[ShapeName]) -> ShapeName:
    """The shape that all of a class's annotations can become; crowds are run lengths where others are outlines."""
    return "polygon" if "polygon" in kinds else "bitmask" if "bitmask" in kinds else "bounding_box"


def _coco_skeleton(category: dict[str, Any]) -> Skeleton:
    """The skeleton of a COCO category, whose edges count its key points from 1."""
    points = sequence("COCO keypoints", category["keypoints"])
    edges = []
    for edge in sequence("COCO skeleton", category.get("skeleton") or []):
        ends = sequence("COCO skeleton: edge", edge)
        if len(ends) != 2 or not all(type(end) is int and 1 <= end <= len(points) for end in ends):
            raise InvalidOntology(f"COCO skeleton: edge {shown(edge)} must join two of {len(points)} key points.")
        edges.append((points[ends[0] - 1], points[ends[1] - 1]))
    return Skeleton(points, tuple(edges))
