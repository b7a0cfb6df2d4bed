"""LabelMe: each kind of shape of the desktop tool, and the web tool's objects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import annowidgets as aw
from annowidgets.errors import InvalidImport
from annowidgets.interchange import ImportedDataset, read_labelme
from annowidgets.labels import Bitmask, Label
from tests.interchange import samples

SEEN = {"old": "no", "description": "seen"}


def read(folder: Path, plain: Any) -> ImportedDataset:
    return read_labelme(samples.write_sample("labelme", folder, json.dumps(plain).encode()), progress=False)


def test_every_kind_of_shape_is_read_with_its_flags(tmp_path: Path) -> None:
    dataset = read(tmp_path, samples.labelme())
    mask = np.zeros((samples.HEIGHT, samples.WIDTH), bool)
    mask[5:7, 4:7] = [[1, 0, 1], [0, 1, 0]]
    [image] = dataset.images
    assert image.labels == [
        Label("polygon", aw.Polygon([(1, 1), (6, 1), (6, 5)]), SEEN),
        Label("rectangle", aw.BoundingBox(2, 3, 6, 6), SEEN),
        Label("line", aw.Polyline([(0, 0), (4, 4)]), SEEN),
        Label("linestrip", aw.Polyline([(0, 0), (4, 4), (4, 8)]), SEEN),
        Label("point", aw.Keypoint(3, 4), SEEN),
        Label("points", aw.Keypoint(3, 4), SEEN),
        Label("points", aw.Keypoint(5, 6), SEEN),
        Label("mask", Bitmask.from_array(mask), SEEN),
        aw.Answer("blurred", "yes"),
    ]
    assert (image.size, image.path, dataset.skipped) == ((20, 30), tmp_path / "a.png", [])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"shape_type": "circle"}, "Its kind is 'circle'"),
        ({"points": [[1, 1], [2]]}, "pairs"),
        ({"points": [[1, 1], [2, 2], [3, 3]]}, "no area"),
        ({"shape_type": "rectangle", "points": [[1, 1], [1, 5]]}, "two opposite corners"),
        ({"shape_type": "mask", "mask": "?", "points": [[0, 0], [1, 1]]}, "no PNG"),
        ({"shape_type": "mask", "mask": samples.png([[1]]), "points": [[0, 0], [1, 1]]}, "1 x 1, its corners 2 x 2"),
        ({"shape_type": "mask", "mask": samples.png([[1]]), "points": [[40, 0], [40, 0]]}, "over the picture's edge"),
        ({"label": None}, "no label"),
    ],
)
def test_a_shape_that_can_not_be_read_is_reported_by_its_place(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    plain = samples.labelme()
    plain["shapes"] = [plain["shapes"][0] | change, plain["shapes"][0]]
    dataset = read(tmp_path, plain)
    assert len(dataset.images[0].labels) == 2
    [told] = dataset.skipped
    assert says in told.reason
    assert "shape 1" in told.what


def test_what_labels_do_not_hold_is_said(tmp_path: Path) -> None:
    plain = samples.labelme()
    plain["shapes"] = [plain["shapes"][0] | {"group_id": 3, "score": 1, "flags": {"old": 3}}]
    plain |= {"lineColor": [1, 2], "imageHeight": -1}
    told = {one.what for one in read(tmp_path, plain).skipped}
    assert told == {
        "group_id of polygon (shape 1)",
        "score of polygon (shape 1)",
        "flag old of polygon (shape 1)",
        "lineColor",
        "size",
    }


def test_a_group_is_said_to_be_left_out_of_a_label_only_where_the_label_is_kept(tmp_path: Path) -> None:
    plain = samples.labelme()
    plain["shapes"] = [plain["shapes"][0] | {"group_id": 3, "shape_type": "circle"}]
    [told] = read(tmp_path, plain).skipped
    assert "circle" in told.reason


def test_a_picture_that_stands_only_in_the_file_is_said_to_be_there(tmp_path: Path) -> None:
    plain = samples.labelme() | {"imageData": samples.png([[1]])}
    assert read(tmp_path, plain).skipped == []
    (tmp_path / "a.png").unlink()
    [told] = read_labelme(tmp_path, progress=False).skipped
    assert told.what == "imageData"


def test_the_web_tools_objects_are_read(tmp_path: Path) -> None:
    dataset = read_labelme(samples.write_sample("labelme_xml", tmp_path), progress=False)
    assert dataset.images[0].labels == [
        Label("car", aw.Polygon([(1, 1), (6, 1), (6, 5)]), {"occluded": "no", "attributes": "red"}),
        Label("bus", aw.BoundingBox(1, 2, 4, 4)),
    ]
    deleted = samples.LABELME_XML.replace("<deleted>0", "<deleted>1")
    path = samples.write_sample("labelme_xml", tmp_path, deleted.encode())
    assert read_labelme(path, progress=False).skipped == [(path, "car (object 1)", "It was deleted.")]


def test_a_file_of_another_kind_among_others_is_reported_and_none_at_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "other.xml").write_text("<x/>")
    samples.write_sample("labelme", tmp_path)
    dataset = read_labelme(tmp_path, progress=False)
    assert len(dataset.images) == 1
    assert {one.source.name for one in dataset.skipped} == {"other.json", "broken.json", "other.xml"}
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidImport, match="no JSON or XML file"):
        read_labelme(tmp_path / "empty")
    with pytest.raises(InvalidImport, match="no file or folder"):
        read_labelme(tmp_path / "missing")
