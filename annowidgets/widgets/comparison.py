"""Benchmark, submission and difference side by side, and why an evaluation label has its points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from annowidgets.errors import AnnowidgetsError, NotFound
from annowidgets.media import Medium
from annowidgets.widgets import comparison_panels as panels
from annowidgets.widgets.cells import close_earlier
from annowidgets.widgets.comparison_painting import Scene
from annowidgets.widgets.comparison_panes import ComparisonPanes
from annowidgets.widgets.comparison_source import Judged, read_compared
from annowidgets.widgets.html import Html, tag
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.parts import button, chip, pairs
from annowidgets.widgets.screen import Screen
from annowidgets.widgets.table import Table
from annowidgets.workflow import Batch, Task
from annowidgets.workflow.training import TrainingProject, TrainingTask

_KEYS = {
    "n": ("Next evaluation label", "next"),
    "p": ("Previous evaluation label", "previous"),
    "+": ("Zoom in", "in"),
    "-": ("Zoom out", "out"),
    "f": ("Show the whole picture", "fit"),
    "h": ("Hide or show the labels", "hide"),
    "arrowright": ("Next frame", "forward"),
    "arrowleft": ("Previous frame", "backward"),
}
_MORE = {"wheel": "Zoom at the pointer", "drag": "Move the pictures", "click": "Choose a label"}
_LISTED = 20  # rows of the summary


class Comparison(Screen):
    """A submission beside what it was judged by, in three panes with linked zoom; beside it the arithmetic of a label.

    Parameters
    ----------
    training : TrainingProject or Batch
        A training project, or a calibration batch to compare an attempt with its fix.
    task : TrainingTask, Task or int
        What was submitted.
    evaluation_label : int, optional
        The one to begin with, as in `TrainingProject.evaluation_labels`.
    on_back : callable, optional
        Called by a button that leads back to where the comparison was opened.

    Raises
    ------
    PermissionDenied
        It is not shown to the user, or not yet (R3, A10).
    InvalidInput
        The task is not submitted, or the attempt was not fixed.
    NotFound
        There is no such task or evaluation label.
    """

    def __init__(
        self,
        training: TrainingProject | Batch,
        task: TrainingTask | Task | int,
        evaluation_label: int | None = None,
        *,
        on_back: Callable[[], object] | None = None,
    ) -> None:
        self._source, self._task = training, task
        self._compared = read_compared(training, task)
        ids = {one.id: one for one in self._compared.judged}
        if evaluation_label is not None and evaluation_label not in ids:
            raise NotFound(
                f"This submission has no evaluation label {evaluation_label!r:.60}.",
                hint="training.evaluation_labels() lists them.",
            )
        super().__init__()
        self._on_back = on_back
        self._several = self._compared.item.frames > 1
        self._chosen = None if evaluation_label is None else ids[evaluation_label]
        self._filter = "all"
        self._frame = self._first_frame()
        self._medium: Medium | None = None
        self._controls = LiveHtml(on_action=self.act)
        self._panes = ComparisonPanes(on_pick=self._choose, guard=self.guarded)
        self._filters = LiveHtml(on_action=self.act)
        self._table = Table(
            panels.columns(several_frames=self._several), caption="Evaluation labels", on_action=self.act, page_size=15
        )
        self._arithmetic = LiveHtml(on_action=self.act)
        listed = ipywidgets.VBox([self._filters, self._table])
        below = ipywidgets.HBox([listed, self._arithmetic])
        for part, name in ((self._controls, "controls"), (listed, "list"), (below, "below"), (self._arithmetic, "sum")):
            part.add_class(f"aw-compare-{name}")
        self.main.children = (self._controls, self._panes, below)
        self.add_class("aw-compare")
        self.handle(
            choose=lambda key, _: self._choose(ids[int(key)]),
            next=lambda *_: self._step_label(1),
            previous=lambda *_: self._step_label(-1),
            filter=lambda key, _: self._show_filtered(key),
            step=lambda key, _: self._show_frame(self._frame + int(key)),
            frame=lambda _, value: self._show_frame(int(value)),
            forward=lambda *_: self._show_frame(self._frame + 1),
            backward=lambda *_: self._show_frame(self._frame - 1),
            zoom=lambda key, _: self._panes.zoom(int(key)),
            out=lambda *_: self._panes.zoom(-1),
            fit=lambda *_: self._panes.fit(),
            hide=lambda *_: self._panes.toggle_labels(),
            hint=lambda key, value: self._hint(key.partition(" ")[0], value or {}),
            back=lambda *_: on_back and on_back(),
            **{"in": lambda *_: self._panes.zoom(1)},
        )
        frames = () if self._several else ("arrowright", "arrowleft")
        self.bind_keys({chord: one for chord, one in _KEYS.items() if chord not in frames}, more=_MORE)
        if on_back is None:
            close_earlier(self)
        self.run(self._begin)

    def _begin(self) -> None:
        compared = self._compared
        self.set_title(
            compared.item.name,
            chip(compared.sides[1]),
            tag("span", panels.score_text(compared), class_="aw-num"),
            tag("span", compared.under, class_="aw-mute"),
        )
        self.tools.show(
            tag(
                "div",
                button("Back", "back") if self._on_back else None,
                button("Previous", "previous", shortcut="P", name="Previous evaluation label"),
                button("Next", "next", shortcut="N", name="Next evaluation label"),
                class_="aw-row",
            )
        )
        self._render()
        self._show_picture()

    # --- what is looked at

    def _first_frame(self) -> int:
        """Of what was asked for, else of the first lost points, else of the first label."""
        framed = [one for one in self._compared.judged if one.frame is not None]
        lost = [one for one in framed if one.points < 100]
        asked = [self._chosen] if self._chosen is not None and self._chosen.frame is not None else []
        return next((one.frame for one in (*asked, *lost, *framed) if one.frame is not None), 0)

    def _choose(self, judged: Judged) -> None:
        """Let an evaluation label stand out, on its frame."""
        self._chosen = judged
        moved = judged.frame is not None and judged.frame != self._frame
        if moved and judged.frame is not None:
            self._frame = judged.frame
        self._render()
        if moved:
            self._show_picture()
        else:
            self._panes.choose(judged)

    def _step_label(self, by: int) -> None:
        listed = panels.chosen_rows(self._compared, self._filter, self._frame)
        if not listed:
            return
        if self._chosen in listed:
            place = min(max(listed.index(self._chosen) + by, 0), len(listed) - 1)
        else:
            place = 0 if by > 0 else len(listed) - 1
        self._choose(listed[place])
        self._table.turn_to_row(place)

    def _show_frame(self, frame: int) -> None:
        frame = min(max(frame, 0), self._compared.item.frames - 1)
        if frame != self._frame:
            self._frame = frame
            self._render()
            self._show_picture()

    def _show_filtered(self, filtered: str) -> None:
        self._filter = filtered
        self._render()

    def _hint(self, label: str, value: dict[str, Any]) -> None:
        if self._compared.give_hint is not None:
            self._compared.give_hint(value.get("text", ""), label or None)
            self._compared = self._compared._replace(hints=read_compared(self._source, self._task).hints)
            self._render()
            self.say(f"{self._compared.sides[1]} sees the hint beside the benchmark, once that is shown.")

    # --- what is shown

    def _render(self) -> None:
        compared, chosen = self._compared, self._chosen
        self._controls.show(panels.controls(compared, self._frame))
        self._filters.show(panels.filters(compared, self._filter, self._frame))
        listed = panels.chosen_rows(compared, self._filter, self._frame)
        self._table.set_rows([panels.row(one, chosen=one == chosen, several_frames=self._several) for one in listed])
        explanation = None if chosen is None else compared.explain(chosen.id)
        self._arithmetic.show([panels.arithmetic(compared, chosen, explanation), panels.hints(compared, chosen)])

    def _show_picture(self) -> None:
        try:
            if self._medium is None:
                self._medium = self._compared.item.open()
            picture = self._medium.encoded(self._frame)
            self._panes.show(Scene.of(self._compared, self._frame), picture, self._chosen)
        except AnnowidgetsError:
            self._panes.layout.display = "none"  # never labels on the picture of another frame
            raise
        self._panes.layout.display = None

    def close(self) -> None:
        """Close the screen with its pictures."""
        if getattr(self, "_medium", None) is not None:
            assert self._medium is not None
            self._medium.close()
        super().close()

    # --- without a kernel

    def summary(self) -> Html:
        """Whose work on what, its score, and the first evaluation labels."""
        compared = self._compared
        told: dict[str, Any] = {"Item": compared.item.name, compared.sides[0]: f"beside {compared.sides[1]}"}
        told["Score"] = "none" if compared.score is None else f"{compared.score:.1f}"
        told["Scored under"] = compared.under
        return Html(pairs(told) + panels.static_table(compared, _LISTED))
