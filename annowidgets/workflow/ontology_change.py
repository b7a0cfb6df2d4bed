"""Whether what a project has labelled survives a change of its ontology (P2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from annowidgets.errors import InvalidOntology
from annowidgets.labels import Labels, Ontology, Problem, find_problems, labels_from_json
from annowidgets.store import items as stored_items
from annowidgets.store import labels as stored_labels
from annowidgets.store import tasks as stored_tasks
from annowidgets.workflow.base import names_carried, names_of, rename_labels, stored_ontology
from annowidgets.workflow.items import Item

if TYPE_CHECKING:
    from annowidgets.workflow.workspace import Action

# Task, ontology version and JSON of labels.
Bound: TypeAlias = tuple[int, int, str]


class Labelled(NamedTuple):
    """What must go on fitting: gathered in a transaction, looked at outside of it, since there may be much of it.

    Attributes
    ----------
    bound : list of Bound
        Final labels of ground truth and production, gold, and drafts of open tasks.
    items : mapping of task -> Item
        What each task labels.
    names : mapping of ontology version -> names carried to the newest
        For every version that occurs.
    ontology : Ontology
        The newest.
    """

    bound: list[Bound]
    items: dict[int, Item]
    names: dict[int, dict[str, str]]
    ontology: Ontology

    def require_fit(self, new: Ontology, renamed: Mapping[str, str], *, known: Iterable[Bound] = ()) -> None:
        """Raise InvalidOntology where labels use what ``new`` removes or re-types; those in ``known`` do not."""
        looked_at = set(known)
        for bound in self.bound:
            if bound in looked_at:
                continue
            task, version, text = bound
            labels = rename_labels(labels_from_json(text), self.names[version])
            item = self.items[task]
            problems = _problems(rename_labels(labels, renamed), new, item)
            # A draft of a pinned version may hold what went earlier; that is not for this change to answer for.
            before = {problem.position for problem in _problems(labels, self.ontology, item)} if problems else set()
            offence = next((problem for problem in problems if problem.position not in before), None)
            if offence is not None:
                raise InvalidOntology(
                    f"Labels of task {task} ({item.name}) use what would be removed or re-typed: {offence.text}",
                    rule="P2",
                    hint="Keep it, or say what it is called now: rename={'old': 'new'}.",
                )


def labelled(action: Action) -> Labelled:
    """What a change of the project's ontology must not break."""
    connection, project = action.connection, action.project.id
    bound = stored_labels.bound_to_ontology(connection, project)
    items = {row.id: Item(action.workspace, row) for row in stored_items.all_of(connection, project)}
    return Labelled(
        bound,
        {row.id: items[row.item] for row in stored_tasks.matching(connection, project)},
        {version: names_carried(connection, project, version) for version in {version for _, version, _ in bound}},
        stored_ontology(connection, project),
    )


def require_names(current: Ontology, new: Ontology, renamed: Mapping[str, str]) -> None:
    """Raise InvalidOntology unless each rename leads from a name there is to one there will be."""
    for old, name in renamed.items():
        if old not in names_of(current) or name not in names_of(new):
            raise InvalidOntology(
                f"rename: {old!r} -> {name!r} must lead from a name of the current ontology to one of the new.",
                rule="P2",
            )
        if old in names_of(new):
            raise InvalidOntology(f"rename: {old!r} is still in the new ontology.", rule="P2")


def _problems(labels: Labels, ontology: Ontology, item: Item) -> list[Problem]:
    return find_problems(labels, ontology, item.sizes, interpolate=item.interpolates, complete=False)
