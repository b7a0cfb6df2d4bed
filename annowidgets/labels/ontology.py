"""The ontology: what may be labelled, with which shapes and questions."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import msgspec
from msgspec.structs import force_setattr

from annowidgets.errors import InvalidInput, InvalidOntology, NotFound
from annowidgets.labels.shapes import SHAPES
from annowidgets.labels.tolerance import checked_tolerance
from annowidgets.labels.values import finite, name, shown

Scope = Literal["item", "frame"]
ShapeName = Literal[
    "bounding_box", "rotatable_bounding_box", "polygon", "polyline", "keypoint", "bitmask", "object_primitive"
]

# How deep questions may lie under options; nobody answers a form that is deeper.
DEEPEST = 20

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
        force_setattr(self, "value", _name("Option", self.value))
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
        _check_question(self)
        options = tuple(
            option if isinstance(option, Option) else Option(option) for option in _sequence(self.name, self.options)
        )
        _require_different(self.name, [option.value for option in options])
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
        _check_question(self)
        force_setattr(self, "options", _names(self.name, self.options))


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
        _check_question(self)


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
        _check_question(self)
        tolerance = _number(f"Number {self.name!r}", "tolerance", self.tolerance)
        if tolerance < 0:
            raise InvalidOntology(f"Number {self.name!r}: tolerance must be a number from 0, got {tolerance:g}.")
        force_setattr(self, "tolerance", tolerance)


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
        points = _names("Skeleton: points", self.points)
        edges = tuple(_names("Skeleton: edge", edge) for edge in _sequence("Skeleton: edges", self.edges))
        for edge in edges:
            if len(edge) != 2 or not set(edge) <= set(points):
                raise InvalidOntology(f"Skeleton: edge {shown(edge)} must join two of the points {', '.join(points)}.")
        force_setattr(self, "points", points)
        force_setattr(self, "edges", edges)
        if self.sigmas is not None:
            given = _sequence("Skeleton: sigmas", self.sigmas)
            sigmas = tuple(_number("Skeleton", "sigma", sigma) for sigma in given)
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
        force_setattr(self, "name", _name("ObjectClass: name", self.name))
        owner = f"ObjectClass {self.name!r}"
        if not isinstance(self.shape, str) or self.shape not in SHAPES:
            raise InvalidOntology(f"{owner}: unknown shape {shown(self.shape)}.", hint=f"Shapes: {', '.join(SHAPES)}.")
        if self.color is not None and not (
            isinstance(self.color, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", self.color)
        ):
            raise InvalidOntology(f"{owner}: color must be like '#d62728', got {shown(self.color)}.")
        force_setattr(self, "attributes", _questions(owner, self.attributes))
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
        except RecursionError:
            raise InvalidOntology("Not an ontology: it is nested too deeply.") from None

    @classmethod
    def from_file(cls, path: str | Path, *, format: Literal["json", "coco"] = "json") -> Ontology:
        """Read an ontology from a file.

        Parameters
        ----------
        path : path
            A file written from `to_dict`, or a COCO data set.
        format : {"json", "coco"}
            For "coco" the categories become classes: object primitives where they name key points; bounding boxes
            where none of their annotations holds a segmentation; otherwise polygons. A category without annotations
            follows the other ones.
        """
        path = Path(path)
        if format not in ("json", "coco"):
            raise InvalidOntology(f"Unknown format {shown(format)}.", hint="Formats: json, coco.")
        try:
            plain = msgspec.json.decode(path.read_bytes())
        except OSError as error:
            raise InvalidOntology(f"{path} can't be read: {error.strerror}.") from None
        except msgspec.DecodeError as error:
            raise InvalidOntology(f"{path} is no JSON: {error}.") from None
        except RecursionError:
            raise InvalidOntology(f"{path} is nested too deeply for an ontology.") from None
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
    points = _sequence("COCO keypoints", category["keypoints"])
    edges = []
    for edge in _sequence("COCO skeleton", category.get("skeleton") or []):
        ends = _sequence("COCO skeleton: edge", edge)
        if len(ends) != 2 or not all(type(end) is int and 1 <= end <= len(points) for end in ends):
            raise InvalidOntology(f"COCO skeleton: edge {shown(edge)} must join two of {len(points)} key points.")
        edges.append((points[ends[0] - 1], points[ends[1] - 1]))
    return Skeleton(points, tuple(edges))


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


def _name(owner: str, value: Any) -> str:
    try:
        return name(owner, value)
    except InvalidInput as error:
        raise InvalidOntology(error.message, hint=error.hint) from None


def _number(owner: str, field: str, value: Any) -> float:
    try:
        return finite(owner, field, value)
    except InvalidInput as error:
        raise InvalidOntology(error.message) from None


def _sequence(owner: str, value: Any) -> tuple[Any, ...]:
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise InvalidOntology(f"{owner} must be a list, got {shown(value)}.")
    return tuple(value)


def _names(owner: str, value: Any) -> tuple[str, ...]:
    names = tuple(_name(owner, item) for item in _sequence(owner, value))
    _require_different(owner, names)
    return names


def _questions(owner: str, value: Any) -> tuple[Question, ...]:
    questions = _sequence(owner, value)
    for question in questions:
        if not isinstance(question, get_args(Question)):
            raise InvalidOntology(
                f"{owner}: {shown(question)} is no question.", hint="Radio, Checklist, Text or Number."
            )
    if _depth(questions) > DEEPEST:
        raise InvalidOntology(f"{owner}: questions are nested more than {DEEPEST} deep.")
    _refuse_repeated(owner, [question.name for question in walk(questions)])
    return questions


def _depth(questions: Iterable[Question]) -> int:
    inner = (
        _depth(option.questions)
        for question in questions
        if isinstance(question, Radio)
        for option in question.options
        if option.questions
    )
    return 1 + max(inner, default=0)


def _check_question(question: Question) -> None:
    force_setattr(question, "name", _name(f"{type(question).__name__}: name", question.name))
    if not isinstance(question.required, bool):
        raise InvalidOntology(f"{question.name!r}: required must be True or False, got {shown(question.required)}.")
    if not isinstance(question.scope, str) or question.scope not in get_args(Scope):
        raise InvalidOntology(f"{question.name!r}: scope must be 'item' or 'frame', got {shown(question.scope)}.")
    force_setattr(question, "scope", str.__str__(question.scope))


def _require_different(owner: str, names: Sequence[str]) -> None:
    if not names:
        raise InvalidOntology(f"{owner}: at least one is needed.")
    _refuse_repeated(owner, names)


def _refuse_repeated(owner: str, names: Sequence[str]) -> None:
    repeated = sorted(name for name, count in Counter(names).items() if count > 1)
    if repeated:
        raise InvalidOntology(
            f"{owner}: {', '.join(map(repr, repeated))} occurs more than once.",
            hint="Names must be different.",
        )
