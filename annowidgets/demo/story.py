"""The whole loop, told in a terminal: calibrate, fail, mend the instructions, calibrate again, open production."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from annowidgets.demo.auditor import SimulatedAuditor
from annowidgets.demo.labelers import SimulatedLabeler
from annowidgets.demo.loop import simulate_audit, simulate_labelers
from annowidgets.demo.people import by_size, careful_labelers, careless_labelers
from annowidgets.demo.truth import HiddenTruth, box_ontology, class_counts
from annowidgets.errors import AlreadyExists, InvalidImport, ProductionLocked
from annowidgets.interchange import ImportedDataset, read_dataset

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.workflow import Batch, Project

DRAWN_PICTURES = 60
# As many as a calibration is asked for by the policy of a new project.
_FEWEST_PICTURES = 10
LEAD = "lead"

_FIRST_INSTRUCTIONS = """\
# How to label

Draw a box around each object, and choose its class: {classes}.
"""
_BETTER_INSTRUCTIONS = """\
# How to label

Choose the class of each object: {classes}.

## Boxes

All four sides of the box touch the object's outline; zoom in to check. Two objects that overlap get a box each.

## What counts

Every object of every class gets a box, {smallest} too, however small. An object that the edge of the picture cuts gets
a box around the part that can be seen.
"""


def run_demo(
    workspace: Path,
    *,
    images: Path | None = None,
    voc: Path | None = None,
    count: int | None = None,
    seed: int = 0,
    tell: Callable[[str], object] = print,
) -> None:
    """Run the loop with simulated people, and leave its workspace file.

    The file appears when the demo has come to its end, and not before.

    Parameters
    ----------
    workspace : Path
        The file to make; pictures are drawn into a folder beside it.
    images, voc : Path, optional
        Folders of pictures and of their Pascal VOC boxes, the hidden truth; both or none. Drawn where left out.
    count : int, optional
        How many pictures to draw (60 where left out), or to take from ``images`` (all).
    seed : int
        Decides the pictures drawn, the samples, and the labelers' mistakes.
    tell : callable
        Gets each line of the story.

    Raises
    ------
    AlreadyExists
        There is a file of that name; nothing was done.
    ProductionLocked
        The second calibration did not pass either; the workspace file is left.
    """
    require_free(workspace)
    workspace.parent.mkdir(parents=True, exist_ok=True)
    dataset = _dataset(workspace, images, voc, count, seed)
    name = "Blood cells" if images is None else workspace.stem
    with _appearing_at_the_end(workspace) as draft:
        locked = _Story(draft, workspace.parent, name, dataset, seed, tell).run()
    tell(
        f"\nThe workspace is {workspace}. To look around, in a notebook:\n\n"
        f"    import annowidgets as aw\n"
        f"    project = aw.open_workspace({str(workspace.resolve())!r}, user={LEAD!r}).project({name!r})\n"
        f"    aw.BatchesPage(project)"
    )
    if locked is not None:
        raise locked


def require_free(workspace: Path) -> None:
    """Raise AlreadyExists where there is something already."""
    if workspace.exists():
        raise AlreadyExists(
            f"{workspace} exists and was left as it is.", hint="Name another file, or delete this one first."
        )


@contextmanager
def _appearing_at_the_end(workspace: Path) -> Iterator[Path]:
    """A place for the file until it is complete, on the same disk; where anything goes wrong nothing is left."""
    with tempfile.TemporaryDirectory(prefix=f".{workspace.name}-", dir=workspace.parent) as folder:
        draft = Path(folder, workspace.name)
        yield draft
        require_free(workspace)
        draft.rename(workspace)


def _dataset(workspace: Path, images: Path | None, voc: Path | None, count: int | None, seed: int) -> ImportedDataset:
    if images is None or voc is None:
        from annowidgets.demo.cells import write_cells

        folder = workspace.with_name(f"{workspace.stem}_pictures")
        written = write_cells(folder, DRAWN_PICTURES if count is None else count, rng=seed)
        images, voc, taken = written.images, written.voc, {file.resolve() for file in written.pictures}
        dataset = read_dataset(voc, images=images, progress=False)
        # Pictures of an earlier demo may lie in the same folder.
        found = [image for image in dataset.images if image.path is not None and image.path.resolve() in taken]
    else:
        dataset = read_dataset(voc, images=images)
        found = dataset.images[:count]
    if not any(image.path is not None and image.labels for image in found):
        raise InvalidImport(f"{voc} has no box on a picture of {images}.", hint="Each picture needs an XML file.")
    pictures = sum(image.path is not None for image in found)
    if pictures < _FEWEST_PICTURES:
        raise InvalidImport(
            f"{images} has {pictures} pictures with an XML file in {voc}; the demo needs {_FEWEST_PICTURES}.",
            hint="That many are audited before production opens. Without --images and --voc pictures are drawn.",
        )
    not_taken = {image.source_path for image in dataset.images} - {image.source_path for image in found}
    skipped = [one for one in dataset.skipped if one.source not in not_taken]
    return dataclasses.replace(dataset, images=found, skipped=skipped)


class _Story:
    def __init__(
        self,
        file: Path,
        media_root: Path,
        name: str,
        dataset: ImportedDataset,
        seed: int,
        tell: Callable[[str], object],
    ) -> None:
        from annowidgets.workflow import open_workspace

        self.workspace = open_workspace(file, user=LEAD, media_root=media_root)
        self.name = name
        self.dataset = dataset
        self.seed = seed
        self.tell = tell
        self.words = {"classes": ", ".join(by_size(dataset)), "smallest": by_size(dataset)[0]}

    def run(self) -> ProductionLocked | None:
        """The loop from the first picture to production; what kept it locked, where it stayed so."""
        try:
            project, truth = self.set_up()
            self.calibrate(project, truth, "round 1", careless_labelers(self.dataset))
            if (locked := self.open_production(project)) is not None:
                self.tell(str(locked))
                self.mend_instructions(project)
                self.calibrate(project, truth, "round 2", careful_labelers(self.dataset))
                locked = self.open_production(project)
            self.heading("Readiness")
            self.table(project.readiness())
            self.heading("History")
            self.table(project.calibration_history()[[*_HISTORY]].rename(columns=_HISTORY), decimals=2)
            return locked
        finally:
            self.workspace.database.close()

    def set_up(self) -> tuple[Project, HiddenTruth]:
        """A project with pictures, instructions and people."""
        files = [image.path for image in self.dataset.images if image.path is not None]
        project = self.workspace.create_project(
            self.name,
            ontology=box_ontology(self.dataset),
            instructions=_FIRST_INSTRUCTIONS.format(**self.words),
        )
        items = project.add_images(files)
        for user in ("ann", "bo"):
            project.add_member(user)
        truth = HiddenTruth(project, self.dataset)
        project.check()
        counts = ", ".join(f"{name} {number}" for name, number in class_counts(self.dataset).most_common())
        self.heading(f"Project {self.name!r}")
        self.tell(f"{len(set(items))} pictures added. Hidden truth: {counts}.")
        for source, what, reason in truth.left_out:
            self.tell(f"Left out: {source.name}, {what}: {reason}")
        return project, truth

    def calibrate(self, project: Project, truth: HiddenTruth, name: str, labelers: Sequence[SimulatedLabeler]) -> Batch:
        """A calibration batch from the draw to the score."""
        batch = project.create_calibration_batch(name, size=20, rng=self.seed)
        batch.launch()
        self.heading(f"Calibration, {name}: instructions version {batch.instructions_version}")
        simulate_labelers(project, labelers, truth, seed=self.seed)
        result = simulate_audit(batch, SimulatedAuditor(), truth)
        self.table(_by_tasker(batch), decimals=2)
        interval = "" if result.low is None or result.high is None else f" ({result.low:.1f} to {result.high:.1f})"
        told = "passed" if result.passed else "not passed"
        self.tell(f"\nCalibration score {result.score:.1f}{interval}, mean accuracy {result.accuracy:.2f}: {told}.")
        return batch

    def mend_instructions(self, project: Project) -> None:
        """What the labelers asked becomes a new version, which answers them."""
        self.heading("Instructions")
        open_questions = project.feedback(state="open")
        version = project.update_instructions(
            _BETTER_INSTRUCTIONS.format(**self.words), note="how tight boxes are, and what counts"
        ).version
        for feedback in open_questions:
            self.tell(f"{feedback.author} ({feedback.kind}): {feedback.text}")
            feedback.address(version=version)
        self.tell(f"Version {version} answers them: how tight boxes are, and what counts.")

    def open_production(self, project: Project) -> ProductionLocked | None:
        """Production with all pictures; what keeps it locked, where it is."""
        self.heading("Production")
        try:
            batch = project.create_production_batch("production 1")
        except ProductionLocked as locked:
            return locked
        batch.launch()
        self.tell(f"{batch.name!r} is open: {len(batch.tasks(state='queued'))} tasks wait.")
        return None

    def heading(self, text: str) -> None:
        self.tell(f"\n{text}\n{'-' * len(text)}")

    def table(self, frame: pd.DataFrame, *, decimals: int = 2) -> None:
        self.tell(frame.to_string(index=False, float_format=f"{{:.{decimals}f}}".format))


_HISTORY = {
    "batch": "batch",
    "instructions_version": "instructions",
    "items": "items",
    "accuracy": "accuracy",
    "score": "score",
    "low": "low",
    "high": "high",
    "passed": "passed",
}


def _by_tasker(batch: Batch) -> pd.DataFrame:
    """Grades, mean confidence and mean accuracy of each tasker."""
    import pandas as pd

    attempts = batch.tasks(state="graded").to_frame()
    grades = pd.crosstab(attempts["user"], attempts["grade"]).reindex(
        columns=["approve", "fix", "reject"], fill_value=0
    )
    means = attempts.groupby("user")[["confidence", "accuracy"]].mean()
    return grades.join(means).reset_index().rename(columns={"user": "tasker"})
