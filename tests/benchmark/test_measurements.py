"""Measurements as bytes and as a frame."""

from __future__ import annotations

import contextlib
import pickle

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.benchmark import BenchmarkFunction, Measurements, TaskLabels, measure_many, score
from annowidgets.errors import InvalidInput
from annowidgets.labels import Answer, BoundingBox, Label, ObjectClass, Ontology, Radio
from tests.benchmark.strategies import FRAME, ontology
from tests.benchmark.test_measure import same, tasks


@given(tasks)
def test_measurements_survive_bytes(given_tasks: list[TaskLabels]) -> None:
    measured = measure_many(given_tasks, ontology=ontology)
    read = Measurements.from_bytes(measured.to_bytes())
    same(read, measured)
    pd.testing.assert_frame_equal(read.to_frame(), measured.to_frame())
    same(pickle.loads(pickle.dumps(read)), measured)


@given(st.lists(tasks, min_size=1, max_size=4))
def test_blobs_of_many_submissions_join_in_order(parts: list[list[TaskLabels]]) -> None:
    whole = measure_many([task for part in parts for task in part], ontology=ontology)
    blobs = [measure_many(part, ontology=ontology).to_bytes() for part in parts]
    names = range(len(whole.tasks))
    same(Measurements.from_blobs(blobs, tasks=names, trainees=whole.trainees), whole)


def sample(name: str, question: str) -> Measurements:
    names = Ontology(
        objects=[ObjectClass(name, shape="polygon"), ObjectClass("other", shape="polygon")],
        classifications=[Radio(question, ["a", "b"])],
    )
    labels = [Label(name, BoundingBox(0, 0, 9, 9)), Label("other", BoundingBox(30, 0, 9, 9)), Answer(question, "a")]
    return measure_many([TaskLabels(labels, labels[:1], frame_size=FRAME, task=name)], ontology=names)


def test_blobs_of_different_ontologies_keep_their_names() -> None:
    parts = [sample("cat", "light"), sample("dog", "time"), sample("cat", "light")]
    joined = Measurements.from_blobs([part.to_bytes() for part in parts])
    assert joined.names == ("cat", "other", "light", "dog", "time")
    frame = joined.to_frame()
    expected = pd.concat([part.to_frame() for part in parts])
    for column in ("kind", "benchmark_category", "trainee_category", "question", "benchmark_label", "similarity"):
        assert frame[column].astype(object).fillna("-").tolist() == expected[column].astype(object).fillna("-").tolist()
    assert joined.tasks == ("cat", "dog", "cat")
    scores = score(joined, BenchmarkFunction(importance={"dog": 2, "light": 0}))
    assert scores.task_mean.tolist() == pytest.approx([50, 50, 50])


def test_a_million_rows_are_joined_without_reading_ids() -> None:
    blob = sample("cat", "light").to_bytes()
    joined = Measurements.from_blobs([blob] * 1_000, tasks=range(1_000), trainees=["ann"] * 1_000)
    assert len(joined) == 3_000
    assert joined.label_id("benchmark", 2_999) is None
    ids = joined.to_frame().benchmark_label
    assert ids.nunique() == 2
    assert joined.label_id("benchmark", 1) == ids[1]


blob = sample("cat", "light").to_bytes()


@pytest.mark.parametrize(
    "damaged",
    [b"", b"AWM1", blob[:40], blob[:-40], b"XXXX" + blob[4:], b"{}", blob[:4] + b"\xff" * 8 + blob[12:]],
)
def test_damaged_bytes_are_refused(damaged: bytes) -> None:
    with pytest.raises(InvalidInput, match="no measurements"):
        Measurements.from_bytes(damaged)


def test_bytes_of_another_version_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"another version.*Update annowidgets"):
        Measurements.from_bytes(b"AWM9" + blob[4:])


@given(st.binary(max_size=60), st.integers(0, len(blob)), st.integers(1, 60))
def test_fuzzed_bytes_never_break_the_reader(junk: bytes, start: int, length: int) -> None:
    with contextlib.suppress(InvalidInput):
        score(Measurements.from_bytes(blob[:start] + junk + blob[start + length :]), BenchmarkFunction())


def test_names_must_be_as_many_as_the_tasks() -> None:
    with pytest.raises(InvalidInput, match="2 tasks in the blobs, 1 names"):
        Measurements.from_blobs([blob] * 2, tasks=["a"], trainees=["b", "c"])


def test_a_task_that_no_json_can_name_is_refused_when_written() -> None:
    odd = measure_many([TaskLabels([], [], frame_size=FRAME, task=frozenset([object()]))], ontology=ontology)
    with pytest.raises(InvalidInput, match="JSON"):
        odd.to_bytes()


def test_a_notebook_shows_measurements_as_a_table() -> None:
    measured = sample("cat", "light")
    assert repr(measured) == "Measurements(1 tasks; 1 matched, 2 missing, 0 extra)"
    assert "<table" in measured._repr_html_()
