"""A small calibration in a workspace file, for tests of the lead's screens."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

import annowidgets as aw
from annowidgets.errors import Notice
from annowidgets.labels import Answer, Label
from annowidgets.workflow import Batch, Project, Task

NOW = 1_700_000_000.0
SIZE = (160, 120)  # width, height

ONTOLOGY = aw.Ontology(
    objects=[
        aw.ObjectClass("RBC", shape="bounding_box", color="#d62728"),
        aw.ObjectClass("WBC", shape="bounding_box", color="#1f77b4", attributes=[aw.Radio("kind", ["round", "odd"])]),
    ],
    classifications=[aw.Radio("quality", ["good", "blurred"]), aw.Number("count", scope="frame")],
)
LABELS: list[Label | Answer] = [
    Label("RBC", aw.BoundingBox(10, 10, 40, 40)),
    Label("WBC", aw.BoundingBox(60, 20, 50, 50), attributes={"kind": "odd"}),
    Answer("quality", "good"),
]


@contextmanager
def without_notices() -> Iterator[None]:
    """A batch of four is unusual, which is said each time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Notice)
        yield


class Loop:
    """A project with its lead, two annotators and another lead, and a calibration batch that is launched.

    Attributes
    ----------
    at : float
        What every clock of the workspace shows.
    """

    def __init__(
        self,
        folder: Path,
        *,
        items: int = 4,
        attempts_per_item: int = 1,
        ontology: aw.Ontology = ONTOLOGY,
        policy: aw.CalibrationPolicy | None = None,
        name: str = "round 1",
    ) -> None:
        self.at = NOW
        self.ws = aw.open_workspace(folder / "loop.db", user="lead")
        self.ws.clock = lambda: self.at
        files = [folder / f"cell_{number}.png" for number in range(items)]
        for number, file in enumerate(files):
            Image.linear_gradient("L").resize(SIZE).rotate(number * 10).save(file)
        policy = aw.CalibrationPolicy(min_items=2) if policy is None else policy
        self.project = self.ws.create_project("Blood", ontology=ontology, instructions="# Boxes", policy=policy)
        self.project.add_images(files, progress=False)
        for user, role in (("ann", "annotator"), ("bo", "annotator"), ("cy", "team_manager"), ("ro", "reviewer")):
            self.project.add_member(user, role=role)
        self.batch = self.launched(name, attempts_per_item=attempts_per_item)

    def launched(self, name: str, **options: Any) -> Batch:
        """A further calibration batch, with all items in the order that they were added."""
        with without_notices():
            batch = self.project.create_calibration_batch(
                name, items=options.pop("items", list(self.project.items())), **options
            )
        batch.launch()
        return batch

    def as_(self, user: str) -> Project:
        """The project as somebody else sees it."""
        return self.ws.as_user(user).project("Blood")

    def batch_as(self, user: str, batch: Batch | None = None) -> Batch:
        return self.as_(user).batch((batch or self.batch).name)

    def submit(
        self,
        *users: str,
        labels: Sequence[Label | Answer] = tuple(LABELS),
        confidence: float = 0.9,
        seconds: float = 130.0,
        at_most: int | None = None,
    ) -> list[Task]:
        """Let people label in turn until nothing is left, a minute apart."""
        done: list[Task] = []
        queues = [self.as_(user) for user in users or ("ann", "bo")]
        while queues and (at_most is None or len(done) < at_most):
            task = queues[0].next_task()
            if task is None:
                queues.pop(0)
                continue
            self.at += 60
            task.submit(list(labels), confidence=confidence, seconds=seconds)
            done.append(task)
            queues.append(queues.pop(0))
        return done

    def graded(self, *grades: str) -> None:
        """Let the lead grade attempts in order."""
        audit = self.batch.audit()
        for grade in grades:
            task = audit.next()
            assert task is not None
            fixed = {"labels": [*LABELS, Label("RBC", aw.BoundingBox(100, 80, 30, 30))]} if grade == "fix" else {}
            audit.grade(task, grade, **fixed, **({"reason": "Shifted."} if grade == "reject" else {}))  # type: ignore[arg-type]

    def tasker(self, task: int) -> Task:
        """A task as its own tasker sees it."""
        user = self.project.task(task).user
        assert user is not None
        return self.as_(user).task(task)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What stands in the file."""
        with self.ws.database.read() as connection:
            return connection.execute(query).fetchall()

    @property
    def actions(self) -> list[str]:
        """Names of the events so far."""
        return [str(action) for action in self.project.events()["action"]]
