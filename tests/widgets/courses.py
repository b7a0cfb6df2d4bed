"""A small training in a workspace file, for tests of the screens that show it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import annowidgets as aw
from annowidgets.labels import Answer, Label, Shape
from annowidgets.workflow.training import TrainingProject, TrainingTask
from tests.widgets.loops import NOW, SIZE, without_notices

ONTOLOGY = aw.Ontology(
    objects=[
        aw.ObjectClass("cell", shape="bounding_box", color="#d62728", attributes=[aw.Radio("kind", ["round", "odd"])]),
        aw.ObjectClass("rod", shape="rotatable_bounding_box", color="#1f77b4"),
        aw.ObjectClass("outline", shape="polygon", color="#2ca02c"),
        aw.ObjectClass("line", shape="polyline", color="#9467bd"),
        aw.ObjectClass("dot", shape="keypoint", color="#ff7f0e"),
        aw.ObjectClass("mask", shape="bitmask", color="#17becf"),
        aw.ObjectClass("axis", shape="object_primitive", color="#e377c2", skeleton=aw.Skeleton(["a", "b"])),
    ],
    classifications=[aw.Radio("quality", ["good", "blurred"])],
)


def every_shape(off: float = 0.0) -> dict[str, Shape]:
    """A shape of each class, ``off`` pixels to the right of where the benchmark has it."""
    mask = np.zeros(SIZE[::-1], bool)
    mask[90:110, 10 + round(off) : 40 + round(off)] = True
    return {
        "cell": aw.BoundingBox(5 + off, 5, 30, 24),
        "rod": aw.RotatableBoundingBox(70 + off, 20, 40, 14, 25),
        "outline": aw.Polygon([(110 + off, 8), (150 + off, 12), (140 + off, 40), (112 + off, 34)]),
        "line": aw.Polyline([(6 + off, 50), (40 + off, 70), (60 + off, 52)]),
        "dot": aw.Keypoint(90 + off, 60),
        "mask": aw.Bitmask.from_array(mask),
        "axis": aw.ObjectPrimitive({"a": (80 + off, 90, "visible"), "b": (120 + off, 110, "occluded")}),
    }


def labels(off: float = 0.0, *, without: Sequence[str] = (), quality: str | None = "good") -> list[Label | Answer]:
    """A label of each class but ``without``, and an answer."""
    attributes = {"cell": {"kind": "round" if off == 0 else "odd"}}
    shown = [
        Label(name, shape, attributes=attributes.get(name, {}))
        for name, shape in every_shape(off).items()
        if name not in without
    ]
    return [*shown, *([Answer("quality", quality)] if quality is not None else [])]


class Course:
    """A project with gold of all seven shapes, and a training of it with the trainees uma and vic.

    Attributes
    ----------
    at : float
        What every clock of the workspace shows.
    """

    def __init__(self, folder: Path, *, items: int = 2, name: str = "Onboarding", **settings: Any) -> None:
        self.at = NOW
        self.ws = aw.open_workspace(folder / "course.db", user="lead")
        self.ws.clock = lambda: self.at
        files = [folder / f"cell_{number}.png" for number in range(items)]
        for number, file in enumerate(files):
            Image.linear_gradient("L").resize(SIZE).rotate(number * 10).save(file)
        self.project = self.ws.create_project("Blood", ontology=ONTOLOGY, instructions="# Boxes\n\nBox every cell.")
        self.project.add_images(files, progress=False)
        gold = self.project.create_ground_truth_batch("gold")
        gold.submit_labels({item: labels() for item in self.project.items()}, progress=False)
        with without_notices():
            self.training: TrainingProject = self.ws.create_training_project(
                name,
                sources=[self.project],
                trainees=settings.pop("trainees", ["uma", "vic"]),
                instructions=settings.pop("instructions", "# Boxes\n\nBox every cell."),
                **settings,
            )

    def as_(self, user: str) -> TrainingProject:
        """The training as somebody else opens it."""
        return self.ws.as_user(user).training_project(self.training.name)

    def submit(self, user: str, *works: Sequence[Label | Answer]) -> list[TrainingTask]:
        """Let a trainee hand in, one task after the other."""
        done = []
        for work in works:
            task = self.as_(user).next_task()
            assert task is not None
            self.at += 60
            task.submit(list(work), seconds=45.0)
            done.append(task)
        return done
