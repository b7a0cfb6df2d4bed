from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from annowidgets.media import StillImage
from numpy.typing import NDArray
from PIL import Image

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


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_a_png_gives_the_very_values_written_into_it(
    tmp_path: Path, dtype: str, channels: int, filters: tuple[int, ...]
) -> None:
    values = noise((11, 9, channels), dtype)
    image = StillImage(write(tmp_path / "a.png", writers.png(values, filters=filters)))
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
