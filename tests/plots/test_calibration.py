"""Figures of calibration, held to the tables they were drawn from."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from annowidgets import plots
from annowidgets.benchmark import calibration_score
from annowidgets.errors import InvalidInput


def _curve(ax: mpl.axes.Axes) -> np.ndarray:
    (curve,) = [line for line in ax.lines if line.get_marker() == "o"]
    return np.column_stack(curve.get_data())


def test_the_curve_goes_through_the_means_of_each_bin_that_holds_attempts(ax: mpl.axes.Axes) -> None:
    score = calibration_score([1, 1, 0.5, 0], [0.9, 0.6, 0.5, 0.9])
    assert plots.reliability(score, ax=ax) is ax
    # [0.4, 0.6): 0.5; [0.6, 0.8): 0.6; [0.8, 1]: 0.9 twice, once right
    np.testing.assert_allclose(_curve(ax), [[0.5, 0.5], [0.6, 1.0], [0.9, 0.5]])
    assert [text.get_text() for text in ax.texts] == ["1", "1", "2"]


def test_a_result_its_table_and_a_batch_with_a_result_draw_the_same(ax: mpl.axes.Axes) -> None:
    score = calibration_score([1, 0.4], [0.9, 0.1])

    class Batch:
        result = score

    for given in (score, score.reliability, Batch()):
        ax.clear()
        np.testing.assert_allclose(_curve(plots.reliability(given, ax=ax)), [[0.1, 0.4], [0.9, 1.0]])


def test_a_table_without_any_attempt_says_so(ax: mpl.axes.Axes) -> None:
    empty = pd.DataFrame(columns=["low", "high", "attempts", "confidence", "accuracy"])
    plots.reliability(empty, ax=ax)
    assert [text.get_text() for text in ax.texts] == ["no attempts"]


def test_colours_come_from_the_style_in_use_which_stays_as_it_was(ax: mpl.axes.Axes) -> None:
    score = calibration_score([1, 0.4], [0.9, 0.1])
    with mpl.rc_context({"axes.labelcolor": "#abcdef", "axes.prop_cycle": mpl.cycler(color=["#fedcba"])}):
        before = dict(mpl.rcParams)
        plots.reliability(score, ax=ax)
        assert dict(mpl.rcParams) == before
        drawn = {line.get_linestyle(): mpl.colors.to_hex(line.get_color()) for line in ax.lines}
        assert drawn["--"] == "#abcdef"
        (curve,) = [line for line in ax.lines if line.get_marker() == "o"]
        assert mpl.colors.to_hex(curve.get_color()) == "#fedcba"


def test_what_holds_no_curve_is_refused_by_name(ax: mpl.axes.Axes) -> None:
    with pytest.raises(InvalidInput, match="'confidence', 'accuracy'"):
        plots.reliability(pd.DataFrame(columns=["low", "high", "attempts"]), ax=ax)
    with pytest.raises(InvalidInput, match="from a int"):
        plots.reliability(7, ax=ax)


def test_calibration_scores_stand_over_their_instructions_those_of_one_version_side_by_side(
    ax: mpl.axes.Axes,
) -> None:
    history = pd.DataFrame(
        {
            "instructions_version": [1, 3, 3, 4],
            "score": [61.4, 70.0, 84.2, None],
            "low": [52.0, 60.0, None, None],
            "high": [70.0, 79.0, None, None],
            "passed": [False, False, True, False],
        }
    )

    class Project:
        class policy:  # noqa: N801
            min_score = 80.0

        def calibration_history(self) -> pd.DataFrame:
            return history

    plots.instruction_scores(Project(), ax=ax)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["v1", "v3"]
    drawn = {one.get_label(): np.column_stack(one.lines[0].get_data()).astype(float) for one in ax.containers}
    np.testing.assert_allclose(drawn["not passed"], [[0, 61.4], [0.91, 70.0]])
    np.testing.assert_allclose(drawn["passed"], [[1.09, 84.2]])
    assert len({one.lines[0].get_marker() for one in ax.containers}) == 2
    (asked,) = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert list(asked.get_ydata()) == [80.0, 80.0]
