"""Pictures of blood smears, drawn, so that the truth about every cell in them is known."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from annowidgets.demo.smear import Category, Points, draw_smear
from annowidgets.errors import InvalidInput


@dataclass(frozen=True, eq=False)
class Cell:
    """One cell, as drawn.

    Attributes
    ----------
    category : {"RBC", "WBC", "Platelets"}
        Red cell, white cell, or platelet.
    outline : ndarray of float, shape (n, 2)
        Vertices (x, y) in pixels of the part inside the frame.
    box : tuple of float
        (x, y, width, height) of the outline.
    """

    category: Category
    outline: Points
    box: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class CellPicture:
    """A drawn smear and the truth about it.

    Attributes
    ----------
    name : str
        "cells_0001" and so on.
    image : ndarray of uint8, shape (height, width, 3)
        RGB.
    cells : tuple of Cell
        All cells in it.
    """

    name: str
    image: NDArray[np.uint8]
    cells: tuple[Cell, ...]


class CellFolders(NamedTuple):
    """Where `write_cells` wrote.

    Attributes
    ----------
    images, voc : Path
        Folders.
    pictures : list of Path
        The files that were written into ``images``.
    """

    images: Path
    voc: Path
    pictures: list[Path]


def generate_cells(
    count: int, rng: int | np.random.Generator = 0, size: tuple[int, int] = (480, 640)
) -> list[CellPicture]:
    """Draw pictures of blood smears.

    Parameters
    ----------
    count : int
        How many.
    rng : int or numpy.random.Generator
        The same seed gives the same pictures, also as the start of a longer list.
    size : (int, int)
        (height, width) in pixels, at least 96 each; cells grow with the picture.

    Raises
    ------
    InvalidInput
        ``count`` is negative or ``size`` too small for a cell.
    """
    return list(_pictures(count, rng, size))


def write_cells(
    folder: str | os.PathLike[str],
    count: int,
    rng: int | np.random.Generator = 0,
    size: tuple[int, int] = (480, 640),
    *,
    progress: bool = True,
) -> CellFolders:
    """Write pictures of `generate_cells` as JPEG files, and their true boxes as Pascal VOC XML.

    Parameters
    ----------
    folder : path
        Gets the folders ``images`` and ``voc``, with one file per picture in each; files of the same
        names are replaced.
    count, rng, size
        As in `generate_cells`.
    progress : bool
        Whether to show a progress bar.
    """
    from PIL import Image
    from tqdm.auto import tqdm

    written = CellFolders(Path(folder, "images"), Path(folder, "voc"), [])
    for each in (written.images, written.voc):
        each.mkdir(parents=True, exist_ok=True)
    pictures = _pictures(count, rng, size)
    for picture in tqdm(pictures, "Drawing pictures", count, unit="picture", disable=not progress or count < 2):
        file = written.images / f"{picture.name}.jpg"
        Image.fromarray(picture.image).save(file, quality=92)
        (written.voc / f"{picture.name}.xml").write_bytes(_voc(picture))
        written.pictures.append(file)
    return written


def _voc(picture: CellPicture) -> bytes:
    height, width, depth = picture.image.shape
    root = ET.Element("annotation")
    ET.SubElement(root, "folder").text = "images"
    ET.SubElement(root, "filename").text = f"{picture.name}.jpg"
    extent = ET.SubElement(root, "size")
    for tag, pixels in (("width", width), ("height", height), ("depth", depth)):
        ET.SubElement(extent, tag).text = str(pixels)
    for cell in picture.cells:
        x, y, w, h = cell.box
        item = ET.SubElement(root, "object")
        ET.SubElement(item, "name").text = cell.category
        corners = ET.SubElement(item, "bndbox")
        for tag, value in (("xmin", x), ("ymin", y), ("xmax", x + w), ("ymax", y + h)):
            ET.SubElement(corners, tag).text = str(round(value))
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8")
    return text


def _pictures(count: int, rng: int | np.random.Generator, size: tuple[int, int]) -> Iterator[CellPicture]:
    if count < 0 or min(size) < 96:
        raise InvalidInput(
            f"{count} pictures of {size[1]} x {size[0]} pixels can't be drawn.",
            hint="Draw 0 or more, of at least 96 x 96.",
        )
    generator = np.random.default_rng(rng)
    for number in range(1, count + 1):
        image, blobs = draw_smear(generator, size)
        cells = tuple(_cell(blob.category, blob.outline_in(size)) for blob in blobs)
        yield CellPicture(f"cells_{number:04d}", image, cells)


def _cell(category: Category, outline: Points) -> Cell:
    left, top = outline.min(axis=0).tolist()
    right, bottom = outline.max(axis=0).tolist()
    return Cell(category, outline, (left, top, right - left, bottom - top))
