"""Who is trained: each gets a copy of each benchmark task, in rounds (A4, A5, A6, A12)."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from annowidgets.errors import InvalidInput, NotFound, RuleViolation, notice
from annowidgets.labels.values import name as checked_name
from annowidgets.store import batches as stored_batches
from annowidgets.store import members as stored_members
from annowidgets.store import projects as stored_projects
from annowidgets.store import tasks as stored_tasks
from annowidgets.store import training as stored_training
from annowidgets.store.members import MemberRow
from annowidgets.store.training import BenchmarkRow, RoundRow
from annowidgets.workflow.checks import composed, require_flag, require_iterable
from annowidgets.workflow.claims import give_back
from annowidgets.workflow.items import Item, ItemLike, find_item
from annowidgets.workflow.members import Member, ProjectMembers
from annowidgets.workflow.permissions import Permission, Role, as_role
from annowidgets.workflow.states import BatchEvent, BatchKind, BatchState, TaskState, next_batch_state

if TYPE_CHECKING:
    from annowidgets.workflow.workspace import Action

# A4: from so many on, a training project of their own is suggested.
MANY = 10

_NAMES = 'For example ["ann", "bo"].'


class Places(NamedTuple):
    """The tasks that somebody gets in a round.

    Attributes
    ----------
    items : list of int
        In the order of the benchmark.
    seen : collection of int
        Those of them whose gold the trainee has seen (A12).
    left_out : int
        How many are left out because of that.
    """

    items: list[int]
    seen: Collection[int]
    left_out: int


class TrainingPeople(ProjectMembers):
    """The people's room of a training project: trainees, and who leads them."""

    def add_trainees(self, trainees: str | Iterable[str], *, allow_seen: bool = False) -> list[str]:
        """Give each of them a copy of each benchmark task (A4).

        Who is a trainee already is left as is, and said.

        Parameters
        ----------
        trainees : str or iterable of str
            Names as the hub or the system gives them.
        allow_seen : bool
            Whether to include items whose gold a trainee has seen; such a round never passes (A12).

        Returns
        -------
        list of str
            Those who were added.

        Raises
        ------
        RuleViolation
            Somebody leads or reviews in the training project or in a source of it (A5), or has seen all the gold (A12).
        """
        users = as_names(trainees)
        require_flag("allow_seen", allow_seen)
        with self.workspace.act(self.id, Permission.RUN_BATCHES) as action:
            running = bool(stored_training.rounds(action.connection, self.id))
            added, said = add_trainees(action, users, allow_seen=allow_seen)
        for text in said:
            notice(text)
        if running and len(added) >= MANY:
            notice(
                f"{len(added)} trainees were added to a running training project; a cohort of that size is easier to "
                f"follow in one of its own: training.clone(name, trainees=[...])."
            )
        return added

    def remove_trainee(self, trainee: str) -> None:
        """End somebody's training: what is not submitted is closed, what is submitted stays in the figures (R2)."""
        with self.workspace.act(self.id, Permission.RUN_BATCHES) as action:
            has_ended = _end_training(action, trainee)
        if not has_ended:
            notice(f"{trainee!r} has no open round; nothing was changed.")

    def new_round(
        self,
        trainees: str | Iterable[str] | None = None,
        *,
        items: Iterable[ItemLike] | None = None,
        allow_seen: bool = False,
    ) -> list[str]:
        """Give trainees another set of tasks; the old ones stay as they are (A6).

        Parameters
        ----------
        trainees : str or iterable of str, optional
            All people who are in training where left out.
        items : iterable of items, optional
            Only these of the benchmark; all where left out.
        allow_seen : bool
            Whether to include items whose gold a trainee has seen, as in an earlier round that was revealed; such a
            round never passes (A12).

        Returns
        -------
        list of str
            Who got one.
        """
        users = None if trainees is None else as_names(trainees)
        require_flag("allow_seen", allow_seen)
        with self.workspace.act(self.id, Permission.RUN_BATCHES) as action:
            rows = stored_training.rounds(action.connection, self.id)
            if users is None:
                users = list(
                    dict.fromkeys(row.trainee for row in rows if row.kind == "person" and _is_open(action, row))
                )
            chosen = None if items is None else {find_item(action, item).id for item in _as_items(items)}
            benchmark = require_some(action, [row for row in counting(action) if chosen is None or row.item in chosen])
            said: list[str] = []
            for user in users:
                _require_in_training(action, known_rounds(action, user))
                require_no_lead(action, user)
                places = places_for(action, user, benchmark, allow_seen=allow_seen)
                said += told(user, places)
                add_round(action, user, "person", places)
            if users:
                action.log("training.new_round", "project", self.id, trainees=users, items=len(benchmark))
        for text in said:
            notice(text)
        return users

    def add_member(  # type: ignore[override]
        self, user: str, *, role: str, languages: None = None, tags: None = None
    ) -> Member:
        """Add somebody who leads or reviews the training; trainees come in by `add_trainees`.

        Parameters
        ----------
        user : str
            Name as the hub or the system gives it.
        role : {"admin", "team_manager", "reviewer"}
            What the person may do.
        languages, tags : None
            Have no meaning in a training project.
        """
        if as_role(role) == Role.ANNOTATOR:
            raise InvalidInput(
                "Annotators of a training project are its trainees.",
                rule="A4",
                hint=f"Add them with their tasks: training.add_trainees([{user!r}]).",
            )
        return super().add_member(user, role=role, languages=languages, tags=tags)

    def pause(self, user: str, *, reason: str = "") -> None:
        """Is refused: a pause is from production, of which a training project has none (Q3)."""
        self._refuse_pause(user)

    def reinstate(self, user: str, *, reason: str) -> None:
        """Is refused, as nobody is paused here (Q3)."""
        self._refuse_pause(user)

    def _refuse_pause(self, user: str) -> None:
        with self.workspace.look(self.id, Permission.DIRECT_TASKS) as action:
            raise RuleViolation(
                f"{action.project.name!r} is a training project; people are paused from production.",
                rule="Q3",
                hint=f"To end the training of a trainee: training.remove_trainee({user!r}).",
            )

    def _require_role(self, action: Action, member: MemberRow, role: Role) -> None:
        rounds = _in_training(action, member.user)
        if (role == Role.ANNOTATOR) != bool(rounds):
            raise RuleViolation(
                f"{member.user!r} is {'a' if rounds else 'no'} trainee of {action.project.name!r}; nobody is both "
                "trainee and lead.",
                rule="A5",
                hint="training.add_trainees([...]) and training.remove_trainee(...) make and end a trainee.",
            )

    def _leave(self, action: Action, member: MemberRow) -> None:
        if member.role == Role.ANNOTATOR:
            _end_training(action, member.user)
            return
        # The closed tasks of a former trainee stay theirs (A4), so nothing is released.
        stored_members.remove(action.connection, self.id, member.user)
        action.log("member.remove", "member", None, user=member.user, role=member.role)

    def join_snippet(self) -> str:
        """The cell that a trainee runs, to be sent to them."""
        path = str(self.workspace.database.path)
        return f"import annowidgets as aw\n\naw.TraineeDesk({path!r}, {self.name!r})"


def add_trainees(action: Action, users: Sequence[str], *, allow_seen: bool) -> tuple[list[str], list[str]]:
    """Add trainees inside an action; returns who was added, and what is to be said."""
    connection, project = action.connection, action.project.id
    benchmark = require_some(action, counting(action)) if users else []
    added: list[str] = []
    said: list[str] = []
    tasks = 0
    known = {row.trainee: row for row in stored_training.rounds(connection, project)}
    for user in users:
        if user in known and (known[user].kind == "model" or _is_open(action, known[user])):
            is_model = known[user].kind == "model"
            said.append(f"{user!r} is {'a model' if is_model else 'a trainee'} already; nothing was changed.")
            continue
        require_no_lead(action, user)
        places = places_for(action, user, benchmark, allow_seen=allow_seen)
        said += told(user, places)
        if stored_members.of(connection, project, user) is None:
            stored_members.add(connection, project=project, user=user, role=Role.ANNOTATOR, added=action.now)
        add_round(action, user, "person", places)
        added.append(user)
        tasks += len(places.items)
    if added:
        action.log("training.add_trainees", "project", project, trainees=added, tasks=tasks, allow_seen=allow_seen)
    return added, said


def counting(action: Action) -> list[BenchmarkRow]:
    """Benchmark tasks whose gold was not withdrawn."""
    rows = stored_training.benchmark(action.connection, action.project.id)
    return [row for row in rows if row.withdrawn is None]


def require_some(action: Action, benchmark: list[BenchmarkRow]) -> list[BenchmarkRow]:
    """Refuse a round without a task (A3)."""
    if not benchmark:
        raise RuleViolation(
            f"No benchmark task is left of {action.project.name!r} to be given: the gold was withdrawn.",
            rule="A3",
            hint="Make a training project of other ground truth: ws.create_training_project(name, sources=[...]).",
        )
    return benchmark


def places_for(action: Action, user: str, benchmark: Sequence[BenchmarkRow], *, allow_seen: bool) -> Places:
    """The benchmark tasks that somebody gets: without those whose gold they have seen (A12)."""
    seen = stored_training.seen_by(action.connection, action.project.id, user) & {row.item for row in benchmark}
    if allow_seen:
        return Places([row.item for row in benchmark], seen, 0)
    items = [row.item for row in benchmark if row.item not in seen]
    if not items:
        raise RuleViolation(
            f"{user!r} has seen the gold of all {len(seen)} items of {action.project.name!r}.",
            rule="A12",
            hint="allow_seen=True gives them nevertheless; such a round never passes.",
        )
    return Places(items, (), len(seen))


def told(user: str, places: Places) -> list[str]:
    """What is to be said of gold that somebody has seen (A12)."""
    if places.left_out:
        return [f"{places.left_out} items are left out for {user!r}, who has seen their gold."]
    if places.seen:
        return [f"{user!r} has seen the gold of {len(places.seen)} items, so this round can't be passed."]
    return []


def add_round(action: Action, trainee: str, kind: str, places: Places) -> RoundRow:
    """Make a set of tasks."""
    connection, project = action.connection, action.project.id
    number = len(stored_training.rounds_of(connection, project, trainee)) + 1
    version = stored_projects.ontology(connection, project).version
    instructions = stored_projects.instructions(connection, project)
    assert instructions is not None
    batch = stored_batches.create(
        connection,
        places.items,
        project=project,
        name=f"{trainee}, round {number}",
        kind=BatchKind.TRAINING,
        created=action.now,
        created_by=action.user,
    )
    state = next_batch_state(BatchKind.TRAINING, BatchState.DRAFT, BatchEvent.LAUNCH, batch=trainee)
    stored_batches.change(
        connection,
        batch,
        state=state,
        ontology_version=version,
        instructions_version=instructions.version,
        launched=action.now,
    )
    stored_training.add_round(
        connection, batch=batch, project=project, trainee=trainee, kind=kind, round=number, seen=0
    )
    stored_training.note_seen(connection, batch, places.seen)
    # An order of one's own, so that neighbours can't compare notes; seeded, so that it can be told again.
    order = random.Random(f"{trainee}, round {number} of {project}")
    rows = [(project, batch, item, order.random(), version, trainee) for item in places.items]
    stored_training.add_tasks(connection, rows)
    return stored_training.round_of(connection, batch)


def known_rounds(action: Action, trainee: str) -> list[RoundRow]:
    """The rounds of a trainee; NotFound lists the closest names."""
    found = stored_training.rounds_of(action.connection, action.project.id, checked_name("trainee", trainee))
    if not found:
        names = {row.trainee for row in stored_training.rounds(action.connection, action.project.id)}
        raise NotFound.named("trainee", trainee, names)
    return found


def as_names(trainees: str | Iterable[str]) -> list[str]:
    """One name or several as a list, each once."""
    given = [trainees] if isinstance(trainees, str) else require_iterable("trainees", trainees, hint=_NAMES)
    return list(dict.fromkeys(checked_name("trainee", one) for one in given))


def _as_items(items: ItemLike | Iterable[ItemLike]) -> list[ItemLike]:
    given = [items] if isinstance(items, str | Item) else require_iterable("items", items, hint="For example [item].")
    if not given:
        raise InvalidInput("A round of no items has no task.", hint="Leave items out for the whole benchmark.")
    return given


def _is_open(action: Action, round: RoundRow) -> bool:
    return stored_batches.by_id(action.connection, round.batch).state == BatchState.IN_PROGRESS


def _end_training(action: Action, trainee: str) -> bool:
    """Close what somebody has not submitted; returns whether there was an open round."""
    rounds = known_rounds(action, trainee)
    open_rounds = [row for row in rounds if _is_open(action, row)]
    if not open_rounds:
        return False
    for row in open_rounds:
        _close_round(action, row)
    name = rounds[0].trainee
    member = stored_members.of(action.connection, action.project.id, name)
    # A lead of the same name as a model, or who was a trainee, is removed by the rules for leads (R2).
    if rounds[0].kind == "person" and member is not None and member.role == Role.ANNOTATOR:
        stored_members.remove(action.connection, action.project.id, name)
    action.log("training.remove_trainee", "member", None, trainee=name)
    return True


def _in_training(action: Action, user: str) -> list[RoundRow]:
    """The open rounds of a person."""
    rounds = stored_training.rounds_of(action.connection, action.project.id, composed(user))
    return [row for row in rounds if row.kind == "person" and _is_open(action, row)]


def _require_in_training(action: Action, rounds: Sequence[RoundRow]) -> None:
    if rounds[0].kind == "model":
        raise InvalidInput(
            f"{rounds[0].trainee!r} is a model.",
            hint="Its next round: training.submit_predictions(name, predictions).",
        )
    if not any(_is_open(action, row) for row in rounds):
        raise RuleViolation(
            f"{rounds[0].trainee!r} was removed from {action.project.name!r}.",
            rule="R2",
            hint=f"Add them again: training.add_trainees([{rounds[0].trainee!r}]).",
        )


def require_no_lead(action: Action, user: str) -> None:
    """Refuse as a trainee who leads or reviews in the training project or in a source of it (A5)."""
    where = stored_training.is_lead_anywhere(action.connection, action.project.id, user)
    if where is not None:
        raise RuleViolation(  # A5
            f"{user!r} leads or reviews in {where!r}, and so can't be a trainee of {action.project.name!r}.",
            rule="A5",
            hint="Who has a hand in the benchmark can't be measured against it.",
        )


def _close_round(action: Action, round: RoundRow) -> None:
    connection, batch = action.connection, stored_batches.by_id(action.connection, round.batch)
    for row in stored_tasks.matching(connection, action.project.id, batch=batch.id, state=TaskState.ANNOTATING):
        give_back(action, row)
    state = next_batch_state(batch.kind, batch.state, BatchEvent.REMOVE_TRAINEE, batch=batch.name)
    stored_batches.change(connection, batch.id, state=state)
