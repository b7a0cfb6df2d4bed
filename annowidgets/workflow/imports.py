"""Ground truth from other tools' files: read, added, submitted, with a report of what was not."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from annowidgets.errors import InvalidImport, InvalidMedia, Notice
from annowidgets.labels import Answer, Label, find_problems
from annowidgets.store import items as stored_items
from annowidgets.workflow.base import stored_ontology
from annowidgets.workflow.batch import Batch
from annowidgets.workflow.batches import ProjectBatches, new_batch_name
from annowidgets.workflow.item_reading import ReadItem
from annowidgets.workflow.items import Item, ProjectItems
from annowidgets.workflow.left_out import left_out_html
from annowidgets.workflow.permissions import Permission

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.interchange import ImportedImage, ImportedVideo

# Of pictures whose file doesn't say how fast they follow each other; it only decides how they are played.
_FPS = 25.0

_Files: TypeAlias = tuple[Path, ...]


class ImportReport(NamedTuple):
    """What an import did.

    Attributes
    ----------
    batch : Batch
        The ground-truth batch that holds the labels.
    read : int
        Labels that were submitted.
    items : int
        Items that they belong to.
    skipped : DataFrame
        What was left out: ``source``, ``what``, ``reason``.
    """

    batch: Batch
    read: int
    items: int
    skipped: pd.DataFrame

    def _repr_html_(self) -> str:
        told = f"<b>{self.read} labels on {self.items} items</b>, {len(self.skipped)} skipped"
        return told + left_out_html(self.skipped)


class ProjectImports(ProjectItems, ProjectBatches):
    """The imports' room of a project."""

    def import_labels(
        self,
        path: str | Path,
        *,
        format: Literal["coco", "cvat", "labelme", "voc", "yolo"] = "voc",
        images: str | Path | None = None,
        batch: str = "imported",
        progress: bool = True,
    ) -> ImportReport:
        """Read another tool's labels as ground truth: adds the images or the video, makes a batch, submits.

        What can't be used (a box without size, a class that the ontology lacks, a picture that is missing) is left out
        and reported; it stops nothing.

        Parameters
        ----------
        path : path
            File or folder of the labels.
        format : {"coco", "cvat", "labelme", "voc", "yolo"}
            COCO (JSON), CVAT (its XML for images and for video), LabelMe (JSON, or the web tool's XML), Pascal VOC, or
            YOLO (boxes, outlines, key points, oriented boxes).
        images : path, optional
            Folder of the pictures; beside the labels, as the format has it, where left out. For tracks of CVAT also
            the video, or the folder of its frames.
        batch : str
            Name of the ground-truth batch to make.
        progress : bool
            Whether to show progress bars.

        Raises
        ------
        InvalidImport
            There are no labels of that format at ``path``, or none of their pictures was found; nothing was added.
        """
        import pandas as pd

        from annowidgets import interchange

        with self.workspace.look(self.id, Permission.RUN_BATCHES) as action:
            ontology = stored_ontology(action.connection, self.id)
            batch = new_batch_name(action, batch)  # refused before pictures are added, not after
        read = interchange.read_dataset(path, format=format, images=images, ontology=ontology, progress=progress)
        dataset = read.fitted(ontology)
        skipped = [(str(one.source), one.what, one.reason) for one in dataset.skipped]
        labelled: dict[_Files, ImportedImage | ImportedVideo] = {}
        for one in dataset.labelled:
            if not one.files:
                skipped.append((one.file_name, "picture", "there is no such picture"))
            elif one.files in labelled:
                skipped.append((one.file_name, "picture", "labelled twice; the first was taken"))
            else:
                labelled[one.files] = one
        if not labelled:
            raise InvalidImport(f"{path} holds no labelled picture that was found.", hint="Say images=folder.")
        items, unreadable = self._items_of(labelled, progress=progress)
        skipped += [(files[0].name, "picture", error.message) for files, error in unreadable.items()]
        wanted: dict[Item, list[Label | Answer]] = {}
        for files, item in items.items():
            one, name = labelled[files], files[0].name
            if one.size is not None and one.size != item.sizes[0]:
                told = f"the file says {one.size} (height, width), the picture is {item.sizes[0]}"
                skipped.append((name, "size", f"{told}; the picture was believed"))
            if item.modality == "image_sequence":
                skipped.append((name, "frames per second", f"the file doesn't say them; {_FPS:g} were taken"))
            found = find_problems(one.labels, ontology, item.sizes, interpolate=item.interpolates)
            problems = {problem.position: problem.text for problem in found}
            skipped += [(name, _called(one.labels, position), text) for position, text in problems.items()]
            if item in wanted:
                skipped.append((name, "picture", f"the same picture as another file; {item.name!r} was taken"))
            elif None not in problems:
                wanted[item] = [label for position, label in enumerate(one.labels) if position not in problems]
        if not wanted:
            raise InvalidImport(
                f"No labels of {path} fit the project: {'; '.join(reason for *_, reason in skipped[:3])}",
                hint=f"aw.Ontology.from_file({str(path)!r}, format={format!r}, images=...) tells one that they fit.",
            )
        gold = self.create_ground_truth_batch(batch, items=list(wanted))
        gold.submit_labels(wanted, progress=progress)
        count = sum(map(len, wanted.values()))
        return ImportReport(gold, count, len(wanted), pd.DataFrame(skipped, columns=["source", "what", "reason"]))

    def _items_of(
        self, labelled: dict[_Files, ImportedImage | ImportedVideo], *, progress: bool
    ) -> tuple[dict[_Files, Item], dict[_Files, InvalidMedia]]:
        """The items of labelled files; who may not add data can still import onto what is there."""
        # A file is called after itself, the pictures of a sequence after what the labels call them.
        names = {files: Path(one.file_name if len(files) > 1 else files[0]).stem for files, one in labelled.items()}
        with self.workspace.look(self.id) as action:
            known = {files: stored_items.by_name(action.connection, self.id, name) for files, name in names.items()}
            may_add = action.may(Permission.EDIT_PROJECT)
        if all(known.values()) and not may_add:
            return {files: self.item(row.name) for files, row in known.items() if row is not None}, {}
        with warnings.catch_warnings():
            # That a picture is there already is what an import onto it expects.
            warnings.simplefilter("ignore", Notice)
            pictures = [files[0] for files, one in labelled.items() if one.modality == "image"]
            read, failed = self._read_images(pictures, progress=progress)
            ready: dict[_Files, ReadItem] = {(file,): one for file, one in read}
            unreadable: dict[_Files, InvalidMedia] = {(file,): error for file, error in failed.items()}
            for files, one in labelled.items():
                named: dict[str, Any] = {"name": names[files], "fps": _FPS} if one.modality == "image_sequence" else {}
                if one.modality != "image":
                    try:
                        ready[files] = ReadItem(self.workspace, one.modality, files, progress=progress, **named)
                    except InvalidMedia as error:
                        unreadable[files] = error
            items = self._add(list(ready.values())) if ready else []
            return dict(zip(ready, items, strict=True)), unreadable


def _called(labels: list[Label | Answer], position: int | None) -> str:
    """What a report calls a label: its class, or its question."""
    if position is None:
        return ""
    label = labels[position]
    return label.category if isinstance(label, Label) else label.question
