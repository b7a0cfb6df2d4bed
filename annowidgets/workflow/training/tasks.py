"""A trainee's tasks: own ones only, measured and scored as they are submitted."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from annowidgets.errors import InvalidInput, NotFound, TransitionRefused
from annowidgets.labels import Label, Labels, labels_from_json
from annowidgets.store import batches as stored_batches
from annowidgets.store import items as stored_items
from annowidgets.store import labels as stored_labels
from annowidgets.store import tasks as stored_tasks
from annowidgets.store import training as stored_training
from annowidgets.store import training_figures as stored_figures
from annowidgets.store.tasks import TaskRow
from annowidgets.workflow.base import ProjectBase
from annowidgets.workflow.checks import as_id, composed, require_count, require_one_of, require_text
from annowidgets.workflow.claims import claim, renew_expired
from annowidgets.workflow.collection import Collection
from annowidgets.workflow.items import Item, ItemLike, find_item, items_frame
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.states import TRAINING_TASK, TaskState
from annowidgets.workflow.task import Task
from annowidgets.workflow.task_view import Comment
from annowidgets.workflow.training.judging import Judge, function_of, judge_of, score_rows
from annowidgets.workflow.training.standing import end_round_if_done, results
from annowidgets.workflow.training.trainees import require_no_lead
from annowidgets.workflow.visibility import visible_task

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.benchmark import Measurements
    from annowidgets.workflow.workspace import Action

# States that a training task can have.
STATES = sorted({state for state, _ in TRAINING_TASK} | {TaskState.SUBMITTED})


class TrainingTask(Task):
    """A trainee's copy of a benchmark task. Submitting is final (A6).

    Its fields are those of `TaskView`.
    """

    @property
    def trainee(self) -> str:
        """Whose it is."""
        with self.workspace.look(self._project) as action:
            return stored_training.round_of(action.connection, visible_task(action, self.id).batch).trainee

    @property
    def round(self) -> int:
        """Number of the trainee's round, from 1."""
        with self.workspace.look(self._project) as action:
            return stored_training.round_of(action.connection, visible_task(action, self.id).batch).round

    @property
    def score(self) -> float | None:
        """Score under the applied function and the newest gold, 0 to 100; None before it is there, or shown (A10)."""
        with self.workspace.look(self._project) as action:
            visible_task(action, self.id)
            if not may_see_score(action, self.id):
                return None
            score = stored_figures.tasks_frame(action.connection, [self.id])["score"].iloc[0]
        return None if score != score or score is None else float(score)

    @property
    def comments(self) -> list[Comment]:
        """The lead's hints, oldest first; for the trainee once the benchmark is shown (A10)."""
        with self.workspace.look(self._project) as action:
            visible_task(action, self.id)
            shown = may_see_score(action, self.id)
        return super().comments if shown else []

    def give_hint(self, text: str, *, label: str | None = None) -> None:
        """Say something of a submission, which its trainee sees beside the benchmark once that is shown (A10).

        Parameters
        ----------
        text : str
            What to do better, or what was done well.
        label : str, optional
            Id of the label that it is about: one of the benchmark's or of the submitted ones.
        """
        text = require_text("A hint", "text", text)
        with self.workspace.act(self._project, Permission.DIRECT_TASKS) as action:
            row = self._stored(action)
            if row.state != TaskState.SUBMITTED or row.labels is None:
                raise TransitionRefused(f"Task {self.id} is not submitted yet: there is nothing to give a hint on.")
            if label is not None:
                gold = stored_training.benchmark_of(action.connection, row.item).labels
                sides = (gold, stored_labels.by_id(action.connection, row.labels).labels)
                ids = {one.id for side in sides for one in labels_from_json(side) if isinstance(one, Label)}
                if label not in ids:
                    raise NotFound.named("label", label, ids)
            stored_tasks.add_comment(
                action.connection, task=self.id, author=action.user, label=label, text=text, created=action.now
            )
            action.log("task.hint", "task", self.id, text=text, label=label)

    def claim(self) -> TrainingTask:
        """Begin this very task; `TrainingProject.next_task` begins the next."""
        with self.workspace.act(self._project, Permission.ANNOTATE_TRAINING) as action:
            return TrainingTask(self.workspace, _begun(action, self._stored(action)))

    def _prepared(self, labels: Labels) -> tuple[Judge, Measurements]:
        # Geometry is looked at before the transaction opens.
        with self.workspace.look(self._project, Permission.ANNOTATE_TRAINING) as action:
            judge = judge_of(action, self._stored(action).item)
        return judge, self._measured(judge, labels)

    def _measured(self, judge: Judge, labels: Labels) -> Measurements:
        try:
            return judge.measure(labels, task=self.id, trainee=self.workspace.user)
        except InvalidInput:
            # What is wrong may be said of a label of the gold, which is not to be seen yet (A10).
            raise InvalidInput(
                f"The submission of task {self.id} can't be measured; nothing was handed in.",
                rule="A7",
                hint="Save it as a draft, and ask a lead: training.gold_health().",
            ) from None

    def _hand_in(
        self,
        action: Action,
        row: TaskRow,
        labels: Labels,
        prepared: tuple[Judge, Measurements],
        *,
        confidence: float | None,
        seconds: float,
    ) -> None:
        require_no_lead(action, action.user)
        judge, measured = prepared
        now = judge_of(action, row.item)
        if now.gold != judge.gold:
            # In the rare case that the gold was corrected meanwhile.
            judge, measured = now, self._measured(now, labels)
        # Before the submission, which may show the gold of this very task.
        has_seen = stored_training.has_seen(action.connection, row.item, action.user)
        if has_seen:
            stored_training.note_seen(action.connection, row.batch, [row.item])  # A12
        figures = keep_measured(action, row.id, judge.gold, measured)  # A7
        super()._hand_in(action, row, labels, prepared, confidence=confidence, seconds=seconds)
        action.log("task.score", "task", row.id, **figures, **({"gold_seen": True} if has_seen else {}))
        end_round_if_done(action, row.batch)


def keep_measured(action: Action, task: int, gold: int, measured: Measurements) -> dict[str, Any]:
    """Keep a measurement and its score under the applied function (A7); returns the figures for the log."""
    from annowidgets.benchmark import score

    connection, project = action.connection, action.project.id
    version = stored_training.of(connection, project).function_version
    (row,) = score_rows(score(measured, function_of(connection, project, version)), version, [(task, gold)])
    stored_figures.add_measurement(connection, task, gold, measured.to_bytes(), action.now)
    stored_figures.add_scores(connection, [row])
    revision = stored_training.gold(connection, gold).revision
    return {"score": row.score, "labels": row.labels, "function_version": version, "gold_revision": revision}


def _due(action: Action) -> TaskRow | None:
    """The task that a trainee holds, or the one that is to be begun next."""
    held = stored_tasks.held_by(action.connection, action.project.id, action.user)
    return held or stored_training.next_for(action.connection, action.project.id, action.user)


def _hindrance(action: Action) -> str | None:
    """Why a trainee gets no task, whatever there is to do (T8)."""
    if action.project.state == "archived":  # P6
        return "the training is closed"
    where = stored_training.is_lead_anywhere(action.connection, action.project.id, action.user)
    return None if where is None else f"{action.user!r} leads or reviews in {where!r}"  # A5


def _begun(action: Action, row: TaskRow) -> TaskRow:
    """Give the trainee their task, or leave it to them."""
    require_no_lead(action, action.user)
    if row.state == TaskState.ANNOTATING and row.user == action.user:
        return renew_expired(action, row)
    benchmark = stored_training.benchmark_of(action.connection, row.item)
    if benchmark.withdrawn is not None and row.state == TaskState.QUEUED:
        raise TransitionRefused(f"Task {row.id} is not needed any more: its gold was withdrawn.", rule="A3")
    return claim(action, row)


def may_see_score(action: Action, task: int) -> bool:
    """Whether the user may see score, explanation and gold of a submission (A10)."""
    return action.may(Permission.SEE_SCORES) or stored_training.is_shown(action.connection, task)


class TrainingStatus(NamedTuple):
    """Where a trainee stands.

    Attributes
    ----------
    open_task : int or None
        The task that is begun.
    available : bool
        Whether `next_task` would give one.
    round, submitted, tasks : int
        Number of the newest round, and how many of its tasks are handed in, of how many.
    score : float or None
        Of the round, 0 to 100, where it is shown (A10).
    empty, unscored : int or None
        Submitted tasks of the round in which nothing was to judge, which score 100, and those that the score leaves
        out, since none of their evaluation labels counts; where the score is shown.
    function_version, gold_revision : int
        What scores are made under now.
    passed : bool or None
        None until all tasks are submitted.
    pass_mark : float or None
        The score that passes.
    reasons : list of str
        Why there is nothing to do.
    """

    open_task: int | None
    available: bool
    round: int
    submitted: int
    tasks: int
    score: float | None
    empty: int | None
    unscored: int | None
    function_version: int
    gold_revision: int
    passed: bool | None
    pass_mark: float | None
    reasons: list[str]

    def __str__(self) -> str:
        told = f"Round {self.round}: {self.submitted} of {self.tasks} tasks submitted."
        if self.passed is not None:
            told += " Passed." if self.passed else " Not passed."
        return f"{told} Nothing to label now: {'; '.join(self.reasons)}." if self.reasons else told

    def _repr_html_(self) -> str:
        return escape(str(self))


class TrainingTasks(ProjectBase):
    """The tasks' room of a training project."""

    def next_task(self) -> TrainingTask | None:
        """The trainee's open task, or the next one; None when there is none, and `my_status` says why."""
        with self.workspace.act(self.id, Permission.ANNOTATE_TRAINING, archived=True) as action:
            row = None if _hindrance(action) else _due(action)
            return None if row is None else TrainingTask(self.workspace, _begun(action, row))

    def my_status(self) -> TrainingStatus:
        """Where the trainee stands, and why there is nothing to label."""
        with self.workspace.look(self.id, Permission.ANNOTATE_TRAINING) as action:
            connection, user = action.connection, action.user
            training = stored_training.of(connection, self.id)
            held = stored_tasks.held_by(connection, self.id, user)
            hindrance = _hindrance(action)
            if hindrance is None and _due(action) is None:
                hindrance = "every task is submitted"
            *_, last = stored_training.rounds_of(connection, self.id, user)
            submitted, tasks = stored_training.counts(connection, last.batch)
            mine = stored_tasks.matching(connection, self.id, batch=last.batch, state=TaskState.SUBMITTED)
            shown = all(stored_training.is_shown(connection, row.id) for row in mine)
            now = results(action, [last])[0] if shown else None
            revision = stored_training.revision(connection, self.id)
            if hindrance and not tasks:
                hindrance = "the gold of every task was withdrawn"
        return TrainingStatus(
            open_task=held.id if held else None,
            available=hindrance is None,
            round=last.round,
            submitted=submitted,
            tasks=tasks,
            score=None if now is None else now.score,
            empty=None if now is None else now.empty,
            unscored=None if now is None else now.unscored,
            function_version=training.function_version,
            gold_revision=revision,
            passed=None if last.passed is None else bool(last.passed),
            pass_mark=training.pass_mark,
            reasons=[] if hindrance is None else [hindrance],
        )

    def task(self, id: int) -> TrainingTask:
        """A task by its id: one's own, or any for who reads all (R3)."""
        with self.workspace.look(self.id) as action:
            return TrainingTask(self.workspace, visible_task(action, as_id(id)))

    def tasks(
        self,
        *,
        state: str | None = None,
        user: str | None = None,
        round: int | None = None,
        item: ItemLike | None = None,
    ) -> Collection[TrainingTask]:
        """Tasks in the order they were made: one's own, and everybody's for who reads all (R3).

        Parameters
        ----------
        state : {"queued", "annotating", "submitted"}, optional
            Where they stand.
        user : str, optional
            The trainee.
        round : int, optional
            Number of the round.
        item : Item, id or name, optional
            What is labelled.
        """
        state = require_one_of("state", state, STATES)
        round = None if round is None else require_count("round", round, least=1)
        user = None if user is None else composed(user)
        with self.workspace.look(self.id) as action:
            if not action.may(Permission.READ_ALL):
                user = action.user  # R3
            found = None if item is None else find_item(action, item).id
            rounds = {
                row.batch: row
                for row in stored_training.rounds(action.connection, self.id)
                if user in (None, row.trainee) and round in (None, row.round)
            }
            if user is not None and not rounds and action.may(Permission.READ_ALL):
                known = {row.trainee for row in stored_training.rounds(action.connection, self.id)}
                if user not in known:
                    raise NotFound.named("trainee", user, known)
            rows = stored_tasks.matching(action.connection, self.id, state=state, item=found)
        chosen = [TrainingTask(self.workspace, row) for row in rows if row.batch in rounds]
        return Collection(chosen, self._training_tasks_frame)

    def _training_tasks_frame(self, tasks: Sequence[Task]) -> pd.DataFrame:
        with self.workspace.look(self.id) as action:
            ids = [task.id if action.may(Permission.READ_ALL) else visible_task(action, task.id).id for task in tasks]
            frame = stored_figures.tasks_frame(action.connection, ids)
            if not action.may(Permission.SEE_SCORES):
                hidden = [not stored_training.is_shown(action.connection, task) for task in ids]
                frame.loc[hidden, ["score", "evaluation_labels"]] = None
                frame = frame.drop(columns=["concepts", "difficulty"])
        return frame

    def items(self) -> Collection[Item]:
        """What the benchmark tasks show, in order: all for leads, of one's own tasks for a trainee (R3)."""
        with self.workspace.look(self.id) as action:
            rows = stored_items.all_of(action.connection, self.id)
            if not action.may(Permission.READ_ALL):
                own = {
                    item
                    for round in stored_training.rounds_of(action.connection, self.id, action.user)
                    for item in stored_batches.included_items(action.connection, round.batch)
                }
                rows = [row for row in rows if row.id in own]
        return Collection([Item(self.workspace, row) for row in rows], items_frame)
