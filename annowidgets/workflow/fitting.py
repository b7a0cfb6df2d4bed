"""What labels of a task have to fit, gathered in a transaction and looked at outside of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from annowidgets.errors import InvalidLabels
from annowidgets.labels import Answer, Label, Labels, Ontology, as_labels, find_problems, require_valid
from annowidgets.store import batches as stored_batches
from annowidgets.store import items as stored_items
from annowidgets.store import projects as stored_projects
from annowidgets.store.tasks import TaskRow
from annowidgets.workflow.base import names_carried, rename_labels, stored_ontology
from annowidgets.workflow.items import Item
from annowidgets.workflow.states import BatchKind

if TYPE_CHECKING:
    from annowidgets.workflow.workspace import Action


class Fitting(NamedTuple):
    """What labels have to fit: the item, the ontology that their batch pins (P4), and what came after it (P2).

    Attributes
    ----------
    item : Item
        What is labelled.
    pinned : Ontology
        Under which it is labelled.
    newest : Ontology or None
        The project's, where ground truth or production is labelled under an older one.
    carried : dict of str to str
        What the names of the pinned ontology are in the newest.
    versions : (int, int)
        The pinned and the newest version.
    """

    item: Item
    pinned: Ontology
    newest: Ontology | None
    carried: dict[str, str]
    versions: tuple[int, int]

    def settled(self, labels: Labels) -> list[Label | Answer]:
        """Labels as they are kept: on an item of one frame a key frame there is a bare shape, which is the same."""
        listed = as_labels(labels)
        return [_bare(label) for label in listed] if len(self.item.sizes) == 1 else listed

    def require(self, labels: Labels, *, complete: bool) -> None:
        """Raise InvalidLabels unless labels fit; ``complete`` asks for required answers, as a submission does."""
        sizes, interpolates = self.item.sizes, self.item.interpolates
        require_valid(labels, self.pinned, sizes, interpolate=interpolates, complete=complete, rule="P4")
        if self.newest is not None:
            # What was removed because nobody used it can't be used afterwards either.
            carried = rename_labels(labels, self.carried)
            problems = find_problems(carried, self.newest, sizes, interpolate=interpolates, complete=False)
            if problems:
                raise InvalidLabels(problems, rule="P2")

    def part_of(self, labels: Labels) -> list[Label | Answer]:
        """What of labels fits the pinned ontology: an object whose attributes alone don't fit stays without them."""
        part = as_labels(labels)
        sizes, interpolates = self.item.sizes, self.item.interpolates
        # Again, since an answer may have been asked under one that went.
        while problems := find_problems(part, self.pinned, sizes, interpolate=interpolates, complete=False):
            unfit = {problem.position for problem in problems}
            kept = [_without_attributes(one) if place in unfit else one for place, one in enumerate(part)]
            part = [one for one in kept if one is not None]
        return part


def _without_attributes(label: Label | Answer) -> Label | None:
    """A label without its attributes; None where it has none."""
    if isinstance(label, Answer) or not (label.attributes or label.attributes_by_frame):
        return None
    return msgspec.structs.replace(label, attributes={}, attributes_by_frame={})


def _bare(label: Label | Answer) -> Label | Answer:
    # A later frame, or one that a label holds on to, stays and is refused: it speaks of a frame that is not there.
    if isinstance(label, Answer) or set(label.key_frames) != {0} or label.until or any(label.attributes_by_frame):
        return label
    shape, attributes = label.key_frames[0], dict(label.attributes_at(0))
    return Label(label.category, shape, attributes, id=label.id)


def fitting_of(action: Action, row: TaskRow) -> Fitting:
    """What labels of a task have to fit."""
    return fitting(action, batch=row.batch, item=row.item, version=row.ontology_version)


def fitting(action: Action, *, batch: int, item: int, version: int) -> Fitting:
    """What labels of an item have to fit in a batch that pins an ontology version."""
    connection, project = action.connection, action.project.id
    row = stored_items.by_id(connection, item)
    assert row is not None
    newest = stored_projects.ontology(connection, project).version
    keeps_version = stored_batches.by_id(connection, batch).kind == BatchKind.CALIBRATION
    is_older = version != newest and not keeps_version
    return Fitting(
        Item(action.workspace, row),
        stored_ontology(connection, project, version),
        stored_ontology(connection, project) if is_older else None,
        names_carried(connection, project, version) if is_older else {},
        (version, newest),
    )


def require_still_fit(action: Action, row: TaskRow, fit: Fitting, labels: Labels, *, complete: bool) -> None:
    """Look at labels again, inside the transaction, in the rare case that the ontology has changed meanwhile."""
    if fit.versions != (row.ontology_version, stored_projects.ontology(action.connection, row.project).version):
        fitting_of(action, row).require(labels, complete=complete)
