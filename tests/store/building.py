"""A workspace in the midst of its work, made through the workflow, and scripts that write to its file with sqlite3."""

from __future__ import annotations

import shutil
import sqlite3
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import annowidgets as aw
from annowidgets.errors import Notice
from annowidgets.workflow import Batch, Project

LEAD, MANAGER, ANNOTATORS = "lea", "tim", ("ann", "bo")
NAME = "Blood"

ONTOLOGY = aw.Ontology(objects=[aw.ObjectClass("RBC", shape="bounding_box"), aw.ObjectClass("WBC", shape="keypoint")])
POLICY = aw.CalibrationPolicy(min_items=3, min_score=70, min_accuracy=0.7)


def cell(x: float = 1.0) -> aw.Label:
    """Return a label that fits every picture here."""
    return aw.Label("RBC", aw.BoundingBox(x, 1, 4, 4))


def new_workspace(file: Path, *, items: int = 16) -> Project:
    """Make a workspace with a team, a policy that six items can meet, and tiny pictures, each different."""
    workspace = aw.open_workspace(file, user=LEAD)
    project = workspace.create_project(NAME, ontology=ONTOLOGY, instructions="# How", sampling_rate=1, policy=POLICY)
    project.add_images(pictures(file.parent / "pictures", items), progress=False)
    project.add_member(MANAGER, role="team_manager")
    for user in ANNOTATORS:
        project.add_member(user)
    return project


def pictures(folder: Path, count: int) -> list[Path]:
    """Write tiny pictures, each different."""
    folder.mkdir(exist_ok=True)
    paths = [folder / f"cell {number:03}.png" for number in range(count)]
    for number, path in enumerate(paths):
        values = np.full((8, 8), number % 256, np.uint8)
        values[0, 0] = number // 256
        Image.fromarray(values).save(path)
    return paths


@contextmanager
def small_on_purpose() -> Iterator[None]:
    """Leave out the advice on the size of calibration batches."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Notice)
        yield


def calibration(project: Project, name: str, items: Sequence[Any], *, attempts_per_item: int = 2) -> Batch:
    """Launch a calibration batch and hand in every attempt."""
    with small_on_purpose():
        batch = project.create_calibration_batch(name, items=items, attempts_per_item=attempts_per_item)
    batch.launch()
    for user in ANNOTATORS:
        mine = project.workspace.as_user(user).project(project.name)
        while len(batch.tasks(user=user)) < len(items) and (task := mine.next_task()):
            task.submit([cell()], confidence=0.9)
    return batch


def audit(project: Project, batch: Batch, grades: Sequence[str]) -> None:
    """Grade the attempts in turn, over and over."""
    sitting = project.workspace.as_user(MANAGER).project(project.name).batch(batch.name).audit()
    number = 0
    while task := sitting.next():
        grade: Any = grades[number % len(grades)]
        labels = [cell(1.5)] if grade == "fix" else None
        sitting.grade(task, grade, labels=labels, reason="wrong" if grade == "reject" else None)
        number += 1


def complete(project: Project, batch: Batch) -> None:
    """Complete an audit, and with it the certificate."""
    project.workspace.as_user(MANAGER).project(project.name).batch(batch.name).audit().complete()


def in_the_midst(file: Path) -> None:
    """Make a workspace where everything is going on: calibrated, two production batches, an audit half way."""
    project = new_workspace(file)
    items = project.items()
    first = calibration(project, "round 1", items[:4])
    first.tasks()[0].give_feedback("And cut cells?")
    audit(project, first, ["approve", "approve", "approve", "fix", "approve", "approve", "approve", "reject"])
    complete(project, first)
    good = [task for task in first.tasks() if task.labels() and _grade(task) != "reject"]
    chosen = {task.item.id: task for task in good}
    for task, kind in zip(chosen.values(), ("training", "evaluation"), strict=False):
        task.promote(kind, concepts=["border"], difficulty="easy")
    second = calibration(project, "round 2", items[2:5], attempts_per_item=1)
    _production(project, items[6:12])
    project.create_production_batch("later", items=items[12:14])
    gold = project.create_ground_truth_batch("gold", items=items[14:16])
    gold.submit_labels({items[14]: [cell()]})
    project.workspace.as_user(ANNOTATORS[0]).project(NAME).give_feedback("What is a platelet?", kind="question")
    sitting = second.audit()
    sitting.grade(sitting.next(), "reject", reason="all of it")  # type: ignore[arg-type]
    other = project.workspace.create_project("Other", ontology=ONTOLOGY, policy=POLICY)
    other.add_images(pictures(file.parent / "others", 4), progress=False)
    other.add_member(MANAGER, role="team_manager")
    for user in ANNOTATORS:
        other.add_member(user)
    third = calibration(other, "round 1", other.items()[:3])
    audit(other, third, ["approve"])
    complete(other, third)
    project.workspace.database.close()


def _grade(task: Any) -> str:
    frame = task.workspace.project(NAME).batch("round 1").tasks().to_frame()
    return str(frame.set_index("id").loc[task.id, "grade"])


def _production(project: Project, items: Sequence[Any]) -> None:
    """One task of each kind of state: completed, returned, in review, skipped, annotating, queued."""
    batch = project.create_production_batch("production", items=items)
    batch.launch()
    ann, bo = (project.workspace.as_user(user).project(NAME) for user in ANNOTATORS)
    submitted = []
    for _ in range(3):
        task = ann.next_task()
        task.submit([cell()])
        submitted.append(task)
    project.task(submitted[0].id).approve()
    bo.next_task().skip(reason="blurred")
    bo.next_task().save_draft([cell()])
    project.task(submitted[1].id).return_to_annotator("Look again.", comments={submitted[1].labels()[0].id: "here"})


class Script:
    """A script that writes to a workspace with nothing but sqlite3, as it comes: no foreign keys, no recursion."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.connection = sqlite3.connect(file, isolation_level=None)
        self._onlooker = sqlite3.connect(file, isolation_level=None)
        settings = [self.value(f"PRAGMA {name}") for name in ("foreign_keys", "recursive_triggers")]
        assert settings == [0, 0]

    def run(self, sql: str, *parameters: Any) -> None:
        """Write something that no rule forbids."""
        self.connection.execute(sql, parameters)

    def value(self, query: str, *parameters: Any) -> Any:
        """First column of the first row."""
        found = self.connection.execute(query, parameters).fetchone()
        return None if found is None else found[0]

    def refused(self, rule: str, sql: str, *parameters: Any) -> str:
        """Check that a statement is refused by a rule, or one of several ("C2|T1"), and writes nothing."""
        before = self._version()
        with pytest.raises(sqlite3.IntegrityError, match=f"^({rule}): ") as caught:
            self.connection.execute(sql, parameters)
        assert not self.connection.in_transaction
        assert self._version() == before, "refused, and yet something was written"
        return str(caught.value)

    def _version(self) -> int:
        """Return a number that changes whenever anybody else commits a change to the file."""
        found: int = self._onlooker.execute("PRAGMA data_version").fetchone()[0]
        return found

    def close(self) -> None:
        self.connection.close()
        self._onlooker.close()


def copied(template: Path, folder: Path) -> Path:
    """Copy a workspace, without its pictures."""
    return Path(shutil.copy(template, folder))
