"""R2 and the people of a project: the last admin, removal, pause, names, acting for another."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import annowidgets as aw
from annowidgets.errors import InvalidInput, NotFound, Notice, PermissionDenied, RuleViolation
from tests.workflow.building import ONTOLOGY, Team, cell


def test_r2_the_last_admin_is_neither_removed_nor_demoted(team: Team) -> None:
    lea = team("lea")
    for role in ("team_manager", "reviewer", "annotator"):
        team.refuses(RuleViolation, lambda role=role: lea.set_role("lea", role), rule="R2")
    refused = team.refuses(RuleViolation, lambda: lea.remove_member("lea"), rule="R2")
    assert "set_role" in refused.hint
    lea.set_role("tim", "admin")
    team("tim").set_role("lea", "annotator")
    team.refuses(RuleViolation, lambda: team("tim").remove_member("tim"), rule="R2")
    assert team("lea").members(role="admin")[0].user == "tim"


def test_r2_removing_a_member_releases_the_leases_and_keeps_what_was_submitted(team: Team) -> None:
    team.sample(1.0)
    team.ground_truth(items=4)
    ann, lea = team("ann"), team("lea")
    done = ann.next_task()
    done.submit([cell(2)])
    returned = ann.next_task()
    returned.submit([cell(3)])
    team.task("rea", returned).return_to_annotator("once more")
    ann.next_task()
    held = next(task for task in lea.tasks(state="queued"))
    held = team.task("ann", held).claim()
    held.save_draft([cell(4)])
    assigned = next(task for task in lea.tasks(state="queued"))
    assigned.assign("ann")
    with team.new_events() as events:
        lea.remove_member("ann")
    assert events == [("lea", "task.release")] * 2 + [("lea", "member.remove")]
    states = lea.tasks().to_frame().set_index("id")
    assert states.loc[[done.id, returned.id, held.id, assigned.id], "state"].tolist() == [
        "in_review",
        "returned",
        "queued",
        "queued",
    ]
    assert states.loc[assigned.id, "assignee"] is None or states["assignee"].isna().all()
    assert [one.label for one in lea.labels()] == [cell(2)]
    for act in (held.labels, lambda: held.save_draft([cell(5)]), ann.my_status, ann.next_task, ann.items):
        team.refuses(PermissionDenied, act, rule="R1")
    assert team("bo").next_task() is not None
    lea.add_member("ann")
    assert team("ann").next_task() == returned, "who comes back finds what waits"


def test_r2_a_team_manager_removes_members_but_no_admin(team: Team) -> None:
    team("tim").remove_member("ann")
    team("lea").add_member("lou", role="admin")
    team.refuses(PermissionDenied, lambda: team("tim").remove_member("lou"), rule="R1")
    team.refuses(NotFound, lambda: team("tim").remove_member("nobody"))


def test_a_member_is_added_once_and_again_does_nothing_and_says_so(team: Team) -> None:
    lea = team("lea")
    added = lea.add_member("cy", languages={"en": "C1"}, tags=["haematology"])
    assert tuple(added) == ("cy", "annotator", {"en": "C1"}, ["haematology"], None)
    before = team.dump()
    for again in ({}, {"role": "annotator"}, {"languages": {"en": "C1"}}, {"tags": ["haematology"]}):
        with pytest.warns(Notice, match="is a member already; nothing was changed"):
            assert lea.add_member("cy", **again) == added
    with pytest.warns(
        Notice, match=r"'cy' is annotator already; to change the role: project.set_role\('cy', 'reviewer"
    ):
        lea.add_member("cy", role="reviewer")
    assert team.dump() == before
    with team.new_events() as events:
        changed = lea.add_member("cy", tags=["bone"])
    assert events == [("lea", "member.change")]
    assert (changed.languages, changed.tags) == ({"en": "C1"}, ["bone"])
    assert lea.add_member("rea", tags=["bone"]).role == "reviewer", "the role is kept, and nothing is said of it"


def test_what_is_said_of_a_member_is_checked(team: Team) -> None:
    lea = team("lea")
    for wrong in (
        {"user": ""},
        {"user": " cy"},
        {"user": 5},
        {"user": "c\ny"},
        {"user": "cy", "role": "boss"},
        {"user": "cy", "languages": {"en": "fluent"}},
        {"user": "cy", "languages": ["en"]},
        {"user": "cy", "tags": "bone"},
        {"user": "cy", "tags": [5]},
    ):
        team.refuses(InvalidInput, lambda wrong=wrong: lea.add_member(**wrong))
    assert "annotator" in team.refuses(InvalidInput, lambda: lea.set_role("ann", "boss")).hint
    assert "'ann'" in team.refuses(NotFound, lambda: lea.set_role("anne", "reviewer")).hint


def test_a_pause_needs_a_reason_and_twice_does_nothing_and_says_so(team: Team) -> None:
    lea = team("lea")
    team.refuses(InvalidInput, lambda: lea.pause("ann", reason=" "))
    lea.pause("ann", reason="too fast")
    assert lea.members(paused=True)[0] == ("ann", "annotator", {}, [], "too fast")
    assert [member.user for member in lea.members(paused=False, role="annotator")] == ["bo"]
    assert team("ann").members(paused=True)[0].paused == "too fast"
    assert len(team("bo").members(paused=True)) == 0, "why somebody is paused tells of scores, which are the leads'"
    before = team.dump()
    with pytest.warns(Notice, match="paused already: too fast"):
        lea.pause("ann")
    team.refuses(InvalidInput, lambda: lea.reinstate("ann", reason=""))
    with pytest.warns(Notice, match="'bo' is not paused"):
        lea.reinstate("bo", reason="fine")
    assert team.dump() == before


def test_q3_a_paused_person_finishes_held_and_returned_tasks_and_labels_other_batches(open_project: Team) -> None:
    team = open_project
    team.sample(1.0)
    team.production(items=["cell00", "cell01", "cell02"])
    ann = team("ann")
    returned = ann.next_task()
    returned.submit([cell()])
    team.task("rea", returned).return_to_annotator("once more")
    held = team.task("ann", next(task for task in team("lea").tasks(state="queued"))).claim()
    team("tim").pause("ann")
    assert ann.next_task() == held
    held.submit([cell()])
    assert ann.next_task() == returned
    ann.next_task().submit([cell()])
    assert ann.next_task() is None
    refused = team.refuses(RuleViolation, team.task("ann", team("lea").tasks(state="queued")[0]).claim, rule="Q3")
    assert "reinstate" in refused.hint
    team.ground_truth(items=["cell09"])
    assert ann.next_task().kind == "ground_truth"
    ann.next_task().submit([cell()])
    team("tim").reinstate("ann", reason="better")
    assert ann.next_task().kind == "production"


def test_l1_as_user_acts_for_another_and_events_keep_both_names(team: Team) -> None:
    team.ground_truth(items=1)
    ann = team.workspace.as_user("ann")
    assert (ann.user, ann.behind) == ("ann", "lea")
    ann.as_user("bo").project("Blood").next_task()
    event = team("lea").events().iloc[-1]
    assert (event["user"], event["behind"], event["action"]) == ("bo", "lea", "task.claim")
    direct = aw.open_workspace(team.file, user="bo", media_root=team.workspace.media_root)
    direct.project("Blood").next_task().save_draft([cell()])
    event = team("lea").events().iloc[-1]
    assert event["user"] == "bo"
    assert event.isna()["behind"]


def test_who_acts_is_the_user_given_else_the_hubs_else_the_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "hubert")
    assert aw.open_workspace(tmp_path / "a.db").user == "hubert"
    assert aw.open_workspace(tmp_path / "a.db", user="ann").user == "ann"
    monkeypatch.setenv("JUPYTERHUB_USER", "jovyan")
    with pytest.warns(Notice, match="'jovyan', an account that people share"):
        aw.open_workspace(tmp_path / "a.db")
    monkeypatch.delenv("JUPYTERHUB_USER")
    monkeypatch.setenv("LOGNAME", "sys")
    assert aw.open_workspace(tmp_path / "a.db").user == "sys"
    for wrong in ("", " ann", 5):
        with pytest.raises(InvalidInput):
            aw.open_workspace(tmp_path / "a.db", user=wrong)  # type: ignore[arg-type]
        with pytest.raises(InvalidInput):
            aw.open_workspace(tmp_path / "a.db", user="ann").as_user(wrong)  # type: ignore[arg-type]


def test_the_creator_of_a_project_is_its_admin_and_events_begin_with_it(tmp_path: Path) -> None:
    workspace = aw.open_workspace(tmp_path / "a.db", user="ann")
    project = workspace.create_project("Blood", ontology=ONTOLOGY)
    assert [tuple(member)[:2] for member in project.members()] == [("ann", "admin")]
    event = project.events().iloc[0]
    assert (event["action"], event["user"]) == ("project.create", "ann")
    assert msgspec.json.decode(event["figures"]) == {"name": "Blood"}


def test_the_join_snippet_opens_the_desk_of_this_project(team: Team) -> None:
    snippet = team("lea").join_snippet()
    compile(snippet, "snippet", "exec")
    assert f"aw.LabelDesk({str(team.file)!r}, 'Blood')" in snippet
