"""Figures of trainees, held to the tables they were drawn from."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from annowidgets import plots
from annowidgets.errors import InvalidInput

Axes = mpl.axes.Axes
NAN = float("nan")
SCORES = pd.DataFrame(
    {
        "trainee": ["ann", "bo", "cy", "dee", "bo"],
        "round": [1, 1, 1, 1, 2],
        "score": [91.2, 54.0, 78.5, NAN, 83.0],
        "low": [85.0, 40.0, NAN, NAN, 84.0],
        "high": [95.0, 66.0, NAN, NAN, 90.0],
        "passed": pd.array([True, False, None, None, True], "boolean"),
    }
)
MOVES = pd.DataFrame(
    {"trainee": ["ann", "bo", "cy"], "round": [1, 1, 2], "before": [70.0, 50.0, NAN], "after": [60.0, 90.0, NAN]}
)


def points(ax: Axes, label: str) -> list[tuple[float, float]]:
    """Where the marks of one kind stand, as (score, row from the top)."""
    for container in ax.containers:
        if isinstance(container, ErrorbarContainer) and container.get_label() == label:
            line = container.lines[0]
            return list(zip(line.get_xdata(), line.get_ydata(), strict=True))
    (line,) = [line for line in ax.lines if line.get_label() == label]
    return list(zip(line.get_xdata(), line.get_ydata(), strict=True))


def names(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def test_each_trainee_stands_at_the_score_the_best_at_the_top_the_unscored_at_the_foot(ax: Axes) -> None:
    assert plots.trainee_scores(SCORES, ax=ax, pass_mark=80) is ax
    assert names(ax) == ["ann", "bo, round 2", "cy", "bo", "dee"]
    assert points(ax, "passed") == [(91.2, 0), (83.0, 1)]
    assert points(ax, "not passed") == [(54.0, 3)]
    assert points(ax, "open") == [(78.5, 2)]
    low, high = ax.get_ylim()
    assert low > high  # row 0 is at the top


def test_intervals_are_drawn_from_end_to_end_and_left_out_where_there_is_none(ax: Axes) -> None:
    plots.trainee_scores(SCORES, ax=ax)
    drawn: list[tuple[float, float]] = []
    for collection in ax.collections:
        assert isinstance(collection, LineCollection)
        drawn += [(float(ends[0][0]), float(ends[1][0])) for ends in collection.get_segments() if len(ends)]
    # an interval that does not hold its own score begins at the score
    np.testing.assert_allclose(sorted(drawn), [(40.0, 66.0), (83.0, 90.0), (85.0, 95.0)])


def test_standings_are_told_apart_without_colour(ax: Axes) -> None:
    plots.trainee_scores(SCORES, ax=ax)
    shapes = [
        (container.lines[0].get_marker(), container.lines[0].get_markerfacecolor() == "none")
        for container in ax.containers
    ]
    assert len(shapes) == 3
    assert len(set(shapes)) == 3


def test_the_pass_mark_is_a_line_and_named(ax: Axes) -> None:
    plots.trainee_scores(SCORES, ax=ax, pass_mark=80)
    (line,) = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert list(line.get_xdata()) == [80, 80]
    legend = ax.get_legend()
    assert legend is not None
    assert "pass mark 80" in [text.get_text() for text in legend.get_texts()]


def test_a_hundred_trainees_are_counted_and_not_named_over_each_other(ax: Axes) -> None:
    many = pd.concat([SCORES] * 20, ignore_index=True)
    plots.trainee_scores(many, ax=ax)
    assert names(ax) == []
    assert ax.get_ylabel() == "100 trainees and rounds, by score"


def test_the_learning_curve_is_the_mean_at_each_submission_in_the_order_of_submitting(ax: Axes) -> None:
    tasks = pd.DataFrame(
        {
            "trainee": ["ann", "bo", "ann", "bo", "ann", "yolo", "bo", "ann"],
            "kind": ["person"] * 5 + ["model", "person", "person"],
            "submitted": pd.to_datetime([3, 1, 1, 2, 2, 1, None, 4], unit="h"),
            "score": [90.0, 40.0, 30.0, 60.0, 50.0, 99.0, NAN, 10.0],
            "withdrawn": [False] * 7 + [True],
        }
    )
    plots.learning_curve(tasks, ax=ax)
    assert points(ax, "ann") == [(1, 30.0), (2, 50.0), (3, 90.0)]
    assert points(ax, "bo")[:2] == [(1, 40.0), (2, 60.0)]
    assert points(ax, "mean") == [(1, 35.0), (2, 55.0), (3, 90.0)]
    assert "yolo" not in {line.get_label() for line in ax.lines}
    own = {line.get_label(): line.get_marker() for line in ax.lines}
    assert own["ann"] != own["bo"]  # not by the colour alone


def test_of_many_trainees_the_middle_half_is_shaded(ax: Axes) -> None:
    rng = np.random.default_rng(0)
    scores = rng.uniform(0, 100, (12, 5))
    tasks = pd.DataFrame(
        [
            {"trainee": f"t{who}", "submitted": pd.Timestamp(2030, 1, 1, nth), "score": scores[who, nth]}
            for who in range(12)
            for nth in range(5)
        ]
    )
    plots.learning_curve(tasks, ax=ax)
    assert [y for _, y in points(ax, "mean")] == pytest.approx(scores.mean(axis=0))
    (band,) = ax.collections
    vertices = band.get_paths()[0].vertices
    assert vertices[:, 1].max() == pytest.approx(np.percentile(scores, 75, axis=0).max())
    assert vertices[:, 1].min() == pytest.approx(np.percentile(scores, 25, axis=0).min())
    assert len(ax.lines) == 1


def test_before_and_after_are_joined_by_a_line_in_each_row(ax: Axes) -> None:
    plots.before_and_after(MOVES, ax=ax, pass_mark=80)
    assert names(ax) == ["bo", "ann", "cy, round 2"]
    assert points(ax, "before")[:2] == [(50.0, 0), (70.0, 1)]
    assert points(ax, "after")[:2] == [(90.0, 0), (60.0, 1)]
    (joins,) = ax.collections
    assert [[(float(x), float(y)) for x, y in one] for one in joins.get_segments()][:2] == [
        [(50.0, 0.0), (90.0, 0.0)],
        [(70.0, 1.0), (60.0, 1.0)],
    ]
    markers = {line.get_label(): line.get_marker() for line in ax.lines}
    assert markers["before"] != markers["after"]


@pytest.mark.parametrize(
    ("draw", "empty", "said"),
    [
        (plots.trainee_scores, SCORES[:0], "no trainee yet"),
        (plots.before_and_after, MOVES[:0], "no trainee yet"),
        (plots.learning_curve, pd.DataFrame(columns=["trainee", "submitted", "score"]), "nothing submitted yet"),
        (
            plots.class_scores,
            pd.DataFrame(columns=["trainee", "round", "category", "score"]),
            "nothing submitted yet",
        ),
        (plots.confusion, pd.DataFrame([[0]], ["(extra)"], ["(missing)"]), "no objects to compare yet"),
        (
            plots.instruction_scores,
            pd.DataFrame(columns=["instructions_version", "score", "low", "high", "passed"]),
            "no completed calibration",
        ),
    ],
)
def test_where_there_is_nothing_the_figure_says_so(ax: Axes, draw: Any, empty: pd.DataFrame, said: str) -> None:
    draw(empty, ax=ax)
    assert said in [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("name", [name for name in plots.__all__ if name != "confusion"])
def test_a_table_without_the_columns_and_what_is_no_table_are_refused_by_name(ax: Axes, name: str) -> None:
    draw = getattr(plots, name)
    with pytest.raises(InvalidInput, match="The table has no column '"):
        draw(pd.DataFrame({"trainee": ["ann"]}), ax=ax)
    with pytest.raises(InvalidInput, match="can't be drawn from a int") as refused:
        draw(7, ax=ax)
    assert refused.value.hint


@pytest.mark.parametrize("theme", ["default", "dark_background"])
def test_every_figure_is_painted_in_the_style_in_use_and_leaves_it_alone(tmp_path: Path, theme: str) -> None:
    """Painting runs every path of a figure, with constrained layout, where warnings are errors."""
    import matplotlib.pyplot as plt

    with plt.style.context(theme):
        before = dict(mpl.rcParams)
        for place, ax in enumerate((plots.trainee_scores(SCORES, pass_mark=80), plots.before_and_after(MOVES))):
            file = tmp_path / f"{theme}{place}.png"
            ax.figure.savefig(file)
            assert file.stat().st_size > 5000
            assert mpl.colors.same_color(ax.xaxis.label.get_color(), mpl.rcParams["axes.labelcolor"])
            plt.close(ax.figure)
        assert dict(mpl.rcParams) == before


def test_names_are_written_as_they_are(ax: Axes) -> None:
    people = [r"$\frac$", "_ann", "a$b$"]
    times = pd.to_datetime([1, 2, 3], unit="h")
    plots.learning_curve(pd.DataFrame({"trainee": people, "submitted": times, "score": [1.0, 2.0, 3.0]}), ax=ax)
    assert len(ax.get_legend().get_texts()) == len(people) + 1  # and the mean
    figures = [ax.figure]
    for draw, table in (
        (plots.trainee_scores, SCORES.head(3).assign(trainee=people)),
        (plots.before_and_after, MOVES.assign(trainee=people)),
        (plots.class_scores, SCORES.head(3).assign(trainee=people, category=people)),
        (plots.confusion, pd.DataFrame([[1, 0], [0, 1]], index=people[:2], columns=people[:2])),
    ):
        figures.append(draw(table, ax=Figure().subplots()).figure)
    for figure in figures:
        figure.savefig(io.BytesIO())  # a formula that is none fails here
