"""T2, T3, T6, T8: claiming, leases, drafts that are never lost, and the order of the queue."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

import annowidgets as aw
from annowidgets.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    PermissionDenied,
    RuleViolation,
    TaskLocked,
    TransitionRefused,
)
from annowidgets.workflow import Task
from tests.workflow.building import START, Team, cell, without_notices, work


def keeps_a_copy(team: Team, task: Task, save: Callable[[], Any], *, rule: str) -> Conflict:
    """Check that a save is refused as a conflict that writes nothing but the writer's copy and its event."""
    before = team.dump()
    with pytest.raises(Conflict) as caught:
        save()
    after = team.dump()
    assert caught.value.rule == rule
    assert "copies()" in caught.value.hint
    assert {name for name in after if after[name] != before[name]} == {"label_sets", "events"}
    assert len(after["label_sets"]) == len(before["label_sets"]) + 1
    assert team.events()[-1] == (task.workspace.user, "task.copy")
    return caught.value


# --- T2


def test_t2_claiming_twice_gives_the_same_task_and_reading_claims_nothing(team: Team) -> None:
    team.ground_truth()
    ann = team("ann")
    before = team.dump()
    assert ann.my_status().available
    assert list(ann.tasks()) == []
    assert team.dump() == before
    task = ann.next_task()
    held = team.dump()
    assert ann.next_task() == task
    assert team.task("ann", task).claim() == task
    assert team.dump() == held
    assert ann.my_status().open_task == task.id


def test_t2_two_people_get_two_tasks_and_the_third_none_when_there_are_two(team: Team) -> None:
    team.ground_truth(items=2)
    first, second = team("ann").next_task(), team("bo").next_task()
    assert first != second
    assert team("rea").next_task() is None
    locked = team.refuses(TaskLocked, team.task("bo", first).claim, rule="T2")
    assert "ann" in locked.message


def test_t2_of_many_threads_that_claim_at_once_each_gets_a_task_of_its_own(team: Team) -> None:
    people = [f"p{number}" for number in range(8)]
    for user in people:
        team("lea").add_member(user)
    team.ground_truth(items=6)
    got: dict[str, Task | None] = {}
    start = threading.Barrier(len(people))

    def claim(user: str) -> None:
        project = team(user)
        start.wait()
        got[user] = project.next_task()

    threads = [threading.Thread(target=claim, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    claimed = [task.id for task in got.values() if task is not None]
    assert len(claimed) == len(set(claimed)) == 6
    assert list(got.values()).count(None) == 2


# --- T3


def test_t3_a_claim_is_a_lease_of_sixty_minutes_since_the_last_saved_edit_or_sign_of_life(team: Team) -> None:
    team.ground_truth(items=1)
    task = team("ann").next_task()
    assert task.lease_until == START + 3600
    team.clock.forward(minutes=50)
    task.save_draft([cell()])
    assert task.lease_until == START + 50 * 60 + 3600
    team.clock.forward(minutes=59)
    task.keep_alive(seconds=30)
    assert task.lease_until == START + 109 * 60 + 3600
    assert task.seconds == 30
    team.clock.forward(minutes=60)
    assert team("bo").next_task() is None, "at its last moment a lease still holds"
    team.refuses(TaskLocked, team.task("bo", task).claim, rule="T2")
    team.clock.forward(seconds=1)
    assert team("bo").next_task() == task
    assert team.task("lea", task).user == "bo"


def test_t3_the_length_of_a_lease_is_a_setting(team: Team) -> None:
    team("lea").update_settings(lease_minutes=0.5)
    team.ground_truth(items=1)
    assert team("ann").next_task().lease_until == START + 30


def test_t3_saving_renews_an_expired_lease_that_nobody_else_has_claimed(team: Team) -> None:
    team.ground_truth(items=1)
    task = team("ann").next_task()
    for renew in (
        lambda: task.save_draft([cell()]),
        task.keep_alive,
        team("ann").next_task,
        task.claim,
    ):
        team.clock.forward(minutes=61)
        renew()
        assert task.lease_until == team.clock.now + 3600
        assert team("bo").next_task() is None
    team.clock.forward(minutes=61)
    task.submit()
    assert task.state == "completed"


def test_t3_when_somebody_else_has_claimed_it_the_draft_is_kept_as_a_copy_and_the_save_says_so(team: Team) -> None:
    team.ground_truth(items=1)
    task = team("ann").next_task()
    task.save_draft([cell(2)])
    team.clock.forward(minutes=61)
    with team.new_events() as events:
        other = team("bo").next_task()
    assert events == [("bo", "task.lease_expired"), ("bo", "task.claim")]
    assert task.copies() == [[cell(2)]], "what ann had saved is a copy from the moment that bo takes over"
    assert other.labels() == [], "bo starts blank"
    conflict = keeps_a_copy(team, task, lambda: task.save_draft([cell(2), cell(4)]), rule="T3")
    assert "bo holds it" in conflict.message
    conflict = keeps_a_copy(team, task, lambda: task.submit([cell(2), cell(4), cell(6)]), rule="T3")
    assert [len(copy) for copy in task.copies()] == [3, 2, 1]
    other.save_draft([cell(8)])
    assert (task.labels(), other.labels()) == ([cell(2)], [cell(8)])
    assert team("ann").task(task.id).copies()[0] == [cell(2), cell(4), cell(6)], "found again by a new object"
    assert other.copies() == []


def test_t3_without_any_draft_the_first_save_after_losing_the_lease_is_kept_and_found_again(team: Team) -> None:
    team.ground_truth(items=1)
    task = team("ann").next_task()
    team.clock.forward(minutes=61)
    team("bo").next_task()
    keeps_a_copy(team, task, lambda: task.save_draft([cell()]), rule="T3")
    assert team("ann").task(task.id).copies() == [[cell()]]


def test_t3_a_lead_releases_a_lease_and_the_holder_keeps_the_draft_and_what_was_in_flight(team: Team) -> None:
    team.ground_truth(items=1)
    task = team("ann").next_task()
    task.save_draft([cell(2)])
    with team.new_events() as events:
        team.task("tim", task).release()
    assert events == [("tim", "task.release")]
    assert team.task("lea", task).state == "queued"
    keeps_a_copy(team, task, lambda: task.save_draft([cell(2), cell(4)]), rule="T3")
    again = team("ann").next_task()
    assert again == task
    assert again.labels() == [cell(2)]
    again.submit(again.copies()[0])
    assert again.labels() == [cell(2), cell(4)]


def test_t3_who_released_or_submitted_knowingly_is_refused_and_leaves_no_copy(team: Team) -> None:
    team.ground_truth(items=1)
    task = team("ann").next_task()
    task.release()
    refused = team.refuses(TransitionRefused, lambda: task.save_draft([cell()]), rule="T1")
    assert "queued" in refused.message
    task.claim()
    task = team("ann").next_task()
    task.submit([cell()])
    team.refuses(TransitionRefused, lambda: task.save_draft([cell()]), rule="T1")
    team.refuses(TransitionRefused, lambda: task.submit([cell()]), rule="T1")


def test_t3_who_skipped_an_attempt_knowingly_saves_nothing_into_it(team: Team) -> None:
    team.calibration(items=1)
    task = team("ann").next_task()
    task.skip(reason="unclear")
    team.refuses(TransitionRefused, lambda: task.save_draft([cell()]), rule="T1")
    assert task.copies() == []


def test_t3_who_never_held_a_task_saves_nothing_into_it(team: Team) -> None:
    team.ground_truth(items=1)
    task = team("ann").next_task()
    team.refuses(TaskLocked, lambda: team.task("bo", task).save_draft([cell()]), rule="T2")
    team.refuses(TaskLocked, lambda: team.task("bo", task).submit([cell()]), rule="T2")
    team.refuses(TaskLocked, lambda: team.task("bo", task).submit(), rule="T2")
    team.refuses(TaskLocked, lambda: team.task("bo", task).keep_alive(), rule="T2")
    team.refuses(TaskLocked, lambda: team.task("bo", task).skip(reason="unclear"), rule="T2")
    task.submit([cell()])
    team.refuses(PermissionDenied, lambda: team.task("bo", task).save_draft([cell()]), rule="R3")


def test_t3_a_returned_task_that_somebody_else_began_goes_back_to_its_author_when_given_up(open_project: Team) -> None:
    team = open_project
    team.sample(1.0)
    team.production(items=1)
    task = team("ann").next_task()
    task.submit([cell()], seconds=40)
    team.task("rea", task).return_to_annotator("once more")
    team.task("lea", task).assign("bo")
    taken = team("bo").next_task()
    assert taken == task
    assert taken.seconds == 0
    taken.save_draft([cell(8)], seconds=5)
    taken.release()
    lead = team.task("lea", task)
    assert (lead.state, lead.user) == ("returned", "ann")
    # So that bo, who never submitted it, does not take it up as the own one while production is locked (C2).
    team("lea").update_policy(min_score=100)
    team.refuses(RuleViolation, team.task("bo", task).claim, rule="C2")


def test_t3_a_lease_on_a_returned_task_that_ran_out_stays_its_authors(team: Team) -> None:
    team.sample(1.0)
    team.ground_truth(items=1)
    task = team("ann").next_task()
    task.submit([cell()])
    team.task("rea", task).return_to_annotator("once more")
    team("ann").next_task()
    team.clock.forward(minutes=61)
    assert team("bo").next_task() is None
    team.refuses(TaskLocked, team.task("bo", task).claim, rule="T8")
    assert team("ann").next_task() == task


# --- T6


def test_t6_two_tabs_on_one_task_the_stale_one_gets_a_conflict_and_nothing_is_lost(team: Team) -> None:
    team.ground_truth(items=1)
    one = team("ann").next_task()
    other = team("ann").task(one.id)
    assert one.save_draft([cell(2)]) == 1
    conflict = keeps_a_copy(team, other, lambda: other.save_draft([cell(4)]), rule="T6")
    assert "another window" in conflict.message
    keeps_a_copy(team, other, lambda: other.submit([cell(6)]), rule="T6")
    assert one.labels() == [cell(2)]
    assert one.copies() == [[cell(6)], [cell(4)]]
    other.labels()  # it looks at what is there, and goes on from it
    assert other.save_draft([cell(2), cell(4)]) == 2
    keeps_a_copy(team, one, lambda: one.save_draft([cell(8)]), rule="T6")
    assert one.labels() == [cell(2), cell(4)]


def test_t6_the_number_of_the_draft_an_edit_was_made_on_can_be_said(team: Team) -> None:
    team.ground_truth(items=1)
    task = team("ann").next_task()
    task.save_draft([cell(2)])
    task.save_draft([cell(4)])
    keeps_a_copy(team, task, lambda: task.save_draft([cell(6)], revision=1), rule="T6")
    keeps_a_copy(team, task, lambda: task.submit([cell(6)], revision=1), rule="T6")
    task.submit([cell(6)], revision=2)
    assert task.labels() == [cell(6)]


def test_t6_every_accepted_edit_is_there_for_a_new_kernel(team: Team) -> None:
    team.ground_truth(items=1)
    team("ann").next_task().save_draft([cell(2), cell(4)])
    later = aw.open_workspace(team.file, user="ann", media_root=team.workspace.media_root)
    assert later.project("Blood").next_task().labels() == [cell(2), cell(4)]


def test_t6_submitting_without_labels_hands_in_the_draft(team: Team) -> None:
    team.ground_truth(items=1)
    task = team("ann").next_task()
    task.save_draft([cell(2)])
    task.submit()
    assert team.task("lea", task).labels() == [cell(2)]


# --- T8


def test_t8_the_order_is_the_open_task_own_returned_assigned_priority_and_then_seeded(team: Team) -> None:
    team.sample(1.0)
    first = team.ground_truth("first", items=["cell00", "cell01", "cell02", "cell03", "cell04", "cell05"])
    team.ground_truth("second", items=["cell06", "cell07"])
    by_item = {task.item.name: task for task in team("lea").tasks()}
    team.task("ann", by_item["cell00"]).claim().submit([cell()])
    team.task("rea", by_item["cell00"]).return_to_annotator("once more")
    by_item["cell01"].set_priority(5)
    by_item["cell07"].set_priority(9)
    by_item["cell02"].assign("ann")
    by_item["cell03"].set_priority(-1)
    team.task("ann", by_item["cell05"]).claim()
    served = []
    while task := team("ann").next_task():
        served.append(task.item.name)
        team.sample(0.0)
        task.submit([cell()])
    assert served[:5] == ["cell05", "cell00", "cell02", "cell07", "cell01"]
    assert served[5:] == ["cell04", "cell06", "cell03"], "then batch by batch, the lowest priority last"
    assert first.state == "completed"


def test_t8_the_seeded_order_is_not_the_order_of_adding_and_the_same_for_everybody(team: Team) -> None:
    batch = team.ground_truth(items=12)
    orders = []
    for user in ("ann", "bo"):
        order = []
        while task := team(user).next_task():
            order.append(task.item.id)
            task.submit([cell()])
        orders.append(order)
        for task in batch.tasks():
            task.reopen(reason="once more")
    assert orders[0] == orders[1]
    assert orders[0] != sorted(orders[0])


def test_t8_what_is_assigned_waits_for_the_assignee(team: Team) -> None:
    batch = team.ground_truth(items=1)
    task = batch.tasks()[0]
    task.assign("bo")
    assert team("ann").next_task() is None
    assert "nothing left for you" in str(team("ann").my_status())
    refused = team.refuses(TaskLocked, team.task("ann", task).claim, rule="T8")
    assert "bo" in refused.message
    assert team("bo").next_task() == task
    team.refuses(TransitionRefused, lambda: team.task("lea", task).assign("ann"), rule="T1")
    team.task("bo", task).release()
    team.refuses(NotFound, lambda: team.task("lea", task).assign("boo"))
    team.task("lea", task).assign("ann")
    assert team("ann").next_task() == task


def test_t8_a_returned_task_waits_for_its_author_and_another_who_is_assigned_starts_blank(team: Team) -> None:
    team.sample(1.0)
    team.ground_truth(items=1)
    task = team("ann").next_task()
    task.submit([cell(2)])
    team.task("rea", task).return_to_annotator("look again", comments={task.labels()[0].id: "too small"})
    assert team("bo").next_task() is None
    team.refuses(TaskLocked, team.task("bo", task).claim, rule="T8")
    team.task("tim", task).assign("bo")
    assert (team("ann").my_status().available, team("ann").my_status().returned) == (False, 0)
    assert team("ann").next_task() is None
    other = team("bo").next_task()
    assert other == task
    assert other.labels() == []
    assert [comment.text for comment in other.comments] == ["look again", "too small"], "what is to be done is told"
    other.submit([cell(8)])
    team.task("rea", task).approve()
    assert (team.task("lea", task).user, other.labels()) == ("bo", [cell(8)])


def test_t8_a_skipped_task_that_a_lead_opens_again_is_for_anybody_also_for_who_skipped_it(team: Team) -> None:
    team.ground_truth(items=2)
    for _ in range(2):
        task = team("ann").next_task()
        task.skip(reason="unclear")
        assert team("bo").next_task() != task
        team.task("bo", team("bo").next_task()).release()
        team.task("lea", task).reopen(reason="the instructions say it now")
        team.task("lea", task).assign("ann")
        assert team("ann").next_task() == task
    task.skip(reason="still unclear")
    team.task("lea", task).reopen(reason="for somebody else now")
    work(team("bo"))
    assert team("lea").task(task.id).user == "bo"


def test_t8_none_and_never_an_error_with_the_reason_told(open_project: Team) -> None:
    team = open_project
    lea, ann = team("lea"), team("ann")

    def told(*parts: str) -> None:
        before = team.dump()
        assert ann.next_task() is None
        status = ann.my_status()
        assert team.dump() == before
        assert not status.available
        assert status.open_task is None
        assert all(part in str(status) for part in parts), str(status)

    told("Nothing to label now", "no batch is in progress")
    production = team.production(items=2)
    lea.update_policy(min_score=100)
    told("'production'", "locked until the project is calibrated")
    assert "99.8" not in str(ann.my_status()), "the figures are the leads' to see"
    assert "calibration score: 99.8 (needs >= 100.0)" in str(lea.my_status())
    lea.update_policy(min_score=80)
    lea.pause("ann", reason="too fast")
    told("paused from production (too fast)")
    lea.reinstate("ann", reason="better")
    assert ann.my_status().available
    assert str(ann.my_status()) == "There are tasks to label."
    assert ann.my_status().reasons == []
    production.close_early(reason="enough")
    calibration = team.calibration("second", items=["cell03", "cell04"], requirements=aw.Requirements(tags=["expert"]))
    told("'second'", "not qualified (tag expert)")
    lea.add_member("ann", tags=["expert"])
    ann.next_task().submit([cell()], confidence=0.5)
    lea.add_member("bo", tags=["expert"])
    told("'second'", "your share of 1 attempts is used up")
    calibration.close_early(reason="enough")
    gold = team.ground_truth("gold", items=["cell05"])
    team("bo").next_task()
    told("'gold': nothing left for you")
    gold.close_early(reason="enough")
    lea.archive()
    told("the project is archived")


def test_t8_an_open_task_and_returned_ones_are_told(team: Team) -> None:
    team.sample(1.0)
    team.ground_truth(items=2)
    ann = team("ann")
    task = ann.next_task()
    assert str(ann.my_status()) == f"Task {task.id} is open."
    task.submit([cell()])
    team.task("rea", task).return_to_annotator("once more")
    status = ann.my_status()
    assert (status.open_task, status.returned, status.available, status.submitted) == (None, 1, True, 1)


def test_t8_priority_is_a_number(team: Team) -> None:
    task = team.ground_truth(items=1).tasks()[0]
    for wrong in (1.5, "high", True, None, 10_000_000):
        team.refuses(InvalidInput, lambda wrong=wrong: task.set_priority(wrong))


def test_time_counts_for_the_person_who_spent_it(team: Team) -> None:
    team.ground_truth(items=1)
    task = team("ann").next_task()
    task.save_draft([cell()], seconds=30)
    task.keep_alive(seconds=5.5)
    assert task.seconds == 35.5
    task.release()
    other = team("bo").next_task()
    assert other.seconds == 0
    other.submit([cell()], seconds=12)
    assert other.seconds == 12
    for wrong in (-1, float("nan"), 90_000, "long", True):
        team.refuses(InvalidInput, lambda wrong=wrong: other.keep_alive(seconds=wrong))


def test_a_task_tells_how_far_its_annotator_is_in_the_batch(team: Team) -> None:
    team.ground_truth(items=3)
    ann = team("ann")
    assert ann.next_task().position() == (0, 3)
    ann.next_task().submit([cell()])
    assert ann.next_task().position() == (1, 3)
    with without_notices():
        work(team("bo"), limit=1)
    assert ann.next_task().position() == (1, 2)
