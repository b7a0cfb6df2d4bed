"""Three pictures side by side that show the same part: the benchmark, the submission, and where they differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipycanvas
import ipywidgets
import traitlets

from annowidgets.media import Encoded
from annowidgets.widgets.canvas import Composition
from annowidgets.widgets.client import FOLDER
from annowidgets.widgets.comparison_painting import (
    AGREED,
    MISSED,
    TOO_MUCH,
    Look,
    Scene,
    paint_difference,
    paint_side,
)
from annowidgets.widgets.comparison_source import Judged
from annowidgets.widgets.comparison_view import LEAST, View
from annowidgets.widgets.encoded import shown_size
from annowidgets.widgets.html import Html, tag
from annowidgets.widgets.keywords import KnownKeywords
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.part import Part
from annowidgets.widgets.parts import swatch
from annowidgets.widgets.pictures import DENSITY
from annowidgets.widgets.wording import counted

WIDTH = 400  # CSS pixels that a pane is drawn for
_STEP = 1.5


class LinkedView(Part):
    """Zooms and pans the canvases beside it as one.

    Attributes
    ----------
    view : [x, y, width, number]
        Part of the picture that the canvases hold, in its pixels; the number makes every drawing another value.
    limits : [least, most]
        Of the width.
    """

    _esm = FOLDER / "panes.js"
    view: traitlets.List[float] = traitlets.List([0.0, 0.0, 1.0, 0]).tag(sync=True)
    limits: traitlets.List[float] = traitlets.List([1.0, 1.0]).tag(sync=True)

    def __init__(
        self,
        *,
        on_view: Callable[[float, float, float], object],
        on_pick: Callable[[float, float, float], object],
    ) -> None:
        super().__init__()
        self._on_view, self._on_pick = on_view, on_pick
        self.on_msg(self._heard)

    def _heard(self, _: object, message: dict[str, Any], __: object) -> None:
        for name, call in (("view", self._on_view), ("pick", self._on_pick)):
            numbers = message.get(name) if isinstance(message, dict) else None
            if isinstance(numbers, list) and len(numbers) >= 3:
                call(*(float(number) for number in numbers[:3]))


class ComparisonPanes(KnownKeywords, ipywidgets.HBox):
    """Benchmark, submission and difference of one frame, with linked zoom and pan.

    Parameters
    ----------
    on_pick : callable(Judged), optional
        Called with the evaluation label that a person clicks on.
    guard : callable
        Wraps what the browser calls, as `Screen.guarded` does.
    """

    def __init__(
        self,
        *,
        on_pick: Callable[[Judged], object],
        guard: Callable[[Callable[..., object]], Callable[..., object]],
    ) -> None:
        self._on_pick = on_pick
        self._scene: Scene | None = None
        self._look = Look(View(0, 0, 1, 1))
        self._drawings = 0
        self._image = ipywidgets.Image()
        paints = (self._paint_benchmark, self._paint_submission, self._paint_difference)
        self._panes = [Composition(paint, "aw-pane-canvas") for paint in paints]
        self._captions = [LiveHtml() for _ in paints]
        self._link = LinkedView(on_view=guard(self._moved), on_pick=guard(self._picked))
        pairs = [ipywidgets.VBox(pair) for pair in zip(self._captions, self._panes, strict=True)]
        for pane in pairs:
            pane.add_class("aw-pane")
        super().__init__([*pairs, self._link])
        self.add_class("aw")
        self.add_class("aw-panes")

    def show(self, scene: Scene, picture: Encoded, chosen: Judged | None = None) -> None:
        """Show a frame; the part that is in sight stays where the picture has the same size.

        Raises
        ------
        InvalidMedia
            A browser can't show the picture.
        """
        shown_size(picture)
        before, self._scene = self._scene, scene
        self._image.format, self._image.value = picture.mime.removeprefix("image/"), picture.data
        view = self._look.view if before is not None and before.picture == scene.picture else scene.picture.whole()
        self._look = Look(view, chosen, self._look.hidden)
        height = round(WIDTH * DENSITY * scene.picture.ratio)
        for pane in self._panes:
            pane.resize(WIDTH * DENSITY, height, shown_width=WIDTH)
            pane.canvas.layout.width = "100%"
        whole = scene.picture.whole().width
        self._link.limits = [min(LEAST, whole), whole]
        for caption, content in zip(self._captions, _captions(scene), strict=True):
            caption.show(content)
        self.choose(chosen)

    def choose(self, judged: Judged | None) -> None:
        """Let one evaluation label stand out, and bring it into sight."""
        self._look = self._look._replace(chosen=judged)
        bounds = None if judged is None or self._scene is None else self._scene.bounds(judged)
        if bounds is not None and self._scene is not None:
            small = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) < self._look.view.width / 10
            if small or not self._look.view.holds(bounds):
                self._look = self._look._replace(view=self._scene.picture.around(bounds))
        self._draw()

    def zoom(self, steps: int) -> None:
        """Zoom in, or with negative ``steps`` out, at the middle."""
        if self._scene is not None:
            view = self._look.view
            self._look_at(self._scene.picture.at(view.centre, view.width / _STEP**steps))

    def fit(self) -> None:
        """Show all of the picture."""
        if self._scene is not None:
            self._look_at(self._scene.picture.whole())

    def toggle_labels(self) -> None:
        """Hide the labels, to see what is below them, or show them again."""
        self._look = self._look._replace(hidden=not self._look.hidden)
        self._draw()

    @property
    def view(self) -> View:
        """The part of the picture that is shown."""
        return self._look.view

    # --- what the browser tells

    def _moved(self, x: float, y: float, width: float) -> None:
        if self._scene is not None:
            picture = self._scene.picture
            self._look_at(picture.at((x + width / 2, y + width * picture.ratio / 2), width))

    def _picked(self, x: float, y: float, unit: float) -> None:
        found = None if self._scene is None else self._scene.at((x, y), reach=4 * unit)
        if found is not None:
            self._on_pick(found)

    # --- what is drawn

    def _look_at(self, view: View) -> None:
        self._look = self._look._replace(view=view)
        self._draw()

    def _draw(self) -> None:
        if self._scene is None:
            return
        for pane, says in zip(self._panes, _says(self._scene), strict=True):
            pane.redraw(says)
        self._drawings += 1
        view = self._look.view
        self._link.view = [view.x, view.y, view.width, self._drawings]

    def _paint_benchmark(self, canvas: ipycanvas.Canvas) -> None:
        self._paint_side(canvas, 0)

    def _paint_submission(self, canvas: ipycanvas.Canvas) -> None:
        self._paint_side(canvas, 1)

    def _paint_side(self, canvas: ipycanvas.Canvas, side: int) -> None:
        scene, chosen = self._scene, self._look.chosen
        if scene is not None:
            labels = (scene.benchmark, scene.submitted)[side]
            own = None if chosen is None else (chosen.benchmark, chosen.submitted)[side]
            paint_side(canvas, self._image, scene, self._look, labels, own)

    def _paint_difference(self, canvas: ipycanvas.Canvas) -> None:
        if self._scene is not None:
            paint_difference(canvas, self._image, self._scene, self._look)


def _captions(scene: Scene) -> list[Html]:
    known, told = scene.compared.sides
    legend = [
        tag("span", swatch(colour), " ", word, class_="aw-legend")
        for colour, word in ((AGREED, "both"), (MISSED, f"only {known.lower()}"), (TOO_MUCH, f"only {told}"))
    ]
    return [
        tag("h3", known, tag("span", f" {len(scene.benchmark)}", class_="aw-mute aw-num")),
        tag("h3", told, tag("span", f" {len(scene.submitted)}", class_="aw-mute aw-num"), class_="aw-as-is"),
        tag("div", tag("h3", "Difference"), legend, class_="aw-row"),
    ]


def _says(scene: Scene) -> list[str]:
    known, told = scene.compared.sides
    found = sum(one.kind == "matched" for one in scene.judged)
    return [
        f"{known}: {counted(len(scene.benchmark), 'label')}",
        f"{told}: {counted(len(scene.submitted), 'label')}",
        f"Difference: {found} of {counted(len(scene.judged), 'evaluation label')} matched",
    ]
