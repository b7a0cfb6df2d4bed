"""LabelMe: JSON files of the desktop tool, and XML files of the web tool, one per picture.

References
----------
K. Wada: labelme, https://github.com/wkentaro/labelme, whose ``label_file.py`` reads and writes the JSON; B. Russell et
al.: LabelMe: a database and web-based tool for image annotation, IJCV 2008, for the XML.
"""

from __future__ import annotations

import base64
import binascii
import io
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from annowidgets.errors import InvalidImport, InvalidInput
from annowidgets.interchange.base import ImportedDataset, ImportedImage, Skipped
from annowidgets.interchange.conversion import placed
from annowidgets.interchange.parsing import number_of, read_json, read_xml
from annowidgets.interchange.pictures import Pictures, picture_size, require_folder
from annowidgets.labels import (
    Answer,
    AnswerValue,
    Bitmask,
    BoundingBox,
    Keypoint,
    Label,
    Polygon,
    Polyline,
    Shape,
)

_YES_NO = {True: "yes", False: "no"}
_PICTURES = frozenset(("version", "flags", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth"))
_SHAPE = frozenset(("label", "points", "shape_type", "flags", "description", "group_id", "mask"))

Size = tuple[int, int]


def read_labelme(path: str | Path, *, images: str | Path | None = None, progress: bool = True) -> ImportedDataset:
    """Read LabelMe files.

    Polygons, rectangles, lines, line strips, points and masks become labels; ``flags`` of a shape its attributes with
    the answers "yes" and "no", those of the picture answers; a description the attribute ``description``. Of the web
    tool's XML polygons and boxes are read; ``occluded`` and ``attributes`` become attributes, and what was deleted is
    left out.

    Parameters
    ----------
    path : path
        Folder of the files (also nested), or one file.
    images : path, optional
        Folder of the pictures. Otherwise they are looked for beside the files, and in ``Images`` or ``images`` beside
        their folder.
    progress : bool
        Whether to show a progress bar.

    Raises
    ------
    InvalidImport
        There is no such file at ``path``, or no folder at ``images``.
    """
    from tqdm.auto import tqdm

    path = Path(path)
    require_folder(images)
    folder, files = _files(path)
    root = folder.parent if folder.name.casefold() == "annotations" else folder
    beside = [folder, root, root / "Images", root / "images", root.parent / "Images", root.parent / "images"]
    pictures = Pictures(beside if images is None else [Path(images)])
    read: list[ImportedImage] = []
    skipped: list[Skipped] = []
    for file in tqdm(files, desc="Reading annotations", unit="file", disable=not progress or len(files) < 2):
        one = (_Xml if file.suffix.lower() == ".xml" else _Json)(file)
        try:
            name, size, labels = one.read()
        except InvalidImport as error:
            skipped.append(Skipped(file, "file", str(error)))
            continue
        picture = pictures.find(name, stem=file.stem, inside=file.parent.relative_to(folder))
        if picture is None and one.holds_picture:
            one.skip("imageData", "the picture stands only in the file itself; write it into a picture file beside it")
        read.append(ImportedImage(name, size, labels, file, picture))
        skipped += one.skipped
    return ImportedDataset(read, skipped)


def _files(path: Path) -> tuple[Path, list[Path]]:
    if path.is_file():
        return path.parent, [path]
    if not path.is_dir():
        raise InvalidImport(f"There is no file or folder {path}.")
    folder = path / "Annotations" if (path / "Annotations").is_dir() else path
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in (".json", ".xml") and file.is_file())
    if not files:
        raise InvalidImport(f"There is no JSON or XML file under {folder}.", hint="LabelMe has one per picture.")
    return folder, files


class _File(ABC):
    def __init__(self, source: Path) -> None:
        self.source = source
        self.skipped: list[Skipped] = []
        self.holds_picture = False

    def skip(self, what: str, reason: str) -> None:
        self.skipped.append(Skipped(self.source, what, reason))

    @abstractmethod
    def read(self) -> tuple[str, Size | None, list[Label | Answer]]:
        """Name and size of the picture, and its labels; InvalidImport where it is another file."""


class _Json(_File):
    """A file of the desktop tool."""

    def read(self) -> tuple[str, Size | None, list[Label | Answer]]:
        plain = read_json(self.source)
        if not isinstance(plain, dict) or not isinstance(plain.get("shapes"), list):
            raise InvalidImport("It is no LabelMe file: it has no list `shapes`.")
        for key in plain:
            if key not in _PICTURES:
                self.skip(f"{key:.60}", "LabelMe has no such entry")
        self.holds_picture = bool(plain.get("imageData"))
        sides = plain.get("imageHeight"), plain.get("imageWidth")
        size = picture_size(*sides)
        if size is None and sides != (None, None):
            self.skip("size", f"{sides[0]!r:.20} x {sides[1]!r:.20} (height x width) is no picture's")
        labels: list[Label | Answer] = []
        for number, shape in enumerate(plain["shapes"], 1):
            named = shape.get("label") if isinstance(shape, dict) else None
            what = f"{named if isinstance(named, str) else 'shape':.60} (shape {number})"
            try:
                if not isinstance(shape, dict) or not isinstance(named, str):
                    raise InvalidImport("It has no label.")
                drawn = _shapes(shape, size)
                attributes = dict(self.attributes(shape, what))
                labels += [Label(named.strip(), one, attributes) for one in drawn]
            except InvalidInput as error:
                self.skip(what, str(error))
        for name, value in self.flags(plain, "picture"):
            try:
                labels.append(Answer(name, value))
            except InvalidInput as error:
                self.skip(f"flag {name:.60}", str(error))
        picture = plain.get("imagePath")
        return picture if isinstance(picture, str) and picture else self.source.stem, size, labels

    def attributes(self, shape: dict[str, Any], what: str) -> Iterator[tuple[str, AnswerValue]]:
        for key in shape:
            if key not in _SHAPE:
                self.skip(f"{key:.60} of {what}", "LabelMe has no such entry")
        if shape.get("group_id") is not None:
            self.skip(f"group_id of {what}", "labels belong to no group; the label is kept")
        yield from self.flags(shape, what)
        description = shape.get("description")
        if isinstance(description, str) and description.strip():
            yield "description", description.strip()

    def flags(self, holder: dict[str, Any], what: str) -> Iterator[tuple[str, str]]:
        flags = holder.get("flags") or {}
        for name, value in flags.items() if isinstance(flags, dict) else [("flags", flags)]:
            if isinstance(value, bool):
                yield name, _YES_NO[value]
            else:
                self.skip(f"flag {name:.60} of {what}", f"it is {value!r:.60} instead of true or false")


def _shapes(shape: dict[str, Any], size: Size | None) -> list[Shape]:
    """The shapes of an entry: one, or as many key points as it has."""
    kind = shape.get("shape_type") or "polygon"
    points = shape.get("points")
    if not isinstance(points, list) or not all(isinstance(point, list) and len(point) == 2 for point in points):
        raise InvalidImport(f"Its points must be pairs [x, y], got {points!r:.60}.")
    if kind == "rectangle":
        return [_rectangle(points)]
    if kind == "mask":
        return [_mask(shape.get("mask"), points, size)]
    if kind == "polygon":
        return [Polygon(points)]  # type: ignore[arg-type]
    if kind in ("line", "linestrip"):
        return [Polyline(points)]  # type: ignore[arg-type]
    if kind in ("point", "points") and points:
        return [Keypoint(x, y) for x, y in points]
    raise InvalidImport(f"Its kind is {kind!r:.40}, and no shape here can be that.")


def _rectangle(points: list[list[Any]]) -> BoundingBox:
    corners = [Keypoint(x, y) for x, y in points]
    xs, ys = sorted({point.x for point in corners}), sorted({point.y for point in corners})
    if len(points) not in (2, 4) or len(xs) != 2 or len(ys) != 2:
        raise InvalidImport("A rectangle needs two opposite corners, or all four.")
    return BoundingBox(xs[0], ys[0], xs[1] - xs[0], ys[1] - ys[0])


def _mask(encoded: Any, points: list[list[Any]], size: Size | None) -> Bitmask:
    """Pixels of a PNG, whose first and last column and row the points name."""
    from PIL import Image

    if size is None:
        raise InvalidImport("The file doesn't say the size of the picture that its mask is of.")
    if not isinstance(encoded, str) or len(points) != 2:
        raise InvalidImport("A mask needs a PNG, and two corners.")
    (left, top), (right, bottom) = ((Keypoint(x, y).x, Keypoint(x, y).y) for x, y in points)
    box = [int(edge) for edge in (left, top, right, bottom)]
    if box != [left, top, right, bottom] or not (0 <= left <= right < size[1] and 0 <= top <= bottom < size[0]):
        raise InvalidImport(
            f"Its mask from ({left:g}, {top:g}) to ({right:g}, {bottom:g}) goes over the picture's edge."
        )
    height, width = box[3] - box[1] + 1, box[2] - box[0] + 1
    try:
        with Image.open(io.BytesIO(base64.b64decode(encoded, validate=True)), formats=["PNG"]) as png:
            if (png.height, png.width) != (height, width):
                raise InvalidImport(f"Its mask is {png.height} x {png.width}, its corners {height} x {width} apart.")
            pixels = np.asarray(png.convert("L"))
    except InvalidImport:
        raise
    except (OSError, ValueError, SyntaxError, binascii.Error, Image.DecompressionBombError):
        raise InvalidImport("Its mask is no PNG.") from None
    return placed(pixels != 0, left=box[0], top=box[1], size=size)


class _Xml(_File):
    """A file of the web tool."""

    def read(self) -> tuple[str, Size | None, list[Label | Answer]]:
        root = read_xml(self.source)
        if root.tag != "annotation":
            raise InvalidImport(f"Its root is <{root.tag:.60}>, not LabelMe's <annotation>.")
        size = None
        if root.find("imagesize") is not None:
            sides = [_text(root, f"imagesize/{side}") for side in ("nrows", "ncols")]
            size = picture_size(*map(number_of, sides))
            if size is None:
                self.skip("size", f"{sides[0]:.20} x {sides[1]:.20} (height x width) is no picture's")
        labels: list[Label | Answer] = []
        for number, element in enumerate(root.findall("object"), 1):
            what = f"{_text(element, 'name') or 'object':.60} (object {number})"
            try:
                labels.append(self.label(element, what))
            except InvalidInput as error:
                self.skip(what, str(error))
        return _text(root, "filename") or self.source.stem, size, labels

    def label(self, element: Element, what: str) -> Label:
        if _text(element, "deleted") not in ("", "0"):
            raise InvalidImport("It was deleted.")
        name = _text(element, "name")
        if not name:
            raise InvalidImport("It has no name.")
        attributes: dict[str, AnswerValue] = {}
        if (occluded := _text(element, "occluded")) in ("yes", "no"):
            attributes["occluded"] = occluded
        if said := _text(element, "attributes"):
            attributes["attributes"] = said
        if _text(element, "parts/hasparts") or _text(element, "parts/ispartof"):
            self.skip(f"parts of {what}", "which object is a part of which is not read")
        return Label(name, _outline(element), attributes)


def _outline(element: Element) -> Shape:
    if element.find("segm") is not None:
        raise InvalidImport("Its mask lies in a file of its own, which is not read.")
    points: list[tuple[float, float]] = []
    for point in element.findall("polygon/pt"):
        x, y = number_of(_text(point, "x")), number_of(_text(point, "y"))
        if x is None or y is None:
            raise InvalidImport(f"Its point {len(points) + 1} has no x and y.")
        points.append((x, y))
    if _text(element, "type") == "bounding_box":
        return _rectangle([list(point) for point in points])
    if len(points) == 2:
        return Polyline(tuple(points))
    return Keypoint(*points[0]) if len(points) == 1 else Polygon(points)  # type: ignore[arg-type]


def _text(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()
