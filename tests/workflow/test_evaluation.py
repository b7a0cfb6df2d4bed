"""Q2: evaluation tasks in production, of whom they are, what they are compared with, and what they stay out of."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

import annowidgets as aw
from annowidgets.benchmark import Measurements, score
from annowidgets.errors import Immutable, InvalidInput, RuleViolation, TaskLocked
from annowidgets.store import evaluation as stored
from annowidgets.store import items as stored_items
from annowidgets.workflow.draws import luck
from tests.workflow.building import Team, cell, new_team, work
from tests.workflow.evaluating import GOLD, evaluations, new_items, promoted, served, with_evaluations


def test_q2_each_is_served_once_per_person_and_production_is_labelled_all_the_same(team: Team) -> None:
    batch, names = with_evaluations(team, pool=6, production=8)
    given = []
    while task := team("ann").next_task():
        given.append(task.item.name)
        task.submit(GOLD)
    assert sorted(given) == sorted(names | {item.name for item in batch.items})
    assert set(given[:6]) == names, "at a rate of 1 they come first"
    assert batch.state == "completed"


def test_q2_nobody_is_served_what_they_have_attempted_audited_reviewed_or_promoted(team: Team) -> None:
    _, names = with_evaluations(team, production=12)
    assert work(team("bo"), limit=8) == 8  # attempted them
    assert evaluations(team) == []
    team.sample(1.0)
    mine = served(team, "ann", names)
    mine.submit(GOLD)
    assert names - {mine.item.name} == pool_of(team, "rea"), "rea may have looked at what is in review"
    team.task("tim", mine).approve()
    assert names - {mine.item.name} == pool_of(team, "rea"), "and then"
    again = served(team, "ann", names)
    again.submit(GOLD)
    team.task("rea", again).approve()
    team("lea").set_role("rea", "annotator")
    assert again.item.name not in pool_of(team, "rea"), "rea reviewed it, whatever rea is now"
    assert pool_of(team, "bo") == pool_of(team, "lea") == set(), "attempted them; audited and promoted them"
    assert pool_of(team, "ann") == names - {mine.item.name, again.item.name}


def pool_of(team: Team, user: str) -> set[str]:
    reviews = user not in ("ann", "bo")
    with team.workspace.database.read() as connection:
        found = stored.pool(connection, team("lea").id, user, reviews=reviews)
        rows = [stored_items.by_id(connection, row.item) for row in found]
    return {row.name for row in rows if row is not None}


def test_q2_who_saw_the_same_picture_in_another_project_has_seen_it(team: Team) -> None:
    _, names = with_evaluations(team)
    other = team.workspace.create_project("other", ontology=team("lea").ontology)
    chosen = min(names)
    other.add_images([team.workspace.media_root / f"{chosen}.png"], progress=False)
    other.add_member("ann")
    gold = other.create_ground_truth_batch("gold")
    gold.launch()
    assert chosen in pool_of(team, "ann")
    task = team.workspace.as_user("ann").project("other").next_task()
    assert task is not None
    assert chosen not in pool_of(team, "ann"), "opening is seeing"
    task.release()
    assert chosen not in pool_of(team, "ann"), "also after giving it back"


def test_q2_an_auditor_who_has_only_opened_an_item_has_seen_it(team: Team) -> None:
    team("lea").set_role("tim", "admin")
    batch = team.calibration(items=1)
    team.task("bo", batch.tasks()[0]).claim().submit(GOLD, confidence=1)
    opened = team.batch("tim", batch).audit().next()
    assert opened is not None
    team.clock.forward(minutes=61)
    team.audited(batch)
    team("lea").update_policy(min_items=1)
    batch.tasks()[0].promote("evaluation")
    assert pool_of(team, "tim") == set()
    assert len(pool_of(team, "ann")) == 1


def test_q2_leads_get_none_since_they_may_see_which_they_are(team: Team) -> None:
    _, names = with_evaluations(team)
    assert pool_of(team, "tim") == names
    assert work(team("tim")) == 20
    assert evaluations(team) == []


def test_q2_the_draw_is_seeded_by_person_and_can_be_replayed_from_the_log(team: Team) -> None:
    with_evaluations(team, pool=6, production=60, rate=0.1)
    for user in ("ann", "rea"):
        assert work(team(user), labels=GOLD, limit=25) == 25
    shared = {}
    for user in ("ann", "rea"):
        log = team("lea").events()
        claims = log[(log["action"] == "task.claim") & (log["user"] == user)]
        claims = claims[claims["figures"].str.contains('"draw":[0-9]')]
        served_to = [task in evaluations(team) for task in claims["subject_id"]]
        with team.workspace.look(team("lea").id) as action:
            draws = [f"draw {number} of {user} in project {action.project.id}" for number in range(1, 26)]
            replayed = [luck(action, draw).random() < 0.1 for draw in draws]
        assert served_to == replayed
        shared[user] = served_to
    assert shared["ann"] != shared["rea"]
    assert 2 <= sum(map(sum, shared.values())) <= 8


def test_q2_a_rate_of_nothing_serves_none(team: Team) -> None:
    with_evaluations(team, rate=0.0)
    assert work(team("ann")) == 20
    assert evaluations(team) == []


# --- what they are compared with


def test_q2_a_submission_is_scored_in_its_own_transaction_against_the_audited_labels(team: Team) -> None:
    _, names = with_evaluations(team)
    exact, half, none, empty = GOLD, [cell(7)], [cell(25, 18)], []
    expected = []
    for labels in (exact, half, none, empty):
        task = served(team, "ann", names)
        with team.new_events() as events:
            task.submit(labels)
        assert [action for _, action in events] == ["evaluation.score", "task.submit"]
        expected.append(task.id)
    table = team("lea").evaluations().set_index("task").loc[expected]
    # The default function of a project: IoU and category 0.4, attributes (none asked) 0.2. Half of the box: 1/3.
    similarity = 100 * (0.4 / 3 + 0.4) / 0.8
    np.testing.assert_allclose(table["score"], [100, similarity, 0, 0], atol=1e-9)
    assert list(table["function_version"]) == [1] * 4
    assert list(table["concepts"]) == ["cells"] * 4
    assert list(table["user"]) == ["ann"] * 4


def test_q2_a_score_is_the_function_applied_to_the_kept_measurements(team: Team) -> None:
    _, names = with_evaluations(team)
    served(team, "ann", names).submit([cell(7)])
    team("lea").update_settings(benchmark=aw.BenchmarkFunction(iou=1.0, category=0.0))
    served(team, "ann", names).submit([cell(7)])
    functions = {1: aw.BenchmarkFunction.project_default(), 2: team("lea").benchmark}
    table = team("lea").evaluations()
    assert list(table["function_version"]) == [1, 2], "an old score keeps its function"
    with team.workspace.database.read() as connection:
        rows = connection.execute(
            "SELECT s.task, s.measurements, s.score, s.function_version, s.gold, p.labels FROM evaluation_scores s "
            "JOIN evaluations e ON e.task = s.task JOIN promotions p ON p.task = e.promotion ORDER BY s.id"
        ).fetchall()
    for task, blob, kept, version, gold, promoted_labels in rows:
        measured = Measurements.from_bytes(blob)
        assert measured.tasks == (task,)
        assert gold == promoted_labels
        assert score(measured, functions[version]).task_score == pytest.approx(kept, abs=1e-12)
    assert rows[1][2] == pytest.approx(100 / 3)


def test_q2_what_is_promoted_after_a_fix_counts_as_the_auditor_corrected_it(team: Team) -> None:
    batch = team.calibration(items=2, max_per_tasker=2)
    for task in batch.tasks():
        team.task("bo", task).claim().submit([cell(20)], confidence=0.5)
    audit = batch.audit()
    audit.grade(batch.tasks()[0], "fix", labels=GOLD)
    audit.grade(batch.tasks()[1], "approve")
    team("lea").update_policy(min_score=10, min_accuracy=0.1)
    audit.complete()
    batch.tasks()[0].promote("evaluation")
    team.production(items=new_items(team, 3))
    team("lea").update_settings(evaluation=aw.EvaluationPolicy(rate=1.0))
    served(team, "ann", {batch.tasks()[0].item.name}).submit(GOLD)
    assert list(team("lea").evaluations()["score"]) == [100]


def test_q2_gold_and_labels_of_different_ontology_versions_meet_in_the_newest(team: Team) -> None:
    _, names = with_evaluations(team)
    task = served(team, "ann", names)
    old = team("lea").ontology
    red = msgspec.structs.replace(old.objects[0], name="erythrocyte")
    team("lea").update_ontology(
        msgspec.structs.replace(old, objects=(red, *old.objects[1:])), rename={"RBC": "erythrocyte"}
    )
    task.submit(GOLD)
    assert list(team("lea").evaluations()["score"]) == [100]


def test_c8_q2_before_a_task_that_somebody_left_before_the_batch_was_rebased_comes_one_of_the_newest_version(
    team: Team,
) -> None:
    batch, names = with_evaluations(team, production=1)
    team.task("bo", batch.tasks()[0]).claim()
    new = msgspec.structs.replace(
        team("lea").ontology, objects=(*team("lea").ontology.objects, aw.ObjectClass("nose", shape="keypoint"))
    )
    team("lea").update_ontology(new)
    team.calibrate("second round", items=new_items(team, 2))
    batch.rebase()
    team.clock.forward(minutes=61)
    task = team("rea").next_task()
    assert task is not None
    assert task.item.name in names
    assert "nose" in {one.name for one in task.ontology.objects}
    task.submit(GOLD)
    assert list(team("lea").evaluations()["score"]) == [100]


def test_q2_gold_that_nothing_can_be_compared_with_is_not_promoted(tmp_path: Path, pictures: Path) -> None:
    ontology = aw.Ontology(objects=[aw.ObjectClass("tip", shape="keypoint", tolerance="2mm")])
    team = new_team(tmp_path / "mm.db", pictures, ontology=ontology)
    batch = team.calibration(items=2, max_per_tasker=2)
    for task in batch.tasks():
        team.task("bo", task).claim().submit([aw.Label("tip", aw.Keypoint(3, 3))], confidence=1)
    team.audited(batch)
    team.refuses(InvalidInput, lambda: batch.tasks()[0].promote("evaluation"))
    batch.tasks()[0].promote("training")


# --- submitted more than once


def test_q2_of_a_recalled_evaluation_the_last_counts_in_the_place_of_the_first(team: Team) -> None:
    _, names = with_evaluations(team)
    task = served(team, "ann", names)
    task.submit([cell(25, 18)])
    assert list(team("lea").evaluations()["score"]) == [0]
    task.recall()
    assert list(team("lea").evaluations()["score"]) == [0], "nobody gets rid of a score by taking the task back"
    task.submit(GOLD)
    assert list(team("lea").evaluations()["score"]) == [100]
    assert counted(team) == 2, "both are kept"


def test_q2_what_a_reviewer_has_helped_with_is_kept_and_does_not_count(team: Team) -> None:
    _, names = with_evaluations(team)
    team.sample(1.0)
    task = served(team, "ann", names)
    task.submit([cell(25, 18)])
    team.task("rea", task).return_to_annotator("look again")
    again = team("ann").next_task()
    assert again == task
    again.submit(GOLD)
    assert list(team("lea").evaluations()["score"]) == [0]
    assert counted(team) == 2


def test_q2_a_review_changes_neither_the_gold_nor_the_score(team: Team) -> None:
    _, names = with_evaluations(team)
    team.sample(1.0)
    task = served(team, "ann", names)
    task.submit([cell(7)])
    before = dumped(team)
    team.task("rea", task).approve([cell(1)])
    assert dumped(team) == before


def dumped(team: Team) -> list[object]:
    tables = team.dump()
    return [tables["promotions"], tables["evaluation_scores"], tables["evaluations"]]


def counted(team: Team) -> int:
    return len(team.dump()["evaluation_scores"])


# --- what they stay out of


def test_q2_their_labels_are_no_labels_of_the_project(team: Team) -> None:
    batch, names = with_evaluations(team, production=4)
    work(team("ann"))
    produced = team("lea").labels(kind="production")
    assert {one.item for one in produced} == {item.name for item in batch.items}
    assert not {one.item for one in produced} & names
    assert len(produced) == 4


def test_q2_they_are_no_part_of_the_progress_of_a_batch(team: Team) -> None:
    batch, names = with_evaluations(team, production=4)
    served(team, "ann", names).submit(GOLD)
    assert batch.progress().to_dict("records") == [{"state": "queued", "tasks": 4, "share": 1.0}]
    row = team("lea").batches().to_frame().set_index("batch").loc["production"]
    assert (row["items"], row["tasks"], row["done"]) == (4, 4, 0)


def test_q2_their_items_go_into_no_production_batch(team: Team) -> None:
    _, names = with_evaluations(team)
    team.refuses(RuleViolation, lambda: team("lea").create_production_batch("more", items=sorted(names)[:1]), rule="Q2")
    rest = team("lea").create_production_batch("rest")
    assert not {item.name for item in rest.items} & names


def test_q2_what_production_has_or_had_is_not_promoted_to_evaluation(team: Team) -> None:
    batch = team.calibration(items=3, max_per_tasker=3)
    for task in batch.tasks():
        team.task("bo", task).claim().submit(GOLD, confidence=1)
    team.audited(batch)
    drafted = team("lea").create_production_batch("drafted", items=["cell00"])
    done = team.production("done", items=["cell01"])
    work(team("ann"))
    assert done.state == "completed"
    first, second, third = batch.tasks()
    for task in (first, second):
        team.refuses(RuleViolation, lambda task=task: task.promote("evaluation"), rule="Q2")
        assert task.state == "graded"
    drafted.close_early(reason="not now")
    first.promote("evaluation")
    third.promote("evaluation")


# --- in the hands of others


def test_q2_nobody_else_can_take_assign_or_reopen_one(team: Team) -> None:
    _, names = with_evaluations(team)
    task = served(team, "ann", names)
    task.release()
    for user in ("rea", "tim", "bo"):
        refused = team.refuses(TaskLocked, lambda user=user: team.task(user, task).claim(), rule="T8")
        assert "evaluation" not in str(refused)
    team.refuses(TaskLocked, lambda: team.task("lea", task).assign("rea"), rule="T8")
    again = team("ann").next_task()
    assert again == task, "it comes again, as any other would"
    team.clock.forward(minutes=61)
    team.refuses(TaskLocked, lambda: team.task("rea", task).claim())
    assert team("rea").next_task() != task
    again = team("ann").next_task()
    assert again == task
    again.submit(GOLD)
    team.refuses(Immutable, lambda: team.task("lea", task).reopen(reason="again"), rule="T1")


def test_q2_a_skipped_one_is_not_served_again(team: Team) -> None:
    _, names = with_evaluations(team, production=3, pool=2)
    skipped = served(team, "ann", names)
    skipped.skip(reason="unclear")
    team.refuses(Immutable, lambda: team.task("lea", skipped).reopen(reason="again"))
    given = []
    while task := team("ann").next_task():
        given.append(task.item.name)
        task.submit(GOLD)
    assert len(given) == 4
    assert skipped.item.name not in given
    assert team("lea").evaluations()["score"].isna().sum() == 1


def test_q2_one_that_nobody_works_on_keeps_no_batch_open(team: Team) -> None:
    batch, names = with_evaluations(team, production=3)
    task = served(team, "ann", names)
    assert work(team("bo")) == 3
    assert batch.state == "in_progress", "ann is at work on one, and must see nothing else"
    task.save_draft(GOLD)
    team.clock.forward(minutes=61)
    assert team("bo").next_task() is None
    assert batch.state == "completed"
    assert (task.state, task.labels()) == ("cancelled", GOLD)


def test_q2_one_that_was_returned_waits_for_its_author_while_a_member(team: Team) -> None:
    batch, names = with_evaluations(team, production=3)
    team.sample(1.0)
    task = served(team, "ann", names)
    task.submit(GOLD)
    team.task("rea", task).return_to_annotator("look again")
    team.sample(0.0)
    assert work(team("bo")) == 3
    assert batch.state == "in_progress"
    team("lea").remove_member("ann")
    assert team("bo").next_task() is None
    assert batch.state == "completed"


def test_q2_closing_a_batch_early_cancels_them_too(team: Team) -> None:
    batch, names = with_evaluations(team)
    task = served(team, "ann", names)
    batch.close_early(reason="enough")
    assert task.state == "cancelled"
    assert team("ann").next_task() is None


def test_q1_promoting_twice_or_to_both_is_refused(team: Team) -> None:
    tasks = promoted(team, pool=2)
    for kind in ("training", "evaluation"):
        refused = team.refuses(RuleViolation, lambda kind=kind: tasks[0].promote(kind), rule="Q1")
        assert "one per item" in refused.message
