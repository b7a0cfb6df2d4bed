"""Labels: an object with its shape and attributes, or the answer to a question."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import force_setattr

from annowidgets.errors import InvalidInput, InvalidShape
from annowidgets.labels.shapes import SHAPES, Shape
from annowidgets.labels.values import EMPTY, FrozenDict, finite, frame_number, integer, mapping, name, shown, text

AnswerValue: TypeAlias = str | int | float | tuple[str, ...]


def new_id() -> str:
    """A fresh id of a label: 12 hexadecimal digits, unique within any task."""
    return secrets.token_hex(6)


class Label(
    msgspec.Struct,
    frozen=True,
    eq=False,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag="label",
):
    """One object: its class, its shape (or a shape per key frame) and its attributes.

    Parameters
    ----------
    category : str
        Name of the object class in the ontology.
    shape : shape, or mapping of frame -> shape or None
        A bare shape for an item of one frame. For several frames the key frames: between two of them vector shapes are
        interpolated in sequences and videos, ``None`` marks outside from there on.
    attributes : mapping of question -> answer
        Text for Radio and Text, a list of options for Checklist, a number for Number. Nested questions stand beside
        their parents.
    until : int, optional
        How far the last key frame holds; without it the object ends there.
    attributes_by_frame : mapping of frame -> attributes, optional
        Answers that override ``attributes`` from that frame on.
    id : str
        Generated; no part of equality.
    """

    category: str
    shape: Shape | None = None
    attributes: dict[str, AnswerValue] = EMPTY
    key_frames: dict[int, Shape | None] = EMPTY
    until: int | None = None
    attributes_by_frame: dict[int, dict[str, AnswerValue]] = EMPTY
    id: str = msgspec.field(default_factory=new_id)

    def __post_init__(self) -> None:
        force_setattr(self, "category", name("Label: category", self.category))
        shape, key_frames = self.shape, self.key_frames
        if isinstance(shape, Mapping) and not key_frames:
            shape, key_frames = None, shape
        if (shape is None) == (not key_frames):
            raise InvalidInput(
                f"Label {self.category!r}: one shape, or key frames as {{frame: shape}}, is needed.",
                hint="For example {0: shape, 12: shape, 13: None}.",
            )
        if shape is not None:
            _require_shape(self.category, shape)
        force_setattr(self, "shape", shape)
        force_setattr(self, "key_frames", _checked_key_frames(self.category, key_frames))
        force_setattr(self, "attributes", answers_of(self.category, self.attributes))
        if self.until is not None:
            force_setattr(self, "until", self._checked_until())
        if self.attributes_by_frame is not EMPTY:
            by_frame = mapping(f"Label {self.category!r}: attributes_by_frame", self.attributes_by_frame)
            numbered = {
                frame_number(f"Label {self.category!r}: frame", frame): answers_of(self.category, answers)
                for frame, answers in by_frame.items()
            }
            force_setattr(self, "attributes_by_frame", FrozenDict(sorted(numbered.items())) or EMPTY)
        force_setattr(self, "id", name(f"Label {self.category!r}: id", self.id))

    def _checked_until(self) -> int:
        until = frame_number(f"Label {self.category!r}: until", self.until)
        if not self.key_frames:
            raise InvalidInput(
                f"Label {self.category!r}: until={until} needs key frames.",
                hint="Say where it starts: {0: shape}.",
            )
        last = max(self.key_frames)
        if until < last or self.key_frames[last] is None:
            raise InvalidInput(
                f"Label {self.category!r}: until={until} must lie at or after the last key frame ({last}), "
                "which must hold a shape."
            )
        return until

    def _value(self) -> tuple[Any, ...]:
        return (
            self.category,
            self.shape,
            self.attributes,
            self.key_frames,
            self.until,
            self.attributes_by_frame,
        )

    def __eq__(self, other: object) -> bool:
        return self._value() == other._value() if isinstance(other, Label) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value())

    def _repr_html_(self) -> str:
        from annowidgets.labels.summaries import label_html

        return label_html(self)

    def fill(self, *, until: int) -> Label:
        """The label with its shapes copied to every frame from its first key frame to ``until``.

        For image groups and DICOM series, where a shape stands on its own frame only and copying is a decision.

        Parameters
        ----------
        until : int
            Last frame, inclusive.
        """
        if not self.key_frames:
            raise InvalidInput(f"Label {self.category!r}: fill needs a first frame.", hint="Make it with {0: shape}.")
        until = frame_number("fill: until", until)
        filled: dict[int, Shape | None] = dict(self.key_frames)
        current = None
        for frame in range(min(self.key_frames), until + 1):
            current = self.key_frames.get(frame, current)
            filled[frame] = current
        return msgspec.structs.replace(self, key_frames=filled, until=None)

    def attributes_at(self, frame: int) -> Mapping[str, AnswerValue]:
        """The answers that hold on a frame, overrides applied."""
        if not self.attributes_by_frame:
            return self.attributes
        current = dict(self.attributes)
        for start, answers in self.attributes_by_frame.items():
            if start <= frame:
                current.update(answers)
        return current


class Answer(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag="answer",
):
    """The answer to a classification of the item or of its frames.

    Parameters
    ----------
    question : str
        Name of the question in the ontology.
    value : str, number or list of str
        Text for Radio and Text, a list of options for Checklist, a number for Number.
    frame : int, optional
        First frame it holds for; only for questions of scope "frame".
    until : int, optional
        Last frame it holds for, inclusive; ``frame`` alone where left out.
    """

    question: str
    value: AnswerValue
    frame: int | None = None
    until: int | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "question", name("Answer: question", self.question))
        force_setattr(self, "value", answer_value(self.question, self.value))
        if self.frame is not None:
            force_setattr(self, "frame", frame_number(f"Answer {self.question!r}: frame", self.frame))
        if self.until is not None:
            until = frame_number(f"Answer {self.question!r}: until", self.until)
            if self.frame is None or until < self.frame:
                raise InvalidInput(f"Answer {self.question!r}: until={until} needs a frame at or before it.")
            force_setattr(self, "until", until)

    def _repr_html_(self) -> str:
        from annowidgets.labels.summaries import answer_html

        return answer_html(self)


Labels: TypeAlias = Sequence[Label | Answer]

_decoder = msgspec.json.Decoder(list[Label | Answer])


def labels_to_json(labels: Iterable[Label | Answer]) -> bytes:
    """Labels as JSON; `labels_from_json` reads them back, ids included."""
    return msgspec.json.encode(as_labels(labels))


def labels_from_json(data: bytes | str) -> list[Label | Answer]:
    """Read labels from JSON.

    Raises
    ------
    InvalidInput
        Where the text is no list of labels, or a label is impossible.
    """
    try:
        return _decoder.decode(data)
    except msgspec.DecodeError as error:
        if isinstance(error.__cause__, InvalidInput):
            raise error.__cause__ from None
        raise InvalidInput(f"Not a list of labels: {error}.") from None
    except (TypeError, UnicodeEncodeError):
        raise InvalidInput(f"Labels are read from JSON text, got {shown(data)}.") from None


def as_labels(labels: Any) -> list[Label | Answer]:
    """Return ``labels`` as a list; refuse anything that is not a Label or an Answer."""
    if isinstance(labels, (Label, Answer)):
        raise InvalidInput(f"A list of labels is needed, got one {type(labels).__name__}.", hint="Write [label].")
    try:
        listed = list(labels)
    except TypeError:
        raise InvalidInput(f"A list of labels is needed, got {type(labels).__name__}.") from None
    for position, label in enumerate(listed):
        if not isinstance(label, (Label, Answer)):
            raise InvalidInput(f"labels[{position}] is a {type(label).__name__}, not a Label or an Answer.")
    return listed


def answer_value(question: str, value: Any) -> AnswerValue:
    """A value that an answer can have: text, a finite number, or a tuple of different texts."""
    if isinstance(value, str):
        return text(f"The answer to {question!r}", value)
    if isinstance(value, (list, tuple, set, frozenset)):
        if all(isinstance(option, str) for option in value):
            options = tuple(text(f"The answer to {question!r}", option) for option in value)
            if len(set(options)) == len(options):
                return tuple(sorted(options)) if isinstance(value, (set, frozenset)) else options
    elif isinstance(value, Integral):
        if (whole := integer(value)) is not None:
            return whole
    else:
        try:
            return finite("Answer", question, value)
        except InvalidShape:
            pass
    raise InvalidInput(
        f"The answer to {question!r} can't be {shown(value)}.",
        hint="Text, a number, or a list of different options; to leave it unanswered, leave it out.",
    )


def answers_of(category: str, attributes: Any) -> FrozenDict[str, AnswerValue]:
    """Attributes of a label as an immutable mapping of checked values."""
    given = mapping(f"Label {category!r}: attributes", attributes)
    if not given:
        return EMPTY
    return FrozenDict(
        {
            name(f"Label {category!r}: attribute", question): answer_value(question, value)
            for question, value in given.items()
        }
    )


def _require_shape(category: str, shape: Any) -> None:
    if type(shape) not in SHAPES.values():
        raise InvalidInput(f"Label {category!r}: {shown(shape)} is no shape.", hint=f"Shapes: {', '.join(SHAPES)}.")


def _checked_key_frames(category: str, key_frames: Mapping[Any, Any]) -> FrozenDict[int, Shape | None]:
    if key_frames is EMPTY:
        return EMPTY
    numbered: dict[int, Shape | None] = {}
    for frame, shape in mapping(f"Label {category!r}: key frames", key_frames).items():
        if shape is not None:
            _require_shape(category, shape)
        numbered[frame_number(f"Label {category!r}: key frame", frame)] = shape
    ordered = dict(sorted(numbered.items()))
    if ordered and next(iter(ordered.values())) is None:
        raise InvalidInput(f"Label {category!r}: the first key frame must hold a shape.")
    return FrozenDict(ordered) or EMPTY
