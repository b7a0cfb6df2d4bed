"""A task: claimed, drafted, submitted, reviewed. Each method is one action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

from annowidgets.errors import (
    Conflict,
    Immutable,
    InvalidInput,
    InvalidLabels,
    NotFound,
    TransitionRefused,
)
from annowidgets.labels import Label, Labels, as_labels, labels_to_json
from annowidgets.store import batches as stored_batches
from annowidgets.store import drafts as stored_drafts
from annowidgets.store import labels as stored_labels
from annowidgets.store import members as stored_members
from annowidgets.store import tasks as stored_tasks
from annowidgets.store.tasks import TaskRow
from annowidgets.workflow.checks import composed, require_rate, require_seconds, require_text
from annowidgets.workflow.claims import (
    claim,
    give_back,
    lease_end,
    renew_expired,
    requeue,
    require_qualified,
    takers_left,
)
from annowidgets.workflow.drafts import SavedEdit, edit_of, save_edit, save_text, tell, with_edit
from annowidgets.workflow.edits import Edit, as_edit, putting
from annowidgets.workflow.evaluation import comparison_of
from annowidgets.workflow.fitting import Fitting, fitting_of, require_still_fit
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.states import (
    BatchKind,
    BatchState,
    TaskEvent,
    TaskState,
)
from annowidgets.workflow.steps import held_task, require_not_own, require_seen, step
from annowidgets.workflow.submissions import (
    add_label_set,
    complete_batch_if_done,
    conflict_of,
    keep_copy,
    reopen_batch,
    submit,
)
from annowidgets.workflow.task_view import TaskView
from annowidgets.workflow.visibility import current_labels, visible_task

if TYPE_CHECKING:
    from annowidgets.workflow.feedback import Feedback
    from annowidgets.workflow.workspace import Action

# T3: how long after submitting one may take a task back.
RECALL_SECONDS = 600.0


class Task(TaskView):
    """One item to be labelled by one person: each method is one action.

    Its fields are those of `TaskView`.
    """

    # --- annotating

    def claim(self) -> Task:
        """Take this very task; `Project.next_task` takes the next in the queue.

        Claiming what one holds already changes nothing, but begins a lease that ran out anew.
        """
        with self.workspace.act(self._project, Permission.ANNOTATE) as action:
            row = self._stored(action)
            is_held = row.state == TaskState.ANNOTATING and row.user == action.user
            return Task(self.workspace, renew_expired(action, row) if is_held else claim(action, row))

    def save_draft(self, labels: Labels, *, seconds: float | None = None, revision: int | None = None) -> int:
        """Save an edit at once, and renew the lease (T3, T6).

        Parameters
        ----------
        labels : sequence of Label and Answer
            All labels of the task. Required questions may still be open.
        seconds : float, optional
            Focused time since the last save, added to the task's.
        revision : int, optional
            Number of the draft that the edit was made on; what this object last saw where left out.

        Returns
        -------
        int
            Number of the draft.

        Raises
        ------
        Conflict
            Somebody else holds the task, or another window saved meanwhile; the labels are kept in `copies`.
        """
        labels = as_labels(labels)
        expected = self._revision if revision is None else revision
        spent = 0.0 if seconds is None else require_seconds("seconds", seconds)
        conflict: Conflict | None = None
        fit = self._fitting(Permission.ANNOTATE)
        labels = fit.settled(labels)
        text = labels_to_json(labels).decode()
        fit.require(labels, complete=False)
        with self.workspace.act(self._project, Permission.ANNOTATE) as action:
            row = self._stored(action)
            conflict = conflict_of(action, row, expected, TaskEvent.SAVE_DRAFT)
            if conflict is not None:
                keep_copy(action, row, text, conflict.message)
            else:
                step(action, row, TaskEvent.SAVE_DRAFT)
                require_still_fit(action, row, fit, labels, complete=False)
                save_text(action, row, text)
                saved = self._count(action, row, labels=len(labels), seconds=spent)
        if conflict is not None:
            raise conflict
        self._revision = saved
        tell(self.workspace, self.id)
        return saved

    def save_edit(
        self,
        edit: Edit | Mapping[str, Any],
        *,
        seconds: float | None = None,
        revision: int | None = None,
        labels: Labels | None = None,
    ) -> SavedEdit:
        """Save one finished gesture of the editor, or one answer: apply it to the draft, and keep it for undo (T3, T6).

        Only the labels that it puts are looked at, so that it costs the same in a draft of many; where it changes
        answers, all answers. An edit that the draft took before, such as one that a page sends again since it never
        heard of it, changes nothing.

        Parameters
        ----------
        edit : Edit, or mapping as the editor sends it
            What is put, removed and answered.
        seconds, revision
            As in `save_draft`.
        labels : sequence of Label and Answer, optional
            All labels as the writer sees them, the edit included: what is kept as the copy where the save loses a
            conflict. The own draft with the edit where left out.

        Raises
        ------
        InvalidLabels
            A label that it puts does not fit the item or its class, or an answer its question (P4).
        Conflict
            Somebody else holds the task, or another window saved meanwhile; the labels are kept in `copies`.
        """
        edit = as_edit(edit)
        expected = self._revision if revision is None else revision
        spent = 0.0 if seconds is None else require_seconds("seconds", seconds)
        conflict: Conflict | None = None
        refusal: InvalidLabels | None = None
        fit = self._fitting(Permission.ANNOTATE)
        edit = putting(edit, fit.settled([label for label, _ in edit.forward.put]))
        put = [label for label, _ in edit.forward.put]
        try:
            fit.require(put, complete=False)
        except InvalidLabels as error:
            refusal = error
        with self.workspace.act(self._project, Permission.ANNOTATE) as action:
            row = self._stored(action)
            if stored_drafts.has_edit(action.connection, self.id, action.user, edit.id):
                return SavedEdit(row.revision, is_new=False)
            if refusal is not None:
                raise refusal
            conflict = conflict_of(action, row, expected, TaskEvent.SAVE_DRAFT)
            if conflict is not None:
                own = stored_labels.draft(action.connection, self.id, action.user)
                text = with_edit(own, edit) if labels is None else labels_to_json(labels).decode()
                keep_copy(action, row, text, conflict.message)
            else:
                step(action, row, TaskEvent.SAVE_DRAFT)
                require_still_fit(action, row, fit, put, complete=False)
                saved = self._count(action, row, labels=save_edit(action, row, edit, fit), seconds=spent)
        if conflict is not None:
            raise conflict
        self._revision = saved
        tell(self.workspace, self.id)
        return SavedEdit(saved, is_new=True)

    def history(self) -> list[Edit]:
        """The acting user's edits of the draft since it was last handed in, oldest first.

        Undo and redo are edits too: replaying all of them leads from the draft before the first to the draft.
        """
        with self.workspace.look(self._project) as action:
            row = visible_task(action, self.id)
            rows = stored_drafts.history(action.connection, self.id, action.user, row.ontology_version)
        return [edit_of(row) for row in rows]

    def keep_alive(self, *, seconds: float = 0.0) -> None:
        """Renew the lease of a task that one holds, as a focused desk does (T3).

        Parameters
        ----------
        seconds : float
            Focused time since the last sign of life, added to the task's.
        """
        seconds = require_seconds("seconds", seconds)
        with self.workspace.act(self._project, Permission.ANNOTATE) as action:
            row = held_task(action, self._stored(action), TaskEvent.SAVE_DRAFT)
            spent = row.seconds + seconds
            stored_tasks.change(action.connection, self.id, seconds=spent, lease_until=lease_end(action))
            action.log("task.keep_alive", "task", self.id, seconds=spent)

    def submit(
        self,
        labels: Labels | None = None,
        *,
        confidence: float | None = None,
        seconds: float | None = None,
        revision: int | None = None,
    ) -> None:
        """Hand in the labels: to review, to completed, or as a calibration attempt.

        Parameters
        ----------
        labels : sequence of Label and Answer, optional
            The draft where left out.
        confidence : float, optional
            How sure one is of the labels, 0 to 1; required in calibration (C3).
        seconds : float, optional
            Focused time since the last save, added to the task's.
        revision : int, optional
            Number of the draft that ``labels`` were made on; what this object last saw where left out.

        Raises
        ------
        InvalidLabels
            Labels don't fit the item, their class or its required questions; the draft is kept (P4).
        Conflict
            Somebody else holds the task, or another window saved meanwhile; the labels are kept in `copies`.
        """
        confidence = None if confidence is None else require_rate("confidence", confidence)
        spent = 0.0 if seconds is None else require_seconds("seconds", seconds)
        expected = self._revision if revision is None else revision
        if labels is None:
            with self.workspace.look(self._project, Permission.ANNOTATE) as action:
                row = held_task(action, self._stored(action), TaskEvent.SUBMIT_ATTEMPT)
                labels, expected = current_labels(action, row), row.revision
        labels = as_labels(labels)
        conflict: Conflict | None = None
        fit = self._fitting(Permission.ANNOTATE)
        labels = fit.settled(labels)
        fit.require(labels, complete=True)
        prepared = self._prepared(labels)
        with self.workspace.act(self._project, Permission.ANNOTATE) as action:
            row = self._stored(action)
            conflict = conflict_of(action, row, expected, TaskEvent.SUBMIT_ATTEMPT)
            if conflict is not None:
                keep_copy(action, row, labels_to_json(labels).decode(), conflict.message)
            else:
                require_still_fit(action, row, fit, labels, complete=True)
                self._hand_in(action, row, labels, prepared, confidence=confidence, seconds=spent)
                stored_drafts.end_history(action.connection, self.id, action.user)
                self._revision = row.revision + 1
        if conflict is not None:
            raise conflict

    def skip(self, *, reason: str) -> None:
        """Give the task up with a reason; a calibration attempt goes to another tasker."""
        require_text("A skip", "reason", reason)
        with self.workspace.act(self._project, Permission.ANNOTATE) as action:
            row = held_task(action, self._stored(action), TaskEvent.SKIP)
            batch = stored_batches.by_id(action.connection, row.batch)
            state = step(action, row, TaskEvent.SKIP)
            if batch.kind == BatchKind.CALIBRATION:
                # It goes to somebody else; a task of another kind waits for a lead, who may re-open it for anybody.
                stored_tasks.add_skip(action.connection, self.id, action.user, reason, action.now)
                requeue(action, row)
                stored_tasks.change(action.connection, self.id, assignee=None)
                excluded = not takers_left(action, batch, row)
                if excluded:
                    stored_tasks.change(
                        action.connection, self.id, state=TaskState.EXCLUDED, reason=f"skipped: {reason}"
                    )
                action.log("task.skip", "task", self.id, reason=reason, excluded=excluded)
            else:
                stored_tasks.change(
                    action.connection, self.id, state=state, lease_until=None, assignee=None, reason=reason
                )
                action.log("task.skip", "task", self.id, reason=reason)
                complete_batch_if_done(action, batch)

    def release(self) -> None:
        """Put the task back where it was before the claim; the draft is kept for oneself."""
        with self.workspace.act(self._project, Permission.SEE_OWN) as action:
            row = self._stored(action)
            # Who leads a training may annotate nothing there, and yet release what a trainee holds.
            action.require(Permission.ANNOTATE if row.user == action.user else Permission.DIRECT_TASKS)
            step(action, row, TaskEvent.RELEASE)
            give_back(action, row)

    def recall(self) -> None:
        """Take back one's own submission: within 10 minutes, and before anybody reviewed it."""
        with self.workspace.act(self._project, Permission.ANNOTATE) as action:
            row = self._stored(action)
            step(action, row, TaskEvent.RECALL)
            refused = None
            if row.user != action.user:
                refused = f"it is {row.user}'s"
            elif row.reviewer is not None:
                refused = f"{row.reviewer} has reviewed it"
            elif row.submitted is None or action.now - row.submitted > RECALL_SECONDS:
                refused = "more than 10 minutes have passed"
            if refused:
                hint = "A lead can re-open it: task.reopen(reason=...)."
                raise TransitionRefused(f"Task {self.id} can't be recalled: {refused}.", rule="T1", hint=hint)
            stored_tasks.change(
                action.connection,
                self.id,
                state=TaskState.ANNOTATING,
                # Releasing it later must not lose the submission to the queue: it waits for its author.
                state_before=TaskState.RETURNED,
                lease_until=lease_end(action),
            )
            reopen_batch(action, row)
            action.log("task.recall", "task", self.id)

    def give_feedback(self, text: str, *, section: str | None = None, kind: str = "unclear") -> Feedback:
        """Say what the instructions leave open (I2).

        Parameters
        ----------
        text : str
            What is unclear, missing or wrong, or a question.
        section : str, optional
            Heading that it is about.
        kind : {"unclear", "missing", "wrong", "question"}
            What it is.
        """
        from annowidgets.workflow.feedback import add_feedback

        with self.workspace.act(self._project, Permission.GIVE_FEEDBACK) as action:
            row = visible_task(action, self.id)
            return add_feedback(action, text, section=section, kind=kind, task=row)

    # --- review

    def approve(self, labels: Labels | None = None, *, revision: int | None = None) -> None:
        """Accept a task in review (T5: never one's own).

        Parameters
        ----------
        labels : sequence of Label and Answer, optional
            All labels as they should be, where the submitted ones are corrected.
        revision : int, optional
            `revision` of the task when its labels were looked at; what this object last saw where left out.

        Raises
        ------
        Conflict
            Its author has recalled it and handed it in again meanwhile: nobody decides on labels that were not seen.
        """
        expected = self._revision if revision is None else revision
        if labels is not None:
            labels = as_labels(labels)
            fit = self._fitting(Permission.REVIEW)
            labels = fit.settled(labels)
            fit.require(labels, complete=True)
        with self.workspace.act(self._project, Permission.REVIEW) as action:
            row = self._stored(action)
            step(action, row, TaskEvent.APPROVE)
            require_not_own(action, row.user, "review")
            require_seen(row, expected)
            changes: dict[str, Any] = {"state": TaskState.COMPLETED, "reviewer": action.user}
            if labels is not None:
                require_still_fit(action, row, fit, labels, complete=True)
                changes["labels"] = add_label_set(action, row, "review", labels)
            stored_tasks.change(action.connection, self.id, **changes)
            action.log("task.approve", "task", self.id, corrected=labels is not None)
            complete_batch_if_done(action, stored_batches.by_id(action.connection, row.batch))

    def return_to_annotator(
        self, text: str, *, comments: Mapping[str, str] | None = None, revision: int | None = None
    ) -> None:
        """Send a task in review back to its author (T5: never one's own).

        Parameters
        ----------
        text : str
            What is to be done.
        comments : mapping of label id -> text, optional
            What is to be done with single labels.
        revision : int, optional
            As of `approve`.

        Raises
        ------
        Conflict
            As of `approve`.
        """
        expected = self._revision if revision is None else revision
        text = require_text("A return", "text", text)
        if not isinstance(comments, Mapping | None):
            raise InvalidInput("comments must map the ids of labels to what is to be done with them.")
        remarks = {label: require_text("A comment", "text", remark) for label, remark in (comments or {}).items()}
        with self.workspace.act(self._project, Permission.REVIEW) as action:
            row = self._stored(action)
            step(action, row, TaskEvent.RETURN)
            require_not_own(action, row.user, "review")
            require_seen(row, expected)
            batch = stored_batches.by_id(action.connection, row.batch)
            if batch.state != BatchState.IN_PROGRESS:
                raise TransitionRefused(
                    f"Batch {batch.name!r} is {batch.state.replace('_', ' ')}, so nobody could take task {self.id} up.",
                    rule="T1",
                    hint="Approve it with your own corrections: task.approve(labels).",
                )
            ids = {label.id for label in current_labels(action, row) if isinstance(label, Label)}
            unknown = sorted(remarks.keys() - ids)
            if unknown:
                raise NotFound.named("label", unknown[0], ids)
            for label, remark in [(None, text), *remarks.items()]:
                stored_tasks.add_comment(
                    action.connection, task=self.id, author=action.user, label=label, text=remark, created=action.now
                )
            stored_tasks.change(action.connection, self.id, state=TaskState.RETURNED, reviewer=action.user)
            action.log("task.return", "task", self.id, text=text, comments=len(remarks))

    # --- directing

    def assign(self, user: str) -> None:
        """Reserve a queued or returned task for a member; another than its author starts blank (T8)."""
        user = composed(user)
        with self.workspace.act(self._project, Permission.DIRECT_TASKS) as action:
            row = self._stored(action)
            if row.state not in (TaskState.QUEUED, TaskState.RETURNED):
                state = row.state.replace("_", " ")
                raise TransitionRefused(
                    f"Task {self.id} is {state}; only queued and returned tasks are assigned.", rule="T1"
                )
            member = stored_members.of(action.connection, self._project, user)
            if member is None:
                names = [one.user for one in stored_members.all_of(action.connection, self._project)]
                raise NotFound.named("member", user, names)
            require_qualified(action, stored_batches.by_id(action.connection, row.batch), row, member)
            stored_tasks.change(action.connection, self.id, assignee=user)
            action.log("task.assign", "task", self.id, user=user)

    def set_priority(self, priority: int) -> None:
        """Serve the task earlier (higher) or later (lower) than others; 0 is the usual."""
        if isinstance(priority, bool) or not isinstance(priority, Integral) or abs(priority) > 1_000_000:
            raise InvalidInput(f"priority must be a whole number of at most six digits, got {priority!r:.60}.")
        priority = int(priority)
        with self.workspace.act(self._project, Permission.DIRECT_TASKS) as action:
            self._stored(action)
            stored_tasks.change(action.connection, self.id, priority=priority)
            action.log("task.priority", "task", self.id, priority=priority)

    def reopen(self, *, reason: str) -> None:
        """Put a skipped or completed task back into the queue."""
        require_text("Re-opening", "reason", reason)
        with self.workspace.act(self._project, Permission.DIRECT_TASKS) as action:
            row = self._stored(action)
            step(action, row, TaskEvent.REOPEN)
            if stored_tasks.is_gold(action.connection, self.id):
                raise Immutable(f"Task {self.id} is gold and can't be re-opened.", rule="T1")
            reopen_batch(action, row)
            requeue(action, row)
            stored_tasks.change(
                action.connection, self.id, labels=None, submitted=None, reviewer=None, confidence=None, reason=None
            )
            action.log("task.reopen", "task", self.id, reason=reason)

    def promote(self, kind: str, *, concepts: Sequence[str] = (), difficulty: str | None = None) -> None:
        """Make an audited attempt a training or an evaluation task, never both (Q1).

        Parameters
        ----------
        kind : {"training", "evaluation"}
            What it becomes; its gold labels are the audited ones.
        concepts : sequence of str
            What it teaches.
        difficulty : str, optional
            For example "easy".
        """
        from annowidgets.workflow.quality import promote

        with self.workspace.act(self._project, Permission.AUDIT) as action:
            promote(action, self._stored(action), kind, concepts=concepts, difficulty=difficulty)

    # --- inner

    def _prepared(self, labels: Labels) -> Any:
        """What is computed of labels that fit, before the transaction of their submission opens (Q2)."""
        with self.workspace.look(self._project, Permission.ANNOTATE) as action:
            comparison = comparison_of(action, self._stored(action))
        return None if comparison is None else comparison.measured(labels)

    def _hand_in(
        self,
        action: Action,
        row: TaskRow,
        labels: Labels,
        prepared: Any,
        *,
        confidence: float | None,
        seconds: float,
    ) -> None:
        submit(action, row, labels, confidence=confidence, seconds=seconds, measured=prepared)

    def _count(self, action: Action, row: TaskRow, *, labels: int, seconds: float) -> int:
        """Count a draft that was saved, and renew the lease; returns the draft's number."""
        revision = row.revision + 1
        stored_tasks.change(
            action.connection,
            self.id,
            revision=revision,
            seconds=row.seconds + seconds,
            lease_until=lease_end(action),
        )
        action.log("task.save_draft", "task", self.id, revision=revision, labels=labels)
        return revision

    def _stored(self, action: Action) -> TaskRow:
        row = stored_tasks.by_id(action.connection, self.id)
        assert row is not None, "tasks are never deleted"
        return row

    def _fitting(self, permission: Permission) -> Fitting:
        # Geometry is looked at before the transaction opens.
        with self.workspace.look(self._project, permission) as action:
            return fitting_of(action, self._stored(action))
