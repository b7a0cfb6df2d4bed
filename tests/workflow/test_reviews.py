"""R3, T4, T5, and the review of tasks: whose labels one sees, the draw, recall, return, approve, skip, re-open."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import pytest

import annowidgets as aw
from annowidgets.errors import (
    Conflict,
    InvalidInput,
    InvalidLabels,
    NotFound,
    PermissionDenied,
    RuleViolation,
    TransitionRefused,
)
from annowidgets.workflow.submissions import is_drawn_for_review
from tests.workflow.building import Team, cell, draw_pictures, work

# --- R3


def test_r3_an_annotator_sees_only_the_own_tasks_labels_and_feedback(team: Team) -> None:
    team.ground_truth()
    mine = team("ann").next_task()
    mine.submit([cell(2)])
    theirs = team("bo").next_task()
    theirs.save_draft([cell(4)])
    team("bo").give_feedback("hidden?")
    ann = team("ann")
    assert list(ann.tasks()) == list(ann.batch("gold").tasks()) == [mine]
    assert list(ann.tasks(user="bo")) == [mine], "asking for another's gives one's own"
    assert list(ann.feedback()) == list(ann.feedback(author="bo")) == []
    for look in (
        lambda: ann.task(theirs.id),
        lambda: team.task("ann", theirs).labels(),
        lambda: team.task("ann", theirs).state,
        lambda: team.task("ann", theirs).item,
        lambda: team.task("ann", theirs).comments,
        lambda: team.task("ann", theirs).copies(),
        lambda: team.task("ann", theirs).give_feedback("why?"),
        lambda: team.task("ann", theirs)._repr_html_(),
    ):
        team.refuses(PermissionDenied, look, rule="R3")
    assert team("lea").task(theirs.id).labels() == [cell(4)]


def test_r3_who_held_a_task_before_sees_the_own_work_and_nothing_of_who_has_it_now(team: Team) -> None:
    team.sample(1.0)
    team.ground_truth(items=1)
    task = team("ann").next_task()
    task.save_draft([cell(2)])
    task.release()
    other = team("bo").next_task()
    assert other.labels() == []
    other.submit([cell(8)], confidence=0.7, seconds=30)
    team.task("rea", other).return_to_annotator("bo's box is small", comments={other.labels()[0].id: "this"})

    def seen_by_ann() -> tuple[object, ...]:
        return task.labels(), task.comments, task.confidence, task.seconds, task.copies()

    nothing = ([cell(2)], [], None, 0.0, [])
    assert seen_by_ann() == nothing
    other.claim()
    other.submit([cell(9)], confidence=0.7, seconds=30)
    assert seen_by_ann() == nothing
    team.task("rea", other).approve([cell(10)])
    assert task.state == "completed"
    assert seen_by_ann() == nothing
    assert list(team("ann").tasks()) == []
    assert other.labels() == [cell(10)]


def test_r3_in_calibration_who_skipped_sees_nothing_of_the_attempt_that_somebody_else_made(team: Team) -> None:
    batch = team.calibration(items=1)
    task = team("ann").next_task()
    task.save_draft([cell(2)])
    task.skip(reason="unclear")
    other = team("bo").next_task()
    assert other.labels() == []
    other.submit([cell(8)], confidence=0.5)
    assert task.labels() == [cell(2)]
    batch.audit().grade(other.id, "fix", labels=[cell(9)])
    batch.audit().complete()
    assert task.labels() == [cell(2)]
    assert other.labels() == [cell(8)], "corrections are the auditor's to show"
    assert team("lea").task(other.id).labels() == [cell(9)]


def test_r3_what_was_submitted_before_another_took_over_and_skipped_is_not_shown_to_that_other(team: Team) -> None:
    team.sample(1.0)
    team.ground_truth(items=2)
    task = team("ann").next_task()
    task.submit([cell(2)])
    team.task("rea", task).return_to_annotator("once more")
    team.task("lea", task).assign("bo")
    other = team("bo").next_task()
    other.skip(reason="unclear")
    assert other.labels() == []


def test_r3_grades_are_for_who_sees_scores(team: Team) -> None:
    team.calibrate()
    frame = team("ann").tasks().to_frame()
    assert not {"grade", "accuracy"} & set(frame.columns)
    assert {"grade", "accuracy"} <= set(team("tim").tasks().to_frame().columns)
    assert "score" not in team("ann").batches().to_frame()
    assert "score" in team("tim").batches().to_frame()


def test_r3_a_collection_that_was_made_as_a_lead_shows_nothing_after_a_demotion(team: Team) -> None:
    team.ground_truth()
    team("bo").next_task()
    team("bo").give_feedback("why?")
    tasks, feedback = team("tim").tasks(), team("tim").feedback()
    team("lea").set_role("tim", "annotator")
    team.refuses(PermissionDenied, tasks.to_frame)
    team.refuses(PermissionDenied, feedback.to_frame)
    team.refuses(PermissionDenied, lambda: feedback[0].state)


def test_r3_a_reviewer_sees_what_is_in_review_and_what_the_own_review_became(team: Team) -> None:
    team.sample(1.0)
    team.ground_truth()
    task = team("ann").next_task()
    review = team.task("rea", task)
    team.refuses(PermissionDenied, review.labels, rule="R3")
    task.submit([cell()])
    assert review.labels() == [cell()]
    review.approve([cell(5)])
    assert (review.state, review.labels()) == ("completed", [cell(5)])
    other = team("bo").next_task()
    other.submit([cell()])
    team.task("tim", other).approve()
    team.refuses(PermissionDenied, team.task("rea", other).labels, rule="R3")


# --- T4


def test_t4_zero_sends_all_to_completed_and_one_all_to_review(team: Team) -> None:
    team.ground_truth(items=8)
    for rate, state in ((0.0, "completed"), (1.0, "in_review")):
        team.sample(rate)
        for _ in range(4):
            task = team("ann").next_task()
            task.submit([cell()])
            assert task.state == state


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_t4_of_many_tasks_the_share_is_drawn_within_four_standard_deviations(team: Team, rate: float) -> None:
    count = 5_000
    team.sample(rate)
    drawn = len(drawn_for_review(team, range(1, count + 1)))
    assert abs(drawn - count * rate) < 4 * math.sqrt(count * rate * (1 - rate))


def test_t4_the_draw_can_be_replayed_and_a_higher_rate_draws_the_same_and_more(team: Team) -> None:
    sets = []
    for rate in (0.2, 0.4, 0.2):
        team.sample(rate)
        sets.append(drawn_for_review(team, range(500)))
    lower, higher, again = sets
    assert lower < higher
    assert lower == again
    batch = team.ground_truth(items=12)
    team.sample(0.4)
    work(team("ann"))
    in_review = {task.id for task in batch.tasks(state="in_review")}
    assert in_review == drawn_for_review(team, [task.id for task in batch.tasks()])


def drawn_for_review(team: Team, tasks: Iterable[int]) -> set[int]:
    """Those whose submit goes to review at the project's rate, as the file replays it."""
    with team.workspace.look(team("lea").id) as action:
        return {task for task in tasks if is_drawn_for_review(action, task)}


def test_t4_the_rate_is_a_rate(team: Team) -> None:
    refused = team.refuses(InvalidInput, lambda: team.sample(10))
    assert refused.hint == "Did you mean 0.1?"
    assert team.refuses(InvalidInput, lambda: team.sample(1.2)).hint is None, "just above 1 it is no percentage"
    for wrong in (-0.1, float("nan"), "all", True):
        team.refuses(InvalidInput, lambda wrong=wrong: team.sample(wrong))


# --- T5


def test_t5_nobody_reviews_the_own_labels_unless_the_policy_lets_them(team: Team) -> None:
    team.sample(1.0)
    team.ground_truth(items=2)
    task = team("rea").next_task()
    task.submit([cell()])
    assert team("rea").next_review() is None
    for judge in (task.approve, lambda: task.approve([cell(3)]), lambda: task.return_to_annotator("no")):
        refused = team.refuses(RuleViolation, judge, rule="T5")
        assert "'rea'" in refused.message
        assert "allow_self_review" in refused.hint
    with team.new_events() as events:
        team("lea").update_policy(allow_self_review=True)
    assert events == [("lea", "policy.update")]
    assert team("rea").next_review() == task
    task.approve()
    assert task.state == "completed"


def test_t5_nobody_audits_the_own_attempt_and_a_score_so_made_is_marked_self_audited(team: Team) -> None:
    batch = team.calibration(items=2)
    own = team("lea").next_task()
    own.submit([cell()], confidence=0.9)
    other = team("ann").next_task()
    other.submit([cell()], confidence=0.9)
    audit = batch.audit()
    assert audit.next() == other
    team.refuses(RuleViolation, lambda: audit.grade(own, "approve"), rule="T5")
    audit.grade(other, "approve")
    assert audit.next() is None
    team("lea").update_policy(allow_self_review=True)
    assert audit.next() == own
    audit.grade(own, "approve")
    result = audit.complete()
    assert result.self_audited
    assert team("lea").calibration_history()["self_audited"].tolist() == [True]
    assert "self-audited" in result._repr_html_()


def test_t5_a_score_where_everybody_was_audited_by_somebody_else_is_not_marked(team: Team) -> None:
    team("lea").update_policy(allow_self_review=True)
    assert not team.calibrate().self_audited


# --- review


def test_review_serves_what_has_waited_longest_and_none_when_there_is_nothing(team: Team) -> None:
    team.sample(1.0)
    team.ground_truth(items=3)
    assert team("rea").next_review() is None
    tasks = []
    for user in ("bo", "ann"):
        tasks.append(team(user).next_task())
        tasks[-1].submit([cell()])
        team.clock.forward(minutes=1)
    assert team("rea").next_review() == tasks[0]
    assert team("rea").next_review() == tasks[0], "looking claims nothing"
    tasks[0].recall()
    assert team("rea").next_review() == tasks[1]


def test_a_return_says_what_is_to_be_done_for_the_whole_and_per_label(team: Team) -> None:
    team.sample(1.0)
    team.ground_truth(items=1)
    task = team("ann").next_task()
    labels = [cell(2), cell(20)]
    task.submit(labels)
    review = team("rea").next_review()
    team.refuses(InvalidInput, lambda: review.return_to_annotator(" "))
    team.refuses(InvalidInput, lambda: review.return_to_annotator("look", comments={labels[0].id: 5}))
    unknown = team.refuses(NotFound, lambda: review.return_to_annotator("look", comments={"abc": "small"}))
    assert labels[0].id in unknown.hint
    review.return_to_annotator("look again", comments={labels[1].id: "too small"})
    assert [tuple(comment) for comment in task.comments] == [
        ("rea", "look again", None),
        ("rea", "too small", labels[1].id),
    ]
    assert team("ann").next_task().labels() == labels
    task = team("ann").next_task()
    task.submit([cell(2), cell(19)])
    assert team("rea").next_review().labels() == [cell(2), cell(19)]


def test_approving_with_own_fixes_checks_them_and_keeps_what_was_submitted(team: Team) -> None:
    team.sample(1.0)
    team.ground_truth(items=1)
    task = team("ann").next_task()
    task.submit([cell(2)])
    review = team("rea").next_review()
    team.refuses(InvalidLabels, lambda: review.approve([cell(100)]), rule="P4")
    team.refuses(InvalidInput, lambda: review.approve(cell(2)))
    review.approve([cell(3)])
    assert task.labels() == [cell(3)]
    kinds = [(row[2], row[3]) for row in team.dump()["label_sets"]]
    assert sorted(kinds) == [("review", "rea"), ("submission", "ann")]
    assert team("lea").labels()[0].user == "ann"


def test_t6_nobody_decides_on_labels_that_were_handed_in_anew_since_they_looked(team: Team) -> None:
    team.sample(1.0)
    team.ground_truth(items=1)
    task = team("ann").next_task()
    task.submit([cell(2)])
    looked = team("rea").next_review()
    seen = looked.revision
    task.recall()
    task.submit([cell(3)])
    for decide in (
        looked.approve,
        lambda: looked.approve([cell(4)]),
        lambda: looked.return_to_annotator("tighter"),
        lambda: team("lea").task(task.id).approve(revision=seen),
        lambda: team("lea").task(task.id).return_to_annotator("tighter", revision=seen),
    ):
        refusal = team.refuses(Conflict, decide, rule="T6")
        assert "ann has handed" in refusal.message
    assert looked.labels() == [cell(3)], "which is a look at them"
    looked.approve()
    assert task.state == "completed"


# --- recall


def test_recall_is_for_the_author_within_ten_minutes_and_before_anybody_reviewed(team: Team) -> None:
    team.sample(1.0)
    team.ground_truth(items=2)
    task = team("ann").next_task()
    task.submit([cell(2)])
    refused = team.refuses(TransitionRefused, team.task("bo", task).recall, rule="T1")
    assert "ann" in refused.message
    team.clock.forward(minutes=10)
    task.recall()
    assert (task.state, task.labels()) == ("annotating", [cell(2)])
    assert task.lease_until == team.clock.now + 3600
    assert team("ann").next_task() == task
    task.submit([cell(3)])
    team.clock.forward(minutes=10, seconds=1)
    refused = team.refuses(TransitionRefused, task.recall, rule="T1")
    assert "10 minutes" in refused.message
    assert "reopen" in refused.hint
    other = team("bo").next_task()
    other.submit([cell(2)])
    team.task("rea", other).approve()
    refused = team.refuses(TransitionRefused, other.recall, rule="T1")
    assert "rea has reviewed it" in refused.message


def test_recall_takes_a_completed_task_back_too_and_releasing_it_then_keeps_it_the_authors(team: Team) -> None:
    batch = team.ground_truth(items=1)
    task = team("ann").next_task()
    task.submit([cell(2)])
    assert batch.state == "completed"
    task.recall()
    assert (task.state, batch.state) == ("annotating", "in_progress")
    task.release()
    assert task.state == "returned"
    assert team("bo").next_task() is None
    assert team("ann").next_task() == task
    task = team("ann").next_task()
    task.submit([cell(3)])
    assert batch.state == "completed"
    assert [label.label for label in team("lea").labels()] == [cell(3)]


# --- skip and re-open


def test_skipping_needs_a_reason_and_ends_the_task(team: Team) -> None:
    batch = team.ground_truth(items=1)
    task = team("ann").next_task()
    for wrong in ("", "  ", None, 3):
        team.refuses(InvalidInput, lambda wrong=wrong: task.skip(reason=wrong))
    task.skip(reason="nothing to see")
    assert (task.state, batch.state) == ("skipped", "completed")
    assert batch.tasks().to_frame()["reason"].tolist() == ["nothing to see"]
    assert team("bo").next_task() is None


def test_reopening_needs_a_reason_and_puts_the_task_back_for_anybody_blank(team: Team) -> None:
    batch = team.ground_truth(items=2)
    task = team("ann").next_task()
    task.submit([cell(2)], confidence=0.5)
    team.refuses(InvalidInput, lambda: team.task("lea", task).reopen(reason=" "))
    team.task("tim", task).reopen(reason="class was missing")
    lead = team.task("lea", task)
    assert (lead.state, lead.user, lead.confidence, lead.labels()) == ("queued", None, None, [])
    assert batch.state == "in_progress"
    assert list(team("lea").labels()) == []
    lead.set_priority(1)
    other = team("bo").next_task()
    assert other == task
    assert other.labels() == []
    other.submit([cell(9)])
    assert [(one.user, one.label) for one in team("lea").labels()] == [("bo", cell(9))]


def test_reopening_finds_the_own_work_again_when_the_same_person_takes_it(team: Team) -> None:
    team.ground_truth(items=1)
    task = team("ann").next_task()
    task.submit([cell(2)])
    team.task("lea", task).reopen(reason="one more class")
    assert team("ann").next_task().labels() == [cell(2)]
    with pytest.raises(Conflict):  # the object from before has not seen that
        task.save_draft([cell(3)], revision=0)


# --- P4


def test_p4_a_submit_names_every_offending_label_and_the_draft_is_kept(tmp_path: Path) -> None:
    workspace = aw.open_workspace(tmp_path / "cells.db", user="lea")
    ontology = aw.Ontology(
        objects=[
            aw.ObjectClass("RBC", shape="bounding_box"),
            aw.ObjectClass("WBC", shape="bounding_box", attributes=[aw.Radio("kind", ["a", "b"], required=True)]),
            aw.ObjectClass("nose", shape="keypoint"),
        ],
        classifications=[aw.Radio("quality", ["good", "blurred"], required=True)],
    )
    project = workspace.create_project("Blood", ontology=ontology, sampling_rate=0.0)
    project.add_images(draw_pictures(tmp_path, 1))
    project.create_ground_truth_batch("gold").launch()
    task = project.next_task()
    draft = [aw.Label("WBC", aw.BoundingBox(1, 1, 5, 5))]
    task.save_draft(draft)  # required questions may still be open
    wrong = [
        cell(2),
        cell(200),
        aw.Label("RBC", aw.Keypoint(3, 3)),
        aw.Label("platelet", aw.BoundingBox(1, 1, 5, 5)),
        aw.Label("WBC", aw.BoundingBox(1, 1, 5, 5)),
        aw.Label("WBC", aw.BoundingBox(1, 1, 5, 5), attributes={"kind": "c"}),
        aw.Label("RBC", {3: aw.BoundingBox(1, 1, 5, 5)}),
    ]
    with pytest.raises(InvalidLabels) as caught:
        task.submit(wrong, confidence=0.5)
    assert caught.value.rule == "P4"
    assert sorted({problem.position for problem in caught.value.problems if problem.position is not None}) == [
        1,
        2,
        3,
        4,
        5,
        6,
    ]
    assert "quality: it must be answered" in str(caught.value)
    assert (task.state, task.labels(), task.revision) == ("annotating", draft, 1)
    task.submit([cell(2), aw.Answer("quality", "good")])
    assert task.state == "completed"


def test_p4_a_draft_of_what_can_never_fit_is_refused_and_the_last_one_kept(team: Team) -> None:
    team.ground_truth(items=1)
    task = team("ann").next_task()
    task.save_draft([cell(2)])
    team.refuses(InvalidLabels, lambda: task.save_draft([cell(2), cell(100)]), rule="P4")
    assert task.labels() == [cell(2)]
    for wrong in (cell(2), "RBC", 5, [5], None):
        team.refuses(InvalidInput, lambda wrong=wrong: task.save_draft(wrong))
