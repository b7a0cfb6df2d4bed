"""Which slices make a series, and in what order."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from annowidgets.errors import InvalidMedia, Notice
from annowidgets.media import DicomSeries, find_dicom_series, open_medium
from tests.media import dicoms


def test_a_real_series_has_the_order_shape_and_slices_of_the_reference(shared: Path) -> None:
    folder = shared / "data/dicom_series_t1"
    told = json.loads((folder / "REFERENCE.json").read_text())
    medium = DicomSeries(sorted((folder / "dicoms").iterdir(), key=lambda path: path.name[::-1]))
    assert [path.name for path in medium.paths] == [one["file"] for one in told["slices"]]
    assert medium.spacing == pytest.approx(tuple(told["pixel_spacing"]))
    assert medium.distance == pytest.approx(told["slice_thickness"])
    stored = np.stack([medium.values(i).stored for i in range(medium.count)])  # type: ignore[union-attr]
    assert list(stored.shape) == told["shape"]
    assert (stored.dtype, stored.min(), stored.max()) == (told["dtype"], told["min"], told["max"])
    assert stored.mean() == pytest.approx(told["mean"])
    for pixels, one in zip(stored, told["slices"], strict=True):
        assert hashlib.sha1(pixels.tobytes()).hexdigest()[:12] == one["sha1"]
        assert pixels.mean() == pytest.approx(one["mean"])


def test_slices_are_ordered_by_position_and_not_by_name(tmp_path: Path) -> None:
    files = dicoms.stack(tmp_path / "scan", 12)
    medium = DicomSeries(tmp_path / "scan")
    assert list(medium.paths) == files[::-1]  # written from top to bottom
    assert medium.distance == pytest.approx(2)
    assert [int(medium.values(i).stored[0, 0]) for i in range(12)] == list(range(12, 0, -1))  # type: ignore[union-attr]


def test_the_order_is_along_the_normal_of_planes_that_lie_askew(tmp_path: Path) -> None:
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    row, column = turn[0], turn[1]
    normal = np.cross(row, column)
    for i in range(8):
        place = normal * 1.5 * i + row * (i % 3) * 40  # shifted within the plane, too
        dicoms.write(
            tmp_path / f"{7 - i}.dcm", position=[round(float(x), 6) for x in place], number=i,
            orientation=[round(float(x), 6) for x in (*row, *column)],
        )  # fmt: skip
    medium = DicomSeries(tmp_path)
    assert [path.stem for path in medium.paths] == list("76543210")
    assert medium.distance == pytest.approx(1.5, abs=1e-4)


def test_known_sizes_open_a_series_without_reading_its_headers(tmp_path: Path) -> None:
    files = dicoms.stack(tmp_path / "scan", 6)
    files[2].write_bytes(b"gone")
    medium = open_medium("dicom_series", files, sizes=[(6, 8)] * 6, spacing=(1, 1))
    assert (medium.count, medium.spacing) == (6, (1, 1))
    assert medium.frame(1).shape == (6, 8)
    with pytest.raises(InvalidMedia, match="no DICOM file"):
        medium.frame(2)


def test_several_series_in_a_folder_are_refused_and_can_be_told_apart(tmp_path: Path) -> None:
    dicoms.stack(tmp_path / "one", 3)
    dicoms.stack(tmp_path / "two", 4, series="1.2.3.5")
    (tmp_path / "report.txt").write_text("nothing")
    with (
        pytest.warns(Notice, match="1 files of .* passed over"),
        pytest.raises(InvalidMedia, match="of 2 series") as caught,
    ):
        DicomSeries(tmp_path)
    assert "3 CT of 8 x 6" in caught.value.message
    assert "find_dicom_series" in str(caught.value.hint)
    with pytest.warns(Notice, match="passed over"):
        series = find_dicom_series(tmp_path)
    assert [DicomSeries(files).count for files in series] == [3, 4]


def test_mixed_orientations_sizes_and_spacings_are_refused(tmp_path: Path) -> None:
    for name, odd in {
        "orientations": {"orientation": (1.0, 0, 0, 0, 0, -1.0)},
        "sizes": {"pixels": np.zeros((4, 8), np.int16)},
        "pixel spacings": {"PixelSpacing": [0.5, 0.5]},
    }.items():
        folder = tmp_path / name
        dicoms.stack(folder, 3)
        dicoms.write(folder / "scout.dcm", position=(0.0, 0.0, 40.0), number=9, **odd)  # type: ignore[arg-type]
        with pytest.raises(InvalidMedia, match=f"mixes {name}.*scout"):
            DicomSeries(folder)


def test_doubled_slices_are_refused_and_copies_told_from_acquisitions(tmp_path: Path) -> None:
    copies = dicoms.stack(tmp_path / "copies", 3)
    (tmp_path / "copies" / "again.dcm").write_bytes(copies[1].read_bytes())
    with pytest.raises(InvalidMedia, match=r"1 of 4 slices lie where another lies.*same slice twice"):
        DicomSeries(tmp_path / "copies")
    dicoms.stack(tmp_path / "times", 3)
    dicoms.stack(tmp_path / "times" / "later", 3)
    for path in (tmp_path / "times" / "later").iterdir():
        path.rename(path.with_name(f"later-{path.name}"))
    for i, path in enumerate(sorted((tmp_path / "times" / "later").iterdir())):
        dicoms.write(path, position=(1.0, 2.0, 10.0 - 2 * i))
    with pytest.raises(InvalidMedia, match=r"3 of 6 slices.*times or echoes"):
        DicomSeries(tmp_path / "times")


def test_a_missing_slice_is_refused_and_uneven_distances_are_said(tmp_path: Path) -> None:
    files = dicoms.stack(tmp_path / "gap", 8)
    files[3].unlink()
    with pytest.raises(InvalidMedia, match=rf"missing between {files[4].name} and {files[2].name}: they are 4.00 mm"):
        DicomSeries(tmp_path / "gap")
    (tmp_path / "uneven").mkdir()
    for i, place in enumerate((0.0, 2, 4, 6, 16, 26)):
        dicoms.write(tmp_path / "uneven" / f"{i}.dcm", position=(0.0, 0.0, place), number=i)
    with pytest.warns(Notice, match="varies from 2 to 10 mm; none is missing"):
        assert DicomSeries(tmp_path / "uneven").count == 6


def test_files_without_positions_are_ordered_by_number_or_refused(tmp_path: Path) -> None:
    for i in range(4):
        dicoms.write(tmp_path / f"{(i * 3) % 4}.dcm", position=None, number=i)
    assert [int(DicomSeries(tmp_path).values(i).stored[0, 0]) for i in range(4)] == [0, 1, 2, 3]  # type: ignore[union-attr]
    dicoms.write(tmp_path / "9.dcm", position=None, number=2)
    with pytest.raises(InvalidMedia, match="order of the 5 files can't be told"):
        DicomSeries(tmp_path)


def test_files_of_several_frames_are_items_of_their_own(tmp_path: Path) -> None:
    film = np.arange(5 * 48, dtype=np.uint16).reshape(5, 6, 8)
    dicoms.write(tmp_path / "a.dcm", film, position=None, FrameTime=40)
    medium = DicomSeries(tmp_path)
    assert (medium.count, medium.fps) == (5, 25)
    assert [int(medium.values(i).stored[0, 0]) for i in range(5)] == [48 * i for i in range(5)]  # type: ignore[union-attr]
    dicoms.write(tmp_path / "b.dcm", film, position=None)
    with pytest.raises(InvalidMedia, match="2 files, some of several frames"):
        DicomSeries(tmp_path)
