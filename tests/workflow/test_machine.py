"""Several people do whatever they like in any order: what must hold after every step of every story."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

import annowidgets as aw
from annowidgets.errors import AnnowidgetsError, Conflict
from annowidgets.workflow import Batch, Task
from tests.workflow.building import ROLES, Team, cell, open_team, without_notices
from tests.workflow.replay import EVALUATION, Replay
from tests.workflow.story_of_training import TrainingStory, says_why_there_is_nothing

# cy is an annotator who comes when the first calibration is over.
PEOPLE = st.sampled_from([*sorted(ROLES), "cy"])
LABELERS = st.sampled_from(["ann", "bo", "cy", "cy", "lea"])
LEADS = st.sampled_from(["lea", "tim"])
WHICH = st.integers(0, 1000)
POLICIES = [
    {"min_score": 100},
    {"min_score": 20},
    {"min_items": 1},
    {"min_items": 4},
    {"feedback_answered": True},
    {"feedback_answered": False},
    {"relock_on_instructions": True},
    {"relock_on_instructions": False},
    {"allow_self_review": True},
    {"allow_self_review": False},
    {"min_training_tasks": 1},
    {"min_training_tasks": None, "min_evaluation_tasks": None},
    {"min_evaluation_tasks": 1},
    {"max_excluded_share": 0},
    {"max_excluded_share": 1},
    {"min_taskers": 2, "min_low": 10},
    {"min_taskers": None, "min_low": None},
]
CHANGES = st.one_of(
    st.sampled_from([("policy", one) for one in POLICIES]),
    st.sampled_from([("policy", one) for one in POLICIES]),
    st.sampled_from([("sampling", rate) for rate in (0.0, 0.5, 1.0)]),
    st.sampled_from([("ontology", how) for how in ("add", "remove", "rename")]),
    st.sampled_from(
        [
            ("instructions", "one"),
            ("instructions", "two"),
            ("pause", "ann"),
            ("pause", "cy"),
            ("remove", "ann"),
            ("remove", "cy"),
        ]
    ),
)
KINDS = st.sampled_from(["production", "calibration", "ground_truth"])
# Who holds the task, mostly.
ACTOR = st.one_of(st.none(), st.none(), PEOPLE)


class EvaluationScores:
    """Scores of evaluations, each looked at once: it is the function of its version on its measurements."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.known: set[tuple[Any, ...]] = set()

    def watch(self, rows: list[tuple[Any, ...]]) -> None:
        assert self.known <= set(rows), "Q2: scores are never changed"
        for _, task, _, _, version, blob, kept, *_ in set(rows) - self.known:
            with self.team.workspace.database.read() as connection:
                (text,) = connection.execute("SELECT function FROM functions WHERE version = ?", (version,)).fetchone()
            function = msgspec.json.decode(text, type=aw.BenchmarkFunction)
            measured = aw.benchmark.Measurements.from_bytes(blob)
            assert measured.tasks == (task,)
            assert abs(aw.benchmark.score(measured, function).task_score - kept) < 1e-9
        self.known = set(rows)


class Story(TrainingStory):
    """A project, and people who act in it."""

    folder: Path
    pictures: Path
    templates: dict[bool, Path]
    numbers = itertools.count()
    outcomes: ClassVar[dict[str, Counter[bool]]] = {}
    logged: ClassVar[Counter[str]] = Counter()

    @initialize(is_open=st.booleans())
    def begin(self, is_open: bool) -> None:
        file = self.folder / f"{next(self.numbers)}.db"
        self.team = open_team(file, self.pictures, copy_of=self.templates[is_open])
        self.replay = Replay(self.tasks_of, policy=msgspec.to_builtins(aw.CalibrationPolicy(min_items=2)))
        self.seen: list[tuple[Any, ...]] = []
        self.label_sets: set[tuple[Any, ...]] = set()
        self.scores = EvaluationScores(self.team)
        lea = self.team("lea")
        lea.add_member("cy")
        lea.update_settings(evaluation=EVALUATION)
        if is_open:
            for task in lea.tasks(state="graded")[:2]:
                task.promote("evaluation")
            # The first in the queue.
            self.team.production("production at first", items=["cell07", "cell08", "cell09", "cell10"])
        self.team.ground_truth("gold at first", items=["cell03", "cell04"])
        self.team.calibration("calibration at first", items=["cell05", "cell06"], attempts_per_item=2)
        self.begin_training()
        if is_open:
            self.ask_for_a_training()
            self.team.production("gated", items=["cell11"], requirements=aw.Requirements(training=self.trainings[0]))
        self.watch(self.team.dump())

    def teardown(self) -> None:
        if hasattr(self, "team"):
            self.team.workspace.database.close()

    # --- what happens: mostly what can happen, now and then what can't

    @precondition(lambda self: self.any_task("queued", "returned", "annotating"))
    @rule(user=LABELERS, times=st.integers(1, 3), x=st.sampled_from([2, 2, 25]))
    def take_the_next_and_submit(self, user: str, times: int, x: int) -> None:
        self.work(user, times, x)

    def work(self, user: str, times: int, x: int) -> None:
        for _ in range(times):
            task = self.attempt("next_task", lambda: self.team(user).next_task())
            if task is None:
                says_why_there_is_nothing(self.team(user))
            else:
                self.attempt("submit", lambda task=task: task.submit([cell(x)], confidence=0.9))

    @precondition(lambda self: any(task.kind == "production" for task in self.replay.tasks.values()))
    @rule(times=st.integers(1, 4), x=st.sampled_from([2, 25, 25]), goes_on=st.booleans())
    def cy_is_busy(self, times: int, x: int, goes_on: bool) -> None:
        self.work("cy", times, x)
        if goes_on:
            self.attempt("next_task", lambda: self.team("cy").next_task())

    @precondition(lambda self: self.any_task("queued", "returned"))
    @rule(user=PEOPLE)
    def take_the_next(self, user: str) -> None:
        if self.attempt("next_task", lambda: self.team(user).next_task()) is None:
            says_why_there_is_nothing(self.team(user))

    @precondition(lambda self: self.any_task("queued", "returned", "annotating"))
    @rule(user=PEOPLE, which=WHICH)
    def claim(self, user: str, which: int) -> None:
        task = self.task(which, "queued", "returned", "annotating")
        self.attempt("claim", lambda: task(user).claim())

    @precondition(lambda self: self.any_task("annotating"))
    @rule(user=ACTOR, which=WHICH, number=st.integers(1, 3), back=st.sampled_from([0, 0, 0, 1]))
    def save_draft(self, user: str | None, which: int, number: int, back: int) -> None:
        task = self.task(which, "annotating")(user)
        classes = [one.name for one in self.team.task("lea", task).ontology.objects]
        labels = [cell(4 * n, category=classes[(which + n) % len(classes)]) for n in range(number)]
        seen = max(0, task._revision - back)
        is_stale = seen < task._revision
        saved = self.attempt("save_draft", lambda: task.save_draft(labels, revision=seen))
        assert not (is_stale and saved), "T6: a stale writer's draft was taken"

    @precondition(lambda self: self.any_task("annotating"))
    @rule(user=ACTOR, which=WHICH, confidence=st.sampled_from([0.9, 0.2, None]), given=st.booleans())
    def submit(self, user: str | None, which: int, confidence: float | None, given: bool) -> None:
        task = self.task(which, "annotating")(user)
        self.attempt("submit", lambda: task.submit([cell(2)] if given else None, confidence=confidence))

    @precondition(lambda self: self.any_task("annotating"))
    @rule(user=ACTOR, which=WHICH)
    def skip(self, user: str | None, which: int) -> None:
        task = self.task(which, "annotating")(user)
        self.attempt("skip", lambda: task.skip(reason="unclear"))

    @precondition(lambda self: self.any_task("annotating"))
    @rule(user=ACTOR, which=WHICH)
    def release(self, user: str | None, which: int) -> None:
        task = self.task(which, "annotating")(user)
        self.attempt("release", task.release)

    @precondition(lambda self: self.any_task("completed", "in_review"))
    @rule(user=ACTOR, which=WHICH)
    def recall(self, user: str | None, which: int) -> None:
        task = self.task(which, "completed", "in_review")(user)
        self.attempt("recall", task.recall)

    @precondition(lambda self: self.any_task("in_review"))
    @rule(user=PEOPLE, which=WHICH, how=st.sampled_from(["approve", "fix", "return"]))
    def review(self, user: str, which: int, how: str) -> None:
        task = self.task(which, "in_review")(user)
        judge: dict[str, Callable[[], Any]] = {
            "approve": task.approve,
            "fix": lambda: task.approve([cell(3)]),
            "return": lambda: task.return_to_annotator("once more"),
        }
        self.attempt("review", judge[how])

    @precondition(lambda self: self.replay.tasks)
    @rule(user=PEOPLE, which=WHICH, what=st.sampled_from(["claim", "submit", "skip", "release", "recall", "approve"]))
    def something_out_of_place(self, user: str, which: int, what: str) -> None:
        task = self.task(which)(user)
        arguments = {"submit": {"labels": [cell(2)], "confidence": 0.5}, "skip": {"reason": "unclear"}}.get(what, {})
        self.attempt(f"any {what}", lambda: getattr(task, what)(**arguments))

    @precondition(lambda self: self.any_task("queued", "returned"))
    @rule(user=LEADS, which=WHICH, to=PEOPLE)
    def assign(self, user: str, which: int, to: str) -> None:
        task = self.task(which, "queued", "returned")(user)
        self.attempt("assign", lambda: task.assign(to))

    @precondition(lambda self: self.any_task("completed", "skipped"))
    @rule(user=LEADS, which=WHICH)
    def reopen(self, user: str, which: int) -> None:
        task = self.task(which, "completed", "skipped")(user)
        self.attempt("reopen", lambda: task.reopen(reason="mistake"))

    @precondition(lambda self: self.any_task("submitted"))
    @rule(user=LEADS, which=WHICH, grade=st.sampled_from(["approve", "fix", "reject"]))
    def grade(self, user: str, which: int, grade: Any) -> None:
        task = self.task(which, "submitted")(user)
        labels, reason = [cell(3)] if grade == "fix" else None, "wrong" if grade == "reject" else None
        self.attempt("grade", lambda: task.batch.audit().grade(task, grade, labels=labels, reason=reason))

    @precondition(lambda self: self.audits())
    @rule(user=LEADS)
    def grade_all_and_complete(self, user: str) -> None:
        project = self.team("lea")
        batch = Batch(project.workspace, project.id, self.audits()[-1])
        self.attempt_many("complete", lambda: self.team.audited(batch, by=user))

    @rule(user=LEADS, kind=KINDS, which=WHICH, size=st.integers(1, 3))
    def create_and_launch(self, user: str, kind: str, which: int, size: int) -> None:
        def create() -> Batch:
            project, busy = self.team(user), self.busy()
            items = list(project.items())
            free = [item for item in items[which % 12 :] + items[: which % 12] if item.id not in busy][:size]
            name = f"{kind} {next(self.numbers)}"
            if kind == "calibration":
                return project.create_calibration_batch(name, items=free, attempts_per_item=1 + which % 2)
            make = project.create_production_batch if kind == "production" else project.create_ground_truth_batch
            return make(name, items=free)

        batch = self.attempt(f"create {kind}", create)
        if batch is not None and which % 5:
            self.attempt("launch", batch.launch)

    @precondition(lambda self: self.any_batch("in_progress", "draft"))
    @rule(user=LEADS, which=WHICH, what=st.sampled_from(["launch", "rebase", "exclude_item", "close_early"]))
    def direct_a_batch(self, user: str, which: int, what: str) -> None:
        fitting = ["draft"] if what == "launch" and self.any_batch("draft") else ["in_progress", "draft"]
        batch = self.batch(user, which, *fitting)
        item = batch.items[which % len(batch.items)]
        do: dict[str, Callable[[], Any]] = {
            "launch": batch.launch,
            "rebase": batch.rebase,
            "exclude_item": lambda: batch.exclude_item(item, reason="broken"),
            "close_early": lambda: batch.close_early(reason="enough"),
        }
        self.attempt(what, do[what])

    @precondition(lambda self: self.any_task("graded"))
    @rule(user=LEADS, which=WHICH, kind=st.sampled_from(["training", "evaluation"]))
    def promote(self, user: str, which: int, kind: str) -> None:
        task = self.task(which, "graded")(user)
        self.attempt("promote", lambda: task.promote(kind))

    @rule(change=CHANGES)
    def change_something(self, change: tuple[str, Any]) -> None:
        what, value = change
        change_it: dict[str, Callable[[], Any]] = {
            "policy": lambda: self.team("lea").update_policy(**value),
            "sampling": lambda: self.team.sample(value),
            "ontology": lambda: self.change_ontology(value),
            "instructions": lambda: self.team("lea").update_instructions(value),
            "pause": lambda: self.pause_or_reinstate(value),
            "remove": lambda: self.team("tim").remove_member(value),
        }
        self.attempt(what, change_it[what])
        if what == "remove":
            self.attempt("add", lambda: self.team("tim").add_member(value, role=ROLES.get(value, "annotator")))

    def change_ontology(self, how: str) -> None:
        project = self.team("lea")
        now, name = project.ontology, f"class {next(self.numbers)}"
        if how == "rename" and len(now.objects) > 1:
            last = msgspec.structs.replace(now.objects[-1], name=name)
            new = msgspec.structs.replace(now, objects=(*now.objects[:-1], last))
            project.update_ontology(new, rename={now.objects[-1].name: name})
            return
        more = aw.ObjectClass(name, shape="bounding_box")
        objects = (*now.objects, more) if how == "add" else now.objects[:1]
        project.update_ontology(msgspec.structs.replace(now, objects=objects))

    def pause_or_reinstate(self, who: str) -> None:
        if who in {member.user for member in self.team("tim").members(paused=True)}:
            self.team("tim").reinstate(who, reason="better")
        else:
            self.team("tim").pause(who)

    @rule(user=PEOPLE, answer=st.booleans())
    def give_or_answer_feedback(self, user: str, answer: bool) -> None:
        if not answer:
            self.attempt("feedback", lambda: self.team(user).give_feedback("why?"))
        for feedback in self.team(user).feedback(state="open")[:answer]:
            self.attempt("decline", lambda feedback=feedback: feedback.decline(answer="no"))

    @rule(minutes=st.sampled_from([1, 11, 61]))
    def time_passes(self, minutes: int) -> None:
        self.team.clock.forward(minutes=minutes)

    # --- what must hold

    def attempt(self, name: str, act: Callable[[], Any]) -> Any:
        """Do something, or be refused without a trace."""
        before = self.team.dump()
        done, refused = None, None
        try:
            with without_notices():
                done = act()
        except Conflict:
            after = self.team.dump()
            changed = {table for table in after if after[table] != before[table]}
            assert changed <= {"label_sets", "events"}, "a conflict keeps a copy, and touches nothing else"
        except AnnowidgetsError as error:
            refused = error
        self.outcomes.setdefault(name, Counter())[refused is None] += 1
        after = self.team.dump()
        assert refused is None or after == before, f"{name} was refused, and yet something was written: {refused}"
        self.watch(after)
        return done

    def attempt_many(self, name: str, act: Callable[[], Any]) -> None:
        """Do several things, of which the last may be refused."""
        try:
            with without_notices():
                act()
        except AnnowidgetsError:
            pass
        else:
            self.outcomes.setdefault(name, Counter())[True] += 1
        self.watch(self.team.dump())

    def watch(self, tables: dict[str, list[tuple[Any, ...]]]) -> None:
        events = sorted(tables["events"])
        assert events[: len(self.seen)] == self.seen, "L1: events are only appended"
        source = self.team("lea").id
        for _, _, user, _, project, action, _, subject_id, figures in events[len(self.seen) :]:
            if project != source:
                self.training_replay.apply(user, action, subject_id, figures)
                if action.startswith("task."):
                    self.replay.touched.setdefault(self.item_like(subject_id), set()).add(user)
                continue
            self.replay.apply(user, action, subject_id, figures)
            if action in ("task.submit", "task.approve", "task.return", "audit.grade"):
                self.knows.add((user, self.replay.tasks[subject_id].item))
            self.logged["pause by evaluations" if '"mean"' in figures else action] += 1
        self.seen = events
        self.scores.watch(tables["evaluation_scores"])
        self.watch_training(tables)
        self.nothing_of_evaluations_is_production()
        assert self.label_sets <= set(tables["label_sets"]), "L1: submitted labels never change"
        self.label_sets = set(tables["label_sets"])
        with self.team.workspace.database.read() as connection:
            tasks = connection.execute("SELECT id, state, user FROM tasks WHERE project = ?", (source,)).fetchall()
            batches = connection.execute("SELECT id, state FROM batches WHERE project = ?", (source,)).fetchall()
            unlocked = connection.execute("SELECT unlocked FROM calibration WHERE project = ?", (source,)).fetchone()[0]
            twice = connection.execute(
                "SELECT bi.item FROM batch_items bi JOIN batches b ON b.id = bi.batch WHERE bi.excluded IS NULL "
                "AND b.state IN ('draft', 'in_progress') AND b.kind <> 'training' GROUP BY bi.item HAVING count(*) > 1"
            ).fetchall()
            stale = connection.execute(
                "SELECT count(*) FROM tasks WHERE state = 'annotating' AND (user IS NULL OR lease_until IS NULL)"
            ).fetchone()[0]
        assert {id: state for id, state, _ in tasks} == {id: task.state for id, task in self.replay.tasks.items()}
        held = ("annotating", "in_review", "returned", "completed", "submitted", "graded")
        for id, state, user in tasks:
            assert state not in held or user == self.replay.tasks[id].user, f"task {id}: {user}"
        assert dict(batches) == {id: batch.state for id, batch in self.replay.batches.items()}
        assert bool(unlocked) == self.team("lea").is_calibrated == self.replay.is_open, "C2: the lock is told alike"
        assert not twice, "an item is in at most one open batch"
        assert stale == 0
        for user in ("ann", "bo", "cy"):
            self.none_only_with_a_reason(user)

    def nothing_of_evaluations_is_production(self) -> None:
        with self.team.workspace.database.read() as connection:
            ours = {task for (task,) in connection.execute("SELECT task FROM evaluations")}
            items = connection.execute(
                "SELECT bi.item FROM promotions p JOIN batch_items bi ON bi.item = p.item "
                "JOIN batches b ON b.id = bi.batch AND b.kind = 'production' AND bi.excluded IS NULL "
                "LEFT JOIN tasks t ON t.batch = b.id AND t.item = bi.item "
                "WHERE p.kind = 'evaluation' AND t.state IS NOT 'cancelled' AND b.state <> 'closed_early'"
            ).fetchall()
        assert ours == {id for id, task in self.replay.tasks.items() if task.evaluation_of}
        assert not items, "Q2: production holds the item of an evaluation task"
        assert not ours & {label.task for label in self.team("lea").labels()}, "Q2: labels of an evaluation"

    def none_only_with_a_reason(self, user: str) -> None:
        try:
            status = self.team(user).my_status()
        except AnnowidgetsError:
            return  # removed
        assert status.available or status.reasons, "T8"

    # --- whom and what

    def tasks_of(self, batch: int) -> list[tuple[int, int]]:
        with self.team.workspace.database.read() as connection:
            return connection.execute("SELECT id, item FROM tasks WHERE batch = ? ORDER BY id", (batch,)).fetchall()

    def busy(self) -> set[int]:
        with self.team.workspace.database.read() as connection:
            return {
                item
                for (item,) in connection.execute(
                    "SELECT bi.item FROM batch_items bi JOIN batches b ON b.id = bi.batch "
                    "WHERE b.state IN ('draft', 'in_progress') AND bi.excluded IS NULL"
                )
            }

    def any_task(self, *states: str) -> bool:
        return any(task.state in states for task in self.replay.tasks.values())

    def audits(self) -> list[int]:
        """Calibration batches that wait for their audit, those with something to grade last."""
        batches = self.replay.batches.items()
        open_ones = [id for id, one in batches if one.kind == "calibration" and one.state not in ("draft", "completed")]
        submitted = {task.batch for task in self.replay.tasks.values() if task.state == "submitted"}
        return sorted(open_ones, key=lambda id: id in submitted)

    def any_batch(self, *states: str) -> bool:
        return any(batch.state in states for batch in self.replay.batches.values())

    def task(self, which: int, *states: str) -> Callable[[str | None], Task]:
        """A task in one of the states, or in any where none is named; in whose hands, is said next: None, its own."""
        tasks = [id for id, task in self.replay.tasks.items() if task.state in states or not states]
        id = tasks[which % len(tasks)]
        return lambda user: self.team.task(user or self.replay.tasks[id].user or "ann", id)

    def batch(self, user: str, which: int, *states: str) -> Batch:
        fitting = [id for id, batch in self.replay.batches.items() if batch.state in states]
        return Batch(self.team(user).workspace, self.team("lea").id, fitting[which % len(fitting)])


def test_the_rules_hold_in_every_story_and_the_log_explains_it(
    tmp_path: Path, pictures: Path, fresh_template: Path, open_template: Path
) -> None:
    Story.folder, Story.pictures = tmp_path, pictures
    Story.templates = {False: fresh_template, True: open_template}
    Story.outcomes, Story.logged = {}, Counter()
    # The stories change with the code; where the first ones leave something out, more are told.
    for examples in (25, 75):
        run_state_machine_as_test(
            Story, settings=settings(settings.get_profile("ci"), max_examples=examples, stateful_step_count=50)
        )
        lacking = told_nothing_of()
        if not lacking:
            break
    assert not lacking, f"no story told of {sorted(lacking)}: {Story.logged}"


def told_nothing_of() -> set[str]:
    """What the stories so far were not about."""
    happened = {name for name, found in Story.outcomes.items() if found[True]}
    assert len(happened) >= 20, (
        f"the stories are too dull: of {sorted(Story.outcomes)} only {sorted(happened)} happened"
    )
    logged = {action for action, times in Story.logged.items() if times}
    return ({"training.create", "training.submit", "training.recalculate"} - happened) | (
        {"evaluation.serve", "evaluation.score", "pause by evaluations"} - logged
    )
