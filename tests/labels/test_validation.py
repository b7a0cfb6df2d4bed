"""Rule P4: every label fits its item, its class and its required attributes, or is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.errors import InvalidInput, InvalidLabels
from annowidgets.labels import (
    Answer,
    Bitmask,
    BoundingBox,
    Checklist,
    Keypoint,
    Label,
    Number,
    ObjectClass,
    ObjectPrimitive,
    Ontology,
    Option,
    Polygon,
    Radio,
    Skeleton,
    Text,
    find_problems,
    is_unanswered,
    require_valid,
)
from annowidgets.labels.key_frames import frames_of
from tests.labels import strategies

ONE = [(100, 200)]
MANY = [(100, 200)] * 10
BOX = BoundingBox(10, 10, 20, 20)
ONTOLOGY = Ontology(
    objects=[
        ObjectClass("RBC", shape="bounding_box"),
        ObjectClass(
            "WBC",
            shape="bounding_box",
            attributes=[
                Radio("kind", ["neutrophil", Option("lymphocyte", [Text("why", required=True)])], required=True),
                Checklist("marks", ["a", "b"]),
                Number("lobes"),
            ],
        ),
        ObjectClass("cell", shape="polygon"),
        ObjectClass("nucleus", shape="bitmask"),
        ObjectClass("nose", shape="keypoint"),
        ObjectClass("axis", shape="object_primitive", skeleton=Skeleton(["p", "q"])),
    ],
    classifications=[
        Radio("quality", ["good", Option("bad", [Text("reason", required=True)])]),
        Number("count", scope="frame"),
    ],
)
REQUIRED = Ontology(
    objects=[ObjectClass("RBC", shape="bounding_box")],
    classifications=[
        Radio(
            "focus",
            ["sharp", Option("soft", [Text("how", required=True, scope="frame")])],
            required=True,
            scope="frame",
        ),
        Text("remark", required=True),
    ],
)


def problems(labels: list[Any], sizes: Any = ONE, ontology: Ontology = ONTOLOGY, **options: Any) -> list[str]:
    return [problem.text for problem in find_problems(labels, ontology, sizes, **options)]


@given(st.data(), strategies.ontologies(), st.lists(strategies.sizes, min_size=1, max_size=4), st.booleans())
def test_labels_that_fit_their_ontology_and_item_have_no_problem(
    data: st.DataObject, ontology: Ontology, sizes: list[tuple[int, int]], interpolate: bool
) -> None:
    labels = data.draw(strategies.labels_on(ontology, sizes))
    assert find_problems(labels, ontology, sizes, interpolate=interpolate) == []
    require_valid(labels, ontology, sizes, interpolate=interpolate)


@given(strategies.label_lists(), strategies.ontologies(), st.lists(strategies.sizes, max_size=3), st.booleans())
def test_any_labels_are_judged_without_another_error(
    labels: list[Any], ontology: Ontology, sizes: list[tuple[int, int]], interpolate: bool
) -> None:
    for complete in (False, True):
        found = find_problems(labels, ontology, sizes, interpolate=interpolate, complete=complete)
        for problem in found:
            if problem.position is not None:
                label = labels[problem.position]
                assert problem.label_id == getattr(label, "id", None)
                named = label.category if isinstance(label, Label) else label.question
                assert problem.text.startswith(f"{named} (labels[{problem.position}]): ")


WRONG: list[tuple[Any, Any, str]] = [
    (Label("RBX", BOX), ONE, "no such class; classes: RBC, WBC"),
    (Label("RBC", Keypoint(1, 1)), ONE, "labelled with bounding_box, not keypoint"),
    (Label("RBC", {0: BOX, 3: Keypoint(1, 1)}), MANY, "not keypoint on frame 3"),
    (Label("RBC", BOX), MANY, "say which, as in {0: shape}"),
    (Label("RBC", {10: BOX}), MANY, "frame 10 doesn't exist, the item has 10"),
    (Label("RBC", {1: BOX}), ONE, "frame 1 doesn't exist, the item has 1"),
    (Label("RBC", {0: BOX}, until=3), MANY, "label.fill(until=...)"),
    (Label("RBC", BoundingBox(200, 0, 5, 5)), ONE, "outside the frame of 100 x 200 (height x width)"),
    (Label("RBC", {0: BOX, 4: BoundingBox(200, 0, 5, 5)}), MANY, "outside the frame on frame 4"),
    (Label("nose", Keypoint(-1, 1)), ONE, "outside the frame"),
    (Label("nucleus", Bitmask((200, 100), [0, 20_000])), ONE, "the mask is 200 x 100, the frame 100 x 200"),
    (Label("axis", ObjectPrimitive({"p": (1, 1, "visible")})), ONE, "skeleton's (q)"),
    (
        Label("axis", ObjectPrimitive({"p": (1, 1, "visible"), "q": (1, 1, "absent"), "r": (1, 1, "visible")})),
        ONE,
        "skeleton's (r)",
    ),
    (Label("RBC", BOX, {"kind": "x"}), ONE, "no attribute 'kind'; there are: none"),
    (Label("WBC", BOX), ONE, "kind must be answered"),
    (Label("WBC", BOX, {"kind": "eosinophil"}), ONE, "kind can't be 'eosinophil', options: neutrophil, lymphocyte"),
    (Label("WBC", BOX, {"kind": "lymphocyte"}), ONE, "why must be answered"),
    (Label("WBC", BOX, {"kind": "lymphocyte", "why": " \t"}), ONE, "why must be answered"),
    (Label("WBC", BOX, {"kind": "neutrophil", "why": "x"}), ONE, "why is only asked under another option"),
    (Label("WBC", BOX, {"kind": "neutrophil", "marks": "a"}), ONE, "marks takes a list of options"),
    (Label("WBC", BOX, {"kind": "neutrophil", "marks": ["a", "c"]}), ONE, "marks can't hold 'c', options: a, b"),
    (Label("WBC", BOX, {"kind": "neutrophil", "lobes": "three"}), ONE, "lobes takes a number"),
    (Label("WBC", BOX, {"kind": "lymphocyte", "why": 3}), ONE, "why takes text"),
    (
        Label("WBC", {0: BOX}, {"kind": "neutrophil"}, attributes_by_frame={2: {"kind": "x"}}),
        MANY,
        "kind can't be 'x', options: neutrophil, lymphocyte from frame 2 on",
    ),
    (
        Label("WBC", {0: BOX}, {"kind": "neutrophil"}, attributes_by_frame={2: {"kind": "lymphocyte"}}),
        MANY,
        "why must be answered from frame 2 on",
    ),
    (
        Label("WBC", {0: BOX}, {"kind": "neutrophil"}, attributes_by_frame={99: {"lobes": 3}}),
        MANY,
        "frame 99 doesn't exist",
    ),
    (Answer("qality", "good"), ONE, "no such classification; there are: quality, reason, count"),
    (Answer("quality", "fair"), ONE, "quality can't be 'fair', options: good, bad"),
    (Answer("quality", "good", frame=0), ONE, "asked once per item, so it takes no frame"),
    (Answer("count", 3), ONE, "say which, as in Answer(..., frame=0)"),
    (Answer("count", 3, 10), MANY, "frame 10 doesn't exist, the item has 10"),
    (Answer("count", 3, 0, 10), MANY, "frame 10 doesn't exist, the item has 10"),
    (Answer("count", "three", 0), ONE, "count takes a number"),
    (Answer("reason", "x"), ONE, "only asked under another option"),
]


@pytest.mark.parametrize(("label", "sizes", "says"), WRONG)
def test_each_kind_of_problem_names_the_label(label: Any, sizes: Any, says: str) -> None:
    fitting = [Label("RBC", {0: BOX}), label, Label("RBC", {0: BOX})]
    found = find_problems(fitting, ONTOLOGY, sizes)
    assert len(found) == 1
    named = label.category if isinstance(label, Label) else label.question
    assert found[0].text.startswith(f"{named} (labels[1]): ")
    assert found[0].text.endswith(".")
    assert says in found[0].text
    assert found[0].position == 1
    assert found[0].label_id == getattr(label, "id", None)


def test_all_problems_of_all_labels_are_named_at_once_in_their_order() -> None:
    labels = [label for label, sizes, _ in WRONG if sizes is ONE and label != Answer("quality", "good", frame=0)]
    with pytest.raises(InvalidLabels) as refused:
        require_valid(labels, ONTOLOGY, ONE, rule="P4")
    positions = [problem.position for problem in refused.value.problems]
    assert set(positions) - {None} == set(range(len(labels)))
    assert [p for p in positions if p is not None] == sorted(p for p in positions if p is not None)
    assert refused.value.rule == "P4"
    for label, sizes, says in WRONG:
        assert sizes is not ONE or says in str(refused.value) or label == Answer("quality", "good", frame=0)


def test_one_label_can_have_several_problems() -> None:
    label = Label("WBC", {0: Keypoint(-1, 1), 12: BOX}, {"kind": "x", "colour": "red", "why": "y"})
    texts = " ".join(problems([label], MANY))
    for says in ("not keypoint", "outside", "frame 12", "kind can't", "no attribute 'colour'", "why is only asked"):
        assert says in texts


def test_two_labels_of_one_id_are_named() -> None:
    assert problems([Label("RBC", BOX, id="a"), Label("RBC", BOX, id="a")]) == [
        "RBC (labels[1]): its id a is another label's too."
    ]


def test_what_is_no_list_of_labels_is_refused() -> None:
    for wrong in (Label("RBC", BOX), [BOX], None, "RBC", [None]):
        with pytest.raises(InvalidInput):
            find_problems(wrong, ONTOLOGY, ONE)  # type: ignore[arg-type]


def test_a_draft_may_leave_required_questions_open_and_nothing_else() -> None:
    labels = [Label("WBC", BOX), Label("WBC", BOX, {"kind": "lymphocyte"}), Label("RBC", {0: BOX})]
    assert len(problems(labels)) == 2
    assert problems(labels, complete=False) == []
    assert problems([Label("WBC", BOX, {"kind": "x"})], complete=False) == [
        "WBC (labels[0]): kind can't be 'x', options: neutrophil, lymphocyte."
    ]


def test_an_override_at_the_first_frame_answers_a_required_question() -> None:
    answered = Label("WBC", {2: BOX, 9: BOX}, attributes_by_frame={2: {"kind": "neutrophil"}})
    assert problems([answered], MANY, interpolate=True) == []
    late = Label("WBC", {2: BOX, 9: BOX}, attributes_by_frame={5: {"kind": "neutrophil"}})
    assert problems([late], MANY, interpolate=True) == ["WBC (labels[0]): kind must be answered."]


def test_an_override_that_leaves_a_branch_need_not_take_its_answers_back() -> None:
    label = Label(
        "WBC", {0: BOX, 9: BOX}, {"kind": "lymphocyte", "why": "x"}, attributes_by_frame={5: {"kind": "neutrophil"}}
    )
    assert problems([label], MANY, interpolate=True) == []


def test_until_holds_only_where_frames_follow_each_other() -> None:
    label = Label("RBC", {0: BOX}, until=9)
    assert problems([label], MANY, interpolate=True) == []
    assert len(problems([label], MANY, interpolate=False)) == 1
    assert problems([Label("RBC", {0: BOX}, until=10)], MANY, interpolate=True) == [
        "RBC (labels[0]): frame 10 doesn't exist, the item has 10."
    ]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([Answer("quality", "good")], []),
        ([], []),
        ([Answer("quality", "bad"), Answer("reason", "dark")], []),
        ([Answer("quality", "bad")], ["reason: it must be answered."]),
        (
            [Answer("quality", "good"), Answer("reason", "dark")],
            ["reason (labels[1]): it is only asked under another option."],
        ),
        (
            [Answer("quality", "good"), Answer("quality", "bad")],
            ["quality (labels[1]): labels[0] answers it already."],
        ),
    ],
)
def test_nested_classifications_are_asked_where_their_option_is_chosen(
    answers: list[Answer], expected: list[str]
) -> None:
    assert problems(answers) == expected


REMARK = Answer("remark", "fine")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([REMARK], []),
        ([], ["remark: it must be answered."]),
        ([REMARK, Answer("remark", " ")], ["remark (labels[1]): labels[0] answers it already."]),
        ([Answer("remark", " ")], ["remark: it must be answered."]),
        ([REMARK, Label("RBC", {3: BOX})], ["focus: it must be answered on frame 3."]),
        ([REMARK, Label("RBC", {3: BOX}), Answer("focus", "sharp", 3)], []),
        ([REMARK, Label("RBC", {3: BOX}), Answer("focus", "sharp", 4)], ["focus: it must be answered on frame 3."]),
        ([REMARK, Label("RBC", {1: BOX, 3: BOX}, until=5)], ["focus: it must be answered on frames 1 to 5."]),
        (
            [REMARK, Label("RBC", {0: BOX, 2: None, 6: BOX}, until=8), Answer("focus", "sharp", 7)],
            ["focus: it must be answered on frames 0 to 1, 6, 8."],
        ),
        ([REMARK, Label("RBC", {1: BOX, 3: BOX}), Answer("focus", "sharp", 0, 9)], []),
        ([REMARK, Label("RBC", {3: BOX}), Answer("focus", "soft", 3)], ["how: it must be answered on frame 3."]),
        ([REMARK, Answer("focus", "soft", 3)], []),
        (
            [REMARK, Answer("focus", "sharp", 0, 9), Answer("how", "x", 2, 4)],
            ["how (labels[2]): it is only asked under another option on frames 2 to 4."],
        ),
        (
            [REMARK, Answer("focus", "sharp", 0, 4), Answer("focus", "soft", 3, 9), Answer("how", "x", 5, 9)],
            ["focus (labels[2]): labels[1] answers it already on frames 3 to 4."],
        ),
    ],
)
def test_a_required_frame_question_is_answered_on_each_frame_that_carries_an_object(
    labels: list[Any], expected: list[str]
) -> None:
    assert problems(labels, MANY, REQUIRED, interpolate=True) == expected


def test_on_an_item_of_one_frame_the_frame_is_not_mentioned() -> None:
    assert problems([REMARK, Label("RBC", BOX)], ONE, REQUIRED) == ["focus: it must be answered."]
    assert problems([REMARK, Label("RBC", BOX), Answer("focus", "sharp", 0)], ONE, REQUIRED) == []


@given(strategies.labels().filter(lambda label: bool(label.key_frames)), st.booleans())
def test_answers_on_exactly_the_frames_that_carry_an_object_are_enough(label: Label, interpolate: bool) -> None:
    sizes = [(100, 100)] * 50
    carried = [frame for frames in frames_of(label, interpolate=interpolate) for frame in frames if frame < 50]
    answers = [Answer("focus", "sharp", frame) for frame in carried]

    def is_open(answers: list[Answer]) -> bool:
        found = problems([REMARK, label, *answers], sizes, REQUIRED, interpolate=interpolate)
        return any(text.startswith("focus: it must be answered") for text in found)

    assert not is_open(answers)
    assert is_open(answers[1:]) == bool(carried)


def test_a_label_that_claims_to_last_for_ever_costs_no_more_than_the_item_is_long() -> None:
    far = 2**53 - 1
    labels = [
        REMARK,
        Label("RBC", {0: BOX, far - 1: BOX}, until=far),
        Answer("focus", "sharp", 0, far),
    ]
    found = problems(labels, MANY, REQUIRED, interpolate=True)
    assert len(found) == 3
    assert all(str(far) in text or str(far - 1) in text for text in found)


def test_many_separate_frames_are_counted_not_listed() -> None:
    sizes = [(100, 200)] * 1_000
    label = Label("RBC", dict.fromkeys(range(0, 1_000, 2), BOX))
    (text,) = problems([REMARK, label], sizes, REQUIRED)
    assert text == "focus: it must be answered on frames 0, 2, 4, 6, 8, 10, 12, 14, 16, 18 and 490 more runs."


@pytest.mark.parametrize(
    ("value", "unanswered"),
    [(None, True), ("", True), (" \n", True), ((), True), ("x", False), (("a",), False), (0, False), (0.0, False)],
)
def test_none_white_space_and_an_empty_checklist_are_no_answer(value: Any, unanswered: bool) -> None:
    assert is_unanswered(value) is unanswered


def test_a_polygon_over_the_edge_fits() -> None:
    assert problems([Label("cell", Polygon([(-10, -10), (40, -10), (-10, 30)]))]) == []
