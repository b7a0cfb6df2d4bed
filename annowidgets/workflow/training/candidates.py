"""What could be a source of a training project, and why what could not (A1, A2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from annowidgets.errors import AnnowidgetsError
from annowidgets.labels import Ontology
from annowidgets.store import Connection
from annowidgets.store import batches as stored_batches
from annowidgets.store import members as stored_members
from annowidgets.store import projects as stored_projects
from annowidgets.store import training as stored_training
from annowidgets.store.training import EligibleRow, SourceRow
from annowidgets.workflow.base import stored_ontology
from annowidgets.workflow.batch import Batch
from annowidgets.workflow.members import Member, as_member
from annowidgets.workflow.permissions import Permission, Role
from annowidgets.workflow.project import Project
from annowidgets.workflow.training.sources import draw

if TYPE_CHECKING:
    from annowidgets.workflow.workspace import Workspace


class Candidate(NamedTuple):
    """A project or batch, and what it would give.

    Attributes
    ----------
    source : Project or Batch
        What to name in ``sources``.
    project, batch : str, str or None
        Its names.
    ontology : Ontology
        The project's.
    submitted, tasks : int
        How far ground truth and production are.
    eligible : int
        How many benchmark tasks it would give.
    said : list of str
        What is unusual about it, and goes on.
    refusal : AnnowidgetsError or None
        Why it can't be a source.
    """

    source: Project | Batch
    project: str
    batch: str | None
    ontology: Ontology
    submitted: int
    tasks: int
    eligible: int
    said: list[str]
    refusal: AnnowidgetsError | None


def candidates(workspace: Workspace, ontology: Ontology | None = None) -> list[Candidate]:
    """The annotation projects of which the user is admin, each followed by its launched batches.

    Parameters
    ----------
    ontology : Ontology, optional
        The one that a source must have exactly; each its own where left out.
    """
    found = []
    with workspace.database.read() as connection:
        for source, row, names in _sources(workspace, connection):
            unfinished, tasks = stored_training.unfinished(connection, row.source, batch=row.batch)
            given: Sequence[EligibleRow] = ()
            said: list[str] = []
            refusal = None
            try:
                _, given, said = draw(workspace, connection, [row], ontology)
            except AnnowidgetsError as error:
                refusal = error
            own = stored_ontology(connection, row.source)
            found.append(Candidate(source, *names, own, tasks - unfinished, tasks, len(given), said, refusal))
    return found


def annotators(workspace: Workspace, sources: Sequence[Project | Batch]) -> list[Member]:
    """Annotators of the projects that sources are of, by name: who could be trained."""
    found: dict[str, Member] = {}
    for project in {source.id if isinstance(source, Project) else source._project for source in sources}:
        with workspace.look(project, Permission.EDIT_BENCHMARK) as action:
            rows = stored_members.all_of(action.connection, project)
        found |= {row.user: as_member(row) for row in rows if row.role == Role.ANNOTATOR}
    return [found[user] for user in sorted(found)]


def _sources(
    workspace: Workspace, connection: Connection
) -> Iterator[tuple[Project | Batch, SourceRow, tuple[str, str | None]]]:
    for project in stored_projects.all_of_kind(connection, "annotation"):
        member = stored_members.of(connection, project.id, workspace.user)
        if project.state == "archived" or member is None or member.role != Role.ADMIN:
            continue
        yield Project(workspace, project.id), SourceRow(project.id, None, None), (project.name, None)
        for batch in stored_batches.all_of(connection, project.id):
            if batch.launched is not None:
                thing = Batch(workspace, project.id, batch.id)
                yield thing, SourceRow(project.id, batch.id, None), (project.name, batch.name)
