"""Q2: nothing that an annotator or a reviewer can ask for tells an evaluation task from others."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from scipy import stats

import annowidgets as aw
from annowidgets.workflow import Task
from tests.workflow.building import Team, cell, open_team, work
from tests.workflow.evaluating import GOLD, evaluations, new_items, promoted, served, with_evaluations

# --- numbers


class Numbers(NamedTuple):
    """Numbers of tasks that were served, in that order, and of a batch's tasks in the order of its items."""

    evaluations: list[int]
    others: list[int]
    by_item: list[int]


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory, pictures: Path, fresh_template: Path) -> Numbers:
    """Those of a large batch, from which six people were served."""
    team = open_team(tmp_path_factory.mktemp("numbers") / "cells.db", pictures, copy_of=fresh_template)
    with_evaluations(team, pool=12, production=130, rate=0.3)
    for number in range(6):
        team("lea").add_member(f"ann {number}")
        assert work(team(f"ann {number}"), labels=GOLD, limit=24) == 24
    with team.workspace.database.read() as connection:
        claimed = connection.execute(
            "SELECT subject_id FROM events WHERE action = 'task.claim' AND user LIKE 'ann _' ORDER BY id"
        ).fetchall()
        by_item = connection.execute(
            "SELECT t.id FROM tasks t JOIN batch_items bi ON bi.batch = t.batch AND bi.item = t.item "
            "JOIN batches b ON b.id = t.batch WHERE b.kind = 'production' ORDER BY bi.position"
        ).fetchall()
    found = set(evaluations(team))
    assert len(found) > 30
    in_order = [task for (task,) in claimed]
    return Numbers(
        [task for task in in_order if task in found],
        [task for task in in_order if task not in found],
        [task for (task,) in by_item],
    )


def test_q2_the_numbers_of_evaluations_lie_like_those_of_others(numbers: Numbers) -> None:
    assert stats.ks_2samp(numbers.evaluations, numbers.others).pvalue > 0.05


def test_q2_neither_parity_nor_gaps_tell_them(numbers: Numbers) -> None:
    both = (numbers.evaluations, numbers.others)
    odd = [[sum(number % 2 for number in some), sum(number % 2 == 0 for number in some)] for some in both]
    assert stats.fisher_exact(odd).pvalue > 0.05
    everything = sorted([*numbers.evaluations, *numbers.others])
    gaps = {after: after - before for before, after in itertools.pairwise(everything)}
    assert stats.ks_2samp(*([gaps[one] for one in some if one in gaps] for some in both)).pvalue > 0.05


def test_q2_numbers_follow_neither_the_order_of_items_nor_that_of_serving(numbers: Numbers) -> None:
    for some in numbers:
        assert stats.spearmanr(some, range(len(some))).pvalue > 0.05


def test_q2_a_later_batch_has_numbers_of_its_own(team: Team) -> None:
    _, names = with_evaluations(team, production=3)
    served(team, "ann", names).submit(GOLD)
    first = {task.id for task in team("lea").batch("production").tasks()}
    later = team.production("later", items=new_items(team, 3))
    assert not first & {task.id for task in later.tasks()}
    with team.workspace.database.read() as connection:
        spans = connection.execute("SELECT first, last FROM task_numbers ORDER BY batch").fetchall()
    assert spans[0][1] < spans[1][0]


# --- two stories that differ in nothing but that one task is an evaluation


def seen_by(team: Team, user: str, task: Task) -> dict[str, Any]:
    """Everything that a person can ask for, with one task in their hands, but which picture and number it has."""
    project, mine = team(user), team.task(user, task)
    batch = mine.batch
    tasks = project.tasks()
    of_task = ("state", "user", "kind", "confidence", "seconds", "lease_until", "instructions_version", "revision")
    frame = tasks.to_frame().drop(columns=["id", "item"])
    return {
        **{name: getattr(mine, name) for name in of_task},
        "ontology": mine.ontology.fingerprint,
        "labels": [label.shape for label in mine.labels() if isinstance(label, aw.Label)],
        "comments": [(one.author, one.text) for one in mine.comments],
        "copies": len(mine.copies()),
        "position": mine.position(),
        "status": (masked(str(project.my_status())), project.my_status().submitted, project.my_status().available),
        "batch": (batch.name, batch.state, batch.kind, batch.ontology_version),
        "progress": batch.progress().to_dict("records"),
        "batches": project.batches().to_frame().astype(object).fillna("-").to_dict("records"),
        "items": len(batch.items),
        "is own among the items": mine.item.name in {item.name for item in batch.items},
        "tasks": sorted(map(str, frame.astype(object).fillna("-").to_dict("records"))),
        "item": (mine.item.modality, mine.item.sizes),
        "members": project.members().to_frame().to_dict("records"),
        "readiness": project.readiness().to_dict("records"),
        "html": masked(mine._repr_html_()),
        "feedback": len(project.feedback()),
        "events": len(team.events()) if user == "nobody" else None,
    }


def masked(text: str) -> str:
    return re.sub(r"cell\d+", "cell", re.sub(r"\b\d{2,}\b", "n", text))


def stories() -> Iterator[tuple[str, Callable[[Team, Task], None]]]:
    """Ways that a task can go, in the hands of ann and rea."""
    wrong = [cell(20, 15)]

    def submit(team: Team, task: Task) -> None:
        task.submit(wrong, seconds=5)

    def draft_and_submit(team: Team, task: Task) -> None:
        task.save_draft(wrong, seconds=3)
        team.clock.forward(minutes=2)
        task.keep_alive(seconds=2)
        task.submit(confidence=0.4)

    def release_and_again(team: Team, task: Task) -> None:
        task.save_draft(wrong)
        task.release()
        again = team("ann").next_task()
        assert again == task
        again.submit()

    def run_out_and_again(team: Team, task: Task) -> None:
        team.clock.forward(minutes=90)
        assert team("ann").next_task() == task
        task.submit(wrong)

    def skip(team: Team, task: Task) -> None:
        task.skip(reason="unclear")

    def recall(team: Team, task: Task) -> None:
        task.submit(wrong)
        task.recall()
        task.submit(GOLD)

    def feedback(team: Team, task: Task) -> None:
        task.give_feedback("why?")
        task.submit(GOLD)

    for story in (submit, draft_and_submit, release_and_again, run_out_and_again, skip, recall, feedback):
        yield story.__name__, story


def told(team: Team, *, evaluation: bool, story: Callable[[Team, Task], None], review: str | None) -> list[Any]:
    """What ann and rea see before, in and after a story; the task of it is an evaluation or not."""
    _, names = with_evaluations(team, pool=3, production=6, rate=0.0)
    team("ann").next_task().submit(GOLD)  # type: ignore[union-attr]
    # The rate is told to everybody; it is the same in both, and only the pool differs.
    team("lea").update_settings(evaluation=aw.EvaluationPolicy(rate=1.0, after=50))
    if not evaluation:
        for item in names:
            seen_already(team, item)
    team.sample(1.0 if review else 0.0)
    task = team("ann").next_task()
    assert task is not None
    assert (task.item.name in names) is evaluation
    found = [seen_by(team, "ann", task)]
    story(team, task)
    found.append(seen_by(team, "ann", task))
    if review is not None:
        assert team("rea").next_review() == task
        found.append(seen_by(team, "rea", task))
        reviewed = team.task("rea", task)
        if review == "return":
            reviewed.return_to_annotator("look again")
            found += [seen_by(team, "rea", task), seen_by(team, "ann", task)]
            again = team("ann").next_task()
            assert again == task
            again.submit(GOLD)
            reviewed = team.task("rea", task)
        found.append(seen_by(team, "ann", task))
        reviewed.approve([cell(3)] if review == "fix" else None)
        found += [seen_by(team, "rea", task), seen_by(team, "ann", task)]
    # From here on neither is given evaluations, so that what follows can be compared too.
    team("lea").update_settings(evaluation=aw.EvaluationPolicy(rate=0.0, after=50))
    after = team("ann").next_task()
    assert after is not None
    found.append(seen_by(team, "ann", after))
    return found


def seen_already(team: Team, item: str) -> None:
    """Let ann have seen an item, by an event that she leaves without a trace in her own figures."""
    with team.workspace.look(team("lea").id) as action:
        task = action.connection.execute(
            "SELECT t.id FROM tasks t JOIN items i ON i.id = t.item WHERE i.name = ?", (item,)
        ).fetchone()[0]
    with team.workspace.database.transaction() as connection:
        connection.execute(
            "INSERT INTO events (at, user, project, action, subject, subject_id, figures) "
            "VALUES (0, 'ann', ?, 'seen', 'task', ?, '{}')",
            (team("lea").id, task),
        )


@pytest.mark.parametrize(("name", "story"), list(stories()), ids=[name for name, _ in stories()])
@pytest.mark.parametrize("review", [None, "approve", "fix", "return"])
def test_q2_everything_that_its_annotator_and_its_reviewer_see_is_what_they_see_of_any_task(
    name: str,
    story: Callable[[Team, Task], None],
    review: str | None,
    tmp_path: Path,
    pictures: Path,
    fresh_template: Path,
) -> None:
    if name == "skip":
        review = None
    shown = []
    for evaluation in (True, False):
        file = tmp_path / f"{evaluation}.db"
        team = open_team(file, pictures, copy_of=fresh_template)
        shown.append(told(team, evaluation=evaluation, story=story, review=review))
        team.workspace.database.close()
    for number, (one, other) in enumerate(zip(*shown, strict=True)):
        assert one == other, f"look {number}"


def test_q2_the_shown_order_of_own_tasks_is_that_of_their_numbers(team: Team) -> None:
    _, names = with_evaluations(team, production=8, rate=0.5)
    work(team("ann"), labels=GOLD)
    shown = [task.id for task in team("ann").tasks()]
    assert shown == sorted(shown)
    own = [item.name for item in team("ann").batch("production").items]
    assert own == [task.item.name for task in team("ann").tasks(batch="production")]
    assert set(own) & names


def test_q2_the_last_tasks_of_a_batch_tell_nothing_either(team: Team) -> None:
    """The sum of what is to be done grows by one with every task at the end, whichever of them is an evaluation."""
    batch, _ = with_evaluations(team, pool=4, production=6, rate=0.5)
    positions = []
    while task := team("ann").next_task():
        positions.append(task.position())
        task.submit(GOLD)
    count = len(positions)
    assert count > 6
    assert positions == [(done, max(6, done + 1)) for done in range(count)]
    assert batch.state == "completed"


def test_q2_refusals_call_them_what_they_call_others(team: Team) -> None:
    _, names = with_evaluations(team, production=4)
    evaluation = served(team, "ann", names)
    team("lea").update_settings(evaluation=aw.EvaluationPolicy(rate=0.0))
    other = team("rea").next_task()
    assert other is not None

    def refusal(user: str, act: Callable[[Task], Any], task: Task) -> tuple[str, Any, Any]:
        with pytest.raises(aw.errors.AnnowidgetsError) as caught:
            act(team.task(user, task))
        return (
            masked(caught.value.message.replace("'rea'", "X").replace("'ann'", "X")),
            caught.value.rule,
            type(caught.value),
        )

    acts: list[Callable[[Task], Any]] = [
        lambda task: task.skip(reason="unclear"),
        lambda task: task.release(),
        lambda task: task.recall(),
        lambda task: task.submit(GOLD),
        lambda task: team("bo").task(task.id),
    ]
    for act in acts:
        mine, theirs = refusal("bo", act, evaluation), refusal("bo", act, other)
        assert mine == (theirs[0].replace("rea", "ann"), *theirs[1:])
    promoted_names = {task.item.name for task in team("lea").tasks(state="graded")}
    assert evaluation.item.name in promoted_names


def test_q2_the_rooms_of_a_project_that_annotators_see_name_no_evaluation(team: Team) -> None:
    _, names = with_evaluations(team)
    served(team, "ann", names).submit(GOLD)
    for look in ("activity", "evaluations", "events", "labels"):
        for user in ("ann", "rea"):
            team.refuses(aw.errors.PermissionDenied, lambda look=look, user=user: getattr(team(user), look)())


def test_q2_promoting_is_not_told_to_annotators(team: Team) -> None:
    gold = promoted(team, pool=2)
    for user in ("ann", "bo", "rea"):
        frame = team(user).items().to_frame()
        assert not {"promoted", "kind", "gold"} & set(frame.columns)
    assert team("lea").evaluations().empty
    assert len(gold) == 2


def test_q2_the_second_person_who_is_served_one_sees_a_first_attempt(team: Team) -> None:
    with_evaluations(team, pool=2, production=6)
    for user in ("ann", "rea"):
        work(team(user), labels=GOLD, limit=4)
        assert team(user).tasks(kind="production").to_frame()["attempt"].tolist() == [1, 1, 1, 1]
    assert len(evaluations(team)) == 4


def test_q2_nobody_but_leads_can_list_what_was_calibrated_with(team: Team) -> None:
    """An item of production that was calibrated with, and not by oneself, would be an evaluation for sure."""
    _, names = with_evaluations(team)
    for user in ("ann", "rea"):
        listed = {item.name for batch in team(user).batches() for item in batch.items}
        assert not listed & names
        assert not {task.item.name for batch in team(user).batches() for task in batch.tasks()} & names
    assert {item.name for item in team("bo").batch("to promote").items} == names, "bo's own attempts"
    assert {item.name for item in team("tim").batch("to promote").items} == names


@pytest.mark.parametrize("user", ["ann", "rea"])
def test_q2_the_items_of_a_project_are_not_told_by_batch_either(team: Team, user: str) -> None:
    batch, names = with_evaluations(team)
    task = served(team, user, names)
    own = {one.item.name for one in team(user).tasks()}
    assert task.item.name in own
    assert {item.name for item in team(user).items(batch=batch.name)} == own
    assert not team(user).items(batch="to promote")
    assert {item.name for item in team("tim").items(batch="to promote")} == names


@pytest.mark.parametrize("user", ["ann", "rea"])
def test_q2_which_numbers_are_taken_is_not_told(team: Team, user: str) -> None:
    """An evaluation task is made when it is given; its number was free before."""
    _, names = with_evaluations(team, rate=0.5)

    def told() -> set[tuple[str, str, str]]:
        answers = set()
        for number in range(1, 2 * max(task.id for task in team("lea").tasks())):
            with pytest.raises(aw.errors.PermissionDenied) as caught:
                team(user).task(number)
            answers.add((caught.value.message.replace(str(number), "n"), caught.value.rule, caught.value.hint))
        return answers

    assert told() == {(f"Task n is not {user!r}'s.", "R3", "One sees one's own tasks; leads see all.")}
    assert served(team, user, names) is not None
    team.refuses(aw.errors.NotFound, lambda: team("tim").task(100_000))
