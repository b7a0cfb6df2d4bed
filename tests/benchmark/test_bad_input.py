"""Odd, huge, tiny and crowded input: an error of ours or a right answer, and soon."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.benchmark import BenchmarkFunction, measure, score, similarity
from annowidgets.errors import InvalidInput, Notice
from annowidgets.labels import (
    Answer,
    Bitmask,
    BoundingBox,
    Keypoint,
    Label,
    Number,
    ObjectClass,
    ObjectPrimitive,
    Ontology,
    Polygon,
    Polyline,
    RotatableBoundingBox,
    Shape,
)
from tests.labels import strategies as any_labels

names = Ontology(objects=[ObjectClass("cell", shape="bounding_box")])
quiet = pytest.mark.filterwarnings(f"ignore::{Notice.__module__}.{Notice.__qualname__}")


@quiet
@given(
    st.lists(any_labels.shapes(), max_size=4),
    st.lists(any_labels.shapes(), max_size=4),
    st.tuples(st.integers(1, 5_000), st.integers(1, 5_000)),
    st.floats(0, 1),
)
def test_any_shapes_are_measured_or_refused(one: Any, other: Any, frame: Any, least: float) -> None:
    sides = [[Label("cell", shape) for shape in shapes] for shapes in (one, other)]
    try:
        measured = measure(*sides, ontology=names, frame_size=frame, min_similarity=least)
    except InvalidInput as refused:
        assert "outside the frame" in str(refused) or "is a mask of" in str(refused)  # noqa: PT017
        return
    matched = measured.kind == 0
    assert len(measured) == len(one) + len(other) - matched.sum()
    assert ((measured.similarity[matched] >= least - 1e-9) & (measured.similarity[matched] <= 1)).all()
    assert 0 <= score(measured, BenchmarkFunction()).task_score <= 100


@quiet
@given(any_labels.shapes(), any_labels.shapes())
def test_any_two_shapes_compare_alike_both_ways_on_a_frame_that_holds_them(one: Shape, other: Shape) -> None:
    far = max(max(map(abs, shape.bounds())) for shape in (one, other))
    masks = [shape.size for shape in (one, other) if isinstance(shape, Bitmask)]
    frame = masks[0] if masks else (int(far) + 1, int(far) + 1)
    try:
        value = similarity(one, other, frame_size=frame)
    except InvalidInput:
        return
    assert 0 <= value <= 1
    if one.family == other.family != "primitive":
        assert similarity(other, one, frame_size=frame) == pytest.approx(value, abs=1e-9)
    assert similarity(one, one, frame_size=frame) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    "counts", ["", "z", "0", "P", [5, 5], [0], [-1, 101], [50, 51], "not run lengths", b"\xff\xfe", [0.5, 99.5]]
)
def test_run_lengths_that_do_not_fill_the_mask_never_reach_the_measuring(counts: Any) -> None:
    with pytest.raises(InvalidInput):
        measure([Label("cell", Bitmask((10, 10), counts))], [], ontology=names, frame_size=(10, 10))


def test_masks_of_two_sizes_in_one_frame_are_refused() -> None:
    sides = [[Label("cell", Bitmask.from_array(np.ones(size, bool)))] for size in ((10, 10), (12, 10))]
    with pytest.raises(InvalidInput, match=r"trainee label 0 .* is a mask of 12 x 10, the frame 10 x 10"):
        measure(*sides, ontology=names, frame_size=(10, 10))


CROWD = 10_000


def crowd(make: Any) -> list[list[Label]]:
    """Ten thousand labels, and the same a little off, on a frame where each overlaps several."""
    places = np.random.default_rng(0).uniform(5, 975, (CROWD, 2))
    shifted = places + np.random.default_rng(1).uniform(-1, 1, places.shape)
    return [[Label("cell", make(x, y)) for x, y in side.tolist()] for side in (places, shifted)]


def mask(x: float, y: float) -> Bitmask:
    runs = [int(x) * 1_000 + int(y), 12]
    for _ in range(11):
        runs += [988, 12]
    return Bitmask((1_000, 1_000), [*runs, 1_000_000 - sum(runs)])


@pytest.mark.parametrize(
    "make",
    [
        lambda x, y: BoundingBox(x, y, 20, 15),
        lambda x, y: RotatableBoundingBox(x + 10, y + 10, 20, 10, x),
        lambda x, y: Polygon([(x, y), (x + 18, y + 3), (x + 9, y + 19)]),
        mask,
        lambda x, y: Polyline([(x, y), (x + 15, y + 15)]),
        Keypoint,
        lambda x, y: ObjectPrimitive({"a": (x, y, "visible"), "b": (x + 9, y + 9, "visible")}),
    ],
    ids=["boxes", "rotated", "polygons", "masks", "lines", "points", "primitives"],
)
def test_ten_thousand_labels_in_one_frame_are_matched(make: Any) -> None:
    measured = measure(*crowd(make), ontology=names, frame_size=(1_000, 1_000))
    matched = measured.kind == 0
    assert len(measured) == 2 * CROWD - matched.sum()
    assert matched.sum() > 0.9 * CROWD
    # The pairing must not be worse than taking each label with its own copy.
    own = [
        similarity(one.shape, other.shape, frame_size=(1_000, 1_000))
        for one, other in zip(*(side[:200] for side in crowd(make)), strict=True)
    ]
    assert measured.similarity[matched].mean() > 0.8 * np.mean(own)


def test_ten_thousand_copies_of_a_label_are_refused_soon() -> None:
    copies = [Label("cell", BoundingBox(0, 0, 10, 10)) for _ in range(CROWD)]
    with pytest.raises(InvalidInput, match=r"is in a crowd.*more than 4,000,000 pairs.* Check for copied labels"):
        measure(copies, copies, ontology=names, frame_size=(100, 100))


def scribble(vertices: int, seed: int) -> Polyline:
    return Polyline(np.random.default_rng(seed).uniform(0, 100, (vertices, 2)).tolist())


def rosette(vertices: int, seed: int) -> Polygon:
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    radius = np.random.default_rng(seed).uniform(30, 40, vertices)
    return Polygon(np.stack([50 + radius * np.cos(angle), 50 + radius * np.sin(angle)], axis=1).tolist())


@pytest.mark.parametrize(
    ("make", "vertices", "copies"), [(scribble, 60, 170), (rosette, 20_000, 55), (scribble, 10_100, 1)]
)
def test_shapes_of_many_vertices_in_one_heap_are_refused_soon(make: Any, vertices: int, copies: int) -> None:
    sides = [[Label("cell", make(vertices, seed))] * copies for seed in (0, 1)]
    with pytest.raises(InvalidInput, match=r"Task 0, benchmark label 0 .* is in a crowd.* Simplify"):
        measure(*sides, ontology=names, frame_size=(100, 100))


def test_two_shapes_of_too_many_vertices_are_refused() -> None:
    with pytest.raises(InvalidInput, match="Simplify"):
        similarity(scribble(10_100, 0), scribble(10_100, 1), frame_size=(100, 100))


@pytest.mark.parametrize("make", [scribble, rosette])
def test_shapes_of_many_vertices_in_one_frame_are_measured_where_they_do_not_all_overlap(make: Any) -> None:
    def moved(shape: Any, x: float) -> Any:
        points = shape.points if isinstance(shape, Polyline) else shape.rings[0]
        return type(shape)([(px + x, py) for px, py in points])

    sides = [[Label("cell", moved(make(60, seed), 150 * k)) for k in range(400)] for seed in (0, 1)]
    near = Ontology(objects=[ObjectClass("cell", shape="polyline", tolerance=2)])
    measured = measure(*sides, ontology=near, frame_size=(100, 60_000), min_similarity=0)
    assert (measured.kind == 0).sum() == 400


asked = Ontology(objects=[ObjectClass("cell", shape="bounding_box")], classifications=[Number("count", scope="frame")])


@pytest.mark.parametrize(
    "labels",
    [
        [Label("cell", {0: BoundingBox(0, 0, 5, 5)}, until=10**12)],
        [Label("cell", {0: BoundingBox(0, 0, 5, 5)}, until=2**31 - 1)],
        [Label("cell", {0: BoundingBox(0, 0, 5, 5), 1_000_000: BoundingBox(0, 0, 5, 5)})],
        [Label("cell", {0: BoundingBox(0, 0, 5, 5)}, until=9_999)] * 101,
        [Answer("count", 1, frame=0, until=2**31 - 1)],
        [Answer("count", 1, frame=0, until=99_999), Answer("count", 1, frame=100_000, until=1_000_000)],
    ],
)
def test_a_task_of_millions_of_labels_on_frames_is_refused(labels: Any) -> None:
    for sides in ((labels, []), ([], labels)):
        with pytest.raises(InvalidInput, match=r"Task 0, \w+ label .* more than"):
            measure(*sides, ontology=asked, frame_size=(10, 10))


def test_frames_far_apart_are_no_matter_where_they_do_not_follow_each_other() -> None:
    far = [Label("cell", {0: BoundingBox(0, 0, 5, 5), 2**31 - 1: BoundingBox(0, 0, 5, 5)})]
    assert len(measure(far, far, ontology=asked, frame_size=(10, 10), interpolate=False)) == 2


def test_a_large_mask_is_compared_with_a_vector_in_strips() -> None:
    side = 6_000
    everything = Bitmask((side, side), [0, side * side])
    half = Polygon([(0, 0), (side, 0), (0, side)])
    # Centres on the diagonal are on the polygon's right edge, which is out.
    inside = side * (side - 1) / 2
    assert similarity(everything, half, frame_size=(side, side)) == pytest.approx(inside / side**2, abs=1e-12)
