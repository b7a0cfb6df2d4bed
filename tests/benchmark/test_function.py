"""The settings of the benchmark function: checked, kept, read back."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from annowidgets.benchmark import BenchmarkFunction, Weights
from annowidgets.errors import InvalidInput, NotFound
from tests.benchmark.test_score import functions


@given(functions())
def test_a_function_survives_json(function: BenchmarkFunction) -> None:
    read = BenchmarkFunction.from_dict(json.loads(json.dumps(function.to_dict())))
    assert read == function
    assert hash(read) == hash(function)


def test_json_holds_every_setting_so_that_a_kept_version_outlives_its_defaults() -> None:
    assert BenchmarkFunction().to_dict() == {
        "mode": "dynamic",
        "iou": 0.5,
        "category": 0.5,
        "attributes": 0.0,
        "per_class": {},
        "importance": {},
        "full_at": 1.0,
        "zero_below": None,
        "extra": "zero",
        "ignored_shapes": [],
        "aggregate": "tasks",
    }


def test_a_project_starts_with_its_own_weights() -> None:
    function = BenchmarkFunction.project_default()
    assert function.weights() == (0.4, 0.4, 0.2)
    assert function == BenchmarkFunction(iou=0.4, category=0.4, attributes=0.2)


def test_a_class_inherits_the_numbers_that_it_does_not_set() -> None:
    function = BenchmarkFunction(
        iou=2, category=3, attributes=4, per_class={"cat": Weights(iou=7), "dog": {"category": 0, "attributes": 0}}
    )
    assert function.weights("cat") == (7, 3, 4)
    assert function.weights("dog") == (2, 0, 0)
    assert function.weights("eel") == function.weights() == (2, 3, 4)


def test_the_default_threshold_is_never_above_full_at() -> None:
    assert [BenchmarkFunction().threshold(family) for family in ("region", "line", "point", "primitive")] == [
        0.3, 0.3, 0.1, 0.1
    ]  # fmt: skip
    assert BenchmarkFunction(full_at=0.2).threshold("region") == 0.2
    assert BenchmarkFunction(full_at=0.2).threshold("point") == 0.1
    assert BenchmarkFunction(full_at=0.2, zero_below={"line": 0.15}).threshold("region") == 0.2
    assert BenchmarkFunction(zero_below=0).threshold("region") == 0


def test_amending_keeps_what_is_not_named() -> None:
    function = BenchmarkFunction(iou=1, category=3, importance={"cat": 2})
    amended = function.amended(full_at=0.9)
    assert (amended.weights(), amended.importance, amended.full_at) == ((1, 3, 0), {"cat": 2}, 0.9)
    assert function.amended(iou=5, category=0).weights() == (5, 0, 0)
    assert function.full_at == 1.0
    with pytest.raises(InvalidInput, match="iou is given without category"):
        function.amended(iou=5)
    with pytest.raises(NotFound, match=r"'fullat'.* 'full_at'"):
        function.amended(fullat=0.9)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"iou": 0.5}, "iou is given without category"),
        ({"category": 1}, "category is given without iou"),
        ({"iou": -1, "category": 1}, "iou must be 0 or above, got -1"),
        ({"iou": "1", "category": 1}, "iou must be a number, got '1'"),
        ({"iou": True, "category": 1}, "iou must be a number"),
        ({"iou": np.nan, "category": 1}, "iou must be finite"),
        ({"iou": 0, "category": 0}, "All weights are 0"),
        ({"iou": 10**5000, "category": 1}, "iou must be a number"),
        ({"iou": 1e300, "category": 1}, "iou must be 0 or from 1e-09 to 1e\\+09, got 1e\\+300"),
        ({"importance": {"cat": 1e-300}}, "importance of 'cat' must be 0 or from"),
        ({"attributes": -0.1}, "attributes must be 0 or above"),
        ({"per_class": {"cat": Weights(iou=0, category=0)}}, "All weights of 'cat' are 0"),
        ({"per_class": {"cat": {"uio": 1}}}, r"No weight 'uio'.* 'iou'"),
        ({"per_class": {"cat": 1}}, "per_class of 'cat' must be a mapping"),
        ({"per_class": [1]}, "per_class must be a mapping"),
        ({"importance": {"cat": -1}}, "importance of 'cat' must be 0 or above"),
        ({"importance": {3: 1}}, "importance must be a mapping with names"),
        ({"full_at": 80}, r"full_at must be from 0 to 1, got 80. Did you mean 0.8\?"),
        ({"full_at": 0}, "full_at must be above 0"),
        ({"full_at": 1000}, r"full_at must be from 0 to 1, got 1000\.$"),
        ({"zero_below": 30}, r"Did you mean 0.3\?"),
        ({"zero_below": 0.9, "full_at": 0.8}, "zero_below 0.9 lies above full_at 0.8"),
        ({"zero_below": {"region": 0.1, "line": 0.9}, "full_at": 0.8}, "zero_below 0.9 lies above"),
        ({"zero_below": {"regions": 0.1}}, r"family in zero_below can't be 'regions'.* Did you mean 'region'\?"),
        ({"zero_below": "low"}, "zero_below must be a number"),
        ({"extra": "ingore"}, r"extra can't be 'ingore', it is one of: zero, ignore. Did you mean 'ignore'\?"),
        ({"mode": "objects"}, "mode can't be 'objects', it is one of: dynamic, classification"),
        ({"mode": None}, "mode can't be None"),
        ({"aggregate": "task"}, r"Did you mean 'tasks'\?"),
        ({"ignored_shapes": "polyline"}, "ignored_shapes must be a list"),
        ({"ignored_shapes": ["line"]}, r"Did you mean 'polyline'\?"),
        ({"ignored_shapes": [1]}, "ignored shape can't be 1"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_what_is_allowed(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        BenchmarkFunction(**settings)
    with pytest.raises(InvalidInput, match=message):
        BenchmarkFunction.from_dict(settings)


def test_a_share_reached_by_construction_is_allowed() -> None:
    assert BenchmarkFunction(full_at=0.1 + 0.2, zero_below=0.3 + 1e-10).threshold("region") == pytest.approx(0.3)
    assert BenchmarkFunction(full_at=1 + 1e-12).full_at == 1.0


@pytest.mark.parametrize("plain", [None, [], "iou", 3, {"uio": 1}, {1: 2}])
def test_what_is_no_function_is_refused(plain: Any) -> None:
    with pytest.raises(InvalidInput):
        BenchmarkFunction.from_dict(plain)


def test_names_are_compared_in_their_composed_form() -> None:
    # The same letters as macOS writes them and as everybody else does.
    function = BenchmarkFunction(importance={"e\u0301toile": 2}, per_class={"e\u0301toile": Weights(iou=1)})
    function.require_known(["\u00e9toile"])
    assert function.weights("\u00e9toile") == (1, 0.5, 0)


def test_a_function_cannot_be_changed() -> None:
    function = BenchmarkFunction()
    with pytest.raises(AttributeError):
        function.iou = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        function.importance["cat"] = 3
