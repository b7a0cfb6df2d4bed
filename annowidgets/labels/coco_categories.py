"""The ontology that the categories of a COCO data set stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from annowidgets.errors import InvalidOntology
from annowidgets.labels.checks import sequence
from annowidgets.labels.ontology import ObjectClass, Ontology, Skeleton
from annowidgets.labels.values import shown


def ontology_of_coco(path: Path, plain: Any) -> Ontology:
    """Ontology of a COCO data set that was read from JSON; see `Ontology.from_file` for which shape a class gets."""
    categories = plain.get("categories") if isinstance(plain, dict) else None
    if not isinstance(categories, list) or not categories or not all(isinstance(c, dict) for c in categories):
        raise InvalidOntology(f"{path} has no list of COCO categories.")
    annotations = plain.get("annotations")
    outlined: dict[int | str, bool] = {}
    for annotation in annotations if isinstance(annotations, list) else []:
        identity = annotation.get("category_id") if isinstance(annotation, dict) else None
        if isinstance(identity, (int, str)):
            outlined[identity] = outlined.get(identity, False) or bool(annotation.get("segmentation"))
    any_outlined = any(outlined.values())

    def object_class(category: dict[str, Any]) -> ObjectClass:
        called, identity = category.get("name"), category.get("id")
        if category.get("keypoints"):
            return ObjectClass(called, shape="object_primitive", skeleton=_coco_skeleton(category))  # type: ignore[arg-type]
        is_outlined = outlined.get(identity, any_outlined) if isinstance(identity, (int, str)) else any_outlined
        return ObjectClass(called, shape="polygon" if is_outlined else "bounding_box")  # type: ignore[arg-type]

    return Ontology(objects=tuple(map(object_class, categories)))


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
