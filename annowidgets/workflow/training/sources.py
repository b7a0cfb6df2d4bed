"""Where the benchmark of a training project comes from: eligible tasks under the exact same ontology (A1, A2)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from annowidgets.errors import InvalidInput, OntologyMismatch, SourceNotEligible
from annowidgets.labels import Ontology
from annowidgets.store import Connection
from annowidgets.store import projects as stored_projects
from annowidgets.store import training as stored_training
from annowidgets.store.training import EligibleRow, SourceRow
from annowidgets.workflow.base import ProjectBase, stored_ontology
from annowidgets.workflow.batch import Batch
from annowidgets.workflow.checks import require_iterable
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.project import Project
from annowidgets.workflow.task import Task

if TYPE_CHECKING:
    from annowidgets.workflow.workspace import Action, Workspace

Source: TypeAlias = Project | Batch | Task | Sequence[Task]

# As many are named in a refusal; the others are counted.
_NAMED = 10


class Drawn(NamedTuple):
    """What sources give.

    Attributes
    ----------
    ontology : Ontology
        Theirs, and the training project's.
    rows : list of EligibleRow
        The tasks that can become benchmark tasks.
    said : list of str
        What is unusual, and goes on.
    """

    ontology: Ontology
    rows: list[EligibleRow]
    said: list[str]


def as_sources(workspace: Workspace, sources: Iterable[Source]) -> list[SourceRow]:
    """Sources as they are stored; refuses what can be none (A1)."""
    given: list[object] = (
        [sources]
        if isinstance(sources, (ProjectBase, Batch, Task))
        else require_iterable("sources", sources, hint="For example sources=[project].")
    )
    if given and all(isinstance(one, Task) for one in given):
        given = [given]  # one flat list of tasks
    if not given:
        raise InvalidInput("A training project needs a source.", hint="For example sources=[project].")
    found = [_as_source(one) for one in given]
    for owner, _ in found:
        if owner.database.path != workspace.database.path:
            raise SourceNotEligible(f"A source lies in another workspace file: {owner.database.path}.", rule="A1")
    return [row for _, row in found]


def _as_source(source: object) -> tuple[Workspace, SourceRow]:
    if isinstance(source, Project):
        return source.workspace, SourceRow(source.id, None, None)
    if isinstance(source, ProjectBase):
        raise SourceNotEligible(
            f"{source.name!r} is a training project; sources are annotation projects.",
            rule="A1",
            hint=f"The same benchmark for another cohort: ws.training_project({source.name!r}).clone(name).",
        )
    if isinstance(source, Batch):
        return source.workspace, SourceRow(source._project, source.id, None)
    tasks = [source] if isinstance(source, Task) else source
    if not isinstance(tasks, Sequence) or isinstance(tasks, str) or not tasks:
        raise InvalidInput(f"A source is a project, a batch or a list of tasks, got {source!r:.60}.", rule="A1")
    if not all(isinstance(task, Task) for task in tasks):
        raise InvalidInput("A source that is a list must hold tasks.", rule="A1", hint="For example batch.tasks().")
    projects = {task._project for task in tasks}
    if len(projects) > 1:
        raise InvalidInput("The tasks of one list must be of one project.", hint="Give one list per project.")
    return tasks[0].workspace, SourceRow(projects.pop(), None, json.dumps([task.id for task in tasks]))


def draw(
    workspace: Workspace, connection: Connection, sources: Sequence[SourceRow], ontology: Ontology | None
) -> Drawn:
    """What sources give now, inside a transaction.

    Raises
    ------
    PermissionDenied
        The user is not admin of a source.
    OntologyMismatch
        A source has another ontology than the training project is to have (A2).
    SourceNotEligible
        A source is a training project, gives nothing, or the same content comes twice.
    """
    from annowidgets.workflow.workspace import Action

    rows: list[EligibleRow] = []
    said: list[str] = []
    for source in sources:
        action = Action(workspace, connection, source.source)
        if action.project.kind != "annotation":
            raise SourceNotEligible(f"{action.project.name!r} is a training project, which is no source.", rule="A1")
        action.require(Permission.EDIT_BENCHMARK)  # A1
        require_in_use(action)
        own = stored_ontology(connection, source.source)
        ontology = own if ontology is None else ontology
        _require_same(ontology, own, action.project.name)
        rows += _eligible(connection, source, action.project.name, ontology, said)
    assert ontology is not None, "there is a source"
    twice = [content for content, number in Counter(row.hash for row in rows).items() if number > 1]
    if twice:
        names = sorted({row.item_name for row in rows if row.hash in set(twice)})
        raise SourceNotEligible(
            f"{len(twice)} items come more than once, and an item has one gold: {_listed(names)}.",
            rule="A1",
            hint="Name the batches, or lists of tasks, that they are to be taken from.",
        )
    return Drawn(ontology, rows, said)


def require_in_use(action: Action) -> None:
    """Refuse an archived source (P6)."""
    if action.project.state == "archived":
        raise SourceNotEligible(f"{action.project.name!r} is archived, and can't be a source.", rule="P6")


def _eligible(
    connection: Connection, source: SourceRow, name: str, ontology: Ontology, said: list[str]
) -> list[EligibleRow]:
    wanted: list[int] | None = None if source.tasks is None else json.loads(source.tasks)
    rows = stored_training.eligible(connection, source.source, batch=source.batch, tasks=wanted)
    same = {
        row.version
        for row in stored_projects.ontology_versions(connection, source.source)
        if row.fingerprint == ontology.fingerprint
    }
    found = [row for row in rows if row.ontology_version in same]
    if wanted is not None and len(found) < len(set(wanted)):
        others = sorted(set(wanted) - {row.task for row in found})
        raise SourceNotEligible(
            f"{len(others)} of the tasks of {name!r} can't be benchmark tasks: {_listed(map(str, others))}.",
            rule="A1",
            hint="Eligible are tasks in review or completed of ground truth and production, and what was promoted to "
            "training, labelled under the same ontology.",
        )
    if not found:
        # Renaming a class is enough: the names of the labels are then those of an earlier ontology.
        told = f" {len(rows)} were labelled under another ontology." if rows else ""
        raise SourceNotEligible(
            f"{name!r} has no task that can be a benchmark task.{told}",
            rule="A1",
            hint="Submit ground truth: project.create_ground_truth_batch(...), or promote audited tasks.",
        )
    if len(found) < len(rows):
        said.append(
            f"{len(rows) - len(found)} tasks of {name!r} were labelled under another ontology and are left out."
        )
    if wanted is None:
        unfinished, tasks = stored_training.unfinished(connection, source.source, batch=source.batch)
        if unfinished:
            done = 100 * (tasks - unfinished) // tasks
            said.append(f"{name!r} is at {done} %: {unfinished} tasks are not submitted and no part of the benchmark.")
    return found


def _require_same(ontology: Ontology, own: Ontology, name: str) -> None:
    if ontology.fingerprint != own.fingerprint:  # A2
        raise OntologyMismatch(
            f"Source {name!r} has another ontology: {'; '.join(ontology.differences(own))}.",
            rule="A2",
            hint="Source and training project must have the exact same one.",
        )


def _listed(names: Iterable[str]) -> str:
    known = list(names)
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return f"{', '.join(known[:_NAMED])}{more}"


def described(connection: Connection, source: SourceRow) -> dict[str, object]:
    """A source for the table that admins see."""
    from annowidgets.store import batches as stored_batches

    tasks = None if source.tasks is None else len(msgspec.json.decode(source.tasks, type=list[int]))
    return {
        "project": stored_projects.by_id(connection, source.source).name,
        "batch": None if source.batch is None else stored_batches.by_id(connection, source.batch).name,
        "tasks": tasks,
    }
