"""How far people agree who labelled the same items: figures that others computed come out of the project's tables."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import annowidgets as aw
from annowidgets.errors import InvalidInput, NotFound
from tests.workflow.building import Team, cell, without_notices, work
from tests.workflow.training.test_cohort import CARS, PEOPLE, drawn_by


def test_three_people_agree_as_far_as_shapely_says(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data/labelme_3annotators"
    reference = json.loads((folder / "REFERENCE.json").read_text())["pairs"]
    workspace = aw.open_workspace(tmp_path / "cars.db", user="lea", media_root=folder)
    project = workspace.create_project("Cars", ontology=CARS)
    names = [item.name for item in project.add_images(folder / "images", progress=False)]
    with without_notices():
        batch = project.create_calibration_batch("all", items=names, attempts_per_item=3, max_per_tasker=len(names))
    batch.launch()
    for person, who in PEOPLE.items():
        project.add_member(who)
        own = dict(zip(names, drawn_by(folder, person), strict=True))
        mine = workspace.as_user(who).project("Cars")
        while task := mine.next_task():
            task.submit(own[task.item.name], confidence=1)
    found = project.agreement(batch)
    pairs = found.pairs.set_index(["annotator_a", "annotator_b"])
    numbers = {who: person for person, who in PEOPLE.items()}
    assert len(pairs) == 3
    for (a, b), row in pairs.iterrows():
        known = reference["-".join(sorted((numbers[a], numbers[b])))]
        assert row["mean_similarity"] == pytest.approx(known["mean_iou_shapely"], abs=1e-4)
        assert row["items"] == found.items == len(names)
    trucks = found.classes[found.classes["category"] == "truck"]
    assert trucks["matched"].sum() == 0, "nobody else saw petra's truck"
    assert sorted(trucks[["labels_a", "labels_b"]].to_numpy().tolist()) == [[0, 1], [1, 0]] or len(trucks) == 3
    cars = found.classes[found.classes["category"] == "car"].set_index(["annotator_a", "annotator_b"])
    for (a, b), row in cars.iterrows():
        with_petra = "petra" in (a, b)
        assert (row["matched"], row["f1"]) == (19, 38 / 39) if with_petra else (20, 1.0)


@pytest.fixture
def two(team: Team) -> Team:
    """Where ann and bo attempted three items: a box each, on cell01 beside each other, on cell02 called differently."""
    batch = team.calibration(items=3, attempts_per_item=2, max_per_tasker=3)
    given = {
        "ann": {"cell00": [cell(), aw.Answer("quality", "good")], "cell01": [cell(2)], "cell02": [cell()]},
        "bo": {
            "cell00": [cell(), aw.Answer("quality", "good")],
            "cell01": [cell(22)],
            "cell02": [cell(category="WBC"), aw.Answer("quality", "good")],
        },
    }
    for user, labels in given.items():
        while task := team(user).next_task():
            task.submit(labels[task.item.name], confidence=0.5)
    team.audited(batch, grade="reject")
    return team


def test_pairs_classes_and_questions_are_compared_as_computed_by_hand(two: Team) -> None:
    found = two("lea").agreement("round")
    (pair,) = found.pairs.to_dict("records")
    assert (pair["annotator_a"], pair["annotator_b"], pair["items"]) == ("ann", "bo", 3)
    assert (pair["labels_a"], pair["labels_b"], pair["matched"]) == (3, 3, 2)
    assert (pair["f1"], pair["mean_similarity"], pair["same_category"]) == (4 / 6, 1.0, 0.5)
    assert pair["answers"] == 0.5, "on cell02 bo alone answered"
    classes = found.classes.set_index("category")
    assert classes.loc["RBC", ["labels_a", "labels_b", "matched"]].tolist() == [3, 2, 1]
    assert classes.loc["RBC", "f1"] == 2 / 5
    assert classes.loc["WBC", ["labels_a", "labels_b", "matched"]].tolist() == [0, 1, 0]
    assert found.alpha[["question", "units", "values"]].to_numpy().tolist() == [["quality", 1, 2]]
    assert found.items == 3
    assert "annotator_a" in found._repr_html_()


def test_what_each_submitted_counts_and_not_the_fix_of_an_auditor(team: Team) -> None:
    batch = team.calibration(items=1, attempts_per_item=2, max_per_tasker=1)
    for user, x in (("ann", 2), ("bo", 4)):
        team(user).next_task().submit([cell(x)], confidence=0.5)
    before = team("lea").agreement(batch).pairs
    audit = batch.audit()
    while task := audit.next():
        audit.grade(task, "fix", labels=[cell(20)])
    audit.complete()
    pd.testing.assert_frame_equal(team("lea").agreement(batch).pairs, before)
    assert before["mean_similarity"].tolist() == pytest.approx([8 / 12])


def test_labels_of_several_batches_are_compared_in_the_newest_names(open_project: Team) -> None:
    team = open_project
    gold = team.ground_truth(items=3)
    team("lea").update_settings(sampling_rate=0)
    ontology = team("lea").ontology
    renamed = aw.Ontology(
        objects=[aw.ObjectClass("red cell", shape="bounding_box"), *ontology.objects[1:]],
        classifications=ontology.classifications,
    )
    assert work(team("rea"), limit=3) == len(gold.items)
    team("lea").update_ontology(renamed, rename={"RBC": "red cell"})
    found = team("lea").agreement()
    assert set(found.classes["category"]) == {"red cell"}
    assert np.allclose(found.pairs["mean_similarity"], 1.0)
    assert "rea" in {*found.pairs["annotator_a"], *found.pairs["annotator_b"]}


def test_where_nobody_shares_an_item_it_says_how_to(team: Team) -> None:
    batch = team.calibration(items=2)
    work(team("ann"), limit=1)
    for given in (batch, "round", None):
        refused = team.refuses(InvalidInput, lambda given=given: team("lea").agreement(given))
        assert "attempts_per_item=2" in refused.hint
    team.refuses(NotFound, lambda: team("lea").agreement("rounds"))
