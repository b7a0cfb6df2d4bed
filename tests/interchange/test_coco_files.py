"""COCO: which shape an annotation becomes, and files written here, held against pycocotools."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

import annowidgets as aw
from annowidgets.errors import InvalidImport
from annowidgets.interchange import LabelledPicture, coco_dataset, read_coco
from annowidgets.labels import Bitmask, Label, ObjectClass, ObjectPrimitive, Ontology, Polygon, Shape, Skeleton
from tests.interchange import samples
from tests.labels import strategies

# pycocotools is written for an older numpy; what it computes is right.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SIZE = (samples.HEIGHT, samples.WIDTH)
POINTS = ("wrist", "thumb", "tip")
ONTOLOGY = Ontology(
    objects=(
        ObjectClass("box", "bounding_box"),
        ObjectClass("cell", "polygon"),
        ObjectClass("tissue", "bitmask"),
        ObjectClass("hand", "object_primitive", skeleton=Skeleton(POINTS, (("wrist", "thumb"),))),
        ObjectClass("spot", "keypoint"),
        ObjectClass("axis", "polyline"),
        ObjectClass("ship", "rotatable_bounding_box"),
    )
)


def opened(path: Path) -> Any:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


def read_back(folder: Path, content: bytes, ontology: Ontology | None = ONTOLOGY) -> list[list[Any]]:
    path = folder / "labels.json"
    path.write_bytes(content)
    return [image.labels for image in read_coco(path, ontology=ontology, progress=False).images]


def annotations(content: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(content)["annotations"]
    return found


# --- reading


def read_sample(folder: Path, ontology: Ontology | None = None) -> dict[int, Any]:
    """What each annotation of the sample became, by its id."""
    dataset = read_coco(samples.write_sample("coco", folder), ontology=ontology, progress=False)
    first, second = dataset.images
    return dict(zip((1, 2, 3, 4, 5, 6), [*first.labels, *second.labels], strict=True))


def test_an_annotation_becomes_the_shape_that_its_class_is_labelled_with(tmp_path: Path) -> None:
    read = read_sample(tmp_path)
    assert read[1] == Label(
        "cell",
        Polygon([[(1, 1), (6, 1), (6, 5)], [(10, 10), (14, 10), (14, 15), (10, 15)]]),  # type: ignore[arg-type]
        {"kind": "round", "count": 3, "marks": ("x", "y"), "clear": "yes"},
    )
    assert read[2] == Label("tissue", Bitmask(SIZE, [5, 10, 585]), {"iscrowd": "yes"})  # type: ignore[arg-type]
    assert read[3] == Label("tissue", Bitmask(SIZE, [5, 10, 585]))  # type: ignore[arg-type]
    assert read[4] == Label("hand", ObjectPrimitive({"wrist": (3, 4, "visible"), "thumb": (0, 0, "absent")}))
    assert read[5] == Label("box", aw.RotatableBoundingBox(4.5, 5.5, 4, 5, 30))
    assert read[6] == aw.Answer("tags", ("box",))
    boxes = Ontology(objects=(ObjectClass("cell", "bounding_box"), ObjectClass("tissue", "bounding_box")))
    assert read_sample(tmp_path, boxes)[1].shape == aw.BoundingBox(1, 1, 13, 14)
    dataset = read_coco(tmp_path / "labels.json", ontology=boxes, progress=False)
    assert {(one.what, one.reason) for one in dataset.skipped} == {
        ("outlines of cell", "not read of 1 annotation(s)"),
        ("outlines of tissue", "not read of 2 annotation(s)"),
        ("boxes of hand", "not read of 1 annotation(s)"),
    }


def test_a_lone_key_point_that_is_absent_is_no_place_in_the_corner(tmp_path: Path) -> None:
    plain = {
        "images": [{"id": 1, "file_name": "a.png", "height": 20, "width": 30}],
        "categories": [{"id": 1, "name": "spot", "keypoints": ["spot"], "skeleton": []}],
        "annotations": [
            {"id": seen, "image_id": 1, "category_id": 1, "keypoints": [3 * seen, 4 * seen, seen]} for seen in (0, 1, 2)
        ],
    }
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(plain))
    dataset = read_coco(path, ontology=ONTOLOGY, progress=False)
    assert dataset.images[0].labels == [Label("spot", aw.Keypoint(3, 4)), Label("spot", aw.Keypoint(6, 8))]
    assert {(one.what, one.reason) for one in dataset.skipped} == {
        ("spot (id 0, annotations[0])", "Its only key point is absent."),
        ("occlusion of spot", "not read of 1 annotation(s)"),
    }


def test_what_other_tools_write_besides_labels_is_said(tmp_path: Path) -> None:
    plain = {
        "info": {},
        "licenses": [],
        "videos": [{"id": 1}],
        "images": [
            {"id": 1, "file_name": "a.png", "license": 1, "date_captured": "", "extra": {"user_tags": ["blurred"]}},
            {"id": 2, "file_name": "b.png", "extra": {}},
        ],
        "categories": [
            {"id": 0, "name": "people", "supercategory": "none"},
            {"id": 1, "name": "person", "supercategory": "people", "keypoints": ["nose", "eye"]},
        ],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": 1,
                "keypoints": [3, 4, 2, 5, 6, 1],
                "bbox": box,
                "segmentation": outline,
            }
            for box, outline in (([1, 1, 9, 9], [[1, 1, 9, 1, 9, 9]]), ([3, 4, 2, 2.004], []))
        ],
    }
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(plain))
    dataset = read_coco(path, progress=False)
    assert [(one.what, one.reason) for one in dataset.skipped] == [
        ("outlines of person", "not read of 1 annotation(s)"),
        ("boxes of person", "not read of 1 annotation(s)"),
        ("extra of images", "1 not read"),
        ("supercategory of categories", "1 not read"),
        ("videos", "1 not read"),
    ]


def test_parts_that_overlap_are_added_up_as_coco_means_them(tmp_path: Path) -> None:
    plain = samples.coco()
    plain["annotations"] = [
        {
            "id": 1,
            "image_id": 1,
            "category_id": 1,
            "segmentation": [[1, 1, 9, 1, 9, 9, 1, 9], [5, 5, 15, 5, 15, 15, 5, 15]],
        }
    ]
    path = samples.write_sample("coco", tmp_path, json.dumps(plain).encode())
    [label] = read_coco(path, progress=False).images[0].labels
    assert isinstance(label, Label)
    assert isinstance(label.shape, Polygon)
    ours = Bitmask.from_array(_pixels(label.shape))
    assert (ours.to_array() == opened(path).annToMask(plain["annotations"][0])).all()


def _pixels(polygon: Polygon) -> Any:
    from annowidgets.interchange import as_shape

    mask = as_shape(polygon, "bitmask", SIZE)
    assert isinstance(mask, Bitmask)
    return mask.to_array()


def test_a_broken_annotation_is_reported_with_its_place_and_stops_nothing(tmp_path: Path) -> None:
    plain = samples.coco()
    whole = plain["annotations"][0]
    plain["annotations"] = [
        whole,
        whole | {"id": 11, "segmentation": [[1, 1, 2, 2]]},
        whole | {"id": 12, "image_id": 77},
        whole | {"id": 13, "category_id": 9},
        whole | {"id": 14, "segmentation": {"size": [3, 3], "counts": [0, 9]}},
        whole | {"id": 15, "segmentation": [], "bbox": [1, 2, 0, 4]},
        {"id": 16, "image_id": 1, "category_id": 3, "keypoints": [1, 2, 3]},
        whole | {"id": 17, "score": 0.5},
        "nothing",
    ]
    dataset = read_coco(samples.write_sample("coco", tmp_path, json.dumps(plain).encode()), progress=False)
    assert sum(len(image.labels) for image in dataset.images) == 2
    told = {one.what: one.reason for one in dataset.skipped}
    assert list(told) == [
        "cell (id 11, annotations[1])",
        "cell (id 12, annotations[2])",
        "annotation (id 13, annotations[3])",
        "cell (id 14, annotations[4])",
        "cell (id 15, annotations[5])",
        "hand (id 16, annotations[6])",
        "annotations[8]",
        "score of annotations",
    ]
    assert "three or more pairs" in told["cell (id 11, annotations[1])"]
    assert "no area" in told["cell (id 15, annotations[5])"]


def test_what_is_no_coco_data_set_is_refused_with_the_way_out(tmp_path: Path) -> None:
    for content, says in (
        (b"{", "no JSON"),
        (b"[]", "no lists `images` and `annotations`"),
        (b'{"images": [], "annotations": [], "categories": [{"id": 1}]}', "name"),
    ):
        path = samples.write_sample("coco", tmp_path, content)
        with pytest.raises(InvalidImport, match=says) as refused:
            read_coco(path)
        assert str(path) in str(refused.value)
    (tmp_path / "more.json").write_text("{}")
    with pytest.raises(InvalidImport, match=r"2 JSON files: labels\.json, more\.json"):
        read_coco(tmp_path)
    with pytest.raises(InvalidImport, match="can't be read"):
        read_coco(tmp_path / "missing.json")


# --- writing


@st.composite
def held_labels(draw: st.DrawFn) -> Label:
    """A label of any shape that COCO holds."""
    item = draw(st.sampled_from([item for item in ONTOLOGY.objects if item.name not in ("axis", "ship")]))
    shape: Shape = draw(strategies.shapes_on(SIZE, item))
    if isinstance(shape, ObjectPrimitive):
        # COCO has no place for a point that is not there.
        points = {name: (x, y, v) if v != "absent" else (0.0, 0.0, v) for name, (x, y, v) in shape.points.items()}
        shape = ObjectPrimitive(points)
    attributes = draw(strategies.attributes)
    return Label(item.name, shape, {k: v for k, v in attributes.items() if k not in ("iscrowd", "rotation")})


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(pictures=st.lists(st.lists(held_labels(), max_size=4), min_size=1, max_size=3))
def test_what_is_written_and_read_again_is_the_same(tmp_path: Path, pictures: list[list[Label]]) -> None:
    given_pictures = [LabelledPicture(f"{number}.png", SIZE, labels) for number, labels in enumerate(pictures)]
    content, not_held = coco_dataset(given_pictures, ONTOLOGY)
    assert not_held == []
    assert read_back(tmp_path, content) == pictures
    assert coco_dataset(given_pictures, ONTOLOGY)[0] == content, "the same labels give the same bytes"
    told = Ontology.from_file(tmp_path / "labels.json", format="coco")
    assert told.object_class("hand").skeleton == ONTOLOGY.object_class("hand").skeleton


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(labels=st.lists(held_labels(), min_size=1, max_size=5))
def test_pycocotools_reads_area_box_and_pixels_as_they_are(tmp_path: Path, labels: list[Label]) -> None:
    content, _ = coco_dataset([LabelledPicture("a.png", SIZE, labels)], ONTOLOGY)
    (tmp_path / "labels.json").write_bytes(content)
    coco = opened(tmp_path / "labels.json")
    assert coco.getImgIds() == [1]
    for number, label in enumerate(labels, 1):
        [annotation] = coco.loadAnns([number])
        assert coco.loadCats([annotation["category_id"]])[0]["name"] == label.category
        assert label.shape is not None
        x0, y0, x1, y1 = label.shape.bounds()
        x, y, width, height = annotation["bbox"]
        assert (x, y, x + width, y + height) == pytest.approx((x0, y0, x1, y1), abs=1e-6)
        assert annotation["iscrowd"] == 0
        if isinstance(label.shape, Bitmask):
            run_lengths = coco.annToRLE(annotation)
            assert annotation["area"] == coco_mask.area(run_lengths)
            assert annotation["bbox"] == coco_mask.toBbox(run_lengths).tolist()
            assert (coco.annToMask(annotation) == label.shape.to_array()).all()
        elif isinstance(label.shape, aw.BoundingBox):
            assert annotation["area"] == label.shape.width * label.shape.height
        elif isinstance(label.shape, ObjectPrimitive):
            assert annotation["num_keypoints"] == len(label.shape.present())
            assert len(annotation["keypoints"]) == 9


def test_the_area_of_an_outline_is_exact_and_that_of_a_crossing_one_is_its_even_odd_area() -> None:
    square = Label("cell", Polygon([(1, 1), (5, 1), (5, 4.5), (1, 4.5)]))  # type: ignore[arg-type]
    bow_tie = Label("cell", Polygon([(0, 0), (4, 4), (4, 0), (0, 4)]))  # type: ignore[arg-type]
    content, _ = coco_dataset([LabelledPicture("a.png", SIZE, [square, bow_tie])], ONTOLOGY)
    assert [one["area"] for one in annotations(content)] == [14.0, 8.0]
    assert annotations(content)[0]["segmentation"] == [[1.0, 1.0, 5.0, 1.0, 5.0, 4.5, 1.0, 4.5]]


def test_a_crowd_is_run_lengths_and_its_flag_is_cocos(tmp_path: Path) -> None:
    mask = np.zeros(SIZE, bool)
    mask[2:9, 3:20] = True
    crowd = Label("tissue", Bitmask.from_array(mask), {"iscrowd": "yes", "kind": "dense"})
    content, not_held = coco_dataset([LabelledPicture("a.png", SIZE, [crowd])], ONTOLOGY)
    [annotation] = annotations(content)
    assert (annotation["iscrowd"], annotation["attributes"]) == (1, {"kind": "dense"})
    assert not_held == []
    assert read_back(tmp_path, content) == [[crowd]]


def test_a_hole_is_written_as_the_pixels_that_are_covered_and_told(tmp_path: Path) -> None:
    ring = Polygon([[(2, 2), (12, 2), (12, 12), (2, 12)], [(5, 5), (9, 5), (9, 9), (5, 9)]])  # type: ignore[arg-type]
    content, [told] = coco_dataset([LabelledPicture("a.png", SIZE, [Label("cell", ring)])], ONTOLOGY)
    assert "holes are not outlines" in told.reason
    [[read]] = read_back(tmp_path, content, ontology=None)
    expected = np.zeros(SIZE, bool)
    expected[2:12, 2:12] = True
    expected[5:9, 5:9] = False
    assert (read.shape.to_array() == expected).all()
    # As a class of polygons the pixels' outline is the very ring again.
    [[again]] = [
        image.labels
        for image in read_coco(tmp_path / "labels.json", ontology=ONTOLOGY, progress=False).fitted(ONTOLOGY).images
    ]
    assert isinstance(again, Label)
    assert isinstance(again.shape, Polygon)
    assert {frozenset(one) for one in again.shape.rings} == {frozenset(one) for one in ring.rings}


def test_what_coco_has_no_place_for_is_told_label_by_label() -> None:
    labels = [
        Label("axis", aw.Polyline([(1, 1), (5, 5)])),
        Label("ship", aw.RotatableBoundingBox(5, 5, 4, 2, 30)),
        aw.Answer("quality", "good"),
        Label("box", {0: aw.BoundingBox(1, 1, 2, 2)}),
        Label(
            "cell", Polygon([[(2, 2), (2.2, 2), (2.2, 2.2)], [(2.1, 2.05), (2.2, 2), (2.2, 2.2)]]), {"iscrowd": "yes"}
        ),  # type: ignore[arg-type]
        Label("box", aw.BoundingBox(1, 1, 2, 2), attributes_by_frame={0: {"kind": "x"}}),
    ]
    content, not_held = coco_dataset([LabelledPicture("a.png", SIZE, labels)], ONTOLOGY)
    assert [(one.label, one.reason) for one in not_held] == [
        (0, "COCO has no lines"),
        (1, "COCO has no turned boxes"),
        (2, "COCO has no answers about a picture"),
        (3, "COCO has no key frames"),
        (4, "a crowd is pixels in COCO, and it covers no centre of one"),
        (5, "COCO has no answers by frame"),
    ]
    assert [one["bbox"] for one in annotations(content)] == [[1, 1, 2, 2]]
    assert [one["name"] for one in json.loads(content)["categories"]] == ["box", "cell", "tissue", "hand", "spot"]


def test_real_outlines_and_run_lengths_are_the_same_pixels_after_a_round_trip(shared: Path, tmp_path: Path) -> None:
    source = shared / "data/coco3/dataset/gt_dataset.json"
    dataset = read_coco(source, progress=False)
    assert dataset.ontology is not None
    content, not_held = coco_dataset(
        [LabelledPicture(image.file_name, image.size or (0, 0), image.labels) for image in dataset.images],
        Ontology.from_file(source, format="coco"),
    )
    assert not_held == []
    (tmp_path / "again.json").write_bytes(content)
    theirs, ours = opened(source), opened(tmp_path / "again.json")
    assert len(ours.anns) == len(theirs.anns) == 9
    for one, other in zip(theirs.anns.values(), ours.anns.values(), strict=True):
        assert (theirs.annToMask(one) == ours.annToMask(other)).all()
        # The other tool's areas are whole numbers.
        assert abs(one["area"] - other["area"]) < 1
