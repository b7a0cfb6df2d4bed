"""Models as trainees: the same exam, the same report as of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from annowidgets.errors import Conflict, InvalidInput, InvalidLabels, RuleViolation
from annowidgets.labels import Labels, as_labels, labels_to_json
from annowidgets.labels.values import name as checked_name
from annowidgets.store import labels as stored_labels
from annowidgets.store import members as stored_members
from annowidgets.store import projects as stored_projects
from annowidgets.store import tasks as stored_tasks
from annowidgets.store import training as stored_training
from annowidgets.workflow.claims import lease_end
from annowidgets.workflow.items import Item, find_item
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.states import BatchKind, TaskEvent, next_task_state
from annowidgets.workflow.training.amendments import TRIES
from annowidgets.workflow.training.judging import Judge, judge_of
from annowidgets.workflow.training.reports import TrainingReports
from annowidgets.workflow.training.standing import end_round_if_done
from annowidgets.workflow.training.tasks import keep_measured
from annowidgets.workflow.training.trainees import Places, add_round, counting, require_some

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.benchmark import Measurements
    from annowidgets.workflow.workspace import Action


class Answered(NamedTuple):
    """Predictions of an item, compared with its gold."""

    judge: Judge
    labels: Labels
    measurements: Measurements


class TrainingModels(TrainingReports):
    """The models' room of a training project."""

    def submit_predictions(
        self,
        name: str,
        predictions: Mapping[Item, Labels] | Mapping[str, Labels] | Mapping[int, Labels],
        *,
        missing: Literal["raise", "empty"] = "raise",
        progress: bool = True,
    ) -> pd.DataFrame:
        """Let a model take the exam: its predictions are measured and scored as a person's submissions are.

        Each call with the same name is a further round.

        Parameters
        ----------
        name : str
            Of the model; a trainee who is a person can't be called so.
        predictions : mapping of item -> labels
            Items by themselves, those of a source too, or by their ids or names here.
        missing : {"raise", "empty"}
            Whether a benchmark item without a prediction stops the call, or counts as one without labels.
        progress : bool
            Whether to show a progress bar.

        Returns
        -------
        DataFrame
            The model's row of `TrainingReports.scores`.

        Raises
        ------
        InvalidLabels
            Predictions don't fit their item; nothing was submitted.
        """
        from tqdm.auto import tqdm

        name = checked_name("name of the model", name)
        if missing not in ("raise", "empty"):
            raise InvalidInput(f"missing must be 'raise' or 'empty', got {missing!r:.60}.")
        if not isinstance(predictions, Mapping):
            raise InvalidInput("predictions must map items to labels.", hint='For example {"cell 1": [label, ...]}.')
        given: dict[int, Labels] = {}
        with self.workspace.look(self.id, Permission.RUN_BATCHES) as action:
            _require_model(action, name)
            for item, labels in predictions.items():
                row = find_item(action, item)
                if row.id in given:
                    raise InvalidInput(f"Predictions of item {row.name!r} are given twice.")
                given[row.id] = as_labels(labels)
        measured: dict[int, Answered] = {}
        for _ in range(TRIES):
            with self.workspace.look(self.id, Permission.RUN_BATCHES) as action:
                judges = {row.item: judge_of(action, row.item) for row in require_some(action, counting(action))}
            lacking = [judges[item].item.name for item in judges if item not in given]
            if lacking and missing == "raise":
                raise InvalidInput(
                    f"{len(lacking)} benchmark items have no prediction, such as {lacking[0]!r}.",
                    hint="missing='empty' counts them as items in which the model found nothing.",
                )
            stale = [item for item in judges if item not in measured or measured[item].judge.gold != judges[item].gold]
            for item in tqdm(stale, desc="Measuring", unit="item", disable=not progress or len(stale) < 2):
                labels = _fitted(judges[item], given.get(item, []), complete=item in given)
                measured[item] = Answered(judges[item], labels, judges[item].measure(labels, task=item, trainee=name))
            if self._submitted(name, {item: measured[item] for item in judges}):
                break
        else:
            raise Conflict("The gold was corrected all the while.", rule="A7", hint="Try again.")
        scores = self.scores()
        own: pd.DataFrame = scores[scores["trainee"] == name].tail(1).reset_index(drop=True)
        return own

    def _submitted(self, name: str, measured: Mapping[int, Answered]) -> bool:
        """Write a round with all its submissions, unless the gold has changed since they were measured."""
        with self.workspace.act(self.id, Permission.RUN_BATCHES) as action:
            connection = action.connection
            if {row.item: row.gold for row in counting(action)} != {
                item: one.judge.gold for item, one in measured.items()
            }:
                return False
            _require_model(action, name)
            round = add_round(action, name, "model", Places(list(measured), (), 0))
            instructions = stored_projects.instructions(connection, self.id)
            assert instructions is not None
            for row in stored_tasks.matching(connection, self.id, batch=round.batch):
                one = measured[row.item]
                state = next_task_state(BatchKind.TRAINING, row.state, TaskEvent.CLAIM, task=row.id, state_before=None)
                stored_tasks.change(
                    connection, row.id, state=state, state_before=row.state, user=name, lease_until=lease_end(action)
                )
                labels = stored_labels.add(
                    connection,
                    task=row.id,
                    kind="submission",
                    user=name,
                    ontology_version=row.ontology_version,
                    labels=labels_to_json(one.labels).decode(),
                    at=action.now,
                )
                keep_measured(action, row.id, one.judge.gold, one.measurements)
                stored_tasks.change(
                    connection,
                    row.id,
                    state=next_task_state(
                        BatchKind.TRAINING, state, TaskEvent.SUBMIT_ATTEMPT, task=row.id, state_before=None
                    ),
                    labels=labels,
                    submitted=action.now,
                    lease_until=None,
                    state_before=None,
                    assignee=None,
                )
            action.log(
                "training.predictions", "batch", round.batch, trainee=name, round=round.round, tasks=len(measured)
            )
            end_round_if_done(action, round.batch)
        return True


def _fitted(judge: Judge, labels: Labels, *, complete: bool) -> Labels:
    try:
        return judge.fitted(labels, complete=complete)
    except InvalidLabels as error:
        error.add_note(f"Item {judge.item.name!r}; nothing was submitted.")
        raise


def _require_model(action: Action, name: str) -> None:
    rounds = stored_training.rounds_of(action.connection, action.project.id, name)
    is_person = any(row.kind == "person" for row in rounds)
    if is_person or stored_members.of(action.connection, action.project.id, name) is not None:
        raise RuleViolation(
            f"{name!r} is a person in {action.project.name!r}; a model needs a name of its own.",
            rule="A4",
            hint="A person's labels are submitted by that person: ws.as_user(name).",
        )
