from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annowidgets.errors import InvalidMedia
from annowidgets.media import ImageSet, StillImage, open_medium


def draw(path: Path, value: int, size: tuple[int, int] = (20, 30), dtype: str = "uint8") -> Path:
    Image.fromarray(np.full(size, value, dtype)).save(path)
    return path


def test_a_group_holds_pictures_of_any_size_in_their_order(tmp_path: Path) -> None:
    files = [draw(tmp_path / f"{i}.png", 10 * i, (10 + i, 30)) for i in range(5)]
    group = open_medium("image_group", files)
    assert (group.modality, group.count, group.fps, group.spacing) == ("image_group", 5, None, None)
    assert group.sizes == tuple((10 + i, 30) for i in range(5))
    for i in (3, 0, 4, 4, 1):
        assert np.array_equal(group.frame(i), StillImage(files[i]).frame())
        assert group.encoded(i) == StillImage(files[i]).encoded()
    with pytest.raises(InvalidMedia, match="no frame 5: this image_group has 5"):
        group.frame(5)


def test_a_sequence_has_one_size_and_its_rate(tmp_path: Path) -> None:
    files = [draw(tmp_path / f"{i}.png", i) for i in range(3)]
    assert open_medium("image_sequence", files, fps=12.5).fps == 12.5
    odd = draw(tmp_path / "odd.png", 9, (20, 31))
    with pytest.raises(InvalidMedia, match=r"odd\.png is 31 x 20, and 0\.png 30 x 20.*add_image_group"):
        open_medium("image_sequence", [*files, odd], fps=5)


def test_with_known_sizes_files_are_read_when_their_frame_is_asked_for(tmp_path: Path) -> None:
    files = [draw(tmp_path / f"{i}.png", i) for i in range(4)]
    files[2].unlink()
    draw(files[3], 3, (20, 29))
    sequence = open_medium("image_sequence", files, fps=5, sizes=[(20, 30)] * 4)
    assert sequence.frame(1)[0, 0] == 1
    with pytest.raises(InvalidMedia, match="no file"):
        sequence.frame(2)
    with pytest.raises(InvalidMedia, match=r"3\.png is no longer the picture"):
        sequence.frame(3)


def test_16_bit_grey_gives_its_values_with_their_range(tmp_path: Path) -> None:
    pixels = np.arange(600, dtype=np.uint16).reshape(20, 30) + 1000
    Image.fromarray(pixels).save(tmp_path / "a.png")
    group = ImageSet([tmp_path / "a.png", draw(tmp_path / "b.png", 7)], modality="image_group")
    values = group.values(0)
    assert values is not None
    assert np.array_equal(values.measured(), pixels)
    assert (values.windows[0].limits, values.unit, values.inverted) == ((1000, 1599), "", False)
    assert group.values(1) is None


def test_a_frame_that_is_kept_can_t_be_changed_by_who_got_it(tmp_path: Path) -> None:
    sequence = ImageSet([draw(tmp_path / "a.png", 5)], modality="image_sequence", fps=1)
    with pytest.raises(ValueError, match="read-only"):
        sequence.frame(0)[0, 0] = 9
