"""How far people who labelled the same items agree."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from annowidgets.errors import InvalidInput
from annowidgets.labels import Label, Labels
from annowidgets.store import agreement as stored_agreement
from annowidgets.store import items as stored_items
from annowidgets.workflow.base import ProjectBase, carried_labels, stored_ontology
from annowidgets.workflow.items import Item, find_batch
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.versions import stored_function

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.benchmark.agreement import ItemLabels
    from annowidgets.workflow.batch import Batch

# What of a comparison of pairs is meant of one class alone: whatever else a label is called is no label of the class.
_OF_CLASS = ["annotator_a", "annotator_b", "labels_a", "labels_b", "matched", "f1", "mean_similarity", "attributes"]


class ProjectAgreement(NamedTuple):
    """How far people agree who labelled the same items.

    Attributes
    ----------
    pairs : DataFrame
        A row per two people who share an item: ``annotator_a``, ``annotator_b``, ``items``, ``labels_a``, ``labels_b``,
        ``matched``, ``f1``, ``mean_similarity``, ``same_category``, ``attributes``, ``answers`` (0 to 1) and ``score``
        (0 to 100), as of `annowidgets.benchmark.agreement`.
    classes : DataFrame
        The same per class, of its labels alone: ``category``, ``annotator_a``, ``annotator_b``, ``labels_a``,
        ``labels_b``, ``matched``, ``f1``, ``mean_similarity``, ``attributes``.
    alpha : DataFrame
        Krippendorff's alpha per classification: ``question``, ``level``, ``units``, ``values``, ``alpha`` (at most 1;
        0 is chance).
    items : int
        How many items at least two people labelled.
    """

    pairs: pd.DataFrame
    classes: pd.DataFrame
    alpha: pd.DataFrame
    items: int

    def _repr_html_(self) -> str:
        tables = [self.pairs, self.classes, *([self.alpha] if len(self.alpha) else [])]
        shown = "".join(
            table.to_html(index=False, border=0, na_rep="", float_format="{:.3f}".format) for table in tables
        )
        return f"<b>{self.items} items were labelled by several people</b>{shown}"


class Agreements(ProjectBase):
    """The agreement's room of a project."""

    def agreement(self, batch: Batch | str | None = None) -> ProjectAgreement:
        """Compare people who labelled the same items, two by two, class by class, and all together on questions.

        What counts is what each of them last submitted, before any correction, in the names of the newest ontology.

        Parameters
        ----------
        batch : Batch or name, optional
            As a calibration with ``attempts_per_item`` of 2 or more; all of the project where left out.

        Raises
        ------
        InvalidInput
            No item was labelled by two people.
        """
        import pandas as pd

        from annowidgets.benchmark import agreement

        with self.workspace.look(self.id, Permission.READ_ALL) as action:
            connection = action.connection
            of_batch = None if batch is None else find_batch(action, batch)
            by_item: dict[int, dict[Hashable, Labels]] = {}
            for row in stored_agreement.given(connection, self.id, batch=of_batch and of_batch.id):
                labels = carried_labels(connection, self.id, row.labels, row.ontology_version)
                by_item.setdefault(row.item, {})[row.user] = labels
            items: list[ItemLabels] = []
            for id, labels_of in by_item.items():
                stored = stored_items.by_id(connection, id)
                assert stored is not None, "items are never deleted"
                if len(labels_of) > 1:
                    items.append(_of_item(Item(self.workspace, stored), labels_of))
            ontology, (_, function) = stored_ontology(connection, self.id), stored_function(action)
        if not items:
            where = f"Batch {of_batch.name!r}" if of_batch else f"Project {self.name!r}"
            raise InvalidInput(
                f"{where} has no item that two people have submitted.",
                hint="project.create_calibration_batch(name, attempts_per_item=2) gives each to two.",
            )
        found = agreement(items, ontology=ontology, function=function)
        classes = []
        for one in ontology.objects:
            own = _of_class(items, one.name)
            if own:
                pairs = agreement(own, ontology=ontology, function=function).pairs[_OF_CLASS]
                pairs.insert(0, "category", one.name)
                classes.append(pairs)
        columns = ["category", *_OF_CLASS]
        by_class = pd.concat(classes, ignore_index=True) if classes else pd.DataFrame(columns=columns)
        return ProjectAgreement(found.pairs, by_class, found.alpha, len(items))


def _of_item(item: Item, labels: Mapping[Hashable, Labels]) -> ItemLabels:
    from annowidgets.benchmark.agreement import ItemLabels

    size = item.sizes[0] if item.frames == 1 else list(item.sizes)
    return ItemLabels(labels, frame_size=size, spacing=item.spacing, interpolate=item.interpolates)


def _of_class(items: Sequence[ItemLabels], name: str) -> list[ItemLabels]:
    """The items with the labels of one class only, where anybody saw one."""
    from dataclasses import replace

    found = []
    for item in items:
        own = {
            user: [label for label in labels if isinstance(label, Label) and label.category == name]
            for user, labels in item.labels.items()
        }
        if any(own.values()):
            found.append(replace(item, labels=own))
    return found
