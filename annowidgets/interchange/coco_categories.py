"""The ontology that the categories and annotations of a COCO data set stand for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from annowidgets.errors import InvalidImport, InvalidInput, InvalidOntology
from annowidgets.interchange.suggestion import suggest_questions
from annowidgets.labels import AnswerValue, ObjectClass, Ontology, Skeleton
from annowidgets.labels.checks import sequence
from annowidgets.labels.label import answers_of
from annowidgets.labels.ontology import ShapeName
from annowidgets.labels.values import shown


def ontology_of_coco(path: Path, plain: Any) -> Ontology:
    """Ontology of a COCO data set that was read from JSON; see `Ontology.from_file` for what a class becomes."""
    categories = plain.get("categories") if isinstance(plain, dict) else None
    if not isinstance(categories, list) or not categories or not all(isinstance(c, dict) for c in categories):
        raise InvalidOntology(f"{path} has no list of COCO categories.")
    annotations = plain.get("annotations")
    kinds: dict[int | str, set[ShapeName]] = defaultdict(set)
    answers: dict[int | str, dict[str, list[AnswerValue]]] = defaultdict(lambda: defaultdict(list))
    for annotation in annotations if isinstance(annotations, list) else []:
        identity = annotation.get("category_id") if isinstance(annotation, dict) else None
        if isinstance(identity, (int, str)):
            kinds[identity].add(_segmented_as(annotation.get("segmentation")))
            try:
                for name, value in attributes_of(annotation):
                    answers[identity][name].append(value)
            except InvalidInput:
                pass  # Told where the annotation is read.
    usual = _shape_of(set().union(*kinds.values()))

    def object_class(category: dict[str, Any]) -> ObjectClass:
        given = category.get("id")
        identity = given if isinstance(given, (int, str)) else ""
        own, asked = kinds.get(identity), suggest_questions(answers.get(identity, {}))
        skeleton = _coco_skeleton(category) if category.get("keypoints") else None
        shape: ShapeName = "object_primitive" if skeleton else _shape_of(own) if own else usual
        return ObjectClass(category.get("name"), shape, attributes=asked, skeleton=skeleton)  # type: ignore[arg-type]

    return Ontology(objects=tuple(map(object_class, categories)))


def attributes_of(annotation: dict[str, Any]) -> Iterator[tuple[str, AnswerValue]]:
    """The attributes of an annotation: its flag ``iscrowd``, and what other tools write into ``attributes``.

    Raises
    ------
    InvalidInput
        They are no names and answers.
    """
    if annotation.get("iscrowd") in (1, True):
        yield "iscrowd", "yes"
    given = annotation.get("attributes") or {}
    if not isinstance(given, dict):
        raise InvalidImport(f"Its attributes must be a mapping, got {shown(given)}.")
    for name, value in given.items():
        if value is not None:
            plain = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
            yield from answers_of("attribute", {name: plain}).items()


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
