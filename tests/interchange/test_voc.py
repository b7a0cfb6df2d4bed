"""Pascal VOC, held against counts that others made of real data, and against files broken in every way."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.errors import InvalidImport
from annowidgets.interchange import ImportedDataset, read_dataset, read_voc
from annowidgets.labels import BoundingBox, Label, Number, ObjectClass, Ontology, Text, find_problems

BOX = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>4.5</xmax><ymax>6</ymax></bndbox>"
OBJECT = f"<object><name>cat</name>{{more}}{BOX}</object>"
CAT = Label("cat", BoundingBox(1, 2, 3.5, 4))


def voc(folder: Path, content: str | bytes, name: str = "a.xml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def annotation(*objects: str, more: str = "") -> str:
    return f"<annotation><filename>a.jpg</filename>{more}{''.join(objects)}</annotation>"


def named(name: str, value: str) -> str:
    return f"<attribute><name>{name}</name><value>{value}</value></attribute>"


def read_one(folder: Path, content: str | bytes, **options: Any) -> ImportedDataset:
    return read_voc(voc(folder, content), progress=False, **options)


def corners(dataset: ImportedDataset) -> dict[str, list[Any]]:
    """Name and corners of all boxes per file, as REFERENCE.json has them."""
    return {
        image.source_path.name: [
            [label.category, list(map(float, label.shape.bounds()))]
            for label in image.labels
            if isinstance(label, Label) and label.shape
        ]
        for image in dataset.images
    }


# --- real data


@pytest.fixture(scope="module")
def bccd(shared: Path) -> ImportedDataset:
    return read_voc(shared / "data/bccd", progress=False)


def test_every_box_of_the_blood_smears_is_read_but_the_two_without_size(shared: Path, bccd: ImportedDataset) -> None:
    reference = json.loads((shared / "data/bccd/REFERENCE.json").read_text())
    assert len(bccd.images) == reference["images"]
    labels = [label for image in bccd.images for label in image.labels if isinstance(label, Label)]
    assert len(labels) + len(bccd.skipped) == reference["objects"]
    assert sorted((one.source.stem, one.what.split()[0]) for one in bccd.skipped) == sorted(
        (stem, name) for stem, name, _ in reference["degenerate_or_out_of_image"]
    )
    assert all("no area" in one.reason for one in bccd.skipped)
    counts = Counter(label.category for label in labels) + Counter(one.what.split()[0] for one in bccd.skipped)
    assert counts == reference["classes"]
    assert Counter(f"{w}x{h}" for h, w in (image.size or (0, 0) for image in bccd.images)) == reference["sizes"]


def test_boxes_stand_where_the_reference_has_them(shared: Path, bccd: ImportedDataset) -> None:
    reference = json.loads((shared / "data/bccd/REFERENCE.json").read_text())["self_iou_matrices_pycocotools"]
    found = corners(bccd)
    assert reference
    for stem, expected in reference.items():
        boxes = [list(pair) for pair in zip(expected["labels"], expected["boxes_xyxy"], strict=True)]
        assert found[f"{stem}.xml"] == boxes


def test_boxes_are_those_of_the_same_data_as_a_flat_table(shared: Path, bccd: ImportedDataset) -> None:
    import pandas as pd

    table = pd.read_csv(shared / "data/bccd/test.csv")
    rows = {tuple(row) for row in table[["filename", "cell_type", "xmin", "ymin", "xmax", "ymax"]].to_numpy().tolist()}
    found = {
        (image.file_name, label[0], *label[1])
        for image in bccd.images
        for label in corners(bccd)[image.source_path.name]
    }
    assert len(table) == 4888
    assert found == {row for row in rows if row[2] != row[4]}


def test_every_picture_of_the_blood_smears_is_found(shared: Path, bccd: ImportedDataset) -> None:
    for image in bccd.images:
        assert image.path == shared / "data/bccd/JPEGImages" / image.file_name
        assert image.path.is_file()


def test_what_fits_no_plain_ontology_is_left_out_of_the_labels_and_said_once(bccd: ImportedDataset) -> None:
    plain = Ontology([ObjectClass(name, shape="bounding_box") for name in ("RBC", "WBC", "Platelets")])
    fitted = bccd.fitted(plain)
    assert sum(len(image.labels) for image in fitted.images) == 4886
    assert all(find_problems(image.labels, plain, [image.size or (1, 1)]) == [] for image in fitted.images)
    assert fitted.skipped[:2] == bccd.skipped
    assert {one.what for one in fitted.skipped[2:]} == {
        f"attribute {name} of {category}"
        for name in ("truncated", "difficult")
        for category in ("RBC", "WBC", "Platelets")
    }
    assert any("4153 label(s)" in one.reason for one in fitted.skipped)
    assert fitted.images[0].labels[0].id == bccd.images[0].labels[0].id  # type: ignore[union-attr]


def test_the_suggested_ontology_is_one_that_all_labels_fit(bccd: ImportedDataset) -> None:
    suggested = bccd.ontology
    assert suggested is not None
    assert [(item.name, item.shape) for item in suggested.objects] == [
        (name, "bounding_box") for name in ("Platelets", "RBC", "WBC")
    ]
    assert all(find_problems(image.labels, suggested, [(480, 640)]) == [] for image in bccd.images)
    fitted = bccd.fitted(suggested)
    assert fitted.images == bccd.images
    assert fitted.skipped == bccd.skipped


@pytest.mark.parametrize("name", ["voc_dataset1", "voc_dataset2", "voc_dataset3"])
def test_files_of_another_tool_give_the_boxes_that_its_counts_name(shared: Path, name: str) -> None:
    reference = json.loads((shared / "data/importers/REFERENCE.json").read_text())
    prefix = f"datumaro/voc_dataset/{name}/Annotations/"
    expected = {key.removeprefix(prefix): boxes for key, boxes in reference.items() if key.startswith(prefix)}
    dataset = read_dataset(shared / "data/importers/voc_dataset" / name, format="voc", progress=False)
    assert expected
    assert corners(dataset) == expected


def test_parts_and_masks_are_reported_actions_and_flags_become_attributes(shared: Path) -> None:
    folder = shared / "data/importers/voc_dataset/voc_dataset1"
    dataset = read_voc(folder, progress=False)
    (image,) = dataset.images
    assert image.size == (10, 20)
    assert image.path == folder / "JPEGImages/2007_000001.jpg"
    cat, person = image.labels
    assert isinstance(cat, Label)
    assert isinstance(person, Label)
    assert cat.attributes == {"truncated": "yes", "difficult": "no"}
    assert person.attributes == {"actions": ("other", "phoning", "reading", "ridinghorse", "takingphoto", "walking")}
    assert [(one.source.name, one.what) for one in dataset.skipped] == [
        ("2007_000001.xml", "head of person (object 2)"),
        ("SegmentationObject", "masks"),
        ("SegmentationClass", "masks"),
    ]


# --- what a file says


def test_corners_are_continuous_pixels_as_they_stand(tmp_path: Path) -> None:
    dataset = read_one(tmp_path, annotation(OBJECT.format(more="")))
    assert dataset.images[0].labels == [CAT]
    assert dataset.skipped == []


def test_counted_from_1_a_box_spans_its_first_and_last_pixel(tmp_path: Path) -> None:
    whole = (
        "<object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>20</xmax><ymax>10</ymax></bndbox></object>"
    )
    pixel = "<object><name>cat</name><bndbox><xmin>3</xmin><ymin>4</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object>"
    dataset = read_one(tmp_path, annotation(whole, pixel), one_based=True)
    assert dataset.images[0].labels == [Label("cat", BoundingBox(0, 0, 20, 10)), Label("cat", BoundingBox(2, 3, 1, 1))]
    assert "no area" in read_one(tmp_path, annotation(pixel)).skipped[0].reason


def test_a_box_over_the_edge_or_outside_of_the_stated_size_is_read_as_it_stands(tmp_path: Path) -> None:
    size = "<size><width>3</width><height>3</height></size>"
    dataset = read_one(tmp_path, annotation(OBJECT.format(more=""), more=size))
    assert dataset.images[0].labels == [CAT]
    assert dataset.images[0].size == (3, 3)


@pytest.mark.parametrize(
    ("more", "attributes", "skipped"),
    [
        ("<pose>Unspecified</pose>", {}, []),
        ("<pose>Left</pose>", {"pose": "Left"}, []),
        ("<pose/><truncated></truncated>", {}, []),
        ("<truncated>1</truncated><difficult>0</difficult>", {"truncated": "yes", "difficult": "no"}, []),
        ("<occluded> True\n</occluded>", {"occluded": "yes"}, []),
        ("<difficult>2</difficult>", {}, ["cat (object 1): difficult"]),
        ("<confidence>0.9</confidence>", {"confidence": "0.9"}, []),
        (
            f"<attributes>{named('track_id', '7')}{named('occluded', 'False')}{named('note', '')}</attributes>",
            {"track_id": "7", "occluded": "no"},
            [],
        ),
        ("<attributes><attribute><value>7</value></attribute><x/></attributes>", {}, ["<attribute>", "<x>"]),
        (
            "<attributes><attribute><name>rotation</name><value>0.0</value></attribute></attributes>",
            {"rotation": "0.0"},
            [],
        ),
        ("<difficult>1</difficult><difficult>0</difficult>", {"difficult": "yes"}, ["cat (object 1): difficult"]),
        ("<difficult>1</difficult><difficult>1</difficult>", {"difficult": "yes"}, []),
        ("<polygon><x1>3</x1></polygon>", {}, ["cat (object 1): <polygon>"]),
        ("<actions><jumping>1</jumping><walking>0</walking></actions>", {"actions": ("jumping",)}, []),
        ("<actions><jumping>1</jumping><jumping>1</jumping></actions>", {"actions": ("jumping",)}, []),
        ("<actions><walking>0</walking></actions>", {}, []),
        ("<actions><walking>maybe</walking></actions>", {}, ["cat (object 1): walking"]),
        ("<part><name>head</name></part><part/>", {}, ["head of cat (object 1)", "part of cat (object 1)"]),
        ("<!-- seen --><?tool x?>", {}, []),
        (
            "<attributes><attribute><name>a\nb</name><value>c</value></attribute></attributes>",
            {},
            ["cat (object 1): a\nb"],
        ),
    ],
)
def test_what_an_object_says_besides_its_box_is_kept_as_attribute_or_reported(
    tmp_path: Path, more: str, attributes: dict[str, Any], skipped: list[str]
) -> None:
    dataset = read_one(tmp_path, annotation(OBJECT.format(more=more)))
    (label,) = dataset.images[0].labels
    assert label == Label("cat", BoundingBox(1, 2, 3.5, 4), attributes)
    assert len(dataset.skipped) == len(skipped)
    for one, what in zip(dataset.skipped, skipped, strict=True):
        assert what in one.what
        assert one.reason
    assert dataset.ontology is not None
    assert find_problems([label], dataset.ontology, [(99, 99)]) == []


def box(*sides: str) -> str:
    tags = ("xmin", "ymin", "xmax", "ymax")
    inner = "".join(f"<{tag}>{side}</{tag}>" for tag, side in zip(tags, sides, strict=False))
    return f"<object><name>dog</name><bndbox>{inner}</bndbox></object>"


@pytest.mark.parametrize(
    ("bad", "what", "reason"),
    [
        (box("1", "2", "1", "2"), "dog (object 2)", "no area"),
        (box("1", "2", "1", "9"), "dog (object 2)", "no area"),
        (box("5", "2", "1", "9"), "dog (object 2)", "wrong way round"),
        (box("a", "2", "3", "4"), "dog (object 2)", "xmin must be one number, got a"),
        (box("1", "2", "3,5", "4"), "dog (object 2)", "xmax must be one number"),
        (box("nan", "2", "3", "4"), "dog (object 2)", "xmin must be one number"),
        (box("1", "2", "inf", "4"), "dog (object 2)", "xmax must be one number"),
        (box("1", "2", "1e999", "4"), "dog (object 2)", "xmax must be one number"),
        (box("1", "2", "1_0", "4"), "dog (object 2)", "xmax must be one number"),
        (box("1", "2", "1e12", "4"), "dog (object 2)", "no pixels"),
        (box("", "2", "3", "4"), "dog (object 2)", "xmin must be one number"),
        (box("1", "2", "3"), "dog (object 2)", "ymax must be one number, got nothing"),
        (box("1", "2", "3", "4</ymax><ymax>5"), "dog (object 2)", "ymax must be one number, got 4, 5"),
        ("<object><name>dog</name></object>", "dog (object 2)", "0 bndbox elements"),
        ("<object><name>dog</name><bndbox/><bndbox/></object>", "dog (object 2)", "2 bndbox elements"),
        (OBJECT.format(more="").replace("cat", ""), "object without name (object 2)", "no name"),
        (OBJECT.format(more="").replace("<name>cat</name>", ""), "object without name (object 2)", "no name"),
        (OBJECT.format(more="").replace("cat", "c\nat"), "c\nat (object 2)", "can't be shown"),
        (OBJECT.format(more=""), "cat (object 2)", "the same as object 1"),
        (
            OBJECT.format(
                more="<attributes><attribute><name>rotation</name><value>30</value></attribute></attributes>"
            ),
            "cat (object 2)",
            "turned by 30 degrees",
        ),
        ("<object/>", "object without name (object 2)", "no name"),
        ("<verified/>", "<verified>", "no such element"),
        ("<size/>", "size", "no picture's"),
        ("<size><width>0</width><height>5</height></size>", "size", "no picture's"),
        ("<size><width>7.5</width><height>5</height></size>", "size", "no picture's"),
        ("<size><width>1e300</width><height>5</height></size>", "size", "no picture's"),
    ],
)
def test_what_can_t_be_read_is_reported_and_the_others_are_read(
    tmp_path: Path, bad: str, what: str, reason: str
) -> None:
    last = OBJECT.format(more="<pose>Left</pose>")
    dataset = read_one(tmp_path, annotation(OBJECT.format(more=""), bad, last))
    assert dataset.images[0].labels == [CAT, Label("cat", BoundingBox(1, 2, 3.5, 4), {"pose": "Left"})]
    (skipped,) = dataset.skipped
    assert skipped.source == tmp_path / "a.xml"
    assert skipped.what == what
    assert reason in skipped.reason


def test_objects_of_the_same_box_but_other_attributes_are_both_read(tmp_path: Path) -> None:
    dataset = read_one(tmp_path, annotation(OBJECT.format(more=""), OBJECT.format(more="<pose>Left</pose>")))
    assert len(dataset.images[0].labels) == 2
    assert dataset.skipped == []


# --- files

BOMB = (
    '<!DOCTYPE a [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]><annotation><filename>&a11;</filename></annotation>"
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no XML"),
        (b"not xml", "no XML"),
        (b"<annotation>", "no XML"),
        (b"<annotation>\xff</annotation>", "no XML"),
        (b"<annotation>&other;</annotation>", "no XML"),
        (b'<?xml version="1.0" encoding="nonsense"?><annotation/>', "UTF-8"),
        ('<?xml version="1.0" encoding="gb2312"?><annotation>\u4e2d</annotation>'.encode("gb2312"), "UTF-8"),
        (b"<annotations><image/></annotations>", "<annotations>, not VOC's"),
        (BOMB.encode(), "document type"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><annotation>&x;</annotation>', "document type"),
        (b'<!DOCTYPE annotation SYSTEM "http://localhost/x.dtd"><annotation/>', "document type"),
        (b"\x00\x05\x16\x07 a Mac's resource fork", "no XML"),
    ],
)
def test_a_file_that_can_t_be_read_is_reported_and_stops_nothing(tmp_path: Path, content: bytes, reason: str) -> None:
    voc(tmp_path, content, "bad.xml")
    voc(tmp_path, annotation(OBJECT.format(more="")), "good.xml")
    dataset = read_voc(tmp_path, progress=False)
    assert [image.source_path.name for image in dataset.images] == ["good.xml"]
    (skipped,) = dataset.skipped
    assert (skipped.source.name, skipped.what) == ("bad.xml", "file")
    assert reason in skipped.reason


def test_an_entity_bomb_costs_nothing(tmp_path: Path) -> None:
    path = voc(tmp_path, BOMB)
    tracemalloc.start()
    try:
        assert len(read_voc(path, progress=False).skipped) == 1
        assert tracemalloc.get_traced_memory()[1] < 2e6
    finally:
        tracemalloc.stop()


def test_nesting_without_end_is_no_danger(tmp_path: Path) -> None:
    deep = "<a>" * 100_000 + "</a>" * 100_000
    dataset = read_one(tmp_path, annotation(OBJECT.format(more=deep), more=deep))
    assert dataset.images[0].labels == [CAT]
    assert [one.what for one in dataset.skipped] == ["<a>", "cat (object 1): <a>"]


def test_a_file_without_permission_or_too_large_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = voc(tmp_path, annotation(OBJECT.format(more="")))
    monkeypatch.setattr("annowidgets.interchange.parsing._LARGEST_FILE", 10)
    assert "larger" in read_voc(path, progress=False).skipped[0].reason
    monkeypatch.undo()

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "Permission denied" in read_voc(path, progress=False).skipped[0].reason


def test_files_in_other_encodings_are_read(tmp_path: Path) -> None:
    content = annotation(OBJECT.format(more="")).replace("cat", "ценá")
    for encoding in ("utf-8-sig", "utf-16"):
        path = voc(tmp_path, content.encode(encoding))
        (label,) = read_voc(path, progress=False).images[0].labels
        assert isinstance(label, Label)
        assert label.category == "ценá"


@pytest.mark.parametrize(
    "picture",
    ["JPEGImages/a.jpg", "images/a.jpg", "Annotations/a.jpg", "a.jpg", "JPEGImages/A.JPG", "JPEGImages/a.png"],
)
def test_pictures_are_found_where_data_sets_keep_them(tmp_path: Path, picture: str) -> None:
    voc(tmp_path, annotation(), "Annotations/a.xml")
    expected = voc(tmp_path, b"", picture)
    for path in (tmp_path, tmp_path / "Annotations", tmp_path / "Annotations/a.xml"):
        assert read_voc(path, progress=False).images[0].path == expected


@pytest.mark.parametrize(
    ("called", "found"),
    [
        ("a.jpg", "a.jpg"),
        ("a", "a.jpg"),
        ("b.v2", "b.v2.png"),
        ("other.jpg", "label.jpg"),
        ("", "label.jpg"),
        ("train/c.jpg", "train/c.jpg"),
        ("train\\c.jpg", "train/c.jpg"),
        ("C:\\data\\a.jpg", "a.jpg"),
        ("/data/pi/a.jpg", "a.jpg"),
        ("../outside.jpg", "label.jpg"),
        ("cafe\u0301.jpg", "caf\u00e9.jpg"),
    ],
)
def test_pictures_are_found_by_what_the_file_calls_them(tmp_path: Path, called: str, found: str) -> None:
    voc(tmp_path, b"", "outside.jpg")
    for name in ("a.jpg", "b.v2.png", "label.jpg", "train/c.jpg", "caf\u00e9.jpg"):
        voc(tmp_path / "pictures", b"", name)
    path = voc(tmp_path / "labels", f"<annotation><filename>{called}</filename></annotation>", "label.xml")
    (image,) = read_voc(path, images=tmp_path / "pictures", progress=False).images
    assert image.path == tmp_path / "pictures" / found
    assert image.file_name == called or not called


def test_nested_files_find_the_pictures_that_are_sorted_the_same_way(tmp_path: Path) -> None:
    for part in ("train", "val"):
        voc(tmp_path, annotation(), f"Annotations/{part}/a.xml")
        voc(tmp_path, b"", f"JPEGImages/{part}/a.jpg")
    images = read_voc(tmp_path, progress=False).images
    assert [image.path for image in images] == [tmp_path / f"JPEGImages/{part}/a.jpg" for part in ("train", "val")]


def test_a_picture_that_is_not_there_has_no_path(tmp_path: Path) -> None:
    (image,) = read_one(tmp_path, annotation()).images
    assert image.path is None
    assert image.file_name == "a.jpg"
    assert image.labels == []


def test_the_order_is_that_of_the_file_names(tmp_path: Path) -> None:
    for name in ("c.xml", "a.xml", "b.XML"):
        voc(tmp_path, annotation(), name)
    assert [image.source_path.name for image in read_voc(tmp_path, progress=False).images] == [
        "a.xml",
        "b.XML",
        "c.xml",
    ]


def test_nothing_to_read_is_an_error_that_names_the_place(tmp_path: Path) -> None:
    with pytest.raises(InvalidImport, match="no file or folder"):
        read_voc(tmp_path / "missing")
    with pytest.raises(InvalidImport, match="no XML file under"):
        read_voc(tmp_path)
    voc(tmp_path, annotation())
    with pytest.raises(InvalidImport, match="no folder of pictures"):
        read_voc(tmp_path, images=tmp_path / "missing")
    with pytest.raises(InvalidImport, match="Formats: coco, cvat, labelme, voc, yolo"):
        read_dataset(tmp_path, format="excel")
    with pytest.raises(InvalidImport, match="Formats: coco, cvat, labelme, voc, yolo"):
        read_dataset(tmp_path, format=["voc"])  # type: ignore[arg-type]


def test_progress_is_shown_for_many_files_and_can_be_turned_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.xml", "b.xml"):
        voc(tmp_path, annotation(), name)
    read_dataset(tmp_path, progress=False)
    assert capsys.readouterr().err == ""
    read_dataset(tmp_path)
    assert "Reading annotations" in capsys.readouterr().err


# --- any file


about_pictures = ["annotation", "filename", "size", "width", "height", "x"]
about_objects = ["object", "name", "bndbox", "xmin", "ymin", "xmax", "ymax", "pose", "difficult", "part", "actions"]
tags = st.sampled_from([*about_pictures, *about_objects, "attributes", "attribute", "value"])
texts = st.sampled_from(
    ["", "1", "2", "-3", "4.5", "1e400", "nan", "cat", "\n", "\u202e", "é", " ", "1" * 400, "../a", "30", "rotation"]
)
elements = st.recursive(
    st.tuples(tags, texts).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"),
    lambda inner: st.tuples(tags, st.lists(inner, max_size=5)).map(lambda p: f"<{p[0]}>{''.join(p[1])}</{p[0]}>"),
    max_leaves=20,
)


def nothing_is_lost(dataset: ImportedDataset, content: bytes) -> None:
    """Hold that each object of a readable file is a label, or is reported by its number."""
    from xml.etree import ElementTree as ET

    for image in dataset.images:
        objects = len(ET.fromstring(content).findall("object"))
        reported = [
            n
            for n in range(1, objects + 1)
            if any(one.what.endswith(f"(object {n})") and " of " not in one.what for one in dataset.skipped)
        ]
        assert len(image.labels) + len(reported) == objects
    assert dataset.images or dataset.skipped
    ontology = dataset.ontology
    if ontology is not None:
        assert Ontology.from_dict(ontology.to_dict()) == ontology
        dataset.fitted(ontology)
    assert all(one.what and one.reason and len(one.what) < 300 and len(one.reason) < 500 for one in dataset.skipped)
    assert dataset._repr_html_()


@given(st.lists(elements, max_size=6))
def test_any_elements_are_read_or_reported(tmp_path_factory: pytest.TempPathFactory, inner: list[str]) -> None:
    content = f"<annotation>{''.join(inner)}</annotation>".encode()
    nothing_is_lost(read_one(tmp_path_factory.mktemp("voc"), content), content)


@given(st.data())
def test_a_real_file_that_was_damaged_is_read_or_reported(
    shared: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = (shared / "data/importers/voc_dataset/voc_dataset1/Annotations/2007_000001.xml").read_bytes()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        until = data.draw(st.integers(at, min(len(content), at + 40)))
        content = (
            content[:at]
            + data.draw(st.sampled_from([b"", b"<", b"9", b"-", b"</object>", b"\xff", content[at:until] * 2]))
            + content[until:]
        )
    try:
        nothing_is_lost(read_one(tmp_path_factory.mktemp("voc"), content), content)
    except SyntaxError:
        pytest.fail("what the reader took for XML, the standard library refuses")


# --- suggestions and fitting


def test_numbers_written_as_text_become_numbers_where_the_ontology_asks_for_one(tmp_path: Path) -> None:
    dataset = read_one(tmp_path, annotation(OBJECT.format(more="<score>0.90</score><note>7</note><other>x</other>")))
    ontology = Ontology([ObjectClass("cat", "bounding_box", attributes=[Number("score"), Text("note")])])
    fitted = dataset.fitted(ontology)
    (label,) = fitted.images[0].labels
    assert isinstance(label, Label)
    assert label.attributes == {"score": 0.9, "note": "7"}
    assert [(one.what, one.reason) for one in fitted.skipped] == [
        ("attribute other of cat", "the ontology doesn't ask it; 1 label(s) kept")
    ]
    assert dataset.images[0].labels != fitted.images[0].labels


def test_classes_that_the_ontology_lacks_stand_for_the_check_to_name(tmp_path: Path) -> None:
    dataset = read_one(tmp_path, annotation(OBJECT.format(more="<note>7</note>")))
    assert dataset.fitted(Ontology([ObjectClass("dog", "bounding_box")])).images == dataset.images


def test_a_data_set_shows_itself_escaped(tmp_path: Path) -> None:
    dataset = read_one(tmp_path, annotation("<object><name>&lt;b&gt;</name></object>"))
    assert repr(dataset) == "<1 images, 0 labels, 1 skipped>"
    assert "&lt;b&gt; (object 1)" in dataset._repr_html_()
    assert "<b> (object 1)" not in dataset._repr_html_()
    assert dataset.ontology is None
