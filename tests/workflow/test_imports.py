"""Imports of every format: items, labels and a report; see test_programs for what all have in common."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import annowidgets as aw
from annowidgets.errors import AnnowidgetsError, InvalidImport, InvalidOntology
from annowidgets.interchange import read_dataset
from annowidgets.labels import Label
from annowidgets.workflow import Project
from annowidgets.workflow.imports import ImportReport
from tests.interchange import samples
from tests.workflow.building import Team

OTHERS = {
    "coco": "coco3/dataset/gt_dataset.json",
    "yolo": "importers/yolo_dataset/strict",
    "voc": "importers/voc_dataset/voc_dataset1",
    "labelme": "importers/labelme_dataset",
    "cvat": "importers/cvat_dataset/for_images/export_task/train.xml",
}


def imported(folder: Path, source: Path, format: Any, **options: Any) -> tuple[Project, ImportReport]:
    """A new project of the ontology that the files tell, and what the import of them did."""
    ontology = aw.Ontology.from_file(source, format=format, images=options.get("images"))
    workspace = aw.open_workspace(folder / f"{format}.db", user="lea")
    project = workspace.create_project("imported", ontology=ontology, sampling_rate=0)
    return project, project.import_labels(source, format=format, progress=False, **options)


@pytest.mark.parametrize("format", list(OTHERS))
def test_a_data_set_of_others_fits_the_ontology_that_its_files_tell(shared: Path, tmp_path: Path, format: str) -> None:
    source = shared / "data" / OTHERS[format]
    project, report = imported(tmp_path, source, format)
    dataset = read_dataset(source, format=format, progress=False)
    read = sum(len(image.labels) for image in dataset.images if image.path is not None)
    told = report.skipped["reason"].tolist()
    # A class of several shapes has one in an ontology; the labels of the others are told.
    other_shapes = sum("the class is labelled with" in reason for reason in told)
    assert report.read == read - other_shapes > 0
    assert report.items == len(project.items()) == sum(image.path is not None for image in dataset.images)
    assert report.batch.state == "completed"
    assert len(project.labels(kind="ground_truth")) == report.read


def test_tracks_are_imported_onto_the_video_with_their_key_frames(shared: Path, tmp_path: Path) -> None:
    content = samples.CVAT_VIDEO.replace("<width>30</width><height>20", "<width>640</width><height>272")
    source = samples.write_sample("cvat_video", tmp_path, content.encode())
    project, report = imported(tmp_path, source, "cvat", images=shared / "data/video/bikes.mp4")
    [item] = project.items()
    assert (item.modality, item.name) == ("video", "bikes")
    [task] = report.batch.tasks()
    keys = [list(label.key_frames) for label in task.labels() if isinstance(label, Label)]
    assert keys == [[0, 2, 3], [0, 1, 2], [1]]
    reasons = "\n".join(report.skipped["reason"])
    assert reasons.count("the class is labelled with bounding_box, not keypoint") == 2


def test_tracks_are_imported_onto_the_pictures_of_the_frames_as_a_sequence(shared: Path, tmp_path: Path) -> None:
    project, report = imported(tmp_path, shared / "data/importers/cvat_dataset/for_video", "cvat")
    [item] = project.items()
    assert (item.modality, item.name, item.frames) == ("image_sequence", "t", 3)
    assert report.read == 4
    told = report.skipped.set_index("what")["reason"]
    assert "25 were taken" in told["frames per second"]
    assert "labelled with bounding_box, not polyline" in told["II"]
    assert "hold it" in told["points that belong together"]


def test_every_class_decides_by_its_shape_what_is_read_of_a_coco_file(team: Team, tmp_path: Path) -> None:
    plain = samples.coco()
    plain["categories"][0]["name"] = "RBC"
    for image in plain["images"]:
        image |= {"height": 20, "width": 30}
    source = samples.write_sample("coco", tmp_path, json.dumps(plain).encode())
    report = team("lea").import_labels(source, format="coco", progress=False)
    # Both pictures are the same file's content, so one item; and only one class is the project's.
    [label] = team("lea").labels()
    assert (report.read, label.label.shape) == (1, aw.BoundingBox(1, 1, 13, 14))
    told = "\n".join(report.skipped["reason"])
    assert "there is no such class" in told
    assert "the same picture as another file" in told
    assert "the ontology doesn't ask it; 1 label(s) kept" in told


def test_a_report_of_very_much_shows_its_first_rows_and_escapes_them(tmp_path: Path) -> None:
    plain = samples.coco()
    plain["annotations"] += [{"id": f"<b>{number}", "image_id": 1, "category_id": 99} for number in range(40)]
    source = samples.write_sample("coco", tmp_path, json.dumps(plain).encode())
    _, report = imported(tmp_path, source, "coco")
    html = report._repr_html_()
    assert html.count("<tr") == 21
    assert f"and {len(report.skipped) - 20} more" in html
    assert "&lt;b&gt;" in html


def test_a_bad_file_is_one_error_that_names_it_and_nothing_is_added(team: Team, tmp_path: Path) -> None:
    samples.picture(tmp_path / "a.png")
    (tmp_path / "labels.json").write_text('{"images": [')
    (tmp_path / "labels.xml").write_text("<annotations><image></annotations>")
    (tmp_path / "a.txt").write_text("0 0.5 0.5 0.1 0.1")
    for source, format in (("labels.json", "coco"), ("labels.xml", "cvat"), ("a.txt", "yolo"), ("none", "labelme")):
        import_it = lambda source=source, format=format: team("lea").import_labels(  # noqa: E731
            tmp_path / source, format=format, progress=False
        )
        refused: AnnowidgetsError = team.refuses(InvalidImport, import_it)
        assert str(tmp_path) in str(refused)
    (tmp_path / "labels.xml").write_text("<annotations/>")
    with pytest.raises(InvalidOntology, match="holds no label"):
        aw.Ontology.from_file(tmp_path / "labels.xml", format="cvat")


def test_labels_that_all_miss_a_required_answer_are_refused_with_the_way_out(tmp_path: Path) -> None:
    ontology = aw.Ontology(
        objects=[aw.ObjectClass("polygon", shape="polygon")],
        classifications=[aw.Radio("quality", ["good", "bad"], required=True)],
    )
    project = aw.open_workspace(tmp_path / "x.db", user="lea").create_project("x", ontology=ontology)
    source = samples.write_sample("labelme", tmp_path)
    with pytest.raises(InvalidImport, match=r"No labels of .* fit the project") as refused:
        project.import_labels(source, format="labelme", progress=False)
    assert "Ontology.from_file" in str(refused.value.hint)
    assert len(project.batches()) == 0
