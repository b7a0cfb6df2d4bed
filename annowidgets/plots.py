"""Figures of what the workflow found: Axes in, Axes out, colours from the style in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from annowidgets.errors import InvalidInput

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_RELIABILITY_COLUMNS = ("low", "high", "attempts", "confidence", "accuracy")


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
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots()
    from matplotlib import rcParams

    ink = rcParams["axes.labelcolor"]
    filled = frame[frame["attempts"] > 0].sort_values("low")
    confidence, accuracy = filled["confidence"].to_numpy(float), filled["accuracy"].to_numpy(float)

    for edge in sorted({*frame["low"], *frame["high"]}):
        ax.axvline(edge, color=ink, alpha=0.12, linewidth=0.8, zorder=0)
    ax.plot([0, 1], [0, 1], linestyle="--", color=ink, alpha=0.65, linewidth=1.2, zorder=1, label="as sure as right")
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
    ax.legend(loc="best", frameon=False, fontsize="small")
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
        raise InvalidInput(
            f"A reliability curve can't be drawn from a {type(batch).__name__}.",
            hint="Pass a calibration batch, its result, or its result's reliability table.",
        )
    missing = [column for column in _RELIABILITY_COLUMNS if column not in frame.columns]
    if missing:
        raise InvalidInput(f"The table has no column {', '.join(map(repr, missing))}.")
    return frame
