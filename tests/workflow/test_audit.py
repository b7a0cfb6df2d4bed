"""C4, C5, Q1: grading, locks of items between auditors, the score by hand, promotion."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import annowidgets as aw
from annowidgets.errors import (
    AlreadyExists,
    AuditIncomplete,
    Immutable,
    InvalidInput,
    InvalidLabels,
    NotFound,
    RuleViolation,
    TaskLocked,
    TransitionRefused,
)
from annowidgets.workflow import Batch, Task
from tests.workflow.building import Team, cell, work


@pytest.fixture
def submitted(team: Team) -> Batch:
    """A calibration batch of four items, each attempted once, by ann and bo."""
    batch = team.calibration(items=4)
    for user, confidence in (("ann", 0.9), ("bo", 0.6)):
        work(team(user), confidence=confidence)
    return batch


# --- C4: grades


def test_c4_the_audit_may_start_with_the_first_attempt(team: Team) -> None:
    batch = team.calibration(items=2)
    assert batch.audit().next() is None
    task = team("ann").next_task()
    task.submit([cell()], confidence=0.5)
    assert batch.audit().next() == task
    assert batch.audit().grade(task, "approve") == 1.0
    assert [task.id for task in batch.audit().tasks(graded=True)] == [task.id]
    assert len(batch.audit().tasks(graded=False)) == 0


def test_c4_a_grade_needs_what_belongs_to_it_and_nothing_else(team: Team, submitted: Batch) -> None:
    audit = submitted.audit()
    task = audit.next()
    for wrong in (
        {"grade": "good"},
        {"grade": "fix"},
        {"grade": "reject"},
        {"grade": "reject", "reason": "  "},
        {"grade": "approve", "labels": [cell()]},
        {"grade": "reject", "reason": "bad", "labels": [cell()]},
        {"grade": "approve", "reason": 5},
    ):
        team.refuses(InvalidInput, lambda wrong=wrong: audit.grade(task, **wrong))
    refused = team.refuses(InvalidLabels, lambda: audit.grade(task, "fix", labels=[cell(100)]), rule="P4")
    assert "outside the frame" in refused.message
    other = team.ground_truth(items=["cell08"]).tasks()[0]
    team.refuses(NotFound, lambda: audit.grade(other, "approve"))
    team.refuses(NotFound, lambda: audit.grade(99_999, "approve"))
    assert audit.grade(np.int64(task.id), "approve") == 1.0


def test_c4_grades_may_be_changed_until_the_audit_is_complete_and_not_after(team: Team, submitted: Batch) -> None:
    audit = submitted.audit()
    task = audit.next()
    assert audit.grade(task, "reject", reason="wrong class") == 0.0
    assert audit.grade(task, "fix", labels=[cell()]) == 1.0
    assert audit.grade(task, "approve") == 1.0
    frame = submitted.tasks().to_frame().set_index("id")
    assert frame.loc[task.id, ["grade", "accuracy"]].tolist() == ["approve", 1.0]
    team.audited(submitted)
    for regrade in (
        lambda: audit.grade(task, "approve"),
        lambda: audit.grade(task, "reject", reason="after all"),
        audit.complete,
    ):
        team.refuses(Immutable, regrade, rule="C4")
    team.refuses(RuleViolation, lambda: submitted.exclude_item(task.item, reason="broken"), rule="C5")
    team.refuses(RuleViolation, lambda: submitted.close_early(reason="enough"), rule="T1")


# --- C4: locks


def test_c4_an_item_is_locked_by_one_auditor_at_a_time_who_grades_all_its_attempts(team: Team) -> None:
    batch = team.calibration(items=2, attempts_per_item=2)
    for user in ("ann", "bo"):
        work(team(user), confidence=0.5)
    lea, tim = team.batch("lea", batch).audit(), team.batch("tim", batch).audit()
    first = lea.next()
    other = tim.next()
    assert first.item != other.item
    locked = team.refuses(TaskLocked, lambda: tim.grade(first, "approve"), rule="C4")
    assert "lea audits" in locked.message
    team.refuses(TaskLocked, lambda: tim.release(first.item), rule="C4")
    lea.grade(first, "approve")
    second = lea.next()
    assert (second.item, second.user != first.user) == (first.item, True)
    lea.grade(second, "approve")
    assert lea.next() is None, "the other item is tim's"
    tim.release(other.item)
    assert lea.next().item == other.item
    assert tim.next() is None


def test_c4_a_lock_is_a_lease_that_runs_out(team: Team, submitted: Batch) -> None:
    lea, tim = team.batch("lea", submitted).audit(), team.batch("tim", submitted).audit()
    first = lea.next()
    team.clock.forward(minutes=60)
    team.refuses(TaskLocked, lambda: tim.grade(first, "approve"), rule="C4")
    team.clock.forward(seconds=1)
    tim.grade(first, "approve")
    team.refuses(TaskLocked, lambda: lea.grade(first, "reject", reason="no"), rule="C4")
    team.clock.forward(minutes=61)
    lea.release(first.item)
    assert lea.grade(first, "approve") == 1.0


def test_c4_an_auditor_who_attempted_the_item_too_leaves_it_to_others(team: Team) -> None:
    batch = team.calibration(items=1, attempts_per_item=2)
    own = team("lea").next_task()
    own.submit([cell()], confidence=0.5)
    other = team("ann").next_task()
    other.submit([cell()], confidence=0.5)
    lea, tim = team.batch("lea", batch).audit(), team.batch("tim", batch).audit()
    assert lea.next() == other
    assert tim.next() is None
    lea.grade(other, "approve")
    assert lea.next() is None
    assert tim.next() == own
    tim.grade(own, "approve")
    assert tim.complete().items == 1


def test_c4_removing_an_auditor_releases_the_locks(team: Team, submitted: Batch) -> None:
    task = team.batch("tim", submitted).audit().next()
    team("lea").remove_member("tim")
    assert submitted.audit().grade(task, "approve") == 1.0


# --- C4: fixes


def box(x: float, width: float, category: str = "RBC", **attributes: str) -> aw.Label:
    return aw.Label(category, aw.BoundingBox(x, 0, width, 10), attributes=attributes)


@pytest.mark.parametrize(
    ("submitted_labels", "corrected", "accuracy"),
    [
        # Same class, IoU 0.8, no attribute answered: (0.4 * 0.8 + 0.4 * 1) / 0.8
        ([box(0, 8)], [box(0, 10)], 0.9),
        # Another class, IoU 0.8, no attributes: (0.4 * 0.8 + 0) / 0.8
        ([box(0, 8, "WBC")], [box(0, 10)], 0.4),
        # Same class, IoU 1, attribute disagrees: (0.4 + 0.4 + 0) / 1
        ([box(0, 10, "WBC", kind="round")], [box(0, 10, "WBC", kind="long")], 0.8),
        # One matched perfectly, one missed, one extra: (1 + 0 + 0) / 3
        ([box(0, 10), box(30, 4)], [box(0, 10), box(15, 10)], 1 / 3),
        # Nothing is there, and nothing was said
        ([], [], 1.0),
        # Nothing is there, and something was said
        ([box(0, 10)], [], 0.0),
        # IoU 0.2 lies below 0.3: one missing and one extra
        ([box(0, 2)], [box(0, 10)], 0.0),
        # A question answered wrongly beside a perfect box: (1 + 0) / 2
        ([box(0, 10), aw.Answer("quality", "good")], [box(0, 10), aw.Answer("quality", "blurred")], 0.5),
    ],
)
def test_c4_the_accuracy_of_a_fixed_attempt_is_its_task_score_as_computed_by_hand(
    submitted_labels: list[aw.Label], corrected: list[aw.Label], accuracy: float, team: Team
) -> None:
    batch = team.calibration(items=1)
    task = team("ann").next_task()
    task.submit(submitted_labels, confidence=0.7)
    audit = batch.audit()
    assert audit.grade(task, "fix", labels=corrected) == pytest.approx(accuracy, abs=1e-9)
    result = audit.complete()
    assert result.accuracy == pytest.approx(accuracy, abs=1e-9)
    assert result.score == pytest.approx(100 * (0.8 * accuracy + 0.2 * (1 - (0.7 - accuracy) ** 2)), abs=1e-9)
    assert team("lea").task(task.id).labels() == corrected
    assert task.labels() == submitted_labels
    assert [one.label for one in team("lea").labels()] == corrected


def test_c4_a_fix_counts_under_the_function_that_the_result_names(team: Team) -> None:
    batch = team.calibration(items=1)
    task = team("ann").next_task()
    task.submit([box(0, 8, "WBC")], confidence=0.7)
    audit = batch.audit()
    assert audit.grade(task, "fix", labels=[box(0, 10)]) == pytest.approx(0.4)
    team("lea").update_settings(benchmark=aw.BenchmarkFunction(iou=0.9, category=0.1))
    result = audit.complete()
    assert result.accuracy == pytest.approx(0.72)
    assert result.function_version == 2


def test_c4_a_fix_under_renamed_classes_is_made_in_the_names_that_the_batch_pins(team: Team) -> None:
    lea = team("lea")
    lea.update_settings(
        benchmark=aw.BenchmarkFunction(
            iou=0.5, category=0.5, per_class={"RBC": aw.Weights(iou=1.0, category=0.0)}, importance={"WBC": 0.0}
        )
    )
    batch = team.calibration(items=1)
    task = team("ann").next_task()
    task.submit([box(0, 8), box(20, 10, "WBC")], confidence=0.7)
    renamed = aw.Ontology(
        objects=[
            aw.ObjectClass("red", shape="bounding_box"),
            aw.ObjectClass("WBC", shape="bounding_box", attributes=[aw.Radio("kind", ["round", "long"])]),
        ],
        classifications=[aw.Radio("quality", ["good", "blurred"])],
    )
    lea.update_ontology(renamed, rename={"RBC": "red"})
    audit = batch.audit()
    shown = audit.next()
    assert [label.category for label in shown.labels()] == ["RBC", "WBC"]
    # Of the red cell only the overlap counts, the white one counts nothing: 0.8
    assert audit.grade(shown, "fix", labels=[box(0, 10)]) == pytest.approx(0.8)
    assert audit.complete().accuracy == pytest.approx(0.8)
    assert [label.category for label in lea.task(task.id).labels()] == ["red"]


def test_c4_importance_zero_of_all_that_is_there_leaves_nothing_to_measure_and_says_so(team: Team) -> None:
    team("lea").update_settings(benchmark=aw.BenchmarkFunction(importance={"RBC": 0.0}))
    batch = team.calibration(items=1)
    task = team("ann").next_task()
    task.submit([box(0, 8)], confidence=0.7)
    refused = team.refuses(InvalidInput, lambda: batch.audit().grade(task, "fix", labels=[box(0, 10)]))
    assert "importance" in refused.message


# --- C5


def test_c5_there_is_no_score_before_and_it_says_how_many_items_are_left(team: Team) -> None:
    batch = team.calibration(items=4, attempts_per_item=2)
    work(team("ann"), confidence=0.5)

    def left(told: str) -> None:
        for look in (batch.audit().complete, lambda: batch.result, lambda: batch.calibration_score):
            assert told in team.refuses(AuditIncomplete, look, rule="C5").message

    left("4 items are left (4 attempts to grade, 4 not submitted yet)")
    work(team("bo"), confidence=0.5)
    audit, of_tim = batch.audit(), team.batch("tim", batch).audit()
    locked = of_tim.next().item
    assert "tim audits some of them" in team.refuses(AuditIncomplete, audit.complete, rule="C5").hint
    assert "tim" not in team.refuses(AuditIncomplete, of_tim.complete, rule="C5").hint
    of_tim.release(locked)
    for _ in range(7):
        audit.grade(audit.next(), "approve")
    left("1 item is left (1 attempt to grade, 0 not submitted yet)")
    audit.grade(audit.next(), "approve")
    told = team.refuses(AuditIncomplete, lambda: batch.result, rule="C5")
    assert "batch.audit().complete()" in told.hint
    audit.complete()
    assert batch.calibration_score == batch.result.score


def test_c5_a_batch_in_draft_has_no_audit_to_complete(team: Team) -> None:
    with pytest.warns(aw.errors.Notice):
        batch = team("lea").create_calibration_batch("round", items=["cell00", "cell01"])
    assert "2 items are left" in team.refuses(AuditIncomplete, batch.audit().complete, rule="C5").message


def test_c5_the_score_with_several_attempts_per_item_as_computed_by_hand(team: Team) -> None:
    batch = team.calibration(items=3, attempts_per_item=2)
    for user, confidence in (("ann", 0.9), ("bo", 0.6)):
        work(team(user), confidence=confidence)
    audit = batch.audit()
    grades = {"cell00": ("approve", "approve"), "cell01": ("approve", "reject"), "cell02": ("reject", "reject")}
    a, c = {}, {"ann": 0.9, "bo": 0.6}
    while task := audit.next():
        grade = grades[task.item.name][0 if task.user == "ann" else 1]
        audit.grade(task, grade, reason="wrong" if grade == "reject" else None)
        a[task.item.name, task.user] = 1.0 if grade == "approve" else 0.0
    result = audit.complete()
    accuracies = [np.mean([a[item, user] for user in c]) for item in grades]
    briers = [np.mean([(c[user] - a[item, user]) ** 2 for user in c]) for item in grades]
    scores = [100 * (0.8 * x + 0.2 * (1 - y)) for x, y in zip(accuracies, briers, strict=True)]
    assert result.score == pytest.approx(np.mean(scores), abs=1e-9)
    assert result.accuracy == pytest.approx(0.5)
    draws = np.random.default_rng(0).integers(0, 3, (2000, 3))
    low, high = np.percentile(np.array(scores)[draws].mean(axis=1), [2.5, 97.5])
    assert (result.low, result.high) == pytest.approx((low, high))
    assert (result.items, result.excluded, result.taskers) == (3, 0, 2)
    reliability = result.reliability.set_index("low")
    assert reliability["attempts"].tolist() == [0, 0, 0, 3, 3]
    assert reliability.loc[0.8, "accuracy"] == pytest.approx(2 / 3)
    assert reliability.loc[0.6, "confidence"] == pytest.approx(0.6)


def test_c5_the_weight_of_confidence_is_the_policys(team: Team) -> None:
    team("lea").update_policy(confidence_weight=0)
    assert team.calibrate(items=2).score == pytest.approx(100)


def test_c5_below_three_items_there_is_no_interval(team: Team) -> None:
    result = team.calibrate(items=2)
    assert (result.low, result.high) == (None, None)
    team("lea").update_policy(min_low=10)
    assert not team("lea").is_calibrated, "no lower end reaches no threshold"


def test_c5_a_batch_whose_every_attempt_is_excluded_completes_without_a_score_and_opens_nothing(team: Team) -> None:
    batch = team.calibration(items=3)
    batch.close_early(reason="wrong pictures")
    result = batch.audit().complete()
    assert (result.score, result.accuracy, result.low, result.high) == (None, None, None, None)
    assert (result.items, result.excluded, result.taskers, result.passed) == (0, 3, 0, False)
    assert batch.state == "completed"
    assert len(batch.result.reliability) == 0
    assert "no score" in batch.result._repr_html_()
    with pytest.raises(AuditIncomplete, match="excluded"):
        _ = batch.calibration_score
    assert not team("lea").is_calibrated
    assert team("lea").calibration_history()["items"].tolist() == [0]


def test_c5_excluding_takes_attempts_out_of_the_score_and_counts_the_item(team: Team, submitted: Batch) -> None:
    audit = submitted.audit()
    bad = audit.next()
    audit.grade(bad, "reject", reason="cut")
    submitted.exclude_item(bad.item, reason="cut picture")
    team.refuses(TransitionRefused, lambda: audit.grade(bad, "approve"), rule="T1")
    result = team.audited(submitted)
    assert (result.items, result.excluded, result.accuracy) == (3, 1, 1.0)


def test_c5_closing_early_excludes_open_attempts_and_what_was_submitted_is_audited(team: Team) -> None:
    batch = team.calibration(items=4)
    team("ann").next_task().submit([cell()], confidence=0.9)
    held = team("bo").next_task()
    batch.close_early(reason="enough seen")
    assert sorted(task.state for task in batch.tasks()) == ["excluded", "excluded", "excluded", "submitted"]
    assert held.state == "excluded"
    result = team.audited(batch)
    assert (result.items, result.excluded, batch.state) == (1, 3, "completed")


def test_c5_only_calibration_batches_are_audited(open_project: Team) -> None:
    for batch in (open_project.production(items=2), open_project.ground_truth(items=["cell08"])):
        for look in (batch.audit, lambda batch=batch: batch.result, lambda batch=batch: batch.calibration_score):
            open_project.refuses(RuleViolation, look, rule="C4")


def test_c5_completing_leaves_one_certificate_that_names_its_versions(team: Team, submitted: Batch) -> None:
    team("lea").update_policy(min_score=10)
    with team.new_events() as events:
        result = team.audited(submitted)
    assert events.count(("lea", "audit.complete")) == 1
    assert (result.instructions_version, result.ontology_version, result.function_version) == (1, 1, 1)
    assert len(team.dump()["certificates"]) == 1


# --- Q1


@pytest.fixture
def audited(team: Team, submitted: Batch) -> dict[str, Task]:
    """An attempt of each grade, in a completed audit."""
    audit = submitted.audit()
    found = {}
    for grade in ("approve", "fix", "reject", "other"):
        task = audit.next()
        if grade == "fix":
            audit.grade(task, "fix", labels=[cell(3)])
        else:
            audit.grade(task, "reject" if grade == "reject" else "approve", reason="x" if grade == "reject" else None)
        found[grade] = task
    return found


def test_q1_only_what_a_complete_audit_approved_or_fixed_is_promoted(
    team: Team, submitted: Batch, audited: dict[str, Task]
) -> None:
    waiting = team.refuses(RuleViolation, lambda: audited["approve"].promote("training"), rule="Q1")
    assert "not complete" in waiting.message
    submitted.audit().complete()
    refused = team.refuses(RuleViolation, lambda: audited["reject"].promote("training"), rule="Q1")
    assert "reject" in refused.message
    gold = team.ground_truth(items=["cell08"])
    task = team("ann").next_task()
    task.submit([cell()])
    team.refuses(RuleViolation, lambda: team.task("lea", task).promote("training"), rule="Q1")
    assert gold.state == "completed"
    audited["approve"].promote("training", concepts=["border cells"], difficulty="easy")
    audited["fix"].promote("evaluation")
    rows = {row[0]: row for row in team.dump()["promotions"]}
    assert (rows[audited["approve"].id][3], rows[audited["fix"].id][3]) == ("training", "evaluation")


def test_q1_a_task_is_training_or_evaluation_never_both_and_an_item_has_one_gold(team: Team) -> None:
    batch = team.calibration(items=1, attempts_per_item=2)
    for user in ("ann", "bo"):
        work(team(user), confidence=0.5)
    team.audited(batch)
    first, second = batch.tasks()
    first.promote("training")
    for task, kind in itertools.product((first, second), ("training", "evaluation")):
        team.refuses(AlreadyExists, lambda task=task, kind=kind: task.promote(kind), rule="Q1")


def test_q1_its_gold_labels_are_the_audited_ones_a_snapshot(
    team: Team, submitted: Batch, audited: dict[str, Task]
) -> None:
    submitted.audit().complete()
    audited["fix"].promote("training")
    (row,) = team.dump()["promotions"]
    label_sets = {one[0]: one for one in team.dump()["label_sets"]}
    assert label_sets[row[4]][2] == "audit"


def test_q1_what_is_said_of_a_promotion_is_checked(team: Team, submitted: Batch, audited: dict[str, Task]) -> None:
    submitted.audit().complete()
    task = audited["approve"]
    for wrong in (
        {"kind": "exam"},
        {"kind": "training", "concepts": "border"},
        {"kind": "training", "concepts": 5},
        {"kind": "training", "difficulty": " "},
        {"kind": "training", "difficulty": 3},
    ):
        team.refuses(InvalidInput, lambda wrong=wrong: task.promote(**wrong))


def test_q2_items_of_evaluation_tasks_and_of_production_batches_are_kept_apart(open_project: Team) -> None:
    team, lea = open_project, open_project("lea")
    first, second, third = lea.tasks(state="graded")
    first.promote("evaluation")
    team.refuses(RuleViolation, lambda: lea.create_production_batch("p", items=[first.item]), rule="Q2")
    production = lea.create_production_batch("p")
    assert first.item not in production.items
    refused = team.refuses(RuleViolation, lambda: second.promote("evaluation"), rule="Q2")
    assert "exclude_item" in refused.hint
    third.promote("training")
    production.exclude_item(second.item, reason="becomes an evaluation task")
    second.promote("evaluation")
