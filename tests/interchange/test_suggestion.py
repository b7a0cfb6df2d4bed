from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from annowidgets.interchange.suggestion import suggest_ontology
from annowidgets.labels import (
    Answer,
    BoundingBox,
    Checklist,
    Keypoint,
    Label,
    Number,
    ObjectPrimitive,
    Radio,
    Text,
    find_problems,
)
from tests.labels import strategies

BOX = BoundingBox(1, 2, 3, 4)


def question_for(*values: Any) -> Any:
    ontology = suggest_ontology([Label("a", BOX, {"q": value}) for value in values])
    assert ontology is not None
    return ontology.objects[0].attributes[0]


def test_values_choose_the_question() -> None:
    assert question_for("x", "y", "x") == Radio("q", ["x", "y"])
    assert question_for("no") == question_for("yes") == Radio("q", ["no", "yes"])
    assert question_for(1, 2.5) == Number("q")
    assert question_for(("b",), ("a", "b")) == Checklist("q", ["a", "b"])
    assert question_for(*map(str, range(13))) == Text("q")
    assert question_for("two\nlines") == question_for("x", 1) == question_for("x", ("y",)) == Text("q")


def test_a_class_gets_its_most_frequent_shape_and_a_primitive_its_points() -> None:
    ontology = suggest_ontology([Label("a", BOX), Label("a", BOX), Label("a", Keypoint(1, 1))])
    assert ontology is not None
    assert ontology.objects[0].shape == "bounding_box"
    primitive = ObjectPrimitive({"p": (1, 1, "visible"), "q": (2, 2, "absent")})
    ontology = suggest_ontology([Label("a", primitive)])
    assert ontology is not None
    assert ontology.objects[0].skeleton is not None
    assert ontology.objects[0].skeleton.points == ("p", "q")


def test_answers_become_classifications_of_the_item_or_of_frames() -> None:
    ontology = suggest_ontology([Answer("quality", "good"), Answer("count", 3, 0), Answer("count", 4, 1)])
    assert ontology is not None
    assert ontology.classifications == (Number("count", scope="frame"), Radio("quality", ["good"]))


def test_without_labels_there_is_nothing_to_suggest() -> None:
    assert suggest_ontology([]) is None


@given(
    st.lists(
        st.builds(
            Label,
            strategies.names,
            st.just(BOX),
            st.dictionaries(strategies.names, st.sampled_from(["x", "y z", "no", "many\nlines"]), max_size=3),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_labels_fit_the_ontology_that_they_suggest(labels: list[Label]) -> None:
    ontology = suggest_ontology(labels)
    assert ontology is not None
    assert find_problems(labels, ontology, [(20, 20)]) == []
