"""From measurements to points, tasks and trainees: held against the page's rules written out row by row."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.benchmark import BenchmarkFunction, Measurements, Scores, TaskLabels, Weights, measure_many, score
from annowidgets.errors import InvalidInput, NotFound
from annowidgets.labels import Answer, BoundingBox, Keypoint, Label, ObjectClass, Ontology, Polyline, Radio
from tests.benchmark.strategies import CLASSES, FRAME, boxes, keypoints, labels, polylines

names = Ontology(
    objects=[ObjectClass(name, shape="polygon", attributes=[Radio("age", ["young", "old"])]) for name in CLASSES],
    classifications=[Radio("quality", ["good", "bad"]), Radio("light", ["day", "night"])],
)
questions = ("quality", "light")

objects = labels(st.one_of(boxes(), polylines(), keypoints), most=4)
given_answers = st.dictionaries(st.sampled_from(questions), st.sampled_from(["good", "bad", "day", "night"])).map(
    lambda given: [Answer(name, value) for name, value in given.items()]
)
sides = st.builds(lambda own, given: [*own, *given], objects, given_answers)
tasks = st.lists(
    st.builds(TaskLabels, sides, sides, frame_size=st.just(FRAME), trainee=st.sampled_from(["ann", "bo"])), max_size=5
)

numbers = st.one_of(st.just(0.0), st.floats(0.01, 10))
named_weights = st.dictionaries(
    st.sampled_from(CLASSES),
    st.builds(Weights, iou=numbers, attributes=numbers, category=st.floats(0.1, 5)),
    max_size=2,
)


@st.composite
def functions(draw: st.DrawFn) -> BenchmarkFunction:
    full_at = draw(st.floats(0.1, 1))
    families = st.dictionaries(st.sampled_from(["region", "line", "point"]), st.floats(0, full_at), max_size=3)
    return BenchmarkFunction(
        mode=draw(st.sampled_from(["dynamic", "dynamic", "classification"])),
        iou=draw(numbers),
        category=draw(st.floats(0.1, 5)),
        attributes=draw(numbers),
        per_class=draw(named_weights),
        importance=draw(st.dictionaries(st.sampled_from([*CLASSES, *questions]), numbers)),
        full_at=full_at,
        zero_below=draw(st.one_of(st.none(), st.floats(0, full_at), families)),
        extra=draw(st.sampled_from(["zero", "ignore"])),
        ignored_shapes=draw(st.lists(st.sampled_from(["bounding_box", "polyline"]), max_size=2, unique=True)),
        aggregate=draw(st.sampled_from(["tasks", "labels"])),
    )


def by_hand(measured: Measurements, function: BenchmarkFunction) -> list[tuple[Any, ...]]:
    """(task, kind, name it counts for, points, importance) of each row, as the page has it."""
    rows: list[tuple[Any, ...]] = []
    for row in measured.to_frame().itertuples():
        question = isinstance(row.question, str)
        if function.mode == "classification" and not question:
            continue
        if (row.trainee_shape if row.kind == "extra" else row.benchmark_shape) in function.ignored_shapes:
            continue
        kinds = [row.kind]
        if row.kind == "matched" and not question:
            zero_below = {"region": 0.3, "line": 0.3, "point": 0.1, "primitive": 0.1}[row.family]
            zero_below = min(zero_below, function.full_at)
            if isinstance(function.zero_below, dict):
                zero_below = function.zero_below.get(row.family, zero_below)
            elif function.zero_below is not None:
                zero_below = function.zero_below
            if row.similarity < zero_below - 1e-9:
                kinds = ["missing", "extra"]
        for kind in kinds:
            if kind == "extra" and function.extra == "ignore":
                continue
            name = row.trainee_category if kind == "extra" else row.benchmark_category
            points = 0.0
            if kind == "matched":
                points = 100 * row.similarity if question else object_points(row, function)
            rows.append((row.task, kind, name, points, function.importance.get(name, 1.0)))
    judged = {row[0] for row in rows}
    return rows + [(task, "empty", None, 100.0, 1.0) for task in measured.tasks if task not in judged]


def object_points(row: Any, function: BenchmarkFunction) -> float:
    own = function.per_class.get(row.benchmark_category, Weights())
    terms = []
    for name in ("iou", "category", "attributes"):
        weight = getattr(own, name)
        terms.append(getattr(function, name) if weight is None else weight)
    iou, category, attributes = terms
    similarity = 1.0 if row.similarity >= function.full_at - 1e-9 else row.similarity / function.full_at
    total = iou + category
    earned = iou * similarity + category * (row.benchmark_category == row.trainee_category)
    if not math.isnan(row.attribute_agreement):
        total += attributes
        earned += attributes * row.attribute_agreement
    return 100 * earned / total if total else 100 * similarity


def spelled(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(
        (task, kind, str(name), round(points, 7), round(weight, 9)) for task, kind, name, points, weight in rows
    )


@given(tasks, functions())
def test_rows_score_as_the_rules_written_out_one_by_one(given_tasks: list[TaskLabels], function: Any) -> None:
    measured = measure_many(given_tasks, ontology=names)
    scores = score(measured, function)
    frame = scores.to_frame()
    actual = []
    for row in frame.itertuples():
        name = row.trainee_category if row.kind == "extra" else row.benchmark_category
        actual.append((row.task, row.kind, name if isinstance(name, str) else None, row.points, row.importance))
    expected = by_hand(measured, function)
    assert spelled(actual) == spelled(expected)
    assert frame.evaluation_label.is_unique
    for place, task_score in enumerate(scores.task_scores.score):
        own = [(points, weight) for task, _, _, points, weight in expected if task == place]
        mass = sum(weight for _, weight in own)
        mean = sum(points * weight for points, weight in own) / mass if mass else math.nan
        assert task_score == pytest.approx(mean, nan_ok=True, abs=1e-7)


@given(tasks, functions())
def test_trainees_score_the_mean_of_their_tasks_or_of_all_their_rows(
    given_tasks: list[TaskLabels], function: BenchmarkFunction
) -> None:
    measured = measure_many(given_tasks, ontology=names)
    scores = score(measured, function)
    rows = by_hand(measured, function)
    for line in scores.trainee_scores.itertuples():
        own = [place for place, task in enumerate(given_tasks) if task.trainee == line.trainee]
        scored = [place for place in own if any(weight for task, *_, weight in rows if task == place)]
        assert (line.tasks, line.unscored) == (len(own), len(own) - len(scored))
        assert line.empty == sum(kind == "empty" for task, kind, *_ in rows if task in own)
        if function.aggregate == "tasks":
            values = [scores.task_mean[place] for place in scored]
            expected = np.mean(values) if values else math.nan
        else:
            counted = [(points, weight) for task, _, _, points, weight in rows if task in scored]
            mass = sum(weight for _, weight in counted)
            expected = sum(points * weight for points, weight in counted) / mass if mass else math.nan
        assert line.score == pytest.approx(expected, nan_ok=True, abs=1e-7)


def cohort(number: int, *, per_task: int = 3) -> list[TaskLabels]:
    rng = np.random.default_rng(0)
    made = []
    for _ in range(number):
        gold = [Label("cat", BoundingBox(x, y, 15, 15)) for x, y in rng.uniform(0, 45, (rng.integers(0, per_task), 2))]
        drawn = [
            Label("cat", BoundingBox(*np.clip(np.array([b.shape.x, b.shape.y]) + rng.normal(0, 2, 2), 0, 49), 15, 15))
            for b in gold
        ]
        made.append(TaskLabels(gold, drawn, frame_size=FRAME, trainee="ann"))
    return made


@pytest.mark.parametrize("aggregate", ["tasks", "labels"])
def test_the_interval_is_the_pages_bootstrap_over_tasks(aggregate: Any) -> None:
    measured = measure_many(cohort(25), ontology=names)
    scores = score(measured, BenchmarkFunction(aggregate=aggregate, importance={"cat": 2.0}))
    frame = scores.to_frame()
    per_task = [frame[frame.task == place] for place in range(25)]
    drawn = np.random.default_rng(0).integers(0, 25, (2000, 25))
    if aggregate == "tasks":
        task_means = np.array([np.average(rows.points, weights=rows.importance) for rows in per_task])
        resampled = task_means[drawn].mean(axis=1)
    else:
        sums = np.array([(rows.points * rows.importance).sum() for rows in per_task])
        masses = np.array([rows.importance.sum() for rows in per_task])
        resampled = sums[drawn].sum(axis=1) / masses[drawn].sum(axis=1)
    low, high = np.percentile(resampled, [2.5, 97.5])
    line = scores.trainee_scores.iloc[0]
    assert (line.low, line.high) == (pytest.approx(low), pytest.approx(high))
    assert line.low < line.score < line.high


def test_below_three_tasks_with_a_score_there_is_no_interval() -> None:
    for number, known in ((2, False), (3, True)):
        unscored = TaskLabels([Label("dog", BoundingBox(0, 0, 5, 5))], [], frame_size=FRAME, trainee="ann")
        measured = measure_many([*cohort(number), unscored], ontology=names)
        line = score(measured, BenchmarkFunction(importance={"dog": 0})).trainee_scores.iloc[0]
        assert line.unscored == 1
        assert [math.isnan(line.low), math.isnan(line.high)] == [not known] * 2


def one(benchmark: list[Any], trainee: list[Any], **settings: Any) -> Scores:
    measured = measure_many([TaskLabels(benchmark, trainee, frame_size=(100, 100))], ontology=names)
    return score(measured, BenchmarkFunction(**settings))


def pair(share: float, **attributes: Any) -> tuple[list[Label], list[Label]]:
    """A box and a part of it: IoU is the share."""
    gold = Label("cat", BoundingBox(0, 0, 100, 10), attributes=attributes)
    return [gold], [Label("cat", BoundingBox(0, 0, 100 * share, 10), attributes=attributes)]


def test_similarity_is_full_from_full_at_on() -> None:
    for share, expected in ((0.4, 50.0), (0.6, 75.0), (0.8, 100.0), (0.9, 100.0)):
        assert one(*pair(share), iou=1, category=0, full_at=0.8).task_score == pytest.approx(expected)
    assert one(*pair(0.1 + 0.2), iou=1, category=0, full_at=0.3).task_score == 100.0


@pytest.mark.parametrize(("share", "kept"), [(0.3, True), (0.299, False)])
def test_a_match_that_reaches_the_threshold_by_construction_counts(share: float, kept: bool) -> None:
    scores = one(*pair(share))
    assert len(scores) == (1 if kept else 2)


def test_where_every_weighted_term_drops_out_the_similarity_is_the_score() -> None:
    settings = {"iou": 0, "category": 0, "attributes": 1, "full_at": 0.8}
    assert one(*pair(0.4), **settings).task_score == pytest.approx(50)
    assert one(*pair(0.4, age="young"), **settings).task_score == pytest.approx(100)


def test_thresholds_differ_by_family() -> None:
    def distance_for(similarity: float, t: float = 1) -> float:
        return t * math.sqrt(-2 * math.log(similarity))

    weak_point = (
        [Label("cat", Keypoint(10, 10))], [Label("cat", Keypoint(10 + distance_for(0.2, 2**0.5), 10))]
    )  # fmt: skip
    weak_line = [Label("cat", Polyline([(0, 0), (100, 0)]))], [Label("cat", Polyline([(0, 0), (15, 0)]))]
    assert one(*weak_point).to_frame().kind.tolist() == ["matched"]
    assert one(*weak_line).to_frame().kind.tolist() == ["missing", "extra"]
    assert one(*weak_line, zero_below={"line": 0.1}).to_frame().kind.tolist() == ["matched"]
    assert one(*weak_point, zero_below={"line": 0.1}).to_frame().kind.tolist() == ["matched"]
    assert one(*weak_point, zero_below=0.3).to_frame().kind.tolist() == ["missing", "extra"]
    assert one(*weak_point, full_at=0.05).to_frame().kind.tolist() == ["matched"]


def test_ignored_shapes_are_dropped_with_their_partner_before_matches_are_split() -> None:
    weak = pair(0.2)
    drawn = [Label("cat", Polyline([(0, 50), (50, 50)]))]
    assert len(one(*weak)) == 2
    assert one(*weak, ignored_shapes=["bounding_box"]).to_frame().kind.tolist() == ["empty"]
    assert one(weak[0], drawn, ignored_shapes=["polyline"]).to_frame().kind.tolist() == ["missing"]


def test_extras_are_dropped_on_request_answers_too_and_also_those_of_split_matches() -> None:
    gold, drawn = pair(0.2)
    drawn = [*drawn, Label("dog", BoundingBox(50, 50, 5, 5)), Answer("light", "day")]
    assert one(gold, drawn).to_frame().kind.tolist() == ["missing", "extra", "extra", "extra"]
    assert one(gold, drawn, extra="ignore").to_frame().kind.tolist() == ["missing"]


def test_only_classifications_are_judged_on_request() -> None:
    gold, drawn = [*pair(0.5)[0], Answer("quality", "good")], [Answer("quality", "good")]
    assert one(gold, drawn).task_score == 50
    assert one(gold, drawn, mode="classification").task_score == 100


def test_a_change_of_weights_changes_no_match() -> None:
    measured = measure_many(cohort(10), ontology=names)
    pairs = [
        score(measured, function).to_frame()[["benchmark_label", "trainee_label"]]
        for function in (BenchmarkFunction(), BenchmarkFunction(iou=0.1, category=5, per_class={"cat": Weights(iou=0)}))
    ]
    assert pairs[0].equals(pairs[1])


def test_weights_are_relative() -> None:
    measured = measure_many(cohort(10), ontology=names)
    few = score(measured, BenchmarkFunction(iou=0.7, category=0.3, attributes=0.1))
    many = score(measured, BenchmarkFunction(iou=70, category=30, attributes=10))
    np.testing.assert_allclose(few.points, many.points, atol=1e-12)


@given(labels(boxes()), labels(boxes()), st.sampled_from(CLASSES), functions())
def test_a_label_that_overlaps_nothing_never_raises_a_score(
    benchmark: list[Label], trainee: list[Label], name: str, function: BenchmarkFunction
) -> None:
    function = function.amended(extra="zero", mode="dynamic", ignored_shapes=())
    far = Label(name, BoundingBox(200, 200, 20, 20))
    means = [
        score(measure_many([TaskLabels(benchmark, own, frame_size=(300, 300))], ontology=names), function).task_mean[0]
        for own in (trainee, [*trainee, far])
    ]
    # A score that is not there (all that is left has importance 0) is no lower and no higher one.
    assert not means[1] > means[0] + 1e-9


def test_the_terms_of_a_question_cannot_be_weighed() -> None:
    measured = measure_many([TaskLabels([], [], frame_size=FRAME)], ontology=names)
    read = Measurements.from_bytes(measured.to_bytes())
    for own in (measured, read, Measurements.from_blobs([measured.to_bytes()] * 2)):
        with pytest.raises(InvalidInput, match=r"'light', which is a question.* importance=\{'light'"):
            score(own, BenchmarkFunction(per_class={"light": Weights(iou=1)}))


def test_what_are_no_measurements_is_not_scored() -> None:
    with pytest.raises(InvalidInput, match="score needs Measurements, got None"):
        score(None, BenchmarkFunction())  # type: ignore[arg-type]


def test_a_class_or_question_that_is_not_there_is_refused() -> None:
    measured = measure_many(cohort(1), ontology=names)
    for settings in ({"importance": {"cta": 2}}, {"per_class": {"cta": Weights(iou=1)}}):
        with pytest.raises(NotFound, match=r"No class or question 'cta'.* Closest: 'cat'"):
            score(measured, BenchmarkFunction(**settings))
    with pytest.raises(InvalidInput, match=r"needs a BenchmarkFunction, got \{'iou': 1\}"):
        score(measured, {"iou": 1})  # type: ignore[arg-type]


def test_the_score_of_one_task_is_asked_of_one_task() -> None:
    with pytest.raises(InvalidInput, match=r"There are 2 tasks, not one.* task_scores"):
        score(measure_many(cohort(2), ontology=names), BenchmarkFunction()).task_score  # noqa: B018


def test_no_tasks_at_all_have_no_scores() -> None:
    scores = score(measure_many([], ontology=names), BenchmarkFunction())
    assert (len(scores), len(scores.task_scores), len(scores.trainee_scores), len(scores.to_frame())) == (0, 0, 0, 0)
