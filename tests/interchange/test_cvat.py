"""CVAT's XML: each shape, and tracks with their key frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import annowidgets as aw
from annowidgets.errors import InvalidImport
from annowidgets.interchange import ImportedDataset, read_cvat
from annowidgets.labels import Bitmask, Label, Number, ObjectPrimitive, Radio, Skeleton, Text, shape_at
from tests.interchange import samples

BOX = aw.BoundingBox
HAND = ObjectPrimitive({"wrist": (3, 4, "occluded"), "thumb": (5, 6, "absent")})


def read(folder: Path, content: str, **options: Any) -> ImportedDataset:
    return read_cvat(samples.write_sample("cvat", folder, content.encode()), progress=False, **options)


def tracks(folder: Path, *elements: str, **options: Any) -> tuple[list[Label], ImportedDataset]:
    video = folder / "film.mp4"
    video.touch()
    dataset = read(folder, f"<annotations>{''.join(elements)}</annotations>", **{"images": video} | options)
    return [label for label in dataset.videos[0].labels if isinstance(label, Label)], dataset


def box(frame: int, x: float, *, key: int = 1, outside: int = 0, more: str = "") -> str:
    corners = f'xtl="{x}" ytl="2" xbr="{x + 4}" ybr="6"'
    return f'<box frame="{frame}" keyframe="{key}" outside="{outside}" {corners}>{more}</box>'


def track(*boxes: str) -> str:
    return f'<track id="7" label="cell">{"".join(boxes)}</track>'


def test_every_shape_of_an_image_is_read_with_its_attributes(tmp_path: Path) -> None:
    dataset = read(tmp_path, samples.CVAT_IMAGES)
    [image] = dataset.images
    turned, upright, polygon, line, one, other, pixels, hand, tags = image.labels
    assert turned == Label(
        "cell",
        aw.RotatableBoundingBox(3.25, 5, 4.5, 6, 30),
        {"occluded": "no", "kind": "round", "count": 2.5, "clear": "true", "remark": "a remark"},
    )
    assert upright == Label("cell", BOX(1, 2, 4.5, 6), {"occluded": "yes"})
    assert [getattr(label, "shape", None) for label in (polygon, line, one, other)] == [
        aw.Polygon([(1, 1), (6, 1), (6, 5)]),
        aw.Polyline([(1, 1), (6, 1)]),
        aw.Keypoint(1, 1),
        aw.Keypoint(6, 1),
    ]
    # Background 1, object 1, background 2, object 1, background 1, row by row in a box of 3 x 2.
    expected = np.zeros((20, 30), bool)
    expected[5:7, 4:7] = [[0, 1, 0], [0, 1, 0]]
    assert pixels == Label("cell", Bitmask.from_array(expected), {"occluded": "no"})
    assert hand == Label("hand", HAND)
    assert tags == aw.Answer("tags", ("blurred",))
    assert {(one.what.split()[0], one.reason) for one in dataset.skipped} == {
        ("cell", "It is a <ellipse>: no shape here can be one."),
        ("z_order", "labels don't hold it; 1 label(s) kept"),
        ("points", "labels don't hold it; 1 label(s) kept"),
    }


def test_what_labels_do_not_hold_is_counted_for_shapes_and_tracks(tmp_path: Path) -> None:
    point = (
        '<points label="wrist" outside="0" occluded="0" points="3,4"><attribute name="sure">true</attribute></points>'
    )
    image = f"""<annotations><image id="0" name="a.png" width="30" height="20">
        <skeleton label="hand" source="auto" z_order="0">{point}</skeleton>
        <skeleton label="hand"><polygon points="1,1;2,1;2,2"/></skeleton></image></annotations>"""
    dataset = read(tmp_path, image)
    assert [label.category for label in dataset.images[0].labels if isinstance(label, Label)] == ["hand"]
    assert {(one.what, one.reason) for one in dataset.skipped} == {
        ("hand (a.png, element 2)", "It holds a <polygon>; a skeleton here has points."),
        ("source", "labels don't hold it; 1 label(s) kept"),
        ("attributes of a skeleton's points", "labels don't hold it; 1 label(s) kept"),
    }
    [_], video = tracks(tmp_path, f'<track id="7" label="cell" source="file" group_id="2">{box(0, 1)}</track>')
    assert [one.what for one in video.skipped] == ["group_id", "source"]


def test_a_video_of_a_job_in_which_nothing_was_found_is_a_video(tmp_path: Path) -> None:
    labels, dataset = tracks(tmp_path, "<meta><job><mode>interpolation</mode></job></meta>")
    assert (len(dataset.videos), labels) == (1, [])


def test_a_mask_needs_no_memory_for_a_size_that_only_the_file_claims(tmp_path: Path) -> None:
    claimed = samples.CVAT_IMAGES.replace(
        f'width="{samples.WIDTH}" height="{samples.HEIGHT}"', 'width="40000" height="40000"'
    )
    [mask] = [getattr(one, "shape", None) for one in read(tmp_path, claimed).images[0].labels[6:7]]
    assert mask.bounds() == (5, 5, 6, 7)
    larger = claimed.replace(
        'rle="1, 1, 2, 1, 1" left="4" top="5" width="3" height="2"',
        'rle="900000000" left="0" top="0" width="30000" height="30000"',
    )
    assert "too large" in read(tmp_path, larger).skipped[0].reason


def test_the_ontology_has_the_attributes_options_and_skeletons_that_the_file_declares(tmp_path: Path) -> None:
    path = samples.write_sample("cvat", tmp_path)
    ontology = aw.Ontology.from_file(path, format="cvat")
    cell, hand = ontology.objects
    assert {question.name: question for question in cell.attributes} == {
        "kind": Radio("kind", ("round", "long")),  # type: ignore[arg-type]
        "count": Number("count"),
        "clear": Radio("clear", ("false", "true")),  # type: ignore[arg-type]
        "remark": Text("remark"),
        "occluded": Radio("occluded", ("no", "yes")),  # type: ignore[arg-type]
    }
    assert hand.skeleton == Skeleton(("wrist", "thumb"), (("wrist", "thumb"),))
    assert ontology.question("tags").options == ("blurred",)  # type: ignore[union-attr]


def test_frames_between_key_frames_are_left_to_interpolation_where_it_says_the_same(tmp_path: Path) -> None:
    [label], _ = tracks(tmp_path, track(box(0, 1), box(1, 2.003, key=0), box(2, 3), box(3, 3, outside=1)))
    assert label.key_frames == {0: BOX(1, 2, 4, 4), 2: BOX(3, 2, 4, 4), 3: None}
    assert shape_at(label, 1, interpolate=True) == BOX(2, 2, 4, 4)


def test_where_interpolation_says_something_else_every_told_frame_is_a_key_frame(tmp_path: Path) -> None:
    [label], _ = tracks(tmp_path, track(box(0, 1), box(1, 9, key=0), box(2, 3), box(4, 3, key=0)))
    assert label.key_frames == {0: BOX(1, 2, 4, 4), 1: BOX(9, 2, 4, 4), 2: BOX(3, 2, 4, 4)}
    assert label.until == 4, "it is told on the last frame, and held until there"


def test_a_track_may_come_back_and_says_outside_once(tmp_path: Path) -> None:
    away = (box(1, 1, outside=1), box(2, 1, outside=1), box(3, 1, key=0, outside=1))
    [label], _ = tracks(
        tmp_path, track(box(0, 0, outside=1), box(5, 4), *away, box(0, 1).replace('frame="0"', 'frame="6"'))
    )
    assert label.key_frames == {5: BOX(4, 2, 4, 4), 6: BOX(1, 2, 4, 4)}
    [label], _ = tracks(tmp_path, track(box(0, 1), *away, box(5, 4)))
    assert label.key_frames == {0: BOX(1, 2, 4, 4), 1: None, 5: BOX(4, 2, 4, 4)}


def test_attributes_that_change_hold_from_their_frame_on(tmp_path: Path) -> None:
    def kind(value: str) -> str:
        return f'<attribute name="kind">{value}</attribute><attribute name="old">no</attribute>'

    [label], _ = tracks(
        tmp_path, track(box(0, 1, more=kind("a")), box(2, 1, more=kind("b")), box(4, 1, more=kind("c"), outside=1))
    )
    assert label.attributes == {"kind": "a", "old": "no"}
    assert label.attributes_by_frame == {2: {"kind": "b"}}


def test_points_and_skeletons_have_tracks_too(tmp_path: Path) -> None:
    points = '<points frame="{}" keyframe="1" outside="0" points="{}"/>'
    labels, dataset = tracks(
        tmp_path,
        f'<track label="cell">{points.format(0, "1,1;2,2")}{points.format(2, "3,3;4,4")}</track>',
        f'<track label="cell">{points.format(0, "1,1;2,2")}{points.format(2, "3,3")}</track>',
        '<track label="hand"><skeleton frame="1" keyframe="1" outside="0">'
        '<points label="wrist" points="3,4" occluded="1" outside="0"/>'
        '<points label="thumb" points="5,6" occluded="0" outside="1"/></skeleton>'
        '<skeleton frame="2" keyframe="1" outside="0"><points label="wrist" points="3,4" outside="1"/></skeleton>'
        "</track>",
    )
    assert [label.key_frames for label in labels] == [
        {0: aw.Keypoint(1, 1), 2: aw.Keypoint(3, 3)},
        {0: aw.Keypoint(2, 2), 2: aw.Keypoint(4, 4)},
        {1: HAND, 2: None},
    ]
    assert any("1 and 2 points in turn" in one.reason for one in dataset.skipped)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (track(box(0, 1), box(0, 2)), "told twice on frame 0"),
        (track(box(0, 1, outside=1)), "outside on all its frames"),
        (track(box(0, 1).replace('"0"', '"x"', 1)), "frame must be a number"),
        (track(box(0, 1).replace('outside="0"', 'outside="maybe"')), "outside must be 0 or 1"),
        (track('<cuboid frame="0" outside="0"/>'), "<cuboid>: no shape here"),
        ("<track>" + box(0, 1) + "</track>", "no label"),
    ],
)
def test_a_track_that_can_not_be_read_is_reported_by_its_name(tmp_path: Path, content: str, says: str) -> None:
    labels, dataset = tracks(tmp_path, content, track(box(0, 1)))
    assert len(labels) == 1
    [told] = [one for one in dataset.skipped if says in one.reason]
    assert "track" in told.what


def test_frames_are_found_by_the_numbers_in_their_names_or_in_steps(tmp_path: Path) -> None:
    meta = "<meta><task><start_frame>10</start_frame><frame_filter>step=5</frame_filter></task></meta>"
    for folder, names in (("numbered", ("f10", "f15", "f20")), ("named", ("a", "b", "c"))):
        for name in names:
            samples.picture(tmp_path / folder / f"{name}.png")
        [label], dataset = tracks(
            tmp_path, meta, track(box(10, 1), box(20, 3)), track(box(10, 1), box(12, 1)), images=tmp_path / folder
        )
        assert label.key_frames.keys() == {0, 2}
        assert [file.stem for file in dataset.videos[0].frames] == list(names)
        assert "no picture of frame 12" in dataset.skipped[0].reason


JOB = "<meta><job><size>3</size><start_frame>10</start_frame><frame_filter>step=5</frame_filter></job></meta>"
TASK = "<meta><task><size>9</size><start_frame>0</start_frame><frame_filter></frame_filter></task></meta>"


@pytest.mark.parametrize(
    ("meta", "names", "told"),
    [
        (JOB, ("f10", "f15", "f20"), {10: 0, 20: 2}),
        (JOB, ("f0", "f1", "f2"), {10: 0, 20: 2}),
        (JOB, ("a", "b", "c"), {15: 1, 20: 2}),
        # Where the job's start is counted in the task, and the frames in the video.
        (JOB, ("f110", "f115", "f120"), {110: 0, 120: 2}),
        # A job of a longer task, of which the file tells.
        (TASK, ("f3", "f4", "f5"), {3: 0, 5: 2}),
        (TASK, ("f2", "f3", "f4", "f5"), {2: 0, 3: 1}),
        (TASK, ("f1", "f2", "f3"), {1: 1, 2: 2}),
        (TASK, ("f1", "f2", "f3"), {1: 0, 3: 2}),
        # The pictures of the whole video, of which a part is told.
        (JOB.replace("step=5", ""), [f"f{number}" for number in range(25)], {10: 10, 12: 12}),
    ],
)
def test_a_part_of_a_video_is_placed_by_its_pictures(
    tmp_path: Path, meta: str, names: tuple[str, ...], told: dict[int, int]
) -> None:
    for name in names:
        samples.picture(tmp_path / "frames" / f"{name}.png")
    first, last = told
    [label], dataset = tracks(tmp_path, meta, track(box(first, 1), box(last, 3)), images=tmp_path / "frames")
    assert list(label.key_frames) == list(told.values())
    assert not dataset.skipped


def test_what_is_no_cvat_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidImport, match="its root is <x>"):
        read(tmp_path, "<x/>")
    with pytest.raises(InvalidImport, match="It is no XML"):
        read(tmp_path, "<x")
    with pytest.raises(InvalidImport, match="no file and no folder"):
        read(tmp_path, "<annotations/>", images=tmp_path / "missing")
    meta = "<meta><project><tasks><task/><task/></tasks></project></meta>"
    with pytest.raises(InvalidImport, match="tracks of several tasks"):
        read(tmp_path, f"<annotations>{meta}{track(box(0, 1))}</annotations>")
