"""The documentation builds, is complete, says what the code says now, and its code runs."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import annowidgets as aw
from annowidgets.demo import HiddenTruth, SimulatedAuditor, SimulatedLabeler, simulate_audit, simulate_labelers
from annowidgets.demo.cells import write_cells
from annowidgets.interchange import read_dataset
from docs.generate import PAGES, TABLES, diagram
from tests.repository import REPOSITORY

DOCS = REPOSITORY / "docs"
RULE = re.compile(r"\b[RPTCIQAL][1-9][0-9]?\b")


# --- drawn from the code


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_is_the_one_that_the_code_draws_now(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run: python -m docs.generate"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.picture)
def test_a_diagram_names_every_state_and_every_event_of_its_table(table: Any) -> None:
    told = re.sub(r"<[^>]*>", " ", diagram(table))
    for state, event in table.transitions:
        assert state.replace("_", " ") in told
        assert event.replace("_", " ") in told


def test_the_page_of_rules_has_each_rule_that_the_workflow_names_and_no_other() -> None:
    code = "\n".join(path.read_text() for path in (REPOSITORY / "annowidgets" / "workflow").rglob("*.py"))
    ranges = re.findall(r"\b([RPTCIQAL])([1-9])-\1([1-9][0-9]?)\b", code)
    named = set(RULE.findall(code)) | {f"{kind}{n}" for kind, low, high in ranges for n in range(int(low), int(high))}
    told = re.findall(r"^### ([A-Z]\d+)\.", (DOCS / "rules.md").read_text(), re.MULTILINE)
    assert len(told) == len(set(told))
    assert set(told) == named


# --- built by Sphinx


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation as HTML; a warning stops it."""
    out = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-c", "docs", "-d", str(out / "trees"), "."]
    run = subprocess.run([*command, str(out / "html")], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return out / "html"


def test_every_page_and_every_notebook_is_built(built: Path) -> None:
    pages = [*DOCS.rglob("*.md"), *(REPOSITORY / "notebooks").glob("*.ipynb")]
    assert len(pages) > 20
    for page in pages:
        assert (built / page.relative_to(REPOSITORY)).with_suffix(".html").is_file()


def test_the_reference_has_every_public_name(built: Path) -> None:
    reference = "".join(page.read_text() for page in (built / "docs" / "reference").glob("*.html"))
    for name in aw.__all__:
        thing = getattr(aw, name)
        home = name if isinstance(thing, type(aw)) else f"{aw._HOME_OF[name].removeprefix('annowidgets.')}.{name}"
        assert f'id="annowidgets.{home}"' in reference or f'id="module-annowidgets.{home}"' in reference, name
    for method in ("Project.add_images", "Project.next_task", "Task.submit", "Audit.complete"):
        assert f'id="annowidgets.workflow.{method}"' in reference


def test_pages_load_nothing_of_ours_from_elsewhere_and_name_no_place_of_a_machine(built: Path) -> None:
    for page in built.rglob("*.html"):
        assert str(REPOSITORY) not in page.read_text(), page


# --- the code on the pages


def code_of(page: Path) -> list[str]:
    blocks: list[str] = re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert blocks
    return blocks


class Reader:
    """Somebody who runs the code of a page block by block; where a screen opens, simulated people do its work."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self.shown: list[Any] = []

    def follow(self, page: str) -> None:
        for block in code_of(DOCS / page):
            self.run(block)
            if "LabelDesk(" in block:
                self.label()
            if "AuditTool(" in block:
                simulate_audit(self.names["batch"], SimulatedAuditor(), self.truth(), progress=False)

    def run(self, block: str) -> None:
        """As a cell is run: what its last line gives is shown."""
        tree = ast.parse(block)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "block", "exec"), self.names)
        if isinstance(last, ast.Expr):
            self.shown.append(eval(compile(ast.Expression(last.value), "block", "eval"), self.names))

    def truth(self) -> HiddenTruth:
        return HiddenTruth(self.names["project"], read_dataset("annotations", images="photos", progress=False))

    def label(self) -> None:
        simulate_labelers(self.names["project"], [SimulatedLabeler(name="ann")], self.truth(), progress=False)


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    written = write_cells(tmp_path / "drawn", 24, rng=1, size=(240, 320), progress=False)
    shutil.move(written.images, tmp_path / "photos")
    shutil.move(written.voc, tmp_path / "annotations")
    monkeypatch.chdir(tmp_path)
    return Reader()


def test_the_tutorial_ends_with_production_open(reader: Reader) -> None:
    reader.follow("tutorial.md")
    assert reader.names["production"].state == "in_progress"
    assert reader.names["batch"].result.passed


def test_the_page_about_a_paper_finds_its_figures(reader: Reader) -> None:
    reader.follow("tutorial.md")
    reader.label()
    reader.run(
        "training = ws.create_training_project('Onboarding', sources=[production], size=5, rng=0, pass_mark=80)\n"
        "gold = {item: training.gold(item).labels for item in training.items()}\n"
        "training.submit_predictions('model', gold, progress=False)\n"
    )
    reader.follow("how_to/scores_in_a_paper.md")
    scores = next(frame for frame in reader.shown if {"trainee", "kind", "score"} <= set(getattr(frame, "columns", ())))
    assert scores.score.tolist() == [100.0]
    assert Path("evaluation_labels.csv").is_file()


def write_extra_picture() -> None:
    (picture,) = write_cells("more", 1, rng=9, size=(240, 320), progress=False).pictures
    shutil.move(picture, "photos/extra.jpg")


@pytest.mark.parametrize(
    ("page", "prepare"),
    [
        ("how_to/own_images.md", None),
        ("how_to/import_ground_truth.md", write_extra_picture),
        ("how_to/team_on_a_hub.md", None),
    ],
)
def test_the_code_of_a_page_runs_as_it_stands(page: str, prepare: Callable[[], None] | None, reader: Reader) -> None:
    if prepare is not None:
        prepare()
    reader.follow(page)
    assert reader.names["project"].items()


def test_the_code_of_the_front_page_runs_and_says_that_two_pictures_are_few(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "lea")
    for number, picture in enumerate(sorted(Path("photos").iterdir())[:2], 1):
        with Image.open(picture) as opened:
            opened.save(f"photo-{number}.png")
    with pytest.warns(aw.errors.Notice) as said:
        reader.run(*code_of(REPOSITORY / "README.md"))
    assert any("20 were asked for" in str(notice.message) for notice in said)
    assert isinstance(reader.shown[-1], aw.LabelDesk)


def test_the_links_of_the_front_page_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (REPOSITORY / "README.md").read_text())
    assert links
    for link in links:
        assert (REPOSITORY / link).exists(), link


def test_every_place_that_the_map_of_the_house_names_is_there() -> None:
    text = (REPOSITORY / "CONTRIBUTING.md").read_text()
    places = set(re.findall(r"`((?:annowidgets|tests|docs|notebooks|binder|\.ci)/[^`*]*)`", text))
    assert len(places) > 20
    for place in places:
        assert (REPOSITORY / place).exists(), place
    for name, module in (("lease_minutes", "workflow/policies.py"), ("TOOLS", "widgets/editor/src/tools/index.js")):
        assert name in (REPOSITORY / "annowidgets" / module).read_text()
    assert "def evaluation_frame(" in (REPOSITORY / "annowidgets/workflow/training/tables.py").read_text()


def test_continuous_integration_and_contributing_run_what_the_makefile_has() -> None:
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    workflows = "\n".join(path.read_text() for path in (REPOSITORY / ".github").rglob("*.yml"))
    run = re.findall(r"run: (.*)", workflows)
    assert run == ["make check", "make test"]
    told = (REPOSITORY / "CONTRIBUTING.md").read_text() + (REPOSITORY / ".ci" / "run").read_text()
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", told, re.MULTILINE))
    assert {"test", "check", "docs"} <= named <= targets
