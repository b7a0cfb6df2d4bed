"""The plain box editor, as the kernel sees it: messages in, labels out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from annowidgets.errors import InvalidInput, InvalidMedia, NotFound
from annowidgets.labels import BoundingBox, Keypoint, Label, ObjectClass, Ontology, Radio
from annowidgets.media import Encoded
from annowidgets.widgets.boxes import BoxEditor, clipped
from annowidgets.widgets.encoded import shown_size
from tests.widgets.pictures import encoded

ONTOLOGY = Ontology(
    objects=[
        ObjectClass("RBC", shape="bounding_box", attributes=[Radio("kind", ["round", "odd"])]),
        ObjectClass("nose", shape="keypoint"),
        ObjectClass("WBC", shape="bounding_box"),
    ]
)


class Opened:
    """An editor with a picture of 64 x 48 pixels, and what it reported."""

    def __init__(self, *labels: Label, **options: Any) -> None:
        self.changes: list[list[Label]] = []
        self.editor = BoxEditor(ONTOLOGY, on_change=self.changes.append, **options)
        self.editor.show(encoded(), labels)

    def hear(self, *boxes: dict[str, Any], number: int | None = None) -> None:
        """Receive what the browser sends after a gesture."""
        given = self.editor.panel.given["number"] if number is None else number
        self.editor._heard(None, {"number": given, "boxes": list(boxes)}, None)

    @property
    def sent(self) -> list[dict[str, Any]]:
        """The boxes that a page would start from."""
        return list(self.editor.panel.given["boxes"])


def box(x: float, y: float, width: float, height: float, label: str = "RBC", id: str = "n1") -> dict[str, Any]:
    return {"x": x, "y": y, "width": width, "height": height, "label": label, "id": id}


def test_a_new_box_becomes_a_label_with_the_id_that_the_browser_gave_it() -> None:
    opened = Opened()
    opened.hear(box(3, 4, 10, 20))
    (label,) = opened.editor.labels
    assert (label.id, label) == ("n1", Label("RBC", BoundingBox(3, 4, 10, 20)))
    assert opened.changes == [[label]]
    assert opened.editor.counts == {"RBC": 1, "WBC": 0}
    assert opened.sent == [box(3, 4, 10, 20)]


def test_labels_keep_ids_and_attributes_and_untouched_ones_stay_the_very_same() -> None:
    moved = Label("RBC", BoundingBox(1, 2, 3, 4), attributes={"kind": "odd"}, id="a")
    outside = Label("WBC", BoundingBox(-5.25, 2, 30, 4), id="b")
    opened = Opened(moved, outside)
    first, second = opened.sent
    opened.hear({**first, "x": 7}, second)
    assert opened.editor.labels == [Label("RBC", BoundingBox(7, 2, 3, 4), attributes={"kind": "odd"}), outside]
    assert [label.id for label in opened.editor.labels] == ["a", "b"]
    assert opened.editor.labels[1] is outside


def test_attributes_that_the_new_class_does_not_ask_go_with_the_old_class() -> None:
    opened = Opened(Label("RBC", BoundingBox(1, 2, 3, 4), attributes={"kind": "odd"}, id="a"))
    opened.hear({**opened.sent[0], "label": "WBC"})
    assert opened.editor.labels == [Label("WBC", BoundingBox(1, 2, 3, 4))]


def test_boxes_without_area_in_the_picture_unknown_classes_and_repeated_ids_make_no_label() -> None:
    opened = Opened()
    opened.hear(
        box(3, 4, 0, 0),
        box(100, 4, 5, 5, id="out"),
        box(3, 4, 5, 5, label="nose", id="class"),
        box(float("nan"), 4, 5, 5, id="nan"),
        {"label": "RBC", "id": "no sides"},
        box(60, 40, 50, 50, id="cut"),
        box(1, 1, 5, 5, id="cut"),
    )
    assert opened.editor.labels == [Label("RBC", BoundingBox(60, 40, 4, 8))]


def test_what_changes_nothing_is_not_reported() -> None:
    opened = Opened(Label("RBC", BoundingBox(1, 2, 3, 4)))
    opened.hear(*opened.sent)
    assert opened.changes == []


def test_a_late_message_about_the_last_picture_does_not_touch_the_next() -> None:
    opened = Opened(Label("RBC", BoundingBox(1, 2, 3, 4), id="a"))
    number = opened.editor.panel.given["number"]
    opened.editor.show(encoded(), [Label("WBC", BoundingBox(5, 5, 5, 5), id="b")])
    opened.hear(number=number)
    opened.hear(box(9, 9, 9, 9), number=number)
    assert [label.id for label in opened.editor.labels] == ["b"]
    assert opened.changes == []


def test_a_read_only_editor_takes_no_boxes() -> None:
    opened = Opened(Label("RBC", BoundingBox(1, 2, 3, 4), id="a"), read_only=True)
    opened.hear()
    assert [label.id for label in opened.editor.labels] == ["a"]


def test_labels_and_attributes_can_be_set_by_program() -> None:
    opened = Opened(Label("RBC", BoundingBox(1, 2, 3, 4), id="a"))
    number = opened.editor.panel.given["number"]
    opened.editor.set_attributes("a", {"kind": "odd"})
    assert opened.changes == [[Label("RBC", BoundingBox(1, 2, 3, 4), attributes={"kind": "odd"})]]
    assert opened.editor.panel.given["number"] == number  # the page keeps its undo
    opened.editor.set_labels([])
    assert opened.editor.labels == []
    assert opened.editor.panel.given["number"] == number + 1
    with pytest.raises(NotFound, match="'b'"):
        opened.editor.set_attributes("b", {})


def test_selection_and_chosen_class_follow_the_page() -> None:
    selected: list[Label | None] = []
    opened = Opened(Label("RBC", BoundingBox(1, 2, 3, 4), id="a"), on_select=selected.append)
    opened.editor._heard(None, {"selected": "a"}, None)
    assert opened.editor.selected is opened.editor.labels[0]
    opened.editor._heard(None, {"selected": None}, None)
    assert [label and label.id for label in selected] == ["a", None]
    opened.editor._heard(None, {"active": "WBC"}, None)
    opened.editor._heard(None, {"active": "nose"}, None)
    opened.editor._heard(None, "nonsense", None)
    assert opened.editor.active_class == "WBC"
    with pytest.raises(NotFound, match="'nose'"):
        opened.editor.active_class = "nose"


def test_what_the_editor_cannot_show_is_refused_by_name_and_changes_nothing() -> None:
    opened = Opened(Label("RBC", BoundingBox(1, 2, 3, 4), id="a"))
    for labels, error, said in (
        ([Label("nose", Keypoint(1, 1))], InvalidInput, "bounding boxes without key frames"),
        ([Label("RBC", {0: BoundingBox(1, 2, 3, 4)})], InvalidInput, "bounding boxes without key frames"),
        ([Label("CBC", BoundingBox(1, 2, 3, 4))], NotFound, "Closest: 'WBC', 'RBC'"),
        ([Label("RBC", BoundingBox(1, 2, 3, 4), id="b")] * 2, InvalidInput, "Two labels have the id 'b'"),
    ):
        with pytest.raises(error, match=said):
            opened.editor.show(encoded(8, 8), labels)
    with pytest.raises(InvalidMedia, match="no whole PNG"):
        opened.editor.show(Encoded(encoded().data[:-40], "image/png"))
    assert [label.id for label in opened.editor.labels] == ["a"]
    with pytest.raises(InvalidInput, match="no bounding box class"):
        BoxEditor(Ontology(objects=[ObjectClass("nose", shape="keypoint")]))


sides = st.floats(-100, 200)


@given(sides, sides, st.floats(0, 200), st.floats(0, 200))
def test_a_clipped_box_is_what_both_the_box_and_the_picture_hold(
    x: float, y: float, width: float, height: float
) -> None:
    cut = clipped({"x": x, "y": y, "width": width, "height": height}, (48, 64))
    if cut is None:
        across, down = min(x + width, 64) - max(x, 0), min(y + height, 48) - max(y, 0)
        assert across <= 0 or down <= 0 or across * down < 1e-12
        return
    expected = (max(x, 0), max(y, 0), min(x + width, 64), min(y + height, 48))
    assert cut.bounds() == pytest.approx(expected, abs=1e-9)


def test_the_size_of_a_picture_is_the_one_that_a_browser_shows() -> None:
    assert shown_size(encoded(64, 48)) == (48, 64)
    assert shown_size(encoded(64, 48, "WEBP")) == (48, 64)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert shown_size(encoded(64, 48, "JPEG", exif=exif)) == (64, 48)


def test_a_picture_that_a_browser_cannot_show_is_refused() -> None:
    with pytest.raises(InvalidMedia, match="image/tiff"):
        shown_size(Encoded(b"II*\x00", "image/tiff"))
    with pytest.raises(InvalidMedia, match="no whole JPEG"):
        shown_size(Encoded(encoded().data, "image/jpeg"))
    with pytest.raises(InvalidMedia, match="no whole WEBP"):
        shown_size(Encoded(b"", "image/webp"))
