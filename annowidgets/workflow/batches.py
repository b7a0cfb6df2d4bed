"""The batches of a project: choosing items, and opening what is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from annowidgets.errors import AlreadyExists, InvalidInput, NotFound, RuleViolation, notice
from annowidgets.labels.values import name as checked_name
from annowidgets.store import batches as stored_batches
from annowidgets.store import items as stored_items
from annowidgets.store import projects as stored_projects
from annowidgets.store import training as stored_training
from annowidgets.workflow.base import ProjectBase
from annowidgets.workflow.batch import Batch
from annowidgets.workflow.calibration import require_calibrated
from annowidgets.workflow.checks import require_count, require_generator, require_one_of
from annowidgets.workflow.collection import Collection
from annowidgets.workflow.items import Item, ItemLike, find_batch, find_item
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.policies import Requirements, to_json
from annowidgets.workflow.states import ANNOTATION_KINDS, BatchKind, BatchState

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.workflow.workspace import Action

# C1: what a calibration batch should hold; outside it a notice is given, and it goes on.
ADVISED_SIZES = range(10, 51)


class ProjectBatches(ProjectBase):
    """The batches' room of a project."""

    def batches(self, *, kind: str | None = None, state: str | None = None) -> Collection[Batch]:
        """Batches in the order they were made."""
        kind = require_one_of("kind of batch", kind, ANNOTATION_KINDS)
        state = require_one_of("state", state, BatchState)
        with self.workspace.look(self.id) as action:
            rows = stored_batches.all_of(action.connection, self.id)
        found = [
            Batch(self.workspace, self.id, row.id)
            for row in rows
            if kind in (None, row.kind) and state in (None, row.state)
        ]
        return Collection(found, self._batches_frame)

    def _batches_frame(self, batches: Sequence[Batch]) -> pd.DataFrame:
        with self.workspace.look(self.id) as action:
            own_only = None if action.may(Permission.READ_ALL) else action.user
            frame = stored_batches.to_frame(action.connection, self.id, user=own_only)
            if not action.may(Permission.SEE_SCORES):
                frame = frame.drop(columns=["score", "low", "high", "passed"])
            names = [stored_batches.by_id(action.connection, batch.id).name for batch in batches]
        return frame[frame["batch"].isin(names)].reset_index(drop=True)

    def batch(self, name: str) -> Batch:
        """A batch by its name; NotFound lists the closest."""
        with self.workspace.look(self.id) as action:
            return Batch(self.workspace, self.id, find_batch(action, name).id)

    def create_calibration_batch(
        self,
        name: str,
        *,
        items: Iterable[ItemLike] | None = None,
        size: int = 20,
        rng: int | np.random.Generator | None = None,
        attempts_per_item: int = 1,
        max_per_tasker: int | None = None,
        requirements: Requirements | None = None,
        exist_ok: bool = False,
    ) -> Batch:
        """Choose items whose labelling will be audited before production opens (C1).

        Parameters
        ----------
        name : str
            Unique in the project.
        items : iterable of items, optional
            Chosen by hand; otherwise ``size`` are drawn at random, those first that no calibration has used.
        size : int
            How many to draw; about 20 is advised.
        rng : int or Generator, optional
            Seed of the draw.
        attempts_per_item : int
            How many different people attempt each item.
        max_per_tasker : int, optional
            Attempts that one person takes at most; an equal share where left out.
        requirements : Requirements, optional
            Who may take part.
        exist_ok : bool
            Open the calibration batch of that name where there is one; the other arguments are then ignored.
        """
        attempts_per_item = require_count("attempts_per_item", attempts_per_item, least=1)
        size = require_count("size", size, least=1)
        if max_per_tasker is not None:
            max_per_tasker = require_count("max_per_tasker", max_per_tasker, least=1)
        with self.workspace.act(self.id, Permission.RUN_BATCHES) as action:
            if (known := _existing(action, name, BatchKind.CALIBRATION, exist_ok)) is not None:
                return known
            name = new_batch_name(action, name)
            chosen = _draw(action, size, rng) if items is None else _chosen(action, items)
            batch = _create(
                action,
                name,
                BatchKind.CALIBRATION,
                chosen,
                requirements,
                attempts_per_item=attempts_per_item,
                max_per_tasker=max_per_tasker,
            )
        if items is None and len(chosen) < size:
            notice(f"Only {len(chosen)} items could be drawn, {size} were asked for.")
        if len(chosen) not in ADVISED_SIZES:
            notice(f"A calibration batch of {len(chosen)} items is unusual: about 20 is advised, 10 to 50 usual.")
        return batch

    def create_ground_truth_batch(
        self, name: str, *, items: Iterable[ItemLike] | None = None, exist_ok: bool = False
    ) -> Batch:
        """Choose items whose labels are made by experts or submitted by a program, as gold; never locked.

        Parameters
        ----------
        name : str
            Unique in the project.
        items : iterable of items, optional
            All that are in no open batch where left out.
        exist_ok : bool
            Open the ground-truth batch of that name where there is one; the other arguments are then ignored.
        """
        with self.workspace.act(self.id, Permission.RUN_BATCHES) as action:
            if (known := _existing(action, name, BatchKind.GROUND_TRUTH, exist_ok)) is not None:
                return known
            name = new_batch_name(action, name)
            chosen = _free(action) if items is None else _chosen(action, items)
            return _create(action, name, BatchKind.GROUND_TRUTH, chosen, None)

    def create_production_batch(
        self,
        name: str,
        *,
        items: Iterable[ItemLike] | None = None,
        requirements: Requirements | None = None,
        exist_ok: bool = False,
    ) -> Batch:
        """Choose items for production; refused until the project is calibrated (C2).

        Parameters
        ----------
        name : str
            Unique in the project.
        items : iterable of items, optional
            All that no production batch and no open batch holds where left out.
        requirements : Requirements, optional
            Who may take part.
        exist_ok : bool
            Open the production batch of that name where there is one; the other arguments are then ignored.

        Raises
        ------
        ProductionLocked
            With each condition that is not met, and its figures.
        """
        with self.workspace.act(self.id, Permission.RUN_BATCHES) as action:
            if (known := _existing(action, name, BatchKind.PRODUCTION, exist_ok)) is not None:
                return known
            certificate = require_calibrated(action)  # C2
            name = new_batch_name(action, name)
            evaluation = stored_items.promoted(action.connection, self.id, "evaluation")
            if items is None:
                done = stored_items.in_production(action.connection, self.id)
                chosen = [item for item in _free(action) if item not in done and item not in evaluation]
            else:
                chosen = _chosen(action, items)
                if evaluation & set(chosen):  # Q2
                    raise RuleViolation("Items of evaluation tasks are kept out of production batches.", rule="Q2")
            return _create(action, name, BatchKind.PRODUCTION, chosen, requirements, certificate=certificate)


def _existing(action: Action, name: str, kind: BatchKind, exist_ok: bool) -> Batch | None:
    """The batch that ``exist_ok`` opens: of that name and kind."""
    row = stored_batches.by_name(action.connection, action.project.id, checked_name("batch name", name))
    if row is None or row.kind != kind or not exist_ok:
        return None
    notice(f"Batch {row.name!r} exists and was opened; the other arguments were ignored.")
    return Batch(action.workspace, action.project.id, row.id)


def new_batch_name(action: Action, name: str) -> str:
    """A name for a batch that the project has none of yet; AlreadyExists otherwise."""
    name = checked_name("batch name", name)
    if stored_batches.by_name(action.connection, action.project.id, name) is not None:
        raise AlreadyExists(f"There is a batch {name!r}.", hint=f"Open it: project.batch({name!r}).")
    return name


def _create(
    action: Action,
    name: str,
    kind: BatchKind,
    items: Sequence[int],
    requirements: Requirements | None,
    **columns: Any,
) -> Batch:
    requirements = Requirements() if requirements is None else requirements
    if not isinstance(requirements, Requirements):
        raise InvalidInput("requirements must be Requirements, as in aw.Requirements(tags=['haematology']).")
    _require_can_be_passed(action, requirements.training)
    if not items:
        raise InvalidInput(
            f"Batch {name!r}: there are no items to put into it; all are in open batches or done.",
            hint="Add some: project.add_images(folder); or choose them with items=[...]; or close a batch early.",
        )
    busy = stored_items.in_open_batches(action.connection, items)
    if busy:
        item, holder = next(iter(busy.items()))
        row = stored_items.by_id(action.connection, item)
        assert row is not None
        raise RuleViolation(
            f"{len(busy)} items are in an open batch, {row.name!r} in {holder!r} for one.",
            hint="An item is in at most one open batch: complete or close that one first.",
        )
    batch = stored_batches.create(
        action.connection,
        items,
        project=action.project.id,
        name=name,
        kind=kind,
        requirements=to_json(requirements),
        created=action.now,
        created_by=action.user,
        **columns,
    )
    action.log("batch.create", "batch", batch, name=name, kind=kind, items=len(items))
    return Batch(action.workspace, action.project.id, batch)


def _require_can_be_passed(action: Action, training: str | None) -> None:
    """Refuse a training project as a requirement that nobody could ever meet (C7)."""
    if training is None:
        return
    known = {project.name: project.id for project in stored_projects.all_of_kind(action.connection, "training")}
    if training not in known:
        raise NotFound.named("training project", training, known)
    if stored_training.of(action.connection, known[training]).pass_mark is None:
        raise InvalidInput(
            f"Training project {training!r} has no pass mark, so nobody could ever pass it.",
            rule="C7",
            hint="Make one that has: workspace.create_training_project(name, sources=[...], pass_mark=80).",
        )


def _free(action: Action) -> list[int]:
    """Items in no open batch, in the order they were added."""
    items = [row.id for row in stored_items.all_of(action.connection, action.project.id)]
    busy = stored_items.in_open_batches(action.connection, items)
    return [item for item in items if item not in busy]


def _draw(action: Action, size: int, rng: int | np.random.Generator | None) -> list[int]:
    """Random items for a calibration, unseen ones first."""
    generator = require_generator(rng)
    evaluation = stored_items.promoted(action.connection, action.project.id, "evaluation")
    free = [item for item in _free(action) if item not in evaluation]
    seen = stored_items.in_batches_of_kind(action.connection, action.project.id, BatchKind.CALIBRATION)
    fresh = [int(item) for item in generator.permutation([item for item in free if item not in seen])]
    known = [int(item) for item in generator.permutation([item for item in free if item in seen])]
    return [*fresh, *known][:size]


def _chosen(action: Action, items: Iterable[ItemLike]) -> list[int]:
    if isinstance(items, (str, Item)) or not isinstance(items, Iterable):
        raise InvalidInput("items must be a list of items, their ids or their names.")
    chosen = [find_item(action, item).id for item in items]
    return list(dict.fromkeys(chosen))
