"""Agreement between annotators on the same items."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.benchmark import BenchmarkFunction, ItemLabels, agreement, krippendorff_alpha
from annowidgets.errors import InvalidInput
from annowidgets.labels import Answer, BoundingBox, Checklist, Label, Number, ObjectClass, Ontology, Option, Radio, Text

# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", example C: 4 observers, 12 units.
OBSERVERS = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
UNITS = [
    [int(value) for value in unit if value != "."]
    for unit in zip(*(line.split() for line in OBSERVERS.split("\n") if line), strict=True)
]


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("interval", 0.849)])
def test_alpha_is_what_krippendorff_published(level: Any, published: float) -> None:
    assert krippendorff_alpha(UNITS, level=level) == pytest.approx(published, abs=5e-4)


def test_alpha_of_sets_is_the_one_of_names_where_sets_have_one_member() -> None:
    assert krippendorff_alpha([[{v} for v in unit] for unit in UNITS], level="sets") == pytest.approx(
        krippendorff_alpha(UNITS)
    )


def pairwise(units: list[list[Any]], distance: Any) -> float:
    kept = [unit for unit in units if len(unit) > 1]
    every = [value for unit in kept for value in unit]
    n = len(every)
    observed = sum(sum(distance(a, b) for a in u for b in u) / (len(u) - 1) for u in kept) / n
    expected = sum(distance(a, b) for a in every for b in every) / (n * (n - 1))
    return 1 - observed / expected


values = st.lists(st.lists(st.integers(0, 4), max_size=4), max_size=6)


@given(values)
def test_alpha_compares_every_pair_of_values(units: list[list[int]]) -> None:
    different = {value for unit in units if len(unit) > 1 for value in unit}
    sets = [[frozenset({v, v + 1, 2 * v}) for v in unit] for unit in units]
    if len(different) < 2:
        assert np.isnan(krippendorff_alpha(units))
        return
    assert krippendorff_alpha(units) == pytest.approx(pairwise(units, lambda a, b: a != b))
    assert krippendorff_alpha(units, level="interval") == pytest.approx(pairwise(units, lambda a, b: (a - b) ** 2))
    assert krippendorff_alpha(sets, level="sets") == pytest.approx(
        pairwise(sets, lambda a, b: 1 - len(a & b) / len(a | b))
    )


def test_alpha_keeps_its_digits_for_large_numbers_close_together() -> None:
    moved = [[1e9 + value for value in unit] for unit in UNITS]
    assert krippendorff_alpha(moved, level="interval") == pytest.approx(krippendorff_alpha(UNITS, level="interval"))


def test_alpha_is_undefined_where_nothing_can_be_compared() -> None:
    for units in ([], [[1], [2]], [[1, 1], [1, 1]]):
        assert np.isnan(krippendorff_alpha(units))
    with pytest.raises(InvalidInput, match="level can't be 'ordinal'"):
        krippendorff_alpha(UNITS, level="ordinal")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("units", "level", "message"),
    [
        (["ab", "cd"], "nominal", "A unit must be a list of the values that it got, got 'ab'"),
        ([1, 2], "nominal", "A unit must be a list"),
        ([["a", None]], "nominal", "A value can't be None"),
        ([[1.0, float("nan")]], "nominal", "A value can't be nan"),
        ([[["a"], ["b"]]], "nominal", "A value must be hashable, got .'a'."),
        ([[1.0, float("nan")]], "interval", "A value must be finite, got nan"),
        ([[1.0, "2"]], "interval", "A value must be a number, got '2'"),
        ([["ab", "cd"]], "sets", "A value must be a set, got 'ab'"),
        ([[{"a"}, 3]], "sets", "A value must be a set, got 3"),
        ([[{"a"}, [None]]], "sets", "A value can't be None"),
    ],
)
def test_values_that_cannot_be_compared_are_refused(units: Any, level: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        krippendorff_alpha(units, level=level)
    with pytest.raises(InvalidInput, match="A value must be a number"):
        krippendorff_alpha([["a", "b"]], level="interval")


names = Ontology(
    objects=[ObjectClass("cat", shape="bounding_box"), ObjectClass("dog", shape="bounding_box")],
    classifications=[
        Radio("light", ["day", "night"]),
        Checklist("defects", ["a", "b"]),
        Text("note"),
        Number("count", scope="frame"),
    ],
)


def box(name: str, x: float, width: float = 10) -> Label:
    return Label(name, BoundingBox(x, 0, width, 10))


def test_annotators_are_compared_two_by_two_on_the_items_that_they_share() -> None:
    items = [
        ItemLabels(
            {
                "ann": [box("cat", 0), box("dog", 30), Answer("light", "day")],
                "bo": [box("cat", 0, 8), box("cat", 30), box("cat", 70), Answer("light", "day")],
                "cy": [box("cat", 0)],
            },
            frame_size=(100, 100),
        ),
        ItemLabels({"bo": [Answer("light", "night")], "ann": [Answer("light", "day")]}, frame_size=(100, 100)),
    ]
    pairs = agreement(items, ontology=names).pairs.set_index(["annotator_a", "annotator_b"])
    assert pairs.index.tolist() == [("ann", "bo"), ("ann", "cy"), ("bo", "cy")]
    both = pairs.loc[("ann", "bo")]
    assert both[["items", "labels_a", "labels_b", "matched"]].tolist() == [2, 2, 3, 2]
    assert both.f1 == pytest.approx(0.8)
    assert both.mean_similarity == pytest.approx(0.9)
    assert both.same_category == 0.5
    assert np.isnan(both.attributes)
    assert both.answers == 0.5
    assert both.score == pytest.approx(np.mean([(90 + 50 + 0 + 100) / 4, 0]))
    assert pairs.loc[("bo", "cy"), "answers"] == 0
    assert pairs["items"].tolist() == [2, 1, 1]


def test_alpha_is_told_for_each_classification() -> None:
    def answers(light: str, defects: list[str], note: str, counts: list[int]) -> list[Answer]:
        return [
            Answer("light", light),
            Answer("defects", defects),
            Answer("note", note),
            *(Answer("count", count, frame=frame) for frame, count in enumerate(counts)),
        ]

    items = [
        ItemLabels(
            {"ann": answers("day", ["a"], "Sharp ", [1, 5]), "bo": answers("day", ["a"], "sharp", [1, 6])},
            frame_size=(9, 9),
        ),
        ItemLabels(
            {"ann": answers("day", ["a", "b"], "dull", [3]), "bo": answers("night", ["b"], "dull", [3])},
            frame_size=(9, 9),
        ),
    ]
    table = agreement(items, ontology=names).alpha.set_index("question")
    assert table.level.to_dict() == {"light": "nominal", "defects": "sets", "note": "nominal", "count": "interval"}
    assert table["units"].tolist() == [2, 2, 2, 3]
    assert table["values"].tolist() == [4, 4, 4, 6]
    assert table.alpha["light"] == pytest.approx(krippendorff_alpha([["d", "d"], ["d", "n"]]))
    assert table.alpha["note"] == 1.0
    assert table.alpha["count"] == pytest.approx(krippendorff_alpha([[1, 1], [5, 6], [3, 3]], level="interval"))
    assert table.alpha["defects"] == pytest.approx(
        krippendorff_alpha([[{"a"}, {"a"}], [{"a", "b"}, {"b"}]], level="sets")
    )


COUNTS = ["items", "labels_a", "labels_b", "matched", "f1", "mean_similarity", "same_category", "attributes", "answers"]


@pytest.mark.parametrize(
    "settings", [{"extra": "ignore"}, {"mode": "classification"}, {"ignored_shapes": ["bounding_box"]}]
)
def test_counts_are_of_what_was_labelled_whatever_the_function_drops(settings: Any) -> None:
    items = [
        ItemLabels(
            {"ann": [box("cat", 0), Answer("light", "day")], "bo": [box("cat", 0), box("cat", 30), box("dog", 60)]},
            frame_size=(100, 100),
        )
    ]
    default = agreement(items, ontology=names).pairs[COUNTS].iloc[0]
    assert default[["labels_a", "labels_b", "matched", "f1", "answers"]].tolist() == [1, 3, 1, 0.5, 0]
    changed = agreement(items, ontology=names, function=BenchmarkFunction(**settings)).pairs
    pd.testing.assert_series_equal(changed[COUNTS].iloc[0], default)


def test_pairs_stand_in_the_order_of_the_annotators_whichever_item_they_share_first() -> None:
    shared = [("ann", "bo"), ("bo", "cy"), ("ann", "cy"), ("ann", "bo")]
    items = [ItemLabels({name: [box("cat", 0)] for name in who}, frame_size=(100, 100)) for who in shared]
    pairs = agreement(items, ontology=names).pairs
    assert pairs[["annotator_a", "annotator_b", "items"]].to_numpy().tolist() == [
        ["ann", "bo", 2],
        ["ann", "cy", 1],
        ["bo", "cy", 1],
    ]


def test_a_match_under_the_threshold_of_the_function_is_none() -> None:
    items = [ItemLabels({"ann": [box("cat", 0)], "bo": [box("cat", 0, 4)]}, frame_size=(100, 100))]
    for threshold, matched in ((0.3, 1), (0.4, 1), (0.41, 0)):
        pairs = agreement(items, ontology=names, function=BenchmarkFunction(zero_below=threshold)).pairs
        assert pairs[["labels_a", "labels_b", "matched"]].iloc[0].tolist() == [1, 1, matched]


def test_the_annotator_who_appears_first_over_all_items_comes_first() -> None:
    items = [
        ItemLabels({"x": [], "y": []}, frame_size=(100, 100)),
        ItemLabels({"y": [box("cat", 0)], "x": [box("cat", 0), box("cat", 20)]}, frame_size=(100, 100)),
    ]
    row = agreement(items, ontology=names).pairs.iloc[0]
    assert row[["annotator_a", "annotator_b", "labels_a", "labels_b"]].tolist() == ["x", "y", 2, 1]


nested = Ontology(
    classifications=[Radio("q", ["g", Option("b", [Radio("why", ["1", "2"])])]), Radio("f", ["g", "b"], scope="frame")]
)


def test_alpha_leaves_out_answers_under_a_branch_that_their_author_did_not_take() -> None:
    taken = [Answer("q", "b"), Answer("why", "1")]
    items = [
        ItemLabels({"x": taken, "y": [Answer("q", "g"), Answer("why", "2")]}, frame_size=(50, 50)),
        ItemLabels({"x": taken, "y": [Answer("q", "b"), Answer("why", "2")]}, frame_size=(50, 50)),
    ]
    table = agreement(items, ontology=nested).alpha.set_index("question")
    assert table.loc["why", ["units", "values"]].tolist() == [1, 2]
    assert table.loc["q", ["units", "values"]].tolist() == [2, 4]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([Answer("f", "g", frame=0, until=2), Answer("f", "b", frame=1, until=2)], "answered twice on frame 1"),
        ([Answer("z", "g")], "No classification 'z'"),
        ([Answer("f", "g", frame=0, until=2_000_000_000)], "more than the 1,000,000"),
        ([Answer("q", 3)], "must be text"),
        ([box("cat", 0)], "No object class 'cat'"),
    ],
)
@pytest.mark.parametrize("others", [{}, {"y": []}])
def test_what_measure_refuses_is_refused_whether_or_not_somebody_shares_the_item(
    labels: Any, message: str, others: Any
) -> None:
    items = [ItemLabels({}, frame_size=(9, 9)), ItemLabels({"x": labels, **others}, frame_size=(50, 50))]
    with pytest.raises(InvalidInput, match=rf"Task \('item 1', 'x'.*{message}"):
        agreement(items, ontology=nested)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([{"ann": []}], r"items\[0\] must be ItemLabels.* Write ItemLabels"),
        (ItemLabels({}, frame_size=(9, 9)), "takes a list of ItemLabels"),
        (None, "takes a list of ItemLabels"),
        ([ItemLabels([[]], frame_size=(9, 9))], r"items\[0\].labels must map"),  # type: ignore[arg-type]
    ],
)
def test_what_are_no_items_is_refused(items: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        agreement(items, ontology=names)


def test_nobody_to_compare_with_leaves_tables_empty() -> None:
    alone = agreement([ItemLabels({"ann": [box("cat", 0)]}, frame_size=(100, 100))], ontology=names)
    assert len(alone.pairs) == 0
    assert alone.alpha.alpha.isna().all()
    assert "<table" in alone._repr_html_()
