"""Workspaces for the workflow's tests, made quickly: a team, a clock, tiny pictures, files copied from templates."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import annowidgets as aw
from annowidgets.errors import AnnowidgetsError, Notice
from annowidgets.store import tasks as stored_tasks
from annowidgets.workflow import Batch, CalibrationResult, Project, Task, Workspace

# One of each role, and a second annotator; the stranger is a member of nothing.
ROLES = {"lea": "admin", "tim": "team_manager", "rea": "reviewer", "ann": "annotator", "bo": "annotator"}
STRANGER = "zoe"
NAME = "Blood"
START = 1_800_000_000.0

ONTOLOGY = aw.Ontology(
    objects=[
        aw.ObjectClass("RBC", shape="bounding_box", color="#aa0000"),
        aw.ObjectClass("WBC", shape="bounding_box", color="#00aa00", attributes=[aw.Radio("kind", ["round", "long"])]),
    ],
    classifications=[aw.Radio("quality", ["good", "blurred"])],
)


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now

    def forward(self, *, minutes: float = 0.0, seconds: float = 0.0) -> None:
        self.now += 60 * minutes + seconds


class Team:
    """A project as seen by each of its people: ``team("ann")`` is the project as ann opens it."""

    def __init__(self, workspace: Workspace, clock: Clock) -> None:
        self.workspace = workspace
        self.clock = clock
        workspace.clock = clock
        # Tests lose nothing when the power fails.
        workspace.database.connection().execute("PRAGMA synchronous = OFF")
        self.file = workspace.database.path

    def __call__(self, user: str) -> Project:
        workspace = self.workspace if user == self.workspace.user else self.workspace.as_user(user)
        return workspace.project(NAME)

    def task(self, user: str, task: int | Task) -> Task:
        """A task in the hands of anybody, also of who would not be given it."""
        id = task if isinstance(task, int) else task.id
        with self.workspace.database.read() as connection:
            row = stored_tasks.by_id(connection, id)
        assert row is not None
        return Task(self(user).workspace, row)

    def batch(self, user: str, batch: Batch) -> Batch:
        """A batch in the hands of anybody."""
        return Batch(self(user).workspace, self("lea").id, batch.id)

    def calibration(self, name: str = "round", *, items: Sequence[Any] | int = 3, **settings: Any) -> Batch:
        """A launched calibration batch of the project's first items, or of those named."""
        chosen = self("lea").items()[:items] if isinstance(items, int) else items
        with without_notices():
            batch = self("lea").create_calibration_batch(name, items=list(chosen), **settings)
        batch.launch()
        return batch

    def audited(self, batch: Batch, *, by: str = "lea", grade: str = "approve") -> CalibrationResult:
        """Grade what is submitted alike and complete the audit."""
        audit = self.batch(by, batch).audit()
        while task := audit.next():
            audit.grade(task, grade, reason="wrong" if grade == "reject" else None)  # type: ignore[arg-type]
        return audit.complete()

    def calibrate(
        self, name: str = "round", *, grade: str = "approve", labels: Sequence[Any] | None = None, **settings: Any
    ) -> CalibrationResult:
        """Run a calibration from start to end: ann and bo take turns, lea audits."""
        batch = self.calibration(name, **settings)
        waiting = list(batch.tasks(state="queued"))
        for number, task in enumerate(waiting):
            mine = self.task(("ann", "bo")[number % 2], task).claim()
            mine.submit([cell()] if labels is None else labels, confidence=0.9)
        return self.audited(batch, grade=grade)

    def ground_truth(self, name: str = "gold", *, items: Sequence[Any] | int = 3) -> Batch:
        """A launched batch of ground truth."""
        chosen = self("lea").items()[:items] if isinstance(items, int) else items
        batch = self("lea").create_ground_truth_batch(name, items=list(chosen))
        batch.launch()
        return batch

    def production(self, name: str = "production", *, items: Sequence[Any] | int = 3, **settings: Any) -> Batch:
        """A launched production batch; the project must be calibrated."""
        chosen = self("lea").items()[:items] if isinstance(items, int) else items
        batch = self("lea").create_production_batch(name, items=list(chosen), **settings)
        batch.launch()
        return batch

    def sample(self, rate: float) -> None:
        """Set the share of submits that are drawn for review."""
        self("lea").update_settings(sampling_rate=rate)

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables."""
        with self.workspace.database.read() as connection:
            tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
            return {
                name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr) for (name,) in tables
            }

    def events(self) -> list[tuple[str, str]]:
        """(user, action) of every event."""
        with self.workspace.database.read() as connection:
            return connection.execute("SELECT user, action FROM events ORDER BY id").fetchall()

    @contextmanager
    def new_events(self) -> Iterator[list[tuple[str, str]]]:
        """Gather (user, action) of the events that are appended inside."""
        before = len(self.events())
        found: list[tuple[str, str]] = []
        yield found
        found += self.events()[before:]

    def refuses(self, error: type[AnnowidgetsError], act: Callable[[], Any], *, rule: str | None = None) -> Any:
        """Check that an action is refused with an error, by a rule if one is named, and leaves no trace."""
        before = self.dump()
        with pytest.raises(error) as caught:
            act()
        refused = caught.value
        assert rule is None or refused.rule == rule, f"refused by {refused.rule}, not by {rule}: {refused}"
        assert self.dump() == before, f"refused, and yet something was written: {refused}"
        return refused

    def save_to(self, file: Path) -> None:
        """Write all into one file that can be copied."""
        connection = self.workspace.database.connection()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(self.file, file)


def open_team(file: Path, pictures: Path, *, copy_of: Path | None = None) -> Team:
    """Open a file, a copy of a template where one is named, as lea."""
    if copy_of is not None:
        shutil.copyfile(copy_of, file)
    return Team(aw.open_workspace(file, user="lea", media_root=pictures), Clock())


def new_team(file: Path, pictures: Path, *, items: int = 12, ontology: aw.Ontology = ONTOLOGY) -> Team:
    """A new file with a project of some pictures and one person of each role."""
    team = open_team(file, pictures)
    project = team.workspace.create_project(
        NAME,
        ontology=ontology,
        instructions="# Cells\n\nBox each.",
        sampling_rate=0.0,
        policy=aw.CalibrationPolicy(min_items=2),
    )
    project.add_images(draw_pictures(pictures, items), progress=False)
    for user, role in ROLES.items():
        if user != "lea":
            project.add_member(user, role=role)
    return team


def draw_pictures(folder: Path, count: int, *, first: int = 0) -> list[Path]:
    """Pictures of 40 x 30 pixels, each different."""
    files = [folder / f"cell{number:02}.png" for number in range(first, first + count)]
    for number, file in enumerate(files, first):
        if not file.exists():
            pixels = np.full((30, 40), number % 256, np.uint8)
            pixels[0, 0] = number // 256
            Image.fromarray(pixels).save(file)
    return files


def cell(x: float = 2, y: float = 2, width: float = 10, height: float = 8, category: str = "RBC") -> aw.Label:
    """A box."""
    return aw.Label(category, aw.BoundingBox(x, y, width, height))


def work(project: Project, *, labels: Iterable[Any] | None = None, confidence: float = 0.9, limit: int = 1000) -> int:
    """Label until there is nothing left; returns how many tasks were submitted."""
    done = 0
    while done < limit and (task := project.next_task()):
        task.submit([cell()] if labels is None else list(labels), confidence=confidence)
        done += 1
    return done


@contextmanager
def without_notices() -> Iterator[None]:
    """Let pass what is said of small batches and the like."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Notice)
        yield
