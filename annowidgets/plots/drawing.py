"""What all figures share: where they are drawn, their ink, the tables that they take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from annowidgets.errors import InvalidInput

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

K = TypeVar("K")

# Points that a name needs, from line to line.
_LINE = 11.0


def axes(ax: Axes | None, *, size: tuple[float, float] | None = None) -> Axes:
    """The Axes to draw in; those of a new figure, of a size in inches, where there are none."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=size, layout="constrained")[1]


def ink() -> str:
    """The colour that the style in use writes in."""
    from matplotlib import rcParams

    return str(rcParams["axes.labelcolor"])


def table_of(
    given: Any,
    kind: type[K],
    ask: Callable[[K], pd.DataFrame],
    columns: Sequence[str],
    *,
    figure: str,
    instead: str,
) -> pd.DataFrame:
    """The table of a figure: what was given, or what it says when asked.

    Parameters
    ----------
    given : DataFrame or an object of ``kind``
    ask : callable
        How the object gives the table.
    columns : sequence of str
        What the table must have.
    figure, instead : str
        What is drawn, and from what, for the refusal of anything else.
    """
    import pandas as pd

    if isinstance(given, pd.DataFrame):
        table = given
    elif isinstance(given, kind):
        table = ask(given)
    else:
        raise refused(figure, given, instead=instead)
    require_columns(table, columns)
    return table


def require_columns(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse a table without these columns."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise InvalidInput(f"The table has no column {', '.join(map(repr, missing))}.")


def refused(figure: str, given: Any, *, instead: str) -> InvalidInput:
    """The error for something that a figure can't be drawn from."""
    return InvalidInput(f"{figure} can't be drawn from a {type(given).__name__}.", hint=f"Pass {instead}.")


def verbatim(name: object) -> str:
    """A name as it is written: matplotlib sets what stands between two dollars as a formula, which need not be one."""
    return str(name).replace("$", r"\$")


def nothing_to_draw(ax: Axes, said: str) -> None:
    """Say in the middle of the Axes why they are empty."""
    ax.text(0.5, 0.5, said, ha="center", va="center", transform=ax.transAxes)


def spread(middle: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """How far an interval reaches below and above, as error bars take it, of shape (2, n); NaN where there is none."""
    y = np.asarray(middle, np.float64)
    # resampled means need not lie on both sides of the mean
    return np.maximum([y - np.asarray(low, np.float64), np.asarray(high, np.float64) - y], 0.0)


def mark_line(ax: Axes, mark: float | None, said: str, *, across: bool = False) -> None:
    """A dashed line at a score that is to be reached, upright or, with ``across``, level; none without a mark."""
    if mark is not None:
        draw = ax.axhline if across else ax.axvline
        draw(mark, linestyle="--", color=ink(), alpha=0.65, linewidth=1.2, zorder=1, label=f"{said} {mark:g}")


def has_room(ax: Axes, rows: int) -> bool:
    """Whether so many names have room below each other."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    points = 72 * figure.get_figheight() * ax.get_position().height
    return rows * _LINE <= points


def legend(ax: Axes, **options: Any) -> None:
    """A legend without a frame, where there is something to tell apart."""
    if ax.get_legend_handles_labels()[1]:
        ax.legend(frameon=False, fontsize="small", **options)
