"""What a label is: ontology, shapes and labels, as pure values."""

from annowidgets.labels.answers import is_unanswered
from annowidgets.labels.key_frames import between, shape_at, shapes_by_frame
from annowidgets.labels.label import (
    Answer,
    AnswerValue,
    Label,
    Labels,
    as_labels,
    labels_from_json,
    labels_to_json,
)
from annowidgets.labels.ontology import ObjectClass, Ontology, Skeleton
from annowidgets.labels.questions import Checklist, Number, Option, Question, Radio, Text, walk
from annowidgets.labels.reach import reaches_into
from annowidgets.labels.shapes import (
    SHAPES,
    Bitmask,
    BoundingBox,
    Keypoint,
    ObjectPrimitive,
    Polygon,
    Polyline,
    RotatableBoundingBox,
    Shape,
    shape_from_dict,
    shape_type,
)
from annowidgets.labels.validation import Problem, find_problems, require_valid

__all__ = [
    "SHAPES",
    "Answer",
    "AnswerValue",
    "Bitmask",
    "BoundingBox",
    "Checklist",
    "Keypoint",
    "Label",
    "Labels",
    "Number",
    "ObjectClass",
    "ObjectPrimitive",
    "Ontology",
    "Option",
    "Polygon",
    "Polyline",
    "Problem",
    "Question",
    "Radio",
    "RotatableBoundingBox",
    "Shape",
    "Skeleton",
    "Text",
    "as_labels",
    "between",
    "find_problems",
    "is_unanswered",
    "labels_from_json",
    "labels_to_json",
    "reaches_into",
    "require_valid",
    "shape_at",
    "shape_from_dict",
    "shape_type",
    "shapes_by_frame",
    "walk",
]
