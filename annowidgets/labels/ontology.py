"""The ontology: what may be labelled, with which shapes and questions."""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
from msgspec.structs import force_setattr

from annowidgets.errors import InvalidInput, InvalidOntology, NotFound
from annowidgets.labels.checks import checked_name, checked_names, checked_number, refuse_repeated, sequence
from annowidgets.labels.questions import Checklist, Number, Question, Radio, checked_questions, walk
from annowidgets.labels.shapes import SHAPES
from annowidgets.labels.tolerance import checked_tolerance
from annowidgets.labels.values import shown

ShapeName = Literal[
    "bounding_box", "rotatable_bounding_box", "polygon", "polyline", "keypoint", "bitmask", "object_primitive"
]

FileFormat = Literal["json", "coco", "cvat", "labelme", "voc", "yolo"]

# Ten hues that stay apart for most colour-blind readers and on grey pictures.
PALETTE = (
    "#1f77b4",
    "#d62728",
    "#2ca02c",
    "#9467bd",
    "#ff7f0e",
    "#17becf",
    "#e377c2",
    "#8c564b",
    "#bcbd22",
    "#7f7f7f",
)


class Skeleton(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The points of an object primitive.

    Parameters
    ----------
    points : sequence of str
        Names of the points; all different.
    edges : sequence of (str, str)
        Which points are joined when drawn.
    sigmas : sequence of float, optional
        Per point, the standard deviation of careful labellers as a share of the object's size (COCO's sigma);
        0.07 for each where left out.
    """

    points: tuple[str, ...]
    edges: tuple[tuple[str, str], ...] = ()
    sigmas: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        points = checked_names("Skeleton: points", self.points)
        edges = tuple(checked_names("Skeleton: edge", edge) for edge in sequence("Skeleton: edges", self.edges))
        for edge in edges:
            if len(edge) != 2 or not set(edge) <= set(points):
                raise InvalidOntology(f"Skeleton: edge {shown(edge)} must join two of the points {', '.join(points)}.")
        force_setattr(self, "points", points)
        force_setattr(self, "edges", edges)
        if self.sigmas is not None:
            given = sequence("Skeleton: sigmas", self.sigmas)
            sigmas = tuple(checked_number("Skeleton", "sigma", sigma) for sigma in given)
            if len(sigmas) != len(points) or not all(1e-9 <= sigma <= 1e9 for sigma in sigmas):
                raise InvalidOntology(f"Skeleton: sigmas must be {len(points)} numbers above 0, one per point.")
            force_setattr(self, "sigmas", sigmas)


class ObjectClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A class of objects.

    Parameters
    ----------
    name : str
        The class.
    shape : str
        One of the seven: "bounding_box", "rotatable_bounding_box", "polygon", "polyline", "keypoint", "bitmask",
        "object_primitive".
    color : str, optional
        "#rrggbb"; the ontology gives one where left out.
    attributes : sequence of questions
        Asked of each object of the class.
    tolerance : float or str, optional
        For polylines, keypoints and flat primitives: pixels, "1%" of the frame's diagonal, or "2mm".
    skeleton : Skeleton, optional
        Needed by an object primitive, and by nothing else.
    """

    name: str
    shape: ShapeName
    color: str | None = None
    attributes: tuple[Question, ...] = ()
    tolerance: float | str | None = None
    skeleton: Skeleton | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "name", checked_name("ObjectClass: name", self.name))
        owner = f"ObjectClass {self.name!r}"
        if not isinstance(self.shape, str) or self.shape not in SHAPES:
            raise InvalidOntology(f"{owner}: unknown shape {shown(self.shape)}.", hint=f"Shapes: {', '.join(SHAPES)}.")
        if self.color is not None and not (
            isinstance(self.color, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", self.color)
        ):
            raise InvalidOntology(f"{owner}: color must be like '#d62728', got {shown(self.color)}.")
        force_setattr(self, "attributes", checked_questions(owner, self.attributes))
        if any(question.scope != "item" for question in walk(self.attributes)):
            raise InvalidOntology(f"{owner}: an attribute belongs to its object and has no scope.")
        if self.tolerance is not None:
            force_setattr(self, "tolerance", checked_tolerance(owner, self.tolerance))
        if (self.shape == "object_primitive") != (self.skeleton is not None):
            raise InvalidOntology(f"{owner}: an object primitive needs a skeleton, other shapes have none.")
        if self.skeleton is not None and not isinstance(self.skeleton, Skeleton):
            raise InvalidOntology(f"{owner}: skeleton must be a Skeleton.")
        force_setattr(self, "shape", str.__str__(self.shape))


class Ontology(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What may be labelled in a project.

    Parameters
    ----------
    objects : sequence of ObjectClass
        The classes. Names of classes and of classifications are all different.
    classifications : sequence of questions
        Asked of each item, or of each frame (``scope``).
    """

    objects: tuple[ObjectClass, ...] = ()
    classifications: tuple[Question, ...] = ()

    def __post_init__(self) -> None:
        objects = sequence("objects", self.objects)
        if not all(isinstance(item, ObjectClass) for item in objects):
            raise InvalidOntology("Ontology: objects must be a list of ObjectClass.")
        force_setattr(self, "classifications", checked_questions("Ontology", self.classifications))
        if not objects and not self.classifications:
            raise InvalidOntology("Ontology: there is no class and no classification, so nothing to label.")
        names = [item.name for item in objects] + [question.name for question in walk(self.classifications)]
        refuse_repeated("Ontology", names)
        for top in self.classifications:
            if any(nested.scope != top.scope for nested in walk([top])):
                raise InvalidOntology(f"Ontology: questions under {top.name!r} must have its scope, {top.scope!r}.")
        force_setattr(self, "objects", _coloured(objects))

    def _repr_html_(self) -> str:
        from annowidgets.labels.summaries import ontology_html

        return ontology_html(self)

    def object_class(self, name: str) -> ObjectClass:
        """The class of that name; NotFound lists the closest."""
        for item in self.objects:
            if item.name == name:
                return item
        raise NotFound.named("object class", name, [item.name for item in self.objects])

    def question(self, name: str) -> Question:
        """The classification of that name, nested ones too; NotFound lists the closest."""
        for question in walk(self.classifications):
            if question.name == name:
                return question
        raise NotFound.named("classification", name, [question.name for question in walk(self.classifications)])

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything that gives labels their meaning; not over colours and order.

        Covers names, shapes, attributes, options, required, scope, nesting, skeletons and tolerances.
        """
        return hashlib.sha256(msgspec.json.encode(self._meaning())).hexdigest()

    def _meaning(self) -> dict[str, Any]:
        return {
            "objects": {item.name: _class_meaning(item) for item in sorted(self.objects, key=lambda item: item.name)},
            "classifications": _question_meanings(self.classifications),
        }

    def differences(self, other: Ontology) -> list[str]:
        """What differs in meaning from another ontology, one sentence each; empty where the fingerprints agree."""
        return list(_differences("", self._meaning(), other._meaning()))

    def to_dict(self) -> dict[str, Any]:
        """The ontology as plain JSON values; `Ontology.from_dict` reads it back."""
        plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Ontology:
        """Read an ontology from plain JSON values.

        Raises
        ------
        InvalidOntology
            Where it is none, or contradicts itself.
        """
        try:
            return msgspec.convert(plain, cls)
        except msgspec.ValidationError as error:
            if isinstance(error.__cause__, InvalidInput):
                raise error.__cause__ from None
            raise InvalidOntology(f"Not an ontology: {error}.") from None
        except RecursionError:
            raise InvalidOntology("Not an ontology: it is nested too deeply.") from None
        except UnicodeEncodeError:
            raise InvalidOntology("Not an ontology: it holds text that is no valid Unicode.") from None

    @classmethod
    def from_file(cls, path: str | Path, *, format: FileFormat = "json", images: str | Path | None = None) -> Ontology:
        """Read an ontology from a file.

        Parameters
        ----------
        path : path
            A file written from `to_dict`, or a data set of another tool, as `Project.import_labels` takes it.
        format : {"json", "coco", "cvat", "labelme", "voc", "yolo"}
            For "coco" the categories become classes: object primitives where they name key points; bounding boxes
            where none of their annotations holds a segmentation; bitmasks where all that do hold run lengths;
            otherwise polygons, each with the attributes that annotations hold. A category without annotations follows
            the other ones. For the other formats it is the smallest ontology that the labels fit, with the classes,
            attributes and options that the files declare.
        images : path, optional
            Where the pictures or the video are, as `Project.import_labels` takes it: YOLO, and CVAT's tracks on
            pictures, can't be read without.

        Raises
        ------
        InvalidOntology
            The file is no ontology, holds no class, or one that contradicts itself.
        InvalidImport
            There is no data set of that format at ``path``.
        """
        path = Path(path)
        if format not in get_args(FileFormat):
            raise InvalidOntology(
                f"Unknown format {shown(format)}.", hint=f"Formats: {', '.join(get_args(FileFormat))}."
            )
        if format in ("json", "coco"):
            try:
                plain = msgspec.json.decode(path.read_bytes())
            except OSError as error:
                raise InvalidOntology(f"{path} can't be read: {error.strerror}.") from None
            except msgspec.DecodeError as error:
                raise InvalidOntology(f"{path} is no JSON: {error}.") from None
            except RecursionError:
                raise InvalidOntology(f"{path} is nested too deeply for an ontology.") from None
        if format == "json":
            return cls.from_dict(plain)
        # Readers of other tools' files build on labels; they are found by name, so that labels don't build on them.
        readers = importlib.import_module("annowidgets.interchange")
        found: Ontology = (
            readers.ontology_of_coco(path, plain)
            if format == "coco"
            else readers.read_ontology(path, format=format, images=images)
        )
        return found


def _class_meaning(item: ObjectClass) -> dict[str, Any]:
    skeleton = item.skeleton
    return {
        "shape": item.shape,
        "tolerance": item.tolerance,
        "attributes": _question_meanings(item.attributes),
        "skeleton": skeleton
        and {
            "points": dict(sorted(zip(skeleton.points, skeleton.sigmas or [None] * len(skeleton.points), strict=True))),
            "edges": sorted(sorted(edge) for edge in skeleton.edges),
        },
    }


def _question_meanings(questions: Sequence[Question]) -> dict[str, Any]:
    meanings: dict[str, Any] = {}
    for question in sorted(questions, key=lambda question: question.name):
        meaning: dict[str, Any] = {
            "type": str(question.__struct_config__.tag),
            "required": question.required,
            "scope": question.scope,
        }
        if isinstance(question, Radio):
            meaning["options"] = {
                option.value: _question_meanings(option.questions)
                for option in sorted(question.options, key=lambda option: option.value)
            }
        elif isinstance(question, Checklist):
            meaning["options"] = {option: {} for option in sorted(question.options)}
        elif isinstance(question, Number):
            meaning["tolerance"] = question.tolerance
        meanings[question.name] = meaning
    return meanings


def _differences(place: str, mine: Any, other: Any) -> Iterator[str]:
    if not (isinstance(mine, dict) and isinstance(other, dict)):
        if mine != other:
            yield f"{place}: {mine!r} here, {other!r} there"
        return
    for key in sorted(mine.keys() | other.keys()):
        inner = f"{place} > {key}" if place else key
        if key not in other:
            yield f"{inner}: only here"
        elif key not in mine:
            yield f"{inner}: only there"
        else:
            yield from _differences(inner, mine[key], other[key])


def _coloured(objects: Sequence[ObjectClass]) -> tuple[ObjectClass, ...]:
    """Each class with a colour: that of its place, or else the next that no other class has, while there is one."""
    taken = {item.color.lower() for item in objects if item.color}
    coloured: list[ObjectClass] = []
    for position, item in enumerate(objects):
        if not item.color:
            start = position % len(PALETTE)
            around = PALETTE[start:] + PALETTE[:start]
            item = msgspec.structs.replace(item, color=next((one for one in around if one not in taken), around[0]))
            taken.add(str(item.color))
        coloured.append(item)
    return tuple(coloured)
