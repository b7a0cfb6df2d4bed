"""The plain editor of boxes on a still picture, around jupyter-bbox-widget.

That widget (0.7) draws and drags boxes in the browser. It also leaves a box of no size where somebody clicks, lets go
of a drag that leaves the picture, takes every key to itself (Tab and Ctrl+C, which would re-class a box), syncs half a
gesture, falls back to the first class when it is drawn anew, and has no undo. `client/boxes.js` sees to all of that and
sends one message per finished gesture; here that becomes labels.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import ipywidgets
import traitlets
from msgspec.structs import replace

from annowidgets.errors import InvalidInput, InvalidShape, NotFound
from annowidgets.labels import AnswerValue, BoundingBox, Label, ObjectClass, Ontology, as_labels, walk
from annowidgets.media import Encoded
from annowidgets.widgets.client import FOLDER
from annowidgets.widgets.encoded import shown_size
from annowidgets.widgets.keywords import KnownKeywords
from annowidgets.widgets.part import Part

with warnings.catch_warnings():
    # it declares its traits in a way that traitlets has deprecated; nobody here can change that
    warnings.simplefilter("ignore", DeprecationWarning)
    from jupyter_bbox_widget import BBoxWidget

Box = Mapping[str, Any]

KEYS = {
    "1…9": "Choose a class",
    "b": "New box in the middle",
    "arrows": "Move the selected box (Shift: 10 px, Alt: its size)",
    ", .": "Select the previous, the next box",
    "c": "Give the selected box the chosen class",
    "delete": "Delete the selected box",
    "ctrl+z ctrl+shift+z": "Undo, redo",
    "+ - 0": "Zoom in, zoom out, show all",
    "escape": "Select nothing",
}


class BoxTools(Part):
    """Classes and labels of a `BoxEditor`, and the hand that guides its surface."""

    _esm = FOLDER / "boxes.js"
    surface = traitlets.Instance(BBoxWidget).tag(sync=True, **ipywidgets.widget_serialization)
    classes: traitlets.List[Any] = traitlets.List().tag(sync=True)
    active = traitlets.Tuple(traitlets.Int(), traitlets.Unicode()).tag(sync=True)
    read_only = traitlets.Bool(False).tag(sync=True)
    given: traitlets.Dict[str, Any] = traitlets.Dict({"number": 0, "width": 0, "height": 0, "boxes": []}).tag(sync=True)

    def __init__(self, surface: BBoxWidget, classes: Sequence[ObjectClass], read_only: bool) -> None:
        super().__init__(
            surface=surface,
            classes=[{"name": item.name, "color": item.color} for item in classes],
            active=(0, classes[0].name),
            read_only=read_only,
        )


class BoxEditor(KnownKeywords, ipywidgets.HBox):
    """Draw, move, resize, re-class and delete boxes on one picture at a time.

    Parameters
    ----------
    ontology : Ontology
        Its bounding box classes are offered, in its order.
    read_only : bool
        Whether labels are only shown.
    on_change : callable(list of Label), optional
        Called with all labels after each finished change that a person makes.
    on_select : callable(Label or None), optional
        Called when another label, or none, is selected.

    Attributes
    ----------
    stage, panel : widget
        The picture, and the classes and labels; a screen may show them in different places, both inside of it.

    Raises
    ------
    InvalidInput
        The ontology has no bounding box class.
    """

    def __init__(
        self,
        ontology: Ontology,
        *,
        read_only: bool = False,
        on_change: Callable[[list[Label]], object] | None = None,
        on_select: Callable[[Label | None], object] | None = None,
    ) -> None:
        self._classes = {item.name: item for item in ontology.objects if item.shape == "bounding_box"}
        if not self._classes:
            raise InvalidInput("The ontology has no bounding box class, so there is nothing to draw boxes for.")
        self._on_change, self._on_select = on_change, on_select
        self._labels: dict[str, Label] = {}
        self._size = (0, 0)
        self._selected: str | None = None
        classes = list(self._classes.values())
        self._surface = BBoxWidget(
            classes=list(self._classes),
            colors=[item.color for item in classes],
            label=classes[0].name,
            view_only=read_only,
            hide_buttons=True,
        )
        self.stage = ipywidgets.VBox([self._surface])
        self.stage.add_class("aw")
        self.stage.add_class("aw-box-stage")
        self.stage.add_class(f"aw-of-{self._surface.model_id}")
        if read_only:
            self.stage.add_class("aw-box-view")
        self.panel = BoxTools(self._surface, classes, read_only)
        self.panel.on_msg(self._heard)
        super().__init__([self.stage, self.panel])
        self.add_class("aw")
        self.add_class("aw-boxes")

    def show(self, picture: Encoded, labels: Iterable[Label] = ()) -> None:
        """Show a picture with labels; what was there before is forgotten, its undo history too.

        Parameters
        ----------
        picture : Encoded
            A JPEG, PNG or WebP, as `Medium.encoded` gives it.
        labels : iterable of Label
            Bounding boxes of the ontology's classes, without key frames.

        Raises
        ------
        InvalidMedia
            A browser can't show the picture.
        InvalidInput
            A label is no bounding box, or of no bounding box class.
        """
        checked = self._checked(labels)
        self._size = shown_size(picture)
        self._surface.image_bytes = picture.data
        self._give(checked)

    @property
    def labels(self) -> list[Label]:
        """The labels as they are now; a label keeps its id and attributes through every edit."""
        return list(self._labels.values())

    def set_labels(self, labels: Iterable[Label]) -> None:
        """Show other labels on the same picture; `on_change` is not called."""
        self._give(self._checked(labels))

    @property
    def counts(self) -> dict[str, int]:
        """Class -> number of its labels, for every bounding box class."""
        counts = dict.fromkeys(self._classes, 0)
        for label in self._labels.values():
            counts[label.category] += 1
        return counts

    @property
    def selected(self) -> Label | None:
        """The selected label."""
        return self._labels.get(self._selected) if self._selected else None

    @property
    def active_class(self) -> str:
        """The class that new boxes get."""
        return str(self.panel.active[1])

    @active_class.setter
    def active_class(self, name: str) -> None:
        if name not in self._classes:
            raise NotFound.named("bounding box class", name, self._classes)
        self.panel.active = (self.panel.active[0] + 1, name)

    def select(self, label_id: str | None) -> None:
        """Select a label, or none, on the screen."""
        self.panel.send({"select": label_id})

    def set_attributes(self, label_id: str, attributes: Mapping[str, AnswerValue]) -> None:
        """Give a label other attributes; the boxes on the screen, selection and undo stay, `on_change` is called."""
        if label_id not in self._labels:
            raise NotFound.named("label", label_id, self._labels)
        self._labels[label_id] = replace(self._labels[label_id], attributes=dict(attributes))
        self._changed()

    # --- to and from the browser

    def _checked(self, labels: Iterable[Label]) -> dict[str, Label]:
        checked: dict[str, Label] = {}
        for label in as_labels(labels):
            if not isinstance(label, Label) or not isinstance(label.shape, BoundingBox):
                raise InvalidInput(
                    f"The box editor can't show {label!r:.80}: it knows bounding boxes without key frames only.",
                    hint="Keep answers beside the editor; use the canvas editor for other shapes.",
                )
            if label.category not in self._classes:
                raise NotFound.named("bounding box class", label.category, self._classes)
            if label.id in checked:
                raise InvalidInput(f"Two labels have the id {label.id!r}.")
            checked[label.id] = label
        return checked

    def _give(self, labels: dict[str, Label]) -> None:
        self._labels = labels
        self._selected = None
        self._acknowledge(number=self.panel.given["number"] + 1)

    def _acknowledge(self, *, number: int) -> None:
        # Under the same number the browser keeps what it has; a page that is loaded anew starts from this.
        height, width = self._size
        boxes = [_box(label) for label in self._labels.values()]
        self.panel.given = {"number": number, "width": width, "height": height, "boxes": boxes}

    def _heard(self, _: object, message: Any, __: object) -> None:
        if not isinstance(message, dict):
            return
        if message.get("active") in self._classes:
            self.panel.active = (self.panel.active[0], message["active"])
        # An edit of the picture before, which came late, was followed in order by the act that closed that picture.
        if "boxes" in message and message.get("number") == self.panel.given["number"] and not self.panel.read_only:
            self._take(message["boxes"])
        if "selected" in message:
            self._selected = message["selected"]
            if self._on_select is not None:
                self._on_select(self.selected)

    def _take(self, boxes: Iterable[Box]) -> None:
        taken: dict[str, Label] = {}
        for box in boxes:
            label = self._label(box)
            if label is not None and label.id not in taken:
                taken[label.id] = label
        if list(taken.items()) == list(self._labels.items()):
            return
        self._labels = taken
        self._acknowledge(number=self.panel.given["number"])
        self._changed()

    def _label(self, box: Box) -> Label | None:
        former = self._labels.get(str(box.get("id")))
        if former is not None and _box(former) == box:
            return former
        item = self._classes.get(box.get("label", ""))
        shape = clipped(box, self._size)
        if item is None or shape is None:
            return None
        if former is None:
            label_id = box.get("id")
            new = Label(item.name, shape)
            return replace(new, id=label_id) if isinstance(label_id, str) and label_id else new
        # attributes that the new class does not have would make the label invalid
        asked = {question.name for question in walk(item.attributes)}
        kept = {name: answer for name, answer in former.attributes.items() if name in asked}
        return replace(former, category=item.name, shape=shape, attributes=kept)

    def _changed(self) -> None:
        if self._on_change is not None:
            self._on_change(self.labels)


def clipped(box: Box, size: tuple[int, int]) -> BoundingBox | None:
    """The part of a box that lies in a picture, None where that has no area.

    Parameters
    ----------
    box : mapping
        With x, y, width, height in pixels.
    size : (height, width)
        Of the picture, in pixels.
    """
    sides = [box.get(name) for name in ("x", "y", "width", "height")]
    if not all(isinstance(side, (int, float)) and math.isfinite(side) for side in sides):
        return None
    x, y, width, height = map(float, sides)  # type: ignore[arg-type]
    left, top = max(x, 0.0), max(y, 0.0)
    right, bottom = min(x + width, float(size[1])), min(y + height, float(size[0]))
    try:
        return BoundingBox(left, top, right - left, bottom - top)
    except InvalidShape:
        return None


def _box(label: Label) -> dict[str, Any]:
    shape = label.shape
    assert isinstance(shape, BoundingBox)  # `_checked` let nothing else in
    return {
        "x": shape.x,
        "y": shape.y,
        "width": shape.width,
        "height": shape.height,
        "label": label.category,
        "id": label.id,
    }
