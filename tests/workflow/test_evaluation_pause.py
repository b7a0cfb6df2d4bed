"""Q3: who falls below the mark is paused from production, and a lead reinstates."""

from __future__ import annotations

import json
import math

import pytest

import annowidgets as aw
from annowidgets.errors import RuleViolation
from annowidgets.workflow import Task
from tests.workflow.building import Team, cell
from tests.workflow.evaluating import GOLD, new_items, served, with_evaluations

WRONG = [cell(25, 18)]  # scores 0


def paused(team: Team, user: str = "ann") -> str | None:
    return next(member.paused for member in team("lea").members() if member.user == user)


def hand_in(team: Team, names: set[str], *labels: list[aw.Label]) -> Task:
    """Let ann hand in evaluations, one after the other."""
    for one in labels:
        task = served(team, "ann", names)
        task.submit(one)
    return task


def test_q3_not_before_five_and_then_below_70(team: Team) -> None:
    _, names = with_evaluations(team, pool=8)
    hand_in(team, names, WRONG, WRONG, GOLD, GOLD)
    assert paused(team) is None, "50, but of four"
    with team.new_events() as events:
        hand_in(team, names, GOLD)
    assert ("ann", "member.pause") in events
    assert paused(team) is not None, "60 of five"


def test_q3_a_mean_of_exactly_the_mark_is_not_below(team: Team) -> None:
    _, names = with_evaluations(team, pool=8, min_mean=75, after=4)
    hand_in(team, names, GOLD, WRONG, GOLD, GOLD)
    assert paused(team) is None
    hand_in(team, names, WRONG)
    assert paused(team) is not None


def test_q3_only_the_last_of_the_window_count(team: Team) -> None:
    _, names = with_evaluations(team, pool=9, window=3, after=3, min_mean=60)
    hand_in(team, names, GOLD, GOLD, GOLD, GOLD, GOLD, WRONG)
    assert paused(team) is None, "67 of the last three"
    hand_in(team, names, WRONG)
    assert paused(team) is not None, "33 of the last three, though 71 of all"


def test_q3_a_window_may_be_shorter_than_what_must_be_there(team: Team) -> None:
    _, names = with_evaluations(team, pool=8, window=2, after=5)
    hand_in(team, names, GOLD, GOLD, WRONG, WRONG)
    assert paused(team) is None, "0 of the last two, but of four"
    hand_in(team, names, GOLD)
    assert paused(team) is not None, "50 of the last two, of five"


def test_q3_the_event_has_the_figures_and_the_annotator_reads_none(team: Team) -> None:
    _, names = with_evaluations(team, after=1)
    hand_in(team, names, WRONG)
    events = team("lea").events()
    row = events[events["action"] == "member.pause"].iloc[-1]
    figures = json.loads(row["figures"])
    assert (figures["user"], figures["mean"], figures["evaluations"], figures["min_mean"]) == ("ann", 0, 1, 70)
    reason = paused(team)
    assert reason is not None
    assert not any(character.isdigit() for character in reason)
    status = team("ann").my_status()
    assert not status.available
    assert status.reasons == [f"'production': you are paused from production ({reason})"]
    assert [member.paused for member in team("bo").members() if member.user == "ann"] == [None]


def test_q3_a_paused_annotator_finishes_held_and_returned_tasks_and_gets_no_new_ones(team: Team) -> None:
    _, names = with_evaluations(team, after=1)
    team.sample(1.0)
    mine = served(team, "ann", names)
    mine.submit(GOLD)
    team.task("rea", mine).return_to_annotator("look again")
    held = team("ann").next_task()
    assert held == mine, "the returned one comes first"
    held.submit(GOLD)
    hand_in(team, names, WRONG)
    assert paused(team) is not None
    team.task("rea", mine).return_to_annotator("once more")
    assert team("ann").next_task() == mine
    team.task("ann", mine).submit(GOLD)
    assert team("ann").next_task() is None
    queued = team("lea").tasks(state="queued", batch="production")[0]
    team.refuses(RuleViolation, lambda: team.task("ann", queued).claim(), rule="Q3")


def test_q3_after_reinstating_the_window_starts_anew(team: Team) -> None:
    _, names = with_evaluations(team, pool=12, after=2)
    hand_in(team, names, WRONG, WRONG)
    assert paused(team) is not None
    with team.new_events() as events:
        team("tim").reinstate("ann", reason="talked it over")
    assert events == [("tim", "member.reinstate")]
    hand_in(team, names, WRONG)
    assert paused(team) is None, "one of the new window"
    hand_in(team, names, GOLD)
    assert paused(team) is not None, "50 of two"
    team("tim").reinstate("ann", reason="again")
    hand_in(team, names, GOLD, GOLD, GOLD)
    assert paused(team) is None


def test_q3_handing_in_again_after_the_pause_moves_nothing_into_the_new_window(team: Team) -> None:
    _, names = with_evaluations(team, pool=12, after=2)
    task = hand_in(team, names, WRONG, WRONG)
    task.recall()
    team("tim").reinstate("ann", reason="talked it over")
    task.submit(WRONG)
    hand_in(team, names, WRONG)
    assert paused(team) is None, "the recalled one stands where it stood"


def test_q3_a_pause_by_a_lead_is_not_one_by_evaluations(team: Team) -> None:
    _, names = with_evaluations(team, after=2)
    hand_in(team, names, WRONG)
    team("tim").pause("ann", reason="holiday")
    with pytest.warns(aw.errors.Notice, match="paused already"):
        team("tim").pause("ann")
    assert paused(team) == "holiday"
    team("tim").reinstate("ann", reason="back")
    hand_in(team, names, WRONG)
    assert paused(team) is not None, "the first still counts"


def test_q3_annotators_can_not_reinstate_themselves(team: Team) -> None:
    _, names = with_evaluations(team, after=1)
    hand_in(team, names, WRONG)
    for user in ("ann", "bo", "rea"):
        team.refuses(
            aw.errors.PermissionDenied, lambda user=user: team(user).reinstate("ann", reason="please"), rule="R1"
        )


def test_q3_what_no_label_counts_in_is_no_score_and_does_not_count(team: Team) -> None:
    _, names = with_evaluations(team, after=1)
    team("lea").update_settings(
        benchmark=aw.BenchmarkFunction(iou=0.5, category=0.5, importance={"RBC": 0, "WBC": 0, "quality": 0})
    )
    hand_in(team, names, WRONG)
    assert team("lea").evaluations()["score"].isna().all()
    assert paused(team) is None
    beside = team("lea").activity().set_index("user")[["evaluations", "evaluations_empty", "evaluations_unscored"]]
    assert beside.loc["ann"].tolist() == [0, 0, 1]


# --- what leads see


def test_q3_activity_shows_the_rolling_mean_and_what_is_left(team: Team) -> None:
    _, names = with_evaluations(team, pool=6)
    hand_in(team, names, WRONG, GOLD)
    table = team("lea").activity().set_index("user")
    assert table.loc["ann", ["evaluations", "evaluation_mean", "evaluations_left"]].tolist() == [2, 50, 4]
    assert table.loc["rea", "evaluations_left"] == 6
    assert table.loc["bo", "evaluations_left"] == 0, "attempted all of them"
    assert math.isnan(table.loc["bo", "evaluation_mean"])
    assert table["evaluations_left"].isna()["lea"], "leads are given none"


def test_q3_the_mean_says_how_many_of_its_evaluations_had_nothing_to_judge(team: Team) -> None:
    _, names = with_evaluations(team)
    hand_in(team, names, GOLD)
    team("lea").update_settings(benchmark=aw.BenchmarkFunction(mode="classification"))
    hand_in(team, names, GOLD, GOLD)
    row = team("lea").activity().set_index("user").loc["ann"]
    assert row[["evaluations", "evaluation_mean"]].tolist() == [3, 100]
    assert row[["evaluations_empty", "evaluations_unscored"]].tolist() == [2, 0]


def test_q2_the_lead_is_warned_of_people_with_fewer_than_five_left(team: Team) -> None:
    _, names = with_evaluations(team, pool=6)
    condition = "evaluation tasks left, 5 per annotator"

    def told() -> str:
        table = team("lea").readiness().set_index("condition")
        return str(table.loc[condition, "actual"])

    assert told() == "bo 0"
    hand_in(team, names, GOLD)
    assert told() == "bo 0", "five are enough"
    hand_in(team, names, GOLD)
    assert told() == "ann 4, bo 0"
    found = team("lea").check(progress=False)
    assert found[found["finding"].str.contains("evaluation")]["subject"].tolist() == ["ann", "bo"]
    assert set(found["severity"]) == {"advice"}
    for user in ("ann", "bo", "rea"):
        assert condition not in team(user).readiness()["condition"].tolist()


def test_q2_nobody_is_warned_where_nothing_runs_or_no_evaluations_are_wanted(team: Team) -> None:
    assert not team("lea").readiness()["condition"].str.contains("evaluation").any()
    batch, _ = with_evaluations(team, pool=2, rate=0.0)
    assert not team("lea").readiness()["condition"].str.contains("evaluation").any()
    team("lea").update_settings(evaluation=aw.EvaluationPolicy())
    assert team("lea").readiness()["condition"].str.contains("evaluation").any()
    batch.close_early(reason="enough")
    assert not team("lea").readiness()["condition"].str.contains("evaluation").any()


def test_q2_a_person_without_any_left_labels_on(team: Team) -> None:
    _, names = with_evaluations(team, pool=2, production=4)
    done = 0
    while task := team("ann").next_task():
        task.submit(GOLD)
        done += 1
    assert done == 4 + len(names)
    assert new_items(team, 1)


def test_q3_what_is_handed_in_again_stands_where_it_stood_in_the_window(team: Team) -> None:
    _, names = with_evaluations(team, window=1, after=2)
    first = hand_in(team, names, WRONG)
    hand_in(team, names, GOLD)
    first.recall()
    first.submit(WRONG)
    assert paused(team) is None, "the last one is the other"
