"""Reports per trainee and class, and the confusion of classes."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from annowidgets.benchmark import BenchmarkFunction, TaskLabels, measure_many, score
from annowidgets.errors import NotFound
from annowidgets.labels import Answer, BoundingBox, Label, ObjectClass, Ontology
from tests.benchmark.strategies import FRAME
from tests.benchmark.test_score import functions, names, tasks


def box(name: str, x: float, width: float = 10) -> Label:
    return Label(name, BoundingBox(x, 0, width, 10))


def sample() -> Any:
    gold = [box("cat", 0), box("cat", 15), box("dog", 30), Answer("light", "day")]
    ann = [box("cat", 0), box("dog", 15, 5), box("dog", 50), Answer("light", "night")]
    bo = [box("cat", 0, 8), box("cat", 15), box("dog", 30)]
    given_tasks = [TaskLabels(gold, own, frame_size=FRAME, trainee=name) for name, own in (("ann", ann), ("bo", bo))]
    return score(measure_many(given_tasks, ontology=names), BenchmarkFunction())


def test_each_class_has_its_precision_recall_and_mean_similarity() -> None:
    frame = sample().per_class()
    table = {(row.trainee, row.category): row for row in frame.itertuples()}
    cat = table["ann", "cat"]
    assert (cat.benchmark, cat.trainee_labels, cat.right) == (2, 1, 1)
    assert (cat.precision, cat.recall, cat.f1) == (1.0, 0.5, pytest.approx(2 / 3))
    assert cat.mean_similarity == pytest.approx(0.75)
    assert cat.score == pytest.approx((100 + 25) / 2)
    dog = table["ann", "dog"]
    assert (dog.benchmark, dog.trainee_labels, dog.right, dog.precision, dog.recall) == (1, 2, 0, 0.0, 0.0)
    assert np.isnan(dog.mean_similarity)
    assert dog.score == 0
    light = table["ann", "light"]
    assert (light.benchmark, light.trainee_labels, light.mean_similarity, light.score) == (1, 1, 0.0, 0.0)
    assert table["bo", "cat"].mean_similarity == pytest.approx(0.9)
    for name in ("ann", "bo"):
        assert np.isnan([getattr(table[name, "light"], field) for field in ("precision", "recall", "f1")]).all()
    assert (light.right, table["bo", "light"].right) == (1, 0)
    assert len(table) == 6


def test_confusion_counts_what_was_called_what() -> None:
    table = sample().confusion(trainee="ann")
    assert table.index.tolist() == ["cat", "dog", "(extra)"]
    assert table.columns.tolist() == ["cat", "dog", "(missing)"]
    assert table.to_numpy().tolist() == [[1, 1, 0], [0, 0, 1], [0, 1, 0]]
    assert sample().confusion().to_numpy().tolist() == [[3, 1, 0], [0, 1, 1], [0, 1, 0]]
    with pytest.raises(NotFound, match=r"No trainee 'anna'.* 'ann'"):
        sample().confusion(trainee="anna")


def test_confusion_of_many_classes_takes_no_more_than_those_that_occur() -> None:
    many = Ontology(objects=[ObjectClass(f"class {k}", shape="bounding_box") for k in range(30_000)])
    task = TaskLabels([box("class 3", 0)], [box("class 29999", 0)], frame_size=FRAME)
    tracemalloc.start()
    scores = score(measure_many([task], ontology=many), BenchmarkFunction())
    table = scores.confusion()
    assert tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()
    assert table.to_numpy().tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert table.columns.tolist() == ["class 3", "class 29999", "(missing)"]


@given(tasks, functions())
def test_reports_count_every_row_once(given_tasks: list[TaskLabels], function: BenchmarkFunction) -> None:
    scores = score(measure_many(given_tasks, ontology=names), function)
    frame = scores.to_frame()
    objects = frame[(frame.kind != "empty") & frame.question.isna()]
    table = scores.confusion()
    assert table.to_numpy().sum() == len(objects)
    assert table.loc["(extra)"].sum() == (objects.kind == "extra").sum()
    assert table["(missing)"].sum() == (objects.kind == "missing").sum()
    report = scores.per_class()
    judged = frame[frame.kind != "empty"]
    assert report.benchmark.sum() == (judged.kind != "extra").sum()
    assert report.trainee_labels.sum() == (judged.kind != "missing").sum()
    for row in report.itertuples():
        own = judged[judged.trainee == row.trainee]
        in_benchmark = own[(own.benchmark_category == row.category) & (own.kind != "extra")]
        right = in_benchmark[in_benchmark.trainee_category == row.category]
        assert (row.benchmark, row.right) == (len(in_benchmark), len(right))
        assert row.mean_similarity == pytest.approx(in_benchmark.similarity.mean(), nan_ok=True)


def test_results_show_in_a_notebook() -> None:
    scores = sample()
    assert repr(scores).startswith("Scores(2 tasks, 9 evaluation labels, mean ")
    assert "ann" in scores._repr_html_()
