"""A training project: what a lead or a trainee holds in a notebook."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any

from annowidgets.errors import AlreadyExists, notice
from annowidgets.labels import Ontology
from annowidgets.labels.values import name as checked_name
from annowidgets.store import events as stored_events
from annowidgets.store import items as stored_items
from annowidgets.store import projects as stored_projects
from annowidgets.store import tasks as stored_tasks
from annowidgets.store import training as stored_training
from annowidgets.store.training import EligibleRow, TrainingRow
from annowidgets.workflow.base import stored_ontology
from annowidgets.workflow.checks import require_flag
from annowidgets.workflow.claims import give_back
from annowidgets.workflow.feedback import ProjectFeedback
from annowidgets.workflow.instructions import ProjectInstructions
from annowidgets.workflow.items import ProjectFiles
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.plotting import TrainingPlots
from annowidgets.workflow.training import sources
from annowidgets.workflow.training.amendments import TrainingAmendments, applied_function
from annowidgets.workflow.training.creation import Plan, make
from annowidgets.workflow.training.export import TrainingExport
from annowidgets.workflow.training.gold import TrainingGold
from annowidgets.workflow.training.models import TrainingModels
from annowidgets.workflow.training.tasks import TrainingTasks
from annowidgets.workflow.training.trainees import TrainingPeople, as_names
from annowidgets.workflow.training.volumes import TrainingVolumes

if TYPE_CHECKING:
    import pandas as pd


class TrainingProject(
    TrainingPeople,
    TrainingTasks,
    TrainingAmendments,
    TrainingGold,
    TrainingModels,
    TrainingExport,
    TrainingVolumes,
    TrainingPlots,
    ProjectInstructions,
    ProjectFeedback,
    ProjectFiles,
):
    """A training project. Made by `Workspace.create_training_project`, opened by `Workspace.training_project`.

    Its methods live in the rooms that it is made of: people, tasks, amendments, gold, models, export and volumes
    (these three build on reports), a module each; plotting, instructions, feedback and files are those of every
    project.
    """

    def _training(self) -> TrainingRow:
        with self.workspace.look(self.id) as action:
            return stored_training.of(action.connection, self.id)

    @property
    def description(self) -> str:
        """What it is for."""
        return self._training().description

    @property
    def pass_mark(self) -> float | None:
        """The score that passes, 0 to 100 (A11)."""
        return self._training().pass_mark

    @property
    def reveal(self) -> str:
        """When trainees see the gold and their scores: "never", "after_each" or "after_last" (A10)."""
        return self._training().reveal

    @property
    def ontology(self) -> Ontology:
        """What is labelled: the exact same as of the sources (A2)."""
        with self.workspace.look(self.id) as action:
            return stored_ontology(action.connection, self.id)

    def sources(self) -> pd.DataFrame:
        """Where the benchmark came from: ``project``, ``batch``, ``tasks`` (how many, of a list) (A3)."""
        import pandas as pd

        with self.workspace.look(self.id, Permission.VIEW_GOLD) as action:
            rows = stored_training.sources(action.connection, self.id)
            told = [sources.described(action.connection, row) for row in rows]
        return pd.DataFrame(told, columns=["project", "batch", "tasks"])

    def clone(self, name: str, *, trainees: str | Iterable[str] = (), allow_seen: bool = False) -> TrainingProject:
        """Make another training project with the same benchmark as it stands, function and settings, for a new cohort.

        Parameters
        ----------
        name : str
            Different from every other project's.
        trainees : str or iterable of str
            Who takes part.
        allow_seen : bool
            As in `add_trainees`.
        """
        from annowidgets.workflow.workspace import Action

        name = checked_name("project name", name)
        users = as_names(trainees)
        require_flag("allow_seen", allow_seen)
        with self.workspace.act(self.id, Permission.EDIT_BENCHMARK, archived=True) as action:
            connection = action.connection
            if stored_projects.by_name(connection, name) is not None:
                raise AlreadyExists(f"There is a project {name!r}.", hint=f"Open it: ws.training_project({name!r}).")
            listed = stored_training.sources(connection, self.id)
            for source in listed:
                theirs = Action(self.workspace, connection, source.source)
                theirs.require(Permission.EDIT_BENCHMARK)  # A1
                sources.require_in_use(theirs)
            training = stored_training.of(connection, self.id)
            instructions = stored_projects.instructions(connection, self.id)
            assert instructions is not None
            plan = Plan(
                name,
                stored_ontology(connection, self.id),
                training.description,
                instructions.text,
                applied_function(action)[1],
                training.pass_mark,
                training.reveal,
                training.size,
                listed,
                [
                    (_as_eligible(self.id, row), row.labels)
                    for row in stored_training.benchmark(connection, self.id)
                    if row.withdrawn is None
                ],
                cloned_from=self.id,
                examples=(instructions.good, instructions.bad),
            )
            project, said = make(self.workspace, connection, plan, users, allow_seen=allow_seen)
        for text in said:
            notice(text)
        return TrainingProject(self.workspace, project)

    def close(self) -> None:
        """End the training: it can be read from then on, not changed, and its sources may be archived (P6)."""
        with self.workspace.act(self.id, Permission.ARCHIVE) as action:
            for row in stored_tasks.matching(action.connection, self.id, state="annotating"):
                give_back(action, row)
            stored_projects.archive(action.connection, self.id)
            action.log("training.close", "project", self.id)

    def events(self) -> pd.DataFrame:
        """The log: ``id``, ``at``, ``user``, ``behind``, ``action``, ``subject``, ``subject_id``, ``figures`` (L1)."""
        with self.workspace.look(self.id, Permission.READ_ALL) as action:
            return stored_events.to_frame(action.connection, self.id)

    def __repr__(self) -> str:
        return f"TrainingProject({self.name!r})"

    def _repr_html_(self) -> str:
        with self.workspace.look(self.id) as action:
            items = len(stored_items.all_of(action.connection, self.id))
            training = stored_training.of(action.connection, self.id)
        mark = "no pass mark" if training.pass_mark is None else f"pass mark {training.pass_mark:g}"
        shown = {
            "never": "never shown",
            "after_each": "shown after each task",
            "after_last": "shown after the last task",
        }
        closed = "closed &middot; " if self.state == "archived" else ""
        table: Any = self.scores().to_html(index=False, escape=True, border=0, na_rep="")
        return (
            f"<b>{escape(self.name)}</b> &middot; {closed}{items} benchmark tasks &middot; {mark} &middot; scores "
            f"{shown[training.reveal]}{table}"
        )


def _as_eligible(project: int, row: stored_training.BenchmarkRow) -> EligibleRow:
    """A benchmark task as what another training project is made from."""
    return EligibleRow(
        task=row.source_task,
        project=project,
        batch=0,
        item=row.item,
        item_name=row.name,
        hash="",
        labels=row.source_labels,
        ontology_version=1,
        concepts=row.concepts,
        difficulty=row.difficulty,
    )
