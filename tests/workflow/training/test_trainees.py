"""A4, A5, A6, A12: who gets which tasks, in rounds, and who gets none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from annowidgets.errors import (
    InvalidInput,
    NotFound,
    Notice,
    PermissionDenied,
    RuleViolation,
    TaskLocked,
    TransitionRefused,
)
from annowidgets.workflow.training import TrainingProject, TrainingTask
from tests.workflow.building import Team, cell, without_notices
from tests.workflow.training.building import GOLD, TRAINEES, answer, new_training, seen_by, work_off


def tasks_of(training: TrainingProject) -> dict[str, list[str]]:
    frame = training.tasks().to_frame()
    return {trainee: sorted(own["item"]) for trainee, own in frame.groupby("trainee")}


def in_hands_of(training: TrainingProject, user: str, task: TrainingTask) -> TrainingTask:
    """A task in the hands of somebody who would not be given it."""
    from annowidgets.store import tasks as stored_tasks

    workspace = training.workspace if user == training.workspace.user else training.workspace.as_user(user)
    with workspace.database.read() as connection:
        row = stored_tasks.by_id(connection, task.id)
    assert row is not None
    return TrainingTask(workspace, row)


def test_a4_four_tasks_and_four_trainees_make_sixteen(golden: Team) -> None:
    training = new_training(golden, trainees=["uma", "vic", "wim", "xia"])
    assert len(training.tasks()) == 16
    assert tasks_of(training) == {trainee: sorted(GOLD) for trainee in ("uma", "vic", "wim", "xia")}
    assert training.scores()["tasks"].tolist() == [4, 4, 4, 4]


def test_a4_trainees_come_later_one_or_a_list_and_get_the_same_tasks(golden: Team, training: TrainingProject) -> None:
    work_off(training, "uma")
    training.correct_gold("cell00", labels=[cell(4)], reason="off")
    assert training.add_trainees("wim") == ["wim"]
    assert training.add_trainees(["xia", "yan", "xia"]) == ["xia", "yan"]
    assert tasks_of(training) == {user: sorted(GOLD) for user in (*TRAINEES, "wim", "xia", "yan")}
    before = golden.dump()
    with pytest.warns(Notice, match="'wim' is a trainee already"):
        assert training.add_trainees("wim") == []
    assert golden.dump() == before


def test_a4_ten_or_more_for_a_running_project_are_advised_to_have_their_own(training: TrainingProject) -> None:
    training.add_trainees([f"new {number}" for number in range(9)])
    with pytest.warns(Notice, match=r"training\.clone"):
        training.add_trainees([f"newer {number}" for number in range(10)])


def test_a4_each_trainee_has_an_order_of_their_own(golden: Team) -> None:
    users = [f"trainee {number}" for number in range(8)]
    training = new_training(golden, trainees=users)
    orders = {tuple(task.item.name for task in work_off(training, user)) for user in users}
    assert len(orders) > 1


def test_a4_a_lead_puts_a_task_first_and_last(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"])
    first, *_, last = (task.item.name for task in work_off(new_training(golden, name="the same"), "uma"))
    for name, priority in ((first, -1), (last, 1)):
        training.tasks(item=name)[0].set_priority(priority)
    names = [task.item.name for task in work_off(training, "uma")]
    assert (names[0], names[-1]) == (last, first)


def test_a4_a_name_is_the_same_however_its_accents_are_written(golden: Team) -> None:
    training = new_training(golden, trainees=["Zo\u00e9"])
    assert len(training.tasks(user="Zoe\u0301")) == 4


def test_a4_who_is_no_name_or_no_list_is_refused_in_one_sentence(golden: Team, training: TrainingProject) -> None:
    for wrong in (None, 3, [3], [None], [""]):
        golden.refuses(InvalidInput, lambda wrong=wrong: training.add_trainees(wrong))
        golden.refuses(InvalidInput, lambda wrong=wrong: training.clone("next", trainees=wrong))
        golden.refuses(InvalidInput, lambda wrong=wrong: training.remove_trainee(wrong))
    for items in (3, []):
        golden.refuses(InvalidInput, lambda items=items: training.new_round(["uma"], items=items))


def test_a4_a_task_is_for_its_trainee_and_nobody_else(
    golden: Team, training: TrainingProject, script: Callable[..., None]
) -> None:
    task = training.tasks(user="vic")[0]
    golden.refuses(PermissionDenied, lambda: seen_by(training, "uma").task(task.id), rule="R3")
    golden.refuses(TaskLocked, in_hands_of(training, "uma", task).claim)
    golden.refuses(RuleViolation, lambda: training.task(task.id).assign("uma"), rule="A4")
    assert {row.trainee for row in seen_by(training, "uma").tasks()} == {"uma"}
    assert [row.trainee for row in seen_by(training, "uma").tasks(user="vic")] == ["uma"] * 4
    script("A4", "UPDATE tasks SET assignee = 'uma' WHERE id = ?", task.id)
    claimed = "state = 'annotating', state_before = 'queued', lease_until = 9e9"
    script("A4", f"UPDATE tasks SET {claimed}, user = 'uma' WHERE id = ?", task.id)
    script("A4", "UPDATE tasks SET assignee = NULL WHERE id = ?", task.id)
    batch = task.batch.id
    script("A4", "UPDATE batch_items SET excluded = 'hard' WHERE batch = ?", batch)
    golden.refuses(TransitionRefused, lambda: task.batch.exclude_item("cell00", reason="hard"))
    refused = golden.refuses(TransitionRefused, lambda: task.batch.close_early(reason="hard"), rule="T1")
    assert refused.hint == "Possible now: remove trainee."


def test_a5_leads_and_reviewers_get_no_tasks_and_open_none(golden: Team, training: TrainingProject) -> None:
    training.add_member("tom", role="team_manager")
    training.add_member("rik", role="reviewer")
    task = training.tasks(user="uma")[0]
    seen_by(training, "uma").task(task.id).claim().save_draft([cell()])
    for user in ("lea", "tom", "rik"):
        theirs = seen_by(training, user)
        told = golden.refuses(PermissionDenied, theirs.next_task, rule="R1")
        assert told.hint == "It takes annotator."
        golden.refuses(PermissionDenied, theirs.my_status, rule="R1")
        in_hand = in_hands_of(training, user, task)
        for act in (in_hand.claim, lambda t=in_hand: t.save_draft([cell()]), lambda t=in_hand: t.submit([cell()])):
            golden.refuses(PermissionDenied, act, rule="R1")
    assert training.task(task.id).labels() == [cell()]
    golden.refuses(PermissionDenied, lambda: seen_by(training, "rik").task(task.id), rule="R3")


def test_a5_who_leads_or_reviews_here_or_in_a_source_is_no_trainee(golden: Team, training: TrainingProject) -> None:
    training.add_member("rik", role="reviewer")
    for user in ("lea", "tim", "rea", "rik"):
        refused = golden.refuses(RuleViolation, lambda user=user: training.add_trainees(["wim", user]), rule="A5")
        assert user in refused.message
    assert training.add_trainees("ann") == ["ann"]


def test_a5_who_becomes_a_lead_of_a_source_later_can_not_go_on(golden: Team) -> None:
    training = new_training(golden, trainees=["ann"])
    ann = seen_by(training, "ann")
    task = ann.next_task()
    with pytest.warns(Notice, match="'ann' leads or reviews here now, and can't go on as a trainee of 'Onboarding'"):
        golden("lea").set_role("ann", "reviewer")
    other = new_training(golden, name="other", trainees=["uma"])
    with pytest.warns(Notice, match="trainee of 'other'"):
        golden("lea").add_member("uma", role="reviewer")
    assert seen_by(other, "uma").next_task() is None
    assert ann.next_task() is None
    assert ann.my_status().reasons == ["'ann' leads or reviews in 'Blood'"]
    golden.refuses(RuleViolation, task.claim, rule="A5")
    golden.refuses(RuleViolation, lambda: task.submit([cell()]), rule="A5")
    golden.refuses(RuleViolation, lambda: training.new_round("ann"), rule="A5")


def test_a5_roles_do_not_mix(golden: Team, training: TrainingProject) -> None:
    golden.refuses(RuleViolation, lambda: training.set_role("uma", "admin"), rule="A5")
    training.add_member("tom", role="team_manager")
    golden.refuses(RuleViolation, lambda: training.set_role("tom", "annotator"), rule="A5")
    golden.refuses(InvalidInput, lambda: training.add_member("pat", role="annotator"))
    training.set_role("tom", "admin")
    training.remove_member("tom")
    assert training.members(role="admin")[0].user == "lea"


def test_a6_a_submitted_task_stays_whoever_asks(
    golden: Team, training: TrainingProject, script: Callable[..., None]
) -> None:
    uma = seen_by(training, "uma")
    task = answer(uma.next_task(), off=2)
    golden.refuses(TransitionRefused, task.claim)
    golden.refuses(TransitionRefused, lambda: task.save_draft([cell()]))
    golden.refuses(TransitionRefused, lambda: task.submit([cell()]))
    golden.refuses(TransitionRefused, task.recall)
    golden.refuses(TransitionRefused, task.release)
    lead = training.task(task.id)
    golden.refuses(TransitionRefused, lambda: lead.reopen(reason="please"))
    golden.refuses(TransitionRefused, lambda: lead.assign("uma"))
    golden.refuses(TransitionRefused, lead.approve)
    golden.refuses(TransitionRefused, lambda: lead.return_to_annotator("once more"))
    golden.refuses(RuleViolation, lambda: lead.set_priority(3), rule="A6")
    for change in (
        "state = 'queued', user = NULL",
        "state = 'annotating', lease_until = 9e9, state_before = 'queued'",
        "labels = NULL",
        "user = 'vic'",
        "confidence = 1",
        "seconds = 1",
    ):
        script("[AT][146]", f"UPDATE tasks SET {change} WHERE id = ?", task.id)
    script("L1", "UPDATE label_sets SET labels = '[]' WHERE task = ?", task.id)
    script("A6", "UPDATE drafts SET labels = '[]' WHERE task = ?", task.id)
    script("A6", "DELETE FROM drafts WHERE task = ?", task.id)
    script("T1", "DELETE FROM tasks WHERE id = ?", task.id)
    script("A6", "DELETE FROM training_rounds")
    script("A6", "UPDATE training_rounds SET round = 7")


def test_a6_another_round_is_a_new_set_and_the_old_one_stays(golden: Team) -> None:
    training = new_training(golden, reveal="never")
    first = [task.id for task in work_off(training, "uma", off=2)]
    assert training.new_round(["uma"], items=["cell01", "cell03"]) == ["uma"]
    second = [task.id for task in work_off(training, "uma")]
    assert len(second) == 2
    assert not set(first) & set(second)
    scores = training.scores()
    assert scores[["trainee", "round", "tasks", "submitted"]].to_numpy().tolist() == [
        ["uma", 1, 4, 4],
        ["vic", 1, 4, 0],
        ["uma", 2, 2, 2],
    ]
    assert scores.loc[2, "score"] == 100 > scores.loc[0, "score"]
    assert {task.round for task in training.tasks(user="uma", round=2)} == {2}
    assert training.evaluation_labels().groupby("round")["task"].nunique().to_dict() == {1: 4, 2: 2}
    assert training.new_round() == ["uma", "vic"]
    with pytest.raises(NotFound, match="uma"):
        training.new_round("umma")


def test_a12_gold_that_a_trainee_wrote_attempted_or_reviewed_is_left_out(team: Team) -> None:
    team.sample(1.0)
    team.ground_truth("gold", items=list(GOLD))
    for user in ("ann", "bo"):
        for _ in range(2):
            task = team(user).next_task()
            task.submit(GOLD[task.item.name])
    mine = {task.item.name for task in team("lea").tasks(user="ann")}
    with pytest.warns(Notice, match=r"2 items are left out for 'ann', who has seen their gold"):
        training = team.workspace.create_training_project("new", sources=[team("lea")], trainees=["ann", "uma"])
    assert tasks_of(training) == {"ann": sorted(GOLD.keys() - mine), "uma": sorted(GOLD)}
    reviewed = team("rea").next_review()
    reviewed.approve()
    item = reviewed.item.name
    team("lea").remove_member("rea")
    with pytest.warns(Notice, match="1 items are left out for 'rea'"):
        training.add_trainees("rea")
    assert item not in tasks_of(training)["rea"]


def test_a12_attempters_and_auditors_of_a_calibration_have_seen_its_items(open_project: Team) -> None:
    team = open_project
    attempts = team("lea").tasks(kind="calibration")
    for task in attempts:
        task.promote("training")
    with without_notices():
        training = team.workspace.create_training_project("new", sources=[team("lea")])
        training.add_trainees(["ann"])
    own = {task.item.name for task in attempts if task.user == "ann"}
    assert own
    assert tasks_of(training)["ann"] == sorted({task.item.name for task in attempts} - own)


def test_a12_gold_that_was_revealed_anywhere_is_left_out(golden: Team) -> None:
    practice = new_training(golden, name="practice", trainees=["uma"], reveal="after_each")
    done = work_off(practice, "uma", limit=1)
    hidden = new_training(golden, name="hidden", trainees=["vic"], reveal="never")
    work_off(hidden, "vic")
    with pytest.warns(Notice, match="1 items are left out for 'uma'"):
        exam = golden.workspace.create_training_project("exam", sources=[golden("lea")], trainees=["uma", "vic"])
    assert tasks_of(exam) == {"uma": sorted(GOLD.keys() - {done[0].item.name}), "vic": sorted(GOLD)}
    work_off(exam, "vic", limit=3)
    assert hidden.new_round("vic") == ["vic"]
    work_off(hidden, "vic")
    work_off(exam, "vic")
    golden.refuses(RuleViolation, lambda: hidden.new_round("vic"), rule="A12")


def test_a12_allowed_all_the_same_a_round_tells_it_and_never_passes(golden: Team) -> None:
    training = new_training(golden)
    work_off(training, "uma")
    assert training.scores().loc[0, "passed"]
    golden.refuses(RuleViolation, lambda: training.new_round("uma"), rule="A12")
    with pytest.warns(Notice, match="this round can't be passed"):
        training.new_round("uma", allow_seen=True)
    work_off(training, "uma")
    again = training.scores().iloc[-1]
    assert (again["round"], again["score"], again["seen"], again["passed"]) == (2, 100, 4, False)


def test_a_removed_trainee_keeps_what_was_submitted_and_can_come_back(golden: Team) -> None:
    training = new_training(golden, reveal="never")
    work_off(training, "uma", limit=2)
    uma = seen_by(training, "uma")
    held = uma.next_task()
    held.save_draft([cell()])
    training.remove_trainee("uma")
    golden.refuses(PermissionDenied, uma.next_task)
    golden.refuses(PermissionDenied, lambda: held.submit([cell()]))
    assert training.scores().loc[0, ["trainee", "submitted"]].tolist() == ["uma", 2]
    assert training.task(held.id).state == "queued"
    with pytest.warns(Notice, match="no open round"):
        training.remove_trainee("uma")
    golden.refuses(RuleViolation, lambda: training.new_round("uma"), rule="R2")
    assert training.new_round() == ["vic"]
    assert training.add_trainees("uma") == ["uma"]
    assert len(work_off(training, "uma")) == 4
    with pytest.raises(NotFound, match="uma"):
        training.remove_trainee("oma")


def test_r2_removing_a_trainee_as_a_member_ends_the_training(training: TrainingProject) -> None:
    training.remove_member("uma")
    assert [member.user for member in training.members()] == ["lea", "vic"]
    assert training.tasks(user="uma").to_frame()["state"].tolist() == ["queued"] * 4


def test_the_last_admin_stays_and_the_snippet_opens_the_desk(golden: Team, training: TrainingProject) -> None:
    golden.refuses(RuleViolation, lambda: training.remove_member("lea"), rule="R2")
    assert f"aw.TraineeDesk({str(golden.file)!r}, 'Onboarding')" in training.join_snippet()
