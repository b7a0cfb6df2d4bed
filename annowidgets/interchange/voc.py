"""Pascal VOC: one XML file per picture, with upright boxes.

References
----------
M. Everingham, J. Winn: The PASCAL Visual Object Classes Challenge 2012 Development Kit, section 4 and the appendix on
the annotation format.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from annowidgets.errors import InvalidImport, InvalidInput
from annowidgets.interchange.base import ImportedDataset, ImportedImage, Skipped
from annowidgets.interchange.parsing import number_of, read_xml
from annowidgets.interchange.pictures import Pictures, picture_size, require_folder
from annowidgets.labels import Answer, AnswerValue, BoundingBox, Label
from annowidgets.labels.label import answers_of

FLAGS = ("truncated", "difficult", "occluded")
_YES_NO = {"1": "yes", "true": "yes", "yes": "yes", "0": "no", "false": "no", "no": "no"}
_CORNERS = ("xmin", "ymin", "xmax", "ymax")
# What a file says about the picture besides its objects; no labels.
_ABOUT_THE_PICTURE = frozenset({"folder", "filename", "path", "source", "owner", "size", "segmented", "object"})
_MASK_FOLDERS = ("SegmentationObject", "SegmentationClass")


def read_voc(
    path: str | Path, *, images: str | Path | None = None, one_based: bool = False, progress: bool = True
) -> ImportedDataset:
    """Read Pascal VOC annotations.

    Each ``object`` becomes a Label with a BoundingBox. ``truncated``, ``difficult`` and ``occluded`` become attributes
    with the answers "yes" and "no", ``pose`` one in words (VOC's "Unspecified" is no answer), ``actions`` a list of
    those that apply; other plain elements, and the ``attributes`` that CVAT and Datumaro write, become attributes as
    text. What can't be read is reported in ``skipped`` and stops nothing.

    Parameters
    ----------
    path : path
        A data set with a folder ``Annotations``, a folder of XML files (also nested), or one XML file.
    images : path, optional
        Folder of the pictures. Otherwise they are looked for in ``JPEGImages`` or ``images`` beside ``Annotations``,
        and beside the XML files.
    one_based : bool
        How ``xmin`` and ``ymin`` count. False: edges in continuous pixels, as they stand, which is what today's tools
        write. True: as in VOC's own files, where a box names its first and last pixel, counted from 1; it then spans
        from ``xmin - 1`` to ``xmax``.
    progress : bool
        Whether to show a progress bar.

    Raises
    ------
    InvalidImport
        Where there is no XML file at ``path``, or no folder at ``images``.
    """
    from tqdm.auto import tqdm

    path = Path(path)
    folder, files = _annotation_files(path)
    root = folder.parent if folder.name.casefold() == "annotations" else folder
    require_folder(images)
    beside = [root / "JPEGImages", root / "images", root / "Images", folder, root]
    pictures = Pictures(beside if images is None else [Path(images)])
    read: list[ImportedImage] = []
    skipped: list[Skipped] = []
    for file in tqdm(files, desc="Reading annotations", unit="file", disable=not progress or len(files) < 2):
        one = _File(file, one_based)
        image = one.read(pictures, file.parent.relative_to(folder))
        read += [] if image is None else [image]
        skipped += one.skipped
    if path.is_dir():
        masks = [root / name for name in _MASK_FOLDERS if any((root / name).glob("*.*"))]
        skipped += [Skipped(place, "masks", "masks of pixels are not read, only boxes") for place in masks]
    return ImportedDataset(read, skipped)


def _annotation_files(path: Path) -> tuple[Path, list[Path]]:
    """The folder of the XML files, and the files in order."""
    if path.is_file():
        return path.parent, [path]
    if not path.is_dir():
        raise InvalidImport(f"There is no file or folder {path}.")
    folder = path / "Annotations" if (path / "Annotations").is_dir() else path
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() == ".xml" and file.is_file())
    if not files:
        raise InvalidImport(f"There is no XML file under {folder}.", hint="Pascal VOC has one per picture.")
    return folder, files


class _File:
    """One XML file: what is read from it, and what is not."""

    def __init__(self, source: Path, one_based: bool) -> None:
        self.source = source
        self.one_based = one_based
        self.skipped: list[Skipped] = []

    def skip(self, what: str, reason: str) -> None:
        self.skipped.append(Skipped(self.source, what, reason))

    def read(self, pictures: Pictures, inside: Path) -> ImportedImage | None:
        try:
            root = read_xml(self.source)
        except InvalidImport as error:
            self.skip("file", str(error))
            return None
        if root.tag != "annotation":
            self.skip("file", f"its root is <{root.tag:.60}>, not VOC's <annotation>")
            return None
        for element in root:
            if element.tag not in _ABOUT_THE_PICTURE:
                self.skip(f"<{element.tag:.60}>", "VOC has no such element")
        labels: dict[Label | Answer, int] = {}
        for number, element in enumerate(root.findall("object"), 1):
            what = f"{_text(element, 'name') or 'object without name':.60} (object {number})"
            try:
                label = self.label(element, what)
            except InvalidInput as error:
                self.skip(what, str(error))
                continue
            twin = labels.setdefault(label, number)
            if twin != number:
                self.skip(what, f"it is the same as object {twin}")
        file_name = _text(root, "filename") or self.source.stem
        picture = pictures.find(file_name, stem=self.source.stem, inside=inside)
        return ImportedImage(file_name, self.size(root), list(labels), self.source, picture)

    def size(self, root: Element) -> tuple[int, int] | None:
        if root.find("size") is None:
            return None
        sides = [_text(root, f"size/{side}") for side in ("height", "width")]
        size = picture_size(*map(number_of, sides))
        if size is None:
            self.skip("size", f"{sides[0]:.20} x {sides[1]:.20} (height x width) is no picture's")
        return size

    def label(self, element: Element, what: str) -> Label:
        """The label of an object; InvalidInput where it can't be read."""
        category = _text(element, "name")
        if not category:
            raise InvalidImport("It has no name.")
        box = self.box(element)
        attributes: dict[str, AnswerValue] = {}
        for name, value in self.attributes(element, what):
            try:
                checked = answers_of(category, {name: value})
            except InvalidInput as error:
                self.skip(f"{what}: {name:.60}", str(error))
                continue
            for key, answer in checked.items():
                if attributes.setdefault(key, answer) != answer:
                    self.skip(f"{what}: {key:.60}", f"it is given twice, {attributes[key]!r:.60} was taken")
        turn = attributes.get("rotation", "")
        if isinstance(turn, str) and (number_of(turn) or 0) % 360 != 0:
            raise InvalidImport(
                f"It is turned by {turn} degrees, which a VOC box can't hold.", hint="Export it as CVAT."
            )
        return Label(category, box, attributes)

    def box(self, element: Element) -> BoundingBox:
        boxes = element.findall("bndbox")
        if len(boxes) != 1:
            raise InvalidImport(f"It has {len(boxes)} bndbox elements instead of one.")
        corners = []
        for corner in _CORNERS:
            given = [(side.text or "").strip() for side in boxes[0].findall(corner)]
            number = number_of(given[0]) if len(given) == 1 else None
            if number is None:
                found = ", ".join(given) or "nothing"
                raise InvalidImport(f"Its {corner} must be one number, got {found:.60}.")
            corners.append(number)
        x0, y0, x1, y1 = corners
        if self.one_based:
            x0, y0 = x0 - 1, y0 - 1
        if x1 < x0 or y1 < y0:
            raise InvalidImport(f"Its corners are the wrong way round: ({x0:g}, {y0:g}) to ({x1:g}, {y1:g}).")
        return BoundingBox(x0, y0, x1 - x0, y1 - y0)

    def attributes(self, element: Element, what: str) -> Iterator[tuple[str, AnswerValue]]:
        for child in element:
            text = (child.text or "").strip()
            if child.tag in ("name", "bndbox"):
                continue
            if child.tag == "part":
                self.skip(f"{_text(child, 'name') or 'part':.60} of {what}", "parts of objects are not read")
            elif child.tag == "actions":
                if chosen := tuple(dict.fromkeys(self.actions(child, what))):
                    yield "actions", chosen
            elif child.tag == "attributes":
                yield from self.named_attributes(child, what)
            elif len(child):
                self.skip(f"{what}: <{child.tag:.60}>", "elements of this kind are not read")
            elif child.tag in FLAGS and text:
                yield from self.flag(child.tag, text, what)
            elif text and (child.tag, text) != ("pose", "Unspecified"):
                yield child.tag, text

    def flag(self, name: str, text: str, what: str) -> Iterator[tuple[str, str]]:
        if answer := _YES_NO.get(text.lower()):
            yield name, answer
        else:
            self.skip(f"{what}: {name:.60}", f"it is {text!r:.60} instead of 0 or 1")

    def actions(self, element: Element, what: str) -> Iterator[str]:
        for child in element:
            chosen = dict(self.flag(child.tag, (child.text or "").strip(), what))
            yield from (name for name, answer in chosen.items() if answer == "yes")

    def named_attributes(self, element: Element, what: str) -> Iterator[tuple[str, str]]:
        for child in element:
            name, value = _text(child, "name"), _text(child, "value")
            if child.tag != "attribute" or not name:
                self.skip(f"{what}: <{child.tag:.60}>", "an attribute needs a name and a value")
            elif name in FLAGS and value:
                yield from self.flag(name, value, what)
            elif value:
                yield name, value


def _text(element: Element, tag: str) -> str:
    """Text of the first such element, without the white space that indents it; empty where there is none."""
    return (element.findtext(tag) or "").strip()
