from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from annowidgets.errors import InvalidInput
from annowidgets.media import StillImage, thumbnail
from tests.media import writers


def picture(path: Path, values: NDArray[Any], **options: Any) -> StillImage:
    path.write_bytes(writers.png(values, **options))
    return StillImage(path)


def seen(data: bytes) -> NDArray[Any]:
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "JPEG"
        return np.asarray(image)


def test_a_thumbnail_keeps_the_proportions_and_never_enlarges(tmp_path: Path) -> None:
    wide = picture(tmp_path / "wide.png", np.zeros((60, 240, 3), np.uint8))
    assert seen(thumbnail(wide)).shape == (40, 160, 3)
    assert seen(thumbnail(wide, size=24)).shape == (6, 24, 3)
    assert seen(thumbnail(wide, size=1000)).shape == (60, 240, 3)
    sliver = picture(tmp_path / "sliver.png", np.zeros((1, 900, 1), np.uint8))
    assert seen(thumbnail(sliver, size=30)).shape == (1, 30)


def test_a_thumbnail_stands_upright(tmp_path: Path) -> None:
    values = np.zeros((80, 120, 3), np.uint8)
    values[:20] = [255, 0, 0]
    turned = picture(tmp_path / "a.png", values, extra=writers.chunk(b"eXIf", writers.exif(6)))
    small = seen(thumbnail(turned, size=60))
    assert small.shape == (60, 40, 3)
    assert small[:, -5:, 0].min() > 200  # the stored top is the right side as shown
    assert small[:, :20, 0].max() < 50


def test_16_bit_values_are_windowed_from_the_1st_to_the_99th_percentile(tmp_path: Path) -> None:
    values = np.full((100, 100, 1), 1000, np.uint16)
    values[:, 50:] = 3000
    values[0, 0], values[-1, -1] = 0, 65535  # two dead pixels that would leave no contrast to the rest
    small = seen(thumbnail(picture(tmp_path / "a.png", values)))
    assert small.shape == (100, 100)
    assert np.abs(small[:, :40].astype(int)).mean() < 4
    assert np.abs(small[:, 60:].astype(int) - 255).mean() < 4


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_what_is_transparent_shows_a_neutral_grey_and_no_hidden_colour(tmp_path: Path, dtype: str) -> None:
    full = np.iinfo(dtype).max
    values = np.zeros((64, 64, 4), dtype)
    values[:, ::2] = [full, 0, 0, 0]  # red, but invisible
    values[:, 1::2] = [0, 0, full, 0]
    small = seen(thumbnail(picture(tmp_path / "a.png", values), size=16))
    assert np.abs(small.astype(int) - 128).max() <= 2


def test_a_thumbnail_needs_a_positive_size(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="size 0"):
        thumbnail(picture(tmp_path / "a.png", np.zeros((2, 2, 3), np.uint8)), size=0)
