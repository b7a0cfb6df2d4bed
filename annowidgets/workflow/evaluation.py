"""Evaluation tasks in production: who gets one when, what it is compared with, and when it pauses (Q2, Q3).

An annotator must not be able to tell an evaluation task from others, so it is a task of a production batch like them:
claimed, saved, submitted, drawn for review, returned and recalled by the same code. Only here, in `submissions` and in
the queue is it known; what a project shows to who may not read all is made of own tasks only.
"""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING, NamedTuple

from annowidgets.errors import AnnowidgetsError
from annowidgets.labels import Labels, Ontology
from annowidgets.store import audits as stored_audits
from annowidgets.store import batches as stored_batches
from annowidgets.store import evaluation as stored
from annowidgets.store import events as stored_events
from annowidgets.store import items as stored_items
from annowidgets.store import labels as stored_labels
from annowidgets.store import members as stored_members
from annowidgets.store import projects as stored_projects
from annowidgets.store import tasks as stored_tasks
from annowidgets.store.audits import PromotionRow
from annowidgets.store.evaluation import EvaluationRow
from annowidgets.store.tasks import TaskRow
from annowidgets.workflow.base import carried_labels, names_carried, rename_labels, stored_ontology
from annowidgets.workflow.draws import luck
from annowidgets.workflow.items import Item
from annowidgets.workflow.permissions import Permission, Role, is_allowed
from annowidgets.workflow.states import BatchKind, BatchState, TaskState
from annowidgets.workflow.versions import stored_function

if TYPE_CHECKING:
    from annowidgets.benchmark import Measurements
    from annowidgets.workflow.workspace import Action

# Q2: below this many evaluation tasks that a person has not seen, the lead is warned.
ADVISED_POOL = 5

# What a paused annotator reads: no figure, which would tell the score of a single task.
PAUSED = "the results of checks lie below what the project asks for"


# --- who gets one


def numbers_for(action: Action, batch: int, tasks: int) -> list[int]:
    """Numbers for the tasks of a production batch that is launched: in no order, and with room between (Q2)."""
    numbers = stored.reserve_numbers(action.connection, batch, tasks)
    return luck(action, f"numbers of batch {batch}").sample(numbers, tasks)


def drawn(action: Action, row: TaskRow) -> tuple[TaskRow, int | None]:
    """What the queue gives instead of its next task: that one, or an evaluation task before it (Q2).

    Parameters
    ----------
    row : TaskRow
        The next in the queue.

    Returns
    -------
    task, draw
        What to claim, and the number of the person's draw; None where nothing was drawn, since it is no production
        task, the user had it before (giving a task back must not change what comes next), or the user is a lead, who
        may see which tasks are evaluations.
    """
    connection, user, project = action.connection, action.user, action.project.id
    batch = stored_batches.by_id(connection, row.batch)
    had = row.state == TaskState.RETURNED or stored_events.has_done(connection, user, "task.claim", "task", row.id)
    if batch.kind != BatchKind.PRODUCTION or had or action.may(Permission.SEE_SCORES):
        return row, None
    draw = stored.next_draw(connection, project, user)
    name = f"draw {draw} of {user} in project {project}"
    dice = luck(action, name)
    is_drawn = dice.random() < action.settings.evaluation.rate
    # Looked for in any case: what takes longer would tell.
    pool = stored.pool(connection, project, user, reviews=action.may(Permission.REVIEW))
    number = stored.free_number(connection, row.batch, luck(action, f"number of {name}"))
    if not is_drawn or not pool or number is None:
        return row, draw
    gold = dice.choice(pool)
    evaluation = EvaluationRow(number, project, user, gold.task, draw, action.now)
    # Before the other, also when it is given back: then it comes again, as the other would.
    place = math.nextafter(stored.place_in_queue(connection, row.id), -math.inf)
    like = (row.priority, place, row.assignee, batch.ontology_version)
    stored.add(connection, evaluation, batch=row.batch, item=gold.item, like=like)
    action.log("evaluation.serve", "task", number, gold_task=gold.task, item=gold.item, draw=draw, before=row.id)
    served = stored_tasks.by_id(connection, number)
    assert served is not None
    return served, draw


# --- what it is compared with


class Comparison(NamedTuple):
    """What the labels of a task are compared with, gathered in a transaction and computed outside of it.

    Attributes
    ----------
    task : int
        The evaluation task.
    promotion : PromotionRow or None
        Where the gold comes from; None for a task that is no evaluation, which is compared with itself.
    gold : sequence of Label and Answer
        In the names of the ontology.
    item : Item
        What is labelled.
    ontology : Ontology
        The newest, of ``ontology_version``.
    names : dict of str to str
        What the names that the labels are in are called there.
    """

    task: int
    promotion: PromotionRow | None
    gold: Labels
    item: Item
    ontology: Ontology
    ontology_version: int
    names: dict[str, str]

    def measured(self, labels: Labels) -> Measured | None:
        """Measure labels that fit; None where they are of no evaluation task."""
        from annowidgets import benchmark

        submitted = rename_labels(labels, self.names)
        if self.promotion is None:
            # For nothing but the time that it takes: an evaluation task must not be the one that is handed in slower.
            with contextlib.suppress(AnnowidgetsError):
                measurements = _measure(self, submitted, submitted)
                benchmark.score(measurements, benchmark.BenchmarkFunction.project_default())
                measurements.to_bytes()
            return None
        return Measured(self.promotion, self.ontology_version, _measure(self, self.gold, submitted))


class Measured(NamedTuple):
    """Measurements of an evaluation's labels, and what they were made of."""

    promotion: PromotionRow
    ontology_version: int
    measurements: Measurements


def comparison_of(action: Action, row: TaskRow) -> Comparison | None:
    """What the labels of a task are compared with; None where no task of its project is compared with anything."""
    connection, project = action.connection, row.project
    is_production = stored_batches.by_id(connection, row.batch).kind == BatchKind.PRODUCTION
    if not is_production or not stored.has_pool(connection, project):
        return None
    evaluation = stored.of_task(connection, row.id)
    promotion = None if evaluation is None else stored_audits.promotion(connection, evaluation.promotion)
    return _comparison(action, row.id, row.item, promotion, row.ontology_version)


def _comparison(action: Action, task: int, item: int, promotion: PromotionRow | None, version: int) -> Comparison:
    """A comparison of labels that are in the names of an ontology version."""
    connection, project = action.connection, action.project.id
    gold: Labels = []
    if promotion is not None:
        stored_gold = stored_labels.by_id(connection, promotion.labels)
        gold = carried_labels(connection, project, stored_gold.labels, stored_gold.ontology_version)
    item_row = stored_items.by_id(connection, item)
    assert item_row is not None
    return Comparison(
        task,
        promotion,
        gold,
        Item(action.workspace, item_row),
        stored_ontology(connection, project),
        stored_projects.ontology(connection, project).version,
        names_carried(connection, project, version),
    )


def require_measurable(action: Action, row: TaskRow, gold: int) -> None:
    """Refuse gold that no labels can be compared with, before anybody is served it."""
    labels = stored_labels.by_id(action.connection, gold)
    carried = carried_labels(action.connection, row.project, labels.labels, labels.ontology_version)
    _measure(_comparison(action, row.id, row.item, None, row.ontology_version), carried, carried)


def _measure(comparison: Comparison, gold: Labels, submitted: Labels) -> Measurements:
    from annowidgets import benchmark

    item = comparison.item
    task = benchmark.TaskLabels(
        gold,
        submitted,
        frame_size=item.sizes[0] if item.frames == 1 else list(item.sizes),
        spacing=item.spacing,
        interpolate=item.interpolates,
        task=comparison.task,
    )
    return benchmark.measure_many([task], ontology=comparison.ontology)


def keep_score(action: Action, row: TaskRow, submission: int, labels: Labels, measured: Measured | None) -> None:
    """Score the submission of an evaluation task, and pause who falls below (Q2, Q3); nothing for other tasks.

    Parameters
    ----------
    submission : int
        The stored labels.
    measured : Measured or None
        What was measured before the transaction opened.
    """
    connection = action.connection
    evaluation = stored.of_task(connection, row.id)
    if evaluation is None:
        return
    # Only now: what it imports is not to be waited for by all who want to write, and what was measured has imported it.
    from annowidgets import benchmark

    if measured is None or measured.ontology_version != stored_projects.ontology(connection, row.project).version:
        comparison = comparison_of(action, row)
        assert comparison is not None
        measured = comparison.measured(labels)
        assert measured is not None
    version, function = stored_function(action)
    score = float(benchmark.score(measured.measurements, function).task_score)
    figures = {"score": None if math.isnan(score) else score, "gold": measured.promotion.labels}
    is_assisted = stored.was_returned(connection, row.id)
    stored.add_score(
        connection,
        task=row.id,
        submission=submission,
        function_version=version,
        measurements=measured.measurements.to_bytes(),
        is_assisted=is_assisted,
        created=action.now,
        **figures,
    )
    action.log("evaluation.score", "task", row.id, function_version=version, is_assisted=is_assisted, **figures)
    _pause_if_below(action)


# --- what follows


class RollingMean(NamedTuple):
    """How a person did of late.

    Attributes
    ----------
    mean : float
        Of the last evaluations, 0 to 100; NaN where there are none.
    evaluations : int
        How many it spans.
    counts : bool
        Whether there are as many as the policy asks for.
    """

    mean: float
    evaluations: int
    counts: bool


def rolling_mean(action: Action, user: str) -> RollingMean:
    """Mean of a person's last evaluations since they were last paused for it (Q3)."""
    policy = action.settings.evaluation
    scores = stored.last_scores(action.connection, action.project.id, user, max(policy.window, policy.after))
    spanned = scores[: policy.window]
    mean = math.fsum(spanned) / len(spanned) if spanned else math.nan
    return RollingMean(mean, len(spanned), len(scores) >= policy.after)


def left_aside(action: Action, user: str) -> tuple[int, int]:
    """What stands beside a person's `rolling_mean`.

    Returns
    -------
    empty, unscored : int
        How many of the evaluations that it spans had nothing to judge, which scores 100; and how many among them it
        leaves out, since none of their labels counts.
    """
    from annowidgets.benchmark import Measurements, score

    scored = empty = unscored = 0
    for found, version, blob in stored.last_measured(action.connection, action.project.id, user):
        if scored == action.settings.evaluation.window:
            break
        scored += found is not None
        unscored += found is None
        if found == 100:  # what had nothing to judge has no other score
            _, function = stored_function(action, version)
            empty += bool(score(Measurements.from_bytes(blob), function).task_is_empty[0])
    return empty, unscored


def _pause_if_below(action: Action) -> None:
    policy = action.settings.evaluation
    found = rolling_mean(action, action.user)
    assert action.member is not None
    # Rounding must not pause who reached the mark.
    if action.member.paused is not None or not found.counts or not found.mean < policy.min_mean - 1e-9:
        return
    stored_members.change(action.connection, action.project.id, action.user, paused=PAUSED)
    stored.begin_anew(action.connection, action.project.id, action.user)
    action.log(
        "member.pause",
        "member",
        None,
        user=action.user,
        reason=PAUSED,
        mean=found.mean,
        evaluations=found.evaluations,
        min_mean=policy.min_mean,
    )


def is_alive(action: Action, row: TaskRow) -> bool:
    """Whether somebody works on an open evaluation task, so that its batch waits for it."""
    if row.state == TaskState.ANNOTATING:
        return row.lease_until is not None and row.lease_until >= action.now
    if row.state == TaskState.RETURNED:
        return row.user is not None and stored_members.of(action.connection, row.project, row.user) is not None
    return row.state == TaskState.IN_REVIEW


def pools(action: Action) -> dict[str, int]:
    """How many evaluation tasks are left for each person who can be given one."""
    connection, project = action.connection, action.project.id
    return {
        member.user: len(
            stored.pool(connection, project, member.user, reviews=is_allowed(member.role, Permission.REVIEW))
        )
        for member in stored_members.all_of(connection, project)
        if not is_allowed(member.role, Permission.SEE_SCORES)
    }


def small_pools(action: Action) -> dict[str, int]:
    """Annotators with fewer than 5 evaluation tasks left, while production runs and evaluations are mixed into it (Q2).

    Reviewers, who label now and then, are not the lead's worry.
    """
    runs = any(
        batch.kind == BatchKind.PRODUCTION and batch.state == BatchState.IN_PROGRESS
        for batch in stored_batches.all_of(action.connection, action.project.id)
    )
    if not runs or action.settings.evaluation.rate == 0:
        return {}
    members = stored_members.all_of(action.connection, action.project.id)
    annotators = {member.user for member in members if member.role == Role.ANNOTATOR}
    return {user: left for user, left in pools(action).items() if left < ADVISED_POOL and user in annotators}
