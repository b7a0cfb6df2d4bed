"""Ontology, labels, answers and settings show themselves in a notebook, and no text of a user becomes markup."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pytest

import annowidgets as aw

HOSTILE = '<script>alert("x")</script>'


class Reader(HTMLParser):
    """What a browser makes of markup: its elements and its text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


def test_an_ontology_shows_its_classes_with_attributes_and_its_questions() -> None:
    ontology = aw.Ontology(
        objects=[
            aw.ObjectClass(HOSTILE, shape="bounding_box", attributes=[aw.Radio("kind", ["long", HOSTILE])]),
            aw.ObjectClass("nose", shape="keypoint"),
        ],
        classifications=[aw.Checklist("defects", ["dust", "blur"], required=True, scope="frame"), aw.Number("count")],
    )
    read = Reader(ontology._repr_html_())
    assert read.tags == {"table", "thead", "tbody", "tr", "th", "td", "span"}
    assert {HOSTILE, "bounding box", f"kind: long, {HOSTILE}", "nose", "keypoint"} <= set(read.words)
    assert {"defects", "dust, blur (required)", "frame", "count", "number", "item"} <= set(read.words)
    assert (
        Reader(aw.Ontology(objects=[aw.ObjectClass("a", shape="keypoint")])._repr_html_()).words.count("question") == 0
    )


SQUARE = aw.Polygon([[(0, 0), (9, 0), (9, 9)], [(1, 1), (3, 1), (3, 3)]])


@pytest.mark.parametrize(
    ("label", "told"),
    [
        (aw.Label("RBC", aw.BoundingBox(1, 2, 3.5, 4)), "RBC · bounding box, x 1, y 2, width 3.5, height 4"),
        (
            aw.Label(HOSTILE, SQUARE, attributes={HOSTILE: HOSTILE}),
            f"{HOSTILE} · polygon, 6 points · {HOSTILE}: {HOSTILE}",
        ),
        (
            aw.Label("RBC", aw.Polyline([(0, 0), (3, 3)]), attributes={"l": ["a", "b"]}),
            "RBC · polyline, 2 points · l: a, b",
        ),
        (aw.Label("RBC", aw.Bitmask.from_array(np.eye(6, 8, dtype=bool))), "RBC · bitmask, 8 x 6 px"),
        (aw.Label("RBC", aw.ObjectPrimitive({"a": (1, 2, "visible")})), "RBC · object primitive, 1 points"),
        (
            aw.Label("RBC", {2: aw.Keypoint(1, 2), 4: None, 8: aw.Keypoint(3, 4)}, until=12),
            "RBC · keypoint, x 1, y 2 at first; key frames 2, 4, 8, held until 12",
        ),
        (aw.Answer("count", 3, frame=2, until=5), "count: 3 · frame 2 to 5"),
        (aw.Answer(HOSTILE, [HOSTILE, "b"]), f"{HOSTILE}: {HOSTILE}, b"),
    ],
)
def test_a_label_tells_its_class_shape_frames_and_answers(label: aw.Label | aw.Answer, told: str) -> None:
    read = Reader(label._repr_html_())
    assert read.tags <= {"b"}
    assert " ".join("".join(f" {word}" for word in read.words).split()) == told


def test_settings_show_each_value() -> None:
    read = Reader(
        aw.Requirements(languages={"en": "C1"}, tags=["a", HOSTILE], min_instruction_seconds=90)._repr_html_()
    )
    assert read.tags == {"table", "thead", "tbody", "tr", "th", "td"}
    cells = [word for word in read.words if word]
    assert cells == [
        *("setting", "value", "languages", "en C1", "tags", f"a, {HOSTILE}"),
        *("min_instruction_seconds", "90", "training"),
    ]
    policy = Reader(aw.CalibrationPolicy(min_score=75)._repr_html_()).words
    assert policy[policy.index("min_score") + 1 :][:1] == ["75"]
    assert policy[policy.index("allow_self_review") + 1 :][:1] == ["no"]
