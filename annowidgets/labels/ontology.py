"""The ontology: what may be labelled, with which shapes and questions."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import msgspec
from msgspec.structs import force_setattr

from annowidgets.errors import InvalidInput, InvalidOntology, NotFound
from annowidgets.labels.shapes import SHAPES
from annowidgets.labels.tolerance import checked_tolerance
from annowidgets.labels.values import name

Scope = Literal["item", "frame"]
ShapeName = Literal[
    "bounding_box", "rotatable_bounding_box", "polygon", "polyline", "keypoint", "bitmask", "object_primitive"
]

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


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One answer of a Radio, with the questions that it opens.

    Parameters
    ----------
    value : str
        The answer.
    questions : sequence of questions
        Asked only where this option is chosen.
    """

    value: str
    questions: tuple[Question, ...] = ()

    def __post_init__(self) -> None:
        _checked(name, "Option", self.value)
        force_setattr(self, "questions", _questions(f"Option {self.value!r}", self.questions))


class _Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="type"):
    pass


class Radio(_Question, frozen=True, tag="radio"):
    """A question with exactly one of several answers.

    Parameters
    ----------
    name : str
        The question.
    options : sequence of str or Option
        At least one, all different; an Option may open further questions.
    required : bool
        Whether a submission must answer it.
    scope : {"item", "frame"}
        For classifications: whether it is asked once, or of every frame.
    """

    name: str
    options: tuple[Option, ...]
    required: bool = False
    scope: Scope = "item"

    def __post_init__(self) -> None:
        _check_question(self, self.name, self.required, self.scope)
        options = tuple(
            option if isinstance(option, Option) else Option(option) for option in _sequence(self.name, self.options)
        )
        _check_options(self.name, [option.value for option in options])
        force_setattr(self, "options", options)


class Checklist(_Question, frozen=True, tag="checklist"):
    """A question with any number of several answers.

    Parameters
    ----------
    name : str
        The question.
    options : sequence of str
        At least one; all different.
    required : bool
        Whether a submission must tick at least one.
    scope : {"item", "frame"}
        For classifications: whether it is asked once, or of every frame.
    """

    name: str
    options: tuple[str, ...]
    required: bool = False
    scope: Scope = "item"

    def __post_init__(self) -> None:
        _check_question(self, self.name, self.required, self.scope)
        options = _sequence(self.name, self.options)
        _check_options(self.name, options)
        force_setattr(self, "options", options)


class Text(_Question, frozen=True, tag="text"):
    """A question answered in words.

    Parameters
    ----------
    name : str
        The question.
    required : bool
        Whether a submission must answer it.
    scope : {"item", "frame"}
        For classifications: whether it is asked once, or of every frame.
    """

    name: str
    required: bool = False
    scope: Scope = "item"

    def __post_init__(self) -> None:
        _check_question(self, self.name, self.required, self.scope)


class Number(_Question, frozen=True, tag="number"):
    """A question answered by a number.

    Parameters
    ----------
    name : str
        The question.
    tolerance : float
        How far from the benchmark's answer still counts as equal; 0 unless set.
    required : bool
        Whether a submission must answer it.
    scope : {"item", "frame"}
        For classifications: whether it is asked once, or of every frame.
    """

    name: str
    tolerance: float = 0.0
    required: bool = False
    scope: Scope = "item"

    def __post_init__(self) -> None:
        _check_question(self, self.name, self.required, self.scope)
        tolerance = self.tolerance
        if isinstance(tolerance, bool) or not isinstance(tolerance, (int, float)) or not 0 <= tolerance < math.inf:
            raise InvalidOntology(f"Number {self.name!r}: tolerance must be a number from 0, got {tolerance!r:.60}.")
        force_setattr(self, "tolerance", float(tolerance))


Question: TypeAlias = Radio | Checklist | Text | Number


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
        points = _sequence("Skeleton: points", self.points)
        _check_options("Skeleton: points", points)
        edges = tuple(_sequence("Skeleton: edge", edge) for edge in _sequence("Skeleton: edges", self.edges))
        for edge in edges:
            if len(edge) != 2 or edge[0] == edge[1] or not set(edge) <= set(points):
                raise InvalidOntology(f"Skeleton: edge {edge!r:.60} must join two of the points {', '.join(points)}.")
        force_setattr(self, "points", points)
        force_setattr(self, "edges", edges)
        if self.sigmas is not None:
            sigmas = _sequence("Skeleton: sigmas", self.sigmas)
            positive = all(isinstance(s, (int, float)) and not isinstance(s, bool) and 0 < s < math.inf for s in sigmas)
            if len(sigmas) != len(points) or not positive:
                raise InvalidOntology(f"Skeleton: sigmas must be {len(points)} numbers above 0, one per point.")
            force_setattr(self, "sigmas", tuple(float(s) for s in sigmas))


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
        _checked(name, "ObjectClass: name", self.name)
        owner = f"ObjectClass {self.name!r}"
        if self.shape not in SHAPES:
            raise InvalidOntology(f"{owner}: unknown shape {self.shape!r:.60}.", hint=f"Shapes: {', '.join(SHAPES)}.")
        if self.color is not None and not (
            isinstance(self.color, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", self.color)
        ):
            raise InvalidOntology(f"{owner}: color must be like '#d62728', got {self.color!r:.60}.")
        force_setattr(self, "attributes", _questions(owner, self.attributes))
        if any(question.scope != "item" for question in walk(self.attributes)):
            raise InvalidOntology(f"{owner}: an attribute belongs to its object and has no scope.")
        if self.tolerance is not None:
            force_setattr(self, "tolerance", checked_tolerance(owner, self.tolerance))
        if (self.shape == "object_primitive") != (self.skeleton is not None):
            raise InvalidOntology(f"{owner}: an object primitive needs a skeleton, other shapes have none.")
        if self.skeleton is not None and not isinstance(self.skeleton, Skeleton):
            raise InvalidOntology(f"{owner}: skeleton must be a Skeleton.")


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
        objects = _sequence("objects", self.objects)
        if not all(isinstance(item, ObjectClass) for item in objects):
            raise InvalidOntology("Ontology: objects must be a list of ObjectClass.")
        force_setattr(self, "classifications", _questions("Ontology", self.classifications))
        if not objects and not self.classifications:
            raise InvalidOntology("Ontology: there is no class and no classification, so nothing to label.")
        names = [item.name for item in objects] + [question.name for question in walk(self.classifications)]
        _refuse_repeated("Ontology", names)
        for top in self.classifications:
            if any(nested.scope != top.scope for nested in walk([top])):
                raise InvalidOntology(f"Ontology: questions under {top.name!r} must have its scope, {top.scope!r}.")
        force_setattr(
            self,
            "objects",
            tuple(
                item if item.color else msgspec.structs.replace(item, color=PALETTE[position % len(PALETTE)])
                for position, item in enumerate(objects)
            ),
        )

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

    @classmethod
    def from_file(cls, path: str | Path, *, format: Literal["json", "coco"] = "json") -> Ontology:
        """Read an ontology from a file.

        Parameters
        ----------
        path : path
            A file written from `to_dict`, or a COCO data set.
        format : {"json", "coco"}
            For "coco" the categories become classes: object primitives where they name key points, otherwise polygons
            or, where the data set's annotations hold no segmentation, bounding boxes.
        """
        path = Path(path)
        if format not in ("json", "coco"):
            raise InvalidOntology(f"Unknown format {format!r:.60}.", hint="Formats: json, coco.")
        try:
            plain = msgspec.json.decode(path.read_bytes())
        except OSError as error:
            raise InvalidOntology(f"{path} can't be read: {error.strerror}.") from None
        except msgspec.DecodeError as error:
            raise InvalidOntology(f"{path} is no JSON: {error}.") from None
        return cls.from_dict(plain) if format == "json" else _from_coco(path, plain)


def walk(questions: Iterable[Question]) -> Iterator[Question]:
    """All questions, each followed by those nested under its options."""
    for question in questions:
        yield question
        if isinstance(question, Radio):
            for option in question.options:
                yield from walk(option.questions)


def _from_coco(path: Path, plain: Any) -> Ontology:
    categories = plain.get("categories") if isinstance(plain, dict) else None
    if not isinstance(categories, list) or not categories or not all(isinstance(c, dict) for c in categories):
        raise InvalidOntology(f"{path} has no list of COCO categories.")
    annotations = plain.get("annotations") or []
    outlined = {a.get("category_id") for a in annotations if isinstance(a, dict) and a.get("segmentation")}
    classes = []
    for category in categories:
        points = category.get("keypoints")
        if points:
            edges = tuple((points[a - 1], points[b - 1]) for a, b in category.get("skeleton") or [])
            skeleton = Skeleton(points, edges)
            classes.append(ObjectClass(category.get("name"), shape="object_primitive", skeleton=skeleton))
        else:
            shape: ShapeName = "polygon" if category.get("id") in outlined else "bounding_box"
            classes.append(ObjectClass(category.get("name"), shape=shape))
    return Ontology(objects=tuple(classes))


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


def _checked(check: Any, *arguments: Any) -> None:
    try:
        check(*arguments)
    except InvalidInput as error:
        raise InvalidOntology(error.message, hint=error.hint) from None


def _sequence(owner: str, value: Any) -> tuple[Any, ...]:
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise InvalidOntology(f"{owner} must be a list, got {value!r:.60}.")
    return tuple(value)


def _questions(owner: str, value: Any) -> tuple[Question, ...]:
    questions = _sequence(owner, value)
    for question in questions:
        if not isinstance(question, get_args(Question)):
            raise InvalidOntology(
                f"{owner}: {question!r:.60} is no question.", hint="Radio, Checklist, Text or Number."
            )
    _refuse_repeated(owner, [question.name for question in walk(questions)])
    return questions


def _check_question(question: object, question_name: Any, required: Any, scope: Any) -> None:
    _checked(name, f"{type(question).__name__}: name", question_name)
    if not isinstance(required, bool):
        raise InvalidOntology(f"{question_name!r}: required must be True or False, got {required!r:.60}.")
    if scope not in get_args(Scope):
        raise InvalidOntology(f"{question_name!r}: scope must be 'item' or 'frame', got {scope!r:.60}.")


def _check_options(owner: str, options: Sequence[Any]) -> None:
    for option in options:
        _checked(name, f"{owner}: option", option)
    _refuse_repeated(owner, options)
    if not options:
        raise InvalidOntology(f"{owner}: at least one is needed.")


def _refuse_repeated(owner: str, names: Sequence[str]) -> None:
    repeated = sorted({item for item in names if names.count(item) > 1})
    if repeated:
        raise InvalidOntology(
            f"{owner}: {', '.join(map(repr, repeated))} occurs more than once.",
            hint="Names must be different.",
        )
