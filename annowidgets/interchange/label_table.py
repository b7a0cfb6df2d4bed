"""Labels as a table, with nothing left out: what the CSV export writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from annowidgets.labels import Answer, AnswerValue, Label, Shape, shape_type

COLUMNS = (
    "label",
    "type",
    "category",
    "frame",
    "until",
    "shape",
    "geometry",
    "attributes",
    "question",
    "value",
)


def label_rows(label: Label | Answer) -> Iterator[tuple[Any, ...]]:
    """The rows of a label: one for a bare shape, else one for each key frame; one for an answer.

    Yields
    ------
    tuple
        In the order of `COLUMNS`: the label's id, empty for answers; its ``type``, "object", "attributes" (that change
        from a frame on) or "answer"; its class; the frame, empty for a bare shape and an answer about the whole item;
        how far the last key frame, or the answer, holds; the kind of the shape, empty where the object is outside from
        that frame on; the shape as JSON, as `to_dict` gives it; JSON of the attributes that are given from there on;
        the question and the value of an answer, lists and numbers as JSON.
    """
    if isinstance(label, Answer):
        yield None, "answer", None, label.frame, label.until, None, None, None, label.question, _text(label.value)
        return

    def row(frame: int | None, until: int | None, shape: Shape | None, given: Mapping[str, AnswerValue]) -> Any:
        kind, geometry = (None, None) if shape is None else (shape_type(shape), _json(shape))
        attributes = _json(dict(given)) if given else None
        return label.id, "object", label.category, frame, until, kind, geometry, attributes, None, None

    if label.shape is not None:
        yield row(None, None, label.shape, label.attributes)
    last = max(label.key_frames, default=0)
    for place, (frame, shape) in enumerate(label.key_frames.items()):
        yield row(frame, label.until if frame == last else None, shape, label.attributes if place == 0 else {})
    for frame, given in label.attributes_by_frame.items():
        yield label.id, "attributes", label.category, frame, None, None, None, _json(dict(given)), None, None


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _text(value: AnswerValue) -> str:
    return value if isinstance(value, str) else _json(value)
