"""T7: labels that a program submits, and labels that are imported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import annowidgets as aw
from annowidgets.errors import (
    AlreadyExists,
    InvalidInput,
    InvalidLabels,
    NotFound,
    PermissionDenied,
    ProductionLocked,
    RuleViolation,
    TaskLocked,
    TransitionRefused,
)
from annowidgets.workflow.submissions import is_drawn_for_review
from tests.workflow.building import Team, cell, draw_pictures, without_notices, work


def test_t7_a_program_launches_submits_and_completes_with_the_checks_and_events_of_people(team: Team) -> None:
    lea = team("lea")
    gold = lea.create_ground_truth_batch("gold", items=["cell00", "cell01", "cell02"])
    with team.new_events() as events:
        report = gold.submit_labels(
            {"cell00": [cell(2)], lea.item("cell01").id: [], lea.item("cell02"): [cell(3), cell(20)]}, progress=False
        )
    assert report["item"].tolist() == ["cell00", "cell01", "cell02"]
    assert report["state"].tolist() == ["completed"] * 3
    assert report["reason"].isna().all()
    assert gold.state == "completed"
    assert events == [
        ("lea", "batch.launch"),
        *[("lea", "task.claim"), ("lea", "task.submit")] * 3,
        ("lea", "batch.complete"),
    ]
    assert len(lea.labels(kind="ground_truth")) == 3
    assert gold.tasks(user="lea")[0].instructions_version == 1


def test_t7_a_key_frame_on_a_still_picture_is_submitted_as_the_bare_shape(team: Team) -> None:
    gold = team("lea").create_ground_truth_batch("gold", items=["cell00"])
    gold.submit_labels({"cell00": [aw.Label("RBC", {0: cell(2).shape}, id="a")]}, progress=False)
    assert gold.tasks()[0].labels() == [aw.Label("RBC", cell(2).shape, id="a")]


def test_t7_the_sampling_rate_decides_what_goes_to_review(team: Team) -> None:
    team.sample(0.4)
    gold = team("tim").create_ground_truth_batch("gold")
    report = gold.submit_labels({item: [cell()] for item in gold.items}, progress=False)
    with team.workspace.look(team("lea").id) as action:
        for task, state in zip(report["task"], report["state"], strict=True):
            assert state == ("in_review" if is_drawn_for_review(action, task) else "completed")
    assert {"in_review", "completed"} == set(report["state"])
    assert team("tim").next_review() is None, "T5: the lead who ran the program does not review it"
    assert team("rea").next_review() is not None


def test_t7_one_item_whose_labels_do_not_fit_stops_all_and_nothing_is_written(team: Team) -> None:
    gold = team("lea").create_ground_truth_batch("gold", items=["cell00", "cell01"])
    wrong = {"cell00": [cell(2)], "cell01": [cell(2), cell(100), cell(2, category="platelet")]}
    refused = team.refuses(InvalidLabels, lambda: gold.submit_labels(wrong, progress=False), rule="P4")
    assert [problem.position for problem in refused.problems] == [1, 2]
    assert "cell01" in refused.__notes__[0]
    assert gold.state == "draft"


def test_t7_with_on_error_skip_the_items_that_do_not_fit_stay_queued_and_are_reported(team: Team) -> None:
    gold = team("lea").create_ground_truth_batch("gold", items=["cell00", "cell01"])
    wrong = {"cell00": [cell(100)], "cell01": [cell(2)]}
    report = gold.submit_labels(wrong, on_error="skip", progress=False)
    assert report["state"].tolist() == ["queued", "completed"]
    assert "outside the frame" in report["reason"][0]
    assert gold.state == "in_progress"
    assert gold.submit_labels({"cell00": [cell(2)]}, progress=False)["state"].tolist() == ["completed"]
    assert gold.state == "completed"


@pytest.mark.parametrize("on_error", ["raise", "skip"])
def test_t7_what_is_not_in_the_batch_or_given_twice_or_held_by_a_person_stops_all(on_error: str, team: Team) -> None:
    gold = team("lea").create_ground_truth_batch("gold", items=["cell00", "cell01"])

    def submit(labels: object, **options: object) -> object:
        return lambda: gold.submit_labels(labels, on_error=on_error, progress=False, **options)  # type: ignore[arg-type]

    team.refuses(NotFound, submit({"cell00": [cell()], "cell05": [cell()]}))
    team.refuses(NotFound, submit({"cell00": [cell()], "cell99": [cell()]}))
    twice = {"cell00": [cell()], team("lea").item("cell00").id: [cell()]}
    team.refuses(InvalidInput, submit(twice))
    team.refuses(InvalidInput, submit([cell()]))
    team.refuses(InvalidInput, submit({"cell00": cell()}))
    assert team.refuses(InvalidInput, submit({"cell00": [cell()]}, confidence=90)).hint == "Did you mean 0.9?"
    gold.launch()
    held = team("ann").next_task()
    team.refuses(TaskLocked, submit({held.item.name: [cell()]}), rule="T2")
    held.submit([cell()])
    team.refuses(TransitionRefused, submit({held.item.name: [cell()]}), rule="T1")


def test_t7_on_error_is_one_of_two_words(team: Team) -> None:
    gold = team("lea").create_ground_truth_batch("gold")
    team.refuses(InvalidInput, lambda: gold.submit_labels({}, on_error="ignore", progress=False))


def test_t7_only_ground_truth_takes_labels_from_programs(open_project: Team) -> None:
    for batch in (open_project.production(), open_project.calibration("second", items=["cell05", "cell06"])):
        refused = open_project.refuses(
            RuleViolation, lambda batch=batch: batch.submit_labels({"cell00": [cell()]}, progress=False), rule="T7"
        )
        assert "create_ground_truth_batch" in refused.hint


def test_t7_ground_truth_is_never_locked_and_no_production(team: Team) -> None:
    team.refuses(ProductionLocked, lambda: team("lea").create_production_batch("production"), rule="C2")
    team.ground_truth()
    assert work(team("ann")) == 3
    assert len(team("lea").labels(kind="ground_truth")) == 3
    assert len(team("lea").labels(kind="production")) == 0


def test_t7_numbers_of_numpy_are_numbers(team: Team) -> None:
    lea = team("lea")
    gold = lea.create_ground_truth_batch("gold", items=lea.items().to_frame()["id"][:2])
    ids = lea.items().to_frame()["id"].to_numpy()
    report = gold.submit_labels({ids[0]: [cell()]}, confidence=np.float32(0.5), progress=False)
    assert lea.task(report["task"].to_numpy()[0]).confidence == 0.5
    task = team("ann").next_task()
    task.submit([cell()], confidence=np.float64(0.25), seconds=np.float64(3))
    assert (task.confidence, task.seconds) == (0.25, 3.0)


# --- imports


def voc(folder: Path, name: str, boxes: list[tuple[str, int, int, int, int]]) -> Path:
    objects = "".join(
        f"<object><name>{label}</name><truncated>0</truncated><difficult>1</difficult><bndbox><xmin>{x1}</xmin>"
        f"<ymin>{y1}</ymin><xmax>{x2}</xmax><ymax>{y2}</ymax></bndbox></object>"
        for label, x1, y1, x2, y2 in boxes
    )
    file = folder / f"{name}.xml"
    file.write_text(f"<annotation><filename>{name}.png</filename>{objects}</annotation>")
    return file


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """A folder of Pascal VOC files beside their pictures."""
    folder = tmp_path / "voc"
    folder.mkdir()
    draw_pictures(folder, 4, first=70)
    voc(folder, "cell70", [("RBC", 2, 2, 12, 10), ("WBC", 5, 5, 9, 9)])
    voc(folder, "cell71", [("RBC", 2, 2, 12, 10), ("RBC", 5, 5, 5, 9), ("platelet", 1, 1, 4, 4)])
    voc(folder, "cell72", [])
    voc(folder, "cell99", [("RBC", 2, 2, 12, 10)])
    return folder


def test_t7_an_import_adds_the_pictures_submits_as_ground_truth_and_reports_what_it_left_out(
    team: Team, labelled: Path
) -> None:
    report = team("lea").import_labels(labelled, images=labelled, progress=False)
    assert (report.read, report.items, report.batch.kind, report.batch.state) == (3, 3, "ground_truth", "completed")
    told = report.skipped.to_dict("records")
    assert sorted(Path(row["source"]).stem for row in told if not row["what"].startswith("attribute")) == [
        "cell71",
        "cell71",
        "cell99",
    ]
    assert any("platelet" in f"{row['what']}{row['reason']}" for row in told)
    found = {(one.item, one.label.category, one.label.shape) for one in team("lea").labels()}
    assert found == {
        ("cell70", "RBC", aw.BoundingBox(2, 2, 10, 8)),
        ("cell70", "WBC", aw.BoundingBox(5, 5, 4, 4)),
        ("cell71", "RBC", aw.BoundingBox(2, 2, 10, 8)),
    }
    assert "3 labels on 3 items" in report._repr_html_()


def test_t7_importing_again_under_the_same_name_is_refused_before_anything_is_read(team: Team, labelled: Path) -> None:
    team("lea").import_labels(labelled, images=labelled, progress=False)
    (labelled / "cell73.xml").write_text("<annotation><filename>cell73.png</filename></annotation>")
    team.refuses(AlreadyExists, lambda: team("lea").import_labels(labelled, images=labelled, progress=False))
    again = team("lea").import_labels(labelled, images=labelled, batch="again", progress=False)
    assert again.items == 4


def test_t7_one_picture_under_two_names_is_labelled_once_and_the_other_reported(team: Team, labelled: Path) -> None:
    (labelled / "copy.png").write_bytes((labelled / "cell70.png").read_bytes())
    voc(labelled, "copy", [("RBC", 2, 2, 12, 10)])
    report = team("lea").import_labels(labelled, images=labelled, progress=False)
    assert report.read == 3
    assert "the same picture" in report.skipped.set_index("source").loc["copy.png", "reason"]


def test_t7_a_team_manager_imports_onto_pictures_that_are_there_and_adds_none(team: Team, labelled: Path) -> None:
    team.refuses(PermissionDenied, lambda: team("tim").import_labels(labelled, images=labelled, progress=False))
    with without_notices():
        team("lea").add_images(labelled, progress=False)
    assert team("tim").import_labels(labelled, images=labelled, progress=False).read == 3
