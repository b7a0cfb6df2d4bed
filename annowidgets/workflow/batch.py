"""Batches of a project: launching, watching, filling and closing them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from annowidgets.errors import (
    AuditIncomplete,
    InvalidInput,
    InvalidLabels,
    NotFound,
    RuleViolation,
    TransitionRefused,
    notice,
)
from annowidgets.labels import Labels, labels_to_json
from annowidgets.store import audits as stored_audits
from annowidgets.store import batches as stored_batches
from annowidgets.store import items as stored_items
from annowidgets.store import labels as stored_labels
from annowidgets.store import members as stored_members
from annowidgets.store import projects as stored_projects
from annowidgets.store import tasks as stored_tasks
from annowidgets.store.batches import BatchRow
from annowidgets.store.tasks import TaskRow
from annowidgets.workflow.base import carried_labels
from annowidgets.workflow.calibration import require_calibrated
from annowidgets.workflow.checks import require_one_of, require_rate, require_text
from annowidgets.workflow.claims import claim
from annowidgets.workflow.collection import Collection
from annowidgets.workflow.draws import luck
from annowidgets.workflow.evaluation import numbers_for
from annowidgets.workflow.fitting import Fitting, fitting, require_still_fit
from annowidgets.workflow.items import Item, ItemLike, find_item, items_frame, items_of_batch
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.plotting import draw
from annowidgets.workflow.states import (
    TASK_TABLES,
    BatchEvent,
    BatchKind,
    BatchState,
    TaskEvent,
    TaskState,
    next_batch_state,
)
from annowidgets.workflow.steps import step
from annowidgets.workflow.submissions import complete_batch_if_done, keep_copy, submit
from annowidgets.workflow.task import Task
from annowidgets.workflow.visibility import tasks_frame

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from annowidgets.workflow.audit import Audit
    from annowidgets.workflow.results import CalibrationResult
    from annowidgets.workflow.workspace import Action, Workspace


class Batch:
    """A set of items that is labelled under one ontology version; figures are read when they are asked for.

    Attributes
    ----------
    id : int
        The batch's id.
    """

    def __init__(self, workspace: Workspace, project: int, id: int) -> None:
        self.workspace = workspace
        self.id = id
        self._project = project

    def _row(self) -> BatchRow:
        with self.workspace.look(self._project) as action:
            return stored_batches.by_id(action.connection, self.id)

    @property
    def name(self) -> str:
        """Unique in its project."""
        return self._row().name

    @property
    def kind(self) -> str:
        """The kind "calibration", "ground_truth" or "production"."""
        return self._row().kind

    @property
    def state(self) -> str:
        """The state "draft", "in_progress", "completed" or "closed_early"."""
        return self._row().state

    @property
    def ontology_version(self) -> int | None:
        """Version that its labels are made under; None in draft."""
        return self._row().ontology_version

    @property
    def instructions_version(self) -> int | None:
        """Version that a calibration batch is made under; None in draft and for other kinds."""
        return self._row().instructions_version

    @property
    def items(self) -> Collection[Item]:
        """Its items in order, excluded ones too, for who reads all; for others those of their own tasks (R3)."""
        with self.workspace.look(self._project) as action:
            rows = items_of_batch(action, self.id)
        return Collection([Item(self.workspace, row) for row in rows], items_frame)

    def tasks(self, *, state: str | None = None, user: str | None = None) -> Collection[Task]:
        """Its tasks: one's own, and everybody's for who reads all (R3)."""
        state = require_one_of("state", state, TaskState)
        with self.workspace.look(self._project) as action:
            if not action.may(Permission.READ_ALL):
                user = action.user  # R3
            rows = stored_tasks.matching(action.connection, self._project, batch=self.id, state=state, user=user)
        return Collection([Task(self.workspace, row) for row in rows], self._tasks_frame)

    def _tasks_frame(self, tasks: Sequence[Task]) -> pd.DataFrame:
        with self.workspace.look(self._project) as action:
            return tasks_frame(action, [task.id for task in tasks])

    def progress(self) -> pd.DataFrame:
        """How many tasks are in each state: ``state``, ``tasks``, ``share`` (0 to 1).

        Of a production batch these are one's own tasks, or all for who reads all.
        """
        import pandas as pd

        with self.workspace.look(self._project) as action:
            own_only = None if action.may(Permission.READ_ALL) else action.user
            counts = stored_batches.states(action.connection, self.id, user=own_only)
            kind = stored_batches.by_id(action.connection, self.id).kind
        order = dict.fromkeys(state for state, _ in TASK_TABLES[BatchKind(kind)])
        states = [*order, *(state for state in counts if state not in order)]
        total = sum(counts.values())
        rows = [(str(state), counts[state], counts[state] / total) for state in states if state in counts]
        return pd.DataFrame(rows, columns=["state", "tasks", "share"])

    def launch(self) -> None:
        """Open the batch for labelling: its items, ontology and (calibration) instructions are fixed from then on."""
        with self.workspace.act(self._project, Permission.RUN_BATCHES) as action:
            launch(action, stored_batches.by_id(action.connection, self.id))

    def exclude_item(self, item: ItemLike, *, reason: str) -> None:
        """Take an item out: open tasks are cancelled, calibration attempts excluded from the score."""
        require_text("Excluding an item", "reason", reason)
        with self.workspace.act(self._project, Permission.DIRECT_TASKS) as action:
            batch = stored_batches.by_id(action.connection, self.id)
            found = find_item(action, item)
            if found.id not in [row.id for row in stored_items.of_batch(action.connection, self.id)]:
                raise NotFound(f"Batch {batch.name!r} holds no item {found.name!r}.")
            if found.id not in stored_batches.included_items(action.connection, self.id):
                raise TransitionRefused(f"Item {found.name!r} is excluded from {batch.name!r} already.", rule="T1")
            if stored_audits.certificate_of(action.connection, self.id) is not None:
                raise RuleViolation(f"The audit of {batch.name!r} is complete; its items stay.", rule="C5")
            if batch.state not in (BatchState.DRAFT, BatchState.IN_PROGRESS):
                raise TransitionRefused(f"Batch {batch.name!r} is {batch.state.replace('_', ' ')}.", rule="T1")
            rows = stored_tasks.matching(action.connection, self._project, batch=self.id, item=found.id)
            if batch.kind != BatchKind.CALIBRATION:
                for row in rows:
                    step(action, row, TaskEvent.CANCEL)
            ended = _end_tasks(action, batch, rows, reason)
            stored_batches.exclude_item(action.connection, self.id, found.id, reason)
            action.log("batch.exclude_item", "batch", self.id, item=found.id, reason=reason, tasks=ended)
            complete_batch_if_done(action, stored_batches.by_id(action.connection, self.id))

    def close_early(self, *, reason: str) -> None:
        """End the batch: open tasks are cancelled (drafts are kept), open calibration attempts excluded."""
        require_text("Closing a batch early", "reason", reason)
        with self.workspace.act(self._project, Permission.DIRECT_TASKS) as action:
            batch = stored_batches.by_id(action.connection, self.id)
            state = next_batch_state(batch.kind, batch.state, BatchEvent.CLOSE_EARLY, batch=batch.name)
            rows = [
                row
                for row in stored_tasks.matching(action.connection, self._project, batch=self.id)
                if row.state in (TaskState.QUEUED, TaskState.ANNOTATING, TaskState.RETURNED)
            ]
            ended = _end_tasks(action, batch, rows, reason)
            stored_batches.change(action.connection, self.id, state=state)
            action.log("batch.close_early", "batch", self.id, reason=reason, tasks=ended)

    def rebase(self) -> None:
        """Move unclaimed tasks of a running production batch to the current versions and certificate (C8)."""
        with self.workspace.act(self._project, Permission.RUN_BATCHES) as action:
            batch = stored_batches.by_id(action.connection, self.id)
            if batch.kind != BatchKind.PRODUCTION or batch.state != BatchState.IN_PROGRESS:
                raise RuleViolation("Only a running production batch can be rebased.", rule="C8")
            certificate = require_calibrated(action)  # C2
            version = stored_projects.ontology(action.connection, self._project).version
            if (batch.certificate, batch.ontology_version) == (certificate, version):
                notice(f"Batch {batch.name!r} is on the current versions already.")
                return
            stored_batches.change(action.connection, self.id, certificate=certificate, ontology_version=version)
            rows = stored_tasks.matching(action.connection, self._project, batch=self.id, state="queued")
            unfit = 0
            for row in rows:
                unfit += _carry_drafts(action, row, version)
                stored_tasks.change(action.connection, row.id, ontology_version=version)
            action.log(
                "batch.rebase", "batch", self.id, certificate=certificate, ontology_version=version, tasks=len(rows)
            )
        if unfit:
            notice(
                f"{unfit} of the drafts held what ontology version {version} no longer knows: that is left out, and "
                "the whole draft is kept as its writer's copy, task.copies()."
            )

    def submit_labels(
        self,
        labels: Mapping[Item, Labels] | Mapping[str, Labels] | Mapping[int, Labels],
        *,
        on_error: Literal["raise", "skip"] = "raise",
        confidence: float | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Hand in labels by program, as gold: launches the batch, to review or completed by the sampling rate (T7).

        Parameters
        ----------
        labels : mapping of item -> labels
            Items by themselves, their ids or their names.
        on_error : {"raise", "skip"}
            Whether one item whose labels don't fit (P4) stops the call before anything is written, or is left queued.
        confidence : float, optional
            Kept with each task, 0 to 1.
        progress : bool
            Whether to show a progress bar.

        Returns
        -------
        DataFrame
            ``item``, ``task``, ``state``, ``reason`` (why it was not submitted; None where it was).
        """
        import pandas as pd
        from tqdm.auto import tqdm

        if on_error not in ("raise", "skip"):
            raise InvalidInput(f"on_error must be 'raise' or 'skip', got {on_error!r:.60}.")
        if not isinstance(labels, Mapping):
            raise InvalidInput("labels must map items to labels.", hint='For example {"cell 1": [label, ...]}.')
        confidence = None if confidence is None else require_rate("confidence", confidence)
        with self.workspace.look(self._project, Permission.RUN_BATCHES) as action:
            batch = stored_batches.by_id(action.connection, self.id)
            if batch.kind != BatchKind.GROUND_TRUTH:
                raise RuleViolation(
                    f"Batch {batch.name!r} is of kind {batch.kind}; programs submit ground truth only.",
                    rule="T7",
                    hint="Make one: project.create_ground_truth_batch(name).",
                )
            newest = stored_projects.ontology(action.connection, self._project).version
            version = newest if batch.ontology_version is None else batch.ontology_version
            wanted: dict[int, tuple[Fitting, Labels]] = {}
            for item, one in labels.items():
                found = find_item(action, item)
                if found.id in wanted:
                    raise InvalidInput(f"Labels of item {found.name!r} are given twice.")
                fit = fitting(action, batch=self.id, item=found.id, version=version)
                wanted[found.id] = fit, fit.settled(one)
        reasons: dict[int, str] = {}
        one_by_one = tqdm(wanted.items(), desc="Checking labels", unit="item", disable=not progress or len(wanted) < 2)
        for id, (fit, one) in one_by_one:
            try:
                fit.require(one, complete=True)
            except InvalidLabels as error:
                if on_error == "raise":
                    error.add_note(f"Item {fit.item.name!r}; nothing was submitted.")
                    raise
                reasons[id] = error.message
        report: list[tuple[str, int | None, str, str | None]] = []
        with self.workspace.act(self._project, Permission.RUN_BATCHES) as action:
            batch = stored_batches.by_id(action.connection, self.id)
            if batch.state == "draft":
                batch = launch(action, batch)
            for id, (fit, one) in wanted.items():
                item = fit.item
                rows = stored_tasks.matching(action.connection, self._project, batch=self.id, item=id)
                if not rows:
                    raise NotFound(f"Batch {batch.name!r} holds no item {item.name!r}.")
                row = rows[0]
                if id in reasons:
                    report.append((item.name, row.id, row.state, reasons[id]))
                    continue
                require_still_fit(action, row, fit, one, complete=True)
                if not (row.state == TaskState.ANNOTATING and row.user == action.user):
                    row = claim(action, row)
                submit(action, row, one, confidence=confidence, seconds=0.0)
                done = stored_tasks.by_id(action.connection, row.id)
                assert done is not None
                report.append((item.name, row.id, done.state, None))
        return pd.DataFrame(report, columns=["item", "task", "state", "reason"])

    def audit(self) -> Audit:
        """Open the audit of a calibration batch."""
        from annowidgets.workflow.audit import Audit

        with self.workspace.look(self._project, Permission.AUDIT) as action:
            _calibration(action, self.id)
        return Audit(self.workspace, self._project, self.id)

    @property
    def result(self) -> CalibrationResult:
        """What the audit of a calibration batch found; AuditIncomplete before it is complete (C5)."""
        from annowidgets.workflow.results import calibration_result

        with self.workspace.look(self._project, Permission.SEE_SCORES) as action:
            return calibration_result(action, _calibration(action, self.id))

    @property
    def calibration_score(self) -> float:
        """The calibration score, 0 to 100; AuditIncomplete before the audit is complete (C5)."""
        score = self.result.score
        if score is None:
            raise AuditIncomplete("Every attempt was excluded, so there is no score.", rule="C5")
        return score

    def plot_reliability(self, ax: Axes | None = None) -> Axes:
        """Draw how sure the taskers were against how often they were right: `plots.reliability`."""
        return draw("reliability", self, ax)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Batch):
            return NotImplemented
        return self.id == other.id and self.workspace.database.path == other.workspace.database.path

    def __hash__(self) -> int:
        return hash((self.id, self.workspace.database.path))

    def __repr__(self) -> str:
        return f"Batch({self.id})"

    def _repr_html_(self) -> str:
        row = self._row()
        table: Any = self.progress().to_html(index=False, border=0)
        facts = f"{row.kind} &middot; {row.state} &middot; {len(self.items)} items".replace("_", " ")
        return f"<b>{escape(row.name)}</b> &middot; {facts}{table}"


def _calibration(action: Action, batch: int) -> BatchRow:
    row = stored_batches.by_id(action.connection, batch)
    if row.kind != BatchKind.CALIBRATION:
        kind = row.kind.replace("_", " ")
        raise RuleViolation(f"Batch {row.name!r} is of kind {kind}; calibration batches are audited.", rule="C4")
    return row


def launch(action: Action, batch: BatchRow) -> BatchRow:
    """Pin the versions of a batch and put its tasks into the queue."""
    state = next_batch_state(batch.kind, batch.state, BatchEvent.LAUNCH, batch=batch.name)
    changes: dict[str, Any] = {"state": state, "launched": action.now}
    changes["ontology_version"] = stored_projects.ontology(action.connection, action.project.id).version
    if batch.kind == BatchKind.PRODUCTION:
        changes["certificate"] = require_calibrated(action)  # C2
    if batch.kind == BatchKind.CALIBRATION:
        instructions = stored_projects.instructions(action.connection, action.project.id)
        assert instructions is not None
        changes["instructions_version"] = instructions.version
    items = stored_batches.included_items(action.connection, batch.id)
    if not items:
        raise InvalidInput(f"Batch {batch.name!r} holds no items.")
    stored_batches.change(action.connection, batch.id, **changes)
    # A seeded order (T8), not that in which the items were added. In production nobody must foresee it: what comes out
    # of order would be an evaluation (Q2). Elsewhere it is the same in every run, so that a demonstration is, too.
    name = f"order of batch {batch.id}"
    order = luck(action, name) if batch.kind == BatchKind.PRODUCTION else random.Random(name)
    tasks = [
        (action.project.id, batch.id, item, attempt, order.random(), changes["ontology_version"])
        for item in items
        for attempt in range(1, batch.attempts_per_item + 1)
    ]
    columns: tuple[str, ...] = ("project", "batch", "item", "attempt", "draw", "ontology_version")
    rows: list[tuple[Any, ...]] = list(tasks)
    if batch.kind == BatchKind.PRODUCTION:  # Q2
        columns = ("id", *columns)
        rows = [(number, *task) for number, task in zip(numbers_for(action, batch.id, len(tasks)), tasks, strict=True)]
    stored_tasks.add(action.connection, columns, rows)
    action.log(
        "batch.launch",
        "batch",
        batch.id,
        tasks=len(tasks),
        ontology_version=changes["ontology_version"],
        instructions_version=changes.get("instructions_version"),
        certificate=changes.get("certificate"),
    )
    return stored_batches.by_id(action.connection, batch.id)


def _carry_drafts(action: Action, row: TaskRow, version: int) -> int:
    """Call what was begun on a task by the names of another ontology version (P2); returns how many no longer fit.

    Of those the part that fits stays, and all of it is its writer's copy: with a label that no screen can show, nobody
    could go on, nor hand in.
    """
    if row.revision == 0 or row.ontology_version == version:
        return 0
    fit = fitting(action, batch=row.batch, item=row.item, version=version)
    unfit = 0
    for member in stored_members.all_of(action.connection, row.project):
        draft = stored_labels.draft(action.connection, row.id, member.user)
        if draft is None:
            continue
        carried = carried_labels(action.connection, row.project, draft, row.ontology_version, to=version)
        part = fit.part_of(carried)
        if part != list(carried):
            unfit += 1
            keep_copy(action, row, draft, "The new ontology no longer knows all of the draft.", user=member.user)
        text = labels_to_json(part).decode()
        stored_labels.save_draft(action.connection, row.id, member.user, text, action.now)
    return unfit


def _end_tasks(action: Action, batch: BatchRow, rows: Sequence[TaskRow], reason: str) -> int:
    """Cancel or exclude the tasks that the table lets end; returns how many."""
    is_calibration = batch.kind == BatchKind.CALIBRATION
    event = TaskEvent.EXCLUDE if is_calibration else TaskEvent.CANCEL
    table = TASK_TABLES[BatchKind(batch.kind)]
    ended = 0
    for row in rows:
        target = table.get((TaskState(row.state), event))
        if target is None:
            continue
        stored_audits.remove_grade(action.connection, row.id)
        stored_tasks.change(action.connection, row.id, state=target, lease_until=None, reason=reason)
        ended += 1
    return ended
