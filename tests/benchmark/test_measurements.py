"""Measurements as bytes and as a frame."""

from __future__ import annotations

import contextlib
import datetime as dt
import pickle
import struct
import uuid
import zlib
from typing import Any

import msgspec
import numpy as np
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


def test_thousands_of_blobs_of_different_length_join_in_order() -> None:
    names = Ontology(objects=[ObjectClass("cat", shape="bounding_box")])
    labels = [Label("cat", BoundingBox(5 * place, 0, 4, 9)) for place in range(4)]
    lengths = [(4, 1), (), (2,), (0, 0, 3)] * 400
    of_length = {count: TaskLabels(labels[:count], labels[2:], frame_size=FRAME) for count in range(5)}
    parts = {own: measure_many(map(of_length.__getitem__, own), ontology=names) for own in set(lengths)}
    whole = measure_many([of_length[count] for own in lengths for count in own], ontology=names)
    blobs = [parts[own].to_bytes() for own in lengths]
    same(Measurements.from_blobs(blobs, tasks=whole.tasks, trainees=whole.trainees), whole)


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
    [b"", b"AWM2", blob[:40], blob[:-40], b"XXXX" + blob[4:], b"{}", blob[:4] + b"\xff" * 8 + blob[12:]],
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
        used(blob[:start] + junk + blob[start + length :])


def used(data: bytes) -> None:
    read = Measurements.from_bytes(data)
    score(read, BenchmarkFunction()).to_frame()
    read.to_frame()


def test_no_flipped_bit_goes_unnoticed() -> None:
    for bit in range(8 * len(blob)):
        flipped = bytearray(blob)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(InvalidInput):
            Measurements.from_bytes(flipped)


def forged(rows: bytes, tail: bytes, *, number: int = 1) -> bytes:
    """Bytes whose checksums are right whatever they hold; the layout that this spells is the one on disk."""
    head = struct.pack("<4sIII", b"AWM2", len(rows) // 40, number, len(tail)) + blob[16:24]
    start = zlib.crc32(head)
    return head + struct.pack("<II", zlib.crc32(rows, start), zlib.crc32(tail, start)) + rows + tail


ROWS = blob[32 : 32 + 3 * 40]
TAIL = msgspec.json.decode(zlib.decompress(blob[32 + 3 * 40 :]))


def test_what_is_forged_without_a_change_is_read() -> None:
    assert forged(ROWS, zlib.compress(msgspec.json.encode(TAIL))) == blob


names_of_any_kind = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=5,
)


@given(names_of_any_kind, st.integers(0, 3), names_of_any_kind)
def test_a_tail_of_any_contents_is_read_or_refused(whole: Any, place: int, part: Any) -> None:
    tails = [whole, [part if k == place else own for k, own in enumerate(TAIL)]]
    tails.append([[part] if k == place else own for k, own in enumerate(TAIL)])
    for tail in tails:
        with contextlib.suppress(InvalidInput):
            used(forged(ROWS, zlib.compress(msgspec.json.encode(tail))))


@pytest.mark.parametrize("text", [b"[" * 100_000, b"\xff", b"[]", b'[["cat"],[{}],[null],[[[],[]]]]'])
def test_a_tail_that_is_none_is_refused(text: bytes) -> None:
    for packed in (zlib.compress(text), text):
        with pytest.raises(InvalidInput, match="no measurements"):
            Measurements.from_bytes(forged(ROWS, packed))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("similarity", 1.5),
        ("similarity", np.nan),
        ("attribute_agreement", -0.1),
        ("task", 1),
        ("frame", -2),
        ("benchmark_label", -2),
        ("benchmark_label", 99),
        ("trainee_label", -7),
        ("benchmark_category", -1),
        ("trainee_category", -1),
        ("trainee_category", 3),
        ("kind", 3),
        ("kind", 1),
        ("family", 5),
        ("benchmark_shape", 7),
        ("trainee_shape", -2),
    ],
)
def test_rows_that_measuring_never_gives_are_refused(column: str, value: float) -> None:
    rows = sample("cat", "light").rows()
    rows[column][0] = value
    with pytest.raises(InvalidInput, match="no measurements"):
        used(forged(rows.tobytes(), blob[32 + 3 * 40 :]))
    other = sample("dog", "time").to_bytes()
    with pytest.raises(InvalidInput, match="no measurements"):
        used_beside(other, forged(rows.tobytes(), blob[152:]))


def used_beside(one: bytes, other: bytes) -> None:
    both = Measurements.from_blobs([one, other], tasks=range(2), trainees="ab")
    score(both, BenchmarkFunction()).to_frame()
    both.to_frame()


@pytest.mark.parametrize("wrap", [bytearray, memoryview, lambda data: np.frombuffer(data, np.uint8)])
def test_any_buffer_of_bytes_is_read(wrap: Any) -> None:
    same(Measurements.from_bytes(wrap(blob)), Measurements.from_bytes(blob))


def test_what_are_no_bytes_is_refused() -> None:
    for odd in (None, "AWM2", 7):
        with pytest.raises(InvalidInput, match="read from bytes"):
            Measurements.from_bytes(odd)  # type: ignore[arg-type]
    for odd in (blob, None):
        with pytest.raises(InvalidInput, match=r"takes a list of bytes.*from_bytes\(blob\)"):
            Measurements.from_blobs(odd)  # type: ignore[arg-type]


def test_names_must_be_as_many_as_the_tasks() -> None:
    with pytest.raises(InvalidInput, match="2 tasks in the blobs, 1 names"):
        Measurements.from_blobs([blob] * 2, tasks=["a"], trainees=["b", "c"])


PLAIN: list[Any] = [None, True, 0, 2**64 - 1, -(2**63), 1.0, -0.5, "", "cat", "ä"]
ODD: list[Any] = [
    ("a", 1),
    b"a",
    uuid.UUID(int=0),
    dt.date(2026, 1, 1),
    frozenset(),
    2**64,
    np.nan,
    np.inf,
    "\ud800",
]


def called(**names: Any) -> Measurements:
    return measure_many([TaskLabels([], [], frame_size=FRAME, **names)], ontology=ontology)


@pytest.mark.parametrize("name", PLAIN)
def test_names_come_back_from_bytes_as_they_were(name: Any) -> None:
    read = Measurements.from_bytes(called(task=name, trainee=name).to_bytes())
    expected = ((0 if name is None else name,), (name,))
    assert (read.tasks, read.trainees) == expected
    assert [type(own[0]) for own in (read.tasks, read.trainees)] == [type(own[0]) for own in expected]


@pytest.mark.parametrize("name", ODD)
def test_a_name_that_would_come_back_as_another_is_not_written(name: Any) -> None:
    for kind in ("task", "trainee"):
        with pytest.raises(InvalidInput, match=rf"The {kind} .* can't be written .*from_blobs\(blobs, tasks="):
            called(**{kind: name}).to_bytes()


def test_a_notebook_shows_measurements_as_a_table() -> None:
    measured = sample("cat", "light")
    assert repr(measured) == "Measurements(1 tasks; 1 matched, 2 missing, 0 extra)"
    assert "<table" in measured._repr_html_()
