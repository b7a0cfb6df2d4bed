"""L1: every accepted action appends one event with who, behind whom and with which figures; a refused one none."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from annowidgets.errors import InvalidInput
from tests.workflow.actions import TABLE, Scene
from tests.workflow.building import Team, cell, without_notices, work

# Actions that say more than one thing, each of which stands for itself.
SAY_MORE = {
    "Project.remove_member": ["task.release", "member.remove"],
    "Batch.submit_labels": ["batch.launch", "task.claim", "task.submit"],
    "Project.import_labels": [
        "batch.create",
        "batch.launch",
        "task.claim",
        "task.submit",
        "batch.complete",
    ],
}
# They write, and find nothing to do in the scene of the table.
NOTHING_TO_DO = {
    "Project.next_task",  # a task is held
    "Project.relink",
    "Project.reinstate",
    "Batch.rebase",
    "Audit.release",
    "Audit.complete",
}
WRITES = {
    "Workspace.create_project",
    "Workspace.create_training_project",
    "Project.add_member",
    "Project.add_member as admin",
    "Project.set_role",
    "Project.set_role to admin",
    "Project.remove_member",
    "Project.remove_member of an admin",
    "Project.pause",
    "Project.reinstate",
    "Project.add_images",
    "Project.add_image_group",
    "Project.add_image_sequence",
    "Project.add_video",
    "Project.add_dicom_series",
    "Project.check",
    "Project.update_instructions",
    "Project.read_instructions",
    "Project.update_ontology",
    "Project.update_policy",
    "Project.update_settings",
    "Project.archive",
    "Project.create_calibration_batch",
    "Project.create_ground_truth_batch",
    "Project.create_production_batch",
    "Project.import_labels",
    "Batch.launch",
    "Batch.submit_labels",
    "Batch.exclude_item",
    "Batch.close_early",
    "Task.claim",
    "Task.save_draft",
    "Task.save_edit",
    "Task.keep_alive",
    "Task.submit",
    "Task.skip",
    "Task.release",
    "Task.recall",
    "Task.give_feedback",
    "Task.release of another's",
    "Task.assign",
    "Task.set_priority",
    "Task.reopen",
    "Task.approve",
    "Task.approve with corrections",
    "Task.return_to_annotator",
    "Task.promote",
    "Audit.next",
    "Audit.grade",
    "Audit.grade with a fix",
    "Project.give_feedback",
    "Feedback.address",
    "Feedback.decline",
}


@pytest.mark.parametrize("action", TABLE)
def test_l1_an_accepted_action_appends_one_event_with_both_names_and_a_look_none(
    action: str, scene: Callable[[str], Scene]
) -> None:
    allowed, act = TABLE[action]
    user = "tim" if "team_manager" in allowed else "lea"
    there = scene(user)
    before = there.team.dump()
    with without_notices(), there.team.new_events() as events:
        act(there)
    found = sorted(set(there.team.dump()["events"]) - set(before["events"]))
    if action not in WRITES or action in NOTHING_TO_DO - {"Project.reinstate"}:
        assert there.team.dump() == before
        return
    if action in SAY_MORE:
        assert [name for _, name in events] == SAY_MORE[action]
    else:
        assert len(events) == 1, events
    assert {row[2:4] for row in found} == {(user, None if user == "lea" else "lea")}
    assert {row[1] for row in found} == {there.team.clock.now}
    assert all(msgspec.json.decode(row[8]) is not None for row in found)


def test_l1_the_log_says_when_who_what_on_what_with_which_figures(team: Team) -> None:
    team.sample(0.0)
    team.ground_truth("gold", items=1)
    task = team("ann").next_task()
    team.clock.forward(seconds=90)
    task.submit([cell(), cell(20)], confidence=0.75, seconds=42)
    log = team("lea").events()
    event = log[log["action"] == "task.submit"].iloc[0]
    assert (event["user"], event["subject"], event["subject_id"]) == ("ann", "task", task.id)
    assert event["at"].timestamp() == team.clock.now
    assert msgspec.json.decode(event["figures"]) == {
        "state": "completed",
        "labels": 2,
        "confidence": 0.75,
        "seconds": 42.0,
        "drawn": False,
    }
    assert log["action"].iloc[-1] == "batch.complete"
    assert log["id"].is_monotonic_increasing


def test_l1_every_change_of_a_setting_tells_what_it_became(team: Team) -> None:
    lea = team("lea")
    lea.update_settings(sampling_rate=0.2, lease_minutes=30)
    lea.update_policy(min_score=75, allow_self_review=True)
    figures = [msgspec.json.decode(text) for text in lea.events()["figures"].iloc[-2:]]
    assert figures == [{"sampling_rate": 0.2, "lease_minutes": 30.0}, {"min_score": 75.0, "allow_self_review": True}]
    before = team.dump()
    lea.update_settings(sampling_rate=0.2)
    lea.update_policy(min_score=75)
    assert team.dump() == before


def test_l1_a_refused_action_appends_nothing(team: Team) -> None:
    team.ground_truth(items=1)
    task = team("ann").next_task()
    with team.new_events() as events:
        for refused in (lambda: task.submit([cell(100)]), lambda: task.submit([cell()], confidence=9)):
            with pytest.raises(InvalidInput):
                refused()
    assert events == []


def test_l1_nothing_of_a_failed_action_is_kept(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    team.ground_truth(items=1)
    task = team("ann").next_task()
    before = team.dump()

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("annowidgets.workflow.submissions.complete_batch_if_done", fail)
    with pytest.raises(KeyboardInterrupt):
        task.submit([cell()])
    assert team.dump() == before
    monkeypatch.undo()
    task.submit([cell()])
    assert work(team("ann")) == 0
