"""CVAT's own XML, version 1.1: for images, and for videos.

References
----------
https://docs.cvat.ai/docs/manual/advanced/xml_format/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

from annowidgets.errors import InvalidImport, InvalidInput
from annowidgets.interchange.base import ImportedDataset, ImportedImage, ImportedVideo, Skipped
from annowidgets.interchange.cvat_labels import DeclaredLabels
from annowidgets.interchange.cvat_shapes import FOREIGN_KINDS, KINDS, is_set, shapes_of, whole
from annowidgets.interchange.cvat_tracks import Sighting, labels_of
from annowidgets.interchange.parsing import number_of, read_xml
from annowidgets.interchange.pictures import Pictures, numbered_pictures, picture_size
from annowidgets.labels import Answer, AnswerValue, Label, Shape
from annowidgets.labels.label import answers_of

_VIDEOS = frozenset((".mp4", ".mov", ".mkv", ".webm", ".avi"))
# Tracks of a long video fill many megabytes.
_LARGEST_FILE = 2**30
# What CVAT knows of a shape, and labels don't hold.
_NOT_KEPT = {"z_order": "0", "group_id": "", "source": "manual"}


def read_cvat(path: str | Path, *, images: str | Path | None = None, progress: bool = True) -> ImportedDataset:
    """Read "CVAT for images" and "CVAT for video".

    Boxes that are turned become rotatable ones, each point of a ``points`` element a key point, skeletons object
    primitives, tags the answer to ``tags``. ``occluded`` becomes an attribute with the answers "yes" and "no". Tracks
    become labels with key frames; attributes that change become answers that hold from a frame on.

    Parameters
    ----------
    path : path
        The XML file, or a folder that holds just one.
    images : path, optional
        Folder of the pictures; for tracks also the video itself, its folder, or the folder of its frames. Otherwise
        they are looked for beside the file and in ``images`` there.
    progress : bool
        Whether to show a progress bar.

    Raises
    ------
    InvalidImport
        The file is no CVAT file, or there is nothing at ``images``.
    """
    file = _xml_file(Path(path))
    if images is not None and not Path(images).exists():
        raise InvalidImport(f"There is no file and no folder {images}.")
    try:
        root = read_xml(file, largest=_LARGEST_FILE)
    except InvalidImport as error:
        raise InvalidImport(f"{file}: {error.message}", hint=error.hint) from None
    if root.tag != "annotations":
        raise InvalidImport(f"{file}: its root is <{root.tag:.60}>, not CVAT's <annotations>.")
    near = [file.parent, file.parent / "images"]
    return _File(file, root, near if images is None else [Path(images)]).read(progress)


def _xml_file(path: Path) -> Path:
    if not path.is_dir():
        return path
    files = sorted(path.glob("*.xml"))
    if len(files) != 1:
        raise InvalidImport(f"{path} holds {len(files)} XML files.", hint="Name the one to read.")
    return files[0]


class _File:
    """One file: what is read from it, and what is not."""

    def __init__(self, source: Path, root: Element, places: list[Path]) -> None:
        self.source = source
        self.root = root
        self.places = places
        self.declared = DeclaredLabels(root)
        self.skipped = [Skipped(source, what, reason) for what, reason in self.declared.problems]
        self.not_kept: Counter[str] = Counter()

    def skip(self, what: str, reason: str) -> None:
        self.skipped.append(Skipped(self.source, what, reason))

    def read(self, progress: bool) -> ImportedDataset:
        from tqdm.auto import tqdm

        for element in self.root:
            if element.tag not in ("version", "meta", "image", "track"):
                self.skip(f"<{element.tag:.60}>", "CVAT has no such element")
        pictures = Pictures([place for place in self.places if place.is_dir()])
        elements = self.root.findall("image")
        images = [
            self.image(element, number, pictures)
            for number, element in enumerate(
                tqdm(elements, "Reading images", unit="image", disable=not progress or len(elements) < 100)
            )
        ]
        tracks = self.root.findall("track")
        videos = [self.video(tracks)] if tracks or self.is_of_video(images) else []
        for what, count in (+self.not_kept).items():
            self.skip(what, f"labels don't hold it; {count} label(s) kept")
        return ImportedDataset(
            [one for one in images if one is not None], self.skipped, videos, declared=self.declared.classes
        )

    def is_of_video(self, images: list[ImportedImage | None]) -> bool:
        """Whether this is a video in which nobody found anything."""
        return not images and "interpolation" in (mode.text for mode in self.root.iterfind("meta/*/mode"))

    # --- images

    def image(self, element: Element, number: int, pictures: Pictures) -> ImportedImage | None:
        name = element.get("name", "")
        if not name:
            self.skip(f"image {number}", "it has no name")
            return None
        size = self.size(element.get("height"), element.get("width"), name)
        labels: list[Label | Answer] = []
        tags: list[str] = []
        for position, child in enumerate(element, 1):
            what = f"{child.get('label') or child.tag:.60} ({name:.60}, element {position})"
            try:
                if child.tag == "tag":
                    tags.append(_label_name(child))
                    if len(child):
                        self.skip(what, "attributes of tags are not read")
                else:
                    labels += self.labels(child, size)
            except InvalidInput as error:
                self.skip(what, str(error))
        if tags:
            labels.append(Answer("tags", tuple(dict.fromkeys(tags))))
        picture = pictures.find(name, stem=PurePosixPath(name).stem, inside=_inside(element.get("subset", "")))
        return ImportedImage(name, size, labels, self.source, picture)

    def labels(self, element: Element, size: tuple[int, int] | None) -> Iterator[Label]:
        category = _label_name(element)
        shapes = self.shapes(element, size)
        attributes = self.attributes(element, category)
        for shape in shapes:
            yield Label(category, shape, attributes)

    def shapes(self, element: Element, size: tuple[int, int] | None) -> list[Shape]:
        if element.tag not in KINDS:
            told = "no shape here can be one" if element.tag in FOREIGN_KINDS else "CVAT has no such element"
            raise InvalidImport(f"It is a <{element.tag:.40}>: {told}.")
        self.tell_not_kept(element)
        shapes = shapes_of(element, size, self.declared.skeletons)
        if len(shapes) > 1:
            self.not_kept["points that belong together"] += 1
        return shapes

    def tell_not_kept(self, element: Element) -> None:
        for name, usual in _NOT_KEPT.items():
            self.not_kept[name] += element.get(name, usual) != usual
        if element.tag == "skeleton":
            self.not_kept["attributes of a skeleton's points"] += element.find("points/attribute") is not None

    def attributes(self, element: Element, category: str) -> dict[str, AnswerValue]:
        found: dict[str, AnswerValue] = {}
        if "occluded" in element.attrib:
            found["occluded"] = "yes" if is_set(element, "occluded") else "no"
        for attribute in element.iterfind("attribute"):
            name, text = attribute.get("name", ""), (attribute.text or "").strip()
            if text:
                found |= answers_of(category, {name: self.declared.answer(category, name, text)})
        return found

    def size(self, height: str | None, width: str | None, name: str) -> tuple[int, int] | None:
        if height is None and width is None:
            return None
        size = picture_size(number_of(height or ""), number_of(width or ""))
        if size is None:
            self.skip(f"size of {name:.60}", f"{height!r:.20} x {width!r:.20} (height x width) is no picture's")
        return size

    # --- tracks

    def video(self, tracks: list[Element]) -> ImportedVideo:
        if len(self.root.findall("meta/project/tasks/task")) > 1:
            raise InvalidImport(
                f"{self.source} holds tracks of several tasks.", hint="Export each task, not the project."
            )
        name = (self.root.findtext("meta/source") or self.root.findtext("meta/*/source") or "").strip()
        path, frames = self.frames(name)
        size = self.size(
            self.root.findtext("meta//original_size/height"), self.root.findtext("meta//original_size/width"), name
        )
        labels: list[Label | Answer] = []
        place = self.placing(frames, tracks)
        for number, track in enumerate(tracks):
            what = f"{track.get('label') or 'track':.60} (track {track.get('id', number)!s:.20})"
            try:
                category = _label_name(track)
                labels += labels_of(category, list(self.sightings(track, category, size)), place)
                self.tell_not_kept(track)
            except InvalidInput as error:
                self.skip(what, str(error))
        return ImportedVideo(name or self.source.stem, size, labels, self.source, path, frames)

    def sightings(self, track: Element, category: str, size: tuple[int, int] | None) -> Iterator[Sighting]:
        for element in track:
            element.set("label", category)
            frame = whole(element, "frame")
            # Where it is outside, its place says nothing.
            shapes = None if is_set(element, "outside") or _is_gone(element) else self.shapes(element, size)
            yield Sighting(frame, is_set(element, "keyframe", "1"), shapes, self.attributes(element, category))

    def frames(self, name: str) -> tuple[Path | None, tuple[Path, ...]]:
        """The video of the tracks, or the pictures of its frames."""
        for place in self.places:
            if place.is_file():
                return place, ()
        folders = [place for place in self.places if place.is_dir()]
        films = [file for folder in folders for file in sorted(folder.iterdir()) if file.suffix.lower() in _VIDEOS]
        named = [file for file in films if file.name.casefold() == PurePosixPath(name).name.casefold()]
        if named or len(films) == 1:
            return (named or films)[0], ()
        pictures = next((found for folder in folders if (found := numbered_pictures(folder))), ())
        return None, tuple(pictures)

    def placing(self, frames: tuple[Path, ...], tracks: list[Element]) -> Callable[[int], int]:
        """How a frame of the file is counted in the item.

        CVAT counts frames of the video, also where a task or a job begins later or takes every n-th. Pictures are
        called by these numbers, or counted anew: what places all frames of the file is taken.
        """
        if not frames:
            return lambda frame: frame
        start, size = (self.of_task(name) or 0 for name in ("start_frame", "size"))
        step = re.search(r"step=([1-9]\d{0,8})", self.root.findtext("meta/*/frame_filter") or "")
        ends = [re.search(r"(\d{1,15})\D*$", picture.stem) for picture in frames]
        numbers = {int(end[1]): place for place, end in enumerate(ends) if end}
        every = int(step[1]) if step else 1
        steps = {start + every * place: place for place in range(len(frames))}
        ways = [steps]
        if len(numbers) == len(frames):
            # Those that somebody counted anew begin with 0 or 1.
            is_anew = min(numbers) <= 1 and (start not in numbers or (start > 1 and len(frames) == size))
            ways = [steps, numbers] if is_anew else [numbers, steps]
        told = {number_of(element.get("frame", "")) for track in tracks for element in track} - {None}
        places = next((way for way in ways if told <= way.keys()), ways[0])

        def place(frame: int) -> int:
            if frame not in places:
                raise InvalidImport(f"There is no picture of frame {frame}.")
            return places[frame]

        return place

    def of_task(self, name: str) -> int | None:
        """A whole number that the file tells of its task or job."""
        found = number_of(self.root.findtext(f"meta/task/{name}") or self.root.findtext(f"meta/job/{name}") or "")
        return None if found is None else int(found)


def _label_name(element: Element) -> str:
    name = (element.get("label") or "").strip()
    if not name:
        raise InvalidImport("It has no label.")
    return name


def _is_gone(element: Element) -> bool:
    """Whether a skeleton has no point that is there."""
    points = element.findall("points")
    return element.tag == "skeleton" and all(is_set(point, "outside") for point in points)


def _inside(subset: str) -> Path:
    """The folder of a subset, if it is one and leads nowhere else."""
    named = PurePosixPath(subset.replace("\\", "/"))
    return Path() if named.is_absolute() or ".." in named.parts or ":" in subset else Path(named)
