from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from annowidgets.demo import smear
from annowidgets.demo.cells import Cell, CellPicture, generate_cells, write_cells
from annowidgets.errors import InvalidInput
from annowidgets.media import StillImage

SIZE = (480, 640)


@pytest.fixture(scope="module")
def pictures() -> list[CellPicture]:
    return generate_cells(12, rng=4)


def covered(outlines: list[NDArray[Any]], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels whose centres lie in any of the polygons, by shapely."""
    y, x = np.mgrid[: size[0], : size[1]] + 0.5
    mask = np.zeros(size, bool)
    for outline in outlines:
        mask |= shapely.contains_xy(shapely.Polygon(outline), x, y)
    return mask


def test_the_same_seed_gives_the_same_pictures_also_as_the_start_of_a_longer_list() -> None:
    once, again = generate_cells(2, rng=5), generate_cells(3, rng=np.random.default_rng(5))
    for a, b in zip(once, again, strict=False):
        assert a.name == b.name
        np.testing.assert_array_equal(a.image, b.image)
        assert [cell.box for cell in a.cells] == [cell.box for cell in b.cells]
    assert not np.array_equal(once[0].image, generate_cells(1, rng=6)[0].image)
    assert not np.array_equal(once[0].image, once[1].image)


def test_boxes_are_the_bounds_of_outlines_inside_the_frame(pictures: list[CellPicture]) -> None:
    for cell in (cell for picture in pictures for cell in picture.cells):
        polygon = shapely.Polygon(cell.outline)
        assert polygon.is_valid
        left, top, right, bottom = polygon.bounds
        assert 0 <= left < right <= SIZE[1]
        assert 0 <= top < bottom <= SIZE[0]
        assert cell.box == pytest.approx((left, top, right - left, bottom - top))
        assert min(cell.box[2:]) > 5


@pytest.mark.parametrize("size", [(480, 640), (300, 200)])
def test_each_outline_and_box_is_that_of_the_pixels_painted(size: tuple[int, int]) -> None:
    for seed in range(6):
        _, blobs = smear.draw_smear(np.random.default_rng(seed), size)
        for blob in blobs:
            drawn = np.zeros((*size, 3), np.float32)
            texture, rng = np.zeros(size, np.float32), np.random.default_rng(0)
            if blob.category == "RBC":
                smear.add_red_cell(blob, drawn[..., 0], texture, rng)
            else:
                smear.add_stained(blob, drawn, texture, np.ones(3), rng)
            painted = drawn.any(axis=-1)
            outline = blob.outline_in(size)
            # Outlines are straight between their 96 vertices, what is painted is round: single pixels may differ.
            assert (painted != covered([outline], size)).sum() <= 0.01 * painted.sum() + 3
            rows, columns = np.flatnonzero(painted.any(axis=1)), np.flatnonzero(painted.any(axis=0))
            extent = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
            np.testing.assert_allclose((*outline.min(axis=0), *outline.max(axis=0)), extent, atol=1)


def test_the_finished_picture_darkens_at_each_outline_and_nowhere_else(pictures: list[CellPicture]) -> None:
    steps = np.arange(-8, 9)
    tested = 0
    for picture in pictures:
        green = picture.image[..., 1].astype(float)
        outside = ~covered([cell.outline for cell in picture.cells], SIZE)
        lamp = lamp_light(green, outside)
        assert np.abs(green - lamp)[outside].mean() < 6
        for cell in picture.cells:
            lines = across(cell, green - lamp, outside, steps)
            if len(lines) >= 8:
                tested += 1
                profile = lines.mean(axis=0)
                assert profile[-1] - profile[0] > 4, "lighter outside than inside"
                assert -4.5 <= steps[np.argmax(np.diff(profile))] <= 1, "steepest at the outline, from just inside"
    assert tested > 0.9 * sum(len(picture.cells) for picture in pictures)


def lamp_light(green: NDArray[Any], outside: NDArray[np.bool_]) -> NDArray[Any]:
    """A paraboloid through the pixels without a cell."""
    y, x = np.mgrid[-1 : 1 : SIZE[0] * 1j, -1 : 1 : SIZE[1] * 1j]
    terms = np.stack([np.ones(SIZE), x, y, x * x, y * y, x * y], axis=-1)
    solution, *_ = np.linalg.lstsq(terms[outside][::7], green[outside][::7], rcond=None)
    return np.asarray(terms @ solution)


def across(cell: Cell, values: NDArray[Any], free: NDArray[np.bool_], steps: NDArray[Any]) -> NDArray[Any]:
    """Values on lines across the outline, from inside to outside, where no other cell begins."""
    ring = shapely.Polygon(cell.outline).exterior
    at = np.linspace(0, ring.length, 120, endpoint=False)
    here, ahead = (shapely.get_coordinates(shapely.line_interpolate_point(ring, where)) for where in (at, at + 0.5))
    along = (ahead - here) / np.hypot(*(ahead - here).T)[:, None]
    normal = np.stack([along[:, 1], -along[:, 0]], axis=-1) * (1 if ring.is_ccw else -1)
    j, i = np.floor(here[:, None] + steps[:, None] * normal[:, None]).astype(int).transpose(2, 0, 1)
    kept = ((i >= 0) & (j >= 0) & (i < SIZE[0]) & (j < SIZE[1])).all(axis=1)
    i, j = i[kept], j[kept]
    alone = free[i, j][:, steps >= 2].all(axis=1)
    return np.asarray(values[i, j][alone])


def test_the_pictures_have_what_photos_of_smears_have(shared: Path) -> None:
    """Numbers, sizes and colours, beside those of 364 real photos."""
    pictures = generate_cells(40, rng=1)
    folder = shared / "data" / "bccd"
    real: dict[str, list[float]] = {"RBC": [], "WBC": []}
    real_count = Counter[str]()
    for path in sorted((folder / "Annotations").glob("*.xml")):
        for item in ET.parse(path).iter("object"):
            name = item.findtext("name") or ""
            real_count[name] += 1
            left, top, right, bottom = (
                float(item.findtext(f"bndbox/{c}") or 0) for c in ("xmin", "ymin", "xmax", "ymax")
            )
            if name in real and left > 1 and top > 1 and right < 639 and bottom < 479:
                real[name].append(max(right - left, bottom - top))
    count = Counter(cell.category for picture in pictures for cell in picture.cells)
    for name, sides in real.items():
        drawn = [max(cell.box[2:]) for p in pictures for cell in p.cells if cell.category == name and uncut(cell)]
        assert np.median(drawn) == pytest.approx(np.median(sides), rel=0.2)
    for name, number in count.items():
        assert 0.6 < (number / len(pictures)) / (real_count[name] / 364) < 2
    photos = [StillImage(path).frame(0) for path in sorted((folder / "JPEGImages").glob("*.jpg"))[::20]]
    for quantile in (5, 25, 50, 75, 95):
        expected = np.mean([np.percentile(photo, quantile, axis=(0, 1)) for photo in photos], axis=0)
        drawn_color = np.mean([np.percentile(p.image, quantile, axis=(0, 1)) for p in pictures], axis=0)
        np.testing.assert_allclose(drawn_color, expected, atol=20)


def uncut(cell: Cell) -> bool:
    x, y, width, height = cell.box
    return x > 1 and y > 1 and x + width < SIZE[1] - 1 and y + height < SIZE[0] - 1


def test_cells_are_cut_by_the_border_and_overlap_as_in_a_smear(pictures: list[CellPicture]) -> None:
    cells = [cell for picture in pictures for cell in picture.cells]
    assert 0.1 < np.mean([not uncut(cell) for cell in cells]) < 0.6
    overlapping = 0
    for picture in pictures:
        polygons = [shapely.Polygon(cell.outline) for cell in picture.cells]
        overlapping += sum(a.overlaps(b) for i, a in enumerate(polygons) for b in polygons[:i])
    assert overlapping > len(pictures)


def test_written_pictures_and_boxes_are_those_generated(tmp_path: Path) -> None:
    folders = write_cells(tmp_path / "demo", 3, rng=9)
    assert folders.images.parent == folders.voc.parent == tmp_path / "demo"
    for picture in generate_cells(3, rng=9):
        image = StillImage(folders.images / f"{picture.name}.jpg")
        assert np.abs(image.frame(0).astype(int) - picture.image).mean() < 3
        root = ET.parse(folders.voc / f"{picture.name}.xml").getroot()
        assert root.findtext("filename") == f"{picture.name}.jpg"
        assert [root.findtext(f"size/{tag}") for tag in ("width", "height", "depth")] == ["640", "480", "3"]
        objects = root.findall("object")
        assert [item.findtext("name") for item in objects] == [cell.category for cell in picture.cells]
        for item, cell in zip(objects, picture.cells, strict=True):
            left, top, right, bottom = (int(corner.text or "") for corner in item.find("bndbox") or ())
            x, y, width, height = cell.box
            np.testing.assert_allclose([left, top, right, bottom], [x, y, x + width, y + height], atol=0.5)
            assert left < right
            assert top < bottom


def test_pictures_come_in_any_size_from_96_pixels(tmp_path: Path) -> None:
    for size in ((96, 96), (200, 700), (900, 1200)):
        (picture,) = generate_cells(1, rng=2, size=size)
        assert picture.image.shape == (*size, 3)
        assert picture.image.dtype == np.uint8
        assert picture.cells
    assert generate_cells(0) == []
    for count, size in ((-1, SIZE), (1, (95, 640))):
        with pytest.raises(InvalidInput, match="can't be drawn"):
            generate_cells(count, size=size)
        with pytest.raises(InvalidInput, match="can't be drawn"):
            write_cells(tmp_path / "nothing", count, size=size)


def test_importing_the_generator_imports_neither_scipy_nor_pillow() -> None:
    code = "import sys, annowidgets.demo.cells, annowidgets.media; print({'scipy', 'PIL'} & sys.modules.keys())"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"
