"""The notebooks run from top to bottom, say nothing unexpected, and show the figures that follow from the file."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from nbformat import NotebookNode

from tests.demo.formulas import attempts, figures, graded, read_truth
from tests.notebooks import FOLDER, execute, storable

CALIBRATION = FOLDER / "01_calibration.ipynb"
SCREENS = ("LabelDesk", "BatchesPage", "BatchView", "AuditTool")


class Run(NamedTuple):
    book: NotebookNode
    folder: Path
    file: sqlite3.Connection


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("notebooks")
    book = execute(CALIBRATION, folder)
    with closing(sqlite3.connect(folder / "cells" / "calibration.db")) as file:
        yield Run(book, folder, file)


def outputs(book: NotebookNode) -> list[NotebookNode]:
    return [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]


def shown(book: NotebookNode) -> str:
    """All text that the notebook shows, of HTML without its tags."""
    texts = []
    for output in outputs(book):
        data = output.get("data", {})
        texts.append(output.get("text") or re.sub(r"<[^>]*>", " ", data.get("text/html", "")) or data["text/plain"])
    return "\n".join(texts)


def scores(book: NotebookNode) -> list[tuple[str, str, str]]:
    """(score, low, high) as the notebook prints them."""
    return re.findall(r"Calibration score ([\d.]+)\s+\(([\d.]+) to ([\d.]+)\)", shown(book))


def test_it_says_nothing_on_the_error_stream_and_writes_into_its_own_folder_only(run: Run) -> None:
    assert not [output for output in outputs(run.book) if output.get("name") == "stderr"]
    assert sorted(path.name for path in run.folder.iterdir()) == [CALIBRATION.name, "cells"]
    kept = {path.name for path in (run.folder / "cells").iterdir() if not path.name.startswith("calibration.db-")}
    assert kept == {"calibration.db", "images", "voc"}


def test_its_scores_are_those_of_an_independent_computation_from_boxes_in_the_file(run: Run) -> None:
    truth, without_size = read_truth(run.folder / "cells" / "voc")
    assert not without_size
    printed = scores(run.book)
    assert len(printed) == 2
    for batch, told, passes in zip(("round 1", "round 2"), printed, (False, True), strict=True):
        found = attempts(run.file, batch)
        assert len(found) == 20
        for attempt in found:
            assert (attempt.grade, attempt.accuracy) == pytest.approx(graded(truth[attempt.item], attempt.submitted))
        expected = figures(found, truth)
        assert told == tuple(f"{value:.1f}" for value in (expected.score, expected.low, expected.high))
        assert (expected.score >= 80 and expected.accuracy >= 0.8) == passes


def test_production_is_locked_until_the_second_score(run: Run) -> None:
    text = shown(run.book)
    first, second = (score for score, *_ in scores(run.book))
    beats = [
        "none yet, needs a completed audit",
        f"Calibration score {first}",
        f"locked: calibration score {first}, needs >= 80.0",
        f"Calibration score {second}",
    ]
    places = [text.index(beat) for beat in beats]
    assert places == sorted(places)
    batches = run.file.execute("SELECT name, kind, state FROM batches ORDER BY id").fetchall()
    assert batches == [
        ("round 1", "calibration", "completed"),
        ("round 2", "calibration", "completed"),
        ("production 1", "production", "in_progress"),
    ]
    assert run.file.execute("SELECT count(*) FROM tasks WHERE state = 'queued'").fetchone() == (40,)
    assert run.file.execute("SELECT DISTINCT state, version FROM feedback").fetchall() == [("addressed", 2)]


def test_every_screen_opens_with_a_page_for_viewers_without_a_kernel(run: Run) -> None:
    for screen in SCREENS:
        cells = [cell for cell in run.book.cells if cell.source.split("\n")[-1].startswith(f"aw.{screen}(")]
        assert cells, screen
        for cell in cells:
            (data,) = [output.data for output in cell.outputs]
            assert {"application/vnd.jupyter.widget-view+json", "text/html"} <= data.keys()


def test_it_shows_pictures(run: Run) -> None:
    assert sum("image/jpeg" in output.get("data", {}) for output in outputs(run.book)) >= 5


def test_running_it_again_in_the_same_folder_starts_afresh_and_ends_the_same(run: Run, tmp_path: Path) -> None:
    folder = shutil.copytree(run.folder, tmp_path / "again")
    assert (folder / "cells" / "calibration.db").is_file()
    assert scores(execute(CALIBRATION, folder)) == scores(run.book)


def test_stored_notebooks_are_small_and_open_with_the_python_of_the_environment() -> None:
    for path in FOLDER.glob("*.ipynb"):
        assert path.stat().st_size < 800_000
        assert json.loads(path.read_text())["metadata"]["kernelspec"]["name"] == "python3"


def test_the_stored_figures_are_those_of_now(run: Run) -> None:
    stored = nbformat.read(CALIBRATION, as_version=4)
    now = storable(run.book)
    assert [cell.source for cell in stored.cells] == [cell.source for cell in now.cells]
    assert scores(stored) == scores(now), "run: python -m tests.notebooks"
    kinds = [[sorted(output.get("data", {})) for output in cell.get("outputs", [])] for cell in stored.cells]
    assert kinds == [[sorted(output.get("data", {})) for output in cell.get("outputs", [])] for cell in now.cells]
