"""Making a training project, from sources or as a clone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from annowidgets.errors import InvalidInput, SourceNotEligible, notice
from annowidgets.labels import Ontology
from annowidgets.labels.values import name as checked_name
from annowidgets.store import Connection
from annowidgets.store import items as stored_items
from annowidgets.store import labels as stored_labels
from annowidgets.store import members as stored_members
from annowidgets.store import projects as stored_projects
from annowidgets.store import training as stored_training
from annowidgets.store.training import EligibleRow, SourceRow, TrainingRow
from annowidgets.workflow.checks import require_count, require_flag, require_generator, require_score
from annowidgets.workflow.permissions import Role
from annowidgets.workflow.policies import Settings, to_json
from annowidgets.workflow.training.judging import judge_of
from annowidgets.workflow.training.sources import Source, as_sources, draw
from annowidgets.workflow.training.trainees import add_trainees, as_names
from annowidgets.workflow.versions import require_function

if TYPE_CHECKING:
    from annowidgets.benchmark import BenchmarkFunction
    from annowidgets.workflow.training.project import TrainingProject
    from annowidgets.workflow.workspace import Workspace


# A10: when a trainee sees the gold, the own scores and their explanations.
REVEALS = ("never", "after_each", "after_last")


class Plan(NamedTuple):
    """A training project that is to be made; ``examples`` are the instructions' good and bad ones, as JSON."""

    name: str
    ontology: Ontology
    description: str
    instructions: str
    function: BenchmarkFunction
    pass_mark: float | None
    reveal: str
    size: int | None
    sources: Sequence[SourceRow]
    benchmark: Sequence[tuple[EligibleRow, str]]
    cloned_from: int | None = None
    examples: tuple[str, str] = ("[]", "[]")


def create(
    workspace: Workspace,
    name: str,
    *,
    sources: Iterable[Source],
    size: int | None,
    rng: int | np.random.Generator | None,
    ontology: Ontology | None,
    description: str,
    instructions: str,
    trainees: str | Iterable[str],
    benchmark: BenchmarkFunction | None,
    pass_mark: float | None,
    reveal: str,
    allow_seen: bool,
    exist_ok: bool,
) -> TrainingProject:
    """Make a training project from sources; parameters as in `Workspace.create_training_project`."""
    from annowidgets.benchmark import BenchmarkFunction
    from annowidgets.workflow.training.project import TrainingProject

    name = checked_name("project name", name)
    if not isinstance(ontology, Ontology | None):
        raise InvalidInput(f"ontology must be an Ontology, got {type(ontology).__name__}.")
    for text in (description, instructions):
        if not isinstance(text, str):
            raise InvalidInput("description and instructions must be text.")
    if reveal not in REVEALS:
        raise InvalidInput(f"reveal can't be {reveal!r:.60}.", rule="A10", hint=f"One of {', '.join(REVEALS)}.")
    size = None if size is None else require_count("size", size, least=1)
    pass_mark = None if pass_mark is None else require_score("pass_mark", pass_mark)
    require_flag("allow_seen", allow_seen)
    users = as_names(trainees)
    stored_sources = as_sources(workspace, sources)
    with workspace.database.transaction() as connection:
        # The name decides first: sources may have moved on since the project was made of them.
        row = stored_projects.by_name(connection, name)
        if row is not None:
            own = Ontology.from_dict(
                msgspec.json.decode(stored_projects.ontology_versions(connection, row.id)[-1].ontology)
            )
            workspace._require_openable(connection, row, ontology or own, exist_ok, kind="training")
            return TrainingProject(workspace, row.id)
        drawn = draw(workspace, connection, stored_sources, ontology)
        function = BenchmarkFunction() if benchmark is None else benchmark
        require_function(function, drawn.ontology)
        chosen = _subset(drawn.rows, size, rng)
        gold = [(one, stored_labels.by_id(connection, one.labels).labels) for one in chosen]
        plan = Plan(
            name, drawn.ontology, description, instructions, function, pass_mark, reveal, size, stored_sources, gold
        )
        project, said = make(workspace, connection, plan, users, allow_seen=allow_seen)
    if size is not None and len(chosen) < size:
        said.append(f"Only {len(chosen)} tasks are eligible, {size} were asked for.")
    for text in (*drawn.said, *said):
        notice(text)
    return TrainingProject(workspace, project)


def _subset(rows: list[EligibleRow], size: int | None, rng: int | np.random.Generator | None) -> list[EligibleRow]:
    if size is None or size >= len(rows):
        return rows
    return [rows[place] for place in sorted(require_generator(rng).choice(len(rows), size, replace=False))]


def _free_name(connection: Connection, project: int, row: EligibleRow) -> str:
    """Name of an item's copy: the item's, told apart by its project or task where sources have equal names."""
    source = stored_projects.by_id(connection, row.project).name
    names = (row.item_name, f"{row.item_name} ({source})", f"{row.item_name} ({source}, task {row.task})")
    return next(name for name in names if stored_items.by_name(connection, project, name) is None)


def make(
    workspace: Workspace, connection: Connection, plan: Plan, trainees: Sequence[str], *, allow_seen: bool
) -> tuple[int, list[str]]:
    """Write a training project; returns its id, and what is to be said."""
    from annowidgets.workflow.workspace import Action

    if not plan.benchmark:
        raise SourceNotEligible("No benchmark task is left.", rule="A1", hint="All the gold was withdrawn.")
    now, user = workspace.clock(), workspace.user
    project = stored_projects.create(
        connection, name=plan.name, kind="training", settings=to_json(Settings()), at=now, user=user
    )
    stored_members.add(connection, project=project, user=user, role=Role.ADMIN, added=now)
    first = stored_projects.OntologyRow(1, to_json(plan.ontology), plan.ontology.fingerprint, "{}")
    stored_projects.add_ontology(connection, project, first, revision=False, at=now, user=user)
    text = stored_projects.InstructionsRow(1, plan.instructions, "", *plan.examples, now, user)
    stored_projects.add_instructions(connection, project, text)
    version = stored_projects.add_function(connection, project, to_json(plan.function), at=now, user=user)
    copied = []
    for row, labels in plan.benchmark:
        name = _free_name(connection, project, row)
        item = stored_training.copy_item(connection, row.item, project, name, at=now, user=user)
        copied.append((item, row, labels))
    training = TrainingRow(project, plan.description, plan.pass_mark, plan.reveal, plan.size, version)
    stored_training.create(connection, training, sources=plan.sources, benchmark=copied, at=now, user=user)
    action = Action(workspace, connection, project)
    for item, _, _ in copied:
        judge_of(action, item).require_measurable()
    action.log(
        "training.create",
        "project",
        project,
        name=plan.name,
        sources=[source._asdict() for source in plan.sources],
        items=len(copied),
        function=msgspec.json.decode(to_json(plan.function)),
        pass_mark=plan.pass_mark,
        reveal=plan.reveal,
        cloned_from=plan.cloned_from,
    )
    _, said = add_trainees(action, trainees, allow_seen=allow_seen)
    return project, said
