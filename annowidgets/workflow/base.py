"""What every room of a project starts from: an id and its workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from annowidgets.labels import Answer, Label, Labels, Ontology, labels_from_json, walk
from annowidgets.store import Connection, projects

if TYPE_CHECKING:
    from annowidgets.workflow.workspace import Workspace


class ProjectBase:
    """An id and its workspace; every figure is read from the file when it is asked for.

    Parameters
    ----------
    workspace : Workspace
        The file, and who acts.
    id : int
        The project's id.
    """

    def __init__(self, workspace: Workspace, id: int) -> None:
        self.workspace = workspace
        self.id = id

    def _row(self) -> projects.ProjectRow:
        with self.workspace.database.read() as connection:
            return projects.by_id(connection, self.id)

    @property
    def name(self) -> str:
        """Name of the project."""
        return self._row().name

    @property
    def state(self) -> str:
        """The state "active" or "archived"."""
        return self._row().state

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ProjectBase):
            return NotImplemented
        return self.id == other.id and self.workspace.database.path == other.workspace.database.path

    def __hash__(self) -> int:
        return hash((self.id, self.workspace.database.path))


def stored_ontology(connection: Connection, project: int, version: int | None = None) -> Ontology:
    """The ontology of a version, the newest by default."""
    return _decoded(projects.ontology(connection, project, version))


def _decoded(row: projects.OntologyRow) -> Ontology:
    return msgspec.json.decode(row.ontology, type=Ontology)


def names_carried(connection: Connection, project: int, version: int, to: int | None = None) -> dict[str, str]:
    """What the classes and classifications of an ontology version are called now: old name -> new name (P2).

    Parameters
    ----------
    version : int
        Whose names the keys are.
    to : int, optional
        Version whose names the values are; the newest where left out.
    """
    rows = projects.ontology_versions(connection, project)
    names = {name: name for row in rows if row.version == version for name in names_of(_decoded(row))}
    for row in rows:
        if version < row.version <= (row.version if to is None else to):
            renamed: dict[str, str] = msgspec.json.decode(row.renamed)
            names = {old: renamed.get(name, name) for old, name in names.items()}
    return names


def carried_labels(
    connection: Connection, project: int, stored: str | bytes, version: int, *, to: int | None = None
) -> Labels:
    """Stored labels under a later ontology version: renamed classes and questions carry them along (P2).

    Parameters
    ----------
    stored : str
        JSON of the labels.
    version : int
        Ontology version that they were made under.
    to : int, optional
        Version under which they are wanted; the newest where left out.
    """
    labels = labels_from_json(stored)
    if version == (projects.ontology(connection, project).version if to is None else to):
        return labels
    return rename_labels(labels, names_carried(connection, project, version, to))


def names_of(ontology: Ontology) -> set[str]:
    """Names of the classes and classifications, nested ones too."""
    return {item.name for item in ontology.objects} | {question.name for question in walk(ontology.classifications)}


def rename_labels(labels: Labels, renamed: Mapping[str, str]) -> list[Label | Answer]:
    """Labels with classes and classifications called by their new names."""
    return [
        msgspec.structs.replace(label, category=renamed.get(label.category, label.category))
        if isinstance(label, Label)
        else msgspec.structs.replace(label, question=renamed.get(label.question, label.question))
        for label in labels
    ]
