"""Hypothesis strategies of labels: every shape, labels with key frames, answers, ontologies, and labels that fit them.

All of them give valid values. The ones whose names end in `_on` fit a frame, an ontology or an item.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from annowidgets.errors import InvalidShape
from annowidgets.labels import (
    Answer,
    AnswerValue,
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
    Question,
    Radio,
    RotatableBoundingBox,
    Shape,
    Skeleton,
    Text,
    walk,
)

Size = tuple[int, int]

VISIBILITIES = ("visible", "occluded", "absent")

_words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)
names = st.one_of(
    st.sampled_from(["RBC", "blanc de l'œil", "белое тело", "白血球", "کتاب\u200cها", "👩\u200d⚕️", "full\u3000width"]),
    _words,
    _words.map(lambda word: (word * 400)[:400]),
).map(lambda name: unicodedata.normalize("NFC", name))

coordinates = st.one_of(
    st.floats(-1e6, 1e6), st.integers(-5, 700), st.floats(-9e6, 9e6).map(np.float64), st.floats(0, 50, width=32)
)
lengths = st.one_of(st.floats(1e-3, 1e6), st.integers(1, 700))
sizes = st.tuples(st.integers(1, 60), st.integers(1, 60))
points = st.tuples(coordinates, coordinates)


@st.composite
def possible(draw: st.DrawFn, make: Any, *arguments: st.SearchStrategy[Any]) -> Any:
    try:
        return make(*(draw(argument) for argument in arguments))
    except InvalidShape:
        reject()


def bounding_boxes() -> st.SearchStrategy[BoundingBox]:
    return possible(BoundingBox, coordinates, coordinates, lengths, lengths)


def rotatable_bounding_boxes() -> st.SearchStrategy[RotatableBoundingBox]:
    return possible(RotatableBoundingBox, coordinates, coordinates, lengths, lengths, st.floats(-720, 720))


def polygons() -> st.SearchStrategy[Polygon]:
    ring = st.lists(points, min_size=3, max_size=8)
    return possible(Polygon, st.one_of(ring, st.lists(ring, min_size=1, max_size=3)))


def polylines() -> st.SearchStrategy[Polyline]:
    return possible(Polyline, st.lists(points, min_size=2, max_size=8))


def keypoints() -> st.SearchStrategy[Keypoint]:
    return st.builds(Keypoint, coordinates, coordinates)


@st.composite
def masks(draw: st.DrawFn, size: Size | None = None) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Arrays of shape (height, width) with at least one pixel: noise, one pixel, a full mask, a blob."""
    height, width = size or draw(sizes)
    mask = np.zeros((height, width), bool)
    kind = draw(st.sampled_from(["noise", "pixel", "full", "blob"]))
    if kind == "noise":
        mask = draw(numpy_st.arrays(bool, (height, width)))
    elif kind == "full":
        mask[:] = True
    elif kind == "blob":
        rows, columns = (
            sorted(draw(st.tuples(*[st.integers(0, height)] * 2))),
            sorted(draw(st.tuples(*[st.integers(0, width)] * 2))),
        )
        mask[slice(*rows), slice(*columns)] = True
    if not mask.any():
        mask[draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))] = True
    return mask


def bitmasks(size: Size | None = None) -> st.SearchStrategy[Bitmask]:
    return masks(size).map(Bitmask.from_array)


@st.composite
def object_primitives(draw: st.DrawFn, point_names: tuple[str, ...] | None = None) -> ObjectPrimitive:
    called = point_names or tuple(draw(st.lists(names, min_size=1, max_size=5, unique=True)))
    visibility = draw(st.lists(st.sampled_from(VISIBILITIES), min_size=len(called), max_size=len(called)))
    if set(visibility) == {"absent"}:
        visibility[0] = "occluded"
    return ObjectPrimitive({n: (*draw(points), v) for n, v in zip(called, visibility, strict=True)})


def shapes() -> st.SearchStrategy[Shape]:
    return st.one_of(
        bounding_boxes(),
        rotatable_bounding_boxes(),
        polygons(),
        polylines(),
        keypoints(),
        bitmasks(),
        object_primitives(),
    )


@st.composite
def shapes_on(draw: st.DrawFn, size: Size, object_class: ObjectClass) -> Shape:
    """Shapes of a class that reach into a frame of (height, width); many of them go over its edge."""
    height, width = size
    x, y = draw(st.floats(0, width - 0.5)), draw(st.floats(0, height - 0.5))
    w, h = draw(st.floats(1, 2 * width)), draw(st.floats(1, 2 * height))
    match object_class.shape:
        case "bounding_box":
            return BoundingBox(x, y, w, h)
        case "rotatable_bounding_box":
            return RotatableBoundingBox(x, y, w, h, draw(st.floats(-720, 720)))
        case "polygon":
            return Polygon([(x, y), (x + w, y), (x + w / 2, y + h), (x, y + h)])
        case "polyline":
            return Polyline([(x, y), *draw(st.lists(points, max_size=4)), (x + w, y + h)])
        case "keypoint":
            return Keypoint(x, y)
        case "bitmask":
            return draw(bitmasks(size))
        case "object_primitive":
            assert object_class.skeleton is not None
            primitive = draw(object_primitives(object_class.skeleton.points))
            first = object_class.skeleton.points[0]
            return ObjectPrimitive({**primitive.points, first: (x, y, "visible")})


numbers = st.one_of(
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(width=32, allow_nan=False, allow_infinity=False).map(np.float32),
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
answer_values: st.SearchStrategy[AnswerValue] = st.one_of(
    texts, numbers, st.lists(names, max_size=4, unique=True).map(tuple)
)
attributes = st.dictionaries(names, answer_values, max_size=3)


@st.composite
def labels(draw: st.DrawFn) -> Label:
    """Any valid label, of one shape or of key frames."""
    category, given = draw(names), draw(attributes)
    by_frame = draw(st.dictionaries(st.integers(0, 100), attributes, max_size=2))
    if draw(st.booleans()):
        return Label(category, draw(shapes()), given, attributes_by_frame=by_frame)
    frames = sorted(draw(st.sets(st.integers(0, 100), min_size=1, max_size=4)))
    key_frames = {frame: draw(st.none() | shapes()) for frame in frames}
    key_frames[frames[0]] = draw(shapes())
    until = None if key_frames[frames[-1]] is None else draw(st.none() | st.integers(frames[-1], 200))
    return Label(category, key_frames, given, until=until, attributes_by_frame=by_frame)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Any valid answer."""
    frame = draw(st.none() | st.integers(0, 100))
    until = None if frame is None else draw(st.none() | st.integers(frame, 200))
    return Answer(draw(names), draw(answer_values), frame, until)


def label_lists() -> st.SearchStrategy[list[Label | Answer]]:
    return st.lists(st.one_of(labels(), answers()), max_size=4)


@st.composite
def question_trees(draw: st.DrawFn, called: list[str], *, scope: str = "item", depth: int = 2) -> Question:
    """A question, nested up to `depth` deep, whose names are taken from the end of `called`."""
    name, required = called.pop(), draw(st.booleans())
    options = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    match draw(st.sampled_from(["radio", "checklist", "text", "number"])):
        case "checklist":
            return Checklist(name, options, required, scope)
        case "text":
            return Text(name, required, scope)
        case "number":
            return Number(name, draw(st.floats(0, 10)), required, scope)
    nested = [
        Option(
            option,
            [draw(question_trees(called, scope=scope, depth=depth - 1))]
            if depth and len(called) > 1 and draw(st.booleans())
            else [],
        )
        for option in options
    ]
    return Radio(name, nested, required, scope)


@st.composite
def object_classes(draw: st.DrawFn, name: str) -> ObjectClass:
    shape = draw(
        st.sampled_from(
            ["bounding_box", "rotatable_bounding_box", "polygon", "polyline", "keypoint", "bitmask", "object_primitive"]
        )
    )
    skeleton = None
    if shape == "object_primitive":
        called = draw(st.lists(names, min_size=2, max_size=4, unique=True))
        sigmas = draw(st.none() | st.just([0.05] * len(called)))
        skeleton = Skeleton(called, draw(st.sampled_from([[], [called[:2]]])), sigmas)
    attribute_names = draw(st.lists(names, max_size=5, unique=True))
    attributes = []
    while attribute_names:
        attributes.append(draw(question_trees(attribute_names)))
    tolerance = draw(st.sampled_from([None, 5, 0.5, "1%", "2mm", "3 px"]))
    color = draw(st.sampled_from([None, "#d62728", "#ABCDEF"]))
    return ObjectClass(name, shape, color, attributes, tolerance, skeleton)


@st.composite
def ontologies(draw: st.DrawFn) -> Ontology:
    called = draw(st.lists(names, min_size=1, max_size=8, unique=True))
    classes = [draw(object_classes(called.pop())) for _ in range(draw(st.integers(0, len(called))))]
    questions = []
    while called:
        questions.append(draw(question_trees(called, scope=draw(st.sampled_from(["item", "frame"])))))
    return Ontology(classes, questions)


def answer_to(question: Question) -> st.SearchStrategy[AnswerValue]:
    """Values that answer the question."""
    match question:
        case Radio():
            return st.sampled_from([option.value for option in question.options])
        case Checklist():
            return st.lists(st.sampled_from(question.options), min_size=1, unique=True).map(tuple)
        case Number():
            return st.integers(-100, 100)
        case Text():
            return st.text("abc é", min_size=1, max_size=5).filter(str.strip)


@st.composite
def answered(draw: st.DrawFn, questions: tuple[Question, ...]) -> dict[str, AnswerValue]:
    """Answers to every question that is asked, some of the others left out."""
    given: dict[str, AnswerValue] = {}
    for question in questions:
        if question.required or draw(st.booleans()):
            given[question.name] = draw(answer_to(question))
            if isinstance(question, Radio):
                chosen = next(option for option in question.options if option.value == given[question.name])
                given |= draw(answered(chosen.questions))
    return given


@st.composite
def labels_on(draw: st.DrawFn, ontology: Ontology, frame_sizes: list[Size]) -> list[Label | Answer]:
    """Labels that fit an ontology and an item with frames of these sizes, complete for a submission."""
    found: list[Label | Answer] = []
    last = len(frame_sizes) - 1
    for object_class in ontology.objects:
        for _ in range(draw(st.integers(0, 2))):
            given = draw(answered(object_class.attributes))
            frames = sorted(draw(st.sets(st.integers(0, last), min_size=1, max_size=3)))
            key_frames = {frame: draw(shapes_on(frame_sizes[frame], object_class)) for frame in frames}
            found.append(Label(object_class.name, key_frames if last else key_frames[0], given))
    item = tuple(question for question in ontology.classifications if question.scope == "item")
    frame_questions = tuple(question for question in ontology.classifications if question.scope == "frame")
    found += [Answer(name, value) for name, value in draw(answered(item)).items()]
    found += [Answer(name, value, 0, last) for name, value in draw(answered(frame_questions)).items()]
    return draw(st.permutations(found))


def question_names(ontology: Ontology) -> list[str]:
    return [question.name for question in walk(ontology.classifications)]
