"""P3, P5: groups, sequences, videos and DICOM series as items of a project."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

import annowidgets as aw
from annowidgets import media
from annowidgets.errors import InvalidInput, InvalidMedia, Notice, PermissionDenied
from annowidgets.workflow import Item, Project
from tests.media import dicoms, videos
from tests.workflow.building import ONTOLOGY, Team, open_team


@pytest.fixture
def team(tmp_path: Path) -> Team:
    team = open_team(tmp_path / "work.db", tmp_path)
    team.workspace.create_project("Blood", ontology=ONTOLOGY, instructions="Box each.").add_member("ann")
    return team


@pytest.fixture
def project(team: Team) -> Project:
    return team("lea")


def draw(folder: Path, count: int = 11, size: tuple[int, int] = (20, 30)) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        Image.fromarray(np.full(size, i + 1, np.uint8)).save(folder / f"frame{i}.png")
    return folder


def add_each(project: Project, folder: Path) -> dict[str, Item]:
    dicoms.stack(folder / "scan", 5)
    return {
        "image_group": project.add_image_group("trays", draw(folder / "group", 3), progress=False),
        "image_sequence": project.add_image_sequence("walk", draw(folder / "walk"), fps=12.5, progress=False),
        "video": project.add_video(videos.write(folder / "film.mp4"), progress=False),
        "dicom_series": project.add_dicom_series(folder / "scan", name="chest", progress=False),
    }


def test_p3_an_item_of_each_modality_keeps_what_it_was_added_as(project: Project, tmp_path: Path) -> None:
    items = add_each(project, tmp_path)
    assert {kind: (item.modality, item.name, item.frames) for kind, item in items.items()} == {
        "image_group": ("image_group", "trays", 3),
        "image_sequence": ("image_sequence", "walk", 11),
        "video": ("video", "film", 60),
        "dicom_series": ("dicom_series", "chest", 5),
    }
    assert [item.interpolates for item in items.values()] == [False, True, True, False]
    assert items["dicom_series"].spacing == (0.5, 0.7)
    for item in items.values():
        for opened in (item.open(), item.open(trusting=False)):
            assert opened.sizes == item.sizes
            assert opened.frame(item.frames - 1).shape[:2] == item.sizes[-1]
            opened.close()
        assert item.thumbnail()[:2] == b"\xff\xd8"
        assert f"{item.frames} frames of" in item._repr_html_()
    walk = items["image_sequence"].open()
    assert walk.fps == 12.5
    assert [int(walk.frame(i)[0, 0]) for i in range(11)] == list(range(1, 12))  # frame 9 before frame 10
    assert np.array_equal(items["video"].open().frame(17), videos.decoded(tmp_path / "film.mp4")[17])
    assert project.check(progress=False).empty


def test_p3_the_same_content_is_added_once_and_a_group_has_no_order(project: Project, tmp_path: Path) -> None:
    items = add_each(project, tmp_path)
    files = sorted((tmp_path / "group").iterdir())
    again = [
        lambda: project.add_image_group("other", files[::-1]),
        lambda: project.add_image_sequence("other", draw(tmp_path / "walk"), fps=1),
        lambda: project.add_video(shutil.copy(tmp_path / "film.mp4", tmp_path / "copy.mp4")),
        lambda: project.add_dicom_series(sorted((tmp_path / "scan").iterdir())),
    ]
    for add, item in zip(again, items.values(), strict=True):
        with pytest.warns(Notice, match="1 of 1 were in the project already"):
            assert add() == item
    assert len(project.items()) == 4
    # The same pictures as another kind of item are another item.
    assert project.add_image_sequence("group in time", files, fps=1).modality == "image_sequence"
    assert project.add_image_group("one", files[:1]).modality == "image_group"
    assert [item.modality for item in project.add_images(files[:1])] == ["image"]


def test_p3_a_group_with_a_picture_twice_is_refused(team: Team, tmp_path: Path) -> None:
    folder = draw(tmp_path / "group", 3)
    shutil.copy(folder / "frame1.png", folder / "twin.png")
    told = team.refuses(InvalidMedia, lambda: team("lea").add_image_group("g", folder), rule="P3")
    assert "twin.png is the same picture as" in str(told)


@pytest.mark.parametrize("fps", [0, -5, float("nan"), float("inf"), "5", None, True])
def test_p3_a_rate_that_is_none_is_refused(team: Team, tmp_path: Path, fps: Any) -> None:
    team.refuses(InvalidInput, lambda: team("lea").add_image_sequence("s", draw(tmp_path / "walk"), fps=fps))


@pytest.mark.parametrize("name", ["badVR.dcm", "MR_truncated.dcm"])
def test_p3_a_damaged_dicom_file_is_one_clear_error_and_leaves_the_workspace_as_it_was(team: Team, name: str) -> None:
    path = Path(str(get_testdata_file(name, download=False)))
    told = team.refuses(InvalidMedia, lambda: team("lea").add_dicom_series(path, progress=False))
    assert name in told.message
    assert told.hint


def test_p3_a_damaged_frame_anywhere_stops_the_call_before_anything_is_added(team: Team, tmp_path: Path) -> None:
    lea = team("lea")
    folder = draw(tmp_path / "walk")
    whole = (folder / "frame7.png").read_bytes()
    (folder / "frame7.png").write_bytes(whole[:-20])
    for add in (
        lambda: lea.add_image_group("g", folder, progress=False),
        lambda: lea.add_image_sequence("s", folder, fps=5, progress=False),
    ):
        assert "frame7.png" in team.refuses(InvalidMedia, add).message
    files = dicoms.stack(tmp_path / "scan", 5)
    files[3].write_bytes(files[3].read_bytes()[:-10])
    told = team.refuses(InvalidMedia, lambda: lea.add_dicom_series(tmp_path / "scan", progress=False))
    assert files[3].name in told.message
    film = videos.write(tmp_path / "film.mp4")
    film.write_bytes(film.read_bytes()[:2000])
    assert "film.mp4" in team.refuses(InvalidMedia, lambda: lea.add_video(film)).message


def test_p3_a_cancelled_call_leaves_nothing_half_added(
    team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, calls = team.dump(), []

    def stamp(*args: Any, **kwargs: Any) -> media.FileStamp:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    real = media.stamp_file
    monkeypatch.setattr(media, "stamp_file", stamp)
    dicoms.stack(tmp_path / "scan", 5)
    for add in (
        lambda: team("lea").add_image_sequence("walk", draw(tmp_path / "walk"), fps=5, progress=False),
        lambda: team("lea").add_dicom_series(tmp_path / "scan", progress=False),
        lambda: team("lea").add_images(tmp_path / "walk", progress=False),
    ):
        calls.clear()
        with pytest.raises(KeyboardInterrupt):
            add()
        assert team.dump() == before


def test_p3_a_file_of_many_that_is_missing_or_changed_is_named_and_found_again(
    project: Project, tmp_path: Path
) -> None:
    items = add_each(project, tmp_path)
    scan = items["dicom_series"].open().paths  # type: ignore[attr-defined]
    (tmp_path / "elsewhere").mkdir()
    shutil.move(tmp_path / "walk" / "frame4.png", tmp_path / "elsewhere" / "x.png")
    shutil.move(tmp_path / "film.mp4", tmp_path / "elsewhere" / "moved.mp4")
    shutil.move(scan[2], tmp_path / "elsewhere" / "slice")
    for kind in ("image_sequence", "video", "dicom_series"):
        with pytest.raises(InvalidMedia, match="is missing") as caught:
            items[kind].open()
        assert caught.value.rule == "P3"
    assert set(project.check(progress=False)["subject"]) == {"walk", "film", "chest"}
    assert project.relink(tmp_path / "elsewhere") == 3  # the other files stay where they are
    assert project.check(progress=False).empty
    assert items["image_sequence"].open().fps == 12.5
    assert int(items["image_sequence"].open().frame(4)[0, 0]) == 5
    assert items["video"].path.name == "moved.mp4"
    Image.fromarray(np.zeros((20, 30), np.uint8)).save(tmp_path / "group" / "frame1.png")
    with pytest.raises(InvalidMedia, match=r"frame1\.png has changed"):
        items["image_group"].open()


def test_p5_check_believes_nothing_that_was_stored(team: Team, tmp_path: Path) -> None:
    lea = team("lea")
    add_each(lea, tmp_path)
    with team.workspace.database.transaction() as connection:
        for (guard,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'items'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {guard}")
        connection.execute("UPDATE items SET sizes = json_remove(sizes, '$[0]')")
    found = lea.check(progress=False).set_index("subject")["finding"]
    assert found["film"] == "its 60 frames are not the 59 that were added"
    assert set(found.index) == {"trays", "walk", "film", "chest"}


def test_an_item_of_any_modality_is_drawn_by_frame(project: Project, tmp_path: Path) -> None:
    for item in add_each(project, tmp_path).values():
        _, ax = plt.subplots()
        assert item.show(frame=2, ax=ax) is ax
        assert ax.get_title() == f"{item.name}, frame 2"
        assert np.array_equal(np.asarray(ax.images[0].get_array()), item.open().frame(2))
        assert ax.images[0].get_clim() == (0, 255)
        with pytest.raises(InvalidMedia, match="no frame"):
            item.show(frame=item.frames)
        plt.close("all")


def test_adding_is_for_who_may_and_is_refused_before_files_are_read(team: Team, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    for add in (
        lambda: team("ann").add_image_group("g", [nowhere]),
        lambda: team("ann").add_image_sequence("s", [nowhere], fps=5),
        lambda: team("ann").add_video(nowhere),
        lambda: team("ann").add_dicom_series(nowhere),
    ):
        team.refuses(PermissionDenied, add)


# --- who the patient is


def test_nothing_of_a_patient_gets_into_the_workspace(project: Project, team: Team, tmp_path: Path) -> None:
    dicoms.stack(tmp_path / "scan", 5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        item = project.add_dicom_series(tmp_path / "scan", progress=False)
    assert item.name.startswith("CT ")  # not the folder's
    project.check(progress=False)
    written = team.file.read_bytes() + b"".join(path.read_bytes() for path in tmp_path.glob("work.db-*"))
    for secret in (b"Mustermann", b"Erika", b"4711", b"19640812"):
        assert secret in (tmp_path / "scan" / "000.dcm").read_bytes()
        assert secret not in written


@pytest.mark.parametrize(
    ("folder", "file", "name", "found"),
    [
        ("mustermann_erika", "1.dcm", None, "name"),
        ("scan", "MUSTERMANN-Erika-1.dcm", None, "name"),
        ("P-4711-0815", "1.dcm", None, "ID"),
        ("scan", "1.dcm", "Erika Mustermann, chest", "name"),
    ],
)
def test_paths_and_names_that_tell_the_patient_are_refused_without_repeating_them(
    team: Team, tmp_path: Path, folder: str, file: str, name: str | None, found: str
) -> None:
    (tmp_path / folder).mkdir()
    path = dicoms.write(tmp_path / folder / file)
    told = team.refuses(InvalidMedia, lambda: team("lea").add_dicom_series(path, name=name, progress=False), rule="P3")
    assert f"the patient's {found}" in told.message
    assert not [secret for secret in ("ustermann", "Erika", "4711") if secret.lower() in str(told).lower()]


def test_folders_above_the_media_root_and_files_without_identity_are_no_matter(tmp_path: Path) -> None:
    root = tmp_path / "Mustermann Erika" / "study"
    root.mkdir(parents=True)
    dicoms.write(root / "1.dcm")
    open_one = dicoms.write(tmp_path / "Mustermann Erika" / "2.dcm", PatientIdentityRemoved="YES", number=2)
    workspace = aw.open_workspace(tmp_path / "a.db", user="lea", media_root=root)
    project = workspace.create_project("Scans", ontology=ONTOLOGY)
    project.add_dicom_series(root / "1.dcm", progress=False)
    project.add_dicom_series(open_one, progress=False)
    assert len(project.items()) == 2


def test_a_file_moved_into_a_folder_called_after_its_patient_is_not_linked_there(team: Team, tmp_path: Path) -> None:
    path = dicoms.write(tmp_path / "1.dcm")
    team("lea").add_dicom_series(path, progress=False)
    (tmp_path / "Erika Mustermann").mkdir()
    shutil.move(path, tmp_path / "Erika Mustermann" / "1.dcm")
    team.refuses(InvalidMedia, lambda: team("lea").relink(tmp_path / "Erika Mustermann"), rule="P3")


def test_pixels_that_identify_the_patient_are_not_in_the_thumbnail(project: Project, tmp_path: Path) -> None:
    import io

    path = dicoms.write(tmp_path / "1.dcm", np.arange(48, dtype=np.int16).reshape(6, 8), BurnedInAnnotation="YES")
    with pytest.warns(Notice, match="blank thumbnail"):
        item = project.add_dicom_series(path, progress=False)
    with Image.open(io.BytesIO(item.thumbnail())) as shown:
        assert shown.size == (8, 6)
        assert np.ptp(np.asarray(shown)) == 0
    assert np.ptp(item.open().frame(0)) > 0


def test_a_folder_called_after_a_patient_whose_identity_was_removed_is_no_matter(project: Project) -> None:
    path = Path(str(get_testdata_file("dicomdirtests/77654033/CR1/6154", download=False)))
    assert pydicom.dcmread(path).PatientID == "77654033"
    assert project.add_dicom_series(path, progress=False).name.startswith("CR ")
