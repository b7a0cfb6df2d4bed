"""COCO: one JSON file with images, categories and annotations.

References
----------
T.-Y. Lin et al.: Microsoft COCO, https://cocodataset.org/#format-data; the reference implementation, pycocotools.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from annowidgets.errors import InvalidImport, InvalidInput
from annowidgets.interchange.base import ImportedDataset, ImportedImage, Skipped
from annowidgets.interchange.coco_categories import attributes_of, ontology_of_coco
from annowidgets.interchange.conversion import union_of_parts
from annowidgets.interchange.parsing import read_json
from annowidgets.interchange.pictures import Pictures, picture_size, require_folder
from annowidgets.labels import (
    Answer,
    Bitmask,
    BoundingBox,
    Keypoint,
    Label,
    ObjectClass,
    ObjectPrimitive,
    Ontology,
    RotatableBoundingBox,
    Shape,
)

# What annotations hold besides these is told.
_READ = frozenset(("id", "image_id", "category_id", "segmentation", "bbox", "iscrowd", "attributes", "keypoints"))
_READ_OF_IMAGES = frozenset(("id", "file_name", "height", "width"))
_READ_OF_CATEGORIES = frozenset(("id", "name", "keypoints", "skeleton"))
# What COCO says about where a picture and the data set come from; no labels.
_ORIGIN = frozenset(("license", "flickr_url", "coco_url", "date_captured"))
_ENTRIES = frozenset(("info", "licenses", "images", "annotations", "categories", "type"))
# Follows from the rest.
_DERIVED = frozenset(("area", "num_keypoints"))
_ROUNDING = 0.01
_VISIBILITIES = {0: "absent", 1: "occluded", 2: "visible"}


class _Category(NamedTuple):
    name: str
    wanted: str
    points: tuple[str, ...]


def read_coco(
    path: str | Path, *, images: str | Path | None = None, ontology: Ontology | None = None, progress: bool = True
) -> ImportedDataset:
    """Read a COCO data set.

    An annotation may hold a box, an outline or run lengths, and key points: which of them becomes the label's shape is
    what its class in ``ontology`` asks for. Parts of an outline are added up, as COCO means them, and run lengths are
    read column by column. ``iscrowd`` becomes the attribute ``iscrowd`` with the answer "yes"; ``attributes``, as CVAT
    and Datumaro write them, become attributes. Annotations without a place in the picture become tags of it.

    Parameters
    ----------
    path : path
        The JSON file, or a folder that holds just one.
    images : path, optional
        Folder of the pictures. Otherwise they are looked for beside the file, and in ``images`` and the folder of the
        file's subset ("val" of instances_val.json) beside it and one folder up.
    ontology : Ontology, optional
        Whose classes choose between shapes; the file's own, as `Ontology.from_file` gives it, where left out.
    progress : bool
        Whether to show a progress bar.

    Raises
    ------
    InvalidImport
        The file is no COCO data set, or there is no folder at ``images``.
    """
    file = _json_file(Path(path))
    require_folder(images)
    try:
        plain = read_json(file)
    except InvalidImport as error:
        raise InvalidImport(f"{file}: {error.message}", hint=error.hint) from None
    if not isinstance(plain, dict) or not all(isinstance(plain.get(key), list) for key in ("images", "annotations")):
        raise InvalidImport(
            f"{file} is no COCO data set: it has no lists `images` and `annotations`.",
            hint="Of COCO's files, take instances_*.json or person_keypoints_*.json.",
        )
    subset = file.stem.rpartition("_")[2]
    near = [folder / inner for folder in (file.parent, file.parent.parent) for inner in ("", subset, "images")]
    near += [file.parent.parent / "images" / subset]
    pictures = Pictures(near if images is None else [Path(images)])
    return _DataSet(file, plain, ontology).read(pictures, progress)


def _json_file(path: Path) -> Path:
    if not path.is_dir():
        return path
    files = sorted(path.glob("*.json"))
    if len(files) != 1:
        named = f": {', '.join(file.name for file in files[:5])}" if files else ""
        raise InvalidImport(f"{path} holds {len(files)} JSON files{named}.", hint="Name the one to read.")
    return files[0]


class _DataSet:
    """One file: what is read from it, and what is not."""

    def __init__(self, source: Path, plain: dict[str, Any], ontology: Ontology | None) -> None:
        self.source = source
        self.plain = plain
        self.skipped: list[Skipped] = []
        self.unread: Counter[str] = Counter()
        self.unread_about: Counter[str] = Counter()
        try:
            self.declared = ontology_of_coco(source, plain).objects if plain.get("categories") else ()
        except InvalidInput as error:
            raise InvalidImport(f"{source}: {error.message}", hint=error.hint) from None
        chosen: Sequence[ObjectClass] = self.declared if ontology is None else ontology.objects
        self.wanted = {one.name: one for one in (*self.declared, *chosen)}
        self.categories: dict[int | str, _Category] = {}

    def skip(self, what: str, reason: str) -> None:
        self.skipped.append(Skipped(self.source, what, reason))

    def read(self, pictures: Pictures, progress: bool) -> ImportedDataset:
        from tqdm.auto import tqdm

        for key in self.plain.keys() - _ENTRIES:
            self.unread_about[f"{key:.40}"] += 1
        self.read_categories()
        found = self.images(pictures)
        tags: dict[int | str, list[str]] = {}
        annotations = self.plain["annotations"]
        for position, annotation in enumerate(
            tqdm(annotations, "Reading annotations", unit="label", disable=not progress or len(annotations) < 1000)
        ):
            try:
                image, category = self.parents(annotation)
                if image not in found:
                    raise InvalidImport(f"There is no image {image!r:.40} that it could belong to.")
                label = self.label(annotation, category, found[image].size)
            except InvalidInput as error:
                self.skip(self.called(annotation, position), str(error))
                continue
            if label is None:
                tags.setdefault(image, []).append(category.name)
            else:
                found[image].labels.append(label)
        for image, names in tags.items():
            found[image].labels.append(Answer("tags", tuple(dict.fromkeys(names))))
        self.skipped += [
            Skipped(self.source, what, f"not read of {count} annotation(s)") for what, count in (+self.unread).items()
        ]
        self.skipped += [
            Skipped(self.source, what, f"{count} not read") for what, count in sorted(self.unread_about.items())
        ]
        return ImportedDataset(list(found.values()), self.skipped, declared=self.declared)

    def called(self, annotation: Any, position: int) -> str:
        """What a report calls an annotation: its class and its id."""
        if not isinstance(annotation, dict):
            return f"annotations[{position}]"
        category = self.categories.get(_identity(annotation.get("category_id")))
        name = category.name if category else "annotation"
        return f"{name:.60} (id {annotation.get('id')!r:.20}, annotations[{position}])"

    def read_categories(self) -> None:
        for plain, declared in zip(self.plain.get("categories") or (), self.declared, strict=True):
            identity = _identity(plain.get("id"))
            # Roboflow's word for a category that is below no other.
            filled = {key for key, value in plain.items() if value and value != "none"}
            self.unread_about.update(f"{key:.40} of categories" for key in filled - _READ_OF_CATEGORIES)
            if identity is None or identity in self.categories:
                told = "there is another one of its id" if identity in self.categories else "it has no usable id"
                self.skip(f"category {plain.get('name')!r:.60}", told)
                continue
            points = declared.skeleton.points if declared.skeleton else ()
            self.categories[identity] = _Category(declared.name, self.wanted[declared.name].shape, points)

    def images(self, pictures: Pictures) -> dict[int | str, ImportedImage]:
        found: dict[int | str, ImportedImage] = {}
        for position, plain in enumerate(self.plain["images"]):
            name = plain.get("file_name") if isinstance(plain, dict) else None
            identity = _identity(plain.get("id")) if isinstance(plain, dict) else None
            if identity is None or not isinstance(name, str) or not name:
                self.skip(f"images[{position}]", "an image needs an id and a file_name")
            elif identity in found:
                self.skip(f"{name:.80} (images[{position}])", f"its id is also that of {found[identity].file_name:.80}")
            else:
                filled = {key for key, value in plain.items() if value}
                self.unread_about.update(f"{key:.40} of images" for key in filled - _READ_OF_IMAGES - _ORIGIN)
                picture = pictures.find(name, stem=PurePosixPath(name).stem, inside=Path())
                size = self.size(plain, name)
                found[identity] = ImportedImage(name, size, [], self.source, picture)
        return found

    def size(self, plain: dict[str, Any], name: str) -> tuple[int, int] | None:
        sides = plain.get("height"), plain.get("width")
        if sides == (None, None):
            return None
        size = picture_size(*sides)
        if size is None:
            self.skip(f"size of {name:.80}", f"{sides[0]!r:.20} x {sides[1]!r:.20} (height x width) is no picture's")
        return size

    def parents(self, annotation: Any) -> tuple[int | str, _Category]:
        if not isinstance(annotation, dict):
            raise InvalidImport("It is no annotation.")
        image, category = _identity(annotation.get("image_id")), _identity(annotation.get("category_id"))
        for key in ("caption", "segments_info"):
            if key in annotation:
                raise InvalidImport(f"It holds {key}, which are no objects.", hint="Take instances_*.json.")
        if image is None or category not in self.categories:
            raise InvalidImport(f"It needs an image_id and one of the category_ids, got {category!r:.40}.")
        return image, self.categories[category]

    def label(self, annotation: dict[str, Any], category: _Category, size: tuple[int, int] | None) -> Label | None:
        """The label of an annotation; None where it has no place in the picture."""
        self.unread.update(
            f"{key:.40} of annotations" for key in annotation if key not in _READ and key not in _DERIVED
        )
        attributes = dict(attributes_of(annotation))
        turn = attributes.get("rotation", 0)
        shape = self.shape(annotation, category, turn if isinstance(turn, (int, float)) else 0, size)
        if shape is None:
            return None
        if isinstance(shape, RotatableBoundingBox):
            attributes.pop("rotation", None)
        return Label(category.name, shape, attributes)

    def shape(
        self, annotation: dict[str, Any], category: _Category, turn: float, size: tuple[int, int] | None
    ) -> Shape | None:
        box, outline, points = (annotation.get(key) for key in ("bbox", "segmentation", "keypoints"))
        if points and category.wanted in ("object_primitive", "keypoint") and category.points:
            drawn = _primitive(points, category)
            self.unread[f"outlines of {category.name:.60}"] += bool(outline)
            self.unread[f"boxes of {category.name:.60}"] += bool(box) and not _is_box_of(box, drawn)
            self.unread[f"occlusion of {category.name:.60}"] += isinstance(drawn, Keypoint) and points[2] == 1
            return drawn
        if points:
            self.unread[f"key points of {category.name:.60}"] += 1
        if outline and not (box and category.wanted in ("bounding_box", "rotatable_bounding_box")):
            return _segmentation(outline, size)
        if outline:
            self.unread[f"outlines of {category.name:.60}"] += 1
        if not box:
            return None
        if not isinstance(box, list) or len(box) != 4:
            raise InvalidImport(f"Its bbox must be [x, y, width, height], got {box!r:.60}.")
        upright = BoundingBox(*box)
        if turn % 360 == 0:
            return upright
        x, y, width, height = upright.x, upright.y, upright.width, upright.height
        return RotatableBoundingBox(x + width / 2, y + height / 2, width, height, turn)


def _identity(value: Any) -> Any:
    """An id as it can stand in a dictionary; None where it is none."""
    return value if type(value) in (int, str) else None


def _is_box_of(box: Any, shape: Shape) -> bool:
    """Whether a bbox is the one around a shape, within the hundredths that tools round to."""
    x0, y0, x1, y1 = shape.bounds()
    return (
        isinstance(box, list)
        and len(box) == 4
        and all(
            type(told) in (int, float) and abs(told - own) <= _ROUNDING
            for told, own in zip(box, (x0, y0, x1 - x0, y1 - y0), strict=True)
        )
    )


def _segmentation(outline: Any, size: tuple[int, int] | None) -> Shape:
    if isinstance(outline, dict):
        if not {"size", "counts"} <= outline.keys():
            raise InvalidImport("Its run lengths need size and counts.")
        mask = Bitmask(outline["size"], outline["counts"])
        if size is not None and mask.size != size:
            raise InvalidImport(f"Its mask is {mask.size[0]} x {mask.size[1]}, its image {size[0]} x {size[1]}.")
        return mask
    if not isinstance(outline, list) or not all(isinstance(ring, list) for ring in outline):
        raise InvalidImport(f"Its segmentation is neither a list of outlines nor run lengths: {outline!r:.60}.")
    odd = next((ring for ring in outline if len(ring) % 2 or len(ring) < 6), None)
    if odd is not None:
        raise InvalidImport(f"An outline needs three or more pairs x, y in a row, one has {len(odd)} numbers.")
    return union_of_parts([list(zip(ring[::2], ring[1::2], strict=True)) for ring in outline])


def _primitive(points: Any, category: _Category) -> Shape:
    if not isinstance(points, list) or len(points) != 3 * len(category.points):
        count = len(points) if isinstance(points, list) else 0
        raise InvalidImport(f"Its key points need {3 * len(category.points)} numbers, x, y and v each, got {count}.")
    named = {}
    for name, x, y, seen in zip(category.points, points[::3], points[1::3], points[2::3], strict=True):
        if type(seen) not in (int, float) or seen not in _VISIBILITIES:
            raise InvalidImport(f"Key point {name:.60}: v must be 0, 1 or 2, got {seen!r:.20}.")
        named[name] = (x, y, _VISIBILITIES[int(seen)])
    if category.wanted == "keypoint" and len(named) == 1:
        [(x, y, state)] = named.values()
        if state == "absent":
            raise InvalidImport("Its only key point is absent.")
        return Keypoint(x, y)
    return ObjectPrimitive(named)  # type: ignore[arg-type]
