"""C1, C3, C6, C7: making calibration batches, shares, attempts, confidence, requirements, history."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import pytest

import annowidgets as aw
from annowidgets.errors import AuditIncomplete, InvalidInput, Notice, NotQualified, RuleViolation
from annowidgets.workflow import Project
from tests.workflow.building import START, Team, cell, new_team, without_notices, work


def attempts(project: Project) -> int:
    """How many attempts a person is given until there are no more."""
    return work(project, confidence=0.5)


# --- C1


@pytest.mark.parametrize(("size", "warns"), [(9, True), (10, False), (20, False), (50, False), (51, True)])
def test_c1_fewer_than_ten_or_more_than_fifty_items_warns_and_goes_on(
    size: int, warns: bool, tmp_path: Path, pictures: Path
) -> None:
    project = new_team(tmp_path / "cells.db", pictures, items=52)("lea")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        batch = project.create_calibration_batch("round", size=size, rng=0)
    assert len(batch.items) == size
    assert [str(warning.message) for warning in caught] == [
        f"A calibration batch of {size} items is unusual: about 20 is advised, 10 to 50 usual."
    ] * warns
    assert all(warning.category is Notice for warning in caught)


def test_c1_about_twenty_are_drawn_at_random_and_the_draw_is_seeded(tmp_path: Path, pictures: Path) -> None:
    team = new_team(tmp_path / "cells.db", pictures, items=52)
    drawn = []
    for number, seed in enumerate((0, 0, 1)):
        batch = team("lea").create_calibration_batch(f"round {number}", rng=seed)
        drawn.append([item.name for item in batch.items])
        for item in batch.items:
            batch.exclude_item(item, reason="only a draw")
    assert len(set(drawn[0])) == 20
    assert drawn[0] != sorted(drawn[0])


def test_c1_a_further_batch_draws_unseen_items_first_and_known_ones_only_where_these_run_out(team: Team) -> None:
    lea = team("lea")
    first = team.calibration("first", items=["cell00", "cell01", "cell02", "cell03", "cell04"])
    first.close_early(reason="enough")
    with without_notices():
        second = lea.create_calibration_batch("second", size=5, rng=0)
        seen = {item.name for item in second.items}
        assert not seen & {item.name for item in first.items}
        second.launch()
        second.close_early(reason="enough")
        third = lea.create_calibration_batch("third", size=6, rng=0)
    names = [item.name for item in third.items]
    unseen = {item.name for item in lea.items()} - seen - {item.name for item in first.items}
    assert len(unseen) == 2
    assert set(names[:2]) == unseen
    assert len(set(names)) == 6


def test_c1_where_there_are_too_few_items_it_says_so_and_goes_on(team: Team) -> None:
    with pytest.warns(Notice, match="Only 12 items could be drawn, 20 were asked for"):
        batch = team("lea").create_calibration_batch("round", rng=0)
    assert len(batch.items) == 12


@pytest.mark.parametrize(
    ("items", "per_item", "annotators", "share"),
    [(5, 1, 2, 3), (6, 1, 2, 3), (7, 1, 3, 3), (4, 2, 3, 3), (3, 3, 3, 3), (12, 1, 5, 3)],
)
def test_c1_one_person_takes_an_equal_share_of_the_attempts_rounded_up(
    items: int, per_item: int, annotators: int, share: int, team: Team
) -> None:
    people = ["ann", "bo", *(f"p{number}" for number in range(annotators - 2))]
    for user in people[2:]:
        team("lea").add_member(user)
    team.calibration(items=items, attempts_per_item=per_item)
    assert share == math.ceil(items * per_item / annotators)
    assert attempts(team("ann")) == min(share, items)
    assert f"your share of {share} attempts is used up" in str(team("ann").my_status()) or share >= items


def test_c1_the_share_holds_for_everybody_and_claiming_past_it_is_refused_by_name(team: Team) -> None:
    batch = team.calibration(items=4)
    assert attempts(team("ann")) == 2
    left = batch.tasks(state="queued")[0]
    refused = team.refuses(RuleViolation, team.task("ann", left).claim, rule="C1")
    assert "share" in refused.message
    assert "max_per_tasker" in refused.hint
    team.refuses(RuleViolation, lambda: team.task("lea", left).assign("ann"), rule="C1")
    assert attempts(team("lea")) == 2, "a lead may label too, up to the same share"


def test_c1_max_per_tasker_overrides_the_share(team: Team) -> None:
    team.calibration("tight", items=["cell00", "cell01", "cell02"], max_per_tasker=1)
    assert attempts(team("ann")) == 1
    team("lea").batch("tight").close_early(reason="enough")
    team.calibration("wide", items=["cell03", "cell04", "cell05"], max_per_tasker=99)
    assert attempts(team("ann")) == 3


def test_c1_without_annotators_who_meet_the_requirements_there_is_no_share(team: Team) -> None:
    team("lea").add_member("rea", tags=["expert"])
    team.calibration(items=3, requirements=aw.Requirements(tags=["expert"]))
    assert attempts(team("rea")) == 3


def test_c1_only_annotators_who_meet_the_requirements_are_counted(team: Team) -> None:
    team("lea").add_member("ann", tags=["expert"])
    team.calibration(items=4, requirements=aw.Requirements(tags=["expert"]))
    assert attempts(team("ann")) == 4


def test_c1_an_excluded_item_is_no_part_of_the_share(team: Team) -> None:
    batch = team.calibration(items=5)
    batch.exclude_item("cell00", reason="broken")
    assert attempts(team("ann")) == 2


def test_c1_each_item_is_attempted_by_different_people(team: Team) -> None:
    batch = team.calibration(items=3, attempts_per_item=2)
    assert len(batch.tasks()) == 6
    assert attempts(team("ann")) == 3
    left = batch.tasks(state="queued")[0]
    refused = team.refuses(RuleViolation, team.task("ann", left).claim, rule="C1")
    assert "attempted" in refused.message
    assert attempts(team("bo")) == 3
    by_item: dict[str, set[str | None]] = {}
    for task in batch.tasks():
        by_item.setdefault(task.item.name, set()).add(task.user)
    assert set(map(frozenset, by_item.values())) == {frozenset(("ann", "bo"))}


def test_c1_numbers_that_cannot_be_are_refused(team: Team) -> None:
    lea = team("lea")
    for settings in ({"size": 0}, {"attempts_per_item": 0}, {"max_per_tasker": 0}, {"size": 2.5}, {"size": True}):
        team.refuses(InvalidInput, lambda settings=settings: lea.create_calibration_batch("round", **settings))
    team.refuses(InvalidInput, lambda: lea.create_calibration_batch("round", items=["cell00"], requirements={}))


# --- a skipped attempt


def test_c1_a_skipped_attempt_goes_to_another_tasker_also_beyond_the_share(team: Team) -> None:
    batch = team.calibration(items=2)
    assert attempts(team("bo")) == 1
    task = team("ann").next_task()
    task.skip(reason="too dark")
    assert team("lea").task(task.id).state == "queued"
    team.refuses(RuleViolation, team.task("ann", task).claim, rule="C1")
    assert team("ann").next_task() is None
    assert attempts(team("bo")) == 1, "his share is used up, but nobody else could take it"
    assert {task.state for task in batch.tasks()} == {"submitted"}


def test_c1_an_attempt_that_was_assigned_goes_to_another_too_when_its_assignee_skips_it(team: Team) -> None:
    batch = team.calibration(items=1)
    team.task("lea", batch.tasks()[0]).assign("ann")
    assert team("bo").next_task() is None
    task = team("ann").next_task()
    task.skip(reason="too dark")
    assert team("bo").next_task() == task


def test_c1_a_skipped_attempt_for_which_nobody_is_left_is_excluded_with_the_reason_and_counted(team: Team) -> None:
    batch = team.calibration(items=3)
    task = team("ann").next_task()
    task.skip(reason="too dark")
    other = next(one for one in iter(team("bo").next_task, None) if one == task or not one.skip(reason="dark"))
    other.skip(reason="dark too")
    row = batch.tasks().to_frame().set_index("id").loc[task.id]
    assert (row["state"], row["reason"]) == ("excluded", "skipped: dark too")
    for user in ("ann", "bo"):
        work(team(user))
    result = team.audited(batch)
    assert result.items + result.excluded == 3
    assert result.excluded >= 1


def test_c1_where_no_annotator_qualifies_other_members_who_do_are_left_for_a_skipped_attempt(team: Team) -> None:
    for user in ("rea", "tim"):
        team("lea").add_member(user, tags=["expert"])
    batch = team.calibration(items=1, requirements=aw.Requirements(tags=["expert"]))
    team("rea").next_task().skip(reason="unclear")
    assert batch.tasks()[0].state == "queued", "tim is left"
    team("tim").next_task().skip(reason="unclear")
    assert batch.tasks()[0].state == "excluded", "lea is an admin without the tag"


# --- C3


def test_c3_a_confidence_is_required_in_calibration_and_kept(team: Team) -> None:
    team.calibration(items=1)
    task = team("ann").next_task()
    missing = team.refuses(InvalidInput, lambda: task.submit([cell()]), rule="C3")
    assert "confidence=0.9" in missing.hint
    assert team.refuses(InvalidInput, lambda: task.submit([cell()], confidence=90)).hint == "Did you mean 0.9?"
    for wrong in (-0.1, 101, float("nan"), "high", True):
        team.refuses(InvalidInput, lambda wrong=wrong: task.submit([cell()], confidence=wrong))
    feedback = task.give_feedback("Do I box cells cut by the border?", section="Boxes", kind="missing")
    task.submit([cell()], confidence=0)
    assert (task.state, task.confidence) == ("submitted", 0.0)
    assert (feedback.task, feedback.kind) == (task.id, "missing")


def test_c3_elsewhere_a_confidence_is_optional_and_kept(team: Team) -> None:
    team.ground_truth(items=2)
    first = team("ann").next_task()
    first.submit([cell()])
    second = team("ann").next_task()
    second.submit([cell()], confidence=1)
    assert (first.confidence, second.confidence) == (None, 1.0)


def test_c3_an_attempt_is_never_drawn_for_review_nor_recalled(team: Team) -> None:
    team.sample(1.0)
    team.calibration(items=1)
    task = team("ann").next_task()
    task.submit([cell()], confidence=0.5)
    assert task.state == "submitted"
    assert team("rea").next_review() is None
    team.refuses(RuleViolation, task.recall, rule="T1")


# --- C6


def test_c6_scores_are_kept_as_a_history_with_the_versions_of_each(team: Team) -> None:
    lea = team("lea")
    team.calibrate("first", items=["cell00", "cell01", "cell02"], grade="reject")
    lea.update_instructions("Box each cell tightly.")
    team.clock.forward(minutes=10)
    team.calibrate("second", items=["cell03", "cell04", "cell05"])
    history = lea.calibration_history()
    assert history["batch"].tolist() == ["first", "second"]
    assert history["instructions_version"].tolist() == [1, 2]
    assert history["ontology_version"].tolist() == [1, 1]
    assert history["passed"].tolist() == [False, True]
    assert history["items"].tolist() == [3, 3]
    # rejected: a = 0, c = 0.9: 100 * 0.2 * (1 - 0.81); approved: a = 1, c = 0.9: 100 * (0.8 + 0.2 * (1 - 0.01))
    assert history["score"].tolist() == pytest.approx([3.8, 99.8], abs=1e-9)
    assert history["accuracy"].tolist() == [0.0, 1.0]
    assert history["completed"].map(lambda at: at.timestamp()).tolist() == [START, START + 600]


def test_c6_a_project_without_a_calibration_has_an_empty_history(team: Team) -> None:
    assert len(team("lea").calibration_history()) == 0
    with pytest.raises(AuditIncomplete):
        _ = team.calibration().calibration_score


# --- C7


@pytest.mark.parametrize(
    ("level", "may"), [(None, False), ("A2", False), ("B2", False), ("C1", True), ("C2", True), ("native", True)]
)
def test_c7_a_language_is_needed_at_least_at_its_level(level: str | None, may: bool, open_project: Team) -> None:
    team = open_project
    if level is not None:
        team("lea").add_member("ann", languages={"en": level, "de": "native"})
    batch = team.production(items=2, requirements=aw.Requirements(languages={"en": "C1"}))
    task = team.task("ann", batch.tasks()[0])
    if may:
        assert task.claim().user == "ann"
        return
    refused = team.refuses(NotQualified, task.claim, rule="C7")
    assert f"language en at C1 (has {level or 'none'})" in refused.message
    team.refuses(NotQualified, lambda: team.task("lea", task).assign("ann"), rule="C7")
    assert team("ann").next_task() is None
    assert "language en at C1" in str(team("ann").my_status())


def test_c7_all_tags_are_needed_and_each_that_is_missing_is_named(open_project: Team) -> None:
    team = open_project
    team("lea").add_member("ann", tags=["blood", "adult"])
    batch = team.production(items=2, requirements=aw.Requirements(tags=["blood", "bone", "child"]))
    refused = team.refuses(NotQualified, team.task("ann", batch.tasks()[0]).claim, rule="C7")
    assert "tag bone, child" in refused.message
    team("lea").add_member("ann", tags=["child", "bone", "blood"])
    assert team("ann").next_task() is not None


def test_c7_a_minimum_time_on_the_instructions_is_counted_per_version_and_person(open_project: Team) -> None:
    team = open_project
    batch = team.production(items=2, requirements=aw.Requirements(min_instruction_seconds=60))
    ann = team("ann")
    ann.read_instructions(seconds=59.5)
    team("bo").read_instructions(seconds=600)
    refused = team.refuses(NotQualified, team.task("ann", batch.tasks()[0]).claim, rule="C7")
    assert "60 s on instructions version 1" in refused.message
    ann.read_instructions(seconds=0.5)
    ann.next_task().release()
    team("lea").update_instructions("New.")
    assert ann.next_task() is None, "production goes by the current version"
    assert "instructions version 2" in str(ann.my_status())
    assert ann.read_instructions().version == 2  # by a program: read in full
    assert ann.next_task() is not None


def test_c7_a_calibration_batch_asks_for_the_version_that_it_was_launched_with(team: Team) -> None:
    team.calibration(items=2, requirements=aw.Requirements(min_instruction_seconds=60))
    team("lea").update_instructions("New.")
    ann = team("ann")
    ann.read_instructions()
    assert ann.next_task() is None
    assert "instructions version 1" in str(ann.my_status())
    assert ann.read_instructions(version=1).text == "# Cells\n\nBox each."
    assert ann.next_task() is not None
    for wrong in (0, 3, "1", 1.5):
        team.refuses(InvalidInput, lambda wrong=wrong: ann.read_instructions(version=wrong))


def test_c7_production_batches_have_requirements_too_and_returned_tasks_are_not_taken_away(open_project: Team) -> None:
    team = open_project
    team.sample(1.0)
    team("lea").add_member("ann", tags=["expert"])
    team.production(requirements=aw.Requirements(tags=["expert"]))
    assert team("bo").next_task() is None
    task = team("ann").next_task()
    task.submit([cell()])
    team.task("rea", task).return_to_annotator("once more")
    team("lea").add_member("ann", tags=[])
    assert team("ann").next_task() == task


def test_c7_requirements_are_checked_when_they_are_made() -> None:
    for wrong in (
        {"languages": {"en": "C3"}},
        {"languages": ["en"]},
        {"tags": "expert"},
        {"tags": [""]},
        {"tags": 5},
        {"min_instruction_seconds": -1},
        {"min_instruction_seconds": "long"},
    ):
        with pytest.raises(InvalidInput):
            aw.Requirements(**wrong)  # type: ignore[arg-type]


def test_c7_pictures_of_a_calibration_are_labelled_again_in_production(open_project: Team) -> None:
    production = open_project("lea").create_production_batch("production")
    assert {"cell00", "cell01", "cell02"} <= {item.name for item in production.items}
    assert len(production.items) == 12
