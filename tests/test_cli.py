"""The command line: what it says, what it refuses, what it leaves."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from annowidgets import __version__
from annowidgets.cli import main
from annowidgets.demo import story, write_cells
from annowidgets.errors import ProductionLocked
from annowidgets.workflow import open_workspace
from tests.repository import REPOSITORY


def annowidgets(*arguments: str | Path) -> Result:
    """Run a command in this process; an exception that is no exit of its own is a failure."""
    return CliRunner().invoke(main, [*map(str, arguments)], catch_exceptions=False)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The demo as `make lab` runs it, with fewer pictures."""
    workspace = tmp_path_factory.mktemp("demo") / "not there yet" / "cells.db"
    return workspace, annowidgets("demo", "--workspace", workspace, "--count", "14", "--seed", "5")


# --- help


def test_the_version_is_that_of_the_package() -> None:
    for option in ("--version", "-V"):
        assert annowidgets(option).output == f"annowidgets, version {__version__}\n"


def test_help_names_every_command_and_each_command_every_option() -> None:
    listing = annowidgets("--help").output
    assert isinstance(main, click.Group)
    for name, command in main.commands.items():
        assert re.search(rf"^  {name}  +\S.*\.$", listing, re.MULTILINE), "one whole sentence"
        text = annowidgets(name, "--help").output
        assert text == annowidgets(name, "-h").output
        for option in command.params:
            assert isinstance(option, click.Option)
            assert option.help
            assert option.opts[0] in text


def test_help_loads_nothing_heavy() -> None:
    heavy = ("numpy", "pandas", "scipy", "shapely", "matplotlib", "PIL", "sqlite_utils", "ipywidgets", "tqdm")
    code = f"import sys, annowidgets.cli; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


# --- the notebooks in JupyterLab


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The programs that took this one's place; none does really."""
    programs: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _path, arguments: programs.append(arguments))
    monkeypatch.chdir(tmp_path)
    return programs


def test_lab_copies_the_notebooks_and_leaves_those_that_somebody_has_changed(
    started: list[list[str]], tmp_path: Path
) -> None:
    assert annowidgets("lab").exit_code == 0
    copies = sorted((tmp_path / "annowidgets-notebooks").iterdir())
    assert [path.name for path in copies] == sorted(path.name for path in (REPOSITORY / "notebooks").glob("*.ipynb"))
    copies[0].write_text("mine")
    again = annowidgets("lab", "--port", "8899")
    assert copies[0].read_text() == "mine"
    assert f"Left as it is: annowidgets-notebooks/{copies[0].name}" in again.output
    assert [command[1:3] for command in started] == [["-m", "jupyterlab"]] * 2
    assert started[1][-3:] == ["--port", "8899", f"annowidgets-notebooks/{copies[0].name}"]


def test_lab_without_jupyterlab_says_what_to_install_and_copies_nothing(
    started: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    told = annowidgets("lab")
    assert told.exit_code == 1
    assert "Hint: pip install 'annowidgets[lab]'" in told.output
    assert not started
    assert not list(tmp_path.iterdir())


# --- the demo on drawn pictures


def test_the_demo_tells_the_loop_from_locked_to_open(drawn: tuple[Path, Result]) -> None:
    workspace, result = drawn
    assert result.exit_code == 0, result.output
    first, second = (float(score) for score in re.findall(r"^Calibration score ([\d.]+)", result.stdout, re.MULTILINE))
    assert first < 80 <= second
    beats = (
        "14 pictures added",
        "instructions version 1",
        f"Calibration score {first}",
        "not passed",
        "[C2] Production of 'Blood cells' is locked",
        "ann (unclear): Do Platelets count too?",
        "bo (missing): Do I box what the edge",
        "Version 2 answers them",
        "instructions version 2",
        f"Calibration score {second}",
        "'production 1' is open: 14 tasks wait",
        "Readiness",
        "History",
        f"The workspace is {workspace}",
    )
    places = [result.stdout.index(beat) for beat in beats]
    assert places == sorted(places)


def test_progress_and_notices_go_to_the_error_stream(drawn: tuple[Path, Result]) -> None:
    result = drawn[1]
    for job in ("Drawing pictures", "Reading images", "Opening items", "Labelling", "Auditing"):
        assert re.search(rf"{job}: 100%", result.stderr)
        assert job not in result.stdout
    assert "Note: Only 14 items could be drawn, 20 were asked for." in result.stderr
    assert "Traceback" not in result.output


def test_the_file_that_is_left_is_whole_and_its_pictures_are_found_from_where_it_lies(
    drawn: tuple[Path, Result], tmp_path: Path
) -> None:
    workspace = drawn[0]
    assert sorted(path.name for path in workspace.parent.iterdir()) == ["cells.db", "cells_pictures"]
    with sqlite3.connect(workspace) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        paths = [path for (path,) in file.execute("SELECT json_extract(files, '$[0].path') FROM items")]
    file.close()
    assert set(paths) == {f"cells_pictures/images/cells_{n:04d}.jpg" for n in range(1, 15)}
    project = open_workspace(workspace, user="lead").project("Blood cells")
    # Nothing is wrong; that few evaluation tasks were promoted is advice.
    assert set(project.check(progress=False).severity) <= {"advice"}
    assert project.is_calibrated
    readiness = project.readiness()
    assert readiness[readiness.required != "advice"].met.all()
    assert [batch.state for batch in project.batches()] == ["completed", "completed", "in_progress"]


def test_the_same_seed_tells_the_same_story_and_another_seed_another(
    drawn: tuple[Path, Result], tmp_path: Path
) -> None:
    def tables(result: Result) -> str:
        return result.stdout.partition("\nReadiness")[0]

    again = annowidgets("demo", "--workspace", tmp_path / "cells.db", "--count", "14", "--seed", "5")
    other = annowidgets("demo", "--workspace", tmp_path / "other.db", "--count", "14", "--seed", "6")
    assert tables(again) == tables(drawn[1])
    assert tables(other) != tables(drawn[1])


def test_pictures_that_an_earlier_demo_left_are_not_taken(tmp_path: Path) -> None:
    write_cells(tmp_path / "cells_pictures", 12, rng=1, size=(96, 128), progress=False)
    result = annowidgets("demo", "--workspace", tmp_path / "cells.db", "--count", "10")
    assert "10 pictures added" in result.stdout


# --- a folder of one's own


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    written = write_cells(tmp_path / "mine", 12, rng=2, size=(240, 320), progress=False)
    return written.images, written.voc


def test_own_pictures_are_used_where_they_lie(folders: tuple[Path, Path], tmp_path: Path) -> None:
    images, voc = folders
    (voc / "cells_0003.xml").unlink()
    (images / "cells_0004.jpg").unlink()
    workspace = tmp_path / "mine.db"
    result = annowidgets("demo", "--images", images, "--voc", voc, "--workspace", workspace)
    assert result.exit_code == 0, result.output
    assert "10 pictures added" in result.stdout, "those with a truth"
    assert "Left out: cells_0004.xml, cells_0004.jpg: the project has no such picture" in result.stdout
    assert not (tmp_path / "mine_pictures").exists()
    assert open_workspace(workspace, user="lead").project("mine").is_calibrated


def test_count_takes_the_first_of_ones_own_pictures(folders: tuple[Path, Path], tmp_path: Path) -> None:
    images, voc = folders
    (voc / "cells_0012.xml").write_text("<annotation><object><name>RBC</name></object></annotation>")
    arguments = ("--images", images, "--voc", voc, "--count", "11", "--workspace", tmp_path / "x.db")
    result = annowidgets("demo", *arguments)
    assert "11 pictures added" in result.stdout
    assert "Left out" not in result.stdout, "what is not asked for is not reported"


def test_production_that_stays_locked_is_an_error_and_the_file_is_left_to_look_at(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story, "careful_labelers", story.careless_labelers)
    images, voc = folders
    result = annowidgets("demo", "--images", images, "--voc", voc, "--workspace", tmp_path / "mine.db")
    assert result.exit_code == 1
    assert re.search(r"^Error: \[C2\] Production of 'mine' is locked: .*\nHint: ", result.stderr, re.MULTILINE)
    with pytest.raises(ProductionLocked):
        open_workspace(tmp_path / "mine.db", user="lead").project("mine").create_production_batch("x")


# --- refusals


def test_a_workspace_that_exists_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    workspace = tmp_path / "cells.db"
    workspace.write_bytes(b"precious")
    result = annowidgets("demo", "--workspace", workspace)
    assert result.exit_code == 2
    assert f"{workspace} exists and was left as it is. Name another file, or delete this one first." in result.stderr
    assert workspace.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [workspace]


def test_a_workspace_that_appears_meanwhile_is_not_overwritten(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = tmp_path / "mine.db"
    careful = story.careful_labelers
    monkeypatch.setattr(story, "careful_labelers", lambda data: workspace.write_text("precious") and careful(data))
    result = annowidgets("demo", "--images", folders[0], "--voc", folders[1], "--workspace", workspace)
    assert result.exit_code == 1
    assert f"Error: {workspace} exists and was left as it is.\nHint: " in result.stderr
    assert workspace.read_text() == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "mine.db"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--images", "."), "given together"),
        (("--voc", "."), "given together"),
        (("--images", "missing", "--voc", "."), "does not exist"),
        (("--count", "9"), "not in the range"),
        (("--seed", "-1"), "not in the range"),
        (("--workspace", "."), "is a directory"),
        (("--colour", "red"), "No such option"),
    ],
)
def test_arguments_that_can_not_be_used_are_refused_with_the_reason(
    arguments: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = annowidgets("demo", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not list(tmp_path.iterdir())


def test_folders_without_boxes_are_refused_with_a_hint_and_leave_nothing(tmp_path: Path) -> None:
    images, voc = write_cells(tmp_path / "mine", 1, size=(96, 96), progress=False)[:2]
    (tmp_path / "empty").mkdir()
    for labels, told in ((tmp_path / "empty", "There is no XML file"), (voc, "has no box on a picture")):
        result = annowidgets("demo", "--images", tmp_path / "empty", "--voc", labels, "--workspace", tmp_path / "x.db")
        assert result.exit_code == 1
        assert re.search(rf"^Error: .*{told}.*\nHint: .", result.stderr, re.MULTILINE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "mine"]
    assert images.is_dir()


def test_a_picture_that_can_not_be_read_stops_the_demo_in_one_line_and_leaves_nothing(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    images, voc = folders
    (images / "cells_0007.jpg").write_bytes(b"\xff\xd8 no picture")
    result = annowidgets("demo", "--images", images, "--voc", voc, "--workspace", tmp_path / "x.db")
    assert result.exit_code == 1
    assert "cells_0007.jpg" in result.stderr
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)

    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_folder_that_can_not_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = annowidgets("demo", "--workspace", tmp_path / "file" / "cells.db")
    assert result.exit_code == 1
    assert re.fullmatch(r"Error: .*File exists.*\n", result.stderr)


def test_an_interrupted_demo_leaves_no_half_made_workspace(folders: tuple[Path, Path], tmp_path: Path) -> None:
    images, voc = folders
    command = [sys.executable, "-c", "from annowidgets.cli import main; main()", "demo", "--images", str(images)]
    process = subprocess.Popen(
        [*command, "--voc", str(voc), "--workspace", str(tmp_path / "x.db")],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".x.db-*/x.db")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert told.endswith("Aborted!\n")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
