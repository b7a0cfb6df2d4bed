"""Every sample of another tool's exports is read with the counts that REFERENCE.json has of it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from annowidgets.interchange import ImportedDataset, read_coco, read_cvat, read_labelme, read_voc, read_yolo
from annowidgets.labels import Answer, Bitmask, BoundingBox, Keypoint, Label, Ontology, Polygon, Polyline


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "data" / "importers"


@pytest.fixture(scope="module")
def reference(folder: Path) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads((folder / "REFERENCE.json").read_text())
    return {name.removeprefix("datumaro/"): counts for name, counts in plain.items()}


def labels_of(dataset: ImportedDataset) -> list[Label]:
    return [label for one in dataset.labelled for label in one.labels if isinstance(label, Label)]


def test_every_coco_file_is_read_with_its_counts(folder: Path, reference: dict[str, Any]) -> None:
    there = [str(path.relative_to(folder)) for path in (folder / "coco_dataset").rglob("*.json")]
    files = {name: reference[name] for name in sorted(there)}
    assert len(files) > 25
    for name, counts in files.items():
        path = folder / name
        dataset = read_coco(path, progress=False)
        labels = labels_of(dataset)
        tags = [answer.value for image in dataset.images for answer in image.labels if isinstance(answer, Answer)]
        no_objects = [one for one in dataset.skipped if "no objects" in one.reason]
        assert len(dataset.images) == counts["images"], name
        assert all(image.path is not None and image.path.is_file() for image in dataset.images), name
        assert len(labels) + sum(map(len, tags)) + len(no_objects) == counts["annotations"], name  # type: ignore[arg-type]
        assert sum(isinstance(label.shape, Bitmask) for label in labels) == counts["rle"], name
        assert sum(isinstance(label.shape, Polygon) for label in labels) == counts["polygons"], name
        assert sum(label.attributes.get("iscrowd") == "yes" for label in labels) == counts["iscrowd"], name
        # These categories name no key points, so the annotations' have no names; that is said.
        unread = [int(one.reason.split()[3]) for one in dataset.skipped if one.what.startswith("key points")]
        assert sum(unread) == counts["keypoints"], name
        assert len(dataset.skipped) == len(no_objects) + len(unread), "nothing else is left out"
        if counts["categories"]:
            ontology = Ontology.from_file(path, format="coco")
            assert [item.name for item in ontology.objects] == counts["categories"], name


def test_both_kinds_of_run_lengths_are_read_column_by_column(folder: Path) -> None:
    dataset = read_coco(folder / "coco_dataset/coco/annotations/instances_val.json", progress=False)
    [mask] = [label.shape for label in labels_of(dataset) if isinstance(label.shape, Bitmask)]
    array = mask.to_array()
    assert array.shape == (10, 5)
    assert array[:, :2].all()
    assert not array[:, 2:].any()


def test_every_voc_file_is_read_with_its_boxes(folder: Path, reference: dict[str, Any]) -> None:
    files = {name: boxes for name, boxes in reference.items() if name.startswith("voc_dataset")}
    assert len(files) == 7
    for name, boxes in files.items():
        dataset = read_voc(folder / name, progress=False)
        assert [[label.category, list(label.shape.bounds())] for label in labels_of(dataset) if label.shape] == boxes


def test_every_yolo_file_is_read_line_by_line(folder: Path, reference: dict[str, Any]) -> None:
    lines = {Path(name): rows for name, rows in reference.items() if name.startswith("yolo_dataset")}
    read = {}
    for root in ("strict", "labels", "annotations"):
        dataset = read_yolo(folder / "yolo_dataset" / root, progress=False)
        assert dataset.skipped == []
        assert [item.name for item in dataset.declared] == [f"label_{number}" for number in range(10)]
        read |= {image.source_path.relative_to(folder): image for image in dataset.images}
    assert {path.name for path in lines.keys() - read.keys()} == {"README.txt", "train.txt"}, "no files of labels"
    assert len(read) == 4
    for path, image in read.items():
        assert image.size is not None
        height, width = image.size
        assert len(image.labels) == len(lines[path])
        for label, line in zip(image.labels, lines[path], strict=True):
            number, cx, cy, w, h = line.split()
            assert isinstance(label, Label)
            assert isinstance(label.shape, BoundingBox)
            x0, y0, x1, y1 = label.shape.bounds()
            assert label.category == f"label_{number}"
            assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx((float(cx) * width, float(cy) * height))
            assert (x1 - x0, y1 - y0) == pytest.approx((float(w) * width, float(h) * height))


@pytest.mark.parametrize("name", ["export_project/annotations.xml", "export_task/train.xml"])
def test_every_shape_of_cvat_images_is_read(folder: Path, reference: dict[str, Any], name: str) -> None:
    counts = reference[f"cvat_dataset/for_images/{name}"]["counts"]
    dataset = read_cvat(folder / "cvat_dataset/for_images" / name, progress=False)
    assert len(dataset.images) == counts["images"]
    assert len({image.path for image in dataset.images if image.path}) == counts["images"], "by their subsets' folders"
    shapes = Counter(type(label.shape) for label in labels_of(dataset))
    # A label that has no name can't be one.
    nameless = Counter(one.what.split()[0] for one in dataset.skipped if "no label" in one.reason)
    for tag, kind in (("box", BoundingBox), ("polygon", Polygon), ("polyline", Polyline)):
        assert shapes[kind] + nameless[tag] == counts[f"image/{tag}"]
    assert shapes[Keypoint] == 3 * counts["image/points"], "each of these elements has three points"


def test_the_tracks_of_a_cvat_video_are_read_with_their_key_frames(folder: Path, reference: dict[str, Any]) -> None:
    tracks = reference["cvat_dataset/for_video/annotations.xml"]["tracks"]
    source = folder / "cvat_dataset/for_video"
    [video] = read_cvat(source, images=folder / "cvat_dataset/test.mp4", progress=False).videos
    assert video.path == folder / "cvat_dataset/test.mp4"
    points = tracks[1]["shapes"]["points"]
    assert points == 2
    expected = [(tracks[0], BoundingBox), *[(tracks[1], Keypoint)] * 3, (tracks[2], Polyline)]
    assert len(video.labels) == len(expected)
    for label, (track, kind) in zip(video.labels, expected, strict=True):
        assert isinstance(label, Label)
        assert label.category == track["label"]
        told = track["frames"][: len(label.key_frames)]
        assert list(label.key_frames) == told
        inside = [shape for shape in label.key_frames.values() if shape is not None]
        assert all(isinstance(shape, kind) for shape in inside)
        # Outside a second time in a row is no further key frame.
        assert len(inside) == track["keyframes"] - track["outside"]
    [pictures] = read_cvat(source, progress=False).videos
    assert [file.name for file in pictures.frames] == [f"frame_{number:06}.png" for number in (10, 13, 16)]
    assert [list(label.key_frames) for label in pictures.labels if isinstance(label, Label)] == [
        [0, 1], [0, 1], [0, 1], [0, 1], [1, 2],
    ]  # fmt: skip


def test_the_polygons_of_labelmes_web_tool_are_read(folder: Path, shared: Path) -> None:
    dataset = read_labelme(folder / "labelme_dataset", progress=False)
    assert [label.category for label in labels_of(dataset)] == ["window", "o1", "q1", "b1", "hg"]
    assert [one.what for one in dataset.skipped if "mask" in one.reason] == [
        "license plate (object 2)",
        "m1 (object 6)",
    ]
    assert dataset.images[0].size == (77, 102)
    counts = json.loads((shared / "data/labelme_3annotators/REFERENCE.json").read_text())
    for person, names in counts["names"].items():
        dataset = read_labelme(shared / f"data/labelme_3annotators/w55-e04-objects{person}", progress=False)
        assert Counter(label.category for label in labels_of(dataset)) == names
        assert len(dataset.images) == counts["images"]


def test_the_polygons_of_three_annotators_agree_as_the_reference_has_it(shared: Path) -> None:
    from shapely import Polygon as Area

    root = shared / "data/labelme_3annotators"
    pairs = json.loads((root / "REFERENCE.json").read_text())["pairs"]
    people = {
        person: [
            Area(label.shape.rings[0])
            for label in labels_of(read_labelme(root / f"w55-e04-objects{person}", progress=False))
            if isinstance(label.shape, Polygon)
        ]
        for person in "123"
    }
    for pair, told in pairs.items():
        one, other = pair.split("-")
        shares = [a.intersection(b).area / a.union(b).area for a, b in zip(people[one], people[other], strict=True)]
        assert sum(shares) / len(shares) == pytest.approx(told["mean_iou_shapely"], abs=1e-9)
