"""The audit of a calibration batch: grades, and the score that they add up to (C4, C5)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from annowidgets.errors import Conflict, Immutable, InvalidInput, NotFound, TaskLocked
from annowidgets.labels import Answer, Label, Labels, Ontology, labels_from_json, labels_to_json
from annowidgets.store import audits as stored_audits
from annowidgets.store import batches as stored_batches
from annowidgets.store import items as stored_items
from annowidgets.store import labels as stored_labels
from annowidgets.store import projects as stored_projects
from annowidgets.store import tasks as stored_tasks
from annowidgets.store.audits import AttemptRow
from annowidgets.store.batches import BatchRow
from annowidgets.workflow.base import stored_ontology
from annowidgets.workflow.calibration import Figures, conditions
from annowidgets.workflow.checks import as_id, require_flag, require_text
from annowidgets.workflow.claims import lease_end
from annowidgets.workflow.collection import Collection
from annowidgets.workflow.fitting import fitting_of
from annowidgets.workflow.items import Item, ItemLike, find_item
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.results import CalibrationResult, attempts_by_item, calibration_result, require_all_graded
from annowidgets.workflow.states import BatchEvent, TaskEvent, TaskState, next_batch_state
from annowidgets.workflow.steps import require_not_own, step
from annowidgets.workflow.task import Task
from annowidgets.workflow.versions import in_names_of, stored_function
from annowidgets.workflow.visibility import tasks_frame
from annowidgets.workflow.volumes import Judged, volume_table

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.benchmark import BenchmarkFunction, Scores
    from annowidgets.benchmark.calibration import CalibrationScore
    from annowidgets.workflow.workspace import Action, Workspace

Grade = Literal["approve", "fix", "reject"]
GRADES = ("approve", "fix", "reject")


class Correction(NamedTuple):
    """An attempt beside its fix.

    Attributes
    ----------
    item : Item
        What was labelled.
    user : str
        Who attempted it.
    ontology : Ontology
        What the labels are made under.
    corrected, submitted : list of Label and Answer
        The auditor's labels and the tasker's.
    scores : Scores
        Of the submitted against the corrected labels.
    """

    item: Item
    user: str
    ontology: Ontology
    corrected: list[Label | Answer]
    submitted: list[Label | Answer]
    scores: Scores


class Audit:
    """The audit of one calibration batch. Made by `Batch.audit`."""

    def __init__(self, workspace: Workspace, project: int, batch: int) -> None:
        self.workspace = workspace
        self._project = project
        self._batch = batch

    def next(self) -> Task | None:
        """The next attempt to grade; its item is locked for the auditor. None when there is none left for them."""
        with self.workspace.act(self._project, Permission.AUDIT) as action:
            own_too = action.policy.allow_self_review
            found = stored_audits.next_ungraded(
                action.connection, self._batch, action.user, action.now, own_too=own_too
            )
            if found is None:
                return None
            task, item = found
            lock = stored_audits.lock(action.connection, self._batch, item)
            stored_audits.set_lock(action.connection, self._batch, item, action.user, lease_end(action))
            if lock is None or lock[0] != action.user:
                action.log("audit.lock", "batch", self._batch, item=item)
            row = stored_tasks.by_id(action.connection, task)
        assert row is not None
        return Task(self.workspace, row)

    def release(self, item: ItemLike) -> None:
        """Give up the lock of an item, so that another auditor may take it."""
        with self.workspace.act(self._project, Permission.AUDIT) as action:
            found = find_item(action, item)
            lock = stored_audits.lock(action.connection, self._batch, found.id)
            if lock is None:
                return
            if lock[0] != action.user and lock[1] >= action.now:
                raise TaskLocked(f"{lock[0]} audits {found.name!r}.", rule="C4")
            stored_audits.remove_lock(action.connection, self._batch, found.id)
            action.log("audit.release", "batch", self._batch, item=found.id)

    def tasks(self, *, graded: bool | None = None) -> Collection[Task]:
        """Attempts that were submitted: all, or only those that are (not) graded."""
        states = {True: (TaskState.GRADED,), False: (TaskState.SUBMITTED,)}
        wanted = (*states[True], *states[False]) if graded is None else states[require_flag("graded", graded)]
        with self.workspace.look(self._project, Permission.AUDIT) as action:
            rows = stored_tasks.matching(action.connection, self._project, batch=self._batch)
        return Collection([Task(self.workspace, row) for row in rows if row.state in wanted], self._tasks_frame)

    def _tasks_frame(self, tasks: Sequence[Task]) -> pd.DataFrame:
        with self.workspace.look(self._project, Permission.AUDIT) as action:
            return tasks_frame(action, [task.id for task in tasks])

    def progress(self) -> pd.DataFrame:
        """How many attempts are in each state: ``state``, ``tasks``, ``share``."""
        from annowidgets.workflow.batch import Batch

        return Batch(self.workspace, self._project, self._batch).progress()

    def grade(
        self, task: Task | int, grade: Grade, *, labels: Labels | None = None, reason: str | None = None
    ) -> float:
        """Grade an attempt; grades may be changed until the audit is complete (C4).

        Parameters
        ----------
        task : Task or id
            The attempt.
        grade : {"approve", "fix", "reject"}
            Right as it is; corrected by ``labels``; or wrong, with a ``reason``.
        labels : sequence of Label and Answer, optional
            For "fix": all labels as they should be.
        reason : str, optional
            For "reject".

        Returns
        -------
        float
            Accuracy of the attempt, 0 to 1.
        """
        if grade not in GRADES:
            raise InvalidInput(f"There is no grade {grade!r:.60}.", hint=f"Grades: {', '.join(GRADES)}.")
        if (grade == "fix") != (labels is not None):
            raise InvalidInput("labels are given with the grade 'fix', and only with it.")
        if grade == "reject" or reason is not None:
            reason = require_text(f"The grade {grade!r}", "reason", reason)
        id = task.id if isinstance(task, Task) else as_id(task)
        with self.workspace.look(self._project, Permission.AUDIT) as action:
            row = self._attempt(action, id)
            self._require_open(action)
            step(action, row, TaskEvent.GRADE)
            assert row.labels is not None, "a submitted attempt has labels"
            submitted = stored_labels.by_id(action.connection, row.labels)
            fit = fitting_of(action, row)
        accuracy = 1.0 if grade == "approve" else 0.0
        if labels is not None:
            labels = fit.settled(labels)
            fit.require(labels, complete=True)
            accuracy = self._accuracy(row.item, row.ontology_version, labels, labels_from_json(submitted.labels))
        with self.workspace.act(self._project, Permission.AUDIT) as action:
            self._require_open(action)
            row = self._attempt(action, id)
            state = step(action, row, TaskEvent.GRADE)
            self_audited = require_not_own(action, row.user, "audit")  # T5
            self._lock(action, row.item)
            label_set = None
            if labels is not None:
                label_set = stored_labels.add(
                    action.connection,
                    task=row.id,
                    kind="audit",
                    user=action.user,
                    ontology_version=row.ontology_version,
                    labels=labels_to_json(labels).decode(),
                    at=action.now,
                )
            stored_audits.save_grade(
                action.connection,
                task=row.id,
                auditor=action.user,
                grade=grade,
                accuracy=accuracy,
                labels=label_set,
                reason=reason,
                self_audited=self_audited,
                graded=action.now,
            )
            stored_tasks.change(action.connection, row.id, state=state, reviewer=action.user)
            self._unlock_if_only_own_are_left(action, row.item)
            action.log("audit.grade", "task", row.id, grade=grade, accuracy=accuracy, reason=reason)
        return accuracy

    def compare(self, task: Task | int) -> Correction:
        """An attempt beside its fix, under the function that gives its accuracy.

        Raises
        ------
        InvalidInput
            It was not fixed.
        """
        id = task.id if isinstance(task, Task) else as_id(task)
        with self.workspace.look(self._project, Permission.AUDIT) as action:
            row = self._attempt(action, id)
            grade = stored_audits.grade_of(action.connection, id)
            if row.labels is None or row.user is None or grade is None or grade.labels is None:
                raise InvalidInput(f"Task {id} was not fixed, so there is nothing to compare it with.")
            corrected = labels_from_json(stored_labels.by_id(action.connection, grade.labels).labels)
            submitted = labels_from_json(stored_labels.by_id(action.connection, row.labels).labels)
            certificate = stored_audits.certificate_of(action.connection, self._batch)
            ontology = stored_ontology(action.connection, self._project, row.ontology_version)
            item = stored_items.by_id(action.connection, row.item)
            # Once the audit is complete, what the result was made with; before, what is in force.
            made_with = None if certificate is None else certificate.function_version
            function = stored_function(action, made_with)[1]
        assert item is not None
        scores = self._scored(row.item, row.ontology_version, corrected, submitted, function)
        return Correction(Item(self.workspace, item), row.user, ontology, corrected, submitted, scores)

    def volumes(self) -> pd.DataFrame:
        """Volume agreement of fixed attempts on DICOM series with their corrections, object by object.

        It plays no part in the accuracy, which counts slice by slice.

        Returns
        -------
        DataFrame
            ``task``, ``item``, ``user``; then as of `TrainingProject.volumes`, with the auditor's labels as the
            benchmark and the tasker's as the trainee's.

        Raises
        ------
        InvalidMedia
            The files of a series are missing or have changed (P3).
        """
        with self.workspace.look(self._project, Permission.AUDIT) as action:
            found = []
            for row in stored_audits.attempts(action.connection, self._batch):
                item = stored_items.by_id(action.connection, row.item)
                assert item is not None, "an attempt has an item"
                if row.audited_labels is not None and item.modality == "dicom_series":
                    _, _, audited, submitted = self._measured_on(action, row)
                    found.append(
                        Judged((row.task, item.name, row.user), Item(self.workspace, item), audited, submitted)
                    )
        return volume_table(found, ("task", "item", "user"))

    def complete(self) -> CalibrationResult:
        """Add the grades up to the calibration score, and leave the certificate that production depends on (C5).

        Raises
        ------
        AuditIncomplete
            With the number of items that are not graded.
        """
        from annowidgets.benchmark import calibration_score

        with self.workspace.look(self._project, Permission.AUDIT) as action:
            self._require_open(action)
            require_all_graded(action, stored_batches.by_id(action.connection, self._batch))
            before = stored_audits.attempts(action.connection, self._batch)
            function_version, function = stored_function(action)
            fixes = {row.task: self._measured_on(action, row) for row in before if row.audited_labels is not None}
        accuracies = {row.task: row.accuracy for row in before}
        # Fixes may have been graded under an older function: all count under the one that the result names.
        for task, (item, version, audited, submitted) in fixes.items():
            accuracies[task] = self._accuracy(item, version, audited, submitted, function)
        by_item = attempts_by_item(before)
        score: CalibrationScore | None = None
        with self.workspace.look(self._project) as action:
            weight = action.policy.confidence_weight
        if by_item:
            score = calibration_score(
                [[accuracies[row.task] for row in rows] for rows in by_item],
                [[row.confidence for row in rows] for rows in by_item],
                weight=weight,
            )
        with self.workspace.act(self._project, Permission.AUDIT) as action:
            self._require_open(action)
            batch = stored_batches.by_id(action.connection, self._batch)
            require_all_graded(action, batch)
            stale = (
                before != stored_audits.attempts(action.connection, self._batch)
                or function_version != stored_function(action)[0]
                or weight != action.policy.confidence_weight
            )
            if stale:
                raise Conflict("Grades or settings changed while the score was computed.", rule="C5", hint="Try again.")
            for row in before:
                if row.task in fixes and accuracies[row.task] != row.accuracy:
                    stored_audits.set_accuracy(action.connection, row.task, accuracies[row.task])
            _leave_certificate(action, batch, before, score, weight, function_version)
            return calibration_result(action, stored_batches.by_id(action.connection, self._batch))

    # --- inner

    def _attempt(self, action: Action, task: int) -> stored_tasks.TaskRow:
        row = stored_tasks.by_id(action.connection, task)
        if row is None or row.batch != self._batch:
            raise NotFound(f"Task {task!r:.60} is no attempt of this batch.")
        return row

    def _require_open(self, action: Action) -> None:
        batch = stored_batches.by_id(action.connection, self._batch)
        if stored_audits.certificate_of(action.connection, self._batch) is not None:
            raise Immutable(f"The audit of {batch.name!r} is complete; its grades stay.", rule="C4")

    def _lock(self, action: Action, item: int) -> None:
        lock = stored_audits.lock(action.connection, self._batch, item)
        if lock is not None and lock[0] != action.user and lock[1] >= action.now:
            row = stored_items.by_id(action.connection, item)
            assert row is not None
            raise TaskLocked(
                f"{lock[0]} audits {row.name!r}.", rule="C4", hint="audit.next() gives you another; the lock runs out."
            )
        stored_audits.set_lock(action.connection, self._batch, item, action.user, lease_end(action))

    def _unlock_if_only_own_are_left(self, action: Action, item: int) -> None:
        """Leave an item to other auditors when all that is left of it is one's own attempt (T5)."""
        rows = stored_tasks.matching(action.connection, self._project, batch=self._batch, item=item)
        left = {row.user for row in rows if row.state == TaskState.SUBMITTED}
        if left == {action.user} and not action.policy.allow_self_review:
            stored_audits.remove_lock(action.connection, self._batch, item)

    def _measured_on(self, action: Action, row: AttemptRow) -> tuple[int, int, Labels, Labels]:
        assert row.audited_labels is not None
        audited = stored_labels.by_id(action.connection, row.audited_labels)
        submitted = stored_labels.by_id(action.connection, row.submitted_labels)
        return row.item, audited.ontology_version, labels_from_json(audited.labels), labels_from_json(submitted.labels)

    def _accuracy(
        self,
        item: int,
        ontology_version: int,
        audited: Labels,
        submitted: Labels,
        function: BenchmarkFunction | None = None,
    ) -> float:
        """Task score of the submitted against the corrected labels, / 100."""
        score = self._scored(item, ontology_version, audited, submitted, function).task_score
        if np.isnan(score):
            with self.workspace.look(self._project) as action:
                row = stored_items.by_id(action.connection, item)
            assert row is not None
            raise InvalidInput(
                f"Item {row.name!r}: no label of it counts, since the importance of all its classes is 0.",
                hint="Approve or reject the attempt, or change importance in the project's benchmark function.",
            )
        return float(score) / 100

    def _scored(
        self,
        item_id: int,
        ontology_version: int,
        audited: Labels,
        submitted: Labels,
        function: BenchmarkFunction | None = None,
    ) -> Scores:
        """The submitted labels measured against the corrected ones."""
        from annowidgets import benchmark

        with self.workspace.look(self._project) as action:
            ontology: Ontology = stored_ontology(action.connection, self._project, ontology_version)
            item_row = stored_items.by_id(action.connection, item_id)
            function = stored_function(action)[1] if function is None else function
            function = in_names_of(action, function, ontology_version)
        assert item_row is not None
        item = Item(self.workspace, item_row)
        measurements = benchmark.measure(
            audited,
            submitted,
            ontology=ontology,
            frame_size=item.sizes[0] if item.frames == 1 else list(item.sizes),
            spacing=item.spacing,
            interpolate=item.interpolates,
        )
        return benchmark.score(measurements, function)

    def __repr__(self) -> str:
        return f"Audit(batch={self._batch})"

    def _repr_html_(self) -> str:
        table: Any = self.progress().to_html(index=False, escape=True, border=0)
        with self.workspace.look(self._project) as action:
            name = stored_batches.by_id(action.connection, self._batch).name
        return f"<b>Audit of {escape(name)}</b>{table}"


def _leave_certificate(
    action: Action,
    batch: BatchRow,
    attempts: Sequence[AttemptRow],
    score: CalibrationScore | None,
    weight: float,
    function_version: int,
) -> None:
    items = len({row.item for row in attempts})
    assert batch.instructions_version is not None
    figures = Figures(
        score=None if score is None else score.score,
        accuracy=None if score is None else score.accuracy,
        low=None if score is None or np.isnan(score.low) else score.low,
        items=items,
        excluded=stored_batches.item_count(action.connection, batch.id) - items,
        taskers=len({row.user for row in attempts}),
        instructions_version=batch.instructions_version,
    )
    found = conditions(action, figures)
    passed = all(condition.met for condition in found if condition.locks)
    columns = figures._asdict() | {
        "high": None if score is None or np.isnan(score.high) else score.high,
        "self_audited": any(row.self_audited for row in attempts),
        "passed": passed,
        "weight": weight,
        "function_version": function_version,
        "ontology_version": batch.ontology_version,
        "policy_version": stored_projects.policy(action.connection, batch.project)[0],
        "conditions": json.dumps([list(condition) for condition in found]),
    }
    certificate = stored_audits.add_certificate(
        action.connection,
        project=batch.project,
        batch=batch.id,
        created=action.now,
        created_by=action.user,
        **columns,
    )
    state = next_batch_state(batch.kind, batch.state, BatchEvent.AUDIT_COMPLETED, batch=batch.name)
    stored_batches.change(action.connection, batch.id, state=state)
    action.log("audit.complete", "batch", batch.id, certificate=certificate, **columns)
