"""Matching: the best total, decided by what labels are and by nothing else."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from annowidgets.benchmark import matching, measure, similarity
from annowidgets.benchmark.matching import Edges, match
from annowidgets.labels import BoundingBox, Label
from tests.benchmark.strategies import FRAME, boxes, labels, ontology

# Few different weights, so that ties are frequent.
weights = st.one_of(st.just(0.0), st.integers(1, 6).map(float), st.integers(1, 10**9).map(float))
matrices = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(weights, min_size=width, max_size=width), min_size=1, max_size=5)
)


def edges_of(matrix: Any) -> Edges:
    line, column = np.nonzero(np.asarray(matrix))
    return Edges(line, column + 1_000, np.asarray(matrix)[line, column])


def by_row(rows: Any) -> Any:
    return np.argsort(np.argsort(rows))


@given(matrices)
@settings(max_examples=300)
def test_no_other_one_to_one_choice_weighs_more(matrix: list[list[float]]) -> None:
    edges = edges_of(matrix)
    chosen = match(edges, by_row)
    assert len(set(edges.a[chosen])) == len(set(edges.b[chosen])) == len(chosen)
    table = np.array(matrix)
    if table.shape[0] > table.shape[1]:
        table = table.T
    best = max(table[range(len(table)), choice].sum() for choice in permutations(range(table.shape[1]), len(table)))
    assert edges.weight[chosen].sum() == best


@pytest.mark.parametrize("crowding", [0.002, 0.02, 0.5])
def test_crowds_are_matched_as_well_as_by_the_dense_solver(crowding: float) -> None:
    rng = np.random.default_rng(0)
    matrix = np.where(rng.random((400, 380)) < crowding, rng.integers(1, 2_020_000_000, (400, 380)), 0).astype(float)
    edges = edges_of(matrix)
    chosen = match(edges, by_row)
    assert edges.weight[chosen].sum() == matrix[linear_sum_assignment(matrix, maximize=True)].sum()


def test_the_sparse_and_the_dense_way_choose_alike() -> None:
    rng = np.random.default_rng(1)
    matrix = np.where(rng.random((120, 130)) < 0.1, rng.integers(1, 2_020_000_000, (120, 130)), 0).astype(float)
    edges = edges_of(matrix)
    arguments = edges.a, edges.b - 1_000, edges.weight, (120, 130)
    found = [solve(*arguments) for solve in (matching._solve_sparse, matching._solve_dense)]
    # Both also give each other labels that stay alone: the zeros of the matrix, or columns beyond it.
    sparse, dense = (
        {(line, column) for line, column in zip(*solved, strict=True) if column < 130 and matrix[line, column]}
        for solved in found
    )
    assert sparse == dense


def rows_of(benchmark: list[Label], trainee: list[Label]) -> list[Any]:
    """Rows by what the labels are, without their ids and places."""
    measured = measure(benchmark, trainee, ontology=ontology, frame_size=FRAME)
    found = []
    for row in measured.to_frame().fillna({"similarity": -1, "attribute_agreement": -1}).itertuples():
        sides = [
            next((label for label in own if label.id == chosen), None)
            for own, chosen in ((benchmark, row.benchmark_label), (trainee, row.trainee_label))
        ]
        found.append((row.kind, repr([side and side._value() for side in sides]), row.similarity))
    return sorted(found)


whole_corner = st.integers(0, 4).map(lambda k: 10.0 * k)
# Boxes on a grid overlap in few different ways, so that many choices tie.
gridded = st.builds(BoundingBox, whole_corner, whole_corner, st.just(20.0), st.just(20.0))


@given(labels(gridded, most=4), labels(gridded, most=4), st.randoms())
@settings(max_examples=200)
def test_the_order_in_which_labels_are_listed_decides_nothing(
    benchmark: list[Label], trainee: list[Label], random: Any
) -> None:
    expected = rows_of(benchmark, trainee)
    for side in (benchmark, trainee):
        random.shuffle(side)
    assert rows_of(benchmark, trainee) == expected


@given(labels(gridded, most=4), labels(gridded, most=4))
@settings(max_examples=200)
def test_weights_that_differ_in_the_last_digit_tie(benchmark: list[Label], trainee: list[Label]) -> None:
    nudged = [
        Label(
            label.category,
            BoundingBox(
                label.shape.x * (1 + 2e-16), label.shape.y, np.nextafter(label.shape.width, 0), label.shape.height
            ),
            attributes=label.attributes,
            id=label.id,
        )
        for label in trainee
    ]
    pairs = [
        {
            (row.benchmark_label, row.trainee_label)
            for row in measure(benchmark, own, ontology=ontology, frame_size=FRAME).to_frame().itertuples()
            if row.kind == "matched"
        }
        for own in (trainee, nudged)
    ]
    same_twice = [len({repr(label._value()) for label in side}) < len(side) for side in (benchmark, trainee)]
    if not any(same_twice):
        assert pairs[0] == pairs[1]


def test_a_tie_goes_by_the_json_of_what_the_labels_are() -> None:
    gold = [Label("cat", BoundingBox(10, 10, 5, 15), id="gold")]
    for x, chosen in ((10, "low"), (10.000000000000002, "high"), (9.999999999999998, "high")):
        # "10.0" < "10.000000000000002" < "9.999999999999998" as text, and x stands before y.
        tied = [Label("cat", BoundingBox(x, 0, 5, 15), id="low"), Label("cat", BoundingBox(10, 20, 5, 15), id="high")]
        for drawn in (tied, tied[::-1]):
            found = measure(gold, drawn, ontology=ontology, frame_size=FRAME).to_frame()
            assert found.trainee_label[0] == chosen


def test_a_tie_between_equal_shapes_goes_by_all_attributes_also_those_that_do_not_count() -> None:
    gold = [Label("cat", BoundingBox(10, 10, 20, 20))]
    tied = [Label("cat", BoundingBox(10, 10, 20, 20), attributes=own) for own in ({}, {"age": " "})]
    for drawn in (tied, tied[::-1]):
        found = measure(gold, drawn, ontology=ontology, frame_size=FRAME).to_frame()
        assert found.trainee_label[0] == tied[1].id


@given(labels(boxes()), labels(boxes()))
def test_matching_equals_brute_force_over_all_choices(benchmark: list[Label], trainee: list[Label]) -> None:
    def weight(one: Label, other: Label) -> float:
        value = similarity(one.shape, other.shape, frame_size=FRAME)
        if value < 0.05 - 1e-9:
            return 0.0
        if one.category != other.category:
            return round(value, 9)
        ages = one.attributes.get("age"), other.attributes.get("age")
        return round(value * (2.01 + 0.01 * (ages[0] == ages[1])), 9)

    table = np.array([[weight(one, other) for other in trainee] for one in benchmark]).reshape(
        len(benchmark), len(trainee)
    )
    wide = table if table.shape[0] <= table.shape[1] else table.T
    best = max(
        (wide[range(len(wide)), choice].sum() for choice in permutations(range(wide.shape[1]), len(wide))), default=0.0
    )
    measured = measure(benchmark, trainee, ontology=ontology, frame_size=FRAME)
    matched = measured.kind == 0
    chosen = table[measured.benchmark_label[matched], measured.trainee_label[matched]]
    assert chosen.sum() == pytest.approx(best, abs=1e-8)
    assert (chosen > 0).all()
    assert len(measured) == len(benchmark) + len(trainee) - matched.sum()


def test_labels_elsewhere_decide_no_tie() -> None:
    tied = [Label("cat", BoundingBox(x, 0, 20, 20)) for x in (0, 20)]
    between = [Label("cat", BoundingBox(x, 0, 20, 20)) for x in (10, 10)]
    far = [Label("cat", BoundingBox(x, y, 2, 2)) for x in (41, 50, 60) for y in (41, 50, 60)]
    alone = rows_of(tied, between[:1])
    for extra in range(1, len(far)):
        assert [row for row in rows_of(tied, between[:1] + far[:extra]) if row[0] != "extra"] == [
            row for row in alone if row[0] != "extra"
        ]


def test_a_pair_that_reaches_the_threshold_by_construction_is_matched() -> None:
    one = [Label("cat", BoundingBox(0, 0, 30, 10))]
    other = [Label("cat", BoundingBox(0, 0, 9, 10))]
    for least, kinds in ((0.3, ["matched"]), (0.1 + 0.2, ["matched"]), (0.30001, ["missing", "extra"])):
        measured = measure(one, other, ontology=ontology, frame_size=FRAME, min_similarity=least)
        assert measured.to_frame().kind.tolist() == kinds
