"""The benchmark function: the settings that turn measurements into points."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal, get_args

import msgspec
from msgspec.structs import force_setattr

from annowidgets.benchmark.checks import ALLOWANCE, named_values, one_of, share, weight
from annowidgets.errors import InvalidInput, NotFound
from annowidgets.labels.shapes import SHAPES
from annowidgets.labels.values import FrozenDict, shown
from annowidgets.labels.values import text as composed

Mode = Literal["dynamic", "classification"]
Extra = Literal["zero", "ignore"]
Aggregate = Literal["tasks", "labels"]

# Under these a pair is hardly a find: chance overlap for areas and curves, 2.1 tolerances away for points.
ZERO_BELOW = {"region": 0.3, "line": 0.3, "point": 0.1, "primitive": 0.1}


class _Default(float):
    """A default that can be told from the same number given by the caller."""


class Weights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Relative weights of the terms for one class; a field left out inherits the function's number.

    Parameters
    ----------
    iou, category, attributes : float, optional
        From 0; only their ratios matter.
    """

    iou: float | None = None
    category: float | None = None
    attributes: float | None = None

    def __post_init__(self) -> None:
        for field in self.__struct_fields__:
            value = getattr(self, field)
            if value is not None:
                force_setattr(self, field, weight(f"Weights: {field}", value))


class BenchmarkFunction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How measurements become points, 0 to 100 for each evaluation label.

    Parameters
    ----------
    mode : {"dynamic", "classification"}
        Judge objects and classifications, or classifications only.
    iou, category : float
        Relative weights of the similarity and of the right category, from 0. Given together or not at all.
    attributes : float
        Relative weight of the attributes that agree, from 0.
    per_class : mapping of class -> Weights
        Weights of single classes; a field left out inherits the number above.
    importance : mapping of class or question -> float
        Weight of its rows in the task's score, from 0; 1 where unlisted; 0 reports a row without counting it.
    full_at : float
        Similarity from which the IoU term is full, in (0, 1].
    zero_below : float or mapping of family -> float, optional
        Similarity under which a match counts as one missing and one extra, from 0 to ``full_at``. Left out: 0.3 for
        regions and lines, 0.1 for points and primitives, never above ``full_at``.
    extra : {"zero", "ignore"}
        Whether a label that the benchmark does not have scores 0, or is dropped.
    ignored_shapes : sequence of str
        Measurements of these shapes are dropped ("polyline").
    aggregate : {"tasks", "labels"}
        A trainee's score: the mean of the tasks' scores, or of all rows by their importance.

    Raises
    ------
    InvalidInput
        A setting that can't be; the message says what is allowed.
    """

    mode: Mode = "dynamic"
    iou: float = _Default(0.5)
    category: float = _Default(0.5)
    attributes: float = 0.0
    per_class: dict[str, Weights] = FrozenDict()
    importance: dict[str, float] = FrozenDict()
    full_at: float = 1.0
    zero_below: float | dict[str, float] | None = None
    extra: Extra = "zero"
    ignored_shapes: tuple[str, ...] = ()
    aggregate: Aggregate = "tasks"

    def __post_init__(self) -> None:
        one_of("mode", self.mode, get_args(Mode))
        one_of("extra", self.extra, get_args(Extra))
        one_of("aggregate", self.aggregate, get_args(Aggregate))
        _require_both(type(self.iou) is not _Default, type(self.category) is not _Default)
        for field in ("iou", "category", "attributes"):
            force_setattr(self, field, weight(field, getattr(self, field)))
        per_class = {
            composed("A class", name): _weights(name, value)
            for name, value in named_values("per_class", self.per_class).items()
        }
        force_setattr(self, "per_class", FrozenDict(per_class))
        importance = {
            composed("A name", name): weight(f"importance of {name!r}", value)
            for name, value in named_values("importance", self.importance).items()
        }
        force_setattr(self, "importance", FrozenDict(importance))
        for name in (None, *per_class):
            if sum(self.weights(name)) == 0:
                raise InvalidInput(
                    f"All weights {'are' if name is None else f'of {name!r} are'} 0.",
                    hint="At least one of iou, category and attributes must be above 0.",
                )
        force_setattr(self, "full_at", share("full_at", self.full_at))
        if self.full_at <= 0:
            raise InvalidInput("full_at must be above 0, up to 1.", hint="To judge no similarity, set iou=0.")
        force_setattr(self, "zero_below", self._checked_zero_below())
        force_setattr(self, "ignored_shapes", _shape_names(self.ignored_shapes))

    def _checked_zero_below(self) -> float | dict[str, float] | None:
        given = self.zero_below
        if given is None:
            return None
        if isinstance(given, Mapping):
            for family in given:
                one_of("family in zero_below", family, tuple(ZERO_BELOW))
            checked = {family: share(f"zero_below of {family}", value) for family, value in given.items()}
            highest = max(checked.values(), default=0.0)
        else:
            highest = share("zero_below", given)
        if highest > self.full_at + ALLOWANCE:
            raise InvalidInput(
                f"zero_below {highest:g} lies above full_at {self.full_at:g}.",
                hint="A match can't be full and nothing: lower zero_below or raise full_at.",
            )
        return FrozenDict(checked) if isinstance(given, Mapping) else highest

    @classmethod
    def project_default(cls) -> BenchmarkFunction:
        """The function that a project starts with for audits and evaluation tasks: 0.4, 0.4, 0.2."""
        return cls(iou=0.4, category=0.4, attributes=0.2)

    def amended(self, **changes: Any) -> BenchmarkFunction:
        """The function with some settings changed.

        Parameters
        ----------
        **changes
            As in the constructor; iou and category together or not at all.
        """
        unknown = [field for field in changes if field not in self.__struct_fields__]
        if unknown:
            raise NotFound.named("setting of the benchmark function", unknown[0], self.__struct_fields__)
        _require_both("iou" in changes, "category" in changes)
        return msgspec.structs.replace(self, **changes)

    def weights(self, name: str | None = None) -> tuple[float, float, float]:
        """Weights (iou, category, attributes) of a class; without a name those of any other class."""
        own = self.per_class.get(name) if name is not None else None
        if own is None:
            return self.iou, self.category, self.attributes
        return (
            self.iou if own.iou is None else own.iou,
            self.category if own.category is None else own.category,
            self.attributes if own.attributes is None else own.attributes,
        )

    def threshold(self, family: str) -> float:
        """Similarity under which a match of that family is worth nothing."""
        if isinstance(self.zero_below, Mapping):
            set_value = self.zero_below.get(family)
        else:
            set_value = self.zero_below
        return min(ZERO_BELOW[family], self.full_at) if set_value is None else set_value

    def require_known(self, names: Iterable[str], questions: Collection[str] = ()) -> None:
        """Refuse a function that speaks of classes or questions that are not there, or gives weights to a question.

        Parameters
        ----------
        names : iterable of str
            The classes and questions of the ontology.
        questions : collection of str
            Those of them that are questions.

        Raises
        ------
        NotFound
            Listing the closest names.
        InvalidInput
            For a question in ``per_class``: its points are the agreement of the answers alone.
        """
        known = set(names)
        for name in self.per_class:
            if name in questions:
                raise InvalidInput(
                    f"per_class can't weigh the terms of {name!r}, which is a question and has one only.",
                    hint=f"Its weight in the score is importance={{{name!r}: ...}}.",
                )
        for name in (*self.per_class, *self.importance):
            if name not in known:
                raise NotFound.named("class or question", name, known)

    def to_dict(self) -> dict[str, Any]:
        """The function as plain JSON values, every setting written out; `from_dict` reads it back."""
        plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> BenchmarkFunction:
        """Read a function from plain JSON values.

        Raises
        ------
        InvalidInput
            Where it is none, or a setting can't be.
        """
        fields = named_values("A benchmark function", plain)
        unknown = [field for field in fields if field not in cls.__struct_fields__]
        if unknown:
            raise NotFound.named("setting of the benchmark function", unknown[0], cls.__struct_fields__)
        settings: dict[str, Any] = dict(fields)
        return cls(**settings)


def _require_both(iou: bool, category: bool) -> None:
    if iou != category:
        given, left_out = ("iou", "category") if iou else ("category", "iou")
        raise InvalidInput(
            f"{given} is given without {left_out}.",
            hint="Their ratio is what counts: give both, or neither.",
        )


def _weights(name: str, value: Any) -> Weights:
    if isinstance(value, Weights):
        return value
    fields = named_values(f"per_class of {name!r}", value)
    unknown = [field for field in fields if field not in Weights.__struct_fields__]
    if unknown:
        raise NotFound.named("weight", unknown[0], Weights.__struct_fields__)
    return Weights(**fields)


def _shape_names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidInput(f"ignored_shapes must be a list of shapes, got {shown(value)}.", hint='Write ["polyline"].')
    names = tuple(value)
    for name in names:
        one_of("ignored shape", name, tuple(SHAPES))
    return names
