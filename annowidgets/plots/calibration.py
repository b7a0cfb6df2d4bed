"""Figures of calibration: are people as sure as they are right, and do the instructions get better."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from annowidgets.plots.drawing import axes, ink, legend, mark_line, nothing_to_draw, refused, require_columns, spread

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_RELIABILITY_COLUMNS = ("low", "high", "attempts", "confidence", "accuracy")
_HISTORY_COLUMNS = ("instructions_version", "score", "low", "high", "passed")


def reliability(batch: Any, ax: Axes | None = None) -> Axes:
    """Draw a reliability curve: how often attempts were right, against how sure their taskers were.

    Points on the diagonal say that people know what they know; below it, that they are surer than they should be.

    Parameters
    ----------
    batch : Batch, CalibrationResult, CalibrationScore or DataFrame
        A calibration batch whose audit is complete, its result, or the result's ``reliability``: a row per bin with
        ``low`` and ``high`` (ends of the bin, 0 to 1), ``attempts``, and the means ``confidence`` and ``accuracy``
        (0 to 1, missing where there is no attempt).
    ax : matplotlib Axes, optional
        Where to draw; a new figure where left out.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    AuditIncomplete
        The batch has no result yet.
    InvalidInput
        A table without these columns.
    """
    frame = _reliability_of(batch)
    ax = axes(ax)
    filled = frame[frame["attempts"] > 0].sort_values("low")
    confidence, accuracy = filled["confidence"].to_numpy(float), filled["accuracy"].to_numpy(float)

    for edge in sorted({*frame["low"], *frame["high"]}):
        ax.axvline(edge, color=ink(), alpha=0.12, linewidth=0.8, zorder=0)
    ax.plot([0, 1], [0, 1], linestyle="--", color=ink(), alpha=0.65, linewidth=1.2, zorder=1, label="as sure as right")
    # the distance from the diagonal is what the curve is about
    ax.vlines(confidence, confidence, accuracy, color="C0", alpha=0.45, linewidth=1.2, zorder=2)
    ax.plot(confidence, accuracy, "o-", color="C0", linewidth=1.8, markersize=6, zorder=3, label="attempts, how many")
    for x, y, attempts in zip(confidence, accuracy, filled["attempts"], strict=True):
        below = 0.12 <= y < x  # on the far side of the line to the diagonal, and inside of the axes
        ax.annotate(
            f"{attempts:.0f}",
            (x, y),
            xytext=(0, -9 if below else 9),
            textcoords="offset points",
            ha="center",
            va="top" if below else "bottom",
            fontsize="small",
        )
    if filled.empty:
        ax.text(0.5, 0.5, "no attempts", ha="center", va="bottom", transform=ax.transAxes)
    ax.set(
        xlim=(-0.02, 1.02),
        ylim=(-0.02, 1.02),
        xlabel="confidence (mean of the bin)",
        ylabel="accuracy (mean of the bin)",
    )
    ax.set_aspect("equal", adjustable="box")
    legend(ax, loc="best")
    return ax


def instruction_scores(project: Any, ax: Axes | None = None) -> Axes:
    """Draw the calibration scores with their 95 % intervals, by the version of the instructions that they were made on.

    Parameters
    ----------
    project : Project or DataFrame
        A project whose scores the user may see, or its ``calibration_history()``: a row per completed calibration
        with ``instructions_version``, ``score``, ``low`` and ``high`` (0 to 100, missing where there is none) and
        ``passed``. A project brings the score that its policy asks for.
    ax : matplotlib Axes, optional
        Where to draw; a new figure where left out.

    Returns
    -------
    matplotlib Axes
    """
    import pandas as pd

    if isinstance(project, pd.DataFrame):
        history, least = project, None
    elif hasattr(project, "calibration_history"):
        history, least = project.calibration_history(), project.policy.min_score
    else:
        raise refused("Scores by instructions", project, instead="a project, or its calibration_history()")
    require_columns(history, _HISTORY_COLUMNS)
    ax = axes(ax)
    scored = history[history["score"].notna()]
    versions = sorted(set(scored["instructions_version"]))
    place = scored["instructions_version"].map({version: place for place, version in enumerate(versions)}).astype(float)
    # several calibrations on one version stand side by side, in their order
    nth, of = (
        scored.groupby("instructions_version").cumcount(),
        scored["instructions_version"].map(scored["instructions_version"].value_counts()),
    )
    x = place + (nth - (of - 1) / 2) * 0.18
    mark_line(ax, least, "asked for", across=True)
    for passed, marker, said in ((True, "o", "passed"), (False, "X", "not passed")):
        chosen = scored["passed"].astype(bool) == passed
        if chosen.any():
            y = scored["score"][chosen]
            ax.errorbar(
                x[chosen],
                y,
                yerr=spread(y, scored["low"][chosen], scored["high"][chosen]),
                fmt=marker,
                capsize=4,
                color="C0" if passed else "C3",
                label=said,
                zorder=3,
            )
    if scored.empty:
        nothing_to_draw(ax, "no completed calibration")
    ax.set_xticks(range(len(versions)), [f"v{version}" for version in versions])
    ax.set(xlim=(-0.6, max(len(versions), 1) - 0.4), ylim=(-2, 102), xlabel="version of the instructions")
    ax.set_ylabel("calibration score, 95 % interval")
    legend(ax, loc="best")
    return ax


def _reliability_of(batch: Any) -> pd.DataFrame:
    import pandas as pd

    if isinstance(batch, pd.DataFrame):
        frame = batch
    elif hasattr(batch, "reliability"):
        frame = batch.reliability
    elif hasattr(batch, "result"):
        frame = batch.result.reliability
    else:
        raise refused(
            "A reliability curve", batch, instead="a calibration batch, its result, or its result's reliability table"
        )
    require_columns(frame, _RELIABILITY_COLUMNS)
    return frame
