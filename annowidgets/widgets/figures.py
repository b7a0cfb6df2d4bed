"""Figures of `annowidgets.plots` as pictures for screens, in ink for a light and for a dark page."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from annowidgets.widgets.html import Html, tag

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Theme: TypeAlias = Literal["light", "dark"]

_DENSITY = 192  # twice the screen's, for sharp figures on any display
_INK: dict[Theme, str] = {"light": "#1f2328", "dark": "#e6e8eb"}
_INKED = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")


class Size(NamedTuple):
    """Of a figure, in inches."""

    width: float
    height: float


def drawn(draw: Callable[[Axes], object], theme: Theme, size: Size) -> bytes:
    """Draw a figure as PNG, in the ink of a theme and on no ground of its own.

    Parameters
    ----------
    draw : callable(Axes)
        Draws it.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    style: dict[Any, Any] = dict.fromkeys(_INKED, _INK[theme]) | {"legend.facecolor": "none", "font.size": 9}
    with mpl.rc_context(style):
        # no pyplot: it keeps figures, and asks for the main thread
        figure = Figure(figsize=size, layout="constrained", facecolor="none")
        FigureCanvasAgg(figure)
        draw(figure.subplots())
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=_DENSITY, transparent=True)
    return file.getvalue()


def in_both_themes(name: str, told: str, size: Size) -> Html:
    """Places for a figure's pictures, of which one is seen: "light" and "dark", before them ``name`` and a blank.

    Parameters
    ----------
    name : str
        Told apart from the other figures by it; "" where there are none.
    told : str
        What it shows, for who can't see it.
    """
    return Html(
        "".join(
            tag(
                "img",
                data_image=f"{name} {theme}".strip(),
                class_=f"aw-only-{theme}",
                alt=told,
                width=round(size.width * 96),
                height=round(size.height * 96),
            )
            for theme in _INK
        )
    )


def theme_of(picture: str) -> tuple[str, Theme]:
    """The name and the theme of a picture of `in_both_themes`."""
    name, _, theme = picture.rpartition(" ")
    return name, "dark" if theme == "dark" else "light"
