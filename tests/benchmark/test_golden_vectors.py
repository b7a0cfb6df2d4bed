"""The worked examples of the scoring page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from annowidgets import benchmark
from annowidgets.benchmark import BenchmarkFunction
from annowidgets.labels import Answer, Checklist, Label, Number, ObjectClass, Ontology, Radio, Text, shape_from_dict


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[str, list[dict[str, Any]]]:
    return json.loads((shared / "cases/scoring_cases.json").read_text())


def test_two_shapes_are_as_similar_as_the_vectors_say(cases: dict[str, Any]) -> None:
    for case in cases["similarity"]:
        similarity = benchmark.similarity(
            shape_from_dict(case["benchmark"]),
            shape_from_dict(case["trainee"]),
            frame_size=case["frame"],
            tolerance=case["tolerance"],
        )
        assert similarity == pytest.approx(case["expected"], abs=1e-6), case["id"]


def _object_ontology(case: dict[str, Any]) -> Ontology:
    given = [*case["benchmark"], *case["trainee"]]
    questions = sorted({name for label in given for name in label.get("attributes", {})})
    attributes = [Radio(name, ["yes", "no"]) for name in questions]
    classes = sorted({label["class"] for label in given}) or ["apple"]
    return Ontology(objects=[ObjectClass(name, shape="polygon", attributes=attributes) for name in classes])


def test_objects_are_scored_row_by_row_as_the_vectors_say(cases: dict[str, Any]) -> None:
    for case in cases["scoring"]:
        sides = [
            [
                Label(given["class"], shape_from_dict(given["shape"]), attributes=given.get("attributes", {}))
                for given in case[side]
            ]
            for side in ("benchmark", "trainee")
        ]
        measured = benchmark.measure(*sides, ontology=_object_ontology(case), frame_size=case["frame"])
        scores = benchmark.score(measured, BenchmarkFunction(**case["function"]))
        place = {label.id: number for side in sides for number, label in enumerate(side)}
        rows = [
            {
                "kind": row.kind,
                "benchmark": place.get(row.benchmark_label),
                "trainee": place.get(row.trainee_label),
                "cls": row.trainee_category if row.kind == "extra" else row.benchmark_category,
                "points": pytest.approx(row.points, abs=1e-6),
                "importance": row.importance,
                "similarity": pytest.approx(row.similarity, abs=1e-6),
            }
            for row in scores.to_frame().itertuples()
        ]
        for row in rows:
            if row["kind"] != "matched":
                del row["similarity"]
            if row["kind"] == "empty":
                row["cls"] = None
        expected = case["expected"]["evaluation_labels"]
        assert len(rows) == len(expected), case["id"]
        assert all(row in rows for row in expected), case["id"]
        assert scores.task_score == pytest.approx(case["expected"]["task_score"], abs=1e-6), case["id"]


@pytest.mark.parametrize("frame", [None, 0])
def test_answers_are_scored_row_by_row_as_the_vectors_say(cases: dict[str, Any], frame: int | None) -> None:
    scope = "item" if frame is None else "frame"
    make = {
        "radio": lambda name, _: Radio(name, ["good", "bad"], scope=scope),
        "checklist": lambda name, _: Checklist(name, ["a", "b", "c"], scope=scope),
        "text": lambda name, _: Text(name, scope=scope),
        "number": lambda name, tolerance: Number(name, tolerance=tolerance or 0, scope=scope),
    }
    for case in cases["questions"]:
        questions = [make[given["type"]](name, given["tolerance"]) for name, given in case["questions"].items()]
        sides = [
            [Answer(name, value, frame=frame) for name, value in case[side].items()]
            for side in ("benchmark", "trainee")
        ]
        measured = benchmark.measure(*sides, ontology=Ontology(classifications=questions), frame_size=(10, 10))
        scores = benchmark.score(measured, BenchmarkFunction(**case["function"]))
        rows = {
            row.question: (row.kind, pytest.approx(row.points), row.importance)
            for row in scores.to_frame().itertuples()
        }
        expected = {
            row["question"]: (row["kind"], row["points"], row["importance"])
            for row in case["expected"]["evaluation_labels"]
        }
        assert expected == rows, case["id"]
        assert scores.task_score == pytest.approx(case["expected"]["task_score"]), case["id"]


def test_calibration_batches_score_as_the_vectors_say(cases: dict[str, Any]) -> None:
    for case in cases["calibration"]:
        score = benchmark.calibration_score(case["accuracies"], case["confidences"], weight=case["weight"])
        assert score == pytest.approx(case["expected"], abs=1e-9), case["id"]
