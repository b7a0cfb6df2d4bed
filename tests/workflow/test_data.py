"""P3, P5, P6: pictures that move, change or come twice; checking; archiving."""

from __future__ import annotations

import os
import shutil
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import annowidgets as aw
from annowidgets.errors import InvalidInput, InvalidMedia, NotFound, Notice, RuleViolation
from annowidgets.workflow import Project
from tests.workflow.building import ONTOLOGY, Team, cell, draw_pictures, without_notices


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "pictures"
    place.mkdir()
    draw_pictures(place, 3)
    return place


@pytest.fixture
def project(tmp_path: Path, folder: Path) -> Project:
    """A project with three pictures of its own, in a folder beside the file."""
    workspace = aw.open_workspace(tmp_path / "cells.db", user="lea")
    project = workspace.create_project("Blood", ontology=ONTOLOGY, instructions="Box each.")
    project.add_images(folder, progress=False)
    return project


def paint(file: Path, value: int) -> None:
    Image.fromarray(np.full((30, 40), value, np.uint8)).save(file)


# --- P3


def test_p3_an_item_keeps_what_it_was_added_as(project: Project, folder: Path) -> None:
    item = project.item("cell01")
    assert (item.modality, item.frames, item.sizes, item.spacing) == ("image", 1, ((30, 40),), None)
    assert item.path == folder / "cell01.png"
    assert item.open().frame(0).shape[:2] == (30, 40)
    assert item.thumbnail()[:2] == b"\xff\xd8"
    assert project.item(item.id) == project.item(item) == item
    assert project.item(np.int64(item.id)) == item


def test_p3_paths_are_relative_so_the_folder_may_move_as_a_whole(project: Project, tmp_path: Path) -> None:
    project.workspace.database.close()
    moved = tmp_path.parent / f"{tmp_path.name}-moved"
    shutil.copytree(tmp_path, moved)
    shutil.rmtree(tmp_path / "pictures")
    again = aw.open_workspace(moved / "cells.db", user="lea").project("Blood")
    assert again.item("cell00").open().frame(0).shape[:2] == (30, 40)


def test_p3_adding_the_same_content_again_skips_and_says_so(project: Project, folder: Path) -> None:
    shutil.copy(folder / "cell00.png", folder / "copy.png")
    paint(folder / "new.png", 200)
    before = project.item("cell00")
    with pytest.warns(Notice, match="2 of 3 were in the project already and were not added again"):
        items = project.add_images([folder / "copy.png", folder / "cell01.png", folder / "new.png"], progress=False)
    assert [item.name for item in items] == ["cell00", "cell01", "new"]
    assert items[0] == before
    assert len(project.items()) == 4


def test_p3_the_same_content_twice_in_one_call_is_one_item(project: Project, folder: Path) -> None:
    paint(folder / "a.png", 210)
    shutil.copy(folder / "a.png", folder / "b.png")
    with pytest.warns(Notice, match="1 of 2"):
        first, second = project.add_images([folder / "a.png", folder / "b.png"], progress=False)
    assert first == second


def test_p3_files_of_one_name_get_names_that_tell_them_apart(project: Project, folder: Path) -> None:
    names = []
    for number, place in enumerate(("x", "y", "z")):
        (folder / place).mkdir()
        paint(folder / place / "cell00.png", 220 + number)
        names += [item.name for item in project.add_images(folder / place, progress=False)]
    assert names == ["cell00.png", "y/cell00.png", "z/cell00.png"]


def test_p3_a_file_that_cannot_be_read_stops_the_call_before_anything_is_added(project: Project, folder: Path) -> None:
    (folder / "zz-broken.png").write_bytes(b"no picture")
    paint(folder / "new.png", 200)
    with pytest.raises(InvalidMedia, match=r"zz-broken\.png"):
        project.add_images(folder, progress=False)
    assert len(project.items()) == 3
    with pytest.raises(InvalidMedia):
        project.add_images(folder / "nothing.png")
    (folder / "empty").mkdir()
    with pytest.raises(InvalidMedia, match="holds no images"):
        project.add_images(folder / "empty")
    with pytest.raises(InvalidInput):
        project.add_images([])


def test_p3_a_missing_file_is_refused_and_found_again_by_its_content(project: Project, folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere" / "deep"
    elsewhere.mkdir(parents=True)
    shutil.move(folder / "cell00.png", elsewhere / "renamed.png")
    item = project.item("cell00")
    with pytest.raises(InvalidMedia, match="is missing") as caught:
        item.open()
    assert caught.value.rule == "P3"
    assert "relink" in caught.value.hint
    assert project.relink(folder.parent / "elsewhere") == 1
    assert item.path == elsewhere / "renamed.png"
    assert item.open().frame(0).shape[:2] == (30, 40)
    assert project.relink(folder) == 0
    with pytest.raises(InvalidMedia):
        project.relink(folder / "nowhere")


def test_p3_a_changed_file_is_refused_and_says_so(project: Project, folder: Path) -> None:
    paint(folder / "cell00.png", 99)
    item = project.item("cell00")
    with pytest.raises(InvalidMedia, match="has changed since it was added") as caught:
        item.open()
    assert caught.value.rule == "P3"
    with pytest.warns(Notice, match="Still missing.*: cell00"):
        assert project.relink(folder) == 0


def test_p3_a_file_that_was_only_touched_is_the_same(project: Project, folder: Path) -> None:
    os.utime(folder / "cell00.png", (1, 1))
    assert project.item("cell00").open().frame(0).shape[:2] == (30, 40)


def test_p3_a_composed_and_a_decomposed_name_are_one(project: Project, folder: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "Zellgröße")
    paint(folder / f"{decomposed}.png", 201)
    (item,) = project.add_images(folder / f"{decomposed}.png")
    assert item.name == "Zellgröße"
    assert project.item(decomposed) == project.item("Zellgröße") == item
    assert item.open().frame(0).shape[:2] == (30, 40)
    project.add_member(unicodedata.normalize("NFD", "José"))
    assert project.workspace.as_user("José").project("Blood").my_status().submitted == 0
    project.pause(unicodedata.normalize("NFD", "José"))
    assert project.members(paused=True)[0].user == "José"
    with without_notices():
        project.create_calibration_batch(unicodedata.normalize("NFD", "Ründe"), items=[item])
    assert project.batch("Ründe").name == "Ründe"


def test_p3_an_item_of_another_file_is_not_taken_for_one_of_this_with_the_same_number(
    project: Project, tmp_path: Path
) -> None:
    other = aw.open_workspace(tmp_path / "other.db", user="lea").create_project("Other", ontology=ONTOLOGY)
    paint(tmp_path / "other.png", 202)
    (item,) = other.add_images(tmp_path / "other.png")
    assert item.id == project.items()[0].id
    assert item != project.items()[0]
    with pytest.raises(NotFound):
        project.create_ground_truth_batch("gold", items=[item])


def test_p3_an_unknown_item_is_told_with_the_closest_names(project: Project) -> None:
    for wrong in ("cell0", "cel01", 999, 1.5, None, True):
        with pytest.raises(NotFound) as caught:
            project.item(wrong)
        assert "cell00" in caught.value.hint


# --- P5


def test_p5_check_opens_every_item_and_looks_over_the_rest(project: Project, folder: Path) -> None:
    row = project.readiness().set_index("condition").loc["items, instructions and members checked"]
    assert row.tolist() == ["advice", "never: project.check()", False]
    found = project.check(progress=False)
    assert found.to_dict("list") == {
        "subject": ["members"],
        "finding": ["there is no annotator; add one with project.add_member(user)"],
        "severity": ["advice"],
    }
    project.add_member("ann")
    assert len(project.check(progress=False)) == 0
    row = project.readiness().set_index("condition").loc["items, instructions and members checked"]
    assert row["actual"].endswith("all well")
    assert row["met"]
    (folder / "cell00.png").unlink()
    paint(folder / "cell01.png", 99)
    found = project.check(progress=False).set_index("subject")
    assert "missing" in found.loc["cell00", "finding"]
    assert "changed" in found.loc["cell01", "finding"]
    assert set(found["severity"]) == {"error"}
    row = project.readiness().set_index("condition").loc["items, instructions and members checked"]
    assert row["actual"].endswith("2 findings")
    assert not row["met"]


def test_p5_check_finds_a_project_without_items_or_instructions(tmp_path: Path) -> None:
    project = aw.open_workspace(tmp_path / "cells.db", user="lea").create_project("Blood", ontology=ONTOLOGY)
    assert project.check(progress=False)["subject"].tolist() == ["items", "instructions", "members"]


def test_p5_a_finding_never_locks_production(open_project: Team) -> None:
    lea = open_project("lea")
    lea.update_instructions(" ")
    assert "instructions" in lea.check(progress=False)["subject"].tolist()
    lea.create_production_batch("p").launch()


# --- P6


def test_p6_an_archived_project_can_be_read_and_not_changed(open_project: Team) -> None:
    team, lea = open_project, open_project("lea")
    batch = team.production(items=2)
    task = team("ann").next_task()
    task.save_draft([cell()])
    lea.archive()
    assert lea.state == "archived"
    assert task.labels() == [cell()]
    assert len(lea.labels()) == 3
    assert lea.readiness()["met"].iloc[0]
    for change in (
        lea.archive,
        task.submit,
        lambda: task.save_draft([cell(3)]),
        lambda: lea.add_member("cy"),
        lambda: lea.update_policy(min_score=1),
        lambda: batch.close_early(reason="enough"),
        lambda: lea.create_ground_truth_batch("gold", items=["cell09"]),
        lambda: lea.set_role("ann", "reviewer"),
        lambda: lea.check(progress=False),
        lambda: team("ann").give_feedback("why?"),
    ):
        team.refuses(RuleViolation, change, rule="P6")
    assert team("ann").next_task() is None


def test_p6_projects_and_items_have_no_way_to_be_deleted() -> None:
    assert not [name for name in dir(Project) if "delete" in name or "drop" in name]
