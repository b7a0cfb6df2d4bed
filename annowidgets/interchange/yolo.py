"""YOLO: one text file per picture, a line per object, coordinates relative to the picture's size.

References
----------
Ultralytics' data set formats for detection, segmentation, pose and oriented boxes; the README of AlexeyAB's darknet.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence, Set
from pathlib import Path
from typing import NamedTuple

from annowidgets.errors import InvalidImport, InvalidInput
from annowidgets.interchange.base import ImportedDataset, ImportedImage, Skipped
from annowidgets.interchange.parsing import number_of, read_text
from annowidgets.interchange.pictures import Pictures, numbered_pictures, require_folder, shown_size
from annowidgets.interchange.yolo_names import Names, read_names
from annowidgets.labels import (
    BoundingBox,
    Label,
    ObjectClass,
    ObjectPrimitive,
    Ontology,
    Polygon,
    RotatableBoundingBox,
    Shape,
    Skeleton,
)
from annowidgets.labels.ontology import ShapeName

# A little beyond the picture is rounding, more than that is pixels instead of shares.
_LEAST, _MOST = -0.01, 1.01
_VISIBILITIES = {0: "absent", 1: "occluded", 2: "visible"}
# Four corners make a turned box where no side's ends are further than this share of it from where a box has them.
_SQUARE = 0.02
_NO_LABELS = frozenset(("classes.txt", "labels.txt", "predefined_classes.txt", "train.txt", "val.txt", "test.txt"))

Point = tuple[float, float]


class _Row(NamedTuple):
    number: int
    category: str
    values: list[float]


def read_yolo(
    path: str | Path, *, images: str | Path | None = None, ontology: Ontology | None = None, progress: bool = True
) -> ImportedDataset:
    """Read YOLO labels: boxes, outlines, key points or oriented boxes.

    A line of 4 numbers after the class is a box (centre, width, height), one of pairs an outline. Four pairs are an
    oriented box where the class in ``ontology`` is one; without an ontology where each of the data set's outlines has
    four corners of a turned box. Key points follow the box where data.yaml says how many (``kpt_shape``), under the
    names that it gives them (``kpt_names``), else under the class's in its order. All numbers are shares of the
    picture's width and height, so a file without its picture can't be read.

    Parameters
    ----------
    path : path
        Folder of the data set (with its data.yaml, or classes.txt), or of the text files, or one text file, or the
        data.yaml itself.
    images : path, optional
        Folder of the pictures. Otherwise they are looked for beside the text files, and in ``images`` or
        ``JPEGImages`` beside ``labels``.
    ontology : Ontology, optional
        Whose classes choose between shapes and name the key points.
    progress : bool
        Whether to show a progress bar.

    Raises
    ------
    InvalidImport
        There are no labels at ``path``, no names of their classes, or no folder at ``images``.
    """
    from tqdm.auto import tqdm

    path = Path(path)
    require_folder(images)
    folder, files = _label_files(path)
    names = read_names(folder, path if _is_yaml(path) else None)
    paired: set[Path] = set()
    skipped: list[Skipped] = []
    reader = _Lines(names, ontology)
    read: list[ImportedImage] = []
    rows: list[list[_Row]] = []
    near: dict[Path, tuple[Path, Pictures]] = {}
    for file in tqdm(files, desc="Reading labels", unit="file", disable=not progress or len(files) < 2):
        if file.parent not in near:
            inside, beside = _places(file.parent, folder)
            near[file.parent] = inside, Pictures(beside if images is None else [Path(images)])
        inside, pictures = near[file.parent]
        picture = pictures.find(file.stem, stem=file.stem, inside=inside)
        size = None if picture is None else shown_size(picture)
        paired |= set() if picture is None else {picture}
        if picture is None or size is None:
            told = "no picture of its name was found" if picture is None else f"{picture.name} is no picture"
            skipped.append(Skipped(file, "file", f"{told}, to whose size its numbers are relative"))
            continue
        try:
            text = read_text(file)
        except InvalidImport as error:
            skipped.append(Skipped(file, "file", str(error)))
            continue
        own = []
        for number, line in enumerate(text.splitlines(), 1):
            try:
                own += [] if not line.strip() else [reader.row(number, line)]
            except InvalidImport as error:
                skipped.append(Skipped(file, f"line {number}", str(error)))
        read.append(ImportedImage(picture.name, size, [], file, picture))
        rows.append(own)
    reader.settle([(row, image.size) for image, own in zip(read, rows, strict=True) for row in own])
    for image, own in zip(read, rows, strict=True):
        for row in own:
            try:
                assert image.size is not None
                image.labels.append(Label(row.category, reader.shape(row, image.size)))
            except InvalidInput as error:
                skipped.append(Skipped(image.source_path, f"{row.category:.60} (line {row.number})", str(error)))
    skipped += [Skipped(folder, what, f"not read of {count} line(s)") for what, count in reader.not_read.items()]
    skipped += [] if path.is_file() else _unlabelled(paired)
    return ImportedDataset(read, skipped, declared=reader.declared(read))


def _label_files(path: Path) -> tuple[Path, list[Path]]:
    """The folder of the data set, and its text files in order."""
    if path.is_file() and path.suffix.lower() == ".txt":
        return path.parent, [path]
    if _is_yaml(path):
        path = path.parent
    if not path.is_dir():
        raise InvalidImport(f"There is no folder and no text file {path}.")
    files = [
        file
        for file in sorted(path.rglob("*.txt"))
        if file.is_file() and file.name.lower() not in _NO_LABELS and not file.name.lower().startswith("readme")
    ]
    if not files:
        raise InvalidImport(f"There is no text file of labels under {path}.", hint="YOLO has one per picture.")
    return path, files


def _is_yaml(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in (".yaml", ".yml")


def _places(own: Path, folder: Path) -> tuple[Path, list[Path]]:
    """Where in a folder of pictures those of a folder of label files may be, and which folders those are."""
    parts = own.relative_to(folder).parts
    places = [own]
    for above in range(len(parts) + 1):
        root = folder.joinpath(*parts[: len(parts) - above])
        below = parts[len(parts) - above :]
        places += [root / name / Path(*below) for name in ("images", "Images", "JPEGImages")]
        # images/train/a.jpg goes with labels/train/a.txt.
        places += [root / name / Path(*below[1:]) for name in ("images", "Images", "JPEGImages")]
    places += [
        folder.parent / "images",
        folder.parent / "images" / folder.name,
        folder.parent.parent / "images" / folder.name,
    ]
    inside = Path(*parts[1:]) if parts and parts[0].lower() in ("labels", "annotations") else Path(*parts)
    return inside, places


def _unlabelled(paired: Set[Path]) -> list[Skipped]:
    """What is told of pictures without a text file, which may show nothing or wait for their labels."""
    found = []
    for folder in sorted({picture.parent for picture in paired}):
        if count := len(set(numbered_pictures(folder)) - paired):
            reason = f"{count} not read; an empty text file says that nothing is there"
            found.append(Skipped(folder, "pictures without a text file", reason))
    return found


class _Lines:
    """What the lines of a data set mean."""

    def __init__(self, names: Names, ontology: Ontology | None) -> None:
        self.names = names
        self.classes = {} if ontology is None else {one.name: one for one in ontology.objects}
        self.not_read: Counter[str] = Counter()
        self.points = {names.classes[number]: points for number, points in names.points.items()}
        self.turned_boxes = False

    def row(self, number: int, line: str) -> _Row:
        first, *rest = line.split()
        category = self.names.classes.get(int(first)) if re.fullmatch("[0-9]{1,9}", first) else None
        if not category:
            raise InvalidImport(
                f"Class {first!r:.20} is not named in {self.names.source.name}, which has {len(self.names.classes)}."
            )
        values = []
        for text in rest:
            value = number_of(text)
            if value is None:
                raise InvalidImport(f"{text!r:.30} is no number.")
            values.append(value)
        return _Row(number, category, values)

    def settle(self, rows: Sequence[tuple[_Row, tuple[int, int] | None]]) -> None:
        """Decide whether four pairs are oriented boxes where no ontology does."""
        outlines = [(row, size) for row, size in rows if len(row.values) > 5 and size]
        self.turned_boxes = bool(outlines) and all(
            len(row.values) == 8 and _turned_box(_corners(row.values, size)) is not None for row, size in outlines
        )

    def shape(self, row: _Row, size: tuple[int, int]) -> Shape:
        values = row.values
        wanted = self.classes.get(row.category)
        count, width = self.key_points(wanted, len(values) - 4)
        if count:
            _require_shares(values[:4])
            if wanted is None or wanted.shape == "object_primitive":
                drawn = self.primitive(values[4:], self.point_names(row.category, count), width, size)
                self.not_read["boxes around key points"] += 1
                return drawn
            self.not_read[f"key points of {row.category:.60}"] += 1
            values = values[:4]
        if len(values) == 5:
            self.not_read["confidences"] += 1
            values = values[:4]
        _require_shares(values)
        if len(values) == 4:
            (x, y), (w, h) = _corners(values, size)
            return BoundingBox(x - w / 2, y - h / 2, w, h)
        if len(values) < 6 or len(values) % 2:
            raise InvalidImport(f"{len(values)} numbers are no box, no outline and no key points.")
        points = _corners(values, size)
        if len(points) == 4 and (self.turned_boxes if wanted is None else wanted.shape == "rotatable_bounding_box"):
            box = _turned_box(points)
            if box is None:
                raise InvalidImport("Its four corners are not those of a turned box.", hint="Read it as a polygon.")
            return box
        return Polygon(points)  # type: ignore[arg-type]

    def key_points(self, wanted: ObjectClass | None, numbers: int) -> tuple[int, int]:
        """How many key points the numbers after the box are, and how many numbers each; 0 where they are none."""
        told = self.names.key_points
        if told is None and wanted is not None and wanted.skeleton is not None:
            count = len(wanted.skeleton.points)
            told = count, numbers // count
        return told if told and told[1] in (2, 3) and told[0] * told[1] == numbers else (0, 0)

    def primitive(self, values: list[float], called: Sequence[str], width: int, size: tuple[int, int]) -> Shape:
        named: dict[str, tuple[float, float, str]] = {}
        for position, name in enumerate(called):
            x, y, *seen = values[position * width : (position + 1) * width]
            _require_shares([x, y])
            if seen and seen[0] not in _VISIBILITIES:
                raise InvalidImport(f"Key point {name}: its visibility must be 0, 1 or 2, got {seen[0]:g}.")
            # Without a visibility, a point in the corner of the picture is one that isn't there.
            state = _VISIBILITIES[int(seen[0])] if seen else "visible" if (x, y) != (0, 0) else "absent"
            named[name] = (x * size[1], y * size[0], state)
        return ObjectPrimitive(named)  # type: ignore[arg-type]

    def point_names(self, category: str, count: int) -> Sequence[str]:
        wanted, told = self.classes.get(category), self.points.get(category)
        if told is not None:
            if len(told) != count:
                raise InvalidImport(f"It has {count} key points, kpt_names {len(told)}.")
            return told
        if wanted is None or wanted.skeleton is None:
            return [str(position + 1) for position in range(count)]
        if len(wanted.skeleton.points) != count:
            raise InvalidImport(f"It has {count} key points, the class {len(wanted.skeleton.points)}.")
        return wanted.skeleton.points

    def declared(self, read: Sequence[ImportedImage]) -> list[ObjectClass]:
        """The classes that have a name, those without a label with the shape that the others mostly have."""
        if self.names.key_points:
            unnamed = [str(position + 1) for position in range(self.names.key_points[0])]
            return [
                ObjectClass(name, "object_primitive", skeleton=Skeleton(tuple(self.points.get(name, unnamed))))
                for name in dict.fromkeys(self.names.classes.values())
            ]
        shapes = [label.shape for image in read for label in image.labels if isinstance(label, Label)]
        boxes = sum(isinstance(shape, BoundingBox) for shape in shapes)
        outlines: ShapeName = "rotatable_bounding_box" if self.turned_boxes else "polygon"
        usual: ShapeName = "bounding_box" if 2 * boxes >= len(shapes) else outlines
        return [ObjectClass(name, usual) for name in dict.fromkeys(self.names.classes.values())]


def _require_shares(values: Sequence[float]) -> None:
    outside = next((value for value in values if not _LEAST <= value <= _MOST), None)
    if outside is not None:
        raise InvalidImport(
            f"{outside:g} is no share of the picture's size, 0 to 1.", hint="Pixels must be divided by it."
        )


def _corners(values: Sequence[float], size: tuple[int, int]) -> list[Point]:
    """Pairs of shares as points in pixels."""
    height, width = size
    return [(x * width, y * height) for x, y in zip(values[::2], values[1::2], strict=True)]


def _turned_box(points: Sequence[Point]) -> RotatableBoundingBox | None:
    """The box that four corners in a row make, None where they make none."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points
    # Sides of a box are alike and at right angles; those that a file tells are rounded.
    width = (math.hypot(bx - ax, by - ay) + math.hypot(cx - dx, cy - dy)) / 2
    height = (math.hypot(cx - bx, cy - by) + math.hypot(dx - ax, dy - ay)) / 2
    if min(width, height) <= 0:
        return None
    angle = math.degrees(math.atan2(by - ay + cy - dy, bx - ax + cx - dx))
    try:
        box = RotatableBoundingBox((ax + bx + cx + dx) / 4, (ay + by + cy + dy) / 4, width, height, angle)
    except InvalidInput:
        return None
    for sign in (1, -1):
        # Corners may go round either way; a box that is mirrored is the same box.
        corners = box.corners() if sign == 1 else tuple(box.corners()[place] for place in (3, 2, 1, 0))
        off = max(math.dist(corner, point) for corner, point in zip(corners, points, strict=True))
        if off <= max(_SQUARE * max(width, height), 0.5):
            return box
    return None
