"""Figures of trainees: where each stands, how they learn, what another function makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from annowidgets.plots.drawing import (
    axes,
    has_room,
    ink,
    legend,
    mark_line,
    nothing_to_draw,
    spread,
    table_of,
    verbatim,
)
from annowidgets.workflow.training import TrainingProject

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_SCORE_COLUMNS = ("trainee", "round", "score", "low", "high", "passed")
_TASK_COLUMNS = ("trainee", "submitted", "score")
_MOVE_COLUMNS = ("trainee", "round", "before", "after")
# So many single curves can be told apart.
_MOST_CURVES = 8
_MARKERS = "os^DvP*X"
# (passed, marker, colour, filled, what it is called): shape and filling tell them apart without the colour
_STANDINGS = (
    (True, "o", "C0", True, "passed"),
    (False, "X", "C3", True, "not passed"),
    (None, "o", "C7", False, "open"),
)


def trainee_scores(training: Any, ax: Axes | None = None, *, pass_mark: float | None = None) -> Axes:
    """Draw each trainee's score with its 95 % interval, the best at the top.

    Parameters
    ----------
    training : TrainingProject or DataFrame
        A training project, or its ``scores()``: a row per trainee and round with ``trainee``, ``round``, ``score``,
        ``low`` and ``high`` (0 to 100, missing where there is none) and ``passed`` (missing until it is known).
    ax : matplotlib Axes, optional
        Where to draw; a new figure where left out.
    pass_mark : float, optional
        0 to 100, drawn as a line; that of the training project where left out.

    Returns
    -------
    matplotlib Axes
    """
    scores = table_of(
        training,
        TrainingProject,
        TrainingProject.scores,
        _SCORE_COLUMNS,
        figure="Scores of trainees",
        instead="a training project, or its scores()",
    )
    # a score that is missing is the last: its trainee is named at the foot, without a mark
    ordered = scores.sort_values("score", ascending=False, kind="stable", ignore_index=True)
    ax = axes(ax, size=(6.4, _height(len(ordered))))
    mark_line(ax, _mark(training, pass_mark), "pass mark")
    known, few = ordered["passed"].notna(), has_room(ax, len(ordered))
    for passed, marker, color, filled, said in _STANDINGS:
        of_these = ~known if passed is None else known & (ordered["passed"].fillna(value=False).astype(bool) == passed)
        chosen = ordered[of_these & ordered["score"].notna()]
        if chosen.empty:
            continue
        x = chosen["score"].to_numpy(float)
        ax.errorbar(
            x,
            chosen.index,
            xerr=spread(x, chosen["low"], chosen["high"]),
            fmt=marker,
            color=color,
            markerfacecolor=color if filled else "none",
            capsize=2 if few else 0,
            markersize=6 if few else 3,
            label=said,
            zorder=3,
        )
    _name_rows(ax, ordered)
    ax.set(xlim=(-2, 102), xlabel="score, 95 % interval")
    legend(ax, loc="lower left")
    return ax


def learning_curve(training: Any, ax: Axes | None = None, *, trainee: str | None = None) -> Axes:
    """Draw how scores go with the number of tasks that a trainee has submitted.

    The mean of all trainees at their first, second, ... task, and the middle half of them; each one's own curve as well
    where there are few.

    Parameters
    ----------
    training : TrainingProject or DataFrame
        A training project, or ``tasks().to_frame()`` of it: a row per task with ``trainee``, ``submitted`` (when;
        missing where it is not) and ``score`` (0 to 100). Where it has ``kind``, models are left out, who submit all at
        once; where it has ``withdrawn``, tasks of withdrawn gold.
    ax : matplotlib Axes, optional
        Where to draw; a new figure where left out.
    trainee : str, optional
        Only this one's.

    Returns
    -------
    matplotlib Axes
    """
    from matplotlib.ticker import MaxNLocator

    tasks = table_of(
        training,
        TrainingProject,
        lambda given: given.tasks(state="submitted", user=trainee).to_frame(),
        _TASK_COLUMNS,
        figure="A learning curve",
        instead="a training project, or its tasks().to_frame()",
    )
    ax = axes(ax)
    curves = _curves(tasks if trainee is None else tasks[tasks["trainee"] == trainee])
    x = curves.index.to_numpy()
    if curves.empty:
        nothing_to_draw(ax, "nothing submitted yet")
    elif curves.shape[1] <= _MOST_CURVES:
        for place, name in enumerate(curves.columns):
            alone = curves.shape[1] == 1
            ax.plot(
                x,
                curves[name],
                marker=_MARKERS[place],
                markersize=4,
                linewidth=1.8 if alone else 0.9,
                color=f"C{place % 10}",
                alpha=1.0 if alone else 0.75,
                # a label that begins with an underscore is left out of the legend
                label=verbatim(f" {name}" if name.startswith("_") else name),
            )
    if curves.shape[1] > 1:
        if curves.shape[1] > _MOST_CURVES:
            low, high = curves.quantile(0.25, axis=1), curves.quantile(0.75, axis=1)
            ax.fill_between(x, low, high, color="C0", alpha=0.25, linewidth=0, label="middle half of the trainees")
        ax.plot(x, curves.mean(axis=1), color=ink(), linewidth=2.2, label="mean", zorder=4)
    ax.set(ylim=(-2, 102), xlabel="tasks submitted by a trainee", ylabel="score of that task")
    ax.set_xlim(0.5, max(len(x), 1) + 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    legend(ax, loc="lower right")
    return ax


def before_and_after(moves: Any, ax: Axes | None = None, *, pass_mark: float | None = None) -> Axes:
    """Draw each trainee's score before and after a change of the benchmark function or of the gold.

    Parameters
    ----------
    moves : TrainingProject or DataFrame
        What ``recalculate()``, ``what_if(...)``, ``correct_gold(...)`` and ``withdraw_gold(...)`` return: a row per
        trainee and round with ``trainee``, ``round``, ``before`` and ``after`` (0 to 100, missing where there is none).
        Of a training project that is what its pending function would change.
    ax : matplotlib Axes, optional
        Where to draw; a new figure where left out.
    pass_mark : float, optional
        0 to 100, drawn as a line; that of the training project where left out.

    Returns
    -------
    matplotlib Axes
    """
    frame = table_of(
        moves,
        TrainingProject,
        TrainingProject.what_if,
        _MOVE_COLUMNS,
        figure="Before and after",
        instead="what recalculate() or what_if(...) returned, or a training",
    )
    ordered = frame.sort_values("after", ascending=False, kind="stable", ignore_index=True)
    ax = axes(ax, size=(6.4, _height(len(ordered))))
    mark_line(ax, _mark(moves, pass_mark), "pass mark")
    before, after = ordered["before"].to_numpy(float), ordered["after"].to_numpy(float)
    ax.hlines(ordered.index, before, after, color=ink(), alpha=0.5, linewidth=1.4, zorder=2)
    ax.plot(before, ordered.index, "o", color="C7", markerfacecolor="none", label="before", zorder=3)
    ax.plot(after, ordered.index, "D", color="C0", markersize=5, label="after", zorder=4)
    _name_rows(ax, ordered)
    ax.set(xlim=(-2, 102), xlabel="score")
    legend(ax, loc="lower left")
    return ax


def _mark(given: Any, pass_mark: float | None) -> float | None:
    """The mark that was asked for, or else that of the training project."""
    return given.pass_mark if pass_mark is None and isinstance(given, TrainingProject) else pass_mark


def _height(rows: int) -> float:
    """Inches that a figure with a row per trainee needs."""
    return min(max(1.6 + 0.22 * rows, 2.6), 12.0)


def _name_rows(ax: Axes, frame: pd.DataFrame) -> None:
    """Name each row at the left, with the round where it is not the first; of very many only how many there are."""
    if frame.empty:
        nothing_to_draw(ax, "no trainee yet")
    if has_room(ax, len(frame)):
        rounds = zip(frame["trainee"], frame["round"], strict=True)
        names = [verbatim(name if round == 1 else f"{name}, round {round}") for name, round in rounds]
        ax.set_yticks(range(len(frame)), names)
    else:
        ax.set_yticks([])
        ax.set_ylabel(f"{len(frame)} trainees and rounds, by score")
    ax.set_ylim(max(len(frame), 1) - 0.4, -0.6)


def _curves(tasks: pd.DataFrame) -> pd.DataFrame:
    """Scores by the number of the submission (rows, from 1) and trainee (columns)."""
    chosen = tasks["submitted"].notna() & tasks["score"].notna()
    if "kind" in tasks:
        chosen &= tasks["kind"] != "model"
    if "withdrawn" in tasks:
        chosen &= ~tasks["withdrawn"].astype(bool)
    own = tasks[chosen].sort_values("submitted", kind="stable")
    nth = own.groupby("trainee").cumcount() + 1
    curves: pd.DataFrame = own.assign(nth=nth).pivot_table(index="nth", columns="trainee", values="score")
    return curves
