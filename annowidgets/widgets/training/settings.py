"""The benchmark function of a training: tried out while a slider moves, saved as a version, applied to all (A8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from annowidgets.widgets.batch_panels import Rows
from annowidgets.widgets.figures import Size, drawn, in_both_themes, theme_of
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.live import LiveHtml, OnAction
from annowidgets.widgets.parts import button, chip
from annowidgets.widgets.rows import rows_of
from annowidgets.widgets.table import Table
from annowidgets.widgets.training.function_form import FunctionForm
from annowidgets.widgets.training.moves import COLUMNS, in_short, move_row
from annowidgets.widgets.training.reading import Reading
from annowidgets.workflow.training import TrainingProject

if TYPE_CHECKING:
    import pandas as pd

_SIZE = Size(6.2, 3.4)


class Settings:
    """The tab of the benchmark function.

    Parameters
    ----------
    on_action : callable(act, key, value)
        Hears "save_function" and "recalculate".
    run, guard : callable
        `Screen.run` and `Screen.guarded`.
    """

    def __init__(self, training: TrainingProject, *, on_action: OnAction, run: Any, guard: Any) -> None:
        self._training = training
        self._reading: Reading | None = None
        self._refusal: str | None = None
        self._moves: pd.DataFrame | None = None
        self._before = 0
        self.form = FunctionForm(run=run, on_change=self._preview)
        self._head = LiveHtml(pad=True)
        self._table = Table(COLUMNS, caption="Scores before and after", empty="No trainee yet.", pad=True)
        self._figure = LiveHtml(on_picture=guard(self._draw), pad=True)
        self._acts = LiveHtml(on_action=on_action)
        self.main = (self._head, self._table, self._figure)
        self.side = (self.form, self._acts)

    def show(self, reading: Reading, *, refusal: str | None) -> None:
        """Begin with the newest version of the function, or go on with what is being tried out on top of it.

        Parameters
        ----------
        refusal : str or None
            Why the user may not change it.
        """
        before = self._newest if self.is_changed else None
        self._reading, self._refusal = reading, refusal
        if before is None or before != self._newest:
            self.form.edit(self._newest, reading.ontology, refusal=refusal)
        self._preview()

    def discard(self) -> None:
        """Put the sliders back to the newest version."""
        assert self._reading is not None
        self.form.edit(self._newest, self._reading.ontology, refusal=self._refusal)
        self._preview()

    @property
    def is_changed(self) -> bool:
        """Whether the sliders say something that is not saved."""
        return self._reading is not None and self.form.function != self._newest

    def save(self) -> str:
        """Save what the sliders say as a version that waits; returns what to say."""
        function = self.form.function
        self._training.amend_benchmark(**{name: getattr(function, name) for name in function.__struct_fields__})
        return "Saved. It counts for nobody until the scores are re-calculated."

    def recalculate(self) -> pd.DataFrame:
        """Apply the version that waits, to every submission."""
        assert self._reading is not None
        self._before = self._reading.cohort.version
        return self._training.recalculate()

    def show_recalculated(self, moves: pd.DataFrame) -> None:
        """Show what a re-calculation has changed."""
        assert self._reading is not None
        versions = f"version {self._before} → {self._reading.cohort.version}"
        self._show_moves(moves, [f"Re-calculated: {versions} ", chip("applied", "ok")])

    def close(self) -> None:
        """Close all its parts."""
        for part in (*self.main, *self.side):
            part.close()

    @property
    def _newest(self) -> Any:
        assert self._reading is not None
        return self._reading.pending or self._reading.cohort.function

    def _preview(self) -> None:
        reading = self._reading
        assert reading is not None
        function = self.form.function
        moves = reading.cohort.try_out(function)
        applied, newest = reading.cohort.version, reading.newest_version
        changed = self.is_changed
        if changed:
            said: Content = ["What if ", chip("not saved", "warn")]
        elif reading.pending is not None:
            said = [f"What version {newest} would change ", chip("saved, not applied", "warn")]
        else:
            said = [f"Version {applied} ", chip("applied", "ok")]
        # a slider that moves must not wait for a figure at each step
        self._show_moves(moves, said, with_figure=not changed)
        self._acts.show(self._buttons())

    def _show_moves(self, moves: pd.DataFrame, said: Content, *, with_figure: bool = True) -> None:
        is_still = moves["before"].equals(moves["after"])
        self._moves = moves
        self._head.show([tag("h3", said), tag("p", in_short(moves))])
        self._table.set_rows(Rows(rows_of(moves), move_row))
        self._figure.images = {}
        told = "Scores before and after. The numbers are in the table."
        self._figure.show(in_both_themes("moves", told, _SIZE) if with_figure and not is_still else None)

    def _draw(self, picture: str) -> bytes | None:
        from annowidgets import plots

        reading, moves = self._reading, self._moves
        if reading is None or moves is None:
            return None
        return drawn(
            lambda ax: plots.before_and_after(moves, ax, pass_mark=reading.pass_mark), theme_of(picture)[1], _SIZE
        )

    def _buttons(self) -> Html:
        reading = self._reading
        assert reading is not None
        changed = self.is_changed
        waits = reading.pending is not None
        save_hint = self._refusal or (None if changed else "Nothing is changed")
        apply_hint = self._refusal or (
            "Save what the sliders say first" if changed else None if waits else "The newest version is applied"
        )
        return tag(
            "div",
            button(
                f"Save as version {reading.newest_version + 1}",
                "save_function",
                primary=changed and self._refusal is None,
                disabled=save_hint is not None,
                hint=save_hint,
            ),
            button(
                "Re-calculate",
                "recalculate",
                primary=waits and not changed and self._refusal is None,
                disabled=apply_hint is not None,
                hint=apply_hint,
            ),
            button("Discard", "discard_function", hint="Put the sliders back") if changed else None,
            class_="aw-row",
        )
