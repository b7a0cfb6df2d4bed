"""What the dashboard of a training shows, each part read when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from annowidgets.labels import Ontology
from annowidgets.widgets.rows import rows_of
from annowidgets.workflow.training import TrainingProject
from annowidgets.workflow.training.cohort import Cohort

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.benchmark import BenchmarkFunction

SAMPLE = 500  # A9


class Reading:
    """A training project as it stood when its parts were first asked for; make another one to read it again.

    Parameters
    ----------
    training : TrainingProject
    """

    def __init__(self, training: TrainingProject) -> None:
        self._training = training

    @cached_property
    def name(self) -> str:
        """Of the training."""
        return self._training.name

    @cached_property
    def state(self) -> str:
        """Either "active" or, when it is closed, "archived"."""
        return self._training.state

    @cached_property
    def pass_mark(self) -> float | None:
        """0 to 100, or None."""
        return self._training.pass_mark

    @cached_property
    def reveal(self) -> str:
        """When trainees see the gold (A10)."""
        return self._training.reveal

    @cached_property
    def ontology(self) -> Ontology:
        """What is labelled."""
        return self._training.ontology

    @cached_property
    def pending(self) -> BenchmarkFunction | None:
        """The amended function that waits to be applied."""
        return self._training.pending

    @cached_property
    def newest_version(self) -> int:
        """Of the benchmark function, whether it is applied or not."""
        return int(self._training.functions()["version"].max())

    @cached_property
    def scores(self) -> pd.DataFrame:
        """`TrainingProject.scores`."""
        return self.cohort.by_trainee()

    @cached_property
    def cohort(self) -> Cohort:
        """All submissions in memory."""
        return Cohort(self._training)

    @cached_property
    def by_class(self) -> pd.DataFrame:
        """`TrainingProject.scores` by class."""
        return self.cohort.by_class()

    @cached_property
    def tasks(self) -> pd.DataFrame:
        """The submitted tasks."""
        return self._training.tasks(state="submitted").to_frame()

    @cached_property
    def sample(self) -> list[dict[str, Any]]:
        """At most 500 evaluation labels, drawn at random and always the same (A9)."""
        return rows_of(self._training.evaluation_labels(sample=SAMPLE))

    @cached_property
    def moving(self) -> set[str]:
        """Names of the items that have several frames."""
        return {item.name for item in self._training.items() if item.frames > 1}

    @cached_property
    def gold(self) -> list[dict[str, Any]]:
        """`TrainingProject.gold_health`, as rows."""
        return rows_of(self._training.gold_health())

    @cached_property
    def people(self) -> set[str]:
        """Who is in the project now."""
        return {member.user for member in self._training.members()}

    def confusion(self, trainee: str | None) -> pd.DataFrame:
        """`TrainingProject.confusion`; of all from what is in memory."""
        return self.cohort.scores.confusion() if trainee is None else self._training.confusion(trainee)
