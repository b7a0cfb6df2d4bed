"""The editor's frames in time, as Python says of the same labels: shapes, spans, and what edits leave alone."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest

import annowidgets as aw
from annowidgets.labels import Label, Shape, find_problems, shape_at
from annowidgets.labels.key_frames import frames_of
from annowidgets.labels.shapes import SHAPES

SCRIPT = Path(__file__).parent / "tracks_in_node.js"
FRAMES = 24
SIZE = (60, 80)
KINDS = tuple(SHAPES)
SKELETON = aw.Skeleton(["a", "b", "c"])
ONTOLOGY = aw.Ontology(
    objects=[
        aw.ObjectClass(kind, shape=kind, skeleton=SKELETON if kind == "object_primitive" else None) for kind in KINDS
    ]
)


def some_shape(kind: str, random: Random) -> Shape:
    def x() -> float:
        return round(random.uniform(5, 70), 2)

    def y() -> float:
        return round(random.uniform(5, 50), 2)

    match kind:
        case "bounding_box":
            return aw.BoundingBox(x(), y(), random.randint(1, 9), random.uniform(1, 9))
        case "rotatable_bounding_box":
            angle = random.choice([-540.0, -180.0, -90.0, 0.0, 90.0, 180.0, 270.0, random.uniform(-720, 720)])
            return aw.RotatableBoundingBox(x(), y(), 9, 4, angle)
        case "polygon":
            # triangles turn inside out on their way: at one moment they have no area
            a, b, c = (x(), y()), (x(), y()), (x(), y())
            ring = [a, b, c] if random.random() < 0.5 else [a, c, b]
            return aw.Polygon(ring if random.random() < 0.8 else [*ring, (1.0, 1.0)])
        case "polyline":
            points = [(x(), y()), (x(), y())]
            return aw.Polyline(points if random.random() < 0.7 else [*points, (1, 2)])
        case "keypoint":
            return aw.Keypoint(x(), y())
        case "bitmask":
            mask = np.zeros(SIZE, bool)
            mask[random.randint(0, 30) : 40, random.randint(0, 30) : 50] = True
            return aw.Bitmask.from_array(mask)
    visibilities = ["visible", "occluded", "absent"]
    return aw.ObjectPrimitive(
        {"a": (x(), y(), "visible"), "b": (x(), y(), random.choice(visibilities)), "c": (x(), y(), "absent")}
    )


def some_label(kind: str, random: Random) -> Label:
    frames = sorted(random.sample(range(FRAMES), random.randint(1, 5)))
    keys: dict[int, Shape | None] = {}
    for frame in frames:
        outside = bool(keys) and random.random() < 0.25
        keys[frame] = None if outside else some_shape(kind, random)
    held = keys[frames[-1]] is not None and random.random() < 0.4
    return Label(kind, keys, until=random.randint(frames[-1], FRAMES - 1) if held else None)


class Told(NamedTuple):
    """What the browser's code says."""

    labels: list[Label]
    asked: list[dict[str, Any]]
    shapes: list[list[Any]]
    spans: list[list[list[int]]]
    changed: list[Label | None]


@cache
def told(interpolate: bool) -> Told:
    random = Random(7)
    labels = [some_label(kind, random) for kind in KINDS for _ in range(40)]
    if not interpolate:
        labels = [msgspec.structs.replace(label, until=None) for label in labels]
    asked = [one for place, label in enumerate(labels) for one in changes(place, label, random, interpolate)]
    given = {
        "labels": msgspec.to_builtins(labels, str_keys=True),
        "frames": FRAMES, "interpolate": interpolate, "asked": asked, "size": SIZE,
    }  # fmt: skip
    node = shutil.which("node")
    assert node, "There is no node here: install Node 20 or newer."
    ended = subprocess.run(
        [node, str(SCRIPT)], input=json.dumps(given), capture_output=True, text=True, check=True, timeout=120
    )
    found = json.loads(ended.stdout)
    changed = [None if one is None else msgspec.convert(one, Label, strict=False) for one in found["changed"]]
    return Told(labels, asked, found["shapes"], found["spans"], changed)


def changes(place: int, label: Label, random: Random, interpolate: bool) -> list[dict[str, Any]]:
    """One of each kind, where it is possible."""
    first = min(label.key_frames)
    carrying = [frame for frame in range(FRAMES) if shape_at(label, frame, interpolate=interpolate)]
    at = random.choice(carrying)
    shape = some_shape(label.category, random).to_dict()
    found = [
        {"label": place, "name": "withKey", "given": [random.randrange(FRAMES), shape]},
        {"label": place, "name": "withoutKey", "given": [random.choice(list(label.key_frames))]},
        {"label": place, "name": "copied", "given": [at, random.randint(at, FRAMES - 1)]},
    ]
    if interpolate and first < FRAMES - 1:
        found.append({"label": place, "name": "outsideFrom", "given": [random.randrange(first + 1, FRAMES)]})
        found.append({"label": place, "name": "endingAt", "given": [random.randrange(first, FRAMES)]})
    return found


def changes_of(name: str, *, interpolate: bool) -> list[tuple[Label, Label | None, list[Any]]]:
    """Before, after, and what was asked for."""
    said = told(interpolate)
    return [
        (said.labels[one["label"]], after, one["given"])
        for one, after in zip(said.asked, said.changed, strict=True)
        if one["name"] == name
    ]


def shapes(label: Label | None, *, interpolate: bool = True) -> list[Shape | None]:
    return [label and shape_at(label, frame, interpolate=interpolate) for frame in range(FRAMES)]


def same(a: Any, b: Any) -> bool:
    """Whether two shapes are the same up to rounding."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return bool(a == pytest.approx(b, abs=1e-9, rel=0))
    return bool(a == b)


def alike(a: Shape | None, b: Shape | None) -> bool:
    return same(a and a.to_dict(), b and b.to_dict())


@pytest.mark.parametrize("interpolate", [True, False])
def test_on_every_frame_the_editor_shows_what_python_says(interpolate: bool) -> None:
    said = told(interpolate)
    held = 0
    for label, found, spans in zip(said.labels, said.shapes, said.spans, strict=True):
        expected = shapes(label, interpolate=interpolate)
        for frame, (own, shown) in enumerate(zip(expected, found, strict=True)):
            assert same(own and own.to_dict(), shown), (label, frame)
            held += frame not in label.key_frames and own in label.key_frames.values() and own is not None
        assert spans == [[run.start, run.stop] for run in frames_of(label, interpolate=interpolate)]
    assert held > 50 if interpolate else held == 0


@pytest.mark.parametrize("interpolate", [True, False])
def test_whatever_is_done_to_an_object_in_time_fits_the_item(interpolate: bool) -> None:
    said = told(interpolate)
    left = [after for after in said.changed if after is not None]
    assert len(left) > 0.9 * len(said.changed)
    for after in left:
        assert not find_problems([after], ONTOLOGY, [SIZE] * FRAMES, interpolate=interpolate), after
    for one, after in zip(said.asked, said.changed, strict=True):
        before = said.labels[one["label"]]
        assert after is None or (after.id, after.category) == (before.id, before.category)


@pytest.mark.parametrize("interpolate", [True, False])
def test_a_shape_is_set_on_its_frame_and_only_between_the_key_frames_around_it(interpolate: bool) -> None:
    for before, after, (frame, shape) in changes_of("withKey", interpolate=interpolate):
        assert after is not None
        old, new = shapes(before, interpolate=interpolate), shapes(after, interpolate=interpolate)
        assert alike(new[frame], aw.shape_from_dict(shape))
        around = [key for key in before.key_frames if key != frame]
        low = max((key for key in around if key < frame), default=-1)
        high = min((key for key in around if key > frame), default=FRAMES)
        if before.until is not None and frame > before.until:
            low = before.until
        apart = [place for place in range(FRAMES) if place <= low or place >= high]
        assert all(alike(old[place], new[place]) for place in apart), (before, after, frame)


@pytest.mark.parametrize("interpolate", [True, False])
def test_without_a_key_frame_those_around_it_decide(interpolate: bool) -> None:
    for before, after, (frame,) in changes_of("withoutKey", interpolate=interpolate):
        rest = {key: shape for key, shape in before.key_frames.items() if key != frame}
        if not any(rest.values()):
            assert after is None
            continue
        assert after is not None
        assert frame not in after.key_frames
        assert {key: shape for key, shape in rest.items() if shape} == {
            key: shape for key, shape in after.key_frames.items() if shape
        }


def test_outside_from_a_frame_on_leaves_what_was_before_and_what_comes_back() -> None:
    for before, after, (frame,) in changes_of("outsideFrom", interpolate=True):
        old, new = shapes(before), shapes(after)
        later = min((key for key, shape in before.key_frames.items() if key > frame and shape), default=FRAMES)
        assert all(map(alike, new[:frame], old[:frame])), (before, after, frame)
        assert new[frame:later] == [None] * (later - frame), (before, after, frame)
        assert all(map(alike, new[later:], old[later:]))


def test_an_object_ends_on_the_frame_that_is_asked_for() -> None:
    for before, after, (frame,) in changes_of("endingAt", interpolate=True):
        old, new = shapes(before), shapes(after)
        last = max(place for place, shape in enumerate(old) if shape)
        kept = min(frame, last) + 1
        assert all(map(alike, new[:kept], old[:kept])), (before, after, frame)
        assert all(alike(shape, old[last]) for shape in new[last : frame + 1])
        assert new[frame + 1 :] == [None] * (FRAMES - frame - 1)


def test_a_copy_stands_still_and_nothing_before_it_moves() -> None:
    for before, after, (frame, last) in changes_of("copied", interpolate=True):
        old, new = shapes(before), shapes(after)
        assert all(map(alike, new[: frame + 1], old[: frame + 1])), (before, after, frame, last)
        assert all(alike(shape, old[frame]) for shape in new[frame : last + 1])
        following = min((key for key in before.key_frames if key > last), default=FRAMES)
        assert all(map(alike, new[following:], old[following:])), (before, after, frame, last)
        assert [bool(shape) for shape in new[last + 1 :]] == [bool(shape) for shape in old[last + 1 :]]


def test_where_frames_stand_by_themselves_a_copy_fills_those_that_are_free() -> None:
    for before, after, (frame, last) in changes_of("copied", interpolate=False):
        old, new = shapes(before, interpolate=False), shapes(after, interpolate=False)
        expected = [old[frame] if own is None and frame < place <= last else own for place, own in enumerate(old)]
        assert new == expected
