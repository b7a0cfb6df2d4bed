"""Simulated people work as people do: by the queue, under the rules, and no task twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from annowidgets.demo import (
    HiddenTruth,
    Question,
    SimulatedAuditor,
    SimulatedLabeler,
    simulate_audit,
    simulate_labelers,
    write_cells,
)
from annowidgets.demo.story import run_demo
from annowidgets.demo.truth import box_ontology, class_counts, typical_side
from annowidgets.errors import AuditIncomplete, InvalidImport, NotFound
from annowidgets.interchange import ImportedDataset, ImportedImage, Skipped, read_dataset
from annowidgets.labels import BoundingBox, Label
from annowidgets.workflow import Project, open_workspace

PEOPLE = [
    SimulatedLabeler(name="ann", extras=1, asks=[Question("What is a cell?", "Cells", "question")]),
    SimulatedLabeler(name="bo", missed={"RBC": 0.7}),
]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> ImportedDataset:
    folders = write_cells(tmp_path_factory.mktemp("cells"), 10, rng=4, size=(96, 128), progress=False)
    return read_dataset(folders.voc, images=folders.images, progress=False)


@pytest.fixture
def project(dataset: ImportedDataset, tmp_path: Path) -> Project:
    project = open_workspace(tmp_path / "cells.db", user="lead").create_project("cells", ontology=box_ontology(dataset))
    project.add_images([image.path for image in dataset.images if image.path is not None], progress=False)
    for user in ("ann", "bo"):
        project.add_member(user)
    return project


def start(project: Project, name: str = "round 1") -> None:
    project.create_calibration_batch(name, size=10, rng=0).launch()


def test_labelers_empty_the_queue_in_turns_and_ask_once(project: Project, dataset: ImportedDataset) -> None:
    start(project)
    truth = HiddenTruth(project, dataset)
    assert simulate_labelers(project, PEOPLE, truth, progress=False) == 10
    tasks = project.tasks()
    assert [len(project.tasks(user=user, state="submitted")) for user in ("ann", "bo")] == [5, 5]
    (feedback,) = project.feedback()
    assert (feedback.author, feedback.text, feedback.section, feedback.kind) == (
        "ann",
        "What is a cell?",
        "Cells",
        "question",
    )
    for task in tasks:
        labels = task.labels()
        assert task.seconds == 5 + 4 * len(labels)
        if task.user == "ann":
            true = truth[task.item]
            assert [x.category for x in labels if isinstance(x, Label)][: len(true)] == [x.category for x in true]
    assert simulate_labelers(project, PEOPLE, truth, progress=False) == 0
    assert len(project.feedback()) == 1


def test_a_task_that_a_person_left_open_is_finished_and_one_submitted_by_hand_stays(
    project: Project, dataset: ImportedDataset
) -> None:
    start(project)
    desk = project.workspace.as_user("ann").project("cells")
    by_hand = desk.next_task()
    assert by_hand is not None
    mine = [Label("RBC", BoundingBox(1, 1, 9, 9))]
    by_hand.submit(mine, confidence=0.5)
    left_open = desk.next_task()
    assert left_open is not None
    left_open.save_draft(mine)
    assert simulate_labelers(project, PEOPLE, HiddenTruth(project, dataset), progress=False) == 9
    assert by_hand.labels() == mine
    assert left_open.state == "submitted"
    assert left_open.labels() != mine


def test_mistakes_depend_on_the_picture_and_the_seed_not_on_the_order_of_tasks(
    project: Project, dataset: ImportedDataset
) -> None:
    start(project)
    simulate_labelers(project, PEOPLE, HiddenTruth(project, dataset), seed=3, progress=False)
    for task in project.tasks():
        (labeler,) = (one for one in PEOPLE if one.name == task.user)
        other = open_workspace(project.workspace.database.path.with_name(f"{task.id}.db"), user="lead")
        alone = other.create_project("cells", ontology=project.ontology)
        alone.add_member(labeler.name)
        alone.add_images(task.item.path, progress=False)
        with pytest.warns(UserWarning, match="unusual"):
            alone.create_calibration_batch("one", items=[task.item.name]).launch()
        simulate_labelers(alone, [labeler], HiddenTruth(alone, dataset), seed=3, progress=False)
        assert alone.tasks()[0].labels() == task.labels()


def test_an_audit_grades_what_is_left_and_gives_the_same_result_again(
    project: Project, dataset: ImportedDataset
) -> None:
    start(project)
    truth = HiddenTruth(project, dataset)
    simulate_labelers(project, PEOPLE, truth, progress=False)
    batch = project.batch("round 1")
    audit = batch.audit()
    first = audit.next()
    assert first is not None
    audit.grade(first, "reject", reason="by hand")
    result = simulate_audit(batch, SimulatedAuditor(), truth, progress=False)
    grades = batch.tasks().to_frame().set_index("id")
    assert grades["reviewer"].eq("lead").all()
    assert grades["grade"][first.id] == "reject"
    assert "reject" not in set(grades["grade"][grades["user"].eq("ann") & (grades.index != first.id)])
    assert "reject" in set(grades["grade"][grades["user"].eq("bo") & (grades.index != first.id)])
    again = simulate_audit(batch, SimulatedAuditor(), truth, progress=False)
    assert (again.score, again.low, again.high) == (result.score, result.low, result.high)


def test_an_audit_of_a_batch_that_is_not_labelled_to_the_end_is_not_completed(
    project: Project, dataset: ImportedDataset
) -> None:
    start(project)
    with pytest.raises(AuditIncomplete):
        simulate_audit(project.batch("round 1"), SimulatedAuditor(), HiddenTruth(project, dataset), progress=False)


def test_what_the_truth_can_not_use_is_left_out_with_the_reason(project: Project, dataset: ImportedDataset) -> None:
    first = dataset.images[0]
    outside = Label("RBC", BoundingBox(500, 500, 10, 10))
    unknown = Label("mite", BoundingBox(5, 5, 10, 10))
    images = [
        first._replace(labels=[*first.labels, outside, unknown]),
        first,
        ImportedImage("gone.jpg", None, [unknown], Path("gone.xml")),
    ]
    truth = HiddenTruth(project, ImportedDataset(images, [Skipped(Path("x.xml"), "RBC (object 1)", "no size")]))
    assert len(truth) == 1
    assert len(truth[project.item("cells_0001")]) == len(first.labels)
    told = [(one.source.name, one.what) for one in truth.left_out]
    reasons = [one.reason for one in truth.left_out]
    place = f"labels[{len(first.labels)}]"
    assert told == [
        ("x.xml", "RBC (object 1)"),
        ("cells_0001.xml", "box"),
        ("cells_0001.xml", "box"),
        ("cells_0001.xml", "cells_0001.jpg"),
        ("gone.xml", "gone.jpg"),
    ]
    assert reasons[0] == "no size"
    assert place in reasons[1]
    assert "no such class" in reasons[2]
    assert reasons[3:] == ["labelled twice; the first counts", "the project has no such picture"]
    with pytest.raises(NotFound, match="cells_0002"):
        truth[project.item("cells_0002")]
    assert repr(truth) == f"<the truth of 1 pictures: {len(first.labels)} boxes, 5 left out>"


def test_classes_and_sizes_are_those_of_the_boxes(dataset: ImportedDataset) -> None:
    boxes = [(b.category, b.shape) for image in dataset.images for b in image.labels if isinstance(b, Label)]
    names = [name for name, _ in boxes]
    assert class_counts(dataset) == {name: names.count(name) for name in set(names)}
    order = [item.name for item in box_ontology(dataset).objects]
    assert order == sorted(order, key=lambda name: -names.count(name))
    sides = sorted((s.width * s.height) ** 0.5 for name, s in boxes if name == "RBC" and isinstance(s, BoundingBox))
    assert typical_side(dataset, "RBC") == pytest.approx((sides[len(sides) // 2] + sides[~len(sides) // 2]) / 2)


def test_a_demo_with_fewer_own_pictures_than_a_calibration_needs_says_so_before_it_begins(tmp_path: Path) -> None:
    written = write_cells(tmp_path, 9, rng=0, size=(96, 128), progress=False)
    with pytest.raises(InvalidImport, match=r"has 9 pictures .* the demo needs 10\."):
        run_demo(tmp_path / "mine.db", images=written.images, voc=written.voc)
    assert not (tmp_path / "mine.db").exists()
