"""YOLO: what the numbers of a line mean, and what its classes are called."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from annowidgets.errors import InvalidImport
from annowidgets.interchange import ImportedDataset, read_yolo
from annowidgets.labels import (
    BoundingBox,
    Label,
    ObjectClass,
    ObjectPrimitive,
    Ontology,
    Polygon,
    RotatableBoundingBox,
    Skeleton,
)
from tests.interchange.samples import HEIGHT, WIDTH, picture


def read_lines(folder: Path, *lines: str, names: str = "cell\ntissue\n", **options: Any) -> ImportedDataset:
    picture(folder / "a.png")
    (folder / "a.txt").write_text("\n".join(lines))
    (folder / "classes.txt").write_text(names)
    return read_yolo(folder, progress=False, **options)


def shapes(dataset: ImportedDataset) -> list[Any]:
    return [label.shape for image in dataset.images for label in image.labels if isinstance(label, Label)]


def test_a_box_is_its_centre_and_sides_as_shares_of_the_picture(tmp_path: Path) -> None:
    dataset = read_lines(tmp_path, "1 0.5 0.5 0.25 0.2", "", "0 0.1 0.2 0.2 0.4 0.87")
    assert shapes(dataset) == [BoundingBox(11.25, 8.0, 7.5, 4.0), BoundingBox(0.0, 0.0, 6.0, 8.0)]
    assert [label.category for label in dataset.images[0].labels if isinstance(label, Label)] == ["tissue", "cell"]
    assert dataset.images[0].size == (HEIGHT, WIDTH)
    assert [one[1:] for one in dataset.skipped] == [("confidences", "not read of 1 line(s)")]


def test_pairs_are_an_outline(tmp_path: Path) -> None:
    [outline] = shapes(read_lines(tmp_path, "0 0.1 0.1 0.4 0.1 0.4 0.3"))
    assert outline == Polygon([(3, 2), (12, 2), (12, 6)])  # type: ignore[arg-type]


SHIPS = Ontology(objects=(ObjectClass("cell", "rotatable_bounding_box"), ObjectClass("tissue", "polygon")))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    angle=st.floats(-180, 180),
    width=st.floats(2, 12),
    height=st.floats(2, 12),
    start=st.integers(0, 3),
    back=st.booleans(),
)
def test_four_corners_of_a_turned_box_are_that_box_in_whatever_order_they_go_round(
    tmp_path: Path, angle: float, width: float, height: float, start: int, back: bool
) -> None:
    box = RotatableBoundingBox(15, 10, width, height, angle)
    corners = [box.corners()[(start + step) % 4] for step in range(4)]
    corners = corners[::-1] if back else corners
    line = " ".join(f"{x / WIDTH:.9f} {y / HEIGHT:.9f}" for x, y in corners)
    if not all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in corners):
        return
    for options in ({}, {"ontology": SHIPS}):
        [read] = shapes(read_lines(tmp_path, f"0 {line}", **options))
        assert isinstance(read, RotatableBoundingBox)
        for corner in box.corners():
            assert min(math.dist(corner, other) for other in read.corners()) < 1e-4


def test_four_corners_are_an_outline_where_the_class_or_the_other_outlines_are(tmp_path: Path) -> None:
    square, triangle = "0.1 0.1 0.4 0.1 0.4 0.4 0.1 0.4", "0.1 0.1 0.4 0.1 0.4 0.3"
    assert [type(one) for one in shapes(read_lines(tmp_path, f"0 {square}", f"1 {triangle}"))] == [Polygon, Polygon]
    assert [type(one) for one in shapes(read_lines(tmp_path, f"1 {square}", ontology=SHIPS))] == [Polygon]
    skewed = read_lines(tmp_path, "0 0.1 0.1 0.4 0.1 0.6 0.4 0.1 0.3", ontology=SHIPS)
    assert "not those of a turned box" in skewed.skipped[0].reason


def test_key_points_follow_the_box_where_the_data_set_says_how_many(tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text("names: [hand]\nkpt_shape: [2, 3]\n")
    dataset = read_lines(tmp_path, "0 0.5 0.5 0.2 0.2 0.1 0.2 2 0.3 0.4 1", names="")
    (tmp_path / "data.yaml").unlink()
    points = {"1": (3.0, 4.0, "visible"), "2": (9.0, 8.0, "occluded")}
    assert shapes(dataset) == [ObjectPrimitive(points)]  # type: ignore[arg-type]
    assert dataset.ontology is not None
    assert dataset.ontology.objects[0].skeleton == Skeleton(("1", "2"))
    hand = Ontology(objects=(ObjectClass("cell", "object_primitive", skeleton=Skeleton(("wrist", "thumb"))),))
    [read] = shapes(read_lines(tmp_path, "0 0.5 0.5 0.2 0.2 0.1 0.2 0 0", ontology=hand))
    assert read == ObjectPrimitive({"wrist": (3.0, 4.0, "visible"), "thumb": (0.0, 0.0, "absent")})
    box = Ontology(objects=(ObjectClass("hand", "bounding_box"),))
    (tmp_path / "data.yaml").write_text("names: [hand]\nkpt_shape: [1, 2]\n")
    assert shapes(read_lines(tmp_path, "0 0.5 0.5 0.2 0.2 0.1 0.2", names="", ontology=box)) == [
        BoundingBox(12, 8, 6, 4)
    ]


def told(dataset: ImportedDataset) -> list[tuple[str, str]]:
    return [(one.what, one.reason) for one in dataset.skipped]


def test_what_a_pose_holds_besides_the_wanted_shape_is_said(tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text("names: [hand]\nkpt_shape: [1, 2]\n")
    lines = ["0 0.5 0.5 0.2 0.2 0.1 0.2"] * 2
    assert told(read_lines(tmp_path, *lines)) == [("boxes around key points", "not read of 2 line(s)")]
    box = Ontology(objects=(ObjectClass("hand", "bounding_box"),))
    assert told(read_lines(tmp_path, *lines, ontology=box)) == [("key points of hand", "not read of 2 line(s)")]


@pytest.mark.parametrize(
    "written",
    [
        "\n  0:\n    - thumb\n    - wrist\n  1:\n    - eye\n    - 'no''se'\n",
        ' {0: [thumb, wrist], 1: [eye, "no\'se"]}\n',
        "\n  0: [thumb, wrist]\n  1:\n  - eye\n  - no'se\n",
    ],
)
def test_key_points_have_the_names_that_the_data_set_gives_them_whatever_the_classs_order(
    tmp_path: Path, written: str
) -> None:
    (tmp_path / "data.yaml").write_text(f"names: [hand, face]\nkpt_shape: [2, 2]\nkpt_names:{written}nc: 2\n")
    hand = Ontology(objects=(ObjectClass("hand", "object_primitive", skeleton=Skeleton(("wrist", "thumb"))),))
    dataset = read_lines(
        tmp_path, "0 0.5 0.5 0.2 0.2 0.1 0.2 0.3 0.4", "1 0.5 0.5 0.2 0.2 0.1 0.2 0.3 0.4", ontology=hand
    )
    first, second = {"thumb": (3.0, 4.0, "visible"), "wrist": (9.0, 8.0, "visible")}, ("eye", "no'se")
    assert shapes(dataset)[0] == ObjectPrimitive(first)  # type: ignore[arg-type]
    assert tuple(shapes(dataset)[1].points) == second
    assert [item.skeleton for item in dataset.declared] == [Skeleton(("thumb", "wrist")), Skeleton(second)]


def test_one_list_of_names_is_that_of_all_classes(tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text("names: [hand, face]\nkpt_shape: [2, 2]\nkpt_names:\n- thumb\n- wrist\n")
    dataset = read_lines(tmp_path, "1 0.5 0.5 0.2 0.2 0.1 0.2 0.3 0.4")
    assert tuple(shapes(dataset)[0].points) == ("thumb", "wrist")


def test_more_names_than_points_are_reported(tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text("names: [hand]\nkpt_shape: [1, 2]\nkpt_names: [thumb, wrist]\n")
    dataset = read_lines(tmp_path, "0 0.5 0.5 0.2 0.2 0.1 0.2")
    assert told(dataset) == [("hand (line 1)", "It has 1 key points, kpt_names 2.")]


def test_pictures_without_a_text_file_are_said_as_they_may_show_nothing(tmp_path: Path) -> None:
    picture(tmp_path / "b.png")
    told_of = "1 not read; an empty text file says that nothing is there"
    assert told(read_lines(tmp_path, "0 0.5 0.5 0.2 0.2")) == [("pictures without a text file", told_of)]
    assert read_yolo(tmp_path / "a.txt", progress=False).skipped == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("7 0.5 0.5 0.1 0.1", "Class '7' is not named in classes.txt, which has 2"),
        ("cell 0.5 0.5 0.1 0.1", "is not named"),
        ("0 0.5 0.5 0.1", "3 numbers are no box"),
        ("0 0.5 0.5 0.1 x", "'x' is no number"),
        ("0 120 80 40 20", "no share of the picture's size"),
        ("0 0.5 0.5 0 0.1", "no area"),
    ],
)
def test_a_line_that_can_not_be_read_is_reported_and_the_others_are_read(tmp_path: Path, line: str, says: str) -> None:
    dataset = read_lines(tmp_path, "0 0.5 0.5 0.1 0.1", line)
    assert len(shapes(dataset)) == 1
    [told] = dataset.skipped
    assert says in told.reason
    assert "line 2" in told.what
    assert told.source == tmp_path / "a.txt"


def test_a_file_without_its_picture_is_reported_as_its_numbers_mean_nothing(tmp_path: Path) -> None:
    read_lines(tmp_path, "0 0.5 0.5 0.1 0.1")
    (tmp_path / "b.txt").write_text("0 0.5 0.5 0.1 0.1")
    (tmp_path / "c.txt").write_text("0 0.5 0.5 0.1 0.1")
    (tmp_path / "c.png").write_text("no picture")
    told = {one.source.name: one.reason for one in read_yolo(tmp_path, progress=False).skipped}
    assert "no picture of its name was found" in told["b.txt"]
    assert "c.png is no picture" in told["c.txt"]


def test_a_folder_is_listed_once_however_many_files_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed: list[Any] = []
    scandir = os.scandir
    monkeypatch.setattr(
        "annowidgets.interchange.pictures.os.scandir", lambda place: listed.append(place) or scandir(place)
    )
    for number in range(20):
        picture(tmp_path / f"images/train/{number}.png")
        (tmp_path / "labels/train").mkdir(parents=True, exist_ok=True)
        (tmp_path / f"labels/train/{number}.txt").write_text("0 0.5 0.5 0.2 0.2")
    (tmp_path / "data.yaml").write_text("names: [cell]")
    assert len(shapes(read_yolo(tmp_path, progress=False))) == 20
    assert len(listed) < 80, "the files of labels are looked for there, too"


def test_sizes_are_those_of_the_picture_as_it_is_shown(tmp_path: Path) -> None:
    turned = Image.new("RGB", (10, 30))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "a.jpg", exif=exif)
    (tmp_path / "a.txt").write_text("0 0.5 0.5 0.2 0.2")
    (tmp_path / "classes.txt").write_text("cell")
    dataset = read_yolo(tmp_path, progress=False)
    assert dataset.images[0].size == (10, 30)
    assert shapes(dataset) == [BoundingBox(12, 4, 6, 2)]


NAMES = [
    ("names: [a, 'b, c', \"d\"]", ["a", "b, c", "d"]),
    ("names: ['a',\n  'b']\nnc: 2", ["a", "b"]),
    ("nc: 2\nnames:\n- a\n- 'it''s'\n", ["a", "it's"]),
    ("names:\n  0: a  # first\n  1: driver's # x\n\n# end\nroboflow:\n  license: x", ["a", "driver's"]),
    ("names: {0: a, 1: 'b'}", ["a", "b"]),
    ("train: x\n'names': {0: a, 1: b\n}", ["a", "b"]),
    ("names:\n  - a b\n  - c#d", ["a b", "c#d"]),
    # Letters beyond ASCII, as PyYAML and JSON write them.
    ('names:\n- "caf\\xE9"\n- "\\u0141\\xF3d\\u017A"\n', ["café", "Łódź"]),
    ('names: ["\\U0001F600", "\\ud83d\\ude00 \\"2\\""]', ["😀", '😀 "2"']),
]


@pytest.mark.parametrize(("text", "names"), NAMES)
def test_names_are_read_in_all_the_ways_that_a_data_yaml_writes_them(
    tmp_path: Path, text: str, names: list[str]
) -> None:
    (tmp_path / "data.yaml").write_text(text)
    assert [item.name for item in read_lines(tmp_path, names="").declared] == names


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("train: x", "no entry `names`"),
        ("names: [a, b", "never closed"),
        ("names: {a: b}", "no number and name"),
        ("names: [driver's, b]", "quotation mark"),
        ("names: [a]\nkpt_shape: [17]", "kpt_shape must be"),
        ("names: {0: a, 0: b}", "two names"),
        ('names: ["a\\q"]', "backslash that stands for nothing"),
        ('names: ["\\ud83d"]', "backslash that stands for nothing"),
        ("names: [a]\nkpt_names: {1: [x]}", "kpt_names must be"),
        ("names: [a]\nkpt_names: {nose: [x]}", "kpt_names must be"),
    ],
)
def test_names_that_can_not_be_read_are_refused_with_the_way_out(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "data.yaml").write_text(text)
    with pytest.raises(InvalidImport, match=says) as refused:
        read_lines(tmp_path)
    assert "data.yaml" in str(refused.value)
    assert "classes.txt" in str(refused.value)


def test_names_are_those_of_the_file_that_was_given_and_settings_of_a_training_hold_none(tmp_path: Path) -> None:
    (tmp_path / "args.yaml").write_text("epochs: 3\n")
    line = "0 0.5 0.5 0.2 0.2"
    assert [item.name for item in read_lines(tmp_path, line, names="cell\n").declared] == ["cell"]
    (tmp_path / "data.yaml").write_text("names: [old]")
    for name in ("data_2.yaml", "other.YML"):
        (tmp_path / name).write_text(f"names: ['{name}']")
        assert [item.name for item in read_yolo(tmp_path / name, progress=False).declared] == [name]
    with pytest.raises(InvalidImport, match=r"args\.yaml: It has no entry `names`"):
        read_yolo(tmp_path / "args.yaml", progress=False)


def test_labels_without_names_or_no_labels_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidImport, match="no text file of labels"):
        read_yolo(tmp_path)
    (tmp_path / "deep/er/still").mkdir(parents=True)
    (tmp_path / "deep/er/still/a.txt").write_text("")
    with pytest.raises(InvalidImport, match=r"no data\.yaml and no classes\.txt"):
        read_yolo(tmp_path / "deep/er/still")
    with pytest.raises(InvalidImport, match="There is no folder"):
        read_yolo(tmp_path / "missing")
