"""The gold: looked at, corrected as a new revision, withdrawn, and judged by how people do on it (A3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from annowidgets.errors import Conflict, Immutable, notice
from annowidgets.labels import Answer, Label, Labels, as_labels, labels_from_json, labels_to_json
from annowidgets.store import tasks as stored_tasks
from annowidgets.store import training as stored_training
from annowidgets.store import training_figures as stored_figures
from annowidgets.store.training import BenchmarkRow, RoundRow
from annowidgets.store.training_figures import ScoreRow
from annowidgets.workflow.base import ProjectBase
from annowidgets.workflow.checks import require_text
from annowidgets.workflow.claims import give_back
from annowidgets.workflow.items import ItemLike, find_item
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.states import TaskState
from annowidgets.workflow.training.amendments import TRIES, applied_function
from annowidgets.workflow.training.judging import judge_of, score_rows
from annowidgets.workflow.training.standing import (
    ALLOWANCE,
    is_complete,
    keep_results,
    log_completion,
    moves,
    moves_frame,
    results,
)

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.benchmark import Measurements
    from annowidgets.workflow.workspace import Action, Workspace

# A task that most fail is a suspect; below so many submissions nothing is said.
_LEAST = 3


class Gold(NamedTuple):
    """The benchmark of an item.

    Attributes
    ----------
    item : str
        Its name.
    revision : int
        Since which revision of the training project's gold it is so; 1 is the snapshot at its creation.
    labels : list of Label and Answer
        The benchmark labels.
    source_task : int
        Where they came from.
    concepts : list of str
        What the task teaches.
    difficulty : str or None
        How hard it is.
    reason : str or None
        Why it was corrected or withdrawn.
    withdrawn : bool
        Whether it no longer counts.
    """

    item: str
    revision: int
    labels: list[Label | Answer]
    source_task: int
    concepts: list[str]
    difficulty: str | None
    reason: str | None
    withdrawn: bool


class TrainingGold(ProjectBase):
    """The gold's room of a training project."""

    def __init__(self, workspace: Workspace, id: int) -> None:
        super().__init__(workspace, id)
        # Item -> revision that this object last showed: changing a newer one is a conflict.
        self._shown: dict[int, int] = {}

    def gold(self, item: ItemLike) -> Gold:
        """The benchmark of an item as it stands."""
        with self.workspace.look(self.id, Permission.VIEW_GOLD) as action:
            row = stored_training.benchmark_of(action.connection, find_item(action, item).id)
            newest = stored_training.gold(action.connection, row.gold)
        self._shown[row.item] = row.revision
        return _as_gold(row, newest)

    def gold_history(self, item: ItemLike) -> list[Gold]:
        """Every revision of an item's gold, oldest first."""
        with self.workspace.look(self.id, Permission.VIEW_GOLD) as action:
            row = stored_training.benchmark_of(action.connection, find_item(action, item).id)
            found = stored_training.gold_of(action.connection, row.item)
        self._shown[row.item] = row.revision
        return [_as_gold(row, one) for one in found]

    def correct_gold(self, item: ItemLike, *, labels: Labels, reason: str, revision: int | None = None) -> pd.DataFrame:
        """Give an item corrected gold as a new revision, and measure its submissions again (A3).

        Old figures are kept.

        Parameters
        ----------
        item : Item, id or name
            What the gold is of.
        labels : sequence of Label and Answer
            All labels as they should be.
        reason : str
            What was wrong.
        revision : int, optional
            Revision of the gold that the correction was made on (`Gold.revision`); what this object last showed where
            left out, and the one that stands where it showed none.

        Returns
        -------
        DataFrame
            A row per affected trainee and round: ``trainee``, ``round``, ``before``, ``after`` (0 to 100),
            ``passed_before``, ``passed_after``, ``empty``, ``unscored`` (as of `TrainingReports.scores`),
            ``function_version``, ``gold_revision``.

        Raises
        ------
        Conflict
            Somebody else corrected it meanwhile; nothing was changed.
        Immutable
            It was withdrawn.
        """
        reason = require_text("A correction", "reason", reason)
        labels = as_labels(labels)
        with self.workspace.look(self.id, Permission.EDIT_BENCHMARK) as action:
            id = find_item(action, item).id
            stands = _require_counting(action, id)
            judge = judge_of(action, id)
        expected = self._shown.get(id, stands.revision) if revision is None else revision
        known = list(judge.labels)
        judge = judge._replace(labels=judge.fitted(labels, complete=True))
        judge.require_measurable()
        text = labels_to_json(judge.labels).decode()
        if judge.labels == known:
            notice("The gold says the same; no new revision was made.")
            return moves_frame([])
        measured: dict[int, Measurements] = {}
        for _ in range(TRIES):
            with self.workspace.look(self.id) as action:
                waiting = stored_figures.submitted_labels(action.connection, id)
            for task, trainee, submitted in waiting:
                if task not in measured:
                    measured[task] = judge.measure(labels_from_json(submitted), task=task, trainee=trainee)

            def write(action: Action, revision: int) -> None:
                """Keep the revision with the measurements and scores under it."""
                from annowidgets.benchmark import score

                gold = stored_training.next_gold(action.connection)
                version, function = applied_function(action)
                rows: list[ScoreRow] = []
                for task, one in measured.items():
                    stored_figures.add_measurement(action.connection, task, gold, one.to_bytes(), action.now)
                    rows += score_rows(score(one, function), version, [(task, gold)])
                stored_figures.add_scores(action.connection, rows)
                stored_training.add_gold(
                    action.connection,
                    id=gold,
                    project=self.id,
                    item=id,
                    revision=revision,
                    labels=text,
                    reason=reason,
                    created=action.now,
                    created_by=action.user,
                )

            found = self._changed(id, "gold.correct", reason, write, expected=expected, submissions=set(measured))
            if found is not None:
                return found
        raise Conflict("Others submitted all the while.", rule="A3", hint="Try again.")

    def withdraw_gold(self, item: ItemLike, *, reason: str, revision: int | None = None) -> pd.DataFrame:
        """Take an item out of the scores and of what has to be submitted; it stays in the record (A3).

        Parameters
        ----------
        item : Item, id or name
            What the gold is of.
        reason : str
            Why it can't be used.
        revision : int, optional
            As of `correct_gold`.

        Returns
        -------
        DataFrame
            As of `correct_gold`.

        Raises
        ------
        Conflict, Immutable
            As of `correct_gold`.
        """
        reason = require_text("A withdrawal", "reason", reason)
        with self.workspace.look(self.id, Permission.EDIT_BENCHMARK) as action:
            id = find_item(action, item).id
            stands = _require_counting(action, id)
        expected = self._shown.get(id, stands.revision) if revision is None else revision

        def write(action: Action, revision: int) -> None:
            stored_training.withdraw(action.connection, id, revision, reason)
            for row in stored_tasks.matching(action.connection, self.id, item=id, state=TaskState.ANNOTATING):
                give_back(action, row)  # so that nobody works on for nothing

        found = self._changed(id, "gold.withdraw", reason, write, expected=expected, submissions=None)
        assert found is not None, "a withdrawal waits for nobody"
        return found

    def gold_health(self) -> pd.DataFrame:
        """How people and models do on each benchmark task.

        Returns
        -------
        DataFrame
            ``item``, ``concepts``, ``difficulty``, ``submitted``, ``score`` (mean), ``low``, ``high`` (least and
            greatest), ``empty``, ``unscored`` (as of `TrainingReports.scores`), ``failed`` (share under the pass
            mark, 0 to 1), ``suspect`` (most of at least 3 failed), ``withdrawn``, ``function_version``,
            ``gold_revision``. The worst first.
        """
        import pandas as pd

        with self.workspace.look(self.id, Permission.VIEW_GOLD) as action:
            connection = action.connection
            training = stored_training.of(connection, self.id)
            benchmark = stored_training.benchmark(connection, self.id)
            figures: dict[int, list[tuple[float | None, int]]] = {}
            for item, score, is_empty in stored_figures.item_scores(connection, self.id):
                figures.setdefault(item, []).append((score, is_empty))
        rows: list[dict[str, Any]] = []
        for row in benchmark:
            submitted = figures.get(row.item, [])
            own = np.array([score for score, _ in submitted if score is not None], np.float64)
            failed = np.nan
            if own.size and training.pass_mark is not None:
                failed = float((own < training.pass_mark - ALLOWANCE).mean())
            rows.append(
                {
                    "item": row.name,
                    "concepts": ", ".join(json.loads(row.concepts)),
                    "difficulty": row.difficulty,
                    "submitted": len(submitted),
                    "score": own.mean() if own.size else np.nan,
                    "low": own.min() if own.size else np.nan,
                    "high": own.max() if own.size else np.nan,
                    "empty": sum(is_empty for _, is_empty in submitted),
                    "unscored": len(submitted) - own.size,
                    "failed": failed,
                    "suspect": own.size >= _LEAST and failed > 0.5 and row.withdrawn is None,
                    "withdrawn": row.withdrawn is not None,
                    "function_version": training.function_version,
                    "gold_revision": row.revision,
                }
            )
        return pd.DataFrame(rows).sort_values("score", kind="stable", ignore_index=True)

    # --- inner

    def _changed(
        self,
        item: int,
        event: str,
        reason: str,
        write: Callable[[Action, int], None],
        *,
        expected: int,
        submissions: set[int] | None,
    ) -> pd.DataFrame | None:
        """Write a further revision and what follows from it; None where submissions came in that were not measured.

        ``expected`` is the revision of the item's gold that is changed.
        """
        with self.workspace.act(self.id, Permission.EDIT_BENCHMARK) as action:
            connection = action.connection
            stands = _require_counting(action, item)
            if stands.revision != expected:
                raise _conflict_of(action, stands, expected)
            now = {task for task, _, _ in stored_figures.submitted_labels(connection, item)}
            if submissions is not None and now != submissions:
                return None
            rounds = _rounds_of(action, item)
            before = results(action, rounds)
            waiting = {row.batch for row in rounds if not is_complete(stored_training.counts(connection, row.batch))}
            revision = stored_training.revision(connection, self.id) + 1
            write(action, revision)
            rounds = _rounds_of(action, item)  # as the file has settled them
            after = keep_results(action, rounds)
            moved = moves(rounds, before, after)
            version = stored_training.of(connection, self.id).function_version
            action.log(
                event,
                "item",
                item,
                reason=reason,
                gold_revision=revision,
                function_version=version,
                submissions=len(now),
                moves=[move._asdict() for move in moved],
            )
            for row, result in zip(rounds, after, strict=True):
                if row.batch in waiting and is_complete(stored_training.counts(connection, row.batch)):
                    log_completion(action, row, result)
        self._shown[item] = revision
        return moves_frame(moved, function_version=version, gold_revision=revision)


def _rounds_of(action: Action, item: int) -> list[RoundRow]:
    """The rounds that an item is in."""
    rows = stored_training.rounds(action.connection, action.project.id)
    return [row for row in rows if stored_training.holds(action.connection, row.batch, item)]


def _require_counting(action: Action, item: int) -> BenchmarkRow:
    row = stored_training.benchmark_of(action.connection, item)
    if row.withdrawn is not None:
        raise Immutable(f"The gold of {row.name!r} was withdrawn: {row.reason}.", rule="A3")
    return row


def _conflict_of(action: Action, stands: BenchmarkRow, expected: int) -> Conflict:
    newest = stored_training.gold(action.connection, stands.gold)
    return Conflict(
        f"The gold of {stands.name!r} was corrected meanwhile: revision {newest.revision} by {newest.created_by} "
        f"({newest.reason}); this change was made on revision {expected}.",
        rule="A3",
        hint=f"Look at it with training.gold(...); revision={newest.revision} puts yours on top of it.",
    )


def _as_gold(row: BenchmarkRow, gold: stored_training.GoldRow) -> Gold:
    return Gold(
        row.name,
        gold.revision,
        list(labels_from_json(gold.labels)),
        row.source_task,
        json.loads(row.concepts),
        row.difficulty,
        gold.reason if row.withdrawn is None else row.reason,
        row.withdrawn is not None,
    )
