"""The notebooks run from top to bottom, say nothing unexpected, and show the figures that follow from the file."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from nbformat import NotebookNode

from annowidgets import widgets
from tests.demo.formulas import attempts, figures, graded, read_truth
from tests.notebooks import FOLDER, execute, storable

BOOKS = sorted(FOLDER.glob("*.ipynb"))
CALIBRATION = FOLDER / "01_calibration.ipynb"
LIVE = "application/vnd.jupyter.widget-view+json"


class Run(NamedTuple):
    path: Path
    book: NotebookNode
    folder: Path


@pytest.fixture(scope="module")
def execution(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Run]:
    """Each notebook once, from top to bottom, in a folder of its own."""

    @cache
    def executed(path: Path) -> Run:
        folder = tmp_path_factory.mktemp(path.stem)
        return Run(path, execute(path, folder), folder)

    return executed


@pytest.fixture(params=BOOKS, ids=lambda path: path.stem)
def run(request: pytest.FixtureRequest, execution: Callable[[Path], Run]) -> Run:
    return execution(request.param)


def outputs(book: NotebookNode) -> list[NotebookNode]:
    return [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]


def text_of(output: NotebookNode) -> str:
    """What an output says; of HTML without its tags."""
    data = output.get("data", {})
    text = output.get("text") or re.sub(r"<[^>]*>", " ", data.get("text/html", "")) or data.get("text/plain", "")
    # Ids of labels are drawn, and a time is that of the run.
    return re.sub(r"\b[0-9a-f]{12}\b|\d{4}-\d\d-\d\d \d\d:\d\d", "(drawn)", text)


def opens_a_screen(cell: NotebookNode) -> bool:
    opened = re.match(r"aw\.(\w+)\(", cell.source.split("\n")[-1])
    return cell.cell_type == "code" and opened is not None and opened[1] in widgets.__all__


def shown(book: NotebookNode) -> str:
    return "\n".join(map(text_of, outputs(book)))


# --- every notebook


def test_a_notebook_says_nothing_on_the_error_stream_and_writes_into_one_folder_that_git_ignores(run: Run) -> None:
    assert not [output for output in outputs(run.book) if output.get("name") == "stderr"]
    (own,) = {path.name for path in run.folder.iterdir()} - {run.path.name}
    ignored = subprocess.run(["git", "check-ignore", "-q", f"notebooks/{own}/x"], cwd=FOLDER.parent, check=False)
    assert ignored.returncode == 0


def test_screens_of_a_notebook_leave_a_page_for_viewers_without_a_kernel(run: Run) -> None:
    for cell in filter(opens_a_screen, run.book.cells):
        (data,) = [output.data for output in cell.outputs]
        assert {LIVE, "text/html"} <= data.keys()


def test_a_notebook_is_stored_with_what_it_shows_now(run: Run) -> None:
    stored, now = nbformat.read(run.path, as_version=4), storable(deepcopy(run.book))
    told = "run: python -m tests.notebooks"
    assert [cell.source for cell in stored.cells] == [cell.source for cell in now.cells]
    for cell, fresh in zip(stored.cells, now.cells, strict=True):
        kept, made = cell.get("outputs", []), fresh.get("outputs", [])
        assert [sorted(one.get("data", {})) for one in kept] == [sorted(one.get("data", {})) for one in made], told
        if not opens_a_screen(cell):
            assert [*map(text_of, kept)] == [*map(text_of, made)], told


def test_a_notebook_is_small_opens_with_the_python_of_the_environment_and_asks_no_network(run: Run) -> None:
    assert run.path.stat().st_size < 800_000
    stored = nbformat.read(run.path, as_version=4)
    assert stored.metadata["kernelspec"]["name"] == "python3"
    assert not [
        cell for cell in stored.cells if cell.cell_type == "code" and re.search(r"https?:|[!%]pip", cell.source)
    ]


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_links_of_a_notebook_lead_to_what_is_copied_with_it(path: Path) -> None:
    """`annowidgets lab` copies the notebooks, and nothing beside them."""
    stored = nbformat.read(path, as_version=4)
    for cell in stored.cells:
        for link in re.findall(r"\]\(([^)#:]+)\)", cell.source) if cell.cell_type == "markdown" else ():
            assert path.parent / link in BOOKS, link


def test_together_the_notebooks_open_the_screens_that_people_work_with() -> None:
    told = "".join(cell.source for path in BOOKS for cell in nbformat.read(path, as_version=4).cells)
    for screen in (
        "LabelDesk",
        "BatchesPage",
        "BatchView",
        "AuditTool",
        "TraineeDesk",
        "TrainingDashboard",
        "Comparison",
    ):
        assert f"aw.{screen}(" in told


# --- the calibration, beside an independent computation


@pytest.fixture
def calibration(execution: Callable[[Path], Run]) -> Run:
    return execution(CALIBRATION)


@pytest.fixture
def file(calibration: Run) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(calibration.folder / "cells" / "calibration.db")) as connection:
        yield connection


def scores(book: NotebookNode) -> list[tuple[str, str, str]]:
    """(score, low, high) as the notebook prints them."""
    return re.findall(r"Calibration score ([\d.]+)\s+\(([\d.]+) to ([\d.]+)\)", shown(book))


def test_its_scores_are_those_of_an_independent_computation_from_boxes_in_the_file(
    calibration: Run, file: sqlite3.Connection
) -> None:
    truth, without_size = read_truth(calibration.folder / "cells" / "voc")
    assert not without_size
    printed = scores(calibration.book)
    assert len(printed) == 2
    for batch, told, passes in zip(("round 1", "round 2"), printed, (False, True), strict=True):
        found = attempts(file, batch)
        assert len(found) == 20
        for attempt in found:
            assert (attempt.grade, attempt.accuracy) == pytest.approx(graded(truth[attempt.item], attempt.submitted))
        expected = figures(found, truth)
        assert told == tuple(f"{value:.1f}" for value in (expected.score, expected.low, expected.high))
        assert (expected.score >= 80 and expected.accuracy >= 0.8) == passes


def test_production_is_locked_until_the_second_score(calibration: Run, file: sqlite3.Connection) -> None:
    text = shown(calibration.book)
    first, second = (score for score, *_ in scores(calibration.book))
    beats = [
        "none yet (needs one)",
        f"Calibration score {first}",
        f"locked: calibration score: {first} (needs >= 80.0)",
        f"Calibration score {second}",
    ]
    places = [text.index(beat) for beat in beats]
    assert places == sorted(places)
    batches = file.execute("SELECT name, kind, state FROM batches ORDER BY id").fetchall()
    assert batches == [
        ("round 1", "calibration", "completed"),
        ("round 2", "calibration", "completed"),
        ("production 1", "production", "in_progress"),
    ]
    assert file.execute("SELECT count(*) FROM tasks WHERE state = 'queued'").fetchone() == (40,)
    assert file.execute("SELECT DISTINCT state, version FROM feedback").fetchall() == [("addressed", 2)]


def test_running_it_again_in_the_same_folder_starts_afresh_and_ends_the_same(calibration: Run, tmp_path: Path) -> None:
    folder = shutil.copytree(calibration.folder, tmp_path / "again")
    assert (folder / "cells" / "calibration.db").is_file()
    assert scores(execute(CALIBRATION, folder)) == scores(calibration.book)
