"""Similarity of polylines, keypoints and primitives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from annowidgets.benchmark import measure, similarity
from annowidgets.errors import InvalidInput
from annowidgets.labels import (
    BoundingBox,
    Keypoint,
    Label,
    ObjectClass,
    ObjectPrimitive,
    Ontology,
    Polyline,
    Skeleton,
)
from tests.benchmark.strategies import FRAME, SIDE, keypoints, points, polylines, primitives, shapes

tolerances = st.floats(0.1, 20)


@given(polylines(), polylines(), tolerances)
def test_lines_overlap_as_shapelys_buffers_say(one: Polyline, other: Polyline, tolerance: float) -> None:
    lines = [shapely.LineString(line.points) for line in (one, other)]
    buffers = [shapely.buffer(line, tolerance, quad_segs=400) for line in lines]
    # Segment by segment: an intersection counts a stretch that a line runs twice only once.
    within = sum(
        shapely.intersection(shapely.LineString(segment), buffer).length
        for line, buffer in zip(lines, reversed(buffers), strict=True)
        for segment in zip(line.coords[:-1], line.coords[1:], strict=True)
    )
    expected = within / (lines[0].length + lines[1].length)
    assert similarity(one, other, frame_size=FRAME, tolerance=tolerance) == pytest.approx(expected, abs=1e-4)


@given(polylines(), polylines(), tolerances)
@settings(max_examples=40)
def test_lines_overlap_as_points_along_them_say(one: Polyline, other: Polyline, tolerance: float) -> None:
    near = total = 0.0
    for line, facing in ((one, other), (other, one)):
        own, target = shapely.LineString(line.points), shapely.LineString(facing.points)
        places = shapely.line_interpolate_point(own, (np.arange(4_000) + 0.5) / 4_000 * own.length)
        near += np.mean(shapely.distance(places, target) <= tolerance) * own.length
        total += own.length
    assert similarity(one, other, frame_size=FRAME, tolerance=tolerance) == pytest.approx(near / total, abs=5e-3)


@given(polylines(), st.randoms())
def test_vertices_and_direction_of_a_line_do_not_matter(line: Polyline, random: Any) -> None:
    longer = []
    for (x0, y0), (x1, y1) in zip(line.points[:-1], line.points[1:], strict=True):
        share = random.random()
        longer += [(x0, y0), (x0 + share * (x1 - x0), y0 + share * (y1 - y0))]
    assert similarity(line, Polyline([*longer, line.points[-1]][::-1]), frame_size=FRAME) == 1.0


@pytest.mark.parametrize("segments", [3, 3_000])
def test_a_long_line_is_compared_as_exactly_as_a_short_one(segments: int) -> None:
    x = np.linspace(0, 3_000, segments + 1)
    one, other = (Polyline(np.stack([x, np.full_like(x, y)], axis=1).tolist()) for y in (10, 12))
    assert similarity(one, other, frame_size=(3_000, 3_000), tolerance=2) == pytest.approx(1)
    half = Polyline([(0, 10), (1_500, 10)])
    assert similarity(one, half, frame_size=(3_000, 3_000), tolerance=2) == pytest.approx((1_500 + 1_502) / 4_500)


@given(keypoints, keypoints, tolerances)
def test_keypoints_fall_off_with_the_square_of_their_distance(one: Keypoint, other: Keypoint, t: float) -> None:
    expected = math.exp(-(math.dist((one.x, one.y), (other.x, other.y)) ** 2) / (2 * t * t))
    assert similarity(one, other, frame_size=FRAME, tolerance=t) == pytest.approx(expected, abs=1e-12)


def test_a_tolerance_is_in_pixels_per_cent_of_the_diagonal_or_mm() -> None:
    one, other = Keypoint(100, 100), Keypoint(106, 108)
    for tolerance in (None, 5, "5px", "1%"):
        assert similarity(one, other, frame_size=(300, 400), tolerance=tolerance) == pytest.approx(math.exp(-2))
    # Rows lie 1 mm apart, columns 0.5: the two points are (3, 8) mm from each other.
    in_mm = similarity(one, other, frame_size=(300, 400), tolerance="2mm", spacing=(1.0, 0.5))
    assert in_mm == pytest.approx(math.exp(-(3**2 + 8**2) / 8))
    lines = [Polyline([(x, 0), (x, 100)]) for x in (10, 14)]
    for spacing, expected in (((1.0, 0.5), 1.0), ((0.5, 1.0), 0.0)):
        assert similarity(*lines, frame_size=(100, 100), tolerance="2mm", spacing=spacing) == expected


def test_a_tolerance_in_mm_needs_the_spacing_of_pixels() -> None:
    with pytest.raises(InvalidInput, match=r"in mm, and the pixel spacing is not known.* Give spacing"):
        similarity(Keypoint(1, 1), Keypoint(2, 2), frame_size=FRAME, tolerance="2mm")
    names = Ontology(objects=[ObjectClass("nose", shape="keypoint", tolerance="2mm")])
    sized = ObjectPrimitive({"a": (1, 1, "visible"), "b": (9, 9, "visible")})
    for shape in (Keypoint(1, 1), BoundingBox(1, 1, 5, 5), sized):
        drawn = [Label("nose", shape)]
        for sides, whose in (((drawn, []), "benchmark"), (([], drawn), "trainee")):
            with pytest.raises(InvalidInput, match=rf"{whose} label 0 \(nose\), .* in mm.* Give spacing"):
                measure(*sides, ontology=names, frame_size=FRAME)
            assert len(measure(*sides, ontology=names, frame_size=FRAME, spacing=(1, 1))) == 1
        with pytest.raises(InvalidInput, match=r"in mm, and .* Give spacing"):
            similarity(shape, shape, frame_size=FRAME, tolerance="2mm")


def people(*, number: int, seed: int = 0) -> list[ObjectPrimitive]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(number):
        places = 100 + np.random.default_rng(9).uniform(-60, 60, (17, 2)) + rng.normal(0, 6, (17, 2))
        found.append(ObjectPrimitive({f"joint {k}": (x, y, "visible") for k, (x, y) in enumerate(places.tolist())}))
    return found


def test_skeletons_are_as_similar_as_pycocotools_says() -> None:
    sigmas = COCOeval(iouType="keypoints").params.kpt_oks_sigmas
    gold, drawn = people(number=8), people(number=8, seed=1)
    coco = COCO()
    annotations = []
    for number, person in enumerate([*gold, *drawn], start=1):
        x0, y0, x1, y1 = person.bounds()
        annotations.append(
            {"id": number, "image_id": 1, "category_id": 1, "bbox": [x0, y0, x1 - x0, y1 - y0], "iscrowd": 0,
             "area": (x1 - x0) * (y1 - y0), "num_keypoints": 17, "score": -number,
             "keypoints": [value for x, y, _ in person.points.values() for value in (x, y, 2)]}
        )  # fmt: skip
    coco.dataset = {"images": [{"id": 1}], "categories": [{"id": 1}], "annotations": annotations[:8]}
    coco.createIndex()
    found = COCO()
    found.dataset = {**coco.dataset, "annotations": annotations[8:]}
    found.createIndex()
    evaluation = COCOeval(coco, found, "keypoints")
    evaluation.params.imgIds, evaluation.params.catIds = [1], [1]
    evaluation._prepare()
    expected = evaluation.computeOks(1, 1)
    actual = [[similarity(g, d, frame_size=(200, 200), sigmas=sigmas) for g in gold] for d in drawn]
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(actual, expected, atol=1e-9)


def naive_oks(benchmark: ObjectPrimitive, trainee: ObjectPrimitive, sigmas: dict[str, float], t: float) -> float:
    one, other = benchmark.present(), trainee.present()
    xs, ys = zip(*one.values(), strict=True)
    w, h = max(xs) - min(xs), max(ys) - min(ys)
    size = max(w * h, max(w, h) ** 2 / 100)
    total = 0.0
    for name in one.keys() & other.keys():
        squared = math.dist(one[name], other[name]) ** 2
        k = 2 * sigmas.get(name, 0.07)
        total += math.exp(-squared / (2 * size * k * k)) if max(w, h) > 1e-9 else math.exp(-squared / (2 * t * t))
    return total / len(one.keys() | other.keys())


@given(primitives(), primitives(), st.dictionaries(st.sampled_from(["head", "hand"]), st.floats(0.02, 0.2)), tolerances)
def test_primitives_are_as_similar_as_the_formula_says_point_by_point(
    one: ObjectPrimitive, other: ObjectPrimitive, sigmas: dict[str, float], t: float
) -> None:
    actual = similarity(one, other, frame_size=FRAME, sigmas=sigmas, tolerance=t)
    assert actual == pytest.approx(naive_oks(one, other, sigmas, t), abs=1e-9)


def test_sigmas_and_tolerances_are_those_of_the_benchmarks_class() -> None:
    near, far = ({"a": (10.0, 10.0, "visible"), "b": (50.0, y, "visible")} for y in (50.0, 54.0))
    names = Ontology(
        objects=[
            ObjectClass("strict", shape="object_primitive", skeleton=Skeleton(["a", "b"], sigmas=[0.03, 0.03])),
            ObjectClass("lax", shape="object_primitive", skeleton=Skeleton(["a", "b"], sigmas=[0.3, 0.3])),
            ObjectClass("dot", shape="keypoint", tolerance=1),
            ObjectClass("blot", shape="keypoint", tolerance=20),
        ]
    )
    for benchmark, trainee in (("strict", "lax"), ("lax", "strict")):
        gold, drawn = Label(benchmark, ObjectPrimitive(near)), Label(trainee, ObjectPrimitive(far))
        measured = measure([gold], [drawn], ontology=names, frame_size=FRAME)
        sigma = {"strict": 0.03, "lax": 0.3}[benchmark]
        expected = naive_oks(gold.shape, drawn.shape, {"a": sigma, "b": sigma}, 1.0)
        assert measured.similarity.tolist() == [pytest.approx(expected)]
    for benchmark, trainee, t in (("dot", "blot", 1), ("blot", "dot", 20)):
        gold, drawn = Label(benchmark, Keypoint(30, 30)), Label(trainee, Keypoint(31, 30))
        measured = measure([gold], [drawn], ontology=names, frame_size=FRAME)
        assert measured.similarity.tolist() == [pytest.approx(math.exp(-1 / (2 * t * t)))]


@given(shapes)
def test_every_shape_is_fully_similar_to_itself(shape: Any) -> None:
    assert similarity(shape, shape, frame_size=FRAME) == 1.0


@given(shapes, shapes)
def test_similarity_lies_between_0_and_1_and_is_0_between_families(one: Any, other: Any) -> None:
    value = similarity(one, other, frame_size=FRAME)
    assert 0 <= value <= 1
    if one.family != other.family:
        assert value == 0
    elif one.family != "primitive":
        assert similarity(other, one, frame_size=FRAME) == pytest.approx(value, abs=1e-12)


@given(points)
def test_lines_points_and_primitives_are_not_clipped_by_the_frame(point: tuple[float, float]) -> None:
    x, y = point
    inside = [Keypoint(x, y), Polyline([(x, y), (x, y + 3 * SIDE)])]
    assert similarity(inside[1], inside[1], frame_size=FRAME) == 1.0
    longer = Polyline([(x, y), (x, y + 6 * SIDE)])
    assert similarity(inside[1], longer, frame_size=FRAME, tolerance=1) == pytest.approx((6 * SIDE + 1) / (9 * SIDE))
