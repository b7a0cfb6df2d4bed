"""What becomes of labels on one frame and on many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.benchmark import Measurements, TaskLabels, measure, measure_many, similarity
from annowidgets.benchmark.answers import plain_text
from annowidgets.errors import InvalidInput, InvalidOntology, NotFound, Notice
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
    Polyline,
    Radio,
    RotatableBoundingBox,
    Text,
)
from tests.benchmark.strategies import FRAME, SIDE, labels, ontology, whole_boxes

names = Ontology(
    objects=[
        ObjectClass("cell", shape="bounding_box", attributes=[Radio("kind", ["a", "b"]), Number("age", tolerance=2)])
    ],
    classifications=[
        Radio("stain", ["good", Option("bad", [Text("why"), Radio("how", ["much", "little"])])]),
        Checklist("defects", ["dust", "scratch", "blur"]),
        Number("count", tolerance=1, scope="frame"),
        Radio("phase", ["on", Option("off", [Text("cause", scope="frame")])], scope="frame"),
    ],
)


def measured(benchmark: list[Any], trainee: list[Any], **settings: Any) -> list[dict[str, Any]]:
    frame = measure(benchmark, trainee, ontology=names, **{"frame_size": (100, 100), **settings}).to_frame()
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def box(x: float, y: float = 10) -> BoundingBox:
    return BoundingBox(x, y, 20, 20)


def test_a_pair_what_is_missing_and_what_is_extra_are_told_in_columns() -> None:
    gold = [Label("cell", box(0), id="g0", attributes={"kind": "a"}), Label("cell", box(50), id="g1")]
    drawn = [Label("cell", box(75), id="t0"), Label("cell", box(10), id="t1", attributes={"kind": "b"})]
    matched, missing, extra = measured(gold, drawn)
    assert matched == {
        "measurement_id": 0,
        "task": 0,
        "frame": 0,
        "kind": "matched",
        "family": "region",
        "benchmark_label": "g0",
        "trainee_label": "t1",
        "benchmark_shape": "bounding_box",
        "trainee_shape": "bounding_box",
        "benchmark_category": "cell",
        "trainee_category": "cell",
        "question": None,
        "similarity": pytest.approx(1 / 3),
        "attribute_agreement": 0.0,
    }
    assert (missing["kind"], missing["benchmark_label"], missing["trainee_label"]) == ("missing", "g1", None)
    assert (extra["kind"], extra["benchmark_label"], extra["trainee_label"]) == ("extra", None, "t0")
    assert missing["trainee_category"] is missing["similarity"] is extra["benchmark_shape"] is None


def test_objects_live_between_key_frames_where_frames_follow_each_other() -> None:
    gold = [Label("cell", {2: box(0), 6: box(40), 8: None})]
    drawn = [Label("cell", {2: box(0), 4: box(20)}, until=9)]
    rows = measured(gold, drawn)
    told = [(row["frame"], row["kind"]) for row in rows]
    assert told[:4] == [(frame, "matched") for frame in (2, 3, 4, 5)]
    # On frames 6 and 7 the two lie side by side; on 8 the benchmark's is outside.
    assert sorted(told[4:]) == [(6, "extra"), (6, "missing"), (7, "extra"), (7, "missing"), (8, "extra"), (9, "extra")]
    assert [row["similarity"] for row in rows[:3]] == [pytest.approx(1)] * 3
    assert rows[3]["similarity"] == pytest.approx(similarity(box(30), box(20), frame_size=(100, 100)))


def test_shapes_stand_on_their_own_frames_where_frames_do_not_follow_each_other() -> None:
    gold = [Label("cell", {2: box(0), 6: box(40)})]
    rows = measured(gold, gold, interpolate=False)
    assert [(row["frame"], row["similarity"]) for row in rows] == [(2, 1.0), (6, 1.0)]
    with pytest.raises(InvalidInput, match=r"until has no meaning.*fill\(until="):
        measured([Label("cell", {2: box(0)}, until=4)], [], interpolate=False)


def test_a_shape_that_is_interpolated_out_of_the_frame_gives_no_row_there() -> None:
    # One corner reaches in at first, another one at last; half way neither does.
    reaching_in = [Polygon([(5, 5), (-50, 8), (-50, 9)]), Polygon([(-50, 5), (5, 8), (-50, 9)])]
    swinging = Label("cell", {0: reaching_in[0], 4: reaching_in[1]})
    assert [row["frame"] for row in measured([swinging], [])] == [0, 4]
    held = Label("cell", {0: Keypoint(1, 1), 2: Keypoint(99, 99)})
    rows = measured([held], [], frame_size=[(100, 100), (10, 10), (100, 100)])
    assert [row["frame"] for row in rows] == [0, 2]


def test_a_shape_that_somebody_drew_outside_the_frame_is_refused_on_its_frame() -> None:
    leaving = Label("cell", {0: box(10), 2: BoundingBox(115, 10, 10, 10), 4: box(10)})
    with pytest.raises(InvalidInput, match=r"benchmark label 0 \(cell\), frame 2, lies outside the frame of 100 x 100"):
        measured([leaving], [])


def test_each_frame_may_have_its_own_size() -> None:
    wide = Label("cell", {0: BoundingBox(0, 0, 30, 10), 1: BoundingBox(0, 0, 30, 10)})
    narrow = Label("cell", {0: BoundingBox(0, 0, 20, 10), 1: BoundingBox(0, 0, 20, 10)})
    rows = measured([wide], [narrow], frame_size=[(50, 50), (20, 20)], interpolate=False)
    assert [row["similarity"] for row in rows] == [pytest.approx(2 / 3), 1.0]


def test_attributes_may_change_from_a_frame_on() -> None:
    gold = Label("cell", {0: box(0)}, until=3, attributes={"kind": "a"}, attributes_by_frame={2: {"kind": "b"}})
    drawn = Label("cell", {0: box(0)}, until=3, attributes={"kind": "a"})
    assert [row["attribute_agreement"] for row in measured([gold], [drawn])] == [1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize("neighbours", [[], [Label("cell", {0: box(60)})]])
def test_attributes_from_frame_0_on_are_those_of_a_bare_shape_too(neighbours: list[Label]) -> None:
    gold = Label("cell", box(0), attributes={"kind": "b"}, attributes_by_frame={0: {"kind": "a"}, 1: {"kind": "b"}})
    drawn = Label("cell", box(0), attributes={"kind": "a"})
    for sides in (([gold, *neighbours], [drawn]), ([drawn], [gold, *neighbours])):
        assert measured(*sides)[0]["attribute_agreement"] == 1.0


branching = Ontology(
    objects=[
        ObjectClass(name, shape="bounding_box", attributes=[Radio("k", [Option("x", [Text("w")]), "y"])])
        for name in ("a", "b")
    ]
)


@pytest.mark.parametrize("stray", [{"w": "hi"}, {"k": "", "w": "hi"}])
@pytest.mark.parametrize("category", ["a", "b"])
def test_attributes_under_a_branch_that_nobody_took_are_no_answers(stray: dict[str, Any], category: str) -> None:
    plain, odd = Label("a", box(0)), Label(category, box(0), attributes=stray)
    for sides in (([plain], [odd]), ([odd], [plain])):
        found = measure(*sides, ontology=branching, frame_size=FRAME).attribute_agreement
        assert np.isnan(found).all()


def test_stale_attributes_of_the_trainee_under_the_benchmarks_branch_do_not_count() -> None:
    gold = [Label("a", box(0), attributes={"k": "x", "w": "hi"})]
    stale = [Label("a", box(0), attributes={"k": "y", "w": "hi"})]
    assert measure(gold, stale, ontology=branching, frame_size=FRAME).attribute_agreement.tolist() == [0.0]


@pytest.mark.parametrize(
    ("benchmark", "trainee", "expected"),
    [
        ({}, {}, None),
        ({"kind": "a"}, {"kind": "a"}, 1.0),
        ({"kind": "a", "age": 10}, {"kind": "a", "age": 12}, 1.0),
        ({"kind": "a", "age": 10}, {"kind": "a", "age": 12.1}, 0.5),
        ({"kind": "a", "age": 10}, {"kind": "b"}, 0.0),
        ({"kind": "a"}, {"age": 3}, 0.0),
        ({"kind": ""}, {"kind": "  "}, None),
    ],
)
def test_attribute_agreement_is_the_mean_over_what_either_side_answered(
    benchmark: dict[str, Any], trainee: dict[str, Any], expected: float | None
) -> None:
    row = measured([Label("cell", box(0), attributes=benchmark)], [Label("cell", box(0), attributes=trainee)])[0]
    assert row["attribute_agreement"] == expected


def test_attributes_of_different_classes_agree_in_nothing_and_in_none_where_none_is_answered() -> None:
    for answered, expected in (({"age": "young"}, 0.0), ({}, np.nan)):
        sides = [[Label(name, box(0), attributes=answered)] for name in ("cat", "dog")]
        found = measure(*sides, ontology=ontology, frame_size=FRAME).attribute_agreement
        np.testing.assert_equal(found, [expected])


def answers(rows: list[dict[str, Any]]) -> dict[Any, Any]:
    return {
        row["question"] if row["frame"] is None else (row["question"], row["frame"]): (row["kind"], row["similarity"])
        for row in rows
    }


def test_nested_questions_count_where_the_benchmark_took_their_branch() -> None:
    gold = [Answer("stain", "bad"), Answer("why", "Too  Pale"), Answer("how", "much")]
    same = measured(gold, [Answer("stain", "bad"), Answer("why", "too pale"), Answer("how", "little")])
    assert answers(same) == {"stain": ("matched", 1.0), "why": ("matched", 1.0), "how": ("matched", 0.0)}
    other_branch = measured(gold, [Answer("stain", "good")])
    assert answers(other_branch) == {
        "stain": ("matched", 0.0), "why": ("missing", None), "how": ("missing", None)
    }  # fmt: skip
    stray = measured([Answer("stain", "good")], gold)
    assert answers(stray) == {"stain": ("matched", 0.0)}
    unasked = measured([], gold)
    assert answers(unasked) == {"stain": ("extra", None)}
    one_sided = measured([Answer("stain", "bad")], gold)
    assert answers(one_sided) == {"stain": ("matched", 1.0), "why": ("extra", None), "how": ("extra", None)}


def test_stale_answers_of_the_trainee_under_the_benchmarks_branch_do_not_count() -> None:
    gold = [Answer("stain", "bad"), Answer("why", "pale"), Answer("how", "much")]
    stale = [Answer("stain", "good"), Answer("why", "pale"), Answer("how", "much")]
    assert answers(measured(gold, stale)) == {
        "stain": ("matched", 0.0), "why": ("missing", None), "how": ("missing", None)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "agreed"),
    [
        ("Caf\u00e9", "cafe\u0301", 1.0),
        ("Stra\u00dfe", "STRASSE", 1.0),
        ("\u0130\u0307", "i\u0307\u0307", 1.0),
        (" a\t b\n", "A b", 1.0),
        ("a b", "ab", 0.0),
        ("cafe", "caf\u00e9", 0.0),
    ],
)
def test_texts_agree_up_to_composition_case_and_white_space(one: str, other: str, agreed: float) -> None:
    sides = [[Answer("stain", "bad"), Answer("why", text)] for text in (one, other)]
    assert answers(measured(*sides))["why"] == ("matched", agreed)
    assert plain_text(one).casefold() == plain_text(one)


def test_text_is_composed_before_it_is_compared() -> None:
    # Labels compose their texts, too; what compares them must not rely on that.
    assert plain_text("cafe\u0301") == plain_text("caf\u00e9") != plain_text("cafe")


def test_a_frame_question_gives_a_row_per_frame() -> None:
    gold = [Answer("count", 3, frame=0, until=3), Answer("phase", "off", frame=1), Answer("cause", "x", frame=1)]
    drawn = [Answer("count", 4, frame=1), Answer("count", 5, frame=2, until=4), Answer("phase", "off", frame=2)]
    assert answers(measured(gold, drawn)) == {
        ("count", 0): ("missing", None),
        ("count", 1): ("matched", 1.0),
        ("count", 2): ("matched", 0.0),
        ("count", 3): ("matched", 0.0),
        ("count", 4): ("extra", None),
        ("phase", 1): ("missing", None),
        ("cause", 1): ("missing", None),
        ("phase", 2): ("extra", None),
    }


def test_answers_stand_beside_objects_with_the_question_as_their_category() -> None:
    rows = measured([Label("cell", box(0)), Answer("stain", "good")], [Answer("stain", "good")])
    assert [(row["family"], row["kind"]) for row in rows] == [("region", "missing"), ("question", "matched")]
    assert rows[1]["benchmark_category"] == rows[1]["trainee_category"] == rows[1]["question"] == "stain"
    assert rows[1]["frame"] is rows[1]["benchmark_label"] is rows[1]["benchmark_shape"] is None


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (BoundingBox(100, 0, 10, 10), "lies outside the frame of 100 x 50"),
        (Keypoint(-1, 5), "lies outside"),
        (Polyline([(-9, -1), (-1, -9)]), "lies outside"),
        (Polygon([(60, 0), (70, 0), (60, 10)]), "lies outside"),
        (RotatableBoundingBox(60, 50, 5, 5, 10), "lies outside"),
        (ObjectPrimitive({"a": (60, 1, "visible"), "b": (10, 10, "absent")}), "lies outside"),
        (Bitmask.from_array(np.ones((99, 50), bool)), "is a mask of 99 x 50, the frame 100 x 50"),
    ],
)
def test_a_shape_that_is_not_on_its_frame_is_refused_by_name(shape: Any, message: str) -> None:
    for sides, name in ((([], [Label("cell", shape)]), "trainee"), (([Label("cell", shape)], []), "benchmark")):
        with pytest.raises(InvalidInput, match=rf"Task 0, {name} label 0 \(cell\), frame 0, {message}"):
            measured(*sides, frame_size=(100, 50))
    with pytest.raises(InvalidInput, match=message):
        similarity(shape, shape, frame_size=(100, 50))


def test_a_frame_size_that_looks_swapped_is_said() -> None:
    with pytest.raises(InvalidInput, match=r"did you mean \(50, 100\)"):
        measured([Label("cell", BoundingBox(60, 10, 10, 10))], [], frame_size=(100, 50))
    with pytest.raises(InvalidInput, match=r"did you mean \(50, 100\)"):
        measured([Label("cell", Bitmask.from_array(np.ones((50, 100), bool)))], [], frame_size=(100, 50))
    with pytest.warns(Notice, match=r"if these changed places"):
        measured([Label("cell", BoundingBox(30, 10, 60, 10))], [], frame_size=(100, 50))


def test_a_bare_shape_on_an_item_of_several_frames_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"several frames.*\{0: shape\}"):
        measured([Label("cell", box(0))], [], frame_size=[(100, 100)] * 2)
    assert len(measured([Label("cell", box(0))], [], frame_size=[(100, 100)])) == 1


@pytest.mark.parametrize(
    ("labels_given", "error", "message"),
    [
        ([Label("cel", box(0))], NotFound, "Task 0, trainee label 0 .cel.: No object class 'cel'.* Closest: 'cell'"),
        (
            [Label("cell", {0: box(0)}, attributes={"kin": "a"})],
            NotFound,
            "0 .cell.: No attribute of 'cell' 'kin'.* 'kind'",
        ),
        ([Answer("stian", "good")], NotFound, "label 0 .stian.: No classification 'stian'.* 'stain'"),
        ([Answer("stain", "good")] * 2, InvalidInput, "is answered twice"),
        ([Answer("count", 1, frame=2), Answer("count", 1, frame=0, until=3)], InvalidInput, "twice on frame 2"),
        ([Answer("stain", "good", frame=0)], InvalidInput, "asked once per item"),
        ([Answer("count", 1)], InvalidInput, "asked of every frame.* frame=0"),
        ([Answer("defects", "dust")], InvalidInput, "'defects' must be a list of options"),
        (
            [Answer("count", "one", frame=0)],
            InvalidInput,
            "0 .count.: the answer to 'count' must be a number",
        ),
        ([Answer("stain", 3)], InvalidInput, "Task 0, trainee label 0 .stain.: the answer to 'stain' must be text"),
        (
            [Label("cell", {0: box(0)}, attributes={"kind": 3})],
            InvalidInput,
            "0 .cell.: the answer to 'kind' must",
        ),
        ([Label("cell", {0: box(0), 7: None})], InvalidInput, "frame 7 does not exist, there are 5"),
        ([Label("cell", {0: box(0)}, until=5)], InvalidInput, "frame 5 does not exist, there are 5"),
        ([Answer("count", 1, frame=5)], InvalidInput, "frame 5 does not exist"),
        (["label"], InvalidInput, r"labels\[0\] is a str, not a Label or an Answer"),
        (None, InvalidInput, "A list of labels is needed"),
    ],
)
def test_labels_that_cannot_be_measured_are_refused_with_the_reason(
    labels_given: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        measured([], labels_given, frame_size=[(100, 100)] * 5)


@pytest.mark.parametrize(
    ("tasks_given", "message"),
    [
        ([([], [])], r"tasks\[0\] must be TaskLabels.* Write TaskLabels\("),
        (TaskLabels([], [], frame_size=FRAME), r"takes a list of TaskLabels.* Write \[task\]"),
        (None, "takes a list of TaskLabels"),
        ([TaskLabels([], [], frame_size=FRAME, trainee=["x"])], r"The trainee of tasks\[0\] can't be called \['x'\]"),
        ([TaskLabels([], [], frame_size=FRAME, task=(1, [2]))], r"The task of tasks\[0\] can't be called \(1, \[2\]\)"),
    ],
)
def test_what_are_no_tasks_is_refused(tasks_given: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        measure_many(tasks_given, ontology=names)


def test_what_is_no_ontology_is_refused() -> None:
    with pytest.raises(InvalidInput, match="ontology must be an Ontology, got None"):
        measure([], [], ontology=None, frame_size=FRAME)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sigmas": {"typo": 1}}, r"No point of the two primitives 'typo'"),
        ({"sigmas": {"a"}}, "sigmas must be a number"),
        ({"sigmas": "abc"}, "sigmas must be a number"),
        ({"sigmas": [1, 2]}, "2 sigmas for 1 points"),
        ({"sigmas": [0]}, "above 0"),
        ({"tolerance": "much"}, "A tolerance can't be 'much'"),
    ],
)
def test_settings_of_a_similarity_that_cannot_be_are_refused(settings: Any, message: str) -> None:
    shape = ObjectPrimitive({"a": (1, 1, "visible")})
    with pytest.raises(InvalidInput, match=message) as refused:
        similarity(shape, shape, frame_size=FRAME, **settings)
    assert not isinstance(refused.value, InvalidOntology)


def test_what_is_no_shape_has_no_similarity() -> None:
    for sides, whose in (((1, box(0)), "benchmark"), ((box(0), None), "trainee")):
        with pytest.raises(InvalidInput, match=f"The {whose}'s shape can't be"):
            similarity(*sides, frame_size=FRAME)  # type: ignore[arg-type]


@pytest.mark.parametrize("frame", [None, 7, "100x100", (100,), (0, 100), (np.nan, 5), [], [[1, 2, 3]], (-5, 5)])
def test_what_is_no_frame_size_is_refused(frame: Any) -> None:
    with pytest.raises(InvalidInput, match="frame_size must be"):
        measured([], [], frame_size=frame)
    with pytest.raises(InvalidInput, match="frame_size must be"):
        similarity(box(0), box(0), frame_size=frame)


@pytest.mark.parametrize(("value", "hint"), [(5, "0.05"), (-0.1, ""), ("much", ""), (np.nan, "")])
def test_a_least_similarity_lies_between_0_and_1(value: Any, hint: str) -> None:
    with pytest.raises(InvalidInput, match=f"min_similarity must be.*{hint}"):
        measured([], [], min_similarity=value)


@pytest.mark.parametrize("spacing", [(1,), (0, 1), "1,1", (1, np.nan), 3])
def test_what_is_no_spacing_is_refused(spacing: Any) -> None:
    with pytest.raises(InvalidInput, match="spacing"):
        measured([], [], spacing=spacing)


tasks = st.lists(
    st.builds(
        TaskLabels, labels(most=4), labels(most=4), frame_size=st.just(FRAME), trainee=st.sampled_from(["ann", "bo"])
    ),
    max_size=5,
)


def same(one: Measurements, other: Measurements) -> None:
    assert one.rows().tobytes() == other.rows().tobytes()
    assert one.names == other.names
    assert one.tasks == other.tasks
    assert one.trainees == other.trainees
    assert list(one.label_ids) == list(other.label_ids)


@given(tasks)
def test_measuring_many_at_once_equals_measuring_one_by_one(given_tasks: list[TaskLabels]) -> None:
    together = measure_many(given_tasks, ontology=ontology)
    singly = [measure_many([task], ontology=ontology) for task in given_tasks]
    if singly:
        joined = Measurements.from_blobs(
            [one.to_bytes() for one in singly], tasks=range(len(singly)), trainees=[one.trainees[0] for one in singly]
        )
        same(together, joined)
    assert len(together) == sum(map(len, singly))


def test_a_cohort_larger_than_a_block_equals_its_parts() -> None:
    rng = np.random.default_rng(0)
    cohort = []
    for _ in range(120):
        sides = [[Label("cat", BoundingBox(*rng.uniform(0, 40, 2), 20, 20)) for _ in range(100)] for _ in range(2)]
        cohort.append(TaskLabels(*sides, frame_size=FRAME))
    together = measure_many((task for task in cohort), ontology=ontology)
    for place in (0, 57, 119):
        alone = measure_many([cohort[place]], ontology=ontology).rows()
        own = together.rows()[together.task == place]
        own["task"] = 0
        assert own.tobytes() == alone.tobytes()


@given(whole_boxes(), st.integers(0, 3))
def test_tasks_without_a_row_are_kept(shape: BoundingBox, empty: int) -> None:
    one = TaskLabels([Label("cat", shape)], [], frame_size=(SIDE, SIDE), task="full")
    nothing = [TaskLabels([], [], frame_size=FRAME, task=f"empty {k}") for k in range(empty)]
    together = measure_many([*nothing, one], ontology=ontology)
    assert together.tasks == (*(f"empty {k}" for k in range(empty)), "full")
    assert together.to_frame().task.tolist() == ["full"]
