"""What is really in the pictures: known to the simulation, kept from the project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from statistics import median
from typing import TYPE_CHECKING

from annowidgets.errors import NotFound
from annowidgets.interchange import ImportedDataset, ImportedImage, Skipped
from annowidgets.labels import BoundingBox, Label, ObjectClass, Ontology, find_problems

if TYPE_CHECKING:
    from annowidgets.workflow import Item, Project


class HiddenTruth:
    """The true boxes of a project's pictures, by item: ``truth[item]``.

    Parameters
    ----------
    project : Project
        Its items are found by their files.
    dataset : ImportedDataset
        What `annowidgets.interchange.read_dataset` read. Classes and boxes count, attributes don't.

    Attributes
    ----------
    ontology : Ontology
        The project's, as it was then.
    left_out : list of Skipped
        What can't be used and why: all that ``dataset`` skipped, pictures that the project does not have, boxes that
        don't fit their picture.
    """

    def __init__(self, project: Project, dataset: ImportedDataset) -> None:
        self.left_out = list(dataset.skipped)
        self.ontology = project.ontology
        self._labels: dict[Item, tuple[Label, ...]] = {}
        items = {item.path.resolve(): item for item in project.items(modality="image")}
        for image in dataset.images:
            item = None if image.path is None else items.get(image.path.resolve())
            if item is None or item in self._labels:
                reason = "the project has no such picture" if item is None else "labelled twice; the first counts"
                self.left_out.append(Skipped(image.source_path, image.file_name, reason))
                continue
            labels = [Label(category, box) for category, box in _boxes(image)]
            unfit = {problem.position: problem.text for problem in find_problems(labels, self.ontology, item.sizes)}
            self.left_out += [Skipped(image.source_path, "box", text) for text in unfit.values()]
            self._labels[item] = tuple(label for position, label in enumerate(labels) if position not in unfit)

    def __getitem__(self, item: Item) -> tuple[Label, ...]:
        try:
            return self._labels[item]
        except KeyError:
            raise NotFound(
                f"Nothing is known of what {item.name!r} shows.", hint="Give its boxes: HiddenTruth(project, dataset)."
            ) from None

    def __len__(self) -> int:
        return len(self._labels)

    def __repr__(self) -> str:
        boxes = sum(map(len, self._labels.values()))
        return f"<the truth of {len(self)} pictures: {boxes} boxes, {len(self.left_out)} left out>"


def class_counts(dataset: ImportedDataset) -> Counter[str]:
    """How many boxes there are of each class."""
    return Counter(category for image in dataset.images for category, _ in _boxes(image))


def box_ontology(dataset: ImportedDataset) -> Ontology:
    """The classes that occur, most frequent first, as boxes without attributes."""
    return Ontology(objects=tuple(ObjectClass(name, "bounding_box") for name, _ in class_counts(dataset).most_common()))


def typical_side(dataset: ImportedDataset, category: str | None = None) -> float:
    """Median side of the boxes, of one class or of all, in pixels."""
    boxes = [box for image in dataset.images for name, box in _boxes(image) if category in (None, name)]
    return float(median((box.width * box.height) ** 0.5 for box in boxes))


def _boxes(image: ImportedImage) -> Iterator[tuple[str, BoundingBox]]:
    for label in image.labels:
        if isinstance(label, Label) and isinstance(label.shape, BoundingBox):
            yield label.category, label.shape
