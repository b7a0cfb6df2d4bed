"""Explanations: the same points again, as terms and in words."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given

from annowidgets.benchmark import BenchmarkFunction, Explanation, TaskLabels, measure, measure_many, score
from annowidgets.errors import InvalidInput, NotFound
from annowidgets.labels import Answer, BoundingBox, Checklist, Keypoint, Label, ObjectClass, Ontology, Radio
from tests.benchmark.test_score import functions, tasks
from tests.benchmark.test_score import names as many_names

names = Ontology(
    objects=[
        ObjectClass(
            "apple", shape="bounding_box", attributes=[Radio("ripe", ["yes", "no"]), Radio("cut", ["yes", "no"])]
        ),
        ObjectClass("pear <b>", shape="bounding_box"),
        ObjectClass("stem", shape="keypoint"),
    ],
    classifications=[Checklist("defects", ["a", "b", "c"])],
)


def explained(benchmark: list[Any], trainee: list[Any], **settings: Any) -> list[Explanation]:
    scores = score(measure(benchmark, trainee, ontology=names, frame_size=(100, 100)), BenchmarkFunction(**settings))
    return [scores.explain(k) for k in range(len(scores))]


def apple(width: float, name: str = "apple", **attributes: Any) -> Label:
    return Label(name, BoundingBox(0, 0, width, 10), attributes=attributes)


def test_a_match_is_explained_term_by_term() -> None:
    (row,) = explained([apple(100)], [apple(80, "pear <b>")], iou=0.7, category=0.3)
    assert [(t.name, t.value, t.weight, t.points) for t in row.terms] == [
        ("iou", pytest.approx(0.8), pytest.approx(0.7), pytest.approx(56)),
        ("category", 0.0, pytest.approx(0.3), 0.0),
    ]
    assert row.points == pytest.approx(56)
    assert row.text == (
        "The apple was found; the overlap is 80.0 %: 56.0 of 70.0, "
        "the class is wrong (pear <b>, not apple): 0.0 of 30.0. 56.0 points."
    )


def test_attributes_are_explained_where_any_was_answered() -> None:
    weights = {"iou": 0.4, "category": 0.4, "attributes": 0.2}
    texts = [
        explained([apple(100, ripe="yes", cut="no")], [apple(100, ripe=ripe, cut=cut)], **weights)[0].text
        for ripe, cut in (("yes", "no"), ("yes", "yes"), ("no", "yes"))
    ]
    assert "all attributes agree: 20.0 of 20.0" in texts[0]
    assert "50.0 % of the attributes agree: 10.0 of 20.0" in texts[1]
    assert "no attribute agrees: 0.0 of 20.0" in texts[2]
    assert "attribute" not in explained([apple(100)], [apple(100)], **weights)[0].text


def test_a_match_too_weak_to_count_is_explained_from_both_sides() -> None:
    missing, extra = explained([apple(100)], [apple(25)])
    reason = "the overlap is 25.0 %, and below 30.0 % a match does not count. 0 points."
    assert missing.text == f"The apple was not found: with the nearest label (apple) {reason}"
    assert extra.text == f"The apple is one too many: with the nearest object (apple) {reason}"
    assert (missing.similarity, missing.threshold, extra.similarity, extra.threshold) == (0.25, 0.3, 0.25, 0.3)
    assert missing.benchmark_label == extra.benchmark_label
    assert missing.trainee_label == extra.trainee_label


def test_what_is_missing_extra_or_empty_is_said() -> None:
    (missing,) = explained([apple(10)], [])
    assert missing.text == "The apple was not found: no label matches it. 0 points."
    (extra,) = explained([], [apple(10)])
    assert extra.text == "The apple is one too many: nothing in the benchmark matches it. 0 points."
    (empty,) = explained([], [])
    (dropped,) = explained([], [apple(10)], extra="ignore")
    assert empty.text == dropped.text == "There was nothing to judge: 100 points."


def test_points_are_close_and_areas_overlap() -> None:
    (row,) = explained([Label("stem", Keypoint(50, 50))], [Label("stem", Keypoint(50, 51))], full_at=0.9)
    assert "the closeness is 77.9 % (full from 90.0 %)" in row.text


@pytest.mark.parametrize(
    ("benchmark", "trainee", "text"),
    [
        (["a"], ["a"], "The answer to defects is right. 100 points."),
        (["a"], ["b"], "The answer to defects is wrong. 0 points."),
        (["a", "b"], ["b", "c"], "The answer to defects is partly right. 33.3 points."),
        (["a"], None, "The question defects was not answered. 0 points."),
        (None, ["a"], "The question defects was answered, and the benchmark leaves it open. 0 points."),
    ],
)
def test_answers_are_explained(benchmark: Any, trainee: Any, text: str) -> None:
    sides = [[Answer("defects", value)] if value else [] for value in (benchmark, trainee)]
    assert explained(*sides)[0].text == text


@given(tasks, functions())
def test_terms_add_up_to_the_points_of_every_row(given_tasks: list[TaskLabels], function: BenchmarkFunction) -> None:
    scores = score(measure_many(given_tasks, ontology=many_names), function)
    frame = scores.to_frame()
    for place in range(len(scores)):
        row = scores.explain(place)
        assert row.kind == frame.kind[place]
        assert row.points == frame.points[place]
        assert row.importance == frame.importance[place]
        if row.terms:
            assert sum(term.points for term in row.terms) == pytest.approx(row.points, abs=1e-9)
            assert sum(term.weight for term in row.terms) == pytest.approx(1)
        else:
            assert row.points == (100 if row.kind == "empty" else 0)
        assert json.loads(json.dumps(row.to_dict()))["text"] == str(row)


def test_an_explanation_shows_in_a_notebook_without_running_what_it_quotes() -> None:
    (row,) = explained([apple(100)], [apple(80, "pear <b>")])
    html = row._repr_html_()
    assert "<table>" in html
    assert "pear &lt;b&gt;" in html
    assert "pear <b>" not in html


def test_a_row_that_is_not_there_is_refused() -> None:
    scores = score(measure([], [], ontology=names, frame_size=(9, 9)), BenchmarkFunction())
    for place in (1, -1):
        with pytest.raises(NotFound, match=f"no evaluation label {place}.* 0 to 0"):
            scores.explain(place)


@pytest.mark.parametrize("place", ["a", None, 0.5, True])
def test_what_is_no_number_of_a_row_is_refused(place: Any) -> None:
    scores = score(measure([], [], ontology=names, frame_size=(9, 9)), BenchmarkFunction())
    with pytest.raises(InvalidInput, match="An evaluation label is a number"):
        scores.explain(place)


@pytest.mark.parametrize("short", [0.05, 0.01, 1e-3, 1e-6])
def test_a_similarity_just_under_a_threshold_is_told_apart_from_it(short: float) -> None:
    missing, _ = explained([apple(100)], [apple(30 - short)])
    reached, needed = re.findall(r"([0-9.]+) %", missing.text)
    assert float(reached) < float(needed) == 30
    (row,) = explained([apple(100)], [apple(90 - short)], full_at=0.9)
    reached, full = re.findall(r"([0-9.]+) %", row.text)
    assert float(reached) < float(full) == 90
