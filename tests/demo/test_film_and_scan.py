"""What is drawn as a video or as a series is what the truth says it is, and annowidgets takes both."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest

from annowidgets.demo import write_cell_video, write_scan
from annowidgets.errors import InvalidInput
from annowidgets.labels import ObjectClass, Ontology, Polygon, shapes_by_frame
from annowidgets.media import open_medium
from annowidgets.workflow import Project, open_workspace


def project_of(folder: Path, *classes: ObjectClass) -> Project:
    workspace = open_workspace(folder / "film.db", user="lea")
    return workspace.create_project("film", ontology=Ontology(objects=classes), sampling_rate=0)


def test_a_cell_of_the_video_stays_inside_its_box_from_the_first_frame_to_the_last(tmp_path: Path) -> None:
    video = write_cell_video(tmp_path, frames=11)
    medium = open_medium("video", video.path)
    first = np.asarray(medium.frame(0), float)
    assert len(video.truth) >= 5
    for label in video.truth:
        boxes = dict(shapes_by_frame(label, interpolate=True))
        assert sorted(boxes) == list(range(11))
        x0, y0, x1, y1 = np.array(boxes[0].bounds()).round().astype(int)
        for number in (4, 10):
            a, b, c, d = np.array(boxes[number].bounds()).round().astype(int)
            seen = np.asarray(medium.frame(number), float)
            assert np.abs(seen[b:d, a:c] - first[y0:y1, x0:x1]).mean() < 8, "the same cell, but for compression"
            assert np.abs(seen[y0:y1, x0:x1] - first[y0:y1, x0:x1]).mean() > 8, "and not where it was"


def test_its_truth_can_be_submitted_as_ground_truth(tmp_path: Path) -> None:
    video = write_cell_video(tmp_path, frames=11)
    project = project_of(tmp_path, *(ObjectClass(name, "bounding_box") for name in ("RBC", "WBC", "Platelets")))
    item = project.add_video(video.path)
    gold = project.create_ground_truth_batch("gold", items=[item])
    gold.submit_labels({item: video.truth}, progress=False)
    assert gold.state == "completed"


def test_without_pyav_the_video_names_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(InvalidInput, match=r"annowidgets\[video\]"):
        write_cell_video(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_video_or_a_scan_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="1 frames"):
        write_cell_video(tmp_path, frames=1)
    with pytest.raises(InvalidInput, match="0 slices"):
        write_scan(tmp_path / "scan", slices=0)


def test_the_outline_of_the_nodule_encloses_what_is_brighter_than_the_lung(tmp_path: Path) -> None:
    scan = write_scan(tmp_path / "scan")
    project = project_of(tmp_path, ObjectClass("nodule", "polygon"))
    item = project.add_dicom_series(scan.folder, progress=False)
    (label,) = scan.truth
    outlines = dict(shapes_by_frame(label, interpolate=False))
    assert 0 not in outlines
    assert 6 in outlines
    medium = item.open()
    for number, outline in outlines.items():
        assert isinstance(outline, Polygon)
        found = medium.values(number)
        assert found is not None
        assert found.unit == "HU"
        values = found.measured()
        x0, y0, x1, y1 = outline.bounds()
        inside = values[round((y0 + y1) / 2), round((x0 + x1) / 2)]
        assert inside == pytest.approx(60, abs=60)
        assert values[round(y0) - 3, round((x0 + x1) / 2)] < -700
    gold = project.create_ground_truth_batch("gold", items=[item])
    gold.submit_labels({item: scan.truth}, progress=False)
    assert gold.state == "completed"


def test_the_scan_is_a_series_for_pydicom_too_and_of_nobody(tmp_path: Path) -> None:
    files = sorted(write_scan(tmp_path / "scan", slices=3).folder.iterdir())
    slices = [pydicom.dcmread(file) for file in files]
    assert len({slice.SeriesInstanceUID for slice in slices}) == 1
    assert len({slice.SOPInstanceUID for slice in slices}) == 3
    assert {str(slice.PatientName) for slice in slices} == {""}
    values = slices[1].pixel_array * slices[1].RescaleSlope + slices[1].RescaleIntercept
    assert values[0, 0] == pytest.approx(-1000, abs=60)


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    one, other = (write_scan(tmp_path / name, slices=2, rng=3).folder for name in ("one", "other"))
    for file in one.iterdir():
        assert file.read_bytes() == (other / file.name).read_bytes()
