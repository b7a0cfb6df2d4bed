from __future__ import annotations

import copy
import json
import pickle
import types
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.labels import (
    SHAPES,
    Answer,
    Bitmask,
    BoundingBox,
    Keypoint,
    Label,
    Ontology,
    Polygon,
    Polyline,
    RotatableBoundingBox,
    labels_from_json,
    labels_to_json,
    shape_from_dict,
    shape_type,
)
from tests.labels import strategies

BOX = BoundingBox(1, 2, 3, 4)


@given(strategies.shapes())
def test_a_shape_survives_json_with_equality_and_hash(shape: Any) -> None:
    plain = json.loads(json.dumps(shape.to_dict(), allow_nan=False))
    assert plain["type"] == shape_type(shape)
    read = shape_from_dict(plain)
    assert type(read) is type(shape)
    assert read == shape
    assert hash(read) == hash(shape)
    assert read.to_dict() == shape.to_dict()


@given(strategies.label_lists())
def test_labels_survive_json_with_ids_equality_and_hash(labels: list[Label | Answer]) -> None:
    text = labels_to_json(labels)
    read = labels_from_json(text)
    assert read == labels
    assert [hash(label) for label in read] == [hash(label) for label in labels]
    assert [getattr(label, "id", None) for label in read] == [getattr(label, "id", None) for label in labels]
    assert labels_to_json(read) == text
    assert labels_from_json(text.decode()) == labels
    assert labels_to_json(labels_from_json(json.dumps(json.loads(text)))) == text, "the standard library agrees"


@given(strategies.ontologies())
def test_an_ontology_survives_json_with_its_fingerprint(ontology: Ontology) -> None:
    read = Ontology.from_dict(json.loads(json.dumps(ontology.to_dict(), allow_nan=False)))
    assert read == ontology
    assert hash(read) == hash(ontology)
    assert read.fingerprint == ontology.fingerprint
    assert read.differences(ontology) == []


@given(st.one_of(strategies.labels(), strategies.answers(), strategies.ontologies()))
def test_values_survive_pickling_and_copying(value: Any) -> None:
    for copied in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
        assert copied == value
        assert hash(copied) == hash(value)
        assert getattr(copied, "id", None) == getattr(value, "id", None)


@given(strategies.ontologies())
def test_an_ontology_survives_its_file(tmp_path_factory: pytest.TempPathFactory, ontology: Ontology) -> None:
    path = tmp_path_factory.mktemp("ontology") / "ontology.json"
    path.write_bytes(msgspec.json.encode(ontology.to_dict()))
    assert Ontology.from_file(path) == ontology


def test_every_shape_has_a_strategy_of_its_own() -> None:
    made = {
        strategies.bounding_boxes,
        strategies.rotatable_bounding_boxes,
        strategies.polygons,
        strategies.polylines,
        strategies.keypoints,
        strategies.bitmasks,
        strategies.object_primitives,
    }
    assert len(made) == len(SHAPES) == 7


def test_the_id_is_no_part_of_equality_and_is_fresh_each_time() -> None:
    a, b = Label("RBC", BOX), Label("RBC", BOX)
    assert a.id != b.id
    assert a == b
    assert hash(a) == hash(b)
    assert len({a, b}) == 1
    assert labels_from_json(labels_to_json([a]))[0].id == a.id


@pytest.mark.parametrize(
    "other",
    [
        Label("WBC", BOX),
        Label("RBC", BoundingBox(1, 2, 3, 4.5)),
        Label("RBC", BOX, {"q": "a"}),
        Label("RBC", {0: BOX}),
        Label("RBC", BOX, attributes_by_frame={0: {"q": "a"}}),
        Answer("RBC", "a"),
    ],
)
def test_everything_but_the_id_is_part_of_equality(other: Any) -> None:
    assert Label("RBC", BOX) != other


def test_a_label_can_t_be_changed_in_any_of_its_parts() -> None:
    primitive = strategies.ObjectPrimitive({"a": (1, 2, "visible")})
    label = Label("RBC", {0: primitive}, {"q": ["x"]}, attributes_by_frame={0: {"q": ["y"]}})
    shape: Any = label.key_frames[0]
    for mapping in (
        label.attributes,
        label.key_frames,
        label.attributes_by_frame,
        label.attributes_by_frame[0],
        shape.points,
    ):
        anything: Any = mapping
        for change in (
            lambda m: m.__setitem__("q", 1),
            lambda m: m.__delitem__("q"),
            lambda m: m.update(q=1),
            lambda m: m.pop("q"),
            lambda m: m.popitem(),
            lambda m: m.clear(),
            lambda m: m.setdefault("q", 1),
            lambda m: m.__ior__({"q": 1}),
        ):
            before = dict(anything)
            with pytest.raises(TypeError, match="immutable"):
                change(anything)
            assert anything == before
    for value, field in ((label, "category"), (label, "id"), (shape, "points"), (BOX, "x")):
        with pytest.raises(AttributeError):
            setattr(value, field, 5)


def test_a_label_does_not_follow_changes_of_what_it_was_made_from() -> None:
    attributes: dict[str, Any] = {"q": ["x"]}
    points = [[0.0, 0.0], [5.0, 0.0], [5.0, 5.0]]
    label = Label("RBC", Polygon(points), attributes)
    before = labels_to_json([label])
    attributes["q"].append("y")
    attributes["r"] = "z"
    points[0][0] = 99
    assert labels_to_json([label]) == before


def test_numpy_numbers_arrays_and_texts_become_plain_values() -> None:
    array = np.array([[0, 0], [10, 0], [10, 10]])
    label = Label(
        np.str_("RBC"),
        {np.int64(3): Polygon(array.astype(np.float32)), np.int32(5): BoundingBox(*np.arange(1, 5))},
        {np.str_("q"): np.str_("a"), "n": np.int64(3), "f": np.float32(0.5), "c": [np.str_("x")]},
        until=np.int64(9),
    )
    assert labels_from_json(labels_to_json([label])) == [label]
    assert type(label.category) is str
    assert [type(frame) for frame in label.key_frames] == [int, int]
    assert {type(value) for value in label.attributes.values()} == {str, int, float, tuple}
    assert (
        Polygon(array) == Polygon(array.tolist()) == Polygon([array]) == Polygon([[(0, 0), (10, 0), (10, 10), (0, 0)]])
    )
    assert Polyline(array) == Polyline([(0, 0), (10, 0), (10, 10)])
    assert Keypoint(np.float16(0.5), np.uint8(200)) == Keypoint(0.5, 200)
    assert RotatableBoundingBox(*np.ones(5)) == RotatableBoundingBox(1, 1, 1, 1, 1)


def test_a_read_only_mapping_is_read_like_a_dict() -> None:
    assert shape_from_dict(types.MappingProxyType({"type": "keypoint", "x": 1, "y": 2.5})) == Keypoint(1, 2.5)


def test_json_is_the_published_form() -> None:
    label = Label("RBC", {0: BOX, 3: None}, {"kind": "a"}, id="0123456789ab")
    assert json.loads(labels_to_json([label, Answer("count", 3, 3, 9)])) == [
        {
            "type": "label",
            "category": "RBC",
            "attributes": {"kind": "a"},
            "key_frames": {"0": {"type": "bounding_box", "x": 1.0, "y": 2.0, "width": 3.0, "height": 4.0}, "3": None},
            "id": "0123456789ab",
        },
        {"type": "answer", "question": "count", "value": 3, "frame": 3, "until": 9},
    ]
    assert Bitmask((2, 3), [1, 2, 3]).to_dict() == {"type": "bitmask", "size": [2, 3], "counts": "123"}
    assert Polygon([(0, 0), (1, 0), (1, 1)]).to_dict()["rings"] == [[[0, 0], [1, 0], [1, 1]]]


@pytest.mark.parametrize("name", ["кафе", "白血球", "👩\u200d⚕️", "می\u200cخواهم", "a" * 100_000, "full\u3000width"])
def test_names_of_any_script_and_length_are_kept(name: str) -> None:
    assert labels_from_json(labels_to_json([Label(name, BOX, {name: name})])) == [Label(name, BOX, {name: name})]


def test_two_spellings_of_one_name_are_one_name() -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    assert Label(decomposed, BOX, {decomposed: decomposed}) == Label(composed, BOX, {composed: composed})
    assert Answer(decomposed, [decomposed]) == Answer(composed, [composed])


@pytest.mark.parametrize("closing", [0, 1, 2])
def test_a_ring_is_the_same_however_often_it_is_closed(closing: int) -> None:
    ring = [(1, 0), (0, 0), (0, 1)]
    closed = Polygon([*ring, *[ring[0]] * closing])
    assert closed == Polygon(ring)
    assert shape_from_dict(closed.to_dict()) == closed
