"""A picture with its labels drawn on it, composed by the kernel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import ipycanvas
import ipywidgets
import numpy as np
from numpy.typing import NDArray

from annowidgets.labels import (
    Answer,
    Bitmask,
    BoundingBox,
    Keypoint,
    Label,
    ObjectPrimitive,
    Ontology,
    Polygon,
    Polyline,
    RotatableBoundingBox,
    Shape,
    shape_at,
)
from annowidgets.media import Encoded
from annowidgets.widgets.canvas import Composition
from annowidgets.widgets.encoded import shown_size
from annowidgets.widgets.keywords import KnownKeywords

# Canvas pixels per CSS pixel: sharp on displays of high density, at no cost in messages.
DENSITY = 2
_HALO = "rgba(0, 0, 0, 0.6)"
_MASK_ALPHA = 0.4

Pairs = Sequence[tuple[float, float]]


class LabelledPicture(KnownKeywords, ipywidgets.VBox):
    """A picture with labels of every shape in their classes' colours; nothing in it can be changed.

    Parameters
    ----------
    ontology : Ontology
        Gives the colours, and the skeletons of object primitives.
    width, height : int
        The most room that it takes on the screen, in CSS pixels. A picture that fits is shown pixel by pixel, a very
        small one in whole multiples.
    names : bool
        Whether each label's class stands beside it.
    """

    def __init__(self, ontology: Ontology, *, width: int = 760, height: int = 560, names: bool = True) -> None:
        self._ontology, self._room, self._names = ontology, (width, height), names
        self._image = ipywidgets.Image()
        self._labels: list[Label] = []
        self._frame, self._interpolate = 0, False
        self._size = (0, 0)
        self._selected: str | None = None
        self._composition = Composition(self._paint, "aw-picture")
        super().__init__([self._composition])
        self._composition.layout.display = "none"

    def show(
        self,
        picture: Encoded,
        labels: Iterable[Label | Answer] = (),
        *,
        frame: int = 0,
        interpolate: bool = False,
        selected: str | None = None,
    ) -> None:
        """Show a picture with labels; answers among them have no place on it and are left out.

        Parameters
        ----------
        picture : Encoded
            A JPEG, PNG or WebP, as `Medium.encoded` gives it.
        frame : int
            Which frame the picture is; labels are drawn as they are there.
        interpolate : bool
            Whether frames follow each other in time, so that shapes move between key frames.
        selected : str, optional
            Id of a label to draw thicker.

        Raises
        ------
        InvalidMedia
            A browser can't show the picture.
        NotFound
            A label's class is not the ontology's.
        """
        size = shown_size(picture)
        drawn = [label for label in labels if isinstance(label, Label)]
        for label in drawn:
            self._ontology.object_class(label.category)
        self._size, self._labels, self._selected = size, drawn, selected
        self._frame, self._interpolate = frame, interpolate
        self._image.format, self._image.value = picture.mime.removeprefix("image/"), picture.data
        height, width = size
        self._scale = shown_scale(width, height, *self._room)
        shown = max(1, round(width * self._scale)), max(1, round(height * self._scale))
        self._composition.resize(shown[0] * DENSITY, shown[1] * DENSITY, shown_width=shown[0])
        self._composition.layout.display = None
        self._composition.redraw(self._description())

    def _description(self) -> str:
        counts: dict[str, int] = {}
        for label in self._labels:
            counts[label.category] = counts.get(label.category, 0) + 1
        said = ", ".join(f"{count} {name}" for name, count in counts.items())
        return f"Picture of {self._size[1]} by {self._size[0]} pixels with {said or 'no labels'}"

    def _paint(self, canvas: ipycanvas.Canvas) -> None:
        if not self._image.value:
            return
        canvas.image_smoothing_enabled = self._scale * DENSITY < 3
        canvas.draw_image(self._image, 0, 0, canvas.width, canvas.height)
        shapes = [
            (label, shape)
            for label in self._labels
            if (shape := shape_at(label, self._frame, interpolate=self._interpolate)) is not None
        ]
        self._paint_masks(canvas, [(label, shape) for label, shape in shapes if isinstance(shape, Bitmask)])
        for label, shape in shapes:
            item = self._ontology.object_class(label.category)
            width = (3.5 if label.id == self._selected else 2) * DENSITY
            edges = item.skeleton.edges if item.skeleton else ()
            draw_shape(canvas, shape, str(item.color), self._scale * DENSITY, width, edges)
        if self._names:
            for label, shape in shapes:
                left, top, _, _ = shape.bounds()
                draw_name(canvas, label.category, left * self._scale * DENSITY, top * self._scale * DENSITY)

    def _paint_masks(self, canvas: ipycanvas.Canvas, masks: list[tuple[Label, Bitmask]]) -> None:
        if not masks:
            return
        overlay: NDArray[np.uint8] = np.zeros((*self._size, 4), np.uint8)
        for label, mask in masks:
            if mask.size == self._size:
                overlay[mask.to_array()] = (*rgb(str(self._ontology.object_class(label.category).color)), 255)
        overlay[..., 3] = (overlay[..., 3] * _MASK_ALPHA).astype(np.uint8)
        canvas.save()
        canvas.scale(canvas.width / self._size[1], canvas.height / self._size[0])
        canvas.image_smoothing_enabled = False
        canvas.put_image_data(overlay)  # with alpha it goes as PNG; without it would be a lossy JPEG
        canvas.restore()


def draw_name(canvas: ipycanvas.Canvas, name: str, left: float, top: float) -> None:
    """Write a name above the upper left corner of its shape, inside the canvas; both in canvas pixels."""
    x = min(max(left + DENSITY, 2 * DENSITY), canvas.width - 40 * DENSITY)
    y = max(top - 4 * DENSITY, 12 * DENSITY)
    canvas.font = f"600 {12 * DENSITY}px system-ui, sans-serif"
    canvas.line_join, canvas.line_width = "round", 3 * DENSITY
    canvas.stroke_style, canvas.fill_style = "rgba(0, 0, 0, 0.75)", "#ffffff"
    canvas.stroke_text(name, x, y)
    canvas.fill_text(name, x, y)


def draw_shape(
    canvas: ipycanvas.Canvas,
    shape: Shape,
    color: str,
    scale: float,
    line_width: float,
    edges: Iterable[tuple[str, str]] = (),
    *,
    fill: bool = True,
    dashed: bool = False,
) -> None:
    """Draw one shape in a colour over a dark halo, so that it stands out from light and dark pictures alike.

    Parameters
    ----------
    canvas : Canvas
    shape : shape
        A bitmask is drawn as its bounding box; its pixels are painted for all masks at once.
    color : str
        "#rrggbb".
    scale : float
        Canvas pixels per pixel of the picture.
    line_width : float
        In canvas pixels.
    edges : iterable of (name, name)
        Which points of an object primitive are joined.
    fill : bool
        Whether a region is tinted inside.
    dashed : bool
        Whether its lines are broken; a bitmask's always are.
    """
    canvas.line_join = canvas.line_cap = "round"
    for style, width, last in ((_HALO, line_width * 2, False), (color, line_width, True)):
        canvas.set_line_dash([line_width * 2] * 2 if isinstance(shape, Bitmask) or (dashed and last) else [])
        canvas.stroke_style, canvas.fill_style, canvas.line_width = style, style, width
        dot = (line_width * 1.6) if last else (line_width * 2.2)
        match shape:
            case Keypoint():
                canvas.fill_circle(shape.x * scale, shape.y * scale, dot)
            case Polyline():
                _path(canvas, [_scaled(shape.points, scale)], closed=False)
                canvas.stroke()
            case ObjectPrimitive():
                present = {name: (x * scale, y * scale) for name, (x, y) in shape.present().items()}
                for a, b in edges:
                    if a in present and b in present:
                        canvas.stroke_line(*present[a], *present[b])
                for name, point in present.items():
                    occluded = last and shape.points[name][2] == "occluded"
                    (canvas.stroke_circle if occluded else canvas.fill_circle)(*point, dot)
            case _:
                _path(canvas, [_scaled(ring, scale) for ring in outlines(shape)], closed=True)
                if fill and last and not isinstance(shape, Bitmask):
                    canvas.global_alpha = 0.12
                    canvas.fill("evenodd")
                    canvas.global_alpha = 1.0
                canvas.stroke()
    canvas.set_line_dash([])


def outlines(shape: Any) -> Iterable[Pairs]:
    """The rings of a region shape, in pixels of the picture."""
    match shape:
        case RotatableBoundingBox():
            return [shape.corners()]
        case Polygon():
            return shape.rings
        case BoundingBox() | Bitmask():
            left, top, right, bottom = shape.bounds()
            return [((left, top), (right, top), (right, bottom), (left, bottom))]
    raise TypeError(f"{type(shape).__name__} has no outline")


def shown_scale(width: int, height: int, room_width: int, room_height: int) -> float:
    """CSS pixels per pixel of a picture in a given room.

    Less than 1 where it is larger than the room, 1 where it fits, a whole multiple where it is very small.
    """
    whole = min(room_width / width, room_height / height)
    return whole if whole < 1 else float(min(int(whole), max(1, 640 // max(width, height))))


def rgb(color: str) -> tuple[int, int, int]:
    """(red, green, blue), 0 to 255, of "#rrggbb"."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _scaled(points: Pairs, scale: float) -> list[tuple[float, float]]:
    return [(x * scale, y * scale) for x, y in points]


def _path(canvas: ipycanvas.Canvas, lines: Iterable[list[tuple[float, float]]], *, closed: bool) -> None:
    canvas.begin_path()
    for line in lines:
        canvas.move_to(*line[0])
        for point in line[1:]:
            canvas.line_to(*point)
        if closed:
            canvas.close_path()
