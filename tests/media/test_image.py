from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from annowidgets.media import StillImage
from tests.media import writers


def noise(shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    return np.random.default_rng(7).integers(0, np.iinfo(dtype).max, shape, dtype=dtype, endpoint=True)


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def shown(encoded: bytes) -> NDArray[Any]:
    with Image.open(io.BytesIO(encoded)) as image:
        return np.asarray(image)


FILTERS = [(0,), (1,), (2,), (3,), (4,), (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_a_png_gives_the_very_values_written_into_it(
    tmp_path: Path, dtype: str, channels: int, filters: tuple[int, ...], interlaced: bool
) -> None:
    values = noise((11, 9, channels), dtype)
    image = StillImage(write(tmp_path / "a.png", writers.png(values, filters=filters, interlaced=interlaced)))
    expected = {
        1: values[..., 0],
        2: values[..., [0, 0, 0, 1]] if channels == 2 else values,
    }.get(channels, values)
    frame = image.frame(0)
    assert image.sizes == ((11, 9),)
    assert frame.dtype == dtype
    np.testing.assert_array_equal(frame, expected)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("deflate", [False, True])
@pytest.mark.parametrize("rows_per_strip", [None, 4])
@pytest.mark.parametrize(("channels", "extra_samples"), [(1, None), (3, None), (4, 2), (4, 0)])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_a_tiff_gives_the_very_values_written_into_it(
    tmp_path: Path,
    dtype: str,
    channels: int,
    extra_samples: int | None,
    rows_per_strip: int | None,
    deflate: bool,
    order: str,
) -> None:
    values = noise((11, 9, channels), dtype)
    data = writers.tiff(
        values, order=order, deflate=deflate, rows_per_strip=rows_per_strip, extra_samples=extra_samples
    )
    image = StillImage(write(tmp_path / "a.tif", data))
    expected = values[..., 0] if channels == 1 else values[..., :3] if extra_samples == 0 else values
    frame = image.frame(0)
    assert frame.dtype == dtype
    np.testing.assert_array_equal(frame, expected)
    assert image.encoded(0).mime == "image/png"
    assert shown(image.encoded(0).data).shape == expected.shape


# --- modes and formats


def gradient(channels: int) -> NDArray[np.uint8]:
    """A smooth picture, so that a lossy codec stays within a few grey values."""
    y, x = np.mgrid[0:48, 0:64]
    planes = [(x * 3) % 256, (y * 4) % 256, (x + y) * 2 % 256, 255 - x]
    return np.stack(planes[:channels], axis=-1).astype(np.uint8).squeeze()


@pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.png", "a.tif"])
def test_an_8_bit_picture_is_read_in_every_format(tmp_path: Path, name: str) -> None:
    values = gradient(3)
    Image.fromarray(values).save(tmp_path / name, quality=95)
    frame = StillImage(tmp_path / name).frame(0)
    assert frame.dtype == np.uint8
    assert frame.shape == (48, 64, 3)
    assert np.abs(frame.astype(int) - values).mean() < 3


def test_palette_bilevel_and_transparent_pictures_become_grey_rgb_or_rgba(tmp_path: Path) -> None:
    palette = Image.new("P", (3, 1))
    palette.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    palette.putdata([0, 1, 2])
    palette.save(tmp_path / "p.png")
    palette.save(tmp_path / "pt.png", transparency=1)
    Image.fromarray(np.array([[0, 255, 255]], np.uint8)).convert("1").save(tmp_path / "1.png")
    Image.fromarray(np.array([[0, 255, 255]], np.uint8)).convert("1").save(tmp_path / "1.tif")
    Image.fromarray(np.array([[5, 6, 7]], np.uint8)).save(tmp_path / "lt.png", transparency=6)

    def read(name: str) -> list[Any]:
        return StillImage(tmp_path / name).frame(0).tolist()  # type: ignore[no-any-return]

    assert read("p.png") == [[[10, 20, 30], [40, 50, 60], [70, 80, 90]]]
    assert read("pt.png") == [[[10, 20, 30, 255], [40, 50, 60, 0], [70, 80, 90, 255]]]
    assert read("1.png") == [[0, 255, 255]]
    assert read("1.tif") == [[0, 255, 255]]
    assert read("lt.png") == [[[5, 5, 5, 255], [6, 6, 6, 0], [7, 7, 7, 255]]]


def test_one_transparent_colour_of_a_16_bit_png_becomes_alpha(tmp_path: Path) -> None:
    values = np.array([[[1, 2, 3], [1, 2, 259]]], np.uint16)
    transparent = writers.chunk(b"tRNS", struct.pack(">HHH", 1, 2, 259))
    frame = StillImage(write(tmp_path / "a.png", writers.png(values, extra=transparent))).frame(0)
    assert frame.tolist() == [[[1, 2, 3, 65535], [1, 2, 259, 0]]]
    grey = StillImage(
        write(tmp_path / "g.png", writers.png(values[..., :1], extra=writers.chunk(b"tRNS", struct.pack(">H", 1))))
    )
    assert grey.frame(0).tolist() == [[[1, 1, 1, 0], [1, 1, 1, 0]]]


def test_a_cmyk_jpeg_becomes_rgb_and_goes_to_the_browser_as_it_stands(tmp_path: Path) -> None:
    Image.new("CMYK", (16, 8), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=95)
    image = StillImage(tmp_path / "a.jpg")
    frame = image.frame(0)
    assert frame.shape == (8, 16, 3)
    assert (frame[..., 0] > 240).all()
    assert (frame[..., 1:] < 15).all()
    assert image.encoded(0) == ((tmp_path / "a.jpg").read_bytes(), "image/jpeg")


# --- EXIF orientation

# Where the stored picture's first row and first column lie in the picture as shown (CIPA DC-008, tag Orientation).
FIRST_ROW_AND_COLUMN = {
    1: ("top", "left"),
    2: ("top", "right"),
    3: ("bottom", "right"),
    4: ("bottom", "left"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}
EDGE = {"top": np.s_[0, :], "bottom": np.s_[-1, :], "left": np.s_[:, 0], "right": np.s_[:, -1]}


def oriented(folder: Path, kind: str, values: NDArray[Any], orientation: int) -> Path:
    path = folder / f"{orientation}.{kind}"
    block = writers.exif(orientation, "<>"[orientation % 2])
    if kind == "png":
        return write(path, writers.png(values, extra=writers.chunk(b"eXIf", block)))
    if kind == "late.png":
        return write(path, writers.png(values, after=writers.chunk(b"eXIf", block)))
    if kind.endswith("tif"):
        return write(path, writers.tiff(values, orientation=orientation, deflate=kind == "deflate.tif"))
    Image.fromarray(values).save(path, exif=b"Exif\0\0" + block, quality=100, lossless=True, subsampling=0)
    return path


@pytest.mark.parametrize("kind", ["jpg", "webp", "png", "late.png", "tif", "deflate.tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_orientation_says(tmp_path: Path, kind: str, orientation: int) -> None:
    values = np.zeros((16, 24, 3), np.uint8)
    values[0, :, 0] = 255  # the first row is red, the first column green, their corner both
    values[:, 0, 1] = 255
    image = StillImage(oriented(tmp_path, kind, values, orientation))
    frame = image.frame(0)
    assert image.sizes == (((24, 16) if orientation >= 5 else (16, 24)),)
    assert frame.shape[:2] == image.sizes[0]
    row, column = FIRST_ROW_AND_COLUMN[orientation]
    assert (frame[EDGE[row]][..., 0] > 200).all()
    assert (frame[EDGE[column]][..., 1] > 200).all()
    assert ((frame > 128).sum(axis=(0, 1)) == [24, 16, 0]).all()


@pytest.mark.parametrize("kind", ["png", "tif", "deflate.tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_16_bit_picture_is_turned_like_numpy_turns_it(tmp_path: Path, kind: str, orientation: int) -> None:
    turns = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: np.fliplr(np.rot90(a, -1)),
        6: lambda a: np.rot90(a, -1),
        7: lambda a: np.fliplr(np.rot90(a, 1)),
        8: lambda a: np.rot90(a, 1),
    }
    values = noise((5, 8, 3), "uint16")
    image = StillImage(oriented(tmp_path, kind, values, orientation))
    np.testing.assert_array_equal(image.frame(0), turns[orientation](values))
    assert image.frame(0).shape[:2] == image.sizes[0]


@pytest.mark.parametrize("kind", ["jpg", "webp", "png", "late.png", "tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_goes_to_the_browser_shows_the_picture_turned_in_any_browser(
    tmp_path: Path, kind: str, orientation: int
) -> None:
    values = gradient(3)
    image = StillImage(oriented(tmp_path, kind, values, orientation))
    data, mime = image.encoded(0)
    with Image.open(io.BytesIO(data)) as sent:
        if mime == "image/jpeg":  # all browsers turn a JPEG
            assert data == image.path.read_bytes()
            assert sent.getexif().get(0x0112) == orientation
        else:  # browsers differ on turned PNG and WebP files, so these are sent upright
            assert sent.getexif().get(0x0112, 1) == 1
            np.testing.assert_array_equal(np.asarray(sent), image.frame(0))
        assert (data == image.path.read_bytes()) == (kind != "tif" and (orientation == 1 or kind == "jpg"))


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_out_of_range_turns_nothing(tmp_path: Path, value: int) -> None:
    for kind in ("jpg", "png", "tif"):
        assert StillImage(oriented(tmp_path, kind, gradient(3), value)).frame(0).shape == (48, 64, 3)


def test_an_orientation_in_xmp_alone_turns_nothing_since_no_browser_follows_it(tmp_path: Path) -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf tiff:Orientation="6"/></x:xmpmeta>'
    Image.fromarray(gradient(3)).save(tmp_path / "a.jpg", xmp=xmp)
    Image.fromarray(gradient(3)).save(tmp_path / "a.tif", tiffinfo={700: xmp})
    Image.fromarray(gradient(3)).save(tmp_path / "a.webp", xmp=xmp)
    for name in ("a.jpg", "a.tif", "a.webp"):
        image = StillImage(tmp_path / name)
        assert image.sizes == ((48, 64),)
        assert image.frame(0).shape == (48, 64, 3)


# --- for the browser


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_an_8_bit_picture_goes_to_the_browser_as_the_file_s_own_bytes(tmp_path: Path, name: str) -> None:
    Image.fromarray(gradient(3)).save(tmp_path / name)
    encoded = StillImage(tmp_path / name).encoded(0)
    assert encoded.data == (tmp_path / name).read_bytes()
    assert encoded.mime == {"a.png": "image/png", "a.jpg": "image/jpeg", "a.webp": "image/webp"}[name]


def test_16_bit_values_are_windowed_by_their_own_range_with_alpha_kept(tmp_path: Path) -> None:
    grey = np.array([[1000, 1500, 2000]], np.uint16)[..., None]
    image = StillImage(write(tmp_path / "g.png", writers.png(grey)))
    assert shown(image.encoded(0).data).tolist() == [[0, 128, 255]]
    rgba = np.array([[[1000, 2000, 3000, 65535], [1000, 1000, 1000, 0], [3000, 2000, 1000, 257]]], np.uint16)
    image = StillImage(write(tmp_path / "c.png", writers.png(rgba)))
    assert shown(image.encoded(0).data).tolist() == [[[0, 128, 255, 255], [0, 0, 0, 0], [255, 128, 0, 1]]]
    flat = StillImage(write(tmp_path / "f.png", writers.png(np.full((2, 2, 1), 4321, np.uint16))))
    assert shown(flat.encoded(0).data).tolist() == [[0, 0], [0, 0]]


# --- real photos


def test_photos_of_the_blood_cell_set_have_the_sizes_of_the_reference(shared: Path) -> None:
    folder = shared / "data" / "bccd" / "JPEGImages"
    sizes = {StillImage(path).sizes for path in sorted(folder.glob("*.jpg"))}
    assert sizes == {((480, 640),)}
    assert StillImage(folder / "BloodImage_00000.jpg").frame(0).shape == (480, 640, 3)


def test_photos_that_ship_with_matplotlib_read_as_pillow_reads_them() -> None:
    folder = Path(mpl.get_data_path()) / "sample_data"
    for path in [folder / "grace_hopper.jpg", folder / "logo2.png", folder / "Minduka_Present_Blue_Pack.png"]:
        with Image.open(path) as expected:
            image = StillImage(path)
            np.testing.assert_array_equal(image.frame(0), np.asarray(expected.convert(image_mode(expected))))
            assert image.sizes == ((expected.height, expected.width),)


def image_mode(image: Image.Image) -> str:
    return "RGBA" if image.has_transparency_data else "RGB"
