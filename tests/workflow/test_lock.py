"""C2, C8: production is locked until the project is calibrated; nobody has a way round it; rebasing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

import annowidgets as aw
from annowidgets.errors import InvalidLabels, Notice, ProductionLocked, RuleViolation
from annowidgets.labels import Answer
from annowidgets.workflow import Task
from tests.workflow.building import ONTOLOGY, ROLES, Team, cell, work

WIDER = aw.Ontology(
    objects=[*ONTOLOGY.objects, aw.ObjectClass("platelet", shape="bounding_box")],
    classifications=ONTOLOGY.classifications,
)


def fail_a_later_batch(team: Team) -> None:
    team.calibrate("second", items=["cell09", "cell10"], grade="reject")


def ask_for_answers(team: Team) -> None:
    team("lea").update_policy(feedback_answered=True)
    team("ann").give_feedback("what of the border?")


def relock_on_instructions(team: Team) -> None:
    team("lea").update_policy(relock_on_instructions=True)
    team("lea").update_instructions("Better.")


# What locks an open project again, and how the refusal tells it.
CAUSES: dict[str, tuple[Callable[[Team], Any], str]] = {
    "a later failing batch": (fail_a_later_batch, "calibration score: 3.8 (needs >= 80.0); mean accuracy: 0.00"),
    "a new ontology": (lambda team: team("lea").update_ontology(WIDER), "ontology version 2: none yet (needs one)"),
    "new instructions, where set": (relock_on_instructions, "calibrated instructions: version 1 (needs version 2)"),
    "feedback without answer, where set": (ask_for_answers, "feedback without answer: 1 (needs 0)"),
    "a higher score": (lambda team: team("lea").update_policy(min_score=99.9), "score: 99.8 (needs >= 99.9)"),
    "more items": (lambda team: team("lea").update_policy(min_items=4), "graded attempt: 3 (needs >= 4)"),
    "a higher lower end": (lambda team: team("lea").update_policy(min_low=99.9), "interval: 99.8 (needs >= 99.9)"),
    "more taskers": (lambda team: team("lea").update_policy(min_taskers=3), "taskers: 2 (needs >= 3)"),
    "training tasks": (lambda team: team("lea").update_policy(min_training_tasks=1), "training tasks: 0 (needs >= 1)"),
    "evaluation tasks": (lambda team: team("lea").update_policy(min_evaluation_tasks=2), "evaluation tasks: 0 (needs"),
}


class Running:
    """A running production batch with a task in every state that could be taken up, and a batch in draft."""

    def __init__(self, team: Team) -> None:
        self.team = team
        team.sample(1.0)
        batch = team.production(items=["cell00", "cell01", "cell02", "cell03", "cell04", "cell05", "cell06"])
        self.draft = team("lea").create_production_batch("draft", items=["cell07", "cell08"])
        tasks = list(batch.tasks())
        self.returned = self.submitted("ann", tasks[0])
        team.task("rea", self.returned).return_to_annotator("once more")
        self.reassigned = self.submitted("bo", tasks[1])
        team.task("rea", self.reassigned).return_to_annotator("once more")
        self.expired = team.task("bo", tasks[2]).claim()
        team.clock.forward(minutes=61)
        self.held = team.task("ann", tasks[3]).claim()
        self.held.save_draft([cell(3)])
        self.assigned, self.queued, self.reopened = tasks[4], tasks[5], tasks[6]
        self.assigned.assign("ann")
        team.task("ann", self.reopened).claim().skip(reason="unclear")
        self.reopened.reopen(reason="it can be seen")

    def submitted(self, user: str, task: Task) -> Task:
        mine = self.team.task(user, task).claim()
        mine.submit([cell(2)])
        return mine


@pytest.fixture
def running(open_project: Team) -> Running:
    return Running(open_project)


@pytest.mark.parametrize("cause", CAUSES)
def test_c2_when_locked_again_nobody_claims_creates_or_launches_production(cause: str, running: Running) -> None:
    team = running.team
    lock, told = CAUSES[cause]
    lock(team)
    assert not team("ann").is_calibrated
    for user in ("lea", "tim"):
        for forbidden in (
            lambda user=user: team(user).create_production_batch("another", items=["cell11"]),
            lambda user=user: team.batch(user, running.draft).launch(),
        ):
            refused = team.refuses(ProductionLocked, forbidden, rule="C2")
            assert told in refused.message
            assert "create_calibration_batch" in refused.hint
    team.task("lea", running.reassigned).assign("rea")
    anybodys = (running.queued, running.reopened, running.expired)
    claims = [(user, task) for user in ROLES for task in anybodys if (user, task) != ("bo", running.expired)]
    for user, task in [*claims, ("ann", running.assigned), ("rea", running.reassigned)]:
        refused = team.refuses(ProductionLocked, team.task(user, task).claim, rule="C2")
        assert told in refused.message
    for user in ("lea", "tim", "rea"):
        before = team.dump()
        assert team(user).next_task() is None
        assert (told if user in ("lea", "tim") else "production is locked") in str(team(user).my_status())
        assert team.dump() == before


@pytest.mark.parametrize("cause", CAUSES)
def test_c2_held_and_own_returned_tasks_may_still_be_submitted_and_no_new_one_claimed(
    cause: str, running: Running
) -> None:
    team = running.team
    CAUSES[cause][0](team)
    ann = team("ann")
    assert ann.next_task() == running.held
    running.held.save_draft([cell(4)])
    running.held.submit()
    assert ann.next_task() == running.returned
    ann.next_task().submit([cell(5)])
    assert ann.next_task() is None
    assert team("bo").next_task() == running.expired, "his lease ran out, and nobody else has claimed it"
    running.expired.submit([cell(6)])
    states = {task.id: task.state for task in team("lea").tasks(kind="production")}
    assert states[running.held.id] == states[running.returned.id] == states[running.expired.id] == "in_review"
    team.task("ann", running.held).recall()
    running.held.submit([cell(7)], revision=team.task("ann", running.held).revision)


def test_c2_nothing_of_production_exists_before_the_first_calibration(team: Team) -> None:
    for user in ("lea", "tim"):
        refused = team.refuses(ProductionLocked, lambda user=user: team(user).create_production_batch("p"), rule="C2")
        assert "audited calibration batch on ontology version 1: none yet (needs one)" in refused.message
    batch = team.calibration()
    work(team("ann"))
    work(team("bo"))
    team.refuses(ProductionLocked, lambda: team("lea").create_production_batch("p"), rule="C2")
    team.audited(batch)
    assert team("lea").is_calibrated
    team("tim").create_production_batch("p").launch()


def test_c2_each_condition_that_is_not_met_is_told_with_its_figures_and_so_is_readiness(team: Team) -> None:
    lea = team("lea")
    lea.update_policy(min_items=3, min_score=90, min_accuracy=0.7, max_excluded_share=0.1, min_taskers=2)
    batch = team.calibration(items=4)
    work(team("ann"))
    batch.close_early(reason="enough")
    audit = batch.audit()
    audit.grade(audit.next(), "approve")
    audit.grade(audit.next(), "reject", reason="wrong")
    result = audit.complete()
    # a = 1, 0; c = 0.9: mean 0.5, Brier (0.01 + 0.81) / 2 = 0.41, score 100 * (0.8 * 0.5 + 0.2 * 0.59) = 51.8
    assert result.score == pytest.approx(51.8, abs=1e-9)
    refused = team.refuses(ProductionLocked, lambda: lea.create_production_batch("p"), rule="C2")
    for told in (
        "calibration score: 51.8 (needs >= 90.0)",
        "mean accuracy: 0.50 (needs >= 0.70)",
        "items with a graded attempt: 2 (needs >= 3)",
        "items without a graded attempt: 50 % (needs <= 10 %)",
        "taskers: 1 (needs >= 2)",
    ):
        assert told in refused.message
    readiness = lea.readiness().set_index("condition")
    assert list(readiness.columns) == ["required", "actual", "met"]
    assert readiness.loc["calibration score"].tolist() == [">= 90.0", "51.8", False]
    assert readiness.loc["items without a graded attempt"].tolist() == ["<= 10 %", "50 %", False]
    assert not result.passed
    assert result.conditions["met"].tolist() == [False] * 5


def test_c2_figures_that_round_alike_are_told_apart(open_project: Team) -> None:
    open_project("lea").update_policy(min_score=99.80001)
    refused = open_project.refuses(ProductionLocked, lambda: open_project("lea").create_production_batch("p"))
    assert "calibration score: 99.80000 (needs >= 99.80001)" in refused.message


def test_c2_a_threshold_that_is_reached_exactly_is_reached(open_project: Team) -> None:
    lea = open_project("lea")
    lea.update_policy(min_score=99.8, min_accuracy=1, min_items=3, max_excluded_share=0, min_low=99.8, min_taskers=2)
    lea.create_production_batch("p")


def test_c2_an_admin_can_change_the_policy_and_that_is_an_event(team: Team) -> None:
    team.calibrate(grade="reject")
    lea = team("lea")
    team.refuses(ProductionLocked, lambda: lea.create_production_batch("p"), rule="C2")
    with team.new_events() as events:
        lea.update_policy(min_score=3, min_accuracy=0)
    assert events == [("lea", "policy.update")]
    figures = msgspec.json.decode(lea.events()["figures"].iloc[-1])
    assert figures == {"min_score": 3.0, "min_accuracy": 0.0}
    lea.create_production_batch("p").launch()


def test_c2_answers_promotions_and_a_later_passing_batch_open_it_again(open_project: Team) -> None:
    team, lea = open_project, open_project("lea")
    ask_for_answers(team)
    assert not lea.is_calibrated
    lea.feedback(state="open")[0].decline(answer="see the section on borders")
    assert lea.is_calibrated
    lea.update_policy(min_training_tasks=1, min_evaluation_tasks=1)
    graded = lea.tasks(state="graded")
    graded[0].promote("training")
    assert not lea.is_calibrated
    graded[1].promote("evaluation")
    assert lea.is_calibrated
    fail_a_later_batch(team)
    assert not lea.is_calibrated
    team.calibrate("third", items=["cell05", "cell06"])
    assert lea.is_calibrated


def test_c2_new_instructions_are_only_advice_unless_the_policy_locks_on_them(open_project: Team) -> None:
    lea = open_project("lea")
    lea.update_instructions("Better.")
    assert lea.is_calibrated
    row = lea.readiness().set_index("condition").loc["calibrated instructions"]
    assert row.tolist() == ["advice", "version 1", False]
    lea.create_production_batch("p").launch()


def test_c2_a_change_of_colours_or_order_keeps_the_calibration(open_project: Team) -> None:
    lea = open_project("lea")
    objects = [msgspec.structs.replace(one, color="#123456") for one in reversed(ONTOLOGY.objects)]
    repainted = aw.Ontology(objects=objects, classifications=ONTOLOGY.classifications)
    assert lea.update_ontology(repainted) == 1
    assert lea.is_calibrated
    assert lea.ontology == repainted
    assert lea.update_ontology(WIDER) == 2
    assert not lea.is_calibrated


def test_c2_an_audit_on_an_older_ontology_version_opens_nothing(team: Team) -> None:
    batch = team.calibration()
    work(team("ann"))
    work(team("bo"))
    team("lea").update_ontology(WIDER)
    result = team.audited(batch)
    assert (result.passed, result.ontology_version) == (True, 1)
    assert not team("lea").is_calibrated
    team.refuses(ProductionLocked, lambda: team("lea").create_production_batch("p"), rule="C2")


def test_c2_production_is_not_locked_by_what_only_annotators_lack(open_project: Team) -> None:
    open_project.production(items=2)
    assert open_project("bo").next_task() is not None
    open_project("lea").pause("ann")
    assert open_project("ann").next_task() is None
    open_project.refuses(RuleViolation, open_project.task("ann", open_project("lea").tasks(state="queued")[0]).claim)


# --- C8


def test_c8_rebasing_moves_unclaimed_tasks_to_the_new_versions_and_certificate(open_project: Team) -> None:
    team, lea = open_project, open_project("lea")
    batch = team.production(items=["cell00", "cell01", "cell02"])
    held = team("ann").next_task()
    lea.update_ontology(WIDER)
    locked = team.refuses(ProductionLocked, batch.rebase, rule="C2")
    assert "ontology version 2" in locked.message
    team.calibrate("second", items=["cell09", "cell10"])
    with team.new_events() as events:
        batch.rebase()
    assert events == [("lea", "batch.rebase")]
    assert batch.ontology_version == 2
    assert batch.tasks().to_frame().set_index("id")["ontology_version"].tolist().count(2) == 2
    assert held.ontology == ONTOLOGY
    team.refuses(InvalidLabels, lambda: held.submit([cell(category="platelet")]), rule="P4")
    held.submit([cell()])
    fresh = team("ann").next_task()
    assert fresh.ontology == WIDER
    fresh.submit([cell(category="platelet")])
    row = next(row for row in team.dump()["batches"] if row[2] == "production")
    newest = max(row[0] for row in team.dump()["certificates"])
    assert newest in row


def test_c8_a_draft_that_was_begun_under_the_old_names_goes_on_under_the_new_ones(open_project: Team) -> None:
    team, lea = open_project, open_project("lea")
    batch = team.production(items=["cell00"])
    task = team("ann").next_task()
    task.save_draft([cell(3)])
    task.release()
    renamed = aw.Ontology(
        objects=[msgspec.structs.replace(ONTOLOGY.objects[0], name="red cell"), ONTOLOGY.objects[1]],
        classifications=ONTOLOGY.classifications,
    )
    lea.update_ontology(renamed, rename={"RBC": "red cell"})
    team.calibrate("second", items=["cell09", "cell10"], labels=[cell(category="red cell")])
    batch.rebase()
    again = team("ann").next_task()
    assert again.labels() == [cell(3, category="red cell")]
    again.submit()
    assert [one.label.category for one in lea.labels(kind="production")] == ["red cell"]


def test_c8_a_draft_keeps_what_the_new_ontology_knows_and_is_kept_whole_as_a_copy(open_project: Team) -> None:
    team, lea = open_project, open_project("lea")
    torn = aw.Radio("torn", ["no", aw.Option("yes", [aw.Text("where")])])
    lea.update_ontology(msgspec.structs.replace(WIDER, classifications=[*ONTOLOGY.classifications, torn]))
    team.calibrate("second", items=["cell09", "cell10"])
    batch = team.production(items=["cell00"])
    task = team("ann").next_task()
    begun = [
        cell(3),
        msgspec.structs.replace(cell(1, category="WBC"), attributes={"kind": "long"}),
        cell(5, category="platelet"),
        Answer("quality", "good"),
        Answer("torn", "yes"),
        Answer("where", "left"),
    ]
    task.save_draft(begun)
    task.release()
    narrow = aw.Ontology(
        objects=[ONTOLOGY.objects[0], msgspec.structs.replace(ONTOLOGY.objects[1], attributes=[])],
        classifications=ONTOLOGY.classifications,
    )
    lea.update_ontology(narrow)
    team.calibrate("third", items=["cell07", "cell08"])
    with pytest.warns(Notice, match="1 of the drafts held what ontology version 3 no longer knows"):
        batch.rebase()
    assert team("ann").next_task() == task
    assert task.labels() == [cell(3), cell(1, category="WBC"), Answer("quality", "good")]
    assert task.copies() == [begun]
    task.submit()
    assert task.state == "completed"


def test_c8_only_a_running_production_batch_is_rebased_and_twice_does_nothing(open_project: Team) -> None:
    team = open_project
    draft = team("lea").create_production_batch("draft", items=["cell05"])
    team.refuses(RuleViolation, draft.rebase, rule="C8")
    team.refuses(RuleViolation, team.ground_truth(items=2).rebase, rule="C8")
    draft.launch()
    before = team.dump()
    with pytest.warns(Notice, match="current versions already"):
        draft.rebase()
    assert team.dump() == before


def test_r1_annotators_see_what_production_waits_for_and_not_the_figures(team: Team) -> None:
    team.calibrate()
    ours, theirs = team("lea").readiness(), team("ann").readiness()
    assert theirs["condition"].tolist() == ours["condition"].tolist()
    assert set(theirs["actual"].iloc[:4]) == {"for leads to see"}
    assert "for leads to see" not in set(ours["actual"])
