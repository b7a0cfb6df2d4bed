from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.errors import InvalidOntology
from annowidgets.labels import ObjectClass
from annowidgets.labels.tolerance import parse_tolerance


@pytest.mark.parametrize(
    ("given_so", "value", "unit", "kept"),
    [
        (5, 5, "px", 5.0),
        (5.5, 5.5, "px", 5.5),
        ("5", 5, "px", 5.0),
        ("5px", 5, "px", 5.0),
        (" 5 px ", 5, "px", 5.0),
        ("1e2px", 100, "px", 100.0),
        (np.float32(0.5), 0.5, "px", 0.5),
        (np.int64(3), 3, "px", 3.0),
        (Fraction(1, 2), 0.5, "px", 0.5),
        ("1%", 0.01, "diagonal", "1%"),
        ("0.50 %", 0.005, "diagonal", "0.5%"),
        (".5%", 0.005, "diagonal", "0.5%"),
        ("2mm", 2, "mm", "2mm"),
        ("2.50 mm", 2.5, "mm", "2.5mm"),
    ],
)
def test_a_tolerance_is_read_with_its_unit_and_kept_in_its_shortest_spelling(
    given_so: Any, value: float, unit: str, kept: object
) -> None:
    assert parse_tolerance(given_so) == (value, unit)
    object_class = ObjectClass("nose", shape="keypoint", tolerance=given_so)
    assert object_class.tolerance == kept
    assert type(object_class.tolerance) is type(kept)


@given(st.floats(1e-6, 1e6), st.sampled_from(["px", "%", "mm"]))
def test_the_kept_spelling_means_the_same(number: float, unit: str) -> None:
    kept = ObjectClass("nose", shape="keypoint", tolerance=f"{number!r}{unit}").tolerance
    assert kept is not None
    assert parse_tolerance(kept).value == pytest.approx(number / (100 if unit == "%" else 1), rel=1e-11)
    assert ObjectClass("nose", shape="keypoint", tolerance=kept).tolerance == kept


@pytest.mark.parametrize(
    "wrong",
    [
        *("nan", "inf", "1e999", "٥px", b"5", [5], {"px": 5}),
        0,
        -1,
        math.nan,
        math.inf,
        -math.inf,
        10**400,
        1e-300,
        True,
        np.True_,
        "",
        "5 cm",
        "1%%",
        "-1%",
        "1.2.3px",
        "0%",
    ],
)
def test_anything_else_is_refused_and_names_the_class(wrong: Any) -> None:
    with pytest.raises(InvalidOntology) as refused:
        ObjectClass("nose", shape="keypoint", tolerance=wrong)
    assert "'nose'" in str(refused.value)
    assert '"2mm"' in str(refused.value)
