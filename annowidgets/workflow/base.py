"""What every room of a project starts from: an id and its workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from annowidgets.labels import Answer, Label, Labels, Ontology, labels_from_json
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
    return msgspec.json.decode(projects.ontology(connection, project, version).ontology, type=Ontology)


def carried_labels(connection: Connection, project: int, stored: str | bytes, version: int) -> Labels:
    """Stored labels under the newest ontology: renamed classes and questions carry them along (P2).

    Parameters
    ----------
    stored : str
        JSON of the labels.
    version : int
        Ontology version that they were made under.
    """
    labels = labels_from_json(stored)
    later = [row for row in projects.ontology_versions(connection, project) if row.version > version]
    for row in later:
        renamed: dict[str, str] = msgspec.json.decode(row.renamed)
        if renamed:
            labels = rename_labels(labels, renamed)
    return labels


def rename_labels(labels: Labels, renamed: dict[str, str]) -> list[Label | Answer]:
    """Labels with classes and classifications called by their new names."""
    return [
        msgspec.structs.replace(label, category=renamed.get(label.category, label.category))
        if isinstance(label, Label)
        else msgspec.structs.replace(label, question=renamed.get(label.question, label.question))
        for label in labels
    ]
