from __future__ import annotations

import io
import struct
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageFile

from annowidgets.errors import InvalidMedia
from annowidgets.media import StillImage, open_medium
from tests.media import writers

SIZE = (24, 32)


def photo() -> NDArray[np.uint8]:
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    noise = np.random.default_rng(3).integers(0, 30, (*SIZE, 3))
    return (np.stack([x * 6, y * 8, x + y], axis=-1) + noise).clip(0, 255).astype(np.uint8)


def saved(kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(photo()).save(file, format=kind, **options)
    return file.getvalue()


FILES = {
    "baseline.jpg": saved("JPEG", quality=90),
    "progressive.jpg": saved("JPEG", quality=90, progressive=True, exif=b"Exif\0\0" + writers.exif(6)),
    "rgb.png": saved("PNG"),
    "palette.png": writers.png(photo(), extra=writers.chunk(b"eXIf", writers.exif(8))),
    "rgb16.png": writers.png(photo().astype(np.uint16) * 257, filters=(0, 1, 2, 3, 4)),
    "lossy.webp": saved("WEBP", quality=80),
    "lossless.webp": saved("WEBP", lossless=True, exif=b"Exif\0\0" + writers.exif(3)),
    "raw.tif": writers.tiff(photo(), rows_per_strip=5),
    "deflate16.tif": writers.tiff(photo().astype(np.uint16) * 257, deflate=True, order=">", orientation=6),
    "lzw.tif": saved("TIFF", compression="tiff_lzw"),
}


def read(path: Path) -> tuple[tuple[int, int], NDArray[Any]]:
    image = StillImage(path)
    return image.sizes[0], image.frame(0)


# --- what is not a picture


@pytest.mark.parametrize(
    ("name", "content", "says", "way_out"),
    [
        ("empty.jpg", b"", "empty", "Copy"),
        ("text.png", b"hello, world", "not an image", "PNG, JPEG, WebP or TIFF"),
        ("a.gif", b"GIF89a" + bytes(50), "a GIF", "add_image_sequence"),
        ("scan.jpg", bytes(128) + b"DICM" + bytes(50), "DICOM", "add_dicom_series"),
        ("film.png", b"\0\0\0\x18ftypisom" + bytes(50), "a video", "add_video"),
        ("phone.jpg", b"\0\0\0\x18ftypheic" + bytes(50), "HEIC", "PNG"),
        ("pointer.jpg", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS", "git lfs pull"),
        ("big.tif", b"II\x2b\x00" + bytes(50), "BigTIFF", "TIFF or PNG"),
        ("head.jpg", b"\xff\xd8\xff\xe0", "damaged", "Copy"),
        ("head.png", b"\x89PNG\r\n\x1a\n", "damaged", "Copy"),
        ("head.webp", b"RIFF\x10\0\0\0WEBP", "damaged", "Copy"),
        ("head.tif", b"II\x2a\x00\x08\0\0\0", "damaged", "Copy"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_name_and_the_way_out(
    tmp_path: Path, name: str, content: bytes, says: str, way_out: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidMedia) as caught:
        StillImage(path)
    assert name in caught.value.message
    assert says in caught.value.message
    assert way_out in (caught.value.hint or "")


def test_a_path_that_leads_to_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidMedia, match=r"no file .*gone\.png.*relink"):
        StillImage(tmp_path / "gone.png")
    with pytest.raises(InvalidMedia, match=r"is a folder.*glob"):
        StillImage(tmp_path)
    with pytest.raises(InvalidMedia, match="can't be read"):
        StillImage("a\0b.png")
    (tmp_path / "f").write_bytes(b"x")
    with pytest.raises(InvalidMedia, match="can't be read"):
        StillImage(tmp_path / "f" / "below-a-file.png")


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "TIFF"])
def test_a_picture_of_several_frames_is_refused_and_the_right_call_named(tmp_path: Path, kind: str) -> None:
    frames = [Image.fromarray(photo()), Image.fromarray(255 - photo())]
    path = tmp_path / f"moving.{kind}"
    frames[0].save(path, format=kind, save_all=True, append_images=frames[1:])
    with pytest.raises(InvalidMedia, match=r"moving\.\w+ is a \w+ of 2 frames.*add_image_sequence\(name, paths\)"):
        StillImage(path)


def test_the_previews_behind_a_phone_s_jpeg_do_no_harm(tmp_path: Path) -> None:
    frames = [Image.fromarray(photo()), Image.fromarray(255 - photo())]
    frames[0].save(tmp_path / "phone.jpg", format="MPO", save_all=True, append_images=frames[1:])
    image = StillImage(tmp_path / "phone.jpg")
    assert np.abs(image.frame(0).astype(int) - photo()).mean() < 12
    assert image.encoded(0).mime == "image/jpeg"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (writers.tiff(np.ones((4, 5, 1), np.float32), sample_format=3), "floating-point"),
        (writers.tiff(np.ones((4, 5, 1), np.int32), sample_format=2), "32-bit integers"),
        (writers.tiff(np.ones((4, 5, 1), np.int16), sample_format=2), "signed"),
        (writers.tiff(np.ones((4, 5, 3), np.uint16), planar=True), "separate planes"),
        (writers.tiff(np.ones((4, 5, 3), np.uint16), planar=True, deflate=True), "separate planes"),
        (writers.tiff(np.ones((4, 5, 4), np.uint16), extra_samples=1), "multiplied by alpha"),
    ],
)
def test_values_that_would_be_read_with_loss_are_refused_on_opening(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(content)
    with pytest.raises(InvalidMedia, match=rf"a\.tif holds .*{says}.*scaled as you want"):
        StillImage(path)


def test_a_tiff_that_lacks_strips_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    data = bytearray(writers.tiff(photo(), rows_per_strip=SIZE[0] // 2))
    at = data.index(struct.pack("<HHI", 273, 4, 2))  # StripOffsets: two of them
    data[at : at + 12] = struct.pack("<HHII", 273, 4, 1, 8)
    path.write_bytes(data)
    with pytest.raises(InvalidMedia, match="only a part of its rows"):
        StillImage(path).frame(0)


# --- too large


def bomb() -> bytes:
    header = writers.chunk(b"IHDR", struct.pack(">IIBBBBB", 10_000, 9_999, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + writers.chunk(b"IDAT", b"") + writers.chunk(b"IEND", b"")


def test_a_decompression_bomb_is_refused_without_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb())
    with pytest.raises(InvalidMedia, match=r"bomb\.png has more pixels than .*tiles"):
        StillImage(path)


def test_a_trusted_large_picture_opens_once_pillow_s_limit_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(bomb())
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 200_000_000)
    assert StillImage(path).sizes == ((9_999, 10_000),)


# --- damaged


@pytest.mark.parametrize("name", FILES)
def test_the_undamaged_pictures_of_these_tests_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    size, frame = read(tmp_path / name)
    assert frame.shape[:2] == size
    assert sorted(size) == sorted(SIZE)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.97])
@pytest.mark.parametrize("lenient", [False, True])
def test_a_picture_cut_short_is_refused_even_where_the_process_tells_pillow_to_be_lenient(
    tmp_path: Path, name: str, share: float, lenient: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", lenient)
    path = tmp_path / name
    path.write_bytes(FILES[name][: int(share * len(FILES[name]))])
    with pytest.raises(InvalidMedia, match=name):
        read(path)
    assert ImageFile.LOAD_TRUNCATED_IMAGES is lenient


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith("png")])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_flipped_bit_of_a_png_passes(tmp_path: Path, name: str, data: st.DataObject) -> None:
    content = bytearray(FILES[name])
    bit = data.draw(st.integers(0, 8 * (len(content) - 4) - 1))  # the last four bytes sum up an empty chunk
    content[bit // 8] ^= 1 << bit % 8
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidMedia):
        read(tmp_path / name)


@pytest.mark.parametrize("name", FILES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(data=st.data())
def test_damaged_bytes_give_a_picture_of_the_announced_size_or_invalid_media(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    content = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        # Headers are where damage does most, so half of it goes there.
        end = data.draw(st.sampled_from([min(200, len(content)), len(content)]))
        content[data.draw(st.integers(0, end - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    (tmp_path / name).write_bytes(content)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            image = StillImage(tmp_path / name)
            frame = image.frame(0)
            sent = image.encoded(0)
        except InvalidMedia:
            pass
        else:
            assert frame.shape[:2] == image.sizes[0]
            assert frame.dtype in (np.uint8, np.uint16)
            assert frame.ndim == 2 or frame.shape[2] in (3, 4)
            assert sent.data
    assert caught == []


# --- changed, many threads, wrong calls


def test_a_file_that_changes_after_opening_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(photo()).save(path)
    image = StillImage(path)
    Image.fromarray(photo()[:10]).save(path)
    for ask in (image.frame, image.encoded):
        with pytest.raises(InvalidMedia, match=r"a\.png is no longer the picture that was opened"):
            ask(0)


def test_many_threads_read_at_once_and_leave_the_warning_filters_alone(tmp_path: Path) -> None:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "bomb.png").write_bytes(bomb())
    alone = {name: read(tmp_path / name)[1] for name in FILES}
    before = list(warnings.filters)

    def job(number: int) -> None:
        name = list(FILES)[number % len(FILES)]
        np.testing.assert_array_equal(read(tmp_path / name)[1], alone[name])
        with pytest.raises(InvalidMedia, match="more pixels"):
            StillImage(tmp_path / "bomb.png")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(job, range(80)))
    assert list(warnings.filters) == before


@pytest.mark.parametrize("index", [-1, 1])
def test_a_frame_that_is_not_there_is_refused(tmp_path: Path, index: int) -> None:
    Image.fromarray(photo()).save(tmp_path / "a.png")
    image = StillImage(tmp_path / "a.png")
    with pytest.raises(InvalidMedia, match=f"no frame {index}"):
        image.frame(index)
    with pytest.raises(InvalidMedia, match=f"no frame {index}"):
        image.encoded(index)


def test_an_image_is_opened_by_its_modality_from_one_path(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(photo()).save(path)
    for paths in (path, str(path), [path], (str(path),)):
        medium = open_medium("image", paths)
        assert (medium.modality, medium.count, medium.sizes, medium.spacing) == ("image", 1, (SIZE,), None)
        medium.close()
        assert medium.frame(0).shape == (*SIZE, 3)


def test_other_modalities_and_wrong_calls_are_refused_with_the_way_out(tmp_path: Path) -> None:
    for modality in ("image_group", "image_sequence", "dicom_series"):
        with pytest.raises(InvalidMedia, match="of no files can't be"):
            open_medium(modality, [])  # type: ignore[arg-type]
    with pytest.raises(InvalidMedia, match=r"A video is one file, and 0 were given"):
        open_medium("video", [])
    with pytest.raises(InvalidMedia, match=r"no modality 'photo'.*image_group"):
        open_medium("photo", [tmp_path])  # type: ignore[arg-type]
    for paths in ([], [tmp_path, tmp_path]):
        with pytest.raises(InvalidMedia, match=rf"{len(paths)} were given.*add_image_group"):
            open_medium("image", paths)
