"""What one passes in and what one gets back: did you mean, unknown settings, collections, objects, HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import annowidgets as aw
from annowidgets.errors import AlreadyExists, InvalidInput, NotFound, PermissionDenied
from annowidgets.workflow import Project
from annowidgets.workflow.collection import Collection
from tests.workflow.building import NAME, ONTOLOGY, Team, cell, draw_pictures, without_notices, work

# --- did you mean


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"min_score": 0.8}, "Did you mean 80?"),
        ({"min_low": 0.75}, "Did you mean 75?"),
        ({"min_accuracy": 80}, "Did you mean 0.8?"),
        ({"max_excluded_share": 20}, "Did you mean 0.2?"),
    ],
)
def test_a_figure_of_the_other_kind_is_refused_with_what_was_probably_meant(
    changes: dict[str, float], hint: str, team: Team
) -> None:
    assert team.refuses(InvalidInput, lambda: team("lea").update_policy(**changes)).hint == hint
    with pytest.raises(InvalidInput) as caught:
        aw.CalibrationPolicy(**changes)  # type: ignore[arg-type]
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    "changes",
    [
        {"min_score": 101},
        {"min_score": -1},
        {"min_score": None},
        {"min_score": "80"},
        {"min_score": True},
        {"min_accuracy": float("nan")},
        {"min_items": 2.5},
        {"min_items": -1},
        {"min_taskers": "two"},
        {"feedback_answered": 1},
        {"allow_self_review": "yes"},
        {"confidence_weight": 0.34},
        {"confidence_weight": -0.1},
    ],
)
def test_a_policy_that_cannot_be_is_refused(changes: dict[str, Any], team: Team) -> None:
    team.refuses(InvalidInput, lambda: team("lea").update_policy(**changes))


def test_an_unknown_setting_is_refused_and_the_settings_there_are_named(team: Team) -> None:
    refused = team.refuses(InvalidInput, lambda: team("lea").update_policy(min_scores=80))
    assert "min_scores" in refused.message
    assert "min_score, min_accuracy" in refused.hint


def test_a_policy_takes_a_third_as_weight_and_numbers_of_numpy(team: Team) -> None:
    policy = team("lea").update_policy(confidence_weight=1 / 3, min_score=np.float64(70), min_items=np.int64(3))
    assert team("lea").policy == policy == aw.CalibrationPolicy(min_items=3, min_score=70, confidence_weight=1 / 3)


def test_settings_are_changed_one_by_one_and_checked(team: Team) -> None:
    lea = team("lea")
    lea.update_settings(evaluation=aw.EvaluationPolicy(rate=np.float32(0.5), window=3))
    assert (lea.settings.sampling_rate, lea.settings.lease_minutes) == (0.0, 60.0)
    assert lea.settings.evaluation == aw.EvaluationPolicy(rate=0.5, window=3)
    function = aw.BenchmarkFunction(iou=0.7, category=0.3)
    lea.update_settings(benchmark=function)
    assert lea.benchmark == function
    for wrong in (
        {"lease_minutes": 0},
        {"lease_minutes": "long"},
        {"benchmark": 0.5},
        {"evaluation": {"rate": 0.5}},
    ):
        team.refuses(InvalidInput, lambda wrong=wrong: lea.update_settings(**wrong))
    for wrong in ({"rate": 10}, {"min_mean": 0.7}, {"window": 0}, {"after": 0}):
        with pytest.raises(InvalidInput):
            aw.EvaluationPolicy(**wrong)


def test_a_project_starts_with_the_weights_of_its_own_function(team: Team) -> None:
    function = team("lea").benchmark
    assert (function.iou, function.category, function.attributes) == (0.4, 0.4, 0.2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " x"},
        {"name": 5},
        {"ontology": {}},
        {"instructions": 5},
        {"sampling_rate": 10},
        {"policy": {"min_score": 80}},
        {"benchmark": 0.5},
    ],
)
def test_a_project_is_checked_when_it_is_created(wrong: dict[str, Any], team: Team) -> None:
    arguments = {"name": "other", "ontology": ONTOLOGY} | wrong
    team.refuses(InvalidInput, lambda: team.workspace.create_project(**arguments))


# --- names


def test_an_unknown_name_is_told_with_the_closest(team: Team) -> None:
    team.ground_truth("round 1", items=2)
    lea = team("lea")
    for look, close in (
        (lambda: team.workspace.project("Bloot"), "'Blood'"),
        (lambda: lea.batch("round1"), "'round 1'"),
        (lambda: lea.item("cell1"), "'cell01'"),
        (lambda: lea.tasks(batch="round1"), "'round 1'"),
        (lambda: lea.tasks(item="cell1"), "'cell01'"),
        (lambda: lea.items(batch="round1"), "'round 1'"),
        (lambda: lea.pause("anne"), "'ann'"),
    ):
        refused = team.refuses(NotFound, look)
        assert close in refused.hint
    team.refuses(NotFound, lambda: lea.task(99_999))


def test_an_empty_workspace_says_that_there_is_no_project_yet(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no project yet"):
        aw.open_workspace(tmp_path / "new.db", user="ann").project("Blood")


def test_a_name_that_exists_names_the_call_that_opens_it(team: Team) -> None:
    team.ground_truth("gold", items=2)
    assert (
        team.refuses(AlreadyExists, lambda: team.workspace.create_project(NAME, ontology=ONTOLOGY)).hint
        == "Open it: ws.project('Blood')."
    )
    assert (
        team.refuses(AlreadyExists, lambda: team("lea").create_ground_truth_batch("gold")).hint
        == "Open it: project.batch('gold')."
    )


@pytest.mark.parametrize(
    ("look", "hint"),
    [
        (lambda p: p.tasks(state="in review"), "Did you mean 'in_review'?"),
        (lambda p: p.tasks(kind="prodution"), "Did you mean 'production'?"),
        (lambda p: p.labels(kind="gold"), "There are: calibration, ground_truth, production."),
        (lambda p: p.batches(state="open"), None),
        (lambda p: p.batches(kind="groundtruth"), "Did you mean 'ground_truth'?"),
        (lambda p: p.batch("gold").tasks(state="done"), None),
        (lambda p: p.items(modality="picture"), None),
        (lambda p: p.members(role="manager"), None),
        (lambda p: p.feedback(kind="praise"), None),
    ],
)
def test_a_filter_by_a_word_that_does_not_exist_is_refused_and_not_silently_empty(
    look: Any, hint: str | None, team: Team
) -> None:
    team.ground_truth(items=2)
    refused = team.refuses(InvalidInput, lambda: look(team("lea")))
    assert refused.hint == hint if hint else refused.hint


# --- collections


def test_collections_filter_by_keyword_and_are_sequences(team: Team) -> None:
    team.sample(1.0)
    gold = team.ground_truth("gold", items=4)
    team.ground_truth("more", items=["cell05"])
    team("ann").next_task().submit([cell()])
    team("bo").next_task()
    lea = team("lea")
    tasks = lea.tasks()
    assert (len(tasks), tasks[0] in tasks, len(tasks[1:3])) == (5, True, 2)
    assert isinstance(tasks[1:3], Collection)
    assert [task.user for task in lea.tasks(state="in_review")] == ["ann"]
    assert [task.state for task in lea.tasks(user="bo")] == ["annotating"]
    assert len(lea.tasks(batch="gold")) == 4
    assert [task.batch.name for task in lea.tasks(item="cell05")] == ["more"]
    assert lea.tasks(item=lea.item("cell05"))[0] == lea.tasks(item=lea.item("cell05").id)[0]
    assert len(lea.tasks(kind="production")) == 0
    assert [batch.name for batch in lea.batches(state="in_progress", kind="ground_truth")] == ["gold", "more"]
    assert [item.name for item in lea.items(batch="more")] == ["cell05"]
    assert [item.name for item in lea.items(name="cell03")] == ["cell03"]
    assert [item.name for item in gold.items] == ["cell00", "cell01", "cell02", "cell03"]
    assert [member.user for member in lea.members(role="reviewer")] == ["rea"]


def test_a_sample_is_seeded_in_the_order_of_the_collection_and_no_larger_than_it(team: Team) -> None:
    items = team("lea").items()
    one, other = items.sample(5, rng=3), items.sample(5, rng=3)
    assert list(one) == list(other)
    assert [item.id for item in one] == sorted({item.id for item in one})
    assert list(items.sample(12)) == list(items)
    assert len(items.sample(0)) == 0
    for wrong in (13, -1):
        with pytest.raises(InvalidInput):
            items.sample(wrong)


def test_every_collection_becomes_a_table(open_project: Team) -> None:
    team, lea = open_project, open_project("lea")
    team("ann").give_feedback("why?")
    columns = {
        "items": ["id", "name", "modality", "frames", "height", "width"],
        "members": ["user", "role", "languages", "tags", "paused"],
        "labels": ["task", "item", "batch", "kind", "user", "label", "category", "shape", "frame", "key_frames"],
        "batches": ["batch", "kind", "state", "items", "tasks", "done"],
        "tasks": ["id", "item", "batch", "kind", "attempt", "state", "user"],
        "feedback": ["id", "task", "batch", "author", "instructions_version", "section", "kind", "text", "state"],
    }
    for name, wanted in columns.items():
        frame = getattr(lea, name)().to_frame()
        assert isinstance(frame, pd.DataFrame)
        assert list(frame.columns[: len(wanted)]) == wanted
        assert len(frame) == len(getattr(lea, name)()) > 0
        assert list(getattr(lea, name)()[:0].to_frame().columns) == list(frame.columns)


def test_the_table_of_labels_holds_objects_and_answers(team: Team) -> None:
    team.ground_truth(items=1)
    labels = [cell(2), aw.Label("WBC", aw.BoundingBox(1, 1, 5, 5), attributes={"kind": "round"})]
    team("ann").next_task().submit([*labels, aw.Answer("quality", "good")])
    frame = team("lea").labels().to_frame()
    assert frame["category"].tolist()[:2] == ["RBC", "WBC"]
    assert frame["shape"].tolist()[:2] == ["bounding_box", "bounding_box"]
    assert frame["attributes"].tolist()[1] == {"kind": "round"}
    assert (frame["question"].tolist()[2], frame["answer"].tolist()[2]) == ("quality", "good")
    assert frame["label"].tolist()[:2] == [label.id for label in labels]


def test_activity_counts_what_each_member_did(team: Team) -> None:
    team.sample(0.0)
    team.ground_truth(items=3)
    task = team("ann").next_task()
    task.submit([cell()], seconds=30)
    team("ann").next_task().submit([cell()], seconds=10)
    team("bo").next_task()
    frame = team("lea").activity().set_index("user")
    assert frame.loc["ann", ["submitted", "open"]].tolist() == [2, 0]
    assert frame.loc["bo", ["submitted", "open"]].tolist() == [0, 1]
    assert frame.loc["ann", "seconds_per_task"] == 20


@pytest.mark.parametrize(
    "act",
    [
        lambda t: t("lea").add_images(5),
        lambda t: t("lea").add_images([5]),
        lambda t: t("lea").add_video(5),
        lambda t: t("lea").add_dicom_series([]),
        lambda t: t("lea").add_image_group("", [t.file]),
        lambda t: t("lea").update_ontology(ONTOLOGY, rename=[("RBC", "red")]),
        lambda t: t("lea").items().sample(1.5),
        lambda t: t("lea").items().sample("all"),
        lambda t: t("lea").batch("c").audit().tasks(graded="yes"),
        lambda t: t("lea").create_calibration_batch("x", items=5),
        lambda t: t("lea").create_calibration_batch("x", items=[None]),
        lambda t: t("lea").task("1"),
        lambda t: t("lea").item("cell00").show(3),
        lambda t: t("lea").tasks()[0].assign(None),
        lambda t: t("lea").tasks()[0].return_to_annotator("look", comments=["small"]),
        lambda t: t("lea").set_role(5, "reviewer"),
        lambda t: t("lea").relink(t.file / "nowhere"),
    ],
)
def test_what_cannot_be_is_refused_with_one_clear_error(act: Any, team: Team) -> None:
    team.calibration("c")
    team.refuses(InvalidInput, lambda: act(team))


# --- objects


def test_objects_hold_an_id_and_read_the_file_at_each_access(team: Team) -> None:
    batch = team.ground_truth(items=1)
    seen = team("tim").batch("gold")
    task = seen.tasks()[0]
    assert (batch.state, task.state, task.user) == ("in_progress", "queued", None)
    team("ann").next_task().submit([cell()])
    assert (seen.state, task.state, task.user) == ("completed", "completed", "ann")
    project = team("tim")
    team("lea").update_instructions("New.")
    assert project.instructions.text == "New."
    given = team("ann").give_feedback("why?")
    team("lea").feedback()[0].decline(answer="no")
    assert given.state == "declined"


def test_objects_of_one_thing_are_equal_and_of_two_files_are_not(team: Team, tmp_path: Path) -> None:
    gold = team.ground_truth(items=1)
    other = aw.open_workspace(tmp_path / "other.db", user="lea").create_project(NAME, ontology=ONTOLOGY)
    other.add_images(draw_pictures(tmp_path, 1))
    other.create_ground_truth_batch("gold").launch()
    lea = team("lea")
    for mine, theirs in (
        (lea, other),
        (gold, other.batch("gold")),
        (gold.tasks()[0], other.batch("gold").tasks()[0]),
        (lea.items()[0], other.items()[0]),
    ):
        assert mine.id == theirs.id
        assert mine != theirs
        assert len({mine, theirs}) == 2
    for one, again in ((lea, team("ann")), (gold, lea.batch("gold")), (gold.tasks()[0], lea.tasks()[0])):
        assert one == again
        assert hash(one) == hash(again)
        assert one != "x"


def test_ids_from_a_table_are_ids(team: Team) -> None:
    team.ground_truth(items=2)
    lea = team("lea")
    first = lea.tasks().to_frame()["id"].to_numpy()[0]
    assert lea.task(first) == lea.tasks()[0]
    for wrong in ("1", 1.0, None, True):
        team.refuses(InvalidInput, lambda wrong=wrong: lea.task(wrong))


def test_an_item_draws_itself_in_the_coordinates_of_its_labels(team: Team) -> None:
    axes = team("lea").item("cell00").show()
    assert axes.get_images()[0].get_extent() == [0, 40, 30, 0]
    assert axes.get_title() == "cell00"
    _, given = plt.subplots()
    assert team("lea").item("cell00").show(ax=given) is given
    plt.close("all")


# --- HTML

EVIL = "<img src=x onerror=alert('1')>&\"'"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


def hostile(tmp_path: Path) -> Project:
    """A project in which everything that has a name has a hostile one."""
    workspace = aw.open_workspace(tmp_path / "cells.db", user=EVIL)
    ontology = aw.Ontology(
        objects=[aw.ObjectClass(EVIL, shape="bounding_box", attributes=[aw.Text("why")])],
        classifications=[aw.Text("remark")],
    )
    project = workspace.create_project(EVIL, ontology=ontology, instructions=EVIL, sampling_rate=1.0)
    (picture,) = draw_pictures(tmp_path, 1)
    picture.rename(tmp_path / f"{EVIL}.png".replace("/", ""))
    project.add_images(tmp_path / f"{EVIL}.png".replace("/", ""))
    project.add_member("ann", tags=[EVIL])
    project.pause("ann", reason=EVIL)
    project.update_policy(allow_self_review=True, min_items=1)
    with without_notices():
        batch = project.create_calibration_batch(EVIL, items=[project.items()[0]])
    batch.launch()
    task = project.next_task()
    task.give_feedback(EVIL, section=EVIL)
    labels = [aw.Label(EVIL, aw.BoundingBox(1, 1, 5, 5), attributes={"why": EVIL}), aw.Answer("remark", EVIL)]
    task.submit(labels, confidence=0.5)
    batch.audit().grade(task, "reject", reason=EVIL)
    return project


def test_html_escapes_whatever_people_wrote_everywhere(tmp_path: Path) -> None:
    project = hostile(tmp_path)
    batch = project.batches()[0]
    audit = batch.audit()
    shown: dict[str, Any] = {
        "audit": audit._repr_html_(),
        "result": audit.complete()._repr_html_(),
        "project": project._repr_html_(),
        "workspace": project.workspace._repr_html_(),
        "batch": batch._repr_html_(),
        "task": project.tasks()[0]._repr_html_(),
        "item": project.items()[0]._repr_html_(),
        "feedback": project.feedback()[0]._repr_html_(),
        "instructions": project.instructions._repr_html_(),
        "status": project.my_status()._repr_html_(),
    }
    for name in ("items", "tasks", "batches", "labels", "feedback", "members"):
        shown[name] = getattr(project, name)()._repr_html_()
    project.workspace.as_user("ann")
    for name, html in shown.items():
        tags = Tags()
        tags.feed(html)
        images = [attrs for tag, attrs in tags.found if tag == "img"]
        allowed = [attrs for attrs in images if dict(attrs).get("src", "").startswith("data:image/jpeg;base64,")]
        assert images == allowed, f"{name}: an image that somebody wrote"
        assert not [attrs for _, attrs in tags.found if any(key.startswith("on") for key, _ in attrs)], name
    for name in ("task", "item", "feedback", "instructions", "project", "workspace", "audit", "batch"):
        assert "&lt;img src=x onerror" in shown[name], f"{name} does not show the text"


def test_html_of_a_long_collection_shows_twenty_rows_and_says_how_many_more(team: Team) -> None:
    with without_notices():
        team("lea").add_images(draw_pictures(team.workspace.media_root, 23), progress=False)
    html = team("lea").items()._repr_html_()
    assert len(re.findall("<tr>", html)) + len(re.findall("<tr style", html)) == 21
    assert "3 more" in html
    assert repr(team("lea").items()).startswith("<23: Item('cell00'")


def test_a_stranger_who_looks_at_a_project_is_told_who_can_add_them(team: Team) -> None:
    with pytest.raises(PermissionDenied, match="lea, tim can add you"):
        team("zoe")._repr_html_()


def test_a_status_reads_as_a_sentence(team: Team) -> None:
    assert str(team("ann").my_status()) == "Nothing to label now: no batch is in progress."
    team.ground_truth(items=1)
    assert str(team("ann").my_status()) == "There are tasks to label."
    work(team("ann"))
    assert team("ann").my_status().submitted == 1
