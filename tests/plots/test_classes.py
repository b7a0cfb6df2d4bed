"""Heat maps, held to the tables they were drawn from."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from annowidgets import plots

Axes = mpl.axes.Axes
BY_CLASS = pd.DataFrame(
    {
        "trainee": ["ann", "ann", "bo", "bo"],
        "round": [1, 1, 1, 2],
        "category": pd.Categorical(["WBC", "RBC", "RBC", "WBC"], ["RBC", "WBC", "never"]),
        "score": [90.4, 60.0, 30.0, 12.6],
    }
)
COUNTS = pd.DataFrame(
    [[8, 2, 0], [0, 0, 5], [1, 0, 0]], index=["RBC", "WBC", "(extra)"], columns=["RBC", "WBC", "(missing)"]
)


def ticks(labels: list[mpl.text.Text]) -> list[str]:
    return [label.get_text() for label in labels]


def cells(ax: Axes) -> dict[tuple[int, int], str]:
    """(row, column) -> what is written there."""
    return {(round(text.get_position()[1]), round(text.get_position()[0])): text.get_text() for text in ax.texts}


def test_the_heat_map_holds_each_trainees_mean_points_on_each_class(ax: Axes) -> None:
    plots.class_scores(BY_CLASS, ax=ax)
    assert ticks(ax.get_yticklabels()) == ["ann", "bo", "bo, round 2"]
    columns = ticks(ax.get_xticklabels())
    assert sorted(columns) == ["RBC", "WBC"]
    drawn = pd.DataFrame(np.ma.filled(ax.images[0].get_array(), np.nan), columns=columns)
    assert drawn["RBC"].tolist() == pytest.approx([60.0, 30.0, np.nan], nan_ok=True)
    assert drawn["WBC"].tolist() == pytest.approx([90.4, np.nan, 12.6], nan_ok=True)
    assert cells(ax)[0, columns.index("WBC")] == "90"
    assert len(ax.texts) == 4
    assert ax.images[0].get_clim() == (0, 100)


def test_numbers_stand_off_from_their_cells(ax: Axes) -> None:
    plots.class_scores(BY_CLASS, ax=ax)
    by_text = {text.get_text(): text.get_color() for text in ax.texts}
    assert by_text["90"] == "black"
    assert by_text["13"] == "white"


def test_lightness_alone_tells_the_order_of_the_scores(ax: Axes) -> None:
    plots.class_scores(BY_CLASS, ax=ax)
    rgb = ax.images[0].cmap(np.linspace(0, 1, 50))[:, :3]
    assert (np.diff(rgb @ [0.2126, 0.7152, 0.0722]) > 0).all()


def test_the_confusion_shows_counts_and_the_colour_is_the_share_of_the_row(ax: Axes) -> None:
    plots.confusion(COUNTS, ax=ax)
    assert ticks(ax.get_xticklabels()) == ["RBC", "WBC", "(missing)"]
    assert ticks(ax.get_yticklabels()) == ["RBC", "WBC", "(extra)"]
    written = cells(ax)
    assert [written[0, column] for column in range(3)] == ["8", "2", "0"]
    assert (2, 2) not in written  # extra and missing at once is nothing
    shares = np.ma.filled(ax.images[0].get_array(), np.nan)
    np.testing.assert_allclose(shares, [[0.8, 0.2, 0], [0, 0, 1], [1, 0, 0]])


def test_a_confusion_of_one_trainee_is_asked_for_by_name(ax: Axes) -> None:
    class Training:
        def confusion(self, trainee: str | None = None) -> pd.DataFrame:
            assert trainee == "ann"
            return COUNTS

    plots.confusion(Training(), ax=ax, trainee="ann")
    assert cells(ax)[1, 2] == "5"


def test_of_very_many_cells_only_the_colours_are_drawn(ax: Axes) -> None:
    many = pd.DataFrame(
        [{"trainee": f"t{n}", "round": 1, "category": name, "score": 50.0} for n in range(200) for name in "abc"]
    )
    plots.class_scores(many, ax=ax)
    assert not ax.texts
    assert ax.get_ylabel() == "200 trainees and rounds"
