"""How everybody stands: the table of trainees, and the figures of the cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from annowidgets.widgets.figures import Size, drawn, in_both_themes, theme_of
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.live import LiveHtml, OnAction
from annowidgets.widgets.parts import pairs, section
from annowidgets.widgets.table import Table
from annowidgets.widgets.training.reading import Reading
from annowidgets.widgets.training.trainee_table import columns, trainee_rows
from annowidgets.widgets.wording import counted, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

_SIZE = Size(4.6, 3.4)
# So many classes have room beside the other columns; all of them are in the heat map.
_MOST_CLASSES = 4
_FIGURES = {
    "scores": "Scores of the trainees",
    "learning": "Learning curve",
    "classes": "Mean points by class",
    "confusion": "What is taken for what",
}
REVEALED = {"never": "never", "after_each": "after each task", "after_last": "after the last task"}


class Overview:
    """The tab that comes first.

    Parameters
    ----------
    on_action : callable(act, key, value)
        Hears "trainee" with a name or "", of whom the figures are; "tab"; and what `LiveHtml` reports beside.
    guard : callable
        Wraps what draws the figures, as `Screen.guarded` does.
    """

    def __init__(self, *, on_action: OnAction, guard: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        self._reading: Reading | None = None
        self._trainee: str | None = None
        self._on_action = on_action
        self._table: Table | None = None
        self._figures = LiveHtml(on_action=on_action, on_picture=guard(self._draw), pad=True)
        self._panel = LiveHtml(on_action=on_action)
        self._classes: list[str] = []

    @property
    def main(self) -> tuple[Any, ...]:
        """The parts in the middle."""
        return (self._figures,) if self._table is None else (self._table, self._figures)

    @property
    def side(self) -> tuple[Any, ...]:
        """The parts beside them."""
        return (self._panel,)

    def show(self, reading: Reading, *, waits: Content) -> None:
        """Show what was read.

        Parameters
        ----------
        waits : Content
            What the lead should look at next.
        """
        self._reading = reading
        classes = _frequent_classes(reading)
        if self._table is None or classes != self._classes:
            # another set of columns is another table
            before, self._classes = self._table, classes
            self._table = Table(
                columns(classes),
                caption="Trainees",
                empty="No trainee yet. Add some on the tab Team.",
                on_action=self._on_action,
                pad=True,
            )
            if before is not None:
                before.close()
        self._table.set_rows(trainee_rows(reading, classes))
        self._panel.show([waits, facts(reading)])
        self._show_figures()

    def show_trainee(self, trainee: str | None) -> None:
        """Show the learning curve and the confusion of one trainee, or of all."""
        self._trainee = trainee
        self._show_figures()

    def close(self) -> None:
        """Close all its parts."""
        for part in (self._table, self._figures, self._panel):
            if part is not None:
                part.close()

    def _show_figures(self) -> None:
        reading = self._reading
        assert reading is not None
        names = list(dict.fromkeys(reading.scores["trainee"]))
        if self._trainee not in names:
            self._trainee = None
        options = [
            tag("option", "all trainees", value="", selected=self._trainee is None),
            [tag("option", name, value=name, selected=name == self._trainee) for name in names],
        ]
        chosen = tag("select", options, data_act="trainee", aria_label="Whose learning curve and confusion")
        self._figures.images = {}
        figures = [_figure(name, said, self._told(name), chosen) for name, said in _FIGURES.items()]
        self._figures.show(tag("div", figures, class_="aw-figures") if reading.scores.size else None)

    def _told(self, name: str) -> str:
        """A figure in a sentence, for who can't see it."""
        reading = self._reading
        assert reading is not None
        of = f" of {self._trainee}" if self._trainee else ""
        scored = reading.scores["score"].dropna()
        if name == "scores" and len(scored):
            return f"Scores of {counted(len(scored), 'round')} from {scored.min():.1f} to {scored.max():.1f}."
        return f"{_FIGURES[name]}{of}. The numbers are in the tables."

    def _draw(self, picture: str) -> bytes | None:
        from annowidgets import plots

        reading = self._reading
        name, theme = theme_of(picture)
        if reading is None or name not in _FIGURES:
            return None

        def draw(ax: Axes) -> None:
            if name == "scores":
                plots.trainee_scores(reading.scores, ax, pass_mark=reading.pass_mark)
            elif name == "learning":
                plots.learning_curve(reading.tasks, ax, trainee=self._trainee)
            elif name == "classes":
                plots.class_scores(reading.by_class, ax)
            else:
                plots.confusion(reading.confusion(self._trainee), ax)

        return drawn(draw, theme, _SIZE)


def facts(reading: Reading) -> Html:
    """The function that scores are made under, and what the training asks for."""
    function, cohort = reading.cohort.function, reading.cohort
    told: dict[str, Content] = {
        "Function": [f"version {cohort.version}", function_said(function)],
        "Gold": f"revision {cohort.revision}",
        "Pass mark": "none" if reading.pass_mark is None else f"{reading.pass_mark:g}",
        "Gold is shown": REVEALED[reading.reveal],
        "Evaluation labels": f"{cohort.labels:,}",
    }
    return section("Benchmark", pairs(told))


def function_said(function: Any) -> Html:
    """The weights of a function in words."""
    iou, category, attributes = function.weights()
    total = iou + category + attributes
    parts = [("overlap", iou), ("class", category), ("attributes", attributes)]
    weights = ", ".join(f"{name} {value / total:.0%}".replace("%", " %") for name, value in parts if value)
    own = f"; {counted(len(function.per_class), 'class', 'classes')} with own weights" if function.per_class else ""
    mode = "" if function.mode == "dynamic" else f"; {words(function.mode)} only"
    return tag("div", f"{weights}{own}{mode}", class_="aw-mute")


def _frequent_classes(reading: Reading) -> list[str]:
    counts = reading.by_class.astype({"category": object}).groupby("category", sort=False)["benchmark"].sum()
    return [str(name) for name in counts.sort_values(ascending=False, kind="stable").index[:_MOST_CLASSES]]


def _figure(name: str, said: str, told: str, chosen: Html) -> Html:
    by_trainee = name in ("learning", "confusion")
    head = tag(
        "div", tag("h3", said), tag("span", class_="aw-spread"), chosen if name == "learning" else None, class_="aw-row"
    )
    return tag("figure", head if by_trainee else tag("h3", said), in_both_themes(name, told, _SIZE))
