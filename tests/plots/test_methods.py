"""Each figure as one call on what it shows: the same figure as `annowidgets.plots` draws."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import pytest

from annowidgets import plots
from annowidgets.workflow.training import TrainingProject
from tests.widgets.loops import Loop
from tests.workflow.building import Team, new_team
from tests.workflow.training.building import new_training, with_gold, work_off

Axes = mpl.axes.Axes


@pytest.fixture
def training(tmp_path: Path) -> TrainingProject:
    """Vic labels beside the truth, uma has two tasks to go."""
    team: Team = new_team(tmp_path / "team.db", tmp_path)
    with_gold(team)
    training = new_training(team, pass_mark=80)
    work_off(training, "uma", limit=2)
    work_off(training, "vic", off=3)
    training.amend_benchmark(iou=1, category=0)
    return training


def drawn(ax: Axes) -> tuple[object, ...]:
    """What somebody reads off a figure."""
    lines = [(line.get_label(), line.get_xydata().tolist()) for line in ax.lines]
    names = [label.get_text() for label in (*ax.get_xticklabels(), *ax.get_yticklabels())]
    return lines, names, [text.get_text() for text in ax.texts], [image.get_array().tolist() for image in ax.images]


def test_a_training_draws_its_figures(training: TrainingProject) -> None:
    for method, figure in (
        (training.plot_scores, plots.trainee_scores),
        (training.plot_learning_curve, plots.learning_curve),
        (training.plot_class_scores, plots.class_scores),
        (training.plot_confusion, plots.confusion),
        (training.plot_before_and_after, plots.before_and_after),
    ):
        other = mpl.figure.Figure().subplots()
        mine = mpl.figure.Figure().subplots()
        assert method(mine) is mine
        assert figure(training, other) is other
        assert repr(drawn(mine)) == repr(drawn(other))  # a missing score equals itself there


def test_the_figures_of_a_training_hold_its_own_numbers(training: TrainingProject) -> None:
    scores = training.scores().set_index("trainee")
    ax = training.plot_scores(mpl.figure.Figure().subplots())
    marks = {one.get_label(): one.lines[0].get_xdata().tolist() for one in ax.containers}
    assert marks["not passed"] == [scores.loc["vic", "score"]]
    assert marks["open"] == [scores.loc["uma", "score"]]
    assert "pass mark 80" in {line.get_label() for line in ax.lines}
    ax = training.plot_before_and_after(mpl.figure.Figure().subplots())
    told = training.what_if().sort_values("after", ascending=False)
    (after,) = [line for line in ax.lines if line.get_label() == "after"]
    assert after.get_xdata().tolist() == told["after"].tolist()
    ax = training.plot_learning_curve(mpl.figure.Figure().subplots(), trainee="vic")
    assert [line.get_label() for line in ax.lines] == ["vic"]
    assert (
        ax.lines[0].get_ydata().tolist()
        == training.tasks(user="vic").to_frame().sort_values("submitted")["score"].tolist()
    )


def test_a_project_and_a_batch_draw_theirs(tmp_path: Path, ax: Axes) -> None:
    loop = Loop(tmp_path)
    loop.submit()
    loop.graded("approve", "approve", "approve", "fix")
    result = loop.batch.audit().complete()
    assert loop.project.plot_instruction_scores(ax) is ax
    assert [one.lines[0].get_ydata().tolist() for one in ax.containers] == [[result.score]]
    ax.clear()
    assert loop.batch.plot_reliability(ax) is ax
    (curve,) = [line for line in ax.lines if line.get_marker() == "o"]
    assert curve.get_ydata().tolist() == [result.accuracy]


def test_a_new_figure_is_made_where_none_is_given(training: TrainingProject) -> None:
    import matplotlib.pyplot as plt

    ax = training.plot_scores()
    try:
        assert ax.figure.number in plt.get_fignums()
    finally:
        plt.close(ax.figure)
