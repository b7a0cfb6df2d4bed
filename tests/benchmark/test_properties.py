"""What holds for all shapes: moving, scaling, ordering and measuring together change nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from annowidgets.benchmark import Measurements, TaskLabels, measure, measure_many, similarity
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
    Shape,
    Skeleton,
    Text,
)
from annowidgets.labels.key_frames import shape_at
from tests.benchmark.strategies import (
    CLASSES,
    FRAME,
    JOINTS,
    SIDE,
    keypoints,
    masks,
    polylines,
    primitives,
    rotated_boxes,
    shapes,
    whole_boxes,
)
from tests.benchmark.test_measure import same

WIDE = 400
spacings = st.tuples(st.sampled_from([0.25, 1.0, 3.0]), st.sampled_from([0.5, 1.0, 2.0]))
tolerances = st.sampled_from([3.0, "1%", "4mm"])
# Around what a similarity still reaches, where a filter of candidates may err.
shares = st.one_of(st.floats(0, 1.1), st.sampled_from([0.3, 0.31, 0.9, 0.999, 1.0]))
least = st.sampled_from([0.0, 0.05, 0.5])


def moved(shape: Shape, dx: float, dy: float) -> Any:
    return mapped(shape, lambda x, y: (x + dx, y + dy))


def mapped(shape: Shape, place: Any) -> Any:
    if isinstance(shape, Polyline):
        return Polyline([place(x, y) for x, y in shape.points])
    if isinstance(shape, Polygon):
        return Polygon([[place(x, y) for x, y in ring] for ring in shape.rings])
    if isinstance(shape, ObjectPrimitive):
        return ObjectPrimitive({name: (*place(x, y), seen) for name, (x, y, seen) in shape.points.items()})
    if isinstance(shape, RotatableBoundingBox):
        return RotatableBoundingBox(*place(shape.cx, shape.cy), shape.width, shape.height, shape.angle)
    if isinstance(shape, BoundingBox):
        return BoundingBox(*place(shape.x, shape.y), shape.width, shape.height)
    assert isinstance(shape, Keypoint)
    return Keypoint(*place(shape.x, shape.y))


def pixels(tolerance: float | str, spacing: tuple[float, float]) -> tuple[float, float]:
    """How far a tolerance reaches in x and in y."""
    if tolerance == "4mm":
        return 4 / spacing[1], 4 / spacing[0]
    side = 0.01 * math.hypot(WIDE, WIDE) if tolerance == "1%" else float(tolerance)
    return side, side


def reach_of(shape: Shape, tolerance: Any, spacing: tuple[float, float], floor: float) -> tuple[float, float]:
    """The farthest that a copy of the shape may be shifted in x or in y, and still be of interest."""
    if isinstance(shape, Polyline):
        return pixels(tolerance, spacing)
    falling = math.sqrt(-2 * math.log(max(floor, 1e-6)))
    if isinstance(shape, ObjectPrimitive):
        x0, y0, x1, y1 = shape.bounds()
        w, h = x1 - x0, y1 - y0
        if max(w, h) > 1e-9:
            side = 0.14 * math.sqrt(max(w * h, max(w, h) ** 2 / 100)) * falling
            return side, side
    x, y = pixels(tolerance, spacing)
    return falling * x, falling * y


straight = st.builds(
    lambda x, y, angle: Polyline([(x, y), (x + 30 * math.cos(angle), y + 30 * math.sin(angle))]),
    st.floats(20, 40),
    st.floats(20, 40),
    st.sampled_from([0.0, math.pi / 2, 1.0]),
)
dots = st.builds(lambda x, y: ObjectPrimitive({"head": (x, y, "visible")}), st.floats(0, SIDE), st.floats(0, SIDE))
thin = st.one_of(polylines(), straight, keypoints, primitives(), dots)


@given(thin, tolerances, spacings, shares, st.sampled_from([0, 1, 2, 3]), least)
@settings(max_examples=300)
def test_measuring_misses_no_pair_up_to_the_limit_of_its_reach(
    shape: Any, tolerance: Any, spacing: tuple[float, float], share: float, side: int, floor: float
) -> None:
    assume(
        not (isinstance(shape, ObjectPrimitive) and 0 < np.ptp(np.reshape(shape.bounds(), (2, 2)), axis=0).max() < 1)
    )
    x, y = reach_of(shape, tolerance, spacing, floor)
    gold = moved(shape, WIDE / 2, WIDE / 2)
    drawn = moved(gold, *[(share * x, 0), (-share * x, 0), (0, share * y), (0, -share * y)][side])
    for box in (gold, drawn):
        x0, y0, x1, y1 = box.bounds()
        assume(x0 > 0 and y0 > 0 and x1 < WIDE and y1 < WIDE)
    names = Ontology(objects=[ObjectClass("thing", shape="polyline", tolerance=tolerance)])
    found = measure(
        [Label("thing", gold)], [Label("thing", drawn)],
        ontology=names, frame_size=(WIDE, WIDE), spacing=spacing, min_similarity=floor,
    )  # fmt: skip
    alone = similarity(gold, drawn, frame_size=(WIDE, WIDE), tolerance=tolerance, spacing=spacing)
    assume(abs(alone - floor) > 1e-7)
    if alone >= floor and alone > 1e-6:
        assert found.similarity.tolist() == [pytest.approx(alone, abs=1e-12)]
    elif alone < floor:
        assert np.isnan(found.similarity).all()


@given(st.one_of(st.tuples(polylines(), polylines()), st.tuples(keypoints, keypoints), st.tuples(dots, dots)), spacings)
@settings(max_examples=150)
def test_millimetres_are_pixels_of_a_picture_scaled_by_its_spacing(pair: Any, spacing: tuple[float, float]) -> None:
    row, column = spacing
    for tolerance in (0.7, 4.0, 15.0):
        in_mm = similarity(*pair, frame_size=FRAME, tolerance=f"{tolerance}mm", spacing=spacing)
        scaled = [mapped(shape, lambda x, y: (x * column, y * row)) for shape in pair]
        in_pixels = similarity(*scaled, frame_size=(SIDE * row, SIDE * column), tolerance=tolerance)
        assert in_mm == pytest.approx(in_pixels, abs=1e-9)


@given(primitives(), primitives(), spacings)
def test_the_size_of_a_primitive_is_its_own_whatever_the_spacing(
    one: ObjectPrimitive, other: ObjectPrimitive, spacing: tuple[float, float]
) -> None:
    x0, y0, x1, y1 = one.bounds()
    assume(max(x1 - x0, y1 - y0) > 1e-9)
    in_mm = similarity(one, other, frame_size=FRAME, tolerance="2mm", spacing=spacing)
    assert in_mm == similarity(one, other, frame_size=FRAME)


whole = st.integers(0, SIDE)
pairs = st.one_of(
    *(st.tuples(own, own) for own in (whole_boxes(), rotated_boxes(), polylines(), keypoints, primitives()))
)


@given(pairs, whole, whole)
def test_moving_both_shapes_changes_nothing(pair: Any, dx: int, dy: int) -> None:
    there = [moved(shape, dx, dy) for shape in pair]
    values = [similarity(*own, frame_size=(2 * SIDE, 2 * SIDE), tolerance=2) for own in (pair, there)]
    assert values[1] == pytest.approx(values[0], abs=1e-7)


@given(masks(), masks(), whole, whole)
def test_moving_two_masks_changes_nothing(one: Bitmask, other: Bitmask, dx: int, dy: int) -> None:
    def placed(mask: Bitmask, x: int, y: int) -> Bitmask:
        array = np.zeros((2 * SIDE, 2 * SIDE), bool)
        array[y : y + SIDE, x : x + SIDE] = mask.to_array()
        return Bitmask.from_array(array)

    size = 2 * SIDE, 2 * SIDE
    here, there = (similarity(placed(one, x, y), placed(other, x, y), frame_size=size) for x, y in ((0, 0), (dx, dy)))
    assert here == there


LAST = 3
rich = Ontology(
    objects=[
        ObjectClass(
            name,
            shape="object_primitive",
            skeleton=Skeleton(JOINTS),
            tolerance="2mm",
            attributes=[Radio("age", ["young", Option("old", [Text("note")])])],
        )
        for name in CLASSES
    ],
    classifications=[
        Radio("light", ["day", Option("night", [Number("lamps", tolerance=1)])]),
        Checklist("defects", ["dust", "blur"]),
        Text("weather", scope="frame"),
    ],
)
attributes = st.fixed_dictionaries(
    {}, optional={"age": st.sampled_from(["young", "old"]), "note": st.sampled_from(["a", "A", "b"])}
)


@st.composite
def sides(draw: st.DrawFn, *, interpolate: bool) -> list[Any]:
    """Labels of several frames, of any shapes, with attributes that change; and answers."""
    found: list[Any] = []
    for _ in range(draw(st.integers(0, 4))):
        frames = draw(st.lists(st.integers(0, LAST), min_size=1, max_size=3, unique=True))
        placed = {frame: draw(st.one_of(shapes, whole_boxes())) for frame in frames}
        until = draw(st.one_of(st.none(), st.just(LAST))) if interpolate else None
        changes = draw(st.dictionaries(st.integers(0, LAST), attributes, max_size=1))
        own = draw(attributes)
        found.append(
            Label(draw(st.sampled_from(CLASSES)), placed, until=until, attributes=own, attributes_by_frame=changes)
        )
    item = {
        "light": st.sampled_from(["day", "night"]),
        "lamps": st.integers(0, 3),
        "defects": st.sampled_from([("dust",), ("blur", "dust"), ()]),
    }
    found += [Answer(name, value) for name, value in draw(st.fixed_dictionaries({}, optional=item)).items()]
    weather = draw(st.dictionaries(st.integers(0, LAST), st.sampled_from(["wet", "Wet ", "dry"]), max_size=2))
    return found + [Answer("weather", value, frame=frame) for frame, value in weather.items()]


@st.composite
def rich_tasks(draw: st.DrawFn) -> TaskLabels:
    interpolate = draw(st.booleans())
    return TaskLabels(
        draw(sides(interpolate=interpolate)),
        draw(sides(interpolate=interpolate)),
        frame_size=draw(st.sampled_from([FRAME, [FRAME] * (LAST + 1)])),
        spacing=draw(spacings),
        interpolate=interpolate,
        trainee=draw(st.sampled_from(["ann", "bo"])),
    )


@given(st.lists(rich_tasks(), max_size=4))
@settings(max_examples=60)
def test_measuring_many_equals_one_by_one_whatever_the_tasks_hold(given_tasks: list[TaskLabels]) -> None:
    together = measure_many(given_tasks, ontology=rich)
    singly = [measure_many([task], ontology=rich) for task in given_tasks]
    assert len(together) == sum(map(len, singly))
    if singly:
        names = range(len(singly)), [one.trainees[0] for one in singly]
        same(Measurements.from_blobs([one.to_bytes() for one in singly], tasks=names[0], trainees=names[1]), together)


def rows_of(task: TaskLabels, benchmark: list[Any], trainee: list[Any]) -> list[Any]:
    """Rows by what the labels are on their frame, without ids and places."""
    m = measure(
        benchmark, trainee,
        ontology=rich, frame_size=task.frame_size, spacing=task.spacing, interpolate=task.interpolate,
    )  # fmt: skip

    def told(side: list[Any], place: int, frame: int) -> str:
        if place < 0:
            return ""
        label = side[place]
        if isinstance(label, Answer):
            return repr(label)
        shape = shape_at(label, frame, interpolate=task.interpolate)
        return repr((label.category, shape, sorted(label.attributes_at(frame).items())))

    columns = zip(
        m.frame.tolist(), m.kind.tolist(), m.benchmark_label.tolist(), m.trainee_label.tolist(),
        np.nan_to_num(m.similarity, nan=-1).tolist(), np.nan_to_num(m.attribute_agreement, nan=-1).tolist(),
        strict=True,
    )  # fmt: skip
    return sorted(
        (frame, kind, told(benchmark, a, frame), told(trainee, b, frame), value, agreed)
        for frame, kind, a, b, value, agreed in columns
    )


@given(rich_tasks(), st.randoms())
@settings(max_examples=100)
def test_the_order_of_labels_and_answers_decides_nothing_on_any_frame(task: TaskLabels, random: Any) -> None:
    one, other = list(task.benchmark_labels), list(task.trainee_labels)
    expected = rows_of(task, one, other)
    random.shuffle(one)
    random.shuffle(other)
    assert rows_of(task, one, other) == expected
