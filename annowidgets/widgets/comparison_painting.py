"""The three pictures of a comparison: the benchmark's labels, the submission's, and where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import ipycanvas
import ipywidgets
import numpy as np
from numpy.typing import NDArray

from annowidgets.labels import (
    Bitmask,
    Keypoint,
    Label,
    Labels,
    ObjectPrimitive,
    Ontology,
    Polyline,
    Shape,
    shape_at,
)
from annowidgets.widgets.comparison_source import Compared, Judged
from annowidgets.widgets.comparison_view import Picture, View, covered
from annowidgets.widgets.pictures import DENSITY, draw_name, draw_shape, rgb

# Blue and orange are told apart by everybody; the outlines differ in grey too: one is whole, one is dashed.
MISSED, TOO_MUCH, AGREED = "#1c7fe0", "#f08c00", "#2e9e4f"
_ALPHA = {MISSED: 0.55, TOO_MUCH: 0.55, AGREED: 0.28}
_MASK_ALPHA = 0.4
_ASIDE = 0.35  # of its strength has what is not the chosen label
_LINE, _CHOSEN, _OTHER = 2.0, 3.5, 1.25


class Scene(NamedTuple):
    """One frame of a comparison.

    Attributes
    ----------
    compared : Compared
    picture : Picture
    frame : int
    benchmark, submitted : dict of label id -> (label, shape)
        What stands on the frame.
    judged : list of Judged
        Evaluation labels of the frame's objects.
    """

    compared: Compared
    picture: Picture
    frame: int
    benchmark: dict[str, tuple[Label, Shape]]
    submitted: dict[str, tuple[Label, Shape]]
    judged: list[Judged]

    @classmethod
    def of(cls, compared: Compared, frame: int) -> Scene:
        """What stands on a frame."""
        benchmark, submitted = (_on(side, frame, compared) for side in (compared.benchmark, compared.submitted))
        judged = [one for one in compared.judged if one.frame == frame and (one.benchmark or one.submitted)]
        return cls(compared, Picture.of(compared.item.sizes[frame]), frame, benchmark, submitted, judged)

    def bounds(self, judged: Judged) -> tuple[float, float, float, float] | None:
        """What the labels of an evaluation label take on the frame."""
        shapes = [shape for _, shape in self.pair(judged) if shape is not None]
        if not shapes or judged.frame != self.frame:
            return None
        left, top, right, bottom = zip(*(shape.bounds() for shape in shapes), strict=True)
        return min(left), min(top), max(right), max(bottom)

    def pair(self, judged: Judged) -> list[tuple[Label | None, Shape | None]]:
        """(label, shape) on the benchmark's side and on the submission's."""
        nothing = (None, None)
        return [
            self.benchmark.get(judged.benchmark or "", nothing),
            self.submitted.get(judged.submitted or "", nothing),
        ]

    def at(self, point: tuple[float, float], reach: float) -> Judged | None:
        """The evaluation label whose smallest label is at a point, or at most ``reach`` beside it."""
        x, y = point
        near: list[tuple[float, Judged]] = []
        for one in self.judged:
            for _, shape in self.pair(one):
                if shape is None:
                    continue
                left, top, right, bottom = shape.bounds()
                if left - reach <= x <= right + reach and top - reach <= y <= bottom + reach:
                    near.append(((right - left) * (bottom - top), one))
        return min(near, key=lambda found: found[0], default=(0.0, None))[1]


def _on(labels: Labels, frame: int, compared: Compared) -> dict[str, tuple[Label, Shape]]:
    interpolate = compared.item.interpolates
    return {
        label.id: (label, shape)
        for label in labels
        if isinstance(label, Label) and (shape := shape_at(label, frame, interpolate=interpolate)) is not None
    }


class Look(NamedTuple):
    """How a scene is looked at.

    Attributes
    ----------
    view : View
    chosen : Judged or None
        The evaluation label that stands out.
    hidden : bool
        Whether only the picture is shown.
    """

    view: View
    chosen: Judged | None = None
    hidden: bool = False


def paint_side(
    canvas: ipycanvas.Canvas,
    image: ipywidgets.Image,
    scene: Scene,
    look: Look,
    labels: dict[str, tuple[Label, Shape]],
    chosen: str | None,
) -> None:
    """Paint the picture with the labels of one side in their classes' colours, ``chosen`` thicker."""
    _paint_picture(canvas, image, scene.picture, look.view)
    if look.hidden:
        return
    ontology, scale = scene.compared.ontology, canvas.width / look.view.width
    shown = {id: one for id, one in labels.items() if _in_sight(one[1], look.view)}
    masks = [
        (shape, _colour(ontology, label), _MASK_ALPHA * _strength(look, id == chosen))
        for id, (label, shape) in shown.items()
        if isinstance(shape, Bitmask)
    ]
    _put(canvas, _overlay(masks, look.view, (canvas.height, canvas.width)))
    canvas.save()
    canvas.translate(-look.view.x * scale, -look.view.y * scale)
    for id, (label, shape) in shown.items():
        width = _width(look, id == chosen)
        draw_shape(canvas, shape, _colour(ontology, label), scale, width, _edges(ontology, label))
    canvas.restore()
    for id, (label, shape) in shown.items():
        if look.chosen is None or id == chosen:
            left, top, _, _ = shape.bounds()
            draw_name(canvas, label.category, (left - look.view.x) * scale, (top - look.view.y) * scale)


def paint_difference(canvas: ipycanvas.Canvas, image: ipywidgets.Image, scene: Scene, look: Look) -> None:
    """Paint the picture with what only the benchmark has, what only the submission has, and what both have."""
    _paint_picture(canvas, image, scene.picture, look.view)
    if look.hidden:
        return
    scale = canvas.width / look.view.width
    shown = [one for one in scene.judged if any(shape and _in_sight(shape, look.view) for _, shape in scene.pair(one))]
    _put(canvas, difference(scene, shown, look, (canvas.height, canvas.width)))
    canvas.save()
    canvas.translate(-look.view.x * scale, -look.view.y * scale)
    for one in shown:
        width = _width(look, one == look.chosen)
        for (label, shape), colour, dashed in zip(scene.pair(one), (MISSED, TOO_MUCH), (False, True), strict=True):
            if label is not None and shape is not None and not isinstance(shape, Bitmask):
                edges = _edges(scene.compared.ontology, label)
                draw_shape(canvas, shape, colour, scale, width, edges, fill=False, dashed=dashed)
        _draw_distances(canvas, scene.pair(one), scale)
    canvas.restore()


def difference(scene: Scene, judged: Iterable[Judged], look: Look, size: tuple[int, int]) -> NDArray[np.uint8] | None:
    """Regions of the two sides as one overlay: what only one of them covers, and what both do.

    Returns
    -------
    ndarray of uint8, (h, w, 4), or None
        None where no region is in sight.
    """
    overlay: NDArray[np.uint8] = np.zeros((*size, 4), np.uint8)
    found = False
    for each in judged:
        regions = [
            None if shape is None or _is_thin(shape) else covered(shape, look.view, size)
            for _, shape in scene.pair(each)
        ]
        there = [one for one in regions if one is not None]
        if not there:
            continue
        found = True
        top, left = min(one.rows.start for one in there), min(one.columns.start for one in there)
        low, right = max(one.rows.stop for one in there), max(one.columns.stop for one in there)
        known, told = np.zeros((2, low - top, right - left), bool)
        for side, region in zip((known, told), regions, strict=True):
            if region is not None:
                rows, columns, inside = region
                side[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = inside
        strength = _strength(look, each == look.chosen)
        window = overlay[top:low, left:right]
        for colour, dots in ((AGREED, known & told), (MISSED, known & ~told), (TOO_MUCH, told & ~known)):
            window[dots] = (*rgb(colour), round(255 * _ALPHA[colour] * strength))
    return overlay if found else None


def _paint_picture(canvas: ipycanvas.Canvas, image: ipywidgets.Image, picture: Picture, view: View) -> None:
    scale = canvas.width / view.width
    canvas.clear()
    canvas.image_smoothing_enabled = scale < 3
    place = (-view.x * scale, -view.y * scale, picture.width * scale, picture.height * scale)
    canvas.draw_image(image, *place)


def _overlay(
    masks: Sequence[tuple[Bitmask, str, float]], view: View, size: tuple[int, int]
) -> NDArray[np.uint8] | None:
    if not masks:
        return None
    overlay: NDArray[np.uint8] = np.zeros((*size, 4), np.uint8)
    for mask, colour, alpha in masks:
        region = covered(mask, view, size)
        if region is not None:
            rows, columns, inside = region
            overlay[rows, columns][inside] = (*rgb(colour), round(255 * alpha))
    return overlay


def _put(canvas: ipycanvas.Canvas, overlay: NDArray[np.uint8] | None) -> None:
    if overlay is not None:
        canvas.put_image_data(overlay)  # with alpha it goes as PNG; without it would be a lossy JPEG


def _draw_distances(canvas: ipycanvas.Canvas, pair: Sequence[tuple[Label | None, Shape | None]], scale: float) -> None:
    """Join the points of two keypoints or primitives that stand for the same."""
    (_, known), (_, told) = pair
    canvas.stroke_style, canvas.line_width = "#ffffff", DENSITY
    for name, (x, y) in _points(known).items():
        if name in (others := _points(told)):
            canvas.stroke_line(x * scale, y * scale, others[name][0] * scale, others[name][1] * scale)


def _points(shape: Shape | None) -> dict[str, tuple[float, float]]:
    if isinstance(shape, Keypoint):
        return {"": (shape.x, shape.y)}
    return dict(shape.present()) if isinstance(shape, ObjectPrimitive) else {}


def _is_thin(shape: Shape) -> bool:
    return isinstance(shape, (Polyline, Keypoint, ObjectPrimitive))


def _in_sight(shape: Shape, view: View) -> bool:
    left, top, right, bottom = shape.bounds()
    across = left <= view.x + view.width and right >= view.x
    return across and top <= view.y + view.height and bottom >= view.y


def _strength(look: Look, chosen: bool) -> float:
    return 1.0 if chosen or look.chosen is None else _ASIDE


def _width(look: Look, chosen: bool) -> float:
    return DENSITY * (_LINE if look.chosen is None else _CHOSEN if chosen else _OTHER)


def _colour(ontology: Ontology, label: Label) -> str:
    return str(ontology.object_class(label.category).color)


def _edges(ontology: Ontology, label: Label) -> Sequence[tuple[str, str]]:
    skeleton = ontology.object_class(label.category).skeleton
    return skeleton.edges if skeleton else ()
