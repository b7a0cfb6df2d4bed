"""What is no label is refused with InvalidInput, whatever it is, and never with another error."""

from __future__ import annotations

import json
import math
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.errors import InvalidInput, InvalidOntology, InvalidShape
from annowidgets.labels import (
    Answer,
    Bitmask,
    BoundingBox,
    Checklist,
    Keypoint,
    Label,
    Number,
    ObjectClass,
    ObjectPrimitive,
    Ontology,
    Option,
    Polygon,
    Polyline,
    Radio,
    RotatableBoundingBox,
    Skeleton,
    Text,
    as_labels,
    labels_from_json,
    labels_to_json,
    shape_from_dict,
    walk,
)
from tests.labels import strategies

BOX = BoundingBox(1, 2, 3, 4)
HUGE = 10**4_400  # Python refuses to write it out

json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([2**63, -(2**63), 2**64, 10**400]),
        st.floats(),
        st.text(max_size=5),
        st.sampled_from(["bounding_box", "polygon", "bitmask", "label", "answer", "radio", "\ud800", "0"]),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
odd_values = st.one_of(
    json_values,
    st.sampled_from(
        [HUGE, -HUGE, math.nan, math.inf, np.nan, np.True_, np.array(3), np.array([1.0]), np.zeros((0, 2))]
    ),
    st.sampled_from([b"12", bytearray(b"12"), {1, "a"}, frozenset(), 1j, object(), int, [[]], [[[]]], {0: 1}, "12"]),
    st.sampled_from([range(3), [HUGE], np.array(["a", "b"]), np.array([1, "b"], object), {"a": HUGE}]),
)


@st.composite
def mutated(draw: st.DrawFn, plain: st.SearchStrategy[Any]) -> Any:
    """Valid JSON values with one to three places removed, replaced, renamed or doubled."""
    root = [json.loads(json.dumps(draw(plain)))]
    for _ in range(draw(st.integers(1, 3))):
        holders: list[Any] = [root]
        for holder in holders:
            inner = holder.values() if isinstance(holder, dict) else holder
            holders += [item for item in inner if isinstance(item, (dict, list)) and item]
        holder = draw(st.sampled_from(holders))
        key = draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
        change = draw(st.sampled_from(["replace", "remove", "rename", "wrap"]))
        if change == "remove" and holder is not root:
            holder.pop(key)
        elif change == "rename" and isinstance(holder, dict):
            holder[draw(st.text(max_size=3))] = holder.pop(key)
        elif change == "wrap":
            holder[key] = [holder[key]]
        else:
            holder[key] = draw(json_values)
    return root[0]


def plain_labels() -> st.SearchStrategy[Any]:
    return strategies.label_lists().map(labels_to_json).map(json.loads)


def is_read_or_refused(read: Any, value: Any, refusal: type[Exception] = InvalidInput) -> Any:
    """Hold that the value is either read, or refused by the right family with a message that can be shown."""
    try:
        return read(value)
    except refusal as error:
        message = str(error)
    assert message.strip()
    assert len(message) < 2_000
    return None


@given(st.one_of(json_values, mutated(strategies.shapes().map(lambda shape: shape.to_dict()))))
def test_no_json_value_makes_an_impossible_shape_or_another_error(plain: Any) -> None:
    shape = is_read_or_refused(shape_from_dict, plain, InvalidShape)
    assert shape is None or shape_from_dict(shape.to_dict()) == shape


@given(st.one_of(st.text(), st.binary(), json_values.map(json.dumps), mutated(plain_labels()).map(json.dumps)))
def test_no_text_makes_impossible_labels_or_another_error(text: Any) -> None:
    labels = is_read_or_refused(labels_from_json, text)
    assert labels is None or labels_from_json(labels_to_json(labels)) == labels


@given(st.one_of(json_values, mutated(strategies.ontologies().map(lambda ontology: ontology.to_dict()))))
def test_no_json_value_makes_an_impossible_ontology_or_another_error(plain: Any) -> None:
    ontology = is_read_or_refused(Ontology.from_dict, plain, InvalidOntology)
    assert ontology is None or Ontology.from_dict(ontology.to_dict()) == ontology


@given(odd_values, odd_values)
def test_no_argument_of_a_shape_makes_another_error(a: Any, b: Any) -> None:
    for make in (
        lambda: BoundingBox(a, b, 3, 4),
        lambda: BoundingBox(1, 2, a, b),
        lambda: RotatableBoundingBox(a, 1, 2, 3, b),
        lambda: RotatableBoundingBox(1, 1, a, b, 3),
        lambda: Polygon(a),
        lambda: Polygon([a, b, (1, 2)]),
        lambda: Polygon([[(0, 0), (1, 0), (1, 1)], a]),
        lambda: Polygon([(a, b), (0, 1), (1, 0)]),
        lambda: Polyline(a),
        lambda: Polyline([(0, 0), a]),
        lambda: Polyline([(0, 0), (a, b)]),
        lambda: Keypoint(a, b),
        lambda: Bitmask(a, b),
        lambda: Bitmask((a, b), "11"),
        lambda: Bitmask((2, 2), a),
        lambda: Bitmask((2, 2), [a, b]),
        lambda: Bitmask.from_array(a),
        lambda: Bitmask.from_array([[a, b]]),
        lambda: ObjectPrimitive(a),
        lambda: ObjectPrimitive({"a": a}),
        lambda: ObjectPrimitive({"a": (a, b, "visible")}),
        lambda: ObjectPrimitive({"a": (1, 2, a)}),
        lambda: shape_from_dict(a),
    ):
        shape = is_read_or_refused(lambda _, make=make: make(), None, InvalidShape)
        if shape is not None:
            assert shape_from_dict(json.loads(json.dumps(shape.to_dict(), allow_nan=False))) == shape
            assert all(math.isfinite(edge) for edge in shape.bounds())


@given(odd_values, odd_values)
def test_no_argument_of_a_label_or_an_answer_makes_another_error(a: Any, b: Any) -> None:
    for make in (
        lambda: Label(a, b),
        lambda: Label(a, BOX),
        lambda: Label("a", a, b),
        lambda: Label("a", {a: BOX, 3: b} if a.__hash__ else {0: a}),
        lambda: Label("a", {0: BOX}, until=a),
        lambda: Label("a", BOX, a, attributes_by_frame=b),
        lambda: Label("a", BOX, {"q": a}),
        lambda: Label("a", BOX, {"q": [a, b]}),
        lambda: Label("a", BOX, attributes_by_frame={0: a}),
        lambda: Label("a", BOX, id=a),
        lambda: Answer(a, b),
        lambda: Answer("q", a),
        lambda: Answer("q", "v", a, b),
    ):
        label = is_read_or_refused(lambda _, make=make: make(), None)
        if label is not None:
            assert labels_from_json(labels_to_json([label])) == [label]
            hash(label)
    is_read_or_refused(as_labels, a)
    is_read_or_refused(labels_from_json, a)


@given(odd_values, odd_values)
def test_no_argument_of_an_ontology_makes_another_error(a: Any, b: Any) -> None:
    for make in (
        lambda: Ontology(a, b),
        lambda: Ontology([ObjectClass("x", "keypoint")], a),
        lambda: ObjectClass(a, b),
        lambda: ObjectClass(a, shape="polygon"),
        lambda: ObjectClass("x", shape=a),
        lambda: ObjectClass("x", shape="keypoint", color=a, attributes=b),
        lambda: ObjectClass("x", shape="keypoint", tolerance=a),
        lambda: ObjectClass("x", shape="object_primitive", skeleton=a),
        lambda: Skeleton(a, b),
        lambda: Skeleton(["a", "b"], a, b),
        lambda: Skeleton(["a", "b"], [a]),
        lambda: Skeleton(["a", "b"], [(a, b)]),
        lambda: Skeleton(["a", "b"], sigmas=[a, b]),
        lambda: Radio(a, b),
        lambda: Radio("q", [a, b]),
        lambda: Radio("q", ["a"], required=a, scope=b),
        lambda: Checklist("q", a),
        lambda: Checklist("q", [a, b]),
        lambda: Text(a, b),
        lambda: Number("q", a),
        lambda: Option(a, b),
        lambda: Ontology.from_dict(a),
    ):
        made = is_read_or_refused(lambda _, make=make: make(), None, InvalidOntology)
        if made is not None:
            hash(made)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: BoundingBox(0, 0, 0, 5), "no area"),
        (lambda: BoundingBox(0, 0, -3, 5), "no area"),
        (lambda: BoundingBox(0, 0, 1e-200, 1e-200), "no area"),
        (lambda: BoundingBox(0, 0, 1e-12, 5), "no area"),
        (lambda: BoundingBox(0, 0, 1.1e7, 5), "no pixels"),
        (lambda: BoundingBox(True, 0, 1, 1), "x must be a number"),
        (lambda: BoundingBox(0, "1", 1, 1), "y must be a number"),
        (lambda: BoundingBox(0, 0, math.nan, 1), "width must be finite"),
        (lambda: Keypoint(math.inf, 0), "x must be finite"),
        (lambda: Keypoint(HUGE, 0), "x must be finite"),
        (lambda: RotatableBoundingBox(0, 0, 3, 0, 5), "no area"),
        (lambda: Polygon([]), "three points"),
        (lambda: Polygon([[]]), "pairs"),
        (lambda: Polygon([(0, 0), (1, 1)]), "three points"),
        (lambda: Polygon([(0, 0), (1, 1), (0, 0)]), "three points"),
        (lambda: Polygon([(0, 0), (1, 1), (2, 2)]), "no area"),
        (lambda: Polygon([[(0, 0), (1, 0), (1, 1)], [(0, 0), (1, 0), (1, 1)]]), "no area"),
        (lambda: Polygon([[(0, 0), (1, 0), (1, 1)], []]), "three points"),
        (lambda: Polyline([(1, 1)]), "two different points"),
        (lambda: Polyline([(1, 1), (1, 1)]), "two different points"),
        (lambda: ObjectPrimitive({"a": (1, 2, "absent")}), "no point is present"),
        (lambda: ObjectPrimitive({"a": (1, 2, "hidden")}), "visible, occluded, absent"),
        (lambda: ObjectPrimitive({"a": (1, 2)}), "'a' must be"),
        (lambda: Bitmask((2, 2), [4]), "no pixel"),
        (lambda: Bitmask((2, 2), [1, 2]), "fill 3 pixels"),
        (lambda: Bitmask((2, 2), [5, -1]), "negative"),
        (lambda: Bitmask((2, 2), [True, 3]), "run lengths"),
        (lambda: Bitmask((2, 2), [0.0, 4.0]), "run lengths"),
        (lambda: Bitmask((0, 2), "0"), "no picture"),
        (lambda: Bitmask((2**16, 2**16), "0"), "no picture"),
        (lambda: Bitmask((1, 31), "é1"), "no COCO run lengths"),
        (lambda: Bitmask((2, 2), "PP"), "middle of a number"),
        (lambda: Bitmask((2, 2), "PPPPPPPPPP1"), "32 bits"),
        (lambda: Bitmask.from_array(np.zeros((3, 3), bool)), "no pixel"),
        (lambda: Bitmask.from_array(np.ones((3, 3))), "threshold"),
        (lambda: Bitmask.from_array(np.ones((3, 3, 1), bool)), "(height, width)"),
    ],
)
def test_an_impossible_shape_says_why(make: Any, says: str) -> None:
    with pytest.raises(InvalidShape) as refused:
        make()
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Label(" RBC", BOX), "white space"),
        (lambda: Label("", BOX), "white space"),
        (lambda: Label("a\nb", BOX), "can't be shown"),
        (lambda: Label("a\u202eb", BOX), "can't be shown"),
        (lambda: Label("RBC"), "key frames"),
        (lambda: Label("RBC", {}), "key frames"),
        (lambda: Label("RBC", {0: BOX}, key_frames={5: BOX}), "key frames"),
        (lambda: Label("RBC", {0: None}), "first key frame"),
        (lambda: Label("RBC", {-1: BOX}), "frame number"),
        (lambda: Label("RBC", {0.5: BOX}), "frame number"),
        (lambda: Label("RBC", {True: BOX}), "frame number"),
        (lambda: Label("RBC", {2**60: BOX}), "frame number"),
        (lambda: Label("RBC", BOX, until=3), "needs key frames"),
        (lambda: Label("RBC", {4: BOX}, until=3), "at or after"),
        (lambda: Label("RBC", {0: BOX, 4: None}, until=5), "must hold a shape"),
        (lambda: Label("RBC", BOX, {"q": None}), "leave it out"),
        (lambda: Label("RBC", BOX, {"q": True}), "can't be True"),
        (lambda: Label("RBC", BOX, {"q": ["a", "a"]}), "different options"),
        (lambda: Label("RBC", BOX, {"q": math.nan}), "can't be nan"),
        (lambda: Label("RBC", BOX, {"q": 2**53}), "can't be"),
        (lambda: Label("RBC", BOX, {"q": "\ud800"}), "no valid Unicode"),
        (lambda: Label("RBC", BOX, id=""), "id must be"),
        (lambda: Answer("q", "v", until=3), "needs a frame"),
        (lambda: Answer("q", "v", 5, 3), "needs a frame"),
        (lambda: as_labels(Label("RBC", BOX)), "[label]"),
        (lambda: as_labels([BOX]), "labels[0] is a BoundingBox"),
        (lambda: as_labels(None), "A list of labels"),
        (lambda: Label("RBC", BOX).fill(until=3), "{0: shape}"),
    ],
)
def test_an_impossible_label_says_why(make: Any, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make()
    assert says in str(refused.value)


def test_nesting_without_end_is_refused() -> None:
    nested: dict[str, Any] = {"type": "text", "name": "deepest"}
    for depth in range(5_000):
        nested = {"type": "radio", "name": f"q{depth}", "options": [{"value": "yes", "questions": [nested]}]}
    with pytest.raises(InvalidOntology, match="nested too deeply"):
        Ontology.from_dict({"classifications": [nested]})
    question: Any = Text("deepest")
    for depth in range(19):
        question = Radio(f"q{depth}", [Option("yes", [question])])
    assert len(list(walk([question]))) == 20
    with pytest.raises(InvalidOntology, match="more than 20 deep"):
        Option("yes", [Radio("one more", [Option("yes", [question])])])
    for text in (
        "[" * 100_000,
        '[{"type":"label","category":"a","attributes":{"q":' + "[" * 100_000,
        '{"a":' * 100_000,
    ):
        with pytest.raises(InvalidInput):
            labels_from_json(text)


def test_small_json_can_t_ask_for_much_memory() -> None:
    far = 2**53 - 1
    box = BOX.to_dict()
    tracemalloc.start()
    try:
        labels = labels_from_json(
            json.dumps(
                [
                    {"type": "label", "category": "a", "key_frames": {"0": box, str(far): box}, "until": far},
                    {"type": "answer", "question": "q", "value": 1, "frame": 0, "until": far},
                ]
            )
        )
        mask = Bitmask((1, 2**31 - 1), [0, 2**31 - 1])
        assert mask.bounds() == (0, 0, 2**31 - 1, 1)
        assert len(labels) == 2
        assert tracemalloc.get_traced_memory()[1] < 5e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("place", ["type", "x", "\ud800"])
def test_text_that_is_no_unicode_is_refused_wherever_it_stands(place: str) -> None:
    with pytest.raises(InvalidShape):
        shape_from_dict({"type": "keypoint", "x": 1, "y": 2, place: "\ud800"})
    for plain in ("\ud800", {"\ud800": 1}, {"objects": [{"name": "a", "shape": "\ud800"}]}):
        with pytest.raises(InvalidOntology):
            Ontology.from_dict(plain)  # type: ignore[arg-type]
