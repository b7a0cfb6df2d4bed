"""The part of the stories in which people are trained: what they do, what must hold, what the log explains of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

import annowidgets as aw
from annowidgets.errors import AnnowidgetsError, PermissionDenied
from annowidgets.labels import labels_from_json
from annowidgets.workflow import Project
from annowidgets.workflow.training import TrainingProject, TrainingTask
from tests.workflow.building import Team, cell

TRAINEES = ("dee", "eve")
WHO = st.sampled_from([*TRAINEES, "cy"])
WHICH = st.integers(0, 1000)
# The states of training tasks, from the rules.
STEPS = {
    ("queued", "claim"): "annotating",
    ("annotating", "save_draft"): "annotating",
    ("annotating", "keep_alive"): "annotating",
    ("annotating", "release"): "queued",
    ("annotating", "lease_expired"): "queued",
    ("annotating", "submit"): "submitted",
}
# Of the source: tables with a column of the project, and those that hang on its tasks.
OF_PROJECT = ("items", "batches", "tasks", "members", "certificates", "promotions", "ontologies", "functions")
OF_TASK = ("label_sets", "drafts", "grades", "skips", "comments")


def says_why_there_is_nothing(project: Project | TrainingProject) -> None:
    """T8: who gets no task is told why, unless they have no business here."""
    try:
        status = project.my_status()
    except PermissionDenied:
        return
    assert not status.available, "T8: nothing was given although there is something"
    assert status.reasons, "T8: nothing tells why"


class TrainingReplay:
    """The tasks of training projects as the log alone explains them: all wait in the queue until it says otherwise."""

    def __init__(self) -> None:
        self.states: dict[int, str] = {}
        self.scores: dict[int, float | None] = {}
        self.complete: set[int] = set()

    def apply(self, user: str, action: str, subject_id: int, figures: str) -> None:
        subject, _, event = action.partition(".")
        if action == "round.complete":
            assert subject_id not in self.complete, "L1: a round is complete once"
            self.complete.add(subject_id)
        elif action == "task.score":
            assert self.states[subject_id] == "submitted", "A7: scored before it was submitted"
            self.scores[subject_id] = json.loads(figures)["score"]
        elif subject == "task" and event not in ("copy", "assign", "hint"):  # all to its own trainee
            state = self.states.get(subject_id, "queued")
            assert (state, event) in STEPS, f"A6: {event} happened to a training task that was {state}"
            self.states[subject_id] = STEPS[state, event]


class TrainingStory(RuleBasedStateMachine):
    """What a `Story` has beside."""

    team: Team
    attempt: Callable[[str, Callable[[], Any]], Any]

    def begin_training(self) -> None:
        self.training_replay = TrainingReplay()
        self.final: dict[int, tuple[Any, ...]] = {}
        self.measured: set[tuple[Any, ...]] = set()
        # (person, item of the source) whose gold they have made, judged or been shown, and rounds that hold one (A12).
        self.knows: set[tuple[str, int]] = set()
        self.unpassable: set[int] = set()
        self.listed: dict[tuple[int, str], list[str]] = {}
        self.admitted = 0
        self.trainings: list[str] = []

    def ask_for_a_training(self) -> None:
        """A training that production can ask for, from the start."""
        lea = self.team("lea")
        for task in lea.batch("gold at first").tasks():
            task.claim().submit([cell(4)])
        lea.workspace.create_training_project(
            "training 0", sources=[lea.batch("gold at first")], trainees=[*TRAINEES, "cy"], pass_mark=70
        )
        self.trainings.append("training 0")

    def training(self, which: int, user: str = "lea") -> TrainingProject:
        workspace = self.team("lea").workspace if user == "lea" else self.team("lea").workspace.as_user(user)
        return workspace.training_project(self.trainings[which % len(self.trainings)])

    def train(self, name: str, act: Callable[[], Any]) -> Any:
        """Do something in a training project: its source must not change by it."""
        before = self.source()
        done = self.attempt(name, act)
        assert self.source() == before, f"A3: {name} changed the source"
        return done

    def source(self) -> dict[str, list[tuple[Any, ...]]]:
        project = self.team("lea").id
        with self.team.workspace.database.read() as connection:
            found = {
                table: connection.execute(f"SELECT * FROM {table} WHERE project = ?", (project,)).fetchall()
                for table in OF_PROJECT
            }
            for table in OF_TASK:
                query = f"SELECT * FROM {table} WHERE task IN (SELECT id FROM tasks WHERE project = ?)"
                found[table] = connection.execute(query, (project,)).fetchall()
        return found

    def item_like(self, task: int) -> int:
        """The item of the source that shows what a training task shows."""
        query = "SELECT s.id FROM tasks t JOIN items i ON i.id = t.item JOIN items s ON s.hash = i.hash WHERE t.id = ?"
        with self.team.workspace.database.read() as connection:
            found = connection.execute(f"{query} AND s.project = ?", (task, self.team("lea").id)).fetchone()
        return int(found[0])

    # --- what happens

    @precondition(lambda self: len(self.trainings) < 2)
    @rule(
        reveal=st.sampled_from(["never", "after_each", "after_last"]),
        batch=st.booleans(),
        who=st.sets(WHO, min_size=1),
        user=st.sampled_from(["lea", "lea", "tim", "ann"]),
    )
    def make_a_training(self, reveal: str, batch: bool, who: set[str], user: str) -> None:
        project = self.team("lea")
        name = f"training {len(self.trainings)}"
        gold = project.batches(kind="ground_truth")
        if not self.has_gold():
            items = [item for item in project.items() if item.name in ("cell03", "cell04")]
            labels = [cell(4, category=project.ontology.objects[0].name)]
            for one in project.batch("gold at first").tasks(state="queued"):
                self.attempt("claim", lambda one=one: one.claim())
                self.attempt("submit", lambda one=one: one.submit(labels))
            assert items
        sources = [gold[0]] if batch else [project]
        workspace = self.team(user).workspace
        made = self.train(
            "training.create",
            lambda: workspace.create_training_project(
                name, sources=sources, trainees=sorted(who), reveal=reveal, pass_mark=70, allow_seen="cy" in who
            ),
        )
        if made is not None:
            self.trainings.append(name)

    def has_gold(self) -> bool:
        finished = ("completed", "in_review")
        return any(one.state in finished for one in self.team("lea").tasks(kind="ground_truth"))

    @precondition(lambda self: self.trainings)
    @rule(user=WHO, which=WHICH, times=st.integers(1, 3), x=st.sampled_from([4, 4, 25]))
    def train_and_submit(self, user: str, which: int, times: int, x: int) -> None:
        for _ in range(times):
            task = self.train("training.next_task", lambda: self.training(which, user).next_task())
            if task is None:
                says_why_there_is_nothing(self.training(which, user))
            else:
                labels = [cell(x, category=task.ontology.objects[0].name)]
                self.train("training.submit", lambda task=task, labels=labels: task.submit(labels))

    @precondition(lambda self: self.trainings)
    @rule(user=WHO)
    def train_to_the_end_without_a_fault(self, user: str) -> None:
        """In one training after the other: what the first reveals is known in the second (A12)."""
        for number in range(len(self.trainings)):
            while (
                task := self.train("training.next_task", lambda n=number: self.training(n, user).next_task())
            ) is not None:
                gold = self.training(number).gold(task.item.name).labels
                labels = [aw.Label(one.category, one.shape) for one in gold if isinstance(one, aw.Label)]
                self.train("training.submit", lambda task=task, labels=labels: task.submit(labels))
                if task.state != "submitted":
                    break

    @precondition(lambda self: self.trainings)
    @rule(user=WHO, which=WHICH, x=st.integers(0, 9), release=st.booleans())
    def train_and_leave(self, user: str, which: int, x: int, release: bool) -> None:
        task = self.train("training.next_task", lambda: self.training(which, user).next_task())
        if task is not None:
            labels = [cell(x, category=task.ontology.objects[0].name)]
            self.train("training.save_draft", lambda: task.save_draft(labels))
            if release:
                self.train("training.release", task.release)

    @precondition(lambda self: self.trainings)
    @rule(
        user=st.sampled_from([*TRAINEES, "lea", "tim", "rea", "ann"]),
        which=WHICH,
        number=WHICH,
        what=st.sampled_from(["claim", "submit", "skip", "release", "recall", "approve", "reopen", "assign"]),
    )
    def something_out_of_place_in_training(self, user: str, which: int, number: int, what: str) -> None:
        tasks = list(self.training(which).tasks())
        if not tasks:
            return
        with self.team.workspace.database.read() as connection:
            from annowidgets.store import tasks as stored_tasks

            row = stored_tasks.by_id(connection, tasks[number % len(tasks)].id)
        assert row is not None
        task = TrainingTask(self.training(which, user).workspace, row)
        arguments: dict[str, dict[str, Any]] = {
            "submit": {"labels": [cell(4)]},
            "skip": {"reason": "unclear"},
            "reopen": {"reason": "again"},
            "assign": {"user": "dee"},
        }
        self.train(f"training any {what}", lambda: getattr(task, what)(**arguments.get(what, {})))

    @precondition(lambda self: self.trainings)
    @rule(which=WHICH, user=st.sampled_from(["lea", "lea", "tim"]), iou=st.sampled_from([0.2, 0.5, 0.9]))
    def amend_and_recalculate(self, which: int, user: str, iou: float) -> None:
        training = self.training(which, user)
        self.train("training.amend", lambda: training.amend_benchmark(iou=iou, category=1 - iou))
        table = self.train("training.recalculate", training.recalculate)
        if table is not None:
            again = self.train("training.recalculate twice", training.recalculate)
            assert again is not None
            assert (again["before"].fillna(-1) == again["after"].fillna(-1)).all(), "A8: doing it twice changes nothing"

    @precondition(lambda self: self.trainings)
    @rule(
        which=WHICH,
        user=st.sampled_from(["lea", "lea", "lea", "tim", "dee"]),
        number=WHICH,
        withdraw=st.sampled_from([False, False, False, True]),
    )
    def correct_or_withdraw_gold(self, which: int, user: str, number: int, withdraw: bool) -> None:
        # Mostly gold that something was submitted of.
        submitted = [task.item for task in self.training(which).tasks(state="submitted")]
        items = submitted or list(self.training(which).items())
        training, item = self.training(which, user), items[number % len(items)]
        labels = [cell(5 + number % 3, category=self.training(which).ontology.objects[0].name)]
        if withdraw:
            if self.train("training.withdraw", lambda: training.withdraw_gold(item, reason="wrong")) is not None:
                assert self.training(which).gold(item).withdrawn, "A3"
        else:
            self.train("training.correct", lambda: training.correct_gold(item, labels=labels, reason="better"))

    @precondition(lambda self: self.trainings)
    @rule(
        which=WHICH,
        who=st.one_of(WHO, WHO, st.sampled_from(["rea", "tim"])),
        what=st.sampled_from(["add", "remove", "round", "close", "round"]),
    )
    def direct_a_training(self, which: int, who: str, what: str) -> None:
        training = self.training(which)
        do: dict[str, Callable[[], Any]] = {
            "add": lambda: training.add_trainees([who]),
            "remove": lambda: training.remove_trainee(who),
            "round": lambda: training.new_round([who], allow_seen=True),
            "close": training.close,
        }
        self.train(f"training.{what}", do[what])

    # --- what must hold

    def watch_training(self, tables: dict[str, list[tuple[Any, ...]]]) -> None:
        self.submitted_tasks_stay_and_the_log_explains_all()
        self.scores_are_the_function_of_the_labels(tables["training_scores"])
        self.results_follow_from_scores()
        self.no_trainee_leads()
        self.nobody_sees_gold_too_early()
        self.nobody_labels_production_before_they_passed()

    def submitted_tasks_stay_and_the_log_explains_all(self) -> None:
        with self.team.workspace.database.read() as connection:
            rows = connection.execute(
                "SELECT t.id, t.state, t.* FROM tasks t JOIN batches b ON b.id = t.batch WHERE b.kind = 'training'"
            ).fetchall()
            self.unpassable |= {
                batch
                for task, batch, user in connection.execute(
                    "SELECT t.id, t.batch, t.user FROM tasks t JOIN training_rounds r ON r.batch = t.batch "
                    "WHERE t.state = 'submitted'"
                ).fetchall()
                if task not in self.final and (user, self.item_like(task)) in self.knows
            }
        submitted = {id: row for id, state, *row in rows if state == "submitted"}
        for id, state, *_ in rows:
            assert state == self.training_replay.states.get(id, "queued"), f"L1: training task {id} is {state}"
        for id, row in self.final.items():
            assert submitted.get(id) == row, "A6: a submitted training task changed"
        assert submitted.keys() == self.training_replay.scores.keys(), "A7"
        self.final = submitted  # type: ignore[assignment]

    def scores_are_the_function_of_the_labels(self, rows: list[tuple[Any, ...]]) -> None:
        """A7, A8: each score is what the benchmark module gives of the submitted labels and that gold, and stays."""
        assert self.measured <= set(rows), "A8: old scores are kept"
        with self.team.workspace.database.read() as connection:
            for task, gold, version, kept, *_ in set(rows) - self.measured:
                project, submitted, sizes = connection.execute(
                    "SELECT t.project, l.labels, i.sizes FROM tasks t JOIN label_sets l ON l.id = t.labels "
                    "JOIN items i ON i.id = t.item WHERE t.id = ?",
                    (task,),
                ).fetchone()
                (text,) = connection.execute(
                    "SELECT function FROM functions WHERE project = ? AND version = ?", (project, version)
                ).fetchone()
                (blob,) = connection.execute(
                    "SELECT measurements FROM measurements WHERE task = ? AND gold = ?", (task, gold)
                ).fetchone()
                (benchmark,) = connection.execute("SELECT labels FROM gold WHERE id = ?", (gold,)).fetchone()
                function = msgspec.json.decode(text, type=aw.BenchmarkFunction)
                anew = aw.benchmark.measure(
                    labels_from_json(benchmark),
                    labels_from_json(submitted),
                    ontology=TrainingProject(self.team.workspace, project).ontology,
                    frame_size=tuple(json.loads(sizes)[0]),
                )
                for measured in (anew, aw.benchmark.Measurements.from_bytes(blob)):
                    found = aw.benchmark.score(measured, function).task_score
                    assert kept is None or abs(found - kept) < 1e-9, "A7: a score that is not of the submission"
        self.measured = set(rows)

    def results_follow_from_scores(self) -> None:
        """A11, A12: a round is passed by the mean of its current scores, once nothing of it is left to submit."""
        query = """SELECT r.batch, r.score, r.passed, r.seen, n.pass_mark, t.state, (
                SELECT s.score FROM training_scores s WHERE s.task = t.id AND s.function_version = n.function_version
                    AND s.gold = (SELECT max(id) FROM gold WHERE item = t.item))
            FROM training_rounds r JOIN trainings n ON n.project = r.project JOIN tasks t ON t.batch = r.batch
            JOIN training_items i ON i.item = t.item WHERE i.withdrawn IS NULL"""
        with self.team.workspace.database.read() as connection:
            rows = connection.execute(query).fetchall()
        for batch in {row[0] for row in rows}:
            own = [row for row in rows if row[0] == batch]
            _, score, passed, seen, mark, *_ = own[0]
            if any(state != "submitted" for *_, state, _ in own):
                assert (score, passed) == (None, None), "A11: a result before the last task"
                continue
            scores = [one for *_, one in own if one is not None]
            mean = sum(scores) / len(scores) if scores else None
            assert (score is None) == (mean is None)
            assert mean is None or abs(score - mean) < 1e-6
            assert bool(passed) == (mean is not None and not seen and mean >= mark - 1e-6)
            assert not (passed and batch in self.unpassable), "A12: passed by who knew the gold"
            assert batch in self.training_replay.complete, "L1: nothing tells that the round is complete"

    def no_trainee_leads(self) -> None:
        """A5: who leads or reviews, in the training or in its source, has no tasks there."""
        query = """SELECT r.trainee, m.role FROM training_rounds r JOIN members m ON m.user = r.trainee
            AND (m.project = r.project OR m.project IN (SELECT source FROM training_sources WHERE project = r.project))
            WHERE r.kind = 'person' AND m.role <> 'annotator'"""
        with self.team.workspace.database.read() as connection:
            assert connection.execute(query).fetchall() == [], "A5"

    def nobody_labels_production_before_they_passed(self) -> None:
        """C7: who begins a task of a batch that asks for a training has passed it by now."""
        query = """SELECT e.id, e.user, EXISTS (
                SELECT 1 FROM training_rounds r JOIN projects p ON p.id = r.project
                WHERE p.name = b.requirements ->> 'training' AND r.trainee = e.user AND r.kind = 'person' AND r.passed)
            FROM events e JOIN tasks t ON t.id = e.subject_id JOIN batches b ON b.id = t.batch
            WHERE e.subject = 'task' AND e.action = 'task.claim' AND e.id > ? AND b.requirements ->> 'training' <> ''
                AND NOT EXISTS (SELECT 1 FROM events o WHERE o.subject = 'task' AND o.subject_id = t.id
                    AND o.action = 'task.claim' AND o.user = e.user AND o.id < e.id)"""
        with self.team.workspace.database.read() as connection:
            for _, user, passed in connection.execute(query, (self.admitted,)).fetchall():
                assert passed, f"C7: {user} labels production without the training that it asks for"
            # A later re-calculation may take the pass away, so each claim is looked at once.
            (self.admitted,) = connection.execute("SELECT max(id) FROM events").fetchone()

    def nobody_sees_gold_too_early(self) -> None:
        """A10: neither gold, nor explanations, nor own scores before the submission, and after it by `reveal`."""
        for number in range(len(self.trainings)):
            training = self.training(number)
            gold = {
                label.id
                for item in training.items()
                for one in training.gold_history(item)
                for label in one.labels
                if isinstance(label, aw.Label)
            }
            # What was withdrawn is not waited for.
            waited = {item.name for item in training.items() if not training.gold(item).withdrawn}
            for user in {task.trainee for task in training.tasks()}:
                self.sees_nothing_too_early(self.training(number, user), user, training.reveal, gold, waited)

    def sees_nothing_too_early(
        self, mine: TrainingProject, user: str, reveal: str, gold: set[str], waited: set[str]
    ) -> None:
        try:
            tasks = list(mine.tasks())
        except AnnowidgetsError:
            return  # was removed, and sees nothing at all
        may_be_seen: set[int] = set()
        left = {task.round for task in tasks if task.state != "submitted" and task.item.name in waited}
        for task in tasks:
            is_submitted = task.state == "submitted"
            shown = is_submitted and (
                reveal == "after_each"
                or (reveal == "after_last" and (task.round not in left or mine.state == "archived"))
            )
            assert not {label.id for label in task.labels() if isinstance(label, aw.Label)} & gold
            try:
                mine.compare(task)
            except AnnowidgetsError:
                pass
            else:
                assert shown, f"A10: {user} saw the gold of a task that is {task.state} under {reveal!r}"
                self.knows.add((user, self.item_like(task.id)))
            assert task.score is None or shown, "A10: a score too early"
            may_be_seen |= {task.id} if shown else set()
        states = [task.state for task in tasks]
        if states != self.listed.get((mine.id, user)):  # a table takes long to make
            self.listed[mine.id, user] = states
            table = mine.tasks().to_frame()
            scored = set(table.loc[table["score"].notna(), "id"])
            assert scored <= may_be_seen, "A10: a score too early in the list of tasks"
        for item in mine.items():
            try:
                mine.gold(item)
            except AnnowidgetsError:
                continue
            raise AssertionError("A10: a trainee read the gold")
