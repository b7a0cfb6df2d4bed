"""Figures of classes: how well each trainee knows each, and what is taken for what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from annowidgets.plots.drawing import axes, has_room, nothing_to_draw, refused, table_of, verbatim
from annowidgets.workflow.training import TrainingProject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

_CLASS_COLUMNS = ("trainee", "round", "category", "score")
# One that grows in lightness all the way, so that grey tells as much.
_COLOURS = "cividis"
_MOST_COLUMNS = 20


def class_scores(training: Any, ax: Axes | None = None) -> Axes:
    """Draw a heat map of the mean points of each trainee (rows) on each class and question (columns).

    Parameters
    ----------
    training : TrainingProject or DataFrame
        A training project, or its ``scores(by="class")``: a row per trainee, round and class with ``trainee``,
        ``round``, ``category`` and ``score`` (0 to 100).
    ax : matplotlib Axes, optional
        Where to draw; a new figure where left out.

    Returns
    -------
    matplotlib Axes
    """
    scores = table_of(
        training,
        TrainingProject,
        lambda given: given.scores(by="class"),
        _CLASS_COLUMNS,
        figure="Scores by class",
        instead='a training project, or its scores(by="class")',
    )
    table = scores.astype({"category": object}).pivot_table(
        index=["trainee", "round"], columns="category", values="score", sort=False
    )
    ax = axes(ax, size=(6.4, min(max(1.8 + 0.24 * len(table), 2.6), 12.0)))
    if table.empty:
        nothing_to_draw(ax, "nothing submitted yet")
        return ax
    image = ax.imshow(table.to_numpy(float), vmin=0, vmax=100, cmap=_COLOURS, aspect="auto", interpolation="nearest")
    _write_cells(ax, image, [[f"{value:.0f}" for value in row] for row in table.to_numpy(float)])
    _name_columns(ax, table.columns)
    if has_room(ax, len(table)):
        names = [verbatim(name if nth == 1 else f"{name}, round {nth}") for name, nth in table.index]
        ax.set_yticks(range(len(table)), names)
    else:
        ax.set_yticks([])
        ax.set_ylabel(f"{len(table)} trainees and rounds")
    ax.figure.colorbar(image, ax=ax, label="mean points")
    return ax


def confusion(training: Any, ax: Axes | None = None, *, trainee: str | None = None) -> Axes:
    """Draw how often the benchmark's classes (rows) were called what (columns).

    The number is the count, the colour its share of the row.

    Parameters
    ----------
    training : TrainingProject, Scores or DataFrame
        Anything with ``confusion()``, or what that returned: counts, with the last column for what is missing and
        the last row for what is extra.
    ax : matplotlib Axes, optional
        Where to draw; a new figure where left out.
    trainee : str, optional
        Only this one's labels; not of a table.

    Returns
    -------
    matplotlib Axes
    """
    import pandas as pd

    if isinstance(training, pd.DataFrame):
        counts = training
    elif hasattr(training, "confusion"):
        counts = training.confusion(trainee=trainee)
    else:
        raise refused("A confusion of classes", training, instead="a training project, or its confusion()")
    ax = axes(ax)
    table = counts.to_numpy(float)
    if not table.sum():
        nothing_to_draw(ax, "no objects to compare yet")
        return ax
    rows = table.sum(axis=1, keepdims=True)
    shares = np.divide(table, rows, out=np.zeros_like(table), where=rows > 0)
    image = ax.imshow(shares, vmin=0, vmax=1, cmap=_COLOURS, aspect="auto", interpolation="nearest")
    # extra and missing at once is nothing: the corner stays empty
    shown = [[f"{int(count):,}" for count in row] for row in table]
    shown[-1][-1] = ""
    _write_cells(ax, image, shown)
    _name_columns(ax, counts.columns)
    ax.set_yticks(range(table.shape[0]), [verbatim(name) for name in counts.index])
    ax.set(xlabel="called by the trainees", ylabel="in the benchmark")
    ax.figure.colorbar(image, ax=ax, label="share of the row")
    return ax


def _name_columns(ax: Axes, names: Iterable[object]) -> None:
    told = [verbatim(name) for name in names]
    ax.set_xticks(range(len(told)), told, rotation=30, ha="right", rotation_mode="anchor")


def _write_cells(ax: Axes, image: AxesImage, texts: list[list[str]]) -> None:
    """Write into each cell, in black or white, whichever stands off; of very many cells the colours have to do."""
    if not has_room(ax, len(texts)) or len(texts[0]) > _MOST_COLUMNS:
        return
    values = image.get_array()
    assert values is not None
    red, green, blue, _ = np.moveaxis(image.to_rgba(values), -1, 0)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.45
    for (row, column), is_light in np.ndenumerate(light):
        text = texts[row][column]
        if text not in ("", "nan"):
            color = "black" if is_light else "white"
            ax.text(column, row, text, ha="center", va="center", color=color, fontsize="small")
