"""Ground truth from other tools' files: read, added, submitted, with a report of what was not."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from annowidgets.errors import InvalidImport, InvalidMedia, Notice
from annowidgets.labels import Label, find_problems
from annowidgets.store import items as stored_items
from annowidgets.workflow.base import stored_ontology
from annowidgets.workflow.batch import Batch
from annowidgets.workflow.batches import ProjectBatches, new_batch_name
from annowidgets.workflow.items import Item, ProjectItems
from annowidgets.workflow.permissions import Permission

if TYPE_CHECKING:
    import pandas as pd


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
        table: Any = self.skipped.to_html(index=False, escape=True, border=0) if len(self.skipped) else ""
        return f"<b>{self.read} labels on {self.items} items</b>, {len(self.skipped)} skipped{table}"


class ProjectImports(ProjectItems, ProjectBatches):
    """The imports' room of a project."""

    def import_labels(
        self,
        path: str | Path,
        *,
        format: Literal["voc"] = "voc",
        images: str | Path | None = None,
        batch: str = "imported",
        progress: bool = True,
    ) -> ImportReport:
        """Read another tool's labels as ground truth: adds the images, makes a batch, submits.

        What can't be used (a box without size, a class that the ontology lacks, a picture that is missing) is left out
        and reported; it stops nothing.

        Parameters
        ----------
        path : path
            File or folder of the labels.
        format : {"voc"}
            Pascal VOC.
        images : path, optional
            Folder of the pictures; beside the labels, as the format has it, where left out.
        batch : str
            Name of the ground-truth batch to make.
        progress : bool
            Whether to show progress bars.
        """
        import pandas as pd

        from annowidgets import interchange

        with self.workspace.look(self.id, Permission.RUN_BATCHES) as action:
            ontology = stored_ontology(action.connection, self.id)
            batch = new_batch_name(action, batch)  # refused before pictures are added, not after
        dataset = interchange.read_dataset(path, format=format, images=images, progress=progress).fitted(ontology)
        skipped = [(str(one.source), one.what, one.reason) for one in dataset.skipped]
        files: dict[Path, list[Any]] = {}
        for image in dataset.images:
            if image.path is None:
                skipped.append((image.file_name, "picture", "there is no such picture"))
            elif image.path in files:
                skipped.append((image.file_name, "picture", "labelled twice; the first was taken"))
            else:
                files[image.path] = image.labels
        if not files:
            raise InvalidImport(f"{path} holds no labelled picture that was found.", hint="Say images=folder.")
        items, unreadable = self._items_of(list(files), progress=progress)
        skipped += [(file.name, "picture", error.message) for file, error in unreadable.items()]
        told_sizes = {image.path: image.size for image in dataset.images}
        wanted: dict[Item, list[Any]] = {}
        for file, item in items.items():
            labels = files[file]
            told, shown = told_sizes[file], item.sizes[0]
            if told is not None and told != shown:
                reason = f"the file says {told} (height, width), the picture is {shown}; the picture was believed"
                skipped.append((file.name, "size", reason))
            problems = {p.position: p.text for p in find_problems(labels, ontology, item.sizes)}
            for position, text in problems.items():
                what = labels[position].category if position is not None and isinstance(labels[position], Label) else ""
                skipped.append((file.name, what, text))
            if item in wanted:
                skipped.append((file.name, "picture", f"the same picture as another file; {item.name!r} was taken"))
            elif None not in problems:
                wanted[item] = [label for position, label in enumerate(labels) if position not in problems]
        gold = self.create_ground_truth_batch(batch, items=list(wanted))
        gold.submit_labels(wanted, progress=progress)
        count = sum(map(len, wanted.values()))
        return ImportReport(gold, count, len(wanted), pd.DataFrame(skipped, columns=["source", "what", "reason"]))

    def _items_of(self, files: list[Path], *, progress: bool) -> tuple[dict[Path, Item], dict[Path, InvalidMedia]]:
        """The items of picture files; who may not add data can still import onto what is there."""
        with self.workspace.look(self.id) as action:
            known = [stored_items.by_name(action.connection, self.id, file.stem) for file in files]
            may_add = action.may(Permission.EDIT_PROJECT)
        if all(known) and not may_add:
            return {file: self.item(row.name) for file, row in zip(files, known, strict=True) if row is not None}, {}
        with warnings.catch_warnings():
            # That a picture is there already is what an import onto it expects.
            warnings.simplefilter("ignore", Notice)
            read, unreadable = self._read_images(files, progress=progress)
            items = self._add([one for _, one in read]) if read else []
            return {file: item for (file, _), item in zip(read, items, strict=True)}, unreadable
