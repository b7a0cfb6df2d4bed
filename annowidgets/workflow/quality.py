"""Quality tasks: audited attempts that become training or evaluation tasks (Q1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from annowidgets.errors import AlreadyExists, InvalidInput, RuleViolation
from annowidgets.store import audits as stored_audits
from annowidgets.store import items as stored_items
from annowidgets.store import training as stored_training
from annowidgets.store.tasks import TaskRow
from annowidgets.workflow.checks import checked_tags
from annowidgets.workflow.evaluation import require_measurable

if TYPE_CHECKING:
    from annowidgets.workflow.workspace import Action

KINDS = ("training", "evaluation")


def promote(action: Action, row: TaskRow, kind: str, *, concepts: Sequence[str], difficulty: str | None) -> None:
    """Snapshot an audited attempt as gold, inside an action; parameters as in `Task.promote`."""
    if kind not in KINDS:
        raise InvalidInput(f"A task can't become {kind!r:.60}.", hint=f"Kinds: {', '.join(KINDS)}.")
    if difficulty is not None and (not isinstance(difficulty, str) or not difficulty.strip()):
        raise InvalidInput("difficulty must be a word, or left out.")
    concepts = checked_tags(concepts, name="concepts")
    grade = stored_audits.grade_of(action.connection, row.id)
    audited = stored_audits.certificate_of(action.connection, row.batch) is not None
    if grade is None or grade.grade == "reject" or not audited:
        found = "is not graded" if grade is None else f"was graded {grade.grade}"
        raise RuleViolation(
            f"Task {row.id} {found}{'' if audited else ', and its audit is not complete'}; "
            "only attempts that a complete audit approved or fixed can be promoted.",
            rule="Q1",
        )
    known = stored_audits.promotion_of_item(action.connection, action.project.id, row.item)
    if known is not None:
        raise AlreadyExists(
            f"The item of task {row.id} has its gold already, {known.kind} task {known.task}; there is one per item.",
            rule="Q1",
        )
    if kind == "evaluation":
        batch = stored_items.in_production(action.connection, row.project).get(row.item)
        if batch is not None:
            raise RuleViolation(
                f"The item of task {row.id} is in production batch {batch!r}; evaluation tasks are kept out of these.",
                rule="Q2",
                hint="Take it out first, while it is not labelled: batch.exclude_item(item, reason=...).",
            )
        training = stored_training.teaching(action.connection, row.item)
        if training is not None:
            raise RuleViolation(
                f"The item of task {row.id} is in the benchmark of training project {training!r}; evaluation tasks are "
                "kept out of these.",
                rule="Q2",
                hint="Promote another, whose labels no trainee gets to see.",
            )
    label_set = grade.labels if grade.labels is not None else row.labels
    assert label_set is not None, "a graded attempt has labels"
    if kind == "evaluation":
        require_measurable(action, row, label_set)
    stored_audits.add_promotion(
        action.connection,
        task=row.id,
        project=action.project.id,
        item=row.item,
        kind=kind,
        labels=label_set,
        concepts=json.dumps(concepts),
        difficulty=difficulty,
        created=action.now,
        created_by=action.user,
    )
    action.log("task.promote", "task", row.id, kind=kind, concepts=concepts, difficulty=difficulty)
