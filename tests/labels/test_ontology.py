"""The ontology: its fingerprint (P1), what it refuses, and what it reads from other tools' files."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.errors import InvalidOntology, NotFound
from annowidgets.labels import (
    Checklist,
    Number,
    ObjectClass,
    Ontology,
    Option,
    Radio,
    Skeleton,
    Text,
)
from tests.labels import strategies

FULL: dict[str, Any] = {
    "objects": [
        {"name": "RBC", "shape": "bounding_box", "color": "#d62728"},
        {
            "name": "WBC",
            "shape": "polygon",
            "color": "#1f77b4",
            "attributes": [
                {
                    "type": "radio",
                    "name": "kind",
                    "options": [{"value": "a"}, {"value": "b", "questions": [{"type": "text", "name": "why"}]}],
                    "required": True,
                },
                {"type": "checklist", "name": "marks", "options": ["x", "y"]},
            ],
        },
        {"name": "nose", "shape": "keypoint", "color": "#2ca02c", "tolerance": 5.0},
        {
            "name": "axis",
            "shape": "object_primitive",
            "color": "#9467bd",
            "skeleton": {"points": ["p", "q", "r"], "edges": [["p", "q"]], "sigmas": [0.1, 0.2, 0.3]},
        },
    ],
    "classifications": [
        {"type": "radio", "name": "quality", "options": [{"value": "good"}, {"value": "bad"}]},
        {"type": "number", "name": "count", "tolerance": 1.0, "scope": "frame"},
        {"type": "text", "name": "remark"},
    ],
}


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(FULL))
    place: Any = plain
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return plain


@given(st.randoms(use_true_random=False))
def test_the_fingerprint_does_not_follow_order(random: Any) -> None:
    def shuffled(plain: Any) -> Any:
        if isinstance(plain, dict):
            return {key: value if key == "skeleton" else shuffled(value) for key, value in plain.items()}
        return random.sample([shuffled(item) for item in plain], len(plain)) if isinstance(plain, list) else plain

    mixed = shuffled(FULL)
    order = random.sample(range(3), 3)
    for item in mixed["objects"]:
        if skeleton := item.get("skeleton"):
            item["skeleton"] = {
                "points": [skeleton["points"][i] for i in order],
                "edges": [random.sample(edge, 2) for edge in skeleton["edges"]],
                "sigmas": [skeleton["sigmas"][i] for i in order],
            }
    assert Ontology.from_dict(mixed).fingerprint == Ontology.from_dict(FULL).fingerprint
    assert Ontology.from_dict(mixed).differences(Ontology.from_dict(FULL)) == []


@given(strategies.ontologies(), st.text("0123456789abcdef", min_size=6, max_size=6))
def test_the_fingerprint_does_not_follow_colours(ontology: Ontology, digits: str) -> None:
    other = msgspec.structs.replace(
        ontology, objects=[msgspec.structs.replace(item, color=f"#{digits}") for item in ontology.objects]
    )
    assert other.fingerprint == ontology.fingerprint


MEANINGS = [
    changed("objects", 0, "name", to="rbc"),
    changed("objects", 0, "shape", to="polygon"),
    changed("objects", 0, "attributes", to=[{"type": "text", "name": "note"}]),
    changed("objects", 1, "attributes", 0, "name", to="sort"),
    changed("objects", 1, "attributes", 0, "required", to=False),
    changed("objects", 1, "attributes", 0, "options", 0, "value", to="c"),
    changed("objects", 1, "attributes", 0, "options", 1, "questions", to=[]),
    changed("objects", 1, "attributes", 0, "options", 1, "questions", 0, "name", to="wherefore"),
    changed("objects", 1, "attributes", 0, "options", 1, "questions", 0, "required", to=True),
    changed("objects", 1, "attributes", 0, "options", 1, "questions", 0, to={"type": "number", "name": "why"}),
    changed("objects", 1, "attributes", 1, "options", to=["x", "y", "z"]),
    changed("objects", 1, "attributes", 1, to=FULL["classifications"][2]),
    changed("objects", 2, "tolerance", to=6),
    changed("objects", 2, "tolerance", to="5mm"),
    changed("objects", 2, "tolerance", to=None),
    changed("objects", 3, "skeleton", "points", to=["p", "q", "s"]),
    changed("objects", 3, "skeleton", "edges", to=[["p", "r"]]),
    changed("objects", 3, "skeleton", "sigmas", to=[0.1, 0.2, 0.4]),
    changed("objects", 3, "skeleton", "sigmas", to=None),
    changed("objects", to=FULL["objects"][:3]),
    changed("classifications", 0, "options", to=[{"value": "good"}]),
    changed("classifications", 0, to={"type": "checklist", "name": "quality", "options": ["good", "bad"]}),
    changed("classifications", 0, "scope", to="frame"),
    changed("classifications", 1, "tolerance", to=2),
    changed("classifications", 1, "scope", to="item"),
    changed("classifications", 2, "required", to=True),
    changed("classifications", to=FULL["classifications"][:2]),
]


@pytest.mark.parametrize("plain", MEANINGS)
def test_the_fingerprint_follows_every_meaning_and_differences_says_which(plain: dict[str, Any]) -> None:
    mine, other = Ontology.from_dict(FULL), Ontology.from_dict(plain)
    assert mine.fingerprint != other.fingerprint
    assert mine.differences(other)
    assert other.differences(mine)


def test_no_two_of_these_meanings_share_a_fingerprint() -> None:
    assert len({Ontology.from_dict(plain).fingerprint for plain in MEANINGS}) == len(MEANINGS)


@given(strategies.ontologies(), strategies.ontologies())
def test_fingerprints_agree_exactly_where_there_are_no_differences(a: Ontology, b: Ontology) -> None:
    assert (a.fingerprint == b.fingerprint) == (a.differences(b) == [])


def test_a_fingerprint_is_the_same_in_every_process_and_version() -> None:
    ontology = Ontology([ObjectClass("RBC", shape="bounding_box")])
    meaning = (
        b'{"objects":{"RBC":{"shape":"bounding_box","tolerance":null,"attributes":{},"skeleton":null}},'
        b'"classifications":{}}'
    )
    assert ontology.fingerprint == hashlib.sha256(meaning).hexdigest()


def test_differences_name_their_place() -> None:
    mine = Ontology.from_dict(FULL)
    other = Ontology.from_dict(changed("objects", 1, "attributes", 0, "options", 0, "value", to="c"))
    assert mine.differences(other) == [
        "objects > WBC > attributes > kind > options > a: only here",
        "objects > WBC > attributes > kind > options > c: only there",
    ]
    other = Ontology.from_dict(changed("objects", 0, "shape", to="polygon"))
    assert mine.differences(other) == ["objects > RBC > shape: 'bounding_box' here, 'polygon' there"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (Ontology, "nothing to label"),
        (lambda: Ontology([ObjectClass("a", "polygon"), ObjectClass("a", "keypoint")]), "'a' occurs more than once"),
        (lambda: Ontology([ObjectClass("a", "polygon")], [Text("a")]), "'a' occurs more than once"),
        (lambda: Ontology([], [Radio("q", [Option("x", [Text("t")])]), Text("t")]), "'t' occurs more than once"),
        (lambda: Ontology([], [Radio("q", [Option("x", [Text("t", scope="frame")])])]), "must have its scope"),
        (
            lambda: Ontology([ObjectClass("caf\u00e9", "polygon"), ObjectClass("cafe\u0301", "keypoint")]),
            "more than once",
        ),
        (lambda: Radio("q", ["caf\u00e9", "cafe\u0301"]), "more than once"),
        (lambda: ObjectClass("a", "polygon", attributes=[Text("t", scope="frame")]), "has no scope"),
        (lambda: ObjectClass("a", "polygon", attributes=[Text("t"), Number("t")]), "more than once"),
        (lambda: ObjectClass("a", "circle"), "Shapes: bounding_box"),
        (lambda: ObjectClass("a", "polygon", color="red"), "like '#d62728'"),
        (lambda: ObjectClass("a", "object_primitive"), "needs a skeleton"),
        (lambda: ObjectClass("a", "polygon", skeleton=Skeleton(["p"])), "needs a skeleton"),
        (lambda: ObjectClass("a", "object_primitive", skeleton={"points": ["p"]}), "must be a Skeleton"),
        (lambda: Skeleton([]), "at least one"),
        (lambda: Skeleton(["p", "p"]), "more than once"),
        (lambda: Skeleton(["p", "q"], [("p", "r")]), "must join two"),
        (lambda: Skeleton(["p", "q"], [("p", "p")]), "more than once"),
        (lambda: Skeleton(["p", "q"], sigmas=[0.1]), "2 numbers above 0"),
        (lambda: Skeleton(["p"], sigmas=[0]), "1 numbers above 0"),
        (lambda: Radio("q", []), "at least one"),
        (lambda: Radio("q", "yes"), "must be a list"),
        (lambda: Radio("q", ["a", "a"]), "more than once"),
        (lambda: Checklist("q", [1]), "must be a name"),
        (lambda: Text("q", required="yes"), "True or False"),
        (lambda: Text("q", scope="video"), "'item' or 'frame'"),
        (lambda: Number("n", tolerance=-1), "from 0"),
        (lambda: Ontology.from_dict({**FULL, "labels": []}), "labels"),
    ],
)
def test_a_contradiction_is_refused_and_says_which(make: Any, says: str) -> None:
    with pytest.raises(InvalidOntology) as refused:
        make()
    assert says in str(refused.value)


def test_classes_without_a_colour_get_different_ones_and_keep_them() -> None:
    ontology = Ontology([ObjectClass(f"c{i}", "polygon") for i in range(10)])
    colors = [item.color for item in ontology.objects]
    assert len(set(colors)) == 10
    assert [item.color for item in Ontology.from_dict(ontology.to_dict()).objects] == colors


def test_a_class_is_given_no_colour_that_another_class_has() -> None:
    ontology = Ontology(objects=[ObjectClass("a", "polygon"), ObjectClass("b", "polygon")])
    wider = Ontology(objects=[ObjectClass("new", "polygon"), *ontology.objects, ObjectClass("newer", "polygon")])
    assert len({item.color for item in wider.objects}) == 4
    assert wider.objects[1:3] == ontology.objects
    shouted = ObjectClass("a", "polygon", color="#D62728")
    assert Ontology(objects=[shouted, ObjectClass("b", "polygon")]).objects[1].color == "#2ca02c"


def test_ten_thousand_classes_and_options_are_no_burden() -> None:
    names = [f"name {i}" for i in range(10_000)]
    ontology = Ontology([ObjectClass(name, "polygon") for name in names], [Radio("q", names), Checklist("r", names)])
    assert Ontology.from_dict(ontology.to_dict()) == ontology


def test_a_name_of_any_script_is_kept_and_found_in_either_spelling() -> None:
    names = ["白血球", "👩\u200d⚕️", "می\u200cخواهم", "n" * 10_000, "é" * 10]
    ontology = Ontology([ObjectClass(unicodedata.normalize("NFD", name), "polygon") for name in names])
    assert [item.name for item in ontology.objects] == names
    assert all(ontology.object_class(name).name == name for name in names)


def test_an_unknown_name_lists_the_closest_ones() -> None:
    ontology = Ontology.from_dict(FULL)
    assert ontology.question("quality").name == "quality"
    with pytest.raises(NotFound, match="'RBC'"):
        ontology.object_class("RBCs")
    with pytest.raises(NotFound, match="'quality'"):
        ontology.question("qualiti")


def test_nested_classifications_are_found_by_name() -> None:
    ontology = Ontology([], [Radio("q", [Option("x", [Text("inner")])])])
    assert ontology.question("inner") == Text("inner")


# --- other tools' files


def test_a_coco_file_gives_its_classes_the_shapes_of_its_annotations(shared: Path) -> None:
    ontology = Ontology.from_file(shared / "data/coco3/dataset/gt_dataset.json", format="coco")
    plain = json.loads((shared / "data/coco3/dataset/gt_dataset.json").read_text())
    assert [item.name for item in ontology.objects] == [category["name"] for category in plain["categories"]]
    assert {item.shape for item in ontology.objects} == {"polygon"}


def test_every_coco_file_of_another_tool_is_read_or_has_no_categories(shared: Path) -> None:
    read = 0
    for path in sorted((shared / "data/importers/coco_dataset").rglob("*.json")):
        plain = json.loads(path.read_text())
        categories = plain.get("categories")
        if categories and len({category["name"] for category in categories}) == len(categories):
            ontology = Ontology.from_file(path, format="coco")
            assert [item.name for item in ontology.objects] == [category["name"] for category in categories]
            assert [item.skeleton.points if item.skeleton else () for item in ontology.objects] == [
                tuple(category.get("keypoints", ())) for category in categories
            ]
            read += 1
        else:
            with pytest.raises(InvalidOntology):
                Ontology.from_file(path, format="coco")
    assert read > 5


def coco_file(folder: Path, plain: Any) -> Path:
    path = folder / "coco.json"
    path.write_text(json.dumps(plain))
    return path


def test_a_coco_class_is_a_box_only_where_its_annotations_hold_no_outline_and_a_mask_where_all_are_run_lengths(
    tmp_path: Path,
) -> None:
    plain: dict[str, Any] = {
        "categories": [{"id": 1, "name": "outlined"}, {"id": 2, "name": "boxed"}, {"id": 3, "name": "unseen"}],
        "annotations": [
            {"category_id": 1, "segmentation": [[0, 0, 1, 0, 1, 1]]},
            {"category_id": 1, "segmentation": []},
            {"category_id": 2, "bbox": [0, 0, 1, 1], "segmentation": []},
            {"category_id": 4, "segmentation": {"size": [1, 1], "counts": "01"}},
            {"category_id": 1, "segmentation": {"size": [1, 1], "counts": "01"}, "iscrowd": 1},
        ],
    }
    plain["categories"].append({"id": 4, "name": "masked"})
    shapes = {item.name: item.shape for item in Ontology.from_file(coco_file(tmp_path, plain), format="coco").objects}
    assert shapes == {"outlined": "polygon", "boxed": "bounding_box", "unseen": "polygon", "masked": "bitmask"}


def test_a_coco_skeleton_counts_its_points_from_1(tmp_path: Path) -> None:
    category: dict[str, Any] = {"id": 1, "name": "axis", "keypoints": ["p", "q", "r"], "skeleton": [[1, 3], [3, 2]]}
    ontology = Ontology.from_file(coco_file(tmp_path, {"categories": [category]}), format="coco")
    assert ontology.object_class("axis").skeleton == Skeleton(["p", "q", "r"], [("p", "r"), ("r", "q")])
    for wrong in ([[0, 1]], [[1, 4]], [[1]], [["p", "q"]], [1, 2], "12", {"a": 1}):
        with pytest.raises(InvalidOntology):
            Ontology.from_file(coco_file(tmp_path, {"categories": [{**category, "skeleton": wrong}]}), format="coco")


coco_json = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 5) | st.text(max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["categories", "annotations", "id", "name", "category_id", "keypoints", "skeleton", "segmentation"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(
    st.fixed_dictionaries(
        {"categories": st.lists(st.dictionaries(st.sampled_from(["id", "name", "keypoints", "skeleton"]), coco_json))},
        optional={"annotations": coco_json},
    )
    | coco_json
)
def test_no_coco_file_makes_another_error(tmp_path_factory: pytest.TempPathFactory, plain: Any) -> None:
    path = coco_file(tmp_path_factory.mktemp("coco"), plain)
    try:
        ontology = Ontology.from_file(path, format="coco")
    except InvalidOntology as error:
        message = str(error)
    else:
        message = "read"
        assert Ontology.from_dict(ontology.to_dict()) == ontology
    assert message


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "no JSON"), (b"{", "no JSON"), (b"\xff\xfe", "no JSON"), (b"[" * 100_000, "nested too deeply"), (b"[]", "")],
)
def test_a_file_that_is_none_is_refused_and_named(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "ontology.json"
    path.write_bytes(content)
    for format in ("json", "coco"):
        with pytest.raises(InvalidOntology) as refused:
            Ontology.from_file(path, format=format)  # type: ignore[arg-type]
        assert says in str(refused.value)


def test_a_file_that_is_not_there_or_of_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidOntology, match=r"missing\.json can't be read"):
        Ontology.from_file(tmp_path / "missing.json")
    with pytest.raises(InvalidOntology, match="can't be read"):
        Ontology.from_file(tmp_path)
    with pytest.raises(InvalidOntology, match="Formats: json, coco"):
        Ontology.from_file(tmp_path / "x.json", format="excel")  # type: ignore[arg-type]
