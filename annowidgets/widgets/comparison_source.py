"""What a comparison shows: labels beside those that they were judged by, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from annowidgets.errors import InvalidInput
from annowidgets.labels import Label, Labels, Ontology
from annowidgets.widgets.desk_panels import label_titles
from annowidgets.widgets.permitted import why_not
from annowidgets.widgets.rows import rows_of
from annowidgets.workflow import Batch, Task
from annowidgets.workflow.items import Item
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.task_view import Comment
from annowidgets.workflow.training import TrainingProject, TrainingTask

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.benchmark import Explanation


class Judged(NamedTuple):
    """One evaluation label.

    Attributes
    ----------
    id : int
        As `explain` takes it.
    kind : {"matched", "missing", "extra", "empty"}
    frame : int or None
        None for what is asked of the whole item.
    name : str
        The label as lists call it ("RBC 2"), or the question.
    called : str or None
        The submission's class, where it is another.
    benchmark, submitted : str or None
        Ids of the labels; None for answers, and on the side that has none.
    question : str or None
    similarity : float or None
        0 to 1.
    points : float
        0 to 100.
    importance : float
    """

    id: int
    kind: str
    frame: int | None
    name: str
    called: str | None
    benchmark: str | None
    submitted: str | None
    question: str | None
    similarity: float | None
    points: float
    importance: float


class Compared(NamedTuple):
    """A submission beside what it was judged by.

    Attributes
    ----------
    item : Item
    ontology : Ontology
    sides : (str, str)
        What the two are called ("Benchmark", "uma").
    benchmark, submitted : list of Label and Answer
    judged : list of Judged
        In the order of frames.
    score : float or None
        Of the task, 0 to 100.
    under : str
        What it was scored under.
    explain : callable(int) -> Explanation
    hints : list of Comment
        What the lead said of it.
    give_hint : callable(text, label id or None), or None
        Says something; None where the user may not.
    """

    item: Item
    ontology: Ontology
    sides: tuple[str, str]
    benchmark: Labels
    submitted: Labels
    judged: Sequence[Judged]
    score: float | None
    under: str
    explain: Callable[[int], Explanation]
    hints: Sequence[Comment] = ()
    give_hint: Callable[[str, str | None], object] | None = None


def read_compared(source: TrainingProject | Batch, task: Task | int) -> Compared:
    """A training's submission beside the gold, or an attempt of a calibration batch beside its fix.

    Raises
    ------
    PermissionDenied
        It is not shown to the user (R3, A10).
    InvalidInput
        The task is not submitted, or the attempt was not fixed.
    """
    if isinstance(source, TrainingProject):
        return _of_training(source, task)
    if isinstance(source, Batch):
        return _of_audit(source, task)
    raise InvalidInput(
        f"Comparison takes a training project or a calibration batch, got {type(source).__name__}.",
        hint="Comparison(training, task)",
    )


def _of_training(training: TrainingProject, task: Task | int) -> Compared:
    if not isinstance(task, (TrainingTask, int)):
        raise InvalidInput(f"A training's task is needed, got {type(task).__name__}.", hint="training.tasks()")
    found = training.compare(task)
    handed_in = training.task(found.task)
    may_not = why_not(training, Permission.DIRECT_TASKS)
    return Compared(
        handed_in.item,
        handed_in.ontology,
        ("Benchmark", found.trainee),
        found.gold,
        found.submission,
        _judged(found.evaluation_labels, found.gold, found.submission),
        found.score,
        f"function version {found.function_version}, gold revision {found.gold_revision}",
        training.explain,
        handed_in.comments,
        None if may_not else lambda text, label: handed_in.give_hint(text, label=label),
    )


def _of_audit(batch: Batch, task: Task | int) -> Compared:
    found = batch.audit().compare(task)
    score = found.scores.task_score
    return Compared(
        found.item,
        found.ontology,
        ("Corrected", found.user),
        found.corrected,
        found.submitted,
        _judged(found.scores.to_frame(), found.corrected, found.submitted),
        None if score != score else score,
        "the project's benchmark function",
        found.scores.explain,
    )


def _judged(frame: pd.DataFrame, benchmark: Labels, submitted: Labels) -> list[Judged]:
    known, told = (label_titles(one for one in side if isinstance(one, Label)) for side in (benchmark, submitted))

    def judged(row: dict[str, Any]) -> Judged:
        right, given = row["benchmark_category"], row["trainee_category"]
        name = known.get(row["benchmark_label"]) or told.get(row["trainee_label"]) or row["question"] or "nothing"
        return Judged(
            id=int(row["evaluation_label"]),
            kind=str(row["kind"]),
            frame=None if row["frame"] is None else int(row["frame"]),
            name=str(name),
            called=given if right is not None and given not in (None, right) else None,
            benchmark=row["benchmark_label"],
            submitted=row["trainee_label"],
            question=row["question"],
            similarity=row["similarity"],
            points=float(row["points"]),
            importance=float(row["importance"]),
        )

    found = [judged(row) for row in rows_of(frame)]
    return sorted(found, key=lambda one: (-1 if one.frame is None else one.frame, one.id))
