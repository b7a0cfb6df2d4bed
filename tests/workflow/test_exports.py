"""Exports: what is in them, what is never in them, and what is said of the rest."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import annowidgets as aw
from annowidgets.errors import InvalidInput, PermissionDenied
from annowidgets.interchange import COLUMNS, label_rows
from annowidgets.labels import Answer, Label
from annowidgets.workflow import Project
from tests.labels import strategies
from tests.workflow.building import ONTOLOGY, Team, cell, draw_pictures, work
from tests.workflow.evaluating import GOLD, evaluations, served, with_evaluations


def coco(path: Path) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(path.read_bytes())
    return plain


def boxes(path: Path) -> dict[str, list[list[float]]]:
    """File name -> boxes of a COCO file."""
    plain = coco(path)
    return {
        image["file_name"]: [one["bbox"] for one in plain["annotations"] if one["image_id"] == image["id"]]
        for image in plain["images"]
    }


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_an_export_holds_production_and_nothing_of_calibration_gold_or_unfinished_tasks(
    open_project: Team, tmp_path: Path
) -> None:
    open_project.ground_truth(items=["cell09"])
    work(open_project("ann"))
    batch = open_project.production(items=["cell03", "cell04", "cell05", "cell06"])
    first, second, third = (open_project.task("ann", task) for task in batch.tasks()[:3])
    first.claim().submit([cell(3), cell(20, category="WBC"), aw.Answer("quality", "good")])
    second.claim().submit([])
    open_project.sample(1.0)
    third.claim().submit([cell(7)])
    path = tmp_path / "out.json"
    report = open_project("lea").export(path)
    assert boxes(path) == {f"{first.item.name}.png": [[3, 2, 10, 8], [20, 2, 10, 8]], f"{second.item.name}.png": []}
    assert (report.labels, report.items, report.path) == (2, 2, path)
    assert report.left_out.to_dict("records") == [
        {"item": first.item.name, "what": "quality", "reason": "COCO has no answers about a picture"},
        {"item": third.item.name, "what": f"task {third.id}", "reason": "it is in review"},
    ]
    assert report.beside == tmp_path / "out.beside.csv"
    [beside] = rows(report.beside)
    assert (beside["item"], beside["question"], beside["value"], beside["user"]) == (
        first.item.name,
        "quality",
        "good",
        "ann",
    )
    table = open_project("lea").export(tmp_path / "out.csv", format="csv")
    assert table.left_out.to_dict("records")[0] == {
        "item": second.item.name,
        "what": f"task {second.id}",
        "reason": "nothing was found on it, and a CSV has rows only of labels",
    }
    assert "2 labels on 2 items" in report._repr_html_()
    assert "answers about a picture" in report._repr_html_()


def test_q2_labels_of_evaluation_tasks_are_in_no_export(team: Team, tmp_path: Path) -> None:
    batch, hidden = with_evaluations(team)
    evaluation = served(team, "ann", hidden)
    evaluation.submit([cell(11)])
    served(team, "ann", hidden, evaluation=False).submit(GOLD)
    for format in ("coco", "csv"):
        path = tmp_path / f"out.{format}"
        report = team("lea").export(path, format=format, include=("production", "ground_truth"))  # type: ignore[arg-type]
        content = path.read_text()
        assert not any(name in content for name in hidden), "neither the items nor what was labelled on them"
        assert evaluation.item.name not in report.left_out["item"].tolist()
    done = {task.id for task in batch.tasks() if task.state == "completed"}
    assert report.items == len(done - set(evaluations(team))) > 0


@pytest.mark.parametrize(
    ("include", "says"),
    [
        (("evaluation",), "in no export"),
        (("production", "training"), "in no export"),
        ("calibration", "several people's versions"),
        (("prodction",), "Did you mean 'production'"),
        ((), "names no kind"),
    ],
)
def test_q2_kinds_that_no_export_holds_are_refused_and_nothing_is_written(
    team: Team, tmp_path: Path, include: Any, says: str
) -> None:
    refused = team.refuses(InvalidInput, lambda: team("lea").export(tmp_path / "out.json", include=include))
    assert says in str(refused)
    team.refuses(InvalidInput, lambda: team("lea").export(tmp_path / "out.json", format="yolo"))  # type: ignore[arg-type]
    assert list(tmp_path.glob("out*")) == []


@pytest.mark.parametrize("user", ["rea", "ann"])
def test_r1_who_may_not_read_all_labels_exports_none(team: Team, tmp_path: Path, user: str) -> None:
    team.refuses(PermissionDenied, lambda: team(user).export(tmp_path / "out.json"), rule="R1")
    assert not (tmp_path / "out.json").exists()
    team("tim").export(tmp_path / "out.json")


def test_a_correction_of_the_reviewer_is_what_is_exported_under_todays_names(
    open_project: Team, tmp_path: Path
) -> None:
    open_project.production(items=["cell03"])
    open_project.sample(1.0)
    open_project("ann").next_task().submit([cell(3)])  # type: ignore[union-attr]
    open_project("rea").next_review().approve(labels=[cell(4)])  # type: ignore[union-attr]
    renamed = aw.Ontology(
        objects=[aw.ObjectClass("erythrocyte", shape="bounding_box"), *ONTOLOGY.objects[1:]],
        classifications=ONTOLOGY.classifications,
    )
    open_project("lea").update_ontology(renamed, rename={"RBC": "erythrocyte"})
    open_project("lea").export(tmp_path / "out.json")
    assert boxes(tmp_path / "out.json") == {"cell03.png": [[4, 2, 10, 8]]}
    assert [one["name"] for one in coco(tmp_path / "out.json")["categories"]] == ["erythrocyte", "WBC"]


def test_of_an_item_that_two_batches_hold_the_kind_named_first_is_taken(open_project: Team, tmp_path: Path) -> None:
    gold = open_project("lea").create_ground_truth_batch("gold", items=["cell04", "cell05"])
    gold.submit_labels({"cell04": [cell(9)], "cell05": [cell(9)]}, progress=False)
    open_project.production(items=["cell04"])
    work(open_project("ann"), labels=[cell(3)])
    path = tmp_path / "out.json"
    report = open_project("lea").export(path, include=["production", "ground_truth"])
    assert boxes(path) == {"cell04.png": [[3, 2, 10, 8]], "cell05.png": [[9, 2, 10, 8]]}
    assert report.left_out["reason"].tolist() == ["the item's labels of batch production were taken"]
    open_project("lea").export(path, include=["ground_truth", "production"])
    assert boxes(path)["cell04.png"] == [[9, 2, 10, 8]]
    report = open_project("lea").export(tmp_path / "all.csv", format="csv", include=["ground_truth", "production"])
    assert [(row["item"], row["batch"]) for row in rows(tmp_path / "all.csv")] == [
        ("cell04", "gold"), ("cell04", "production"), ("cell05", "gold"),
    ]  # fmt: skip
    assert (report.labels, report.items, report.beside) == (3, 2, None)


def test_the_same_labels_give_the_same_bytes_and_what_is_beside_goes_with_its_reason(
    open_project: Team, tmp_path: Path
) -> None:
    gold = open_project("lea").create_ground_truth_batch("gold", items=["cell04"])
    gold.submit_labels({"cell04": [cell(9), aw.Answer("quality", "good")]}, progress=False)
    path = tmp_path / "out.json"
    written = set()
    for _ in range(2):
        open_project("lea").export(path, include="ground_truth")
        written.add((path.read_bytes(), (tmp_path / "out.beside.csv").read_bytes()))
    assert len(written) == 1
    assert open_project("lea").export(path).beside is None
    assert [file.name for file in tmp_path.glob("out*")] == ["out.json"], "an older report is not left beside it"


def test_a_file_that_can_not_be_written_leaves_everything_as_it_was(
    open_project: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gold = open_project("lea").create_ground_truth_batch("gold", items=["cell04"])
    gold.submit_labels({"cell04": [cell(9), aw.Answer("quality", "good")]}, progress=False)
    path = tmp_path / "out.json"
    path.write_text("before")
    (tmp_path / "out.beside.csv").mkdir()
    lea = open_project("lea")
    refused = open_project.refuses(InvalidInput, lambda: lea.export(path, include="ground_truth"))
    assert "can't be written" in str(refused)
    assert path.read_text() == "before"
    (tmp_path / "out.beside.csv").rmdir()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("annowidgets.interchange.writing.os.fsync", full)
    assert "No space left" in str(open_project.refuses(InvalidInput, lambda: lea.export(path, include="ground_truth")))
    assert (path.read_text(), [file.name for file in tmp_path.glob("*out*")]) == ("before", ["out.json"])
    open_project.refuses(InvalidInput, lambda: lea.export(tmp_path / "missing" / "out.json"))


SHAPES = aw.Ontology(
    objects=[
        aw.ObjectClass("box", shape="bounding_box", attributes=[aw.Text("note"), aw.Number("size")]),
        aw.ObjectClass("cell", shape="polygon", attributes=[aw.Checklist("marks", ["a", "b"])]),
        aw.ObjectClass("tissue", shape="bitmask"),
        aw.ObjectClass("hand", shape="object_primitive", skeleton=aw.Skeleton(["wrist", "thumb"])),
        aw.ObjectClass("spot", shape="keypoint"),
    ]
)


def project_of(folder: Path, name: str, ontology: aw.Ontology) -> Project:
    workspace = aw.open_workspace(folder / f"{name}.db", user="lea", media_root=folder)
    return workspace.create_project(name, ontology=ontology, sampling_rate=0)


def test_what_one_project_exports_another_imports_label_for_label(tmp_path: Path) -> None:
    pictures = draw_pictures(tmp_path, 3)
    import numpy as np

    mask = np.zeros((30, 40), bool)
    mask[3:9, 5:20] = True
    labels: dict[str, list[Label | Answer]] = {
        "cell00": [
            Label("box", aw.BoundingBox(1.25, 2, 3, 4), {"note": 'é, "x"\n', "size": 2}),
            Label(
                "cell", aw.Polygon([[(1, 1), (5, 1), (5, 5)], [(10, 10), (14, 10), (14, 14)]]), {"marks": ("a", "b")}
            ),
        ],
        "cell01": [Label("tissue", aw.Bitmask.from_array(mask)), Label("spot", aw.Keypoint(4, 5))],
        "cell02": [Label("hand", aw.ObjectPrimitive({"wrist": (3, 4, "visible"), "thumb": (5, 6, "occluded")}))],
    }
    first = project_of(tmp_path, "first", SHAPES)
    first.add_images(pictures, progress=False)
    first.create_ground_truth_batch("gold").submit_labels(labels, progress=False)
    report = first.export(tmp_path / "out.json", include="ground_truth")
    assert (report.labels, report.items, len(report.left_out)) == (5, 3, 0)
    second = project_of(tmp_path, "second", SHAPES)
    back = second.import_labels(tmp_path / "out.json", format="coco", progress=False)
    assert (back.read, back.items, len(back.skipped)) == (5, 3, 0)
    for task in second.batch("imported").tasks():
        assert task.labels() == labels[task.item.name]
    third = project_of(tmp_path, "third", aw.Ontology.from_file(tmp_path / "out.json", format="coco"))
    told = third.import_labels(tmp_path / "out.json", format="coco", progress=False)
    assert (told.read, len(told.skipped)) == (5, 0)


def test_a_video_stands_beside_a_coco_file_and_wholly_in_the_csv(tmp_path: Path) -> None:
    project = project_of(tmp_path, "film", SHAPES)
    project.add_image_sequence("walk", draw_pictures(tmp_path, 3), fps=5, progress=False)
    moving = Label("box", {0: aw.BoundingBox(1, 1, 4, 4), 1: None, 2: aw.BoundingBox(3, 1, 4, 4)}, {"note": "x"})
    project.create_ground_truth_batch("gold").submit_labels({"walk": [moving]}, progress=False)
    report = project.export(tmp_path / "out.json", include="ground_truth")
    assert coco(tmp_path / "out.json")["images"] == []
    assert report.left_out["reason"].tolist() == ["COCO holds no image sequence"]
    assert [(row["frame"], row["shape"]) for row in rows(tmp_path / "out.beside.csv")] == [
        ("0", "bounding_box"), ("1", ""), ("2", "bounding_box"),
    ]  # fmt: skip
    project.export(tmp_path / "out.csv", format="csv", include="ground_truth")
    assert labels_of(rows(tmp_path / "out.csv")) == [moving]


def test_a_video_on_which_nothing_was_found_is_said_to_be_in_neither_file(tmp_path: Path) -> None:
    project = project_of(tmp_path, "film", SHAPES)
    project.add_image_sequence("walk", draw_pictures(tmp_path, 2), fps=5, progress=False)
    project.create_ground_truth_batch("gold").submit_labels({"walk": []}, progress=False)
    for format in ("coco", "csv"):
        report = project.export(tmp_path / f"out.{format}", format=format, include="ground_truth")
        assert [(row.item, row.reason) for row in report.left_out.itertuples()] == [
            ("walk", "nothing was found on it, and a CSV has rows only of labels")
        ]


def labels_of(table: list[dict[str, str]]) -> list[Label | Answer]:
    """The labels that a CSV stands for, as a reader of it would put them together."""
    found: dict[str, list[dict[str, str]]] = {}
    for number, row in enumerate(table):
        found.setdefault(row["label"] or str(number), []).append(row)
    return [_label(own) for own in found.values()]


def _label(own: list[dict[str, str]]) -> Label | Answer:
    def number(text: str) -> int | None:
        return int(text) if text else None

    first = own[0]
    if first["type"] == "answer":
        return Answer(first["question"], first["value"], number(first["frame"]), number(first["until"]))
    placed = [row for row in own if row["type"] == "object"]
    shapes = [aw.shape_from_dict(json.loads(row["geometry"])) if row["geometry"] else None for row in placed]
    key_frames = {} if first["frame"] == "" else {int(row["frame"]): s for row, s in zip(placed, shapes, strict=True)}
    return Label(
        first["category"],
        None if key_frames else shapes[0],
        json.loads(first["attributes"] or "{}"),
        key_frames,
        number(placed[-1]["until"]),
        {int(row["frame"]): json.loads(row["attributes"] or "{}") for row in own if row["type"] == "attributes"},
    )


@given(label=st.one_of(strategies.labels(), strategies.answers().filter(lambda one: isinstance(one.value, str))))
def test_the_rows_of_a_label_hold_all_of_it(label: Label | Answer) -> None:
    table = [
        {name: "" if value is None else str(value) for name, value in zip(COLUMNS, row, strict=True)}
        for row in label_rows(label)
    ]
    assert labels_of(table) == [label]


def test_a_csv_says_what_was_said_and_for_a_spreadsheet_nothing_in_it_is_a_formula(team: Team, tmp_path: Path) -> None:
    picture = draw_pictures(team.workspace.media_root, 1, first=50)[0]
    (item,) = team("lea").add_images([picture.rename(picture.with_name("=HYPERLINK(1).png"))], progress=False)
    gold = team("lea").create_ground_truth_batch("@gold", items=[item])
    gold.submit_labels({item: [cell(-2)]}, progress=False)

    def exported(*, spreadsheet: bool) -> dict[str, str]:
        path = tmp_path / "out.csv"
        team("lea").export(path, format="csv", include="ground_truth", spreadsheet=spreadsheet)
        (row,) = rows(path)
        return row

    exact, guarded = exported(spreadsheet=False), exported(spreadsheet=True)
    assert (exact["item"], exact["batch"]) == (item.name, "@gold") == ("=HYPERLINK(1)", "@gold")
    assert {name: value for name, value in guarded.items() if exact[name] != value} == {
        "item": "'=HYPERLINK(1)",
        "batch": "'@gold",
    }
    with pytest.raises(InvalidInput, match="spreadsheet must be True or False"):
        team("lea").export(tmp_path / "out.csv", format="csv", spreadsheet="yes")  # type: ignore[arg-type]
